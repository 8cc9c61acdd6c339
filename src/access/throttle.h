#pragma once
// Throttle: what slows those who guess passwords. For each name and each address it counts
// failures; from the fifth on every one doubles a delay, within which nothing is tried. How long the
// first is and where it ends may change at any time (throttle_pace).
//
//     int64_t wait_us = throttle_wait(throttle, user, name, from, now_us);  // > 0: not now
//     ...
//     throttle_failed(throttle, user, name, from, now_us);
//     throttle_passed(throttle, user, name);                                // or this
//
// Names of users have counters of their own, which nothing drives out. Unknown names, which must
// look the same from outside, and addresses are remembered in tables of THROTTLE_MAX; at the bound
// the entry whose delay ends first is forgotten. Who floods them with made-up names or from
// thousands of addresses is slowed by what a try costs.
//
// An address is the first 64 bits of an IPv6 one, since one customer has all the rest; a mapped
// IPv4 one is the IPv4 one. No lock.

#include "access/slots.h"

enum {
    THROTTLE_MAX = 4096,
    THROTTLE_DOUBLINGS_MAX = 20, // of the shortest first delay, 100 ms, a day; cut to the cap
    THROTTLE_KEY_SIZE = 16,
};

#define THROTTLE_FIRST_US INT64_C(1000000)     // where nobody says another: a second
#define THROTTLE_CAP_US INT64_C(900000000)     // and 15 minutes
#define THROTTLE_FORGET_US INT64_C(3600000000) // an hour without a failure, or the cap if it is longer

struct throttle;

struct throttle *throttle_create(uint64_t seed, uint32_t users_max, uint32_t name_failures,
                                 uint32_t source_failures, struct arena *arena);
// From the next failure on; delays that are there end when they were to, and at the latest at the cap.
void throttle_pace(struct throttle *throttle, int64_t first_us, int64_t cap_us);
// `user`: the user's number, or SLOTS_NONE for a name that is not known. `from` may be empty: no
// address counts. Gives 0 when it may be tried.
int64_t throttle_wait(const struct throttle *throttle, uint32_t user, Slice name, Slice from,
                      int64_t now_us);
void throttle_failed(struct throttle *throttle, uint32_t user, Slice name, Slice from,
                     int64_t now_us);
// Clears the name's counter, not the address's.
void throttle_passed(struct throttle *throttle, uint32_t user, Slice name);
// What counts as one address, for tables by address: a number that others cannot choose at will.
uint64_t throttle_source(const struct throttle *throttle, Slice from);
