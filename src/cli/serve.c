// qiantang serve: decides on what comes over HTTP, and forgets nothing. qiantang verify: does the journal's decisions again.

#include "cli/commands.h"
#include "cli/pack_folder.h"
#include "os/file.h"
#include "os/memory.h"
#include "server/serve.h"

#include <signal.h>

struct serve_command_options {
    Slice pack, data, address;
    int64_t port;
};

// A pack, a heart that has seen nothing, and its memory.
struct served {
    struct pack_folder pack;
    struct memory_pool memory;
    struct heart *heart;
    struct arena arena;
    Slice journal; // its folder
};

static CliExit tell(const struct diag *diag, Status status) {
    cli_tell(diag);
    return cli_exit(status);
}

static CliExit make_heart(struct served *served, const struct serve_command_options *options, bool make_folders) {
    struct diag diag;
    Status status = pack_open(&served->pack, options->pack);
    if (status != STATUS_OK) {
        return cli_exit(status);
    }
    served->journal = arena_printf(&served->arena, "%.*s/journal", SLICE_ARGS(options->data));
    if (make_folders && ((status = file_make_directory(options->data, &served->arena, &diag)) != STATUS_OK ||
                         (status = file_make_directory(served->journal, &served->arena, &diag)) != STATUS_OK)) {
        return tell(&diag, status);
    }
    struct knowledge *knowledge = pack_knowledge(&served->pack);
    if (served->pack.catalogue->diags.error_count > 0) {
        diag_list_print(&served->pack.catalogue->diags, stderr);
        knowledge_destroy(knowledge);
        return CLI_FAILED;
    }
    served->memory.large = true;
    served->heart = heart_create(served->pack.catalogue, knowledge, memory_pool_map, &served->memory);
    return CLI_FINE;
}

static void served_deinit(struct served *served) {
    heart_destroy(served->heart);
    memory_pool_release(&served->memory);
    pack_close(&served->pack);
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
    struct pipeline_options pipe = {.folder = served->journal, .settled = serve_settled, .context = serve};
    status = pipeline_open(served->heart, &pipe, &served->arena, &pipeline, &opened, &diag);
    if (status != STATUS_OK) {
        serve_stop(serve);
        serve_destroy(serve);
        return tell(&diag, status);
    }
    serve_attach(serve, pipeline);
    printf("replayed %llu records from sequence %llu, %llu decisions came out again\n", (unsigned long long)opened.records,
           (unsigned long long)opened.snapshot_sequence + 1, (unsigned long long)opened.decisions);
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
        {"pack", "PACK", "the pack to decide with", CLI_TEXT, &options.pack},
        {"data", "DIR", "the folder of the journal; it is made when it is not there", CLI_TEXT, &options.data},
        {"address", "ADDRESS", "to listen on; default 127.0.0.1", CLI_TEXT, &options.address},
        {"port", "N", "default 8080; 0: the system chooses one", CLI_NUMBER, &options.port},
    };
    const struct cli_command command = {
        .name = "serve",
        .usage = "serve --pack PACK --data DIR [--address ADDRESS] [--port N]",
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
    if (options.pack.at == NULL || options.data.at == NULL || options.port < 0 || options.port > UINT16_MAX) {
        fprintf(stderr, "qiantang serve: %s\n", options.pack.at == NULL   ? "--pack is missing"
                                                : options.data.at == NULL ? "--data is missing"
                                                                          : "--port is 0 to 65535");
        served_deinit(&served);
        return CLI_USAGE;
    }
    code = make_heart(&served, &options, true);
    code = code == CLI_FINE ? serve_until_told(&served, &options) : code;
    served_deinit(&served);
    return code;
}

CliExit command_verify(int argc, char **argv) {
    struct serve_command_options options = {0};
    const struct cli_option table[] = {
        {"pack", "PACK", "the pack that the journal was decided with", CLI_TEXT, &options.pack},
        {"data", "DIR", "the folder of the journal", CLI_TEXT, &options.data},
    };
    const struct cli_command command = {
        .name = "verify",
        .usage = "verify --pack PACK --data DIR",
        .summary = "Decides on everything in a journal again, from the first record, and compares each decision to the byte.",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    struct served served = {0};
    struct pipeline_opened opened;
    struct diag diag;
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &served.arena, &operands, &code)) {
        return code;
    }
    if (options.pack.at == NULL || options.data.at == NULL) {
        fprintf(stderr, "qiantang verify: %s is missing\n", options.pack.at == NULL ? "--pack" : "--data");
        served_deinit(&served);
        return CLI_USAGE;
    }
    code = make_heart(&served, &options, false);
    if (code == CLI_FINE) {
        Status status = pipeline_verify(served.heart, served.journal, &served.arena, &opened, &diag);
        if (status == STATUS_OK) {
            printf("%llu records, %llu decisions: all came out again\n", (unsigned long long)opened.records, (unsigned long long)opened.decisions);
        } else {
            code = tell(&diag, status);
        }
    }
    served_deinit(&served);
    return code;
}
