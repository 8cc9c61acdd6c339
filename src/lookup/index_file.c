#include "lookup/index_file.h"

#include "base/crc32c.h"
#include "base/little_endian.h"

#include <errno.h>
#include <stdlib.h>

#define INDEX_MAGIC SLICE("QTINDEX\x1a")
#define INDEX_PREFIX SLICE("index-")

enum {
    SUM_AT = INDEX_BLOCK - 4,
    COUNT_AT = INDEX_PER_BLOCK * INDEX_ENTRY,
    DIGITS = 20,
    GUESSES_MAX = 4, // before halving: keys that somebody has chosen are not evenly spread
};

int lookup_file_entry_order(const void *left, const void *right) {
    const IndexEntry *a = left;
    const IndexEntry *b = right;
    if (a->key.high != b->key.high) {
        return a->key.high < b->key.high ? -1 : 1;
    }
    if (a->key.low != b->key.low) {
        return a->key.low < b->key.low ? -1 : 1;
    }
    return (a->sequence < b->sequence) - (a->sequence > b->sequence);
}

static bool same_key(Hash128 left, Hash128 right) {
    return left.high == right.high && left.low == right.low;
}

static bool key_before(Hash128 left, Hash128 right) {
    return left.high < right.high || (left.high == right.high && left.low < right.low);
}

size_t lookup_file_sort(IndexEntry *entries, size_t count) {
    if (count == 0) {
        return 0;
    }
    qsort(entries, count, sizeof entries[0], lookup_file_entry_order);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (!same_key(entries[i].key, entries[kept - 1].key)) {
            entries[kept++] = entries[i];
        }
    }
    return kept;
}

const char *lookup_file_fault_text(IndexFault fault) {
    static const char *texts[] = {
        [INDEX_FINE] = "nothing is wrong",
        [INDEX_HEADER] = "its header is damaged, or it is no index",
        [INDEX_NEWER] = "it was written by a newer version of this program",
        [INDEX_NAME] = "its name tells another range than its header",
        [INDEX_SIZE] = "it is shorter or longer than its header says",
        [INDEX_BLOCK_SUM] = "the checksum of a block is wrong",
        [INDEX_CONTENT] = "its entries are not in order, or not of its range",
        [INDEX_UNREADABLE] = "it cannot be read",
    };
    return texts[fault];
}

Slice lookup_file_path(struct arena *arena, Slice folder, uint64_t first, uint64_t last) {
    return arena_printf(arena, "%.*s/index-%020llu-%020llu", SLICE_ARGS(folder),
                        (unsigned long long)first, (unsigned long long)last);
}

static bool digits(Slice text, uint64_t *ret_value) {
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.at[i] - '0'), &value)) {
            return false;
        }
    }
    *ret_value = value;
    return true;
}

bool lookup_file_name(Slice name, uint64_t *ret_first, uint64_t *ret_last) {
    size_t start = INDEX_PREFIX.size;
    return name.size == start + 2 * DIGITS + 1 && slice_starts_with(name, INDEX_PREFIX) &&
           name.at[start + DIGITS] == '-' && digits(slice_part(name, start, DIGITS), ret_first) &&
           digits(slice_part(name, start + DIGITS + 1, DIGITS), ret_last) && *ret_first > 0 &&
           *ret_first <= *ret_last;
}

// ---- blocks ---------------------------------------------------------------------------------

static uint64_t block_count(const struct index_header *header) {
    return header->count / INDEX_PER_BLOCK + (header->count % INDEX_PER_BLOCK > 0);
}

static uint32_t entries_in(const struct index_header *header, uint64_t block) {
    uint64_t before = block * INDEX_PER_BLOCK;
    uint64_t left = header->count - before;
    return left < INDEX_PER_BLOCK ? (uint32_t)left : INDEX_PER_BLOCK;
}

static void header_encode(const struct index_header *header, char block[INDEX_BLOCK]) {
    memset(block, 0, INDEX_BLOCK);
    struct le_writer out = {block};
    le_put_bytes(&out, INDEX_MAGIC);
    le_put_u16(&out, INDEX_VERSION);
    le_put_u16(&out, 0);
    le_put_u32(&out, INDEX_BLOCK);
    le_put_u64(&out, header->first);
    le_put_u64(&out, header->last);
    le_put_u64(&out, header->count);
    le_put_u32(&out, header->level);
    out.at = block + SUM_AT;
    le_put_u32(&out, crc32c(0, (Slice){block, SUM_AT}));
}

static IndexFault header_decode(const char block[INDEX_BLOCK], struct index_header *ret_header) {
    struct le_reader in = {block + SUM_AT};
    if (memcmp(block, INDEX_MAGIC.at, INDEX_MAGIC.size) != 0 ||
        le_get_u32(&in) != crc32c(0, (Slice){block, SUM_AT})) {
        return INDEX_HEADER;
    }
    in.at = block + INDEX_MAGIC.size;
    if (le_get_u16(&in) != INDEX_VERSION || le_get_u16(&in) != 0 ||
        le_get_u32(&in) != INDEX_BLOCK) {
        return INDEX_NEWER;
    }
    struct index_header header = {.first = le_get_u64(&in)};
    header.last = le_get_u64(&in);
    header.count = le_get_u64(&in);
    header.level = le_get_u32(&in);
    *ret_header = header;
    return header.level <= INDEX_LEVEL_MAX ? INDEX_FINE : INDEX_HEADER;
}

static IndexEntry entry_decode(const char *block, uint32_t index) {
    struct le_reader in = {block + (size_t)index * INDEX_ENTRY};
    IndexEntry entry = {.key.high = le_get_u64(&in)};
    entry.key.low = le_get_u64(&in);
    entry.sequence = le_get_u64(&in);
    return entry;
}

static IndexFault block_check(const struct index_file *file, const char *block, uint64_t number) {
    struct le_reader in = {block + SUM_AT};
    if (le_get_u32(&in) != crc32c(0, (Slice){block, SUM_AT})) {
        return INDEX_BLOCK_SUM;
    }
    in.at = block + COUNT_AT;
    if (le_get_u32(&in) != entries_in(&file->header, number) ||
        le_get_u32(&in) != (uint32_t)number) {
        return INDEX_CONTENT;
    }
    return INDEX_FINE;
}

static bool in_range(const struct index_file *file, const IndexEntry *entry) {
    return entry->sequence >= file->header.first && entry->sequence <= file->header.last;
}

IndexFault lookup_file_open(const struct disk *disk, Slice path, uint64_t first, uint64_t last,
                      struct index_file *into, int *ret_error) {
    char block[INDEX_BLOCK];
    size_t got = 0;
    uint64_t size = 0;
    *ret_error = disk->open(disk->context, path, DISK_READ, false, &into->file);
    if (*ret_error != 0) {
        into->file = NULL;
        return INDEX_UNREADABLE;
    }
    *ret_error = disk_read_full(disk, into->file, block, INDEX_BLOCK, 0, &got);
    *ret_error = *ret_error != 0 ? *ret_error : disk->size(disk->context, into->file, &size);
    IndexFault fault = *ret_error != 0     ? INDEX_UNREADABLE
                       : got < INDEX_BLOCK ? INDEX_SIZE
                                           : header_decode(block, &into->header);
    if (fault == INDEX_FINE && (into->header.first != first || into->header.last != last)) {
        fault = INDEX_NAME;
    }
    if (fault == INDEX_FINE && (into->header.count > size / INDEX_ENTRY ||
                                size != (1 + block_count(&into->header)) * INDEX_BLOCK)) {
        fault = INDEX_SIZE;
    }
    if (fault != INDEX_FINE) {
        disk->close(disk->context, into->file);
        into->file = NULL;
    }
    return fault;
}

static IndexFault block_read(const struct disk *disk, const struct index_file *file,
                             uint64_t number, char *block, int *ret_error) {
    size_t got = 0;
    *ret_error =
        disk_read_full(disk, file->file, block, INDEX_BLOCK, (1 + number) * INDEX_BLOCK, &got);
    if (*ret_error != 0) {
        return INDEX_UNREADABLE;
    }
    return got < INDEX_BLOCK ? INDEX_SIZE : block_check(file, block, number);
}

// ---- finding --------------------------------------------------------------------------------

static IndexFault find_in_block(const struct index_file *file, const char *block, uint32_t count,
                                Hash128 key, uint64_t *ret_sequence) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        IndexEntry entry = entry_decode(block, middle);
        if (same_key(entry.key, key)) {
            *ret_sequence = entry.sequence;
            return in_range(file, &entry) ? INDEX_FINE : INDEX_CONTENT;
        }
        if (key_before(entry.key, key)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return INDEX_FINE;
}

// Between two blocks and the keys at which they begin and end.
struct bracket {
    uint64_t low, high; // blocks; high is behind the last
    uint64_t low_key, high_key;
};

static uint64_t guess(const struct bracket *bracket, uint64_t key, int step) {
    uint64_t blocks = bracket->high - bracket->low;
    uint64_t span = bracket->high_key - bracket->low_key;
    if (step >= GUESSES_MAX || span == 0 || key < bracket->low_key || key > bracket->high_key) {
        return bracket->low + blocks / 2;
    }
    unsigned __int128 part = (unsigned __int128)(key - bracket->low_key) * blocks / span;
    return bracket->low + (part < blocks ? (uint64_t)part : blocks - 1);
}

IndexFault lookup_file_find(const struct disk *disk, const struct index_file *file, Hash128 key,
                      uint64_t *ret_sequence, int *ret_error) {
    struct bracket bracket = {0, block_count(&file->header), 0, UINT64_MAX};
    *ret_sequence = 0;
    for (int step = 0; bracket.low < bracket.high; step++) {
        char block[INDEX_BLOCK];
        uint64_t number = guess(&bracket, key.high, step);
        IndexFault fault = block_read(disk, file, number, block, ret_error);
        if (fault != INDEX_FINE) {
            return fault;
        }
        uint32_t count = entries_in(&file->header, number);
        IndexEntry first = entry_decode(block, 0);
        IndexEntry last = entry_decode(block, count - 1);
        if (key_before(key, first.key)) {
            bracket.high = number;
            bracket.high_key = first.key.high;
        } else if (key_before(last.key, key)) {
            bracket.low = number + 1;
            bracket.low_key = last.key.high;
        } else {
            return find_in_block(file, block, count, key, ret_sequence);
        }
    }
    return INDEX_FINE;
}

// ---- through all ----------------------------------------------------------------------------

void lookup_file_cursor_init(struct index_cursor *cursor, const struct disk *disk,
                       const struct index_file *file) {
    *cursor = (struct index_cursor){.disk = disk, .file = file};
    cursor->room = memory_alloc((size_t)INDEX_BATCH * INDEX_BLOCK);
}

void lookup_file_cursor_deinit(struct index_cursor *cursor) {
    free(cursor->room);
}

static IndexFault cursor_load(struct index_cursor *cursor, int *ret_error) {
    uint64_t left = block_count(&cursor->file->header) - cursor->block;
    uint32_t count = left < INDEX_BATCH ? (uint32_t)left : INDEX_BATCH;
    size_t size = (size_t)count * INDEX_BLOCK;
    size_t got = 0;
    *ret_error = disk_read_full(cursor->disk, cursor->file->file, cursor->room, size,
                                (1 + cursor->block) * INDEX_BLOCK, &got);
    cursor->loaded = count;
    cursor->used = 0;
    return *ret_error != 0 ? INDEX_UNREADABLE : got < size ? INDEX_SIZE : INDEX_FINE;
}

// Into the next block, which there is.
static IndexFault cursor_enter(struct index_cursor *cursor, int *ret_error) {
    IndexFault fault = INDEX_FINE;
    if (cursor->used == cursor->loaded) {
        fault = cursor_load(cursor, ret_error);
    }
    if (fault == INDEX_FINE) {
        fault = block_check(cursor->file, cursor->room + (size_t)cursor->used * INDEX_BLOCK,
                            cursor->block);
    }
    cursor->count = entries_in(&cursor->file->header, cursor->block);
    cursor->at = 0;
    cursor->used++;
    cursor->block++;
    return fault;
}

IndexFault lookup_file_cursor_next(struct index_cursor *cursor, int *ret_error) {
    if (cursor->given == cursor->file->header.count) {
        cursor->at_end = true;
        return INDEX_FINE;
    }
    if (cursor->at == cursor->count) {
        IndexFault fault = cursor_enter(cursor, ret_error);
        if (fault != INDEX_FINE) {
            return fault;
        }
    }
    IndexEntry before = cursor->entry;
    const char *block = cursor->room + (size_t)(cursor->used - 1) * INDEX_BLOCK;
    cursor->entry = entry_decode(block, cursor->at++);
    bool ordered = cursor->given == 0 || key_before(before.key, cursor->entry.key);
    cursor->given++;
    return ordered && in_range(cursor->file, &cursor->entry) ? INDEX_FINE : INDEX_CONTENT;
}

// ---- writing --------------------------------------------------------------------------------

void lookup_file_writer_init(struct index_writer *writer, const struct disk *disk, Slice temporary) {
    *writer = (struct index_writer){.disk = disk, .temporary = temporary};
    writer->room = memory_alloc((size_t)INDEX_BATCH * INDEX_BLOCK);
    int error = disk->unlink(disk->context, temporary); // of a run that was cut off
    writer->error = error == ENOENT ? 0 : error;
    if (writer->error == 0) {
        writer->error = disk->open(disk->context, temporary, DISK_CREATE, false, &writer->file);
    }
    if (writer->error != 0) {
        writer->file = NULL;
    }
}

static void writer_flush(struct index_writer *writer) {
    uint32_t blocks = (writer->used + INDEX_PER_BLOCK - 1) / INDEX_PER_BLOCK;
    for (uint32_t i = 0; i < blocks; i++) {
        char *block = writer->room + (size_t)i * INDEX_BLOCK;
        uint32_t left = writer->used - i * INDEX_PER_BLOCK;
        uint32_t count = left < INDEX_PER_BLOCK ? left : INDEX_PER_BLOCK;
        memset(block + (size_t)count * INDEX_ENTRY, 0, INDEX_BLOCK - (size_t)count * INDEX_ENTRY);
        struct le_writer out = {block + COUNT_AT};
        le_put_u32(&out, count);
        le_put_u32(&out, (uint32_t)(writer->block + i));
        out.at = block + SUM_AT;
        le_put_u32(&out, crc32c(0, (Slice){block, SUM_AT}));
    }
    if (writer->error == 0 && blocks > 0) {
        writer->error = disk_write_all(writer->disk, writer->file,
                                       (Slice){writer->room, (size_t)blocks * INDEX_BLOCK},
                                       (1 + writer->block) * INDEX_BLOCK);
    }
    writer->block += blocks;
    writer->used = 0;
}

void lookup_file_writer_put(struct index_writer *writer, const IndexEntry *entry) {
    char *block = writer->room + (size_t)(writer->used / INDEX_PER_BLOCK) * INDEX_BLOCK;
    struct le_writer out = {block + (size_t)(writer->used % INDEX_PER_BLOCK) * INDEX_ENTRY};
    le_put_u64(&out, entry->key.high);
    le_put_u64(&out, entry->key.low);
    le_put_u64(&out, entry->sequence);
    writer->count++;
    if (++writer->used == INDEX_BATCH * INDEX_PER_BLOCK) {
        writer_flush(writer);
    }
}

static void writer_deinit(struct index_writer *writer) {
    writer->disk->close(writer->disk->context, writer->file);
    free(writer->room);
}

int lookup_file_writer_commit(struct index_writer *writer, Slice folder, Slice path,
                        const struct index_header *header, struct index_file *into) {
    const struct disk *disk = writer->disk;
    char block[INDEX_BLOCK];
    writer_flush(writer);
    into->header = *header;
    into->header.count = writer->count;
    header_encode(&into->header, block);
    int error = writer->error;
    error = error != 0 ? error : disk_write_all(disk, writer->file, (Slice){block, INDEX_BLOCK}, 0);
    error = error != 0 ? error : disk->sync(disk->context, writer->file);
    error = error != 0 ? error : disk->rename(disk->context, writer->temporary, path);
    error = error != 0 ? error : disk->sync_directory(disk->context, folder);
    // Opened anew: to read, and past whatever this handle was for.
    error = error != 0 ? error : disk->open(disk->context, path, DISK_READ, false, &into->file);
    if (error != 0) {
        into->file = NULL;
        lookup_file_writer_abandon(writer);
        return error;
    }
    writer_deinit(writer);
    return 0;
}

void lookup_file_writer_abandon(struct index_writer *writer) {
    if (writer->file != NULL) {
        (void)writer->disk->unlink(writer->disk->context, writer->temporary);
    }
    writer_deinit(writer);
}
