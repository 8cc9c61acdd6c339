#include "journal/copy_file.h"

#include <errno.h>
#include <stdlib.h>

enum { ROOM = 1 << 20 };

struct copy_output *copy_output_create(const struct disk *disk,
                                       const struct journal_copy_options *options) {
    struct copy_output *output = memory_alloc(sizeof *output);
    output->disk = disk;
    output->options = options;
    output->hasher = hasher_create();
    output->room = malloc(ROOM);
    INVARIANT(output->room != NULL);
    return output;
}

void copy_output_destroy(struct copy_output *output) {
    output->disk->close(output->disk->context, output->file);
    hasher_destroy(output->hasher);
    free(output->room);
    free(output);
}

int copy_output_begin(struct copy_output *output, Slice path, uint64_t size) {
    const struct disk *disk = output->disk;
    disk->close(disk->context, output->file);
    output->file = NULL;
    output->used = 0;
    output->offset = 0;
    output->written_end = 0;
    hasher_begin(output->hasher);
    int error = disk->unlink(disk->context, path);
    error = error == ENOENT ? 0 : error;
    error = error != 0 ? error : disk->open(disk->context, path, DISK_CREATE, false, &output->file);
    if (error == 0 && size > 0) {
        error = disk->allocate(disk->context, output->file, size); // a full disk shows at once
    }
    output->error = error;
    return error;
}

static void flush(struct copy_output *output) {
    Slice bytes = {output->room, output->used};
    hasher_add(output->hasher, bytes);
    if (output->file != NULL && output->error == 0 && !bytes_are_zero(bytes)) {
        output->error = disk_write_all(output->disk, output->file, bytes, output->offset);
        output->written_end = output->offset + output->used;
    }
    output->offset += output->used;
    output->total += output->used;
    if (output->options != NULL && output->options->progress != NULL) {
        output->options->progress(output->options->context, output->used);
    }
    output->used = 0;
}

void copy_output_put(struct copy_output *output, Slice bytes) {
    while (bytes.size > 0) {
        size_t part = ROOM - output->used < bytes.size ? ROOM - output->used : bytes.size;
        memcpy(output->room + output->used, bytes.at, part);
        output->used += part;
        bytes = slice_part(bytes, part, SIZE_MAX);
        if (output->used == ROOM) {
            flush(output);
        }
    }
}

static void hash_zeros(struct copy_output *output, uint64_t count) {
    static const char zeros[64 << 10] = {0};
    output->offset += count;
    while (count > 0) {
        size_t part = count < sizeof zeros ? (size_t)count : sizeof zeros;
        hasher_add(output->hasher, (Slice){zeros, part});
        count -= part;
    }
}

int copy_output_end(struct copy_output *output, uint64_t size, Sha256 *ret_sha256) {
    flush(output);
    if (output->file != NULL) {
        hash_zeros(output, size - output->offset);
        // Zeros are not written, since the file was made of that size; but where the file system
        // could not do that its last byte makes it so long.
        int error = output->error;
        error = error != 0 || output->written_end >= size
                    ? error
                    : disk_write_all(output->disk, output->file, SLICE("\0"), size - 1);
        output->error =
            error != 0 ? error : output->disk->sync(output->disk->context, output->file);
    }
    Chain hash = hasher_end(output->hasher);
    memcpy(ret_sha256->bytes, hash.bytes, CHAIN_SIZE);
    return output->error;
}

Status copy_call_failed(const char *what, Slice path, int error, struct arena *arena,
                        struct diag *diag) {
    bool full = error == ENOSPC || error == EDQUOT;
    Status status = error == ENOENT ? STATUS_NOT_FOUND : full ? STATUS_LIMIT : STATUS_IO;
    return diag_fail(diag, arena, status, full ? "JO003" : "JO002", "cannot %s '%.*s': %s", what,
                     SLICE_ARGS(path), strerror(error));
}

int copy_output_take(struct copy_output *output, struct disk_file *from, uint64_t *ret_size) {
    const struct disk *disk = output->disk;
    uint64_t at = 0;
    while (output->error == 0) {
        size_t got = 0;
        int error = disk_read_full(disk, from, output->room, ROOM, at, &got);
        if (error != 0) {
            return error;
        }
        at += got;
        output->used = got;
        flush(output);
        if (got < ROOM) {
            break;
        }
    }
    *ret_size = at;
    return 0;
}

// Through an output, into `to` when that is not empty.
static Status pass_file(struct copy_output *output, Slice from, Slice to, struct arena *arena,
                        uint64_t *ret_size, Sha256 *ret_sha256, struct diag *diag) {
    const struct disk *disk = output->disk;
    struct disk_file *file = NULL;
    int error = disk->open(disk->context, from, DISK_READ, false, &file);
    if (error != 0) {
        return copy_call_failed("open", from, error, arena, diag);
    }
    uint64_t size = 0;
    int read_error = disk->size(disk->context, file, &size);
    if (to.size > 0 && read_error == 0) {
        error = copy_output_begin(output, to, size);
    } else {
        output->offset = 0;
        hasher_begin(output->hasher);
    }
    bool ready = error == 0 && read_error == 0;
    read_error = ready ? copy_output_take(output, file, ret_size) : read_error;
    read_error = ready && read_error == 0 && *ret_size != size ? EIO : read_error; // it changed
    disk->close(disk->context, file);
    if (read_error != 0) {
        return copy_call_failed("read", from, read_error, arena, diag);
    }
    error = error != 0 ? error : copy_output_end(output, *ret_size, ret_sha256);
    return error == 0 ? STATUS_OK : copy_call_failed("write", to, error, arena, diag);
}

Status journal_copy_file(const struct disk *disk, Slice from, Slice to,
                         const struct journal_copy_options *options, struct arena *arena,
                         uint64_t *ret_size, Sha256 *ret_sha256, struct diag *diag) {
    struct copy_output *output = copy_output_create(disk, options);
    Status status = pass_file(output, from, to, arena, ret_size, ret_sha256, diag);
    copy_output_destroy(output);
    return status;
}

Status journal_file_hash(const struct disk *disk, Slice path,
                         const struct journal_copy_options *options, struct arena *arena,
                         uint64_t *ret_size, Sha256 *ret_sha256, struct diag *diag) {
    return journal_copy_file(disk, path, (Slice){NULL, 0}, options, arena, ret_size, ret_sha256,
                             diag);
}

void journal_text_hash(Slice text, Sha256 *ret_sha256) {
    struct hasher *hasher = hasher_create();
    hasher_begin(hasher);
    hasher_add(hasher, text);
    Chain hash = hasher_end(hasher);
    memcpy(ret_sha256->bytes, hash.bytes, CHAIN_SIZE);
    hasher_destroy(hasher);
}
