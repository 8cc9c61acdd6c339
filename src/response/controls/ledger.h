#pragma once
// Ledger: the row of a measure, read whole, changed and kept whole; and what the core bank is told
// of it. For the files of this room.
//
// A change is kept first and told afterwards, since a message says what is in force on the target
// as a whole.

#include "response/controls/controls.h"

// In the order in which ledger_read() takes them.
#define CONTROL_COLUMNS                                                                            \
    "id, target_kind, target, customer, measure, authority, basis, document, amount, reason, "     \
    "severity, facts, COALESCE(alert, 0), COALESCE(case_id, 0), COALESCE(police_order, 0), "       \
    "COALESCE(run, 0), state, asked_us, asked_kind, asked_by, ordered_us, "                        \
    "COALESCE(since_us, 0), span_us, months, COALESCE(until_us, 0), COALESCE(released_us, 0), "    \
    "released_by, released_second, release_reason, COALESCE(lifted_us, 0), step, "                 \
    "COALESCE(replaces, 0), COALESCE(review_us, 0), notice, secrecy, branch, set_message, "        \
    "message, is_confirmed, problem, pages"

// CT005: there is none.
MUST_USE Status ledger_load(struct book *book, int64_t id, struct control *ret_control);
// The row at hand.
MUST_USE Status ledger_read(struct book *book, struct control *ret_control);
// Writes the row, a new one or over the old one.
MUST_USE Status ledger_keep(struct book *book, const struct control *control);
// The next number, and a row with all that was asked for. Not kept yet.
MUST_USE Status ledger_begin(struct book *book, const struct control_ask *ask,
                             struct control *ret_control);
// From one state to another, or a note where they are equal.
MUST_USE Status ledger_trace(struct book *book, const struct control *control, ControlState from,
                             Slice reason);
// Keeps the row, sends a message of `kind` to the core bank, and waits for its confirmation.
MUST_USE Status ledger_tell(struct book *book, const struct terms *terms, struct control *control,
                            const char *kind);
// Keeps the row and pages: what the core bank could not do.
MUST_USE Status ledger_failed(struct book *book, struct control *control);

static inline bool control_is_open(const struct control *control) {
    return control->state == CONTROL_ASKED || control->state == CONTROL_IN_FORCE ||
           control->state == CONTROL_WAITING;
}

void blocks_put_json(struct json_writer *json, uint32_t blocks);
// What goes on whatever the measure blocks: medical care, social security, utilities; or nothing.
void basics_put_json(struct json_writer *json, bool keeps_basics);

// ---- waiting freezes --------------------------------------------------------------------------

// Whether a freeze of the target has to wait: one of all that is there is ahead.
MUST_USE Status queue_is_closed(struct book *book, TargetKind kind, Slice target,
                                bool *ret_is_closed);
// After one has ended: those that waited are asked for, in the order of their orders, until one of
// them takes all.
MUST_USE Status queue_advance(struct book *book, const struct terms *terms,
                              const struct control *ended);

// ---- beginnings and ends ----------------------------------------------------------------------

// Keeps a new row, asks the core bank for it, or lets it wait.
MUST_USE Status setting_begin(struct book *book, const struct terms *terms, struct control *control,
                              const struct notice *notice);
// What follows from being in force: the timers of its end and of its owner's list.
MUST_USE Status ending_arm(struct book *book, const struct terms *terms,
                           const struct control *control);
MUST_USE Status ending_disarm(struct book *book, int64_t id);
// Ends one that is open: EXPIRED or RELEASED; who released it, and why, is in the row.
MUST_USE Status ending_end(struct book *book, const struct terms *terms, struct control *control,
                           ControlState state);
