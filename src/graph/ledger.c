// Ledger: movements in the order of time, and the rows of each node.

#include "graph/ledger.h"

#include <stdlib.h>

static Status check_movement(const struct graph_ledger_plan *plan, uint32_t index,
                             struct arena *arena, struct diag *diag) {
    const struct graph_movement *movement = &plan->movements[index];
    if (movement->from >= plan->node_count || movement->to >= plan->node_count) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR008",
                         "movement %u goes from node %u to %u, and there are %u", index,
                         movement->from, movement->to, plan->node_count);
    }
    if (movement->amount <= 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR009",
                         "movement %u is of %lld fen; an amount is above 0", index,
                         (long long)movement->amount);
    }
    if (movement->time_us < -GRAPH_TIME_MAX_US || movement->time_us > GRAPH_TIME_MAX_US) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR012",
                         "the time of movement %u lies too far away", index);
    }
    return STATUS_OK;
}

static Status check_plan(const struct graph_ledger_plan *plan, struct arena *arena,
                         struct diag *diag) {
    if (plan->node_count > GRAPH_NODES_MAX || plan->movement_count > GRAPH_EDGES_MAX) {
        return diag_fail(diag, arena, STATUS_LIMIT, "GR006",
                         "%u nodes and %u movements are more than a ledger holds", plan->node_count,
                         plan->movement_count);
    }
    for (uint32_t i = 0; plan->node_kinds != NULL && i < plan->node_count; i++) {
        if (plan->node_kinds[i] >= GRAPH_KINDS_MAX) {
            return diag_fail(diag, arena, STATUS_INVALID, "GR002",
                             "node %u is of kind %u; kinds are below %d", i, plan->node_kinds[i],
                             GRAPH_KINDS_MAX);
        }
    }
    int64_t sum = 0;
    for (uint32_t i = 0; i < plan->movement_count; i++) {
        TRY(check_movement(plan, i, arena, diag));
        if (__builtin_add_overflow(sum, plan->movements[i].amount, &sum)) {
            return diag_fail(diag, arena, STATUS_INVALID, "GR010",
                             "the amounts of the first %u movements do not fit 64 bits", i + 1);
        }
    }
    return STATUS_OK;
}

// ---- the order of time -------------------------------------------------------------------------

static int by_time(const void *left, const void *right, void *context) {
    const struct graph_movement *movements = context;
    uint32_t i = *(const uint32_t *)left;
    uint32_t k = *(const uint32_t *)right;
    const struct graph_movement *a = &movements[i];
    const struct graph_movement *b = &movements[k];
    if (a->time_us != b->time_us) {
        return a->time_us < b->time_us ? -1 : 1;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return (i > k) - (i < k);
}

static void sort(struct graph_ledger *ledger, const struct graph_ledger_plan *plan) {
    bool sorted = true;
    for (uint32_t i = 0; i < plan->movement_count; i++) {
        const struct graph_movement *movement = &plan->movements[i];
        ledger->place_of[i] = GRAPH_NONE;
        if (movement->from != movement->to) {
            ledger->input_of[ledger->count++] = i;
        }
    }
    void *movements = (void *)plan->movements;
    for (uint32_t i = 1; i < ledger->count && sorted; i++) {
        sorted = by_time(&ledger->input_of[i - 1], &ledger->input_of[i], movements) < 0;
    }
    if (!sorted) {
        qsort_r(ledger->input_of, ledger->count, sizeof *ledger->input_of, by_time, movements);
    }
    for (uint32_t place = 0; place < ledger->count; place++) {
        uint32_t input = ledger->input_of[place];
        ledger->place_of[input] = place;
        ledger->movements[place] = plan->movements[input];
    }
}

// ---- rows --------------------------------------------------------------------------------------

static void make_rows(struct graph_ledger *ledger) {
    for (uint32_t place = 0; place < ledger->count; place++) {
        ledger->out_start[ledger->movements[place].from + 1]++;
        ledger->in_start[ledger->movements[place].to + 1]++;
    }
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        ledger->out_start[node + 1] += ledger->out_start[node];
        ledger->in_start[node + 1] += ledger->in_start[node];
    }
    // From the last to the first, so that every start comes down from its row's end.
    for (uint32_t place = ledger->count; place > 0; place--) {
        const struct graph_movement *movement = &ledger->movements[place - 1];
        ledger->out[--ledger->out_start[movement->from + 1]] = place - 1;
        ledger->in[--ledger->in_start[movement->to + 1]] = place - 1;
    }
    memmove(ledger->out_start, ledger->out_start + 1, sizeof(uint32_t) * ledger->node_count);
    memmove(ledger->in_start, ledger->in_start + 1, sizeof(uint32_t) * ledger->node_count);
    ledger->out_start[ledger->node_count] = ledger->count;
    ledger->in_start[ledger->node_count] = ledger->count;
}

Status graph_ledger_create(const struct graph_ledger_plan *plan, struct arena *arena,
                           struct graph_ledger **ret_ledger, struct diag *diag) {
    TRY(check_plan(plan, arena, diag));
    size_t movements = plan->movement_count;
    size_t starts = (size_t)plan->node_count + 1;
    struct graph_ledger *ledger = memory_alloc(sizeof *ledger);
    *ledger = (struct graph_ledger){
        .node_count = plan->node_count,
        .input_count = plan->movement_count,
        .movements = memory_alloc(sizeof *ledger->movements * movements),
        .input_of = memory_alloc(sizeof *ledger->input_of * movements),
        .place_of = memory_alloc(sizeof *ledger->place_of * movements),
        .out_start = memory_alloc(sizeof *ledger->out_start * starts),
        .in_start = memory_alloc(sizeof *ledger->in_start * starts),
        .out = memory_alloc(sizeof *ledger->out * movements),
        .in = memory_alloc(sizeof *ledger->in * movements),
        .node_kinds = memory_alloc(plan->node_count),
        .exit_kinds = plan->exit_kinds,
    };
    if (plan->node_kinds != NULL && plan->node_count > 0) {
        memcpy(ledger->node_kinds, plan->node_kinds, plan->node_count);
    }
    sort(ledger, plan);
    make_rows(ledger);
    *ret_ledger = ledger;
    return STATUS_OK;
}

void graph_ledger_destroy(struct graph_ledger *ledger) {
    if (ledger == NULL) {
        return;
    }
    free(ledger->movements);
    free(ledger->input_of);
    free(ledger->place_of);
    free(ledger->out_start);
    free(ledger->in_start);
    free(ledger->out);
    free(ledger->in);
    free(ledger->node_kinds);
    free(ledger);
}
