// Who is on duty, and what waits.

#include "response/office/parts.h"

static const struct statement DESKS = {
    "office_desks",
    "SELECT d.person, d.skills, d.level, d.domains, d.branch, d.on_duty, d.changed_us, "
    "d.changed_by, (SELECT COUNT(*) FROM seen_alert a WHERE a.viewer = ?1 AND a.owner = d.person"
    " AND a.is_open = 1) FROM desk d ORDER BY d.person"};
static const struct statement WAITING = {
    "office_waiting",
    "SELECT skill, level, severity, COUNT(*), MIN(queued_us), CAST(COALESCE(SUM(CASE WHEN "
    "decide_us < ?2 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM seen_alert"
    " WHERE viewer = ?1 AND is_waiting = 1 AND is_open = 1 GROUP BY skill, level, severity ORDER "
    "BY severity DESC, "
    "level DESC, skill"};
// By an expression, since SQLite would else read all alerts by the index of states.
static const struct statement OPEN = {
    "office_open",
    "SELECT state || '', COUNT(*), CAST(COALESCE(SUM(CASE WHEN decide_us < ?2 THEN 1 ELSE 0 END), "
    "0) AS "
    "BIGINT) FROM seen_alert WHERE viewer = ?1 AND is_open = 1 GROUP BY state || '' ORDER BY 1"};
// What else waits for somebody.
static const struct {
    const char *key;
    struct statement statement;
} others[] = {
    {"to_approve",
     {"office_to_approve",
      "SELECT COUNT(*) FROM seen_alert WHERE viewer = ?1 AND approval = 'ASKED'"}},
    {"second_looks",
     {"office_second_looks", "SELECT COUNT(*) FROM sample s JOIN seen_alert a ON a.id = s.alert "
                             "AND a.viewer = ?1 WHERE s.second = ''"}},
    {"tasks",
     {"office_open_tasks", "SELECT COUNT(*) FROM seen_task WHERE viewer = ?1 AND state = 'ASKED'"}},
    {"holds",
     {"office_open_holds", "SELECT COUNT(*) FROM seen_hold WHERE viewer = ?1 AND state = 'HELD'"}},
    {"proposals",
     {"office_open_proposals",
      "SELECT COUNT(*) FROM seen_proposal WHERE viewer = ?1 AND state = 'WAITING'"}},
    {"appeals",
     {"office_open_appeals", "SELECT COUNT(*) FROM seen_appeal WHERE viewer = ?1 AND result = ''"}},
};

static void put_domains(struct json_writer *json, int64_t domains) {
    json_key(json, SLICE("domains"));
    json_array_begin(json);
    if ((domains & CLEARANCE_AML) != 0) {
        json_string(json, SLICE("AML"));
    }
    if ((domains & CLEARANCE_INSIDER) != 0) {
        json_string(json, SLICE("INSIDER"));
    }
    json_array_end(json);
}

static void put_person(struct json_writer *json, const struct person *person) {
    json_key_string(json, SLICE("person"), person->name);
    put_words(json, "skills", person->skills);
    json_key_i64(json, SLICE("level"), person->level);
    put_domains(json, person->domains);
    put_text(json, SLICE("branch"), person->branch);
    json_key_bool(json, SLICE("on_duty"), person->on_duty);
}

void person_put_json(struct json_writer *json, const struct person *person) {
    json_object_begin(json);
    put_person(json, person);
    json_object_end(json);
}

Status desks_put_json(struct book *book, int64_t viewer, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &DESKS, STORE_VALUES(store_i64(viewer))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        struct person person = {.name = store_column_text(book->store, 0),
                                .skills = store_column_text(book->store, 1),
                                .level = book_i64(book, 2),
                                .domains = book_i64(book, 3),
                                .branch = store_column_text(book->store, 4),
                                .on_duty = book_i64(book, 5) != 0};
        json_object_begin(json);
        put_person(json, &person);
        put_moment(json, SLICE("changed"), book_i64(book, 6));
        json_key_string(json, SLICE("changed_by"), store_column_text(book->store, 7));
        json_key_i64(json, SLICE("in_hand"), book_i64(book, 8));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_waiting(struct book *book, int64_t viewer, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &WAITING, STORE_VALUES(store_i64(viewer), store_i64(book->now_us))));
    json_key(json, SLICE("waiting"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_string(json, SLICE("skill"), store_column_text(book->store, 0));
        json_key_i64(json, SLICE("level"), book_i64(book, 1));
        put_severity(json, "severity", book_i64(book, 2));
        json_key_i64(json, SLICE("alerts"), book_i64(book, 3));
        put_moment(json, SLICE("oldest"), book_i64(book, 4));
        json_key_i64(json, SLICE("overdue"), book_i64(book, 5));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

static Status put_open(struct book *book, int64_t viewer, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &OPEN, STORE_VALUES(store_i64(viewer), store_i64(book->now_us))));
    json_key(json, SLICE("open"));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_string(json, SLICE("state"), store_column_text(book->store, 0));
        json_key_i64(json, SLICE("alerts"), book_i64(book, 1));
        json_key_i64(json, SLICE("overdue"), book_i64(book, 2));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

Status queues_put_json(struct book *book, int64_t viewer, struct json_writer *json) {
    json_object_begin(json);
    put_moment(json, SLICE("at"), book->now_us);
    TRY(put_waiting(book, viewer, json));
    TRY(put_open(book, viewer, json));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        int64_t count;
        TRY(book_number(book, &others[i].statement, STORE_VALUES(store_i64(viewer)), &count));
        json_key_i64(json, slice_of(others[i].key), count);
    }
    json_object_end(json);
    return STATUS_OK;
}
