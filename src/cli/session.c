// qiantang session: signs somebody in to a running server. The token lies in a file that only who
// signed in may read, and is what the other commands show as a key; a session that nobody uses ends
// by itself.

#include "access/access.h"
#include "cli/commands.h"
#include "cli/remote/remote.h"
#include "cli/remote/word.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "os/file.h"
#include "os/terminal.h"

enum { BODY_MAX = 4096 };

struct session {
    struct remote_options remote;
    struct remote *at;
    struct arena arena;
    struct diag diag;
    bool from_stdin;
};

// One byte more than a password has, so that a longer one is refused and not cut.
typedef struct Typed {
    char text[ACCESS_PASSWORD_MAX + 1];
} Typed;

static Status ask_password(struct session *session, const char *prompt, Typed *typed, Slice *ret_password) {
    if (session->from_stdin) {
        return terminal_read_line(typed->text, sizeof typed->text, ret_password, &session->arena, &session->diag);
    }
    Status status = terminal_read_secret(prompt, typed->text, sizeof typed->text, ret_password, &session->arena, &session->diag);
    if (status == STATUS_INVALID && strcmp(session->diag.code, "OS006") == 0) {
        session->diag.hint = SLICE("give it with --password-stdin as the first line of standard input");
    }
    return status;
}

// Two texts as a body; it holds a password and is forgotten afterwards.
static Status ask_with(struct session *session, const char *method, Slice path, const char *const names[2], const Slice texts[2],
                       struct remote_reply *ret_reply) {
    struct buf body;
    struct json_writer json;
    buf_init(&body, BODY_MAX);
    json_writer_init(&json, &body);
    json_object_begin(&json);
    json_key_string(&json, slice_of(names[0]), texts[0]);
    json_key_string(&json, slice_of(names[1]), texts[1]);
    json_object_end(&json);
    json_writer_finish(&json);
    Status status =
        remote_ask(session->at, &(struct remote_request){.method = method, .path = path, .body = buf_slice(&body)}, ret_reply, &session->diag);
    terminal_forget(body.bytes, body.size);
    buf_deinit(&body);
    return status;
}

static bool must_change(Slice body) {
    JsonTree tree;
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    uint32_t at = json_parse(reader, body, &tree) == STATUS_OK ? json_member(tree, 0, SLICE("must_change_password")) : JSON_NONE;
    bool is_so = at != JSON_NONE && tree.nodes[at].kind == JSON_TRUE;
    json_reader_destroy(reader);
    return is_so;
}

// ---- the words -----------------------------------------------------------------------------------------------------

static Status begin(struct session *session, Slice name) {
    static const char *const names[] = {"name", "password"};
    Typed typed;
    Slice password;
    struct remote_reply reply;
    Slice file = session->remote.key_file;
    Status status = ask_password(session, "password: ", &typed, &password);
    if (status == STATUS_OK) {
        status = ask_with(session, "POST", SLICE("/v1/session"), names, (Slice[]){name, password}, &reply);
    }
    terminal_forget(&typed, sizeof typed);
    TRY(status);
    if (slice_empty(reply.token)) {
        return diag_fail(&session->diag, &session->arena, STATUS_IO, "RM009", "the server gave no session; is it one of Qiantang?");
    }
    bool is_first = must_change(reply.body);
    status = file_write_private(file, arena_printf(&session->arena, "%.*s\n", SLICE_ARGS(reply.token)), &session->arena, &session->diag);
    TRY(status);
    fprintf(stderr, "signed in as %.*s; --key-file %.*s shows it\n", SLICE_ARGS(name), SLICE_ARGS(file));
    if (is_first) {
        fprintf(stderr, "the password has to be changed first: qiantang session password --key-file %.*s\n", SLICE_ARGS(file));
    }
    return STATUS_OK;
}

static Status change_password(struct session *session, Slice name) {
    static const char *const names[] = {"old", "new"};
    Typed old, new, again;
    Slice texts[2];
    Slice same;
    struct remote_reply reply;
    (void)name;
    Status status = ask_password(session, "old password: ", &old, &texts[0]);
    if (status == STATUS_OK) {
        status = ask_password(session, "new password: ", &new, &texts[1]);
    }
    if (status == STATUS_OK && !session->from_stdin) {
        status = ask_password(session, "the same again: ", &again, &same);
        if (status == STATUS_OK && !slice_equal(texts[1], same)) {
            status = diag_fail(&session->diag, &session->arena, STATUS_INVALID, "AC005", "the two passwords differ; nothing was changed");
        }
    }
    if (status == STATUS_OK) {
        status = ask_with(session, "PUT", SLICE("/v1/session/password"), names, texts, &reply);
    }
    terminal_forget(&old, sizeof old);
    terminal_forget(&new, sizeof new);
    terminal_forget(&again, sizeof again);
    TRY(status);
    fprintf(stderr, "changed; all sessions have ended: qiantang session begin NAME signs in with "
                    "the new one\n");
    return STATUS_OK;
}

static Status end(struct session *session, Slice name) {
    struct remote_reply reply;
    (void)name;
    TRY(remote_ask(session->at, &(struct remote_request){.method = "DELETE", .path = SLICE("/v1/session")}, &reply, &session->diag));
    if (session->remote.key_file.at != NULL && remove(arena_copy(&session->arena, session->remote.key_file).at) != 0) {
        fprintf(stderr, "the token counts no more; its file %.*s could not be removed\n", SLICE_ARGS(session->remote.key_file));
    }
    return STATUS_OK;
}

// ---- running them --------------------------------------------------------------------------------------------------

static CliExit run(struct session *session, const struct cli_command *command, int argc, char **argv, Status (*work)(struct session *, Slice)) {
    CliTexts operands;
    CliExit code;
    if (!cli_start(command, argc, argv, &session->arena, &operands, &code)) {
        return code;
    }
    Slice name = operands.count > 0 ? operands.at[0] : SLICE("");
    Status status = STATUS_OK;
    if (session->remote.is_signing_in && session->remote.key_file.at == NULL) {
        fprintf(stderr, "qiantang %s: --key-file is missing: where the token of the session goes\n", command->name);
        arena_deinit(&session->arena);
        return CLI_USAGE;
    }
    status = remote_open(&session->remote, &session->arena, &session->at, &session->diag);
    if (status == STATUS_OK) {
        status = work(session, name);
        remote_close(session->at);
    }
    if (status != STATUS_OK) {
        cli_tell(&session->diag);
    }
    arena_deinit(&session->arena);
    return status == STATUS_NOT_FOUND ? CLI_WORLD : cli_exit(status); // a file that is not there
}

#define OPTION_STDIN                                                                                                                                 \
    { "password-stdin", NULL, "take passwords from standard input, a line each", CLI_FLAG, &session.from_stdin }

static CliExit session_begin(int argc, char **argv) {
    struct session session = {.remote = {.timeout_s = REMOTE_TIMEOUT_S, .is_signing_in = true}};
    const struct cli_option table[] = {OPTION_STDIN, REMOTE_OPTIONS(session.remote)};
    const struct cli_command command = {
        .name = "session begin",
        .usage = "session begin NAME --key-file FILE [--server URL] [--password-stdin]",
        .summary = "Signs in, and writes the token of the session into a file that nobody else may "
                   "read. The password is asked for at the terminal.",
        .details = "A session ends half an hour after the last request, twelve hours after it "
                   "began, and with 'qiantang session end'. Example:\n\n"
                   "  export QIANTANG_SERVER=https://risk.example:8443\n"
                   "  qiantang session begin li --key-file ~/.qiantang-session\n"
                   "  qiantang alerts next --key-file ~/.qiantang-session",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_min = 1,
        .operands_max = 1,
    };
    return run(&session, &command, argc, argv, begin);
}

static CliExit session_password(int argc, char **argv) {
    struct session session = {.remote = {.timeout_s = REMOTE_TIMEOUT_S}};
    const struct cli_option table[] = {OPTION_STDIN, REMOTE_OPTIONS(session.remote)};
    const struct cli_command command = {
        .name = "session password",
        .usage = "session password --key-file FILE [--server URL] [--password-stdin]",
        .summary = "Changes the own password. All sessions end with that.",
        .details = "With --password-stdin the old one is the first line of standard input, the new "
                   "one the second.",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    return run(&session, &command, argc, argv, change_password);
}

static CliExit session_end(int argc, char **argv) {
    struct session session = {.remote = {.timeout_s = REMOTE_TIMEOUT_S}};
    const struct cli_option table[] = {REMOTE_OPTIONS(session.remote)};
    const struct cli_command command = {
        .name = "session end",
        .usage = "session end --key-file FILE [--server URL]",
        .summary = "Signs out, and removes the file.",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    return run(&session, &command, argc, argv, end);
}

static CliExit session_show(int argc, char **argv) {
    return word_run("session", argc + 1,
                    argv - 1); // the word stands in front of what belongs to it
}

CliExit command_session(int argc, char **argv) {
    static const struct cli_word words[] = {
        {"begin", session_begin, "signs in"},
        {"show", session_show, "tells who the server takes one for, with roles and scopes"},
        {"password", session_password, "changes the own password"},
        {"end", session_end, "signs out"},
    };
    return cli_run_word("session", words, sizeof words / sizeof words[0], argc, argv);
}
