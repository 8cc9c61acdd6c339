// qiantang serve: decides on what comes over HTTP, and forgets nothing. qiantang verify: does the journal's decisions again.

#include "cli/commands.h"
#include "os/file.h"
#include "server/instance.h"
#include "server/replay.h"
#include "server/shelf.h"

#include <signal.h>

struct serve_command_options {
    Slice config, pack, data, address;
    int64_t port;
};

static CliExit tell(const struct diag *diag, Status status) {
    cli_tell(diag);
    return cli_exit(status);
}

// Blocks the signals that it waits for in all threads, so that one place gets them.
static sigset_t block_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return set;
}

// ---- settings ---------------------------------------------------------------------------------------------

static Status read_settings(const struct serve_command_options *options, struct arena *arena, struct settings *settings) {
    struct diag diag;
    settings_defaults(settings);
    if (options->config.at != NULL) {
        struct source *source = arena_alloc(arena, sizeof *source);
        struct diag_list diags;
        diag_list_init(&diags, arena);
        source->name = options->config;
        Status status = file_read(options->config, SETTINGS_SIZE_MAX, arena, &source->text, &diag);
        if (status != STATUS_OK) {
            cli_tell(&diag);
            return status;
        }
        settings_parse(source, arena, settings, &diags);
        diag_list_print(&diags, stderr);
        ENSURE(diags.error_count == 0, STATUS_INVALID);
    }
    settings->folders.data = options->data.at != NULL ? options->data : settings->folders.data;
    settings->server.address = options->address.at != NULL ? options->address : settings->server.address;
    settings->server.port = options->port >= 0 ? options->port : settings->server.port;
    return STATUS_OK;
}

static void reload(const struct serve_command_options *options, struct arena *arena, const struct settings *now, struct instance *instance) {
    struct settings *then = arena_alloc(arena, sizeof *then);
    struct buf text;
    if (read_settings(options, arena, then) != STATUS_OK) {
        LOG(instance_log(instance), error, "settings_not_read", LOG_TEXT("file", options->config));
        return;
    }
    buf_init(&text, 1 << 16);
    settings_needing_start(now, then, &text);
    if (text.size > 0) {
        LOG(instance_log(instance), warning, "settings_need_a_start", LOG_TEXT("settings", buf_slice(&text)));
    }
    buf_deinit(&text);
    instance_reload(instance, then);
}

// ---- serve ------------------------------------------------------------------------------------------------

static void tell_opened(const struct instance_opened *opened, const struct settings *settings) {
    const struct replayed *replayed = &opened->pipeline.replayed;
    printf("replayed %llu records from sequence %llu with %llu decisions, of which %llu were made again\n", (unsigned long long)replayed->records,
           (unsigned long long)replayed->snapshot_sequence + 1, (unsigned long long)replayed->decisions, (unsigned long long)replayed->compared);
    if (opened->pipeline.torn_bytes > 0) {
        printf("cleared away %llu bytes of a last write that was not finished; nobody had been answered for it\n",
               (unsigned long long)opened->pipeline.torn_bytes);
    }
    printf("decides with %.*s\n", SLICE_ARGS(opened->label));
    if (opened->has_nobody) {
        printf("nobody is set up: whoever asks over loopback may do everything. The first user: POST /v1/users, or while it does not run\n"
               "  qiantang user add NAME --data %.*s --roles administrator\n",
               SLICE_ARGS(settings->folders.data));
    }
    printf("listening on %s://%.*s:%u\n", slice_empty(settings->server.tls_certificate) ? "http" : "https", SLICE_ARGS(settings->server.address), opened->port);
    fflush(stdout);
}

static CliExit serve_until_told(const struct serve_command_options *options, struct arena *arena) {
    sigset_t signals = block_signals();
    struct settings settings;
    struct instance *instance;
    struct instance_opened opened;
    struct diag diag;
    Status status = read_settings(options, arena, &settings);
    if (status != STATUS_OK) {
        return cli_exit(status);
    }
    // The pack of the settings is for a new data folder; one that the command names has to be the one that decides.
    Slice journal = arena_printf(arena, "%.*s/journal", SLICE_ARGS(settings.folders.data));
    bool is_new = !file_is_directory(journal);
    struct instance_options open = {.settings = &settings, .pack = options->pack.at != NULL ? options->pack : is_new ? settings.folders.pack : SLICE("")};
    status = instance_open(&open, arena, &instance, &opened, &diag);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    tell_opened(&opened, &settings);
    int signal_number;
    while (sigwait(&signals, &signal_number) != 0 || signal_number == SIGHUP) {
        reload(options, arena, &settings, instance);
    }
    status = instance_close(instance, arena, &diag);
    return status == STATUS_OK ? CLI_FINE : tell(&diag, status);
}

CliExit command_serve(int argc, char **argv) {
    struct serve_command_options options = {.port = -1};
    const struct cli_option table[] = {
        {"config", "FILE", "the settings; qiantang config --default writes one", CLI_TEXT, &options.config},
        {"pack", "PACK", "the pack to begin with; later ones are released", CLI_TEXT, &options.pack},
        {"data", "DIR", "the folder of the journal; it is made when it is not there", CLI_TEXT, &options.data},
        {"address", "ADDRESS", "to listen on", CLI_TEXT, &options.address},
        {"port", "N", "0: the system chooses one", CLI_NUMBER, &options.port},
    };
    const struct cli_command command = {
        .name = "serve",
        .usage = "serve [--config FILE] [--pack PACK] [--data DIR] [--address ADDRESS] [--port N]",
        .summary = "Decides on what comes over HTTP. A decision is on disk before it is answered, and comes out again after a crash.",
        .details = "docs/serve.md tells the routes, docs/operations/settings.md what can be set; options go before the file. Ends on SIGTERM or SIGINT, with a\n"
                   "snapshot from which it goes on; reads its settings again on SIGHUP. Example:\n\n"
                   "  qiantang serve --pack packs/bank --data /tmp/data --port 8080\n"
                   "  curl -H 'Content-Type: application/json' --data @event.json http://127.0.0.1:8080/v1/events",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    struct arena arena;
    CliTexts operands;
    CliExit code;
    arena = (struct arena){0};
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    if (options.port > UINT16_MAX) {
        fprintf(stderr, "qiantang serve: --port is 0 to 65535\n");
        code = CLI_USAGE;
    } else {
        code = serve_until_told(&options, &arena);
    }
    arena_deinit(&arena);
    return code;
}

// ---- verify -----------------------------------------------------------------------------------------------

static CliExit verify(Slice data, struct arena *arena) {
    struct diag diag;
    struct shelf *shelf;
    Status status = shelf_open(arena_printf(arena, "%.*s/packs", SLICE_ARGS(data)), arena, &shelf, &diag);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    struct replay replay = {.source = shelf_source(shelf), .folder = arena_printf(arena, "%.*s/journal", SLICE_ARGS(data)), .scope = SCOPE_IN_FLIGHT};
    status = replay_begin(&replay, arena, &diag);
    if (status == STATUS_OK) {
        status = replay_run(&replay, arena, &diag);
    }
    heart_destroy(replay.heart);
    replay_end(&replay);
    shelf_close(shelf);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    printf("%llu records, %llu decisions: all came out again\n", (unsigned long long)replay.found.records, (unsigned long long)replay.found.decisions);
    return CLI_FINE;
}

CliExit command_verify(int argc, char **argv) {
    Slice data = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the folder of the journal and the packs", CLI_TEXT, &data},
    };
    const struct cli_command command = {
        .name = "verify",
        .usage = "verify --data DIR",
        .summary = "Decides on everything in a journal again, from the first record, and compares each decision to the byte.",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    struct arena arena = {0};
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    if (data.at == NULL) {
        fprintf(stderr, "qiantang verify: --data is missing\n");
        code = CLI_USAGE;
    } else {
        code = verify(data, &arena);
    }
    arena_deinit(&arena);
    return code;
}
