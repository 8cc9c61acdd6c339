#pragma once
// Catching up: a heart brought to the end of its journal as fast as that can be read. The answers stand in the journal, so no model is evaluated: an event's rows
// are written and its answer is remembered (engine_forward_foreseen()), which comes to the same state as deciding on it did. All processors read, check, parse and
// foresee (read_ahead.h); the calling thread takes in what comes out, in the order of the journal.
//
//     struct replay replay = {...};
//     TRY(replay_begin(&replay, arena, diag));
//     TRY(catch_up(&replay, arena, diag));             // in place of replay_run(), of which the rest holds too
//
// It is for the server that opens its own journal: `apart`, `before` and `journal` of the replay are not for it.
//
// Of the first CATCH_UP_CLOSELY events every CATCH_UP_CHECKED-th is decided on, later every CATCH_UP_CHECKED_LATER-th, and its decision compared with the one that was
// given, so that a program that decides otherwise is found at its start. What a program decides otherwise in one event of a thousand is found among
// these with all but certainty: 4,096 are compared before it gets rarer. (replay.on_record is told of some of the sequences, without the records.) All of
// them are compared by `qiantang verify`. After a release no answer of the catalogue before is forwarded; events that
// belong to a catalogue are always taken in by it.

#include "server/replay.h"

enum { CATCH_UP_CHECKED = 64, CATCH_UP_CLOSELY = 4096 * CATCH_UP_CHECKED, CATCH_UP_CHECKED_LATER = 1024 };

MUST_USE Status catch_up(struct replay *replay, struct arena *arena, struct diag *diag);
