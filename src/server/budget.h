#pragma once
// Budget: how much time an event has, and what there is still time for. When it runs short the efforts of catalogue.h are given up in
// their order; the one that is left is journalled with the event, so that a replay gives the same bytes.
//
//     struct budget *budget = budget_create(rules, count, 50000);
//     budget_read_schema(budget, catalogue->schema);                        // and again whenever another catalogue takes over
//     budget_start(budget, arrived_ns, now_ns);
//     heart_take(heart, record, (HeartEffort){.reconsider = budget_choose, .context = budget}, ...);
//     budget_stop(budget, heart_effort(heart));
//
// What an effort costs is learnt from the decisions before: mean and deviation of the way up to the models, and of the rest by effort. An effort
// fits when its mean and three deviations do; what is thought of one that did not fit fades, so that it is tried again. The first choice is made when the event is read; the second with its rows written, before its
// models, and may only be more frugal. One thread.

#include "monitoring/decision/decision.h"

struct budget_rule {
    Slice channel, event_type; // by name; empty: any
    uint64_t budget_us;
};

struct budget;

// The first rule that fits an event tells its budget; `usual_us` where none does. 0 us: as much as it takes.
struct budget *budget_create(const struct budget_rule *rules, uint32_t count, uint64_t usual_us);
void budget_destroy(struct budget *budget);
// The names of rules that the schema does not have fit no event; their number is given back.
uint32_t budget_read_schema(struct budget *budget, const struct schema *schema);

// Other rules; what decisions cost is known already. Their names are read anew.
void budget_change(struct budget *budget, const struct budget_rule *rules, uint32_t count, uint64_t usual_us);

void budget_start(struct budget *budget, uint64_t arrived_ns);
Effort budget_choose(void *budget, const struct event *event, Effort effort);
void budget_stop(struct budget *budget, Effort effort);
// Of a decision in full, in nanoseconds; 0 before the first.
uint64_t budget_usual_cost_ns(const struct budget *budget);
