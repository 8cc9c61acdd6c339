#include "journal/folder.h"

#include "base/vec.h"

#include <stdlib.h>

enum { SEQUENCE_DIGITS = 20 };

typedef VEC(uint64_t) Sequences;

// Whether `name` is prefix, twenty digits, suffix.
static bool sequence_of(Slice name, Slice prefix, Slice suffix, uint64_t *ret_sequence) {
    if (name.size != prefix.size + SEQUENCE_DIGITS + suffix.size ||
        !slice_starts_with(name, prefix) || !slice_ends_with(name, suffix)) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < SEQUENCE_DIGITS; i++) {
        char digit = name.at[prefix.size + i];
        if (digit < '0' || digit > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(digit - '0'), &value)) {
            return false;
        }
    }
    *ret_sequence = value;
    return value > 0;
}

static int by_value(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static FolderSequences sorted(const Sequences *sequences) {
    if (sequences->count > 0) {
        qsort(sequences->at, sequences->count, sizeof sequences->at[0], by_value);
    }
    return (FolderSequences){sequences->at, sequences->count};
}

int folder_list(const struct disk *disk, Slice folder, struct arena *arena,
                struct folder_listing *ret_listing) {
    DiskNames names;
    int error = disk->list(disk->context, folder, arena, &names);
    if (error != 0) {
        return error;
    }
    Sequences segments = {0};
    Sequences snapshots = {0};
    for (uint32_t i = 0; i < names.count; i++) {
        uint64_t sequence;
        if (sequence_of(names.at[i], SLICE("journal-"), SLICE(".log"), &sequence)) {
            *VEC_PUSH(&segments, arena) = sequence;
        } else if (sequence_of(names.at[i], SLICE("snapshot-"), SLICE(""), &sequence)) {
            *VEC_PUSH(&snapshots, arena) = sequence;
        }
    }
    *ret_listing = (struct folder_listing){sorted(&segments), sorted(&snapshots)};
    return 0;
}

Slice folder_path(struct arena *arena, Slice folder, Slice name) {
    return arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(folder), SLICE_ARGS(name));
}

Slice folder_segment(struct arena *arena, Slice folder, uint64_t first_sequence) {
    return arena_printf(arena, "%.*s/journal-%020llu.log", SLICE_ARGS(folder),
                        (unsigned long long)first_sequence);
}

Slice folder_snapshot(struct arena *arena, Slice folder, uint64_t sequence) {
    return arena_printf(arena, "%.*s/snapshot-%020llu", SLICE_ARGS(folder),
                        (unsigned long long)sequence);
}
