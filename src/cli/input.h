#pragma once
// Input of a replay: files of events, read in batches, on a thread of its own where there are two.
//
//     struct input *input = input_open(schema, map, csv, paths, path_count, threads, &arena, &diag);
//     for (const struct batch *batch; (batch = input_next(input)) != NULL;) { ... batch->items ... }
//     Status status = input_close(input, &diag);
//
// Records come in the order of the files, whatever the number of threads. A list or table record is the last of its
// batch, since its JSON lives only until the next record is read.

#include "monitoring/stream/intake.h"

enum { BATCH_ITEMS = 256 };

typedef enum ItemKind { ITEM_EVENT, ITEM_CHANGE, ITEM_REFUSED } ItemKind;

struct item {
    ItemKind kind;
    struct event *event;
    IntakeProblem problem; // of refused ones
    struct buf line;       // their dead letter
};

struct batch {
    struct item items[BATCH_ITEMS];
    uint32_t count;
    uint64_t position; // bytes of the inputs read so far
    uint64_t read_ns;  // time that reading took
    JsonTree change;   // of an ITEM_CHANGE
    bool failed;       // reading ended with it; input_close() tells why
};

struct input;
// `csv`: the format of files whose name does not say (.csv, .csv.gz ... are CSV). NULL with a diag when a file cannot be opened.
struct input *input_open(const struct schema *schema, const struct intake_map *map, bool csv, const Slice *paths,
                         uint32_t path_count, uint32_t threads, struct arena *arena, struct diag *diag);
const struct batch *input_next(struct input *input);
// The dead letter of the change that ends the batch at hand, when it was not understood.
void input_refuse_change(struct input *input, Slice reason, struct buf *out);
Status input_close(struct input *input, struct diag *diag);
uint64_t input_size(const struct input *input); // bytes of all files, 0 when not known
