// qiantang bench: what a decision costs on this machine. docs/performance.md says how each figure is measured.
//
// One thread, held to one core. Events are made as JSON text in chunks, outside of what is timed; then the chunk is parsed
// and decided, event by event. Every other chunk is timed as a whole (throughput); in those between, each decision is timed
// alone, and after each comes a piece of arithmetic of about the same length that shows what the machine itself adds.

#include "cli/bench/day.h"
#include "cli/bench/figures.h"
#include "cli/bench/library.h"
#include "cli/bench/population.h"
#include "cli/bench/recording.h"
#include "cli/bench/spread.h"
#include "cli/commands.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/memory.h"
#include "os/progress.h"

#include <sched.h>
#include <stdlib.h>

enum {
    CHUNK_EVENTS = 4096,
    CHUNK_BYTES_MAX = 64 << 20,
    ROUNDS = 15,              // of evaluating a recorded event
    ACCOUNT_EVENTS = 100,     // of the account whose memory is measured
    ACCOUNT_CROWD = 20000,    // accounts beside it
    HOT_TAIL_SHARE = 10,      // the last tenth of the rush is measured
    OUTPUT_BYTES_MAX = 1 << 20,
};
enum { WAITING = EXPECT_AHEAD + 1 };

// 2026-11-23 10:00 in Shanghai.
#define DAY_START_US (INT64_C(1795399200) * US_PER_SECOND)

struct bench_options {
    Slice pack, json;
    int64_t accounts, warm, events, many, recorded, hot, seed;
    bool quick, no_batch, to_stdout;
};

struct bench {
    struct bench_options options;
    struct arena arena;
    struct pack_folder pack;
    struct catalogue *catalogue;
    struct knowledge *knowledge;
    struct memory_pool memory;
    struct engine *engine;
    struct intake *intake;
    struct event *event;
    struct event *waiting[EXPECT_AHEAD + 1]; // read, and told to the engine
    struct day *day;
    struct buf text;
    struct buf rendered;
    struct recording *recording;
    struct figures figures;

    // Of the timed chunks.
    uint64_t whole_events, whole_cpu_ns, whole_wall_ns;
    uint64_t populate_ns;
    uint64_t single_events, parse_ns, render_ns, render_count;
    uint64_t single_ns;
    uint64_t history, bytes, dead_letters, event_count;
    double *chunk_rates;
    uint32_t chunk_count;
    struct spread single, jitter;
};

static void set(struct bench *bench, Figure figure, double value) {
    bench->figures.values[figure] = value;
}

static CliExit tell(const struct diag *diag) {
    struct buf text;
    buf_init(&text, 64 << 10);
    diag_render(diag, &text);
    fwrite(text.bytes, 1, text.size, stderr);
    buf_deinit(&text);
    return CLI_WORLD;
}

// ---- the machine -----------------------------------------------------------------------------------------

// Stays on the core it is on: a move costs all caches.
static void hold_core(void) {
    int core = sched_getcpu();
    cpu_set_t set_of_one;
    CPU_ZERO(&set_of_one);
    if (core >= 0) {
        CPU_SET(core, &set_of_one);
        (void)sched_setaffinity(0, sizeof set_of_one, &set_of_one); // refused in some containers: then without
    }
}

// Arithmetic that touches no memory.
static uint64_t spin(uint64_t rounds) {
    uint64_t value = 88172645463325252u;
    for (uint64_t i = 0; i < rounds; i++) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
        __asm__ volatile("" : "+r"(value));
    }
    return value;
}

static uint64_t spin_rounds_for(uint64_t ns) {
    enum { TRY = 200000 };
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 9; i++) {
        uint64_t start = clock_monotonic_ns();
        spin(TRY);
        uint64_t took = clock_monotonic_ns() - start;
        best = took < best ? took : best;
    }
    return ns * TRY / (best + 1) + 1;
}

// ---- events ----------------------------------------------------------------------------------------------

// Fills bench->text with the next events. The history of accounts is added up as they are made.
static uint32_t make_chunk(struct bench *bench, uint64_t left) {
    uint32_t count = left < CHUNK_EVENTS ? (uint32_t)left : CHUNK_EVENTS;
    buf_reset(&bench->text);
    for (uint32_t i = 0; i < count; i++) {
        day_next(bench->day, &bench->text);
        bench->history += day_history(bench->day);
    }
    bench->bytes += bench->text.size;
    bench->event_count += count;
    return count;
}

static Slice next_line(Slice *rest) {
    const char *end = memchr(rest->at, '\n', rest->size);
    Slice line = {rest->at, (size_t)(end - rest->at)};
    *rest = (Slice){end + 1, rest->size - line.size - 1};
    return line;
}

static bool parse(struct bench *bench, Slice line, struct event *event) {
    RecordKind kind;
    struct intake_refusal refusal;
    if (intake_json(bench->intake, line, event, &kind, &refusal) == STATUS_OK) {
        return true;
    }
    if (bench->dead_letters++ == 0) {
        fprintf(stderr, "qiantang bench: an event is refused: %.*s\n", SLICE_ARGS(refusal.reason));
    }
    return false;
}

static const struct decision *parse_and_decide(struct bench *bench, Slice line) {
    return parse(bench, line, bench->event) ? engine_decide(bench->engine, bench->event) : NULL;
}

// As a replay does it: events are told to the engine when they are read, and decided a few later.
static void decide_chunk(struct bench *bench) {
    Slice rest = buf_slice(&bench->text);
    uint64_t read = 0;
    uint64_t decided = 0;
    while (decided < read || rest.size > 0) {
        struct event *event = bench->waiting[read % WAITING];
        bool more = rest.size > 0;
        if (more && !parse(bench, next_line(&rest), event)) {
            continue;
        }
        engine_expect(bench->engine, more ? event : NULL);
        read += more;
        if (!more || read - decided == WAITING) {
            engine_decide(bench->engine, bench->waiting[decided % WAITING]);
            decided++;
        }
    }
}

static void warm_up(struct bench *bench) {
    struct progress progress;
    uint64_t count = (uint64_t)bench->options.warm;
    progress_begin(&progress, &(struct progress_plan){.label = "warming", .unit = "events", .size = count});
    for (uint64_t done = 0; done < count;) {
        done += make_chunk(bench, count - done);
        decide_chunk(bench);
        progress_update(&progress, done, done);
    }
    progress_end(&progress);
    bench->history = 0;
    bench->bytes = 0;
    bench->event_count = 0;
}

// ---- the measured events ---------------------------------------------------------------------------------

static void time_whole_chunk(struct bench *bench, uint32_t count) {
    uint64_t wall = clock_monotonic_ns();
    uint64_t cpu = clock_thread_cpu_ns();
    decide_chunk(bench);
    cpu = clock_thread_cpu_ns() - cpu;
    bench->whole_wall_ns += clock_monotonic_ns() - wall;
    bench->whole_cpu_ns += cpu;
    bench->whole_events += count;
    bench->chunk_rates[bench->chunk_count++] = (double)count * 1e9 / (double)cpu;
}

// One decision with its parsing; then the arithmetic.
static void time_single(struct bench *bench, Slice line, uint64_t spin_rounds) {
    RecordKind kind;
    struct intake_refusal refusal;
    uint64_t start = clock_monotonic_ns();
    if (intake_json(bench->intake, line, bench->event, &kind, &refusal) != STATUS_OK) {
        bench->dead_letters++;
        return;
    }
    uint64_t parsed = clock_monotonic_ns();
    const struct decision *decision = engine_decide(bench->engine, bench->event);
    uint64_t decided = clock_monotonic_ns();
    spin(spin_rounds);
    uint64_t spun = clock_monotonic_ns();
    bench->parse_ns += parsed - start;
    bench->single_events++;
    bench->single_ns += decided - start;
    spread_add(&bench->single, decided - start);
    spread_add(&bench->jitter, spun - decided);
    if (bench->single_events % 8 == 0) {
        buf_reset(&bench->rendered);
        start = clock_monotonic_ns();
        decision_render(decision, &bench->rendered);
        bench->render_ns += clock_monotonic_ns() - start;
        bench->render_count++;
    }
}

static void time_single_chunk(struct bench *bench, uint64_t spin_rounds) {
    Slice rest = buf_slice(&bench->text);
    while (rest.size > 0) {
        time_single(bench, next_line(&rest), spin_rounds);
    }
}

// What a server does in an idle moment: memory that the next events will be the first to touch is brought in.
static void populate(struct bench *bench) {
    enum { AHEAD_BYTES = 64 << 20 };
    uint64_t start = clock_monotonic_ns();
    engine_ahead(bench->engine, AHEAD_BYTES, memory_populate, NULL);
    bench->populate_ns += clock_monotonic_ns() - start;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void tell_throughput(struct bench *bench) {
    qsort(bench->chunk_rates, bench->chunk_count, sizeof *bench->chunk_rates, by_size);
    double seconds = (double)bench->whole_cpu_ns / 1e9;
    double rate = (double)bench->whole_events / seconds;
    set(bench, FIGURE_decisions_per_second, rate);
    set(bench, FIGURE_decisions_per_second_wall, (double)bench->whole_events * 1e9 / (double)bench->whole_wall_ns);
    set(bench, FIGURE_decisions_per_second_median, bench->chunk_rates[bench->chunk_count / 2]);
    set(bench, FIGURE_decide_us, 1e6 / rate);
    set(bench, FIGURE_timed_events, (double)bench->event_count);
    set(bench, FIGURE_event_bytes, (double)bench->bytes / (double)bench->event_count);
    set(bench, FIGURE_history_events, (double)bench->history / (double)bench->event_count);
    set(bench, FIGURE_dead_letters, (double)bench->dead_letters);
}

static void tell_stages(struct bench *bench, const struct engine_counters *before, const struct engine_counters *after) {
    static const Figure figures[ENGINE_STAGE_COUNT] = {FIGURE_recall_ns, FIGURE_features_ns, FIGURE_stage_models_ns, FIGURE_policy_ns};
    double events = (double)(after->events - before->events);
    double parse_ns = (double)bench->parse_ns / (double)bench->single_events;
    double sum_ns = parse_ns;
    for (int i = 0; i < ENGINE_STAGE_COUNT; i++) {
        sum_ns += (double)(after->stage_ns[i] - before->stage_ns[i]) / events;
    }
    // The shares are by the clock on the wall; scaled, they add up to the processor time of a decision.
    double scale = bench->figures.values[FIGURE_decide_us] * 1000 / sum_ns;
    for (int i = 0; i < ENGINE_STAGE_COUNT; i++) {
        set(bench, figures[i], scale * (double)(after->stage_ns[i] - before->stage_ns[i]) / events);
    }
    set(bench, FIGURE_decisions_per_second_single, (double)bench->single_events * 1e9 / (double)bench->single_ns);
    set(bench, FIGURE_parse_ns, scale * parse_ns);
    set(bench, FIGURE_populate_ns, (double)bench->populate_ns / (double)bench->event_count);
    set(bench, FIGURE_render_ns, (double)bench->render_ns / (double)bench->render_count);
    set(bench, FIGURE_hits_per_event, (double)(after->hits - before->hits) / events);
    set(bench, FIGURE_passes_per_event, (double)(after->passes_computed - before->passes_computed) / events);
}

static void tell_spreads(struct bench *bench) {
    set(bench, FIGURE_p50_us, spread_at(&bench->single, 0.5) / 1000);
    set(bench, FIGURE_p99_us, spread_at(&bench->single, 0.99) / 1000);
    set(bench, FIGURE_p999_us, spread_at(&bench->single, 0.999) / 1000);
    set(bench, FIGURE_max_us, (double)bench->single.max / 1000);
    double usual = spread_at(&bench->jitter, 0.5);
    set(bench, FIGURE_jitter_p50_us, usual / 1000);
    set(bench, FIGURE_jitter_p99_us, spread_at(&bench->jitter, 0.99) / 1000);
    set(bench, FIGURE_jitter_us, (spread_at(&bench->jitter, 0.999) - usual) / 1000);
    set(bench, FIGURE_jitter_max_us, (double)bench->jitter.max / 1000);
}

static void measure_decisions(struct bench *bench) {
    uint64_t count = (uint64_t)bench->options.events;
    bench->chunk_rates = ARENA_ARRAY(&bench->arena, double, count / CHUNK_EVENTS + 2);
    struct progress progress;
    progress_begin(&progress, &(struct progress_plan){.label = "measuring", .unit = "events", .size = count});
    struct engine_counters before = engine_counters(bench->engine);
    uint64_t spin_rounds = 1;
    bool whole = true;
    for (uint64_t done = 0; done < count; whole = !whole) {
        uint32_t made = make_chunk(bench, count - done);
        done += made;
        populate(bench);
        if (whole) {
            time_whole_chunk(bench, made);
            if (spin_rounds == 1) {
                spin_rounds = spin_rounds_for(bench->whole_cpu_ns / bench->whole_events);
            }
        } else {
            time_single_chunk(bench, spin_rounds);
        }
        progress_update(&progress, done, done);
    }
    progress_end(&progress);
    struct engine_counters after = engine_counters(bench->engine);
    tell_throughput(bench);
    tell_stages(bench, &before, &after);
    tell_spreads(bench);
}

static void measure_memory(struct bench *bench) {
    double accounts = (double)bench->options.accounts;
    // The stores share one region: each tells the bytes of all.
    struct window_counters windows = window_state_counters(engine_windows(bench->engine), 0);
    set(bench, FIGURE_windows_bytes_per_account, (double)windows.bytes_used / accounts);
    set(bench, FIGURE_knowledge_bytes_per_account, (double)knowledge_counters(bench->knowledge).bytes / accounts);
    set(bench, FIGURE_resident_bytes_per_account, (double)memory_resident_bytes() / accounts);
}

// ---- models, given their features ------------------------------------------------------------------------

static void record(struct bench *bench) {
    uint64_t count = (uint64_t)bench->options.recorded;
    bench->recording = recording_create(bench->catalogue, bench->knowledge, (uint32_t)count);
    for (uint64_t done = 0; done < count;) {
        done += make_chunk(bench, count - done);
        Slice rest = buf_slice(&bench->text);
        while (rest.size > 0) {
            const struct decision *decision = parse_and_decide(bench, next_line(&rest));
            if (decision != NULL) {
                recording_take(bench->recording, bench->engine, bench->event, decision);
            }
        }
    }
}

static bool measure_models(struct bench *bench) {
    struct replayed library = recording_evaluate(bench->recording, bench->catalogue, ROUNDS, false);
    set(bench, FIGURE_models_us, library.us_mean);
    set(bench, FIGURE_models_us_median, library.us_median);
    set(bench, FIGURE_models_us_busiest, library.us_busiest);
    set(bench, FIGURE_models_busiest, library.rules_busiest);
    set(bench, FIGURE_models_watching, library.rules_mean);
    set(bench, FIGURE_model_evaluations_per_second, library.rules_mean * bench->figures.values[FIGURE_decisions_per_second]);
    set(bench, FIGURE_models_us_without_batch, recording_evaluate(bench->recording, bench->catalogue, ROUNDS, true).us_mean);

    struct library_plan plan = {.pack = &bench->pack,
                                .model_count = (uint32_t)bench->options.many,
                                .seed = (uint64_t)bench->options.seed,
                                .no_batch = bench->options.no_batch};
    struct library_report report;
    struct catalogue *many = library_compile(&plan, &bench->arena, &report);
    if (many == NULL) {
        return false;
    }
    struct replayed large = recording_evaluate(bench->recording, many, ROUNDS, false);
    set(bench, FIGURE_models_us_10000, large.us_mean);
    set(bench, FIGURE_models_us_busiest_10000, large.us_busiest);
    set(bench, FIGURE_models_ratio, large.us_mean / library.us_mean);
    set(bench, FIGURE_models_large, many->models.count);
    set(bench, FIGURE_compile_ms_10000, (double)report.compile_ns / 1e6);
    catalogue_destroy(many);
    return true;
}

// ---- one account -----------------------------------------------------------------------------------------

struct account_run {
    struct bench *bench;
    struct engine *engine;
    uint32_t account;
};

// What a store keeps of the account, its customer or its device; 0 when the pack has no such store.
static double thing_bytes(const struct account_run *run, const char *store, DayThing thing) {
    const struct feature_plan *features = run->bench->catalogue->features;
    char text[DAY_NAME_SIZE];
    Slice name = day_name(thing, run->account, text);
    for (uint32_t i = 0; i < features->stores.count; i++) {
        if (slice_is(features->stores.at[i].name, store)) {
            WindowRef ref = window_find(engine_windows(run->engine), i, hash128(name, i + 1));
            return ref == WINDOW_NONE ? 0 : (double)window_thing_bytes(engine_windows(run->engine), ref);
        }
    }
    return 0;
}

static void live_through(struct account_run *run, const struct day_plan *plan, uint32_t events) {
    struct bench *bench = run->bench;
    struct day *day = day_create(plan);
    for (uint32_t i = 0; i < events; i++) {
        buf_reset(&bench->text);
        day_next(day, &bench->text);
        RecordKind kind;
        struct intake_refusal refusal;
        Slice rest = buf_slice(&bench->text);
        if (intake_json(bench->intake, next_line(&rest), bench->event, &kind, &refusal) == STATUS_OK) {
            engine_decide(run->engine, bench->event);
        }
    }
    day_destroy(day);
}

// An engine of its own sees 100 payments of one account in 90 days, after a crowd of others (with a share in an index that
// is as full as in earnest); then its stores are asked what they keep of that one.
static void measure_account(struct bench *bench) {
    struct memory_pool memory = {0};
    struct engine_options options = {.reserve = memory_pool_map, .reserve_context = &memory};
    uint32_t crowd = bench->options.accounts < ACCOUNT_CROWD ? (uint32_t)bench->options.accounts : ACCOUNT_CROWD;
    struct account_run run = {bench, engine_create(bench->catalogue, bench->knowledge, &options), crowd};
    struct day_plan plan = {
        .accounts = crowd, .seed = (uint64_t)bench->options.seed, .start_us = DAY_START_US - DAY_HISTORY_US, .warm = crowd};
    live_through(&run, &plan, crowd);
    plan.start_us = DAY_START_US;
    plan.alone = ACCOUNT_EVENTS;
    live_through(&run, &plan, ACCOUNT_EVENTS);
    double account = thing_bytes(&run, "acct", DAY_ACCOUNT);
    set(bench, FIGURE_account_bytes, account);
    set(bench, FIGURE_account_all_bytes,
        account + thing_bytes(&run, "payer", DAY_ACCOUNT) + thing_bytes(&run, "payee", DAY_ACCOUNT) +
            thing_bytes(&run, "cust", DAY_CUSTOMER) + thing_bytes(&run, "dev", DAY_DEVICE));
    engine_destroy(run.engine);
    memory_pool_release(&memory);
}

// ---- a hot thing -----------------------------------------------------------------------------------------

static void measure_hot(struct bench *bench) {
    uint64_t count = (uint64_t)bench->options.hot;
    uint64_t tail_from = count - count / HOT_TAIL_SHARE;
    uint64_t tail_ns = 0;
    uint64_t tail_events = 0;
    struct spread *spread = ARENA_NEW(&bench->arena, struct spread);
    day_rush(bench->day);
    for (uint64_t done = 0; done < count;) {
        uint32_t made = make_chunk(bench, done < tail_from ? tail_from - done : count - done);
        bool tail = done >= tail_from;
        Slice rest = buf_slice(&bench->text);
        uint64_t cpu = clock_thread_cpu_ns();
        while (rest.size > 0) {
            uint64_t start = clock_monotonic_ns();
            parse_and_decide(bench, next_line(&rest));
            if (tail) {
                spread_add(spread, clock_monotonic_ns() - start);
            }
        }
        tail_ns += tail ? clock_thread_cpu_ns() - cpu : 0;
        tail_events += tail ? made : 0;
        done += made;
    }
    double us = (double)tail_ns / 1000 / (double)tail_events;
    set(bench, FIGURE_hot_events, (double)count);
    set(bench, FIGURE_hot_us, us);
    set(bench, FIGURE_hot_p50_us, spread_at(spread, 0.5) / 1000);
    set(bench, FIGURE_hot_p99_us, spread_at(spread, 0.99) / 1000);
    set(bench, FIGURE_hot_ratio, us / bench->figures.values[FIGURE_decide_us]);
}

// ---- getting ready ---------------------------------------------------------------------------------------

static CliExit compile(struct bench *bench) {
    Status status = pack_open(&bench->pack, bench->options.pack);
    if (status != STATUS_OK) {
        return status == STATUS_IO ? CLI_WORLD : CLI_FAILED;
    }
    struct library_plan plan = {.pack = &bench->pack,
                                .no_batch = bench->options.no_batch};
    struct library_report report;
    bench->catalogue = library_compile(&plan, &bench->arena, &report);
    if (bench->catalogue == NULL) {
        return CLI_FAILED;
    }
    set(bench, FIGURE_models, bench->catalogue->evaluated_count);
    set(bench, FIGURE_features, bench->catalogue->features->features.count);
    set(bench, FIGURE_compile_ms, (double)report.compile_ns / 1e6);
    return CLI_FINE;
}

static void prepare(struct bench *bench) {
    const struct bench_options *options = &bench->options;
    const struct catalogue *catalogue = bench->catalogue;
    bench->knowledge = knowledge_create(catalogue->knowledge, catalogue->money_digits, catalogue->zone_offset_us);
    catalogue_load_knowledge(bench->catalogue, bench->pack.files, bench->pack.file_count, bench->knowledge);
    struct population population = population_fill(catalogue, bench->knowledge, (uint32_t)options->accounts, (uint64_t)options->seed);
    bench->memory.large = true;
    struct engine_options engine_options = {
        .reserve = memory_pool_map, .reserve_context = &bench->memory, .stopwatch = clock_monotonic_ns};
    bench->engine = engine_create(catalogue, bench->knowledge, &engine_options);
    bench->intake = intake_create(catalogue->schema, NULL);
    bench->event = event_create(catalogue->schema);
    for (int i = 0; i < WAITING; i++) {
        bench->waiting[i] = event_create(bench->catalogue->schema);
    }
    bench->day = day_create(&(struct day_plan){.accounts = (uint32_t)options->accounts,
                                               .seed = (uint64_t)options->seed,
                                               .start_us = DAY_START_US,
                                               .warm = (uint64_t)options->warm});
    set(bench, FIGURE_accounts, (double)options->accounts);
    set(bench, FIGURE_warm_events, (double)options->warm);
    set(bench, FIGURE_profile_rows, (double)population.rows);
}

static CliExit finish(struct bench *bench) {
    struct buf out;
    buf_init(&out, OUTPUT_BYTES_MAX);
    if (!bench->options.to_stdout) {
        figures_print(&bench->figures, &out);
        fwrite(out.bytes, 1, out.size, stdout);
        buf_reset(&out);
    }
    CliExit code = bench->dead_letters == 0 ? CLI_FINE : CLI_FAILED;
    figures_write_json(&bench->figures, &out);
    struct diag diag;
    if (bench->options.to_stdout) {
        fwrite(out.bytes, 1, out.size, stdout);
    } else if (bench->options.json.at != NULL && file_write(bench->options.json, buf_slice(&out), &bench->arena, &diag) != STATUS_OK) {
        code = tell(&diag);
    }
    buf_deinit(&out);
    return code;
}

static CliExit run(struct bench *bench) {
    hold_core();
    CliExit code = compile(bench);
    if (code != CLI_FINE) {
        return code;
    }
    prepare(bench);
    warm_up(bench);
    measure_decisions(bench);
    measure_memory(bench);
    record(bench);
    if (!measure_models(bench)) {
        return CLI_FAILED;
    }
    measure_hot(bench);
    measure_account(bench);
    return finish(bench);
}

static void clean_up(struct bench *bench) {
    recording_destroy(bench->recording);
    day_destroy(bench->day);
    engine_destroy(bench->engine);
    if (bench->intake != NULL) {
        intake_destroy(bench->intake);
        event_destroy(bench->event);
        for (int i = 0; i < WAITING; i++) {
            event_destroy(bench->waiting[i]);
        }
    }
    knowledge_destroy(bench->knowledge);
    memory_pool_release(&bench->memory);
    catalogue_destroy(bench->catalogue);
    pack_close(&bench->pack);
    buf_deinit(&bench->text);
    buf_deinit(&bench->rendered);
    arena_deinit(&bench->arena);
    free(bench);
}

// ---- options ---------------------------------------------------------------------------------------------

static int64_t or_default(int64_t given, int64_t usual) {
    return given > 0 ? given : usual;
}

static void fill_defaults(struct bench_options *options) {
    bool quick = options->quick;
    options->pack = options->pack.at != NULL ? options->pack : SLICE("packs/bank");
    options->accounts = or_default(options->accounts, quick ? 2000 : 1000000);
    options->warm = or_default(options->warm, quick ? 12000 : 3 * options->accounts);
    options->warm = options->warm < options->accounts ? options->accounts : options->warm;
    options->events = or_default(options->events, quick ? 16384 : 1000000);
    options->many = or_default(options->many, 10000);
    options->recorded = or_default(options->recorded, quick ? 200 : 2000);
    options->hot = or_default(options->hot, quick ? 2000 : 50000);
    options->seed = or_default(options->seed, 1);
    options->to_stdout = slice_is(options->json, "-");
}

static CliAnswer read_options(struct bench_options *options, int argc, char **argv, struct arena *arena) {
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack that is measured; else packs/bank", CLI_TEXT, &options->pack},
        {"json", "FILE|-", "the figures as JSON; - is standard output, without the table", CLI_TEXT, &options->json},
        {"quick", NULL, "a few seconds, with too few accounts for the figures to mean much", CLI_FLAG, &options->quick},
        {"accounts", "N", "accounts, and as many customers (1,000,000)", CLI_NUMBER, &options->accounts},
        {"warm", "N", "events before measuring (three an account)", CLI_NUMBER, &options->warm},
        {"events", "N", "events measured (1,000,000)", CLI_NUMBER, &options->events},
        {"many", "N", "models in the large library, the pack's own with other parameters (10,000)", CLI_NUMBER, &options->many},
        {"recorded", "N", "events on which models alone are timed (2,000)", CLI_NUMBER, &options->recorded},
        {"hot", "N", "events of the hot merchant (50,000)", CLI_NUMBER, &options->hot},
        {"seed", "N", "of everything that is made up (1)", CLI_NUMBER, &options->seed},
        {"no-batch", NULL, "leave out the models of the nightly run", CLI_FLAG, &options->no_batch},
    };
    const struct cli_command command = {
        .name = "bench",
        .usage = "bench [--quick] [--json FILE] [--accounts N] [--warm N] [--events N]",
        .summary = "Says what a decision costs on this machine: throughput, stages, single decisions, models, memory.",
        .details = "Makes up the customers of a bank and their events, lets an engine live through 90 days of them, and measures it on\n"
                   "the events of the hour that follows. docs/performance.md says how each figure comes about.",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    return cli_parse(&command, argc, argv, arena, &operands);
}

CliExit command_bench(int argc, char **argv) {
    struct bench *bench = memory_alloc(sizeof *bench);
    arena_init(&bench->arena, 1 << 20);
    buf_init(&bench->text, CHUNK_BYTES_MAX);
    buf_init(&bench->rendered, CHUNK_BYTES_MAX);
    CliAnswer answer = read_options(&bench->options, argc, argv, &bench->arena);
    CliExit code = answer == CLI_HELPED ? CLI_FINE : CLI_USAGE;
    if (answer == CLI_GO_ON) {
        fill_defaults(&bench->options);
        code = run(bench);
    }
    clean_up(bench);
    return code;
}
