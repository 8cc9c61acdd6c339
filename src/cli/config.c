// qiantang config: what a server can be told, and whether a file tells it well.

#include "cli/commands.h"
#include "metrics/metrics.h"
#include "os/file.h"
#include "settings/settings.h"

enum { TEXT_MAX = 4 << 20 };

struct config_options {
    bool explain, initial, chinese;
    Slice check, document;
};

static CliExit explain(Slice name, SettingsLanguage language, struct arena *arena) {
    struct buf text;
    Slice near = SLICE("");
    buf_init(&text, TEXT_MAX);
    bool found = settings_explain(name, language, arena, &text, &near) == STATUS_OK;
    if (found) {
        fwrite(text.bytes, 1, text.size, stdout);
    } else {
        fprintf(stderr, "qiantang config: there is no setting '%.*s'", SLICE_ARGS(name));
        if (!slice_empty(near)) {
            fprintf(stderr, "; did you mean %.*s?", SLICE_ARGS(near));
        }
        fprintf(stderr, "\n");
    }
    buf_deinit(&text);
    return found ? CLI_FINE : CLI_FAILED;
}

static CliExit check(Slice path, struct arena *arena) {
    struct source source = {.name = path};
    struct settings settings;
    struct diag_list diags;
    struct diag diag;
    Status status = file_read(path, SETTINGS_SIZE_MAX, arena, &source.text, &diag);
    if (status != STATUS_OK) {
        cli_tell(&diag);
        return CLI_WORLD;
    }
    diag_list_init(&diags, arena);
    settings_parse(&source, arena, &settings, &diags);
    diag_list_print(&diags, stderr);
    printf("%.*s: %u errors, %u warnings\n", SLICE_ARGS(path), diags.error_count, diags.warning_count);
    return diags.error_count == 0 ? CLI_FINE : CLI_FAILED;
}

static CliExit print_defaults(SettingsLanguage language) {
    struct settings settings;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    settings_defaults(&settings);
    settings_write(&settings, language, &text);
    fwrite(text.bytes, 1, text.size, stdout);
    buf_deinit(&text);
    return CLI_FINE;
}

static CliExit print_document(Slice name) {
    static const struct {
        const char *name;
        void (*write)(struct buf *out);
    } documents[] = {{"settings", settings_document}, {"metrics", metrics_document}};
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        if (slice_is(name, documents[i].name)) {
            struct buf text;
            buf_init(&text, TEXT_MAX);
            documents[i].write(&text);
            fwrite(text.bytes, 1, text.size, stdout);
            buf_deinit(&text);
            return CLI_FINE;
        }
    }
    fprintf(stderr, "qiantang config: there is no document '%.*s'; there are settings and metrics\n", SLICE_ARGS(name));
    return CLI_USAGE;
}

// Exactly one thing is asked for.
static bool is_clear(const struct config_options *options, const CliTexts *operands) {
    int asked = options->explain + options->initial + (options->check.at != NULL) + (options->document.at != NULL);
    return asked == 1 && (operands->count == 0 || options->explain);
}

CliExit command_config(int argc, char **argv) {
    struct config_options options = {0};
    const struct cli_option table[] = {
        {"explain", NULL, "says what a setting, a section or (without KEY) all of them are", CLI_FLAG, &options.explain},
        {"check", "FILE", "says what is wrong with a file of settings", CLI_TEXT, &options.check},
        {"default", NULL, "writes a file with all settings, their defaults and their meaning", CLI_FLAG, &options.initial},
        {"document", "NAME", "writes docs/operations/NAME.md; NAME is settings or metrics", CLI_TEXT, &options.document},
        {"zh", NULL, "explains in Chinese", CLI_FLAG, &options.chinese},
    };
    const struct cli_command command = {
        .name = "config",
        .usage = "config --explain [KEY] | --check FILE | --default [--zh]",
        .summary = "What a server can be told: every setting with its kind, default, bounds and the moment from which it counts.",
        .details = "KEY is a section (server), a setting (server.port) or the name of one (port). Example:\n\n"
                   "  qiantang config --default > qiantang.yaml\n"
                   "  qiantang config --check qiantang.yaml\n"
                   "  qiantang config --explain decisions.default_budget",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
        .operands_max = 1,
    };
    struct arena arena;
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    SettingsLanguage language = options.chinese ? SETTINGS_CHINESE : SETTINGS_ENGLISH;
    if (!is_clear(&options, &operands)) {
        fprintf(stderr, "qiantang config: one of --explain, --check and --default is needed\n");
        code = CLI_USAGE;
    } else if (options.explain) {
        code = explain(operands.count > 0 ? operands.at[0] : SLICE(""), language, &arena);
    } else if (options.initial) {
        code = print_defaults(language);
    } else {
        code = options.check.at != NULL ? check(options.check, &arena) : print_document(options.document);
    }
    arena_deinit(&arena);
    return code;
}
