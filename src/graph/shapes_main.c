// Finds shapes in movements that come as lines, for measuring against published patterns
// (tests/evaluate/shapes.py).
//
//     graph_shapes < LINES
//
//     window DAYS          options, before the first seed; fan_min, hops_max, partners_max N,
//     any_order 0|1 likewise move TIME_US FROM TO AMOUNT seed NODE
//
// For each seed, a line for each shape, "KIND CENTRE TARGET MOVEMENT,MOVEMENT...", movements
// counted from 0, and then one "end SEED CUTS HUBS".

#include "base/vec.h"
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 256 };
#define DAY_US (INT64_C(86400) * 1000000)

struct asking {
    struct arena arena;
    struct diag diag;
    struct graph_shape_options options;
    VEC(struct graph_movement) movements;
    uint32_t node_count;
    struct graph_ledger *ledger;
};

_Noreturn static void give_up(const char *why, Slice line) {
    fprintf(stderr, "graph_shapes: %s: %.*s\n", why, SLICE_ARGS(line));
    exit(1);
}

static int64_t number_of(Slice *rest, Slice line) {
    Slice word;
    int64_t number;
    if (!slice_split(rest, ' ', &word) || !slice_to_i64(word, &number) || number < 0) {
        give_up("no number where one must be", line);
    }
    return number;
}

static void put_movement(struct asking *asking, Slice rest, Slice line) {
    struct graph_movement *movement = VEC_PUSH(&asking->movements, &asking->arena);
    movement->time_us = number_of(&rest, line);
    movement->from = (uint32_t)number_of(&rest, line);
    movement->to = (uint32_t)number_of(&rest, line);
    movement->amount = number_of(&rest, line);
    movement->number = asking->movements.count;
    uint32_t larger = movement->from > movement->to ? movement->from : movement->to;
    asking->node_count = larger >= asking->node_count ? larger + 1 : asking->node_count;
}

static void make_ledger(struct asking *asking, Slice line) {
    struct graph_ledger_plan plan = {.movements = asking->movements.at,
                                     .movement_count = asking->movements.count,
                                     .node_count = asking->node_count};
    if (graph_ledger_create(&plan, &asking->arena, &asking->ledger, &asking->diag) != STATUS_OK) {
        give_up(asking->diag.message.at, line);
    }
}

static void put_seed(struct asking *asking, uint32_t seed, Slice line) {
    if (asking->ledger == NULL) {
        make_ledger(asking, line);
    }
    ArenaMark mark = arena_mark(&asking->arena);
    struct graph_shapes shapes;
    asking->options.seed = seed;
    if (graph_shapes_find(asking->ledger, &asking->options, &asking->arena, &shapes,
                          &asking->diag) != STATUS_OK) {
        give_up(asking->diag.message.at, line);
    }
    for (uint32_t i = 0; i < shapes.count; i++) {
        const struct graph_shape *shape = &shapes.items[i];
        struct graph_shape_text text = graph_shape_text(shape->kind);
        printf("%.*s %u %d ", SLICE_ARGS(text.word), shape->centre, (int)shape->target);
        for (uint32_t k = 0; k < shape->movement_count; k++) {
            printf("%s%u", k == 0 ? "" : ",", shape->movements[k]);
        }
        putchar('\n');
    }
    printf("end %u %u %u\n", seed, shapes.cuts, shapes.hubs);
    arena_rewind(&asking->arena, mark);
}

static void take_line(struct asking *asking, Slice line) {
    struct graph_shape_options *options = &asking->options;
    Slice rest = line;
    Slice word = {NULL, 0};
    slice_split(&rest, ' ', &word);
    if (slice_is(word, "move")) {
        put_movement(asking, rest, line);
    } else if (slice_is(word, "seed")) {
        put_seed(asking, (uint32_t)number_of(&rest, line), line);
    } else if (slice_is(word, "window")) {
        options->window_us = number_of(&rest, line) * DAY_US;
    } else if (slice_is(word, "fan_min")) {
        options->fan_min = (uint32_t)number_of(&rest, line);
    } else if (slice_is(word, "hops_max")) {
        options->hops_max = (uint32_t)number_of(&rest, line);
    } else if (slice_is(word, "partners_max")) {
        options->partners_max = (uint32_t)number_of(&rest, line);
    } else if (slice_is(word, "any_order")) {
        options->cycle_any_order = number_of(&rest, line) != 0;
    } else {
        give_up("a line that begins with none of its words", line);
    }
}

int main(void) {
    struct asking asking = {.ledger = NULL};
    char line[LINE_MAX_BYTES];
    arena_init(&asking.arena, 1 << 20);
    while (fgets(line, sizeof line, stdin) != NULL) {
        take_line(&asking, slice_trim(slice_of(line)));
    }
    graph_ledger_destroy(asking.ledger);
    arena_deinit(&asking.arena);
    return 0;
}
