#include "base/arena.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "metrics/table.h"
#include "os/process.h"

#include <stdlib.h>

enum {
    CACHE_LINE = 64,
    SUM = METRICS_BUCKETS + 1, // cell of a histogram; the one before is +Inf
};

// ---- its life ---------------------------------------------------------------------------------------------

// Cells begin on a cache line, so that families whose threads differ do not disturb each other.
static void *aligned(struct arena *arena, size_t size) {
    uintptr_t at = (uintptr_t)arena_alloc(arena, size + CACHE_LINE);
    return (void *)((at + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
}

static void make_names(struct metric_family *family, uint32_t names_max, struct arena *arena) {
    family->slot_count = 4;
    while (family->slot_count < 2 * (names_max + 1)) {
        family->slot_count *= 2;
    }
    family->slots = arena_alloc(arena, sizeof family->slots[0] * family->slot_count);
    family->names = arena_alloc(arena, sizeof family->names[0] * (names_max + 1));
    struct metric_name *other = ARENA_NEW(arena, struct metric_name);
    other->text = SLICE("other");
    atomic_store(&family->names[0], other);
    atomic_store(&family->name_count, 1);
}

static bool is_dynamic(const struct metric *metric) {
    return metric->kind != METRIC_INFO && metric->dynamic[0] != 0;
}

struct metrics *metrics_create(void) {
    struct metrics *metrics = memory_alloc(sizeof *metrics);
    INVARIANT(pthread_mutex_init(&metrics->lock, NULL) == 0);
    metrics->arena = memory_alloc(sizeof *metrics->arena);
    arena_init(metrics->arena, 64 << 10);
    for (uint32_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &metric_table[i];
        struct metric_family *family = &metrics->families[i];
        family->width = metric->kind == METRIC_HISTOGRAM ? SUM + 1 : 1;
        family->series_count = metric->known->count * (is_dynamic(metric) ? metric->dynamic_max + 1 : 1);
        family->cells = aligned(metrics->arena, sizeof family->cells[0] * family->series_count * family->width);
        if (is_dynamic(metric)) {
            make_names(family, metric->dynamic_max, metrics->arena);
        }
    }
    return metrics;
}

void metrics_destroy(struct metrics *metrics) {
    if (metrics != NULL) {
        arena_deinit(metrics->arena);
        free(metrics->arena);
        pthread_mutex_destroy(&metrics->lock);
        free(metrics);
    }
}

// ---- values of labels -------------------------------------------------------------------------------------

// The name, or NULL and the empty slot where it belongs.
static const struct metric_name *find_name(struct metric_family *family, Slice text, uint64_t hash, uint32_t *ret_slot) {
    uint32_t slot = (uint32_t)hash & (family->slot_count - 1);
    for (;;) {
        const struct metric_name *name = atomic_load_explicit(&family->slots[slot], memory_order_acquire);
        if (name == NULL || (name->hash == hash && slice_equal(name->text, text))) {
            *ret_slot = slot;
            return name;
        }
        slot = (slot + 1) & (family->slot_count - 1);
    }
}

// Under the lock. `other` when the family is full.
static uint32_t add_name(struct metrics *metrics, Metric metric, Slice text, uint64_t hash) {
    struct metric_family *family = &metrics->families[metric];
    uint32_t slot;
    const struct metric_name *there = find_name(family, text, hash, &slot);
    if (there != NULL) {
        return there->index;
    }
    uint32_t count = atomic_load_explicit(&family->name_count, memory_order_relaxed);
    if (count > metric_table[metric].dynamic_max) {
        return 0;
    }
    struct metric_name *name = ARENA_NEW(metrics->arena, struct metric_name);
    *name = (struct metric_name){hash, count, arena_copy(metrics->arena, text)};
    atomic_store_explicit(&family->names[count], name, memory_order_release);
    atomic_store_explicit(&family->name_count, count + 1, memory_order_release);
    atomic_store_explicit(&family->slots[slot], name, memory_order_release);
    return count;
}

static uint32_t index_of(struct metrics *metrics, Metric metric, Slice value) {
    struct metric_family *family = &metrics->families[metric];
    // Two values must never look alike in the text: a scraper refuses a page on which a series stands twice.
    if (value.size > METRICS_VALUE_MAX || slice_is(value, "other")) {
        return 0;
    }
    uint64_t hash = hash64(value, 0);
    uint32_t slot;
    const struct metric_name *name = find_name(family, value, hash, &slot);
    // A full family is asked without the lock for what it does not know.
    if (name != NULL || atomic_load_explicit(&family->name_count, memory_order_acquire) > metric_table[metric].dynamic_max) {
        return name != NULL ? name->index : 0;
    }
    if (utf8_invalid_at(value) < value.size) {
        return 0;
    }
    pthread_mutex_lock(&metrics->lock);
    uint32_t index = add_name(metrics, metric, value, hash);
    pthread_mutex_unlock(&metrics->lock);
    return index;
}

uint32_t metrics_series(struct metrics *metrics, Metric metric, Slice value, uint32_t known) {
    if (metrics == NULL) {
        return 0;
    }
    uint32_t known_count = metric_table[metric].known->count;
    INVARIANT(is_dynamic(&metric_table[metric]) && known < known_count);
    return index_of(metrics, metric, value) * known_count + known;
}

// ---- counting ---------------------------------------------------------------------------------------------

static _Atomic uint64_t *cell_of(struct metrics *metrics, Metric metric, uint32_t series) {
    struct metric_family *family = &metrics->families[metric];
    INVARIANT(series < family->series_count);
    return &family->cells[(size_t)series * family->width];
}

void metrics_add(struct metrics *metrics, Metric metric, uint32_t series, uint64_t more) {
    if (metrics != NULL) {
        INVARIANT(metric_table[metric].kind <= METRIC_GAUGE);
        atomic_fetch_add_explicit(cell_of(metrics, metric, series), more, memory_order_relaxed);
    }
}

void metrics_set(struct metrics *metrics, Metric metric, uint32_t series, int64_t value) {
    if (metrics != NULL) {
        INVARIANT(metric_table[metric].kind <= METRIC_GAUGE);
        atomic_store_explicit(cell_of(metrics, metric, series), (uint64_t)value, memory_order_relaxed);
    }
}

// The first bucket that an octave can fall into, by the number of bits of the time; from there it is at most three steps.
static uint32_t bucket_of(uint64_t us) {
    static const uint8_t first_by_bits[] = {0,  0,  0,  0,  0,  2,  4,  5,  7,  9,  11, 13, 15,
                                            16, 18, 20, 22, 23, 25, 27, 29, 31, 33, 34, 36, 37};
    enum { BITS_MAX = sizeof first_by_bits - 1 };
    uint32_t bits = us == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(us);
    uint32_t bucket = first_by_bits[bits > BITS_MAX ? BITS_MAX : bits];
    while (bucket < METRICS_BUCKETS && us > (uint64_t)metric_bounds[bucket]) {
        bucket++;
    }
    return bucket;
}

void metrics_record(struct metrics *metrics, Metric metric, uint32_t series, int64_t us) {
    if (metrics != NULL) {
        INVARIANT(metric_table[metric].kind == METRIC_HISTOGRAM);
        uint64_t value = us < 0 ? 0 : (uint64_t)us;
        _Atomic uint64_t *cells = cell_of(metrics, metric, series);
        atomic_fetch_add_explicit(&cells[bucket_of(value)], 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&cells[SUM], value, memory_order_relaxed);
    }
}

void metrics_set_info(struct metrics *metrics, Metric metric, const Slice *values, uint32_t count) {
    if (metrics == NULL) {
        return;
    }
    INVARIANT(metric_table[metric].kind == METRIC_INFO && count <= METRICS_INFO_MAX);
    pthread_mutex_lock(&metrics->lock);
    for (uint32_t i = 0; i < count; i++) {
        // Packs change a few times a day, so what is let go in the arena is little; what stays the same is not copied.
        Slice value = slice_part(values[i], 0, METRICS_VALUE_MAX);
        if (!slice_equal(metrics->infos[metric][i], value)) {
            metrics->infos[metric][i] = arena_copy(metrics->arena, value);
        }
    }
    pthread_mutex_unlock(&metrics->lock);
    atomic_store_explicit(cell_of(metrics, metric, 0), 1, memory_order_relaxed);
}

void metrics_set_process(struct metrics *metrics) {
    if (metrics == NULL) {
        return;
    }
    struct process_usage usage = process_usage();
    metrics_set(metrics, METRIC_RESIDENT, 0, (int64_t)usage.resident_bytes);
    metrics_set(metrics, METRIC_CPU, 0, usage.cpu_us);
    metrics_set(metrics, METRIC_FILES, 0, usage.files);
    metrics_set(metrics, METRIC_FILES_MAX, 0, usage.files_max);
    // The start does not move, though the wall clock that it is told by may.
    if (metrics_value(metrics, METRIC_STARTED, 0) == 0) {
        metrics_set(metrics, METRIC_STARTED, 0, usage.started_us);
    }
}

int64_t metrics_value(struct metrics *metrics, Metric metric, uint32_t series) {
    if (metrics == NULL) {
        return 0;
    }
    _Atomic uint64_t *cells = cell_of(metrics, metric, series);
    uint32_t count = metric_table[metric].kind == METRIC_HISTOGRAM ? METRICS_BUCKETS + 1 : 1;
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        value += atomic_load_explicit(&cells[i], memory_order_relaxed);
    }
    return (int64_t)value;
}
