#pragma once
// Tick: the event by which the nightly run looks at a subject, made as the pack's batch.yaml says.
//
//     {"event_id":"tick-20261128020000-BR-B17","event_type":"batch_tick","event_time":1764266400000,"tick_entity":"BR","tick_key":"B17",...}
//
// The id is the same whenever the tick of that run and subject is made. One that would be longer than TICK_ID_MAX bytes has the hash of the key
// in its place.

#include "server/subjects.h"

enum { TICK_ID_MAX = 64 };

// The run that asks.
struct tick_maker {
    const struct catalogue *catalogue;
    const struct knowledge *knowledge;
    const struct subjects *subjects;
    int64_t as_of_us;
};

// Appends the tick of a subject: one JSON object.
void tick_put(const struct tick_maker *maker, uint32_t kind, uint32_t subject, struct buf *out);
