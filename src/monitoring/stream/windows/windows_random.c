// Random rounds. A round makes a plan of random features and a few things, lets events come in order, late, with equal
// times, and takes some back; after each operation it compares every feature of some entities with a recount.
//
// The rules under which values must be equal are those of windows.h: nothing happens that is more than a day older than
// the stream's clock, and no cap is reached.

#include "monitoring/stream/windows/windows_random.h"

#include "base/buf.h"
#include "base/random.h"
#include "monitoring/stream/windows/windows_naive.h"
#include "monitoring/stream/windows/windows_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { THINGS_MAX = 64, FEATURES_ROUND_MAX = 64, ENTITIES = 3, IDS = 3, NUMBERS = 5 };
enum { FILTERS = 6 };
static const uint32_t filters[FILTERS] = {0, 5, 63, 64, 100, 127};

// ---- memory ----

static struct {
    void *at;
    size_t size;
} blocks[4096];
static uint32_t block_count;

void *test_memory(void *context, uint64_t size) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    INVARIANT(at != MAP_FAILED && block_count < 4096);
    blocks[block_count].at = at;
    blocks[block_count++].size = size;
    return at;
}

void test_memory_free(void) {
    while (block_count > 0) {
        block_count--;
        munmap(blocks[block_count].at, blocks[block_count].size);
    }
}

// ---- a round's plan ----

struct round {
    struct random random;
    uint64_t seed;
    struct arena arena;
    struct window_plan *plan;
    struct window_state *state;
    struct window_store_spec stores[2];
    struct naive_rules rules[2];
    int64_t tick_us; // times are multiples of it
    int64_t step_us; // usual time between events
    int64_t clock_us;
    uint32_t things;
    bool large;
    struct naive_thing naive[2][THINGS_MAX];
    uint64_t sequence, compared;
};

static uint64_t below(struct round *round, uint64_t bound) {
    return random_below(&round->random, bound);
}

static bool chance(struct round *round, uint32_t percent) {
    return below(round, 100) < percent;
}

static bool day_condition(void *context, const void *condition, const double *terms) {
    const int *kind = condition;
    switch (*kind) {
    case 0:
        return terms[0] >= 50 && terms[1] / terms[0] >= 0.9;
    case 1:
        return terms[0] > 1;
    default:
        return terms[0] <= 100 && terms[1] != 0;
    }
}

static int64_t random_span(struct round *round) {
    static const int64_t spans[] = {US_PER_MINUTE,    10 * US_PER_MINUTE, US_PER_HOUR,
                                    US_PER_DAY,       7 * US_PER_DAY,     30 * US_PER_DAY,
                                    90 * US_PER_DAY,  180 * US_PER_DAY};
    if (chance(round, 50)) {
        return spans[below(round, sizeof spans / sizeof spans[0])];
    }
    return round->step_us * (int64_t)(1 + below(round, 40));
}

static uint32_t random_filter(struct round *round) {
    return chance(round, 15) ? WINDOW_NONE : filters[below(round, FILTERS)];
}

static void random_window(struct round *round, struct window_feature_spec *spec) {
    uint64_t kind = below(round, 12);
    if (kind < 8) {
        spec->window = WINDOW_SLIDING;
        spec->from_us = random_span(round);
        spec->to_us = chance(round, 25) ? (int64_t)below(round, (uint64_t)spec->from_us) : 0;
        spec->to_us = spec->to_us / round->tick_us * round->tick_us;
        spec->far_closed = chance(round, 20);
        spec->near_open = chance(round, 20);
        return;
    }
    spec->window = kind == 8   ? WINDOW_DAY
                   : kind == 9 ? WINDOW_MONTH
                   : kind == 10 ? WINDOW_YEAR
                                : WINDOW_LIFETIME;
}

static bool needs_integer(Aggregate aggregate) {
    return aggregate == AGGREGATE_CYCLES || aggregate == AGGREGATE_FIFO_HOLD;
}

static void random_feature(struct round *round) {
    static const int conditions[] = {0, 1, 2};
    struct window_feature_spec spec = {.name = SLICE("f")};
    spec.entity = (uint32_t)below(round, ENTITIES);
    spec.aggregate = chance(round, 40) ? (Aggregate)below(round, AGGREGATE_DISTINCT + 2)
                                       : (Aggregate)below(round, AGGREGATE_COUNT_OF_ALL);
    if (spec.aggregate == AGGREGATE_MODAL_RATE && (round->large || chance(round, 80))) {
        spec.aggregate = AGGREGATE_COUNT;
    }
    spec.filter = random_filter(round);
    spec.other_filter = random_filter(round);
    spec.column = (uint32_t)below(round, needs_integer(spec.aggregate) ? 2 : 3);
    spec.other_column = (spec.column + 1) % IDS;
    if (spec.aggregate == AGGREGATE_MODAL_RATE && chance(round, 50)) {
        spec.other_column = WINDOW_NONE;
    }
    random_window(round, &spec);
    spec.skip_current = chance(round, 30);
    spec.empty = chance(round, 70) ? 0 : chance(round, 50) ? -1 : 9999;
    spec.share = chance(round, 50) ? 0.8 : random_unit(&round->random);
    spec.tolerance = chance(round, 50) ? 0.02 : 0.3;
    spec.factor = chance(round, 50) ? 1.5 : 1;
    spec.low = 0.1;
    spec.high = 2;
    spec.within_us = round->step_us * (int64_t)(1 + below(round, 10));
    spec.k = (uint32_t)below(round, 4);
    spec.least = (uint32_t)below(round, 6);
    spec.pause_days = 1 + (uint32_t)below(round, chance(round, 50) ? 3 : 200);
    spec.same_day = chance(round, 30);
    spec.lags[0] = 7;
    spec.lags[1] = 1;
    spec.lags[2] = 30;
    spec.lag_count = 3;
    spec.day_term_count = 1 + (uint32_t)below(round, 3);
    for (uint32_t i = 0; i < spec.day_term_count; i++) {
        spec.day_terms[i] = (struct window_day_term){(DayTermKind)below(round, 3),
                                                     random_filter(round),
                                                     (uint32_t)below(round, 3)};
    }
    spec.day_condition = day_condition;
    spec.condition = &conditions[spec.day_term_count < 2 ? 1 : below(round, 3)];
    window_plan_add_feature(round->plan, &spec);
}

static void make_plan(struct round *round) {
    int64_t zone = chance(round, 70) ? 8 * US_PER_HOUR : -(int64_t)below(round, 12) * US_PER_HOUR;
    int64_t is_short = chance(round, 50) ? US_PER_HOUR : round->step_us * 5;
    round->plan = window_plan_create(&round->arena, zone, is_short);
    for (uint32_t i = 0; i < 2; i++) {
        round->stores[i] = (struct window_store_spec){
            .name = SLICE("store"),
            .cap_things = 1000,
            .cap_rows = 16384,
            .number_count = NUMBERS,
            .numbers = {NUMBER_INTEGER, NUMBER_INTEGER, NUMBER_REAL, NUMBER_REAL, NUMBER_REAL},
            .id_count = IDS,
            .filter_count = 128,
            .latitude = 3,
            .longitude = 4,
        };
        round->rules[i] = (struct naive_rules){&round->stores[i], zone, is_short};
        window_plan_add_store(round->plan, &round->stores[i]);
    }
    window_plan_add_entity(round->plan, SLICE("account"), 0);
    window_plan_add_entity(round->plan, SLICE("payee"), 0);
    window_plan_add_entity(round->plan, SLICE("device"), 1);
    uint64_t features = round->large ? 16 + below(round, 16) : 20 + below(round, 30);
    for (uint64_t i = 0; i < features; i++) {
        random_feature(round);
    }
    window_plan_finish(round->plan);
}

// ---- operations ----

static Hash128 key_of(uint32_t store, uint32_t thing) {
    uint64_t hash = hash_mix(store + 1, thing);
    return (Hash128){hash, hash_mix(hash, 7)};
}

static void random_numbers(struct round *round, struct window_row *row) {
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t kind = below(round, 100);
        row->numbers[i].integer = kind < 10   ? WINDOW_MISSING_INTEGER
                                  : kind < 50 ? (int64_t)below(round, 10) * 10
                                  : kind < 97 ? (int64_t)below(round, 2000) - 100
                                              : (int64_t)below(round, UINT64_C(1) << 36);
        if (kind == 99 && chance(round, 90)) {
            row->numbers[i].integer = (int64_t)INT32_MIN + (int64_t)below(round, 2);
        }
    }
    row->numbers[2].real = chance(round, 10) ? (double)NAN : random_unit(&round->random) * 1000 - 100;
    bool placed = !chance(round, 30);
    row->numbers[3].real = placed ? random_unit(&round->random) * 120 - 60 : (double)NAN;
    row->numbers[4].real = placed ? random_unit(&round->random) * 360 - 180 : (double)NAN;
}

static struct window_row random_row(struct round *round, int64_t time_us) {
    struct window_row row = {.time_us = time_us, .tag = (uint16_t)below(round, 65536)};
    for (uint32_t i = 0; i < FILTERS; i++) {
        bits_assign(row.filters.words, filters[i], chance(round, 40));
    }
    row.late = chance(round, 3);
    random_numbers(round, &row);
    uint64_t ids = round->large ? 3000 : chance(round, 50) ? 6 : 40;
    for (uint32_t i = 0; i < IDS; i++) {
        row.ids[i] = chance(round, 15) ? 0 : 1000 + below(round, ids);
    }
    return row;
}

static bool is_exact(const struct window_store_spec *store, const struct window_feature_spec *spec) {
    switch (spec->aggregate) {
    case AGGREGATE_STD:
    case AGGREGATE_STD_SAMPLE:
    case AGGREGATE_INTERVAL_STD:
    case AGGREGATE_DISTANCE_LAST:
    case AGGREGATE_SPEED_LAST:
    case AGGREGATE_DISTANCE_CENTRE:
    case AGGREGATE_AUTOCORRELATION:
    case AGGREGATE_FIFO_HOLD:
        return false;
    case AGGREGATE_SUM:
    case AGGREGATE_AVG:
        return store->numbers[spec->column] == NUMBER_INTEGER || spec->window != WINDOW_LIFETIME;
    default:
        return true;
    }
}

static bool are_equal(double got, double wanted, bool exact) {
    if (isnan(got) || isnan(wanted)) {
        return isnan(got) && isnan(wanted);
    }
    double size = fabs(wanted) > 1 ? fabs(wanted) : 1;
    return exact ? got == wanted : fabs(got - wanted) <= 1e-9 * size;
}

static bool compare(struct round *round, const struct window_moment *moment,
                    const uint32_t things[ENTITIES], uint32_t current_entity,
                    const struct naive_moment *of_current) {
    static double values[WINDOW_FEATURES_MAX];
    uint64_t passes[WINDOW_FEATURES_MAX / 64] = {0};
    uint64_t rest[WINDOW_FEATURES_MAX / 64] = {0};
    uint32_t count = window_plan_feature_count(round->plan);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = -12345;
        uint32_t pass = window_plan_pass_of(round->plan, i);
        bool first = (pass * 7 + round->sequence) % 3 != 0;
        bits_set(first ? passes : rest, pass);
    }
    window_compute(round->state, moment, passes, values);
    window_compute(round->state, moment, rest, values);
    for (uint32_t i = 0; i < count; i++) {
        const struct window_feature_spec *spec = window_plan_feature(round->plan, i);
        uint32_t store = spec->entity == 2;
        struct naive_moment at = {moment->time_us, WINDOW_NONE, NULL, NULL};
        if (spec->entity == current_entity) {
            at = *of_current;
        }
        double wanted = moment->refs[spec->entity] == WINDOW_NONE
                            ? spec->empty
                            : naive_value(&round->naive[store][things[spec->entity]],
                                          &round->rules[store], spec, &at);
        if (!are_equal(values[i], wanted, is_exact(&round->stores[store], spec))) {
            fprintf(stderr,
                    "round %llu, operation %llu, feature %u: aggregate %d window %d from %lld "
                    "to %lld filter %d skip %d: got %.17g, recount gives %.17g\n",
                    (unsigned long long)round->seed, (unsigned long long)round->sequence, i,
                    (int)spec->aggregate, (int)spec->window, (long long)spec->from_us,
                    (long long)spec->to_us, (int)spec->filter, spec->skip_current, values[i],
                    wanted);
            return false;
        }
        round->compared++;
    }
    return true;
}

static bool compare_at(struct round *round, int64_t time_us, uint32_t entity, uint32_t thing,
                       uint32_t position, uint32_t event, const struct window_row *row) {
    uint32_t things[ENTITIES];
    WindowRef refs[ENTITIES];
    uint32_t current[ENTITIES];
    const struct window_row *rows[ENTITIES] = {0};
    for (uint32_t i = 0; i < ENTITIES; i++) {
        things[i] = (uint32_t)below(round, round->things + (round->things > 3 ? 1 : 0));
        things[i] = things[i] < THINGS_MAX ? things[i] : 0;
        current[i] = WINDOW_NONE;
    }
    things[entity] = thing;
    for (uint32_t i = 0; i < ENTITIES; i++) {
        uint32_t store = i == 2;
        refs[i] = window_find(round->state, store, key_of(store, things[i]));
    }
    current[entity] = position;
    rows[entity] = row;
    struct window_moment moment = {time_us, refs, current, rows, NULL};
    struct naive_moment naive = {time_us, event, row, NULL};
    return compare(round, &moment, things, entity, &naive);
}

static int64_t next_time(struct round *round) {
    uint64_t kind = below(round, 100);
    if (kind >= 80 && kind < 90) {
        return round->clock_us; // the same moment again
    }
    if (kind >= 90) { // late, by a few steps but no more than a day
        int64_t back = (int64_t)below(round, (uint64_t)round->step_us * 10);
        back = back < US_PER_DAY ? back : (int64_t)below(round, US_PER_DAY);
        return round->clock_us - back / round->tick_us * round->tick_us;
    }
    int64_t on = (int64_t)below(round, (uint64_t)round->step_us * 2);
    if (chance(round, 1)) {
        on += (int64_t)below(round, 30) * round->step_us;
    }
    round->clock_us += on / round->tick_us * round->tick_us;
    return round->clock_us;
}

// Takes a random row of the last day back.
// Takes some filters from a row; one that has none left is gone.
static bool strip_one(struct round *round, WindowRef ref, struct naive_event *event, bool there) {
    WindowMask kept = {{below(round, UINT64_MAX), below(round, UINT64_MAX)}};
    bool stripped = window_strip(round->state, ref, event->row.time_us, event->row.tag, kept);
    if (there) {
        event->row.filters.words[0] &= kept.words[0];
        event->row.filters.words[1] &= kept.words[1];
        event->removed = (event->row.filters.words[0] | event->row.filters.words[1]) == 0;
    }
    return stripped == there;
}

static bool remove_one(struct round *round, uint32_t store, uint32_t thing) {
    struct naive_thing *naive = &round->naive[store][thing];
    WindowRef ref = window_find(round->state, store, key_of(store, thing));
    if (ref == WINDOW_NONE || naive->count == 0) {
        return true;
    }
    uint32_t event = naive->count - 1 - (uint32_t)below(round, naive->count < 20 ? naive->count : 20);
    struct naive_event *e = &naive->events[event];
    if (e->row.time_us < round->clock_us - US_PER_DAY) {
        return true;
    }
    // The first that has this time and tag, in order, is what goes.
    bool there = false;
    for (uint32_t i = 0; i < naive->count && !there; i++) {
        struct naive_event *other = &naive->events[i];
        if (!other->removed && other->row.time_us == e->row.time_us && other->row.tag == e->row.tag) {
            there = true;
            e = other;
        }
    }
    if (below(round, 3) == 0) {
        return strip_one(round, ref, e, there);
    }
    bool removed = window_remove(round->state, ref, e->row.time_us, e->row.tag);
    e->removed = e->removed || there;
    return removed == there;
}

static bool operate(struct round *round) {
    round->sequence++;
    window_begin(round->state, round->sequence);
    uint32_t entity = (uint32_t)below(round, ENTITIES);
    uint32_t store = entity == 2;
    uint32_t thing = (uint32_t)below(round, round->things);
    bool checks = !round->large || chance(round, 4);
    if (chance(round, 5)) {
        if (!remove_one(round, store, thing)) {
            fprintf(stderr, "round %llu: a row to be removed\n", (unsigned long long)round->seed);
            return false;
        }
        return !checks ||
               compare_at(round, round->clock_us, entity, thing, WINDOW_NONE, WINDOW_NONE, NULL);
    }
    struct window_row row = random_row(round, next_time(round));
    WindowRef ref = window_add(round->state, store, key_of(store, thing));
    if (chance(round, 20) && checks &&
        !compare_at(round, row.time_us, entity, thing, WINDOW_NONE, WINDOW_NONE, &row)) {
        return false;
    }
    uint32_t position = window_insert(round->state, ref, &row, round->clock_us);
    uint32_t event = naive_add(&round->naive[store][thing], &row);
    return !checks || compare_at(round, row.time_us, entity, thing, position, event,
                                 chance(round, 50) ? &round->naive[store][thing].events[event].row : NULL);
}

static void begin_round(struct round *round, uint64_t seed) {
    static const int64_t steps[] = {US_PER_SECOND,     US_PER_MINUTE,   10 * US_PER_MINUTE,
                                    2 * US_PER_HOUR, 12 * US_PER_HOUR, 3 * US_PER_DAY};
    memset(round, 0, sizeof *round);
    round->seed = seed;
    random_init(&round->random, seed);
    arena_init(&round->arena, 1 << 16);
    round->large = chance(round, 4);
    round->step_us = steps[below(round, 6)];
    round->tick_us = chance(round, 70) ? round->step_us / 4 : 1;
    round->things = round->large ? 1 : 1 + (uint32_t)below(round, 30);
    round->clock_us = 1700000000 * US_PER_SECOND + (int64_t)below(round, 400) * US_PER_DAY;
    make_plan(round);
    round->state = window_state_create(round->plan, test_memory, NULL);
    if (chance(round, 50)) {
        // Running aggregates for small things too, so that they meet all that can happen.
        round->state->accelerate_rows = 4 + (uint32_t)below(round, 20);
    }
}

static void end_round(struct round *round) {
    for (uint32_t store = 0; store < 2; store++) {
        for (uint32_t i = 0; i < THINGS_MAX; i++) {
            naive_clear(&round->naive[store][i]);
        }
    }
    window_state_destroy(round->state);
    test_memory_free();
    arena_deinit(&round->arena);
}

static uint64_t round_length(const struct round *round) {
    return round->large ? 1500 : (uint64_t)round->things * 2 * 40;
}

bool random_rounds(uint64_t seed, uint64_t operations) {
    static struct round round;
    uint64_t done = 0;
    uint64_t compared = 0;
    bool ok = true;
    for (uint64_t n = 0; done < operations && ok; n++) {
        begin_round(&round, seed + n);
        uint64_t length = round_length(&round);
        for (uint64_t i = 0; i < length && ok; i++) {
            ok = operate(&round);
        }
        done += length;
        compared += round.compared;
        end_round(&round);
    }
    printf("seed %llu: %llu operations, %llu values compared with a recount\n",
           (unsigned long long)seed, (unsigned long long)done, (unsigned long long)compared);
    return ok;
}

static void put(void *context, Slice bytes) {
    buf_put(context, bytes);
}

// Goes on with a state that was read from an image of the old one.
static bool move_into_image(struct round *round) {
    struct buf image;
    struct image_writer out;
    struct image_reader in;
    buf_init(&image, 1 << 30);
    image_writer_init(&out, &image, put);
    window_state_save(round->state, &out);
    image_writer_finish(&out);
    struct window_state *fresh = window_state_create(round->plan, test_memory, NULL);
    fresh->accelerate_rows = round->state->accelerate_rows;
    struct memory_source memory = {.rest = buf_slice(&image)};
    image_reader_init(&in, byte_source_memory(&memory));
    bool ok = window_state_load(fresh, &in) == STATUS_OK;
    ok = image_reader_finish(&in) == STATUS_OK && ok && window_state_hash(fresh) == window_state_hash(round->state);
    buf_deinit(&image);
    window_state_destroy(round->state);
    round->state = fresh;
    return ok;
}

static uint64_t hash_of_round(uint64_t seed, uint64_t operations, uint64_t moves) {
    static struct round round;
    begin_round(&round, seed);
    bool ok = true;
    for (uint64_t i = 0; i < operations; i++) {
        ok = operate(&round) && ok;
        ok = ok && (moves == 0 || (i + 1) % (operations / (moves + 1)) != 0 || move_into_image(&round));
    }
    uint64_t hash = ok ? window_state_hash(round.state) : hash_mix(seed, (uint64_t)(uintptr_t)&ok);
    end_round(&round);
    return hash;
}

bool random_twice(uint64_t seed, uint64_t operations) {
    return hash_of_round(seed, operations, 0) == hash_of_round(seed, operations, 0);
}

bool random_images(uint64_t seed, uint64_t operations) {
    return hash_of_round(seed, operations, 0) == hash_of_round(seed, operations, 3);
}
