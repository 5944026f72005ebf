/*
 * Preloaded into servers that have no option for their listening address: whoever binds the
 * wildcard address gets the loopback address in its place (::ffff:127.0.0.1 on an IPv6 socket).
 *
 *     cc -shared -fPIC -o loopback_preload.so loopback_preload.c -ldl
 *     LD_PRELOAD=./loopback_preload.so openssl cmp -port 8080 ...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

static const unsigned char mapped_loopback[16] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1,
};

int bind(int descriptor, const struct sockaddr *address, socklen_t length)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } copy;
    bind_function *next = (bind_function *)dlsym(RTLD_NEXT, "bind");

    if (address == NULL || length > sizeof copy)
        return next(descriptor, address, length);
    memset(&copy, 0, sizeof copy);
    memcpy(&copy, address, length);
    if (copy.any.sa_family == AF_INET && copy.v4.sin_addr.s_addr == htonl(INADDR_ANY))
        copy.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (copy.any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&copy.v6.sin6_addr))
        memcpy(&copy.v6.sin6_addr, mapped_loopback, sizeof mapped_loopback);
    return next(descriptor, &copy.any, length);
}
