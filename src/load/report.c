// The table for people, and everything as JSON.

#include "codec/json_write.h"
#include "load/result.h"

#define NS_PER_SECOND UINT64_C(1000000000)

enum { TELLING = 10 }; // samples that have to lie above a percentile, or it is marked

// Shares in the table: X(percent, name in JSON).
#define SHARES(X)                                                                                                                                      \
    X(50, "p50_ns")                                                                                                                                    \
    X(90, "p90_ns")                                                                                                                                    \
    X(99, "p99_ns")                                                                                                                                    \
    X(99.9, "p99_9_ns")                                                                                                                                \
    X(99.99, "p99_99_ns")

static const struct {
    uint32_t share_ppm;
    const char *heading, *key;
} shares[] = {
#define X(percent, key) {HISTOGRAM_P(percent), #percent " %", key},
    SHARES(X)
#undef X
};
enum { SHARE_COUNT = sizeof shares / sizeof shares[0] };

static double ms(uint64_t ns) {
    return (double)ns / 1e6;
}

static double seconds(const struct load_result *result) {
    return (double)(result->end_ns - result->start_ns) / (double)NS_PER_SECOND;
}

// ---- the table -------------------------------------------------------------------------------------------

static void print_head(const struct load_result *result, FILE *out) {
    const struct load_options *options = &result->options;
    fprintf(out, "http://%.*s:%u: ", SLICE_ARGS(options->host), options->port);
    if (options->one) {
        fprintf(out, "one %s at a time on one %s", options->streams ? "record" : "request", options->streams ? "stream" : "connection");
    } else {
        fprintf(out, "%llu records/s by plan, %u %s", (unsigned long long)options->rate, options->connections,
                options->streams ? "streams" : "connections");
    }
    if (options->lines) {
        fprintf(out, ", %u records a request", options->batch);
    }
    fprintf(out, "; %.1f s\n\n", seconds(result));
}

static void print_row(const char *name, const struct histogram *histogram, const char *text, FILE *out) {
    fprintf(out, "%-12s %10llu", name, (unsigned long long)histogram->count);
    for (uint32_t i = 0; i < SHARE_COUNT; i++) {
        bool tells = histogram_tells(histogram, shares[i].share_ppm, TELLING);
        fprintf(out, "  %c%9.3f", tells ? ' ' : '~', ms(histogram_at(histogram, shares[i].share_ppm)));
    }
    fprintf(out, "  %10.3f  %s\n", ms(histogram->largest), text);
}

static void print_rows(const struct load_result *result, FILE *out) {
    fprintf(out, "%-12s %10s", "ms", "samples");
    for (uint32_t i = 0; i < SHARE_COUNT; i++) {
        fprintf(out, "  %10s", shares[i].heading);
    }
    fprintf(out, "  %10s\n", "max");
    for (uint32_t i = 0; i < RESULT_ROW_COUNT; i++) {
        if (result->rows[i]->count > 0 || i == RESULT_LATENCY) {
            print_row(result_row_key((ResultRow)i), result->rows[i], result_row_text((ResultRow)i), out);
        }
    }
    fprintf(out, "~ fewer than %d samples lie above: chance\n\n", TELLING);
}

static void print_worst(const struct load_result *result, FILE *out) {
    fprintf(out, "worst seconds by p99:");
    for (uint32_t i = 0; i < RESULT_WORST && result->worst[i].p99_ns > 0; i++) {
        const struct result_second *second = &result->worst[i];
        fprintf(out, "%s second %llu: %.3f ms of %llu", i == 0 ? "" : ";", (unsigned long long)second->second, ms(second->p99_ns),
                (unsigned long long)second->count);
    }
    fprintf(out, "\n");
}

static void print_names(const char *label, const struct result_names *names, FILE *out) {
    if (names->names.count == 0) {
        return;
    }
    fprintf(out, "%s:", label);
    for (uint32_t i = 0; i < names->names.count; i++) {
        fprintf(out, " %.*s %llu", SLICE_ARGS(names->names.at[i].name), (unsigned long long)names->names.at[i].count);
    }
    if (names->others > 0) {
        fprintf(out, " others %llu", (unsigned long long)names->others);
    }
    fprintf(out, "\n");
}

static void print_answers(const struct load_result *result, FILE *out) {
    fprintf(out, "%s: %llu planned, %llu sent, %llu answered;", result->options.streams ? "records sent" : "requests", (unsigned long long)result->planned, (unsigned long long)result->sent,
            (unsigned long long)result->answered);
    for (uint32_t i = 0; i < RESULT_STATUSES; i++) {
        if (result->statuses[i] > 0) {
            fprintf(out, " %u: %llu", i, (unsigned long long)result->statuses[i]);
        }
    }
    fprintf(out, "\nrecords: %llu decided (%.0f/s), %llu changes, %llu refused\n", (unsigned long long)result->decided,
            (double)result->decided / seconds(result), (unsigned long long)result->changed, (unsigned long long)result->records_refused);
    print_names("actions", &result->actions, out);
    print_names("degraded", &result->degraded, out);
    print_names("refused with", &result->codes, out);
}

// A server's texts may hold anything; a terminal gets letters.
static void print_fault(const char *label, uint64_t count, Slice example, FILE *out) {
    if (count == 0) {
        return;
    }
    fprintf(out, "%s: %llu", label, (unsigned long long)count);
    if (example.at != NULL) {
        fprintf(out, ", such as: ");
    }
    for (size_t i = 0; i < example.size; i++) {
        unsigned char byte = (unsigned char)example.at[i];
        fputc(byte < ' ' || byte == 0x7f ? '?' : byte, out);
    }
    fprintf(out, "\n");
}

static void print_asks(const struct load_result *result, FILE *out) {
    for (uint32_t i = 0; i < result->options.ask_count; i++) {
        const struct load_ask *ask = &result->options.asks[i];
        const struct result_ask *asked = &result->asks[i];
        fprintf(out, "\nasked at second %u: %.*s %.*s: ", ask->second, SLICE_ARGS(ask->method), SLICE_ARGS(ask->path));
        if (asked->status == 0) {
            fprintf(out, "%.*s", SLICE_ARGS(asked->fault));
        } else {
            fprintf(out, "%u after %.3f ms", asked->status, ms(asked->end_ns - asked->start_ns));
        }
        fprintf(out, "\n");
        print_row("meanwhile", asked->latency, "latency of those under way then and a second after", out);
    }
}

static double share_of(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

// False: nobody asked, or it ended meanwhile.
static bool has_server(const struct load_result *result) {
    return result->before.has_server && result->after.has_server && result->after.server_ns >= result->before.server_ns;
}

static double server_ns(const struct load_result *result) {
    return has_server(result) ? (double)(result->after.server_ns - result->before.server_ns) : 0;
}

static double server_us_each(const struct load_result *result) {
    return result->decided == 0 ? 0 : server_ns(result) / 1e3 / (double)result->decided;
}

static void print_machine(const struct load_result *result, FILE *out) {
    uint64_t all = result->after.all_ticks - result->before.all_ticks;
    fprintf(out, "machine: idle %.1f %%, stolen %.2f %%; this program's loop took %.1f %% of a processor",
            share_of(result->after.idle_ticks - result->before.idle_ticks, all),
            share_of(result->after.stolen_ticks - result->before.stolen_ticks, all), share_of(result->loop_cpu_ns, result->end_ns - result->start_ns));
    if (has_server(result)) {
        fprintf(out, ", the server %.1f %%: %.1f us a decision", server_ns(result) / 1e7 / seconds(result), server_us_each(result));
    }
    fprintf(out, "\n");
}

void load_print(const struct load_result *result, FILE *out) {
    print_head(result, out);
    print_rows(result, out);
    print_answers(result, out);
    print_fault("connections that broke under a request", result->lost, result->lost_example, out);
    print_fault("never answered", result->unanswered, (Slice){NULL, 0}, out);
    print_fault("no replies", result->malformed, result->malformed_example, out);
    print_fault("replies about another event", result->wrong_id, result->wrong_example, out);
    print_fault("streams that ended before the run", result->streams_cut, result->cut_example, out);
    print_fault("streams whose end did not come", result->streams_unended, (Slice){NULL, 0}, out);
    print_fault("connected again", result->reconnections, (Slice){NULL, 0}, out);
    print_worst(result, out);
    print_machine(result, out);
    print_asks(result, out);
}

// ---- JSON ------------------------------------------------------------------------------------------------

static void write_u64(struct json_writer *json, const char *key, uint64_t value) {
    json_key(json, slice_of(key));
    json_u64(json, value);
}

// With every bucket that holds something, so that percentiles of other shares, and of runs together, can be computed.
static void write_histogram(struct json_writer *json, const char *key, const struct histogram *histogram) {
    json_key(json, slice_of(key));
    json_object_begin(json);
    write_u64(json, "count", histogram->count);
    for (uint32_t i = 0; i < SHARE_COUNT; i++) {
        write_u64(json, shares[i].key, histogram_at(histogram, shares[i].share_ppm));
    }
    write_u64(json, "max_ns", histogram->largest);
    write_u64(json, "min_ns", histogram->least);
    json_key_double(json, SLICE("mean_ns"), histogram->count == 0 ? 0 : (double)histogram->sum / (double)histogram->count);
    json_key(json, SLICE("buckets"));
    json_array_begin(json);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (histogram->counts[i] > 0) {
            json_array_begin(json);
            json_u64(json, histogram_bucket_end(i));
            json_u64(json, histogram->counts[i]);
            json_array_end(json);
        }
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_names(struct json_writer *json, const char *key, const struct result_names *names) {
    json_key(json, slice_of(key));
    json_object_begin(json);
    for (uint32_t i = 0; i < names->names.count; i++) {
        json_key(json, names->names.at[i].name);
        json_u64(json, names->names.at[i].count);
    }
    if (names->others > 0) {
        write_u64(json, "(others)", names->others);
    }
    json_object_end(json);
}

static void write_plan(struct json_writer *json, const struct load_options *options) {
    json_key(json, SLICE("plan"));
    json_object_begin(json);
    json_key_bool(json, SLICE("one"), options->one);
    write_u64(json, "rate", options->one ? 0 : options->rate);
    write_u64(json, "seconds", options->seconds);
    write_u64(json, "count", options->count);
    write_u64(json, "connections", options->connections);
    write_u64(json, "streams", options->streams ? options->connections : 0);
    write_u64(json, "batch", options->lines ? options->batch : 0);
    write_u64(json, "spin_us", options->spin_us);
    json_object_end(json);
}

static void write_requests(struct json_writer *json, const struct load_result *result) {
    char text[8];
    json_key(json, SLICE("requests"));
    json_object_begin(json);
    write_u64(json, "planned", result->planned);
    write_u64(json, "sent", result->sent);
    write_u64(json, "answered", result->answered);
    write_u64(json, "lost", result->lost);
    write_u64(json, "unanswered", result->unanswered);
    write_u64(json, "malformed", result->malformed);
    write_u64(json, "wrong_id", result->wrong_id);
    write_u64(json, "reconnections", result->reconnections);
    write_u64(json, "streams_cut", result->streams_cut);
    write_u64(json, "streams_unended", result->streams_unended);
    json_key(json, SLICE("statuses"));
    json_object_begin(json);
    for (uint32_t i = 0; i < RESULT_STATUSES; i++) {
        if (result->statuses[i] > 0) {
            snprintf(text, sizeof text, "%u", i);
            write_u64(json, text, result->statuses[i]);
        }
    }
    json_object_end(json);
    write_names(json, "codes", &result->codes);
    json_object_end(json);
}

static void write_records(struct json_writer *json, const struct load_result *result) {
    json_key(json, SLICE("records"));
    json_object_begin(json);
    write_u64(json, "decided", result->decided);
    write_u64(json, "changed", result->changed);
    write_u64(json, "refused", result->records_refused);
    json_key_double(json, SLICE("decided_per_second"), (double)result->decided / seconds(result));
    write_names(json, "actions", &result->actions);
    write_names(json, "degraded", &result->degraded);
    json_object_end(json);
}

static void write_worst(struct json_writer *json, const struct load_result *result) {
    json_key(json, SLICE("worst_seconds"));
    json_array_begin(json);
    for (uint32_t i = 0; i < RESULT_WORST && result->worst[i].p99_ns > 0; i++) {
        json_object_begin(json);
        write_u64(json, "second", result->worst[i].second);
        write_u64(json, "p99_ns", result->worst[i].p99_ns);
        write_u64(json, "count", result->worst[i].count);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_asks(struct json_writer *json, const struct load_result *result) {
    json_key(json, SLICE("asks"));
    json_array_begin(json);
    for (uint32_t i = 0; i < result->options.ask_count; i++) {
        const struct load_ask *ask = &result->options.asks[i];
        const struct result_ask *asked = &result->asks[i];
        json_object_begin(json);
        write_u64(json, "second", ask->second);
        json_key_string(json, SLICE("method"), ask->method);
        json_key_string(json, SLICE("path"), ask->path);
        write_u64(json, "status", asked->status);
        write_u64(json, "took_ns", asked->start_ns == 0 ? 0 : asked->end_ns - asked->start_ns);
        json_key_string(json, SLICE("fault"), asked->fault);
        write_histogram(json, "meanwhile", asked->latency);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_machine(struct json_writer *json, const struct load_result *result) {
    uint64_t all = result->after.all_ticks - result->before.all_ticks;
    json_key(json, SLICE("machine"));
    json_object_begin(json);
    json_key_double(json, SLICE("idle_percent"), share_of(result->after.idle_ticks - result->before.idle_ticks, all));
    json_key_double(json, SLICE("stolen_percent"), share_of(result->after.stolen_ticks - result->before.stolen_ticks, all));
    write_u64(json, "loop_cpu_ns", result->loop_cpu_ns);
    if (has_server(result)) {
        json_key_double(json, SLICE("server_cpu_ns"), server_ns(result));
        json_key_double(json, SLICE("server_cpu_us_per_decision"), server_us_each(result));
    }
    json_object_end(json);
}

void load_write_json(const struct load_result *result, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    write_plan(&json, &result->options);
    json_key_double(&json, SLICE("took_s"), seconds(result));
    write_requests(&json, result);
    write_records(&json, result);
    for (uint32_t i = 0; i < RESULT_ROW_COUNT; i++) {
        write_histogram(&json, result_row_key((ResultRow)i), result->rows[i]);
    }
    write_worst(&json, result);
    write_asks(&json, result);
    write_machine(&json, result);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}
