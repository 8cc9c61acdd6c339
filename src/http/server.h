#pragma once
// What the files of this folder share: server, loop, connection, request. Who may touch what:
//
//   server      read-only after the start, but for atomics and what stands under its lock
//   loop        its own thread, but for the two inboxes (atomics)
//   connection  the thread of its loop
//   request     the thread of its loop; from http_defer() to the answer, what is marked [owed]
//   belongs to whoever owes it
//
// A request has up to two references: the connection's and that of the answer that is owed. Both
// are dropped on the loop's thread: an answer travels to it through the inbox. A request lies in
// the inbox at most once: `events` holds what happened to it since the loop last looked, and who
// sets the bit EVENT_POSTED pushes it. The last event of a request is EVENT_ANSWER or EVENT_END, so
// none can be pushed after the loop has seen one of those.

#include "http/http.h"
#include "http/routes.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    DISCARD_MAX =
        64 << 10,     // bytes of a refused request's body that are read for the connection's sake
    LINGER_MS = 2000, // how long what a client still sends is thrown away behind a last word
    LINGER_BYTES = 8 << 20, // and how much of it
    ARENA_BLOCK = 4 << 10,  // head, reply and small body of one request
    ARENA_KEEP = 64 << 10,  // a request that took more gives it back
    SPARE_REQUESTS = 1024,  // kept by a loop for the next ones
};

// The problems of problems.def.
typedef enum Problem {
#define PROBLEM(name, status, code, detail) PROBLEM_##name,
#include "http/problems.def"
#undef PROBLEM
    PROBLEM_COUNT,
} Problem;

enum {
    EVENT_POSTED = 1,
    EVENT_ANSWER = 2, // http_reply()
    EVENT_BEGIN = 4,  // http_stream_begin()
    EVENT_DATA = 8,   // http_stream_put()
    EVENT_END = 16,   // http_stream_end()
    EVENT_RESUME = 32,
};

typedef enum Stage {
    STAGE_HEAD,   // the request line is there
    STAGE_BODY,   // the head is accepted, the body comes
    STAGE_WAIT,   // all is there, the answer is owed; suspended
    STAGE_SEND,   // the library sends the reply
    STAGE_WIRE,   // wire.c writes the answer
    STAGE_LINGER, // wire.c has written all; what still comes is thrown away
} Stage;

// What is written beside the library.
struct wire {
    struct buf out;
    size_t sent;
    uint64_t moved_ms; // when the last byte went out
    bool chunked;
    bool last;       // nothing follows what is in `out`
    bool bodiless;   // HEAD
    bool hold;       // the library has a 100 Continue to write before
    bool registered; // in the loop's epoll set
};

// The half of a stream that another thread fills. Under its lock.
struct stream {
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct buf in;
    size_t capacity;
    bool ended;
    bool gone;
    bool short_of_room; // a put was refused since the last call of `room`
};

struct http_request {
    struct http_server *server;
    struct loop *loop;
    struct connection *connection; // NULL: it is gone or done
    struct MHD_Connection *library;
    struct http_request *next; // in the inbox or among the spare ones
    _Atomic uint32_t events;
    atomic_bool gone;
    struct arena arena; // [owed] after the body is there

    // From the request line, and from the head.
    Slice raw_target;
    const char *raw_at; // where the library had it
    uint64_t start_ns;
    HttpMethod method;
    bool old_version; // HTTP/1.0
    bool expects_continue;
    bool head_done;
    uint32_t header_count;
    Slice peer;
    bool certified;
    struct http_client_certificate certificate;

    // The body.
    bool has_body;
    bool chunked;
    uint64_t length; // of Content-Length
    uint64_t body_in;
    char *body;
    size_t body_size;
    size_t body_capacity;
    bool body_done;
    uint64_t active_ms; // last piece of a body that is handed over in pieces

    // How far it is.
    Stage stage;
    bool admitted;  // counted among those under way
    bool in_use;    // a callback of the route was called: `release` is due
    bool handled;   // `handler` was called
    bool suspended; // in the library
    bool paused;    // ... because `data` took less than there was
    bool cut;       // to be closed at the library's next call
    bool connected; // the connection's reference
    bool owed;      // the answer's reference
    bool deferred;
    atomic_bool answered;
    uint16_t status; // of the reply that is sent, for `after`
    uint64_t body_out;
    void *user;
    _Alignas(16) char room[HTTP_ROOM_SIZE];

    // The answer. [owed]
    struct http_reply reply;
    bool malformed; // what was meant could not be sent; `reply` is a 500
    bool has_reply; // on the loop's thread

    struct wire wire;
    struct stream *stream; // [owed] made by http_stream_begin()

    // Not cleared between requests: their counts say what is valid.
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_header reply_headers[HTTP_REPLY_HEADERS_MAX];
    struct target target;
    struct route_match match;
};

struct connection {
    struct loop *loop;
    struct connection *next; // among those of the loop, or in its inbox
    struct connection *previous;
    struct MHD_Connection *library;
    struct http_request *request;
    gnutls_session_t tls; // NULL without
    int fd;
    struct sockaddr_storage address;
    socklen_t address_size;
    char peer[INET6_ADDRSTRLEN];
    uint8_t peer_bytes[16];
    uint64_t since_ms; // start of idleness
    uint64_t linger_ms;
    uint64_t discarded;
    bool cut;
    bool untimed; // the library's timeout is off
    bool certificate_read;
    bool certified;
    char *subject; // on the heap
    char fingerprint[65];
};

struct loop {
    struct http_server *server;
    uint32_t index;
    struct MHD_Daemon *library;
    struct thread *thread;
    int epoll;
    int wake;
    atomic_bool wake_asked;
    _Atomic(struct http_request *) inbox;
    _Atomic(struct connection *) arrivals;
    struct connection *arriving; // while the library is being given it
    struct connection *connections;
    struct http_request *spare;
    uint32_t spare_count;
    uint64_t now_ms;
    uint64_t tick_ms; // of the next look at all connections
    bool listening;   // the listening socket is in the epoll set
    _Atomic uint32_t connection_count;
    _Atomic uint64_t cpu_ns;
};

struct address_count {
    uint8_t bytes[16];
    uint32_t count;
};

struct http_server {
    struct http_options options; // with defaults; texts in `arena`
    struct arena arena;
    struct routes *routes;
    void *context;
    int listener;
    uint16_t port;
    uint32_t tick_ms;
    struct loop *loops;
    uint32_t loop_count;
    atomic_bool stopping;
    atomic_bool cutting; // the deadline has passed
    atomic_bool ending;  // the threads shall end
    _Atomic uint32_t open_requests;
    _Atomic uint32_t owed; // answers
    _Atomic uint64_t connections, refused, requests, overloaded, timeouts, library_refused;

    pthread_mutex_t lock; // of what follows
    pthread_cond_t empty;
    uint32_t open_connections;
    uint32_t cut_off;                // requests
    struct address_count *addresses; // open addressing
    uint32_t address_capacity;
};

// --- loop.c ---

bool loop_open(struct loop *loop, struct http_server *server, uint32_t index);
void loop_close(struct loop *loop);
void loop_run(void *loop);
void loop_wake(struct loop *loop);
void loop_take_inbox(struct loop *loop);
// Makes the loop look at a request, from any thread.
void loop_post(struct http_request *request, uint32_t event, bool wake);
uint64_t clock_ms(void);

// --- accept.c: connections come and go ---

void accept_some(struct loop *loop);
void connections_take(struct loop *loop);
void connections_tick(struct loop *loop);
void connection_cut(struct connection *connection);
void on_connection(void *context, struct MHD_Connection *library, void **socket_context,
                   enum MHD_ConnectionNotificationCode code);

// --- handle.c: requests come and go ---

void *on_target(void *context, const char *target, struct MHD_Connection *library);
enum MHD_Result on_request(void *context, struct MHD_Connection *library, const char *url,
                           const char *method, const char *version, const char *piece,
                           size_t *piece_size, void **request_context);
void on_completed(void *context, struct MHD_Connection *library, void **request_context,
                  enum MHD_RequestTerminationCode code);
void request_look(struct http_request *request); // at its events
void request_wake(struct http_request *request); // resumes it in the library, where it is suspended
void request_unref(struct http_request *request, bool answer);
void request_free(struct http_request *request);

// --- head.c ---

// Its method and whether it is HTTP/1.0. False: a method that is not known.
bool head_method(struct http_request *request, const char *method);
// Copies the headers and checks their form and what they say about the body. PROBLEM_COUNT: all is
// well.
Problem head_read(struct http_request *request, const char *method, const char *version);

// --- reply.c ---

// Of a request that is not deferred.
void reply_problem(struct http_request *request, Problem problem, const struct http_header *header);
void reply_store(struct http_request *request, const struct http_reply *reply);
void problem_render(const struct http_options *options, uint16_t status, Slice code, Slice detail,
                    Slice instance, struct buf *out);
const char *problem_code(Problem problem);
uint16_t problem_status(Problem problem);
const char *problem_detail(Problem problem);
// Hands the reply to the library. False: it does not want it.
bool reply_queue(struct http_request *request);
// The server's header at `index`, unless the reply has its own of that name. False behind the last
// one.
bool reply_common_header(const struct http_server *server, const struct http_reply *reply,
                         uint32_t *index, struct http_header *ret_header);

// --- wire.c ---

// Writes the reply, whole, and closes; or the head of a stream.
void wire_reply(struct http_request *request, const struct http_reply *reply);
void wire_begin(struct http_request *request, const struct http_reply *reply);
void wire_problem(struct http_request *request, Problem problem);
void wire_go(struct http_request *request); // what was held back may go
void wire_flush(struct http_request *request);
void wire_leave(struct http_request *request); // the connection goes

// --- stream.c ---

struct stream *stream_create(size_t capacity);
void stream_destroy(struct stream *stream);
void stream_leave(struct stream *stream); // nobody reads it any more

// --- tls.c ---

// Sets a new session up. Called before the handshake.
void tls_session_begin(const struct http_options *options, gnutls_session_t session);
// Reads the certificate that the client showed, once.
void tls_certificate_read(struct connection *connection);
bool tls_material_valid(const struct http_options *options, const char **ret_fault);
