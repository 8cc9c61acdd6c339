#pragma once
// What the files of the releases share; releases.h tells the way of a pack.
//
//     releases.c          who asks waits here; one thread does it
//     releases_kept.c     releases.json
//     releases_brought.c  packs come in: archives, statuses, the watched folder
//     releases_strategies.c  texts that close alerts: compiled, and compared with those that decide
//     releases_way.c      tried, proposed, judged, released, rolled back
//
// All but what stands under the lock belongs to the thread.

#include "codec/json_write.h"
#include "server/releases.h"

#include <pthread.h>
#include <stdatomic.h>

#define STATES(X) X(draft) X(proposed) X(approved) X(rejected) X(released) X(replaced)
typedef enum ReleaseState {
#define X(name) STATE_##name,
    STATES(X)
#undef X
    STATE_COUNT
} ReleaseState;
extern const char *const release_state_names[STATE_COUNT];

enum { RELEASE_REPORT_MAX = 16 << 20, RELEASES_FILE_MAX = 64 << 20, RELEASES_FILE_DEPTH = 32 };

struct release_entry {
    Slice name, label;
    ReleaseState state;
    Slice brought_by, proposed_by, approved_by, released_by, note;
    bool brought_by_person;
    int64_t brought_us, proposed_us, approved_us, released_us;
    Slice before; // name of the release that it replaced
    Slice trial;  // report, JSON; empty: not tried
    Slice strategies; // what becomes of them, beside those that decided when it was brought or proposed: JSON; empty: not known
};

// A folder of the watched one, as it was looked at last.
struct watched_folder {
    Slice path;
    Hash128 texts;
};

// A release on its way into the journal.
struct releasing {
    Slice name; // empty: none
    Slice what, before, by, note;
    int64_t at_us;
};

struct releases {
    struct releases_options options;
    struct arena arena;
    struct arena trials; // reports
    size_t trial_bytes;  // in there, also of those that are not kept any more
    VEC(struct release_entry) entries; // oldest first
    struct json_reader *json;
    struct pipeline *pipeline; // under the lock
    struct pipeline *at_hand;  // the same, for the thread
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work, released;
    struct release_ask *first; // urgent ones before the others
    uint32_t waiting, waiting_archives;
    bool closing, frozen;
    bool is_urgent;    // what is under way
    bool work_is_over; // of the release under way
    bool knows_deciding; // what decides was compared with what was kept
    struct releasing releasing;
    VEC(struct watched_folder) watched;
    atomic_bool give_up; // what is under way, if it takes long
    atomic_uint_fast64_t try_events;
};

// ---- releases.c ---------------------------------------------------------------------------------------------

void release_refuse(struct release_ask *ask, uint16_t status, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));
void release_refuse_by(struct release_ask *ask, const struct diag *diag);
// NULL: there is none. Pointers to entries end with the next releases_add().
struct release_entry *releases_find(struct releases *releases, Slice name);
struct release_entry *releases_find_deciding(struct releases *releases);
void releases_happened(struct releases *releases, const char *what, Slice name, Slice by, Slice note);
// Keeps what was changed, and answers with it. What cannot be kept is again as it was before; `was` of one that was not there is empty.
void releases_settle(struct releases *releases, struct release_ask *ask, struct release_entry *entry, const struct release_entry *was, const char *what,
                     struct arena *arena);

// ---- releases_kept.c ----------------------------------------------------------------------------------------

// Nothing where the text is empty.
void release_put_text(struct json_writer *json, const char *key, Slice text);
// `whole`: with its trial.
void release_write(struct json_writer *json, const struct release_entry *entry, bool whole);
MUST_USE Status releases_keep(struct releases *releases, struct diag *diag, struct arena *arena);
// Nothing was released here yet: fine.
MUST_USE Status releases_read_kept(struct releases *releases, struct arena *arena, struct diag *diag);

// ---- releases_brought.c -------------------------------------------------------------------------------------

// The one of that label, a draft when there was none.
struct release_entry *releases_add(struct releases *releases, Slice label, Slice by, bool is_person, Slice note);
void release_upload(struct releases *releases, struct release_ask *ask, struct arena *arena);
// What was written over the pack that decides.
void release_draft(struct releases *releases, struct release_ask *ask, struct arena *arena);
void release_change_status(struct releases *releases, struct release_ask *ask, struct arena *arena);
void releases_watch(struct releases *releases);

// Answers with what is wrong with a pack, place by place.
void release_answer_diags(struct release_ask *ask, const struct diag_list *diags);

// ---- releases_strategies.c ----------------------------------------------------------------------------------

// Of a pack that compiled; `ret_told` lives as long as the releases. False: they do not compile, and it has refused.
bool release_read_strategies(struct releases *releases, struct release_ask *ask, const struct pack_folder *pack, Slice *ret_told, struct arena *arena);
// The same of one that is here: programs change, and so do the strategies that decide.
bool release_check_strategies(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena);

// ---- releases_way.c -----------------------------------------------------------------------------------------

void release_answer(struct release_ask *ask, const struct release_entry *entry);
void release_try(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena);
// How often a model would have hit with each of some values of a parameter (sweep.h).
void release_sweep(struct releases *releases, struct release_ask *ask, struct arena *arena);
void release_propose(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena);
void release_judge(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena, ReleaseState verdict);
void release_release(struct releases *releases, struct release_ask *ask, struct release_entry *entry, struct arena *arena);
void release_roll_back(struct releases *releases, struct release_ask *ask, struct arena *arena);
// Has it decide from now on; `what` happened is told, and stands in the journal.
void release_now(struct releases *releases, struct release_ask *ask, struct release_entry *entry, const char *what, struct arena *arena);
// Once after a start: what was kept is made to say what the journal says.
void releases_know_deciding(struct releases *releases, struct arena *arena);
