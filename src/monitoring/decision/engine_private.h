#pragma once
// What the files of the engine share; decision.h tells the way of an event.

#include "monitoring/decision/decision.h"
#include "monitoring/decision/recall.h"

enum { FUTURE_JUMP_MAX_DAYS = 400 };

// A table's row for this event, found when first asked for.
struct cell_row {
    uint64_t event; // sequence number it was found for
    KnowledgeRow row;
};

// Keys of an event that is going to be decided; `store` is a store of the windows, or a table.
struct expected_key {
    Hash128 key;
    uint32_t store;
};
struct expected {
    bool is_there;
    const struct foreseen *foreseen; // or NULL
    struct expected_key keys[WINDOW_ENTITIES_MAX];
    struct expected_key tables[FETCHED_MAX];
    Hash128 list_keys[FETCHED_MAX];
    uint32_t key_count, table_count, list_key_count;
};

// Texts of a hold, each ending in a zero byte.
struct brake_texts {
    char rule[BRAKE_TEXT], over[BRAKE_TEXT], key[BRAKE_TEXT], actions[BRAKE_TEXT], instead[BRAKE_TEXT], task[BRAKE_TEXT];
};

struct engine {
    // First: what inList() is answered from; the functions of the language are handed a pointer to the engine.
    struct catalogue_lists lists;
    const struct catalogue *catalogue;
    const struct feature_plan *features;
    const struct schema *schema;
    struct knowledge *knowledge;
    struct window_state *windows;
    struct recall *recall;
    struct brake_holds *holds;
    struct engine_options options;
    struct engine_counters counters;

    // The event at hand, and what was foreseen of it, or NULL.
    const struct event *event;
    const struct foreseen *foreseen;
    uint64_t sequence;
    uint16_t release; // goes up with each engine that takes over
    int64_t clock_us; // the stream's time
    bool has_clock;
    uint32_t flags;
    Effort effort;
    uint32_t segment, channel, binding;
    uint16_t tag;

    // Its filters and values.
    uint64_t filters[FEATURE_FILTERS_MAX / 64];
    uint64_t candidates[FEATURE_FILTERS_MAX / 64]; // of a stage
    uint64_t value_known[FEATURE_VALUES_MAX / 64];
    union {
        int64_t integer;
        double real;
        uint64_t id;
        uint64_t bits;
    } values[FEATURE_VALUES_MAX];

    // Its entities and rows.
    Hash128 keys[WINDOW_ENTITIES_MAX];
    uint64_t resolved[2]; // entities that were looked for
    bool reads_only;      // the rows are written: from here on nothing is marked as used
    bool has_key[WINDOW_ENTITIES_MAX];
    WindowRef refs[WINDOW_ENTITIES_MAX];
    uint32_t current[WINDOW_ENTITIES_MAX];
    struct window_row *rows; // by entity
    const struct window_row *row_of[WINDOW_ENTITIES_MAX];
    struct recall_row written[WINDOW_ENTITIES_MAX];
    uint32_t written_count;

    // Features: computed passes and values, before and after the rows were written.
    uint64_t *computed;
    size_t pass_words;
    uint64_t *wanted;
    uint64_t *announced; // passes that models still in question may ask for
    uint64_t *passes_of[WINDOW_ENTITIES_MAX]; // by entity: its passes
    double *feature_values; // by feature of the window plan
    struct feature_moment moment;

    // Evaluation.
    struct table_run *filter_run;
    struct table_run *model_run;
    struct table_host host;
    struct cell_row *cells; // by table
    struct arena scratch;   // of one event
    uint32_t *hit_positions; // of a plan of models, or of the policy's rules
    struct decision decision;
    bool times_next, was_timed; // the event to come; the one at hand
    bool is_timing;             // within the evaluation of its models
    struct table_times times;
    struct model_time *model_times; // NULL: nothing was timed yet
    uint64_t models_ns;
    struct buf answer;
    struct buf plain_end; // of a line without hits and rules
    struct live_image *image; // made when it is first wanted
    struct expected *expected[EXPECT_AHEAD]; // the last told first
    struct event *nobody; // look.c: an event in which every field is missing; NULL until it is needed
};

// derive.c: derived fields that need lists or expressions.
void engine_derive(struct engine *engine, struct event *event);

// values.c: what names stand for.
void engine_make_host(struct engine *engine);
double engine_number(void *engine, uint32_t slot);
bool engine_text(void *engine, uint32_t slot, Slice *ret_text);
bool engine_read(void *engine, uint32_t slot, struct arena *scratch, struct value *ret_value);
// Computes passes ahead and together; what was not computed ahead is computed when its value is asked for.
void engine_need(struct engine *engine, const uint64_t *groups, size_t word_count);
// Answers a condition of the model table.
bool engine_condition(struct engine *engine, uint32_t rule);

// Keys of an event's things and table rows; false when a part of it is missing.
bool engine_entity_key(const struct engine *engine, const struct feature_entity *entity, const struct event *event,
                       Hash128 *ret_key);
bool engine_table_key(const struct engine *engine, uint32_t table, const struct event *event, Hash128 *ret_key);

// rows.c: entities, filters, rows.
void engine_find_entities(struct engine *engine);
// Finds one that does not write rows, when a feature of it is asked for.
void engine_resolve(struct engine *engine, uint32_t entity);
// Those of some stages of the plan, on top of the ones that are decided already.
void engine_decide_filters(struct engine *engine, const struct filter_stage *stages);
// And, one by one, those that nobody can foresee.
void engine_decide_late_filters(struct engine *engine);
// What rows carry: what was foreseen of it, and what is to be foreseen.
void engine_know_values(struct engine *engine);
void engine_foresee_values(struct engine *engine, struct foreseen *foreseen);
void engine_write_rows(struct engine *engine);
// Takes back the rows of an earlier event; those of filters that stay (`keep_failed`) are left.
void engine_undo(struct engine *engine, const struct recalled *event);

// render.c: what a line says about how it is to be remembered: the segment, and whether it has no hits and no rules. False: it is
// no answer of this pack.
bool engine_read_line(const struct engine *engine, Slice line, uint32_t *ret_segment, bool *ret_plain);
// The end of lines without hits and rules.
void decision_put_plain_end(const struct catalogue *catalogue, struct buf *out);

// combine.c: hits to one decision.
void engine_combine(struct engine *engine, const struct type_plan *plan, uint32_t hit_count);

// brake.c: what holds, and what becomes of a decision by it.
struct brake_holds *brake_holds_create(void);
void brake_holds_destroy(struct brake_holds *holds);
void brake_holds_resolve(struct brake_holds *holds, const struct catalogue *catalogue);
uint64_t brake_holds_hash(const struct brake_holds *holds);
void brake_holds_save(const struct brake_holds *holds, struct image_writer *out);
MUST_USE Status brake_holds_load(struct brake_holds *holds, const struct catalogue *catalogue, struct image_reader *in);
void engine_brake(struct engine *engine);
