#pragma once
// Releases: the way of a pack from somebody's desk to the thing that decides. Packs come as archives or from a folder that is watched; they are compiled, kept
// on the shelf and tried beside what decides, and change hands with it between two decisions.
//
//     draft ──propose──▶ proposed ──approve──▶ approved ──release──▶ released ──▶ replaced
//                            └─────reject─────▶ rejected                   rollback: the one before is released again
//
// Two different persons. Who proposes is a person; who approves is another one, and not who brought the pack either. Systems may bring packs and try
// them, no more. Enforced here, whatever the roles say. Two things need one person and a reason: rolling back, and suspending a model, since both
// take something back that may do harm now. They go before all that waits, and what takes long meanwhile, a trial or a state that is made again, is given up.
// A brake may roll back by itself. To roll back means to go back from what decided when it was asked: of two who ask for the same, one goes back.
//
// A release takes over the state when both packs remember the same things (catalogue.h, state_layout): that takes no longer than a decision. For one
// that remembers others, with new features or fields, the state is made again from the journal beside the decisions (rebuild.h), for as long as that takes, and
// then changes hands between two decisions all the same.
//
//     TRY(releases_open(&options, arena, &releases, diag));
//     releases_attach(releases, pipeline);
//     struct release_ask ask = {.kind = RELEASE_TRY, .name = name, .by = who, .is_person = true, .done = reply};
//     if (!releases_ask(releases, &ask)) { ... too many wait ... }
//
// One thread does what is asked, in order. Everything that happened to a pack is in `releases.json` beside the packs, replaced as a whole each time; what cannot be
// written there did not happen. Which catalogue decides is told by the journal alone. So a release is first written down as one that is about to be, then goes into the
// journal, and then is one that was: where the program is killed between, the next start sees in the journal whether it was.

#include "server/pipeline.h"
#include "server/shelf.h"

enum {
    RELEASES_WAITING_MAX = 64, // twice as many where it is urgent
    RELEASES_KEPT_MAX = 1000,
    RELEASES_STATUSES_MAX = 200, // beyond them, for changes of statuses: however many packs somebody brings, a model can be suspended
    RELEASES_ARCHIVES_MAX = 4,   // that wait; each is held in memory
    RELEASES_TRIALS_MAX = 24 << 20, // bytes of all reports that are kept; the oldest go first
};

struct releases;

// X(NAME, "word")
#define RELEASE_ASKS(X)       \
    X(UPLOAD, "upload")       \
    X(DRAFT, "draft")         \
    X(SWEEP, "sweep")         \
    X(TRY, "try")             \
    X(PROPOSE, "propose")     \
    X(APPROVE, "approve")     \
    X(REJECT, "reject")       \
    X(RELEASE, "release")     \
    X(ROLLBACK, "rollback")   \
    X(STATUS, "status")       \
    X(LIST, "list")           \
    X(SHOW, "show")
typedef enum ReleaseAsk {
#define X(name, word) RELEASE_##name,
    RELEASE_ASKS(X)
#undef X
    RELEASE_ASK_COUNT
} ReleaseAsk;

// How it ended: 200 fine, else what HTTP would say, with a code.
struct release_ask {
    ReleaseAsk kind;
    Slice name;    // of the release, as in a path: bank-1-3f2a9c01b2d4e5f6
    Slice archive; // of UPLOAD
    const struct pack_file *files; // of DRAFT and SWEEP: laid over the pack that decides; one without a text is left out
    uint32_t file_count;
    Slice based_on; // of DRAFT: the label of the pack that it was written over; empty: whichever decides
    Slice by;      // who asks
    bool is_person;
    bool is_brake; // of ROLLBACK
    Slice note;    // why; needed for ROLLBACK and for STATUS
    uint64_t events; // of TRY and SWEEP; 0: as the settings say
    Slice model, status, canary_by; // of STATUS; the model of SWEEP too
    Slice parameter; // of SWEEP, with the values that it tries
    double least, most;
    uint32_t steps;
    double canary_percent;
    void (*done)(struct release_ask *ask);
    void *user;
    Hash128 from;  // what decides, filled in by releases_ask()
    // Filled in before done(), which is called on the thread of the releases.
    uint16_t http_status;
    Slice became; // name of the release that was changed; lives as long as the releases
    char code[40];
    char detail[1024];
    struct buf body; // JSON, when it went well; of pack_has_errors the list of what is wrong. Set up by who asks
    struct release_ask *next;
};

struct releases_options {
    Slice folder, journal; // DIR/packs, DIR/journal
    struct shelf *shelf;
    uint64_t try_events;
    Slice watch; // folder; empty: none
    uint32_t watch_every_ms; // 0: 5000
    int64_t (*now_us)(void);
    void *context;
    // Told of all that changed something, by whom: for logs and audits. May be NULL.
    void (*happened)(void *context, const char *what, Slice name, Slice by, Slice note);
};

MUST_USE Status releases_open(const struct releases_options *options, struct arena *arena, struct releases **ret_releases, struct diag *diag);
// Before it only lists.
void releases_attach(struct releases *releases, struct pipeline *pipeline);
// Ends what is under way and tells those who wait that it ends; from then on nothing can be asked. Before pipeline_close(). NULL is let pass.
void releases_stop(struct releases *releases);
// Stops and frees it. Behind pipeline_close(), since a brake asks. NULL is let pass.
void releases_close(struct releases *releases);
// False: too many wait, or it is closing. Any thread.
bool releases_ask(struct releases *releases, struct release_ask *ask);
// Another try_events, from now on. Any thread.
void releases_change_try(struct releases *releases, uint64_t try_events);
// While frozen nothing is released but what was before. Any thread.
void releases_freeze(struct releases *releases, bool frozen);
bool releases_is_frozen(struct releases *releases);
// The pack that decides. STATUS_NOT_FOUND: nothing does yet. Its files and catalogue stay as long as the shelf. Any thread; may wait for a pack that is compiled.
MUST_USE Status releases_deciding(struct releases *releases, struct arena *arena, const struct pack_folder **ret_pack, struct diag *diag);
// The files of a pack that is here, by its name, into one that was initialised with an empty path; they are not compiled. STATUS_NOT_FOUND: there is none. Any thread.
MUST_USE Status releases_read_pack(struct releases *releases, Slice name, struct pack_folder *pack, struct arena *arena, struct diag *diag);
