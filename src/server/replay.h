#pragma once
// Replay: a journal decided on again. What comes out is compared with what was given, to the byte.
//
//     struct replay replay = {.source = source, .folder = folder};
//     TRY(replay_begin(&replay, arena, diag));         // with a snapshot's heart, or that of the first record
//     TRY(replay_run(&replay, arena, diag));           // to the end of the log
//     ... replay.heart is as the server's was, and the caller's ...
//
// Apart (`apart`) it follows the same records with other models (`scope`) and compares nothing: each event is decided with full effort, since what the
// server had time for is no matter of who comes later. That is the nightly run's way (nightly.h), which brings a heart of its own: between
// replay_begin() and replay_run() `heart` and `found.last_sequence` may be set to where it is.
//
// A decision that differs ends it with the sequence: then this program and that journal do not belong together. So does a pack that is not
// there any more.

#include "journal/journal.h"
#include "server/heart.h"

// Where hearts come from: a pack by the hash of its catalogue's label (hash128, seed 0), compiled, and a heart that has seen nothing; `with_lists`:
// it knows the lists and tables that come with the pack. NULL with a diag when the pack is not there. What it makes stays
// good as long as the source does.
struct heart_source {
    void *context;
    struct heart *(*make)(void *context, Hash128 label, ModelScope scope, bool with_lists, struct arena *arena, struct diag *diag);
};

// What was found.
struct replayed {
    uint64_t snapshot_sequence; // 0: none was taken up
    uint64_t records, decisions; // replayed
    uint64_t compared;           // of the decisions: made again
    uint64_t last_sequence;
    uint32_t releases;
};

struct replay {
    struct heart_source source;
    Slice folder;
    bool from_snapshot; // from the newest good one, when there is one
    struct journal_findings damaged; // told of newer ones that are not
    ModelScope scope;
    bool apart;
    const struct journal *journal; // as it is appended to, or NULL
    // Told of each decision, with its event's sequence, and of other records; may be NULL.
    void *context;
    void (*on_record)(void *context, const struct journal_entry *entry, const struct heart *heart);
    // Told of each decision and label with the hash of its event's id (hash128, seed 0); may be NULL. catch_up.h only.
    void *noted_context;
    void (*noted)(void *context, Hash128 event_id, bool is_label, uint64_t sequence);
    // Asked before each record; STATUS_END stops there as if the log ended, and the record is not taken. May be NULL.
    Status (*before)(void *context, const struct journal_entry *entry);

    uint32_t threads; // that read beside the calling one; 0: by the number of processors. catch_up.h only

    struct heart *heart; // NULL: the journal is empty; the caller's to destroy
    struct buf answer;   // the last decision; if not apart, what the next record has to be
    bool owes_decision;  // the log ends between an event and its decision, which is in `answer`
    uint64_t owed_by;
    struct replayed found;
    struct json_reader *json; // of the server's own records
};

// In case of a failure the heart is gone; replay_end() is called in any case.
MUST_USE Status replay_begin(struct replay *replay, struct arena *arena, struct diag *diag);
MUST_USE Status replay_run(struct replay *replay, struct arena *arena, struct diag *diag);
// One record, of those that are no event and no decision. For catch_up.h.
MUST_USE Status replay_entry(struct replay *replay, const struct journal_entry *entry, struct arena *arena, struct diag *diag);
// Frees all but the heart.
void replay_end(struct replay *replay);

// The place of a member of a small JSON object, as a text; an empty slice when it is not there. For records of the server's own making.
Slice record_text(JsonTree tree, const char *key);
