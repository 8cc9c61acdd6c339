// Flow, put in order: pieces become steps, steps become edges, and accounts get their figures.

#include "graph/flow.h"

#include <stdlib.h>

// ---- steps -------------------------------------------------------------------------------------

static int by_layer_and_place(const void *left, const void *right) {
    const struct piece *a = left;
    const struct piece *b = right;
    if (a->layer != b->layer) {
        return a->layer < b->layer ? -1 : 1;
    }
    return (a->movement > b->movement) - (a->movement < b->movement);
}

// Pieces of one movement and layer become one.
static void put_steps(struct tracing *tracing, struct arena *arena, struct graph_flow *flow) {
    struct piece *pieces = tracing->pieces.at;
    uint32_t count = 0;
    if (tracing->pieces.count > 0) {
        qsort(pieces, tracing->pieces.count, sizeof *pieces, by_layer_and_place);
    }
    for (uint32_t i = 0; i < tracing->pieces.count; i++) {
        if (count > 0 && by_layer_and_place(&pieces[count - 1], &pieces[i]) == 0) {
            pieces[count - 1].amount += pieces[i].amount;
        } else {
            pieces[count++] = pieces[i];
        }
    }
    tracing->pieces.count = count;
    flow->step_count = count;
    flow->steps = ARENA_ARRAY(arena, struct graph_flow_step, count);
    for (uint32_t i = 0; i < count; i++) {
        flow->steps[i] = (struct graph_flow_step){tracing->ledger->input_of[pieces[i].movement],
                                                  pieces[i].layer, pieces[i].amount};
        flow->layers = pieces[i].layer;
    }
}

// ---- edges -------------------------------------------------------------------------------------

static int by_layer_and_ends(const void *left, const void *right) {
    const struct graph_flow_edge *a = left;
    const struct graph_flow_edge *b = right;
    if (a->layer != b->layer) {
        return a->layer < b->layer ? -1 : 1;
    }
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return (a->to > b->to) - (a->to < b->to);
}

static void add_to_edge(struct graph_flow_edge *edge, const struct graph_flow_edge *more) {
    edge->movements += more->movements;
    edge->amount += more->amount;
    edge->first_us = edge->first_us < more->first_us ? edge->first_us : more->first_us;
    edge->last_us = edge->last_us > more->last_us ? edge->last_us : more->last_us;
}

static void put_edges(struct tracing *tracing, struct arena *arena, struct graph_flow *flow) {
    const struct graph_ledger *ledger = tracing->ledger;
    struct graph_flow_edge *edges =
        ARENA_ARRAY(tracing->arena, struct graph_flow_edge, tracing->pieces.count);
    for (uint32_t i = 0; i < tracing->pieces.count; i++) {
        const struct piece *piece = &tracing->pieces.at[i];
        const struct graph_movement *movement = &ledger->movements[piece->movement];
        edges[i] = (struct graph_flow_edge){
            .from = movement->from,
            .to = movement->to,
            .layer = piece->layer,
            .movements = 1,
            .amount = piece->amount,
            .first_us = movement->time_us,
            .last_us = movement->time_us,
            .is_exit = ledger_is_exit(ledger, tracing->is_forward ? movement->to : movement->from),
        };
    }
    if (tracing->pieces.count > 0) {
        qsort(edges, tracing->pieces.count, sizeof *edges, by_layer_and_ends);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < tracing->pieces.count; i++) {
        if (count > 0 && by_layer_and_ends(&edges[count - 1], &edges[i]) == 0) {
            add_to_edge(&edges[count - 1], &edges[i]);
        } else {
            edges[count++] = edges[i];
        }
    }
    flow->edge_count = count;
    flow->edges = ARENA_ARRAY(arena, struct graph_flow_edge, count);
    if (count > 0) {
        memcpy(flow->edges, edges, sizeof *edges * count);
    }
}

// ---- accounts ----------------------------------------------------------------------------------

static int by_account_and_time(const void *left, const void *right) {
    const struct dwell *a = left;
    const struct dwell *b = right;
    if (a->account != b->account) {
        return a->account < b->account ? -1 : 1;
    }
    return (a->us > b->us) - (a->us < b->us);
}

// The shortest time such that half of the money lay no longer.
static int64_t median_of(const struct dwell *dwells, uint32_t count) {
    int64_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        all += dwells[i].amount;
    }
    int64_t counted = 0;
    uint32_t at = 0;
    while (counted + dwells[at].amount < all - all / 2) {
        counted += dwells[at++].amount;
    }
    return dwells[at].us;
}

static void find_dwells(struct tracing *tracing) {
    struct dwell *dwells = tracing->dwells.at;
    uint32_t count = tracing->dwells.count;
    if (count > 0) {
        qsort(dwells, count, sizeof *dwells, by_account_and_time);
    }
    for (uint32_t begin = 0, end = 0; begin < count; begin = end) {
        while (end < count && dwells[end].account == dwells[begin].account) {
            end++;
        }
        tracing->accounts.at[dwells[begin].account].dwell_us =
            median_of(&dwells[begin], end - begin);
    }
}

struct pair {
    uint32_t from, to;
};

static int by_ends(const void *left, const void *right) {
    const struct pair *a = left;
    const struct pair *b = right;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return (a->to > b->to) - (a->to < b->to);
}

static struct graph_flow_account *account_at(struct tracing *tracing, uint32_t node) {
    return &tracing->accounts.at[tracing->account_of[node] - 1];
}

static void count_partners(struct tracing *tracing, const struct graph_flow *flow) {
    struct pair *pairs = ARENA_ARRAY(tracing->arena, struct pair, flow->edge_count);
    for (uint32_t i = 0; i < flow->edge_count; i++) {
        const struct graph_flow_edge *edge = &flow->edges[i];
        pairs[i] = (struct pair){edge->from, edge->to};
        if (edge->is_exit) {
            account_at(tracing, tracing->is_forward ? edge->from : edge->to)->exits += edge->amount;
        }
    }
    if (flow->edge_count > 0) {
        qsort(pairs, flow->edge_count, sizeof *pairs, by_ends);
    }
    for (uint32_t i = 0; i < flow->edge_count; i++) {
        if (i == 0 || by_ends(&pairs[i - 1], &pairs[i]) != 0) {
            struct graph_flow_account *payer = account_at(tracing, pairs[i].from);
            struct graph_flow_account *payee = account_at(tracing, pairs[i].to);
            payer->payees++;
            payee->payers++;
            payee->collected_from += payer->layer > 0;
        }
    }
}

static int by_layer_and_node(const void *left, const void *right) {
    const struct graph_flow_account *a = left;
    const struct graph_flow_account *b = right;
    if (a->layer != b->layer) {
        return a->layer < b->layer ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

static void put_accounts(struct tracing *tracing, struct arena *arena, struct graph_flow *flow) {
    struct graph_flow_account *accounts = tracing->accounts.at;
    uint32_t count = tracing->accounts.count;
    if (count > 0) {
        qsort(accounts, count, sizeof *accounts, by_layer_and_node);
    }
    flow->account_count = count;
    flow->accounts = ARENA_ARRAY(arena, struct graph_flow_account, count);
    for (uint32_t i = 0; i < count; i++) {
        flow->accounts[i] = accounts[i];
        flow->own += accounts[i].own;
        flow->left += accounts[i].left;
        flow->outside += accounts[i].outside;
        flow->not_followed += accounts[i].not_followed;
        flow->rejoined += accounts[i].rejoined;
    }
    flow->traced = tracing->is_forward ? flow->own : flow->left;
}

void flow_put_in_order(struct tracing *tracing, struct arena *arena, struct graph_flow *ret) {
    ret->cuts = tracing->cuts;
    put_steps(tracing, arena, ret);
    put_edges(tracing, arena, ret);
    find_dwells(tracing);
    count_partners(tracing, ret);
    put_accounts(tracing, arena, ret);
}
