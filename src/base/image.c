#include "base/live_image.h"

enum { MARK_NAME_SIZE = 16 };

struct mark {
    char name[MARK_NAME_SIZE];
    uint64_t layout;
};

// ---- writing ----------------------------------------------------------------------------------------------

void image_writer_init(struct image_writer *writer, void *context, void (*put)(void *context, Slice bytes)) {
    *writer = (struct image_writer){.context = context, .put = put, .sum = XXH3_createState()};
    INVARIANT(writer->sum != NULL);
    XXH3_128bits_reset(writer->sum);
}

void image_put(struct image_writer *writer, const void *at, size_t size) {
    if (size == 0) {
        return;
    }
    if (writer->live != NULL) {
        live_image_copy(writer->live, at, size);
        return;
    }
    if (writer->sum != NULL) {
        XXH3_128bits_update(writer->sum, at, size);
    }
    writer->put(writer->context, (Slice){at, size});
    writer->size += size;
}

void image_put_state(struct image_writer *writer, const void *at, size_t size) {
    if (writer->live != NULL && size > 0) {
        live_image_note(writer->live, at, size);
    } else {
        image_put(writer, at, size);
    }
}

void image_put_items(struct image_writer *writer, const void *object, uint64_t count, uint64_t bound, ImageItem *put) {
    if (writer->live != NULL && count > 0) {
        live_image_note_items(writer->live, object, count, bound, put);
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        put(object, i, bound, writer);
    }
}

void image_put_u64(struct image_writer *writer, uint64_t value) {
    image_put(writer, &value, sizeof value);
}

static struct mark mark_of(const char *name, uint64_t layout) {
    struct mark mark = {.layout = layout};
    size_t size = strlen(name);
    INVARIANT(size <= MARK_NAME_SIZE);
    memcpy(mark.name, name, size);
    return mark;
}

void image_put_mark(struct image_writer *writer, const char *name, uint64_t layout) {
    struct mark mark = mark_of(name, layout);
    image_put(writer, &mark, sizeof mark);
}

void image_writer_finish(struct image_writer *writer) {
    XXH128_hash_t sum = XXH3_128bits_digest(writer->sum);
    writer->put(writer->context, (Slice){(const char *)&sum, sizeof sum});
    writer->checksum = (Hash128){sum.low64, sum.high64};
    image_writer_abandon(writer);
}

void image_writer_abandon(struct image_writer *writer) {
    XXH3_freeState(writer->sum);
    writer->sum = NULL;
}

// ---- hash -------------------------------------------------------------------------------------------------

// The type of the library, under a name of ours.
static XXH3_state_t *state_of(struct image_hash *hash) {
    return (XXH3_state_t *)hash;
}

struct image_hash *image_hash_begin(void) {
    XXH3_state_t *state = XXH3_createState();
    INVARIANT(state != NULL);
    XXH3_128bits_reset(state);
    return (struct image_hash *)state;
}

void image_hash_add(struct image_hash *hash, Slice bytes) {
    XXH3_128bits_update(state_of(hash), bytes.at, bytes.size);
}

void image_hash_end(struct image_hash *hash, uint8_t ret_hash[IMAGE_HASH_SIZE]) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_of(hash)));
    memcpy(ret_hash, &canonical, IMAGE_HASH_SIZE);
    XXH3_freeState(state_of(hash));
}

// ---- reading ----------------------------------------------------------------------------------------------

void image_reader_init(struct image_reader *reader, struct byte_source source) {
    *reader = (struct image_reader){.source = source, .sum = XXH3_createState()};
    INVARIANT(reader->sum != NULL);
    XXH3_128bits_reset(reader->sum);
}

static Status fail(struct image_reader *reader, Status status) {
    reader->status = reader->status == STATUS_OK ? status : reader->status;
    return reader->status;
}

static Status take_raw(struct image_reader *reader, char *at, size_t size) {
    while (size > 0 && reader->status == STATUS_OK) {
        size_t got = 0;
        Status status = reader->source.read(reader->source.context, at, size, &got);
        if (status != STATUS_OK) {
            return fail(reader, status == STATUS_END ? STATUS_INVALID : status);
        }
        at += got;
        size -= got;
    }
    return reader->status;
}

Status image_take(struct image_reader *reader, void *at, size_t size) {
    TRY(take_raw(reader, at, size));
    if (size > 0) {
        XXH3_128bits_update(reader->sum, at, size);
    }
    return STATUS_OK;
}

Status image_take_u64(struct image_reader *reader, uint64_t max, uint64_t *ret_value) {
    uint64_t value;
    TRY(image_take(reader, &value, sizeof value));
    if (value > max) {
        return fail(reader, STATUS_INVALID);
    }
    *ret_value = value;
    return STATUS_OK;
}

Status image_take_u32(struct image_reader *reader, uint32_t max, uint32_t *ret_value) {
    uint64_t value;
    TRY(image_take_u64(reader, max, &value));
    *ret_value = (uint32_t)value;
    return STATUS_OK;
}

Status image_take_mark(struct image_reader *reader, const char *name, uint64_t layout) {
    struct mark mark;
    struct mark wanted = mark_of(name, layout);
    TRY(image_take(reader, &mark, sizeof mark));
    return memcmp(&mark, &wanted, sizeof mark) == 0 ? STATUS_OK : fail(reader, STATUS_INVALID);
}

Status image_reader_finish(struct image_reader *reader) {
    XXH128_hash_t sum = XXH3_128bits_digest(reader->sum);
    XXH128_hash_t told = {0};
    XXH3_freeState(reader->sum);
    reader->sum = NULL;
    reader->checksum = (Hash128){sum.low64, sum.high64};
    TRY(take_raw(reader, (char *)&told, sizeof told));
    return XXH128_isEqual(sum, told) ? STATUS_OK : fail(reader, STATUS_INVALID);
}
