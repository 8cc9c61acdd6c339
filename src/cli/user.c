// qiantang user: makes and changes the users of a server, at the machine itself. The first
// administrator is made here.

#include "base/time.h"
#include "cli/access_folder.h"
#include "cli/commands.h"
#include "os/terminal.h"

struct user_options {
    Slice data, title;
    CliTexts roles;
    bool from_stdin, final;
};

#define OPTION_DATA                                                                                \
    { "data", "DIR", "the data folder of the server", CLI_TEXT, &options.data }
#define OPTION_ROLES                                                                               \
    {                                                                                              \
        "roles", "ROLE...", "what the user may do; 'qiantang user roles' tells them", CLI_TEXTS,   \
            &options.roles                                                                         \
    }
#define OPTION_STDIN                                                                               \
    {                                                                                              \
        "password-stdin", NULL, "take the password from the first line of standard input",         \
            CLI_FLAG, &options.from_stdin                                                          \
    }
#define OPTION_FINAL                                                                               \
    {                                                                                              \
        "final", NULL, "the user has chosen it himself, and need not change it", CLI_FLAG,         \
            &options.final                                                                         \
    }

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

// ---- words and passwords ----------------------------------------------------------------------

static Status parse_roles(CliTexts words, RoleSet *ret_roles, struct access_folder *folder) {
    *ret_roles = 0;
    for (uint32_t i = 0; i < words.count; i++) {
        Role role;
        if (!role_parse(words.at[i], &role)) {
            return diag_fail(&folder->diag, &folder->arena, STATUS_INVALID, "AC006",
                             "there is no role '%.*s'; 'qiantang user roles' tells which there are",
                             SLICE_ARGS(words.at[i]));
        }
        *ret_roles |= role_bit(role);
    }
    return STATUS_OK;
}

// One byte more than a password has, so that a longer one is refused and not cut.
struct typed {
    char first[ACCESS_PASSWORD_MAX + 1], again[ACCESS_PASSWORD_MAX + 1];
};

static Status ask_password(struct access_folder *folder, bool from_stdin, struct typed *typed,
                           Slice *ret_password) {
    struct arena *arena = &folder->arena;
    struct diag *diag = &folder->diag;
    Slice again;
    if (from_stdin) {
        return terminal_read_line(typed->first, sizeof typed->first, ret_password, arena, diag);
    }
    Status status = terminal_read_secret("new password: ", typed->first, sizeof typed->first,
                                         ret_password, arena, diag);
    if (status == STATUS_INVALID && strcmp(diag->code, "OS006") == 0) {
        diag->hint = SLICE("give it with --password-stdin as the first line of standard input");
    }
    TRY(status);
    TRY(terminal_read_secret("the same again: ", typed->again, sizeof typed->again, &again, arena,
                             diag));
    return slice_equal(*ret_password, again)
               ? STATUS_OK
               : diag_fail(diag, arena, STATUS_INVALID, "AC005",
                           "the two passwords differ; nothing was changed");
}

// ---- the words --------------------------------------------------------------------------------

static Status add(struct access_folder *folder, const struct user_options *options, Slice name) {
    struct typed typed;
    struct access_new_user user = {.name = name, .title = options->title, .final = options->final};
    Status status = parse_roles(options->roles, &user.roles, folder);
    if (status == STATUS_OK) {
        status = ask_password(folder, options->from_stdin, &typed, &user.password);
    }
    if (status == STATUS_OK) {
        status = access_folder_open(folder, ACCESS_MAKE, "POST /v1/users");
    }
    if (status == STATUS_OK) {
        status =
            access_user_add(folder->access, &folder->act, &user, &folder->arena, &folder->diag);
    }
    terminal_forget(&typed, sizeof typed);
    return status;
}

static CliExit user_add(int argc, char **argv) {
    struct user_options options = {0};
    const struct cli_option table[] = {
        OPTION_DATA,  OPTION_ROLES, {"title", "TEXT", "the full name", CLI_TEXT, &options.title},
        OPTION_STDIN, OPTION_FINAL,
    };
    const struct cli_command command = {
        .name = "user add",
        .usage =
            "user add NAME --data DIR --roles ROLE... [--title TEXT] [--password-stdin] [--final]",
        .summary = "Makes a user. The password is asked for at the terminal, and has to be changed "
                   "at the first sign-in.",
        .details =
            "The folder is made when it is not there. Example:\n\n"
            "  qiantang user add zhao --data /var/lib/qiantang --roles administrator --title 赵敏",
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
    return access_folder_close(&folder, add(&folder, &options, operands.at[0]));
}

static void print_time(int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    int64_t whole_us = floor_div(time_us, US_PER_SECOND) * US_PER_SECOND;
    printf("  %-20.*s", time_us == 0 ? 1 : (int)time_format(whole_us, 0, text),
           time_us == 0 ? "-" : text);
}

static void print_user(const struct access_user *user) {
    printf("%-16.*s  %-8s", SLICE_ARGS(user->name), user->disabled ? "disabled" : "enabled");
    print_time(user->signed_in_us);
    printf("  %s", user->must_change_password ? "must change " : "            ");
    const char *separator = "";
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (user->roles & role_bit((Role)i)) {
            printf("%s%s", separator, role_text((Role)i)->word);
            separator = ",";
        }
    }
    printf("  %.*s\n", SLICE_ARGS(user->title));
}

static CliExit user_list(int argc, char **argv) {
    struct user_options options = {0};
    const struct cli_option table[] = {OPTION_DATA};
    const struct cli_command command = {
        .name = "user list",
        .usage = "user list --data DIR",
        .summary = "Lists users: name, state, last sign-in (UTC), whether the password must be "
                   "changed, roles, full name.",
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
    AccessUsers users = status == STATUS_OK
                            ? access_users(folder.access, folder.now_us, &folder.arena)
                            : (AccessUsers){NULL, 0};
    for (uint32_t i = 0; i < users.count; i++) {
        print_user(&users.at[i]);
    }
    return access_folder_close(&folder, status);
}

static CliExit enable(int argc, char **argv, bool enabled) {
    struct user_options options = {0};
    const struct cli_option table[] = {OPTION_DATA};
    const struct cli_command command = {
        .name = enabled ? "user enable" : "user disable",
        .usage = enabled ? "user enable NAME --data DIR" : "user disable NAME --data DIR",
        .summary = enabled ? "Lets a user sign in again." : "Lets a user not sign in any more.",
        .options = table,
        .option_count = COUNT(table),
        .operands_min = 1,
        .operands_max = 1,
    };
    struct access_folder folder;
    CliTexts operands;
    CliExit code;
    const char *route = enabled ? "POST /v1/users/NAME/enable" : "POST /v1/users/NAME/disable";
    if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
        return code;
    }
    Status status = access_folder_open(&folder, ACCESS_CHANGE, route);
    if (status == STATUS_OK) {
        status = access_user_enable(folder.access, &folder.act, operands.at[0], enabled,
                                    &folder.arena, &folder.diag);
    }
    return access_folder_close(&folder, status);
}

static CliExit user_enable(int argc, char **argv) {
    return enable(argc, argv, true);
}

static CliExit user_disable(int argc, char **argv) {
    return enable(argc, argv, false);
}

static Status set_password(struct access_folder *folder, const struct user_options *options,
                           Slice name) {
    struct typed typed;
    Slice password;
    Status status = ask_password(folder, options->from_stdin, &typed, &password);
    if (status == STATUS_OK) {
        status = access_folder_open(folder, ACCESS_CHANGE, "PUT /v1/users/NAME/password");
    }
    if (status == STATUS_OK) {
        status = access_user_set_password(folder->access, &folder->act, name, password,
                                          options->final, &folder->arena, &folder->diag);
    }
    terminal_forget(&typed, sizeof typed);
    return status;
}

static CliExit user_password(int argc, char **argv) {
    struct user_options options = {0};
    const struct cli_option table[] = {OPTION_DATA, OPTION_STDIN, OPTION_FINAL};
    const struct cli_command command = {
        .name = "user password",
        .usage = "user password NAME --data DIR [--password-stdin] [--final]",
        .summary = "Sets the password of a user, who has to change it at the next sign-in.",
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
    return access_folder_close(&folder, set_password(&folder, &options, operands.at[0]));
}

static CliExit print_roles(void) {
    for (int i = 0; i < ROLE_COUNT; i++) {
        const struct role_text *role = role_text((Role)i);
        if (!role->for_people) {
            continue;
        }
        printf("%-15s %s %s: %s\n                %s\n                ", role->word, role->english,
               role->chinese, role->text, role->text_chinese);
        for (int k = 0; k < SCOPE_COUNT; k++) {
            if (role->scopes & scope_bit((Scope)k)) {
                printf("%s ", scope_word((Scope)k));
            }
        }
        printf("\n");
    }
    return CLI_FINE;
}

static CliExit user_roles(int argc, char **argv) {
    struct user_options options = {0};
    const struct cli_option table[] = {OPTION_DATA, OPTION_ROLES};
    const struct cli_command command = {
        .name = "user roles",
        .usage = "user roles [NAME --data DIR --roles ROLE...]",
        .summary = "Gives a user other roles. Without a name: tells which roles there are.",
        .options = table,
        .option_count = COUNT(table),
        .operands_min = 1,
        .operands_max = 1,
    };
    struct access_folder folder;
    CliTexts operands;
    CliExit code;
    RoleSet roles;
    if (argc == 0) {
        return print_roles();
    }
    if (!access_folder_begin(&folder, &command, argc, argv, &options.data, &operands, &code)) {
        return code;
    }
    Status status = parse_roles(options.roles, &roles, &folder);
    if (status == STATUS_OK) {
        status = access_folder_open(&folder, ACCESS_CHANGE, "PUT /v1/users/NAME/roles");
    }
    if (status == STATUS_OK) {
        status = access_user_set_roles(folder.access, &folder.act, operands.at[0], roles,
                                       &folder.arena, &folder.diag);
    }
    return access_folder_close(&folder, status);
}

CliExit command_user(int argc, char **argv) {
    static const struct cli_word words[] = {
        {"add", user_add, "make a user"},
        {"list", user_list, "list users"},
        {"enable", user_enable, "let a user sign in again"},
        {"disable", user_disable, "let a user not sign in any more"},
        {"password", user_password, "set the password of a user"},
        {"roles", user_roles, "tell the roles, or give a user others"},
    };
    return cli_run_word("user", words, COUNT(words), argc, argv);
}
