// Measures that a person sets because of an alert. What the account is (wages, pension, a court's)
// is taken from what the bank knows, not from who sets it; the customer's notice is a script of the
// pack, filled.

#include "response/disposition/parts.h"
#include "response/disposition/people.h"

#include <inttypes.h>

enum { TEXT_MAX = 32 << 10 };

struct knowing {
    struct disposition *disposition;
    struct situation *situation;
    struct arena *arena;
    uint32_t facts; // bits of TargetFact
};

static const struct {
    FactId fact;
    TargetFact target;
} facts_of_target[] = {
    {FACT_PAYROLL_ACCOUNT, TARGET_FACT_PAYROLL},
    {FACT_PENSION_ACCOUNT, TARGET_FACT_PENSION},
    {FACT_SETTLEMENT_ACCOUNT, TARGET_FACT_SETTLEMENT},
    {FACT_COURT_ACCOUNT, TARGET_FACT_COURT},
};

// A fact that is not known counts as the worse of its two.
static void look(void *user, const struct knowledge *knowledge) {
    struct knowing *knowing = user;
    knowing->situation->knowledge = knowledge;
    knowing->facts = 0;
    for (size_t i = 0; i < sizeof facts_of_target / sizeof facts_of_target[0]; i++) {
        struct value value;
        FactId fact = facts_of_target[i].fact;
        bool is_known = strategies_fact(knowing->disposition->strategies, fact,
                                        &knowing->situation->input, knowing->arena, &value);
        knowing->facts |= (is_known ? value.boolean : fact_infos[fact].worst)
                              ? target_fact_bit(facts_of_target[i].target)
                              : 0;
    }
    knowing->situation->knowledge = NULL;
}

static Status know_target(struct disposition *disposition, struct book *book,
                          struct situation *situation, uint32_t *ret_facts) {
    struct knowing knowing = {
        .disposition = disposition, .situation = situation, .arena = book->arena};
    TRY(situation_look(situation, book, look, &knowing));
    *ret_facts = knowing.facts;
    return STATUS_OK;
}

static Status make_notice(struct disposition *disposition, struct book *book,
                          struct situation *situation, Slice name, struct notice *ret_notice) {
    struct script filled;
    const struct script *script = script_named(disposition->plan, name);
    if (script == NULL || script->kind != SCRIPT_NOTICE) {
        return book_fail(book, STATUS_INVALID, "DP016", "the pack has no notice '%.*s'",
                         SLICE_ARGS(name));
    }
    TRY(script_fill(disposition, book, situation, script, &filled));
    *ret_notice = (struct notice){.key = script->id,
                                  .version = script->version,
                                  .text = filled.zh,
                                  .reason = script->reason,
                                  .remedy = script->remedy_zh,
                                  .documents = script->documents_zh};
    return STATUS_OK;
}

// Of nobody in particular: what a hole would show is not known.
static bool knows_nothing(void *context, StrategySlot slot, struct arena *scratch,
                          struct value *ret_value) {
    (void)context;
    (void)slot;
    (void)scratch;
    (void)ret_value;
    return false;
}

Status notice_of_pack(struct disposition *disposition, struct book *book, Slice name,
                      struct notice *ret_notice) {
    const struct strategy_input nothing = {.read = knows_nothing};
    const struct script *script = script_named(disposition->plan, name);
    struct buf out;
    if (script == NULL || script->kind != SCRIPT_NOTICE) {
        return book_fail(book, STATUS_INVALID, "DP016", "the pack has no notice '%.*s'",
                         SLICE_ARGS(name));
    }
    buf_init(&out, TEXT_MAX);
    strategies_put_text(disposition->strategies, script->zh, true, &nothing, book->arena, &out);
    *ret_notice = (struct notice){.key = script->id,
                                  .version = script->version,
                                  .text = arena_copy(book->arena, buf_slice(&out)),
                                  .reason = script->reason,
                                  .remedy = script->remedy_zh,
                                  .documents = script->documents_zh};
    buf_deinit(&out);
    return STATUS_OK;
}

static bool is_alerts_own(const struct alert *alert, TargetKind kind, Slice target) {
    return (kind == TARGET_ACCOUNT && slice_equal(alert->account, target)) ||
           (kind == TARGET_CUSTOMER && slice_equal(alert->customer, target));
}

Status alert_set_measure(struct disposition *disposition, struct book *book,
                         const struct person *person, int64_t id,
                         const struct alert_measure *measure, int64_t *ret_control) {
    struct situation *situation = ARENA_NEW(book->arena, struct situation);
    struct control_ask asked = measure->ask;
    struct notice notice;
    struct alert alert;
    TRY(alert_load_seen(book, person, id, &alert));
    if (!is_alerts_own(&alert, asked.target_kind, asked.target) && !measure->has_facts) {
        return book_fail(book, STATUS_INVALID, "DP017",
                         "the alert is about another account: say in `facts` what this one is, or "
                         "that it is none of them");
    }
    TRY(situation_load(disposition, book, id, situation));
    if (is_alerts_own(&alert, asked.target_kind, asked.target)) {
        uint32_t known = 0;
        TRY(know_target(disposition, book, situation, &known));
        asked.facts |= known;
    }
    if (!slice_empty(measure->notice)) {
        TRY(make_notice(disposition, book, situation, measure->notice, &notice));
        asked.notice = &notice;
    }
    asked.alert = id;
    asked.severity = alert.severity_most;
    asked.customer = slice_empty(asked.customer) ? alert.customer : asked.customer;
    asked.secrecy = alert.secrecy;
    asked.branch = alert.branch;
    TRY(control_ask(book, disposition->options.terms, &asked, ret_control));
    return alert_note(book, &alert, SLICE("measure"),
                      arena_printf(book->arena, "{\"control\":%" PRId64 "}", *ret_control));
}
