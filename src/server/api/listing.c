#include "server/api/listing.h"

struct listing *listing_begin(struct visit *visit, int list) {
    struct listing *listing = ARENA_NEW(&visit->deed->arena, struct listing);
    *listing = (struct listing){.list = list};
    visit->user = listing;
    return listing;
}

bool listing_page(struct visit *visit, struct listing *listing) {
    int64_t limit = LIST_USUAL;
    listing->page.viewer = visit->viewer;
    if (!visit_ask_number(visit, "after", 1, INT64_MAX, &listing->page.after) ||
        !visit_ask_number(visit, "limit", 1, LIST_ROWS_MAX, &limit)) {
        return false; // and the listing may be gone with the visit
    }
    listing->page.count_max = (uint32_t)limit;
    return true;
}

bool listing_way(struct visit *visit, const struct list_way *ways, uint32_t count,
                 struct listing *listing) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        Slice text;
        if (!visit_ask_text(visit, ways[i].name, &text)) {
            return false;
        }
        if (slice_empty(text)) {
            continue;
        }
        found++;
        listing->list = ways[i].list;
        listing->page.key = listing->page.word = text;
        if (ways[i].is_number &&
            !visit_ask_number(visit, ways[i].name, 1, INT64_MAX, &listing->page.number)) {
            return false;
        }
    }
    if (found > 1) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "ask by one thing at a time");
    }
    return found <= 1;
}

struct wish *wish_begin(struct visit *visit) {
    struct wish *wish = ARENA_NEW(&visit->deed->arena, struct wish);
    *wish = (struct wish){0};
    visit->user = wish;
    return wish;
}
