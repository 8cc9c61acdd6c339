#pragma once
// Target: what stands behind the method of a request line, "/v1/cases/C%201/notes?limit=5", taken
// apart. Strict: a percent sign without two hexadecimal digits, a byte that is not printable ASCII,
// a '#', a text that decodes to control characters or to what is not UTF-8, and a part "." or ".."
// are errors, since a proxy may read them in another way.
//
// The path is cut at '/' before it is decoded, so that "%2F" is a letter of a part. In the query
// '+' is a blank.

#include "http/http.h"

struct target {
    Slice path;                     // as sent
    Slice parts[HTTP_SEGMENTS_MAX]; // decoded; "/a/" has "a" and ""
    uint32_t part_count;
    bool deep;                                // more parts than fit: nothing is found there
    struct http_header query[HTTP_QUERY_MAX]; // decoded
    uint32_t query_count;
};

// False: malformed. Decoded texts live in the arena, the others in `text`.
bool target_parse(Slice text, struct arena *arena, struct target *ret_target);
// Decodes "%41"; with `plus`, '+' too. Gives `text` itself when there is nothing to decode.
bool percent_decode(Slice text, bool plus, struct arena *arena, Slice *ret_text);
// Whether every byte may stand in a token (names of headers, methods); not empty.
bool token_valid(Slice text);
// Whether a header's value has no control characters but tab.
bool header_value_valid(Slice value);
bool slice_equal_ignoring_case(Slice left, Slice right);
