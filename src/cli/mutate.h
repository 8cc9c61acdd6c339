#pragma once
// Mutate: whether the sequences of a model would notice if one of its conditions were not there.
//
// A mutant is the model's expression with one thing wrong: an operand of && or || taken away (true or false stands in its place),
// or a comparison with a threshold moved to the other side of it (>= becomes >). A condition is guarded when at least one
// sequence changes its verdict. What windows count does not depend on models, so one run of a sequence answers for all
// mutants: each is evaluated beside the model at the last event, over the same values.
//
//     struct mutants *mutants = mutants_create(catalogue, model, &arena);
//     for each sequence, at its last event:
//         mutants_try(mutants, engine, fired);
//     mutants_tell(mutants, &diags, &conditions, &guarded);

#include "monitoring/decision/decision.h"

struct mutants;

struct mutants *mutants_create(const struct catalogue *catalogue, const struct model *model, struct arena *arena);
// `fired` is the model's own verdict. False: evaluated alone its condition gives another one, which is a bug of ours.
MUST_USE bool mutants_try(struct mutants *mutants, struct engine *engine, bool fired);
// A warning for each condition that no sequence guards.
void mutants_tell(const struct mutants *mutants, struct diag_list *diags, uint32_t *conditions, uint32_t *guarded);
