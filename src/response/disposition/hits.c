// The hits of an alert. Rows of hits never change, and come in the order of their sequence; so those that are settled, as far as the desk has committed what follows from the journal, are read
// once and kept, and of an alert that is hit for the hundredth time one row is read and not a hundred.

#include "response/disposition/parts.h"

#include "base/vec.h"

#include <stdlib.h>

enum { KEPT_BYTES_MAX = 64 << 20, KEPT_BLOCK = 1 << 20, KEPT_FIRST = 4 };

struct kept {
    struct alert_hit *at;
    uint32_t count, capacity;
};

struct hits_kept {
    struct arena arena;
    struct map by_alert; // numbers of `alerts`
    VEC(struct kept) alerts;
    size_t bytes;
    int64_t settled; // hits up to this sequence are committed
};

static const struct statement HITS = {"situation_hits", "SELECT h.model, h.version, h.sequence, h.family, h.typology, h.mode, h.severity, h.evidence, h.lists, h.asks, h.saw, e.event_us"
                                                        " FROM hit h JOIN alert_event e ON e.alert = h.alert AND e.sequence = h.sequence WHERE h.alert = ?1 AND h.sequence > ?2"
                                                        " ORDER BY h.sequence, h.model LIMIT ?3"};

static void forget_all(struct hits_kept *kept) {
    arena_reset(&kept->arena);
    map_init(&kept->by_alert, &kept->arena);
    kept->alerts.at = NULL;
    kept->alerts.count = kept->alerts.capacity = 0;
    kept->bytes = 0;
}

struct hits_kept *hits_kept_create(void) {
    struct hits_kept *kept = memory_alloc(sizeof *kept);
    arena_init(&kept->arena, KEPT_BLOCK);
    forget_all(kept);
    return kept;
}

void hits_kept_destroy(struct hits_kept *kept) {
    if (kept != NULL) {
        arena_deinit(&kept->arena);
        free(kept);
    }
}

void hits_kept_settle(struct hits_kept *kept, uint64_t sequence) {
    kept->settled = (int64_t)sequence;
}

static struct kept *kept_of(struct hits_kept *kept, int64_t alert) {
    Slice key = {(const char *)&alert, sizeof alert};
    uint32_t at = map_get(&kept->by_alert, key);
    if (at == MAP_NONE) {
        at = kept->alerts.count;
        *VEC_PUSH(&kept->alerts, &kept->arena) = (struct kept){0};
        map_put(&kept->by_alert, arena_copy(&kept->arena, key), at);
    }
    return &kept->alerts.at[at];
}

static Slice keep_text(struct hits_kept *kept, Slice text) {
    kept->bytes += text.size;
    return arena_copy(&kept->arena, text);
}

static void keep(struct hits_kept *kept, struct kept *of, const struct alert_hit *hit) {
    struct alert_hit *copy = VEC_PUSH(of, &kept->arena);
    kept->bytes += 2 * sizeof *copy; // what it grew out of lies beside it
    *copy = *hit;
    copy->id = keep_text(kept, hit->id);
    copy->family = keep_text(kept, hit->family);
    copy->typology = keep_text(kept, hit->typology);
    copy->mode = keep_text(kept, hit->mode);
    copy->lists = keep_text(kept, hit->lists);
    copy->asks = keep_text(kept, hit->asks);
    copy->saw = keep_text(kept, hit->saw);
}

static struct alert_hit read_row(const struct catalogue *catalogue, struct book *book) {
    struct alert_hit hit = {.id = book_text(book, 0), .version = book_i64(book, 1), .sequence = book_i64(book, 2), .family = book_text(book, 3), .typology = book_text(book, 4),
                            .mode = book_text(book, 5), .severity = (Severity)book_i64(book, 6), .evidence = (uint32_t)book_i64(book, 7), .lists = book_text(book, 8),
                            .asks = book_text(book, 9), .saw = book_text(book, 10), .event_us = book_i64(book, 11)};
    uint32_t number = map_get(&catalogue->models_by_id, hit.id);
    hit.model = number == MAP_NONE ? NULL : &catalogue->models.at[number];
    return hit;
}

Status hits_read(struct disposition *disposition, struct book *book, int64_t alert, struct alert_hit **ret_hits, uint32_t *ret_count) {
    struct hits_kept *kept = disposition->hits;
    Status status;
    if (kept->bytes > KEPT_BYTES_MAX) {
        forget_all(kept);
    }
    struct kept *of = kept_of(kept, alert);
    VEC(struct alert_hit) hits = {.at = ARENA_ARRAY(book->arena, struct alert_hit, of->count + KEPT_FIRST), .count = of->count, .capacity = of->count + KEPT_FIRST};
    if (of->count > 0) {
        memcpy(hits.at, of->at, of->count * sizeof *of->at);
    }
    int64_t behind = of->count == 0 ? 0 : of->at[of->count - 1].sequence;
    TRY(book_ask(book, &HITS, STORE_VALUES(store_i64(alert), store_i64(behind), store_i64(ALERT_HITS_MAX - of->count))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct alert_hit hit = read_row(disposition->catalogue, book);
        *VEC_PUSH(&hits, book->arena) = hit;
        if (hit.sequence <= kept->settled) {
            keep(kept, of, &hit);
        }
    }
    *ret_hits = hits.at;
    *ret_count = hits.count;
    return status == STATUS_END ? STATUS_OK : status;
}
