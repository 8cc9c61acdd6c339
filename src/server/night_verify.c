// The runs are done again in one pass over the journal, while a second reader gives the records that they left, in the order in which they come out.

#include "server/night.h"
#include "server/records.h"

struct checking {
    struct journal_reader *reader;
    uint64_t open; // sequence of the begin of a run that is not done; 0: all are
    struct night_verified found;
};

static bool is_begun(Slice record) {
    return slice_find(record, SLICE("\"state\":\"begun\""), 0) != SIZE_MAX;
}

// The next record that a run left, but for its first.
static Status next_left(struct checking *checking, struct journal_entry *ret_entry, struct arena *arena, struct diag *diag) {
    for (;;) {
        TRY(journal_reader_next(checking->reader, ret_entry, arena, diag));
        bool is_state = ret_entry->kind == KIND_NIGHT && !is_begun(ret_entry->data);
        if (is_state || ret_entry->kind == KIND_NIGHT_DECISION) {
            return STATUS_OK;
        }
    }
}

static Status compare(void *context, const struct night_run *run, uint8_t kind, Slice record, struct arena *arena, struct diag *diag) {
    struct checking *checking = context;
    struct journal_entry entry;
    Status status = next_left(checking, &entry, arena, diag);
    if (status == STATUS_END && run->begun == checking->open) {
        return STATUS_END; // it was interrupted here, and will go on
    }
    if (status == STATUS_END) {
        return diag_fail(diag, arena, STATUS_INVALID, "NR006", "the nightly run of %.*s has found more than the journal has", SLICE_ARGS(night_run_name(run)));
    }
    TRY(status);
    if (entry.kind != kind || !slice_equal(entry.data, record)) {
        return diag_fail(diag, arena, STATUS_INVALID, "NR006", "the journal's record %llu of the nightly run of %.*s does not come out again",
                         (unsigned long long)entry.sequence, SLICE_ARGS(night_run_name(run)));
    }
    checking->found.results += kind == KIND_NIGHT_DECISION;
    return STATUS_OK;
}

// As they were when they began.
static void forget_results(struct night_log *log) {
    for (uint32_t i = 0; i < log->runs.count; i++) {
        struct night_run *run = &log->runs.at[i];
        run->results = run->last_of = run->last_tick = run->upto = 0;
        run->going = run->done = false;
    }
}

static Status do_again(struct checking *checking, struct shelf *shelf, Slice journal, struct arena *arena, struct diag *diag) {
    struct night_log runs;
    struct journal_entry left;
    night_log_init(&runs, false, arena);
    Status status = night_log_read(&runs, journal, 1, NULL, diag);
    checking->found.runs = runs.runs.count;
    if (status == STATUS_OK && runs.runs.count > 0) {
        checking->open = night_log_last(&runs)->done ? 0 : night_log_last(&runs)->begun;
        forget_results(&runs);
        struct nightly_options options = {.shelf = shelf, .journal = journal, .sink = {.context = checking, .put = compare}};
        struct nightly *nightly = nightly_create(&options);
        status = nightly_run(nightly, runs.runs.at, runs.runs.count, arena, diag);
        nightly_destroy(nightly);
        status = status == STATUS_END ? STATUS_OK : status;
    }
    if (status == STATUS_OK) {
        status = next_left(checking, &left, arena, diag);
        status = status == STATUS_END  ? STATUS_OK
                 : status == STATUS_OK ? diag_fail(diag, arena, STATUS_INVALID, "NR006", "the journal's record %llu is of a nightly run, and does not come out again",
                                                   (unsigned long long)left.sequence)
                                       : status;
    }
    night_log_deinit(&runs);
    return status;
}

Status night_verify(struct shelf *shelf, Slice journal, struct arena *arena, struct night_verified *ret_verified, struct diag *diag) {
    struct checking checking = {0};
    TRY(journal_reader_open(disk_real(), journal, 1, (struct journal_reader_options){.chain = true}, arena, &checking.reader, diag));
    Status status = do_again(&checking, shelf, journal, arena, diag);
    journal_reader_close(checking.reader);
    *ret_verified = checking.found;
    return status;
}
