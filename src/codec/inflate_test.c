#include "base/arena.h"
#include "base/buf.h"
#include "base/test.h"
#include "codec/inflate.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

static size_t gzip(Slice text, char *into, size_t capacity) {
    z_stream stream = {0};
    INVARIANT(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = (Bytef *)text.at;
    stream.avail_in = (unsigned)text.size;
    stream.next_out = (Bytef *)into;
    stream.avail_out = (unsigned)capacity;
    INVARIANT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    size_t size = stream.total_out;
    deflateEnd(&stream);
    return size;
}

// Reads all; gives the status at the end.
static Status drain(Slice compressed, size_t step, struct buf *out, struct inflate_error *ret_error) {
    struct memory_source memory = {compressed, step};
    struct inflater *inflater = inflater_create(byte_source_memory(&memory));
    struct byte_source source = inflater_source(inflater);
    buf_reset(out);
    Status status;
    for (;;) {
        char piece[5000];
        size_t size = 0;
        status = source.read(source.context, piece, sizeof piece, &size);
        if (status != STATUS_OK) {
            break;
        }
        buf_put(out, (Slice){piece, size});
    }
    *ret_error = *inflater_error(inflater);
    inflater_destroy(inflater);
    return status;
}

static Slice sample_text(struct buf *text) {
    uint32_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 1664525 + 1013904223;
        buf_printf(text, "{\"id\":%d,\"amount\":%u}\n", i, state >> 12);
    }
    return buf_slice(text);
}

static bool check_streams(Slice text, Slice twice, struct buf *out) {
    struct inflate_error error;
    for (size_t step = 0; step < 100000; step = step * 7 + 1) {
        CHECK(drain(twice, step, out, &error) == STATUS_END && error.what == NULL);
        CHECK(out->size == text.size * 2 && memcmp(out->bytes, text.at, text.size) == 0);
        CHECK(memcmp(out->bytes + text.size, text.at, text.size) == 0);
    }
    // Cut off at some places: what comes is the beginning of the text, and the end says so.
    for (size_t size = 5; size < twice.size; size += twice.size / 17) {
        Status status = drain(slice_part(twice, 0, size), 0, out, &error);
        CHECK_THAT(status == STATUS_INVALID && error.what != NULL && error.offset == out->size, "%zu", size);
        size_t same = out->size < text.size ? out->size : text.size;
        CHECK(same == 0 || memcmp(out->bytes, text.at, same) == 0);
    }
    CHECK(out->size > text.size);
    // A byte turned over in the second half.
    char *broken = memory_alloc(twice.size);
    memcpy(broken, twice.at, twice.size);
    broken[twice.size - twice.size / 4] = (char)(broken[twice.size - twice.size / 4] ^ 0x55);
    CHECK(drain((Slice){broken, twice.size}, 0, out, &error) == STATUS_INVALID && error.offset >= text.size);
    free(broken);
    return true;
}

static bool test_inflate(void) {
    struct buf plain;
    struct buf out;
    buf_init(&plain, 64 << 20);
    buf_init(&out, 64 << 20);
    Slice text = sample_text(&plain);
    char *room = memory_alloc(4 << 20);
    size_t size = gzip(text, room, 2 << 20);
    size += gzip(text, room + size, 2 << 20);
    CHECK(check_streams(text, (Slice){room, size}, &out));

    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    size = ZSTD_compress2(zstd, room, 2 << 20, text.at, text.size);
    size += ZSTD_compress2(zstd, room + size, 2 << 20, text.at, text.size);
    ZSTD_freeCCtx(zstd);
    CHECK(check_streams(text, (Slice){room, size}, &out));

    struct inflate_error error;
    for (size_t step = 0; step < 100; step = step * 7 + 1) {
        CHECK(drain(slice_part(text, 0, 1000), step, &out, &error) == STATUS_END);
        CHECK(slice_equal(buf_slice(&out), slice_part(text, 0, 1000)));
    }
    CHECK(drain(SLICE(""), 0, &out, &error) == STATUS_END && out.size == 0);
    CHECK(drain(SLICE("\x1f\x8b"), 1, &out, &error) == STATUS_INVALID);
    free(room);
    buf_deinit(&plain);
    buf_deinit(&out);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_inflate)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
