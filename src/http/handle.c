// The way of a request through the callbacks of the library. It calls
//
//     on_target      with the request line's target, before it decodes anything: the request is
//     made on_request     once behind the head (piece_size 0), once for each piece of the body, and
//     once behind it, and again
//                    whenever a suspended request was resumed
//     on_completed   when the reply is out, or the connection is lost
//
// A reply that is ready behind the head could be given at once, but the library then closes the
// connection: it does not read the body. So a small body of a refused request is read and thrown
// away first (DISCARD_MAX): clients that are told 503 need not connect anew.

#include "http/server.h"
#include "os/clock.h"

#include <stdlib.h>

enum { BODY_FIRST = 4 << 10 }; // of a chunked body

// --- Life ---

void request_free(struct http_request *request) {
    arena_deinit(&request->arena);
    free(request);
}

static struct http_request *request_create(struct loop *loop) {
    struct http_request *request = loop->spare;
    if (request != NULL) {
        loop->spare = request->next;
        loop->spare_count--;
    } else {
        request = memory_alloc(sizeof *request);
        arena_init(&request->arena, ARENA_BLOCK);
    }
    struct arena arena = request->arena;
    memset(request, 0, offsetof(struct http_request, headers));
    request->arena = arena;
    request->match.route = NULL;
    request->match.count = 0;
    request->target.path = SLICE("");
    request->target.query_count = 0;
    request->loop = loop;
    request->server = loop->server;
    return request;
}

static void request_recycle(struct http_request *request) {
    struct loop *loop = request->loop;
    if (request->in_use && request->match.route->release != NULL) {
        request->match.route->release(request->server->context, request);
    }
    stream_destroy(request->stream);
    if (request->wire.out.maximum > 0) {
        buf_deinit(&request->wire.out);
    }
    if (loop->spare_count == SPARE_REQUESTS) {
        request_free(request);
        return;
    }
    if (request->arena.total > ARENA_KEEP) {
        arena_deinit(&request->arena);
        arena_init(&request->arena, ARENA_BLOCK);
    } else {
        arena_reset(&request->arena);
    }
    request->next = loop->spare;
    loop->spare = request;
    loop->spare_count++;
}

void request_unref(struct http_request *request, bool answer) {
    if (answer) {
        INVARIANT(request->owed);
        request->owed = false;
        atomic_fetch_sub(&request->server->owed, 1);
    } else {
        request->connected = false;
    }
    if (!request->owed && !request->connected) {
        request_recycle(request);
    }
}

static void suspend(struct http_request *request) {
    MHD_suspend_connection(request->library);
    request->suspended = true;
}

void request_wake(struct http_request *request) {
    if (request->suspended && request->library != NULL) {
        request->suspended = false;
        request->paused = false;
        MHD_resume_connection(request->library);
    }
}

// --- The head ---

void *on_target(void *context, const char *target, struct MHD_Connection *library) {
    struct loop *loop = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info->socket_context;
    struct http_request *request = request_create(loop);
    request->library = library;
    request->connection = connection;
    request->connected = true;
    request->start_ns = clock_monotonic_ns();
    request->raw_at = target;
    request->raw_target = arena_copy(&request->arena, slice_of(target == NULL ? "" : target));
    connection->request = request;
    request->cut = connection->cut; // it came while the connection was being closed
    if (connection->untimed) {
        connection->untimed = false;
        MHD_set_connection_option(library, MHD_CONNECTION_OPTION_TIMEOUT,
                                  (loop->server->options.idle_timeout_ms + 999) / 1000);
    }
    return request;
}

static void copy_peer(struct http_request *request) {
    struct connection *connection = request->connection;
    tls_certificate_read(connection);
    request->peer = arena_copy(&request->arena, slice_of(connection->peer));
    request->certified = connection->certified;
    if (connection->certified) {
        request->certificate.subject = arena_copy(&request->arena, slice_of(connection->subject));
        request->certificate.fingerprint =
            arena_copy(&request->arena, slice_of(connection->fingerprint));
    }
}

static void reply_retry(struct http_request *request, Problem problem) {
    Slice seconds = arena_printf(&request->arena, "%u", request->server->options.retry_after_s);
    reply_problem(request, problem, &(struct http_header){SLICE("Retry-After"), seconds});
}

static Slice allowed(struct http_request *request, uint32_t methods) {
    struct buf list;
    buf_init(&list, 256);
    methods |= (methods & 1u << HTTP_GET) != 0 ? 1u << HTTP_HEAD : 0;
    methods |= 1u << HTTP_OPTIONS;
    for (int i = 0; i < HTTP_METHOD_COUNT; i++) {
        if ((methods & 1u << i) != 0) {
            buf_printf(&list, "%s%s", list.size == 0 ? "" : ", ", http_method_name((HttpMethod)i));
        }
    }
    Slice copy = arena_copy(&request->arena, buf_slice(&list));
    buf_deinit(&list);
    return copy;
}

static void reply_options(struct http_request *request, uint32_t methods) {
    struct http_header allow = {SLICE("Allow"), allowed(request, methods)};
    http_reply(request, &(struct http_reply){.status = 204, .headers = &allow, .header_count = 1});
}

static bool content_type_taken(const struct http_request *request) {
    Slice type;
    if (!http_request_header(request, SLICE("content-type"), &type)) {
        return false;
    }
    type = slice_trim(slice_part(type, 0, slice_find_byte(type, ';', 0)));
    Slice rest = slice_of(request->match.route->content_types);
    Slice taken;
    while (slice_split(&rest, ' ', &taken)) {
        if (slice_equal_ignoring_case(type, taken)) {
            return true;
        }
    }
    return false;
}

static bool content_coding_taken(const struct http_request *request) {
    Slice coding;
    return !http_request_header(request, SLICE("content-encoding"), &coding) ||
           slice_equal_ignoring_case(slice_trim(coding), SLICE("identity"));
}

static Slice accepted(struct http_request *request) {
    struct buf list;
    buf_init(&list, 4 << 10);
    for (const char *at = request->match.route->content_types; *at != 0; at++) {
        buf_put(&list, *at == ' ' ? SLICE(", ") : (Slice){at, 1});
    }
    Slice copy = arena_copy(&request->arena, buf_slice(&list));
    buf_deinit(&list);
    return copy;
}

static void check_route(struct http_request *request) {
    const struct http_route *route = request->match.route;
    if (route == NULL) {
        bool every = slice_is(request->target.path, "*");
        uint32_t methods = every ? routes_methods(request->server->routes) : request->match.methods;
        if (methods == 0 || (every && request->method != HTTP_OPTIONS)) {
            reply_problem(request, PROBLEM_NOT_FOUND, NULL);
        } else if (request->method == HTTP_OPTIONS) {
            reply_options(request, methods);
        } else {
            reply_problem(request, PROBLEM_METHOD,
                          &(struct http_header){SLICE("Allow"), allowed(request, methods)});
        }
    } else if (request->has_body && (request->length > route->body_max || route->body_max == 0)) {
        reply_problem(request, PROBLEM_BODY_SIZE, NULL);
    } else if (request->has_body && route->content_types != NULL && !content_type_taken(request)) {
        reply_problem(request, PROBLEM_CONTENT_TYPE,
                      &(struct http_header){SLICE("Accept"), accepted(request)});
    } else if (request->has_body && !content_coding_taken(request)) {
        reply_problem(request, PROBLEM_CONTENT_CODING,
                      &(struct http_header){SLICE("Accept-Encoding"), SLICE("identity")});
    }
}

// Whether the connection can go on behind the reply.
static bool head_sound(struct http_request *request, const char *method, const char *version) {
    bool known = head_method(request, method);
    Problem problem = head_read(request, method, version);
    if (problem == PROBLEM_COUNT &&
        !target_parse(request->raw_target, &request->arena, &request->target)) {
        problem = PROBLEM_TARGET_MALFORMED;
    }
    if (problem == PROBLEM_COUNT && !known) {
        problem = PROBLEM_METHOD_UNKNOWN;
    }
    if (problem != PROBLEM_COUNT) {
        reply_problem(request, problem, NULL);
    }
    return problem == PROBLEM_COUNT;
}

// Puts a reply into the request, or leaves it ready for its body. False: whatever follows is not to
// be read.
static bool take_head(struct http_request *request, const char *method, const char *version) {
    struct http_server *server = request->server;
    request->head_done = true;
    request->admitted = true;
    atomic_fetch_add(&server->requests, 1);
    uint32_t under_way = atomic_fetch_add(&server->open_requests, 1);
    copy_peer(request);
    if (!head_sound(request, method, version)) {
        return false;
    }
    if (atomic_load(&server->stopping)) {
        reply_retry(request, PROBLEM_STOPPING);
        return true;
    }
    if (under_way >= server->options.requests_max) {
        atomic_fetch_add(&server->overloaded, 1);
        reply_retry(request, PROBLEM_OVERLOADED);
        return true;
    }
    routes_find(server->routes, request->method, &request->target, &request->arena,
                &request->match);
    if (server->options.before != NULL && !server->options.before(server->context, request)) {
        INVARIANT(request->has_reply);
    } else {
        check_route(request);
    }
    return true;
}

// The longest body that may still come behind a reply that is ready.
static bool worth_discarding(const struct http_request *request) {
    return !request->chunked && request->length - request->body_in <= DISCARD_MAX &&
           !(request->expects_continue && request->body_in == 0 && request->has_body);
}

static enum MHD_Result on_head(struct http_request *request, const char *method,
                               const char *version) {
    bool sound = take_head(request, method, version);
    if (request->has_reply) {
        if (!sound || !worth_discarding(request)) {
            return reply_queue(request) ? MHD_YES : MHD_NO;
        }
        return MHD_YES;
    }
    const struct http_route *route = request->match.route;
    request->stage = STAGE_BODY;
    request->in_use = true;
    request->active_ms = request->loop->now_ms;
    request->wire.hold = request->expects_continue && request->has_body;
    if (route->data != NULL) {
        request->connection->untimed = true;
        MHD_set_connection_option(request->library, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
    }
    if (route->open != NULL) {
        route->open(request->server->context, request);
    }
    return MHD_YES;
}

// --- The body ---

static void keep(struct http_request *request, Slice piece) {
    size_t needed = request->body_size + piece.size;
    if (needed > request->body_capacity) {
        size_t wider =
            request->body_capacity * 2 > BODY_FIRST ? request->body_capacity * 2 : BODY_FIRST;
        wider = request->length > 0 ? request->length : wider > needed ? wider : needed;
        char *bytes = arena_alloc_raw(&request->arena, wider + HTTP_BODY_PADDING);
        if (request->body_size > 0) {
            memcpy(bytes, request->body, request->body_size);
        }
        request->body = bytes;
        request->body_capacity = wider;
    }
    memcpy(request->body + request->body_size, piece.at, piece.size);
    request->body_size += piece.size;
}

// A reply is there before the body is: the rest of it is thrown away, or the library is passed by.
static void reply_early(struct http_request *request) {
    if (!worth_discarding(request)) {
        wire_reply(request, &request->reply);
    }
}

// How much of the piece was taken.
static size_t hand_over(struct http_request *request, Slice piece) {
    size_t taken = request->match.route->data(request->server->context, request, piece);
    INVARIANT(taken <= piece.size);
    request->body_in += taken;
    request->active_ms = request->loop->now_ms;
    if (request->has_reply) {
        request->body_in += piece.size - taken;
        reply_early(request);
        return piece.size;
    }
    if (taken < piece.size) {
        request->paused = true;
        suspend(request);
    }
    return taken;
}

static enum MHD_Result on_piece(struct http_request *request, Slice piece, size_t *ret_left) {
    struct connection *connection = request->connection;
    wire_go(request);
    *ret_left = 0;
    bool over = request->stage == STAGE_LINGER ||
                (request->stage == STAGE_WIRE && request->wire.last) || request->has_reply;
    if (over) {
        request->body_in += piece.size;
        connection->discarded += piece.size;
        return connection->discarded > LINGER_BYTES ? MHD_NO : MHD_YES;
    }
    const struct http_route *route = request->match.route;
    if (request->body_in + piece.size > route->body_max) {
        if (request->stage == STAGE_WIRE) {
            connection_cut(connection); // too late to say it in another way
            return MHD_NO;
        }
        request->body_in += piece.size;
        wire_problem(request, PROBLEM_BODY_SIZE);
    } else if (route->data != NULL) {
        *ret_left = piece.size - hand_over(request, piece);
    } else {
        request->body_in += piece.size;
        keep(request, piece);
    }
    return MHD_YES;
}

// --- Behind the body ---

static void finish_body(struct http_request *request) {
    request->body_done = true;
    if (request->body != NULL) {
        memset(request->body + request->body_size, 0, HTTP_BODY_PADDING);
    }
    wire_go(request);
}

static enum MHD_Result on_end(struct http_request *request) {
    if (!request->body_done) {
        finish_body(request);
    }
    if (request->stage == STAGE_LINGER) {
        return MHD_NO; // all is said; the library closes
    }
    bool wired = request->stage == STAGE_WIRE;
    if (!request->has_reply && !request->handled && !(wired && request->wire.last)) {
        request->handled = true;
        request->match.route->handler(request->server->context, request);
        INVARIANT(request->has_reply || request->deferred);
    }
    if (request->has_reply && !wired) {
        return reply_queue(request) ? MHD_YES : MHD_NO;
    }
    if (!wired) {
        request->stage = STAGE_WAIT;
    }
    suspend(request);
    return MHD_YES;
}

enum MHD_Result on_request(void *context, struct MHD_Connection *library, const char *url,
                           const char *method, const char *version, const char *piece,
                           size_t *piece_size, void **request_context) {
    struct http_request *request = *request_context;
    if (request == NULL || request->cut || request->stage == STAGE_SEND) {
        return MHD_NO;
    }
    if (!request->head_done) {
        return on_head(request, method, version);
    }
    if (*piece_size > 0) {
        return on_piece(request, (Slice){piece, *piece_size}, piece_size);
    }
    return on_end(request);
}

// --- From elsewhere ---

static void take_answer(struct http_request *request) {
    if (request->stage == STAGE_WIRE || request->stage == STAGE_LINGER ||
        request->stage == STAGE_SEND) {
        return; // cut short by a refusal
    }
    request->has_reply = true;
    if (!request->body_done) {
        reply_early(request);
    }
    request_wake(request);
}

void request_look(struct http_request *request) {
    uint32_t events = atomic_exchange(&request->events, 0);
    if (request->connected) {
        if ((events & EVENT_BEGIN) != 0) {
            wire_begin(request, &request->reply);
        }
        if ((events & (EVENT_DATA | EVENT_END)) != 0) {
            wire_flush(request);
        }
        if ((events & EVENT_ANSWER) != 0) {
            take_answer(request);
        }
        if ((events & EVENT_RESUME) != 0 && request->paused) {
            request->active_ms = request->loop->now_ms;
            request_wake(request);
        }
    }
    if ((events & (EVENT_ANSWER | EVENT_END)) != 0) {
        request_unref(request, true);
    }
}

// --- The end ---

static void report(struct http_request *request, struct MHD_Connection *library,
                   enum MHD_RequestTerminationCode code) {
    struct http_server *server = request->server;
    if (request->stage != STAGE_SEND) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(library, MHD_CONNECTION_INFO_HTTP_STATUS);
        if (info != NULL) {
            request->status = (uint16_t)info->http_status;
            atomic_fetch_add(&server->library_refused, 1);
        }
    }
    if (request->head_done && server->options.after != NULL) {
        bool sent = request->stage == STAGE_SEND && code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
        struct http_outcome outcome = {
            .route = request->match.route,
            .status = request->status,
            .complete = sent || request->stage == STAGE_LINGER,
            .body_in = request->body_in,
            .body_out = request->body_out,
            .took_us = (clock_monotonic_ns() - request->start_ns) / 1000,
        };
        server->options.after(server->context, request, &outcome);
    }
}

void on_completed(void *context, struct MHD_Connection *library, void **request_context,
                  enum MHD_RequestTerminationCode code) {
    struct loop *loop = context;
    struct http_request *request = *request_context;
    if (request == NULL) {
        return;
    }
    *request_context = NULL;
    report(request, library, code);
    if (request->admitted) {
        atomic_fetch_sub(&loop->server->open_requests, 1);
    }
    request->connection->request = NULL;
    request->connection->since_ms = loop->now_ms;
    request->connection->discarded = 0;
    wire_leave(request);
    request->connection = NULL;
    request->library = NULL;
    atomic_store(&request->gone, true);
    if (request->owed && request->in_use && request->match.route->gone != NULL) {
        request->match.route->gone(loop->server->context, request);
    }
    request_unref(request, false);
}
