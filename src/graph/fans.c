// Fans: many pay one, one pays many, and both one after the other.
//
// A window slides over the movements of the account in the middle and counts how many others it
// meets; of all windows that with the most, the earliest of these, is the shape. In the middle
// stand the seed and everybody whom it paid or who paid it; where it is another, only windows count
// in which the seed takes part.

#include "graph/shapes.h"

// A part of a row that slides on, and how many others it meets.
struct window {
    struct row row;
    bool outward;
    uint32_t begin, end;
    uint32_t others;
    uint32_t *tally;
    uint32_t of_seed; // movements with the seed
};

static void window_add(struct search *search, struct window *window) {
    uint32_t other = other_end(search, window->row.at[window->end++], window->outward);
    window->others += window->tally[other]++ == 0;
    window->of_seed += other == search->options.seed;
}

static void window_drop(struct search *search, struct window *window) {
    uint32_t other = other_end(search, window->row.at[window->begin++], window->outward);
    window->others -= --window->tally[other] == 0;
    window->of_seed -= other == search->options.seed;
}

static void window_empty(struct search *search, struct window *window) {
    while (window->begin < window->end) {
        window_drop(search, window);
    }
}

// ---- one fan -----------------------------------------------------------------------------------

static bool find_fan(struct search *search, uint32_t centre, bool inward) {
    struct window window = {search_row(search, centre, !inward), !inward, .tally = search->tally};
    struct window best = {0};
    bool is_seed = centre == search->options.seed;
    while (window.end < window.row.count && search_may(search, 1)) {
        int64_t last_us = movement_at(search, window.row.at[window.end])->time_us;
        window_add(search, &window);
        while (last_us - movement_at(search, window.row.at[window.begin])->time_us >
               search->options.window_us) {
            window_drop(search, &window);
        }
        if (window.others > best.others && (is_seed || window.of_seed > 0)) {
            best = window;
        }
    }
    window_empty(search, &window);
    if (best.others < search->options.fan_min) {
        return true;
    }
    uint32_t count = best.end - best.begin;
    uint32_t *places = arena_alloc_raw(search->arena, sizeof *places * count);
    memcpy(places, best.row.at + best.begin, sizeof *places * count);
    return search_put(search, inward ? GRAPH_SHAPE_FAN_IN : GRAPH_SHAPE_FAN_OUT, centre, GRAPH_NONE,
                      best.others, places, count);
}

void search_fans(struct search *search, bool inward) {
    bool more = find_fan(search, search->options.seed, inward);
    struct partners partners = search_partners(search, inward, !inward);
    for (uint32_t i = 0; i < partners.count && more; i++) {
        if (search_leads_over(search, partners.nodes[i])) {
            more = find_fan(search, partners.nodes[i], inward);
        }
    }
}

// ---- gathering, then scattering ----------------------------------------------------------------

// What comes in during half a window before a moment, and goes out during half of one from then on.
struct turn {
    struct window in, out;
    uint32_t many; // the smaller number of others
};

static void turn_to(struct search *search, struct turn *turn, uint32_t first_out) {
    uint32_t place = turn->out.row.at[first_out];
    int64_t moment_us = movement_at(search, place)->time_us;
    int64_t half_us = search->options.window_us / 2;
    while (turn->in.end < turn->in.row.count && turn->in.row.at[turn->in.end] < place) {
        window_add(search, &turn->in);
    }
    while (turn->in.begin < turn->in.end &&
           moment_us - movement_at(search, turn->in.row.at[turn->in.begin])->time_us > half_us) {
        window_drop(search, &turn->in);
    }
    while (turn->out.end < turn->out.row.count &&
           movement_at(search, turn->out.row.at[turn->out.end])->time_us - moment_us <= half_us) {
        window_add(search, &turn->out);
    }
    while (turn->out.begin < first_out) {
        window_drop(search, &turn->out);
    }
    turn->many = turn->in.others < turn->out.others ? turn->in.others : turn->out.others;
}

static bool put_turn(struct search *search, uint32_t centre, const struct turn *turn) {
    uint32_t in_count = turn->in.end - turn->in.begin;
    uint32_t out_count = turn->out.end - turn->out.begin;
    uint32_t *places = arena_alloc_raw(search->arena, sizeof *places * (in_count + out_count));
    memcpy(places, turn->in.row.at + turn->in.begin, sizeof *places * in_count);
    memcpy(places + in_count, turn->out.row.at + turn->out.begin, sizeof *places * out_count);
    return search_put(search, GRAPH_SHAPE_GATHER_SCATTER, centre, GRAPH_NONE, turn->many, places,
                      in_count + out_count);
}

static bool find_turn(struct search *search, uint32_t centre, uint32_t *out_tally) {
    struct turn turn = {
        .in = {search_row(search, centre, false), false, .tally = search->tally},
        .out = {search_row(search, centre, true), true, .tally = out_tally},
    };
    struct turn best = {0};
    bool is_seed = centre == search->options.seed;
    if (!search_may(search, turn.in.row.count + turn.out.row.count)) {
        return false;
    }
    for (uint32_t i = 0; i < turn.out.row.count; i++) {
        turn_to(search, &turn, i);
        bool takes_part = is_seed || turn.in.of_seed + turn.out.of_seed > 0;
        best = takes_part && turn.many > best.many ? turn : best;
    }
    window_empty(search, &turn.in);
    window_empty(search, &turn.out);
    return best.many < search->options.fan_min || put_turn(search, centre, &best);
}

void search_gather_scatters(struct search *search) {
    uint32_t *out_tally = ARENA_ARRAY(search->arena, uint32_t, search->ledger->node_count);
    bool more = find_turn(search, search->options.seed, out_tally);
    struct partners partners = search_partners(search, true, true);
    for (uint32_t i = 0; i < partners.count && more; i++) {
        if (search_leads_over(search, partners.nodes[i])) {
            more = find_turn(search, partners.nodes[i], out_tally);
        }
    }
}
