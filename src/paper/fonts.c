#include "paper/fonts.h"

#include "paper/text.h"

#include <fontconfig/fontconfig.h>
#include <math.h>
#include <pango/pangofc-fontmap.h>
#include <stdlib.h>

struct fonts {
    struct arena *told;
    FcConfig *config;
    PangoFontMap *map;
    PangoContext *context;
    PangoFontDescription *faces[FACE_COUNT];
    PangoLayout *line; // for measuring
};

static const char *const families[FACE_COUNT] = {
#define FACE_FAMILY(name, family, bold) family,
    FACES(FACE_FAMILY)
#undef FACE_FAMILY
};

static const bool bolds[FACE_COUNT] = {
#define FACE_BOLD(name, family, bold) bold,
    FACES(FACE_BOLD)
#undef FACE_BOLD
};

// ---- where the fonts are -----------------------------------------------------------------------------------

// The machine's own settings (/etc/fonts, those of the user) are not read: they could put another font in the place of ours. Its index of fonts is
// taken, since reading 80 MB of fonts at each start would take a second.
static const char settings[] = "<fontconfig>%s<selectfont><rejectfont><pattern/></rejectfont><acceptfont>"
                               "<pattern><patelt name=\"family\"><string>Noto Sans CJK SC</string></patelt></pattern>"
                               "<pattern><patelt name=\"family\"><string>Noto Serif CJK SC</string></patelt></pattern>"
                               "</acceptfont></selectfont></fontconfig>";

static bool has_face(const FcFontSet *set, const char *family, bool bold) {
    for (int i = 0; i < set->nfont; i++) {
        FcChar8 *name;
        int weight = 0;
        for (int k = 0; FcPatternGetString(set->fonts[i], FC_FAMILY, k, &name) == FcResultMatch; k++) {
            if (strcmp((const char *)name, family) == 0 && FcPatternGetInteger(set->fonts[i], FC_WEIGHT, 0, &weight) == FcResultMatch &&
                (weight >= FC_WEIGHT_BOLD) == bold) {
                return true;
            }
        }
    }
    return false;
}

static bool has_faces(FcConfig *config) {
    const FcFontSet *set = FcConfigGetFonts(config, FcSetSystem);
    for (int i = 0; i < FACE_COUNT && set != NULL; i++) {
        if (!has_face(set, families[i], bolds[i])) {
            return false;
        }
    }
    return set != NULL;
}

// An index is kept for the usual folder alone: fontconfig would write one of any other.
static bool find_fonts(struct fonts *fonts, Slice folder) {
    Slice text = SLICE("<cachedir>/var/cache/fontconfig</cachedir><dir>/usr/share/fonts</dir>");
    for (size_t i = 0; i < folder.size; i++) {
        if (strchr("<>&", folder.at[i]) != NULL) { // also a NUL
            return false;
        }
    }
    if (folder.size > 0) {
        text = arena_printf(fonts->told, "<dir>%.*s</dir>", SLICE_ARGS(folder));
    }
    text = arena_printf(fonts->told, settings, text.at);
    fonts->config = FcConfigCreate();
    return fonts->config != NULL && FcConfigParseAndLoadFromMemory(fonts->config, (const FcChar8 *)text.at, FcTrue) == FcTrue &&
           FcConfigBuildFonts(fonts->config) == FcTrue && has_faces(fonts->config);
}

// ---- opening ----------------------------------------------------------------------------------------------

// Letters have the shape and the width that their designer gave them, not what suits some screen.
static void set_options(PangoContext *context) {
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72); // a unit is a point
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(context, FALSE);
}

Status fonts_open(Slice folder, struct arena *arena, struct fonts **ret_fonts, struct diag *diag) {
    *ret_fonts = NULL;
    struct fonts *fonts = memory_alloc(sizeof *fonts);
    fonts->told = arena;
    if (!find_fonts(fonts, folder)) {
        fonts_close(fonts);
        Status status = diag_fail(diag, arena, STATUS_NOT_FOUND, "PA001",
                                  "the fonts Noto Sans CJK SC and Noto Serif CJK SC, regular and bold, are not below %.*s",
                                  SLICE_ARGS(folder.size > 0 ? folder : SLICE("/usr/share/fonts")));
        diag->hint = SLICE("install the package fonts-noto-cjk");
        return status;
    }
    fonts->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    INVARIANT(fonts->map != NULL); // Debian's cairo always has FreeType
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts->map), fonts->config);
    fonts->context = pango_font_map_create_context(fonts->map);
    set_options(fonts->context);
    for (int i = 0; i < FACE_COUNT; i++) {
        fonts->faces[i] = pango_font_description_new();
        pango_font_description_set_family_static(fonts->faces[i], families[i]);
        pango_font_description_set_weight(fonts->faces[i], bolds[i] ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    *ret_fonts = fonts;
    return STATUS_OK;
}

void fonts_close(struct fonts *fonts) {
    if (fonts == NULL) {
        return;
    }
    g_clear_object(&fonts->line);
    for (int i = 0; i < FACE_COUNT; i++) {
        if (fonts->faces[i] != NULL) {
            pango_font_description_free(fonts->faces[i]);
        }
    }
    g_clear_object(&fonts->context);
    if (fonts->map != NULL) {
        pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts->map), NULL); // a map does not give back its own when it goes (pango 1.50)
    }
    g_clear_object(&fonts->map);
    if (fonts->config != NULL) {
        FcConfigDestroy(fonts->config);
    }
    free(fonts);
}

struct arena *fonts_arena(struct fonts *fonts) {
    return fonts->told;
}

// ---- text -------------------------------------------------------------------------------------------------

static void set_face(struct fonts *fonts, PangoLayout *layout, Face face, double size) {
    PangoFontDescription *description = fonts->faces[face];
    pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, description);
}

PangoLayout *text_layout(struct fonts *fonts, const TextStyle *style, double width) {
    static const PangoAlignment alignments[] = {[TEXT_LEFT] = PANGO_ALIGN_LEFT, [TEXT_CENTRE] = PANGO_ALIGN_CENTER, [TEXT_RIGHT] = PANGO_ALIGN_RIGHT};
    PangoLayout *layout = pango_layout_new(fonts->context);
    set_face(fonts, layout, style->face, style->size);
    pango_layout_set_auto_dir(layout, FALSE); // a name in Arabic does not turn the page around
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, alignments[style->align]);
    pango_layout_set_indent(layout, (int)(style->indent * PANGO_SCALE));
    if (width >= 0) {
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    }
    return layout;
}

static size_t character_start(Slice text, size_t at) {
    while (at > 0 && at < text.size && ((unsigned char)text.at[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

// Pango shapes what is left of a run again for each line that it breaks off, as far as letters there are kerned; a text of 100 KB without an end
// would take minutes. An attribute that changes nothing cuts it into runs.
static void cut_into_runs(PangoAttrList *list, Slice text) {
    enum { RUN_MAX = 2048 };
    for (size_t start = 0; start < text.size;) {
        size_t end = character_start(text, start + RUN_MAX < text.size ? start + RUN_MAX : text.size);
        PangoAttribute *same = pango_attr_fallback_new(TRUE);
        same->start_index = (guint)start;
        same->end_index = (guint)end;
        pango_attr_list_insert(list, same);
        start = end;
    }
}

void text_set_bold(PangoLayout *layout, Slice text, const Span *bold, uint32_t bold_count) {
    enum { SHORT = 4096 };
    PangoAttrList *list = NULL;
    if (text.size > SHORT || bold_count > 0) {
        list = pango_attr_list_new();
        for (uint32_t i = 0; i < bold_count; i++) {
            PangoAttribute *weight = pango_attr_weight_new(PANGO_WEIGHT_BOLD);
            weight->start_index = (guint)bold[i].start;
            weight->end_index = (guint)bold[i].end;
            pango_attr_list_insert(list, weight);
        }
    }
    if (text.size > SHORT) {
        cut_into_runs(list, text);
    }
    pango_layout_set_text(layout, text.size > 0 ? text.at : "", (int)text.size);
    pango_layout_set_attributes(layout, list);
    if (list != NULL) {
        pango_attr_list_unref(list);
    }
}

void text_set(PangoLayout *layout, Slice text) {
    text_set_bold(layout, text, NULL, 0);
}

uint32_t text_lines(PangoLayout *layout) {
    return (uint32_t)pango_layout_get_line_count(layout);
}

// Whether a line may be spread behind this character: ideographs, kana and their punctuation.
static bool is_cjk(uint32_t rune) {
    return (rune >= 0x2e80 && rune <= 0x9fff) || (rune >= 0xf900 && rune <= 0xfaff) || (rune >= 0xff00 && rune <= 0xffef) ||
           (rune >= 0x20000 && rune <= 0x3ffff);
}

// Adds `extra` behind each such character of a line but its last, or counts them only.
static uint32_t spread(PangoLayoutLine *line, const char *text, int extra) {
    uint32_t count = 0;
    const char *end = text + line->start_index + line->length;
    for (GSList *run = line->runs; run != NULL; run = run->next) {
        PangoGlyphItem *item = run->data;
        for (int i = 0; i < item->glyphs->num_glyphs; i++) {
            const char *at = text + item->item->offset + item->glyphs->log_clusters[i];
            bool is_last = at >= end || g_utf8_next_char(at) >= end;
            if (!is_last && is_cjk(g_utf8_get_char(at))) {
                item->glyphs->glyphs[i].geometry.width += extra;
                count++;
            }
        }
    }
    return count;
}

// Pango's own way of justifying puts all that is missing into blanks, of which a Chinese line has one or two. Lines that end a paragraph, and such
// without Chinese, stay as they are.
static void justify(PangoLayout *layout, PangoLayoutIter *at) {
    PangoLayoutLine *line = pango_layout_iter_get_line(at);
    const char *text = pango_layout_get_text(layout);
    const char *end = text + line->start_index + line->length;
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(at, NULL, &logical);
    int missing = pango_layout_get_width(layout) - logical.x - logical.width;
    if (*end == 0 || *end == '\n' || missing <= 0) {
        return;
    }
    uint32_t places = spread(line, text, 0);
    if (places > 0) {
        spread(line, text, missing / (int)places);
    }
}

TextWalk text_walk(PangoLayout *layout) {
    return (TextWalk){pango_layout_get_iter(layout)};
}

void text_walk_end(TextWalk *walk) {
    pango_layout_iter_free(walk->at); // lets NULL pass
    walk->at = NULL;
}

void text_draw(cairo_t *cairo, TextWalk *walk, const TextStyle *style, uint32_t count, double x, double y) {
    double baseline = y + style->pitch / 2 + text_middle(style->size);
    for (uint32_t i = 0; i < count && walk->at != NULL; i++) {
        PangoRectangle logical;
        pango_layout_iter_get_line_extents(walk->at, NULL, &logical);
        if (style->justified) {
            justify(pango_layout_iter_get_layout(walk->at), walk->at);
        }
        cairo_move_to(cairo, x + (double)logical.x / PANGO_SCALE, baseline + i * style->pitch);
        pango_cairo_show_layout_line(cairo, pango_layout_iter_get_line_readonly(walk->at));
        if (!pango_layout_iter_next_line(walk->at)) {
            text_walk_end(walk);
        }
    }
}

static PangoLayout *one_line(struct fonts *fonts, Face face, double size, Slice text) {
    if (fonts->line == NULL) {
        fonts->line = text_layout(fonts, &(TextStyle){.face = face, .size = size, .pitch = size}, -1);
        pango_layout_set_single_paragraph_mode(fonts->line, TRUE);
    }
    set_face(fonts, fonts->line, face, size);
    text_set(fonts->line, text);
    return fonts->line;
}

void text_show(cairo_t *cairo, struct fonts *fonts, Face face, double size, Slice text) {
    pango_cairo_show_layout_line(cairo, pango_layout_get_line_readonly(one_line(fonts, face, size, text), 0));
}

double text_width(struct fonts *fonts, Face face, double size, Slice text) {
    int width;
    pango_layout_get_size(one_line(fonts, face, size, text), &width, NULL);
    return (double)width / PANGO_SCALE;
}

Slice text_fit(struct fonts *fonts, Face face, double size, Slice text, double width, struct arena *arena) {
    static const double NARROW = 0.05; // of its size, what a letter takes at least, or else it is cut too early
    double most = 4 * (1 + fmax(0, width) / (size * NARROW));
    text = slice_part(text, 0, character_start(text, (double)text.size < most ? text.size : (size_t)most));
    if (text_width(fonts, face, size, text) <= width) {
        return text;
    }
    size_t fits = 0; // bytes; what is between the two is looked at by halves
    size_t too_long = text.size;
    Slice best = SLICE("\xE2\x80\xA6");
    while (too_long - fits > 1) {
        size_t middle = character_start(text, fits + (too_long - fits) / 2);
        if (middle <= fits) { // inside of one character
            break;
        }
        Slice cut = arena_printf(arena, "%.*s\xE2\x80\xA6", SLICE_ARGS(slice_part(text, 0, middle)));
        if (text_width(fonts, face, size, cut) <= width) {
            fits = middle;
            best = cut;
        } else {
            too_long = middle;
        }
    }
    return best;
}
