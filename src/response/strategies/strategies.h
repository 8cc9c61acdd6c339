#pragma once
// Strategies: the texts of a pack that close alerts without a person, or prepare them for one:
// disposition.yaml and strategies/*.yaml, compiled. What they say is told in docs/disposition.md;
// what no text may say is here, in forbidden.def.
//
//     struct strategies *strategies = strategies_create();
//     Status status = strategies_compile(strategies, catalogue, files, file_count);   // the pack's
//     texts, already read; see strategies->diags if (strategies->plan.exists) { ... } // a pack
//     without disposition.yaml has no disposition strategies_destroy(strategies);
//
// The room is pure: it asks for no time and keeps no alert. Who keeps them hands over what is known
// of one, by name (struct strategy_input), and is told what to do. The life of a run of a strategy
// on one alert:
//
//     for each strategy in the order of strategies->at, whose `on` names what has happened:
//         strategy_begin()      does it apply, and do its limits allow it?           -> do `first`,
//         then ask, or wait, or end at once
//     a question is out         `ask`: channel, script, `within`
//         answered or expired:  strategy_stop()   does a branch of `stop` hold now?  -> that branch
//         ends the run
//     it waits                  strategy_wait_us(); `quiet`: a new hit begins the wait anew
//         on each new hit, answer, change of the payment: strategy_stop() again
//     a second question         `ask_again`, in the same way
//     strategy_end()            the first branch of `then` that holds, or `otherwise`
//
// A run of which the alert changes so that strategy_begin() would refuse it now (a higher severity,
// a list hit) is given up by who keeps it: `otherwise`. Strategies that are tried on JOINED,
// PAYMENT, ANSWERED or DUE may begin while another waits; the one that waited ends when the new one
// takes a branch.
//
// What a branch may not. strategy_stop() and strategy_end() look at the limits of forbidden.def
// before they give a branch that closes or releases. Where one forbids, the outcome names it, keeps
// the protecting and neutral actions, drops the releasing ones and the code, and goes to a person.
// Who closes alerts in another way asks closure_forbidden() himself.
//
// Compiled strategies are immutable and may be shared by threads. The catalogue has to live as
// long. Codes: DI of disposition.yaml, SG of strategies.

#include "monitoring/models/catalogue.h"
#include "monitoring/stream/event.h"
#include "response/strategies/lists.h"

enum {
    GROUPS_MAX = 64, // of typologies
    TYPOLOGIES_MAX = 1024,
    STRATEGIES_MAX = 256,
    STRATEGY_BRANCHES_MAX = 32, // of `stop` and of `then`
    STRATEGY_LIMITS_MAX = 8,
    SUBJECT_CANDIDATES_MAX = 8,
    ANSWERS_MAX = 128,
    SCRIPTS_MAX = 512,
};

// ---- disposition.yaml
// ------------------------------------------------------------------------------------------

// A span of the calendar, or of working days, which who keeps the calendar counts.
typedef struct Term {
    int64_t span_us; // where working_days is 0; -1: none
    uint32_t working_days;
} Term;

struct subject_candidate {
    SubjectKind kind;
    uint32_t field; // of the event
};

struct typology_group {
    Slice id, zh, en;
    uint32_t kinds;                           // set of FamilyKind: those of its families
    const struct subject_candidate *subjects; // the first of which the event has the field
    uint32_t subject_count;
    Secrecy secrecy;
    Slice queue; // skill that a person needs for it
    bool is_victim;
    Place place;
};

struct typology {
    Slice id, family;
    FamilyKind kind;
    uint32_t group;
};

enum { ESCALATIONS_MAX = 8, CONTACT_STEPS_MAX = 16 };
struct escalation {
    Term after;   // or
    double share; // of the time to a decision; 0: `after` says it
    DutyRole role;
};
// One severity's service level.
struct service_level {
    Term first_action, first_human; // machine or person; a person
    Term contact;                   // first attempt
    Term contact_all;               // by when `contact_channels` channels were tried
    uint32_t contact_channels;
    Term decision, decision_money_gone;
    Term wait_customer, wait_branch, wait_police; // until the next channel, or a reminder
    struct escalation escalations[ESCALATIONS_MAX];
    uint32_t escalation_count;
};
// The steps in which somebody is reached, one after the other.
struct contact_step {
    const ContactChannel *channels; // at once
    uint32_t channel_count;
    uint32_t tries;
    uint32_t severities; // set of Severity
    bool victims_only;
};

// Priority in the queue: the sum of these times what they name. `age` counts from 70 years on.
struct priority_weights {
    double severity, money_here, victim, amount_log10, age, minute_left;
};

struct code_plan { // of one Code
    double weight; // of a label: 1 for POSITIVE; of LABEL_WEAK and of closures marked `weak` below
                   // 1; 0 elsewhere
};

struct fact_plan {
    const struct expr *value;
    const struct expr *known; // NULL: whenever `value` gives one
};

struct answer_name {
    Slice name;              // without "answer."
    const struct type *type; // BOOL, INT, DOUBLE, STRING, MONEY, or a list of texts
    const Slice *choices;    // of a STRING; NULL: any
    uint32_t choice_count;
    Slice zh, en;
};

typedef enum ScriptKind {
    SCRIPT_MESSAGE,
    SCRIPT_CALL,
    SCRIPT_QUESTIONNAIRE,
    SCRIPT_NOTICE,
    SCRIPT_DOCUMENTS
} ScriptKind;
struct script_line {
    Slice zh, en;
    uint32_t answer; // that it fills, or SCHEMA_NONE
};
struct script {
    Slice id;
    int64_t version;
    ScriptKind kind;
    Slice zh, en; // of a MESSAGE and the head of the others; with holes: see strategies_put_text()
    const struct script_line *lines; // of a CALL or QUESTIONNAIRE, in their order
    uint32_t line_count;
    Slice reason, remedy_zh, remedy_en, documents_zh,
        documents_en; // of a NOTICE; of DOCUMENTS the last two
    Place place;
};

struct sampling {
    double share;
    uint32_t weekly_least;
    int64_t all_from; // minor units; INT64_MAX: none
};
struct breaker {
    double closures_factor; // of the mean of `mean_days`, in `window_us`
    uint32_t mean_days;
    int64_t window_us;
    double overturn_share; // by its lower 95 % bound
    uint32_t later_positives;
    int64_t later_window_us;
};
struct earning {
    double agreement;
    uint32_t alerts;
};

struct limit_step {
    int64_t person, company; // minor units
};

struct disposition_plan {
    bool exists;
    const struct typology_group *groups;
    uint32_t group_count;
    const struct typology *typologies; // that models name, by id
    uint32_t typology_count;
    struct map typologies_by_id;
    const uint32_t *typology_of_model;        // by the model's number in the catalogue
    const uint32_t *lists_of_model;           // sets of ListSource that its condition asks
    uint32_t list_sources[LIST_SOURCE_COUNT]; // how many lists are of that source
    int64_t window_us;                        // sliding, from the first hit
    struct service_level levels[SEVERITY_S4 + 1];
    struct contact_step contact_steps[CONTACT_STEPS_MAX];
    uint32_t contact_step_count;
    struct priority_weights priority;
    struct code_plan codes[CODE_COUNT];
    double weak_weight; // of a closure marked `weak`
    struct fact_plan facts[FACT_COUNT];
    const struct answer_name *answers;
    uint32_t answer_count;
    const struct script *scripts;
    uint32_t script_count;
    const struct limit_step
        *limit_steps; // in which a limit is given back; after the last it is as before
    uint32_t limit_step_count;
};

// ---- a strategy
// ------------------------------------------------------------------------------------------------

// For which alerts: sets of typologies and models by severity.
struct strategy_scope {
    uint64_t typologies[SEVERITY_S4 + 1][TYPOLOGIES_MAX / 64];
    const uint32_t *models; // named one by one
    const uint32_t *model_severities;
    uint32_t model_count;
};

struct strategy_action {
    ActionId id;
    uint32_t given; // set of ActionArgument
    int64_t values[ARGUMENT_COUNT];
    Slice text; // of an argument of type TEXT
    uint32_t shares[8];
    uint32_t share_count;
};

typedef enum StrategyEnd {
    END_CLOSED,
    END_HUMAN, // queued for a person
    END_STAYS, // open, as it is; other strategies may still be tried
    END_LOWER, // one severity lower, and tried anew by other strategies
} StrategyEnd;
extern const char *const strategy_end_names[];

struct strategy_branch {
    Slice id;
    const struct expr *when;            // NULL: always
    const struct strategy_scope *scope; // NULL: the strategy's
    bool once;                          // for an alert
    const struct strategy_action *actions;
    uint32_t action_count;
    Code code;              // with END_CLOSED
    bool weak;              // the label counts with plan.weak_weight
    bool prevented_unknown; // in statistics a prevented payment of which nobody knows whether it
                            // was fraud
    StrategyEnd to;
    Slice zh, en;
    Place place;
};

struct strategy_ask {
    ContactChannel channel;
    uint32_t script;
    int64_t within_us;
};

struct strategy_wait {
    const struct expr *when; // NULL: always
    int64_t span_us;
};

typedef enum LimitScope { LIMIT_SUBJECT, LIMIT_PAYEE, LIMIT_ALERT } LimitScope;
struct strategy_limit {
    LimitScope per;
    uint32_t count;
    int64_t within_us; // 0: ever
};

struct strategy {
    Slice id;
    int64_t version;
    Slice zh, en, owner;
    uint64_t hash;            // of all that it means; not of names, notes and cases
    bool releases;            // direction RELEASE; else PROTECT, and nothing in it releases
    bool is_closure;          // false: what it does is no disposition (merging, orders)
    bool counts_as_automatic; // in the rate
    uint32_t triggers;        // set of Trigger
    struct strategy_scope scope;
    uint32_t list_sources; // set of ListSource of which the alert must have a hit; 0: not asked for
    const struct expr *when;
    const struct strategy_action *first;
    uint32_t first_count;
    const struct strategy_ask *ask, *ask_again; // NULL: none
    const struct strategy_wait *waits;          // the first whose `when` holds
    uint32_t wait_count;
    bool quiet;
    const struct strategy_branch *stops, *branches;
    uint32_t stop_count, branch_count;
    struct strategy_branch otherwise;
    struct strategy_limit limits[STRATEGY_LIMITS_MAX];
    uint32_t limit_count;
    int64_t amount_max; // minor units; INT64_MAX: none
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
    struct expr_env *env;      // what strategies may name
    const struct strategy *at; // in the order in which they are tried
    uint32_t count;
    struct map by_id;
    bool *lists_read; // by list of the catalogue: a fact or strategy asks it
    bool *names_read; // by slot of the catalogue's vocabulary
};

struct strategies *strategies_create(void);
void strategies_destroy(struct strategies *strategies);
// STATUS_INVALID when there are errors; all are in strategies->diags. The files' texts and the
// catalogue must live as long.
MUST_USE Status strategies_compile(struct strategies *strategies, const struct catalogue *catalogue,
                                   const struct pack_file *files, uint32_t file_count);

// ---- who an alert is about
// ---------------------------------------------------------------------------------------

// The kind and key of the subject of an event in a group; false when the event has none of its
// fields: the alert then stands alone.
bool disposition_subject(const struct disposition_plan *plan, uint32_t group,
                         const struct event *event, SubjectKind *ret_kind, struct buf *out);

// ---- asking
// ------------------------------------------------------------------------------------------------------

typedef enum StrategySlotKind {
    SLOT_FIELD,  // event.x of the leading event: `index` is the field
    SLOT_CELL,   // prof.x, g.x, ml.x: `table` and `index` of the column
    SLOT_NAME,   // names.def: `index` is a StrategyName
    SLOT_ANSWER, // answer.x: `index` among plan.answers
} StrategySlotKind;
typedef struct StrategySlot {
    StrategySlotKind kind;
    uint32_t index, table;
} StrategySlot;

// What is known of one alert. Everything may be unknown: then the function gives false, and what
// depends on it goes to a person.
struct strategy_input {
    void *context;
    // The value of a name, of the type that it is declared with; texts and lists live in `scratch`
    // or longer.
    bool (*read)(void *context, StrategySlot slot, struct arena *scratch, struct value *ret_value);
    // Whether a key is on a list of the catalogue's knowledge.
    bool (*on_list)(void *context, uint32_t list, Slice key, bool *ret_is_on);
    // The highest severity of the open alerts of this alert's subject that have a hit of the
    // family; SEVERITY_NONE: there are none.
    bool (*open_severity)(void *context, Slice family, Severity *ret_severity);
    // How often the strategy has acted (closed, or done an action) for this subject, payee or alert
    // in a span up to now; within_us 0: ever.
    bool (*uses)(void *context, const struct strategy *strategy, LimitScope per, int64_t within_us,
                 uint32_t *ret_count);
};

// The value of a fact; false when it is not known (a BOOL is then set to its worst).
bool strategies_fact(const struct strategies *strategies, FactId fact,
                     const struct strategy_input *input, struct arena *scratch,
                     struct value *ret_value);

typedef enum StrategyRefusal {
    REFUSED_NOT,
    REFUSED_SCOPE,     // typologies or severity
    REFUSED_LIST,      // no hit of the lists it is for
    REFUSED_WHEN,      // its condition does not hold
    REFUSED_LIMIT,     // `limit` says which; STRATEGY_LIMITS_MAX: the amount
    REFUSED_FORBIDDEN, // every way in which it could end is forbidden for this alert: `forbidden`
                       // is one reason
} StrategyRefusal;
extern const char *const strategy_refusal_names[];
struct strategy_begin {
    StrategyRefusal refused;
    uint32_t limit;
    Forbidden forbidden;
};
void strategy_begin(const struct strategies *strategies, const struct strategy *strategy,
                    const struct strategy_input *input, struct arena *scratch,
                    struct strategy_begin *ret_begin);

int64_t strategy_wait_us(const struct strategies *strategies, const struct strategy *strategy,
                         const struct strategy_input *input, struct arena *scratch);

struct strategy_outcome {
    const struct strategy_branch *branch; // NULL: none
    StrategyEnd to;
    Code code;           // CODE_NONE unless `to` is END_CLOSED
    Forbidden forbidden; // what kept it from closing or releasing; `to` is then END_HUMAN
    const struct strategy_action *const
        *actions; // that may be done, in order; in the scratch arena
    uint32_t action_count;
};
// The first branch of `stop` that holds now; false: the run goes on.
bool strategy_stop(const struct strategies *strategies, const struct strategy *strategy,
                   const struct strategy_input *input, struct arena *scratch,
                   struct strategy_outcome *ret_outcome);
// The first branch of `then` that holds, or `otherwise`.
void strategy_end(const struct strategies *strategies, const struct strategy *strategy,
                  const struct strategy_input *input, struct arena *scratch,
                  struct strategy_outcome *ret_outcome);

// ---- what is never closed
// ----------------------------------------------------------------------------------------

typedef enum Known { NOT_KNOWN, KNOWN_NO, KNOWN_YES } Known;

// What the limits look at. All zero is all unknown, and forbidden.
struct closure {
    Direction direction; // DIRECTION_RELEASING or DIRECTION_PROTECTING
    Severity severity;   // the highest that the alert ever had; SEVERITY_NONE: not known
    uint32_t kinds;      // set of FamilyKind of all its hits; 0: not known
    Known list_hit[LIST_SOURCE_COUNT];
    Known is_company;
    Known has_age;
    int64_t age; // where has_age is KNOWN_YES
    Known victim_protect;
    Known is_marked; // order, appeal, complaint, media, law
    Known has_amount;
    int64_t amount; // minor units, of the largest event
    Known is_challenger;
    Known has_model_days;
    int64_t model_days; // of the youngest of its models
    Known is_late, is_degraded;
    Known was_overturned; // of the subject
};
// The first limit that forbids it, or FORBIDDEN_NOTHING.
Forbidden closure_forbidden(const struct closure *closure);
// Fills a closure from what is known of an alert.
void closure_of(const struct strategies *strategies, Direction direction,
                const struct strategy_input *input, struct arena *scratch,
                struct closure *ret_closure);

// ---- for people
// --------------------------------------------------------------------------------------------------

// A text of a script with its holes filled: {event.amount}, {event.payee_acct_no|tail}. What has no
// value is shown as "-".
void strategies_put_text(const struct strategies *strategies, Slice text, bool zh,
                         const struct strategy_input *input, struct arena *scratch,
                         struct buf *out);

// How a strategy was understood, in both languages; false when there is none of that id.
bool strategies_explain(const struct strategies *strategies, Slice id, struct buf *out);

// Runs the cases of one strategy; what does not come out as its case says is told in `out`, a line
// each.
struct strategy_tally {
    uint32_t passed, failed;
};
void strategies_try_cases(const struct strategies *strategies, const struct strategy *strategy,
                          struct buf *out, struct strategy_tally *tally);
