#pragma once
// Ranking: branches in the order of their scores, by a formula that anybody can compute again from the figures that stand beside it.
//
// Of each indicator a branch has a mark from 0 to 1: the share of the other branches that are worse, those that are equal counting half. So one extreme branch does not press all others together, and no
// scale has to be agreed on. The score is 100 times the mean of the marks, weighted; an indicator that is refused, that fewer than two branches have, or that is the same for all of them, is left out of it for all, and one that a
// branch alone has not (a share of nothing) for that branch.

#include "governance/cockpit/issue.h"

struct indicator {
    struct cockpit_score score;
    bool is_used;
    Slice why; // of one that is not
};

struct ranked {
    Slice unit;
    double *numbers; // by indicator; NaN: there is none
    double *marks;
    double score;  // NaN: of no indicator
    uint32_t rank; // from 1; equal scores have one rank
};

struct ranking {
    struct indicator *indicators;
    uint32_t indicator_count;
    struct ranked *units; // the best first
    uint32_t unit_count;
};

MUST_USE Status ranking_make(struct issue *issue, struct ranking *ret_ranking);
// Those of the branch `unit` alone; empty: all.
void ranking_put_json(struct json_writer *json, const struct ranking *ranking, Slice unit);
