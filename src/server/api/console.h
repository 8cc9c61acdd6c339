#pragma once
// Console: the files of the web console (console/), as scripts/console.py packs them into the program. A program that was built without it has none.

#include "base/slice.h"

struct console_piece {
    uint32_t at, size; // in console_blob
};

struct console_asset {
    const char *path; // below /console/
    const char *type;
    const char *etag; // of the bytes as they are
    uint32_t size;    // of these
    struct console_piece gzip, brotli;
    bool is_named_by_content; // its name changes with its bytes: it may be kept for ever
};

extern const struct console_asset console_assets[];
extern const uint32_t console_asset_count;
extern const char console_blob[];
