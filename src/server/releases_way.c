// The way of a pack that is here: it is tried, proposed by one person and judged by another, decides, and is gone back from.

#include "server/releases_private.h"
#include "server/snapshots.h"
#include "server/sweep.h"
#include "server/trial.h"

enum { REBUILD_LEFT_MAX = 32, REBUILD_ROUNDS_MAX = 100 };

void release_answer(struct release_ask *ask, const struct release_entry *entry) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    release_write(&json, entry, true);
    json_writer_finish(&json);
    buf_put_byte(&ask->body, '\n');
    ask->http_status = 200;
}

// So that the file of the releases, which has them all, has room for what matters.
static void forget_trials(struct releases *releases, const struct release_entry *newest) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        bytes += releases->entries.at[i].trial.size;
    }
    for (uint32_t i = 0; i < releases->entries.count && bytes > RELEASES_TRIALS_MAX; i++) {
        struct release_entry *entry = &releases->entries.at[i];
        if (entry != newest) {
            bytes -= entry->trial.size;
            entry->trial = SLICE("");
        }
    }
}

// Reports come and go: from time to time those that are kept move, and the memory of the others is given back.
static void make_room(struct releases *releases) {
    struct arena kept;
    if (releases->trial_bytes < 4 * (size_t)RELEASES_TRIALS_MAX) {
        return;
    }
    arena_init(&kept, 1 << 16);
    releases->trial_bytes = 0;
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        struct release_entry *entry = &releases->entries.at[i];
        entry->trial = arena_copy(&kept, entry->trial);
        releases->trial_bytes += entry->trial.size;
    }
    arena_deinit(&releases->trials);
    releases->trials = kept;
}

static Slice keep_report(struct releases *releases, Slice report) {
    releases->trial_bytes += report.size;
    return arena_copy(&releases->trials, report);
}

static Status run_trial(struct releases *releases, const struct release_ask *ask, const struct release_entry *entry, struct arena *arena, struct buf *report,
                        struct diag *diag) {
    // What it compiles goes with a shelf of its own: authors try many a pack that never decides.
    struct shelf *shelf;
    TRY(shelf_open(releases->options.folder, arena, &shelf, diag));
    struct trial trial = {
        .source = shelf_source(shelf),
        .label = label_hash(entry->label),
        .folder = releases->options.journal,
        .journal = pipeline_journal(releases->at_hand),
        .events = ask->events > 0 ? ask->events : atomic_load(&releases->try_events),
        .stop = &releases->give_up,
    };
    Status status = trial_run(&trial, arena, report, diag);
    shelf_close(shelf);
    return status;
}

void release_try(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena) {
    struct diag diag;
    struct buf report;
    buf_init(&report, RELEASE_REPORT_MAX);
    if (run_trial(releases, ask, entry, arena, &report, &diag) != STATUS_OK) {
        release_refuse(ask, 409, "trial_failed", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
    } else {
        make_room(releases);
        struct release_entry was = *entry;
        entry->trial = keep_report(releases, buf_slice(&report));
        forget_trials(releases, entry);
        releases_settle(releases, ask, entry, &was, "release_tried", arena);
    }
    buf_deinit(&report);
}

void release_sweep(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    const struct pack_folder *now;
    struct shelf *shelf; // its own, as of a trial
    struct diag diag;
    if (shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now, &diag) != STATUS_OK ||
        shelf_open(releases->options.folder, arena, &shelf, &diag) != STATUS_OK) {
        release_refuse_by(ask, &diag);
        return;
    }
    struct pack_folder pack;
    pack_init(&pack, SLICE(""));
    pack_lay_over(&pack, now, ask->files, ask->file_count);
    if (pack_compile(&pack) != STATUS_OK) {
        release_answer_diags(ask, &pack.catalogue->diags);
    } else {
        struct sweep sweep = {
            .pack = &pack,
            .model = ask->model,
            .parameter = ask->parameter,
            .from = ask->least,
            .to = ask->most,
            .steps = ask->steps,
            .others = shelf_source(shelf),
            .folder = releases->options.journal,
            .journal = pipeline_journal(releases->at_hand),
            .events = ask->events > 0 ? ask->events : atomic_load(&releases->try_events),
            .stop = &releases->give_up,
        };
        Status status = sweep_thresholds(&sweep, arena, &ask->body, &diag);
        if (status == STATUS_NOT_FOUND) {
            release_refuse(ask, 404, "no_such_model", "%.*s", SLICE_ARGS(diag.message));
        } else if (status != STATUS_OK) {
            release_refuse(ask, 409, "trial_failed", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
        } else {
            ask->http_status = 200;
        }
    }
    pack_close(&pack);
    shelf_close(shelf);
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
    struct release_entry was = *entry;
    if (!ask->is_person) {
        release_refuse(ask, 403, "needs_a_person", "a person proposes a release");
    } else if (entry->state != STATE_draft && entry->state != STATE_rejected && entry->state != STATE_replaced) {
        release_refuse(ask, 409, "wrong_state", "it is %s", release_state_names[entry->state]);
    } else if (release_check_strategies(releases, ask, entry, arena)) {
        entry->state = STATE_proposed;
        entry->proposed_by = arena_copy(&releases->arena, ask->by);
        entry->proposed_us = releases->options.now_us();
        entry->note = slice_empty(ask->note) ? entry->note : arena_copy(&releases->arena, ask->note);
        entry->approved_by = SLICE("");
        releases_settle(releases, ask, entry, &was, "release_proposed", arena);
    }
}

void release_judge(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena, ReleaseState verdict) {
    struct release_entry was = *entry;
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
        releases_settle(releases, ask, entry, &was, verdict == STATE_approved ? "release_approved" : "release_rejected", arena);
    }
}

static void on_released(struct work *work) {
    struct releases *releases = work->user;
    pthread_mutex_lock(&releases->lock);
    releases->work_is_over = true;
    pthread_cond_signal(&releases->released);
    pthread_mutex_unlock(&releases->lock);
}

static void write_record(struct buf *out, const struct release_entry *entry, const struct releasing *releasing, bool keeps) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), entry->label);
    json_key_string(&json, SLICE("state"), keeps ? SLICE("kept") : SLICE("rebuilt"));
    json_key_string(&json, SLICE("what"), releasing->what);
    release_put_text(&json, "before", releasing->before);
    release_put_text(&json, "brought_by", entry->brought_by);
    release_put_text(&json, "proposed_by", entry->proposed_by);
    release_put_text(&json, "approved_by", entry->approved_by);
    json_key_string(&json, SLICE("released_by"), releasing->by);
    release_put_text(&json, "note", releasing->note);
    json_object_end(&json);
    json_writer_finish(&json);
}

// Has the pipeline take it over, and waits until that is durable.
static PipelineOutcome hand_over(struct releases *releases, struct release_ask *ask, struct heart *heart, struct rebuild *rebuild, Slice record) {
    struct work work = {.kind = WORK_RELEASE, .record = record, .done = on_released, .user = releases, .heart = heart, .rebuild = rebuild};
    work.costs = cost_table_create(heart_catalogue(heart));
    work.yields_to_brakes = ask->kind == RELEASE_RELEASE;
    releases->work_is_over = false;
    if (!pipeline_submit(releases->at_hand, &work)) {
        heart_destroy(heart);
        cost_table_destroy(work.costs);
        return PIPELINE_FAILED;
    }
    pthread_mutex_lock(&releases->lock);
    while (!releases->work_is_over) {
        pthread_cond_wait(&releases->released, &releases->lock);
    }
    pthread_mutex_unlock(&releases->lock);
    heart_destroy(work.heart); // the old one, or the new one when it was refused
    cost_table_destroy(work.costs);
    if (work.outcome == PIPELINE_REFUSED && strcmp(work.code, PIPELINE_FROZEN) == 0) {
        release_refuse(ask, 409, "frozen", "a brake holds releases; see /v1/brakes");
    } else if (work.outcome == PIPELINE_REFUSED) {
        release_refuse(ask, 409, "not_rebuilt", "%s: %s", work.code, work.reason);
    }
    return work.outcome;
}

// A heart with the state made again, as far as the journal goes by now. NULL: it has refused.
static bool rebuild_beside(struct releases *releases, struct release_ask *ask, struct heart *heart, struct rebuild *rebuild, struct arena *arena) {
    struct diag diag;
    *rebuild = (struct rebuild){
        .folder = releases->options.journal, .journal = pipeline_journal(releases->at_hand), .heart = heart, .stop = &releases->give_up};
    uint64_t before;
    int rounds = 0;
    do { // each time fewer have come meanwhile, until it is as many as come while a reader is opened
        before = rebuild->records;
        if (rebuild_upto(rebuild, UINT64_MAX, arena, &diag) != STATUS_OK) {
            release_refuse(ask, 409, "not_rebuilt", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
            return false;
        }
    } while (rebuild->records - before > REBUILD_LEFT_MAX && ++rounds < REBUILD_ROUNDS_MAX);
    heart_bring_in(heart, NULL);
    return true;
}

// What is on its way decides by now.
static void became(struct releases *releases, struct release_entry *entry) {
    struct releasing *releasing = &releases->releasing;
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        struct release_entry *other = &releases->entries.at[i];
        other->state = other->state == STATE_released ? STATE_replaced : other->state;
    }
    entry->state = STATE_released;
    entry->before = releasing->before;
    entry->released_by = releasing->by;
    entry->released_us = releasing->at_us;
    *releasing = (struct releasing){0};
}

static void cannot_keep(struct releases *releases, Slice name, const struct diag *diag) {
    releases_happened(releases, "releases_not_kept", name, SLICE("the server"), diag->message);
}

// It decides, whatever can be kept: that it was on its way is kept already, and is seen through by the next start.
static void settle_release(struct releases *releases, struct release_ask *ask, struct release_entry *entry, const char *what, struct arena *arena) {
    struct diag diag;
    became(releases, entry);
    if (releases_keep(releases, &diag, arena) != STATUS_OK) {
        cannot_keep(releases, entry->name, &diag);
    }
    ask->became = entry->name;
    releases_happened(releases, what, entry->name, ask->by, ask->note);
    release_answer(ask, entry);
}

// Writes down what is about to be. False: it has refused.
static bool begin_release(struct releases *releases, struct release_ask *ask, const struct release_entry *entry, const char *what, struct arena *arena) {
    struct diag diag;
    const struct release_entry *before = releases_find_deciding(releases);
    bool goes_back = ask->kind == RELEASE_ROLLBACK;
    releases->releasing = (struct releasing){
        .name = entry->name,
        .what = slice_of(what),
        .before = goes_back ? entry->before : before == NULL ? SLICE("") : before->name,
        .by = arena_copy(&releases->arena, ask->by),
        .note = arena_copy(&releases->arena, ask->note),
        .at_us = releases->options.now_us(),
    };
    if (releases_keep(releases, &diag, arena) == STATUS_OK) {
        return true;
    }
    releases->releasing = (struct releasing){0};
    release_refuse(ask, 507, "not_kept", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
    return false;
}

static void end_release(struct releases *releases, struct release_ask *ask, struct release_entry *entry, PipelineOutcome outcome, const char *what,
                        struct arena *arena) {
    if (outcome == PIPELINE_DONE) {
        settle_release(releases, ask, entry, what, arena);
        return;
    }
    // Of a journal that has failed nobody knows whether it holds the record; the next start does.
    if (outcome != PIPELINE_FAILED) {
        releases->releasing = (struct releasing){0};
    }
    if (outcome != PIPELINE_REFUSED) {
        release_refuse(ask, 503, "not_released", "the journal did not take it: %s", outcome == PIPELINE_NO_ROOM ? "its disk is full" : "it has failed");
    }
}

// A heart of that pack, with the state of the one that decides yet to come or made again. NULL: it has refused.
static struct heart *make_heart(struct releases *releases, struct release_ask *ask, const struct release_entry *entry, struct rebuild *rebuild, bool *ret_keeps,
                                struct arena *arena) {
    struct diag diag;
    if (!find_way(releases, ask, entry, arena, ret_keeps)) {
        return NULL;
    }
    struct heart_source source = shelf_source(releases->options.shelf);
    struct heart *heart = source.make(source.context, label_hash(entry->label), SCOPE_IN_FLIGHT, !*ret_keeps, arena, &diag);
    if (heart == NULL) {
        release_refuse_by(ask, &diag);
    } else if (!*ret_keeps && !rebuild_beside(releases, ask, heart, rebuild, arena)) {
        heart_destroy(heart);
        heart = NULL;
    }
    return heart;
}

void release_now(struct releases *releases, struct release_ask *ask, struct release_entry *entry, const char *what, struct arena *arena) {
    struct buf record;
    struct rebuild rebuild;
    bool keeps;
    if (entry == releases_find_deciding(releases)) {
        release_refuse(ask, 409, "wrong_state", "it decides already");
        return;
    }
    struct heart *heart = make_heart(releases, ask, entry, &rebuild, &keeps, arena);
    if (heart == NULL) {
        return;
    }
    if (!begin_release(releases, ask, entry, what, arena)) {
        heart_destroy(heart);
        return;
    }
    buf_init(&record, 1 << 16);
    write_record(&record, entry, &releases->releasing, keeps);
    PipelineOutcome outcome = hand_over(releases, ask, heart, keeps ? NULL : &rebuild, buf_slice(&record));
    buf_deinit(&record);
    end_release(releases, ask, entry, outcome, what, arena);
}

void release_release(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena) {
    if (!ask->is_person) {
        release_refuse(ask, 403, "needs_a_person", "a person releases");
    } else if (entry->state != STATE_approved) {
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
    Hash128 label = pipeline_state(releases->at_hand).label;
    if (!ask->is_person && !ask->is_brake) {
        release_refuse(ask, 403, "needs_a_person", "a person rolls back");
    } else if (label.low != ask->from.low || label.high != ask->from.high) {
        release_refuse(ask, 409, "wrong_state", "what decided when this was asked does not decide any more");
    } else if (before == NULL) {
        release_refuse(ask, 409, "nothing_before", "there is no release before this one");
    } else if (slice_empty(ask->note)) {
        release_refuse(ask, 422, "note_missing", "say why: it stands beside the change");
    } else {
        release_now(releases, ask, before, "release_rolled_back", arena);
    }
}

// ---- after a start ----------------------------------------------------------------------------------------

// What decides now is among the releases, whoever put it there.
static struct release_entry *add_deciding(struct releases *releases, struct arena *arena) {
    const struct pack_folder *pack;
    struct diag diag;
    struct release_entry *entry = releases_find_deciding(releases);
    if (entry != NULL || shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &pack, &diag) != STATUS_OK) {
        return entry;
    }
    return releases_add(releases, pack->catalogue->label, SLICE("begin"), false, SLICE(""));
}

static Slice name_of_released(const struct releases *releases) {
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        if (releases->entries.at[i].state == STATE_released) {
            return releases->entries.at[i].name;
        }
    }
    return SLICE("");
}

static const char *what_happened(Slice what) {
    return slice_is(what, "release_rolled_back") ? "release_rolled_back" : slice_is(what, "model_suspended") ? "model_suspended" : "release_released";
}

static void see_through(struct releases *releases, struct release_entry *entry, struct arena *arena) {
    struct releasing *releasing = &releases->releasing;
    if (slice_equal(releasing->name, entry->name)) {
        Slice note = arena_printf(arena, "asked for by %.*s before the server ended: %.*s", SLICE_ARGS(releasing->by), SLICE_ARGS(releasing->note));
        releases_happened(releases, what_happened(releasing->what), entry->name, SLICE("the server"), note);
    } else { // the file is a copy of another moment than the journal
        *releasing = (struct releasing){
            .before = entry->state == STATE_replaced ? entry->before : name_of_released(releases),
            .by = entry->released_by,
            .at_us = releases->options.now_us(),
        };
    }
    became(releases, entry);
}

void releases_know_deciding(struct releases *releases, struct arena *arena) {
    struct diag diag;
    struct release_entry *entry = releases->knows_deciding ? NULL : add_deciding(releases, arena);
    if (entry == NULL) {
        return;
    }
    releases->knows_deciding = true;
    if (entry->state == STATE_released) {
        releases->releasing = (struct releasing){0};
        return;
    }
    see_through(releases, entry, arena);
    if (releases_keep(releases, &diag, arena) != STATUS_OK) {
        cannot_keep(releases, entry->name, &diag);
    }
}
