#pragma once
// Slice: bytes that somebody else owns. Text inside the program travels as slices, never as C strings.
//
//     Slice name = SLICE("transfer_out");
//     if (slice_equal(name, event_type)) { ... }
//
// A slice holds no terminator and may hold any byte. Copying one copies the pointer, not the bytes.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Slice {
    const char *at;
    size_t size;
} Slice;

#define SLICE(literal) ((Slice){("" literal), sizeof(literal) - 1})
// For printf: printf("%.*s", SLICE_ARGS(name)).
#define SLICE_ARGS(slice) (int)(slice).size, (slice).at

static inline Slice slice_of(const char *text) {
    return (Slice){text, strlen(text)};
}

static inline bool slice_equal(Slice left, Slice right) {
    return left.size == right.size && (left.size == 0 || memcmp(left.at, right.at, left.size) == 0);
}

static inline bool slice_is(Slice slice, const char *text) {
    return slice_equal(slice, slice_of(text));
}

static inline bool slice_empty(Slice slice) {
    return slice.size == 0;
}

// The part from `start`, `size` bytes long; both are cut to what is there.
Slice slice_part(Slice slice, size_t start, size_t size);
bool slice_starts_with(Slice slice, Slice prefix);
bool slice_ends_with(Slice slice, Slice suffix);
// Order of bytes, shorter first where one is the beginning of the other: <0, 0, >0.
int slice_compare(Slice left, Slice right);
// Index of the first `byte` at or after `from`, or `slice.size`.
size_t slice_find_byte(Slice slice, char byte, size_t from);
// Index of the first `needle` at or after `from`, or `SIZE_MAX` when there is none. Linear in both sizes.
size_t slice_find(Slice slice, Slice needle, size_t from);
// Without spaces, tabs and line ends on both sides.
Slice slice_trim(Slice slice);
// Cuts off the part before the first `separator` and moves `*rest` behind it.
// False when nothing is left. "a,,b" gives "a", "", "b".
bool slice_split(Slice *rest, char separator, Slice *ret_part);
// Whole slice as a decimal integer with an optional '-'. False on anything else or on overflow.
bool slice_to_i64(Slice slice, int64_t *ret_value);
// Number of single-character edits between two texts, at most `limit` + 1. For suggestions.
size_t slice_distance(Slice left, Slice right, size_t limit);
