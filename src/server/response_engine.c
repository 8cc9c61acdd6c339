// Messages for the engine: what was found out goes back to where decisions are made, as records of
// the journal like those of any other source. A label tells what an event was; an entry puts a
// payee on a list, or what the police platform has pushed, so that the next decision knows.
//
//     engine  label         {"event_id": ..., "label": ..., "at": ms, "by": ..., "note": code,
//                            "source": "disposition", "weight": ..., "message": number}
//     engine  list.add      {"$list": ..., "op": "add", "key": ..., "time": ms, "begin": ..., "end": ...,
//                            "source": "disposition 4711", "reason": ...}; also of two persons
//     engine  list.remove   the same with "op": "remove"
//     lists   list.changed  as many as there are entries, each with "source": "order 17"
//
// The first two name the message that they were made of: an entry of a list in its source, since
// changes have no other members. The feed meets them in the journal and settles the message; so one
// that was handed over when the program died is not handed over again. Entries that are pushed may
// be added again, which changes nothing; when all of a message are in the journal the order is told
// that they are.

#include "server/records.h"
#include "server/response_private.h"

#include "codec/json_write.h"

#include <inttypes.h>

enum { RECORD_MAX = 64 << 10, RECORDS_MAX = 256, AGAIN_S = 60, CUT_S = 1 };

#define SOURCE "disposition"

struct writing {
    struct posted *posted;
    struct buf out;
    struct json_writer json;
    uint32_t count;
    Slice records[RECORDS_MAX];
    bool overflowed;
};

static Slice text_of(JsonTree tree, uint32_t object, const char *key) {
    uint32_t at = json_member(tree, object, slice_of(key));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_STRING ? tree.nodes[at].text : SLICE("");
}

static int64_t number_of(JsonTree tree, uint32_t object, const char *key) {
    uint32_t at = json_member(tree, object, slice_of(key));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_INT ? tree.nodes[at].i64 : 0;
}

static struct json_writer *begin_record(struct writing *writing) {
    buf_reset(&writing->out);
    json_writer_init(&writing->json, &writing->out);
    json_object_begin(&writing->json);
    return &writing->json;
}

static void end_record(struct writing *writing) {
    json_object_end(&writing->json);
    json_writer_finish(&writing->json);
    writing->overflowed =
        writing->overflowed || buf_overflowed(&writing->out) || writing->count == RECORDS_MAX;
    if (!writing->overflowed) {
        writing->records[writing->count++] =
            arena_copy(&writing->posted->arena, buf_slice(&writing->out));
    }
}

// ---- labels -------------------------------------------------------------------------------------

// What a code of disposition is among the labels that events have (api/labels.def).
static const char *label_of(Slice code) {
    Code found = code_find(code);
    if (found == CODE_NONE) {
        return "UNCERTAIN";
    }
    switch (found) {
    case CODE_TP_MULE:
        return "CONFIRMED_MULE";
    case CODE_TP_ML_STR:
        return "CONFIRMED_ML";
    case CODE_DUP:
        return "DUPLICATE";
    case CODE_TEST:
        return "TEST";
    default:
        break;
    }
    switch (code_infos[found].label) {
    case LABEL_POSITIVE:
        return "CONFIRMED_FRAUD";
    case LABEL_NEGATIVE:
        return "FALSE_POSITIVE";
    default:
        return "UNCERTAIN";
    }
}

static void write_label(struct writing *writing, JsonTree tree) {
    const struct message *message = &writing->posted->message;
    uint32_t weight = json_member(tree, 0, SLICE("weight"));
    struct json_writer *json = begin_record(writing);
    json_key_string(json, SLICE("event_id"), text_of(tree, 0, "event_id"));
    json_key_string(json, SLICE("label"), slice_of(label_of(text_of(tree, 0, "code"))));
    json_key_i64(json, SLICE("at"), message->made_us / US_PER_MS);
    json_key_string(json, SLICE("by"), text_of(tree, 0, "by"));
    json_key_string(json, SLICE("source"), SLICE(SOURCE));
    json_key_string(json, SLICE("note"), text_of(tree, 0, "code"));
    if (weight != JSON_NONE) {
        json_key(json, SLICE("weight"));
        json_node(json, tree, weight);
    }
    json_key_i64(json, SLICE("message"), message->id);
    end_record(writing);
}

// ---- lists --------------------------------------------------------------------------------------

static void write_change(struct writing *writing, JsonTree tree, const char *op) {
    const struct message *message = &writing->posted->message;
    struct json_writer *json = begin_record(writing);
    json_key_string(json, SLICE("$list"), text_of(tree, 0, "list"));
    json_key_string(json, SLICE("op"), slice_of(op));
    json_key_string(json, SLICE("key"), text_of(tree, 0, "key"));
    json_key_i64(json, SLICE("time"), message->made_us / US_PER_MS);
    static const char *const bounds[] = {"begin", "end"};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (!slice_empty(text_of(tree, 0, bounds[i]))) {
            json_key_string(json, slice_of(bounds[i]), text_of(tree, 0, bounds[i]));
        }
    }
    json_key_string(json, SLICE("source"),
                    arena_printf(&writing->posted->arena, SOURCE " %" PRId64, message->id));
    json_key_string(json, SLICE("reason"), text_of(tree, 0, "reason"));
    end_record(writing);
}

struct pushed {
    Slice number, authority; // of the order
    int64_t order;
    int64_t from_ms, until_ms; // 0: at once; without an end
};

static void write_pushed(struct writing *writing, Slice list, Slice key,
                         const struct pushed *pushed) {
    struct json_writer *json = begin_record(writing);
    json_key_string(json, SLICE("$list"), list);
    json_key_string(json, SLICE("op"), SLICE("add"));
    json_key_string(json, SLICE("key"), key);
    json_key_i64(json, SLICE("time"), writing->posted->message.made_us / US_PER_MS);
    if (pushed->from_ms != 0) {
        json_key_i64(json, SLICE("begin"), pushed->from_ms);
    }
    if (pushed->until_ms != 0) {
        json_key_i64(json, SLICE("end"), pushed->until_ms);
    }
    json_key_string(json, SLICE("source"),
                    arena_printf(&writing->posted->arena, "order %" PRId64, pushed->order));
    json_key_string(json, SLICE("reason"),
                    arena_printf(&writing->posted->arena, "%.*s %.*s",
                                 SLICE_ARGS(pushed->authority), SLICE_ARGS(pushed->number)));
    end_record(writing);
}

static Slice list_of(const struct response_pack *pack, PushedList pushed) {
    uint32_t list = pack->strategies->plan.pushed[pushed];
    return list == SCHEMA_NONE ? SLICE("") : pack->catalogue->knowledge->lists[list].name;
}

// False: the pack has no list for an entry.
static bool write_all_pushed(struct writing *writing, JsonTree tree,
                             const struct response_pack *pack) {
    struct pushed pushed = {.number = text_of(tree, 0, "order"),
                            .authority = text_of(tree, 0, "authority"),
                            .order = number_of(tree, 0, "police_order")};
    uint32_t entries = json_member(tree, 0, SLICE("entries"));
    if (entries == JSON_NONE) {
        return false;
    }
    JSON_EACH(tree, entries, entry) {
        bool is_case = slice_is(text_of(tree, entry, "list"), pushed_list_names[PUSHED_CASE]);
        Slice list = list_of(pack, is_case ? PUSHED_CASE : PUSHED_SUSPICIOUS);
        Slice holders = list_of(pack, PUSHED_CASE_HOLDER);
        Slice certificate = text_of(tree, entry, "certificate");
        pushed.from_ms = number_of(tree, entry, "from");
        pushed.until_ms = number_of(tree, entry, "until");
        ENSURE(!slice_empty(list), false);
        write_pushed(writing, list, text_of(tree, entry, "account"), &pushed);
        if (is_case && !slice_empty(certificate) && !slice_empty(holders)) {
            write_pushed(writing, holders, certificate, &pushed);
        }
    }
    return true;
}

// ---- handing over -------------------------------------------------------------------------------

static bool write_records(struct writing *writing, JsonTree tree,
                          const struct response_pack *pack) {
    struct posted *posted = writing->posted;
    Slice kind = posted->message.kind;
    if (posted->endpoint == POST_LISTS) {
        return slice_is(kind, "list.changed") && write_all_pushed(writing, tree, pack);
    }
    if (slice_is(kind, "label")) {
        write_label(writing, tree);
        return true;
    }
    if (!slice_empty(text_of(tree, 0, "list"))) {
        write_change(writing, tree, slice_is(kind, "list.remove") ? "remove" : "add");
        return true;
    }
    return false;
}

static void one_less(struct posted *posted, uint32_t count) {
    if (atomic_fetch_sub(&posted->left, count) == count) {
        response_post_over(posted);
    }
}

static void work_done(struct work *work) {
    one_less(work->user, 1);
}

// What is in the line comes back by itself; the first that is turned away ends it.
static uint32_t submit_all(struct posted *posted) {
    uint32_t count = 0;
    while (count < posted->work_count &&
           pipeline_submit(posted->response->pipeline, &posted->works[count])) {
        count++;
    }
    return count;
}

static void make_works(struct posted *posted, const struct writing *writing) {
    WorkKind kind = posted->endpoint == POST_ENGINE && slice_is(posted->message.kind, "label")
                        ? WORK_LABEL
                        : WORK_RECORD;
    posted->works = ARENA_ARRAY(&posted->arena, struct work, writing->count);
    posted->work_count = writing->count;
    for (uint32_t i = 0; i < writing->count; i++) {
        posted->works[i] = (struct work){.kind = kind,
                                         .record = writing->records[i],
                                         .done = work_done,
                                         .user = posted,
                                         .is_patient = true};
        buf_init(&posted->works[i].answer, RECORD_MAX);
    }
}

static Status write(struct writing *writing, struct json_reader *json,
                    const struct response_pack *pack, struct diag *diag) {
    JsonTree tree;
    struct posted *posted = writing->posted;
    bool is_fine = json_parse(json, posted->message.body, &tree) == STATUS_OK &&
                   tree.nodes[0].kind == JSON_OBJECT && write_records(writing, tree, pack) &&
                   writing->count > 0;
    if (is_fine && !writing->overflowed) {
        return STATUS_OK;
    }
    Status status = diag_fail(diag, &posted->arena, STATUS_INVALID, "RS007",
                              "a message '%.*s' cannot be made records of the engine",
                              SLICE_ARGS(posted->message.kind));
    diag->hint = SLICE(
        "a list that the police push needs its name under `pushed` of the pack's disposition.yaml");
    return status;
}

Status engine_submit(struct posted *posted, struct json_reader *json,
                     const struct response_pack *pack, bool *ret_taken, struct diag *diag) {
    struct writing *writing = ARENA_NEW(&posted->arena, struct writing);
    writing->posted = posted;
    buf_init(&writing->out, RECORD_MAX);
    Status status = write(writing, json, pack, diag);
    buf_deinit(&writing->out);
    *ret_taken = false;
    TRY(status);
    make_works(posted, writing);
    atomic_store(&posted->left,
                 posted->work_count +
                     1); // one more, so that it is not over before all are handed over
    uint32_t count = submit_all(posted);
    posted->is_cut = count < posted->work_count;
    *ret_taken = count > 0;
    if (count > 0) {
        one_less(posted, posted->work_count - count + 1);
    }
    return STATUS_OK;
}

void engine_free(struct posted *posted) {
    for (uint32_t i = 0; i < posted->work_count; i++) {
        buf_deinit(&posted->works[i].answer);
    }
}

uint64_t engine_sequence(const struct posted *posted) {
    uint64_t last = 0;
    for (uint32_t i = 0; i < posted->work_count; i++) {
        last = posted->works[i].sequence > last ? posted->works[i].sequence : last;
    }
    return last;
}

void engine_outcome(const struct posted *posted, struct fate *ret_fate, struct arena *arena) {
    *ret_fate = posted->is_cut ? (struct fate){.fate = MESSAGE_AGAIN,
                                               .delay_us = CUT_S * US_PER_SECOND,
                                               .problem = SLICE("too much waits to be decided")}
                               : (struct fate){.fate = MESSAGE_DELIVERED};
    for (uint32_t i = 0; i < posted->work_count; i++) {
        const struct work *work = &posted->works[i];
        switch (work->outcome) {
        case PIPELINE_DONE:
        case PIPELINE_ELSEWHERE:
            break;
        case PIPELINE_REFUSED:
            *ret_fate =
                (struct fate){.fate = MESSAGE_DEAD,
                              .problem = arena_printf(arena, "%s %s", work->code, work->reason)};
            return;
        case PIPELINE_NO_ROOM:
            *ret_fate = (struct fate){.fate = MESSAGE_AGAIN,
                                      .delay_us = AGAIN_S * US_PER_SECOND,
                                      .problem = SLICE("the journal's disk is full")};
            return;
        case PIPELINE_FAILED:
            *ret_fate = (struct fate){.fate = MESSAGE_AGAIN,
                                      .delay_us = AGAIN_S * US_PER_SECOND,
                                      .problem = SLICE("the journal has failed")};
            return;
        }
    }
}

// ---- coming back --------------------------------------------------------------------------------

static int64_t number_behind(Slice text, Slice prefix) {
    int64_t number;
    return slice_starts_with(text, prefix) &&
                   slice_to_i64(slice_part(text, prefix.size, SIZE_MAX), &number)
               ? number
               : 0;
}

int64_t engine_message_of(const struct journal_entry *entry, struct json_reader *json) {
    JsonTree tree;
    if (slice_find(entry->data, SLICE("\"" SOURCE), 0) == SIZE_MAX ||
        json_parse(json, entry->data, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return 0; // nearly all are of others
    }
    if (entry->kind == KIND_CHANGE) {
        return number_behind(text_of(tree, 0, "source"), SLICE(SOURCE " "));
    }
    return slice_is(text_of(tree, 0, "source"), SOURCE) ? number_of(tree, 0, "message") : 0;
}
