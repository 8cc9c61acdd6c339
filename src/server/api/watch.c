// Looking on while decisions are made, as server-sent events:
//
//     event: rows                                       at most every WATCH_TICK_MS, when there are
//     any data: {"rows": [{"sequence": ...}, ...], "left_out": 0}
//
//     event: second                                     every second, also when nothing is decided
//     data: {"time": ..., "all": 5012, "shown": 40, "sent": 40, "left_out": 0, "actions": {"PASS":
//     4801, ...}, "took_us": {"half": 700, "most": 4200, ...}}
//
//     event: end                                        the stream has lived long enough, or the
//     server stops: come again
//
// Counts are of all decisions; `shown` of those that pass the filter.

#include "server/api/watch.h"

#include "base/buckets.h"
#include "base/time.h"
#include "os/clock.h"
#include "os/thread.h"
#include "server/api/brief.h"
#include "server/records.h"

#include <stdlib.h>
#include <time.h>

enum {
    ACTIONS_SHOWN = 16,
    ACTION_TEXT = 32,
    BODY_MAX = 192 << 10,
    SPAN_SUB_BITS = 4, // good to an eighth
    SPAN_BITS = 18,    // microseconds up to a quarter of a second
    SPANS = BUCKETS_FOR(SPAN_BITS, SPAN_SUB_BITS),
    US_IN_MS = 1000,
    NS_IN_MS = 1000000
};

struct watcher_of_decisions {
    struct http_request *request;
    const struct catalogue *catalogue;
    struct brief_filter filter;
    struct arena arena;                       // of the filter's texts
    uint64_t begun_ns, stuck_ns;              // 0: it reads
    size_t stuck_size;                        // what had no room
    uint64_t shown, sent, left_out;           // in this second
    const struct brief *rows[WATCH_ROWS_MAX]; // of this tick, a ring
    uint64_t row_count;
    bool over;
    struct watcher_of_decisions *next;
};

// What has come in this second, of all decisions.
struct second {
    uint64_t begun_ns;
    uint64_t all;
    struct {
        char text[ACTION_TEXT];
        uint32_t size;
        uint64_t count;
    } actions[ACTIONS_SHOWN];
    uint32_t action_count;
    uint64_t spans[SPANS]; // of what they took, by size
    uint64_t timed, took_most_us;
};

struct watch {
    struct serve *serve;
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct watcher_of_decisions *coming; // under the lock
    uint32_t count;                      // under the lock: those that are there and those that come
    bool closed;                         // under the lock
    struct thread *thread;               // under the lock: with the first watcher
    // The thread's own.
    struct watcher_of_decisions *watchers;
    struct journal_reader *reader;
    struct arena reader_arena, tick_arena;
    struct brief_reader *rows;
    Slice event; // in event_arena
    struct arena event_arena;
    uint64_t event_sequence;
    struct second second;
    struct buf body;
};

// ---- a second
// -------------------------------------------------------------------------------------------------

static uint32_t span_of(uint64_t us) {
    return bucket_of(us >> SPAN_BITS == 0 ? us : (UINT64_C(1) << SPAN_BITS) - 1, SPAN_SUB_BITS);
}

static uint64_t share_of(const struct second *second, uint64_t of_thousand) {
    uint64_t wanted = (second->timed * of_thousand + 999) / 1000;
    uint64_t below = 0;
    for (uint32_t i = 0; i < SPANS; i++) {
        below += second->spans[i];
        if (below >= wanted) {
            uint64_t end_us = bucket_end(i, SPAN_SUB_BITS);
            return end_us < second->took_most_us ? end_us : second->took_most_us;
        }
    }
    return second->took_most_us;
}

static void count_action(struct second *second, Slice action) {
    uint32_t i = 0;
    while (i < second->action_count &&
           !slice_equal((Slice){second->actions[i].text, second->actions[i].size}, action)) {
        i++;
    }
    if (i == second->action_count) {
        if (i == ACTIONS_SHOWN || action.size > ACTION_TEXT) {
            return;
        }
        memcpy(second->actions[i].text, action.at, action.size);
        second->actions[i].size = (uint32_t)action.size;
        second->actions[i].count = 0;
        second->action_count++;
    }
    second->actions[i].count++;
}

static void count_row(struct second *second, const struct brief *row) {
    second->all++;
    count_action(second, row->action);
    if (row->has_took) {
        second->timed++;
        second->spans[span_of(row->took_us)]++;
        second->took_most_us =
            row->took_us > second->took_most_us ? row->took_us : second->took_most_us;
    }
}

static void put_second(const struct second *second, const struct watcher_of_decisions *watcher,
                       struct json_writer *json) {
    json_object_begin(json);
    json_key_i64(json, SLICE("time"), clock_wall_us() / US_IN_MS);
    json_key_i64(json, SLICE("all"), (int64_t)second->all);
    json_key_i64(json, SLICE("shown"), (int64_t)watcher->shown);
    json_key_i64(json, SLICE("sent"), (int64_t)watcher->sent);
    json_key_i64(json, SLICE("left_out"), (int64_t)watcher->left_out);
    json_key(json, SLICE("actions"));
    json_object_begin(json);
    for (uint32_t i = 0; i < second->action_count; i++) {
        json_key_i64(json, (Slice){second->actions[i].text, second->actions[i].size},
                     (int64_t)second->actions[i].count);
    }
    json_object_end(json);
    json_key(json, SLICE("took_us"));
    if (second->timed == 0) {
        json_null(json);
    } else {
        json_object_begin(json);
        json_key_i64(json, SLICE("half"), (int64_t)share_of(second, 500));
        json_key_i64(json, SLICE("of_99"), (int64_t)share_of(second, 990));
        json_key_i64(json, SLICE("most"), (int64_t)second->took_most_us);
        json_object_end(json);
    }
    json_object_end(json);
}

// ---- sending
// --------------------------------------------------------------------------------------------------

static void end_event(struct watch *watch, uint64_t sequence) {
    sequence > 0 ? buf_printf(&watch->body, "\nid: %llu\n\n", (unsigned long long)sequence)
                 : buf_put(&watch->body, SLICE("\n\n"));
}

// The counts of a second find room where rows do not: that says nothing. Whoever reads has room for
// what had none.
static bool reads_on(const struct watcher_of_decisions *watcher) {
    return watcher->stuck_size == 0 ||
           http_stream_wait(watcher->request, watcher->stuck_size, 0) == STATUS_OK;
}

// False: no room now.
static bool send(struct watch *watch, struct watcher_of_decisions *watcher, uint64_t now_ns) {
    Status status = buf_overflowed(&watch->body)
                        ? STATUS_LIMIT
                        : http_stream_put(watcher->request, buf_slice(&watch->body));
    size_t size = watch->body.size;
    if (status != STATUS_OK) {
        watcher->stuck_size = size > watcher->stuck_size ? size : watcher->stuck_size;
    }
    if (status == STATUS_OK && reads_on(watcher)) {
        watcher->stuck_ns = watcher->stuck_size = 0;
        return true;
    }
    watcher->stuck_ns = watcher->stuck_ns == 0 ? now_ns : watcher->stuck_ns;
    watcher->over =
        status == STATUS_END || now_ns - watcher->stuck_ns > (uint64_t)WATCH_SLOW_MS * NS_IN_MS;
    return status == STATUS_OK;
}

static void send_rows(struct watch *watch, struct watcher_of_decisions *watcher, uint64_t now_ns) {
    uint64_t count = watcher->row_count < WATCH_ROWS_MAX ? watcher->row_count : WATCH_ROWS_MAX;
    uint64_t left_out = watcher->row_count - count;
    struct json_writer json;
    buf_reset(&watch->body);
    buf_put(&watch->body, SLICE("event: rows\ndata: "));
    json_writer_init(&json, &watch->body);
    json_object_begin(&json);
    json_key(&json, SLICE("rows"));
    json_array_begin(&json);
    for (uint64_t i = 0; i < count; i++) {
        brief_put(&json, watcher->rows[(watcher->row_count - 1 - i) % WATCH_ROWS_MAX]);
    }
    json_array_end(&json);
    json_key_i64(&json, SLICE("left_out"), (int64_t)left_out);
    json_object_end(&json);
    json_writer_finish(&json);
    end_event(watch, watcher->rows[(watcher->row_count - 1) % WATCH_ROWS_MAX]->sequence);
    bool is_sent = send(watch, watcher, now_ns);
    watcher->sent += is_sent ? count : 0;
    watcher->left_out += is_sent ? left_out : watcher->row_count;
    watcher->row_count = 0;
}

static void send_second(struct watch *watch, struct watcher_of_decisions *watcher,
                        uint64_t now_ns) {
    struct json_writer json;
    buf_reset(&watch->body);
    buf_put(&watch->body, SLICE("event: second\ndata: "));
    json_writer_init(&json, &watch->body);
    put_second(&watch->second, watcher, &json);
    json_writer_finish(&json);
    end_event(watch, 0);
    if (send(watch, watcher, now_ns)) {
        watcher->shown = watcher->sent = watcher->left_out = 0;
    }
}

static void let_go(struct watcher_of_decisions *watcher) {
    // When there is no room for it the client sees the end all the same.
    Status status = http_stream_put(watcher->request, SLICE("event: end\ndata: {}\n\n"));
    (void)status;
    http_stream_end(watcher->request);
    arena_deinit(&watcher->arena);
    free(watcher);
}

// ---- reading
// --------------------------------------------------------------------------------------------------

static void close_reader(struct watch *watch) {
    journal_reader_close(watch->reader);
    watch->reader = NULL;
    arena_reset(&watch->reader_arena);
}

static bool open_reader(struct watch *watch) {
    struct diag ignored;
    const struct journal *journal = pipeline_journal(atomic_load(&watch->serve->pipeline));
    struct journal_reader_options options = {.journal = journal};
    watch->event_sequence = 0;
    Status status = journal_reader_open(disk_real(), watch->serve->options.journal,
                                        journal_durable(journal) + 1, options, &watch->reader_arena,
                                        &watch->reader, &ignored);
    if (status != STATUS_OK) {
        watch->reader = NULL;
        arena_reset(&watch->reader_arena);
    }
    return status == STATUS_OK;
}

static void take_decision(struct watch *watch, const struct journal_entry *entry) {
    struct brief *row = ARENA_NEW(&watch->tick_arena, struct brief);
    if (watch->event_sequence + 1 != entry->sequence ||
        !brief_read(watch->rows, entry, watch->event, &watch->tick_arena, row)) {
        return;
    }
    count_row(&watch->second, row);
    for (struct watcher_of_decisions *watcher = watch->watchers; watcher != NULL;
         watcher = watcher->next) {
        if (brief_passes(&watcher->filter, watcher->catalogue, watch->rows, row)) {
            watcher->shown++;
            watcher->rows[watcher->row_count++ % WATCH_ROWS_MAX] = row;
        }
    }
    row->event = SLICE(""); // it stays until the next event
}

static void take(struct watch *watch, const struct journal_entry *entry) {
    if (entry->kind == KIND_EVENT) {
        arena_reset(&watch->event_arena);
        watch->event = arena_copy(&watch->event_arena, entry->data);
        watch->event_sequence = entry->sequence;
    } else if (entry->kind == KIND_DECISION) {
        take_decision(watch, entry);
    }
}

// What cannot be read now is passed over: a stream shows what is there, and the list of decisions
// tells what is wrong.
static void read_on(struct watch *watch) {
    struct diag ignored;
    struct journal_entry entry;
    if (watch->reader == NULL && !open_reader(watch)) {
        return;
    }
    for (uint32_t i = 0; i < WATCH_RECORDS_MAX; i++) {
        Status status = journal_reader_next(watch->reader, &entry, &watch->reader_arena, &ignored);
        if (status != STATUS_OK) {
            if (status != STATUS_END) {
                close_reader(watch);
            }
            return;
        }
        take(watch, &entry);
    }
}

// ---- its thread
// -----------------------------------------------------------------------------------------------

// Those that have come are taken over; without any it waits for some. False: it is over.
static bool take_over(struct watch *watch) {
    pthread_mutex_lock(&watch->lock);
    while (watch->watchers == NULL && watch->coming == NULL && !watch->closed) {
        close_reader(watch);
        pthread_cond_wait(&watch->news, &watch->lock);
    }
    bool goes_on = !watch->closed;
    while (watch->coming != NULL) {
        struct watcher_of_decisions *watcher = watch->coming;
        watch->coming = watcher->next;
        watcher->next = watch->watchers;
        watch->watchers = watcher;
    }
    pthread_mutex_unlock(&watch->lock);
    return goes_on;
}

static void wait_a_tick(struct watch *watch, uint64_t until_ns) {
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000),
                             .tv_nsec = (long)(until_ns % 1000000000)};
    pthread_mutex_lock(&watch->lock);
    while (!watch->closed && clock_monotonic_ns() < until_ns) {
        pthread_cond_timedwait(&watch->news, &watch->lock, &until);
    }
    pthread_mutex_unlock(&watch->lock);
}

static void drop_those_over(struct watch *watch, bool all) {
    uint32_t dropped = 0;
    for (struct watcher_of_decisions **at = &watch->watchers; *at != NULL;) {
        struct watcher_of_decisions *watcher = *at;
        if (all || watcher->over) {
            *at = watcher->next;
            let_go(watcher);
            dropped++;
        } else {
            at = &watcher->next;
        }
    }
    pthread_mutex_lock(&watch->lock);
    watch->count -= dropped;
    pthread_mutex_unlock(&watch->lock);
}

static void tick(struct watch *watch, uint64_t now_ns) {
    bool is_second = now_ns - watch->second.begun_ns >= (uint64_t)1000 * NS_IN_MS;
    arena_reset(&watch->tick_arena);
    read_on(watch);
    for (struct watcher_of_decisions *watcher = watch->watchers; watcher != NULL;
         watcher = watcher->next) {
        if (watcher->row_count > 0) {
            send_rows(watch, watcher, now_ns);
        }
        if (is_second && !watcher->over) {
            send_second(watch, watcher, now_ns);
        }
        watcher->over |= now_ns - watcher->begun_ns > (uint64_t)WATCH_LIFE_MS * NS_IN_MS;
    }
    if (is_second) {
        watch->second = (struct second){.begun_ns = now_ns};
    }
    drop_those_over(watch, false);
}

static void run(void *context) {
    struct watch *watch = context;
    while (take_over(watch)) {
        uint64_t now_ns = clock_monotonic_ns();
        tick(watch, now_ns);
        wait_a_tick(watch, now_ns + (uint64_t)WATCH_TICK_MS * NS_IN_MS);
    }
    close_reader(watch);
    drop_those_over(watch, true);
}

// ---- its life
// -------------------------------------------------------------------------------------------------

struct watch *watch_create(struct serve *serve) {
    struct watch *watch = memory_alloc(sizeof *watch);
    pthread_condattr_t monotonic;
    watch->serve = serve;
    INVARIANT(pthread_condattr_init(&monotonic) == 0 &&
              pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&watch->lock, NULL) == 0 &&
              pthread_cond_init(&watch->news, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    arena_init(&watch->reader_arena, 16 << 10);
    arena_init(&watch->tick_arena, 64 << 10);
    arena_init(&watch->event_arena, 16 << 10);
    buf_init(&watch->body, BODY_MAX);
    watch->rows = brief_reader_create(serve->took);
    return watch;
}

void watch_stop(struct watch *watch) {
    pthread_mutex_lock(&watch->lock);
    watch->closed = true;
    struct thread *thread = watch->thread;
    watch->thread = NULL;
    pthread_cond_broadcast(&watch->news);
    pthread_mutex_unlock(&watch->lock);
    thread_join(thread);
}

void watch_destroy(struct watch *watch) {
    if (watch != NULL) {
        brief_reader_destroy(watch->rows);
        buf_deinit(&watch->body);
        arena_deinit(&watch->event_arena);
        arena_deinit(&watch->tick_arena);
        arena_deinit(&watch->reader_arena);
        pthread_cond_destroy(&watch->news);
        pthread_mutex_destroy(&watch->lock);
        free(watch);
    }
}

// ---- who comes
// ------------------------------------------------------------------------------------------------

typedef enum Coming { COMING_IN, COMING_TOO_MANY, COMING_STOPPING } Coming;

// A place for one more is kept before its stream begins.
static Coming keep_place(struct watch *watch) {
    pthread_mutex_lock(&watch->lock);
    Coming coming = watch->closed                  ? COMING_STOPPING
                    : watch->count >= WATCHERS_MAX ? COMING_TOO_MANY
                                                   : COMING_IN;
    if (coming == COMING_IN) {
        watch->count++;
        watch->thread = watch->thread == NULL ? thread_start("watch", run, watch) : watch->thread;
    }
    pthread_mutex_unlock(&watch->lock);
    return coming;
}

static void add(struct watch *watch, struct watcher_of_decisions *watcher) {
    pthread_mutex_lock(&watch->lock);
    bool is_late = watch->closed;
    if (!is_late) {
        watcher->next = watch->coming;
        watch->coming = watcher;
        pthread_cond_broadcast(&watch->news);
    }
    pthread_mutex_unlock(&watch->lock);
    if (is_late) {
        let_go(watcher);
    }
}

static void begin(struct question *question) {
    struct watch *watch = question->serve->watch;
    const struct brief_filter *filter = question->user;
    Coming coming = keep_place(watch);
    if (coming != COMING_IN) {
        api_refuse(question->request,
                   coming == COMING_STOPPING ? API_PROBLEM_STOPPING : API_PROBLEM_OVERLOADED, "%s",
                   "");
        return;
    }
    struct watcher_of_decisions *watcher = memory_alloc(sizeof *watcher);
    watcher->request = question->request;
    watcher->catalogue = question->catalogue;
    watcher->begun_ns = clock_monotonic_ns();
    arena_init(&watcher->arena, 1 << 10);
    watcher->filter = brief_filter_copy(filter, &watcher->arena);
    http_stream_begin(
        question->request,
        &(struct http_reply){.status = 200, .content_type = SLICE("text/event-stream")});
    add(watch, watcher);
}

void api_get_decision_stream(void *context, struct http_request *request) {
    struct brief_filter filter;
    if (!brief_filter_read(request, NULL, 0, &filter)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        question->user = ARENA_NEW(&question->arena, struct brief_filter);
        *(struct brief_filter *)question->user = filter;
        question->tell = begin;
        question_ask(question);
    }
}
