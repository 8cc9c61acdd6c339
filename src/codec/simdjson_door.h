#pragma once
// The C side of simdjson's DOM parser; private to json.c. Only json.c and simdjson_door.cc include it.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct simdjson_door;

// The parsed document as simdjson's tape (its doc/tape.md): words of 8 bytes, the type in the upper 8 bits.
struct simdjson_tape {
    const uint64_t *words;
    const char *strings; // each string: length in 4 bytes, the bytes, a NUL
};

enum { SIMDJSON_DOOR_PADDING = 64 };

// NULL when there is no memory.
struct simdjson_door *simdjson_door_create(size_t size_first, size_t size_max, size_t depth_max);
void simdjson_door_destroy(struct simdjson_door *door);
// 0 and a tape that lives until the next call, or simdjson's error code. `text` is followed by
// SIMDJSON_DOOR_PADDING readable bytes.
int simdjson_door_parse(struct simdjson_door *door, const char *text, size_t size,
                        struct simdjson_tape *ret_tape);

#ifdef __cplusplus
}
#endif
