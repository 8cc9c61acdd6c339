// Lots: matching what goes out of an account with what came in.
//
// Its movements are taken in the order of time; what came in lies in a list, and what goes out
// takes from the beginning of the list or from its end. Of a lot that is taken from the beginning
// of the list the end is left, of one from the end of the list the beginning.

#include "graph/lots.h"

#include <stdlib.h>

struct lot {
    uint32_t place;
    int64_t left; // fen
};

struct matching {
    struct lots *lots;
    struct lot *list;
    uint32_t first, last; // of what is left: list[first] to list[last - 1]
    int64_t own;          // what is left of the opening
};

void lots_init(struct lots *lots, const struct graph_ledger *ledger,
               const struct graph_flow_options *options, struct arena *arena) {
    *lots = (struct lots){
        .ledger = ledger,
        .order = options->order,
        .openings = options->openings,
        .is_forward = options->direction != GRAPH_BACKWARD,
        .arena = arena,
        // Not of the arena: what is not touched of these costs nothing.
        .begin = memory_alloc(sizeof *lots->begin * ledger->count),
        .end = memory_alloc(sizeof *lots->end * ledger->count),
        .is_matched = memory_alloc(ledger->node_count),
    };
}

void lots_deinit(struct lots *lots) {
    free(lots->begin);
    free(lots->end);
    free(lots->is_matched);
}

// Takes from the next lot what movement `out` still needs, or all that is in it; gives how much.
static int64_t take_lot(struct matching *matching, uint32_t out, int64_t out_at, int64_t needed) {
    struct lots *lots = matching->lots;
    bool newest = lots->order == GRAPH_FLOW_LAST_OUT;
    struct lot *lot = &matching->list[newest ? matching->last - 1 : matching->first];
    int64_t taken = lot->left < needed ? lot->left : needed;
    int64_t lot_at =
        newest ? lot->left - taken : lots->ledger->movements[lot->place].amount - lot->left;
    *VEC_PUSH(&lots->slices, lots->arena) =
        lots->is_forward ? (struct slice){lot->place, out, lot_at, out_at, taken}
                         : (struct slice){out, lot->place, out_at, lot_at, taken};
    lot->left -= taken;
    if (lot->left == 0) {
        matching->first += !newest;
        matching->last -= newest;
    }
    return taken;
}

static void take(struct matching *matching, uint32_t out) {
    int64_t amount = matching->lots->ledger->movements[out].amount;
    int64_t at = matching->own < amount ? matching->own : amount;
    matching->own -= at;
    while (at < amount && matching->first < matching->last) {
        at += take_lot(matching, out, at, amount - at);
    }
}

static void match_all(struct matching *matching, uint32_t node) {
    const struct graph_ledger *ledger = matching->lots->ledger;
    uint32_t in = ledger->in_start[node];
    uint32_t in_end = ledger->in_start[node + 1];
    for (uint32_t i = ledger->out_start[node]; i < ledger->out_start[node + 1]; i++) {
        uint32_t out = ledger->out[i];
        for (; in < in_end && ledger->in[in] < out; in++) {
            uint32_t place = ledger->in[in];
            matching->list[matching->last++] = (struct lot){place, ledger->movements[place].amount};
        }
        take(matching, out);
    }
}

static int by_near(const void *left, const void *right) {
    const struct slice *a = left;
    const struct slice *b = right;
    if (a->near != b->near) {
        return a->near < b->near ? -1 : 1;
    }
    return (a->near_at > b->near_at) - (a->near_at < b->near_at);
}

// Slices were made in the order of what went out, and of one of these in the order of its interval;
// with the oldest first, in that of what came in as well.
static void group(struct lots *lots, uint32_t first) {
    struct slice *slices = lots->slices.at;
    uint32_t count = lots->slices.count;
    if (lots->is_forward && lots->order == GRAPH_FLOW_LAST_OUT && count > first) {
        qsort(&slices[first], count - first, sizeof *slices, by_near);
    }
    for (uint32_t i = first; i < count; i++) {
        if (i == first || slices[i].near != slices[i - 1].near) {
            lots->begin[slices[i].near] = i;
        }
        lots->end[slices[i].near] = i + 1;
    }
}

void lots_match(struct lots *lots, uint32_t node) {
    if (lots->is_matched[node] != 0) {
        return;
    }
    lots->is_matched[node] = 1;
    const struct graph_ledger *ledger = lots->ledger;
    struct matching matching = {.lots = lots};
    size_t in_count = ledger->in_start[node + 1] - ledger->in_start[node];
    matching.list = arena_alloc_raw(lots->arena, sizeof *matching.list * in_count);
    // With the newest first, what was there before pays what no lot is left for, as unknown money
    // would.
    if (lots->openings != NULL && lots->openings[node] > 0 && lots->order == GRAPH_FLOW_FIRST_OUT) {
        matching.own = lots->openings[node];
    }
    uint32_t first = lots->slices.count;
    match_all(&matching, node);
    group(lots, first);
}
