// Any bytes as the register of subjects in a snapshot, and as records of nightly runs in a journal: both readers end, and a register that was taken is
// saved and loaded again as the same.

#include "server/night_log.h"
#include "server/records.h"
#include "server/subjects.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SAVED_MAX = 8 << 20 };

static void put_bytes(void *context, Slice bytes) {
    buf_put(context, bytes);
}

static bool load(struct subjects *subjects, Slice bytes, bool *ret_whole) {
    struct image_reader in;
    struct memory_source source = {.rest = bytes};
    image_reader_init(&in, byte_source_memory(&source));
    bool loaded = subjects_load(subjects, &in) == STATUS_OK;
    *ret_whole = image_reader_finish(&in) == STATUS_OK;
    return loaded;
}

// Without its sum: a mutation would never get past that.
static void try_register(Slice bytes) {
    struct subjects *subjects = subjects_create();
    bool whole;
    if (load(subjects, bytes, &whole)) {
        struct subjects *again = subjects_create();
        struct image_writer out;
        struct buf saved;
        buf_init(&saved, SAVED_MAX);
        image_writer_init(&out, &saved, put_bytes);
        subjects_save(subjects, &out);
        image_writer_finish(&out);
        bool loaded = load(again, buf_slice(&saved), &whole);
        INVARIANT(buf_overflowed(&saved) || (loaded && whole && subjects_hash(again) == subjects_hash(subjects)));
        buf_deinit(&saved);
        subjects_destroy(again);
    }
    subjects_destroy(subjects);
}

// Each line is a record; its first byte says of which kind.
static void try_log(Slice bytes) {
    struct arena arena;
    struct night_log log;
    struct journal_entry entry = {.sequence = 1};
    Slice line;
    arena_init(&arena, 4 << 10);
    night_log_init(&log, false, &arena);
    for (Slice rest = bytes; slice_split(&rest, '\n', &line); entry.sequence++) {
        static const uint8_t kinds[] = {KIND_NIGHT, KIND_NIGHT_DECISION, KIND_RELEASE, KIND_EVENT};
        entry.kind = slice_empty(line) ? KIND_NIGHT : kinds[(uint8_t)line.at[0] % 4];
        entry.data = slice_part(line, 1, SIZE_MAX);
        if (night_log_take(&log, &entry) != STATUS_OK) {
            break;
        }
        const struct night_run *last = night_log_last(&log);
        INVARIANT(last == NULL || (last->records >= last->results && last->records > 0 && last->begun > 0));
    }
    night_log_deinit(&log);
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice bytes = {(const char *)data, size};
    try_register(bytes);
    try_log(bytes);
    return 0;
}
