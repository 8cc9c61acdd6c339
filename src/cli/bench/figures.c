#include "cli/bench/figures.h"

#include "codec/json_write.h"

#include <math.h>
#include <stdio.h>

struct line {
    const char *name, *unit, *meaning; // a section has only a meaning
    Figure figure;
};

static const struct line lines[] = {
#define SECTION(title) {NULL, NULL, title, FIGURE_COUNT},
#define FIGURE(name, unit, meaning) {#name, unit, meaning, FIGURE_##name},
#include "cli/bench/figures.def"
#undef SECTION
#undef FIGURE
};

enum { LINE_COUNT = sizeof lines / sizeof lines[0], NUMBER_SIZE = 48 };

// 1234567.8 as "1,234,568"; small ones with the decimals that tell something.
static void format(double value, char text[NUMBER_SIZE]) {
    char plain[NUMBER_SIZE];
    int decimals = value == floor(value) || value >= 1000 ? 0 : value >= 100 ? 1 : 2;
    int size = snprintf(plain, sizeof plain, "%.*f", decimals, value);
    int whole = decimals == 0 ? size : size - decimals - 1;
    int at = 0;
    for (int i = 0; i < size && at < NUMBER_SIZE - 2; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = plain[i];
    }
    text[at] = '\0';
}

void figures_print(const struct figures *figures, struct buf *out) {
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].name == NULL) {
            buf_printf(out, "\n%s\n", lines[i].meaning);
            continue;
        }
        char number[NUMBER_SIZE];
        format(figures->values[lines[i].figure], number);
        buf_printf(out, "  %-30s %12s %-3s %s\n", lines[i].name, number, lines[i].unit, lines[i].meaning);
    }
}

void figures_write_json(const struct figures *figures, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].name != NULL) {
            // Four digits behind the point are more than any of these figures is good for.
            json_key_double(&json, slice_of(lines[i].name), round(figures->values[lines[i].figure] * 1e4) / 1e4);
        }
    }
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}
