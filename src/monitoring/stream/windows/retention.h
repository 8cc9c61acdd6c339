#pragma once
// Retention: which rows of a thing may go, and what is remembered of them. Private to this folder.

#include "monitoring/stream/windows/windows_private.h"

// Drops the rows that nothing can reach at or after clock_us less the grace. Returns how many.
uint32_t retention_compact(struct window_state *state, struct store_state *store,
                           struct thing *thing, int64_t clock_us);
// Drops the oldest rows whatever they are.
void retention_drop_oldest(struct window_state *state, struct store_state *store,
                           struct thing *thing, uint32_t count);
