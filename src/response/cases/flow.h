#pragma once
// Flow: the accounts and movements that a picture of the ways of money is made of, as they were
// read from the tables.
//
// Reading follows tracing. First the movements of where it begins are read, and the money is traced
// through what is there (graph.h). Where it came to an account of this bank whose movements were
// not read, they are read now, all of them in the time looked at, for only who knows what else came
// in and went out can say which money it was; and the tracing is done again. So only accounts are
// read that the money really came to, and each round leads it one layer on.

#include "base/map.h"
#include "base/vec.h"
#include "response/cases/private.h"

// Why money was not followed any further. Told in the picture.
#define FLOW_CUTS(X)                                                                               \
    X(ROWS, "流水过多，未继续追踪", "more movements than are read of one account")                 \
    X(NAMED, "已登记的公共账户", "registered as an account that everybody meets")                  \
    X(AMOUNT, "金额低于追踪下限", "less came here than is followed")                               \
    X(ACCOUNTS, "账户数达到上限", "as many accounts were read as may be")                          \
    X(MOVEMENTS, "流水总量达到上限", "as many movements were read as may be")                      \
    X(LAYERS, "层数达到上限", "as many layers were followed as may be")                            \
    X(PIECES, "资金碎片达到上限", "as many pieces were followed as may be")
typedef enum FlowCut {
#define X(name, zh, en) FLOW_CUT_##name,
    FLOW_CUTS(X)
#undef X
        FLOW_CUT_COUNT,
} FlowCut;

struct flow_node {
    MoneyPlace place;
    Slice name;
    Slice customer; // where it is known
    bool was_read, is_stopped;
    FlowCut cut; // of one that is stopped
};

struct flow_ledger {
    struct book *book;
    struct flow_options options; // complete
    struct map by_name;          // nodes
    struct map by_sequence;      // movements
    VEC(struct flow_node) nodes;
    VEC(struct graph_movement) movements;
    uint32_t reads; // accounts
    bool is_cut[FLOW_CUT_COUNT];
};

void flow_ledger_init(struct flow_ledger *ledger, struct book *book,
                      const struct flow_options *options);
// The number of an account, made if it is new.
uint32_t flow_node_of(struct flow_ledger *ledger, MoneyPlace place, Slice name, Slice customer);
// The place of a movement in `movements`; one that is there already stays as it is.
uint32_t flow_put_movement(struct flow_ledger *ledger, const struct graph_movement *movement);
// All movements of an account of this bank in the time looked at.
MUST_USE Status flow_read_account(struct flow_ledger *ledger, uint32_t node);

struct flow_tracing {
    GraphDirection direction;
    uint32_t account; // where it begins; GRAPH_NONE: with `sources`
    const struct graph_flow_source *sources;
    uint32_t source_count;
};
// Reads and traces until nothing is left to be read.
MUST_USE Status flow_trace(struct flow_ledger *ledger, const struct flow_tracing *tracing,
                           struct graph_flow *ret);

// Either may be NULL. `what`: "account" or "case", with its name.
void flow_put_json(const struct flow_ledger *ledger, const struct graph_flow *forward,
                   const struct graph_flow *backward, const char *what, Slice name,
                   struct json_writer *json);
