#pragma once
// Index: where in the journal an event's decision and its newest label are, for all that the journal still holds. lookup.h does the work; this knows the records.
//
//     struct event_index *index = event_index_create(folder, journal);            // DIR/index, DIR/journal
//     ... pipeline_options: .opened = event_index_opened, .noted = event_index_noted, .snapshot_before = event_index_flush ...
//     struct serve_finder finder = event_index_finder(index);
//     event_index_destroy(index);
//
// It is made good when the journal is opened: what lies between its files and the newest snapshot is read from the journal, the rest comes by as that is
// replayed. It can be removed at any time, and is made again from the journal.

#include "log/log.h"
#include "server/pipeline.h"
#include "server/serve.h"

struct event_index;

// The folders have to be there.
struct event_index *event_index_create(Slice folder, Slice journal, struct log *log);
void event_index_destroy(struct event_index *index);
// For pipeline_options.
Status event_index_opened(void *index, uint64_t first_sequence, uint64_t last_sequence, struct arena *arena, struct diag *diag);
void event_index_noted(void *index, Hash128 event_id, bool is_label, uint64_t sequence);
uint64_t event_index_label_before(void *index, Hash128 event_id);
bool event_index_flush(void *index, uint64_t sequence);
// Segments were put away that began before.
void event_index_drop_before(struct event_index *index, uint64_t sequence);
struct serve_finder event_index_finder(struct event_index *index);
