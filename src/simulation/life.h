#pragma once
// Life: what people, firms and the bank's own people mean to do today. Each function plans one kind
// of life for the day.

#include "simulation/world.h"

void life_people(struct simulation *sim);
void life_firms(struct simulation *sim);
void life_bank(struct simulation *sim);

// An act of today, `time` after midnight; all else is left to the caller.
struct act *life_plan(struct simulation *sim, struct random *random, ActKind kind, Channel channel,
                      uint32_t customer, int64_t time);
// The same for a later time; hand it on with life_later().
void life_later(struct simulation *sim, const struct act *act, int64_t delay);
