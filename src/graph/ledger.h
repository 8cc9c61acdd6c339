#pragma once
// Ledger: how movements lie in memory.

#include "graph/private.h"

// Inside, a movement is its place in the order of time. Of every node the places of its movements
// are a row, in the same order.
struct graph_ledger {
    uint32_t node_count;
    uint32_t count;
    uint32_t input_count;
    struct graph_movement *movements; // by place
    uint32_t *input_of;               // by place: where it stood in the caller's array
    uint32_t *place_of;               // by where it stood; GRAPH_NONE: dropped
    uint32_t *out_start, *in_start;   // node_count + 1
    uint32_t *out, *in;               // places
    uint8_t *node_kinds;
    uint64_t exit_kinds;
};

static inline bool ledger_is_exit(const struct graph_ledger *ledger, uint32_t node) {
    return (ledger->exit_kinds >> ledger->node_kinds[node] & 1) != 0;
}
