// Running: whether a strategy begins on an alert, which branch it takes, and what of that may be done.

#include "base/bits.h"
#include "response/strategies/private.h"

#include <math.h>

// ---- reading -----------------------------------------------------------------------------------------------------

static bool asking_evaluate(struct asking *asking, const struct expr *expr, struct arena *scratch, struct value *ret_value) {
    struct expr_input input = {.context = asking, .read = asking_read};
    bool outside = asking->missed;
    asking->missed = false;
    bool known = expr_evaluate(expr, &input, scratch, ret_value) == STATUS_OK && !asking->missed;
    asking->missed = outside;
    return known;
}

bool asking_holds(struct asking *asking, const struct expr *expr, struct arena *scratch) {
    struct value value;
    return expr == NULL || (asking_evaluate(asking, expr, scratch, &value) && value.kind == VALUE_BOOL && value.boolean);
}

static bool read_fact(struct asking *asking, FactId id, struct arena *scratch, struct value *ret_value) {
    const struct fact_plan *fact = &asking->strategies->plan.facts[id];
    bool known = asking_holds(asking, fact->known, scratch) && asking_evaluate(asking, fact->value, scratch, ret_value);
    if (!known) {
        *ret_value = fact_infos[id].type == TYPE_BOOL ? value_bool(fact_infos[id].worst) : (struct value){.kind = VALUE_MISSING};
    }
    return known;
}

bool strategies_fact(const struct strategies *strategies, FactId fact, const struct strategy_input *input, struct arena *scratch,
                     struct value *ret_value) {
    struct asking asking = {strategies, input, false};
    return read_fact(&asking, fact, scratch, ret_value);
}

// The sources of which a hit is known or may be: what is not known counts as a hit.
static bool read_list_hits(struct asking *asking, struct arena *scratch, struct value *ret_value) {
    struct value *items = ARENA_ARRAY(scratch, struct value, LIST_SOURCE_COUNT);
    struct value_list *list = ARENA_NEW(scratch, struct value_list);
    list->items = items;
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        if (asking_list_hit(asking, (ListSource)i, scratch) != KNOWN_NO) {
            items[list->count++] = value_string(slice_of(list_source_names[i]));
        }
    }
    *ret_value = (struct value){.kind = VALUE_LIST, .list = list};
    return true;
}

static bool ask(struct asking *asking, StrategySlot slot, struct arena *scratch, struct value *ret_value) {
    return asking->input->read(asking->input->context, slot, scratch, ret_value);
}

bool asking_name(struct asking *asking, StrategyName name, struct arena *scratch, struct value *ret_value) {
    return name == STRATEGY_ALERT_LIST_HITS ? read_list_hits(asking, scratch, ret_value)
                                            : ask(asking, (StrategySlot){.kind = SLOT_NAME, .index = name}, scratch, ret_value);
}

bool asking_read(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    struct asking *asking = context;
    const struct strategies *strategies = asking->strategies;
    if (slot >= strategies->first_answer) {
        return ask(asking, (StrategySlot){.kind = SLOT_ANSWER, .index = slot - strategies->first_answer}, scratch, ret_value);
    }
    if (slot >= strategies->first_fact) {
        read_fact(asking, (FactId)(slot - strategies->first_fact), scratch, ret_value);
        return ret_value->kind != VALUE_MISSING;
    }
    if (slot >= strategies->first_name) {
        return asking_name(asking, (StrategyName)(slot - strategies->first_name), scratch, ret_value);
    }
    const struct name *name = &strategies->catalogue->vocabulary.names.at[slot];
    StrategySlotKind kind = name->kind == NAME_FIELD ? SLOT_FIELD : SLOT_CELL;
    return ask(asking, (StrategySlot){.kind = kind, .index = name->index, .table = name->table}, scratch, ret_value);
}

// ---- what is known of an alert -----------------------------------------------------------------------------------

static bool read_int(struct asking *asking, StrategyName name, struct arena *scratch, int64_t *ret_value) {
    struct value value;
    if (!asking_name(asking, name, scratch, &value) || value.kind != VALUE_INT) {
        return false;
    }
    *ret_value = value.integer;
    return true;
}

static bool read_list(struct asking *asking, StrategyName name, struct arena *scratch, const struct value_list **ret_list) {
    struct value value;
    if (!asking_name(asking, name, scratch, &value) || value.kind != VALUE_LIST) {
        return false;
    }
    *ret_list = value.list;
    return true;
}

static Known read_known(struct asking *asking, StrategyName name, struct arena *scratch) {
    struct value value;
    return !asking_name(asking, name, scratch, &value) || value.kind != VALUE_BOOL ? NOT_KNOWN : value.boolean ? KNOWN_YES : KNOWN_NO;
}

static Known fact_known(struct asking *asking, FactId fact, struct arena *scratch) {
    struct value value;
    return !read_fact(asking, fact, scratch, &value) ? NOT_KNOWN : value.boolean ? KNOWN_YES : KNOWN_NO;
}

static Severity read_severity(struct asking *asking, StrategyName name, struct arena *scratch) {
    int64_t severity;
    return read_int(asking, name, scratch, &severity) && severity >= SEVERITY_S1 && severity <= SEVERITY_S4 ? (Severity)severity : SEVERITY_NONE;
}

bool asking_models(struct asking *asking, struct arena *scratch, const uint32_t **ret_models, uint32_t *ret_count) {
    const struct value_list *list;
    if (!read_list(asking, STRATEGY_ALERT_MODELS, scratch, &list) || list->count == 0) {
        return false;
    }
    uint32_t *models = ARENA_ARRAY(scratch, uint32_t, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        models[i] = list->items[i].kind == VALUE_STRING ? map_get(&asking->strategies->catalogue->models_by_id, list->items[i].text) : MAP_NONE;
        if (models[i] == MAP_NONE) {
            return false;
        }
    }
    *ret_models = models;
    *ret_count = list->count;
    return true;
}

// A model that cannot have fired without a list is a hit of it. Of one that may have, the fact knows better, which asks the lists for the parties of the
// leading event; but only where that is the alert's one event.
Known asking_list_hit(struct asking *asking, ListSource source, struct arena *scratch) {
    static const FactId facts[LIST_SOURCE_COUNT] = {FACT_POLICE_HIT, FACT_SANCTION_HIT, FACT_PUNISHED_HIT};
    const uint32_t *models = NULL;
    uint32_t count = 0;
    int64_t events;
    bool known = asking_models(asking, scratch, &models, &count);
    bool may = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct model_lists *lists = &asking->strategies->plan.lists_of_model[models[i]];
        if ((lists->surely >> source & 1) != 0) {
            return KNOWN_YES;
        }
        may = may || (lists->may >> source & 1) != 0;
    }
    Known fact = fact_known(asking, facts[source], scratch);
    bool alone = read_int(asking, STRATEGY_ALERT_EVENTS, scratch, &events) && events == 1;
    if (fact == KNOWN_NO) {
        return known && (alone || !may) ? KNOWN_NO : NOT_KNOWN;
    }
    return fact == KNOWN_YES || may ? KNOWN_YES : NOT_KNOWN;
}

static uint32_t kinds_of(const struct strategies *strategies, const uint32_t *models, uint32_t count) {
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < count; i++) {
        kinds |= 1u << strategies->plan.typologies[strategies->plan.typology_of_model[models[i]]].kind;
    }
    return kinds;
}

static bool read_amount(struct asking *asking, struct arena *scratch, int64_t *ret_minor) {
    struct value value;
    if (!asking_name(asking, STRATEGY_ALERT_AMOUNT, scratch, &value) || value.kind != VALUE_MONEY || !(fabs(value.number) < 9e18)) {
        return false;
    }
    *ret_minor = (int64_t)ceil(value.number);
    return true;
}

static void fill_closure(struct asking *asking, Direction direction, struct arena *scratch, struct closure *closure) {
    const uint32_t *models = NULL;
    uint32_t count = 0;
    struct value age;
    int64_t overturned;
    const struct value_list *marks;
    *closure = (struct closure){.direction = direction, .severity = read_severity(asking, STRATEGY_ALERT_SEVERITY_MOST, scratch)};
    if (asking_models(asking, scratch, &models, &count)) {
        closure->kinds = kinds_of(asking->strategies, models, count);
    }
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        closure->list_hit[i] = asking_list_hit(asking, (ListSource)i, scratch);
    }
    closure->is_company = fact_known(asking, FACT_IS_COMPANY, scratch);
    closure->victim_protect = fact_known(asking, FACT_VICTIM_PROTECT, scratch);
    if (read_fact(asking, FACT_CUSTOMER_AGE, scratch, &age)) {
        closure->has_age = true;
        closure->age = age.integer;
    }
    if (read_list(asking, STRATEGY_ALERT_MARKS, scratch, &marks)) {
        closure->is_marked = marks->count > 0 ? KNOWN_YES : KNOWN_NO;
    }
    closure->has_amount = read_amount(asking, scratch, &closure->amount);
    closure->is_challenger = read_known(asking, STRATEGY_ALERT_CHALLENGER, scratch);
    closure->has_model_days = read_int(asking, STRATEGY_ALERT_MODEL_DAYS, scratch, &closure->model_days);
    closure->is_late = read_known(asking, STRATEGY_ALERT_LATE, scratch);
    closure->is_degraded = read_known(asking, STRATEGY_ALERT_DEGRADED, scratch);
    if (read_int(asking, STRATEGY_HISTORY_OVERTURNED, scratch, &overturned)) {
        closure->was_overturned = overturned > 0 ? KNOWN_YES : KNOWN_NO;
    }
}

static Forbidden forbidden_now(struct asking *asking, Direction direction, struct arena *scratch) {
    struct closure closure;
    fill_closure(asking, direction, scratch, &closure);
    return closure_forbidden(&closure);
}

void closure_of(const struct strategies *strategies, Direction direction, const struct strategy_input *input, struct arena *scratch,
                struct closure *ret_closure) {
    struct asking asking = {strategies, input, false};
    fill_closure(&asking, direction, scratch, ret_closure);
}

// ---- does it begin -----------------------------------------------------------------------------------------------

// What releases must be for all hits of the alert, since all of them end with it; what protects needs one that it is for.
static bool fits_scope(struct asking *asking, const struct strategy *strategy, const struct strategy_scope *scope, struct arena *scratch) {
    const uint32_t *models;
    uint32_t count;
    // What was lowered since does not open a question that its severity forbids.
    Severity severity = read_severity(asking, strategy->ask != NULL ? STRATEGY_ALERT_SEVERITY_MOST : STRATEGY_ALERT_SEVERITY, scratch);
    if (strategy->triggers == 1u << TRIGGER_ORDER) {
        return true; // there need not be an alert
    }
    if (severity == SEVERITY_NONE || !asking_models(asking, scratch, &models, &count)) {
        return false;
    }
    uint32_t covered = 0;
    for (uint32_t i = 0; i < count; i++) {
        covered += scope_covers(&asking->strategies->plan, scope, models[i], severity);
    }
    return strategy->releases ? covered == count : covered > 0;
}

static bool has_list_hit(struct asking *asking, const struct strategy *strategy, struct arena *scratch) {
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        if ((strategy->list_sources >> i & 1) != 0 && asking_list_hit(asking, (ListSource)i, scratch) == KNOWN_YES) {
            return true;
        }
    }
    return strategy->list_sources == 0;
}

// The first limit that is reached, or the number of limits.
static uint32_t reached_limit(struct asking *asking, const struct strategy *strategy) {
    for (uint32_t i = 0; i < strategy->limit_count; i++) {
        const struct strategy_limit *limit = &strategy->limits[i];
        uint32_t used;
        if (!asking->input->uses(asking->input->context, strategy, limit->per, limit->within_us, &used) || used >= limit->count) {
            return i;
        }
    }
    return strategy->limit_count;
}

static bool is_small_enough(struct asking *asking, const struct strategy *strategy, struct arena *scratch) {
    int64_t amount;
    return strategy->amount_max == INT64_MAX || (read_amount(asking, scratch, &amount) && amount <= strategy->amount_max);
}

// What forbids every branch by which a releasing strategy could release or close; FORBIDDEN_NOTHING when one of them may be taken, when there is none for
// this alert, or when it may be lowered instead.
static Forbidden forbidden_all(struct asking *asking, const struct strategy *strategy, struct arena *scratch) {
    const struct strategy_branches otherwise = {&strategy->otherwise, 1};
    const struct strategy_branches *const lists[] = {&strategy->stop, &strategy->then, &otherwise};
    Forbidden first = FORBIDDEN_NOTHING;
    for (int l = 0; l < 3; l++) {
        for (uint32_t i = 0; i < lists[l]->count; i++) {
            const struct strategy_branch *branch = &lists[l]->at[i];
            Direction direction = branch_direction(branch);
            bool fits = branch->scope == NULL || fits_scope(asking, strategy, branch->scope, scratch);
            if (!fits || (direction == DIRECTION_NEUTRAL && branch->to != END_LOWER)) {
                continue;
            }
            Forbidden forbidden = branch->to == END_LOWER ? FORBIDDEN_NOTHING : forbidden_now(asking, direction, scratch);
            if (forbidden == FORBIDDEN_NOTHING) {
                return FORBIDDEN_NOTHING;
            }
            first = first == FORBIDDEN_NOTHING ? forbidden : first;
        }
    }
    return first;
}

void strategy_begin(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                    struct strategy_begin *ret_begin) {
    struct asking asking = {strategies, input, false};
    *ret_begin = (struct strategy_begin){.refused = REFUSED_NOT};
    if (!fits_scope(&asking, strategy, &strategy->scope, scratch)) {
        ret_begin->refused = REFUSED_SCOPE;
    } else if (!has_list_hit(&asking, strategy, scratch)) {
        ret_begin->refused = REFUSED_LIST;
    } else if (!asking_holds(&asking, strategy->when, scratch)) {
        ret_begin->refused = REFUSED_WHEN;
    } else if ((ret_begin->limit = reached_limit(&asking, strategy)) < strategy->limit_count) {
        ret_begin->refused = REFUSED_LIMIT;
    } else if (!is_small_enough(&asking, strategy, scratch)) {
        ret_begin->refused = REFUSED_AMOUNT;
    } else if (strategy->releases && strategy->first_count == 0 &&
               (ret_begin->forbidden = forbidden_all(&asking, strategy, scratch)) != FORBIDDEN_NOTHING) {
        ret_begin->refused = REFUSED_FORBIDDEN;
    }
}

struct strategy_actions strategy_first(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input,
                                       struct arena *scratch) {
    struct asking asking = {strategies, input, false};
    for (uint32_t i = 0; i < strategy->first_count; i++) {
        if (asking_holds(&asking, strategy->first[i].when, scratch)) {
            return strategy->first[i].actions;
        }
    }
    return (struct strategy_actions){NULL, 0};
}

int64_t strategy_wait_us(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input,
                         struct arena *scratch) {
    struct asking asking = {strategies, input, false};
    for (uint32_t i = 0; i < strategy->wait_count; i++) {
        if (asking_holds(&asking, strategy->waits[i].when, scratch)) {
            return strategy->waits[i].span_us;
        }
    }
    return 0;
}

// ---- how it ends -------------------------------------------------------------------------------------------------

static bool was_taken(struct asking *asking, const struct strategy *strategy, const struct strategy_branch *branch, struct arena *scratch) {
    const struct value_list *taken;
    if (!branch->once || !read_list(asking, STRATEGY_ALERT_TAKEN, scratch, &taken)) {
        return false;
    }
    Slice name = arena_printf(scratch, "%.*s#%.*s", SLICE_ARGS(strategy->id), SLICE_ARGS(branch->id));
    for (uint32_t i = 0; i < taken->count; i++) {
        if (taken->items[i].kind == VALUE_STRING && slice_equal(taken->items[i].text, name)) {
            return true;
        }
    }
    return false;
}

static const struct strategy_branch *first_that_holds(struct asking *asking, const struct strategy *strategy,
                                                      const struct strategy_branches *branches, struct arena *scratch) {
    for (uint32_t i = 0; i < branches->count; i++) {
        const struct strategy_branch *branch = &branches->at[i];
        bool fits = branch->scope == NULL || fits_scope(asking, strategy, branch->scope, scratch);
        if (fits && asking_holds(asking, branch->when, scratch) && !was_taken(asking, strategy, branch, scratch)) {
            return branch;
        }
    }
    return NULL;
}

static void take(struct asking *asking, const struct strategy_branch *branch, struct arena *scratch, struct strategy_outcome *outcome) {
    Direction direction = branch_direction(branch);
    *outcome = (struct strategy_outcome){.branch = branch, .to = branch->to, .code = branch->code};
    if (direction != DIRECTION_NEUTRAL) {
        outcome->forbidden = forbidden_now(asking, direction, scratch);
    }
    if (outcome->forbidden != FORBIDDEN_NOTHING) {
        outcome->to = END_HUMAN;
        outcome->code = CODE_NONE;
    }
    const struct strategy_action **actions = ARENA_ARRAY(scratch, const struct strategy_action *, branch->actions.count + 1);
    for (uint32_t i = 0; i < branch->actions.count; i++) {
        const struct strategy_action *action = &branch->actions.at[i];
        if (outcome->forbidden == FORBIDDEN_NOTHING || action_infos[action->id].direction != DIRECTION_RELEASING) {
            actions[outcome->action_count++] = action;
        }
    }
    outcome->actions = actions;
}

bool strategy_stop(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                   struct strategy_outcome *ret_outcome) {
    struct asking asking = {strategies, input, false};
    const struct strategy_branch *branch = first_that_holds(&asking, strategy, &strategy->stop, scratch);
    if (branch != NULL) {
        take(&asking, branch, scratch, ret_outcome);
    }
    return branch != NULL;
}

void strategy_end(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                  struct strategy_outcome *ret_outcome) {
    struct asking asking = {strategies, input, false};
    if (strategy_stop(strategies, strategy, input, scratch, ret_outcome)) {
        return;
    }
    const struct strategy_branch *branch = first_that_holds(&asking, strategy, &strategy->then, scratch);
    take(&asking, branch == NULL ? &strategy->otherwise : branch, scratch, ret_outcome);
}

void strategy_give_up(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                      struct strategy_outcome *ret_outcome) {
    struct asking asking = {strategies, input, false};
    take(&asking, &strategy->otherwise, scratch, ret_outcome);
}
