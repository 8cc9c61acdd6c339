// Held payments: lists, one, and settling it; what releases takes two persons where the alert is of
// S3 or above.

#include "server/api/listing.h"

static Status put_holds(struct visit *visit, struct book *book, struct json_writer *json) {
    const struct listing *listing = visit->user;
    return hold_list_json(book, (HoldList)listing->list, &listing->page, json);
}

static Status list_holds(struct visit *visit, struct book *book) {
    const struct listing *listing = visit->user;
    return visit_put_page(visit, book, "holds", "hold", listing->page.count_max, put_holds);
}

void api_get_holds(void *context, struct http_request *request) {
    static const char *const names[] = {"customer", "account", "alert", "list", "after", "limit"};
    static const struct list_way ways[] = {{"customer", false, HOLDS_OF_CUSTOMER},
                                           {"account", false, HOLDS_OF_ACCOUNT},
                                           {"alert", true, HOLDS_OF_ALERT}};
    struct visit *visit = visit_query(context, request, names, 6);
    Slice list;
    if (!visit_ask_text(visit, "list", &list)) {
        return;
    }
    struct listing *listing =
        listing_begin(visit, slice_is(list, "unconfirmed") ? HOLDS_UNCONFIRMED : HOLDS_OPEN);
    if (!slice_empty(list) && !slice_is(list, "open") && !slice_is(list, "unconfirmed")) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'list' is open or unconfirmed");
    } else if (listing_page(visit, listing) && listing_way(visit, ways, 3, listing)) {
        visit_look(visit, list_holds, "holds", 0);
    }
}

static Status show_hold(struct visit *visit, struct book *book) {
    struct hold hold;
    TRY(hold_load(book, visit->viewer, visit->id, &hold));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("hold"));
    hold_put_json(visit->json, &hold);
    json_key(visit->json, SLICE("proposal"));
    TRY(proposal_put_waiting(book, visit->viewer, "hold", visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_hold(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "hold")) {
        visit_look(visit, show_hold, "hold", visit->id);
    }
}

static Status settle_hold(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    int64_t proposal;
    TRY(office_settle_hold(&visit->office, book, visit->viewer, visit->id, wish->outcome,
                           wish->reason, &proposal));
    return show_hold(visit, book);
}

void api_post_hold_settle(void *context, struct http_request *request) {
    static const char *const names[] = {"outcome", "reason"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct wish *wish = wish_begin(visit);
    if (!visit_object(visit, "hold") ||
        !visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &wish->word) ||
        !visit_text(visit, 1, names[1], NOTE_TEXT_MAX / 2, true, &wish->reason)) {
        return;
    }
    if (!hold_state_parse(wish->word, &wish->outcome) || wish->outcome == HOLD_HELD) {
        visit_refuse_member(visit, names[0], "is RELEASED, REFUSED or CANCELLED");
    } else {
        visit_change(visit, settle_hold, AUDIT_CONTROL_CHANGED, "hold", visit->id);
    }
}
