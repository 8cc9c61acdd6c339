#pragma once
// A client for tests: sends the bytes it is told, well-formed or not, and reads replies. It blocks,
// but never for longer than CLIENT_DEADLINE_MS.
//
//     struct client client;
//     CHECK(client_open(&client, port) && client_send(&client, SLICE("GET /x HTTP/1.1\r\nHost:
//     t\r\n\r\n"))); struct client_reply reply; CHECK(client_receive(&client, &reply) &&
//     reply.status == 200 && slice_is(reply.body, "...")); client_close(&client);
//
// A reply lives until the next one of its client.

#include "base/buf.h"

#include <gnutls/gnutls.h>

enum {
    CLIENT_DEADLINE_MS = 20000
}; // far above what anything takes: only a server that hangs meets it

struct client {
    int fd;
    gnutls_session_t tls;
    struct buf in; // received, not yet given out
    size_t at;
    struct buf body;
    bool head_request; // the next reply has no body
};

struct client_reply {
    int status;
    Slice head; // without the status line
    Slice body;
    bool chunked;
};

bool client_open(struct client *client, uint16_t port);
void client_close(struct client *client);
bool client_send(struct client *client, Slice bytes);
// One reply, by Content-Length, chunks, or the end of the connection. Interim ones (100) are given
// like any.
bool client_receive(struct client *client, struct client_reply *ret_reply);
bool client_header(const struct client_reply *reply, Slice name, Slice *ret_value);
// Only the head; then the chunks of its body one by one (false at the end).
bool client_receive_head(struct client *client, struct client_reply *ret_reply);
bool client_receive_chunk(struct client *client, Slice *ret_chunk);
// Whether the server closes, with nothing before it.
bool client_sees_end(struct client *client);
// Sends and receives one.
bool client_ask(struct client *client, Slice bytes, struct client_reply *ret_reply);
// The `code` of a problem, and that the body is a whole problem that says the status; empty when it
// is not.
Slice client_problem(const struct client_reply *reply);
