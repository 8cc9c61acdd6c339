#include "paper/style.h"

#include "paper/canvas.h"

#include <ctype.h>

// Colours are variables, so that one rule changes them all at night. In print they are those of the day.
static const char page_sheet[] =
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--tint);color:var(--text);font:16px/1.75 " STYLE_FONTS "}"
    "main{max-width:54rem;margin:0 auto;padding:1rem 1.25rem 3rem;background:var(--paper)}"
    "main.letter{font-family:" STYLE_SERIF "}"
    ".top{display:flex;justify-content:space-between;gap:1rem;border-bottom:1px solid "
    "var(--rule);font-size:.8rem;color:var(--muted);padding-bottom:.25rem}"
    ".top b{color:var(--red)}"
    "h1{font-size:1.75rem;line-height:1.35;text-align:center;margin:1.5rem 0 .5rem;white-space:pre-line}"
    "h2{font-size:1.25rem;margin:1.8rem 0 .5rem}h3{font-size:1.1rem;margin:1.4rem 0 .4rem}h4{font-size:1rem;margin:1.2rem 0 .3rem}"
    ".subtitle{text-align:center;color:var(--muted);margin:0 0 1.5rem;white-space:pre-line}"
    "p{margin:.6rem 0;white-space:pre-line;overflow-wrap:anywhere}"
    ".in{text-indent:2em}.pad{display:inline-block;width:2em;text-indent:0}.mid{text-align:center}.end{text-align:right}.small{font-size:.85rem;"
    "color:var(--muted)}"
    "ul,ol{margin:.6rem 0;padding-left:2em}li{white-space:pre-line;overflow-wrap:anywhere}"
    ".scroll{overflow-x:auto;margin:.4rem 0 1.2rem}"
    "table{border-collapse:collapse;width:100%;font-size:.85rem;line-height:1.5;font-family:" STYLE_FONTS "}"
    ".cap{font-size:.9rem;font-weight:bold;text-align:center;margin:1.2rem 0 .3rem}"
    "th,td{padding:.3rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);white-space:pre-line;overflow-wrap:break-word}"
    "thead th{background:var(--shade);border-top:1.5px solid var(--rule);border-bottom:1px solid var(--rule);text-align:center;vertical-align:middle}"
    "tbody tr:nth-child(even){background:var(--tint)}tbody tr:last-child td{border-bottom:1.5px solid var(--rule)}"
    "tr.sum td{font-weight:bold;border-top:1px solid var(--rule)}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.c{text-align:center}"
    ".pairs th{font-weight:normal;color:var(--muted);background:var(--tint);width:9em}.pairs tbody tr th,.pairs tbody tr:last-child td,.pairs tbody "
    "tr td{border:1px solid var(--grid)}"
    ".note,.warning,.secret{border:1px solid var(--grid);border-left:4px solid var(--rule);background:var(--tint);padding:.5rem 1rem;margin:1rem 0}"
    ".warning{border-left-color:var(--amber)}.secret{border-left-color:var(--red)}.secret b{color:var(--red)}"
    ".note p,.warning p,.secret p{margin:.2rem 0}"
    "figure{margin:1.2rem 0}figcaption{font-size:.9rem;font-weight:bold;text-align:center}"
    "svg.fig{display:block;width:100%;height:auto;margin:0 auto;font-family:" STYLE_FONTS "}.wide svg.fig{min-width:46rem}"
    ".red{text-align:center;margin:2.5rem 0 1rem}.red "
    ".who{color:var(--red);font-size:2.1rem;line-height:1.3;font-weight:bold;letter-spacing:.08em;margin:0}"
    ".red .no{margin:1.2rem 0 .4rem}.red hr{border:0;border-top:2px solid var(--red);margin:0}.red .grade{text-align:left;font-weight:bold;margin:0}"
    ".sign{display:table;text-align:center;margin:2.5rem 2em 1rem auto}.sign p{margin:0}"
    "hr.page{border:0;border-top:1px dashed var(--grid);margin:2.5rem 0}"
    "@media screen and (max-width:40rem){svg.fig{min-width:36rem}}"
    "@media print{body{background:none;font-size:10.5pt;line-height:1.6}main{max-width:none;padding:0}.scroll{overflow:visible}"
    "hr.page{break-after:page;border:0;margin:0}thead{display:table-header-group}tr,figure,.note,.warning,.secret,.sign{break-inside:avoid}"
    "h2,h3,h4,.cap{break-after:avoid}.wide svg.fig{min-width:0}@page{size:A4;margin:20mm}}";

static void put_name(struct buf *out, Ink ink) {
    for (const char *letter = ink_name(ink); *letter != 0; letter++) {
        buf_put_byte(out, (char)tolower(*letter));
    }
}

static void put_variables(struct buf *out, InkWorld world) {
    buf_put(out, SLICE(":root{"));
    for (Ink ink = INK_NONE + 1; ink < INK_COUNT; ink++) {
        buf_put(out, SLICE("--"));
        put_name(out, ink);
        buf_printf(out, ":#%06x;", ink_colour(ink, world));
    }
    buf_put(out, SLICE("}"));
}

// `as`: "#1f2328" for a file, var(--text) for a page.
static void put_classes(struct buf *out, bool as_variables) {
    static const struct {
        char prefix;
        const char *property;
    } kinds[] = {{'f', "fill"}, {'s', "stroke"}};
    buf_put(out, SLICE(".f-none{fill:none}"));
    for (Ink ink = INK_NONE + 1; ink < INK_COUNT; ink++) {
        for (int i = 0; i < 2; i++) {
            buf_printf(out, ".%c-", kinds[i].prefix);
            put_name(out, ink);
            buf_printf(out, "{%s:", kinds[i].property);
            if (as_variables) {
                buf_put(out, SLICE("var(--"));
                put_name(out, ink);
                buf_put(out, SLICE(")}"));
            } else {
                buf_printf(out, "#%06x}", ink_colour(ink, INK_LIGHT));
            }
        }
    }
}

void style_put_figure(struct buf *out) {
    buf_put(out, SLICE("svg{font-family:" STYLE_FONTS "}"));
    put_classes(out, false);
}

void style_put_page(struct buf *out) {
    put_variables(out, INK_LIGHT);
    buf_put(out, SLICE("@media screen and (prefers-color-scheme:dark){"));
    put_variables(out, INK_DARK);
    buf_put(out, SLICE("}"));
    buf_put(out, slice_of(page_sheet));
    put_classes(out, true);
}
