// qiantang contact: a contact centre that stands in for a bank's. A server's webhooks ask it, simulated customers answer.

#include "cli/commands.h"
#include "cli/labels.h"
#include "cli/remote/remote.h"
#include "codec/json_write.h"
#include "os/file.h"
#include "rehearsal/contact.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { SECRET_FILE_MAX = 4096, LOOK_EVERY_MS = 100, HURRY_MAX = 1000000, ANSWER_MAX = 64 << 10 };

struct contact_command {
    struct remote_options remote_options;
    Slice labels, secret_file, address;
    int64_t port, seed, hurry;
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    struct truth *truth;
    struct remote *remote;
    struct contact *contact;
    uint64_t taken, late, refused;
    struct arena arena;
};

static CliExit tell(const struct diag *diag) {
    cli_tell(diag);
    return CLI_WORLD;
}

// Blocks the signals that end it, so that it can look for them between two answers.
static sigset_t block_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return set;
}

// A server that is away or refuses does not end it: a task that is not answered in time is what the response is there for.
static void bring(struct contact_command *command, const struct contact_answer *answer) {
    struct remote_reply reply;
    struct diag diag;
    struct buf body;
    struct json_writer json;
    buf_init(&body, ANSWER_MAX);
    json_writer_init(&json, &body);
    json_object_begin(&json);
    json_key(&json, SLICE("answer"));
    json_raw(&json, slice_of(answer->text));
    json_object_end(&json);
    Slice path = arena_printf(&command->arena, "/v1/tasks/%" PRId64 "/answer", answer->task);
    Status status = remote_ask(command->remote, &(struct remote_request){.method = "POST", .path = path, .body = buf_slice(&body)}, &reply, &diag);
    bool is_late = status == STATUS_INVALID && (slice_is(slice_of(diag.code), "settled") || slice_is(slice_of(diag.code), "task_unknown"));
    command->taken += status == STATUS_OK;
    command->late += is_late; // asked by another channel meanwhile, or the alert is closed
    if (status != STATUS_OK && !is_late) {
        command->refused++;
        cli_tell(&diag);
    }
    buf_deinit(&body);
}

static CliExit serve(struct contact_command *command) {
    struct diag diag;
    sigset_t ends = block_signals();
    struct contact_options options = {.truth = command->truth, .seed = (uint64_t)command->seed, .secrets = command->secrets, .address = command->address,
                                      .port = (uint16_t)command->port, .hurry = (uint32_t)command->hurry};
    while (options.secret_count < WEBHOOK_SECRETS_MAX && command->secrets[options.secret_count].size > 0) {
        options.secret_count++;
    }
    if (contact_start(&options, &command->arena, &command->contact, &diag) != STATUS_OK) {
        return tell(&diag);
    }
    printf("listens on http://%.*s:%u\n", SLICE_ARGS(command->address), contact_port(command->contact));
    fflush(stdout);
    const struct timespec at_once = {0};
    while (sigtimedwait(&ends, NULL, &at_once) < 0) {
        struct contact_answer answer;
        if (contact_next(command->contact, LOOK_EVERY_MS, &answer)) {
            ArenaMark mark = arena_mark(&command->arena);
            bring(command, &answer);
            arena_rewind(&command->arena, mark);
            free(answer.text);
        }
    }
    struct contact_counts counts = contact_counts(command->contact);
    printf("asked %" PRIu64 ", answered %" PRIu64 ", taken %" PRIu64 ", too late %" PRIu64 ", refused %" PRIu64 "\n", counts.asked, counts.answered, command->taken,
           command->late, command->refused);
    return CLI_FINE;
}

static CliExit run(struct contact_command *command) {
    struct diag diag;
    Slice text;
    uint32_t count;
    CliExit code = labels_read("contact", command->labels, command->truth, &command->arena);
    if (code != CLI_FINE) {
        return code;
    }
    if (file_read(command->secret_file, SECRET_FILE_MAX, &command->arena, &text, &diag) != STATUS_OK ||
        webhook_secrets_parse(text, command->secrets, &count, &command->arena, &diag) != STATUS_OK ||
        remote_open(&command->remote_options, &command->arena, &command->remote, &diag) != STATUS_OK) {
        return tell(&diag);
    }
    return serve(command);
}

static CliAnswer read_options(struct contact_command *command, int argc, char **argv) {
    const struct cli_option table[] = {
        REMOTE_OPTIONS(command->remote_options),
        {"labels", "FILE", "the truth: cases, one JSON object a line, as simulate writes them", CLI_TEXT, &command->labels},
        {"secret-file", "FILE", "the secret of the endpoint 'contact', as the server has it", CLI_TEXT, &command->secret_file},
        {"address", "ADDRESS", "to listen on; default 127.0.0.1", CLI_TEXT, &command->address},
        {"port", "N", "to listen on; default 0: the system chooses, and it is said", CLI_NUMBER, &command->port},
        {"seed", "N", "of what customers say; default 1", CLI_NUMBER, &command->seed},
        {"hurry", "N", "answers come N times faster than people give them; default 1", CLI_NUMBER, &command->hurry},
    };
    const struct cli_command told = {
        .name = "contact",
        .usage = "contact --server URL --key-file FILE --labels FILE --secret-file FILE [--port N] [--hurry N]",
        .summary = "A contact centre that stands in for a bank's: a server's webhooks ask it, the customers of a made-up bank answer, the deceived among them too.",
        .details = "For trying a server without people: its setting response.endpoints.contact names the address that is printed here. The key needs the scope tasks:answer.\n"
                   "What customers say and how long they take: docs/simulate.md. Ends by SIGINT or SIGTERM, and says what it did.\n"
                   "Example:\n\n"
                   "  qiantang contact --server http://127.0.0.1:8080 --key-file contact.key --labels /tmp/bank/labels.ndjson \\\n"
                   "    --secret-file contact.secret --port 8090 --hurry 10",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 0,
    };
    CliTexts operands;
    CliAnswer answer = cli_parse(&told, argc, argv, &command->arena, &operands);
    if (answer != CLI_GO_ON) {
        return answer;
    }
    if (command->labels.at == NULL || command->secret_file.at == NULL) {
        fprintf(stderr, "qiantang contact: --labels and --secret-file are needed\n");
        return CLI_WRONG;
    }
    if (command->port < 0 || command->port > UINT16_MAX || command->hurry < 1 || command->hurry > HURRY_MAX) {
        fprintf(stderr, "qiantang contact: --port is at most 65535, --hurry 1 to %d\n", HURRY_MAX);
        return CLI_WRONG;
    }
    return CLI_GO_ON;
}

CliExit command_contact(int argc, char **argv) {
    struct contact_command *command = memory_alloc(sizeof *command);
    *command = (struct contact_command){.remote_options = {.timeout_s = REMOTE_TIMEOUT_S}, .address = SLICE("127.0.0.1"), .seed = 1, .hurry = 1};
    arena_init(&command->arena, 1 << 16);
    command->truth = truth_create();
    CliAnswer answer = read_options(command, argc, argv);
    CliExit code = answer == CLI_WRONG ? CLI_USAGE : answer == CLI_GO_ON ? run(command) : CLI_FINE;
    contact_stop(command->contact);
    remote_close(command->remote);
    truth_destroy(command->truth);
    for (uint32_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        webhook_secret_wipe(&command->secrets[i]);
    }
    arena_deinit(&command->arena);
    free(command);
    return code;
}
