// qiantang key: makes and revokes keys and certificates of other systems, at the machine itself.

#include "base/time.h"
#include "cli/access_folder.h"
#include "cli/commands.h"
#include "os/terminal.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { RATE = 100 };

struct key_options {
    Slice data, certificate;
    CliTexts scopes;
    int64_t days, rate, burst;
};

static Status parse_scopes(CliTexts words, ScopeSet *ret_scopes, struct access_folder *folder) {
    *ret_scopes = 0;
    for (uint32_t i = 0; i < words.count; i++) {
        Scope scope;
        if (!scope_parse(words.at[i], &scope)) {
            return diag_fail(
                &folder->diag, &folder->arena, STATUS_INVALID, "AC010",
                "there is no scope '%.*s'; 'qiantang key scopes' tells which there are",
                SLICE_ARGS(words.at[i]));
        }
        *ret_scopes |= scope_bit(scope);
    }
    return STATUS_OK;
}

static bool in_range(const struct key_options *options) {
    int64_t days_max =
        options->certificate.at == NULL ? ACCESS_KEY_DAYS_MAX : ACCESS_CERTIFICATE_DAYS_MAX;
    return options->days >= 0 && options->days <= days_max && options->rate >= 1 &&
           options->rate <= ACCESS_RATE_MAX && options->burst >= 0 &&
           options->burst <= ACCESS_BURST_MAX;
}

static Status add(struct access_folder *folder, const struct key_options *options, Slice name) {
    struct access_made_key made;
    struct access_new_key key = {
        .name = name,
        .expires_us = options->days == 0 ? 0 : folder->now_us + options->days * US_PER_DAY,
        .rate = (uint32_t)options->rate,
        .burst = (uint32_t)options->burst,
        .fingerprint = options->certificate,
    };
    TRY(parse_scopes(options->scopes, &key.scopes, folder));
    TRY(access_folder_open(folder, ACCESS_MAKE, "POST /v1/keys"));
    TRY(access_key_add(folder->access, &folder->act, &key, &made, &folder->arena, &folder->diag));
    if (options->certificate.at != NULL) {
        printf("%.*s\n", ACCESS_ID_SIZE, made.id);
    } else {
        // Alone on standard output, so that a script can take it.
        fprintf(stderr, "key %.*s of %.*s; it is shown this once, and kept nowhere\n",
                ACCESS_ID_SIZE, made.id, SLICE_ARGS(name));
        printf("%.*s\n", ACCESS_KEY_SIZE, made.key);
        fflush(stdout);
    }
    terminal_forget(&made, sizeof made);
    return STATUS_OK;
}

static CliExit key_add(int argc, char **argv) {
    struct key_options options = {.rate = RATE};
    const struct cli_option table[] = {
        {"data", "DIR", "the data folder of the server", CLI_TEXT, &options.data},
        {"scopes", "SCOPE...", "what the system may do; 'qiantang key scopes' tells them",
         CLI_TEXTS, &options.scopes},
        {"days", "N", "it ends after so many days, at most 400", CLI_NUMBER, &options.days},
        {"rate", "N", "requests a second; default 100", CLI_NUMBER, &options.rate},
        {"burst", "N", "requests at once; default as many as a second", CLI_NUMBER, &options.burst},
        {"certificate", "SHA256", "fingerprint of a client's certificate, instead of a key",
         CLI_TEXT, &options.certificate},
    };
    const struct cli_command command = {
        .name = "key add",
        .usage = "key add SYSTEM --data DIR --scopes SCOPE... --days N [--rate N] [--burst N] "
                 "[--certificate SHA256]",
        .summary = "Makes a key for a system, and prints it, this once. With --certificate: lets "
                   "the system in by that certificate,\n"
                   "prints an id for it, and may go without --days.",
        .details =
            "A system may have several, so that one can be exchanged without a pause. Example:\n\n"
            "  qiantang key add core-banking --data /var/lib/qiantang --scopes events:write --days "
            "365 --rate 2000",
        .options = table,
        .option_count = COUNT(table),
        .operands_min = 1,
        .operands_max = 1,
    };
    struct access_folder folder;
    CliTexts operands;
    CliExit code;
    if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
        return code;
    }
    if (!in_range(&options) || (options.days == 0 && options.certificate.at == NULL)) {
        return access_folder_usage(
            &folder, &command, "--days is 1 to 400, --rate 1 to 100000, --burst at most 1000000");
    }
    return access_folder_close(&folder, add(&folder, &options, operands.at[0]));
}

static void print_day(const char *label, int64_t time_us, const char *never) {
    char text[TIME_TEXT_SIZE];
    int64_t whole_us = floor_div(time_us, US_PER_SECOND) * US_PER_SECOND;
    printf("  %s %-20.*s", label,
           time_us == 0 ? (int)strlen(never) : (int)time_format(whole_us, 0, text),
           time_us == 0 ? never : text);
}

static void print_key(const struct access_key *key, int64_t now_us) {
    bool expired = key->expires_us != 0 && key->expires_us <= now_us;
    printf("%.*s  %-16.*s  %-11s  %-7s", ACCESS_ID_SIZE, key->id, SLICE_ARGS(key->name),
           key->is_certificate ? "certificate" : "key",
           key->revoked ? "revoked"
           : expired    ? "expired"
                        : "valid");
    print_day("until", key->expires_us, "it ends itself");
    print_day("used", key->used_us, "never");
    printf("  %u/s ", key->rate);
    for (int i = 0; i < SCOPE_COUNT; i++) {
        if (key->scopes & scope_bit((Scope)i)) {
            printf(" %s", scope_word((Scope)i));
        }
    }
    printf("\n");
}

static CliExit key_list(int argc, char **argv) {
    struct key_options options = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the data folder of the server", CLI_TEXT, &options.data}};
    const struct cli_command command = {
        .name = "key list",
        .usage = "key list --data DIR",
        .summary = "Lists keys and certificates: id, system, state, end and last use (UTC), rate, "
                   "scopes. Secrets are kept nowhere.",
        .options = table,
        .option_count = COUNT(table),
    };
    struct access_folder folder;
    CliTexts operands;
    CliExit code;
    if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
        return code;
    }
    Status status = access_folder_open(&folder, ACCESS_READ, NULL);
    AccessKeys keys =
        status == STATUS_OK ? access_keys(folder.access, &folder.arena) : (AccessKeys){NULL, 0};
    for (uint32_t i = 0; i < keys.count; i++) {
        print_key(&keys.at[i], folder.now_us);
    }
    return access_folder_close(&folder, status);
}

static CliExit key_revoke(int argc, char **argv) {
    struct key_options options = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the data folder of the server", CLI_TEXT, &options.data}};
    const struct cli_command command = {
        .name = "key revoke",
        .usage = "key revoke ID --data DIR",
        .summary =
            "Lets nobody in any more with a key or certificate. 'qiantang key list' tells the ids.",
        .options = table,
        .option_count = COUNT(table),
        .operands_min = 1,
        .operands_max = 1,
    };
    struct access_folder folder;
    CliTexts operands;
    CliExit code;
    if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
        return code;
    }
    Status status = access_folder_open(&folder, ACCESS_CHANGE, "DELETE /v1/keys/ID");
    if (status == STATUS_OK) {
        status = access_key_revoke(folder.access, &folder.act, operands.at[0], &folder.arena,
                                   &folder.diag);
    }
    return access_folder_close(&folder, status);
}

static CliExit key_scopes(int argc, char **argv) {
    (void)argv;
    if (argc > 0) {
        fprintf(stderr, "usage: qiantang key scopes\n");
        return CLI_USAGE;
    }
    for (int i = 0; i < SCOPE_COUNT; i++) {
        if (role_text(ROLE_SYSTEM)->scopes & scope_bit((Scope)i)) {
            printf("%-16s %s\n", scope_word((Scope)i), scope_text((Scope)i));
        }
    }
    return CLI_FINE;
}

CliExit command_key(int argc, char **argv) {
    static const struct cli_word words[] = {
        {"add", key_add, "make a key, or let a certificate in"},
        {"list", key_list, "list keys and certificates"},
        {"revoke", key_revoke, "end a key or certificate"},
        {"scopes", key_scopes, "tell what a key may be allowed"},
    };
    return cli_run_word("key", words, COUNT(words), argc, argv);
}
