#include "os/entropy.h"

#include "base/status.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

static void fill(void *context, void *into, size_t size) {
    (void)context;
    char *at = into;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        INVARIANT(got > 0 || (got < 0 && errno == EINTR));
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
}

const struct entropy *entropy_real(void) {
    static const struct entropy real = {NULL, fill};
    return &real;
}
