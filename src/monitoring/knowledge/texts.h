#pragma once
// Texts: a store of texts by reference, each kept once however often it is used (sources and
// reasons of lists repeat), with a count of its users. Space of a text that nobody uses is used
// again.
//
// A reference is the number of a 16-byte unit in chunks of 1 MiB. A text takes whole units:
//
//     [ size | users | hash | bytes ... ]     4 bytes each, then the text
//
// Unit counts are rounded to classes (1 to 8, then four to each doubling), one list of free room a
// class. Room goes back to its class only; what a store has once needed for long texts is not cut
// up for short ones.

#include "base/image.h"
#include "monitoring/knowledge/index.h"

enum {
    TEXT_SIZE_MAX = 4096, // a cell or reason is a line, not a document
    TEXT_CLASSES = 32,
};

#define TEXT_NONE 0

struct texts {
    char **chunks;
    uint32_t chunk_count;
    uint32_t chunk_cap;
    uint32_t units_used; // of the last chunk
    uint32_t free_heads[TEXT_CLASSES];
    struct index index;
    uint64_t bytes;
    struct live_image *image; // under way, with pieces of the chunks as items; or NULL
};

// `cap_bytes`: at most 64 GiB, rounded up to whole MiB; taken only as it is needed.
void texts_init(struct texts *texts, uint64_t cap_bytes);
void texts_deinit(struct texts *texts);
// A reference for one more user; the caller gives it back with texts_drop. False when the cap is
// reached.
bool texts_take(struct texts *texts, Slice text, uint32_t *ret_ref);
void texts_drop(struct texts *texts, uint32_t ref);
// The text lives until its last user drops it. TEXT_NONE gives an empty text.
Slice texts_at(const struct texts *texts, uint32_t ref);
// While a live image is under way, all that changes is told to it first; NULL: none is.
void texts_guard(struct texts *texts, struct live_image *image);
// Without the index. Into texts that were just made.
void texts_save(const struct texts *texts, struct image_writer *out);
MUST_USE Status texts_load(struct texts *texts, struct image_reader *in);
