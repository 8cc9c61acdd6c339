// Many records in one body, and their answers in one reply. The records stay where they are, in the body; they go through a lane, which takes the
// next when one has ended, on whatever thread that is.

#include "server/api/api.h"

#include "server/api/bodies.h"
#include "server/api/lane.h"

#include <stdlib.h>

enum { BATCH_ANSWER_MAX = 1 << 30 };

struct batch {
    struct lane lane;
    struct serve *serve;
    struct http_request *request;
    struct body body;
    Slice held; // a record for which there was no room yet
    bool has_held;
    const char *refused; // code of records that are refused here
    ApiNormalise normalise;
    void *context;
    void (*free_context)(void *context);
    struct buf record, reason; // of the record at hand
    struct buf out;
};

static Status put(void *user, Slice piece) {
    struct batch *batch = user;
    buf_put(&batch->out, piece);
    return STATUS_OK;
}

static LaneTaken add(struct batch *batch, Slice record) {
    if (batch->normalise == NULL) {
        return lane_add(&batch->lane, record, false);
    }
    buf_reset(&batch->record);
    buf_reset(&batch->reason);
    if (!batch->normalise(batch->context, record, &batch->record, &batch->reason)) {
        return lane_add_refused(&batch->lane, batch->refused, SLICE(""), buf_slice(&batch->reason));
    }
    return lane_add(&batch->lane, buf_slice(&batch->record), true);
}

// Adds records until the lane is full. LANE_BUSY is only told for the first.
static LaneTaken fill(struct batch *batch) {
    while (batch->has_held || body_next(&batch->body, &batch->held)) {
        LaneTaken taken = add(batch, batch->held);
        batch->has_held = taken != LANE_TAKEN;
        if (taken != LANE_TAKEN) {
            return taken;
        }
    }
    batch->lane.finished = true;
    return LANE_TAKEN;
}

static void want(void *user) {
    (void)fill(user); // not the first any more
}

static void batch_destroy(struct batch *batch) {
    lane_deinit(&batch->lane);
    buf_deinit(&batch->record);
    buf_deinit(&batch->reason);
    buf_deinit(&batch->out);
    if (batch->free_context != NULL) {
        batch->free_context(batch->context);
    }
    free(batch);
}

static void over(void *user) {
    struct batch *batch = user;
    struct http_header header = {SLICE("Qiantang-Durability"), api_durability(batch->serve)};
    if (batch->body.is_array) {
        buf_put(&batch->out, SLICE("]\n"));
    }
    http_reply(batch->request, &(struct http_reply){.status = 200,
                                                    .content_type = batch->body.is_array ? SLICE("application/json") : SLICE("application/x-ndjson"),
                                                    .headers = &header,
                                                    .header_count = 1,
                                                    .body = buf_slice(&batch->out)});
    batch_destroy(batch);
}

static void fetch(void *user, struct work *work) {
    struct batch *batch = user;
    api_fetch_decision(batch->serve, work);
}

static struct batch *batch_create(struct serve *serve, struct http_request *request, struct pipeline *pipeline, WorkKind kind, struct body body) {
    struct batch *batch = memory_alloc(sizeof *batch);
    batch->serve = serve;
    batch->request = request;
    batch->body = body;
    buf_init(&batch->record, PIPELINE_RECORD_MAX);
    buf_init(&batch->reason, 4096);
    buf_init(&batch->out, BATCH_ANSWER_MAX);
    struct lane_calls calls = {.put = put, .want = want, .over = over, .fetch = fetch, .separator = body.is_array ? SLICE(",\n") : SLICE("")};
    lane_init(&batch->lane, pipeline, serve->errands, kind, calls, batch);
    if (body.is_array) {
        buf_put_byte(&batch->out, '[');
    }
    return batch;
}

// The records of the body, or an answer that it cannot be taken.
static bool read_body(struct http_request *request, struct body *ret_body) {
    *ret_body = (struct body){.rest = http_request_body(request), .is_array = !api_body_is_lines(request)};
    uint64_t count = 0;
    if (body_check(*ret_body, &count) != STATUS_OK) {
        api_refuse(request, API_PROBLEM_BODY_REFUSED, "the body is not one JSON array");
        return false;
    }
    if (count == 0 || count > API_BATCH_RECORDS_MAX) {
        api_refuse(request, API_PROBLEM_LINE_COUNT, "a body has 1 to %d records; this one has %llu", API_BATCH_RECORDS_MAX, (unsigned long long)count);
        return false;
    }
    return true;
}

void batch_start(struct serve *serve, struct http_request *request, WorkKind kind, const char *refused, ApiNormalise normalise, void *context,
                 void (*free_context)(void *context)) {
    struct body body;
    struct pipeline *pipeline = api_pipeline(serve, request);
    if (pipeline == NULL || !read_body(request, &body)) {
        if (free_context != NULL) {
            free_context(context);
        }
        return;
    }
    struct batch *batch = batch_create(serve, request, pipeline, kind, body);
    batch->refused = refused;
    batch->normalise = normalise;
    batch->context = context;
    batch->free_context = free_context;
    http_defer(request);
    lane_enter(&batch->lane);
    LaneTaken taken = fill(batch);
    if (taken != LANE_BUSY) {
        lane_leave(&batch->lane);
        return;
    }
    batch->lane.calls.over = NULL;
    lane_leave(&batch->lane);
    batch_destroy(batch);
    api_refuse(request, API_PROBLEM_OVERLOADED, "%s", "");
}

void api_post_batch(void *context, struct http_request *request) {
    batch_start(context, request, WORK_RECORD, NULL, NULL, NULL, NULL);
}
