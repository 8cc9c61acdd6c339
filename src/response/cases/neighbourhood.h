#pragma once
// Neighbourhood: what is near one party, read from the tables of movements and bonds.
//
// The nearest is read first. From the seed a walk is imagined that follows bonds by their weight
// and now and then goes back; a node's nearness is the chance that was seen so far to meet the walk
// there. The node of the largest nearness whose bonds were not read is read next, until nothing
// near enough is left or nodes_max were read. So a device that two accounts share is followed
// before the hundred shops that one of them paid.
//
// A payment binds its payer less where he pays from money of his own: a victim is no member of the
// gang that he pays. What an account got in that time, by payments that count, against what it paid
// says how much of it is passed on; payments weigh by that, and by a tenth at least.
//
// Nodes that were not read any more have bonds that nobody knows. Each gets one to WORLD, as strong
// as those of its kind usually are, so that nothing looks closed only because reading ended. WORLD
// has bonds with more others than a gang may have members, so that it is part of none.

#include "base/map.h"
#include "base/vec.h"
#include "response/cases/private.h"

#define NODE_WORLD GANG_NODE_KIND_COUNT
// Kinds of edges: payments, then bonds by their kind, then what leads to WORLD.
enum { EDGE_PAYMENT, EDGE_BOND, EDGE_WORLD = EDGE_BOND + BOND_KIND_COUNT };

struct near_node {
    struct gang_node is;
    double nearness;
    double strength; // of all its bonds that were read
    bool was_read, is_hub;
    GangSkip reason; // of a hub
    uint32_t seen;
    Slice detail;
};

struct near_place { // of the queue
    double nearness;
    uint32_t node;
};

struct near_row { // a bond that was read, before it is one
    struct gang_node other;
    uint8_t edge;
    bool leaves; // a payment of the node to the other
    int64_t times, amount, first_us, last_us;
    double weight;
};

struct neighbourhood {
    struct book *book;
    struct gang_options options;
    struct map by_name; // nodes
    VEC(struct near_node) nodes;
    VEC(struct graph_edge) edges;
    VEC(struct near_place) queue; // a heap, the largest first; a node may be in it several times
    VEC(struct near_row) rows;
    uint32_t reads, questions;
    bool is_cut;
};

// `options` are complete: no 0 that means a default.
MUST_USE Status neighbourhood_read(struct book *book, const struct gang_node *seed,
                                   const struct gang_options *options, struct neighbourhood *ret);

// Sets the outcome and the parts of the members (cases.h) of what was found, and counts.
void gang_tell_parts(const struct neighbourhood *near, struct gang *gang);
uint32_t neighbourhood_find(const struct neighbourhood *near, const struct gang_node *node);
