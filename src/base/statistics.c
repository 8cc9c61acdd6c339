#include "base/statistics.h"

#include <math.h>

static const double Z_95 = 1.959963984540054; // of the normal distribution: 95 in 100 lie between -z and z

Share share_wilson(uint64_t cases, uint64_t of_all) {
    if (of_all == 0) {
        return (Share){0, 0, 1};
    }
    double n = (double)of_all;
    double p = (double)cases / n;
    double z2 = Z_95 * Z_95;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return (Share){p, cases == 0 ? 0 : middle - half, cases == of_all ? 1 : middle + half};
}

double kappa_cohen(const uint64_t *both, uint32_t classes) {
    double all = 0, same = 0, by_chance = 0;
    for (uint32_t i = 0; i < classes * classes; i++) {
        all += (double)both[i];
    }
    for (uint32_t i = 0; i < classes; i++) {
        double one = 0, other = 0;
        for (uint32_t k = 0; k < classes; k++) {
            one += (double)both[i * classes + k];
            other += (double)both[k * classes + i];
        }
        same += (double)both[i * classes + i] / all;
        by_chance += one / all * (other / all);
    }
    if (all == 0) {
        return NAN;
    }
    return by_chance >= 1 ? 1 : (same - by_chance) / (1 - by_chance);
}
