#pragma once
// View: what of an answer of the API people see, and in which words. Each view is a row of
// views.def: sections of an answer, each one thing with its members line by line (RECORD), a table
// of a list (ROWS), or a text as it is (PROSE). What is not in an answer, or empty, is not shown.
//
//     struct view_taste taste = {.is_chinese = true, .zone_us = 8 * US_PER_HOUR};
//     struct view_page *page = view_begin(VIEW_ALERTS, &taste, arena);
//     view_add(page, tree);                          // an answer; lists of several become one table
//     view_put(page, &out);
//
// Where the API gives names of a code in two languages beside it (state, state_zh, state_en), the
// name of the wanted language is shown.

#include "base/arena.h"
#include "base/buf.h"
#include "codec/json.h"

typedef enum ViewId {
#define VIEW(name, ...) VIEW_##name,
#include "cli/remote/views.def"
#undef VIEW
    VIEW_FILE, // no view: the answer is a file
} ViewId;

struct view_taste {
    bool is_chinese;
    int64_t zone_us; // that times are shown in
};

struct view_page;

struct view_page *view_begin(ViewId view, const struct view_taste *taste, struct arena *arena);
// Copies what it shows; false when a table has as many rows as it may have.
bool view_add(struct view_page *page, JsonTree tree);
// The page is done with.
void view_put(struct view_page *page, struct buf *out);
// The value at a path of members ("case.number"), or JSON_NONE.
uint32_t view_find(JsonTree tree, uint32_t object, Slice path);
