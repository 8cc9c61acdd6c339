// Windows by hand: borders, calendars, caps, retention, pauses, memory. One small store, one entity, and a few lines for
// each case; what is expected is written out.

#include "monitoring/stream/windows/windows_edges.h"

#include "base/random.h"
#include "base/test.h"
#include "monitoring/stream/windows/windows_private.h"
#include "monitoring/stream/windows/windows_random.h"

#include <stdlib.h>

#define START (1700000000 * US_PER_SECOND)
#define SHANGHAI (8 * US_PER_HOUR)

struct world {
    struct arena arena;
    struct window_plan *plan;
    struct window_state *state;
    uint64_t sequence;
    int64_t clock_us;
    double values[64];
};

static struct window_store_spec store_of(uint32_t things, uint32_t rows) {
    return (struct window_store_spec){.name = SLICE("accounts"),
                                      .cap_things = things,
                                      .cap_rows = rows,
                                      .number_count = 2,
                                      .numbers = {NUMBER_INTEGER, NUMBER_INTEGER},
                                      .id_count = 4,
                                      .filter_count = 8,
                                      .latitude = WINDOW_NONE,
                                      .longitude = WINDOW_NONE};
}

static void begin(struct world *world, struct window_store_spec store) {
    memset(world, 0, sizeof *world);
    arena_init(&world->arena, 1 << 16);
    world->plan = window_plan_create(&world->arena, SHANGHAI, US_PER_HOUR);
    window_plan_add_store(world->plan, &store);
    window_plan_add_entity(world->plan, SLICE("account"), 0);
}

static struct window_feature_spec feature_of(Aggregate aggregate, WindowKind window,
                                             int64_t from_us) {
    return (struct window_feature_spec){.name = SLICE("f"),
                                        .aggregate = aggregate,
                                        .filter = 0,
                                        .other_filter = 1,
                                        .other_column = WINDOW_NONE,
                                        .window = window,
                                        .from_us = from_us,
                                        .empty = -1};
}

static uint32_t add(struct world *world, Aggregate aggregate, WindowKind window, int64_t from_us) {
    struct window_feature_spec spec = feature_of(aggregate, window, from_us);
    return window_plan_add_feature(world->plan, &spec);
}

static void ready(struct world *world) {
    window_plan_finish(world->plan);
    world->state = window_state_create(world->plan, test_memory, NULL);
}

static bool end(struct world *world, bool ok) {
    window_state_destroy(world->state);
    test_memory_free();
    arena_deinit(&world->arena);
    return ok;
}

static Hash128 key_of(uint64_t thing) {
    return (Hash128){hash_mix(thing, 1), hash_mix(thing, 2)};
}

static struct window_row row_at(int64_t time_us, int64_t number, uint64_t id) {
    struct window_row row = {.time_us = time_us, .tag = (uint16_t)time_us};
    row.filters.words[0] = 1;
    row.numbers[0].integer = number;
    row.numbers[1].integer = 1;
    row.ids[0] = id;
    return row;
}

static uint32_t put_row(struct world *world, uint64_t thing, const struct window_row *row) {
    window_begin(world->state, ++world->sequence);
    world->clock_us = row->time_us > world->clock_us ? row->time_us : world->clock_us;
    WindowRef ref = window_add(world->state, 0, key_of(thing));
    return window_insert(world->state, ref, row, world->clock_us);
}

static uint32_t put(struct world *world, uint64_t thing, int64_t time_us, int64_t number) {
    struct window_row row = row_at(time_us, number, 7);
    return put_row(world, thing, &row);
}

// Computes all features of a thing at t.
static const double *at(struct world *world, uint64_t thing, int64_t time_us) {
    uint64_t passes[WINDOW_FEATURES_MAX / 64];
    memset(passes, 0xff, sizeof passes);
    WindowRef ref = window_find(world->state, 0, key_of(thing));
    struct window_moment moment = {.time_us = time_us, .refs = &ref};
    window_compute(world->state, &moment, passes, world->values);
    return world->values;
}

bool test_borders(void) {
    struct world world;
    begin(&world, store_of(10, 100));
    struct window_feature_spec spec = feature_of(AGGREGATE_COUNT, WINDOW_SLIDING, US_PER_DAY);
    uint32_t usual = window_plan_add_feature(world.plan, &spec);
    spec.far_closed = true;
    uint32_t closed = window_plan_add_feature(world.plan, &spec);
    spec.near_open = true;
    uint32_t open = window_plan_add_feature(world.plan, &spec);
    spec = feature_of(AGGREGATE_COUNT, WINDOW_SLIDING, US_PER_DAY);
    spec.to_us = US_PER_HOUR;
    uint32_t delayed = window_plan_add_feature(world.plan, &spec);
    ready(&world);
    put(&world, 1, START, 1);
    int64_t day = START + US_PER_DAY;
    bool ok = at(&world, 1, START)[usual] == 1 && world.values[closed] == 1 &&
              world.values[open] == -1 && world.values[delayed] == -1;
    ok = ok && at(&world, 1, START + 1)[open] == 1;
    ok = ok && at(&world, 1, START - 1)[usual] == -1;
    ok = ok && at(&world, 1, day - 1)[usual] == 1 && at(&world, 1, day)[usual] == -1;
    ok = ok && at(&world, 1, day)[closed] == 1 && at(&world, 1, day + 1)[closed] == -1;
    ok = ok && at(&world, 1, START + US_PER_HOUR - 1)[delayed] == -1;
    ok = ok && at(&world, 1, START + US_PER_HOUR)[delayed] == 1;
    CHECK(end(&world, ok));
    return true;
}

bool test_empty(void) {
    struct world world;
    begin(&world, store_of(10, 100));
    uint32_t sum = add(&world, AGGREGATE_SUM, WINDOW_SLIDING, US_PER_DAY);
    uint32_t ratio = add(&world, AGGREGATE_RATIO, WINDOW_SLIDING, US_PER_DAY);
    uint32_t sample = add(&world, AGGREGATE_STD_SAMPLE, WINDOW_SLIDING, US_PER_DAY);
    uint32_t std = add(&world, AGGREGATE_STD, WINDOW_SLIDING, US_PER_DAY);
    ready(&world);
    // A thing never seen, then one that has a row without a number.
    bool ok = at(&world, 9, START)[sum] == -1 && world.values[ratio] == -1;
    put(&world, 1, START, WINDOW_MISSING_INTEGER);
    ok = ok && at(&world, 1, START)[sum] == -1 && world.values[ratio] == -1;
    put(&world, 1, START, 5);
    ok = ok && at(&world, 1, START)[sum] == 5 && world.values[sample] == -1 &&
         world.values[std] == 0;
    put(&world, 1, START, 7);
    ok = ok && at(&world, 1, START)[std] == 1 && world.values[sample] == sqrt(2);
    CHECK(end(&world, ok));
    return true;
}

bool test_calendar(void) {
    struct world world;
    begin(&world, store_of(10, 100));
    uint32_t day = add(&world, AGGREGATE_COUNT, WINDOW_DAY, 0);
    uint32_t month = add(&world, AGGREGATE_COUNT, WINDOW_MONTH, 0);
    uint32_t year = add(&world, AGGREGATE_COUNT, WINDOW_YEAR, 0);
    uint32_t days = add(&world, AGGREGATE_DISTINCT_DAYS, WINDOW_SLIDING, 30 * US_PER_DAY);
    uint32_t hours = add(&world, AGGREGATE_DISTINCT_HOURS, WINDOW_SLIDING, 30 * US_PER_DAY);
    ready(&world);
    // Midnight in Shanghai is 16:00 UTC of the day before.
    int64_t new_year = civil_days(2024, 1, 1) * US_PER_DAY - SHANGHAI;
    put(&world, 1, new_year - 1, 1);
    bool ok = at(&world, 1, new_year - 1)[day] == 1 && world.values[month] == 1 &&
              world.values[year] == 1;
    ok = ok && at(&world, 1, new_year)[day] == -1 && world.values[month] == -1 &&
         world.values[year] == -1;
    put(&world, 1, new_year, 1);
    ok = ok && at(&world, 1, new_year)[day] == 1 && world.values[days] == 2 &&
         world.values[hours] == 2;
    // Leap year: the last moment of 29 February.
    int64_t march = civil_days(2024, 3, 1) * US_PER_DAY - SHANGHAI;
    put(&world, 1, march - 1, 1);
    ok = ok && at(&world, 1, march - 1)[month] == 1 && world.values[year] == 2;
    ok = ok && at(&world, 1, march)[month] == -1 && world.values[year] == 2;
    CHECK(end(&world, ok));
    return true;
}

bool test_caps(void) {
    struct world world;
    begin(&world, store_of(10, 20));
    uint32_t count = add(&world, AGGREGATE_COUNT, WINDOW_SLIDING, 90 * US_PER_DAY);
    uint32_t ever = add(&world, AGGREGATE_SUM, WINDOW_LIFETIME, 0);
    ready(&world);
    bool ok = true;
    for (int64_t i = 1; i <= 500; i++) {
        put(&world, 1, START + i, i);
        ok = ok && at(&world, 1, START + i)[count] == (double)(i < 20 ? i : 20) &&
             world.values[ever] == (double)(i * (i + 1) / 2);
    }
    struct window_counters counters = window_state_counters(world.state, 0);
    ok = ok && counters.rows == 20 && counters.rows_over_cap == 480 &&
         counters.rows_inserted == 500;
    CHECK(end(&world, ok));
    return true;
}

// The one that was not used since the hand's last visit goes; what the current event holds stays.
bool test_forgetting(void) {
    struct world world;
    begin(&world, store_of(4, 20));
    add(&world, AGGREGATE_COUNT, WINDOW_SLIDING, 90 * US_PER_DAY);
    ready(&world);
    for (uint64_t i = 1; i <= 4; i++) {
        put(&world, i, START + (int64_t)i, 1);
    }
    put(&world, 5, START + 5, 1); // all marks are taken away, 1 goes
    bool ok = window_find(world.state, 0, key_of(1)) == WINDOW_NONE;
    ok = ok && window_find(world.state, 0, key_of(2)) != WINDOW_NONE; // is used again
    put(&world, 6, START + 6, 1);
    ok = ok && window_find(world.state, 0, key_of(3)) == WINDOW_NONE;
    ok = ok && window_find(world.state, 0, key_of(2)) != WINDOW_NONE;
    window_begin(world.state, 100);
    WindowRef refs[4];
    for (uint64_t i = 0; i < 4; i++) {
        refs[i] = window_add(world.state, 0, key_of(20 + i));
    }
    for (uint64_t i = 0; i < 4; i++) {
        ok = ok && window_find(world.state, 0, key_of(20 + i)) == refs[i];
    }
    struct window_counters counters = window_state_counters(world.state, 0);
    ok = ok && counters.things == 4 && counters.things_evicted == 6;
    ok = ok && counters.rows == 0 && counters.bytes_used == 0;
    CHECK(end(&world, ok));
    return true;
}

// The index while it grows, with things coming and going.
bool test_many_things(void) {
    struct world world;
    begin(&world, store_of(20000, 20));
    add(&world, AGGREGATE_COUNT, WINDOW_SLIDING, US_PER_DAY);
    ready(&world);
    bool ok = true;
    for (uint64_t i = 1; i <= 50000; i++) {
        window_begin(world.state, i);
        WindowRef ref = window_add(world.state, 0, key_of(i));
        ok = ok && window_find(world.state, 0, key_of(i)) == ref;
        ok = ok && window_find(world.state, 0, key_of(i + 1)) == WINDOW_NONE;
    }
    uint32_t found = 0;
    for (uint64_t i = 1; i <= 50000; i++) {
        found += window_find(world.state, 0, key_of(i)) != WINDOW_NONE;
    }
    CHECK_THAT(ok && found == 20000, "found %u", found);
    return end(&world, true);
}

bool test_many_ids(void) {
    struct world world;
    begin(&world, store_of(4, 100000));
    uint32_t distinct = add(&world, AGGREGATE_DISTINCT, WINDOW_SLIDING, 90 * US_PER_DAY);
    ready(&world);
    double most = 0;
    for (int64_t i = 1; i <= 70000; i++) {
        struct window_row row = row_at(START + i, 1, (uint64_t)i * 977);
        put_row(&world, 1, &row);
        if (i % 1000 == 0) {
            most = fmax(most, at(&world, 1, START + i)[distinct]);
            CHECK_THAT(i > 65534 || world.values[distinct] == (double)i, "%g at %lld",
                       world.values[distinct], (long long)i);
        }
    }
    struct window_counters counters = window_state_counters(world.state, 0);
    bool ok = most <= 65534 && counters.rows_over_cap > 0 &&
              (double)counters.rows == at(&world, 1, START + 70000)[distinct];
    CHECK(end(&world, ok));
    return true;
}

// A year of a thing that is used each hour, with windows of a week: memory stays what it is after a few weeks.
bool test_retention(void) {
    struct world world;
    begin(&world, store_of(4, 4096));
    uint32_t week = add(&world, AGGREGATE_COUNT, WINDOW_SLIDING, 7 * US_PER_DAY);
    add(&world, AGGREGATE_DISTINCT, WINDOW_SLIDING, 7 * US_PER_DAY);
    struct window_feature_spec spec = feature_of(AGGREGATE_SINCE, WINDOW_LIFETIME, 0);
    spec.filter = 2;
    uint32_t since = window_plan_add_feature(world.plan, &spec);
    ready(&world);
    struct window_row first = row_at(START, 1, 99);
    first.filters.words[0] = 4;
    put_row(&world, 1, &first);
    size_t early = 0;
    bool ok = true;
    for (int64_t i = 1; i <= 366 * 24; i++) {
        struct window_row row = row_at(START + i * US_PER_HOUR, i, (uint64_t)i);
        put_row(&world, 1, &row);
        WindowRef ref = window_find(world.state, 0, key_of(1));
        early = i == 30 * 24 ? window_thing_bytes(world.state, ref) : early;
        ok = ok && (i < 30 * 24 || window_thing_bytes(world.state, ref) <= early * 5 / 4);
        // Values are whole for any event up to a day late.
        ok = ok && (i < 9 * 24 || at(&world, 1, row.time_us - US_PER_DAY)[week] == 168);
        ok = ok && at(&world, 1, row.time_us)[since] == (double)i * 3600;
    }
    struct window_counters counters = window_state_counters(world.state, 0);
    ok = ok && counters.rows_expired > 8000 && counters.rows < 300 && counters.rows_over_cap == 0;
    CHECK(end(&world, ok));
    return true;
}

bool test_lifetime(void) {
    struct world world;
    begin(&world, store_of(4, 4096));
    uint32_t count = add(&world, AGGREGATE_COUNT, WINDOW_LIFETIME, 0);
    uint32_t sum = add(&world, AGGREGATE_SUM, WINDOW_LIFETIME, 0);
    uint32_t low = add(&world, AGGREGATE_MIN, WINDOW_LIFETIME, 0);
    uint32_t first = add(&world, AGGREGATE_FIRST, WINDOW_LIFETIME, 0);
    uint32_t since_first = add(&world, AGGREGATE_SINCE_FIRST, WINDOW_LIFETIME, 0);
    uint32_t last = add(&world, AGGREGATE_LAST, WINDOW_LIFETIME, 0);
    ready(&world);
    bool ok = true;
    for (int64_t i = 0; i < 2000; i++) {
        int64_t time = START + i * 6 * US_PER_HOUR;
        put(&world, 1, time, 1000 - i);
        at(&world, 1, time);
        ok = ok && world.values[count] == (double)(i + 1) && world.values[low] == (double)(1000 - i) &&
             world.values[sum] == (double)(1000 * (i + 1) - i * (i + 1) / 2) &&
             world.values[first] == 1000 && world.values[last] == (double)(1000 - i) &&
             world.values[since_first] == (double)i * 6 * 3600;
    }
    struct window_counters counters = window_state_counters(world.state, 0);
    ok = ok && counters.rows < 40;
    CHECK(end(&world, ok));
    return true;
}

bool test_pauses(void) {
    struct world world;
    begin(&world, store_of(4, 100));
    uint32_t idle = add(&world, AGGREGATE_PAUSE_DAYS, WINDOW_LIFETIME, 0);
    struct window_feature_spec spec = feature_of(AGGREGATE_WAKE_DAYS, WINDOW_LIFETIME, 0);
    spec.pause_days = 180;
    spec.empty = 9999;
    uint32_t wake = window_plan_add_feature(world.plan, &spec);
    ready(&world);
    put(&world, 1, START, 1);
    bool ok = at(&world, 1, START)[idle] == -1 && world.values[wake] == 9999;
    int64_t woken = START + 200 * US_PER_DAY;
    ok = ok && at(&world, 1, woken)[idle] == 200; // before the row is in
    put(&world, 1, woken, 1);
    ok = ok && at(&world, 1, woken)[idle] == 200 && world.values[wake] == 0;
    // Fixed at the first event after the pause, kept for that day.
    put(&world, 1, woken + US_PER_MINUTE, 1);
    ok = ok && at(&world, 1, woken + US_PER_MINUTE)[idle] == 200;
    int64_t time = woken;
    for (int64_t day = 1; day <= 150; day++) {
        for (int64_t i = 0; i < 10; i++) {
            time = woken + day * US_PER_DAY + i * US_PER_MINUTE;
            put(&world, 1, time, 1);
        }
        ok = ok && at(&world, 1, time)[wake] == (double)day;
    }
    ok = ok && world.values[idle] == 0; // yesterday's last row was less than a whole day before
    struct window_counters counters = window_state_counters(world.state, 0);
    ok = ok && counters.rows < 60 && counters.rows_over_cap == 0;
    CHECK(end(&world, ok));
    return true;
}

bool test_saturation(void) {
    struct world world;
    begin(&world, store_of(4, 100));
    uint32_t sum = add(&world, AGGREGATE_SUM, WINDOW_SLIDING, US_PER_DAY);
    uint32_t high = add(&world, AGGREGATE_MAX, WINDOW_SLIDING, US_PER_DAY);
    uint32_t low = add(&world, AGGREGATE_MIN, WINDOW_SLIDING, US_PER_DAY);
    ready(&world);
    put(&world, 1, START, INT32_MIN); // a narrow column's missing marker as a value
    bool ok = at(&world, 1, START)[sum] == (double)INT32_MIN;
    put(&world, 1, START, INT64_MAX);
    ok = ok && at(&world, 1, START)[high] == (double)INT64_MAX &&
         world.values[low] == (double)INT32_MIN;
    put(&world, 1, START, INT64_MAX);
    ok = ok && at(&world, 1, START)[sum] == (double)INT64_MAX;
    CHECK(end(&world, ok));
    return true;
}

// A hundred rows over 90 days, two numbers, four id columns with forty different ids: at most 4 KiB for a thing.
bool test_bytes(void) {
    struct world world;
    begin(&world, store_of(100000, 4096));
    add(&world, AGGREGATE_SUM, WINDOW_SLIDING, 90 * US_PER_DAY);
    ready(&world);
    struct random random;
    random_init(&random, 3);
    enum { THINGS = 20000 };
    for (uint64_t thing = 1; thing <= THINGS; thing++) {
        window_begin(world.state, thing);
        window_add(world.state, 0, key_of(thing));
    }
    size_t most = 0;
    size_t sum = 0;
    for (uint64_t thing = 1; thing <= 100; thing++) {
        for (int64_t i = 0; i < 100; i++) {
            struct window_row row = row_at(START + i * 90 * US_PER_DAY / 101,
                                           (int64_t)random_below(&random, 10000000), 0);
            for (uint32_t k = 0; k < 4; k++) {
                row.ids[k] = hash_mix(thing * 4 + k, random_below(&random, 10));
            }
            put_row(&world, thing, &row);
        }
        size_t bytes = window_thing_bytes(world.state, window_find(world.state, 0, key_of(thing)));
        most = bytes > most ? bytes : most;
        sum += bytes;
    }
    printf("a thing with 100 rows and 40 ids: %zu bytes, at most %zu\n", sum / 100, most);
    end(&world, true);
    CHECK(most <= 4096);
    return true;
}

// More than 65,536 different sets of filters: rows take four bytes for the number of a set, and nothing changes.
bool test_patterns(void) {
    struct world world;
    struct window_store_spec store = store_of(4, 100000);
    store.filter_count = 128;
    begin(&world, store);
    struct window_feature_spec spec = feature_of(AGGREGATE_COUNT, WINDOW_SLIDING, US_PER_DAY);
    spec.filter = 63;
    uint32_t high = window_plan_add_feature(world.plan, &spec);
    spec.filter = 64;
    uint32_t next = window_plan_add_feature(world.plan, &spec);
    ready(&world);
    double highs = 0;
    double nexts = 0;
    for (uint64_t i = 0; i < 80000; i++) {
        struct window_row row = row_at(START + (int64_t)i, 1, 1);
        row.filters.words[0] = i << 47;
        row.filters.words[1] = i % 3;
        highs += (double)(i >> 16 & 1);
        nexts += i % 3 == 1;
        put_row(&world, i % 2, &row);
    }
    double got_high = at(&world, 0, START + 80000)[high] < 0 ? 0 : world.values[high];
    double got_next = world.values[next];
    got_high += at(&world, 1, START + 80000)[high];
    got_next += world.values[next];
    CHECK_THAT(got_high == highs && got_next == nexts, "%g %g %g %g", got_high, highs, got_next,
               nexts);
    // A day later all are gone, and so are the sets.
    for (int64_t i = 0; i < 60000; i++) {
        put(&world, (uint64_t)i % 2, START + 3 * US_PER_DAY + i, 1);
    }
    const struct patterns *patterns = &world.state->stores[0].patterns;
    CHECK_THAT(patterns->used < 10 && patterns->over_cap == 0, "%u sets", patterns->used);
    return end(&world, true);
}

bool test_explain(void) {
    struct world world;
    begin(&world, store_of(4, 100));
    add(&world, AGGREGATE_SUM, WINDOW_SLIDING, 30 * US_PER_DAY);
    add(&world, AGGREGATE_MAX, WINDOW_SLIDING, US_PER_DAY);
    window_plan_finish(world.plan);
    Slice text = window_plan_explain(world.plan, 0, &world.arena);
    bool ok = slice_is(text, "sum: walks the rows of account newest first, filter 0, until 30d ago; "
                             "shares the walk with 1 other feature");
    CHECK_THAT(ok, "%.*s", SLICE_ARGS(text));
    arena_deinit(&world.arena);
    return true;
}
