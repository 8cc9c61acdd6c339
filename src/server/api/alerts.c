// Alerts: lists, one with all that belongs to it, and what people do with them.

#include "response/cases/cases.h"
#include "server/api/list_hits.h"

#include <inttypes.h>

// ---- lists --------------------------------------------------------------------------------------

struct listed {
    struct alert_filter filter;
    Slice list; // by whose entries models hit; empty: any
};

// A list is what the models that decide now ask.
static Status find_models(struct book *book, struct listed *listed) {
    const struct catalogue *catalogue = response_catalogue(book);
    Slice *models;
    uint32_t count;
    ENSURE(slice_empty(listed->list) || map_get(&catalogue->knowledge->lists_by_name, listed->list) != MAP_NONE,
           book_fail(book, STATUS_NOT_FOUND, "OF013", "the pack has no such list"));
    if (!slice_empty(listed->list)) {
        list_models(catalogue, listed->list, book->arena, &models, &count, &listed->filter.models);
    }
    return STATUS_OK;
}

static Status list(struct visit *visit, struct book *book) {
    struct listed *listed = visit->user;
    const struct alert_filter *filter = &listed->filter;
    struct alert_cursor next;
    char text[CURSOR_TEXT_MAX];
    TRY(find_models(book, listed));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("alerts"));
    TRY(alerts_put_json(&visit->office, book, filter, visit->json, &next));
    json_key(visit->json, SLICE("next"));
    if (next.is_given) {
        json_string(visit->json, (Slice){text, alert_cursor_put(&next, filter->by_rank, text)});
    } else {
        json_null(visit->json);
    }
    json_object_end(visit->json);
    return STATUS_OK;
}

static bool read_texts(struct visit *visit, struct alert_filter *filter) {
    const struct {
        const char *name;
        Slice *into;
    } texts[] = {{"state", &filter->state},
                 {"group", &filter->group},
                 {"family", &filter->family},
                 {"skill", &filter->skill},
                 {"owner", &filter->owner},
                 {"branch", &filter->branch},
                 {"customer", &filter->customer},
                 {"account", &filter->account},
                 {"payee", &filter->payee},
                 {"subject", &filter->subject},
                 {"strategy", &filter->strategy},
                 {"code", &filter->code},
                 {"subject_kind", &filter->subject_kind}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!visit_ask_text(visit, texts[i].name, texts[i].into)) {
            return false;
        }
    }
    return true;
}

static bool read_order(struct visit *visit, struct alert_filter *filter) {
    Slice order, after;
    if (!visit_ask_text(visit, "order", &order) || !visit_ask_text(visit, "after", &after)) {
        return false;
    }
    filter->by_rank = slice_is(order, "rank");
    if (!filter->by_rank && !slice_empty(order) && !slice_is(order, "time")) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'order' is time or rank");
        return false;
    }
    if (!slice_empty(after) && !alert_cursor_parse(after, filter->by_rank, &filter->after)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED,
                     "'after' is the `next` of the page before, in the same order");
        return false;
    }
    return true;
}

void api_get_alerts(void *context, struct http_request *request) {
    static const char *const names[] = {
        "state",   "group", "family",  "skill",        "owner",    "branch", "customer",
        "account", "payee", "subject", "subject_kind", "strategy", "code",   "severity",
        "case",    "open",  "from",    "until",        "order",    "after",  "limit",
        "list",    "masked"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    int64_t limit = LIST_USUAL;
    if (visit == NULL) {
        return;
    }
    struct listed *listed = ARENA_NEW(&visit->deed->arena, struct listed);
    struct alert_filter *filter = &listed->filter;
    *filter = (struct alert_filter){.viewer = visit->viewer, .is_blind = visit->is_blind};
    if (visit_ask_masked(visit) && read_texts(visit, filter) &&
        visit_ask_text(visit, "list", &listed->list) &&
        visit_ask_severity(visit, "severity", &filter->severity) &&
        visit_ask_number(visit, "case", 1, INT64_MAX, &filter->case_id) &&
        visit_ask_choice(visit, "open", &filter->is_open) &&
        visit_ask_moment(visit, "from", &filter->from_us) &&
        visit_ask_moment(visit, "until", &filter->until_us) &&
        visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &limit) && read_order(visit, filter)) {
        filter->count_max = (uint32_t)limit;
        visit->user = listed;
        visit_look(visit, list, "alerts", 0);
    }
}

// ---- one ----------------------------------------------------------------------------------------

static Status show(struct visit *visit, struct book *book) {
    struct looking looking = visit_looking(visit);
    return alert_put_json(&visit->office, book, &looking, visit->id, visit->json);
}

void api_get_alert(void *context, struct http_request *request) {
    struct visit *visit = visit_query_thing(context, request);
    if (visit_object(visit, "alert")) {
        visit_look(visit, show, "alert", visit->id);
    }
}

struct events {
    int64_t before, limit;
};

static Status show_events(struct visit *visit, struct book *book) {
    const struct events *events = visit->user;
    struct person eyes = {.domains = visit->viewer};
    struct alert alert;
    int64_t next;
    TRY(alert_load_seen(book, &eyes, visit->id, &alert));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("events"));
    TRY(alert_put_events(book, visit->viewer, visit->id, events->before, (uint32_t)events->limit,
                         visit->json, &next));
    put_number(visit->json, SLICE("next"), next);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_alert_events(void *context, struct http_request *request) {
    static const char *const names[] = {"after", "limit"};
    struct visit *visit = visit_query(context, request, names, 2);
    if (visit == NULL) {
        return;
    }
    struct events *events = ARENA_NEW(&visit->deed->arena, struct events);
    *events = (struct events){.limit = LIST_USUAL};
    visit->user = events;
    if (visit_object(visit, "alert") &&
        visit_ask_number(visit, "after", 1, INT64_MAX, &events->before) &&
        visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &events->limit)) {
        visit_look(visit, show_events, "alert", visit->id);
    }
}

static Status show_script(struct visit *visit, struct book *book) {
    struct person eyes = {.domains = visit->viewer};
    return alert_put_script(visit->office.disposition, book, &eyes, visit->id,
                            http_request_parameter(visit->request, SLICE("script")), visit->json);
}

void api_get_alert_script(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "alert")) {
        visit_look(visit, show_script, "alert", visit->id);
    }
}

// ---- taking -------------------------------------------------------------------------------------

static Status next(struct visit *visit, struct book *book) {
    int64_t id;
    TRY(visit_person(visit, book));
    TRY(alert_next(visit->office.disposition, book, &visit->person, &id));
    visit->object = id;
    return visit_put_alert(visit, book, id);
}

void api_post_next(void *context, struct http_request *request) {
    struct visit *visit = visit_body(context, request, NULL, 0);
    if (visit_is_person(visit)) {
        visit_change(visit, next, AUDIT_ALERT_CHANGED, "alert", 0);
    }
}

// What is done to one alert with a text or two, in the order of these.
enum { NOTE, FIRST };
struct alert_deed {
    Slice note, first;
    int64_t number;
    Status (*run)(struct visit *visit, struct book *book, const struct alert_deed *deed);
};

static Status run(struct visit *visit, struct book *book) {
    const struct alert_deed *deed = visit->user;
    TRY(visit_person(visit, book));
    TRY(deed->run(visit, book, deed));
    return visit_put_alert(visit, book, visit->id);
}

// With a note, and perhaps one more text.
static void alert_change(struct serve *serve, struct http_request *request, const char *first,
                         size_t first_max, bool is_note_needed,
                         Status (*run_it)(struct visit *visit, struct book *book,
                                          const struct alert_deed *deed)) {
    const char *const names[] = {"note", first};
    struct visit *visit = visit_body(serve, request, names, first == NULL ? 1 : 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct alert_deed *deed = ARENA_NEW(&visit->deed->arena, struct alert_deed);
    *deed = (struct alert_deed){.run = run_it};
    visit->user = deed;
    if (visit_object(visit, "alert") &&
        visit_text(visit, NOTE, "note", NOTE_TEXT_MAX, is_note_needed, &deed->note) &&
        (first == NULL || visit_text(visit, FIRST, first, first_max, true, &deed->first))) {
        visit_change(visit, run, AUDIT_ALERT_CHANGED, "alert", visit->id);
    }
}

static Status claim(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    (void)deed;
    return alert_claim(visit->office.disposition, book, &visit->person, visit->id);
}

void api_post_claim(void *context, struct http_request *request) {
    alert_change(context, request, NULL, 0, false, claim);
}

// The other one sees what his roles open now.
static Status bring_up_to_date(struct visit *visit, struct book *book, Slice name) {
    struct person person;
    ScopeSet scopes = 0;
    bool is_user = visit_roles_of(visit, name, &scopes);
    ENSURE(is_user && (scopes & scope_bit(SCOPE_ALERTS_WORK)) != 0,
           book_fail(book, STATUS_INVALID, "OF005", "'%.*s' is no user who works on alerts",
                     SLICE_ARGS(name)));
    TRY(person_load(book, name, &person));
    int64_t domains = clearance_of(scopes);
    if (person.domains == domains) {
        return STATUS_OK;
    }
    person.domains = domains;
    return person_keep(book, &person);
}

static Status hand_over(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    TRY(bring_up_to_date(visit, book, deed->first));
    return alert_hand_over(visit->office.disposition, book, &visit->person, visit->id, deed->first,
                           deed->note);
}

void api_post_hand_over(void *context, struct http_request *request) {
    alert_change(context, request, "to", ID_TEXT_MAX, false, hand_over);
}

static Status hand_back(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_hand_back(visit->office.disposition, book, &visit->person, visit->id, deed->note);
}

void api_post_hand_back(void *context, struct http_request *request) {
    alert_change(context, request, NULL, 0, false, hand_back);
}

static Status escalate(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_escalate(visit->office.disposition, book, &visit->person, visit->id, deed->note);
}

void api_post_escalate(void *context, struct http_request *request) {
    alert_change(context, request, NULL, 0, true, escalate);
}

// ---- working ------------------------------------------------------------------------------------

static Status set_state(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    for (uint32_t i = 0; i < ALERT_STATE_COUNT; i++) {
        if (slice_is(deed->first, alert_states[i].word)) {
            return alert_set_state(visit->office.disposition, book, &visit->person, visit->id,
                                   (AlertState)i, deed->note);
        }
    }
    return book_fail(
        book, STATUS_INVALID, "OF008",
        "an alert is set to VERIFYING, WAITING_CUSTOMER, WAITING_BRANCH or WAITING_POLICE");
}

void api_post_alert_state(void *context, struct http_request *request) {
    alert_change(context, request, "state", ID_TEXT_MAX, false, set_state);
}

static Status note(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_write_note(visit->office.disposition, book, &visit->person, visit->id, deed->note);
}

void api_post_alert_note(void *context, struct http_request *request) {
    alert_change(context, request, NULL, 0, true, note);
}

static Status mark(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_mark(visit->office.disposition, book, &visit->person, visit->id, deed->first);
}

void api_post_mark(void *context, struct http_request *request) {
    alert_change(context, request, "mark", ID_TEXT_MAX, false, mark);
}

struct asking {
    Slice channel, script;
    int64_t within_s;
};

static Status ask(struct visit *visit, struct book *book) {
    const struct asking *asking = visit->user;
    struct task_filter eyes = {.viewer = visit->viewer};
    int64_t task;
    uint32_t channel = 0;
    while (channel < CONTACT_CHANNEL_COUNT &&
           !slice_is(asking->channel, contact_channel_names[channel])) {
        channel++;
    }
    ENSURE(channel < CONTACT_CHANNEL_COUNT,
           book_fail(book, STATUS_INVALID, "OF008",
                     "'%.*s' is no channel: SMS, APP, ROBOT_CALL, HUMAN_CALL ...",
                     SLICE_ARGS(asking->channel)));
    TRY(visit_person(visit, book));
    TRY(alert_ask(visit->office.disposition, book, &visit->person, visit->id,
                  (ContactChannel)channel, asking->script, asking->within_s * US_PER_SECOND,
                  &task));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("task"));
    TRY(task_put_json(book, &eyes, task, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_question(void *context, struct http_request *request) {
    enum { WITHIN_MAX_S = 30 * 86400 };
    static const char *const names[] = {"channel", "script", "within_s"};
    struct visit *visit = visit_body(context, request, names, 3);
    if (!visit_is_person(visit)) {
        return;
    }
    struct asking *asking = ARENA_NEW(&visit->deed->arena, struct asking);
    *asking = (struct asking){0};
    visit->user = asking;
    if (visit_object(visit, "alert") &&
        visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &asking->channel) &&
        visit_text(visit, 1, names[1], ID_TEXT_MAX, true, &asking->script) &&
        visit_number(visit, 2, names[2], 0, WITHIN_MAX_S, false, &asking->within_s)) {
        visit_change(visit, ask, AUDIT_ALERT_CHANGED, "alert", visit->id);
    }
}

// ---- deciding -----------------------------------------------------------------------------------

static Status decide(struct visit *visit, struct book *book) {
    struct alert_decision *decision = visit->user;
    bool needs_approval;
    TRY(visit_person(visit, book));
    if (decision->case_id != 0) {
        TRY(case_add_alert(book, visit->viewer, decision->case_id, visit->id));
    }
    TRY(alert_decide(visit->office.disposition, book, &visit->person, visit->id, decision,
                     &needs_approval));
    struct looking looking = visit_looking(visit);
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("needs_approval"), needs_approval);
    json_key(visit->json, SLICE("alert"));
    TRY(alert_put_row(&visit->office, book, &looking, visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

// False: it has answered.
static bool read_code(struct visit *visit, uint32_t member, Code *ret_code) {
    Slice text;
    if (!visit_text(visit, member, "code", ID_TEXT_MAX, true, &text)) {
        return false;
    }
    *ret_code = code_find(text);
    if (*ret_code == CODE_NONE) {
        visit_refuse(visit, API_PROBLEM_DECISION_REFUSED,
                     "'%.*s' is no disposition code; docs/disposition.md has them",
                     SLICE_ARGS(slice_part(text, 0, 32)));
        return false;
    }
    return true;
}

void api_post_decision(void *context, struct http_request *request) {
    enum { CODE, NOTE_MEMBER, CLEAR_DAYS, WEAK, CASE, MEMBERS, CLEAR_DAYS_MAX = 365 };
    static const char *const names[] = {"code", "note", "clear_days", "weak", "case"};
    struct visit *visit = visit_body(context, request, names, MEMBERS);
    if (!visit_is_person(visit) ||
        (visit_has(visit, CASE) && !visit_has_scope(visit, SCOPE_CASES_WRITE))) {
        return;
    }
    struct alert_decision *decision = ARENA_NEW(&visit->deed->arena, struct alert_decision);
    *decision = (struct alert_decision){0};
    visit->user = decision;
    if (visit_object(visit, "alert") && read_code(visit, CODE, &decision->code) &&
        visit_text(visit, NOTE_MEMBER, "note", NOTE_TEXT_MAX, true, &decision->note) &&
        visit_number(visit, CLEAR_DAYS, "clear_days", 0, CLEAR_DAYS_MAX, false,
                     &decision->clear_days) &&
        visit_number(visit, CASE, "case", 1, INT64_MAX, false, &decision->case_id) &&
        visit_flag(visit, WEAK, "weak", &decision->is_weak)) {
        visit_change(visit, decide, AUDIT_ALERT_CHANGED, "alert", visit->id);
    }
}

static Status approve(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_approve(visit->office.disposition, book, &visit->person, visit->id, deed->note);
}

void api_post_alert_approve(void *context, struct http_request *request) {
    alert_change(context, request, NULL, 0, false, approve);
}

static Status disapprove(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_disapprove(visit->office.disposition, book, &visit->person, visit->id, deed->note);
}

void api_post_alert_disapprove(void *context, struct http_request *request) {
    alert_change(context, request, NULL, 0, true, disapprove);
}

static Status reopen(struct visit *visit, struct book *book, const struct alert_deed *deed) {
    return alert_open_again(visit->office.disposition, book, &visit->person, visit->id, deed->first,
                            deed->note);
}

void api_post_reopen(void *context, struct http_request *request) {
    alert_change(context, request, "reason", ID_TEXT_MAX, true, reopen);
}

// ---- second looks -------------------------------------------------------------------------------

static Status sample(struct visit *visit, struct book *book) {
    struct person person;
    int64_t found;
    struct looking looking = visit_looking(visit);
    TRY(person_load(book, visit->actor.name, &person));
    person.domains = visit->viewer;
    TRY(sample_next(book, &person, &found));
    visit->object = found;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("alert"));
    TRY(alert_put_json(&visit->office, book, &looking, found, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_sample(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_is_person(visit)) {
        visit_look(visit, sample, "alert", 0);
    }
}

struct second_look {
    Slice note;
    Code code;
};

static Status look_again(struct visit *visit, struct book *book) {
    const struct second_look *look = visit->user;
    bool overturned;
    TRY(visit_person(visit, book));
    TRY(sample_decide(visit->office.disposition, book, &visit->person, visit->id,
                      look->code, look->note, &overturned));
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("overturned"), overturned);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_second_look(void *context, struct http_request *request) {
    static const char *const names[] = {"code", "note"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct second_look *look = ARENA_NEW(&visit->deed->arena, struct second_look);
    *look = (struct second_look){0};
    visit->user = look;
    if (visit_object(visit, "alert") &&
        read_code(visit, 0, &look->code) &&
        visit_text(visit, 1, names[1], NOTE_TEXT_MAX, true, &look->note)) {
        visit_change(visit, look_again, AUDIT_ALERT_CHANGED, "alert", visit->id);
    }
}
