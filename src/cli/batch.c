// qiantang batch: one nightly run by hand. Without --append it reads the journal and writes what it finds elsewhere, beside a server that runs or not;
// with it the results go into the journal, as a server would put them there.

#include "cli/commands.h"
#include "os/clock.h"
#include "os/file.h"
#include "server/night.h"
#include "server/records.h"
#include "server/snapshots.h"

struct batch_options {
    Slice data, as_of, output;
    bool append;
};

struct batch {
    struct batch_options options;
    struct arena arena;
    Slice journal, packs, snapshots; // folders
    struct shelf *shelf;
    struct file_writer *output;
};

static void put_line(struct batch *batch, uint8_t kind, Slice record) {
    if (kind == KIND_NIGHT_DECISION && batch->output != NULL) {
        file_writer_put(batch->output, record);
        file_writer_put(batch->output, SLICE("\n"));
    }
}

static void kept(void *context, uint8_t kind, Slice record) {
    put_line(context, kind, record);
}

static Status put(void *context, const struct night_run *run, uint8_t kind, Slice record, struct arena *arena, struct diag *diag) {
    (void)run;
    (void)arena;
    (void)diag;
    put_line(context, kind, record);
    return STATUS_OK;
}

// A time without a zone is one of the pack's that decides last.
static Status find_moment(struct batch *batch, Slice label, int64_t *ret_as_of_us, int64_t *ret_zone_us, struct diag *diag) {
    const struct pack_folder *pack;
    if (slice_empty(label)) {
        return diag_fail(diag, &batch->arena, STATUS_INVALID, "NR008", "the journal '%.*s' is empty: there is nothing to run over", SLICE_ARGS(batch->journal));
    }
    TRY(shelf_find(batch->shelf, label_hash(label), &batch->arena, &pack, diag));
    *ret_zone_us = pack->catalogue->zone_offset_us;
    int64_t at_us = clock_wall_us();
    if (batch->options.as_of.at != NULL && !time_parse(batch->options.as_of, *ret_zone_us, &at_us)) {
        diag_fail(diag, &batch->arena, STATUS_INVALID, "NR009", "'%.*s' is no time", SLICE_ARGS(batch->options.as_of));
        diag->hint = SLICE("write 2026-11-28T02:00:00+08:00, or 2026-11-28 02:00:00 in the pack's zone");
        return STATUS_INVALID;
    }
    *ret_as_of_us = floor_div(at_us, US_PER_MS) * US_PER_MS;
    return STATUS_OK;
}

// The run of that moment as the journal has it, or a new one behind the newest before it.
static struct night_run choose_run(const struct night_log *log, int64_t as_of_us, int64_t zone_us) {
    uint64_t from = 0;
    for (uint32_t i = 0; i < log->runs.count; i++) {
        const struct night_run *run = &log->runs.at[i];
        if (run->as_of_us == as_of_us) {
            struct night_run again = night_run_at(as_of_us, zone_us, run->from);
            again.begun = run->begun;
            return again;
        }
        from = run->as_of_us < as_of_us && run->done ? run->upto : from;
    }
    return night_run_at(as_of_us, zone_us, from);
}

static void tell_run(const struct night_run *run, Slice refusal, uint64_t refused) {
    fprintf(stderr, "%.*s: records %llu to %llu, %llu results\n", SLICE_ARGS(night_run_name(run)), (unsigned long long)run->from + 1,
            (unsigned long long)run->upto, (unsigned long long)run->results);
    if (refused > 0) {
        fprintf(stderr, "%llu subjects could not be looked at; the first because of %.*s\n", (unsigned long long)refused, SLICE_ARGS(refusal));
    }
}

static Status run_beside(struct batch *batch, const struct night_run *run, struct diag *diag) {
    struct nightly_figures figures = {0};
    struct nightly_options options = {.shelf = batch->shelf,
                                      .journal = batch->journal,
                                      .snapshots = file_is_directory(batch->snapshots) ? batch->snapshots : SLICE(""),
                                      .sink = {.context = batch, .put = put},
                                      .figures = &figures};
    struct nightly *nightly = nightly_create(&options);
    Status status = nightly_run(nightly, run, 1, &batch->arena, diag);
    if (status == STATUS_OK) {
        tell_run(nightly_last(nightly), nightly_refusal(nightly), atomic_load(&figures.refused));
    }
    nightly_destroy(nightly);
    return status;
}

static Status run_into(struct batch *batch, int64_t as_of_us, struct diag *diag) {
    struct pipeline_options pipe = {.folder = batch->journal, .source = shelf_source(batch->shelf)};
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    TRY(pipeline_open(&pipe, &batch->arena, &pipeline, &opened, diag));
    struct night_options options = {.pipeline = pipeline,
                                    .shelf = batch->shelf,
                                    .journal = batch->journal,
                                    .snapshots = batch->snapshots,
                                    .context = batch,
                                    .kept = kept};
    struct night_run run;
    struct diag closing;
    Status status = night_run_once(&options, as_of_us, &batch->arena, &run, diag);
    Status closed = pipeline_close(pipeline, &batch->arena, &closing);
    if (status == STATUS_OK && closed != STATUS_OK) {
        *diag = closing;
        return closed;
    }
    if (status == STATUS_OK) {
        tell_run(&run, SLICE(""), 0);
    }
    return status;
}

static Status run_batch(struct batch *batch, struct diag *diag) {
    struct night_log log;
    int64_t as_of_us = 0;
    int64_t zone_us = 0;
    TRY(shelf_open(batch->packs, &batch->arena, &batch->shelf, diag));
    night_log_init(&log, false, &batch->arena);
    Status status = night_log_read(&log, batch->journal, 1, NULL, diag);
    status = status == STATUS_OK ? find_moment(batch, log.label, &as_of_us, &zone_us, diag) : status;
    struct night_run run = choose_run(&log, as_of_us, zone_us);
    night_log_deinit(&log);
    TRY(status);
    return batch->options.append ? run_into(batch, as_of_us, diag) : run_beside(batch, &run, diag);
}

static CliExit run_with_output(struct batch *batch) {
    struct diag diag;
    bool writes = !batch->options.append || batch->options.output.at != NULL;
    Slice path = batch->options.output.at == NULL ? SLICE("-") : batch->options.output;
    Status status = writes ? file_writer_open(path, &batch->arena, &batch->output, &diag) : STATUS_OK;
    if (status == STATUS_OK) {
        status = run_batch(batch, &diag);
        struct diag closing;
        Status closed = writes ? file_writer_close(batch->output, &batch->arena, &closing) : STATUS_OK;
        if (status == STATUS_OK && closed != STATUS_OK) {
            diag = closing;
            status = closed;
        }
    }
    if (status != STATUS_OK) {
        cli_tell(&diag);
        return cli_exit(status);
    }
    return CLI_FINE;
}

CliExit command_batch(int argc, char **argv) {
    struct batch batch = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the folder of the journal and the packs, as of qiantang serve", CLI_TEXT, &batch.options.data},
        {"as-of", "TIME", "the moment of the run: all records before it; default: now", CLI_TEXT, &batch.options.as_of},
        {"output", "FILE", "results, one JSON object a line; default: standard output", CLI_TEXT, &batch.options.output},
        {"append", NULL, "put the results into the journal; no server may have it open", CLI_FLAG, &batch.options.append},
    };
    const struct cli_command command = {
        .name = "batch",
        .usage = "batch --data DIR [--as-of TIME] [--output FILE] [--append]",
        .summary = "Runs the models of mode BATCH over the records since the run before, and looks at every subject, those that did nothing included.",
        .details = "docs/night.md tells what a run is. Without --append the journal is only read, also while a server decides; of a run that is in it the\n"
                   "same results come out again. With it a run that was interrupted is ended first. Example:\n\n"
                   "  qiantang batch --data /tmp/data --as-of 2026-11-28T02:00:00+08:00 --output results.ndjson",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &batch.arena, &operands, &code)) {
        return code;
    }
    if (batch.options.data.at == NULL) {
        fprintf(stderr, "qiantang batch: --data is missing\n");
        arena_deinit(&batch.arena);
        return CLI_USAGE;
    }
    batch.journal = arena_printf(&batch.arena, "%.*s/journal", SLICE_ARGS(batch.options.data));
    batch.packs = arena_printf(&batch.arena, "%.*s/packs", SLICE_ARGS(batch.options.data));
    batch.snapshots = arena_printf(&batch.arena, "%.*s/night", SLICE_ARGS(batch.options.data));
    code = run_with_output(&batch);
    shelf_close(batch.shelf);
    arena_deinit(&batch.arena);
    return code;
}
