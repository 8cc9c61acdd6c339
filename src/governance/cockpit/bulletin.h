#pragma once
// Bulletin: the parts of the monthly bulletin, in their order.

#include "governance/cockpit/issue.h"
#include "governance/cockpit/ranking.h"

struct bulletin {
    struct issue issue;
    struct cockpit_of of;
    Slice month; // "2026-11"
    struct ranking ranking;
};

MUST_USE Status bulletin_overall(struct bulletin *bulletin);    // 1
MUST_USE Status bulletin_news(struct bulletin *bulletin);       // 2
MUST_USE Status bulletin_models(struct bulletin *bulletin);     // 3
MUST_USE Status bulletin_automatic(struct bulletin *bulletin);  // 4
MUST_USE Status bulletin_accounts(struct bulletin *bulletin);   // 5
MUST_USE Status bulletin_examples(struct bulletin *bulletin);   // 6
MUST_USE Status bulletin_problems(struct bulletin *bulletin);   // 7
MUST_USE Status bulletin_inspection(struct bulletin *bulletin); // 8
MUST_USE Status bulletin_restricted(struct bulletin *bulletin); // 9
MUST_USE Status bulletin_ranking(struct bulletin *bulletin);    // 10
MUST_USE Status bulletin_priorities(struct bulletin *bulletin); // 11
MUST_USE Status bulletin_annex(struct bulletin *bulletin);      // 12
// Texts of editors for a part, filled in; `ret_count` (or NULL): how many.
MUST_USE Status bulletin_texts(struct bulletin *bulletin, int64_t part, uint32_t *ret_count);

static inline bool is_of_bank(const struct bulletin *bulletin) {
    return slice_empty(bulletin->of.unit);
}
