#pragma once
// Output of a copy: a file that is hashed while it is written, in pieces of 1 MiB.

#include "journal/copy.h"
#include "journal/format.h"

struct copy_output {
    const struct disk *disk;
    struct disk_file *file; // NULL: it is hashed alone
    struct hasher *hasher;
    char *room;
    size_t used;
    uint64_t offset;      // of the room in the file
    uint64_t written_end; // behind the last byte that was written, and not left zero
    const struct journal_copy_options *options;
    uint64_t total; // bytes, of all files
    int error;      // the first one
};

struct copy_output *copy_output_create(const struct disk *disk,
                                       const struct journal_copy_options *options);
void copy_output_destroy(struct copy_output *output);
// Begins a file of `size` bytes. 0, or an errno.
MUST_USE int copy_output_begin(struct copy_output *output, Slice path, uint64_t size);
void copy_output_put(struct copy_output *output, Slice bytes);
// Fills up with zeros to `size`, and syncs. 0, or the first errno.
MUST_USE int copy_output_end(struct copy_output *output, uint64_t size, Sha256 *ret_sha256);

// JO002 or JO003; STATUS_NOT_FOUND when the file is not there.
Status copy_call_failed(const char *what, Slice path, int error, struct arena *arena,
                        struct diag *diag);
// A whole file through the output, which was begun; gives its size, or an errno.
MUST_USE int copy_output_take(struct copy_output *output, struct disk_file *from,
                              uint64_t *ret_size);
