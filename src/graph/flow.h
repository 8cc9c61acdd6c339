#pragma once
// Flow: what following money leaves behind, before it is put in order.

#include "graph/lots.h"

#include "base/vec.h"

// A part of a movement that is traced.
struct piece {
    uint32_t movement; // place
    uint32_t layer;
    int64_t at, amount;
};

// How long a part of the money lay at an account before it went on.
struct dwell {
    uint32_t account; // index
    int64_t us;
    int64_t amount;
};

struct tracing {
    const struct graph_ledger *ledger;
    struct graph_flow_options options; // without zeroes
    bool is_forward;
    struct lots lots;
    int64_t *covered;         // by place: fen, from 0 on, that are a source themselves
    VEC(struct piece) pieces; // also the queue: layer by layer
    uint32_t *account_of;     // by node: 1 + index; 0: not touched
    VEC(struct graph_flow_account) accounts;
    VEC(struct dwell) dwells;
    uint32_t cuts;
    struct arena *arena; // of working memory
};

// Steps, edges, accounts and sums of what was traced; `arena` is the caller's.
void flow_put_in_order(struct tracing *tracing, struct arena *arena, struct graph_flow *ret);
// The parts that accounts play, by their figures.
void flow_find_roles(const struct graph_flow_options *options, bool is_forward,
                     struct graph_flow *flow);
