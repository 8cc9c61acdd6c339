#include "response/cases/neighbourhood.h"

#include <math.h>

static const double STAY = 0.85;     // the walk goes on; else it goes back to the seed
static const double NEAR_MIN = 1e-6; // what the walk meets more rarely is not read
static const double YUAN = 100;      // fen
static const double PAYMENT_LEAST = 0.25;
static const double OWN_MONEY = 0.1; // what a payment of own money counts, against one passed on
static const double LEAD_BACK = 0.3; // who pays is read later than who is paid
enum {
    PARTIES_READ = 10, // rows of a thing for each party that it may have: old ones are among them
};

// The newest movements of one side, added up by the other side, with how many there were in all.
#define PAYMENTS_OF(side, other)                                                                   \
    "SELECT " other "_place, " other ", COUNT(*), CAST(SUM(amount) AS BIGINT), MIN(time_us), "     \
    "MAX(time_us) FROM (SELECT " other "_place, " other                                            \
    ", amount, time_us FROM movement WHERE " side " = ?1 AND time_us >= ?2 AND time_us < ?3 AND "  \
    "(" side "_place = 'OWN') = (?4 = 1) AND " other "_place <> 'CASH' AND state <> 'FAILED' AND " \
    "state <> 'REVERSED' ORDER BY time_us DESC LIMIT ?5) AS newest GROUP BY " other                \
    "_place, " other
static const struct statement PAID = {"near_paid", PAYMENTS_OF("payer", "payee")};
static const struct statement GOT = {"near_got", PAYMENTS_OF("payee", "payer")};
// Whose an account is does not age.
static const struct statement THINGS = {
    "near_things", "SELECT kind, thing, first_us, last_us, times FROM bond WHERE party = ?1 AND "
                   "party_kind = ?2 AND (last_us >= ?3 OR kind = 'HOLDER') ORDER BY kind, thing "
                   "LIMIT ?4"};
static const struct statement PARTIES = {
    "near_parties", "SELECT party_kind, party, first_us, last_us, times FROM bond WHERE kind = ?1 "
                    "AND thing = ?2 LIMIT ?3"};
static const struct statement NAMED = {
    "near_named", "SELECT reason FROM gang_hub WHERE kind = ?1 AND name = ?2 AND until_us > ?3"};

// What bonds of each kind weigh, and how many may share a thing.
static const struct {
    double strength;
    uint32_t parties_max;
    GangNodeKind node;
} kinds[BOND_KIND_COUNT] = {
#define NODE_OF_HOLDER GANG_NODE_CUSTOMER
#define NODE_OF_DEVICE GANG_NODE_DEVICE
#define NODE_OF_PHONE GANG_NODE_PHONE
#define NODE_OF_AGENT GANG_NODE_AGENT
#define NODE_OF_ADDRESS GANG_NODE_ADDRESS
#define NODE_OF_IP GANG_NODE_IP
#define NODE_OF_EMPLOYER GANG_NODE_EMPLOYER
#define NODE_OF_TERMINAL GANG_NODE_TERMINAL
#define BOND(name, strength, parties_max, zh, en) {strength, parties_max, NODE_OF_##name},
#include "response/cases/bond_kinds.def"
#undef BOND
};

// ---- nodes -------------------------------------------------------------------------------------

struct key {
    char bytes[1 + CASES_NAME_MAX];
    size_t size;
};

static Slice key_of(struct key *key, GangNodeKind kind, Slice name) {
    size_t size = name.size < CASES_NAME_MAX ? name.size : CASES_NAME_MAX;
    key->bytes[0] = (char)('A' + kind);
    memcpy(key->bytes + 1, name.at, size);
    return (Slice){key->bytes, 1 + size};
}

static void mark_hub(struct near_node *node, GangSkip reason, uint32_t seen, Slice detail) {
    node->is_hub = true;
    node->reason = reason;
    node->seen = seen;
    node->detail = detail;
}

uint32_t neighbourhood_find(const struct neighbourhood *near, const struct gang_node *node) {
    struct key key;
    return map_get(&near->by_name, key_of(&key, node->kind, node->name));
}

// The number of a node, made if it is new.
static uint32_t node_of(struct neighbourhood *near, const struct gang_node *is) {
    struct key key;
    Slice name = key_of(&key, is->kind, is->name);
    uint32_t found = map_get(&near->by_name, name);
    if (found != MAP_NONE) {
        return found;
    }
    uint32_t number = near->nodes.count;
    Slice kept = arena_copy(near->book->arena, name);
    struct near_node *node = VEC_PUSH(&near->nodes, near->book->arena);
    node->is = (struct gang_node){is->kind, slice_part(kept, 1, SIZE_MAX)};
    map_put(&near->by_name, kept, number);
    if (is->kind == GANG_NODE_MERCHANT) {
        mark_hub(node, GANG_SKIP_MERCHANT, 0, SLICE(""));
    }
    return number;
}

static Status look_whether_named(struct neighbourhood *near, struct near_node *node) {
    struct book *book = near->book;
    near->questions++;
    Status status = book_one(book, &NAMED,
                             STORE_VALUES(store_text(gang_node_word(node->is.kind)),
                                          store_text(node->is.name), store_i64(book->now_us)));
    if (status == STATUS_OK) {
        mark_hub(node, GANG_SKIP_NAMED, 0, book_text(book, 0));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// ---- the queue ---------------------------------------------------------------------------------

static bool is_before(struct near_place a, struct near_place b) {
    return a.nearness > b.nearness || (a.nearness == b.nearness && a.node < b.node);
}

static void queue_put(struct neighbourhood *near, uint32_t node) {
    struct near_place place = {near->nodes.at[node].nearness, node};
    VEC_PUSH(&near->queue, near->book->arena);
    uint32_t at = near->queue.count - 1;
    for (; at > 0 && is_before(place, near->queue.at[(at - 1) / 2]); at = (at - 1) / 2) {
        near->queue.at[at] = near->queue.at[(at - 1) / 2];
    }
    near->queue.at[at] = place;
}

static struct near_place queue_take(struct neighbourhood *near) {
    struct near_place first = near->queue.at[0], last = near->queue.at[--near->queue.count];
    uint32_t at = 0, count = near->queue.count;
    for (uint32_t next; (next = 2 * at + 1) < count; at = next) {
        next += next + 1 < count && is_before(near->queue.at[next + 1], near->queue.at[next]);
        if (is_before(last, near->queue.at[next])) {
            break;
        }
        near->queue.at[at] = near->queue.at[next];
    }
    if (count > 0) {
        near->queue.at[at] = last;
    }
    return first;
}

// ---- what is read of a node --------------------------------------------------------------------

// A payment of 50 yuan weighs 0.4, of 1,000 yuan 1.3, of 50,000 yuan 2.9: shopping binds nobody.
static double payment_weight(int64_t amount) {
    return PAYMENT_LEAST + log10(1 + (double)amount / (YUAN * 100));
}

static double bond_weight(BondKind kind, int64_t times) {
    double often = 1 + 0.25 * log2((double)times);
    return kinds[kind].strength * (often < 1.5 ? often : 1.5);
}

static GangNodeKind node_kind_of_place(Slice place) {
    return slice_is(place, "OWN")        ? GANG_NODE_ACCOUNT
           : slice_is(place, "MERCHANT") ? GANG_NODE_MERCHANT
                                         : GANG_NODE_OUTSIDE;
}

static Status read_payments(struct neighbourhood *near, struct near_node *node, bool leaves) {
    struct book *book = near->book;
    const struct gang_options *options = &near->options;
    int64_t rows = 0;
    uint32_t partners = 0;
    Status status;
    near->questions++;
    TRY(book_ask(book, leaves ? &PAID : &GOT,
                 STORE_VALUES(store_text(node->is.name), store_i64(options->from_us),
                              store_i64(options->until_us),
                              store_i64(node->is.kind == GANG_NODE_ACCOUNT),
                              store_i64((int64_t)options->rows_max + 1))));
    while ((status = book_next(book)) == STATUS_OK) {
        rows += book_i64(book, 2);
        if (book_i64(book, 3) < options->payment_min) {
            continue;
        }
        struct near_row *row = VEC_PUSH(&near->rows, book->arena);
        row->other = (struct gang_node){node_kind_of_place(store_column_text(book->store, 0)),
                                        book_text(book, 1)};
        row->edge = EDGE_PAYMENT;
        row->leaves = leaves;
        row->times = book_i64(book, 2);
        row->amount = book_i64(book, 3);
        row->first_us = book_i64(book, 4);
        row->last_us = book_i64(book, 5);
        row->weight = payment_weight(row->amount);
        partners += row->other.kind != GANG_NODE_MERCHANT;
    }
    if (rows > options->rows_max) {
        mark_hub(node, GANG_SKIP_ROWS, (uint32_t)rows, SLICE(""));
    } else if (partners > options->partners_max) {
        mark_hub(node, GANG_SKIP_PARTNERS, partners, SLICE(""));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static void read_bond(struct neighbourhood *near, BondKind kind, struct gang_node other) {
    struct book *book = near->book;
    struct near_row *row = VEC_PUSH(&near->rows, book->arena);
    row->other = other;
    row->edge = (uint8_t)(EDGE_BOND + kind);
    row->first_us = book_i64(book, 2);
    row->last_us = book_i64(book, 3);
    row->times = book_i64(book, 4);
    row->weight = bond_weight(kind, row->times);
}

static Status read_things(struct neighbourhood *near, const struct near_node *node,
                          PartyKind party) {
    struct book *book = near->book;
    Status status;
    BondKind kind;
    near->questions++;
    TRY(book_ask(book, &THINGS,
                 STORE_VALUES(store_text(node->is.name), store_text(party_word(party)),
                              store_i64(near->options.from_us),
                              store_i64(near->options.rows_max))));
    while ((status = book_next(book)) == STATUS_OK) {
        if (bond_parse(store_column_text(book->store, 0), &kind) && kinds[kind].strength > 0) {
            read_bond(near, kind, (struct gang_node){kinds[kind].node, book_text(book, 1)});
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// The parties that share a thing; of a customer, his accounts.
static Status read_parties(struct neighbourhood *near, struct near_node *node, BondKind kind) {
    struct book *book = near->book;
    uint32_t rows = 0, parties = 0, rows_max = PARTIES_READ * kinds[kind].parties_max;
    Status status;
    near->questions++;
    TRY(book_ask(
        book, &PARTIES,
        STORE_VALUES(store_text(bond_word(kind)), store_text(node->is.name), store_i64(rows_max))));
    while (parties <= kinds[kind].parties_max && (status = book_next(book)) == STATUS_OK) {
        rows++;
        if (book_i64(book, 3) >= near->options.from_us || kind == BOND_HOLDER) {
            bool is_account = slice_is(store_column_text(book->store, 0), "ACCOUNT");
            GangNodeKind party = is_account ? GANG_NODE_ACCOUNT : GANG_NODE_CUSTOMER;
            read_bond(near, kind, (struct gang_node){party, book_text(book, 1)});
            parties++;
        }
    }
    if (parties > kinds[kind].parties_max || rows == rows_max) {
        mark_hub(node, GANG_SKIP_PARTIES, parties, SLICE(""));
        return STATUS_OK;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status read_rows(struct neighbourhood *near, struct near_node *node) {
    near->rows.count = 0;
    TRY(look_whether_named(near, node));
    ENSURE(!node->is_hub, STATUS_OK);
    if (node->is.kind == GANG_NODE_ACCOUNT || node->is.kind == GANG_NODE_OUTSIDE) {
        TRY(read_payments(near, node, true));
        ENSURE(!node->is_hub, STATUS_OK);
        TRY(read_payments(near, node, false));
    }
    if (node->is.kind == GANG_NODE_ACCOUNT) {
        TRY(read_things(near, node, PARTY_ACCOUNT));
    } else if (node->is.kind == GANG_NODE_CUSTOMER) {
        TRY(read_things(near, node, PARTY_CUSTOMER));
    }
    for (uint32_t kind = 0; kind < BOND_KIND_COUNT && !node->is_hub; kind++) {
        if (kinds[kind].node == node->is.kind) {
            return read_parties(near, node, (BondKind)kind);
        }
    }
    return STATUS_OK;
}

// ---- the walk ----------------------------------------------------------------------------------

static void add_edge(struct neighbourhood *near, uint32_t node, uint32_t other,
                     const struct near_row *row) {
    *VEC_PUSH(&near->edges, near->book->arena) = (struct graph_edge){
        .from = row->leaves ? node : other,
        .to = row->leaves ? other : node,
        .count = row->times > UINT32_MAX ? UINT32_MAX : (uint32_t)row->times,
        .kind = row->edge,
        .amount = row->amount,
        .first_us = row->first_us,
        .last_us = row->last_us,
        .weight = row->weight,
    };
}

static void lead_on(struct neighbourhood *near, uint32_t number, const uint32_t *others) {
    struct near_node *node = &near->nodes.at[number];
    for (uint32_t i = 0; i < near->rows.count; i++) {
        struct near_node *other = &near->nodes.at[others[i]];
        if (!other->was_read && !other->is_hub && others[i] != number && node->strength > 0) {
            const struct near_row *row = &near->rows.at[i];
            double leads = row->edge == EDGE_PAYMENT && !row->leaves ? LEAD_BACK : 1;
            other->nearness += STAY * leads * node->nearness * row->weight / node->strength;
            queue_put(near, others[i]);
        }
    }
}

// A bond of two that were both read is there from the one that was read first.
static Status read_node(struct neighbourhood *near, uint32_t number) {
    struct near_node node = near->nodes.at[number]; // the array moves
    TRY(read_rows(near, &node));
    node.was_read = true;
    near->reads++;
    uint32_t *others = ARENA_ARRAY(near->book->arena, uint32_t, near->rows.count + 1);
    for (uint32_t i = 0; i < near->rows.count && !node.is_hub; i++) {
        const struct near_row *row = &near->rows.at[i];
        others[i] = node_of(near, &row->other);
        const struct near_node *other = &near->nodes.at[others[i]];
        if (!other->was_read || other->is_hub) {
            add_edge(near, number, others[i], row);
        }
        node.strength += other->is_hub || others[i] == number ? 0 : row->weight;
    }
    near->nodes.at[number] = node;
    if (!node.is_hub) {
        lead_on(near, number, others);
    }
    return STATUS_OK;
}

// See the head of neighbourhood.h.
static void weigh_payments(struct neighbourhood *near) {
    uint32_t count = near->nodes.count;
    int64_t *got = ARENA_ARRAY(near->book->arena, int64_t, count);
    int64_t *paid = ARENA_ARRAY(near->book->arena, int64_t, count);
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        if (edge->kind == EDGE_PAYMENT && !near->nodes.at[edge->from].is_hub) {
            got[edge->to] += edge->amount;
            paid[edge->from] += edge->amount;
        }
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        struct graph_edge *edge = &near->edges.at[i];
        if (edge->kind == EDGE_PAYMENT && near->nodes.at[edge->from].was_read) {
            double passed_on = (double)got[edge->from] / (double)(paid[edge->from] + 1);
            edge->weight *= OWN_MONEY + (1 - OWN_MONEY) * (passed_on < 1 ? passed_on : 1);
        }
    }
}

// What an account or a thing that was read has, payments and things, but for what is one's own.
static double usual_strength(const struct neighbourhood *near, GangNodeKind kind) {
    double strength = 0;
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < near->nodes.count; i++) {
        const struct near_node *node = &near->nodes.at[i];
        nodes += node->was_read && !node->is_hub && node->is.kind == kind;
    }
    for (uint32_t i = 0; i < near->edges.count; i++) {
        const struct graph_edge *edge = &near->edges.at[i];
        const struct near_node *from = &near->nodes.at[edge->from];
        const struct near_node *to = &near->nodes.at[edge->to];
        if (edge->kind != EDGE_BOND + BOND_HOLDER && !from->is_hub && !to->is_hub) {
            strength += from->was_read && from->is.kind == kind ? edge->weight : 0;
            strength += to->was_read && to->is.kind == kind ? edge->weight : 0;
        }
    }
    return nodes == 0 || strength == 0 ? 1 : strength / nodes;
}

static void add_world(struct neighbourhood *near) {
    double usual[GANG_NODE_KIND_COUNT], all = 0;
    uint32_t nodes = near->nodes.count;
    for (uint32_t kind = 0; kind < GANG_NODE_KIND_COUNT; kind++) {
        usual[kind] = usual_strength(near, (GangNodeKind)kind);
    }
    VEC_PUSH(&near->nodes, near->book->arena)->is.kind = NODE_WORLD;
    for (uint32_t i = 0; i < nodes; i++) {
        const struct near_node *node = &near->nodes.at[i];
        if (!node->was_read && !node->is_hub) {
            double weight = usual[node->is.kind];
            add_edge(near, i, nodes,
                     &(struct near_row){.edge = EDGE_WORLD, .times = 1, .weight = weight});
            all += weight;
        }
    }
    for (uint32_t i = 0; i <= near->options.members_max && all > 0; i++) {
        uint32_t rest = near->nodes.count;
        VEC_PUSH(&near->nodes, near->book->arena)->is.kind = NODE_WORLD;
        add_edge(near, nodes, rest,
                 &(struct near_row){.edge = EDGE_WORLD, .times = 1, .weight = all / 10});
    }
}

Status neighbourhood_read(struct book *book, const struct gang_node *seed,
                          const struct gang_options *options, struct neighbourhood *ret) {
    *ret = (struct neighbourhood){.book = book, .options = *options};
    map_init(&ret->by_name, book->arena);
    uint32_t first = node_of(ret, seed);
    ret->nodes.at[first].nearness = 1;
    queue_put(ret, first);
    while (ret->queue.count > 0) {
        struct near_place place = queue_take(ret);
        const struct near_node *node = &ret->nodes.at[place.node];
        if (node->was_read || node->is_hub || place.nearness < node->nearness) {
            continue; // it is in the queue with what it has now, or needs none
        }
        if (place.nearness < NEAR_MIN || ret->reads >= options->nodes_max) {
            ret->is_cut = ret->reads >= options->nodes_max;
            break;
        }
        TRY(read_node(ret, place.node));
    }
    weigh_payments(ret);
    add_world(ret);
    return STATUS_OK;
}
