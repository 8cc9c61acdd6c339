#pragma once
// Access folder: what the commands user, key and audit share. They work on the folder DIR/access
// itself, as the account at the machine that runs them. To change it they must have it to
// themselves: while a server has it open they say by which route it does the same. To read it they
// need not.

#include "access/access.h"
#include "cli/options.h"

//
//     struct access_folder folder;
//     if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
//         return code;
//     }
//     Status status = access_folder_open(&folder, ACCESS_CHANGE, "POST /v1/users");
//     if (status == STATUS_OK) {
//         status = ... folder.access ...
//     }
//     return access_folder_close(&folder, status);

struct access_folder {
    struct arena arena;
    struct diag diag;
    Slice data, path;      // DIR and DIR/access
    struct access *access; // NULL until it is open
    struct access_act act;
    int64_t now_us;
};

typedef enum AccessUse {
    ACCESS_READ,
    ACCESS_CHANGE,
    ACCESS_MAKE, // and the folder when it is not there
} AccessUse;

// Parses the command line as cli_start() does. `data` is the target of the option --data, which
// must be given. False: it ends with *ret_exit.
bool access_folder_begin(struct access_folder *folder, const struct cli_command *command, int argc,
                         char **argv, const Slice *data, CliTexts *ret_operands, CliExit *ret_exit);
// `route` does the same while a server has it open; NULL to read.
MUST_USE Status access_folder_open(struct access_folder *folder, AccessUse use, const char *route);
// Tells the diag when the status is no success, closes, and gives the exit code.
CliExit access_folder_close(struct access_folder *folder, Status status);
// Says what is wrong with the command line, and closes.
CliExit access_folder_usage(struct access_folder *folder, const struct cli_command *command,
                            const char *what);
