#include "simulation/draw.h"

#include "base/hash.h"

// 65536 x 2^(i/16)
static const int64_t powers[17] = {65536,  68438,  71468,  74632,  77936,  81386,
                                   84990,  88752,  92682,  96785,  101070, 105545,
                                   110218, 115098, 120194, 125515, 131072};

int64_t draw_about(struct random *random, int64_t median, int32_t spread) {
    uint64_t bits = random_u64(random);
    int64_t bell = (int64_t)(bits & 0xffff) + (int64_t)(bits >> 16 & 0xffff) +
                   (int64_t)(bits >> 32 & 0xffff) + (int64_t)(bits >> 48) -
                   131070; // -2 .. 2 in 65536ths
    int64_t octaves = bell * spread / 16;
    int64_t whole = octaves >> 16;
    int64_t part = octaves & 0xffff;
    int64_t scale = powers[part >> 12] +
                    (powers[(part >> 12) + 1] - powers[part >> 12]) * (part & 0xfff) / 4096;
    int64_t value = median * scale >> 16;
    if (whole >= 0) {
        return value << (whole > 12 ? 12 : whole);
    }
    return value >> (whole < -40 ? 40 : -whole);
}

int64_t draw_round_sum(struct random *random, int64_t fen) {
    static const int64_t units[] = {100, 1000, 10000, 100000, 1000000};
    int64_t unit = 1;
    uint32_t limit = 1 + draw_below(random, 20);
    for (int i = 0; i < 5; i++) {
        if (fen >= units[i] * limit) {
            unit = units[i];
        }
    }
    int64_t rounded = (fen + unit / 2) / unit * unit;
    return rounded > 0 ? rounded : 100;
}

uint32_t draw_trait(uint64_t kind, uint64_t number, uint32_t bound) {
    return (uint32_t)((unsigned __int128)hash_mix(kind + 0x51, number) * bound >> 64);
}
