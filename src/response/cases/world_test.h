#pragma once
// World: a book of a test's own. $STORE is the address of a PostgreSQL database; without, it is a
// file of SQLite. A server's tables live on from test to test, so names are those of one test:
//
//     struct world w;
//     CHECK(world_init(&w));
//     Slice account = named(&w, "A%d", 7);
//     DO(&w, now_us, some_work);             // CHECKs that it succeeds, and tells why not
//     return world_deinit(&w);

#include "base/random.h"
#include "base/test.h"
#include "base/time.h"
#include "os/scratch_test.h"
#include "response/cases/cases.h"

#include <stdlib.h>

static const Actor ANALYST = {ACTOR_KIND_PERSON, {"a.analyst", 9}};
#define DAY_0 (INT64_C(1795363200) * US_PER_SECOND) // 2026-11-22 16:00 UTC, midnight in China

struct world {
    struct scratch scratch;
    struct book book;
    Slice address;
    int test;
    struct random random;
    void *given; // to the work, by the test
};

static inline bool world_init(struct world *w) {
    static int tests;
    const char *server = getenv("STORE");
    *w = (struct world){.test = ++tests};
    CHECK(scratch_make(&w->scratch, NULL));
    w->address = server == NULL ? arena_printf(&w->scratch.arena, "sqlite:%.*s",
                                               SLICE_ARGS(scratch_path(&w->scratch, "store.db")))
                                : slice_of(server);
    random_init(&w->random, (uint64_t)w->test);
    CHECK_THAT(book_open(&w->book, w->address, 1, &w->scratch.arena, &w->scratch.diag) == STATUS_OK,
               "%.*s", SLICE_ARGS(w->scratch.diag.message));
    return true;
}

static inline bool world_deinit(struct world *w) {
    book_close(&w->book);
    return scratch_remove(&w->scratch);
}

static inline Slice named(struct world *w, const char *prefix, uint64_t number) {
    return arena_printf(&w->scratch.arena, "%d-%s%llu", w->test, prefix,
                        (unsigned long long)number);
}

static inline Status within(struct world *w, int64_t now_us, BookWork *work) {
    return book_do(&w->book, ANALYST, now_us, work, w, &w->scratch.arena, &w->scratch.diag);
}

#define DO(w, now_us, work)                                                                        \
    CHECK_THAT(within((w), (now_us), (work)) == STATUS_OK, "%s %.*s",                              \
               (w)->scratch.diag.code == NULL ? "" : (w)->scratch.diag.code,                       \
               SLICE_ARGS((w)->scratch.diag.message))
#define REFUSED(w, now_us, work, wanted)                                                           \
    CHECK_THAT(within((w), (now_us), (work)) != STATUS_OK &&                                       \
                   strcmp((w)->scratch.diag.code, (wanted)) == 0,                                  \
               "%s instead of %s: %.*s", (w)->scratch.diag.code, (wanted),                         \
               SLICE_ARGS((w)->scratch.diag.message))
