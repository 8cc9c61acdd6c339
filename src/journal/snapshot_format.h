#pragma once
// Snapshot format: the fixed parts of a snapshot's bytes.
//
//     | header 80 | chunk | chunk | ... | footer 80 |
//     chunk:  | mark 4 | stored size 4 | plain size 4 | CRC32C of the stored bytes 4 | CRC32C of
//     these 16 bytes 4 |
//             | stored bytes |
//     footer: | mark 4 | 0 4 | plain size 8 | chunks 8 | state hash 16 | 0 4 | SHA-256 32 | CRC32C
//     of these 76 bytes 4 |
//
// The mark tells whether the stored bytes are the plain ones or one frame of zstd. The SHA-256 of
// the footer covers the file up to where it stands.

#include "journal/format.h"
#include "journal/snapshot.h"

enum {
    SNAPSHOT_HEADER_SIZE = 80,
    SNAPSHOT_FOOTER_SIZE = 80,
    SNAPSHOT_CHUNK_HEADER_SIZE = 20,
    SNAPSHOT_SUM_AT = SNAPSHOT_HEADER_SIZE - 4,
    SNAPSHOT_SHA_AT = 44,              // within the footer
    SNAPSHOT_MARK_PLAIN = 0x4e4c5051,  // "QPLN"
    SNAPSHOT_MARK_ZSTD = 0x54535a51,   // "QZST"
    SNAPSHOT_MARK_FOOTER = 0x444e4551, // "QEND"
};

#define SNAPSHOT_MAGIC SLICE("QTSNAPSH")
