#include "cli/commands.h"
CliExit command_bench(int argc, char **argv) {
    (void)argc;
    (void)argv;
    return CLI_USAGE;
}
