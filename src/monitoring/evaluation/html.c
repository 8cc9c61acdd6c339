#include "monitoring/evaluation/html.h"


#include <stdarg.h>
#include <stdio.h>

enum { PIECE_MAX = 2048 };

void html_init(struct html *html, struct buf *out) {
    *html = (struct html){.out = out};
}

void html_finish(const struct html *html) {
    INVARIANT(html->depth == 0 && !html->in_tag);
}

static void end_tag(struct html *html) {
    if (html->in_tag) {
        buf_put_byte(html->out, '>');
        html->in_tag = false;
    }
}

static void put_escaped(struct html *html, Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.at[i];
        switch (byte) {
        case '&':
            buf_put(html->out, SLICE("&amp;"));
            break;
        case '<':
            buf_put(html->out, SLICE("&lt;"));
            break;
        case '>':
            buf_put(html->out, SLICE("&gt;"));
            break;
        case '"':
            buf_put(html->out, SLICE("&quot;"));
            break;
        case '\'':
            buf_put(html->out, SLICE("&#39;"));
            break;
        default:
            if ((unsigned char)byte < ' ' && byte != '\n' && byte != '\t') {
                buf_put(html->out, SLICE("\xEF\xBF\xBD"));
            } else {
                buf_put_byte(html->out, byte);
            }
        }
    }
}

void html_open(struct html *html, const char *element) {
    INVARIANT(html->depth < HTML_DEPTH_MAX);
    end_tag(html);
    buf_put_byte(html->out, '<');
    buf_put(html->out, slice_of(element));
    html->open[html->depth++] = element;
    html->in_tag = true;
}

void html_void(struct html *html, const char *element) {
    html_open(html, element);
    html->depth--;
}

void html_attribute(struct html *html, const char *name, const char *format, ...) {
    INVARIANT(html->in_tag);
    char text[PIECE_MAX];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    INVARIANT(size >= 0 && size < PIECE_MAX);
    buf_put_byte(html->out, ' ');
    buf_put(html->out, slice_of(name));
    buf_put(html->out, SLICE("=\""));
    put_escaped(html, (Slice){text, (size_t)size});
    buf_put_byte(html->out, '"');
}

void html_text(struct html *html, Slice text) {
    end_tag(html);
    put_escaped(html, text);
}

void html_printf(struct html *html, const char *format, ...) {
    char text[PIECE_MAX];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    INVARIANT(size >= 0);
    html_text(html, (Slice){text, size < PIECE_MAX ? (size_t)size : PIECE_MAX - 1});
}

void html_close(struct html *html) {
    INVARIANT(html->depth > 0);
    end_tag(html);
    buf_put(html->out, SLICE("</"));
    buf_put(html->out, slice_of(html->open[--html->depth]));
    buf_put_byte(html->out, '>');
}

void html_element(struct html *html, const char *element, Slice text) {
    html_open(html, element);
    html_text(html, text);
    html_close(html);
}

void html_both(struct html *html, Slice zh, Slice en) {
    html_open(html, "span");
    html_attribute(html, "class", "zh");
    html_attribute(html, "lang", "zh");
    html_text(html, zh);
    html_close(html);
    html_open(html, "span");
    html_attribute(html, "class", "en");
    html_attribute(html, "lang", "en");
    html_text(html, en);
    html_close(html);
}

void html_style(struct html *html, const char *style) {
    html_open(html, "style");
    end_tag(html);
    buf_put(html->out, slice_of(style));
    html_close(html);
}
