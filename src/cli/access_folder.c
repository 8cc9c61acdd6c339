#include "cli/access_folder.h"

#include "os/clock.h"
#include "os/file.h"

#include <pwd.h>
#include <unistd.h>

enum { ACCOUNT_MAX = 4096 };

// Who runs the command, for the log.
static Slice account_name(struct arena *arena) {
    char bytes[ACCOUNT_MAX];
    struct passwd entry;
    struct passwd *found = NULL;
    bool known = getpwuid_r(getuid(), &entry, bytes, sizeof bytes, &found) == 0 && found != NULL;
    return known ? arena_copy(arena, slice_of(entry.pw_name))
                 : arena_printf(arena, "uid %u", getuid());
}

bool access_folder_begin(struct access_folder *folder, const struct cli_command *command, int argc,
                         char **argv, const Slice *data, CliTexts *ret_operands,
                         CliExit *ret_exit) {
    *folder = (struct access_folder){.now_us = clock_wall_us()};
    if (!cli_start(command, argc, argv, &folder->arena, ret_operands, ret_exit)) {
        return false;
    }
    if (data->at == NULL) {
        *ret_exit = access_folder_usage(folder, command, "--data is missing");
        return false;
    }
    folder->data = *data;
    folder->path = arena_printf(&folder->arena, "%.*s/access", SLICE_ARGS(*data));
    folder->act = (struct access_act){.who = identity_of_console(account_name(&folder->arena)),
                                      .now_us = folder->now_us};
    return true;
}

static Status find_or_make(struct access_folder *folder, AccessUse use) {
    struct arena *arena = &folder->arena;
    if (use == ACCESS_MAKE) {
        TRY(file_make_directory(folder->data, arena, &folder->diag));
        return file_make_private_directory(folder->path, arena, &folder->diag);
    }
    return file_is_directory(folder->path)
               ? STATUS_OK
               : diag_fail(&folder->diag, arena, STATUS_NOT_FOUND, "AC020",
                           "there is no access log in '%.*s'", SLICE_ARGS(folder->path));
}

Status access_folder_open(struct access_folder *folder, AccessUse use, const char *route) {
    struct access_options options = {
        .folder = folder->path, .now_us = folder->now_us, .reading = use == ACCESS_READ};
    struct access_opened opened;
    TRY(find_or_make(folder, use));
    Status status = access_open(&options, &folder->arena, &folder->access, &opened, &folder->diag);
    if (status != STATUS_OK) {
        folder->access = NULL;
        if (strcmp(folder->diag.code, "AC013") == 0) {
            folder->diag.hint =
                arena_printf(&folder->arena, "the server that has it open does this: %s", route);
        }
        return status;
    }
    if (opened.torn_bytes > 0) {
        fprintf(stderr, "cleared away %llu bytes of a last write that was not finished\n",
                (unsigned long long)opened.torn_bytes);
    }
    return STATUS_OK;
}

CliExit access_folder_close(struct access_folder *folder, Status status) {
    if (status != STATUS_OK) {
        cli_tell(&folder->diag);
    }
    Status closed = access_close(folder->access, clock_wall_us(), &folder->arena, &folder->diag);
    if (status == STATUS_OK && closed != STATUS_OK) {
        cli_tell(&folder->diag);
        status = closed;
    }
    arena_deinit(&folder->arena);
    return cli_exit(status);
}

CliExit access_folder_usage(struct access_folder *folder, const struct cli_command *command,
                            const char *what) {
    fprintf(stderr, "qiantang %s: %s\nusage: qiantang %s\n", command->name, what, command->usage);
    access_folder_close(folder, STATUS_OK);
    return CLI_USAGE;
}
