#pragma once
// Index: from 128-bit keys to things of one store. Private to this folder.

#include "monitoring/stream/windows/windows_private.h"

size_t index_bytes(uint32_t cap_things);
uint64_t index_slots_for(uint64_t things); // of a table that holds so many
void index_init(struct index *index, void *memory);
void index_prefetch_thing(const struct store_state *store, Hash128 key);
void index_prefetch(const struct index *index, Hash128 key);
// The number of a thing, or WINDOW_NONE.
uint32_t index_find(const struct store_state *store, Hash128 key);
// The key must not be in.
void index_add(struct store_state *store, Hash128 key, uint32_t thing);
// The thing's header must still hold the key.
void index_remove(struct store_state *store, Hash128 key);
