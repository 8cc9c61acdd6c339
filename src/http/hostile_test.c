// Thousands of requests that something was done to: bytes changed, lost, doubled, moved, cut. What
// the server answers is its business; it must stay alive, answer a good request afterwards, and let
// go of every connection.

#include "http/http.h"

#include "base/random.h"
#include "base/test.h"
#include "http/test_client.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    ROUNDS = 4000,
    TEXT_MAX = 64 << 10,
};

static void on_request_whole(void *context, struct http_request *request) {
    http_reply(request, &(struct http_reply){.status = 200,
                                             .content_type = SLICE("text/plain"),
                                             .body = http_request_body(request)});
}

static size_t take_half(void *context, struct http_request *request, Slice piece) {
    return piece.size;
}

static const struct http_route routes[] = {
    {.method = HTTP_GET, .pattern = "/a/{x}", .handler = on_request_whole},
    {.method = HTTP_POST,
     .pattern = "/a/{x}",
     .body_max = 1000,
     .content_types = "text/plain",
     .handler = on_request_whole},
    {.method = HTTP_POST,
     .pattern = "/s/{rest...}",
     .body_max = 1000,
     .handler = on_request_whole,
     .data = take_half},
};

static const Slice seeds[] = {
    SLICE("GET /a/b HTTP/1.1\r\nHost: t\r\n\r\n"),
    SLICE("GET /a/%e5%bc%a0?x=1&y=a+b HTTP/1.1\r\nHost: t\r\nCookie: a=b; c=\"d\"\r\nX: y\r\n\r\n"),
    SLICE("POST /a/b HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: "
          "11\r\n\r\nhello world"),
    SLICE("POST /a/b HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
          "chunked\r\n\r\n"
          "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n"),
    SLICE("POST /s/x/y HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nTransfer-Encoding: "
          "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    SLICE("HEAD /a/b HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: "
          "t\r\n\r\n"),
    SLICE("GET /a/b HTTP/1.1\r\nHost: t\r\n\r\nPOST /a/b HTTP/1.1\r\nHost: t\r\nContent-Length: "
          "2\r\n\r\nabGET /a/b HTTP/1.1\r\n\r\n"),
};

// Bytes that matter to somebody.
static const Slice words[] = {
    SLICE("\r\n"),
    SLICE("\n"),
    SLICE("\0"),
    SLICE(" "),
    SLICE(":"),
    SLICE("\r\n "),
    SLICE("0\r\n\r\n"),
    SLICE("%00"),
    SLICE("%"),
    SLICE("?"),
    SLICE("&"),
    SLICE("=&"),
    SLICE("HTTP/"),
    SLICE("\xff"),
    SLICE("\t"),
    SLICE(";"),
    SLICE("Content-Length: 5\r\n"),
    SLICE("Content-Length: 18446744073709551616\r\n"),
    SLICE("Transfer-Encoding: chunked\r\n"),
    SLICE("Host: u\r\n"),
    SLICE("Connection: upgrade\r\nUpgrade: x\r\n"),
    SLICE("ffffffffffffffff\r\n"),
};

struct text {
    char bytes[TEXT_MAX];
    size_t size;
};

static void insert(struct text *text, size_t at, Slice what) {
    if (text->size + what.size <= TEXT_MAX) {
        memmove(text->bytes + at + what.size, text->bytes + at, text->size - at);
        memcpy(text->bytes + at, what.at, what.size);
        text->size += what.size;
    }
}

static void mutate(struct text *text, struct random *random) {
    if (text->size == 0) {
        return;
    }
    size_t at = random_below(random, text->size);
    size_t size = 1 + random_below(random, 12);
    size = size < text->size - at ? size : text->size - at;
    switch (random_below(random, 8)) {
    case 0:
        text->bytes[at] = (char)random_u64(random);
        break;
    case 1: // lose some
        memmove(text->bytes + at, text->bytes + at + size, text->size - at - size);
        text->size -= size;
        break;
    case 2: { // double some
        char copy[16];
        memcpy(copy, text->bytes + at, size);
        insert(text, random_below(random, text->size + 1), (Slice){copy, size});
        break;
    }
    case 3: // cut
        text->size = random_below(random, 4) == 0 ? at : text->size;
        break;
    case 4: { // a long run
        char run[4096];
        memset(run, text->bytes[at], sizeof run);
        insert(text, at, (Slice){run, random_below(random, 16) == 0 ? sizeof run : 100});
        break;
    }
    default:
        insert(text, at, words[random_below(random, sizeof words / sizeof words[0])]);
    }
}

static bool good_request(uint16_t port) {
    struct client client;
    struct client_reply reply;
    bool good = client_open(&client, port) && client_ask(&client, seeds[2], &reply) &&
                reply.status == 200 && slice_is(reply.body, "hello world");
    client_close(&client);
    return good;
}

static bool test_mutations(void) {
    struct arena arena;
    arena_init(&arena, 4 << 10);
    struct http_options options = {
        .threads = 2, .head_size_max = 4096, .request_timeout_ms = 200, .idle_timeout_ms = 200};
    struct http_server *server;
    struct diag diag;
    CHECK(http_server_start(&options, routes, sizeof routes / sizeof routes[0], NULL, &arena,
                            &server, &diag) == STATUS_OK);
    uint16_t port = http_server_port(server);
    static struct text text;
    struct random random;
    random_init(&random, 20);
    for (int i = 0; i < ROUNDS; i++) {
        Slice seed = seeds[random_below(&random, sizeof seeds / sizeof seeds[0])];
        memcpy(text.bytes, seed.at, seed.size);
        text.size = seed.size;
        for (uint64_t k = 1 + random_below(&random, 4); k > 0; k--) {
            mutate(&text, &random);
        }
        struct client client;
        CHECK_THAT(client_open(&client, port), "round %d", i);
        // In one piece or in two; the server may have ended it by then.
        size_t half =
            random_below(&random, 2) == 0 ? text.size : random_below(&random, text.size + 1);
        client_send(&client, (Slice){text.bytes, half});
        client_send(&client, (Slice){text.bytes + half, text.size - half});
        shutdown(client.fd, SHUT_WR);
        if (i % 64 == 0) { // now and then to the end
            struct client_reply reply;
            while (client_receive_head(&client, &reply)) {
            }
        }
        client_close(&client);
        CHECK_THAT(i % 100 != 0 || good_request(port), "after round %d", i);
    }
    CHECK(good_request(port));
    struct http_counters counters;
    do { // the last ones end within their timeouts
        sched_yield();
        http_server_counters(server, &counters);
    } while (counters.connections_open > 0);
    CHECK(counters.requests_open == 0 && counters.requests > ROUNDS / 4);
    http_server_destroy(server);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_mutations)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
