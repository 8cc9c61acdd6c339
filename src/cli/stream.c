#include "cli/stream.h"

#include "os/clock.h"
#include "os/progress.h"

CliExit stream_tell(const struct diag *diag) {
    cli_tell(diag);
    return CLI_WORLD;
}

static InputFormat input_format(const struct stream_options *options) {
    return options->format.at == NULL          ? INPUT_BY_NAME
           : slice_is(options->format, "csv") ? INPUT_CSV
                                              : INPUT_NDJSON;
}

// ---- outputs ---------------------------------------------------------------------------------------------

Status output_open(struct output *output, Slice path, struct arena *arena, struct diag *diag) {
    buf_init(&output->text, OUTPUT_MAX);
    return path.at == NULL ? STATUS_OK : file_writer_open(path, arena, &output->writer, diag);
}

void output_flush(struct output *output, size_t least) {
    if (output->writer != NULL && output->text.size >= least) {
        file_writer_put(output->writer, buf_slice(&output->text));
        buf_reset(&output->text);
    }
}

Status output_close(struct output *output, struct arena *arena, struct diag *diag) {
    output_flush(output, 0);
    Status status = file_writer_close(output->writer, arena, diag);
    output->writer = NULL;
    buf_deinit(&output->text);
    return status;
}

// ---- the run ---------------------------------------------------------------------------------------------

// The dead-letter file is made when there is something to write into it.
static void put_dead_letter(struct stream *stream, Slice line) {
    struct output *output = &stream->dead_letters;
    struct diag diag;
    if (output->writer == NULL && output->lines == 0 &&
        file_writer_open(stream->options.dead_letters, &stream->arena, &output->writer, &diag) != STATUS_OK) {
        stream->dead_letters_lost = true;
        stream_tell(&diag);
    }
    output->lines++;
    buf_put(&output->text, line);
    output_flush(output, OUTPUT_FLUSH_SIZE);
}

static void refuse_change(struct stream *stream, struct input *input, const struct diag *diag) {
    stream->tally.changes_refused++;
    stream->tally.refused++;
    stream->tally.refused_by[INTAKE_CHANGE]++;
    struct buf line;
    buf_init(&line, 1 << 20);
    input_refuse_change(input, diag->message, &line);
    put_dead_letter(stream, buf_slice(&line));
    buf_deinit(&line);
}

static void decide(struct stream *stream, struct event *event, StreamTake *take, void *context) {
    const struct decision *decision = engine_decide_within(stream->engine, event, stream->effort);
    tally_decision(&stream->tally, event, decision);
    take(context, event, decision);
}

static void expect(struct stream *stream, const struct batch *batch, uint32_t index) {
    bool event = index < batch->count && batch->items[index].kind == ITEM_EVENT;
    engine_expect(stream->engine, event ? batch->items[index].event : NULL);
}

static void work_on(struct stream *stream, struct input *input, const struct batch *batch, StreamTake *take, void *context) {
    stream->tally.read_ns += batch->read_ns;
    for (uint32_t i = 0; i < EXPECT_AHEAD; i++) {
        expect(stream, batch, i);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct item *item = &batch->items[i];
        struct diag diag;
        expect(stream, batch, i + EXPECT_AHEAD);
        switch (item->kind) {
        case ITEM_EVENT:
            decide(stream, item->event, take, context);
            break;
        case ITEM_CHANGE:
            arena_reset(&stream->scratch);
            stream->tally.changes++;
            if (engine_change(stream->engine, batch->change.nodes, &stream->scratch, &diag) != STATUS_OK) {
                refuse_change(stream, input, &diag);
            }
            break;
        case ITEM_REFUSED:
            stream->tally.refused++;
            stream->tally.refused_by[item->problem]++;
            put_dead_letter(stream, buf_slice(&item->line));
            break;
        }
    }
}

CliExit stream_run(struct stream *stream, StreamTake *take, void *context) {
    const struct stream_options *options = &stream->options;
    struct diag diag;
    struct input *input =
        input_open(stream->pack.catalogue->schema, stream->map, input_format(options), options->inputs.at, options->inputs.count,
                   (uint32_t)options->threads, &stream->arena, &diag);
    if (input == NULL) {
        return stream_tell(&diag);
    }
    stream->ran = true;
    struct progress progress;
    progress_begin(&progress, &(struct progress_plan){.label = "deciding", .unit = "events", .size = input_size(input)});
    uint64_t start = clock_monotonic_ns();
    for (const struct batch *batch; (batch = input_next(input)) != NULL;) {
        work_on(stream, input, batch, take, context);
        if (!options->quiet) {
            progress_update(&progress, stream->tally.events, batch->position);
        }
    }
    stream->tally.elapsed_ns = clock_monotonic_ns() - start;
    progress_end(&progress);
    return input_close(input, &diag) == STATUS_OK ? CLI_FINE : stream_tell(&diag);
}

// ---- getting ready ---------------------------------------------------------------------------------------

void stream_init(struct stream *stream, const char *command) {
    *stream = (struct stream){.command = command, .options = {.threads = 1}};
    arena_init(&stream->arena, 1 << 16);
    arena_init(&stream->scratch, 1 << 16);
    buf_init(&stream->dead_letters.text, OUTPUT_MAX);
}

static bool read_effort(struct stream *stream) {
    Slice wanted = stream->options.effort;
    for (uint32_t i = 0; i < EFFORT_COUNT && wanted.at != NULL; i++) {
        if (slice_is(wanted, effort_names[i])) {
            stream->effort = (Effort)i;
            return true;
        }
    }
    if (wanted.at != NULL) {
        fprintf(stderr, "qiantang %s: --effort is full, in_flight, at_hand or rules\n", stream->command);
    }
    return wanted.at == NULL;
}

bool stream_check_options(struct stream *stream, const char *input) {
    const struct stream_options *options = &stream->options;
    const char *missing = options->pack.at == NULL ? "--pack" : options->inputs.count == 0 ? input : NULL;
    bool format_known = options->format.at == NULL || slice_is(options->format, "csv") || slice_is(options->format, "ndjson");
    if (missing != NULL || options->threads < 1 || options->threads > 2 || !format_known) {
        fprintf(stderr, missing != NULL ? "qiantang %s: %s is missing\n"
                        : format_known  ? "qiantang %s: --threads is 1 or 2%s\n"
                                        : "qiantang %s: --format is csv or ndjson%s\n",
                stream->command, missing == NULL ? "" : missing);
        return false;
    }
    return read_effort(stream);
}

// A map is for inputs of its format. The pack's own is left aside when there is none; one that was asked for must have a use.
static CliExit apply_map(struct stream *stream) {
    const struct stream_options *options = &stream->options;
    bool csv = intake_map_is_csv(stream->map);
    for (uint32_t i = 0; i < options->inputs.count; i++) {
        if (input_is_csv(options->inputs.at[i], input_format(options), stream->map) == csv) {
            return CLI_FINE;
        }
    }
    stream->map = NULL;
    if (options->map.at == NULL) {
        return CLI_FINE;
    }
    fprintf(stderr, "qiantang %s: the map %.*s is for %s, and no input is; --format %s says that they are\n",
            stream->command, SLICE_ARGS(options->map), csv ? "CSV" : "NDJSON", csv ? "csv" : "ndjson");
    return CLI_USAGE;
}

static CliExit load_map(struct stream *stream) {
    struct catalogue *catalogue = stream->pack.catalogue;
    const struct source *source = NULL;
    struct source named = {.name = stream->options.map};
    struct diag diag;
    if (stream->options.map.at != NULL) {
        if (file_read(stream->options.map, 4 << 20, &stream->arena, &named.text, &diag) != STATUS_OK) {
            return stream_tell(&diag);
        }
        struct source *kept = ARENA_NEW(&stream->arena, struct source);
        *kept = named;
        source = kept;
    } else {
        const struct pack_file *file = pack_find(&stream->pack, SLICE("maps/default.yaml"));
        source = file == NULL ? NULL : &file->source;
    }
    if (source == NULL) {
        return CLI_FINE;
    }
    const struct yaml_node *root = yaml_parse(source, &stream->arena, &catalogue->diags);
    stream->map = root == NULL ? NULL : intake_map_load(root, catalogue->schema, &stream->arena, &catalogue->diags);
    if (stream->map == NULL) {
        diag_list_print(&catalogue->diags, stderr);
        return CLI_FAILED;
    }
    return apply_map(stream);
}

// Files beside those of the pack, under the names that they would have there.
static CliExit load_files(struct stream *stream, CliTexts paths, const char *folder) {
    struct catalogue *catalogue = stream->pack.catalogue;
    struct pack_file *files = ARENA_ARRAY(&stream->arena, struct pack_file, paths.count + 1);
    for (uint32_t i = 0; i < paths.count; i++) {
        struct diag diag;
        Slice path = paths.at[i];
        if (!slice_ends_with(path, SLICE(".csv")) && !slice_ends_with(path, SLICE(".ndjson"))) {
            fprintf(stderr, "qiantang %s: %.*s: a file of --%s ends in .csv or .ndjson\n", stream->command, SLICE_ARGS(path), folder);
            return CLI_USAGE;
        }
        if (file_read(path, (size_t)4 << 30, &stream->arena, &files[i].source.text, &diag) != STATUS_OK) {
            return stream_tell(&diag);
        }
        files[i].source.name = path;
        size_t slash = path.size;
        while (slash > 0 && path.at[slash - 1] != '/') {
            slash--;
        }
        files[i].path = arena_printf(&stream->arena, "%s/%.*s", folder, SLICE_ARGS(slice_part(path, slash, SIZE_MAX)));
    }
    catalogue_load_knowledge(catalogue, files, paths.count, stream->knowledge);
    return CLI_FINE;
}

// ---- the state between runs ------------------------------------------------------------------------------

static CliExit load_state(struct stream *stream) {
    Slice path = stream->options.state_in;
    struct file_reader *file;
    struct diag diag;
    if (file_reader_open(path, &stream->arena, &file, &diag) != STATUS_OK) {
        return stream_tell(&diag);
    }
    struct image_reader image;
    image_reader_init(&image, file_reader_source(file));
    Status status = engine_load(stream->engine, &image);
    Status whole = image_reader_finish(&image);
    status = status == STATUS_OK ? whole : status;
    CliExit code = CLI_FINE;
    if (status == STATUS_IO) {
        fprintf(stderr, "qiantang %s: cannot read %.*s: %s\n", stream->command, SLICE_ARGS(path), file_reader_error(file));
        code = CLI_WORLD;
    } else if (status != STATUS_OK) {
        fprintf(stderr,
                "qiantang %s: %.*s is no state of this pack and program, or it is damaged; a state is only taken up with the very pack that it "
                "was left with\n",
                stream->command, SLICE_ARGS(path));
        code = CLI_FAILED;
    }
    file_reader_close(file);
    return code;
}

static void put_image(void *context, Slice bytes) {
    file_writer_put(context, bytes);
}

CliExit stream_save(struct stream *stream) {
    Slice path = stream->options.state_out;
    if (path.at == NULL) {
        return CLI_FINE;
    }
    struct file_writer *file;
    struct diag diag;
    if (file_writer_open(path, &stream->arena, &file, &diag) != STATUS_OK) {
        return stream_tell(&diag);
    }
    struct image_writer image;
    image_writer_init(&image, file, put_image);
    engine_save(stream->engine, &image);
    image_writer_finish(&image);
    return file_writer_close(file, &stream->arena, &diag) == STATUS_OK ? CLI_FINE : stream_tell(&diag);
}

// ---- all of it -------------------------------------------------------------------------------------------

// What is known at the beginning: what lists and tables say, or nothing where a state says it.
static CliExit prepare_knowledge(struct stream *stream) {
    const struct stream_options *options = &stream->options;
    struct catalogue *catalogue = stream->pack.catalogue;
    if (options->state_in.at != NULL && options->lists.count + options->tables.count > 0) {
        fprintf(stderr, "qiantang %s: --state-in holds lists and tables already; changes to them come as records of the stream\n", stream->command);
        return CLI_USAGE;
    }
    if (options->state_in.at != NULL) {
        stream->knowledge = knowledge_create(catalogue->knowledge, catalogue->money_digits, catalogue->zone_offset_us);
        return CLI_FINE;
    }
    stream->knowledge = pack_knowledge(&stream->pack);
    CliExit code = load_files(stream, options->lists, "lists");
    return code == CLI_FINE ? load_files(stream, options->tables, "tables") : code;
}

CliExit stream_prepare_knowledge(struct stream *stream) {
    struct stream_options *options = &stream->options;
    Status status = pack_open(&stream->pack, options->pack);
    if (status != STATUS_OK) {
        return cli_exit(status);
    }
    CliExit code = load_map(stream);
    if (code != CLI_FINE) {
        return code;
    }
    code = prepare_knowledge(stream);
    if (code != CLI_FINE) {
        return code;
    }
    if (stream->pack.catalogue->diags.error_count > 0) {
        diag_list_print(&stream->pack.catalogue->diags, stderr);
        return CLI_FAILED;
    }
    return CLI_FINE;
}

CliExit stream_prepare(struct stream *stream) {
    const struct stream_options *options = &stream->options;
    CliExit code = stream_prepare_knowledge(stream);
    if (code != CLI_FINE) {
        return code;
    }
    stream->memory.large = true;
    struct engine_options engine_options = {.reserve = memory_pool_map,
                                            .reserve_context = &stream->memory,
                                            .stopwatch = clock_monotonic_ns,
                                            .all_features = options->all_features};
    stream->engine = engine_create(stream->pack.catalogue, stream->knowledge, &engine_options);
    tally_init(&stream->tally, stream->pack.catalogue);
    return options->state_in.at == NULL ? CLI_FINE : load_state(stream);
}

CliExit stream_finish(struct stream *stream, CliExit code) {
    struct diag diag;
    if (output_close(&stream->dead_letters, &stream->arena, &diag) != STATUS_OK) {
        code = stream_tell(&diag);
    }
    if (stream->ran && stream->dead_letters.lines > 0) {
        fprintf(stderr, "refused records: %llu; each is told in %.*s\n", (unsigned long long)stream->dead_letters.lines,
                SLICE_ARGS(stream->options.dead_letters));
    }
    return stream->dead_letters_lost ? CLI_WORLD : code;
}

void stream_deinit(struct stream *stream) {
    if (stream->engine != NULL) {
        tally_deinit(&stream->tally);
    }
    engine_destroy(stream->engine);
    knowledge_destroy(stream->knowledge);
    memory_pool_release(&stream->memory);
    pack_close(&stream->pack);
    buf_deinit(&stream->dead_letters.text);
    arena_deinit(&stream->arena);
    arena_deinit(&stream->scratch);
}
