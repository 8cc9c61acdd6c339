#pragma once
// Parts: what the threads of the room share, and which lock is for what.
//
//     change   held over a whole change: check, append, wait for the disk, apply. So records of
//              changes stand in the log in the order in which they were applied
//     log      of appending: the journal takes one thread at a time; and of what is folded
//     state    readers hold it for a look-up, writers to apply a record; never while waiting
//     door     of the queue and of the counters of failures
//
// They are taken in this order; whoever holds one takes none that stands above it.

#include "access/fold.h"
#include "access/state.h"
#include "access/throttle.h"
#include "journal/journal.h"
#include "os/thread.h"

#include <pthread.h>

struct access {
    struct access_options options;
    const struct disk *disk;
    const struct entropy *entropy;
    struct arena arena;

    pthread_mutex_t change;

    pthread_mutex_t log;
    struct json_reader *reader; // of the replay, and of what is written
    struct journal *journal;    // NULL: opened to read
    struct buf line;
    struct fold *fold;

    pthread_rwlock_t state_lock;
    struct state state;

    pthread_mutex_t door;
    pthread_cond_t has_task;
    struct access_task *first, *last;
    uint32_t waiting;
    bool closing;
    struct throttle *throttle;
    struct thread *thread;
    PasswordHash nobody; // what the password of an unknown name is compared with
};

// ---- log.c ------------------------------------------------------------------------------------

// Replays the log into the state. `journal`: reads up to what is durable in it; NULL: up to the
// last whole frame.
MUST_USE Status log_replay(struct access *access, const struct journal *journal,
                           uint64_t *ret_records, struct arena *arena, struct diag *diag);
// Appends without waiting for the disk. STATUS_LIMIT: no room.
MUST_USE Status log_append(struct access *access, const struct record *record,
                           uint64_t *ret_sequence);
// Appends, waits until it is on disk, and applies it. The caller holds `change`.
MUST_USE Status log_change(struct access *access, const struct record *record, struct arena *arena,
                           struct diag *diag);
// What an act says of a record.
struct record log_record(const struct access_act *act, AuditAction action, Slice target);
// Writes when keys were last used: those whose last written use is an hour old, or all. The caller
// holds `change`.
void log_key_uses(struct access *access, int64_t now_us, bool all);
// Notes a refusal, folded.
void log_refused(struct access *access, const struct access_act *act, AuditAction action,
                 const char *reason, Slice target);
bool log_emit(void *context, const struct refused *refused, uint32_t count,
              int64_t now_us); // a FoldEmit

// ---- people.c ---------------------------------------------------------------------------------

// Of a new user or system: STATUS_INVALID, AC002 malformed, AC022 reserved.
MUST_USE Status check_new_name(Slice name, struct arena *arena, struct diag *diag);
// STATUS_INVALID, AC001, without the scope.
MUST_USE Status act_may(const struct access_act *act, Scope scope, struct arena *arena,
                        struct diag *diag);

// ---- door.c -----------------------------------------------------------------------------------

void door_run(void *context); // the room's thread; the context is the room
// Tries a password; *ret_user gets the slot and *ret_hash what it was compared with. Not under a
// lock.
typedef enum Tried { TRIED_PASSED, TRIED_WRONG, TRIED_DELAYED } Tried;
Tried door_try(struct access *access, Slice name, Slice password, Slice from, int64_t now_us,
               uint32_t *ret_user, PasswordHash *ret_hash, int64_t *ret_wait_us);
