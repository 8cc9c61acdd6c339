// Stripping: a request that failed stays only under the filters that count attempts.

#include "monitoring/stream/windows/windows_private.h"

Hash128 window_key(const struct window_state *state, WindowRef ref) {
    return ref_thing((struct window_state *)state, ref)->key;
}

bool window_strip(struct window_state *state, WindowRef ref, int64_t time_us, uint16_t tag, WindowMask kept) {
    struct store_state *store = ref_store(state, ref);
    struct thing *thing = ref_thing(state, ref);
    struct rows rows;
    rows_open(state, store, thing, &rows);
    uint32_t i = rows_find(&rows, time_us, tag);
    if (i == WINDOW_NONE) {
        return false;
    }
    uint32_t old = rows_pattern(&rows, i);
    WindowMask mask = store->patterns.masks[old];
    mask.words[0] &= kept.words[0];
    mask.words[1] &= kept.words[1];
    if ((mask.words[0] | mask.words[1]) == 0) {
        return window_remove(state, ref, time_us, tag);
    }
    thing_guard(state, store, thing);
    accelerator_removing(state, store, thing, i);
    uint32_t pattern = patterns_take(&store->patterns, store->plan, mask, store->patterns.late[old] != 0);
    if (rows.pattern16 != NULL && pattern >= PATTERNS_NARROW) {
        // The number does not fit this thing's rows. Such a store has 65,535 sets of filters at once; the attempt
        // goes with the payment.
        patterns_drop(&store->patterns, pattern);
        accelerator_inserted(state, store, thing, i);
        return window_remove(state, ref, time_us, tag);
    }
    if (rows.pattern16 != NULL) {
        image_guard(state->image, &rows.pattern16[i], sizeof *rows.pattern16);
        rows.pattern16[i] = (uint16_t)pattern;
    } else {
        image_guard(state->image, &rows.pattern32[i], sizeof *rows.pattern32);
        rows.pattern32[i] = pattern;
    }
    patterns_drop(&store->patterns, old);
    thing->version++;
    accelerator_inserted(state, store, thing, i);
    return true;
}
