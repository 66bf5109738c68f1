// What Swift cannot see of OpenSSL 3: its macros, its typed stacks and its BIO methods, as plain inline functions.
// Everything here works on one object at a time and keeps no state of its own.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <stdint.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// MARK: The pipe: a BIO over memory that is lent for the length of one call.

// Ciphertext is read from `in` and written to `out`. What does not fit there (an alert, a key update) goes to `spill`, which the
// caller takes after every call; larger output asks for a retry with more room.
typedef struct gatehouse_pipe {
    const uint8_t *in;
    size_t in_count;
    size_t in_used;
    uint8_t *out;
    size_t out_capacity;
    size_t out_used;
    size_t spill_used;
    uint8_t spill[192];
} gatehouse_pipe;

static inline int gatehouse_pipe_read(BIO *bio, char *data, size_t size, size_t *count) {
    gatehouse_pipe *pipe = (gatehouse_pipe *)BIO_get_data(bio);
    size_t rest = pipe->in_count - pipe->in_used;
    BIO_clear_retry_flags(bio);
    if (rest == 0) {
        *count = 0;
        BIO_set_retry_read(bio);
        return 0;
    }
    if (size > rest) size = rest;
    memcpy(data, pipe->in + pipe->in_used, size);
    pipe->in_used += size;
    *count = size;
    return 1;
}

static inline int gatehouse_pipe_write(BIO *bio, const char *data, size_t size, size_t *count) {
    gatehouse_pipe *pipe = (gatehouse_pipe *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (pipe->spill_used == 0 && size <= pipe->out_capacity - pipe->out_used) {
        if (size != 0) memcpy(pipe->out + pipe->out_used, data, size);
        pipe->out_used += size;
    } else if (size <= sizeof(pipe->spill) - pipe->spill_used) {
        memcpy(pipe->spill + pipe->spill_used, data, size);
        pipe->spill_used += size;
    } else {
        *count = 0;
        BIO_set_retry_write(bio);
        return 0;
    }
    *count = size;
    return 1;
}

static inline long gatehouse_pipe_ctrl(BIO *bio, int command, long number, void *pointer) {
    (void)bio; (void)number; (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static inline int gatehouse_pipe_create(BIO *bio) {
    gatehouse_pipe *pipe = (gatehouse_pipe *)OPENSSL_zalloc(sizeof(gatehouse_pipe));
    if (pipe == NULL) return 0;
    BIO_set_data(bio, pipe);
    BIO_set_init(bio, 1);
    return 1;
}

static inline int gatehouse_pipe_destroy(BIO *bio) {
    OPENSSL_free(BIO_get_data(bio));
    BIO_set_data(bio, NULL);
    return 1;
}

static inline BIO_METHOD *gatehouse_pipe_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gatehouse pipe");
    if (method == NULL) return NULL;
    BIO_meth_set_read_ex(method, gatehouse_pipe_read);
    BIO_meth_set_write_ex(method, gatehouse_pipe_write);
    BIO_meth_set_ctrl(method, gatehouse_pipe_ctrl);
    BIO_meth_set_create(method, gatehouse_pipe_create);
    BIO_meth_set_destroy(method, gatehouse_pipe_destroy);
    return method;
}

// The pipe lives as long as the SSL, which owns it.
static inline gatehouse_pipe *gatehouse_ssl_attach_pipe(SSL *ssl, const BIO_METHOD *method) {
    BIO *bio = BIO_new(method);
    if (bio == NULL) return NULL;
    SSL_set_bio(ssl, bio, bio);
    return (gatehouse_pipe *)BIO_get_data(bio);
}

static inline void gatehouse_pipe_lend(gatehouse_pipe *pipe, const void *in, size_t in_count, void *out, size_t out_capacity) {
    pipe->in = (const uint8_t *)in;
    pipe->in_count = in_count;
    pipe->in_used = 0;
    pipe->out = (uint8_t *)out;
    pipe->out_capacity = out_capacity;
    pipe->out_used = 0;
}

// Ends a call: how much of the lent memory was used; afterwards no pointer into it is left.
static inline void gatehouse_pipe_return(gatehouse_pipe *pipe, size_t *consumed, size_t *produced) {
    *consumed = pipe->in_used;
    *produced = pipe->out_used;
    gatehouse_pipe_lend(pipe, NULL, 0, NULL, 0);
}

// MARK: Steps of a connection. Each returns an SSL_ERROR_ code; SSL_ERROR_NONE where it went as far as asked.

// Errors of earlier calls would be taken for those of this one. There are hardly ever any, and looking costs a quarter of clearing.
static inline void gatehouse_forget_errors(void) {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

static inline int gatehouse_ssl_handshake(SSL *ssl, gatehouse_pipe *pipe, const void *in, size_t in_count, void *out, size_t out_capacity,
                                          size_t *consumed, size_t *produced) {
    gatehouse_forget_errors();
    gatehouse_pipe_lend(pipe, in, in_count, out, out_capacity);
    int result = SSL_do_handshake(ssl);
    int code = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, result);
    gatehouse_pipe_return(pipe, consumed, produced);
    return code;
}

// Decrypts record after record until `plain` is full or the ciphertext ends.
static inline int gatehouse_ssl_read(SSL *ssl, gatehouse_pipe *pipe, const void *in, size_t in_count, void *plain, size_t capacity,
                                     size_t *consumed, size_t *count) {
    size_t unused = 0;
    int code = SSL_ERROR_NONE;
    *count = 0;
    gatehouse_forget_errors();
    gatehouse_pipe_lend(pipe, in, in_count, NULL, 0);
    while (*count < capacity) {
        size_t n = 0;
        int result = SSL_read_ex(ssl, (uint8_t *)plain + *count, capacity - *count, &n);
        if (result != 1) {
            code = SSL_get_error(ssl, result);
            break;
        }
        *count += n;
        // Nothing is left to decrypt: asking once more would only tell that, at the price of a fifth of a small record.
        if (pipe->in_used == pipe->in_count && !SSL_has_pending(ssl)) break;
    }
    gatehouse_pipe_return(pipe, consumed, &unused);
    return code;
}

// Encrypts `count` bytes in records of at most `record` bytes each.
static inline int gatehouse_ssl_write(SSL *ssl, gatehouse_pipe *pipe, const void *plain, size_t count, size_t record, void *out,
                                      size_t out_capacity, size_t *accepted, size_t *produced) {
    size_t unused = 0;
    int code = SSL_ERROR_NONE;
    *accepted = 0;
    gatehouse_forget_errors();
    gatehouse_pipe_lend(pipe, NULL, 0, out, out_capacity);
    while (*accepted < count) {
        size_t n = 0, rest = count - *accepted;
        int result = SSL_write_ex(ssl, (const uint8_t *)plain + *accepted, rest < record ? rest : record, &n);
        if (result != 1) {
            code = SSL_get_error(ssl, result);
            break;
        }
        *accepted += n;
    }
    gatehouse_pipe_return(pipe, &unused, produced);
    return code;
}

// Reads TLS 1.3 early data while the handshake goes on. `*status` is an SSL_READ_EARLY_DATA_ value.
static inline int gatehouse_ssl_read_early(SSL *ssl, gatehouse_pipe *pipe, const void *in, size_t in_count, void *out, size_t out_capacity,
                                           void *plain, size_t capacity, size_t *count, int *status, size_t *consumed, size_t *produced) {
    ERR_clear_error();
    *count = 0;
    gatehouse_pipe_lend(pipe, in, in_count, out, out_capacity);
    *status = SSL_read_early_data(ssl, plain, capacity, count);
    int code = *status == SSL_READ_EARLY_DATA_ERROR ? SSL_get_error(ssl, 0) : SSL_ERROR_NONE;
    gatehouse_pipe_return(pipe, consumed, produced);
    return code;
}

// Sends close_notify where a handshake was finished and none was sent yet (into the spill, it is 31 bytes at most), and marks both
// directions closed: an SSL freed without that state would take its session out of the cache.
static inline void gatehouse_ssl_shutdown(SSL *ssl, gatehouse_pipe *pipe, int sends_alert) {
    size_t consumed = 0, produced = 0;
    if (SSL_in_init(ssl)) return;
    ERR_clear_error();
    gatehouse_pipe_lend(pipe, NULL, 0, NULL, 0);
    if (sends_alert && (SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN) == 0) (void)SSL_shutdown(ssl);
    SSL_set_quiet_shutdown(ssl, 1);
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    gatehouse_pipe_return(pipe, &consumed, &produced);
    ERR_clear_error();
}

static inline size_t gatehouse_pipe_take_spill(gatehouse_pipe *pipe, void *target, size_t capacity) {
    size_t count = pipe->spill_used < capacity ? pipe->spill_used : capacity;
    memcpy(target, pipe->spill, count);
    memmove(pipe->spill, pipe->spill + count, pipe->spill_used - count);
    pipe->spill_used -= count;
    return count;
}

// MARK: Contexts

static inline int gatehouse_accept_any_certificate(int ok, X509_STORE_CTX *store) {
    // Verification results are kept and judged after the handshake, so that an HTTP error page can tell the client.
    (void)ok; (void)store;
    return 1;
}

enum { GATEHOUSE_TLS10 = 1, GATEHOUSE_TLS11 = 2, GATEHOUSE_TLS12 = 4, GATEHOUSE_TLS13 = 8, GATEHOUSE_SSL3 = 16 };

static inline SSL_CTX *gatehouse_ctx_new(unsigned protocols) {
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    if (ctx == NULL) return NULL;
    uint64_t refused = SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_SINGLE_DH_USE | SSL_OP_SINGLE_ECDH_USE;
    SSL_CTX_clear_options(ctx, SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
    if (!(protocols & GATEHOUSE_SSL3)) refused |= SSL_OP_NO_SSLv3;
    if (!(protocols & GATEHOUSE_TLS10)) refused |= SSL_OP_NO_TLSv1;
    if (!(protocols & GATEHOUSE_TLS11)) refused |= SSL_OP_NO_TLSv1_1;
    if (!(protocols & GATEHOUSE_TLS12)) refused |= SSL_OP_NO_TLSv1_2;
    if (!(protocols & GATEHOUSE_TLS13)) refused |= SSL_OP_NO_TLSv1_3;
    SSL_CTX_set_options(ctx, refused);
    // The system's openssl.cnf may hold a floor; the versions above are the configuration's word.
    SSL_CTX_set_min_proto_version(ctx, 0);
    SSL_CTX_set_max_proto_version(ctx, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                              | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(ctx, 0);
    return ctx;
}

static inline void gatehouse_ctx_set_server_preference(SSL_CTX *ctx) { SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE); }
static inline void gatehouse_ctx_refuse_tickets(SSL_CTX *ctx) { SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET); }
static inline int gatehouse_ctx_set_groups(SSL_CTX *ctx, const char *list) { return (int)SSL_CTX_set1_groups_list(ctx, list); }

// Early data is held back until the handshake is finished, which a replayed one never is: so OpenSSL need not spend a stateful, single
// use ticket on each session.
static inline void gatehouse_ctx_allow_early_data(SSL_CTX *ctx, uint32_t size) {
    SSL_CTX_set_options(ctx, SSL_OP_NO_ANTI_REPLAY);
    SSL_CTX_set_max_early_data(ctx, size);
}

static inline int gatehouse_ssl_is_ticketless(SSL *ssl) { return (SSL_get_options(ssl) & SSL_OP_NO_TICKET) != 0; }

static inline void gatehouse_ctx_request_client_certificate(SSL_CTX *ctx) {
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, gatehouse_accept_any_certificate);
}

enum { GATEHOUSE_CACHE_OFF = 0, GATEHOUSE_CACHE_NONE = 1, GATEHOUSE_CACHE_BUILTIN = 2, GATEHOUSE_CACHE_SHARED = 3,
       GATEHOUSE_CACHE_CLIENT = 4 };

static inline void gatehouse_ctx_set_cache(SSL_CTX *ctx, int kind, long size) {
    switch (kind) {
    case GATEHOUSE_CACHE_NONE:
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR | SSL_SESS_CACHE_NO_INTERNAL_STORE);
        SSL_CTX_sess_set_cache_size(ctx, 1);
        break;
    case GATEHOUSE_CACHE_BUILTIN:
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER);
        if (size > 0) SSL_CTX_sess_set_cache_size(ctx, size);
        break;
    case GATEHOUSE_CACHE_SHARED:
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR | SSL_SESS_CACHE_NO_INTERNAL);
        break;
    case GATEHOUSE_CACHE_CLIENT:
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_AUTO_CLEAR | SSL_SESS_CACHE_NO_INTERNAL);
        break;
    default:
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    }
}

static inline void gatehouse_ctx_set_app_data(SSL_CTX *ctx, void *data) { SSL_CTX_set_app_data(ctx, data); }
static inline void *gatehouse_ctx_get_app_data(const SSL_CTX *ctx) { return SSL_CTX_get_app_data(ctx); }
static inline void gatehouse_ssl_set_app_data(SSL *ssl, void *data) { SSL_set_app_data(ssl, data); }
static inline void *gatehouse_ssl_get_app_data(const SSL *ssl) { return SSL_get_app_data(ssl); }

static inline int gatehouse_acknowledge_server_name(SSL *ssl, int *alert, void *argument) {
    (void)ssl; (void)alert; (void)argument;
    return SSL_TLSEXT_ERR_OK;
}

// The name itself is judged in the ClientHello callback, before sessions are looked up; this one only makes OpenSSL remember it.
static inline void gatehouse_ctx_acknowledge_server_name(SSL_CTX *ctx) {
    SSL_CTX_set_tlsext_servername_callback(ctx, gatehouse_acknowledge_server_name);
}

// Makes `ssl` follow `ctx` in all that a virtual server may set, not only in its certificates.
static inline int gatehouse_ssl_switch_context(SSL *ssl, SSL_CTX *ctx) {
    if (SSL_set_SSL_CTX(ssl, ctx) == NULL) return 0;
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(ctx), SSL_CTX_get_verify_callback(ctx));
    SSL_set_verify_depth(ssl, SSL_CTX_get_verify_depth(ctx));
    SSL_clear_options(ssl, SSL_get_options(ssl) & ~SSL_CTX_get_options(ctx));
    SSL_set_options(ssl, SSL_CTX_get_options(ctx) | SSL_OP_NO_RENEGOTIATION);
    return 1;
}

// The ClientHello's server name (RFC 6066 section 3). 1: `*name` is set (not terminated); 0: none; -1: malformed.
static inline int gatehouse_client_hello_name(SSL *ssl, const uint8_t **name, size_t *count) {
    const uint8_t *p = NULL;
    size_t n = 0;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &n) == 0) return 0;
    if (n < 5 || (((size_t)p[0] << 8) | p[1]) + 2 != n || p[2] != TLSEXT_NAMETYPE_host_name) return -1;
    if ((((size_t)p[3] << 8) | p[4]) + 5 != n || n == 5 || n - 5 > TLSEXT_MAXLEN_host_name) return -1;
    *name = p + 5;
    *count = n - 5;
    return memchr(*name, 0, *count) == NULL ? 1 : -1;
}

static inline int gatehouse_ssl_set_server_name(SSL *ssl, const char *name) { return (int)SSL_set_tlsext_host_name(ssl, name); }

// MARK: Loading. Each returns NULL, or the name of the OpenSSL function that failed.

static inline int gatehouse_is_end_of_pem(void) {
    unsigned long code = ERR_peek_last_error();
    if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE) return 0;
    ERR_clear_error();
    return 1;
}

static inline void gatehouse_seed_certificate(EVP_MD_CTX *seed, const X509 *certificate) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &count)) EVP_DigestUpdate(seed, digest, count);
}

static inline const char *gatehouse_read_chain(BIO *bio, STACK_OF(X509) *chain) {
    X509 *certificate = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
    if (certificate == NULL) return "PEM_read_bio_X509_AUX()";
    while (certificate != NULL) {
        if (!sk_X509_push(chain, certificate)) { X509_free(certificate); return "sk_X509_push()"; }
        certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    }
    return gatehouse_is_end_of_pem() ? NULL : "PEM_read_bio_X509()";
}

// `*is_use` tells a failure to use the certificate from one to load it.
static inline const char *gatehouse_ctx_load_chain(SSL_CTX *ctx, BIO *bio, EVP_MD_CTX *seed, int *is_use) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    const char *failed = chain == NULL ? "sk_X509_new_null()" : gatehouse_read_chain(bio, chain);
    *is_use = 0;
    if (failed == NULL) {
        X509 *leaf = sk_X509_shift(chain);
        gatehouse_seed_certificate(seed, leaf);
        *is_use = 1;
        if (SSL_CTX_use_certificate(ctx, leaf) != 1) failed = "SSL_CTX_use_certificate";
        X509_free(leaf);
        if (failed == NULL && !SSL_CTX_set0_chain(ctx, chain)) failed = "SSL_CTX_set0_chain";
        if (failed == NULL) return NULL;
    }
    sk_X509_pop_free(chain, X509_free);
    return failed;
}

typedef struct gatehouse_password { const uint8_t *bytes; size_t count; int was_asked; } gatehouse_password;

static inline int gatehouse_give_password(char *buffer, int size, int is_writing, void *argument) {
    gatehouse_password *password = (gatehouse_password *)argument;
    password->was_asked = 1;
    if (is_writing || password->bytes == NULL) return 0;
    size_t count = password->count < (size_t)size ? password->count : (size_t)size;
    memcpy(buffer, password->bytes, count);
    return (int)count;
}

// `*is_encrypted` tells whether a password was needed.
static inline EVP_PKEY *gatehouse_read_key(BIO *bio, const uint8_t *password, size_t count, int *is_encrypted) {
    gatehouse_password argument = { password, count, 0 };
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, gatehouse_give_password, &argument);
    *is_encrypted = argument.was_asked;
    return key;
}

// The first private key that a store of OpenSSL's providers has under `uri`.
static inline EVP_PKEY *gatehouse_read_store_key(const char *uri, const uint8_t *password, size_t count, int *is_encrypted) {
    gatehouse_password argument = { password, count, 0 };
    UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(gatehouse_give_password, 0);
    OSSL_STORE_CTX *store = method == NULL ? NULL : OSSL_STORE_open(uri, method, &argument, NULL, NULL);
    EVP_PKEY *key = NULL;
    if (store != NULL) OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
    while (store != NULL && key == NULL && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (info == NULL) break;
        if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) key = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    UI_destroy_method(method);
    *is_encrypted = argument.was_asked;
    return key;
}

// A chain with its key, for connections whose certificate variables name.
typedef struct gatehouse_certificate { X509 *leaf; STACK_OF(X509) *chain; EVP_PKEY *key; } gatehouse_certificate;

static inline gatehouse_certificate *gatehouse_certificate_new(void) {
    return (gatehouse_certificate *)OPENSSL_zalloc(sizeof(gatehouse_certificate));
}

static inline void gatehouse_certificate_free(gatehouse_certificate *certificate) {
    if (certificate == NULL) return;
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    EVP_PKEY_free(certificate->key);
    OPENSSL_free(certificate);
}

static inline const char *gatehouse_certificate_read_chain(gatehouse_certificate *certificate, BIO *bio) {
    certificate->chain = sk_X509_new_null();
    if (certificate->chain == NULL) return "sk_X509_new_null()";
    const char *failed = gatehouse_read_chain(bio, certificate->chain);
    if (failed == NULL) certificate->leaf = sk_X509_shift(certificate->chain);
    return failed;
}

// Both sides show it from then on; `ssl` takes references of its own.
static inline const char *gatehouse_ssl_use(SSL *ssl, const gatehouse_certificate *certificate) {
    if (SSL_use_certificate(ssl, certificate->leaf) != 1) return "SSL_use_certificate()";
    if (SSL_set1_chain(ssl, certificate->chain) != 1) return "SSL_set1_chain()";
    return SSL_use_PrivateKey(ssl, certificate->key) == 1 ? NULL : "SSL_use_PrivateKey()";
}

static inline int gatehouse_is_already_in_store(void) {
    unsigned long code = ERR_peek_last_error();
    if (ERR_GET_LIB(code) != ERR_LIB_X509 || ERR_GET_REASON(code) != X509_R_CERT_ALREADY_IN_HASH_TABLE) return 0;
    ERR_clear_error();
    return 1;
}

static inline const char *gatehouse_ctx_advertise(SSL_CTX *ctx, X509 *certificate) {
    const STACK_OF(X509_NAME) *names = SSL_CTX_get_client_CA_list(ctx);
    const X509_NAME *subject = X509_get_subject_name(certificate);
    for (int i = 0; names != NULL && i < sk_X509_NAME_num(names); i++) {
        if (X509_NAME_cmp(sk_X509_NAME_value(names, i), subject) == 0) return NULL;
    }
    return SSL_CTX_add_client_CA(ctx, certificate) ? NULL : "SSL_CTX_add_client_CA";
}

// Trusts every certificate of a file; `advertises` also names them to clients.
static inline const char *gatehouse_ctx_load_authorities(SSL_CTX *ctx, BIO *bio, int advertises, EVP_MD_CTX *seed, int *is_use) {
    int loaded = 0;
    *is_use = 0;
    for (;;) {
        X509 *certificate = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
        if (certificate == NULL) return loaded && gatehouse_is_end_of_pem() ? NULL : "PEM_read_bio_X509_AUX()";
        loaded = 1;
        gatehouse_seed_certificate(seed, certificate);
        const char *failed = NULL;
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate) != 1 && !gatehouse_is_already_in_store()) {
            failed = "X509_STORE_add_cert";
        } else if (advertises) {
            failed = gatehouse_ctx_advertise(ctx, certificate);
        }
        X509_free(certificate);
        if (failed != NULL) { *is_use = 1; return failed; }
    }
}

static inline const char *gatehouse_ctx_load_crl(SSL_CTX *ctx, BIO *bio, int *is_use) {
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);
    int loaded = 0;
    *is_use = 0;
    for (;;) {
        X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
        if (crl == NULL) {
            if (!loaded || !gatehouse_is_end_of_pem()) return "PEM_read_bio_X509_CRL()";
            X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
            return NULL;
        }
        loaded = 1;
        int added = X509_STORE_add_crl(store, crl) == 1 || gatehouse_is_already_in_store();
        X509_CRL_free(crl);
        if (!added) { *is_use = 1; return "X509_STORE_add_crl"; }
    }
}

static inline const char *gatehouse_ctx_load_dh(SSL_CTX *ctx, BIO *bio) {
    EVP_PKEY *parameters = PEM_read_bio_Parameters(bio, NULL);
    if (parameters == NULL) return "PEM_read_bio_Parameters";
    if (SSL_CTX_set0_tmp_dh_pkey(ctx, parameters) == 1) return NULL;
    EVP_PKEY_free(parameters);
    return "SSL_CTX_set0_tmp_dh_pkey";
}

static inline unsigned gatehouse_conf_flags(void) {
    return SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER | SSL_CONF_FLAG_CLIENT | SSL_CONF_FLAG_CERTIFICATE | SSL_CONF_FLAG_SHOW_ERRORS;
}

// MARK: Stapling (RFC 6066 section 8)

static inline void gatehouse_ctx_set_status_callback(SSL_CTX *ctx, int (*callback)(SSL *, void *), void *argument) {
    SSL_CTX_set_tlsext_status_cb(ctx, callback);
    SSL_CTX_set_tlsext_status_arg(ctx, argument);
}

// The handshake sends a copy of `bytes`.
static inline int gatehouse_ssl_staple(SSL *ssl, const uint8_t *bytes, size_t count) {
    void *copy = OPENSSL_memdup(bytes, count);
    if (copy == NULL) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, (unsigned char *)copy, (long)count);
    return SSL_TLSEXT_ERR_OK;
}

// The certificate at a place of a context, which keeps it; NULL past the last. The context's chain functions are about it then.
static inline X509 *gatehouse_ctx_certificate(SSL_CTX *ctx, int place) {
    if (SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_FIRST) != 1) return NULL;
    for (; place > 0; place--) {
        if (SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_NEXT) != 1) return NULL;
    }
    return SSL_CTX_get0_certificate(ctx);
}

// Who issued the context's current certificate: of its chain, or of the trusted ones. A reference for the caller, or NULL.
static inline X509 *gatehouse_ctx_issuer(SSL_CTX *ctx, X509 *certificate) {
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(ctx, &chain);
    for (int i = 0; i < sk_X509_num(chain); i++) {
        X509 *issuer = sk_X509_value(chain, i);
        if (X509_check_issued(issuer, certificate) == X509_V_OK && X509_up_ref(issuer) == 1) return issuer;
    }
    X509_STORE_CTX *lookup = X509_STORE_CTX_new();
    X509 *issuer = NULL;
    if (lookup != NULL && X509_STORE_CTX_init(lookup, SSL_CTX_get_cert_store(ctx), NULL, NULL) == 1) {
        if (X509_STORE_CTX_get1_issuer(&issuer, lookup, certificate) != 1) issuer = NULL;
    }
    X509_STORE_CTX_free(lookup);
    return issuer;
}

// MARK: OCSP (RFC 6960)

// Reads one response, DER. Returns its size, or -1; the bytes are the caller's to free by OPENSSL_free.
static inline int gatehouse_ocsp_read(BIO *bio, uint8_t **bytes) {
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE_bio(bio, NULL);
    int size = response == NULL ? -1 : i2d_OCSP_RESPONSE(response, bytes);
    OCSP_RESPONSE_free(response);
    return size;
}

// The first responder that a certificate names, for `free` by OPENSSL_free; NULL where it names none.
static inline char *gatehouse_ocsp_responder(X509 *certificate) {
    STACK_OF(OPENSSL_STRING) *names = X509_get1_ocsp(certificate);
    char *first = sk_OPENSSL_STRING_num(names) > 0 ? OPENSSL_strdup(sk_OPENSSL_STRING_value(names, 0)) : NULL;
    X509_email_free(names);
    return first;
}

// A request about one certificate, DER. Returns its size, or -1.
static inline int gatehouse_ocsp_request(X509 *certificate, X509 *issuer, uint8_t **bytes) {
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(NULL, certificate, issuer);
    int size = -1;
    if (request != NULL && id != NULL && OCSP_request_add0_id(request, id) != NULL) {
        id = NULL;
        size = i2d_OCSP_REQUEST(request, bytes);
    }
    OCSP_CERTID_free(id);
    OCSP_REQUEST_free(request);
    return size;
}

static inline time_t gatehouse_epoch_seconds(const ASN1_GENERALIZEDTIME *time) {
    int days, seconds;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int compared = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    return compared ? (time_t)days * 86400 + seconds : -1;
}

// Judges a response about one certificate. Returns NULL where it says that the certificate is good and is valid now, else what is wrong with it;
// `until` is when it ends, in epoch seconds, -1 where it does not say.
static inline const char *gatehouse_ocsp_judge(SSL_CTX *ctx, X509 *certificate, X509 *issuer, const uint8_t *bytes, size_t count,
                                               int verifies, int64_t *until) {
    const char *failure = NULL;
    STACK_OF(X509) *known = NULL;
    OCSP_BASICRESP *basic = NULL;
    OCSP_CERTID *id = NULL;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, (long)count);
    int status = 0;
    ASN1_GENERALIZEDTIME *begin = NULL, *end = NULL;
    *until = -1;
    if (response == NULL) { failure = "d2i_OCSP_RESPONSE() failed"; goto done; }
    if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) { failure = "OCSP response not successful"; goto done; }
    if ((basic = OCSP_response_get1_basic(response)) == NULL) { failure = "OCSP_response_get1_basic() failed"; goto done; }
    // The responder's certificate may be one of the chain.
    if ((known = sk_X509_new_null()) == NULL || sk_X509_push(known, issuer) <= 0) { failure = "no memory"; goto done; }
    if (OCSP_basic_verify(basic, known, SSL_CTX_get_cert_store(ctx), verifies ? OCSP_TRUSTOTHER : OCSP_NOVERIFY) != 1) {
        failure = "OCSP_basic_verify() failed";
        goto done;
    }
    if ((id = OCSP_cert_to_id(NULL, certificate, issuer)) == NULL) { failure = "OCSP_cert_to_id() failed"; goto done; }
    if (OCSP_resp_find_status(basic, id, &status, NULL, NULL, &begin, &end) != 1) {
        failure = "certificate status not found in the OCSP response";
        goto done;
    }
    if (status == V_OCSP_CERTSTATUS_REVOKED) { failure = "certificate status \"revoked\" in the OCSP response"; goto done; }
    if (status != V_OCSP_CERTSTATUS_GOOD) { failure = "certificate status \"unknown\" in the OCSP response"; goto done; }
    // Clocks may differ by five minutes.
    if (OCSP_check_validity(begin, end, 300, -1) != 1) { failure = "OCSP_check_validity() failed"; goto done; }
    if (end != NULL) *until = (int64_t)gatehouse_epoch_seconds(end);
done:
    OCSP_CERTID_free(id);
    sk_X509_free(known);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    return failure;
}

// MARK: Tickets

// Keys the cipher and the MAC of one session ticket (RFC 5077 section 4): AES-CBC with HMAC-SHA-256.
static inline int gatehouse_ticket_init(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const uint8_t *aes, const uint8_t *hmac, size_t size,
                                        const uint8_t *iv, int encrypts) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)hmac, size),
                                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end() };
    const EVP_CIPHER *kind = size == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
    return EVP_CipherInit_ex(cipher, kind, NULL, aes, iv, encrypts) == 1 && EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

typedef int (*gatehouse_ticket_callback)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int);
static inline void gatehouse_ctx_set_ticket_callback(SSL_CTX *ctx, gatehouse_ticket_callback callback) {
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, callback);
}

// MARK: Facts, written as text

static inline void gatehouse_write_ciphers(SSL *ssl, BIO *out) {
    const unsigned char *list = NULL;
    long width = SSL_get0_raw_cipherlist(ssl, NULL), count = SSL_get0_raw_cipherlist(ssl, &list);
    for (long i = 0; width > 0 && i + width <= count; i += width) {
        const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, list + i);
        if (i > 0) BIO_puts(out, ":");
        if (cipher != NULL) {
            BIO_puts(out, SSL_CIPHER_get_name(cipher));
        } else {
            BIO_puts(out, "0x");
            for (long k = 0; k < width; k++) BIO_printf(out, "%02x", list[i + k]);
        }
    }
}

static inline void gatehouse_write_group(SSL *ssl, BIO *out, int nid) {
    const char *name = (nid & TLSEXT_nid_unknown) ? SSL_group_to_name(ssl, nid) : OBJ_nid2sn(nid);
    if (name != NULL) BIO_puts(out, name);
    else BIO_printf(out, "0x%04x", nid & 0xffff);
}

static inline void gatehouse_write_curve(SSL *ssl, BIO *out) {
    int nid = (int)SSL_get_negotiated_group(ssl);
    if (nid != NID_undef) gatehouse_write_group(ssl, out, nid);
}

static inline void gatehouse_write_curves(SSL *ssl, BIO *out) {
    int groups[128];
    long count = SSL_get1_groups(ssl, NULL);
    if (count <= 0 || count > 128) return;
    count = SSL_get1_groups(ssl, groups);
    for (long i = 0; i < count; i++) {
        if (i > 0) BIO_puts(out, ":");
        gatehouse_write_group(ssl, out, groups[i]);
    }
}

static inline void gatehouse_write_signature_algorithms(SSL *ssl, BIO *out) {
    unsigned char signature = 0, hash = 0;
    int count = SSL_get_sigalgs(ssl, -1, NULL, NULL, NULL, NULL, NULL);
    for (int i = 0; i < count; i++) {
        SSL_get_sigalgs(ssl, i, NULL, NULL, NULL, &signature, &hash);
        BIO_printf(out, i > 0 ? ":0x%04x" : "0x%04x", hash << 8 | signature);
    }
}

static inline void gatehouse_write_name(const X509_NAME *name, BIO *out, int is_legacy) {
    if (!is_legacy) { X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253); return; }
    char *line = X509_NAME_oneline(name, NULL, 0);
    if (line != NULL) BIO_puts(out, line);
    OPENSSL_free(line);
}

static inline void gatehouse_write_fingerprint(const X509 *certificate, BIO *out) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (!X509_digest(certificate, EVP_sha1(), digest, &count)) return;
    for (unsigned int i = 0; i < count; i++) BIO_printf(out, "%02x", digest[i]);
}

// Whole days until the certificate ends, seen from `now` (epoch seconds); 0 where it has ended, -1 where it cannot be told.
static inline long gatehouse_days_left(const X509 *certificate, int64_t now) {
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)now);
    int days = 0, seconds = 0;
    int known = from != NULL && ASN1_TIME_diff(&days, &seconds, from, X509_get0_notAfter(certificate));
    ASN1_TIME_free(from);
    return !known ? -1 : days > 0 ? days : 0;
}

static inline size_t gatehouse_bio_contents(BIO *bio, const uint8_t **bytes) {
    char *start = NULL;
    long count = BIO_get_mem_data(bio, &start);
    *bytes = (const uint8_t *)start;
    return count > 0 ? (size_t)count : 0;
}

// MARK: Certificates made on the spot

static inline int gatehouse_add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    int added = extension != NULL && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

static inline int gatehouse_fill_certificate(X509 *certificate, EVP_PKEY *key, const char *name, const char *names, long lifetime) {
    X509_NAME *subject = X509_get_subject_name(certificate);
    uint64_t serial = 0;
    return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1
        && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (serial >> 1) | 1)
        && X509_set_version(certificate, X509_VERSION_3)
        && X509_gmtime_adj(X509_getm_notBefore(certificate), -300) != NULL
        && X509_gmtime_adj(X509_getm_notAfter(certificate), lifetime) != NULL
        && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0)
        && X509_set_issuer_name(certificate, subject) && X509_set_pubkey(certificate, key)
        && gatehouse_add_extension(certificate, NID_subject_alt_name, names)
        && gatehouse_add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE")
        && X509_sign(certificate, key, EVP_sha256()) > 0;
}

// A P-256 key and a certificate that it signs itself, both written as PEM.
static inline int gatehouse_self_signed(const char *name, const char *names, long lifetime, BIO *certificate_out, BIO *key_out) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    int made = key != NULL && certificate != NULL && gatehouse_fill_certificate(certificate, key, name, names, lifetime)
        && PEM_write_bio_X509(certificate_out, certificate)
        && PEM_write_bio_PrivateKey(key_out, key, NULL, NULL, 0, NULL, NULL);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return made;
}

// MARK: Digests

enum { GATEHOUSE_MD5 = 0, GATEHOUSE_SHA1 = 1, GATEHOUSE_SHA256 = 2 };

// Writes the digest of `data` to `out`, which has room for 64 bytes; returns its length, 0 where the library refuses the algorithm.
static inline unsigned gatehouse_digest(int kind, const uint8_t *data, size_t count, uint8_t *out) {
    const EVP_MD *algorithm = kind == GATEHOUSE_MD5 ? EVP_md5() : kind == GATEHOUSE_SHA1 ? EVP_sha1() : EVP_sha256();
    unsigned length = 0;
    return EVP_Digest(data, count, out, &length, algorithm, NULL) == 1 ? length : 0;
}

#endif
