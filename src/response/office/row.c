// The row of an alert, as people see it.

#include "response/office/parts.h"

#include <math.h>

static const struct statement SECOND_LOOK = {
    "office_second_look", "SELECT COUNT(*) FROM sample WHERE alert = ?1 AND second = ''"};
static const struct statement SEEN = {
    "office_alert_seen", "SELECT " ALERT_COLUMNS " FROM seen_alert WHERE viewer = ?1 AND id = ?2"};

void put_pair(struct json_writer *json, const char *key, Slice zh, Slice en) {
    json_key(json, slice_of(key));
    json_object_begin(json);
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
    json_object_end(json);
}

void put_words(struct json_writer *json, const char *key, Slice words) {
    Slice word;
    json_key(json, slice_of(key));
    json_array_begin(json);
    while (slice_split(&words, ' ', &word)) {
        if (!slice_empty(word)) {
            json_string(json, word);
        }
    }
    json_array_end(json);
}

void put_severity(struct json_writer *json, const char *key, int64_t severity) {
    bool is_known = severity >= SEVERITY_S1 && severity <= SEVERITY_S4;
    put_text(json, slice_of(key), is_known ? slice_of(severity_names[severity]) : SLICE(""));
}

static void put_group(const struct office *office, struct json_writer *json, Slice id) {
    const struct disposition_plan *plan = &office->strategies->plan;
    Slice zh = id, en = id;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        if (slice_equal(plan->groups[i].id, id)) {
            zh = plan->groups[i].zh;
            en = plan->groups[i].en;
        }
    }
    json_key_string(json, SLICE("group"), id);
    json_key_string(json, SLICE("group_zh"), zh);
    json_key_string(json, SLICE("group_en"), en);
}

// A closed one that is looked at again is not told to be closed by a strategy or a person.
static void put_state(struct json_writer *json, const struct alert *alert, bool is_hidden) {
    const struct alert_state_text *state = &alert_states[alert->state];
    json_key_string(json, SLICE("state"), is_hidden ? SLICE("SECOND_LOOK") : slice_of(state->word));
    json_key_string(json, SLICE("state_zh"), is_hidden ? SLICE("待复核") : slice_of(state->zh));
    json_key_string(json, SLICE("state_en"),
                    is_hidden ? SLICE("waits for a second look") : slice_of(state->en));
    json_key_bool(json, SLICE("open"), state->is_open);
}

static void put_subject(struct json_writer *json, const struct alert *alert) {
    json_key_string(json, SLICE("subject_kind"), alert->subject_kind);
    json_key_string(json, SLICE("subject"), alert->subject);
    put_text(json, SLICE("customer"), alert->customer);
    put_text(json, SLICE("account"), alert->account);
    put_text(json, SLICE("payee"), alert->payee);
    put_text(json, SLICE("branch"), alert->branch);
    put_text(json, SLICE("channel"), alert->channel);
    put_text(json, SLICE("segment"), alert->segment);
    json_key_bool(json, SLICE("company"), alert->is_company);
    json_key_bool(json, SLICE("elder"), alert->is_elder);
}

static void put_weight(struct json_writer *json, const struct alert *alert) {
    put_severity(json, "severity", alert->severity);
    put_severity(json, "severity_first", alert->severity_first);
    put_severity(json, "severity_most", alert->severity_most);
    json_key_i64(json, SLICE("score"), alert->score);
    json_key_string(json, SLICE("action"), alert->action);
    json_key_i64(json, SLICE("amount"), alert->amount);
    json_key_i64(json, SLICE("amount_sum"), alert->amount_sum);
    json_key_i64(json, SLICE("hits"), alert->hits);
    json_key_i64(json, SLICE("events"), alert->events);
    json_key_bool(json, SLICE("money_here"), alert->money_here);
    json_key_bool(json, SLICE("late"), alert->is_late);
    json_key_bool(json, SLICE("degraded"), alert->is_degraded);
    put_words(json, "marks", alert->marks);
    json_key_double(json, SLICE("rank"), alert->rank);
}

static void put_work(struct json_writer *json, const struct alert *alert, bool is_hidden) {
    Code code = is_hidden ? CODE_NONE : code_find(alert->code);
    json_key_string(json, SLICE("skill"), alert->skill);
    json_key_i64(json, SLICE("level"), alert->level);
    put_text(json, SLICE("owner"), is_hidden ? SLICE("") : alert->owner);
    put_moment(json, SLICE("opened"), alert->opened_us);
    put_moment(json, SLICE("hit"), alert->hit_us);
    put_moment(json, SLICE("queued"), alert->queued_us);
    put_moment(json, SLICE("acted"), alert->acted_us);
    put_moment(json, SLICE("decide_until"), alert->decide_us);
    put_text(json, SLICE("code"), code == CODE_NONE ? SLICE("") : alert->code);
    put_text(json, SLICE("code_zh"), code == CODE_NONE ? SLICE("") : code_infos[code].zh);
    put_text(json, SLICE("code_en"), code == CODE_NONE ? SLICE("") : code_infos[code].en);
    put_moment(json, SLICE("decided"), is_hidden ? 0 : alert->decided_us);
    put_text(json, SLICE("decided_by"), is_hidden ? SLICE("") : alert->decided_by);
    put_text(json, SLICE("note"), is_hidden ? SLICE("") : alert->note);
    put_text(json, SLICE("approval"), is_hidden ? SLICE("") : alert->approval);
    put_text(json, SLICE("approved_by"), is_hidden ? SLICE("") : alert->approved_by);
    put_number(json, SLICE("clear_days"), is_hidden ? 0 : alert->clear_days);
    json_key_bool(json, SLICE("weak"), !is_hidden && alert->is_weak);
    put_moment(json, SLICE("closed"), alert->closed_us);
    json_key_bool(json, SLICE("automatic"), !is_hidden && alert->is_automatic);
    put_text(json, SLICE("strategy"), is_hidden ? SLICE("") : alert->strategy);
    json_key_i64(json, SLICE("reopened"), alert->reopened);
    put_number(json, SLICE("case"), alert->case_id);
    json_key_string(json, SLICE("secrecy"), alert->secrecy);
}

void row_put(const struct office *office, struct json_writer *json, const struct alert *alert,
             bool is_hidden) {
    json_object_begin(json);
    json_key_i64(json, SLICE("alert"), alert->id);
    put_group(office, json, alert->typology_group);
    put_state(json, alert, is_hidden);
    put_subject(json, alert);
    put_weight(json, alert);
    put_work(json, alert, is_hidden);
    json_object_end(json);
}

Status second_look_waits(struct book *book, int64_t alert, bool *ret_waits) {
    int64_t count;
    TRY(book_number(book, &SECOND_LOOK, STORE_VALUES(store_i64(alert)), &count));
    *ret_waits = count > 0;
    return STATUS_OK;
}

Status alert_put_row(const struct office *office, struct book *book, const struct looking *looking,
                     int64_t id, struct json_writer *json) {
    struct alert alert;
    bool waits = false;
    Status status = book_one(book, &SEEN, STORE_VALUES(store_i64(looking->viewer), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP001", "there is no alert %lld", (long long)id);
    }
    TRY(status);
    alert_read_row(book, &alert);
    if (looking->is_blind && !slice_equal(alert.decided_by, looking->name)) {
        TRY(second_look_waits(book, id, &waits));
    }
    row_put(office, json, &alert, waits && !alert_is_open(&alert));
    return STATUS_OK;
}
