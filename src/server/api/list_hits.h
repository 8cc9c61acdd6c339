#pragma once
// Hits of lists: which models hit because a key is on a list, by their expressions.

#include "server/api/visit.h"

// The models that decide now and ask the list so that an entry of it makes them hit: that do not ask for its absence. An entry need not be why one of them
// has hit: it may ask for something else instead (`||`). In the arena. `ret_words`: the same with blanks around each; one blank where there is none.
void list_models(const struct catalogue *catalogue, Slice list, struct arena *arena, Slice **ret_models, uint32_t *ret_count, Slice *ret_words);
