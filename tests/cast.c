// Fills an empty folder with what the platform keeps of its users, for tests that need many of
// them and are not about passwords:
//
//     build/tests/cast FOLDER PASSWORD NAME=ROLE[,ROLE...]...
//
// Everybody has this password, stretched as little as the log allows: 3 ms, where a server takes
// 100 for one that it is given. So signing in takes no time either.

#include "access/access.h"
#include "os/clock.h"

#include <stdio.h>

enum { COST = 10 };

static bool parse_roles(Slice words, RoleSet *ret_roles) {
    *ret_roles = 0;
    for (Slice word; slice_split(&words, ',', &word);) {
        Role role;
        if (!role_parse(word, &role)) {
            return false;
        }
        *ret_roles |= role_bit(role);
    }
    return *ret_roles != 0;
}

static Status add(struct access *access, Slice person, Slice password, struct arena *arena,
                  struct diag *diag) {
    struct access_act act = {.who = identity_of_console(SLICE("cast")), .now_us = clock_wall_us()};
    struct access_new_user user = {.password = password, .final = true};
    slice_split(&person, '=', &user.name);
    if (!parse_roles(person, &user.roles)) {
        diag->message = SLICE("a person without roles that there are: NAME=ROLE[,ROLE...]");
        return STATUS_INVALID;
    }
    return access_user_add(access, &act, &user, arena, diag);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fputs("usage: cast FOLDER PASSWORD NAME=ROLE[,ROLE...]...\n", stderr);
        return 2;
    }
    struct arena arena;
    struct diag diag = {0};
    struct access *access = NULL;
    struct access_opened opened;
    arena_init(&arena, 1 << 16);
    struct access_options options = {
        .folder = slice_of(argv[1]), .now_us = clock_wall_us(), .password_cost = COST};
    Status status = access_open(&options, &arena, &access, &opened, &diag);
    for (int i = 3; i < argc && status == STATUS_OK; i++) {
        status = add(access, slice_of(argv[i]), slice_of(argv[2]), &arena, &diag);
    }
    if (status != STATUS_OK) {
        fprintf(stderr, "cast: %.*s\n", SLICE_ARGS(diag.message));
    }
    Status closed = access_close(access, clock_wall_us(), &arena, &diag);
    arena_deinit(&arena);
    return status == STATUS_OK && closed == STATUS_OK ? 0 : 1;
}
