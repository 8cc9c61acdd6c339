// The decisions of earlier, from the journal. A finder says where they are; here they are read, on an errand's thread.

#include "server/api/api.h"

#include "base/time.h"
#include "server/records.h"

#include <stdlib.h>

struct inquiry {
    struct serve *serve;
    struct http_request *request;
    struct errand errand;
    struct arena arena;
};

// One record of the journal, copied. STATUS_INVALID when it is of another kind: the finder and the journal do not belong together.
static Status read_record(const struct serve *serve, uint64_t sequence, RecordKindInJournal kind, struct arena *arena, struct journal_entry *ret_entry,
                          struct diag *diag) {
    struct journal_reader *reader;
    struct journal_reader_options options = {.journal = pipeline_journal(atomic_load(&serve->pipeline))};
    TRY(journal_reader_open(disk_real(), serve->options.journal, sequence, options, arena, &reader, diag));
    Status status = journal_reader_next(reader, ret_entry, arena, diag);
    if (status == STATUS_OK) {
        ret_entry->data = arena_copy(arena, slice_trim(ret_entry->data));
    }
    journal_reader_close(reader);
    TRY(status);
    return ret_entry->kind == kind ? STATUS_OK : STATUS_INVALID;
}

static Status find(const struct serve *serve, Slice event_id, struct arena *arena, struct decision_place *ret_place, struct diag *diag) {
    ENSURE(serve->finder.find != NULL && event_id.size > 0, STATUS_NOT_FOUND);
    return serve->finder.find(serve->finder.context, event_id, arena, ret_place, diag);
}

// ---- of a work that was decided elsewhere ---------------------------------------------------------------------

void api_fetch_decision(struct serve *serve, struct work *work) {
    struct arena arena;
    struct diag diag;
    struct decision_place place;
    struct journal_entry entry;
    arena_init(&arena, 64 << 10);
    // Of such a work the answer is the event's id (heart.h).
    Status status = find(serve, arena_copy(&arena, buf_slice(&work->answer)), &arena, &place, &diag);
    if (status == STATUS_OK) {
        status = read_record(serve, place.decision, KIND_DECISION, &arena, &entry, &diag);
    }
    if (status == STATUS_OK) {
        buf_reset(&work->answer);
        buf_put(&work->answer, entry.data);
        buf_put_byte(&work->answer, '\n');
        work->outcome = PIPELINE_DONE;
    }
    arena_deinit(&arena);
}

// ---- GET /v1/decisions/{event_id} -------------------------------------------------------------------------------

static Status put_labels(struct inquiry *inquiry, const struct decision_place *place, struct json_writer *json, struct diag *diag) {
    struct journal_entry entry;
    json_key(json, SLICE("labels"));
    json_array_begin(json);
    for (uint32_t i = place->label_count; i > 0; i--) {
        TRY(read_record(inquiry->serve, place->labels[i - 1], KIND_LABEL, &inquiry->arena, &entry, diag));
        json_raw(json, entry.data);
    }
    json_array_end(json);
    return STATUS_OK;
}

static Status put_decision(struct inquiry *inquiry, const struct decision_place *place, struct json_writer *json, struct diag *diag) {
    struct journal_entry event;
    struct journal_entry decision;
    TRY(read_record(inquiry->serve, place->decision - 1, KIND_EVENT, &inquiry->arena, &event, diag));
    TRY(read_record(inquiry->serve, place->decision, KIND_DECISION, &inquiry->arena, &decision, diag));
    json_object_begin(json);
    json_key_string(json, SLICE("event_id"), http_request_parameter(inquiry->request, SLICE("event_id")));
    json_key_i64(json, SLICE("sequence"), (int64_t)place->decision);
    json_key_i64(json, SLICE("time"), decision.time_us / US_PER_MS);
    json_key(json, SLICE("event"));
    json_raw(json, event.data);
    json_key(json, SLICE("decision"));
    json_raw(json, decision.data);
    TRY(put_labels(inquiry, place, json, diag));
    json_object_end(json);
    json_writer_finish(json);
    return STATUS_OK;
}

static void answer(struct inquiry *inquiry) {
    struct diag diag = {0};
    struct decision_place place;
    struct buf body;
    struct json_writer json;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    Status status = find(inquiry->serve, http_request_parameter(inquiry->request, SLICE("event_id")), &inquiry->arena, &place, &diag);
    status = status == STATUS_OK ? put_decision(inquiry, &place, &json, &diag) : status;
    if (status == STATUS_OK) {
        api_reply_json(inquiry->request, 200, buf_slice(&body));
    } else if (status == STATUS_NOT_FOUND) {
        api_refuse(inquiry->request, API_PROBLEM_DECISION_UNKNOWN, "%s", "");
    } else {
        api_refuse(inquiry->request, API_PROBLEM_JOURNAL_UNREADABLE, "%.*s", SLICE_ARGS(diag.message));
    }
    buf_deinit(&body);
}

static void run(struct errand *errand) {
    struct inquiry *inquiry = errand->user;
    answer(inquiry);
    arena_deinit(&inquiry->arena);
    free(inquiry);
}

void api_get_decision(void *context, struct http_request *request) {
    struct serve *serve = context;
    if (!api_query_is_known(request, NULL, 0) || api_pipeline(serve, request) == NULL) {
        return;
    }
    struct inquiry *inquiry = memory_alloc(sizeof *inquiry);
    inquiry->serve = serve;
    inquiry->request = request;
    arena_init(&inquiry->arena, 64 << 10);
    inquiry->errand = (struct errand){.run = run, .user = inquiry};
    http_defer(request);
    errands_post(serve->errands, &inquiry->errand);
}
