#include "cli/commands.h"
CliExit command_test(int argc, char **argv) {
    (void)argc;
    (void)argv;
    return CLI_USAGE;
}
