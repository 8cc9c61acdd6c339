// The first byte says what the rest is:
//     c: records, one a line     l, L: a list file as CSV, NDJSON     t, T: a table file     y:
//     knowledge.yaml
// What is refused changes nothing, the same twice comes to the same state, a file loaded again
// changes nothing, and every message can be printed.

#include "codec/lines.h"
#include "monitoring/knowledge/knowledge_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_all(struct world *world) {
    struct buf out;
    buf_init(&out, 64 << 20);
    for (uint32_t i = 0; i < world->diags.count; i++) {
        INVARIANT(!slice_empty(world->diags.items[i].message));
        diag_render(&world->diags.items[i], &out);
    }
    buf_deinit(&out);
}

static void run_records(struct world *world, Slice text) {
    struct memory_source memory = {.rest = text};
    struct line_reader *lines = line_reader_create(byte_source_memory(&memory), LINE_SIZE_MAX);
    struct line line;
    while (line_reader_next(lines, &line) == STATUS_OK) {
        JsonTree tree;
        if (line.too_long || json_parse(world->reader, line.text, &tree) != STATUS_OK) {
            continue;
        }
        uint64_t before = knowledge_hash(world->knowledge);
        struct diag diag = {0};
        Status status = knowledge_change(world->knowledge, tree.nodes, &world->arena, &diag);
        INVARIANT(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_LIMIT);
        INVARIANT(status == STATUS_OK ||
                  (knowledge_hash(world->knowledge) == before && !slice_empty(diag.message)));
    }
    line_reader_destroy(lines);
}

static void load(struct world *world, const struct source *source, char kind) {
    bool csv = kind == 'l' || kind == 't';
    if (kind == 'l' || kind == 'L') {
        knowledge_load_list_file(world->knowledge, source, csv, &world->arena, &world->diags);
    } else {
        knowledge_load_table_file(world->knowledge, CUST, source, csv, &world->arena,
                                  &world->diags);
    }
}

static uint64_t run(char kind, Slice text) {
    struct world world;
    INVARIANT(world_open(&world));
    struct source source = {SLICE("fuzz"), text};
    if (kind == 'c') {
        run_records(&world, text);
    } else if (kind == 'y') {
        const struct yaml_node *root = yaml_parse(&source, &world.arena, &world.diags);
        const struct knowledge_plan *plan =
            root == NULL ? NULL : knowledge_load(root, &world.arena, &world.diags);
        INVARIANT((plan == NULL) == (world.diags.error_count > 0));
        knowledge_destroy(plan == NULL ? NULL : knowledge_create(plan, 2, 0));
    } else {
        load(&world, &source, kind);
        uint64_t once = knowledge_hash(world.knowledge);
        load(&world, &source, kind);
        INVARIANT(knowledge_hash(world.knowledge) == once);
    }
    print_all(&world);
    uint64_t hash = knowledge_hash(world.knowledge);
    world_close(&world);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > 65536 || strchr("clLtTy", data[0]) == NULL || data[0] == '\0') {
        return 0;
    }
    Slice text = {(const char *)data + 1, size - 1};
    INVARIANT(run((char)data[0], text) == run((char)data[0], text));
    return 0;
}
