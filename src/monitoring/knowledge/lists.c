#include "monitoring/knowledge/state.h"

#include <stdlib.h>

// Lists. All lists share one slab of entries and one index of (list, key). The entries of a key
// form a chain, the newest first, at most KNOWLEDGE_ENTRIES_PER_KEY_MAX long.
//
// The set of entries alone decides every answer, not the order in which they came:
//   * no two entries of a key have the same interval, and none is empty;
//   * of several that hold, the one with the latest begin is shown, and of those the one with the
//   latest end;
//   * when `remove` cuts two entries with one begin to the same interval, the one that had the
//   later end stays.

// An event asks several lists about one key, so all entries of a key have their home in the same line of the index: the
// list only changes bits of the tag above those that choose the place (index.h).
static uint64_t hash_of(uint32_t list, Hash128 key) {
    return key.low ^ (uint64_t)(list + 1) << 20;
}

static struct list_entry *entry_at(const struct knowledge *knowledge, uint32_t number) {
    return knowledge_slab_at(&knowledge->lists.entries, number);
}

static struct list_entry *entry_to_change(const struct knowledge *knowledge, uint32_t number) {
    return knowledge_slab_change(&knowledge->lists.entries, number);
}

static void add_to_count(struct knowledge *knowledge, uint32_t list, int by) {
    uint32_t *count = &knowledge->lists.counts[list];
    image_guard(knowledge->image, count, sizeof *count);
    *count += (uint32_t)by;
}

// The first entry of a key, or SLAB_NONE.
static uint32_t find_head(const struct knowledge *knowledge, uint32_t list, Hash128 key) {
    INVARIANT(list < knowledge->plan->list_count);
    uint32_t number;
    struct knowledge_index_probe probe = knowledge_index_probe(&knowledge->lists.index, hash_of(list, key));
    while (knowledge_index_next(&probe, &number)) {
        const struct list_entry *entry = entry_at(knowledge, number);
        if (entry->key.low == key.low && entry->key.high == key.high && entry->list == list) {
            return number;
        }
    }
    return SLAB_NONE;
}

void knowledge_prefetch_list_segment(const struct knowledge *knowledge, Hash128 key) {
    __builtin_prefetch(knowledge_index_segment_of(&knowledge->lists.index, hash_of(0, key)));
}

void knowledge_prefetch_lists(const struct knowledge *knowledge, Hash128 key) {
    struct knowledge_index_probe probe = knowledge_index_probe(&knowledge->lists.index, hash_of(0, key));
    if (probe.slots != NULL) {
        __builtin_prefetch(&probe.slots[probe.at]);
    }
}

static bool holds_at(const struct list_entry *entry, int64_t time_us) {
    return entry->begin_us <= time_us && time_us < entry->end_us;
}

void lists_init(struct knowledge *knowledge) {
    uint64_t cap = 0;
    for (uint32_t i = 0; i < knowledge->plan->list_count; i++) {
        cap += knowledge->plan->lists[i].cap;
    }
    knowledge_slab_init(&knowledge->lists.entries, sizeof(struct list_entry));
    knowledge_index_init(&knowledge->lists.index, cap);
    knowledge->lists.counts = memory_alloc(sizeof(uint32_t) * (knowledge->plan->list_count + 1));
}

void lists_deinit(struct knowledge *knowledge) {
    knowledge_slab_deinit(&knowledge->lists.entries);
    knowledge_index_deinit(&knowledge->lists.index);
    free(knowledge->lists.counts);
}

static Status refuse(struct knowledge *knowledge) {
    knowledge->lists.refused++;
    return STATUS_LIMIT;
}

static void set_text(struct knowledge *knowledge, uint32_t *ref, uint32_t new_ref) {
    texts_drop(&knowledge->texts, *ref);
    *ref = new_ref;
}

// References for both texts, or none.
static bool take_texts(struct knowledge *knowledge, const struct knowledge_entry *entry,
                       uint32_t *ret_source, uint32_t *ret_reason) {
    uint32_t source = TEXT_NONE;
    uint32_t reason = TEXT_NONE;
    if (!slice_empty(entry->source) && !texts_take(&knowledge->texts, entry->source, &source)) {
        return false;
    }
    if (!slice_empty(entry->reason) && !texts_take(&knowledge->texts, entry->reason, &reason)) {
        texts_drop(&knowledge->texts, source);
        return false;
    }
    *ret_source = source;
    *ret_reason = reason;
    return true;
}

Status knowledge_list_add(struct knowledge *knowledge, uint32_t list, Hash128 key,
                          const struct knowledge_entry *entry) {
    ENSURE(entry->begin_us < entry->end_us, STATUS_INVALID);
    ENSURE(entry->source.size <= TEXT_SIZE_MAX && entry->reason.size <= TEXT_SIZE_MAX,
           STATUS_INVALID);
    uint32_t head = find_head(knowledge, list, key);
    uint32_t same = SLAB_NONE;
    uint32_t length = 0;
    for (uint32_t i = head; i != SLAB_NONE; i = entry_at(knowledge, i)->next, length++) {
        const struct list_entry *old = entry_at(knowledge, i);
        same = old->begin_us == entry->begin_us && old->end_us == entry->end_us ? i : same;
    }
    bool is_full = knowledge->lists.counts[list] >= knowledge->plan->lists[list].cap ||
                   length >= KNOWLEDGE_ENTRIES_PER_KEY_MAX;
    uint32_t source;
    uint32_t reason;
    if ((same == SLAB_NONE && is_full) || !take_texts(knowledge, entry, &source, &reason)) {
        return refuse(knowledge);
    }
    if (same != SLAB_NONE) {
        set_text(knowledge, &entry_to_change(knowledge, same)->source, source);
        set_text(knowledge, &entry_at(knowledge, same)->reason, reason);
        return STATUS_OK;
    }
    uint32_t number = knowledge_slab_take(&knowledge->lists.entries);
    *entry_at(knowledge, number) =
        (struct list_entry){key, entry->begin_us, entry->end_us, list, head, source, reason};
    if (head == SLAB_NONE) {
        knowledge_index_insert(&knowledge->lists.index, hash_of(list, key), number);
    } else {
        knowledge_index_replace(&knowledge->lists.index, hash_of(list, key), head, number);
    }
    add_to_count(knowledge, list, 1);
    return STATUS_OK;
}

// Takes an entry out of its chain, behind `before` (SLAB_NONE: it is the first).
static void unlink_entry(struct knowledge *knowledge, uint32_t before, uint32_t number) {
    struct list_entry *entry = entry_at(knowledge, number);
    uint64_t hash = hash_of(entry->list, entry->key);
    if (before != SLAB_NONE) {
        entry_to_change(knowledge, before)->next = entry->next;
    } else if (entry->next != SLAB_NONE) {
        knowledge_index_replace(&knowledge->lists.index, hash, number, entry->next);
    } else {
        knowledge_index_remove(&knowledge->lists.index, hash, number);
    }
    add_to_count(knowledge, entry->list, -1);
    texts_drop(&knowledge->texts, entry->source);
    texts_drop(&knowledge->texts, entry->reason);
    knowledge_slab_give(&knowledge->lists.entries, number);
}

// True when another entry of the chain, cut at the same moment, has this entry's begin and had a
// later end.
static bool is_doubled(const struct knowledge *knowledge, uint32_t head,
                       const struct list_entry *entry) {
    for (uint32_t i = head; i != SLAB_NONE; i = entry_at(knowledge, i)->next) {
        const struct list_entry *other = entry_at(knowledge, i);
        if (other->begin_us == entry->begin_us && other->end_us > entry->end_us) {
            return true;
        }
    }
    return false;
}

// Entries that would be left without a moment, or with the interval of another, go. What ended
// exactly at `time_us` before is as good as cut there now.
void knowledge_list_remove(struct knowledge *knowledge, uint32_t list, Hash128 key,
                           int64_t time_us) {
    uint32_t head = find_head(knowledge, list, key);
    for (uint32_t before = SLAB_NONE, i = head, next; i != SLAB_NONE; i = next) {
        const struct list_entry *entry = entry_at(knowledge, i);
        next = entry->next;
        bool cut = entry->begin_us < time_us && time_us <= entry->end_us;
        if (entry->begin_us != time_us && !(cut && is_doubled(knowledge, head, entry))) {
            before = i;
            continue;
        }
        head = i == head ? next : head;
        unlink_entry(knowledge, before, i);
    }
    for (uint32_t i = head; i != SLAB_NONE; i = entry_at(knowledge, i)->next) {
        if (holds_at(entry_at(knowledge, i), time_us)) {
            entry_to_change(knowledge, i)->end_us = time_us;
        }
    }
}

bool knowledge_on_list(const struct knowledge *knowledge, uint32_t list, Hash128 key,
                       int64_t time_us) {
    for (uint32_t i = find_head(knowledge, list, key); i != SLAB_NONE;
         i = entry_at(knowledge, i)->next) {
        if (holds_at(entry_at(knowledge, i), time_us)) {
            return true;
        }
    }
    return false;
}

static bool shown_before(const struct list_entry *left, const struct list_entry *right) {
    return left->begin_us != right->begin_us ? left->begin_us > right->begin_us
                                             : left->end_us > right->end_us;
}

static struct knowledge_entry told(const struct knowledge *knowledge,
                                   const struct list_entry *entry) {
    return (struct knowledge_entry){
        .begin_us = entry->begin_us,
        .end_us = entry->end_us,
        .source = texts_at(&knowledge->texts, entry->source),
        .reason = texts_at(&knowledge->texts, entry->reason),
    };
}

bool knowledge_list_entry(const struct knowledge *knowledge, uint32_t list, Hash128 key,
                          int64_t time_us, struct knowledge_entry *ret_entry) {
    const struct list_entry *best = NULL;
    for (uint32_t i = find_head(knowledge, list, key); i != SLAB_NONE;
         i = entry_at(knowledge, i)->next) {
        const struct list_entry *entry = entry_at(knowledge, i);
        if (holds_at(entry, time_us) && (best == NULL || shown_before(entry, best))) {
            best = entry;
        }
    }
    if (best == NULL) {
        return false;
    }
    *ret_entry = told(knowledge, best);
    return true;
}

void knowledge_list_of_key(const struct knowledge *knowledge, uint32_t list, Hash128 key,
                           struct knowledge_entry_sink sink) {
    for (uint32_t i = find_head(knowledge, list, key); i != SLAB_NONE;
         i = entry_at(knowledge, i)->next) {
        struct knowledge_entry given = told(knowledge, entry_at(knowledge, i));
        sink.take(sink.context, key, &given);
    }
}

uint32_t knowledge_list_count(const struct knowledge *knowledge, uint32_t list) {
    INVARIANT(list < knowledge->plan->list_count);
    return knowledge->lists.counts[list];
}

// The entries are reached through the index, since a slab does not know which of its numbers live.
#define EACH_HEAD(index, ref)                                                                      \
    for (size_t s_ = 0; s_ < (size_t)1 << (index)->segment_bits; s_++)                             \
        for (uint32_t at_ = 0; at_ < (index)->segments[s_].capacity; at_++)                        \
            if ((index)->segments[s_].slots[at_] != 0 &&                                           \
                ((ref) = (uint32_t)(index)->segments[s_].slots[at_] - 1, true))

uint64_t knowledge_list_forget(struct knowledge *knowledge, uint32_t list, int64_t time_us) {
    INVARIANT(list < knowledge->plan->list_count);
    // Taking out moves slots of the index, so the chains are noted first.
    uint64_t forgotten = 0;
    uint32_t head;
    uint64_t count = 0;
    uint32_t *heads = memory_alloc(sizeof *heads * (size_t)(knowledge->lists.index.count + 1));
    EACH_HEAD(&knowledge->lists.index, head) {
        if (entry_at(knowledge, head)->list == list) {
            heads[count++] = head;
        }
    }
    for (uint64_t k = 0; k < count; k++) {
        for (uint32_t before = SLAB_NONE, i = heads[k], next; i != SLAB_NONE; i = next) {
            next = entry_at(knowledge, i)->next;
            if (entry_at(knowledge, i)->end_us > time_us) {
                before = i;
                continue;
            }
            unlink_entry(knowledge, before, i);
            forgotten++;
        }
    }
    free(heads);
    return forgotten;
}

enum { WALK_SLOTS = 16384 };

static uint32_t walk_segment(const struct knowledge *knowledge, uint32_t list,
                             const struct index_segment *segment,
                             struct knowledge_entry_sink sink) {
    uint32_t taken = 0;
    for (uint32_t at = 0; at < segment->capacity; at++) {
        uint32_t head = segment->slots[at] == 0 ? SLAB_NONE : (uint32_t)segment->slots[at] - 1;
        if (head == SLAB_NONE || entry_at(knowledge, head)->list != list) {
            continue;
        }
        for (uint32_t i = head; i != SLAB_NONE; i = entry_at(knowledge, i)->next, taken++) {
            const struct list_entry *entry = entry_at(knowledge, i);
            struct knowledge_entry given = told(knowledge, entry);
            sink.take(sink.context, entry->key, &given);
        }
    }
    return taken;
}

uint32_t knowledge_list_walk(const struct knowledge *knowledge, uint32_t list, uint32_t from,
                             uint32_t want, struct knowledge_entry_sink sink) {
    INVARIANT(list < knowledge->plan->list_count);
    const struct index *index = &knowledge->lists.index;
    uint64_t count = UINT64_C(1) << index->segment_bits;
    uint64_t slots = 0;
    uint32_t taken = 0;
    uint64_t at = from;
    for (; at < count && taken < want && slots < WALK_SLOTS; at++) {
        taken += walk_segment(knowledge, list, &index->segments[at], sink);
        slots += 1 + index->segments[at].capacity;
    }
    return at < count ? (uint32_t)at : KNOWLEDGE_NONE;
}

static uint64_t hash_entry(const struct knowledge *knowledge, const struct list_entry *entry) {
    uint64_t hash = hash64(knowledge->plan->lists[entry->list].name, 1);
    hash = hash_mix(hash, entry->key.low);
    hash = hash_mix(hash, entry->key.high);
    hash = hash_mix(hash, (uint64_t)entry->begin_us);
    hash = hash_mix(hash, (uint64_t)entry->end_us);
    hash = hash_mix(hash, hash64(texts_at(&knowledge->texts, entry->source), 0));
    return hash_mix(hash, hash64(texts_at(&knowledge->texts, entry->reason), 0));
}

// A sum, so that the order does not count.
uint64_t lists_hash(const struct knowledge *knowledge) {
    uint64_t sum = 0;
    uint32_t head;
    EACH_HEAD(&knowledge->lists.index, head) {
        for (uint32_t i = head; i != SLAB_NONE; i = entry_at(knowledge, i)->next) {
            sum += hash_entry(knowledge, entry_at(knowledge, i));
        }
    }
    return sum;
}

static void validate_chain(const struct knowledge *knowledge, uint32_t head, uint32_t *ret_length) {
    const struct list_entry *first = entry_at(knowledge, head);
    INVARIANT(find_head(knowledge, first->list, first->key) == head);
    *ret_length = 0;
    for (uint32_t i = head; i != SLAB_NONE; i = entry_at(knowledge, i)->next) {
        const struct list_entry *entry = entry_at(knowledge, i);
        INVARIANT(++*ret_length <= KNOWLEDGE_ENTRIES_PER_KEY_MAX);
        INVARIANT(entry->begin_us < entry->end_us);
        INVARIANT(entry->list == first->list && entry->key.low == first->key.low);
        INVARIANT(entry->key.high == first->key.high);
        for (uint32_t k = entry->next; k != SLAB_NONE; k = entry_at(knowledge, k)->next) {
            const struct list_entry *other = entry_at(knowledge, k);
            INVARIANT(entry->begin_us != other->begin_us || entry->end_us != other->end_us);
        }
    }
}

void lists_validate(const struct knowledge *knowledge) {
    knowledge_index_validate(&knowledge->lists.index);
    uint64_t total = 0;
    uint32_t head;
    EACH_HEAD(&knowledge->lists.index, head) {
        uint32_t length;
        validate_chain(knowledge, head, &length);
        total += length;
    }
    uint64_t counted = 0;
    for (uint32_t i = 0; i < knowledge->plan->list_count; i++) {
        INVARIANT(knowledge->lists.counts[i] <= knowledge->plan->lists[i].cap);
        counted += knowledge->lists.counts[i];
    }
    INVARIANT(total == counted && total == knowledge->lists.entries.count);
}
