// qiantang serve: decides on what comes over HTTP, and forgets nothing. qiantang verify: does the journal's decisions again.

#include "access/access.h"
#include "cli/commands.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/notify.h"
#include "os/progress.h"
#include "server/instance.h"
#include "server/night.h"
#include "server/replay.h"
#include "server/shelf.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct serve_command_options {
    Slice config, pack, data, address;
    int64_t port;
};

// What the process tells of itself while it serves: to the service manager, and at a terminal.
struct serving {
    struct notify notify;
    struct progress progress;
    sigset_t signals;
    uint64_t told_ns;
    bool replays;
};

static const uint64_t status_ns = UINT64_C(1000000000);   // between two states while it replays
static const uint64_t look_us_max = UINT64_C(10000000);   // between two looks at the deciding thread
enum { LOOKS_A_WATCHDOG = 4 };                            // so that one that comes late ends nothing

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

// ---- while it replays -------------------------------------------------------------------------------------

// A replay has changed nothing that was not there, so who wants it to end need not wait for it.
static void end_if_told(const struct serving *serving, uint64_t sequence) {
    const struct timespec at_once = {0};
    sigset_t ends = serving->signals;
    sigdelset(&ends, SIGHUP);
    if (sigtimedwait(&ends, NULL, &at_once) > 0) {
        printf("ended while it replayed, at sequence %llu; it begins there anew at the next start\n", (unsigned long long)sequence);
        notify_send(&serving->notify, SLICE("STOPPING=1"));
        fflush(stdout);
        _exit(CLI_FINE);
    }
}

static void replaying(void *context, uint64_t sequence, uint64_t first, uint64_t last) {
    struct serving *serving = context;
    if (!serving->replays) {
        serving->replays = true;
        progress_begin(&serving->progress, &(struct progress_plan){.label = "replaying", .unit = "records", .size = last - first + 1});
    }
    progress_update(&serving->progress, sequence - first + 1, sequence - first + 1);
    end_if_told(serving, sequence);
    uint64_t now_ns = clock_monotonic_ns();
    if (now_ns - serving->told_ns >= status_ns) {
        serving->told_ns = now_ns;
        notify_status(&serving->notify, "replaying the journal: sequence %llu of %llu", (unsigned long long)sequence, (unsigned long long)last);
        notify_send(&serving->notify, SLICE("EXTEND_TIMEOUT_USEC=60000000")); // as long as it gets on, it may take its time
    }
}

// ---- while it decides -------------------------------------------------------------------------------------

static void look(const struct serving *serving, struct instance *instance) {
    struct instance_pulse pulse = instance_pulse(instance);
    unsigned long long durable = pulse.durable_sequence;
    if (!pulse.answers) {
        LOG(instance_log(instance), error, "deciding_thread_does_not_answer", LOG_I64("durable_sequence", durable));
        notify_status(&serving->notify, "the deciding thread does not answer; on disk up to sequence %llu", durable);
        return;
    }
    if (pulse.failed) {
        notify_status(&serving->notify, "the journal has failed at sequence %llu: nothing is decided until a restart", durable);
    } else {
        notify_status(&serving->notify, "deciding; %llu decisions since the start, on disk up to sequence %llu", (unsigned long long)pulse.decided, durable);
    }
    notify_send(&serving->notify, SLICE("WATCHDOG=1"));
}

// The signal that came, or 0 when it is time to look.
static int wait_for_signal(const struct serving *serving) {
    uint64_t wait_us = serving->notify.watchdog_us / LOOKS_A_WATCHDOG;
    wait_us = wait_us == 0 || wait_us > look_us_max ? look_us_max : wait_us;
    const struct timespec wait = {.tv_sec = (time_t)(wait_us / 1000000), .tv_nsec = (long)(wait_us % 1000000 * 1000)};
    for (;;) {
        int number = sigtimedwait(&serving->signals, NULL, &wait);
        if (number > 0 || errno != EINTR) {
            return number > 0 ? number : 0;
        }
    }
}

static void decide_until_told(const struct serving *serving, const struct serve_command_options *options, struct arena *arena,
                              const struct settings *settings, struct instance *instance) {
    notify_send(&serving->notify, SLICE("READY=1"));
    for (;;) {
        look(serving, instance);
        int number = wait_for_signal(serving);
        if (number == SIGHUP) {
            notify_reloading(&serving->notify);
            reload(options, arena, settings, instance);
            notify_send(&serving->notify, SLICE("READY=1"));
        } else if (number != 0) {
            return;
        }
    }
}

// ---- its life ---------------------------------------------------------------------------------------------

static Status open_instance(struct serving *serving, const struct serve_command_options *options, const struct settings *settings, struct arena *arena,
                            struct instance **ret_instance, struct instance_opened *ret_opened, struct diag *diag) {
    // The pack of the settings is for a new data folder; one that the command names has to be the one that decides.
    Slice journal = arena_printf(arena, "%.*s/journal", SLICE_ARGS(settings->folders.data));
    bool is_new = !file_is_directory(journal);
    struct instance_options open = {
        .settings = settings,
        .pack = options->pack.at != NULL ? options->pack : is_new ? settings->folders.pack : SLICE(""),
        .context = serving,
        .replaying = replaying,
    };
    notify_status(&serving->notify, "reading the pack and the newest snapshot");
    Status status = instance_open(&open, arena, ret_instance, ret_opened, diag);
    if (serving->replays) {
        progress_end(&serving->progress);
    }
    return status;
}

static CliExit serve(struct serving *serving, const struct serve_command_options *options, struct arena *arena) {
    struct settings settings;
    struct instance *instance;
    struct instance_opened opened;
    struct diag diag;
    Status status = read_settings(options, arena, &settings);
    if (status != STATUS_OK) {
        return cli_exit(status);
    }
    status = open_instance(serving, options, &settings, arena, &instance, &opened, &diag);
    if (status == STATUS_OK) {
        tell_opened(&opened, &settings);
        decide_until_told(serving, options, arena, &settings, instance);
        notify_status(&serving->notify, "answering what is under way, and writing the last snapshot");
        notify_send(&serving->notify, SLICE("STOPPING=1"));
        status = instance_close(instance, arena, &diag);
    }
    if (status != STATUS_OK) {
        notify_status(&serving->notify, "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
    }
    return status == STATUS_OK ? CLI_FINE : tell(&diag, status);
}

static CliExit serve_until_told(const struct serve_command_options *options, struct arena *arena) {
    struct serving serving = {.signals = block_signals()};
    notify_init(&serving.notify);
    CliExit code = serve(&serving, options, arena);
    notify_deinit(&serving.notify);
    return code;
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

// The log of who did what, where there is one. A server that runs has it to itself; that is told, and is no fault.
static CliExit verify_access(Slice data, struct arena *arena) {
    struct access_verified verified;
    struct diag diag;
    Slice folder = arena_printf(arena, "%.*s/access", SLICE_ARGS(data));
    if (!file_is_directory(folder)) {
        return CLI_FINE;
    }
    Status status = access_verify(NULL, folder, arena, &verified, &diag);
    if (status == STATUS_OK) {
        printf("%llu records of who did what: all is as it was written\n", (unsigned long long)verified.records);
        return CLI_FINE;
    }
    if (strcmp(diag.code, "AC013") == 0) {
        printf("the log of who did what is in use and was not looked at; to verify it meanwhile, copy '%.*s' and verify the copy\n", SLICE_ARGS(folder));
        return CLI_FINE;
    }
    return tell(&diag, status);
}

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
    struct night_verified nights = {0};
    if (status == STATUS_OK) {
        status = night_verify(shelf, replay.folder, arena, &nights, &diag);
    }
    shelf_close(shelf);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    printf("%llu records, %llu decisions: all came out again\n", (unsigned long long)replay.found.records, (unsigned long long)replay.found.decisions);
    if (nights.runs > 0) {
        printf("%llu nightly runs, %llu results: all came out again\n", (unsigned long long)nights.runs, (unsigned long long)nights.results);
    }
    return verify_access(data, arena);
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
        .details = "The results of nightly runs and the log of who did what are checked too.",
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
