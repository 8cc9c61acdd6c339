#pragma once
// Map: texts to 32-bit numbers, for names known when packs are loaded. Open addressing, in an arena.
//
//     struct map names;
//     map_init(&names, arena);
//     map_put(&names, SLICE("amount"), 7);      // false when the name is there already
//     uint32_t index = map_get(&names, name);   // MAP_NONE when it is not there
//
// The keys are not copied: they must live as long as the map.

#include "base/arena.h"

#define MAP_NONE UINT32_MAX

struct map_slot {
    Slice key;
    uint64_t hash;
    uint32_t value;
    bool used;
};

struct map {
    struct arena *arena;
    struct map_slot *slots;
    uint32_t capacity; // a power of two
    uint32_t count;
};

void map_init(struct map *map, struct arena *arena);
bool map_put(struct map *map, Slice key, uint32_t value);
uint32_t map_get(const struct map *map, Slice key);
// The key among all that is written most like `name`, or {NULL, 0} when none is near. Of equally near ones it
// is that of the smallest value.
Slice map_nearest(const struct map *map, Slice name);
