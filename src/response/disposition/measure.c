// Measures that a person sets because of an alert, and what becomes of them when it is closed. What the account is (wages, pension, a court's)
// is taken from what the bank knows, not from who sets it; the customer's notice is a script of the
// pack, filled.

#include "response/disposition/parts.h"
#include "response/disposition/people.h"

#include <inttypes.h>

enum { TEXT_MAX = 32 << 10, MEASURES_MAX = 64 };

static const struct statement OPEN_MEASURES = {
    "measure_open", "SELECT id, customer FROM control WHERE alert = ?1 AND authority = 'BANK' AND "
                    "state IN ('ASKED', 'IN_FORCE', 'WAITING') AND id > ?3 ORDER BY id LIMIT ?2"};
// A light one would not have restricted him by itself.
static const struct statement GRAVE_ALERT = {
    "measure_other", "SELECT id FROM alert WHERE customer = ?1 AND customer <> '' AND is_open = 1 "
                     "AND id <> ?2 AND secrecy = ?3 AND severity_most >= ?4 "
                     "ORDER BY severity_most DESC, id LIMIT 1"};

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

// ---- when the alert is closed --------------------------------------------------------------------

struct open_measure {
    int64_t id;
    Slice customer;
};

static Status open_measures(struct book *book, int64_t alert, int64_t after,
                            struct open_measure measures[static MEASURES_MAX], uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, &OPEN_MEASURES, STORE_VALUES(store_i64(alert), store_i64(MEASURES_MAX), store_i64(after))));
    while ((status = book_next(book)) == STATUS_OK) {
        measures[count++] =
            (struct open_measure){.id = book_i64(book, 0), .customer = book_text(book, 1)};
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

// Who decided and who approved are the four eyes, whichever of them is at work now.
static struct control_release release_by(const struct book *book, const struct alert *alert) {
    Slice actor = book->actor.name;
    return (struct control_release){
        .by = AUTHORITY_BANK,
        .reason = slice_is(alert->secrecy, "NORMAL") ? alert->code : SLICE("decided"),
        .second = slice_equal(alert->approved_by, actor) ? alert->decided_by : alert->approved_by};
}

static Status end_measure(struct disposition *disposition, struct book *book,
                          const struct alert *alert, int64_t id) {
    struct control_release release = release_by(book, alert);
    Refusal refusal;
    TRY(control_may_release(book, id, &release, &refusal));
    if (refusal != REFUSAL_NONE) {
        return alert_note(book, alert, SLICE("measure_kept"),
                          arena_printf(book->arena, "{\"control\":%" PRId64 ",\"why\":\"%s\"}", id,
                                       control_refusal_code(refusal)));
    }
    return control_release(book, disposition->options.terms, id, &release);
}

static Status pass_measure(struct book *book, const struct alert *alert, int64_t id, int64_t other) {
    struct alert heir;
    Slice detail = arena_printf(book->arena, "{\"control\":%" PRId64 ",\"alert\":%" PRId64 "}", id, other);
    TRY(alert_load(book, other, &heir));
    TRY(control_pass(book, id, other));
    TRY(alert_note(book, &heir, SLICE("measure"), arena_printf(book->arena, "{\"control\":%" PRId64 "}", id)));
    return alert_note(book, alert, SLICE("measure_passed"), detail);
}

static Status follow_one(struct disposition *disposition, struct book *book,
                         const struct alert *alert, const struct open_measure *measure, Code code) {
    int64_t other;
    Status status = book_number(book, &GRAVE_ALERT,
                                STORE_VALUES(store_text(measure->customer), store_i64(alert->id),
                                             store_text(alert->secrecy), store_i64(SEVERITY_S3)),
                                &other);
    if (status == STATUS_OK) {
        return pass_measure(book, alert, measure->id, other);
    }
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    bool says_nothing = code == CODE_DUP || code == CODE_TEST;
    return says_nothing ? STATUS_OK : end_measure(disposition, book, alert, measure->id);
}

Status measures_follow(struct disposition *disposition, struct book *book,
                       const struct alert *alert, Code code) {
    struct open_measure *measures = ARENA_ARRAY(book->arena, struct open_measure, MEASURES_MAX);
    int64_t after = 0;
    uint32_t count;
    if (code_infos[code].direction != DIRECTION_RELEASING) {
        return STATUS_OK;
    }
    do {
        TRY(open_measures(book, alert->id, after, measures, &count));
        for (uint32_t i = 0; i < count; i++) {
            TRY(follow_one(disposition, book, alert, &measures[i], code));
            after = measures[i].id;
        }
    } while (count == MEASURES_MAX);
    return STATUS_OK;
}
