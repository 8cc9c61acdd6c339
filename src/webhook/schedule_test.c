// When a message is sent again: bounds, spread, and the same answer to the same question.

#include "webhook/webhook.h"

#include "base/test.h"

#include <stdio.h>

enum { IDS = 1000 };

static Slice id_of(uint32_t number, char text[32]) {
    return (Slice){text, (size_t)snprintf(text, 32, "msg_%u", number)};
}

static const int64_t steps_s[] = {5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 57600, 72000, 72000};
enum { STEPS = sizeof steps_s / sizeof steps_s[0] };

static bool test_steps(void) {
    char text[32];
    for (uint32_t number = 0; number < IDS; number++) {
        Slice id = id_of(number, text);
        int64_t total_us = 0;
        for (uint32_t attempts = 1; attempts <= STEPS; attempts++) {
            int64_t delay_us = -1;
            int64_t again_us = -2;
            int64_t step_us = steps_s[attempts - 1] * US_PER_SECOND;
            CHECK(webhook_retry(attempts, id, 0, &delay_us) && webhook_retry(attempts, id, 0, &again_us) && delay_us == again_us);
            CHECK_THAT(delay_us <= step_us && delay_us > step_us - step_us / 5, "%u %u %lld", number, attempts, (long long)delay_us);
            total_us += delay_us;
        }
        CHECK(total_us < 3 * US_PER_DAY && total_us > 2 * US_PER_DAY);
    }
    return true;
}

static bool test_end(void) {
    int64_t delay_us = 7;
    CHECK(WEBHOOK_ATTEMPTS_MAX == STEPS + 1);
    CHECK(!webhook_retry(WEBHOOK_ATTEMPTS_MAX, SLICE("a"), 0, &delay_us) && !webhook_retry(UINT32_MAX, SLICE("a"), US_PER_HOUR, &delay_us) &&
          delay_us == 7);
    return true;
}

// What failed together comes back spread over the fifth, and not in the same order at each attempt.
static bool test_spread(void) {
    enum { PARTS = 10 };
    char text[32];
    for (uint32_t attempts = 1; attempts <= STEPS; attempts++) {
        uint32_t counts[PARTS] = {0};
        uint32_t sooner = 0;
        int64_t step_us = steps_s[attempts - 1] * US_PER_SECOND;
        for (uint32_t number = 0; number < IDS; number++) {
            int64_t delay_us, other_us;
            CHECK(webhook_retry(attempts, id_of(number, text), 0, &delay_us) &&
                  webhook_retry(attempts % STEPS + 1, id_of(number, text), 0, &other_us));
            counts[(step_us - delay_us) * PARTS / (step_us / 5)]++;
            int64_t other_step_us = steps_s[attempts % STEPS] * US_PER_SECOND;
            sooner += (step_us - delay_us) * 2 > step_us / 5 && (other_step_us - other_us) * 2 < other_step_us / 5;
        }
        for (uint32_t i = 0; i < PARTS; i++) {
            CHECK_THAT(counts[i] > IDS / PARTS / 2 && counts[i] < IDS / PARTS * 2, "%u: %u of %d", attempts, counts[i], IDS);
        }
        CHECK(sooner > IDS / 8 && sooner < IDS / 2);
    }
    return true;
}

static bool test_retry_after(void) {
    char text[32];
    int64_t delay_us, plain_us;
    for (uint32_t number = 0; number < IDS; number++) {
        Slice id = id_of(number, text);
        CHECK(webhook_retry(1, id, 60 * US_PER_SECOND, &delay_us));
        CHECK(delay_us >= 60 * US_PER_SECOND && delay_us < 72 * US_PER_SECOND);
        // Less than it would wait anyway, and nonsense, change nothing.
        CHECK(webhook_retry(3, id, 0, &plain_us) && webhook_retry(3, id, 20 * US_PER_SECOND, &delay_us) && delay_us == plain_us);
        CHECK(webhook_retry(3, id, INT64_MIN, &delay_us) && delay_us == plain_us);
        // Nobody puts a message off for ever.
        CHECK(webhook_retry(1, id, INT64_MAX, &delay_us));
        CHECK(delay_us >= WEBHOOK_RETRY_AFTER_MAX_US && delay_us < WEBHOOK_RETRY_AFTER_MAX_US * 6 / 5);
        CHECK(webhook_retry(STEPS, id, INT64_MAX, &delay_us) && delay_us <= 20 * US_PER_HOUR);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_steps), TEST(test_end), TEST(test_spread), TEST(test_retry_after)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
