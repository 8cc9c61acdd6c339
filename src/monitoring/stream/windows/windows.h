#pragma once
// Windows: what the engine remembers of accounts, customers, devices ..., and the features computed from it.
//
// The model to have in one's head
//
//   store      one kind of thing that is remembered (accounts). It has number columns, id columns and filters.
//   entity     a way of finding a thing of a store from an event (the account of the event; the account that is
//              paid). Several entities may look into one store.
//   row        what one event left with one thing: time, the set of filters it matched, numbers, ids.
//   feature    entity + filter + aggregate + column + window = one double per event.
//   pass       the features of one entity, filter and column that are computed by one walk over the rows.
//
// A thing keeps its rows sorted by event time (ties: in the order they came), so that every window is a range of
// rows and nothing has to be counted down when time goes on. Late rows are put in their place, reversed ones are
// taken out; what is computed afterwards is what a recount from the raw events gives. That is the invariant,
// and windows_test.c checks it with a million random operations.
//
// Windows. For a feature computed at event time t:
//   WINDOW_SLIDING   (t - from, t - to]; either end may be declared open or closed; to = 0 is a usual window,
//                    to > 0 a delayed one
//   WINDOW_DAY, WINDOW_MONTH, WINDOW_YEAR   from the start of the calendar day, month, year of t in the plan's zone, up
//                    to t
//   WINDOW_LIFETIME  everything up to t
// Rows later than t are never in a window. `current` says whether the row of the event itself counts. `empty` is
// the value when no row (or no number) is in the window; NaN means "missing".
//
// Retention. A row stays as long as a window of one of its filters can still reach it from an event that is up to a
// day late (WINDOW_LATE_GRACE_US before the clock given to window_insert); in addition, for each filter
// that is "sticky" (read by since, last, first or a pause), the newest row beyond that reach stays. What a lifetime
// window counts is folded into sums before its row goes. Rows are dropped when their room is needed.
//
// Limits, each with a counter: things per store (`cap_things`; past it the thing that was used longest ago, by a clock
// hand over the store, is forgotten), rows per thing (`cap_rows`; past it the oldest row goes, folded into lifetime sums),
// different ids per thing (65,534; past it the oldest rows go), different sets of filters in use per store (262,144; past
// it a row is kept without filters). The blocks of rows and ids share at most 64 GiB; past it the oldest rows of the thing
// that would grow go, and where there are none, things of its store as above.
//
// What is exact: every value equals a recount as long as no cap is passed, rows come and are taken back within a day
// of the clock, and features are asked for times within a day of it. A row that is taken back later may be folded already
// (window_remove then says false), and taking back a sticky row does not bring back the one before it.
//
// Everything here is deterministic: the same calls give the same bytes. It reads no clock, no file and starts
// no thread. Nothing is allocated after start but pages of the region given to it.
//
//     struct window_plan *plan = ...;                       // built once from a pack
//     struct window_state *state = window_state_create(plan, reserve, context);
//     for each event:
//         for each entity with a key: refs[e] = window_find / window_add(state, store, key)
//         window_compute(... passes that filters need, before the row is there ...)
//         for each store written: rows[e] = window_insert(state, refs[e], &row, clock_us)
//         window_compute(... passes that models need ...)
//
// Cost, measured on one core: see docs/performance.md.

#include "base/arena.h"
#include "base/bits.h"
#include "base/hash.h"
#include "base/live_image.h"
#include "base/time.h"

enum {
    WINDOW_FILTERS_MAX = 128, // filters of one store
    WINDOW_NUMBERS_MAX = 8,   // number columns of one store
    WINDOW_IDS_MAX = 16,      // id columns of one store
    WINDOW_STORES_MAX = 64,
    WINDOW_THINGS_MAX = (1 << 26) - 2, // of one store
    WINDOW_ENTITIES_MAX = 96,
    WINDOW_FEATURES_MAX = 4096,
    WINDOW_LAGS_MAX = 8,
    WINDOW_DAY_TERMS_MAX = 6,
};

// How late an event may be and still see whole windows.
#define WINDOW_LATE_GRACE_US US_PER_DAY

#define WINDOW_NONE UINT32_MAX

// Filters 0..127 of a store as a set.
typedef struct WindowMask {
    uint64_t words[2];
} WindowMask;

typedef enum Aggregate {
#define X(name, text, column, meaning) AGGREGATE_##name,
#include "monitoring/stream/windows/aggregates.def"
#undef X
    AGGREGATE_COUNT_OF_ALL
} Aggregate;

typedef enum WindowKind {
    WINDOW_SLIDING,
    WINDOW_DAY,
    WINDOW_MONTH,
    WINDOW_YEAR,
    WINDOW_LIFETIME
} WindowKind;

// What a number column holds. Integers (money in minor units, counts) are summed exactly; reals in time order.
typedef enum NumberKind { NUMBER_INTEGER, NUMBER_REAL } NumberKind;

struct window_store_spec {
    Slice name;
    uint32_t cap_things;
    uint32_t cap_rows;
    uint32_t number_count;
    NumberKind numbers[WINDOW_NUMBERS_MAX];
    uint32_t id_count;
    uint32_t filter_count;
    const Slice *filter_names; // for explanations; NULL: numbers stand for them
    // Columns with latitude and longitude in degrees, or WINDOW_NONE.
    uint32_t latitude;
    uint32_t longitude;
};

// One value of a day for AGGREGATE_DAYS_WITH: `sum` or `last` of a number column or the number of rows of a filter.
typedef enum DayTermKind { DAY_SUM, DAY_LAST, DAY_COUNT } DayTermKind;
struct window_day_term {
    DayTermKind kind;
    uint32_t filter;
    uint32_t number;
};

struct window_feature_spec {
    Slice name;
    uint32_t entity;
    Aggregate aggregate;
    uint32_t filter;       // a; WINDOW_NONE: every row
    uint32_t other_filter; // b, where the aggregate has one
    uint32_t column;       // number or id column, by the aggregate
    uint32_t other_column; // second id column (OTHER_WITH_SAME), id column of MODAL_RATE; else WINDOW_NONE
    WindowKind window;
    int64_t from_us; // SLIDING: the far end
    int64_t to_us;   // SLIDING: the near end, 0 for a usual window
    bool far_closed; // default false: the row exactly `from` old is outside
    bool near_open;  // default false: the row exactly `to` old is inside
    bool skip_current;
    double empty;
    // Arguments of single aggregates, by the names used in aggregates.def.
    double share, tolerance, factor, low, high;
    int64_t within_us;
    uint32_t k, least, pause_days;
    bool same_day;
    uint32_t lags[WINDOW_LAGS_MAX];
    uint32_t lag_count;
    struct window_day_term day_terms[WINDOW_DAY_TERMS_MAX];
    uint32_t day_term_count;
    // The day's condition over its terms; `context` is the moment's. NaN stands for a sum or last without a number;
    // a count without a row is 0. The days asked are those with a row of `filter` (WINDOW_NONE: of any term); a term
    // without a filter of its own takes `filter`.
    bool (*day_condition)(void *context, const void *condition, const double *terms);
    const void *condition;
};

// Building a plan. Indices are given in the order of the calls. The plan lives in the arena and is immutable after
// window_plan_finish().
struct window_plan;
struct window_plan *window_plan_create(struct arena *arena, int64_t zone_offset_us, int64_t short_window_us);
uint32_t window_plan_add_store(struct window_plan *plan, const struct window_store_spec *spec);
uint32_t window_plan_add_entity(struct window_plan *plan, Slice name, uint32_t store);
uint32_t window_plan_add_feature(struct window_plan *plan, const struct window_feature_spec *spec);
void window_plan_finish(struct window_plan *plan);

uint32_t window_plan_feature_count(const struct window_plan *plan);
uint32_t window_plan_pass_count(const struct window_plan *plan);
uint32_t window_plan_pass_of(const struct window_plan *plan, uint32_t feature);
uint32_t window_plan_entity_of_pass(const struct window_plan *plan, uint32_t pass);
// Roughly how much one walk of a pass does per row, to order what is cheap before what is dear: 1 is a count.
uint32_t window_plan_pass_cost(const struct window_plan *plan, uint32_t pass);
const struct window_feature_spec *window_plan_feature(const struct window_plan *plan, uint32_t feature);
// For `explain`: in words how a feature is computed.
Slice window_plan_explain(const struct window_plan *plan, uint32_t feature, struct arena *arena);

// The state. `reserve` gives zeroed memory of which pages are only taken when they are touched.
typedef void *(*WindowReserve)(void *context, size_t size);
struct window_state;
struct window_state *window_state_create(const struct window_plan *plan, WindowReserve reserve, void *context);
void window_state_destroy(struct window_state *state);
// From now on with another plan that was built from equal calls in the same order; the old one is not needed any more.
void window_state_replan(struct window_state *state, const struct window_plan *plan);

// A thing of a store. Valid until the next window_add() to the same store that evicts it; a thing that was found
// or added for the current sequence number is never evicted by it.
typedef uint32_t WindowRef;

void window_begin(struct window_state *state, uint64_t sequence); // once per event, before anything else
void window_prefetch(const struct window_state *state, uint32_t store, Hash128 key);
WindowRef window_find(struct window_state *state, uint32_t store, Hash128 key); // WINDOW_NONE: never seen
WindowRef window_add(struct window_state *state, uint32_t store, Hash128 key);  // finds or makes
// Fetching ahead, in three steps with some time between: the index's line (window_prefetch), the thing's header, and, when
// window_peek() finds it without counting as a use, its rows.
void window_prefetch_thing(const struct window_state *state, uint32_t store, Hash128 key);
WindowRef window_peek(const struct window_state *state, uint32_t store, Hash128 key);
void window_prefetch_rows(const struct window_state *state, WindowRef ref);

#define WINDOW_MISSING_INTEGER INT64_MIN // reals: NaN; ids: 0

struct window_row {
    int64_t time_us;
    WindowMask filters;
    uint16_t tag; // with the time, tells rows of different events apart when one is taken out
    bool late;    // kept out of windows of at most the plan's short_window_us
    union {
        int64_t integer;
        double real;
    } numbers[WINDOW_NUMBERS_MAX];
    uint64_t ids[WINDOW_IDS_MAX]; // hashes; 0 is missing
};

// Puts a row in its place and gives its position, valid until the next insert or remove on this thing. `clock_us` is
// the stream's time, by which rows that no window can reach any more are known.
uint32_t window_insert(struct window_state *state, WindowRef ref, const struct window_row *row, int64_t clock_us);
// Takes the row with this time and tag out again; false when it is not there.
bool window_remove(struct window_state *state, WindowRef ref, int64_t time_us, uint16_t tag);

// Takes all filters but those in `kept` from such a row; a row that is left without any goes. False when it is not there.
bool window_strip(struct window_state *state, WindowRef ref, int64_t time_us, uint16_t tag, WindowMask kept);
// The key a thing was added with.
Hash128 window_key(const struct window_state *state, WindowRef ref);

// What features are computed for.
struct window_moment {
    int64_t time_us;               // t
    const WindowRef *refs;         // by entity; WINDOW_NONE: no such thing, every feature gives its empty value
    const uint32_t *current;       // by entity: position of the current event's row, or WINDOW_NONE
    const struct window_row *const *row; // by entity: the current row also when it is not in (places, OTHER_WITH_SAME), or NULL
    void *context;                 // for day conditions
};

// Computes the passes in the set (window_plan_pass_count() bits) and writes the values of their features, by feature.
void window_compute(struct window_state *state, const struct window_moment *moment,
                    const uint64_t *passes, double *ret_values);

struct window_counters {
    uint64_t things, things_evicted;
    uint64_t rows, rows_inserted, rows_removed, rows_expired, rows_over_cap;
    uint64_t bytes_used, bytes_reserved;
};
// Tells of the memory that will be touched next for the first time, some `bytes` of it, so that the owner may have it
// brought in when nothing waits (a first touch costs up to milliseconds where pages are large). It may be told twice.
typedef void (*WindowAhead)(void *context, void *at, size_t size);
void window_state_ahead(const struct window_state *state, uint64_t bytes, WindowAhead ahead, void *context);
struct window_counters window_state_counters(const struct window_state *state, uint32_t store);
// Bytes that one thing takes: its header, its index entries, its rows and its ids.
size_t window_thing_bytes(const struct window_state *state, WindowRef ref);
// A hash of everything that decides later values: equal after equal calls.
uint64_t window_state_hash(const struct window_state *state);
// While a live image of the state is under way, all that changes is told to it first; NULL: none is.
void window_state_guard(struct window_state *state, struct live_image *image);
// The whole state as an image, and back into a state that was just created with an equal plan. After a failed load the
// state is only good to be thrown away.
void window_state_save(const struct window_state *state, struct image_writer *out);
MUST_USE Status window_state_load(struct window_state *state, struct image_reader *in);
