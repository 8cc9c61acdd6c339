// What the library cannot say. It sends a reply only behind the whole request, and closes when a
// request takes too long; so an answer that begins while the body is still read, a 408, and a 413
// in the middle of a chunked body are written here, straight to the socket or the TLS session. That
// is sound because the library writes nothing while it reads (but for 100 Continue, for which
// `hold` waits), everything happens on one thread, and the connection ends behind it:
//
//     WIRE: out ─▶ socket, as far as it takes; the epoll set tells when it takes more ─▶ last byte:
//     shutdown ─▶ LINGER
//
// A socket that is closed while the client still sends makes the system throw away what the client
// has not read yet. So a connection lingers: what comes is thrown away, until the client closes
// too, or LINGER_MS or LINGER_BYTES are over.

#include "http/server.h"

#include "base/time.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { OUT_MAX = 1 << 30 };

// RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
static void put_date(struct buf *out) {
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct timespec now;
    INVARIANT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    CivilTime time = civil_from_time((int64_t)now.tv_sec * US_PER_SECOND, 0);
    buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[time.weekday - 1],
               time.day, months[time.month - 1], time.year, time.hour, time.minute, time.second);
}

static void put_header(struct buf *out, Slice name, Slice value) {
    buf_put(out, name);
    buf_put(out, SLICE(": "));
    buf_put(out, value);
    buf_put(out, SLICE("\r\n"));
}

static void put_head(struct http_request *request, const struct http_reply *reply) {
    struct buf *out = &request->wire.out;
    buf_printf(out, "HTTP/1.1 %u %s\r\n", reply->status, MHD_get_reason_phrase_for(reply->status));
    put_date(out);
    if (!slice_empty(reply->content_type)) {
        put_header(out, SLICE("Content-Type"), reply->content_type);
    }
    for (uint32_t i = 0; i < reply->header_count; i++) {
        put_header(out, reply->headers[i].name, reply->headers[i].value);
    }
    struct http_header common;
    for (uint32_t i = 0; reply_common_header(request->server, reply, &i, &common);) {
        put_header(out, common.name, common.value);
    }
    buf_put(out, SLICE("Connection: close\r\n"));
}

static bool begin(struct http_request *request, const struct http_reply *reply) {
    if (request->stage == STAGE_WIRE || request->stage == STAGE_LINGER ||
        request->stage == STAGE_SEND) {
        return false;
    }
    request->stage = STAGE_WIRE;
    request->status = reply->status;
    request->wire.moved_ms = request->loop->now_ms;
    request->wire.bodiless =
        request->method == HTTP_HEAD || reply->status == 204 || reply->status == 304;
    buf_init(&request->wire.out, OUT_MAX);
    put_head(request, reply);
    return true;
}

void wire_reply(struct http_request *request, const struct http_reply *reply) {
    if (!begin(request, reply)) {
        return;
    }
    struct wire *wire = &request->wire;
    buf_printf(&wire->out, "Content-Length: %zu\r\n\r\n", reply->body.size);
    if (!wire->bodiless) {
        buf_put(&wire->out, reply->body);
        request->body_out = reply->body.size;
    }
    INVARIANT(!buf_overflowed(&wire->out));
    wire->last = true;
    wire_flush(request);
}

void wire_problem(struct http_request *request, Problem problem) {
    struct buf body;
    buf_init(&body, OUT_MAX);
    problem_render(&request->server->options, problem_status(problem),
                   slice_of(problem_code(problem)), slice_of(problem_detail(problem)),
                   request->target.path, &body);
    request->wire.hold = false;
    wire_reply(request, &(struct http_reply){.status = problem_status(problem),
                                             .content_type = SLICE("application/problem+json"),
                                             .body = buf_slice(&body)});
    buf_deinit(&body);
    request_wake(request);
}

static void watch(struct http_request *request) {
    struct epoll_event event = {.events = EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = request};
    request->wire.registered =
        request->wire.registered ||
        epoll_ctl(request->loop->epoll, EPOLL_CTL_ADD, request->connection->fd, &event) == 0;
}

void wire_begin(struct http_request *request, const struct http_reply *reply) {
    if (request->malformed) {
        wire_reply(request, reply);
        stream_leave(request->stream);
        return;
    }
    if (!begin(request, reply)) {
        stream_leave(request->stream); // cut short by a refusal
        return;
    }
    struct wire *wire = &request->wire;
    wire->chunked = !request->old_version && !wire->bodiless;
    buf_put(&wire->out,
            wire->chunked ? SLICE("Transfer-Encoding: chunked\r\n\r\n") : SLICE("\r\n"));
    watch(request);
    wire_flush(request);
}

void wire_go(struct http_request *request) {
    if (request->wire.hold) {
        request->wire.hold = false;
        wire_flush(request);
    }
}

// --- Out ---

// Bytes that went out; 0: none just now; -1: the connection is broken.
static ssize_t wire_send(struct connection *connection, Slice bytes) {
    if (connection->tls != NULL) {
        // After GNUTLS_E_AGAIN the same bytes must be offered again, and are: nothing in front of
        // them is changed.
        ssize_t sent = gnutls_record_send(connection->tls, bytes.at, bytes.size);
        return sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED ? 0 : sent < 0 ? -1 : sent;
    }
    ssize_t sent = send(connection->fd, bytes.at, bytes.size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    return sent;
}

// Takes over what the maker of a stream has put. True: there is something to send.
static bool refill(struct http_request *request) {
    struct wire *wire = &request->wire;
    struct stream *stream = request->stream;
    wire->out.size = 0;
    wire->sent = 0;
    if (wire->last || stream == NULL) {
        return false;
    }
    pthread_mutex_lock(&stream->lock);
    size_t size = stream->in.size;
    bool short_of_room = stream->short_of_room && size > 0;
    if (size > 0 && !wire->bodiless) {
        if (wire->chunked) {
            buf_printf(&wire->out, "%zx\r\n", size);
        }
        buf_put(&wire->out, buf_slice(&stream->in));
        if (wire->chunked) {
            buf_put(&wire->out, SLICE("\r\n"));
        }
        request->body_out += size;
    }
    buf_reset(&stream->in);
    wire->last = stream->ended;
    if (wire->last && wire->chunked) {
        buf_put(&wire->out, SLICE("0\r\n\r\n"));
    }
    stream->short_of_room = stream->short_of_room && !short_of_room;
    pthread_cond_broadcast(&stream->room);
    pthread_mutex_unlock(&stream->lock);
    if (short_of_room && request->match.route->room != NULL) {
        request->match.route->room(request->server->context, request);
    }
    return wire->out.size > 0;
}

static void linger(struct http_request *request) {
    struct connection *connection = request->connection;
    request->stage = STAGE_LINGER;
    connection->linger_ms = request->loop->now_ms;
    if (connection->tls != NULL) {
        gnutls_bye(connection->tls, GNUTLS_SHUT_WR);
    }
    shutdown(connection->fd, SHUT_WR);
    request_wake(request); // to read on what is thrown away, or to be closed
}

void wire_flush(struct http_request *request) {
    struct wire *wire = &request->wire;
    if (request->stage != STAGE_WIRE || wire->hold) {
        return;
    }
    for (;;) {
        if (wire->sent == wire->out.size && !refill(request)) {
            if (wire->last) {
                linger(request);
            }
            return;
        }
        ssize_t sent =
            wire_send(request->connection, slice_part(buf_slice(&wire->out), wire->sent, SIZE_MAX));
        if (sent < 0) {
            connection_cut(request->connection);
            return;
        }
        if (sent == 0) {
            watch(request);
            return;
        }
        wire->sent += (size_t)sent;
        wire->moved_ms = request->loop->now_ms;
    }
}

void wire_leave(struct http_request *request) {
    if (request->wire.registered) {
        epoll_ctl(request->loop->epoll, EPOLL_CTL_DEL, request->connection->fd, NULL);
        request->wire.registered = false;
    }
    stream_leave(request->stream);
}
