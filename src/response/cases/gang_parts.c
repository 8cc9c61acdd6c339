// What each node is to a gang that was found: a member, one who only pays, or the household of one.
//
// A holder is a customer with his accounts, or an account whose customer is not known. Holders that
// share something, over any number of steps, are a block; blocks are bound to each other by
// payments alone. A block that pays other blocks, is paid by none of them, and got from anybody
// less than a third of what it pays, is one of payers.
//
// Of the others a holder is a member by evidence of his own: payments with another holder, an
// account elsewhere that another one has payments with too, a device, a phone or an agent that two
// others have too, or a dwelling of many. Or by sharing a thing with two who have it. Who shares
// one with a single member lives with him.

#include "response/cases/neighbourhood.h"

#include <stdlib.h>

static const double OWN_MONEY = 0.33;
enum {
    MANY = 6,          // holders at one address: no household
    EVIDENCED_MIN = 2, // holders with evidence that bind another one to them
};

struct parts {
    const struct neighbourhood *near;
    struct gang *gang;
    // By node; GRAPH_NONE: no member.
    uint32_t *block;  // a tree of union-find
    uint32_t *holder; // of accounts and customers
    // By root of a block.
    int64_t *paid; // fen to other blocks
    int64_t *got;  // from anybody but hubs
    bool *is_paid; // by another block
    // By holder.
    bool *is_payer, *has_evidence, *is_member;
};

static uint32_t root_of(uint32_t *block, uint32_t node) {
    while (block[node] != node) {
        block[node] = block[block[node]];
        node = block[node];
    }
    return node;
}

static bool is_among(const struct parts *parts, uint32_t node) {
    return parts->block[node] != GRAPH_NONE;
}

static bool is_between_members(const struct parts *parts, const struct graph_edge *edge) {
    return is_among(parts, edge->from) && is_among(parts, edge->to);
}

static void find_holders(struct parts *parts) {
    const struct neighbourhood *near = parts->near;
    for (uint32_t i = 0; i < parts->gang->member_count; i++) {
        const struct gang_node *node = &parts->gang->members[i].node;
        uint32_t number = neighbourhood_find(near, node);
        parts->block[number] = number;
        if (node->kind == GANG_NODE_ACCOUNT || node->kind == GANG_NODE_CUSTOMER) {
            parts->holder[number] = number;
        }
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (edge->kind == EDGE_PAYMENT || !is_between_members(parts, edge)) {
            continue;
        }
        uint32_t left = root_of(parts->block, edge->from), right = root_of(parts->block, edge->to);
        parts->block[left > right ? left : right] = left > right ? right : left;
        if (edge->kind == EDGE_BOND + BOND_HOLDER) {
            bool from_account = near->nodes.at[edge->from].is.kind == GANG_NODE_ACCOUNT;
            uint32_t account = from_account ? edge->from : edge->to;
            parts->holder[account] = from_account ? edge->to : edge->from;
        }
    }
}

// ---- payers ------------------------------------------------------------------------------------

static void add_payments(struct parts *parts) {
    const struct neighbourhood *near = parts->near;
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (edge->kind != EDGE_PAYMENT || !is_among(parts, edge->to)) {
            continue;
        }
        uint32_t to = root_of(parts->block, edge->to);
        uint32_t from =
            is_among(parts, edge->from) ? root_of(parts->block, edge->from) : GRAPH_NONE;
        if (from != GRAPH_NONE && from != to) {
            parts->paid[from] += edge->amount;
            parts->is_paid[to] = true;
        }
        if (from != to && !near->nodes.at[edge->from].is_hub) {
            parts->got[to] += edge->amount;
        }
    }
}

static void find_payers(struct parts *parts) {
    add_payments(parts);
    for (uint32_t i = 0; i < parts->near->nodes.count; i++) {
        if (is_among(parts, i)) {
            uint32_t root = root_of(parts->block, i);
            parts->is_payer[i] = parts->paid[root] > 0 && !parts->is_paid[root] &&
                                 (double)parts->got[root] < OWN_MONEY * (double)parts->paid[root];
        }
    }
}

// ---- evidence ----------------------------------------------------------------------------------

static uint32_t holder_of(const struct parts *parts, uint32_t node) {
    uint32_t holder = parts->holder[node];
    return holder != GRAPH_NONE && !parts->is_payer[holder] ? holder : GRAPH_NONE;
}

// The holders that an edge of a thing, or of an account elsewhere, leads to, one each.
struct sharing {
    uint32_t thing;
    uint32_t holder;
};

static int by_thing(const void *left, const void *right) {
    const struct sharing *a = left, *b = right;
    return a->thing != b->thing ? (a->thing > b->thing) - (a->thing < b->thing)
                                : (a->holder > b->holder) - (a->holder < b->holder);
}

// How many holders have to share a thing for that to be evidence. A couple shares a telephone.
static uint32_t evidence_min(GangNodeKind kind) {
    switch (kind) {
    case GANG_NODE_OUTSIDE:
        return 2;
    case GANG_NODE_DEVICE:
    case GANG_NODE_PHONE:
    case GANG_NODE_AGENT:
        return 3;
    case GANG_NODE_ADDRESS:
        return MANY;
    default:
        return UINT32_MAX;
    }
}

static uint32_t list_sharings(struct parts *parts, struct sharing *sharings) {
    const struct neighbourhood *near = parts->near;
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (!is_between_members(parts, edge) || edge->kind == EDGE_BOND + BOND_HOLDER) {
            continue;
        }
        uint32_t from = holder_of(parts, edge->from), to = holder_of(parts, edge->to);
        if (from != GRAPH_NONE && to != GRAPH_NONE && from != to) {
            parts->has_evidence[from] = parts->has_evidence[to] = true; // a payment
        } else if (from != GRAPH_NONE && parts->holder[edge->to] == GRAPH_NONE) {
            sharings[count++] = (struct sharing){edge->to, from};
        } else if (to != GRAPH_NONE && parts->holder[edge->from] == GRAPH_NONE) {
            sharings[count++] = (struct sharing){edge->from, to};
        }
    }
    qsort(sharings, count, sizeof *sharings, by_thing);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || by_thing(&sharings[i], &sharings[i - 1]) != 0) {
            sharings[kept++] = sharings[i];
        }
    }
    return kept;
}

static uint32_t end_of(const struct sharing *sharings, uint32_t count, uint32_t at) {
    uint32_t end = at + 1;
    while (end < count && sharings[end].thing == sharings[at].thing) {
        end++;
    }
    return end;
}

static void find_members(struct parts *parts) {
    const struct neighbourhood *near = parts->near;
    struct sharing *sharings =
        ARENA_ARRAY(near->book->arena, struct sharing, near->edges.count + (size_t)1);
    uint32_t count = list_sharings(parts, sharings);
    for (uint32_t at = 0, end; at < count; at = end) {
        end = end_of(sharings, count, at);
        bool binds = end - at >= evidence_min(near->nodes.at[sharings[at].thing].is.kind);
        for (uint32_t i = at; i < end && binds; i++) {
            parts->has_evidence[sharings[i].holder] = true;
        }
    }
    memcpy(parts->is_member, parts->has_evidence, near->nodes.count);
    for (uint32_t at = 0, end; at < count; at = end) {
        end = end_of(sharings, count, at);
        uint32_t evidenced = 0;
        for (uint32_t i = at; i < end; i++) {
            evidenced += parts->has_evidence[sharings[i].holder];
        }
        for (uint32_t i = at; i < end && evidenced >= EVIDENCED_MIN; i++) {
            parts->is_member[sharings[i].holder] = true;
        }
    }
}

// ---- telling -----------------------------------------------------------------------------------

// A thing is what the best of its holders is.
static void find_parts_of_things(const struct parts *parts, GangPart *part_of) {
    const struct neighbourhood *near = parts->near;
    for (uint32_t i = 0; i < near->nodes.count; i++) {
        uint32_t holder = is_among(parts, i) ? parts->holder[i] : GRAPH_NONE;
        part_of[i] = parts->is_payer[i]                                 ? GANG_PART_PAYER
                     : holder != GRAPH_NONE && parts->is_member[holder] ? GANG_PART_MEMBER
                                                                        : GANG_PART_HOUSEHOLD;
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (is_between_members(parts, edge)) {
            bool from_thing = parts->holder[edge->from] == GRAPH_NONE;
            bool to_thing = parts->holder[edge->to] == GRAPH_NONE;
            if (from_thing && !to_thing && part_of[edge->to] == GANG_PART_MEMBER) {
                part_of[edge->from] = GANG_PART_MEMBER;
            } else if (to_thing && !from_thing && part_of[edge->from] == GANG_PART_MEMBER) {
                part_of[edge->to] = GANG_PART_MEMBER;
            }
        }
    }
}

static void tell(const struct parts *parts, const GangPart *part_of) {
    struct gang *gang = parts->gang;
    for (uint32_t i = 0; i < gang->member_count; i++) {
        struct gang_member *member = &gang->members[i];
        uint32_t node = neighbourhood_find(parts->near, &member->node);
        member->part = part_of[node];
        if (member->part == GANG_PART_MEMBER) {
            gang->accounts += member->node.kind == GANG_NODE_ACCOUNT;
            gang->holders += parts->holder[node] == node;
        }
    }
    const struct gang_options *options = &parts->near->options;
    gang->outcome = gang->holders == 0 ? GANG_HOUSEHOLD
                    : gang->accounts < options->accounts_min || gang->holders < options->holders_min
                        ? GANG_TOO_FEW
                        : GANG_FOUND;
}

void gang_tell_parts(const struct neighbourhood *near, struct gang *gang) {
    struct arena *arena = near->book->arena;
    uint32_t count = near->nodes.count;
    struct parts parts = {.near = near, .gang = gang};
    parts.block = ARENA_ARRAY(arena, uint32_t, count);
    parts.holder = ARENA_ARRAY(arena, uint32_t, count);
    memset(parts.block, 0xff, count * sizeof *parts.block);
    memset(parts.holder, 0xff, count * sizeof *parts.holder);
    parts.paid = ARENA_ARRAY(arena, int64_t, count);
    parts.got = ARENA_ARRAY(arena, int64_t, count);
    parts.is_paid = ARENA_ARRAY(arena, bool, count);
    parts.is_payer = ARENA_ARRAY(arena, bool, count);
    parts.has_evidence = ARENA_ARRAY(arena, bool, count);
    parts.is_member = ARENA_ARRAY(arena, bool, count);
    find_holders(&parts);
    find_payers(&parts);
    find_members(&parts);
    GangPart *part_of = ARENA_ARRAY(arena, GangPart, count);
    find_parts_of_things(&parts, part_of);
    tell(&parts, part_of);
}
