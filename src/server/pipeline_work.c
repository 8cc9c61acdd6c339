// What becomes of one work, by the deciding thread, between two others.

#include "codec/json_write.h"
#include "os/clock.h"
#include "server/pipeline_private.h"
#include "server/records.h"
#include "server/snapshots.h"

static void copy_text(char *into, size_t size, Slice text) {
    Slice cut = slice_part(text, 0, size - 1);
    memcpy(into, cut.at, cut.size);
    into[cut.size] = '\0';
}

static void refuse(struct pipeline *pipeline, struct work *work, struct heart_refusal refusal) {
    copy_text(work->code, sizeof work->code, refusal.code);
    copy_text(work->reason, sizeof work->reason, refusal.reason);
    atomic_fetch_add(&pipeline->refused, 1);
    if (pipeline->options.refused != NULL) {
        pipeline->options.refused(pipeline->options.context, refusal.code);
    }
    pipeline_end_one(pipeline, work, PIPELINE_REFUSED);
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
    struct engine_times times;
    if (heart_times(pipeline->heart, &times)) {
        costs_add(pipeline->costs, &times, work->decided_ns - started_ns);
    }
    if (pipeline->options.sampled != NULL) {
        sample(pipeline, work, started_ns, before);
    }
}

// ---- brakes -------------------------------------------------------------------------------------------------

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
        pipeline_add_record(pipeline, KIND_BRAKE, 0, kept);
        brake_apply(pipeline->json, kept, pipeline->heart);
        if (pipeline->options.braked != NULL) {
            pipeline->options.braked(pipeline->options.context, &news);
        }
    }
    atomic_store_explicit(&pipeline->brakes_holding, brake_holding(pipeline->brake), memory_order_relaxed);
    atomic_store_explicit(&pipeline->brakes_freezing, brake_freezing(pipeline->brake), memory_order_relaxed);
}

// A hold goes on under the rule of that name. Where there is none it lets go, which is a record.
void pipeline_stand(struct pipeline *pipeline, Slice name, Slice key, bool is_told) {
    int64_t now_us = clock_wall_us();
    const struct brake_rule *rule = brake_stands(pipeline->brake, name, key, now_us);
    if (rule != NULL && is_told && pipeline->options.braked != NULL) {
        struct brake_news news = {.rule = rule, .key = key, .held = true, .stands = true, .until_us = now_us + rule->hold_us, .of_rule = 1};
        news.freezing = brake_freezing(pipeline->brake);
        pipeline->options.braked(pipeline->options.context, &news);
    }
    keep_brakes(pipeline);
    pipeline_flush(pipeline);
}

static void change_brakes(struct pipeline *pipeline, const struct pipeline_rules *rules) {
    struct brake *old = pipeline->brake;
    Slice name;
    Slice key;
    pipeline->brake = brake_create(rules->brakes, rules->brake_count);
    brake_read_catalogue(pipeline->brake, heart_catalogue(pipeline->heart));
    brake_succeed(pipeline->brake, old);
    for (uint32_t i = 0; brake_held_at(old, i, &name, &key); i++) {
        pipeline_stand(pipeline, name, key, false);
    }
    brake_destroy(old);
    keep_brakes(pipeline);
    pipeline_flush(pipeline);
}

// Between two batches. Without room for what brakes have to say it waits for the next time.
static bool take_rules(struct pipeline *pipeline, const struct pipeline_rules *rules) {
    enum { ROOM = 2 << 20 }; // of all holds that there may be
    if (atomic_load(&pipeline->failed) || journal_wait_room(pipeline->journal, ROOM) != STATUS_OK) {
        return false;
    }
    keep_brakes(pipeline); // what the rules before have to say
    pipeline_flush(pipeline);
    budget_change(pipeline->budget, rules->budgets, rules->budget_count, rules->budget_us);
    budget_read_schema(pipeline->budget, heart_catalogue(pipeline->heart)->schema);
    change_brakes(pipeline, rules);
    return true;
}

void pipeline_take_rules_if_any(struct pipeline *pipeline) {
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

// ---- decisions ----------------------------------------------------------------------------------------------

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
        pipeline_add_work(pipeline, work);
    } else {
        work->decided_then = atomic_load(&pipeline->decided);
        doubts_post(pipeline->doubts, work);
    }
}

void pipeline_take_back(struct pipeline *pipeline, struct work *work) {
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

static void saw(struct pipeline *pipeline) {
    const struct event *event = heart_event(pipeline->heart);
    const struct decision *decision = heart_decision(pipeline->heart);
    int64_t now_us = clock_wall_us();
    brake_saw(pipeline->brake, decision, event, now_us);
    sources_saw(pipeline->sources, event, (decision->flags & EVENT_FLAG_LATE) != 0, now_us);
}

static void decide(struct pipeline *pipeline, struct work *work) {
    struct heart_refusal refusal;
    struct doubting doubting = {pipeline, work};
    pipeline_take_back(pipeline, work);
    if (costs_is_due(pipeline->costs)) {
        heart_time_next(pipeline->heart);
    }
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
        sources_refused(pipeline->sources, heart_catalogue(pipeline->heart)->schema, work->record);
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
        pipeline_add_record(pipeline, KIND_CHANGE, 0, work->record);
        break;
    case HEART_DECIDED:
        after_decision(pipeline, work, started_ns, &before);
        pipeline_add_record(pipeline, KIND_EVENT, (uint16_t)work->effort, work->record);
        pipeline_add_record(pipeline, KIND_DECISION, 0, buf_slice(&work->answer));
        note(pipeline, work, heart_event(pipeline->heart)->id);
        pipeline_add_work(pipeline, work);
        saw(pipeline);
        keep_brakes(pipeline);
        return;
    }
    pipeline_add_work(pipeline, work);
}

// ---- what else there is -------------------------------------------------------------------------------------

static void let_go(struct pipeline *pipeline, struct work *work) {
    JsonTree tree;
    bool fine = json_parse(pipeline->json, work->record, &tree) == STATUS_OK &&
                brake_let_go(pipeline->brake, record_text(tree, "rule"), record_text(tree, "key"), clock_wall_us());
    if (!fine) {
        refuse(pipeline, work, (struct heart_refusal){SLICE("BR001"), SLICE("no brake of that rule and key holds")});
        return;
    }
    keep_brakes(pipeline);
    pipeline_add_work(pipeline, work);
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
        pipeline_add_record(pipeline, night->at[i].kind, 0, night->at[i].data);
    }
    *last = (struct night_records){.run = night->run, .number = night->number + night->count};
    pipeline_add_work(pipeline, work);
}

// The catalogue that decides, for who asks from other threads and for the time that events get.
struct cost_table *pipeline_begin_with(struct pipeline *pipeline, struct cost_table *table) {
    const struct catalogue *catalogue = heart_catalogue(pipeline->heart);
    budget_read_schema(pipeline->budget, catalogue->schema);
    brake_read_catalogue(pipeline->brake, catalogue);
    pthread_mutex_lock(&pipeline->lock);
    pipeline->label = label_hash(catalogue->label);
    pthread_mutex_unlock(&pipeline->lock);
    return costs_begin(pipeline->costs, table, clock_wall_us());
}

// Takes the last records in, which came while it took in the others.
static bool finish_rebuild(struct pipeline *pipeline, struct work *work) {
    struct arena arena;
    struct diag diag;
    uint64_t last = journal_state(pipeline->journal).appended;
    if (journal_wait(pipeline->journal, last) != STATUS_OK) {
        pipeline_end_one(pipeline, work, PIPELINE_FAILED);
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
    pipeline_flush(pipeline);
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
    work->costs = pipeline_begin_with(pipeline, work->costs);
    pipeline_add_record(pipeline, KIND_RELEASE, 0, work->record);
    pipeline_add_work(pipeline, work);
    pipeline_flush(pipeline);
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
    pipeline_add_record(pipeline, KIND_LABEL, 0, record);
    pipeline_add_work(pipeline, work);
}

void pipeline_do_work(struct pipeline *pipeline, struct work *work) {
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
        pipeline_end_one(pipeline, work, PIPELINE_DONE);
        break;
    }
}
