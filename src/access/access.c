#include "access/parts.h"

#include "base/time.h"

#include <stdlib.h>

enum {
    ARENA_BLOCK = 256 << 10,
    SEGMENT_BYTES = 4 << 20, // a new log is made of so many zeros: at once on any disk
    PENDING_BYTES = 128 << 10,
    NAME_FAILURES = 5,
    SOURCE_FAILURES = 5,
};

static const int64_t idle_us = 30 * US_PER_MINUTE;
static const int64_t absolute_us = 12 * US_PER_HOUR;

// ---- opening ----------------------------------------------------------------------------------

static struct access_options filled(const struct access_options *given) {
    struct access_options options = *given;
    options.disk = options.disk == NULL ? disk_real() : options.disk;
    options.entropy = options.entropy == NULL ? entropy_real() : options.entropy;
    options.idle_us = options.idle_us == 0 ? idle_us : options.idle_us;
    options.absolute_us = options.absolute_us == 0 ? absolute_us : options.absolute_us;
    options.delay_first_us =
        options.delay_first_us == 0 ? THROTTLE_FIRST_US : options.delay_first_us;
    options.delay_max_us = options.delay_max_us == 0 ? THROTTLE_CAP_US : options.delay_max_us;
    options.name_failures = options.name_failures == 0 ? NAME_FAILURES : options.name_failures;
    options.source_failures =
        options.source_failures == 0 ? SOURCE_FAILURES : options.source_failures;
    options.waiting_max = options.waiting_max == 0 ? ACCESS_WAITING_MAX : options.waiting_max;
    options.segment_bytes = options.segment_bytes == 0 ? SEGMENT_BYTES : options.segment_bytes;
    options.password_cost = options.password_cost == 0 ? PASSWORD_COST : options.password_cost;
    INVARIANT(options.password_cost >= PASSWORD_COST_MIN &&
              options.password_cost <= PASSWORD_COST_MAX);
    return options;
}

static struct access *create(const struct access_options *given) {
    struct access *access = memory_alloc(sizeof *access);
    arena_init(&access->arena, ARENA_BLOCK);
    access->options = filled(given);
    access->options.folder = arena_copy(&access->arena, given->folder);
    access->disk = access->options.disk;
    access->entropy = access->options.entropy;
    access->reader = json_reader_create(RECORD_MAX, RECORD_DEPTH_MAX);
    buf_init(&access->line, RECORD_MAX);
    uint64_t seed;
    access->entropy->fill(access->entropy->context, &seed, sizeof seed);
    state_init(&access->state, seed);
    access->throttle = throttle_create(seed, ACCESS_USERS_MAX, access->options.name_failures,
                                       access->options.source_failures, &access->arena);
    throttle_pace(access->throttle, access->options.delay_first_us, access->options.delay_max_us);
    access->fold = fold_create(&access->arena);
    access->nobody.cost = access->options.password_cost;
    access->entropy->fill(access->entropy->context, access->nobody.salt,
                          sizeof access->nobody.salt);
    access->entropy->fill(access->entropy->context, access->nobody.hash,
                          sizeof access->nobody.hash);
    // Without this a stream of readers would keep a revocation waiting.
    pthread_rwlockattr_t attributes;
    INVARIANT(pthread_rwlockattr_init(&attributes) == 0 &&
              pthread_rwlockattr_setkind_np(&attributes,
                                            PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0 &&
              pthread_rwlock_init(&access->state_lock, &attributes) == 0);
    pthread_rwlockattr_destroy(&attributes);
    INVARIANT(pthread_mutex_init(&access->change, NULL) == 0 &&
              pthread_mutex_init(&access->log, NULL) == 0 &&
              pthread_mutex_init(&access->door, NULL) == 0 &&
              pthread_cond_init(&access->has_task, NULL) == 0);
    return access;
}

static void destroy(struct access *access) {
    pthread_cond_destroy(&access->has_task);
    pthread_mutex_destroy(&access->door);
    pthread_mutex_destroy(&access->log);
    pthread_mutex_destroy(&access->change);
    pthread_rwlock_destroy(&access->state_lock);
    state_deinit(&access->state);
    buf_deinit(&access->line);
    json_reader_destroy(access->reader);
    arena_deinit(&access->arena);
    free(access);
}

static Status open_journal(struct access *access, struct access_opened *opened, struct arena *arena,
                           struct diag *diag) {
    struct journal_options options = {
        .segment_bytes = access->options.segment_bytes,
        .pending_bytes = PENDING_BYTES,
        .created_us = access->options.now_us,
        .label = "qiantang-access",
    };
    struct journal_recovery found;
    Status status = journal_open(access->disk, access->options.folder, &options, arena,
                                 &access->journal, &found, diag);
    if (status != STATUS_OK) {
        access->journal = NULL;
        return status == STATUS_IO && strcmp(diag->code, "JO004") == 0
                   ? diag_fail(diag, arena, STATUS_IO, "AC013",
                               "another process has the access log in '%.*s' open; fuser -v on its "
                               "file 'lock' tells which",
                               SLICE_ARGS(access->options.folder))
                   : status;
    }
    opened->torn_bytes = found.torn_bytes;
    return STATUS_OK;
}

Status access_open(const struct access_options *options, struct arena *arena,
                   struct access **ret_access, struct access_opened *ret_opened,
                   struct diag *diag) {
    struct access *access = create(options);
    struct access_opened opened = {0};
    Status status = options->reading ? STATUS_OK : open_journal(access, &opened, arena, diag);
    if (status == STATUS_OK) {
        status = log_replay(access, access->journal, &opened.records, arena, diag);
    }
    if (status != STATUS_OK) {
        struct diag ignored;
        Status closed =
            access->journal == NULL ? STATUS_OK : journal_close(access->journal, arena, &ignored);
        (void)closed; // what opening failed of is told
        destroy(access);
        return status;
    }
    opened.users = access->state.user_slots.count;
    opened.keys = access->state.key_slots.count;
    if (!options->reading) {
        access->thread = thread_start("access", door_run, access);
    }
    *ret_access = access;
    *ret_opened = opened;
    return STATUS_OK;
}

bool access_is_empty(struct access *access) {
    pthread_rwlock_rdlock(&access->state_lock);
    bool empty = access->state.user_slots.count == 0 && access->state.key_slots.count == 0;
    pthread_rwlock_unlock(&access->state_lock);
    return empty;
}

// ---- time -------------------------------------------------------------------------------------

void access_change_limits(struct access *access, const struct access_limits *limits) {
    struct access_options given = {.idle_us = limits->idle_us,
                                   .absolute_us = limits->absolute_us,
                                   .delay_first_us = limits->delay_first_us,
                                   .delay_max_us = limits->delay_max_us};
    struct access_options wanted = filled(&given);
    pthread_rwlock_wrlock(&access->state_lock);
    access->options.idle_us = wanted.idle_us;
    access->options.absolute_us = wanted.absolute_us;
    pthread_rwlock_unlock(&access->state_lock);
    pthread_mutex_lock(&access->door);
    throttle_pace(access->throttle, wanted.delay_first_us, wanted.delay_max_us);
    pthread_mutex_unlock(&access->door);
}

void access_tick(struct access *access, int64_t now_us) {
    if (access->journal == NULL) {
        return;
    }
    pthread_rwlock_wrlock(&access->state_lock);
    state_forget_sessions(&access->state, access->options.idle_us, access->options.absolute_us,
                          now_us);
    pthread_rwlock_unlock(&access->state_lock);
    pthread_mutex_lock(&access->log);
    fold_tick(access->fold, now_us, log_emit, access);
    pthread_mutex_unlock(&access->log);
    // A change that is under way waits for the disk; the next tick will do.
    if (pthread_mutex_trylock(&access->change) == 0) {
        log_key_uses(access, now_us, false);
        pthread_mutex_unlock(&access->change);
    }
}

Status access_close(struct access *access, int64_t now_us, struct arena *arena, struct diag *diag) {
    if (access == NULL) {
        return STATUS_OK;
    }
    pthread_mutex_lock(&access->door);
    access->closing = true;
    pthread_cond_signal(&access->has_task);
    pthread_mutex_unlock(&access->door);
    thread_join(access->thread);
    Status status = STATUS_OK;
    if (access->journal != NULL) {
        fold_flush(access->fold, now_us, log_emit, access);
        log_key_uses(access, now_us, true);
        status = journal_close(access->journal, arena, diag);
    }
    destroy(access);
    return status;
}
