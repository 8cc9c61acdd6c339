// qiantang replay: a file of events goes in, every event comes out with its decision.

#include "base/money.h"
#include "cli/commands.h"
#include "cli/stream.h"
#include "codec/csv.h"

#include <math.h>
#include <stdlib.h>

struct replay_options {
    Slice decisions, features, summary;
};

struct replay {
    struct stream stream;
    struct replay_options options;
    struct output decisions, features;
    uint32_t *feature_order;
};

// ---- features as CSV -------------------------------------------------------------------------------------

// In the order in which they stand in the pack's files.
static int by_place(const void *left, const void *right, void *context) {
    const struct feature_plan *plan = context;
    Place a = plan->features.at[*(const uint32_t *)left].place;
    Place b = plan->features.at[*(const uint32_t *)right].place;
    int order = slice_compare(a.source->name, b.source->name);
    if (order != 0) {
        return order;
    }
    if (a.line != b.line) {
        return a.line < b.line ? -1 : 1;
    }
    return (a.column > b.column) - (a.column < b.column);
}

static void features_header(struct replay *replay) {
    const struct catalogue *catalogue = replay->stream.pack.catalogue;
    const struct feature_plan *plan = catalogue->features;
    replay->feature_order = memory_alloc(sizeof(uint32_t) * (plan->features.count + 1));
    for (uint32_t i = 0; i < plan->features.count; i++) {
        replay->feature_order[i] = i;
    }
    qsort_r(replay->feature_order, plan->features.count, sizeof(uint32_t), by_place, (void *)plan);
    struct csv_writer csv = {.out = &replay->features.text, .separator = ','};
    Slice id = replay->stream.map == NULL ? (Slice){NULL, 0} : intake_map_column(replay->stream.map, catalogue->schema->id);
    csv_put(&csv, id.at == NULL ? catalogue->schema->fields[catalogue->schema->id].name : id);
    for (uint32_t i = 0; i < plan->features.count; i++) {
        csv_put(&csv, plan->features.at[replay->feature_order[i]].name);
    }
    csv_end(&csv);
}

static void features_row(struct replay *replay, const struct event *event) {
    const struct feature_plan *plan = replay->stream.pack.catalogue->features;
    struct csv_writer csv = {.out = &replay->features.text, .separator = ','};
    csv_put(&csv, event->id);
    for (uint32_t i = 0; i < plan->features.count; i++) {
        uint32_t index = replay->feature_order[i];
        double value = engine_feature(replay->stream.engine, index);
        if (isnan(value)) {
            csv_put(&csv, SLICE(""));
        } else if (plan->features.at[index].type->kind == TYPE_MONEY) {
            csv_put_double(&csv, value / MONEY_SCALE);
        } else {
            csv_put_double(&csv, value);
        }
    }
    csv_end(&csv);
}

// ---- the run ---------------------------------------------------------------------------------------------

static void take_decision(void *context, const struct event *event, const struct decision *decision) {
    struct replay *replay = context;
    if (replay->decisions.writer != NULL) {
        decision_render(decision, &replay->decisions.text);
        output_flush(&replay->decisions, OUTPUT_FLUSH_SIZE);
    }
    if (replay->features.writer != NULL && !decision->is_duplicate) {
        features_row(replay, event);
        output_flush(&replay->features, OUTPUT_FLUSH_SIZE);
    }
}

static bool is_standard(Slice path) {
    return slice_is(path, "-");
}

static CliExit write_summary(struct replay *replay) {
    struct diag diag;
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    tally_write_json(&replay->stream.tally, replay->stream.engine, &text);
    Status status = STATUS_OK;
    if (is_standard(replay->options.summary)) {
        fwrite(text.bytes, 1, text.size, stdout);
    } else {
        status = file_write(replay->options.summary, buf_slice(&text), &replay->stream.arena, &diag);
    }
    buf_deinit(&text);
    return status == STATUS_OK ? CLI_FINE : stream_tell(&diag);
}

// Closes the outputs, and tells what came of the run.
static CliExit finish(struct replay *replay, CliExit code) {
    const struct replay_options *options = &replay->options;
    struct diag diag;
    struct output *outputs[] = {&replay->decisions, &replay->features};
    for (int i = 0; i < 2; i++) {
        if (output_close(outputs[i], &replay->stream.arena, &diag) != STATUS_OK) {
            code = stream_tell(&diag);
        }
    }
    code = stream_finish(&replay->stream, code);
    if (!replay->stream.ran) {
        return code;
    }
    bool taken = is_standard(options->decisions) || is_standard(options->features) || is_standard(replay->stream.options.dead_letters) ||
                 is_standard(options->summary);
    if (!replay->stream.options.quiet) {
        tally_print(&replay->stream.tally, replay->stream.engine, taken ? stderr : stdout);
    }
    CliExit written = options->summary.at == NULL ? CLI_FINE : write_summary(replay);
    return written == CLI_FINE ? code : written;
}

// ---- getting ready ---------------------------------------------------------------------------------------

static CliExit prepare(struct replay *replay) {
    struct replay_options *options = &replay->options;
    Slice *dead_letters = &replay->stream.options.dead_letters;
    replay->stream.options.all_features = options->features.at != NULL;
    if (dead_letters->at == NULL) {
        *dead_letters = options->decisions.at == NULL || is_standard(options->decisions)
                            ? SLICE("dead-letters.ndjson")
                            : arena_printf(&replay->stream.arena, "%.*s.dead-letters", SLICE_ARGS(options->decisions));
    }
    CliExit code = stream_prepare(&replay->stream);
    if (code != CLI_FINE) {
        return code;
    }
    struct diag diag;
    if (output_open(&replay->decisions, options->decisions, &replay->stream.arena, &diag) != STATUS_OK ||
        output_open(&replay->features, options->features, &replay->stream.arena, &diag) != STATUS_OK) {
        return stream_tell(&diag);
    }
    if (replay->features.writer != NULL) {
        features_header(replay);
    }
    return CLI_FINE;
}

static CliAnswer read_options(struct replay *replay, int argc, char **argv) {
    struct replay_options *options = &replay->options;
    struct stream_options *stream = &replay->stream.options;
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack to decide with", CLI_TEXT, &stream->pack},
        {"input", "FILE...", "events, plain, gzip or zstd; - is standard input", CLI_TEXTS, &stream->inputs},
        {"map", "MAP.yaml", "how foreign columns become fields; else the pack's maps/default.yaml", CLI_TEXT, &stream->map},
        {"format", "csv|ndjson", "of all inputs; else told by each name, else by the map", CLI_TEXT, &stream->format},
        {"decisions", "OUT.ndjson", "one line a decision", CLI_TEXT, &options->decisions},
        {"features", "OUT.csv", "every feature of every event", CLI_TEXT, &options->features},
        {"summary", "OUT.json", "the figures of the run", CLI_TEXT, &options->summary},
        {"dead-letters", "OUT.ndjson", "records that were refused, with the reason; else beside the decisions, as OUT.ndjson.dead-letters", CLI_TEXT, &stream->dead_letters},
        {"lists", "FILE...", "more list entries, as in the pack's lists/", CLI_TEXTS, &stream->lists},
        {"tables", "FILE...", "more table rows, named after their table", CLI_TEXTS, &stream->tables},
        {"state-in", "FILE", "go on from the state that an earlier run left, lists and tables with it", CLI_TEXT, &stream->state_in},
        {"state-out", "FILE", "leave the state at the end, to go on from it later", CLI_TEXT, &stream->state_out},
        {"effort", "LEVEL", "decide as if there were no time for all: full, in_flight, at_hand or rules; default full", CLI_TEXT, &stream->effort},
        {"threads", "1|2", "with 2, one thread reads while the other decides; the results are the same", CLI_NUMBER, &stream->threads},
        {"quiet", NULL, "no progress and no summary", CLI_FLAG, &stream->quiet},
    };
    const struct cli_command command = {
        .name = "replay",
        .usage = "replay --pack PACK --input FILE... [--map MAP] [--decisions OUT.ndjson] [--features OUT.csv] [--summary OUT.json]",
        .summary = "Decides on every event of the inputs, in their order, and says what came of it.",
        .details = "The decisions file is the same to the byte each time, on every machine and with one thread or two.\n"
                   "An input is CSV or NDJSON as --format says, else as its name ends (.csv; .ndjson, .jsonl or .json; behind that\n"
                   ".gz or .zst), else as the map says, else NDJSON. A map is for inputs of its format; the others carry the\n"
                   "schema's own names.\n"
                   "An output named - goes to standard output, and the figures for people to standard error then.\n"
                   "With --state-out and --state-in a stream may be decided in parts, month by month: the decisions are those of one run.\n"
                   "A record that is not understood is written to the dead-letter file with its position, a code and the\n"
                   "reason, and the stream goes on. Example:\n\n"
                   "  qiantang replay --pack examples/handbook --input transactions.csv.gz --decisions out.ndjson",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    CliAnswer answer = cli_parse(&command, argc, argv, &replay->stream.arena, &operands);
    if (answer != CLI_GO_ON) {
        return answer;
    }
    return stream_check_options(&replay->stream, "--input") ? CLI_GO_ON : CLI_WRONG;
}

CliExit command_replay(int argc, char **argv) {
    struct replay replay = {0};
    stream_init(&replay.stream, "replay");
    CliAnswer answer = read_options(&replay, argc, argv);
    CliExit code = answer == CLI_WRONG ? CLI_USAGE : CLI_FINE;
    if (answer == CLI_GO_ON) {
        code = prepare(&replay);
        code = code == CLI_FINE ? stream_run(&replay.stream, take_decision, &replay) : code;
        code = code == CLI_FINE ? stream_save(&replay.stream) : code;
        code = finish(&replay, code);
    }
    stream_deinit(&replay.stream);
    free(replay.feature_order);
    return code;
}
