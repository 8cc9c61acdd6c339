#pragma once
// Shared by the files of this room: chances and draws.

#include "base/hash.h"
#include "base/time.h"
#include "simulation/answers/answers.h"
#include "simulation/draw.h"

typedef enum Chance {
#define CHANCE(name, of_ten_thousand, source, why) CHANCE_##name,
#include "simulation/answers/chances.def"
    CHANCES,
} Chance;

enum { ONCE = 10000, ZONE_HOURS = 8 };

// Ten-thousandths, as the table has it.
uint32_t chance_of(Chance chance);
// Draws once for all: the same key and chance give the same. `times` is in ten-thousandths.
bool happens(uint64_t key, Chance chance, uint32_t times);
// The same for a chance that is not one of the list; `topic` tells draws of one key apart.
bool happens_by(uint64_t key, uint32_t topic, uint64_t of_ten_thousand);
// A number of its own for a key and a topic: 0 .. bound-1.
uint32_t drawn(uint64_t key, uint32_t topic, uint32_t bound);
// A generator of its own.
struct random random_of(uint64_t key, uint32_t topic);

static inline Slice family_of(Slice typology) {
    return slice_part(typology, 0, slice_find_byte(typology, '-', 0));
}
