// Cases: lists, one with what it holds, opening, fields, states. What is put into them:
// case_contents.c; gangs and the ways of money: gangs.c, flows.c.

#include "response/cases/cases.h"

#include "server/api/visit.h"

#include <inttypes.h>

enum { CURSOR_SIZE = 48, LINES_MAX = 2000 };

// ---- lists --------------------------------------------------------------------------------------

// "opened.id", in microseconds.
static bool read_cursor(struct visit *visit, struct case_filter *filter) {
    Slice text;
    if (!visit_ask_text(visit, "after", &text)) {
        return false;
    }
    size_t dot = slice_find_byte(text, '.', 0);
    bool is_fine = slice_empty(text) ||
                   (dot < text.size && slice_to_i64(slice_part(text, 0, dot), &filter->before_us) &&
                    slice_to_i64(slice_part(text, dot + 1, SIZE_MAX), &filter->before_id) &&
                    filter->before_us > 0 && filter->before_id > 0);
    if (!is_fine) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'after' is the `next` of the page before");
    }
    return is_fine;
}

static Status list(struct visit *visit, struct book *book) {
    const struct case_filter *filter = visit->user;
    char cursor[CURSOR_SIZE];
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("cases"));
    size_t begin = visit->body->size;
    TRY(cases_put_json(book, visit->viewer, filter, visit->json));
    int64_t id = visit_last_of(visit, begin, "id", filter->rows_max);
    int64_t opened_us = visit_last_of(visit, begin, "opened_us", filter->rows_max);
    json_key(visit->json, SLICE("next"));
    if (id == 0) {
        json_null(visit->json);
    } else {
        int size = snprintf(cursor, sizeof cursor, "%" PRId64 ".%" PRId64, opened_us, id);
        json_string(visit->json, (Slice){cursor, (size_t)size});
    }
    json_object_end(visit->json);
    return STATUS_OK;
}

static bool read_texts(struct visit *visit, struct case_filter *filter) {
    const struct {
        const char *name;
        Slice *into;
    } texts[] = {{"state", &filter->state},    {"type", &filter->type},
                 {"level", &filter->level},    {"owner", &filter->owner},
                 {"team", &filter->team},      {"branch", &filter->branch},
                 {"source", &filter->source},  {"secrecy", &filter->secrecy},
                 {"text", &filter->text},      {"subject_kind", &filter->subject_kind},
                 {"subject", &filter->subject}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!visit_ask_text(visit, texts[i].name, texts[i].into)) {
            return false;
        }
    }
    if (slice_empty(filter->subject) != slice_empty(filter->subject_kind)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'subject' goes with 'subject_kind'");
        return false;
    }
    return true;
}

void api_get_cases(void *context, struct http_request *request) {
    static const char *const names[] = {
        "state", "type",         "level",   "owner", "team", "branch", "source", "secrecy",
        "text",  "subject_kind", "subject", "open",  "from", "until",  "after",  "limit"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    int64_t limit = LIST_USUAL;
    Choice open = CHOICE_ANY;
    if (visit == NULL) {
        return;
    }
    struct case_filter *filter = ARENA_NEW(&visit->deed->arena, struct case_filter);
    *filter = (struct case_filter){0};
    visit->user = filter;
    if (read_texts(visit, filter) && visit_ask_choice(visit, "open", &open) &&
        visit_ask_moment(visit, "from", &filter->from_us) &&
        visit_ask_moment(visit, "until", &filter->until_us) &&
        visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &limit) &&
        read_cursor(visit, filter)) {
        filter->rows_max = (uint32_t)limit;
        filter->only_open = open == CHOICE_YES;
        visit_look(visit, list, "cases", 0);
    }
}

// ---- one ----------------------------------------------------------------------------------------

static Status put_case(struct visit *visit, struct book *book) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("case"));
    TRY(case_put_json(book, visit->viewer, visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_case(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "case")) {
        visit_look(visit, put_case, "case", visit->id);
    }
}

struct part {
    int64_t after, limit;
};

static Status put_transactions(struct visit *visit, struct book *book, struct json_writer *json) {
    const struct part *part = visit->user;
    return case_put_transactions(book, visit->viewer, visit->id, part->after, (uint32_t)part->limit,
                                 json);
}

static Status list_transactions(struct visit *visit, struct book *book) {
    const struct part *part = visit->user;
    return visit_put_page(visit, book, "transactions", "number", (uint32_t)part->limit,
                          put_transactions);
}

void api_get_case_transactions(void *context, struct http_request *request) {
    enum { TRANSACTIONS_MAX = 1000 };
    static const char *const names[] = {"after", "limit"};
    struct visit *visit = visit_query(context, request, names, 2);
    if (visit == NULL) {
        return;
    }
    struct part *part = ARENA_NEW(&visit->deed->arena, struct part);
    *part = (struct part){.limit = LIST_USUAL};
    visit->user = part;
    if (visit_object(visit, "case") &&
        visit_ask_number(visit, "after", 1, INT64_MAX, &part->after) &&
        visit_ask_number(visit, "limit", 1, TRANSACTIONS_MAX, &part->limit)) {
        visit_look(visit, list_transactions, "case", visit->id);
    }
}

static Status put_timeline(struct visit *visit, struct book *book) {
    return case_put_timeline(book, visit->viewer, visit->id, visit->user, visit->json);
}

void api_get_case_timeline(void *context, struct http_request *request) {
    static const char *const names[] = {"after_us", "after_source", "after_object", "after_what",
                                        "limit"};
    struct visit *visit = visit_query(context, request, names, 5);
    int64_t limit = 0;
    if (visit == NULL) {
        return;
    }
    struct case_page *page = ARENA_NEW(&visit->deed->arena, struct case_page);
    *page = (struct case_page){0};
    visit->user = page;
    if (visit_object(visit, "case") &&
        visit_ask_number(visit, names[0], 0, INT64_MAX, &page->after_us) &&
        visit_ask_text(visit, names[1], &page->after_source) &&
        visit_ask_number(visit, names[2], 0, INT64_MAX, &page->after_object) &&
        visit_ask_text(visit, names[3], &page->after_what) &&
        visit_ask_number(visit, names[4], 1, LINES_MAX, &limit)) {
        page->rows_max = (uint32_t)limit;
        visit_look(visit, put_timeline, "case", visit->id);
    }
}

// What was changed is an answer here, and no mistake of who asks.
static Status put_verification(struct visit *visit, struct book *book) {
    uint32_t count = 0;
    Status status = case_verify(book, visit->viewer, visit->id, &count);
    bool is_changed = status == STATUS_INVALID && (strcmp(book->diag->code, "CA008") == 0 ||
                                                   strcmp(book->diag->code, "CA009") == 0);
    ENSURE(status == STATUS_OK || is_changed, status);
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("whole"), !is_changed);
    json_key(visit->json, SLICE("problem"));
    if (is_changed) {
        json_string(visit->json, book->diag->message);
    } else {
        json_null(visit->json);
    }
    json_key_i64(visit->json, SLICE("verified"), count);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_case_verification(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "case")) {
        visit->is_plain = true;
        visit_look(visit, put_verification, "case", visit->id);
    }
}

// ---- opening, fields, states --------------------------------------------------------------------

static Status open_case(struct visit *visit, struct book *book) {
    TRY(case_open(book, visit->viewer, visit->user, &visit->id));
    visit->object = visit->id;
    return put_case(visit, book);
}

static bool read_alerts(struct visit *visit, uint32_t member, struct case_plan *plan) {
    JsonTree tree = visit->deed->tree;
    uint32_t list = visit->deed->found[member];
    if (list == JSON_NONE) {
        return true;
    }
    bool is_fine = tree.nodes[list].kind == JSON_ARRAY && tree.nodes[list].count <= CASE_ALERTS_MAX;
    int64_t *alerts =
        ARENA_ARRAY(&visit->deed->arena, int64_t, is_fine ? tree.nodes[list].count + (size_t)1 : 1);
    JSON_EACH(tree, list, i) {
        is_fine = is_fine && tree.nodes[i].kind == JSON_INT && tree.nodes[i].i64 > 0;
        if (is_fine) {
            alerts[plan->alert_count++] = tree.nodes[i].i64;
        }
    }
    plan->alerts = alerts;
    if (!is_fine) {
        visit_refuse_member(visit, "alerts", "is a list of up to 1,000 numbers of alerts");
    }
    return is_fine;
}

void api_post_case(void *context, struct http_request *request) {
    static const char *const names[] = {"title",   "type",  "level",          "source",
                                        "secrecy", "owner", "team",           "branch",
                                        "summary", "modus", "police_case_no", "alerts"};
    enum { ALERTS = sizeof names / sizeof names[0] - 1, SUMMARY = 8 };
    struct visit *visit = visit_body(context, request, names, ALERTS + 1);
    if (!visit_is_person(visit)) {
        return;
    }
    struct case_plan *plan = ARENA_NEW(&visit->deed->arena, struct case_plan);
    *plan = (struct case_plan){0};
    visit->user = plan;
    Slice *const into[] = {&plan->title,   &plan->type,  &plan->level,         &plan->source,
                           &plan->secrecy, &plan->owner, &plan->team,          &plan->branch,
                           &plan->summary, &plan->modus, &plan->police_case_no};
    for (uint32_t i = 0; i < ALERTS; i++) {
        if (!visit_text(visit, i, names[i], i == SUMMARY ? CASE_TEXT_MAX : ID_TEXT_MAX, i < 2,
                        into[i])) {
            return;
        }
    }
    if (read_alerts(visit, ALERTS, plan)) {
        plan->owner = slice_empty(plan->owner) ? visit->actor.name : plan->owner;
        visit_change(visit, open_case, AUDIT_CASE_CHANGED, "case", 0);
    }
}

static const char *const fields[] = {"title", "type",           "level",    "secrecy",
                                     "owner", "team",           "branch",   "summary",
                                     "modus", "police_case_no", "decision", "lessons"};
enum { FIELDS = sizeof fields / sizeof fields[0] };

struct changes {
    bool is_given[FIELDS];
    Slice value[FIELDS];
};

static Status set_fields(struct visit *visit, struct book *book) {
    const struct changes *changes = visit->user;
    for (uint32_t i = 0; i < FIELDS; i++) {
        CaseField field;
        INVARIANT(case_field_parse(slice_of(fields[i]), &field));
        if (changes->is_given[i]) {
            TRY(case_set(book, visit->viewer, visit->id, field, changes->value[i]));
        }
    }
    return put_case(visit, book);
}

void api_post_case_fields(void *context, struct http_request *request) {
    struct visit *visit = visit_body(context, request, fields, FIELDS);
    bool is_any = false;
    if (!visit_is_person(visit)) {
        return;
    }
    struct changes *changes = ARENA_NEW(&visit->deed->arena, struct changes);
    *changes = (struct changes){0};
    visit->user = changes;
    if (!visit_object(visit, "case")) {
        return;
    }
    for (uint32_t i = 0; i < FIELDS; i++) {
        changes->is_given[i] = visit_has(visit, i);
        is_any = is_any || changes->is_given[i];
        if (!visit_text(visit, i, fields[i], CASE_TEXT_MAX, false, &changes->value[i])) {
            return;
        }
    }
    if (is_any) {
        visit_change(visit, set_fields, AUDIT_CASE_CHANGED, "case", visit->id);
    } else {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED, "no field is named");
    }
}

struct move {
    Slice state, reason;
};

// With a case its alerts are closed that were decided into it.
static Status move_case(struct visit *visit, struct book *book) {
    const struct move *move = visit->user;
    TRY(case_move(book, visit->viewer, visit->id, move->state, move->reason));
    if (slice_is(move->state, "CLOSED")) {
        TRY(alerts_of_case_closed(visit->office.disposition, book, visit->id));
    }
    return put_case(visit, book);
}

void api_post_case_state(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "reason"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct move *move = ARENA_NEW(&visit->deed->arena, struct move);
    visit->user = move;
    if (visit_object(visit, "case") &&
        visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &move->state) &&
        visit_text(visit, 1, names[1], NOTE_TEXT_MAX / 2, false, &move->reason)) {
        visit_change(visit, move_case, AUDIT_CASE_CHANGED, "case", visit->id);
    }
}
