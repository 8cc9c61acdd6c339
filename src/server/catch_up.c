// Batches go round between the two threads. A batch ends behind a decision, so that an event and its decision are never apart, or with a record that is neither;
// a release ends one too, and the reading thread waits for the catalogue that goes on, since it parses by its schema.

#include "server/catch_up.h"

#include "os/thread.h"
#include "server/records.h"

#include <stdlib.h>

enum { BATCH_EVENTS = 256, BATCHES = 4, LABEL_MAX = 1 << 20, LABEL_DEPTH = 16 };

struct item {
    struct event *event; // NULL: it could not be parsed, or the record is none
    Slice record;
    Slice answer; // empty: the log ends before it
    Effort effort;
    uint64_t sequence;
};

struct batch {
    struct item items[BATCH_EVENTS];
    struct event *events[BATCH_EVENTS];
    const struct schema *schema; // that they were made for
    uint32_t count;
    struct arena bytes;
    // A record that is no event and no decision, behind the items.
    bool has_other;
    struct journal_entry other;
    Status status; // STATUS_OK: there is more to come; STATUS_END
    struct diag diag;
};

struct catching_up {
    struct replay *replay;
    struct arena *arena;
    struct diag *diag;
    struct journal_reader *reader;
    struct queue *full, *free;
    struct queue *schemas; // to the reading thread, one after each release
    struct batch batches[BATCHES];
    struct arena reading; // of the reading thread
    const struct schema *schema;
    struct intake *intake;
    uint64_t checked;
    struct buf answer;
};

// ---- the reading thread -----------------------------------------------------------------------------------

static void make_events(struct batch *batch, const struct schema *schema) {
    if (batch->schema == schema) {
        return;
    }
    for (uint32_t i = 0; i < BATCH_EVENTS; i++) {
        event_destroy(batch->events[i]);
        batch->events[i] = event_create(schema);
    }
    batch->schema = schema;
}

static void read_event(struct catching_up *catching, struct batch *batch, const struct journal_entry *entry) {
    struct item *item = &batch->items[batch->count];
    struct intake_refusal refusal;
    RecordKind kind;
    *item = (struct item){.record = arena_copy(&batch->bytes, entry->data),
                          .effort = entry->flags < EFFORT_COUNT ? (Effort)entry->flags : EFFORT_full,
                          .sequence = entry->sequence};
    struct event *event = batch->events[batch->count++];
    if (catching->intake != NULL && intake_json(catching->intake, item->record, event, &kind, &refusal) == STATUS_OK && kind == RECORD_EVENT) {
        item->event = event;
    }
}

// Whether the batch is to end with this record.
static bool put(struct catching_up *catching, struct batch *batch, const struct journal_entry *entry) {
    bool owes = batch->count > 0 && batch->items[batch->count - 1].answer.at == NULL;
    switch (entry->kind) {
    case KIND_EVENT:
        if (!owes) {
            read_event(catching, batch, entry);
            return false;
        }
        break;
    case KIND_DECISION:
        if (owes) {
            batch->items[batch->count - 1].answer = arena_copy(&batch->bytes, entry->data);
            return batch->count == BATCH_EVENTS;
        }
        break;
    default:
        break;
    }
    batch->other = *entry;
    batch->other.data = arena_copy(&batch->bytes, entry->data);
    batch->has_other = true;
    return true;
}

static void fill(struct catching_up *catching, struct batch *batch) {
    struct journal_entry entry;
    arena_reset(&batch->bytes);
    batch->count = 0;
    batch->has_other = false;
    make_events(batch, catching->schema);
    do {
        batch->status = journal_reader_next(catching->reader, &entry, &catching->reading, &batch->diag);
    } while (batch->status == STATUS_OK && !put(catching, batch, &entry));
}

// Waits for the schema that goes on; false: it is over.
static bool take_schema(struct catching_up *catching) {
    const struct schema *schema = queue_pop(catching->schemas);
    if (schema == NULL) {
        return false;
    }
    if (schema != catching->schema) {
        intake_destroy(catching->intake);
        catching->intake = schema->field_count == 0 ? NULL : intake_create(schema, NULL);
        catching->schema = schema;
    }
    return true;
}

static void read_on(void *context) {
    struct catching_up *catching = context;
    bool goes_on = take_schema(catching);
    while (goes_on) {
        struct batch *batch = queue_pop(catching->free);
        if (batch == NULL) {
            break;
        }
        fill(catching, batch);
        bool releases = batch->has_other && batch->other.kind == KIND_RELEASE;
        bool ends = batch->status != STATUS_OK;
        goes_on = queue_push(catching->full, batch) && !ends && (!releases || take_schema(catching));
    }
    queue_close(catching->full);
}

// ---- the calling thread -----------------------------------------------------------------------------------

static Status differs(struct catching_up *catching, uint64_t sequence, const char *what) {
    return diag_fail(catching->diag, catching->arena, STATUS_INVALID, "SV001", "the journal's record %llu %s; this program or this pack did not write it",
                     (unsigned long long)sequence, what);
}

// Decides on an event again; the answer has to be the one that was given, if there is one.
static Status decide(struct catching_up *catching, const struct item *item) {
    struct replay *replay = catching->replay;
    struct heart_refusal refusal;
    buf_reset(&replay->answer);
    if (heart_take(replay->heart, item->record, (HeartEffort){.effort = item->effort}, &replay->answer, &refusal) != HEART_DECIDED) {
        return differs(catching, item->sequence, "was taken once and is not now");
    }
    if (item->answer.at == NULL) {
        replay->owes_decision = true;
        replay->owed_by = item->sequence;
        return STATUS_OK;
    }
    replay->found.compared++;
    return slice_equal(item->answer, buf_slice(&replay->answer)) ? STATUS_OK
                                                                 : differs(catching, item->sequence + 1, "is a decision that does not come out again");
}

static Status take_in(struct catching_up *catching, const struct item *item) {
    struct replay *replay = catching->replay;
    struct heart_refusal refusal;
    bool has_answer = item->answer.at != NULL;
    replay->found.records += 1 + has_answer;
    replay->found.decisions += has_answer;
    replay->found.last_sequence = item->sequence + has_answer;
    if (replay->noted != NULL && has_answer && item->event != NULL) {
        replay->noted(replay->noted_context, hash128(item->event->id, 0), false, item->sequence + 1);
    }
    if (item->event == NULL || !has_answer || catching->checked++ % CATCH_UP_CHECKED == 0) {
        return decide(catching, item);
    }
    if (heart_forward_event(replay->heart, item->event, item->effort, item->answer, &refusal) != HEART_DECIDED) {
        return differs(catching, item->sequence + 1, "is a decision of another catalogue");
    }
    return STATUS_OK;
}

static void expect(struct catching_up *catching, const struct batch *batch, uint32_t i) {
    heart_expect_event(catching->replay->heart, i < batch->count ? batch->items[i].event : NULL);
}

static Status take_in_all(struct catching_up *catching, const struct batch *batch) {
    if (batch->count > 0 && catching->replay->heart == NULL) {
        return differs(catching, batch->items[0].sequence, "comes before any release");
    }
    for (uint32_t i = 0; i < EXPECT_AHEAD && batch->count > 0; i++) {
        expect(catching, batch, i);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        expect(catching, batch, i + EXPECT_AHEAD);
        TRY(take_in(catching, &batch->items[i]));
    }
    return STATUS_OK;
}

static void send_schema(struct catching_up *catching) {
    static const struct schema none; // before the first release there are no events
    const struct heart *heart = catching->replay->heart;
    queue_push(catching->schemas, (void *)(uintptr_t)(heart == NULL ? &none : heart_catalogue(heart)->schema));
}

static void note_label(struct catching_up *catching, const struct journal_entry *entry) {
    struct replay *replay = catching->replay;
    JsonTree tree;
    if (replay->noted == NULL || entry->kind != KIND_LABEL) {
        return;
    }
    struct json_reader *json = json_reader_create(LABEL_MAX, LABEL_DEPTH);
    if (json_parse(json, entry->data, &tree) == STATUS_OK) {
        replay->noted(replay->noted_context, hash128(record_text(tree, "event_id"), 0), true, entry->sequence);
    }
    json_reader_destroy(json);
}

static Status take_batch(struct catching_up *catching, struct batch *batch) {
    struct replay *replay = catching->replay;
    TRY(take_in_all(catching, batch));
    if (replay->on_record != NULL) {
        replay->on_record(replay->context, &(struct journal_entry){.sequence = replay->found.last_sequence}, replay->heart);
    }
    if (batch->has_other) {
        note_label(catching, &batch->other);
        TRY(replay_entry(replay, &batch->other, catching->arena, catching->diag));
        if (batch->other.kind == KIND_RELEASE) {
            send_schema(catching);
        }
    }
    if (batch->status != STATUS_OK && batch->status != STATUS_END) {
        *catching->diag = batch->diag;
        catching->diag->message = arena_copy(catching->arena, batch->diag.message);
    }
    return batch->status;
}

static Status take_all(struct catching_up *catching) {
    send_schema(catching);
    struct batch *batch;
    while ((batch = queue_pop(catching->full)) != NULL) {
        Status status = take_batch(catching, batch);
        if (status != STATUS_OK) {
            return status == STATUS_END ? STATUS_OK : status;
        }
        queue_push(catching->free, batch);
    }
    return STATUS_OK;
}

// ---- its life ---------------------------------------------------------------------------------------------

static void init(struct catching_up *catching) {
    arena_init(&catching->reading, 1 << 16);
    catching->full = queue_create(BATCHES);
    catching->free = queue_create(BATCHES);
    catching->schemas = queue_create(2);
    for (int i = 0; i < BATCHES; i++) {
        arena_init(&catching->batches[i].bytes, 1 << 20);
        queue_push(catching->free, &catching->batches[i]);
    }
}

static void deinit(struct catching_up *catching) {
    for (int i = 0; i < BATCHES; i++) {
        struct batch *batch = &catching->batches[i];
        for (uint32_t k = 0; k < BATCH_EVENTS; k++) {
            event_destroy(batch->events[k]);
        }
        arena_deinit(&batch->bytes);
    }
    intake_destroy(catching->intake);
    queue_destroy(catching->full);
    queue_destroy(catching->free);
    queue_destroy(catching->schemas);
    arena_deinit(&catching->reading);
    free(catching);
}

Status catch_up(struct replay *replay, struct arena *arena, struct diag *diag) {
    struct journal_reader *reader;
    TRY(journal_reader_open(disk_real(), replay->folder, replay->found.last_sequence + 1, (struct journal_reader_options){0}, arena, &reader, diag));
    struct catching_up *catching = memory_alloc(sizeof *catching);
    *catching = (struct catching_up){.replay = replay, .arena = arena, .diag = diag, .reader = reader};
    init(catching);
    struct thread *thread = thread_start("read", read_on, catching);
    Status status = take_all(catching);
    queue_close(catching->schemas);
    queue_close(catching->free);
    queue_close(catching->full);
    thread_join(thread);
    deinit(catching);
    journal_reader_close(reader);
    if (status != STATUS_OK) {
        heart_destroy(replay->heart);
        replay->heart = NULL;
    }
    return status;
}
