// Plots: inline SVG without scripts. Texts in them are ids and numbers alone, so that they need no language; what a plot shows is
// said beside it. Every mark has a <title>, which browsers show under the pointer.

#include "monitoring/evaluation/private.h"

#include "base/time.h"
#include "monitoring/evaluation/html.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 760,
    LEFT = 92,   // room for labels of rows
    RIGHT = 60,  // and for values behind them
    ROW = 20,
    PLOT_MODELS_MAX = 120, // rows of the bands, most hits first
    HEAT_MODELS_MAX = 20,
    TICKS = 4,
};

static void begin(struct html *html, int height) {
    html_open(html, "svg");
    html_attribute(html, "viewBox", "0 0 %d %d", WIDTH, height);
    html_attribute(html, "xmlns", "http://www.w3.org/2000/svg");
    html_attribute(html, "role", "img");
    html_attribute(html, "font-size", "11");
    html_attribute(html, "font-family", "sans-serif");
}

static void text_at(struct html *html, double x, double y, const char *anchor, Slice text) {
    html_open(html, "text");
    html_attribute(html, "x", "%.1f", x);
    html_attribute(html, "y", "%.1f", y);
    html_attribute(html, "text-anchor", "%s", anchor);
    html_text(html, text);
    html_close(html);
}

static void number_at(struct html *html, double x, double y, const char *anchor, const char *format, double value) {
    char text[32];
    // The formats are this file's.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int size = snprintf(text, sizeof text, format, value);
#pragma GCC diagnostic pop
    text_at(html, x, y, anchor, (Slice){text, (size_t)size});
}

static void line_between(struct html *html, double x1, double y1, double x2, double y2, const char *colour) {
    html_open(html, "line");
    html_attribute(html, "x1", "%.1f", x1);
    html_attribute(html, "y1", "%.1f", y1);
    html_attribute(html, "x2", "%.1f", x2);
    html_attribute(html, "y2", "%.1f", y2);
    html_attribute(html, "stroke", "%s", colour);
    html_close(html);
}

// A mark stays open for its title.
static void open_rect(struct html *html, double x, double y, double width, double height, const char *colour) {
    html_open(html, "rect");
    html_attribute(html, "x", "%.1f", x);
    html_attribute(html, "y", "%.1f", y);
    html_attribute(html, "width", "%.1f", width);
    html_attribute(html, "height", "%.1f", height);
    html_attribute(html, "fill", "%s", colour);
}

static void open_circle(struct html *html, double x, double y, double radius, const char *colour) {
    html_open(html, "circle");
    html_attribute(html, "cx", "%.1f", x);
    html_attribute(html, "cy", "%.1f", y);
    html_attribute(html, "r", "%.1f", radius);
    html_attribute(html, "fill", "%s", colour);
    html_attribute(html, "fill-opacity", "0.75");
}

static void title_and_close(struct html *html, Slice name, const char *format, double value, double whole) {
    char text[96];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int size = snprintf(text, sizeof text, format, value, whole);
#pragma GCC diagnostic pop
    html_open(html, "title");
    html_text(html, name);
    html_text(html, (Slice){text, (size_t)size});
    html_close(html);
    html_close(html);
}

static const char *const grey = "#d7dce2";
static const char *const blue = "#2f6fb0";
static const char *const orange = "#d9822b";
static const char *const green = "#3a8f5c";
static const char *const red = "#c0392b";

// ---- shares by family --------------------------------------------------------------------------------------

void plot_early_by_family(const struct evaluation *evaluation, struct html *html) {
    double room = WIDTH - LEFT - RIGHT;
    begin(html, (int)evaluation->families.count * ROW + ROW);
    int row = 0;
    for (uint32_t i = 0; i < evaluation->families.count; i++) {
        const struct group *group = &evaluation->families.at[i];
        if (group->cases == 0) {
            continue;
        }
        double y = row++ * ROW + 4;
        text_at(html, LEFT - 8, y + 12, "end", group->key);
        open_rect(html, LEFT, y, room, ROW - 6, "#f1f3f5");
        title_and_close(html, group->key, ": %.0f", group->cases, 0);
        open_rect(html, LEFT, y, room * group_recall(group), ROW - 6, "#a9c8e6");
        title_and_close(html, group->key, ": %.0f / %.0f", group->found, group->cases);
        open_rect(html, LEFT, y, room * group_early(group), ROW - 6, blue);
        title_and_close(html, group->key, ": %.0f / %.0f", group->early, group->cases);
        number_at(html, WIDTH - RIGHT + 6, y + 12, "start", "%.0f %%", 100 * group_early(group));
    }
    html_close(html);
}

// ---- delays ------------------------------------------------------------------------------------------------

void plot_delays(const struct evaluation *evaluation, struct html *html) {
    static const char *const names[DELAY_CLASSES] = {"0", "1", "2", "3-5", "6-10", "11-20", "21-50", "> 50", "never 从未"};
    enum { HEIGHT = 220, FLOOR = 190 };
    uint64_t most = 1;
    for (int i = 0; i < 2 * DELAY_CLASSES; i++) {
        uint64_t count = evaluation->delays[i / DELAY_CLASSES][i % DELAY_CLASSES];
        most = count > most ? count : most;
    }
    begin(html, HEIGHT);
    double step = (double)(WIDTH - LEFT) / DELAY_CLASSES;
    for (int i = 0; i < DELAY_CLASSES; i++) {
        double x = LEFT / 2.0 + i * step;
        text_at(html, x + step / 2, FLOOR + 18, "middle", slice_of(names[i]));
        for (int k = 0; k < 2; k++) {
            double count = (double)evaluation->delays[k][i];
            double height = count * (FLOOR - 20) / (double)most;
            double left = x + step * 0.12 + k * step * 0.38;
            open_rect(html, left, FLOOR - height, step * 0.36, height, k == 0 ? blue : orange);
            title_and_close(html, slice_of(names[i]), ": %.0f", count, 0);
            number_at(html, left + step * 0.18, FLOOR - height - 3, "middle", "%.0f", count);
        }
    }
    line_between(html, LEFT / 2.0, FLOOR, WIDTH - LEFT / 2.0, FLOOR, "#888");
    html_close(html);
}

// ---- models against their bands ----------------------------------------------------------------------------

static double clamp(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

// A logarithmic axis from 0.01 to 100,000; nothing lies at the left edge.
static double log_x(double rate) {
    const double room = WIDTH - LEFT - RIGHT;
    return rate <= 0 ? LEFT : LEFT + room * clamp((log10(rate) + 2) / 7, 0, 1);
}

void plot_bands(const struct evaluation *evaluation, struct html *html) {
    uint32_t count = evaluation->plan.model_count < PLOT_MODELS_MAX ? evaluation->plan.model_count : PLOT_MODELS_MAX;
    static const char *const colours[] = {"#888888", "#3a8f5c", "#d9822b", "#c0392b"};
    begin(html, (int)count * ROW + 2 * ROW);
    for (int power = -2; power <= 5; power++) {
        double x = log_x(pow(10, power));
        line_between(html, x, ROW, x, (count + 1) * ROW, "#eeeeee");
        number_at(html, x, ROW - 6, "middle", "%g", pow(10, power));
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = evaluation->by_hits[i];
        const struct evaluation_model *model = &evaluation->plan.models[at];
        const struct model_count *counted = &evaluation->models[at];
        double y = (i + 1) * ROW + ROW / 2.0;
        text_at(html, LEFT - 8, y + 4, "end", model->id);
        if (model->has_rate) {
            open_rect(html, log_x(model->low), y - 4, log_x(model->high) - log_x(model->low), 8, grey);
            title_and_close(html, model->id, ": %g - %g", model->low, model->high);
            line_between(html, log_x(model->target), y - 6, log_x(model->target), y + 6, "#555555");
        }
        open_circle(html, log_x(model_rate(counted)), y, 4.5, colours[model_band(model, counted)]);
        title_and_close(html, model->id, ": %.3g", model_rate(counted), 0);
        number_at(html, WIDTH - RIGHT + 6, y + 4, "start", "%.3g", model_rate(counted));
    }
    html_close(html);
}

// ---- recall and precision ----------------------------------------------------------------------------------

enum { NAME_WIDTH = 46, NAME_HEIGHT = 11, NAMES_MAX = 256 };

// Places of names, so that neighbours at one spot do not hide each other's.
struct name_places {
    double x[NAMES_MAX], y[NAMES_MAX];
    uint32_t count;
};

static bool is_taken(const struct name_places *places, double x, double y) {
    for (uint32_t i = 0; i < places->count; i++) {
        if (fabs(places->x[i] - x) < NAME_WIDTH && fabs(places->y[i] - y) < NAME_HEIGHT) {
            return true;
        }
    }
    return false;
}

static void name_near(struct html *html, struct name_places *places, double x, double y, Slice name) {
    if (places->count == NAMES_MAX) {
        return;
    }
    for (int tries = 0; tries < NAMES_MAX && is_taken(places, x, y); tries++) {
        y += NAME_HEIGHT;
    }
    places->x[places->count] = x;
    places->y[places->count++] = y;
    text_at(html, x, y, "start", name);
}

void plot_scatter(const struct evaluation *evaluation, struct html *html) {
    enum { HEIGHT = 380, FLOOR = 345, TOP = 30 };
    double room = WIDTH - LEFT - RIGHT;
    struct name_places places = {0};
    begin(html, HEIGHT);
    for (int i = 0; i <= TICKS; i++) {
        double share = (double)i / TICKS;
        double x = LEFT + room * share;
        double y = FLOOR - (FLOOR - TOP) * share;
        line_between(html, x, TOP, x, FLOOR, "#eeeeee");
        line_between(html, LEFT, y, LEFT + room, y, "#eeeeee");
        number_at(html, x, FLOOR + 16, "middle", "%.0f %%", 100 * share);
        number_at(html, LEFT - 8, y + 4, "end", "%.0f %%", 100 * share);
    }
    for (uint32_t i = 0; i < evaluation->typologies.count; i++) {
        const struct group *group = &evaluation->typologies.at[i];
        if (group->cases == 0 || group->hits == 0) {
            continue;
        }
        double x = LEFT + room * group_recall(group);
        double y = FLOOR - (FLOOR - TOP) * group_precision(group);
        open_circle(html, x, y, clamp(3 + 1.5 * sqrt(group->cases), 4, 22), group_early(group) >= 0.5 ? green : red);
        title_and_close(html, group->key, ": recall %.2f, precision %.2f", group_recall(group), group_precision(group));
        name_near(html, &places, x + 9, y + 4, group->key);
    }
    html_close(html);
}

// ---- interventions by day ----------------------------------------------------------------------------------

void plot_days(const struct evaluation *evaluation, struct html *html) {
    enum { HEIGHT = 210, FLOOR = 180 };
    begin(html, HEIGHT);
    uint32_t count = evaluation->days.count;
    if (count > 0) {
        int64_t first = evaluation->days.at[0].day;
        double step = (double)(WIDTH - LEFT) / (double)(evaluation->days.at[count - 1].day - first + 1);
        uint64_t most = 1;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t sum = evaluation->days.at[i].inside + evaluation->days.at[i].outside;
            most = sum > most ? sum : most;
        }
        double last_label = -1000;
        for (uint32_t i = 0; i < count; i++) {
            const struct day_count *day = &evaluation->days.at[i];
            char text[TIME_TEXT_SIZE];
            size_t size = time_format(day->day * US_PER_DAY, 0, text);
            Slice name = slice_part((Slice){text, size}, 5, 5);
            double x = LEFT / 2.0 + (double)(day->day - first) * step;
            double unit = (FLOOR - 20.0) / (double)most;
            double inside = (double)day->inside * unit;
            double outside = (double)day->outside * unit;
            open_rect(html, x, FLOOR - inside, step * 0.8, inside, blue);
            title_and_close(html, name, ": %.0f", (double)day->inside, 0);
            open_rect(html, x, FLOOR - inside - outside, step * 0.8, outside, orange);
            title_and_close(html, name, ": %.0f", (double)day->outside, 0);
            if (x - last_label > 45) {
                text_at(html, x, FLOOR + 16, "start", name);
                last_label = x;
            }
        }
        number_at(html, LEFT / 2.0 - 4, 24, "end", "%.0f", (double)most);
    }
    line_between(html, LEFT / 2.0, FLOOR, WIDTH - LEFT / 2.0, FLOOR, "#888");
    html_close(html);
}

// ---- overlap -----------------------------------------------------------------------------------------------

void plot_overlap(const struct evaluation *evaluation, struct html *html) {
    uint32_t shown[HEAT_MODELS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < evaluation->plan.model_count && count < HEAT_MODELS_MAX; i++) {
        uint32_t at = evaluation->by_hits[i];
        if (evaluation->models[at].hits > 0 && at < evaluation->pair_models) {
            shown[count++] = at;
        }
    }
    double cell = 30;
    double top = 80;
    begin(html, (int)(top + cell * count) + 10);
    for (uint32_t i = 0; i < count; i++) {
        double y = top + cell * i;
        Slice inner = evaluation->plan.models[shown[i]].id;
        text_at(html, LEFT - 6, y + cell / 2 + 4, "end", inner);
        html_open(html, "text");
        html_attribute(html, "transform", "translate(%.1f,%.1f) rotate(-60)", LEFT + cell * i + cell / 2 + 4, top - 6);
        html_text(html, inner);
        html_close(html);
        for (uint32_t k = 0; k < count; k++) {
            double whole = (double)evaluation->models[shown[i]].hits;
            double both = i == k ? whole : (double)evaluation->pairs[(size_t)shown[i] * evaluation->pair_models + shown[k]];
            double share = share_of(both, whole);
            open_rect(html, LEFT + cell * k, y, cell - 1, cell - 1, i == k ? grey : blue);
            if (i != k) {
                html_attribute(html, "fill-opacity", "%.3f", 0.03 + 0.97 * share);
            }
            title_and_close(html, inner, " + other: %.0f / %.0f", both, whole);
            if (share > 0 && i != k) {
                number_at(html, LEFT + cell * k + cell / 2, y + cell / 2 + 4, "middle", "%.0f", 100 * share);
            }
        }
    }
    html_close(html);
}
