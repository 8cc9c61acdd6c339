// Who asks waits in a line; one thread does what is asked, in order.

#include "os/file.h"
#include "os/thread.h"
#include "server/releases_private.h"
#include "server/snapshots.h"

#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

enum { WATCH_EVERY_MS = 5000 };

// ---- answers ----------------------------------------------------------------------------------------------

void release_refuse(struct release_ask *ask, uint16_t status, const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ask->detail, sizeof ask->detail, format, arguments);
    va_end(arguments);
    ask->http_status = status;
    snprintf(ask->code, sizeof ask->code, "%s", code);
}

void release_refuse_by(struct release_ask *ask, const struct diag *diag) {
    release_refuse(ask, 422, "pack_refused", "%s: %.*s", diag->code, SLICE_ARGS(diag->message));
}

struct release_entry *releases_find(struct releases *releases, Slice name) {
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        if (slice_equal(releases->entries.at[i].name, name)) {
            return &releases->entries.at[i];
        }
    }
    return NULL;
}

struct release_entry *releases_find_deciding(struct releases *releases) {
    struct pipeline_state state = pipeline_state(releases->at_hand);
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        Hash128 label = label_hash(releases->entries.at[i].label);
        if (label.low == state.label.low && label.high == state.label.high) {
            return &releases->entries.at[i];
        }
    }
    return NULL;
}

void releases_happened(struct releases *releases, const char *what, Slice name, Slice by, Slice note) {
    if (releases->options.happened != NULL) {
        releases->options.happened(releases->options.context, what, name, by, note);
    }
}

static void take_back(struct releases *releases, struct release_entry *entry, const struct release_entry *was) {
    if (slice_empty(was->name)) {
        releases->entries.count--; // it is the last one
    } else {
        *entry = *was;
    }
}

void releases_settle(struct releases *releases, struct release_ask *ask, struct release_entry *entry, const struct release_entry *was, const char *what,
                     struct arena *arena) {
    struct diag diag;
    if (releases_keep(releases, &diag, arena) != STATUS_OK) {
        take_back(releases, entry, was);
        release_refuse(ask, 507, "not_kept", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
        return;
    }
    ask->became = entry->name;
    releases_happened(releases, what, entry->name, ask->by, ask->note);
    release_answer(ask, entry);
}

static void list(struct releases *releases, struct release_ask *ask) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    json_object_begin(&json);
    json_key_bool(&json, SLICE("frozen"), releases_is_frozen(releases));
    json_key(&json, SLICE("releases"));
    json_array_begin(&json);
    for (uint32_t i = releases->entries.count; i > 0; i--) {
        release_write(&json, &releases->entries.at[i - 1], false);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(&ask->body, '\n');
    ask->http_status = 200;
}

static void do_named(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    struct release_entry *entry = releases_find(releases, ask->name);
    if (entry == NULL) {
        release_refuse(ask, 404, "no_such_release", "there is no release '%.*s'", SLICE_ARGS(ask->name));
        return;
    }
    switch (ask->kind) {
    case RELEASE_TRY:
        release_try(releases, ask, entry, arena);
        break;
    case RELEASE_PROPOSE:
        release_propose(releases, ask, entry, arena);
        break;
    case RELEASE_APPROVE:
        release_judge(releases, ask, entry, arena, STATE_approved);
        break;
    case RELEASE_REJECT:
        release_judge(releases, ask, entry, arena, STATE_rejected);
        break;
    case RELEASE_RELEASE:
        release_release(releases, ask, entry, arena);
        break;
    default:
        release_answer(ask, entry);
    }
}

// ---- the thread -------------------------------------------------------------------------------------------

static void do_ask(struct releases *releases, struct release_ask *ask, bool is_closing) {
    struct arena arena;
    arena_init(&arena, 1 << 16);
    if (is_closing) {
        release_refuse(ask, 503, "stopping", "the server ends");
    } else if (releases->at_hand == NULL) {
        release_refuse(ask, 503, "starting", "the journal is being replayed");
    } else {
        releases_know_deciding(releases, &arena);
        switch (ask->kind) {
        case RELEASE_UPLOAD:
            release_upload(releases, ask, &arena);
            break;
        case RELEASE_DRAFT:
            release_draft(releases, ask, &arena);
            break;
        case RELEASE_SWEEP:
            release_sweep(releases, ask, &arena);
            break;
        case RELEASE_ROLLBACK:
            release_roll_back(releases, ask, &arena);
            break;
        case RELEASE_STATUS:
            release_change_status(releases, ask, &arena);
            break;
        case RELEASE_LIST:
            list(releases, ask);
            break;
        default:
            do_named(releases, ask, &arena);
        }
    }
    arena_deinit(&arena);
    ask->done(ask);
}

// What takes something back that may do harm.
static bool is_urgent(const struct release_ask *ask) {
    return ask->kind == RELEASE_ROLLBACK || (ask->kind == RELEASE_STATUS && slice_is(ask->status, "SUSPENDED"));
}

// Under the lock.
static void push(struct releases *releases, struct release_ask *ask) {
    struct release_ask **at = &releases->first;
    while (*at != NULL && (!is_urgent(ask) || is_urgent(*at))) {
        at = &(*at)->next;
    }
    ask->next = *at;
    *at = ask;
    releases->waiting++;
    releases->waiting_archives += ask->kind == RELEASE_UPLOAD;
    if (is_urgent(ask) && !releases->is_urgent) {
        atomic_store(&releases->give_up, true);
    }
}

static struct release_ask *take(struct releases *releases) {
    struct release_ask *ask = releases->first;
    if (ask != NULL) {
        releases->first = ask->next;
        releases->waiting--;
        releases->waiting_archives -= ask->kind == RELEASE_UPLOAD;
        releases->is_urgent = is_urgent(ask);
        atomic_store(&releases->give_up, releases->closing);
    }
    return ask;
}

static struct timespec next_watch(const struct releases *releases) {
    struct timespec until;
    uint32_t every_ms = releases->options.watch_every_ms == 0 ? WATCH_EVERY_MS : releases->options.watch_every_ms;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + (int64_t)(every_ms % 1000) * 1000000;
    until.tv_sec += every_ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    return until;
}

static void run(void *context) {
    struct releases *releases = context;
    for (;;) {
        struct timespec until = next_watch(releases);
        bool timely = true;
        pthread_mutex_lock(&releases->lock);
        while (releases->first == NULL && !releases->closing && timely) {
            timely = pthread_cond_timedwait(&releases->has_work, &releases->lock, &until) == 0;
        }
        struct release_ask *ask = take(releases);
        releases->at_hand = releases->pipeline;
        bool is_closing = releases->closing;
        bool ends = ask == NULL && is_closing;
        pthread_mutex_unlock(&releases->lock);
        if (ends) {
            return;
        }
        if (ask != NULL) {
            do_ask(releases, ask, is_closing);
        } else {
            releases_watch(releases);
        }
    }
}

static struct pipeline *attached(struct releases *releases) {
    pthread_mutex_lock(&releases->lock);
    struct pipeline *pipeline = releases->pipeline;
    pthread_mutex_unlock(&releases->lock);
    return pipeline;
}

Status releases_deciding(struct releases *releases, struct arena *arena, const struct pack_folder **ret_pack, struct diag *diag) {
    struct pipeline *pipeline = attached(releases);
    if (pipeline == NULL) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "SV004", "nothing decides yet");
    }
    return shelf_find(releases->options.shelf, pipeline_state(pipeline).label, arena, ret_pack, diag);
}

Status releases_read_pack(struct releases *releases, Slice name, struct pack_folder *pack, struct arena *arena, struct diag *diag) {
    Slice path = arena_printf(&pack->arena, "%.*s/%.*s", SLICE_ARGS(releases->options.folder), SLICE_ARGS(name));
    if (slice_empty(shelf_label(name, arena)) || slice_find_byte(name, '/', 0) < name.size || !file_is_directory(path)) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "SV004", "there is no release '%.*s'", SLICE_ARGS(name));
    }
    pack->path = path;
    return pack_read(pack, NULL, 0, diag);
}

bool releases_ask(struct releases *releases, struct release_ask *ask) {
    struct pipeline *pipeline = attached(releases);
    ask->from = pipeline == NULL ? (Hash128){0} : pipeline_state(pipeline).label;
    pthread_mutex_lock(&releases->lock);
    bool taken = !releases->closing && releases->waiting < (is_urgent(ask) ? 2 : 1) * RELEASES_WAITING_MAX &&
                 (ask->kind != RELEASE_UPLOAD || releases->waiting_archives < RELEASES_ARCHIVES_MAX);
    if (taken) {
        push(releases, ask);
        pthread_cond_signal(&releases->has_work);
    }
    pthread_mutex_unlock(&releases->lock);
    return taken;
}

void releases_change_try(struct releases *releases, uint64_t try_events) {
    atomic_store(&releases->try_events, try_events);
}

void releases_freeze(struct releases *releases, bool frozen) {
    pthread_mutex_lock(&releases->lock);
    releases->frozen = frozen;
    pthread_mutex_unlock(&releases->lock);
}

bool releases_is_frozen(struct releases *releases) {
    pthread_mutex_lock(&releases->lock);
    bool frozen = releases->frozen;
    pthread_mutex_unlock(&releases->lock);
    return frozen;
}

// ---- its life ---------------------------------------------------------------------------------------------

static void free_releases(struct releases *releases) {
    json_reader_destroy(releases->json);
    pthread_mutex_destroy(&releases->lock);
    pthread_cond_destroy(&releases->has_work);
    pthread_cond_destroy(&releases->released);
    arena_deinit(&releases->arena);
    arena_deinit(&releases->trials);
    free(releases);
}

Status releases_open(const struct releases_options *options, struct arena *arena, struct releases **ret_releases, struct diag *diag) {
    struct releases *releases = memory_alloc(sizeof *releases);
    pthread_condattr_t monotonic;
    arena_init(&releases->arena, 1 << 16);
    arena_init(&releases->trials, 1 << 16);
    releases->options = *options;
    atomic_init(&releases->try_events, options->try_events);
    releases->options.folder = arena_copy(&releases->arena, options->folder);
    releases->options.journal = arena_copy(&releases->arena, options->journal);
    releases->options.watch = arena_copy(&releases->arena, options->watch);
    releases->json = json_reader_create(RELEASES_FILE_MAX, RELEASES_FILE_DEPTH);
    INVARIANT(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&releases->lock, NULL) == 0 && pthread_cond_init(&releases->has_work, &monotonic) == 0 &&
              pthread_cond_init(&releases->released, NULL) == 0);
    pthread_condattr_destroy(&monotonic);
    Status status = releases_read_kept(releases, arena, diag);
    if (status != STATUS_OK) {
        free_releases(releases);
        return status;
    }
    releases->thread = thread_start("releases", run, releases);
    *ret_releases = releases;
    return STATUS_OK;
}

void releases_attach(struct releases *releases, struct pipeline *pipeline) {
    pthread_mutex_lock(&releases->lock);
    releases->pipeline = pipeline;
    pthread_mutex_unlock(&releases->lock);
}

void releases_stop(struct releases *releases) {
    if (releases == NULL || releases->thread == NULL) {
        return;
    }
    pthread_mutex_lock(&releases->lock);
    releases->closing = true;
    atomic_store(&releases->give_up, true);
    pthread_cond_signal(&releases->has_work);
    pthread_mutex_unlock(&releases->lock);
    thread_join(releases->thread);
    releases->thread = NULL;
}

void releases_close(struct releases *releases) {
    if (releases != NULL) {
        releases_stop(releases);
        free_releases(releases);
    }
}
