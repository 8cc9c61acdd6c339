// Orders of authorities, as people read them and decide on them, and reports to the police.

#include "response/cases/cases.h"
#include "server/api/listing.h"

// ---- orders -------------------------------------------------------------------------------------

static Status put_orders(struct visit *visit, struct book *book, struct json_writer *json) {
    const struct listing *listing = visit->user;
    return order_list_json(book, (OrderListing)listing->list, &listing->page, json);
}

static Status list(struct visit *visit, struct book *book) {
    const struct listing *listing = visit->user;
    return visit_put_page(visit, book, "orders", "police_order", listing->page.count_max,
                          put_orders);
}

void api_get_orders(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "account", "after", "limit", "masked"};
    static const struct list_way ways[] = {{"state", false, ORDERS_IN_STATE},
                                           {"account", false, ORDERS_OF_ACCOUNT}};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    if (!visit_ask_masked(visit)) {
        return;
    }
    struct listing *listing = listing_begin(visit, ORDERS_NEWEST);
    if (listing_page(visit, listing) && listing_way(visit, ways, 2, listing)) {
        visit_look(visit, list, "orders", 0);
    }
}

static Status show(struct visit *visit, struct book *book) {
    struct order_row row;
    TRY(order_load(book, visit->viewer, visit->id, &row));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("order"));
    order_put_json(visit->json, &row);
    json_key(visit->json, SLICE("proposal"));
    TRY(proposal_put_waiting(book, visit->viewer, "order", visit->id, visit->json));
    json_key(visit->json, SLICE("trace"));
    TRY(trace_put_json(book, "order", visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_order(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "order")) {
        visit_look(visit, show, "order", visit->id);
    }
}

static Status decide(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    int64_t proposal;
    TRY(office_decide_order(&visit->office, book, visit->viewer, visit->id, wish->executes,
                            wish->reason, &proposal));
    return show(visit, book);
}

void api_post_order_decision(void *context, struct http_request *request) {
    static const char *const names[] = {"execute", "reason"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct wish *wish = wish_begin(visit);
    if (!visit_has(visit, 0)) {
        visit_refuse_member(visit, names[0], "is missing: true or false");
    } else if (visit_object(visit, "order") &&
               visit_flag(visit, 0, names[0], &wish->executes) &&
               visit_text(visit, 1, names[1], NOTE_TEXT_MAX / 2, true, &wish->reason)) {
        visit_change(visit, decide, AUDIT_ORDER_CHANGED, "order", visit->id);
    }
}

// ---- holders of case accounts -------------------------------------------------------------------

struct verified {
    Slice customer, note;
};

static Status reverify(struct visit *visit, struct book *book) {
    const struct verified *verified = visit->user;
    TRY(order_reverified(book, visit->office.terms, verified->customer, verified->note));
    return visit_put_taken(visit);
}

void api_post_reverification(void *context, struct http_request *request) {
    static const char *const names[] = {"customer", "note"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct verified *verified = ARENA_NEW(&visit->deed->arena, struct verified);
    visit->user = verified;
    if (visit_text(visit, 0, names[0], ID_TEXT_MAX / 2, true, &verified->customer) &&
        visit_text(visit, 1, names[1], NOTE_TEXT_MAX / 2, true, &verified->note)) {
        visit_change(visit, reverify, AUDIT_ORDER_CHANGED, "reverification", 0);
    }
}

// ---- reports ------------------------------------------------------------------------------------

static Status put_reports(struct visit *visit, struct book *book, struct json_writer *json) {
    const struct listing *listing = visit->user;
    return report_list_json(book, &listing->page, json);
}

static Status list_reports(struct visit *visit, struct book *book) {
    const struct listing *listing = visit->user;
    return visit_put_page(visit, book, "reports", "report", listing->page.count_max, put_reports);
}

void api_get_reports(void *context, struct http_request *request) {
    static const char *const names[] = {"after", "limit"};
    struct visit *visit = visit_query(context, request, names, 2);
    if (visit == NULL) {
        return;
    }
    struct listing *listing = listing_begin(visit, 0);
    if (listing_page(visit, listing)) {
        visit_look(visit, list_reports, "reports", 0);
    }
}

// What it is about decides who may see it.
static Status report(struct visit *visit, struct book *book) {
    struct report report = *(struct report *)visit->user;
    struct person eyes = {.domains = visit->viewer};
    report.secrecy = SLICE("NORMAL");
    if (report.alert != 0) {
        struct alert alert;
        TRY(alert_load_seen(book, &eyes, report.alert, &alert));
        report.secrecy = alert.secrecy;
    }
    if (report.case_id != 0) { // nothing in it is more secret than the case
        TRY(case_secrecy(book, visit->viewer, report.case_id, &report.secrecy));
    }
    TRY(report_send(book, visit->office.terms, &report, &visit->id));
    visit->object = visit->id;
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("report"), visit->id);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_report(void *context, struct http_request *request) {
    enum { BODY_TEXT_MAX = 32 << 10 };
    static const char *const names[] = {"kind", "subject_kind", "subject", "alert", "body", "case"};
    struct visit *visit = visit_body(context, request, names, 6);
    Slice kind;
    if (!visit_is_person(visit)) {
        return;
    }
    struct report *made = ARENA_NEW(&visit->deed->arena, struct report);
    *made = (struct report){0};
    visit->user = made;
    if (!visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &kind) ||
        !visit_text(visit, 1, names[1], ID_TEXT_MAX / 4, true, &made->subject_kind) ||
        !visit_text(visit, 2, names[2], ID_TEXT_MAX / 2, true, &made->subject) ||
        !visit_number(visit, 3, names[3], 1, INT64_MAX, false, &made->alert) ||
        !visit_number(visit, 5, names[5], 1, INT64_MAX, false, &made->case_id) ||
        !visit_json(visit, 4, names[4], BODY_TEXT_MAX, &made->body)) {
        return;
    }
    made->kind = slice_is(kind, "CASE_REPORT") ? REPORT_CASE : REPORT_SUSPICION;
    if (!slice_is(kind, "CASE_REPORT") && !slice_is(kind, "SUSP_REPORT")) {
        visit_refuse_member(visit, names[0], "is CASE_REPORT or SUSP_REPORT");
    } else {
        visit_change(visit, report, AUDIT_REFERRAL_MADE, "report", 0);
    }
}
