#include "server/rebuild.h"

#include "base/buf.h"
#include "server/brake.h"
#include "server/records.h"

enum { RECORD_MAX = 32 << 20, BRAKE_MAX = 1 << 20, BRAKE_DEPTH = 16, STOP_EVERY = 64 };

struct rebuilding {
    struct rebuild *rebuild;
    struct json_reader *json;
    struct buf event; // whose decision is yet to come
    bool has_event;
    Effort effort;
};

static void take_change(struct rebuild *rebuild, Slice record) {
    struct buf ignored;
    struct heart_refusal refusal;
    buf_init(&ignored, RECORD_MAX);
    rebuild->left_out += heart_take(rebuild->heart, record, (HeartEffort){0}, &ignored, &refusal) != HEART_CHANGED;
    buf_deinit(&ignored);
}

static void hold_event(struct rebuilding *rebuilding, const struct journal_entry *entry) {
    buf_reset(&rebuilding->event);
    buf_put(&rebuilding->event, entry->data);
    rebuilding->has_event = true;
    rebuilding->effort = entry->flags < EFFORT_COUNT ? (Effort)entry->flags : EFFORT_full;
}

static void take_event(struct rebuilding *rebuilding, Slice answer) {
    struct rebuild *rebuild = rebuilding->rebuild;
    struct heart_refusal refusal;
    HeartAnswer what = heart_adopt(rebuild->heart, buf_slice(&rebuilding->event), rebuilding->effort, answer, &refusal);
    rebuild->left_out += what != HEART_DECIDED;
    rebuilding->has_event = false;
}

static void take(struct rebuilding *rebuilding, const struct journal_entry *entry) {
    struct rebuild *rebuild = rebuilding->rebuild;
    rebuild->records++;
    switch (entry->kind) {
    case KIND_EVENT:
        hold_event(rebuilding, entry);
        return; // it is taken in with its decision
    case KIND_DECISION:
        if (rebuilding->has_event) {
            take_event(rebuilding, entry->data);
        }
        break;
    case KIND_CHANGE:
        take_change(rebuild, entry->data);
        break;
    case KIND_BRAKE:
        rebuild->left_out += !brake_apply(rebuilding->json, entry->data, rebuild->heart);
        break;
    default:
        break;
    }
    rebuild->upto = entry->sequence;
}

static Status read_on(struct rebuilding *rebuilding, struct journal_reader *reader, uint64_t last, struct arena *arena, struct diag *diag) {
    const atomic_bool *stop = rebuilding->rebuild->stop;
    struct journal_entry entry;
    Status status = STATUS_OK;
    while (rebuilding->rebuild->upto < last && (status = journal_reader_next(reader, &entry, arena, diag)) == STATUS_OK && entry.sequence <= last) {
        if (stop != NULL && entry.sequence % STOP_EVERY == 0 && atomic_load(stop)) {
            return diag_fail(diag, arena, STATUS_LIMIT, "RL004", "it was given up, since the server ends or something urgent came");
        }
        take(rebuilding, &entry);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status rebuild_upto(struct rebuild *rebuild, uint64_t last, struct arena *arena, struct diag *diag) {
    struct journal_reader *reader;
    Status status = journal_reader_open(disk_real(), rebuild->folder, rebuild->upto + 1, (struct journal_reader_options){.journal = rebuild->journal}, arena,
                                        &reader, diag);
    if (status == STATUS_NOT_FOUND) {
        return diag_fail(diag, arena, STATUS_INVALID, "RL006",
                         "the state cannot be made again for this pack, which remembers other things: the journal no longer begins with its first record");
    }
    TRY(status);
    struct rebuilding rebuilding = {.rebuild = rebuild, .json = json_reader_create(BRAKE_MAX, BRAKE_DEPTH)};
    buf_init(&rebuilding.event, RECORD_MAX);
    status = read_on(&rebuilding, reader, last, arena, diag);
    buf_deinit(&rebuilding.event);
    json_reader_destroy(rebuilding.json);
    journal_reader_close(reader);
    return status;
}
