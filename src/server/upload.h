#pragma once
// Upload: a pack as one file, as `tar -C packs/bank -cz .` makes it. Read by libarchive; what comes from outside is bounded and looked at before any of it
// is kept: plain files with plain relative paths, each once, and no more of them than a pack may have. gzip is taken off once: what is compressed in itself could take
// hours and give nothing.
//
// Codes: RL001 no archive, or a damaged one; RL002 too large; RL003 a path or an entry that a pack does not have, or has twice.

#include "server/pack_folder.h"

enum {
    UPLOAD_BYTES_MAX = 64 << 20,  // of the archive as it comes
    UPLOAD_FILES_MAX = 50000,
    UPLOAD_ENTRIES_MAX = 100000, // folders included: some 50 MB of headers
    UPLOAD_TEXT_MAX = 512 << 20,  // of all files together, unpacked
};

// Into a pack that was initialised with an empty path: its files are then in its arena, and pack_compile() may follow. Files that do not belong to a pack
// (pack_wants()) are passed over. A folder around everything is taken off.
MUST_USE Status upload_read(Slice archive, struct pack_folder *pack, struct diag *diag);
// Whether a path may be that of a file of a pack: neither absolute nor upwards, nothing hidden.
bool upload_path_is_plain(Slice path);
