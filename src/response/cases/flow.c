// Where the money of an account or of a case went, and came from.

#include "response/cases/flow.h"
#include "base/time.h"

#include <inttypes.h>

enum { FLOW_DAYS = 30, LAYERS_MAX = 8, ACCOUNTS_MAX = 500, ROWS_MAX = 2000, PICTURE_MAX = 8 << 20 };
enum { PICTURES_MAX = 200 };

static const struct statement SOURCES = {
    "flow_sources",
    "SELECT sequence, time_us, payer_place, payer, payee_place, payee, amount, "
    "payer_customer, payee_customer FROM case_transaction WHERE case_id = ?1 AND "
    "part = 'SOURCE' AND state <> 'FAILED' AND state <> 'REVERSED' ORDER BY number"};
static const struct statement SOURCE_TIMES = {
    "flow_source_times",
    "SELECT COALESCE(MIN(time_us), 0) FROM case_transaction WHERE case_id = ?1 "
    "AND part = 'SOURCE'"};
static const struct statement PICTURE_LAST = {
    "flow_picture_last", "SELECT COALESCE(MAX(number), 0) FROM case_picture WHERE case_id = ?1"};
static const struct statement PICTURE_ADD = {
    "flow_picture_add",
    "INSERT INTO case_picture (case_id, number, made_us, made_by, json, sha256, traced, "
    "still_here, outside, not_followed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};

static uint32_t or_default(uint32_t value, uint32_t otherwise) {
    return value == 0 ? otherwise : value;
}

static struct flow_options complete(const struct flow_options *given, int64_t now_us) {
    struct flow_options options = given == NULL ? (struct flow_options){0} : *given;
    options.until_us = options.until_us == 0 ? now_us : options.until_us;
    options.from_us =
        options.from_us == 0 ? options.until_us - FLOW_DAYS * US_PER_DAY : options.from_us;
    options.layers_max = or_default(options.layers_max, LAYERS_MAX);
    options.accounts_max = or_default(options.accounts_max, ACCOUNTS_MAX);
    options.rows_max = or_default(options.rows_max, ROWS_MAX);
    return options;
}

static void tell_result(const struct graph_flow *flow, struct flow_result *ret) {
    if (ret != NULL) {
        *ret = (struct flow_result){.traced = flow->traced,
                                    .still_here = flow->left,
                                    .outside = flow->outside,
                                    .not_followed = flow->not_followed,
                                    .accounts = flow->account_count,
                                    .edges = flow->edge_count,
                                    .layers = flow->layers};
    }
}

// ---- of an account -----------------------------------------------------------------------------

Status flow_of_account(struct book *book, Slice account, const struct flow_options *options,
                       struct json_writer *json, struct flow_result *ret) {
    struct flow_ledger ledger;
    struct graph_flow forward = {0}, backward = {0};
    struct flow_options bounds = complete(options, book->now_us);
    flow_ledger_init(&ledger, book, &bounds);
    uint32_t first = flow_node_of(&ledger, PLACE_OWN, account, SLICE(""));
    TRY(flow_read_account(&ledger, first));
    struct flow_tracing tracing = {.direction = GRAPH_BACKWARD, .account = first};
    if (!bounds.forward_only) {
        TRY(flow_trace(&ledger, &tracing, &backward));
    }
    tracing.direction = GRAPH_FORWARD;
    if (!bounds.backward_only) {
        TRY(flow_trace(&ledger, &tracing, &forward));
    }
    tell_result(&forward, ret);
    flow_put_json(&ledger, bounds.backward_only ? NULL : &forward,
                  bounds.forward_only ? NULL : &backward, "account", account, json);
    return STATUS_OK;
}

// ---- of a case ---------------------------------------------------------------------------------

typedef VEC(struct graph_flow_source) Sources;

static void add_source(struct flow_ledger *ledger, uint32_t movement, Sources *sources) {
    *VEC_PUSH(sources, ledger->book->arena) = (struct graph_flow_source){.movement = movement};
}

static Status sources_of_copies(struct flow_ledger *ledger, int64_t case_id, Sources *sources) {
    struct book *book = ledger->book;
    Status status;
    TRY(book_ask(book, &SOURCES, STORE_VALUES(store_i64(case_id))));
    while ((status = book_next(book)) == STATUS_OK) {
        MoneyPlace from, to;
        if (place_parse(store_column_text(book->store, 2), &from) &&
            place_parse(store_column_text(book->store, 4), &to)) {
            struct graph_movement movement = {.number = (uint64_t)book_i64(book, 0),
                                              .time_us = book_i64(book, 1),
                                              .amount = book_i64(book, 6)};
            movement.from = flow_node_of(ledger, from, store_column_text(book->store, 3),
                                         store_column_text(book->store, 7));
            movement.to = flow_node_of(ledger, to, store_column_text(book->store, 5),
                                       store_column_text(book->store, 8));
            if (movement.from != movement.to) {
                add_source(ledger, flow_put_movement(ledger, &movement), sources);
            }
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

typedef enum Side { SIDE_NONE, SIDE_VICTIM, SIDE_FIRST_LEVEL, SIDE_SUSPECT } Side;

static Side *sides_of(struct flow_ledger *ledger, const struct circle *circle) {
    Side *sides = ARENA_ARRAY(ledger->book->arena, Side, ledger->nodes.count + (size_t)1);
    for (uint32_t i = 0; i < circle->count; i++) {
        const struct circle_account *account = &circle->at[i];
        uint32_t node = flow_node_of(ledger, PLACE_OWN, account->name, SLICE(""));
        sides[node] = account->is_victim                       ? SIDE_VICTIM
                      : slice_is(account->role, "FIRST_LEVEL") ? SIDE_FIRST_LEVEL
                                                               : SIDE_SUSPECT;
    }
    return sides;
}

// What victims paid to suspects; without victims, what came to accounts of the first level from
// outside the circle; without those, what came to any of its accounts.
static Status sources_of_circle(struct flow_ledger *ledger, const struct circle *circle,
                                Sources *sources) {
    uint32_t victims = 0, firsts = 0;
    for (uint32_t i = 0; i < circle->count; i++) {
        victims += circle->at[i].is_victim;
        firsts += slice_is(circle->at[i].role, "FIRST_LEVEL");
        TRY(flow_read_account(ledger,
                              flow_node_of(ledger, PLACE_OWN, circle->at[i].name, SLICE(""))));
    }
    const Side *sides = sides_of(ledger, circle);
    for (uint32_t i = 0; i < ledger->movements.count; i++) {
        Side from = sides[ledger->movements.at[i].from], to = sides[ledger->movements.at[i].to];
        bool is_source = victims > 0  ? from == SIDE_VICTIM && to > SIDE_VICTIM
                         : firsts > 0 ? from == SIDE_NONE && to == SIDE_FIRST_LEVEL
                                      : from == SIDE_NONE && to == SIDE_SUSPECT;
        if (is_source && ledger->movements.at[i].from != ledger->movements.at[i].to) {
            add_source(ledger, i, sources);
        }
    }
    return STATUS_OK;
}

static Status trace_case(struct book *book, const struct case_row *row,
                         const struct flow_options *given, struct flow_ledger *ledger,
                         struct graph_flow *ret) {
    struct circle circle;
    Sources sources = {0};
    int64_t first_us = 0;
    struct flow_options options = complete(given, book->now_us);
    TRY(book_number(book, &SOURCE_TIMES, STORE_VALUES(store_i64(row->id)), &first_us));
    options.from_us = first_us > 0 && first_us < options.from_us ? first_us : options.from_us;
    flow_ledger_init(ledger, book, &options);
    TRY(sources_of_copies(ledger, row->id, &sources));
    if (sources.count == 0) {
        TRY(case_circle(book, row->id, &circle));
        TRY(sources_of_circle(ledger, &circle, &sources));
    }
    if (sources.count == 0) {
        Status status =
            book_fail(book, STATUS_INVALID, "CA005",
                      "the case %.*s has no money that can be followed", SLICE_ARGS(row->number));
        book->diag->hint = SLICE("freeze the victims' payments as SOURCE, or name its accounts");
        return status;
    }
    struct flow_tracing tracing = {.direction = GRAPH_FORWARD,
                                   .account = GRAPH_NONE,
                                   .sources = sources.at,
                                   .source_count = sources.count};
    return flow_trace(ledger, &tracing, ret);
}

Status flow_of_case(struct book *book, int64_t clearance, int64_t case_id,
                    const struct flow_options *options, struct json_writer *json,
                    struct flow_result *ret) {
    struct case_row row;
    struct flow_ledger ledger;
    struct graph_flow flow;
    TRY(case_load(book, clearance, case_id, &row));
    TRY(trace_case(book, &row, options, &ledger, &flow));
    tell_result(&flow, ret);
    flow_put_json(&ledger, &flow, NULL, "case", row.number, json);
    return STATUS_OK;
}

Status flow_keep(struct book *book, int64_t clearance, int64_t case_id,
                 const struct flow_options *options, int64_t *ret_number) {
    struct case_row row;
    struct flow_result result;
    struct buf out;
    struct json_writer json;
    struct detail detail;
    char sha256[DIGEST_SIZE];
    int64_t number;
    TRY(case_load_open(book, clearance, case_id, &row));
    TRY(case_next_number(book, &PICTURE_LAST, case_id, PICTURES_MAX, &number));
    buf_init(&out, PICTURE_MAX);
    json_writer_init(&json, &out);
    Status status = flow_of_case(book, clearance, case_id, options, &json, &result);
    bool is_whole = !buf_overflowed(&out);
    Slice text = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    TRY(status);
    ENSURE(is_whole, book_fail(book, STATUS_LIMIT, "CA003",
                               "the picture is longer than %d bytes; look at fewer accounts or a "
                               "shorter time",
                               PICTURE_MAX));
    digest_of(text, sha256);
    Slice hash = {sha256, DIGEST_SIZE};
    TRY(book_run(book, &PICTURE_ADD,
                 STORE_VALUES(store_i64(case_id), store_i64(number), store_i64(book->now_us),
                              store_text(book->actor.name), store_text(text), store_text(hash),
                              store_i64(result.traced), store_i64(result.still_here),
                              store_i64(result.outside), store_i64(result.not_followed))));
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("picture"), number);
    json_key_string(&detail.json, SLICE("sha256"), hash);
    json_key_i64(&detail.json, SLICE("traced"), result.traced);
    json_key_i64(&detail.json, SLICE("still_here"), result.still_here);
    *ret_number = number;
    return case_trace(book, &row, "picture", detail_end(&detail, book));
}
