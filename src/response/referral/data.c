// What is said of parties, accounts and counterparties: what there may be, and what there is.

#include "response/referral/dossier.h"

#include <stdlib.h>

const struct datum_text datum_texts[DATUM_COUNT] = {
#define DATUM(kind, name, word, form, of, mask, zh, en)                                            \
    {#kind, word, zh, en, DATUM_##form, of, MASK_##mask},
#include "response/referral/data.def"
#undef DATUM
};

const struct datum *datum_find(DatumSet set, Datum what) {
    for (uint32_t i = 0; i < set.count; i++) {
        if (set.at[i].what == what) {
            return &set.at[i];
        }
    }
    return NULL;
}

Slice datum_value(DatumSet set, Datum what) {
    const struct datum *datum = datum_find(set, what);
    return datum == NULL ? SLICE("") : datum->value;
}

bool datum_number(DatumSet set, Datum what, int64_t *ret_number) {
    const struct datum *datum = datum_find(set, what);
    return datum != NULL && slice_to_i64(datum->value, ret_number);
}

bool datum_parse(Slice kind, Slice field, Datum *ret_what) {
    for (uint32_t i = 0; i < DATUM_COUNT; i++) {
        if (slice_is(kind, datum_texts[i].kind) && slice_is(field, datum_texts[i].word)) {
            *ret_what = (Datum)i;
            return true;
        }
    }
    return false;
}

// ---- reading ----------------------------------------------------------------------------------

static const struct statement DATA = {
    "referral_data", "SELECT kind, object, field, value, absent, source, at_us FROM "
                     "referral_datum WHERE referral = ?1"};

struct placed {
    Slice key; // kind and object
    struct datum datum;
};

static int by_key(const void *left, const void *right) {
    const struct placed *a = left, *b = right;
    int order = slice_compare(a->key, b->key);
    return order != 0 ? order : (int)a->datum.what - (int)b->datum.what;
}

static Slice key_of(struct arena *arena, const char *kind, Slice object) {
    return arena_printf(arena, "%s %.*s", kind, SLICE_ARGS(object));
}

Status dossier_read_data(struct book *book, struct dossier *dossier) {
    VEC(struct placed) placed = {0};
    Status status;
    TRY(book_ask(book, &DATA, STORE_VALUES(store_i64(dossier->row->id))));
    while ((status = book_next(book)) == STATUS_OK) {
        Datum what;
        Slice kind = book_text(book, 0), object = book_text(book, 1);
        if (datum_parse(kind, store_column_text(book->store, 2), &what)) {
            struct placed *one = VEC_PUSH(&placed, book->arena);
            one->key = key_of(book->arena, datum_texts[what].kind, object);
            one->datum = (struct datum){.what = what,
                                        .value = book_text(book, 3),
                                        .absent = book_text(book, 4),
                                        .source = book_text(book, 5),
                                        .at_us = book_i64(book, 6)};
        }
    }
    ENSURE(status == STATUS_END, status);
    if (placed.count > 0) {
        qsort(placed.at, placed.count, sizeof *placed.at, by_key);
    }
    dossier->data = ARENA_ARRAY(book->arena, struct datum, placed.count + (size_t)1);
    dossier->data_count = placed.count;
    for (uint32_t i = 0; i < placed.count; i++) {
        dossier->data[i] = placed.at[i].datum;
        dossier->data[i].is_first = i == 0 || !slice_equal(placed.at[i].key, placed.at[i - 1].key);
        if (dossier->data[i].is_first) {
            map_put(&dossier->data_at, placed.at[i].key, i);
        }
    }
    return STATUS_OK;
}

DatumSet dossier_data_of(const struct dossier *dossier, const char *kind, Slice object,
                         struct arena *arena) {
    uint32_t first = map_get(&dossier->data_at, key_of(arena, kind, object));
    if (first == MAP_NONE) {
        return (DatumSet){0};
    }
    uint32_t end = first + 1;
    while (end < dossier->data_count && !dossier->data[end].is_first) {
        end++;
    }
    return (DatumSet){dossier->data + first, end - first};
}
