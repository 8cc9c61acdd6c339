#pragma once
// Earn: the standing of a strategy: in the shadow or acting, what it has earned, who proposed and approved that it acts.
//
// Within a unit of work, in its actor's name. Codes: DP012 nothing to propose or approve; DP013 not earned; DP014 who proposed does not approve.

#include "response/book/book.h"
#include "response/disposition/disposition.h"

typedef enum StrategyMode { STRATEGY_SHADOW, STRATEGY_ACTIVE } StrategyMode;

struct strategy_record {
    StrategyMode mode;
    int64_t since_us;
    Slice proposed_by;                // that it acts; empty: nobody
    uint64_t missed;           // frauds of S3 and above that it would have closed
    uint64_t compared, agreed; // alerts on which it would have closed and people decided, since the last of these
    bool is_earned;
};

MUST_USE Status strategy_record(struct book *book, const struct strategy *strategy, struct strategy_record *ret_record);
MUST_USE Status strategy_propose(struct book *book, const struct strategy *strategy);
MUST_USE Status strategy_approve(struct book *book, const struct strategy *strategy);
// Back into the shadow: a person or a breaker. What waits for it goes to people.
MUST_USE Status strategy_stop_acting(struct disposition *disposition, struct book *book, const struct strategy *strategy, Slice reason, Slice detail);
