// Lists that two persons change, on a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/office/office.h"

#include "base/time.h"
#include "response/controls/put.h"
#include "response/controls/world_test.h"

static const int64_t NOW_US = INT64_C(1795752000) * US_PER_SECOND;

enum { WISHES_MAX = 8 };

struct scene {
    struct list_wish at[WISHES_MAX];
    struct list_wishes wishes;
    struct list_met met;
    int64_t proposal, waits_in;
    ListWishKnown known;
    Slice text;
};

static struct scene *scene_of(void *context) {
    return ((struct world *)context)->scene;
}

static Status empty_lists(void *context, struct book *book) {
    static const struct statement tables[] = {{"lists_test_1", "DELETE FROM list_change"}, {"lists_test_2", "DELETE FROM list_entry"}, {"lists_test_3", "DELETE FROM proposal"}};
    (void)context;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        TRY(book_run(book, &tables[i], STORE_NO_VALUES));
    }
    return STATUS_OK;
}

static Hash128 hash_of(const char *key) {
    return hash128(slice_of(key), 7);
}

static void wish(struct scene *scene, const char *key, int64_t until_us) {
    scene->at[0] = (struct list_wish){.key = slice_of(key), .hash = hash_of(key), .until_us = until_us, .reason = SLICE("case 77")};
    scene->wishes = (struct list_wishes){
        .list = SLICE("police"), .personal = SLICE("account"), .needs_two = true, .reason = SLICE("case 77"), .at = scene->at, .count = 1};
}

static Status change(void *context, struct book *book) {
    return office_change_list(book, &scene_of(context)->wishes, &scene_of(context)->proposal);
}

static Status look(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return list_wish_look(book, &scene->wishes, &scene->at[0], &scene->known, &scene->waits_in);
}

static Status approve(void *context, struct book *book) {
    return proposal_approve(&(struct office){0}, book, CLEARANCE_ALL, scene_of(context)->proposal, SLICE(""));
}

static Status reject(void *context, struct book *book) {
    return proposal_reject(book, CLEARANCE_ALL, scene_of(context)->proposal, SLICE("no"));
}

static Status withdraw(void *context, struct book *book) {
    return proposal_withdraw(book, CLEARANCE_ALL, scene_of(context)->proposal, SLICE(""));
}

static Status meet(void *context, struct book *book) {
    return list_met(book, &scene_of(context)->met);
}

static Status tell(void *context, struct book *book) {
    struct rendering out;
    int64_t next;
    struct json_writer *json = rendering_begin(&out);
    Status status = list_changes_put_json(book, &(struct list_change_filter){.list = SLICE("police"), .count_max = 10}, json, &next);
    TRY(rendering_end(&out, book, &scene_of(context)->text));
    return status;
}

static Slice state_of(struct world *w, const char *key) {
    static const struct statement STATE = {"lists_test_state", "SELECT state FROM list_change WHERE key = ?1 ORDER BY id DESC LIMIT 1"};
    return ask_text(w, &STATE, STORE_VALUES(store_text(slice_of(key))));
}

static bool begin(struct world *w, struct scene *scene) {
    *scene = (struct scene){0};
    CHECK(world_init(w, scene));
    CHECK_OK(w, within(w, NOW_US, empty_lists));
    return true;
}

// One proposes, another approves; only then is the engine told, once, and what the journal says is known with both names.
static bool test_two_persons(void) {
    static const struct statement MESSAGE = {"lists_test_message", "SELECT message FROM list_change WHERE key = 'K1'"};
    static const struct statement ENTRY = {"lists_test_entry", "SELECT key || '/' || changed_by || '/' || second FROM list_entry WHERE is_on = 1"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    wish(&scene, "K1", NOW_US + US_PER_DAY);
    CHECK_OK(&w, within(&w, NOW_US, change));
    CHECK(scene.proposal > 0 && slice_is(state_of(&w, "K1"), "WAITING") && messages_of(&w, "list.add") == 0);
    CHECK_CODE(&w, within(&w, NOW_US, change), "OF004");
    CHECK_OK(&w, within(&w, NOW_US, look));
    CHECK(scene.known == LIST_WISH_WAITS && scene.waits_in == scene.proposal);
    scene.at[0].until_us = 0;
    CHECK_OK(&w, within(&w, NOW_US, look));
    CHECK(scene.known == LIST_WISH_OTHER);
    CHECK_CODE(&w, within(&w, NOW_US, approve), "OF003"); // himself
    w.who = REVIEWER;
    CHECK_CODE(&w, within(&w, NOW_US, withdraw), "OF003");
    CHECK_OK(&w, within(&w, NOW_US, approve));
    CHECK_CODE(&w, within(&w, NOW_US, approve), "OF002");
    CHECK(slice_is(state_of(&w, "K1"), "SENT") && messages_of(&w, "list.add") == 1 && body_has(&w, "list.add", "\"list\":\"police\",\"key\":\"K1\",\"end\":"));
    scene.met = (struct list_met){.sequence = 7, .at_us = NOW_US, .list = SLICE("police"), .key = SLICE("K1"), .hash = hash_of("K1"), .until_us = NOW_US + US_PER_DAY,
                                  .source = SLICE("disposition"), .reason = SLICE("case 77"), .message = ask_number(&w, &MESSAGE, STORE_NO_VALUES)};
    CHECK_OK(&w, within(&w, NOW_US, meet));
    CHECK_OK(&w, within(&w, NOW_US, meet)); // again, since the feed had died
    CHECK(slice_is(state_of(&w, "K1"), "DONE") && slice_is(ask_text(&w, &ENTRY, STORE_NO_VALUES), "K1/a.analyst/b.reviewer"));
    wish(&scene, "K1", NOW_US + US_PER_DAY);
    CHECK_OK(&w, within(&w, NOW_US, look));
    CHECK(scene.known == LIST_WISH_SAME);
    CHECK_OK(&w, within(&w, NOW_US, tell));
    CHECK(slice_find(scene.text, SLICE("\"asked_by\":\"a.analyst\""), 0) != SIZE_MAX && slice_find(scene.text, SLICE("\"state\":\"DONE\""), 0) != SIZE_MAX);
    return world_deinit(&w);
}

// A record that says it is of a message of another key is not: sources are texts that anybody writes.
static bool test_another_key(void) {
    static const struct statement MESSAGE = {"lists_test_message_2", "SELECT message FROM list_change WHERE key = 'K1'"};
    static const struct statement WHO = {"lists_test_who", "SELECT changed_by FROM list_entry WHERE key = 'K2'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    wish(&scene, "K1", 0);
    scene.wishes.needs_two = false;
    CHECK_OK(&w, within(&w, NOW_US, change));
    CHECK(scene.proposal == 0 && slice_is(state_of(&w, "K1"), "SENT") && messages_of(&w, "list.add") == 1);
    scene.met = (struct list_met){.sequence = 8, .at_us = NOW_US, .list = SLICE("police"), .key = SLICE("K2"), .hash = hash_of("K2"),
                                  .message = ask_number(&w, &MESSAGE, STORE_NO_VALUES)};
    CHECK_OK(&w, within(&w, NOW_US, meet));
    CHECK(slice_is(state_of(&w, "K1"), "SENT") && slice_is(ask_text(&w, &WHO, STORE_NO_VALUES), ""));
    return world_deinit(&w);
}

// What is older than what is known changes nothing.
static bool test_order_of_the_journal(void) {
    static const struct statement ON = {"lists_test_on", "SELECT is_on FROM list_entry WHERE key = 'K1'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.met = (struct list_met){.sequence = 9, .at_us = NOW_US, .list = SLICE("police"), .key = SLICE("K1"), .hash = hash_of("K1"), .removes = true};
    CHECK_OK(&w, within(&w, NOW_US, meet));
    scene.met.removes = false;
    scene.met.sequence = 8;
    CHECK_OK(&w, within(&w, NOW_US, meet));
    CHECK(ask_number(&w, &ON, STORE_NO_VALUES) == 0);
    scene.met.sequence = 10;
    CHECK_OK(&w, within(&w, NOW_US, meet));
    CHECK(ask_number(&w, &ON, STORE_NO_VALUES) == 1);
    return world_deinit(&w);
}

// Several together: rejected, withdrawn, or approved when the end of one has come meanwhile; and what nobody settled makes room.
static bool test_batches(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    wish(&scene, "K1", NOW_US + US_PER_HOUR);
    scene.at[1] = (struct list_wish){.key = SLICE("K2"), .hash = hash_of("K2"), .reason = SLICE("case 78")};
    scene.wishes.count = 2;
    CHECK_OK(&w, within(&w, NOW_US, change));
    w.who = REVIEWER;
    CHECK_OK(&w, within(&w, NOW_US, reject));
    CHECK(slice_is(state_of(&w, "K1"), "REJECTED") && slice_is(state_of(&w, "K2"), "REJECTED"));
    CHECK_OK(&w, within(&w, NOW_US, change)); // the reviewer's own now
    CHECK_OK(&w, within(&w, NOW_US, withdraw));
    CHECK(slice_is(state_of(&w, "K2"), "WITHDRAWN") && messages_of(&w, "list.add") == 0);
    CHECK_OK(&w, within(&w, NOW_US, change));
    w.who = ANALYST;
    CHECK_OK(&w, within(&w, NOW_US + 2 * US_PER_HOUR, approve));
    CHECK(slice_is(state_of(&w, "K1"), "ENDED") && slice_is(state_of(&w, "K2"), "SENT") && messages_of(&w, "list.add") == 1);
    wish(&scene, "K3", 0);
    scene.wishes.removes = true;
    CHECK_OK(&w, within(&w, NOW_US, change));
    CHECK_CODE(&w, within(&w, NOW_US + 71 * US_PER_HOUR, change), "OF004");
    CHECK_OK(&w, within(&w, NOW_US + 73 * US_PER_HOUR, change));
    scene.at[0].reason = SLICE(" ");
    scene.at[0].key = SLICE("K4");
    scene.at[0].hash = hash_of("K4");
    CHECK_CODE(&w, within(&w, NOW_US, change), "OF008");
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_two_persons), TEST(test_another_key), TEST(test_order_of_the_journal), TEST(test_batches)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
