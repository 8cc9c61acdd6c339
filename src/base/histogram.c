#include "base/histogram.h"

#include <string.h>

enum { WHOLE = 1000000 };

void histogram_merge(struct histogram *into, const struct histogram *from) {
    if (from->count == 0) {
        return;
    }
    for (uint32_t i = histogram_bucket(from->least); i <= histogram_bucket(from->largest); i++) {
        into->counts[i] += from->counts[i];
    }
    into->least = into->count == 0 || from->least < into->least ? from->least : into->least;
    into->largest = from->largest > into->largest ? from->largest : into->largest;
    into->sum += from->sum;
    into->count += from->count;
}

void histogram_reset(struct histogram *histogram) {
    uint32_t first = histogram_bucket(histogram->least);
    uint32_t last = histogram_bucket(histogram->largest);
    memset(&histogram->counts[first], 0, sizeof histogram->counts[0] * (last - first + 1));
    histogram->count = histogram->least = histogram->largest = histogram->sum = 0;
}

// How many samples are at or below a share: ceil(share * count), at least one.
static uint64_t rank_of(const struct histogram *histogram, uint32_t share_ppm) {
    unsigned __int128 parts = (unsigned __int128)histogram->count * (share_ppm < WHOLE ? share_ppm : WHOLE);
    uint64_t rank = (uint64_t)((parts + WHOLE - 1) / WHOLE);
    return rank > 0 ? rank : 1;
}

uint64_t histogram_at(const struct histogram *histogram, uint32_t share_ppm) {
    if (histogram->count == 0) {
        return 0;
    }
    uint64_t rank = rank_of(histogram, share_ppm);
    uint64_t seen = 0;
    uint32_t bucket = histogram_bucket(histogram->least);
    for (; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= rank) {
            break;
        }
    }
    uint64_t end = histogram_bucket_end(bucket);
    bool last = bucket == histogram_bucket(histogram->largest);
    return last || end > histogram->largest ? histogram->largest : end;
}

bool histogram_tells(const struct histogram *histogram, uint32_t share_ppm, uint64_t samples) {
    return histogram->count > 0 && histogram->count - rank_of(histogram, share_ppm) >= samples;
}
