#pragma once
// Scratch: a folder of a test's own on the real disk, below $TMPDIR or /tmp, and an arena for the paths in it.
//
//     struct scratch scratch;
//     CHECK(scratch_make(&scratch, NULL));
//     ... scratch_path(&scratch, "a.yaml") ...
//     CHECK(scratch_remove(&scratch));       // with all that is in it

#include "base/arena.h"
#include "base/diag.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

struct scratch {
    struct arena arena;
    struct diag diag;
    char path[1024];
};

// Below `above`; NULL: where temporary files go. False: it could not be made, and errno says why.
static inline bool scratch_make(struct scratch *scratch, const char *above) {
    const char *temporary = getenv("TMPDIR");
    if (above == NULL) {
        above = temporary == NULL || temporary[0] == 0 ? "/tmp" : temporary;
    }
    arena_init(&scratch->arena, 16 << 10);
    int size = snprintf(scratch->path, sizeof scratch->path, "%s/qiantang-test-XXXXXX", above);
    return size > 0 && (size_t)size < sizeof scratch->path && mkdtemp(scratch->path) != NULL;
}

static inline Slice scratch_path(struct scratch *scratch, const char *name) {
    return arena_printf(&scratch->arena, "%s/%s", scratch->path, name);
}

static inline int scratch_remove_one(const char *path, const struct stat *info, int type, struct FTW *walk) {
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline bool scratch_remove(struct scratch *scratch) {
    enum { OPEN_MAX_AT_ONCE = 16 };
    bool removed = nftw(scratch->path, scratch_remove_one, OPEN_MAX_AT_ONCE, FTW_DEPTH | FTW_PHYS) == 0;
    if (!removed) {
        fprintf(stderr, "cannot remove %s\n", scratch->path);
    }
    arena_deinit(&scratch->arena);
    return removed;
}
