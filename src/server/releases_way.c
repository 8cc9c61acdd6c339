// The way of a pack that is here: it is tried, proposed by one person and judged by another, decides, and is gone back from.

#include "server/releases_private.h"
#include "server/snapshots.h"
#include "server/trial.h"

enum { REBUILD_LEFT_MAX = 32 };

void release_answer(struct release_ask *ask, const struct release_entry *entry) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    release_write(&json, entry, true);
    json_writer_finish(&json);
    buf_put_byte(&ask->body, '\n');
    ask->http_status = 200;
}

void release_try(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena) {
    struct trial trial = {
        .source = shelf_source(releases->options.shelf),
        .label = label_hash(entry->label),
        .folder = releases->options.journal,
        .journal = pipeline_journal(releases->at_hand),
        .events = ask->events > 0 ? ask->events : atomic_load(&releases->try_events),
        .stop = &releases->stop,
    };
    struct diag diag;
    struct buf report;
    buf_init(&report, RELEASE_REPORT_MAX);
    if (trial_run(&trial, arena, &report, &diag) != STATUS_OK) {
        release_refuse(ask, 409, "trial_failed", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
    } else {
        entry->trial = arena_copy(&releases->arena, buf_slice(&report));
        releases_settle(releases, ask, entry, "release_tried", arena);
    }
    buf_deinit(&report);
}

// Whether the state is taken over, or has to be made again. False: it has refused.
static bool find_way(struct releases *releases, struct release_ask *ask, const struct release_entry *entry, struct arena *arena, bool *ret_keeps) {
    const struct pack_folder *next;
    const struct pack_folder *now;
    struct diag diag;
    if (shelf_find(releases->options.shelf, label_hash(entry->label), arena, &next, &diag) != STATUS_OK ||
        shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now, &diag) != STATUS_OK) {
        release_refuse_by(ask, &diag);
        return false;
    }
    *ret_keeps = next->catalogue->state_layout == now->catalogue->state_layout;
    return true;
}

void release_propose(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena) {
    if (!ask->is_person) {
        release_refuse(ask, 403, "needs_a_person", "a person proposes a release");
    } else if (entry->state != STATE_draft && entry->state != STATE_rejected && entry->state != STATE_replaced) {
        release_refuse(ask, 409, "wrong_state", "it is %s", release_state_names[entry->state]);
    } else {
        entry->state = STATE_proposed;
        entry->proposed_by = arena_copy(&releases->arena, ask->by);
        entry->proposed_us = releases->options.now_us();
        entry->note = slice_empty(ask->note) ? entry->note : arena_copy(&releases->arena, ask->note);
        entry->approved_by = SLICE("");
        releases_settle(releases, ask, entry, "release_proposed", arena);
    }
}

void release_judge(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena, ReleaseState verdict) {
    bool brought_it = entry->brought_by_person && slice_equal(ask->by, entry->brought_by);
    if (!ask->is_person) {
        release_refuse(ask, 403, "needs_a_person", "a person judges a release");
    } else if (entry->state != STATE_proposed && !(verdict == STATE_rejected && entry->state == STATE_approved)) {
        release_refuse(ask, 409, "wrong_state", "it is %s", release_state_names[entry->state]);
    } else if (verdict == STATE_approved && (slice_equal(ask->by, entry->proposed_by) || brought_it)) {
        release_refuse(ask, 403, "needs_another_person", "who brought or proposed a release does not approve it");
    } else {
        entry->state = verdict;
        entry->approved_by = arena_copy(&releases->arena, ask->by);
        entry->approved_us = releases->options.now_us();
        releases_settle(releases, ask, entry, verdict == STATE_approved ? "release_approved" : "release_rejected", arena);
    }
}

static void on_released(struct work *work) {
    struct releases *releases = work->user;
    pthread_mutex_lock(&releases->lock);
    releases->work_is_over = true;
    pthread_cond_signal(&releases->released);
    pthread_mutex_unlock(&releases->lock);
}

static void write_record(struct buf *out, const struct release_entry *entry, const struct release_ask *ask, const char *what, bool keeps) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), entry->label);
    json_key_string(&json, SLICE("state"), keeps ? SLICE("kept") : SLICE("rebuilt"));
    json_key_string(&json, SLICE("what"), slice_of(what));
    release_put_text(&json, "before", entry->before);
    release_put_text(&json, "brought_by", entry->brought_by);
    release_put_text(&json, "proposed_by", entry->proposed_by);
    release_put_text(&json, "approved_by", entry->approved_by);
    json_key_string(&json, SLICE("released_by"), ask->by);
    release_put_text(&json, "note", ask->note);
    json_object_end(&json);
    json_writer_finish(&json);
}

// Has the pipeline take it over, and waits until that is durable.
static PipelineOutcome hand_over(struct releases *releases, struct release_ask *ask, struct heart *heart, struct rebuild *rebuild, Slice record) {
    struct work work = {.kind = WORK_RELEASE, .record = record, .done = on_released, .user = releases, .heart = heart, .rebuild = rebuild};
    releases->work_is_over = false;
    if (!pipeline_submit(releases->at_hand, &work)) {
        heart_destroy(heart);
        return PIPELINE_FAILED;
    }
    pthread_mutex_lock(&releases->lock);
    while (!releases->work_is_over) {
        pthread_cond_wait(&releases->released, &releases->lock);
    }
    pthread_mutex_unlock(&releases->lock);
    heart_destroy(work.heart); // the old one, or the new one when it was refused
    if (work.outcome == PIPELINE_REFUSED) {
        release_refuse(ask, 409, "not_rebuilt", "%s: %s", work.code, work.reason);
    }
    return work.outcome;
}

// A heart with the state made again, as far as the journal goes by now. NULL: it has refused.
static bool rebuild_beside(struct releases *releases, struct release_ask *ask, struct heart *heart, struct rebuild *rebuild, struct arena *arena) {
    struct diag diag;
    *rebuild = (struct rebuild){
        .folder = releases->options.journal, .journal = pipeline_journal(releases->at_hand), .heart = heart, .stop = &releases->stop};
    uint64_t before;
    do { // each time fewer have come meanwhile
        before = rebuild->records;
        if (rebuild_upto(rebuild, UINT64_MAX, arena, &diag) != STATUS_OK) {
            release_refuse(ask, 409, "not_rebuilt", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
            return false;
        }
    } while (rebuild->records - before > REBUILD_LEFT_MAX);
    return true;
}

static void settle_release(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct release_entry *before, const char *what,
                           struct arena *arena) {
    if (before != NULL && before != entry) {
        before->state = STATE_replaced;
    }
    entry->state = STATE_released;
    entry->released_by = arena_copy(&releases->arena, ask->by);
    entry->released_us = releases->options.now_us();
    releases_settle(releases, ask, entry, what, arena);
}

void release_now(struct releases *releases, struct release_ask *ask, struct release_entry *entry, const char *what, struct arena *arena) {
    struct diag diag;
    struct buf record;
    struct rebuild rebuild;
    bool keeps;
    struct release_entry *before = releases_find_deciding(releases);
    if (!find_way(releases, ask, entry, arena, &keeps)) {
        return;
    }
    struct heart_source source = shelf_source(releases->options.shelf);
    struct heart *heart = source.make(source.context, label_hash(entry->label), SCOPE_IN_FLIGHT, !keeps, arena, &diag);
    if (heart == NULL) {
        release_refuse_by(ask, &diag);
        return;
    }
    if (!keeps && !rebuild_beside(releases, ask, heart, &rebuild, arena)) {
        heart_destroy(heart);
        return;
    }
    Slice replaced = before == NULL || before == entry ? SLICE("") : before->name;
    entry->before = slice_equal(slice_of(what), SLICE("release_rolled_back")) ? entry->before : replaced;
    buf_init(&record, 1 << 16);
    write_record(&record, entry, ask, what, keeps);
    PipelineOutcome outcome = hand_over(releases, ask, heart, keeps ? NULL : &rebuild, buf_slice(&record));
    buf_deinit(&record);
    if (outcome == PIPELINE_DONE) {
        settle_release(releases, ask, entry, before, what, arena);
    } else if (outcome != PIPELINE_REFUSED) {
        release_refuse(ask, 503, "not_released", "the journal did not take it: %s", outcome == PIPELINE_NO_ROOM ? "its disk is full" : "it has failed");
    }
}

void release_release(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena) {
    if (entry->state != STATE_approved) {
        release_refuse(ask, 409, "wrong_state", "it is %s, and only what is approved is released", release_state_names[entry->state]);
    } else if (releases_is_frozen(releases)) {
        release_refuse(ask, 409, "frozen", "a brake holds releases; see /v1/brakes");
    } else {
        release_now(releases, ask, entry, "release_released", arena);
    }
}

void release_roll_back(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    struct release_entry *now = releases_find_deciding(releases);
    struct release_entry *before = now == NULL || slice_empty(now->before) ? NULL : releases_find(releases, now->before);
    if (before == NULL) {
        release_refuse(ask, 409, "nothing_before", "there is no release before this one");
    } else if (slice_empty(ask->note)) {
        release_refuse(ask, 422, "note_missing", "say why: it stands beside the change");
    } else {
        release_now(releases, ask, before, "release_rolled_back", arena);
    }
}
