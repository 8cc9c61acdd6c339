// What the truth says of alerts that were closed.

#include "rehearsal/played.h"

#include <inttypes.h>

static const struct statement CLOSED = {"told_closed", "SELECT id, code, is_automatic, severity_most FROM alert WHERE is_open = 0 AND closed_us >= ?1 AND closed_us < ?2 AND (?3 = '' OR strategy = ?3)"
                                                       " ORDER BY id"};

struct row {
    int64_t id, severity;
    Code code;
    bool is_automatic;
};

struct telling {
    struct rehearsal *rehearsal;
    int64_t from_us, until_us;
    Slice strategy;
    struct rehearsal_truth *truth;
};

static void count(struct rehearsal_truth *truth, const struct row *row, bool is_truly_fraud) {
    bool is_fraud = code_infos[row->code].counts == COUNT_EFFECTIVE;
    if (row->is_automatic && !is_fraud) {
        truth->automatic_false++;
        truth->missed += is_truly_fraud;
        truth->missed_by[row->severity] += is_truly_fraud;
    } else if (row->is_automatic) {
        truth->automatic_fraud++;
        truth->wrong_fraud += !is_truly_fraud;
    } else if (!is_fraud) {
        truth->people_false++;
        truth->people_missed += is_truly_fraud;
    } else {
        truth->people_fraud++;
        truth->people_wrong += !is_truly_fraud;
    }
}

// Fraud or another true finding, and not merely somebody who stands beside it.
static bool is_truly_fraud(const struct standing *standing) {
    return standing->role != IN_CASE_NOTHING && !slice_is(slice_of(role_words[standing->role]), "bystander");
}

static Status tell(void *context, struct book *book) {
    struct telling *telling = context;
    VEC(struct row) rows = {0};
    Status status;
    TRY(book_ask(book, &CLOSED, STORE_VALUES(store_i64(telling->from_us), store_i64(telling->until_us), store_text(telling->strategy))));
    while ((status = book_next(book)) == STATUS_OK) {
        Code code = code_find(store_column_text(book->store, 1));
        if (code != CODE_NONE && code != CODE_DUP && code != CODE_TEST) {
            *VEC_PUSH(&rows, book->arena) = (struct row){.id = book_i64(book, 0), .code = code, .is_automatic = book_i64(book, 2) != 0, .severity = book_i64(book, 3)};
        }
    }
    if (status != STATUS_END) {
        return status;
    }
    *telling->truth = (struct rehearsal_truth){0};
    for (uint32_t i = 0; i < rows.count; i++) {
        ArenaMark mark = arena_mark(book->arena);
        struct played_alert played;
        struct answer answers[PLAYED_ANSWERS_MAX];
        struct alert_facts facts;
        TRY(played_load(book, rows.at[i].id, &played));
        played_facts(&played, telling->rehearsal->json, book->arena, answers, SLICE(""), &facts);
        struct standing standing = truth_of_alert(telling->rehearsal->options.truth, &facts);
        count(telling->truth, &rows.at[i], is_truly_fraud(&standing));
        arena_rewind(book->arena, mark);
    }
    return STATUS_OK;
}

Status rehearsal_truth(struct rehearsal *rehearsal, int64_t from_us, int64_t until_us, Slice strategy, struct rehearsal_truth *ret_truth, struct diag *diag) {
    struct telling telling = {.rehearsal = rehearsal, .from_us = from_us, .until_us = until_us, .strategy = strategy, .truth = ret_truth};
    arena_reset(&rehearsal->arena);
    return book_read(&rehearsal->book, rehearsal->now_us, tell, &telling, &rehearsal->arena, diag);
}
