#include "rehearsal/played.h"

#include "codec/json.h"

static const struct statement ALERT = {"played_alert", "SELECT a.typology_group, a.subject, a.customer, e.event_id, e.event_us, a.opened_us, a.amount, a.severity_most, a.money_here, a.is_company,"
                                                       " a.code, a.state FROM alert a JOIN evidence e ON e.sequence = a.lead WHERE a.id = ?1"};
static const struct statement EVENTS = {"played_events", "SELECT event_id FROM alert_event WHERE alert = ?1 ORDER BY sequence DESC LIMIT ?2"};
static const struct statement LISTS = {"played_lists", "SELECT lists FROM hit WHERE alert = ?1 AND lists <> '' LIMIT 1"};
static const struct statement ANSWERS = {"played_answers", "SELECT answer, channel, state FROM task WHERE alert = ?1 ORDER BY id LIMIT ?2"};

static Status load_texts(struct book *book, const struct statement *statement, StoreValues values, Slice *texts, uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, statement, values));
    while ((status = book_next(book)) == STATUS_OK) {
        texts[count++] = book_text(book, 0);
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

Status played_load(struct book *book, int64_t id, struct played_alert *ret_alert) {
    Status status;
    TRY(book_one(book, &ALERT, STORE_VALUES(store_i64(id))));
    *ret_alert = (struct played_alert){.group = book_text(book, 0), .subject = book_text(book, 1), .customer = book_text(book, 2), .lead_event = book_text(book, 3), .lead_us = book_i64(book, 4),
                                       .opened_us = book_i64(book, 5), .amount = book_i64(book, 6), .severity = book_i64(book, 7), .money_here = book_i64(book, 8) != 0,
                                       .is_company = book_i64(book, 9) != 0, .code = book_text(book, 10), .state = book_text(book, 11)};
    TRY(load_texts(book, &EVENTS, STORE_VALUES(store_i64(id), store_i64(PLAYED_EVENTS_MAX)), ret_alert->events, &ret_alert->event_count));
    status = book_one(book, &LISTS, STORE_VALUES(store_i64(id)));
    ret_alert->lists = status == STATUS_OK ? book_text(book, 0) : SLICE("");
    TRY(book_ask(book, &ANSWERS, STORE_VALUES(store_i64(id), store_i64(PLAYED_ANSWERS_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        ret_alert->was_called = ret_alert->was_called || slice_is(store_column_text(book->store, 1), "HUMAN_CALL");
        if (slice_is(store_column_text(book->store, 2), "ANSWERED")) {
            ret_alert->answers[ret_alert->answer_count++] = book_text(book, 0);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

void played_question(const struct played_alert *alert, struct question *ret_question) {
    *ret_question = (struct question){.customer = alert->customer, .group = alert->group, .event_id = alert->lead_event, .about_us = alert->lead_us, .amount = alert->amount,
                                      .number_days = -1, .device_days = -1, .is_company = alert->is_company};
}

// ---- answers, read back from what was kept ------------------------------------------------------------------------------------

static void set_text(struct answer *answer, AnswerMember member, ANSWER_TEXT *field, const struct json_node *node, struct arena *arena) {
    if (node->kind == JSON_STRING) {
        *field = arena_copy(arena, node->text).at;
        answer->said |= UINT32_C(1) << member;
    }
}

static void set_flag(struct answer *answer, AnswerMember member, ANSWER_FLAG *field, const struct json_node *node) {
    if (node->kind == JSON_TRUE || node->kind == JSON_FALSE) {
        *field = node->kind == JSON_TRUE;
        answer->said |= UINT32_C(1) << member;
    }
}

static void set_number(struct answer *answer, AnswerMember member, int32_t *field, const struct json_node *node, double times) {
    double number;
    if (json_number(node, &number)) {
        *field = (int32_t)(number * times);
        answer->said |= UINT32_C(1) << member;
    }
}

#define SET_TEXT(member, field) set_text(answer, SAID_##member, &answer->field, node, arena)
#define SET_FLAG(member, field) set_flag(answer, SAID_##member, &answer->field, node)
#define SET_SHARE(member, field) set_number(answer, SAID_##member, &answer->field, node, 1000)
#define SET_NUMBER(member, field) set_number(answer, SAID_##member, &answer->field, node, 1)

static void read_answer(struct json_reader *json, Slice text, struct arena *arena, struct answer *answer) {
    JsonTree tree;
    *answer = (struct answer){.answered = true};
    if (json_parse(json, text, &tree) != STATUS_OK) {
        return;
    }
    JSON_EACH(tree, 0, i) {
        const struct json_node *node = &tree.nodes[i];
#define MEMBER(name, field, type, zh, what)                                                                                                                                             \
    if (slice_is(node->key, #field)) {                                                                                                                                                   \
        SET_##type(name, field);                                                                                                                                                         \
    }
#include "simulation/answers/members.def"
#undef MEMBER
    }
}

void played_facts(const struct played_alert *alert, struct json_reader *json, struct arena *arena, struct answer *ret_answers, Slice alert_id, struct alert_facts *ret_facts) {
    for (uint32_t i = 0; i < alert->answer_count; i++) {
        read_answer(json, alert->answers[i], arena, &ret_answers[i]);
    }
    *ret_facts = (struct alert_facts){.alert_id = alert_id, .group = alert->group, .subject = alert->subject, .customer = alert->customer, .events = alert->events,
                                      .event_count = alert->event_count, .at_us = alert->opened_us, .severity = (uint32_t)alert->severity, .money_here = alert->money_here,
                                      .list_hit = !slice_empty(alert->lists), .answers = ret_answers, .answer_count = alert->answer_count};
}
