// What a server bounds and what ends: time, connections, requests under way, clients that leave, and
// its own life.

#include "http/test_rig.h"

#include "base/random.h"
#include "base/test.h"
#include "os/clock.h"
#include "os/thread.h"

#include <stdlib.h>
#include <sys/socket.h>

// --- Time ---

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
    rig_repeat(&large, 'x', 12000000);
    struct client deaf;
    CHECK(client_open(&deaf, rig.port) && client_send(&deaf, HOLD));
    rig_say(queue_pop(rig.held), buf_slice(&large));
    buf_deinit(&large);
    struct entry entry = rig_log_wait(&rig, (int)(sizeof slow / sizeof slow[0]));
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
    rig_say(held, SLICE("late"));
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
        CHECK(client_open(&clients[i], rig.port) && client_says_hello(&clients[i]));
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
    CHECK(rig_is_alive(&rig));
    for (int i = 0; i < 5; i++) {
        client_close(&clients[i]);
    }
    rig_close(&rig);

    CHECK(rig_open(&rig, (struct http_options){.connections_per_address_max = 1}));
    CHECK(client_open(&clients[0], rig.port) && client_says_hello(&clients[0]));
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
    rig_say(held[0], SLICE("x"));
    rig_say(held[1], SLICE("x"));
    CHECK(client_receive(&clients[0], &reply) && client_receive(&clients[1], &reply));
    rig_log_wait(&rig, 4);
    CHECK(client_says_hello(&clients[2]));
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
        rig_say(held[i], SLICE("is anybody there?"));
    }
    rig_log_wait(&rig, COUNT - 1);
    CHECK(rig_is_alive(&rig));
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
        rig_say(request, SLICE("answered"));
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
    CHECK(client_open(&idle, rig.port) && client_says_hello(&idle));
    CHECK(client_open(&busy, rig.port) && client_send(&busy, HOLD));
    struct http_request *held = queue_pop(rig.held);
    struct stopper stopper = {rig.server, CLIENT_DEADLINE_MS, false};
    struct thread *thread = thread_start("stop", stop, &stopper);
    CHECK(client_sees_end(&idle)); // it stops
    struct client late;
    CHECK(!client_open(&late, rig.port));
    client_close(&late);
    rig_say(held, SLICE("done"));
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
    http_stream_begin(held[1], &rig_ndjson);
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
    rig_say(held[0], SLICE("nobody"));
    CHECK(http_stream_put(held[1], SLICE("x")) == STATUS_END);
    http_stream_end(held[1]);
    http_resume(held[2]);
    rig_say(held[2], SLICE("nobody"));
    rig_close(&rig);
    CHECK(atomic_load(&rig.released) == 3);
    return true;
}

static bool test_start_fails(void) {
    struct arena arena;
    arena_init(&arena, 4 << 10);
    struct http_server *server;
    struct diag diag;
    struct http_route bad = {.pattern = "x", .handler = rig_routes[0].handler};
    struct http_options options = {0};
    CHECK(http_server_start(&options, &bad, 1, NULL, &arena, &server, &diag) == STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT001") == 0);
    options.address = SLICE("localhost");
    CHECK(http_server_start(&options, rig_routes, 1, NULL, &arena, &server, &diag) == STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT002") == 0);
    options.address = SLICE("::1");
    CHECK(http_server_start(&options, rig_routes, 1, NULL, &arena, &server, &diag) != STATUS_INVALID);
    if (strcmp(diag.code, "HT002") != 0) {
        http_server_destroy(server); // this machine has IPv6
    }
    options.address = SLICE("127.0.0.1");
    CHECK(http_server_start(&options, rig_routes, 1, NULL, &arena, &server, &diag) == STATUS_OK);
    options.port = http_server_port(server);
    struct http_server *second;
    CHECK(http_server_start(&options, rig_routes, 1, NULL, &arena, &second, &diag) == STATUS_IO);
    CHECK(strcmp(diag.code, "HT002") == 0);
    http_server_destroy(server);
    options = (struct http_options){.tls_certificate = SLICE("no PEM"), .tls_key = SLICE("none")};
    CHECK(http_server_start(&options, rig_routes, 1, NULL, &arena, &server, &diag) == STATUS_INVALID);
    CHECK(strcmp(diag.code, "HT003") == 0);
    http_server_destroy(NULL);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_timeouts),
        TEST(test_connections),
        TEST(test_overloaded),
        TEST(test_deferred_in_any_order),
        TEST(test_client_goes_while_deferred),
        TEST(test_many_threads),
        TEST(test_stop_waits),
        TEST(test_stop_cuts),
        TEST(test_start_fails),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
