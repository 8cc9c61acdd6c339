// What people do with alerts.

#include "response/disposition/people.h"

#include "response/disposition/parts.h"

#include <inttypes.h>

enum { SKILLS_MAX = 32, NOTE_MAX = 8 << 10 };
enum { CLEAR_DAYS_PERSON = 180, CLEAR_DAYS_COMPANY = 365 };

static const struct statement PERSON_LOAD = {"desk_load", "SELECT skills, level, domains, branch, on_duty FROM desk WHERE person = ?1"};
static const struct statement PERSON_KEEP = {
    "desk_keep", "INSERT INTO desk (person, skills, level, domains, branch, on_duty, changed_us, changed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                 " ON CONFLICT (person) DO UPDATE SET skills = excluded.skills, level = excluded.level, domains = excluded.domains, branch = excluded.branch,"
                 " on_duty = excluded.on_duty, changed_us = excluded.changed_us, changed_by = excluded.changed_by"};
static const struct statement OWN = {"alert_own", "SELECT id FROM alert WHERE owner = ?1 AND is_open = 1 AND state IN ('ASSIGNED', 'VERIFYING') ORDER BY rank DESC, id LIMIT 1"};
static const struct statement NEXT = {"alert_next", "SELECT id, rank FROM seen_alert WHERE viewer = ?1 AND is_waiting = 1 AND skill = ?2 AND level <= ?3"
                                                    " AND (reopened = 0 OR (decided_by <> ?4 AND NOT EXISTS (SELECT 1 FROM sample s WHERE s.alert = seen_alert.id AND s.closure = seen_alert.reopened - 1"
                                                    " AND s.overturned = 1 AND s.owner = ?4)))"
                                                    " ORDER BY rank DESC, id LIMIT 1"};
static const struct statement SEEN = {"alert_seen", "SELECT 1 FROM seen_alert WHERE viewer = ?1 AND id = ?2"};
static const struct statement TO_RELEASE = {"alert_to_release", "SELECT (SELECT COUNT(*) FROM alert_event e JOIN hold h ON h.id = e.sequence WHERE e.alert = ?1 AND h.state = 'HELD')"
                                                                " + (SELECT COUNT(*) FROM control WHERE alert = ?1 AND authority = 'BANK' AND state IN ('ASKED', 'IN_FORCE'))"};
static const struct statement PAYEES = {"alert_payees", "SELECT payee, MAX(amount) FROM alert_event WHERE alert = ?1 GROUP BY payee ORDER BY payee LIMIT ?2"};
static const struct statement CLEARED_ADD = {
    "cleared_add", "INSERT INTO cleared (subject_kind, subject, counterparty, typology, amount, alert, since_us, until_us, is_ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)"
                   " ON CONFLICT (subject_kind, subject, counterparty, typology) DO UPDATE SET amount = excluded.amount, alert = excluded.alert, since_us = excluded.since_us,"
                   " until_us = excluded.until_us, is_ended = 0"};
// A clearance of a decision that was not approved.
static const struct statement CLEARED_END = {"cleared_end", "UPDATE cleared SET is_ended = 1 WHERE alert = ?1"};
static const struct statement IN_CASE = {"alert_in_case", "SELECT id FROM alert WHERE case_id = ?1 AND state = 'IN_CASE' ORDER BY id LIMIT 1"};
static const struct statement TYPOLOGIES = {"alert_typologies", "SELECT DISTINCT typology FROM hit WHERE alert = ?1 ORDER BY typology"};
static const struct statement OVERTURNED_BY = {"sample_overturned_by", "SELECT 1 FROM sample WHERE alert = ?1 AND closure = ?2 AND owner = ?3 AND overturned = 1"};
static const struct statement SAMPLE_NEXT = {
    "sample_next", "SELECT s.alert FROM sample s JOIN seen_alert a ON a.id = s.alert AND a.viewer = ?1 WHERE s.second = '' AND s.analyst <> ?2 AND a.owner <> ?2 AND a.approved_by <> ?2"
                   " ORDER BY s.drawn_us, s.alert LIMIT 1"};
static const struct statement SAMPLE_LOAD = {
    "sample_load", "SELECT first, analyst, closure, strategy FROM sample WHERE alert = ?1 AND second = '' ORDER BY closure DESC, kind LIMIT 1"};
static const struct statement SAMPLE_DECIDE = {
    "sample_decide", "UPDATE sample SET second = ?3, second_us = ?4, owner = ?5, note = ?6, overturned = ?7 WHERE alert = ?1 AND closure = ?2 AND second = ''"};

// ---- desks --------------------------------------------------------------------------------------------------------------

Status person_load(struct book *book, Slice name, struct person *ret_person) {
    Status status = book_one(book, &PERSON_LOAD, STORE_VALUES(store_text(name)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP007", "'%.*s' has no desk yet; a shift leader gives him one, with skills", SLICE_ARGS(name));
    }
    TRY(status);
    *ret_person = (struct person){.name = arena_copy(book->arena, name), .skills = book_text(book, 0), .level = book_i64(book, 1), .domains = book_i64(book, 2),
                                  .branch = book_text(book, 3), .on_duty = book_i64(book, 4) != 0};
    return STATUS_OK;
}

Status person_keep(struct book *book, const struct person *person) {
    return book_run(book, &PERSON_KEEP, STORE_VALUES(store_text(person->name), store_text(person->skills), store_i64(person->level), store_i64(person->domains), store_text(person->branch),
                                                     store_i64(person->on_duty), store_i64(book->now_us), store_text(book->actor.name)));
}

// ---- finding ------------------------------------------------------------------------------------------------------------

Status alert_load_seen(struct book *book, const struct person *person, int64_t id, struct alert *ret_alert) {
    Status status = book_one(book, &SEEN, STORE_VALUES(store_i64(person->domains), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP001", "there is no alert %" PRId64, id);
    }
    TRY(status);
    return alert_load(book, id, ret_alert);
}

// One that he has in hand. A leader may step in.
static Status load_own(struct book *book, const struct person *person, int64_t id, struct alert *ret_alert) {
    TRY(alert_load_seen(book, person, id, ret_alert));
    if (!slice_equal(ret_alert->owner, person->name) && person->level == 0) {
        return book_fail(book, STATUS_INVALID, "DP008", "alert %" PRId64 " is %s", id,
                         slice_empty(ret_alert->owner) ? "nobody's yet; take it first" : "somebody else's; he may hand it over");
    }
    return STATUS_OK;
}

static Slice note_detail(struct book *book, Slice note) {
    return detail_text(book->arena, "note", note);
}

static Status check_note(struct book *book, Slice note, bool is_needed) {
    if (note.size > NOTE_MAX || (is_needed && slice_empty(slice_trim(note)))) {
        return book_fail(book, STATUS_INVALID, "DP009", "%s", note.size > NOTE_MAX ? "a note has at most 8 KiB" : "say why, in a note");
    }
    return STATUS_OK;
}

// What was opened again is for somebody else than who had closed it, and than who overturned that: two have said different things, a third decides.
static Status check_other(struct book *book, const struct alert *alert, Slice person) {
    if (alert->reopened > 0 && alert->decided_us == 0) {
        Status status = book_one(book, &OVERTURNED_BY, STORE_VALUES(store_i64(alert->id), store_i64(alert->reopened - 1), store_text(person)));
        if (status == STATUS_OK) {
            return book_fail(book, STATUS_INVALID, "DP014", "the second look of '%.*s' opened alert %" PRId64 " again; a third person decides", SLICE_ARGS(person), alert->id);
        }
        ENSURE(status == STATUS_NOT_FOUND, status);
    }
    if (alert->reopened > 0 && alert->decided_us == 0 && slice_equal(alert->decided_by, person)) {
        return book_fail(book, STATUS_INVALID, "DP014", "alert %" PRId64 " was opened again after the decision of '%.*s'; somebody else looks at it", alert->id, SLICE_ARGS(person));
    }
    return STATUS_OK;
}

// ---- taking -------------------------------------------------------------------------------------------------------------

static Status take(struct disposition *disposition, struct book *book, const struct person *person, struct alert *alert) {
    TRY(strategies_overtaken(book, alert, SLICE("taken")));
    TRY(alert_move(book, alert, ALERT_ASSIGNED, SLICE("taken"), SLICE("")));
    alert->owner = person->name;
    if (alert->acted_us == 0) {
        alert->acted_us = book->now_us;
        TRY(book_timer_clear(book, TIMER_ALERT_ACT, alert->id));
    }
    if (alert->queued_us == 0) { // a leader took it from a strategy
        alert->queued_us = book->now_us;
        TRY(level_set(disposition, book, alert));
    }
    return alert_keep(book, alert);
}

static Status most_urgent(struct book *book, const struct person *person, int64_t *ret_id) {
    double best = 0;
    bool is_found = false;
    for (size_t at = 0; at < person->skills.size;) {
        size_t end = slice_find_byte(person->skills, ' ', at);
        Slice skill = slice_part(person->skills, at, end - at);
        at = end + 1;
        if (slice_empty(skill)) {
            continue;
        }
        Status status = book_one(book, &NEXT, STORE_VALUES(store_i64(person->domains), store_text(skill), store_i64(person->level), store_text(person->name)));
        if (status == STATUS_OK && (!is_found || book_f64(book, 1) > best)) {
            *ret_id = book_i64(book, 0);
            best = book_f64(book, 1);
            is_found = true;
        } else if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return is_found ? STATUS_OK : STATUS_NOT_FOUND;
}

Status alert_next(struct disposition *disposition, struct book *book, const struct person *person, int64_t *ret_id) {
    struct alert alert;
    Status status = book_number(book, &OWN, STORE_VALUES(store_text(person->name)), ret_id);
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    status = most_urgent(book, person, ret_id);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? book_fail(book, STATUS_NOT_FOUND, "DP015", "nothing waits for you") : status;
    }
    TRY(alert_load(book, *ret_id, &alert));
    return take(disposition, book, person, &alert);
}

Status alert_claim(struct disposition *disposition, struct book *book, const struct person *person, int64_t id) {
    struct alert alert;
    TRY(alert_load_seen(book, person, id, &alert));
    if (!words_have(person->skills, alert.skill) || alert.level > person->level) {
        return book_fail(book, STATUS_INVALID, "DP007", "alert %" PRId64 " asks for the skill %.*s at level %" PRId64, id, SLICE_ARGS(alert.skill), alert.level);
    }
    if (!slice_empty(alert.owner) && !slice_equal(alert.owner, person->name) && person->level == 0) {
        return book_fail(book, STATUS_INVALID, "DP008", "alert %" PRId64 " is somebody else's; he may hand it over", id);
    }
    if (alert.state == ALERT_AUTO_RUNNING && person->level == 0) {
        return book_fail(book, STATUS_INVALID, "DP007", "a strategy works on alert %" PRId64 "; a shift leader may take it", id);
    }
    TRY(check_other(book, &alert, person->name));
    return slice_equal(alert.owner, person->name) && alert_is_open(&alert) ? STATUS_OK : take(disposition, book, person, &alert);
}

// ---- handing on ---------------------------------------------------------------------------------------------------------

Status alert_hand_over(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice to, Slice note) {
    struct alert alert;
    struct person other;
    TRY(check_note(book, note, false));
    TRY(load_own(book, person, id, &alert));
    TRY(person_load(book, to, &other));
    if (!words_have(other.skills, alert.skill) || other.level < alert.level) {
        return book_fail(book, STATUS_INVALID, "DP007", "'%.*s' has not the skill %.*s at level %" PRId64, SLICE_ARGS(to), SLICE_ARGS(alert.skill), alert.level);
    }
    struct alert seen;
    TRY(alert_load_seen(book, &other, id, &seen)); // it may be a secret from him
    TRY(check_other(book, &alert, other.name));
    if (alert.state == ALERT_DECIDED) {
        return book_fail(book, STATUS_INVALID, "DP002", "alert %" PRId64 " is decided and waits for an approval; it is handed over when that is refused", id);
    }
    TRY(alert_move(book, &alert, ALERT_ASSIGNED, SLICE("handed_over"), note_detail(book, note)));
    alert.owner = other.name;
    (void)disposition;
    return alert_keep(book, &alert);
}

Status alert_hand_back(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note) {
    struct alert alert;
    TRY(check_note(book, note, false));
    TRY(load_own(book, person, id, &alert));
    TRY(alert_move(book, &alert, ALERT_QUEUED, SLICE("handed_back"), note_detail(book, note)));
    alert.owner = SLICE("");
    (void)disposition;
    return alert_keep(book, &alert);
}

Status alert_escalate(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note) {
    struct alert alert;
    TRY(check_note(book, note, true));
    TRY(load_own(book, person, id, &alert));
    if (alert.level >= 2) {
        return book_fail(book, STATUS_INVALID, "DP002", "alert %" PRId64 " is with the duty director; there is no higher level", id);
    }
    alert.level = (alert.level > person->level ? alert.level : person->level) + 1;
    alert.level = alert.level > 2 ? 2 : alert.level;
    alert.owner = SLICE("");
    TRY(alert_move(book, &alert, ALERT_ESCALATED, SLICE("escalated"), note_detail(book, note)));
    TRY(level_page(book, &alert, alert.level == 1 ? DUTY_SHIFT_LEADER : DUTY_DUTY_DIRECTOR, SLICE("escalated")));
    (void)disposition;
    return alert_keep(book, &alert);
}

// ---- working ------------------------------------------------------------------------------------------------------------

static Term wait_of(const struct disposition *disposition, const struct alert *alert, AlertState to) {
    const struct service_level *level = &disposition->plan->levels[alert->severity];
    return to == ALERT_WAITING_CUSTOMER ? level->wait_customer : to == ALERT_WAITING_BRANCH ? level->wait_branch : level->wait_police;
}

Status alert_set_state(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, AlertState to, Slice note) {
    struct alert alert;
    TRY(check_note(book, note, false));
    TRY(load_own(book, person, id, &alert));
    bool waits = to == ALERT_WAITING_CUSTOMER || to == ALERT_WAITING_BRANCH || to == ALERT_WAITING_POLICE;
    if (!waits && to != ALERT_VERIFYING) {
        return book_fail(book, STATUS_INVALID, "DP002", "an alert is not set to %s; it gets there by being taken, decided or escalated", alert_states[to].word);
    }
    TRY(alert_move(book, &alert, to, SLICE("working"), note_detail(book, note)));
    if (waits) {
        TRY(book_timer_set(book, TIMER_ALERT_WAIT, id, term_end(disposition, wait_of(disposition, &alert, to), book->now_us)));
    } else {
        TRY(book_timer_clear(book, TIMER_ALERT_WAIT, id));
    }
    return alert_keep(book, &alert);
}

Status alert_mark(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice mark) {
    static const char *const marks[] = {"POLICE_ORDER", "APPEAL", "COMPLAINT", "MEDIA", "LEGAL"};
    struct alert alert;
    TRY(alert_load_seen(book, person, id, &alert));
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (slice_is(mark, marks[i])) {
            alert.marks = words_add(book->arena, alert.marks, mark);
            TRY(alert_note(book, &alert, SLICE("marked"), arena_printf(book->arena, "{\"mark\":\"%s\"}", marks[i])));
            (void)disposition;
            return alert_keep(book, &alert);
        }
    }
    return book_fail(book, STATUS_INVALID, "DP009", "a mark is POLICE_ORDER, APPEAL, COMPLAINT, MEDIA or LEGAL");
}

Status alert_write_note(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note) {
    struct alert alert;
    TRY(check_note(book, note, true));
    TRY(alert_load_seen(book, person, id, &alert));
    (void)disposition;
    return alert_note(book, &alert, SLICE("note"), note_detail(book, note));
}

Status alert_ask(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, ContactChannel channel, Slice script, int64_t within_us, int64_t *ret_task) {
    struct situation *situation = ARENA_NEW(book->arena, struct situation);
    uint32_t at = 0;
    struct alert alert;
    TRY(load_own(book, person, id, &alert));
    while (at < disposition->plan->script_count && !slice_equal(disposition->plan->scripts[at].id, script)) {
        at++;
    }
    if (at == disposition->plan->script_count) {
        return book_fail(book, STATUS_INVALID, "DP009", "the pack has no script '%.*s'", SLICE_ARGS(script));
    }
    TRY(situation_load(disposition, book, id, situation));
    int64_t until_us = within_us > 0 ? book->now_us + within_us : term_end(disposition, disposition->plan->levels[alert.severity].wait_customer, book->now_us);
    struct question question = {.alert = id, .channel = channel, .script = at, .until_us = until_us};
    TRY(ask(disposition, book, situation, &question, ret_task));
    if (alert_may_move(alert.state, ALERT_WAITING_CUSTOMER)) {
        TRY(alert_move(book, &alert, ALERT_WAITING_CUSTOMER, SLICE("asked"), SLICE("")));
    }
    return alert_keep(book, &alert);
}

// ---- deciding -----------------------------------------------------------------------------------------------------------

static Status clear(struct book *book, const struct alert *alert, int64_t days) {
    enum { TYPOLOGIES_OF_ALERT_MAX = 32, PAYEES_MAX = 64 };
    Slice typologies[TYPOLOGIES_OF_ALERT_MAX], payees[PAYEES_MAX];
    int64_t amounts[PAYEES_MAX];
    uint32_t count = 0, payee_count = 0;
    Status status;
    int64_t most = alert->is_company ? CLEAR_DAYS_COMPANY : CLEAR_DAYS_PERSON;
    TRY(book_ask(book, &TYPOLOGIES, STORE_VALUES(store_i64(alert->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < TYPOLOGIES_OF_ALERT_MAX) {
            typologies[count++] = book_text(book, 0);
        }
    }
    if (status != STATUS_END) {
        return status;
    }
    TRY(book_ask(book, &PAYEES, STORE_VALUES(store_i64(alert->id), store_i64(PAYEES_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        payees[payee_count] = book_text(book, 0);
        amounts[payee_count++] = book_i64(book, 1);
    }
    if (status != STATUS_END) {
        return status;
    }
    int64_t until_us = book->now_us + (days > most ? most : days) * US_PER_DAY;
    for (uint32_t i = 0; i < count * payee_count; i++) { // to each who was paid, what he was paid
        TRY(book_run(book, &CLEARED_ADD, STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject), store_text(payees[i % payee_count]), store_text(typologies[i / payee_count]),
                                                      store_i64(amounts[i % payee_count]), store_i64(alert->id), store_i64(book->now_us), store_i64(until_us))));
    }
    return STATUS_OK;
}

static Status close_decided(struct disposition *disposition, struct book *book, struct alert *alert) {
    struct closing closing = {.code = code_find(alert->code), .is_weak = alert->is_weak, .reason = alert->code};
    TRY(alert_close(disposition, book, alert, &closing));
    if (alert->clear_days > 0) {
        TRY(clear(book, alert, alert->clear_days));
    }
    return alert_keep(book, alert);
}

static Status put_into_case(struct book *book, struct alert *alert, int64_t case_id) {
    TRY(alert_move(book, alert, ALERT_IN_CASE, SLICE("case"), arena_printf(book->arena, "{\"case\":%" PRId64 "}", case_id)));
    alert->case_id = case_id;
    TRY(level_clear(book, alert->id));
    return alert_keep(book, alert);
}

// A code that tells a secret is for alerts that are one: labels, figures and samples of others are read by many.
static Status check_secret_code(struct book *book, const struct alert *alert, Code code) {
    const char *secrecy = code == CODE_TP_ML_STR ? "AML" : code == CODE_TP_INSIDER ? "INSIDER" : NULL;
    if (secrecy == NULL || slice_is(alert->secrecy, secrecy)) {
        return STATUS_OK;
    }
    return book_fail(book, STATUS_INVALID, "DP009", "that code is not for alerts of %.*s", SLICE_ARGS(alert->typology_group));
}

static Status check_decision(struct book *book, const struct alert_decision *decision) {
    if (decision->code >= CODE_COUNT) {
        return book_fail(book, STATUS_INVALID, "DP009", "there is no such disposition code");
    }
    if (decision->case_id != 0 && code_infos[decision->code].counts != COUNT_EFFECTIVE) {
        return book_fail(book, STATUS_INVALID, "DP009", "only what was confirmed becomes part of a case");
    }
    return decision->clear_days > 0 && code_infos[decision->code].counts != COUNT_FALSE_ALARM
               ? book_fail(book, STATUS_INVALID, "DP009", "only what was no fraud goes on the white list")
               : STATUS_OK;
}

Status alert_decide(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, const struct alert_decision *decision, bool *ret_needs_approval) {
    struct alert alert;
    int64_t to_release;
    TRY(check_note(book, decision->note, true));
    TRY(load_own(book, person, id, &alert));
    TRY(check_decision(book, decision));
    TRY(check_secret_code(book, &alert, decision->code));
    TRY(check_other(book, &alert, person->name));
    TRY(alert_move(book, &alert, ALERT_DECIDED, code_infos[decision->code].text, note_detail(book, decision->note)));
    TRY(strategies_overtaken(book, &alert, SLICE("decided")));
    alert.code = code_infos[decision->code].text;
    alert.note = decision->note;
    alert.decided_us = book->now_us;
    alert.decided_by = person->name;
    TRY(book_number(book, &TO_RELEASE, STORE_VALUES(store_i64(id)), &to_release));
    *ret_needs_approval = code_infos[decision->code].direction == DIRECTION_RELEASING && alert.severity_most >= SEVERITY_S3 && to_release > 0;
    alert.clear_days = decision->clear_days;
    alert.is_weak = decision->is_weak;
    if (*ret_needs_approval) {
        alert.approval = SLICE("ASKED");
        TRY(level_page(book, &alert, DUTY_SHIFT_LEADER, SLICE("approval")));
        return alert_keep(book, &alert);
    }
    if (decision->case_id != 0) {
        return put_into_case(book, &alert, decision->case_id);
    }
    return close_decided(disposition, book, &alert);
}

static Status load_to_approve(struct book *book, const struct person *person, int64_t id, struct alert *ret_alert) {
    TRY(alert_load_seen(book, person, id, ret_alert));
    if (ret_alert->state != ALERT_DECIDED || !slice_is(ret_alert->approval, "ASKED")) {
        return book_fail(book, STATUS_INVALID, "DP002", "alert %" PRId64 " does not wait for an approval", id);
    }
    if (slice_equal(ret_alert->decided_by, person->name)) {
        return book_fail(book, STATUS_INVALID, "DP014", "who has decided does not approve; ask somebody else");
    }
    if (!words_have(person->skills, ret_alert->skill)) {
        return book_fail(book, STATUS_INVALID, "DP007", "alert %" PRId64 " asks for the skill %.*s", id, SLICE_ARGS(ret_alert->skill));
    }
    return STATUS_OK;
}

Status alert_approve(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note) {
    struct alert alert;
    TRY(check_note(book, note, false));
    TRY(load_to_approve(book, person, id, &alert));
    alert.approval = SLICE("GIVEN");
    alert.approved_by = person->name;
    TRY(alert_note(book, &alert, SLICE("approved"), note_detail(book, note)));
    return close_decided(disposition, book, &alert);
}

Status alert_disapprove(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note) {
    struct alert alert;
    TRY(check_note(book, note, true));
    TRY(load_to_approve(book, person, id, &alert));
    alert.approval = SLICE("");
    alert.code = SLICE("");
    alert.clear_days = 0;
    alert.is_weak = false;
    (void)disposition;
    TRY(book_run(book, &CLEARED_END, STORE_VALUES(store_i64(id))));
    TRY(alert_move(book, &alert, ALERT_ASSIGNED, SLICE("not_approved"), note_detail(book, note)));
    return alert_keep(book, &alert);
}

Status alert_into_case(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, int64_t case_id) {
    struct alert alert;
    TRY(load_own(book, person, id, &alert));
    if (slice_is(alert.approval, "ASKED")) {
        return book_fail(book, STATUS_INVALID, "DP002", "alert %" PRId64 " waits for an approval; it goes into a case behind that", id);
    }
    TRY(strategies_overtaken(book, &alert, SLICE("case")));
    (void)disposition;
    return put_into_case(book, &alert, case_id);
}

// It came into the case undecided, and the case says nothing of it.
static Status back_from_case(struct disposition *disposition, struct book *book, struct alert *alert) {
    alert->owner = SLICE("");
    TRY(level_queue(disposition, book, alert, SLICE("case_closed"), SLICE("")));
    return alert_keep(book, alert);
}

Status alerts_of_case_closed(struct disposition *disposition, struct book *book, int64_t case_id) {
    for (;;) {
        struct alert alert;
        int64_t id;
        Status status = book_number(book, &IN_CASE, STORE_VALUES(store_i64(case_id)), &id);
        if (status != STATUS_OK) {
            return status == STATUS_NOT_FOUND ? STATUS_OK : status;
        }
        TRY(alert_load(book, id, &alert));
        TRY(slice_empty(alert.code) ? back_from_case(disposition, book, &alert) : close_decided(disposition, book, &alert));
    }
}

Status alert_open_again(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice reason, Slice note) {
    static const struct {
        const char *word;
        ReopenReason reason;
        int64_t level; // what counts against a strategy is a leader's to say
    } reasons[] = {{"qa", REOPEN_QA, 0}, {"appeal", REOPEN_APPEAL, 0}, {"victim_report", REOPEN_VICTIM_REPORT, 1}, {"police_list", REOPEN_POLICE_LIST, 1}};
    struct alert alert;
    TRY(check_note(book, note, true));
    TRY(alert_load_seen(book, person, id, &alert));
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (slice_is(reason, reasons[i].word)) {
            if (person->level < reasons[i].level) {
                return book_fail(book, STATUS_INVALID, "DP007", "a shift leader opens alerts again by victim_report or police_list");
            }
            if (alert_is_open(&alert)) {
                return book_fail(book, STATUS_INVALID, "DP002", "alert %" PRId64 " is open already", id);
            }
            TRY(alert_reopen(disposition, book, &alert, reasons[i].reason, note_detail(book, note)));
            return alert_keep(book, &alert);
        }
    }
    return book_fail(book, STATUS_INVALID, "DP009", "an alert is opened again by qa, appeal, victim_report or police_list");
}

// ---- second looks -------------------------------------------------------------------------------------------------------

Status sample_next(struct book *book, const struct person *person, int64_t *ret_alert) {
    Status status = book_number(book, &SAMPLE_NEXT, STORE_VALUES(store_i64(person->domains), store_text(person->name)), ret_alert);
    return status == STATUS_NOT_FOUND ? book_fail(book, STATUS_NOT_FOUND, "DP015", "nothing waits for a second look") : status;
}

static bool is_fraud(Code code) {
    return code_infos[code].counts == COUNT_EFFECTIVE;
}

// Neither a duplicate nor a defect of data is a verdict that could be wrong.
static bool is_verdict(Code code) {
    return is_fraud(code) || code_infos[code].counts == COUNT_FALSE_ALARM || code_infos[code].counts == COUNT_NEUTRAL;
}

Status sample_decide(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Code code, Slice note, bool *ret_overturned) {
    struct alert alert;
    TRY(check_note(book, note, true));
    TRY(alert_load_seen(book, person, id, &alert));
    TRY(check_secret_code(book, &alert, code));
    Status status = book_one(book, &SAMPLE_LOAD, STORE_VALUES(store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP015", "alert %" PRId64 " does not wait for a second look", id);
    }
    TRY(status);
    Code first = code_find(book_text(book, 0));
    Slice analyst = book_text(book, 1);
    int64_t closure = book_i64(book, 2);
    Slice strategy = book_text(book, 3);
    if (slice_equal(analyst, person->name)) {
        return book_fail(book, STATUS_INVALID, "DP014", "a second look is somebody else's");
    }
    *ret_overturned = first != CODE_NONE && is_verdict(first) && is_verdict(code) && is_fraud(first) != is_fraud(code);
    TRY(book_run(book, &SAMPLE_DECIDE, STORE_VALUES(store_i64(id), store_i64(closure), store_text(code_infos[code].text), store_i64(book->now_us),
                                                    store_text(person->name), store_text(note), store_i64(*ret_overturned))));
    TRY(alert_note(book, &alert, SLICE("second_look"), arena_printf(book->arena, "{\"code\":\"%.*s\",\"overturned\":%s}", SLICE_ARGS(code_infos[code].text), *ret_overturned ? "true" : "false")));
    if (*ret_overturned && !alert_is_open(&alert) && alert.reopened == closure) {
        TRY(alert_reopen(disposition, book, &alert, REOPEN_QA, note_detail(book, note)));
        TRY(alert_keep(book, &alert));
    }
    uint32_t at = map_get(&disposition->strategies->by_id, strategy);
    return at == MAP_NONE ? STATUS_OK : breakers_look(disposition, book, &disposition->strategies->at[at], BREAKER_OVERTURNED);
}
