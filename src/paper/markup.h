#pragma once
// Markup: the only way HTML and SVG are written here. It escapes every text and closes what was opened, so that a page is well-formed whatever the
// texts say; both are written so that they are well-formed XML, too.
//
//     markup_open(&markup, "td");
//     markup_attribute(&markup, "class", "n");
//     markup_text(&markup, cell);
//     markup_close(&markup);                     // </td>
//
// Names of elements and attributes are literals of ours; texts must be clean (clean.h).

#include "base/buf.h"

enum { MARKUP_DEPTH_MAX = 32 };

struct markup {
    struct buf *out;
    const char *open[MARKUP_DEPTH_MAX];
    uint32_t depth;
    bool in_tag;  // attributes may still come
    bool is_void; // of an element without content
};

void markup_init(struct markup *markup, struct buf *out);
void markup_finish(const struct markup *markup); // an INVARIANT that all is closed
void markup_open(struct markup *markup, const char *element);
// An element that has no content and no end: meta, br, path.
void markup_void(struct markup *markup, const char *element);
void markup_attribute(struct markup *markup, const char *name, const char *value);
void markup_attribute_text(struct markup *markup, const char *name, Slice value);
// A number with two decimals, without zeros at its end.
void markup_attribute_number(struct markup *markup, const char *name, double value);
// A value of ours that is written piece by piece into what it gives back, up to markup_attribute_end().
struct buf *markup_attribute_begin(struct markup *markup, const char *name);
void markup_attribute_end(struct markup *markup);
void markup_text(struct markup *markup, Slice text);
void markup_close(struct markup *markup);
// <element>text</element>, and the same with a class.
void markup_element(struct markup *markup, const char *element, Slice text);
void markup_element_of(struct markup *markup, const char *element, const char *class_name, Slice text);
// A style sheet of ours, as `put` writes it.
void markup_style(struct markup *markup, void (*put)(struct buf *out));
// A number with two decimals as it stands in attributes.
void markup_number(struct buf *out, double value);
