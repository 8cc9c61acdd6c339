#pragma once
// Apart: whether the sequences of a pack tell the models of one typology from each other.
//
// Two models count as two only when there is a sequence at whose last event one of them fires and the other does not
// (docs/models.md, Honesty). A model that does not watch the event's type, or that a guard holds back, does not fire.
//
//     struct apart *apart = apart_create(catalogue, &arena);
//     for each sequence, at its last event:
//         apart_see(apart, model, decision);      // the model whose sequence it is
//     apart_tell(apart, &diags);                  // only of models whose sequences were run

#include "monitoring/decision/decision.h"

struct apart;

struct apart *apart_create(const struct catalogue *catalogue, struct arena *arena);
void apart_see(struct apart *apart, const struct model *model, const struct decision *decision);
// A warning for each two models that no sequence tells apart, in the order of the catalogue.
void apart_tell(const struct apart *apart, struct diag_list *diags);
