// A reply of a hostile server, to a request and to a stream. Read in one piece and byte by byte the same comes out, and what comes out lies within what came
// in.

#include "load/stream_reply.h"

#include "base/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ReplyState in_pieces(Slice bytes, size_t step, struct reply *ret_reply) {
    struct reply_reader reader = {0};
    ReplyState state = REPLY_MORE;
    for (size_t got = 0; got < bytes.size && state == REPLY_MORE;) {
        got = bytes.size - got < step ? bytes.size : got + step;
        state = reply_read(&reader, slice_part(bytes, 0, got), ret_reply);
    }
    return state;
}

static void as_reply(Slice bytes) {
    size_t size = bytes.size;
    struct reply whole = {0};
    struct reply pieces = {0};
    ReplyState state = in_pieces(bytes, size, &whole);
    // A head that is too long may be told of before its end is there.
    INVARIANT(in_pieces(bytes, 1, &pieces) == state && in_pieces(bytes, 7, &pieces) == state);
    if (state == REPLY_WHOLE) {
        INVARIANT(whole.status >= 200 && whole.status <= 999 && whole.size <= size && whole.size == pieces.size);
        INVARIANT(whole.body.at + whole.body.size == bytes.at + whole.size && slice_equal(whole.body, pieces.body));
    }
    INVARIANT(state != REPLY_WRONG || whole.fault != NULL);
}

// Puts all lines into ret_lines. What follows an end is a fault, also when it comes later.
static StreamState lines_in_pieces(Slice bytes, size_t step, struct buf *ret_lines) {
    struct stream_reader reader;
    struct stream_part part = {.fault = NULL};
    struct buf in;
    StreamState state = STREAM_MORE;
    size_t got = 0;
    stream_reader_init(&reader);
    buf_init(&in, bytes.size + 1);
    while (got < bytes.size && state == STREAM_MORE) {
        Slice piece = slice_part(bytes, got, step);
        buf_put(&in, piece);
        got += piece.size;
        while ((state = stream_read(&reader, &in, &part)) == STREAM_LINE) {
            INVARIANT(part.line.at >= in.bytes && part.line.at + part.line.size < in.bytes + in.size);
            buf_put(ret_lines, part.line);
            buf_put_byte(ret_lines, '\n');
        }
    }
    INVARIANT(state != STREAM_WRONG || part.fault != NULL);
    bool more = (state == STREAM_END || state == STREAM_REPLY) && got < bytes.size;
    if (state == STREAM_REPLY && !more) {
        INVARIANT(part.reply.status != 200);
        buf_put(ret_lines, part.reply.body);
    }
    buf_deinit(&in);
    return more ? STREAM_WRONG : state;
}

static void as_stream(Slice bytes) {
    static const size_t steps[] = {1, 7};
    struct buf whole;
    struct buf pieces;
    buf_init(&whole, bytes.size + 1);
    StreamState state = lines_in_pieces(bytes, SIZE_MAX, &whole);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        buf_init(&pieces, bytes.size + 1);
        INVARIANT(lines_in_pieces(bytes, steps[i], &pieces) == state && slice_equal(buf_slice(&whole), buf_slice(&pieces)));
        buf_deinit(&pieces);
    }
    INVARIANT(!buf_overflowed(&whole));
    buf_deinit(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice bytes = {(const char *)data, size};
    as_reply(bytes);
    as_stream(bytes);
    return 0;
}
