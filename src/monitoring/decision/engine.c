// The engine: its life, and the way of an event. decision.h tells the steps.

#include "monitoring/decision/engine_private.h"

#include <stdlib.h>

// What asking the stopwatch costs: the least of some.
static uint64_t reading_ns(uint64_t (*now_ns)(void)) {
    enum { TRIES = 32 };
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t since = now_ns();
        uint64_t took = now_ns() - since;
        least = took < least ? took : least;
    }
    return least;
}

static void make_times(struct engine *engine, uint64_t (*stopwatch)(void)) {
    uint32_t most = 2 * (engine->catalogue->models.count + 1);
    engine->times = (struct table_times){.now_ns = stopwatch, .reading_ns = reading_ns(stopwatch), .most = most};
    engine->times.at = memory_alloc(sizeof *engine->times.at * most);
    engine->model_times = memory_alloc(sizeof *engine->model_times * most);
}

struct engine *engine_create(const struct catalogue *catalogue, struct knowledge *knowledge, const struct engine_options *options) {
    struct engine *engine = memory_alloc(sizeof *engine);
    const struct feature_plan *features = catalogue->features;
    engine->catalogue = catalogue;
    engine->features = features;
    engine->schema = catalogue->schema;
    engine->knowledge = knowledge;
    engine->options = *options;
    engine->lists = (struct catalogue_lists){.plan = catalogue->knowledge, .knowledge = knowledge};
    engine->windows = window_state_create(features->windows, options->reserve, options->reserve_context);
    engine->recall = recall_create(catalogue->remember, options->reserve, options->reserve_context);
    engine->holds = brake_holds_create();
    engine->pass_words = bits_words(window_plan_pass_count(features->windows));
    engine->computed = memory_alloc(sizeof(uint64_t) * (engine->pass_words + 1));
    engine->wanted = memory_alloc(sizeof(uint64_t) * (engine->pass_words + 1));
    engine->announced = memory_alloc(sizeof(uint64_t) * (engine->pass_words + 1));
    for (uint32_t e = 0; e < features->entities.count; e++) {
        engine->passes_of[e] = memory_alloc(sizeof(uint64_t) * (engine->pass_words + 1));
    }
    for (uint32_t p = 0; p < window_plan_pass_count(features->windows); p++) {
        bits_set(engine->passes_of[window_plan_entity_of_pass(features->windows, p)], p);
    }
    engine->feature_values = memory_alloc(sizeof(double) * (window_plan_feature_count(features->windows) + 1));
    engine->rows = memory_alloc(sizeof *engine->rows * (features->entities.count + 1));
    engine->filter_run = expr_table_run_create(features->filter_table);
    engine->model_run = expr_table_run_create(catalogue->table);
    engine->cells = memory_alloc(sizeof *engine->cells * (catalogue->knowledge->table_count + 1));
    engine->hit_positions = memory_alloc(sizeof(uint32_t) * (catalogue->models.count + catalogue->policy.rules.count + 1));
    arena_init(&engine->scratch, 256 << 10);
    buf_init(&engine->answer, 16 << 20);
    buf_init(&engine->plain_end, 4 << 10);
    decision_put_plain_end(catalogue, &engine->plain_end);
    for (int i = 0; i < EXPECT_AHEAD; i++) {
        engine->expected[i] = memory_alloc(sizeof *engine->expected[i]);
    }
    if (options->stopwatch != NULL) {
        make_times(engine, options->stopwatch);
    }
    engine_make_host(engine);
    return engine;
}

void engine_destroy(struct engine *engine) {
    if (engine == NULL) {
        return;
    }
    live_image_destroy(engine->image);
    window_state_destroy(engine->windows);
    recall_destroy(engine->recall);
    brake_holds_destroy(engine->holds);
    expr_table_run_destroy(engine->filter_run);
    expr_table_run_destroy(engine->model_run);
    free(engine->computed);
    free(engine->wanted);
    free(engine->announced);
    for (uint32_t e = 0; e < engine->features->entities.count; e++) {
        free(engine->passes_of[e]);
    }
    free(engine->feature_values);
    free(engine->rows);
    free(engine->cells);
    free(engine->hit_positions);
    free(engine->model_times);
    free(engine->times.at);
    for (int i = 0; i < EXPECT_AHEAD; i++) {
        free(engine->expected[i]);
    }
    event_destroy(engine->nobody);
    arena_deinit(&engine->scratch);
    buf_deinit(&engine->answer);
    buf_deinit(&engine->plain_end);
    free(engine);
}

// ---- time ------------------------------------------------------------------------------------------------

// When the event came, as far as anybody knows, and whether it claims a time far ahead of that.
static int64_t time_of_coming(const struct engine *engine, const struct event *event, bool *ret_is_ahead) {
    bool has_receipt = event->received_us != INT64_MIN;
    int64_t now_us = has_receipt ? event->received_us : engine->has_clock ? engine->clock_us : event->time_us;
    int64_t ahead_us = has_receipt ? engine->catalogue->early_after_us : FUTURE_JUMP_MAX_DAYS * US_PER_DAY;
    *ret_is_ahead = event->time_us > now_us + ahead_us;
    return now_us;
}

bool engine_may_have_forgotten(const struct engine *engine, const struct event *event) {
    bool is_ahead;
    (void)time_of_coming(engine, event, &is_ahead);
    return recall_has_forgotten_as_new(engine->recall, event->time_us, is_ahead) && !recall_knows(engine->recall, hash128(event->id, 0));
}

// Flags the event against the stream's time and moves that on. An event that claims a time far ahead does not move it.
static void keep_time(struct engine *engine) {
    const struct event *event = engine->event;
    const struct catalogue *catalogue = engine->catalogue;
    bool is_ahead;
    int64_t now_us = time_of_coming(engine, event, &is_ahead);
    engine->flags = 0;
    if (is_ahead) {
        engine->flags = EVENT_FLAG_CLOCK_SKEW;
        engine->counters.skewed++;
        return;
    }
    if (event->time_us < now_us - catalogue->late_after_us) {
        engine->flags = EVENT_FLAG_LATE;
        engine->counters.late++;
    }
    if (!engine->has_clock || event->time_us > engine->clock_us) {
        engine->clock_us = event->time_us;
        engine->has_clock = true;
    }
}

// ---- phases ----------------------------------------------------------------------------------------------

static bool enum_is(const struct engine *engine, uint32_t field, uint32_t value) {
    return field != SCHEMA_NONE && value != SCHEMA_NONE && event_has(engine->event, field) &&
           engine->event->cells[field].integer == value;
}

static bool find_original(struct engine *engine, struct recalled *ret_original) {
    uint32_t field = engine->schema->original;
    if (field == SCHEMA_NONE || !event_has(engine->event, field)) {
        return false;
    }
    return recall_find(engine->recall, hash128(engine->event->cells[field].text, 0), ret_original);
}

// What the event does to its original, and whether it counts itself.
static bool settle_original(struct engine *engine) {
    const struct schema *schema = engine->schema;
    bool is_reversal = enum_is(engine, schema->phase, schema->phase_reversal);
    bool is_result = enum_is(engine, schema->phase, schema->phase_result);
    bool has_original = schema->original != SCHEMA_NONE && event_has(engine->event, schema->original);
    if (!is_reversal && !(is_result && has_original)) {
        return true;
    }
    struct recalled original;
    if (!find_original(engine, &original)) {
        // A result whose request is not known counts as if it were the first word of it.
        engine->counters.reversals_unmatched += is_reversal;
        return !is_reversal;
    }
    bool same_type = original.type == engine->event->type;
    bool succeeded = enum_is(engine, schema->result, schema->result_success);
    bool undecided = !is_reversal && !succeeded && !event_has(engine->event, schema->result);
    if (!is_reversal && (!same_type || undecided)) {
        return !undecided; // such as a refund that names the payment: both count
    }
    if (!is_reversal && succeeded) {
        engine->flags |= EVENT_FLAG_CONFIRMS;
        return false; // the request has been counted
    }
    if (!original.was_undone) {
        engine_undo(engine, &original);
        recall_mark_undone(engine->recall, original.id);
        engine->counters.reversals++;
    }
    return !is_reversal;
}

// ---- the way of an event ---------------------------------------------------------------------------------

static uint64_t lap(struct engine *engine, uint64_t since, EngineStage stage) {
    if (engine->options.stopwatch == NULL) {
        return 0;
    }
    uint64_t now = engine->options.stopwatch();
    engine->counters.stage_ns[stage] += now - since;
    return now;
}

static void start_decision(struct engine *engine) {
    const struct event *event = engine->event;
    engine->decision = (struct decision){
        .catalogue = engine->catalogue,
        .event_id = event->id,
        .type = event->type,
        .time_us = event->time_us,
        .flags = engine->flags,
        .effort = engine->effort,
    };
}

static void answer_again(struct engine *engine, const struct recalled *known) {
    engine->counters.duplicates++;
    start_decision(engine);
    struct decision *decision = &engine->decision;
    decision->is_duplicate = true;
    decision->type = known->type;
    decision->time_us = known->time_us;
    decision->segment = known->segment;
    decision->flags = known->flags;
    decision->effort = known->effort;
    decision->rendered = known->answer;
    decision->is_elsewhere = known->answer.size == 0 && known->release != engine->release;
}

static uint32_t find_segment(struct engine *engine) {
    const struct policy *policy = &engine->catalogue->policy;
    for (uint32_t i = 0; i < policy->segments.count; i++) {
        uint32_t rule = policy->segments.at[i].rule;
        if (rule == SCHEMA_NONE || engine_condition(engine, rule)) {
            return i;
        }
    }
    return policy->segments.count - 1;
}

static void choose_binding(struct engine *engine) {
    const struct catalogue *catalogue = engine->catalogue;
    uint32_t field = catalogue->schema->channel;
    bool known = field != SCHEMA_NONE && event_has(engine->event, field);
    engine->channel = known ? (uint32_t)engine->event->cells[field].integer : catalogue->channel_count - 1;
    engine->segment = find_segment(engine);
    engine->binding = catalogue->binding_of[engine->segment * catalogue->channel_count + engine->channel];
    expr_table_rebind(engine->model_run, engine->binding);
    engine->decision.segment = engine->segment;
    engine->decision.binding = engine->binding;
}

static void compute_all(struct engine *engine) {
    uint64_t groups[WINDOW_FEATURES_MAX / 64];
    memset(groups, 0, sizeof groups);
    for (uint32_t p = 0; p < window_plan_pass_count(engine->features->windows); p++) {
        bits_set(groups, p);
    }
    engine_need(engine, groups, engine->pass_words);
}

static void forget_features(struct engine *engine) {
    memset(engine->computed, 0, sizeof *engine->computed * engine->pass_words);
    memset(engine->announced, 0, sizeof *engine->announced * engine->pass_words);
}

// `answer` is empty where it can be made again.
static void remember(struct engine *engine, Hash128 id, Slice answer) {
    struct recalled recalled = {
        .id = id,
        .time_us = engine->event->time_us,
        .type = engine->event->type,
        .segment = engine->segment,
        .flags = engine->flags,
        .effort = engine->effort,
        .tag = engine->tag,
        .release = engine->release,
        .rows = engine->written,
        .row_count = engine->written_count,
        .answer = answer,
    };
    recall_add(engine->recall, &recalled);
}

static Slice answer_to_remember(struct engine *engine) {
    if (engine->decision.hit_count + engine->decision.rule_count == 0) {
        return (Slice){0};
    }
    buf_reset(&engine->answer);
    decision_render(&engine->decision, &engine->answer);
    return buf_slice(&engine->answer);
}

// Some rules of a policy need no hit: a name on the list of sanctions, an order of the police. The first rule that changes a decision
// without hits finds it as it is now; so if none does, none will.
static bool some_rule_applies(struct engine *engine) {
    return expr_table_evaluate(engine->model_run, engine->catalogue->rules_plan, NULL, engine->hit_positions) > 0;
}

static void reconsider(struct engine *engine) {
    if (engine->options.reconsider != NULL) {
        Effort effort = engine->options.reconsider(engine->options.reconsider_context, engine->event, engine->effort);
        INVARIANT(effort >= engine->effort && effort < EFFORT_COUNT);
        engine->effort = engine->decision.effort = effort;
    }
}

const struct decision *engine_decide(struct engine *engine, struct event *event) {
    return engine_decide_within(engine, event, EFFORT_full);
}

static uint64_t stopwatch(const struct engine *engine) {
    return engine->options.stopwatch == NULL ? 0 : engine->options.stopwatch();
}

// False: it was there before, and is answered. Else it is flagged, has taken back what it corrects, and has its derived fields.
static bool enter(struct engine *engine, struct event *event, Effort effort, Hash128 id, bool *ret_counts) {
    arena_reset(&engine->scratch);
    engine->event = event;
    engine->effort = effort;
    engine->was_timed = false;
    engine->counters.events++;
    struct recalled known;
    if (recall_find(engine->recall, id, &known)) {
        answer_again(engine, &known);
        return false;
    }
    engine->sequence++;
    engine->reads_only = false;
    engine->tag = (uint16_t)(id.high >> 32);
    engine->lists.time_us = event->time_us;
    keep_time(engine);
    window_begin(engine->windows, engine->sequence);
    engine->written_count = 0;
    *ret_counts = settle_original(engine);
    event->flags = engine->flags;
    engine_derive(engine, event);
    start_decision(engine);
    return true;
}

static void decide_filters(struct engine *engine) {
    if (engine->foreseen == NULL) {
        memset(engine->filters, 0, sizeof engine->filters);
        engine_decide_filters(engine, engine->features->stages);
    } else {
        memcpy(engine->filters, engine->foreseen->filters, sizeof engine->filters);
        engine_decide_late_filters(engine);
    }
}

// What later events see of it. From here on the state is only read.
static void leave_rows(struct engine *engine, bool counts) {
    expr_table_begin(engine->filter_run, &engine->host, 0);
    forget_features(engine);
    engine_find_entities(engine);
    decide_filters(engine);
    if (counts) {
        engine_know_values(engine);
        engine_write_rows(engine);
    }
    engine->reads_only = true;
}

// ---- what models cost ------------------------------------------------------------------------------------

void engine_time_next(struct engine *engine) {
    engine->times_next = engine->options.stopwatch != NULL;
}

static void begin_times(struct engine *engine) {
    engine->times.count = 0;
    engine->times.aside_ns = 0;
    engine->is_timing = true;
    expr_table_run_time(engine->model_run, &engine->times);
}

static void end_times(struct engine *engine, const struct type_plan *plan, uint64_t since_ns) {
    engine->models_ns = engine->times.now_ns() - since_ns;
    expr_table_run_time(engine->model_run, NULL);
    for (uint32_t i = 0; i < engine->times.count; i++) {
        const struct table_time *time = &engine->times.at[i];
        engine->model_times[i] = (struct model_time){&engine->catalogue->models.at[plan->models[time->position]], time->ns};
    }
    engine->times_next = false;
    engine->is_timing = false;
    engine->was_timed = true;
}

bool engine_times(const struct engine *engine, struct engine_times *ret_times) {
    *ret_times = (struct engine_times){engine->model_times, engine->times.count, engine->times.aside_ns, engine->models_ns};
    return engine->was_timed;
}

static uint32_t evaluate_models(struct engine *engine, const struct type_plan *plan, const uint64_t *candidates) {
    if (!engine->times_next) {
        return expr_table_evaluate(engine->model_run, plan->plan, candidates, engine->hit_positions);
    }
    begin_times(engine);
    uint64_t since_ns = engine->times.now_ns();
    uint32_t hit_count = expr_table_evaluate(engine->model_run, plan->plan, candidates, engine->hit_positions);
    end_times(engine, plan, since_ns);
    return hit_count;
}

static void evaluate(struct engine *engine, uint64_t time) {
    expr_table_begin(engine->model_run, &engine->host, 0);
    choose_binding(engine);
    const struct type_plan *plan = &engine->catalogue->types[engine->event->type];
    // What a successful result confirms was decided with the request, with the same values: it is not alerted twice.
    bool confirms = (engine->flags & EVENT_FLAG_CONFIRMS) != 0;
    ModelScope scope = engine->options.scope;
    Effort effort = engine->effort;
    const uint64_t *const *sets = confirms && effort == EFFORT_full ? plan->confirmed[scope] : plan->candidates[scope][confirms ? EFFORT_rules : effort];
    const uint64_t *candidates = sets[engine->segment * engine->catalogue->channel_count + engine->channel];
    uint32_t hit_count = evaluate_models(engine, plan, candidates);
    time = lap(engine, time, STAGE_models);

    if (hit_count > 0 || (!confirms && some_rule_applies(engine))) {
        engine_combine(engine, plan, hit_count);
    }
    lap(engine, time, STAGE_policy);
}

const struct decision *engine_decide_within(struct engine *engine, struct event *event, Effort effort) {
    uint64_t time = stopwatch(engine);
    Hash128 id = hash128(event->id, 0);
    bool counts;
    bool is_new = enter(engine, event, effort, id, &counts);
    time = lap(engine, time, STAGE_recall);
    if (!is_new) {
        return &engine->decision;
    }
    leave_rows(engine, counts);
    forget_features(engine);
    if (engine->options.all_features) {
        compute_all(engine);
    }
    time = lap(engine, time, STAGE_features);
    reconsider(engine);
    evaluate(engine, time);
    time = stopwatch(engine);
    remember(engine, id, answer_to_remember(engine));
    lap(engine, time, STAGE_policy);
    return &engine->decision;
}

// Takes in an event whose answer is known; `kept` is what is remembered of that. No time is taken: asking the clock was 4 % of it.
static void take_in(struct engine *engine, struct event *event, Effort effort, Hash128 id, uint32_t segment, Slice kept) {
    bool counts;
    if (enter(engine, event, effort, id, &counts)) {
        leave_rows(engine, counts);
        engine->segment = segment;
        remember(engine, id, kept);
    }
}

Status engine_forward(struct engine *engine, struct event *event, Effort effort, Slice answer) {
    uint32_t segment;
    bool is_plain;
    ENSURE(engine_read_line(engine, answer, &segment, &is_plain), STATUS_INVALID);
    take_in(engine, event, effort, hash128(event->id, 0), segment, is_plain ? (Slice){0} : answer);
    return STATUS_OK;
}

Status engine_forward_foreseen(struct engine *engine, struct event *event, Effort effort, Slice answer, const struct foreseen *foreseen) {
    ENSURE(foreseen->is_answer, STATUS_INVALID);
    engine->foreseen = foreseen;
    take_in(engine, event, effort, foreseen->id, foreseen->segment, foreseen->is_plain ? (Slice){0} : answer);
    engine->foreseen = NULL;
    return STATUS_OK;
}

void engine_adopt(struct engine *engine, struct event *event, Effort effort, Slice answer) {
    take_in(engine, event, effort, hash128(event->id, 0), 0, answer);
}

Status engine_change(struct engine *engine, const struct json_node *record, struct arena *arena, struct diag *diag) {
    Status status = knowledge_change(engine->knowledge, record, arena, diag);
    engine->counters.changes += status == STATUS_OK;
    engine->counters.changes_refused += status != STATUS_OK;
    return status;
}

#define EXCHANGE(left, right)                                                                                                   \
    do {                                                                                                                        \
        __typeof__(left) kept = (left);                                                                                         \
        (left) = (right);                                                                                                       \
        (right) = kept;                                                                                                         \
    } while (0)

void engine_succeed(struct engine *engine, struct engine *from) {
    INVARIANT(engine->catalogue->state_layout == from->catalogue->state_layout && engine->sequence == 0);
    EXCHANGE(engine->windows, from->windows);
    EXCHANGE(engine->recall, from->recall);
    EXCHANGE(engine->knowledge, from->knowledge);
    EXCHANGE(engine->holds, from->holds);
    EXCHANGE(engine->image, from->image); // one under way goes on, of the state that it is of
    EXCHANGE(engine->sequence, from->sequence);
    EXCHANGE(engine->clock_us, from->clock_us);
    EXCHANGE(engine->has_clock, from->has_clock);
    EXCHANGE(engine->counters, from->counters);
    engine->release = (uint16_t)(from->release + 1);
    struct engine *const both[] = {engine, from};
    for (int i = 0; i < 2; i++) {
        struct engine *one = both[i];
        one->lists.knowledge = one->knowledge;
        window_state_replan(one->windows, one->features->windows);
        knowledge_replan(one->knowledge, one->catalogue->knowledge);
        brake_holds_resolve(one->holds, one->catalogue);
    }
}

struct engine_counters engine_counters(const struct engine *engine) {
    return engine->counters;
}

void engine_ahead(const struct engine *engine, uint64_t bytes, WindowAhead ahead, void *context) {
    window_state_ahead(engine->windows, bytes, ahead, context);
    recall_ahead(engine->recall, bytes, ahead, context);
}

struct window_state *engine_windows(struct engine *engine) {
    return engine->windows;
}

double engine_feature(struct engine *engine, uint32_t feature) {
    const struct feature *known = &engine->features->features.at[feature];
    if (known->window != SCHEMA_NONE) {
        return engine->feature_values[known->window];
    }
    struct value value;
    if (!engine_read(engine, known->slot, &engine->scratch, &value)) {
        return __builtin_nan("");
    }
    switch (value.kind) {
    case VALUE_BOOL:
        return value.boolean;
    case VALUE_INT:
        return (double)value.integer;
    default:
        return value.number;
    }
}

// Its number in the stream is borrowed: it becomes the next event's, so rows of tables that were found for it are forgotten.
const struct decision *engine_examine(struct engine *engine, struct event *event) {
    struct engine_counters counters = engine->counters;
    arena_reset(&engine->scratch);
    engine->event = event;
    engine->effort = EFFORT_full;
    engine->sequence++;
    engine->reads_only = true;
    engine->lists.time_us = event->time_us;
    engine->flags = event->flags = 0;
    engine->written_count = 0;
    engine_derive(engine, event);
    start_decision(engine);
    leave_rows(engine, false);
    forget_features(engine);
    if (engine->options.all_features) {
        compute_all(engine);
    }
    evaluate(engine, 0);
    engine->sequence--;
    engine->counters = counters;
    memset(engine->cells, 0, sizeof *engine->cells * engine->catalogue->knowledge->table_count);
    return &engine->decision;
}
