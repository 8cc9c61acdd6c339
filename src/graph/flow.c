// Flow: following money from movement to movement, layer by layer.
//
// What is followed are pieces: intervals of movements. A piece arrives at an account; what slices
// (lots.h) name of it goes on as pieces of the next layer, what none names stays. Since each fen
// has one way, pieces of one movement never overlap, but for money that comes back into a payment
// that is a source itself: there it ends, as rejoined.

#include "graph/flow.h"

#include <stdlib.h>

enum {
    LAYERS_MAX = 10,
    PIECES_MAX = 1000000,
    PIECES_MOST = 1 << 26,
    COLLECTOR_PAYERS = 3,
    TRANSIT_PERCENT = 80,
    CASH_OUT_PERCENT = 50,
    HOLDING_PERCENT = 50,
};
#define TRANSIT_US (INT64_C(24) * 3600 * 1000000)

// ---- options -----------------------------------------------------------------------------------

static void fill_u32(uint32_t *option, uint32_t value) {
    *option = *option == 0 ? value : *option;
}

static struct graph_flow_options filled(const struct graph_flow_options *options) {
    struct graph_flow_options full = *options;
    fill_u32(&full.layers_max, LAYERS_MAX);
    fill_u32(&full.pieces_max, PIECES_MAX);
    fill_u32(&full.collector_payers, COLLECTOR_PAYERS);
    fill_u32(&full.transit_percent, TRANSIT_PERCENT);
    fill_u32(&full.cash_out_percent, CASH_OUT_PERCENT);
    fill_u32(&full.holding_percent, HOLDING_PERCENT);
    full.transit_us = full.transit_us == 0 ? TRANSIT_US : full.transit_us;
    return full;
}

static Status check_options(const struct graph_flow_options *options,
                            const struct graph_ledger *ledger, struct arena *arena,
                            struct diag *diag) {
    if (options->source_count == 0 && options->account >= ledger->node_count) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "the account is node %u, and there are %u", options->account,
                         ledger->node_count);
    }
    if (options->source_count > options->pieces_max || options->pieces_max > PIECES_MOST ||
        options->dwell_us_max < 0 || options->transit_us < 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "GR007",
                         "of a flow more sources than pieces may be followed, more pieces than %d, "
                         "or a time is below 0",
                         PIECES_MOST);
    }
    return STATUS_OK;
}

// ---- accounts ----------------------------------------------------------------------------------

static uint32_t account_index(struct tracing *tracing, uint32_t node) {
    if (tracing->account_of[node] == 0) {
        struct graph_flow_account *account = VEC_PUSH(&tracing->accounts, tracing->arena);
        account->node = node;
        account->layer = GRAPH_NONE;
        account->dwell_us = -1;
        tracing->account_of[node] = tracing->accounts.count;
    }
    return tracing->account_of[node] - 1;
}

static void widen(bool is_first, int64_t time_us, int64_t *first_us, int64_t *last_us) {
    *first_us = is_first || time_us < *first_us ? time_us : *first_us;
    *last_us = is_first || time_us > *last_us ? time_us : *last_us;
}

static uint32_t smaller(uint32_t left, uint32_t right) {
    return left < right ? left : right;
}

// Both accounts of a piece; gives the index of the one at which it arrives.
static uint32_t count_piece(struct tracing *tracing, const struct piece *piece) {
    const struct graph_movement *movement = &tracing->ledger->movements[piece->movement];
    uint32_t from = account_index(tracing, movement->from);
    uint32_t to = account_index(tracing, movement->to);
    struct graph_flow_account *payer = &tracing->accounts.at[from];
    struct graph_flow_account *payee = &tracing->accounts.at[to];
    widen(payer->passed_on == 0, movement->time_us, &payer->first_out_us, &payer->last_out_us);
    widen(payee->received == 0, movement->time_us, &payee->first_in_us, &payee->last_in_us);
    payer->passed_on += piece->amount;
    payee->received += piece->amount;
    payer->layer = smaller(payer->layer, tracing->is_forward ? piece->layer - 1 : piece->layer);
    payee->layer = smaller(payee->layer, tracing->is_forward ? piece->layer : piece->layer - 1);
    return tracing->is_forward ? to : from;
}

// ---- following ---------------------------------------------------------------------------------

static void stay(const struct tracing *tracing, struct graph_flow_account *account,
                 int64_t amount) {
    *(tracing->is_forward ? &account->left : &account->own) += amount;
}

static void note_dwell(struct tracing *tracing, uint32_t account, int64_t us, int64_t amount) {
    *VEC_PUSH(&tracing->dwells, tracing->arena) = (struct dwell){account, us, amount};
}

static int64_t time_between(const struct tracing *tracing, const struct slice *slice) {
    int64_t near_us = tracing->ledger->movements[slice->near].time_us;
    int64_t far_us = tracing->ledger->movements[slice->far].time_us;
    return tracing->is_forward ? far_us - near_us : near_us - far_us;
}

// What goes on in movement `far`, as its fen from `at` on.
static void go_on(struct tracing *tracing, uint32_t index, uint32_t far, int64_t at, int64_t amount,
                  uint32_t layer, int64_t dwell_us) {
    struct graph_flow_account *account = &tracing->accounts.at[index];
    int64_t covered = tracing->covered[far] - at;
    covered = covered < 0 ? 0 : covered < amount ? covered : amount;
    int64_t followed = amount - covered;
    account->rejoined += covered;
    if (followed > 0 && layer == tracing->options.layers_max) {
        tracing->cuts |= GRAPH_CUT_LAYERS;
        account->not_followed += followed;
        followed = 0;
    } else if (followed > 0 && tracing->pieces.count >= tracing->options.pieces_max) {
        tracing->cuts |= GRAPH_CUT_PIECES;
        account->not_followed += followed;
        followed = 0;
    }
    if (followed > 0) {
        *VEC_PUSH(&tracing->pieces, tracing->arena) =
            (struct piece){far, layer + 1, at + covered, followed};
    }
    if (covered + followed > 0) {
        note_dwell(tracing, index, dwell_us, covered + followed);
    }
}

// The first slice of a movement that reaches behind `at`.
static uint32_t first_slice(const struct lots *lots, uint32_t movement, int64_t at) {
    uint32_t begin = lots->begin[movement];
    uint32_t end = lots->end[movement];
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        const struct slice *slice = &lots->slices.at[middle];
        if (slice->near_at + slice->amount <= at) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

static void follow_slices(struct tracing *tracing, struct piece piece, uint32_t index) {
    const struct lots *lots = &tracing->lots;
    int64_t end = piece.at + piece.amount;
    int64_t at = piece.at;
    for (uint32_t i = first_slice(lots, piece.movement, at); i < lots->end[piece.movement]; i++) {
        const struct slice *slice = &lots->slices.at[i];
        if (slice->near_at >= end) {
            break;
        }
        int64_t begin = slice->near_at > at ? slice->near_at : at;
        int64_t until = slice->near_at + slice->amount;
        until = until < end ? until : end;
        stay(tracing, &tracing->accounts.at[index], begin - at);
        at = until;
        int64_t dwell_us = time_between(tracing, slice);
        if (tracing->options.dwell_us_max > 0 && dwell_us > tracing->options.dwell_us_max) {
            stay(tracing, &tracing->accounts.at[index], until - begin);
        } else {
            go_on(tracing, index, slice->far, slice->far_at + (begin - slice->near_at),
                  until - begin, piece.layer, dwell_us);
        }
    }
    stay(tracing, &tracing->accounts.at[index], end - at);
}

static void follow(struct tracing *tracing, struct piece piece) {
    uint32_t index = count_piece(tracing, &piece);
    struct graph_flow_account *account = &tracing->accounts.at[index];
    const uint64_t *stops = tracing->options.stops;
    if (ledger_is_exit(tracing->ledger, account->node)) {
        account->outside += piece.amount;
    } else if (stops != NULL && bits_test(stops, account->node)) {
        stay(tracing, account, piece.amount);
    } else {
        lots_match(&tracing->lots, account->node);
        follow_slices(tracing, piece, index);
    }
}

// ---- sources -----------------------------------------------------------------------------------

static void put_source(struct tracing *tracing, uint32_t place, int64_t amount) {
    const struct graph_movement *movement = &tracing->ledger->movements[place];
    tracing->covered[place] = amount;
    *VEC_PUSH(&tracing->pieces, tracing->arena) = (struct piece){place, 1, 0, amount};
    uint32_t index = account_index(tracing, tracing->is_forward ? movement->from : movement->to);
    struct graph_flow_account *account = &tracing->accounts.at[index];
    *(tracing->is_forward ? &account->own : &account->left) += amount;
}

static Status put_payments(struct tracing *tracing, struct arena *arena, struct diag *diag) {
    const struct graph_ledger *ledger = tracing->ledger;
    for (uint32_t i = 0; i < tracing->options.source_count; i++) {
        struct graph_flow_source source = tracing->options.sources[i];
        uint32_t place =
            source.movement < ledger->input_count ? ledger->place_of[source.movement] : GRAPH_NONE;
        if (place == GRAPH_NONE) {
            return diag_fail(diag, arena, STATUS_INVALID, "GR011",
                             "source %u is movement %u, which is not in the ledger", i,
                             source.movement);
        }
        int64_t whole = ledger->movements[place].amount;
        int64_t amount = source.amount == 0 ? whole : source.amount;
        if (amount < 0 || amount > whole || tracing->covered[place] > 0) {
            return diag_fail(diag, arena, STATUS_INVALID, "GR011",
                             "source %u is named twice, or is not a part of its movement of %lld "
                             "fen",
                             i, (long long)whole);
        }
        put_source(tracing, place, amount);
    }
    return STATUS_OK;
}

// All that an account paid or got. Stops at `pieces_max`.
static void put_account(struct tracing *tracing) {
    const struct graph_ledger *ledger = tracing->ledger;
    const struct graph_flow_options *options = &tracing->options;
    const uint32_t *row = tracing->is_forward ? ledger->out : ledger->in;
    const uint32_t *start = tracing->is_forward ? ledger->out_start : ledger->in_start;
    bool any_time = options->from_us == options->to_us;
    for (uint32_t i = start[options->account]; i < start[options->account + 1]; i++) {
        const struct graph_movement *movement = &ledger->movements[row[i]];
        bool is_wanted = any_time || (movement->time_us >= options->from_us &&
                                      movement->time_us < options->to_us);
        if (is_wanted && tracing->pieces.count >= options->pieces_max) {
            tracing->cuts |= GRAPH_CUT_PIECES;
        } else if (is_wanted) {
            put_source(tracing, row[i], movement->amount);
        }
    }
}

// ---- the door ----------------------------------------------------------------------------------

static Status trace(struct tracing *tracing, struct arena *arena, struct graph_flow *flow,
                    struct diag *diag) {
    if (tracing->options.source_count > 0) {
        TRY(put_payments(tracing, arena, diag));
    } else {
        put_account(tracing);
    }
    for (uint32_t i = 0; i < tracing->pieces.count; i++) {
        follow(tracing, tracing->pieces.at[i]);
    }
    flow_put_in_order(tracing, arena, flow);
    flow_find_roles(&tracing->options, tracing->is_forward, flow);
    return STATUS_OK;
}

Status graph_flow_trace(const struct graph_ledger *ledger, const struct graph_flow_options *options,
                        struct arena *arena, struct graph_flow *ret, struct diag *diag) {
    struct arena work;
    struct graph_flow flow = {0};
    struct tracing tracing = {.ledger = ledger, .options = filled(options), .arena = &work};
    tracing.is_forward = tracing.options.direction != GRAPH_BACKWARD;
    TRY(check_options(&tracing.options, ledger, arena, diag));
    arena_init(&work, WORK_BLOCK);
    tracing.covered = memory_alloc(sizeof *tracing.covered * ledger->count);
    tracing.account_of = memory_alloc(sizeof *tracing.account_of * ledger->node_count);
    lots_init(&tracing.lots, ledger, &tracing.options, &work);
    Status status = trace(&tracing, arena, &flow, diag);
    lots_deinit(&tracing.lots);
    free(tracing.covered);
    free(tracing.account_of);
    arena_deinit(&work);
    TRY(status);
    *ret = flow;
    return STATUS_OK;
}
