#pragma once
// Doubts: events that may have been decided longer ago than the state remembers. They wait here until the index has been asked, and come back to be decided or to be
// answered from the journal, so that an event_id counts once however late it comes again.
//
//     struct doubts *doubts = doubts_create(&options);
//     if (doubts_about(doubts, event, work, engine_may_have_forgotten(...))) {   // before it is decided
//         doubts_post(doubts, work);
//     }
//     ... options.back(context, work): it goes to the deciding thread once more ...
//     doubts_came_back(doubts, work);                                          // when it is there; work->standing says what was found
//
// Why beside the deciding thread. An id that is in no file of the index costs two or three reads of each, some twenty: 60 us when all of it is in the page cache, milliseconds
// when it is not, and nobody who decides waits for a disk. Why so few are asked for: a new event is newer than all that was forgotten, and the engine tells
// by its time alone that it need not be looked up. What is left is what comes late: later than `remember` events of the pack.
//
// Order. What waits goes in one line, and what depends on it goes behind it: the same id once more, and a RESULT or REVERSAL of it. Nothing else
// notices that an event which was late came a little later still.
//
// Where the index cannot say (a part is being made again, or its disk fails) the event is decided as new and counted as such: not to decide is worse.
// While it was looked up the same id may have been decided and forgotten; that takes as many decisions as the pack remembers, and then it is looked up again.
//
// doubts_about(), doubts_post() and doubts_came_back() are the deciding thread's.

#include "base/hash.h"
#include "monitoring/stream/event.h"
#include "os/thread.h"

struct doubts;
struct work;

typedef enum DoubtFound { DOUBT_NEW, DOUBT_KNOWN, DOUBT_UNSURE, DOUBT_FOUND_COUNT } DoubtFound;

// How a work stands to all this.
typedef enum WorkStanding {
    STANDING_FRESH,  // nobody has doubted it
    STANDING_BEHIND, // it waits behind another one and is not looked up itself
    STANDING_ASKED,  // it is looked up
    STANDING_NEW,    // it was, and may be decided
    STANDING_KNOWN,  // it was, and its decision is in the journal
} WorkStanding;

struct doubts_options {
    void *context;
    DoubtFound (*find)(void *context, Hash128 event_id); // by a thread of its own; it may wait for the disk
    void *back_context;
    void (*back)(void *context, struct work *work); // by the same thread
};

struct doubts *doubts_create(const struct doubts_options *options);
// None may wait. NULL is let pass, here and where something is asked.
void doubts_destroy(struct doubts *doubts);
// Whether the work has to be posted before its event is decided; `may_be_forgotten` is what the engine says of it.
bool doubts_about(const struct doubts *doubts, const struct event *event, struct work *work, bool may_be_forgotten);
void doubts_post(struct doubts *doubts, struct work *work);
void doubts_came_back(struct doubts *doubts, const struct work *work);
// Those that wait, or are on their way back. Any thread.
uint32_t doubts_waiting(const struct doubts *doubts);
// How many were looked up, by what was found. Any thread.
uint64_t doubts_found(const struct doubts *doubts, DoubtFound found);
