// A reply of a hostile server. Read in one piece and byte by byte the same comes out, and what comes out lies within what came in.

#include "load/reply.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice bytes = {(const char *)data, size};
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
    return 0;
}
