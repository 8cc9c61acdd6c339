#pragma once
// Event text: where the members of a JSON object stand in its text, so that values can be written over without writing the rest anew.
//
//     struct event_member member;
//     if (event_member_find(text, SLICE("event_id"), &member)) { ... member.at, member.size ... }
//
// codec/json.h checks and reads values; it does not say at which byte they stand. This finds the bytes, and only in a text that
// codec/json.h has found to be an object: anything else gives nonsense, though never a step out of the text.

#include "base/slice.h"

struct event_member {
    size_t at, size; // of the value as it is written, quotes included
};

// The first member of the outermost object whose key is written like `name`, without escapes. Linear in the text.
bool event_member_find(Slice text, Slice name, struct event_member *ret_member);
