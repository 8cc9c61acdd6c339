// qiantang evaluate: decides on labelled events, and measures what the models find of the frauds among them.

#include "cli/commands.h"
#include "cli/stream.h"
#include "codec/lines.h"
#include "expr/visit.h"
#include "monitoring/evaluation/evaluation.h"

#include <stdlib.h>

enum { LABEL_SIZE_MAX = 64 << 20 };

struct evaluate_options {
    Slice labels, json, page, interrupts;
    bool cases;
};

struct evaluate {
    struct stream stream;
    struct evaluate_options options;
    struct evaluation *evaluation;
    uint32_t *hits; // of the decision at hand
    Slice names[SCHEMA_FIELDS_MAX];
    uint64_t models_ns; // what the engine's stopwatch said last
};

// ---- what is evaluated -------------------------------------------------------------------------------------

static void count_condition(void *context, const struct node *node) {
    uint32_t *conditions = context;
    *conditions += node->kind == NODE_VARIABLE;
}

static bool is_named(Slice list, Slice word) {
    for (Slice part; slice_split(&list, ',', &part);) {
        if (slice_equal(slice_trim(part), word)) {
            return true;
        }
    }
    return false;
}

static void begin_evaluation(struct evaluate *evaluate) {
    const struct catalogue *catalogue = evaluate->stream.pack.catalogue;
    struct arena *arena = &evaluate->stream.arena;
    uint32_t count = catalogue->models.count;
    struct evaluation_model *models = ARENA_ARRAY(arena, struct evaluation_model, count + 1);
    static const uint64_t nothing[SCHEMA_TYPES_MAX / 64];
    for (uint32_t i = 0; i < count; i++) {
        const struct model *model = &catalogue->models.at[i];
        uint32_t conditions = 1;
        expr_visit(expr_root(model->expr), count_condition, &conditions);
        models[i] = (struct evaluation_model){
            .id = model->id,
            .family = model->family,
            .typology = model->typology,
            .zh = model->zh,
            .en = model->en,
            .is_shadow = model->status != MODEL_ACTIVE && model->status != MODEL_CANARY,
            .has_rate = model->alert_rate.is_given && model_is_evaluated(model),
            .low = model->alert_rate.low,
            .target = model->alert_rate.target,
            .high = model->alert_rate.high,
            .on = model_is_evaluated(model) ? model->on : nothing,
            .conditions = conditions,
        };
    }
    uint32_t action_count = catalogue->policy.actions.count;
    struct evaluation_action *actions = ARENA_ARRAY(arena, struct evaluation_action, action_count + 1);
    for (uint32_t i = 0; i < action_count; i++) {
        const struct policy_action *action = &catalogue->policy.actions.at[i];
        actions[i] = (struct evaluation_action){action->id, action->zh, action->en,
                                                is_named(evaluate->options.interrupts, action->id)};
    }
    evaluate->hits = ARENA_ARRAY(arena, uint32_t, count + 1);
    evaluate->evaluation = evaluation_create(&(struct evaluation_plan){.catalogue = catalogue->label,
                                                                       .models = models,
                                                                       .model_count = count,
                                                                       .actions = actions,
                                                                       .action_count = action_count,
                                                                       .type_count = catalogue->schema->type_count,
                                                                       .zone_offset_us = catalogue->zone_offset_us});
}

static CliExit read_labels(struct evaluate *evaluate) {
    Slice path = evaluate->options.labels;
    struct file_reader *file;
    struct diag diag;
    if (file_reader_open(path, &evaluate->stream.arena, &file, &diag) != STATUS_OK) {
        return stream_tell(&diag);
    }
    struct line_reader *lines = line_reader_create(file_reader_source(file), LABEL_SIZE_MAX);
    struct line line;
    CliExit code = CLI_FINE;
    Status status;
    while (code == CLI_FINE && (status = line_reader_next(lines, &line)) == STATUS_OK) {
        const char *reason = "it is too long";
        if (line.too_long || evaluation_label(evaluate->evaluation, line.text, &reason) != STATUS_OK) {
            fprintf(stderr, "qiantang evaluate: %.*s:%llu: not a label: %s\n", SLICE_ARGS(path), (unsigned long long)line.number,
                    reason);
            code = CLI_FAILED;
        }
    }
    if (code == CLI_FINE && status != STATUS_END) {
        fprintf(stderr, "qiantang evaluate: cannot read %.*s: %s\n", SLICE_ARGS(path), file_reader_error(file));
        code = CLI_WORLD;
    }
    line_reader_destroy(lines);
    file_reader_close(file);
    return code;
}

// ---- the run -----------------------------------------------------------------------------------------------

static uint32_t collect_hits(struct evaluate *evaluate, const struct decision *decision) {
    const struct model *models = evaluate->stream.pack.catalogue->models.at;
    uint32_t count = 0;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        if (decision->hits[i].guards == 0) {
            evaluate->hits[count++] = (uint32_t)(decision->hits[i].model - models);
        }
    }
    return count;
}

static uint32_t collect_names(struct evaluate *evaluate, const struct event *event) {
    const struct schema *schema = event->schema;
    uint32_t count = 0;
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (schema->fields[i].type == FIELD_STRING && event_has(event, i)) {
            evaluate->names[count++] = event->cells[i].text;
        }
    }
    return count;
}

static void take_decision(void *context, const struct event *event, const struct decision *decision) {
    struct evaluate *evaluate = context;
    uint64_t models_ns = engine_counters(evaluate->stream.engine).stage_ns[STAGE_models];
    uint64_t spent_ns = models_ns - evaluate->models_ns;
    evaluate->models_ns = models_ns;
    if (decision->is_duplicate) {
        return;
    }
    uint32_t hit_count = collect_hits(evaluate, decision);
    bool quiet = hit_count == 0 && decision->action == 0;
    evaluation_decision(evaluate->evaluation, &(struct evaluation_decision){
                                                  .event_id = decision->event_id,
                                                  .type = decision->type,
                                                  .time_us = decision->time_us,
                                                  .action = decision->action,
                                                  .hits = evaluate->hits,
                                                  .hit_count = hit_count,
                                                  .names = evaluate->names,
                                                  .name_count = quiet ? 0 : collect_names(evaluate, event),
                                                  .model_ns = spent_ns,
                                              });
}

static CliExit write_out(struct evaluate *evaluate, Slice path, void (*render)(const struct evaluation *, struct buf *)) {
    struct buf text;
    struct diag diag;
    buf_init(&text, OUTPUT_MAX);
    render(evaluate->evaluation, &text);
    CliExit code = CLI_FINE;
    if (buf_overflowed(&text)) {
        fprintf(stderr, "qiantang evaluate: the report is larger than %d MiB\n", OUTPUT_MAX >> 20);
        code = CLI_FAILED;
    } else if (slice_is(path, "-")) {
        fwrite(text.bytes, 1, text.size, stdout);
    } else if (file_write(path, buf_slice(&text), &evaluate->stream.arena, &diag) != STATUS_OK) {
        code = stream_tell(&diag);
    }
    buf_deinit(&text);
    return code;
}

static CliExit report(struct evaluate *evaluate) {
    const struct evaluate_options *options = &evaluate->options;
    evaluation_finish(evaluate->evaluation);
    CliExit code = CLI_FINE;
    if (options->json.at != NULL) {
        code = write_out(evaluate, options->json, evaluation_write_json);
    }
    if (code == CLI_FINE && options->page.at != NULL) {
        code = write_out(evaluate, options->page, evaluation_write_page);
    }
    bool taken = slice_is(options->json, "-") || slice_is(options->page, "-");
    if (!evaluate->stream.options.quiet) {
        struct buf text;
        buf_init(&text, OUTPUT_MAX);
        evaluation_print(evaluate->evaluation, &text);
        if (options->cases) {
            evaluation_print_cases(evaluate->evaluation, &text);
        }
        const struct tally *tally = &evaluate->stream.tally;
        buf_printf(&text, "\n%.1f s, %.0f events a second, %.0f MiB of memory\n", (double)tally->elapsed_ns / 1e9,
                   tally->elapsed_ns == 0 ? 0 : (double)tally->events * 1e9 / (double)tally->elapsed_ns,
                   (double)memory_resident_bytes() / (1 << 20));
        fwrite(text.bytes, 1, text.size, taken ? stderr : stdout);
        buf_deinit(&text);
    }
    return code;
}

static CliExit run(struct evaluate *evaluate) {
    CliExit code = stream_prepare(&evaluate->stream);
    if (code != CLI_FINE) {
        return code;
    }
    begin_evaluation(evaluate);
    code = read_labels(evaluate);
    code = code == CLI_FINE ? stream_run(&evaluate->stream, take_decision, evaluate) : code;
    code = stream_finish(&evaluate->stream, code);
    return code == CLI_FINE ? report(evaluate) : code;
}

// ---- the command line --------------------------------------------------------------------------------------

static CliAnswer read_options(struct evaluate *evaluate, int argc, char **argv) {
    struct evaluate_options *options = &evaluate->options;
    struct stream_options *stream = &evaluate->stream.options;
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack to decide with", CLI_TEXT, &stream->pack},
        {"events", "FILE...", "events, plain, gzip or zstd; - is standard input", CLI_TEXTS, &stream->inputs},
        {"labels", "FILE", "cases, one JSON object a line, as simulate writes them", CLI_TEXT, &options->labels},
        {"lists", "FILE...", "more list entries, as in the pack's lists/", CLI_TEXTS, &stream->lists},
        {"tables", "FILE...", "more table rows, named after their table", CLI_TEXTS, &stream->tables},
        {"json", "OUT.json", "all figures, for programs", CLI_TEXT, &options->json},
        {"page", "OUT.html", "all figures and plots, for people: one file that needs nothing else", CLI_TEXT, &options->page},
        {"cases", NULL, "a line for each case: what its label says, and what was found of it", CLI_FLAG, &options->cases},
        {"interrupts", "ACTIONS", "actions that hold the customer up; default STEP_UP,DELAY,REJECT,STOP_PAY", CLI_TEXT, &options->interrupts},
        {"map", "MAP.yaml", "how foreign columns become fields; else the pack's maps/default.yaml", CLI_TEXT, &stream->map},
        {"format", "csv|ndjson", "of all events; else told by each name, else by the map", CLI_TEXT, &stream->format},
        {"dead-letters", "OUT.ndjson", "records that were refused, with the reason; default dead-letters.ndjson", CLI_TEXT, &stream->dead_letters},
        {"effort", "LEVEL", "decide as if there were no time for all: full, in_flight, at_hand or rules; default full", CLI_TEXT, &stream->effort},
        {"threads", "1|2", "with 2, one thread reads while the other decides; the results are the same", CLI_NUMBER, &stream->threads},
        {"quiet", NULL, "no progress and no summary", CLI_FLAG, &stream->quiet},
    };
    const struct cli_command command = {
        .name = "evaluate",
        .usage = "evaluate --pack PACK --events FILE... --labels FILE [--lists FILE...] [--tables FILE...] [--json OUT.json] [--page OUT.html]",
        .summary = "Decides on labelled events, and measures what the models find: recall, precision, delay, alerts, overlap, cost.",
        .details = "docs/evaluate.md defines each figure. The figures are the same each time but for those under \"measured\".\n"
                   "Example:\n\n"
                   "  qiantang simulate --seed 7 --customers 2000 --days 14 --out /tmp/bank\n"
                   "  qiantang evaluate --pack packs/bank --lists /tmp/bank/lists/*.csv --tables /tmp/bank/tables/*.ndjson \\\n"
                   "    --events /tmp/bank/events.ndjson --labels /tmp/bank/labels.ndjson --json e.json --page e.html",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    CliAnswer answer = cli_parse(&command, argc, argv, &evaluate->stream.arena, &operands);
    if (answer != CLI_GO_ON) {
        return answer;
    }
    if (!stream_check_options(&evaluate->stream, "--events")) {
        return CLI_WRONG;
    }
    if (options->labels.at == NULL) {
        fprintf(stderr, "qiantang evaluate: --labels is missing\n");
        return CLI_WRONG;
    }
    return CLI_GO_ON;
}

CliExit command_evaluate(int argc, char **argv) {
    struct evaluate *evaluate = memory_alloc(sizeof *evaluate);
    stream_init(&evaluate->stream, "evaluate");
    evaluate->stream.options.dead_letters = SLICE("dead-letters.ndjson");
    evaluate->options.interrupts = SLICE("STEP_UP,DELAY,REJECT,STOP_PAY");
    CliAnswer answer = read_options(evaluate, argc, argv);
    CliExit code = answer == CLI_WRONG ? CLI_USAGE : answer == CLI_GO_ON ? run(evaluate) : CLI_FINE;
    evaluation_destroy(evaluate->evaluation);
    stream_deinit(&evaluate->stream);
    free(evaluate);
    return code;
}
