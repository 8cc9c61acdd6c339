// Where the records of an event are, without an index: the newest records of the journal are read, and those that begin with the event's id are
// its own. Decisions do by how they are rendered, labels by how they are normalised. Of several decisions the newest counts.

#include "server/api/api.h"

#include "base/vec.h"
#include "server/records.h"

struct finding {
    Slice prefix; // {"event_id":"e1",
    struct arena *arena;
    uint64_t decision;
    VEC(uint64_t) labels;
};

static Slice prefix_of(Slice event_id, struct arena *arena) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, 6 * event_id.size + 64); // every byte may become an escape
    json_writer_init(&json, &text);
    json_object_begin(&json);
    json_key_string(&json, SLICE("event_id"), event_id);
    json_object_end(&json);
    text.bytes[text.size - 1] = ','; // instead of the bracket
    Slice prefix = arena_copy(arena, buf_slice(&text));
    buf_deinit(&text);
    return prefix;
}

static void look_at(struct finding *finding, const struct journal_entry *entry) {
    if ((entry->kind != KIND_DECISION && entry->kind != KIND_LABEL) || !slice_starts_with(entry->data, finding->prefix)) {
        return;
    }
    if (entry->kind == KIND_DECISION) {
        finding->decision = entry->sequence;
    } else {
        *VEC_PUSH(&finding->labels, finding->arena) = entry->sequence;
    }
}

static Status read_on(struct journal_reader *reader, struct finding *finding, struct diag *diag) {
    struct journal_entry entry;
    Status status;
    while ((status = journal_reader_next(reader, &entry, finding->arena, diag)) == STATUS_OK) {
        look_at(finding, &entry);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status newest_find(void *context, Slice event_id, struct arena *arena, struct decision_place *ret_place, struct diag *diag) {
    struct serve *serve = context;
    const struct journal *journal = pipeline_journal(atomic_load(&serve->pipeline));
    uint64_t last = journal_durable(journal);
    uint64_t from = last > API_NEWEST_RECORDS ? last - API_NEWEST_RECORDS : 1;
    struct finding finding = {.prefix = prefix_of(event_id, arena), .arena = arena};
    struct journal_reader *reader;
    Status status = journal_reader_open(disk_real(), serve->options.journal, from, (struct journal_reader_options){.journal = journal}, arena, &reader, diag);
    // Older segments may have been archived.
    ENSURE(status != STATUS_NOT_FOUND, STATUS_NOT_FOUND);
    TRY(status);
    status = read_on(reader, &finding, diag);
    journal_reader_close(reader);
    TRY(status);
    ENSURE(finding.decision != 0, STATUS_NOT_FOUND);
    *ret_place = (struct decision_place){.decision = finding.decision, .labels = finding.labels.at, .label_count = finding.labels.count};
    return STATUS_OK;
}
