#pragma once
// HTTP: a server for HTTP/1.1 over TCP and TLS, the door to GNU libmicrohttpd. It knows requests,
// routes, replies and streams, and nothing of what they are about.
//
//     static void decide(void *context, struct http_request *request) {
//         http_defer(request);                                  // "I keep it and owe an answer"
//         engine_push(context, request, http_request_body(request));
//     }
//     ... in a thread of the engine, for a whole batch:
//         http_reply_quiet(request, &(struct http_reply){.status = 200, .content_type =
//         SLICE("application/json"),
//                                                        .body = decision});
//         ...
//         http_server_wake(server);
//
//     static const struct http_route routes[] = {
//         {.method = HTTP_POST, .pattern = "/v1/decide", .id = 1, .body_max = 64 << 10,
//          .content_types = "application/json", .handler = decide},
//         {.method = HTTP_GET, .pattern = "/v1/cases/{case}", .id = 2, .handler = show_case},
//     };
//     struct http_options options = {.address = SLICE("127.0.0.1"), .port = 8080, .threads = 2};
//     struct http_server *server;
//     TRY(http_server_start(&options, routes, 2, engine, arena, &server, diag));
//     ...
//     http_server_stop(server, 5000);
//     http_server_destroy(server);
//
// The model. A server has 1 to HTTP_THREADS_MAX loops; a loop is a thread with an epoll set, and a
// connection belongs to one loop for its life. All that is called back (before, open, data,
// handler, room, gone, release, after) is called on that thread and must not block: who has work to
// do defers. What may be called from any thread is marked [any]. A request passes: head read ->
// before -> route, content type, size -> open -> body (data) -> handler -> reply -> after
// -> release. Whoever calls http_defer() owes exactly one answer: http_reply(),
// http_reply_problem() or http_stream_begin() ... http_stream_end(). Until it is given the request
// stays valid, even if the client went away meanwhile (the answer is then dropped without harm).
// After it, the request must not be touched.
//
// Refused, each as application/problem+json (RFC 9457) with a stable `code` (problems.def): a
// malformed head or target (400), unknown path (404) or method (405 with Allow, 501), slow request
// (408), body or target or head too large (413, 414, 431), wrong content type (415 with Accept),
// too many requests under way (503 with Retry-After). HEAD is answered by the GET route, OPTIONS by
// itself. What cannot be told apart for sure is refused, so that a proxy in front and this server
// never see two different requests: Content-Length together with Transfer-Encoding, either one
// twice, any coding but `chunked`, no Host or two, lines that end in a bare line feed, folded
// lines, blanks in names, control characters. The exceptions, which the library answers itself with
// a short text and closes: a request line or header line without its parts, a Content-Length that
// is no number (its answer then begins twice), a malformed chunk, a version it does not speak
// (505), and a head half again as long as head_size_max and more (414, 431).
//
// What it will not do: HTTP/2, compression, files, cookies, proxies' requests (absolute targets),
// upgrades.
//
// Streams. A route with `data` gets its body in pieces as they come and may take less than it is
// given: reading then rests until http_resume(). An answer may be made in pieces by another thread,
// also while the body is still being read. The library cannot do that; such an answer (and the few
// refusals that fall into the middle of a body) is written beside it by wire.c, on the same thread,
// and the connection is closed behind it. So a stream costs a connection; so does a body in chunks
// (reply.c says why).
//
// Costs (http_bench, 64 connections, on a machine that was busy otherwise, where one send and one
// receive over loopback alone take 10 us): 20 us of the loop's processor time for a request that is
// answered at once, 22 us for a deferred one whose reply is released with 63 others, 27 us for one
// that comes alone; two thirds of each are the kernel's. What the library's suspending and resuming
// costs: the socket leaves the epoll set and comes back (2 us), and is read in vain. The answering
// thread pays 0.3 us for each reply of a batch of 64, 5 us for one alone: the write to the eventfd
// and its own sleep and waking. So: http_reply_quiet() for all that is ready, then
// http_server_wake(). Memory: a connection holds 1.5 * head_size_max + 8 KiB while it is open, a
// request 9 KiB and its head, body and reply.
//
// Limits and why: see the fields of struct http_options. Codes: HT001 routes, HT002 address, HT003
// certificates and keys, HT004 the library or the system refuses.

#include "base/diag.h"

enum {
    HTTP_THREADS_MAX = 64,   // more loops than processors only make each other wait
    HTTP_HEADERS_MAX = 100,  // of a request; browsers behind gateways send 30
    HTTP_PARAMETERS_MAX = 8, // {name} parts of one pattern
    HTTP_QUERY_MAX = 64,     // parameters of one query
    HTTP_SEGMENTS_MAX = 32,  // parts of a path; a deeper one is not found
    HTTP_BODY_PADDING = 64,  // zero bytes behind a whole body, for parsers that read ahead
    HTTP_REPLY_HEADERS_MAX = 16,
    HTTP_ROOM_SIZE = 128, // bytes of a request that are the caller's
};

#define HTTP_METHODS(X)                                                                            \
    X(GET)                                                                                         \
    X(HEAD)                                                                                        \
    X(POST)                                                                                        \
    X(PUT)                                                                                         \
    X(PATCH)                                                                                       \
    X(DELETE)                                                                                      \
    X(OPTIONS)

typedef enum HttpMethod {
#define HTTP_METHOD_ENUM(name) HTTP_##name,
    HTTP_METHODS(HTTP_METHOD_ENUM)
#undef HTTP_METHOD_ENUM
        HTTP_METHOD_COUNT,
} HttpMethod;

struct http_server;
struct http_request;

struct http_header {
    Slice name;
    Slice value;
};

// One line of the table of routes. The table, its texts and `user` must outlive the server.
struct http_route {
    HttpMethod method;
    const char *pattern; // "/v1/cases/{case}/notes", "/files/{rest...}"; literal parts go before
                         // {name} before {rest...}
    uint32_t id;         // for metrics; handed to `after`
    size_t body_max;     // bytes; 0: no body is taken
    const char *content_types; // accepted ones, separated by one blank; NULL: any
    void *user;                // the caller's: scope, role, ...
    // Called when the whole body is there, or has passed through `data`. Must answer, begin a
    // stream or defer, unless that happened before.
    void (*handler)(void *context, struct http_request *request);

    // All of these may be NULL. With `data` the body is not kept: a piece is handed over as it
    // arrives, at most `body_max` bytes in all, and what is returned is how many bytes of it were
    // taken. Fewer than there are: nothing is read until http_resume(), then the rest comes again.
    // It may answer, which ends the reading.
    size_t (*data)(void *context, struct http_request *request, Slice piece);
    // Before the first byte of the body: a place to defer or to begin a stream.
    void (*open)(void *context, struct http_request *request);
    // There is room in a stream again whose http_stream_put() gave STATUS_LIMIT.
    void (*room)(void *context, struct http_request *request);
    // The client went away, or was cut off, before all was said. An answer that was owed is still
    // owed. Who closes its side of the connection while a stream comes counts as gone.
    void (*gone)(void *context, struct http_request *request);
    // The very last call for a request whose `open` or `handler` was called: a place to free what
    // http_request_set_user() kept.
    void (*release)(void *context, struct http_request *request);
};

typedef enum HttpClientCertificate {
    HTTP_CLIENT_CERTIFICATE_NONE,
    HTTP_CLIENT_CERTIFICATE_WANTED, // asked for; a request can be asked whether it came, and a bad
                                    // one ends the handshake
    HTTP_CLIENT_CERTIFICATE_REQUIRED, // no handshake without one
} HttpClientCertificate;

// What became of a request, for access logs and metrics.
struct http_outcome {
    const struct http_route *route; // NULL: none was found
    uint16_t status;                // 0: the client went away before there was one
    bool complete;                  // the reply was handed to the system as a whole
    uint64_t body_in;               // bytes of the request's body
    uint64_t body_out;              // bytes of the reply's body
    uint64_t took_us;               // from the request line to the end
};

// Zero means the default in brackets.
struct http_options {
    Slice address;    // [127.0.0.1] IPv4 or IPv6, no names
    uint16_t port;    // 0: the system chooses; http_server_port() tells
    uint32_t threads; // [1]

    // TLS when `tls_certificate` is not empty. PEM texts; TLS 1.2 and 1.3.
    Slice tls_certificate; // with the chain behind it
    Slice tls_key;
    Slice tls_client_ca; // whom to trust for certificates of clients
    HttpClientCertificate tls_client;

    uint32_t connections_max;             // [1024] more are told 503 (closed, with TLS)
    uint32_t connections_per_address_max; // [0: none] the same
    uint32_t requests_max;  // [4096] under way; beyond: 503, at once and before the body is read
    uint32_t retry_after_s; // [1] in those 503
    size_t head_size_max; // [8 KiB] request line and headers, as most proxies; one and a half times
                          // that is cleared for each request
    size_t target_size_max;      // [4 KiB] path and query
    uint32_t idle_timeout_ms;    // [60,000] between requests, and for the next bytes of streams and
                                 // replies to move
    uint32_t request_timeout_ms; // [10,000] from the request line to the end of a body that is kept
                                 // as a whole
    size_t stream_buffer_size;   // [256 KiB] of one stream; twice that is held

    // Put into every reply, refusals too; NULL: X-Content-Type-Options: nosniff, Cache-Control:
    // no-store, Content-Security-Policy: default-src 'none'; frame-ancestors 'none',
    // Referrer-Policy: no-referrer. A reply's own header of the same name takes its place.
    const struct http_header *headers;
    uint32_t header_count;
    // Begins the `type` of problems, followed by the code: "/problems/". Empty: "about:blank".
    Slice problem_type;

    // For every request whose head is well-formed, before its body is read and before 404:
    // authentication, limits of rates. False: it has answered with http_reply() or
    // http_reply_problem().
    bool (*before)(void *context, struct http_request *request);
    // Once for every request whose head was complete.
    void (*after)(void *context, const struct http_request *request,
                  const struct http_outcome *outcome);
};

// --- The server ---

// Listens and serves when it returns. Takes copies of all texts of the options. Errors go into
// `diag`, whose texts live in `arena`.
MUST_USE Status http_server_start(const struct http_options *options,
                                  const struct http_route *routes, uint32_t count, void *context,
                                  struct arena *arena, struct http_server **ret_server,
                                  struct diag *diag);
uint16_t http_server_port(const struct http_server *server); // [any]
// Accepts no more, lets requests under way end for up to `deadline_ms`, then cuts off the rest and
// ends the threads. Answers that are owed may still be given until http_server_destroy(). True:
// nothing had to be cut off.
bool http_server_stop(struct http_server *server, uint32_t deadline_ms);
// Stops at once if that was not done, and frees all. No answer may be owed any more.
void http_server_destroy(struct http_server *server);
// Wakes the loops that have quiet replies (see http_reply_quiet). [any]
void http_server_wake(struct http_server *server);

// Counts since the start, and what is there now.
struct http_counters {
    uint64_t connections;         // accepted
    uint64_t connections_refused; // over a limit
    uint64_t requests;            // with a complete head
    uint64_t overloaded;          // 503 for too many under way
    uint64_t timeouts;            // 408, and cut off for being idle in the middle
    uint64_t library_refused;     // what the library answered itself
    uint32_t connections_open;
    uint32_t requests_open;
    uint64_t cpu_ns; // processor time of the loops, brought up to date a few times a second while
                     // there are connections
};
void http_server_counters(struct http_server *server, struct http_counters *ret_counters); // [any]

// --- Asking a request (from whoever holds it) ---

HttpMethod http_request_method(const struct http_request *request);
const char *http_method_name(HttpMethod method);
const struct http_route *
http_request_route(const struct http_request *request);      // NULL: none was found
Slice http_request_path(const struct http_request *request); // as it was sent, without the query
// A {name} or {rest...} part, decoded, valid UTF-8. An INVARIANT that the pattern has it.
Slice http_request_parameter(const struct http_request *request, Slice name);
// A parameter of the query, decoded. STATUS_NOT_FOUND, or STATUS_INVALID when it comes more than
// once.
MUST_USE Status http_request_query(const struct http_request *request, Slice name,
                                   Slice *ret_value);
// All of one name, in their order: the number of them, of which the first `capacity` are stored.
uint32_t http_request_query_list(const struct http_request *request, Slice name, Slice *values,
                                 uint32_t capacity);
// All parameters of the query: to find unknown ones.
uint32_t http_request_query_count(const struct http_request *request);
struct http_header http_request_query_at(const struct http_request *request, uint32_t index);
// The first header of that name, in whatever case; false when there is none.
bool http_request_header(const struct http_request *request, Slice name, Slice *ret_value);
uint32_t http_request_header_count(const struct http_request *request);
struct http_header http_request_header_at(const struct http_request *request, uint32_t index);
// The whole body (empty with `data`), HTTP_BODY_PADDING zero bytes behind it.
Slice http_request_body(const struct http_request *request);
Slice http_request_peer(const struct http_request *request); // address, without the port

// The certificate that the client showed and that tls_client_ca stands behind.
struct http_client_certificate {
    Slice subject;     // as in RFC 4514
    Slice fingerprint; // SHA-256 of its DER, 64 lower case hexadecimal digits
};
bool http_request_certificate(const struct http_request *request,
                              struct http_client_certificate *ret_certificate);

// The caller's own pointer of this request.
void http_request_set_user(struct http_request *request, void *user);
void *http_request_user(const struct http_request *request);
// HTTP_ROOM_SIZE bytes that are the caller's as long as the request is valid: zeros before `before`,
// aligned for anything. For what `before` finds out and an answer needs, without asking for memory.
void *http_request_room(struct http_request *request);
// Whether nobody is there to read an answer, as far as known. [any]
bool http_request_gone(const struct http_request *request);

// --- Answering ---

struct http_reply {
    uint16_t status;    // 200 to 599
    Slice content_type; // may be empty when there is no body
    const struct http_header *headers;
    uint32_t header_count; // at most HTTP_REPLY_HEADERS_MAX
    Slice body;
};

// Whether a header may be sent: a token, and a value without control characters (no CR, no LF),
// without blanks around.
bool http_header_valid(Slice name, Slice value);

// To be called on the loop's thread: in `handler`, or in `open` and `data` of a route that has
// `data`.
void http_defer(struct http_request *request);
// Copies everything. A header that is not valid, or one that belongs to the server (Content-Length,
// Transfer-Encoding, Connection, Date), turns the reply into a 500: what was meant is not sent.
// [any, when deferred]
void http_reply(struct http_request *request, const struct http_reply *reply);
// The same for a deferred request, but nobody is woken: the reply goes when the loop wakes for
// another reason, or with http_server_wake(). [any]
void http_reply_quiet(struct http_request *request, const struct http_reply *reply);
// An application/problem+json. `code` is stable and in lower case with underscores. [any, when
// deferred]
void http_reply_problem(struct http_request *request, uint16_t status, Slice code,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

// --- Streams ---

// Reads on after `data` took less than there was. Only by whoever owes the answer, before giving
// it. [any]
void http_resume(struct http_request *request);
// Begins an answer in pieces; reply->body is not used. Defers the request if that was not done; on
// the loop's thread or by whoever owes the answer. [any, when deferred]
void http_stream_begin(struct http_request *request, const struct http_reply *reply);
// Takes all or nothing and never waits. STATUS_LIMIT: no room (a `bytes` larger than the buffer
// never has room); STATUS_END: the client is gone. [any, one thread at a time]
MUST_USE Status http_stream_put(struct http_request *request, Slice bytes);
// The same, but nobody is woken: the bytes go when the loop wakes for another reason, or with
// http_server_wake(). Not on the loop's thread, which would fall asleep over them.
MUST_USE Status http_stream_put_quiet(struct http_request *request, Slice bytes);
// Waits until `size` bytes have room: STATUS_OK, STATUS_END, or STATUS_LIMIT after `timeout_ms`.
// Not on the loop's thread. [any]
MUST_USE Status http_stream_wait(struct http_request *request, size_t size, uint32_t timeout_ms);
// What was put still goes out, then the connection ends. The request must not be touched any more.
// [any]
void http_stream_end(struct http_request *request);
