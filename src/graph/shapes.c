// Shapes: options, rows, and what was found.

#include "graph/shapes.h"

#include <stdlib.h>

enum {
    FAN_MIN = 3,
    HOPS_MAX = 6,
    HOPS_MOST = 16,
    PARTNERS_MAX = 1000,
    STEPS_MAX = 1000000,
    SHAPES_MAX = 100,
    STEPS_MOST = 1 << 28,
    SHAPES_MOST = 1 << 20,
};
#define WINDOW_US (INT64_C(30) * 86400 * 1000000)

struct graph_shape_text graph_shape_text(GraphShapeKind kind) {
    static const struct graph_shape_text texts[] = {
#define SHAPE(name, word, zh, en) {SLICE(word), SLICE(zh), SLICE(en)},
#include "graph/shapes.def"
#undef SHAPE
    };
    INVARIANT(kind < GRAPH_SHAPE_COUNT);
    return texts[kind];
}

// ---- options -----------------------------------------------------------------------------------

static void fill_u32(uint32_t *option, uint32_t value) {
    *option = *option == 0 ? value : *option;
}

static struct graph_shape_options filled(const struct graph_shape_options *options) {
    struct graph_shape_options full = *options;
    fill_u32(&full.kinds, (1u << GRAPH_SHAPE_COUNT) - 1);
    fill_u32(&full.fan_min, FAN_MIN);
    fill_u32(&full.hops_max, HOPS_MAX);
    fill_u32(&full.partners_max, PARTNERS_MAX);
    fill_u32(&full.steps_max, STEPS_MAX);
    fill_u32(&full.shapes_max, SHAPES_MAX);
    full.window_us = full.window_us == 0 ? WINDOW_US : full.window_us;
    return full;
}

static Status check_options(const struct graph_shape_options *options,
                            const struct graph_ledger *ledger, struct arena *arena,
                            struct diag *diag) {
    if (options->seed >= ledger->node_count) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "the seed is node %u, and there are %u", options->seed,
                         ledger->node_count);
    }
    bool keeps = options->keep_min >= 0 && options->keep_min <= 1;
    bool lasts = options->window_us > 0 && options->window_us <= GRAPH_TIME_MAX_US;
    bool returns = options->hops_max >= 2 && options->hops_max <= HOPS_MOST;
    if (!keeps || !lasts || !returns) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "of shapes the window is above 0, a cycle has 2 to %d hops, and the share "
                         "that is kept lies between 0 and 1",
                         HOPS_MOST);
    }
    if (options->steps_max > STEPS_MOST || options->shapes_max > SHAPES_MOST) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "of shapes at most %d steps and %d of a kind are looked for", STEPS_MOST,
                         SHAPES_MOST);
    }
    return STATUS_OK;
}

// ---- rows --------------------------------------------------------------------------------------

uint32_t row_from(const struct search *search, struct row row, int64_t time_us) {
    uint32_t begin = 0;
    uint32_t end = row.count;
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        if (movement_at(search, row.at[middle])->time_us < time_us) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

struct row search_row(const struct search *search, uint32_t node, bool outward) {
    const struct graph_ledger *ledger = search->ledger;
    const uint32_t *start = outward ? ledger->out_start : ledger->in_start;
    struct row row = {(outward ? ledger->out : ledger->in) + start[node],
                      start[node + 1] - start[node]};
    if (search->any_time) {
        return row;
    }
    uint32_t begin = row_from(search, row, search->options.from_us);
    uint32_t end = row_from(search, row, search->options.to_us);
    return (struct row){row.at + begin, end > begin ? end - begin : 0};
}

bool search_may(struct search *search, uint64_t steps) {
    search->steps += steps;
    if (search->steps > search->options.steps_max) {
        search->cuts |= GRAPH_CUT_STEPS;
        return false;
    }
    return true;
}

bool search_leads_over(struct search *search, uint32_t node) {
    if (node == search->options.seed) {
        return true;
    }
    uint64_t movements =
        (uint64_t)search_row(search, node, true).count + search_row(search, node, false).count;
    if (movements <= search->options.partners_max) {
        return true;
    }
    search->hubs += search->is_hub[node] == 0;
    search->is_hub[node] = 1;
    return false;
}

bool search_keeps(const struct search *search, uint32_t first, uint32_t second) {
    double before = (double)movement_at(search, first)->amount;
    double after = (double)movement_at(search, second)->amount;
    double least = search->options.keep_min;
    return after >= before * least && before >= after * least;
}

static void put_partners(struct search *search, struct partners *partners, bool outward) {
    struct row row = search_row(search, search->options.seed, outward);
    for (uint32_t i = 0; i < row.count && search_may(search, 1); i++) {
        uint32_t node = other_end(search, row.at[i], outward);
        if (search->tally[node]++ == 0) {
            partners->nodes[partners->count++] = node;
        }
    }
}

struct partners search_partners(struct search *search, bool payees, bool payers) {
    uint32_t seed = search->options.seed;
    size_t most =
        (size_t)search_row(search, seed, true).count + search_row(search, seed, false).count;
    struct partners partners = {ARENA_ARRAY(search->arena, uint32_t, most), 0};
    if (payees) {
        put_partners(search, &partners, true);
    }
    if (payers) {
        put_partners(search, &partners, false);
    }
    for (uint32_t i = 0; i < partners.count; i++) {
        search->tally[partners.nodes[i]] = 0;
    }
    return partners;
}

// ---- what was found ----------------------------------------------------------------------------

static int by_place(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

// Sorted, each once.
static uint32_t sort_places(uint32_t *places, uint32_t count) {
    qsort(places, count, sizeof *places, by_place);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || places[kept - 1] != places[i]) {
            places[kept++] = places[i];
        }
    }
    return kept;
}

static void put_movements(struct search *search, struct graph_shape *shape, const uint32_t *places,
                          uint32_t count) {
    shape->movements = ARENA_ARRAY(search->results, uint32_t, count);
    shape->movement_count = count;
    for (uint32_t i = 0; i < count; i++) {
        shape->movements[i] = search->ledger->input_of[places[i]];
        shape->amount += movement_at(search, places[i])->amount;
    }
    shape->first_us = movement_at(search, places[0])->time_us;
    shape->last_us = movement_at(search, places[count - 1])->time_us;
}

bool search_put(struct search *search, GraphShapeKind kind, uint32_t centre, uint32_t target,
                uint32_t many, uint32_t *places, uint32_t count) {
    if (search->found.count - search->found_first == search->options.shapes_max) {
        search->cuts |= GRAPH_CUT_SHAPES;
        return false;
    }
    struct graph_shape *shape = VEC_PUSH(&search->found, search->arena);
    *shape = (struct graph_shape){.kind = kind, .centre = centre, .target = target, .many = many};
    put_movements(search, shape, places, sort_places(places, count));
    return true;
}

// ---- the door ----------------------------------------------------------------------------------

static void search_kind(struct search *search, GraphShapeKind kind) {
    search->steps = 0;
    search->found_first = search->found.count;
    switch (kind) {
    case GRAPH_SHAPE_FAN_IN:
        search_fans(search, true);
        break;
    case GRAPH_SHAPE_FAN_OUT:
        search_fans(search, false);
        break;
    case GRAPH_SHAPE_CYCLE:
        search_cycles(search);
        break;
    case GRAPH_SHAPE_SCATTER_GATHER:
        search_scatter_gathers(search);
        break;
    case GRAPH_SHAPE_GATHER_SCATTER:
        search_gather_scatters(search);
        break;
    case GRAPH_SHAPE_COUNT:
        break;
    }
}

Status graph_shapes_find(const struct graph_ledger *ledger,
                         const struct graph_shape_options *options, struct arena *arena,
                         struct graph_shapes *ret, struct diag *diag) {
    struct arena work;
    struct search search = {.ledger = ledger, .options = filled(options), .results = arena};
    TRY(check_options(&search.options, ledger, arena, diag));
    arena_init(&work, WORK_BLOCK);
    search.arena = &work;
    search.any_time = options->from_us == options->to_us;
    // Not of the arena: what is not touched of these costs nothing.
    search.tally = memory_alloc(sizeof *search.tally * ledger->node_count);
    search.is_hub = memory_alloc(ledger->node_count);
    for (int kind = 0; kind < GRAPH_SHAPE_COUNT; kind++) {
        if ((search.options.kinds >> kind & 1) != 0) {
            search_kind(&search, (GraphShapeKind)kind);
        }
    }
    struct graph_shapes shapes = {
        .count = search.found.count, .hubs = search.hubs, .cuts = search.cuts};
    shapes.items = ARENA_ARRAY(arena, struct graph_shape, shapes.count);
    if (shapes.count > 0) {
        memcpy(shapes.items, search.found.at, sizeof *shapes.items * shapes.count);
    }
    free(search.tally);
    free(search.is_hub);
    arena_deinit(&work);
    *ret = shapes;
    return STATUS_OK;
}
