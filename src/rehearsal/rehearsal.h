#pragma once
// Rehearsal: months of a simulated bank in minutes: its events are decided on, alerts are merged and closed by the pack's strategies, customers answer as the labels say that they would, and a
// team of five decides on the rest. For measuring strategies before real customers meet them, and for showing people what happens.
//
//     struct rehearsal *rehearsal = rehearsal_create(&options);
//     for each line of the events: TRY(rehearsal_take(rehearsal, line, &diag));
//     TRY(rehearsal_finish(rehearsal, &diag));
//     TRY(rehearsal_figures(rehearsal, from_us, until_us, &figures, &diag));
//     rehearsal_destroy(rehearsal);
//
// Time is that of the events. Between two of them everything happens that is due: timers, answers, work that people finish. What is real here is the engine, the desk with its strategies, its
// store and its timers; what is played are the customers (simulation/answers), the core bank, which does what it is told within a second, and the team. The events are given. A payment that is
// refused, held or asked a stronger authentication for has the result that follows from it, when it follows; nothing else that is decided changes what happens next.
//
// The team. Who is on duty and free takes the alert that the desk gives him, calls the customer where a victim or a thief can be told from it, decides when his minutes are over, and looks
// at samples when nothing waits. What needs four eyes is approved by another one on duty. Once a day strategies that have earned it are proposed by one and approved by another person.
//
// The same events, labels, pack and seed give the same rows.

#include "base/diag.h"
#include "response/disposition/figures.h"
#include "response/desk/desk.h"

struct rehearsal;
struct truth; // simulation/answers/answers.h

struct rehearsal_options {
    const struct catalogue *catalogue;
    const struct strategies *strategies;
    struct knowledge *knowledge; // handed over
    const struct terms *terms;
    const struct truth *truth;
    Slice store; // address
    uint64_t seed;
    uint32_t teams; // the five work as fast as so many teams of five would; from 1
};

MUST_USE Status rehearsal_create(const struct rehearsal_options *options, struct arena *arena, struct rehearsal **ret_rehearsal, struct diag *diag);
// Before the first record: strategies begin with what they have earned in another rehearsal's store, models with their age there.
MUST_USE Status rehearsal_earned(struct rehearsal *rehearsal, Slice store, struct diag *diag);
void rehearsal_destroy(struct rehearsal *rehearsal);
// One record: an event or a change.
MUST_USE Status rehearsal_take(struct rehearsal *rehearsal, Slice line, struct diag *diag);
// Lets `span_us` pass behind the last event.
MUST_USE Status rehearsal_finish(struct rehearsal *rehearsal, int64_t span_us, struct diag *diag);
struct book *rehearsal_book(struct rehearsal *rehearsal);
int64_t rehearsal_now(const struct rehearsal *rehearsal);

// What the truth says of alerts closed in a span.
struct rehearsal_truth {
    int64_t automatic_false;             // closed automatically as no fraud
    int64_t missed, missed_by[5];        // of these truly fraud, and by severity
    int64_t automatic_fraud, wrong_fraud; // closed automatically as fraud, and of these innocent
    int64_t people_false, people_missed;
    int64_t people_fraud, people_wrong;
};
MUST_USE Status rehearsal_truth(struct rehearsal *rehearsal, int64_t from_us, int64_t until_us, Slice strategy, struct rehearsal_truth *ret_truth, struct diag *diag);

struct rehearsal_counts {
    uint64_t events, decisions, refused, timers, messages, answers, late_answers, decided, approved, second_looks, promoted, results;
};
struct rehearsal_counts rehearsal_counts(const struct rehearsal *rehearsal);
