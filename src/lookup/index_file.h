#pragma once
// Index file: the keys of a range of sequences, sorted. docs/journal.md tells its bytes to
// strangers.
//
//     | header block | block | block | ...          blocks of 4096 bytes
//     block: | key 16, sequence 8 | ... 170 of them | count 4 | number of the block 4 | 0 4 | crc 4
//     |
//
// All blocks but the last are full. The name `index-<first>-<last>` tells the range, and the header
// repeats it.

#include "base/diag.h"
#include "base/hash.h"
#include "os/disk.h"

#include <stdatomic.h>

enum {
    INDEX_VERSION = 1,
    INDEX_BLOCK = 4096,
    INDEX_ENTRY = 24,
    INDEX_PER_BLOCK = 170,
    INDEX_BATCH = 16, // blocks of one write, and of one read that goes through all
};

typedef struct IndexEntry {
    Hash128 key;
    uint64_t sequence;
} IndexEntry;

// By key; of one key the newest first.
int lookup_file_entry_order(const void *left, const void *right);
// Sorts, and leaves of each key the newest. Gives how many are left.
size_t lookup_file_sort(IndexEntry *entries, size_t count);

typedef enum IndexFault {
    INDEX_FINE,
    INDEX_HEADER, // it is damaged, or no index
    INDEX_NEWER,  // a newer version of this program wrote it
    INDEX_NAME,   // its range is not that of its name
    INDEX_SIZE,   // it is shorter or longer than its header says
    INDEX_BLOCK_SUM,
    INDEX_CONTENT, // entries that are not in order, or not of the range
    INDEX_UNREADABLE,
} IndexFault;

const char *lookup_file_fault_text(IndexFault fault);

// Of eight files of a level comes one of the next, so no more than 2^63 files can make.
enum { INDEX_LEVEL_MAX = 21 };

struct index_header {
    uint64_t first, last; // sequences
    uint64_t count;       // of entries
    uint32_t level;       // how often it was merged, at most INDEX_LEVEL_MAX
};

// A range of sequences. `file` is NULL when it is missing: damaged, or never written.
struct index_file {
    struct index_header header;
    struct disk_file *file;
    atomic_bool damaged; // found by who searched it
};

Slice lookup_file_path(struct arena *arena, Slice folder, uint64_t first, uint64_t last);
// Whether a name is one of an index file, and of which range.
bool lookup_file_name(Slice name, uint64_t *ret_first, uint64_t *ret_last);

// Opens and checks the header. INDEX_UNREADABLE with *ret_error.
IndexFault lookup_file_open(const struct disk *disk, Slice path, uint64_t first, uint64_t last,
                      struct index_file *into, int *ret_error);
// INDEX_FINE with 0 in *ret_sequence when the key is not there.
IndexFault lookup_file_find(const struct disk *disk, const struct index_file *file, Hash128 key,
                      uint64_t *ret_sequence, int *ret_error);

// Through all entries in order.
struct index_cursor {
    const struct disk *disk;
    const struct index_file *file;
    uint64_t block; // the next to be read
    uint64_t given;
    char *room;            // INDEX_BATCH blocks
    uint32_t loaded, used; // blocks of it
    uint32_t at, count;    // entries of the block
    IndexEntry entry;      // the current one
    bool at_end;
};

void lookup_file_cursor_init(struct index_cursor *cursor, const struct disk *disk,
                       const struct index_file *file);
void lookup_file_cursor_deinit(struct index_cursor *cursor);
// The next entry into cursor->entry, or at_end.
IndexFault lookup_file_cursor_next(struct index_cursor *cursor, int *ret_error);

// A file on its way, under a temporary name. Remembers its first failure.
struct index_writer {
    const struct disk *disk;
    Slice temporary;
    struct disk_file *file;
    char *room;     // INDEX_BATCH blocks
    uint32_t used;  // entries in the room
    uint64_t block; // number of its first
    uint64_t count;
    int error;
};

void lookup_file_writer_init(struct index_writer *writer, const struct disk *disk, Slice temporary);
void lookup_file_writer_put(struct index_writer *writer, const IndexEntry *entry);
// Syncs it and gives it its name, in the folder, and opens it. 0, or an errno; frees the writer in
// any case.
MUST_USE int lookup_file_writer_commit(struct index_writer *writer, Slice folder, Slice path,
                                 const struct index_header *header, struct index_file *into);
void lookup_file_writer_abandon(struct index_writer *writer);
