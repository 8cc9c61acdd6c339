#include "load/result.h"

#include "base/time.h"

#include <stdlib.h>

enum { EXAMPLE_MAX = 300 };

#define NS_PER_SECOND UINT64_C(1000000000)

struct load_result *result_create(const struct load_options *options) {
    struct load_result *result = memory_alloc(sizeof *result);
    arena_init(&result->arena, 64 << 10);
    result->options = *options;
    for (uint32_t i = 0; i < RESULT_ROW_COUNT; i++) {
        result->rows[i] = ARENA_NEW(&result->arena, struct histogram);
    }
    result->second = ARENA_NEW(&result->arena, struct histogram);
    result->asks = ARENA_ARRAY(&result->arena, struct result_ask, options->ask_count + 1);
    for (uint32_t i = 0; i < options->ask_count; i++) {
        result->asks[i].latency = ARENA_NEW(&result->arena, struct histogram);
    }
    struct result_names *names[] = {&result->codes, &result->actions, &result->degraded};
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        map_init(&names[i]->by_name, &result->arena);
    }
    return result;
}

void load_result_destroy(struct load_result *result) {
    if (result == NULL) {
        return;
    }
    arena_deinit(&result->arena);
    free(result);
}

void result_name_add(struct load_result *result, struct result_names *names, Slice name) {
    name = slice_part(name, 0, EXAMPLE_MAX);
    uint32_t index = map_get(&names->by_name, name);
    if (index == MAP_NONE && names->names.count == RESULT_NAMES_MAX) {
        names->others++;
        return;
    }
    if (index == MAP_NONE) {
        index = names->names.count;
        VEC_PUSH(&names->names, &result->arena)->name = arena_copy(&result->arena, name);
        map_put(&names->by_name, names->names.at[index].name, index);
    }
    names->names.at[index].count++;
}

void result_example(struct load_result *result, Slice *example, Slice text) {
    if (example->at == NULL) {
        *example = arena_copy(&result->arena, slice_part(text, 0, EXAMPLE_MAX));
    }
}

// ---- latencies -------------------------------------------------------------------------------------------

// Of an event that was under way while something else was asked for, or in the second after.
static void add_to_asks(struct load_result *result, uint64_t planned_ns, uint64_t end_ns, uint64_t took_ns) {
    bool any = false;
    for (uint32_t i = 0; i < result->options.ask_count; i++) {
        const struct result_ask *ask = &result->asks[i];
        bool begun = ask->start_ns != 0 && end_ns >= ask->start_ns;
        if (begun && (ask->end_ns == 0 || planned_ns <= ask->end_ns + NS_PER_SECOND)) {
            histogram_add(ask->latency, took_ns);
            any = true;
        }
    }
    if (any) {
        histogram_add(result->rows[RESULT_ASKED], took_ns);
    }
}

void result_took(struct load_result *result, uint64_t planned_ns, uint64_t sent_ns, uint64_t end_ns, bool refused) {
    uint64_t took_ns = end_ns - planned_ns;
    if (refused) {
        histogram_add(result->rows[RESULT_REFUSED], took_ns);
        return;
    }
    result_tick(result, end_ns);
    histogram_add(result->second, took_ns);
    histogram_add(result->rows[RESULT_LATENCY], took_ns);
    if (sent_ns != 0) {
        histogram_add(result->rows[RESULT_SERVICE], end_ns - sent_ns);
    }
    add_to_asks(result, planned_ns, end_ns, took_ns);
}

// Puts the second at hand among the worst, which are in falling order.
static void end_second(struct load_result *result) {
    struct result_second second = {result->second_number, histogram_at(result->second, HISTOGRAM_P(99)), result->second->count};
    for (uint32_t i = 0; i < RESULT_WORST; i++) {
        if (second.p99_ns > result->worst[i].p99_ns) {
            struct result_second better = result->worst[i];
            result->worst[i] = second;
            second = better;
        }
    }
    histogram_reset(result->second);
}

void result_tick(struct load_result *result, uint64_t now_ns) {
    uint64_t number = (now_ns - result->start_ns) / NS_PER_SECOND;
    if (number != result->second_number) {
        end_second(result);
        result->second_number = number;
    }
}

void result_finish(struct load_result *result) {
    end_second(result);
}

bool load_all_answered(const struct load_result *result) {
    return result->statuses[200] == result->planned && result->records_refused == 0 && result->streams_unended == 0;
}

bool load_all_sound(const struct load_result *result) {
    return result->malformed == 0 && result->wrong_id == 0;
}

const char *result_row_key(ResultRow row) {
    static const char *const keys[] = {
#define X(name, key, text) key,
        RESULT_ROWS(X)
#undef X
    };
    return keys[row];
}

const char *result_row_text(ResultRow row) {
    static const char *const texts[] = {
#define X(name, key, text) text,
        RESULT_ROWS(X)
#undef X
    };
    return texts[row];
}
