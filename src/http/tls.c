// TLS: what the library leaves to us. The handshake and the records are its business; it asks for a
// client's certificate but does not look at it.

#include "http/server.h"

#include "base/arena.h"
#include "base/hex.h"

#include <gnutls/x509.h>
#include <stdlib.h>

// Ends the handshake when there is a certificate that nobody trusted stands behind. Whether there
// must be one is asked before.
static int check_client(gnutls_session_t session) {
    unsigned count = 0;
    unsigned trouble = 1;
    if (gnutls_certificate_get_peers(session, &count) == NULL || count == 0) {
        return 0;
    }
    return gnutls_certificate_verify_peers2(session, &trouble) == 0 && trouble == 0
               ? 0
               : GNUTLS_E_CERTIFICATE_ERROR;
}

void tls_session_begin(const struct http_options *options, gnutls_session_t session) {
    if (options->tls_client == HTTP_CLIENT_CERTIFICATE_NONE) {
        return;
    }
    bool required = options->tls_client == HTTP_CLIENT_CERTIFICATE_REQUIRED;
    gnutls_certificate_server_set_request(session,
                                          required ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
    gnutls_session_set_verify_function(session, check_client);
}

void tls_certificate_read(struct connection *connection) {
    if (connection->certificate_read || connection->tls == NULL) {
        return;
    }
    connection->certificate_read = true;
    unsigned count = 0;
    unsigned trouble = 1;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(connection->tls, &count);
    if (chain == NULL || count == 0 ||
        gnutls_certificate_verify_peers2(connection->tls, &trouble) < 0 || trouble != 0) {
        return;
    }
    unsigned char digest[32];
    size_t digest_size = sizeof digest;
    gnutls_x509_crt_t certificate;
    if (gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], digest, &digest_size) < 0 ||
        digest_size != sizeof digest || gnutls_x509_crt_init(&certificate) < 0) {
        return;
    }
    gnutls_datum_t name;
    if (gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) >= 0 &&
        gnutls_x509_crt_get_dn3(certificate, &name, 0) >= 0) {
        connection->subject = memory_alloc(name.size + 1);
        memcpy(connection->subject, name.data, name.size);
        gnutls_free(name.data);
        hex_put(connection->fingerprint, digest, sizeof digest);
        connection->certified = true;
    }
    gnutls_x509_crt_deinit(certificate);
}

static gnutls_datum_t datum(Slice text) {
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)text.at, (unsigned)text.size};
}

bool tls_material_valid(const struct http_options *options, const char **ret_fault) {
    gnutls_certificate_credentials_t credentials;
    INVARIANT(gnutls_certificate_allocate_credentials(&credentials) == 0);
    gnutls_datum_t certificate = datum(options->tls_certificate);
    gnutls_datum_t key = datum(options->tls_key);
    gnutls_datum_t trust = datum(options->tls_client_ca);
    int result =
        gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
    *ret_fault = "certificate and key";
    if (result >= 0 && options->tls_client != HTTP_CLIENT_CERTIFICATE_NONE) {
        *ret_fault = "certificates that stand behind clients";
        result = gnutls_certificate_set_x509_trust_mem(credentials, &trust, GNUTLS_X509_FMT_PEM);
        result = result == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : result;
    }
    gnutls_certificate_free_credentials(credentials);
    return result >= 0;
}
