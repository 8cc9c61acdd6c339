#pragma once
// Plan: what disposition.yaml says, compiled. It is made by strategies_compile() and never changes.

#include "monitoring/models/catalogue.h"
#include "response/strategies/lists.h"

enum {
    GROUPS_MAX = 64, // of typologies
    TYPOLOGIES_MAX = 1024,
    SUBJECT_CANDIDATES_MAX = 8, // as many as struct disposition_plan's `subjects_of_model` has bits
    ANSWERS_MAX = 128,
    SCRIPTS_MAX = 512,
    SCRIPT_LINES_MAX = 64,
    ESCALATIONS_MAX = 8,
    CONTACT_STEPS_MAX = 16,
    LIMIT_STEPS_MAX = 8,
};

// A span of time, or so many working days, which whoever keeps the bank's calendar counts.
typedef struct Term {
    int64_t span_us;       // -1: working days
    uint32_t working_days; // both 0: nothing is asked
} Term;

// ---- groups of typologies ----------------------------------------------------------------------------------------

// Who hits may be about. With `of` it is for hits of models alone that look at such entities: a model that counts who pays one code is about who is paid.
struct subject_candidate {
    SubjectKind kind;
    uint32_t field; // of the event
    SubjectSide side;
    const uint64_t *of;     // entities, as bits; NULL: for hits of all models
    const uint64_t *beside; // these and those that may be looked at beside them
    Place place;
};

// Hits of one subject and one group are one alert.
struct typology_group {
    Slice id, zh, en;
    uint32_t kinds;                           // set of FamilyKind: those of its families
    const struct subject_candidate *subjects; // the first that is for the model, and whose field the event has
    uint32_t subject_count;
    Secrecy secrecy;
    Slice queue; // skill that a person needs for it
    Wording queue_name; // empty: the pack has no names for skills
    bool is_victim;
    Slice call; // script that a person follows when he calls the customer; empty: none
    Place place;
};

// A typology that a model names.
struct typology {
    Slice id, family;
    FamilyKind kind;
    uint32_t group;
};

// What a hit of a model says of lists.
struct model_lists {
    uint32_t may;    // set of ListSource that its condition asks
    uint32_t surely; // of those the ones without which it cannot have fired
};

// ---- service levels ----------------------------------------------------------------------------------------------

struct escalation {
    Term after;
    double share; // of the time to a decision; 0: `after` says it
    DutyRole role;
};

struct service_level { // of one severity
    Term first_action; // machine or person
    Term first_human;
    Term contact;     // the first attempt
    Term contact_all; // by when `contact_channels` channels were tried
    uint32_t contact_channels;
    Term decision, decision_money_gone;
    Term wait_customer, wait_branch, wait_police; // until the next channel, or a reminder
    struct escalation escalations[ESCALATIONS_MAX];
    uint32_t escalation_count;
};

// A step on the way of reaching somebody. They are taken one after the other until somebody answers.
struct contact_step {
    uint32_t channels; // set of ContactChannel, at once
    uint32_t tries;
    uint32_t severities; // set of Severity
    bool victims_only;
};

// Priority in the queue is the sum: severity times its number, money_here where the money is still in the bank, victim for groups of victims,
// amount_log10 times log10(1 + yuan), age where the customer is 70 or older, minute_left times the minutes that are left.
struct priority_weights {
    double severity, money_here, victim, amount_log10, age, minute_left;
};

// ---- words of answers, and texts ---------------------------------------------------------------------------------

struct answer_name {
    Slice name;              // without "answer."
    const struct type *type; // BOOL, INT, DOUBLE, STRING, MONEY, or a list of texts
    const Slice *choices;    // of a STRING; NULL: any
    const Wording *choice_names; // NULL: the pack gives none
    uint32_t choice_count;
    Slice zh, en;
    Place place;
};

#define SCRIPT_KINDS(X)                                                                                                                              \
    X(MESSAGE, "消息", "a message of one text")                                                                                                      \
    X(CALL, "通话", "a call: what is said, in its order")                                                                                            \
    X(QUESTIONNAIRE, "问卷", "questions") X(NOTICE, "管控告知", "a notice of a measure: reason, way of remedy, documents")                           \
        X(DOCUMENTS, "材料清单", "a request for documents")
typedef enum ScriptKind {
#define X(id, zh, en) SCRIPT_##id,
    SCRIPT_KINDS(X)
#undef X
        SCRIPT_KIND_COUNT
} ScriptKind;
extern const char *const script_kind_names[SCRIPT_KIND_COUNT];

struct script_line {
    Slice zh, en;
    uint32_t answer; // of the plan, that it fills; SCHEMA_NONE: it only says something
};

// Texts in both languages, with holes that strategies_put_text() fills.
struct script {
    Slice id;
    int64_t version;
    ScriptKind kind;
    Slice zh, en;                    // what is said first, or the whole message
    const struct script_line *lines; // of a CALL or QUESTIONNAIRE
    uint32_t line_count;
    Slice reason;                     // of a NOTICE: class of the reason
    Slice remedy_zh, remedy_en;       // of a NOTICE: how to object
    Slice documents_zh, documents_en; // of a NOTICE and of DOCUMENTS: what to bring
    Place place;
};

// ---- how strategies are watched ----------------------------------------------------------------------------------

// Of what a strategy closed as false, a sample goes to a second person.
struct sampling {
    double share;
    uint32_t weekly_least;
    int64_t all_from; // minor units: from here on all of them
};
// It goes back to proposing when one of these is passed.
struct breaker {
    int64_t window_us;      // closures within this
    double closures_factor; // more than so many times the mean of `mean_days`
    uint32_t mean_days;
    double overturn_share;    // lower 95 % bound of what the sample overturned
    uint32_t later_positives; // of S3 and above, within `later_window_us`
    int64_t later_window_us;
};
// It closes alerts by itself when people agreed with what it proposed: a share of so many alerts, and nothing missed of S3 and above.
struct earning {
    double agreement;
    uint32_t alerts;
};

struct limit_step {
    int64_t person, company; // minor units a day
};

struct fact_plan {
    const struct expr *value;
    const struct expr *known; // NULL: whenever `value` has a value
};

// What an event of a type does to money and accounts, as the pictures of cases see it.
typedef enum EventMoves { MOVES_NOTHING, MOVES_OUT, MOVES_IN, MOVES_CASH_OUT, MOVES_CASH_IN, MOVES_OPENING } EventMoves;
enum { OWN_BANKS_MAX = 64 };

struct disposition_plan {
    bool exists; // the pack has a disposition.yaml
    uint32_t roles[EVENT_ROLE_COUNT]; // fields of events, SCHEMA_NONE where the pack has none
    EventMoves moves_of_type[SCHEMA_TYPES_MAX];
    Slice own_banks[OWN_BANKS_MAX]; // codes under which this bank's accounts stand
    uint32_t own_bank_count;
    uint32_t pushed[PUSHED_LIST_COUNT]; // lists of the catalogue's knowledge, SCHEMA_NONE where the pack has none
    uint32_t duties; // set of the policy's tasks that are duties to report and no suspicion: their hits make no alert
    Severity holds_refused_from;      // a payment that waits is refused at its deadline from here on, and let go below
    const struct typology_group *groups;
    uint32_t group_count;
    const struct typology *typologies;
    uint32_t typology_count;
    struct map typologies_by_id;
    const uint32_t *typology_of_model; // by the model's number in the catalogue
    const uint8_t *subjects_of_model;  // the same: which candidates of its group are for it, a bit each
    uint64_t of_customer[SCHEMA_FIELDS_MAX / 64]; // fields that tell of the event's own customer: set
    const uint32_t *source_of_list; // by list of the catalogue: set of ListSource
    const struct model_lists *lists_of_model;
    int64_t window_us; // of a group, sliding, from the first hit
    struct service_level levels[SEVERITY_S4 + 1];
    struct contact_step contact_steps[CONTACT_STEPS_MAX];
    uint32_t contact_step_count;
    struct priority_weights priority;
    double code_weights[CODE_COUNT]; // of the label in training: 1, less for weak ones, 0 for negative and excluded ones
    double weak_weight;              // of a closure that its branch calls weak
    struct fact_plan facts[FACT_COUNT];
    const struct answer_name *answers;
    uint32_t answer_count;
    const struct script *scripts;
    uint32_t script_count;
    struct limit_step limit_steps[LIMIT_STEPS_MAX]; // in which a limit is given back; after the last it is as it was
    uint32_t limit_step_count;
    struct sampling sampling; // of strategies that do not say otherwise
    struct breaker breaker;
    struct earning earning;
    uint32_t unalerted; // of so many decisions without a hit one is looked at; 0: none
};
