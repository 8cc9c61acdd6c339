// The row of a referral: read, and moved from state to state.

#include "response/referral/row.h"

#include <inttypes.h>

const struct referral_field_text referral_fields[REFERRAL_FIELD_COUNT] = {
#define FIELD(name, column, bytes, part, demanded, zh, en) {column, zh, en, bytes, part, demanded},
#include "response/referral/fields.def"
#undef FIELD
};

static const struct {
    const char *state, *moves;
} states[] = {
#define STATE(name, moves, zh, en) {#name, moves},
#include "response/referral/states.def"
#undef STATE
};

// clang-format off
static const struct statement LOAD = {
    "referral_load", "SELECT id"
#define ROW_NUMBER(name) ", COALESCE(" #name ", 0)"
#define ROW_FIGURE(name) ", COALESCE(" #name ", -1)"
#define ROW_TEXT(name) ", " #name
#define COLUMN(form, name) ROW_##form(name)
#include "response/referral/columns.def"
#undef COLUMN
#undef ROW_NUMBER
#undef ROW_FIGURE
#undef ROW_TEXT
#define FIELD(name, column, bytes, part, demanded, zh, en) ", " column
#include "response/referral/fields.def"
#undef FIELD
    " FROM seen_referral WHERE viewer = ?1 AND id = ?2"};
// clang-format on
static const struct statement MOVE = {
    "referral_move", "UPDATE referral SET state = ?2, since_us = ?3 WHERE id = ?1"};

bool referral_field_parse(Slice name, ReferralField *ret_field) {
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        if (slice_is(name, referral_fields[i].name)) {
            *ret_field = (ReferralField)i;
            return true;
        }
    }
    return false;
}

static void read_row(struct book *book, struct referral_row *row) {
    uint32_t column = 0;
    row->id = book_i64(book, column++);
#define ROW_NUMBER(name) row->name = book_i64(book, column++);
#define ROW_FIGURE(name) row->name = book_i64(book, column++);
#define ROW_TEXT(name) row->name = book_text(book, column++);
#define COLUMN(form, name) ROW_##form(name)
#include "response/referral/columns.def"
#undef COLUMN
#undef ROW_NUMBER
#undef ROW_FIGURE
#undef ROW_TEXT
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        row->fields[i] = book_text(book, column++);
    }
}

Status lead_load(struct book *book, int64_t clearance, int64_t id, struct referral_row *ret_row) {
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(clearance), store_i64(id)));
    ENSURE(status != STATUS_NOT_FOUND,
           book_fail(book, status, "RF001", "there is no referral %" PRId64, id));
    TRY(status);
    *ret_row = (struct referral_row){0};
    read_row(book, ret_row);
    return STATUS_OK;
}

Status lead_load_draft(struct book *book, int64_t clearance, int64_t id,
                       struct referral_row *ret_row) {
    TRY(lead_load(book, clearance, id, ret_row));
    if (row_is(ret_row, "DRAFT") && ret_row->steps == 0) {
        return STATUS_OK;
    }
    bool is_draft = row_is(ret_row, "DRAFT");
    Status status = book_fail(book, STATUS_INVALID, "RF006", "referral %" PRId64 " is %s", id,
                              is_draft ? "being approved"
                              : row_is(ret_row, "APPROVED")
                                  ? "approved"
                                  : "not a draft any more: what was sent stays as it is");
    book->diag->hint = is_draft || row_is(ret_row, "APPROVED")
                           ? SLICE("return it first; its approvals are void then")
                           : SLICE("open another one that supplements it");
    return status;
}

bool row_is(const struct referral_row *row, const char *state) {
    return slice_is(row->state, state);
}

int64_t row_clearance(const struct referral_row *row) {
    return slice_is(row->secrecy, "AML")       ? CLEARANCE_AML
           : slice_is(row->secrecy, "INSIDER") ? CLEARANCE_INSIDER
                                               : 0;
}

Slice row_number(const struct referral_office *office, const struct referral_row *row,
                 struct arena *arena) {
    return row->number == 0 ? arena_printf(arena, "（拟稿 %" PRId64 "）", row->id)
                            : arena_printf(arena, "%.*s〔%" PRId64 "〕%" PRId64 "号",
                                           SLICE_ARGS(office->symbol), row->year, row->number);
}

static Status check_move(struct book *book, const struct referral_row *row, const char *state) {
    Slice wanted = arena_printf(book->arena, " %s ", state);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (row_is(row, states[i].state) &&
            slice_find(slice_of(states[i].moves), wanted, 0) == SIZE_MAX) {
            Status status =
                book_fail(book, STATUS_INVALID, "RF004", "a referral does not move from %.*s to %s",
                          SLICE_ARGS(row->state), state);
            book->diag->hint =
                arena_printf(book->arena, "from there it moves to%s", states[i].moves);
            return status;
        }
    }
    return STATUS_OK;
}

Status lead_move(struct book *book, struct referral_row *row, const char *state, Slice reason,
                 Slice detail) {
    Slice from = row->state;
    TRY(check_move(book, row, state));
    TRY(book_run(
        book, &MOVE,
        STORE_VALUES(store_i64(row->id), store_text(slice_of(state)), store_i64(book->now_us))));
    row->state = slice_of(state);
    row->since_us = book->now_us;
    return book_trace(book, &(struct trace){.object_kind = "referral",
                                            .object = row->id,
                                            .from = from,
                                            .to = row->state,
                                            .reason = reason,
                                            .detail = detail});
}

Status lead_trace(struct book *book, const struct referral_row *row, const char *reason,
                  Slice detail) {
    return book_trace(book, &(struct trace){.object_kind = "referral",
                                            .object = row->id,
                                            .from = row->state,
                                            .to = row->state,
                                            .reason = slice_of(reason),
                                            .detail = detail});
}
