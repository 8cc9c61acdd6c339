// Proposals: what one person wants done that takes two. Another person approves or rejects it, by a
// request of his own.

#include "server/api/visit.h"

#include <inttypes.h>

#define KIND(name) (UINT32_C(1) << PROPOSAL_##name)
static const uint32_t of_controls =
    KIND(HOLD_SETTLE) | KIND(CONTROL_RELEASE) | KIND(CONTROL_STEPWISE) | KIND(APPEAL_SETTLE);
static const uint32_t of_orders = KIND(ORDER_DECIDE);
static const uint32_t of_lists = KIND(LIST_PUT) | KIND(LIST_REMOVE);
#undef KIND

static bool may(const struct visit *visit, Scope scope) {
    return identity_may(&visit->deed->act.who, scope);
}

// Of which kinds he reads.
static uint32_t kinds_of(const struct visit *visit) {
    return (may(visit, SCOPE_CONTROLS_READ) ? of_controls : 0) |
           (may(visit, SCOPE_ORDERS_READ) ? of_orders : 0) |
           (may(visit, SCOPE_KNOWLEDGE_READ) ? of_lists : 0);
}

// ---- reading ------------------------------------------------------------------------------------

static Status list(struct visit *visit, struct book *book) {
    const struct proposal_filter *filter = visit->user;
    int64_t next;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("proposals"));
    TRY(proposals_put_json(book, filter, visit->json, &next));
    put_number(visit->json, SLICE("next"), next);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_proposals(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, 3);
    int64_t limit = LIST_USUAL;
    if (visit == NULL) {
        return;
    }
    struct proposal_filter *filter = ARENA_NEW(&visit->deed->arena, struct proposal_filter);
    *filter = (struct proposal_filter){.viewer = visit->viewer, .kinds = kinds_of(visit)};
    visit->user = filter;
    if (visit_ask_text(visit, "state", &filter->state) &&
        visit_ask_number(visit, "after", 1, INT64_MAX, &filter->before) &&
        visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &limit)) {
        filter->count_max = (uint32_t)limit;
        visit_look(visit, list, "proposals", 0);
    }
}

static Status load(struct visit *visit, struct book *book, struct proposal *ret_proposal) {
    TRY(proposal_load(book, visit->viewer, visit->id, ret_proposal));
    bool is_his = (kinds_of(visit) & UINT32_C(1) << ret_proposal->kind) != 0;
    if ((of_lists & UINT32_C(1) << ret_proposal->kind) != 0) {
        visit->action = AUDIT_KNOWLEDGE_CHANGED;
    }
    return is_his ? STATUS_OK
                  : book_fail(book, STATUS_NOT_FOUND, "OF001", "there is no proposal %" PRId64,
                              visit->id);
}

static Status show(struct visit *visit, struct book *book) {
    struct proposal proposal;
    TRY(load(visit, book, &proposal));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("proposal"));
    proposal_put_json(visit->json, &proposal);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_proposal(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "proposal")) {
        visit_look(visit, show, "proposal", visit->id);
    }
}

// ---- settling -----------------------------------------------------------------------------------

// An order is approved by the other of the police desk, the rest by who approves alerts.
static Status check_second(const struct visit *visit, struct book *book,
                           const struct proposal *proposal) {
    Scope scope =
        proposal->kind == PROPOSAL_ORDER_DECIDE ? SCOPE_ORDERS_WRITE : SCOPE_ALERTS_APPROVE;
    return may(visit, scope) ? STATUS_OK
                             : book_fail(book, STATUS_INVALID, "OF011", "the scope %s is missing",
                                         scope_word(scope));
}

static Status approve(struct visit *visit, struct book *book) {
    const Slice *note = visit->user;
    struct proposal proposal;
    TRY(load(visit, book, &proposal));
    TRY(check_second(visit, book, &proposal));
    TRY(proposal_approve(&visit->office, book, visit->viewer, visit->id, *note));
    return show(visit, book);
}

static Status reject(struct visit *visit, struct book *book) {
    const Slice *note = visit->user;
    struct proposal proposal;
    TRY(load(visit, book, &proposal));
    TRY(check_second(visit, book, &proposal));
    TRY(proposal_reject(book, visit->viewer, visit->id, *note));
    return show(visit, book);
}

static Status withdraw(struct visit *visit, struct book *book) {
    const Slice *note = visit->user;
    struct proposal proposal;
    TRY(load(visit, book, &proposal));
    TRY(proposal_withdraw(book, visit->viewer, visit->id, *note));
    return show(visit, book);
}

static void settle(struct serve *serve, struct http_request *request, bool is_note_needed,
                   VisitWork *work) {
    static const char *const names[] = {"note"};
    struct visit *visit = visit_body(serve, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    Slice *note = ARENA_NEW(&visit->deed->arena, Slice);
    visit->user = note;
    if (visit_object(visit, "proposal") &&
        visit_text(visit, 0, names[0], NOTE_TEXT_MAX / 2, is_note_needed, note)) {
        visit_change(visit, work, AUDIT_CONTROL_CHANGED, "proposal", visit->id);
    }
}

void api_post_proposal_approve(void *context, struct http_request *request) {
    settle(context, request, false, approve);
}

void api_post_proposal_reject(void *context, struct http_request *request) {
    settle(context, request, true, reject);
}

void api_post_proposal_withdraw(void *context, struct http_request *request) {
    settle(context, request, false, withdraw);
}
