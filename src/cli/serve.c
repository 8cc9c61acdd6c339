// qiantang serve: decides on what comes over HTTP, and forgets nothing. qiantang verify: does the journal's decisions again.

#include "cli/commands.h"
#include "cli/pack.h"
#include "os/file.h"
#include "server/night.h"
#include "server/serve.h"
#include "server/shelf.h"
#include "server/snapshots.h"

#include <signal.h>

struct serve_command_options {
    Slice pack, data, address;
    int64_t port;
};

// A data folder and what decides on it.
struct served {
    struct arena arena;
    Slice journal, packs; // folders
    struct shelf *shelf;
    Hash128 first; // label of the pack that was named
    bool has_first;
};

static CliExit tell(const struct diag *diag, Status status) {
    cli_tell(diag);
    return cli_exit(status);
}

static Status make_folders(struct served *served, Slice data, struct diag *diag) {
    TRY(file_make_directory(data, &served->arena, diag));
    TRY(file_make_directory(served->journal, &served->arena, diag));
    return file_make_directory(served->packs, &served->arena, diag);
}

// Compiles the pack that was named and puts it on the shelf.
static CliExit take_pack(struct served *served, Slice path) {
    struct diag diag;
    struct pack_folder pack;
    Slice label;
    Status status = pack_open(&pack, path);
    if (status == STATUS_OK) {
        knowledge_destroy(pack_knowledge(&pack));
        if (pack.catalogue->diags.error_count > 0) {
            diag_list_print(&pack.catalogue->diags, stderr);
            status = STATUS_INVALID;
        }
    }
    CliExit code = status == STATUS_OK ? CLI_FINE : cli_exit(status);
    if (status == STATUS_OK && (status = shelf_put(served->shelf, &pack, &served->arena, &label, &diag)) != STATUS_OK) {
        code = tell(&diag, status);
    }
    served->has_first = status == STATUS_OK;
    served->first = served->has_first ? label_hash(label) : served->first;
    pack_close(&pack);
    return code;
}

static CliExit open_data(struct served *served, const struct serve_command_options *options, bool make) {
    struct diag diag;
    served->journal = arena_printf(&served->arena, "%.*s/journal", SLICE_ARGS(options->data));
    served->packs = arena_printf(&served->arena, "%.*s/packs", SLICE_ARGS(options->data));
    Status status = make ? make_folders(served, options->data, &diag) : STATUS_OK;
    if (status == STATUS_OK) {
        status = shelf_open(served->packs, &served->arena, &served->shelf, &diag);
    }
    return status == STATUS_OK ? CLI_FINE : tell(&diag, status);
}

static void served_deinit(struct served *served) {
    shelf_close(served->shelf);
    arena_deinit(&served->arena);
}

// Blocks the signals that end it in all threads, so that one place waits for them.
static sigset_t block_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return set;
}

// A pack that was named has to be the one that the journal goes on with: another one is released while it runs, and by two persons.
static bool is_released(struct served *served, struct pipeline *pipeline) {
    struct diag diag;
    Hash128 now = pipeline_state(pipeline).label;
    const struct pack_folder *pack;
    if (!served->has_first || (now.low == served->first.low && now.high == served->first.high)) {
        return true;
    }
    Slice name = shelf_find(served->shelf, now, &served->arena, &pack, &diag) == STATUS_OK ? pack->catalogue->label : SLICE("another");
    diag_fail(&diag, &served->arena, STATUS_INVALID, "SV002", "the journal goes on with the pack '%.*s', and --pack names another one", SLICE_ARGS(name));
    diag.hint = SLICE("leave --pack away; a new pack is released while the server runs");
    cli_tell(&diag);
    return false;
}

static CliExit serve_until_told(struct served *served, const struct serve_command_options *options) {
    sigset_t signals = block_signals();
    struct diag diag;
    struct serve *serve;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct serve_options http = {.address = options->address, .port = (uint16_t)options->port};
    Status status = serve_start(&http, &served->arena, &serve, &diag);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    struct pipeline_options pipe = {
        .folder = served->journal, .source = shelf_source(served->shelf), .first = served->first, .settled = serve_settled, .context = serve};
    status = pipeline_open(&pipe, &served->arena, &pipeline, &opened, &diag);
    if (status != STATUS_OK) {
        serve_stop(serve);
        serve_destroy(serve);
        return tell(&diag, status);
    }
    if (!is_released(served, pipeline)) {
        serve_stop(serve);
        status = pipeline_close(pipeline, &served->arena, &diag);
        serve_destroy(serve);
        return CLI_FAILED;
    }
    serve_attach(serve, pipeline);
    printf("replayed %llu records from sequence %llu, %llu decisions came out again\n", (unsigned long long)opened.replayed.records,
           (unsigned long long)opened.replayed.snapshot_sequence + 1, (unsigned long long)opened.replayed.decisions);
    if (opened.torn_bytes > 0) {
        printf("cleared away %llu bytes of a last write that was not finished; nobody had been answered for it\n", (unsigned long long)opened.torn_bytes);
    }
    printf("listening on http://%.*s:%u\n", SLICE_ARGS(options->address), serve_port(serve));
    fflush(stdout);
    int signal_number;
    sigwait(&signals, &signal_number);
    serve_stop(serve);
    status = pipeline_close(pipeline, &served->arena, &diag);
    serve_destroy(serve);
    return status == STATUS_OK ? CLI_FINE : tell(&diag, status);
}

CliExit command_serve(int argc, char **argv) {
    struct serve_command_options options = {.address = SLICE("127.0.0.1"), .port = 8080};
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack to begin with; later ones are released", CLI_TEXT, &options.pack},
        {"data", "DIR", "the folder of the journal; it is made when it is not there", CLI_TEXT, &options.data},
        {"address", "ADDRESS", "to listen on; default 127.0.0.1", CLI_TEXT, &options.address},
        {"port", "N", "default 8080; 0: the system chooses one", CLI_NUMBER, &options.port},
    };
    const struct cli_command command = {
        .name = "serve",
        .usage = "serve [--pack PACK] --data DIR [--address ADDRESS] [--port N]",
        .summary = "Decides on what comes over HTTP. A decision is on disk before it is answered, and comes out again after a crash.",
        .details = "docs/serve.md tells the routes. Ends on SIGTERM or SIGINT, with a snapshot from which it goes on. Example:\n\n"
                   "  qiantang serve --pack packs/bank --data /tmp/data --port 8080\n"
                   "  curl -H 'Content-Type: application/json' --data @event.json http://127.0.0.1:8080/v1/events",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    struct served served = {0};
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &served.arena, &operands, &code)) {
        return code;
    }
    if (options.data.at == NULL || options.port < 0 || options.port > UINT16_MAX) {
        fprintf(stderr, "qiantang serve: %s\n", options.data.at == NULL ? "--data is missing" : "--port is 0 to 65535");
        served_deinit(&served);
        return CLI_USAGE;
    }
    code = open_data(&served, &options, true);
    code = code == CLI_FINE && options.pack.at != NULL ? take_pack(&served, options.pack) : code;
    code = code == CLI_FINE ? serve_until_told(&served, &options) : code;
    served_deinit(&served);
    return code;
}

static CliExit verify(struct served *served) {
    struct diag diag;
    struct replay replay = {.source = shelf_source(served->shelf), .folder = served->journal, .scope = SCOPE_IN_FLIGHT};
    Status status = replay_begin(&replay, &served->arena, &diag);
    if (status == STATUS_OK) {
        status = replay_run(&replay, &served->arena, &diag);
    }
    heart_destroy(replay.heart);
    replay_end(&replay);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    printf("%llu records, %llu decisions: all came out again\n", (unsigned long long)replay.found.records, (unsigned long long)replay.found.decisions);
    struct night_verified nights;
    status = night_verify(served->shelf, served->journal, &served->arena, &nights, &diag);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    if (nights.runs > 0) {
        printf("%llu nightly runs, %llu results: all came out again\n", (unsigned long long)nights.runs, (unsigned long long)nights.results);
    }
    return CLI_FINE;
}

CliExit command_verify(int argc, char **argv) {
    struct serve_command_options options = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the folder of the journal and the packs", CLI_TEXT, &options.data},
    };
    const struct cli_command command = {
        .name = "verify",
        .usage = "verify --data DIR",
        .summary = "Decides on everything in a journal again, from the first record, and compares each decision to the byte.",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    struct served served = {0};
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &served.arena, &operands, &code)) {
        return code;
    }
    if (options.data.at == NULL) {
        fprintf(stderr, "qiantang verify: --data is missing\n");
        served_deinit(&served);
        return CLI_USAGE;
    }
    code = open_data(&served, &options, false);
    code = code == CLI_FINE ? verify(&served) : code;
    served_deinit(&served);
    return code;
}
