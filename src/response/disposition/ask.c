// Questions to customers and others, and their answers.
//
// A question is a task: a row, a message to the contact centre, and a deadline. A person of the bank may take an answer down as well as the contact centre. Nobody is asked in matters that
// must not be known (no tipping-off): the compiler refuses such strategies, and so does this.

#include "response/disposition/parts.h"

#include <inttypes.h>

enum { BODY_MAX = 64 << 10, ANSWER_MAX = 32 << 10 };

static const struct statement ADD = {
    "task_add", "INSERT INTO task (id, alert, run, channel, party_kind, party, script, branch, state, asked_us, until_us, attempt, asked_by, answer, answered_by, secrecy)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'ASKED', ?9, ?10, ?11, ?12, '', '', ?13)"};
static const struct statement LOAD = {"task_load", "SELECT state, alert, run, until_us FROM task WHERE id = ?1"};
static const struct statement ANSWER = {"task_answer", "UPDATE task SET state = 'ANSWERED', answer = ?2, answered_us = ?3, answered_by = ?4 WHERE id = ?1"};
static const struct statement EXPIRE = {"task_expire", "UPDATE task SET state = 'EXPIRED' WHERE id = ?1 AND state = 'ASKED'"};
static const struct statement OPEN_OF_RUN = {"task_open_of_run", "SELECT id FROM task WHERE alert = ?1 AND run = ?2 AND state = 'ASKED' ORDER BY id"};
static const struct statement OPEN_OF_ALERT = {"task_open_of_alert", "SELECT id FROM task WHERE alert = ?1 AND state = 'ASKED' ORDER BY id"};
static const struct statement OPEN_OF_PEOPLE = {"task_open_of_people", "SELECT id FROM task WHERE alert = ?1 AND run IS NULL AND state = 'ASKED' ORDER BY id"};
static const struct statement CANCEL = {"task_cancel", "UPDATE task SET state = 'CANCELLED' WHERE id = ?1 AND state = 'ASKED'"};
static const struct statement ANSWERS = {"task_answers", "SELECT answer FROM task WHERE alert = ?1 AND state = 'ANSWERED' AND (CAST(?2 AS BIGINT) = 0 OR run = ?2) AND answered_us >= ?3"
                                                       " ORDER BY answered_us, id"};

struct loaded {
    Slice state;
    int64_t alert, run, until_us;
};

static Status task_load(struct book *book, int64_t id, struct loaded *ret_task) {
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP003", "there is no task %" PRId64, id);
    }
    TRY(status);
    *ret_task = (struct loaded){.state = book_text(book, 0), .alert = book_i64(book, 1), .run = book_i64(book, 2), .until_us = book_i64(book, 3)};
    return STATUS_OK;
}

static Status trace(struct book *book, int64_t task, const char *from, const char *to, Slice reason) {
    return book_trace(book, &(struct trace){.object_kind = "task", .object = task, .from = slice_of(from), .to = slice_of(to), .reason = reason});
}

// ---- asking -----------------------------------------------------------------------------------------------------------

struct filled {
    const struct disposition *disposition;
    struct situation *situation;
    const struct script *script;
    struct arena *arena;
    Slice zh, en;
};

static Slice fill(struct filled *filled, Slice text, bool zh) {
    struct buf out;
    buf_init(&out, BODY_MAX / 4);
    strategies_put_text(filled->disposition->strategies, text, zh, &filled->situation->input, filled->arena, &out);
    Slice put = arena_copy(filled->arena, buf_slice(&out));
    buf_deinit(&out);
    return put;
}

static void fill_head(void *user, const struct knowledge *knowledge) {
    struct filled *filled = user;
    filled->situation->knowledge = knowledge;
    filled->zh = fill(filled, filled->script->zh, true);
    filled->en = fill(filled, filled->script->en, false);
    filled->situation->knowledge = NULL;
}

static void put_lines(struct json_writer *json, const struct disposition_plan *plan, const struct script *script) {
    json_key(json, SLICE("lines"));
    json_array_begin(json);
    for (uint32_t i = 0; i < script->line_count; i++) {
        const struct script_line *line = &script->lines[i];
        json_object_begin(json);
        json_key_string(json, SLICE("zh"), line->zh);
        json_key_string(json, SLICE("en"), line->en);
        if (line->answer != SCHEMA_NONE) {
            json_key_string(json, SLICE("answer"), plan->answers[line->answer].name);
        }
        json_object_end(json);
    }
    json_array_end(json);
}

static Slice body(const struct disposition *disposition, const struct situation *situation, const struct question *question, int64_t task, const struct filled *filled, struct arena *arena) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, BODY_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_i64(&json, SLICE("task"), task);
    json_key_i64(&json, SLICE("alert"), situation->alert.id);
    json_key_string(&json, SLICE("channel"), slice_of(contact_channel_names[question->channel]));
    json_key_string(&json, SLICE("customer"), situation->alert.customer);
    if (slice_empty(situation->alert.customer)) {
        json_key_string(&json, SLICE("merchant"), alert_merchant(&situation->alert));
    }
    json_key_string(&json, SLICE("group"), situation->alert.typology_group);
    json_key_string(&json, SLICE("event_id"), situation->event->id);
    json_key_i64(&json, SLICE("amount"), situation->alert.amount);
    json_key_i64(&json, SLICE("attempt"), question->attempt);
    json_key_i64(&json, SLICE("asked_us"), situation->alert.hit_us);
    json_key_i64(&json, SLICE("until_us"), question->until_us);
    json_key_string(&json, SLICE("script"), filled->script->id);
    json_key_i64(&json, SLICE("script_version"), filled->script->version);
    json_key_string(&json, SLICE("zh"), filled->zh);
    json_key_string(&json, SLICE("en"), filled->en);
    put_lines(&json, disposition->plan, filled->script);
    json_object_end(&json);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

Status ask(struct disposition *disposition, struct book *book, struct situation *situation, const struct question *question, int64_t *ret_task) {
    const struct alert *alert = &situation->alert;
    struct filled filled = {.disposition = disposition, .situation = situation, .script = &disposition->plan->scripts[question->script], .arena = book->arena};
    int64_t id;
    const uint32_t silent = UINT32_C(1) << FAMILY_KIND_FUNDRAISING | UINT32_C(1) << FAMILY_KIND_LAUNDERING | UINT32_C(1) << FAMILY_KIND_INSIDER;
    uint32_t kinds = group_kinds(disposition->plan, alert->typology_group);
    bool to_merchant = slice_empty(alert->customer) && !slice_empty(alert_merchant(alert));
    bool is_paper = question->channel == CONTACT_DOCUMENTS || question->channel == CONTACT_BRANCH_VISIT;
    if (!slice_is(alert->secrecy, "NORMAL") || (kinds & silent) != 0) {
        return book_fail(book, STATUS_INVALID, "DP006", "nobody is asked about alert %" PRId64 ": it would tip off", alert->id);
    }
    if (kinds == UINT32_C(1) << FAMILY_KIND_HOLDER && !is_paper) {
        return book_fail(book, STATUS_INVALID, "DP006", "who holds the account of alert %" PRId64 " says yes to everything: he is asked for documents, at the counter", alert->id);
    }
    if (situation->is_turned && !alert_tells_somebody(alert)) {
        return book_fail(book, STATUS_INVALID, "DP021", "alert %" PRId64 " is about nobody whom the bank could ask: its events are other people's", alert->id);
    }
    TRY(situation_look(situation, book, fill_head, &filled));
    TRY(book_count_up(book, SLICE("task"), &id));
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(id), store_i64(alert->id), question->run == 0 ? store_null() : store_i64(question->run),
                              store_text(slice_of(contact_channel_names[question->channel])), store_text(to_merchant ? SLICE("merchant") : SLICE("customer")), store_text(alert_whose(alert)),
                              store_text(script_text(book->arena, filled.script)), store_text(alert->branch),
                              store_i64(book->now_us), store_i64(question->until_us), store_i64(question->attempt), store_text(book->actor.name), store_text(alert->secrecy))));
    struct message message = {.endpoint = SLICE("contact"), .kind = SLICE("task.asked"), .object_kind = "task", .object = id,
                              .body = body(disposition, situation, question, id, &filled, book->arena)};
    TRY(book_message(book, &message, NULL));
    if (question->run == 0) { // a run has its own timer
        TRY(book_timer_set(book, TIMER_TASK, id, question->until_us));
    }
    if (ret_task != NULL) {
        *ret_task = id;
    }
    return trace(book, id, "", "ASKED", slice_of(contact_channel_names[question->channel]));
}

static Status cancel(struct book *book, int64_t task) {
    TRY(book_run(book, &CANCEL, STORE_VALUES(store_i64(task))));
    TRY(book_timer_clear(book, TIMER_TASK, task));
    struct message message = {.endpoint = SLICE("contact"), .kind = SLICE("task.cancelled"), .object_kind = "task", .object = task,
                              .body = arena_printf(book->arena, "{\"task\":%" PRId64 "}", task)};
    TRY(book_message(book, &message, NULL));
    return trace(book, task, "ASKED", "CANCELLED", SLICE("not_needed"));
}

static Status cancel_found(struct book *book, const struct statement *statement, StoreValues values) {
    enum { FOUND_MAX = 64 };
    int64_t tasks[FOUND_MAX];
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, statement, values));
    while ((status = book_next(book)) == STATUS_OK) {
        if (count < FOUND_MAX) {
            tasks[count++] = book_i64(book, 0);
        }
    }
    if (status != STATUS_END) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        TRY(cancel(book, tasks[i]));
    }
    return STATUS_OK;
}

Status ask_cancel(struct book *book, int64_t alert, int64_t run) {
    return cancel_found(book, &OPEN_OF_RUN, STORE_VALUES(store_i64(alert), store_i64(run)));
}

Status ask_cancel_of_people(struct book *book, int64_t alert) {
    return cancel_found(book, &OPEN_OF_PEOPLE, STORE_VALUES(store_i64(alert)));
}

Status ask_cancel_all(struct book *book, int64_t alert) {
    return cancel_found(book, &OPEN_OF_ALERT, STORE_VALUES(store_i64(alert)));
}

Status ask_expired(struct disposition *disposition, struct book *book, int64_t task) {
    struct loaded loaded;
    TRY(book_timer_clear(book, TIMER_TASK, task));
    TRY(task_load(book, task, &loaded));
    if (!slice_is(loaded.state, "ASKED")) {
        return STATUS_OK;
    }
    TRY(book_run(book, &EXPIRE, STORE_VALUES(store_i64(task))));
    TRY(trace(book, task, "ASKED", "EXPIRED", SLICE("no_answer")));
    struct alert alert;
    TRY(alert_load(book, loaded.alert, &alert));
    if (alert.state == ALERT_WAITING_CUSTOMER) {
        TRY(alert_move(book, &alert, ALERT_VERIFYING, SLICE("no_answer"), SLICE("")));
        TRY(alert_keep(book, &alert));
    }
    (void)disposition;
    return STATUS_OK;
}

// ---- answers ------------------------------------------------------------------------------------------------------------

static const struct answer_name *answer_named(const struct disposition_plan *plan, Slice name, uint32_t *ret_index) {
    for (uint32_t i = 0; i < plan->answer_count; i++) {
        if (slice_equal(plan->answers[i].name, name)) {
            *ret_index = i;
            return &plan->answers[i];
        }
    }
    return NULL;
}

static bool value_of_node(const struct answer_name *name, JsonTree tree, uint32_t node, struct arena *arena, struct value *ret_value) {
    const struct json_node *at = &tree.nodes[node];
    double number;
    switch (name->type->kind) {
    case TYPE_BOOL: *ret_value = value_bool(at->kind == JSON_TRUE); return at->kind == JSON_TRUE || at->kind == JSON_FALSE;
    case TYPE_INT: *ret_value = value_int(at->kind == JSON_INT ? at->i64 : 0); return at->kind == JSON_INT;
    case TYPE_DOUBLE:
        if (!json_number(at, &number)) {
            return false;
        }
        *ret_value = value_double(number);
        return true;
    case TYPE_MONEY: *ret_value = value_money(at->kind == JSON_INT ? (double)at->i64 : 0); return at->kind == JSON_INT;
    case TYPE_STRING: *ret_value = value_string(at->kind == JSON_STRING ? arena_copy(arena, at->text) : SLICE("")); return at->kind == JSON_STRING;
    case TYPE_LIST: {
        struct value_list *list = ARENA_NEW(arena, struct value_list);
        struct value *items = ARENA_ARRAY(arena, struct value, at->count + 1);
        uint32_t count = 0;
        if (at->kind != JSON_ARRAY) {
            return false;
        }
        JSON_EACH(tree, node, i) {
            if (tree.nodes[i].kind != JSON_STRING) {
                return false;
            }
            items[count++] = value_string(arena_copy(arena, tree.nodes[i].text));
        }
        *list = (struct value_list){.items = items, .count = count};
        *ret_value = (struct value){.kind = VALUE_LIST, .list = list};
        return true;
    }
    default: return false;
    }
}

static bool is_a_choice(const struct answer_name *name, Slice text) {
    for (uint32_t i = 0; i < name->choice_count; i++) {
        if (slice_equal(name->choices[i], text)) {
            return true;
        }
    }
    return name->choices == NULL;
}

static Status check_answer(struct disposition *disposition, struct book *book, Slice answer) {
    JsonTree tree;
    if (answer.size > ANSWER_MAX || json_parse(disposition->json, answer, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return book_fail(book, STATUS_INVALID, "DP005", "an answer is a JSON object of at most %d bytes", ANSWER_MAX);
    }
    if (tree.nodes[0].count == 0) {
        return book_fail(book, STATUS_INVALID, "DP005", "an answer says something; one that was not given is not sent");
    }
    JSON_EACH(tree, 0, i) {
        uint32_t index;
        struct value value;
        const struct answer_name *name = answer_named(disposition->plan, tree.nodes[i].key, &index);
        if (name == NULL) {
            return book_fail(book, STATUS_INVALID, "DP005", "'%.*s' is nothing that an answer says; disposition.yaml lists what it may", SLICE_ARGS(tree.nodes[i].key));
        }
        if (!value_of_node(name, tree, i, book->arena, &value) || (value.kind == VALUE_STRING && !is_a_choice(name, value.text))) {
            return book_fail(book, STATUS_INVALID, "DP005", "'%.*s' has a value of another type, or one that it may not have", SLICE_ARGS(name->name));
        }
    }
    return STATUS_OK;
}

Status answers_load(struct situation *situation, struct book *book, int64_t run) {
    const struct disposition *disposition = situation->disposition;
    const struct alert *alert = &situation->alert;
    Status status;
    int64_t from_us = alert->reopened > 0 ? alert->queued_us : 0; // nothing of an earlier life
    memset(situation->is_answered, 0, sizeof situation->is_answered);
    TRY(book_ask(book, &ANSWERS, STORE_VALUES(store_i64(alert->id), store_i64(run), store_i64(from_us))));
    while ((status = book_next(book)) == STATUS_OK) {
        JsonTree tree;
        if (json_parse(disposition->json, store_column_text(book->store, 0), &tree) != STATUS_OK) {
            continue;
        }
        JSON_EACH(tree, 0, i) {
            uint32_t index;
            const struct answer_name *name = answer_named(disposition->plan, tree.nodes[i].key, &index);
            if (name != NULL && value_of_node(name, tree, i, book->arena, &situation->answers[index])) {
                situation->is_answered[index] = true;
            }
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status resume_alert(struct disposition *disposition, struct book *book, int64_t id) {
    struct alert alert;
    TRY(alert_load(book, id, &alert));
    if (alert.state == ALERT_WAITING_CUSTOMER) {
        TRY(alert_move(book, &alert, ALERT_VERIFYING, SLICE("answered"), SLICE("")));
        TRY(alert_keep(book, &alert));
    }
    (void)disposition;
    return STATUS_OK;
}

Status disposition_answer(struct disposition *disposition, struct book *book, int64_t task, Slice answer) {
    struct loaded loaded;
    TRY(task_load(book, task, &loaded));
    TRY(check_answer(disposition, book, answer));
    if (!slice_is(loaded.state, "ASKED") || book->now_us > loaded.until_us) {
        return book_fail(book, STATUS_INVALID, "DP004", "task %" PRId64 " is %.*s; its answer comes too late", task, SLICE_ARGS(slice_is(loaded.state, "ASKED") ? SLICE("past its time") : loaded.state));
    }
    TRY(book_run(book, &ANSWER, STORE_VALUES(store_i64(task), store_text(answer), store_i64(book->now_us), store_text(book->actor.name))));
    TRY(book_timer_clear(book, TIMER_TASK, task));
    TRY(book_trace(book, &(struct trace){.object_kind = "task", .object = task, .from = SLICE("ASKED"), .to = SLICE("ANSWERED"), .reason = SLICE("answer"), .detail = answer}));
    return loaded.run == 0 ? resume_alert(disposition, book, loaded.alert) : strategy_answered(disposition, book, loaded.run, true);
}

Status disposition_volunteer(struct disposition *disposition, struct book *book, int64_t id, Slice answer) {
    struct alert alert;
    int64_t task;
    TRY(alert_load(book, id, &alert));
    TRY(check_answer(disposition, book, answer));
    TRY(book_count_up(book, SLICE("task"), &task));
    TRY(book_run(book, &ADD, STORE_VALUES(store_i64(task), store_i64(id), store_null(), store_text(SLICE("APP")), store_text(SLICE("customer")), store_text(alert.customer), store_text(SLICE("")),
                                          store_text(alert.branch), store_i64(book->now_us), store_i64(book->now_us), store_i64(0), store_text(SLICE("")), store_text(alert.secrecy))));
    TRY(book_run(book, &ANSWER, STORE_VALUES(store_i64(task), store_text(answer), store_i64(book->now_us), store_text(book->actor.name))));
    TRY(book_trace(book, &(struct trace){.object_kind = "task", .object = task, .from = SLICE(""), .to = SLICE("ANSWERED"), .reason = SLICE("unasked"), .detail = answer}));
    return strategies_try(disposition, book, id, TRIGGER_ANSWERED);
}
