#pragma once
// Parts: what the files of this room share.
//
//   rehearsal.c  time: events, timers, and what was planned, each when it is due
//   plan.c       a heap of what is to happen
//   contact.c    a contact centre that a server's webhooks ask
//   words.c      answers in the words of the pack
//   earned.c     what strategies have earned elsewhere
//   payments.c   the RESULT of payments that were not let go
//   stand_in.c   who is told and asked: customers, the core bank, the engine
//   team.c       five people at work
//   told.c       what the truth says of it

#include "base/map.h"
#include "base/vec.h"
#include "codec/json.h"
#include "rehearsal/rehearsal.h"
#include "response/disposition/people.h"
#include "simulation/answers/answers.h"

typedef enum PlannedKind { PLANNED_ANSWER, PLANNED_VOLUNTEER, PLANNED_CONFIRM, PLANNED_WORK, PLANNED_RESULT } PlannedKind;

struct planned {
    int64_t at_us;
    uint64_t number; // in the order in which they were planned, for those of one moment
    PlannedKind kind;
    int64_t object;    // task, alert, hold or control
    char object_kind[16];
    int64_t message;
    uint32_t analyst;
    char code[24];
    char *text; // JSON, of its own
};

struct plans {
    struct planned *at;
    uint32_t count, capacity;
    uint64_t numbers;
};

void plan_add(struct plans *agenda, const struct planned *planned);
// False: nothing is due up to then.
bool plan_take(struct plans *agenda, int64_t upto_us, struct planned *ret_planned);
int64_t plan_next(const struct plans *agenda);
void plan_deinit(struct plans *agenda);

// How a payment ends that was not let go at once.
typedef enum Fate { FATE_OPEN, FATE_SUCCEEDS, FATE_FAILS, FATE_CANCELLED } Fate;

struct payment {
    Fate fate;
    int64_t settled_us;
    char *line; // its RESULT, while it is open; of its own
    bool is_over, is_stepped_up;
    struct answer authentication; // with is_stepped_up
};

struct payments {
    const struct schema *schema;
    Slice original, result, time; // names of the pack's fields; empty: it has none
    struct arena arena;
    struct map by_event; // to the number in `all`
    VEC(struct payment) all;
};
void payments_init(struct payments *payments, const struct catalogue *catalogue);
void payments_deinit(struct payments *payments);

enum { PENDING_MAX = DESK_BATCH_MAX, TEXTS_BLOCK = 4 << 20 };

struct heart;
enum { TEAM_MEMBERS = 5 };

struct analyst {
    bool busy;
    int64_t alert; // that he works on
};

struct rehearsal {
    struct rehearsal_options options;
    struct heart *heart;
    struct desk *desk;
    struct book book;
    struct json_reader *json, *results; // of what is told; of a RESULT within it
    struct arena arena, scratch, texts; // of the unit at hand; of pending outcomes
    struct outcome pending[PENDING_MAX];
    uint32_t pending_count;
    uint64_t sequence, position;
    int64_t now_us, flushed_us, polled_us, day_us;
    int64_t next_timer_us;
    struct plans agenda;
    struct payments payments;
    struct analyst team[TEAM_MEMBERS];
    bool something_waits; // since the last time that the team looked
    bool has_earned;      // elsewhere
    struct buf answer;
    struct rehearsal_counts counts;
};

// Members of a message's body; empty and 0 where they are not there.
static inline Slice told_text(JsonTree tree, uint32_t object, const char *name) {
    uint32_t at = json_member(tree, object, slice_of(name));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_STRING ? tree.nodes[at].text : SLICE("");
}

static inline int64_t told_number(JsonTree tree, uint32_t object, const char *name) {
    uint32_t at = json_member(tree, object, slice_of(name));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_INT ? tree.nodes[at].i64 : 0;
}

MUST_USE Status stand_in_send(struct rehearsal *rehearsal, struct diag *diag);
MUST_USE Status stand_in_do(struct rehearsal *rehearsal, const struct planned *planned, struct diag *diag);
MUST_USE Status team_look(struct rehearsal *rehearsal, struct diag *diag);
MUST_USE Status team_do(struct rehearsal *rehearsal, const struct planned *planned, struct diag *diag);
MUST_USE Status team_hire(struct rehearsal *rehearsal, struct diag *diag);
// Those that act begin to at the first record.
MUST_USE Status earned_begin(struct rehearsal *rehearsal, struct diag *diag);
MUST_USE Status team_promote(struct rehearsal *rehearsal, struct diag *diag);
// A list entry that the response asks for, as a record of the stream.
void rehearsal_list(struct rehearsal *rehearsal, Slice list, Slice key, Slice end, Slice reason);
