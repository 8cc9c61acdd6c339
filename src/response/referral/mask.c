// A dossier for eyes that may not see persons: values hidden by base/masks.def, and hidden wherever
// they stand in a text.

#include "response/referral/dossier.h"

#include <stdlib.h>

enum {
    SECRET_BYTES_MIN = 4, // shorter values stand in texts by chance
    TEXT_MAX = 128 << 10,
};

// A value, and how it shows instead.
struct secret {
    Slice value, shown;
};

struct hiding {
    struct arena *arena;
    VEC(struct secret) secrets;
    VEC(Slice) shown; // of keys
    struct map known, keys, taken, by_beginning;
};

static void hide_from_texts(struct hiding *hiding, Slice value, Slice shown) {
    if (value.size >= SECRET_BYTES_MIN) {
        *VEC_PUSH(&hiding->secrets, hiding->arena) = (struct secret){value, shown};
    }
}

static void hide(struct hiding *hiding, Slice *value, int kind) {
    if (kind == MASK_NONE || slice_empty(*value)) {
        return;
    }
    Slice shown = mask_copy((MaskKind)kind, *value, hiding->arena);
    if (map_put(&hiding->known, *value, 0)) {
        hide_from_texts(hiding, *value, shown);
    }
    *value = shown;
}

// By these things are found again, so the same one shows the same everywhere, and different ones
// show differently: with a number behind where their masks are alike.
static void hide_key(struct hiding *hiding, Slice *value, MaskKind kind) {
    if (slice_empty(*value)) {
        return;
    }
    uint32_t known = map_get(&hiding->keys, *value);
    if (known == MAP_NONE) {
        known = hiding->shown.count;
        Slice shown = mask_copy(kind, *value, hiding->arena);
        if (!map_put(&hiding->taken, shown, known)) {
            shown = arena_printf(hiding->arena, "%.*s#%u", SLICE_ARGS(shown), known);
        }
        map_put(&hiding->keys, *value, known);
        *VEC_PUSH(&hiding->shown, hiding->arena) = shown;
        hide_from_texts(hiding, *value, shown);
    }
    *value = hiding->shown.at[known];
}

static void hide_data(struct hiding *hiding, DatumSet set) {
    for (uint32_t i = 0; i < set.count; i++) {
        hide(hiding, &set.at[i].value, datum_texts[set.at[i].what].mask);
    }
}

static Slice beginning(Slice value) {
    return slice_part(value, 0, SECRET_BYTES_MIN);
}

// Those of the same beginning beside each other, and of them the longest first, so that a value
// that holds another is hidden as a whole.
static int by_beginning(const void *left, const void *right) {
    const struct secret *a = left, *b = right;
    int order = slice_compare(beginning(a->value), beginning(b->value));
    order = order != 0 ? order : (a->value.size < b->value.size) - (a->value.size > b->value.size);
    return order != 0 ? order : slice_compare(a->value, b->value);
}

static void sort_secrets(struct hiding *hiding) {
    if (hiding->secrets.count > 0) {
        qsort(hiding->secrets.at, hiding->secrets.count, sizeof *hiding->secrets.at, by_beginning);
    }
    for (uint32_t i = 0; i < hiding->secrets.count; i++) {
        map_put(&hiding->by_beginning, beginning(hiding->secrets.at[i].value), i);
    }
}

static const struct secret *secret_at(const struct hiding *hiding, Slice text, size_t at) {
    Slice rest = slice_part(text, at, text.size - at);
    uint32_t first =
        rest.size < SECRET_BYTES_MIN ? MAP_NONE : map_get(&hiding->by_beginning, beginning(rest));
    for (uint32_t i = first; i < hiding->secrets.count && first != MAP_NONE; i++) {
        const struct secret *secret = &hiding->secrets.at[i];
        if (slice_starts_with(rest, secret->value)) {
            return secret;
        }
        if (!slice_equal(beginning(rest), beginning(secret->value))) {
            break;
        }
    }
    return NULL;
}

static void hide_text(struct hiding *hiding, Slice *text) {
    struct buf out;
    if (slice_empty(*text)) {
        return;
    }
    buf_init(&out, TEXT_MAX);
    for (size_t at = 0; at < text->size;) {
        const struct secret *secret = secret_at(hiding, *text, at);
        if (secret != NULL) {
            buf_put(&out, secret->shown);
            at += secret->value.size;
        } else {
            buf_put_byte(&out, text->at[at++]);
        }
    }
    *text = arena_copy(hiding->arena, buf_slice(&out));
    buf_deinit(&out);
}

// ---- the parts --------------------------------------------------------------------------------

static void hide_parties(struct hiding *hiding, struct dossier *dossier) {
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        hide_data(hiding, dossier->parties.at[i].data);
        hide_key(hiding, &dossier->parties.at[i].key, MASK_ACCOUNT);
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        struct dossier_account *account = &dossier->accounts.at[i];
        hide_data(hiding, account->data);
        hide_key(hiding, &account->account, MASK_ACCOUNT);
        hide_key(hiding, &account->holder, MASK_ACCOUNT);
        hide_key(hiding, &account->agent, MASK_ACCOUNT);
    }
    for (uint32_t i = 0; i < dossier->counterparties.count; i++) {
        hide_data(hiding, dossier->counterparties.at[i].data);
        hide_key(hiding, &dossier->counterparties.at[i].account, MASK_ACCOUNT);
        hide_key(hiding, &dossier->counterparties.at[i].key, MASK_ACCOUNT);
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        hide_data(hiding, dossier->others.at[i].data);
        hide_key(hiding, &dossier->others.at[i].name, MASK_ACCOUNT);
    }
}

static void hide_rows(struct hiding *hiding, struct dossier *dossier) {
    for (uint32_t i = 0; i < dossier->rows.count; i++) {
        struct dossier_row *row = &dossier->rows.at[i];
        hide_key(hiding, &row->own, MASK_ACCOUNT);
        hide_key(hiding, &row->counter, MASK_ACCOUNT);
        hide(hiding, &row->counter_name, MASK_NAME);
        hide_key(hiding, &row->device, MASK_DEVICE);
        hide(hiding, &row->ip, MASK_ALL);
        hide(hiding, &row->trace, MASK_DEVICE);
    }
    for (uint32_t i = 0; i < dossier->nodes.count; i++) {
        hide_key(hiding, &dossier->nodes.at[i].name, MASK_ACCOUNT);
    }
    for (uint32_t i = 0; i < dossier->things.count; i++) {
        struct dossier_thing *thing = &dossier->things.at[i];
        bool is_device = slice_is(thing->kind, "DEVICE") || slice_is(thing->kind, "TERMINAL");
        hide_key(hiding, &thing->thing, is_device ? MASK_DEVICE : MASK_ALL);
        hide_key(hiding, &thing->party, MASK_ACCOUNT);
    }
    for (uint32_t i = 0; i < dossier->ties.count; i++) {
        hide_key(hiding, &dossier->ties.at[i].thing, MASK_DEVICE);
    }
    for (uint32_t i = 0; i < dossier->measures.count; i++) {
        hide_key(hiding, &dossier->measures.at[i].target, MASK_ACCOUNT);
    }
    for (uint32_t i = 0; i < dossier->holds.count; i++) {
        hide_key(hiding, &dossier->holds.at[i].account, MASK_ACCOUNT);
        hide_key(hiding, &dossier->holds.at[i].payee, MASK_ACCOUNT);
    }
}

static void hide_texts(struct hiding *hiding, struct dossier *dossier) {
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        hide_text(hiding, &dossier->fields[i]);
    }
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        struct dossier_party *party = &dossier->parties.at[i];
        hide_text(hiding, &party->evidence);
        for (uint32_t k = 0; k < party->data.count; k++) {
            if (datum_texts[party->data.at[k].what].mask == MASK_NONE) {
                hide_text(hiding, &party->data.at[k].value);
            }
            hide_text(hiding, &party->data.at[k].absent);
        }
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        hide_text(hiding, &dossier->accounts.at[i].evidence);
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        hide_text(hiding, &dossier->others.at[i].evidence);
    }
    for (uint32_t i = 0; i < dossier->evidence.count; i++) {
        hide_text(hiding, &dossier->evidence.at[i].reason);
    }
    for (uint32_t i = 0; i < dossier->moments.count; i++) {
        hide_text(hiding, &dossier->moments.at[i].text);
    }
    for (uint32_t i = 0; i < dossier->measures.count; i++) {
        hide_text(hiding, &dossier->measures.at[i].reason);
    }
    for (uint32_t i = 0; i < dossier->rows.count; i++) {
        hide_text(hiding, &dossier->rows.at[i].summary);
    }
    for (uint32_t i = 0; i < dossier->ties.count; i++) {
        hide_text(hiding, &dossier->ties.at[i].parties);
    }
    for (uint32_t i = 0; i < dossier->links.count; i++) {
        hide_text(hiding, &dossier->links.at[i].reason);
    }
    for (uint32_t i = 0; i < dossier->enclosures.count; i++) {
        hide_text(hiding, &dossier->enclosures.at[i].title);
        hide_text(hiding, &dossier->enclosures.at[i].name);
    }
}

// A table of accounts names its holders, and a row of a statement whose account it is.
static void find_again(struct dossier *dossier, struct arena *arena) {
    map_init(&dossier->party_at, arena);
    map_init(&dossier->account_at, arena);
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        map_put(&dossier->party_at, dossier->parties.at[i].key, i);
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        map_put(&dossier->account_at, dossier->accounts.at[i].account, i);
    }
}

void dossier_mask(struct dossier *dossier, struct arena *arena) {
    struct hiding hiding = {.arena = arena};
    map_init(&hiding.known, arena);
    map_init(&hiding.keys, arena);
    map_init(&hiding.taken, arena);
    map_init(&hiding.by_beginning, arena);
    hide_parties(&hiding, dossier);
    hide_rows(&hiding, dossier);
    sort_secrets(&hiding);
    hide_texts(&hiding, dossier);
    find_again(dossier, arena);
    dossier->is_masked = true;
}
