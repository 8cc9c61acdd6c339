#include "access/throttle.h"

#include "access/access.h"
#include "base/hash.h"
#include "base/time.h"

#include <arpa/inet.h>

struct penalty {
    uint32_t failures;
    int64_t last_us;
    int64_t until_us;
};

// By the hash of a name or an address: two with the same 64 bits share a delay, which nobody can
// arrange without the seed.
struct penalties {
    struct slots slots;
    struct penalty *at;
};

struct throttle {
    uint64_t seed;
    uint32_t name_failures, source_failures;
    int64_t first_us, cap_us;
    struct penalty *users;
    struct penalties names; // of nobody
    struct penalties sources;
};

static void penalties_init(struct penalties *penalties, struct arena *arena) {
    slots_init(&penalties->slots, THROTTLE_MAX, arena);
    penalties->at = ARENA_ARRAY(arena, struct penalty, THROTTLE_MAX);
}

struct throttle *throttle_create(uint64_t seed, uint32_t users_max, uint32_t name_failures,
                                 uint32_t source_failures, struct arena *arena) {
    struct throttle *throttle = ARENA_NEW(arena, struct throttle);
    throttle->seed = seed;
    throttle->name_failures = name_failures;
    throttle->source_failures = source_failures;
    throttle_pace(throttle, THROTTLE_FIRST_US, THROTTLE_CAP_US);
    throttle->users = ARENA_ARRAY(arena, struct penalty, users_max);
    penalties_init(&throttle->names, arena);
    penalties_init(&throttle->sources, arena);
    return throttle;
}

void throttle_pace(struct throttle *throttle, int64_t first_us, int64_t cap_us) {
    throttle->first_us = first_us;
    throttle->cap_us = cap_us;
}

// ---- one counter ------------------------------------------------------------------------------

static bool forgotten(const struct throttle *throttle, const struct penalty *penalty,
                      int64_t now_us) {
    int64_t after_us =
        throttle->cap_us > THROTTLE_FORGET_US ? throttle->cap_us : THROTTLE_FORGET_US;
    return now_us - penalty->last_us >= after_us;
}

static int64_t penalty_wait(const struct throttle *throttle, const struct penalty *penalty,
                            int64_t now_us) {
    int64_t wait_us = penalty->until_us - now_us;
    int64_t since_us = now_us - penalty->last_us;
    // Before the last failure: the clock was set back.
    if (wait_us <= 0 || since_us < 0 || since_us >= throttle->cap_us) {
        return 0;
    }
    int64_t left_us = throttle->cap_us - since_us;
    return wait_us < left_us ? wait_us : left_us;
}

static void penalty_add(const struct throttle *throttle, struct penalty *penalty, uint32_t free,
                        int64_t now_us) {
    if (forgotten(throttle, penalty, now_us)) {
        *penalty = (struct penalty){0};
    }
    penalty->failures += penalty->failures < UINT32_MAX;
    penalty->last_us = now_us;
    if (penalty->failures < free) {
        return;
    }
    uint32_t doublings = penalty->failures - free;
    doublings = doublings < THROTTLE_DOUBLINGS_MAX ? doublings : THROTTLE_DOUBLINGS_MAX;
    int64_t delay_us = throttle->first_us << doublings;
    penalty->until_us = now_us + (delay_us < throttle->cap_us ? delay_us : throttle->cap_us);
}

// ---- tables of them ---------------------------------------------------------------------------

static struct penalty *penalties_find(const struct penalties *penalties, uint64_t hash) {
    uint32_t slot = slots_first(&penalties->slots, hash);
    return slot == SLOTS_NONE ? NULL : &penalties->at[slot];
}

// One that counts no more, or else the one whose delay ends first.
static uint32_t penalties_victim(const struct throttle *throttle,
                                 const struct penalties *penalties, int64_t now_us) {
    uint32_t victim = SLOTS_NONE;
    SLOTS_EACH(&penalties->slots, i) {
        const struct penalty *penalty = &penalties->at[i];
        if (forgotten(throttle, penalty, now_us)) {
            return i;
        }
        bool sooner = victim == SLOTS_NONE || penalty->until_us < penalties->at[victim].until_us ||
                      (penalty->until_us == penalties->at[victim].until_us &&
                       penalty->last_us < penalties->at[victim].last_us);
        victim = sooner ? i : victim;
    }
    return victim;
}

static struct penalty *penalties_get(const struct throttle *throttle, struct penalties *penalties,
                                     uint64_t hash, int64_t now_us) {
    struct penalty *penalty = penalties_find(penalties, hash);
    if (penalty != NULL) {
        return penalty;
    }
    if (penalties->slots.count == THROTTLE_MAX) {
        slots_give(&penalties->slots, penalties_victim(throttle, penalties, now_us));
    }
    uint32_t slot = slots_take(&penalties->slots, hash);
    penalties->at[slot] = (struct penalty){0};
    return &penalties->at[slot];
}

// ---- names and addresses ----------------------------------------------------------------------

uint64_t throttle_source(const struct throttle *throttle, Slice from) {
    enum { MAPPED = 12, NETWORK = 8 }; // bytes
    static const uint8_t mapped[MAPPED] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char text[ACCESS_FROM_MAX + 1] = {0};
    struct in6_addr six;
    struct in_addr four;
    Slice cut = slice_part(from, 0, ACCESS_FROM_MAX);
    if (cut.size > 0) {
        memcpy(text, cut.at, cut.size);
    }
    if (inet_pton(AF_INET, text, &four) == 1) {
        return hash64((Slice){(const char *)&four, sizeof four}, throttle->seed);
    }
    if (inet_pton(AF_INET6, text, &six) != 1) {
        return hash64(from, throttle->seed);
    }
    bool is_mapped = memcmp(six.s6_addr, mapped, MAPPED) == 0;
    return is_mapped
               ? hash64((Slice){(const char *)six.s6_addr + MAPPED, sizeof four}, throttle->seed)
               : hash64((Slice){(const char *)six.s6_addr, NETWORK}, throttle->seed);
}

int64_t throttle_wait(const struct throttle *throttle, uint32_t user, Slice name, Slice from,
                      int64_t now_us) {
    const struct penalty *of_name =
        user != SLOTS_NONE ? &throttle->users[user]
                           : penalties_find(&throttle->names, hash64(name, throttle->seed));
    const struct penalty *of_source =
        slice_empty(from) ? NULL
                          : penalties_find(&throttle->sources, throttle_source(throttle, from));
    int64_t name_us = of_name == NULL ? 0 : penalty_wait(throttle, of_name, now_us);
    int64_t source_us = of_source == NULL ? 0 : penalty_wait(throttle, of_source, now_us);
    return name_us > source_us ? name_us : source_us;
}

void throttle_failed(struct throttle *throttle, uint32_t user, Slice name, Slice from,
                     int64_t now_us) {
    struct penalty *of_name =
        user != SLOTS_NONE ? &throttle->users[user]
                           : penalties_get(throttle, &throttle->names,
                                           hash64(name, throttle->seed), now_us);
    penalty_add(throttle, of_name, throttle->name_failures, now_us);
    if (!slice_empty(from)) {
        struct penalty *of_source =
            penalties_get(throttle, &throttle->sources, throttle_source(throttle, from), now_us);
        penalty_add(throttle, of_source, throttle->source_failures, now_us);
    }
}

void throttle_passed(struct throttle *throttle, uint32_t user, Slice name) {
    struct penalty *of_name = user != SLOTS_NONE
                                  ? &throttle->users[user]
                                  : penalties_find(&throttle->names, hash64(name, throttle->seed));
    if (of_name != NULL) {
        *of_name = (struct penalty){0};
    }
}
