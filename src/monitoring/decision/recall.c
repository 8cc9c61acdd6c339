#include "monitoring/decision/recall.h"

#include "monitoring/stream/event.h"

#include <stdlib.h>

enum { BYTES_PER_EVENT = 384, EMPTY = 0 }; // most events have no hits, and so no answer to keep

struct entry {
    Hash128 id;
    int64_t time_us;
    uint64_t bytes_at; // in the endless stream of bytes; its place in the ring is that modulo the size
    uint32_t answer_size;
    uint16_t row_count;
    uint16_t tag;
    uint16_t type;
    uint16_t release;
    uint8_t segment;
    uint8_t flags;
    uint8_t effort;
    bool was_undone;
};

// Most ids are new, and most slots hold another one: the tag tells without a look at the entry.
struct recall_slot {
    uint32_t tag;
    uint32_t entry; // number modulo capacity, plus 1; EMPTY
};

struct recall {
    struct entry *entries; // ring
    uint64_t first, next;  // numbers of the oldest entry and of the next
    uint32_t capacity;     // of the ring
    struct recall_slot *index;
    uint32_t mask;
    char *bytes;
    uint64_t byte_capacity, byte_first, byte_next;
    uint64_t forgotten;
    int64_t forgotten_newest_us; // the newest time of them; no part of an image
    struct live_image *image; // under way, or NULL; the index is no part of it
    struct recall_row rows[WINDOW_ENTITIES_MAX]; // of the last one found, aligned
};

struct recall *recall_create(uint32_t event_count, WindowReserve reserve, void *context) {
    struct recall *recall = memory_alloc(sizeof *recall);
    recall->capacity = event_count;
    uint32_t slots = 16;
    while (slots < event_count * 2) {
        slots *= 2;
    }
    recall->mask = slots - 1;
    recall->forgotten_newest_us = INT64_MIN;
    recall->byte_capacity = (uint64_t)event_count * BYTES_PER_EVENT + 2 * (uint64_t)RECALL_RECORD_MAX;
    recall->entries = reserve(context, sizeof *recall->entries * event_count);
    recall->index = reserve(context, sizeof *recall->index * slots);
    recall->bytes = reserve(context, recall->byte_capacity);
    return recall;
}

void recall_destroy(struct recall *recall) {
    free(recall);
}

static uint32_t tag_of(Hash128 id) {
    return (uint32_t)(id.high >> 32);
}

static bool same_id(Hash128 left, Hash128 right) {
    return left.low == right.low && left.high == right.high;
}

// The index slot that holds the id, or the empty one where it would go.
static uint32_t find_slot(const struct recall *recall, Hash128 id) {
    for (uint32_t i = (uint32_t)id.low & recall->mask;; i = (i + 1) & recall->mask) {
        struct recall_slot slot = recall->index[i];
        if (slot.entry == EMPTY || (slot.tag == tag_of(id) && same_id(recall->entries[slot.entry - 1].id, id))) {
            return i;
        }
    }
}

// Takes an id out of the index and moves back those behind it that would not be found any more.
static void unindex(struct recall *recall, Hash128 id) {
    uint32_t hole = find_slot(recall, id);
    INVARIANT(recall->index[hole].entry != EMPTY);
    for (uint32_t i = (hole + 1) & recall->mask; recall->index[i].entry != EMPTY; i = (i + 1) & recall->mask) {
        uint32_t home = (uint32_t)recall->entries[recall->index[i].entry - 1].id.low & recall->mask;
        if (((i - home) & recall->mask) >= ((i - hole) & recall->mask)) {
            recall->index[hole] = recall->index[i];
            hole = i;
        }
    }
    recall->index[hole] = (struct recall_slot){0, EMPTY};
}

static void note_forgotten(struct recall *recall, const struct entry *entry) {
    if ((entry->flags & EVENT_FLAG_CLOCK_SKEW) == 0 && entry->time_us > recall->forgotten_newest_us) {
        recall->forgotten_newest_us = entry->time_us;
    }
}

static void forget_oldest(struct recall *recall) {
    struct entry *entry = &recall->entries[recall->first % recall->capacity];
    note_forgotten(recall, entry);
    unindex(recall, entry->id);
    recall->first++;
    recall->byte_first = recall->first == recall->next
                             ? recall->byte_next
                             : recall->entries[recall->first % recall->capacity].bytes_at;
    recall->forgotten++;
}

void recall_ahead(const struct recall *recall, uint64_t bytes, WindowAhead ahead, void *context) {
    if (recall->forgotten > 0) {
        return; // it has been all around
    }
    uint64_t answers_left = recall->byte_capacity - recall->byte_next;
    uint64_t entries_left = sizeof *recall->entries * (recall->capacity - recall->next);
    ahead(context, recall->bytes + recall->byte_next, bytes < answers_left ? bytes : answers_left);
    ahead(context, recall->entries + recall->next, bytes < entries_left ? bytes : entries_left);
    ahead(context, recall->index, sizeof *recall->index * ((size_t)recall->mask + 1));
}

void recall_prefetch(const struct recall *recall, Hash128 id) {
    __builtin_prefetch(&recall->index[(uint32_t)id.low & recall->mask]);
}

bool recall_find(struct recall *recall, Hash128 id, struct recalled *ret_event) {
    uint32_t slot = find_slot(recall, id);
    if (recall->index[slot].entry == EMPTY) {
        return false;
    }
    const struct entry *entry = &recall->entries[recall->index[slot].entry - 1];
    const char *at = recall->bytes + entry->bytes_at % recall->byte_capacity;
    size_t rows_size = entry->row_count * sizeof *recall->rows;
    if (rows_size > 0) {
        memcpy(recall->rows, at + entry->answer_size, rows_size);
    }
    *ret_event = (struct recalled){
        .id = id,
        .time_us = entry->time_us,
        .type = entry->type,
        .segment = entry->segment,
        .flags = entry->flags,
        .effort = (Effort)entry->effort,
        .tag = entry->tag,
        .release = entry->release,
        .was_undone = entry->was_undone,
        .answer = {at, entry->answer_size},
        .rows = recall->rows,
        .row_count = entry->row_count,
    };
    return true;
}

void recall_add(struct recall *recall, const struct recalled *event) {
    size_t rows_size = event->row_count * sizeof *event->rows;
    size_t size = event->answer.size + rows_size;
    INVARIANT(size <= RECALL_RECORD_MAX);
    // A record does not wrap around: what is left at the end of the ring is skipped.
    uint64_t room_left = recall->byte_capacity - recall->byte_next % recall->byte_capacity;
    uint64_t at = size > room_left ? recall->byte_next + room_left : recall->byte_next;
    while (recall->first < recall->next && (recall->next - recall->first == recall->capacity ||
                                            at + size - recall->byte_first > recall->byte_capacity)) {
        forget_oldest(recall);
    }
    uint32_t place = (uint32_t)(recall->next % recall->capacity);
    char *to = recall->bytes + at % recall->byte_capacity;
    image_guard(recall->image, &recall->entries[place], sizeof *recall->entries);
    image_guard(recall->image, to, size);
    recall->entries[place] = (struct entry){
        .id = event->id,
        .time_us = event->time_us,
        .bytes_at = at,
        .answer_size = (uint32_t)event->answer.size,
        .row_count = (uint16_t)event->row_count,
        .tag = event->tag,
        .type = (uint16_t)event->type,
        .release = event->release,
        .segment = (uint8_t)event->segment,
        .flags = (uint8_t)event->flags,
        .effort = (uint8_t)event->effort,
    };
    if (event->answer.size > 0) {
        memcpy(to, event->answer.at, event->answer.size);
    }
    if (rows_size > 0) {
        memcpy(to + event->answer.size, event->rows, rows_size);
    }
    uint32_t slot = find_slot(recall, event->id);
    INVARIANT(recall->index[slot].entry == EMPTY);
    recall->index[slot] = (struct recall_slot){tag_of(event->id), place + 1};
    recall->byte_next = at + size;
    if (recall->first == recall->next) {
        recall->byte_first = at;
    }
    recall->next++;
}

void recall_mark_undone(struct recall *recall, Hash128 id) {
    uint32_t slot = find_slot(recall, id);
    if (recall->index[slot].entry != EMPTY) {
        struct entry *entry = &recall->entries[recall->index[slot].entry - 1];
        image_guard(recall->image, entry, sizeof *entry);
        entry->was_undone = true;
    }
}

uint64_t recall_forgotten(const struct recall *recall) {
    return recall->forgotten;
}

bool recall_has_forgotten_as_new(const struct recall *recall, int64_t time_us, bool is_ahead) {
    return recall->forgotten > 0 && (is_ahead || time_us <= recall->forgotten_newest_us);
}

bool recall_knows(const struct recall *recall, Hash128 id) {
    return recall->index[find_slot(recall, id)].entry != EMPTY;
}

// ---- images -------------------------------------------------------------------------------------------------

uint64_t recall_hash(const struct recall *recall) {
    uint64_t hash = hash_mix(recall->first, recall->next);
    for (uint64_t i = recall->first; i < recall->next; i++) {
        const struct entry *entry = &recall->entries[i % recall->capacity];
        size_t size = entry->answer_size + entry->row_count * sizeof *recall->rows;
        hash = hash_mix(hash_mix(hash, entry->id.low), entry->id.high);
        hash = hash_mix(hash, (uint64_t)entry->time_us ^ entry->was_undone);
        hash = hash_mix(hash, hash64((Slice){recall->bytes + entry->bytes_at % recall->byte_capacity, size}, 0));
    }
    return hash;
}

void recall_guard(struct recall *recall, struct live_image *image) {
    recall->image = image;
}

static uint64_t layout_of(const struct recall *recall) {
    return hash_mix(hash_mix(sizeof(struct entry), sizeof(struct recall_row)), recall->capacity);
}

// The stretch of a ring from `first` to `next`, in one piece or two.
static void save_ring(const void *ring, size_t item, uint64_t capacity, uint64_t first, uint64_t next, struct image_writer *out) {
    uint64_t at = first % capacity;
    uint64_t count = next - first;
    uint64_t until_end = count < capacity - at ? count : capacity - at;
    image_put_state(out, (const char *)ring + item * at, item * until_end);
    image_put_state(out, ring, item * (count - until_end));
}

static Status load_ring(void *ring, size_t item, uint64_t capacity, uint64_t first, uint64_t next, struct image_reader *in) {
    uint64_t at = first % capacity;
    uint64_t count = next - first;
    uint64_t until_end = count < capacity - at ? count : capacity - at;
    TRY(image_take(in, (char *)ring + item * at, item * until_end));
    return image_take(in, ring, item * (count - until_end));
}

void recall_save(const struct recall *recall, struct image_writer *out) {
    image_put_mark(out, "recall", layout_of(recall));
    image_put_u64(out, recall->first);
    image_put_u64(out, recall->next);
    image_put_u64(out, recall->byte_first);
    image_put_u64(out, recall->byte_next);
    image_put_u64(out, recall->forgotten);
    save_ring(recall->entries, sizeof *recall->entries, recall->capacity, recall->first, recall->next, out);
    save_ring(recall->bytes, 1, recall->byte_capacity, recall->byte_first, recall->byte_next, out);
}

Status recall_load(struct recall *recall, struct image_reader *in) {
    TRY(image_take_mark(in, "recall", layout_of(recall)));
    TRY(image_take_u64(in, UINT64_MAX, &recall->first));
    TRY(image_take_u64(in, UINT64_MAX, &recall->next));
    TRY(image_take_u64(in, UINT64_MAX, &recall->byte_first));
    TRY(image_take_u64(in, UINT64_MAX, &recall->byte_next));
    TRY(image_take_u64(in, UINT64_MAX, &recall->forgotten));
    ENSURE(recall->next - recall->first <= recall->capacity && recall->byte_next - recall->byte_first <= recall->byte_capacity,
           STATUS_INVALID);
    TRY(load_ring(recall->entries, sizeof *recall->entries, recall->capacity, recall->first, recall->next, in));
    TRY(load_ring(recall->bytes, 1, recall->byte_capacity, recall->byte_first, recall->byte_next, in));
    // The index follows from the entries. Where an id hangs among others of its place depends on their order alone for those
    // who look for it, and is no part of the state.
    for (uint64_t i = recall->first; i < recall->next; i++) {
        uint32_t place = (uint32_t)(i % recall->capacity);
        uint32_t slot = find_slot(recall, recall->entries[place].id);
        ENSURE(recall->index[slot].entry == EMPTY, STATUS_INVALID);
        recall->index[slot] = (struct recall_slot){tag_of(recall->entries[place].id), place + 1};
        if (recall->forgotten > 0) {
            note_forgotten(recall, &recall->entries[place]);
        }
    }
    return STATUS_OK;
}
