// Held payments, on a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/controls/holds.h"
#include "response/controls/world_test.h"

enum { ID = 4711 };
static const int64_t HELD_US = 1000 * US_PER_SECOND;
static const int64_t UNTIL_US = 1000 * US_PER_SECOND + 2 * US_PER_HOUR;

struct scene {
    struct hold hold;         // as it was read last
    struct confirmation told; // what the core bank says next
};

static struct scene *scene_of(void *context) {
    return ((struct world *)context)->scene;
}

static Status open_hold(struct book *book, int64_t id, int64_t until_us, HoldState at_deadline) {
    struct terms terms = terms_of_test();
    return hold_open(
        book, &terms,
        &(struct hold_ask){.id = id,
                           .event_id = arena_printf(book->arena, "E%lld", (long long)id),
                           .alert = 7,
                           .customer = SLICE("C1"),
                           .account = SLICE("A1"),
                           .payee = SLICE("P1"),
                           .amount = 5000000,
                           .held_us = HELD_US,
                           .until_us = until_us,
                           .at_deadline = at_deadline,
                           .secrecy = SLICE("NORMAL")},
        NULL);
}

static Status opened(void *context, struct book *book) {
    return open_hold(book, ID, UNTIL_US, HOLD_REFUSED);
}

static Status release(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    return hold_settle(book, &terms, ID, HOLD_RELEASED, SLICE("documents"));
}

static Status cancel(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    return hold_settle(book, &terms, ID, HOLD_CANCELLED, SLICE("customer"));
}

static Status handle(struct world *w, struct book *book, const struct due_timer *due) {
    struct terms terms = terms_of_test();
    return hold_timer(book, &terms, due);
}

static Status load(void *context, struct book *book) {
    return hold_load(book, CLEARANCE_ALL, ID, &scene_of(context)->hold);
}

static bool state_is(struct world *w, HoldState state, bool is_late) {
    const struct hold *hold = &scene_of(w)->hold;
    CHECK_OK(w, within(w, 1, load));
    CHECK_THAT(hold->state == state && hold->is_late == is_late, "%s, late %d",
               hold_state_word(hold->state), hold->is_late);
    return true;
}

static Status verify_trace(void *context, struct book *book) {
    uint32_t count;
    return book_trace_verify(book, "hold", ID, &count);
}

// ---- settled by somebody, or by the deadline --------------------------------------------------

static bool test_somebody_settles(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, opened));
    CHECK_OK(&w, within(&w, HELD_US, opened)); // the stream is read again
    CHECK(messages_of(&w, "hold.held") == 1);
    CHECK_OK(&w, within(&w, HELD_US + 1, release));
    CHECK_OK(&w, within(&w, HELD_US + 2, release)); // said twice
    CHECK_CODE(&w, within(&w, HELD_US + 2, cancel), "CT001");
    CHECK_OK(&w, handle_due(&w, UNTIL_US, handle)); // pages: nobody confirmed
    CHECK(state_is(&w, HOLD_RELEASED, false) && slice_is(scene.hold.settled_by, "a.analyst"));
    CHECK(messages_of(&w, "hold.released") == 1 && messages_of(&w, "hold.refused") == 0);
    CHECK(body_has(&w, "hold.released", "\"event_id\":\"E4711\"") &&
          body_has(&w, "hold.released", "\"amount\":5000000"));
    CHECK_OK(&w, within(&w, 1, verify_trace));
    return world_deinit(&w);
}

// To the second: not before, at the moment itself in time, a second later late.
static bool test_deadline(void) {
    struct world w;
    struct scene scene = {0};
    for (int64_t late_s = 0; late_s < 2; late_s++) {
        CHECK(world_init(&w, &scene));
        CHECK_OK(&w, within(&w, HELD_US, opened));
        CHECK_OK(&w, handle_due(&w, UNTIL_US - 1, handle));
        CHECK(state_is(&w, HOLD_HELD, false));
        CHECK_OK(&w, handle_due(&w, UNTIL_US + late_s * US_PER_SECOND, handle));
        CHECK(state_is(&w, HOLD_REFUSED, late_s > 0));
        CHECK_OK(&w, handle_due(&w, UNTIL_US + late_s * US_PER_SECOND, handle));
        CHECK(messages_of(&w, "hold.refused") == 1);
        CHECK(slice_is(scene.hold.reason, "deadline"));
        CHECK(world_deinit(&w));
    }
    return true;
}

// Nothing ran for a day: settled when the program is back, and told to be late.
static bool test_late(void) {
    struct world w;
    struct scene scene = {0};
    static const struct statement DETAIL = {
        "test_late_detail",
        "SELECT detail FROM trace WHERE object_kind = 'hold' AND to_state = 'REFUSED'"};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, opened));
    book_close(&w.book);
    CHECK(world_reopen(&w));
    CHECK_OK(&w, handle_due(&w, UNTIL_US + 90 * US_PER_SECOND, handle));
    CHECK(state_is(&w, HOLD_REFUSED, true) &&
          scene.hold.settled_us == UNTIL_US + 90 * US_PER_SECOND);
    CHECK(slice_is(ask_text(&w, &DETAIL, STORE_NO_VALUES), "{\"late_s\":90}"));
    return world_deinit(&w);
}

static Status move_far(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    int64_t until_us;
    int64_t longest_us = terms.hold_hours_max * US_PER_HOUR;
    TRY(hold_move(book, &terms, ID, HELD_US + 2 * longest_us, HOLD_RELEASED, SLICE("cooling_off"),
                  &until_us));
    return until_us == HELD_US + longest_us ? STATUS_OK : STATUS_LIMIT;
}

static bool test_another_deadline(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, opened));
    CHECK_OK(&w, within(&w, HELD_US + 1, move_far));
    CHECK_OK(&w, handle_due(&w, UNTIL_US, handle));
    CHECK(state_is(&w, HOLD_HELD, false));
    CHECK_OK(&w, handle_due(&w, HELD_US + terms_of_test().hold_hours_max * US_PER_HOUR, handle));
    CHECK(state_is(&w, HOLD_RELEASED, false) && messages_of(&w, "hold.moved") == 1);
    CHECK_CODE(&w, within(&w, HELD_US, move_far), "CT001");
    return world_deinit(&w);
}

// ---- confirmations ----------------------------------------------------------------------------

static Status confirm(void *context, struct book *book) {
    return hold_confirmed(book, ID, &scene_of(context)->told);
}

static bool test_confirmed(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, opened));
    CHECK_OK(&w, within(&w, HELD_US + 1, release));
    scene.told = (struct confirmation){.is_done = true, .at_us = HELD_US + 5};
    CHECK_OK(&w, within(&w, HELD_US + 9, confirm));
    CHECK_OK(&w, within(&w, HELD_US + 9, confirm));
    CHECK_OK(&w, handle_due(&w, UNTIL_US, handle));
    CHECK(state_is(&w, HOLD_RELEASED, false) && scene.hold.confirmed_us == HELD_US + 5);
    CHECK(messages_of(&w, "hold.unconfirmed") == 0);
    return world_deinit(&w);
}

// Paged after the time, then after twice the time, and not for ever.
static bool test_not_confirmed(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    int64_t now_us = HELD_US + US_PER_SECOND;
    CHECK_OK(&w, within(&w, HELD_US, opened));
    CHECK_OK(&w, within(&w, now_us, release));
    CHECK_OK(&w, handle_due(&w, now_us + 59 * US_PER_SECOND, handle));
    CHECK(messages_of(&w, "hold.unconfirmed") == 0);
    CHECK_OK(&w, handle_due(&w, now_us + 60 * US_PER_SECOND, handle));
    CHECK(messages_of(&w, "hold.unconfirmed") == 1 &&
          body_has(&w, "hold.unconfirmed", "SHIFT_LEADER"));
    CHECK_OK(&w, handle_due(&w, now_us + 179 * US_PER_SECOND, handle));
    CHECK(messages_of(&w, "hold.unconfirmed") == 1);
    CHECK_OK(&w, handle_due(&w, now_us + 180 * US_PER_SECOND, handle));
    CHECK(messages_of(&w, "hold.unconfirmed") == 2 &&
          body_has(&w, "hold.unconfirmed", "DUTY_DIRECTOR"));
    for (int64_t day = 1; day < 30; day++) {
        CHECK_OK(&w, handle_due(&w, now_us + day * US_PER_DAY, handle));
    }
    CHECK(messages_of(&w, "hold.unconfirmed") == 5);
    return world_deinit(&w);
}

static bool test_could_not(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, opened));
    scene.told = (struct confirmation){.is_done = false, .problem = SLICE("已出账")};
    CHECK_OK(&w, within(&w, HELD_US + 1, confirm)); // the payment had left already
    CHECK(messages_of(&w, "hold.failed") == 1 && body_has(&w, "hold.failed", "已出账"));
    CHECK(state_is(&w, HOLD_HELD, false) && slice_is(scene.hold.problem, "已出账"));
    return world_deinit(&w);
}

// ---- what does not fit ------------------------------------------------------------------------

static Status other_event(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    struct hold_ask ask = {.id = ID,
                           .event_id = SLICE("another"),
                           .account = SLICE("A1"),
                           .held_us = HELD_US,
                           .until_us = UNTIL_US,
                           .at_deadline = HOLD_RELEASED,
                           .secrecy = SLICE("NORMAL")};
    return hold_open(book, &terms, &ask, NULL);
}

static Status no_end(void *context, struct book *book) {
    return open_hold(book, ID + 1, HELD_US, HOLD_REFUSED);
}

static Status held_at_the_end(void *context, struct book *book) {
    return open_hold(book, ID + 1, UNTIL_US, HOLD_HELD);
}

static Status settle_as_held(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    return hold_settle(book, &terms, ID, HOLD_HELD, SLICE(""));
}

static Status settle_nothing(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    return hold_settle(book, &terms, ID + 99, HOLD_RELEASED, SLICE(""));
}

static bool test_refused(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, opened));
    CHECK_CODE(&w, within(&w, HELD_US, other_event), "CT003");
    CHECK_CODE(&w, within(&w, HELD_US, no_end), "CT004");
    CHECK_CODE(&w, within(&w, HELD_US, held_at_the_end), "CT004");
    CHECK_CODE(&w, within(&w, HELD_US, settle_as_held), "CT004");
    CHECK_CODE(&w, within(&w, HELD_US, settle_nothing), "CT002");
    return world_deinit(&w);
}

// ---- lists, and who sees them -----------------------------------------------------------------

static Status three_more(void *context, struct book *book) {
    struct terms terms = terms_of_test();
    struct hold_ask secret = {.id = 4,
                              .event_id = SLICE("S4"),
                              .customer = SLICE("C1"),
                              .account = SLICE("A1"),
                              .held_us = HELD_US,
                              .until_us = UNTIL_US,
                              .at_deadline = HOLD_REFUSED,
                              .secrecy = SLICE("AML")};
    TRY(open_hold(book, 1, HELD_US + 300, HOLD_RELEASED));
    TRY(open_hold(book, 2, HELD_US + 100, HOLD_RELEASED));
    TRY(open_hold(book, 3, HELD_US + 200, HOLD_RELEASED));
    return hold_open(book, &terms, &secret, NULL);
}

struct listing {
    HoldList list;
    struct list_page page;
    Slice text;
};

static Status read_list(void *context, struct book *book) {
    struct listing *listing = context;
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    TRY(hold_list_json(book, listing->list, &listing->page, json));
    return rendering_end(&out, book, &listing->text);
}

// The numbers in a list of JSON, in their order.
static bool list_is(struct world *w, HoldList list, struct list_page page, const char *wanted) {
    struct listing listing = {list, page, SLICE("")};
    char found[64] = "";
    size_t size = 0;
    CHECK_OK(w, book_read(&w->book, 1, read_list, &listing, &w->scratch.arena, &w->scratch.diag));
    for (size_t at = 0; (at = slice_find(listing.text, SLICE("\"hold\":"), at)) != SIZE_MAX;) {
        at += sizeof "\"hold\":" - 1;
        while (at < listing.text.size && listing.text.at[at] != ',' && size + 2 < sizeof found) {
            found[size++] = listing.text.at[at++];
        }
        found[size++] = ' ';
    }
    CHECK_THAT(size == strlen(wanted) && memcmp(found, wanted, size) == 0, "%s", found);
    return true;
}

static bool test_lists(void) {
    struct world w;
    struct scene scene = {0};
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, three_more));
    struct list_page page = {.viewer = 0, .count_max = 2};
    CHECK(list_is(&w, HOLDS_OPEN, page, "2 3 "));
    page.after = 3;
    CHECK(list_is(&w, HOLDS_OPEN, page, "1 "));
    page = (struct list_page){.viewer = CLEARANCE_AML, .count_max = 9, .key = SLICE("C1")};
    CHECK(list_is(&w, HOLDS_OF_CUSTOMER, page, "4 3 2 1 "));
    page.viewer = 0;
    CHECK(list_is(&w, HOLDS_OF_CUSTOMER, page, "3 2 1 "));
    page.after = 2;
    CHECK(list_is(&w, HOLDS_OF_CUSTOMER, page, "1 "));
    page = (struct list_page){.viewer = CLEARANCE_AML, .count_max = 9, .key = SLICE("A1")};
    CHECK(list_is(&w, HOLDS_OF_ACCOUNT, page, "4 3 2 1 "));
    page.key = SLICE("A2");
    CHECK(list_is(&w, HOLDS_OF_ACCOUNT, page, ""));
    page = (struct list_page){.count_max = 9, .number = 7};
    CHECK(list_is(&w, HOLDS_OF_ALERT, page, "3 2 1 "));
    CHECK(list_is(&w, HOLDS_UNCONFIRMED, page, ""));
    return world_deinit(&w);
}

// ---- the program dies -------------------------------------------------------------------------

static Status deed_open(struct world *w) {
    return within(w, HELD_US, opened);
}

static Status deed_release(struct world *w) {
    return within(w, HELD_US + 1, release);
}

static Status deed_deadline(struct world *w) {
    return handle_due(w, UNTIL_US, handle);
}

static Status deed_confirm(struct world *w) {
    scene_of(w)->told = (struct confirmation){.is_done = true, .at_us = HELD_US + 5};
    return within(w, UNTIL_US + 2, confirm);
}

static bool test_dies_opening(void) {
    static Deed *const deeds[] = {deed_open};
    struct scene scene = {0};
    return goes_on_after_death(&scene, deeds, 1);
}

static bool test_dies_releasing(void) {
    static Deed *const deeds[] = {deed_open, deed_release};
    struct scene scene = {0};
    return goes_on_after_death(&scene, deeds, 2);
}

static bool test_dies_at_deadline(void) {
    static Deed *const deeds[] = {deed_open, deed_deadline};
    struct scene scene = {0};
    return goes_on_after_death(&scene, deeds, 2);
}

static bool test_dies_confirming(void) {
    static Deed *const deeds[] = {deed_open, deed_deadline, deed_confirm};
    struct scene scene = {0};
    return goes_on_after_death(&scene, deeds, 3);
}

// ---- two programs at once ---------------------------------------------------------------------

enum { MANY = 40 };

static Status open_many(void *context, struct book *book) {
    for (int64_t id = 1; id <= MANY; id++) {
        TRY(open_hold(book, id, UNTIL_US, HOLD_REFUSED));
    }
    return STATUS_OK;
}

static Status settle_all(struct world *w) {
    Status status;
    do {
        status = handle_due(w, UNTIL_US, handle);
    } while (status == STATUS_LIMIT); // the other one was in the way again and again
    return status;
}

// A program of its own that settles what is due; its exit code says how that went.
static pid_t start_another(struct world *w) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        _exit(world_reopen(w) && settle_all(w) == STATUS_OK ? 0 : FAILED_THERE);
    }
    return child;
}

static bool test_two_programs(void) {
    static const struct statement REFUSED = {
        "test_refused", "SELECT COUNT(*) FROM trace WHERE object_kind = 'hold' AND from_state = "
                        "'HELD' AND to_state = 'REFUSED'"};
    struct world w;
    struct scene scene = {0};
    int status[2];
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, within(&w, HELD_US, open_many));
    book_close(&w.book);
    pid_t children[] = {start_another(&w), start_another(&w)};
    for (int i = 0; i < 2; i++) {
        CHECK(children[i] > 0 && waitpid(children[i], &status[i], 0) == children[i]);
        CHECK(WIFEXITED(status[i]) && WEXITSTATUS(status[i]) == 0);
    }
    CHECK(world_reopen(&w));
    CHECK(messages_of(&w, "hold.refused") == MANY);
    CHECK(ask_number(&w, &REFUSED, STORE_NO_VALUES) == MANY);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_somebody_settles), TEST(test_deadline),       TEST(test_late),
        TEST(test_another_deadline), TEST(test_confirmed),      TEST(test_not_confirmed),
        TEST(test_could_not),        TEST(test_refused),        TEST(test_lists),
        TEST(test_dies_opening),     TEST(test_dies_releasing), TEST(test_dies_at_deadline),
        TEST(test_dies_confirming),  TEST(test_two_programs),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
