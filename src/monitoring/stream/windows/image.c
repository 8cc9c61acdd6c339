// The state as an image (base/image.h), and back: counters and places first, then what is in use of each region, as it lies. Nothing in
// the regions is a pointer: rows, ids and running aggregates are found by places in the slab, things by their number.
//
// A table of the index is told from where it lies: tables of 64, 128, 256 ... slots stand behind each other, so a table of n
// slots begins at slot n - 64.

#include "monitoring/stream/windows/index.h"

static uint64_t layout_of(const struct window_state *state) {
    uint64_t hash = hash_mix(sizeof(struct thing), sizeof(struct window_counters));
    hash = hash_mix(hash, state->store_count);
    hash = hash_mix(hash, state->accelerate_rows);
    hash = hash_mix(hash, state->slab.units);
    for (uint32_t i = 0; i < state->store_count; i++) {
        const struct store_plan *store = &state->plan->stores.at[i];
        hash = hash_mix(hash, hash64(store->spec.name, 0));
        hash = hash_mix(hash, (uint64_t)store->cap_things << 32 | store->cap_rows);
        hash = hash_mix(hash, (uint64_t)store->header_size << 32 | store->entry_count);
        hash = hash_mix(hash, (uint64_t)store->spec.id_count << 32 | store->spec.filter_count);
        for (uint32_t k = 0; k < store->spec.number_count; k++) {
            hash = hash_mix(hash, store->spec.numbers[k]);
        }
    }
    return hash;
}

static struct slot *index_base(const struct index *index) {
    return index->slots - (index->slot_count - INDEX_SLOTS_MIN);
}

// ---- out ----------------------------------------------------------------------------------------------------

static void save_index(const struct index *index, struct image_writer *out) {
    bool moving = index->old != NULL;
    image_put_u64(out, index->slot_count);
    image_put_state(out, index->slots, sizeof(struct slot) * index->slot_count);
    image_put_u64(out, moving);
    if (moving) {
        image_put_u64(out, index->old_moved);
        image_put_state(out, index->old, sizeof(struct slot) * index->old_count);
    }
}

static void save_patterns(const struct patterns *patterns, struct image_writer *out) {
    size_t count = patterns->count;
    image_put_u64(out, count);
    image_put_u64(out, patterns->used);
    image_put_u64(out, patterns->free_count);
    image_put_u64(out, patterns->slot_count);
    image_put_u64(out, patterns->over_cap);
    image_put_state(out, patterns->masks, sizeof *patterns->masks * count);
    image_put_state(out, patterns->reach_us, sizeof *patterns->reach_us * count);
    image_put_state(out, patterns->refs, sizeof *patterns->refs * count);
    image_put_state(out, patterns->late, sizeof *patterns->late * count);
    image_put_state(out, patterns->free, sizeof *patterns->free * patterns->free_count);
    image_put_state(out, patterns->slots, sizeof *patterns->slots * patterns->slot_count);
}

static void save_store(const struct store_state *store, struct image_writer *out) {
    image_put_u64(out, store->thing_count);
    image_put_u64(out, store->hand);
    image_put_u64(out, store->free_thing);
    image_put(out, &store->counters, sizeof store->counters);
    image_put_state(out, store->things, (size_t)store->plan->header_size * store->thing_count);
    save_index(&store->index, out);
    save_patterns(&store->patterns, out);
}

void window_state_save(const struct window_state *state, struct image_writer *out) {
    image_put_mark(out, "windows", layout_of(state));
    image_put_u64(out, state->sequence);
    image_put_u64(out, state->slab.next);
    image_put_u64(out, state->slab.used);
    image_put(out, state->slab.free, sizeof state->slab.free);
    image_put_state(out, state->slab.base, state->slab.next * SLAB_UNIT);
    for (uint32_t i = 0; i < state->store_count; i++) {
        save_store(&state->stores[i], out);
    }
}

void window_state_guard(struct window_state *state, struct live_image *image) {
    state->image = image;
    state->slab.image = image;
    for (uint32_t i = 0; i < state->store_count; i++) {
        state->stores[i].index.image = image;
        state->stores[i].patterns.image = image;
    }
}

// ---- in -----------------------------------------------------------------------------------------------------

static Status load_index(struct index *index, uint32_t cap_things, struct image_reader *in) {
    struct slot *base = index_base(index);
    uint64_t count;
    uint64_t moving;
    TRY(image_take_u64(in, index_slots_for(cap_things), &count));
    ENSURE(count >= INDEX_SLOTS_MIN && (count & (count - 1)) == 0, STATUS_INVALID);
    *index = (struct index){.slots = base + (count - INDEX_SLOTS_MIN), .slot_count = count};
    index->next = index->slots + count;
    TRY(image_take(in, index->slots, sizeof(struct slot) * count));
    TRY(image_take_u64(in, count > INDEX_SLOTS_MIN, &moving));
    if (moving == 0) {
        return STATUS_OK;
    }
    index->old_count = count / 2;
    index->old = index->slots - index->old_count;
    TRY(image_take_u64(in, index->old_count, &index->old_moved));
    return image_take(in, index->old, sizeof(struct slot) * index->old_count);
}

static Status load_patterns(struct patterns *patterns, struct image_reader *in) {
    TRY(image_take_u32(in, patterns->cap, &patterns->count));
    TRY(image_take_u32(in, patterns->count, &patterns->used));
    TRY(image_take_u32(in, patterns->count, &patterns->free_count));
    TRY(image_take_u32(in, patterns->cap * 4, &patterns->slot_count));
    TRY(image_take_u64(in, UINT64_MAX, &patterns->over_cap));
    size_t count = patterns->count;
    TRY(image_take(in, patterns->masks, sizeof *patterns->masks * count));
    TRY(image_take(in, patterns->reach_us, sizeof *patterns->reach_us * count));
    TRY(image_take(in, patterns->refs, sizeof *patterns->refs * count));
    TRY(image_take(in, patterns->late, sizeof *patterns->late * count));
    TRY(image_take(in, patterns->free, sizeof *patterns->free * patterns->free_count));
    return image_take(in, patterns->slots, sizeof *patterns->slots * patterns->slot_count);
}

static Status load_store(struct store_state *store, struct image_reader *in) {
    uint32_t cap = store->plan->cap_things;
    TRY(image_take_u32(in, cap, &store->thing_count));
    TRY(image_take_u32(in, cap, &store->hand));
    TRY(image_take_u32(in, cap, &store->free_thing));
    TRY(image_take(in, &store->counters, sizeof store->counters));
    TRY(image_take(in, store->things, (size_t)store->plan->header_size * store->thing_count));
    TRY(load_index(&store->index, cap, in));
    return load_patterns(&store->patterns, in);
}

Status window_state_load(struct window_state *state, struct image_reader *in) {
    struct slab *slab = &state->slab;
    TRY(image_take_mark(in, "windows", layout_of(state)));
    TRY(image_take_u64(in, UINT64_MAX, &state->sequence));
    TRY(image_take_u64(in, slab->units, &slab->next));
    TRY(image_take_u64(in, slab->units, &slab->used));
    TRY(image_take(in, slab->free, sizeof slab->free));
    TRY(image_take(in, slab->base, slab->next * SLAB_UNIT));
    for (uint32_t i = 0; i < state->store_count; i++) {
        TRY(load_store(&state->stores[i], in));
    }
    return STATUS_OK;
}
