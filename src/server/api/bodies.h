#pragma once
// Bodies of many records, one JSON value each: lines (NDJSON), or the elements of one array. Here it is only found where each record begins and
// ends; whether it is JSON is for who reads it, so that a bad record does not spoil the others.
//
//     struct body body = {.rest = text, .is_array = true};
//     TRY(body_check(body, &count));                     // STATUS_INVALID: the array does not end, or something stands behind it
//     while (body_next(&body, &record)) { ... }
//
// Lines that are empty or blank are left out, a carriage return before the line feed is no part of a line, and the last line needs no line feed.

#include "base/slice.h"
#include "base/status.h"

struct body {
    Slice rest;
    bool is_array;
    bool is_begun; // the bracket of the array was passed
};

// Counts the records.
MUST_USE Status body_check(struct body body, uint64_t *ret_count);
// False: there is none left. Of a body that was checked.
bool body_next(struct body *body, Slice *ret_record);
