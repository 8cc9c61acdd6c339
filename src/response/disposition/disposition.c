#include "response/disposition/disposition.h"

#include "response/disposition/parts.h"

#include <stdlib.h>

enum { JSON_MAX = 1 << 20, SCRATCH_BLOCK = 64 << 10 };

static const struct statement CLEARED_END = {"cleared_end", "UPDATE cleared SET is_ended = 1 WHERE until_us <= ?1 AND is_ended = 0"};
// Closed automatically within the week and not drawn yet, in an order that nobody chooses.
static const struct statement UNDRAWN = {
    "sample_undrawn", "SELECT a.id FROM alert a WHERE a.strategy = ?1 AND a.is_open = 0 AND a.closed_us >= ?2 AND NOT EXISTS"
                      " (SELECT 1 FROM sample s WHERE s.alert = a.id AND s.kind = 'AUTOMATIC' AND s.closure = a.reopened) ORDER BY (a.id * 7919) % 10007, a.id LIMIT ?3"};
static const struct statement DRAWN = {"sample_drawn", "SELECT COUNT(*) FROM sample WHERE strategy = ?1 AND kind = 'AUTOMATIC' AND drawn_us >= ?2"};
static const struct statement DRAW = {
    "sample_draw", "INSERT INTO sample (alert, kind, closure, strategy, strategy_hash, analyst, why, drawn_us, closed_us, first, owner, second, note)"
                   " SELECT id, 'AUTOMATIC', reopened, strategy, strategy_hash, decided_by, 'WEEKLY', CAST(?2 AS BIGINT), closed_us, code, '', '', '' FROM alert WHERE id = ?1"
                   " ON CONFLICT (alert, kind, closure) DO NOTHING"};

struct disposition *disposition_create(const struct disposition_options *options) {
    struct disposition *disposition = memory_alloc(sizeof *disposition);
    disposition->options = *options;
    disposition->catalogue = options->catalogue;
    disposition->strategies = options->strategies;
    disposition->plan = &options->strategies->plan;
    disposition->json = json_reader_create(JSON_MAX, JSON_DEPTH_MAX);
    disposition->intake = intake_create(options->catalogue->schema, NULL);
    disposition->event = event_create(options->catalogue->schema);
    disposition->lead = event_create(options->catalogue->schema);
    arena_init(&disposition->waited_arena, SCRATCH_BLOCK);
    disposition->hits = hits_kept_create();
    return disposition;
}

void disposition_destroy(struct disposition *disposition) {
    if (disposition == NULL) {
        return;
    }
    json_reader_destroy(disposition->json);
    intake_destroy(disposition->intake);
    event_destroy(disposition->event);
    event_destroy(disposition->lead);
    arena_deinit(&disposition->waited_arena);
    hits_kept_destroy(disposition->hits);
    free(disposition);
}

void disposition_settled(struct disposition *disposition, uint64_t sequence) {
    hits_kept_settle(disposition->hits, sequence);
}

uint64_t disposition_works(const struct disposition *disposition) {
    return disposition->works;
}

Status disposition_timer(struct disposition *disposition, struct book *book, const struct due_timer *timer) {
    switch (timer->kind) {
    case TIMER_RUN: return strategy_due(disposition, book, timer->object);
    case TIMER_TASK: return ask_expired(disposition, book, timer->object);
    case TIMER_ALERT_ACT:
    case TIMER_ALERT_DECIDE:
    case TIMER_ALERT_ESCALATE:
    case TIMER_ALERT_WAIT: return level_timer(disposition, book, timer);
    default: return STATUS_OK;
    }
}

// Each strategy owes so many second looks a week, if it closes so many.
static Status draw_weekly(struct book *book, const struct strategy *strategy) {
    enum { DRAW_MAX = 256 };
    int64_t alerts[DRAW_MAX];
    uint32_t count = 0;
    int64_t drawn;
    Status status;
    int64_t week_us = book->now_us - 7 * US_PER_DAY;
    TRY(book_number(book, &DRAWN, STORE_VALUES(store_text(strategy->id), store_i64(week_us)), &drawn));
    int64_t owed = (int64_t)strategy->sampling.weekly_least - drawn;
    if (owed <= 0) {
        return STATUS_OK;
    }
    TRY(book_ask(book, &UNDRAWN, STORE_VALUES(store_text(strategy->id), store_i64(week_us), store_i64(owed > DRAW_MAX ? DRAW_MAX : owed))));
    while ((status = book_next(book)) == STATUS_OK) {
        alerts[count++] = book_i64(book, 0);
    }
    if (status != STATUS_END) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        TRY(book_run(book, &DRAW, STORE_VALUES(store_i64(alerts[i]), store_i64(book->now_us))));
    }
    return STATUS_OK;
}

Status disposition_daily(struct disposition *disposition, struct book *book) {
    TRY(book_run(book, &CLEARED_END, STORE_VALUES(store_i64(book->now_us))));
    for (uint32_t i = 0; i < disposition->strategies->count; i++) {
        const struct strategy *strategy = &disposition->strategies->at[i];
        if (strategy->is_closure) {
            TRY(draw_weekly(book, strategy));
            TRY(breakers_look(disposition, book, strategy, BREAKER_ALL));
        }
    }
    return STATUS_OK;
}
