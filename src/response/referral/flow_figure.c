// The picture of the ways of the money, as documents show it.

#include "response/referral/print.h"

static const struct {
    const char *word;
    FlowRole role;
} roles[] = {
    // Of the case.
    {"VICTIM", FLOW_VICTIM},
    {"FIRST_LEVEL", FLOW_FIRST},
    {"COLLECTOR", FLOW_COLLECTOR},
    {"TRANSIT", FLOW_TRANSIT},
    {"CASH_OUT", FLOW_CASH_OUT},
    // Of the graph, where the case says none.
    {"victim", FLOW_VICTIM},
    {"first_level", FLOW_FIRST},
    {"collector", FLOW_COLLECTOR},
    {"cash_out", FLOW_CASH_OUT},
    {"exit", FLOW_OUTSIDE},
    {"origin", FLOW_OUTSIDE},
};

static bool role_of(Slice word, FlowRole *ret_role) {
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (slice_is(word, roles[i].word)) {
            *ret_role = roles[i].role;
            return true;
        }
    }
    return false;
}

// What the people of the case say of an account goes before what the graph says of its place.
static FlowRole flow_role(const struct dossier *dossier, const struct dossier_node *node) {
    FlowRole role = FLOW_TRANSIT;
    bool is_own = slice_is(node->place, "OWN");
    const struct dossier_account *account = is_own ? dossier_account_of(dossier, node->name) : NULL;
    if (slice_is(node->place, "CASH")) {
        return FLOW_CASH_OUT;
    }
    if ((account != NULL && role_of(account->role, &role)) || role_of(node->role, &role)) {
        return role;
    }
    return is_own ? FLOW_TRANSIT : FLOW_OUTSIDE;
}

// What was told of an account that is none of a party of this bank.
static DatumSet data_of(const struct dossier *dossier, const struct dossier_node *node,
                        struct arena *arena) {
    Slice key = counterparty_key(arena, node->place, node->name);
    uint32_t counterparty = map_get(&dossier->counterparty_at, key);
    uint32_t other = map_get(&dossier->other_at, key);
    return counterparty != MAP_NONE ? dossier->counterparties.at[counterparty].data
           : other != MAP_NONE      ? dossier->others.at[other].data
                                    : (DatumSet){0};
}

static Slice or_default(Slice text, Slice otherwise) {
    return slice_empty(text) ? otherwise : text;
}

static Slice name_of(const struct dossier *dossier, const struct dossier_node *node,
                     struct arena *arena) {
    const struct dossier_account *account = dossier_account_of(dossier, node->name);
    Slice holder = account == NULL ? SLICE("") : account->holder;
    if (dossier_party_of(dossier, holder) != NULL) {
        return dossier_party_name(dossier, holder);
    }
    return or_default(datum_value(data_of(dossier, node, arena), DATUM_COUNTERPARTY_NAME),
                      node->role_zh);
}

static Slice bank_of(const struct dossier *dossier, const struct dossier_node *node,
                     struct arena *arena) {
    return or_default(datum_value(data_of(dossier, node, arena), DATUM_COUNTERPARTY_BANK),
                      case_word_zh(CASE_LIST_PLACE, node->place));
}

static struct flow_node *make_nodes(struct print *print) {
    const struct dossier *dossier = print->dossier;
    struct flow_node *nodes =
        ARENA_ARRAY(print->arena, struct flow_node, dossier->nodes.count + (size_t)1);
    for (uint32_t i = 0; i < dossier->nodes.count; i++) {
        const struct dossier_node *node = &dossier->nodes.at[i];
        nodes[i] = (struct flow_node){
            .layer = (uint32_t)(node->layer < FLOW_LAYERS_MAX ? node->layer : FLOW_LAYERS_MAX - 1),
            .role = flow_role(dossier, node),
            .lines = {name_of(dossier, node, print->arena), print_account(print, node->name),
                      bank_of(dossier, node, print->arena)}};
    }
    return nodes;
}

static struct flow_edge *make_edges(struct print *print) {
    const struct dossier *dossier = print->dossier;
    struct flow_edge *edges =
        ARENA_ARRAY(print->arena, struct flow_edge, dossier->edges.count + (size_t)1);
    for (uint32_t i = 0; i < dossier->edges.count; i++) {
        const struct dossier_edge *edge = &dossier->edges.at[i];
        edges[i] = (struct flow_edge){.from = edge->from,
                                      .to = edge->to,
                                      .amount_fen = edge->amount,
                                      .count = (uint32_t)edge->movements,
                                      .first_us = edge->first_us,
                                      .last_us = edge->last_us};
    }
    return edges;
}

Status print_flow(struct print *print, const struct figure **ret_figure) {
    const struct dossier *dossier = print->dossier;
    *ret_figure = NULL;
    if (dossier->edges.count == 0) {
        return STATUS_OK;
    }
    return figure_flow(&(struct figure_flow){.language = PAPER_ZH,
                                             .title = SLICE("涉案资金流向图"),
                                             .nodes = make_nodes(print),
                                             .node_count = dossier->nodes.count,
                                             .edges = make_edges(print),
                                             .edge_count = dossier->edges.count,
                                             .offset_us = dossier->office->terms->zone_us},
                       print->arena, ret_figure, print->diag);
}
