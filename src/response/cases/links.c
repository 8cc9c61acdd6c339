// What is bound to one node, and whether everybody meets it.
//
// The columns of a movement's sides are told apart by their place: a number of another bank is
// another account than the same number here.

#include "response/cases/links.h"
#include "base/time.h"
#include "os/clock.h"

#include <math.h>
#include <stdlib.h>

enum { LINK_DAYS = 30, NODES_USUAL = 100, HOPS_USUAL = 6, NS_PER_MS = 1000000 };
// By what gangs call a hub: docs/cases.md.
enum { HUB_ROWS = 1000, HUB_PARTNERS = 200, PARTIES_OF_BOND = 10 };
static const double YUAN_100 = 10000; // fen
static const double WEAK = 0.5;       // of bonds that bind nobody

#define KIND_OF(side)                                                                              \
    "CASE " side "_place WHEN 'OWN' THEN 'ACCOUNT' WHEN 'MERCHANT' THEN 'MERCHANT' WHEN 'CASH' "   \
    "THEN 'CASH' ELSE 'OUTSIDE' END"
#define NEWEST_OF(side, columns)                                                                   \
    "(SELECT " columns " FROM movement WHERE " side " = ?1 AND time_us >= ?2 AND time_us < ?3 "    \
    "AND " KIND_OF(side) " = ?4 AND state <> 'FAILED' AND state <> 'REVERSED' ORDER BY time_us "   \
                         "DESC LIMIT ?5) AS newest"
// Cash is one node for each account.
#define PAYMENTS_OF(side, other)                                                                   \
    "SELECT kind, name, COUNT(*), CAST(SUM(amount) AS BIGINT), MIN(time_us), MAX(time_us) "        \
    "FROM " NEWEST_OF(side, KIND_OF(other) " AS kind, CASE " other                                 \
                                           "_place WHEN 'CASH' THEN ?1 ELSE " other                \
                                           " END AS name, amount, time_us") " GROUP BY kind, name"
#define PARTNERS_OF(side, other)                                                                   \
    "SELECT COUNT(*), COUNT(DISTINCT name) FROM " NEWEST_OF(side, other " AS name, time_us")
static const struct statement PAID = {"link_paid", PAYMENTS_OF("payer", "payee")};
static const struct statement GOT = {"link_got", PAYMENTS_OF("payee", "payer")};
static const struct statement PAID_COUNT = {"link_paid_count", PARTNERS_OF("payer", "payee")};
static const struct statement GOT_COUNT = {"link_got_count", PARTNERS_OF("payee", "payer")};
// Whose an account is does not age.
#define IN_TIME "(kind = 'HOLDER' OR (last_us >= ?3 AND first_us < ?4))"
static const struct statement THINGS = {
    "link_things", "SELECT kind, thing, first_us, last_us, times FROM bond WHERE party = ?1 AND "
                   "party_kind = ?2 AND " IN_TIME " LIMIT ?5"};
static const struct statement THINGS_COUNT = {
    "link_things_count", "SELECT COUNT(*) FROM (SELECT 1 AS one FROM bond WHERE party = ?1 AND "
                         "party_kind = ?2 AND " IN_TIME " LIMIT ?5) AS things"};
static const struct statement PARTIES = {
    "link_parties", "SELECT party_kind, party, first_us, last_us, times FROM bond WHERE kind = ?1 "
                    "AND thing = ?2 AND " IN_TIME " LIMIT ?5"};
static const struct statement PARTIES_COUNT = {
    "link_parties_count", "SELECT COUNT(*) FROM (SELECT 1 AS one FROM bond WHERE kind = ?1 AND "
                          "thing = ?2 AND " IN_TIME " LIMIT ?5) AS parties"};
static const struct statement NAMED = {
    "link_named", "SELECT reason FROM gang_hub WHERE kind = ?1 AND name = ?2 AND until_us > ?3"};

static const struct {
    double strength;
    uint32_t parties_max;
    LinkNodeKind node;
} bonds[BOND_KIND_COUNT] = {
#define NODE_OF_HOLDER LINK_NODE_CUSTOMER
#define NODE_OF_DEVICE LINK_NODE_DEVICE
#define NODE_OF_PHONE LINK_NODE_PHONE
#define NODE_OF_AGENT LINK_NODE_AGENT
#define NODE_OF_ADDRESS LINK_NODE_ADDRESS
#define NODE_OF_IP LINK_NODE_IP
#define NODE_OF_EMPLOYER LINK_NODE_EMPLOYER
#define NODE_OF_TERMINAL LINK_NODE_TERMINAL
#define BOND(name, strength, parties_max, zh, en) {strength, parties_max, NODE_OF_##name},
#include "response/cases/bond_kinds.def"
#undef BOND
};

// ---- words -------------------------------------------------------------------------------------

static const char *const words[LINK_NODE_KIND_COUNT] = {
#define X(name, zh, en) #name,
    GANG_NODES(X)
#undef X
        "CASH",
};

Slice link_node_word(LinkNodeKind kind) {
    return slice_of(words[kind]);
}

bool link_node_parse(Slice word, LinkNodeKind *ret_kind) {
    for (uint32_t i = 0; i < LINK_NODE_CASH; i++) {
        if (slice_is(word, words[i])) {
            *ret_kind = (LinkNodeKind)i;
            return true;
        }
    }
    return false;
}

static bool bond_of_node(LinkNodeKind kind, BondKind *ret_bond) {
    for (uint32_t bond = 0; bond < BOND_KIND_COUNT; bond++) {
        if (bonds[bond].node == kind) {
            *ret_bond = (BondKind)bond;
            return true;
        }
    }
    return false;
}

bool link_leads_nowhere(LinkNodeKind kind) {
    BondKind bond;
    return kind == LINK_NODE_MERCHANT || kind == LINK_NODE_CASH ||
           (bond_of_node(kind, &bond) && bonds[bond].strength == 0);
}

static bool has_payments(LinkNodeKind kind) {
    return kind == LINK_NODE_ACCOUNT || kind == LINK_NODE_OUTSIDE || kind == LINK_NODE_MERCHANT;
}

static bool party_of_node(LinkNodeKind kind, PartyKind *ret_party) {
    *ret_party = kind == LINK_NODE_CUSTOMER ? PARTY_CUSTOMER : PARTY_ACCOUNT;
    return kind == LINK_NODE_CUSTOMER || kind == LINK_NODE_ACCOUNT;
}

// ---- bounds ------------------------------------------------------------------------------------

void links_init(struct links *links, struct book *book, const struct link_options *given) {
    *links = (struct links){.book = book, .options = *given};
    struct link_options *options = &links->options;
    int64_t end_us = options->until_us == 0 ? book->now_us : options->until_us;
    options->until_us = options->until_us == 0 ? INT64_MAX : options->until_us;
    options->from_us = options->from_us == 0 ? end_us - LINK_DAYS * US_PER_DAY : options->from_us;
    options->nodes_max = options->nodes_max == 0 ? NODES_USUAL : options->nodes_max;
    options->hops_max = options->hops_max == 0 ? HOPS_USUAL : options->hops_max;
    options->ms_max = options->ms_max == 0 ? LINK_MS_MAX : options->ms_max;
    links->late_ns = clock_monotonic_ns() + (uint64_t)options->ms_max * NS_PER_MS;
}

bool links_is_late(struct links *links) {
    links->is_cut[LINK_CUT_TIME] |= clock_monotonic_ns() > links->late_ns;
    return links->is_cut[LINK_CUT_TIME];
}

static void mark(struct link_hub *hub, GangSkip reason, int64_t seen, Slice detail) {
    if (!hub->is_hub) {
        *hub = (struct link_hub){true, reason, detail, (uint32_t)seen};
    }
}

// ---- reading -----------------------------------------------------------------------------------

// As gangs weigh it: a payment of 50 yuan 0.4, of 50,000 yuan 2.9.
static double payment_weight(int64_t amount) {
    return 0.25 + log10(1 + (double)amount / YUAN_100);
}

static double bond_weight(BondKind bond, int64_t times) {
    double often = 1 + 0.25 * log2((double)(times > 0 ? times : 1));
    double strength = bonds[bond].strength > 0 ? bonds[bond].strength : WEAK;
    return strength * (often < 1.5 ? often : 1.5);
}

static Status read_named(struct links *links, LinkNodeKind kind, Slice name, struct link_hub *hub) {
    struct book *book = links->book;
    Status status = book_one(
        book, &NAMED,
        STORE_VALUES(store_text(link_node_word(kind)), store_text(name), store_i64(book->now_us)));
    if (status == STATUS_OK) {
        mark(hub, GANG_SKIP_NAMED, 0, book_text(book, 0));
    }
    if (kind == LINK_NODE_MERCHANT) {
        mark(hub, GANG_SKIP_MERCHANT, 0, SLICE(""));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static LinkNodeKind kind_at(struct book *book, uint32_t column) {
    LinkNodeKind kind = LINK_NODE_CASH;
    link_node_parse(store_column_text(book->store, column), &kind); // CASH stays
    return kind;
}

static Status read_payments(struct links *links, LinkNodeKind kind, Slice name, bool leaves,
                            uint32_t rows_max, struct link_hub *hub) {
    struct book *book = links->book;
    int64_t rows = 0, partners = 0;
    Status status;
    TRY(book_ask(book, leaves ? &PAID : &GOT,
                 STORE_VALUES(store_text(name), store_i64(links->options.from_us),
                              store_i64(links->options.until_us), store_text(link_node_word(kind)),
                              store_i64((int64_t)rows_max + 1))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct link_row *row = VEC_PUSH(&links->rows, book->arena);
        row->kind = kind_at(book, 0);
        row->name = book_text(book, 1);
        row->link = LINK_PAYMENT;
        row->leaves = leaves;
        row->times = book_i64(book, 2);
        row->amount = book_i64(book, 3);
        row->first_us = book_i64(book, 4);
        row->last_us = book_i64(book, 5);
        row->weight = payment_weight(row->amount);
        rows += row->times;
        partners += !link_leads_nowhere(row->kind);
    }
    links->is_cut[LINK_CUT_ROWS] |= rows > rows_max;
    if (rows > HUB_ROWS) {
        mark(hub, GANG_SKIP_ROWS, rows, SLICE(""));
    } else if (partners > HUB_PARTNERS) {
        mark(hub, GANG_SKIP_PARTNERS, partners, SLICE(""));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static void add_bond(struct links *links, BondKind bond, LinkNodeKind kind, Slice name) {
    struct book *book = links->book;
    struct link_row *row = VEC_PUSH(&links->rows, book->arena);
    row->kind = kind;
    row->name = name;
    row->link = (uint8_t)(LINK_BOND + bond);
    row->first_us = book_i64(book, 2);
    row->last_us = book_i64(book, 3);
    row->times = book_i64(book, 4);
    row->weight = bond_weight(bond, row->times);
}

static Status read_things(struct links *links, PartyKind party, Slice name, uint32_t rows_max) {
    struct book *book = links->book;
    BondKind bond;
    uint32_t rows = 0;
    Status status;
    TRY(book_ask(book, &THINGS,
                 STORE_VALUES(store_text(name), store_text(party_word(party)),
                              store_i64(links->options.from_us), store_i64(links->options.until_us),
                              store_i64((int64_t)rows_max + 1))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (++rows <= rows_max && bond_parse(store_column_text(book->store, 0), &bond)) {
            add_bond(links, bond, bonds[bond].node, book_text(book, 1));
        }
    }
    links->is_cut[LINK_CUT_PARTIES] |= rows > rows_max;
    return status == STATUS_END ? STATUS_OK : status;
}

// Who shares a thing; of a customer, his accounts.
static Status read_parties(struct links *links, BondKind bond, Slice name, uint32_t rows_max,
                           struct link_hub *hub) {
    struct book *book = links->book;
    uint32_t rows = 0;
    Status status;
    TRY(book_ask(book, &PARTIES,
                 STORE_VALUES(store_text(bond_word(bond)), store_text(name),
                              store_i64(links->options.from_us), store_i64(links->options.until_us),
                              store_i64((int64_t)rows_max + 1))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (++rows <= rows_max) {
            bool is_account = slice_is(store_column_text(book->store, 0), "ACCOUNT");
            add_bond(links, bond, is_account ? LINK_NODE_ACCOUNT : LINK_NODE_CUSTOMER,
                     book_text(book, 1));
        }
    }
    links->is_cut[LINK_CUT_PARTIES] |= rows > rows_max;
    if (rows > bonds[bond].parties_max) {
        mark(hub, GANG_SKIP_PARTIES, rows, SLICE(""));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static int closest_first(const void *left, const void *right) {
    const struct link_row *a = left, *b = right;
    if (a->weight != b->weight) {
        return a->weight > b->weight ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    int names = slice_compare(a->name, b->name);
    return names != 0 ? names : a->leaves - b->leaves;
}

Status links_read(struct links *links, LinkNodeKind kind, Slice name, uint32_t rows_max,
                  struct link_hub *ret) {
    PartyKind party;
    BondKind bond;
    links->rows.count = 0;
    *ret = (struct link_hub){0};
    TRY(read_named(links, kind, name, ret));
    if (has_payments(kind)) {
        TRY(read_payments(links, kind, name, true, rows_max, ret));
        TRY(read_payments(links, kind, name, false, rows_max, ret));
    }
    if (party_of_node(kind, &party)) {
        TRY(read_things(links, party, name, rows_max));
    }
    if (bond_of_node(kind, &bond)) {
        TRY(read_parties(links, bond, name, rows_max, ret));
    }
    if (links->rows.count > 1) {
        qsort(links->rows.at, links->rows.count, sizeof *links->rows.at, closest_first);
    }
    return STATUS_OK;
}

// ---- counting ----------------------------------------------------------------------------------

static Status count_partners(struct links *links, LinkNodeKind kind, Slice name, bool leaves,
                             struct link_hub *hub, uint32_t *ret_links) {
    struct book *book = links->book;
    TRY(book_one(book, leaves ? &PAID_COUNT : &GOT_COUNT,
                 STORE_VALUES(store_text(name), store_i64(links->options.from_us),
                              store_i64(links->options.until_us), store_text(link_node_word(kind)),
                              store_i64(HUB_ROWS + 1))));
    int64_t rows = book_i64(book, 0), partners = book_i64(book, 1);
    *ret_links += (uint32_t)partners;
    if (rows > HUB_ROWS) {
        mark(hub, GANG_SKIP_ROWS, rows, SLICE(""));
    }
    return STATUS_OK;
}

static Status count_bonds(struct links *links, const struct statement *statement, Slice first,
                          Slice second, int64_t most, int64_t *ret_count) {
    return book_number(links->book, statement,
                       STORE_VALUES(store_text(first), store_text(second),
                                    store_i64(links->options.from_us),
                                    store_i64(links->options.until_us), store_i64(most)),
                       ret_count);
}

Status links_count(struct links *links, LinkNodeKind kind, Slice name, struct link_hub *ret,
                   uint32_t *ret_links) {
    PartyKind party;
    BondKind bond;
    int64_t count = 0;
    *ret = (struct link_hub){0};
    *ret_links = 0;
    TRY(read_named(links, kind, name, ret));
    if (kind == LINK_NODE_ACCOUNT || kind == LINK_NODE_OUTSIDE) {
        TRY(count_partners(links, kind, name, true, ret, ret_links));
        TRY(count_partners(links, kind, name, false, ret, ret_links));
    }
    if (party_of_node(kind, &party)) {
        TRY(count_bonds(links, &THINGS_COUNT, name, party_word(party), HUB_ROWS, &count));
        *ret_links += (uint32_t)count;
    }
    if (bond_of_node(kind, &bond)) {
        int64_t most = PARTIES_OF_BOND * (int64_t)bonds[bond].parties_max;
        TRY(count_bonds(links, &PARTIES_COUNT, bond_word(bond), name, most, &count));
        *ret_links += (uint32_t)count;
        if (count > bonds[bond].parties_max) {
            mark(ret, GANG_SKIP_PARTIES, count, SLICE(""));
        }
    }
    return STATUS_OK;
}

// ---- as JSON -----------------------------------------------------------------------------------

void links_put_node(struct json_writer *json, uint32_t id, LinkNodeKind kind, Slice name,
                    const struct link_hub *hub) {
    static const struct {
        const char *word, *zh, *en;
    } reasons[] = {
#define X(name, zh, en) {#name, zh, en},
        GANG_SKIPS(X)
#undef X
    };
    json_key_i64(json, SLICE("id"), id);
    json_key_string(json, SLICE("kind"), link_node_word(kind));
    json_key_string(json, SLICE("name"), name);
    if (hub->is_hub) {
        json_key(json, SLICE("hub"));
        json_object_begin(json);
        json_key_string(json, SLICE("reason"), slice_of(reasons[hub->reason].word));
        json_key_string(json, SLICE("zh"), slice_of(reasons[hub->reason].zh));
        json_key_string(json, SLICE("en"), slice_of(reasons[hub->reason].en));
        json_key_string(json, SLICE("detail"), hub->detail);
        json_key_i64(json, SLICE("seen"), hub->seen);
        json_object_end(json);
    }
}

void links_put_span(const struct links *links, struct json_writer *json) {
    json_key_i64(json, SLICE("from_us"), links->options.from_us);
    if (links->options.until_us != INT64_MAX) {
        json_key_i64(json, SLICE("until_us"), links->options.until_us);
    }
}

void links_put_edge(struct json_writer *json, uint32_t from, uint32_t to,
                    const struct link_row *row) {
    bool turns = row->link == LINK_PAYMENT && !row->leaves;
    json_object_begin(json);
    json_key_i64(json, SLICE("from"), turns ? to : from);
    json_key_i64(json, SLICE("to"), turns ? from : to);
    json_key_string(json, SLICE("kind"),
                    row->link == LINK_PAYMENT ? SLICE("PAYMENT")
                                              : bond_word((BondKind)(row->link - LINK_BOND)));
    json_key_i64(json, SLICE("times"), row->times);
    json_key_i64(json, SLICE("amount"), row->amount);
    json_key_i64(json, SLICE("first_us"), row->first_us);
    json_key_i64(json, SLICE("last_us"), row->last_us);
    json_object_end(json);
}

void links_put_cuts(const struct links *links, struct json_writer *json) {
    static const struct {
        const char *word, *zh, *en;
    } cuts[] = {
#define X(name, zh, en) {#name, zh, en},
        LINK_CUTS(X)
#undef X
    };
    json_key(json, SLICE("cut"));
    json_array_begin(json);
    for (uint32_t i = 0; i < LINK_CUT_COUNT; i++) {
        if (links->is_cut[i]) {
            json_object_begin(json);
            json_key_string(json, SLICE("reason"), slice_of(cuts[i].word));
            json_key_string(json, SLICE("zh"), slice_of(cuts[i].zh));
            json_key_string(json, SLICE("en"), slice_of(cuts[i].en));
            json_object_end(json);
        }
    }
    json_array_end(json);
}
