#pragma once
// Catalogue: a pack compiled into one immutable thing that decisions are made with.
//
//     struct catalogue *catalogue = catalogue_create();
//     Status status = catalogue_load(catalogue, files, file_count);     // the pack's texts, already read
//     diag_list_print(&catalogue->diags, stderr);
//     ... catalogue->models ...
//     catalogue_destroy(catalogue);
//
// It may be shared by threads; what changes while events run is elsewhere (monitoring/decision).
//
// Parameters. A model's thresholds may differ by segment and channel: its own overrides first, then the policy's
// factors on amounts of money. Every combination of segment and channel is a binding of the predicate table;
// equal ones are one. So a threshold costs nothing more for having variants.

#include "expr/table.h"
#include "monitoring/knowledge/knowledge.h"
#include "monitoring/stream/features.h"

enum {
    MODELS_MAX = 20000,
    MODEL_PARAMETERS_MAX = 32,
    SEGMENTS_MAX = 64,
    CHANNELS_MAX = 64, // with "no channel"
    GUARDS_MAX = 64,
    ACTIONS_MAX = 16,
    TASKS_MAX = 32, // a set of them is one word
    MODES = 4,
};

typedef enum ModelMode { MODE_PRE, MODE_SYNC, MODE_NRT, MODE_BATCH } ModelMode;
typedef enum ModelStatus {
    MODEL_DRAFT,
    MODEL_SHADOW,
    MODEL_CHALLENGER,
    MODEL_CANARY, // counts for a share of the things, and is in the shadow for the others
    MODEL_ACTIVE,
    MODEL_SUSPENDED,
    MODEL_RETIRED
} ModelStatus;
enum { MODEL_STATUSES = MODEL_RETIRED + 1 };
// How much is asked of an event, in the order in which it is given up when time runs short: X(name, what is left out).
#define EFFORTS(X)                                                                                                            \
    X(full, "nothing")                                                                                                        \
    X(in_flight, "models of mode NRT and BATCH")                                                                              \
    X(at_hand, "in addition models that need a feature: what is left reads the event, lists and profiles")                     \
    X(rules, "all models: only the policy's rules are asked")
typedef enum Effort {
#define X(name, text) EFFORT_##name,
    EFFORTS(X)
#undef X
    EFFORT_COUNT
} Effort;
extern const char *const effort_names[EFFORT_COUNT];

// Which modes an engine evaluates. Replays and back-tests ask all at every event; a server asks those of the nightly run later and apart.
typedef enum ModelScope { SCOPE_ALL, SCOPE_IN_FLIGHT, SCOPE_NIGHT, MODEL_SCOPE_COUNT } ModelScope;

typedef enum Severity { SEVERITY_NONE, SEVERITY_S1, SEVERITY_S2, SEVERITY_S3, SEVERITY_S4 } Severity;

extern const char *const model_mode_names[];
extern const char *const model_status_names[];
extern const char *const severity_names[]; // "", "S1" ...

// A text with holes: literal, hole, literal, ... Holes name slots.
struct template_part {
    Slice literal;
    uint32_t slot; // SCHEMA_NONE: no hole behind this literal
    bool percent;  // {name|percent}: a share is shown in hundredths
};
struct template {
    const struct template_part *parts;
    uint32_t count;
};

struct model_parameter {
    Slice name;
    Slice unit;
    double value, min, max;
    bool is_money;      // unit CNY (or the pack's currency)
    bool is_regulation; // source REG: factors leave it alone
    Slice constant;
    uint32_t slot;
    Place place;
};

struct model_override {
    uint64_t segments; // sets; all ones: any
    uint64_t channels; // bit CHANNELS_MAX - 1: no channel
    double values[MODEL_PARAMETERS_MAX]; // NaN: unchanged
};

// For whom a canary counts: those whose field's text falls below the share, always the same ones for the same model.
struct model_canary {
    uint32_t field;
    uint64_t seed;
    uint32_t below; // of CANARY_SHARES
};
enum { CANARY_SHARES = 10000 };

// How often its owner expects it to fire, per 100,000 events of the types it watches.
struct model_alert_rate {
    bool is_given;
    double low, target, high;
};

struct model {
    Slice id;
    int64_t version;
    ModelStatus status;
    Slice zh, en;
    Slice family, typology, scene;
    ModelMode mode;
    uint64_t on[SCHEMA_TYPES_MAX / 64];
    uint64_t channels, segments; // sets
    uint64_t guards;             // of the policy, those that apply
    const struct model_parameter *parameters;
    uint32_t parameter_count;
    const struct model_override *overrides;
    uint32_t override_count;
    const struct expr_env *env; // what its expression may name, its parameters among it
    const struct expr *expr;
    uint32_t rule; // in the table
    uint8_t score;
    Severity severity;
    uint32_t action; // of the policy's actions; SCHEMA_NONE when the model asks for a task only
    uint32_t task;   // or SCHEMA_NONE
    uint32_t evidence; // set of Evidence
    Wording rationale; // both the same where the pack has one text
    struct model_alert_rate alert_rate;
    struct model_canary canary; // with status CANARY
    struct template reason_zh, reason_en;
    const Slice *fire_tests, *quiet_tests; // "file#id"
    uint32_t fire_count, quiet_count;
    bool reads_features;
    bool reads_outcome; // its expression reads what only a RESULT tells, so it is asked again when one confirms its REQUEST
    const uint32_t *reads; // slots its expression and reasons read
    uint32_t read_count;
    const struct yaml_node *node;
    Place place;
};

// Drafts, suspended and retired ones are not.
static inline bool model_is_evaluated(const struct model *model) {
    return model->status >= MODEL_SHADOW && model->status <= MODEL_ACTIVE;
}

// A number that the law sets.
struct regulation_constant {
    Slice name, unit, document;
    double value;
    Place place;
};

struct policy_action {
    Slice id, zh, en;
};
struct policy_segment {
    Slice id, zh, en;
    const struct expr *when; // NULL: always
    uint32_t rule;
};
struct policy_guard {
    Slice id, zh, en;
    const struct expr *when;
    uint32_t rule;
    const Slice *families; // none: all
    uint32_t family_count;
    const struct yaml_node *except;
    bool spares_list_models, spares_s4;
};
struct policy_rule {
    Slice id, zh, en;
    Place place;
    const struct expr *when;
    uint32_t rule;     // in the predicate table: whether it applies to a decision without hits
    uint32_t action;   // SCHEMA_NONE: as it is
    uint32_t task;     // or SCHEMA_NONE
    int64_t delay_us;  // 0: none
    bool weaken_only, strengthen_only;
};
struct policy_factor {
    Slice family; // empty: all
    double factor;
};

// What policies may read of the decision so far: X(name, type).
#define DECISION_NAMES(X)                                                                          \
    X(action, STRING)                                                                              \
    X(score, INT)                                                                                  \
    X(severity, STRING)                                                                            \
    X(hits, INT)                                                                                   \
    X(list_hit, BOOL)                                                                              \
    X(s3_hits, INT)                                                                                \
    X(s3_apart, BOOL)                                                                              \
    X(s4_hits, INT)                                                                                \
    X(has_evidence, LIST)                                                                          \
    X(families, LIST)                                                                              \
    X(models, LIST)                                                                                \
    X(tasks, LIST)                                                                                 \
    X(effort, STRING)
typedef enum DecisionName {
#define X(name, type) DECISION_##name,
    DECISION_NAMES(X)
#undef X
    DECISION_NAME_COUNT
} DecisionName;

struct policy {
    VEC(struct policy_action) actions; // from weak to strong; 0 is "nothing"
    VEC(struct policy_action) tasks;
    VEC(struct policy_segment) segments;
    VEC(struct policy_guard) guards;
    VEC(struct policy_rule) rules;
    double money_min;
    const struct policy_factor *segment_factors[SEGMENTS_MAX];
    uint32_t segment_factor_counts[SEGMENTS_MAX];
    const struct policy_factor *channel_factors[CHANNELS_MAX];
    uint32_t channel_factor_counts[CHANNELS_MAX];
    int64_t default_delay_us;
    const Slice *tests; // "file#id": sequences of which the decision is told
    uint32_t test_count;
};

enum { FETCHED_MAX = 64 };

// The models that watch one event type.
// What is worth fetching ahead: tables that are read, and fields that lists are asked about.
struct fetched {
    const uint32_t *tables;
    const uint32_t *list_fields;
    uint32_t table_count, list_field_count;
};

struct type_plan {
    const struct table_plan *plan;
    const uint32_t *models;            // by position in the plan
    uint32_t count;
    struct fetched fetched; // for a decision
    struct fetched late;    // for late filters alone (stream/features_stages.c)
    // By binding-independent combination: segment * channel_count + channel.
    const uint64_t *const *candidates[MODEL_SCOPE_COUNT][EFFORT_COUNT];
    const uint64_t *const *confirmed[MODEL_SCOPE_COUNT]; // of those of full effort the ones that a RESULT that confirms its REQUEST still concerns
};

// How the nightly run looks at subjects of which nothing may have been heard (batch.yaml): each gets one event, a tick, of a type that no source
// sends. A field of the tick is a constant, comes from the run, or is what is known of the subject.
enum { BATCH_KINDS_MAX = 16, BATCH_COPIES_MAX = 16, BATCH_SUBJECTS_DEFAULT = 1000000, BATCH_SUBJECTS_MAX = 100000000 };

// X(NAME, how batch.yaml names it, what it is)
#define BATCH_VALUES(X)                                                                            \
    X(KEY, "$key", "the subject's key")                                                            \
    X(ID, "$id", "the id of the tick itself")                                                      \
    X(DATE, "$date", "YYYYMMDD of the last day that was over")
typedef enum BatchValue {
    BATCH_CONSTANT, // `json`
    BATCH_KNOWN,    // the column where the subject's row has one, else the copy
#define X(name, text, meaning) BATCH_##name,
    BATCH_VALUES(X)
#undef X
} BatchValue;

struct batch_field {
    uint32_t field;
    BatchValue value;
    Slice json;
    uint32_t copy;   // of the kind's copies, or SCHEMA_NONE
    uint32_t column; // of the kind's table, or SCHEMA_NONE
};

// One kind of subject: accounts, branches ...
struct batch_kind {
    Slice id, zh, en;
    uint32_t key;           // field whose text names one
    const uint32_t *copies; // fields of which the newest value is kept for each subject
    uint32_t copy_count;
    uint32_t table;         // whose rows are subjects too, or SCHEMA_NONE
    uint32_t cap;           // subjects
    const struct batch_field *fields; // of the tick, beside its id, type and time
    uint32_t field_count;
    Place place;
};

struct catalogue_batch {
    uint32_t type; // of ticks
    const struct batch_kind *kinds;
    uint32_t kind_count; // 0: the pack has no ticks
};

// What inList() is answered from. Whoever evaluates a pack's expressions hands them a context that begins with this.
struct catalogue_lists {
    const struct knowledge_plan *plan;
    const struct knowledge *knowledge;
    int64_t time_us; // of the event
    // Names of lists stand in the expressions, so the same bytes are asked for again and again: which list they mean.
    struct {
        const char *name;
        uint32_t list;
    } known[64];
};

enum { TABLE_KEY_PARTS_MAX = 8 };

// The fields that make a table's key.
struct catalogue_key {
    uint32_t fields[TABLE_KEY_PARTS_MAX];
    uint32_t count;
};

// A field that is computed when the event is decided: its date is on a list, or an expression gives it.
struct catalogue_derived {
    uint32_t field;
    uint32_t list;
    const struct expr *expr; // NULL: by the list
};

struct catalogue {
    struct arena arena;
    struct diag_list diags;
    Slice name;
    int64_t version;
    Slice zh, en;
    Slice label;  // "bank 1 3f2a9c01b2d4e5f6": name, version, hash of all texts
    uint64_t state_layout; // of all that what is remembered of the stream depends on: catalogues of one layout can take over from each other
    Slice currency;
    int money_digits;
    int64_t zone_offset_us;
    int64_t late_after_us, early_after_us, short_window_us;
    uint32_t remember; // events whose ids and answers are remembered
    const struct schema *schema;
    struct vocabulary vocabulary;
    const struct knowledge_plan *knowledge;
    VEC(struct catalogue_derived) derived; // in an order in which each finds what it reads
    const struct catalogue_key *table_keys; // by table
    bool *lists_read; // by list: an expression asks it
    struct feature_plan *features;
    VEC(struct model) models; // by id
    struct map models_by_id;
    VEC(struct regulation_constant) constants;
    struct map constants_by_name;
    struct policy policy;
    struct expr_table *table; // models, guards, segments, and the policy's rules
    const struct table_plan *rules_plan; // of the policy: which apply to a decision without hits
    uint32_t channel_count; // values of the channel's enumeration and one for "none"
    uint32_t segment_count;
    const uint32_t *binding_of; // segment * channel_count + channel
    uint32_t binding_count;
    const double *const *parameter_values; // by binding, by slot
    const struct type_plan *types;         // by event type
    uint32_t evaluated_count;              // models that are evaluated at all
    struct catalogue_batch batch;
};

// One text of a pack; `path` is relative to the pack's folder.
struct pack_file {
    Slice path;
    struct source source;
};

struct catalogue *catalogue_create(void);
void catalogue_destroy(struct catalogue *catalogue);
// Compiles. STATUS_INVALID when there are errors; all of them are in catalogue->diags. The files' texts must live as long as
// the catalogue.
Status catalogue_load(struct catalogue *catalogue, const struct pack_file *files, uint32_t file_count);
// Loads the lists and tables that come with a pack into a state; what is wrong in them becomes diagnostics of the catalogue.
void catalogue_load_knowledge(struct catalogue *catalogue, const struct pack_file *files, uint32_t file_count,
                              struct knowledge *knowledge);

// honesty.c: warnings about models that are not what they claim to be: two that are one, one that cannot fire, a number of the law
// that is not said to be. For who writes packs; nothing of it changes a decision. After a catalogue_load() that gave STATUS_OK.
void catalogue_judge(struct catalogue *catalogue);

// values.c: what the pack calls the values of a field or column that is chosen from some, one for each; NULL: it has no
// names for them.
const Wording *catalogue_value_names(const struct catalogue *catalogue, const struct name *name);
// What one of them is called; the value itself where it has no name.
Slice catalogue_value_name(const struct catalogue *catalogue, const struct name *name, Slice value, bool chinese);

// The value of a parameter for a segment and channel.
double catalogue_parameter(const struct catalogue *catalogue, const struct model *model, uint32_t parameter,
                           uint32_t segment, uint32_t channel);

// explain.c: how a model or feature was understood, for people. False when there is none of that name.
bool catalogue_explain(const struct catalogue *catalogue, Slice name, struct buf *out);
