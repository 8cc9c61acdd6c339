// Cycles: money that comes back.
//
// A way is built from the seed along movements, one payee after the other, and put back step by
// step when it leads nowhere. First it is found out how many hops each account lies before the seed
// at least; nobody is entered from whom the seed cannot be reached within the hops that are left.
// Lengths are tried from 2 upwards, so that short cycles are found before a bound is reached.
//
// A cycle begins where its first movement in time does, which need not be the seed. Seen from the
// seed the movements of such a one ascend in time, fall back once, to before the seed's own, and
// ascend again to it:
//
//     it begins at X:   X>Y 1   Y>seed 2   seed>X 3
//     from the seed:    seed>X 3,   then back   X>Y 1   Y>seed 2

#include "graph/shapes.h"

enum { WAY_MAX = 16 }; // what options allow

struct hop {
    struct row row;   // of the account that the hop goes out from
    uint32_t next;    // in the row: what is tried next
    uint32_t place;   // the movement taken
    uint32_t node;    // where the hop goes out from
    bool is_back;     // it, or a hop before it, has fallen back
    int64_t first_us; // of the movements up to it
    int64_t last_us;
};

struct cycling {
    struct search *search;
    uint8_t *before; // by node: 1 + hops to the seed; 0: too many
    struct hop hops[WAY_MAX];
    uint32_t depth;      // hops that are being tried
    uint32_t length;     // that is looked for
    VEC(uint32_t) known; // nodes of the cycles found of this length, one after the other
};

// ---- how far it is to the seed -----------------------------------------------------------------

// Takes at most half of the steps. What it does not come to is too far away.
static void measure(struct cycling *cycling, uint32_t hops_max) {
    struct search *search = cycling->search;
    uint64_t steps_max = search->options.steps_max / 2;
    VEC(uint32_t) queue = {0};
    cycling->before[search->options.seed] = 1;
    *VEC_PUSH(&queue, search->arena) = search->options.seed;
    for (uint32_t i = 0; i < queue.count; i++) {
        uint32_t node = queue.at[i];
        if (cycling->before[node] > hops_max || !search_leads_over(search, node)) {
            continue;
        }
        struct row row = search_row(search, node, false);
        if (search->steps + row.count > steps_max) {
            search->cuts |= GRAPH_CUT_STEPS;
            return;
        }
        search->steps += row.count;
        for (uint32_t k = 0; k < row.count; k++) {
            uint32_t payer = other_end(search, row.at[k], false);
            if (cycling->before[payer] == 0) {
                cycling->before[payer] = (uint8_t)(cycling->before[node] + 1);
                *VEC_PUSH(&queue, search->arena) = payer;
            }
        }
    }
}

// ---- ways --------------------------------------------------------------------------------------

static bool is_on_way(const struct cycling *cycling, uint32_t node) {
    for (uint32_t i = 0; i < cycling->depth; i++) {
        if (cycling->hops[i].node == node) {
            return true;
        }
    }
    return false;
}

// Whether a movement may follow the hop before in time; fills what is then known of it.
static bool follows(const struct cycling *cycling, const struct hop *before, uint32_t place,
                    struct hop *hop) {
    const struct search *search = cycling->search;
    int64_t time_us = movement_at(search, place)->time_us;
    hop->first_us = time_us < before->first_us ? time_us : before->first_us;
    hop->last_us = time_us > before->last_us ? time_us : before->last_us;
    if (hop->last_us - hop->first_us > search->options.window_us) {
        return false;
    }
    hop->is_back = before->is_back;
    if (search->options.cycle_any_order) {
        return search_keeps(search, before->place, place);
    }
    bool later = place > before->place;
    bool falls_back = !later && !before->is_back;
    hop->is_back = before->is_back || falls_back;
    bool in_order = (later || falls_back) && (!hop->is_back || place < cycling->hops[0].place);
    return in_order && (falls_back || search_keeps(search, before->place, place));
}

// The movement that closes a cycle meets the seed's own again, unless the cycle begins there.
static bool closes(const struct cycling *cycling, const struct hop *last) {
    bool joins = cycling->search->options.cycle_any_order || last->is_back;
    return !joins || search_keeps(cycling->search, last->place, cycling->hops[0].place);
}

static bool may_enter(struct cycling *cycling, uint32_t node) {
    struct search *search = cycling->search;
    uint32_t left = cycling->length - cycling->depth;
    if (node == search->options.seed) {
        return left == 0;
    }
    return left > 0 && cycling->before[node] > 0 && cycling->before[node] - 1u <= left &&
           !is_on_way(cycling, node) && search_leads_over(search, node);
}

// Takes the next movement of the last hop that leads on. False: there is none.
static bool advance(struct cycling *cycling) {
    struct search *search = cycling->search;
    struct hop *hop = &cycling->hops[cycling->depth - 1];
    const struct hop *before = cycling->depth > 1 ? hop - 1 : NULL;
    while (hop->next < hop->row.count && search_may(search, 1)) {
        uint32_t place = hop->row.at[hop->next++];
        const struct graph_movement *movement = movement_at(search, place);
        if (before != NULL && movement->time_us > before->first_us + search->options.window_us) {
            return false;
        }
        if (!may_enter(cycling, movement->to)) {
            continue;
        }
        if (before == NULL) {
            hop->first_us = hop->last_us = movement->time_us;
            hop->place = place;
            return true;
        }
        if (follows(cycling, before, place, hop)) {
            hop->place = place;
            return true;
        }
    }
    return false;
}

static void enter(struct cycling *cycling, uint32_t node) {
    struct search *search = cycling->search;
    struct hop *hop = &cycling->hops[cycling->depth++];
    *hop = (struct hop){.row = search_row(search, node, true), .node = node};
    if (cycling->depth > 1) {
        int64_t earliest_us = (hop - 1)->last_us - search->options.window_us;
        hop->next = row_from(search, hop->row, earliest_us);
    }
}

// ---- cycles ------------------------------------------------------------------------------------

static bool is_known(const struct cycling *cycling) {
    for (uint32_t at = 0; at < cycling->known.count; at += cycling->length) {
        uint32_t same = 0;
        while (same < cycling->length && cycling->known.at[at + same] == cycling->hops[same].node) {
            same++;
        }
        if (same == cycling->length) {
            return true;
        }
    }
    return false;
}

static bool put_cycle(struct cycling *cycling) {
    struct search *search = cycling->search;
    uint32_t places[WAY_MAX];
    uint32_t first = 0;
    if (is_known(cycling)) {
        return true;
    }
    for (uint32_t i = 0; i < cycling->length; i++) {
        places[i] = cycling->hops[i].place;
        first = places[i] < places[first] ? i : first;
        *VEC_PUSH(&cycling->known, search->arena) = cycling->hops[i].node;
    }
    return search_put(search, GRAPH_SHAPE_CYCLE, cycling->hops[first].node, GRAPH_NONE,
                      cycling->length, places, cycling->length);
}

// All cycles of one length. False: nothing more is to be looked for.
static bool find_length(struct cycling *cycling, uint32_t length) {
    struct search *search = cycling->search;
    cycling->length = length;
    cycling->known.count = 0;
    cycling->depth = 0;
    enter(cycling, search->options.seed);
    while (cycling->depth > 0) {
        if (!advance(cycling)) {
            cycling->depth--;
            continue;
        }
        const struct hop *hop = &cycling->hops[cycling->depth - 1];
        if (cycling->depth < length) {
            enter(cycling, movement_at(search, hop->place)->to);
        } else if (closes(cycling, hop)) {
            if (!put_cycle(cycling)) {
                return false;
            }
            cycling->depth--; // other last movements give the same cycle
        }
    }
    return search->steps <= search->options.steps_max;
}

void search_cycles(struct search *search) {
    struct cycling cycling = {.search = search};
    cycling.before = ARENA_ARRAY(search->arena, uint8_t, search->ledger->node_count);
    uint32_t hops_max = search->options.hops_max;
    measure(&cycling, hops_max - 1);
    bool more = true;
    for (uint32_t length = 2; length <= hops_max && more; length++) {
        more = find_length(&cycling, length);
    }
}
