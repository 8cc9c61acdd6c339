// qiantang audit: reads and verifies the log of who did what.

#include "cli/access_folder.h"
#include "cli/commands.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { LINE_MAX_BYTES = 64 << 10, LIMIT = 1000 };

struct audit_options {
    Slice data;
    CliTexts actions;
    int64_t from, limit;
};

struct listing {
    struct buf line;
    uint64_t wanted; // bits of actions
    int64_t left;
};

static bool print_record(void *context, const struct audit_record *record) {
    struct listing *listing = context;
    if (!(listing->wanted >> record->action & 1)) {
        return true;
    }
    buf_reset(&listing->line);
    audit_render(record, &listing->line);
    buf_put_byte(&listing->line, '\n');
    Slice line = buf_slice(&listing->line);
    fwrite(line.at, 1, line.size, stdout);
    return --listing->left > 0;
}

static Status parse_actions(CliTexts words, uint64_t *ret_wanted, struct access_folder *folder) {
    _Static_assert(AUDIT_COUNT <= 64, "a bit for each");
    *ret_wanted = words.count == 0 ? UINT64_MAX : 0;
    for (uint32_t i = 0; i < words.count; i++) {
        AuditAction action;
        if (!audit_parse(words.at[i], &action)) {
            return diag_fail(
                &folder->diag, &folder->arena, STATUS_INVALID, "AC021",
                "there is no action '%.*s'; 'qiantang audit actions' tells which there are",
                SLICE_ARGS(words.at[i]));
        }
        *ret_wanted |= UINT64_C(1) << action;
    }
    return STATUS_OK;
}

static Status list(struct access_folder *folder, const struct audit_options *options) {
    struct listing listing = {.left = options->limit};
    struct audit_sink sink = {&listing, print_record};
    TRY(parse_actions(options->actions, &listing.wanted, folder));
    TRY(access_folder_open(folder, ACCESS_READ, NULL));
    buf_init(&listing.line, LINE_MAX_BYTES);
    Status status = access_audit_read(folder->access, (uint64_t)options->from, UINT64_MAX, sink,
                                      &folder->arena, &folder->diag);
    buf_deinit(&listing.line);
    return status;
}

static CliExit audit_list(int argc, char **argv) {
    struct audit_options options = {.from = 1, .limit = LIMIT};
    const struct cli_option table[] = {
        {"data", "DIR", "the data folder of the server", CLI_TEXT, &options.data},
        {"from", "N", "the sequence to begin with; default 1", CLI_NUMBER, &options.from},
        {"limit", "N", "so many records at most; default 1000", CLI_NUMBER, &options.limit},
        {"action", "WORD...", "only these; 'qiantang audit actions' tells them", CLI_TEXTS,
         &options.actions},
    };
    const struct cli_command command = {
        .name = "audit list",
        .usage = "audit list --data DIR [--from N] [--limit N] [--action WORD...]",
        .summary = "Prints records of the log, one JSON object a line, oldest first, without what "
                   "is secret. Also beside a server.",
        .options = table,
        .option_count = COUNT(table),
    };
    struct access_folder folder;
    CliTexts operands;
    CliExit code;
    if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
        return code;
    }
    if (options.from < 1 || options.limit < 1) {
        return access_folder_usage(&folder, &command, "--from and --limit are at least 1");
    }
    return access_folder_close(&folder, list(&folder, &options));
}

static CliExit audit_verify(int argc, char **argv) {
    struct audit_options options = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the data folder of the server", CLI_TEXT, &options.data}};
    const struct cli_command command = {
        .name = "audit verify",
        .usage = "audit verify --data DIR",
        .summary = "Checks every sum and hash of the log, and that every record is understood and "
                   "fits those before it.",
        .details = "No server may have it open; to verify while one runs, copy the folder and "
                   "verify the copy.",
        .options = table,
        .option_count = COUNT(table),
    };
    struct arena arena;
    struct diag diag;
    struct access_verified verified;
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    if (options.data.at == NULL) {
        fprintf(stderr, "qiantang audit verify: --data is missing\n");
        arena_deinit(&arena);
        return CLI_USAGE;
    }
    Slice folder = arena_printf(&arena, "%.*s/access", SLICE_ARGS(options.data));
    Status status = access_verify(NULL, folder, &arena, &verified, &diag);
    if (status != STATUS_OK) {
        if (strcmp(diag.code, "AC013") == 0) {
            diag.hint = SLICE("copy the folder and verify the copy, or stop the server");
        }
        cli_tell(&diag);
    } else {
        printf("%llu records in %llu segments, %u users, %u keys: all is as it was written%s\n",
               (unsigned long long)verified.records, (unsigned long long)verified.segments,
               verified.users, verified.keys,
               verified.torn
                   ? "; a last write was not finished, and nobody had been answered for it"
               : verified.sealed ? ""
                                 : "; it was not closed");
    }
    arena_deinit(&arena);
    return cli_exit(status);
}

static CliExit audit_actions(int argc, char **argv) {
    (void)argv;
    if (argc > 0) {
        fprintf(stderr, "usage: qiantang audit actions\n");
        return CLI_USAGE;
    }
    for (int i = 0; i < AUDIT_COUNT; i++) {
        printf("%-22s %s\n", audit_word((AuditAction)i), audit_text((AuditAction)i));
    }
    return CLI_FINE;
}

CliExit command_audit(int argc, char **argv) {
    static const struct cli_word words[] = {
        {"list", audit_list, "print records"},
        {"verify", audit_verify, "check that nothing was changed"},
        {"actions", audit_actions, "tell what is logged"},
    };
    return cli_run_word("audit", words, COUNT(words), argc, argv);
}
