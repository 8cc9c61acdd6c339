// What an event says of money, of things that are shared and of openings: the facts that pictures of cases are made of (response/cases).

#include "response/desk/parts.h"

Slice desk_role(const struct desk *desk, const struct event *event, EventRole role, struct arena *arena) {
    uint32_t field = desk->plan->roles[role];
    if (field == SCHEMA_NONE || !event_has(event, field)) {
        return SLICE("");
    }
    const struct schema_field *declared = &event->schema->fields[field];
    return declared->type == FIELD_ENUM ? event->schema->enums[declared->enumeration].values[event->cells[field].integer] : arena_copy(arena, event->cells[field].text);
}

static bool role_is_true(const struct desk *desk, const struct event *event, EventRole role) {
    uint32_t field = desk->plan->roles[role];
    return field != SCHEMA_NONE && event_has(event, field) && event->cells[field].integer != 0;
}

int64_t desk_role_number(const struct desk *desk, const struct event *event, EventRole role, int64_t otherwise) {
    uint32_t field = desk->plan->roles[role];
    return field != SCHEMA_NONE && event_has(event, field) ? event->cells[field].integer : otherwise;
}

static bool is_own_bank(const struct desk *desk, Slice code) {
    for (uint32_t i = 0; i < desk->plan->own_bank_count; i++) {
        if (slice_equal(desk->plan->own_banks[i], code)) {
            return true;
        }
    }
    return false;
}

typedef enum Phase { PHASE_REQUEST, PHASE_RESULT, PHASE_REVERSAL, PHASE_NONE } Phase;

static Phase phase_of(const struct event *event) {
    const struct schema *schema = event->schema;
    if (schema->phase == SCHEMA_NONE || !event_has(event, schema->phase)) {
        return PHASE_NONE;
    }
    int64_t phase = event->cells[schema->phase].integer;
    return phase == schema->phase_request ? PHASE_REQUEST : phase == schema->phase_reversal ? PHASE_REVERSAL : PHASE_RESULT;
}

static bool succeeded(const struct event *event) {
    const struct schema *schema = event->schema;
    return schema->result == SCHEMA_NONE || !event_has(event, schema->result) || event->cells[schema->result].integer == schema->result_success;
}

static struct case_fact *push(struct facts *facts, struct arena *arena, CaseFactKind kind) {
    struct case_fact *fact = VEC_PUSH(facts, arena);
    fact->kind = kind;
    return fact;
}

// ---- movements ------------------------------------------------------------------------------------------------------------

static MoneyPlace place_of_payee(const struct desk *desk, const struct event *event, Slice merchant, struct arena *arena) {
    if (role_is_true(desk, event, EVENT_ROLE_PAYEE_IS_OWN)) {
        return PLACE_OWN;
    }
    if (!slice_empty(merchant)) {
        return PLACE_MERCHANT;
    }
    return slice_is(desk_role(desk, event, EVENT_ROLE_PAYEE_KIND, arena), "WALLET") ? PLACE_WALLET : PLACE_BANK;
}

static void take_movement(struct desk *desk, const struct event *event, const struct outcome *outcome, EventMoves moves, struct facts *facts, struct arena *arena) {
    Slice account = desk_role(desk, event, EVENT_ROLE_ACCOUNT, arena);
    Slice customer = desk_role(desk, event, EVENT_ROLE_CUSTOMER, arena);
    Slice terminal = desk_role(desk, event, EVENT_ROLE_TERMINAL, arena);
    Slice merchant = desk_role(desk, event, EVENT_ROLE_MERCHANT, arena);
    Phase phase = phase_of(event);
    struct case_movement movement = {
        .sequence = (int64_t)outcome->sequence,
        .time_us = event->time_us,
        .event_id = arena_copy(arena, event->id),
        .amount = desk_role_number(desk, event, EVENT_ROLE_AMOUNT, 0),
        .kind = event->schema->types[event->type].name,
        .channel = event->schema->channel != SCHEMA_NONE && event_has(event, event->schema->channel)
                       ? event->schema->enums[event->schema->fields[event->schema->channel].enumeration].values[event->cells[event->schema->channel].integer]
                       : SLICE(""),
        .ip = desk_role(desk, event, EVENT_ROLE_IP, arena),
        .device = desk_role(desk, event, EVENT_ROLE_DEVICE, arena),
        .state = phase == PHASE_REQUEST ? MOVED_WAITING : succeeded(event) ? MOVED_DONE : MOVED_FAILED,
    };
    switch (moves) {
    case MOVES_OUT:
        movement.payer_place = PLACE_OWN;
        movement.payer = account;
        movement.payer_customer = customer;
        movement.payee_place = place_of_payee(desk, event, merchant, arena);
        movement.payee = movement.payee_place == PLACE_MERCHANT ? merchant : desk_role(desk, event, EVENT_ROLE_PAYEE, arena);
        movement.payee_customer = desk_role(desk, event, EVENT_ROLE_PAYEE_CUSTOMER, arena);
        movement.bank = movement.payee_place == PLACE_BANK ? desk_role(desk, event, EVENT_ROLE_PAYEE_BANK, arena) : SLICE("");
        break;
    case MOVES_IN:
        movement.bank = desk_role(desk, event, EVENT_ROLE_PAYER_BANK, arena);
        if (is_own_bank(desk, movement.bank)) {
            return; // the payer's own event has told it
        }
        movement.payer_place = PLACE_BANK;
        movement.payer = desk_role(desk, event, EVENT_ROLE_PAYER, arena);
        movement.payee_place = PLACE_OWN;
        movement.payee = account;
        movement.payee_customer = customer;
        break;
    case MOVES_CASH_OUT:
    case MOVES_CASH_IN: {
        bool out = moves == MOVES_CASH_OUT;
        movement.payer_place = out ? PLACE_OWN : PLACE_CASH;
        movement.payee_place = out ? PLACE_CASH : PLACE_OWN;
        movement.payer = out ? account : terminal;
        movement.payee = out ? terminal : account;
        movement.payer_customer = out ? customer : SLICE("");
        movement.payee_customer = out ? SLICE("") : customer;
        break;
    }
    default: return;
    }
    push(facts, arena, CASE_FACT_MOVEMENT)->movement = movement;
}

// A RESULT or REVERSAL of a movement that was told before.
static bool take_result(const struct event *event, struct facts *facts, struct arena *arena) {
    const struct schema *schema = event->schema;
    Phase phase = phase_of(event);
    if ((phase != PHASE_RESULT && phase != PHASE_REVERSAL) || schema->original == SCHEMA_NONE || !event_has(event, schema->original)) {
        return false;
    }
    push(facts, arena, CASE_FACT_RESULT)->result = (struct case_result){
        .event_id = arena_copy(arena, event->cells[schema->original].text),
        .state = phase == PHASE_REVERSAL ? MOVED_REVERSED : succeeded(event) ? MOVED_DONE : MOVED_FAILED,
    };
    return true;
}

// ---- things that are shared -----------------------------------------------------------------------------------------------

static void take_bonds(struct desk *desk, const struct event *event, struct facts *facts, struct arena *arena) {
    static const struct {
        EventRole role;
        BondKind kind;
    } shared[] = {{EVENT_ROLE_DEVICE, BOND_DEVICE}, {EVENT_ROLE_IP, BOND_IP}, {EVENT_ROLE_PHONE, BOND_PHONE}, {EVENT_ROLE_ADDRESS, BOND_ADDRESS}, {EVENT_ROLE_AGENT, BOND_AGENT}};
    Slice customer = desk_role(desk, event, EVENT_ROLE_CUSTOMER, arena);
    for (size_t i = 0; i < sizeof shared / sizeof shared[0] && !slice_empty(customer); i++) {
        Slice thing = desk_role(desk, event, shared[i].role, arena);
        if (!slice_empty(thing)) {
            push(facts, arena, CASE_FACT_BOND)->bond =
                (struct case_bond){.kind = shared[i].kind, .party_kind = PARTY_CUSTOMER, .thing = thing, .party = customer, .time_us = event->time_us};
        }
    }
}

static void take_opening(struct desk *desk, const struct event *event, const struct outcome *outcome, struct facts *facts, struct arena *arena) {
    Slice account = desk_role(desk, event, EVENT_ROLE_ACCOUNT, arena);
    if (slice_empty(account) || !succeeded(event) || phase_of(event) == PHASE_REVERSAL) {
        return;
    }
    const struct schema *schema = event->schema;
    push(facts, arena, CASE_FACT_OPENING)->opening = (struct case_opening){
        .sequence = (int64_t)outcome->sequence,
        .opened_us = event->time_us,
        .account = account,
        .customer = desk_role(desk, event, EVENT_ROLE_CUSTOMER, arena),
        .branch = desk_role(desk, event, EVENT_ROLE_BRANCH, arena),
        .channel = schema->channel != SCHEMA_NONE && event_has(event, schema->channel)
                       ? schema->enums[schema->fields[schema->channel].enumeration].values[event->cells[schema->channel].integer]
                       : SLICE(""),
        .operator_id = desk_role(desk, event, EVENT_ROLE_OPERATOR, arena),
        .authoriser = desk_role(desk, event, EVENT_ROLE_AUTHORISER, arena),
        .agent = desk_role(desk, event, EVENT_ROLE_AGENT, arena),
        .purpose = desk_role(desk, event, EVENT_ROLE_PURPOSE, arena),
    };
}

void facts_take(struct desk *desk, const struct event *event, const struct outcome *outcome, struct facts *facts, struct arena *arena) {
    EventMoves moves = desk->plan->moves_of_type[event->type];
    if (moves == MOVES_OPENING) {
        take_opening(desk, event, outcome, facts, arena);
    } else if (moves != MOVES_NOTHING && !take_result(event, facts, arena)) {
        take_movement(desk, event, outcome, moves, facts, arena);
    }
    take_bonds(desk, event, facts, arena);
}
