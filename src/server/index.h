#pragma once
// Index: where in the journal an event's decision and its newest label are, for all that was ever decided. lookup.h does the work; this knows the records.
//
//     struct event_index *index = event_index_create(folder, &past, log);         // DIR/index; DIR/journal and its archive
//     ... pipeline_options: .opened = event_index_opened, .noted = event_index_noted, .decided_before = event_index_knows, .snapshot_before = event_index_flush ...
//     struct serve_finder finder = event_index_finder(index);
//     event_index_destroy(index);
//
// It is made good when the journal is opened: what lies between its files and the newest snapshot is read from the journal, the rest comes by as that is
// replayed. It can be removed at any time, and is made again from the journal.
//
// What it knows of segments that were moved away (journal.archive) stays: an event whose decision is in the archive is known when it comes again, and must not be
// decided twice. That is 24 bytes an event, some hundredth of its journal. An index that is made again knows of moved segments what the archive's folder still holds.

#include "log/log.h"
#include "server/past.h"
#include "server/pipeline.h"
#include "server/serve.h"

struct event_index;

// The folders have to be there.
struct event_index *event_index_create(Slice folder, const struct past *past, struct log *log);
void event_index_destroy(struct event_index *index);
// For pipeline_options.
Status event_index_opened(void *index, uint64_t first_sequence, uint64_t last_sequence, struct arena *arena, struct diag *diag);
void event_index_noted(void *index, Hash128 event_id, bool is_label, uint64_t sequence);
uint64_t event_index_label_before(void *index, Hash128 event_id);
bool event_index_flush(void *index, uint64_t sequence);
// Whether an event was ever decided. Any thread; reads files.
DoubtFound event_index_knows(void *index, Hash128 event_id);
struct serve_finder event_index_finder(struct event_index *index);
