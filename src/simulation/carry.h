#pragma once
// Carry: what becomes of an act when its time has come.

#include "simulation/world.h"

void carry_out(struct simulation *sim, struct act *act);
// Where a customer is, with which device: his phone or the firm's computer.
struct setting setting_usual(const struct simulation *sim, uint32_t customer, uint32_t noise);
