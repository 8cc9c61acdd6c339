// Live images of windows. A round makes a small plan with caps that are soon reached, lets things come and go, rows come in order and
// late, be taken back and stripped, and features be asked for; meanwhile images are written a few bytes at a time. Each must be what an
// ordinary save gave at its beginning, and give a state with the hash of then.
//
// What is computed is not looked at here: windows_random.c does that.

#include "monitoring/stream/windows/windows_live.h"

#include "base/live_image_test.h"
#include "base/random.h"
#include "monitoring/stream/windows/windows_private.h"
#include "monitoring/stream/windows/windows_random.h"

#include <stdio.h>

enum { STORES = 2, NUMBERS = 3, IDS = 2, FEATURES = 14, REMEMBERED = 64, PATTERNS_FEW = 64 };

// A row that may be taken back.
struct known_row {
    WindowRef ref;
    Hash128 key;
    int64_t time_us;
    uint16_t tag;
};

struct round {
    struct random random;
    struct arena arena;
    struct window_plan *plan;
    struct window_state *state;
    struct live_check check;
    uint64_t hash; // when the image began
    int64_t clock_us, step_us;
    uint32_t keys;
    uint64_t filter_sets, ids;
    bool tight; // the slab is
    bool wide;  // so are the numbers of filter sets
    struct known_row known[REMEMBERED];
    uint64_t sequence;
};

static uint64_t below(struct round *round, uint64_t bound) {
    return random_below(&round->random, bound);
}

static void add_feature(struct round *round) {
    static const Aggregate aggregates[] = {AGGREGATE_COUNT, AGGREGATE_SUM,   AGGREGATE_MIN, AGGREGATE_MAX,  AGGREGATE_DISTINCT,
                                           AGGREGATE_STD,   AGGREGATE_FIRST, AGGREGATE_AVG, AGGREGATE_LAST, AGGREGATE_WAKE_DAYS};
    static const WindowKind windows[] = {WINDOW_SLIDING, WINDOW_SLIDING, WINDOW_SLIDING, WINDOW_LIFETIME};
    struct window_feature_spec spec = {.name = SLICE("f"), .other_filter = WINDOW_NONE, .other_column = WINDOW_NONE};
    spec.entity = (uint32_t)below(round, STORES);
    spec.aggregate = aggregates[below(round, sizeof aggregates / sizeof aggregates[0])];
    spec.filter = below(round, 4) == 0 ? WINDOW_NONE : (uint32_t)below(round, 16);
    spec.column = (uint32_t)below(round, IDS);
    spec.window = spec.aggregate == AGGREGATE_WAKE_DAYS ? WINDOW_SLIDING : windows[below(round, 4)];
    spec.from_us = round->step_us * (int64_t)(1 + below(round, 60)) + 2 * US_PER_DAY * (int64_t)below(round, 2);
    spec.pause_days = 1;
    window_plan_add_feature(round->plan, &spec);
}

static void make_plan(struct round *round) {
    round->plan = window_plan_create(&round->arena, 0, US_PER_HOUR);
    for (uint32_t i = 0; i < STORES; i++) {
        struct window_store_spec store = {
            .name = SLICE("store"),
            .cap_things = round->wide ? 600 : 4 + (uint32_t)below(round, i == 0 ? 300 : 12),
            .cap_rows = round->wide ? 60 : 4 + (uint32_t)below(round, 80),
            .number_count = NUMBERS,
            .numbers = {NUMBER_INTEGER, NUMBER_INTEGER, NUMBER_REAL},
            .id_count = IDS,
            .filter_count = 128,
            .latitude = WINDOW_NONE,
            .longitude = WINDOW_NONE,
        };
        window_plan_add_store(round->plan, &store);
        window_plan_add_entity(round->plan, SLICE("thing"), i);
    }
    for (uint32_t i = 0; i < FEATURES; i++) {
        add_feature(round);
    }
    window_plan_finish(round->plan);
}

static struct window_state *make_state(const struct round *round, uint32_t accelerate_rows, uint64_t units) {
    struct window_state *state = window_state_create(round->plan, test_memory, NULL);
    state->accelerate_rows = accelerate_rows;
    state->slab.units = units < state->slab.units ? units : state->slab.units;
    return state;
}

static void begin_round(struct round *round, uint64_t seed) {
    memset(round, 0, sizeof *round);
    random_init(&round->random, seed);
    arena_init(&round->arena, 1 << 16);
    round->step_us = (int64_t)1 << (20 + below(round, 14));
    round->clock_us = 1700000000 * US_PER_SECOND;
    round->keys = 2 + (uint32_t)below(round, 500);
    round->filter_sets = UINT64_C(1) << below(round, 16);
    round->ids = UINT64_C(1) << below(round, 9);
    round->wide = seed % 50 == 0;
    make_plan(round);
    // A slab that is full soon. Then things of one store alone come, since a store only makes room with its own.
    round->tight = below(round, 2) == 0;
    uint64_t units = round->tight ? 8000 + below(round, 20000) : UINT64_MAX;
    round->state = make_state(round, 2 + (uint32_t)below(round, 40), units);
    if (round->wide) {
        // As if so many sets had been in use before.
        round->state->stores[0].patterns.count = PATTERNS_NARROW - 20;
    } else if (below(round, 4) == 0) {
        round->state->stores[0].patterns.cap = PATTERNS_FEW;
    }
    size_t frame = (size_t)16 << below(round, 6);
    live_check_init(&round->check, (struct live_image_limits){frame, below(round, 2) * 64, 64 << 20});
}

static void end_round(struct round *round) {
    live_check_deinit(&round->check);
    window_state_destroy(round->state);
    test_memory_free();
    arena_deinit(&round->arena);
}

// ---- operations -------------------------------------------------------------------------------------------

static Hash128 random_key(struct round *round) {
    uint64_t hash = hash_mix(5, below(round, 3) == 0 ? below(round, 4) : below(round, round->keys));
    return (Hash128){hash, hash_mix(hash, 7)};
}

static struct window_row random_row(struct round *round) {
    int64_t late_us = below(round, 5) == 0 ? (int64_t)below(round, 20) * round->step_us : 0;
    struct window_row row = {.time_us = round->clock_us - late_us, .tag = (uint16_t)below(round, 65536)};
    row.filters.words[0] = 1 + below(round, round->filter_sets);
    row.late = late_us > 0 && below(round, 2) == 0;
    for (uint32_t i = 0; i < 2; i++) {
        row.numbers[i].integer = below(round, 60) == 0 ? (int64_t)1 << 40 : (int64_t)below(round, 1000);
    }
    row.numbers[2].real = random_unit(&round->random);
    for (uint32_t i = 0; i < IDS; i++) {
        row.ids[i] = below(round, 8) == 0 ? 0 : 1000 + below(round, round->ids) + (round->sequence / 256 << 10);
    }
    return row;
}

static void compute(struct round *round, const WindowRef *refs, const uint32_t *current, int64_t time_us) {
    double values[FEATURES];
    const struct window_row *rows[STORES] = {0};
    uint64_t passes[WINDOW_FEATURES_MAX / 64] = {0};
    for (uint32_t p = 0; p < window_plan_pass_count(round->plan); p++) {
        bits_assign(passes, p, below(round, 3) != 0);
    }
    window_compute(round->state, &(struct window_moment){time_us, refs, current, rows, NULL}, passes, values);
}

static void insert(struct round *round) {
    WindowRef refs[STORES];
    uint32_t current[STORES];
    struct window_row row = random_row(round);
    for (uint32_t i = 0; i < STORES; i++) {
        Hash128 key = random_key(round);
        refs[i] = window_find(round->state, i, key);
        current[i] = WINDOW_NONE;
        if (below(round, 3) != 0 && !(round->tight && i > 0)) {
            refs[i] = window_add(round->state, i, key);
            current[i] = window_insert(round->state, refs[i], &row, round->clock_us);
            round->known[below(round, REMEMBERED)] = (struct known_row){refs[i], key, row.time_us, row.tag};
        }
    }
    if (below(round, 2) == 0) {
        compute(round, refs, current, row.time_us);
    }
}

// As when a thing that could not grow made room.
static void evict(struct round *round) {
    struct store_state *store = &round->state->stores[0];
    if (store->counters.things > 0) {
        store_evict(round->state, store);
    }
}

static void take_back(struct round *round) {
    const struct known_row *row = &round->known[below(round, REMEMBERED)];
    Hash128 key = row->tag == 0 ? (Hash128){0, 0} : window_key(round->state, row->ref);
    if (row->tag == 0 || key.low != row->key.low) {
        return; // the thing was forgotten
    }
    if (below(round, 2) == 0) {
        window_remove(round->state, row->ref, row->time_us, row->tag);
    } else {
        window_strip(round->state, row->ref, row->time_us, row->tag, (WindowMask){{below(round, UINT64_MAX), 0}});
    }
}

static void operate(struct round *round) {
    window_begin(round->state, ++round->sequence);
    round->clock_us += (int64_t)below(round, (uint64_t)round->step_us);
    if (below(round, 8) == 0) {
        take_back(round);
    } else if (below(round, 40) == 0) {
        evict(round);
    } else if (below(round, 8) == 0) {
        // What is only read need not be marked as used.
        WindowRef refs[STORES] = {window_peek(round->state, 0, random_key(round)), window_peek(round->state, 1, random_key(round))};
        compute(round, refs, (uint32_t[STORES]){WINDOW_NONE, WINDOW_NONE}, round->clock_us);
    } else {
        insert(round);
    }
}

// ---- images -----------------------------------------------------------------------------------------------

static void save(const void *state, struct image_writer *out) {
    window_state_save(state, out);
}

static bool loads(struct round *round) {
    struct window_state *fresh = make_state(round, round->state->accelerate_rows, round->state->slab.units);
    struct memory_source memory = {.rest = buf_slice(&round->check.got)};
    struct image_reader in;
    image_reader_init(&in, byte_source_memory(&memory));
    bool ok = window_state_load(fresh, &in) == STATUS_OK;
    ok = image_reader_finish(&in) == STATUS_OK && ok && window_state_hash(fresh) == round->hash;
    window_state_destroy(fresh);
    return ok;
}

static bool step(struct round *round) {
    struct live_check *check = &round->check;
    uint64_t whole = check->whole;
    bool same = live_check_step(check, below(round, 1 + below(round, round->wide ? 300000 : 3000)));
    window_state_guard(round->state, check->under_way ? check->image : NULL);
    return same && (check->whole == whole || check->whole > 2 || loads(round));
}

static bool run(struct round *round, uint64_t operations) {
    for (uint64_t i = 0; i < operations; i++) {
        if (!round->check.under_way && below(round, 20) == 0) {
            round->hash = window_state_hash(round->state);
            live_check_begin(&round->check, round->state, save);
            window_state_guard(round->state, round->check.image);
        }
        operate(round);
        if (round->check.under_way && !step(round)) {
            return false;
        }
    }
    return true;
}

bool random_live(uint64_t seed, uint64_t rounds, uint64_t operations) {
    static struct round round;
    uint64_t whole = 0;
    uint64_t frames = 0;
    struct window_counters counters = {0};
    bool ok = true;
    for (uint64_t n = 0; n < rounds && ok; n++) {
        begin_round(&round, seed + n);
        ok = run(&round, operations);
        if (!ok) {
            fprintf(stderr, "live image of round %llu, operation %llu\n", (unsigned long long)(seed + n), (unsigned long long)round.sequence);
        }
        whole += round.check.whole;
        frames += round.check.frames_aside;
        for (uint32_t i = 0; i < STORES; i++) {
            struct window_counters of_store = window_state_counters(round.state, i);
            counters.things_evicted += of_store.things_evicted;
            counters.rows_expired += of_store.rows_expired;
            counters.rows_over_cap += of_store.rows_over_cap;
        }
        end_round(&round);
    }
    printf("seed %llu: %llu live images equal, %llu frames set aside; %llu things evicted, %llu rows expired, %llu over the cap\n",
           (unsigned long long)seed, (unsigned long long)whole, (unsigned long long)frames, (unsigned long long)counters.things_evicted,
           (unsigned long long)counters.rows_expired, (unsigned long long)counters.rows_over_cap);
    return ok && whole > rounds && counters.things_evicted > 0 && counters.rows_expired > 0 && counters.rows_over_cap > 0;
}
