#pragma once
// Whose eyes see figures: of which branch and period somebody asks, and what he may be told.

#include "governance/cockpit/cockpit.h"
#include "server/api/visit.h"

struct asking {
    struct cockpit_of of;
    CockpitFigure figure;
    PaperLanguage language;
};

// Made in the visit, whose `user` it is the first member of; `size` is that of the whole.
struct asking *asking_begin(struct visit *visit, size_t size);
// False, here and below: it has answered. `from`, `until` and `unit` of the query; without them the
// last thirty days of the whole bank.
bool asking_period(struct visit *visit, struct asking *asking);
// `language` of the query: zh (without it) or en.
bool asking_language(struct visit *visit, struct asking *asking);
// Within the unit of work: clearance, zone, and the branch of who asks, whose desk says it. Without
// `unit` somebody of a branch asks for that branch.
MUST_USE Status asking_settle(struct visit *visit, struct book *book, struct asking *asking);
