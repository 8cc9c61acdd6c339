// Pictures of flows: what was given is checked, folded and merged.

#include "paper/flow.h"

#include "base/money.h"

#include <stdlib.h>

// ---- checking ---------------------------------------------------------------------------------------------

static Status check_nodes(const struct figure_flow *given, struct arena *arena, struct diag *diag) {
    if (given->node_count > FLOW_NODES_MAX || given->edge_count > FLOW_EDGES_MAX) {
        return diag_fail(diag, arena, STATUS_LIMIT, "PA010", "%u nodes and %u edges: a flow has at most %d and %d", given->node_count,
                         given->edge_count, FLOW_NODES_MAX, FLOW_EDGES_MAX);
    }
    for (uint32_t i = 0; i < given->node_count; i++) {
        if (given->nodes[i].layer >= FLOW_LAYERS_MAX) {
            return diag_fail(diag, arena, STATUS_LIMIT, "PA010", "node %u is in layer %u: the last is %d", i, given->nodes[i].layer,
                             FLOW_LAYERS_MAX - 1);
        }
        INVARIANT(given->nodes[i].role < FLOW_ROLES);
    }
    return STATUS_OK;
}

static bool is_date(int64_t time_us) {
    return time_us <= FIGURE_TIME_MAX_US && time_us >= -FIGURE_TIME_MAX_US;
}

static Status check_edges(const struct figure_flow *given, struct arena *arena, struct diag *diag) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < given->edge_count; i++) {
        const struct flow_edge *edge = &given->edges[i];
        bool fits = edge->from < given->node_count && edge->to < given->node_count && edge->from != edge->to && edge->amount_fen >= 0 &&
                    is_date(edge->first_us) && is_date(edge->last_us);
        if (!fits || __builtin_add_overflow(sum, edge->amount_fen, &sum) || sum > MONEY_MAX) {
            return diag_fail(diag, arena, STATUS_INVALID, "PA010",
                             "edge %u of the flow: from %u to %u, %lld fen; it joins two of %u nodes, its moments are in the calendar, and all "
                             "amounts together are money",
                             i, edge->from, edge->to, (long long)edge->amount_fen, given->node_count);
        }
    }
    return STATUS_OK;
}

// ---- folding ----------------------------------------------------------------------------------------------

struct folding {
    const struct figure_flow *given;
    struct arena *arena;
    struct flow *flow;
    int64_t *through; // fen that went into and out of each node
    uint32_t *shown;  // of each node: what shows it
    uint32_t counts[FLOW_LAYERS_MAX];
    uint32_t cap; // nodes that a layer may show
};

static void weigh(struct folding *folding) {
    const struct figure_flow *given = folding->given;
    for (uint32_t i = 0; i < given->node_count; i++) {
        folding->counts[given->nodes[i].layer]++;
    }
    for (uint32_t i = 0; i < given->edge_count; i++) {
        folding->through[given->edges[i].from] += given->edges[i].amount_fen;
        folding->through[given->edges[i].to] += given->edges[i].amount_fen;
    }
}

// The most that each layer may show so that all together can be read.
static uint32_t cap_of(const struct folding *folding) {
    uint32_t cap = FLOW_LAYER_SHOWN_MAX;
    for (;; cap--) {
        uint32_t sum = 0;
        for (uint32_t i = 0; i < FLOW_LAYERS_MAX; i++) {
            sum += folding->counts[i] < cap ? folding->counts[i] : cap;
        }
        if (sum <= FLOW_SHOWN_MAX) {
            return cap;
        }
    }
}

struct weighed {
    int64_t through;
    uint32_t node;
};

static int by_weight(const void *left, const void *right) {
    const struct weighed *a = left;
    const struct weighed *b = right;
    return a->through != b->through ? (a->through < b->through) - (a->through > b->through) : (a->node > b->node) - (a->node < b->node);
}

static void show(struct folding *folding, uint32_t node) {
    const struct flow_node *given = &folding->given->nodes[node];
    struct flow_shown *shown = &folding->flow->nodes[folding->flow->node_count];
    folding->shown[node] = folding->flow->node_count++;
    shown->layer = given->layer;
    shown->role = given->role;
    for (uint32_t i = 0; i < FLOW_LINES_MAX; i++) {
        if (given->lines[i].size > 0) {
            shown->lines[shown->line_count++] = figure_label(folding->arena, given->lines[i]);
        }
    }
}

// The role that most of them have; of equally many the first.
static FlowRole usual_role(const struct folding *folding, const struct weighed *nodes, uint32_t count) {
    uint32_t counts[FLOW_ROLES] = {0};
    FlowRole most = 0;
    for (uint32_t i = 0; i < count; i++) {
        counts[folding->given->nodes[nodes[i].node].role]++;
    }
    for (FlowRole role = 0; role < FLOW_ROLES; role++) {
        most = counts[role] > counts[most] ? role : most;
    }
    return most;
}

static void fold(struct folding *folding, uint32_t layer, const struct weighed *nodes, uint32_t count) {
    struct flow_shown *shown = &folding->flow->nodes[folding->flow->node_count];
    bool is_zh = folding->given->language == PAPER_ZH;
    *shown = (struct flow_shown){.layer = layer, .role = usual_role(folding, nodes, count), .line_count = 1, .folded = count};
    shown->lines[0] = arena_printf(folding->arena, is_zh ? "其他 %u 个账户" : "%u other accounts", count);
    for (uint32_t i = 0; i < count; i++) {
        folding->shown[nodes[i].node] = folding->flow->node_count;
        folding->flow->folded[nodes[i].node] = true;
    }
    folding->flow->node_count++;
}

// A layer's nodes in the order in which they were given, so that who gives them decides what begins where; behind them the others.
static void show_layer(struct folding *folding, uint32_t layer, struct weighed *nodes) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < folding->given->node_count; i++) {
        if (folding->given->nodes[i].layer == layer) {
            nodes[count++] = (struct weighed){folding->through[i], i};
        }
    }
    uint32_t whole = count > folding->cap ? folding->cap - 1 : count;
    qsort(nodes, count, sizeof *nodes, by_weight);
    for (uint32_t i = 0; i < whole; i++) {
        show(folding, nodes[i].node);
    }
    if (whole < count) {
        fold(folding, layer, nodes + whole, count - whole);
    }
}

// ---- merging ----------------------------------------------------------------------------------------------

static int by_ends(const void *left, const void *right) {
    const struct flow_link *a = left;
    const struct flow_link *b = right;
    return a->from != b->from ? (a->from > b->from) - (a->from < b->from) : (a->to > b->to) - (a->to < b->to);
}

static int by_amount(const void *left, const void *right) {
    const struct flow_link *a = left;
    const struct flow_link *b = right;
    return a->amount_fen != b->amount_fen ? (a->amount_fen < b->amount_fen) - (a->amount_fen > b->amount_fen) : by_ends(left, right);
}

static void add_link(struct flow_link *into, const struct flow_link *more) {
    into->amount_fen += more->amount_fen;
    into->count = into->count > UINT32_MAX - more->count ? UINT32_MAX : into->count + more->count;
    into->first_us = more->first_us < into->first_us ? more->first_us : into->first_us;
    into->last_us = more->last_us > into->last_us ? more->last_us : into->last_us;
}

static void merge_links(struct folding *folding) {
    const struct figure_flow *given = folding->given;
    struct flow *flow = folding->flow;
    uint32_t count = 0;
    struct flow_link *links = ARENA_ARRAY(folding->arena, struct flow_link, given->edge_count);
    for (uint32_t i = 0; i < given->edge_count; i++) {
        const struct flow_edge *edge = &given->edges[i];
        struct flow_link link = {
            folding->shown[edge->from], folding->shown[edge->to], edge->amount_fen, edge->count, edge->first_us, edge->last_us, NULL, 0, false};
        if (link.from != link.to) { // else it is among the others of a layer
            links[count++] = link;
        }
    }
    qsort(links, count, sizeof *links, by_ends);
    for (uint32_t i = 0; i < count; i++) {
        if (flow->link_count > 0 && by_ends(&links[flow->link_count - 1], &links[i]) == 0) {
            add_link(&links[flow->link_count - 1], &links[i]);
        } else {
            links[flow->link_count++] = links[i];
        }
    }
    qsort(links, flow->link_count, sizeof *links, by_amount);
    flow->links = links;
    flow->left_out = flow->link_count > FLOW_EDGES_SHOWN_MAX ? flow->link_count - FLOW_EDGES_SHOWN_MAX : 0;
    flow->link_count -= flow->left_out;
}

// ---- making -----------------------------------------------------------------------------------------------

static void number_columns(struct folding *folding) {
    struct flow *flow = folding->flow;
    for (uint32_t layer = 0; layer < FLOW_LAYERS_MAX; layer++) {
        if (folding->counts[layer] > 0) {
            flow->layer_of[flow->column_count] = layer;
            flow->column_of[layer] = flow->column_count++;
        }
    }
}

Status figure_flow(const struct figure_flow *given, struct arena *arena, const struct figure **ret_figure, struct diag *diag) {
    TRY(check_nodes(given, arena, diag));
    TRY(check_edges(given, arena, diag));
    struct figure *figure = ARENA_NEW(arena, struct figure);
    struct flow *flow = ARENA_NEW(arena, struct flow);
    figure->form = FORM_FLOW;
    figure->language = given->language;
    figure->title = figure_label(arena, given->title);
    figure->flow = flow;
    flow->given = (struct figure_flow){.language = given->language, .offset_us = given->offset_us};
    flow->given_count = given->node_count;
    flow->folded = ARENA_ARRAY(arena, bool, given->node_count);
    flow->nodes = ARENA_ARRAY(arena, struct flow_shown, FLOW_SHOWN_MAX);
    struct folding folding = {.given = given, .arena = arena, .flow = flow};
    folding.through = ARENA_ARRAY(arena, int64_t, given->node_count);
    folding.shown = ARENA_ARRAY(arena, uint32_t, given->node_count);
    weigh(&folding);
    folding.cap = cap_of(&folding);
    struct weighed *nodes = ARENA_ARRAY(arena, struct weighed, given->node_count);
    for (uint32_t layer = 0; layer < FLOW_LAYERS_MAX; layer++) {
        show_layer(&folding, layer, nodes);
    }
    merge_links(&folding);
    number_columns(&folding);
    flow_layout(flow, arena);
    *ret_figure = figure;
    return STATUS_OK;
}

const bool *figure_flow_folded(const struct figure *figure, uint32_t *ret_count) {
    INVARIANT(figure->form == FORM_FLOW);
    *ret_count = figure->flow->given_count;
    return figure->flow->folded;
}
