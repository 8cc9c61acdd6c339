// Appeals: rows, deadlines, and what a verdict does to the measure.

#include "response/controls/appeals.h"

#define COLUMNS                                                                                    \
    "id, control, customer, channel, text, documents, submitted_us, reply_until_us, "              \
    "settle_until_us, COALESCE(answer_until_us, 0), COALESCE(replied_us, 0), replied_by, reply, "  \
    "COALESCE(verified_us, 0), verified_by, result, COALESCE(settled_us, 0), "                     \
    "COALESCE(release_us, 0), reviewer, second, reason, told, secrecy"

static const struct {
    const char *word, *zh, *en;
} results[APPEAL_RESULT_COUNT] = {
#define X(name, word, zh, en) [APPEAL_##name] = {word, zh, en},
    APPEAL_RESULTS(X)
#undef X
};

static const struct {
    const char *kind, *role;
} deadlines[APPEAL_DEADLINE_COUNT] = {
#define X(name, kind, role) [APPEAL_DEADLINE_##name] = {kind, role},
    APPEAL_DEADLINES(X)
#undef X
};

// ---- rows -------------------------------------------------------------------------------------

static const struct statement BY_ID = {
    "appeal_by_id", "SELECT " COLUMNS " FROM seen_appeal WHERE viewer = ?1 AND id = ?2"};
static const struct statement KEEP = {
    "appeal_keep",
    "INSERT INTO appeal (id, control, customer, channel, text, documents, submitted_us, "
    "reply_until_us, settle_until_us, answer_until_us, replied_us, replied_by, reply, verified_us, "
    "verified_by, result, settled_us, release_us, reviewer, second, reason, told, secrecy) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
    "?21, ?22, ?23) ON CONFLICT (id) DO UPDATE SET replied_us = excluded.replied_us, replied_by = "
    "excluded.replied_by, reply = excluded.reply, verified_us = excluded.verified_us, verified_by "
    "= excluded.verified_by, result = excluded.result, settled_us = excluded.settled_us, "
    "release_us = excluded.release_us, reviewer = excluded.reviewer, second = excluded.second, "
    "reason = excluded.reason, told = excluded.told"};

static Status read_row(struct book *book, struct appeal *appeal) {
    *appeal = (struct appeal){.id = book_i64(book, 0),
                              .ask = {.control = book_i64(book, 1),
                                      .customer = book_text(book, 2),
                                      .channel = book_text(book, 3),
                                      .text = book_text(book, 4),
                                      .documents = book_text(book, 5)},
                              .submitted_us = book_i64(book, 6),
                              .reply_until_us = book_i64(book, 7),
                              .settle_until_us = book_i64(book, 8),
                              .answer_until_us = book_i64(book, 9),
                              .replied_us = book_i64(book, 10),
                              .replied_by = book_text(book, 11),
                              .reply = book_text(book, 12),
                              .verified_us = book_i64(book, 13),
                              .verified_by = book_text(book, 14),
                              .result = APPEAL_RESULT_COUNT,
                              .settled_us = book_i64(book, 16),
                              .release_us = book_i64(book, 17),
                              .reviewer = book_text(book, 18),
                              .second = book_text(book, 19),
                              .reason = book_text(book, 20),
                              .told = (uint32_t)book_i64(book, 21),
                              .secrecy = book_text(book, 22)};
    Slice result = book_text(book, 15);
    for (uint32_t i = 0; i < APPEAL_RESULT_COUNT; i++) {
        if (slice_is(result, results[i].word)) {
            appeal->result = (AppealResult)i;
        }
    }
    ENSURE(appeal->result != APPEAL_RESULT_COUNT,
           book_fail(book, STATUS_INVALID, "CT006",
                     "the store holds a word that this program does not know"));
    return STATUS_OK;
}

Status appeal_load(struct book *book, int64_t viewer, int64_t id, struct appeal *ret_appeal) {
    Status status = book_one(book, &BY_ID, STORE_VALUES(store_i64(viewer), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "CT040", "there is no appeal %lld", (long long)id);
    }
    TRY(status);
    return read_row(book, ret_appeal);
}

static Status keep(struct book *book, const struct appeal *appeal) {
    const struct appeal_ask *ask = &appeal->ask;
    return book_run(
        book, &KEEP,
        STORE_VALUES(
            store_i64(appeal->id), store_i64(ask->control), store_text(ask->customer),
            store_text(ask->channel), store_text(ask->text), store_text(ask->documents),
            store_i64(appeal->submitted_us), store_i64(appeal->reply_until_us),
            store_i64(appeal->settle_until_us), store_number(appeal->answer_until_us),
            store_number(appeal->replied_us), store_text(appeal->replied_by),
            store_text(appeal->reply), store_number(appeal->verified_us),
            store_text(appeal->verified_by), store_text(slice_of(results[appeal->result].word)),
            store_number(appeal->settled_us), store_number(appeal->release_us),
            store_text(appeal->reviewer), store_text(appeal->second), store_text(appeal->reason),
            store_i64(appeal->told), store_text(appeal->secrecy)));
}

static const char *state_word(const struct appeal *appeal) {
    if (appeal->result != APPEAL_OPEN) {
        return results[appeal->result].word;
    }
    if (appeal->verified_us != 0) {
        return "VERIFIED";
    }
    return appeal->replied_us != 0 ? "REPLIED" : "SUBMITTED";
}

static Status trace(struct book *book, const struct appeal *appeal, const char *from,
                    Slice reason) {
    return book_trace(book, &(struct trace){.object_kind = "appeal",
                                            .object = appeal->id,
                                            .from = slice_of(from),
                                            .to = slice_of(state_word(appeal)),
                                            .reason = reason,
                                            .detail = SLICE("")});
}

// ---- deadlines --------------------------------------------------------------------------------

// 0: there is none, or what it is for was done.
static int64_t deadline_of(const struct terms *terms, const struct appeal *appeal,
                           AppealDeadline deadline) {
    bool is_open = appeal->result == APPEAL_OPEN;
    switch (deadline) {
    case APPEAL_DEADLINE_REPLY:
        return is_open && appeal->replied_us == 0 ? appeal->reply_until_us : 0;
    case APPEAL_DEADLINE_SETTLE:
        return is_open ? appeal->settle_until_us : 0;
    case APPEAL_DEADLINE_ANSWER:
        return is_open ? appeal->answer_until_us : 0;
    case APPEAL_DEADLINE_RELEASE:
        return is_open && appeal->verified_us != 0
                   ? appeal->verified_us + terms->appeal_release_hours * US_PER_HOUR
                   : 0;
    default:
        return 0;
    }
}

// The next deadline of which nobody was told yet.
static Status arm(struct book *book, const struct terms *terms, const struct appeal *appeal) {
    int64_t next_us = INT64_MAX;
    for (uint32_t i = 0; i < APPEAL_DEADLINE_COUNT; i++) {
        int64_t due_us = deadline_of(terms, appeal, (AppealDeadline)i);
        bool is_told = (appeal->told & (1u << i)) != 0;
        if (due_us != 0 && !is_told && due_us < next_us) {
            next_us = due_us;
        }
    }
    return next_us == INT64_MAX ? book_timer_clear(book, TIMER_APPEAL, appeal->id)
                                : book_timer_set(book, TIMER_APPEAL, appeal->id, next_us);
}

Status appeal_timer(struct book *book, const struct terms *terms, const struct due_timer *due) {
    struct appeal appeal;
    TRY(appeal_load(book, CLEARANCE_ALL, due->object, &appeal));
    for (uint32_t i = 0; i < APPEAL_DEADLINE_COUNT; i++) {
        int64_t due_us = deadline_of(terms, &appeal, (AppealDeadline)i);
        if (due_us == 0 || due_us > book->now_us || (appeal.told & (1u << i)) != 0) {
            continue;
        }
        appeal.told |= 1u << i;
        TRY(page_send(book, &(struct page){.kind = deadlines[i].kind,
                                           .role = deadlines[i].role,
                                           .object_kind = "appeal",
                                           .object = appeal.id}));
        TRY(trace(book, &appeal, state_word(&appeal), slice_of(deadlines[i].kind)));
    }
    TRY(keep(book, &appeal));
    return arm(book, terms, &appeal);
}

// ---- submitting and answering -----------------------------------------------------------------

static bool is_open(const struct control *control) {
    return control->state == CONTROL_ASKED || control->state == CONTROL_IN_FORCE;
}

Status appeal_submit(struct book *book, const struct terms *terms, const struct appeal_ask *ask,
                     int64_t *ret_id) {
    struct control control;
    struct appeal appeal = {.ask = *ask, .submitted_us = book->now_us};
    TRY(control_load(book, CLEARANCE_ALL, ask->control, &control));
    ENSURE(is_open(&control), book_fail(book, STATUS_INVALID, "CT043",
                                        "the measure %lld is not in force", (long long)control.id));
    ENSURE(!slice_empty(ask->customer) && slice_equal(ask->customer, control.ask.customer),
           book_fail(book, STATUS_INVALID, "CT044", "the measure %lld is not one on this customer",
                     (long long)control.id));
    ENSURE(!slice_empty(ask->channel) && ask->channel.size <= APPEAL_NAME_MAX &&
               !slice_empty(ask->text) && ask->text.size <= APPEAL_TEXT_MAX &&
               ask->documents.size <= APPEAL_TEXT_MAX,
           book_fail(book, STATUS_INVALID, "CT046",
                     "an appeal needs its channel and its text, of at most %d bytes",
                     APPEAL_TEXT_MAX));
    TRY(book_count_up(book, SLICE("appeal"), &appeal.id));
    appeal.secrecy = control.ask.secrecy;
    appeal.reply_until_us = book->now_us + terms->appeal_reply_hours * US_PER_HOUR;
    appeal.settle_until_us = working_days_end(terms, book->now_us, terms->appeal_workdays);
    if (slice_is(appeal.secrecy, "AML")) {
        appeal.answer_until_us = book->now_us + terms->aml_appeal_days * US_PER_DAY;
    }
    TRY(keep(book, &appeal));
    TRY(trace(book, &appeal, "", ask->channel));
    TRY(arm(book, terms, &appeal));
    *ret_id = appeal.id;
    return STATUS_OK;
}

// What a reviewer works on: open, by a person who did not set the measure himself.
static Status load_to_review(struct book *book, int64_t id, struct appeal *ret_appeal,
                             struct control *ret_control) {
    TRY(appeal_load(book, CLEARANCE_ALL, id, ret_appeal));
    ENSURE(ret_appeal->result == APPEAL_OPEN,
           book_fail(book, STATUS_INVALID, "CT041", "the appeal %lld is settled: %s", (long long)id,
                     results[ret_appeal->result].word));
    ENSURE(book->actor.kind == ACTOR_KIND_PERSON,
           book_fail(book, STATUS_INVALID, "CT045", "appeals are answered by persons"));
    TRY(control_load(book, CLEARANCE_ALL, ret_appeal->ask.control, ret_control));
    ENSURE(!slice_equal(ret_control->asked_by, book->actor.name),
           book_fail(book, STATUS_INVALID, "CT042",
                     "whoever set the measure does not judge the appeal against it"));
    return STATUS_OK;
}

Status appeal_reply(struct book *book, const struct terms *terms, int64_t id, Slice text) {
    struct appeal appeal;
    TRY(appeal_load(book, CLEARANCE_ALL, id, &appeal));
    ENSURE(appeal.result == APPEAL_OPEN && appeal.replied_us == 0,
           book_fail(book, STATUS_INVALID, "CT041", "the appeal %lld was answered already",
                     (long long)id));
    ENSURE(book->actor.kind == ACTOR_KIND_PERSON && !slice_empty(text) &&
               text.size <= APPEAL_TEXT_MAX,
           book_fail(book, STATUS_INVALID, "CT045", "a person answers an appeal, with a text"));
    const char *from = state_word(&appeal);
    appeal.replied_us = book->now_us;
    appeal.replied_by = book->actor.name;
    appeal.reply = text;
    TRY(keep(book, &appeal));
    TRY(trace(book, &appeal, from, SLICE("reply")));
    return arm(book, terms, &appeal);
}

Status appeal_verified(struct book *book, const struct terms *terms, int64_t id, Slice note) {
    struct appeal appeal;
    struct control control;
    TRY(load_to_review(book, id, &appeal, &control));
    if (appeal.verified_us != 0) {
        return STATUS_OK;
    }
    const char *from = state_word(&appeal);
    appeal.verified_us = book->now_us;
    appeal.verified_by = book->actor.name;
    TRY(keep(book, &appeal));
    TRY(trace(book, &appeal, from, note));
    return arm(book, terms, &appeal);
}

// ---- settling ---------------------------------------------------------------------------------

static Status carry_out(struct book *book, const struct terms *terms, const struct control *control,
                        const struct appeal_verdict *verdict) {
    struct control_release release = {
        .by = AUTHORITY_BANK, .reason = verdict->reason, .second = verdict->second};
    if (!is_open(control) || verdict->result == APPEAL_KEPT) {
        return STATUS_OK; // it ended meanwhile, or it stays
    }
    return verdict->result == APPEAL_RELEASED
               ? control_release(book, terms, control->id, &release)
               : control_release_stepwise(book, terms, control->id, &release);
}

Status appeal_settle(struct book *book, const struct terms *terms, int64_t id,
                     const struct appeal_verdict *verdict) {
    struct appeal appeal;
    struct control control;
    TRY(load_to_review(book, id, &appeal, &control));
    ENSURE(verdict->result != APPEAL_OPEN && !slice_empty(verdict->reason),
           book_fail(book, STATUS_INVALID, "CT046", "a verdict needs a result and a reason"));
    ENSURE(verdict->result == APPEAL_RELEASED || appeal.verified_us == 0,
           book_fail(book, STATUS_INVALID, "CT047",
                     "what the customer says was verified: the measure has to go (R-113)"));
    const char *from = state_word(&appeal);
    TRY(carry_out(book, terms, &control, verdict));
    appeal.result = verdict->result;
    appeal.settled_us = book->now_us;
    if (appeal.replied_us == 0) { // the verdict is the first reply
        appeal.replied_us = book->now_us;
        appeal.replied_by = book->actor.name;
    }
    appeal.release_us = verdict->result == APPEAL_KEPT ? 0 : book->now_us;
    appeal.reviewer = book->actor.name;
    appeal.second = verdict->second;
    appeal.reason = verdict->reason;
    TRY(keep(book, &appeal));
    TRY(trace(book, &appeal, from, verdict->reason));
    return arm(book, terms, &appeal);
}

// ---- reading ----------------------------------------------------------------------------------

void appeal_put_json(struct json_writer *json, const struct appeal *appeal) {
    const uint32_t supervisor = 1u << APPEAL_DEADLINE_SETTLE;
    json_object_begin(json);
    json_key_i64(json, SLICE("appeal"), appeal->id);
    json_key_i64(json, SLICE("control"), appeal->ask.control);
    json_key_string(json, SLICE("customer"), appeal->ask.customer);
    json_key_string(json, SLICE("channel"), appeal->ask.channel);
    json_key_string(json, SLICE("text"), appeal->ask.text);
    put_text(json, SLICE("documents"), appeal->ask.documents);
    json_key_string(json, SLICE("state"), slice_of(state_word(appeal)));
    put_moment(json, SLICE("submitted"), appeal->submitted_us);
    put_moment(json, SLICE("reply_until"), appeal->reply_until_us);
    put_moment(json, SLICE("replied"), appeal->replied_us);
    put_text(json, SLICE("replied_by"), appeal->replied_by);
    put_text(json, SLICE("reply"), appeal->reply);
    put_moment(json, SLICE("settle_until"), appeal->settle_until_us);
    put_moment(json, SLICE("answer_until"), appeal->answer_until_us);
    put_moment(json, SLICE("verified"), appeal->verified_us);
    put_text(json, SLICE("verified_by"), appeal->verified_by);
    put_text(json, SLICE("result"), slice_of(results[appeal->result].word));
    json_key_string(json, SLICE("result_zh"), slice_of(results[appeal->result].zh));
    json_key_string(json, SLICE("result_en"), slice_of(results[appeal->result].en));
    put_moment(json, SLICE("settled"), appeal->settled_us);
    put_moment(json, SLICE("release"), appeal->release_us);
    put_text(json, SLICE("reviewer"), appeal->reviewer);
    put_text(json, SLICE("second"), appeal->second);
    put_text(json, SLICE("reason"), appeal->reason);
    json_key_bool(json, SLICE("escalated"), (appeal->told & supervisor) != 0);
    json_object_end(json);
}

#define SEEN "SELECT " COLUMNS " FROM seen_appeal WHERE viewer = ?1 AND "

static const struct list_plan lists[] = {
    [APPEALS_OPEN] = {{"appeal_list_open", SEEN "result = '' AND id > ?2 ORDER BY id LIMIT ?3"},
                      .is_up = true},
    [APPEALS_OF_CONTROL] = {{"appeal_list_control",
                             SEEN "id < ?2 AND control = ?4 ORDER BY id DESC LIMIT ?3"},
                            LIST_BY_NUMBER},
    [APPEALS_OF_CUSTOMER] = {{"appeal_list_customer",
                              SEEN "id < ?2 AND customer = ?4 ORDER BY id DESC LIMIT ?3"},
                             LIST_BY_KEY},
};

Status appeal_list_json(struct book *book, AppealList list, const struct list_page *page,
                        struct json_writer *json) {
    struct appeal appeal;
    Status status;
    TRY(list_ask(book, &lists[list], page));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK &&
           (status = read_row(book, &appeal)) == STATUS_OK) {
        appeal_put_json(json, &appeal);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- figures ----------------------------------------------------------------------------------

#define OF_MEASURES                                                                                \
    " FROM seen_control c LEFT JOIN appeal a ON a.control = c.id WHERE c.viewer = ?1 AND "          \
    "c.since_us >= ?2 AND c.since_us < ?3 AND c.authority <> 'ORDER'"
static const struct statement COUNTS = {
    "appeal_counts",
    "SELECT COUNT(DISTINCT c.id), COUNT(DISTINCT a.control), COUNT(a.settled_us), "
    "CAST(COALESCE(SUM(CASE WHEN a.result = 'RELEASED' THEN 1 ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN a.result = 'PARTLY' THEN 1 ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN a.result = 'KEPT' THEN 1 ELSE 0 END), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN COALESCE(a.replied_us, ?4) > a.reply_until_us THEN 1 ELSE 0 END), "
    "0) AS BIGINT), "
    "CAST(COALESCE(SUM(CASE WHEN a.verified_us IS NOT NULL AND COALESCE(a.release_us, ?4) > "
    "a.verified_us + ?5 THEN 1 ELSE 0 END), 0) AS BIGINT)" OF_MEASURES};
// The middle one, or the lower of two.
static const struct statement MEDIAN_SETTLE = {
    "appeal_median_settle", "SELECT a.settled_us - a.submitted_us" OF_MEASURES
                            " AND a.settled_us IS NOT NULL ORDER BY 1 LIMIT 1 OFFSET ?4"};
static const struct statement MEDIAN_RELEASE = {
    "appeal_median_release", "SELECT a.release_us - a.submitted_us" OF_MEASURES
                             " AND a.release_us IS NOT NULL ORDER BY 1 LIMIT 1 OFFSET ?4"};

struct span {
    int64_t viewer, from_us, until_us;
};

static Status median(struct book *book, const struct statement *statement, const struct span *span,
                     int64_t count, int64_t *ret_us) {
    return count == 0 ? STATUS_OK
                      : book_number(book, statement,
                                    STORE_VALUES(store_i64(span->viewer), store_i64(span->from_us),
                                                 store_i64(span->until_us),
                                                 store_i64((count - 1) / 2)),
                                    ret_us);
}

Status appeal_figures(struct book *book, const struct terms *terms, int64_t viewer, int64_t from_us,
                      int64_t until_us, struct appeal_figures *ret_figures) {
    const struct span span = {viewer, from_us, until_us};
    TRY(book_one(book, &COUNTS,
                 STORE_VALUES(store_i64(viewer), store_i64(from_us), store_i64(until_us),
                              store_i64(book->now_us),
                              store_i64(terms->appeal_release_hours * US_PER_HOUR))));
    struct appeal_figures figures = {.controls = book_i64(book, 0),
                                     .appealed = book_i64(book, 1),
                                     .settled = book_i64(book, 2),
                                     .released = book_i64(book, 3),
                                     .partly = book_i64(book, 4),
                                     .kept = book_i64(book, 5),
                                     .late_replies = book_i64(book, 6),
                                     .late_releases = book_i64(book, 7)};
    TRY(median(book, &MEDIAN_SETTLE, &span, figures.settled, &figures.median_settle_us));
    TRY(median(book, &MEDIAN_RELEASE, &span, figures.released + figures.partly,
               &figures.median_release_us));
    *ret_figures = figures;
    return STATUS_OK;
}

static void put_share(struct json_writer *json, Slice key, int64_t part, int64_t whole) {
    json_key(json, key);
    if (whole == 0) {
        json_null(json); // nothing to tell a share of
    } else {
        json_double(json, (double)part / (double)whole);
    }
}

void appeal_figures_put_json(struct json_writer *json, const struct appeal_figures *figures) {
    json_object_begin(json);
    json_key_i64(json, SLICE("controls"), figures->controls);
    json_key_i64(json, SLICE("appealed"), figures->appealed);
    put_share(json, SLICE("appealed_share"), figures->appealed, figures->controls);
    json_key_i64(json, SLICE("settled"), figures->settled);
    json_key_i64(json, SLICE("released"), figures->released);
    json_key_i64(json, SLICE("partly"), figures->partly);
    json_key_i64(json, SLICE("kept"), figures->kept);
    put_share(json, SLICE("released_share"), figures->released + figures->partly, figures->settled);
    json_key_i64(json, SLICE("late_replies"), figures->late_replies);
    json_key_i64(json, SLICE("late_releases"), figures->late_releases);
    put_number(json, SLICE("median_settle_s"), figures->median_settle_us / US_PER_SECOND);
    put_number(json, SLICE("median_release_s"), figures->median_release_us / US_PER_SECOND);
    json_object_end(json);
}
