#include "server/replay.h"

#include "server/brake.h"
#include "server/rebuild.h"
#include "server/records.h"
#include "server/snapshots.h"

enum { ANSWER_MAX = 32 << 20, OWN_RECORD_MAX = 1 << 20, OWN_RECORD_DEPTH = 16 };

struct running {
    struct replay *replay;
    const struct journal_entry *entry;
    struct arena *arena;
    struct diag *diag;
};

static Status differs(struct running *running, const char *what) {
    return diag_fail(running->diag, running->arena, STATUS_INVALID, "SV001",
                     "the journal's record %llu %s; this program or this pack did not write it", (unsigned long long)running->entry->sequence, what);
}

Slice record_text(JsonTree tree, const char *key) {
    uint32_t member = json_member(tree, 0, slice_of(key));
    return member == JSON_NONE || tree.nodes[member].kind != JSON_STRING ? SLICE("") : tree.nodes[member].text;
}

// ---- releases ---------------------------------------------------------------------------------------------

static Status begin_anew(struct running *running, Slice label) {
    struct replay *replay = running->replay;
    if (replay->heart != NULL) {
        return differs(running, "begins with nothing known in the middle of the stream");
    }
    replay->heart = replay->source.make(replay->source.context, label_hash(label), replay->scope, true, running->arena, running->diag);
    return replay->heart == NULL ? STATUS_INVALID : STATUS_OK;
}

static Status go_on_with(struct running *running, Slice label) {
    struct replay *replay = running->replay;
    if (replay->heart == NULL) {
        return differs(running, "goes on with a state that is not there");
    }
    struct heart *next = replay->source.make(replay->source.context, label_hash(label), replay->scope, false, running->arena, running->diag);
    if (next == NULL) {
        return STATUS_INVALID;
    }
    if (heart_catalogue(next)->state_layout != heart_catalogue(replay->heart)->state_layout) {
        heart_destroy(next);
        return differs(running, "is a release that cannot take over the state");
    }
    heart_succeed(next, replay->heart);
    heart_destroy(replay->heart);
    replay->heart = next;
    return STATUS_OK;
}

// What the server did when it released a pack that remembers other things: all over again, up to here.
static Status make_anew(struct running *running, Slice label) {
    struct replay *replay = running->replay;
    struct heart *next = replay->source.make(replay->source.context, label_hash(label), replay->scope, true, running->arena, running->diag);
    if (next == NULL) {
        return STATUS_INVALID;
    }
    struct rebuild rebuild = {.folder = replay->folder, .journal = replay->journal, .heart = next};
    Status status = rebuild_upto(&rebuild, running->entry->sequence - 1, running->arena, running->diag);
    if (status != STATUS_OK) {
        heart_destroy(next);
        return status;
    }
    heart_destroy(replay->heart);
    replay->heart = next;
    return STATUS_OK;
}

static Status on_release(struct running *running) {
    JsonTree tree;
    if (json_parse(running->replay->json, running->entry->data, &tree) != STATUS_OK) {
        return differs(running, "is a release that cannot be read");
    }
    Slice label = record_text(tree, "catalogue");
    Slice state = record_text(tree, "state");
    running->replay->found.releases++;
    if (slice_is(state, "new")) {
        return begin_anew(running, label);
    }
    if (slice_is(state, "rebuilt")) {
        return make_anew(running, label);
    }
    return slice_is(state, "kept") ? go_on_with(running, label) : differs(running, "is a release of a kind that this program does not know");
}

// ---- events, changes, decisions ---------------------------------------------------------------------------

static Status on_decision(struct running *running) {
    struct replay *replay = running->replay;
    if (replay->apart) {
        return STATUS_OK;
    }
    if (!replay->owes_decision || !slice_equal(running->entry->data, buf_slice(&replay->answer))) {
        return differs(running, "is a decision that does not come out again");
    }
    replay->owes_decision = false;
    replay->found.decisions++;
    replay->found.compared++;
    return STATUS_OK;
}

static Status on_input(struct running *running) {
    struct replay *replay = running->replay;
    const struct journal_entry *entry = running->entry;
    struct heart_refusal refusal;
    if (replay->heart == NULL) {
        return differs(running, "comes before any release");
    }
    buf_reset(&replay->answer);
    HeartEffort effort = {.effort = !replay->apart && entry->flags < EFFORT_COUNT ? (Effort)entry->flags : EFFORT_full};
    HeartAnswer answer = heart_take(replay->heart, entry->data, effort, &replay->answer, &refusal);
    HeartAnswer expected = entry->kind == KIND_EVENT ? HEART_DECIDED : HEART_CHANGED;
    if (answer != expected) {
        return differs(running, "was taken once and is not now");
    }
    replay->owes_decision = answer == HEART_DECIDED && !replay->apart;
    replay->owed_by = entry->sequence;
    return STATUS_OK;
}

static Status on_entry(struct running *running) {
    struct replay *replay = running->replay;
    replay->found.records++;
    replay->found.last_sequence = running->entry->sequence;
    if (replay->owes_decision && running->entry->kind != KIND_DECISION) {
        return differs(running, "follows an event whose decision is missing");
    }
    switch (running->entry->kind) {
    case KIND_RELEASE:
        return on_release(running);
    case KIND_EVENT:
    case KIND_CHANGE:
        return on_input(running);
    case KIND_DECISION:
        return on_decision(running);
    case KIND_BRAKE:
        return replay->heart != NULL && brake_apply(running->replay->json, running->entry->data, replay->heart) ? STATUS_OK
                                                                                                        : differs(running, "is a brake that is not understood");
    case KIND_LABEL:
    case KIND_NIGHT:
    case KIND_NIGHT_DECISION:
        return STATUS_OK; // they change nothing that decides
    default:
        return differs(running, "is of an unknown kind");
    }
}

// ---- its life ---------------------------------------------------------------------------------------------

Status replay_begin(struct replay *replay, struct arena *arena, struct diag *diag) {
    buf_init(&replay->answer, ANSWER_MAX);
    replay->found = (struct replayed){0};
    replay->heart = NULL;
    replay->owes_decision = false;
    replay->json = json_reader_create(OWN_RECORD_MAX, OWN_RECORD_DEPTH);
    if (!replay->from_snapshot) {
        return STATUS_OK;
    }
    Status status = snapshot_take_up(&replay->source, replay->scope, replay->folder, replay->damaged, arena, &replay->heart,
                                     &replay->found.snapshot_sequence, diag);
    if (status == STATUS_NOT_FOUND) {
        replay->found.snapshot_sequence = 0;
        return STATUS_OK;
    }
    replay->found.last_sequence = replay->found.snapshot_sequence;
    return status;
}

static Status run(struct running *running, struct journal_reader *reader) {
    struct replay *replay = running->replay;
    struct journal_entry entry;
    Status status;
    running->entry = &entry;
    while ((status = journal_reader_next(reader, &entry, running->arena, running->diag)) == STATUS_OK) {
        Status before = replay->before == NULL ? STATUS_OK : replay->before(replay->context, &entry);
        if (before != STATUS_OK) {
            return before == STATUS_END ? STATUS_OK : before;
        }
        TRY(on_entry(running));
        if (replay->on_record != NULL) {
            replay->on_record(replay->context, &entry, replay->heart);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status replay_entry(struct replay *replay, const struct journal_entry *entry, struct arena *arena, struct diag *diag) {
    return on_entry(&(struct running){replay, entry, arena, diag});
}

Status replay_run(struct replay *replay, struct arena *arena, struct diag *diag) {
    struct journal_reader *reader;
    struct journal_reader_options options = {.chain = !replay->apart, .journal = replay->journal};
    Status status = journal_reader_open(disk_real(), replay->folder, replay->found.last_sequence + 1, options, arena, &reader, diag);
    if (status == STATUS_OK) {
        struct running running = {replay, NULL, arena, diag};
        status = run(&running, reader);
        journal_reader_close(reader);
    }
    if (status != STATUS_OK) {
        heart_destroy(replay->heart);
        replay->heart = NULL;
    }
    return status;
}

void replay_end(struct replay *replay) {
    buf_deinit(&replay->answer);
    json_reader_destroy(replay->json);
}
