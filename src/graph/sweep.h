#pragma once
// Sweep: of the nodes that a walk reached, which belong together.

#include "graph/nearby.h"

struct sweep {
    GraphGangOutcome outcome;
    uint32_t *members; // places, in the order of how much oftener the walk ends there than their
                       // strength explains; all are connected with the seed
    uint32_t member_count;
    uint32_t account_count;
    double cut, volume, conductance;
    bool is_component;
};

// How much oftener the walk ends at a place than its strength explains.
static inline double excess_of(const struct place *place) {
    return place->ends / place->strength;
}

// Working memory and the members stay in the arena of the walk.
struct sweep sweep_run(struct nearby *nearby, const struct graph_gang_options *options);
