// The server from outside: bytes go in over a socket, well-formed or not, and what comes back is
// looked at.

#include "http/http.h"

#include "base/random.h"
#include "base/test.h"
#include "http/test_client.h"
#include "os/clock.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

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

static void say(struct http_request *request, Slice text) {
    http_reply(request, &(struct http_reply){
                            .status = 200, .content_type = SLICE("text/plain"), .body = text});
}

static void on_hello(void *context, struct http_request *request) {
    say(request, SLICE("hello"));
}

static void on_echo(void *context, struct http_request *request) {
    Slice body = http_request_body(request);
    for (int i = 0; i < HTTP_BODY_PADDING; i++) {
        INVARIANT(body.at[body.size + (size_t)i] == 0);
    }
    say(request, body);
}

static void on_part(void *context, struct http_request *request) {
    struct buf text;
    buf_init(&text, 4096);
    buf_put(&text, http_request_parameter(request, SLICE("item")));
    buf_put_byte(&text, '|');
    buf_put(&text, http_request_parameter(request, SLICE("part")));
    say(request, buf_slice(&text));
    buf_deinit(&text);
}

static void on_query(void *context, struct http_request *request) {
    Slice limit;
    Status status = http_request_query(request, SLICE("limit"), &limit);
    if (status == STATUS_INVALID) {
        http_reply_problem(request, 400, SLICE("parameter_twice"), "'%s' comes more than once",
                           "limit");
        return;
    }
    Slice tags[4];
    uint32_t count = http_request_query_list(request, SLICE("tag"), tags, 4);
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%.*s", SLICE_ARGS(status == STATUS_OK ? limit : SLICE("none")));
    for (uint32_t i = 0; i < count; i++) {
        buf_printf(&text, " %.*s", SLICE_ARGS(tags[i]));
    }
    say(request, buf_slice(&text));
    buf_deinit(&text);
}

static void on_headers(void *context, struct http_request *request) {
    Slice value;
    bool found = http_request_header(request, SLICE("x-TEST"), &value);
    say(request, found ? value : SLICE("none"));
}

static void on_peer(void *context, struct http_request *request) {
    say(request, http_request_peer(request));
}

// Puts what the client says into a header.
static void on_inject(void *context, struct http_request *request) {
    Slice text = http_request_body(request);
    struct http_header header = {SLICE("X-Note"), text};
    http_reply(request, &(struct http_reply){.status = 200, .headers = &header, .header_count = 1});
}

static void on_own_policy(void *context, struct http_request *request) {
    struct http_header header = {SLICE("cache-control"), SLICE("max-age=60")};
    http_reply(request, &(struct http_reply){.status = 200, .headers = &header, .header_count = 1});
}

static void on_hold(void *context, struct http_request *request) {
    struct rig *rig = context;
    http_defer(request);
    pthread_mutex_lock(&rig->pushing); // several loops, and the queue is for one
    INVARIANT(queue_push(rig->held, request));
    pthread_mutex_unlock(&rig->pushing);
}

static void open_hold(void *context, struct http_request *request) {
    on_hold(context, request);
}

static void on_gone(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->gone, 1);
    pthread_mutex_lock(&rig->lock);
    pthread_cond_broadcast(&rig->logged);
    pthread_mutex_unlock(&rig->lock);
}

static void on_release(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->released, 1);
}

static void on_room(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->room, 1);
}

static size_t take_some(void *context, struct http_request *request, Slice piece) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->pieces, 1);
    size_t take = atomic_load(&rig->take);
    return take < piece.size ? take : piece.size;
}

static void on_uploaded(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->ends, 1);
}

// Refuses with the first bytes.
static size_t take_none(void *context, struct http_request *request, Slice piece) {
    if (http_request_user(request) == NULL) {
        http_request_set_user(request, context);
        http_reply_problem(request, 422, SLICE("line_bad"), "the first line is wrong");
    }
    return 0;
}

static bool before(void *context, struct http_request *request) {
    Slice token;
    if (http_request_header(request, SLICE("Authorization"), &token) && slice_is(token, "wrong")) {
        http_reply_problem(request, 401, SLICE("token_wrong"), "who are you?");
        return false;
    }
    return true;
}

static void after(void *context, const struct http_request *request,
                  const struct http_outcome *outcome) {
    struct rig *rig = context;
    pthread_mutex_lock(&rig->lock);
    if (rig->log_count < LOG_MAX) {
        rig->log[rig->log_count++] =
            (struct entry){outcome->route == NULL ? 0 : outcome->route->id, outcome->status,
                           outcome->complete, outcome->body_in, outcome->body_out};
    }
    pthread_cond_broadcast(&rig->logged);
    pthread_mutex_unlock(&rig->lock);
}

static const struct http_route routes[] = {
    {.method = HTTP_GET, .pattern = "/hello", .id = 1, .handler = on_hello},
    {.method = HTTP_POST,
     .pattern = "/echo",
     .id = 2,
     .body_max = BODY_MAX,
     .content_types = "application/json text/plain",
     .handler = on_echo},
    {.method = HTTP_GET, .pattern = "/items/{item}/parts/{part}", .id = 3, .handler = on_part},
    {.method = HTTP_GET, .pattern = "/query", .id = 4, .handler = on_query},
    {.method = HTTP_GET, .pattern = "/headers", .id = 5, .handler = on_headers},
    {.method = HTTP_GET,
     .pattern = "/hold",
     .id = 6,
     .handler = on_hold,
     .gone = on_gone,
     .release = on_release},
    {.method = HTTP_POST,
     .pattern = "/hold",
     .id = 7,
     .body_max = 1 << 20,
     .handler = on_hold,
     .gone = on_gone},
    {.method = HTTP_POST,
     .pattern = "/inject",
     .id = 8,
     .body_max = BODY_MAX,
     .handler = on_inject},
    {.method = HTTP_GET, .pattern = "/own", .id = 9, .handler = on_own_policy},
    {.method = HTTP_POST,
     .pattern = "/upload",
     .id = 10,
     .body_max = 64 << 20,
     .handler = on_uploaded,
     .open = open_hold,
     .data = take_some,
     .gone = on_gone,
     .release = on_release,
     .room = on_room},
    {.method = HTTP_POST,
     .pattern = "/picky",
     .id = 11,
     .body_max = 64 << 20,
     .handler = on_uploaded,
     .data = take_none},
    {.method = HTTP_GET, .pattern = "/peer", .id = 12, .handler = on_peer},
    {.method = HTTP_POST, .pattern = "/large", .id = 13, .body_max = 16 << 20, .handler = on_echo},
};

static bool rig_open(struct rig *rig, struct http_options options) {
    memset(rig, 0, sizeof *rig);
    arena_init(&rig->arena, 4 << 10);
    pthread_mutex_init(&rig->pushing, NULL);
    pthread_mutex_init(&rig->lock, NULL);
    pthread_cond_init(&rig->logged, NULL);
    rig->held = queue_create(HELD_MAX);
    atomic_store(&rig->take, SIZE_MAX);
    options.before = before;
    options.after = after;
    struct diag diag;
    Status status = http_server_start(&options, routes, sizeof routes / sizeof routes[0], rig,
                                      &rig->arena, &rig->server, &diag);
    if (status != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(diag.message));
        return false;
    }
    rig->port = http_server_port(rig->server);
    return true;
}

static void rig_close(struct rig *rig) {
    http_server_destroy(rig->server);
    queue_destroy(rig->held);
    pthread_cond_destroy(&rig->logged);
    pthread_mutex_destroy(&rig->lock);
    pthread_mutex_destroy(&rig->pushing);
    arena_deinit(&rig->arena);
}

// The entry at `index`, as soon as it is there.
static struct entry log_wait(struct rig *rig, int index) {
    pthread_mutex_lock(&rig->lock);
    while (rig->log_count <= index) {
        pthread_cond_wait(&rig->logged, &rig->lock);
    }
    struct entry entry = rig->log[index];
    pthread_mutex_unlock(&rig->lock);
    return entry;
}

static void gone_wait(struct rig *rig, int count) {
    pthread_mutex_lock(&rig->lock);
    while (atomic_load(&rig->gone) < count) {
        pthread_cond_wait(&rig->logged, &rig->lock);
    }
    pthread_mutex_unlock(&rig->lock);
}

#define HELLO SLICE("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n")
#define HOLD SLICE("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")

static bool says_hello(struct client *client) {
    struct client_reply reply;
    return client_ask(client, HELLO, &reply) && reply.status == 200 &&
           slice_is(reply.body, "hello");
}

// On a connection of its own.
static bool alive(struct rig *rig) {
    struct client client;
    bool good = client_open(&client, rig->port) && says_hello(&client);
    client_close(&client);
    return good;
}

// --- Plain requests ---

static bool test_hello(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port));
    CHECK(client_ask(&client, HELLO, &reply) && reply.status == 200 &&
          slice_is(reply.body, "hello"));
    static const char *const common[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Type", "text/plain"},
        {"Content-Length", "5"}};
    Slice value;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        CHECK_THAT(client_header(&reply, slice_of(common[i][0]), &value) &&
                       slice_is(value, common[i][1]),
                   "%s", common[i][0]);
    }
    // The same connection goes on.
    client.head_request = true;
    CHECK(client_ask(&client, SLICE("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n"), &reply) &&
          reply.status == 200);
    CHECK(client_header(&reply, SLICE("Content-Length"), &value) && slice_is(value, "5") &&
          slice_empty(reply.body));
    CHECK(client_ask(&client, SLICE("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n\r\n"), &reply) &&
          reply.status == 204);
    CHECK(client_header(&reply, SLICE("Allow"), &value) && slice_is(value, "POST, OPTIONS"));
    CHECK(client_ask(&client, SLICE("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n"), &reply) &&
          reply.status == 204);
    CHECK(client_header(&reply, SLICE("Allow"), &value) &&
          slice_is(value, "GET, HEAD, POST, OPTIONS"));
    CHECK(client_ask(&client, SLICE("GET /own HTTP/1.1\r\nHost: t\r\n\r\n"), &reply) &&
          reply.status == 200);
    CHECK(client_header(&reply, SLICE("Cache-Control"), &value) && slice_is(value, "max-age=60"));
    CHECK(client_ask(&client, SLICE("GET /peer HTTP/1.1\r\nHost: t\r\n\r\n"), &reply) &&
          slice_is(reply.body, "127.0.0.1"));
    CHECK(says_hello(&client));
    CHECK(client_ask(&client, SLICE("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
                     &reply));
    CHECK(client_sees_end(&client));
    client_close(&client);
    struct entry entry = log_wait(&rig, 1);
    CHECK(entry.route == 1 && entry.status == 200 && entry.complete && entry.body_out == 0);
    struct http_counters counters;
    http_server_counters(rig.server, &counters);
    CHECK(counters.requests == 8 && counters.connections == 1 && counters.library_refused == 0);
    rig_close(&rig);
    return true;
}

static bool test_parameters(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.headers = NULL}));
    static const struct {
        const char *target, *body;
        int status;
    } cases[] = {
        {"/items/a/parts/b", "a|b", 200},
        {"/items/a%20b/parts/%e5%bc%a0%2Fx", "a b|张/x", 200},
        {"/items//parts/b", NULL, 404},
        {"/query", "none", 200},
        {"/query?limit=5", "5", 200},
        {"/query?limit=%2B1+2&tag=a&tag=b", "+1 2 a b", 200},
        {"/query?limit=5&limit=6", NULL, 400},
        {"/query?limit=%zz", NULL, 400},
        {"/items/%2e%2e/parts/b", NULL, 400},
    };
    struct client client;
    CHECK(client_open(&client, rig.port));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: t\r\n\r\n", cases[i].target);
        struct client_reply reply;
        if (!client_ask(&client, slice_of(text), &reply)) {
            // A malformed head ends the connection.
            client_close(&client);
            CHECK(client_open(&client, rig.port) && client_ask(&client, slice_of(text), &reply));
        }
        CHECK_THAT(reply.status == cases[i].status, "%s: %d", cases[i].target, reply.status);
        CHECK_THAT(cases[i].body == NULL || slice_is(reply.body, cases[i].body), "%s",
                   cases[i].target);
    }
    client_close(&client);
    rig_close(&rig);
    return true;
}

struct exchange {
    const char *name;
    Slice request;
    int status;
    const char *code; // NULL: the library's own words, or a connection that ends without any
    bool goes_on;     // the connection
};

#define EXCHANGE(name, text, status, code, goes_on)                                                \
    { name, SLICE(text), status, code, goes_on }

// One connection for each. Behind what it refuses the server must still answer others.
static bool exchange_all(struct rig *rig, const struct exchange *exchanges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct exchange *exchange = &exchanges[i];
        struct client client;
        struct client_reply reply;
        CHECK(client_open(&client, rig->port) && client_send(&client, exchange->request));
        CHECK_THAT(client_receive(&client, &reply), "%s: no reply", exchange->name);
        CHECK_THAT(reply.status == exchange->status, "%s: %d %.*s", exchange->name, reply.status,
                   SLICE_ARGS(reply.body));
        if (exchange->code != NULL) {
            CHECK_THAT(slice_is(client_problem(&reply), exchange->code), "%s: %.*s", exchange->name,
                       SLICE_ARGS(reply.body));
            Slice policy;
            CHECK_THAT(client_header(&reply, SLICE("X-Content-Type-Options"), &policy), "%s",
                       exchange->name);
        }
        if (exchange->goes_on) {
            CHECK_THAT(says_hello(&client), "%s: the connection ended", exchange->name);
        } else {
            // For a wrong Content-Length the library says its head twice.
            while (exchange->code == NULL && client_receive(&client, &reply)) {
            }
            client.at = exchange->code == NULL ? client.in.size : client.at;
            CHECK_THAT(client_sees_end(&client), "%s: the connection goes on", exchange->name);
        }
        client_close(&client);
    }
    return alive(rig);
}

static bool test_statuses(void) {
    static const struct exchange exchanges[] = {
        EXCHANGE("unknown path", "GET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n", 404, "path_unknown",
                 true),
        EXCHANGE("unknown path, small body",
                 "POST /nowhere HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", 404,
                 "path_unknown", true),
        EXCHANGE("slash behind", "GET /hello/ HTTP/1.1\r\nHost: t\r\n\r\n", 404, "path_unknown",
                 true),
        EXCHANGE("wrong method", "DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n", 405,
                 "method_not_allowed", true),
        EXCHANGE("unknown method", "BREW /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501, "method_unknown",
                 false),
        EXCHANGE("lower case method", "get /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501,
                 "method_unknown", false),
        EXCHANGE("trace", "TRACE /hello HTTP/1.1\r\nHost: t\r\n\r\n", 501, "method_unknown", false),
        EXCHANGE("hook", "GET /hello HTTP/1.1\r\nHost: t\r\nAuthorization: wrong\r\n\r\n", 401,
                 "token_wrong", true),
        EXCHANGE("hook before 404", "GET /no HTTP/1.1\r\nHost: t\r\nAuthorization: wrong\r\n\r\n",
                 401, "token_wrong", true),
        EXCHANGE("large body by its length",
                 "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: "
                 "1000000\r\n\r\nabc",
                 413, "body_too_large", false),
        EXCHANGE("body where none is taken",
                 "GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", 413,
                 "body_too_large", true),
        EXCHANGE("no content type",
                 "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", 415,
                 "content_type_unsupported", true),
        EXCHANGE("wrong content type",
                 "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/html\r\nContent-Length: "
                 "3\r\n\r\nabc",
                 415, "content_type_unsupported", true),
        EXCHANGE("injection by CR LF",
                 "POST /inject HTTP/1.1\r\nHost: t\r\nContent-Length: 6\r\n\r\na\r\nb:c", 500,
                 "reply_malformed", true),
        EXCHANGE("injection by LF",
                 "POST /inject HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\na\nb:c", 500,
                 "reply_malformed", true),
        EXCHANGE("injection by NUL",
                 "POST /inject HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\na\0b", 500,
                 "reply_malformed", true),
        EXCHANGE(
            "refused by a continue",
            "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
            415, "content_type_unsupported", false),
    };
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    CHECK(exchange_all(&rig, exchanges, sizeof exchanges / sizeof exchanges[0]));
    struct client client;
    struct client_reply reply;
    Slice value;
    CHECK(client_open(&client, rig.port));
    CHECK(client_ask(&client, SLICE("DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n"), &reply));
    CHECK(client_header(&reply, SLICE("Allow"), &value) && slice_is(value, "GET, HEAD, OPTIONS"));
    CHECK(client_ask(
        &client, SLICE("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"), &reply));
    CHECK(client_header(&reply, SLICE("Accept"), &value) &&
          slice_is(value, "application/json, text/plain"));
    CHECK(client_ask(
        &client,
        SLICE("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: Application/JSON; charset=utf-8\r\n"
              "Content-Length: 3\r\n\r\nabc"),
        &reply));
    CHECK(reply.status == 200 && slice_is(reply.body, "abc"));
    client_close(&client);
    rig_close(&rig);
    return true;
}

#define GOOD_HEAD "GET /hello HTTP/1.1\r\nHost: t\r\n"
#define POST_HEAD "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n"

// What a proxy in front may read in another way.
static bool test_strict(void) {
    static const struct exchange exchanges[] = {
        EXCHANGE("length and coding",
                 POST_HEAD "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                 "framing_ambiguous", false),
        EXCHANGE("length twice", POST_HEAD "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400,
                 "framing_ambiguous", false),
        EXCHANGE("length twice, different",
                 POST_HEAD "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400,
                 "framing_ambiguous", false),
        EXCHANGE("coding twice",
                 POST_HEAD
                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 400, "framing_ambiguous", false),
        EXCHANGE("another coding", POST_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                 501, "transfer_coding_unsupported", false),
        EXCHANGE("coding in HTTP/1.0",
                 "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                 "framing_ambiguous", false),
        EXCHANGE("no host", "GET /hello HTTP/1.1\r\n\r\n", 400, "host_malformed", false),
        EXCHANGE("two hosts", GOOD_HEAD "Host: u\r\n\r\n", 400, "host_malformed", false),
        EXCHANGE("host with a path", "GET /hello HTTP/1.1\r\nHost: t/x\r\n\r\n", 400,
                 "host_malformed", false),
        EXCHANGE("bare LF", "GET /hello HTTP/1.1\r\nHost: t\nX: y\r\n\r\n", 400, "head_malformed",
                 false),
        EXCHANGE("bare LF behind the request line", "GET /hello HTTP/1.1\nHost: t\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("bare LF at the end", "GET /hello HTTP/1.1\r\nHost: t\r\n\n", 400,
                 "head_malformed", false),
        EXCHANGE("all bare LF", "GET /hello HTTP/1.1\nHost: t\n\n", 400, "head_malformed", false),
        EXCHANGE("folded line", GOOD_HEAD "X-Test: a\r\n b\r\n\r\n", 400, "head_malformed", false),
        EXCHANGE("folded name", GOOD_HEAD "Content-: 5\r\n Length\r\n\r\n", 400, "head_malformed",
                 false),
        EXCHANGE("folded first line", "GET /hello HTTP/1.1\r\n Host: t\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("blank in a name", GOOD_HEAD "X Y: a\r\n\r\n", 400, "head_malformed", false),
        EXCHANGE("blank behind a name", GOOD_HEAD "Content-Length : 3\r\n\r\nabc", 400,
                 "head_malformed", false),
        EXCHANGE("empty name", GOOD_HEAD ": a\r\n\r\n", 400, "head_malformed", false),
        EXCHANGE("NUL in a value", GOOD_HEAD "X-Test: a\0b\r\n\r\n", 400, "head_malformed", false),
        EXCHANGE("two NULs in a value", GOOD_HEAD "X-Test: a\0\0b\r\nX: y\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("NUL at the start of a line", GOOD_HEAD "\0abc: d\r\nX: y\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("CR in a value", GOOD_HEAD "X-Test: a\rb\r\n\r\n", 400, "head_malformed", false),
        EXCHANGE("control character in a value", GOOD_HEAD "X-Test: a\x01z\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("NUL in the target", "GET /hello\0x HTTP/1.1\r\nHost: t\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("two blanks in the request line", "GET  /hello HTTP/1.1\r\nHost: t\r\n\r\n", 400,
                 "head_malformed", false),
        EXCHANGE("blank in the target", "GET /hel lo HTTP/1.1\r\nHost: t\r\n\r\n", 400,
                 "target_malformed", false),
        EXCHANGE("absolute target", "GET http://t/hello HTTP/1.1\r\nHost: t\r\n\r\n", 400,
                 "target_malformed", false),
        EXCHANGE("target without a slash", "GET hello HTTP/1.1\r\nHost: t\r\n\r\n", 400,
                 "target_malformed", false),
        EXCHANGE("dots", "GET /x/../hello HTTP/1.1\r\nHost: t\r\n\r\n", 400, "target_malformed",
                 false),
        EXCHANGE("fragment", "GET /hello#x HTTP/1.1\r\nHost: t\r\n\r\n", 400, "target_malformed",
                 false),
        EXCHANGE("signed length", POST_HEAD "Content-Length: +3\r\n\r\nabc", 400, NULL, false),
        EXCHANGE("length of letters", POST_HEAD "Content-Length: 3x\r\n\r\nabc", 400, NULL, false),
        EXCHANGE("length beyond all", POST_HEAD "Content-Length: 99999999999999999999\r\n\r\n", 413,
                 NULL, false),
        EXCHANGE("line without a colon", GOOD_HEAD "nonsense\r\n\r\n", 400, NULL, false),
        EXCHANGE("malformed chunk", POST_HEAD "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400,
                 NULL, false),
        EXCHANGE("future version", "GET /hello HTTP/2.0\r\nHost: t\r\n\r\n", 505, NULL, false),
    };
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    CHECK(exchange_all(&rig, exchanges, sizeof exchanges / sizeof exchanges[0]));
    // And what only looks odd.
    static const struct exchange fine[] = {
        EXCHANGE("no blanks", "GET /hello HTTP/1.1\r\nHost:t\r\nX:\r\nY:   \r\n\r\n", 200, NULL,
                 true),
        EXCHANGE("blanks and tabs", "GET /hello HTTP/1.1\r\nHost: \t t \t \r\n\r\n", 200, NULL,
                 true),
        EXCHANGE("empty lines before", "\r\n\r\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n", 200, NULL,
                 true),
        EXCHANGE("old version", "GET /hello HTTP/1.0\r\n\r\n", 200, NULL, false),
        EXCHANGE("old version that stays", "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                 200, NULL, true),
        EXCHANGE(
            "chunks",
            POST_HEAD
            "Transfer-Encoding: CHUNKED\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n",
            200, NULL, false),
        EXCHANGE("length of none", POST_HEAD "Content-Length: 0\r\n\r\n", 200, NULL, true),
    };
    CHECK(exchange_all(&rig, fine, sizeof fine / sizeof fine[0]));
    rig_close(&rig);
    return true;
}

static void repeat(struct buf *out, char byte, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_put_byte(out, byte);
    }
}

// A request with a target and a header of these sizes.
static bool sized(struct rig *rig, size_t target, size_t header, int status, const char *code) {
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_put(&text, SLICE("GET /"));
    repeat(&text, 'a', target);
    buf_put(&text, SLICE(" HTTP/1.1\r\nHost: t\r\nX-Test: "));
    repeat(&text, 'b', header);
    buf_put(&text, SLICE("\r\n\r\n"));
    struct client client;
    struct client_reply reply;
    bool good = client_open(&client, rig->port);
    client_send(&client, buf_slice(&text)); // it may be cut off in the middle
    CHECK(good && client_receive(&client, &reply));
    CHECK_THAT(reply.status == status, "%zu %zu: %d", target, header, reply.status);
    CHECK_THAT(code == NULL || slice_is(client_problem(&reply), code), "%zu %zu", target, header);
    client_close(&client);
    buf_deinit(&text);
    return true;
}

static bool test_sizes(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.head_size_max = 8192, .target_size_max = 2048}));
    CHECK(sized(&rig, 2000, 5000, 404, "path_unknown"));
    CHECK(sized(&rig, 2048, 10, 414, "target_too_long"));
    CHECK(sized(&rig, 10, 9000, 431, "head_too_large"));
    CHECK(sized(&rig, 10, 300000, 431, NULL));
    CHECK(sized(&rig, 300000, 10, 414, NULL));
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_put(&text, SLICE("GET /hello HTTP/1.1\r\nHost: t\r\n"));
    for (int i = 0; i < HTTP_HEADERS_MAX; i++) {
        buf_printf(&text, "X-%d: y\r\n", i);
    }
    buf_put(&text, SLICE("\r\n"));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_ask(&client, buf_slice(&text), &reply));
    CHECK(reply.status == 431 && slice_is(client_problem(&reply), "head_too_large"));
    client_close(&client);
    buf_deinit(&text);
    CHECK(alive(&rig));
    rig_close(&rig);
    return true;
}

// A chunked body says its size only as it comes.
static bool test_chunks_over_limit(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port));
    CHECK(client_send(&client, SLICE(POST_HEAD "Transfer-Encoding: chunked\r\n\r\n")));
    struct buf chunk;
    buf_init(&chunk, 4096);
    buf_put(&chunk, SLICE("190\r\n"));
    repeat(&chunk, 'x', 400);
    buf_put(&chunk, SLICE("\r\n"));
    for (int i = 0; i < 50; i++) {
        client_send(&client, buf_slice(&chunk));
    }
    CHECK(client_receive(&client, &reply) && reply.status == 413);
    CHECK(slice_is(client_problem(&reply), "body_too_large") && client_sees_end(&client));
    client_close(&client);
    buf_deinit(&chunk);
    struct entry entry = log_wait(&rig, 0);
    CHECK(entry.route == 2 && entry.status == 413);
    CHECK(alive(&rig));
    rig_close(&rig);
    return true;
}

// --- How bytes come ---

static bool test_one_byte_pieces(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    static const Slice texts[] = {
        SLICE(POST_HEAD "Content-Length: 11\r\nX-Test: a b\r\n\r\nhello world"),
        SLICE(POST_HEAD
              "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;a=b\r\nworld\r\n0\r\n\r\n"),
    };
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port));
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < texts[k].size; i++) {
            CHECK(client_send(&client, slice_part(texts[k], i, 1)));
        }
        CHECK(client_receive(&client, &reply) && reply.status == 200 &&
              slice_is(reply.body, "hello world"));
    }
    client_close(&client);
    rig_close(&rig);
    return true;
}

static bool test_pipelined(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port));
    CHECK(client_send(
        &client,
        SLICE("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n" POST_HEAD "Content-Length: 3\r\n\r\nabc"
              "GET /hold HTTP/1.1\r\nHost: t\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n"
              "GET /items/1/parts/2 HTTP/1.1\r\nHost: t\r\n\r\n")));
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "hello"));
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "abc"));
    struct http_request *held = queue_pop(rig.held);
    say(held, SLICE("held"));
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "held"));
    CHECK(client_receive(&client, &reply) && reply.status == 404);
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "1|2"));
    client_close(&client);
    rig_close(&rig);
    return true;
}

static bool test_large_bodies(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    enum { SIZE = 5000000 };
    struct buf text;
    buf_init(&text, 16 << 20);
    buf_printf(&text, "POST /large HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n", SIZE);
    size_t head = text.size;
    struct random random;
    random_init(&random, 7);
    for (int i = 0; i < SIZE; i++) {
        buf_put_byte(&text, (char)random_u64(&random));
    }
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_ask(&client, buf_slice(&text), &reply) &&
          reply.status == 200);
    CHECK(slice_equal(reply.body, slice_part(buf_slice(&text), head, SIZE)) && says_hello(&client));
    client_close(&client);
    buf_deinit(&text);
    rig_close(&rig);
    return true;
}

static bool test_continue(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port));
    CHECK(client_ask(&client, SLICE(POST_HEAD "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
                     &reply));
    CHECK(reply.status == 100);
    CHECK(client_ask(&client, SLICE("abc"), &reply) && reply.status == 200 &&
          slice_is(reply.body, "abc"));
    CHECK(says_hello(&client));
    client_close(&client);
    rig_close(&rig);
    return true;
}

static bool test_cut_short(void) {
    struct rig rig;
    CHECK(
        rig_open(&rig, (struct http_options){.request_timeout_ms = 8000, .idle_timeout_ms = 400}));
    static const Slice texts[] = {SLICE(""), SLICE("GET /hel"),
                                  SLICE("GET /hello HTTP/1.1\r\nHost:"), SLICE("\r\n")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct client client;
        CHECK(client_open(&client, rig.port) && client_send(&client, texts[i]));
        client_close(&client);
    }
    struct client client;
    CHECK(client_open(&client, rig.port) &&
          client_send(&client, SLICE(POST_HEAD "Content-Length: 100\r\n\r\nabc")));
    shutdown(client.fd, SHUT_WR);
    CHECK(client_sees_end(&client));
    client_close(&client);
    struct entry entry = log_wait(&rig, 0);
    CHECK(entry.route == 2 && entry.status == 0 && !entry.complete && entry.body_in == 3);
    CHECK(alive(&rig));
    rig_close(&rig);
    return true;
}

static bool test_timeouts(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.request_timeout_ms = 100, .idle_timeout_ms = 200}));
    static const Slice slow[] = {
        SLICE("POST /echo HTTP/1.1\r\nHost: t\r\n"),
        SLICE(POST_HEAD "Content-Length: 100\r\n\r\nabc"),
        SLICE(POST_HEAD "Transfer-Encoding: chunked\r\n\r\n"),
        SLICE("POST /nowhere HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nabc"),
        SLICE("POST /picky HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++) {
        struct client client;
        struct client_reply reply;
        CHECK(client_open(&client, rig.port) && client_send(&client, slow[i]));
        CHECK_THAT(client_receive(&client, &reply) && reply.status == 408, "%zu", i);
        CHECK(slice_is(client_problem(&reply), "request_timeout") && client_sees_end(&client));
        client_close(&client);
    }
    // Idle ones end without a word, also with half a request line.
    static const Slice idle[] = {SLICE(""), SLICE("GET /"),
                                 SLICE("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n")};
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        struct client client;
        struct client_reply reply;
        CHECK(client_open(&client, rig.port) && client_send(&client, idle[i]));
        CHECK(i < 2 || client_receive(&client, &reply));
        CHECK(client_sees_end(&client));
        client_close(&client);
    }
    // A reply that nobody reads.
    struct buf large;
    buf_init(&large, 16 << 20);
    repeat(&large, 'x', 12000000);
    struct client deaf;
    CHECK(client_open(&deaf, rig.port) && client_send(&deaf, HOLD));
    say(queue_pop(rig.held), buf_slice(&large));
    buf_deinit(&large);
    struct entry entry = log_wait(&rig, (int)(sizeof slow / sizeof slow[0]));
    CHECK(entry.status == 200 && entry.route == 6 && !entry.complete);
    client_close(&deaf);
    // What is deferred may take as long as it likes: it outlives an idle connection that came
    // later.
    struct client client;
    struct client other;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_send(&client, HOLD));
    struct http_request *held = queue_pop(rig.held);
    CHECK(client_open(&other, rig.port) && client_sees_end(&other));
    say(held, SLICE("late"));
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "late"));
    client_close(&client);
    client_close(&other);
    struct http_counters counters;
    http_server_counters(rig.server, &counters);
    CHECK(counters.timeouts == sizeof slow / sizeof slow[0]);
    rig_close(&rig);
    return true;
}

// --- Limits ---

static bool test_connections(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.connections_max = 5, .threads = 2}));
    struct client clients[5];
    for (int i = 0; i < 5; i++) {
        CHECK(client_open(&clients[i], rig.port) && says_hello(&clients[i]));
    }
    struct client client;
    struct client_reply reply;
    Slice value;
    CHECK(client_open(&client, rig.port) && client_receive(&client, &reply) && reply.status == 503);
    CHECK(slice_is(client_problem(&reply), "too_many_connections"));
    CHECK(client_header(&reply, SLICE("Retry-After"), &value) && slice_is(value, "1") &&
          client_sees_end(&client));
    client_close(&client);
    CHECK(client_send(&clients[0],
                      SLICE("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")));
    CHECK(client_receive(&clients[0], &reply) && client_sees_end(&clients[0]));
    // The place is free once the server has closed as well.
    struct http_counters counters;
    do {
        http_server_counters(rig.server, &counters);
    } while (counters.connections_open == 5);
    CHECK(alive(&rig));
    for (int i = 0; i < 5; i++) {
        client_close(&clients[i]);
    }
    rig_close(&rig);

    CHECK(rig_open(&rig, (struct http_options){.connections_per_address_max = 1}));
    CHECK(client_open(&clients[0], rig.port) && says_hello(&clients[0]));
    CHECK(client_open(&client, rig.port) && client_receive(&client, &reply) && reply.status == 503);
    client_close(&client);
    client_close(&clients[0]);
    http_server_counters(rig.server, &counters);
    CHECK(counters.connections == 1 && counters.connections_refused == 1);
    rig_close(&rig);
    return true;
}

static bool test_overloaded(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.requests_max = 2, .retry_after_s = 7}));
    struct client clients[3];
    struct client_reply reply;
    for (int i = 0; i < 3; i++) {
        CHECK(client_open(&clients[i], rig.port));
    }
    CHECK(client_send(&clients[0], HOLD) && client_send(&clients[1], HOLD));
    struct http_request *held[2] = {queue_pop(rig.held), queue_pop(rig.held)};
    Slice value;
    for (int i = 0; i < 3; i++) { // the connection goes on, the body is thrown away
        CHECK(client_ask(&clients[2], SLICE(POST_HEAD "Content-Length: 5\r\n\r\nabcde"), &reply) &&
              reply.status == 503);
        CHECK(slice_is(client_problem(&reply), "overloaded"));
        CHECK(client_header(&reply, SLICE("Retry-After"), &value) && slice_is(value, "7"));
    }
    say(held[0], SLICE("x"));
    say(held[1], SLICE("x"));
    CHECK(client_receive(&clients[0], &reply) && client_receive(&clients[1], &reply));
    log_wait(&rig, 4);
    CHECK(says_hello(&clients[2]));
    for (int i = 0; i < 3; i++) {
        client_close(&clients[i]);
    }
    rig_close(&rig);
    return true;
}

// --- Deferred ---

static bool test_deferred_in_any_order(void) {
    enum { COUNT = 400 };
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.threads = 3}));
    static struct client clients[COUNT];
    static struct http_request *held[COUNT];
    struct random random;
    random_init(&random, 3);
    for (int i = 0; i < COUNT; i++) {
        CHECK(client_open(&clients[i], rig.port));
    }
    for (int round = 0; round < 3; round++) {
        char text[128];
        for (int i = 0; i < COUNT; i++) {
            snprintf(text, sizeof text,
                     "POST /hold HTTP/1.1\r\nHost: t\r\nContent-Length: 8\r\n\r\n%8d", i);
            CHECK(client_send(&clients[i], slice_of(text)));
        }
        for (int i = 0; i < COUNT; i++) {
            held[i] = queue_pop(rig.held);
        }
        for (uint32_t i = COUNT; i > 1; i--) {
            uint64_t k = random_below(&random, i);
            struct http_request *other = held[k];
            held[k] = held[i - 1];
            held[i - 1] = other;
        }
        for (int i = 0; i < COUNT; i++) {
            struct http_reply reply = {.status = 200,
                                       .content_type = SLICE("text/plain"),
                                       .body = http_request_body(held[i])};
            if (round == 0) {
                http_reply(held[i], &reply);
            } else {
                http_reply_quiet(held[i], &reply);
            }
            if (round == 1 && i % 50 == 0) {
                http_server_wake(rig.server);
            }
        }
        http_server_wake(rig.server);
        for (int i = COUNT; i-- > 0;) {
            struct client_reply reply;
            snprintf(text, sizeof text, "%8d", i);
            CHECK_THAT(client_receive(&clients[i], &reply) && slice_is(reply.body, text), "%d", i);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        client_close(&clients[i]);
    }
    rig_close(&rig);
    return true;
}

static bool test_client_goes_while_deferred(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.threads = 1}));
    enum { COUNT = 50 };
    struct client clients[COUNT];
    struct http_request *held[COUNT];
    for (int i = 0; i < COUNT; i++) {
        CHECK(client_open(&clients[i], rig.port) && client_send(&clients[i], HOLD));
        held[i] = queue_pop(rig.held);
    }
    for (int i = 0; i < COUNT; i++) {
        if (i % 2 == 0) { // with a reset
            struct linger linger = {.l_onoff = 1};
            setsockopt(clients[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        }
        client_close(&clients[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        say(held[i], SLICE("is anybody there?"));
    }
    log_wait(&rig, COUNT - 1);
    CHECK(alive(&rig));
    rig_close(&rig);
    CHECK(atomic_load(&rig.released) == COUNT);
    return true;
}

// Answers from several threads at once, over several loops.
struct answerer {
    struct rig *rig;
    struct queue *work;
};

static void answer_all(void *context) {
    struct answerer *answerer = context;
    for (struct http_request *request; (request = queue_pop(answerer->work)) != NULL;) {
        say(request, SLICE("answered"));
    }
}

static bool test_many_threads(void) {
    enum { COUNT = 64, ROUNDS = 20 };
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.threads = 3}));
    struct answerer answerers[3];
    struct thread *threads[3];
    for (int i = 0; i < 3; i++) {
        answerers[i] = (struct answerer){&rig, queue_create(COUNT)};
        threads[i] = thread_start("answer", answer_all, &answerers[i]);
    }
    static struct client clients[COUNT];
    for (int i = 0; i < COUNT; i++) {
        CHECK(client_open(&clients[i], rig.port));
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < COUNT; i++) {
            CHECK(client_send(&clients[i], HOLD));
        }
        for (int i = 0; i < COUNT; i++) {
            queue_push(answerers[i % 3].work, queue_pop(rig.held));
        }
        for (int i = 0; i < COUNT; i++) {
            struct client_reply reply;
            CHECK(client_receive(&clients[i], &reply) && slice_is(reply.body, "answered"));
        }
    }
    for (int i = 0; i < 3; i++) {
        queue_close(answerers[i].work);
        thread_join(threads[i]);
        queue_destroy(answerers[i].work);
    }
    for (int i = 0; i < COUNT; i++) {
        client_close(&clients[i]);
    }
    rig_close(&rig);
    return true;
}

// --- Streams ---

#define UPLOAD "POST /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"

static const struct http_reply ndjson = {.status = 200,
                                         .content_type = SLICE("application/x-ndjson")};

// The body rests until another thread says so; nothing is lost.
static bool test_upload_rests(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    atomic_store(&rig.take, 0);
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) &&
          client_send(
              &client,
              SLICE("POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 11\r\n\r\nhello world")));
    struct http_request *held = queue_pop(rig.held);
    for (size_t take = 0; take < 12; take++) {
        int before_pieces = atomic_load(&rig.pieces);
        atomic_store(&rig.take, take < 11 ? take % 2 : SIZE_MAX);
        http_resume(held);
        while (take < 11 && atomic_load(&rig.pieces) == before_pieces) {
            sched_yield(); // for the loop, which is on its way
            http_resume(held);
        }
    }
    while (atomic_load(&rig.ends) == 0) {
        sched_yield();
    }
    say(held, SLICE("got it"));
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "got it"));
    struct entry entry = log_wait(&rig, 0);
    CHECK(entry.body_in == 11 && entry.status == 200 && entry.complete);
    CHECK(says_hello(&client)); // no stream of answers: the connection goes on
    client_close(&client);
    rig_close(&rig);
    return true;
}

static bool test_lines_both_ways(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD)));
    struct http_request *held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(client_receive_head(&client, &reply) && reply.status == 200 && reply.chunked);
    for (int i = 0; i < 20; i++) { // a line in, a line out, while the body goes on
        char line[64];
        snprintf(line, sizeof line, "4\r\nin%d\n\r\n", i % 10);
        CHECK(client_send(&client, slice_of(line)));
        snprintf(line, sizeof line, "out%d\n", i);
        CHECK(http_stream_put(held, slice_of(line)) == STATUS_OK);
        Slice chunk;
        CHECK(client_receive_chunk(&client, &chunk) && slice_is(chunk, line));
    }
    CHECK(client_send(&client, SLICE("0\r\n\r\n")));
    while (atomic_load(&rig.ends) == 0) {
        sched_yield();
    }
    // What is put quietly waits for one who wakes, and goes together.
    CHECK(http_stream_put_quiet(held, SLICE("more\n")) == STATUS_OK && http_stream_put_quiet(held, SLICE("and more\n")) == STATUS_OK);
    http_server_wake(rig.server);
    size_t got = 0;
    Slice chunk;
    while (got < 14 && client_receive_chunk(&client, &chunk)) { // a loop that was awake may have taken the first alone
        got += chunk.size;
    }
    CHECK(got == 14);
    CHECK(http_stream_put(held, SLICE("last\n")) == STATUS_OK);
    http_stream_end(held);
    CHECK(client_receive_chunk(&client, &chunk) && slice_is(chunk, "last\n"));
    CHECK(!client_receive_chunk(&client, &chunk) && client_sees_end(&client));
    client_close(&client);
    struct entry entry = log_wait(&rig, 0);
    CHECK(entry.complete && entry.status == 200 && entry.body_in == 80 && entry.body_out > 100);
    rig_close(&rig);
    CHECK(atomic_load(&rig.released) == 1);
    return true;
}

// The maker of a stream is faster than its reader, then the other way round.
struct maker {
    struct http_request *request;
    size_t size;
    bool good;
};

static char pattern_at(size_t at) {
    return (char)('a' + at * 7 % 26 + at / 4096 % 3);
}

static void make_stream(void *context) {
    struct maker *maker = context;
    char piece[1000];
    size_t at = 0;
    maker->good = true;
    while (at < maker->size && maker->good) {
        size_t size = 1 + at * 31 % sizeof piece;
        size = size < maker->size - at ? size : maker->size - at;
        for (size_t i = 0; i < size; i++) {
            piece[i] = pattern_at(at + i);
        }
        Status status = http_stream_put(maker->request, (Slice){piece, size});
        if (status == STATUS_LIMIT) {
            status = http_stream_wait(maker->request, size, CLIENT_DEADLINE_MS);
            maker->good = status == STATUS_OK;
        } else {
            maker->good = status == STATUS_OK;
            at += size;
        }
    }
    http_stream_end(maker->request);
}

static bool test_stream_out(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.stream_buffer_size = 4096}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_send(&client, HOLD));
    struct maker maker = {.request = queue_pop(rig.held), .size = 8 << 20};
    http_stream_begin(maker.request, &ndjson);
    // Nobody reads: once the system's buffers are full, so is this one.
    struct client full;
    CHECK(client_open(&full, rig.port) && client_send(&full, HOLD));
    struct http_request *stuck = queue_pop(rig.held);
    http_stream_begin(stuck, &ndjson);
    char page[4096] = {0};
    Status status;
    size_t put = 0;
    do {
        status = http_stream_put(stuck, (Slice){page, sizeof page});
        put += status == STATUS_OK;
        if (status == STATUS_LIMIT) {
            status = http_stream_wait(stuck, sizeof page, 100);
        }
    } while (status == STATUS_OK);
    CHECK(status == STATUS_LIMIT && put > 4);

    struct thread *thread = thread_start("maker", make_stream, &maker);
    CHECK(client_receive_head(&client, &reply) && reply.chunked);
    size_t at = 0;
    Slice chunk;
    while (client_receive_chunk(&client, &chunk)) {
        for (size_t i = 0; i < chunk.size; i++) {
            CHECK(chunk.at[i] == pattern_at(at + i));
        }
        at += chunk.size;
        memmove(client.in.bytes, client.in.bytes + client.at, client.in.size - client.at);
        client.in.size -= client.at;
        client.at = 0;
    }
    thread_join(thread);
    CHECK(maker.good && at == maker.size && client_sees_end(&client));
    client_close(&client);

    CHECK(http_stream_put(stuck, (Slice){page, sizeof page}) == STATUS_LIMIT);
    http_stream_end(stuck);
    size_t got = 0;
    CHECK(client_receive(&full, &reply));
    got = reply.body.size / sizeof page;
    CHECK_THAT(got == put, "%zu of %zu", got, put);
    client_close(&full);
    rig_close(&rig);
    return true;
}

static bool test_client_leaves_stream(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_send(&client, HOLD));
    struct http_request *held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(http_stream_put(held, SLICE("x\n")) == STATUS_OK);
    CHECK(client_receive_head(&client, &reply));
    client_close(&client);
    gone_wait(&rig, 1); // without anything being put: the end of the socket is seen
    CHECK(http_request_gone(held) && http_stream_put(held, SLICE("y\n")) == STATUS_END);
    CHECK(http_stream_wait(held, 1, 0) == STATUS_END);
    http_stream_end(held);
    // In the middle of its body.
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD "5\r\nhel")));
    held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(client_receive_head(&client, &reply));
    client_close(&client);
    gone_wait(&rig, 2);
    CHECK(http_stream_put(held, SLICE("y\n")) == STATUS_END);
    http_stream_end(held);
    // And before anything was answered.
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD "5\r\nhel")));
    held = queue_pop(rig.held);
    client_close(&client);
    gone_wait(&rig, 3);
    http_resume(held);
    say(held, SLICE("too late"));
    CHECK(alive(&rig));
    rig_close(&rig);
    CHECK(atomic_load(&rig.released) == 3);
    return true;
}

// An answer in the middle of a body: the rest of it does not keep the client from reading it.
static bool test_answer_in_the_middle(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port));
    // Small: the connection goes on.
    CHECK(client_ask(&client,
                     SLICE("POST /picky HTTP/1.1\r\nHost: t\r\nContent-Length: 6\r\n\r\nabcdef"),
                     &reply));
    CHECK(reply.status == 422 && slice_is(client_problem(&reply), "line_bad") &&
          says_hello(&client));
    CHECK(client_send(&client,
                      SLICE("POST /picky HTTP/1.1\r\nHost: t\r\nContent-Length: 6000000\r\n\r\n")));
    static char zeros[1000];
    for (int i = 0; i < 6000; i++) {
        if (!client_send(&client, (Slice){zeros, sizeof zeros})) {
            break;
        }
    }
    CHECK(client_receive(&client, &reply) && reply.status == 422 && client_sees_end(&client));
    client_close(&client);
    // From another thread, while the body comes.
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD "5\r\nhello\r\n")));
    struct http_request *held = queue_pop(rig.held);
    http_reply_problem(held, 409, SLICE("conflict"), "no more of that");
    CHECK(client_receive(&client, &reply) && reply.status == 409 && client_sees_end(&client));
    client_close(&client);
    CHECK(alive(&rig));
    rig_close(&rig);
    return true;
}

static bool test_stream_odds(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client client;
    struct client_reply reply;
    // HTTP/1.0 knows no chunks.
    CHECK(client_open(&client, rig.port) &&
          client_send(&client, SLICE("GET /hold HTTP/1.0\r\n\r\n")));
    struct http_request *held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(http_stream_put(held, SLICE("a")) == STATUS_OK &&
          http_stream_put(held, SLICE("b")) == STATUS_OK);
    http_stream_end(held);
    CHECK(client_receive(&client, &reply) && !reply.chunked && slice_is(reply.body, "ab"));
    client_close(&client);
    // HEAD has no body.
    CHECK(client_open(&client, rig.port) &&
          client_send(&client, SLICE("HEAD /hold HTTP/1.1\r\nHost: t\r\n\r\n")));
    held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(http_stream_put(held, SLICE("a")) != STATUS_LIMIT);
    http_stream_end(held);
    client.head_request = true;
    CHECK(client_receive(&client, &reply) && reply.status == 200 && client_sees_end(&client));
    client_close(&client);
    // A head that cannot be said.
    CHECK(client_open(&client, rig.port) && client_send(&client, HOLD));
    held = queue_pop(rig.held);
    struct http_header bad = {SLICE("X-A"), SLICE("b\r\nc: d")};
    http_stream_begin(held,
                      &(struct http_reply){.status = 200, .headers = &bad, .header_count = 1});
    CHECK(client_receive(&client, &reply) && reply.status == 500 &&
          slice_is(client_problem(&reply), "reply_malformed"));
    http_stream_end(held);
    client_close(&client);
    // A continue goes before the answer.
    CHECK(client_open(&client, rig.port));
    CHECK(client_send(&client, SLICE("POST /upload HTTP/1.1\r\nHost: t\r\nExpect: "
                                     "100-continue\r\nContent-Length: 3\r\n\r\n")));
    held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(client_receive(&client, &reply) && reply.status == 100);
    CHECK(client_send(&client, SLICE("abc")));
    http_stream_end(held);
    CHECK(client_receive(&client, &reply) && reply.status == 200 && client_sees_end(&client));
    client_close(&client);
    rig_close(&rig);
    return true;
}

// `room` is called once there is room again, and only then.
static bool test_room(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.stream_buffer_size = 100}));
    struct client client;
    struct client_reply reply;
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD)));
    struct http_request *held = queue_pop(rig.held);
    http_stream_begin(held, &ndjson);
    CHECK(client_receive_head(&client, &reply));
    char line[100] = {0};
    int refused = 0;
    size_t put = 0;
    while (refused < 10) {
        Status status = http_stream_put(held, (Slice){line, 60});
        CHECK(status != STATUS_END);
        put += status == STATUS_OK ? 60 : 0;
        if (status == STATUS_LIMIT) {
            refused++;
            while (atomic_load(&rig.room) < refused) {
                sched_yield();
            }
            CHECK(atomic_load(&rig.room) == refused);
        }
    }
    CHECK(http_stream_put(held, (Slice){line, 60}) != STATUS_END);
    http_stream_end(held);
    size_t got = 0;
    Slice chunk;
    while (client_receive_chunk(&client, &chunk)) {
        got += chunk.size;
    }
    CHECK(got >= put && client_sees_end(&client));
    client_close(&client);
    rig_close(&rig);
    return true;
}

// --- Stopping ---

struct stopper {
    struct http_server *server;
    uint32_t deadline_ms;
    bool clean;
};

static void stop(void *context) {
    struct stopper *stopper = context;
    stopper->clean = http_server_stop(stopper->server, stopper->deadline_ms);
}

static bool test_stop_waits(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){0}));
    struct client idle;
    struct client busy;
    struct client_reply reply;
    CHECK(client_open(&idle, rig.port) && says_hello(&idle));
    CHECK(client_open(&busy, rig.port) && client_send(&busy, HOLD));
    struct http_request *held = queue_pop(rig.held);
    struct stopper stopper = {rig.server, CLIENT_DEADLINE_MS, false};
    struct thread *thread = thread_start("stop", stop, &stopper);
    CHECK(client_sees_end(&idle)); // it stops
    struct client late;
    CHECK(!client_open(&late, rig.port));
    client_close(&late);
    say(held, SLICE("done"));
    Slice value;
    CHECK(client_receive(&busy, &reply) && slice_is(reply.body, "done"));
    CHECK(client_header(&reply, SLICE("Connection"), &value) && slice_is(value, "close") &&
          client_sees_end(&busy));
    thread_join(thread);
    CHECK(stopper.clean);
    client_close(&idle);
    client_close(&busy);
    rig_close(&rig);
    return true;
}

static bool test_stop_cuts(void) {
    struct rig rig;
    CHECK(rig_open(&rig, (struct http_options){.threads = 2}));
    static const Slice texts[] = {HOLD, HOLD, SLICE(UPLOAD "5\r\nhel"),
                                  SLICE(POST_HEAD "Content-Length: 10\r\n\r\nab")};
    struct client clients[4];
    struct http_request *held[3];
    for (int i = 0; i < 4; i++) {
        CHECK(client_open(&clients[i], rig.port) && client_send(&clients[i], texts[i]));
        if (i < 3) {
            held[i] = queue_pop(rig.held);
        }
    }
    http_stream_begin(held[1], &ndjson);
    struct http_counters counters;
    do {
        http_server_counters(rig.server, &counters);
    } while (counters.requests < 4);
    CHECK(!http_server_stop(rig.server, 20));
    CHECK(http_request_gone(held[0]) && atomic_load(&rig.gone) == 3);
    for (int i = 0; i < 4; i++) {
        struct client_reply reply;
        while (client_receive_head(&clients[i], &reply)) {
        }
        client_close(&clients[i]);
    }
    say(held[0], SLICE("nobody"));
    CHECK(http_stream_put(held[1], SLICE("x")) == STATUS_END);
    http_stream_end(held[1]);
    http_resume(held[2]);
    say(held[2], SLICE("nobody"));
    rig_close(&rig);
    CHECK(atomic_load(&rig.released) == 3);
    return true;
}

static bool test_start_fails(void) {
    struct arena arena;
    arena_init(&arena, 4 << 10);
    struct http_server *server;
    struct diag diag;
    static const struct http_route bad = {.pattern = "x", .handler = on_hello};
    struct http_options options = {0};
    CHECK(http_server_start(&options, &bad, 1, NULL, &arena, &server, &diag) == STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT001") == 0);
    options.address = SLICE("localhost");
    CHECK(http_server_start(&options, routes, 1, NULL, &arena, &server, &diag) == STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT002") == 0);
    options.address = SLICE("::1");
    CHECK(http_server_start(&options, routes, 1, NULL, &arena, &server, &diag) != STATUS_INVALID);
    if (strcmp(diag.code, "HT002") != 0) {
        http_server_destroy(server); // this machine has IPv6
    }
    options.address = SLICE("127.0.0.1");
    CHECK(http_server_start(&options, routes, 1, NULL, &arena, &server, &diag) == STATUS_OK);
    options.port = http_server_port(server);
    struct http_server *second;
    CHECK(http_server_start(&options, routes, 1, NULL, &arena, &second, &diag) == STATUS_IO);
    CHECK(strcmp(diag.code, "HT002") == 0);
    http_server_destroy(server);
    options = (struct http_options){.tls_certificate = SLICE("no PEM"), .tls_key = SLICE("none")};
    CHECK(http_server_start(&options, routes, 1, NULL, &arena, &server, &diag) == STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT003") == 0);
    http_server_destroy(NULL);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_hello),
        TEST(test_parameters),
        TEST(test_statuses),
        TEST(test_strict),
        TEST(test_sizes),
        TEST(test_chunks_over_limit),
        TEST(test_one_byte_pieces),
        TEST(test_pipelined),
        TEST(test_large_bodies),
        TEST(test_continue),
        TEST(test_cut_short),
        TEST(test_timeouts),
        TEST(test_connections),
        TEST(test_overloaded),
        TEST(test_deferred_in_any_order),
        TEST(test_client_goes_while_deferred),
        TEST(test_many_threads),
        TEST(test_upload_rests),
        TEST(test_lines_both_ways),
        TEST(test_stream_out),
        TEST(test_client_leaves_stream),
        TEST(test_answer_in_the_middle),
        TEST(test_stream_odds),
        TEST(test_room),
        TEST(test_stop_waits),
        TEST(test_stop_cuts),
        TEST(test_start_fails),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
