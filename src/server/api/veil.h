#pragma once
// Veil: what is personal in answers of the response, hidden from who may not see it: the members of
// personal.def, what the pack calls personal or is made of it (carried.h), and in free texts every number that may be
// an account's or a telephone's, and every value that stands elsewhere in the answer.

#include "base/buf.h"
#include "monitoring/models/catalogue.h"

// Writes `text`, a JSON value, with what is personal hidden. `catalogue` may be NULL.
void veil_put(Slice text, const struct catalogue *catalogue, struct buf *out);
