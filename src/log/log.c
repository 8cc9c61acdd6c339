#include "log/log.h"

#include "base/time.h"
#include "log/record.h"
#include "log/sink.h"
#include "os/clock.h"
#include "os/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
    FOLDS = 16,
    LINE_MAX_BYTES = 64 << 10, // a record of LOG_RECORD_MAX bytes, each of which may become six
    ROTATE_COUNT = 10,
    NS_PER_US = 1000,
};
#define FOLD_US (10 * US_PER_SECOND)
#define NEVER UINT64_MAX

// A message that was written, and how often it has come again since.
struct fold {
    union log_room room;
    bool used;
    uint64_t since_ns;
    uint64_t count;
};

struct log {
    _Atomic uint32_t level;
    LogFormat format;
    int64_t offset_us;
    uint64_t fold_ns; // 0: nothing is folded
    struct thread *thread;

    // Under the lock: what is put, and what is asked of the writing thread.
    pthread_mutex_t lock;
    pthread_cond_t wanted; // there is something to do
    pthread_cond_t done;
    char *front;
    uint32_t front_size;
    uint64_t dropped_since;
    uint64_t flush_asked, flush_done;
    bool reopen, closing;

    // The writing thread's.
    char *back;
    struct log_sink sink;
    struct fold folds[FOLDS];
    struct buf line;
    uint64_t lost_dropped, lost_failed; // that no line has told of yet

    uint32_t waiting_bytes;
    _Atomic uint64_t written, folded, dropped, failed;
};

static uint64_t count(_Atomic uint64_t *counter, uint64_t more) {
    return atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

// ---- putting ----------------------------------------------------------------------------------------------

void log_put(struct log *log, LogLevel level, const char *event, const struct log_field *fields, size_t field_count) {
    if (log == NULL || (uint32_t)level < atomic_load_explicit(&log->level, memory_order_relaxed)) {
        return;
    }
    union log_room room;
    log_pack(&room, clock_wall_us(), level, event, fields, field_count);
    pthread_mutex_lock(&log->lock);
    bool fits = room.record.size <= log->waiting_bytes - log->front_size;
    if (fits) {
        memcpy(log->front + log->front_size, room.bytes, room.record.size);
        log->front_size += room.record.size;
        if (log->front_size == room.record.size) {
            pthread_cond_signal(&log->wanted);
        }
    } else {
        log->dropped_since++;
    }
    pthread_mutex_unlock(&log->lock);
    if (!fits) {
        count(&log->dropped, 1);
    }
}

void log_put_diag(struct log *log, LogLevel level, const char *event, const struct diag *diag) {
    struct log_field fields[] = {
        LOG_TEXT("code", slice_of(diag->code)),
        LOG_TEXT("message", diag->message),
        LOG_TEXT("hint", diag->hint),
    };
    log_put(log, level, event, fields, slice_empty(diag->hint) ? 2 : 3);
}

void log_set_level(struct log *log, LogLevel level) {
    if (log != NULL) {
        atomic_store_explicit(&log->level, (uint32_t)level, memory_order_relaxed);
    }
}

void log_flush(struct log *log) {
    if (log == NULL) {
        return;
    }
    pthread_mutex_lock(&log->lock);
    uint64_t asked = ++log->flush_asked;
    pthread_cond_signal(&log->wanted);
    while (log->flush_done < asked) {
        pthread_cond_wait(&log->done, &log->lock);
    }
    pthread_mutex_unlock(&log->lock);
}

void log_reopen(struct log *log) {
    if (log != NULL) {
        pthread_mutex_lock(&log->lock);
        log->reopen = true;
        pthread_cond_signal(&log->wanted);
        pthread_mutex_unlock(&log->lock);
    }
}

struct log_counters log_counters(struct log *log) {
    struct log_counters counters = {0};
    if (log != NULL) {
        counters.written = atomic_load_explicit(&log->written, memory_order_relaxed);
        counters.folded = atomic_load_explicit(&log->folded, memory_order_relaxed);
        counters.dropped = atomic_load_explicit(&log->dropped, memory_order_relaxed);
        counters.failed = atomic_load_explicit(&log->failed, memory_order_relaxed);
    }
    return counters;
}

// ---- writing ----------------------------------------------------------------------------------------------

static bool write_once(struct log *log, const struct log_record *record, uint64_t repeated, int *ret_rotation) {
    buf_reset(&log->line);
    log_render(record, log->format, log->offset_us, repeated, &log->line);
    INVARIANT(!buf_overflowed(&log->line));
    int error = log_sink_write(&log->sink, buf_slice(&log->line), ret_rotation);
    if (error == 0) {
        count(&log->written, 1);
    }
    return error == 0;
}

// A line about the log itself. That it cannot be written is no news.
static bool tell(struct log *log, LogLevel level, const char *event, const struct log_field *fields, size_t field_count) {
    union log_room room;
    int rotation;
    log_pack(&room, clock_wall_us(), level, event, fields, field_count);
    return write_once(log, &room.record, 0, &rotation);
}

static void write_record(struct log *log, const struct log_record *record, uint64_t repeated) {
    int rotation;
    if (!write_once(log, record, repeated, &rotation)) {
        count(&log->failed, 1);
        log->lost_failed++;
    }
    if (rotation != 0) {
        struct log_field reason = LOG_TEXT("reason", slice_of(strerror(rotation)));
        (void)tell(log, LOG_error, "log_rotation_failed", &reason, 1);
    }
}

// What was lost is told behind what was there, once lines can be written again.
static void tell_lost(struct log *log) {
    if (log->lost_dropped + log->lost_failed == 0) {
        return;
    }
    struct log_field fields[] = {LOG_I64("dropped", log->lost_dropped), LOG_I64("failed", log->lost_failed)};
    if (tell(log, LOG_warning, "log_lost", fields, 2)) {
        log->lost_dropped = 0;
        log->lost_failed = 0;
    }
}

static void end_fold(struct log *log, struct fold *fold) {
    if (fold->used && fold->count > 0) {
        write_record(log, &fold->room.record, fold->count);
    }
    fold->used = false;
}

// The one that holds the message, or the one that may be given up for it.
static struct fold *fold_of(struct log *log, const struct log_record *record) {
    struct fold *oldest = &log->folds[0];
    for (uint32_t i = 0; i < FOLDS; i++) {
        struct fold *fold = &log->folds[i];
        if (fold->used && slice_equal(log_body(&fold->room.record), log_body(record))) {
            return fold;
        }
        bool better = oldest->used && (!fold->used || fold->since_ns < oldest->since_ns);
        oldest = better ? fold : oldest;
    }
    return oldest;
}

static void take_record(struct log *log, const struct log_record *record) {
    if (log->fold_ns == 0) {
        write_record(log, record, 0);
        return;
    }
    struct fold *fold = fold_of(log, record);
    uint64_t now_ns = clock_monotonic_ns();
    bool same = fold->used && slice_equal(log_body(&fold->room.record), log_body(record));
    if (same && now_ns - fold->since_ns < log->fold_ns) {
        fold->count++;
        fold->room.record.time_us = record->time_us;
        count(&log->folded, 1);
        return;
    }
    end_fold(log, fold);
    fold->used = true;
    fold->count = 0;
    fold->since_ns = now_ns;
    memcpy(&fold->room, record, record->size);
    write_record(log, record, 0);
}

static void take_all(struct log *log, uint32_t size) {
    for (uint32_t at = 0; at < size;) {
        const struct log_record *record = (const struct log_record *)(log->back + at);
        take_record(log, record);
        at += record->size;
    }
}

// Ends the folds whose time is over, or all; gives the time of the next one.
static uint64_t end_folds(struct log *log, bool all) {
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t next_ns = NEVER;
    for (uint32_t i = 0; i < FOLDS; i++) {
        struct fold *fold = &log->folds[i];
        uint64_t end_ns = fold->since_ns + log->fold_ns;
        if (fold->used && (all || end_ns <= now_ns)) {
            end_fold(log, fold);
        } else if (fold->used && fold->count > 0) {
            next_ns = end_ns < next_ns ? end_ns : next_ns;
        }
    }
    return next_ns;
}

static void reopen(struct log *log) {
    log_sink_close(&log->sink);
    (void)!log_sink_open(&log->sink); // where it cannot be, each line tries again, and those that fail are counted
}

// Under the lock: waits until there is something to do, at most until `until_ns`.
static void wait_for_work(struct log *log, uint64_t until_ns) {
    while (log->front_size == 0 && !log->closing && !log->reopen && log->flush_done == log->flush_asked) {
        if (until_ns == NEVER) {
            pthread_cond_wait(&log->wanted, &log->lock);
            continue;
        }
        struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000), .tv_nsec = (long)(until_ns % 1000000000)};
        if (pthread_cond_timedwait(&log->wanted, &log->lock, &until) == ETIMEDOUT) {
            return;
        }
    }
}

static void run(void *context) {
    struct log *log = context;
    uint64_t next_ns = NEVER;
    pthread_mutex_lock(&log->lock);
    for (bool closing = false; !closing;) {
        wait_for_work(log, next_ns);
        char *filled = log->front;
        uint32_t size = log->front_size;
        uint64_t flush = log->flush_asked;
        bool anew = log->reopen;
        closing = log->closing;
        log->lost_dropped += log->dropped_since;
        log->front = log->back;
        log->back = filled;
        log->front_size = 0;
        log->dropped_since = 0;
        log->reopen = false;
        pthread_mutex_unlock(&log->lock);
        if (anew) {
            reopen(log);
        }
        take_all(log, size);
        next_ns = end_folds(log, closing);
        tell_lost(log);
        pthread_mutex_lock(&log->lock);
        log->flush_done = flush;
        pthread_cond_broadcast(&log->done);
    }
    pthread_mutex_unlock(&log->lock);
}

// ---- its life ---------------------------------------------------------------------------------------------

static void init_waiting(struct log *log) {
    pthread_condattr_t monotonic;
    INVARIANT(pthread_mutex_init(&log->lock, NULL) == 0);
    INVARIANT(pthread_condattr_init(&monotonic) == 0);
    INVARIANT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_cond_init(&log->wanted, &monotonic) == 0);
    INVARIANT(pthread_cond_init(&log->done, NULL) == 0);
    pthread_condattr_destroy(&monotonic);
}

static Status open_sink(struct log *log, Slice path, struct arena *arena, struct diag *diag) {
    bool is_path = path.size < sizeof log->sink.path && memchr(path.at == NULL ? "" : path.at, 0, path.size) == NULL;
    if (is_path && path.size > 0) {
        memcpy(log->sink.path, path.at, path.size);
    }
    int error = is_path ? log_sink_open(&log->sink) : ENAMETOOLONG;
    if (error == 0) {
        return STATUS_OK;
    }
    return diag_fail(diag, arena, STATUS_IO, "LG001", "cannot open the log '%.*s': %s", SLICE_ARGS(slice_part(path, 0, 200)), strerror(error));
}

Status log_open(const struct log_options *options, struct arena *arena, struct log **ret_log, struct diag *diag) {
    struct log *log = memory_alloc(sizeof *log);
    log->sink.fd = -1;
    log->sink.rotate_bytes = options->rotate_bytes;
    log->sink.rotate_count = options->rotate_count == 0 ? ROTATE_COUNT : options->rotate_count;
    Status status = open_sink(log, options->path, arena, diag);
    if (status != STATUS_OK) {
        free(log);
        return status;
    }
    atomic_store(&log->level, (uint32_t)options->level);
    log->format = options->format;
    log->offset_us = options->offset_us;
    int64_t fold_us = options->fold_us == 0 ? FOLD_US : options->fold_us;
    log->fold_ns = fold_us < 0 ? 0 : (uint64_t)fold_us * NS_PER_US;
    log->waiting_bytes = options->waiting_bytes == 0 ? LOG_WAITING_BYTES : options->waiting_bytes;
    INVARIANT(log->waiting_bytes >= LOG_RECORD_MAX);
    log->front = memory_alloc(log->waiting_bytes);
    log->back = memory_alloc(log->waiting_bytes);
    buf_init(&log->line, LINE_MAX_BYTES);
    init_waiting(log);
    log->thread = thread_start("log", run, log);
    *ret_log = log;
    return STATUS_OK;
}

void log_close(struct log *log) {
    if (log == NULL) {
        return;
    }
    pthread_mutex_lock(&log->lock);
    log->closing = true;
    pthread_cond_signal(&log->wanted);
    pthread_mutex_unlock(&log->lock);
    thread_join(log->thread);
    log_sink_close(&log->sink);
    pthread_cond_destroy(&log->done);
    pthread_cond_destroy(&log->wanted);
    pthread_mutex_destroy(&log->lock);
    buf_deinit(&log->line);
    free(log->front);
    free(log->back);
    free(log);
}
