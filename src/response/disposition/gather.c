// What can be gathered of an alert, part by part: from its rows, from what happened to its subject before, from the answers to its questions.

#include "response/disposition/parts.h"

#include "base/bits.h"

#include <math.h>
#include <stdlib.h>

#define CLEARED_SPAN_US (180 * US_PER_DAY)
#define MONTH_US (30 * US_PER_DAY)
#define INVOLVED_US (180 * US_PER_DAY)
#define WEEK_US (7 * US_PER_DAY)
#define APART_SPAN_US (24 * US_PER_HOUR)

static const struct statement ASKS = {"situation_asks", "SELECT DISTINCT asks FROM hit WHERE alert = ?1 ORDER BY asks"};
static const struct statement HIT_LAST = {"situation_hit_last", "SELECT MAX(hit_us) FROM alert WHERE subject_kind = ?1 AND subject = ?2 AND typology_group = ?3"};
static const struct statement ACTIONS = {"situation_actions", "SELECT DISTINCT action FROM alert_event WHERE alert = ?1 ORDER BY action"};
// The next one: an alert that is hit again and again has hundreds of runs, of few branches.
static const struct statement TAKEN = {"situation_taken", "SELECT branch FROM run WHERE alert = ?1 AND branch <> '' AND branch > ?2 ORDER BY branch LIMIT 1"};
static const struct statement OPEN = {"situation_open", "SELECT h.family, MAX(h.severity) FROM alert a JOIN hit h ON h.alert = a.id WHERE a.subject_kind = ?1 AND a.subject = ?2"
                                                        " AND a.is_open = 1 GROUP BY h.family ORDER BY h.family"};
static const struct statement RELEASES = {"situation_releases", "SELECT COUNT(*) FROM alert WHERE subject_kind = ?1 AND subject = ?2 AND closed_us >= ?3 AND is_automatic = 1"
                                                                " AND code LIKE 'FP-%'"};
static const struct statement OVERTURNED = {"situation_overturned", "SELECT COUNT(*) FROM sample s JOIN alert a ON a.id = s.alert WHERE a.subject_kind = ?1 AND a.subject = ?2"
                                                                    " AND s.kind = 'AUTOMATIC' AND s.overturned = 1"};
static const struct statement LATER_POSITIVES = {"situation_later", "SELECT COUNT(*) FROM later_positive p JOIN alert a ON a.id = p.alert WHERE a.subject_kind = ?1 AND a.subject = ?2"
                                                                    " AND p.strategy <> ''"};
// Those that are secret do not count: what follows from them would tell of them.
static const struct statement INVOLVED = {"situation_involved", "SELECT COUNT(*) FROM alert WHERE is_open = 0 AND closed_us >= ?3 AND secrecy = 'NORMAL'"
                                                                " AND code IN ('TP-MULE', 'TP-MULE-SUSP', 'TP-MERCHANT', 'TP-LOAN')"
                                                                " AND ((subject_kind = ?1 AND subject = ?2) OR (?4 <> '' AND customer = ?4))"};
// Of one model: when people last found it false for this subject, how often, and the alert where. CROSS JOIN: SQLite begins with the alerts of the subject, not with all hits that the model ever had.
static const struct statement CLEARED = {"situation_cleared", "SELECT a.id, a.closed_us FROM alert a CROSS JOIN hit h WHERE h.alert = a.id AND a.subject_kind = ?1 AND a.subject = ?2"
                                                              " AND a.is_open = 0 AND a.is_automatic = 0 AND a.code LIKE 'FP-%' AND a.closed_us >= ?4 AND h.model = ?3"
                                                              " AND a.id <> ?5 ORDER BY a.closed_us DESC, a.id DESC LIMIT 64"};
static const struct statement CLEARED_SAW = {"situation_cleared_saw", "SELECT saw, evidence FROM hit WHERE alert = ?1 AND model = ?2 ORDER BY sequence DESC LIMIT 1"};
static const struct statement REPEATS = {"situation_repeats", "SELECT COUNT(*) FROM run WHERE subject_kind = ?1 AND subject = ?2 AND strategy = ?3 AND ended_us >= ?4"
                                                              " AND outcome IN ('CLOSED', 'LOWERED') AND is_shadow = 0"};
static const struct statement LIMIT_STEPS = {"situation_limit_steps", "SELECT COUNT(*) FROM control WHERE customer = ?1 AND measure = 'LIMIT_NON_COUNTER' AND asked_us >= ?2"};
static const struct statement BLOCKS = {"situation_blocks", "SELECT COUNT(*) FROM control WHERE target_kind = 'ip' AND target = ?1 AND measure = 'BLOCK_SOURCE' AND asked_us >= ?2"};
static const struct statement WHITE = {"situation_white", "SELECT amount, since_us, until_us, typology, alert FROM cleared WHERE subject_kind = ?1 AND subject = ?2"
                                                          " AND counterparty = ?3 AND since_us <= ?4 AND until_us > ?4 AND is_ended = 0 ORDER BY until_us DESC LIMIT 8"};
static const struct statement MARKS = {
    "situation_marks", "SELECT (SELECT COUNT(*) FROM police_order WHERE ?1 <> '' AND target = ?1 AND taken_us >= ?3)"
                       " + (SELECT COUNT(*) FROM happened WHERE ?1 <> '' AND kind = 'order' AND subject = ?1 AND at_us >= ?3),"
                       " (SELECT COUNT(*) FROM appeal WHERE ?2 <> '' AND customer = ?2 AND result = ''),"
                       " (SELECT COUNT(*) FROM happened WHERE ?2 <> '' AND kind = 'complaint' AND subject = ?2 AND at_us >= ?3)"};
// A run in the shadow that would have held payments (for ?3) sees them so, whatever people or a deadline have made of them since it began; but not what the core bank says that became of them.
static const struct statement PAYMENT = {"situation_payment", "SELECT e.outcome, e.action, CASE WHEN h.state IN ('RELEASED', 'REFUSED') AND h.reason <> 'result' AND h.settled_us >= r.began_us AND r.began_us + ?3 > ?4 THEN 'HELD'"
                                                              " ELSE COALESCE(h.state, '') END, e.event_us FROM alert_event e LEFT JOIN hold h ON h.id = e.sequence LEFT JOIN run r ON r.id = ?2"
                                                              " WHERE e.alert = ?1 AND e.is_request = 1 AND e.amount > 0 ORDER BY e.sequence DESC"};
static const struct statement PAYEES = {"situation_payees", "SELECT DISTINCT payee FROM alert_event WHERE alert = ?1 AND amount > 0 ORDER BY payee LIMIT ?2"};
static const struct statement RETRIED = {"situation_retried", "SELECT COUNT(*) FROM alert_event WHERE alert = ?1 AND event_us > ?2 AND payee = ?3 AND is_request = 1"};
static const struct statement MODEL_SINCE = {"situation_model_since", "SELECT since_us FROM model_age WHERE model = ?1 AND version = ?2"};
static const struct statement SCAMQ = {"situation_scamq", "SELECT COUNT(*) FROM task t JOIN run r ON r.id = t.run JOIN alert a ON a.id = t.alert WHERE a.customer = ?1 AND a.payee = ?2"
                                                          " AND t.channel = 'QUESTIONNAIRE' AND r.outcome = 'CLOSED' AND r.is_shadow = 0 AND r.acted = 1"};
// The plus: SQLite looks among the runs of the alert, not among all of the strategy.
static const struct statement USES_ALERT = {"situation_uses_alert", "SELECT COUNT(*) FROM run WHERE strategy = ?1 AND alert = ?2 AND is_shadow = ?3 AND acted = 1 AND +ended_us >= ?4"};
static const struct statement USES_SUBJECT = {
    "situation_uses_subject", "SELECT COUNT(*) FROM run WHERE subject_kind = ?2 AND subject = ?3 AND strategy = ?1 AND is_shadow = ?4 AND acted = 1 AND ended_us >= ?5"};
static const struct statement USES_PAYEE = {
    "situation_uses_payee", "SELECT COUNT(*) FROM run WHERE subject_kind = ?2 AND subject = ?3 AND payee = ?6 AND strategy = ?1 AND is_shadow = ?4 AND acted = 1 AND ended_us >= ?5"};
static const struct statement RUN = {"situation_run", "SELECT answered, answered_again, waits_us, hits_before FROM run WHERE id = ?1"};

// ---- setting what is known --------------------------------------------------------------------------------------

static void know(struct situation *situation, StrategyName name, struct value value) {
    situation->names[name] = value;
    situation->is_known[name] = true;
}

static void know_text(struct situation *situation, StrategyName name, Slice text) {
    if (!slice_empty(text)) {
        know(situation, name, value_string(text));
    }
}

static void know_days(struct situation *situation, StrategyName name, int64_t span_us) {
    know(situation, name, value_int(floor_div(span_us, US_PER_DAY)));
}

void texts_add(struct texts *texts, struct arena *arena, Slice text) {
    enum { TEXTS_MAX = 256 };
    if (texts->at == NULL) {
        texts->at = ARENA_ARRAY(arena, struct value, TEXTS_MAX);
    }
    for (uint32_t i = 0; i < texts->count; i++) {
        if (slice_equal(texts->at[i].text, text)) {
            return;
        }
    }
    if (texts->count < TEXTS_MAX) {
        texts->at[texts->count++] = value_string(text);
    }
}

static void know_list(struct situation *situation, struct arena *arena, StrategyName name, struct texts texts) {
    struct value_list *list = ARENA_NEW(arena, struct value_list);
    *list = (struct value_list){.items = texts.at, .count = texts.count};
    know(situation, name, (struct value){.kind = VALUE_LIST, .list = list});
}

// Words with blanks around each.
static struct texts texts_of_words(struct arena *arena, Slice words) {
    struct texts texts = {0};
    size_t at = 0;
    while (at < words.size) {
        size_t end = slice_find_byte(words, ' ', at);
        if (end > at) {
            texts_add(&texts, arena, slice_part(words, at, end - at));
        }
        at = end + 1;
    }
    return texts;
}

static Status count_of(struct book *book, const struct statement *statement, StoreValues values, struct situation *situation, StrategyName name) {
    int64_t count;
    TRY(book_number(book, statement, values, &count));
    know(situation, name, value_int(count));
    return STATUS_OK;
}

// ---- hits -------------------------------------------------------------------------------------------------------

// Whether hits rest on other evidence than the first: else no two of them do, and hundreds of one model need not be compared pair by pair.
static bool has_kinds(const struct situation *situation) {
    for (uint32_t i = 1; i < situation->hit_count; i++) {
        if (situation->hits[i].evidence != situation->hits[0].evidence) {
            return true;
        }
    }
    return false;
}

// Two hits of S2 and above within a day, of which each rests on a kind of evidence that the other has not.
static bool has_s2_apart(const struct situation *situation) {
    ENSURE(has_kinds(situation), false);
    for (uint32_t i = 0; i < situation->hit_count; i++) {
        for (uint32_t k = i + 1; k < situation->hit_count; k++) {
            const struct alert_hit *one = &situation->hits[i];
            const struct alert_hit *other = &situation->hits[k];
            bool near = llabs(one->event_us - other->event_us) <= APART_SPAN_US;
            if (near && one->severity >= SEVERITY_S2 && other->severity >= SEVERITY_S2 && (one->evidence & ~other->evidence) != 0 && (other->evidence & ~one->evidence) != 0) {
                return true;
            }
        }
    }
    return false;
}

// Whether a hit before was of the same model in the same version.
static bool is_model_before(const struct situation *situation, uint32_t hit) {
    for (uint32_t i = 0; i < hit; i++) {
        if (slice_equal(situation->hits[i].id, situation->hits[hit].id) && situation->hits[i].version == situation->hits[hit].version) {
            return true;
        }
    }
    return false;
}

static Status know_ages(struct situation *situation, struct book *book) {
    bool is_challenger = false;
    int64_t youngest_us = INT64_MIN;
    for (uint32_t i = 0; i < situation->hit_count; i++) {
        const struct alert_hit *hit = &situation->hits[i];
        int64_t since_us;
        if (is_model_before(situation, i)) {
            continue;
        }
        is_challenger = is_challenger || (hit->model != NULL && hit->model->status == MODEL_CHALLENGER);
        TRY(book_number(book, &MODEL_SINCE, STORE_VALUES(store_text(hit->id), store_i64(hit->version)), &since_us));
        youngest_us = since_us > youngest_us ? since_us : youngest_us;
    }
    know(situation, STRATEGY_ALERT_CHALLENGER, value_bool(is_challenger));
    if (situation->hit_count > 0 && situation->alert.hits <= ALERT_HITS_MAX) {
        know_days(situation, STRATEGY_ALERT_MODEL_DAYS, book->now_us - youngest_us);
    }
    return STATUS_OK;
}

// Hundreds of hits that join an alert are mostly of one model.
static bool is_like(const struct alert_hit *one, const struct alert_hit *other) {
    return slice_equal(one->id, other->id) && slice_equal(one->typology, other->typology) && slice_equal(one->family, other->family) && slice_equal(one->mode, other->mode);
}

static void add_hit(const struct alert_hit *hit, struct texts *models, struct texts *typologies, struct texts *families, struct texts *modes, struct arena *arena) {
    texts_add(models, arena, hit->id);
    texts_add(typologies, arena, hit->typology);
    texts_add(families, arena, hit->family);
    texts_add(modes, arena, hit->mode);
}

static void say_hits(struct situation *situation, struct arena *arena) {
    struct texts models = {0}, typologies = {0}, families = {0}, modes = {0}, kinds = {0};
    uint32_t evidence = 0;
    bool is_sync = false;
    Slice family = SLICE("");
    for (uint32_t i = 0; i < situation->hit_count; i++) {
        const struct alert_hit *hit = &situation->hits[i];
        if (i == 0 || !is_like(hit, hit - 1)) {
            add_hit(hit, &models, &typologies, &families, &modes, arena);
        }
        evidence |= hit->evidence;
        is_sync = is_sync || slice_is(hit->mode, "PRE") || slice_is(hit->mode, "SYNC");
        family = hit->sequence == situation->alert.lead && (slice_empty(family) || hit->severity == (Severity)situation->alert.severity_most) ? hit->family : family;
    }
    for (uint32_t i = 0; i < EVIDENCE_COUNT; i++) {
        if (evidence & UINT32_C(1) << i) {
            texts_add(&kinds, arena, evidence_text((Evidence)i));
        }
    }
    if (situation->alert.hits > ALERT_HITS_MAX) {
        return; // nobody knows what all of them are: nothing closes it but people
    }
    know_text(situation, STRATEGY_ALERT_FAMILY, family);
    know_list(situation, arena, STRATEGY_ALERT_MODELS, models);
    know_list(situation, arena, STRATEGY_ALERT_TYPOLOGIES, typologies);
    know_list(situation, arena, STRATEGY_ALERT_FAMILIES, families);
    know_list(situation, arena, STRATEGY_ALERT_MODES, modes);
    know_list(situation, arena, STRATEGY_ALERT_EVIDENCE, kinds);
    know(situation, STRATEGY_ALERT_S2_APART, value_bool(has_s2_apart(situation)));
    know(situation, STRATEGY_ALERT_SYNC, value_bool(is_sync));
}

// ---- the alert ----------------------------------------------------------------------------------------------------

static Status texts_asked(struct book *book, const struct statement *statement, StoreValues values, struct texts *ret_texts) {
    Status status;
    TRY(book_ask(book, statement, values));
    while ((status = book_next(book)) == STATUS_OK) {
        texts_add(ret_texts, book->arena, book_text(book, 0));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static double time_used(const struct alert *alert, int64_t now_us) {
    int64_t from_us = alert->queued_us == 0 ? alert->opened_us : alert->queued_us;
    return alert->decide_us <= from_us ? 0 : (double)(now_us - from_us) / (double)(alert->decide_us - from_us);
}

// What people and reports have marked, and what stands in the way now: an order on its account, an appeal, a complaint of these days.
static Status know_marks(struct situation *situation, struct book *book) {
    const struct alert *alert = &situation->alert;
    static const char *const words[] = {"POLICE_ORDER", "APPEAL", "COMPLAINT"};
    struct texts marks = texts_of_words(book->arena, alert->marks);
    TRY(book_one(book, &MARKS, STORE_VALUES(store_text(alert->account), store_text(alert->customer), store_i64(book->now_us - MONTH_US))));
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (book_i64(book, i) != 0) {
            texts_add(&marks, book->arena, slice_of(words[i]));
        }
    }
    know_list(situation, book->arena, STRATEGY_ALERT_MARKS, marks);
    return STATUS_OK;
}

// What comes after an alert was closed opens another one.
static Status last_hit(struct book *book, const struct alert *alert, int64_t *ret_us) {
    *ret_us = alert->hit_us;
    return alert_is_open(alert) ? STATUS_OK
                                : book_number(book, &HIT_LAST, STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject), store_text(alert->typology_group)), ret_us);
}

static Status know_taken(struct situation *situation, struct book *book) {
    struct texts taken = {0};
    Slice branch = SLICE("");
    Status status;
    while ((status = book_one(book, &TAKEN, STORE_VALUES(store_i64(situation->alert.id), store_text(branch)))) == STATUS_OK) {
        branch = book_text(book, 0);
        texts_add(&taken, book->arena, branch);
    }
    ENSURE(status == STATUS_NOT_FOUND, status);
    know_list(situation, book->arena, STRATEGY_ALERT_TAKEN, taken);
    return STATUS_OK;
}

static Status know_actions(struct situation *situation, struct book *book) {
    struct texts actions = {0}, asks = {0};
    TRY(texts_asked(book, &ACTIONS, STORE_VALUES(store_i64(situation->alert.id)), &actions));
    TRY(texts_asked(book, &ASKS, STORE_VALUES(store_i64(situation->alert.id)), &asks));
    know_list(situation, book->arena, STRATEGY_ALERT_ACTIONS, actions);
    know_list(situation, book->arena, STRATEGY_ALERT_ASKS, asks);
    return STATUS_OK;
}

static void know_alert(struct situation *situation, struct book *book, int64_t hit_us) {
    const struct alert *alert = &situation->alert;
    know_text(situation, STRATEGY_ALERT_GROUP, alert->typology_group);
    know(situation, STRATEGY_ALERT_SEVERITY, value_int(alert->severity));
    know(situation, STRATEGY_ALERT_SEVERITY_FIRST, value_int(alert->severity_first));
    know(situation, STRATEGY_ALERT_SEVERITY_MOST, value_int(alert->severity_most));
    know(situation, STRATEGY_ALERT_SEVERITY_LAST, value_int(alert->severity_last));
    know(situation, STRATEGY_ALERT_AMOUNT, value_money((double)alert->amount));
    know(situation, STRATEGY_ALERT_AMOUNT_SUM, value_money((double)alert->amount_sum));
    know(situation, STRATEGY_ALERT_HITS, value_int(alert->hits));
    know(situation, STRATEGY_ALERT_EVENTS, value_int(alert->events));
    know_text(situation, STRATEGY_ALERT_ACTION, alert->action);
    know_text(situation, STRATEGY_ALERT_SEGMENT, alert->segment);
    know_text(situation, STRATEGY_ALERT_CHANNEL, alert->channel);
    know(situation, STRATEGY_ALERT_AGE_SEC, value_int(floor_div(book->now_us - alert->opened_us, US_PER_SECOND)));
    know(situation, STRATEGY_ALERT_QUIET_SEC, value_int(floor_div(book->now_us - hit_us, US_PER_SECOND)));
    know(situation, STRATEGY_ALERT_SLA_USED, value_double(time_used(alert, book->now_us)));
    know(situation, STRATEGY_ALERT_LATE, value_bool(alert->is_late));
    know(situation, STRATEGY_ALERT_DEGRADED, value_bool(alert->is_degraded));
    know(situation, STRATEGY_ALERT_REOPENED, value_int(alert->reopened));
}

// The state of the payment that the leading event asks for.
static Slice payment_state(Slice outcome, Slice hold, Slice action) {
    if (slice_is(hold, "HELD") || slice_is(hold, "CANCELLED")) {
        return hold;
    }
    if (slice_is(hold, "REFUSED") || slice_is(action, "REJECT") || slice_is(action, "STOP_PAY") || slice_is(action, "FREEZE")) {
        return SLICE("REJECTED");
    }
    if (slice_is(outcome, "FAIL")) {
        return SLICE("FAILED");
    }
    if (slice_is(outcome, "EXPIRED") || slice_is(outcome, "CANCELLED")) {
        return outcome;
    }
    return slice_is(action, "STEP_UP") && slice_empty(outcome) ? SLICE("STEP_UP") : SLICE("PASSED");
}

// How far a state is from being over: of several payments the least settled one counts.
static uint32_t openness(Slice state) {
    return slice_is(state, "HELD") ? 4 : slice_is(state, "STEP_UP") ? 3 : slice_is(state, "PASSED") ? 2 : 1;
}

int64_t gather_would_hold_us(const struct situation *situation) {
    int64_t most_us = 0;
    for (uint32_t i = 0; situation->strategy != NULL && situation->is_shadow && i < situation->strategy->first_count; i++) {
        const struct strategy_actions *actions = &situation->strategy->first[i].actions;
        for (uint32_t k = 0; k < actions->count; k++) {
            int64_t for_us = actions->at[k].id == ACTION_HOLD ? actions->at[k].values[ARGUMENT_FOR] : 0;
            most_us = for_us > most_us ? for_us : most_us;
        }
    }
    return most_us;
}

static Status know_payment(struct situation *situation, struct book *book) {
    const struct alert *alert = &situation->alert;
    int64_t retries = 0, event_us = 0;
    Slice state = SLICE("NONE");
    bool is_payment = false;
    Status status;
    TRY(book_ask(book, &PAYMENT, STORE_VALUES(store_i64(alert->id), store_i64(situation->run), store_i64(gather_would_hold_us(situation)), store_i64(book->now_us))));
    while ((status = book_next(book)) == STATUS_OK) { // the newest first
        Slice one = payment_state(book_text(book, 0), book_text(book, 2), book_text(book, 1));
        if (!is_payment || openness(one) > openness(state)) {
            state = one;
        }
        event_us = is_payment ? event_us : book_i64(book, 3);
        is_payment = true;
    }
    if (status != STATUS_END) {
        return status;
    }
    know_text(situation, STRATEGY_PAYMENT_STATE, state);
    Slice payee = event_role(situation->disposition, situation->event, EVENT_ROLE_PAYEE, book->arena);
    TRY(book_number(book, &RETRIED, STORE_VALUES(store_i64(alert->id), store_i64(event_us), store_text(payee)), &retries));
    know(situation, STRATEGY_PAYMENT_RETRIED, value_bool(is_payment && retries > 0));
    return STATUS_OK;
}

// ---- what happened before -------------------------------------------------------------------------------------------

// The largest ratio of numbers that a model saw now to those that it saw then; features alone, and only those that were above zero.
static double ratio_of(struct json_reader *json, Slice now, Slice then, struct arena *arena) {
    JsonTree tree;
    double most = 0;
    struct {
        Slice key;
        double value;
    } *seen = ARENA_ARRAY(arena, __typeof__(*seen), 64);
    uint32_t count = 0;
    if (json_parse(json, then, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return INFINITY;
    }
    JSON_EACH(tree, 0, i) {
        if (count < 64 && slice_starts_with(tree.nodes[i].key, SLICE("f.")) && json_number(&tree.nodes[i], &seen[count].value)) {
            seen[count++].key = arena_copy(arena, tree.nodes[i].key);
        }
    }
    if (json_parse(json, now, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return INFINITY;
    }
    JSON_EACH(tree, 0, i) {
        double value;
        for (uint32_t k = 0; k < count && json_number(&tree.nodes[i], &value); k++) {
            if (slice_equal(seen[k].key, tree.nodes[i].key)) {
                double ratio = seen[k].value > 0 ? value / seen[k].value : (value > 0 ? INFINITY : 1);
                most = ratio > most ? ratio : most;
            }
        }
    }
    return most;
}

struct clearances {
    double days, ratio;
    int64_t count;
    bool everywhere, new_evidence;
};

// When a model was last found false for the subject, and how often.
struct clearing {
    Slice model;
    int64_t closed_us, times;
    Slice saw;
    uint32_t evidence;
};

static Status read_clearing(struct situation *situation, struct book *book, Slice model, struct clearing *ret_clearing) {
    const struct alert *alert = &situation->alert;
    int64_t then = 0;
    Status status;
    *ret_clearing = (struct clearing){.model = model};
    TRY(book_ask(book, &CLEARED, STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject), store_text(model), store_i64(book->now_us - CLEARED_SPAN_US),
                                              store_i64(alert->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        then = ret_clearing->times == 0 ? book_i64(book, 0) : then;
        ret_clearing->closed_us = ret_clearing->times == 0 ? book_i64(book, 1) : ret_clearing->closed_us;
        ret_clearing->times++;
    }
    if (status != STATUS_END) {
        return status;
    }
    if (ret_clearing->times == 0) {
        return STATUS_OK;
    }
    TRY(book_one(book, &CLEARED_SAW, STORE_VALUES(store_i64(then), store_text(model))));
    ret_clearing->saw = book_text(book, 0);
    ret_clearing->evidence = (uint32_t)book_i64(book, 1);
    return STATUS_OK;
}

// Many hits are of few models: each is asked for once.
struct clearings {
    struct clearing *at;
    uint32_t count;
};

static Status clearing_of(struct situation *situation, struct book *book, Slice model, struct clearings *clearings, const struct clearing **ret_clearing) {
    uint32_t i = 0;
    while (i < clearings->count && !slice_equal(clearings->at[i].model, model)) {
        i++;
    }
    if (i == clearings->count) {
        TRY(read_clearing(situation, book, model, &clearings->at[i]));
        clearings->count++;
    }
    *ret_clearing = &clearings->at[i];
    return STATUS_OK;
}

// One hit of the alert against when its model was last found false.
static void compare_hit(struct situation *situation, struct book *book, const struct alert_hit *hit, const struct clearing *clearing, struct clearances *found) {
    if (clearing->times == 0) {
        found->everywhere = false;
        return;
    }
    double days = (double)(book->now_us - clearing->closed_us) / (double)US_PER_DAY;
    double ratio = ratio_of(situation->disposition->json, hit->saw, clearing->saw, book->arena);
    found->days = days > found->days ? days : found->days;
    found->ratio = ratio > found->ratio ? ratio : found->ratio;
    found->count = found->count == 0 || clearing->times < found->count ? clearing->times : found->count;
    found->new_evidence = found->new_evidence || (hit->evidence & ~clearing->evidence) != 0;
}

static Status know_cleared(struct situation *situation, struct book *book) {
    struct clearances found = {.everywhere = situation->hit_count > 0};
    struct clearings clearings = {.at = ARENA_ARRAY(book->arena, struct clearing, situation->hit_count + 1)};
    for (uint32_t i = 0; i < situation->hit_count && found.everywhere; i++) {
        const struct clearing *clearing;
        TRY(clearing_of(situation, book, situation->hits[i].id, &clearings, &clearing));
        compare_hit(situation, book, &situation->hits[i], clearing, &found);
    }
    know(situation, STRATEGY_HISTORY_CLEARED_CNT, value_int(found.everywhere ? found.count : 0));
    if (found.everywhere) { // else one of the models was never found false: the names stay unknown
        know(situation, STRATEGY_HISTORY_CLEARED_DAYS, value_double(found.days));
        know(situation, STRATEGY_HISTORY_RATIO, value_double(found.ratio));
        know(situation, STRATEGY_HISTORY_NEW_EVIDENCE, value_bool(found.new_evidence));
    }
    return STATUS_OK;
}

struct white {
    bool is_found, is_same, by_human;
    int64_t amount, left_us, term_us;
};

// The entry of one payee: of several that hold, one for the typologies of this alert before others.
static Status white_of(struct situation *situation, struct book *book, Slice payee, struct white *ret_white) {
    const struct alert *alert = &situation->alert;
    Status status;
    *ret_white = (struct white){0};
    TRY(book_ask(book, &WHITE, STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject), store_text(payee), store_i64(book->now_us))));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice typology = book_text(book, 3);
        bool is_same = situation->hit_count > 0;
        for (uint32_t i = 0; i < situation->hit_count; i++) {
            is_same = is_same && slice_equal(situation->hits[i].typology, typology);
        }
        if (!ret_white->is_found || is_same) {
            *ret_white = (struct white){.is_found = true, .is_same = is_same, .by_human = book_i64(book, 4) != 0, .amount = book_i64(book, 0),
                                        .left_us = book_i64(book, 2) - book->now_us, .term_us = book_i64(book, 2) - book_i64(book, 1)};
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// Everybody who is paid in the alert has an entry of his own; what is told is the worst of them.
static Status know_white(struct situation *situation, struct book *book) {
    enum { PAYEES_MAX = 64 };
    Slice payees[PAYEES_MAX + 1];
    uint32_t count = 0;
    Status status;
    struct white worst = {.is_found = true, .is_same = true, .by_human = true, .amount = INT64_MAX, .left_us = INT64_MAX};
    TRY(book_ask(book, &PAYEES, STORE_VALUES(store_i64(situation->alert.id), store_i64(PAYEES_MAX + 1))));
    while ((status = book_next(book)) == STATUS_OK) {
        payees[count++] = book_text(book, 0);
    }
    if (status != STATUS_END) {
        return status;
    }
    if (count == 0) { // no money moves
        payees[count++] = situation->alert.payee;
    }
    worst.is_found = count <= PAYEES_MAX;
    for (uint32_t i = 0; i < count && worst.is_found; i++) {
        struct white white;
        TRY(white_of(situation, book, payees[i], &white));
        worst = (struct white){.is_found = white.is_found,
                               .is_same = worst.is_same && white.is_same,
                               .by_human = worst.by_human && white.by_human,
                               .amount = white.amount < worst.amount ? white.amount : worst.amount,
                               .left_us = white.left_us < worst.left_us ? white.left_us : worst.left_us,
                               .term_us = white.term_us > worst.term_us ? white.term_us : worst.term_us};
    }
    know(situation, STRATEGY_WHITE_FOUND, value_bool(worst.is_found));
    if (worst.is_found) {
        know(situation, STRATEGY_WHITE_TYPOLOGY, value_bool(worst.is_same));
        know(situation, STRATEGY_WHITE_BY_HUMAN, value_bool(worst.by_human));
        know(situation, STRATEGY_WHITE_AMOUNT, value_money((double)worst.amount));
        know_days(situation, STRATEGY_WHITE_DAYS_LEFT, worst.left_us);
        know_days(situation, STRATEGY_WHITE_TERM_DAYS, worst.term_us);
    }
    return STATUS_OK;
}

// What was done before to the customer, his payee, the source. Of nobody in particular nothing is known.
static Status know_what_was_done(struct situation *situation, struct book *book) {
    const struct alert *alert = &situation->alert;
    int64_t scamq;
    if (!slice_empty(alert->customer)) {
        TRY(count_of(book, &LIMIT_STEPS, STORE_VALUES(store_text(alert->customer), store_i64(book->now_us - MONTH_US)), situation, STRATEGY_HISTORY_LIMIT_STEPS));
    }
    if (!slice_empty(alert->customer) && !slice_empty(alert->payee)) {
        TRY(book_number(book, &SCAMQ, STORE_VALUES(store_text(alert->customer), store_text(alert->payee)), &scamq));
        know(situation, STRATEGY_HISTORY_SCAMQ, value_bool(scamq > 0));
    }
    Slice source = event_role(situation->disposition, situation->event, EVENT_ROLE_SOURCE, book->arena);
    return slice_empty(source) ? STATUS_OK
                               : count_of(book, &BLOCKS, STORE_VALUES(store_text(source), store_i64(book->now_us - WEEK_US)), situation, STRATEGY_HISTORY_BLOCKS);
}

static Status know_before(struct situation *situation, struct book *book) {
    const struct alert *alert = &situation->alert;
    StoreValue kind = store_text(alert->subject_kind);
    StoreValue subject = store_text(alert->subject);
    StoreValue month = store_i64(book->now_us - MONTH_US);
    int64_t overturned, later;
    TRY(count_of(book, &RELEASES, STORE_VALUES(kind, subject, month), situation, STRATEGY_HISTORY_RELEASES));
    TRY(book_number(book, &OVERTURNED, STORE_VALUES(kind, subject), &overturned));
    TRY(book_number(book, &LATER_POSITIVES, STORE_VALUES(kind, subject), &later));
    know(situation, STRATEGY_HISTORY_OVERTURNED, value_int(overturned + later));
    TRY(count_of(book, &INVOLVED, STORE_VALUES(kind, subject, store_i64(book->now_us - INVOLVED_US), store_text(alert->customer)), situation, STRATEGY_HISTORY_INVOLVED));
    return know_what_was_done(situation, book);
}

static Status know_open(struct situation *situation, struct book *book) {
    Status status;
    TRY(book_ask(book, &OPEN, STORE_VALUES(store_text(situation->alert.subject_kind), store_text(situation->alert.subject))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (situation->open_count < OPEN_FAMILIES_MAX) {
            situation->open[situation->open_count].family = book_text(book, 0);
            situation->open[situation->open_count++].severity = (Severity)book_i64(book, 1);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- of the strategy at hand ----------------------------------------------------------------------------------------------

static Status know_uses(struct situation *situation, struct book *book) {
    const struct alert *alert = &situation->alert;
    const struct strategy *strategy = situation->strategy;
    ENSURE(strategy != NULL, STATUS_OK);
    StoreValue id = store_text(strategy->id);
    for (uint32_t i = 0; i < strategy->limit_count; i++) {
        const struct strategy_limit *limit = &strategy->limits[i];
        StoreValue from = store_i64(limit->within_us == 0 ? 0 : book->now_us - limit->within_us);
        StoreValue kind = store_text(alert->subject_kind), subject = store_text(alert->subject), shadow = store_i64(situation->is_shadow);
        int64_t count = 0;
        switch (limit->per) {
        case LIMIT_ALERT: TRY(book_number(book, &USES_ALERT, STORE_VALUES(id, store_i64(alert->id), shadow, from), &count)); break;
        case LIMIT_SUBJECT: TRY(book_number(book, &USES_SUBJECT, STORE_VALUES(id, kind, subject, shadow, from), &count)); break;
        case LIMIT_SCOPE_COUNT: break;
        case LIMIT_PAYEE: TRY(book_number(book, &USES_PAYEE, STORE_VALUES(id, kind, subject, shadow, from, store_text(alert->payee)), &count)); break;
        }
        situation->uses[i] = (uint32_t)count;
    }
    return STATUS_OK;
}

static Status know_repeats(struct situation *situation, struct book *book) {
    const struct alert *alert = &situation->alert;
    ENSURE(situation->strategy != NULL, STATUS_OK);
    return count_of(book, &REPEATS,
                    STORE_VALUES(store_text(alert->subject_kind), store_text(alert->subject), store_text(situation->strategy->id), store_i64(book->now_us - MONTH_US)), situation,
                    STRATEGY_HISTORY_REPEATS);
}

static Status know_run(struct situation *situation, struct book *book) {
    for (uint32_t name = STRATEGY_RUN_ANSWERED; name <= STRATEGY_RUN_NEW_HITS; name++) {
        situation->is_known[name] = false;
    }
    if (situation->run == 0) {
        return STATUS_OK;
    }
    if (situation->run == RUN_AT_ONCE) {
        know(situation, STRATEGY_RUN_ANSWERED, value_bool(false));
        know(situation, STRATEGY_RUN_ANSWERED_AGAIN, value_bool(false));
        know(situation, STRATEGY_RUN_NEW_HITS, value_int(0));
        return STATUS_OK;
    }
    TRY(book_one(book, &RUN, STORE_VALUES(store_i64(situation->run))));
    know(situation, STRATEGY_RUN_ANSWERED, value_bool(book_i64(book, 0) != 0));
    know(situation, STRATEGY_RUN_ANSWERED_AGAIN, value_bool(book_i64(book, 1) != 0));
    if (!book_is_null(book, 2)) {
        know(situation, STRATEGY_RUN_WAITED_SEC, value_int(floor_div(book->now_us - book_i64(book, 2), US_PER_SECOND)));
    }
    know(situation, STRATEGY_RUN_NEW_HITS, value_int(situation->alert.hits - book_i64(book, 3)));
    return STATUS_OK;
}

// What the strategy at hand asked itself, or, where it asks nothing, what anybody did.
static Status know_answers(struct situation *situation, struct book *book) {
    TRY(answers_load(situation, book, situation->strategy == NULL || situation->strategy->ask == NULL ? 0 : situation->run));
    for (uint32_t i = 0; situation->assumed != NULL && i < situation->assumed->assumed_count; i++) {
        situation->answers[situation->assumed->assumed[i]] = value_bool(true);
        situation->is_answered[situation->assumed->assumed[i]] = true;
    }
    return STATUS_OK;
}

static Status know_hits(struct situation *situation, struct book *book) {
    TRY(hits_read(situation->disposition, book, situation->alert.id, &situation->hits, &situation->hit_count));
    say_hits(situation, book->arena);
    return STATUS_OK;
}

// In this order: some rest on the hits.
static Status (*const gatherers[SITUATION_PART_COUNT])(struct situation *situation, struct book *book) = {
    [PART_HITS] = know_hits,       [PART_AGES] = know_ages,       [PART_MARKS] = know_marks,     [PART_ACTIONS] = know_actions, [PART_TAKEN] = know_taken,
    [PART_PAYMENT] = know_payment, [PART_OPEN] = know_open,       [PART_BEFORE] = know_before,   [PART_CLEARED] = know_cleared, [PART_WHITE] = know_white,
    [PART_ANSWERS] = know_answers, [PART_REPEATS] = know_repeats, [PART_USES] = know_uses,       [PART_RUN] = know_run,
};

Status gather_part(struct situation *situation, struct book *book, SituationPart part) {
    return gatherers[part](situation, book);
}

Status gather_row(struct situation *situation, struct book *book) {
    int64_t hit_us;
    TRY(last_hit(book, &situation->alert, &hit_us));
    know_alert(situation, book, hit_us);
    return STATUS_OK;
}
