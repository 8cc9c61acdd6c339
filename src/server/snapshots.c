#include "server/snapshots.h"

#include "os/clock.h"

Hash128 label_hash(Slice label) {
    return hash128(label, 0);
}

void snapshot_label(const struct heart *heart, uint8_t label[JOURNAL_LABEL_SIZE]) {
    Hash128 hash = label_hash(heart_catalogue(heart)->label);
    memcpy(label, &hash, JOURNAL_LABEL_SIZE);
}

// ---- out --------------------------------------------------------------------------------------------------

struct leaving {
    struct snapshot_writer *writer; // NULL: only the hash is wanted
    struct image_hash *hash;
};

static void put_chunk(void *context, Slice bytes) {
    struct leaving *leaving = context;
    image_hash_add(leaving->hash, bytes);
    while (leaving->writer != NULL && bytes.size > 0) {
        Slice chunk = slice_part(bytes, 0, SNAPSHOT_CHUNK_MAX);
        snapshot_write(leaving->writer, chunk);
        bytes = slice_part(bytes, chunk.size, SIZE_MAX);
    }
}

// Writes the state, or only takes its hash.
static void save(const struct heart *heart, struct snapshot_writer *writer, uint8_t ret_hash[SNAPSHOT_HASH_SIZE]) {
    struct leaving leaving = {writer, image_hash_begin()};
    struct image_writer image;
    image_writer_init(&image, &leaving, put_chunk);
    heart_save(heart, &image);
    image_writer_finish(&image);
    image_hash_end(leaving.hash, ret_hash);
}

Status snapshot_leave(const struct heart *heart, Slice folder, uint64_t sequence, uint32_t keep, struct arena *arena, struct diag *diag) {
    struct snapshot_options options = {.compress = true, .created_us = clock_wall_us()};
    struct snapshot_writer *writer;
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    uint32_t removed;
    snapshot_label(heart, options.label);
    TRY(snapshot_create(disk_real(), folder, sequence, &options, arena, &writer, diag));
    save(heart, writer, hash);
    TRY(snapshot_commit(writer, hash, arena, diag));
    return snapshot_retain(disk_real(), folder, keep, arena, &removed, diag);
}

// ---- in ---------------------------------------------------------------------------------------------------

struct chunks {
    struct snapshot_reader *reader;
    struct arena *arena;
    struct diag *diag;
    Slice rest;
};

static Status read_chunks(void *context, char *into, size_t size, size_t *ret_size) {
    struct chunks *chunks = context;
    while (chunks->rest.size == 0) {
        TRY(snapshot_read(chunks->reader, &chunks->rest, chunks->arena, chunks->diag));
    }
    size_t take = size < chunks->rest.size ? size : chunks->rest.size;
    memcpy(into, chunks->rest.at, take);
    chunks->rest = slice_part(chunks->rest, take, SIZE_MAX);
    *ret_size = take;
    return STATUS_OK;
}

// The state that comes out has to be the one that was saved, or the program that saved it is another. A heart of another pack, which
// tries itself on that state, has it with a mark of its own.
static bool load(struct heart *heart, struct chunks *chunks) {
    struct image_reader image;
    image_reader_init(&image, (struct byte_source){chunks, read_chunks});
    Status status = heart_load(heart, &image);
    Status whole = image_reader_finish(&image);
    bool ended = status == STATUS_OK && whole == STATUS_OK && chunks->rest.size == 0 &&
                 snapshot_read(chunks->reader, &chunks->rest, chunks->arena, chunks->diag) == STATUS_END;
    uint8_t label[JOURNAL_LABEL_SIZE];
    snapshot_label(heart, label);
    if (!ended || memcmp(label, snapshot_info(chunks->reader)->label, sizeof label) != 0) {
        return ended;
    }
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    save(heart, NULL, hash);
    return memcmp(snapshot_info(chunks->reader)->state_hash, hash, sizeof hash) == 0;
}

static Status take_up(const struct heart_source *source, ModelScope scope, struct chunks *chunks, uint64_t sequence, struct heart **ret_heart) {
    Hash128 label;
    memcpy(&label, snapshot_info(chunks->reader)->label, sizeof label);
    struct heart *heart = source->make(source->context, label, scope, false, chunks->arena, chunks->diag);
    if (heart == NULL) {
        return STATUS_INVALID;
    }
    if (!load(heart, chunks)) {
        heart_destroy(heart);
        return diag_fail(chunks->diag, chunks->arena, STATUS_INVALID, "SV003",
                         "snapshot %llu is of another pack or program; move it away, and the journal is replayed instead", (unsigned long long)sequence);
    }
    *ret_heart = heart;
    return STATUS_OK;
}

Status snapshot_take_up_at(const struct heart_source *source, ModelScope scope, Slice folder, uint64_t sequence, struct arena *arena,
                           struct heart **ret_heart, struct diag *diag) {
    struct chunks chunks = {.arena = arena, .diag = diag};
    TRY(snapshot_open(disk_real(), folder, sequence, arena, &chunks.reader, diag));
    Status status = take_up(source, scope, &chunks, sequence, ret_heart);
    snapshot_close(chunks.reader);
    return status;
}

Status snapshot_take_up(const struct heart_source *source, ModelScope scope, Slice folder, struct journal_findings damaged, struct arena *arena,
                        struct heart **ret_heart, uint64_t *ret_sequence, struct diag *diag) {
    TRY(snapshot_newest_good(disk_real(), folder, damaged, arena, ret_sequence, diag));
    return snapshot_take_up_at(source, scope, folder, *ret_sequence, arena, ret_heart, diag);
}
