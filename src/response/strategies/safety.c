// What may never be closed, and who may never be asked: the limits of forbidden.def, looked at twice.
//
// When a strategy is compiled, every branch is tried on each typology and severity that it may meet, with all else in good order; what is forbidden even
// then is an error of the text. When it runs, the limits are asked again with what is known of the alert, and what is not known forbids.

#include "response/strategies/private.h"

#define KIND(id) (1u << FAMILY_KIND_##id)

// ---- the limits --------------------------------------------------------------------------------------------------

static bool may_be(const struct closure *closure, uint32_t kinds) {
    return closure->kinds == 0 || (closure->kinds & kinds) != 0;
}

static bool may_reach(const struct closure *closure, Severity severity) {
    return closure->severity == SEVERITY_NONE || closure->severity >= severity;
}

static bool forbids_S4_RELEASE(const struct closure *closure) {
    return closure->direction != DIRECTION_PROTECTING && may_reach(closure, SEVERITY_S4);
}

static bool forbids_LIST_HIT(const struct closure *closure) {
    bool hit = false;
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        hit = hit || closure->list_hit[i] != KNOWN_NO;
    }
    return closure->direction != DIRECTION_PROTECTING && hit;
}

static bool forbids_HOLDER_S3(const struct closure *closure) {
    bool stopped_by_list = closure->direction == DIRECTION_PROTECTING &&
                           (closure->list_hit[LIST_SOURCE_POLICE] == KNOWN_YES || closure->list_hit[LIST_SOURCE_SANCTION] == KNOWN_YES);
    return may_be(closure, KIND(HOLDER) | KIND(FUNDRAISING) | KIND(COMPANY)) && may_reach(closure, SEVERITY_S3) && !stopped_by_list;
}

static bool may_be_vulnerable(const struct closure *closure) {
    bool protected = closure->victim_protect != KNOWN_NO;
    bool grown = closure->is_company == KNOWN_YES || (closure->has_age && closure->age >= CLOSURE_AGE_ADULT && closure->age < CLOSURE_AGE_ELDER);
    return protected || !grown;
}

static bool forbids_VULNERABLE(const struct closure *closure) {
    return may_be(closure, KIND(VICTIM)) && may_reach(closure, SEVERITY_S3) && may_be_vulnerable(closure);
}

static bool forbids_LAUNDERING(const struct closure *closure) {
    return may_be(closure, KIND(LAUNDERING));
}

static bool forbids_INSIDER(const struct closure *closure) {
    return may_be(closure, KIND(INSIDER));
}

static bool forbids_MARKED(const struct closure *closure) {
    return closure->is_marked != KNOWN_NO;
}

static bool forbids_LARGE_AMOUNT(const struct closure *closure) {
    int64_t large = closure->is_company == KNOWN_YES ? CLOSURE_COMPANY_MAX : CLOSURE_PERSON_MAX;
    return !closure->has_amount || closure->amount >= large;
}

static bool forbids_YOUNG_MODEL(const struct closure *closure) {
    return closure->is_challenger != KNOWN_NO || !closure->has_model_days || closure->model_days < CLOSURE_MODEL_DAYS;
}

static bool forbids_BAD_DATA(const struct closure *closure) {
    return closure->is_late != KNOWN_NO || closure->is_degraded != KNOWN_NO;
}

static bool forbids_OVERTURNED(const struct closure *closure) {
    return closure->was_overturned != KNOWN_NO;
}

static bool forbids_SECURITY(const struct closure *closure) {
    return may_be(closure, KIND(PREMISES)) || (may_be(closure, KIND(NETWORK)) && may_reach(closure, SEVERITY_S4));
}

Forbidden closure_forbidden(const struct closure *closure) {
#define FORBIDDEN(id, number, zh, en)                                                                                                                \
    if (forbids_##id(closure)) {                                                                                                                     \
        return FORBIDDEN_##id;                                                                                                                       \
    }
#define ASKING(id, zh, en)
#include "response/strategies/forbidden.def"
#undef FORBIDDEN
#undef ASKING
    return FORBIDDEN_NOTHING;
}

// ---- what a branch does ------------------------------------------------------------------------------------------

static bool has_releasing(const struct strategy_actions *actions) {
    for (uint32_t i = 0; i < actions->count; i++) {
        if (action_infos[actions->at[i].id].direction == DIRECTION_RELEASING) {
            return true;
        }
    }
    return false;
}

Direction branch_direction(const struct strategy_branch *branch) {
    return has_releasing(&branch->actions) ? DIRECTION_RELEASING : branch->to == END_CLOSED ? code_infos[branch->code].direction : DIRECTION_NEUTRAL;
}

// ---- when it is compiled -----------------------------------------------------------------------------------------

typedef enum Asking {
#define FORBIDDEN(id, number, zh, en)
#define ASKING(id, zh, en) ASKING_##id,
#include "response/strategies/forbidden.def"
#undef FORBIDDEN
#undef ASKING
    ASKING_COUNT
} Asking;
static const struct {
    const char *name, *text;
} asking_infos[ASKING_COUNT] = {
#define FORBIDDEN(id, number, zh, en)
#define ASKING(id, zh, en) {#id, en},
#include "response/strategies/forbidden.def"
#undef FORBIDDEN
#undef ASKING
};

struct checking {
    struct compiling *compiling;
    const struct strategy *strategy;
    uint32_t told; // set of what was told of the branch at hand: each once
};

// Calls for each typology and severity that a branch may meet; NULL: the strategy as a whole.
typedef void (*EachHit)(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity);
static void each_hit(struct checking *checking, const struct strategy_branch *branch, EachHit call) {
    const struct disposition_plan *plan = checking->compiling->plan;
    checking->told = 0;
    for (uint32_t i = 0; i < plan->typology_count; i++) {
        for (int s = SEVERITY_S1; s <= SEVERITY_S4; s++) {
            bool own = scope_has(plan, &checking->strategy->scope, i, (Severity)s);
            if (own && (branch == NULL || branch->scope == NULL || scope_has(plan, branch->scope, i, (Severity)s))) {
                call(checking, branch, &plan->typologies[i], (Severity)s);
            }
        }
    }
}

static struct closure in_good_order(const struct checking *checking, const struct strategy_branch *branch, const struct typology *typology,
                                    Severity severity) {
    struct closure closure = {.direction = branch_direction(branch),
                              .severity = severity,
                              .kinds = 1u << typology->kind,
                              .is_company = KNOWN_NO,
                              .has_age = true,
                              .age = CLOSURE_AGE_ADULT,
                              .victim_protect = KNOWN_NO,
                              .is_marked = KNOWN_NO,
                              .has_amount = true,
                              .is_challenger = KNOWN_NO,
                              .has_model_days = true,
                              .model_days = CLOSURE_MODEL_DAYS,
                              .is_late = KNOWN_NO,
                              .is_degraded = KNOWN_NO,
                              .was_overturned = KNOWN_NO};
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        closure.list_hit[i] = (checking->strategy->list_sources >> i & 1) != 0 ? KNOWN_YES : KNOWN_NO;
    }
    return closure;
}

static void check_closure(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity) {
    struct closure closure = in_good_order(checking, branch, typology, severity);
    Forbidden forbidden = closure_forbidden(&closure);
    if (forbidden == FORBIDDEN_NOTHING || (checking->told >> forbidden & 1) != 0) {
        return;
    }
    checking->told |= 1u << forbidden;
    struct diag_list *diags = checking->compiling->diags;
    struct diag *diag = diag_add(diags, DIAG_ERROR, "SG032", branch->place, "'%.*s' would %s alerts of %.*s of %s, which limit %u forbids",
                                 SLICE_ARGS(branch->id), branch->to == END_CLOSED ? "close" : "release", SLICE_ARGS(typology->id),
                                 severity_names[severity], forbidden_infos[forbidden].number);
    diag_hint(diags, diag, "%.*s: %.*s", SLICE_ARGS(forbidden_infos[forbidden].name), SLICE_ARGS(forbidden_infos[forbidden].en));
}

static void check_code(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity) {
    const struct code_info *code = &code_infos[branch->code];
    if ((code->kinds >> typology->kind & 1) != 0 || checking->told != 0) {
        return;
    }
    checking->told = 1;
    diag_add(checking->compiling->diags, DIAG_ERROR, "SG033", branch->place, "the code %.*s is not for alerts of %.*s", SLICE_ARGS(code->text),
             SLICE_ARGS(typology->id));
    (void)severity;
}

static void check_lower(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity) {
    if ((severity != SEVERITY_S1 && severity != SEVERITY_S4) || checking->told != 0) {
        return;
    }
    checking->told = 1;
    diag_add(checking->compiling->diags, DIAG_ERROR, "SG034", branch->place,
             "'%.*s' would lower alerts of %.*s of %s: S1 cannot be lower, and S4 is not lowered without a person", SLICE_ARGS(branch->id),
             SLICE_ARGS(typology->id), severity_names[severity]);
}

// ---- who is asked ------------------------------------------------------------------------------------------------

static void tell_asking(struct checking *checking, Place place, Asking asking, const struct typology *typology, Severity severity) {
    if ((checking->told >> asking & 1) != 0) {
        return;
    }
    checking->told |= 1u << asking;
    struct diag_list *diags = checking->compiling->diags;
    struct diag *diag = diag_add(diags, DIAG_ERROR, "SG035", place, "this would ask or tell somebody about alerts of %.*s of %s, which %s forbids",
                                 SLICE_ARGS(typology->id), severity_names[severity], asking_infos[asking].name);
    diag_hint(diags, diag, "%s", asking_infos[asking].text);
}

static bool is_secret(const struct checking *checking, const struct typology *typology) {
    return ((KIND(LAUNDERING) | KIND(FUNDRAISING) | KIND(INSIDER)) >> typology->kind & 1) != 0 ||
           checking->compiling->plan->groups[typology->group].secrecy != SECRECY_NORMAL;
}

static Asking secret_reason(const struct typology *typology) {
    return typology->kind == FAMILY_KIND_INSIDER ? ASKING_EMPLOYEE : ASKING_TIPS_OFF;
}

static bool tells_customer(const struct strategy_action *action) {
    return (action->given & (1u << ARGUMENT_NOTICE | 1u << ARGUMENT_SCRIPT)) != 0;
}

static bool tells(const struct strategy_actions *actions) {
    for (uint32_t i = 0; i < actions->count; i++) {
        if (tells_customer(&actions->at[i])) {
            return true;
        }
    }
    return false;
}

static void check_told(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity) {
    const struct strategy *strategy = checking->strategy;
    bool told = branch != NULL && tells(&branch->actions);
    for (uint32_t i = 0; i < strategy->first_count && branch == NULL; i++) {
        told = told || tells(&strategy->first[i].actions);
    }
    if (told && is_secret(checking, typology)) {
        tell_asking(checking, branch == NULL ? strategy->place : branch->place, secret_reason(typology), typology, severity);
    }
}

static void check_asked(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity) {
    const struct strategy_ask *const asks[] = {checking->strategy->ask, checking->strategy->ask_again};
    (void)branch;
    for (int i = 0; i < 2; i++) {
        if (asks[i] == NULL) {
            continue;
        }
        bool papers = asks[i]->channel == CONTACT_DOCUMENTS || asks[i]->channel == CONTACT_BRANCH_VISIT;
        if (is_secret(checking, typology)) {
            tell_asking(checking, checking->strategy->place, secret_reason(typology), typology, severity);
        } else if (typology->kind == FAMILY_KIND_HOLDER && !papers) {
            tell_asking(checking, checking->strategy->place, ASKING_HOLDER_WORD, typology, severity);
        } else if (((KIND(MERCHANT) | KIND(APPLICATION) | KIND(COMPANY)) >> typology->kind & 1) != 0 && !papers) {
            tell_asking(checking, checking->strategy->place, ASKING_DOCUMENTS, typology, severity);
        }
    }
}

static bool reads_answer(const struct checking *checking, const struct expr *expr) {
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr == NULL ? NULL : expr_reads(expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (reads[i]->slot >= checking->compiling->strategies->first_answer) {
            return true;
        }
    }
    return false;
}

// A victim of S3 is released by a questionnaire, time to think, and a second answer over another channel; never by his word alone.
static void check_victim(struct checking *checking, const struct strategy_branch *branch, const struct typology *typology, Severity severity) {
    const struct strategy *strategy = checking->strategy;
    bool thought_over = strategy->ask != NULL && strategy->ask->channel == CONTACT_QUESTIONNAIRE && strategy->wait_count > 0 &&
                        strategy->ask_again != NULL && strategy->ask_again->channel != CONTACT_QUESTIONNAIRE;
    bool by_word =
        strategy->ask != NULL || strategy->ask_again != NULL || reads_answer(checking, strategy->when) || reads_answer(checking, branch->when);
    if (typology->kind == FAMILY_KIND_VICTIM && severity >= SEVERITY_S3 && by_word && !thought_over) {
        tell_asking(checking, branch->place, ASKING_VICTIM_WORD, typology, severity);
    }
}

// ---- how long a payment waits for it -------------------------------------------------------------------------------

static int64_t time_asked(const struct strategy_ask *ask) {
    return ask == NULL ? 0 : ask->tries * ask->within_us;
}

static int64_t longest_wait(const struct strategy *strategy) {
    int64_t longest_us = 0;
    for (uint32_t i = 0; i < strategy->wait_count; i++) {
        longest_us = strategy->waits[i].span_us > longest_us ? strategy->waits[i].span_us : longest_us;
    }
    return longest_us + time_asked(strategy->ask) + time_asked(strategy->ask_again);
}

static bool has_action(const struct strategy_actions *actions, ActionId id, int64_t *ret_span_us) {
    for (uint32_t i = 0; i < actions->count; i++) {
        if (actions->at[i].id == id) {
            *ret_span_us = (actions->at[i].given & 1u << ARGUMENT_FOR) != 0 ? actions->at[i].values[ARGUMENT_FOR] : 0;
            return true;
        }
    }
    return false;
}

static bool releases_at_its_end(const struct strategy *strategy) {
    int64_t span_us;
    bool releases = has_action(&strategy->otherwise.actions, ACTION_RELEASE_PAYMENT, &span_us);
    for (uint32_t i = 0; i < strategy->then.count; i++) {
        releases = releases || has_action(&strategy->then.at[i].actions, ACTION_RELEASE_PAYMENT, &span_us);
    }
    return releases;
}

// The shortest of what it holds payments for at its beginning; INT64_MAX: it holds none.
static int64_t shortest_hold(const struct strategy *strategy) {
    int64_t shortest_us = INT64_MAX;
    for (uint32_t i = 0; i < strategy->first_count; i++) {
        int64_t span_us;
        if (has_action(&strategy->first[i].actions, ACTION_HOLD, &span_us)) {
            shortest_us = span_us < shortest_us ? span_us : shortest_us;
        }
    }
    return shortest_us;
}

static int64_t longest_delay(const struct policy *policy) {
    int64_t longest_us = policy->default_delay_us;
    for (uint32_t i = 0; i < policy->rules.count; i++) {
        longest_us = policy->rules.at[i].delay_us > longest_us ? policy->rules.at[i].delay_us : longest_us;
    }
    return longest_us;
}

// Who waits longer than the payment does releases what its deadline has let go or refused before: his yes, or his no, comes too late.
static void check_patience(struct compiling *compiling, const struct strategy *strategy) {
    int64_t wait_us = longest_wait(strategy);
    int64_t hold_us = shortest_hold(strategy);
    int64_t delay_us = longest_delay(&compiling->catalogue->policy);
    struct diag *diag;
    if (wait_us == 0 || !releases_at_its_end(strategy)) {
        return;
    }
    if (hold_us <= wait_us) {
        diag = diag_add(compiling->diags, DIAG_ERROR, "SG048", strategy->place,
                        "it asks and waits for up to %lld s and then releases the payment, which it holds for %lld s: the deadline comes first",
                        (long long)(wait_us / US_PER_SECOND), (long long)(hold_us / US_PER_SECOND));
        diag_hint(compiling->diags, diag, "first: hold it longer than the questions and the wait take together, by HOLD");
    } else if (hold_us == INT64_MAX && delay_us <= wait_us) {
        diag = diag_add(compiling->diags, DIAG_WARNING, "SG049", strategy->place,
                        "it asks and waits for up to %lld s and then releases the payment, and no payment is delayed for longer than %lld s",
                        (long long)(wait_us / US_PER_SECOND), (long long)(delay_us / US_PER_SECOND));
        diag_hint(compiling->diags, diag, "first: [{HOLD: {for: ...}}], longer than the questions and the wait take together");
    }
}

// ---- all of a strategy -------------------------------------------------------------------------------------------

static void check_branch(struct checking *checking, const struct strategy_branch *branch) {
    Direction direction = branch_direction(branch);
    if (direction == DIRECTION_RELEASING && !checking->strategy->releases) {
        struct diag *diag =
            compiling_fail(checking->compiling, "SG036", branch->place, "'%.*s' releases, and the strategy says that it protects", branch->id);
        diag_hint(checking->compiling->diags, diag, "direction: RELEASE");
    }
    each_hit(checking, branch, check_told);
    if (direction != DIRECTION_NEUTRAL) {
        each_hit(checking, branch, check_closure);
    }
    if (branch->to == END_CLOSED) {
        each_hit(checking, branch, check_code);
    }
    if (branch->to == END_LOWER) {
        each_hit(checking, branch, check_lower);
    }
    if (has_releasing(&branch->actions)) {
        each_hit(checking, branch, check_victim);
    }
}

void check_safety(struct compiling *compiling, const struct strategy *strategy) {
    struct checking checking = {compiling, strategy, 0};
    for (uint32_t i = 0; i < strategy->first_count; i++) {
        if (has_releasing(&strategy->first[i].actions)) {
            diag_add(compiling->diags, DIAG_ERROR, "SG037", strategy->place,
                     "nothing is released before the strategy has come to its end: `first` has a releasing action");
        }
    }
    check_patience(compiling, strategy);
    each_hit(&checking, NULL, check_told);
    each_hit(&checking, NULL, check_asked);
    for (uint32_t i = 0; i < strategy->stop.count; i++) {
        check_branch(&checking, &strategy->stop.at[i]);
    }
    for (uint32_t i = 0; i < strategy->then.count; i++) {
        check_branch(&checking, &strategy->then.at[i]);
    }
    check_branch(&checking, &strategy->otherwise);
}
