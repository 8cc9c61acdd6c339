// JSON checked byte by byte, for the place and the kind of a fault. simdjson tells neither; it is asked first,
// and only a text it refused comes here. The fuzz target holds the two against each other.

#include "base/hex.h"
#include "base/utf8.h"
#include "codec/json.h"
#include "codec/number.h"

struct scan {
    Slice text;
    size_t at;
    uint32_t depth_max;
    JsonFault fault;
    size_t fault_at;
};

static bool fault(struct scan *scan, JsonFault kind, size_t at) {
    scan->fault = kind;
    scan->fault_at = at;
    return false;
}

static int peek(const struct scan *scan) {
    return scan->at < scan->text.size ? (unsigned char)scan->text.at[scan->at] : -1;
}

static void skip_blanks(struct scan *scan) {
    for (int byte = peek(scan); byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
         byte = peek(scan)) {
        scan->at++;
    }
}

static int hex4(const struct scan *scan, size_t at) {
    if (scan->text.size - at < 4) {
        return -1;
    }
    int value = 0;
    for (size_t i = at; i < at + 4; i++) {
        int digit = hex_digit(scan->text.at[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

// Behind a backslash.
static bool check_escape(struct scan *scan) {
    size_t start = scan->at - 1;
    int byte = peek(scan);
    if (byte < 0) {
        return fault(scan, JSON_FAULT_STRING_OPEN, scan->text.size);
    }
    scan->at++;
    if (byte != 'u') {
        bool known = strchr("\"\\/bfnrt", byte) != NULL && byte != 0;
        return known || fault(scan, JSON_FAULT_ESCAPE, start);
    }
    int high = hex4(scan, scan->at);
    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff)) {
        return fault(scan, JSON_FAULT_ESCAPE, start);
    }
    scan->at += 4;
    if (high < 0xd800 || high > 0xdbff) {
        return true;
    }
    bool pair = slice_starts_with(slice_part(scan->text, scan->at, 2), SLICE("\\u"));
    int low = pair ? hex4(scan, scan->at + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        return fault(scan, JSON_FAULT_ESCAPE, start);
    }
    scan->at += 6;
    return true;
}

// At the opening quote.
static bool check_string(struct scan *scan) {
    size_t start = scan->at++;
    for (;;) {
        int byte = peek(scan);
        if (byte < 0) {
            return fault(scan, JSON_FAULT_STRING_OPEN, start);
        }
        if (byte < 0x20) {
            return fault(scan, JSON_FAULT_CONTROL, scan->at);
        }
        scan->at++;
        if (byte == '"') {
            return true;
        }
        if (byte == '\\' && !check_escape(scan)) {
            return false;
        }
    }
}

static size_t skip_digits(struct scan *scan) {
    size_t start = scan->at;
    while (peek(scan) >= '0' && peek(scan) <= '9') {
        scan->at++;
    }
    return scan->at - start;
}

static bool integer_fits(Slice text) {
    bool negative = text.at[0] == '-';
    uint64_t value = 0;
    for (size_t i = negative; i < text.size; i++) {
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.at[i] - '0'), &value)) {
            return false;
        }
    }
    return !negative || value <= UINT64_C(1) << 63;
}

static bool check_number(struct scan *scan) {
    size_t start = scan->at;
    bool whole = true;
    scan->at += peek(scan) == '-';
    bool zero = peek(scan) == '0';
    size_t digits = skip_digits(scan);
    if (digits == 0 || (zero && digits > 1)) {
        return fault(scan, JSON_FAULT_NUMBER, start);
    }
    if (peek(scan) == '.') {
        whole = false;
        scan->at++;
        if (skip_digits(scan) == 0) {
            return fault(scan, JSON_FAULT_NUMBER, start);
        }
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        whole = false;
        scan->at++;
        scan->at += peek(scan) == '-' || peek(scan) == '+';
        if (skip_digits(scan) == 0) {
            return fault(scan, JSON_FAULT_NUMBER, start);
        }
    }
    Slice text = slice_part(scan->text, start, scan->at - start);
    double value;
    bool fits = whole ? integer_fits(text) : number_parse(text, &value);
    return fits || fault(scan, JSON_FAULT_NUMBER_RANGE, start);
}

static bool check_scalar(struct scan *scan) {
    int byte = peek(scan);
    if (byte == '"') {
        return check_string(scan);
    }
    if (byte == '-' || (byte >= '0' && byte <= '9')) {
        return check_number(scan);
    }
    Slice rest = slice_part(scan->text, scan->at, SIZE_MAX);
    Slice word = byte == 't' ? SLICE("true") : byte == 'f' ? SLICE("false") : SLICE("null");
    if (!slice_starts_with(rest, word)) {
        return fault(scan, JSON_FAULT_WORD, scan->at);
    }
    scan->at += word.size;
    return true;
}

// A key and its colon.
static bool check_key(struct scan *scan) {
    skip_blanks(scan);
    if (peek(scan) != '"') {
        return fault(scan, peek(scan) < 0 ? JSON_FAULT_OPEN : JSON_FAULT_KEY, scan->at);
    }
    if (!check_string(scan)) {
        return false;
    }
    skip_blanks(scan);
    if (peek(scan) != ':') {
        return fault(scan, peek(scan) < 0 ? JSON_FAULT_OPEN : JSON_FAULT_COLON, scan->at);
    }
    scan->at++;
    return true;
}

// Opens containers until a scalar or an empty container ends a value; `open` has one bit a level, set for an
// object.
static bool check_value(struct scan *scan, uint64_t *open, uint32_t *depth) {
    for (;;) {
        skip_blanks(scan);
        int byte = peek(scan);
        if (byte < 0) {
            return fault(scan, *depth > 0 ? JSON_FAULT_OPEN : JSON_FAULT_EMPTY, scan->at);
        }
        if (byte != '{' && byte != '[') {
            return check_scalar(scan);
        }
        size_t bracket = scan->at++;
        skip_blanks(scan);
        if (peek(scan) == (byte == '{' ? '}' : ']')) {
            scan->at++;
            return true;
        }
        if (*depth == scan->depth_max) {
            return fault(scan, JSON_FAULT_DEPTH, bracket);
        }
        uint64_t bit = UINT64_C(1) << (*depth % 64);
        open[*depth / 64] = (open[*depth / 64] & ~bit) | (byte == '{' ? bit : 0);
        (*depth)++;
        if (byte == '{' && !check_key(scan)) {
            return false;
        }
    }
}

static bool check_document(struct scan *scan) {
    uint64_t open[1024 / 64] = {0};
    uint32_t depth = 0;
    for (bool more = true; more;) {
        if (!check_value(scan, open, &depth)) {
            return false;
        }
        // Behind a value: closing brackets, then a comma, or the end.
        for (more = false; depth > 0 && !more;) {
            bool object = open[(depth - 1) / 64] >> ((depth - 1) % 64) & 1;
            skip_blanks(scan);
            int byte = peek(scan);
            if (byte != ',' && byte != (object ? '}' : ']')) {
                return fault(scan, byte < 0 ? JSON_FAULT_OPEN : JSON_FAULT_COMMA, scan->at);
            }
            scan->at++;
            more = byte == ',';
            depth -= !more;
            if (more && object && !check_key(scan)) {
                return false;
            }
        }
    }
    skip_blanks(scan);
    return scan->at == scan->text.size || fault(scan, JSON_FAULT_TRAILING, scan->at);
}

struct json_error json_check(Slice text, uint32_t depth_max) {
    INVARIANT(depth_max <= 1000);
    struct scan scan = {.text = text, .depth_max = depth_max};
    check_document(&scan);
    size_t malformed = utf8_invalid_at(text);
    if (malformed < text.size && (scan.fault == JSON_FAULT_NONE || malformed <= scan.fault_at)) {
        fault(&scan, JSON_FAULT_UTF8, malformed);
    }
    return (struct json_error){scan.fault, scan.fault_at};
}
