// Each kind has an array of subjects, an index over it by hash, and one block of bytes for all texts: a subject's key, then its values, each
// with its size before it. Values that grow move to the end of the block; when half of it is left behind, it is written anew.

#include "server/subjects.h"

#include "codec/json_write.h"

#include <stdlib.h>

enum { VALUE_SIZE_BYTES = 2, ROOM_UNIT = 16, SLOTS_MIN = 64, LEFT_BEHIND_MIN = 1 << 20, NAME_MAX_BYTES = 256 };
#define SUBJECTS_LAYOUT UINT64_C(1)

struct subject {
    uint64_t text; // where its key begins
    int64_t seen_us;
    uint32_t hash;
    uint16_t key_size;
    uint16_t values_size;
    uint16_t room; // for values
};

struct subject_kind {
    Slice id;
    Slice *copies; // names
    uint32_t copy_count;
    const struct batch_kind *plan;
    struct subject *at;
    uint32_t count, capacity;
    uint32_t *slots; // 0: free, else the subject's number + 1
    uint32_t slot_count;
    char *texts;
    uint64_t text_size, text_capacity, left_behind;
    uint32_t *order;
};

struct subjects {
    struct arena names;
    const struct catalogue *catalogue;
    struct subject_kind *kinds;
    uint32_t kind_count;
    uint64_t turned_away;
    struct buf value, values; // of the event at hand
};

struct subjects *subjects_create(void) {
    struct subjects *subjects = memory_alloc(sizeof *subjects);
    arena_init(&subjects->names, 4 << 10);
    buf_init(&subjects->value, 8 << 10);
    buf_init(&subjects->values, BATCH_COPIES_MAX * (SUBJECT_VALUE_MAX + VALUE_SIZE_BYTES));
    return subjects;
}

static void free_kind(struct subject_kind *kind) {
    free(kind->at);
    free(kind->slots);
    free(kind->texts);
    free(kind->order);
}

static void free_kinds(struct subject_kind *kinds, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        free_kind(&kinds[i]);
    }
    free(kinds);
}

void subjects_destroy(struct subjects *subjects) {
    if (subjects == NULL) {
        return;
    }
    free_kinds(subjects->kinds, subjects->kind_count);
    buf_deinit(&subjects->value);
    buf_deinit(&subjects->values);
    arena_deinit(&subjects->names);
    free(subjects);
}

// ---- one kind --------------------------------------------------------------------------------------------

static Slice key_of(const struct subject_kind *kind, const struct subject *subject) {
    return (Slice){kind->texts + subject->text, subject->key_size};
}

static Slice values_of(const struct subject_kind *kind, const struct subject *subject) {
    return (Slice){kind->texts + subject->text + subject->key_size, subject->values_size};
}

static uint16_t size_at(Slice values) {
    return (uint16_t)((uint8_t)values.at[0] | (uint8_t)values.at[1] << 8);
}

// Of values one behind the other; empty where there are fewer.
static Slice nth_value(Slice values, uint32_t n) {
    for (uint32_t i = 0; values.size >= VALUE_SIZE_BYTES; i++) {
        uint16_t size = size_at(values);
        if (i == n) {
            return slice_part(values, VALUE_SIZE_BYTES, size);
        }
        values = slice_part(values, VALUE_SIZE_BYTES + size, SIZE_MAX);
    }
    return SLICE("");
}

static void put_value(struct buf *out, Slice value) {
    buf_put_byte(out, (char)value.size);
    buf_put_byte(out, (char)(value.size >> 8));
    buf_put(out, value);
}

static uint32_t *find_slot(const struct subject_kind *kind, Slice key, uint32_t hash) {
    uint32_t mask = kind->slot_count - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t number = kind->slots[i];
        if (number == 0 || (kind->at[number - 1].hash == hash && slice_equal(key_of(kind, &kind->at[number - 1]), key))) {
            return &kind->slots[i];
        }
    }
}

// At most half of the slots are taken.
static void widen_index(struct subject_kind *kind) {
    if (kind->slots != NULL && kind->count < kind->slot_count / 2) {
        return;
    }
    free(kind->slots);
    kind->slot_count = kind->slot_count == 0 ? SLOTS_MIN : kind->slot_count * 2;
    kind->slots = memory_alloc(sizeof *kind->slots * kind->slot_count);
    for (uint32_t i = 0; i < kind->count; i++) {
        uint32_t mask = kind->slot_count - 1;
        uint32_t slot = kind->at[i].hash & mask;
        while (kind->slots[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        kind->slots[slot] = i + 1;
    }
}

static uint64_t take_text(struct subject_kind *kind, size_t size) {
    uint64_t at = kind->text_size;
    if (at + size > kind->text_capacity) {
        kind->text_capacity = (at + size) * 2;
        kind->texts = memory_resize(kind->texts, kind->text_capacity);
    }
    kind->text_size += size;
    return at;
}

static void place_text(struct subject_kind *kind, struct subject *subject, Slice key, Slice values) {
    size_t room = (values.size + ROOM_UNIT - 1) / ROOM_UNIT * ROOM_UNIT;
    INVARIANT(key.size <= UINT16_MAX && room <= UINT16_MAX);
    subject->text = take_text(kind, key.size + room);
    subject->key_size = (uint16_t)key.size;
    subject->values_size = (uint16_t)values.size;
    subject->room = (uint16_t)room;
    memcpy(kind->texts + subject->text, key.at, key.size);
    if (values.size > 0) {
        memcpy(kind->texts + subject->text + key.size, values.at, values.size);
    }
}

static void tidy(struct subject_kind *kind) {
    if (kind->left_behind < LEFT_BEHIND_MIN || kind->left_behind < kind->text_size / 2) {
        return;
    }
    struct subject_kind fresh = {0};
    for (uint32_t i = 0; i < kind->count; i++) {
        struct subject *subject = &kind->at[i];
        place_text(&fresh, subject, key_of(kind, subject), values_of(kind, subject));
    }
    free(kind->texts);
    kind->texts = fresh.texts;
    kind->text_size = fresh.text_size;
    kind->text_capacity = fresh.text_capacity;
    kind->left_behind = 0;
}

// `values` do not lie in the kind's own texts.
static void set_values(struct subject_kind *kind, struct subject *subject, Slice values) {
    if (values.size <= subject->room) {
        if (values.size > 0) {
            memcpy(kind->texts + subject->text + subject->key_size, values.at, values.size);
        }
        subject->values_size = (uint16_t)values.size;
        return;
    }
    char key[SUBJECT_KEY_MAX]; // the block may move
    Slice old = key_of(kind, subject);
    memcpy(key, old.at, old.size);
    kind->left_behind += subject->key_size + subject->room;
    place_text(kind, subject, (Slice){key, old.size}, values);
    tidy(kind);
}

static struct subject *add(struct subject_kind *kind, Slice key, uint32_t hash) {
    if (kind->count == kind->capacity) {
        kind->capacity = kind->capacity == 0 ? SLOTS_MIN : kind->capacity * 2;
        kind->at = memory_resize(kind->at, sizeof *kind->at * kind->capacity);
    }
    widen_index(kind);
    *find_slot(kind, key, hash) = kind->count + 1;
    struct subject *subject = &kind->at[kind->count++];
    *subject = (struct subject){.seen_us = INT64_MIN, .hash = hash};
    place_text(kind, subject, key, SLICE(""));
    return subject;
}

// Finds or makes it; NULL at the cap, and for a key that is none.
static struct subject *require(struct subjects *subjects, struct subject_kind *kind, Slice key) {
    if (slice_empty(key) || key.size > SUBJECT_KEY_MAX) {
        return NULL;
    }
    uint32_t hash = (uint32_t)hash64(key, 0);
    widen_index(kind);
    uint32_t number = *find_slot(kind, key, hash);
    if (number != 0) {
        return &kind->at[number - 1];
    }
    if (kind->plan != NULL && kind->count >= kind->plan->cap) {
        subjects->turned_away++;
        return NULL;
    }
    return add(kind, key, hash);
}

// ---- what is seen ----------------------------------------------------------------------------------------

// The field's value as JSON; empty: there is none, or it is too long.
static Slice value_of(struct subjects *subjects, const struct event *event, uint32_t field) {
    if (!event_has(event, field)) {
        return SLICE("");
    }
    const struct schema_field *known = &event->schema->fields[field];
    const union event_cell *cell = &event->cells[field];
    struct json_writer json;
    buf_reset(&subjects->value);
    json_writer_init(&json, &subjects->value);
    switch (known->type) {
    case FIELD_STRING:
        json_string(&json, cell->text);
        break;
    case FIELD_ENUM:
        json_string(&json, event->schema->enums[known->enumeration].values[cell->integer]);
        break;
    case FIELD_BOOL:
        json_bool(&json, cell->integer != 0);
        break;
    default:
        json_i64(&json, cell->integer);
        break;
    }
    json_writer_finish(&json);
    bool fits = !buf_overflowed(&subjects->value) && subjects->value.size <= SUBJECT_VALUE_MAX;
    return fits ? buf_slice(&subjects->value) : SLICE("");
}

static void see_one(struct subjects *subjects, struct subject_kind *kind, const struct event *event) {
    if (!event_has(event, kind->plan->key)) {
        return;
    }
    struct subject *subject = require(subjects, kind, event->cells[kind->plan->key].text);
    if (subject == NULL) {
        return;
    }
    bool newer = event->time_us >= subject->seen_us;
    Slice old = values_of(kind, subject);
    buf_reset(&subjects->values);
    for (uint32_t i = 0; i < kind->copy_count; i++) {
        Slice kept = nth_value(old, i);
        Slice fresh = newer || slice_empty(kept) ? value_of(subjects, event, kind->plan->copies[i]) : SLICE("");
        put_value(&subjects->values, slice_empty(fresh) ? kept : fresh);
    }
    subject->seen_us = newer ? event->time_us : subject->seen_us;
    if (!slice_equal(old, buf_slice(&subjects->values))) {
        set_values(kind, subject, buf_slice(&subjects->values));
    }
}

void subjects_see(struct subjects *subjects, const struct event *event) {
    if (subjects->kind_count == 0 || event->type == subjects->catalogue->batch.type) {
        return;
    }
    for (uint32_t i = 0; i < subjects->kind_count; i++) {
        see_one(subjects, &subjects->kinds[i], event);
    }
}

void subjects_name(struct subjects *subjects, uint32_t kind, Slice key) {
    INVARIANT(kind < subjects->kind_count);
    (void)require(subjects, &subjects->kinds[kind], key);
}

// ---- packs come and go -----------------------------------------------------------------------------------

static uint32_t find_copy(const struct subject_kind *kind, Slice name) {
    uint32_t copy = 0;
    while (copy < kind->copy_count && !slice_equal(kind->copies[copy], name)) {
        copy++;
    }
    return copy;
}

static bool same_copies(const struct subject_kind *left, const struct subject_kind *right) {
    bool same = left->copy_count == right->copy_count;
    for (uint32_t i = 0; same && i < left->copy_count; i++) {
        same = slice_equal(left->copies[i], right->copies[i]);
    }
    return same;
}

// The values of each subject in the order of the new copies.
static void reorder(struct subjects *subjects, const struct subject_kind *from, struct subject_kind *to) {
    for (uint32_t i = 0; i < from->count; i++) {
        const struct subject *old = &from->at[i];
        struct subject *subject = add(to, key_of(from, old), old->hash);
        subject->seen_us = old->seen_us;
        buf_reset(&subjects->values);
        for (uint32_t k = 0; k < to->copy_count; k++) {
            put_value(&subjects->values, nth_value(values_of(from, old), find_copy(from, to->copies[k])));
        }
        set_values(to, subject, buf_slice(&subjects->values));
    }
}

static void succeed(struct subjects *subjects, struct subject_kind *from, struct subject_kind *to) {
    if (!same_copies(from, to)) {
        reorder(subjects, from, to);
        return;
    }
    struct subject_kind old = *from;
    *from = (struct subject_kind){.id = old.id};
    old.id = to->id;
    old.copies = to->copies;
    old.plan = to->plan;
    *to = old;
}

static void name_kind(struct subjects *subjects, const struct batch_kind *plan, const struct schema *schema, struct subject_kind *kind) {
    kind->id = arena_copy(&subjects->names, plan->id);
    kind->plan = plan;
    kind->copies = ARENA_ARRAY(&subjects->names, Slice, plan->copy_count + 1);
    kind->copy_count = plan->copy_count;
    for (uint32_t i = 0; i < plan->copy_count; i++) {
        kind->copies[i] = arena_copy(&subjects->names, schema->fields[plan->copies[i]].name);
    }
}

void subjects_follow(struct subjects *subjects, const struct catalogue *catalogue) {
    const struct catalogue_batch *batch = &catalogue->batch;
    struct subject_kind *kinds = memory_alloc(sizeof *kinds * (batch->kind_count + 1));
    for (uint32_t i = 0; i < batch->kind_count; i++) {
        name_kind(subjects, &batch->kinds[i], catalogue->schema, &kinds[i]);
        for (uint32_t k = 0; k < subjects->kind_count; k++) {
            if (slice_equal(subjects->kinds[k].id, kinds[i].id)) {
                succeed(subjects, &subjects->kinds[k], &kinds[i]);
            }
        }
    }
    free_kinds(subjects->kinds, subjects->kind_count);
    subjects->kinds = kinds;
    subjects->kind_count = batch->kind_count;
    subjects->catalogue = catalogue;
}

// ---- asked -----------------------------------------------------------------------------------------------

uint32_t subjects_count(const struct subjects *subjects, uint32_t kind) {
    return subjects->kinds[kind].count;
}

uint64_t subjects_total(const struct subjects *subjects) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < subjects->kind_count; i++) {
        total += subjects->kinds[i].count;
    }
    return total;
}

uint64_t subjects_turned_away(const struct subjects *subjects) {
    return subjects->turned_away;
}

static int by_key(const void *left, const void *right, void *context) {
    const struct subject_kind *kind = context;
    return slice_compare(key_of(kind, &kind->at[*(const uint32_t *)left]), key_of(kind, &kind->at[*(const uint32_t *)right]));
}

const uint32_t *subjects_order(struct subjects *subjects, uint32_t kind, uint32_t *ret_count) {
    struct subject_kind *known = &subjects->kinds[kind];
    free(known->order);
    known->order = memory_alloc(sizeof *known->order * (known->count + 1));
    for (uint32_t i = 0; i < known->count; i++) {
        known->order[i] = i;
    }
    qsort_r(known->order, known->count, sizeof *known->order, by_key, known);
    *ret_count = known->count;
    return known->order;
}

Slice subject_key(const struct subjects *subjects, uint32_t kind, uint32_t subject) {
    return key_of(&subjects->kinds[kind], &subjects->kinds[kind].at[subject]);
}

Slice subject_value(const struct subjects *subjects, uint32_t kind, uint32_t subject, uint32_t copy) {
    return nth_value(values_of(&subjects->kinds[kind], &subjects->kinds[kind].at[subject]), copy);
}

// ---- image -----------------------------------------------------------------------------------------------

static uint64_t hash_of(const struct subject_kind *kind, const struct subject *subject) {
    uint64_t hash = hash64(key_of(kind, subject), hash64(kind->id, 0));
    hash = hash_mix(hash, (uint64_t)subject->seen_us);
    for (uint32_t i = 0; i < kind->copy_count; i++) {
        hash = hash_mix(hash, hash64(nth_value(values_of(kind, subject), i), hash64(kind->copies[i], 0)));
    }
    return hash;
}

// A sum, so that the order does not count.
uint64_t subjects_hash(const struct subjects *subjects) {
    uint64_t sum = 0;
    for (uint32_t k = 0; k < subjects->kind_count; k++) {
        for (uint32_t i = 0; i < subjects->kinds[k].count; i++) {
            sum += hash_of(&subjects->kinds[k], &subjects->kinds[k].at[i]);
        }
    }
    return sum;
}

static void put_text(struct image_writer *out, Slice text) {
    image_put_u64(out, text.size);
    image_put(out, text.at, text.size);
}

static void save_kind(const struct subject_kind *kind, struct image_writer *out) {
    put_text(out, kind->id);
    image_put_u64(out, kind->copy_count);
    for (uint32_t i = 0; i < kind->copy_count; i++) {
        put_text(out, kind->copies[i]);
    }
    image_put_u64(out, kind->count);
    for (uint32_t i = 0; i < kind->count; i++) {
        const struct subject *subject = &kind->at[i];
        put_text(out, key_of(kind, subject));
        put_text(out, values_of(kind, subject));
        image_put(out, &subject->seen_us, sizeof subject->seen_us);
    }
}

void subjects_save(const struct subjects *subjects, struct image_writer *out) {
    image_put_mark(out, "subjects", SUBJECTS_LAYOUT);
    image_put_u64(out, subjects->kind_count);
    for (uint32_t i = 0; i < subjects->kind_count; i++) {
        save_kind(&subjects->kinds[i], out);
    }
}

static Status take_name(struct subjects *subjects, struct image_reader *in, Slice *ret_name) {
    uint32_t size;
    TRY(image_take_u32(in, NAME_MAX_BYTES, &size));
    char *at = arena_alloc(&subjects->names, size + 1);
    *ret_name = (Slice){at, size};
    return image_take(in, at, size);
}

// Whether they are whole: each value as long as it says, and none too many.
static bool are_values(Slice values, uint32_t count) {
    uint32_t found = 0;
    while (values.size >= VALUE_SIZE_BYTES) {
        size_t size = size_at(values);
        if (size > SUBJECT_VALUE_MAX || values.size < VALUE_SIZE_BYTES + size) {
            return false;
        }
        values = slice_part(values, VALUE_SIZE_BYTES + size, SIZE_MAX);
        found++;
    }
    return values.size == 0 && found <= count;
}

static Status load_subject(struct subject_kind *kind, struct image_reader *in) {
    char key[SUBJECT_KEY_MAX];
    char values[BATCH_COPIES_MAX * (SUBJECT_VALUE_MAX + VALUE_SIZE_BYTES)];
    uint32_t key_size;
    uint32_t values_size;
    int64_t seen_us;
    TRY(image_take_u32(in, sizeof key, &key_size));
    TRY(image_take(in, key, key_size));
    TRY(image_take_u32(in, sizeof values, &values_size));
    TRY(image_take(in, values, values_size));
    TRY(image_take(in, &seen_us, sizeof seen_us));
    Slice name = {key, key_size};
    ENSURE(key_size > 0 && are_values((Slice){values, values_size}, kind->copy_count), STATUS_INVALID);
    uint32_t hash = (uint32_t)hash64(name, 0);
    widen_index(kind);
    ENSURE(*find_slot(kind, name, hash) == 0, STATUS_INVALID);
    struct subject *subject = add(kind, name, hash);
    subject->seen_us = seen_us;
    set_values(kind, subject, (Slice){values, values_size});
    return STATUS_OK;
}

static Status load_kind(struct subjects *subjects, struct subject_kind *kind, struct image_reader *in) {
    uint32_t count;
    TRY(take_name(subjects, in, &kind->id));
    TRY(image_take_u32(in, BATCH_COPIES_MAX, &kind->copy_count));
    kind->copies = ARENA_ARRAY(&subjects->names, Slice, kind->copy_count + 1);
    for (uint32_t i = 0; i < kind->copy_count; i++) {
        TRY(take_name(subjects, in, &kind->copies[i]));
    }
    TRY(image_take_u32(in, BATCH_SUBJECTS_MAX, &count));
    for (uint32_t i = 0; i < count; i++) {
        TRY(load_subject(kind, in));
    }
    return STATUS_OK;
}

Status subjects_load(struct subjects *subjects, struct image_reader *in) {
    INVARIANT(subjects->kinds == NULL);
    TRY(image_take_mark(in, "subjects", SUBJECTS_LAYOUT));
    uint32_t count;
    TRY(image_take_u32(in, BATCH_KINDS_MAX, &count));
    subjects->kinds = memory_alloc(sizeof *subjects->kinds * (count + 1));
    subjects->kind_count = count;
    for (uint32_t i = 0; i < count; i++) {
        TRY(load_kind(subjects, &subjects->kinds[i], in));
    }
    return STATUS_OK;
}
