#pragma once
// Options: the command line as a table, from which parsing, checks and --help come.
//
//     struct replay_options options = {0};
//     const struct cli_option table[] = {
//         {"pack", "PACK", "the pack to decide with", CLI_TEXT, &options.pack},
//         {"input", "FILE...", "events; - is standard input", CLI_TEXTS, &options.inputs},
//         {"quiet", NULL, "no progress and no summary", CLI_FLAG, &options.quiet},
//     };
//
// An option is written --name VALUE or --name=VALUE; one that takes several values takes all that follow until the next
// option. Words that belong to no option are the operands.

#include "base/diag.h"

#include <stdio.h>

typedef enum CliKind { CLI_FLAG, CLI_TEXT, CLI_TEXTS, CLI_NUMBER } CliKind;

typedef struct CliTexts {
    const Slice *at;
    uint32_t count;
} CliTexts;

struct cli_option {
    const char *name;
    const char *argument; // NULL: a flag
    const char *help;
    CliKind kind;
    void *target; // bool, Slice, CliTexts, int64_t
};

struct cli_command {
    const char *name;
    const char *usage;   // "check PACK"
    const char *summary; // one line
    const char *details; // paragraphs for --help
    const struct cli_option *options;
    uint32_t option_count;
    uint32_t operands_min, operands_max;
};

// What commands give back: X(NAME, number, meaning).
#define CLI_EXITS(X)                                                                               \
    X(FINE, 0, "everything went well")                                                             \
    X(FAILED, 1, "what was asked about is not right, or is refused: errors in a pack, sequences that failed, a server's no") \
    X(USAGE, 2, "the command line is not understood")                                              \
    X(WORLD, 3, "the system refused: a file that cannot be read or written, a server that does not answer")
typedef enum CliExit {
#define X(name, number, meaning) CLI_##name = (number),
    CLI_EXITS(X)
#undef X
} CliExit;

// One of the words that a command goes on with: "add" of "user add".
struct cli_word {
    const char *name;
    CliExit (*run)(int argc, char **argv); // takes the words behind it
    const char *summary;
};

typedef enum CliAnswer { CLI_GO_ON, CLI_HELPED, CLI_WRONG } CliAnswer;

// Fills the targets. On a mistake says it, with the nearest option, on standard error.
CliAnswer cli_parse(const struct cli_command *command, int argc, char **argv, struct arena *arena, CliTexts *ret_operands);
// The same for a whole command: makes the arena, which is the caller's when it is to go on. False: it ends with *ret_exit.
bool cli_start(const struct cli_command *command, int argc, char **argv, struct arena *arena, CliTexts *ret_operands,
               CliExit *ret_exit);
// Hands over to the word that argv begins with, or says which there are.
CliExit cli_run_word(const char *command, const struct cli_word *words, uint32_t count, int argc, char **argv);
// How a command ends that did what it could: STATUS_IO is the world's, STATUS_INVALID the user's.
CliExit cli_exit(Status status);
// Writes one diagnostic to standard error.
void cli_tell(const struct diag *diag);
void cli_help(const struct cli_command *command, FILE *out);
