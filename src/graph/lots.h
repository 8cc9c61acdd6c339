#pragma once
// Lots: which money of a movement went on in which other movement.
//
// A movement is an interval of fen, from 0 to its amount. What comes into an account is a lot
// there; what goes out takes from lots, the oldest first or the newest, and each taking is a slice:
// an interval of the movement that brought the money is an interval of the one that took it away.
// What no slice of a movement names was the account's own, or is still there.
//
//     in     0 ...... 60 ........ 100          slice: in 60..100 is out 0..40
//     out              0 ......... 40 ... 50           out 40..50 is of another lot, or own
//
// Intervals of one movement do not overlap, on either side; so each fen has one way.
//
// The lots of an account depend on its own movements alone, and are matched when it is first asked
// for.

#include "graph/ledger.h"

#include "base/vec.h"

// Seen from the side from which it is followed: forward `near` is the movement that came in and
// `far` the one that went out, backward the other way round.
struct slice {
    uint32_t near, far; // places
    int64_t near_at, far_at;
    int64_t amount;
};

struct lots {
    const struct graph_ledger *ledger;
    GraphFlowOrder order;
    const int64_t *openings; // may be NULL
    bool is_forward;
    VEC(struct slice) slices;
    uint32_t *begin, *end; // by place: its slices, in the order of near_at, once they are matched
    uint8_t *is_matched;   // by node
    struct arena *arena;
};

void lots_init(struct lots *lots, const struct graph_ledger *ledger,
               const struct graph_flow_options *options, struct arena *arena);
void lots_deinit(struct lots *lots);
// Linear in the movements of the node, when it is first asked for; of newest first, forward, with
// sorting.
void lots_match(struct lots *lots, uint32_t node);
