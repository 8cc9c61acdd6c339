// qiantang replay: a file of events goes in, every event comes out with its decision.

#include "base/money.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/pack_folder.h"
#include "cli/tally.h"
#include "codec/csv.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/memory.h"
#include "os/progress.h"

#include <math.h>
#include <stdlib.h>

enum { FLUSH_SIZE = 1 << 16, OUTPUT_MAX = 64 << 20 };

struct replay_options {
    Slice pack, map, decisions, features, summary, dead_letters, format;
    CliTexts inputs, lists, tables;
    int64_t threads;
    bool quiet;
};

// A file that is written in pieces; nothing when it was not asked for.
struct output {
    struct file_writer *writer;
    struct buf text;
    uint64_t lines;
};

struct replay {
    struct replay_options options;
    struct arena arena;
    struct pack_folder pack;
    const struct intake_map *map;
    struct knowledge *knowledge;
    struct memory_pool memory;
    struct engine *engine;
    struct output decisions, features, dead_letters;
    bool dead_letters_lost;
    bool ran;
    uint32_t *feature_order;
    struct tally tally;
    struct arena scratch;
};

static CliExit tell(const struct diag *diag) {
    cli_tell(diag);
    return CLI_WORLD;
}

static InputFormat input_format(const struct replay_options *options) {
    return options->format.at == NULL          ? INPUT_BY_NAME
           : slice_is(options->format, "csv") ? INPUT_CSV
                                              : INPUT_NDJSON;
}

// ---- outputs ---------------------------------------------------------------------------------------------

static Status output_open(struct output *output, Slice path, struct arena *arena, struct diag *diag) {
    buf_init(&output->text, OUTPUT_MAX);
    return path.at == NULL ? STATUS_OK : file_writer_open(path, arena, &output->writer, diag);
}

static void output_flush(struct output *output, size_t least) {
    if (output->writer != NULL && output->text.size >= least) {
        file_writer_put(output->writer, buf_slice(&output->text));
        buf_reset(&output->text);
    }
}

static Status output_close(struct output *output, struct arena *arena, struct diag *diag) {
    output_flush(output, 0);
    Status status = file_writer_close(output->writer, arena, diag);
    output->writer = NULL;
    buf_deinit(&output->text);
    return status;
}

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
    const struct catalogue *catalogue = replay->pack.catalogue;
    const struct feature_plan *plan = catalogue->features;
    replay->feature_order = memory_alloc(sizeof(uint32_t) * (plan->features.count + 1));
    for (uint32_t i = 0; i < plan->features.count; i++) {
        replay->feature_order[i] = i;
    }
    qsort_r(replay->feature_order, plan->features.count, sizeof(uint32_t), by_place, (void *)plan);
    struct csv_writer csv = {.out = &replay->features.text, .separator = ','};
    Slice id = replay->map == NULL ? (Slice){NULL, 0} : intake_map_column(replay->map, catalogue->schema->id);
    csv_put(&csv, id.at == NULL ? catalogue->schema->fields[catalogue->schema->id].name : id);
    for (uint32_t i = 0; i < plan->features.count; i++) {
        csv_put(&csv, plan->features.at[replay->feature_order[i]].name);
    }
    csv_end(&csv);
}

static void features_row(struct replay *replay, const struct event *event) {
    const struct feature_plan *plan = replay->pack.catalogue->features;
    struct csv_writer csv = {.out = &replay->features.text, .separator = ','};
    csv_put(&csv, event->id);
    for (uint32_t i = 0; i < plan->features.count; i++) {
        uint32_t index = replay->feature_order[i];
        double value = engine_feature(replay->engine, index);
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

static void decide(struct replay *replay, struct event *event) {
    const struct decision *decision = engine_decide(replay->engine, event);
    tally_decision(&replay->tally, event, decision);
    if (replay->decisions.writer != NULL) {
        decision_render(decision, &replay->decisions.text);
        output_flush(&replay->decisions, FLUSH_SIZE);
    }
    if (replay->features.writer != NULL && !decision->is_duplicate) {
        features_row(replay, event);
        output_flush(&replay->features, FLUSH_SIZE);
    }
}

// The dead-letter file is made when there is something to write into it.
static void put_dead_letter(struct replay *replay, Slice line) {
    struct output *output = &replay->dead_letters;
    struct diag diag;
    if (output->writer == NULL && output->lines == 0 &&
        file_writer_open(replay->options.dead_letters, &replay->arena, &output->writer, &diag) != STATUS_OK) {
        replay->dead_letters_lost = true;
        tell(&diag);
    }
    output->lines++;
    buf_put(&output->text, line);
    output_flush(output, FLUSH_SIZE);
}

static void refuse_change(struct replay *replay, struct input *input, const struct diag *diag) {
    replay->tally.changes_refused++;
    replay->tally.refused++;
    replay->tally.refused_by[INTAKE_CHANGE]++;
    struct buf line;
    buf_init(&line, 1 << 20);
    input_refuse_change(input, diag->message, &line);
    put_dead_letter(replay, buf_slice(&line));
    buf_deinit(&line);
}

static void expect(struct replay *replay, const struct batch *batch, uint32_t index) {
    bool event = index < batch->count && batch->items[index].kind == ITEM_EVENT;
    engine_expect(replay->engine, event ? batch->items[index].event : NULL);
}

static void work_on(struct replay *replay, struct input *input, const struct batch *batch) {
    replay->tally.read_ns += batch->read_ns;
    for (uint32_t i = 0; i < EXPECT_AHEAD; i++) {
        expect(replay, batch, i);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct item *item = &batch->items[i];
        struct diag diag;
        expect(replay, batch, i + EXPECT_AHEAD);
        switch (item->kind) {
        case ITEM_EVENT:
            decide(replay, item->event);
            break;
        case ITEM_CHANGE:
            arena_reset(&replay->scratch);
            replay->tally.changes++;
            if (engine_change(replay->engine, batch->change.nodes, &replay->scratch, &diag) != STATUS_OK) {
                refuse_change(replay, input, &diag);
            }
            break;
        case ITEM_REFUSED:
            replay->tally.refused++;
            replay->tally.refused_by[item->problem]++;
            put_dead_letter(replay, buf_slice(&item->line));
            break;
        }
    }
}

static CliExit run(struct replay *replay) {
    const struct replay_options *options = &replay->options;
    struct diag diag;
    struct input *input =
        input_open(replay->pack.catalogue->schema, replay->map, input_format(options), options->inputs.at, options->inputs.count,
                   (uint32_t)options->threads, &replay->arena, &diag);
    if (input == NULL) {
        return tell(&diag);
    }
    replay->ran = true;
    struct progress progress;
    progress_begin(&progress, &(struct progress_plan){.label = "deciding", .unit = "events", .size = input_size(input)});
    uint64_t start = clock_monotonic_ns();
    for (const struct batch *batch; (batch = input_next(input)) != NULL;) {
        work_on(replay, input, batch);
        if (!options->quiet) {
            progress_update(&progress, replay->tally.events, batch->position);
        }
    }
    replay->tally.elapsed_ns = clock_monotonic_ns() - start;
    progress_end(&progress);
    return input_close(input, &diag) == STATUS_OK ? CLI_FINE : tell(&diag);
}

static bool is_standard(Slice path) {
    return slice_is(path, "-");
}

static CliExit write_summary(struct replay *replay) {
    struct diag diag;
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    tally_write_json(&replay->tally, replay->engine, &text);
    Status status = STATUS_OK;
    if (is_standard(replay->options.summary)) {
        fwrite(text.bytes, 1, text.size, stdout);
    } else {
        status = file_write(replay->options.summary, buf_slice(&text), &replay->arena, &diag);
    }
    buf_deinit(&text);
    return status == STATUS_OK ? CLI_FINE : tell(&diag);
}

// Closes the outputs, and tells what came of the run.
static CliExit finish(struct replay *replay, CliExit code) {
    const struct replay_options *options = &replay->options;
    struct diag diag;
    struct output *outputs[] = {&replay->decisions, &replay->features, &replay->dead_letters};
    for (int i = 0; i < 3; i++) {
        if (output_close(outputs[i], &replay->arena, &diag) != STATUS_OK) {
            code = tell(&diag);
        }
    }
    code = replay->dead_letters_lost ? CLI_WORLD : code;
    if (!replay->ran) {
        return code;
    }
    if (replay->dead_letters.lines > 0) {
        fprintf(stderr, "refused records: %llu; each is told in %.*s\n", (unsigned long long)replay->dead_letters.lines,
                SLICE_ARGS(options->dead_letters));
    }
    bool taken = is_standard(options->decisions) || is_standard(options->features) || is_standard(options->dead_letters) ||
                 is_standard(options->summary);
    if (!options->quiet) {
        tally_print(&replay->tally, replay->engine, taken ? stderr : stdout);
    }
    CliExit written = options->summary.at == NULL ? CLI_FINE : write_summary(replay);
    return written == CLI_FINE ? code : written;
}

// ---- getting ready ---------------------------------------------------------------------------------------

// A map is for inputs of its format. The pack's own is left aside when there is none; one that was asked for must have a use.
static CliExit apply_map(struct replay *replay) {
    const struct replay_options *options = &replay->options;
    bool csv = intake_map_is_csv(replay->map);
    for (uint32_t i = 0; i < options->inputs.count; i++) {
        if (input_is_csv(options->inputs.at[i], input_format(options), replay->map) == csv) {
            return CLI_FINE;
        }
    }
    replay->map = NULL;
    if (options->map.at == NULL) {
        return CLI_FINE;
    }
    fprintf(stderr, "qiantang replay: the map %.*s is for %s, and no input is; --format %s says that they are\n",
            SLICE_ARGS(options->map), csv ? "CSV" : "NDJSON", csv ? "csv" : "ndjson");
    return CLI_USAGE;
}

static CliExit load_map(struct replay *replay) {
    struct catalogue *catalogue = replay->pack.catalogue;
    const struct source *source = NULL;
    struct source named = {.name = replay->options.map};
    struct diag diag;
    if (replay->options.map.at != NULL) {
        if (file_read(replay->options.map, 4 << 20, &replay->arena, &named.text, &diag) != STATUS_OK) {
            return tell(&diag);
        }
        struct source *kept = ARENA_NEW(&replay->arena, struct source);
        *kept = named;
        source = kept;
    } else {
        const struct pack_file *file = pack_find(&replay->pack, SLICE("maps/default.yaml"));
        source = file == NULL ? NULL : &file->source;
    }
    if (source == NULL) {
        return CLI_FINE;
    }
    const struct yaml_node *root = yaml_parse(source, &replay->arena, &catalogue->diags);
    replay->map = root == NULL ? NULL : intake_map_load(root, catalogue->schema, &replay->arena, &catalogue->diags);
    if (replay->map == NULL) {
        diag_list_print(&catalogue->diags, stderr);
        return CLI_FAILED;
    }
    return apply_map(replay);
}

// Files beside those of the pack, under the names that they would have there.
static CliExit load_files(struct replay *replay, CliTexts paths, const char *folder) {
    struct catalogue *catalogue = replay->pack.catalogue;
    struct pack_file *files = ARENA_ARRAY(&replay->arena, struct pack_file, paths.count + 1);
    for (uint32_t i = 0; i < paths.count; i++) {
        struct diag diag;
        Slice path = paths.at[i];
        if (!slice_ends_with(path, SLICE(".csv")) && !slice_ends_with(path, SLICE(".ndjson"))) {
            fprintf(stderr, "qiantang replay: %.*s: a file of --%s ends in .csv or .ndjson\n", SLICE_ARGS(path), folder);
            return CLI_USAGE;
        }
        if (file_read(path, (size_t)4 << 30, &replay->arena, &files[i].source.text, &diag) != STATUS_OK) {
            return tell(&diag);
        }
        files[i].source.name = path;
        size_t slash = path.size;
        while (slash > 0 && path.at[slash - 1] != '/') {
            slash--;
        }
        files[i].path = arena_printf(&replay->arena, "%s/%.*s", folder, SLICE_ARGS(slice_part(path, slash, SIZE_MAX)));
    }
    catalogue_load_knowledge(catalogue, files, paths.count, replay->knowledge);
    return CLI_FINE;
}

static CliExit prepare(struct replay *replay) {
    struct replay_options *options = &replay->options;
    Status status = pack_open(&replay->pack, options->pack);
    if (status != STATUS_OK) {
        return cli_exit(status);
    }
    CliExit code = load_map(replay);
    if (code != CLI_FINE) {
        return code;
    }
    replay->knowledge = pack_knowledge(&replay->pack);
    if ((code = load_files(replay, options->lists, "lists")) != CLI_FINE ||
        (code = load_files(replay, options->tables, "tables")) != CLI_FINE) {
        return code;
    }
    if (replay->pack.catalogue->diags.error_count > 0) {
        diag_list_print(&replay->pack.catalogue->diags, stderr);
        return CLI_FAILED;
    }
    replay->memory.large = true;
    struct engine_options engine_options = {.reserve = memory_pool_map,
                                            .reserve_context = &replay->memory,
                                            .stopwatch = clock_monotonic_ns,
                                            .all_features = options->features.at != NULL};
    replay->engine = engine_create(replay->pack.catalogue, replay->knowledge, &engine_options);
    tally_init(&replay->tally, replay->pack.catalogue);
    struct diag diag;
    if (output_open(&replay->decisions, options->decisions, &replay->arena, &diag) != STATUS_OK ||
        output_open(&replay->features, options->features, &replay->arena, &diag) != STATUS_OK) {
        return tell(&diag);
    }
    buf_init(&replay->dead_letters.text, OUTPUT_MAX);
    if (options->dead_letters.at == NULL) {
        options->dead_letters = options->decisions.at == NULL || is_standard(options->decisions)
                                    ? SLICE("dead-letters.ndjson")
                                    : arena_printf(&replay->arena, "%.*s.dead-letters", SLICE_ARGS(options->decisions));
    }
    if (replay->features.writer != NULL) {
        features_header(replay);
    }
    return CLI_FINE;
}

static void clean_up(struct replay *replay) {
    if (replay->engine != NULL) {
        tally_deinit(&replay->tally);
    }
    engine_destroy(replay->engine);
    knowledge_destroy(replay->knowledge);
    memory_pool_release(&replay->memory);
    pack_close(&replay->pack);
    free(replay->feature_order);
    arena_deinit(&replay->arena);
    arena_deinit(&replay->scratch);
}

static CliAnswer read_options(struct replay_options *options, int argc, char **argv, struct arena *arena) {
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack to decide with", CLI_TEXT, &options->pack},
        {"input", "FILE...", "events, plain, gzip or zstd; - is standard input", CLI_TEXTS, &options->inputs},
        {"map", "MAP.yaml", "how foreign columns become fields; else the pack's maps/default.yaml", CLI_TEXT, &options->map},
        {"format", "csv|ndjson", "of all inputs; else told by each name, else by the map", CLI_TEXT, &options->format},
        {"decisions", "OUT.ndjson", "one line a decision", CLI_TEXT, &options->decisions},
        {"features", "OUT.csv", "every feature of every event", CLI_TEXT, &options->features},
        {"summary", "OUT.json", "the figures of the run", CLI_TEXT, &options->summary},
        {"dead-letters", "OUT.ndjson", "records that were refused, with the reason; else beside the decisions, as OUT.ndjson.dead-letters", CLI_TEXT, &options->dead_letters},
        {"lists", "FILE...", "more list entries, as in the pack's lists/", CLI_TEXTS, &options->lists},
        {"tables", "FILE...", "more table rows, named after their table", CLI_TEXTS, &options->tables},
        {"threads", "1|2", "with 2, one thread reads while the other decides; the results are the same", CLI_NUMBER, &options->threads},
        {"quiet", NULL, "no progress and no summary", CLI_FLAG, &options->quiet},
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
                   "A record that is not understood is written to the dead-letter file with its position, a code and the\n"
                   "reason, and the stream goes on. Example:\n\n"
                   "  qiantang replay --pack examples/handbook --input transactions.csv.gz --decisions out.ndjson",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    CliAnswer answer = cli_parse(&command, argc, argv, arena, &operands);
    if (answer != CLI_GO_ON) {
        return answer;
    }
    const char *missing = options->pack.at == NULL ? "--pack" : options->inputs.count == 0 ? "--input" : NULL;
    bool format_known = options->format.at == NULL || slice_is(options->format, "csv") || slice_is(options->format, "ndjson");
    if (missing != NULL || options->threads < 1 || options->threads > 2 || !format_known) {
        fprintf(stderr, missing != NULL ? "qiantang replay: %s is missing\n"
                        : format_known  ? "qiantang replay: --threads is 1 or 2%s\n"
                                        : "qiantang replay: --format is csv or ndjson%s\n",
                missing == NULL ? "" : missing);
        return CLI_WRONG;
    }
    return CLI_GO_ON;
}

CliExit command_replay(int argc, char **argv) {
    struct replay replay = {.options = {.threads = 1}};
    arena_init(&replay.arena, 1 << 16);
    arena_init(&replay.scratch, 1 << 16);
    CliAnswer answer = read_options(&replay.options, argc, argv, &replay.arena);
    CliExit code = answer == CLI_WRONG ? CLI_USAGE : CLI_FINE;
    if (answer == CLI_GO_ON) {
        code = prepare(&replay);
        code = code == CLI_FINE ? run(&replay) : code;
        code = finish(&replay, code);
    }
    clean_up(&replay);
    return code;
}
