// Links: who is bound to a node, hubs among them, what is left out and counted; a way over what is
// shared and over payments, and none over hubs.

#include "codec/json_write.h"
#include "response/cases/world_test.h"

enum { TEXT_MAX = 1 << 20, CROWD = 40 };

struct asked {
    LinkNodeKind kind, to_kind;
    Slice name, to;
    struct link_options options;
    char text[TEXT_MAX];
};

static const struct statement PAY = {
    "test_pay", "INSERT INTO movement VALUES (?1, ?2, ?3, 'OWN', ?4, ?5, ?6, ?7, 'pay', 'MOBILE', "
                "'', '', '', '', '', ?8)"};
static const struct statement BIND = {"test_bind",
                                      "INSERT INTO bond VALUES (?1, ?2, ?3, ?4, ?5, ?6, 2)"};

static int64_t next_sequence;

static Status pay(struct book *book, Slice payer, const char *place, Slice payee, int64_t amount,
                  const char *state) {
    int64_t sequence = ++next_sequence;
    return book_run(
        book, &PAY,
        STORE_VALUES(store_i64(sequence), store_i64(DAY_0 + sequence * US_PER_SECOND),
                     store_text(arena_printf(book->arena, "e%lld", (long long)sequence)),
                     store_text(payer), store_text(slice_of(place)), store_text(payee),
                     store_i64(amount), store_text(slice_of(state))));
}

static Status bind(struct book *book, const char *kind, Slice thing, const char *party_kind,
                   Slice party, int64_t last_us) {
    return book_run(book, &BIND,
                    STORE_VALUES(store_text(slice_of(kind)), store_text(thing),
                                 store_text(slice_of(party_kind)), store_text(party),
                                 store_i64(last_us - US_PER_DAY), store_i64(last_us)));
}

// a1 belongs to c1, a2 to c2; both customers have one device; a2 pays b1 elsewhere, which pays
// nobody; everybody pays a shop. c1 and a crowd come through one address. a3 is alone.
static Status plant(void *context, struct book *book) {
    struct world *w = context;
    Slice shop = named(w, "shop", 1), device = named(w, "device", 1), ip = named(w, "ip", 1);
    for (uint32_t i = 1; i <= 3; i++) {
        Slice account = named(w, "a", i), customer = named(w, "c", i);
        TRY(bind(book, "HOLDER", customer, "ACCOUNT", account, DAY_0 - 400 * US_PER_DAY));
        TRY(pay(book, account, "MERCHANT", shop, 1000, "DONE"));
    }
    TRY(bind(book, "DEVICE", device, "CUSTOMER", named(w, "c", 1), DAY_0));
    TRY(bind(book, "DEVICE", device, "CUSTOMER", named(w, "c", 2), DAY_0));
    TRY(bind(book, "DEVICE", named(w, "device", 2), "CUSTOMER", named(w, "c", 1),
             DAY_0 - 90 * US_PER_DAY));
    TRY(pay(book, named(w, "a", 2), "BANK", named(w, "b", 1), 5000000, "DONE"));
    TRY(pay(book, named(w, "a", 2), "BANK", named(w, "b", 1), 2000000, "DONE"));
    TRY(pay(book, named(w, "a", 2), "BANK", named(w, "b", 2), 7000000, "FAILED"));
    TRY(pay(book, named(w, "a", 1), "CASH", named(w, "machine", 1), 30000, "DONE"));
    TRY(pay(book, named(w, "a", 1), "CASH", named(w, "machine", 2), 20000, "DONE"));
    TRY(bind(book, "IP", ip, "CUSTOMER", named(w, "c", 1), DAY_0));
    TRY(bind(book, "IP", ip, "CUSTOMER", named(w, "c", 3), DAY_0));
    for (uint32_t i = 0; i < 2 * CROWD; i++) {
        TRY(bind(book, "IP", ip, "CUSTOMER", named(w, "crowd", i), DAY_0));
    }
    return STATUS_OK;
}

static Status write(struct asked *asked, struct book *book, bool is_path) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, TEXT_MAX);
    json_writer_init(&json, &out);
    Status status =
        is_path ? links_put_path(book, asked->kind, asked->name, asked->to_kind, asked->to,
                                 &asked->options, &json)
                : links_put_neighbours(book, asked->kind, asked->name, &asked->options, &json);
    json_writer_finish(&json);
    Slice text = buf_slice(&out);
    snprintf(asked->text, TEXT_MAX, "%.*s", (int)text.size, text.at ? text.at : "");
    buf_deinit(&out);
    return status;
}

static Status do_near(void *context, struct book *book) {
    return write(((struct world *)context)->given, book, false);
}

static Status do_path(void *context, struct book *book) {
    return write(((struct world *)context)->given, book, true);
}

static bool says(const struct asked *asked, const char *part) {
    return strstr(asked->text, part) != NULL;
}

#define SAYS(asked, part) CHECK_THAT(says(asked, part), "%s", (asked)->text)
#define SAYS_NOT(asked, part) CHECK_THAT(!says(asked, part), "%s", (asked)->text)

static bool test_neighbours(void) {
    static struct asked asked;
    struct world w;
    CHECK(world_init(&w));
    w.given = &asked;
    DO(&w, DAY_0, plant);
    int64_t now = DAY_0 + US_PER_DAY;
    asked = (struct asked){.kind = LINK_NODE_ACCOUNT, .name = named(&w, "a", 2)};
    DO(&w, now, do_near);
    SAYS(&asked, "\"kind\":\"PAYMENT\",\"times\":2,\"amount\":7000000"); // what failed is not told
    SAYS(&asked, "\"kind\":\"HOLDER\"");
    SAYS(&asked, "\"reason\":\"MERCHANT\"");
    SAYS(&asked, "\"left_out\":[],\"cut\":[]");
    // Both machines are one cash node of the account.
    asked = (struct asked){.kind = LINK_NODE_ACCOUNT, .name = named(&w, "a", 1)};
    DO(&w, now, do_near);
    SAYS(&asked, "\"kind\":\"CASH\"");
    SAYS(&asked, "\"kind\":\"PAYMENT\",\"times\":2,\"amount\":50000");
    // What was not seen in the time looked at is no bond; whose an account is does not age.
    asked = (struct asked){.kind = LINK_NODE_CUSTOMER, .name = named(&w, "c", 1)};
    DO(&w, now, do_near);
    SAYS(&asked, "device1");
    SAYS_NOT(&asked, "device2");
    SAYS(&asked, "\"kind\":\"HOLDER\"");
    SAYS(&asked, "\"reason\":\"PARTIES\""); // the address of the crowd
    asked.options.from_us = DAY_0 - 100 * US_PER_DAY;
    DO(&w, now, do_near);
    SAYS(&asked, "device2");
    // A hub is cut, and what is left out is counted.
    asked = (struct asked){
        .kind = LINK_NODE_IP, .name = named(&w, "ip", 1), .options = {.nodes_max = 10}};
    DO(&w, now, do_near);
    SAYS(&asked, "\"reason\":\"PARTIES\"");
    SAYS(&asked, "\"left_out\":[{\"kind\":\"CUSTOMER\",\"nodes\":72,\"times\":144,\"amount\":0}]");
    SAYS(&asked, "\"reason\":\"NODES\"");
    asked = (struct asked){.kind = LINK_NODE_DEVICE, .name = named(&w, "nothing", 1)};
    DO(&w, now, do_near);
    SAYS(&asked, "\"edges\":[]");
    return world_deinit(&w);
}

static bool test_path(void) {
    static struct asked asked;
    struct world w;
    CHECK(world_init(&w));
    w.given = &asked;
    DO(&w, DAY_0, plant);
    int64_t now = DAY_0 + US_PER_DAY;
    asked = (struct asked){.kind = LINK_NODE_ACCOUNT,
                           .name = named(&w, "a", 1),
                           .to_kind = LINK_NODE_OUTSIDE,
                           .to = named(&w, "b", 1)};
    DO(&w, now, do_path); // a1, c1, device, c2, a2, b1
    SAYS(&asked, "\"found\":true,\"hops\":5");
    SAYS(&asked, "{\"from\":4,\"to\":5,\"kind\":\"PAYMENT\",\"times\":2,\"amount\":7000000");
    SAYS_NOT(&asked, "shop");
    // The other way the payment still leads from who paid.
    asked.kind = LINK_NODE_OUTSIDE;
    asked.name = named(&w, "b", 1);
    asked.to_kind = LINK_NODE_ACCOUNT;
    asked.to = named(&w, "a", 1);
    DO(&w, now, do_path);
    SAYS(&asked, "\"found\":true,\"hops\":5");
    SAYS(&asked, "{\"from\":1,\"to\":0,\"kind\":\"PAYMENT\"");
    asked.options.hops_max = 4;
    DO(&w, now, do_path);
    SAYS(&asked, "\"found\":false,\"hops\":0");
    SAYS(&asked, "\"reason\":\"HOPS\"");
    // a3 is bound to a1 by a shop and a crowded address alone: no way; but an end may be a hub.
    asked = (struct asked){.kind = LINK_NODE_ACCOUNT,
                           .name = named(&w, "a", 3),
                           .to_kind = LINK_NODE_ACCOUNT,
                           .to = named(&w, "a", 1)};
    DO(&w, now, do_path);
    SAYS(&asked, "\"found\":false,\"hops\":0");
    asked.to_kind = LINK_NODE_IP;
    asked.to = named(&w, "ip", 1);
    DO(&w, now, do_path);
    SAYS(&asked, "\"found\":true,\"hops\":2");
    asked.to_kind = LINK_NODE_MERCHANT;
    asked.to = named(&w, "shop", 1);
    DO(&w, now, do_path);
    SAYS(&asked, "\"found\":true,\"hops\":1");
    asked.to_kind = LINK_NODE_ACCOUNT;
    asked.to = asked.name;
    REFUSED(&w, now, do_path, "CA005");
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_neighbours), TEST(test_path)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
