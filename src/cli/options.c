#include "cli/options.h"

#include "base/map.h"
#include "base/vec.h"

void cli_tell(const struct diag *diag) {
    struct buf text;
    buf_init(&text, 64 << 10);
    diag_render(diag, &text);
    fwrite(text.bytes, 1, text.size, stderr);
    buf_deinit(&text);
}

void cli_help(const struct cli_command *command, FILE *out) {
    fprintf(out, "usage: qiantang %s\n\n%s\n", command->usage, command->summary);
    if (command->details != NULL) {
        fprintf(out, "\n%s\n", command->details);
    }
    if (command->option_count > 0) {
        fprintf(out, "\noptions:\n");
    }
    for (uint32_t i = 0; i < command->option_count; i++) {
        const struct cli_option *option = &command->options[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument == NULL ? "" : " ",
                 option->argument == NULL ? "" : option->argument);
        fprintf(out, "  %-24s %s\n", left, option->help);
    }
    fprintf(out, "\nexit codes:\n");
#define X(name, number, meaning) fprintf(out, "  %d  %s\n", number, meaning);
    CLI_EXITS(X)
#undef X
}

static const struct cli_option *find_option(const struct cli_command *command, Slice name) {
    for (uint32_t i = 0; i < command->option_count; i++) {
        if (slice_is(name, command->options[i].name)) {
            return &command->options[i];
        }
    }
    return NULL;
}

static CliAnswer wrong(const struct cli_command *command) {
    fprintf(stderr, "usage: qiantang %s\ntry 'qiantang %s --help'\n", command->usage, command->name);
    return CLI_WRONG;
}

static CliAnswer unknown_option(const struct cli_command *command, Slice name, struct arena *arena) {
    struct map names;
    map_init(&names, arena);
    for (uint32_t i = 0; i < command->option_count; i++) {
        map_put(&names, slice_of(command->options[i].name), i);
    }
    Slice nearest = map_nearest(&names, name);
    fprintf(stderr, "qiantang %s: there is no option --%.*s", command->name, SLICE_ARGS(name));
    if (nearest.at != NULL) {
        fprintf(stderr, "; did you mean --%.*s?", SLICE_ARGS(nearest));
    }
    fprintf(stderr, "\n");
    return wrong(command);
}

static bool is_option(const char *word) {
    return word[0] == '-' && word[1] == '-' && word[2] != '\0';
}

static bool take_number(const struct cli_command *command, const struct cli_option *option, Slice text) {
    if (slice_to_i64(text, option->target)) {
        return true;
    }
    fprintf(stderr, "qiantang %s: --%s takes a whole number, not '%.*s'\n", command->name, option->name, SLICE_ARGS(text));
    return false;
}

static void add_text(CliTexts *texts, Slice text, struct arena *arena) {
    Slice *wider = ARENA_ARRAY(arena, Slice, texts->count + 1);
    for (uint32_t i = 0; i < texts->count; i++) {
        wider[i] = texts->at[i];
    }
    wider[texts->count] = text;
    *texts = (CliTexts){wider, texts->count + 1};
}

// Takes the value or values of an option that begin at *index; false after saying what is wrong.
static bool take_values(const struct cli_command *command, const struct cli_option *option, bool attached, Slice value,
                        int argc, char **argv, int *index, struct arena *arena) {
    if (option->kind == CLI_FLAG) {
        *(bool *)option->target = true;
        if (attached) {
            fprintf(stderr, "qiantang %s: --%s takes no value\n", command->name, option->name);
        }
        return !attached;
    }
    if (!attached && (*index + 1 >= argc || is_option(argv[*index + 1]))) {
        fprintf(stderr, "qiantang %s: --%s needs a value\n", command->name, option->name);
        return false;
    }
    if (!attached) {
        value = slice_of(argv[++*index]);
    }
    if (option->kind == CLI_NUMBER) {
        return take_number(command, option, value);
    }
    if (option->kind == CLI_TEXT) {
        *(Slice *)option->target = value;
        return true;
    }
    add_text(option->target, value, arena);
    while (!attached && *index + 1 < argc && !is_option(argv[*index + 1])) {
        add_text(option->target, slice_of(argv[++*index]), arena);
    }
    return true;
}

CliAnswer cli_parse(const struct cli_command *command, int argc, char **argv, struct arena *arena, CliTexts *ret_operands) {
    CliTexts operands = {NULL, 0};
    for (int i = 0; i < argc; i++) {
        Slice word = slice_of(argv[i]);
        if (slice_is(word, "--help") || slice_is(word, "-h")) {
            cli_help(command, stdout);
            return CLI_HELPED;
        }
        if (!is_option(argv[i])) {
            add_text(&operands, word, arena);
            continue;
        }
        size_t equals = slice_find_byte(word, '=', 2);
        Slice name = slice_part(word, 2, equals - 2);
        const struct cli_option *option = find_option(command, name);
        if (option == NULL) {
            return unknown_option(command, name, arena);
        }
        Slice value = equals == word.size ? (Slice){NULL, 0} : slice_part(word, equals + 1, SIZE_MAX);
        if (!take_values(command, option, equals != word.size, value, argc, argv, &i, arena)) {
            return wrong(command);
        }
    }
    if (operands.count > command->operands_max) {
        Slice first = operands.at[command->operands_max];
        fprintf(stderr, "qiantang %s: '%.*s' belongs to no option and is one word too many\n", command->name, SLICE_ARGS(first));
        return wrong(command);
    }
    if (operands.count < command->operands_min) {
        fprintf(stderr, "qiantang %s: something is missing\n", command->name);
        return wrong(command);
    }
    *ret_operands = operands;
    return CLI_GO_ON;
}

bool cli_start(const struct cli_command *command, int argc, char **argv, struct arena *arena, CliTexts *ret_operands,
               CliExit *ret_exit) {
    arena_init(arena, 4096);
    CliAnswer answer = cli_parse(command, argc, argv, arena, ret_operands);
    if (answer == CLI_GO_ON) {
        return true;
    }
    arena_deinit(arena);
    *ret_exit = answer == CLI_HELPED ? CLI_FINE : CLI_USAGE;
    return false;
}

static void help_of_words(const char *command, const struct cli_word *words, uint32_t count, FILE *out) {
    size_t widest = 8;
    for (uint32_t i = 0; i < count; i++) {
        size_t width = strlen(words[i].name);
        widest = width > widest ? width : widest;
    }
    fprintf(out, "usage: qiantang %s WORD ...\n\n", command);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(out, "  %-*s %s\n", (int)widest, words[i].name, words[i].summary);
    }
    fprintf(out, "\n'qiantang %s WORD --help' tells more.\n", command);
}

CliExit cli_run_word(const char *command, const struct cli_word *words, uint32_t count, int argc, char **argv) {
    Slice first = argc == 0 ? SLICE("") : slice_of(argv[0]);
    for (uint32_t i = 0; i < count; i++) {
        if (slice_is(first, words[i].name)) {
            return words[i].run(argc - 1, argv + 1);
        }
    }
    if (slice_is(first, "--help") || slice_is(first, "-h")) {
        help_of_words(command, words, count, stdout);
        return CLI_FINE;
    }
    if (argc > 0) {
        fprintf(stderr, "qiantang %s: there is no '%.*s'\n\n", command, SLICE_ARGS(first));
    }
    help_of_words(command, words, count, stderr);
    return CLI_USAGE;
}

CliExit cli_exit(Status status) {
    return status == STATUS_OK ? CLI_FINE : status == STATUS_IO ? CLI_WORLD : CLI_FAILED;
}
