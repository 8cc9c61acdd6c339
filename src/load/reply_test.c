#include "load/reply.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/test.h"

static ReplyState read_all(Slice bytes, struct reply *ret_reply) {
    struct reply_reader reader = {0};
    return reply_read(&reader, bytes, ret_reply);
}

static bool test_a_reply_in_pieces(void) {
    Slice bytes = SLICE("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCONTENT-length:  7 \r\n\r\n{\"a\":1}HTTP/1.1 ");
    size_t whole = bytes.size - 9;
    struct reply_reader reader = {0};
    struct reply reply;
    for (size_t i = 0; i < whole; i++) {
        CHECK(reply_read(&reader, slice_part(bytes, 0, i), &reply) == REPLY_MORE);
    }
    CHECK(reply_read(&reader, bytes, &reply) == REPLY_WHOLE);
    CHECK(reply.status == 200 && !reply.closes && slice_is(reply.body, "{\"a\":1}") && reply.size == whole);
    return true;
}

static bool test_what_is_understood(void) {
    struct reply reply;
    CHECK(read_all(SLICE("HTTP/1.1 503\r\nConnection: keep-alive, Close\r\nContent-Length: 0\r\n\r\n"), &reply) == REPLY_WHOLE);
    CHECK(reply.status == 503 && reply.closes && reply.body.size == 0);
    CHECK(read_all(SLICE("HTTP/1.1 204 No Content\r\n\r\n"), &reply) == REPLY_WHOLE && reply.status == 204);
    CHECK(read_all(SLICE("HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n"), &reply) == REPLY_WHOLE && reply.body.size == 0);
    return true;
}

static bool test_what_is_refused(void) {
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "status line"},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "status line"},
        {"HTTP/1.1 2x0 OK\r\n\r\n", "three digits"},
        {"HTTP/1.1 2000\r\n\r\n", "three digits"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "interim"},
        {"HTTP/1.1 200 OK\r\n\r\n", "no Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "twice"},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "no number"},
        {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "no number"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n", "64 MiB"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks"},
        {"HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n", "name: value"},
        {"HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n", "name: value"},
        {"HTTP/1.1 200 OK\r\nnothing\r\n\r\n", "name: value"},
        {"HTTP/1.1 200 OK\nContent-Length: 1\r\n\r\n", "control"},
        {"HTTP/1.1 200 OK\r\nx: \x01\r\n\r\n", "control"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply reply;
        CHECK_THAT(read_all(slice_of(cases[i].text), &reply) == REPLY_WRONG, "%s", cases[i].text);
        CHECK_THAT(strstr(reply.fault, cases[i].fault) != NULL, "%s: %s", cases[i].text, reply.fault);
    }
    return true;
}

static bool test_a_head_without_end(void) {
    struct buf bytes;
    struct reply reply;
    struct reply_reader reader = {0};
    buf_init(&bytes, 1 << 20);
    buf_put(&bytes, SLICE("HTTP/1.1 200 OK\r\nx: "));
    while (bytes.size < REPLY_HEAD_MAX) {
        buf_put_byte(&bytes, 'a');
        CHECK(bytes.size % 1000 != 0 || reply_read(&reader, buf_slice(&bytes), &reply) == REPLY_MORE);
    }
    buf_put_byte(&bytes, 'a');
    CHECK(reply_read(&reader, buf_slice(&bytes), &reply) == REPLY_WRONG);
    buf_deinit(&bytes);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_a_reply_in_pieces), TEST(test_what_is_understood), TEST(test_what_is_refused),
                                        TEST(test_a_head_without_end)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
