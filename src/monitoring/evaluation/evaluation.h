#pragma once
// Evaluation: what models found of what is known to be fraud. Decisions and labels go in, figures come out, as JSON and as a page.
//
//     struct evaluation *evaluation = evaluation_create(&plan);
//     for each line of the labels:     evaluation_label(evaluation, line, &reason);
//     for each decision, in order:     evaluation_decision(evaluation, &decision);
//     evaluation_finish(evaluation);
//     evaluation_write_json(evaluation, &out);  evaluation_write_page(evaluation, &out);  evaluation_print(evaluation, &out);
//     evaluation_destroy(evaluation);
//
// It knows no pack and no engine: models are numbers with a few texts, so that decisions made by hand can be counted too.
// docs/evaluate.md defines every figure. The words:
//   hit          a model fired and no guard held it back. It counts unless the model is in the shadow.
//   alert        a decision with at least one counting hit.
//   touches      an alert or hit touches a case when its event is one of the case's, or names one of its people or accounts
//                between the case's first and last moment.
//   interrupts   a decision whose final action is one of those that hold the customer up.
//
// Memory: the labels (some 100 bytes an event of a case), a few hundred bytes a model, one 32-bit count for each pair of models
// up to EVALUATION_PAIRS_MAX, and one bit for each model and case. Nothing is kept of an event.
//
// All but the times is the same whenever the same decisions and labels go in.

#include "base/buf.h"

enum {
    EVALUATION_PAIRS_MAX = 4096, // models whose overlap is counted: 64 MiB of pairs
    EVALUATION_DAYS_MAX = 4096,  // days that are told apart
};

struct evaluation_model {
    Slice id, family, typology, zh, en;
    bool is_shadow;
    bool has_rate;
    double low, target, high; // expected hits per 100,000 events of its types
    const uint64_t *on;       // set of types
    uint32_t conditions;      // how its share of the time is weighed
};

struct evaluation_action {
    Slice id, zh, en;
    bool interrupts;
};

// The texts and arrays stay the caller's, and live as long as the evaluation.
struct evaluation_plan {
    Slice catalogue;
    const struct evaluation_model *models;
    uint32_t model_count;
    const struct evaluation_action *actions;
    uint32_t action_count;
    uint32_t type_count;
    int64_t zone_offset_us;
};

struct evaluation_decision {
    Slice event_id;
    uint32_t type;
    int64_t time_us;
    uint32_t action;
    const uint32_t *hits; // models that no guard held back, each once
    uint32_t hit_count;
    const Slice *names; // what the event names; needed only when something hit or interrupts
    uint32_t name_count;
    uint64_t model_ns; // time that its models took, 0 where it was not measured
};

struct evaluation;

struct evaluation *evaluation_create(const struct evaluation_plan *plan);
void evaluation_destroy(struct evaluation *evaluation);
// One case, before the first decision. STATUS_INVALID with the reason, a literal; the evaluation is to be given up then.
MUST_USE Status evaluation_label(struct evaluation *evaluation, Slice line, const char **ret_reason);
void evaluation_decision(struct evaluation *evaluation, const struct evaluation_decision *decision);
// Works out the figures; once, after the last decision.
void evaluation_finish(struct evaluation *evaluation);
void evaluation_write_json(const struct evaluation *evaluation, struct buf *out);
void evaluation_write_page(const struct evaluation *evaluation, struct buf *out);
// A page of text.
void evaluation_print(const struct evaluation *evaluation, struct buf *out);
// A line for each case: what the label says, and what was found of it.
void evaluation_print_cases(const struct evaluation *evaluation, struct buf *out);
