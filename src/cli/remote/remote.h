#pragma once
// Remote: a running server, asked over its HTTP API. What it lets somebody see and do is decided
// there, so that roles, secrets, masks and the audit log hold for who types a command as for who
// looks at a screen; nothing of that is here.
//
//     struct remote_options options = {.timeout_s = REMOTE_TIMEOUT_S};
//     const struct cli_option table[] = {REMOTE_OPTIONS(options)};
//     ...
//     TRY(remote_open(&options, arena, &remote, diag));
//     struct remote_request request = {.method = "GET", .path = SLICE("/v1/alerts")};
//     TRY(remote_ask(remote, &request, &reply, diag));
//     ... reply.body ...                             // the remote's, until it is asked again
//     remote_close(remote);
//
// Who asks. A key of a system or the token of a session (`qiantang session begin`) comes from
// --key-file or from $QIANTANG_KEY, never from the command line, where every process of the machine
// could read it. It is written nowhere, and goes neither to another server (redirections are not
// followed, proxies of the environment not taken) nor over a connection that others can read:
// http:// is for loopback alone, as soon as there is a key (RM002).
//
// A reply of 2xx is STATUS_OK. Everything else is told: what the server refuses (problem.h) in its
// own words and with its own code, STATUS_INVALID or, where the server itself is unwell, STATUS_IO;
// a server that is not there, STATUS_IO. Nothing is asked twice.
//
// Codes: RM001 the address, RM002 a key that others could read, RM003 no key in its file,
// RM004 nobody answers, RM005 too late, RM006 TLS, RM007 too long, RM008 broken off, RM009 not the
// answer of such a server.

#include "cli/options.h"

enum {
    REMOTE_TIMEOUT_S = 60, // a bulletin of a large bank takes some seconds
    REMOTE_TIMEOUT_MAX_S = 3600,
    REMOTE_CONNECT_S = 10,
    REMOTE_KEY_MAX = 4096,       // bytes; a key has 56, a token 43
    REMOTE_JSON_MAX = 32 << 20,  // bytes of an answer in JSON
    REMOTE_FILE_MAX = 192 << 20, // of a file; a referral's package has at most 128 MiB
};

struct remote_options {
    Slice server, key_file, ca, certificate, private_key;
    int64_t timeout_s;
    bool is_signing_in; // a password goes on the way, and no key is read
};

// The rows of a table of options.
#define REMOTE_OPTIONS(options)                                                                                                                      \
    {"server", "URL", "of the server, such as https://risk.example:8443; default $QIANTANG_SERVER", CLI_TEXT, &(options).server},                    \
        {"key-file", "FILE", "holds a key, or the token of a session; default $QIANTANG_KEY", CLI_TEXT, &(options).key_file},                        \
        {"ca", "FILE", "PEM of the authorities that the server's certificate may be of", CLI_TEXT, &(options).ca},                                   \
        {"certificate", "FILE", "PEM of a client's certificate, where the server asks for one", CLI_TEXT, &(options).certificate},                   \
        {"private-key", "FILE", "PEM of its private key", CLI_TEXT, &(options).private_key}, {                                                       \
        "timeout", "SECONDS", "for the whole answer; default 60", CLI_NUMBER, &(options).timeout_s                                                   \
    }

struct remote_request {
    const char *method;
    Slice path;         // with its query, encoded
    Slice body;         // no bytes: none
    Slice content_type; // of the body; empty: application/json
    bool is_file;       // a file may be longer than JSON
    bool is_anonymous;  // without the key
};

struct remote_reply {
    uint32_t status;
    Slice content_type; // without parameters
    Slice body;
    Slice token; // of the session that began with it; else empty
};

struct remote;

// Looks at the options and reads the key; asks nobody yet.
MUST_USE Status remote_open(const struct remote_options *options, struct arena *arena, struct remote **ret_remote, struct diag *diag);
// What is refused is told.
MUST_USE Status remote_ask(struct remote *remote, const struct remote_request *request, struct remote_reply *ret_reply, struct diag *diag);
// The same with a reply of any status.
MUST_USE Status remote_send(struct remote *remote, const struct remote_request *request, struct remote_reply *ret_reply, struct diag *diag);
// The server's address as it is asked, without a key.
Slice remote_server(const struct remote *remote);
// Forgets the key.
void remote_close(struct remote *remote);
