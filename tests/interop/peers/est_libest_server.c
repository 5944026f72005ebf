/*
 * An EST server on Cisco libest, with a CA of one key on top.
 *
 *     est_libest_server CA.pem CA.key TLS.pem TLS.key TRUST.pem [basic|digest|none] [OPTION...]
 *
 * libest does TLS (1.2 at most), HTTP, authentication, the checks of the CSR and its link to the
 * TLS session. This file signs, and says what is in /csrattrs.
 *
 * basic, digest: HTTP user "estuser", password "estpwd", asked for when the client shows no TLS
 * certificate that TRUST.pem verifies. Options: "link" demands the link to the TLS session;
 * "manual" answers each new CSR once with 202 and Retry-After: 60, the least that libest allows.
 *
 * It listens on a port of 127.0.0.1 that the system chooses, and says so on its first line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <est/est.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define USER "estuser"
#define PASSWORD "estpwd"
#define REALM "estrealm"
#define HA1 "36807fa200741bb0e8fb04fcf08e2de6" /* MD5("estuser:estrealm:estpwd") */
#define MOST_PENDING 64
#define LIFE (90L * 86400)

/* challengePassword; id-ecPublicKey with prime256v1; extensionRequest with subjectAltName;
 * ecdsa-with-SHA256 */
static const char csr_attributes[] =
    "MEAGCSqGSIb3DQEJBzAVBgcqhkjOPQIBMQoGCCqGSM49AwEHMBIGCSqGSIb3DQEJDjEFBgNVHREGCCqGSM49BAMC";

static X509 *ca;
static EVP_PKEY *ca_key;
static int manual;
static unsigned char pending[MOST_PENDING][32];
static int pending_count;

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

static X509 *certificate(const char *name)
{
    BIO *file = BIO_new_file(name, "r");
    X509 *read = file == NULL ? NULL : PEM_read_bio_X509(file, NULL, NULL, NULL);

    if (read == NULL)
        exit(2);
    BIO_free(file);
    return read;
}

static EVP_PKEY *private_key(const char *name)
{
    BIO *file = BIO_new_file(name, "r");
    EVP_PKEY *read = file == NULL ? NULL : PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);

    if (read == NULL)
        exit(2);
    BIO_free(file);
    return read;
}

/* The body is base64 with lines of any length. */
static X509_REQ *request_of(const unsigned char *body, int length)
{
    unsigned char *text = malloc((size_t)length + 4), *der = malloc((size_t)length + 4);
    const unsigned char *cursor = der;
    X509_REQ *request = NULL;
    int count = 0, size;

    for (int i = 0; i < length; i++)
        if (strchr(" \r\n\t", body[i]) == NULL)
            text[count++] = body[i];
    size = EVP_DecodeBlock(der, text, count);
    if (size > 0)
        request = d2i_X509_REQ(NULL, &cursor, size);
    free(text);
    free(der);
    return request;
}

static unsigned char *base64(const unsigned char *der, int size, int *length)
{
    BIO *filter = BIO_push(BIO_new(BIO_f_base64()), BIO_new(BIO_s_mem()));
    unsigned char *copy;
    char *text;

    BIO_write(filter, der, size);
    (void)BIO_flush(filter);
    *length = (int)BIO_get_mem_data(filter, &text);
    copy = calloc(1, (size_t)*length + 1);
    memcpy(copy, text, (size_t)*length);
    BIO_free_all(filter);
    return copy;
}

static void extend(X509 *issued, int nid, const char *value)
{
    X509_EXTENSION *extension;
    X509V3_CTX context;

    X509V3_set_ctx(&context, ca, issued, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension != NULL)
        X509_add_ext(issued, extension, -1);
    X509_EXTENSION_free(extension);
}

static void copy_alternative_names(X509 *issued, X509_REQ *request)
{
    STACK_OF(X509_EXTENSION) *wanted = X509_REQ_get_extensions(request);

    for (int i = 0; i < sk_X509_EXTENSION_num(wanted); i++) {
        X509_EXTENSION *one = sk_X509_EXTENSION_value(wanted, i);
        if (OBJ_obj2nid(X509_EXTENSION_get_object(one)) == NID_subject_alt_name)
            X509_add_ext(issued, one, -1);
    }
    sk_X509_EXTENSION_pop_free(wanted, X509_EXTENSION_free);
}

static X509 *issue(X509_REQ *request)
{
    X509 *issued = X509_new();
    unsigned char serial[9];
    BIGNUM *number;

    RAND_bytes(serial, sizeof serial);
    serial[0] = 0x40;
    number = BN_bin2bn(serial, sizeof serial, NULL);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(issued));
    BN_free(number);
    X509_set_version(issued, 2);
    X509_set_subject_name(issued, X509_REQ_get_subject_name(request));
    X509_set_issuer_name(issued, X509_get_subject_name(ca));
    X509_gmtime_adj(X509_getm_notBefore(issued), -300);
    X509_gmtime_adj(X509_getm_notAfter(issued), LIFE);
    X509_set_pubkey(issued, X509_REQ_get0_pubkey(request));
    extend(issued, NID_basic_constraints, "CA:FALSE");
    extend(issued, NID_key_usage, "critical,digitalSignature");
    extend(issued, NID_ext_key_usage, "clientAuth,serverAuth");
    extend(issued, NID_subject_key_identifier, "hash");
    extend(issued, NID_authority_key_identifier, "keyid");
    copy_alternative_names(issued, request);
    if (X509_sign(issued, ca_key, EVP_sha256()) == 0) {
        ERR_print_errors_fp(stderr);
        X509_free(issued);
        return NULL;
    }
    return issued;
}

static unsigned char *certs_only(X509 *issued, int *length)
{
    PKCS7 *message = PKCS7_new();
    unsigned char *der = NULL, *text;
    int size;

    PKCS7_set_type(message, NID_pkcs7_signed);
    PKCS7_content_new(message, NID_pkcs7_data);
    PKCS7_set_detached(message, 1);
    PKCS7_add_certificate(message, issued);
    size = i2d_PKCS7(message, &der);
    text = base64(der, size, length);
    OPENSSL_free(der);
    PKCS7_free(message);
    return text;
}

/* Whether this CSR is new: then it is remembered. */
static int is_new(X509_REQ *request)
{
    unsigned char digest[32];
    unsigned int length;

    X509_REQ_digest(request, EVP_sha256(), digest, &length);
    for (int i = 0; i < pending_count; i++)
        if (memcmp(pending[i], digest, sizeof digest) == 0)
            return 0;
    if (pending_count < MOST_PENDING)
        memcpy(pending[pending_count++], digest, sizeof digest);
    return 1;
}

static int enroll(unsigned char *body, int length, unsigned char **answer, int *answer_length,
                  char *user, X509 *peer, char *label, void *data)
{
    X509_REQ *request = request_of(body, length);
    int result = EST_ERR_CA_ENROLL_FAIL;
    X509 *issued;

    (void)data;
    printf("enroll user=%s certificate=%s label=%s\n", user != NULL && *user != '\0' ? user : "-",
           peer != NULL ? "yes" : "no", label != NULL ? label : "-");
    if (request != NULL && manual && is_new(request)) {
        result = EST_ERR_CA_ENROLL_RETRY;
    } else if (request != NULL && (issued = issue(request)) != NULL) {
        *answer = certs_only(issued, answer_length);
        X509_free(issued);
        result = EST_ERR_NONE;
    }
    X509_REQ_free(request);
    return result;
}

static unsigned char *attributes(int *length, char *label, X509 *peer, void *data)
{
    (void)label;
    (void)peer;
    (void)data;
    *length = (int)strlen(csr_attributes);
    return (unsigned char *)strdup(csr_attributes);
}

static int authenticate(EST_CTX *context, EST_HTTP_AUTH_HDR *sent, X509 *peer, char *label,
                        void *data)
{
    char *expected;
    int good;

    (void)context;
    (void)peer;
    (void)label;
    (void)data;
    if (sent->mode == AUTH_BASIC)
        return strcmp(sent->user, USER) == 0 && strcmp(sent->pwd, PASSWORD) == 0;
    if (sent->mode != AUTH_DIGEST)
        return 0;
    expected = est_server_generate_auth_digest(sent, HA1);
    good = expected != NULL && strncmp(expected, sent->response, 32) == 0;
    free(expected);
    return good && strcmp(sent->user, USER) == 0;
}

static int listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(server, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server, 16) != 0 || getsockname(server, (struct sockaddr *)&address, &size) != 0) {
        perror("listen");
        exit(1);
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    return server;
}

static EST_CTX *context_of(char **files, const char *mode, int link)
{
    int anchors_length, trust_length;
    unsigned char *anchors = content(files[0], &anchors_length);
    unsigned char *trust = content(files[4], &trust_length);
    EST_CTX *context =
        est_server_init(trust, trust_length, anchors, anchors_length, EST_CERT_FORMAT_PEM, REALM,
                        certificate(files[2]), private_key(files[3]));

    if (context == NULL)
        exit(1);
    est_server_set_retry_period(context, 60);
    est_set_ca_enroll_cb(context, enroll);
    est_set_ca_reenroll_cb(context, enroll);
    est_set_csr_cb(context, attributes);
    est_set_http_auth_required(context, HTTP_AUTH_NOT_REQUIRED);
    if (strcmp(mode, "none") != 0) {
        est_set_http_auth_cb(context, authenticate);
        est_server_set_auth_mode(context,
                                 strcmp(mode, "digest") == 0 ? AUTH_DIGEST : AUTH_BASIC);
    }
    if (link)
        est_server_enable_pop(context);
    else
        est_server_disable_pop(context);
    if (est_server_start(context) != EST_ERR_NONE)
        exit(1);
    return context;
}

int main(int count, char **words)
{
    EST_CTX *context;
    int server, link = 0;

    if (count < 6) {
        fprintf(stderr, "usage: see the head of the source\n");
        return 2;
    }
    for (int i = 7; i < count; i++) {
        link |= strcmp(words[i], "link") == 0;
        manual |= strcmp(words[i], "manual") == 0;
    }
    setlinebuf(stdout);
    signal(SIGPIPE, SIG_IGN);
    est_apps_startup();
    est_init_logger(EST_LOG_LVL_ERR, NULL);
    ca = certificate(words[1]);
    ca_key = private_key(words[2]);
    context = context_of(words + 1, count > 6 ? words[6] : "none", link);
    server = listening();
    for (;;) {
        int client = accept(server, NULL, NULL);
        EST_ERROR result;

        if (client < 0)
            continue;
        result = est_server_handle_request(context, client);
        if (result != EST_ERR_NONE)
            printf("request: %s\n", EST_ERR_NUM_TO_STR(result));
        close(client);
    }
}
