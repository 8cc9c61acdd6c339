#include "base/money.h"

#include <math.h>
#include <stdio.h>

bool money_parse(Slice text, int digits, int64_t *ret_minor) {
    bool negative = text.size > 0 && text.at[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t value = 0;
    int decimals = -1; // digits seen after the point, -1 before it
    size_t seen = 0;
    for (; i < text.size; i++) {
        char byte = text.at[i];
        if (byte == '.' && decimals < 0 && seen > 0) {
            decimals = 0;
            continue;
        }
        if (byte < '0' || byte > '9') {
            return false;
        }
        seen++;
        if (decimals >= digits) {
            if (byte != '0') {
                return false;
            }
            continue;
        }
        decimals += decimals >= 0;
        value = value * 10 + (byte - '0');
        if (value > MONEY_MAX) {
            return false;
        }
    }
    if (seen == 0 || text.at[text.size - 1] == '.') {
        return false;
    }
    for (int k = decimals < 0 ? 0 : decimals; k < digits; k++) {
        value *= 10;
        if (value > MONEY_MAX) {
            return false;
        }
    }
    *ret_minor = negative ? -value : value;
    return true;
}

size_t money_format(int64_t minor, int digits, char text[32]) {
    int64_t unit = 1;
    for (int i = 0; i < digits; i++) {
        unit *= 10;
    }
    uint64_t magnitude = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t whole = magnitude / (uint64_t)unit;
    uint64_t part = magnitude % (uint64_t)unit;
    int size = digits == 0 ? snprintf(text, 32, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)whole)
                           : snprintf(text, 32, "%s%llu.%0*llu", minor < 0 ? "-" : "",
                                      (unsigned long long)whole, digits, (unsigned long long)part);
    return (size_t)size;
}

double money_from_major(double major) {
    double minor = major * MONEY_SCALE;
    double whole = round(minor);
    return fabs(minor - whole) <= 1e-6 ? whole : minor;
}
