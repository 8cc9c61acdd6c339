// Facts: what is in the tables is what a plain count gives, however often a batch was broken off.
//
// The linker leads the statements of the book through this file (--wrap), so that the n-th can
// fail, or end the process.

#include "response/cases/world_test.h"

#include <sys/wait.h>
#include <unistd.h>

enum { PARTIES = 12, THINGS = 6, EVENTS = 400, BATCH = 150, EXIT_CODE = 42 };

// ---- statements that fail ----------------------------------------------------------------------

static int64_t statements_left = INT64_MAX;
static bool ends_process;

Status __real_store_query(struct store *store, const struct statement *statement,
                          StoreValues values, struct diag *diag);
Status __wrap_store_query(struct store *store, const struct statement *statement,
                          StoreValues values, struct diag *diag);
Status __real_store_run(struct store *store, const struct statement *statement, StoreValues values,
                        int64_t *ret_changed, struct diag *diag);
Status __wrap_store_run(struct store *store, const struct statement *statement, StoreValues values,
                        int64_t *ret_changed, struct diag *diag);

static bool fails(struct diag *diag) {
    if (statements_left == INT64_MAX || statements_left-- > 0) {
        return false;
    }
    if (ends_process) {
        _exit(EXIT_CODE);
    }
    diag->code = "ST002";
    diag->message = SLICE("broken off");
    return true;
}

Status __wrap_store_query(struct store *store, const struct statement *statement,
                          StoreValues values, struct diag *diag) {
    return fails(diag) ? STATUS_IO : __real_store_query(store, statement, values, diag);
}

Status __wrap_store_run(struct store *store, const struct statement *statement, StoreValues values,
                        int64_t *ret_changed, struct diag *diag) {
    return fails(diag) ? STATUS_IO : __real_store_run(store, statement, values, ret_changed, diag);
}

// ---- a stream of facts -------------------------------------------------------------------------

struct stream {
    struct case_fact facts[EVENTS];
    struct case_taken taken;
    Slice feed;
};

static struct case_fact a_movement(struct world *w, uint64_t at) {
    uint64_t payer = random_below(&w->random, PARTIES), payee = random_below(&w->random, PARTIES);
    bool leaves = random_below(&w->random, 4) == 0;
    return (struct case_fact){
        .kind = CASE_FACT_MOVEMENT,
        .movement = {.sequence = (int64_t)at + 1 + w->test * INT64_C(1000000),
                     .time_us = DAY_0 + (int64_t)at * US_PER_SECOND,
                     .event_id = named(w, "E", at),
                     .payer = named(w, "A", payer),
                     .payee = named(w, "A", payee),
                     .payee_place = leaves ? PLACE_BANK : PLACE_OWN,
                     .amount = 1 + (int64_t)random_below(&w->random, 1000),
                     .kind = SLICE("transfer_out"),
                     .channel = SLICE("MOBILE"),
                     .payer_customer = named(w, "C", payer / 2),
                     .payee_customer = leaves ? SLICE("") : named(w, "C", payee / 2),
                     .state = (Moved)random_below(&w->random, 2)}};
}

static struct case_fact a_bond(struct world *w, uint64_t at) {
    return (struct case_fact){
        .kind = CASE_FACT_BOND,
        .bond = {.kind = (BondKind)(1 + random_below(&w->random, BOND_KIND_COUNT - 1)),
                 .party_kind = (PartyKind)random_below(&w->random, 2),
                 .thing = named(w, "T", random_below(&w->random, THINGS)),
                 .party = named(w, "A", random_below(&w->random, PARTIES)),
                 .time_us = DAY_0 + (int64_t)random_below(&w->random, at + 1) * US_PER_SECOND}};
}

static struct case_fact a_result(struct world *w, uint64_t at) {
    return (struct case_fact){
        .kind = CASE_FACT_RESULT,
        .result = {.event_id = named(w, "E", random_below(&w->random, at + 1)),
                   .state = (Moved)random_below(&w->random, MOVED_COUNT)}};
}

static void make_stream(struct world *w, struct stream *stream) {
    stream->feed = named(w, "feed", 0);
    for (uint64_t i = 0; i < EVENTS; i++) {
        uint64_t draw = random_below(&w->random, 10);
        stream->facts[i] = draw < 4 ? a_movement(w, i) : draw < 8 ? a_bond(w, i) : a_result(w, i);
    }
    stream->facts[7] = (struct case_fact){.kind = CASE_FACT_BOND}; // names nothing
    stream->facts[8] = a_movement(w, 8);
    stream->facts[8].movement.amount = 0;
    stream->facts[9] = a_movement(w, 9);
    stream->facts[9].movement.payer = (Slice){"\xff", 1};
    w->given = stream;
}

// From where the feed is.
static Status take_a_batch(void *context, struct book *book) {
    struct world *w = context;
    struct stream *stream = w->given;
    uint64_t at;
    TRY(book_feed_at(book, stream->feed, &at));
    uint32_t count = (uint32_t)(EVENTS - at < BATCH ? EVENTS - at : BATCH);
    if (count == 0) {
        return STATUS_END;
    }
    TRY(cases_take(book, stream->facts + at, count, &stream->taken));
    return book_feed_advance(book, stream->feed, at, at + count);
}

// ---- the plain count ---------------------------------------------------------------------------

static int64_t times_of(const struct stream *stream, const struct case_bond *bond,
                        int64_t *ret_first, int64_t *ret_last) {
    int64_t times = 0;
    *ret_first = INT64_MAX;
    *ret_last = 0;
    for (int i = 0; i < EVENTS; i++) {
        const struct case_bond *other = &stream->facts[i].bond;
        if (stream->facts[i].kind == CASE_FACT_BOND && other->thing.size > 0 &&
            other->kind == bond->kind && other->party_kind == bond->party_kind &&
            slice_equal(other->thing, bond->thing) && slice_equal(other->party, bond->party)) {
            times++;
            *ret_first = other->time_us < *ret_first ? other->time_us : *ret_first;
            *ret_last = other->time_us > *ret_last ? other->time_us : *ret_last;
        }
    }
    return times;
}

static int64_t payments_of(const struct stream *stream, Slice account, Slice customer) {
    int64_t times = 0;
    for (int i = 0; i < EVENTS; i++) {
        const struct case_movement *move = &stream->facts[i].movement;
        if (stream->facts[i].kind == CASE_FACT_MOVEMENT && i != 8 && i != 9) {
            times +=
                slice_equal(move->payer, account) && slice_equal(move->payer_customer, customer);
            times += move->payee_place == PLACE_OWN && slice_equal(move->payee, account) &&
                     slice_equal(move->payee_customer, customer);
        }
    }
    return times;
}

static Moved state_of(const struct stream *stream, int at) {
    Moved state = stream->facts[at].movement.state;
    for (int i = at + 1; i < EVENTS; i++) {
        const struct case_fact *fact = &stream->facts[i];
        if (fact->kind == CASE_FACT_RESULT &&
            slice_equal(fact->result.event_id, stream->facts[at].movement.event_id)) {
            bool may = state == MOVED_WAITING
                           ? fact->result.state != MOVED_WAITING
                           : state == MOVED_DONE && fact->result.state == MOVED_REVERSED;
            state = may ? fact->result.state : state;
        }
    }
    return state;
}

// ---- and the tables ----------------------------------------------------------------------------

static const struct statement TEST_BOND = {
    "test_bond", "SELECT times, first_us, last_us FROM bond WHERE kind = ?1 AND thing = ?2 AND "
                 "party_kind = ?3 AND party = ?4"};
static const struct statement TEST_BONDS = {
    "test_bonds", "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM bond WHERE kind <> 'HOLDER' "
                  "AND party LIKE ?1"};
static const struct statement TEST_MOVEMENT = {
    "test_movement", "SELECT amount, state FROM movement WHERE event_id = ?1"};
static const struct statement TEST_MOVEMENTS = {
    "test_movements", "SELECT COUNT(*) FROM movement WHERE event_id LIKE ?1"};

static Status same(struct book *book, bool is_same, const char *what, int at) {
    return is_same ? STATUS_OK
                   : book_fail(book, STATUS_INVALID, "TEST", "%s differs at %d", what, at);
}

static Status compare_bond(struct book *book, const struct stream *stream, int at) {
    static const char *const words[] = {
#define BOND(name, strength, parties_max, zh, en) #name,
#include "response/cases/bond_kinds.def"
#undef BOND
    };
    const struct case_bond *bond = &stream->facts[at].bond;
    int64_t first, last, times = times_of(stream, bond, &first, &last);
    Slice party_kind = bond->party_kind == PARTY_ACCOUNT ? SLICE("ACCOUNT") : SLICE("CUSTOMER");
    TRY(book_one(book, &TEST_BOND,
                 STORE_VALUES(store_text(slice_of(words[bond->kind])), store_text(bond->thing),
                              store_text(party_kind), store_text(bond->party))));
    return same(
        book, book_i64(book, 0) == times && book_i64(book, 1) == first && book_i64(book, 2) == last,
        "a bond", at);
}

static Status compare_movement(struct book *book, const struct stream *stream, int at) {
    static const char *const words[] = {
#define X(name, zh, en) #name,
        MOVED(X)
#undef X
    };
    const struct case_movement *move = &stream->facts[at].movement;
    TRY(book_one(book, &TEST_MOVEMENT, STORE_VALUES(store_text(move->event_id))));
    return same(book,
                book_i64(book, 0) == move->amount &&
                    slice_is(book_text(book, 1), words[state_of(stream, at)]),
                "a movement", at);
}

static Status compare_holder(struct book *book, const struct stream *stream, struct world *w,
                             uint64_t account) {
    Slice name = named(w, "A", account), customer = named(w, "C", account / 2);
    int64_t times = payments_of(stream, name, customer), found = 0;
    Status status = book_number(book, &TEST_BOND,
                                STORE_VALUES(store_text(SLICE("HOLDER")), store_text(customer),
                                             store_text(SLICE("ACCOUNT")), store_text(name)),
                                &found);
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    return same(book, found == times, "a holder", (int)account);
}

static Status compare(void *context, struct book *book) {
    struct world *w = context;
    const struct stream *stream = w->given;
    int64_t movements = 0, bonds = 0, found = 0;
    for (int i = 0; i < EVENTS; i++) {
        bool is_wrong = i >= 7 && i <= 9;
        if (stream->facts[i].kind == CASE_FACT_MOVEMENT && !is_wrong) {
            TRY(compare_movement(book, stream, i));
            movements++;
        } else if (stream->facts[i].kind == CASE_FACT_BOND && !is_wrong) {
            TRY(compare_bond(book, stream, i));
            bonds++;
        }
    }
    for (uint64_t i = 0; i < PARTIES; i++) {
        TRY(compare_holder(book, stream, w, i));
    }
    Slice ours = arena_printf(book->arena, "%d-%%", w->test);
    TRY(book_number(book, &TEST_MOVEMENTS, STORE_VALUES(store_text(ours)), &found));
    TRY(same(book, found == movements, "the number of movements", (int)found));
    TRY(book_number(book, &TEST_BONDS, STORE_VALUES(store_text(ours)), &found));
    return same(book, found == bonds, "the number of bonds", (int)found);
}

static bool test_exact(void) {
    static struct stream stream;
    struct world w;
    uint32_t refused = 0;
    CHECK(world_init(&w));
    make_stream(&w, &stream);
    for (int i = 0; i < EVENTS; i += BATCH) {
        DO(&w, DAY_0, take_a_batch);
        refused += stream.taken.refused;
        CHECK(stream.taken.bond_rows <= stream.taken.bonds + 2 * stream.taken.movements);
    }
    CHECK(refused == 3);
    CHECK(within(&w, DAY_0, take_a_batch) == STATUS_END);
    DO(&w, DAY_0, compare);
    return world_deinit(&w);
}

// Each batch is broken off at its first statement, its second, and so on until it comes through.
static bool test_broken_off(void) {
    static struct stream stream;
    struct world w;
    CHECK(world_init(&w));
    make_stream(&w, &stream);
    Status status = STATUS_OK;
    for (int64_t n = 0, breaks = 0; status != STATUS_END; n = status == STATUS_OK ? 0 : n + 1) {
        statements_left = n;
        status = within(&w, DAY_0, take_a_batch);
        statements_left = INT64_MAX;
        CHECK(status == STATUS_OK || status == STATUS_END ||
              (status == STATUS_IO && ++breaks < 5000));
    }
    DO(&w, DAY_0, compare);
    return world_deinit(&w);
}

// The same, and the process is gone.
static bool take_in_a_process(struct world *w, int64_t statements, int *ret_code) {
    pid_t child = fork();
    if (child == 0) {
        struct book book;
        struct arena arena;
        struct diag diag;
        arena_init(&arena, 1 << 16);
        if (book_open(&book, w->address, 1, &arena, &diag) != STATUS_OK) {
            _exit(1);
        }
        ends_process = true;
        statements_left = statements;
        Status status = book_do(&book, ANALYST, DAY_0, take_a_batch, w, &arena, &diag);
        _exit(status == STATUS_OK ? 0 : status == STATUS_END ? 2 : 1);
    }
    int state = 0;
    CHECK(child > 0 && waitpid(child, &state, 0) == child && WIFEXITED(state));
    *ret_code = WEXITSTATUS(state);
    return true;
}

static bool test_crashes(void) {
    static struct stream stream;
    struct world w;
    int code = 0;
    CHECK(world_init(&w));
    make_stream(&w, &stream);
    book_close(&w.book);
    for (int64_t n = 0; code != 2; n = code == 0 ? 0 : n + 7) {
        CHECK(take_in_a_process(&w, n, &code));
        CHECK(code == 0 || code == 2 || code == EXIT_CODE);
    }
    CHECK(book_open(&w.book, w.address, 1, &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
    DO(&w, DAY_0, compare);
    return world_deinit(&w);
}

// ---- forgetting --------------------------------------------------------------------------------

struct forgetting {
    int64_t before_us, count;
    struct case_cursor at, next;
    int64_t movements, bonds;
};

static Status forget_movements(void *context, struct book *book) {
    struct forgetting *f = ((struct world *)context)->given;
    return cases_forget_movements(book, f->before_us, 25, &f->count);
}

static Status forget_bonds(void *context, struct book *book) {
    struct forgetting *f = ((struct world *)context)->given;
    return cases_forget_bonds(book, f->before_us, 25, &f->at, &f->next, &f->count);
}

// What earlier tests left on a server would be forgotten as well.
static Status wipe(void *context, struct book *book) {
    static const struct statement WIPE_MOVEMENTS = {"test_wipe_movements", "DELETE FROM movement"};
    static const struct statement WIPE_BONDS = {"test_wipe_bonds", "DELETE FROM bond"};
    TRY(book_run(book, &WIPE_MOVEMENTS, STORE_NO_VALUES));
    return book_run(book, &WIPE_BONDS, STORE_NO_VALUES);
}

static Status count_old(void *context, struct book *book) {
    static const struct statement OLD_MOVEMENTS = {
        "test_old_movements", "SELECT COUNT(*) FROM movement WHERE time_us < ?1"};
    static const struct statement OLD_BONDS = {"test_old_bonds",
                                               "SELECT COUNT(*) FROM bond WHERE last_us < ?1"};
    struct world *w = context;
    struct forgetting *f = w->given;
    TRY(book_number(book, &OLD_MOVEMENTS, STORE_VALUES(store_i64(f->before_us)), &f->movements));
    return book_number(book, &OLD_BONDS, STORE_VALUES(store_i64(f->before_us)), &f->bonds);
}

static bool test_forget(void) {
    static struct stream stream;
    struct world w;
    struct forgetting f = {.before_us = DAY_0 + EVENTS / 2 * US_PER_SECOND};
    CHECK(world_init(&w));
    DO(&w, DAY_0, wipe);
    make_stream(&w, &stream);
    while (within(&w, DAY_0, take_a_batch) == STATUS_OK) {
    }
    w.given = &f;
    DO(&w, DAY_0, count_old);
    int64_t movements = f.movements, bonds = f.bonds;
    CHECK(movements > 0 && bonds > 0);
    do {
        DO(&w, DAY_0, forget_movements);
        movements -= f.count;
    } while (f.count > 0);
    do {
        DO(&w, DAY_0, forget_bonds);
        f.at = f.next;
        bonds -= f.count;
    } while (f.at.kind[0] != 0);
    CHECK(movements == 0 && bonds == 0);
    DO(&w, DAY_0, count_old);
    CHECK(f.movements == 0 && f.bonds == 0);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_exact), TEST(test_broken_off), TEST(test_crashes),
                                        TEST(test_forget)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
