// The picture of the ways of money as JSON. docs/cases.md describes every member.
//
// Layers count from where the tracing began: 1 is where its money went first, -1 where it came from
// last. An account that both ways lead to is one node.

#include "response/cases/flow.h"

static const struct {
    const char *word, *zh, *en;
} cuts[] = {
#define X(name, zh, en) {#name, zh, en},
    FLOW_CUTS(X)
#undef X
};

static void put_moment(struct json_writer *json, const char *key, int64_t time_us) {
    if (time_us != 0) {
        json_key_i64(json, slice_of(key), time_us);
    }
}

static void put_side(struct json_writer *json, const char *key,
                     const struct graph_flow_account *account, int sign) {
    struct graph_role_text role = graph_role_text(account->role);
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_i64(json, SLICE("layer"), sign * (int64_t)account->layer);
    json_key_string(json, SLICE("role"), role.word);
    json_key_string(json, SLICE("role_zh"), role.zh);
    json_key_string(json, SLICE("role_en"), role.en);
    json_key_i64(json, SLICE("payers"), account->payers);
    json_key_i64(json, SLICE("payees"), account->payees);
    json_key_i64(json, SLICE("received"), account->received);
    json_key_i64(json, SLICE("passed_on"), account->passed_on);
    json_key_i64(json, SLICE("own"), account->own);
    json_key_i64(json, SLICE("left"), account->left);
    json_key_i64(json, SLICE("outside"), account->outside);
    json_key_i64(json, SLICE("not_followed"), account->not_followed);
    json_key_i64(json, SLICE("rejoined"), account->rejoined);
    put_moment(json, "first_in_us", account->first_in_us);
    put_moment(json, "last_in_us", account->last_in_us);
    put_moment(json, "first_out_us", account->first_out_us);
    put_moment(json, "last_out_us", account->last_out_us);
    if (account->dwell_us >= 0) {
        json_key_i64(json, SLICE("dwell_us"), account->dwell_us);
    }
    json_object_end(json);
}

static const struct graph_flow_account **by_node(const struct flow_ledger *ledger,
                                                 const struct graph_flow *flow) {
    const struct graph_flow_account **found = ARENA_ARRAY(
        ledger->book->arena, const struct graph_flow_account *, ledger->nodes.count + (size_t)1);
    for (uint32_t i = 0; flow != NULL && i < flow->account_count; i++) {
        found[flow->accounts[i].node] = &flow->accounts[i];
    }
    return found;
}

static void put_nodes(const struct flow_ledger *ledger, const struct graph_flow *forward,
                      const struct graph_flow *backward, struct json_writer *json) {
    const struct graph_flow_account **ahead = by_node(ledger, forward);
    const struct graph_flow_account **behind = by_node(ledger, backward);
    json_key(json, SLICE("nodes"));
    json_array_begin(json);
    for (uint32_t i = 0; i < ledger->nodes.count; i++) {
        const struct flow_node *node = &ledger->nodes.at[i];
        if (ahead[i] == NULL && behind[i] == NULL) {
            continue;
        }
        json_object_begin(json);
        json_key_i64(json, SLICE("id"), i);
        json_key_string(json, SLICE("place"), place_word(node->place));
        json_key_string(json, SLICE("name"), node->name);
        json_key_string(json, SLICE("customer"), node->customer);
        if (ahead[i] != NULL) {
            put_side(json, "forward", ahead[i], 1);
        }
        if (behind[i] != NULL) {
            put_side(json, "backward", behind[i], -1);
        }
        if (node->is_stopped) {
            json_key_string(json, SLICE("cut"), slice_of(cuts[node->cut].word));
        }
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_edges(const struct graph_flow *flow, int sign, struct json_writer *json) {
    for (uint32_t i = 0; flow != NULL && i < flow->edge_count; i++) {
        const struct graph_flow_edge *edge = &flow->edges[i];
        json_object_begin(json);
        json_key_i64(json, SLICE("from"), edge->from);
        json_key_i64(json, SLICE("to"), edge->to);
        json_key_i64(json, SLICE("layer"), sign * (int64_t)edge->layer);
        json_key_i64(json, SLICE("amount"), edge->amount);
        json_key_i64(json, SLICE("movements"), edge->movements);
        json_key_i64(json, SLICE("first_us"), edge->first_us);
        json_key_i64(json, SLICE("last_us"), edge->last_us);
        json_key_bool(json, SLICE("is_exit"), edge->is_exit);
        json_object_end(json);
    }
}

static void put_layers(const struct graph_flow *flow, int sign, struct json_writer *json) {
    for (uint32_t at = 0, end; flow != NULL && at < flow->edge_count; at = end) {
        uint32_t layer = flow->edges[at].layer;
        int64_t amount = 0, exits = 0;
        for (end = at; end < flow->edge_count && flow->edges[end].layer == layer; end++) {
            amount += flow->edges[end].amount;
            exits += flow->edges[end].is_exit ? flow->edges[end].amount : 0;
        }
        json_object_begin(json);
        json_key_i64(json, SLICE("layer"), sign * (int64_t)layer);
        json_key_i64(json, SLICE("amount"), amount);
        json_key_i64(json, SLICE("exits"), exits);
        json_key_i64(json, SLICE("edges"), end - at);
        json_object_end(json);
    }
}

static void put_sums(const char *key, const struct graph_flow *flow, struct json_writer *json) {
    if (flow == NULL) {
        return;
    }
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_i64(json, SLICE("traced"), flow->traced);
    json_key_i64(json, SLICE("own"), flow->own);
    json_key_i64(json, SLICE("still_here"), flow->left);
    json_key_i64(json, SLICE("outside"), flow->outside);
    json_key_i64(json, SLICE("not_followed"), flow->not_followed);
    json_key_i64(json, SLICE("rejoined"), flow->rejoined);
    json_object_end(json);
}

static void put_cuts(const struct flow_ledger *ledger, struct json_writer *json) {
    json_key(json, SLICE("cut"));
    json_array_begin(json);
    for (uint32_t cut = 0; cut < FLOW_CUT_COUNT; cut++) {
        if (!ledger->is_cut[cut]) {
            continue;
        }
        uint32_t accounts = 0;
        for (uint32_t i = 0; i < ledger->nodes.count; i++) {
            accounts += ledger->nodes.at[i].is_stopped && ledger->nodes.at[i].cut == cut;
        }
        json_object_begin(json);
        json_key_string(json, SLICE("reason"), slice_of(cuts[cut].word));
        json_key_string(json, SLICE("zh"), slice_of(cuts[cut].zh));
        json_key_string(json, SLICE("en"), slice_of(cuts[cut].en));
        json_key_i64(json, SLICE("accounts"), accounts);
        json_object_end(json);
    }
    json_array_end(json);
}

void flow_put_json(const struct flow_ledger *ledger, const struct graph_flow *forward,
                   const struct graph_flow *backward, const char *what, Slice name,
                   struct json_writer *json) {
    json_object_begin(json);
    json_key_string(json, slice_of(what), name);
    json_key_i64(json, SLICE("from_us"), ledger->options.from_us);
    json_key_i64(json, SLICE("until_us"), ledger->options.until_us);
    json_key_string(json, SLICE("order"),
                    ledger->options.order == GRAPH_FLOW_FIRST_OUT ? SLICE("first_out")
                                                                  : SLICE("last_out"));
    put_sums("forward", forward, json);
    put_sums("backward", backward, json);
    put_nodes(ledger, forward, backward, json);
    json_key(json, SLICE("edges"));
    json_array_begin(json);
    put_edges(backward, -1, json);
    put_edges(forward, 1, json);
    json_array_end(json);
    json_key(json, SLICE("layers"));
    json_array_begin(json);
    put_layers(backward, -1, json);
    put_layers(forward, 1, json);
    json_array_end(json);
    put_cuts(ledger, json);
    json_object_end(json);
}
