// Strategies: their standing, and how one comes to act and stops.

#include "server/api/visit.h"

// ---- reading ------------------------------------------------------------------------------------

static Status list(struct visit *visit, struct book *book) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("strategies"));
    TRY(strategies_put_json(&visit->office, book, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status show(struct visit *visit, struct book *book) {
    return strategy_put_json(&visit->office, book, visit->viewer,
                             http_request_parameter(visit->request, SLICE("strategy")),
                             visit->json);
}

void api_get_strategies(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit->is_plain = true;
        visit_look_and_note(visit, list, "strategies", 0);
    }
}

void api_get_strategy(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit->is_plain = true;
        visit_look_and_note(visit, show, "strategies", 0);
    }
}

static Status what_if(struct visit *visit, struct book *book) {
    const struct visit_span *span = visit->user;
    struct what_if_of of = {.viewer = visit->viewer,
                            .is_blind = visit->is_blind,
                            .from_us = span->from_us,
                            .until_us = span->until_us};
    return strategy_put_what_if(&visit->office, book, &of,
                                http_request_parameter(visit->request, SLICE("strategy")),
                                visit->json);
}

void api_get_strategy_what_if(void *context, struct http_request *request) {
    struct visit *visit = visit_query_days(context, request);
    if (visit != NULL) {
        visit_look(visit, what_if, "strategies", 0);
    }
}

// ---- changing -----------------------------------------------------------------------------------

static Status find(struct visit *visit, struct book *book, const struct strategy **ret_strategy) {
    return strategy_named(&visit->office, book,
                          http_request_parameter(visit->request, SLICE("strategy")), ret_strategy);
}

static Status propose(struct visit *visit, struct book *book) {
    const struct strategy *strategy;
    TRY(find(visit, book, &strategy));
    TRY(strategy_propose(book, strategy));
    return show(visit, book);
}

static Status approve(struct visit *visit, struct book *book) {
    const struct strategy *strategy;
    TRY(find(visit, book, &strategy));
    TRY(strategy_approve(book, strategy));
    return show(visit, book);
}

static Status stop(struct visit *visit, struct book *book) {
    const Slice *note = visit->user;
    const struct strategy *strategy;
    struct strategy_record record;
    TRY(find(visit, book, &strategy));
    TRY(strategy_record(book, strategy, &record));
    ENSURE(
        record.mode == STRATEGY_ACTIVE,
        book_fail(book, STATUS_INVALID, "DP012", "'%.*s' does not act", SLICE_ARGS(strategy->id)));
    ENSURE(strategy->is_closure,
           book_fail(book, STATUS_INVALID, "DP012",
                     "'%.*s' closes nothing and acts as long as the pack has it: a release without "
                     "it ends it",
                     SLICE_ARGS(strategy->id)));
    TRY(strategy_stop_acting(visit->office.disposition, book, strategy, SLICE("person"),
                             note_of(book->arena, *note)));
    return show(visit, book);
}

static void change(struct serve *serve, struct http_request *request, bool is_note_needed,
                   VisitWork *work) {
    static const char *const names[] = {"note"};
    struct visit *visit = visit_body(serve, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    Slice *note = ARENA_NEW(&visit->deed->arena, Slice);
    visit->user = note;
    visit->is_plain = true;
    if (visit_text(visit, 0, names[0], NOTE_TEXT_MAX / 2, is_note_needed, note)) {
        visit_change_named(visit, work, AUDIT_STRATEGY_CHANGED, "strategy",
                           http_request_parameter(request, SLICE("strategy")));
    }
}

void api_post_strategy_propose(void *context, struct http_request *request) {
    change(context, request, false, propose);
}

void api_post_strategy_approve(void *context, struct http_request *request) {
    change(context, request, false, approve);
}

void api_post_strategy_stop(void *context, struct http_request *request) {
    change(context, request, true, stop);
}
