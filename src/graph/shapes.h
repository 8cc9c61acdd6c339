#pragma once
// Shapes: what the searches for the several shapes share.

#include "graph/ledger.h"

#include "base/vec.h"

struct search {
    const struct graph_ledger *ledger;
    struct graph_shape_options options; // without zeroes
    bool any_time;
    uint64_t steps;       // movements looked at for the kind at hand
    uint32_t found_first; // of the kind at hand
    uint32_t *tally;      // by node: of a search at hand; all 0 between searches
    uint8_t *is_hub;      // by node: it was not led over
    uint32_t hubs;
    uint32_t cuts;
    VEC(struct graph_shape) found;
    struct arena *arena;   // of working memory
    struct arena *results; // the caller's
};

// Movements of a node in the time that is looked at: places, in the order of time.
struct row {
    const uint32_t *at;
    uint32_t count;
};

struct row search_row(const struct search *search, uint32_t node, bool outward);
// The first of a row that is not before `time_us`.
uint32_t row_from(const struct search *search, struct row row, int64_t time_us);

static inline const struct graph_movement *movement_at(const struct search *search,
                                                       uint32_t place) {
    return &search->ledger->movements[place];
}

static inline uint32_t other_end(const struct search *search, uint32_t place, bool outward) {
    const struct graph_movement *movement = movement_at(search, place);
    return outward ? movement->to : movement->from;
}

// Counts a look at `steps` movements. False: the bound is reached.
bool search_may(struct search *search, uint64_t steps);
// Whether a node may be led over; the seed always may. Counts hubs.
bool search_leads_over(struct search *search, uint32_t node);
// Whether the second of two movements carries enough of the first, and the first of the second.
bool search_keeps(const struct search *search, uint32_t first, uint32_t second);
// One more, of `count` places in any order, which are sorted; false: there is no room for another.
bool search_put(struct search *search, GraphShapeKind kind, uint32_t centre, uint32_t target,
                uint32_t many, uint32_t *places, uint32_t count);

// Whom the seed paid, then who paid it, each once and in the order of time.
struct partners {
    uint32_t *nodes;
    uint32_t count;
};

struct partners search_partners(struct search *search, bool payees, bool payers);

void search_fans(struct search *search, bool inward);
void search_gather_scatters(struct search *search);
void search_cycles(struct search *search);
void search_scatter_gathers(struct search *search);
