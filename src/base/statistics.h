#pragma once
// Statistics: how sure a share is, and how well two people agree.
//
// Wilson's interval of a share: E. B. Wilson, Probable inference, the law of succession, and statistical inference, J. Amer. Statist. Assoc. 22 (1927) 209-212. It is good for small
// numbers and for shares near 0, where the usual one is not.
// Cohen's kappa: J. Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20 (1960) 37-46.

#include <stdint.h>

typedef struct Share {
    double share, lower, upper; // of the interval that holds the true share in 95 of 100 cases; without cases 0, 0, 1
} Share;

Share share_wilson(uint64_t cases, uint64_t of_all);

// Of two people who put the same things into the same classes: `both[i * classes + k]` things were put into i by one and k by the other. NaN without any; 1 when both always
// chose the same one class.
double kappa_cohen(const uint64_t *both, uint32_t classes);
