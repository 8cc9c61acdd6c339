// The log: records in and out of the journal.

#include "access/parts.h"

#include "base/utf8.h"

#include <errno.h>

// ---- appending --------------------------------------------------------------------------------

static Slice cut_text(Slice text, size_t size_max) {
    Slice cut = slice_part(text, 0, size_max);
    while (cut.size > 0 && cut.size < text.size && utf8_is_continuation(text.at[cut.size])) {
        cut.size--;
    }
    return cut;
}

struct record log_record(const struct access_act *act, AuditAction action, Slice target) {
    return (struct record){
        .time_us = act->now_us,
        .actor = act->who.kind,
        .actor_name = identity_name(&act->who),
        .from = cut_text(act->from, ACCESS_FROM_MAX),
        .action = action,
        .target = cut_text(target, ACCESS_TARGET_MAX),
    };
}

// Under `log`. What a replay would not understand is never written, since it would keep the log
// from being opened.
static Status append(struct access *access, const struct record *record, uint64_t *ret_sequence) {
    buf_reset(&access->line);
    access_record_encode(record, &access->line);
    struct record back;
    bool understood =
        !buf_overflowed(&access->line) &&
        access_record_decode(buf_slice(&access->line), access->reader, NULL, &back) == NULL &&
        back.time_us == record->time_us;
    ENSURE(understood, STATUS_INVALID);
    struct journal_record line = {
        .kind = RECORD_KIND, .time_us = record->time_us, .data = buf_slice(&access->line)};
    return journal_append(access->journal, &line, ret_sequence);
}

Status log_append(struct access *access, const struct record *record, uint64_t *ret_sequence) {
    ENSURE(access->journal != NULL, STATUS_INVALID);
    pthread_mutex_lock(&access->log);
    Status status = append(access, record, ret_sequence);
    pthread_mutex_unlock(&access->log);
    return status;
}

static Status append_when_there_is_room(struct access *access, const struct record *record,
                                        uint64_t *ret_sequence) {
    Status status = log_append(access, record, ret_sequence);
    while (status == STATUS_LIMIT) {
        TRY(journal_wait_room(access->journal, RECORD_MAX));
        status = log_append(access, record, ret_sequence);
    }
    return status;
}

Status log_change(struct access *access, const struct record *record, struct arena *arena,
                  struct diag *diag) {
    uint64_t sequence = 0;
    if (access->journal == NULL) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC019",
                         "the access log was opened to be read, and takes no change");
    }
    Status status = append_when_there_is_room(access, record, &sequence);
    if (status == STATUS_LIMIT) {
        return diag_fail(diag, arena, STATUS_LIMIT, "AC016",
                         "the disk of '%.*s' is full: nothing was changed; make room and try again",
                         SLICE_ARGS(access->options.folder));
    }
    if (status == STATUS_INVALID) {
        return diag_fail(
            diag, arena, STATUS_INVALID, "AC018",
            "this cannot be written to the access log: a time or text of it is out of range");
    }
    if (status != STATUS_OK || journal_wait(access->journal, sequence) != STATUS_OK) {
        return access_failure(access, diag);
    }
    pthread_rwlock_wrlock(&access->state_lock);
    const char *fault = state_apply(&access->state, record);
    pthread_rwlock_unlock(&access->state_lock);
    INVARIANT(fault == NULL); // it was checked before it was written
    return STATUS_OK;
}

Status access_failure(struct access *access, struct diag *ret_diag) {
    return access->journal == NULL ? STATUS_OK : journal_failure(access->journal, ret_diag);
}

Status access_wait(struct access *access, uint64_t sequence) {
    ENSURE(access->journal != NULL, STATUS_INVALID);
    return journal_wait(access->journal, sequence);
}

Status access_audit(struct access *access, const struct access_act *act,
                    const struct access_report *report, uint64_t *ret_sequence) {
    INVARIANT(action_of(report->action)->kind == ACTION_REPORT);
    ENSURE(slice_empty(report->detail) || detail_valid(report->detail), STATUS_INVALID);
    struct record record = log_record(act, report->action, report->target);
    record.refused = report->refused;
    record.detail = slice_trim(report->detail);
    return log_append(access, &record, ret_sequence);
}

// ---- refusals ---------------------------------------------------------------------------------

bool log_emit(void *context, const struct refused *refused, uint32_t count, int64_t now_us) {
    struct access *access = context;
    struct record record = {
        .time_us = now_us,
        .actor = refused->actor,
        .actor_name = refused->actor_name,
        .from = refused->from,
        .action = refused->action,
        .target = refused->target,
        .refused = true,
        .change = {.reason = slice_of(refused->reason), .count = count},
    };
    uint64_t sequence;
    return append(access, &record, &sequence) == STATUS_OK;
}

void log_refused(struct access *access, const struct access_act *act, AuditAction action,
                 const char *reason, Slice target) {
    if (access->journal == NULL) {
        return;
    }
    struct refused refused = {
        .action = action,
        .actor = act->who.kind,
        .actor_name = identity_name(&act->who),
        .from = cut_text(act->from, ACCESS_FROM_MAX),
        .target = cut_text(target, FOLD_TARGET_MAX),
        .reason = reason,
    };
    uint64_t source = throttle_source(access->throttle, refused.from);
    pthread_mutex_lock(&access->log);
    fold_add(access->fold, source, &refused, act->now_us, log_emit, access);
    pthread_mutex_unlock(&access->log);
}

void access_refused(struct access *access, const struct access_act *act, Scope scope,
                    Slice target) {
    log_refused(access, act, AUDIT_SCOPE_REFUSED, scope_word(scope), target);
}

// ---- reading ----------------------------------------------------------------------------------

static Status not_understood(uint64_t sequence, const char *why, struct arena *arena,
                             struct diag *diag) {
    return diag_fail(diag, arena, STATUS_INVALID, "AC012",
                     "the access log's record %llu is not understood: %s",
                     (unsigned long long)sequence, why);
}

static Status apply_entry(struct state *state, struct json_reader *reader,
                          const struct journal_entry *entry, struct arena *arena,
                          struct diag *diag) {
    struct record record;
    const char *fault = entry->kind == RECORD_KIND
                            ? access_record_decode(entry->data, reader, NULL, &record)
                            : "it is of an unknown kind";
    if (fault == NULL && record.time_us != entry->time_us) {
        fault = "it tells another time than the journal";
    }
    if (fault == NULL) {
        fault = state_apply(state, &record);
    }
    return fault == NULL ? STATUS_OK : not_understood(entry->sequence, fault, arena, diag);
}

// All records from the first on, into a state.
static Status replay(const struct disk *disk, Slice folder, struct journal_reader_options options,
                     struct state *state, struct json_reader *json, uint64_t *ret_records,
                     struct arena *arena, struct diag *diag) {
    struct journal_reader *reader;
    struct journal_entry entry;
    Status status = journal_reader_open(disk, folder, 1, options, arena, &reader, diag);
    *ret_records = 0;
    TRY(status);
    while ((status = journal_reader_next(reader, &entry, arena, diag)) == STATUS_OK) {
        status = apply_entry(state, json, &entry, arena, diag);
        if (status != STATUS_OK) {
            break;
        }
        (*ret_records)++;
    }
    journal_reader_close(reader);
    return status == STATUS_END ? STATUS_OK : status;
}

Status log_replay(struct access *access, const struct journal *journal, uint64_t *ret_records,
                  struct arena *arena, struct diag *diag) {
    struct journal_reader_options options = {.chain = true, .journal = journal};
    return replay(access->disk, access->options.folder, options, &access->state, access->reader,
                  ret_records, arena, diag);
}

struct audit_reading {
    struct json_reader *json;
    struct buf detail;
    struct audit_sink sink;
};

static Status give_record(struct audit_reading *reading, const struct journal_entry *entry,
                          bool *ret_go_on, struct arena *arena, struct diag *diag) {
    struct record record;
    const char *fault = access_record_decode(entry->data, reading->json, &reading->detail, &record);
    if (fault != NULL) {
        return not_understood(entry->sequence, fault, arena, diag);
    }
    struct audit_record given = {
        .sequence = entry->sequence,
        .time_us = record.time_us,
        .actor = record.actor,
        .actor_name = record.actor_name,
        .from = record.from,
        .target = record.target,
        .action = record.action,
        .refused = record.refused,
        .detail = record.detail,
    };
    *ret_go_on = reading->sink.take(reading->sink.context, &given);
    return STATUS_OK;
}

Status access_audit_read(struct access *access, uint64_t from, uint64_t limit,
                         struct audit_sink sink, struct arena *arena, struct diag *diag) {
    struct journal_reader_options options = {.journal = access->journal};
    struct audit_reading reading = {.json = json_reader_create(RECORD_MAX, RECORD_DEPTH_MAX),
                                    .sink = sink};
    struct journal_reader *reader;
    struct journal_entry entry;
    Status status = journal_reader_open(access->disk, access->options.folder, from == 0 ? 1 : from,
                                        options, arena, &reader, diag);
    if (status == STATUS_OK) {
        bool go_on = true;
        buf_init(&reading.detail, RECORD_DETAIL_MAX);
        while (go_on && limit-- > 0 &&
               (status = journal_reader_next(reader, &entry, arena, diag)) == STATUS_OK) {
            status = give_record(&reading, &entry, &go_on, arena, diag);
            go_on = go_on && status == STATUS_OK;
        }
        buf_deinit(&reading.detail);
        journal_reader_close(reader);
    }
    json_reader_destroy(reading.json);
    return status == STATUS_END ? STATUS_OK : status;
}

uint64_t access_audit_last(const struct access *access) {
    return access->journal == NULL ? 0 : journal_durable(access->journal);
}

// ---- verifying --------------------------------------------------------------------------------

// Keeps a server from beginning meanwhile. What cannot be locked, such as a copy that may only be
// read, nobody writes.
static Status keep_others_out(const struct disk *disk, Slice folder, struct disk_file **ret_lock,
                              struct arena *arena, struct diag *diag) {
    Slice path = arena_printf(arena, "%.*s/lock", SLICE_ARGS(folder)); // docs/journal.md names it
    int error = disk->lock(disk->context, path, ret_lock);
    if (error != 0) {
        *ret_lock = NULL;
    }
    return error != EWOULDBLOCK
               ? STATUS_OK
               : diag_fail(diag, arena, STATUS_IO, "AC013",
                           "another process has the access log in '%.*s' open; fuser -v on its file "
                           "'lock' tells which",
                           SLICE_ARGS(folder));
}

struct first_finding {
    struct arena *arena;
    struct diag *diag;
    bool found, torn;
};

static void take_finding(void *context, const struct journal_finding *finding) {
    struct first_finding *first = context;
    // A last write that was cut off is the end of a crash, not of the log.
    if (strcmp(finding->code, "JO030") == 0) {
        first->torn = true;
    } else if (!first->found) {
        diag_fail(first->diag, first->arena, STATUS_INVALID, finding->code,
                  "'%.*s' at byte %llu: %s", SLICE_ARGS(finding->path),
                  (unsigned long long)finding->offset, finding->reason);
        first->found = true;
    }
}

static Status verify_records(const struct disk *disk, Slice folder, const struct journal *journal,
                             struct arena *arena, struct access_verified *verified,
                             struct diag *diag) {
    struct state state;
    state_init(&state, 0);
    struct json_reader *json = json_reader_create(RECORD_MAX, RECORD_DEPTH_MAX);
    struct journal_reader_options options = {.chain = true, .journal = journal};
    Status status =
        replay(disk, folder, options, &state, json, &verified->records, arena, diag);
    verified->users = state.user_slots.count;
    verified->keys = state.key_slots.count;
    json_reader_destroy(json);
    state_deinit(&state);
    return status;
}

Status access_verify_open(struct access *access, struct arena *arena,
                          struct access_verified *ret_verified, struct diag *diag) {
    struct access_verified verified = {0};
    TRY(verify_records(access->disk, access->options.folder, access->journal, arena, &verified,
                       diag));
    *ret_verified = verified;
    return STATUS_OK;
}

Status access_verify(const struct disk *disk, Slice folder, struct arena *arena,
                     struct access_verified *ret_verified, struct diag *diag) {
    struct disk_file *lock;
    struct journal_summary summary = {0};
    struct access_verified verified = {0};
    struct first_finding first = {.arena = arena, .diag = diag};
    disk = disk == NULL ? disk_real() : disk;
    TRY(keep_others_out(disk, folder, &lock, arena, diag));
    struct diag listing;
    Status status = journal_verify(disk, folder, (struct journal_findings){&first, take_finding},
                                   arena, &summary, &listing);
    if (status == STATUS_IO) {
        *diag = listing;
    } else if (summary.segments == 0) {
        status = diag_fail(diag, arena, STATUS_NOT_FOUND, "AC020",
                           "there is no access log in '%.*s'", SLICE_ARGS(folder));
    } else if (!first.found) {
        status = verify_records(disk, folder, NULL, arena, &verified, diag);
    }
    if (lock != NULL) {
        disk->close(disk->context, lock);
    }
    verified.segments = summary.segments;
    verified.sealed = summary.sealed;
    verified.torn = first.torn;
    *ret_verified = verified;
    return status;
}
