// The desk's thread: decisions as they become durable, timers when their second comes; and a store
// that goes and comes back.
//
// A turn takes what there is, up to a batch, and then fires what is due. It sleeps until there is
// news, the next timer, or a second has passed (the wall clock may be set, and packs change). Turns
// that find something are GATHER_MS apart, so that a busy server writes some hundred decisions in
// one unit of work and does not sync the store's disk for each.
//
// When the store fails the book is closed and opened anew after a while: 1 s, then twice as long
// each time, at most 30 s, give or take a fifth, so that servers do not all come back at once.
// Where it stands is then asked of the store itself, so what was committed without our knowing it
// is not done twice.

#include "base/hash.h"
#include "os/clock.h"
#include "server/response_private.h"

enum {
    ARENA_BLOCK = 1 << 20,
    GATHER_MS = 50,
    IDLE_MS = 1000,
    COME_AGAIN_MS = 20,
    BACKOFF_FIRST_MS = 1000,
    BACKOFF_MAX_MS = 30000,
    NO_PLAN_MS = 1000
};

static const Actor SERVER = {ACTOR_KIND_SYSTEM, {"server", 6}};

static const struct statement SETTLE = {
    "engine_settle", "UPDATE message SET state = 'DELIVERED', attempts = attempts + 1, problem = '', "
                     "settled_us = ?2 WHERE id = ?1 AND endpoint = 'engine' AND state = 'WAITING'"};

struct running {
    struct response *response;
    struct hand *hand;
    struct feed feed;
    struct arena arena;
    struct diag diag;
    uint64_t position;
    bool knows_position;
    uint32_t failures;    // one after the other
    struct desk *counted; // of which `counts` are
    struct desk_counts counts;
};

// ---- sleeping -----------------------------------------------------------------------------------

static void until_ms(struct timespec *until, uint64_t ms) {
    clock_gettime(CLOCK_MONOTONIC, until);
    uint64_t ns = (uint64_t)until->tv_nsec + ms * 1000000;
    until->tv_sec += (time_t)(ns / 1000000000);
    until->tv_nsec = (long)(ns % 1000000000);
}

static void sleep_ms(struct response *response, uint64_t ms, bool heeds_news) {
    struct timespec until;
    bool timely = true;
    until_ms(&until, ms);
    pthread_mutex_lock(&response->lock);
    while (timely && !atomic_load(&response->stopping) &&
           !(heeds_news && atomic_load(&response->has_news))) {
        timely = pthread_cond_timedwait(&response->desk_wakes, &response->lock, &until) == 0;
    }
    pthread_mutex_unlock(&response->lock);
}

static uint64_t backoff_ms(const struct running *running) {
    uint64_t ms = BACKOFF_FIRST_MS;
    for (uint32_t i = 1; i < running->failures && ms < BACKOFF_MAX_MS; i++) {
        ms *= 2;
    }
    ms = ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t drawn = hash64((Slice){(const char *)&now_ns, sizeof now_ns}, running->failures);
    return ms * 4 / 5 + drawn % (ms * 2 / 5);
}

// ---- where it stands ----------------------------------------------------------------------------

static Status begin_now(void *context, struct book *book) {
    const uint64_t *durable = context;
    return book_feed_advance(book, SLICE("journal"), 0, *durable);
}

// A store that is new. It may be told to leave alone what was decided before.
static Status begin_new(struct running *running) {
    struct response *response = running->response;
    uint64_t durable = journal_durable(pipeline_journal(response->pipeline));
    if (response->options.from_now && durable > 0) {
        TRY(book_do(&running->hand->book, SERVER, clock_wall_us(), begin_now, &durable,
                    &running->arena, &running->diag));
        running->position = durable;
    }
    LOG(response->options.log, info, "response_store_is_new",
        LOG_I64("begins_behind", running->position), LOG_I64("durable_sequence", durable));
    return STATUS_OK;
}

static Status check_position(struct running *running, uint64_t position) {
    struct response *response = running->response;
    uint64_t durable = journal_durable(pipeline_journal(response->pipeline));
    if (running->knows_position && position < running->position) {
        Status status =
            diag_fail(&running->diag, &running->arena, STATUS_IO, "RS006",
                      "the store is another one than before: it is at %llu, and was at %llu",
                      (unsigned long long)position, (unsigned long long)running->position);
        running->diag.hint =
            SLICE("put the right one back; to go on with an older one, start the server again");
        return status;
    }
    if (position > durable) {
        Status status = diag_fail(&running->diag, &running->arena, STATUS_INVALID, "RS008",
                                  "the store has decisions up to %llu, and the journal ends at "
                                  "%llu: they are not of one server",
                                  (unsigned long long)position, (unsigned long long)durable);
        running->diag.hint =
            SLICE("restore both from one backup, or name another store in response.store");
        return status;
    }
    return STATUS_OK;
}

// Of a book that was opened just now.
static Status find_position(struct running *running) {
    struct response *response = running->response;
    struct hand *hand = running->hand;
    uint64_t position = 0;
    TRY(desk_position(hand->desk, &hand->book, &position, clock_wall_us(), &running->arena,
                      &running->diag));
    TRY(check_position(running, position));
    bool was_known = running->knows_position;
    running->position = position;
    if (position == 0 && !was_known) {
        TRY(begin_new(running));
    }
    TRY(desk_begin(hand->desk, &hand->book, clock_wall_us(), &running->arena, &running->diag));
    running->knows_position = true;
    atomic_store(&response->was_open, true);
    atomic_store(&response->taken, running->position);
    return STATUS_OK;
}

static Status get_ready(struct running *running) {
    bool was_open = running->hand->is_open;
    TRY(hand_take_pack(running->hand, &running->arena, &running->diag));
    TRY(hand_open(running->hand, &running->arena, &running->diag));
    return was_open ? STATUS_OK : find_position(running);
}

// ---- a turn -------------------------------------------------------------------------------------

static Status settle(void *context, struct book *book) {
    const struct feed_batch *batch = context;
    for (uint32_t i = 0; i < batch->settled_count; i++) {
        TRY(book_run(book, &SETTLE,
                     STORE_VALUES(store_i64(batch->settled[i]), store_i64(book->now_us))));
    }
    for (uint32_t i = 0; i < batch->met_count; i++) {
        TRY(list_met(book, &batch->met[i]));
    }
    return STATUS_OK;
}

static void note_taken(struct running *running, const struct feed_batch *batch,
                       const struct desk_taken *taken) {
    struct response *response = running->response;
    running->position = batch->upto;
    atomic_store(&response->taken, batch->upto);
    pthread_mutex_lock(&response->lock);
    response->state.outcomes += taken->outcomes;
    response->state.unread += taken->unread;
    response->untaken_us = batch->is_full ? batch->first_us : clock_wall_us();
    response->has_caught_up = response->has_caught_up || !batch->is_full;
    pthread_mutex_unlock(&response->lock);
    if (taken->unread > 0) {
        LOG(response->options.log, warning, "response_records_put_aside",
            LOG_I64("count", taken->unread), LOG_I64("upto", batch->upto));
    }
}

static Status take(struct running *running, struct feed_batch *batch) {
    struct hand *hand = running->hand;
    struct desk_taken taken = {0};
    running->feed.zone_offset_us = hand->pack->catalogue->zone_offset_us;
    TRY(feed_read(&running->feed, running->position, &running->arena, batch, &running->diag));
    if (batch->settled_count > 0 || batch->met_count > 0) {
        TRY(book_do(&hand->book, SERVER, clock_wall_us(), settle, batch, &running->arena,
                    &running->diag));
    }
    if (batch->upto > batch->from) {
        Status status =
            desk_take(hand->desk, &hand->book, batch->outcomes, batch->count, batch->from,
                      batch->upto, clock_wall_us(), &running->arena, &running->diag, &taken);
        running->position = taken.upto; // a part may be done
        TRY(status);
    }
    note_taken(running, batch, &taken);
    return STATUS_OK;
}

static void note_timers(struct running *running, int64_t next_us) {
    struct response *response = running->response;
    if (running->counted != running->hand->desk) { // another pack's
        running->counted = running->hand->desk;
        running->counts = (struct desk_counts){0};
    }
    struct desk_counts now = desk_counts(running->hand->desk);
    pthread_mutex_lock(&response->lock);
    response->state.timers += now.timers - running->counts.timers;
    response->state.timers_late += now.late - running->counts.late;
    response->state.unread += now.put_off - running->counts.put_off;
    response->state.next_timer_us = next_us;
    pthread_mutex_unlock(&response->lock);
    running->counts = now;
}

// What of the store has to be done now. `ret_next_us`: when the next timer is.
static Status do_turn(struct running *running, struct feed_batch *batch, int64_t *ret_next_us) {
    uint32_t fired;
    struct hand *hand = running->hand;
    TRY(get_ready(running));
    TRY(take(running, batch));
    TRY(desk_timers(hand->desk, &hand->book, clock_wall_us(), &running->arena, &running->diag,
                    &fired, ret_next_us));
    note_timers(running, *ret_next_us);
    if (batch->count > 0 || batch->settled_count > 0 || fired > 0) {
        response_wake_post(running->response);
    }
    return STATUS_OK;
}

// ---- what comes of it ---------------------------------------------------------------------------

static void rest(struct running *running, const struct feed_batch *batch, int64_t next_us) {
    struct response *response = running->response;
    int64_t left_us = next_us - clock_wall_us();
    uint64_t left_ms = next_us == INT64_MAX || left_us > IDLE_MS * US_PER_MS ? IDLE_MS
                       : left_us <= 0                                        ? 0
                                      : (uint64_t)left_us / 1000 + 1;
    if (batch->is_full) {
        return;
    }
    uint64_t gather_ms = batch->count == 0 ? 0 : left_ms < GATHER_MS ? left_ms : GATHER_MS;
    if (gather_ms > 0) {
        sleep_ms(response, gather_ms, false);
    }
    sleep_ms(response, left_ms - gather_ms, true);
}

static void stop_for_good(struct running *running) {
    response_become(running->response, RESPONSE_STOPPED, &running->diag);
    hand_close(running->hand);
    while (!atomic_load(&running->response->stopping)) {
        sleep_ms(running->response, IDLE_MS, false);
    }
}

static bool code_is(const struct running *running, const char *code) {
    return running->diag.code != NULL && strcmp(running->diag.code, code) == 0;
}

// Somebody else has moved the place on.
static void two_feed_it(struct running *running) {
    running->diag.code = "RS003";
    running->diag.hint = SLICE("end one of the servers, and give it a store of its own");
}

static void failed(struct running *running, Status status) {
    struct response *response = running->response;
    if (is_to_come_again(status, &running->diag)) {
        sleep_ms(response, COME_AGAIN_MS, false);
        return;
    }
    if (code_is(running, "RS001")) {
        hand_close(running->hand);
        response_become(response, RESPONSE_NO_PLAN, &running->diag);
        sleep_ms(response, NO_PLAN_MS, false);
        return;
    }
    if (code_is(running, "BK003")) {
        two_feed_it(running);
    }
    if (code_is(running, "RS003") || code_is(running, "RS008")) {
        stop_for_good(running);
        return;
    }
    running->failures++;
    response_become(response, RESPONSE_AWAY, &running->diag);
    hand_close(running->hand);
    sleep_ms(response, backoff_ms(running), false);
}

void response_desk_run(void *context) {
    struct response *response = context;
    struct running running = {.response = response, .hand = &response->desk_hand};
    arena_init(&running.arena, ARENA_BLOCK);
    feed_init(&running.feed, response);
    while (!atomic_load(&response->stopping)) {
        struct feed_batch batch = {0};
        int64_t next_us = INT64_MAX;
        arena_reset(&running.arena);
        running.diag = (struct diag){0};
        atomic_store(&response->has_news, false);
        Status status = do_turn(&running, &batch, &next_us);
        if (status != STATUS_OK) {
            failed(&running, status);
            continue;
        }
        running.failures = 0;
        response_become(response, RESPONSE_ON, NULL);
        rest(&running, &batch, next_us);
    }
    feed_deinit(&running.feed);
    arena_deinit(&running.arena);
}
