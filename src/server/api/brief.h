#pragma once
// Brief: a decision in one line, as lists and streams of decisions show it, and the filter that
// chooses some of them.
//
//     struct brief_filter filter;
//     if (brief_filter_read(request, more, more_count, &filter)) {        // else it has answered
//         struct brief_reader *reader = brief_reader_create(serve, catalogue);
//         if (brief_read(reader, entry, event, &arena, &row) && brief_passes(&filter, catalogue,
//         &row)) { brief_put(&json, &row); }
//
// A row holds nothing personal: who may see less sees the same row. How long a decision took is not
// in the journal, since a replay would not give it again: it is remembered of the newest TOOK_SLOTS
// / 2 decisions of this run, and null of others.

#include "server/api/api.h"

enum { BRIEF_HITS_MAX = 64, TOOK_SLOTS = 1 << 18 };

// ---- how long it took
// -----------------------------------------------------------------------------------------

struct took;
struct took *took_create(void);
void took_destroy(struct took *took);
// When the answer of a decision may go out. By whichever thread says so; one store, and no lock.
void took_note(struct took *took, const struct work *work, uint64_t now_ns);
// False: it is not remembered. From its arrival until it was decided, and until the answer could go
// out.
bool took_find(const struct took *took, uint64_t sequence, uint32_t *ret_decided_us,
               uint32_t *ret_took_us);

// ---- rows
// -----------------------------------------------------------------------------------------------------

struct brief_hit {
    Slice model;
    bool counts; // neither held by a guard nor in the shadow
};

struct brief {
    uint64_t sequence;
    int64_t time_us;
    Slice event_id, event_type, action, severity;
    int64_t score;
    int64_t amount; // minor units
    bool has_amount;
    const struct brief_hit *hits;
    uint32_t hit_count, counting;
    bool has_took;
    uint32_t took_us;
    Slice event; // as it came
};

struct brief_reader;
struct brief_reader *brief_reader_create(const struct took *took);
void brief_reader_destroy(struct brief_reader *reader);
// Of a decision's record and the event before it, both in the arena or longer. False: it cannot be
// read.
bool brief_read(struct brief_reader *reader, const struct journal_entry *decision, Slice event,
                struct arena *arena, struct brief *ret_row);
void brief_put(struct json_writer *json, const struct brief *row);

// ---- filters
// --------------------------------------------------------------------------------------------------

// Texts of the query, which the request owns, or copies of them.
struct brief_filter {
    Slice action, model, family, event_type;
    Slice customer, account; // an event that names them, in whatever field
    int64_t score_min;
    bool hits_only;
};

// False: it has answered. `more` are parameters beside those of the filter.
bool brief_filter_read(struct http_request *request, const char *const *more, uint32_t more_count,
                       struct brief_filter *ret_filter);
struct brief_filter brief_filter_copy(const struct brief_filter *filter, struct arena *arena);
bool brief_passes(const struct brief_filter *filter, const struct catalogue *catalogue,
                  struct brief_reader *reader, const struct brief *row);
