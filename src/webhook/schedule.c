// Schedule: when a message is sent again. A function of the number of attempts, the id and what the endpoint asked for, without a clock, so that who
// keeps messages in SQL can work out the moment of the next attempt and write it down.
//
// The steps add up to 71 h 42 min 35 s, so that a message that nobody takes is dead within three days. An endpoint that is down for a minute is found
// again soon; one that is down for a weekend gets its messages still. What spreads them only ever shortens a step, by up to a fifth: three days stay
// three days.

#include "webhook/webhook.h"

#include "base/hash.h"

enum { SPREAD = 5, SHARE_BITS = 20 };

static const int64_t steps_us[] = {
    5 * US_PER_SECOND, 30 * US_PER_SECOND, 2 * US_PER_MINUTE, 10 * US_PER_MINUTE, 30 * US_PER_MINUTE, 1 * US_PER_HOUR,
    2 * US_PER_HOUR,   4 * US_PER_HOUR,    8 * US_PER_HOUR,   16 * US_PER_HOUR,   20 * US_PER_HOUR,   20 * US_PER_HOUR,
};
enum { STEPS = sizeof steps_us / sizeof steps_us[0] };
_Static_assert(WEBHOOK_ATTEMPTS_MAX == STEPS + 1, "an attempt stands behind each step, and one before the first");

// A share of up to a fifth of a span.
static int64_t spread(int64_t span_us, Slice id, uint32_t attempts) {
    int64_t share = (int64_t)(hash64(id, attempts) >> (64 - SHARE_BITS));
    return (span_us / SPREAD * share) >> SHARE_BITS;
}

bool webhook_retry(uint32_t attempts, Slice id, int64_t retry_after_us, int64_t *ret_delay_us) {
    INVARIANT(attempts >= 1);
    if (attempts > STEPS) {
        return false;
    }
    int64_t step_us = steps_us[attempts - 1];
    int64_t delay_us = step_us - spread(step_us, id, attempts);
    int64_t asked_us = retry_after_us < WEBHOOK_RETRY_AFTER_MAX_US ? retry_after_us : WEBHOOK_RETRY_AFTER_MAX_US;
    if (asked_us > delay_us) {
        delay_us = asked_us + spread(asked_us, id, attempts);
    }
    *ret_delay_us = delay_us;
    return true;
}
