#include "monitoring/knowledge/state.h"

#include <stdlib.h>

struct knowledge *knowledge_create(const struct knowledge_plan *plan, int money_digits,
                                   int64_t zone_offset_us) {
    struct knowledge *knowledge = memory_alloc(sizeof *knowledge);
    knowledge->plan = plan;
    knowledge->money_digits = money_digits;
    knowledge->zone_offset_us = zone_offset_us;
    texts_init(&knowledge->texts, KNOWLEDGE_TEXT_BYTES_MAX);
    lists_init(knowledge);
    tables_init(knowledge);
    return knowledge;
}

void knowledge_replan(struct knowledge *knowledge, const struct knowledge_plan *plan) {
    INVARIANT(plan->list_count == knowledge->plan->list_count && plan->table_count == knowledge->plan->table_count);
    knowledge->plan = plan;
}

void knowledge_destroy(struct knowledge *knowledge) {
    if (knowledge == NULL) {
        return;
    }
    lists_deinit(knowledge);
    tables_deinit(knowledge);
    texts_deinit(&knowledge->texts);
    free(knowledge);
}

// Parts in a row, joined: what is in front of a '|' or '\' of their own keeps them apart.
static void hash_part(XXH3_state_t *state, Slice part) {
    size_t start = 0;
    for (size_t i = 0; i < part.size; i++) {
        if (part.at[i] == '|' || part.at[i] == '\\') {
            XXH3_128bits_update(state, part.at + start, i - start);
            XXH3_128bits_update(state, "\\", 1);
            start = i;
        }
    }
    XXH3_128bits_update(state, part.at + start, part.size - start);
}

static bool is_plain(Slice part) {
    return memchr(part.at, '|', part.size) == NULL && memchr(part.at, '\\', part.size) == NULL;
}

Hash128 knowledge_key(const Slice *parts, uint32_t count) {
    if (count <= 1) {
        return hash128(count == 0 ? SLICE("") : parts[0], 0);
    }
    char joined[512];
    size_t size = 0;
    bool plain = true;
    for (uint32_t i = 0; i < count; i++) {
        plain = plain && parts[i].size < sizeof joined - size &&
                (parts[i].size == 0 || is_plain(parts[i]));
        if (!plain) {
            break;
        }
        if (parts[i].size > 0) {
            memcpy(joined + size, parts[i].at, parts[i].size);
        }
        size += parts[i].size;
        if (i + 1 < count) {
            joined[size++] = '|';
        }
    }
    if (plain) {
        return hash128((Slice){joined, size}, 0);
    }
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_128bits_reset_withSeed(&state, 0);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) {
            XXH3_128bits_update(&state, "|", 1);
        }
        hash_part(&state, parts[i]);
    }
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return (Hash128){hash.low64, hash.high64};
}

uint64_t knowledge_hash(const struct knowledge *knowledge) {
    return hash_mix(lists_hash(knowledge), tables_hash(knowledge));
}

void knowledge_validate(const struct knowledge *knowledge) {
    lists_validate(knowledge);
    tables_validate(knowledge);
    knowledge_index_validate(&knowledge->texts.index);
}

struct knowledge_counters knowledge_counters(const struct knowledge *knowledge) {
    struct knowledge_counters counters = {
        .list_entries = knowledge->lists.entries.count,
        .list_refused = knowledge->lists.refused,
        .table_refused = knowledge->table_refused,
        .bytes = knowledge->lists.entries.bytes + knowledge->lists.index.bytes +
                 knowledge->texts.bytes + knowledge->texts.index.bytes,
    };
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        counters.table_rows += knowledge->tables[i].rows.count;
        counters.bytes += knowledge->tables[i].rows.bytes + knowledge->tables[i].index.bytes;
    }
    return counters;
}
