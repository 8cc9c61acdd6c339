// Gang: a proposal around one account, with what an analyst needs in order to judge it.

#include "graph/sweep.h"

#include <math.h>
#include <stdlib.h>

enum {
    ACCOUNTS_MIN = 3,
    MEMBERS_MAX = 500,
    NODES_MAX = 5000,
    EDGES_MAX = 500000,
    BONDS_MAX = 1000,
    WHOLE_MAX = 30,
    BOUND_MOST = 1 << 24, // of every bound that is chosen
};
#define RESTART 0.15
#define PRECISION 1e-4
#define CONDUCTANCE_MAX 0.5
#define CONDUCTANCE_SPLIT 0.1

// What is being put together. Members are marked among all nodes as 1 + their place in the result;
// hubs with HUB_BIT.
enum { HUB_BIT = 1u << 31 };

struct proposal {
    struct nearby *nearby;
    const struct graph_gang_options *options;
    struct graph_gang *gang;
    VEC(uint32_t) bonds;
    VEC(struct graph_gang_hub) hubs;
};

// ---- options -----------------------------------------------------------------------------------

static void fill_u32(uint32_t *option, uint32_t value) {
    *option = *option == 0 ? value : *option;
}

static void fill_double(double *option, double value) {
    *option = *option == 0 ? value : *option;
}

static struct graph_gang_options filled(const struct graph_gang_options *options) {
    struct graph_gang_options full = *options;
    fill_u32(&full.accounts_min, ACCOUNTS_MIN);
    fill_u32(&full.members_max, MEMBERS_MAX);
    fill_u32(&full.nodes_max, NODES_MAX);
    fill_u32(&full.edges_max, EDGES_MAX);
    fill_u32(&full.bonds_max, BONDS_MAX);
    fill_u32(&full.whole_max, WHOLE_MAX);
    fill_double(&full.restart, RESTART);
    fill_double(&full.precision, PRECISION);
    fill_double(&full.conductance_max, CONDUCTANCE_MAX);
    fill_double(&full.conductance_split, CONDUCTANCE_SPLIT);
    return full;
}

static Status check_options(const struct graph_gang_options *options, uint32_t node_count,
                            struct arena *arena, struct diag *diag) {
    if (options->seed >= node_count) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "the seed is node %u, and there are %u", options->seed, node_count);
    }
    if (options->members_max > BOUND_MOST || options->nodes_max > BOUND_MOST ||
        options->edges_max > BOUND_MOST || options->bonds_max > BOUND_MOST) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "a bound of a gang is larger than %d", BOUND_MOST);
    }
    bool restarts = options->restart > 0 && options->restart < 1;
    bool is_precise = options->precision > 0 && options->precision < 1;
    bool cuts = options->conductance_max > 0 && options->conductance_split > 0;
    if (!restarts || !is_precise || !cuts) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "restart, precision and conductances of a gang lie above 0, the first two "
                         "below 1");
    }
    return STATUS_OK;
}

// ---- members -----------------------------------------------------------------------------------

static void put_members(struct proposal *proposal, const struct sweep *sweep, struct arena *arena) {
    struct nearby *nearby = proposal->nearby;
    struct graph_gang *gang = proposal->gang;
    gang->members = ARENA_ARRAY(arena, struct graph_gang_member, sweep->member_count);
    gang->member_count = sweep->member_count;
    gang->account_count = sweep->account_count;
    for (uint32_t i = 0; i < nearby->place_count; i++) {
        nearby->place_of[nearby->places[i].node] = 0;
    }
    double most = sweep->member_count == 0 ? 0 : excess_of(&nearby->places[sweep->members[0]]);
    for (uint32_t i = 0; i < sweep->member_count; i++) {
        const struct place *place = &nearby->places[sweep->members[i]];
        nearby->place_of[place->node] = i + 1;
        gang->members[i] = (struct graph_gang_member){
            .node = place->node,
            .nearness = excess_of(place) / most,
        };
    }
}

// ---- bonds and hubs ----------------------------------------------------------------------------

static GraphHubReason reason_of(const struct view *view, uint32_t node) {
    switch ((Hubness)view->hubness[node]) {
    case HUB_BY_NAME:
        return GRAPH_HUB_NAMED;
    case HUB_BY_COST:
        return GRAPH_HUB_COST;
    default:
        return GRAPH_HUB_DEGREE;
    }
}

// One member more that meets others in this hub.
static void meet_hub(struct proposal *proposal, uint32_t node) {
    struct nearby *nearby = proposal->nearby;
    uint32_t known = nearby->place_of[node];
    if ((known & HUB_BIT) == 0) {
        GraphHubReason reason = reason_of(&nearby->view, node);
        struct graph_gang_hub *hub = VEC_PUSH(&proposal->hubs, nearby->arena);
        hub->node = node;
        hub->reason = reason;
        hub->degree_max = reason == GRAPH_HUB_DEGREE ? view_hub_degree(&nearby->view, node) : 0;
        hub->bonds = degree_of(nearby->view.graph, node);
        nearby->place_of[node] = known = HUB_BIT | (proposal->hubs.count - 1);
    }
    proposal->hubs.at[known & ~HUB_BIT].members++;
}

static bool is_account(const struct proposal *proposal, uint32_t node) {
    uint64_t kinds = proposal->options->account_kinds;
    return kinds == 0 || (kinds >> proposal->nearby->view.graph->node_kinds[node] & 1) != 0;
}

// Counts a member's bonds; those to other members are told once, by the end that is their `from`.
static void count_bonds(struct proposal *proposal, struct graph_gang_member *member) {
    struct view *view = &proposal->nearby->view;
    const struct graph *graph = view->graph;
    struct graph_bonds walk = graph_bonds(graph, member->node);
    uint32_t edge;
    uint32_t other;
    uint32_t last = GRAPH_NONE;
    double all = 0;
    double inside = 0;
    while (graph_bonds_next(&walk, &edge, &other)) {
        if (!view_has(view, &graph->edges[edge])) {
            continue;
        }
        bool is_hub = view_is_hub(view, other);
        uint32_t known = proposal->nearby->place_of[other];
        if (is_hub && other != last) {
            meet_hub(proposal, other);
        }
        if (!is_hub && known > 0) {
            member->bonds++;
            member->neighbours += other != last;
            member->accounts += other != last && is_account(proposal, other);
            inside += graph->edges[edge].weight;
            if (graph->edges[edge].from == member->node) {
                *VEC_PUSH(&proposal->bonds, proposal->nearby->arena) = edge;
            }
        }
        all += is_hub ? 0 : graph->edges[edge].weight;
        last = other;
    }
    member->strength = all > 0 ? inside / all : 0;
}

static int by_weight(const void *left, const void *right, void *context) {
    const struct graph_edge *edges = context;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    if (edges[a].weight != edges[b].weight) {
        return edges[a].weight > edges[b].weight ? -1 : 1;
    }
    return (a > b) - (a < b);
}

static int by_members(const void *left, const void *right) {
    const struct graph_gang_hub *a = left;
    const struct graph_gang_hub *b = right;
    if (a->members != b->members) {
        return a->members > b->members ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

static void put_bonds_and_hubs(struct proposal *proposal, struct arena *arena) {
    struct graph_gang *gang = proposal->gang;
    if (proposal->bonds.count > 0) {
        qsort_r(proposal->bonds.at, proposal->bonds.count, sizeof *proposal->bonds.at, by_weight,
                proposal->nearby->view.graph->edges);
    }
    if (proposal->hubs.count > 0) {
        qsort(proposal->hubs.at, proposal->hubs.count, sizeof *proposal->hubs.at, by_members);
    }
    gang->bonds_inside = proposal->bonds.count;
    gang->bond_count = proposal->bonds.count;
    if (gang->bond_count > proposal->options->bonds_max) {
        gang->bond_count = proposal->options->bonds_max;
        gang->cuts |= GRAPH_CUT_BONDS;
    }
    gang->bonds = ARENA_ARRAY(arena, uint32_t, gang->bond_count);
    gang->hub_count = proposal->hubs.count;
    gang->hubs = ARENA_ARRAY(arena, struct graph_gang_hub, gang->hub_count);
    if (gang->bond_count > 0) {
        memcpy(gang->bonds, proposal->bonds.at, sizeof *gang->bonds * gang->bond_count);
    }
    if (gang->hub_count > 0) {
        memcpy(gang->hubs, proposal->hubs.at, sizeof *gang->hubs * gang->hub_count);
    }
}

static void propose(struct proposal *proposal, struct arena *arena) {
    struct nearby *nearby = proposal->nearby;
    struct graph_gang *gang = proposal->gang;
    struct sweep sweep = sweep_run(nearby, proposal->options);
    gang->outcome = sweep.outcome;
    gang->cuts = nearby->cuts;
    gang->nodes_reached = nearby->place_count;
    gang->edges_seen = (uint32_t)nearby->view.seen;
    gang->cut = sweep.cut;
    gang->volume = sweep.volume;
    gang->conductance = sweep.conductance;
    gang->is_component = sweep.is_component;
    put_members(proposal, &sweep, arena);
    for (uint32_t i = 0; i < gang->member_count; i++) {
        count_bonds(proposal, &gang->members[i]);
    }
    bool is_open = nearby->places[0].is_open;
    if (gang->member_count == 0 && is_open) { // the hubs that the seed meets others in
        struct graph_gang_member seed = {.node = proposal->options->seed};
        count_bonds(proposal, &seed);
    }
    put_bonds_and_hubs(proposal, arena);
}

Status graph_gang_find(const struct graph *graph, const struct graph_filter *filter,
                       const struct graph_gang_options *options, struct arena *arena,
                       struct graph_gang *ret, struct diag *diag) {
    struct graph_gang_options full = filled(options);
    TRY(check_options(&full, graph->node_count, arena, diag));
    struct arena work;
    struct nearby nearby;
    struct graph_gang gang = {.outcome = GRAPH_GANG_SEED_IS_HUB};
    arena_init(&work, WORK_BLOCK);
    nearby_init(&nearby, graph, filter, &full, &work);
    if (!view_is_hub(&nearby.view, full.seed)) {
        struct proposal proposal = {.nearby = &nearby, .options = &full, .gang = &gang};
        nearby_walk(&nearby, full.seed);
        propose(&proposal, arena);
    }
    nearby_deinit(&nearby);
    arena_deinit(&work);
    *ret = gang;
    return STATUS_OK;
}
