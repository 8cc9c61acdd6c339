#pragma once
// Book: what all rooms of the response stand on. One unit of work at a time is written into the
// store: whatever it does to alerts, tasks and controls, with the messages and timers that follow
// from it and a trace of who did it, is there whole or not at all.
//
//     struct book book;
//     TRY(book_open(&book, SLICE("sqlite:data/response.db"), now_us, diag));           // tables
//     are made, or brought up to date struct actor who = {ACTOR_KIND_PERSON, SLICE("li.na")};
//     TRY(book_do(&book, &who, now_us, close_alert, context, arena, diag));             // runs
//     close_alert(context, &book) in a transaction, again when others were in the way
//     book_close(&book);
//
//     static Status close_alert(void *context, struct book *book) {
//         TRY(book_one(book, &ALERT_STATE, STORE_VALUES(store_i64(id))));               //
//         STATUS_NOT_FOUND: no row TRY(book_run(book, &ALERT_CLOSE, STORE_VALUES(...)));
//         TRY(book_timer_clear(book, TIMER_ALERT_SLA, id));
//         return book_trace(book, &(struct trace){.object_kind = "alert", .object = id, .from =
//         "DECIDED", .to = "CLOSED_MANUAL", ...});
//     }
//
// Time comes in with the unit of work; nothing here asks for it. A book is one thread's; several
// may be open on the same store.
//
// Trace. For each object its changes in their order, each with the SHA-256 of the one before and of
// itself. Nothing changes or removes one; book_trace_verify() finds what was changed behind the
// program's back.
//
// Timers. At most one of a kind for an object; setting it again moves it. book_timers_due() gives
// those that are due, the earliest first. Whoever handles one clears or moves it in the same unit
// of work, so that it counts once however often the program dies.
//
// Messages. Written with the unit of work, and sent afterwards by somebody else
// (book_messages_due(), book_message_tried()). Each is sent until it was delivered, at least once;
// its id is the one by which a receiver knows it again. Those of one object go out in their order.
//
// Secrecy. People read alerts, controls, cases through views (seen_alert ...) that show a viewer
// what his clearance opens. `clearance` is a mask of CLEARANCE_AML and CLEARANCE_INSIDER.
//
// Codes: those of the store; BK001 a trace was changed; BK002 others were in the way again and
// again.

#include "base/arena.h"
#include "base/diag.h"
#include "store/store.h"

enum { BOOK_TRIES_MAX = 20, BOOK_TEXT_MAX = 64 << 10 };
enum { CLEARANCE_AML = 1, CLEARANCE_INSIDER = 2, CLEARANCE_ALL = 3 };

// Who does something: X(NAME, "word")
#define ACTOR_KINDS(X)                                                                             \
    X(SYSTEM, "system")                                                                            \
    X(STRATEGY, "strategy")                                                                        \
    X(PERSON, "person")                                                                            \
    X(CUSTOMER, "customer")                                                                        \
    X(AUTHORITY, "authority")
typedef enum ActorKindOfBook {
#define X(name, word) ACTOR_KIND_##name,
    ACTOR_KINDS(X)
#undef X
} ActorKindOfBook;

typedef struct Actor {
    ActorKindOfBook kind;
    Slice name; // of a strategy with its version
} Actor;

// Timers: TIMER(NAME, "word"). What happens is told where they are handled
// (response/desk/timers.c).
typedef enum TimerKind {
#define TIMER(name, word, text) TIMER_##name,
#include "response/book/timers.def"
#undef TIMER
    TIMER_KIND_COUNT,
} TimerKind;

struct book {
    struct store *store;
    struct arena opened; // of what lives as long as the book
    // Of the unit of work.
    struct arena *arena;
    struct diag *diag;
    int64_t now_us;
    Actor actor;
};

// ---- its life
// ---------------------------------------------------------------------------------------------

// Makes the tables, or brings those of an earlier program up to date. After a failure there is
// nothing to close.
MUST_USE Status book_open(struct book *book, Slice address, int64_t now_us, struct arena *arena,
                          struct diag *diag);
void book_close(struct book *book);

// One unit of work: begins, runs, commits; when others were in the way it is rolled back and run
// anew, so `work` may not have other effects. Any other status than STATUS_OK rolls it back.
// `arena` is rewound before each attempt but the last, whose texts may be kept.
typedef Status BookWork(void *context, struct book *book);
MUST_USE Status book_do(struct book *book, Actor actor, int64_t now_us, BookWork *work,
                        void *context, struct arena *arena, struct diag *diag);
// The same without writing: what is read is of one moment.
MUST_USE Status book_read(struct book *book, int64_t now_us, BookWork *work, void *context,
                          struct arena *arena, struct diag *diag);

// ---- within a unit of work
// ---------------------------------------------------------------------------------

MUST_USE Status book_run(struct book *book, const struct statement *statement, StoreValues values);
// The same; `ret_changed` counts rows.
MUST_USE Status book_change(struct book *book, const struct statement *statement,
                            StoreValues values, int64_t *ret_changed);
// Asks; rows come with book_next(): STATUS_OK, STATUS_END. One question at a time: rows are copied
// before something else is done.
MUST_USE Status book_ask(struct book *book, const struct statement *statement, StoreValues values);
MUST_USE Status book_next(struct book *book);
// Asks for one row. STATUS_NOT_FOUND: there is none.
MUST_USE Status book_one(struct book *book, const struct statement *statement, StoreValues values);
// A number that a statement without parameters missing gives; STATUS_NOT_FOUND: no row.
MUST_USE Status book_number(struct book *book, const struct statement *statement,
                            StoreValues values, int64_t *ret_number);
// Columns of the row at hand; texts are copied into the unit's arena.
int64_t book_i64(const struct book *book, uint32_t column);
double book_f64(const struct book *book, uint32_t column);
Slice book_text(const struct book *book, uint32_t column);
bool book_is_null(const struct book *book, uint32_t column);
// Fails the unit of work with a diag.
Status book_fail(struct book *book, Status status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// The next number of a series, from 1; without a gap.
MUST_USE Status book_count_up(struct book *book, Slice series, int64_t *ret_value);
// So many at once, which is one change of the series for all of them.
MUST_USE Status book_count_up_by(struct book *book, Slice series, uint32_t count, int64_t *ret_first);

// ---- timers
// ------------------------------------------------------------------------------------------------

struct due_timer {
    TimerKind kind;
    int64_t object, due_us;
};

MUST_USE Status book_timer_set(struct book *book, TimerKind kind, int64_t object, int64_t due_us);
MUST_USE Status book_timer_clear(struct book *book, TimerKind kind, int64_t object);
// Up to `count_max` that are due at book->now_us.
MUST_USE Status book_timers_due(struct book *book, struct due_timer *ret_timers, uint32_t count_max,
                                uint32_t *ret_count);
// When the next one is due; INT64_MAX: none.
MUST_USE Status book_timer_next(struct book *book, int64_t *ret_due_us);
Slice timer_word(TimerKind kind);

// ---- trace
// -------------------------------------------------------------------------------------------------

struct trace {
    const char *object_kind;
    int64_t object;
    Slice from, to; // states; equal where only something was done
    Slice reason;   // a word
    Slice detail;   // JSON, or empty: evidence, measures, answers
};

// With the unit's actor and time.
MUST_USE Status book_trace(struct book *book, const struct trace *trace);
// STATUS_INVALID, BK001: a row of this object was changed, or one is missing. `ret_count`: its
// rows.
MUST_USE Status book_trace_verify(struct book *book, const char *object_kind, int64_t object,
                                  uint32_t *ret_count);

// ---- messages
// ----------------------------------------------------------------------------------------------

// To whom: a setting tells where each is (contact centre, core bank, lists that decisions read,
// police gateway, paging).
struct message {
    int64_t id;
    Slice endpoint; // "contact", "core", "lists", "police", "page"
    Slice kind;     // "task.asked"
    const char *object_kind;
    int64_t object;
    Slice body; // JSON
    // Of one that is read.
    int64_t made_us, attempts;
};

// Numbers for so many messages that are made together.
MUST_USE Status book_message_numbers(struct book *book, uint32_t count, int64_t *ret_first);
// Its number is the next one unless it has one of book_message_numbers(). `ret_id` may be NULL.
MUST_USE Status book_message(struct book *book, const struct message *message, int64_t *ret_id);
// Up to `count_max` that are to be sent now; of each object and endpoint only the first that waits.
MUST_USE Status book_messages_due(struct book *book, struct message *ret_messages,
                                  uint32_t count_max, uint32_t *ret_count);
// The same of one endpoint: whoever is away holds up nobody else.
MUST_USE Status book_messages_for(struct book *book, Slice endpoint, struct message *ret_messages,
                                  uint32_t count_max, uint32_t *ret_count);
// How many of one endpoint are due, those too that another one is before; at most `count_max`. Reads
// no text.
MUST_USE Status book_messages_count(struct book *book, Slice endpoint, uint32_t count_max,
                                    uint32_t *ret_count);
typedef enum MessageFate { MESSAGE_DELIVERED, MESSAGE_AGAIN, MESSAGE_DEAD } MessageFate;
// What became of an attempt: again at `next_us`, or settled. `status` of HTTP or 0, `problem` for
// people.
MUST_USE Status book_message_tried(struct book *book, int64_t id, MessageFate fate, int64_t next_us,
                                   int64_t status, Slice problem);

// ---- how far a stream was taken in
// ---------------------------------------------------------------------------

// 0: nothing yet.
MUST_USE Status book_feed_at(struct book *book, Slice name, uint64_t *ret_sequence);
// In the unit of work that took it in. STATUS_INVALID, BK003: somebody else is further: two
// programs feed one store.
MUST_USE Status book_feed_advance(struct book *book, Slice name, uint64_t from, uint64_t sequence);
