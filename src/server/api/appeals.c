// Appeals: what customers say against measures. The reviewer is not who set the measure, and what
// is released takes two persons where the measure does.

#include "server/api/listing.h"

static Status put_appeals(struct visit *visit, struct book *book, struct json_writer *json) {
    const struct listing *listing = visit->user;
    return appeal_list_json(book, (AppealList)listing->list, &listing->page, json);
}

static Status list_appeals(struct visit *visit, struct book *book) {
    const struct listing *listing = visit->user;
    return visit_put_page(visit, book, "appeals", "appeal", listing->page.count_max, put_appeals);
}

void api_get_appeals(void *context, struct http_request *request) {
    static const char *const names[] = {"control", "customer", "after", "limit"};
    static const struct list_way ways[] = {{"control", true, APPEALS_OF_CONTROL},
                                           {"customer", false, APPEALS_OF_CUSTOMER}};
    struct visit *visit = visit_query(context, request, names, 4);
    if (visit == NULL) {
        return;
    }
    struct listing *listing = listing_begin(visit, APPEALS_OPEN);
    if (listing_page(visit, listing) && listing_way(visit, ways, 2, listing)) {
        visit_look(visit, list_appeals, "appeals", 0);
    }
}

static Status show_appeal(struct visit *visit, struct book *book) {
    struct appeal appeal;
    TRY(appeal_load(book, visit->viewer, visit->id, &appeal));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("appeal"));
    appeal_put_json(visit->json, &appeal);
    json_key(visit->json, SLICE("proposal"));
    TRY(proposal_put_waiting(book, visit->viewer, "appeal", visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_appeal(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "appeal")) {
        visit_look(visit, show_appeal, "appeal", visit->id);
    }
}

// Who brings it need not see the measure: he knows its number from what the customer was told. So
// he is told the number of his appeal and no more.
static Status submit(struct visit *visit, struct book *book) {
    int64_t id;
    TRY(appeal_submit(book, visit->office.terms, visit->user, &id));
    visit->object = id;
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("appeal"), id);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_appeal(void *context, struct http_request *request) {
    static const char *const names[] = {"control", "customer", "channel", "text", "documents"};
    struct visit *visit = visit_body(context, request, names, 5);
    if (visit == NULL) {
        return;
    }
    struct appeal_ask *ask = ARENA_NEW(&visit->deed->arena, struct appeal_ask);
    *ask = (struct appeal_ask){0};
    visit->user = ask;
    if (visit_number(visit, 0, names[0], 1, INT64_MAX, true, &ask->control) &&
        visit_text(visit, 1, names[1], ID_TEXT_MAX / 2, true, &ask->customer) &&
        visit_text(visit, 2, names[2], ID_TEXT_MAX / 4, true, &ask->channel) &&
        visit_text(visit, 3, names[3], NOTE_TEXT_MAX, true, &ask->text) &&
        visit_text(visit, 4, names[4], NOTE_TEXT_MAX, false, &ask->documents)) {
        visit_change(visit, submit, AUDIT_APPEAL_CHANGED, "appeal", 0);
    }
}

static Status reply(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    struct appeal appeal;
    TRY(appeal_load(book, visit->viewer, visit->id, &appeal));
    TRY(appeal_reply(book, visit->office.terms, visit->id, wish->reason));
    return show_appeal(visit, book);
}

static Status verify(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    struct appeal appeal;
    TRY(appeal_load(book, visit->viewer, visit->id, &appeal));
    TRY(appeal_verified(book, visit->office.terms, visit->id, wish->reason));
    return show_appeal(visit, book);
}

static void appeal_change(struct serve *serve, struct http_request *request, const char *member,
                          VisitWork *work) {
    struct visit *visit = visit_body(serve, request, &member, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    struct wish *wish = wish_begin(visit);
    if (visit_object(visit, "appeal") &&
        visit_text(visit, 0, member, NOTE_TEXT_MAX, true, &wish->reason)) {
        visit_change(visit, work, AUDIT_APPEAL_CHANGED, "appeal", visit->id);
    }
}

void api_post_appeal_reply(void *context, struct http_request *request) {
    appeal_change(context, request, "text", reply);
}

void api_post_appeal_verify(void *context, struct http_request *request) {
    appeal_change(context, request, "note", verify);
}

static Status settle_appeal(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    int64_t proposal;
    TRY(office_settle_appeal(&visit->office, book, visit->viewer, visit->id, wish->result,
                             wish->reason, &proposal));
    return show_appeal(visit, book);
}

static bool parse_result(Slice word, AppealResult *ret_result) {
    static const char *const words[] = {
#define X(name, word, zh, en) word,
        APPEAL_RESULTS(X)
#undef X
    };
    for (uint32_t i = APPEAL_OPEN + 1; i < APPEAL_RESULT_COUNT; i++) {
        if (slice_is(word, words[i])) {
            *ret_result = (AppealResult)i;
            return true;
        }
    }
    return false;
}

void api_post_appeal_settle(void *context, struct http_request *request) {
    static const char *const names[] = {"result", "reason"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct wish *wish = wish_begin(visit);
    if (!visit_object(visit, "appeal") ||
        !visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &wish->word) ||
        !visit_text(visit, 1, names[1], NOTE_TEXT_MAX / 2, true, &wish->reason)) {
        return;
    }
    if (!parse_result(wish->word, &wish->result)) {
        visit_refuse_member(visit, names[0], "is RELEASED, PARTLY or KEPT");
    } else {
        visit_change(visit, settle_appeal, AUDIT_APPEAL_CHANGED, "appeal", visit->id);
    }
}
