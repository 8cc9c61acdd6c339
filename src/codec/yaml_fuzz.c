// Any text gives nodes or diagnostics, never neither; every place and every mapped byte lies in the text.

#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_node(const struct source *source, const struct yaml_node *node, uint32_t depth) {
    INVARIANT(depth <= YAML_DEPTH_MAX);
    INVARIANT(node->byte_start <= node->byte_end && node->byte_end <= source->text.size);
    INVARIANT(node->place.line >= 1 && node->place.column >= 1);
    if (node->kind == YAML_SCALAR) {
        for (size_t i = 0; i <= node->text.size; i++) {
            size_t byte = node->byte_map != NULL ? node->byte_map[i] : node->text_start + i;
            INVARIANT(byte <= source->text.size);
        }
        Place place = yaml_place_in(node, 0, node->text.size);
        INVARIANT(place.line >= 1);
        return;
    }
    uint32_t count = 0;
    YAML_EACH(node, child) {
        check_node(source, child, depth + 1);
        count++;
    }
    INVARIANT(count == node->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 65536) {
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    struct source source = {SLICE("fuzz.yaml"), {(const char *)data, size}};
    const struct yaml_node *root = yaml_parse(&source, &arena, &diags);
    INVARIANT((root == NULL) == (diags.error_count > 0));
    if (root != NULL) {
        check_node(&source, root, 0);
    }
    struct buf out;
    buf_init(&out, 16 << 20);
    for (uint32_t i = 0; i < diags.count; i++) {
        INVARIANT(diags.items[i].place.line >= 1);
        diag_render(&diags.items[i], &out);
    }
    buf_deinit(&out);
    arena_deinit(&arena);
    return 0;
}
