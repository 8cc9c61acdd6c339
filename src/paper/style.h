#pragma once
// Style: the sheets of pages and of figures in files of their own.

#include "base/buf.h"

#define STYLE_FONTS "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
#define STYLE_SERIF "'Noto Serif CJK SC','Noto Serif SC','Source Han Serif SC','Songti SC','SimSun',serif"

// Of a figure in a file: black on white.
void style_put_figure(struct buf *out);
// Of a page, for screens and for paper; the colours of figures too, light and dark.
void style_put_page(struct buf *out);
