#include "rehearsal/contact.h"

#include "base/hash.h"
#include "codec/json.h"
#include "http/http.h"
#include "os/clock.h"
#include "os/memory.h"
#include "os/thread.h"
#include "rehearsal/parts.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_SIZE_MAX = 256 << 10, QUEUE_MAX = 4096, KNOWN_MAX = 1 << 16, GONE_MS = 1000 };
#define TOLERANCE_US (5 * US_PER_MINUTE)

// A question on its way from the thread that listens to the one that answers.
struct asked {
    int64_t task, alert_us, amount;
    uint32_t attempt;
    AskChannel channel;
    Slice customer, group, script, event_id; // in `texts`
    char texts[4 * TRUTH_NAME_MAX];
};

struct contact {
    struct contact_options options;
    struct http_server *server;
    struct http_route route;
    struct queue *asked;
    struct json_reader *json;
    uint64_t known[KNOWN_MAX]; // hashes of the ids of messages that came; an older one makes room
    uint64_t refused;          // the listening thread's
    struct plans due;
    struct contact_counts counts;
};

// ---- listening --------------------------------------------------------------------------------------------------------------

static Slice header(const struct http_request *request, Slice name) {
    Slice value;
    return http_request_header(request, name, &value) ? value : SLICE("");
}

static Slice keep(struct asked *asked, uint32_t number, Slice text) {
    char *at = asked->texts + (size_t)number * TRUTH_NAME_MAX;
    size_t size = text.size < TRUTH_NAME_MAX ? text.size : 0; // no name is so long
    memcpy(at, text.at, size);
    return (Slice){at, size};
}

// NULL: it is something else than a question.
static struct asked *read_question(JsonTree tree, uint32_t data) {
    struct asked *asked = memory_alloc(sizeof *asked);
    asked->task = told_number(tree, data, "task");
    asked->alert_us = told_number(tree, data, "asked_us");
    asked->amount = told_number(tree, data, "amount");
    asked->attempt = (uint32_t)told_number(tree, data, "attempt");
    asked->customer = keep(asked, 0, told_text(tree, data, "customer"));
    asked->group = keep(asked, 1, told_text(tree, data, "group"));
    asked->script = keep(asked, 2, told_text(tree, data, "script"));
    asked->event_id = keep(asked, 3, told_text(tree, data, "event_id"));
    if (asked->task <= 0 || asked->alert_us <= 0 || !ask_channel_find(told_text(tree, data, "channel"), &asked->channel)) {
        free(asked);
        return NULL;
    }
    return asked;
}

// Whether a message comes for the first time.
static bool is_new(struct contact *contact, Slice id) {
    uint64_t hash = hash64(id, 0) | 1;
    uint64_t *place = &contact->known[hash % KNOWN_MAX];
    bool is_known = *place == hash;
    *place = hash;
    return !is_known;
}

static void refuse(struct contact *contact, struct http_request *request, uint16_t status, Slice code, const char *why) {
    contact->refused++;
    http_reply_problem(request, status, code, "%s", why);
}

static void take_message(void *context, struct http_request *request) {
    struct contact *contact = context;
    Slice body = http_request_body(request);
    struct webhook_headers headers = {header(request, SLICE("webhook-id")), header(request, SLICE("webhook-timestamp")), header(request, SLICE("webhook-signature"))};
    WebhookVerdict verdict = webhook_verify(contact->options.secrets, contact->options.secret_count, &headers, body, clock_wall_us(), TOLERANCE_US);
    JsonTree tree;
    if (verdict != WEBHOOK_GENUINE) {
        refuse(contact, request, 401, SLICE("not_genuine"), webhook_verdict_text(verdict));
        return;
    }
    uint32_t data = json_parse(contact->json, body, &tree) == STATUS_OK ? json_member(tree, 0, SLICE("data")) : JSON_NONE;
    if (data == JSON_NONE || tree.nodes[data].kind != JSON_OBJECT) {
        refuse(contact, request, 422, SLICE("not_understood"), "the body is an object with a member 'data'");
        return;
    }
    if (slice_is(told_text(tree, 0, "type"), "task.asked") && is_new(contact, headers.id)) {
        struct asked *asked = read_question(tree, data);
        if (asked != NULL && !queue_push(contact->asked, asked)) {
            free(asked);
        }
    }
    http_reply(request, &(struct http_reply){.status = 204});
}

Status contact_start(const struct contact_options *options, struct arena *arena, struct contact **ret_contact, struct diag *diag) {
    struct contact *contact = memory_alloc(sizeof *contact);
    contact->options = *options;
    contact->asked = queue_create(QUEUE_MAX);
    contact->json = json_reader_create(BODY_SIZE_MAX, JSON_DEPTH_MAX);
    contact->route = (struct http_route){.method = HTTP_POST, .pattern = "/{rest...}", .body_max = BODY_SIZE_MAX, .content_types = "application/json", .handler = take_message};
    struct http_options http = {.address = options->address, .port = options->port};
    Status status = http_server_start(&http, &contact->route, 1, contact, arena, &contact->server, diag);
    if (status != STATUS_OK) {
        contact_stop(contact);
        return status;
    }
    *ret_contact = contact;
    return STATUS_OK;
}

uint16_t contact_port(const struct contact *contact) {
    return http_server_port(contact->server);
}

void contact_stop(struct contact *contact) {
    if (contact == NULL) {
        return;
    }
    queue_close(contact->asked);
    if (contact->server != NULL) {
        http_server_stop(contact->server, GONE_MS);
        http_server_destroy(contact->server);
    }
    for (struct asked *asked; (asked = queue_pop(contact->asked)) != NULL;) {
        free(asked);
    }
    queue_destroy(contact->asked);
    json_reader_destroy(contact->json);
    plan_deinit(&contact->due);
    free(contact);
}

// ---- answering --------------------------------------------------------------------------------------------------------------

// The customer is asked at the moment of the payment: the response asks within seconds, and a stream that is played again has its own time.
static void answer(struct contact *contact, const struct asked *asked) {
    struct question question = {.customer = asked->customer, .channel = asked->channel, .script = asked->script, .group = asked->group, .event_id = asked->event_id, .about_us = asked->alert_us, .asked_us = asked->alert_us,
                                .amount = asked->amount, .attempt = asked->attempt, .number_days = -1, .device_days = -1};
    struct answer said;
    contact->counts.asked++;
    answer_of(contact->options.truth, &question, contact->options.seed, &said);
    if (said.answered) {
        int64_t takes_us = (said.answered_us - question.asked_us) / contact->options.hurry;
        plan_add(&contact->due, &(struct planned){.at_us = clock_wall_us() + takes_us, .kind = PLANNED_ANSWER, .object = asked->task, .text = contact_words(&said)});
    }
}

bool contact_next(struct contact *contact, uint32_t timeout_ms, struct contact_answer *ret_answer) {
    struct planned planned;
    int64_t wait_us = plan_next(&contact->due) - clock_wall_us(), most_us = (int64_t)timeout_ms * US_PER_MS;
    wait_us = wait_us < 0 ? 0 : wait_us > most_us ? most_us : wait_us;
    struct asked *asked = queue_pop_within(contact->asked, (uint32_t)(wait_us / US_PER_MS));
    if (asked != NULL) {
        answer(contact, asked);
        free(asked);
    }
    if (!plan_take(&contact->due, clock_wall_us(), &planned)) {
        return false;
    }
    contact->counts.answered++;
    *ret_answer = (struct contact_answer){planned.object, planned.text};
    return true;
}

struct contact_counts contact_counts(const struct contact *contact) {
    return contact->counts;
}
