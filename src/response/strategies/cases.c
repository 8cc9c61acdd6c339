// Cases: what a strategy does with alerts that its file describes.
//
//     tests:
//       given: {alert.models: [M-AT-02-A], alert.severity: 2}      # over the pack's (disposition.yaml, `cases`), for all cases of the file
//       cases:
//         - id: face
//           given: {answer.method: FACE, answer.liveness: 0.95, lists: {white_pair: ["A1|B2"]}}
//           expect: {close: FP-OWNWILL, do: [RELEASE_PAYMENT]}
//         - {id: fourth, given: {uses: {SUBJECT: 3}}, expect: {refused: LIMIT}}
//         - {id: gone, later: {payment.state: CANCELLED}, expect: {to: STAYS, stop: gone}}
//
// With what is `given` the strategy begins, and does what it does first; with what is known `later`, too, a branch of `stop` holds, or it ends.

#include "base/bits.h"
#include "base/money.h"
#include "codec/number.h"
#include "response/strategies/private.h"

enum { LISTED_MAX = 64, OPEN_MAX = 16, FAMILY_BYTES_MAX = 16 };

// What is known in a case.
struct known {
    struct value *values; // by slot
    bool *given;
    struct {
        uint32_t list;
        Slice key;
    } listed[LISTED_MAX];
    uint32_t listed_count;
    struct {
        Slice family;
        int64_t severity;
    } open[OPEN_MAX];
    uint32_t open_count;
    bool has_open;                   // families that are not named have nothing open; else nobody knows
    int64_t uses[LIMIT_SCOPE_COUNT]; // -1: not known
};

struct trying {
    const struct strategies *strategies;
    const struct strategy *strategy;
    struct arena *arena;
    struct diag_list *diags;
    const struct yaml_node *case_node;
    Slice id;
    bool failed;
    uint64_t shown[2 * STRATEGY_BRANCHES_MAX / 64 + 1]; // branches of `stop`, then those of `then`
    uint32_t limits_shown;                              // set; STRATEGY_LIMITS_MAX: the amount
    struct known known;
};

static struct diag *complain(struct trying *trying, const char *code, Place place, const char *format, ...) __attribute__((format(printf, 4, 5)));
static struct diag *complain(struct trying *trying, const char *code, Place place, const char *format, ...) {
    va_list args;
    trying->failed = true;
    va_start(args, format);
    struct diag *diag = diag_vadd(trying->diags, DIAG_ERROR, code, place, format, args);
    va_end(args);
    return diag;
}

// ---- what is given -----------------------------------------------------------------------------------------------

static void set_texts(struct trying *trying, const struct yaml_node *node, struct value *value) {
    struct value_list *list = ARENA_NEW(trying->arena, struct value_list);
    struct value *items = ARENA_ARRAY(trying->arena, struct value, node->count + 1);
    YAML_EACH(node, item) {
        items[list->count++] = value_string(yaml_text(item, trying->diags));
    }
    list->items = items;
    *value = (struct value){.kind = VALUE_LIST, .list = list};
}

static bool parse_value(struct trying *trying, const struct yaml_node *node, const struct expr_variable *variable, struct value *value) {
    int64_t integer;
    double number;
    bool boolean;
    switch (variable->type->kind) {
    case TYPE_BOOL:
        return yaml_bool(node, &boolean, trying->diags) && (*value = value_bool(boolean), true);
    case TYPE_INT:
        return yaml_i64(node, &integer, trying->diags) && (*value = value_int(integer), true);
    case TYPE_DOUBLE:
        return yaml_number(node, &number, trying->diags) && (*value = value_double(number), true);
    case TYPE_MONEY:
        return yaml_expect(node, YAML_SCALAR, trying->diags) && money_parse(node->text, trying->strategies->catalogue->money_digits, &integer) &&
               (*value = value_money((double)integer), true);
    case TYPE_STRING:
        *value = value_string(yaml_text(node, trying->diags));
        return value->text.at != NULL;
    case TYPE_TIMESTAMP:
        if (!yaml_expect(node, YAML_SCALAR, trying->diags) || !time_parse(node->text, trying->strategies->catalogue->zone_offset_us, &integer)) {
            return false;
        }
        *value = (struct value){.kind = VALUE_TIMESTAMP, .time = {floor_div(integer, US_PER_SECOND), 0}};
        return true;
    case TYPE_LIST:
        if (!yaml_expect(node, YAML_SEQUENCE, trying->diags)) {
            return false;
        }
        set_texts(trying, node, value);
        return true;
    default:
        return false;
    }
}

static bool is_choice(const struct expr_variable *variable, const struct value *value) {
    if (variable->choices == NULL || value->kind != VALUE_STRING) {
        return true;
    }
    for (uint32_t i = 0; i < variable->choices->count; i++) {
        if (slice_equal(variable->choices->values[i], value->text)) {
            return true;
        }
    }
    return false;
}

static void set_name(struct trying *trying, Slice name, const struct yaml_node *node) {
    const struct strategies *strategies = trying->strategies;
    const struct expr_variable *variable = expr_env_find(strategies->env, name);
    bool computed = variable != NULL && ((variable->slot >= strategies->first_fact && variable->slot < strategies->first_answer) ||
                                         variable->slot == strategies->first_name + STRATEGY_ALERT_LIST_HITS);
    if (variable == NULL || computed) {
        complain(trying, "SG040", node->key_place,
                 computed ? "'%.*s' follows from the event, tables, lists and models; give those" : "'%.*s' is no name that strategies know",
                 SLICE_ARGS(name));
        return;
    }
    uint32_t errors = trying->diags->error_count;
    struct value value = {.kind = VALUE_MISSING};
    trying->known.given[variable->slot] = false;
    if (yaml_is_null(node)) {
        return;
    }
    bool fine = parse_value(trying, node, variable, &value);
    if (!fine || !is_choice(variable, &value)) {
        trying->failed = true;
        if (trying->diags->error_count == errors) {
            complain(trying, "SG041", node->place, "this is no value of '%.*s'", SLICE_ARGS(name));
        }
        return;
    }
    trying->known.values[variable->slot] = value;
    trying->known.given[variable->slot] = true;
}

static void set_lists(struct trying *trying, const struct yaml_node *map) {
    const struct knowledge_plan *knowledge = trying->strategies->catalogue->knowledge;
    struct known *known = &trying->known;
    YAML_EACH(map, list) {
        uint32_t index = map_get(&knowledge->lists_by_name, list->key);
        if (index == MAP_NONE) {
            complain(trying, "SG042", list->key_place, "unknown list '%.*s'", SLICE_ARGS(list->key));
            continue;
        }
        YAML_EACH(list, key) {
            if (known->listed_count < LISTED_MAX) {
                known->listed[known->listed_count].list = index;
                known->listed[known->listed_count++].key = yaml_text(key, trying->diags);
            }
        }
    }
}

static void set_open(struct trying *trying, const struct yaml_node *map) {
    struct known *known = &trying->known;
    known->has_open = !yaml_is_null(map);
    YAML_EACH(map, family) {
        uint32_t severity = 0;
        if (known->open_count < OPEN_MAX && yaml_choice(family, severity_names + 1, SEVERITY_S4, &severity, trying->diags)) {
            known->open[known->open_count].family = family->key;
            known->open[known->open_count++].severity = (int64_t)severity + 1;
        }
    }
}

static void set_uses(struct trying *trying, const struct yaml_node *map) {
    YAML_EACH(map, scope) {
        bool found = false;
        for (int i = 0; i < LIMIT_SCOPE_COUNT && !found; i++) {
            found = slice_is(scope->key, limit_scope_names[i]);
            if (found && yaml_is_null(scope)) {
                trying->known.uses[i] = -1;
            } else if (found) {
                yaml_i64(scope, &trying->known.uses[i], trying->diags);
            }
        }
        if (!found) {
            complain(trying, "SG043", scope->key_place, "a limit is of SUBJECT, PAYEE or ALERT, not of '%.*s'", SLICE_ARGS(scope->key));
        }
    }
}

// Names are written in one ("alert.severity") or nested.
static void set_given(struct trying *trying, Slice prefix, const struct yaml_node *map) {
    YAML_EACH(map, node) {
        if (prefix.size == 0 && slice_is(node->key, "lists")) {
            set_lists(trying, node);
        } else if (prefix.size == 0 && slice_is(node->key, "open")) {
            set_open(trying, node);
        } else if (prefix.size == 0 && slice_is(node->key, "uses")) {
            set_uses(trying, node);
        } else {
            Slice name = prefix.size == 0 ? node->key : arena_printf(trying->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(node->key));
            if (node->kind == YAML_MAPPING) {
                set_given(trying, name, node);
            } else {
                set_name(trying, name, node);
            }
        }
    }
}

static void forget_all(struct trying *trying) {
    uint32_t count = trying->strategies->first_answer + trying->strategies->plan.answer_count;
    trying->known =
        (struct known){.values = ARENA_ARRAY(trying->arena, struct value, count + 1), .given = ARENA_ARRAY(trying->arena, bool, count + 1)};
}

// ---- answering ---------------------------------------------------------------------------------------------------

static uint32_t slot_of(const struct strategies *strategies, StrategySlot slot) {
    switch (slot.kind) {
    case SLOT_NAME:
        return strategies->first_name + slot.index;
    case SLOT_ANSWER:
        return strategies->first_answer + slot.index;
    case SLOT_FIELD:
    case SLOT_CELL:
        break;
    }
    Slice name = slot.kind == SLOT_FIELD ? SLICE("") : strategies->catalogue->knowledge->tables[slot.table].columns[slot.index].full_name;
    return slot.kind == SLOT_FIELD ? slot.index : expr_env_find(strategies->env, name)->slot;
}

static bool known_read(void *context, StrategySlot slot, struct arena *scratch, struct value *ret_value) {
    const struct trying *trying = context;
    (void)scratch;
    uint32_t index = slot_of(trying->strategies, slot);
    if (!trying->known.given[index]) {
        return false;
    }
    *ret_value = trying->known.values[index];
    return true;
}

static bool known_on_list(void *context, uint32_t list, Slice key, bool *ret_is_on) {
    const struct trying *trying = context;
    *ret_is_on = false;
    for (uint32_t i = 0; i < trying->known.listed_count; i++) {
        *ret_is_on = *ret_is_on || (trying->known.listed[i].list == list && slice_equal(trying->known.listed[i].key, key));
    }
    return true;
}

static bool known_open(void *context, Slice family, Severity *ret_severity) {
    const struct trying *trying = context;
    *ret_severity = SEVERITY_NONE;
    for (uint32_t i = 0; i < trying->known.open_count; i++) {
        if (slice_equal(trying->known.open[i].family, family)) {
            *ret_severity = (Severity)trying->known.open[i].severity;
        }
    }
    return trying->known.has_open;
}

static bool known_uses(void *context, const struct strategy *strategy, LimitScope per, int64_t within_us, uint32_t *ret_count) {
    const struct trying *trying = context;
    (void)strategy;
    (void)within_us;
    *ret_count = trying->known.uses[per] < 0 ? 0 : (uint32_t)trying->known.uses[per];
    return trying->known.uses[per] >= 0;
}

// ---- judging -----------------------------------------------------------------------------------------------------

// A text that the case states has to be the one that there is.
static void compare(struct trying *trying, const struct yaml_node *expect, const char *key, Slice have) {
    const struct yaml_node *node = yaml_get(expect, key);
    if (node != NULL && !slice_equal(yaml_text(node, trying->diags), have)) {
        complain(trying, "SG044", node->place, "%.*s#%.*s: the %s is %.*s", SLICE_ARGS(trying->strategy->id), SLICE_ARGS(trying->id), key,
                 SLICE_ARGS(have.size == 0 ? SLICE("none") : have));
    }
}

static void put_argument(const struct trying *trying, const struct strategy_action *action, ActionArgument argument, struct buf *out) {
    const struct strategies *strategies = trying->strategies;
    int64_t value = action->values[argument];
    char text[TIME_TEXT_SIZE];
    switch (argument_infos[argument].type) {
    case TAKES_SPAN:
        buf_put(out, (Slice){text, span_format(value, text)});
        break;
    case TAKES_MONEY: {
        Slice amount = {text, money_format(value, strategies->catalogue->money_digits, text)};
        buf_put(out, slice_ends_with(amount, SLICE(".00")) ? slice_part(amount, 0, amount.size - 3) : amount);
        break;
    }
    case TAKES_COUNT:
        buf_printf(out, "%lld", (long long)value);
        break;
    case TAKES_LIST:
        buf_put(out, strategies->catalogue->knowledge->lists[value].name);
        break;
    case TAKES_SCRIPT:
        buf_put(out, strategies->plan.scripts[value].id);
        break;
    case TAKES_SEVERITY:
        buf_put(out, slice_of(severity_names[value]));
        break;
    case TAKES_ROLE:
        buf_put(out, slice_of(duty_role_names[value]));
        break;
    case TAKES_SHARES:
        for (uint32_t i = 0; i < action->share_count; i++) {
            buf_printf(out, "%s%u", i == 0 ? "" : "/", action->shares[i]);
        }
        break;
    case TAKES_TEXT:
        buf_put(out, action->text);
        break;
    }
}

// "HOLD for=30m", as a case writes it.
static Slice action_text(const struct trying *trying, const struct strategy_action *action) {
    struct buf text;
    buf_init(&text, 4096);
    buf_put(&text, action_infos[action->id].name);
    for (int a = 0; a < ARGUMENT_COUNT; a++) {
        if ((action->given >> a & 1) != 0) {
            buf_printf(&text, " %.*s=", SLICE_ARGS(argument_infos[a].key));
            put_argument(trying, action, (ActionArgument)a, &text);
        }
    }
    Slice copy = arena_copy(trying->arena, buf_slice(&text));
    buf_deinit(&text);
    return copy;
}

static bool has_word(Slice text, Slice word) {
    Slice part;
    while (slice_split(&text, ' ', &part)) {
        if (slice_equal(part, word)) {
            return true;
        }
    }
    return false;
}

// The name, and those of the arguments that the case writes.
static bool is_action(Slice have, Slice want) {
    Slice name = have;
    Slice word;
    slice_split(&name, ' ', &word);
    bool first = true;
    while (slice_split(&want, ' ', &name)) {
        if (first ? !slice_equal(name, word) : !has_word(have, name)) {
            return false;
        }
        first = false;
    }
    return !first;
}

static void compare_actions(struct trying *trying, const struct yaml_node *list, const struct strategy_action *const *actions, uint32_t count) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, trying->diags)) {
        return;
    }
    struct buf have;
    buf_init(&have, 1 << 16);
    bool same = list->count == count;
    const struct yaml_node *item = list->first;
    for (uint32_t i = 0; i < count; i++) {
        Slice text = action_text(trying, actions[i]);
        buf_printf(&have, "%s %.*s", i == 0 ? "" : ",", SLICE_ARGS(text));
        same = same && is_action(text, yaml_text(item, trying->diags));
        item = item == NULL ? NULL : item->next;
    }
    if (!same) {
        complain(trying, "SG044", list->place, "%.*s#%.*s: what is done is:%.*s", SLICE_ARGS(trying->strategy->id), SLICE_ARGS(trying->id),
                 SLICE_ARGS(buf_slice(&have)));
    }
    buf_deinit(&have);
}

static void judge_refusal(struct trying *trying, const struct yaml_node *expect, const struct strategy_begin *begin) {
    const struct strategy *strategy = trying->strategy;
    compare(trying, expect, "refused", slice_of(strategy_refusal_names[begin->refused]));
    if (begin->refused == REFUSED_LIMIT) {
        compare(trying, expect, "limit", slice_of(limit_scope_names[strategy->limits[begin->limit].per]));
        trying->limits_shown |= 1u << begin->limit;
    } else if (begin->refused == REFUSED_AMOUNT) {
        trying->limits_shown |= 1u << STRATEGY_LIMITS_MAX;
    } else if (begin->refused == REFUSED_FORBIDDEN) {
        compare(trying, expect, "forbidden", forbidden_infos[begin->forbidden].name);
    }
}

static void judge_outcome(struct trying *trying, const struct yaml_node *expect, const struct strategy_outcome *outcome, bool stopped) {
    const struct strategy *strategy = trying->strategy;
    if (outcome->branch != &strategy->otherwise) {
        const struct strategy_branches *list = stopped ? &strategy->stop : &strategy->then;
        bits_set(trying->shown, (stopped ? 0 : STRATEGY_BRANCHES_MAX) + (uint32_t)(outcome->branch - list->at));
    }
    if (stopped != (yaml_get(expect, "stop") != NULL)) {
        complain(trying, "SG044", expect->place, "%.*s#%.*s: %s", SLICE_ARGS(strategy->id), SLICE_ARGS(trying->id),
                 stopped ? "a branch of `stop` ends it" : "no branch of `stop` ends it");
    }
    compare(trying, expect, stopped ? "stop" : "branch", outcome->branch->id);
    compare(trying, expect, "to", slice_of(strategy_end_names[outcome->to]));
    compare(trying, expect, "close", outcome->code == CODE_NONE ? SLICE("") : code_infos[outcome->code].text);
    if (outcome->forbidden != FORBIDDEN_NOTHING && yaml_get(expect, "forbidden") == NULL) {
        complain(trying, "SG044", expect->place, "%.*s#%.*s: %.*s forbids it", SLICE_ARGS(strategy->id), SLICE_ARGS(trying->id),
                 SLICE_ARGS(forbidden_infos[outcome->forbidden].name));
    }
    compare(trying, expect, "forbidden", forbidden_infos[outcome->forbidden].name);
    compare_actions(trying, yaml_get(expect, "do"), outcome->actions, outcome->action_count);
}

static void judge_first(struct trying *trying, const struct yaml_node *expect, const struct strategy_input *input) {
    struct strategy_actions actions = strategy_first(trying->strategies, trying->strategy, input, trying->arena);
    const struct strategy_action **list = ARENA_ARRAY(trying->arena, const struct strategy_action *, actions.count + 1);
    for (uint32_t i = 0; i < actions.count; i++) {
        list[i] = &actions.at[i];
    }
    compare_actions(trying, yaml_get(expect, "first"), list, actions.count);
}

static void judge_wait(struct trying *trying, const struct yaml_node *expect, const struct strategy_input *input) {
    char text[TIME_TEXT_SIZE];
    if (yaml_get(expect, "wait") != NULL) {
        int64_t wait_us = strategy_wait_us(trying->strategies, trying->strategy, input, trying->arena);
        compare(trying, expect, "wait", (Slice){text, span_format(wait_us, text)});
    }
}

static void judge(struct trying *trying, const struct yaml_node *expect) {
    const struct strategy_input input = {trying, known_read, known_on_list, known_open, known_uses};
    struct strategy_begin begin;
    struct strategy_outcome outcome;
    strategy_begin(trying->strategies, trying->strategy, &input, trying->arena, &begin);
    if (yaml_get(expect, "refused") != NULL) {
        judge_refusal(trying, expect, &begin);
        return;
    }
    if (begin.refused != REFUSED_NOT) {
        complain(trying, "SG044", expect->place, "%.*s#%.*s: it does not begin: %s%s%.*s", SLICE_ARGS(trying->strategy->id), SLICE_ARGS(trying->id),
                 strategy_refusal_names[begin.refused], begin.refused == REFUSED_FORBIDDEN ? " by " : "",
                 SLICE_ARGS(begin.refused == REFUSED_FORBIDDEN ? forbidden_infos[begin.forbidden].name : SLICE("")));
        return;
    }
    judge_first(trying, expect, &input);
    judge_wait(trying, expect, &input);
    set_given(trying, SLICE(""), yaml_get(trying->case_node, "later"));
    bool stopped = strategy_stop(trying->strategies, trying->strategy, &input, trying->arena, &outcome);
    if (!stopped) {
        strategy_end(trying->strategies, trying->strategy, &input, trying->arena, &outcome);
    }
    judge_outcome(trying, expect, &outcome, stopped);
}

// ---- one case ----------------------------------------------------------------------------------------------------

static void check_expectation(struct trying *trying, const struct yaml_node *expect) {
    static const char *const keys[] = {"refused", "limit", "forbidden", "first", "wait", "stop", "branch", "close", "to", "do"};
    if (!yaml_check_keys(expect, keys, sizeof keys / sizeof keys[0], trying->diags)) {
        trying->failed = true;
    } else if (yaml_get(expect, "refused") == NULL && yaml_get(expect, "close") == NULL && yaml_get(expect, "to") == NULL) {
        complain(trying, "SG045", expect->place, "a case says what it expects: `refused`, `close` or `to`");
    }
}

static Slice needed_id(struct trying *trying, const struct yaml_node *node) {
    const struct yaml_node *id = yaml_require(node, "id", trying->diags);
    trying->failed = trying->failed || id == NULL;
    return yaml_text(id, trying->diags);
}

static void try_case(struct trying *trying, const struct yaml_node *node) {
    static const char *const keys[] = {"id", "zh", "en", "given", "later", "expect"};
    const struct yaml_node *expect = yaml_require(node, "expect", trying->diags);
    trying->failed = !yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], trying->diags) || expect == NULL;
    trying->id = needed_id(trying, node);
    trying->case_node = node;
    forget_all(trying);
    set_given(trying, SLICE(""), trying->strategies->given);
    set_given(trying, SLICE(""), yaml_get(yaml_get(trying->strategy->node, "tests"), "given"));
    set_given(trying, SLICE(""), yaml_get(node, "given"));
    if (!trying->failed) {
        check_expectation(trying, expect);
    }
    if (!trying->failed) {
        judge(trying, expect);
    }
}

// ---- what no case shows ------------------------------------------------------------------------------------------

static void tell_unshown(struct trying *trying, struct strategy_tally *tally) {
    const struct strategy *strategy = trying->strategy;
    const struct strategy_branches *const lists[] = {&strategy->stop, &strategy->then};
    for (uint32_t l = 0; l < 2; l++) {
        for (uint32_t i = 0; i < lists[l]->count; i++) {
            bool shown = bits_test(trying->shown, l * STRATEGY_BRANCHES_MAX + i);
            tally->ways++;
            tally->ways_shown += shown;
            if (!shown) {
                diag_add(trying->diags, DIAG_WARNING, "SG046", lists[l]->at[i].place, "no case of %.*s takes the branch '%.*s'",
                         SLICE_ARGS(strategy->id), SLICE_ARGS(lists[l]->at[i].id));
            }
        }
    }
    uint32_t limits = (1u << strategy->limit_count) - 1;
    limits |= strategy->amount_max == INT64_MAX ? 0 : 1u << STRATEGY_LIMITS_MAX;
    tally->ways += (uint32_t)__builtin_popcount(limits);
    tally->ways_shown += (uint32_t)__builtin_popcount(limits & trying->limits_shown);
    if ((limits & ~trying->limits_shown) != 0) {
        diag_add(trying->diags, DIAG_WARNING, "SG047", strategy->place, "no case of %.*s shows that each of its limits holds it back",
                 SLICE_ARGS(strategy->id));
    }
}

void strategies_try_cases(const struct strategies *strategies, const struct strategy *strategy, struct buf *out, struct strategy_tally *tally) {
    static const char *const keys[] = {"given", "cases"};
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 256 << 10);
    diag_list_init(&diags, &arena);
    struct trying trying = {.strategies = strategies, .strategy = strategy, .arena = &arena, .diags = &diags};
    const struct yaml_node *tests = yaml_get(strategy->node, "tests");
    if (tests != NULL) {
        yaml_check_keys(tests, keys, 2, &diags);
    }
    YAML_EACH(yaml_get(tests, "cases"), node) {
        try_case(&trying, node);
        tally->passed += !trying.failed;
        tally->failed += trying.failed;
    }
    tell_unshown(&trying, tally);
    for (uint32_t i = 0; i < diags.count; i++) {
        diag_render(&diags.items[i], out);
    }
    arena_deinit(&arena);
}
