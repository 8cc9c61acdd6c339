// TLS and mutual TLS, with certificates that are made here.

#include "http/http.h"

#include "base/test.h"
#include "http/test_client.h"
#include "os/thread.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <time.h>

// --- Certificates ---

struct identity {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t key_pem, certificate_pem;
};

static Slice pem(const gnutls_datum_t *datum) {
    return (Slice){(const char *)datum->data, datum->size};
}

// Signed by `issuer`, or by itself.
static void identity_make(struct identity *identity, const char *name, struct identity *issuer) {
    INVARIANT(gnutls_x509_privkey_init(&identity->key) == 0);
    INVARIANT(gnutls_x509_privkey_generate(identity->key, GNUTLS_PK_ECDSA,
                                           GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                           0) == 0);
    INVARIANT(gnutls_x509_crt_init(&identity->certificate) == 0);
    gnutls_x509_crt_t certificate = identity->certificate;
    unsigned char serial[8];
    INVARIANT(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial) == 0);
    serial[0] = 1;
    time_t now = time(NULL);
    const char *wrong;
    INVARIANT(gnutls_x509_crt_set_version(certificate, 3) == 0);
    INVARIANT(gnutls_x509_crt_set_serial(certificate, serial, sizeof serial) == 0);
    INVARIANT(gnutls_x509_crt_set_activation_time(certificate, now - 3600) == 0);
    INVARIANT(gnutls_x509_crt_set_expiration_time(certificate, now + 3600) == 0);
    INVARIANT(gnutls_x509_crt_set_dn(certificate, name, &wrong) == 0);
    INVARIANT(gnutls_x509_crt_set_key(certificate, identity->key) == 0);
    INVARIANT(gnutls_x509_crt_set_basic_constraints(certificate, issuer == NULL, -1) == 0);
    INVARIANT(gnutls_x509_crt_set_key_usage(certificate, issuer == NULL
                                                             ? GNUTLS_KEY_KEY_CERT_SIGN
                                                             : GNUTLS_KEY_DIGITAL_SIGNATURE) == 0);
    struct identity *signer = issuer == NULL ? identity : issuer;
    INVARIANT(gnutls_x509_crt_sign2(certificate, signer->certificate, signer->key,
                                    GNUTLS_DIG_SHA256, 0) == 0);
    INVARIANT(
        gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &identity->certificate_pem) == 0);
    INVARIANT(gnutls_x509_privkey_export2(identity->key, GNUTLS_X509_FMT_PEM, &identity->key_pem) ==
              0);
}

static void identity_free(struct identity *identity) {
    gnutls_free(identity->certificate_pem.data);
    gnutls_free(identity->key_pem.data);
    gnutls_x509_crt_deinit(identity->certificate);
    gnutls_x509_privkey_deinit(identity->key);
}

static void fingerprint(const struct identity *identity, char text[65]) {
    unsigned char digest[32];
    size_t size = sizeof digest;
    INVARIANT(gnutls_x509_crt_get_fingerprint(identity->certificate, GNUTLS_DIG_SHA256, digest,
                                              &size) == 0);
    for (size_t i = 0; i < sizeof digest; i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
}

// --- A server and a client ---

static void on_who(void *context, struct http_request *request) {
    struct http_client_certificate certificate = {SLICE("nobody"), SLICE("")};
    bool shown = http_request_certificate(request, &certificate);
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%d|%.*s|%.*s", shown, SLICE_ARGS(certificate.subject),
               SLICE_ARGS(certificate.fingerprint));
    http_reply(request, &(struct http_reply){.status = 200,
                                             .content_type = SLICE("text/plain"),
                                             .body = buf_slice(&text)});
    buf_deinit(&text);
}

static void on_hold(void *context, struct http_request *request) {
    http_defer(request);
    INVARIANT(queue_push(context, request));
}

static void on_echo(void *context, struct http_request *request) {
    http_reply(request, &(struct http_reply){.status = 200,
                                             .content_type = SLICE("text/plain"),
                                             .body = http_request_body(request)});
}

static const struct http_route routes[] = {
    {.method = HTTP_GET, .pattern = "/who", .handler = on_who},
    {.method = HTTP_GET, .pattern = "/hold", .handler = on_hold},
    {.method = HTTP_POST, .pattern = "/echo", .body_max = 1 << 20, .handler = on_echo},
};

#define WHO SLICE("GET /who HTTP/1.1\r\nHost: t\r\n\r\n")

struct rig {
    struct arena arena;
    struct identity authority, stranger, server_identity, client_identity, strange_identity;
    struct queue *held;
    struct http_server *server;
    uint16_t port;
};

static bool rig_open(struct rig *rig, HttpClientCertificate wanted) {
    arena_init(&rig->arena, 4 << 10);
    identity_make(&rig->authority, "CN=authority", NULL);
    identity_make(&rig->stranger, "CN=stranger", NULL);
    identity_make(&rig->server_identity, "CN=server", &rig->authority);
    identity_make(&rig->client_identity, "CN=gateway 7,O=payments", &rig->authority);
    identity_make(&rig->strange_identity, "CN=gateway 7,O=payments", &rig->stranger);
    rig->held = queue_create(64);
    struct http_options options = {
        .tls_certificate = pem(&rig->server_identity.certificate_pem),
        .tls_key = pem(&rig->server_identity.key_pem),
        .tls_client_ca = pem(&rig->authority.certificate_pem),
        .tls_client = wanted,
        .request_timeout_ms = 200,
    };
    struct diag diag;
    CHECK(http_server_start(&options, routes, sizeof routes / sizeof routes[0], rig->held,
                            &rig->arena, &rig->server, &diag) == STATUS_OK);
    rig->port = http_server_port(rig->server);
    return true;
}

static void rig_close(struct rig *rig) {
    http_server_destroy(rig->server);
    queue_destroy(rig->held);
    identity_free(&rig->authority);
    identity_free(&rig->stranger);
    identity_free(&rig->server_identity);
    identity_free(&rig->client_identity);
    identity_free(&rig->strange_identity);
    arena_deinit(&rig->arena);
}

struct session {
    struct client client;
    gnutls_certificate_credentials_t credentials;
};

// False: the handshake failed.
static bool session_open(struct session *session, const struct rig *rig, const struct identity *own,
                         const char *priorities) {
    INVARIANT(gnutls_certificate_allocate_credentials(&session->credentials) == 0);
    INVARIANT(gnutls_certificate_set_x509_trust_mem(
                  session->credentials, &rig->authority.certificate_pem, GNUTLS_X509_FMT_PEM) == 1);
    if (own != NULL) {
        INVARIANT(gnutls_certificate_set_x509_key_mem(session->credentials, &own->certificate_pem,
                                                      &own->key_pem, GNUTLS_X509_FMT_PEM) >= 0);
    }
    if (!client_open(&session->client, rig->port)) {
        return false;
    }
    gnutls_session_t *tls = &session->client.tls;
    // A client that has none of the issuers that the server names would show nothing; ours shows
    // what it has.
    INVARIANT(gnutls_init(tls, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT | GNUTLS_NO_SIGNAL) == 0);
    INVARIANT(gnutls_priority_set_direct(*tls, priorities, NULL) == 0);
    INVARIANT(gnutls_credentials_set(*tls, GNUTLS_CRD_CERTIFICATE, session->credentials) == 0);
    gnutls_session_set_verify_cert(*tls, NULL, 0);
    gnutls_transport_set_int(*tls, session->client.fd);
    int result;
    do {
        result = gnutls_handshake(*tls);
    } while (result < 0 && !gnutls_error_is_fatal(result));
    return result == 0;
}

static void session_close(struct session *session) {
    client_close(&session->client);
    gnutls_certificate_free_credentials(session->credentials);
}

#define NORMAL "NORMAL"
#define ONLY_12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define ONLY_11 "NORMAL:-VERS-ALL:+VERS-TLS1.1"

// What /who says, or "" when there is no answer: in TLS 1.3 a client learns of a refusal only with
// its first read.
static bool says(struct session *session, bool opened, const char *expected) {
    struct client_reply reply;
    bool got = opened && client_ask(&session->client, WHO, &reply) && reply.status == 200;
    bool good = expected == NULL ? !got : got && slice_is(reply.body, expected);
    if (got && !good) {
        fprintf(stderr, "said: %.*s\n", SLICE_ARGS(reply.body));
    }
    session_close(session);
    return good;
}

static bool test_versions(void) {
    struct rig rig;
    CHECK(rig_open(&rig, HTTP_CLIENT_CERTIFICATE_NONE));
    struct session session;
    CHECK(says(&session, session_open(&session, &rig, NULL, NORMAL), "0|nobody|"));
    CHECK(says(&session, session_open(&session, &rig, NULL, ONLY_12), "0|nobody|"));
    CHECK(says(&session, session_open(&session, &rig, NULL, ONLY_11), NULL));
    CHECK(says(&session, session_open(&session, &rig, &rig.client_identity, NORMAL), "0|nobody|"));
    // Plain text into the TLS port.
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && !client_ask(&client, WHO, &reply));
    client_close(&client);
    CHECK(says(&session, session_open(&session, &rig, NULL, NORMAL), "0|nobody|"));
    rig_close(&rig);
    return true;
}

static bool test_mutual(void) {
    static const char *const versions[] = {NORMAL, ONLY_12};
    for (int required = 0; required < 2; required++) {
        struct rig rig;
        CHECK(rig_open(&rig, required ? HTTP_CLIENT_CERTIFICATE_REQUIRED
                                      : HTTP_CLIENT_CERTIFICATE_WANTED));
        char known[256];
        char digest[65];
        fingerprint(&rig.client_identity, digest);
        snprintf(known, sizeof known, "1|CN=gateway 7,O=payments|%s", digest);
        struct session session;
        for (int i = 0; i < 2; i++) {
            CHECK(says(&session, session_open(&session, &rig, &rig.client_identity, versions[i]),
                       known));
            CHECK(says(&session, session_open(&session, &rig, &rig.strange_identity, versions[i]),
                       NULL));
            CHECK(says(&session, session_open(&session, &rig, NULL, versions[i]),
                       required ? NULL : "0|nobody|"));
        }
        rig_close(&rig);
    }
    return true;
}

static bool test_bodies_and_streams(void) {
    struct rig rig;
    CHECK(rig_open(&rig, HTTP_CLIENT_CERTIFICATE_NONE));
    struct session session;
    struct client *client = &session.client;
    struct client_reply reply;
    enum { SIZE = 300000 };
    CHECK(session_open(&session, &rig, NULL, NORMAL));
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_printf(&text, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n", SIZE);
    for (int i = 0; i < SIZE; i++) {
        buf_put_byte(&text, (char)('a' + i % 23));
    }
    CHECK(client_ask(client, buf_slice(&text), &reply) && reply.status == 200 &&
          reply.body.size == SIZE);
    CHECK(memcmp(reply.body.at, text.bytes + text.size - SIZE, SIZE) == 0);
    // Deferred, on the same connection.
    CHECK(client_send(client, SLICE("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")));
    struct http_request *held = queue_pop(rig.held);
    http_reply(held, &(struct http_reply){.status = 204});
    CHECK(client_receive(client, &reply) && reply.status == 204);
    // A stream that is larger than what the system buffers.
    CHECK(client_send(client, SLICE("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")));
    held = queue_pop(rig.held);
    http_stream_begin(held,
                      &(struct http_reply){.status = 200, .content_type = SLICE("text/plain")});
    Slice page = slice_part(buf_slice(&text), 100, 100000);
    for (int i = 0; i < 100; i++) {
        Status status = http_stream_put(held, page);
        if (status == STATUS_LIMIT) {
            Slice chunk;
            CHECK(i == 0 || reply.status == 200 || client_receive_head(client, &reply));
            while (status == STATUS_LIMIT && client_receive_chunk(client, &chunk)) {
                status = http_stream_put(held, page);
            }
        }
        CHECK_THAT(status == STATUS_OK, "%d: %s", i, status_name(status));
    }
    http_stream_end(held);
    Slice chunk;
    while (client_receive_chunk(client, &chunk)) {
    }
    CHECK(client_sees_end(client));
    session_close(&session);
    buf_deinit(&text);
    // A slow one is told so through TLS.
    CHECK(session_open(&session, &rig, NULL, NORMAL));
    CHECK(client_send(client,
                      SLICE("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc")));
    CHECK(client_receive(client, &reply) && reply.status == 408 &&
          slice_is(client_problem(&reply), "request_timeout"));
    CHECK(client_sees_end(client));
    session_close(&session);
    rig_close(&rig);
    return true;
}

static bool test_material(void) {
    struct rig rig;
    CHECK(rig_open(&rig, HTTP_CLIENT_CERTIFICATE_NONE));
    struct http_options options = {
        .tls_certificate = pem(&rig.server_identity.certificate_pem),
        .tls_key = pem(&rig.client_identity.key_pem),
    };
    struct http_server *server;
    struct diag diag;
    CHECK(http_server_start(&options, routes, 1, NULL, &rig.arena, &server, &diag) ==
          STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT003") == 0);
    options.tls_key = pem(&rig.server_identity.key_pem);
    options.tls_client = HTTP_CLIENT_CERTIFICATE_REQUIRED; // of whom?
    CHECK(http_server_start(&options, routes, 1, NULL, &rig.arena, &server, &diag) ==
          STATUS_INVALID);
    rig_close(&rig);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_versions), TEST(test_mutual),
                                        TEST(test_bodies_and_streams), TEST(test_material)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
