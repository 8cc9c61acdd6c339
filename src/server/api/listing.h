#pragma once
// Listing: what the lists of holds, measures, appeals and orders have in common, and the wishes
// that people have of one of them.

#include "server/api/visit.h"

// By what a list is asked for: at most one thing, and which list of the room that is.
struct listing {
    struct list_page page;
    int list;
};

struct list_way {
    const char *name; // of the parameter
    bool is_number;
    int list;
};

// Made in the visit, whose `user` it is.
struct listing *listing_begin(struct visit *visit, int list);
// `after` and `limit` of the query. False, here and below: it has answered.
bool listing_page(struct visit *visit, struct listing *listing);
// The parameter that is there says which list; two are one too many.
bool listing_way(struct visit *visit, const struct list_way *ways, uint32_t count,
                 struct listing *listing);

// What somebody wants to become of a thing, and why.
struct wish {
    Slice word, reason;
    bool is_stepwise, executes;
    HoldState outcome;
    AppealResult result;
};

// Made in the visit, whose `user` it is.
struct wish *wish_begin(struct visit *visit);
