// What people keep for themselves, on a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/office/office.h"

#include "base/time.h"
#include "response/controls/world_test.h"

#include <stdio.h>

static const int64_t NOW_US = INT64_C(1795752000) * US_PER_SECOND;

static struct kept *kept_of(void *context) {
    return ((struct world *)context)->scene;
}

static Status empty_kept(void *context, struct book *book) {
    static const struct statement EMPTY = {"kept_test_empty", "DELETE FROM kept"};
    (void)context;
    return book_run(book, &EMPTY, STORE_NO_VALUES);
}

static Status put(void *context, struct book *book) {
    return kept_put(book, kept_of(context));
}

static Status load(void *context, struct book *book) {
    return kept_load(book, kept_of(context));
}

static Status drop(void *context, struct book *book) {
    return kept_drop(book, kept_of(context));
}

static struct kept kept_with(const char *person, const char *name, int64_t version, const char *text) {
    return (struct kept){.person = slice_of(person), .kind = KEPT_VIEW, .name = slice_of(name), .version = version, .text = slice_of(text)};
}

static bool begin(struct world *w, struct kept *kept) {
    CHECK(world_init(w, kept));
    CHECK_OK(w, within(w, NOW_US, empty_kept));
    return true;
}

// Two desks change one thing: the slower one is told, and what the faster one has kept stays.
static bool test_two_desks(void) {
    struct world w;
    struct kept kept = kept_with("li", "alerts", 0, "one");
    CHECK(begin(&w, &kept));
    CHECK_OK(&w, within(&w, NOW_US, put));
    CHECK(kept.version == NOW_US && kept.kept_us == NOW_US);
    kept = kept_with("li", "alerts", 0, "other"); // a desk that knows nothing of it
    CHECK_CODE(&w, within(&w, NOW_US + 1, put), "OF015");
    CHECK(kept.version == NOW_US);
    kept = kept_with("li", "alerts", NOW_US, "two");
    CHECK_OK(&w, within(&w, NOW_US + 5, put));
    CHECK(kept.version == NOW_US + 5);
    kept = kept_with("li", "alerts", NOW_US, "late");
    CHECK_CODE(&w, within(&w, NOW_US + 9, put), "OF015");
    CHECK(kept.version == NOW_US + 5);
    kept = kept_with("li", "alerts", NOW_US, "two"); // its answer got lost
    CHECK_OK(&w, within(&w, NOW_US + 9, put));
    CHECK(kept.version == NOW_US + 5 && kept.kept_us == NOW_US + 5);
    kept = kept_with("li", "alerts", NOW_US + 5, "three"); // the clock went back
    CHECK_OK(&w, within(&w, NOW_US, put));
    CHECK(kept.version == NOW_US + 6 && kept.kept_us == NOW_US);
    kept = kept_with("li", "alerts", 0, "");
    CHECK_OK(&w, within(&w, NOW_US, load));
    CHECK(slice_is(kept.text, "three") && kept.version == NOW_US + 6);
    return world_deinit(&w);
}

// Only in the version that was seen; and what is kept anew has a later one than all before.
static bool test_dropped(void) {
    struct world w;
    struct kept kept = kept_with("li", "alerts", 0, "one");
    CHECK(begin(&w, &kept));
    CHECK_OK(&w, within(&w, NOW_US, put));
    kept = kept_with("li", "alerts", NOW_US - 1, "");
    CHECK_CODE(&w, within(&w, NOW_US, drop), "OF015");
    kept = kept_with("li", "alerts", NOW_US, "");
    CHECK_OK(&w, within(&w, NOW_US, drop));
    CHECK_CODE(&w, within(&w, NOW_US, drop), "OF014");
    CHECK_CODE(&w, within(&w, NOW_US, load), "OF014");
    kept = kept_with("li", "alerts", NOW_US, "a change of what is gone");
    CHECK_CODE(&w, within(&w, NOW_US + 3, put), "OF015");
    CHECK(kept.version == 0);
    CHECK_OK(&w, within(&w, NOW_US + 3, put));
    CHECK(kept.version == NOW_US + 3);
    return world_deinit(&w);
}

static bool test_persons_and_limits(void) {
    static char text[(8 << 10) + 2];
    static char long_name[KEPT_NAME_MAX + 2];
    struct world w;
    struct kept kept = kept_with("li", "alerts", 0, "li's");
    CHECK(begin(&w, &kept));
    CHECK_OK(&w, within(&w, NOW_US, put));
    kept = kept_with("wang", "alerts", 0, "");
    CHECK_CODE(&w, within(&w, NOW_US, load), "OF014");
    kept.version = NOW_US;
    CHECK_CODE(&w, within(&w, NOW_US, drop), "OF014");
    kept = kept_with("wang", "alerts", 0, "wang's");
    CHECK_OK(&w, within(&w, NOW_US, put));
    kept = kept_with("li", "alerts", 0, "");
    CHECK_OK(&w, within(&w, NOW_US, load));
    CHECK(slice_is(kept.text, "li's"));
    memset(text, 'x', sizeof text - 1);
    kept = kept_with("li", "long", 0, text);
    CHECK_CODE(&w, within(&w, NOW_US, put), "OF008");
    kept.text.size--;
    CHECK_OK(&w, within(&w, NOW_US, put));
    memset(long_name, 'n', sizeof long_name - 1);
    kept = kept_with("li", long_name, 0, "x");
    CHECK_CODE(&w, within(&w, NOW_US, put), "OF008");
    for (int i = 2; i < KEPT_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "view %d", i);
        kept = kept_with("li", name, 0, "x");
        CHECK_OK(&w, within(&w, NOW_US, put));
    }
    kept = kept_with("li", "one too many", 0, "x");
    CHECK_CODE(&w, within(&w, NOW_US, put), "OF016");
    kept = kept_with("wang", "of somebody else", 0, "x");
    CHECK_OK(&w, within(&w, NOW_US, put));
    kept = kept_with("li", "alerts", NOW_US, "a change is no new one");
    CHECK_OK(&w, within(&w, NOW_US, put));
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_two_desks), TEST(test_dropped), TEST(test_persons_and_limits)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
