#pragma once
// Holds: payments that wait. A decision DELAY opens one; whoever decides settles it, else its
// deadline does, to the second and across restarts.
//
//     HELD ── released, refused, cancelled by somebody ──▶ RELEASED, REFUSED, CANCELLED
//       └──── at the deadline, as was said when it was opened ──▶ RELEASED or REFUSED
//
//     TRY(hold_open(book, terms, &(struct hold_ask){.id = sequence, .event_id = ..., .until_us =
//                   ..., .at_deadline = HOLD_RELEASED}));
//     TRY(hold_settle(book, terms, id, HOLD_CANCELLED, SLICE("customer")));   // CT001: settled
//                                                                             // otherwise before
//     TRY(hold_timer(book, terms, &due));           // TIMER_HOLD, TIMER_HOLD_CONFIRM
//     TRY(hold_confirmed(book, id, &confirmation));          // the core bank did so
//
// Invariants. A hold is settled once: the row changes from HELD in the unit of work that writes
// the message to the core bank. A deadline that passed while nothing ran is settled when the
// program is back, and then is_late is 1 and the trace says by how much. Each message is confirmed,
// or somebody is paged.
//
// Messages to `core`: hold.held, hold.released, hold.refused, hold.cancelled, hold.moved (another
// deadline).
//
// Codes: CT001 settled otherwise; CT002 no such hold; CT003 a hold of that event or number is there
// and is another one; CT004 what is asked for does not fit.

#include "response/controls/put.h"
#include "response/controls/terms.h"

typedef enum HoldState {
#define X(name, word, verb, zh, en) HOLD_##name,
#define HOLD_STATES(X)                                                                             \
    X(HELD, "HELD", "hold.held", "暂缓中", "held")                                                 \
    X(RELEASED, "RELEASED", "hold.released", "已放行", "let go")                                   \
    X(REFUSED, "REFUSED", "hold.refused", "已拒绝", "refused")                                     \
    X(CANCELLED, "CANCELLED", "hold.cancelled", "已撤销", "cancelled by the customer")
    HOLD_STATES(X)
#undef X
        HOLD_STATE_COUNT,
} HoldState;

struct hold_ask {
    int64_t id; // sequence of the decision
    Slice event_id;
    int64_t alert; // 0: none
    Slice customer, account, payee;
    int64_t amount; // fen
    int64_t held_us;
    int64_t until_us;      // cut to terms->hold_hours_max after held_us
    HoldState at_deadline; // HOLD_RELEASED or HOLD_REFUSED
    Slice secrecy;         // "NORMAL", "AML", "INSIDER"
};

enum { HOLD_TEXT_MAX = 256, CONFIRMATION_PROBLEM_MAX = 512 }; // bytes

// What somebody else tells of what he was asked for: the core bank, mostly.
struct confirmation {
    int64_t message; // to which message it answers; 0: to the last one
    bool is_done;    // else it was not, and `problem` says why
    int64_t at_us;   // when it really happened
    Slice problem;
};

// CT008: its problem is longer than it may be.
MUST_USE Status confirmation_check(struct book *book, const struct confirmation *confirmation);

struct hold {
    struct hold_ask ask;
    HoldState state;
    int64_t settled_us; // 0: not yet
    Slice settled_by, reason;
    bool is_late;
    int64_t message;      // the last one to the core bank
    bool is_confirmed;    // it was answered; what tells of the holding alone needs no answer
    int64_t confirmed_us; // when the core bank did it; 0: not yet
    int64_t pages;        // how often somebody was paged since
    Slice problem;        // why it did not
};

// Once: the same decision again changes nothing. `ret_until_us` (or NULL): when it ends.
MUST_USE Status hold_open(struct book *book, const struct terms *terms, const struct hold_ask *ask,
                          int64_t *ret_until_us);
// The same outcome again changes nothing. CT001: it has another one.
MUST_USE Status hold_settle(struct book *book, const struct terms *terms, int64_t id,
                            HoldState outcome, Slice reason);
// The payment of an event has come to its end at the core bank (a RESULT says so). One that is held
// is settled by that, without a message; `ret_id` is its number, 0 where none was held. One that went
// though it was held or refused pages the shift leader (`hold.went`).
typedef enum HoldEnd { HOLD_END_WENT, HOLD_END_FAILED, HOLD_END_CANCELLED } HoldEnd;
MUST_USE Status hold_ended(struct book *book, const struct terms *terms, Slice event_id,
                           HoldEnd end, int64_t *ret_id);
// Another deadline, and what happens then: a cooling-off period, a task that waits for an answer.
MUST_USE Status hold_move(struct book *book, const struct terms *terms, int64_t id,
                          int64_t until_us, HoldState at_deadline, Slice reason,
                          int64_t *ret_until_us);
// For TIMER_HOLD and TIMER_HOLD_CONFIRM.
MUST_USE Status hold_timer(struct book *book, const struct terms *terms,
                           const struct due_timer *due);
MUST_USE Status hold_confirmed(struct book *book, int64_t id,
                               const struct confirmation *confirmation);

// `viewer` is a mask of CLEARANCE_. CT002: there is none that he may see.
MUST_USE Status hold_load(struct book *book, int64_t viewer, int64_t id, struct hold *ret_hold);
// STATUS_NOT_FOUND.
MUST_USE Status hold_find(struct book *book, int64_t viewer, Slice event_id, struct hold *ret_hold);

typedef enum HoldList { HOLDS_OPEN, HOLDS_OF_CUSTOMER, HOLDS_OF_ACCOUNT, HOLDS_OF_ALERT, HOLDS_UNCONFIRMED } HoldList;
// An array, the newest first (open ones: the deadline that comes first, first). By a customer's
// key, an account that pays, or an alert's number.
MUST_USE Status hold_list_json(struct book *book, HoldList list, const struct list_page *page,
                               struct json_writer *json);
void hold_put_json(struct json_writer *json, const struct hold *hold);
const char *hold_state_word(HoldState state);
bool hold_state_parse(Slice word, HoldState *ret_state);
