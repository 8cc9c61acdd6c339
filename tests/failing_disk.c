// A disk that fails, for tests of the whole program: preloaded, it lets a stated number of calls on files of the journal pass, and then fails those of one
// kind for good. FAILING_DISK=KIND:N with KIND write, short (half of it is written first), sync, or full (no room: ENOSPC for new files).

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long left = -1; // calls that pass; -1: not read yet
static char kind[16];

static bool fails(const char *what, int fd) {
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) {
        return false;
    }
    path[size] = '\0';
    if (strstr(path, "/journal/") == NULL) {
        return false;
    }
    long now = atomic_load(&left);
    if (now == -1) {
        const char *asked = getenv("FAILING_DISK");
        const char *colon = asked == NULL ? NULL : strchr(asked, ':');
        if (colon == NULL || (size_t)(colon - asked) >= sizeof kind) {
            atomic_store(&left, -2);
            return false;
        }
        memcpy(kind, asked, (size_t)(colon - asked));
        atomic_store(&left, strtol(colon + 1, NULL, 10));
    }
    if (atomic_load(&left) < 0 || strcmp(kind, what) != 0) {
        return false;
    }
    return atomic_load(&left) == 0 || atomic_fetch_sub(&left, 1) <= 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    if (fails("write", fd)) {
        errno = EIO;
        return -1;
    }
    if (fails("short", fd)) {
        ssize_t put = size > 1 ? NEXT(pwrite64)(fd, bytes, size / 2, offset) : -1;
        (void)put; // a part is there, and the call says that it failed
        errno = EIO;
        return -1;
    }
    return NEXT(pwrite64)(fd, bytes, size, offset);
}

int fdatasync(int fd) {
    if (fails("sync", fd)) {
        errno = EIO;
        return -1;
    }
    return NEXT(fdatasync)(fd);
}

extern int fallocate64(int fd, int mode, off64_t offset, off64_t size);
int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
    if (fails("full", fd)) {
        errno = ENOSPC;
        return -1;
    }
    return NEXT(fallocate64)(fd, mode, offset, size);
}
