#pragma once
// Desk: what follows the decisions as they are made, and time as it passes: the one worker of the response. It owns no thread and no clock; a server's thread runs it by the wall clock, and a
// rehearsal by the time of its events.
//
//     struct desk *desk = desk_create(&options);
//     TRY(desk_begin(desk, &book, now_us, ...));
//     loop:
//         TRY(desk_position(desk, &book, &at, ...));                              // where the journal was read to
//         TRY(desk_take(desk, &book, outcomes, count, at, upto, now_us, ...));    // decisions behind it, in few units of work
//         TRY(desk_timers(desk, &book, now_us, ..., &next_us));                   // all that is due
//         TRY(desk_messages(desk, &book, now_us, ..., sink));                     // what has to be told to others
//     desk_destroy(desk);
//
// Exactly once. What decisions do and how far they were read is one unit of work. A batch is one as long as its decisions are only looked at; after desk_works_max() that were alerts or held
// payments it is committed and goes on in another, so that a unit stays short after a standstill. On a PostgreSQL server (DESK_WORKS_MAX) who works beside it is in the way of few rows, and
// what has to be done again after a conflict is little. A file of SQLite has one writer at a time and no conflicts, and each commit waits for its disk: units are larger
// (DESK_WORKS_ALONE_MAX), and the file is still not locked for longer than some tenths of a second. A unit that fails because one of its records cannot be read is taken up to that record, which
// is put aside (table `unread`) with the reason; everything else goes on. When the store is gone nothing moves, decisions go on without us, and the journal keeps what is to be read.
//
// Timers. They are handled in the order of their moments, some together in a unit of work; one that fails for a reason of its own is put off by a minute and told in `unread`, so that it does
// not hold up the others. So is one that whoever handles it leaves as it was (DK002).
//
// Messages are given to a sink and settled by what it says; between the two no unit of work is open, since a sink may wait for a network. One that was sent and not settled, because the
// program died, is sent again with the same id.

#include "response/cases/cases.h"
#include "response/disposition/disposition.h"
#include "response/orders/orders.h"
#include "response/referral/referral.h"

#include <stdatomic.h>

enum { DESK_BATCH_MAX = 4096, DESK_WORKS_MAX = 64, DESK_WORKS_ALONE_MAX = 256, DESK_TIMERS_MAX = 256, DESK_MESSAGES_MAX = 256 };

struct desk;

struct desk_options {
    const struct catalogue *catalogue;
    const struct strategies *strategies; // compiled for it; its plan exists
    const struct terms *terms;
    struct disposition_world world;
    const atomic_bool *stop; // timers that are due are left for the next call once it is true; NULL: never
};

struct desk *desk_create(const struct desk_options *options);
void desk_destroy(struct desk *desk);
struct disposition *desk_disposition(struct desk *desk);
// What the bank knows, for orders that others bring: within a unit of work of that book.
const struct order_bank *desk_bank(struct desk *desk, struct book *book);

// Once after the store was opened: sees to it that what is done once a day (at 02:30 of the pack's zone) has its timer.
MUST_USE Status desk_begin(struct desk *desk, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag);
// The sequence up to which decisions were taken.
MUST_USE Status desk_position(struct desk *desk, struct book *book, uint64_t *ret_sequence, int64_t now_us, struct arena *arena, struct diag *diag);

// Alerts and held payments to a unit of work.
uint32_t desk_works_max(const struct book *book);
struct desk_taken {
    uint32_t outcomes, unread;
    uint64_t upto; // how far they were taken, whether it succeeds or fails
};
// Outcomes behind `from`, in their order; `upto` is the last sequence that was read, whatever it was. At most DESK_BATCH_MAX. When it fails, some of them may have been taken, up to ret_taken->upto.
MUST_USE Status desk_take(struct desk *desk, struct book *book, const struct outcome *outcomes, uint32_t count, uint64_t from, uint64_t upto, int64_t now_us, struct arena *arena,
                          struct diag *diag, struct desk_taken *ret_taken);
// Since the desk was created: timers that were handled, that were handled later than a second after their moment, and that were put off.
struct desk_counts {
    uint64_t timers, late, put_off;
    uint64_t units; // of work, of decisions
};
struct desk_counts desk_counts(const struct desk *desk);
// Handles all timers that are due. `ret_next_us`: when the next one is; INT64_MAX: there is none.
MUST_USE Status desk_timers(struct desk *desk, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag, uint32_t *ret_fired, int64_t *ret_next_us);

// What became of a message that was handed over: sent, to be sent again at `next_us`, or never.
struct desk_sent {
    MessageFate fate;
    int64_t next_us;
    int64_t status;
    Slice problem;
};
typedef void DeskSink(void *context, const struct message *message, struct desk_sent *ret_sent);
MUST_USE Status desk_messages(struct desk *desk, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag, DeskSink *sink, void *context, uint32_t *ret_count);

// What others answer. `message`: to which message; 0: the last.
MUST_USE Status desk_answer(struct desk *desk, struct book *book, Actor actor, int64_t task, Slice answer, int64_t now_us, struct arena *arena, struct diag *diag);
// The core bank has done, or could not do, what a message asked for: of a hold or a control.
MUST_USE Status desk_confirm(struct desk *desk, struct book *book, Slice object_kind, int64_t object, const struct confirmation *confirmation, int64_t now_us, struct arena *arena,
                             struct diag *diag);
