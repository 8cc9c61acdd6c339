// Aggregates of rows in their order, of places, of frequencies, and against the current row.
//
//   PERCENTILE       the smallest number with at least the share of the window's numbers at or below it
//   TOP_SHARE        of the rows that have an id, the share that carries one of the k most frequent
//   INTERVAL_STD     fewer than `least` rows (or than two): the empty value
//   RUN_UP           rows without a number are passed over
//   DISTANCE_*       on a sphere of 6,371.0088 km; SPEED_LAST takes at least one second, DISTANCE_CENTRE takes the mean
//                    latitude and the mean longitude, longitudes counted from that of the newest located row
//   OTHER_WITH_SAME  0 when no other row has the current row's first id; the empty value when the current row has none

#include "monitoring/stream/windows/windows_private.h"

#define EARTH_KM 6371.0088
#define RADIANS (3.14159265358979323846 / 180)

// Puts the `count` smallest of the numbers to the front, the largest of them last.
static void select_smallest(double *numbers, uint32_t size, uint32_t count) {
    uint32_t lo = 0;
    uint32_t hi = size;
    while (hi - lo > 1) {
        double pivot = numbers[lo + (hi - lo) / 2];
        uint32_t less = lo;
        uint32_t more = hi;
        for (uint32_t i = lo; i < more;) {
            double held = numbers[i];
            if (held < pivot) {
                numbers[i++] = numbers[less];
                numbers[less++] = held;
            } else if (held > pivot) {
                numbers[i] = numbers[--more];
                numbers[more] = held;
            } else {
                i++;
            }
        }
        if (count <= less) {
            hi = less;
        } else if (count > more) {
            lo = more;
        } else {
            return;
        }
    }
}

double aggregate_percentile(struct scan *scan, const struct feature *feature, const uint64_t *a,
                            Range range) {
    double *numbers = scan->state->scratch;
    uint32_t count = 0;
    ROWS_UP(a, range, i) {
        double number = rows_double(&scan->rows, feature->spec.column, i);
        numbers[count] = number;
        count += !isnan(number);
    }
    if (count == 0) {
        return feature->spec.empty;
    }
    double wanted = ceil(feature->spec.share * count - 1e-9);
    uint32_t rank = wanted < 1 ? 1 : wanted > count ? count : (uint32_t)wanted;
    select_smallest(numbers, count, rank);
    return numbers[rank - 1];
}

double aggregate_top_share(struct scan *scan, const struct feature *feature, const uint64_t *a,
                           Range range) {
    const uint16_t *column = scan->rows.id[feature->spec.column];
    uint32_t *counts = scan->state->id_counts;
    double *found = scan->state->scratch;
    uint32_t rows = 0;
    uint32_t ids = 0;
    ROWS_UP(a, range, i) {
        rows += column[i] != 0;
        counts[column[i]]++;
    }
    counts[0] = 0;
    ROWS_UP(a, range, i) {
        if (counts[column[i]] > 0) {
            found[ids++] = -(double)counts[column[i]];
            counts[column[i]] = 0;
        }
    }
    if (rows == 0) {
        return feature->spec.empty;
    }
    uint32_t k = feature->spec.k == 0 ? 1 : feature->spec.k;
    k = k < ids ? k : ids;
    select_smallest(found, ids, k);
    double top = 0;
    for (uint32_t i = 0; i < k; i++) {
        top -= found[i];
    }
    return top / rows;
}

double aggregate_interval_std(struct scan *scan, const struct feature *feature, const uint64_t *a,
                              Range range) {
    uint32_t rows = 0;
    int64_t first = 0;
    int64_t last = 0;
    Int128 squares = 0;
    ROWS_UP(a, range, i) {
        int64_t time = scan->rows.time[i];
        if (rows == 0) {
            first = last = time;
        }
        squares += (Int128)(time - last) * (time - last);
        last = time;
        rows++;
    }
    if (rows < 2 || rows < feature->spec.least) {
        return feature->spec.empty;
    }
    return deviation(rows - 1, last - first, squares, false) / (double)US_PER_SECOND;
}

double aggregate_run_up(struct scan *scan, const struct feature *feature, const uint64_t *a,
                        Range range) {
    uint32_t run = 0;
    double after = 0;
    ROWS_DOWN(a, range, i) {
        double number = rows_double(&scan->rows, feature->spec.column, i);
        if (isnan(number)) {
            continue;
        }
        if (run > 0 && !(after >= feature->spec.factor * number)) {
            break;
        }
        run++;
        after = number;
    }
    return run == 0 ? feature->spec.empty : run;
}

// ---- places ----

typedef struct Place {
    double latitude, longitude;
} Place;

static Place place_of(const struct scan *scan, uint32_t i) {
    const struct window_store_spec *spec = &scan->store->spec;
    return (Place){rows_double(&scan->rows, spec->latitude, i),
                   rows_double(&scan->rows, spec->longitude, i)};
}

static double row_number(const struct window_store_spec *spec, const struct window_row *row,
                         uint32_t column) {
    if (spec->numbers[column] == NUMBER_REAL) {
        return row->numbers[column].real;
    }
    int64_t value = row->numbers[column].integer;
    return value == WINDOW_MISSING_INTEGER ? (double)NAN : (double)value;
}

static Place current_place(const struct scan *scan) {
    const struct window_store_spec *spec = &scan->store->spec;
    if (scan->row != NULL) {
        return (Place){row_number(spec, scan->row, spec->latitude),
                       row_number(spec, scan->row, spec->longitude)};
    }
    if (scan->current != WINDOW_NONE) {
        return place_of(scan, scan->current);
    }
    return (Place){(double)NAN, (double)NAN};
}

static bool is_somewhere(Place place) {
    return !isnan(place.latitude) && !isnan(place.longitude);
}

static double kilometres(Place from, Place to) {
    double north = sin((to.latitude - from.latitude) * RADIANS / 2);
    double east = sin((to.longitude - from.longitude) * RADIANS / 2);
    double chord =
        north * north + cos(from.latitude * RADIANS) * cos(to.latitude * RADIANS) * east * east;
    return 2 * EARTH_KM * asin(sqrt(chord > 1 ? 1 : chord));
}

static double to_centre(const struct scan *scan, const struct window_feature_spec *spec,
                        const uint64_t *a, Range range, Place here) {
    double latitude = 0;
    double longitude = 0;
    double base = 0;
    double count = 0;
    ROWS_DOWN(a, range, i) {
        Place place = place_of(scan, i);
        if (!is_somewhere(place)) {
            continue;
        }
        base = count == 0 ? place.longitude : base;
        double turn = place.longitude - base;
        turn = turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
        latitude += place.latitude;
        longitude += turn;
        count++;
    }
    if (count == 0) {
        return spec->empty;
    }
    return kilometres((Place){latitude / count, base + longitude / count}, here);
}

double aggregate_place(struct scan *scan, const struct feature *feature, const uint64_t *a,
                       Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    Place here = current_place(scan);
    if (!is_somewhere(here)) {
        return spec->empty;
    }
    range.hi = scan->current < range.hi ? scan->current : range.hi;
    if (spec->aggregate == AGGREGATE_DISTANCE_CENTRE) {
        return to_centre(scan, spec, a, range, here);
    }
    ROWS_DOWN(a, range, i) {
        Place place = place_of(scan, i);
        if (!is_somewhere(place)) {
            continue;
        }
        double distance = kilometres(place, here);
        int64_t apart = scan->time_us - scan->rows.time[i];
        apart = apart < US_PER_SECOND ? US_PER_SECOND : apart;
        return spec->aggregate == AGGREGATE_DISTANCE_LAST
                   ? distance
                   : distance / ((double)apart / (double)US_PER_HOUR);
    }
    return spec->empty;
}

// ---- against the current row ----

double aggregate_other_with_same(struct scan *scan, const struct feature *feature,
                                 const uint64_t *a, Range range) {
    const struct window_feature_spec *spec = &feature->spec;
    const uint16_t *first = scan->rows.id[spec->column];
    const uint16_t *second = scan->rows.id[spec->other_column];
    uint16_t same = 0;
    uint16_t own = 0;
    if (scan->row != NULL) {
        if (scan->row->ids[spec->column] == 0) {
            return spec->empty;
        }
        same = dict_find(scan->state, scan->thing, scan->row->ids[spec->column]);
        own = dict_find(scan->state, scan->thing, scan->row->ids[spec->other_column]);
    } else if (scan->current != WINDOW_NONE && first[scan->current] != 0) {
        same = first[scan->current];
        own = second[scan->current];
    } else {
        return spec->empty;
    }
    uint32_t *counts = scan->state->id_counts;
    uint32_t most = 0;
    ROWS_UP(a, range, i) {
        if (same != 0 && first[i] == same && second[i] != own && second[i] != 0) {
            counts[second[i]]++;
            most = counts[second[i]] > most ? counts[second[i]] : most;
        }
    }
    ROWS_UP(a, range, i) {
        counts[second[i]] = 0;
    }
    return most;
}
