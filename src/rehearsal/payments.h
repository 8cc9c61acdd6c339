#pragma once
// Payments: what becomes of those that a decision held, refused, or asked a stronger authentication for. Which of them succeed follows from the response, so
// that a rehearsal's payments are in the states that a bank's are in when strategies look at them.

#include "base/map.h"
#include "rehearsal/parts.h"

struct decision;

// A decision was taken on an event; does nothing where the payment goes, and where it is none.
void payments_decided(struct rehearsal *rehearsal, const struct event *event, const struct decision *decision);
// False: the record is no event, or has no time that can be read.
bool payments_time(const struct payments *payments, JsonTree tree, int64_t *ret_us);
// Whether a record is the RESULT of a payment that did not go, and was kept: it comes again by itself, as PLANNED_RESULT.
bool payments_keep(struct rehearsal *rehearsal, Slice line, JsonTree tree, int64_t event_us);
// A held payment is let go, refused or taken back.
void payments_settle(struct rehearsal *rehearsal, Slice event_id, Fate fate);
struct payment *payment_find(struct payments *payments, Slice event_id); // or NULL
