#pragma once
// Lane: many records of one request on their way through the pipeline. At most LANE_WINDOW of them are under way at a time; the next goes when
// one has ended, and the answers come out in the order in which the records went in, whatever comes first.
//
//     add ─▶ | 9 | 8 |·7·|·6·|·5·|·4·| 3 | ─▶ put      3 could not be put yet; 4 to 7 are in the pipeline; 8 and 9 wait for the pipeline
//             end     sent             first
//
// Who feeds it is told that it is full, and called (`want`) when it is not any more; who takes its answers says that there is no room, and calls
// lane_room() when there is. A pipeline that takes no more is asked again: when a record of this lane ends, else some time later.
//
// Locking. Everything is done with the lane entered (lane_enter), by whichever thread; put() and want() are called with it entered, over() without,
// and last of all: nothing touches the lane afterwards but its owner. That happens when it was finished and everything that was added has been put.

#include "server/api/errands.h"
#include "server/pipeline.h"

#include <pthread.h>

enum {
    LANE_WINDOW = 256,      // a quarter of a disk's commit; a sixteenth of what may wait, so that many get their turn
    LANE_PIECE = 64 << 10,  // an answer is put in pieces of so much
    LANE_ANSWER_MAX = 32 << 20,
};

struct lane;

struct lane_slot {
    struct work work;
    struct errand errand;
    struct lane *lane;
    struct buf record; // when the lane has to keep it
    uint64_t number;   // of the record, from 1
    const char *code;  // of the problem why it was refused before it was sent; NULL: it was not
    bool is_over;
};

typedef enum LaneTaken {
    LANE_TAKEN,
    LANE_FULL, // want() will be called
    LANE_BUSY, // the very first record, and the pipeline takes none: nothing was taken
} LaneTaken;

struct lane_calls {
    // A piece of an answer. STATUS_LIMIT: no room, lane_room() follows; STATUS_END: nobody listens any more. While lane->settles, more is likely to
    // follow at once, and the pipeline's settled() does in any case.
    Status (*put)(void *user, Slice piece);
    // Between two answers; or NULL.
    Slice separator;
    void (*want)(void *user);
    void (*over)(void *user);
    // Looks for the answer of a work that ended with PIPELINE_ELSEWHERE, on an errand's thread; NULL: nobody knows where.
    void (*fetch)(void *user, struct work *work);
};

struct lane {
    struct pipeline *pipeline;
    struct errands *errands;
    WorkKind kind;
    struct lane_calls calls;
    void *user;
    pthread_mutex_t lock;
    struct lane_slot *slots[LANE_WINDOW]; // made when first needed
    uint64_t first, sent, end;            // counts: to be put next, to be sent next, to be added next
    uint32_t under_way;
    size_t put_at;      // of the first answer
    struct buf line;    // the first answer, where it is not the work's own
    struct errand again;
    bool starved;   // LANE_FULL was said
    bool blocked;   // put() said no room
    bool deaf;      // nobody listens
    bool finished;  // no more is added
    bool is_parked; // `again` is posted
    bool settles;   // it was entered for one of a group of works that the pipeline ends together
};

void lane_init(struct lane *lane, struct pipeline *pipeline, struct errands *errands, WorkKind kind, struct lane_calls calls, void *user);
// Nothing of it may be under way.
void lane_deinit(struct lane *lane);

void lane_enter(struct lane *lane);
// over() may be called in it.
void lane_leave(struct lane *lane);

// Entered. `keep`: the bytes are copied; else they stay the caller's until over().
LaneTaken lane_add(struct lane *lane, Slice record, bool keep);
// The same for a record that is refused here: `code` is a problem's, `reason_code` a diagnostic's or empty; the reason is cut to what a work holds.
LaneTaken lane_add_refused(struct lane *lane, const char *code, Slice reason_code, Slice reason);
// No more will be added.
void lane_finish(struct lane *lane);
// Nobody listens any more: what is under way ends, and its answers are dropped.
void lane_drop(struct lane *lane);
// There is room for answers again.
void lane_room(struct lane *lane);

// One answer as a line of JSON: the decision, or what became of the record.
void lane_put_answer(const struct lane_slot *slot, WorkKind kind, struct buf *out);
