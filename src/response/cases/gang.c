// Finding a gang: the neighbourhood of one party as a graph, and what holds together in it.

#include "base/bits.h"
#include "base/time.h"
#include "response/cases/neighbourhood.h"

#include <stdlib.h>

enum { GANG_DAYS = 30, NODES_MAX = 1500, ROWS_MAX = 1000, PARTNERS_MAX = 200 };
enum { ACCOUNTS_MIN = 3, HOLDERS_MIN = 2, MEMBERS_MAX = 300, HOUSEHOLD_MAX = 5 };
static const int64_t PAYMENT_MIN = 500000; // fen
static const double CONDUCTANCE_MAX = 0.3;

static uint32_t or_default(uint32_t value, uint32_t otherwise) {
    return value == 0 ? otherwise : value;
}

static struct gang_options complete(const struct gang_options *given, int64_t now_us) {
    struct gang_options options = given == NULL ? (struct gang_options){0} : *given;
    options.until_us = options.until_us == 0 ? now_us : options.until_us;
    options.from_us =
        options.from_us == 0 ? options.until_us - GANG_DAYS * US_PER_DAY : options.from_us;
    options.payment_min = options.payment_min == 0 ? PAYMENT_MIN : options.payment_min;
    options.nodes_max = or_default(options.nodes_max, NODES_MAX);
    options.rows_max = or_default(options.rows_max, ROWS_MAX);
    options.partners_max = or_default(options.partners_max, PARTNERS_MAX);
    options.accounts_min = or_default(options.accounts_min, ACCOUNTS_MIN);
    options.holders_min = or_default(options.holders_min, HOLDERS_MIN);
    options.members_max = or_default(options.members_max, MEMBERS_MAX);
    options.conductance_max =
        options.conductance_max > 0 ? options.conductance_max : CONDUCTANCE_MAX;
    return options;
}

// ---- the graph ---------------------------------------------------------------------------------

// A customer and his accounts are one node of the graph: that they belong together says nothing of
// a gang, and would hide among much that is sure what little there is to find. For the same reason
// a thing that one alone was seen with is no node.
//
// What holds a household together hides what binds one of it to others: the household is the
// closest group there is. So where nothing else is found it is looked for once more, with whoever
// shares a thing of a few as one node.
struct whole {
    const struct neighbourhood *near;
    bool joins_households;
    uint32_t
        *group; // by node of the neighbourhood: a tree of union-find, then the node of the graph
    uint32_t *first; // by node of the graph: one of its nodes
    uint32_t count;
    struct graph *graph;
    uint64_t *hubs;
};

static uint32_t root_of(uint32_t *group, uint32_t node) {
    while (group[node] != node) {
        group[node] = group[group[node]];
        node = group[node];
    }
    return node;
}

static bool is_thing(GangNodeKind kind) {
    return kind >= GANG_NODE_DEVICE && kind < GANG_NODE_KIND_COUNT;
}

static void join(struct whole *whole, uint32_t left, uint32_t right) {
    left = root_of(whole->group, left);
    right = root_of(whole->group, right);
    whole->group[left > right ? left : right] = left > right ? right : left;
}

static void join_holders(struct whole *whole) {
    const struct neighbourhood *near = whole->near;
    for (uint32_t i = 0; i < near->nodes.count; i++) {
        whole->group[i] = i;
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (edge->kind == EDGE_BOND + BOND_HOLDER && !near->nodes.at[edge->from].is_hub &&
            !near->nodes.at[edge->to].is_hub) {
            join(whole, edge->from, edge->to);
        }
    }
}

// Each thing of a few holders, with them.
static void join_households(struct whole *whole) {
    const struct neighbourhood *near = whole->near;
    uint32_t *parties = ARENA_ARRAY(near->book->arena, uint32_t, near->nodes.count);
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        parties[edge->from] += is_thing(near->nodes.at[edge->from].is.kind);
        parties[edge->to] += is_thing(near->nodes.at[edge->to].is.kind);
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        uint32_t thing = is_thing(near->nodes.at[edge->from].is.kind) ? edge->from : edge->to;
        const struct near_node *node = &near->nodes.at[thing];
        bool is_few = parties[thing] > 0 && parties[thing] <= HOUSEHOLD_MAX;
        if (is_few && node->was_read && !node->is_hub) {
            join(whole, edge->from, edge->to);
        }
    }
}

// Things that were read and that one holder alone was seen with.
static bool *find_private(struct whole *whole) {
    const struct neighbourhood *near = whole->near;
    uint32_t count = near->nodes.count;
    uint32_t *seen_with = ARENA_ARRAY(near->book->arena, uint32_t, count);
    bool *is_private = ARENA_ARRAY(near->book->arena, bool, count);
    memset(seen_with, 0xff, count * sizeof *seen_with);
    for (uint32_t i = 0; i < count; i++) {
        const struct near_node *node = &near->nodes.at[i];
        is_private[i] = is_thing(node->is.kind) && node->was_read && !node->is_hub;
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        bool from_thing = is_thing(near->nodes.at[edge->from].is.kind);
        uint32_t thing = from_thing ? edge->from : edge->to;
        uint32_t with = root_of(whole->group, from_thing ? edge->to : edge->from);
        is_private[thing] &= seen_with[thing] == GRAPH_NONE || seen_with[thing] == with;
        seen_with[thing] = with;
    }
    return is_private;
}

// Numbers the groups in the order of their first nodes: the seed's is 0.
static void number_groups(struct whole *whole, const bool *is_private) {
    uint32_t count = whole->near->nodes.count;
    uint32_t *number = ARENA_ARRAY(whole->near->book->arena, uint32_t, count);
    whole->first = ARENA_ARRAY(whole->near->book->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t root = root_of(whole->group, i);
        if (root == i && !is_private[i]) {
            whole->first[whole->count] = i;
            number[i] = whole->count++;
        } else {
            number[i] = root == i ? GRAPH_NONE : number[root]; // a root is the smallest
        }
    }
    whole->group = number;
}

static Status make_graph(struct whole *whole) {
    const struct neighbourhood *near = whole->near;
    struct arena *arena = near->book->arena;
    whole->group = ARENA_ARRAY(arena, uint32_t, near->nodes.count);
    join_holders(whole);
    if (whole->joins_households) {
        join_households(whole);
    }
    number_groups(whole, find_private(whole));
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, whole->count);
    whole->hubs = ARENA_ARRAY(arena, uint64_t, bits_words(whole->count));
    for (uint32_t i = 0; i < whole->count; i++) {
        kinds[i] = (uint8_t)near->nodes.at[whole->first[i]].is.kind;
        bits_assign(whole->hubs, i, near->nodes.at[whole->first[i]].is_hub);
    }
    struct graph_edge *edges = ARENA_ARRAY(arena, struct graph_edge, near->edges.count + (size_t)1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < near->edges.count; i++) {
        struct graph_edge edge = near->edges.at[i];
        edge.from = whole->group[edge.from];
        edge.to = whole->group[edge.to];
        if (edge.from != GRAPH_NONE && edge.to != GRAPH_NONE) {
            edges[count++] = edge;
        }
    }
    return graph_create(&(struct graph_plan){.node_kinds = kinds,
                                             .node_count = whole->count,
                                             .directed_kinds = 1 << EDGE_PAYMENT,
                                             .edges = edges,
                                             .edge_count = count},
                        arena, &whole->graph, near->book->diag);
}

// ---- what was found, with names ----------------------------------------------------------------

// All nodes of the groups that were found, those of the nearest group first.
static bool *tell_members(const struct whole *whole, const struct graph_gang *found,
                          struct gang *ret) {
    const struct neighbourhood *near = whole->near;
    bool *is_member = ARENA_ARRAY(near->book->arena, bool, near->nodes.count);
    uint32_t *rank = ARENA_ARRAY(near->book->arena, uint32_t, whole->count + (size_t)1);
    uint32_t *start = ARENA_ARRAY(near->book->arena, uint32_t, found->member_count + (size_t)2);
    for (uint32_t i = 0; i < found->member_count; i++) {
        bool is_world = near->nodes.at[whole->first[found->members[i].node]].is.kind == NODE_WORLD;
        rank[found->members[i].node] = is_world ? 0 : i + 1;
    }
    for (uint32_t i = 0; i < near->nodes.count; i++) {
        is_member[i] = whole->group[i] != GRAPH_NONE && rank[whole->group[i]] > 0;
        start[is_member[i] ? rank[whole->group[i]] + 1 : 0]++;
    }
    start[0] = 0;
    for (uint32_t i = 1; i < found->member_count + 2; i++) {
        start[i] += start[i - 1];
    }
    ret->member_count = start[found->member_count + 1];
    ret->members =
        ARENA_ARRAY(near->book->arena, struct gang_member, ret->member_count + (size_t)1);
    for (uint32_t i = 0; i < near->nodes.count; i++) {
        if (is_member[i]) {
            uint32_t at = rank[whole->group[i]];
            const struct graph_gang_member *member = &found->members[at - 1];
            ret->members[start[at]++] = (struct gang_member){.node = near->nodes.at[i].is,
                                                             .strength = member->strength,
                                                             .nearness = member->nearness};
        }
    }
    return is_member;
}

static int by_weight(const void *left, const void *right) {
    const struct gang_bond *a = left, *b = right;
    if (a->weight != b->weight) {
        return a->weight > b->weight ? -1 : 1;
    }
    int order = slice_compare(a->from.name, b->from.name);
    return order != 0 ? order : slice_compare(a->to.name, b->to.name);
}

static void tell_bonds(const struct neighbourhood *near, const bool *is_member, struct gang *ret) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < near->edges.count; i++) {
        count += is_member[near->edges.at[i].from] && is_member[near->edges.at[i].to];
    }
    ret->bonds = ARENA_ARRAY(near->book->arena, struct gang_bond, count + (size_t)1);
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (!is_member[edge->from] || !is_member[edge->to]) {
            continue;
        }
        bool is_payment = edge->kind == EDGE_PAYMENT;
        ret->bonds[ret->bond_count++] =
            (struct gang_bond){.from = near->nodes.at[edge->from].is,
                               .to = near->nodes.at[edge->to].is,
                               .is_payment = is_payment,
                               .kind = is_payment ? 0 : (BondKind)(edge->kind - EDGE_BOND),
                               .times = edge->count,
                               .amount = edge->amount,
                               .first_us = edge->first_us,
                               .last_us = edge->last_us,
                               .weight = edge->weight};
        ret->amount += edge->amount;
    }
    qsort(ret->bonds, ret->bond_count, sizeof *ret->bonds, by_weight);
}

static void tell_hubs(const struct whole *whole, const struct graph_gang *found, struct gang *ret) {
    ret->hubs =
        ARENA_ARRAY(whole->near->book->arena, struct gang_hub, found->hub_count + (size_t)1);
    for (uint32_t i = 0; i < found->hub_count; i++) {
        const struct near_node *node = &whole->near->nodes.at[whole->first[found->hubs[i].node]];
        ret->hubs[ret->hub_count++] = (struct gang_hub){.node = node->is,
                                                        .reason = node->reason,
                                                        .detail = node->detail,
                                                        .seen = node->seen,
                                                        .members = found->hubs[i].members};
    }
}

static GangOutcome outcome_of(GraphGangOutcome outcome) {
    switch (outcome) {
    case GRAPH_GANG_FOUND:
        return GANG_FOUND;
    case GRAPH_GANG_SEED_IS_HUB:
        return GANG_SEED_IS_HUB;
    case GRAPH_GANG_TOO_FEW:
        return GANG_TOO_FEW;
    case GRAPH_GANG_LOOSE:
        return GANG_LOOSE;
    }
    return GANG_LOOSE;
}

static Status look(struct whole *whole, struct gang *ret) {
    struct graph_gang found;
    const struct neighbourhood *near = whole->near;
    struct graph_filter filter = {.hubs = whole->hubs};
    struct graph_gang_options options = {.seed = 0,
                                         .account_kinds =
                                             1 << GANG_NODE_ACCOUNT | 1 << GANG_NODE_CUSTOMER,
                                         .accounts_min = near->options.holders_min,
                                         .members_max = near->options.members_max,
                                         .bonds_max = 1,
                                         .conductance_max = near->options.conductance_max};
    TRY(graph_gang_find(whole->graph, &filter, &options, near->book->arena, &found,
                        near->book->diag));
    ret->strength = found.outcome == GRAPH_GANG_FOUND ? 1 - found.conductance : 0;
    ret->cuts = found.cuts & ~(uint32_t)GRAPH_CUT_BONDS;
    ret->outcome = outcome_of(found.outcome);
    tell_hubs(whole, &found, ret);
    if (ret->outcome == GANG_FOUND) {
        tell_bonds(near, tell_members(whole, &found, ret), ret);
        gang_tell_parts(near, ret);
    }
    return STATUS_OK;
}

static Status look_once(struct whole *whole, struct gang *ret) {
    ret->accounts = ret->holders = ret->bond_count = ret->member_count = ret->hub_count = 0;
    ret->amount = 0;
    TRY(make_graph(whole));
    Status status = look(whole, ret);
    graph_destroy(whole->graph);
    return status;
}

Status gang_find(struct book *book, const struct gang_seed *seed,
                 const struct gang_options *options, struct gang *ret) {
    struct neighbourhood near;
    struct whole whole = {.near = &near};
    struct gang_options bounds = complete(options, book->now_us);
    struct gang_node first = {seed->kind == PARTY_ACCOUNT ? GANG_NODE_ACCOUNT : GANG_NODE_CUSTOMER,
                              arena_copy(book->arena, slice_part(seed->name, 0, CASES_NAME_MAX))};
    TRY(neighbourhood_read(book, &first, &bounds, &near));
    *ret = (struct gang){.seed = first,
                         .from_us = bounds.from_us,
                         .until_us = bounds.until_us,
                         .nodes = near.reads,
                         .edges = near.edges.count,
                         .questions = near.questions,
                         .nodes_cut = near.is_cut};
    TRY(look_once(&whole, ret));
    if (ret->outcome != GANG_FOUND && ret->outcome != GANG_SEED_IS_HUB) {
        struct gang larger = *ret;
        whole = (struct whole){.near = &near, .joins_households = true};
        TRY(look_once(&whole, &larger));
        *ret = larger.outcome == GANG_FOUND ? larger : *ret;
    }
    return STATUS_OK;
}
