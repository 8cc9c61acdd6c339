// qiantang load: sends events to a server by a plan, and measures how it answers.

#include "load/load.h"

#include "cli/commands.h"
#include "os/file.h"

#include <limits.h>

#define NOT_GIVEN INT64_MIN // of a number that may stand only alone

enum { CONNECTIONS_USUAL = 64, JSON_MAX = 64 << 20, BODY_MAX = 64 << 20, HOST_MAX = 255, PATH_MAX_BYTES = 4096, WORD_MAX = 128 };

struct load_command {
    struct load_options load;
    struct arena arena;
    CliTexts files, asks;
    Slice json, key_file;
    int64_t port, rate, seconds, count, connections, streams, batch, spin_us, processor, server_pid, wait_s;
    bool allow_refused;
};

static bool wrong(const char *what) {
    fprintf(stderr, "qiantang load: %s\n", what);
    return false;
}

// What goes into a head must not end it, nor hold a blank.
static bool is_word(Slice text, size_t size_max) {
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.at[i] <= ' ' || (unsigned char)text.at[i] >= 0x7f) {
            return false;
        }
    }
    return text.size > 0 && text.size <= size_max;
}

// ---- --ask -----------------------------------------------------------------------------------------------

static bool read_body(struct load_command *command, Slice path, Slice *ret_body) {
    struct diag diag;
    if (file_read(path, BODY_MAX, &command->arena, ret_body, &diag) != STATUS_OK) {
        cli_tell(&diag);
        return false;
    }
    return true;
}

// SECONDS:METHOD:PATH[:FILE[:CONTENT_TYPE]]
static bool read_ask(struct load_command *command, Slice text, struct load_ask *ask) {
    Slice second;
    Slice file = {NULL, 0};
    int64_t number = -1;
    bool parts = slice_split(&text, ':', &second) && slice_split(&text, ':', &ask->method) && slice_split(&text, ':', &ask->path);
    if (!parts || !slice_to_i64(second, &number) || number < 0 || number > INT32_MAX || !is_word(ask->method, 16) ||
        !is_word(ask->path, PATH_MAX_BYTES) || ask->path.at[0] != '/') {
        return wrong("--ask takes SECONDS:METHOD:PATH[:FILE[:CONTENT_TYPE]], such as 30:POST:/v1/snapshots");
    }
    ask->second = (uint32_t)number;
    if (slice_split(&text, ':', &file)) {
        ask->content_type = slice_empty(text) ? SLICE("application/json") : text;
        if (!is_word(ask->content_type, WORD_MAX)) {
            return wrong("the content type of --ask has a character that it may not have");
        }
        return read_body(command, file, &ask->body);
    }
    return true;
}

static bool read_asks(struct load_command *command) {
    if (command->asks.count > LOAD_ASKS_MAX) {
        return wrong("--ask may stand 64 times");
    }
    struct load_ask *asks = ARENA_ARRAY(&command->arena, struct load_ask, command->asks.count + 1);
    for (uint32_t i = 0; i < command->asks.count; i++) {
        if (!read_ask(command, command->asks.at[i], &asks[i])) {
            return false;
        }
    }
    command->load.asks = asks;
    command->load.ask_count = command->asks.count;
    return true;
}

// ---- the other options -----------------------------------------------------------------------------------

static bool read_key(struct load_command *command) {
    struct diag diag;
    Slice text;
    if (command->key_file.at == NULL) {
        return true;
    }
    if (file_read(command->key_file, LOAD_KEY_MAX, &command->arena, &text, &diag) != STATUS_OK) {
        cli_tell(&diag);
        return false;
    }
    command->load.key = slice_trim(text);
    return is_word(command->load.key, LOAD_KEY_MAX) || wrong("the file of --key-file holds no key: one line of letters, digits and signs");
}

struct range {
    const char *name;
    int64_t value, least, most;
};

static bool in_ranges(const struct range *ranges, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (ranges[i].value < ranges[i].least || ranges[i].value > ranges[i].most) {
            fprintf(stderr, "qiantang load: --%s is %lld to %lld\n", ranges[i].name, (long long)ranges[i].least, (long long)ranges[i].most);
            return false;
        }
    }
    return true;
}

static bool check_ranges(const struct load_command *command) {
    const struct range ranges[] = {
        {"port", command->port, 1, UINT16_MAX},
        {"rate", command->rate, 1, LOAD_RATE_MAX},
        {"seconds", command->seconds, 0, 30 * 86400},
        {"count", command->count, 0, INT64_C(900000000000)},
        {"connections", command->connections == NOT_GIVEN ? CONNECTIONS_USUAL : command->connections, 1, LOAD_CONNECTIONS_MAX},
        {"streams", command->streams == NOT_GIVEN ? 1 : command->streams, 1, LOAD_STREAMS_MAX},
        {"batch", command->batch, 0, LOAD_BATCH_MAX},
        {"spin-us", command->spin_us, 0, 1000000},
        {"cpu", command->processor, -1, 1023},
        {"server-pid", command->server_pid, 0, INT32_MAX},
        {"wait", command->wait_s, 0, 86400},
    };
    return in_ranges(ranges, sizeof ranges / sizeof ranges[0]);
}

// How many there are of what carries records. One at a time needs one.
static bool take_connections(struct load_command *command) {
    struct load_options *load = &command->load;
    load->streams = command->streams != NOT_GIVEN;
    if (load->streams && command->batch > 0) {
        return wrong("--streams and --batch do not go together: a stream carries records one by one");
    }
    if (load->streams && command->connections != NOT_GIVEN) {
        return wrong("--streams and --connections do not go together: each stream has a connection of its own, and there are no others");
    }
    int64_t usual = command->connections == NOT_GIVEN ? CONNECTIONS_USUAL : command->connections;
    load->connections = load->one ? 1 : (uint32_t)(load->streams ? command->streams : usual);
    return true;
}

static bool take_options(struct load_command *command) {
    struct load_options *load = &command->load;
    if (command->files.count == 0) {
        return wrong("--events is missing");
    }
    if (!check_ranges(command) || !read_key(command) || !read_asks(command)) {
        return false;
    }
    if (!is_word(load->host, HOST_MAX)) {
        return wrong("--address is the name or address of a machine");
    }
    if (load->one && command->batch > 0) {
        return wrong("--one and --batch do not go together");
    }
    if (!take_connections(command)) {
        return false;
    }
    load->port = (uint16_t)command->port;
    load->files = command->files.at;
    load->file_count = command->files.count;
    load->rate = (uint64_t)command->rate;
    load->count = (uint64_t)command->count;
    // Who asks for a number of records gets them all, and who keeps them as they are the whole file.
    bool bounded = command->count > 0 || load->keep;
    load->seconds = command->seconds > 0 || bounded ? (uint64_t)command->seconds : 10;
    load->lines = command->batch > 0;
    load->batch = load->lines ? (uint32_t)command->batch : 1;
    load->spin_us = (uint32_t)command->spin_us;
    load->processor = (int32_t)command->processor;
    load->server_pid = (int32_t)command->server_pid;
    load->wait_s = (uint32_t)command->wait_s;
    return true;
}

// ---- the run ---------------------------------------------------------------------------------------------

static CliExit tell(const struct diag *diag, Status status) {
    cli_tell(diag);
    return status == STATUS_NOT_FOUND ? CLI_WORLD : cli_exit(status); // a file that is not there
}

static CliExit write_json(struct load_command *command, const struct load_result *result) {
    struct diag diag;
    struct buf text;
    Status status = STATUS_OK;
    buf_init(&text, JSON_MAX);
    load_write_json(result, &text);
    if (slice_is(command->json, "-")) {
        fwrite(text.bytes, 1, text.size, stdout);
    } else {
        status = file_write(command->json, buf_slice(&text), &command->arena, &diag);
    }
    buf_deinit(&text);
    return status == STATUS_OK ? CLI_FINE : tell(&diag, status);
}

static CliExit run(struct load_command *command) {
    struct diag diag;
    struct load_result *result;
    Status status = load_run(&command->load, &command->arena, &result, &diag);
    if (status != STATUS_OK) {
        return tell(&diag, status);
    }
    load_print(result, slice_is(command->json, "-") || slice_is(command->load.acknowledged, "-") ? stderr : stdout);
    CliExit code = command->json.at == NULL ? CLI_FINE : write_json(command, result);
    bool fine = load_all_sound(result) && (command->allow_refused || load_all_answered(result));
    load_result_destroy(result);
    return code != CLI_FINE ? code : fine ? CLI_FINE : CLI_FAILED;
}

static const char details[] =
    "Every request has a moment in a plan of N records a second; latency counts from that moment until the whole reply is there. A server\n"
    "that is slow does not slow the plan: what finds no free connection waits, and its waiting counts. docs/load.md tells how it is measured,\n"
    "and how to read the table.\n"
    "With --streams a record is answered when its line has come back on its stream; each record counts, as a request does elsewhere.\n"
    "Events are sent in the order of the files and over again, each with a new id and the time it is planned for; ids of other events of\n"
    "the file follow. The files are NDJSON as 'qiantang simulate' writes them, plain, gzip or zstd.\n"
    "Exit code 1 when anything was not answered 200. Example:\n\n"
    "  qiantang load --port 8080 --events /tmp/bank/events.ndjson --rate 5000 --seconds 60";

CliExit command_load(int argc, char **argv) {
    struct load_command command = {.port = 8080, .rate = 1000, .connections = NOT_GIVEN, .streams = NOT_GIVEN, .processor = -1, .wait_s = LOAD_WAIT_S};
    struct load_options *load = &command.load;
    *load = (struct load_options){.host = SLICE("127.0.0.1"), .id = SLICE("event_id"), .time = SLICE("event_time"), .original = SLICE("orig_event_id")};
    const struct cli_option table[] = {
        {"address", "ADDRESS", "of the server; default 127.0.0.1", CLI_TEXT, &load->host},
        {"port", "N", "default 8080", CLI_NUMBER, &command.port},
        {"events", "FILE...", "what is sent; - is standard input", CLI_TEXTS, &command.files},
        {"rate", "N", "records a second; default 1000", CLI_NUMBER, &command.rate},
        {"seconds", "N", "default 10", CLI_NUMBER, &command.seconds},
        {"count", "N", "so many records instead", CLI_NUMBER, &command.count},
        {"connections", "N", "default 64", CLI_NUMBER, &command.connections},
        {"one", NULL, "one request at a time, the next when the last is answered", CLI_FLAG, &load->one},
        {"streams", "N", "N long streams to /v1/stream instead, with many records under way on each", CLI_NUMBER, &command.streams},
        {"batch", "K", "K records a request, as lines to /v1/records", CLI_NUMBER, &command.batch},
        {"keep", NULL, "ids and times as they are, and the files once through", CLI_FLAG, &load->keep},
        {"id-field", "NAME", "default event_id", CLI_TEXT, &load->id},
        {"time-field", "NAME", "default event_time", CLI_TEXT, &load->time},
        {"original-field", "NAME", "default orig_event_id", CLI_TEXT, &load->original},
        {"key-file", "FILE", "holds the key that is sent as bearer token", CLI_TEXT, &command.key_file},
        {"ask", "S:METHOD:PATH[:FILE[:TYPE]]", "another request at second S, told apart; may stand again", CLI_TEXTS, &command.asks},
        {"acknowledged", "OUT", "a line for each event that was answered: id and SHA-256 of the answer", CLI_TEXT, &load->acknowledged},
        {"json", "OUT.json", "everything that was measured; - is standard output", CLI_TEXT, &command.json},
        {"server-pid", "PID", "of a server on this machine, whose processor time is told", CLI_NUMBER, &command.server_pid},
        {"cpu", "N", "the processor to stay on", CLI_NUMBER, &command.processor},
        {"spin-us", "N", "awake so long before each planned moment; default 0", CLI_NUMBER, &command.spin_us},
        {"wait", "SECONDS", "for answers at the end; default 30", CLI_NUMBER, &command.wait_s},
        {"allow-refused", NULL, "exit code 0 though some were not answered 200", CLI_FLAG, &command.allow_refused},
    };
    const struct cli_command described = {
        .name = "load",
        .usage = "load --events FILE... [--address ADDRESS] [--port N] [--rate N | --one] [--seconds N | --count N] [--streams N | --batch K] [--json OUT.json]",
        .summary = "Sends events to a server at a fixed rate, whatever it does, and measures how long they wait for their answers.",
        .details = details,
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    CliTexts operands;
    CliExit code;
    if (!cli_start(&described, argc, argv, &command.arena, &operands, &code)) {
        return code;
    }
    code = take_options(&command) ? run(&command) : CLI_USAGE;
    arena_deinit(&command.arena);
    return code;
}
