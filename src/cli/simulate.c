// qiantang simulate: a bank's life as events, with frauds in it, their labels, and what the bank
// knows beside.

#include "base/time.h"
#include "cli/commands.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/memory.h"
#include "os/progress.h"
#include "simulation/simulation.h"

#include <stdlib.h>

enum { TEXT_MAX = 1 << 30, FILES_MAX = 64 };

struct simulate_options {
    Slice out, start, rate, only;
    int64_t seed, customers, days, past, confusion;
    bool no_scores, quiet, list;
};

struct output {
    Slice name;
    uint64_t bytes;
};

struct simulate {
    struct simulate_options options;
    struct simulation_plan plan;
    struct arena arena;
    struct simulation *simulation;
    struct file_writer *writer; // of the file that is being written
    struct output files[FILES_MAX];
    uint32_t file_count;
    bool failed;
};

static void tell(struct simulate *run, const struct diag *diag) {
    cli_tell(diag);
    run->failed = true;
}

static Slice path_of(struct simulate *run, Slice name) {
    return arena_printf(&run->arena, "%.*s/%.*s", SLICE_ARGS(run->options.out), SLICE_ARGS(name));
}

// ---- files --------------------------------------------------------------------------------------

static void close_file(struct simulate *run) {
    struct diag diag;
    if (run->writer != NULL && file_writer_close(run->writer, &run->arena, &diag) != STATUS_OK) {
        tell(run, &diag);
    }
    run->writer = NULL;
}

static void open_file(struct simulate *run, Slice name) {
    struct diag diag;
    close_file(run);
    INVARIANT(run->file_count < FILES_MAX);
    run->files[run->file_count++].name = arena_copy(&run->arena, name);
    if (file_writer_open(path_of(run, name), &run->arena, &run->writer, &diag) != STATUS_OK) {
        run->writer = NULL;
        tell(run, &diag);
    }
}

static void put(struct simulate *run, Slice text) {
    if (run->writer != NULL) {
        file_writer_put(run->writer, text);
        run->files[run->file_count - 1].bytes += text.size;
    }
}

// Lists go to the folder lists/, tables to tables/.
static void take_table(void *context, Slice name, Slice text) {
    struct simulate *run = context;
    bool list = slice_ends_with(name, SLICE(".csv"));
    Slice path = arena_printf(&run->arena, "%s/%.*s", list ? "lists" : "tables", SLICE_ARGS(name));
    if (run->file_count == 0 || !slice_equal(run->files[run->file_count - 1].name, path)) {
        open_file(run, path);
    }
    put(run, text);
}

// ---- the run ------------------------------------------------------------------------------------

static void write_events(struct simulate *run) {
    struct progress progress;
    progress_begin(&progress, &(struct progress_plan){
                                  .label = "simulating", .unit = "events", .size = run->plan.days});
    open_file(run, SLICE("events.ndjson"));
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (bool more = true; more && !run->failed;) {
        more = simulation_next(run->simulation, &text);
        put(run, buf_slice(&text));
        buf_reset(&text);
        struct simulation_counts counts = simulation_counts(run->simulation);
        if (!run->options.quiet) {
            progress_update(&progress, counts.events, counts.day - 1);
        }
        run->failed = run->failed || run->writer == NULL || file_writer_failed(run->writer);
    }
    close_file(run);
    progress_end(&progress);
    open_file(run, SLICE("labels.ndjson"));
    simulation_labels(run->simulation, &text);
    put(run, buf_slice(&text));
    close_file(run);
    if (run->plan.confusion_percent > 100) {
        open_file(run, SLICE("innocents.ndjson"));
        uint64_t at = 0;
        for (bool more = true; more && !run->failed;) {
            buf_reset(&text);
            more = simulation_innocents(run->simulation, &at, &text);
            put(run, buf_slice(&text));
        }
        close_file(run);
    }
    buf_deinit(&text);
}

static void print_summary(struct simulate *run, uint64_t past_ns, uint64_t events_ns) {
    struct simulation_counts counts = simulation_counts(run->simulation);
    double seconds = (double)events_ns / 1e9;
    printf("%u persons, %u firms, %u merchants, %u branches, %u staff; %u accounts at the end\n",
           counts.people, counts.firms, counts.merchants, counts.branches, counts.staff,
           counts.accounts);
    printf("%llu events and %llu changes of lists and tables in %.1f s, %.0f a second; the past "
           "took %.1f s; %.0f MiB of memory\n\n",
           (unsigned long long)counts.events, (unsigned long long)counts.changes, seconds,
           (double)(counts.events + counts.changes) / (seconds > 0 ? seconds : 1),
           (double)past_ns / 1e9, (double)memory_resident_bytes() / (1 << 20));
    uint64_t count;
    const char *name;
    for (uint32_t i = 0; (name = simulation_type(i, run->simulation, &count)) != NULL; i++) {
        printf("  %-22s %12llu\n", name, (unsigned long long)count);
    }
    const char *zh;
    const char *en;
    uint32_t cases;
    uint32_t rate;
    uint32_t typologies = 0;
    uint32_t all = 0;
    printf("\n");
    for (uint32_t i = 0;
         (name = simulation_typology(i, run->simulation, &zh, &en, &cases, &rate)) != NULL; i++) {
        if (cases > 0) {
            printf("  %-6s %6u  %s  %s\n", name, cases, zh, en);
        }
        typologies += cases > 0;
        all += cases;
    }
    printf("  %u cases of %u typologies; %.2f yuan lost\n\n", all, typologies,
           (double)counts.lost_fen / 100);
    for (uint32_t i = 0; i < run->file_count; i++) {
        printf("  %14llu  %.*s/%.*s\n", (unsigned long long)run->files[i].bytes,
               SLICE_ARGS(run->options.out), SLICE_ARGS(run->files[i].name));
    }
    printf("\n  qiantang replay --pack packs/bank --lists %.*s/lists/*.csv --tables "
           "%.*s/tables/*.ndjson \\\n    --input %.*s/events.ndjson --decisions decisions.ndjson\n",
           SLICE_ARGS(run->options.out), SLICE_ARGS(run->options.out),
           SLICE_ARGS(run->options.out));
}

static void list_typologies(void) {
    const char *name;
    const char *zh;
    const char *en;
    uint32_t cases;
    uint32_t rate;
    printf("typology, cases for 10,000 customers in 30 days, name\n\n");
    for (uint32_t i = 0; (name = simulation_typology(i, NULL, &zh, &en, &cases, &rate)) != NULL;
         i++) {
        printf("  %-6s %3u.%02u  %s  %s\n", name, rate / 100, rate % 100, zh, en);
    }
}

static CliExit simulate(struct simulate *run) {
    struct diag diag;
    Slice folders[] = {run->options.out, path_of(run, SLICE("lists")),
                       path_of(run, SLICE("tables"))};
    for (int i = 0; i < 3; i++) {
        if (file_make_directory(folders[i], &run->arena, &diag) != STATUS_OK) {
            tell(run, &diag);
            return CLI_WORLD;
        }
    }
    uint64_t start = clock_monotonic_ns();
    run->simulation = simulation_create(&run->plan);
    simulation_tables(run->simulation, take_table, run);
    close_file(run);
    uint64_t past = clock_monotonic_ns();
    write_events(run);
    if (!run->options.quiet && !run->failed) {
        print_summary(run, past - start, clock_monotonic_ns() - past);
    }
    return run->failed ? CLI_WORLD : CLI_FINE;
}

// ---- options ------------------------------------------------------------------------------------

// "1", "0.5", "20": in hundredths.
static bool read_rate(Slice text, uint32_t *ret_percent) {
    Slice whole;
    int64_t number = 0;
    int64_t part = 0;
    if (!slice_split(&text, '.', &whole) || !slice_to_i64(whole, &number) || number < 0 ||
        number > 1000) {
        return false;
    }
    if (!slice_empty(text) && (text.size > 2 || !slice_to_i64(text, &part) || part < 0)) {
        return false;
    }
    *ret_percent = (uint32_t)(number * 100 + (text.size == 1 ? part * 10 : part));
    return true;
}

static const char *check(struct simulate *run) {
    const struct simulate_options *options = &run->options;
    int64_t start_us;
    if (options->customers < 500 || options->customers > SIMULATION_CUSTOMERS_MAX) {
        return "--customers is a number from 500 to 2000000";
    }
    if (options->days < 1 || options->days > SIMULATION_DAYS_MAX) {
        return "--days is a number from 1 to 731";
    }
    if (options->past < 0 || options->past > 90) {
        return "--past is a number of days from 0 to 90";
    }
    if (options->confusion < 100 || options->confusion > SIMULATION_CONFUSION_MAX) {
        return "--confusion is a number from 100 to 2000, in hundredths of what there is";
    }
    if (!time_parse(options->start, 8 * US_PER_HOUR, &start_us)) {
        return "--start is a date such as 2026-09-01";
    }
    if (!read_rate(options->rate, &run->plan.rate_percent)) {
        return "--rate is a number from 0 to 1000 with up to two decimals";
    }
    if (!simulation_knows(options->only)) {
        return "--only names typologies (VP-03) or families (VP), with commas between; --list "
               "shows them";
    }
    run->plan.seed = (uint64_t)options->seed;
    run->plan.customers = (uint32_t)options->customers;
    run->plan.days = (uint32_t)options->days;
    run->plan.past_days = (uint32_t)options->past;
    run->plan.first_day = (int32_t)time_day(start_us, 8 * US_PER_HOUR);
    run->plan.no_scores = options->no_scores;
    run->plan.confusion_percent = (uint32_t)options->confusion;
    run->plan.only = options->only;
    return NULL;
}

static CliAnswer read_options(struct simulate *run, int argc, char **argv) {
    struct simulate_options *options = &run->options;
    const struct cli_option table[] = {
        {"out", "DIR", "the folder to write into; it is made when it is not there", CLI_TEXT,
         &options->out},
        {"seed", "N", "the same seed gives the same bytes; default 1", CLI_NUMBER, &options->seed},
        {"customers", "N",
         "persons with an account; firms, merchants, branches and staff follow from it; default "
         "2000",
         CLI_NUMBER, &options->customers},
        {"days", "N", "default 30", CLI_NUMBER, &options->days},
        {"start", "DATE",
         "the first day, in Shanghai; default 2026-09-01. Holidays are known from 2024 to 2026",
         CLI_TEXT, &options->start},
        {"rate", "R", "how many times the stated rates of fraud; 0: none; default 1", CLI_TEXT,
         &options->rate},
        {"only", "LIST", "only these typologies or families, as VP-03,MU", CLI_TEXT,
         &options->only},
        {"past", "N",
         "days lived before the first one, so that profiles know something; default 28", CLI_NUMBER,
         &options->past},
        {"confusion", "PERCENT",
         "how much there is of what looks like fraud and is none: 100 what ordinary days have, the default; 200 the stated rates",
         CLI_NUMBER, &options->confusion},
        {"no-scores", NULL, "leave out the tables ml.*: scores are made up with the truth in mind",
         CLI_FLAG, &options->no_scores},
        {"list", NULL, "show the typologies and their rates, and end", CLI_FLAG, &options->list},
        {"quiet", NULL, "no progress and no summary", CLI_FLAG, &options->quiet},
    };
    const struct cli_command command = {
        .name = "simulate",
        .usage =
            "simulate --out DIR [--seed N] [--customers N] [--days N] [--rate R] [--start DATE]",
        .summary = "Makes up the life of a city bank: its events, the frauds among them, and what "
                   "the bank knows beside.",
        .details = "DIR gets\n\n"
                   "  events.ndjson    what the bank's systems send, in the order of time, with "
                   "changes of lists and tables between\n"
                   "  labels.ndjson    one line a case: typology, people, accounts, and its events "
                   "with what was lost in each\n"
                   "  tables/, lists/  what was known before the first day, for replay --tables "
                   "and --lists\n\n"
                   "All of it is made up: no person, account, card or address in it is anybody's. "
                   "Most customers do ordinary things, and\n"
                   "some of those look like fraud. A model that was fitted to these frauds has "
                   "learned how they were made up, and\n"
                   "not how thieves behave. docs/simulate.md tells what is in it and what is not. "
                   "Example:\n\n"
                   "  qiantang simulate --seed 7 --customers 5000 --days 30 --out /tmp/bank\n"
                   "  qiantang replay --pack packs/bank --lists /tmp/bank/lists/*.csv --tables "
                   "/tmp/bank/tables/*.ndjson \\\n"
                   "    --input /tmp/bank/events.ndjson --decisions /tmp/bank/decisions.ndjson",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    CliAnswer answer = cli_parse(&command, argc, argv, &run->arena, &operands);
    if (answer != CLI_GO_ON) {
        return answer;
    }
    if (options->list) {
        list_typologies();
        return CLI_HELPED;
    }
    const char *wrong = options->out.at == NULL ? "--out is missing" : check(run);
    if (wrong != NULL) {
        fprintf(stderr, "qiantang simulate: %s\n", wrong);
        return CLI_WRONG;
    }
    return CLI_GO_ON;
}

CliExit command_simulate(int argc, char **argv) {
    struct simulate run = {.options = {.seed = 1,
                                       .customers = 2000,
                                       .days = 30,
                                       .past = 28,
                                       .confusion = 100,
                                       .start = SLICE("2026-09-01"),
                                       .rate = SLICE("1")}};
    arena_init(&run.arena, 1 << 16);
    CliAnswer answer = read_options(&run, argc, argv);
    CliExit code = answer == CLI_WRONG ? CLI_USAGE : CLI_FINE;
    if (answer == CLI_GO_ON) {
        code = simulate(&run);
    }
    simulation_destroy(run.simulation);
    arena_deinit(&run.arena);
    return code;
}
