#include "server/night_snapshot.h"

#include "os/clock.h"
#include "server/snapshots.h"

static void hash_of(const struct heart *heart, const struct subjects *subjects, uint8_t hash[SNAPSHOT_HASH_SIZE]) {
    uint64_t words[2] = {heart_hash(heart), subjects_hash(subjects)};
    memcpy(hash, words, SNAPSHOT_HASH_SIZE);
}

// ---- out --------------------------------------------------------------------------------------------------

static void put_chunks(void *context, Slice bytes) {
    while (bytes.size > 0) {
        Slice chunk = slice_part(bytes, 0, SNAPSHOT_CHUNK_MAX);
        snapshot_write(context, chunk);
        bytes = slice_part(bytes, chunk.size, SIZE_MAX);
    }
}

Status night_snapshot_leave(const struct heart *heart, const struct subjects *subjects, Slice folder, uint64_t sequence, struct arena *arena,
                            struct diag *diag) {
    struct snapshot_options options = {.compress = true, .created_us = clock_wall_us()};
    struct snapshot_writer *writer;
    struct image_writer image;
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    uint32_t removed;
    snapshot_label(heart, options.label);
    hash_of(heart, subjects, hash);
    TRY(snapshot_create(disk_real(), folder, sequence, &options, arena, &writer, diag));
    image_writer_init(&image, writer, put_chunks);
    heart_save(heart, &image);
    subjects_save(subjects, &image);
    image_writer_finish(&image);
    TRY(snapshot_commit(writer, hash, arena, diag));
    return snapshot_retain(disk_real(), folder, NIGHT_SNAPSHOTS_KEPT, arena, &removed, diag);
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

// What comes out has to be what was saved.
static bool load(struct heart *heart, struct subjects *subjects, struct chunks *chunks) {
    struct image_reader image;
    image_reader_init(&image, (struct byte_source){chunks, read_chunks});
    bool loaded = heart_load(heart, &image) == STATUS_OK && subjects_load(subjects, &image) == STATUS_OK;
    Status whole = image_reader_finish(&image);
    bool ended = loaded && whole == STATUS_OK && chunks->rest.size == 0 &&
                 snapshot_read(chunks->reader, &chunks->rest, chunks->arena, chunks->diag) == STATUS_END;
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    hash_of(heart, subjects, hash);
    return ended && memcmp(snapshot_info(chunks->reader)->state_hash, hash, sizeof hash) == 0;
}

static Status take_up(const struct heart_source *source, struct chunks *chunks, uint64_t sequence, struct heart **ret_heart, struct subjects **ret_subjects) {
    Hash128 label;
    memcpy(&label, snapshot_info(chunks->reader)->label, sizeof label);
    struct heart *heart = source->make(source->context, label, SCOPE_NIGHT, false, chunks->arena, chunks->diag);
    if (heart == NULL) {
        return STATUS_INVALID;
    }
    struct subjects *subjects = subjects_create();
    if (!load(heart, subjects, chunks)) {
        heart_destroy(heart);
        subjects_destroy(subjects);
        return diag_fail(chunks->diag, chunks->arena, STATUS_INVALID, "NR010",
                         "the snapshot %llu of nightly runs is of another pack or program; move it away, and the journal is read instead",
                         (unsigned long long)sequence);
    }
    *ret_heart = heart;
    *ret_subjects = subjects;
    return STATUS_OK;
}

Status night_snapshot_take_up(const struct heart_source *source, Slice folder, struct arena *arena, struct heart **ret_heart, struct subjects **ret_subjects,
                              uint64_t *ret_sequence, struct diag *diag) {
    struct chunks chunks = {.arena = arena, .diag = diag};
    TRY(snapshot_newest_good(disk_real(), folder, (struct journal_findings){0}, arena, ret_sequence, diag));
    TRY(snapshot_open(disk_real(), folder, *ret_sequence, arena, &chunks.reader, diag));
    Status status = take_up(source, &chunks, *ret_sequence, ret_heart, ret_subjects);
    snapshot_close(chunks.reader);
    return status;
}
