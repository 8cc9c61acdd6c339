// The log of who did what, read from a sequence on. Reading it is a record of it.

#include "server/api/api.h"

#include "base/time.h"
#include "os/clock.h"

#include <stdlib.h>

enum { LIMIT_USUAL = 100, LIMIT_MAX = 1000, LOOKED_AT_MAX = 100000, TEXT_MAX = 4 << 20 };

struct reading {
    int64_t from, limit;
    bool has_action;
    AuditAction action;
    struct buf records; // rendered, with commas
    uint64_t next;      // sequence to go on with; 0: it was the end
    uint32_t count;
};

static bool take(void *context, const struct audit_record *record) {
    struct reading *reading = context;
    reading->next = record->sequence + 1;
    if (!reading->has_action || record->action == reading->action) {
        buf_put(&reading->records, reading->count == 0 ? SLICE("") : SLICE(","));
        audit_render(record, &reading->records);
        reading->count++;
    }
    return reading->count < reading->limit && reading->records.size < TEXT_MAX;
}

static void render(struct deed *deed, struct json_writer *json) {
    const struct reading *reading = deed->user;
    json_object_begin(json);
    json_key(json, SLICE("records"));
    json_array_begin(json);
    if (reading->count > 0) {
        json_raw(json, buf_slice(&reading->records));
    }
    json_array_end(json);
    json_key_i64(json, SLICE("next"), (int64_t)reading->next);
    json_key_i64(json, SLICE("last"), (int64_t)access_audit_last(gate_users(deed->serve->options.gate)));
    json_object_end(json);
}

static void read_log(struct deed *deed) {
    struct reading *reading = deed->user;
    struct diag diag = {0};
    struct audit_sink sink = {.context = reading, .take = take};
    buf_init(&reading->records, API_ANSWER_MAX / 2);
    // Below 0 it is counted from the end.
    int64_t from_end = (int64_t)access_audit_last(gate_users(deed->serve->options.gate)) + 1 + reading->from;
    reading->from = reading->from > 0 ? reading->from : from_end < 1 ? 1 : from_end;
    reading->next = (uint64_t)reading->from;
    api_report(deed->serve, &deed->act, AUDIT_AUDIT_READ, SLICE(""), SLICE(""));
    Status status = access_audit_read(gate_users(deed->serve->options.gate), (uint64_t)reading->from,
                                      reading->has_action ? LOOKED_AT_MAX : (uint64_t)reading->limit, sink, &deed->arena, &diag);
    if (status == STATUS_OK) {
        deed_reply(deed, 200, render);
    } else {
        api_refuse(deed->request, API_PROBLEM_AUDIT_LOG_FAILED, "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
    }
    buf_deinit(&reading->records);
}

static bool read_number(struct http_request *request, const char *name, int64_t min, int64_t max, int64_t *ret_number) {
    Slice text;
    if (http_request_query(request, slice_of(name), &text) != STATUS_OK) {
        return true;
    }
    if (!slice_to_i64(text, ret_number) || *ret_number < min || *ret_number > max) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is a whole number from %lld to %lld", name, (long long)min, (long long)max);
        return false;
    }
    return true;
}

static bool read_query(struct http_request *request, struct reading *reading) {
    static const char *const names[] = {"from", "limit", "action"};
    Slice word;
    if (!api_query_is_known(request, names, 3) || !read_number(request, "from", -LIMIT_MAX, INT64_MAX, &reading->from) ||
        !read_number(request, "limit", 1, LIMIT_MAX, &reading->limit)) {
        return false;
    }
    reading->has_action = http_request_query(request, SLICE("action"), &word) == STATUS_OK;
    if (reading->has_action && !audit_parse(word, &reading->action)) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "there is no action '%.*s'; docs/access.md names them", SLICE_ARGS(slice_part(word, 0, 64)));
        return false;
    }
    if (reading->from == 0) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'from' is a sequence from 1 on, or a number below 0 to count from the end");
        return false;
    }
    return true;
}

void api_get_audit(void *context, struct http_request *request) {
    struct reading reading = {.from = 1, .limit = LIMIT_USUAL};
    if (!read_query(request, &reading) || api_gate(context, request) == NULL) {
        return;
    }
    struct deed *deed = deed_create(context, request);
    deed->user = ARENA_NEW(&deed->arena, struct reading);
    *(struct reading *)deed->user = reading;
    deed_post(deed, read_log);
}

// ---- its proof --------------------------------------------------------------------------------------------------

struct proof {
    struct access_verified verified;
    struct diag diag;
    bool is_whole;
    int64_t began_us, took_us;
};

static void render_proof(struct deed *deed, struct json_writer *json) {
    const struct proof *proof = deed->user;
    json_object_begin(json);
    json_key_bool(json, SLICE("whole"), proof->is_whole);
    json_key_i64(json, SLICE("at"), proof->began_us / US_PER_MS);
    json_key_i64(json, SLICE("took_ms"), proof->took_us / US_PER_MS);
    json_key_i64(json, SLICE("records"), (int64_t)proof->verified.records);
    json_key_i64(json, SLICE("users"), proof->verified.users);
    json_key_i64(json, SLICE("keys"), proof->verified.keys);
    json_key_string(json, SLICE("code"), proof->is_whole ? SLICE("") : slice_of(proof->diag.code));
    json_key_string(json, SLICE("fault"), proof->is_whole ? SLICE("") : proof->diag.message);
    json_object_end(json);
}

// All of the log is read, so it waits for its like among what takes seconds.
static void prove(struct deed *deed) {
    struct proof *proof = deed->user;
    proof->began_us = clock_wall_us();
    Status status = access_verify_open(gate_users(deed->serve->options.gate), &deed->arena, &proof->verified, &proof->diag);
    proof->is_whole = status == STATUS_OK;
    proof->took_us = clock_wall_us() - proof->began_us;
    if (status == STATUS_IO) {
        api_refuse(deed->request, API_PROBLEM_AUDIT_LOG_FAILED, "%s: %.*s", proof->diag.code, SLICE_ARGS(proof->diag.message));
        return;
    }
    api_report(deed->serve, &deed->act, AUDIT_AUDIT_READ, SLICE("verification"), SLICE(""));
    deed_reply(deed, 200, render_proof);
}

void api_get_audit_proof(void *context, struct http_request *request) {
    if (!api_query_is_known(request, NULL, 0) || api_gate(context, request) == NULL) {
        return;
    }
    struct deed *deed = deed_create(context, request);
    deed->user = ARENA_NEW(&deed->arena, struct proof);
    *(struct proof *)deed->user = (struct proof){0};
    deed_post_paper(deed, prove);
}
