// State: the things of each store, found by key, made, and forgotten.
//
// Memory is reserved once: per store an array of headers (cap_things), the index, and the patterns; for all together
// one slab of at most 64 GiB with the blocks of rows and ids. Pages are taken as they are touched: headers are given
// out in order, so a store with few things takes few pages.
//
// A full store forgets by second chance: a hand goes over its headers; a thing that was used since the hand's last visit
// loses its mark and stays, the first without one goes. What was used for the current sequence number always stays.

#include "monitoring/stream/windows/index.h"

enum { BITMAPS = FILTER_SLOTS + 3, PATTERNS_MIN = 64, PATTERNS_MAX = 1 << 18, SCRATCH_MIN = 1 << 20 };
#define SLAB_BYTES_MAX ((UINT64_C(1) << 36) - 64)

static size_t aligned(size_t size) {
    return (size + 63) & ~(size_t)63;
}

static void *reserve_some(struct window_state *state, WindowReserve reserve, void *context,
                          size_t size) {
    void *memory = reserve(context, aligned(size));
    INVARIANT(memory != NULL);
    state->bytes_reserved += aligned(size);
    return memory;
}

// What the blocks of a store can come to if every thing is full, more than enough.
static double worst_bytes(const struct store_plan *store) {
    double row = 1.3 * ((double)rows_row_bytes(store, UINT16_MAX, true) + 12.0 * WINDOW_IDS_MAX);
    return (double)store->cap_things * (row * ((double)store->cap_rows + 16) + 1024);
}

static uint32_t pattern_cap(const struct store_plan *store) {
    uint64_t rows = (uint64_t)store->cap_things * store->cap_rows * 2 + 2;
    rows = rows > PATTERNS_MIN ? rows : PATTERNS_MIN; // the first table of slots has room for so many
    return rows < PATTERNS_MAX ? (uint32_t)rows : PATTERNS_MAX;
}

static void init_store(struct window_state *state, struct store_state *store, WindowReserve reserve,
                       void *context) {
    const struct store_plan *plan = store->plan;
    store->things = reserve_some(state, reserve, context,
                                 (size_t)plan->header_size * plan->cap_things);
    index_init(&store->index,
               reserve_some(state, reserve, context, index_bytes(plan->cap_things)));
    uint32_t cap = pattern_cap(plan);
    patterns_init(&store->patterns,
                  reserve_some(state, reserve, context, patterns_bytes(cap)), cap);
}

static size_t scratch_bytes(const struct window_state *state) {
    size_t rows = state->rows_max;
    return rows * 64 > SCRATCH_MIN ? rows * 64 : SCRATCH_MIN;
}

static void init_scratch(struct window_state *state, WindowReserve reserve, void *context) {
    size_t rows = state->rows_max;
    size_t words = bits_words(rows);
    state->bitmaps =
        reserve_some(state, reserve, context, BITMAPS * words * sizeof(uint64_t));
    state->keep = reserve_some(state, reserve, context, (words + 1) * sizeof(uint64_t));
    state->scratch_bits = reserve_some(state, reserve, context, words * sizeof(uint64_t));
    state->scratch = reserve_some(state, reserve, context, scratch_bytes(state));
    state->id_counts = reserve_some(state, reserve, context, sizeof(uint32_t) << 16);
    state->seen = reserve_some(state, reserve, context, 65536 / 8);
    state->seen_other = reserve_some(state, reserve, context, 65536 / 8);
    uint32_t spans = state->plan->spans.count + 1;
    state->span_lo = reserve_some(state, reserve, context, sizeof(uint32_t) * spans);
    state->span_hi = reserve_some(state, reserve, context, sizeof(uint32_t) * spans);
    state->span_stamp = reserve_some(state, reserve, context, sizeof(uint64_t) * spans);
    state->span_sums = reserve_some(state, reserve, context, sizeof(struct sums) * spans);
    state->span_distinct = reserve_some(state, reserve, context, sizeof(uint32_t) * spans);
}

struct window_state *window_state_create(const struct window_plan *plan, WindowReserve reserve,
                                         void *context) {
    INVARIANT(plan->finished);
    struct window_state *state = reserve(context, aligned(sizeof(struct window_state)));
    INVARIANT(state != NULL);
    state->plan = plan;
    state->bytes_reserved = aligned(sizeof(struct window_state));
    state->store_count = plan->stores.count;
    state->accelerate_rows = ACCELERATE_ROWS;
    state->stores =
        reserve_some(state, reserve, context, sizeof(struct store_state) * (plan->stores.count + 1));
    double worst = 1 << 20;
    for (uint32_t i = 0; i < plan->stores.count; i++) {
        struct store_state *store = &state->stores[i];
        store->plan = &plan->stores.at[i];
        init_store(state, store, reserve, context);
        worst += worst_bytes(store->plan);
        uint32_t rows = store->plan->cap_rows + store->plan->cap_rows / 4 + 64;
        state->rows_max = rows > state->rows_max ? rows : state->rows_max;
    }
    init_scratch(state, reserve, context);
    size_t size = worst < (double)SLAB_BYTES_MAX ? (size_t)worst : (size_t)SLAB_BYTES_MAX;
    slab_init(&state->slab, reserve_some(state, reserve, context, size), size);
    return state;
}

void window_state_destroy(struct window_state *state) {
    // All memory is the reserve's.
    (void)state;
}

void window_state_replan(struct window_state *state, const struct window_plan *plan) {
    INVARIANT(plan->finished && plan->stores.count == state->store_count && plan->spans.count == state->plan->spans.count &&
              plan->features.count == state->plan->features.count);
    state->plan = plan;
    for (uint32_t i = 0; i < state->store_count; i++) {
        INVARIANT(plan->stores.at[i].header_size == state->stores[i].plan->header_size);
        state->stores[i].plan = &plan->stores.at[i];
    }
    state->scan = (struct scan){.stamp = state->scan.stamp};
}

void window_begin(struct window_state *state, uint64_t sequence) {
    state->sequence = sequence;
}

void window_prefetch(const struct window_state *state, uint32_t store, Hash128 key) {
    index_prefetch(&state->stores[store].index, key);
}

static WindowRef ref_of(const struct window_state *state, const struct store_state *store,
                        uint32_t thing) {
    return (uint32_t)(store - state->stores) << REF_STORE_SHIFT | thing;
}

void window_prefetch_thing(const struct window_state *state, uint32_t store, Hash128 key) {
    index_prefetch_thing(&state->stores[store], key);
}

WindowRef window_peek(const struct window_state *state, uint32_t store, Hash128 key) {
    uint32_t found = index_find(&state->stores[store], key);
    return found == WINDOW_NONE ? WINDOW_NONE : ref_of(state, &state->stores[store], found);
}

static void touch(const struct window_state *state, struct thing *thing) {
    image_guard(state->image, thing, sizeof *thing);
    thing->sequence = (uint32_t)state->sequence;
    thing->flags |= THING_TOUCHED;
}

WindowRef window_find(struct window_state *state, uint32_t store, Hash128 key) {
    struct store_state *at = &state->stores[store];
    uint32_t found = index_find(at, key);
    if (found == WINDOW_NONE) {
        return WINDOW_NONE;
    }
    touch(state, thing_at(at, found));
    return ref_of(state, at, found);
}

static void forget(struct window_state *state, struct store_state *store, struct thing *thing) {
    thing_guard(state, store, thing);
    index_remove(store, thing->key);
    rows_release(state, store, thing);
    thing->flags = 0;
    thing->spare = store->free_thing;
    store->free_thing = (uint32_t)(((unsigned char *)thing - store->things) / store->plan->header_size) + 1;
    store->counters.things--;
    store->counters.things_evicted++;
}

void store_evict(struct window_state *state, struct store_state *store) {
    // Twice around: the first takes the marks away.
    for (uint64_t n = 0; n < (uint64_t)store->thing_count * 2 + 1; n++) {
        uint32_t at = store->hand;
        store->hand = store->hand + 1 >= store->thing_count ? 0 : store->hand + 1;
        struct thing *thing = thing_at(store, at);
        if ((thing->flags & THING_USED) == 0 || thing->sequence == (uint32_t)state->sequence) {
            continue;
        }
        if ((thing->flags & THING_TOUCHED) != 0) {
            image_guard(state->image, thing, sizeof *thing);
            thing->flags &= (uint8_t)~THING_TOUCHED;
            continue;
        }
        forget(state, store, thing);
        return;
    }
    bool caps_hold_what_one_event_touches = false;
    INVARIANT(caps_hold_what_one_event_touches);
}

static uint32_t new_thing(struct window_state *state, struct store_state *store) {
    if (store->free_thing == 0 && store->thing_count < store->plan->cap_things) {
        return store->thing_count++;
    }
    if (store->free_thing == 0) {
        store_evict(state, store);
    }
    uint32_t index = store->free_thing - 1;
    store->free_thing = thing_at(store, index)->spare;
    return index;
}

WindowRef window_add(struct window_state *state, uint32_t store, Hash128 key) {
    WindowRef found = window_find(state, store, key);
    if (found != WINDOW_NONE) {
        return found;
    }
    struct store_state *at = &state->stores[store];
    uint32_t index = new_thing(state, at);
    struct thing *thing = thing_at(at, index);
    uint32_t version = thing->version + 1;
    thing_guard(state, at, thing);
    memset(thing, 0, at->plan->header_size);
    thing->key = key;
    thing->block = thing->dict = thing->accelerator = WINDOW_NONE;
    thing->store = (uint8_t)store;
    thing->flags = THING_USED;
    thing->version = version;
    for (uint32_t i = 0; i < at->plan->wake_count; i++) {
        struct wake_end *end = thing_extra(thing, at->plan->wakes[i].offset);
        *end = (struct wake_end){INT64_MIN, INT64_MIN};
    }
    touch(state, thing);
    index_add(at, key, index);
    at->counters.things++;
    return ref_of(state, at, index);
}

// More lines at once than a core can wait for would only queue up; the rest follows by itself when rows are walked.
enum { PREFETCH_BYTES = 1024 };

void window_prefetch_rows(const struct window_state *state, WindowRef ref) {
    const struct thing *thing = ref_thing(state, ref);
    if (thing->block == WINDOW_NONE) {
        return;
    }
    size_t bytes = rows_row_bytes(ref_store(state, ref)->plan, thing->wide,
                                  (thing->flags & THING_WIDE_PATTERN) != 0) *
                   thing->capacity;
    const char *at = slab_at(&state->slab, thing->block);
    for (size_t i = 0; i < bytes && i < PREFETCH_BYTES; i += 64) {
        __builtin_prefetch(at + i);
    }
    if (thing->dict == WINDOW_NONE) {
        return;
    }
    const char *ids = slab_at(&state->slab, thing->dict);
    for (size_t i = 0; i < dict_bytes(thing->dict_capacity) && i < PREFETCH_BYTES / 4; i += 64) {
        __builtin_prefetch(ids + i);
    }
}

static void scratch_ahead(const struct window_state *state, WindowAhead ahead, void *context) {
    size_t words = bits_words(state->rows_max);
    uint32_t spans = state->plan->spans.count + 1;
    ahead(context, state->bitmaps, BITMAPS * words * sizeof *state->bitmaps);
    ahead(context, state->keep, (words + 1) * sizeof *state->keep);
    ahead(context, state->scratch_bits, words * sizeof *state->scratch_bits);
    ahead(context, state->scratch, scratch_bytes(state));
    ahead(context, state->id_counts, sizeof *state->id_counts << 16);
    ahead(context, state->seen, 65536 / 8);
    ahead(context, state->seen_other, 65536 / 8);
    ahead(context, state->span_lo, sizeof *state->span_lo * spans);
    ahead(context, state->span_hi, sizeof *state->span_hi * spans);
    ahead(context, state->span_stamp, sizeof *state->span_stamp * spans);
    ahead(context, state->span_sums, sizeof *state->span_sums * spans);
    ahead(context, state->span_distinct, sizeof *state->span_distinct * spans);
}

void window_state_ahead(const struct window_state *state, uint64_t bytes, WindowAhead ahead, void *context) {
    enum { SHARE_OF_STORE = 16 };
    scratch_ahead(state, ahead, context);
    const struct slab *slab = &state->slab;
    uint64_t left = (slab->units - slab->next) * 16;
    ahead(context, slab_at(slab, (uint32_t)slab->next), bytes < left ? bytes : left);
    for (uint32_t i = 0; i < state->store_count; i++) {
        const struct store_state *store = &state->stores[i];
        const struct index *index = &store->index;
        size_t header = store->plan->header_size;
        uint64_t headers = header * (store->plan->cap_things - store->thing_count);
        uint64_t share = bytes / SHARE_OF_STORE;
        ahead(context, store->things + header * store->thing_count, headers < share ? headers : share);
        bool grows_soon = index->slot_count < index_slots_for(store->plan->cap_things) &&
                          (uint64_t)store->thing_count * 10 > index->slot_count * 3;
        size_t next_bytes = sizeof *index->next * index->slot_count * 2;
        if (store->thing_count == 0) {
            ahead(context, index->slots, next_bytes / 2);
            patterns_ahead(&store->patterns, ahead, context);
        }
        if (grows_soon && next_bytes <= bytes) {
            ahead(context, index->next, next_bytes);
        }
    }
}

struct window_counters window_state_counters(const struct window_state *state, uint32_t store) {
    struct window_counters counters = state->stores[store].counters;
    counters.bytes_used = state->slab.used * 16;
    counters.bytes_reserved = state->bytes_reserved;
    return counters;
}

size_t window_thing_bytes(const struct window_state *state, WindowRef ref) {
    const struct store_state *store = ref_store(state, ref);
    const struct thing *thing = ref_thing(state, ref);
    size_t bytes = store->plan->header_size;
    // Its share of the index, as it is now.
    bytes += sizeof(struct slot) * store->index.slot_count / (store->thing_count + 1);
    if (thing->block != WINDOW_NONE) {
        bytes += slab_size(rows_row_bytes(store->plan, thing->wide,
                                          (thing->flags & THING_WIDE_PATTERN) != 0) *
                           thing->capacity);
    }
    if (thing->dict != WINDOW_NONE) {
        bytes += slab_size(dict_bytes(thing->dict_capacity));
    }
    return bytes + accelerator_size(state, store, thing);
}

static uint64_t hash_column(const void *at, size_t size, uint64_t hash) {
    return size == 0 ? hash : hash64((Slice){at, size}, hash);
}

static uint64_t hash_thing(const struct window_state *state, const struct store_state *store,
                           const struct thing *thing, uint64_t hash) {
    struct rows rows;
    rows_open(state, store, thing, &rows);
    hash = hash_mix(hash_mix(hash, thing->key.low), thing->key.high);
    hash = hash_mix(hash, (uint64_t)thing->count << 16 | thing->flags);
    hash = hash_column(thing_extra(thing, 0), store->plan->header_size - sizeof *thing, hash);
    hash = hash_column(rows.time, sizeof(int64_t) * rows.count, hash);
    hash = hash_column(rows.tag, sizeof(uint16_t) * rows.count, hash);
    for (uint32_t i = 0; i < rows.count; i++) {
        const WindowMask *mask = &store->patterns.masks[rows_pattern(&rows, i)];
        hash = hash_mix(hash_mix(hash, mask->words[0]), mask->words[1]);
    }
    for (uint32_t i = 0; i < store->plan->spec.number_count; i++) {
        bool wide = ((rows.wide | rows.real) >> i & 1) != 0;
        hash = hash_column(rows.number[i], (wide ? 8u : 4u) * (size_t)rows.count, hash);
    }
    for (uint32_t i = 0; i < store->plan->spec.id_count; i++) {
        hash = hash_column(rows.id[i], sizeof(uint16_t) * rows.count, hash);
    }
    if (thing->dict != WINDOW_NONE) {
        hash = hash_column(slab_at(&state->slab, thing->dict),
                           sizeof(uint64_t) * thing->dict_count, hash);
    }
    return hash;
}

uint64_t window_state_hash(const struct window_state *state) {
    uint64_t hash = 0;
    for (uint32_t s = 0; s < state->store_count; s++) {
        const struct store_state *store = &state->stores[s];
        hash = hash_mix(hash_mix(hash, store->thing_count), store->hand);
        for (uint32_t i = 0; i < store->thing_count; i++) {
            const struct thing *thing = thing_at(store, i);
            if ((thing->flags & THING_USED) != 0) {
                hash = hash_thing(state, store, thing, hash);
            }
        }
    }
    return hash;
}
