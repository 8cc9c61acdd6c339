// Works wait in a list under a lock. The deciding thread takes the whole list at once, so that the lock is asked for once a batch, and
// appends what it decides without waiting for the disk; works then hang in the order of their sequences until the journal's thread says
// that they are durable.

#include "server/pipeline.h"

#include "codec/json_write.h"
#include "os/clock.h"
#include "os/memory.h"
#include "os/thread.h"
#include "server/catch_up.h"
#include "server/records.h"
#include "server/snapshot_maker.h"
#include "server/snapshots.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct works {
    struct work *first, *last;
    uint32_t count;
};

// What was decided and not appended yet: its records, and its works, whose sequences are told when they are known.
enum { BATCH_WORKS = 16, BATCH_RECORDS = BATCH_WORKS * 2 + BRAKE_RULES_MAX * 2 };
struct batch {
    struct journal_record records[BATCH_RECORDS];
    uint32_t count;
    struct works works;
};

struct pipeline {
    struct heart *heart;
    struct pipeline_options options;
    struct journal *journal;
    struct budget *budget;
    struct brake *brake;
    struct snapshot_maker *snapshots;
    struct doubts *doubts; // NULL: there is no index
    atomic_bool wants_snapshot;
    uint64_t looked_ahead; // decisions that there were then
    struct json_reader *json; // of the server's own records
    struct arena scratch;     // of a batch: those records
    struct batch batch;
    atomic_uint brakes_holding, brakes_freezing;
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct works waiting;  // for the deciding thread
    atomic_bool busy;      // some wait
    struct pipeline_rules rules; // to be taken over, under the lock
    atomic_bool has_rules;
    struct night_records night; // how far a run was kept: the number of what follows. No run: as the journal was opened, and nobody knows
    struct works deciding; // decided and appended, not yet durable
    bool closing;
    atomic_bool failed;
    atomic_uint_fast64_t usual_cost_ns;
    atomic_uint_fast64_t decided, known, changed, refused, bytes;
    atomic_uint_fast64_t away[PIPELINE_AWAY_COUNT];
    atomic_uint_fast64_t degraded[EFFORT_COUNT];
    Hash128 label; // of what decides, under the lock
};

static void works_push(struct works *works, struct work *work) {
    work->next = NULL;
    if (works->last == NULL) {
        works->first = work;
    } else {
        works->last->next = work;
    }
    works->last = work;
    works->count++;
}

static struct works works_take(struct works *works) {
    struct works taken = *works;
    *works = (struct works){0};
    return taken;
}

// Those at the front up to a sequence.
static struct works works_take_upto(struct works *works, uint64_t sequence) {
    struct works taken = {0};
    while (works->first != NULL && works->first->sequence <= sequence) {
        struct work *work = works->first;
        works->first = work->next;
        works->count--;
        if (works->first == NULL) {
            works->last = NULL;
        }
        works_push(&taken, work);
    }
    return taken;
}

static void count_away(struct pipeline *pipeline, const struct work *work, PipelineAway why) {
    if (work->kind == WORK_RECORD || work->kind == WORK_LABEL) {
        atomic_fetch_add_explicit(&pipeline->away[why], 1, memory_order_relaxed);
    }
}

static void count_end(struct pipeline *pipeline, const struct work *work, PipelineOutcome outcome, uint64_t now_ns) {
    if (outcome == PIPELINE_NO_ROOM || outcome == PIPELINE_FAILED) {
        count_away(pipeline, work, outcome == PIPELINE_NO_ROOM ? PIPELINE_AWAY_NO_ROOM : PIPELINE_AWAY_FAILED);
    } else if (outcome == PIPELINE_DONE && work->decided_ns != 0 && pipeline->options.answered != NULL) {
        pipeline->options.answered(pipeline->options.context, work, now_ns);
    }
}

static void end_works(struct pipeline *pipeline, struct works works, PipelineOutcome outcome) {
    uint64_t now_ns = works.first == NULL ? 0 : clock_monotonic_ns();
    struct work *next;
    for (struct work *work = works.first; work != NULL; work = next) {
        next = work->next;
        if (outcome != PIPELINE_DONE || work->outcome != PIPELINE_ELSEWHERE) {
            work->outcome = outcome;
        }
        count_end(pipeline, work, outcome, now_ns);
        work->done(work);
    }
    if (works.count > 0 && pipeline->options.settled != NULL) {
        pipeline->options.settled(pipeline->options.context);
    }
}

// ---- the journal's thread ---------------------------------------------------------------------------------

static void on_kept(void *context, uint64_t sequence) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    struct works works = works_take_upto(&pipeline->deciding, sequence);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_DONE);
}

static void on_failed(void *context) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    atomic_store(&pipeline->failed, true);
    struct works works = works_take(&pipeline->deciding);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_FAILED);
}

// Up to where works may be answered.
static uint64_t kept_upto(const struct pipeline *pipeline) {
    return pipeline->options.async ? journal_written(pipeline->journal) : journal_durable(pipeline->journal);
}

// ---- the deciding thread ----------------------------------------------------------------------------------

static void copy_text(char *into, size_t size, Slice text) {
    Slice cut = slice_part(text, 0, size - 1);
    memcpy(into, cut.at, cut.size);
    into[cut.size] = '\0';
}

static void end_one(struct pipeline *pipeline, struct work *work, PipelineOutcome outcome) {
    struct works works = {0};
    works_push(&works, work);
    end_works(pipeline, works, outcome);
}

// Waits for room as long as the disk can make some.
static Status append_all(struct pipeline *pipeline, const struct batch *batch, uint64_t *ret_last) {
    uint32_t done = 0;
    while (done < batch->count) {
        uint32_t count;
        uint64_t last;
        Status status = journal_append_all(pipeline->journal, batch->records + done, batch->count - done, &count, &last);
        done += count;
        *ret_last = count > 0 ? last : *ret_last;
        if (status == STATUS_LIMIT) {
            status = journal_wait_room(pipeline->journal, batch->records[done].data.size);
        }
        TRY(status);
    }
    return STATUS_OK;
}

// Appends what was decided and hangs up its works, to be answered when they are kept. When it cannot be kept the state has moved on without its
// records: from here on the two do not fit, and nothing more may be decided.
static void flush(struct pipeline *pipeline) {
    struct batch *batch = &pipeline->batch;
    uint64_t last = 0;
    Status status = append_all(pipeline, batch, &last);
    last = batch->count == 0 ? journal_state(pipeline->journal).appended : last;
    uint64_t base = last - batch->count;
    struct works works = works_take(&batch->works);
    batch->count = 0;
    arena_reset(&pipeline->scratch);
    // Not while it appends: that may wait for the journal's thread, which may wait for the lock.
    pthread_mutex_lock(&pipeline->lock);
    bool kept = status == STATUS_OK && !atomic_load(&pipeline->failed);
    struct work *next;
    for (struct work *work = works.first; work != NULL && kept; work = next) {
        next = work->next;
        work->sequence += base;
        if (work->is_noted) {
            pipeline->options.noted(pipeline->options.noted_context, work->event_id, work->kind == WORK_LABEL, work->sequence);
        }
        works_push(&pipeline->deciding, work);
    }
    pthread_mutex_unlock(&pipeline->lock);
    if (!kept) {
        atomic_store(&pipeline->failed, true);
        end_works(pipeline, works, PIPELINE_FAILED);
    } else if (works.count > 0 && kept_upto(pipeline) >= last) {
        on_kept(pipeline, last); // it was quicker than the list
    }
}

static void add_record(struct pipeline *pipeline, uint8_t kind, uint16_t flags, Slice data) {
    struct batch *batch = &pipeline->batch;
    INVARIANT(batch->count < BATCH_RECORDS);
    batch->records[batch->count++] = (struct journal_record){.kind = kind, .flags = flags, .time_us = clock_wall_us(), .data = data};
    atomic_fetch_add_explicit(&pipeline->bytes, data.size, memory_order_relaxed);
}

// Its sequence is counted from the beginning of the batch until that is appended.
static void add_work(struct pipeline *pipeline, struct work *work) {
    work->sequence = pipeline->batch.count;
    works_push(&pipeline->batch.works, work);
}

static void refuse(struct pipeline *pipeline, struct work *work, struct heart_refusal refusal) {
    copy_text(work->code, sizeof work->code, refusal.code);
    copy_text(work->reason, sizeof work->reason, refusal.reason);
    atomic_fetch_add(&pipeline->refused, 1);
    if (pipeline->options.refused != NULL) {
        pipeline->options.refused(pipeline->options.context, refusal.code);
    }
    end_one(pipeline, work, PIPELINE_REFUSED);
}

static void sample(struct pipeline *pipeline, const struct work *work, uint64_t started_ns, const struct engine_counters *before) {
    const struct decision *decision = heart_decision(pipeline->heart);
    struct engine_counters after = heart_counters(pipeline->heart);
    struct pipeline_sample sample = {.work = work, .decision = decision, .waited_ns = started_ns - work->arrived_ns, .took_ns = work->decided_ns - started_ns};
    for (int i = 0; i < ENGINE_STAGE_COUNT; i++) {
        sample.stage_ns[i] = after.stage_ns[i] - before->stage_ns[i];
    }
    pipeline->options.sampled(pipeline->options.context, &sample);
}

static void after_decision(struct pipeline *pipeline, struct work *work, uint64_t started_ns, const struct engine_counters *before) {
    work->effort = heart_effort(pipeline->heart);
    work->decided_ns = clock_monotonic_ns();
    budget_stop(pipeline->budget, work->effort);
    atomic_store_explicit(&pipeline->usual_cost_ns, budget_usual_cost_ns(pipeline->budget), memory_order_relaxed);
    atomic_fetch_add_explicit(&pipeline->decided, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&pipeline->degraded[work->effort], 1, memory_order_relaxed);
    if (pipeline->options.sampled != NULL) {
        sample(pipeline, work, started_ns, before);
    }
}

// What the brake does becomes a record before the next decision sees it.
static void keep_brakes(struct pipeline *pipeline) {
    struct brake_news news;
    // With room left for the rest of the batch; what is left is told after the next decision.
    while (pipeline->batch.count + 2 * BATCH_WORKS < BATCH_RECORDS && brake_next(pipeline->brake, clock_wall_us(), &news)) {
        struct buf text;
        buf_init(&text, PIPELINE_RECORD_MAX);
        brake_record(&news, &text);
        Slice kept = arena_copy(&pipeline->scratch, buf_slice(&text));
        buf_deinit(&text);
        add_record(pipeline, KIND_BRAKE, 0, kept);
        brake_apply(pipeline->json, kept, pipeline->heart);
        if (pipeline->options.braked != NULL) {
            pipeline->options.braked(pipeline->options.context, &news);
        }
    }
    atomic_store_explicit(&pipeline->brakes_holding, brake_holding(pipeline->brake), memory_order_relaxed);
    atomic_store_explicit(&pipeline->brakes_freezing, brake_freezing(pipeline->brake), memory_order_relaxed);
}

// A hold goes on under the rule of that name. Where there is none it lets go, which is a record.
static void stand(struct pipeline *pipeline, Slice name, Slice key, bool is_told) {
    int64_t now_us = clock_wall_us();
    const struct brake_rule *rule = brake_stands(pipeline->brake, name, key, now_us);
    if (rule != NULL && is_told && pipeline->options.braked != NULL) {
        struct brake_news news = {.rule = rule, .key = key, .held = true, .stands = true, .until_us = now_us + rule->hold_us, .of_rule = 1};
        news.freezing = brake_freezing(pipeline->brake);
        pipeline->options.braked(pipeline->options.context, &news);
    }
    keep_brakes(pipeline);
    flush(pipeline);
}

static void change_brakes(struct pipeline *pipeline, const struct pipeline_rules *rules) {
    struct brake *old = pipeline->brake;
    Slice name;
    Slice key;
    pipeline->brake = brake_create(rules->brakes, rules->brake_count);
    brake_read_catalogue(pipeline->brake, heart_catalogue(pipeline->heart));
    brake_succeed(pipeline->brake, old);
    for (uint32_t i = 0; brake_held_at(old, i, &name, &key); i++) {
        stand(pipeline, name, key, false);
    }
    brake_destroy(old);
    keep_brakes(pipeline);
    flush(pipeline);
}

// Between two batches. Without room for what brakes have to say it waits for the next time.
static bool take_rules(struct pipeline *pipeline, const struct pipeline_rules *rules) {
    enum { ROOM = 2 << 20 }; // of all holds that there may be
    if (atomic_load(&pipeline->failed) || journal_wait_room(pipeline->journal, ROOM) != STATUS_OK) {
        return false;
    }
    keep_brakes(pipeline); // what the rules before have to say
    flush(pipeline);
    budget_change(pipeline->budget, rules->budgets, rules->budget_count, rules->budget_us);
    budget_read_schema(pipeline->budget, heart_catalogue(pipeline->heart)->schema);
    change_brakes(pipeline, rules);
    return true;
}

static void take_rules_if_any(struct pipeline *pipeline) {
    if (!atomic_load_explicit(&pipeline->has_rules, memory_order_relaxed)) {
        return;
    }
    pthread_mutex_lock(&pipeline->lock);
    bool has_rules = pipeline->has_rules;
    struct pipeline_rules rules = pipeline->rules;
    pipeline->has_rules = false;
    pthread_mutex_unlock(&pipeline->lock);
    if (has_rules && !take_rules(pipeline, &rules)) {
        pthread_mutex_lock(&pipeline->lock);
        pipeline->rules = pipeline->has_rules ? pipeline->rules : rules;
        pipeline->has_rules = true;
        pthread_mutex_unlock(&pipeline->lock);
    }
}

static void note(struct pipeline *pipeline, struct work *work, Slice event_id) {
    work->is_noted = pipeline->options.noted != NULL;
    work->event_id = hash128(event_id, 0);
}

struct doubting {
    struct pipeline *pipeline;
    struct work *work;
};

static bool is_doubted(void *context, const struct event *event, bool may_be_forgotten) {
    const struct doubting *doubting = context;
    struct work *work = doubting->work;
    if (work->standing == STANDING_KNOWN) {
        buf_put(&work->answer, event->id);
        return true;
    }
    return doubts_about(doubting->pipeline->doubts, event, work, may_be_forgotten);
}

// Asks the index, or takes its word.
static void settle_doubt(struct pipeline *pipeline, struct work *work) {
    if (work->standing == STANDING_KNOWN) {
        work->is_known = true;
        work->outcome = PIPELINE_ELSEWHERE;
        atomic_fetch_add(&pipeline->known, 1);
        add_work(pipeline, work);
    } else {
        work->decided_then = atomic_load(&pipeline->decided);
        doubts_post(pipeline->doubts, work);
    }
}

static void take_back(struct pipeline *pipeline, struct work *work) {
    if (work->standing == STANDING_FRESH) {
        return;
    }
    doubts_came_back(pipeline->doubts, work);
    // What was decided meanwhile is known, unless it was forgotten meanwhile.
    uint64_t decided = atomic_load(&pipeline->decided) - work->decided_then;
    if (work->standing == STANDING_NEW && decided >= heart_catalogue(pipeline->heart)->remember) {
        work->standing = STANDING_BEHIND;
    }
}

static void decide(struct pipeline *pipeline, struct work *work) {
    struct heart_refusal refusal;
    struct doubting doubting = {pipeline, work};
    take_back(pipeline, work);
    uint64_t started_ns = clock_monotonic_ns();
    struct engine_counters before = heart_counters(pipeline->heart);
    budget_start(pipeline->budget, work->arrived_ns);
    HeartEffort effort = {.reconsider = budget_choose,
                          .context = pipeline->budget,
                          .doubts = pipeline->doubts == NULL ? NULL : is_doubted,
                          .doubts_context = &doubting};
    HeartAnswer answer = heart_take(pipeline->heart, work->record, effort, &work->answer, &refusal);
    switch (answer) {
    case HEART_REFUSED:
        refuse(pipeline, work, refusal);
        return;
    case HEART_DOUBTED:
        settle_doubt(pipeline, work);
        return;
    case HEART_KNOWN:
    case HEART_ELSEWHERE:
        work->is_known = true;
        work->outcome = answer == HEART_ELSEWHERE ? PIPELINE_ELSEWHERE : PIPELINE_DONE;
        atomic_fetch_add(&pipeline->known, 1);
        break;
    case HEART_CHANGED:
        work->is_change = true;
        atomic_fetch_add_explicit(&pipeline->changed, 1, memory_order_relaxed);
        add_record(pipeline, KIND_CHANGE, 0, work->record);
        break;
    case HEART_DECIDED:
        after_decision(pipeline, work, started_ns, &before);
        add_record(pipeline, KIND_EVENT, (uint16_t)work->effort, work->record);
        add_record(pipeline, KIND_DECISION, 0, buf_slice(&work->answer));
        note(pipeline, work, heart_event(pipeline->heart)->id);
        add_work(pipeline, work);
        brake_saw(pipeline->brake, heart_decision(pipeline->heart), heart_event(pipeline->heart), clock_wall_us());
        keep_brakes(pipeline);
        return;
    }
    add_work(pipeline, work);
}

static void let_go(struct pipeline *pipeline, struct work *work) {
    JsonTree tree;
    bool fine = json_parse(pipeline->json, work->record, &tree) == STATUS_OK &&
                brake_let_go(pipeline->brake, record_text(tree, "rule"), record_text(tree, "key"), clock_wall_us());
    if (!fine) {
        refuse(pipeline, work, (struct heart_refusal){SLICE("BR001"), SLICE("no brake of that rule and key holds")});
        return;
    }
    keep_brakes(pipeline);
    add_work(pipeline, work);
}

static void keep_night(struct pipeline *pipeline, struct work *work) {
    const struct night_records *night = &work->night;
    struct night_records *last = &pipeline->night;
    uint64_t follows = night->run == last->run ? last->number : 0;
    if (night->count == 0 || night->count > NIGHT_RECORDS_MAX || (last->run != 0 && night->number != follows)) {
        refuse(pipeline, work, (struct heart_refusal){SLICE("NR001"), SLICE("these records do not continue the nightly run that the journal has")});
        return;
    }
    for (uint32_t i = 0; i < night->count; i++) {
        add_record(pipeline, night->at[i].kind, 0, night->at[i].data);
    }
    *last = (struct night_records){.run = night->run, .number = night->number + night->count};
    add_work(pipeline, work);
}

// The catalogue that decides, for who asks from other threads and for the time that events get.
static void begin_with(struct pipeline *pipeline) {
    const struct catalogue *catalogue = heart_catalogue(pipeline->heart);
    budget_read_schema(pipeline->budget, catalogue->schema);
    brake_read_catalogue(pipeline->brake, catalogue);
    pthread_mutex_lock(&pipeline->lock);
    pipeline->label = label_hash(catalogue->label);
    pthread_mutex_unlock(&pipeline->lock);
}

// Takes the last records in, which came while it took in the others.
static bool finish_rebuild(struct pipeline *pipeline, struct work *work) {
    struct arena arena;
    struct diag diag;
    uint64_t last = journal_state(pipeline->journal).appended;
    if (journal_wait(pipeline->journal, last) != STATUS_OK) {
        end_one(pipeline, work, PIPELINE_FAILED);
        return false;
    }
    arena_init(&arena, 1 << 16);
    Status status = rebuild_upto(work->rebuild, last, &arena, &diag);
    if (status != STATUS_OK) {
        refuse(pipeline, work, (struct heart_refusal){slice_of(diag.code), diag.message});
    }
    arena_deinit(&arena);
    return status == STATUS_OK;
}

static void release(struct pipeline *pipeline, struct work *work) {
    struct heart *old = pipeline->heart;
    flush(pipeline);
    if (work->yields_to_brakes && brake_freezing(pipeline->brake) > 0) {
        refuse(pipeline, work, (struct heart_refusal){SLICE(PIPELINE_FROZEN), SLICE("a brake holds releases")});
        return;
    }
    if (work->rebuild == NULL) {
        heart_succeed(work->heart, old);
    } else if (finish_rebuild(pipeline, work)) {
        snapshot_maker_give_up(pipeline->snapshots, old); // a start from before it would have to do all of this again
        atomic_store(&pipeline->wants_snapshot, true);
    } else {
        return;
    }
    pipeline->heart = work->heart;
    work->heart = old;
    begin_with(pipeline);
    add_record(pipeline, KIND_RELEASE, 0, work->record);
    add_work(pipeline, work);
    flush(pipeline);
}

// The label with the place of the one before it.
static Slice chain_label(struct pipeline *pipeline, JsonTree tree, uint64_t previous) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, PIPELINE_RECORD_MAX);
    json_writer_init(&json, &text);
    json_object_begin(&json);
    JSON_EACH(tree, 0, member) {
        json_key(&json, tree.nodes[member].key);
        json_node(&json, tree, member);
    }
    json_key_i64(&json, SLICE("previous"), (int64_t)previous);
    json_object_end(&json);
    json_writer_finish(&json);
    Slice kept = arena_copy(&pipeline->scratch, buf_slice(&text));
    buf_deinit(&text);
    return kept;
}

static void keep_label(struct pipeline *pipeline, struct work *work) {
    JsonTree tree;
    Slice record = work->record;
    if (pipeline->options.noted != NULL && json_parse(pipeline->json, record, &tree) == STATUS_OK && tree.nodes[0].kind == JSON_OBJECT) {
        note(pipeline, work, record_text(tree, "event_id"));
        uint64_t previous = pipeline->options.label_before(pipeline->options.noted_context, work->event_id);
        record = previous == 0 ? record : chain_label(pipeline, tree, previous);
    }
    add_record(pipeline, KIND_LABEL, 0, record);
    add_work(pipeline, work);
}

static void do_work(struct pipeline *pipeline, struct work *work) {
    work->is_noted = false; // works come again
    work->decided_ns = 0;
    switch (work->kind) {
    case WORK_RECORD:
        decide(pipeline, work);
        break;
    case WORK_LABEL:
        keep_label(pipeline, work);
        break;
    case WORK_RELEASE:
        release(pipeline, work);
        break;
    case WORK_LET_GO:
        let_go(pipeline, work);
        break;
    case WORK_NIGHT:
        keep_night(pipeline, work);
        break;
    case WORK_CALL:
        work->call(work, pipeline->heart);
        end_one(pipeline, work, PIPELINE_DONE);
        break;
    }
}

// Who only asks needs no room: people want to know most when a disk is full.
static void end_without_room(struct pipeline *pipeline, const struct works *works, PipelineOutcome outcome) {
    struct work *next;
    for (struct work *work = works->first; work != NULL; work = next) {
        next = work->next;
        take_back(pipeline, work);
        if (work->kind == WORK_CALL) {
            work->call(work, pipeline->heart);
        }
        end_one(pipeline, work, work->kind == WORK_CALL ? PIPELINE_DONE : outcome);
    }
}

// What is decided must be kept, so there has to be room for it before anything changes. Of a decision the usual size is reckoned with; a larger
// one waits while it is appended.
static bool has_room(struct pipeline *pipeline, const struct works *works) {
    size_t need = PIPELINE_RECORD_MAX;
    for (const struct work *work = works->first; work != NULL; work = work->next) {
        need += work->record.size + PIPELINE_DECISION_USUAL;
        for (uint32_t i = 0; work->kind == WORK_NIGHT && i < work->night.count; i++) {
            need += work->night.at[i].data.size + JOURNAL_FRAME_OVERHEAD;
        }
    }
    Status room = atomic_load(&pipeline->failed) ? STATUS_IO : journal_wait_room(pipeline->journal, need);
    if (room != STATUS_OK) {
        end_without_room(pipeline, works, room == STATUS_LIMIT ? PIPELINE_NO_ROOM : PIPELINE_FAILED);
    }
    return room == STATUS_OK;
}

// The next event of the batch from a work on, or none.
static struct work *next_record(struct work *work) {
    while (work != NULL && work->kind != WORK_RECORD) {
        work = work->next;
    }
    return work;
}

// Tells the heart of the event that is EXPECT_AHEAD events further on.
static void expect(struct pipeline *pipeline, struct work **ahead) {
    *ahead = next_record(*ahead);
    heart_expect(pipeline->heart, *ahead == NULL ? (Slice){0} : (*ahead)->record);
    *ahead = *ahead == NULL ? NULL : (*ahead)->next;
}

static void do_works(struct pipeline *pipeline, struct works works) {
    struct work *ahead = works.first;
    bool expects = works.count > 1;
    for (int i = 0; i < EXPECT_AHEAD && expects; i++) {
        expect(pipeline, &ahead);
    }
    struct work *next;
    for (struct work *work = works.first; work != NULL; work = next) {
        next = work->next;
        if (expects && work->kind == WORK_RECORD) {
            expect(pipeline, &ahead);
        }
        do_work(pipeline, work);
        snapshot_maker_step(pipeline->snapshots, pipeline->heart, pipeline->options.snapshot_step_bytes);
    }
    flush(pipeline);
}

// Up to BATCH_WORKS; under the lock. What changes the heart itself comes alone.
static struct works take_some(struct pipeline *pipeline) {
    struct works taken = {0};
    while (pipeline->waiting.first != NULL && taken.count < BATCH_WORKS) {
        struct work *work = pipeline->waiting.first;
        bool alone = work->kind == WORK_RELEASE || work->kind == WORK_NIGHT;
        if (alone && taken.count > 0) {
            break;
        }
        pipeline->waiting.first = work->next;
        pipeline->waiting.last = work->next == NULL ? NULL : pipeline->waiting.last;
        pipeline->waiting.count--;
        works_push(&taken, work);
        if (alone) {
            break;
        }
    }
    atomic_store_explicit(&pipeline->busy, pipeline->waiting.count > 0, memory_order_relaxed);
    return taken;
}

static void begin_snapshot_if_due(struct pipeline *pipeline) {
    uint64_t sequence = journal_state(pipeline->journal).appended;
    int64_t now_us = clock_wall_us();
    bool wanted = atomic_load_explicit(&pipeline->wants_snapshot, memory_order_relaxed);
    if (atomic_load(&pipeline->failed) || !(wanted || snapshot_maker_is_due(pipeline->snapshots, sequence, now_us))) {
        return;
    }
    if (snapshot_maker_begin(pipeline->snapshots, pipeline->heart, sequence, now_us)) {
        atomic_store(&pipeline->wants_snapshot, false);
    }
}

enum { IDLE_STEP_BYTES = 256 << 10, NAP_NS = 1000000, LOOK_NS = 200000000, LOOK_AHEAD_EVERY = 512, LOOK_AHEAD_BYTES = 4 << 20 };

// The first touch of memory costs up to a millisecond where pages are large: what will be touched next is brought in when nothing waits.
static void look_ahead(struct pipeline *pipeline) {
    uint64_t decided = atomic_load_explicit(&pipeline->decided, memory_order_relaxed);
    if (decided - pipeline->looked_ahead >= LOOK_AHEAD_EVERY) {
        pipeline->looked_ahead = decided;
        engine_ahead(heart_engine(pipeline->heart), LOOK_AHEAD_BYTES, memory_populate, NULL);
    }
}

static void nap(struct pipeline *pipeline, int64_t ns) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ns;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&pipeline->has_work, &pipeline->lock, &until); // late or not, it is looked what there is
}

// Under the lock.
static bool is_over(const struct pipeline *pipeline) {
    return pipeline->closing && doubts_waiting(pipeline->doubts) == 0;
}

static void run(void *context) {
    struct pipeline *pipeline = context;
    thread_be_prompt();
    for (;;) {
        take_rules_if_any(pipeline);
        pthread_mutex_lock(&pipeline->lock);
        struct works works = take_some(pipeline);
        bool ends = works.first == NULL && is_over(pipeline);
        pthread_mutex_unlock(&pipeline->lock);
        if (ends) {
            return;
        }
        if (works.first != NULL) {
            if (has_room(pipeline, &works)) {
                do_works(pipeline, works);
            }
            begin_snapshot_if_due(pipeline);
            continue;
        }
        // Nothing waits: the snapshot goes on, or there is time to sleep.
        bool steps = snapshot_maker_step(pipeline->snapshots, pipeline->heart, IDLE_STEP_BYTES);
        if (!steps) {
            begin_snapshot_if_due(pipeline);
        }
        look_ahead(pipeline);
        pthread_mutex_lock(&pipeline->lock);
        if (pipeline->waiting.first == NULL && !is_over(pipeline) && !(steps && snapshot_maker_has_room(pipeline->snapshots))) {
            nap(pipeline, steps ? NAP_NS : LOOK_NS);
        }
        pthread_mutex_unlock(&pipeline->lock);
    }
}

// Whether one more may wait; under the lock.
static bool may_wait(const struct pipeline *pipeline, const struct work *work) {
    if (pipeline->closing) {
        return false;
    }
    if (work->kind == WORK_CALL || work->kind == WORK_RELEASE) {
        return true;
    }
    uint64_t usual_ns = atomic_load_explicit(&pipeline->usual_cost_ns, memory_order_relaxed);
    uint64_t wait_ns = pipeline->waiting.count * usual_ns;
    uint32_t waiting = pipeline->waiting.count + doubts_waiting(pipeline->doubts);
    bool too_long = pipeline->options.waiting_us_max > 0 && wait_ns > pipeline->options.waiting_us_max * 1000;
    return waiting < pipeline->options.waiting_max && !too_long;
}

// Under the lock.
static void put_in_line(struct pipeline *pipeline, struct work *work) {
    bool was_empty = pipeline->waiting.first == NULL;
    works_push(&pipeline->waiting, work);
    atomic_store_explicit(&pipeline->busy, true, memory_order_relaxed);
    if (was_empty) {
        pthread_cond_signal(&pipeline->has_work);
    }
}

// From where it was doubted: it is in already, and is not turned away.
static void came_back(void *context, struct work *work) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    put_in_line(pipeline, work);
    pthread_mutex_unlock(&pipeline->lock);
}

bool pipeline_submit(struct pipeline *pipeline, struct work *work) {
    work->arrived_ns = work->arrived_ns == 0 ? clock_monotonic_ns() : work->arrived_ns;
    work->standing = STANDING_FRESH;
    pthread_mutex_lock(&pipeline->lock);
    bool taken = may_wait(pipeline, work);
    PipelineAway why = pipeline->closing ? PIPELINE_AWAY_STOPPING : PIPELINE_AWAY_OVERLOAD;
    if (taken) {
        put_in_line(pipeline, work);
    }
    pthread_mutex_unlock(&pipeline->lock);
    if (!taken && !work->is_patient) {
        count_away(pipeline, work, why);
    }
    return taken;
}

bool pipeline_is_busy(const struct pipeline *pipeline) {
    return atomic_load_explicit(&pipeline->busy, memory_order_relaxed);
}

struct pipeline_state pipeline_state(struct pipeline *pipeline) {
    struct pipeline_state state = {
        .decided = atomic_load(&pipeline->decided),
        .known = atomic_load(&pipeline->known),
        .changed = atomic_load(&pipeline->changed),
        .bytes = atomic_load(&pipeline->bytes),
        .refused = atomic_load(&pipeline->refused),
        .journal = journal_state(pipeline->journal),
        .failed = atomic_load(&pipeline->failed),
        .brakes_holding = atomic_load(&pipeline->brakes_holding),
        .brakes_freezing = atomic_load(&pipeline->brakes_freezing),
    };
    for (int i = 0; i < EFFORT_COUNT; i++) {
        state.degraded[i] = atomic_load(&pipeline->degraded[i]);
    }
    for (int i = 0; i < PIPELINE_AWAY_COUNT; i++) {
        state.away[i] = atomic_load(&pipeline->away[i]);
        state.turned_away += state.away[i];
    }
    for (int i = 0; i < DOUBT_FOUND_COUNT; i++) {
        state.looked_up[i] = doubts_found(pipeline->doubts, (DoubtFound)i);
    }
    pthread_mutex_lock(&pipeline->lock);
    state.waiting = pipeline->waiting.count;
    state.label = pipeline->label;
    pthread_mutex_unlock(&pipeline->lock);
    return state;
}

void pipeline_change_rules(struct pipeline *pipeline, const struct pipeline_rules *rules) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->rules = *rules;
    pipeline->has_rules = true;
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
}

void pipeline_snapshot(struct pipeline *pipeline) {
    atomic_store(&pipeline->wants_snapshot, true);
    pthread_mutex_lock(&pipeline->lock);
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
}

struct snapshot_maker_state pipeline_snapshots(struct pipeline *pipeline) {
    return snapshot_maker_state(pipeline->snapshots);
}

const struct journal *pipeline_journal(const struct pipeline *pipeline) {
    return pipeline->journal;
}

Status pipeline_failure(struct pipeline *pipeline, struct diag *ret_diag) {
    return journal_failure(pipeline->journal, ret_diag);
}

// ---- its life ---------------------------------------------------------------------------------------------

static void free_pipeline(struct pipeline *pipeline) {
    doubts_destroy(pipeline->doubts);
    heart_destroy(pipeline->heart);
    budget_destroy(pipeline->budget);
    brake_destroy(pipeline->brake);
    json_reader_destroy(pipeline->json);
    arena_deinit(&pipeline->scratch);
    pthread_mutex_destroy(&pipeline->lock);
    pthread_cond_destroy(&pipeline->has_work);
    free(pipeline);
}

// One record, and waits until it is durable.
static Status append_now(struct pipeline *pipeline, uint8_t kind, Slice data, struct diag *diag) {
    uint64_t last = 0;
    struct batch batch = {.count = 1};
    batch.records[0] = (struct journal_record){.kind = kind, .time_us = clock_wall_us(), .data = data};
    Status status = append_all(pipeline, &batch, &last);
    return status == STATUS_OK && journal_wait(pipeline->journal, last) == STATUS_OK ? STATUS_OK : journal_failure(pipeline->journal, diag);
}

// What an empty journal begins with.
static Status begin_log(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    struct heart_source source = pipeline->options.source;
    if (pipeline->options.first.low == 0 && pipeline->options.first.high == 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "SV006", "the journal is empty, and no pack was named to begin with: --pack packs/bank");
    }
    pipeline->heart = source.make(source.context, pipeline->options.first, SCOPE_IN_FLIGHT, true, arena, diag);
    if (pipeline->heart == NULL) {
        return STATUS_INVALID;
    }
    struct buf text;
    struct json_writer json;
    buf_init(&text, 1 << 12);
    json_writer_init(&json, &text);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), heart_catalogue(pipeline->heart)->label);
    json_key_string(&json, SLICE("state"), SLICE("new"));
    json_object_end(&json);
    json_writer_finish(&json);
    Status status = append_now(pipeline, KIND_RELEASE, buf_slice(&text), diag);
    buf_deinit(&text);
    return status;
}

// The decision that a crash has cut off is written behind its event.
static Status pay_decision(struct pipeline *pipeline, const struct replay *replay, struct diag *diag) {
    return append_now(pipeline, KIND_DECISION, buf_slice(&replay->answer), diag);
}

struct replay_watch {
    const struct pipeline_options *options;
    uint64_t first, last, told;
};

static void replayed_some(void *context, const struct journal_entry *entry, const struct heart *heart) {
    struct replay_watch *watch = context;
    if (watch->options->replaying != NULL && entry->sequence >= watch->told + PIPELINE_REPLAY_STEP) {
        watch->told = entry->sequence;
        watch->options->replaying(watch->options->context, entry->sequence, watch->first, watch->last);
    }
}

static Status take_up(struct pipeline *pipeline, uint64_t last, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct replay_watch watch = {.options = &pipeline->options, .last = last};
    struct replay replay = {.source = pipeline->options.source, .folder = pipeline->options.folder, .from_snapshot = true, .scope = SCOPE_IN_FLIGHT,
                            .noted = pipeline->options.noted, .noted_context = pipeline->options.noted_context,
                            .context = &watch, .on_record = replayed_some};
    Status status = replay_begin(&replay, arena, diag);
    if (status == STATUS_OK) {
        watch.first = replay.found.snapshot_sequence + 1;
        status = catch_up(&replay, arena, diag);
    }
    pipeline->heart = replay.heart;
    opened->replayed = replay.found;
    if (status == STATUS_OK && pipeline->heart == NULL) {
        status = begin_log(pipeline, arena, diag);
    } else if (status == STATUS_OK && replay.owes_decision) {
        status = pay_decision(pipeline, &replay, diag);
    }
    replay_end(&replay);
    return status;
}

// What held before goes on to hold; rules that were taken out of the settings let go.
static Status take_up_brakes(struct pipeline *pipeline) {
    struct brake_hold hold;
    for (uint32_t i = 0; engine_hold_at(heart_engine(pipeline->heart), i, &hold);) {
        uint32_t before = brake_holding(pipeline->brake);
        stand(pipeline, hold.rule, hold.key, true);
        i += brake_holding(pipeline->brake) > before;
    }
    return atomic_load(&pipeline->failed) ? STATUS_IO : STATUS_OK;
}

static Status open_log(struct pipeline *pipeline, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct journal_options options = {.created_us = clock_wall_us(),
                                      .segment_bytes = pipeline->options.segment_bytes,
                                      .check_from = UINT64_MAX, // what is replayed is checked when it is read
                                      .events = {.context = pipeline, .failed = on_failed}};
    if (pipeline->options.async) {
        options.events.written = on_kept;
    } else {
        options.events.durable = on_kept;
    }
    struct journal_recovery found;
    memcpy(options.label, &pipeline->options.first, JOURNAL_LABEL_SIZE);
    TRY(journal_open(disk_real(), pipeline->options.folder, &options, arena, &pipeline->journal, &found, diag));
    opened->torn_bytes = found.torn_bytes;
    if (pipeline->options.opened != NULL) {
        TRY(pipeline->options.opened(pipeline->options.noted_context, found.first_sequence, found.last_sequence, arena, diag));
    }
    TRY(take_up(pipeline, found.last_sequence, arena, opened, diag));
    begin_with(pipeline);
    return take_up_brakes(pipeline) == STATUS_OK ? STATUS_OK : journal_failure(pipeline->journal, diag);
}

Status pipeline_open(const struct pipeline_options *options, struct arena *arena, struct pipeline **ret_pipeline,
                     struct pipeline_opened *ret_opened, struct diag *diag) {
    struct pipeline *pipeline = memory_alloc(sizeof *pipeline);
    *ret_opened = (struct pipeline_opened){0};
    pipeline->options = *options;
    pipeline->options.waiting_max = options->waiting_max == 0 ? PIPELINE_WAITING_MAX : options->waiting_max;
    pipeline->options.snapshots_kept = options->snapshots_kept == 0 ? PIPELINE_SNAPSHOTS_KEPT : options->snapshots_kept;
    pipeline->brake = brake_create(options->brakes, options->brake_count);
    pipeline->json = json_reader_create(PIPELINE_RECORD_MAX, 16);
    arena_init(&pipeline->scratch, 1 << 16);
    pipeline->budget = budget_create(options->budgets, options->budget_count, options->budget_us);
    pipeline->options.snapshot_step_bytes = options->snapshot_step_bytes == 0 ? PIPELINE_SNAPSHOT_STEP : options->snapshot_step_bytes;
    pthread_condattr_t monotonic;
    INVARIANT(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&pipeline->lock, NULL) == 0 && pthread_cond_init(&pipeline->has_work, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    Status status = open_log(pipeline, arena, ret_opened, diag);
    if (status != STATUS_OK) {
        struct diag ignored;
        Status closed = journal_close(pipeline->journal, arena, &ignored);
        (void)closed; // what opening failed of is told
        free_pipeline(pipeline);
        return status;
    }
    struct snapshot_maker_options snapshots = {
        .folder = options->folder,
        .archive = options->archive,
        .journal = pipeline->journal,
        .keep = pipeline->options.snapshots_kept,
        .every_us = options->snapshot_every_us,
        .every_records = options->snapshot_every_records,
        .context = options->context,
        .ended = options->snapshot_ended,
        .before = options->snapshot_before,
        .needed_from = options->snapshot_needed_from,
    };
    if (options->decided_before != NULL) {
        struct doubts_options doubts = {.context = options->noted_context, .find = options->decided_before, .back_context = pipeline, .back = came_back};
        pipeline->doubts = doubts_create(&doubts);
    }
    pipeline->snapshots = snapshot_maker_create(&snapshots, ret_opened->replayed.snapshot_sequence, clock_wall_us());
    pipeline->thread = thread_start("decide", run, pipeline);
    *ret_pipeline = pipeline;
    return STATUS_OK;
}

static Status leave_snapshot(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    uint64_t last = journal_state(pipeline->journal).appended;
    if (journal_wait(pipeline->journal, last) != STATUS_OK || atomic_load(&pipeline->failed)) {
        return journal_failure(pipeline->journal, diag);
    }
    if (pipeline->options.snapshot_before != NULL) {
        (void)pipeline->options.snapshot_before(pipeline->options.context, last); // this one is left in any case: it is the last
    }
    return snapshot_leave(pipeline->heart, pipeline->options.folder, last, pipeline->options.snapshots_kept, arena, diag);
}

Status pipeline_close(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->closing = true;
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
    thread_join(pipeline->thread);
    snapshot_maker_destroy(pipeline->snapshots, pipeline->heart);
    Status status = leave_snapshot(pipeline, arena, diag);
    struct diag closing;
    Status closed = journal_close(pipeline->journal, arena, &closing);
    if (status == STATUS_OK && closed != STATUS_OK) {
        *diag = closing;
        status = closed;
    }
    free_pipeline(pipeline);
    return status;
}
