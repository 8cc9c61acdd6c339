#include "simulation/places.h"

#include "base/hash.h"
#include "base/status.h"

struct city {
    uint32_t code;
    const char *name;
    uint8_t weight; // of the province
    int16_t lat, lon;
};

static const struct city cities[] = {
#define CITY(code, name, weight, lat, lon) {code, name, weight, lat, lon},
#include "simulation/data/cities.def"
#undef CITY
};
enum { CITY_COUNT = sizeof cities / sizeof cities[0] };

static const struct {
    const char *code;
    int16_t lat, lon;
} countries[] = {
#define COUNTRY(code, lat, lon) {#code, lat, lon},
#include "simulation/countries.def"
#undef COUNTRY
};

uint32_t place_cities(void) {
    return CITY_COUNT;
}

Spot place_of_code(uint32_t code) {
    uint32_t index = 0;
    while (index < CITY_COUNT && cities[index].code != code) {
        index++;
    }
    INVARIANT(index < CITY_COUNT);
    return (Spot)index;
}

uint32_t place_code(Spot place) {
    INVARIANT(place < CITY_COUNT);
    return cities[place].code;
}

const char *place_country(Spot place) {
    return place < ABROAD ? "CN" : countries[place - ABROAD].code;
}

Spot place_far(uint64_t chance) {
    // Large provinces more often: up to four draws, taken with the weight's chance.
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t draw = hash_mix(chance, i);
        uint32_t index = (uint32_t)(draw % CITY_COUNT);
        if ((draw >> 40) % 14 < cities[index].weight) {
            return (Spot)index;
        }
    }
    return (Spot)(chance % CITY_COUNT);
}

Spot place_near(Spot place, uint64_t chance) {
    uint32_t province = cities[place].code / 10000;
    uint32_t first = place;
    while (first > 0 && cities[first - 1].code / 10000 == province) {
        first--;
    }
    uint32_t end = place + 1u;
    while (end < CITY_COUNT && cities[end].code / 10000 == province) {
        end++;
    }
    return (Spot)(first + chance % (end - first));
}

static int32_t position(Spot place, bool lat) {
    if (place >= ABROAD) {
        return (lat ? countries[place - ABROAD].lat : countries[place - ABROAD].lon) * 100000;
    }
    int32_t capital = (lat ? cities[place].lat : cities[place].lon) * 100000;
    bool is_capital = cities[place].code % 10000 == 100;
    return is_capital ? capital
                      : capital + (int32_t)(hash_mix(lat ? 91 : 92, place) % 3000000) - 1500000;
}

int32_t place_lat(Spot place) {
    return position(place, true);
}

int32_t place_lon(Spot place) {
    return position(place, false);
}

int32_t place_distance_km(Spot left, Spot right) {
    int64_t north =
        (place_lat(left) - place_lat(right)) / 10000; // hundredths of a degree, about 1.1 km each
    int64_t east = (place_lon(left) - place_lon(right)) / 10000 * 87 / 100;
    int64_t square = north * north + east * east;
    int64_t root = 0;
    for (int64_t step = 1 << 15; step > 0; step >>= 1) {
        if ((root + step) * (root + step) <= square) {
            root += step;
        }
    }
    return (int32_t)(root * 111 / 100);
}
