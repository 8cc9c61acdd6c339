#pragma once
// What the tests of this folder share: a small world of two lists and three tables.

#include "base/buf.h"
#include "base/test.h"
#include "monitoring/knowledge/knowledge.h"

#define WORLD_YAML                                                                                 \
    "lists:\n"                                                                                     \
    "  police: {zh: 涉案账户, en: case accounts, key: account, source: police, cap: 300}\n"        \
    "  pairs: {cap: 300}\n"                                                                        \
    "tables:\n"                                                                                    \
    "  - name: cust\n"                                                                             \
    "    key: [cust_id]\n"                                                                         \
    "    cap: 400\n"                                                                               \
    "    fields:\n"                                                                                \
    "      age: {type: int, unit: years}\n"                                                        \
    "      ratio: {type: float}\n"                                                                 \
    "      is_staff: {type: bool}\n"                                                               \
    "      monthly_income: {type: money}\n"                                                        \
    "      occupation: {type: enum, values: [STUDENT, RETIRED, OTHER]}\n"                          \
    "      city: {type: string}\n"                                                                 \
    "  - {name: pair, namespace: g, key: [from, to], fields: {hops: {type: int}}}\n"               \
    "  - {name: bank, namespace: prof.bank, fields: {open: {type: bool}}}\n"

enum { POLICE, PAIRS };
enum { CUST, PAIR, BANK };
enum { AGE, RATIO, IS_STAFF, INCOME, OCCUPATION, CITY, CUST_COLUMNS };

struct world {
    struct arena arena;
    struct diag_list diags;
    struct source yaml;
    const struct knowledge_plan *plan;
    struct knowledge *knowledge;
    struct json_reader *reader;
    struct diag diag; // of the last change
};

static inline bool world_open(struct world *world) {
    *world = (struct world){.yaml = {SLICE("knowledge.yaml"), SLICE(WORLD_YAML)}};
    arena_init(&world->arena, 16 << 10);
    diag_list_init(&world->diags, &world->arena);
    const struct yaml_node *root = yaml_parse(&world->yaml, &world->arena, &world->diags);
    world->plan = root == NULL ? NULL : knowledge_load(root, &world->arena, &world->diags);
    diag_list_print(&world->diags, stderr);
    if (world->plan == NULL) {
        return false;
    }
    world->knowledge = knowledge_create(world->plan, 2, INT64_C(8) * 3600 * 1000000);
    world->reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    return true;
}

static inline void world_put(void *context, Slice bytes) {
    buf_put(context, bytes);
}

// Whatever a test has made of the world, its image gives the same world again.
static inline void world_check_image(const struct world *world) {
    struct buf image;
    struct image_writer out;
    struct image_reader in;
    buf_init(&image, 64 << 20);
    image_writer_init(&out, &image, world_put);
    knowledge_save(world->knowledge, &out);
    image_writer_finish(&out);
    struct memory_source memory = {.rest = buf_slice(&image)};
    struct knowledge *again = knowledge_create(world->plan, 2, INT64_C(8) * 3600 * 1000000);
    image_reader_init(&in, byte_source_memory(&memory));
    INVARIANT(knowledge_load_image(again, &in) == STATUS_OK);
    INVARIANT(image_reader_finish(&in) == STATUS_OK);
    knowledge_validate(again);
    INVARIANT(knowledge_hash(again) == knowledge_hash(world->knowledge));
    struct knowledge_counters one = knowledge_counters(again);
    struct knowledge_counters other = knowledge_counters(world->knowledge);
    INVARIANT(one.list_entries == other.list_entries && one.table_rows == other.table_rows && one.list_refused == other.list_refused);
    knowledge_destroy(again);
    buf_deinit(&image);
}

static inline void world_close(struct world *world) {
    if (world->knowledge != NULL) {
        knowledge_validate(world->knowledge);
        world_check_image(world);
    }
    json_reader_destroy(world->reader);
    knowledge_destroy(world->knowledge);
    arena_deinit(&world->arena);
}

static inline Hash128 key_of(const char *text) {
    Slice part = slice_of(text);
    return knowledge_key(&part, 1);
}

// Runs a case in a fresh world.
#define IN_WORLD(name)                                                                             \
    static bool name##_in(struct world *world);                                                    \
    static bool name(void) {                                                                       \
        struct world world;                                                                        \
        bool ok = world_open(&world) && name##_in(&world);                                         \
        world_close(&world);                                                                       \
        return ok;                                                                                 \
    }                                                                                              \
    static bool name##_in(struct world *world)
