#pragma once
// Disposition: what happens to hits after a decision. They become alerts; strategies close nine in ten of these without a person, and people decide on the rest.
//
//     struct disposition *disposition = disposition_create(&options);
//     within a unit of work of a book (response/book/book.h):
//         disposition_take(disposition, book, &outcome)          a decision with its event: hits join or open alerts, a delayed payment is held
//         disposition_answer(disposition, book, task, answer)    somebody who was asked has answered
//         disposition_timer(disposition, book, &due)             a moment has come
//         alert_next(...), alert_decide(...)                     people (people.h)
//     disposition_destroy(disposition);
//
// The life of an alert is in states.def and moves.def. When it is opened, and when a hit joins it, the strategies of the pack are tried in their order
// (response/strategies/strategies.h): each that is ACTIVE acts; each that is in the SHADOW is followed beside and only noted, and what people decide is compared with it.
// What none of them closes waits for people, the most urgent first.
//
// What the program enforces whatever the texts say: what may never be closed automatically (strategies.h, closure_forbidden()), that a strategy leaves the shadow only when
// it has earned it, that breakers put it back, that samples of what was closed are looked at again.
//
// One thread's. Pure but for the store and for what it asks of its world: the present state of lists and profiles. Time is the unit of work's.
//
// Codes: DP001 to DP020.

#include "response/book/book.h"
#include "response/controls/terms.h"
#include "response/strategies/strategies.h"

struct disposition;

// What is asked of others.
struct disposition_world {
    void *context;
    // Calls look() while lists and profiles stand still. False: nobody can be asked now; the unit of work fails with DP010 and is done again later.
    bool (*with_knowledge)(void *context, void (*look)(void *user, const struct knowledge *knowledge), void *user);
};

struct disposition_options {
    const struct catalogue *catalogue;
    const struct strategies *strategies; // compiled for it
    const struct terms *terms; // of controls, with the bank's calendar
    struct disposition_world world;
};

struct disposition *disposition_create(const struct disposition_options *options);
void disposition_destroy(struct disposition *disposition);

// A decision that stands in the journal.
struct outcome {
    uint64_t sequence;  // of the decision
    int64_t decided_us; // by the machine's clock
    Slice event, decision;
    bool is_of_night;   // a nightly run's: the event was decided on before, or is a tick. Its hits are new, and nothing else of it
};
// Outcomes come in the order of their sequences, each once (book_feed_advance). One without counting hits, without a payment that waits, and that no alert waits for, costs a look at its text.
// `ret_event` (or NULL) is the event, until the next one is read.
MUST_USE Status disposition_take(struct disposition *disposition, struct book *book, const struct outcome *outcome, const struct event **ret_event);

// What was taken up to a sequence is committed, and does not change any more: it need not be read again.
void disposition_settled(struct disposition *disposition, uint64_t sequence);
// How many of the decisions taken so far had hits or a payment that waits: what a unit of work costs goes by these, the others are some microseconds each.
uint64_t disposition_works(const struct disposition *disposition);

// An answer: a JSON object of members that disposition.yaml names under `answers`. `by`: who gave it, or took it down. DP003: no such task; DP004: it was answered or ran out before;
// DP005: not an object, a member that is not known, or of another type.
MUST_USE Status disposition_answer(struct disposition *disposition, struct book *book, int64_t task, Slice answer);
// What a customer says unasked about an alert: he cancels.
MUST_USE Status disposition_volunteer(struct disposition *disposition, struct book *book, int64_t alert, Slice answer);

// A held payment was settled by its deadline, by its number: alerts and strategies that look at payments do.
MUST_USE Status disposition_payment(struct disposition *disposition, struct book *book, int64_t hold);
// Timers of the kinds RUN, TASK, ALERT_ACT, ALERT_DECIDE, ALERT_ESCALATE, ALERT_WAIT, CLEARED.
MUST_USE Status disposition_timer(struct disposition *disposition, struct book *book, const struct due_timer *timer);
// Once a day: samples that are owed, breakers, labels that ripened.
MUST_USE Status disposition_daily(struct disposition *disposition, struct book *book);
