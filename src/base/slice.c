#include "base/slice.h"

Slice slice_part(Slice slice, size_t start, size_t size) {
    if (slice.size == 0) {
        return slice; // perhaps of NULL, to which nothing may be added
    }
    if (start > slice.size) {
        start = slice.size;
    }
    if (size > slice.size - start) {
        size = slice.size - start;
    }
    return (Slice){slice.at + start, size};
}

bool slice_starts_with(Slice slice, Slice prefix) {
    return slice.size >= prefix.size && slice_equal(slice_part(slice, 0, prefix.size), prefix);
}

bool slice_ends_with(Slice slice, Slice suffix) {
    return slice.size >= suffix.size &&
           slice_equal(slice_part(slice, slice.size - suffix.size, suffix.size), suffix);
}

int slice_compare(Slice left, Slice right) {
    size_t shared = left.size < right.size ? left.size : right.size;
    int order = shared == 0 ? 0 : memcmp(left.at, right.at, shared);
    if (order != 0) {
        return order;
    }
    return (left.size > right.size) - (left.size < right.size);
}

size_t slice_find_byte(Slice slice, char byte, size_t from) {
    if (from >= slice.size) {
        return slice.size;
    }
    const char *found = memchr(slice.at + from, byte, slice.size - from);
    return found == NULL ? slice.size : (size_t)(found - slice.at);
}

size_t slice_find(Slice slice, Slice needle, size_t from) {
    if (from > slice.size || needle.size > slice.size - from) {
        return SIZE_MAX;
    }
    if (needle.size == 0) {
        return from;
    }
    const char *found = memmem(slice.at + from, slice.size - from, needle.at, needle.size);
    return found == NULL ? SIZE_MAX : (size_t)(found - slice.at);
}

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

Slice slice_trim(Slice slice) {
    while (slice.size > 0 && is_blank(slice.at[0])) {
        slice.at++;
        slice.size--;
    }
    while (slice.size > 0 && is_blank(slice.at[slice.size - 1])) {
        slice.size--;
    }
    return slice;
}

bool slice_split(Slice *rest, char separator, Slice *ret_part) {
    if (rest->at == NULL) {
        return false;
    }
    size_t end = slice_find_byte(*rest, separator, 0);
    *ret_part = slice_part(*rest, 0, end);
    *rest = end == rest->size ? (Slice){NULL, 0} : slice_part(*rest, end + 1, SIZE_MAX);
    return true;
}

bool slice_to_i64(Slice slice, int64_t *ret_value) {
    bool negative = slice.size > 0 && slice.at[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == slice.size) {
        return false;
    }
    int64_t value = 0; // kept negative, since INT64_MIN has no positive twin
    for (; i < slice.size; i++) {
        char byte = slice.at[i];
        if (byte < '0' || byte > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, byte - '0', &value)) {
            return false;
        }
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *ret_value = negative ? value : -value;
    return true;
}

size_t slice_distance(Slice left, Slice right, size_t limit) {
    enum { LONGEST = 64 };
    if (left.size > LONGEST || right.size > LONGEST) {
        return limit + 1;
    }
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= right.size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= left.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= right.size; j++) {
            size_t change = diagonal + (left.at[i - 1] != right.at[j - 1]);
            size_t drop = row[j] + 1;
            size_t insert = row[j - 1] + 1;
            diagonal = row[j];
            size_t best = change < drop ? change : drop;
            row[j] = best < insert ? best : insert;
        }
    }
    return row[right.size] > limit ? limit + 1 : row[right.size];
}
