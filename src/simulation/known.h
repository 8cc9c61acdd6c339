#pragma once
// Known: what the bank knows beside the events: tables and lists before the first day, and records
// that change them while the days go by.

#include "simulation/world.h"

void known_tables(struct simulation *sim, SimulationTake *take, void *context);
// At the beginning of a day: what a nightly batch would have found.
void known_nightly(struct simulation *sim);
// A customer's device that was not known to be his; at its first event.
void known_device(struct simulation *sim, uint32_t device, uint32_t customer, int64_t time);
void known_opened(struct simulation *sim, uint32_t account, int64_t time);
void known_end(struct simulation *sim);
// For scenarios: at a time of their own. `set` is the inside of an object, such as "\"mule\":0.7";
// names are those of event.h.
struct act known_table(struct simulation *sim, int64_t time, const char *table, const char *key,
                       const char *second_key, const char *set);
struct act known_list(struct simulation *sim, int64_t time, const char *list, const char *key,
                      const char *reason, int32_t days);
