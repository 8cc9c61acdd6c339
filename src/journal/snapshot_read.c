#include "journal/snapshot_read.h"

#include "base/little_endian.h"
#include "journal/folder.h"
#include "journal/snapshot_format.h"
#include "os/file.h"

#include <stdlib.h>
#include <zstd.h>

// Grows to the largest chunk that was met.
struct room {
    char *bytes;
    size_t size;
};

static char *room_for(struct room *room, size_t size) {
    if (size > room->size) {
        free(room->bytes);
        room->bytes = malloc(size);
        INVARIANT(room->bytes != NULL);
        room->size = size;
    }
    return room->bytes;
}

struct snapshot_reader {
    const struct disk *disk;
    struct arena arena; // the path
    Slice path;
    struct disk_file *file;
    struct hasher *hasher;
    ZSTD_DCtx *zstd; // made at the first chunk that needs it
    struct room plain;
    struct room stored;
    uint64_t offset;
    uint64_t chunk_count;
    struct snapshot_info info;
    Status end;
    Fault fault;
};

struct snapshot_reader *snapshot_reader_create(const struct disk *disk, Slice path) {
    struct snapshot_reader *reader = memory_alloc(sizeof *reader);
    reader->disk = disk;
    arena_init(&reader->arena, FILE_PATH_MAX);
    reader->path = arena_copy(&reader->arena, path);
    reader->hasher = hasher_create();
    return reader;
}

void snapshot_close(struct snapshot_reader *reader) {
    if (reader != NULL) {
        reader->disk->close(reader->disk->context, reader->file);
        hasher_destroy(reader->hasher);
        ZSTD_freeDCtx(reader->zstd);
        free(reader->plain.bytes);
        free(reader->stored.bytes);
        arena_deinit(&reader->arena);
        free(reader);
    }
}

static bool unreadable(const struct snapshot_reader *reader, int error, Fault *ret_fault) {
    *ret_fault = (Fault){FAULT_UNREADABLE, reader->offset, error};
    return false;
}

// The next bytes of the file, which must be there.
static bool get(struct snapshot_reader *reader, char *into, size_t size, Fault *ret_fault) {
    size_t got = 0;
    int error = disk_read_full(reader->disk, reader->file, into, size, reader->offset, &got);
    if (error != 0) {
        return unreadable(reader, error, ret_fault);
    }
    *ret_fault = (Fault){.kind = FAULT_SNAPSHOT_SHORT, .offset = reader->offset + got};
    reader->offset += got;
    return got == size;
}

static bool decode_header(struct snapshot_reader *reader, const char *header,
                          FaultKind *ret_fault) {
    struct le_reader in = {header + SNAPSHOT_SUM_AT};
    *ret_fault = FAULT_SNAPSHOT_HEADER;
    if (memcmp(header, SNAPSHOT_MAGIC.at, SNAPSHOT_MAGIC.size) != 0 ||
        le_get_u32(&in) != crc32c(0, (Slice){header, SNAPSHOT_SUM_AT})) {
        return false;
    }
    in.at = header + SNAPSHOT_MAGIC.size;
    uint16_t version = le_get_u16(&in);
    uint16_t flags = le_get_u16(&in);
    uint32_t size = le_get_u32(&in);
    *ret_fault = FAULT_SNAPSHOT_VERSION;
    if (version != JOURNAL_VERSION || flags != 0 || size != SNAPSHOT_HEADER_SIZE) {
        return false;
    }
    reader->info.sequence = le_get_u64(&in);
    reader->info.created_us = (int64_t)le_get_u64(&in);
    le_get_bytes(&in, reader->info.label, LABEL_SIZE);
    return true;
}

bool snapshot_reader_begin(struct snapshot_reader *reader, uint64_t sequence, Fault *ret_fault) {
    int error =
        reader->disk->open(reader->disk->context, reader->path, DISK_READ, false, &reader->file);
    if (error != 0) {
        return unreadable(reader, error, ret_fault);
    }
    char header[SNAPSHOT_HEADER_SIZE];
    if (!get(reader, header, sizeof header, ret_fault)) {
        return false;
    }
    *ret_fault = (Fault){0};
    if (!decode_header(reader, header, &ret_fault->kind)) {
        return false;
    }
    ret_fault->kind = FAULT_SNAPSHOT_NAME;
    hasher_begin(reader->hasher);
    hasher_add(reader->hasher, (Slice){header, sizeof header});
    return reader->info.sequence == sequence;
}

static bool read_footer(struct snapshot_reader *reader, const char *head, Fault *ret_fault) {
    char footer[SNAPSHOT_FOOTER_SIZE];
    memcpy(footer, head, SNAPSHOT_CHUNK_HEADER_SIZE);
    uint64_t start = reader->offset - SNAPSHOT_CHUNK_HEADER_SIZE;
    if (!get(reader, footer + SNAPSHOT_CHUNK_HEADER_SIZE,
             SNAPSHOT_FOOTER_SIZE - SNAPSHOT_CHUNK_HEADER_SIZE, ret_fault)) {
        return false;
    }
    *ret_fault = (Fault){.kind = FAULT_SNAPSHOT_FOOTER, .offset = start};
    struct le_reader in = {footer + SNAPSHOT_FOOTER_SIZE - 4};
    if (le_get_u32(&in) != crc32c(0, (Slice){footer, SNAPSHOT_FOOTER_SIZE - 4})) {
        return false;
    }
    in.at = footer + 8;
    if (le_get_u64(&in) != reader->info.plain_bytes || le_get_u64(&in) != reader->chunk_count) {
        return false;
    }
    le_get_bytes(&in, reader->info.state_hash, SNAPSHOT_HASH_SIZE);
    hasher_add(reader->hasher, (Slice){footer, SNAPSHOT_SHA_AT});
    Chain hash = hasher_end(reader->hasher);
    ret_fault->kind = FAULT_SNAPSHOT_HASH;
    if (memcmp(hash.bytes, footer + SNAPSHOT_SHA_AT, CHAIN_SIZE) != 0) {
        return false;
    }
    uint64_t size = 0;
    int error = reader->disk->size(reader->disk->context, reader->file, &size);
    if (error != 0) {
        return unreadable(reader, error, ret_fault);
    }
    *ret_fault = (Fault){.kind = FAULT_SNAPSHOT_BEHIND, .offset = reader->offset};
    return size == reader->offset;
}

static bool unpack(struct snapshot_reader *reader, Slice stored, size_t plain_size,
                   Slice *ret_chunk) {
    if (reader->zstd == NULL) {
        reader->zstd = ZSTD_createDCtx();
        INVARIANT(reader->zstd != NULL);
    }
    char *plain = room_for(&reader->plain, plain_size);
    size_t size = ZSTD_decompressDCtx(reader->zstd, plain, plain_size, stored.at, stored.size);
    *ret_chunk = (Slice){plain, plain_size};
    return !ZSTD_isError(size) && size == plain_size;
}

static Status read_chunk(struct snapshot_reader *reader, Slice *ret_chunk, Fault *ret_fault) {
    char head[SNAPSHOT_CHUNK_HEADER_SIZE];
    ENSURE(get(reader, head, sizeof head, ret_fault), fault_status(*ret_fault));
    struct le_reader in = {head};
    uint32_t mark = le_get_u32(&in);
    if (mark == SNAPSHOT_MARK_FOOTER) {
        return read_footer(reader, head, ret_fault) ? STATUS_END : fault_status(*ret_fault);
    }
    uint32_t stored_size = le_get_u32(&in);
    uint32_t plain_size = le_get_u32(&in);
    uint32_t sum = le_get_u32(&in);
    Fault fault = {.kind = FAULT_SNAPSHOT_CHUNK, .offset = reader->offset - sizeof head};
    *ret_fault = fault;
    bool ok =
        le_get_u32(&in) == crc32c(0, (Slice){head, sizeof head - 4}) &&
        (mark == SNAPSHOT_MARK_PLAIN ? stored_size == plain_size
                                     : mark == SNAPSHOT_MARK_ZSTD && stored_size < plain_size) &&
        plain_size > 0 && plain_size <= SNAPSHOT_CHUNK_MAX;
    ENSURE(ok, STATUS_INVALID);
    ENSURE(get(reader, room_for(&reader->stored, stored_size), stored_size, ret_fault),
           fault_status(*ret_fault));
    Slice stored = {reader->stored.bytes, stored_size};
    *ret_fault = fault;
    ENSURE(crc32c(0, stored) == sum, STATUS_INVALID);
    Slice chunk = stored;
    ENSURE(mark == SNAPSHOT_MARK_PLAIN || unpack(reader, stored, plain_size, &chunk),
           STATUS_INVALID);
    hasher_add(reader->hasher, (Slice){head, sizeof head});
    hasher_add(reader->hasher, stored);
    reader->info.plain_bytes += plain_size;
    reader->chunk_count++;
    *ret_chunk = chunk;
    return STATUS_OK;
}

Status snapshot_reader_next(struct snapshot_reader *reader, Slice *ret_chunk, Fault *ret_fault) {
    if (reader->end == STATUS_OK) {
        reader->end = read_chunk(reader, ret_chunk, &reader->fault);
    }
    if (reader->end != STATUS_OK && reader->end != STATUS_END) {
        *ret_fault = reader->fault;
    }
    return reader->end;
}

Status snapshot_open(const struct disk *disk, Slice folder, uint64_t sequence, struct arena *arena,
                     struct snapshot_reader **ret_reader, struct diag *diag) {
    Slice path = folder_snapshot(arena, folder, sequence);
    struct snapshot_reader *reader = snapshot_reader_create(disk, path);
    Fault fault;
    if (!snapshot_reader_begin(reader, sequence, &fault)) {
        snapshot_close(reader);
        return fault_fail(fault, path, arena, diag);
    }
    *ret_reader = reader;
    return STATUS_OK;
}

Status snapshot_read(struct snapshot_reader *reader, Slice *ret_chunk, struct arena *arena,
                     struct diag *diag) {
    Fault fault;
    Status status = snapshot_reader_next(reader, ret_chunk, &fault);
    if (status == STATUS_OK || status == STATUS_END) {
        return status;
    }
    return fault_fail(fault, reader->path, arena, diag);
}

const struct snapshot_info *snapshot_info(const struct snapshot_reader *reader) {
    return &reader->info;
}

bool snapshot_check(const struct disk *disk, Slice path, uint64_t sequence, Fault *ret_fault) {
    struct snapshot_reader *reader = snapshot_reader_create(disk, path);
    bool ok = snapshot_reader_begin(reader, sequence, ret_fault);
    Status status = STATUS_OK;
    while (ok && status == STATUS_OK) {
        Slice chunk;
        status = snapshot_reader_next(reader, &chunk, ret_fault);
    }
    snapshot_close(reader);
    return ok && status == STATUS_END;
}

Status snapshot_newest_good(const struct disk *disk, Slice folder, struct journal_findings findings,
                            struct arena *arena, uint64_t *ret_sequence, struct diag *diag) {
    struct folder_listing listing;
    int error = folder_list(disk, folder, arena, &listing);
    if (error != 0) {
        return diag_fail(diag, arena, STATUS_IO, "JO002", "cannot list '%.*s': %s",
                         SLICE_ARGS(folder), strerror(error));
    }
    for (uint32_t i = listing.snapshots.count; i-- > 0;) {
        uint64_t sequence = listing.snapshots.at[i];
        Slice path = folder_snapshot(arena, folder, sequence);
        Fault fault;
        if (snapshot_check(disk, path, sequence, &fault)) {
            *ret_sequence = sequence;
            return STATUS_OK;
        }
        struct journal_finding finding = {path, fault.offset, fault_code(fault.kind),
                                          fault_text(fault.kind), sequence};
        if (findings.add != NULL) {
            findings.add(findings.context, &finding);
        }
    }
    return diag_fail(diag, arena, STATUS_NOT_FOUND, "JO007",
                     "there is no whole snapshot in '%.*s', of %u", SLICE_ARGS(folder),
                     listing.snapshots.count);
}

int snapshot_list(const struct disk *disk, Slice folder, struct arena *arena,
                  const uint64_t **ret_sequences, uint32_t *ret_count) {
    struct folder_listing listing;
    int error = folder_list(disk, folder, arena, &listing);
    if (error == 0) {
        *ret_sequences = listing.snapshots.at;
        *ret_count = listing.snapshots.count;
    }
    return error;
}
