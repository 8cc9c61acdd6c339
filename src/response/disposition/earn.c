// How a strategy leaves the shadow, and what puts it back.
//
// A text of a strategy begins in the shadow: it is followed, and what it would have done is compared with what people then decide. When enough alerts agree, and it would not have closed a
// fraud of S3 and above among them, somebody may propose and somebody else approve that it acts (people.h); the program refuses before. Another text, even of one word more, begins anew.
//
// People err as well. Where they decided otherwise than the strategy would have, another person looks a second time, without knowing why he is asked; when the alert is then closed anew, what
// the strategy would have done is compared with that. Until then it counts as a disagreement.
//
// Breakers. A strategy goes back into the shadow by itself, and its owner is paged, when it closes far more than it used to, when too many of its closures are overturned by a second look (the
// lower bound of Wilson's interval), or when frauds of S3 and above that it closed come to light. Second looks err, too: what they overturned is decided by a third person, and where he agrees
// with the strategy nothing was overturned. If that leaves too little to stop it for, it needs no new comparisons: somebody proposes it, somebody else approves.

#include "response/disposition/parts.h"

#include "base/statistics.h"
#include "response/disposition/earn.h"

#include <inttypes.h>
#include <math.h>

static const struct statement STATE = {"strategy_state", "SELECT state FROM strategy_state WHERE strategy = ?1 AND strategy_hash = ?2"};
static const struct statement STATE_ADD = {
    "strategy_state_add", "INSERT INTO strategy_state (strategy, strategy_hash, version, state, since_us, changed_by, reason, proposed_by, first_us)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', ?5) ON CONFLICT (strategy, strategy_hash) DO NOTHING"};
static const struct statement STATE_SET = {
    "strategy_state_set", "UPDATE strategy_state SET state = ?3, since_us = ?4, changed_by = ?5, reason = ?6, proposed_by = '' WHERE strategy = ?1 AND strategy_hash = ?2"};
static const struct statement PROPOSE = {"strategy_propose", "UPDATE strategy_state SET proposed_by = ?3 WHERE strategy = ?1 AND strategy_hash = ?2 AND state = 'SHADOW'"};
static const struct statement PROPOSED = {"strategy_proposed", "SELECT state, proposed_by, since_us, reason FROM strategy_state WHERE strategy = ?1 AND strategy_hash = ?2"};
static const struct statement WOULD = {"earn_would", "SELECT id, strategy, strategy_hash, code FROM run WHERE alert = ?1 AND life = ?2 AND is_shadow = 1 AND state = 'DONE'"
                                                     " AND outcome = 'CLOSED' ORDER BY id"};
static const struct statement AGREEMENT_ADD = {
    "agreement_add", "INSERT INTO agreement (run, strategy, strategy_hash, alert, severity, proposed, decided, agrees, is_missed, at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
                     " ON CONFLICT (run) DO NOTHING"};
static const struct statement COMPARED = {"agreement_compared", "SELECT run, severity, proposed FROM agreement WHERE alert = ?1 ORDER BY run"};
static const struct statement REVISE = {"agreement_revise", "UPDATE agreement SET decided = ?2, agrees = ?3, is_missed = ?4 WHERE run = ?1"};
static const struct statement MISSED = {"earn_missed", "SELECT COUNT(*), COALESCE(MAX(at_us), -1) FROM agreement WHERE strategy = ?1 AND strategy_hash = ?2 AND at_us >= ?3 AND is_missed = 1"};
static const struct statement EARNED = {"earn_earned", "SELECT COUNT(*), CAST(COALESCE(SUM(agrees), 0) AS BIGINT) FROM agreement WHERE strategy = ?1 AND strategy_hash = ?2 AND at_us >= ?3"};
// How many closures of a strategy there were before a moment: the number of the last one.
static const struct statement CLOSURES = {"earn_closures", "SELECT number, at_us FROM closing WHERE strategy = ?1 AND at_us < ?2 ORDER BY at_us DESC, number DESC LIMIT 1"};
static const struct statement CLOSING_ADD = {"earn_closing_add", "INSERT INTO closing (strategy, number, at_us, alert) VALUES (?1, ?2, ?3, ?4)"};
static const struct statement LOOKED_AT = {"earn_looked_at", "SELECT COUNT(*), CAST(COALESCE(SUM(overturned), 0) AS BIGINT) FROM sample WHERE strategy = ?1 AND strategy_hash = ?2"
                                                             " AND kind = 'AUTOMATIC' AND overturned IS NOT NULL AND closed_us >= ?3"};
// What a strategy closed in the hours for which it was stopped is looked at again, all of it: also what had been drawn before for another reason.
static const struct statement STOPPED_FOR = {"earn_stopped_for", "SELECT COUNT(*) FROM sample WHERE strategy = ?1 AND strategy_hash = ?2 AND kind = 'AUTOMATIC' AND second = ''"};
static const struct statement STOPPED_FOR_ADD = {
    "earn_stopped_for_add", "INSERT INTO sample (alert, kind, closure, strategy, strategy_hash, analyst, why, drawn_us, closed_us, first, owner, second, note)"
                            " SELECT a.id, 'AUTOMATIC', a.reopened, a.strategy, a.strategy_hash, a.decided_by, 'BREAKER', CAST(?3 AS BIGINT), a.closed_us, a.code, '', '', ''"
                            " FROM closing c JOIN alert a ON a.id = c.alert AND a.strategy = c.strategy AND a.is_open = 0 WHERE c.strategy = ?1 AND c.at_us >= ?2"
                            " ON CONFLICT (alert, kind, closure) DO NOTHING"};
static const struct statement LATER = {"earn_later", "SELECT COUNT(*) FROM later_positive WHERE strategy = ?1 AND severity >= 3 AND at_us >= ?2"};
static const struct statement GOING_OF = {"earn_going", "SELECT DISTINCT r.alert FROM run r WHERE r.strategy = ?1 AND r.state <> 'DONE' AND r.is_shadow = 0 ORDER BY r.alert LIMIT 4096"};

Slice strategy_hash_text(struct arena *arena, const struct strategy *strategy) {
    return arena_printf(arena, "%016" PRIx64, strategy->hash);
}

static StoreValue key_of(struct book *book, const struct strategy *strategy) {
    return store_text(strategy_hash_text(book->arena, strategy));
}

static Status trace(struct book *book, const struct strategy *strategy, const char *from, const char *to, Slice reason, Slice detail) {
    // The object of a trace is a number: that of the text.
    return book_trace(book, &(struct trace){.object_kind = "strategy", .object = (int64_t)(strategy->hash >> 1), .from = slice_of(from), .to = slice_of(to), .reason = reason, .detail = detail});
}

// ---- the state ------------------------------------------------------------------------------------------------------------

Status strategy_mode(struct book *book, const struct strategy *strategy, StrategyMode *ret_mode) {
    Status status = book_one(book, &STATE, STORE_VALUES(store_text(strategy->id), key_of(book, strategy)));
    if (status == STATUS_NOT_FOUND) {
        *ret_mode = STRATEGY_SHADOW;
        TRY(book_run(book, &STATE_ADD, STORE_VALUES(store_text(strategy->id), key_of(book, strategy), store_i64(strategy->version), store_text(SLICE("SHADOW")), store_i64(book->now_us),
                                                    store_text(book->actor.name), store_text(SLICE("new_text")))));
        return trace(book, strategy, "", "SHADOW", SLICE("new_text"), SLICE(""));
    }
    TRY(status);
    *ret_mode = slice_is(store_column_text(book->store, 0), "ACTIVE") ? STRATEGY_ACTIVE : STRATEGY_SHADOW;
    return STATUS_OK;
}

// ---- agreement --------------------------------------------------------------------------------------------------------------

// Frauds, false alarms, and what says nothing.
typedef enum Verdict { VERDICT_FRAUD, VERDICT_FALSE, VERDICT_NOTHING } Verdict;

static Verdict verdict(Code code) {
    switch (code_infos[code].counts) {
    case COUNT_EFFECTIVE: return VERDICT_FRAUD;
    case COUNT_FALSE_ALARM:
    case COUNT_DEFECT: return VERDICT_FALSE;
    default: return VERDICT_NOTHING;
    }
}

// To let something rest without a verdict agrees with everything but a fraud.
static bool agrees_with(Code proposed, Code decided) {
    return verdict(proposed) == verdict(decided) || (verdict(proposed) == VERDICT_NOTHING && verdict(decided) == VERDICT_FALSE);
}

static bool misses(Code proposed, Code decided, int64_t severity) {
    return verdict(decided) == VERDICT_FRAUD && verdict(proposed) != VERDICT_FRAUD && severity >= SEVERITY_S3;
}

Status agreements_revise(struct book *book, const struct alert *alert, Code decided) {
    enum { COMPARED_MAX = 64 };
    struct {
        int64_t run, severity;
        Code proposed;
    } compared[COMPARED_MAX];
    uint32_t count = 0;
    Status status;
    if (alert->reopened == 0 || verdict(decided) == VERDICT_NOTHING) {
        return STATUS_OK;
    }
    TRY(book_ask(book, &COMPARED, STORE_VALUES(store_i64(alert->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < COMPARED_MAX) {
            compared[count].run = book_i64(book, 0);
            compared[count].severity = book_i64(book, 1);
            compared[count++].proposed = code_find(store_column_text(book->store, 2));
        }
    }
    ENSURE(status == STATUS_END, status);
    for (uint32_t i = 0; i < count; i++) {
        Code proposed = compared[i].proposed;
        TRY(book_run(book, &REVISE, STORE_VALUES(store_i64(compared[i].run), store_text(code_infos[decided].text), store_i64(agrees_with(proposed, decided)),
                                                 store_i64(misses(proposed, decided, compared[i].severity)))));
    }
    return STATUS_OK;
}

Status agreement_note(struct disposition *disposition, struct book *book, const struct alert *alert, Code decided) {
    enum { WOULD_MAX = 64 };
    struct {
        int64_t run;
        Slice strategy, hash, code;
    } would[WOULD_MAX];
    uint32_t count = 0;
    bool is_doubtful = false;
    Status status;
    if (verdict(decided) == VERDICT_NOTHING) {
        return STATUS_OK; // a duplicate or a test agrees with nothing
    }
    TRY(book_ask(book, &WOULD, STORE_VALUES(store_i64(alert->id), store_i64(alert->reopened))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < WOULD_MAX) {
            would[count].run = book_i64(book, 0);
            would[count].strategy = book_text(book, 1);
            would[count].hash = book_text(book, 2);
            would[count++].code = book_text(book, 3);
        }
    }
    if (status != STATUS_END) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        Code proposed = code_find(would[i].code);
        bool agrees = agrees_with(proposed, decided);
        bool is_missed = misses(proposed, decided, alert->severity_most);
        is_doubtful = is_doubtful || !agrees;
        TRY(book_run(book, &AGREEMENT_ADD,
                     STORE_VALUES(store_i64(would[i].run), store_text(would[i].strategy), store_text(would[i].hash), store_i64(alert->id), store_i64(alert->severity_most),
                                  store_text(would[i].code), store_text(code_infos[decided].text), store_i64(agrees), store_i64(is_missed), store_i64(book->now_us))));
    }
    (void)disposition;
    return is_doubtful ? sample_doubtful(book, alert, decided) : STATUS_OK;
}

static Status is_overturned_too_often(struct book *book, const struct strategy *strategy, int64_t active_since_us, bool *ret_trips, Slice *ret_detail) {
    TRY(book_one(book, &LOOKED_AT, STORE_VALUES(store_text(strategy->id), key_of(book, strategy), store_i64(active_since_us))));
    Share share = share_wilson((uint64_t)book_i64(book, 1), (uint64_t)book_i64(book, 0));
    *ret_trips = strategy->breaker.overturn_share > 0 && share.lower > strategy->breaker.overturn_share;
    *ret_detail = arena_printf(book->arena, "{\"overturned\":%" PRId64 ",\"looked_at\":%" PRId64 ",\"lower\":%.4f}", book_i64(book, 1), book_i64(book, 0), share.lower);
    return STATUS_OK;
}

// What counts is since it came into the shadow, for the first time or again; but all of it where second looks had put it there and third persons have said since that they were wrong, or where it
// had closed more than it used to and somebody has looked at each of these closures and found nothing.
static Status counts_from(struct book *book, const struct strategy *strategy, const struct strategy_record *record, Slice reason, int64_t *ret_from_us) {
    bool is_still = true;
    int64_t open = 0;
    Slice detail;
    if (slice_is(reason, "breaker_closures")) {
        TRY(book_number(book, &STOPPED_FOR, STORE_VALUES(store_text(strategy->id), key_of(book, strategy)), &open));
    }
    if (open == 0 && (slice_is(reason, "breaker_overturned") || slice_is(reason, "breaker_closures"))) {
        TRY(is_overturned_too_often(book, strategy, 0, &is_still, &detail));
    }
    *ret_from_us = record->mode == STRATEGY_SHADOW && is_still ? record->since_us : 0;
    return STATUS_OK;
}

Status strategy_record(struct book *book, const struct strategy *strategy, struct strategy_record *ret_record) {
    StrategyMode mode;
    int64_t from_us;
    TRY(strategy_mode(book, strategy, &mode));
    TRY(book_one(book, &PROPOSED, STORE_VALUES(store_text(strategy->id), key_of(book, strategy))));
    mode = strategy->is_closure ? mode : STRATEGY_ACTIVE; // what closes nothing has nothing to earn
    *ret_record = (struct strategy_record){.mode = mode, .proposed_by = book_text(book, 1), .since_us = book_i64(book, 2)};
    TRY(counts_from(book, strategy, ret_record, book_text(book, 3), &from_us));
    TRY(book_one(book, &MISSED, STORE_VALUES(store_text(strategy->id), key_of(book, strategy), store_i64(from_us))));
    ret_record->missed = (uint64_t)book_i64(book, 0);
    from_us = ret_record->missed > 0 ? book_i64(book, 1) + 1 : from_us; // a fraud that it would have missed: from there anew
    TRY(book_one(book, &EARNED, STORE_VALUES(store_text(strategy->id), key_of(book, strategy), store_i64(from_us))));
    ret_record->compared = (uint64_t)book_i64(book, 0);
    ret_record->agreed = (uint64_t)book_i64(book, 1);
    ret_record->is_earned = ret_record->compared >= strategy->earning.alerts &&
                            (double)ret_record->agreed >= strategy->earning.agreement * (double)ret_record->compared;
    return STATUS_OK;
}

Status strategy_propose(struct book *book, const struct strategy *strategy) {
    struct strategy_record record;
    TRY(strategy_record(book, strategy, &record));
    if (record.mode == STRATEGY_ACTIVE) {
        return book_fail(book, STATUS_INVALID, "DP012", "'%.*s' acts already", SLICE_ARGS(strategy->id));
    }
    if (!record.is_earned) {
        return book_fail(book, STATUS_INVALID, "DP013", "'%.*s' has not earned it: of %llu alerts compared %llu agree, since the last of %llu frauds of S3 and above that it would have missed; it needs %u alerts and %g %%",
                         SLICE_ARGS(strategy->id), (unsigned long long)record.compared, (unsigned long long)record.agreed, (unsigned long long)record.missed, strategy->earning.alerts,
                         100 * strategy->earning.agreement);
    }
    TRY(book_run(book, &PROPOSE, STORE_VALUES(store_text(strategy->id), key_of(book, strategy), store_text(book->actor.name))));
    return trace(book, strategy, "SHADOW", "SHADOW", SLICE("proposed"), SLICE(""));
}

static Status set_state(struct book *book, const struct strategy *strategy, const char *from, const char *to, Slice reason, Slice detail) {
    TRY(book_run(book, &STATE_SET, STORE_VALUES(store_text(strategy->id), key_of(book, strategy), store_text(slice_of(to)), store_i64(book->now_us), store_text(book->actor.name),
                                                store_text(reason))));
    return trace(book, strategy, from, to, reason, detail);
}

Status strategy_approve(struct book *book, const struct strategy *strategy) {
    struct strategy_record record;
    TRY(strategy_record(book, strategy, &record));
    if (record.mode == STRATEGY_ACTIVE || slice_empty(record.proposed_by)) {
        return book_fail(book, STATUS_INVALID, "DP012", "nobody has proposed that '%.*s' acts", SLICE_ARGS(strategy->id));
    }
    if (slice_equal(record.proposed_by, book->actor.name)) {
        return book_fail(book, STATUS_INVALID, "DP014", "who has proposed a strategy does not approve it; ask somebody else");
    }
    if (!record.is_earned) {
        return book_fail(book, STATUS_INVALID, "DP013", "'%.*s' has not earned it any more since it was proposed", SLICE_ARGS(strategy->id));
    }
    return set_state(book, strategy, "SHADOW", "ACTIVE", SLICE("approved"), detail_text(book->arena, "proposed_by", record.proposed_by));
}

enum { GIVEN_MAX = 4096 };

// ---- breakers -----------------------------------------------------------------------------------------------------------------

// What waited for it goes to people.
static Status give_some_to_people(struct disposition *disposition, struct book *book, const struct strategy *strategy, uint32_t *ret_count) {
    int64_t *alerts = ARENA_ARRAY(book->arena, int64_t, GIVEN_MAX);
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, &GOING_OF, STORE_VALUES(store_text(strategy->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        alerts[count++] = book_i64(book, 0);
    }
    if (status != STATUS_END) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct alert alert;
        TRY(alert_load(book, alerts[i], &alert));
        TRY(strategies_overtaken(book, &alert, SLICE("stopped")));
        if (alert.state == ALERT_AUTO_RUNNING) {
            TRY(level_queue(disposition, book, &alert, SLICE("strategy_stopped"), SLICE("")));
            TRY(alert_keep(book, &alert));
        }
    }
    *ret_count = count;
    return STATUS_OK;
}

static Status give_to_people(struct disposition *disposition, struct book *book, const struct strategy *strategy) {
    uint32_t count = GIVEN_MAX;
    while (count == GIVEN_MAX) {
        TRY(give_some_to_people(disposition, book, strategy, &count));
    }
    return STATUS_OK;
}

Status strategy_stop_acting(struct disposition *disposition, struct book *book, const struct strategy *strategy, Slice reason, Slice detail) {
    TRY(set_state(book, strategy, "ACTIVE", "SHADOW", reason, detail));
    TRY(give_to_people(disposition, book, strategy));
    Slice body = arena_printf(book->arena, "{\"strategy\":\"%.*s\",\"role\":\"STRATEGY_OWNER\",\"reason\":\"%.*s\"}", SLICE_ARGS(strategy->id), SLICE_ARGS(reason));
    return book_message(book, &(struct message){.endpoint = SLICE("page"), .kind = SLICE("page"), .object_kind = "strategy", .object = (int64_t)(strategy->hash >> 1), .body = body}, NULL);
}

// 0: none. `ret_last_us` (or NULL): the moment of the last one.
static Status closures_before(struct book *book, const struct strategy *strategy, int64_t at_us, int64_t *ret_count, int64_t *ret_last_us) {
    Status status = book_one(book, &CLOSURES, STORE_VALUES(store_text(strategy->id), store_i64(at_us)));
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    *ret_count = status == STATUS_OK ? book_i64(book, 0) : 0;
    if (ret_last_us != NULL) {
        *ret_last_us = status == STATUS_OK ? book_i64(book, 1) : INT64_MIN;
    }
    return STATUS_OK;
}

Status closing_note(struct book *book, const struct strategy *strategy, int64_t alert) {
    int64_t count, last_us;
    TRY(closures_before(book, strategy, INT64_MAX, &count, &last_us));
    int64_t at_us = book->now_us > last_us ? book->now_us : last_us;
    return book_run(book, &CLOSING_ADD, STORE_VALUES(store_text(strategy->id), store_i64(count + 1), store_i64(at_us), store_i64(alert)));
}

// Far more than it used to close: more than the factor of its mean, and more than chance does to a count of that size (three standard deviations of Poisson's).
static Status closes_too_many(struct book *book, const struct strategy *strategy, int64_t active_since_us, bool *ret_trips, Slice *ret_detail) {
    const struct breaker *breaker = &strategy->breaker;
    int64_t until_mean, until_window, all;
    int64_t from_us = book->now_us - breaker->window_us;
    int64_t mean_from_us = from_us - (int64_t)breaker->mean_days * US_PER_DAY;
    mean_from_us = active_since_us > mean_from_us ? active_since_us : mean_from_us;
    *ret_trips = false;
    if (breaker->closures_factor <= 0 || from_us - mean_from_us < 3 * US_PER_DAY) {
        return STATUS_OK; // too young to have a usual day
    }
    TRY(closures_before(book, strategy, mean_from_us, &until_mean, NULL));
    TRY(closures_before(book, strategy, from_us, &until_window, NULL));
    TRY(closures_before(book, strategy, INT64_MAX, &all, NULL));
    int64_t now = all - until_window, before = until_window - until_mean;
    double mean = (double)before * (double)breaker->window_us / (double)(from_us - mean_from_us);
    double most = breaker->closures_factor * mean;
    *ret_trips = (double)now > most + 3 * sqrt(fmax(most, 1));
    *ret_detail = arena_printf(book->arena, "{\"closures\":%" PRId64 ",\"usual\":%.2f}", now, mean);
    return STATUS_OK;
}

static Status has_later_positives(struct book *book, const struct strategy *strategy, int64_t active_since_us, bool *ret_trips, Slice *ret_detail) {
    int64_t count;
    int64_t from_us = book->now_us - strategy->breaker.later_window_us;
    from_us = active_since_us > from_us ? active_since_us : from_us;
    TRY(book_number(book, &LATER, STORE_VALUES(store_text(strategy->id), store_i64(from_us)), &count));
    *ret_trips = strategy->breaker.later_positives > 0 && count >= strategy->breaker.later_positives;
    *ret_detail = arena_printf(book->arena, "{\"later_positives\":%" PRId64 "}", count);
    return STATUS_OK;
}

// Of a strategy that acts: since when. False: it does not.
static Status acts_since(struct book *book, const struct strategy *strategy, bool *ret_acts, int64_t *ret_since_us) {
    StrategyMode mode;
    TRY(strategy_mode(book, strategy, &mode));
    TRY(book_one(book, &PROPOSED, STORE_VALUES(store_text(strategy->id), key_of(book, strategy))));
    *ret_acts = mode == STRATEGY_ACTIVE;
    *ret_since_us = book_i64(book, 2);
    return STATUS_OK;
}

Status breakers_look(struct disposition *disposition, struct book *book, const struct strategy *strategy, uint32_t which) {
    static const struct {
        uint32_t which;
        const char *reason;
        Status (*looks)(struct book *book, const struct strategy *strategy, int64_t active_since_us, bool *ret_trips, Slice *ret_detail);
    } breakers[] = {{BREAKER_CLOSURES, "breaker_closures", closes_too_many},
                    {BREAKER_OVERTURNED, "breaker_overturned", is_overturned_too_often},
                    {BREAKER_LATER, "breaker_later_positives", has_later_positives}};
    bool acts;
    int64_t since_us;
    TRY(acts_since(book, strategy, &acts, &since_us));
    for (size_t i = 0; i < sizeof breakers / sizeof breakers[0] && acts; i++) {
        bool trips = false;
        Slice detail;
        if ((breakers[i].which & which) != 0) {
            TRY(breakers[i].looks(book, strategy, since_us, &trips, &detail));
        }
        if (trips && breakers[i].which == BREAKER_CLOSURES) {
            TRY(book_run(book, &STOPPED_FOR_ADD, STORE_VALUES(store_text(strategy->id), store_i64(book->now_us - strategy->breaker.window_us), store_i64(book->now_us))));
        }
        if (trips) {
            Actor before = book->actor;
            book->actor = (Actor){ACTOR_KIND_SYSTEM, SLICE("breaker")};
            Status status = strategy_stop_acting(disposition, book, strategy, slice_of(breakers[i].reason), detail);
            book->actor = before;
            return status;
        }
    }
    return STATUS_OK;
}
