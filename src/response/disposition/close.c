// Closing alerts and opening them again, and what follows: labels, samples for a second look.
//
// What a closing says is a label. It is mature after a month; until 180 days it may be replaced, by a victim's report, the police's list, or a second look. A later label replaces the earlier
// ones of its alert, which stay.
//
// Samples. Which closed alerts are looked at again is drawn by a hash of the alert and the strategy, not by whoever closes: nobody can know beforehand, and a replay draws the same.

#include "response/disposition/parts.h"

#include "base/hash.h"

#include <inttypes.h>

#define LABEL_RIPENS_US (30 * US_PER_DAY)
static const double MANUAL_SHARE = 0.05; // of what people close, a second look

static const struct statement LABEL_ADD = {
    "label_add", "INSERT INTO label (id, alert, event_id, subject_kind, subject, typology_group, code, label, weight, secrecy, source, at_us, matures_us)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"};
static const struct statement LABEL_REPLACE = {"label_replace", "UPDATE label SET replaced_by = ?2 WHERE alert = ?1 AND replaced_by IS NULL"};
static const struct statement LEAD_EVENT = {"close_lead_event", "SELECT event_id FROM evidence WHERE sequence = ?1"};
static const struct statement SAMPLE_ADD = {
    "sample_add", "INSERT INTO sample (alert, kind, closure, strategy, strategy_hash, analyst, why, drawn_us, closed_us, first, owner, second, note)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '', '', '') ON CONFLICT (alert, kind, closure) DO NOTHING"};
static const struct statement LATER_ADD = {
    "later_positive_add", "INSERT INTO later_positive (alert, closure, strategy, strategy_hash, analyst, code, severity, source, closed_us, at_us)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (alert, closure) DO NOTHING"};
static const struct statement OPEN_ONE = {"close_open_one", "SELECT id FROM alert WHERE subject_kind = ?1 AND subject = ?2 AND typology_group = ?3 AND is_open = 1"};
static const struct statement CLEARANCES_END = {"close_clearances_end", "UPDATE cleared SET is_ended = 1 WHERE alert = ?1 AND is_ended = 0"};
static const struct statement CLEARANCES_OF = {"close_clearances_of", "UPDATE cleared SET is_ended = 1 WHERE subject_kind = ?1 AND subject = ?2 AND is_ended = 0"};
static const struct statement CONTROLS_OF = {"close_controls", "SELECT COUNT(*) FROM control WHERE alert = ?1"};

static const char *const reopen_reasons[] = {[REOPEN_QA] = "qa", [REOPEN_APPEAL] = "appeal", [REOPEN_S4_HIT] = "s4_hit", [REOPEN_VICTIM_REPORT] = "victim_report", [REOPEN_POLICE_LIST] = "police_list"};

// ---- labels -----------------------------------------------------------------------------------------------------------

static const char *label_word(CodeLabel label) {
    static const char *const words[] = {[LABEL_POSITIVE] = "POSITIVE", [LABEL_WEAK] = "WEAK", [LABEL_NEGATIVE] = "NEGATIVE", [LABEL_EXCLUDED] = "EXCLUDED"};
    return words[label];
}

// The engine is told too: of the event that leads, as any source of feedback would. Not of secret matters: its labels are read by all who may read decisions.
static Status tell_engine(struct book *book, const struct alert *alert, Slice event_id, Code code, double weight) {
    struct buf out;
    struct json_writer json;
    if (!slice_is(alert->secrecy, "NORMAL")) {
        return STATUS_OK;
    }
    buf_init(&out, 1 << 12);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("event_id"), event_id);
    json_key_string(&json, SLICE("code"), code_infos[code].text);
    json_key_string(&json, SLICE("label"), slice_of(label_word(code_infos[code].label)));
    json_key_double(&json, SLICE("weight"), weight);
    json_key_i64(&json, SLICE("alert"), alert->id);
    json_key_string(&json, SLICE("group"), alert->typology_group);
    json_key_string(&json, SLICE("by"), book->actor.name);
    json_object_end(&json);
    Slice body = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return book_message(book, &(struct message){.endpoint = SLICE("engine"), .kind = SLICE("label"), .object_kind = "alert", .object = alert->id, .body = body}, NULL);
}

Status label_add(struct disposition *disposition, struct book *book, const struct alert *alert, Code code, bool is_weak, Slice source) {
    const struct code_info *info = &code_infos[code];
    int64_t id;
    double weight = is_weak ? disposition->plan->weak_weight : disposition->plan->code_weights[code];
    TRY(book_one(book, &LEAD_EVENT, STORE_VALUES(store_i64(alert->lead))));
    Slice event_id = book_text(book, 0);
    TRY(book_count_up(book, SLICE("label"), &id));
    TRY(book_run(book, &LABEL_REPLACE, STORE_VALUES(store_i64(alert->id), store_i64(id))));
    TRY(book_run(book, &LABEL_ADD,
                 STORE_VALUES(store_i64(id), store_i64(alert->id), store_text(event_id), store_text(alert->subject_kind), store_text(alert->subject), store_text(alert->typology_group),
                              store_text(info->text), store_text(slice_of(is_weak ? "WEAK" : label_word(info->label))), store_f64(weight), store_text(alert->secrecy), store_text(source),
                              store_i64(book->now_us), store_i64(book->now_us + LABEL_RIPENS_US))));
    return tell_engine(book, alert, event_id, code, weight);
}

// ---- samples ------------------------------------------------------------------------------------------------------------

// A number from 0 to 1 that the alert's closing draws.
static double draw(const struct alert *alert, Slice by) {
    uint64_t hash = hash64(by, (uint64_t)alert->id * 31 + (uint64_t)alert->reopened);
    return (double)(hash >> 11) * 0x1p-53;
}

static Status sample(struct book *book, const struct alert *alert, const char *kind, const char *why) {
    return book_run(book, &SAMPLE_ADD,
                    STORE_VALUES(store_i64(alert->id), store_text(slice_of(kind)), store_i64(alert->reopened), store_text(alert->strategy), store_text(alert->strategy_hash),
                                 store_text(alert->decided_by), store_text(slice_of(why)), store_i64(book->now_us), store_i64(alert->closed_us), store_text(alert->code)));
}

static Status sample_automatic(struct book *book, const struct alert *alert, const struct strategy *strategy) {
    if (alert->amount >= strategy->sampling.all_from) {
        return sample(book, alert, "AUTOMATIC", "AMOUNT");
    }
    return draw(alert, strategy->id) < strategy->sampling.share ? sample(book, alert, "AUTOMATIC", "RANDOM") : STATUS_OK;
}

// At most one of a closing: a second look that is not the first finds it open again.
static const struct statement OVERTURN = {"overturn", "SELECT first FROM sample WHERE alert = ?1 AND closure = ?2 AND overturned = 1 ORDER BY kind LIMIT 1"};
static const struct statement OVERTURN_WITHDRAW = {"overturn_withdraw", "UPDATE sample SET overturned = 0 WHERE alert = ?1 AND closure = ?2 AND overturned = 1"};

static Status sample_manual(struct book *book, const struct alert *alert, Code code) {
    int64_t controls;
    if (draw(alert, alert->decided_by) >= MANUAL_SHARE) {
        return STATUS_OK;
    }
    if (code_infos[code].counts == COUNT_FALSE_ALARM) {
        return sample(book, alert, "MANUAL_FALSE", "RANDOM");
    }
    TRY(book_number(book, &CONTROLS_OF, STORE_VALUES(store_i64(alert->id)), &controls));
    return code_infos[code].counts == COUNT_EFFECTIVE && controls > 0 ? sample(book, alert, "MANUAL_TRUE", "RANDOM") : STATUS_OK;
}

Status sample_doubtful(struct book *book, const struct alert *alert, Code decided) {
    return sample(book, alert, code_infos[decided].counts == COUNT_EFFECTIVE ? "MANUAL_TRUE" : "MANUAL_FALSE", "STRATEGY");
}

// ---- closing ------------------------------------------------------------------------------------------------------------

// What an alert had put on the white list.
static Status clearances_end(struct book *book, const struct alert *alert) {
    return book_run(book, &CLEARANCES_END, STORE_VALUES(store_i64(alert->id)));
}

// A payment that still waits goes the way that the closing says.
static Status settle_payments(struct disposition *disposition, struct book *book, const struct alert *alert, Code code) {
    uint32_t count;
    if (code == CODE_DUP || code == CODE_TEST) {
        return STATUS_OK; // says nothing of the payment: another alert does, or its deadline
    }
    HoldState outcome = code_infos[code].direction == DIRECTION_RELEASING ? HOLD_RELEASED : HOLD_REFUSED;
    // The core bank is told why; the code of a secret matter would tell it that there is one.
    Slice reason = slice_is(alert->secrecy, "NORMAL") ? code_infos[code].text : SLICE("decided");
    return act_settle_holds(disposition, book, alert->id, outcome, reason, &count);
}

// Closed once by a strategy, opened again, and fraud: it counts against the strategy, whoever opened it again.
static Status note_overturned(struct disposition *disposition, struct book *book, const struct alert *alert, Code code) {
    if (alert->reopened == 0 || slice_empty(alert->strategy) || code_infos[code].counts != COUNT_EFFECTIVE) {
        return STATUS_OK;
    }
    TRY(book_run(book, &LATER_ADD,
                 STORE_VALUES(store_i64(alert->id), store_i64(alert->reopened - 1), store_text(alert->strategy), store_text(alert->strategy_hash), store_text(SLICE("")),
                              store_text(SLICE("")), store_i64(alert->severity_most), store_text(SLICE("decided")), store_i64(alert->opened_us), store_i64(book->now_us))));
    uint32_t at = map_get(&disposition->strategies->by_id, alert->strategy);
    return at == MAP_NONE ? STATUS_OK : breakers_look(disposition, book, &disposition->strategies->at[at], BREAKER_LATER);
}

// A second look had overturned the closing before; a third person says what the first had said. So it was no overturn.
static Status withdraw_overturn(struct book *book, const struct alert *alert, Code code) {
    bool is_verdict = code_infos[code].counts == COUNT_EFFECTIVE || code_infos[code].counts == COUNT_FALSE_ALARM || code_infos[code].counts == COUNT_NEUTRAL;
    if (alert->reopened == 0 || !is_verdict) {
        return STATUS_OK;
    }
    Status status = book_one(book, &OVERTURN, STORE_VALUES(store_i64(alert->id), store_i64(alert->reopened - 1)));
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    Code first = code_find(book_text(book, 0));
    if (first == CODE_NONE || (code_infos[first].counts == COUNT_EFFECTIVE) != (code_infos[code].counts == COUNT_EFFECTIVE)) {
        return STATUS_OK;
    }
    TRY(book_run(book, &OVERTURN_WITHDRAW, STORE_VALUES(store_i64(alert->id), store_i64(alert->reopened - 1))));
    return alert_note(book, alert, SLICE("overturn_withdrawn"), SLICE(""));
}

Status alert_close(struct disposition *disposition, struct book *book, struct alert *alert, const struct closing *closing) {
    const struct strategy *strategy = closing->strategy;
    TRY(note_overturned(disposition, book, alert, closing->code));
    TRY(alert_move(book, alert, strategy == NULL ? ALERT_CLOSED_MANUAL : ALERT_CLOSED_AUTO, closing->reason, closing->detail));
    alert->code = code_infos[closing->code].text;
    alert->closed_us = book->now_us;
    alert->is_automatic = strategy != NULL && strategy->counts_as_automatic && alert->acted_us == 0 && alert->reopened == 0;
    alert->strategy = strategy == NULL ? SLICE("") : strategy->id;
    alert->strategy_hash = strategy == NULL ? SLICE("") : strategy_hash_text(book->arena, strategy);
    if (code_infos[closing->code].counts == COUNT_EFFECTIVE) { // nobody lets through what was trusted before
        TRY(book_run(book, &CLEARANCES_OF, STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject))));
    }
    if (strategy != NULL) {
        alert->decided_us = book->now_us;
        alert->decided_by = book->actor.name;
    }
    TRY(settle_payments(disposition, book, alert, closing->code));
    if (strategy == NULL) { // a strategy says itself what becomes of its measures
        TRY(measures_follow(disposition, book, alert, closing->code));
    }
    TRY(level_clear(book, alert->id));
    TRY(ask_cancel_of_people(book, alert->id)); // an answer in another life of the alert would be taken for one of that life
    TRY(label_add(disposition, book, alert, closing->code, closing->is_weak, SLICE("DISPOSITION")));
    if (strategy != NULL) {
        if (code_infos[closing->code].counts != COUNT_EFFECTIVE) {
            TRY(sample_automatic(book, alert, strategy));
        }
        TRY(closing_note(book, strategy, alert->id));
        return breakers_look(disposition, book, strategy, BREAKER_CLOSURES);
    }
    TRY(withdraw_overturn(book, alert, closing->code));
    TRY(sample_manual(book, alert, closing->code));
    TRY(agreements_revise(book, alert, closing->code));
    return agreement_note(disposition, book, alert, closing->code);
}

// ---- opening again --------------------------------------------------------------------------------------------------------

static Status note_later_positive(struct disposition *disposition, struct book *book, const struct alert *alert, ReopenReason reason) {
    Code code = code_find(alert->code);
    bool was_false = code != CODE_NONE && (code_infos[code].counts == COUNT_FALSE_ALARM || code_infos[code].counts == COUNT_NEUTRAL);
    if (!was_false || (reason != REOPEN_VICTIM_REPORT && reason != REOPEN_POLICE_LIST)) {
        return STATUS_OK;
    }
    TRY(book_run(book, &LATER_ADD,
                 STORE_VALUES(store_i64(alert->id), store_i64(alert->reopened), store_text(alert->strategy), store_text(alert->strategy_hash), store_text(alert->decided_by),
                              store_text(alert->code), store_i64(alert->severity_most), store_text(slice_of(reopen_reasons[reason])), store_i64(alert->closed_us), store_i64(book->now_us))));
    uint32_t at = map_get(&disposition->strategies->by_id, alert->strategy);
    return at == MAP_NONE ? STATUS_OK : breakers_look(disposition, book, &disposition->strategies->at[at], BREAKER_LATER);
}

// Of one subject and group at most one is open: what is said of a closed one goes to that.
static Status tell_open_one(struct book *book, const struct alert *alert, ReopenReason reason, int64_t open, Slice detail) {
    struct alert other;
    TRY(alert_load(book, open, &other));
    TRY(alert_note(book, &other, slice_of(reopen_reasons[reason]), detail));
    return alert_note(book, alert, slice_of(reopen_reasons[reason]), arena_printf(book->arena, "{\"open\":%" PRId64 "}", open));
}

Status alert_reopen(struct disposition *disposition, struct book *book, struct alert *alert, ReopenReason reason, Slice detail) {
    int64_t open;
    TRY(note_later_positive(disposition, book, alert, reason));
    TRY(clearances_end(book, alert));
    Status status = book_number(book, &OPEN_ONE, STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject), store_text(alert->typology_group)), &open);
    if (status == STATUS_OK) {
        return tell_open_one(book, alert, reason, open, detail);
    }
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    TRY(alert_move(book, alert, ALERT_REOPENED, slice_of(reopen_reasons[reason]), detail));
    alert->reopened++;
    alert->is_automatic = false;
    alert->owner = SLICE("");
    alert->code = SLICE("");
    alert->approval = SLICE("");
    alert->closed_us = 0;
    alert->decided_us = 0;
    alert->approved_by = SLICE("");
    alert->clear_days = 0;
    alert->is_weak = false;
    alert->marks = reason == REOPEN_APPEAL ? words_add(book->arena, alert->marks, SLICE("APPEAL")) : alert->marks;
    alert->queued_us = book->now_us;
    alert->urgent_us = book->now_us;
    alert->acted_us = 0;
    alert->decide_us = 0;
    alert->level = 0;
    TRY(level_set(disposition, book, alert));
    return act_holds_follow(disposition, book, alert);
}
