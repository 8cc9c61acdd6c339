#pragma once
// Unanswered: what the core bank was asked for and has not confirmed. Somebody is paged when the
// time has passed, the next one after twice the time, and after some pages it stays on the list.

#include "response/controls/put.h"
#include "response/controls/terms.h"

struct unanswered {
    const char *kind; // of the message to `page`
    const char *object_kind;
    int64_t object;
    TimerKind timer;
};

// When to page for the time `pages` + 1.
int64_t unanswered_next(const struct terms *terms, int64_t now_us, int64_t pages);
// Pages, counts, and sets the timer anew, or clears it after the last one.
MUST_USE Status unanswered_page(struct book *book, const struct terms *terms,
                                const struct unanswered *unanswered, int64_t *pages);
