#pragma once
// Strategies: the texts of a pack that close alerts without a person, or prepare them for one: disposition.yaml and strategies/*.yaml, compiled. What they
// may say is told in docs/disposition.md; what no text may say is forbidden.def.
//
//     struct strategies *strategies = strategies_create();
//     Status status = strategies_compile(strategies, catalogue, files, file_count);   // the pack's texts, already read; see strategies->diags
//     if (strategies->plan.exists) { ... }                                            // a pack without disposition.yaml has no disposition
//     strategies_destroy(strategies);
//
// The room is pure: it asks for no time and keeps no alert. Who keeps them hands over what is known of one, by name (struct strategy_input), and is told
// what to do. The life of a run of a strategy on one alert:
//
//     it is tried         strategies are tried in the order of strategies->at, those whose `triggers` name what has happened.
//                         strategy_begin(): does it apply, do its limits allow it?   -> do `first`, which releases nothing
//     it asks             `ask`, if there is one, until it is answered or `within` has passed; then strategy_stop()
//     it waits            strategy_wait_us(), if there is a wait; with `quiet` a new hit begins the wait anew. On each new hit, answer, or change of
//                         the payment: strategy_stop()
//     it asks again       `ask_again`, if there is one; then strategy_stop()
//     it ends             strategy_end(): the first branch of `stop` that holds, else of `then`, else `otherwise`
//
// A branch of `stop` that holds ends the run at once, and so does a person who decides on the alert. When the alert changes so that strategy_begin() would
// refuse it now for REFUSED_SCOPE, REFUSED_LIST or REFUSED_FORBIDDEN, the run is given up: strategy_give_up(). A strategy that is tried on JOINED, PAYMENT,
// ANSWERED or DUE may begin while another waits; when it takes a branch that closes, goes to a person or lowers, the one that waits has ended too.
//
// When a run ends with STAYS, the strategies behind it in the order are tried; with LOWER, all others, from the first on. An alert of which no strategy runs
// and none begins is queued for a person.
//
// What no branch may. strategy_stop() and strategy_end() ask the limits of forbidden.def before they give a branch that closes or releases. Where one
// forbids it, the outcome names the limit, drops the code and the releasing actions, keeps the others, and goes to a person. Whoever closes alerts
// without a person and without a strategy asks closure_forbidden() himself.
//
// Compiled strategies are immutable and may be shared by threads; evaluation writes into the scratch arena only. The catalogue has to live as long.
// Diagnostics: DP of disposition.yaml, SG of strategies.

#include "monitoring/models/catalogue.h"
#include "monitoring/stream/event.h"
#include "response/strategies/lists.h"
#include "response/strategies/plan.h"

enum {
    STRATEGIES_MAX = 256,
    STRATEGY_BRANCHES_MAX = 32, // of `stop`, and of `then`
    STRATEGY_ACTIONS_MAX = 16,  // of a branch
    STRATEGY_LIMITS_MAX = 8,
    STRATEGY_ROWS_MAX = 8, // of `first`, and of `wait`
    ACTION_SHARES_MAX = 8,
};

// ---- a strategy --------------------------------------------------------------------------------------------------

// For which hits: typologies by severity, and models that are named one by one.
struct strategy_scope {
    uint64_t typologies[SEVERITY_S4 + 1][TYPOLOGIES_MAX / 64];
    const uint32_t *models;           // of the catalogue
    const uint32_t *model_severities; // of each, a set of Severity
    uint32_t model_count;
};

struct strategy_action {
    ActionId id;
    uint32_t given;                 // set of ActionArgument
    int64_t values[ARGUMENT_COUNT]; // what they mean: ArgumentType
    Slice text;                     // of an argument of type TEXT
    uint32_t shares[ACTION_SHARES_MAX];
    uint32_t share_count;
};
struct strategy_actions {
    const struct strategy_action *at;
    uint32_t count;
};

#define STRATEGY_ENDS(X)                                                                                                                             \
    X(CLOSED, "关闭", "closed with the code")                                                                                                        \
    X(HUMAN, "转人工", "queued for a person")                                                                                                        \
    X(STAYS, "保持", "open, as it is; other strategies may still be tried") X(LOWER, "降级", "one severity lower, and tried anew by the others")
typedef enum StrategyEnd {
#define X(id, zh, en) END_##id,
    STRATEGY_ENDS(X)
#undef X
        STRATEGY_END_COUNT
} StrategyEnd;
extern const char *const strategy_end_names[STRATEGY_END_COUNT];

struct strategy_branch {
    Slice id;                           // "1", "2" ... where the text gives none
    const struct expr *when;            // NULL: always
    const struct strategy_scope *scope; // NULL: the strategy's
    bool once;                          // for an alert: not when alert.taken has it
    struct strategy_actions actions;
    StrategyEnd to;
    Code code;              // with END_CLOSED, else CODE_NONE
    bool weak;              // the label counts with plan.weak_weight only
    bool prevented_unknown; // in statistics: prevented, and nobody knows what it was
    Slice zh, en;           // note for the protocol of the alert
    Place place;
};
struct strategy_branches {
    const struct strategy_branch *at;
    uint32_t count;
};

struct strategy_row {
    const struct expr *when; // NULL: always
    struct strategy_actions actions;
};

struct strategy_ask {
    ContactChannel channel;
    uint32_t script; // of the plan
    int64_t within_us;
    uint32_t tries; // so often at most, one after the other as long as nobody answers
    // Of a second question: answers that are taken for yes in the shadow, where people have decided before it was asked. By index of the plan's answers.
    const uint32_t *assumed;
    uint32_t assumed_count;
};

struct strategy_wait {
    const struct expr *when; // NULL: always
    int64_t span_us;
};

#define LIMIT_SCOPES(X) X(SUBJECT, "主体", "subject") X(PAYEE, "收款方", "payee") X(ALERT, "预警", "alert")
typedef enum LimitScope {
#define X(id, zh, en) LIMIT_##id,
    LIMIT_SCOPES(X)
#undef X
        LIMIT_SCOPE_COUNT
} LimitScope;
extern const char *const limit_scope_names[LIMIT_SCOPE_COUNT];
struct strategy_limit {
    LimitScope per;
    uint32_t count;    // at most so often
    int64_t within_us; // 0: ever
};

struct strategy {
    Slice id;
    int64_t version;
    Slice zh, en, owner;
    uint64_t hash;            // of all that it means; names, notes and cases do not change it
    bool releases;            // direction RELEASE. The others are PROTECT, and nothing in them releases or closes in that direction
    bool is_closure;          // false: what it does is no disposition (merging, orders)
    bool counts_as_automatic; // in the rate of automatic disposition
    uint32_t triggers;        // set of Trigger
    struct strategy_scope scope;
    uint32_t list_sources; // set of ListSource; the alert must have a hit of one. 0: it need not
    const struct expr *when;
    const struct strategy_row *first; // the first whose `when` holds is done when it begins
    uint32_t first_count;
    const struct strategy_ask *ask, *ask_again; // NULL: none
    const struct strategy_wait *waits;          // the first whose `when` holds
    uint32_t wait_count;
    bool quiet;
    struct strategy_branches stop, then;
    struct strategy_branch otherwise;
    struct strategy_limit limits[STRATEGY_LIMITS_MAX];
    uint32_t limit_count;
    int64_t amount_max; // minor units, of the largest event; INT64_MAX: any
    struct sampling sampling;
    struct breaker breaker;
    struct earning earning;
    const struct yaml_node *node;
    Place place;
};

struct strategies {
    struct arena arena;
    struct diag_list diags;
    const struct catalogue *catalogue;
    struct disposition_plan plan;
    const struct expr_env *env; // what strategies may name
    const struct strategy *at;  // in the order in which they are tried
    uint32_t count;
    struct map by_id;
    bool *lists_read; // by list of the catalogue: a fact or strategy asks it
    bool *names_read; // by slot of the catalogue's vocabulary
    // Slots of expressions: below `first_name` those of the catalogue, then names, facts and answers.
    uint32_t first_name, first_fact, first_answer;
    const struct yaml_node *given; // what holds in all cases that do not say otherwise
};

struct strategies *strategies_create(void);
void strategies_destroy(struct strategies *strategies);
// STATUS_INVALID when there are errors; all are in strategies->diags. The files' texts and the catalogue must live as long. The catalogue was compiled
// without errors; it is not changed.
MUST_USE Status strategies_compile(struct strategies *strategies, const struct catalogue *catalogue, const struct pack_file *files,
                                   uint32_t file_count);

// ---- who an alert is about ---------------------------------------------------------------------------------------

// Its group, for a hit of a model, by the model's number in the catalogue. Of a model that the pack has no more (SCHEMA_NONE) nobody knows: the first.
uint32_t disposition_group(const struct disposition_plan *plan, uint32_t model);

struct subject_found {
    SubjectKind kind;
    SubjectSide side;
};
// Who a hit of the model is about; the key is put into `out`. false when the event has none of the fields: the alert then stands alone.
bool disposition_subject(const struct disposition_plan *plan, uint32_t model, const struct event *event, struct subject_found *ret_found, struct buf *out);

// ---- what is known -----------------------------------------------------------------------------------------------

typedef enum StrategySlotKind {
    SLOT_FIELD,  // event.x of the leading event: `index` is the field
    SLOT_CELL,   // prof.x, g.x, ml.x: `table`, and `index` of the column
    SLOT_NAME,   // names.def: `index` is a StrategyName
    SLOT_ANSWER, // answer.x: `index` among the plan's answers
} StrategySlotKind;
typedef struct StrategySlot {
    StrategySlotKind kind;
    uint32_t index, table;
} StrategySlot;

// What is known of one alert. Each function may give false: not known. What depends on it then goes to a person.
struct strategy_input {
    void *context;
    // The value of a name, of the type that it is declared with; texts and lists live in `scratch` or longer. alert.list_hits is not asked for: it is
    // computed from alert.models and the facts.
    bool (*read)(void *context, StrategySlot slot, struct arena *scratch, struct value *ret_value);
    // Whether a key is on a list of the catalogue's knowledge.
    bool (*on_list)(void *context, uint32_t list, Slice key, bool *ret_is_on);
    // The highest severity of the subject's open alerts that have a hit of the family, this one included; SEVERITY_NONE: there are none.
    bool (*open_severity)(void *context, Slice family, Severity *ret_severity);
    // How often the strategy has acted (closed, or done an action) for this subject, payee or alert in a span up to now; within_us 0: ever.
    bool (*uses)(void *context, const struct strategy *strategy, LimitScope per, int64_t within_us, uint32_t *ret_count);
};

// The value of a fact; false when it is not known. A BOOL then has its worst value, an INT none (VALUE_MISSING).
bool strategies_fact(const struct strategies *strategies, FactId fact, const struct strategy_input *input, struct arena *scratch,
                     struct value *ret_value);

// ---- a run -------------------------------------------------------------------------------------------------------

#define STRATEGY_REFUSALS(X)                                                                                                                         \
    X(NOT, "it begins")                                                                                                                              \
    X(SCOPE, "it is for other typologies or severities")                                                                                             \
    X(LIST, "no hit of the lists that it is for")                                                                                                    \
    X(WHEN, "its condition does not hold") X(LIMIT, "it has acted as often as it may") X(AMOUNT, "the amount is above what it may, or not known")    \
        X(FORBIDDEN, "every way in which it could release or close is forbidden for this alert, and it would do nothing else")
typedef enum StrategyRefusal {
#define X(id, en) REFUSED_##id,
    STRATEGY_REFUSALS(X)
#undef X
        STRATEGY_REFUSAL_COUNT
} StrategyRefusal;
extern const char *const strategy_refusal_names[STRATEGY_REFUSAL_COUNT];

struct strategy_begin {
    StrategyRefusal refused;
    uint32_t limit;      // REFUSED_LIMIT: of the strategy's
    Forbidden forbidden; // REFUSED_FORBIDDEN
};
void strategy_begin(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                    struct strategy_begin *ret_begin);

// What is done when it begins; nothing of it releases.
struct strategy_actions strategy_first(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input,
                                       struct arena *scratch);
// How long it waits; 0: not at all.
int64_t strategy_wait_us(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input,
                         struct arena *scratch);

struct strategy_outcome {
    const struct strategy_branch *branch;
    StrategyEnd to;
    Code code;                                    // CODE_NONE unless it is closed
    Forbidden forbidden;                          // what kept it from closing or releasing; `to` is then END_HUMAN
    const struct strategy_action *const *actions; // what is to be done, in order; in the scratch arena
    uint32_t action_count;
};
// The first branch of `stop` that holds now; false: the run goes on.
bool strategy_stop(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                   struct strategy_outcome *ret_outcome);
// The first branch of `stop` that holds, else of `then`, else `otherwise`.
void strategy_end(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                  struct strategy_outcome *ret_outcome);

// `otherwise`, whatever holds now.
void strategy_give_up(const struct strategies *strategies, const struct strategy *strategy, const struct strategy_input *input, struct arena *scratch,
                      struct strategy_outcome *ret_outcome);

// ---- what is never closed ----------------------------------------------------------------------------------------

enum {
    CLOSURE_AGE_ELDER = 70,  // years, and above
    CLOSURE_AGE_ADULT = 18,  // below it: a minor
    CLOSURE_MODEL_DAYS = 14, // younger models close nothing
};
#define CLOSURE_PERSON_MAX INT64_C(50000000)   // fen: 500,000 yuan and above
#define CLOSURE_COMPANY_MAX INT64_C(200000000) // fen: 2,000,000 yuan and above

typedef enum Known { NOT_KNOWN, KNOWN_NO, KNOWN_YES } Known;

// What the limits look at. All zero is nothing known, and forbidden.
struct closure {
    Direction direction;               // releasing or protecting
    Severity severity;                 // the highest that the alert ever had; SEVERITY_NONE: not known
    uint32_t kinds;                    // set of FamilyKind of all its hits; 0: not known
    Known list_hit[LIST_SOURCE_COUNT]; // of any of its hits
    Known is_company;
    bool has_age;
    int64_t age;
    Known victim_protect; // the customer is on the list of warned victims
    Known is_marked;      // order of the police, appeal, complaint, media, law
    bool has_amount;
    int64_t amount; // minor units, of the largest event
    Known is_challenger;
    bool has_model_days;
    int64_t model_days; // of the youngest of its models
    Known is_late, is_degraded;
    Known was_overturned; // an automatic closure of the subject, ever
};
// The first limit that forbids the closure, or FORBIDDEN_NOTHING.
Forbidden closure_forbidden(const struct closure *closure);
// What a closure of an alert would be, from what is known of it.
void closure_of(const struct strategies *strategies, Direction direction, const struct strategy_input *input, struct arena *scratch,
                struct closure *ret_closure);

// ---- for people --------------------------------------------------------------------------------------------------

// A text of a script with its holes filled: {event.amount}, {event.payee_acct_no|tail} (the last four). What has no value is shown as "-".
void strategies_put_text(const struct strategies *strategies, Slice text, bool chinese, const struct strategy_input *input, struct arena *scratch,
                         struct buf *out);
// How a strategy was understood, in both languages; false when there is none of that id.
bool strategies_explain(const struct strategies *strategies, Slice id, struct buf *out);

struct strategy_tally {
    uint32_t passed, failed;   // cases
    uint32_t ways, ways_shown; // branches and limits, and those of which a case shows that they work
};
// Runs the cases of a strategy. What does not come out as a case says, and what no case shows, stands in `out` with its place.
void strategies_try_cases(const struct strategies *strategies, const struct strategy *strategy, struct buf *out, struct strategy_tally *tally);
