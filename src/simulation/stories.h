#pragma once
// Stories: the cases of a run. Which ones there are is drawn at the start from the rates of
// scenarios.def; each is played by its scenario on the morning of its day.

#include "simulation/world.h"

void stories_cast(struct simulation *sim);  // who, when, how many
void stories_begin(struct simulation *sim); // those of today
// Notes who or what takes part; of two roles the stronger one stays (roles.def).
void story_joins(struct story *story, ThingKind thing, struct party party, Role role);
void story_event(struct simulation *sim, const struct act *act, uint64_t event, int64_t lost);
void stories_labels(const struct simulation *sim, struct buf *out);
void stories_free(struct simulation *sim);
