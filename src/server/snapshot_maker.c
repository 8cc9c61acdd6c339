#include "server/snapshot_maker.h"

#include "os/clock.h"
#include "os/thread.h"
#include "server/snapshots.h"

#include <pthread.h>
#include <stdlib.h>

enum { BUFFERS = 16, BUFFER_BYTES = SNAPSHOT_CHUNK_MAX };

typedef enum What { WHAT_BEGIN, WHAT_BYTES, WHAT_WHOLE, WHAT_GIVEN_UP } What;

struct chunk {
    What what;
    char *bytes;
    size_t size;
    uint64_t sequence; // of WHAT_BEGIN
    uint8_t label[JOURNAL_LABEL_SIZE];
    uint64_t begun_ns;
    uint64_t aside_bytes;
};

struct snapshot_maker {
    struct snapshot_maker_options options;
    struct arena arena;
    struct thread *thread;
    struct queue *full, *free; // chunks go round
    struct chunk chunks[BUFFERS];
    atomic_uint free_count;
    // The deciding thread's.
    struct chunk *filling;
    bool is_under_way;
    uint64_t last_sequence;
    int64_t last_us;
    // The writing thread's.
    struct snapshot_writer *writer;
    struct image_hash *hash;
    uint64_t sequence, bytes, begun_ns;
    pthread_mutex_t lock;
    struct snapshot_maker_state state; // under the lock
};

// ---- the writing thread -----------------------------------------------------------------------------------

static void tell_end(struct snapshot_maker *maker, uint64_t aside_bytes, const struct diag *failure) {
    pthread_mutex_lock(&maker->lock);
    struct snapshot_maker_state *state = &maker->state;
    state->is_under_way = false;
    state->aside_max_bytes = aside_bytes;
    if (failure == NULL) {
        state->made++;
        state->sequence = maker->sequence;
        state->bytes = maker->bytes;
        state->took_us = (clock_monotonic_ns() - maker->begun_ns) / 1000;
        state->at_us = clock_wall_us();
    } else {
        state->failed++;
    }
    pthread_mutex_unlock(&maker->lock);
    if (maker->options.ended != NULL) {
        maker->options.ended(maker->options.context, failure);
    }
}

static void begin(struct snapshot_maker *maker, const struct chunk *chunk, struct arena *arena) {
    struct snapshot_options options = {.compress = true, .created_us = clock_wall_us()};
    struct diag diag;
    memcpy(options.label, chunk->label, sizeof options.label);
    maker->sequence = chunk->sequence;
    maker->begun_ns = chunk->begun_ns;
    maker->bytes = 0;
    if (snapshot_create(disk_real(), maker->options.folder, chunk->sequence, &options, arena, &maker->writer, &diag) != STATUS_OK) {
        maker->writer = NULL;
        tell_end(maker, 0, &diag);
    }
    maker->hash = image_hash_begin();
}

static void write_bytes(struct snapshot_maker *maker, const struct chunk *chunk) {
    maker->bytes += chunk->size;
    image_hash_add(maker->hash, (Slice){chunk->bytes, chunk->size});
    if (maker->writer != NULL) {
        snapshot_write(maker->writer, (Slice){chunk->bytes, chunk->size});
    }
}

static Status commit(struct snapshot_maker *maker, const uint8_t hash[SNAPSHOT_HASH_SIZE], struct arena *arena, struct diag *diag) {
    const struct snapshot_maker_options *options = &maker->options;
    uint32_t dropped;
    bool fits = journal_wait(options->journal, maker->sequence) == STATUS_OK &&
                (options->before == NULL || options->before(options->context, maker->sequence));
    if (!fits) {
        snapshot_abandon(maker->writer);
        return diag_fail(diag, arena, STATUS_IO, "SV007", "snapshot %llu is given up: what it rests on did not become durable", (unsigned long long)maker->sequence);
    }
    TRY(snapshot_commit(maker->writer, hash, arena, diag));
    TRY(snapshot_retain(disk_real(), options->folder, options->keep, arena, &dropped, diag));
    if (slice_empty(options->archive)) {
        return STATUS_OK;
    }
    uint64_t needed_from = options->needed_from == NULL ? UINT64_MAX : options->needed_from(options->context);
    return snapshot_drop_log(disk_real(), options->folder, options->archive, needed_from, arena, &dropped, diag);
}

static void end(struct snapshot_maker *maker, const struct chunk *chunk, struct arena *arena) {
    struct diag diag;
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    image_hash_end(maker->hash, hash);
    if (maker->writer == NULL) {
        return; // told when it was begun
    }
    Status status = STATUS_OK;
    if (chunk->what == WHAT_GIVEN_UP) {
        snapshot_abandon(maker->writer);
        status = diag_fail(&diag, arena, STATUS_LIMIT, "SV008",
                           "snapshot %llu is given up: the state changes faster than it is written, and %llu bytes were set aside", (unsigned long long)maker->sequence,
                           (unsigned long long)chunk->aside_bytes);
    } else {
        status = commit(maker, hash, arena, &diag);
    }
    maker->writer = NULL;
    tell_end(maker, chunk->aside_bytes, status == STATUS_OK ? NULL : &diag);
}

static void run(void *context) {
    struct snapshot_maker *maker = context;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    thread_give_way();
    struct chunk *chunk;
    while ((chunk = queue_pop(maker->full)) != NULL) {
        switch (chunk->what) {
        case WHAT_BEGIN:
            begin(maker, chunk, &arena);
            break;
        case WHAT_BYTES:
            write_bytes(maker, chunk);
            break;
        case WHAT_WHOLE:
        case WHAT_GIVEN_UP:
            end(maker, chunk, &arena);
            arena_reset(&arena);
            break;
        }
        queue_push(maker->free, chunk);
        atomic_fetch_add(&maker->free_count, 1);
    }
    if (maker->writer != NULL) {
        snapshot_abandon(maker->writer);
    }
    arena_deinit(&arena);
}

// ---- the deciding thread ----------------------------------------------------------------------------------

static struct chunk *take_free(struct snapshot_maker *maker, What what) {
    struct chunk *chunk = queue_pop(maker->free); // waits only when one step gave more than all that was free
    atomic_fetch_sub(&maker->free_count, 1);
    chunk->what = what;
    chunk->size = 0;
    return chunk;
}

static void send(struct snapshot_maker *maker, struct chunk *chunk) {
    queue_push(maker->full, chunk);
}

static void put(void *context, Slice bytes) {
    struct snapshot_maker *maker = context;
    while (bytes.size > 0) {
        if (maker->filling == NULL) {
            maker->filling = take_free(maker, WHAT_BYTES);
        }
        struct chunk *chunk = maker->filling;
        size_t room = BUFFER_BYTES - chunk->size;
        size_t take = bytes.size < room ? bytes.size : room;
        memcpy(chunk->bytes + chunk->size, bytes.at, take);
        chunk->size += take;
        bytes = slice_part(bytes, take, SIZE_MAX);
        if (chunk->size == BUFFER_BYTES) {
            send(maker, chunk);
            maker->filling = NULL;
        }
    }
}

bool snapshot_maker_is_due(const struct snapshot_maker *maker, uint64_t sequence, int64_t now_us) {
    const struct snapshot_maker_options *options = &maker->options;
    if (maker->is_under_way || sequence <= maker->last_sequence) {
        return false;
    }
    return (options->every_records > 0 && sequence - maker->last_sequence >= options->every_records) ||
           (options->every_us > 0 && now_us - maker->last_us >= (int64_t)options->every_us);
}

bool snapshot_maker_has_room(const struct snapshot_maker *maker) {
    return atomic_load_explicit(&maker->free_count, memory_order_relaxed) > 3;
}

bool snapshot_maker_begin(struct snapshot_maker *maker, struct heart *heart, uint64_t sequence, int64_t now_us) {
    if (maker->is_under_way || !snapshot_maker_has_room(maker)) {
        return false;
    }
    pthread_mutex_lock(&maker->lock);
    bool is_busy = maker->state.is_under_way;
    maker->state.is_under_way = true;
    pthread_mutex_unlock(&maker->lock);
    if (is_busy) {
        return false;
    }
    maker->is_under_way = true;
    maker->last_sequence = sequence;
    maker->last_us = now_us;
    struct chunk *chunk = take_free(maker, WHAT_BEGIN);
    chunk->sequence = sequence;
    chunk->begun_ns = clock_monotonic_ns();
    snapshot_label(heart, chunk->label);
    send(maker, chunk);
    heart_image_begin(heart, maker, put);
    return true;
}

static void finish(struct snapshot_maker *maker, struct heart *heart, What what) {
    if (maker->filling != NULL) {
        send(maker, maker->filling);
        maker->filling = NULL;
    }
    struct chunk *chunk = take_free(maker, what);
    chunk->aside_bytes = heart_image_counters(heart).bytes_aside_max;
    send(maker, chunk);
    maker->is_under_way = false;
}

bool snapshot_maker_step(struct snapshot_maker *maker, struct heart *heart, size_t bytes) {
    if (!maker->is_under_way) {
        return false;
    }
    if (!snapshot_maker_has_room(maker)) {
        return true;
    }
    LiveImageStep step = heart_image_step(heart, bytes);
    if (step != LIVE_IMAGE_MORE) {
        finish(maker, heart, step == LIVE_IMAGE_WHOLE ? WHAT_WHOLE : WHAT_GIVEN_UP);
    }
    return maker->is_under_way;
}

void snapshot_maker_give_up(struct snapshot_maker *maker, struct heart *heart) {
    if (maker->is_under_way) {
        heart_image_abandon(heart);
        finish(maker, heart, WHAT_GIVEN_UP);
    }
}

struct snapshot_maker_state snapshot_maker_state(struct snapshot_maker *maker) {
    pthread_mutex_lock(&maker->lock);
    struct snapshot_maker_state state = maker->state;
    pthread_mutex_unlock(&maker->lock);
    return state;
}

// ---- its life ---------------------------------------------------------------------------------------------

struct snapshot_maker *snapshot_maker_create(const struct snapshot_maker_options *options, uint64_t last_sequence, int64_t now_us) {
    struct snapshot_maker *maker = memory_alloc(sizeof *maker);
    arena_init(&maker->arena, 1 << 12);
    maker->options = *options;
    maker->options.folder = arena_copy(&maker->arena, options->folder);
    maker->options.archive = arena_copy(&maker->arena, options->archive);
    maker->last_sequence = last_sequence;
    maker->last_us = now_us;
    maker->state.sequence = last_sequence;
    maker->full = queue_create(BUFFERS);
    maker->free = queue_create(BUFFERS);
    for (int i = 0; i < BUFFERS; i++) {
        maker->chunks[i].bytes = memory_alloc(BUFFER_BYTES);
        queue_push(maker->free, &maker->chunks[i]);
    }
    atomic_init(&maker->free_count, BUFFERS);
    INVARIANT(pthread_mutex_init(&maker->lock, NULL) == 0);
    maker->thread = thread_start("snapshot", run, maker);
    return maker;
}

void snapshot_maker_destroy(struct snapshot_maker *maker, struct heart *heart) {
    if (maker == NULL) {
        return;
    }
    if (maker->is_under_way) {
        heart_image_abandon(heart);
    }
    queue_close(maker->full);
    thread_join(maker->thread);
    queue_destroy(maker->full);
    queue_destroy(maker->free);
    for (int i = 0; i < BUFFERS; i++) {
        free(maker->chunks[i].bytes);
    }
    pthread_mutex_destroy(&maker->lock);
    arena_deinit(&maker->arena);
    free(maker);
}
