// Roles: which parts accounts play, by their figures. docs/graph.md states the same rules in words.

#include "graph/flow.h"

struct graph_role_text graph_role_text(GraphRole role) {
    static const struct graph_role_text texts[] = {
#define ROLE(name, word, zh, en) {SLICE(word), SLICE(zh), SLICE(en)},
#include "graph/roles.def"
#undef ROLE
    };
    INVARIANT(role < GRAPH_ROLE_COUNT);
    return texts[role];
}

static bool is_share(int64_t part, int64_t whole, uint32_t percent) {
    return part > 0 && (__int128)part * 100 >= (__int128)whole * percent;
}

static uint32_t bit(bool fits, GraphRole role) {
    return fits ? 1u << role : 0;
}

static uint32_t roles_forward(const struct graph_flow_options *options,
                              const struct graph_flow_account *account) {
    int64_t onward = account->passed_on + account->rejoined;
    bool is_quick = account->dwell_us >= 0 && account->dwell_us <= options->transit_us;
    bool began = account->layer == 0;
    bool is_transit =
        !began && is_quick && is_share(onward, account->received, options->transit_percent);
    bool cashes = !began && is_share(account->exits, account->received, options->cash_out_percent);
    bool holds = !began && is_share(account->left, account->received, options->holding_percent);
    return bit(began && options->source_count > 0, GRAPH_ROLE_VICTIM) |
           bit(began && options->source_count == 0, GRAPH_ROLE_SUBJECT) |
           bit(account->layer == 1 && account->outside == 0, GRAPH_ROLE_FIRST_LEVEL) |
           bit(!began && account->collected_from >= options->collector_payers,
               GRAPH_ROLE_COLLECTOR) |
           bit(cashes, GRAPH_ROLE_CASH_OUT) | bit(is_transit, GRAPH_ROLE_TRANSIT) |
           bit(holds, GRAPH_ROLE_HOLDING);
}

static uint32_t roles_backward(const struct graph_flow_options *options,
                               const struct graph_flow_account *account) {
    bool began = account->layer == 0;
    bool is_quick = account->dwell_us >= 0 && account->dwell_us <= options->transit_us;
    int64_t brought = account->received + account->rejoined;
    bool is_transit =
        !began && is_quick && is_share(brought, account->passed_on, options->transit_percent);
    bool is_origin = !began && is_share(account->own, account->passed_on, options->holding_percent);
    return bit(began, GRAPH_ROLE_SUBJECT) | bit(is_origin, GRAPH_ROLE_ORIGIN) |
           bit(!began && account->collected_from >= options->collector_payers,
               GRAPH_ROLE_COLLECTOR) |
           bit(is_transit, GRAPH_ROLE_TRANSIT);
}

void flow_find_roles(const struct graph_flow_options *options, bool is_forward,
                     struct graph_flow *flow) {
    for (uint32_t i = 0; i < flow->account_count; i++) {
        struct graph_flow_account *account = &flow->accounts[i];
        account->roles = bit(account->outside > 0, GRAPH_ROLE_EXIT);
        account->roles |=
            is_forward ? roles_forward(options, account) : roles_backward(options, account);
        account->role =
            account->roles == 0 ? GRAPH_ROLE_NONE : (GraphRole)__builtin_ctz(account->roles);
    }
}
