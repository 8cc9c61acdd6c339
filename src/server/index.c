#include "server/index.h"

#include "codec/json.h"
#include "journal/snapshot.h"
#include "lookup/lookup.h"
#include "server/records.h"

#include <stdlib.h>

enum { RECORD_MAX = 32 << 20, RECORD_DEPTH = 32, LABEL_SEED = 1, LABELS_MAX = 100 };

struct event_index {
    Slice folder;
    struct past past;
    struct arena arena;
    struct log *log;
    struct lookup *lookup; // NULL: it could not be opened, and nothing is found
    uint64_t upto; // what was added
};

// ---- keys -------------------------------------------------------------------------------------------------

static Hash128 key_of(Hash128 event_id, bool is_label) {
    return is_label ? hash128((Slice){(const char *)&event_id, sizeof event_id}, LABEL_SEED) : event_id;
}

// The id that a decision or a label begins with.
static bool read_id(struct json_reader *json, Slice record, Hash128 *ret_id) {
    static const Slice head = {"{\"event_id\":\"", 13};
    Slice rest = slice_part(record, head.size, SIZE_MAX);
    size_t end = slice_find_byte(rest, '"', 0);
    Slice id = slice_part(rest, 0, end);
    if (slice_starts_with(record, head) && end < rest.size && slice_find_byte(id, '\\', 0) == id.size) {
        *ret_id = hash128(id, 0);
        return true;
    }
    JsonTree tree;
    if (json_parse(json, record, &tree) != STATUS_OK) {
        return false;
    }
    *ret_id = hash128(record_text(tree, "event_id"), 0);
    return true;
}

// ---- reading the journal again ----------------------------------------------------------------------------

typedef Status (*Add)(void *context, Hash128 key, uint64_t sequence);

struct reading {
    struct json_reader *json;
    Add add;
    void *context;
};

static Status add_record(void *context, const struct journal_entry *entry) {
    const struct reading *reading = context;
    Hash128 id;
    bool known = (entry->kind == KIND_DECISION || entry->kind == KIND_LABEL) && read_id(reading->json, entry->data, &id);
    return known ? reading->add(reading->context, key_of(id, entry->kind == KIND_LABEL), entry->sequence) : STATUS_OK;
}

static Status read_range(const struct event_index *index, uint64_t first, uint64_t last, Add add, void *context, struct arena *arena, struct diag *diag) {
    struct reading reading = {json_reader_create(RECORD_MAX, RECORD_DEPTH), add, context};
    Status status = past_walk(&index->past, first, last, (struct past_sink){&reading, add_record}, arena, diag);
    json_reader_destroy(reading.json);
    return status;
}

static Status add_refill(void *context, Hash128 key, uint64_t sequence) {
    return lookup_refill_add(context, key, sequence);
}

static Status refill(void *context, uint64_t first, uint64_t last, struct lookup_refill *into) {
    const struct event_index *index = context;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1 << 16);
    Status status = read_range(index, first, last, add_refill, into, &arena, &diag);
    arena_deinit(&arena);
    return status;
}

static void report(void *context, const struct diag *diag) {
    const struct event_index *index = context;
    log_put_diag(index->log, LOG_warning, "index_trouble", diag);
}

static Status add_now(void *context, Hash128 key, uint64_t sequence) {
    struct event_index *index = context;
    TRY(lookup_wait_room(index->lookup));
    lookup_add(index->lookup, key, sequence);
    index->upto = sequence;
    return STATUS_OK;
}

// ---- for the pipeline -------------------------------------------------------------------------------------

Status event_index_opened(void *context, uint64_t first_sequence, uint64_t last_sequence, struct arena *arena, struct diag *diag) {
    struct event_index *index = context;
    const uint64_t *snapshots = NULL;
    uint32_t snapshot_count = 0;
    struct lookup_options options = {
        .first_sequence = 1, .last_sequence = last_sequence, .events = {.context = index, .refill = refill, .report = report}};
    TRY(lookup_open(disk_real(), index->folder, &options, arena, &index->lookup, diag));
    index->upto = lookup_covered(index->lookup);
    if (snapshot_list(disk_real(), index->past.journal, arena, &snapshots, &snapshot_count) != 0 || snapshot_count == 0) {
        return STATUS_OK;
    }
    uint64_t newest = snapshots[snapshot_count - 1];
    uint64_t from = index->upto + 1;
    if (newest < from || last_sequence < from) {
        return STATUS_OK;
    }
    LOG(index->log, info, "index_is_made_again", LOG_I64("from", from), LOG_I64("upto", newest));
    TRY(read_range(index, from, newest, add_now, index, arena, diag));
    index->upto = newest > index->upto ? newest : index->upto;
    return STATUS_OK;
}

void event_index_noted(void *context, Hash128 event_id, bool is_label, uint64_t sequence) {
    struct event_index *index = context;
    if (index->lookup != NULL && sequence > index->upto) {
        lookup_add(index->lookup, key_of(event_id, is_label), sequence);
    }
}

uint64_t event_index_label_before(void *context, Hash128 event_id) {
    struct event_index *index = context;
    uint64_t label;
    return index->lookup != NULL && lookup_find(index->lookup, key_of(event_id, true), &label) == STATUS_OK ? label : 0;
}

bool event_index_flush(void *context, uint64_t sequence) {
    struct event_index *index = context;
    struct arena arena;
    struct diag diag;
    (void)sequence; // all that was added reaches at least as far
    arena_init(&arena, 1 << 12);
    Status status = index->lookup == NULL ? STATUS_OK : lookup_flush(index->lookup, &arena, &diag);
    if (status != STATUS_OK) {
        log_put_diag(index->log, LOG_warning, "index_not_written", &diag);
    }
    arena_deinit(&arena);
    return true; // a snapshot does not need it: what is missing is read from the journal
}

DoubtFound event_index_knows(void *context, Hash128 event_id) {
    struct event_index *index = context;
    uint64_t sequence;
    Status status = index->lookup == NULL ? STATUS_IO : lookup_find(index->lookup, key_of(event_id, false), &sequence);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
        return status == STATUS_OK ? DOUBT_KNOWN : DOUBT_NEW;
    }
    return DOUBT_UNSURE;
}

// ---- for the API ------------------------------------------------------------------------------------------

// The place that a label names as that of the one before it; 0: none, or it cannot be read.
static uint64_t previous_of(const struct event_index *index, struct json_reader *json, uint64_t sequence, struct arena *arena) {
    struct journal_entry entry;
    struct diag ignored;
    JsonTree tree;
    bool read = past_read(&index->past, sequence, arena, &entry, &ignored) == STATUS_OK && entry.kind == KIND_LABEL && json_parse(json, entry.data, &tree) == STATUS_OK;
    uint32_t member = read ? json_member(tree, 0, SLICE("previous")) : JSON_NONE;
    uint64_t previous = member == JSON_NONE || tree.nodes[member].kind != JSON_INT ? 0 : (uint64_t)tree.nodes[member].i64;
    return previous < sequence ? previous : 0;
}

// From the newest label back, and then in the order in which they came.
static void find_labels(const struct event_index *index, uint64_t newest, struct arena *arena, struct decision_place *ret_place) {
    uint64_t *labels = ARENA_ARRAY(arena, uint64_t, LABELS_MAX);
    struct json_reader *json = json_reader_create(RECORD_MAX, RECORD_DEPTH);
    uint32_t count = 0;
    for (uint64_t at = newest; at != 0 && count < LABELS_MAX; at = previous_of(index, json, at, arena)) {
        labels[count++] = at;
    }
    json_reader_destroy(json);
    for (uint32_t i = 0; i < count / 2; i++) {
        uint64_t kept = labels[i];
        labels[i] = labels[count - 1 - i];
        labels[count - 1 - i] = kept;
    }
    ret_place->labels = labels;
    ret_place->label_count = count;
}

static Status find(void *context, Slice event_id, struct arena *arena, struct decision_place *ret_place, struct diag *diag) {
    struct event_index *index = context;
    Hash128 id = hash128(event_id, 0);
    uint64_t decision;
    uint64_t label;
    ENSURE(index->lookup != NULL, STATUS_NOT_FOUND);
    Status status = lookup_find(index->lookup, id, &decision);
    if (status == STATUS_INVALID || status == STATUS_IO) {
        return diag_fail(diag, arena, STATUS_IO, "SV011", "a part of the index is being made again from the journal; ask again in a minute");
    }
    TRY(status);
    *ret_place = (struct decision_place){.decision = decision};
    if (lookup_find(index->lookup, key_of(id, true), &label) == STATUS_OK) {
        find_labels(index, label, arena, ret_place);
    }
    return STATUS_OK;
}

struct serve_finder event_index_finder(struct event_index *index) {
    return (struct serve_finder){index, find};
}

// ---- its life ---------------------------------------------------------------------------------------------

struct event_index *event_index_create(Slice folder, const struct past *past, struct log *log) {
    struct event_index *index = memory_alloc(sizeof *index);
    arena_init(&index->arena, 1 << 12);
    index->folder = arena_copy(&index->arena, folder);
    index->past = (struct past){.journal = arena_copy(&index->arena, past->journal), .archive = arena_copy(&index->arena, past->archive)};
    index->log = log;
    return index;
}

void event_index_destroy(struct event_index *index) {
    if (index != NULL) {
        lookup_close(index->lookup);
        arena_deinit(&index->arena);
        free(index);
    }
}
