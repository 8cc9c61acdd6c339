// Figures of alerts, appeals, orders, cases, referrals and missed fraud, of a span of time. All of
// them are counted through the eyes of who asks.

#include "response/cases/cases.h"
#include "response/disposition/missed.h"
#include "server/api/visit.h"

#define SPAN_USUAL_US (30 * US_PER_DAY)

struct span {
    int64_t from_us, until_us;
    Slice strategy, branch;
};

static void begin(struct visit *visit, const struct span *span) {
    json_object_begin(visit->json);
    put_moment(visit->json, SLICE("from"), span->from_us);
    put_moment(visit->json, SLICE("until"), span->until_us);
    json_key(visit->json, SLICE("figures"));
}

static Status of_alerts(struct visit *visit, struct book *book) {
    const struct span *span = visit->user;
    struct figures figures;
    TRY(figures_read(book,
                     &(struct figures_of){.viewer = visit->viewer,
                                          .from_us = span->from_us,
                                          .until_us = span->until_us,
                                          .strategy = span->strategy,
                                          .branch = span->branch},
                     &figures));
    begin(visit, span);
    figures_put_json(visit->json, &figures);
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status of_appeals(struct visit *visit, struct book *book) {
    const struct span *span = visit->user;
    struct appeal_figures figures;
    TRY(appeal_figures(book, visit->office.terms, visit->viewer, span->from_us, span->until_us,
                       &figures));
    begin(visit, span);
    appeal_figures_put_json(visit->json, &figures);
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status of_orders(struct visit *visit, struct book *book) {
    const struct span *span = visit->user;
    begin(visit, span);
    TRY(order_figures_put_json(&visit->office, book, visit->viewer, span->from_us, span->until_us,
                               visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status of_cases(struct visit *visit, struct book *book) {
    const struct span *span = visit->user;
    begin(visit, span);
    TRY(cases_put_figures(book, visit->viewer, span->from_us, span->until_us, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status of_referrals(struct visit *visit, struct book *book) {
    const struct span *span = visit->user;
    struct referral_figures figures;
    TRY(referral_figures(book, visit->viewer, span->from_us, span->until_us, &figures));
    begin(visit, span);
    referral_figures_put_json(visit->json, &figures);
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status of_missed(struct visit *visit, struct book *book) {
    const struct span *span = visit->user;
    struct missed_figures figures;
    TRY(missed_figures(book, span->from_us, span->until_us, &figures));
    begin(visit, span);
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("reports"), figures.reports);
    json_key_i64(visit->json, SLICE("reports_open"), figures.reports_open);
    json_key_i64(visit->json, SLICE("fraud"), figures.fraud);
    json_key_i64(visit->json, SLICE("samples"), figures.samples);
    json_key_i64(visit->json, SLICE("samples_fraud"), figures.samples_fraud);
    json_object_end(visit->json);
    json_object_end(visit->json);
    return STATUS_OK;
}

// Without a span, of the last thirty days.
static void ask(struct serve *serve, struct http_request *request, bool by_strategy,
                VisitWork *work) {
    static const char *const names[] = {"from", "until", "strategy", "branch"};
    struct visit *visit = visit_query(serve, request, names, by_strategy ? 4 : 2);
    if (visit == NULL) {
        return;
    }
    struct span *span = ARENA_NEW(&visit->deed->arena, struct span);
    *span = (struct span){.from_us = -1, .until_us = visit->deed->act.now_us};
    visit->user = span;
    visit->is_plain = true;
    if (!visit_ask_moment(visit, "from", &span->from_us) ||
        !visit_ask_moment(visit, "until", &span->until_us) ||
        !visit_ask_text(visit, "strategy", &span->strategy) ||
        !visit_ask_text(visit, "branch", &span->branch)) {
        return;
    }
    span->from_us = span->from_us < 0 ? span->until_us - SPAN_USUAL_US : span->from_us;
    if (span->from_us >= span->until_us) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'from' is before 'until'");
    } else {
        visit_look(visit, work, "figures", 0);
    }
}

void api_get_figures(void *context, struct http_request *request) {
    ask(context, request, true, of_alerts);
}

void api_get_appeal_figures(void *context, struct http_request *request) {
    ask(context, request, false, of_appeals);
}

void api_get_order_figures(void *context, struct http_request *request) {
    ask(context, request, false, of_orders);
}

void api_get_case_figures(void *context, struct http_request *request) {
    ask(context, request, false, of_cases);
}

void api_get_referral_figures(void *context, struct http_request *request) {
    ask(context, request, false, of_referrals);
}

void api_get_missed_figures(void *context, struct http_request *request) {
    ask(context, request, false, of_missed);
}
