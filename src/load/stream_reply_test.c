#include "load/stream_reply.h"

#include "base/arena.h"
#include "base/test.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-encoding: Chunked\r\nConnection: close\r\n\r\n"

// What came out of some bytes: lines, each with a '|' behind it.
struct outcome {
    StreamState state;
    struct stream_part part;
    struct buf lines;
    size_t left; // bytes that were kept at most
};

static void outcome_init(struct outcome *outcome) {
    *outcome = (struct outcome){.state = STREAM_MORE};
    buf_init(&outcome->lines, 8 << 20);
}

static void read_in_pieces(Slice bytes, size_t step, struct outcome *ret_outcome) {
    struct stream_reader reader;
    struct buf in;
    stream_reader_init(&reader);
    outcome_init(ret_outcome);
    buf_init(&in, 8 << 20);
    for (size_t at = 0; at < bytes.size && ret_outcome->state == STREAM_MORE; at += step) {
        buf_put(&in, slice_part(bytes, at, step));
        while ((ret_outcome->state = stream_read(&reader, &in, &ret_outcome->part)) == STREAM_LINE) {
            buf_put(&ret_outcome->lines, ret_outcome->part.line);
            buf_put_byte(&ret_outcome->lines, '|');
        }
        ret_outcome->left = in.size > ret_outcome->left ? in.size : ret_outcome->left;
    }
    buf_deinit(&in);
}

static bool gives(Slice bytes, StreamState state, const char *lines, const char *fault) {
    static const size_t steps[] = {1, 2, 3, 5, 64, SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct outcome outcome;
        read_in_pieces(bytes, steps[i], &outcome);
        bool as_wanted = outcome.state == state && slice_is(buf_slice(&outcome.lines), lines);
        bool as_told = state != STREAM_WRONG || fault == NULL || strstr(outcome.part.fault, fault) != NULL;
        if (!as_wanted || !as_told) {
            fprintf(stderr, "steps of %zu: state %d, '%.*s', %s\n", steps[i], (int)outcome.state, SLICE_ARGS(buf_slice(&outcome.lines)),
                    outcome.state == STREAM_WRONG ? outcome.part.fault : "no fault");
        }
        buf_deinit(&outcome.lines);
        if (!as_wanted || !as_told) {
            return false;
        }
    }
    return true;
}

static bool test_lines_and_chunks_have_nothing_to_do_with_each_other(void) {
    CHECK(gives(SLICE(HEAD "2\r\na\n\r\n"), STREAM_MORE, "a|", NULL));
    CHECK(gives(SLICE(HEAD "6\r\none\ntw\r\n1\r\no\r\n00000003\r\n\n\nf\r\n"), STREAM_MORE, "one|two||", NULL));
    CHECK(gives(SLICE(HEAD "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\n\n\r\n0\r\n\r\n"), STREAM_END, "abc|", NULL));
    CHECK(gives(SLICE(HEAD "A\r\n0123\n5\r\n8\n\r\n0\r\n\r\n"), STREAM_END, "0123|5\r|8|", NULL));
    CHECK(gives(SLICE(HEAD "0\r\n\r\n"), STREAM_END, "", NULL));
    CHECK(gives(SLICE(HEAD), STREAM_MORE, "", NULL));
    return true;
}

static bool test_a_reply_that_is_no_stream(void) {
    CHECK(gives(SLICE("HTTP/1.1 503 x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{\"a\"}"), STREAM_REPLY, "", NULL));
    CHECK(gives(SLICE("HTTP/1.1 503 x\r\nContent-Length: 5\r\n\r\n{\"a\""), STREAM_MORE, "", NULL));
    struct outcome outcome;
    read_in_pieces(SLICE("HTTP/1.1 401 x\r\nContent-Length: 2\r\n\r\n{}"), 1000, &outcome);
    CHECK(outcome.state == STREAM_REPLY && outcome.part.reply.status == 401 && outcome.part.reply.body.size == 2);
    return true;
}

static bool test_what_is_refused(void) {
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "do not come in chunks"},
        {"HTTP/1.1 200 OK\r\n\r\n", "do not come in chunks"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "and a Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", "and a Content-Length"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "nothing else"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "nothing else"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\n\r\n", "nothing else"},
        {"HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks"},
        {"HTTP/1.1 503 x\r\n\r\n", "no Content-Length"},
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "status line"},
        {HEAD "x\r\n", "hexadecimal"},
        {HEAD "\r\n", "hexadecimal"},
        {HEAD " 1\r\n", "hexadecimal"},
        {HEAD "-1\r\n", "hexadecimal"},
        {HEAD "0x1\r\n", "hexadecimal"},
        {HEAD "1\n", "hexadecimal"},
        {HEAD "1\rx", "hexadecimal"},
        {HEAD "1;a=b\r\n", "hexadecimal"},
        {HEAD "000000001\r\n", "hexadecimal"},
        {HEAD "FFFFFFFF\r\n", "64 MiB"},
        {HEAD "4000001\r\n", "64 MiB"},
        {HEAD "1\r\nab\r\n", "its size says"},
        {HEAD "1\r\na\n", "its size says"},
        {HEAD "1\r\na\rx", "its size says"},
        {HEAD "0\r\nTrailer: x\r\n\r\n", "last chunk"},
        {HEAD "0\r\n\rx", "last chunk"},
        {HEAD "1\r\na\r\n0\r\n\r\n", "no end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_THAT(gives(slice_of(cases[i].text), STREAM_WRONG, "", cases[i].fault), "%s", cases[i].text);
    }
    return true;
}

static bool test_what_comes_behind_the_end(void) {
    struct outcome outcome;
    static const char *const texts[] = {HEAD "2\r\na\n\r\n0\r\n\r\nHTTP/1.1 ", "HTTP/1.1 503 x\r\nContent-Length: 2\r\n\r\n{}}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        read_in_pieces(slice_of(texts[i]), 1000, &outcome);
        CHECK(outcome.state == STREAM_WRONG);
        buf_deinit(&outcome.lines);
    }
    return true;
}

static void put_line(struct buf *bytes, size_t size) {
    buf_printf(bytes, "%zx\r\n", size);
    memset(buf_reserve(bytes, size), 'y', size);
    buf_advance(bytes, size);
    buf_put(bytes, SLICE("\r\n1\r\n\n\r\n"));
}

// At the limit and one past it, in pieces too.
static bool test_a_long_line(void) {
    for (size_t past = 0; past < 2; past++) {
        struct buf bytes;
        buf_init(&bytes, 4 << 20);
        buf_put(&bytes, SLICE(HEAD));
        put_line(&bytes, STREAM_LINE_MAX + past);
        for (size_t step = 999; step < 4u << 20; step *= 100) {
            struct outcome outcome;
            read_in_pieces(buf_slice(&bytes), step, &outcome);
            CHECK(outcome.state == (past == 0 ? STREAM_MORE : STREAM_WRONG) && outcome.lines.size == (past == 0 ? STREAM_LINE_MAX + 1 : 0));
            buf_deinit(&outcome.lines);
        }
        buf_deinit(&bytes);
    }
    return true;
}

// However long it goes on, no more is kept than the beginning of a line.
static bool test_what_is_kept(void) {
    struct buf bytes;
    struct outcome outcome;
    buf_init(&bytes, 8 << 20);
    buf_put(&bytes, SLICE(HEAD));
    for (int i = 0; i < 1000; i++) {
        put_line(&bytes, 600);
    }
    read_in_pieces(buf_slice(&bytes), 100, &outcome);
    CHECK(outcome.state == STREAM_MORE && outcome.lines.size == 601 * 1000 && outcome.left <= 700);
    buf_deinit(&outcome.lines);
    buf_deinit(&bytes);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_lines_and_chunks_have_nothing_to_do_with_each_other),
                                        TEST(test_a_reply_that_is_no_stream),
                                        TEST(test_what_is_refused),
                                        TEST(test_what_comes_behind_the_end),
                                        TEST(test_a_long_line),
                                        TEST(test_what_is_kept)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
