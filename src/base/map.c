#include "base/map.h"

#include "base/hash.h"

void map_init(struct map *map, struct arena *arena) {
    *map = (struct map){.arena = arena};
}

static struct map_slot *find_slot(const struct map *map, Slice key, uint64_t hash) {
    uint32_t mask = map->capacity - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        struct map_slot *slot = &map->slots[i];
        if (!slot->used || (slot->hash == hash && slice_equal(slot->key, key))) {
            return slot;
        }
    }
}

static void grow(struct map *map) {
    struct map old = *map;
    map->capacity = old.capacity == 0 ? 16 : old.capacity * 2;
    map->slots = ARENA_ARRAY(map->arena, struct map_slot, map->capacity);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].used) {
            *find_slot(map, old.slots[i].key, old.slots[i].hash) = old.slots[i];
        }
    }
}

bool map_put(struct map *map, Slice key, uint32_t value) {
    if (map->count * 2 >= map->capacity) {
        grow(map);
    }
    uint64_t hash = hash64(key, 0);
    struct map_slot *slot = find_slot(map, key, hash);
    if (slot->used) {
        return false;
    }
    *slot = (struct map_slot){key, hash, value, true};
    map->count++;
    return true;
}

uint32_t map_get(const struct map *map, Slice key) {
    if (map->capacity == 0) {
        return MAP_NONE;
    }
    const struct map_slot *slot = find_slot(map, key, hash64(key, 0));
    return slot->used ? slot->value : MAP_NONE;
}

Slice map_nearest(const struct map *map, Slice name) {
    size_t limit = name.size / 3 + 1;
    struct map_slot best = {0};
    size_t best_distance = limit + 1;
    for (uint32_t i = 0; i < map->capacity; i++) {
        const struct map_slot *slot = &map->slots[i];
        if (!slot->used) {
            continue;
        }
        size_t distance = slice_distance(name, slot->key, limit);
        // Of two that are equally near the one of the smaller value wins, so that the answer never varies.
        if (distance < best_distance || (distance == best_distance && slot->value < best.value)) {
            best = *slot;
            best_distance = distance;
        }
    }
    return best_distance <= limit ? best.key : (Slice){NULL, 0};
}
