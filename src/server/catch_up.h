#pragma once
// Catching up: a heart brought to the end of its journal as fast as that can be read. The answers stand in the journal, so no model is evaluated: an event's rows
// are written and its answer is remembered (engine_forward()), which comes to the same state as deciding on it did. One thread reads, checks and parses, the calling one
// takes in what comes out.
//
//     struct replay replay = {...};
//     TRY(replay_begin(&replay, arena, diag));
//     TRY(catch_up(&replay, arena, diag));             // in place of replay_run(), of which the rest holds too
//
// Every CATCH_UP_CHECKED-th event is decided on, and its decision compared with the one that was given, so that a program that decides otherwise
// is found at its start (replay.on_record is told of some of the sequences, without the records); all of them are compared by `qiantang verify`. After a release no answer of the catalogue before is forwarded; events that
// belong to a catalogue are always taken in by it.

#include "server/replay.h"

enum { CATCH_UP_CHECKED = 64 };

MUST_USE Status catch_up(struct replay *replay, struct arena *arena, struct diag *diag);
