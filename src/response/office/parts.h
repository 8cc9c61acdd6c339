#pragma once
// Parts: what the files of this room share.
//
//   alerts.c      lists of alerts
//   row.c         the row of an alert, as people see it
//   whole.c       one alert with all that belongs to it
//   evidence.c    why, in words: hits, what they saw, events
//   desks.c       who is on duty, and what waits
//   tasks.c       what customers and branches are asked
//   trace.c       what happened to a thing
//   standing.c    strategies and their standing; figures
//   what_if.c     what a strategy in the shadow would have closed
//   proposals.c   what takes two persons
//   entries.c     what people put on lists, and which keys are known
//   answered.c    requests that come again
//   kept.c        what people keep for themselves
//   words.c       what alerts are told with, in both languages

#include "response/office/office.h"

// Members of a row. `is_hidden`: what was decided first is not told, since somebody looks a second
// time.
void row_put(const struct office *office, struct json_writer *json, const struct alert *alert,
             bool is_hidden);

// Whether an alert waits for a second look.
MUST_USE Status second_look_waits(struct book *book, int64_t alert, bool *ret_waits);

// An array of hits in words, the strongest first, and, under `strongest`, the first five of
// different models.
MUST_USE Status evidence_put(const struct office *office, struct book *book, int64_t alert,
                             struct json_writer *json);

// {"zh": ..., "en": ...}
void put_pair(struct json_writer *json, const char *key, Slice zh, Slice en);
// Words with blanks around each, as an array.
void put_words(struct json_writer *json, const char *key, Slice words);
void put_severity(struct json_writer *json, const char *key, int64_t severity);

// The branch that a run took, "D-SMSCONF#yes", and what the strategies that decide now call it and its strategy; what they
// do not know has no name.
void run_put_names(const struct office *office, struct json_writer *json, Slice strategy,
                   Slice branch);

// Proposes something; another person settles it.
MUST_USE Status proposal_make(struct book *book, const struct proposal *proposal, int64_t *ret_id);
// What becomes of the wishes of a batch: the engine is told, in the name of both; or they are given up.
MUST_USE Status list_batch_send(struct book *book, int64_t batch, Slice second);
MUST_USE Status list_batch_end(struct book *book, int64_t batch, const char *state);
