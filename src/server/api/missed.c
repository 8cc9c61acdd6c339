// Missed fraud: cards of customers' reports that no alert had told of, and of decisions without a
// hit that were drawn. Somebody looks at each and says why it was missed.

#include "response/disposition/missed.h"

#include "server/api/visit.h"

static Status put_list(struct visit *visit, struct book *book, struct json_writer *json) {
    return missed_put_json(book, visit->user, json);
}

static Status list(struct visit *visit, struct book *book) {
    const struct missed_filter *filter = visit->user;
    return visit_put_page(visit, book, "missed", "id", filter->limit, put_list);
}

void api_get_missed(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "kind", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    int64_t limit = LIST_USUAL;
    if (visit == NULL) {
        return;
    }
    struct missed_filter *filter = ARENA_NEW(&visit->deed->arena, struct missed_filter);
    *filter = (struct missed_filter){0};
    visit->user = filter;
    if (visit_ask_text(visit, "state", &filter->state) &&
        visit_ask_text(visit, "kind", &filter->kind) &&
        visit_ask_number(visit, "after", 1, INT64_MAX, &filter->before) &&
        visit_ask_number(visit, "limit", 1, MISSED_PAGE_MAX, &limit)) {
        filter->limit = (uint32_t)limit;
        visit_look(visit, list, "missed", 0);
    }
}

static Status put_card(struct visit *visit, struct book *book) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("card"));
    TRY(missed_put_card(book, visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_missed_card(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "card")) {
        visit_look(visit, put_card, "missed", visit->id);
    }
}

static Status take_next(struct visit *visit, struct book *book) {
    struct missed card;
    TRY(visit_person(visit, book));
    TRY(missed_next(book, &visit->person, &card));
    visit->id = visit->object = card.id;
    return put_card(visit, book);
}

void api_post_missed_next(void *context, struct http_request *request) {
    struct visit *visit = visit_body(context, request, NULL, 0);
    if (visit_is_person(visit)) {
        visit_change(visit, take_next, AUDIT_ALERT_CHANGED, "missed", 0);
    }
}

static Status settle(struct visit *visit, struct book *book) {
    TRY(visit_person(visit, book));
    TRY(missed_close(book, &visit->person, visit->id, visit->user));
    return put_card(visit, book);
}

void api_post_missed_finding(void *context, struct http_request *request) {
    static const char *const names[] = {"finding", "model", "note"};
    struct visit *visit = visit_body(context, request, names, 3);
    Slice word;
    if (!visit_is_person(visit)) {
        return;
    }
    struct missed_finding *finding = ARENA_NEW(&visit->deed->arena, struct missed_finding);
    visit->user = finding;
    if (visit_object(visit, "card") &&
        visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &word) &&
        visit_text(visit, 1, names[1], ID_TEXT_MAX, false, &finding->model) &&
        visit_text(visit, 2, names[2], NOTE_TEXT_MAX, false, &finding->note)) {
        finding->finding = finding_find(word);
        visit_change(visit, settle, AUDIT_ALERT_CHANGED, "missed", visit->id);
    }
}
