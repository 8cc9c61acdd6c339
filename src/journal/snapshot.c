#include "journal/snapshot.h"

#include "base/little_endian.h"
#include "journal/folder.h"
#include "journal/snapshot_format.h"
#include "os/file.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

enum {
    OUTPUT_SIZE = 1 << 20,
    SYNC_STEP = 16 << 20,
    ZSTD_LEVEL = 1,
};

struct snapshot_writer {
    const struct disk *disk;
    struct arena arena; // paths
    Slice folder;
    Slice path;
    Slice temporary;
    struct disk_file *file;
    struct hasher *hasher;
    ZSTD_CCtx *zstd;
    char *packed; // a compressed chunk
    char *output;
    size_t output_size;
    uint64_t offset; // of the output in the file
    uint64_t synced;
    uint64_t plain_bytes;
    uint64_t chunk_count;
    int error; // of the first failure
};

static Status call_failed(const char *what, Slice path, int error, struct arena *arena,
                          struct diag *diag) {
    bool full = error == ENOSPC || error == EDQUOT;
    return diag_fail(diag, arena, full ? STATUS_LIMIT : STATUS_IO, full ? "JO003" : "JO002",
                     "cannot %s '%.*s': %s", what, SLICE_ARGS(path), strerror(error));
}

static void flush(struct snapshot_writer *writer) {
    const struct disk *disk = writer->disk;
    Slice output = {writer->output, writer->output_size};
    if (writer->error == 0) {
        writer->error = disk_write_all(disk, writer->file, output, writer->offset);
    }
    writer->offset += output.size;
    writer->output_size = 0;
    if (writer->error == 0 && writer->offset - writer->synced >= SYNC_STEP) {
        writer->error = disk->sync(disk->context, writer->file);
        writer->synced = writer->offset;
    }
}

static void put_unhashed(struct snapshot_writer *writer, Slice bytes) {
    while (bytes.size > 0) {
        Slice part = slice_part(bytes, 0, OUTPUT_SIZE - writer->output_size);
        memcpy(writer->output + writer->output_size, part.at, part.size);
        writer->output_size += part.size;
        bytes = slice_part(bytes, part.size, SIZE_MAX);
        if (writer->output_size == OUTPUT_SIZE) {
            flush(writer);
        }
    }
}

static void put(struct snapshot_writer *writer, Slice bytes) {
    hasher_add(writer->hasher, bytes);
    put_unhashed(writer, bytes);
}

static void put_header(struct snapshot_writer *writer, uint64_t sequence,
                       const struct snapshot_options *options) {
    char header[SNAPSHOT_HEADER_SIZE] = {0};
    struct le_writer out = {header};
    le_put_bytes(&out, SNAPSHOT_MAGIC);
    le_put_u16(&out, JOURNAL_VERSION);
    le_put_u16(&out, 0);
    le_put_u32(&out, SNAPSHOT_HEADER_SIZE);
    le_put_u64(&out, sequence);
    le_put_u64(&out, (uint64_t)options->created_us);
    le_put_bytes(&out, (Slice){(const char *)options->label, LABEL_SIZE});
    out.at = header + SNAPSHOT_SUM_AT;
    le_put_u32(&out, crc32c(0, (Slice){header, SNAPSHOT_SUM_AT}));
    put(writer, (Slice){header, sizeof header});
}

static void destroy(struct snapshot_writer *writer) {
    writer->disk->close(writer->disk->context, writer->file);
    hasher_destroy(writer->hasher);
    ZSTD_freeCCtx(writer->zstd);
    free(writer->packed);
    free(writer->output);
    arena_deinit(&writer->arena);
    free(writer);
}

static void prepare_zstd(struct snapshot_writer *writer) {
    writer->zstd = ZSTD_createCCtx();
    writer->packed = malloc(SNAPSHOT_CHUNK_MAX);
    INVARIANT(writer->zstd != NULL && writer->packed != NULL);
    INVARIANT(
        !ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)));
}

Status snapshot_create(const struct disk *disk, Slice folder, uint64_t sequence,
                       const struct snapshot_options *options, struct arena *arena,
                       struct snapshot_writer **ret_writer, struct diag *diag) {
    INVARIANT(sequence > 0);
    struct snapshot_writer *writer = memory_alloc(sizeof *writer);
    arena_init(&writer->arena, FILE_PATH_MAX);
    writer->disk = disk;
    writer->folder = arena_copy(&writer->arena, folder);
    writer->path = folder_snapshot(&writer->arena, folder, sequence);
    writer->temporary = arena_printf(&writer->arena, "%.*s.tmp", SLICE_ARGS(writer->path));
    writer->hasher = hasher_create();
    int error = disk->unlink(disk->context, writer->temporary);
    if (error == 0 || error == ENOENT) {
        error = disk->open(disk->context, writer->temporary, DISK_CREATE, false, &writer->file);
    }
    if (error != 0) {
        Status status = call_failed("make", writer->temporary, error, arena, diag);
        destroy(writer);
        return status;
    }
    writer->output = malloc(OUTPUT_SIZE);
    INVARIANT(writer->output != NULL);
    if (options->compress) {
        prepare_zstd(writer);
    }
    hasher_begin(writer->hasher);
    put_header(writer, sequence, options);
    *ret_writer = writer;
    return STATUS_OK;
}

void snapshot_write(struct snapshot_writer *writer, Slice chunk) {
    INVARIANT(chunk.size <= SNAPSHOT_CHUNK_MAX);
    if (chunk.size == 0 || writer->error != 0) {
        return;
    }
    Slice stored = chunk;
    uint32_t mark = SNAPSHOT_MARK_PLAIN;
    if (writer->zstd != NULL) {
        // Room for one byte less than it is: what does not get smaller is an error, and stays
        // plain.
        size_t size =
            ZSTD_compress2(writer->zstd, writer->packed, chunk.size - 1, chunk.at, chunk.size);
        if (!ZSTD_isError(size)) {
            stored = (Slice){writer->packed, size};
            mark = SNAPSHOT_MARK_ZSTD;
        }
    }
    char header[SNAPSHOT_CHUNK_HEADER_SIZE];
    struct le_writer out = {header};
    le_put_u32(&out, mark);
    le_put_u32(&out, (uint32_t)stored.size);
    le_put_u32(&out, (uint32_t)chunk.size);
    le_put_u32(&out, crc32c(0, stored));
    le_put_u32(&out, crc32c(0, (Slice){header, SNAPSHOT_CHUNK_HEADER_SIZE - 4}));
    put(writer, (Slice){header, sizeof header});
    put(writer, stored);
    writer->plain_bytes += chunk.size;
    writer->chunk_count++;
}

static void put_footer(struct snapshot_writer *writer,
                       const uint8_t state_hash[SNAPSHOT_HASH_SIZE]) {
    char footer[SNAPSHOT_FOOTER_SIZE] = {0};
    struct le_writer out = {footer};
    le_put_u32(&out, SNAPSHOT_MARK_FOOTER);
    le_put_u32(&out, 0);
    le_put_u64(&out, writer->plain_bytes);
    le_put_u64(&out, writer->chunk_count);
    le_put_bytes(&out, (Slice){(const char *)state_hash, SNAPSHOT_HASH_SIZE});
    le_put_u32(&out, 0);
    put(writer, (Slice){footer, SNAPSHOT_SHA_AT});
    Chain hash = hasher_end(writer->hasher);
    le_put_bytes(&out, (Slice){(const char *)hash.bytes, CHAIN_SIZE});
    le_put_u32(&out, crc32c(0, (Slice){footer, SNAPSHOT_FOOTER_SIZE - 4}));
    put_unhashed(writer, slice_part((Slice){footer, sizeof footer}, SNAPSHOT_SHA_AT, SIZE_MAX));
}

Status snapshot_commit(struct snapshot_writer *writer, const uint8_t state_hash[SNAPSHOT_HASH_SIZE],
                       struct arena *arena, struct diag *diag) {
    const struct disk *disk = writer->disk;
    put_footer(writer, state_hash);
    flush(writer);
    int error = writer->error;
    error = error != 0 ? error : disk->sync(disk->context, writer->file);
    error = error != 0 ? error : disk->rename(disk->context, writer->temporary, writer->path);
    error = error != 0 ? error : disk->sync_directory(disk->context, writer->folder);
    if (error != 0) {
        Status status = call_failed("write the snapshot", writer->path, error, arena, diag);
        snapshot_abandon(writer);
        return status;
    }
    destroy(writer);
    return STATUS_OK;
}

void snapshot_abandon(struct snapshot_writer *writer) {
    if (writer != NULL) {
        (void)writer->disk->unlink(writer->disk->context, writer->temporary);
        destroy(writer);
    }
}

static Status list(const struct disk *disk, Slice folder, struct arena *arena,
                   struct folder_listing *ret_listing, struct diag *diag) {
    int error = folder_list(disk, folder, arena, ret_listing);
    return error == 0 ? STATUS_OK : call_failed("list", folder, error, arena, diag);
}

Status snapshot_retain(const struct disk *disk, Slice folder, uint32_t keep, struct arena *arena,
                       uint32_t *ret_removed, struct diag *diag) {
    struct folder_listing listing;
    TRY(list(disk, folder, arena, &listing, diag));
    keep = keep == 0 ? 1 : keep;
    uint32_t removed = 0;
    for (; removed + keep < listing.snapshots.count; removed++) {
        Slice path = folder_snapshot(arena, folder, listing.snapshots.at[removed]);
        int error = disk->unlink(disk->context, path);
        if (error != 0 && error != ENOENT) {
            return call_failed("remove", path, error, arena, diag);
        }
    }
    int error = removed == 0 ? 0 : disk->sync_directory(disk->context, folder);
    if (error != 0) {
        return call_failed("sync", folder, error, arena, diag);
    }
    *ret_removed = removed;
    return STATUS_OK;
}

static int drop(const struct disk *disk, Slice path, Slice archive, struct arena *arena) {
    if (archive.size == 0) {
        return disk->unlink(disk->context, path);
    }
    size_t at = path.size;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    return disk->rename(disk->context, path,
                        folder_path(arena, archive, slice_part(path, at, SIZE_MAX)));
}

Status snapshot_drop_log(const struct disk *disk, Slice folder, Slice archive, uint64_t needed_from,
                         struct arena *arena, uint32_t *ret_dropped, struct diag *diag) {
    struct folder_listing listing;
    TRY(list(disk, folder, arena, &listing, diag));
    uint64_t oldest = listing.snapshots.count == 0 ? 0 : listing.snapshots.at[0];
    uint64_t needed = oldest + 1 < needed_from ? oldest + 1 : needed_from;
    uint32_t dropped = 0;
    // From the oldest on, and each on disk before the next: whatever cuts this off, no gap is left.
    for (uint32_t i = 0; i + 1 < listing.segments.count && listing.segments.at[i + 1] <= needed;
         i++) {
        Slice path = folder_segment(arena, folder, listing.segments.at[i]);
        int error = drop(disk, path, archive, arena);
        error =
            error != 0 || archive.size == 0 ? error : disk->sync_directory(disk->context, archive);
        error = error != 0 ? error : disk->sync_directory(disk->context, folder);
        if (error != 0) {
            return call_failed("put away", path, error, arena, diag);
        }
        dropped++;
    }
    *ret_dropped = dropped;
    return STATUS_OK;
}
