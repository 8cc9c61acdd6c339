#include "codec/json_scan.h"

#include "codec/number.h"

enum { DIGITS_MAX = 18, EXACT_DIGITS_MAX = 15 };

static void skip_blanks(struct json_scan *scan) {
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')) {
        scan->at++;
    }
}

static bool skip_byte(struct json_scan *scan, char byte) {
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != byte) {
        return false;
    }
    scan->at++;
    return true;
}

// ---- texts ------------------------------------------------------------------------------------------------

// A byte of the result has its top bit where that of `word` is `byte`; behind the first of them bits may be wrong.
static uint64_t bytes_that_are(uint64_t word, char byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t other = word ^ (ones * (uint8_t)byte);
    return (other - ones) & ~other & (ones << 7);
}

// The first quote or backslash, or the end.
static const char *find_quote(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t found = bytes_that_are(word, '"') | bytes_that_are(word, '\\');
        if (found != 0) {
            return at + __builtin_ctzll(found) / 8;
        }
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\') {
        at++;
    }
    return at;
}

// What stands up to the closing quote; the opening one is behind.
static bool take_text(struct json_scan *scan, Slice *ret_text) {
    const char *quote = find_quote(scan->at, scan->end);
    if (quote == scan->end || *quote != '"') {
        return false;
    }
    *ret_text = (Slice){scan->at, (size_t)(quote - scan->at)};
    scan->at = quote + 1;
    return true;
}

// ---- numbers ----------------------------------------------------------------------------------------------

static bool is_of_number(char byte) {
    return (byte >= '0' && byte <= '9') || byte == '.' || byte == 'e' || byte == 'E' || byte == '+' || byte == '-';
}

// With a point: a whole number through a power of ten, both exact as doubles, is the nearest double.
static bool take_double(struct json_scan *scan, const char *from, struct json_node *node) {
    static const double tens[EXACT_DIGITS_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *at = from + (*from == '-');
    int64_t digits = 0;
    uint32_t count = 0;
    uint32_t behind = 0;
    bool point = false;
    for (; at < scan->end && ((*at >= '0' && *at <= '9') || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        digits = count < DIGITS_MAX ? digits * 10 + (*at - '0') : digits;
        count++;
        behind += point;
    }
    node->kind = JSON_DOUBLE;
    if (count <= EXACT_DIGITS_MAX && (at == scan->end || !is_of_number(*at))) {
        scan->at = at;
        double value = (double)digits / tens[behind];
        node->f64 = *from == '-' ? -value : value;
        return true;
    }
    while (at < scan->end && is_of_number(*at)) {
        at++;
    }
    scan->at = at;
    return number_parse((Slice){from, (size_t)(at - from)}, &node->f64);
}

static bool take_number(struct json_scan *scan, struct json_node *node) {
    const char *from = scan->at;
    bool negative = *from == '-';
    const char *at = from + negative;
    int64_t value = 0;
    while (at < scan->end && *at >= '0' && *at <= '9' && at - from < DIGITS_MAX) {
        value = value * 10 + (*at++ - '0');
    }
    if (at < scan->end && is_of_number(*at)) {
        bool longer = *at >= '0' && *at <= '9';
        return !longer && take_double(scan, from, node);
    }
    scan->at = at;
    node->kind = JSON_INT;
    node->i64 = negative ? -value : value;
    return at > from + negative;
}

// ---- values -----------------------------------------------------------------------------------------------

static bool take_word(struct json_scan *scan, struct json_node *node) {
    static const struct {
        Slice text;
        JsonKind kind;
    } words[] = {{{"true", 4}, JSON_TRUE}, {{"false", 5}, JSON_FALSE}, {{"null", 4}, JSON_NULL}};
    Slice rest = {scan->at, (size_t)(scan->end - scan->at)};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_starts_with(rest, words[i].text)) {
            node->kind = words[i].kind;
            scan->at += words[i].text.size;
            return true;
        }
    }
    return false;
}

static bool take_texts(struct json_scan *scan, struct json_node nodes[JSON_SCAN_NODES]) {
    nodes[0].kind = JSON_ARRAY;
    nodes[0].count = 0;
    if (skip_byte(scan, ']')) {
        return true;
    }
    do {
        struct json_node *node = &nodes[++nodes[0].count];
        node->kind = JSON_STRING;
        node->key = (Slice){NULL, 0};
        if (!skip_byte(scan, '"') || !take_text(scan, &node->text)) {
            return false;
        }
        if (skip_byte(scan, ']')) {
            return true;
        }
    } while (skip_byte(scan, ',') && nodes[0].count < JSON_SCAN_NODES - 1);
    return false;
}

static bool take_value(struct json_scan *scan, struct json_node nodes[JSON_SCAN_NODES]) {
    skip_blanks(scan);
    if (scan->at == scan->end) {
        return false;
    }
    nodes[0].count = 0;
    switch (*scan->at) {
    case '"':
        scan->at++;
        nodes[0].kind = JSON_STRING;
        return take_text(scan, &nodes[0].text);
    case '[':
        scan->at++;
        return take_texts(scan, nodes);
    case '{':
        return false;
    case 't':
    case 'f':
    case 'n':
        return take_word(scan, &nodes[0]);
    default:
        return take_number(scan, &nodes[0]);
    }
}

// ---- members ----------------------------------------------------------------------------------------------

// memcmp without a call: words of 8 bytes, the last of which overlaps the one before.
static inline bool begins_with(const char *at, Slice name) {
    uint64_t a;
    uint64_t b;
    if (name.size < sizeof a) {
        return memcmp(at, name.at, name.size) == 0;
    }
    for (size_t i = 0; i + sizeof a < name.size; i += sizeof a) {
        memcpy(&a, at + i, sizeof a);
        memcpy(&b, name.at + i, sizeof b);
        if (a != b) {
            return false;
        }
    }
    memcpy(&a, at + name.size - sizeof a, sizeof a);
    memcpy(&b, name.at + name.size - sizeof b, sizeof b);
    return a == b;
}

static bool take_key(struct json_scan *scan, Slice guess, Slice *ret_key) {
    if (!skip_byte(scan, '"')) {
        return false;
    }
    bool fits = (size_t)(scan->end - scan->at) > guess.size && guess.size > 0;
    if (fits && scan->at[guess.size] == '"' && begins_with(scan->at, guess)) {
        scan->at += guess.size + 1;
        *ret_key = guess;
        return true;
    }
    return take_text(scan, ret_key);
}

JsonScanned json_scan_begin(struct json_scan *scan, Slice text) {
    *scan = (struct json_scan){text.at, text.at + text.size};
    return skip_byte(scan, '{') ? JSON_SCAN_MEMBER : JSON_SCAN_UNSURE;
}

// Where the object ends nothing but blanks may be left.
static JsonScanned end(struct json_scan *scan) {
    skip_blanks(scan);
    return scan->at == scan->end ? JSON_SCAN_END : JSON_SCAN_UNSURE;
}

JsonScanned json_scan_next(struct json_scan *scan, Slice guess, struct json_node nodes[JSON_SCAN_NODES]) {
    skip_blanks(scan);
    if (scan->at == scan->end) {
        return JSON_SCAN_UNSURE;
    }
    if (*scan->at == '}') {
        scan->at++;
        return end(scan);
    }
    if (*scan->at == ',') {
        scan->at++;
    }
    bool ok = take_key(scan, guess, &nodes[0].key) && skip_byte(scan, ':') && take_value(scan, nodes);
    return ok ? JSON_SCAN_MEMBER : JSON_SCAN_UNSURE;
}
