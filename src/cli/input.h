#pragma once
// Input of a replay: files of events, read in batches, on a thread of its own where there are two.
//
//     struct input *input = input_open(schema, map, format, paths, path_count, threads, &arena, &diag);
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

// What files hold: said for all of them, or told by the ending of each name, behind which .gz or .zst may stand. Where that says
// nothing (standard input, say) the map does, and without one it is NDJSON.
typedef enum InputFormat { INPUT_BY_NAME, INPUT_CSV, INPUT_NDJSON } InputFormat;
bool input_is_csv(Slice path, InputFormat format, const struct intake_map *map);

struct input;
// The map is for the files of its format; the others carry the schema's own names. NULL with a diag when a file cannot be opened.
struct input *input_open(const struct schema *schema, const struct intake_map *map, InputFormat format, const Slice *paths,
                         uint32_t path_count, uint32_t threads, struct arena *arena, struct diag *diag);
const struct batch *input_next(struct input *input);
// The dead letter of the change that ends the batch at hand, when it was not understood.
void input_refuse_change(struct input *input, Slice reason, struct buf *out);
Status input_close(struct input *input, struct diag *diag);
uint64_t input_size(const struct input *input); // bytes of all files, 0 when not known
