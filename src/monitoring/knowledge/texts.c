#include "monitoring/knowledge/texts.h"

#include "base/arena.h"

#include <stdlib.h>

enum {
    UNIT = 16,
    CHUNK_UNITS = 1 << 16,
    CLASS_EXACT = 8,
    INDEX_CAP = 2 << 20, // sets the number of segments: 1024
    IMAGE_UNITS = 256,   // what a live image sets aside for one change
};

struct text {
    uint32_t size; // of a free one: the next free of its class
    uint32_t users;
    uint32_t hash;
    char bytes[];
};

void texts_init(struct texts *texts, uint64_t cap_bytes) {
    uint64_t chunk_bytes = (uint64_t)UNIT * CHUNK_UNITS;
    uint64_t chunks = (cap_bytes + chunk_bytes - 1) / chunk_bytes;
    INVARIANT(chunks > 0 && chunks <= (UINT64_C(1) << 32) / CHUNK_UNITS);
    *texts = (struct texts){.chunk_cap = (uint32_t)chunks};
    knowledge_index_init(&texts->index, INDEX_CAP);
    texts->bytes = sizeof *texts->chunks * chunks;
    texts->chunks = memory_alloc(texts->bytes);
}

void texts_deinit(struct texts *texts) {
    for (uint32_t i = 0; i < texts->chunk_count; i++) {
        free(texts->chunks[i]);
    }
    free(texts->chunks);
    if (texts->index.segments != NULL) {
        knowledge_index_deinit(&texts->index);
    }
    *texts = (struct texts){0};
}

static struct text *text_of(const struct texts *texts, uint32_t ref) {
    return (struct text *)(void *)(texts->chunks[ref / CHUNK_UNITS] +
                                   (size_t)(ref % CHUNK_UNITS) * UNIT);
}

// Units that are going to be changed.
static struct text *text_to_change(const struct texts *texts, uint32_t ref, uint32_t units) {
    uint32_t first = ref / IMAGE_UNITS;
    image_guard_items(texts->image, texts, first, (ref + units - 1) / IMAGE_UNITS - first + 1);
    return text_of(texts, ref);
}

// The class that holds a text, and its units.
static uint32_t class_of(size_t size, uint32_t *ret_units) {
    uint32_t units = (uint32_t)((sizeof(struct text) + size + UNIT - 1) / UNIT);
    if (units <= CLASS_EXACT) {
        *ret_units = units;
        return units - 1;
    }
    uint32_t class = CLASS_EXACT;
    for (uint32_t step = 2;; step *= 2) { // 10 12 14 16, 20 24 28 32, 40 ...
        for (uint32_t k = 5; k <= 8; k++, class ++) {
            if (units <= step * k) {
                *ret_units = step * k;
                return class;
            }
        }
    }
}

static void add_chunk(struct texts *texts) {
    texts->chunks[texts->chunk_count++] = memory_alloc((size_t)UNIT * CHUNK_UNITS);
    texts->bytes += (size_t)UNIT * CHUNK_UNITS;
}

static bool take_room(struct texts *texts, size_t size, uint32_t *ret_ref) {
    uint32_t units;
    uint32_t class = class_of(size, &units);
    INVARIANT(class < TEXT_CLASSES);
    uint32_t ref = texts->free_heads[class];
    if (ref != TEXT_NONE) {
        texts->free_heads[class] = text_of(texts, ref)->size;
        *ret_ref = ref;
        return true;
    }
    if (texts->chunk_count == 0 || texts->units_used + units > CHUNK_UNITS) {
        ENSURE(texts->chunk_count < texts->chunk_cap, false);
        add_chunk(texts);
        texts->units_used = texts->chunk_count == 1; // unit 0 of all is nobody's: TEXT_NONE
    }
    *ret_ref = (texts->chunk_count - 1) * (uint32_t)CHUNK_UNITS + texts->units_used;
    texts->units_used += units;
    return true;
}

// Only 32 bits of a text's hash are kept, so both halves of the index's hash come from those.
static uint64_t spread(uint32_t hash) {
    return (uint64_t)hash << 32 | hash;
}

bool texts_take(struct texts *texts, Slice text, uint32_t *ret_ref) {
    INVARIANT(text.size <= TEXT_SIZE_MAX);
    uint32_t hash = (uint32_t)hash64(text, 0);
    uint32_t ref;
    for (struct knowledge_index_probe probe = knowledge_index_probe(&texts->index, spread(hash));
         knowledge_index_next(&probe, &ref);) {
        if (slice_equal(texts_at(texts, ref), text)) {
            text_to_change(texts, ref, 1)->users++;
            *ret_ref = ref;
            return true;
        }
    }
    ENSURE(take_room(texts, text.size, &ref), false);
    uint32_t units;
    class_of(text.size, &units);
    struct text *stored = text_to_change(texts, ref, units);
    *stored = (struct text){.size = (uint32_t)text.size, .users = 1, .hash = hash};
    if (text.size > 0) {
        memcpy(stored->bytes, text.at, text.size);
    }
    knowledge_index_insert(&texts->index, spread(hash), ref);
    *ret_ref = ref;
    return true;
}

void texts_drop(struct texts *texts, uint32_t ref) {
    if (ref == TEXT_NONE) {
        return;
    }
    struct text *text = text_to_change(texts, ref, 1);
    INVARIANT(text->users > 0);
    if (--text->users > 0) {
        return;
    }
    knowledge_index_remove(&texts->index, spread(text->hash), ref);
    uint32_t units;
    uint32_t class = class_of(text->size, &units);
    text->size = texts->free_heads[class];
    texts->free_heads[class] = ref;
}

Slice texts_at(const struct texts *texts, uint32_t ref) {
    if (ref == TEXT_NONE) {
        return SLICE("");
    }
    const struct text *text = text_of(texts, ref);
    return (Slice){text->bytes, text->size};
}

void texts_guard(struct texts *texts, struct live_image *image) {
    texts->image = image;
    texts->index.image = image;
}

// All chunks but the last go out whole. `bound` is the number of units.
static void put_piece(const void *object, uint64_t item, uint64_t bound, struct image_writer *out) {
    const struct texts *texts = object;
    uint64_t first = item * IMAGE_UNITS;
    uint64_t units = bound - first < IMAGE_UNITS ? bound - first : IMAGE_UNITS;
    image_put(out, text_of(texts, (uint32_t)first), units * UNIT);
}

void texts_save(const struct texts *texts, struct image_writer *out) {
    image_put_u64(out, texts->chunk_count);
    image_put_u64(out, texts->units_used);
    image_put(out, texts->free_heads, sizeof texts->free_heads);
    uint64_t units = texts->chunk_count == 0 ? 0 : (uint64_t)(texts->chunk_count - 1) * CHUNK_UNITS + texts->units_used;
    image_put_items(out, texts, (units + IMAGE_UNITS - 1) / IMAGE_UNITS, units, put_piece);
}

Status texts_load(struct texts *texts, struct image_reader *in) {
    uint32_t count;
    TRY(image_take_u32(in, texts->chunk_cap, &count));
    TRY(image_take_u32(in, CHUNK_UNITS, &texts->units_used));
    TRY(image_take(in, texts->free_heads, sizeof texts->free_heads));
    for (uint32_t i = 0; i < count; i++) {
        add_chunk(texts);
        size_t used = (size_t)UNIT * (i + 1 == count ? texts->units_used : CHUNK_UNITS);
        TRY(image_take(in, texts->chunks[i], used));
    }
    return STATUS_OK;
}
