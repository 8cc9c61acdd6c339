#pragma once
// Past: records of the journal by their sequence, also of segments that were moved away (journal.archive). Segments of the archive are followed by those of the journal.
//
//     struct past past = {.journal = SLICE("data/journal"), .archive = SLICE("/archive"), .live = journal};
//     TRY(past_read(&past, sequence, arena, &entry, diag));
//
// Any thread; each call opens what it reads and costs some 20 small reads.

#include "journal/journal.h"

struct past {
    Slice journal;
    Slice archive;              // empty: there is none
    const struct journal *live; // as it is appended to: reads up to what is durable. NULL: up to the last whole frame
};

// One record, its bytes in the arena. STATUS_NOT_FOUND, SV012: its segment is in neither folder. STATUS_END: it is not there yet.
MUST_USE Status past_read(const struct past *past, uint64_t sequence, struct arena *arena, struct journal_entry *ret_entry, struct diag *diag);

// All records from `first` to `last` that one of the folders has, in their order; `take` ends it with what is not STATUS_OK.
struct past_sink {
    void *context;
    Status (*take)(void *context, const struct journal_entry *entry);
};
MUST_USE Status past_walk(const struct past *past, uint64_t first, uint64_t last, struct past_sink sink, struct arena *arena, struct diag *diag);
