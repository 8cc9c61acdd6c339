#pragma once
// A recount from raw events, for the tests: every aggregate by its definition, with plain loops over all events that ever
// came. It knows nothing of rows, bitmaps, dictionaries or retention.

#include "monitoring/stream/windows/windows.h"

struct naive_event {
    struct window_row row;
    bool removed;
};

// What one thing has seen, in the order in which it came.
struct naive_thing {
    struct naive_event *events;
    uint32_t count, capacity;
};

struct naive_moment {
    int64_t time_us;
    uint32_t current;              // event, or WINDOW_NONE
    const struct window_row *row;  // the current row also when it is not in
    void *context;
};

struct naive_rules {
    const struct window_store_spec *store;
    int64_t zone_offset_us;
    int64_t short_window_us;
};

uint32_t naive_add(struct naive_thing *thing, const struct window_row *row);
void naive_clear(struct naive_thing *thing);
double naive_value(const struct naive_thing *thing, const struct naive_rules *rules,
                   const struct window_feature_spec *spec, const struct naive_moment *moment);
