// Labels: what became of an event. Several are kept of one event, and the newest holds. A label goes into the journal in one form, whatever its
// sender's looked like, with its members in this order, so that who reads the journal finds the event's id at its beginning:
//
//     {"event_id":"e1","label":"CONFIRMED_FRAUD","at":1795420800000,"by":"...","source":"...","note":"...","amount_lost":123,"case_id":"..."}

#include "server/api/api.h"

#include "base/time.h"
#include "os/clock.h"

#include <stdlib.h>

enum { EVENT_ID_MAX = 1024, TEXT_MAX = 4096, LABEL_MAX = 64 << 10 };

static const char *const labels[] = {
#define LABEL(name, text, zh, counts) #name,
#include "server/api/labels.def"
#undef LABEL
};

enum { EVENT_ID, LABEL_NAME, AT, BY, SOURCE, NOTE, AMOUNT_LOST, CASE_ID, MEMBERS };
static const char *const members[] = {"event_id", "label", "at", "by", "source", "note", "amount_lost", "case_id"};

struct feedback {
    struct json_reader *json;
    char who[256]; // who sends it, where the label does not say
    size_t who_size;
};

static bool refuse(struct buf *reason, uint32_t member, const char *what) {
    buf_printf(reason, "'%s' %s", members[member], what);
    return false;
}

static bool is_label(Slice text) {
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (slice_is(text, labels[i])) {
            return true;
        }
    }
    return false;
}

static bool read_at(const struct json_node *node, int64_t *ret_ms) {
    int64_t time_us;
    if (node->kind == JSON_INT) {
        *ret_ms = node->i64;
        return node->i64 >= 0 && node->i64 <= INT64_MAX / US_PER_MS;
    }
    if (node->kind != JSON_STRING || !time_parse(node->text, 0, &time_us)) {
        return false;
    }
    *ret_ms = floor_div(time_us, US_PER_MS);
    return *ret_ms >= 0;
}

static bool text_fits(JsonTree tree, uint32_t node, size_t size_max) {
    return tree.nodes[node].kind == JSON_STRING && tree.nodes[node].text.size > 0 && tree.nodes[node].text.size <= size_max;
}

static bool check(JsonTree tree, const uint32_t *found, int64_t *ret_at_ms, struct buf *reason) {
    if (found[EVENT_ID] == JSON_NONE || !text_fits(tree, found[EVENT_ID], EVENT_ID_MAX)) {
        return refuse(reason, EVENT_ID, "is a text that is not empty, of up to 1024 bytes");
    }
    if (found[LABEL_NAME] == JSON_NONE || tree.nodes[found[LABEL_NAME]].kind != JSON_STRING || !is_label(tree.nodes[found[LABEL_NAME]].text)) {
        refuse(reason, LABEL_NAME, "is one of");
        for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
            buf_printf(reason, "%s %s", i == 0 ? "" : ",", labels[i]);
        }
        return false;
    }
    if (found[AT] != JSON_NONE && !read_at(&tree.nodes[found[AT]], ret_at_ms)) {
        return refuse(reason, AT, "is milliseconds since 1970 UTC, or as 2026-11-23T14:00:00+08:00");
    }
    if (found[AMOUNT_LOST] != JSON_NONE && (tree.nodes[found[AMOUNT_LOST]].kind != JSON_INT || tree.nodes[found[AMOUNT_LOST]].i64 < 0)) {
        return refuse(reason, AMOUNT_LOST, "is a whole number of minor units, not negative");
    }
    static const uint32_t texts[] = {BY, SOURCE, NOTE, CASE_ID};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (found[texts[i]] != JSON_NONE && !text_fits(tree, found[texts[i]], TEXT_MAX)) {
            return refuse(reason, texts[i], "is a text that is not empty, of up to 4096 bytes");
        }
    }
    return true;
}

static void write_text(struct json_writer *json, JsonTree tree, const uint32_t *found, uint32_t member) {
    if (found[member] != JSON_NONE) {
        json_key_string(json, slice_of(members[member]), tree.nodes[found[member]].text);
    }
}

static void write_label(const struct feedback *feedback, JsonTree tree, const uint32_t *found, int64_t at_ms, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    write_text(&json, tree, found, EVENT_ID);
    write_text(&json, tree, found, LABEL_NAME);
    json_key_i64(&json, SLICE("at"), at_ms);
    if (found[BY] == JSON_NONE && feedback->who_size > 0) {
        json_key_string(&json, SLICE("by"), (Slice){feedback->who, feedback->who_size});
    }
    write_text(&json, tree, found, BY);
    write_text(&json, tree, found, SOURCE);
    write_text(&json, tree, found, NOTE);
    if (found[AMOUNT_LOST] != JSON_NONE) {
        json_key_i64(&json, SLICE("amount_lost"), tree.nodes[found[AMOUNT_LOST]].i64);
    }
    write_text(&json, tree, found, CASE_ID);
    json_object_end(&json);
    json_writer_finish(&json);
}

static bool normalise(void *context, Slice record, struct buf *out, struct buf *reason) {
    struct feedback *feedback = context;
    JsonTree tree;
    uint32_t found[MEMBERS];
    int64_t at_ms = clock_wall_us() / US_PER_MS;
    if (json_parse(feedback->json, record, &tree) != STATUS_OK) {
        const struct json_error *error = json_reader_error(feedback->json);
        buf_printf(reason, "the label is not JSON: %s, at byte %zu", json_fault_text(error->fault), error->offset);
        return false;
    }
    if (tree.nodes[0].kind != JSON_OBJECT) {
        buf_put(reason, SLICE("the label is not a JSON object"));
        return false;
    }
    if (!api_members(tree, 0, members, MEMBERS, found, reason) || !check(tree, found, &at_ms, reason)) {
        return false;
    }
    write_label(feedback, tree, found, at_ms, out);
    return true;
}

static struct feedback *feedback_create(struct serve *serve, struct http_request *request) {
    struct feedback *feedback = memory_alloc(sizeof *feedback);
    Slice who = slice_part(api_who(serve, request), 0, sizeof feedback->who);
    if (who.size > 0) {
        memcpy(feedback->who, who.at, who.size);
    }
    feedback->who_size = who.size;
    feedback->json = json_reader_create(LABEL_MAX, API_BODY_DEPTH_MAX);
    return feedback;
}

static void feedback_destroy(void *context) {
    struct feedback *feedback = context;
    json_reader_destroy(feedback->json);
    free(feedback);
}

static void post_one(struct serve *serve, struct http_request *request, struct feedback *feedback) {
    struct buf record;
    struct buf reason;
    buf_init(&record, LABEL_MAX);
    buf_init(&reason, 4096);
    if (normalise(feedback, http_request_body(request), &record, &reason)) {
        api_submit(serve, request, WORK_LABEL, buf_slice(&record), API_PROBLEM_LABEL_REFUSED, SLICE("{\"kept\":true}\n"));
    } else {
        api_refuse(request, API_PROBLEM_LABEL_REFUSED, "%.*s", SLICE_ARGS(buf_slice(&reason)));
    }
    buf_deinit(&record);
    buf_deinit(&reason);
    feedback_destroy(feedback);
}

void api_post_feedback(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct feedback *feedback = feedback_create(serve, request);
    Slice body = slice_trim(http_request_body(request));
    bool is_lines = api_body_is_lines(request);
    bool is_array = !is_lines && body.size > 0 && body.at[0] == '[';
    if (is_lines || is_array) {
        batch_start(serve, request, WORK_LABEL, problem_of(API_PROBLEM_LABEL_REFUSED)->code, normalise, feedback, feedback_destroy);
    } else {
        post_one(serve, request, feedback);
    }
}
