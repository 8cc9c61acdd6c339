#include "load/event_text.h"

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t skip_blanks(Slice text, size_t at) {
    while (at < text.size && is_blank(text.at[at])) {
        at++;
    }
    return at;
}

// Behind the closing quote of the string whose opening quote stands at `at`.
static size_t skip_string(Slice text, size_t at) {
    for (at++; at < text.size && text.at[at] != '"'; at++) {
        at += text.at[at] == '\\';
    }
    return at < text.size ? at + 1 : text.size;
}

// Behind a value: at the comma or bracket that follows, or at a blank before it.
static size_t skip_value(Slice text, size_t at) {
    uint32_t depth = 0;
    while (at < text.size) {
        char byte = text.at[at];
        if (byte == '"') {
            at = skip_string(text, at);
            continue;
        }
        bool closes = byte == '}' || byte == ']';
        if (depth == 0 && (closes || byte == ',' || is_blank(byte))) {
            return at;
        }
        depth += byte == '{' || byte == '[';
        depth -= closes;
        at++;
    }
    return at;
}

bool event_member_find(Slice text, Slice name, struct event_member *ret_member) {
    size_t at = skip_blanks(text, 0) + 1; // behind the brace
    while ((at = skip_blanks(text, at)) < text.size && text.at[at] == '"') {
        size_t key_end = skip_string(text, at);
        Slice key = slice_part(text, at + 1, key_end - at - 2);
        size_t value = skip_blanks(text, skip_blanks(text, key_end) + 1); // behind the colon
        size_t end = skip_value(text, value);
        if (slice_equal(key, name)) {
            *ret_member = (struct event_member){value, end - value};
            return end > value && end <= text.size;
        }
        at = skip_blanks(text, end) + 1; // behind the comma
    }
    return false;
}
