#pragma once
// A server for tests, with routes that show what it does, and what they leave behind.
//
//     struct rig *rig = memory_alloc(sizeof *rig);
//     CHECK(rig_open(rig, (struct http_options){.threads = 1}) && client_open(&client, rig->port));
//     ... client_ask(&client, HELLO, &reply) ...
//     rig_close(rig);
//
// Answered at once: /hello, /echo, /large, /query, /headers, /peer. Deferred until the test answers
// what is in `held`: /hold. Streams: those with `data`.

#include "http/http.h"
#include "http/test_client.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    BODY_MAX = 1000,
    HELD_MAX = 1024,
    LOG_MAX = 4096,
};

// What `after` was told.
struct entry {
    uint32_t route; // 0: none
    uint16_t status;
    bool complete;
    uint64_t body_in, body_out;
};

// A server with its routes, and what they leave behind.
struct rig {
    struct arena arena;
    struct http_server *server;
    struct queue *held; // deferred requests, to be answered by the test
    uint16_t port;
    atomic_int gone, released, room, pieces, ends;
    _Atomic size_t take; // bytes that /upload takes of a piece
    pthread_mutex_t pushing;
    pthread_mutex_t lock;
    pthread_cond_t logged;
    struct entry log[LOG_MAX];
    int log_count;
};

#define HELLO SLICE("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n")
#define UPLOAD "POST /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
#define HOLD SLICE("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")
#define POST_HEAD "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n"

extern const struct http_route rig_routes[];
extern const struct http_reply rig_ndjson; // of a stream of lines

// False with a line on stderr when it does not start.
bool rig_open(struct rig *rig, struct http_options options);
void rig_close(struct rig *rig);
// The entry at `index`, as soon as it is there.
struct entry rig_log_wait(struct rig *rig, int index);
// Until so many clients of deferred requests have gone.
void rig_gone_wait(struct rig *rig, int count);
// Answers 200 with a text.
void rig_say(struct http_request *request, Slice text);
// Puts a byte so many times.
void rig_repeat(struct buf *out, char byte, size_t count);
bool client_says_hello(struct client *client);
// Whether it answers on a connection of its own.
bool rig_is_alive(struct rig *rig);
