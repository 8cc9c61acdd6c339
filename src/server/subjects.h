#pragma once
// Subjects: whom the nightly run looks at, by their names. Windows and tables know things by hashes alone; who wants to look at those that did
// nothing needs to know what they are called.
//
//     struct subjects *subjects = subjects_create();
//     subjects_follow(subjects, catalogue);                       // at the beginning, and at each release
//     subjects_see(subjects, event);                              // every event of the journal
//     subjects_name(subjects, kind, key);                         // rows of the kind's table
//     ...
//     const uint32_t *order = subjects_order(subjects, kind, &count);
//     for each: subject_key(subjects, kind, order[i]), subject_value(subjects, kind, order[i], copy)
//
// For each subject it keeps its key, when it was last heard of by the time of its events, and of each field that the pack copies the newest
// value, as JSON. A late event fills what was not known and replaces nothing. Kinds are known by their ids and copies by the names of their
// fields, so that the register outlives the packs: what a new pack names again it finds again.
//
// Limits. A kind has a cap (batch.yaml). Past it a new subject is not taken, which is counted and told: who is looked at today is looked at
// tomorrow. A value of more than SUBJECT_VALUE_MAX bytes of JSON is not copied.
//
// Cost: some 40 bytes a subject beside its key and values; 0.2 us to see an event for each kind that it names. Used by one thread.

#include "base/image.h"
#include "monitoring/models/catalogue.h"
#include "monitoring/stream/event.h"

enum { SUBJECT_VALUE_MAX = 1024, SUBJECT_KEY_MAX = 4096 };

struct subjects;

struct subjects *subjects_create(void);
void subjects_destroy(struct subjects *subjects);
// From now on its kinds are those of the catalogue, which has to live as long as the next call is not made. Kinds that it does not have are forgotten.
void subjects_follow(struct subjects *subjects, const struct catalogue *catalogue);
// Of the catalogue that it follows. Ticks themselves are passed over.
void subjects_see(struct subjects *subjects, const struct event *event);
// One that no event names, such as a row of a table. An empty or too long key is nobody.
void subjects_name(struct subjects *subjects, uint32_t kind, Slice key);

uint32_t subjects_count(const struct subjects *subjects, uint32_t kind);
uint64_t subjects_total(const struct subjects *subjects);
// Those that did not find room, of all kinds, since it was created or loaded.
uint64_t subjects_turned_away(const struct subjects *subjects);
// The numbers of a kind's subjects in the order of their keys' bytes; good until the next subject is taken.
const uint32_t *subjects_order(struct subjects *subjects, uint32_t kind, uint32_t *ret_count);
Slice subject_key(const struct subjects *subjects, uint32_t kind, uint32_t subject);
// As JSON; empty: not known. `copy` counts the kind's copies.
Slice subject_value(const struct subjects *subjects, uint32_t kind, uint32_t subject, uint32_t copy);

// Equal for the same subjects, whatever way they came.
uint64_t subjects_hash(const struct subjects *subjects);
void subjects_save(const struct subjects *subjects, struct image_writer *out);
// Into one that was just created and follows nothing yet. STATUS_INVALID: it is none, or damaged; then it is only good to be destroyed.
MUST_USE Status subjects_load(struct subjects *subjects, struct image_reader *in);
