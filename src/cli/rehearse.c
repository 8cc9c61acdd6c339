// qiantang rehearse: months of a simulated bank: decisions, alerts, strategies, customers who answer, a team of five; and what came of it.

#include "cli/commands.h"
#include "cli/labels.h"
#include "cli/stream.h"
#include "codec/lines.h"
#include "os/clock.h"
#include "os/progress.h"
#include "rehearsal/rehearsal.h"
#include "response/disposition/earn.h"
#include "simulation/answers/answers.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { TEAMS_MAX = 100 };
#define AFTERWARDS_US (7 * US_PER_DAY) // for what is under way when the events end

struct rehearse_options {
    Slice events, labels, store, earned, from;
    int64_t seed, teams;
};

struct rehearse {
    struct stream stream;
    struct rehearse_options options;
    struct strategies *strategies;
    struct truth *truth;
    struct terms terms;
    struct rehearsal *rehearsal;
    struct file_reader *file; // of the events; NULL: not open
    int64_t from_us; // figures are of alerts closed from here on
};

// ---- input ----------------------------------------------------------------------------------------------------------------

static void show_progress(struct rehearse *rehearse, uint64_t number) {
    char text[TIME_TEXT_SIZE];
    int64_t offset_us = rehearse->stream.pack.catalogue->zone_offset_us;
    if (!rehearse->stream.options.quiet && number % 100000 == 0) {
        fprintf(stderr, "\r%.*s  %llu records", 10, (time_format(rehearsal_now(rehearse->rehearsal), offset_us, text), text), (unsigned long long)number);
    }
}

static CliExit take_event(struct rehearse *rehearse, const struct line *line) {
    struct diag diag;
    if (line->too_long) {
        return CLI_FINE;
    }
    show_progress(rehearse, line->number);
    return rehearsal_take(rehearse->rehearsal, line->text, &diag) == STATUS_OK ? CLI_FINE : stream_tell(&diag);
}

// Before the store, which would be left empty where there is nothing to play.
static CliExit open_events(struct rehearse *rehearse) {
    struct diag diag;
    return file_reader_open(rehearse->options.events, &rehearse->stream.arena, &rehearse->file, &diag) == STATUS_OK ? CLI_FINE : stream_tell(&diag);
}

static CliExit take_events(struct rehearse *rehearse) {
    Slice path = rehearse->options.events;
    struct file_reader *file = rehearse->file;
    struct line line;
    Status status = STATUS_END;
    CliExit code = CLI_FINE;
    struct line_reader *lines = line_reader_create(file_reader_source(file), LINE_SIZE_MAX);
    while (code == CLI_FINE && (status = line_reader_next(lines, &line)) == STATUS_OK) {
        code = take_event(rehearse, &line);
    }
    if (code == CLI_FINE && status != STATUS_END) {
        fprintf(stderr, "qiantang rehearse: cannot read %.*s: %s\n", SLICE_ARGS(path), file_reader_error(file));
        code = CLI_WORLD;
    }
    line_reader_destroy(lines);
    return code;
}

// ---- figures ----------------------------------------------------------------------------------------------------------------

struct reading {
    struct figures_of of;
    struct figures figures;
    const struct strategy *strategy;
    struct strategy_record record;
};

static Status read_figures(void *context, struct book *book) {
    struct reading *reading = context;
    return figures_read(book, &reading->of, &reading->figures);
}

static Status read_record(void *context, struct book *book) {
    struct reading *reading = context;
    return strategy_record(book, reading->strategy, &reading->record);
}

static CliExit print_one(struct rehearse *rehearse, const struct strategy *strategy) {
    struct rehearsal_truth truth;
    struct diag diag;
    Slice id = strategy == NULL ? SLICE("") : strategy->id;
    struct reading reading = {.of = {.viewer = CLEARANCE_ALL, .from_us = rehearse->from_us, .until_us = INT64_MAX, .strategy = id}, .strategy = strategy};
    struct book *book = rehearsal_book(rehearse->rehearsal);
    int64_t now_us = rehearsal_now(rehearse->rehearsal);
    arena_reset(&rehearse->stream.scratch);
    if (book_read(book, now_us, read_figures, &reading, &rehearse->stream.scratch, &diag) != STATUS_OK ||
        rehearsal_truth(rehearse->rehearsal, rehearse->from_us, INT64_MAX, id, &truth, &diag) != STATUS_OK ||
        (strategy != NULL && book_do(book, (Actor){ACTOR_KIND_SYSTEM, SLICE("rehearse")}, now_us, read_record, &reading, &rehearse->stream.scratch, &diag) != STATUS_OK)) {
        return stream_tell(&diag);
    }
    const struct figures *figures = &reading.figures;
    if (strategy == NULL) {
        printf("\nalerts opened %" PRId64 ", hits %" PRId64 " (%.2f to an alert); closed %" PRId64 ", and %" PRId64 " duplicates and tests\n", figures->opened, figures->hits,
               figures_merge_ratio(figures), figures->closed, figures->excluded);
        printf("closed automatically %" PRId64 " of %" PRId64 ": %.2f %%\n", figures->automatic, figures->closed, 100 * figures_rate(figures));
        printf("  overturned by a second look %" PRId64 " of %" PRId64 " (%.2f %%, 95 %% interval %.2f to %.2f); fraud that came to light later %" PRId64 ", of S3 and above %" PRId64 "\n",
               figures->overturned, figures->looked_at, 100 * figures->overturn.share, 100 * figures->overturn.lower, 100 * figures->overturn.upper, figures->later_positives,
               figures->later_positives_s3);
        printf("  by the labels: closed as no fraud %" PRId64 ", of these truly fraud %" PRId64 " (S1 %" PRId64 ", S2 %" PRId64 ", S3 %" PRId64 ", S4 %" PRId64 "); closed as fraud %" PRId64
               ", of these innocent %" PRId64 "\n",
               truth.automatic_false, truth.missed, truth.missed_by[1], truth.missed_by[2], truth.missed_by[3], truth.missed_by[4], truth.automatic_fraud, truth.wrong_fraud);
        printf("closed by people: as no fraud %" PRId64 ", of these truly fraud %" PRId64 "; as fraud %" PRId64 ", of these innocent %" PRId64 "\n", truth.people_false, truth.people_missed,
               truth.people_fraud, truth.people_wrong);
        printf("  in time: S4 %" PRId64 " of %" PRId64 ", S3 %" PRId64 " of %" PRId64 ", S2 %" PRId64 " of %" PRId64 ", S1 %" PRId64 " of %" PRId64 "; second looks %" PRId64 ", kappa %.2f\n",
               figures->in_time[4], figures->by_people[4], figures->in_time[3], figures->by_people[3], figures->in_time[2], figures->by_people[2], figures->in_time[1], figures->by_people[1],
               figures->second_looks, figures->agreement);
    } else {
        printf("  %-13s %-6s  compared %5llu, agreed %5llu, missed %3llu  closed %5" PRId64 "  overturned %3" PRId64 " of %3" PRId64 "  later %2" PRId64 "  truly fraud %2" PRId64 "\n",
               id.at, reading.record.mode == STRATEGY_ACTIVE ? "acts" : "shadow", (unsigned long long)reading.record.compared, (unsigned long long)reading.record.agreed,
               (unsigned long long)reading.record.missed, figures->automatic, figures->overturned, figures->looked_at, figures->later_positives, truth.missed);
    }
    return CLI_FINE;
}

static CliExit print_figures(struct rehearse *rehearse) {
    struct rehearsal_counts counts = rehearsal_counts(rehearse->rehearsal);
    printf("%llu records, %llu decisions, %llu refused; timers %llu, messages %llu, answers %llu (%llu too late); decided by people %llu, approved %llu, second looks %llu; strategies that "
           "left the shadow %llu\n",
           (unsigned long long)counts.events, (unsigned long long)counts.decisions, (unsigned long long)counts.refused, (unsigned long long)counts.timers, (unsigned long long)counts.messages,
           (unsigned long long)counts.answers, (unsigned long long)counts.late_answers, (unsigned long long)counts.decided, (unsigned long long)counts.approved,
           (unsigned long long)counts.second_looks, (unsigned long long)counts.promoted);
    CliExit code = print_one(rehearse, NULL);
    for (uint32_t i = 0; i < rehearse->strategies->count && code == CLI_FINE; i++) {
        if (rehearse->strategies->at[i].is_closure) {
            code = print_one(rehearse, &rehearse->strategies->at[i]);
        }
    }
    return code;
}

// ---- the run ----------------------------------------------------------------------------------------------------------------

static CliExit open_rehearsal(struct rehearse *rehearse) {
    struct diag diag;
    Status status;
    const struct catalogue *catalogue = rehearse->stream.pack.catalogue;
    rehearse->strategies = pack_strategies(&rehearse->stream.pack, &status);
    if (status != STATUS_OK || !rehearse->strategies->plan.exists) {
        fprintf(stderr, "qiantang rehearse: the pack has no disposition.yaml that could be used\n");
        return CLI_FAILED;
    }
    terms_init(&rehearse->terms, catalogue->zone_offset_us);
    struct rehearsal_options options = {.catalogue = catalogue, .strategies = rehearse->strategies, .knowledge = rehearse->stream.knowledge, .terms = &rehearse->terms,
                                        .truth = rehearse->truth, .store = rehearse->options.store, .seed = (uint64_t)rehearse->options.seed,
                                        .teams = (uint32_t)rehearse->options.teams};
    rehearse->stream.knowledge = NULL; // handed over
    if (rehearsal_create(&options, &rehearse->stream.arena, &rehearse->rehearsal, &diag) != STATUS_OK ||
        (rehearse->options.earned.at != NULL && rehearsal_earned(rehearse->rehearsal, rehearse->options.earned, &diag) != STATUS_OK)) {
        return stream_tell(&diag);
    }
    return CLI_FINE;
}

static CliExit run(struct rehearse *rehearse) {
    struct diag diag;
    CliExit code = stream_prepare_knowledge(&rehearse->stream);
    code = code == CLI_FINE ? labels_read("rehearse", rehearse->options.labels, rehearse->truth, &rehearse->stream.arena) : code;
    code = code == CLI_FINE ? open_events(rehearse) : code;
    code = code == CLI_FINE ? open_rehearsal(rehearse) : code;
    code = code == CLI_FINE ? take_events(rehearse) : code;
    if (code == CLI_FINE && rehearsal_finish(rehearse->rehearsal, AFTERWARDS_US, &diag) != STATUS_OK) {
        code = stream_tell(&diag);
    }
    if (!rehearse->stream.options.quiet) {
        fprintf(stderr, "\n");
    }
    return code == CLI_FINE ? print_figures(rehearse) : code;
}

static CliAnswer read_options(struct rehearse *rehearse, int argc, char **argv) {
    struct rehearse_options *options = &rehearse->options;
    struct stream_options *stream = &rehearse->stream.options;
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack to decide with", CLI_TEXT, &stream->pack},
        {"events", "FILE", "events, plain, gzip or zstd", CLI_TEXT, &options->events},
        {"labels", "FILE", "the truth: cases, one JSON object a line, as simulate writes them", CLI_TEXT, &options->labels},
        {"lists", "FILE...", "more list entries, as in the pack's lists/", CLI_TEXTS, &stream->lists},
        {"tables", "FILE...", "more table rows, named after their table", CLI_TEXTS, &stream->tables},
        {"store", "ADDRESS", "where alerts and all that follows are kept; default sqlite:rehearsal.db. One that holds a rehearsal goes on: strategies keep what they have earned", CLI_TEXT,
         &options->store},
        {"earned", "ADDRESS", "the store of another rehearsal: strategies begin with what they earned there", CLI_TEXT, &options->earned},
        {"from", "TIME", "figures of alerts closed from then on; default: of all", CLI_TEXT, &options->from},
        {"seed", "N", "of what customers say and people decide; default 1", CLI_NUMBER, &options->seed},
        {"teams", "N", "the five work as fast as N teams of five, for a larger bank; default 1", CLI_NUMBER, &options->teams},
        {"quiet", NULL, "no progress", CLI_FLAG, &stream->quiet},
    };
    const struct cli_command command = {
        .name = "rehearse",
        .usage = "rehearse --pack PACK --events FILE --labels FILE [--lists FILE...] [--tables FILE...] [--store ADDRESS] [--earned ADDRESS] [--from TIME]",
        .summary = "Plays months of a simulated bank: decisions, alerts, strategies, customers who answer, a team of five; and tells what came of it.",
        .details = "docs/rehearse.md tells what is played and what each figure is.\n"
                   "Example:\n\n"
                   "  qiantang simulate --seed 7 --customers 2000 --days 30 --out /tmp/bank\n"
                   "  qiantang rehearse --pack packs/bank --lists /tmp/bank/lists/*.csv --tables /tmp/bank/tables/*.ndjson \\\n"
                   "    --events /tmp/bank/events.ndjson --labels /tmp/bank/labels.ndjson --store sqlite:/tmp/bank/rehearsal.db",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    CliAnswer answer = cli_parse(&command, argc, argv, &rehearse->stream.arena, &operands);
    if (answer != CLI_GO_ON) {
        return answer;
    }
    if (stream->pack.at == NULL || options->events.at == NULL || options->labels.at == NULL) {
        fprintf(stderr, "qiantang rehearse: --pack, --events and --labels are needed\n");
        return CLI_WRONG;
    }
    if (options->teams < 1 || options->teams > TEAMS_MAX) {
        fprintf(stderr, "qiantang rehearse: --teams is 1 to %d\n", TEAMS_MAX);
        return CLI_WRONG;
    }
    if (options->from.at != NULL && !time_parse(options->from, INT64_C(8) * US_PER_HOUR, &rehearse->from_us)) {
        fprintf(stderr, "qiantang rehearse: --from is a date or a moment, such as 2026-10-01\n");
        return CLI_WRONG;
    }
    return CLI_GO_ON;
}

CliExit command_rehearse(int argc, char **argv) {
    struct rehearse *rehearse = memory_alloc(sizeof *rehearse);
    stream_init(&rehearse->stream, "rehearse");
    rehearse->options.store = SLICE("sqlite:rehearsal.db");
    rehearse->options.seed = 1;
    rehearse->options.teams = 1;
    rehearse->truth = truth_create();
    CliAnswer answer = read_options(rehearse, argc, argv);
    CliExit code = answer == CLI_WRONG ? CLI_USAGE : answer == CLI_GO_ON ? run(rehearse) : CLI_FINE;
    file_reader_close(rehearse->file);
    rehearsal_destroy(rehearse->rehearsal);
    strategies_destroy(rehearse->strategies);
    truth_destroy(rehearse->truth);
    stream_deinit(&rehearse->stream);
    free(rehearse);
    return code;
}
