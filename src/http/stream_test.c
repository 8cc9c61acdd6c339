// Streams from outside: bodies in pieces, answers in pieces, both at once, and clients that leave.

#include "http/test_rig.h"

#include "base/test.h"
#include "os/clock.h"
#include "os/thread.h"

#include <stdlib.h>
#include <sys/socket.h>

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
    rig_say(held, SLICE("got it"));
    CHECK(client_receive(&client, &reply) && slice_is(reply.body, "got it"));
    struct entry entry = rig_log_wait(&rig, 0);
    CHECK(entry.body_in == 11 && entry.status == 200 && entry.complete);
    CHECK(client_says_hello(&client)); // no stream of answers: the connection goes on
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
    http_stream_begin(held, &rig_ndjson);
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
    struct entry entry = rig_log_wait(&rig, 0);
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
    http_stream_begin(maker.request, &rig_ndjson);
    // Nobody reads: once the system's buffers are full, so is this one.
    struct client full;
    CHECK(client_open(&full, rig.port) && client_send(&full, HOLD));
    struct http_request *stuck = queue_pop(rig.held);
    http_stream_begin(stuck, &rig_ndjson);
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

    // Of a loop that was held up longer than was waited for it some may have gone out since.
    put += http_stream_put(stuck, (Slice){page, sizeof page}) == STATUS_OK;
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
    http_stream_begin(held, &rig_ndjson);
    CHECK(http_stream_put(held, SLICE("x\n")) == STATUS_OK);
    CHECK(client_receive_head(&client, &reply));
    client_close(&client);
    rig_gone_wait(&rig, 1); // without anything being put: the end of the socket is seen
    CHECK(http_request_gone(held) && http_stream_put(held, SLICE("y\n")) == STATUS_END);
    CHECK(http_stream_wait(held, 1, 0) == STATUS_END);
    http_stream_end(held);
    // In the middle of its body.
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD "5\r\nhel")));
    held = queue_pop(rig.held);
    http_stream_begin(held, &rig_ndjson);
    CHECK(client_receive_head(&client, &reply));
    client_close(&client);
    rig_gone_wait(&rig, 2);
    CHECK(http_stream_put(held, SLICE("y\n")) == STATUS_END);
    http_stream_end(held);
    // And before anything was answered.
    CHECK(client_open(&client, rig.port) && client_send(&client, SLICE(UPLOAD "5\r\nhel")));
    held = queue_pop(rig.held);
    client_close(&client);
    rig_gone_wait(&rig, 3);
    http_resume(held);
    rig_say(held, SLICE("too late"));
    CHECK(rig_is_alive(&rig));
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
          client_says_hello(&client));
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
    CHECK(rig_is_alive(&rig));
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
    http_stream_begin(held, &rig_ndjson);
    CHECK(http_stream_put(held, SLICE("a")) == STATUS_OK &&
          http_stream_put(held, SLICE("b")) == STATUS_OK);
    http_stream_end(held);
    CHECK(client_receive(&client, &reply) && !reply.chunked && slice_is(reply.body, "ab"));
    client_close(&client);
    // HEAD has no body.
    CHECK(client_open(&client, rig.port) &&
          client_send(&client, SLICE("HEAD /hold HTTP/1.1\r\nHost: t\r\n\r\n")));
    held = queue_pop(rig.held);
    http_stream_begin(held, &rig_ndjson);
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
    http_stream_begin(held, &rig_ndjson);
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
    http_stream_begin(held, &rig_ndjson);
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

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_upload_rests),
        TEST(test_lines_both_ways),
        TEST(test_stream_out),
        TEST(test_client_leaves_stream),
        TEST(test_answer_in_the_middle),
        TEST(test_stream_odds),
        TEST(test_room),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
