#pragma once
// Places: cities of China, by their codes, and the countries that customers and criminals are in.
//
// A Spot is a city's index, or ABROAD and a country. Positions are in millionths of a degree: a
// city lies at its province's capital or within a degree and a half of it, always at the same spot.

#include "base/slice.h"

typedef uint16_t Spot;

#define ABROAD 1000

typedef enum Country {
#define COUNTRY(code, lat, lon) COUNTRY_##code,
#include "simulation/countries.def"
#undef COUNTRY
    COUNTRIES,
} Country;

enum { SEAT_CODE = 330100 }; // the bank's own city

uint32_t place_cities(void);
Spot place_of_code(uint32_t code);
uint32_t place_code(Spot place);       // of a city
const char *place_country(Spot place); // "CN" for cities
// A city far away, weighed by province; a city of the same province.
Spot place_far(uint64_t chance);
Spot place_near(Spot place, uint64_t chance);
int32_t place_lat(Spot place);
int32_t place_lon(Spot place);
// Roughly, in kilometres.
int32_t place_distance_km(Spot left, Spot right);

static inline Spot place_abroad(Country country) {
    return (Spot)(ABROAD + country);
}
static inline bool place_is_abroad(Spot place) {
    return place >= ABROAD;
}
