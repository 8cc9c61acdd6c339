#include "base/utf8.h"
#include "metrics/table.h"

#include <stdio.h>

// The text format 0.0.4: families one after the other, each with HELP and TYPE in front; in the values of labels \, " and line feeds are
// escaped, in help texts \ and line feeds. It is UTF-8 throughout, so what is not is replaced.

static void put_value_text(Slice text, struct buf *out) {
    size_t at = 0;
    while (at < text.size) {
        size_t start = at;
        uint32_t rune;
        if (!utf8_next(text, &at, &rune)) {
            buf_put(out, SLICE("\xef\xbf\xbd"));
            at++;
        } else if (rune == '\n') {
            buf_put(out, SLICE("\\n"));
        } else {
            buf_put(out, rune == '"' || rune == '\\' ? SLICE("\\") : SLICE(""));
            buf_put(out, slice_part(text, start, at - start));
        }
    }
}

// Puts commas between labels and brackets around them.
struct labels {
    struct buf *out;
    bool open;
};

static void put_label(struct labels *labels, Slice name, Slice value) {
    buf_put(labels->out, labels->open ? SLICE(",") : SLICE("{"));
    labels->open = true;
    buf_put(labels->out, name);
    buf_put(labels->out, SLICE("=\""));
    put_value_text(value, labels->out);
    buf_put_byte(labels->out, '"');
}

static void end_labels(struct labels *labels) {
    buf_put(labels->out, labels->open ? SLICE("} ") : SLICE(" "));
}

// Microseconds as seconds, exactly, without zeros at the end.
static void put_seconds(int64_t us, struct buf *out) {
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    buf_printf(out, "%s%llu", us < 0 ? "-" : "", (unsigned long long)(size / 1000000));
    uint32_t rest = (uint32_t)(size % 1000000);
    if (rest != 0) {
        char digits[8];
        int count = snprintf(digits, sizeof digits, "%06u", rest);
        while (digits[count - 1] == '0') {
            count--;
        }
        buf_printf(out, ".%.*s", count, digits);
    }
}

static void put_number(MetricUnit unit, int64_t value, struct buf *out) {
    if (unit == METRIC_UNIT_SECONDS) {
        put_seconds(value, out);
    } else {
        buf_printf(out, "%lld", (long long)value);
    }
    buf_put_byte(out, '\n');
}

static void put_known_labels(struct labels *labels, const struct metric *metric, Slice dynamic, uint32_t known) {
    if (dynamic.at != NULL) {
        put_label(labels, slice_of(metric->dynamic), dynamic);
    }
    if (metric->known->name != NULL) {
        put_label(labels, slice_of(metric->known->name), slice_of(metric->known->values[known]));
    }
}

static void put_line_start(const struct metric *metric, const char *suffix, Slice dynamic, uint32_t known, struct labels *labels) {
    buf_printf(labels->out, "%s%s", metric->name, suffix);
    put_known_labels(labels, metric, dynamic, known);
}

static void render_histogram(const struct metric *metric, const _Atomic uint64_t *cells, Slice dynamic, uint32_t known, struct buf *out) {
    uint64_t count = 0;
    for (uint32_t i = 0; i <= METRICS_BUCKETS; i++) {
        struct labels labels = {out, false};
        struct buf bound;
        count += atomic_load_explicit(&cells[i], memory_order_relaxed);
        buf_init(&bound, 64);
        if (i < METRICS_BUCKETS) {
            put_seconds(metric_bounds[i], &bound);
        } else {
            buf_put(&bound, SLICE("+Inf"));
        }
        put_line_start(metric, "_bucket", dynamic, known, &labels);
        put_label(&labels, SLICE("le"), buf_slice(&bound));
        end_labels(&labels);
        put_number(METRIC_UNIT_COUNT, (int64_t)count, out);
        buf_deinit(&bound);
    }
    struct labels sum = {out, false};
    put_line_start(metric, "_sum", dynamic, known, &sum);
    end_labels(&sum);
    put_number(metric->unit, (int64_t)atomic_load_explicit(&cells[METRICS_BUCKETS + 1], memory_order_relaxed), out);
    // The same number as +Inf, though others count meanwhile.
    struct labels all = {out, false};
    put_line_start(metric, "_count", dynamic, known, &all);
    end_labels(&all);
    put_number(METRIC_UNIT_COUNT, (int64_t)count, out);
}

static void render_series(const struct metric *metric, struct metric_family *family, uint32_t index, Slice dynamic, uint32_t known,
                          struct buf *out) {
    uint32_t series = index * metric->known->count + known;
    const _Atomic uint64_t *cells = &family->cells[(size_t)series * family->width];
    if (metric->kind == METRIC_HISTOGRAM) {
        render_histogram(metric, cells, dynamic, known, out);
        return;
    }
    struct labels labels = {out, false};
    put_line_start(metric, "", dynamic, known, &labels);
    end_labels(&labels);
    put_number(metric->unit, (int64_t)atomic_load_explicit(cells, memory_order_relaxed), out);
}

// `other` shows once it counts something.
static bool is_silent(struct metrics *metrics, Metric metric, uint32_t index) {
    uint32_t count = metric_table[metric].known->count;
    for (uint32_t known = 0; known < count && index == 0; known++) {
        if (metrics_value(metrics, metric, known) != 0) {
            return false;
        }
    }
    return index == 0;
}

static void render_dynamic(struct metrics *metrics, Metric metric, struct buf *out) {
    struct metric_family *family = &metrics->families[metric];
    uint32_t count = atomic_load_explicit(&family->name_count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        const struct metric_name *name = atomic_load_explicit(&family->names[i], memory_order_acquire);
        for (uint32_t known = 0; known < metric_table[metric].known->count && !is_silent(metrics, metric, i); known++) {
            render_series(&metric_table[metric], family, i, name->text, known, out);
        }
    }
}

static void render_info(struct metrics *metrics, Metric metric, struct buf *out) {
    if (metrics_value(metrics, metric, 0) == 0) {
        return; // nobody has said it yet
    }
    struct labels labels = {out, false};
    Slice names = slice_of(metric_table[metric].dynamic);
    Slice name;
    buf_put(out, slice_of(metric_table[metric].name));
    pthread_mutex_lock(&metrics->lock);
    for (uint32_t i = 0; i < METRICS_INFO_MAX && slice_split(&names, ' ', &name); i++) {
        put_label(&labels, name, metrics->infos[metric][i]);
    }
    pthread_mutex_unlock(&metrics->lock);
    end_labels(&labels);
    buf_put(out, SLICE("1\n"));
}

static void put_help(const char *help, struct buf *out) {
    for (const char *at = help; *at != 0; at++) {
        if (*at == '\\' || *at == '\n') {
            buf_put(out, *at == '\n' ? SLICE("\\n") : SLICE("\\\\"));
        } else {
            buf_put_byte(out, *at);
        }
    }
    buf_put_byte(out, '\n');
}

static const char *const kind_names[] = {
    [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram", [METRIC_INFO] = "gauge"};

void metrics_render(struct metrics *metrics, struct buf *out) {
    for (uint32_t i = 0; i < METRIC_COUNT && metrics != NULL; i++) {
        const struct metric *metric = &metric_table[i];
        buf_printf(out, "# HELP %s ", metric->name);
        put_help(metric->help, out);
        buf_printf(out, "# TYPE %s %s\n", metric->name, kind_names[metric->kind]);
        if (metric->kind == METRIC_INFO) {
            render_info(metrics, (Metric)i, out);
        } else if (metric->dynamic[0] != 0) {
            render_dynamic(metrics, (Metric)i, out);
        } else {
            for (uint32_t known = 0; known < metric->known->count; known++) {
                render_series(metric, &metrics->families[i], 0, (Slice){NULL, 0}, known, out);
            }
        }
    }
}

// ---- docs/operations/metrics.md -----------------------------------------------------------------------------

static void document_labels(const struct metric *metric, struct buf *out) {
    Slice names = slice_of(metric->dynamic);
    Slice name;
    bool first = true;
    while (metric->dynamic[0] != 0 && slice_split(&names, ' ', &name)) {
        buf_printf(out, "%s`%.*s`", first ? "" : ", ", SLICE_ARGS(name));
        first = false;
    }
    if (!first && metric->kind != METRIC_INFO) {
        buf_printf(out, ": up to %u values, then `other`", metric->dynamic_max);
    }
    if (metric->known->name != NULL) {
        buf_printf(out, "%s`%s`: ", first ? "" : "; ", metric->known->name);
        for (uint32_t i = 0; i < metric->known->count; i++) {
            buf_printf(out, "%s%s", i == 0 ? "" : ", ", metric->known->values[i]);
        }
    }
}

void metrics_document(struct buf *out) {
    static const char *const units[] = {"", ", bytes", ", seconds"};
    buf_put(out, SLICE("# Metrics\n\n"
                       "`GET /metrics` gives them in Prometheus' text format 0.0.4. Whether a key is needed for it says the setting `metrics.public`\n"
                       "([settings.md](settings.md)). Counters count from the start of the process; histograms have buckets from 10 us to 10 s, six a decade. A label\n"
                       "whose values come with the stream keeps a stated number of them, and counts what is past it as `other`. This document is written by `make docs`\n"
                       "from `src/metrics/metrics.def`.\n\n"
                       "| metric | kind, unit | labels | what it is | look at it when |\n|---|---|---|---|---|\n"));
    for (uint32_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &metric_table[i];
        buf_printf(out, "| `%s` | %s%s | ", metric->name, kind_names[metric->kind], units[metric->unit]);
        document_labels(metric, out);
        buf_printf(out, " | %s | %s |\n", metric->help, metric->look);
    }
}
