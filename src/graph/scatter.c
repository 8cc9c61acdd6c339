// Scatter-gather: one pays many, and these pay one.
//
// From the payer, or backwards from whom is paid in the end, ways of two movements are collected,
// the second after the first. Ways with the same other end are one candidate; a window slides over
// them as over the movements of a fan.

#include "graph/shapes.h"

#include <stdlib.h>

struct way {
    uint32_t end; // the far end: target, or payer
    uint32_t middle;
    uint32_t first, second; // places
};

struct scattering {
    struct search *search;
    uint32_t near; // where all ways begin, or all end
    bool outward;  // they begin there
    uint32_t with; // middle that has to take part; GRAPH_NONE: any
    VEC(struct way) ways;
};

// ---- ways --------------------------------------------------------------------------------------

// Ways over one movement of the near end.
static bool collect_over(struct scattering *scattering, uint32_t place) {
    struct search *search = scattering->search;
    bool outward = scattering->outward;
    uint32_t middle = other_end(search, place, outward);
    if (!search_leads_over(search, middle)) {
        return true;
    }
    int64_t time_us = movement_at(search, place)->time_us;
    int64_t window_us = search->options.window_us;
    struct row row = search_row(search, middle, outward);
    uint32_t begin = row_from(search, row, outward ? time_us : time_us - window_us);
    for (uint32_t i = begin; i < row.count; i++) {
        uint32_t other = row.at[i];
        int64_t other_us = movement_at(search, other)->time_us;
        if (!search_may(search, 1)) {
            return false;
        }
        if (outward ? other_us > time_us + window_us : other > place) {
            break;
        }
        uint32_t first = outward ? place : other;
        uint32_t second = outward ? other : place;
        uint32_t end = other_end(search, other, outward);
        if (first < second && end != scattering->near && search_keeps(search, first, second)) {
            *VEC_PUSH(&scattering->ways, search->arena) = (struct way){end, middle, first, second};
        }
    }
    return true;
}

static bool collect(struct scattering *scattering) {
    struct row row = search_row(scattering->search, scattering->near, scattering->outward);
    for (uint32_t i = 0; i < row.count; i++) {
        if (!search_may(scattering->search, 1) || !collect_over(scattering, row.at[i])) {
            return false;
        }
    }
    return true;
}

// ---- candidates --------------------------------------------------------------------------------

static int by_end_and_time(const void *left, const void *right) {
    const struct way *a = left;
    const struct way *b = right;
    if (a->end != b->end) {
        return a->end < b->end ? -1 : 1;
    }
    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    return (a->second > b->second) - (a->second < b->second);
}

// Of the ways from `from` on that end within a window of its beginning: how many middles they go
// over. With places, they are put there, two for each way.
static uint32_t count_middles(struct scattering *scattering, const struct way *ways, uint32_t from,
                              uint32_t count, uint32_t *places, uint32_t *ret_place_count) {
    struct search *search = scattering->search;
    int64_t end_us = movement_at(search, ways[from].first)->time_us + search->options.window_us;
    uint32_t middles = 0;
    bool takes_part = scattering->with == GRAPH_NONE;
    *ret_place_count = 0;
    for (uint32_t i = from; i < count; i++) {
        if (movement_at(search, ways[i].second)->time_us > end_us) {
            continue;
        }
        middles += search->tally[ways[i].middle]++ == 0;
        takes_part = takes_part || ways[i].middle == scattering->with;
        if (places != NULL) {
            places[(*ret_place_count)++] = ways[i].first;
            places[(*ret_place_count)++] = ways[i].second;
        }
    }
    for (uint32_t i = from; i < count; i++) {
        search->tally[ways[i].middle] = 0;
    }
    return takes_part ? middles : 0;
}

// One candidate: ways with the same ends. False: nothing more is to be looked for.
static bool try_candidate(struct scattering *scattering, const struct way *ways, uint32_t count) {
    struct search *search = scattering->search;
    uint32_t most = 0;
    uint32_t best = 0;
    uint32_t place_count;
    for (uint32_t from = 0; from < count && count - from >= search->options.fan_min; from++) {
        if (!search_may(search, count - from)) {
            return false;
        }
        uint32_t middles = count_middles(scattering, ways, from, count, NULL, &place_count);
        if (middles > most) {
            most = middles;
            best = from;
        }
    }
    if (most < search->options.fan_min) {
        return true;
    }
    uint32_t *places = ARENA_ARRAY(search->arena, uint32_t, (size_t)count * 2);
    count_middles(scattering, ways, best, count, places, &place_count);
    uint32_t payer = scattering->outward ? scattering->near : ways[0].end;
    uint32_t target = scattering->outward ? ways[0].end : scattering->near;
    return search_put(search, GRAPH_SHAPE_SCATTER_GATHER, payer, target, most, places, place_count);
}

static bool find_scatters(struct search *search, uint32_t near, bool outward, uint32_t with) {
    struct scattering scattering = {search, near, outward, with};
    bool more = collect(&scattering);
    struct way *ways = scattering.ways.at;
    uint32_t count = scattering.ways.count;
    if (count > 0) {
        qsort(ways, count, sizeof *ways, by_end_and_time);
    }
    for (uint32_t begin = 0, end = 0; begin < count && more; begin = end) {
        while (end < count && ways[end].end == ways[begin].end) {
            end++;
        }
        more = try_candidate(&scattering, &ways[begin], end - begin);
    }
    return more;
}

// The seed as the one who pays, as the one who is paid, and in the middle.
void search_scatter_gathers(struct search *search) {
    uint32_t seed = search->options.seed;
    bool more = find_scatters(search, seed, true, GRAPH_NONE) &&
                find_scatters(search, seed, false, GRAPH_NONE);
    struct partners payers = search_partners(search, false, true);
    for (uint32_t i = 0; i < payers.count && more; i++) {
        if (search_leads_over(search, payers.nodes[i])) {
            more = find_scatters(search, payers.nodes[i], true, seed);
        }
    }
}
