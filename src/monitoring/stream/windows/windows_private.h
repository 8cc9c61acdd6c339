#pragma once
// What the files of this folder share.
//
//   plan.c       features to passes; what each store must keep (reach, sticky rows, lifetime sums)
//   slab.c       blocks in size classes inside one reserved region
//   patterns.c   the distinct sets of filters of a store, numbered
//   ids.c        the dictionary of a thing: 64-bit ids to 16-bit numbers
//   rows.c       rows of a thing: insert, remove
//   retention.c  which rows may go, and what is remembered of them
//   index.c      from keys to things
//   state.c      things, eviction, counters
//   image.c      all of it as a stream of bytes, and back
//   scan.c       a thing opened: filters as bitmaps, windows as ranges
//   compute.c    passes, and the aggregates that share walks
//   accelerator.c  running aggregates of things with many rows
//   aggregates_*.c  the others
//
// A row of a thing lies spread over columns in one block (capacity C, so that each column is aligned):
//
//   time i64[C] | wide and real numbers 8 bytes [C] each | narrow numbers i32[C] each | wide patterns u32[C] |
//   narrow patterns u16[C] | tag u16[C] | ids u16[C] each
//
// Rows occupy start .. start+count-1 of it. Everything outside rows.c sees them through `struct rows`, whose
// pointers are moved to `start`.

//
// Images. A live image (base/live_image.h) notes where headers, index, patterns and the slab lie. So whoever changes them says so
// first, by image_guard(): the slab for each block it gives out and for the links of free ones; the index and the patterns for
// themselves; touch(), eviction and whoever begins to change a thing for its header; and what writes into a block that was the
// thing's before (rows, ids, running aggregates) for what it writes.

#include "base/live_image.h"
#include "monitoring/stream/windows/windows.h"

#include <math.h>

enum {
    FILTER_ALL = WINDOW_FILTERS_MAX, // stands for "every row"
    FILTER_SLOTS = WINDOW_FILTERS_MAX + 1,
    SLAB_CLASSES = 256,
    SLAB_UNIT = 16, // bytes
    INDEX_SLOTS_MIN = 64,
    DICT_IDS_MAX = 65534,
    DICT_LINEAR_MAX = 24, // up to here ids are searched one by one
    DAYS_MAX = 4096,      // days of one autocorrelation
    ACCELERATE_ROWS = 256,
    PAIRS_MAX = 16384,    // candidate rates of one MODAL_RATE
    REF_STORE_SHIFT = 26, // a WindowRef is 6 bits of store and 26 of thing
    LIFE_WORDS = 8,
    PASS_FEATURES_MAX = 64, // a pass with more is parted, so that its windows fit a small array
};

#define REACH_FOREVER INT64_MAX
#define REACH_NONE INT64_C(-1)

typedef __int128 Int128;
typedef unsigned __int128 UInt128;

// ---- plan ----

// The newest (or the oldest) row of a kind that stays although no window reaches it.
struct sticky {
    uint32_t filter;
    uint32_t number; // only rows that have this number
    bool located;    // only rows that have a place
    bool timely;     // only rows that are not late
    bool oldest;
    int64_t reach_us; // the newest row that is older than this
};

// Sums of rows that are gone, for lifetime windows.
struct life {
    uint32_t filter;
    uint32_t number; // WINDOW_NONE: only counted
    uint32_t offset; // bytes behind the header
};

// The end of the latest pause of which the rows are gone.
struct wake {
    uint32_t filter;
    int64_t pause_days;
    uint32_t offset;
};

// A running aggregate of things with many rows (accelerator.c).
typedef enum EntryKind { ENTRY_COUNT, ENTRY_NUMBER, ENTRY_DISTINCT } EntryKind;
struct entry_plan {
    EntryKind kind;
    uint32_t filter, column;
    bool timely;
    bool extremes, squares; // what is wanted of a number
    uint32_t span;          // one that has this shape; only to tell entries apart
};

struct store_plan {
    struct window_store_spec spec;
    struct entry_plan *entries;
    uint32_t entry_count;
    int64_t reach_us[FILTER_SLOTS];
    struct sticky *stickies;
    struct life *lives;
    struct wake *wakes;
    uint32_t sticky_count, life_count, wake_count;
    uint32_t header_size;
    uint32_t narrow_row_bytes; // bytes of a row without wide numbers and patterns
    uint32_t cap_things, cap_rows;
};

struct entity_plan {
    Slice name;
    uint32_t store;
    uint32_t pass_end; // its passes stand next to each other and end before this
};

// A window as a range of rows; one for all features of an entity that have the same.
struct span {
    uint32_t entity;
    WindowKind window;
    int64_t from_us, to_us;
    bool far_closed, near_open;
    bool timely; // without late rows
    bool nested; // ends with the newest row up to t
};

typedef enum Family { FAMILY_TIMES, FAMILY_NUMBER, FAMILY_DISTINCT, FAMILY_SINGLE } Family;

// What the usual aggregates read stands in one cache line, before the specification.
struct feature {
    double empty;
    Aggregate aggregate;
    uint32_t filter, other_filter; // FILTER_ALL where the spec says WINDOW_NONE
    uint32_t column;
    uint32_t span;
    uint32_t pass;
    uint32_t entry, other_entry; // of the store's running aggregates, or WINDOW_NONE
    uint32_t life, other_life;   // offsets behind the header or WINDOW_NONE
    uint32_t wake;
    bool skip_current;
    bool timely; // of its span
    struct window_feature_spec spec;
};

struct pass {
    uint32_t entity;
    uint32_t filter;
    Family family;
    Aggregate aggregate; // of FAMILY_SINGLE
    uint32_t column;
    bool skip_current;
    bool squares; // a standard deviation is among them
    uint32_t *features;
    uint32_t feature_count;
    uint32_t *spans; // different spans, far ones last as far as can be known
    uint32_t span_count;
    uint32_t cost;
    WindowMask filters; // whose bitmaps it needs
};

#define VEC_OF(type)                                                                               \
    struct {                                                                                       \
        type *at;                                                                                  \
        uint32_t count, capacity;                                                                  \
    }

struct window_plan {
    struct arena *arena;
    int64_t zone_offset_us;
    int64_t short_window_us;
    bool finished;
    VEC_OF(struct store_plan) stores;
    VEC_OF(struct entity_plan) entities;
    VEC_OF(struct feature) features;
    VEC_OF(struct pass) passes;
    VEC_OF(struct span) spans;
};

// ---- slab ----

struct slab {
    unsigned char *base;
    uint64_t units;    // of 16 bytes
    uint64_t next;     // the first unit never used
    uint64_t used;     // units in blocks that are taken
    uint32_t free[SLAB_CLASSES];
    struct live_image *image; // under way, or NULL
};

void slab_init(struct slab *slab, void *base, uint64_t bytes);
// The size of the block that a wish for `bytes` gets.
size_t slab_size(size_t bytes);
// A block, not zeroed, or WINDOW_NONE when the region is full.
uint32_t slab_take(struct slab *slab, size_t bytes);
void slab_give(struct slab *slab, uint32_t at, size_t bytes);
static inline void *slab_at(const struct slab *slab, uint32_t at) {
    return slab->base + (uint64_t)at * SLAB_UNIT;
}

// ---- patterns ----

struct patterns {
    WindowMask *masks;  // by pattern
    int64_t *reach_us;  // by pattern
    uint32_t *refs;     // rows that have it
    uint8_t *late;      // by pattern
    uint32_t *free;     // stack of patterns that nobody has
    uint32_t *slots;    // pattern + 1
    uint32_t free_count, count, used, slot_count, cap;
    uint64_t over_cap;
    struct live_image *image; // under way, or NULL
};

size_t patterns_bytes(uint32_t cap);
void patterns_init(struct patterns *patterns, unsigned char *memory, uint32_t cap);
// The number of a set, with one reference more.
uint32_t patterns_take(struct patterns *patterns, const struct store_plan *store, WindowMask mask,
                       bool late);
// Tells of the memory that the first patterns will touch.
void patterns_ahead(const struct patterns *patterns, WindowAhead ahead, void *context);
void patterns_drop(struct patterns *patterns, uint32_t pattern);

// ---- things ----

enum { PATTERNS_NARROW = 65536 }; // numbers of patterns that fit into 16 bits

enum { THING_USED = 1, THING_TOUCHED = 2, THING_LATE = 4, THING_WIDE_PATTERN = 8 };

struct thing {
    Hash128 key;
    uint32_t block; // rows, in units of the slab; WINDOW_NONE before the first
    uint32_t start, count, capacity;
    uint32_t dict;
    uint32_t dict_count, dict_capacity;
    uint32_t sequence; // of its last use
    uint32_t version;  // goes up with every change of its rows
    uint32_t accelerator;
    uint16_t wide; // bit per number column: 64 bits wide
    uint8_t store;
    uint8_t flags;
    uint32_t spare;
};
_Static_assert(sizeof(struct thing) == 64, "a header is one cache line");

struct slot {
    uint32_t tag;
    uint32_t thing; // + 1; 0 is empty, SLOT_GONE was one
};

struct index {
    struct slot *slots, *old;
    struct slot *next;  // memory for the table after this one
    uint64_t slot_count, old_count, old_moved;
    struct live_image *image; // under way, or NULL
};

struct store_state {
    const struct store_plan *plan;
    unsigned char *things;
    struct index index;
    struct patterns patterns;
    uint32_t thing_count, hand;
    uint32_t free_thing; // + 1; header that was forgotten, linked through `spare`
    struct window_counters counters;
};

struct rows {
    uint32_t count;
    int64_t *time;
    void *number[WINDOW_NUMBERS_MAX];
    uint16_t wide; // by column: 64 bits
    uint16_t real;
    uint16_t *pattern16;
    uint32_t *pattern32; // one of the two
    uint16_t *tag;
    uint16_t *id[WINDOW_IDS_MAX];
};

// What a compute call has found out about one thing; good while the thing, its version and t stay.
struct scan {
    const struct window_plan *plan;
    struct window_state *state;
    const struct store_plan *store;
    struct store_state *store_state;
    struct thing *thing;
    const struct window_moment *moment;
    uint32_t version;
    uint32_t entity;
    struct rows rows;
    int64_t time_us;
    uint32_t upto;    // rows with a time up to t
    uint32_t current; // position of the current row, or WINDOW_NONE
    const struct window_row *row;
    size_t words;           // of a bitmap
    WindowMask built;       // filters whose bitmap is there
    bool built_all, built_late;
    bool accelerated;
    uint64_t stamp; // of the ranges that are known
};

// What a walk over the numbers of a window finds.
struct sums {
    int64_t count;
    int64_t low, high;
    Int128 sum, squares;
};

typedef struct Range {
    uint32_t lo, hi;
} Range;

struct window_state {
    const struct window_plan *plan;
    struct live_image *image; // under way, or NULL
    struct slab slab;
    uint64_t sequence;
    uint64_t bytes_reserved;
    uint32_t store_count;
    struct store_state *stores;
    // Scratch memory for one walk, large enough for the largest thing.
    uint32_t rows_max;
    uint64_t *bitmaps; // [FILTER_SLOTS + 1][words], the last one of late rows
    uint64_t *scratch_bits; // one bit for each row
    uint64_t *keep;
    void *scratch; // 4 x 8 bytes for each row, and at least SCRATCH_MIN
    uint32_t *id_counts; // 65536, all zero between calls
    uint64_t *seen;      // 1024 words, all zero between calls
    uint64_t *seen_other;
    uint32_t *span_lo, *span_hi; // by span
    uint64_t *span_stamp;
    uint32_t accelerate_rows; // things with more rows have running aggregates
    struct sums *span_sums;
    uint32_t *span_distinct;
    struct scan scan; // the thing that was computed last
};

static inline struct thing *thing_at(const struct store_state *store, uint32_t index) {
    return (struct thing *)(store->things + (size_t)index * store->plan->header_size);
}
static inline struct store_state *ref_store(const struct window_state *state, WindowRef ref) {
    return &state->stores[ref >> REF_STORE_SHIFT];
}
static inline struct thing *ref_thing(const struct window_state *state, WindowRef ref) {
    return thing_at(ref_store(state, ref), ref & ((1u << REF_STORE_SHIFT) - 1));
}
// Before its header changes, with the sums behind it.
static inline void thing_guard(const struct window_state *state, const struct store_state *store, const struct thing *thing) {
    image_guard(state->image, thing, store->plan->header_size);
}
static inline void *thing_extra(const struct thing *thing, uint32_t offset) {
    return (unsigned char *)(uintptr_t)thing + sizeof(struct thing) + offset;
}

// Gives the blocks of a thing back and forgets its patterns.
void rows_release(struct window_state *state, struct store_state *store, struct thing *thing);
void store_evict(struct window_state *state, struct store_state *store);
void rows_open(const struct window_state *state, const struct store_state *store,
               const struct thing *thing, struct rows *ret_rows);
size_t rows_row_bytes(const struct store_plan *store, uint16_t wide, bool wide_pattern);
// Rows with a time below / up to `time_us`.
uint32_t rows_below(const int64_t *time, uint32_t count, int64_t time_us);
uint32_t rows_upto(const int64_t *time, uint32_t count, int64_t time_us);

// The first row with this time and tag, or WINDOW_NONE.
uint32_t rows_find(const struct rows *rows, int64_t time_us, uint16_t tag);
static inline uint32_t rows_pattern(const struct rows *rows, uint32_t i) {
    return rows->pattern16 != NULL ? rows->pattern16[i] : rows->pattern32[i];
}
// An integer number; WINDOW_MISSING_INTEGER where there is none.
static inline int64_t rows_integer(const struct rows *rows, uint32_t column, uint32_t i) {
    if (rows->wide >> column & 1) {
        return ((const int64_t *)rows->number[column])[i];
    }
    int32_t value = ((const int32_t *)rows->number[column])[i];
    return value == INT32_MIN ? WINDOW_MISSING_INTEGER : value;
}
// Any number as a double; NaN where there is none.
static inline double rows_double(const struct rows *rows, uint32_t column, uint32_t i) {
    if (rows->real >> column & 1) {
        return ((const double *)rows->number[column])[i];
    }
    int64_t value = rows_integer(rows, column, i);
    return value == WINDOW_MISSING_INTEGER ? (double)NAN : (double)value;
}
static inline bool rows_has(const struct rows *rows, uint32_t column, uint32_t i) {
    return rows->real >> column & 1 ? !isnan(rows_double(rows, column, i))
                                    : rows_integer(rows, column, i) != WINDOW_MISSING_INTEGER;
}

// ---- dictionary of ids ----

size_t dict_bytes(uint32_t capacity);
// Room for `wanted` ids more; may number the ids in the rows anew. False: there is none.
bool dict_reserve(struct window_state *state, struct store_state *store, struct thing *thing,
                  uint32_t wanted);
// The number of an id (not 0), made when it is new; there must be room.
uint16_t dict_add(struct window_state *state, struct thing *thing, uint64_t id);
// The number of an id, 0 when the thing does not have it.
uint16_t dict_find(const struct window_state *state, const struct thing *thing, uint64_t id);

// ---- lifetime sums ----

// As it lies behind the header. Integers: exact sums. Reals: mean and sum of squared differences.
struct life_sums {
    int64_t count;
    int64_t low, high; // bits of doubles for reals
    int64_t spare;
    union {
        struct {
            Int128 sum, squares;
        } integer;
        struct {
            double sum, mean, squares, spare;
        } real;
    };
};
_Static_assert(sizeof(struct life_sums) == LIFE_WORDS * 8, "words");

// What is remembered of pauses; INT64_MIN is never.
struct wake_end {
    int64_t end_us;    // the end of the latest pause of which rows are gone
    int64_t folded_us; // pauses that ended up to here are in it
};

// ---- walks ----

void scan_open(struct window_state *state, const struct window_moment *moment, uint32_t entity);
// Makes the bitmaps of these filters in one go; without it they are made one by one.
void scan_build(struct scan *scan, WindowMask wanted);
static inline bool scan_has_late(const struct scan *scan) {
    return (scan->thing->flags & THING_LATE) != 0;
}
// The rows a feature's filter matches as bits, without what its window and skip_current leave out. `which` of the
// two buffers may be used.
const uint64_t *scan_bits(struct scan *scan, uint32_t filter, bool skip_current, bool timely,
                          int which);
Range scan_range(struct scan *scan, uint32_t span);

static inline bool bit_at(const uint64_t *bits, uint32_t i) {
    return bits[i / 64] >> (i % 64) & 1;
}
// The first set bit at or after `from` and below `end`, or `end`.
static inline uint32_t bits_next(const uint64_t *bits, uint32_t from, uint32_t end) {
    if (from >= end) {
        return end;
    }
    uint32_t word = from / 64;
    uint64_t left = bits[word] & (UINT64_MAX << (from % 64));
    while (left == 0) {
        word++;
        if (word * 64 >= end) {
            return end;
        }
        left = bits[word];
    }
    uint32_t found = word * 64 + (uint32_t)__builtin_ctzll(left);
    return found < end ? found : end;
}
// The last set bit at or after `from` and below `end`, or WINDOW_NONE.
static inline uint32_t bits_last(const uint64_t *bits, uint32_t from, uint32_t end) {
    if (from >= end) {
        return WINDOW_NONE;
    }
    uint32_t word = (end - 1) / 64;
    uint64_t left = bits[word] & (UINT64_MAX >> (63 - (end - 1) % 64));
    while (left == 0) {
        if (word * 64 <= from) {
            return WINDOW_NONE;
        }
        left = bits[--word];
    }
    uint32_t found = word * 64 + 63 - (uint32_t)__builtin_clzll(left);
    return found >= from ? found : WINDOW_NONE;
}
uint32_t bits_count(const uint64_t *bits, uint32_t from, uint32_t end);

#define ROWS_UP(bits, range, i)                                                                    \
    for (uint32_t i = bits_next((bits), (range).lo, (range).hi); i < (range).hi;                   \
         i = bits_next((bits), i + 1, (range).hi))
#define ROWS_DOWN(bits, range, i)                                                                  \
    for (uint32_t i = bits_last((bits), (range).lo, (range).hi); i != WINDOW_NONE;                 \
         i = bits_last((bits), (range).lo, i))

// ---- running aggregates of things with many rows ----

// Makes or gives back the running aggregates of a thing; true when it has them.
bool accelerator_ready(struct window_state *state, struct store_state *store, struct thing *thing);
void accelerator_release(struct window_state *state, struct store_state *store,
                         struct thing *thing);
size_t accelerator_size(const struct window_state *state, const struct store_state *store,
                        const struct thing *thing);
int64_t accelerator_count(struct scan *scan, const struct feature *feature, uint32_t entry);
struct sums accelerator_sums(struct scan *scan, const struct feature *feature);
uint32_t accelerator_distinct(struct scan *scan, const struct feature *feature);
// The oldest or newest row of a feature's window (with its number, where it has one), or WINDOW_NONE.
uint32_t accelerator_edge(struct scan *scan, const struct feature *feature, bool oldest);
// To be told: after a row was put in at `at`, before one is taken out, before the rows not in `keep` are taken out, and
// after ids were numbered anew.
void accelerator_inserted(struct window_state *state, struct store_state *store,
                          struct thing *thing, uint32_t at);
void accelerator_removing(struct window_state *state, struct store_state *store,
                          struct thing *thing, uint32_t at);
void accelerator_dropping(struct window_state *state, struct store_state *store,
                          struct thing *thing, const uint64_t *keep);
void accelerator_dropping_oldest(struct window_state *state, struct store_state *store,
                                 struct thing *thing, uint32_t count);
void accelerator_renumbered(struct window_state *state, struct store_state *store,
                            struct thing *thing, const uint16_t *renumber, uint32_t old_count);

// sqrt((n*squares - sum^2)) / divisor of integers; the difference is exact where it fits 127 bits.
double deviation(Int128 count, Int128 sum, Int128 squares, bool sample);

// The aggregates that do not share a walk. `a` and `b` are the bitmaps of the two filters.
double aggregate_days_with(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           Range range);
double aggregate_day_end_min(struct scan *scan, const struct feature *feature, const uint64_t *a,
                             Range range);
double aggregate_repeat_months(struct scan *scan, const struct feature *feature,
                               const uint64_t *a, Range range);
double aggregate_autocorrelation(struct scan *scan, const struct feature *feature,
                                 const uint64_t *a, Range range);
double aggregate_distinct_days(struct scan *scan, const struct feature *feature,
                               const uint64_t *a, Range range);
double aggregate_distinct_hours(struct scan *scan, const struct feature *feature,
                                const uint64_t *a, Range range);
double aggregate_pause_days(struct scan *scan, const struct feature *feature, const uint64_t *a);
double aggregate_wake_days(struct scan *scan, const struct feature *feature, const uint64_t *a);
double aggregate_fifo_hold(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           const uint64_t *b, Range range);
double aggregate_intersect(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           const uint64_t *b, Range range);
double aggregate_followed(struct scan *scan, const struct feature *feature, const uint64_t *a,
                          const uint64_t *b, Range range);
double aggregate_cycles(struct scan *scan, const struct feature *feature, const uint64_t *a,
                        const uint64_t *b, Range range);
double aggregate_modal_rate(struct scan *scan, const struct feature *feature, const uint64_t *a,
                            const uint64_t *b, Range range);
double aggregate_top_share(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           Range range);
double aggregate_percentile(struct scan *scan, const struct feature *feature, const uint64_t *a,
                            Range range);
double aggregate_interval_std(struct scan *scan, const struct feature *feature, const uint64_t *a,
                              Range range);
double aggregate_run_up(struct scan *scan, const struct feature *feature, const uint64_t *a,
                        Range range);
double aggregate_place(struct scan *scan, const struct feature *feature, const uint64_t *a,
                       Range range);
double aggregate_other_with_same(struct scan *scan, const struct feature *feature,
                                 const uint64_t *a, Range range);
