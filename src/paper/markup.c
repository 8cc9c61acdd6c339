#include "paper/markup.h"

#include <math.h>

void markup_init(struct markup *markup, struct buf *out) {
    *markup = (struct markup){.out = out};
}

void markup_finish(const struct markup *markup) {
    INVARIANT(markup->depth == 0 && !markup->in_tag);
}

static void put_literal(struct markup *markup, const char *text) {
    buf_put(markup->out, slice_of(text));
}

static void end_tag(struct markup *markup) {
    if (markup->in_tag) {
        put_literal(markup, markup->is_void ? "/>" : ">");
        markup->in_tag = false;
        markup->is_void = false;
    }
}

static const char *escape_of(char byte) {
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_escaped(struct markup *markup, Slice text) {
    size_t start = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char *escape = escape_of(text.at[i]);
        if (escape != NULL) {
            buf_put(markup->out, slice_part(text, start, i - start));
            put_literal(markup, escape);
            start = i + 1;
        }
    }
    buf_put(markup->out, slice_part(text, start, SIZE_MAX));
}

static void begin_tag(struct markup *markup, const char *element, bool is_void) {
    end_tag(markup);
    buf_put_byte(markup->out, '<');
    put_literal(markup, element);
    markup->in_tag = true;
    markup->is_void = is_void;
}

void markup_open(struct markup *markup, const char *element) {
    INVARIANT(markup->depth < MARKUP_DEPTH_MAX);
    begin_tag(markup, element, false);
    markup->open[markup->depth++] = element;
}

void markup_void(struct markup *markup, const char *element) {
    begin_tag(markup, element, true);
}

struct buf *markup_attribute_begin(struct markup *markup, const char *name) {
    INVARIANT(markup->in_tag);
    buf_put_byte(markup->out, ' ');
    put_literal(markup, name);
    buf_put(markup->out, SLICE("=\""));
    return markup->out;
}

void markup_attribute_end(struct markup *markup) {
    buf_put_byte(markup->out, '"');
}

void markup_attribute_text(struct markup *markup, const char *name, Slice value) {
    markup_attribute_begin(markup, name);
    put_escaped(markup, value);
    markup_attribute_end(markup);
}

void markup_attribute(struct markup *markup, const char *name, const char *value) {
    markup_attribute_text(markup, name, slice_of(value));
}

void markup_attribute_number(struct markup *markup, const char *name, double value) {
    markup_number(markup_attribute_begin(markup, name), value);
    markup_attribute_end(markup);
}

void markup_text(struct markup *markup, Slice text) {
    end_tag(markup);
    put_escaped(markup, text);
}

void markup_close(struct markup *markup) {
    INVARIANT(markup->depth > 0);
    end_tag(markup);
    put_literal(markup, "</");
    put_literal(markup, markup->open[--markup->depth]);
    buf_put_byte(markup->out, '>');
}

void markup_element(struct markup *markup, const char *element, Slice text) {
    markup_open(markup, element);
    markup_text(markup, text);
    markup_close(markup);
}

void markup_element_of(struct markup *markup, const char *element, const char *class_name, Slice text) {
    markup_open(markup, element);
    markup_attribute(markup, "class", class_name);
    markup_text(markup, text);
    markup_close(markup);
}

void markup_style(struct markup *markup, void (*put)(struct buf *out)) {
    markup_open(markup, "style");
    end_tag(markup);
    put(markup->out);
    markup_close(markup);
}

void markup_number(struct buf *out, double value) {
    long long hundredths = llround(value * 100);
    unsigned long long magnitude = hundredths < 0 ? 0 - (unsigned long long)hundredths : (unsigned long long)hundredths;
    buf_printf(out, "%s%llu", hundredths < 0 ? "-" : "", magnitude / 100);
    if (magnitude % 100 != 0) {
        buf_printf(out, magnitude % 10 == 0 ? ".%llu" : ".%02llu", magnitude % 10 == 0 ? magnitude % 100 / 10 : magnitude % 100);
    }
}
