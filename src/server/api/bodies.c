#include "server/api/bodies.h"

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static Slice skip_blanks(Slice text) {
    size_t at = 0;
    while (at < text.size && is_blank(text.at[at])) {
        at++;
    }
    return slice_part(text, at, SIZE_MAX);
}

// Index behind a string that begins at `at`; the size when it does not end.
static size_t skip_string(Slice text, size_t at) {
    at++;
    while (at < text.size && text.at[at] != '"') {
        at += text.at[at] == '\\' ? 2 : 1;
    }
    return at < text.size ? at + 1 : text.size;
}

// Where an element ends: at the comma or bracket behind it; the size when there is none.
static size_t end_of_element(Slice text) {
    size_t depth = 0;
    size_t at = 0;
    while (at < text.size) {
        char byte = text.at[at];
        if (byte == '"') {
            at = skip_string(text, at);
            continue;
        }
        bool closes = byte == ']' || byte == '}';
        if (depth == 0 && (closes || byte == ',')) {
            return at;
        }
        depth += byte == '[' || byte == '{';
        depth -= closes;
        at++;
    }
    return text.size;
}

typedef enum Element { ELEMENT, ELEMENT_NONE, ELEMENT_BROKEN } Element;

// `rest` is an array from behind its bracket or a comma; afterwards it stands behind the comma, or at the closing bracket.
static Element next_element(Slice *rest, Slice *ret_element) {
    Slice text = skip_blanks(*rest);
    if (text.size > 0 && text.at[0] == ']') {
        *rest = text;
        return ELEMENT_NONE;
    }
    size_t end = end_of_element(text);
    *ret_element = slice_trim(slice_part(text, 0, end));
    if (end == text.size || text.at[end] == '}' || ret_element->size == 0) {
        return ELEMENT_BROKEN;
    }
    bool more = text.at[end] == ',';
    *rest = slice_part(text, end + more, SIZE_MAX);
    if (more && skip_blanks(*rest).size > 0 && skip_blanks(*rest).at[0] == ']') {
        return ELEMENT_BROKEN; // a comma with nothing behind it
    }
    return ELEMENT;
}

static Status check_array(Slice text, uint64_t *ret_count) {
    Slice rest = skip_blanks(text);
    ENSURE(rest.size > 0 && rest.at[0] == '[', STATUS_INVALID);
    rest = slice_part(rest, 1, SIZE_MAX);
    Slice element;
    Element found;
    *ret_count = 0;
    while ((found = next_element(&rest, &element)) == ELEMENT) {
        ++*ret_count;
    }
    ENSURE(found == ELEMENT_NONE && skip_blanks(slice_part(rest, 1, SIZE_MAX)).size == 0, STATUS_INVALID);
    return STATUS_OK;
}

static bool next_line(Slice *rest, Slice *ret_line) {
    while (slice_split(rest, '\n', ret_line)) {
        if (ret_line->size > 0 && ret_line->at[ret_line->size - 1] == '\r') {
            ret_line->size--;
        }
        if (skip_blanks(*ret_line).size > 0) {
            return true;
        }
    }
    return false;
}

Status body_check(struct body body, uint64_t *ret_count) {
    if (body.is_array) {
        return check_array(body.rest, ret_count);
    }
    Slice line;
    *ret_count = 0;
    while (next_line(&body.rest, &line)) {
        ++*ret_count;
    }
    return STATUS_OK;
}

bool body_next(struct body *body, Slice *ret_record) {
    if (!body->is_array) {
        return next_line(&body->rest, ret_record);
    }
    if (!body->is_begun) {
        body->rest = slice_part(skip_blanks(body->rest), 1, SIZE_MAX);
        body->is_begun = true;
    }
    return next_element(&body->rest, ret_record) == ELEMENT;
}
