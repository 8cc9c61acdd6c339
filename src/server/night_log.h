#pragma once
// Night log: what a journal says of the nightly runs, and the records that say it.
//
//     {"run":"2026-11-28T02:00:00+08:00","state":"begun","from":811}
//     {"run":"2026-11-28T02:00:00+08:00","of":913,"decision":{...}}                     of an event
//     {"run":"2026-11-28T02:00:00+08:00","state":"going","upto":1204,"subjects":4711}   the events are done, these are looked at
//     {"run":"2026-11-28T02:00:00+08:00","tick":17,"event":{...},"decision":{...}}      of a subject
//     {"run":"2026-11-28T02:00:00+08:00","state":"done","upto":1204,"subjects":4711,"results":2}
//
// The name of a run is its moment. A run is of the records behind `from`, the last record of the run before, up to its position: the record before the
// first one that was appended at or after its moment, and at the latest the one before its own first. So where it ends is told by the journal alone.
// One run is done before the next begins.

#include "base/buf.h"
#include "base/time.h"
#include "base/vec.h"
#include "codec/json.h"
#include "journal/journal.h"

// One run, as far as the journal has it.
struct night_run {
    char name[TIME_TEXT_SIZE];
    uint32_t name_size;
    int64_t as_of_us;
    uint64_t from;
    uint64_t begun;   // sequence of its first record; 0: the journal does not have it
    uint64_t records; // of it in the journal, the first included
    uint64_t results; // of those, decisions
    bool going;       // its events are done
    uint64_t upto;    // then: its position
    uint64_t last_of, last_tick; // of the last decision of an event, of a subject
    bool done;
};

static inline Slice night_run_name(const struct night_run *run) {
    return (Slice){run->name, run->name_size};
}

// A run that has not begun.
struct night_run night_run_at(int64_t as_of_us, int64_t zone_offset_us, uint64_t from);

// The runs of a journal, in their order.
struct night_log {
    struct arena *arena;
    struct json_reader *json;
    bool newest_only; // the others are forgotten
    VEC(struct night_run) runs;
    Slice label; // of the last release that was seen, in the arena
};

void night_log_init(struct night_log *log, bool newest_only, struct arena *arena);
void night_log_deinit(struct night_log *log);
// NULL: none.
const struct night_run *night_log_last(const struct night_log *log);
// What a record tells; those of other kinds tell nothing. STATUS_INVALID: it is one of a run, and is not understood.
MUST_USE Status night_log_take(struct night_log *log, const struct journal_entry *entry);
// Takes everything from a sequence on. STATUS_NOT_FOUND: the journal begins later.
MUST_USE Status night_log_read(struct night_log *log, Slice folder, uint64_t from, const struct journal *journal, struct diag *diag);

// The records. `decision` and `event` are JSON.
void night_put_begun(struct buf *out, const struct night_run *run);
void night_put_going(struct buf *out, const struct night_run *run, uint64_t subjects);
void night_put_done(struct buf *out, const struct night_run *run, uint64_t subjects);
void night_put_of(struct buf *out, const struct night_run *run, uint64_t sequence, Slice decision);
void night_put_tick(struct buf *out, const struct night_run *run, uint64_t tick, Slice event, Slice decision);
