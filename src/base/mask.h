#pragma once
// Mask: personal data with the part hidden by which a person is found, for logs and for eyes that
// need no more.
//
//     mask_put(MASK_PHONE, SLICE("13812341234"), &out);         // 138****1234
//     mask_put(MASK_NAME, SLICE("王小明"), &out);               // 王**
//     mask_put(MASK_ADDRESS, SLICE("浙江省杭州市文三路1号"), &out); // 浙江省杭州市****
//
// The kinds and what stays of each are the list masks.def. Characters are counted, not bytes. A
// value that is too short for its rule is hidden as a whole: at least MASK_HIDDEN_MIN characters
// are, or all of them. So a value that was put into the wrong field is not told by accident. What
// stays is safe to print: bytes that are not UTF-8 and control characters become stars, so a value
// cannot begin a line of its own in a log.
//
// It is not anonymous: who knows the person will know the masked value too. Cost: one walk over the
// value.

#include "base/arena.h"
#include "base/buf.h"

enum {
    MASK_HIDDEN_MIN = 4, // characters: a number of ten thousand persons at least fits what is shown
    MASK_STARS_MAX = 32, // more hidden characters than any rule's field has show as so many
    MASK_REGION_MAX = 16, // characters of a province or a city; the longest of China has 14
};

typedef enum MaskKind {
#define MASK(kind, name, front, back, text) MASK_##kind,
#include "base/masks.def"
#undef MASK
    MASK_KIND_COUNT,
} MaskKind;

void mask_put(MaskKind kind, Slice value, struct buf *out);
// The same into an arena.
Slice mask_copy(MaskKind kind, Slice value, struct arena *arena);

// "phone". False when there is no such kind.
bool mask_kind_parse(Slice name, MaskKind *ret_kind);
const char *mask_kind_name(MaskKind kind);
const char *mask_kind_text(MaskKind kind);
