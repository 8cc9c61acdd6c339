#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>

const char *status_name(Status status) {
    static const char *const names[] = {
        [STATUS_OK] = "ok",       [STATUS_INVALID] = "invalid", [STATUS_NOT_FOUND] = "not found",
        [STATUS_LIMIT] = "limit", [STATUS_IO] = "i/o error",    [STATUS_END] = "end",
    };
    INVARIANT((unsigned)status < sizeof names / sizeof names[0]);
    return names[status];
}

_Noreturn void invariant_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: this should never happen: %s\n", file, line, condition);
    abort();
}
