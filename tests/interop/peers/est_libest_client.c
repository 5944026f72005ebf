/*
 * An EST client on Cisco libest.
 *
 *     est_libest_client PORT TRUST.pem OPERATION KEY.pem [CERT.pem] [USER:PASSWORD] [LABEL]
 *
 * "-" leaves an argument out. OPERATION is cacerts, csrattrs, enroll or reenroll. The server is at
 * 127.0.0.1. The answer goes to standard output (certificates as PEM). Exit status 0 when it
 * worked, 3 when the server said 202, else 1.
 *
 * libest checks the server's certificate, answers a challenge for basic or digest authentication,
 * links the CSR to the TLS session when csrattrs ask for challengePassword, and speaks TLS 1.2 at
 * most, HTTP/1.0 only.
 */
#include <est/est.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *content(const char *name, int *length)
{
    FILE *file = fopen(name, "rb");
    unsigned char *octets;

    if (file == NULL) {
        perror(name);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *length = (int)ftell(file);
    rewind(file);
    octets = calloc(1, (size_t)*length + 1);
    if (fread(octets, 1, (size_t)*length, file) != (size_t)*length)
        exit(2);
    fclose(file);
    return octets;
}

static const char *argument(int count, char **words, int index)
{
    return index < count && strcmp(words[index], "-") != 0 ? words[index] : NULL;
}

static int failure(EST_CTX *context, const char *operation, EST_ERROR result)
{
    int seconds = 0;
    time_t when = 0;

    if (result == EST_ERR_CA_ENROLL_RETRY) {
        est_client_copy_retry_after(context, &seconds, &when);
        fprintf(stderr, "%s: 202, Retry-After %d\n", operation, seconds);
        return 3;
    }
    fprintf(stderr, "%s: %s (HTTP %d)\n", operation, EST_ERR_NUM_TO_STR(result),
            est_client_get_last_http_status(context));
    return 1;
}

static int fetch(EST_CTX *context, const char *operation)
{
    unsigned char *octets;
    EST_ERROR result;
    int length;

    if (strcmp(operation, "csrattrs") == 0) {
        result = est_client_get_csrattrs(context, &octets, &length);
        if (result != EST_ERR_NONE)
            return failure(context, operation, result);
    } else {
        result = est_client_get_cacerts(context, &length);
        if (result != EST_ERR_NONE)
            return failure(context, operation, result);
        octets = malloc((size_t)length);
        est_client_copy_cacerts(context, octets);
    }
    fwrite(octets, 1, (size_t)length, stdout);
    return 0;
}

static int enrol(EST_CTX *context, const char *operation, X509 *old, EVP_PKEY *key)
{
    unsigned char *octets, *pem = NULL;
    EST_ERROR result;
    int length, size;

    /* Asked first, as RFC 7030 has it: only so does libest know whether to link the CSR. */
    result = est_client_get_csrattrs(context, &octets, &length);
    if (result != EST_ERR_NONE && result != EST_ERR_HTTP_NO_CONTENT)
        return failure(context, "csrattrs", result);
    if (strcmp(operation, "enroll") == 0)
        result = est_client_enroll(context, "gw", &length, key);
    else
        result = est_client_reenroll(context, old, &length, key);
    if (result != EST_ERR_NONE)
        return failure(context, operation, result);
    octets = calloc(1, (size_t)length + 1);
    est_client_copy_enrolled_cert(context, octets);
    size = est_convert_p7b64_to_pem(octets, length, &pem);
    if (size <= 0)
        return 1;
    fwrite(pem, 1, (size_t)size, stdout);
    return 0;
}

int main(int count, char **words)
{
    const char *certificate = argument(count, words, 5), *label = argument(count, words, 7);
    char *user = NULL, *password = NULL;
    EVP_PKEY *key;
    X509 *own = NULL;
    EST_CTX *context;
    EST_ERROR result;
    unsigned char *trust;
    int length;

    if (count < 5) {
        fprintf(stderr, "usage: see the head of the source\n");
        return 2;
    }
    est_apps_startup();
    est_init_logger(EST_LOG_LVL_ERR, NULL);
    trust = content(words[2], &length);
    key = PEM_read_bio_PrivateKey(BIO_new_file(words[4], "r"), NULL, NULL, NULL);
    if (certificate != NULL)
        own = PEM_read_bio_X509(BIO_new_file(certificate, "r"), NULL, NULL, NULL);
    if (key == NULL || (certificate != NULL && own == NULL))
        return 2;
    if (argument(count, words, 6) != NULL) {
        user = strdup(words[6]);
        password = strchr(user, ':');
        if (password == NULL)
            return 2;
        *password++ = '\0';
    }
    context = est_client_init(trust, length, EST_CERT_FORMAT_PEM, NULL);
    if (context == NULL)
        return 1;
    result = est_client_set_auth(context, user, password, own, own != NULL ? key : NULL);
    if (result != EST_ERR_NONE)
        return failure(context, "authentication", result);
    est_client_set_server(context, "127.0.0.1", atoi(words[1]), (char *)label);
    if (strcmp(words[3], "cacerts") == 0 || strcmp(words[3], "csrattrs") == 0)
        return fetch(context, words[3]);
    return enrol(context, words[3], own, key);
}
