#include "server/past.h"

// The folder with the segment that holds it, or should: segments are moved away from the oldest on.
static Status open_at(const struct past *past, uint64_t sequence, bool *ret_is_archive, struct arena *arena, struct journal_reader **ret_reader, struct diag *diag) {
    struct journal_reader_options options = {.journal = past->live};
    Status status = journal_reader_open(disk_real(), past->journal, sequence, options, arena, ret_reader, diag);
    *ret_is_archive = false;
    if (status != STATUS_NOT_FOUND || slice_empty(past->archive)) {
        return status;
    }
    *ret_is_archive = true;
    return journal_reader_open(disk_real(), past->archive, sequence, (struct journal_reader_options){0}, arena, ret_reader, diag);
}

static Status moved_away(const struct past *past, uint64_t sequence, struct arena *arena, struct diag *diag) {
    bool has_archive = !slice_empty(past->archive);
    Status status = diag_fail(diag, arena, STATUS_NOT_FOUND, "SV012", "the segment with record %llu was moved away, and is not in %s%.*s%s", (unsigned long long)sequence,
                              has_archive ? "'" : "", SLICE_ARGS(has_archive ? past->archive : SLICE("the journal's folder")), has_archive ? "'" : "");
    diag->hint = SLICE("put it back where it was, into the folder of the journal or into that of journal.archive");
    return status;
}

Status past_read(const struct past *past, uint64_t sequence, struct arena *arena, struct journal_entry *ret_entry, struct diag *diag) {
    struct journal_reader *reader;
    bool is_archive;
    Status status = open_at(past, sequence, &is_archive, arena, &reader, diag);
    if (status == STATUS_NOT_FOUND) {
        return moved_away(past, sequence, arena, diag);
    }
    TRY(status);
    status = journal_reader_next(reader, ret_entry, arena, diag);
    if (status == STATUS_OK) {
        ret_entry->data = arena_copy(arena, ret_entry->data);
    }
    journal_reader_close(reader);
    // The archive ends before it: segments between were taken out of both.
    bool is_gone = is_archive && (status == STATUS_END || (status == STATUS_OK && ret_entry->sequence != sequence));
    return is_gone ? moved_away(past, sequence, arena, diag) : status;
}

// To the end of the folder, or to `last`. `ret_next` is what comes then.
static Status walk_one(struct journal_reader *reader, uint64_t last, struct past_sink sink, uint64_t *ret_next, struct arena *arena, struct diag *diag) {
    struct journal_entry entry;
    Status status;
    while ((status = journal_reader_next(reader, &entry, arena, diag)) == STATUS_OK && entry.sequence <= last) {
        *ret_next = entry.sequence + 1;
        TRY(sink.take(sink.context, &entry));
    }
    return status == STATUS_END ? STATUS_OK : status;
}

Status past_walk(const struct past *past, uint64_t first, uint64_t last, struct past_sink sink, struct arena *arena, struct diag *diag) {
    uint64_t next = first;
    while (next <= last) {
        struct journal_reader *reader;
        bool is_archive;
        uint64_t from = next;
        Status status = open_at(past, from, &is_archive, arena, &reader, diag);
        if (status == STATUS_OK) {
            status = walk_one(reader, last, sink, &next, arena, diag);
            journal_reader_close(reader);
        }
        if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
            return status;
        }
        if (!is_archive && status == STATUS_OK) {
            return STATUS_OK;
        }
        if (next == from) { // what is neither here nor there is left out
            uint64_t oldest;
            TRY(journal_oldest(disk_real(), past->journal, arena, &oldest, diag));
            ENSURE(oldest > next, STATUS_OK);
            next = oldest;
        }
    }
    return STATUS_OK;
}
