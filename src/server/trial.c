#include "server/trial.h"

#include "base/map.h"
#include "base/vec.h"
#include "codec/json_write.h"
#include "os/clock.h"
#include "server/brake.h"
#include "server/records.h"
#include "server/snapshots.h"

enum { ANSWER_MAX = 32 << 20, DEPTH = 16, EXAMPLES_MAX = 50, CHANGES_MAX = 256, STOP_EVERY = 64 };

struct change {
    Slice from, to;
    uint64_t count;
};

struct model_count {
    Slice id;
    uint64_t before, after;           // hits that count
    uint64_t only_before, only_after; // events
    uint64_t seen_before, seen_after; // number of the last event that it hit
};

struct example {
    Slice event_id, from, to;
};

struct trying {
    const struct trial *trial;
    struct arena *arena;
    struct diag *diag;
    struct heart *heart;
    struct json_reader *before_json, *after_json;
    struct buf answer;
    struct buf event; // of before: its decision is yet to come
    Effort effort;
    bool has_answer;
    uint64_t count_from; // sequence: events before it only make the state
    uint64_t events, same, took_ns, first, last;
    uint64_t left_out_events, left_out_changes; // that this pack does not understand
    VEC(struct change) changes;
    VEC(struct model_count) models;
    struct map models_by_id;
    VEC(struct example) examples;
};

// ---- where to begin ---------------------------------------------------------------------------------------

// Whatever pack a snapshot names: the state goes into a heart of the pack that is tried.
static struct heart *make_tried(void *context, Hash128 label, ModelScope scope, bool with_lists, struct arena *arena, struct diag *diag) {
    const struct trial *trial = context;
    return trial->source.make(trial->source.context, trial->label, scope, with_lists, arena, diag);
}

// Whether the state of a snapshot fits the pack that is tried.
static bool fits(struct trying *trying, uint64_t sequence, const struct heart *tried) {
    struct snapshot_reader *reader;
    struct diag ignored;
    if (snapshot_open(disk_real(), trying->trial->folder, sequence, trying->arena, &reader, &ignored) != STATUS_OK) {
        return false;
    }
    Hash128 label;
    memcpy(&label, snapshot_info(reader)->label, sizeof label);
    snapshot_close(reader);
    struct heart_source source = trying->trial->source;
    struct heart *saved = source.make(source.context, label, SCOPE_IN_FLIGHT, false, trying->arena, &ignored);
    bool same = saved != NULL && heart_catalogue(saved)->state_layout == heart_catalogue(tried)->state_layout;
    heart_destroy(saved);
    return same;
}

// The newest snapshot up to a sequence that fits, else the oldest one; 0: the beginning of the journal.
static uint64_t choose_snapshot(struct trying *trying, uint64_t upto, const struct heart *tried) {
    const uint64_t *sequences = NULL;
    uint32_t count = 0;
    if (snapshot_list(disk_real(), trying->trial->folder, trying->arena, &sequences, &count) != 0 || count == 0) {
        return 0;
    }
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < count; i++) {
        chosen = sequences[i] <= upto ? i : chosen;
    }
    return fits(trying, sequences[chosen], tried) ? sequences[chosen] : 0;
}

static Status take_state(struct trying *trying, uint64_t *ret_from) {
    const struct trial *trial = trying->trial;
    uint64_t last = journal_durable(trial->journal);
    uint64_t wanted = trial->events < UINT64_MAX / 4 ? trial->events * 2 : last; // an event and its decision
    trying->count_from = last > wanted ? last - wanted + 1 : 1;
    trying->heart = make_tried((void *)(uintptr_t)trial, trial->label, SCOPE_IN_FLIGHT, true, trying->arena, trying->diag);
    if (trying->heart == NULL) {
        return STATUS_INVALID;
    }
    uint64_t snapshot = choose_snapshot(trying, trying->count_from - 1, trying->heart);
    *ret_from = snapshot + 1;
    if (snapshot == 0) {
        return STATUS_OK;
    }
    heart_destroy(trying->heart);
    trying->heart = NULL;
    struct heart_source source = {(void *)(uintptr_t)trial, make_tried};
    return snapshot_take_up_at(&source, SCOPE_IN_FLIGHT, trial->folder, snapshot, trying->arena, &trying->heart, trying->diag);
}

// ---- comparing --------------------------------------------------------------------------------------------

static struct model_count *model_of(struct trying *trying, Slice id) {
    uint32_t index = map_get(&trying->models_by_id, id);
    if (index == MAP_NONE) {
        struct model_count *model = VEC_PUSH(&trying->models, trying->arena);
        model->id = arena_copy(trying->arena, id);
        index = trying->models.count - 1;
        map_put(&trying->models_by_id, model->id, index);
    }
    return &trying->models.at[index];
}

static void count_hits(struct trying *trying, JsonTree tree, bool after) {
    uint32_t hits = json_member(tree, 0, SLICE("hits"));
    if (hits == JSON_NONE) {
        return;
    }
    JSON_EACH(tree, hits, hit) {
        uint32_t id = json_member(tree, hit, SLICE("model"));
        bool counts = json_member(tree, hit, SLICE("shadow")) == JSON_NONE && json_member(tree, hit, SLICE("held_by")) == JSON_NONE;
        if (id == JSON_NONE || !counts) {
            continue;
        }
        struct model_count *model = model_of(trying, tree.nodes[id].text);
        *(after ? &model->after : &model->before) += 1;
        *(after ? &model->seen_after : &model->seen_before) = trying->events;
    }
}

static void count_change(struct trying *trying, Slice from, Slice to) {
    for (uint32_t i = 0; i < trying->changes.count; i++) {
        struct change *change = &trying->changes.at[i];
        if (slice_equal(change->from, from) && slice_equal(change->to, to)) {
            change->count++;
            return;
        }
    }
    if (trying->changes.count < CHANGES_MAX) {
        *VEC_PUSH(&trying->changes, trying->arena) = (struct change){arena_copy(trying->arena, from), arena_copy(trying->arena, to), 1};
    }
}

static void compare(struct trying *trying, Slice before) {
    JsonTree was;
    JsonTree is;
    trying->events++;
    if (json_parse(trying->before_json, before, &was) != STATUS_OK || json_parse(trying->after_json, buf_slice(&trying->answer), &is) != STATUS_OK) {
        return;
    }
    Slice from = record_text(was, "action");
    Slice to = record_text(is, "action");
    count_hits(trying, was, false);
    count_hits(trying, is, true);
    trying->same += slice_equal(from, to);
    if (slice_equal(from, to)) {
        return;
    }
    count_change(trying, from, to);
    if (trying->examples.count < EXAMPLES_MAX) {
        *VEC_PUSH(&trying->examples, trying->arena) = (struct example){
            arena_copy(trying->arena, record_text(was, "event_id")), arena_copy(trying->arena, from), arena_copy(trying->arena, to)};
    }
}

// Models whose hits of the last event came on one side only.
static void count_sides(struct trying *trying) {
    for (uint32_t i = 0; i < trying->models.count; i++) {
        struct model_count *model = &trying->models.at[i];
        model->only_before += model->seen_before == trying->events && model->seen_after != trying->events;
        model->only_after += model->seen_after == trying->events && model->seen_before != trying->events;
    }
}

// ---- the journal ------------------------------------------------------------------------------------------

static void decide(struct trying *trying, const struct journal_entry *entry) {
    struct heart_refusal refusal;
    uint64_t start_ns = clock_monotonic_ns();
    buf_reset(&trying->answer);
    HeartEffort effort = {.effort = entry->flags < EFFORT_COUNT ? (Effort)entry->flags : EFFORT_full};
    trying->has_answer = heart_take(trying->heart, entry->data, effort, &trying->answer, &refusal) == HEART_DECIDED;
    trying->left_out_events += !trying->has_answer;
    trying->took_ns += clock_monotonic_ns() - start_ns;
    if (trying->has_answer && trying->trial->decided != NULL) {
        trying->trial->decided(trying->trial->context, trying->heart);
    }
}

// Events of before the last ones only make the state: their answers stand in the journal.
static void adopt(struct trying *trying, Slice answer) {
    struct heart_refusal refusal;
    if (trying->event.size > 0) {
        HeartAnswer what = heart_adopt(trying->heart, buf_slice(&trying->event), trying->effort, answer, &refusal);
        trying->left_out_events += what != HEART_DECIDED;
        buf_reset(&trying->event);
    }
}

static void hold(struct trying *trying, const struct journal_entry *entry) {
    buf_reset(&trying->event);
    buf_put(&trying->event, entry->data);
    trying->effort = entry->flags < EFFORT_COUNT ? (Effort)entry->flags : EFFORT_full;
}

static void take_change(struct trying *trying, Slice record) {
    struct heart_refusal refusal;
    buf_reset(&trying->answer);
    trying->left_out_changes += heart_take(trying->heart, record, (HeartEffort){0}, &trying->answer, &refusal) != HEART_CHANGED;
}

static void on_entry(struct trying *trying, const struct journal_entry *entry) {
    switch (entry->kind) {
    case KIND_EVENT:
        if (entry->sequence < trying->count_from) {
            hold(trying, entry);
        } else {
            decide(trying, entry);
        }
        break;
    case KIND_DECISION:
        adopt(trying, entry->data);
        if (trying->has_answer && entry->sequence >= trying->count_from) {
            trying->first = trying->first == 0 ? entry->sequence - 1 : trying->first;
            trying->last = entry->sequence;
            compare(trying, entry->data);
            count_sides(trying);
        }
        trying->has_answer = false;
        break;
    case KIND_CHANGE:
        take_change(trying, entry->data);
        break;
    case KIND_LABEL:
        if (trying->trial->labelled != NULL) {
            trying->trial->labelled(trying->trial->context, entry->data);
        }
        break;
    case KIND_BRAKE:
        trying->left_out_changes += !brake_apply(trying->before_json, entry->data, trying->heart);
        break;
    default:
        break;
    }
}

static Status read_on(struct trying *trying, struct journal_reader *reader) {
    struct journal_entry entry;
    Status status;
    while ((status = journal_reader_next(reader, &entry, trying->arena, trying->diag)) == STATUS_OK) {
        if (trying->trial->stop != NULL && entry.sequence % STOP_EVERY == 0 && atomic_load(trying->trial->stop)) {
            return diag_fail(trying->diag, trying->arena, STATUS_LIMIT, "RL004", "the trial was given up, since the server ends or something urgent came");
        }
        on_entry(trying, &entry);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- the report -------------------------------------------------------------------------------------------

static void report_models(const struct trying *trying, struct json_writer *json) {
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < trying->models.count; i++) {
        const struct model_count *model = &trying->models.at[i];
        if (model->only_before + model->only_after == 0) {
            continue;
        }
        json_object_begin(json);
        json_key_string(json, SLICE("model"), model->id);
        json_key_i64(json, SLICE("before"), (int64_t)model->before);
        json_key_i64(json, SLICE("after"), (int64_t)model->after);
        json_key_i64(json, SLICE("only_before"), (int64_t)model->only_before);
        json_key_i64(json, SLICE("only_after"), (int64_t)model->only_after);
        json_object_end(json);
    }
    json_array_end(json);
}

static void report_changes(const struct trying *trying, struct json_writer *json) {
    json_key(json, SLICE("actions"));
    json_array_begin(json);
    for (uint32_t i = 0; i < trying->changes.count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("from"), trying->changes.at[i].from);
        json_key_string(json, SLICE("to"), trying->changes.at[i].to);
        json_key_i64(json, SLICE("events"), (int64_t)trying->changes.at[i].count);
        json_object_end(json);
    }
    json_array_end(json);
    json_key(json, SLICE("examples"));
    json_array_begin(json);
    for (uint32_t i = 0; i < trying->examples.count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("event_id"), trying->examples.at[i].event_id);
        json_key_string(json, SLICE("from"), trying->examples.at[i].from);
        json_key_string(json, SLICE("to"), trying->examples.at[i].to);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_report(const struct trying *trying, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_i64(&json, SLICE("events"), (int64_t)trying->events);
    json_key_i64(&json, SLICE("from_sequence"), (int64_t)trying->first);
    json_key_i64(&json, SLICE("upto_sequence"), (int64_t)trying->last);
    json_key_i64(&json, SLICE("same_action"), (int64_t)trying->same);
    json_key_i64(&json, SLICE("other_action"), (int64_t)(trying->events - trying->same));
    json_key_i64(&json, SLICE("left_out_events"), (int64_t)trying->left_out_events);
    json_key_i64(&json, SLICE("left_out_changes"), (int64_t)trying->left_out_changes);
    json_key_double(&json, SLICE("us_per_event"), trying->events == 0 ? 0 : (double)(trying->took_ns / trying->events) / 1000);
    report_changes(trying, &json);
    report_models(trying, &json);
    json_object_end(&json);
    json_writer_finish(&json);
}

Status trial_run(const struct trial *trial, struct arena *arena, struct buf *report, struct diag *diag) {
    struct trying trying = {.trial = trial, .arena = arena, .diag = diag};
    struct journal_reader *reader;
    uint64_t from;
    map_init(&trying.models_by_id, arena);
    Status status = take_state(&trying, &from);
    if (status == STATUS_OK) {
        status = journal_reader_open(disk_real(), trial->folder, from, (struct journal_reader_options){.journal = trial->journal}, arena, &reader, diag);
    }
    if (status == STATUS_OK) {
        trying.before_json = json_reader_create(ANSWER_MAX, DEPTH);
        trying.after_json = json_reader_create(ANSWER_MAX, DEPTH);
        buf_init(&trying.answer, ANSWER_MAX);
        buf_init(&trying.event, ANSWER_MAX);
        status = read_on(&trying, reader);
        journal_reader_close(reader);
        json_reader_destroy(trying.before_json);
        json_reader_destroy(trying.after_json);
        buf_deinit(&trying.answer);
        buf_deinit(&trying.event);
    }
    heart_destroy(trying.heart);
    if (status == STATUS_OK) {
        write_report(&trying, report);
    }
    return status;
}
