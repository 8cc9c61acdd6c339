// A histogram for each model, of nanoseconds up to 16 ms, good to an eighth.

#include "server/costs.h"

#include "base/buckets.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    SUB_BITS = 4,
    COST_BITS = 24,
    BUCKETS = BUCKETS_FOR(COST_BITS, SUB_BITS),
};

struct model_cost {
    uint64_t count, sum_ns;
    uint64_t this_ns; // of the decision at hand
    bool is_seen;
    uint32_t buckets[BUCKETS];
};

struct cost_table {
    const struct catalogue *catalogue;
    int64_t since_us;
    uint64_t decisions, took_ns, models_ns, features_ns, own_ns;
    struct model_cost models[]; // by the catalogue's
};

struct costs {
    pthread_mutex_t lock;
    uint32_t until_due; // of who decides
    struct cost_table *table; // NULL: nothing decides yet
};

struct cost_table *cost_table_create(const struct catalogue *catalogue) {
    struct cost_table *table = memory_alloc(sizeof *table + sizeof table->models[0] * catalogue->models.count);
    table->catalogue = catalogue;
    return table;
}

void cost_table_destroy(struct cost_table *table) {
    free(table);
}

struct costs *costs_create(void) {
    struct costs *costs = memory_alloc(sizeof *costs);
    INVARIANT(pthread_mutex_init(&costs->lock, NULL) == 0);
    return costs;
}

void costs_destroy(struct costs *costs) {
    if (costs != NULL) {
        pthread_mutex_destroy(&costs->lock);
        cost_table_destroy(costs->table);
        free(costs);
    }
}

struct cost_table *costs_begin(struct costs *costs, struct cost_table *table, int64_t now_us) {
    table->since_us = now_us;
    pthread_mutex_lock(&costs->lock);
    struct cost_table *before = costs->table;
    costs->table = table;
    pthread_mutex_unlock(&costs->lock);
    return before;
}

bool costs_is_due(struct costs *costs) {
    costs->until_due = costs->until_due == 0 ? COSTS_EVERY - 1 : costs->until_due - 1;
    return costs->until_due == 0;
}

// ---- adding -------------------------------------------------------------------------------------------------

static uint32_t bucket_of_cost(uint64_t ns) {
    return bucket_of(ns < UINT64_C(1) << COST_BITS ? ns : (UINT64_C(1) << COST_BITS) - 1, SUB_BITS);
}

static void add_models(struct cost_table *table, const struct engine_times *times) {
    for (uint32_t i = 0; i < times->count; i++) {
        struct model_cost *model = &table->models[times->models[i].model - table->catalogue->models.at];
        model->this_ns = (model->is_seen ? model->this_ns : 0) + times->models[i].ns;
        model->is_seen = true;
    }
    for (uint32_t i = 0; i < times->count; i++) {
        struct model_cost *model = &table->models[times->models[i].model - table->catalogue->models.at];
        if (model->is_seen) {
            model->is_seen = false;
            model->count++;
            model->sum_ns += model->this_ns;
            model->buckets[bucket_of_cost(model->this_ns)]++;
            table->own_ns += model->this_ns;
        }
    }
}

void costs_add(struct costs *costs, const struct engine_times *times, uint64_t took_ns) {
    if (pthread_mutex_trylock(&costs->lock) != 0) {
        return;
    }
    struct cost_table *table = costs->table;
    table->decisions++;
    table->took_ns += took_ns;
    table->models_ns += times->models_ns;
    table->features_ns += times->features_ns;
    add_models(table, times);
    pthread_mutex_unlock(&costs->lock);
}

// ---- looking ------------------------------------------------------------------------------------------------

static uint64_t median_of(const struct model_cost *model) {
    uint64_t below = 0;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        below += model->buckets[i];
        if (2 * below >= model->count) {
            return bucket_end(i, SUB_BITS);
        }
    }
    return bucket_end(BUCKETS - 1, SUB_BITS);
}

static double share_of(const struct cost_table *table, uint64_t ns) {
    return table->took_ns == 0 ? 0 : (double)ns / (double)table->took_ns;
}

static void look(const struct cost_table *table, struct cost *models, struct costs_all *ret_all) {
    uint64_t told_ns = table->own_ns + table->features_ns;
    for (uint32_t i = 0; i < table->catalogue->models.count; i++) {
        const struct model_cost *model = &table->models[i];
        models[i] = (struct cost){.count = model->count, .median_ns = model->count == 0 ? 0 : median_of(model), .share = share_of(table, model->sum_ns)};
    }
    *ret_all = (struct costs_all){
        .since_us = table->since_us,
        .decisions = table->decisions,
        .took_ns = table->decisions == 0 ? 0 : table->took_ns / table->decisions,
        .models_share = share_of(table, table->models_ns),
        .features_share = share_of(table, table->features_ns),
        .pass_share = share_of(table, table->models_ns > told_ns ? table->models_ns - told_ns : 0),
        .models = models,
    };
}

bool costs_look(struct costs *costs, const struct catalogue *catalogue, struct arena *arena, struct costs_all *ret_all) {
    struct cost *models = ARENA_ARRAY(arena, struct cost, catalogue->models.count + 1);
    pthread_mutex_lock(&costs->lock);
    bool is_it = costs->table != NULL && costs->table->catalogue == catalogue;
    if (is_it) {
        look(costs->table, models, ret_all);
    }
    pthread_mutex_unlock(&costs->lock);
    return is_it;
}
