// Against published figures: R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998) 857-872, table I, method 3; and the example of
// Cohen (1960) in its usual textbook form (J. L. Fleiss, Statistical methods for rates and proportions, 2nd ed., table 13.1: kappa 0.676).

#include "base/statistics.h"

#include "base/test.h"

#include <math.h>

static bool near(double value, double wanted, double by) {
    return fabs(value - wanted) <= by;
}

static bool test_wilson(void) {
    static const struct {
        uint64_t cases, all;
        double lower, upper;
    } published[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611}, {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        Share share = share_wilson(published[i].cases, published[i].all);
        CHECK_THAT(near(share.lower, published[i].lower, 0.00005) && near(share.upper, published[i].upper, 0.00005), "%zu: %f %f", i, share.lower, share.upper);
    }
    Share none = share_wilson(0, 0);
    CHECK(none.share == 0 && none.lower == 0 && none.upper == 1);
    Share all = share_wilson(20, 20);
    CHECK(all.upper == 1 && near(all.lower, 1 - 0.1611, 0.00005));
    return true;
}

static bool test_kappa(void) {
    static const uint64_t fleiss[] = {75, 1, 4, 5, 4, 1, 0, 0, 10};
    static const uint64_t same[] = {7, 0, 0, 9};
    static const uint64_t one_class[] = {7, 0, 0, 0};
    static const uint64_t nothing[] = {0, 0, 0, 0};
    CHECK(near(kappa_cohen(fleiss, 3), 0.676, 0.0005));
    CHECK(kappa_cohen(same, 2) == 1 && kappa_cohen(one_class, 2) == 1 && isnan(kappa_cohen(nothing, 2)));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_wilson), TEST(test_kappa)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
