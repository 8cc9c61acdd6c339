// Requests from outside: bytes go in over a socket, well-formed or not, and what comes back is looked
// at.

#include "http/test_rig.h"

#include "base/random.h"
#include "base/test.h"
#include "os/thread.h"

#include <stdlib.h>
#include <sys/socket.h>

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
    CHECK(client_says_hello(&client));
    CHECK(client_ask(&client, SLICE("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
                     &reply));
    CHECK(client_sees_end(&client));
    client_close(&client);
    struct entry entry = rig_log_wait(&rig, 1);
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
            CHECK_THAT(client_says_hello(&client), "%s: the connection ended", exchange->name);
        } else {
            // For a wrong Content-Length the library says its head twice.
            while (exchange->code == NULL && client_receive(&client, &reply)) {
            }
            client.at = exchange->code == NULL ? client.in.size : client.at;
            CHECK_THAT(client_sees_end(&client), "%s: the connection goes on", exchange->name);
        }
        client_close(&client);
    }
    return rig_is_alive(rig);
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
        EXCHANGE("coded content",
                 "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n"
                 "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                 415, "content_coding_unsupported", true),
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

// A request with a target and a header of these sizes.
static bool sized(struct rig *rig, size_t target, size_t header, int status, const char *code) {
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_put(&text, SLICE("GET /"));
    rig_repeat(&text, 'a', target);
    buf_put(&text, SLICE(" HTTP/1.1\r\nHost: t\r\nX-Test: "));
    rig_repeat(&text, 'b', header);
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
    CHECK(rig_is_alive(&rig));
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
    rig_repeat(&chunk, 'x', 400);
    buf_put(&chunk, SLICE("\r\n"));
    for (int i = 0; i < 50; i++) {
        client_send(&client, buf_slice(&chunk));
    }
    CHECK(client_receive(&client, &reply) && reply.status == 413);
    CHECK(slice_is(client_problem(&reply), "body_too_large") && client_sees_end(&client));
    client_close(&client);
    buf_deinit(&chunk);
    struct entry entry = rig_log_wait(&rig, 0);
    CHECK(entry.route == 2 && entry.status == 413);
    CHECK(rig_is_alive(&rig));
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
    rig_say(held, SLICE("held"));
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
    CHECK(slice_equal(reply.body, slice_part(buf_slice(&text), head, SIZE)) && client_says_hello(&client));
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
    CHECK(client_says_hello(&client));
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
    struct entry entry = rig_log_wait(&rig, 0);
    CHECK(entry.route == 2 && entry.status == 0 && !entry.complete && entry.body_in == 3);
    CHECK(rig_is_alive(&rig));
    rig_close(&rig);
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
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
