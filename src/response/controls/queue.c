// The queue of waiting freezes (轮候冻结). A freeze of all that is there lets no other begin behind
// it; one of a part leaves the rest for the next. So there is a queue only behind a whole one, and
// its order is that in which the authorities gave their orders.

#include "response/controls/ledger.h"

enum { WAITING_MAX = 64 }; // of one target; more wait for the next time

static const struct statement WHOLE_AHEAD = {"control_whole_ahead",
                                             "SELECT COUNT(*) FROM control WHERE target_kind = ?1 "
                                             "AND target = ?2 AND measure = 'FREEZE' AND "
                                             "amount = 0 AND state IN ('ASKED', 'IN_FORCE')"};
static const struct statement WAITING = {"control_waiting",
                                         "SELECT id FROM control WHERE target_kind = ?1 AND target "
                                         "= ?2 AND measure = 'FREEZE' AND state "
                                         "= 'WAITING' ORDER BY ordered_us, id LIMIT ?3"};

Status queue_is_closed(struct book *book, TargetKind kind, Slice target, bool *ret_is_closed) {
    int64_t count;
    TRY(book_number(book, &WHOLE_AHEAD,
                    STORE_VALUES(store_text(slice_of(target_kind_word(kind))), store_text(target)),
                    &count));
    *ret_is_closed = count > 0;
    return STATUS_OK;
}

static Status waiting(struct book *book, const struct control *ended,
                      int64_t ret_ids[static WAITING_MAX], uint32_t *ret_count) {
    Status status;
    uint32_t count = 0;
    TRY(book_ask(book, &WAITING,
                 STORE_VALUES(store_text(slice_of(target_kind_word(ended->ask.target_kind))),
                              store_text(ended->ask.target), store_i64(WAITING_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        ret_ids[count++] = book_i64(book, 0);
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

static Status begin(struct book *book, const struct terms *terms, int64_t id) {
    struct control control;
    TRY(ledger_load(book, id, &control));
    if (control.ends_us != 0 && control.ends_us <= book->now_us) {
        return STATUS_OK; // over before its turn; its timer says so
    }
    control.state = CONTROL_ASKED;
    TRY(ledger_tell(book, terms, &control, "control.set"));
    return ledger_trace(book, &control, CONTROL_WAITING, SLICE("its_turn"));
}

Status queue_advance(struct book *book, const struct terms *terms, const struct control *ended) {
    int64_t ids[WAITING_MAX];
    uint32_t count;
    bool is_closed;
    if (ended->ask.measure != MEASURE_FREEZE) {
        return STATUS_OK;
    }
    TRY(waiting(book, ended, ids, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(queue_is_closed(book, ended->ask.target_kind, ended->ask.target, &is_closed));
        if (is_closed) {
            break;
        }
        TRY(begin(book, terms, ids[i]));
    }
    return STATUS_OK;
}
