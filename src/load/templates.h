#pragma once
// Templates: the records of a file, made ready to be sent over and over, each time as new events.
//
//     struct templates *templates;
//     TRY(templates_open(&options, paths, count, arena, &templates, diag));
//     templates_put(templates, number, time_ms, &body);                 // the text of the record of that number
//     if (slice_equal(got_id, templates_id(templates, number, room))) { ... the answer is about it ... }
//
// Records are sent in the order of the file, from its beginning again behind its end: number n is record n modulo the count, of pass n
// divided by it. Its event id is the run's name and n, its time the moment it is planned for. Where it names another event of the file
// (a result its request), it names that event of the same pass; other ids stay. Three values are all that changes, so their places are found
// once, when the file is read, and room of a fixed width is made for them: putting a record is a copy and three short writes. Changes of
// lists and tables have no id and go out as they are.
//
// With `keep` nothing is changed, and the numbers end with the file.
//
// Limits: a line of 1 MiB, as everywhere; TEMPLATES_BYTES_MAX of all, since they lie in memory while the server needs it.
// Codes: LD001 a file that cannot be read, LD002 a record that cannot be sent, LD003 a file without records or with too much.

#include "base/buf.h"
#include "base/diag.h"

enum {
    TEMPLATES_BYTES_MAX = 1 << 30,
    TEMPLATES_RUN_SIZE = 10, // bytes of a run's name
    TEMPLATES_NUMBER_SIZE = 12,
    TEMPLATES_ID_SIZE = TEMPLATES_RUN_SIZE + 1 + TEMPLATES_NUMBER_SIZE,
    TEMPLATES_TIME_SIZE = 13, // of milliseconds since 1970, from 2001 to 2286
};
#define TEMPLATES_NUMBER_MAX UINT64_C(999999999999)
#define TEMPLATES_TIME_MIN INT64_C(1000000000000)
#define TEMPLATES_TIME_MAX INT64_C(9999999999999)

struct templates_options {
    Slice id, time, original; // names of the members: event_id, event_time, orig_event_id
    char run[TEMPLATES_RUN_SIZE];
    bool keep;
};

struct templates;

// Reads all files: NDJSON, plain, gzip or zstd. What is made lives in `arena`, up to its end.
MUST_USE Status templates_open(const struct templates_options *options, const Slice *paths, uint32_t path_count, struct arena *arena,
                               struct templates **ret_templates, struct diag *diag);
uint32_t templates_count(const struct templates *templates);
// Appends the record of a number, without a line end. The time is from TEMPLATES_TIME_MIN to TEMPLATES_TIME_MAX.
void templates_put(const struct templates *templates, uint64_t number, int64_t time_ms, struct buf *out);
// The event id that the record of a number carries, in `room` where it is made; empty for a change of a list or table.
Slice templates_id(const struct templates *templates, uint64_t number, char room[TEMPLATES_ID_SIZE]);
