// Which models hit together. Hits are read in the order of their events, so that those of one event lie side by side; pairs are counted here, since a store would have to join the hits
// with themselves.

#include "base/map.h"
#include "base/vec.h"
#include "response/disposition/figures.h"

#include <stdlib.h>

enum { EVENT_MODELS_MAX = 256 };

static const struct statement HITS = {"figures_overlap_hits", "SELECT h.sequence, h.model FROM hit h JOIN seen_alert a ON a.id = h.alert AND a.viewer = ?1"
                                                              " WHERE a.opened_us >= ?2 AND a.opened_us < ?3 ORDER BY h.sequence DESC, h.model LIMIT ?4"};

struct counted {
    uint32_t first, second; // of the models; of a single one both
    uint64_t events;
};

struct overlapping {
    struct arena arena;
    VEC(Slice) names;
    struct map by_name;
    VEC(struct counted) singles; // by model
    VEC(struct counted) pairs;
    struct map by_pair;
    uint32_t event[EVENT_MODELS_MAX]; // the models of the event at hand, each once
    uint32_t event_count;
};

static uint32_t model_of(struct overlapping *all, Slice name) {
    uint32_t at = map_get(&all->by_name, name);
    if (at == MAP_NONE) {
        Slice kept = arena_copy(&all->arena, name);
        at = all->names.count;
        *VEC_PUSH(&all->names, &all->arena) = kept;
        *VEC_PUSH(&all->singles, &all->arena) = (struct counted){at, at, 0};
        map_put(&all->by_name, kept, at);
    }
    return at;
}

static void count_pair(struct overlapping *all, uint32_t first, uint32_t second) {
    uint32_t pair[2] = {first < second ? first : second, first < second ? second : first};
    uint32_t at = map_get(&all->by_pair, (Slice){(const char *)pair, sizeof pair});
    if (at == MAP_NONE) {
        at = all->pairs.count;
        *VEC_PUSH(&all->pairs, &all->arena) = (struct counted){pair[0], pair[1], 0};
        map_put(&all->by_pair, arena_copy(&all->arena, (Slice){(const char *)pair, sizeof pair}), at);
    }
    all->pairs.at[at].events++;
}

static void end_event(struct overlapping *all) {
    for (uint32_t i = 0; i < all->event_count; i++) {
        all->singles.at[all->event[i]].events++;
        for (uint32_t k = i + 1; k < all->event_count; k++) {
            count_pair(all, all->event[i], all->event[k]);
        }
    }
    all->event_count = 0;
}

// An event that joined two alerts has a model twice, side by side.
static void take(struct overlapping *all, uint32_t model) {
    bool is_known = all->event_count > 0 && all->event[all->event_count - 1] == model;
    if (!is_known && all->event_count < EVENT_MODELS_MAX) {
        all->event[all->event_count++] = model;
    }
}

static int most_first(const void *left, const void *right) {
    const struct counted *a = left;
    const struct counted *b = right;
    return a->events != b->events ? (a->events < b->events ? 1 : -1) : a->first != b->first ? (a->first < b->first ? -1 : 1) : (a->second > b->second) - (a->second < b->second);
}

static void sort(struct counted *counted, uint32_t count) {
    if (count > 0) {
        qsort(counted, count, sizeof *counted, most_first);
    }
}

static void put(struct overlapping *all, const struct figures_of *of, int64_t hits, struct json_writer *json) {
    sort(all->singles.at, all->singles.count);
    sort(all->pairs.at, all->pairs.count);
    json_object_begin(json);
    json_key_i64(json, SLICE("from"), of->from_us / 1000);
    json_key_i64(json, SLICE("until"), of->until_us / 1000);
    json_key_i64(json, SLICE("hits"), hits);
    json_key_bool(json, SLICE("cut"), hits == OVERLAP_HITS_MAX);
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < all->singles.count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("model"), all->names.at[all->singles.at[i].first]);
        json_key_i64(json, SLICE("events"), (int64_t)all->singles.at[i].events);
        json_object_end(json);
    }
    json_array_end(json);
    json_key(json, SLICE("pairs"));
    json_array_begin(json);
    for (uint32_t i = 0; i < all->pairs.count && i < OVERLAP_PAIRS_MAX; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("first"), all->names.at[all->pairs.at[i].first]);
        json_key_string(json, SLICE("second"), all->names.at[all->pairs.at[i].second]);
        json_key_i64(json, SLICE("events"), (int64_t)all->pairs.at[i].events);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static Status read_hits(struct overlapping *all, struct book *book, const struct figures_of *of, int64_t *ret_hits) {
    Status status;
    int64_t event = -1;
    TRY(book_ask(book, &HITS, STORE_VALUES(store_i64(of->viewer), store_i64(of->from_us), store_i64(of->until_us), store_i64(OVERLAP_HITS_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        int64_t sequence = book_i64(book, 0);
        if (sequence != event) {
            end_event(all);
            event = sequence;
        }
        take(all, model_of(all, store_column_text(book->store, 1)));
        *ret_hits += 1;
    }
    end_event(all);
    return status == STATUS_END ? STATUS_OK : status;
}

Status figures_put_overlap(struct book *book, const struct figures_of *of, struct json_writer *json) {
    struct overlapping all = {.event_count = 0};
    int64_t hits = 0;
    arena_init(&all.arena, 256 << 10);
    map_init(&all.by_name, &all.arena);
    map_init(&all.by_pair, &all.arena);
    Status status = read_hits(&all, book, of, &hits);
    if (status == STATUS_OK) {
        put(&all, of, hits, json);
    }
    arena_deinit(&all.arena);
    return status;
}
