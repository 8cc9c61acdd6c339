#include "server/catch_up.h"

#include "server/read_ahead.h"
#include "server/records.h"

struct catching_up {
    struct replay *replay;
    struct arena *arena;
    struct diag *diag;
    struct read_ahead *ahead;
    uint64_t events; // with an answer
};

static Status differs(struct catching_up *catching, uint64_t sequence, const char *what) {
    return diag_fail(catching->diag, catching->arena, STATUS_INVALID, "SV001", "the journal's record %llu %s; this program or this pack did not write it",
                     (unsigned long long)sequence, what);
}

// ---- events -----------------------------------------------------------------------------------------------

static Effort effort_of(const struct item *item) {
    return item->entry.flags < EFFORT_COUNT ? (Effort)item->entry.flags : EFFORT_full;
}

// Decides on an event again; the answer has to be the one that was given, if there is one.
static Status decide(struct catching_up *catching, const struct item *item) {
    struct replay *replay = catching->replay;
    struct heart_refusal refusal;
    buf_reset(&replay->answer);
    if (heart_take(replay->heart, item->entry.data, (HeartEffort){.effort = effort_of(item)}, &replay->answer, &refusal) != HEART_DECIDED) {
        return differs(catching, item->entry.sequence, "was taken once and is not now");
    }
    if (item->answer.at == NULL) {
        replay->owes_decision = true;
        replay->owed_by = item->entry.sequence;
        return STATUS_OK;
    }
    replay->found.compared++;
    return slice_equal(item->answer, buf_slice(&replay->answer)) ? STATUS_OK
                                                                 : differs(catching, item->entry.sequence + 1, "is a decision that does not come out again");
}

static bool is_checked(struct catching_up *catching) {
    uint64_t number = catching->events++;
    return number % (number < CATCH_UP_CLOSELY ? CATCH_UP_CHECKED : CATCH_UP_CHECKED_LATER) == 0;
}

static Status take_event(struct catching_up *catching, const struct item *item) {
    struct replay *replay = catching->replay;
    struct heart_refusal refusal;
    bool has_answer = item->answer.at != NULL;
    replay->found.records += 1 + has_answer;
    replay->found.decisions += has_answer;
    replay->found.last_sequence = item->entry.sequence + has_answer;
    if (replay->heart == NULL) {
        return differs(catching, item->entry.sequence, "comes before any release");
    }
    if (replay->noted != NULL && has_answer && item->event != NULL) {
        replay->noted(replay->noted_context, item->ahead.id, false, item->entry.sequence + 1);
    }
    if (item->event == NULL || !has_answer || is_checked(catching)) {
        return decide(catching, item);
    }
    if (heart_forward_foreseen(replay->heart, item->event, effort_of(item), item->answer, &item->ahead, &refusal) != HEART_DECIDED) {
        return differs(catching, item->entry.sequence + 1, "is a decision of another catalogue");
    }
    return STATUS_OK;
}

// ---- other records ----------------------------------------------------------------------------------------

static void note_label(struct replay *replay, const struct journal_entry *entry) {
    JsonTree tree;
    if (replay->noted != NULL && entry->kind == KIND_LABEL && json_parse(replay->json, entry->data, &tree) == STATUS_OK) {
        replay->noted(replay->noted_context, hash128(record_text(tree, "event_id"), 0), true, entry->sequence);
    }
}

static Status take_other(struct catching_up *catching, const struct item *item) {
    note_label(catching->replay, &item->entry);
    return replay_entry(catching->replay, &item->entry, catching->arena, catching->diag);
}

// ---- batches ----------------------------------------------------------------------------------------------

static void expect(struct heart *heart, const struct batch *batch, uint32_t i) {
    const struct item *item = i < batch->count ? &batch->items[i] : NULL;
    bool is_foreseen = item != NULL && item->event != NULL && item->answer.at != NULL;
    heart_expect_foreseen(heart, is_foreseen ? &item->ahead : NULL);
}

static Status take_items(struct catching_up *catching, const struct batch *batch) {
    struct heart *heart = catching->replay->heart; // another one only behind the batch's last record
    for (uint32_t i = 0; i < EXPECT_AHEAD && heart != NULL; i++) {
        expect(heart, batch, i);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        if (heart != NULL) {
            expect(heart, batch, i + EXPECT_AHEAD);
        }
        const struct item *item = &batch->items[i];
        TRY(item->is_event ? take_event(catching, item) : take_other(catching, item));
    }
    return STATUS_OK;
}

static Status take_batch(struct catching_up *catching, const struct batch *batch) {
    struct replay *replay = catching->replay;
    TRY(take_items(catching, batch));
    if (replay->on_record != NULL) {
        replay->on_record(replay->context, &(struct journal_entry){.sequence = replay->found.last_sequence}, replay->heart);
    }
    if (batch->status != STATUS_OK && batch->status != STATUS_END) {
        *catching->diag = batch->diag;
        catching->diag->message = arena_copy(catching->arena, batch->diag.message);
        catching->diag->hint = arena_copy(catching->arena, batch->diag.hint);
    }
    return batch->status;
}

static const struct catalogue *catalogue_of(const struct replay *replay) {
    return replay->heart == NULL ? NULL : heart_catalogue(replay->heart);
}

static Status take_all(struct catching_up *catching) {
    struct batch *batch;
    while ((batch = read_ahead_take(catching->ahead)) != NULL) {
        TRY(take_batch(catching, batch));
        bool releases = batch->releases;
        read_ahead_give(catching->ahead, batch);
        if (releases) {
            read_ahead_go_on(catching->ahead, catalogue_of(catching->replay));
        }
    }
    return STATUS_END;
}

Status catch_up(struct replay *replay, struct arena *arena, struct diag *diag) {
    struct catching_up catching = {.replay = replay, .arena = arena, .diag = diag};
    struct read_ahead_options options = {
        .folder = replay->folder,
        .from = replay->found.last_sequence + 1,
        .catalogue = catalogue_of(replay),
        .threads = replay->threads,
    };
    INVARIANT(!replay->apart && replay->before == NULL && replay->journal == NULL);
    Status status = read_ahead_start(&options, arena, &catching.ahead, diag);
    if (status == STATUS_OK) {
        status = take_all(&catching);
        read_ahead_stop(catching.ahead);
    }
    if (status != STATUS_END) {
        heart_destroy(replay->heart);
        replay->heart = NULL;
        return status;
    }
    return STATUS_OK;
}
