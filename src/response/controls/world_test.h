#pragma once
// World: a store of its own for a test, units of work in it, and a program that dies at any
// statement. $STORE is the address of a PostgreSQL database; without, the store is a file of
// SQLite.
//
//     struct world w;
//     CHECK(world_init(&w, &scene));
//     CHECK_OK(&w, within(&w, now_us, work));        // a unit of work by w.who
//     CHECK_CODE(&w, within(&w, now_us, work), "CT001");
//
// Dying: crash_at(&w, n, now_us, work) runs the unit of work in a process of its own that ends at
// its n-th statement, before or after its commit. The tests are linked with --wrap for the calls of
// the store that it counts.

#include "base/test.h"
#include "os/scratch_test.h"
#include "response/book/book.h"
#include "response/controls/terms.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIED = 99, FAILED_THERE = 98 }; // exit codes

struct world {
    struct scratch scratch;
    struct book book;
    Slice address;
    Actor who;
    void *scene; // of the test at hand
};

static const Actor ANALYST = {ACTOR_KIND_PERSON, {"a.analyst", 9}};
static const Actor REVIEWER = {ACTOR_KIND_PERSON, {"b.reviewer", 10}};
static const Actor STRATEGY = {ACTOR_KIND_STRATEGY, {"D-LIMIT@3", 9}};
static const Actor SYSTEM = {ACTOR_KIND_SYSTEM, {"timer", 5}};

#define CHECK_OK(w, call)                                                                          \
    do {                                                                                           \
        Status check_status_ = (call);                                                             \
        CHECK_THAT(check_status_ == STATUS_OK, "%s: %.*s", status_name(check_status_),             \
                   SLICE_ARGS((w)->scratch.diag.message));                                         \
    } while (0)
#define CHECK_CODE(w, call, wanted)                                                                \
    do {                                                                                           \
        Status check_status_ = (call);                                                             \
        CHECK_THAT(check_status_ != STATUS_OK && strcmp((w)->scratch.diag.code, wanted) == 0,      \
                   "%s: %s %.*s", status_name(check_status_), (w)->scratch.diag.code,              \
                   SLICE_ARGS((w)->scratch.diag.message));                                         \
    } while (0)

static inline bool world_reopen(struct world *w) {
    CHECK_THAT(book_open(&w->book, w->address, 1, &w->scratch.arena, &w->scratch.diag) == STATUS_OK,
               "%.*s", SLICE_ARGS(w->scratch.diag.message));
    return true;
}

// A server's tables live on from test to test.
static inline Status world_empty(void *context, struct book *book) {
    static const struct statement tables[] = {
        {"empty_timer", "DELETE FROM timer"},
        {"empty_message", "DELETE FROM message"},
        {"empty_trace", "DELETE FROM trace"},
        {"empty_hold", "DELETE FROM hold"},
        {"empty_control", "DELETE FROM control"},
        {"empty_target", "DELETE FROM control_target"},
        {"empty_notice", "DELETE FROM notice"},
        {"empty_appeal", "DELETE FROM appeal"},
        {"empty_feed", "DELETE FROM feed"},
        {"empty_desk", "DELETE FROM desk"},
        {"empty_order", "DELETE FROM police_order"},
        {"empty_entry", "DELETE FROM order_entry"},
        {"empty_movement", "DELETE FROM order_movement"},
        {"empty_reverify", "DELETE FROM reverify"},
        {"empty_report", "DELETE FROM police_report"},
        {"empty_alert", "DELETE FROM alert"},
        {"empty_hit", "DELETE FROM hit"},
        {"empty_evidence", "DELETE FROM evidence"},
        {"empty_movements", "DELETE FROM movement"},
        {"empty_bond", "DELETE FROM bond"},
        {"empty_opening", "DELETE FROM opening"},
        {"empty_case", "DELETE FROM case_file"},
        {"empty_case_subject", "DELETE FROM case_subject"},
        {"empty_case_alert", "DELETE FROM case_alert"},
        {"empty_case_copy", "DELETE FROM case_transaction"},
        {"empty_case_freeze", "DELETE FROM case_freeze"},
        {"empty_case_attachment", "DELETE FROM case_attachment"},
        {"empty_case_bytes", "DELETE FROM case_attachment_bytes"},
        {"empty_case_picture", "DELETE FROM case_picture"},
        {"empty_case_reference", "DELETE FROM case_reference"},
        {"empty_referral", "DELETE FROM referral"},
        {"empty_approval", "DELETE FROM referral_approval"},
        {"empty_datum", "DELETE FROM referral_datum"},
        {"empty_named", "DELETE FROM referral_named"},
        {"empty_link", "DELETE FROM referral_link"},
        {"empty_enclosure", "DELETE FROM referral_enclosure"},
        {"empty_money", "DELETE FROM referral_money"},
        {"empty_package", "DELETE FROM referral_package"},
        {"empty_package_part", "DELETE FROM referral_package_part"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        TRY(book_run(book, &tables[i], STORE_NO_VALUES));
    }
    return STATUS_OK;
}

static inline Status within(struct world *w, int64_t now_us, BookWork *work) {
    return book_do(&w->book, w->who, now_us, work, w, &w->scratch.arena, &w->scratch.diag);
}

// `scene` (or NULL) is what the units of work of a test share, in w->scene.
static inline bool world_init(struct world *w, void *scene) {
    const char *server = getenv("STORE");
    *w = (struct world){.who = ANALYST, .scene = scene};
    CHECK(scratch_make(&w->scratch, NULL));
    w->address = server == NULL ? arena_printf(&w->scratch.arena, "sqlite:%.*s",
                                               SLICE_ARGS(scratch_path(&w->scratch, "store.db")))
                                : slice_of(server);
    CHECK(world_reopen(w));
    CHECK_OK(w, within(w, 1, world_empty));
    return true;
}

static inline bool world_deinit(struct world *w) {
    book_close(&w->book);
    return scratch_remove(&w->scratch);
}

// ---- questions --------------------------------------------------------------------------------

struct question {
    const struct statement *statement;
    StoreValues values;
    int64_t number;
    Slice text;
};

static inline Status question_number(void *context, struct book *book) {
    struct question *question = context;
    return book_number(book, question->statement, question->values, &question->number);
}

static inline Status question_text(void *context, struct book *book) {
    struct question *question = context;
    TRY(book_one(book, question->statement, question->values));
    question->text = book_text(book, 0);
    return STATUS_OK;
}

// -1: nothing, or it failed.
static inline int64_t ask_number(struct world *w, const struct statement *statement,
                                 StoreValues values) {
    struct question question = {.statement = statement, .values = values};
    Status status =
        book_read(&w->book, 1, question_number, &question, &w->scratch.arena, &w->scratch.diag);
    return status == STATUS_OK ? question.number : -1;
}

static inline Slice ask_text(struct world *w, const struct statement *statement,
                             StoreValues values) {
    struct question question = {.statement = statement, .values = values};
    Status status =
        book_read(&w->book, 1, question_text, &question, &w->scratch.arena, &w->scratch.diag);
    return status == STATUS_OK ? question.text : SLICE("");
}

// Messages of a kind in all.
static inline int64_t messages_of(struct world *w, const char *kind) {
    static const struct statement COUNT = {"test_messages",
                                           "SELECT COUNT(*) FROM message WHERE kind = ?1"};
    return ask_number(w, &COUNT, STORE_VALUES(store_text(slice_of(kind))));
}

static inline Slice last_body(struct world *w, const char *kind) {
    static const struct statement LAST = {
        "test_last_body", "SELECT body FROM message WHERE kind = ?1 ORDER BY id DESC LIMIT 1"};
    return ask_text(w, &LAST, STORE_VALUES(store_text(slice_of(kind))));
}

static inline bool body_has(struct world *w, const char *kind, const char *part) {
    return slice_find(last_body(w, kind), slice_of(part), 0) != SIZE_MAX;
}

struct printing {
    Slice text;
};

// All that a store says, as one text: two stores that went through the same say the same.
static inline Status print_all(void *context, struct book *book) {
    static const struct statement parts[] = {
        {"print_message", "SELECT kind FROM message ORDER BY id"},
        {"print_trace", "SELECT object_kind || ':' || to_state || ':' || reason FROM trace WHERE "
                        "reason <> 'again' ORDER BY object_kind, object, number"},
        {"print_timer", "SELECT kind FROM timer ORDER BY kind, due_us"},
        {"print_hold", "SELECT state FROM hold ORDER BY id"},
        {"print_control", "SELECT measure || ':' || state FROM control ORDER BY id"},
        {"print_appeal", "SELECT result FROM appeal ORDER BY id"},
        {"print_order",
         "SELECT kind || ':' || state || ':' || answer FROM police_order ORDER BY id"},
        {"print_reverify", "SELECT state FROM reverify ORDER BY id"},
        {"print_referral", "SELECT state || ':' || CAST(steps AS TEXT) || ':' || CAST(told AS "
                           "TEXT) FROM referral ORDER BY id"},
        {"print_package", "SELECT sha256 FROM referral_package ORDER BY referral"},
        {"print_parts", "SELECT sha256 FROM referral_package_part ORDER BY referral, part"},
        {"print_case", "SELECT state FROM case_file ORDER BY id"},
    };
    struct printing *printing = context;
    printing->text = SLICE("");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        Status status;
        TRY(book_ask(book, &parts[i], STORE_NO_VALUES));
        while ((status = book_next(book)) == STATUS_OK) {
            Slice row = book_text(book, 0);
            printing->text =
                arena_printf(book->arena, "%.*s %.*s", SLICE_ARGS(printing->text), SLICE_ARGS(row));
        }
        ENSURE(status == STATUS_END, status);
        printing->text = arena_printf(book->arena, "%.*s |", SLICE_ARGS(printing->text));
    }
    return STATUS_OK;
}

static inline Slice fingerprint(struct world *w) {
    struct printing printing = {.text = SLICE("")};
    Status status =
        book_read(&w->book, 1, print_all, &printing, &w->scratch.arena, &w->scratch.diag);
    return status == STATUS_OK ? printing.text : SLICE("could not be read");
}

// ---- timers -----------------------------------------------------------------------------------

typedef Status HandleTimer(struct world *w, struct book *book, const struct due_timer *due);

struct due_work {
    struct world *w;
    HandleTimer *handle;
    struct due_timer due[8];
    uint32_t count;
};

static inline Status read_due(void *context, struct book *book) {
    struct due_work *work = context;
    return book_timers_due(book, work->due, 8, &work->count);
}

static inline Status handle_first(void *context, struct book *book) {
    struct due_work *work = context;
    return work->handle(work->w, book, &work->due[0]);
}

// What the program does when it wakes up: each that is due, in a unit of work of its own.
static inline Status handle_due(struct world *w, int64_t now_us, HandleTimer *handle) {
    struct due_work work = {.w = w, .handle = handle};
    for (;;) {
        TRY(book_read(&w->book, now_us, read_due, &work, &w->scratch.arena, &w->scratch.diag));
        if (work.count == 0) {
            return STATUS_OK;
        }
        TRY(book_do(&w->book, SYSTEM, now_us, handle_first, &work, &w->scratch.arena,
                    &w->scratch.diag));
    }
}

// ---- terms ------------------------------------------------------------------------------------

static inline struct terms terms_of_test(void) {
    struct terms terms;
    terms_init(&terms, 8 * US_PER_HOUR);
    return terms;
}

// ---- dying ------------------------------------------------------------------------------------

static int calls_left; // 0: nobody dies

static inline void one_call(void) {
    if (calls_left > 0 && --calls_left == 0) {
        _exit(DIED);
    }
}

Status __real_store_run(struct store *store, const struct statement *statement, StoreValues values,
                        int64_t *ret_changed, struct diag *diag);
Status __real_store_query(struct store *store, const struct statement *statement,
                          StoreValues values, struct diag *diag);
Status __real_store_commit(struct store *store, struct diag *diag);
Status __wrap_store_run(struct store *store, const struct statement *statement, StoreValues values,
                        int64_t *ret_changed, struct diag *diag);
Status __wrap_store_query(struct store *store, const struct statement *statement,
                          StoreValues values, struct diag *diag);
Status __wrap_store_commit(struct store *store, struct diag *diag);

Status __wrap_store_run(struct store *store, const struct statement *statement, StoreValues values,
                        int64_t *ret_changed, struct diag *diag) {
    one_call();
    return __real_store_run(store, statement, values, ret_changed, diag);
}

Status __wrap_store_query(struct store *store, const struct statement *statement,
                          StoreValues values, struct diag *diag) {
    one_call();
    return __real_store_query(store, statement, values, diag);
}

Status __wrap_store_commit(struct store *store, struct diag *diag) {
    one_call();
    Status status = __real_store_commit(store, diag);
    one_call();
    return status;
}

typedef Status Deed(struct world *w);

// Whether it died at the n-th call; the store is open again afterwards. *ret_ok: what was asked for
// could be done.
static inline bool dies_at(struct world *w, int n, Deed *deed, bool *ret_ok) {
    int status = 0;
    book_close(&w->book);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!world_reopen(w)) {
            _exit(FAILED_THERE);
        }
        calls_left = n;
        Status done = deed(w);
        calls_left = 0;
        if (done != STATUS_OK) {
            fprintf(stderr, "%.*s\n", SLICE_ARGS(w->scratch.diag.message));
        }
        _exit(done == STATUS_OK ? 0 : FAILED_THERE);
    }
    *ret_ok = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
              WEXITSTATUS(status) != FAILED_THERE && world_reopen(w);
    return *ret_ok && WEXITSTATUS(status) == DIED;
}

// Dies at its first, second, third ... call of the store, comes back and does it again: the end is
// that of a program that never died. `count` deeds, of which the last one dies.
static inline bool goes_on_after_death(void *scene, Deed *const deeds[], size_t count) {
    struct world w;
    bool ok = true;
    int deaths = 0;
    CHECK(world_init(&w, scene));
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(&w, deeds[i](&w));
    }
    Slice wanted = fingerprint(&w);
    for (bool died = true; died; deaths++) {
        w.who = ANALYST;
        CHECK_OK(&w, within(&w, 1, world_empty));
        for (size_t i = 0; i + 1 < count; i++) {
            CHECK_OK(&w, deeds[i](&w));
        }
        died = dies_at(&w, deaths + 1, deeds[count - 1], &ok);
        CHECK(ok);
        CHECK_OK(&w, deeds[count - 1](&w));
        Slice found = fingerprint(&w);
        CHECK_THAT(slice_equal(found, wanted), "after death %d:\n%.*s\n%.*s", deaths + 1,
                   SLICE_ARGS(found), SLICE_ARGS(wanted));
    }
    CHECK(deaths > 5);
    return world_deinit(&w);
}
