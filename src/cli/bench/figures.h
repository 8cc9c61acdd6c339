#pragma once
// Figures: what a benchmark found, as a table for people and as JSON for programs. The list is figures.def.

#include "base/buf.h"

typedef enum Figure {
#define SECTION(title)
#define FIGURE(name, unit, meaning) FIGURE_##name,
#include "cli/bench/figures.def"
#undef SECTION
#undef FIGURE
    FIGURE_COUNT
} Figure;

struct figures {
    double values[FIGURE_COUNT];
};

void figures_print(const struct figures *figures, struct buf *out);
void figures_write_json(const struct figures *figures, struct buf *out);
