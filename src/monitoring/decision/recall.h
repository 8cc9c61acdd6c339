#pragma once
// Recall: the last events by their id, what was answered, and where their rows are.
//
// It makes an event that comes twice count once, and lets a RESULT or REVERSAL take back what its original counted. It holds
// a fixed number of events and of bytes for their answers; the oldest go first, counted by recall_forgotten(). An event
// that comes again after it was forgotten is new here; who has a longer memory asks it where recall_has_forgotten_as_new() says so.
//
// Shape: a ring of entries, an open-addressing index over them by id, and a ring of bytes for answers and rows.

#include "base/hash.h"
#include "monitoring/models/catalogue.h"
#include "monitoring/stream/windows/windows.h"

enum { RECALL_RECORD_MAX = 20 << 20 }; // bytes of an answer and its rows

// A row that an event wrote. `check` is a part of the thing's key, since a forgotten thing's place may be another's.
struct recall_row {
    WindowRef ref;
    uint32_t check;
    uint32_t store;
};

struct recalled {
    Hash128 id;
    int64_t time_us;
    uint32_t type, segment, flags;
    Effort effort;
    uint16_t tag;
    uint16_t release; // which of the catalogues that took over from each other answered
    bool was_undone; // its rows were taken back already
    Slice answer;    // empty: an answer without hits, which its catalogue makes again from the above
    const struct recall_row *rows;
    uint32_t row_count;
};

struct recall;
struct recall *recall_create(uint32_t event_count, WindowReserve reserve, void *context);
void recall_destroy(struct recall *recall);
// As window_state_ahead().
void recall_ahead(const struct recall *recall, uint64_t bytes, WindowAhead ahead, void *context);
// Asks for the memory that recall_find() looks at first.
void recall_prefetch(const struct recall *recall, Hash128 id);
// False when unknown or forgotten. The slices live until the next add or find.
bool recall_find(struct recall *recall, Hash128 id, struct recalled *ret_event);
// The id must not be known.
void recall_add(struct recall *recall, const struct recalled *event);
void recall_mark_undone(struct recall *recall, Hash128 id);
uint64_t recall_forgotten(const struct recall *recall);
// Whether some event of that time or a newer one was forgotten. Of events that were absurdly ahead (EVENT_FLAG_CLOCK_SKEW) none is told by its time; `is_ahead`: this
// would be such. After an image was taken up, what it had forgotten counts as being as new as all that it remembered. A comparison.
bool recall_has_forgotten_as_new(const struct recall *recall, int64_t time_us, bool is_ahead);
bool recall_knows(const struct recall *recall, Hash128 id);
// Of all that it remembers.
uint64_t recall_hash(const struct recall *recall);
// While a live image of it is under way, all that changes is told to it first; NULL: none is.
void recall_guard(struct recall *recall, struct live_image *image);
// All of it as an image, and back into one that was just created for as many events. After a failed load it is only good to be thrown away.
void recall_save(const struct recall *recall, struct image_writer *out);
MUST_USE Status recall_load(struct recall *recall, struct image_reader *in);
