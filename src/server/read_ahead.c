// One lock is over the states of the batches and is held for some instructions; reading and parsing are done without it, by whoever has taken
// that upon himself.

#include "server/read_ahead.h"

#include "monitoring/stream/intake.h"
#include "os/disk.h"
#include "os/thread.h"
#include "server/records.h"

#include <pthread.h>
#include <stdlib.h>

// What a thread parses and foresees with.
struct hand {
    struct read_ahead *ahead;
    struct thread *thread; // NULL: that of the one who takes
    const struct catalogue *catalogue;
    struct intake *intake;
    struct foresight *foresight;
};

struct read_ahead {
    struct journal_reader *reader;
    struct arena reading; // of the reader, one reading thread after the other
    pthread_mutex_t lock;
    pthread_cond_t changed;
    // Batches by their number in the stream, modulo READ_AHEAD_BATCHES: from `first` on they are read or being parsed, `next` is to be read.
    struct batch batches[READ_AHEAD_BATCHES];
    uint64_t first, next;
    bool is_read;   // somebody reads
    bool waits;     // for the catalogue behind a release
    bool has_ended; // nothing more is read
    const struct catalogue *catalogue;
    uint32_t hand_count;
    struct hand hands[READ_AHEAD_THREADS_MAX + 1]; // the first is that of the one who takes
};

// ---- reading ----------------------------------------------------------------------------------------------

static struct item *add_item(struct batch *batch, const struct journal_entry *entry) {
    struct item *item = &batch->items[batch->count++];
    item->entry = *entry;
    item->entry.data = arena_copy(&batch->bytes, entry->data);
    item->answer = (Slice){0};
    item->event = NULL;
    item->is_event = false;
    return item;
}

static bool is_full(const struct batch *batch) {
    return batch->count >= READ_AHEAD_EVENTS || batch->size >= READ_AHEAD_BYTES;
}

// Whether the batch is to end with this record.
static bool put(struct batch *batch, const struct journal_entry *entry) {
    struct item *last = batch->count == 0 ? NULL : &batch->items[batch->count - 1];
    bool owes = last != NULL && last->is_event && last->answer.at == NULL;
    batch->size += entry->data.size;
    if (entry->kind == KIND_DECISION && owes) {
        last->answer = arena_copy(&batch->bytes, entry->data);
        return is_full(batch);
    }
    struct item *item = add_item(batch, entry);
    item->is_event = entry->kind == KIND_EVENT && !owes;
    batch->releases = entry->kind == KIND_RELEASE;
    return batch->releases || (is_full(batch) && !item->is_event);
}

static void read_batch(struct read_ahead *ahead, struct batch *batch) {
    struct journal_entry entry;
    arena_reset(&batch->bytes);
    batch->count = 0;
    batch->size = 0;
    batch->releases = false;
    batch->catalogue = ahead->catalogue;
    do {
        batch->status = journal_reader_next(ahead->reader, &entry, &ahead->reading, &batch->diag);
    } while (batch->status == STATUS_OK && !put(batch, &entry));
}

// ---- parsing ----------------------------------------------------------------------------------------------

static void make_events(struct batch *batch, const struct schema *schema) {
    if (batch->schema == schema) {
        return;
    }
    for (uint32_t i = 0; i <= READ_AHEAD_EVENTS; i++) {
        event_destroy(batch->events[i]);
        batch->events[i] = event_create(schema);
    }
    batch->schema = schema;
}

static void take_up(struct hand *hand, const struct catalogue *catalogue) {
    if (hand->catalogue == catalogue) {
        return;
    }
    intake_destroy(hand->intake);
    foresight_destroy(hand->foresight);
    hand->intake = intake_create(catalogue->schema, NULL);
    hand->foresight = foresight_create(catalogue);
    hand->catalogue = catalogue;
}

static void parse_item(struct hand *hand, struct item *item, struct event *event) {
    struct intake_refusal refusal;
    RecordKind kind;
    bool parsed = intake_json_again(hand->intake, item->entry.data, event) ||
                  (intake_json(hand->intake, item->entry.data, event, &kind, &refusal) == STATUS_OK && kind == RECORD_EVENT);
    if (!parsed) {
        return;
    }
    item->event = event;
    if (item->answer.at != NULL) {
        foresee(hand->foresight, event, item->answer, &item->ahead);
    }
}

static void parse_batch(struct hand *hand, struct batch *batch) {
    if (batch->catalogue == NULL) {
        return; // no schema, and no event that could be taken in
    }
    take_up(hand, batch->catalogue);
    make_events(batch, batch->catalogue->schema);
    for (uint32_t i = 0; i < batch->count; i++) {
        if (batch->items[i].is_event) {
            parse_item(hand, &batch->items[i], batch->events[i]);
        }
    }
}

// ---- under the lock ---------------------------------------------------------------------------------------

static bool can_read(const struct read_ahead *ahead) {
    return !ahead->is_read && !ahead->waits && !ahead->has_ended && ahead->next - ahead->first < READ_AHEAD_BATCHES;
}

// Reads the next batch and parses it; the lock is let go meanwhile.
static void do_next(struct read_ahead *ahead, struct hand *hand) {
    struct batch *batch = &ahead->batches[ahead->next % READ_AHEAD_BATCHES];
    ahead->is_read = true;
    batch->is_ready = false;
    pthread_mutex_unlock(&ahead->lock);
    read_batch(ahead, batch);
    pthread_mutex_lock(&ahead->lock);
    ahead->next++;
    ahead->is_read = false;
    ahead->waits = batch->releases;
    ahead->has_ended = ahead->has_ended || batch->status != STATUS_OK;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    parse_batch(hand, batch);
    pthread_mutex_lock(&ahead->lock);
    batch->is_ready = true;
    pthread_cond_broadcast(&ahead->changed);
}

static void work(void *context) {
    struct hand *hand = context;
    struct read_ahead *ahead = hand->ahead;
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->has_ended) {
        if (can_read(ahead)) {
            do_next(ahead, hand);
        } else {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
    }
    pthread_mutex_unlock(&ahead->lock);
}

struct batch *read_ahead_take(struct read_ahead *ahead) {
    pthread_mutex_lock(&ahead->lock);
    struct batch *batch = &ahead->batches[ahead->first % READ_AHEAD_BATCHES];
    bool is_there;
    while (!(is_there = ahead->first < ahead->next && batch->is_ready) && !(ahead->first == ahead->next && ahead->has_ended && !ahead->is_read)) {
        if (can_read(ahead)) {
            do_next(ahead, &ahead->hands[0]);
        } else {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
    }
    pthread_mutex_unlock(&ahead->lock);
    return is_there ? batch : NULL;
}

void read_ahead_give(struct read_ahead *ahead, struct batch *batch) {
    pthread_mutex_lock(&ahead->lock);
    INVARIANT(batch == &ahead->batches[ahead->first % READ_AHEAD_BATCHES]);
    ahead->first++;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

void read_ahead_go_on(struct read_ahead *ahead, const struct catalogue *catalogue) {
    pthread_mutex_lock(&ahead->lock);
    ahead->catalogue = catalogue;
    ahead->waits = false;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

// ---- its life ---------------------------------------------------------------------------------------------

static uint32_t threads_of(const struct read_ahead_options *options) {
    uint32_t processors = thread_processors();
    uint32_t threads = options->threads > 0 ? options->threads : processors > 1 ? processors - 1 : 1;
    return threads < READ_AHEAD_THREADS_MAX ? threads : READ_AHEAD_THREADS_MAX;
}

Status read_ahead_start(const struct read_ahead_options *options, struct arena *arena, struct read_ahead **ret_ahead, struct diag *diag) {
    struct journal_reader *reader;
    TRY(journal_reader_open(disk_real(), options->folder, options->from, (struct journal_reader_options){.chain = true}, arena, &reader, diag));
    struct read_ahead *ahead = memory_alloc(sizeof *ahead);
    ahead->reader = reader;
    ahead->catalogue = options->catalogue;
    arena_init(&ahead->reading, 1 << 16);
    for (uint32_t i = 0; i < READ_AHEAD_BATCHES; i++) {
        arena_init(&ahead->batches[i].bytes, 1 << 18);
    }
    INVARIANT(pthread_mutex_init(&ahead->lock, NULL) == 0 && pthread_cond_init(&ahead->changed, NULL) == 0);
    ahead->hand_count = threads_of(options) + 1;
    ahead->hands[0].ahead = ahead;
    for (uint32_t i = 1; i < ahead->hand_count; i++) {
        ahead->hands[i].ahead = ahead;
        ahead->hands[i].thread = thread_start("read", work, &ahead->hands[i]);
    }
    *ret_ahead = ahead;
    return STATUS_OK;
}

void read_ahead_stop(struct read_ahead *ahead) {
    if (ahead == NULL) {
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->has_ended = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    for (uint32_t i = 0; i < ahead->hand_count; i++) {
        thread_join(ahead->hands[i].thread);
        intake_destroy(ahead->hands[i].intake);
        foresight_destroy(ahead->hands[i].foresight);
    }
    for (uint32_t i = 0; i < READ_AHEAD_BATCHES; i++) {
        struct batch *batch = &ahead->batches[i];
        for (uint32_t k = 0; k <= READ_AHEAD_EVENTS; k++) {
            event_destroy(batch->events[k]);
        }
        arena_deinit(&batch->bytes);
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    arena_deinit(&ahead->reading);
    journal_reader_close(ahead->reader);
    free(ahead);
}
