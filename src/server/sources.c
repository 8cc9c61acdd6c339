// A source's figures, and the parts of the last minute with the lags of each.
//
// Lags are kept in buckets of milliseconds, good to a 16th. A part is of 5 seconds and knows by its number which
// ones; it is cleared when the first event of other seconds comes, with the number 0 meanwhile.

#include "server/sources.h"

#include "base/buckets.h"
#include "base/hash.h"
#include "base/time.h"
#include "codec/json.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    SUB_BITS = 5,
    LAG_BITS = 36, // 2^36 ms are two years
    BUCKETS = BUCKETS_FOR(LAG_BITS, SUB_BITS),
    PART_S = 5,
    PARTS = SOURCES_SPAN_S / PART_S + 1, // the one that goes on, and those that are over
    RECORD_MAX = 1 << 20,
    RECORD_DEPTH_MAX = 16,
    PAUSE_CELLS = 18,                    // of the three hours
    SLOTS = 256,                         // of names, a power of two
    ENTRIES = SOURCES_MAX + 2,
    UNNAMED = SOURCES_MAX,
    REST = SOURCES_MAX + 1,
};
#define PAUSE_CELL_US (INT64_C(600) * US_PER_SECOND)
#define SILENT_LEAST_US (INT64_C(60) * US_PER_SECOND)
_Static_assert(PAUSE_CELLS * INT64_C(600) == 3 * INT64_C(3600), "three hours");

struct part {
    atomic_uint_fast64_t number; // of its seconds since 1970, and never 0 then; 0: it is being cleared
    atomic_uint counts[BUCKETS];
};

struct sender {
    char name[SOURCES_NAME_MAX];
    uint32_t name_size;
    uint64_t hash;
    atomic_uint_fast64_t events, late, refused;
    atomic_int_fast64_t last_event_us, last_decided_us;
    // The longest pause that ended in each ten minutes, by their number: of who writes; what they come to is for all.
    int64_t pause_cells[PAUSE_CELLS], pause_numbers[PAUSE_CELLS];
    atomic_int_fast64_t usual_pause_us;
    struct part parts[PARTS];
};

struct sources {
    int64_t begun_us;
    struct json_reader *json;
    uint8_t slots[SLOTS]; // 1 more than the number of the source; 0: none
    atomic_uint count;    // of those that have a name
    struct sender at[ENTRIES];
};

struct sources *sources_create(int64_t now_us) {
    struct sources *sources = memory_alloc(sizeof *sources);
    sources->begun_us = now_us;
    sources->json = json_reader_create(RECORD_MAX, RECORD_DEPTH_MAX);
    return sources;
}

void sources_destroy(struct sources *sources) {
    if (sources != NULL) {
        json_reader_destroy(sources->json);
        free(sources);
    }
}

// ---- who it is ----------------------------------------------------------------------------------------------

static struct sender *add_source(struct sources *sources, Slice name, uint64_t hash, uint32_t slot) {
    uint32_t count = atomic_load_explicit(&sources->count, memory_order_relaxed);
    if (count == SOURCES_MAX || name.size > SOURCES_NAME_MAX) {
        return &sources->at[REST];
    }
    struct sender *source = &sources->at[count];
    memcpy(source->name, name.at, name.size);
    source->name_size = (uint32_t)name.size;
    source->hash = hash;
    sources->slots[slot] = (uint8_t)(count + 1);
    atomic_store_explicit(&sources->count, count + 1, memory_order_release);
    return source;
}

static struct sender *find_source(struct sources *sources, Slice name) {
    if (slice_empty(name)) {
        return &sources->at[UNNAMED];
    }
    uint64_t hash = hash64(name, 0);
    uint32_t slot = (uint32_t)hash & (SLOTS - 1);
    while (sources->slots[slot] != 0) {
        struct sender *source = &sources->at[sources->slots[slot] - 1];
        if (source->hash == hash && slice_equal((Slice){source->name, source->name_size}, name)) {
            return source;
        }
        slot = (slot + 1) & (SLOTS - 1);
    }
    return add_source(sources, name, hash, slot);
}

static Slice value_name(const struct schema *schema, uint32_t field, int64_t value) {
    return schema->enums[schema->fields[field].enumeration].values[value];
}

static Slice name_in_event(const struct event *event) {
    uint32_t field = event->schema->source;
    if (field == SCHEMA_NONE || !event_has(event, field)) {
        return (Slice){0};
    }
    bool is_text = event->schema->fields[field].type == FIELD_STRING;
    return is_text ? event->cells[field].text : value_name(event->schema, field, event->cells[field].integer);
}

// A name that is none of the enumeration is no name: whoever makes some up is not told from who gives none.
static Slice name_in_record(const struct schema *schema, JsonTree tree) {
    uint32_t field = schema->source;
    if (field == SCHEMA_NONE || tree.nodes[0].kind != JSON_OBJECT) {
        return (Slice){0};
    }
    const struct schema_field *found = &schema->fields[field];
    JSON_EACH(tree, 0, member) {
        const struct json_node *node = &tree.nodes[member];
        if (slice_equal(node->key, found->name) && node->kind == JSON_STRING) {
            bool is_known = found->type == FIELD_STRING || schema_enum_value(schema, found->enumeration, node->text) != SCHEMA_NONE;
            return is_known ? node->text : (Slice){0};
        }
    }
    return (Slice){0};
}

// ---- counting -----------------------------------------------------------------------------------------------

static void count_one(atomic_uint_fast64_t *counter) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

static uint32_t bucket_of_lag(uint64_t lag_ms) {
    return bucket_of(lag_ms < UINT64_C(1) << LAG_BITS ? lag_ms : (UINT64_C(1) << LAG_BITS) - 1, SUB_BITS);
}

static uint64_t part_number(int64_t now_us) {
    return (uint64_t)(now_us / (PART_S * US_PER_SECOND));
}

static void add_lag(struct sender *source, int64_t lag_us, int64_t now_us) {
    uint64_t number = part_number(now_us);
    struct part *part = &source->parts[number % PARTS];
    if (atomic_load_explicit(&part->number, memory_order_relaxed) != number) {
        atomic_store_explicit(&part->number, 0, memory_order_relaxed);
        atomic_thread_fence(memory_order_release);
        for (uint32_t i = 0; i < BUCKETS; i++) {
            atomic_store_explicit(&part->counts[i], 0, memory_order_relaxed);
        }
        atomic_store_explicit(&part->number, number, memory_order_release);
    }
    atomic_uint *count = &part->counts[bucket_of_lag(lag_us > 0 ? (uint64_t)(lag_us / US_PER_MS) : 0)];
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

// The longest of the pauses that ended in the ten minutes at hand and the 17 before.
static int64_t longest_pause(const struct sender *source, int64_t number) {
    int64_t longest = 0;
    for (uint32_t i = 0; i < PAUSE_CELLS; i++) {
        bool is_recent = source->pause_numbers[i] > number - PAUSE_CELLS && source->pause_numbers[i] <= number;
        longest = is_recent && source->pause_cells[i] > longest ? source->pause_cells[i] : longest;
    }
    return longest;
}

static void note_pause(struct sender *source, int64_t pause_us, int64_t now_us) {
    int64_t number = now_us / PAUSE_CELL_US;
    uint32_t at = (uint32_t)(number % PAUSE_CELLS);
    bool is_new = source->pause_numbers[at] != number;
    if (!is_new && pause_us <= source->pause_cells[at]) {
        return;
    }
    source->pause_numbers[at] = number;
    source->pause_cells[at] = pause_us;
    atomic_store_explicit(&source->usual_pause_us, longest_pause(source, number), memory_order_relaxed);
}

void sources_saw(struct sources *sources, const struct event *event, bool is_late, int64_t now_us) {
    struct sender *source = find_source(sources, name_in_event(event));
    if (atomic_load_explicit(&source->events, memory_order_relaxed) > 0) {
        int64_t pause_us = now_us - atomic_load_explicit(&source->last_decided_us, memory_order_relaxed);
        note_pause(source, pause_us > 0 ? pause_us : 0, now_us);
    }
    atomic_store_explicit(&source->last_event_us, event->time_us, memory_order_relaxed);
    atomic_store_explicit(&source->last_decided_us, now_us, memory_order_relaxed);
    add_lag(source, now_us - event->time_us, now_us);
    if (is_late) {
        count_one(&source->late);
    }
    atomic_store_explicit(&source->events, atomic_load_explicit(&source->events, memory_order_relaxed) + 1, memory_order_release);
}

void sources_refused(struct sources *sources, const struct schema *schema, Slice record) {
    JsonTree tree;
    bool is_read = json_parse(sources->json, record, &tree) == STATUS_OK;
    count_one(&find_source(sources, is_read ? name_in_record(schema, tree) : (Slice){0})->refused);
}

// ---- looking ------------------------------------------------------------------------------------------------

// Adds those of a part when it is of the last minute; false when it was begun anew meanwhile.
static bool add_part(const struct part *part, uint64_t now_number, uint32_t counts[BUCKETS]) {
    uint64_t number = atomic_load_explicit(&part->number, memory_order_acquire);
    if (number == 0 || number > now_number || now_number - number >= PARTS) {
        return true;
    }
    for (uint32_t i = 0; i < BUCKETS; i++) {
        counts[i] = atomic_load_explicit(&part->counts[i], memory_order_relaxed);
    }
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&part->number, memory_order_relaxed) == number;
}

static int64_t lag_at(const uint64_t counts[BUCKETS], uint64_t all, uint32_t percent) {
    uint64_t rank = (all * percent + 99) / 100;
    uint64_t below = 0;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        below += counts[i];
        if (below >= rank) {
            return (int64_t)bucket_end(i, SUB_BITS);
        }
    }
    return (int64_t)bucket_end(BUCKETS - 1, SUB_BITS);
}

static void look_at_lags(const struct sender *source, int64_t now_us, struct source_state *state) {
    uint64_t sums[BUCKETS] = {0};
    for (uint32_t p = 0; p < PARTS; p++) {
        uint32_t counts[BUCKETS] = {0};
        bool is_whole = add_part(&source->parts[p], part_number(now_us), counts);
        for (uint32_t i = 0; i < BUCKETS && is_whole; i++) {
            sums[i] += counts[i];
            state->span_events += counts[i];
        }
    }
    if (state->span_events > 0) {
        state->lag_median_ms = lag_at(sums, state->span_events, 50);
        state->lag_p99_ms = lag_at(sums, state->span_events, 99);
    }
}

static struct source_state look_at(const struct sender *source, SourceKind kind, int64_t now_us) {
    struct source_state state = {
        .kind = kind,
        .name = {source->name, source->name_size},
        .events = atomic_load_explicit(&source->events, memory_order_acquire),
        .late = atomic_load_explicit(&source->late, memory_order_relaxed),
        .refused = atomic_load_explicit(&source->refused, memory_order_relaxed),
        .last_event_us = atomic_load_explicit(&source->last_event_us, memory_order_relaxed),
        .silent_since_us = atomic_load_explicit(&source->last_decided_us, memory_order_relaxed),
        .usual_pause_us = atomic_load_explicit(&source->usual_pause_us, memory_order_relaxed),
    };
    int64_t silent_us = now_us - state.silent_since_us;
    state.is_silent_unusually = state.events >= SOURCES_KNOWN_AFTER && silent_us > SILENT_LEAST_US && silent_us > 2 * state.usual_pause_us;
    look_at_lags(source, now_us, &state);
    return state;
}

uint32_t sources_look(const struct sources *sources, int64_t now_us, struct source_state ret_states[SOURCES_MAX + 2]) {
    uint32_t named = atomic_load_explicit(&sources->count, memory_order_acquire);
    uint32_t count = 0;
    for (uint32_t i = 0; i < named; i++) {
        ret_states[count++] = look_at(&sources->at[i], SOURCE_NAMED, now_us);
    }
    for (uint32_t i = UNNAMED; i <= REST; i++) {
        struct source_state state = look_at(&sources->at[i], i == REST ? SOURCE_REST : SOURCE_UNNAMED, now_us);
        if (state.events + state.refused > 0) {
            ret_states[count++] = state;
        }
    }
    return count;
}

int64_t sources_begun_us(const struct sources *sources) {
    return sources->begun_us;
}
