// All that is known as an image (base/image.h), and back. Items keep their numbers and texts their references, so slabs and
// indices go out as they lie; a segment of an index is told with its capacity.

#include "monitoring/knowledge/state.h"

#include <stdlib.h>

static uint64_t layout_of(const struct knowledge *knowledge) {
    const struct knowledge_plan *plan = knowledge->plan;
    uint64_t hash = hash_mix(sizeof(struct list_entry), TEXT_CLASSES);
    for (uint32_t i = 0; i < plan->list_count; i++) {
        hash = hash_mix(hash_mix(hash, hash64(plan->lists[i].name, 0)), plan->lists[i].cap);
    }
    for (uint32_t i = 0; i < plan->table_count; i++) {
        const struct knowledge_table *table = &plan->tables[i];
        hash = hash_mix(hash_mix(hash, hash64(table->name, 0)), table->cap);
        for (uint32_t k = 0; k < table->column_count; k++) {
            hash = hash_mix(hash_mix(hash, hash64(table->columns[k].full_name, 0)), table->columns[k].type);
        }
    }
    return hash;
}

// ---- slabs --------------------------------------------------------------------------------------------------

static size_t block_bytes(const struct slab *slab) {
    return (size_t)slab->item_size << slab->shift;
}

static void put_block(const void *object, uint64_t item, uint64_t bound, struct image_writer *out) {
    const struct slab *slab = object;
    size_t left = (size_t)bound * slab->item_size - item * block_bytes(slab);
    image_put(out, slab->blocks[item], left < block_bytes(slab) ? left : block_bytes(slab));
}

static void save_slab(const struct slab *slab, struct image_writer *out) {
    image_put_u64(out, slab->used);
    image_put_u64(out, slab->count);
    image_put_u64(out, slab->free_head);
    size_t size = (size_t)slab->used * slab->item_size;
    image_put_items(out, slab, (size + block_bytes(slab) - 1) / block_bytes(slab), slab->used, put_block);
}

// Into a slab that was just made. `used_max` keeps a damaged count from asking for all memory there is.
static Status load_slab(struct slab *slab, uint64_t used_max, struct image_reader *in) {
    uint32_t used;
    uint32_t count;
    uint64_t free_head;
    TRY(image_take_u32(in, used_max < SLAB_NONE - 1 ? (uint32_t)used_max : SLAB_NONE - 1, &used));
    TRY(image_take_u32(in, used, &count));
    TRY(image_take_u64(in, SLAB_NONE, &free_head));
    size_t left = (size_t)used * slab->item_size;
    for (uint32_t i = 0; left > 0; i++) {
        size_t size = left < block_bytes(slab) ? left : block_bytes(slab);
        knowledge_slab_add_block(slab);
        TRY(image_take(in, slab->blocks[i], size));
        left -= size;
    }
    slab->used = used;
    slab->count = count;
    slab->free_head = (uint32_t)free_head;
    return STATUS_OK;
}

// ---- indices ------------------------------------------------------------------------------------------------

static void put_segment(const void *object, uint64_t item, uint64_t bound, struct image_writer *out) {
    const struct index *index = object;
    const struct index_segment *segment = &index->segments[item];
    image_put_u64(out, segment->capacity);
    image_put_u64(out, segment->count);
    image_put(out, segment->slots, sizeof *segment->slots * segment->capacity);
    (void)bound;
}

static void save_index(const struct index *index, struct image_writer *out) {
    image_put_u64(out, index->count);
    image_put_items(out, index, UINT64_C(1) << index->segment_bits, 0, put_segment);
}

static Status load_index(struct index *index, uint64_t count_max, struct image_reader *in) {
    TRY(image_take_u64(in, count_max, &index->count));
    uint64_t capacity_max = (index->count + 1) * 16; // a segment is at least half of five eighths full when it has grown
    for (size_t i = 0; i < (size_t)1 << index->segment_bits; i++) {
        struct index_segment *segment = &index->segments[i];
        uint64_t capacity;
        TRY(image_take_u64(in, capacity_max < UINT32_MAX ? capacity_max : UINT32_MAX, &capacity));
        ENSURE((capacity & (capacity - 1)) == 0 || capacity == 0, STATUS_INVALID);
        TRY(image_take_u32(in, (uint32_t)capacity, &segment->count));
        if (capacity > 0) {
            segment->slots = memory_alloc(sizeof *segment->slots * capacity);
            segment->capacity = (uint32_t)capacity;
            index->bytes += sizeof *segment->slots * capacity;
            TRY(image_take(in, segment->slots, sizeof *segment->slots * capacity));
        }
    }
    return STATUS_OK;
}

// ---- all of it ----------------------------------------------------------------------------------------------

void knowledge_save(const struct knowledge *knowledge, struct image_writer *out) {
    const struct lists *lists = &knowledge->lists;
    image_put_mark(out, "knowledge", layout_of(knowledge));
    texts_save(&knowledge->texts, out);
    save_index(&knowledge->texts.index, out);
    save_slab(&lists->entries, out);
    save_index(&lists->index, out);
    image_put_state(out, lists->counts, sizeof *lists->counts * knowledge->plan->list_count);
    image_put_u64(out, lists->refused);
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        save_slab(&knowledge->tables[i].rows, out);
        save_index(&knowledge->tables[i].index, out);
    }
    image_put_u64(out, knowledge->table_refused);
}

static void guard_items(struct slab *items, struct index *index, struct live_image *image) {
    items->image = image;
    index->image = image;
}

void knowledge_guard(struct knowledge *knowledge, struct live_image *image) {
    knowledge->image = image;
    texts_guard(&knowledge->texts, image);
    guard_items(&knowledge->lists.entries, &knowledge->lists.index, image);
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        guard_items(&knowledge->tables[i].rows, &knowledge->tables[i].index, image);
    }
}

// What an index may count is what its items are; an item that was given back is in no index.
static Status load_items(struct slab *items, struct index *index, uint64_t cap, struct image_reader *in) {
    TRY(load_slab(items, cap, in));
    return load_index(index, items->used, in);
}

Status knowledge_load_image(struct knowledge *knowledge, struct image_reader *in) {
    struct lists *lists = &knowledge->lists;
    uint64_t entries_max = 0;
    for (uint32_t i = 0; i < knowledge->plan->list_count; i++) {
        entries_max += knowledge->plan->lists[i].cap;
    }
    TRY(image_take_mark(in, "knowledge", layout_of(knowledge)));
    TRY(texts_load(&knowledge->texts, in));
    TRY(load_index(&knowledge->texts.index, UINT32_MAX, in));
    TRY(load_items(&lists->entries, &lists->index, entries_max, in));
    TRY(image_take(in, lists->counts, sizeof *lists->counts * knowledge->plan->list_count));
    TRY(image_take_u64(in, UINT64_MAX, &lists->refused));
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        TRY(load_items(&knowledge->tables[i].rows, &knowledge->tables[i].index, knowledge->plan->tables[i].cap, in));
    }
    return image_take_u64(in, UINT64_MAX, &knowledge->table_refused);
}
