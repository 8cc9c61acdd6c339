// The log of who did what, read from a sequence on, or the newest of what is before one. Reading it is a record of it.

#include "server/api/api.h"

#include "base/time.h"
#include "os/clock.h"

#include <stdlib.h>

enum { PART_MAX = 256, LIMIT_USUAL = 100, LIMIT_MAX = 1000, LOOKED_AT_MAX = 100000, TEXT_MAX = 4 << 20 };

struct reading {
    int64_t from, limit;
    bool has_until;
    int64_t until; // only what is before it; 0: all
    bool has_action, has_outcome, is_refused;
    AuditAction action;
    Slice who, target;  // parts of them, or empty
    struct buf records; // rendered, with commas
    uint64_t next;      // sequence to go on with; 0: it was the end
    uint64_t earlier;   // with `until`: what it is for the records before these; 0: there are none
    uint32_t count;
};

// The newest records that are wanted, of those that were looked at.
struct newest {
    const struct reading *reading;
    uint64_t *sequences; // a ring of `limit`
    uint64_t count;
};

static bool has_part(Slice text, Slice part) {
    return slice_empty(part) || slice_find(text, part, 0) != SIZE_MAX;
}

static bool is_wanted(const struct reading *reading, const struct audit_record *record) {
    return (!reading->has_action || record->action == reading->action) && (!reading->has_outcome || record->refused == reading->is_refused) &&
           has_part(record->actor_name, reading->who) && has_part(record->target, reading->target);
}

static bool is_filtered(const struct reading *reading) {
    return reading->has_action || reading->has_outcome || !slice_empty(reading->who) || !slice_empty(reading->target);
}

static bool remember(void *context, const struct audit_record *record) {
    struct newest *newest = context;
    if (is_wanted(newest->reading, record)) {
        newest->sequences[newest->count++ % (uint64_t)newest->reading->limit] = record->sequence;
    }
    return true;
}

static bool take(void *context, const struct audit_record *record) {
    struct reading *reading = context;
    reading->next = record->sequence + 1;
    if (is_wanted(reading, record)) {
        buf_put(&reading->records, reading->count == 0 ? SLICE("") : SLICE(","));
        audit_render(record, &reading->records);
        reading->count++;
    }
    return reading->count < reading->limit && (reading->has_until || reading->records.size < TEXT_MAX);
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
    if (reading->has_until) {
        json_key_i64(json, SLICE("earlier"), (int64_t)reading->earlier);
    }
    json_key_i64(json, SLICE("last"), (int64_t)access_audit_last(gate_users(deed->serve->options.gate)));
    json_object_end(json);
}

// Where the newest of the records before `until` begin, and how many there are to be read from there.
static Status find_newest(struct deed *deed, uint64_t *ret_count, struct diag *diag) {
    struct reading *reading = deed->user;
    struct access *users = gate_users(deed->serve->options.gate);
    uint64_t limit = (uint64_t)reading->limit;
    uint64_t end = access_audit_last(users) + 1;
    end = reading->until > 0 && (uint64_t)reading->until < end ? (uint64_t)reading->until : end;
    uint64_t begin = end > LOOKED_AT_MAX ? end - LOOKED_AT_MAX : 1;
    struct newest newest = {.reading = reading, .sequences = ARENA_ARRAY(&deed->arena, uint64_t, limit)};
    if (end > begin) {
        TRY(access_audit_read(users, begin, end - begin, (struct audit_sink){&newest, remember}, &deed->arena, diag));
    }
    reading->from = (int64_t)(newest.count == 0 ? end : newest.sequences[newest.count > limit ? newest.count % limit : 0]);
    reading->earlier = newest.count > limit ? (uint64_t)reading->from : begin > 1 ? begin : 0;
    *ret_count = end - (uint64_t)reading->from;
    return STATUS_OK;
}

static Status read_records(struct deed *deed, struct diag *diag) {
    struct reading *reading = deed->user;
    struct access *users = gate_users(deed->serve->options.gate);
    uint64_t count = is_filtered(reading) ? LOOKED_AT_MAX : (uint64_t)reading->limit;
    if (reading->has_until) {
        TRY(find_newest(deed, &count, diag));
    } else {
        // Below 0 it is counted from the end.
        int64_t from_end = (int64_t)access_audit_last(users) + 1 + reading->from;
        reading->from = reading->from > 0 ? reading->from : from_end < 1 ? 1 : from_end;
    }
    reading->next = (uint64_t)reading->from;
    return count == 0 ? STATUS_OK
                      : access_audit_read(users, (uint64_t)reading->from, count, (struct audit_sink){reading, take}, &deed->arena, diag);
}

static void read_log(struct deed *deed) {
    struct reading *reading = deed->user;
    struct diag diag = {0};
    buf_init(&reading->records, API_ANSWER_MAX / 2);
    api_report(deed->serve, &deed->act, AUDIT_AUDIT_READ, SLICE(""), SLICE(""));
    if (read_records(deed, &diag) == STATUS_OK) {
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

// A text that is looked for; left out it is empty.
static bool read_part(struct http_request *request, const char *name, Slice *ret_part) {
    if (http_request_query(request, slice_of(name), ret_part) != STATUS_OK) {
        return true;
    }
    if (slice_empty(*ret_part) || ret_part->size > PART_MAX) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is a text of 1 to %d bytes", name, PART_MAX);
        return false;
    }
    return true;
}

static bool read_outcome(struct http_request *request, struct reading *reading) {
    Slice word;
    reading->has_outcome = http_request_query(request, SLICE("outcome"), &word) == STATUS_OK;
    reading->is_refused = reading->has_outcome && slice_is(word, "refused");
    if (reading->has_outcome && !reading->is_refused && !slice_is(word, "done")) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "%s", "'outcome' is done or refused");
        return false;
    }
    return true;
}

static bool read_until(struct http_request *request, struct reading *reading) {
    Slice word;
    reading->has_until = http_request_query(request, SLICE("until"), &word) == STATUS_OK;
    if (reading->has_until && http_request_query(request, SLICE("from"), &word) == STATUS_OK) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "%s", "'from' goes forward and 'until' back: send one of them");
        return false;
    }
    return read_number(request, "until", 0, INT64_MAX, &reading->until);
}

static bool read_query(struct http_request *request, struct reading *reading) {
    static const char *const names[] = {"from", "until", "limit", "action", "who", "target", "outcome"};
    Slice word;
    if (!api_query_is_known(request, names, sizeof names / sizeof names[0]) || !read_part(request, "who", &reading->who) ||
        !read_part(request, "target", &reading->target) || !read_outcome(request, reading) || !read_until(request, reading) || !read_number(request, "from", -LIMIT_MAX, INT64_MAX, &reading->from) ||
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
    reading.who = arena_copy(&deed->arena, reading.who);
    reading.target = arena_copy(&deed->arena, reading.target);
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
