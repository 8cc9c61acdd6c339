// An image comes back as it went out; a cut or changed byte anywhere, another layout, and a number past its cap are refused.

#include "base/buf.h"
#include "base/image.h"
#include "base/test.h"

static void put(void *context, Slice bytes) {
    buf_put(context, bytes);
}

static void write_sample(struct buf *out) {
    static const char block[] = "what lies in memory";
    struct image_writer writer;
    image_writer_init(&writer, out, put);
    image_put_mark(&writer, "sample", 7);
    image_put_u64(&writer, sizeof block);
    image_put(&writer, block, sizeof block);
    image_put(&writer, block, 0);
    image_put_mark(&writer, "sixteen letters.", UINT64_MAX);
    image_writer_finish(&writer);
}

static Status read_parts(struct image_reader *reader, uint64_t layout, uint64_t cap) {
    char block[64];
    uint64_t size;
    TRY(image_take_mark(reader, "sample", layout));
    TRY(image_take_u64(reader, cap, &size));
    TRY(image_take(reader, block, size));
    TRY(image_take(reader, block, 0));
    return image_take_mark(reader, "sixteen letters.", UINT64_MAX);
}

static Status read_sample(Slice bytes, size_t step, uint64_t layout, uint64_t cap) {
    struct memory_source memory = {.rest = bytes, .step = step};
    struct image_reader reader;
    image_reader_init(&reader, byte_source_memory(&memory));
    Status status = read_parts(&reader, layout, cap);
    Status finished = image_reader_finish(&reader);
    return status == STATUS_OK ? finished : status;
}

static bool test_round(void) {
    struct buf out;
    buf_init(&out, 1 << 16);
    write_sample(&out);
    CHECK(read_sample(buf_slice(&out), 0, 7, 64) == STATUS_OK);
    CHECK(read_sample(buf_slice(&out), 3, 7, 64) == STATUS_OK);
    CHECK(read_sample(buf_slice(&out), 0, 8, 64) == STATUS_INVALID);
    CHECK(read_sample(buf_slice(&out), 0, 7, 19) == STATUS_INVALID);
    buf_deinit(&out);
    return true;
}

static bool test_damage(void) {
    struct buf out;
    buf_init(&out, 1 << 16);
    write_sample(&out);
    for (size_t i = 0; i < out.size; i++) {
        CHECK_THAT(read_sample(slice_part(buf_slice(&out), 0, i), 0, 7, 64) == STATUS_INVALID, "cut at %zu", i);
        for (int bit = 0; bit < 8; bit++) {
            out.bytes[i] = (char)(out.bytes[i] ^ 1 << bit);
            CHECK_THAT(read_sample(buf_slice(&out), 0, 7, 64) == STATUS_INVALID, "byte %zu, bit %d", i, bit);
            out.bytes[i] = (char)(out.bytes[i] ^ 1 << bit);
        }
    }
    buf_deinit(&out);
    return true;
}

static Status broken(void *context, char *into, size_t size, size_t *ret_size) {
    return STATUS_IO;
}

static bool test_a_source_that_fails(void) {
    struct image_reader reader;
    uint64_t value = 5;
    image_reader_init(&reader, (struct byte_source){NULL, broken});
    CHECK(image_take_u64(&reader, 9, &value) == STATUS_IO && value == 5);
    CHECK(image_reader_finish(&reader) == STATUS_IO);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_round), TEST(test_damage), TEST(test_a_source_that_fails)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
