#include "metrics/metrics.h"

#include "base/test.h"
#include "metrics/table.h"
#include "os/clock.h"
#include "os/thread.h"

// ---- a strict reader of the text format, from its description -----------------------------------------------

struct sample {
    Slice name, labels; // labels without the brackets, and without le
    Slice bound;        // of le; {NULL, 0} without
    double value;
};

struct family {
    Slice name, kind;
    bool helped;
    // Of the histogram series that is being read.
    Slice labels;
    double bucket, infinite;
    uint32_t buckets;
};

static bool is_name_byte(char byte, bool first) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == ':' || (!first && byte >= '0' && byte <= '9');
}

static bool take_name(Slice *rest, Slice *ret_name) {
    size_t size = 0;
    while (size < rest->size && is_name_byte(rest->at[size], size == 0)) {
        size++;
    }
    *ret_name = slice_part(*rest, 0, size);
    *rest = slice_part(*rest, size, SIZE_MAX);
    return size > 0;
}

static bool take_byte(Slice *rest, char byte) {
    bool there = rest->size > 0 && rest->at[0] == byte;
    *rest = slice_part(*rest, there, SIZE_MAX);
    return there;
}

// A value in quotes: \\, \" and \n are all the escapes there are.
static bool take_quoted(Slice *rest, Slice *ret_text) {
    if (!take_byte(rest, '"')) {
        return false;
    }
    size_t at = 0;
    while (at < rest->size && rest->at[at] != '"') {
        if (rest->at[at] == '\\') {
            at++;
            if (at == rest->size || (rest->at[at] != '\\' && rest->at[at] != '"' && rest->at[at] != 'n')) {
                return false;
            }
        }
        at++;
    }
    *ret_text = slice_part(*rest, 0, at);
    *rest = slice_part(*rest, at, SIZE_MAX);
    return take_byte(rest, '"');
}

static bool take_labels(Slice *rest, struct sample *sample) {
    const char *start = rest->at;
    size_t size = 0;
    for (bool more = true; more;) {
        Slice name;
        Slice value;
        size_t before = (size_t)(rest->at - start);
        if (!take_name(rest, &name) || !take_byte(rest, '=') || !take_quoted(rest, &value)) {
            return false;
        }
        if (slice_is(name, "le")) {
            sample->bound = value;
            size = before; // it stands last
        } else {
            size = (size_t)(rest->at - start);
        }
        more = take_byte(rest, ',');
    }
    sample->labels = (Slice){start, size};
    return take_byte(rest, '}');
}

static double number_of(Slice text) {
    char c_text[64];
    if (slice_is(text, "+Inf")) {
        return 1e300;
    }
    double value = -1e300;
    snprintf(c_text, sizeof c_text, "%.*s", SLICE_ARGS(text));
    char end = 0;
    return sscanf(c_text, "%lf%c", &value, &end) == 1 ? value : -1e300;
}

static bool take_sample(Slice line, struct sample *sample) {
    *sample = (struct sample){0};
    bool ok = take_name(&line, &sample->name) && (!take_byte(&line, '{') || take_labels(&line, sample)) && take_byte(&line, ' ');
    sample->value = number_of(line);
    return ok && sample->value > -1e299;
}

static bool check_bucket(struct family *family, const struct sample *sample) {
    if (family->buckets == 0 || !slice_equal(family->labels, sample->labels)) {
        CHECK(family->buckets == 0);
        family->labels = sample->labels;
        family->bucket = 0;
    }
    CHECK(sample->bound.at != NULL && sample->value >= family->bucket);
    family->bucket = sample->value;
    family->buckets++;
    if (slice_is(sample->bound, "+Inf")) {
        family->infinite = sample->value;
    } else {
        CHECK(number_of(sample->bound) == (double)metric_bounds[family->buckets - 1] / 1e6);
    }
    return true;
}

static bool check_sample(struct family *family, const struct sample *sample) {
    if (!slice_is(family->kind, "histogram")) {
        CHECK(slice_equal(sample->name, family->name) && sample->bound.at == NULL);
        return true;
    }
    CHECK(slice_starts_with(sample->name, family->name));
    Slice suffix = slice_part(sample->name, family->name.size, SIZE_MAX);
    if (slice_is(suffix, "_bucket")) {
        return check_bucket(family, sample);
    }
    if (slice_is(suffix, "_sum")) {
        CHECK(family->buckets == METRICS_BUCKETS + 1);
        return true;
    }
    CHECK(slice_is(suffix, "_count") && sample->value == family->infinite);
    family->buckets = 0;
    return true;
}

// Every line is well-formed, stands behind its HELP and TYPE, and no series comes twice. The number of samples, or 0.
static uint32_t check_text(Slice text) {
    enum { SAMPLES_MAX = 32768 };
    static Slice seen[SAMPLES_MAX];
    uint32_t count = 0;
    struct family family = {0};
    Slice line;
    if (text.size == 0 || text.at[text.size - 1] != '\n') {
        return 0;
    }
    text.size--;
    while (slice_split(&text, '\n', &line)) {
        Slice rest = line;
        if (slice_starts_with(line, SLICE("# HELP "))) {
            rest = slice_part(rest, 7, SIZE_MAX);
            family = (struct family){.helped = take_name(&rest, &family.name)};
            rest = slice_part(line, 7, SIZE_MAX);
            if (!take_name(&rest, &family.name) || !take_byte(&rest, ' ') || rest.size < 10) {
                return 0;
            }
        } else if (slice_starts_with(line, SLICE("# TYPE "))) {
            Slice name;
            rest = slice_part(rest, 7, SIZE_MAX);
            if (!take_name(&rest, &name) || !slice_equal(name, family.name) || !take_byte(&rest, ' ') || !take_name(&rest, &family.kind)) {
                return 0;
            }
        } else {
            struct sample sample;
            if (!family.helped || family.kind.at == NULL || !take_sample(line, &sample) || !check_sample(&family, &sample)) {
                fprintf(stderr, "not well-formed: %.*s\n", SLICE_ARGS(line));
                return 0;
            }
            size_t end = line.size;
            while (end > 0 && line.at[end - 1] != ' ') {
                end--;
            }
            seen[count++] = slice_part(line, 0, end);
            for (uint32_t i = count < 200 ? 0 : count - 200; i + 1 < count; i++) {
                if (slice_equal(seen[i], seen[count - 1])) {
                    return 0;
                }
            }
        }
    }
    return count;
}

static bool has(const struct buf *text, const char *part) {
    bool found = slice_find(buf_slice(text), slice_of(part), 0) != SIZE_MAX;
    if (!found) {
        fprintf(stderr, "'%s' is not there\n", part);
    }
    return found;
}

// ---- tests --------------------------------------------------------------------------------------------------

static bool test_empty(void) {
    struct metrics *metrics = metrics_create();
    struct buf out;
    buf_init(&out, METRICS_TEXT_MAX);
    metrics_render(metrics, &out);
    CHECK(check_text(buf_slice(&out)) > 300);
    CHECK(has(&out, "# TYPE qiantang_stage_seconds histogram\n") && has(&out, "qiantang_waiting_records 0\n"));
    CHECK(has(&out, "qiantang_turned_away_total{reason=\"overload\"} 0\n"));
    CHECK(slice_find(buf_slice(&out), SLICE("qiantang_catalogue_info{"), 0) == SIZE_MAX);
    buf_deinit(&out);
    metrics_destroy(metrics);
    return true;
}

static bool test_values(void) {
    struct metrics *metrics = metrics_create();
    struct buf out;
    Slice texts[] = {SLICE("bank"), SLICE("1.2"), SLICE("a\"b\\c\nd\xff")};
    buf_init(&out, METRICS_TEXT_MAX);
    metrics_add(metrics, METRIC_DECISIONS, metrics_series(metrics, METRIC_DECISIONS, SLICE("DELAY"), METRIC_EFFORT_at_hand), 3);
    metrics_add(metrics, METRIC_AWAY, METRIC_AWAY_no_room, 2);
    metrics_set(metrics, METRIC_CPU, 0, 1500000);
    metrics_set(metrics, METRIC_SNAPSHOT_AGE, 0, -20);
    metrics_set_info(metrics, METRIC_CATALOGUE, texts, 3);
    metrics_add(metrics, METRIC_EVENTS, metrics_series(metrics, METRIC_EVENTS, SLICE("\xffx"), 0), 1);
    metrics_add(metrics, METRIC_EVENTS, metrics_series(metrics, METRIC_EVENTS, SLICE("other"), 0), 1);
    metrics_render(metrics, &out);
    CHECK(check_text(buf_slice(&out)) > 300);
    CHECK(has(&out, "\nqiantang_decisions_total{action=\"DELAY\",effort=\"at_hand\"} 3\n"));
    CHECK(has(&out, "\nqiantang_decisions_total{action=\"DELAY\",effort=\"full\"} 0\n"));
    CHECK(has(&out, "\nqiantang_turned_away_total{reason=\"no_room\"} 2\n"));
    CHECK(has(&out, "\nprocess_cpu_seconds_total 1.5\n") && has(&out, "\nqiantang_snapshot_age_seconds -0.00002\n"));
    CHECK(has(&out, "\nqiantang_catalogue_info{pack=\"bank\",version=\"1.2\",hash=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 1\n"));
    CHECK(has(&out, "\nqiantang_events_total{type=\"other\"} 2\n"));
    CHECK(metrics_value(metrics, METRIC_AWAY, METRIC_AWAY_no_room) == 2);
    buf_deinit(&out);
    metrics_destroy(metrics);
    return true;
}

// Every time falls into the first bucket whose bound is not below it.
static bool test_buckets(void) {
    struct metrics *metrics = metrics_create();
    struct metric_family *family = &metrics->families[METRIC_STAGE];
    for (int64_t us = -3; us < 12000000; us += us < 2000 ? 1 : us / 700) {
        uint32_t expected = 0;
        while (expected < METRICS_BUCKETS && us > metric_bounds[expected]) {
            expected++;
        }
        uint64_t before = atomic_load(&family->cells[expected]);
        metrics_record(metrics, METRIC_STAGE, 0, us);
        CHECK_THAT(atomic_load(&family->cells[expected]) == before + 1, "%lld us", (long long)us);
    }
    for (uint32_t i = 0; i < METRICS_BUCKETS; i++) {
        uint64_t before = atomic_load(&family->cells[i]);
        metrics_record(metrics, METRIC_STAGE, 0, metric_bounds[i]);
        CHECK(atomic_load(&family->cells[i]) == before + 1);
        metrics_record(metrics, METRIC_STAGE, 0, metric_bounds[i] + 1);
        CHECK(atomic_load(&family->cells[i]) == before + 1);
    }
    metrics_record(metrics, METRIC_STAGE, 0, INT64_MAX / 2);
    metrics_destroy(metrics);
    return true;
}

static bool test_histogram(void) {
    struct metrics *metrics = metrics_create();
    struct buf out;
    buf_init(&out, METRICS_TEXT_MAX);
    metrics_record(metrics, METRIC_STAGE, METRIC_STAGE_journal, 12);
    metrics_record(metrics, METRIC_STAGE, METRIC_STAGE_journal, 1500);
    metrics_record(metrics, METRIC_STAGE, METRIC_STAGE_journal, 60000000);
    metrics_render(metrics, &out);
    CHECK(check_text(buf_slice(&out)) > 300);
    CHECK(has(&out, "qiantang_stage_seconds_bucket{stage=\"journal\",le=\"0.00001\"} 0\n"));
    CHECK(has(&out, "qiantang_stage_seconds_bucket{stage=\"journal\",le=\"0.000015\"} 1\n"));
    CHECK(has(&out, "qiantang_stage_seconds_bucket{stage=\"journal\",le=\"0.0015\"} 2\n"));
    CHECK(has(&out, "qiantang_stage_seconds_bucket{stage=\"journal\",le=\"10\"} 2\n"));
    CHECK(has(&out, "qiantang_stage_seconds_bucket{stage=\"journal\",le=\"+Inf\"} 3\n"));
    CHECK(has(&out, "qiantang_stage_seconds_sum{stage=\"journal\"} 60.001512\n"));
    CHECK(has(&out, "qiantang_stage_seconds_count{stage=\"journal\"} 3\n"));
    CHECK(metrics_value(metrics, METRIC_STAGE, METRIC_STAGE_journal) == 3);
    buf_deinit(&out);
    metrics_destroy(metrics);
    return true;
}

// Whoever makes up values fills the family and no more.
static bool test_other(void) {
    struct metrics *metrics = metrics_create();
    struct buf out;
    char name[METRICS_VALUE_MAX + 2];
    uint32_t max = metric_table[METRIC_REQUESTS].dynamic_max;
    buf_init(&out, METRICS_TEXT_MAX);
    for (uint32_t i = 0; i < 3 * max; i++) {
        int size = snprintf(name, sizeof name, "/v1/%u", i);
        uint32_t series = metrics_series(metrics, METRIC_REQUESTS, (Slice){name, (size_t)size}, METRIC_CLASS_4xx);
        CHECK((series == METRIC_CLASS_4xx) == (i >= max));
        CHECK(series == metrics_series(metrics, METRIC_REQUESTS, (Slice){name, (size_t)size}, METRIC_CLASS_4xx));
        metrics_add(metrics, METRIC_REQUESTS, series, 1);
    }
    memset(name, 'x', sizeof name);
    CHECK(metrics_series(metrics, METRIC_EVENTS, (Slice){name, METRICS_VALUE_MAX + 1}, 0) == 0);
    CHECK(metrics_series(metrics, METRIC_EVENTS, SLICE(""), 0) != 0);
    metrics_render(metrics, &out);
    CHECK(check_text(buf_slice(&out)) > 300 && has(&out, "qiantang_http_requests_total{route=\"other\",class=\"4xx\"} 256\n"));
    CHECK(has(&out, "qiantang_http_requests_total{route=\"/v1/127\",class=\"4xx\"} 1\n"));
    CHECK(slice_find(buf_slice(&out), SLICE("/v1/128"), 0) == SIZE_MAX);
    buf_deinit(&out);
    metrics_destroy(metrics);
    return true;
}

// All that a full house gives fits into what is said to be enough.
static bool test_full(void) {
    struct metrics *metrics = metrics_create();
    struct buf out;
    char name[METRICS_VALUE_MAX + 1];
    buf_init(&out, METRICS_TEXT_MAX);
    for (uint32_t i = 0; i < METRIC_COUNT; i++) {
        for (uint32_t k = 0; k < metric_table[i].dynamic_max + 1; k++) {
            int size = snprintf(name, sizeof name, "%0128u", k);
            if (metric_table[i].dynamic_max > 0) {
                metrics_add(metrics, (Metric)i, metrics_series(metrics, (Metric)i, (Slice){name, (size_t)size}, 0), UINT64_MAX / 4);
            }
        }
    }
    metrics_render(metrics, &out);
    CHECK(!buf_overflowed(&out) && check_text(buf_slice(&out)) > 3000);
    buf_deinit(&out);
    metrics_destroy(metrics);
    return true;
}

enum { THREADS = 4, ROUNDS = 20000 };

static void count_much(void *context) {
    struct metrics *metrics = context;
    char name[32];
    for (uint32_t i = 0; i < ROUNDS; i++) {
        int size = snprintf(name, sizeof name, "M-%u", i % 300);
        metrics_add(metrics, METRIC_HITS, metrics_series(metrics, METRIC_HITS, (Slice){name, (size_t)size}, 0), 1);
        metrics_add(metrics, METRIC_DUPLICATES, 0, 1);
        metrics_record(metrics, METRIC_STAGE, METRIC_STAGE_total, i);
    }
}

// Nothing is lost, no value gets two series, and what is rendered meanwhile is well-formed.
static bool test_threads(void) {
    struct metrics *metrics = metrics_create();
    struct thread *threads[THREADS];
    struct buf out;
    buf_init(&out, METRICS_TEXT_MAX);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = thread_start("count", count_much, metrics);
    }
    for (int i = 0; i < 5; i++) {
        buf_reset(&out);
        metrics_render(metrics, &out);
        CHECK(check_text(buf_slice(&out)) > 300);
    }
    for (int i = 0; i < THREADS; i++) {
        thread_join(threads[i]);
    }
    CHECK(metrics_value(metrics, METRIC_DUPLICATES, 0) == THREADS * ROUNDS);
    CHECK(metrics_value(metrics, METRIC_STAGE, METRIC_STAGE_total) == THREADS * ROUNDS);
    int64_t hits = 0;
    for (uint32_t i = 0; i <= 300; i++) {
        hits += metrics_value(metrics, METRIC_HITS, i);
    }
    CHECK(hits == THREADS * ROUNDS && metrics_value(metrics, METRIC_HITS, 0) == 0);
    CHECK(metrics_series(metrics, METRIC_HITS, SLICE("M-300"), 0) == 301);
    buf_deinit(&out);
    metrics_destroy(metrics);
    return true;
}

static bool test_process(void) {
    struct metrics *metrics = metrics_create();
    metrics_set_process(metrics);
    int64_t started = metrics_value(metrics, METRIC_STARTED, 0);
    int64_t age_us = clock_wall_us() - started;
    CHECK_THAT(age_us > -2000000 && age_us < INT64_C(3600) * 1000000, "%lld us", (long long)age_us);
    CHECK(metrics_value(metrics, METRIC_RESIDENT, 0) > 1 << 16 && metrics_value(metrics, METRIC_CPU, 0) > 0);
    int64_t files = metrics_value(metrics, METRIC_FILES, 0);
    CHECK(files >= 1 && files <= metrics_value(metrics, METRIC_FILES_MAX, 0));
    metrics_set_process(metrics);
    CHECK(metrics_value(metrics, METRIC_STARTED, 0) == started && metrics_value(metrics, METRIC_FILES, 0) == files);
    metrics_destroy(metrics);
    return true;
}

static bool test_nothing(void) {
    struct buf out;
    buf_init(&out, 1024);
    metrics_add(NULL, METRIC_DUPLICATES, 0, 1);
    metrics_record(NULL, METRIC_STAGE, 0, 1);
    CHECK(metrics_series(NULL, METRIC_HITS, SLICE("x"), 0) == 0);
    metrics_set_process(NULL);
    metrics_render(NULL, &out);
    CHECK(out.size == 0);
    metrics_destroy(NULL);
    buf_deinit(&out);
    return true;
}

// Names as Prometheus wants them: base units, counters end in _total, no two alike.
static bool test_table(void) {
    for (uint32_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &metric_table[i];
        Slice name = slice_of(metric->name);
        CHECK_THAT(slice_ends_with(name, SLICE("_total")) == (metric->kind == METRIC_COUNTER), "%s", metric->name);
        CHECK_THAT(metric->unit != METRIC_UNIT_SECONDS || slice_find(name, SLICE("_seconds"), 0) != SIZE_MAX, "%s", metric->name);
        CHECK_THAT(metric->unit != METRIC_UNIT_BYTES || slice_find(name, SLICE("_bytes"), 0) != SIZE_MAX, "%s", metric->name);
        CHECK_THAT(metric->kind == METRIC_INFO || (metric->dynamic_max > 0) == (metric->dynamic[0] != 0), "%s", metric->name);
        CHECK_THAT(metric->kind != METRIC_HISTOGRAM || metric->unit == METRIC_UNIT_SECONDS, "%s", metric->name);
        for (uint32_t k = 0; k < i; k++) {
            CHECK_THAT(!slice_is(name, metric_table[k].name), "%s", metric->name);
        }
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_empty), TEST(test_values),  TEST(test_buckets), TEST(test_histogram), TEST(test_other),
        TEST(test_full),  TEST(test_threads), TEST(test_process), TEST(test_nothing),   TEST(test_table),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
