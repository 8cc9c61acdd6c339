// Figures: ticks, intervals, folding and layout of flows, and what is refused. How they look is judged by eye (paper_samples) and by
// tests/paper_test.py.

#include "paper/figure.h"

#include "base/random.h"
#include "base/test.h"
#include "base/time.h"
#include "paper/axis.h"
#include "paper/canvas.h"
#include "paper/flow.h"
#include "paper/leaks_test.h"

#include <math.h>

static const int64_t ZONE_US = 8 * US_PER_HOUR;

static bool label_is(const struct axis *axis, uint32_t tick, const char *text, struct arena *arena) {
    Slice label;
    axis_tick(axis, tick, arena, &label);
    return slice_is(label, text);
}

static bool test_ticks_are_round(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct axis axis = axis_make(0, 37, FIGURE_COUNT, PAPER_ZH, 6);
    CHECK(axis.step == 10 && axis.high == 40 && axis_ticks(&axis) == 5);
    CHECK(label_is(&axis, 4, "40", &arena) && axis_place(&axis, 20) == 0.5);
    axis = axis_make(0, 2, FIGURE_COUNT, PAPER_ZH, 6);
    CHECK(axis.step == 1 && axis_ticks(&axis) == 3); // nothing is counted by halves
    axis = axis_make(0, 0, FIGURE_COUNT, PAPER_ZH, 6);
    CHECK(axis.high > axis.low);
    axis = axis_make(-7, 12, FIGURE_COUNT, PAPER_ZH, 6);
    CHECK(axis.low == -10 && axis.high == 15 && axis.step == 5 && label_is(&axis, 0, "-10", &arena) && label_is(&axis, 2, "0", &arena));
    axis = axis_make(0.81, 0.93, FIGURE_SHARE, PAPER_ZH, 6);
    CHECK(axis.step == 2 && axis.low == 80 && label_is(&axis, 0, "80%", &arena));
    axis = axis_make(0, 0.003, FIGURE_SHARE, PAPER_EN, 6);
    CHECK(label_is(&axis, axis_ticks(&axis) - 1, "0.30%", &arena) || label_is(&axis, axis_ticks(&axis) - 1, "0.3%", &arena));
    arena_deinit(&arena);
    return true;
}

static bool test_money_is_told_in_units(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct axis axis = axis_make(0, 500000, FIGURE_MONEY, PAPER_ZH, 6);
    CHECK(slice_is(axis.unit, "元") && label_is(&axis, axis_ticks(&axis) - 1, "5,000", &arena));
    axis = axis_make(0, 88130000, FIGURE_MONEY, PAPER_ZH, 6);
    CHECK(slice_is(axis.unit, "万元") && axis.high == 100 && slice_is(axis_value(&axis, 88130000, &arena), "88.13"));
    axis = axis_make(0, 3e10, FIGURE_MONEY, PAPER_ZH, 6);
    CHECK(slice_is(axis.unit, "亿元"));
    axis = axis_make(0, 3e10, FIGURE_MONEY, PAPER_EN, 6);
    CHECK(slice_is(axis.unit, "million yuan") && slice_is(axis_value(&axis, 2.5e10, &arena), "250"));
    CHECK(slice_is(axis_number(-1234567.891, 2, &arena), "-1,234,567.89") && slice_is(axis_number(-0.001, 1, &arena), "0.0"));
    arena_deinit(&arena);
    return true;
}

static bool test_moments_are_round(void) {
    TimeTick ticks[AXIS_TICKS_MAX];
    struct arena arena;
    int64_t start = civil_days(2026, 6, 3) * US_PER_DAY - ZONE_US; // a Wednesday
    arena_init(&arena, 4096);
    CHECK(time_ticks(start, start + 30 * US_PER_DAY, ZONE_US, 8, &arena, ticks) == 4);
    CHECK(slice_is(ticks[0].label, "06-08") && civil_from_time(ticks[0].time_us, ZONE_US).weekday == 1);
    CHECK(time_ticks(start, start + US_PER_DAY, ZONE_US, 10, &arena, ticks) == 9);
    CHECK(slice_is(ticks[0].label, "06-03") && slice_is(ticks[1].label, "03:00") && slice_is(ticks[8].label, "06-04"));
    uint32_t count = time_ticks(start, start + 400 * US_PER_DAY, ZONE_US, 8, &arena, ticks);
    CHECK(count >= 5 && count <= 8 && slice_is(ticks[0].label, "2026-07"));
    count = time_ticks(start, start + 4000 * US_PER_DAY, ZONE_US, 8, &arena, ticks);
    CHECK(count >= 4 && slice_is(ticks[0].label, "2028"));
    CHECK(time_ticks(start, start, ZONE_US, 8, &arena, ticks) == 1);
    arena_deinit(&arena);
    return true;
}

static bool is_near(double left, double right) {
    return fabs(left - right) < 5e-5;
}

static bool test_wilson(void) {
    double low, high;
    figure_wilson(10, 100, &low, &high); // by hand: (0.1 + z²/200 ± z sqrt(0.0009 + z²/40000)) / (1 + z²/100)
    CHECK(is_near(low, 0.0552) && is_near(high, 0.1744));
    figure_wilson(0, 20, &low, &high);
    CHECK(low == 0 && is_near(high, 0.1611));
    figure_wilson(20, 20, &low, &high);
    CHECK(high == 1 && is_near(low, 0.8389));
    figure_wilson(0, 0, &low, &high);
    CHECK(low == 0 && high == 1);
    return true;
}

static bool test_colours_have_two_worlds(void) {
    for (Ink ink = INK_NONE + 1; ink < INK_COUNT; ink++) {
        CHECK(ink_colour(ink, INK_LIGHT) <= 0xffffff && ink_name(ink)[0] != 0);
    }
    CHECK(ink_colour(INK_PAPER, INK_LIGHT) == 0xffffff && ink_colour(INK_PAPER, INK_DARK) < 0x404040);
    return true;
}

// ---- flows ------------------------------------------------------------------------------------------------

struct made {
    struct flow_node nodes[400];
    struct flow_edge edges[2000];
    struct figure_flow flow;
};

static void make(struct made *made, const uint32_t *layers, uint32_t layer_count, uint32_t edges, uint64_t seed) {
    struct random random;
    random_init(&random, seed);
    *made = (struct made){.flow = {.nodes = made->nodes, .edges = made->edges, .offset_us = ZONE_US}};
    for (uint32_t layer = 0; layer < layer_count; layer++) {
        for (uint32_t i = 0; i < layers[layer]; i++) {
            made->nodes[made->flow.node_count++] = (struct flow_node){.layer = layer, .role = (FlowRole)(layer % FLOW_ROLES), .lines = {SLICE("x")}};
        }
    }
    while (made->flow.edge_count < edges) {
        uint32_t from = (uint32_t)random_below(&random, made->flow.node_count);
        uint32_t to = (uint32_t)random_below(&random, made->flow.node_count);
        if (from != to) {
            int64_t first = (int64_t)random_below(&random, 1000000) * US_PER_SECOND;
            made->edges[made->flow.edge_count++] =
                (struct flow_edge){from, to, (int64_t)random_below(&random, 10000000), 1, first, first + US_PER_HOUR};
        }
    }
}

static int64_t sum_of(const struct flow *flow) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < flow->link_count; i++) {
        sum += flow->links[i].amount_fen;
    }
    return sum;
}

// Boxes and places of edges of one column do not overlap, whatever the flow; the order in a link is that of columns.
static bool is_laid_out(const struct flow *flow) {
    for (uint32_t i = 0; i < flow->spots.count; i++) {
        const Spot *a = &flow->spots.at[i];
        CHECK(a->y - a->height / 2 > -1e-6 && a->y + a->height / 2 < flow->height + 1e-6);
        for (uint32_t k = i + 1; k < flow->spots.count; k++) {
            const Spot *b = &flow->spots.at[k];
            CHECK(a->column != b->column || fabs(a->y - b->y) + 1e-6 >= (a->height + b->height) / 2);
        }
    }
    for (uint32_t i = 0; i < flow->link_count; i++) {
        const struct flow_link *link = &flow->links[i];
        for (uint32_t k = 1; k < link->spot_count; k++) {
            CHECK(flow->spots.at[link->spots[k]].column == flow->spots.at[link->spots[k - 1]].column + 1);
        }
    }
    return true;
}

static bool test_flows_are_laid_out(void) {
    static const uint32_t layers[] = {9, 6, 0, 3, 5, 4};
    static struct made made;
    struct diag diag;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const struct figure *figure;
        struct arena arena;
        uint32_t count;
        arena_init(&arena, 1 << 16);
        make(&made, layers, 6, (uint32_t)seed * 6, seed);
        CHECK(figure_flow(&made.flow, &arena, &figure, &diag) == STATUS_OK);
        CHECK_THAT(is_laid_out(figure->flow), "seed %d", (int)seed);
        CHECK(figure->flow->column_count == 5 && figure->flow->node_count == 27);
        const bool *folded = figure_flow_folded(figure, &count);
        CHECK(count == 27 && memchr(folded, true, count) == NULL);
        arena_deinit(&arena);
    }
    return true;
}

static bool test_many_nodes_are_folded(void) {
    static const uint32_t layers[] = {120, 40, 3, 60, 8};
    static struct made made;
    struct diag diag;
    struct arena arena;
    const struct figure *figure;
    uint32_t count;
    uint32_t folded_count = 0;
    arena_init(&arena, 1 << 16);
    make(&made, layers, 5, 220, 7);
    CHECK(figure_flow(&made.flow, &arena, &figure, &diag) == STATUS_OK);
    const struct flow *flow = figure->flow;
    const bool *folded = figure_flow_folded(figure, &count);
    CHECK(count == 231 && flow->node_count <= FLOW_SHOWN_MAX && is_laid_out(flow));
    uint32_t stands_for = 0;
    for (uint32_t i = 0; i < flow->node_count; i++) {
        stands_for += flow->nodes[i].folded > 0 ? flow->nodes[i].folded : 1;
    }
    CHECK(stands_for == count);
    int64_t least_shown = INT64_MAX;
    int64_t most_folded = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t through = 0;
        for (uint32_t k = 0; k < made.flow.edge_count; k++) {
            through += made.edges[k].from == i || made.edges[k].to == i ? made.edges[k].amount_fen : 0;
        }
        folded_count += folded[i];
        if (made.nodes[i].layer == 0) {
            least_shown = !folded[i] && through < least_shown ? through : least_shown;
            most_folded = folded[i] && through > most_folded ? through : most_folded;
        }
        CHECK(!folded[i] || (made.nodes[i].layer != 2 && made.nodes[i].layer != 4)); // small layers stay whole
    }
    CHECK(folded_count > 100 && most_folded <= least_shown);
    arena_deinit(&arena);
    return true;
}

static bool test_edges_are_merged(void) {
    static struct made made;
    const struct figure *figure;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1 << 16);
    make(&made, (const uint32_t[]){2, 1}, 2, 0, 1);
    made.edges[0] = (struct flow_edge){0, 2, 100, 2, 500, 600};
    made.edges[1] = (struct flow_edge){1, 2, 700, 1, 100, 100};
    made.edges[2] = (struct flow_edge){0, 2, 50, 3, 400, 900};
    made.edges[3] = (struct flow_edge){2, 0, 5, 1, 1000, 1000};
    made.flow.edge_count = 4;
    CHECK(figure_flow(&made.flow, &arena, &figure, &diag) == STATUS_OK);
    const struct flow *flow = figure->flow;
    CHECK(flow->link_count == 3 && sum_of(flow) == 855);
    CHECK(flow->links[0].amount_fen == 700 && flow->links[1].amount_fen == 150 && flow->links[2].backwards);
    CHECK(flow->links[1].count == 5 && flow->links[1].first_us == 400 && flow->links[1].last_us == 900);
    arena_deinit(&arena);
    return true;
}

// Of two layers that are joined pairwise in reverse order none of the crossings is left.
static bool test_crossings_go(void) {
    static struct made made;
    const struct figure *figure;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1 << 16);
    make(&made, (const uint32_t[]){8, 8}, 2, 0, 1);
    for (uint32_t i = 0; i < 8; i++) {
        made.nodes[i].lines[0] = SLICE("left");
        made.edges[made.flow.edge_count++] = (struct flow_edge){i, 15 - i, 1000 + i, 1, 0, 0};
    }
    CHECK(figure_flow(&made.flow, &arena, &figure, &diag) == STATUS_OK);
    for (uint32_t i = 0; i < figure->flow->link_count; i++) {
        const struct flow_link *link = &figure->flow->links[i];
        CHECK(fabs(figure->flow->spots.at[link->from].y - figure->flow->spots.at[link->to].y) < 1);
    }
    arena_deinit(&arena);
    return true;
}

static bool refuses(const struct figure_flow *flow) {
    const struct figure *figure;
    struct arena arena;
    struct diag diag = {0};
    arena_init(&arena, 1 << 16);
    bool ok = figure_flow(flow, &arena, &figure, &diag) != STATUS_OK && strcmp(diag.code, "PA010") == 0;
    arena_deinit(&arena);
    return ok;
}

static bool test_flows_that_are_refused(void) {
    static struct made made;
    make(&made, (const uint32_t[]){2, 2}, 2, 1, 1);
    const struct flow_edge wrong[] = {{0, 4, 1, 1, 0, 0},         {1, 1, 1, 1, 0, 0},         {0, 1, -1, 1, 0, 0},
                                      {0, 1, INT64_MAX, 1, 0, 0}, {0, 1, 1, 1, INT64_MAX, 0}, {0, 1, 1, 1, 0, INT64_MIN}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        made.edges[0] = wrong[i];
        CHECK_THAT(refuses(&made.flow), "edge %zu", i);
    }
    made.flow.edge_count = 0;
    made.nodes[0].layer = FLOW_LAYERS_MAX;
    CHECK(refuses(&made.flow));
    made.flow.node_count = FLOW_NODES_MAX + 1;
    CHECK(refuses(&made.flow));
    return true;
}

// ---- charts -----------------------------------------------------------------------------------------------

static bool test_charts_that_are_refused(void) {
    struct arena arena;
    struct diag diag = {0};
    const struct figure *figure;
    const Slice names[] = {SLICE("a"), SLICE("b")};
    double values[] = {1, INFINITY};
    const struct figure_series series = {SLICE("s"), values};
    struct figure_bars bars = {.categories = names, .category_count = 2, .series = &series, .series_count = 1};
    arena_init(&arena, 4096);
    CHECK(figure_bars(&bars, &arena, &figure, &diag) == STATUS_INVALID && strcmp(diag.code, "PA010") == 0);
    values[1] = -1;
    bars.stacked = true;
    CHECK(figure_bars(&bars, &arena, &figure, &diag) == STATUS_INVALID);
    bars.stacked = false;
    CHECK(figure_bars(&bars, &arena, &figure, &diag) == STATUS_OK);
    bars.series_count = FIGURE_SERIES_MAX + 1;
    CHECK(figure_bars(&bars, &arena, &figure, &diag) == STATUS_LIMIT);

    int64_t times[] = {10, 10};
    const struct figure_line line = {SLICE("l"), values, NULL, NULL};
    struct figure_lines lines = {.times_us = times, .point_count = 2, .lines = &line, .line_count = 1, .target = NAN};
    CHECK(figure_lines(&lines, &arena, &figure, &diag) == STATUS_INVALID);
    times[1] = INT64_MAX;
    CHECK(figure_lines(&lines, &arena, &figure, &diag) == STATUS_INVALID);
    times[1] = 11;
    CHECK(figure_lines(&lines, &arena, &figure, &diag) == STATUS_OK);
    double lows[] = {0, 2};
    double highs[] = {1, 1};
    const struct figure_line band = {SLICE("l"), values, lows, highs};
    lines.lines = &band;
    CHECK(figure_lines(&lines, &arena, &figure, &diag) == STATUS_INVALID);
    arena_deinit(&arena);
    return true;
}

static Status write_chart(struct fonts *fonts, const struct figure *figure, struct buf *out, struct diag *diag) {
    buf_reset(out);
    TRY(figure_write_svg(figure, fonts, out, diag));
    return figure_write_png(figure, fonts, 72, out, diag);
}

// What there is nothing to draw of is drawn all the same.
static bool test_figures_without_anything(void) {
    struct arena arena;
    struct diag diag = {0};
    struct fonts *fonts;
    struct buf out;
    const struct figure *figure;
    const struct figure_series series = {SLICE(""), NULL};
    const struct figure_line line = {SLICE(""), NULL, NULL, NULL};
    arena_init(&arena, 4096);
    buf_init(&out, 16 << 20);
    CHECK(fonts_open(SLICE(""), &arena, &fonts, &diag) == STATUS_OK);
    CHECK(figure_bars(&(struct figure_bars){.series = &series, .series_count = 1}, &arena, &figure, &diag) == STATUS_OK);
    CHECK(write_chart(fonts, figure, &out, &diag) == STATUS_OK);
    CHECK(figure_bars(&(struct figure_bars){.series = &series, .series_count = 1, .across = true}, &arena, &figure, &diag) == STATUS_OK);
    CHECK(write_chart(fonts, figure, &out, &diag) == STATUS_OK);
    CHECK(figure_lines(&(struct figure_lines){.lines = &line, .line_count = 1, .target = NAN}, &arena, &figure, &diag) == STATUS_OK);
    CHECK(write_chart(fonts, figure, &out, &diag) == STATUS_OK);
    CHECK(figure_flow(&(struct figure_flow){.title = SLICE("empty")}, &arena, &figure, &diag) == STATUS_OK);
    CHECK(write_chart(fonts, figure, &out, &diag) == STATUS_OK);
    struct buf small;
    buf_init(&small, 100);
    CHECK(figure_write_svg(figure, fonts, &small, &diag) == STATUS_LIMIT && strcmp(diag.code, "PA004") == 0);
    buf_reset(&small);
    CHECK(figure_write_png(figure, fonts, 72, &small, &diag) == STATUS_LIMIT);
    buf_deinit(&small);
    buf_deinit(&out);
    fonts_close(fonts);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_ticks_are_round),
        TEST(test_money_is_told_in_units),
        TEST(test_moments_are_round),
        TEST(test_wilson),
        TEST(test_colours_have_two_worlds),
        TEST(test_flows_are_laid_out),
        TEST(test_many_nodes_are_folded),
        TEST(test_edges_are_merged),
        TEST(test_crossings_go),
        TEST(test_flows_that_are_refused),
        TEST(test_charts_that_are_refused),
        TEST(test_figures_without_anything),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
