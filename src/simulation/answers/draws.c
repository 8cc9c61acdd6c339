// Draws that belong to a key, so that neither the order of questions nor a new kind of draw changes
// any other.

#include "simulation/answers/private.h"

uint32_t chance_of(Chance chance) {
    static const uint32_t table[CHANCES] = {
#define CHANCE(name, of_ten_thousand, source, why) of_ten_thousand,
#include "simulation/answers/chances.def"
    };
    return table[chance];
}

uint32_t drawn(uint64_t key, uint32_t topic, uint32_t bound) {
    return (uint32_t)((unsigned __int128)hash_mix(key, topic + 0xa50) * bound >> 64);
}

bool happens_by(uint64_t key, uint32_t topic, uint64_t of_ten_thousand) {
    return drawn(key, topic, ONCE) < of_ten_thousand;
}

bool happens(uint64_t key, Chance chance, uint32_t times) {
    return happens_by(key, chance, (uint64_t)chance_of(chance) * times / ONCE);
}

struct random random_of(uint64_t key, uint32_t topic) {
    struct random random;
    random_init(&random, hash_mix(key, topic + 0xa51000));
    return random;
}
