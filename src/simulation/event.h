#pragma once
// Event: writes an act as the record that the bank's systems would send. It changes nothing but the
// buffer and the count.

#include "simulation/names.h"

// Numbered; its number is act->event for a REQUEST or the only event of an act. Nothing is written
// of the past.
void event_write(struct simulation *sim, struct act *act);
const char *word_industry(uint32_t industry);
