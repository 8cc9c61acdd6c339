#pragma once
// HTML out: the only way a page is written here. It escapes every text and closes what was opened, so that the page is
// well-formed whatever the pack and the labels say.
//
//     html_open(&html, "td");
//     html_attribute(&html, "class", "number");
//     html_printf(&html, "%u", count);
//     html_close(&html);                     // </td>
//
// Names of elements and attributes are literals of ours. Control characters become U+FFFD; texts of packs and labels are UTF-8,
// since their readers refuse all else.

#include "base/buf.h"

enum { HTML_DEPTH_MAX = 32 };

struct html {
    struct buf *out;
    const char *open[HTML_DEPTH_MAX];
    uint32_t depth;
    bool in_tag; // attributes may still come
};

void html_init(struct html *html, struct buf *out);
void html_finish(const struct html *html); // an INVARIANT that all is closed
void html_open(struct html *html, const char *element);
// An element that has no content and no end: meta, input.
void html_void(struct html *html, const char *element);
void html_attribute(struct html *html, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
void html_text(struct html *html, Slice text);
void html_printf(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
void html_close(struct html *html);
// <element>text</element>.
void html_element(struct html *html, const char *element, Slice text);
// The same thing in Chinese and English; the page's switch shows one or both.
void html_both(struct html *html, Slice zh, Slice en);
// A style sheet of ours, as it is.
void html_style(struct html *html, const char *style);
