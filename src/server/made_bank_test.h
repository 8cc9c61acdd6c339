#pragma once
// For tests and measurements of the heart: the pack `bank`, what a made-up bank knew before the first day, and its days as records, with some that
// come twice, late and out of order, and some that are taken back.
//
//     struct world world;
//     CHECK(world_init(&world, customers, days, false));
//     struct life life;
//     struct heart *heart = be_born(&life, &world, true);
//     for each of world.records: heart_take(heart, record->text, record->effort, ...);
//     die(&life);
//     world_deinit(&world);

#include "server/heart.h"

#include "base/random.h"
#include "base/test.h"
#include "base/vec.h"
#include "os/file.h"
#include "simulation/simulation.h"

#include <stdlib.h>

enum { PACK_FILE_MAX = 1 << 20, TABLE_FILE_MAX = 1 << 30 };

struct record {
    Slice text;
    Effort effort;
    Slice answer; // empty: none
};

struct known_file {
    Slice name;
    struct buf text;
};

struct world {
    struct arena arena;
    struct catalogue *catalogue;
    VEC(struct pack_file) files;  // of the pack
    VEC(struct known_file) known; // lists and tables of the made-up bank
    VEC(struct record) records;
    struct random random;
};

// ---- the pack and the stream ------------------------------------------------------------------------------

// The text with every number behind `name` that is larger than `most` made so small.
static inline Slice bound(struct arena *arena, Slice text, Slice name, int64_t most) {
    struct buf out;
    buf_init(&out, PACK_FILE_MAX);
    for (size_t at; (at = slice_find(text, name, 0)) != SIZE_MAX;) {
        size_t end = at + name.size;
        while (end < text.size && text.at[end] >= '0' && text.at[end] <= '9') {
            end++;
        }
        int64_t number = 0;
        INVARIANT(slice_to_i64(slice_part(text, at + name.size, end - at - name.size), &number));
        buf_put(&out, slice_part(text, 0, at + name.size));
        buf_printf(&out, "%lld", (long long)(number < most ? number : most));
        text = slice_part(text, end, SIZE_MAX);
    }
    buf_put(&out, text);
    Slice bounded = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return bounded;
}

// So little room that things, rows and answers are forgotten all the time.
static inline void cramp(struct arena *arena, struct pack_file *file) {
    Slice *text = &file->source.text;
    if (slice_is(file->path, "features/entities.yaml")) {
        *text = bound(arena, bound(arena, *text, SLICE("things: "), 90), SLICE("rows: "), 50);
    }
    if (slice_is(file->path, "pack.yaml")) {
        *text = arena_printf(arena, "%.*s\nremember: 2048\n", SLICE_ARGS(*text));
    }
}

static inline bool read_pack(struct world *w, bool cramped) {
    const char *root = getenv("QIANTANG_ROOT");
    Slice pack = arena_printf(&w->arena, "%s/packs/bank", root == NULL ? "." : root);
    static const char *const endings[] = {".yaml", ".csv"};
    for (uint32_t k = 0; k < 2; k++) {
        FileList list;
        struct diag diag;
        CHECK(file_list(pack, slice_of(endings[k]), true, &w->arena, &list, &diag) == STATUS_OK);
        for (uint32_t i = 0; i < list.count; i++) {
            Slice path = slice_part(list.paths[i], pack.size + 1, SIZE_MAX);
            if (slice_starts_with(path, SLICE("tests/"))) {
                continue;
            }
            struct pack_file *file = VEC_PUSH(&w->files, &w->arena);
            file->path = path;
            file->source.name = list.paths[i];
            CHECK(file_read(list.paths[i], PACK_FILE_MAX, &w->arena, &file->source.text, &diag) == STATUS_OK);
            if (cramped) {
                cramp(&w->arena, file);
            }
        }
    }
    w->catalogue = catalogue_create();
    CHECK(catalogue_load(w->catalogue, w->files.at, w->files.count) == STATUS_OK);
    return true;
}

static inline void take_known(void *context, Slice name, Slice text) {
    struct world *w = context;
    uint32_t i = 0;
    while (i < w->known.count && !slice_equal(w->known.at[i].name, name)) {
        i++;
    }
    if (i == w->known.count) {
        struct known_file *file = VEC_PUSH(&w->known, &w->arena);
        file->name = arena_copy(&w->arena, name);
        buf_init(&file->text, TABLE_FILE_MAX);
    }
    buf_put(&w->known.at[i].text, text);
}

static inline void add_record(struct world *w, Slice text) {
    static const Effort efforts[] = {EFFORT_full, EFFORT_full, EFFORT_full, EFFORT_in_flight, EFFORT_rules};
    // Each has bytes of its own, as a record of a journal has.
    *VEC_PUSH(&w->records, &w->arena) = (struct record){arena_copy(&w->arena, text), efforts[random_below(&w->random, 5)], {0}};
}

// Some records come again, at once or much later; some are held back for hours.
static inline void add_line(struct world *w, Slice line, Slice *held) {
    uint64_t dice = random_below(&w->random, 100);
    if (dice < 2 && held->size == 0) {
        *held = arena_copy(&w->arena, line);
        return;
    }
    add_record(w, line);
    if (dice < 5) {
        add_record(w, w->records.at[random_below(&w->random, w->records.count)].text);
    }
    if (held->size > 0 && random_below(&w->random, 300) == 0) {
        add_record(w, *held);
        *held = (Slice){0};
    }
}

// The customer or the bank takes back what was paid.
static inline void add_reversals(struct world *w) {
    uint32_t count = w->records.count;
    for (uint32_t i = 0; i < count; i += 40) {
        Slice text = w->records.at[i].text;
        size_t at = slice_find(text, SLICE("\"event_id\":\""), 0);
        size_t phase = slice_find(text, SLICE("\"phase\":\"REQUEST\""), 0);
        if (at == SIZE_MAX || phase == SIZE_MAX) {
            continue;
        }
        size_t id = at + SLICE("\"event_id\":\"").size;
        Slice before = slice_part(text, id, slice_find_byte(text, '"', id) - id);
        Slice head = slice_part(text, id + before.size, phase - id - before.size);
        Slice tail = slice_part(text, phase + SLICE("\"phase\":\"REQUEST\"").size, SIZE_MAX);
        add_record(w, arena_printf(&w->arena, "%.*sR-%.*s%.*s\"phase\":\"REVERSAL\",\"orig_event_id\":\"%.*s\"%.*s", (int)id, text.at,
                                   SLICE_ARGS(before), SLICE_ARGS(head), SLICE_ARGS(before), SLICE_ARGS(tail)));
    }
}

static inline void make_stream(struct world *w, uint32_t customers, uint32_t days) {
    struct simulation_plan plan = {
        .seed = 5, .customers = customers, .days = days, .rate_percent = 2000, .first_day = (int32_t)civil_days(2026, 9, 1), .past_days = 28};
    struct simulation *simulation = simulation_create(&plan);
    struct buf text;
    Slice held = {0};
    random_init(&w->random, 9);
    buf_init(&text, 64 << 20);
    simulation_tables(simulation, take_known, w);
    for (bool more = true; more;) {
        more = simulation_next(simulation, &text);
        Slice rest = buf_slice(&text);
        for (Slice line; slice_split(&rest, '\n', &line);) {
            if (line.size > 0) {
                add_line(w, line, &held);
            }
        }
        buf_reset(&text);
    }
    add_reversals(w);
    buf_deinit(&text);
    simulation_destroy(simulation);
}

static inline bool world_init(struct world *w, uint32_t customers, uint32_t days, bool cramped) {
    *w = (struct world){0};
    arena_init(&w->arena, 1 << 20);
    CHECK(read_pack(w, cramped));
    make_stream(w, customers, days);
    return true;
}

static inline void world_deinit(struct world *w) {
    for (uint32_t i = 0; i < w->known.count; i++) {
        buf_deinit(&w->known.at[i].text);
    }
    catalogue_destroy(w->catalogue);
    arena_deinit(&w->arena);
}

// ---- hearts -----------------------------------------------------------------------------------------------

struct life {
    struct heart *heart;
};

static inline void load_known(const struct world *w, struct knowledge *knowledge, struct arena *arena) {
    for (uint32_t i = 0; i < w->known.count; i++) {
        const struct known_file *known = &w->known.at[i];
        bool table = slice_ends_with(known->name, SLICE(".ndjson"));
        struct pack_file file = {
            .path = arena_printf(arena, "%s/%.*s", table ? "tables" : "lists", SLICE_ARGS(known->name)),
            .source = {known->name, buf_slice(&known->text)},
        };
        catalogue_load_knowledge(w->catalogue, &file, 1, knowledge);
    }
}

static inline struct heart *be_born(struct life *life, struct world *w, bool knows) {
    *life = (struct life){0};
    struct knowledge *knowledge = knowledge_create(w->catalogue->knowledge, w->catalogue->money_digits, w->catalogue->zone_offset_us);
    if (knows) {
        catalogue_load_knowledge(w->catalogue, w->files.at, w->files.count, knowledge);
        load_known(w, knowledge, &w->arena);
    }
    life->heart = heart_create(w->catalogue, knowledge, SCOPE_ALL);
    return life->heart;
}

static inline void die(struct life *life) {
    heart_destroy(life->heart);
}
