// Aggregates of two kinds of rows, a and b, against each other. Numbers that are missing or not above zero are passed
// over; a row that is both a and b counts as b before it counts as a, so that it never meets itself.
//
//   FIFO_HOLD   each b takes from the oldest a that is not used up; the average of the seconds, weighted by what is taken
//   CYCLES      the same, but from an a no longer than `within`; counts the a of which `share` was taken
//   FOLLOWED    each a, from the oldest on, takes the first free b behind it
//   MODAL_RATE  a rate is a b divided by an a before it; the modal rate is the one that most b have within the tolerance
//   INTERSECT   ids in rows of a and in rows of b
//
// Shares and tolerances are compared with a slack of 1e-9, so that 0.8 of 15 is 12.

#include "monitoring/stream/windows/windows_private.h"

#define SLACK 1e-9

struct lot {
    double amount, left;
    int64_t time_us;
};

static double positive(const struct scan *scan, uint32_t column, uint32_t i) {
    double number = rows_double(&scan->rows, column, i);
    return number > 0 ? number : 0;
}

// The next row that is in a or in b.
static uint32_t next_of(const uint64_t *a, const uint64_t *b, uint32_t from, uint32_t end) {
    uint32_t left = bits_next(a, from, end);
    uint32_t right = bits_next(b, from, end);
    return left < right ? left : right;
}

double aggregate_fifo_hold(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           const uint64_t *b, Range range) {
    uint32_t column = feature->spec.column;
    struct lot *lots = scan->state->scratch;
    uint32_t head = 0;
    uint32_t tail = 0;
    double held = 0;
    double matched = 0;
    for (uint32_t i = next_of(a, b, range.lo, range.hi); i < range.hi;
         i = next_of(a, b, i + 1, range.hi)) {
        double number = positive(scan, column, i);
        double left = bit_at(b, i) ? number : 0;
        while (left > 0 && head < tail) {
            struct lot *lot = &lots[head];
            double part = left < lot->left ? left : lot->left;
            held += part * ((double)(scan->rows.time[i] - lot->time_us) / (double)US_PER_SECOND);
            matched += part;
            left -= part;
            lot->left -= part;
            head += lot->left <= 0;
        }
        if (bit_at(a, i) && number > 0) {
            lots[tail++] = (struct lot){number, number, scan->rows.time[i]};
        }
    }
    return matched > 0 ? held / matched : feature->spec.empty;
}

double aggregate_cycles(struct scan *scan, const struct feature *feature, const uint64_t *a,
                        const uint64_t *b, Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    struct lot *lots = scan->state->scratch;
    uint32_t head = 0;
    uint32_t tail = 0;
    for (uint32_t i = next_of(a, b, range.lo, range.hi); i < range.hi;
         i = next_of(a, b, i + 1, range.hi)) {
        double number = positive(scan, spec->column, i);
        int64_t time = scan->rows.time[i];
        double left = bit_at(b, i) ? number : 0;
        while (head < tail && (lots[head].left <= 0 || time - lots[head].time_us > spec->within_us)) {
            head++;
        }
        for (uint32_t k = head; k < tail && left > 0; k++) {
            double part = left < lots[k].left ? left : lots[k].left;
            lots[k].left -= part;
            left -= part;
        }
        if (bit_at(a, i) && number > 0) {
            lots[tail++] = (struct lot){number, number, time};
        }
    }
    uint32_t cycles = 0;
    for (uint32_t k = 0; k < tail; k++) {
        double used = lots[k].amount - lots[k].left;
        cycles += used >= lots[k].amount * (spec->share - SLACK);
    }
    return tail > 0 ? cycles : spec->empty;
}

// The first b behind row `i` that is free and near enough in time and number, or WINDOW_NONE.
static uint32_t find_follower(const struct scan *scan, const struct window_feature_spec *spec,
                              const uint64_t *b, uint32_t i, uint32_t end) {
    double number = rows_double(&scan->rows, spec->column, i);
    double slack = number * (spec->tolerance + SLACK);
    Range range = {i + 1, end};
    ROWS_UP(b, range, k) {
        if (scan->rows.time[k] - scan->rows.time[i] > spec->within_us) {
            break;
        }
        double other = positive(scan, spec->column, k);
        if (other > 0 && fabs(other - number) <= slack && !bit_at(scan->state->scratch_bits, k)) {
            return k;
        }
    }
    return WINDOW_NONE;
}

double aggregate_followed(struct scan *scan, const struct feature *feature, const uint64_t *a,
                          const uint64_t *b, Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    uint64_t *taken = scan->state->scratch_bits;
    memset(taken, 0, scan->words * sizeof(uint64_t));
    uint32_t rows = 0;
    uint32_t followed = 0;
    ROWS_UP(a, range, i) {
        if (positive(scan, spec->column, i) == 0) {
            continue;
        }
        rows++;
        uint32_t follower = find_follower(scan, spec, b, i, range.hi);
        if (follower != WINDOW_NONE) {
            bits_set(taken, follower);
            followed++;
        }
    }
    return rows > 0 ? followed : spec->empty;
}

// ---- the modal rate ----

struct rate {
    double rate;
    uint32_t row;
};

static bool rate_less(const struct rate *left, const struct rate *right) {
    return left->rate != right->rate ? left->rate < right->rate : left->row < right->row;
}

static void sift_down(struct rate *rates, uint32_t root, uint32_t count) {
    for (;;) {
        uint32_t child = root * 2 + 1;
        if (child >= count) {
            return;
        }
        child += child + 1 < count && rate_less(&rates[child], &rates[child + 1]);
        if (!rate_less(&rates[root], &rates[child])) {
            return;
        }
        struct rate held = rates[root];
        rates[root] = rates[child];
        rates[child] = held;
        root = child;
    }
}

// A heap sort: no memory, no bad case.
static void sort_rates(struct rate *rates, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;) {
        sift_down(rates, i, count);
    }
    for (uint32_t end = count; end-- > 1;) {
        struct rate held = rates[0];
        rates[0] = rates[end];
        rates[end] = held;
        sift_down(rates, 0, end);
    }
}

// The rates of row `i` of b with the rows of a before it, the newest first.
static uint32_t add_rates(const struct scan *scan, const struct window_feature_spec *spec,
                          const uint64_t *a, uint32_t lo, uint32_t i, struct rate *rates,
                          uint32_t count) {
    double number = positive(scan, spec->column, i);
    int64_t midnight = time_day_start(scan->rows.time[i], scan->plan->zone_offset_us);
    const uint16_t *ids = spec->other_column == WINDOW_NONE ? NULL : scan->rows.id[spec->other_column];
    Range range = {lo, i};
    ROWS_DOWN(a, range, k) {
        if (count == PAIRS_MAX || (spec->same_day && scan->rows.time[k] < midnight)) {
            break;
        }
        double base = positive(scan, spec->column, k);
        if (base == 0 || (ids != NULL && (ids[i] == 0 || ids[i] != ids[k]))) {
            continue;
        }
        double rate = number / base;
        if (rate >= spec->low - SLACK && rate <= spec->high + SLACK) {
            rates[count++] = (struct rate){rate, i};
        }
    }
    return count;
}

// The largest number of different rows within the tolerance of one rate.
static uint32_t most_rows(struct rate *rates, uint32_t count, double tolerance,
                          uint32_t *row_counts) {
    sort_rates(rates, count);
    uint32_t most = 0;
    uint32_t rows = 0;
    uint32_t lo = 0;
    uint32_t hi = 0;
    for (uint32_t i = 0; i < count; i++) {
        double slack = rates[i].rate * (tolerance + SLACK);
        for (; hi < count && rates[hi].rate <= rates[i].rate + slack; hi++) {
            rows += row_counts[rates[hi].row]++ == 0;
        }
        for (; rates[lo].rate < rates[i].rate - slack; lo++) {
            rows -= --row_counts[rates[lo].row] == 0;
        }
        most = rows > most ? rows : most;
    }
    return most;
}

double aggregate_modal_rate(struct scan *scan, const struct feature *feature, const uint64_t *a,
                            const uint64_t *b, Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    struct rate *rates = scan->state->scratch;
    uint32_t *row_counts = (uint32_t *)(rates + PAIRS_MAX);
    memset(row_counts, 0, sizeof(uint32_t) * scan->upto);
    uint32_t count = 0;
    uint32_t rows = 0;
    ROWS_DOWN(b, range, i) {
        if (positive(scan, spec->column, i) > 0) {
            rows++;
            count = add_rates(scan, spec, a, range.lo, i, rates, count);
        }
    }
    if (rows == 0) {
        return spec->empty;
    }
    return (double)most_rows(rates, count, spec->tolerance, row_counts) / (double)rows;
}

// ---- common ids ----

double aggregate_intersect(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           const uint64_t *b, Range range) {
    const uint16_t *column = scan->rows.id[feature->spec.column];
    uint64_t *left = scan->state->seen;
    uint64_t *right = scan->state->seen_other;
    size_t words = bits_words(scan->thing->dict_count + 1);
    ROWS_UP(a, range, i) {
        bits_set(left, column[i]);
    }
    ROWS_UP(b, range, i) {
        bits_set(right, column[i]);
    }
    left[0] &= ~UINT64_C(1);
    uint32_t count = 0;
    for (size_t i = 0; i < words; i++) {
        count += (uint32_t)__builtin_popcountll(left[i] & right[i]);
    }
    memset(left, 0, words * sizeof(uint64_t));
    memset(right, 0, words * sizeof(uint64_t));
    return count == 0 ? feature->spec.empty : count;
}
