#include "access/fold.h"

#include "access/rate.h"
#include "access/slots.h"
#include "base/hash.h"
#include "base/time.h"

struct entry {
    AuditAction action;
    ActorKind actor;
    uint8_t name_size, from_size, target_size;
    char name[ACCESS_NAME_MAX], from[ACCESS_FROM_MAX], target[FOLD_TARGET_MAX];
    const char *reason;
    uint32_t count; // that no record stands for yet
    bool written;   // ever
    int64_t written_us;
};

struct fold {
    struct slots slots;
    struct entry *entries;
    struct entry others; // of sources for which there was no entry
    atomic_int_fast64_t due_ns;
};

struct fold *fold_create(struct arena *arena) {
    struct fold *fold = ARENA_NEW(arena, struct fold);
    slots_init(&fold->slots, FOLD_MAX, arena);
    fold->entries = ARENA_ARRAY(arena, struct entry, FOLD_MAX);
    fold->others = (struct entry){.action = AUDIT_REFUSED_MANY, .reason = "many_sources"};
    return fold;
}

static uint8_t keep(char *into, size_t size, Slice text) {
    Slice cut = slice_part(text, 0, size);
    if (cut.size > 0) {
        memcpy(into, cut.at, cut.size);
    }
    return (uint8_t)cut.size;
}

static void write_entry(struct entry *entry, int64_t now_us, FoldEmit emit, void *context) {
    struct refused refused = {
        .action = entry->action,
        .actor = entry->actor,
        .actor_name = {entry->name, entry->name_size},
        .from = {entry->from, entry->from_size},
        .target = {entry->target, entry->target_size},
        .reason = entry->reason,
    };
    if (emit(context, &refused, entry->count, now_us)) {
        entry->count = 0;
        entry->written = true;
        entry->written_us = now_us;
    }
}

static bool waits(const struct entry *entry, int64_t now_us) {
    int64_t since_us = now_us - entry->written_us;
    return entry->written && since_us >= 0 && since_us < US_PER_SECOND;
}

static void try_entry(struct fold *fold, struct entry *entry, int64_t now_us, FoldEmit emit,
                      void *context) {
    int64_t wait_us;
    if (entry->count > 0 && !waits(entry, now_us) &&
        rate_take(&fold->due_ns, 1, FOLD_BURST, now_us, &wait_us)) {
        write_entry(entry, now_us, emit, context);
    }
}

static uint64_t hash_of(uint64_t source, const struct refused *refused) {
    uint64_t hash = hash_mix(source, (uint64_t)refused->action);
    hash = hash_mix(hash, (uint64_t)refused->actor);
    hash = hash_mix(hash, hash64(refused->actor_name, source));
    return hash_mix(hash, hash64(slice_of(refused->reason), source));
}

static struct entry *entry_of(struct fold *fold, uint64_t hash) {
    uint32_t slot = slots_first(&fold->slots, hash);
    if (slot == SLOTS_NONE) {
        slot = slots_take(&fold->slots, hash);
        if (slot == SLOTS_NONE) {
            return &fold->others;
        }
        fold->entries[slot] = (struct entry){0};
    }
    return &fold->entries[slot];
}

void fold_add(struct fold *fold, uint64_t source, const struct refused *refused, int64_t now_us,
              FoldEmit emit, void *context) {
    struct entry *entry = entry_of(fold, hash_of(source, refused));
    entry->count += entry->count < UINT32_MAX;
    if (entry != &fold->others) {
        entry->action = refused->action;
        entry->actor = refused->actor;
        entry->name_size = keep(entry->name, sizeof entry->name, refused->actor_name);
        entry->from_size = keep(entry->from, sizeof entry->from, refused->from);
        entry->target_size = keep(entry->target, sizeof entry->target, refused->target);
        entry->reason = refused->reason;
    }
    try_entry(fold, entry, now_us, emit, context);
}

void fold_tick(struct fold *fold, int64_t now_us, FoldEmit emit, void *context) {
    try_entry(fold, &fold->others, now_us, emit, context);
    SLOTS_EACH(&fold->slots, i) {
        try_entry(fold, &fold->entries[i], now_us, emit, context);
        if (fold->entries[i].count == 0 && !waits(&fold->entries[i], now_us)) {
            slots_give(&fold->slots, i);
        }
    }
}

void fold_flush(struct fold *fold, int64_t now_us, FoldEmit emit, void *context) {
    if (fold->others.count > 0) {
        write_entry(&fold->others, now_us, emit, context);
    }
    SLOTS_EACH(&fold->slots, i) {
        if (fold->entries[i].count > 0) {
            write_entry(&fold->entries[i], now_us, emit, context);
        }
    }
}
