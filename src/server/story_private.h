#pragma once
// What the files of stories share; story.h tells the idea. story.c piles up the layers and finds the times, story_write.c turns what
// came of it into JSON.

#include "server/story.h"

enum {
    LAYERS_MAX = STORY_LIKE_MAX + 2,
    BASES = 2, // tests/base.yaml, the file itself
};

struct book_file {
    const struct pack_file *file;
    const struct yaml_node *root; // NULL: it is no YAML
};

struct story_book {
    const struct pack_folder *pack;
    const struct catalogue *catalogue;
    const struct schema *schema;
    struct arena *arena;
    VEC(struct book_file) files;
    struct map used; // file#id
};

struct story_event {
    const struct yaml_node *layers[LAYERS_MAX];
    uint32_t layer_count;
    Slice name; // empty: it has none
    uint32_t type;
    int64_t start_us, every_us;
    int64_t repeat;
    enum { TIME_UNKNOWN, TIME_SOUGHT, TIME_KNOWN } time;
};

struct story {
    struct story_book *book;
    struct arena *arena;
    struct diag_list *diags;
    const struct yaml_node *node;
    const struct yaml_node *bases[BASES];
    const struct yaml_node *contexts[LAYERS_MAX];
    uint32_t context_count;
    VEC(struct story_event) events;
    int64_t day_us; // the first moment of its day
    bool expect;
    Slice effort; // of the last event
    const struct yaml_node *decision; // what is expected of the whole answer; NULL: nothing
};

// One event as it happens.
struct occurrence {
    int64_t time_us;
    uint32_t event;
    uint32_t order;
    int64_t counter;
};

// A diagnostic that names one text: format has exactly one "%.*s".
struct diag *story_fail(struct story *story, const char *code, Place place, const char *format, Slice text);
// "did you mean ...?" from the names of a map.
void story_suggest(struct story *story, struct diag *diag, const struct map *names, Slice text);
// "03:12" and "03:12:30" as the time since the day began.
bool story_parse_clock(Slice text, int64_t *ret_us);

// story_write.c: all that happens, in this order, as a line of JSON.
void story_put(struct story *story, Slice id, const struct occurrence *all, uint32_t count, struct buf *out);
