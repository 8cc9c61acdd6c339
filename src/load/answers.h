#pragma once
// Answers: what replies say about the records that were sent. Private to the room.
//
//     struct answers *answers;
//     TRY(answers_create(result, templates, acknowledged_path, arena, &answers, diag));
//     answers_take(answers, first, count, &reply);       // to a request with the records from `first` on
//     answers_flush(answers);                            // after a group of them
//     TRY(answers_destroy(answers, arena, diag));
//
// A reply of 200 has one line of JSON for each record, in their order; each has to carry the event id that was sent. Other
// replies are problems (RFC 9457), whose `code` is counted.
//
// Acknowledged events are written to a file, one a line: the event id, a blank, and the SHA-256 of its line of the reply without
// the line end. Whoever kills the server can tell afterwards which events it had answered, and how.

#include "load/reply.h"
#include "load/result.h"
#include "load/templates.h"

struct answers;

// An empty path: nothing is written.
MUST_USE Status answers_create(struct load_result *result, const struct templates *templates, Slice acknowledged, struct arena *arena,
                               struct answers **ret_answers, struct diag *diag);
// The body has 64 bytes behind it that can be read (connection.h).
void answers_take(struct answers *answers, uint64_t first, uint32_t count, const struct reply *reply);
// A line of a stream, which is the answer to a record; `place` is the record's on its stream, from 1. Gives its status: 200, or that of the problem.
uint16_t answers_take_line(struct answers *answers, uint64_t number, uint64_t place, Slice line);
// Whether a line of a stream only tells that the server stops.
bool answers_tells_stop(struct answers *answers, Slice line);
void answers_flush(struct answers *answers);
// Tells the first failure of writing.
MUST_USE Status answers_destroy(struct answers *answers, struct arena *arena, struct diag *diag);
