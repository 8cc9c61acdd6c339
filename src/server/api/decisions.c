// The decisions of earlier, from the journal. A finder says where they are; here they are read, on an errand's thread.

#include "server/api/api.h"

#include "base/time.h"
#include "server/past.h"
#include "server/records.h"

#include <stdlib.h>

// One record of the journal, copied. STATUS_INVALID when it is of another kind: the finder and the journal do not belong together.
static Status read_record(const struct serve *serve, uint64_t sequence, RecordKindInJournal kind, struct arena *arena, struct journal_entry *ret_entry,
                          struct diag *diag) {
    struct past past = {
        .journal = serve->options.journal, .archive = serve->options.archive, .live = pipeline_journal(atomic_load(&serve->pipeline))};
    TRY(past_read(&past, sequence, arena, ret_entry, diag));
    ret_entry->data = slice_trim(ret_entry->data);
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

// As it is, or with what is personal hidden.
static void put_record(struct json_writer *json, struct masking *masking, Slice data) {
    if (masking == NULL) {
        json_raw(json, data);
    } else {
        masking_put(masking, json, data);
    }
}

static Status put_labels(struct question *question, const struct decision_place *place, struct masking *masking, struct json_writer *json, struct diag *diag) {
    struct journal_entry entry;
    json_key(json, SLICE("labels"));
    json_array_begin(json);
    for (uint32_t i = place->label_count; i > 0; i--) {
        TRY(read_record(question->serve, place->labels[i - 1], KIND_LABEL, &question->arena, &entry, diag));
        put_record(json, masking, entry.data);
    }
    json_array_end(json);
    return STATUS_OK;
}

static Status write_decision(struct question *question, const struct decision_place *place, Slice event, struct masking *masking, struct json_writer *json,
                             struct diag *diag) {
    struct journal_entry decision;
    TRY(read_record(question->serve, place->decision, KIND_DECISION, &question->arena, &decision, diag));
    json_object_begin(json);
    json_key_string(json, SLICE("event_id"), http_request_parameter(question->request, SLICE("event_id")));
    json_key_i64(json, SLICE("sequence"), (int64_t)place->decision);
    json_key_i64(json, SLICE("time"), decision.time_us / US_PER_MS);
    json_key(json, SLICE("event"));
    put_record(json, masking, event);
    json_key(json, SLICE("decision"));
    put_record(json, masking, decision.data);
    TRY(put_labels(question, place, masking, json, diag));
    json_object_end(json);
    json_writer_finish(json);
    return STATUS_OK;
}

struct decision_asked {
    struct access_act act;
    Slice reason; // why he wants to see what is personal, who usually may not; else empty
};

bool api_may_see_decision(struct question *question, bool *ret_may_see) {
    const struct decision_asked *asked = question->user;
    Slice target = arena_printf(&question->arena, "decision %.*s", SLICE_ARGS(http_request_parameter(question->request, SLICE("event_id"))));
    *ret_may_see = question->serve->options.gate == NULL || identity_may(&asked->act.who, SCOPE_PERSONAL_READ);
    if (!slice_empty(asked->reason)) {
        *ret_may_see = api_unmask(question->serve, question->request, &asked->act, target, asked->reason);
        return *ret_may_see;
    }
    if (*ret_may_see && asked->act.who.kind == ACTOR_PERSON) {
        api_report(question->serve, &asked->act, AUDIT_PERSONAL_UNMASKED, target, SLICE(""));
    }
    return true;
}

// STATUS_LIMIT: it has answered that the log takes no more.
static Status put_decision(struct question *question, const struct decision_place *place, struct json_writer *json, struct diag *diag) {
    struct journal_entry event;
    struct masking masking;
    bool may_see;
    TRY(read_record(question->serve, place->decision - 1, KIND_EVENT, &question->arena, &event, diag));
    ENSURE(api_may_see_decision(question, &may_see), STATUS_LIMIT);
    if (may_see) {
        return write_decision(question, place, event.data, NULL, json, diag);
    }
    masking_init(&masking, question->catalogue, event.data, &question->arena);
    Status status = write_decision(question, place, event.data, &masking, json, diag);
    masking_deinit(&masking);
    return status;
}

static void refuse(struct question *question, Status status, const struct diag *diag) {
    if (status == STATUS_NOT_FOUND && diag->code != NULL) {
        api_refuse(question->request, API_PROBLEM_DECISION_ARCHIVED, "%s: %.*s", diag->code, SLICE_ARGS(diag->message));
    } else if (status == STATUS_NOT_FOUND) {
        api_refuse(question->request, API_PROBLEM_DECISION_UNKNOWN, "%s", "");
    } else {
        api_refuse(question->request, API_PROBLEM_JOURNAL_UNREADABLE, "%.*s", SLICE_ARGS(diag->message));
    }
}

static void answer(struct question *question) {
    struct diag diag = {0};
    struct decision_place place;
    struct buf body;
    struct json_writer json;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    Status status = find(question->serve, http_request_parameter(question->request, SLICE("event_id")), &question->arena, &place, &diag);
    status = status == STATUS_OK ? put_decision(question, &place, &json, &diag) : status;
    if (status == STATUS_OK) {
        api_reply_json(question->request, 200, buf_slice(&body));
    } else if (status != STATUS_LIMIT) {
        refuse(question, status, &diag);
    }
    buf_deinit(&body);
}

static Status read_kept(struct question *question, struct decision_kept *ret_kept, struct diag *diag) {
    struct decision_place place;
    struct journal_entry event;
    struct journal_entry decision;
    TRY(find(question->serve, http_request_parameter(question->request, SLICE("event_id")), &question->arena, &place, diag));
    TRY(read_record(question->serve, place.decision - 1, KIND_EVENT, &question->arena, &event, diag));
    TRY(read_record(question->serve, place.decision, KIND_DECISION, &question->arena, &decision, diag));
    *ret_kept = (struct decision_kept){.sequence = place.decision, .event = event.data, .decision = decision.data};
    return STATUS_OK;
}

bool api_read_decision(struct question *question, struct decision_kept *ret_kept) {
    struct diag diag = {0};
    Status status = read_kept(question, ret_kept, &diag);
    if (status != STATUS_OK) {
        refuse(question, status, &diag);
    }
    return status == STATUS_OK;
}

void api_ask_decision(struct serve *serve, struct http_request *request, void (*tell)(struct question *question)) {
    static const char *const names[] = {"unmask"};
    Slice reason;
    bool is_fine = api_query_is_known(request, names, 1) && api_unmask_reason(serve, request, &reason);
    struct question *question = is_fine ? question_create(serve, request) : NULL;
    if (question != NULL) {
        struct decision_asked *asked = ARENA_NEW(&question->arena, struct decision_asked);
        *asked = (struct decision_asked){.act = gate_act(request), .reason = arena_copy(&question->arena, reason)};
        question->user = asked;
        question->tell = tell;
        question_ask(question);
    }
}

void api_get_decision(void *context, struct http_request *request) {
    api_ask_decision(context, request, answer);
}
