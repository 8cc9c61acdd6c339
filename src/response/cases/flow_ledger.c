#include "response/cases/flow.h"

#include "base/bits.h"

#include <stdlib.h>

enum { NODE_KIND_OWN = PLACE_OWN };
enum { MOVEMENTS_MAX = 100000 }; // of all accounts: some tenths of a second to read

#define MOVEMENTS_OF(side)                                                                         \
    "SELECT sequence, time_us, payer_place, payer, payee_place, payee, amount, payer_customer, "   \
    "payee_customer FROM movement WHERE " side " = ?1 AND " side "_place = 'OWN' AND time_us >= "  \
    "?2 AND time_us < ?3 AND state <> 'FAILED' AND state <> 'REVERSED' ORDER BY time_us LIMIT ?4"
static const struct statement PAID = {"flow_paid", MOVEMENTS_OF("payer")};
static const struct statement GOT = {"flow_got", MOVEMENTS_OF("payee")};
static const struct statement NAMED = {
    "flow_named", "SELECT reason FROM gang_hub WHERE kind = 'ACCOUNT' AND name = ?1 AND until_us > "
                  "?2"};

void flow_ledger_init(struct flow_ledger *ledger, struct book *book,
                      const struct flow_options *options) {
    *ledger = (struct flow_ledger){.book = book, .options = *options};
    map_init(&ledger->by_name, book->arena);
    map_init(&ledger->by_sequence, book->arena);
}

uint32_t flow_node_of(struct flow_ledger *ledger, MoneyPlace place, Slice name, Slice customer) {
    char key[1 + CASES_NAME_MAX];
    size_t size = name.size < CASES_NAME_MAX ? name.size : CASES_NAME_MAX;
    bool is_cash = place == PLACE_CASH; // whatever the machine
    key[0] = (char)('A' + place);
    memcpy(key + 1, name.at, is_cash ? 0 : size);
    Slice asked = {key, 1 + (is_cash ? 0 : size)};
    uint32_t number = map_get(&ledger->by_name, asked);
    if (number == MAP_NONE) {
        Slice kept = arena_copy(ledger->book->arena, asked);
        number = ledger->nodes.count;
        map_put(&ledger->by_name, kept, number);
        *VEC_PUSH(&ledger->nodes, ledger->book->arena) =
            (struct flow_node){.place = place, .name = slice_part(kept, 1, SIZE_MAX)};
    }
    struct flow_node *node = &ledger->nodes.at[number];
    if (node->customer.size == 0 && customer.size > 0) {
        node->customer = arena_copy(ledger->book->arena, customer);
    }
    return number;
}

uint32_t flow_put_movement(struct flow_ledger *ledger, const struct graph_movement *movement) {
    Slice key = {(const char *)&movement->number, sizeof movement->number};
    uint32_t at = map_get(&ledger->by_sequence, key);
    if (at == MAP_NONE) {
        at = ledger->movements.count;
        map_put(&ledger->by_sequence, arena_copy(ledger->book->arena, key), at);
        *VEC_PUSH(&ledger->movements, ledger->book->arena) = *movement;
    }
    return at;
}

// ---- reading -----------------------------------------------------------------------------------

struct read_row {
    int64_t sequence, time_us, amount;
    MoneyPlace places[2];
    Slice names[2], customers[2];
};
typedef VEC(struct read_row) ReadRows;

static void stop(struct flow_ledger *ledger, uint32_t node, FlowCut cut) {
    ledger->nodes.at[node].is_stopped = true;
    ledger->nodes.at[node].cut = cut;
    ledger->is_cut[cut] = true;
}

static Status read_side(struct flow_ledger *ledger, Slice account, const struct statement *side,
                        ReadRows *rows) {
    struct book *book = ledger->book;
    Status status;
    TRY(book_ask(book, side,
                 STORE_VALUES(store_text(account), store_i64(ledger->options.from_us),
                              store_i64(ledger->options.until_us),
                              store_i64((int64_t)ledger->options.rows_max + 1))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct read_row row = {.sequence = book_i64(book, 0),
                               .time_us = book_i64(book, 1),
                               .amount = book_i64(book, 6),
                               .names = {book_text(book, 3), book_text(book, 5)},
                               .customers = {book_text(book, 7), book_text(book, 8)}};
        if (place_parse(store_column_text(book->store, 2), &row.places[0]) &&
            place_parse(store_column_text(book->store, 4), &row.places[1])) {
            *VEC_PUSH(rows, book->arena) = row;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status is_named(struct flow_ledger *ledger, Slice account, bool *ret) {
    struct book *book = ledger->book;
    Status status =
        book_one(book, &NAMED, STORE_VALUES(store_text(account), store_i64(book->now_us)));
    *ret = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

Status flow_read_account(struct flow_ledger *ledger, uint32_t node) {
    Slice account = ledger->nodes.at[node].name;
    ReadRows rows = {0};
    bool named;
    ledger->nodes.at[node].was_read = true;
    ledger->reads++;
    TRY(is_named(ledger, account, &named));
    if (named) {
        stop(ledger, node, FLOW_CUT_NAMED);
        return STATUS_OK;
    }
    TRY(read_side(ledger, account, &PAID, &rows));
    uint32_t paid = rows.count;
    TRY(read_side(ledger, account, &GOT, &rows));
    if (paid > ledger->options.rows_max || rows.count - paid > ledger->options.rows_max) {
        stop(ledger, node, FLOW_CUT_ROWS);
        return STATUS_OK;
    }
    for (uint32_t i = 0; i < rows.count; i++) {
        const struct read_row *row = &rows.at[i];
        struct graph_movement movement = {
            .time_us = row->time_us, .amount = row->amount, .number = (uint64_t)row->sequence};
        movement.from = flow_node_of(ledger, row->places[0], row->names[0], row->customers[0]);
        movement.to = flow_node_of(ledger, row->places[1], row->names[1], row->customers[1]);
        flow_put_movement(ledger, &movement);
    }
    return STATUS_OK;
}

// ---- tracing -----------------------------------------------------------------------------------

static Status trace_once(struct flow_ledger *ledger, const struct flow_tracing *tracing,
                         struct graph_flow *ret) {
    struct arena *arena = ledger->book->arena;
    uint32_t count = ledger->nodes.count;
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, count);
    uint64_t *stops = ARENA_ARRAY(arena, uint64_t, bits_words(count));
    struct graph_ledger *made;
    for (uint32_t i = 0; i < count; i++) {
        kinds[i] = (uint8_t)ledger->nodes.at[i].place;
        bits_assign(stops, i, ledger->nodes.at[i].is_stopped);
    }
    struct graph_ledger_plan plan = {.movements = ledger->movements.at,
                                     .movement_count = ledger->movements.count,
                                     .node_count = count,
                                     .node_kinds = kinds,
                                     .exit_kinds = (UINT64_C(1) << PLACE_COUNT) - 1 -
                                                   (UINT64_C(1) << NODE_KIND_OWN)};
    TRY(graph_ledger_create(&plan, arena, &made, ledger->book->diag));
    const struct flow_options *options = &ledger->options;
    Status status = graph_flow_trace(made,
                                     &(struct graph_flow_options){
                                         .direction = tracing->direction,
                                         .order = options->order,
                                         .sources = tracing->sources,
                                         .source_count = tracing->source_count,
                                         .account = tracing->account,
                                         .stops = stops,
                                         .dwell_us_max = options->dwell_us_max,
                                         .layers_max = options->layers_max,
                                     },
                                     arena, ret, ledger->book->diag);
    graph_ledger_destroy(made);
    return status;
}

static int64_t amount_min_of(const struct flow_ledger *ledger, const struct graph_flow *flow) {
    enum { SHARE = 1000, LEAST = 10000 }; // fen
    int64_t least = flow->traced / SHARE > LEAST ? flow->traced / SHARE : LEAST;
    return ledger->options.amount_min > 0 ? ledger->options.amount_min : least;
}

// Reads accounts that the money came to (backward: came from). False: there was none to be read.
static Status read_on(struct flow_ledger *ledger, const struct flow_tracing *tracing,
                      const struct graph_flow *flow, bool *ret_has_read) {
    int64_t least = amount_min_of(ledger, flow);
    *ret_has_read = false;
    for (uint32_t i = 0; i < flow->account_count; i++) {
        const struct graph_flow_account *account = &flow->accounts[i];
        const struct flow_node *node = &ledger->nodes.at[account->node];
        bool forward = tracing->direction != GRAPH_BACKWARD;
        int64_t amount = forward ? account->received : account->passed_on;
        if (node->place != PLACE_OWN || node->was_read || node->is_stopped || amount == 0 ||
            account->layer >= ledger->options.layers_max) {
            continue;
        }
        if (amount < least && account->layer > 0) {
            stop(ledger, account->node, FLOW_CUT_AMOUNT);
        } else if (ledger->reads >= ledger->options.accounts_max) {
            stop(ledger, account->node, FLOW_CUT_ACCOUNTS);
        } else if (ledger->movements.count >= MOVEMENTS_MAX) {
            stop(ledger, account->node, FLOW_CUT_MOVEMENTS);
        } else {
            TRY(flow_read_account(ledger, account->node));
            *ret_has_read = true;
        }
    }
    return STATUS_OK;
}

Status flow_trace(struct flow_ledger *ledger, const struct flow_tracing *tracing,
                  struct graph_flow *ret) {
    bool has_read;
    do {
        TRY(trace_once(ledger, tracing, ret));
        TRY(read_on(ledger, tracing, ret, &has_read));
    } while (has_read);
    ledger->is_cut[FLOW_CUT_LAYERS] |= (ret->cuts & GRAPH_CUT_LAYERS) != 0;
    ledger->is_cut[FLOW_CUT_PIECES] |= (ret->cuts & GRAPH_CUT_PIECES) != 0;
    return trace_once(ledger, tracing, ret); // with what was stopped in the last round
}
