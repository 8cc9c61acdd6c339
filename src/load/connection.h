#pragma once
// Connection: one connection to the server, which carries one request at a time, or a stream. Nothing here waits: an epoll set says when there is
// something to do, and its entry points to the connection.
//
//     struct connection connection;
//     connection_init(&connection);
//     connection_open(&connection, epoll, &address);                 // CONNECTION_UP comes when it is there
//     ... put the request into connection.out, then connection_send(&connection)
//     ... for every event of the set:
//     switch (connection_on_event(events[i].data.ptr, events[i].events, &reply)) {
//     case CONNECTION_REPLY: ... reply, until the next call ...; connection_next(&connection)
//     case CONNECTION_LOST:  ... connection.fault says why; it is closed, and may be opened again
//     }
//
// A stream goes both ways at once: connection_stream() begins it on a connection that is free, connection_push() sends what was added to `out`, and
// CONNECTION_BYTES says that something was added to `in`, which is whoever reads it to take out.
//
// Buffers stay from one request to the next, so that a warm connection does not allocate. Behind the body of a reply CONNECTION_PADDING
// bytes can be read, for parsers that read ahead.

#include "base/buf.h"
#include "load/reply.h"

#include <sys/socket.h>

enum {
    CONNECTION_PADDING = 64,
    CONNECTION_REQUEST_MAX = 64 << 20,
};

typedef enum ConnectionState {
    CONNECTION_DOWN,
    CONNECTION_OPENING,
    CONNECTION_FREE,
    CONNECTION_BUSY, // a request is under way
    CONNECTION_STREAM,
} ConnectionState;

typedef enum ConnectionNews {
    CONNECTION_NOTHING,
    CONNECTION_UP,
    CONNECTION_REPLY,
    CONNECTION_BYTES, // of a stream
    CONNECTION_LOST,
    CONNECTION_WRONG, // what came is no reply; it is closed too
} ConnectionNews;

struct connection_address {
    struct sockaddr_storage at;
    socklen_t size;
};

struct connection {
    ConnectionState state;
    int fd, epoll;
    bool writes; // the set tells when there is room to write
    struct buf out, in;
    size_t sent; // of `out`
    struct reply_reader reader;
    const char *fault; // of what was LOST or WRONG
};

void connection_init(struct connection *connection);
void connection_deinit(struct connection *connection);
// Begins to connect one that is down. False: the system refused at once; `fault` says why.
bool connection_open(struct connection *connection, int epoll, const struct connection_address *address);
void connection_close(struct connection *connection);
// Sends `out` on a connection that is free. What does not fit into the socket goes later.
// CONNECTION_LOST or CONNECTION_NOTHING.
ConnectionNews connection_send(struct connection *connection);
// The reply lies in the connection until connection_next().
ConnectionNews connection_on_event(struct connection *connection, uint32_t events, struct reply *ret_reply);
// Behind a reply: it is free again, or down when the server closes it.
void connection_next(struct connection *connection, const struct reply *reply);

// What a free connection sends and receives from now on is a stream's; it is free never again.
void connection_stream(struct connection *connection);
// Sends `out` from `sent` on, as far as the socket takes it; `out` is empty again when all went, and connection_is_stuck() when not: the rest goes when the
// set tells that there is room. CONNECTION_LOST or CONNECTION_NOTHING.
ConnectionNews connection_push(struct connection *connection);
static inline bool connection_is_stuck(const struct connection *connection) {
    return connection->writes;
}
