// Signed messages of other systems: {"type": "task.answered", "timestamp": ..., "data": {...}},
// signed as Standard Webhooks 1.0.0 says with the secret of their endpoint. Their id is their
// Idempotency-Key: one that comes again is answered the same, and nothing is done.

#include "server/api/brought.h"
#include "webhook/webhook.h"

static const struct {
    ResponseEndpoint endpoint;
    const char *type;
    const struct brought *brought;
} types[] = {
    {RESPONSE_ENDPOINT_contact, "task.answered", &brought_answer},
    {RESPONSE_ENDPOINT_core, "object.confirmed", &brought_confirmation},
    {RESPONSE_ENDPOINT_police, "order.given", &brought_order},
    {RESPONSE_ENDPOINT_core, "referral.data", &brought_referral_data},
    {RESPONSE_ENDPOINT_police, "report.received", &brought_receipt},
    {RESPONSE_ENDPOINT_police, "referral.received", &brought_referral_receipt},
    {RESPONSE_ENDPOINT_police, "referral.told", &brought_referral_news},
};

static bool find_endpoint(Slice name, ResponseEndpoint *ret_endpoint) {
    static const ResponseEndpoint who[] = {RESPONSE_ENDPOINT_contact, RESPONSE_ENDPOINT_core,
                                           RESPONSE_ENDPOINT_police};
    static const char *const words[] = {"contact", "core", "police"};
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
        if (slice_is(name, words[i])) {
            *ret_endpoint = who[i];
            return true;
        }
    }
    return false;
}

static Slice header(struct http_request *request, const char *name) {
    Slice value = SLICE("");
    (void)http_request_header(request, slice_of(name), &value);
    return value;
}

// Nobody is told whether an endpoint has a secret, or what of a signature was wrong.
static bool is_genuine(struct serve *serve, struct http_request *request, ResponseEndpoint endpoint,
                       int64_t now_us) {
    struct webhook_headers headers = {.id = header(request, "webhook-id"),
                                      .timestamp = header(request, "webhook-timestamp"),
                                      .signature = header(request, "webhook-signature")};
    if (response_verify(serve->options.response, endpoint, &headers, http_request_body(request),
                        now_us) == WEBHOOK_GENUINE) {
        return true;
    }
    gate_count(serve->options.gate, slice_of(problem_of(API_PROBLEM_SIGNATURE_REFUSED)->code));
    api_refuse(request, API_PROBLEM_SIGNATURE_REFUSED, "%s", "");
    return false;
}

static void take(struct visit *visit, ResponseEndpoint endpoint, Slice type) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct brought *brought = types[i].brought;
        if (types[i].endpoint != endpoint || !slice_is(type, types[i].type)) {
            continue;
        }
        if (visit_enter(visit, 2, "data", brought->names, brought->count) && brought->read(visit)) {
            visit_change(visit, brought->work, brought->action, brought->kind, visit->object);
        }
        return;
    }
    visit_refuse(visit, API_PROBLEM_BODY_REFUSED,
                 "'type' is task.answered of contact, object.confirmed of core, order.given or "
                 "report.received of police");
}

void api_post_webhook(void *context, struct http_request *request) {
    static const char *const names[] = {"type", "timestamp", "data"};
    struct serve *serve = context;
    ResponseEndpoint endpoint;
    Slice name = http_request_parameter(request, SLICE("endpoint"));
    Slice type;
    struct access_act act = gate_act(request);
    if (serve->options.response == NULL || serve->options.gate == NULL) {
        api_refuse(request, API_PROBLEM_RESPONSE_OFF, "%s", "");
        return;
    }
    if (!api_query_is_known(request, NULL, 0)) {
        return;
    }
    if (!find_endpoint(name, &endpoint)) {
        api_refuse(request, API_PROBLEM_ENDPOINT_UNKNOWN, "%s", "");
        return;
    }
    if (!is_genuine(serve, request, endpoint, act.now_us)) {
        return;
    }
    struct visit *visit = visit_body(serve, request, names, 3);
    if (visit != NULL) {
        visit_stands_for(visit, name, header(request, "webhook-id"));
        if (visit_text(visit, 0, "type", ID_TEXT_MAX, true, &type)) {
            take(visit, endpoint, type);
        }
    }
}
