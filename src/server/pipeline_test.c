// The pipeline on journals and snapshots that it would not have written itself: what they lack or changed is found. And its own ways: releases,
// events that come again, time that runs out.

#include "server/pipeline.h"

#include "base/test.h"
#include "journal/snapshot.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "server/records.h"
#include "server/shelf.h"
#include "server/snapshots.h"

#include <pthread.h>
#include <stdatomic.h>

enum { EVENTS = 3, SEGMENT_BYTES = 8 << 20 };

struct world {
    struct scratch scratch;
    struct shelf *shelf;
    Hash128 first;
    struct pipeline_options options; // but for the folder
};

// Puts the test's pack on the shelf, with more files.
static bool shelve(struct world *w, const struct pack_file *extra, uint32_t extra_count, Hash128 *ret_label) {
    const char *root = getenv("QIANTANG_ROOT");
    struct pack_folder pack;
    Slice label;
    pack_init(&pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&pack, extra, extra_count, &w->scratch.diag) == STATUS_OK && pack_compile(&pack) == STATUS_OK);
    CHECK(shelf_put(w->shelf, &pack, &w->scratch.arena, &label, &w->scratch.diag) == STATUS_OK);
    *ret_label = label_hash(label);
    pack_close(&pack);
    return true;
}

static Slice make_folder(struct world *w, const char *name) {
    Slice path = scratch_path(&w->scratch, name);
    INVARIANT(file_make_directory(path, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    return path;
}

static bool world_init(struct world *w) {
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    CHECK(shelf_open(make_folder(w, "packs"), &w->scratch.arena, &w->shelf, &w->scratch.diag) == STATUS_OK);
    CHECK(shelve(w, NULL, 0, &w->first));
    w->options = (struct pipeline_options){.source = shelf_source(w->shelf), .first = w->first, .segment_bytes = SEGMENT_BYTES};
    return true;
}

static bool world_deinit(struct world *w) {
    shelf_close(w->shelf);
    return scratch_remove(&w->scratch);
}

static Status open_pipeline(struct world *w, Slice folder, struct pipeline **ret_pipeline, struct pipeline_opened *ret_opened) {
    w->options.folder = folder;
    return pipeline_open(&w->options, &w->scratch.arena, ret_pipeline, ret_opened, &w->scratch.diag);
}

static Status close_pipeline(struct world *w, struct pipeline *pipeline) {
    return pipeline_close(pipeline, &w->scratch.arena, &w->scratch.diag);
}

static void nothing(struct work *work) {
    (void)work;
}

static Slice payment(struct world *w, int number, const char *account, int64_t amount) {
    return arena_printf(&w->scratch.arena,
                        "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"%s\",\"payee\":\"p\","
                        "\"amount\":%lld}",
                        number, 1795420800000LL + number * 1000LL, account, (long long)amount);
}

// One work, done and waited for by whoever asks next.
static void work_init(struct work *work, WorkKind kind, Slice record) {
    *work = (struct work){.kind = kind, .record = record, .done = nothing};
    buf_init(&work->answer, 1 << 20);
}

// Decides some payments and leaves the journal and a snapshot in the folder.
static bool decide_some(struct world *w, Slice folder) {
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct work works[EVENTS];
    CHECK(open_pipeline(w, folder, &pipeline, &opened) == STATUS_OK);
    for (int i = 0; i < EVENTS; i++) {
        work_init(&works[i], WORK_RECORD, payment(w, i, "a", 10000));
        CHECK(pipeline_submit(pipeline, &works[i]));
    }
    CHECK(close_pipeline(w, pipeline) == STATUS_OK);
    for (int i = 0; i < EVENTS; i++) {
        CHECK_THAT(works[i].outcome == PIPELINE_DONE && works[i].answer.size > 0, "%s %s", works[i].code, works[i].reason);
        buf_deinit(&works[i].answer);
    }
    return true;
}

// The same journal without one of its decisions; they count from 1, and 0 leaves all.
static bool copy_without(struct world *w, Slice from, Slice to, int left_out) {
    struct journal_reader *reader;
    struct journal *journal;
    struct journal_recovery recovery;
    struct journal_entry entry;
    struct journal_options options = {.created_us = 1, .segment_bytes = SEGMENT_BYTES};
    Status status;
    int decisions = 0;
    CHECK(journal_open(disk_real(), to, &options, &w->scratch.arena, &journal, &recovery, &w->scratch.diag) == STATUS_OK);
    CHECK(journal_reader_open(disk_real(), from, 1, (struct journal_reader_options){.chain = true}, &w->scratch.arena, &reader,
                              &w->scratch.diag) == STATUS_OK);
    while ((status = journal_reader_next(reader, &entry, &w->scratch.arena, &w->scratch.diag)) == STATUS_OK) {
        decisions += entry.kind == KIND_DECISION;
        if (entry.kind == KIND_DECISION && decisions == left_out) {
            continue;
        }
        struct journal_record record = {.kind = entry.kind, .flags = entry.flags, .time_us = entry.time_us, .data = entry.data};
        uint64_t sequence;
        CHECK(journal_append(journal, &record, &sequence) == STATUS_OK);
    }
    CHECK(status == STATUS_END && decisions == EVENTS);
    journal_reader_close(reader);
    return journal_close(journal, &w->scratch.arena, &w->scratch.diag) == STATUS_OK;
}

static Status verify(struct world *w, Slice folder, struct replayed *ret_found) {
    struct replay replay = {.source = w->options.source, .folder = folder, .scope = SCOPE_IN_FLIGHT};
    Status status = replay_begin(&replay, &w->scratch.arena, &w->scratch.diag);
    status = status == STATUS_OK ? replay_run(&replay, &w->scratch.arena, &w->scratch.diag) : status;
    *ret_found = replay.found;
    heart_destroy(replay.heart);
    replay_end(&replay);
    return status;
}

static bool test_a_missing_decision_is_found(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    CHECK(world_init(&w));
    Slice whole = make_folder(&w, "whole");
    Slice same = make_folder(&w, "same");
    Slice hole = make_folder(&w, "hole");
    CHECK(decide_some(&w, whole));
    CHECK(copy_without(&w, whole, same, 0) && verify(&w, same, &found) == STATUS_OK && found.decisions == EVENTS);
    CHECK(copy_without(&w, whole, hole, 2) && verify(&w, hole, &found) == STATUS_INVALID);
    CHECK(strcmp(w.scratch.diag.code, "SV001") == 0 && slice_find(w.scratch.diag.message, SLICE("missing"), 0) != SIZE_MAX);
    CHECK(open_pipeline(&w, hole, &pipeline, &opened) == STATUS_INVALID && strcmp(w.scratch.diag.code, "SV001") == 0);
    return world_deinit(&w);
}

// Cut off between an event and its decision: the decision is given when it is opened.
static bool test_the_last_decision_is_made_up_for(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    CHECK(world_init(&w));
    Slice whole = make_folder(&w, "whole");
    Slice cut = make_folder(&w, "cut");
    CHECK(decide_some(&w, whole) && copy_without(&w, whole, cut, EVENTS));
    CHECK(verify(&w, cut, &found) == STATUS_OK && found.decisions == EVENTS - 1);
    CHECK(open_pipeline(&w, cut, &pipeline, &opened) == STATUS_OK && opened.replayed.decisions == EVENTS - 1);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(verify(&w, cut, &found) == STATUS_OK && found.decisions == EVENTS);
    return world_deinit(&w);
}

// Replaces the newest snapshot by one of the same chunks with another hash of the state.
static bool forge_hash(struct world *w, Slice folder, uint64_t sequence) {
    struct snapshot_reader *reader;
    struct snapshot_writer *writer;
    struct arena *arena = &w->scratch.arena;
    struct diag *diag = &w->scratch.diag;
    Slice chunk;
    Status status;
    CHECK(snapshot_open(disk_real(), folder, sequence, arena, &reader, diag) == STATUS_OK);
    struct snapshot_options options = {.compress = true, .created_us = 1};
    memcpy(options.label, snapshot_info(reader)->label, sizeof options.label);
    CHECK(snapshot_create(disk_real(), folder, sequence, &options, arena, &writer, diag) == STATUS_OK);
    while ((status = snapshot_read(reader, &chunk, arena, diag)) == STATUS_OK) {
        snapshot_write(writer, chunk);
    }
    CHECK(status == STATUS_END);
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    memcpy(hash, snapshot_info(reader)->state_hash, sizeof hash);
    hash[0] ^= 1;
    snapshot_close(reader);
    return snapshot_commit(writer, hash, arena, diag) == STATUS_OK;
}

static bool test_a_snapshot_of_another_state_is_refused(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    CHECK(world_init(&w));
    Slice folder = make_folder(&w, "journal");
    CHECK(decide_some(&w, folder));
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    uint64_t sequence = opened.replayed.snapshot_sequence;
    CHECK(sequence == 1 + 2 * EVENTS && opened.replayed.records == 0);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(forge_hash(&w, folder, sequence));
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_INVALID && strcmp(w.scratch.diag.code, "SV003") == 0);
    return world_deinit(&w);
}

// A place where one waits for a work to be over.
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_over;
};

static void pass(struct gate *gate) {
    pthread_mutex_lock(&gate->lock);
    gate->is_over = true;
    pthread_cond_signal(&gate->ended);
    pthread_mutex_unlock(&gate->lock);
}

static void wait_at(struct gate *gate) {
    pthread_mutex_lock(&gate->lock);
    while (!gate->is_over) {
        pthread_cond_wait(&gate->ended, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct work *work) {
    pass(work->user);
}

static bool do_now(struct pipeline *pipeline, struct work *work) {
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    work->done = open_gate;
    work->user = &gate;
    CHECK(pipeline_submit(pipeline, work));
    wait_at(&gate);
    return true;
}

static bool decide_one(struct pipeline *pipeline, struct work *work, Slice record) {
    work_init(work, WORK_RECORD, record);
    return do_now(pipeline, work);
}

static bool says(const struct work *work, const char *text) {
    return slice_find(buf_slice(&work->answer), slice_of(text), 0) != SIZE_MAX;
}

static bool release(struct world *w, struct pipeline *pipeline, Hash128 label) {
    struct work work;
    struct arena *arena = &w->scratch.arena;
    struct heart *heart = w->options.source.make(w->options.source.context, label, SCOPE_IN_FLIGHT, false, arena, &w->scratch.diag);
    CHECK(heart != NULL);
    work_init(&work, WORK_RELEASE, arena_printf(arena, "{\"catalogue\":\"%.*s\",\"state\":\"kept\"}", SLICE_ARGS(heart_catalogue(heart)->label)));
    work.heart = heart;
    work.costs = cost_table_create(heart_catalogue(heart));
    CHECK(do_now(pipeline, &work) && work.outcome == PIPELINE_DONE && work.heart != heart);
    heart_destroy(work.heart);
    cost_table_destroy(work.costs);
    return true;
}

// Another catalogue takes over between two events: what was remembered goes on, and a replay does the same.
static bool test_a_release_takes_over(void) {
    static const char statuses[] = "statuses: {M-PX-01-A: {status: SUSPENDED}}\n";
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    struct work big, again, small, later;
    Hash128 second;
    CHECK(world_init(&w));
    struct pack_file extra = {.path = SLICE("statuses.yaml"), .source = {.name = SLICE("statuses.yaml"), .text = slice_of(statuses)}};
    CHECK(shelve(&w, &extra, 1, &second));
    Slice folder = make_folder(&w, "journal");
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    CHECK(decide_one(pipeline, &small, payment(&w, 0, "a", 100)) && decide_one(pipeline, &big, payment(&w, 1, "a", 6000000)));
    CHECK(says(&big, "M-PX-01-A") && !says(&small, "M-PX-01-A"));
    CHECK(release(&w, pipeline, second));
    CHECK(pipeline_state(pipeline).label.low == second.low);
    // An answer with hits is at hand, one without is made by its own catalogue: it has to be looked up.
    CHECK(decide_one(pipeline, &again, payment(&w, 1, "a", 6000000)));
    CHECK(again.is_known && again.outcome == PIPELINE_DONE && slice_equal(buf_slice(&again.answer), buf_slice(&big.answer)));
    buf_deinit(&again.answer);
    CHECK(decide_one(pipeline, &again, payment(&w, 0, "a", 100)) && again.outcome == PIPELINE_ELSEWHERE);
    CHECK(decide_one(pipeline, &later, payment(&w, 2, "a", 6000000)) && !says(&later, "M-PX-01-A"));
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(verify(&w, folder, &found) == STATUS_OK && found.decisions == 3 && found.releases == 2);
    // And it goes on with what it was released with.
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK && opened.replayed.records == 0);
    CHECK(pipeline_state(pipeline).label.low == second.low);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    struct work *all[] = {&big, &again, &small, &later};
    for (int i = 0; i < 4; i++) {
        buf_deinit(&all[i]->answer);
    }
    return world_deinit(&w);
}

// A known event is answered and appends nothing; a label is kept, and a call sees the state.
static void count_events(struct work *work, struct heart *heart) {
    work->sequence = heart_counters(heart).events;
}

static bool test_what_comes_again_and_what_only_asks(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    struct work first, again, label, call;
    CHECK(world_init(&w));
    w.options.async = true;
    Slice folder = make_folder(&w, "journal");
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    CHECK(decide_one(pipeline, &first, payment(&w, 1, "a", 100)) && decide_one(pipeline, &again, payment(&w, 1, "b", 200)));
    CHECK(!first.is_known && again.is_known && again.outcome == PIPELINE_DONE);
    CHECK(slice_equal(buf_slice(&first.answer), buf_slice(&again.answer)));
    work_init(&label, WORK_LABEL, SLICE("{\"event_id\":\"1\",\"label\":\"FRAUD\"}"));
    CHECK(do_now(pipeline, &label) && label.outcome == PIPELINE_DONE);
    work_init(&call, WORK_CALL, SLICE(""));
    call.call = count_events;
    CHECK(do_now(pipeline, &call) && call.sequence == 2);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(verify(&w, folder, &found) == STATUS_OK && found.decisions == 1 && found.records == 4);
    buf_deinit(&first.answer);
    buf_deinit(&again.answer);
    return world_deinit(&w);
}

// ---- what is counted -----------------------------------------------------------------------------------------

struct counted {
    atomic_int answered;
    atomic_bool is_early;   // an answer that went out before it was decided
    struct gate held, free; // the deciding thread is held between them
};

static void count_answered(void *context, const struct work *work, uint64_t now_ns) {
    struct counted *counted = context;
    atomic_fetch_add(&counted->answered, 1);
    if (work->decided_ns < work->arrived_ns || now_ns < work->decided_ns) {
        atomic_store(&counted->is_early, true);
    }
}

static void hold(struct work *work, struct heart *heart) {
    struct counted *counted = work->user;
    (void)heart;
    pass(&counted->held);
    wait_at(&counted->free);
}

// While the deciding thread is held, one waits and no more have room. Who asks again himself is not counted.
static bool turn_some_away(struct world *w, struct pipeline *pipeline, struct work *waits) {
    struct work more;
    work_init(waits, WORK_RECORD, payment(w, 2, "a", 100));
    CHECK(pipeline_submit(pipeline, waits));
    for (int i = 0; i < 5; i++) {
        work_init(&more, i < 3 ? WORK_RECORD : WORK_LABEL, payment(w, 3, "a", 100));
        more.is_patient = i == 0;
        CHECK(!pipeline_submit(pipeline, &more));
    }
    struct pipeline_state state = pipeline_state(pipeline);
    CHECK(state.away[PIPELINE_AWAY_OVERLOAD] == 4 && state.turned_away == 4 && state.away[PIPELINE_AWAY_STOPPING] == 0);
    return true;
}

static bool test_what_is_decided_and_turned_away_is_counted(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct counted counted = {.held = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false},
                              .free = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false}};
    struct work one, again, refused, waits, holds;
    CHECK(world_init(&w));
    w.options.context = &counted;
    w.options.answered = count_answered;
    w.options.waiting_max = 1;
    CHECK(open_pipeline(&w, make_folder(&w, "journal"), &pipeline, &opened) == STATUS_OK);
    CHECK(decide_one(pipeline, &one, payment(&w, 1, "a", 100)) && decide_one(pipeline, &again, payment(&w, 1, "a", 100)));
    CHECK(decide_one(pipeline, &refused, SLICE("{}")) && refused.outcome == PIPELINE_REFUSED);
    CHECK(atomic_load(&counted.answered) == 1);
    work_init(&holds, WORK_CALL, SLICE(""));
    holds.call = hold;
    holds.user = &counted;
    CHECK(pipeline_submit(pipeline, &holds));
    wait_at(&counted.held);
    CHECK(turn_some_away(&w, pipeline, &waits));
    pass(&counted.free);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK && waits.outcome == PIPELINE_DONE);
    CHECK(atomic_load(&counted.answered) == 2 && !atomic_load(&counted.is_early));
    buf_deinit(&one.answer);
    buf_deinit(&again.answer);
    buf_deinit(&refused.answer);
    buf_deinit(&waits.answer);
    return world_deinit(&w);
}

// ---- what comes again long afterwards ------------------------------------------------------------------------

enum { REMEMBERED = 1024 };

// The test's pack, which remembers few events.
static bool shelve_forgetful(struct world *w, Hash128 *ret_label) {
    const char *root = getenv("QIANTANG_ROOT");
    struct pack_folder pack;
    Slice label;
    pack_init(&pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&pack, NULL, 0, &w->scratch.diag) == STATUS_OK);
    for (uint32_t i = 0; i < pack.file_count; i++) {
        struct source *source = &pack.files[i].source;
        if (slice_is(pack.files[i].path, "pack.yaml")) {
            source->text = arena_printf(&w->scratch.arena, "%.*sremember: %d\n", SLICE_ARGS(source->text), REMEMBERED);
        }
    }
    CHECK(pack_compile(&pack) == STATUS_OK && shelf_put(w->shelf, &pack, &w->scratch.arena, &label, &w->scratch.diag) == STATUS_OK);
    *ret_label = label_hash(label);
    pack_close(&pack);
    return true;
}

// An index that knows what it is told, and can be held.
struct memory_of_all {
    struct gate held, free;
    bool holds; // until it is free
    Hash128 known;
    atomic_int asked;
};

static DoubtFound look_it_up(void *context, Hash128 event_id) {
    struct memory_of_all *memory = context;
    atomic_fetch_add(&memory->asked, 1);
    if (memory->holds) {
        pass(&memory->held);
        wait_at(&memory->free);
    }
    return event_id.low == memory->known.low && event_id.high == memory->known.high ? DOUBT_KNOWN : DOUBT_NEW;
}

static void ignore_noted(void *context, Hash128 event_id, bool is_label, uint64_t sequence) {
}

static uint64_t no_label_before(void *context, Hash128 event_id) {
    return 0;
}

static Status ignore_opened(void *context, uint64_t first_sequence, uint64_t last_sequence, struct arena *arena, struct diag *diag) {
    return STATUS_OK;
}

static bool begin_forgetful(struct world *w, struct memory_of_all *memory, struct pipeline **ret_pipeline) {
    struct pipeline_opened opened;
    CHECK(world_init(w) && shelve_forgetful(w, &w->options.first));
    *memory = (struct memory_of_all){.held = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false},
                                     .free = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false}};
    w->options.noted_context = memory;
    w->options.noted = ignore_noted;
    w->options.opened = ignore_opened;
    w->options.label_before = no_label_before;
    w->options.decided_before = look_it_up;
    w->options.async = true;
    CHECK(open_pipeline(w, make_folder(w, "journal"), ret_pipeline, &opened) == STATUS_OK);
    struct work work;
    for (int i = 0; i < REMEMBERED + 100; i++) {
        CHECK(decide_one(*ret_pipeline, &work, payment(w, i, "a", 100)) && work.outcome == PIPELINE_DONE);
        buf_deinit(&work.answer);
    }
    CHECK(atomic_load(&memory->asked) == 0); // what is new was never looked up
    return true;
}

static bool test_what_was_forgotten_is_not_decided_again(void) {
    struct world w;
    struct memory_of_all memory;
    struct pipeline *pipeline;
    struct work again, late, known;
    CHECK(begin_forgetful(&w, &memory, &pipeline));
    memory.known = hash128(SLICE("7"), 0);
    CHECK(decide_one(pipeline, &again, payment(&w, 7, "a", 100)));
    CHECK(again.outcome == PIPELINE_ELSEWHERE && again.is_known && slice_is(buf_slice(&again.answer), "7"));
    // Late and new: its time is that of one that was forgotten.
    Slice record = arena_printf(&w.scratch.arena, "{\"event_id\":\"late\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a\","
                                                  "\"payee\":\"p\",\"amount\":1}", 1795420800000LL + 9000);
    CHECK(decide_one(pipeline, &late, record) && late.outcome == PIPELINE_DONE && !late.is_known && says(&late, "\"late\""));
    CHECK(decide_one(pipeline, &known, payment(&w, REMEMBERED, "a", 100)) && known.outcome == PIPELINE_DONE && known.is_known);
    struct pipeline_state state = pipeline_state(pipeline);
    CHECK(atomic_load(&memory.asked) == 2 && state.looked_up[DOUBT_KNOWN] == 1 && state.looked_up[DOUBT_NEW] == 1 && state.decided == REMEMBERED + 101);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    buf_deinit(&again.answer);
    buf_deinit(&late.answer);
    buf_deinit(&known.answer);
    return world_deinit(&w);
}

// While one is looked up others are decided, but for those that need it first.
static bool test_what_depends_on_a_doubt_waits_behind_it(void) {
    enum { ORIGINAL, AGAIN, REVERSAL, ANOTHER, COUNT };
    static const char *const texts[COUNT] = {
        "{\"event_id\":\"o\",\"event_type\":\"pay\",\"event_time\":1795420801000,\"phase\":\"REQUEST\",\"account\":\"a\",\"payee\":\"p\",\"amount\":1}",
        "{\"event_id\":\"o\",\"event_type\":\"pay\",\"event_time\":1795420801000,\"phase\":\"REQUEST\",\"account\":\"a\",\"payee\":\"p\",\"amount\":1}",
        ("{\"event_id\":\"r\",\"event_type\":\"pay\",\"event_time\":1795499999000,\"phase\":\"REVERSAL\",\"orig_event_id\":\"o\",\"account\":\"a\",\"payee\":\"p\","
         "\"amount\":1}"),
        "{\"event_id\":\"n\",\"event_type\":\"pay\",\"event_time\":1795499999000,\"phase\":\"REQUEST\",\"account\":\"a\",\"payee\":\"p\",\"amount\":1}"};
    struct world w;
    struct memory_of_all memory;
    struct pipeline *pipeline;
    struct work works[COUNT];
    struct gate over = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    CHECK(begin_forgetful(&w, &memory, &pipeline));
    memory.holds = true;
    for (int i = 0; i < COUNT; i++) {
        work_init(&works[i], WORK_RECORD, slice_of(texts[i]));
        works[i].done = i == ANOTHER ? open_gate : nothing;
        works[i].user = &over;
        CHECK(pipeline_submit(pipeline, &works[i]));
    }
    wait_at(&over); // the one that needs nothing is decided
    wait_at(&memory.held);
    CHECK(pipeline_state(pipeline).decided == REMEMBERED + 101);
    pass(&memory.free);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    for (int i = 0; i < COUNT; i++) {
        CHECK(works[i].outcome == PIPELINE_DONE && works[i].is_known == (i == AGAIN));
    }
    CHECK(works[ANOTHER].sequence < works[ORIGINAL].sequence && works[ORIGINAL].sequence < works[REVERSAL].sequence);
    CHECK(slice_equal(buf_slice(&works[ORIGINAL].answer), buf_slice(&works[AGAIN].answer)));
    for (int i = 0; i < COUNT; i++) {
        buf_deinit(&works[i].answer);
    }
    return world_deinit(&w);
}

// Of several that are parsed ahead, too, the one that an earlier release answered is named by its own id.
static bool test_an_earlier_answer_among_others(void) {
    static const char statuses[] = "statuses: {M-PX-01-A: {status: SUSPENDED}}\n";
    enum { COUNT = 8, KNOWN = 3 };
    struct pack_file extra = {.path = SLICE("statuses.yaml"), .source = {.name = SLICE("statuses.yaml"), .text = slice_of(statuses)}};
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    Hash128 second;
    struct counted counted = {.held = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false},
                              .free = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false}};
    struct work first, holds, works[COUNT];
    CHECK(world_init(&w) && shelve(&w, &extra, 1, &second));
    CHECK(open_pipeline(&w, make_folder(&w, "journal"), &pipeline, &opened) == STATUS_OK);
    CHECK(decide_one(pipeline, &first, payment(&w, 100 + KNOWN, "a", 100)) && release(&w, pipeline, second));
    work_init(&holds, WORK_CALL, SLICE(""));
    holds.call = hold;
    holds.user = &counted;
    CHECK(pipeline_submit(pipeline, &holds));
    wait_at(&counted.held);
    for (int i = 0; i < COUNT; i++) {
        work_init(&works[i], WORK_RECORD, payment(&w, 100 + i, "a", 100));
        CHECK(pipeline_submit(pipeline, &works[i]));
    }
    pass(&counted.free);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    for (int i = 0; i < COUNT; i++) {
        CHECK(works[i].outcome == (i == KNOWN ? PIPELINE_ELSEWHERE : PIPELINE_DONE));
        CHECK(i != KNOWN || slice_is(buf_slice(&works[i].answer), "103"));
        buf_deinit(&works[i].answer);
    }
    buf_deinit(&first.answer);
    return world_deinit(&w);
}

// An event that arrived longer ago than its budget gets the policy's rules alone, says so, and comes out so again.
static bool test_time_that_runs_out(void) {
    static const struct budget_rule rules[] = {{.event_type = {"login", 5}, .budget_us = 1}, {.event_type = {"pay", 3}, .budget_us = 60000000}};
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    struct work late, timely;
    CHECK(world_init(&w));
    w.options.budgets = rules;
    w.options.budget_count = 2;
    Slice folder = make_folder(&w, "journal");
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    work_init(&late, WORK_RECORD, payment(&w, 1, "a", 6000000));
    late.arrived_ns = clock_monotonic_ns() - 61000000000;
    CHECK(do_now(pipeline, &late) && late.effort == EFFORT_rules);
    CHECK(says(&late, "\"degraded\":\"rules\"") && !says(&late, "M-PX-01-A"));
    CHECK(decide_one(pipeline, &timely, payment(&w, 2, "a", 6000000)) && pipeline_state(pipeline).degraded[EFFORT_rules] == 1);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(verify(&w, folder, &found) == STATUS_OK && found.decisions == 2);
    buf_deinit(&late.answer);
    buf_deinit(&timely.answer);
    return world_deinit(&w);
}

// A model that stops nearly everything is braked: its decisions go to people, after a restart too, until somebody lets go. A replay does the same.
static bool brake_rules(struct world *w) {
    static const struct brake_rule rules[] = {{
        .name = {"too_much", 8}, .over = {"model", 5}, .actions = {"REJECT,DELAY", 12}, .share_max = 50, .count_min = 3, .window_us = 3600000000,
        .then = BRAKE_review, .hold_us = 3600000000, .instead = {"PASS", 4}, .task = {"MANUAL", 6}}};
    w->options.brakes = rules;
    w->options.brake_count = 1;
    return true;
}

static bool pay_and_see(struct world *w, struct pipeline *pipeline, int number, const char *wanted) {
    struct work work;
    CHECK(decide_one(pipeline, &work, payment(w, number, "a", 6000000)));
    CHECK_THAT(says(&work, wanted), "%.*s", SLICE_ARGS(buf_slice(&work.answer)));
    buf_deinit(&work.answer);
    return true;
}

static bool test_a_brake_sends_to_people(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    struct work let_go;
    CHECK(world_init(&w) && brake_rules(&w));
    Slice folder = make_folder(&w, "journal");
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    for (int i = 0; i < 3; i++) {
        CHECK(pay_and_see(&w, pipeline, i, "\"action\":\"DELAY\""));
    }
    CHECK(pay_and_see(&w, pipeline, 3, "\"action\":\"PASS\",\"tasks\":[\"MANUAL\"]") && pipeline_state(pipeline).brakes_holding == 1);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK && pipeline_state(pipeline).brakes_holding == 1);
    CHECK(pay_and_see(&w, pipeline, 4, "\"braked\":[\"too_much\"]"));
    work_init(&let_go, WORK_LET_GO, SLICE("{\"rule\":\"too_much\",\"key\":\"M-PX-02-A\"}"));
    CHECK(do_now(pipeline, &let_go) && let_go.outcome == PIPELINE_REFUSED);
    work_init(&let_go, WORK_LET_GO, SLICE("{\"rule\":\"too_much\",\"key\":\"M-PX-01-A\"}"));
    CHECK(do_now(pipeline, &let_go) && let_go.outcome == PIPELINE_DONE && pipeline_state(pipeline).brakes_holding == 0);
    CHECK(pay_and_see(&w, pipeline, 5, "\"action\":\"DELAY\""));
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK_THAT(verify(&w, folder, &found) == STATUS_OK && found.decisions == 6, "%.*s", SLICE_ARGS(w.scratch.diag.message));
    // A rule that was taken out of the settings lets go.
    CHECK(brake_rules(&w) && open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    for (int i = 6; i < 10; i++) {
        CHECK(pay_and_see(&w, pipeline, i, i == 9 ? "braked" : "DELAY"));
    }
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    w.options.brake_count = 0;
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK && pay_and_see(&w, pipeline, 10, "DELAY"));
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK && verify(&w, folder, &found) == STATUS_OK && found.decisions == 11);
    return world_deinit(&w);
}

// Between two decisions a release sees what the decision before it has set off: whether a brake holds releases is asked there.
static bool test_a_brake_holds_a_release_that_was_on_its_way(void) {
    static const struct brake_rule rules[] = {{
        .name = {"stops", 5}, .over = {"model", 5}, .actions = {"REJECT,DELAY", 12}, .share_max = 50, .count_min = 1, .window_us = 3600000000,
        .then = BRAKE_freeze, .hold_us = 3600000000}};
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct work work;
    CHECK(world_init(&w));
    w.options.brakes = rules;
    w.options.brake_count = 1;
    CHECK(open_pipeline(&w, make_folder(&w, "journal"), &pipeline, &opened) == STATUS_OK && pay_and_see(&w, pipeline, 0, "DELAY"));
    Hash128 now = pipeline_state(pipeline).label;
    struct heart *heart = w.options.source.make(w.options.source.context, now, SCOPE_IN_FLIGHT, false, &w.scratch.arena, &w.scratch.diag);
    work_init(&work, WORK_RELEASE, SLICE("{}"));
    struct cost_table *costs = cost_table_create(heart_catalogue(heart));
    work.heart = heart;
    work.costs = costs;
    work.yields_to_brakes = true;
    CHECK(do_now(pipeline, &work) && work.outcome == PIPELINE_REFUSED && strcmp(work.code, PIPELINE_FROZEN) == 0 && work.heart == heart && work.costs == costs);
    heart_destroy(heart);
    cost_table_destroy(costs);
    CHECK(release(&w, pipeline, now)); // back, or a model out, at any time
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    return world_deinit(&w);
}

// A snapshot that is written while decisions go on: without the one of the end it is taken up, and the rest comes out again from there.
static bool wait_for_snapshot(struct world *w, struct pipeline *pipeline, int *number) {
    while (pipeline_snapshots(pipeline).made + pipeline_snapshots(pipeline).failed == 0) {
        struct work work;
        CHECK(decide_one(pipeline, &work, payment(w, *number, *number % 2 == 0 ? "a" : "b", 6000000)));
        buf_deinit(&work.answer);
        ++*number;
    }
    return true;
}

static bool test_a_snapshot_while_it_decides(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct replayed found;
    int number = 0;
    CHECK(world_init(&w));
    w.options.snapshot_step_bytes = 4096;
    Slice folder = make_folder(&w, "journal");
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    for (; number < 300; number++) {
        struct work work;
        CHECK(decide_one(pipeline, &work, payment(&w, number, "a", 100)));
        buf_deinit(&work.answer);
    }
    pipeline_snapshot(pipeline);
    CHECK(wait_for_snapshot(&w, pipeline, &number));
    struct snapshot_maker_state state = pipeline_snapshots(pipeline);
    CHECK(state.made == 1 && state.sequence >= 601 && state.bytes > 10000);
    for (int i = 0; i < 20; i++) {
        struct work work;
        CHECK(decide_one(pipeline, &work, payment(&w, number++, "a", 100)));
        buf_deinit(&work.answer);
    }
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    Slice last = arena_printf(&w.scratch.arena, "%.*s/snapshot-%020d", SLICE_ARGS(folder), 1 + 2 * number);
    CHECK(disk_real()->unlink(disk_real()->context, last) == 0);
    CHECK_THAT(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK, "%.*s", SLICE_ARGS(w.scratch.diag.message));
    CHECK(opened.replayed.snapshot_sequence == state.sequence && opened.replayed.decisions >= 20);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(verify(&w, folder, &found) == STATUS_OK && found.decisions == (uint64_t)number);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_a_missing_decision_is_found), TEST(test_the_last_decision_is_made_up_for),
                                        TEST(test_a_snapshot_of_another_state_is_refused), TEST(test_a_release_takes_over),
                                        TEST(test_what_comes_again_and_what_only_asks), TEST(test_what_is_decided_and_turned_away_is_counted), TEST(test_an_earlier_answer_among_others),
                                        TEST(test_what_was_forgotten_is_not_decided_again), TEST(test_what_depends_on_a_doubt_waits_behind_it),
                                        TEST(test_time_that_runs_out), TEST(test_a_brake_sends_to_people), TEST(test_a_brake_holds_a_release_that_was_on_its_way),
                                        TEST(test_a_snapshot_while_it_decides)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
