#pragma once
// Fonts: the faces that documents and figures are set in, and what is needed to measure text.
//
//     struct fonts *fonts;
//     TRY(fonts_open(SLICE(""), arena, &fonts, diag));
//     TRY(paper_write_pdf(paper, fonts, &out, NULL, diag));
//     fonts_close(fonts);
//
// There are four faces: Noto Sans CJK SC and Noto Serif CJK SC, each regular and bold (Debian's fonts-noto-cjk). They hold Chinese, Latin, Greek and
// Cyrillic letters. No other font of the machine is ever taken, whatever its settings say: the same text gives the same bytes wherever these fonts
// and libraries are. A letter that they have not (Arabic, Thai, emoji) shows as a box with its number.
//
// Opening takes a millisecond; a font is read when something is first set in it, some tens of milliseconds each. One `struct fonts` is for one thread
// at a time; it may go from one to another. Several may be used at once, each by its own thread. (cairo 1.16 leaves 768 bytes
// behind for each face of each PDF.)
//
// Codes: PA001 the fonts are not there.

#include "base/arena.h"
#include "base/diag.h"

struct fonts;

// `folder`: where the font files lie, with all folders below; empty: /usr/share/fonts. What diags say lives as long as `arena`, also those of
// functions that are given the fonts.
MUST_USE Status fonts_open(Slice folder, struct arena *arena, struct fonts **ret_fonts, struct diag *diag);
// NULL is let pass.
void fonts_close(struct fonts *fonts);
