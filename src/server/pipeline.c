// Works wait in a list under a lock. The deciding thread takes the whole list at once, so that the lock is asked for once a batch, and
// appends what it decides without waiting for the disk; works then hang in the order of their sequences until the journal's thread says
// that they are durable.

#include "server/pipeline.h"

#include "journal/snapshot.h"
#include "os/clock.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdlib.h>

enum { KIND_PACK = 1, KIND_EVENT, KIND_CHANGE, KIND_DECISION };
enum { SNAPSHOTS_KEPT = 2 };

struct works {
    struct work *first, *last;
    uint32_t count;
};

struct pipeline {
    struct heart *heart;
    struct pipeline_options options;
    struct journal *journal;
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct works waiting;  // for the deciding thread
    struct works deciding; // decided and appended, not yet durable
    bool closing, failed;
    uint64_t decided, refused, turned_away;
};

static void works_push(struct works *works, struct work *work) {
    work->next = NULL;
    if (works->last == NULL) {
        works->first = work;
    } else {
        works->last->next = work;
    }
    works->last = work;
    works->count++;
}

static struct works works_take(struct works *works) {
    struct works taken = *works;
    *works = (struct works){0};
    return taken;
}

// Those at the front up to a sequence.
static struct works works_take_upto(struct works *works, uint64_t sequence) {
    struct works taken = {0};
    while (works->first != NULL && works->first->sequence <= sequence) {
        struct work *work = works->first;
        works->first = work->next;
        works->count--;
        if (works->first == NULL) {
            works->last = NULL;
        }
        works_push(&taken, work);
    }
    return taken;
}

static void end_works(struct pipeline *pipeline, struct works works, PipelineOutcome outcome) {
    struct work *next;
    for (struct work *work = works.first; work != NULL; work = next) {
        next = work->next;
        work->outcome = outcome;
        work->done(work);
    }
    if (works.count > 0 && pipeline->options.settled != NULL) {
        pipeline->options.settled(pipeline->options.context);
    }
}

// ---- the journal's thread ---------------------------------------------------------------------------------

static void on_durable(void *context, uint64_t sequence) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    struct works works = works_take_upto(&pipeline->deciding, sequence);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_DONE);
}

static void on_failed(void *context) {
    struct pipeline *pipeline = context;
    pthread_mutex_lock(&pipeline->lock);
    pipeline->failed = true;
    struct works works = works_take(&pipeline->deciding);
    pthread_mutex_unlock(&pipeline->lock);
    end_works(pipeline, works, PIPELINE_FAILED);
}

// ---- the deciding thread ----------------------------------------------------------------------------------

static void copy_text(char *into, size_t size, Slice text) {
    Slice cut = slice_part(text, 0, size - 1);
    memcpy(into, cut.at, cut.size);
    into[cut.size] = '\0';
}

// Waits for room as long as the disk can make some.
static Status append(struct pipeline *pipeline, uint8_t kind, uint16_t flags, Slice data, uint64_t *ret_sequence) {
    struct journal_record record = {.kind = kind, .flags = flags, .time_us = clock_wall_us(), .data = data};
    for (;;) {
        Status status = journal_append(pipeline->journal, &record, ret_sequence);
        if (status != STATUS_LIMIT) {
            return status;
        }
        TRY(journal_wait_room(pipeline->journal, data.size));
    }
}

static void end_one(struct pipeline *pipeline, struct work *work, PipelineOutcome outcome) {
    struct works works = {0};
    works_push(&works, work);
    end_works(pipeline, works, outcome);
}

// The state has moved on and the record cannot be kept: from here on the two do not fit, and nothing more may be decided.
static void give_up(struct pipeline *pipeline, struct work *work) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->failed = true;
    pthread_mutex_unlock(&pipeline->lock);
    end_one(pipeline, work, PIPELINE_FAILED);
}

static bool has_failed(struct pipeline *pipeline) {
    pthread_mutex_lock(&pipeline->lock);
    bool failed = pipeline->failed;
    pthread_mutex_unlock(&pipeline->lock);
    return failed;
}

static void count(struct pipeline *pipeline, uint64_t *counter) {
    pthread_mutex_lock(&pipeline->lock);
    (*counter)++;
    pthread_mutex_unlock(&pipeline->lock);
}

static void decide(struct pipeline *pipeline, struct work *work) {
    // What is decided must be kept, so there has to be room for it before anything changes.
    size_t need = work->record.size + PIPELINE_RECORD_MAX;
    Status room = has_failed(pipeline) ? STATUS_IO : journal_wait_room(pipeline->journal, need);
    if (room != STATUS_OK) {
        end_one(pipeline, work, room == STATUS_LIMIT ? PIPELINE_NO_ROOM : PIPELINE_FAILED);
        return;
    }
    struct heart_refusal refusal;
    HeartAnswer answer = heart_take(pipeline->heart, work->record, EFFORT_full, &work->answer, &refusal);
    if (answer == HEART_REFUSED) {
        copy_text(work->code, sizeof work->code, refusal.code);
        copy_text(work->reason, sizeof work->reason, refusal.reason);
        count(pipeline, &pipeline->refused);
        end_one(pipeline, work, PIPELINE_REFUSED);
        return;
    }
    work->is_change = answer == HEART_CHANGED;
    Status status = append(pipeline, work->is_change ? KIND_CHANGE : KIND_EVENT, EFFORT_full, work->record, &work->sequence);
    if (status == STATUS_OK && !work->is_change) {
        status = append(pipeline, KIND_DECISION, 0, buf_slice(&work->answer), &work->sequence);
    }
    // Not while it appends: that may wait for the journal's thread, which may wait for the lock.
    pthread_mutex_lock(&pipeline->lock);
    bool kept = status == STATUS_OK && !pipeline->failed;
    if (kept) {
        works_push(&pipeline->deciding, work);
        pipeline->decided++;
    }
    // From here on a work that was kept may be over and gone.
    uint64_t sequence = work->sequence;
    pthread_mutex_unlock(&pipeline->lock);
    if (!kept) {
        give_up(pipeline, work);
    } else if (journal_durable(pipeline->journal) >= sequence) {
        on_durable(pipeline, sequence); // it was quicker than the list
    }
}

static void run(void *context) {
    struct pipeline *pipeline = context;
    for (;;) {
        pthread_mutex_lock(&pipeline->lock);
        while (pipeline->waiting.first == NULL && !pipeline->closing) {
            pthread_cond_wait(&pipeline->has_work, &pipeline->lock);
        }
        struct works works = works_take(&pipeline->waiting);
        pthread_mutex_unlock(&pipeline->lock);
        if (works.first == NULL) {
            return;
        }
        struct work *next;
        for (struct work *work = works.first; work != NULL; work = next) {
            next = work->next;
            decide(pipeline, work);
        }
    }
}

bool pipeline_submit(struct pipeline *pipeline, struct work *work) {
    pthread_mutex_lock(&pipeline->lock);
    bool taken = !pipeline->closing && pipeline->waiting.count < pipeline->options.waiting_max;
    if (taken) {
        works_push(&pipeline->waiting, work);
        pthread_cond_signal(&pipeline->has_work);
    } else {
        pipeline->turned_away++;
    }
    pthread_mutex_unlock(&pipeline->lock);
    return taken;
}

struct pipeline_state pipeline_state(struct pipeline *pipeline) {
    pthread_mutex_lock(&pipeline->lock);
    struct pipeline_state state = {
        .waiting = pipeline->waiting.count,
        .decided = pipeline->decided,
        .refused = pipeline->refused,
        .turned_away = pipeline->turned_away,
        .durable = journal_durable(pipeline->journal),
        .failed = pipeline->failed,
    };
    pthread_mutex_unlock(&pipeline->lock);
    return state;
}

// ---- replay -----------------------------------------------------------------------------------------------

struct replaying {
    struct heart *heart;
    struct arena *arena;
    struct buf answer; // the decision that the next record has to be
    bool owes_decision;
    struct pipeline_opened *opened;
};

static Status differs(struct replaying *replaying, uint64_t sequence, const char *what, struct diag *diag) {
    return diag_fail(diag, replaying->arena, STATUS_INVALID, "SV001", "the journal's record %llu %s; this program or this pack did not write it",
                     (unsigned long long)sequence, what);
}

static Status replay_decision(struct replaying *replaying, const struct journal_entry *entry, struct diag *diag) {
    if (!replaying->owes_decision || !slice_equal(entry->data, buf_slice(&replaying->answer))) {
        return differs(replaying, entry->sequence, "is a decision that does not come out again", diag);
    }
    replaying->owes_decision = false;
    replaying->opened->decisions++;
    return STATUS_OK;
}

static Status replay_record(struct replaying *replaying, const struct journal_entry *entry, struct diag *diag) {
    struct heart_refusal refusal;
    if (replaying->owes_decision) {
        return differs(replaying, entry->sequence, "follows an event whose decision is missing", diag);
    }
    buf_reset(&replaying->answer);
    Effort effort = entry->flags < EFFORT_COUNT ? (Effort)entry->flags : EFFORT_full;
    HeartAnswer answer = heart_take(replaying->heart, entry->data, effort, &replaying->answer, &refusal);
    if (answer == HEART_REFUSED || (answer == HEART_CHANGED) != (entry->kind == KIND_CHANGE)) {
        return differs(replaying, entry->sequence, "was taken once and is refused now", diag);
    }
    replaying->owes_decision = answer == HEART_DECIDED;
    return STATUS_OK;
}

static Status replay_entry(struct replaying *replaying, const struct journal_entry *entry, struct diag *diag) {
    replaying->opened->records++;
    switch (entry->kind) {
    case KIND_PACK:
        return slice_equal(entry->data, heart_catalogue(replaying->heart)->label)
                   ? STATUS_OK
                   : diag_fail(diag, replaying->arena, STATUS_INVALID, "SV002", "the journal was decided with the pack '%.*s', this is '%.*s'",
                               SLICE_ARGS(entry->data), SLICE_ARGS(heart_catalogue(replaying->heart)->label));
    case KIND_EVENT:
    case KIND_CHANGE:
        // An event whose decision is not there was the last one before a crash: nobody was answered, and it counts all the same.
        return replay_record(replaying, entry, diag);
    case KIND_DECISION:
        return replay_decision(replaying, entry, diag);
    default:
        return differs(replaying, entry->sequence, "is of an unknown kind", diag);
    }
}

// From a sequence to the end of the log.
static Status replay(struct heart *heart, Slice folder, uint64_t from, struct arena *arena, struct pipeline_opened *opened,
                     bool *ret_owes_decision, struct buf *owed, struct diag *diag) {
    struct replaying replaying = {.heart = heart, .arena = arena, .opened = opened};
    struct journal_reader *reader;
    TRY(journal_reader_open(disk_real(), folder, from, (struct journal_reader_options){.chain = true}, arena, &reader, diag));
    buf_init(&replaying.answer, 32 << 20);
    struct journal_entry entry;
    Status status;
    while ((status = journal_reader_next(reader, &entry, arena, diag)) == STATUS_OK) {
        status = replay_entry(&replaying, &entry, diag);
        if (status != STATUS_OK) {
            break;
        }
    }
    if (status == STATUS_END && ret_owes_decision != NULL) {
        *ret_owes_decision = replaying.owes_decision;
        if (replaying.owes_decision) {
            buf_put(owed, buf_slice(&replaying.answer));
        }
    }
    buf_deinit(&replaying.answer);
    journal_reader_close(reader);
    return status == STATUS_END ? STATUS_OK : status;
}

Status pipeline_verify(struct heart *heart, Slice folder, struct arena *arena, struct pipeline_opened *ret_opened, struct diag *diag) {
    *ret_opened = (struct pipeline_opened){0};
    return replay(heart, folder, 1, arena, ret_opened, NULL, NULL, diag);
}

// ---- snapshots --------------------------------------------------------------------------------------------

static void label_of(const struct heart *heart, uint8_t label[JOURNAL_LABEL_SIZE]) {
    Hash128 hash = hash128(heart_catalogue(heart)->label, 0);
    memcpy(label, &hash, JOURNAL_LABEL_SIZE);
}

static void state_hash_of(const struct heart *heart, uint8_t hash[SNAPSHOT_HASH_SIZE]) {
    uint64_t words[2] = {heart_hash(heart), 0};
    memcpy(hash, words, SNAPSHOT_HASH_SIZE);
}

static void put_chunk(void *context, Slice bytes) {
    while (bytes.size > 0) {
        Slice chunk = slice_part(bytes, 0, SNAPSHOT_CHUNK_MAX);
        snapshot_write(context, chunk);
        bytes = slice_part(bytes, chunk.size, SIZE_MAX);
    }
}

static Status leave_snapshot(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    Slice folder = pipeline->options.folder;
    uint64_t sequence = journal_durable(pipeline->journal);
    struct snapshot_options options = {.compress = true, .created_us = clock_wall_us()};
    struct snapshot_writer *writer;
    struct image_writer image;
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    uint32_t removed;
    label_of(pipeline->heart, options.label);
    state_hash_of(pipeline->heart, hash);
    TRY(snapshot_create(disk_real(), folder, sequence, &options, arena, &writer, diag));
    image_writer_init(&image, writer, put_chunk);
    heart_save(pipeline->heart, &image);
    image_writer_finish(&image);
    TRY(snapshot_commit(writer, hash, arena, diag));
    return snapshot_retain(disk_real(), folder, SNAPSHOTS_KEPT, arena, &removed, diag);
}

struct chunks {
    struct snapshot_reader *reader;
    struct arena *arena;
    struct diag *diag;
    Slice rest;
};

static Status read_chunks(void *context, char *into, size_t size, size_t *ret_size) {
    struct chunks *chunks = context;
    while (chunks->rest.size == 0) {
        TRY(snapshot_read(chunks->reader, &chunks->rest, chunks->arena, chunks->diag));
    }
    size_t take = size < chunks->rest.size ? size : chunks->rest.size;
    memcpy(into, chunks->rest.at, take);
    chunks->rest = slice_part(chunks->rest, take, SIZE_MAX);
    *ret_size = take;
    return STATUS_OK;
}

// The state that comes out has to be the one that was saved, or the program that saved it is another.
static Status load_snapshot(struct heart *heart, Slice folder, uint64_t sequence, struct arena *arena, struct diag *diag) {
    struct chunks chunks = {.arena = arena, .diag = diag};
    TRY(snapshot_open(disk_real(), folder, sequence, arena, &chunks.reader, diag));
    struct image_reader image;
    image_reader_init(&image, (struct byte_source){&chunks, read_chunks});
    Status status = heart_load(heart, &image);
    Status whole = image_reader_finish(&image);
    bool same = status == STATUS_OK && whole == STATUS_OK && chunks.rest.size == 0 &&
                snapshot_read(chunks.reader, &chunks.rest, arena, diag) == STATUS_END;
    if (same) {
        uint8_t hash[SNAPSHOT_HASH_SIZE];
        state_hash_of(heart, hash);
        same = memcmp(snapshot_info(chunks.reader)->state_hash, hash, sizeof hash) == 0;
    }
    snapshot_close(chunks.reader);
    return same ? STATUS_OK
                : diag_fail(diag, arena, STATUS_INVALID, "SV003",
                            "snapshot %llu is of another pack or program; move it away, and the journal is replayed instead", (unsigned long long)sequence);
}

// Takes up the newest snapshot, if there is one; tells how far it goes.
static Status take_up_snapshot(struct heart *heart, Slice folder, struct arena *arena, uint64_t *ret_sequence, struct diag *diag) {
    Status status = snapshot_newest_good(disk_real(), folder, (struct journal_findings){0}, arena, ret_sequence, diag);
    if (status == STATUS_NOT_FOUND) {
        *ret_sequence = 0;
        return STATUS_OK;
    }
    TRY(status);
    return load_snapshot(heart, folder, *ret_sequence, arena, diag);
}

// ---- its life ---------------------------------------------------------------------------------------------

static void free_pipeline(struct pipeline *pipeline) {
    pthread_mutex_destroy(&pipeline->lock);
    pthread_cond_destroy(&pipeline->has_work);
    free(pipeline);
}

// The first record of a log says what is decided with; the decision that a crash has cut off is written behind its event.
static Status begin_log(struct pipeline *pipeline, const struct journal_recovery *found, bool owes_decision, Slice owed) {
    uint64_t sequence = found->last_sequence;
    if (found->last_sequence < found->first_sequence) {
        TRY(append(pipeline, KIND_PACK, 0, heart_catalogue(pipeline->heart)->label, &sequence));
    }
    if (owes_decision) {
        TRY(append(pipeline, KIND_DECISION, 0, owed, &sequence));
    }
    return journal_wait(pipeline->journal, sequence);
}

static Status open_log(struct pipeline *pipeline, struct arena *arena, struct pipeline_opened *opened, struct diag *diag) {
    struct journal_options options = {.created_us = clock_wall_us(),
                                      .segment_bytes = pipeline->options.segment_bytes,
                                      .events = {.context = pipeline, .durable = on_durable, .failed = on_failed}};
    struct journal_recovery found;
    struct buf owed;
    bool owes_decision = false;
    label_of(pipeline->heart, options.label);
    TRY(journal_open(disk_real(), pipeline->options.folder, &options, arena, &pipeline->journal, &found, diag));
    opened->torn_bytes = found.torn_bytes;
    buf_init(&owed, 32 << 20);
    Status status = take_up_snapshot(pipeline->heart, pipeline->options.folder, arena, &opened->snapshot_sequence, diag);
    if (status == STATUS_OK && found.last_sequence > opened->snapshot_sequence) {
        status = replay(pipeline->heart, pipeline->options.folder, opened->snapshot_sequence + 1, arena, opened, &owes_decision, &owed, diag);
    }
    if (status == STATUS_OK && begin_log(pipeline, &found, owes_decision, buf_slice(&owed)) != STATUS_OK) {
        status = journal_failure(pipeline->journal, diag);
    }
    buf_deinit(&owed);
    return status;
}

Status pipeline_open(struct heart *heart, const struct pipeline_options *options, struct arena *arena, struct pipeline **ret_pipeline,
                     struct pipeline_opened *ret_opened, struct diag *diag) {
    struct pipeline *pipeline = memory_alloc(sizeof *pipeline);
    *ret_opened = (struct pipeline_opened){0};
    pipeline->heart = heart;
    pipeline->options = *options;
    pipeline->options.waiting_max = options->waiting_max == 0 ? PIPELINE_WAITING_MAX : options->waiting_max;
    INVARIANT(pthread_mutex_init(&pipeline->lock, NULL) == 0 && pthread_cond_init(&pipeline->has_work, NULL) == 0);
    Status status = open_log(pipeline, arena, ret_opened, diag);
    if (status != STATUS_OK) {
        struct diag ignored;
        Status closed = journal_close(pipeline->journal, arena, &ignored);
        (void)closed; // what opening failed of is told
        free_pipeline(pipeline);
        return status;
    }
    pipeline->thread = thread_start("decide", run, pipeline);
    *ret_pipeline = pipeline;
    return STATUS_OK;
}

Status pipeline_close(struct pipeline *pipeline, struct arena *arena, struct diag *diag) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->closing = true;
    pthread_cond_signal(&pipeline->has_work);
    pthread_mutex_unlock(&pipeline->lock);
    thread_join(pipeline->thread);
    uint64_t last = journal_state(pipeline->journal).appended;
    Status status = journal_wait(pipeline->journal, last) == STATUS_OK && !has_failed(pipeline) ? leave_snapshot(pipeline, arena, diag)
                                                                                            : journal_failure(pipeline->journal, diag);
    struct diag closing;
    Status closed = journal_close(pipeline->journal, arena, &closing);
    if (status == STATUS_OK && closed != STATUS_OK) {
        *diag = closing;
        status = closed;
    }
    free_pipeline(pipeline);
    return status;
}
