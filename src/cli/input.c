#include "cli/input.h"

#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"

#include <stdlib.h>

enum { BATCHES = 4 };

struct input {
    const struct intake_map *map;
    InputFormat format;
    const Slice *paths;
    uint32_t path_count;
    struct file_reader **kept; // by path: opened already
    struct arena *arena;

    // The file at hand; used by whoever reads.
    uint32_t next_path;
    struct intake *intake;
    struct file_reader *file;
    struct intake_reader *reader;
    uint64_t position, size;
    Status status;
    struct diag diag;

    struct batch *batches[BATCHES];
    struct batch *held; // given out last
    struct queue *full, *empty, *resume;
    struct thread *thread;
};

static Slice without_ending(Slice path, const char *ending) {
    size_t size = strlen(ending);
    return slice_ends_with(path, slice_of(ending)) ? slice_part(path, 0, path.size - size) : path;
}

bool input_is_csv(Slice path, InputFormat format, const struct intake_map *map) {
    if (format != INPUT_BY_NAME) {
        return format == INPUT_CSV;
    }
    Slice name = without_ending(without_ending(path, ".gz"), ".zst");
    if (slice_ends_with(name, SLICE(".csv"))) {
        return true;
    }
    bool json = slice_ends_with(name, SLICE(".ndjson")) || slice_ends_with(name, SLICE(".jsonl")) ||
                slice_ends_with(name, SLICE(".json"));
    return !json && map != NULL && intake_map_is_csv(map);
}

static bool open_next(struct input *input) {
    uint32_t index = input->next_path++;
    Slice path = input->paths[index];
    input->file = input->kept[index];
    input->kept[index] = NULL;
    input->status = input->file != NULL ? STATUS_OK
                                        : file_reader_open(path, input->arena, &input->file, &input->diag);
    if (input->status != STATUS_OK) {
        return false;
    }
    bool csv = input_is_csv(path, input->format, input->map);
    input->reader = intake_reader_create(input->intake, file_reader_source(input->file), path, csv);
    return true;
}

static void close_current(struct input *input) {
    intake_reader_destroy(input->reader);
    input->reader = NULL;
    if (input->file != NULL) {
        input->position += file_reader_size(input->file);
        file_reader_close(input->file);
    }
    input->file = NULL;
}

// Reads one record into an item. False at the end of the batch: of all input, or because of a failure.
static bool read_item(struct input *input, struct batch *batch) {
    struct item *item = &batch->items[batch->count];
    RecordKind kind;
    struct intake_refusal refusal;
    Status status = STATUS_END;
    while (status == STATUS_END) {
        if (input->reader == NULL && (input->next_path == input->path_count || !open_next(input))) {
            return false;
        }
        status = intake_reader_next(input->reader, item->event, &kind, &refusal);
        if (status == STATUS_END) {
            close_current(input);
        }
    }
    batch->position = input->position + file_reader_position(input->file);
    if (status == STATUS_INVALID) {
        item->kind = ITEM_REFUSED;
        item->problem = refusal.problem;
        buf_reset(&item->line);
        intake_reader_dead_letter(input->reader, &refusal, &item->line);
    } else if (status == STATUS_OK) {
        item->kind = kind == RECORD_EVENT ? ITEM_EVENT : ITEM_CHANGE;
        batch->change = intake_tree(input->intake);
    } else {
        input->status = diag_fail(&input->diag, input->arena, status, "RE001", "%.*s: %s",
                                  SLICE_ARGS(input->paths[input->next_path - 1]), file_reader_error(input->file));
        return false;
    }
    batch->count++;
    return item->kind != ITEM_CHANGE;
}

static void fill(struct input *input, struct batch *batch) {
    uint64_t start = clock_monotonic_ns();
    batch->count = 0;
    while (batch->count < BATCH_ITEMS && read_item(input, batch)) {
    }
    batch->failed = input->status != STATUS_OK;
    batch->read_ns = clock_monotonic_ns() - start;
}

static bool ends_with_change(const struct batch *batch) {
    return batch->count > 0 && batch->items[batch->count - 1].kind == ITEM_CHANGE;
}

// The reading thread: a batch that ends with a change is waited for, because its JSON would be overwritten.
static void read_all(void *context) {
    struct input *input = context;
    struct batch *batch;
    while ((batch = queue_pop(input->empty)) != NULL) {
        fill(input, batch);
        bool last = batch->count == 0 || batch->failed;
        bool change = ends_with_change(batch);
        if (!queue_push(input->full, batch) || last || (change && queue_pop(input->resume) == NULL)) {
            break;
        }
    }
    queue_close(input->full);
}

static struct batch *create_batch(const struct schema *schema) {
    struct batch *batch = memory_alloc(sizeof *batch);
    for (uint32_t i = 0; i < BATCH_ITEMS; i++) {
        batch->items[i].event = event_create(schema);
        buf_init(&batch->items[i].line, 1 << 20);
    }
    return batch;
}

static void destroy_batch(struct batch *batch) {
    for (uint32_t i = 0; i < BATCH_ITEMS; i++) {
        event_destroy(batch->items[i].event);
        buf_deinit(&batch->items[i].line);
    }
    free(batch);
}

// Adds up the sizes, so that a file that is not there is told before anything is decided. What has no size may be a pipe, which
// can be opened only once.
static Status measure(struct input *input, struct diag *diag) {
    for (uint32_t i = 0; i < input->path_count; i++) {
        struct file_reader *file;
        if (slice_is(input->paths[i], "-")) {
            continue;
        }
        TRY(file_reader_open(input->paths[i], input->arena, &file, diag));
        input->size += file_reader_size(file);
        if (file_reader_size(file) == 0) {
            input->kept[i] = file;
        } else {
            file_reader_close(file);
        }
    }
    return STATUS_OK;
}

static void free_files(struct input *input) {
    for (uint32_t i = 0; i < input->path_count; i++) {
        file_reader_close(input->kept[i]);
    }
    free(input->kept);
}

struct input *input_open(const struct schema *schema, const struct intake_map *map, InputFormat format, const Slice *paths,
                         uint32_t path_count, uint32_t threads, struct arena *arena, struct diag *diag) {
    struct input *input = memory_alloc(sizeof *input);
    *input = (struct input){.map = map, .format = format, .paths = paths, .path_count = path_count, .arena = arena};
    input->kept = memory_alloc(sizeof *input->kept * (path_count + 1));
    if (measure(input, diag) != STATUS_OK) {
        free_files(input);
        free(input);
        return NULL;
    }
    input->intake = intake_create(schema, map);
    uint32_t batches = threads > 1 ? BATCHES : 1;
    for (uint32_t i = 0; i < batches; i++) {
        input->batches[i] = create_batch(schema);
    }
    if (threads > 1) {
        input->full = queue_create(BATCHES);
        input->empty = queue_create(BATCHES);
        input->resume = queue_create(1);
        for (uint32_t i = 0; i < BATCHES; i++) {
            bool pushed = queue_push(input->empty, input->batches[i]);
            INVARIANT(pushed);
        }
        input->thread = thread_start("read", read_all, input);
    }
    return input;
}

// Gives the batch that was worked on back to the reading thread.
static void give_back(struct input *input) {
    if (input->held == NULL) {
        return;
    }
    bool change = ends_with_change(input->held);
    struct batch *batch = input->held;
    input->held = NULL;
    queue_push(input->empty, batch);
    if (change) {
        queue_push(input->resume, batch);
    }
}

const struct batch *input_next(struct input *input) {
    if (input->thread == NULL) {
        struct batch *batch = input->batches[0];
        if (batch->failed) {
            return NULL;
        }
        fill(input, batch);
        return batch->count == 0 ? NULL : batch;
    }
    give_back(input);
    input->held = queue_pop(input->full);
    return input->held == NULL || input->held->count == 0 ? NULL : input->held;
}

// The reading thread waits for this batch, so its reader still holds the record.
void input_refuse_change(struct input *input, Slice reason, struct buf *out) {
    struct intake_refusal refusal = {.problem = INTAKE_CHANGE, .field = SCHEMA_NONE, .reason = reason};
    intake_reader_dead_letter(input->reader, &refusal, out);
}

uint64_t input_size(const struct input *input) {
    return input->size;
}

Status input_close(struct input *input, struct diag *diag) {
    if (input == NULL) {
        return STATUS_OK;
    }
    if (input->thread != NULL) {
        queue_close(input->empty);
        queue_close(input->resume);
        queue_close(input->full);
        thread_join(input->thread);
        queue_destroy(input->full);
        queue_destroy(input->empty);
        queue_destroy(input->resume);
    }
    close_current(input);
    free_files(input);
    intake_destroy(input->intake);
    for (uint32_t i = 0; i < BATCHES && input->batches[i] != NULL; i++) {
        destroy_batch(input->batches[i]);
    }
    Status status = input->status;
    *diag = input->diag;
    free(input);
    return status;
}
