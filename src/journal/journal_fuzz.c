// Any bytes as the only segment of a log, and the input's second half as a snapshot: both readers
// end, say the same as the check of everything, and give no byte that is not under a sum.
//
// An input is a segment, mended where a mutation would otherwise never get past the sums: its first
// byte says which.

#include "base/crc32c.h"
#include "base/little_endian.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "journal/snapshot.h"
#include "os/simulated_disk_test.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FOLDER SLICE("log")

enum { INPUT_MAX = 64 << 10, SEEKS_MAX = 8, MEND_HEADER = 1, MEND_FRAMES = 2, AS_SNAPSHOT = 4 };

static void mend_segment(char *file, size_t size, uint8_t how) {
    struct le_writer out;
    if (size < BLOCK_SIZE) {
        return;
    }
    if (how & MEND_HEADER) {
        out.at = file + 32;
        le_put_u64(&out, size);
        out.at = file + BLOCK_SIZE - 4;
        le_put_u32(&out, crc32c(0, (Slice){file, BLOCK_SIZE - 4}));
    }
    if (!(how & MEND_FRAMES)) {
        return;
    }
    // Every frame gets the salt, the link and the place that are due, and right sums.
    struct hasher *hasher = hasher_create();
    struct segment_header header;
    FaultKind fault;
    if (segment_header_decode(file, &header, &fault)) {
        Chain chain = segment_chain(hasher, &header.chain, file);
        uint64_t salt = chain_salt(&chain);
        for (size_t at = BLOCK_SIZE; at + BLOCK_SIZE <= size;) {
            struct le_reader in = {file + at + 12};
            size_t frame = le_get_u32(&in);
            if (frame < BLOCK_SIZE || frame % BLOCK_SIZE != 0 || frame > size - at) {
                break;
            }
            out.at = file + at + 32;
            le_put_u64(&out, salt);
            le_put_bytes(&out, (Slice){(const char *)chain.bytes, CHAIN_SIZE});
            out.at = file + at + 76;
            le_put_u64(&out, at);
            out.at = file + at + FRAME_HEADER_SIZE - 4;
            le_put_u32(&out, crc32c(0, (Slice){file + at, FRAME_HEADER_SIZE - 4}));
            out.at = file + at + frame - 8;
            le_put_u32(&out, crc32c(0, (Slice){file + at + FRAME_HEADER_SIZE,
                                               frame - FRAME_HEADER_SIZE - 8}));
            chain = frame_chain((Slice){file + at, frame});
            at += frame;
        }
    }
    hasher_destroy(hasher);
}

static uint64_t read_log(const struct disk *disk, struct arena *arena, bool chain,
                         Status *ret_status) {
    struct journal_reader *reader;
    struct journal_reader_options options = {.chain = chain};
    struct diag diag;
    uint64_t last = 0;
    *ret_status = journal_reader_open(disk, FOLDER, 1, options, arena, &reader, &diag);
    if (*ret_status != STATUS_OK) {
        return 0;
    }
    struct journal_entry entry;
    uint32_t sum = 0;
    while ((*ret_status = journal_reader_next(reader, &entry, arena, &diag)) == STATUS_OK) {
        INVARIANT(entry.sequence == last + 1);
        last = entry.sequence;
        sum = crc32c(sum, entry.data); // touches every byte
    }
    INVARIANT(*ret_status == STATUS_END || *ret_status == STATUS_INVALID);
    journal_reader_close(reader);
    return last;
}

// From each of the first records on: that one or none.
static void seek_log(const struct disk *disk, struct arena *arena, uint64_t last) {
    for (uint64_t from = 2; from <= last && from <= SEEKS_MAX; from++) {
        struct journal_reader *reader;
        struct journal_reader_options options = {.chain = false};
        struct diag diag;
        struct journal_entry entry;
        if (journal_reader_open(disk, FOLDER, from, options, arena, &reader, &diag) == STATUS_OK) {
            Status status = journal_reader_next(reader, &entry, arena, &diag);
            INVARIANT(status != STATUS_OK || entry.sequence == from);
            journal_reader_close(reader);
        }
    }
}

static void try_log(struct simulated_disk *sim, struct arena *arena, size_t size) {
    const struct disk *disk = sim_table(sim);
    struct diag diag;
    struct journal_summary summary;
    Status hashed;
    Status summed;
    uint64_t last = read_log(disk, arena, true, &hashed);
    INVARIANT(read_log(disk, arena, false, &summed) >= last);
    seek_log(disk, arena, last);
    Status whole =
        journal_verify(disk, FOLDER, (struct journal_findings){0}, arena, &summary, &diag);
    INVARIANT(whole != STATUS_OK || (hashed == STATUS_END && last == summary.records));
    if (size < 3 * BLOCK_SIZE) {
        return;
    }
    struct journal_options options = {
        .segment_bytes = 4 * BLOCK_SIZE, .pending_bytes = 2 * BLOCK_SIZE, .retry_us = UINT64_MAX};
    struct journal *journal;
    struct journal_recovery recovery;
    if (journal_open(disk, FOLDER, &options, arena, &journal, &recovery, &diag) == STATUS_OK) {
        INVARIANT(recovery.last_sequence == last);
        uint64_t sequence = 0;
        struct journal_record record = {.data = SLICE("more")};
        INVARIANT(journal_wait_room(journal, 4) == STATUS_OK &&
                  journal_append(journal, &record, &sequence) == STATUS_OK);
        INVARIANT(sequence == last + 1 && journal_close(journal, arena, &diag) == STATUS_OK);
        INVARIANT(journal_verify(disk, FOLDER, (struct journal_findings){0}, arena, &summary,
                                 &diag) == STATUS_OK);
    } else {
        INVARIANT(whole != STATUS_OK);
    }
}

static void try_snapshot(struct simulated_disk *sim, struct arena *arena) {
    struct diag diag;
    struct snapshot_reader *reader;
    if (snapshot_open(sim_table(sim), FOLDER, 1, arena, &reader, &diag) != STATUS_OK) {
        return;
    }
    Slice chunk;
    Status status;
    uint64_t total = 0;
    while ((status = snapshot_read(reader, &chunk, arena, &diag)) == STATUS_OK) {
        INVARIANT(chunk.size > 0 && chunk.size <= SNAPSHOT_CHUNK_MAX);
        total += chunk.size;
    }
    INVARIANT(status == STATUS_INVALID ||
              (status == STATUS_END && snapshot_info(reader)->plain_bytes == total));
    snapshot_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    uint8_t how = data[0];
    char *bytes = malloc(size);
    INVARIANT(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    struct simulated_disk *sim = simulated_disk_create(1);
    struct arena arena;
    arena_init(&arena, 16 << 10);
    if (how & AS_SNAPSHOT) {
        sim_put(sim, "snapshot-00000000000000000001", (Slice){bytes, size - 1});
        try_snapshot(sim, &arena);
    } else {
        mend_segment(bytes, size - 1, how);
        sim_put(sim, "journal-00000000000000000001.log", (Slice){bytes, size - 1});
        try_log(sim, &arena, size - 1);
    }
    arena_deinit(&arena);
    simulated_disk_destroy(sim);
    free(bytes);
    return 0;
}
