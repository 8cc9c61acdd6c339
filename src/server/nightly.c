#include "server/nightly.h"

#include "codec/csv.h"
#include "codec/lines.h"
#include "server/night_snapshot.h"
#include "server/records.h"
#include "server/snapshots.h"
#include "server/tick.h"

#include <stdlib.h>

enum { CHANGE_SIZE_MAX = 1 << 20, TICK_MAX = 64 << 10, RESULT_MAX = 33 << 20, REASON_MAX = 512 };

const char *const night_phase_names[] = {"idle", "building", "events", "subjects"};

struct nightly {
    struct nightly_options options;
    struct nightly_figures own_figures;
    struct nightly_figures *figures;
    struct subjects *subjects;
    struct json_reader *json; // of changes
    struct replay replay;
    struct night_run *runs;
    uint32_t run_count, at; // the run at hand
    uint64_t snapshot_sequence; // of the newest one that was taken up or left
    uint64_t since_snapshot;    // records
    uint64_t last_sequence;     // taken
    struct buf tick, answer, record;
    char reason[REASON_MAX];
    size_t reason_size;
    Status status; // the first that was not STATUS_OK
    struct arena *arena;
    struct diag *diag;
};

struct nightly *nightly_create(const struct nightly_options *options) {
    struct nightly *nightly = memory_alloc(sizeof *nightly);
    nightly->options = *options;
    nightly->options.checkpoint_records = options->checkpoint_records == 0 ? NIGHTLY_CHECKPOINT_RECORDS : options->checkpoint_records;
    nightly->figures = options->figures == NULL ? &nightly->own_figures : options->figures;
    nightly->json = json_reader_create(CHANGE_SIZE_MAX, JSON_DEPTH_MAX);
    buf_init(&nightly->tick, TICK_MAX);
    buf_init(&nightly->answer, RESULT_MAX);
    buf_init(&nightly->record, RESULT_MAX);
    return nightly;
}

void nightly_destroy(struct nightly *nightly) {
    if (nightly == NULL) {
        return;
    }
    subjects_destroy(nightly->subjects);
    json_reader_destroy(nightly->json);
    buf_deinit(&nightly->tick);
    buf_deinit(&nightly->answer);
    buf_deinit(&nightly->record);
    free(nightly->runs);
    free(nightly);
}

Slice nightly_refusal(const struct nightly *nightly) {
    return (Slice){nightly->reason, nightly->reason_size};
}

const struct night_run *nightly_last(const struct nightly *nightly) {
    return &nightly->runs[nightly->run_count - 1];
}

static struct night_run *run_at_hand(struct nightly *nightly) {
    return nightly->at < nightly->run_count ? &nightly->runs[nightly->at] : NULL;
}

static Status breathe(struct nightly *nightly) {
    return nightly->options.breathe == NULL ? STATUS_OK : nightly->options.breathe(nightly->options.breath_context);
}

// ---- results ---------------------------------------------------------------------------------------------

static Status put(struct nightly *nightly, uint8_t kind) {
    INVARIANT(!buf_overflowed(&nightly->record));
    return nightly->options.sink.put(nightly->options.sink.context, run_at_hand(nightly), kind, buf_slice(&nightly->record), nightly->arena,
                                      nightly->diag);
}

static Status settle(struct nightly *nightly) {
    return nightly->options.sink.settle == NULL ? STATUS_OK : nightly->options.sink.settle(nightly->options.sink.context, nightly->arena, nightly->diag);
}

static void count_result(struct nightly *nightly, struct night_run *run) {
    run->results++;
    atomic_fetch_add_explicit(&nightly->figures->results, 1, memory_order_relaxed);
}

static Status put_of(struct nightly *nightly, struct night_run *run, uint64_t sequence) {
    count_result(nightly, run);
    run->last_of = sequence;
    buf_reset(&nightly->record);
    night_put_of(&nightly->record, run, sequence, buf_slice(&nightly->replay.answer));
    return put(nightly, KIND_NIGHT_DECISION);
}

// ---- subjects --------------------------------------------------------------------------------------------

// The kinds whose subjects are the rows of a table.
static void name_subject(struct nightly *nightly, const struct catalogue *catalogue, uint32_t table, Slice key) {
    for (uint32_t i = 0; i < catalogue->batch.kind_count; i++) {
        if (catalogue->batch.kinds[i].table == table) {
            subjects_name(nightly->subjects, i, key);
        }
    }
}

static bool names_subjects(const struct catalogue *catalogue, uint32_t table) {
    bool does = false;
    for (uint32_t i = 0; i < catalogue->batch.kind_count; i++) {
        does = does || catalogue->batch.kinds[i].table == table;
    }
    return does;
}

// The text of a key's only part, which may be a whole number.
static Slice key_text(const struct json_node *node, char digits[32]) {
    if (node->kind == JSON_STRING) {
        return node->text;
    }
    int size = node->kind == JSON_INT ? snprintf(digits, 32, "%lld", (long long)node->i64) : 0;
    return (Slice){digits, (size_t)size};
}

// A change of a table that the heart has taken: "key" is a text, a number, or an array of one.
static void name_changed(struct nightly *nightly, const struct catalogue *catalogue, Slice record) {
    JsonTree tree;
    char digits[32];
    if (catalogue->batch.kind_count == 0 || json_parse(nightly->json, record, &tree) != STATUS_OK) {
        return;
    }
    Slice name = record_text(tree, "$table");
    uint32_t table = slice_empty(name) ? MAP_NONE : map_get(&catalogue->knowledge->tables_by_name, name);
    uint32_t key = json_member(tree, 0, SLICE("key"));
    if (table == MAP_NONE || key == JSON_NONE || !names_subjects(catalogue, table)) {
        return;
    }
    const struct json_node *node = &tree.nodes[key];
    name_subject(nightly, catalogue, table, key_text(node->kind == JSON_ARRAY && node->count == 1 ? node + 1 : node, digits));
}

// A row of a file; only those that are known, since a row that was refused is none.
static void name_row(struct nightly *nightly, uint32_t table, Slice key) {
    struct heart *heart = nightly->replay.heart;
    if (!slice_empty(key) && knowledge_row(heart_knowledge(heart), table, knowledge_key(&key, 1)).cells != NULL) {
        name_subject(nightly, heart_catalogue(heart), table, key);
    }
}

static void name_rows_of_csv(struct nightly *nightly, uint32_t table, Slice text) {
    struct memory_source memory = {.rest = text};
    struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', CSV_RECORD_MAX);
    struct csv_record record;
    bool ok = csv_reader_header(reader) == STATUS_OK;
    while (ok && csv_reader_next(reader, &record) == STATUS_OK) {
        if (record.fault == CSV_FAULT_NONE && record.count > 0) {
            name_row(nightly, table, record.fields[0]); // the columns of the key come first
        }
    }
    csv_reader_destroy(reader);
}

static void name_rows_of_lines(struct nightly *nightly, uint32_t table, Slice name, Slice text) {
    struct memory_source memory = {.rest = text};
    struct line_reader *reader = line_reader_create(byte_source_memory(&memory), LINE_SIZE_MAX);
    struct line line;
    JsonTree tree;
    char digits[32];
    while (line_reader_next(reader, &line) == STATUS_OK) {
        if (line.too_long || json_parse(nightly->json, line.text, &tree) != STATUS_OK) {
            continue;
        }
        uint32_t key = json_member(tree, 0, name);
        if (key != JSON_NONE) {
            name_row(nightly, table, key_text(&tree.nodes[key], digits));
        }
    }
    line_reader_destroy(reader);
}

// Rows that come with the pack.
static Status name_rows(struct nightly *nightly) {
    const struct catalogue *catalogue = heart_catalogue(nightly->replay.heart);
    const struct pack_folder *pack;
    TRY(shelf_find(nightly->options.shelf, label_hash(catalogue->label), nightly->arena, &pack, nightly->diag));
    for (uint32_t i = 0; i < catalogue->knowledge->table_count; i++) {
        const struct knowledge_table *table = &catalogue->knowledge->tables[i];
        if (!names_subjects(catalogue, i)) {
            continue;
        }
        Slice name = table->name;
        const struct pack_file *csv = pack_find(pack, arena_printf(nightly->arena, "tables/%.*s.csv", SLICE_ARGS(name)));
        const struct pack_file *lines = pack_find(pack, arena_printf(nightly->arena, "tables/%.*s.ndjson", SLICE_ARGS(name)));
        if (csv != NULL) {
            name_rows_of_csv(nightly, i, csv->source.text);
        }
        if (lines != NULL) {
            name_rows_of_lines(nightly, i, table->key[0], lines->source.text);
        }
    }
    return STATUS_OK;
}

// ---- snapshots -------------------------------------------------------------------------------------------

// What is in it must not be found again: results of before have to be durable first.
static Status leave_snapshot(struct nightly *nightly) {
    bool has_news = nightly->replay.heart != NULL && nightly->last_sequence != nightly->snapshot_sequence;
    if (!nightly->options.leaves_snapshots || !has_news) {
        return STATUS_OK;
    }
    TRY(settle(nightly));
    TRY(night_snapshot_leave(nightly->replay.heart, nightly->subjects, nightly->options.snapshots, nightly->last_sequence, nightly->arena, nightly->diag));
    nightly->snapshot_sequence = nightly->last_sequence;
    nightly->since_snapshot = 0;
    return STATUS_OK;
}

// ---- ticks -----------------------------------------------------------------------------------------------

static void note_refusal(struct nightly *nightly, struct heart_refusal refusal) {
    if (atomic_fetch_add_explicit(&nightly->figures->refused, 1, memory_order_relaxed) > 0) {
        return;
    }
    int size = snprintf(nightly->reason, sizeof nightly->reason, "%.*s: %.*s", SLICE_ARGS(refusal.code), SLICE_ARGS(slice_part(refusal.reason, 0, 400)));
    nightly->reason_size = size < 0 ? 0 : (size_t)size < sizeof nightly->reason ? (size_t)size : sizeof nightly->reason - 1;
}

static Status look_at(struct nightly *nightly, const struct tick_maker *maker, uint32_t kind, uint32_t subject, uint64_t number) {
    struct night_run *run = run_at_hand(nightly);
    struct heart_refusal refusal;
    buf_reset(&nightly->tick);
    buf_reset(&nightly->answer);
    tick_put(maker, kind, subject, &nightly->tick);
    if (heart_examine(nightly->replay.heart, buf_slice(&nightly->tick), &nightly->answer, &refusal) != HEART_DECIDED) {
        note_refusal(nightly, refusal);
        return STATUS_OK;
    }
    const struct decision *decision = heart_decision(nightly->replay.heart);
    if (decision->hit_count + decision->rule_count == 0) {
        return STATUS_OK;
    }
    count_result(nightly, run);
    run->last_tick = number;
    buf_reset(&nightly->record);
    night_put_tick(&nightly->record, run, number, buf_slice(&nightly->tick), buf_slice(&nightly->answer));
    return put(nightly, KIND_NIGHT_DECISION);
}

static Status look_at_kind(struct nightly *nightly, const struct tick_maker *maker, uint32_t kind, uint64_t *number, uint64_t last_tick) {
    uint32_t count;
    const uint32_t *order = subjects_order(nightly->subjects, kind, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (++*number <= last_tick) {
            continue; // its result, if it had one, is there already
        }
        TRY(breathe(nightly));
        TRY(look_at(nightly, maker, kind, order[i], *number));
        atomic_store_explicit(&nightly->figures->done, *number, memory_order_relaxed);
    }
    return STATUS_OK;
}

static Status look_at_all(struct nightly *nightly, struct night_run *run) {
    struct heart *heart = nightly->replay.heart;
    struct tick_maker maker = {.catalogue = heart_catalogue(heart), .knowledge = heart_knowledge(heart), .subjects = nightly->subjects, .as_of_us = run->as_of_us};
    uint64_t number = 0;
    uint64_t last_tick = run->last_tick; // it moves on with what is found
    for (uint32_t kind = 0; kind < maker.catalogue->batch.kind_count; kind++) {
        TRY(look_at_kind(nightly, &maker, kind, &number, last_tick));
    }
    return STATUS_OK;
}

// ---- a run -----------------------------------------------------------------------------------------------

static void enter(struct nightly *nightly, NightPhase phase) {
    atomic_store(&nightly->figures->phase, phase);
}

static Status put_state(struct nightly *nightly, struct night_run *run, bool done) {
    uint64_t subjects = subjects_total(nightly->subjects);
    buf_reset(&nightly->record);
    if (done) {
        night_put_done(&nightly->record, run, subjects);
    } else {
        night_put_going(&nightly->record, run, subjects);
    }
    TRY(put(nightly, KIND_NIGHT));
    return settle(nightly);
}

// Its events are decided; what comes now is the subjects.
static Status end_run(struct nightly *nightly, struct night_run *run) {
    if (!run->going) {
        run->going = true;
        run->upto = nightly->last_sequence;
        TRY(put_state(nightly, run, false));
    } else if (run->upto != nightly->last_sequence) {
        return diag_fail(nightly->diag, nightly->arena, STATUS_INVALID, "NR003", "the nightly run of %.*s ended its events at record %llu, and does at %llu now",
                         SLICE_ARGS(night_run_name(run)), (unsigned long long)run->upto, (unsigned long long)nightly->last_sequence);
    }
    TRY(leave_snapshot(nightly));
    atomic_store(&nightly->figures->total, subjects_total(nightly->subjects));
    atomic_store(&nightly->figures->done, run->last_tick);
    atomic_store(&nightly->figures->turned_away, subjects_turned_away(nightly->subjects));
    enter(nightly, NIGHT_SUBJECTS);
    if (nightly->replay.heart != NULL) {
        TRY(look_at_all(nightly, run));
    }
    TRY(put_state(nightly, run, true));
    run->done = true;
    nightly->at++;
    return STATUS_OK;
}

// Whether the run ends before this record.
static bool is_reached(const struct night_run *run, const struct journal_entry *entry) {
    bool is_late = entry->time_us >= run->as_of_us || (run->begun != 0 && entry->sequence >= run->begun);
    return entry->sequence > run->from && is_late;
}

static Status before_record(void *context, const struct journal_entry *entry) {
    struct nightly *nightly = context;
    TRY(nightly->status);
    TRY(nightly->status = breathe(nightly));
    struct night_run *run;
    while ((run = run_at_hand(nightly)) != NULL && is_reached(run, entry)) {
        TRY(nightly->status = end_run(nightly, run));
    }
    if (run == NULL) {
        return STATUS_END;
    }
    enter(nightly, entry->sequence > run->from ? NIGHT_EVENTS : NIGHT_BUILDING);
    if (++nightly->since_snapshot > nightly->options.checkpoint_records) {
        TRY(nightly->status = leave_snapshot(nightly));
    }
    return STATUS_OK;
}

static Status take_record(struct nightly *nightly, const struct journal_entry *entry, const struct heart *heart) {
    struct night_run *run = run_at_hand(nightly);
    const struct replayed *found = &nightly->replay.found;
    bool is_first = found->snapshot_sequence == 0 && found->releases == 1; // release
    bool is_new = entry->sequence > run->from && entry->sequence > run->last_of;
    switch (entry->kind) {
    case KIND_RELEASE:
        subjects_follow(nightly->subjects, heart_catalogue(heart));
        return is_first ? name_rows(nightly) : STATUS_OK;
    case KIND_EVENT:
        subjects_see(nightly->subjects, heart_event(heart));
        return is_new && heart_decision(heart)->hit_count > 0 ? put_of(nightly, run, entry->sequence) : STATUS_OK;
    case KIND_CHANGE:
        name_changed(nightly, heart_catalogue(heart), entry->data);
        return STATUS_OK;
    default:
        return STATUS_OK;
    }
}

static void on_record(void *context, const struct journal_entry *entry, const struct heart *heart) {
    struct nightly *nightly = context;
    nightly->last_sequence = entry->sequence;
    atomic_store_explicit(&nightly->figures->position, entry->sequence, memory_order_relaxed);
    nightly->status = take_record(nightly, entry, heart);
}

// ---- all runs --------------------------------------------------------------------------------------------

// A snapshot of behind the first run's begin is of use only to that run itself: what was found before it is durable.
static bool is_of_use(const struct nightly *nightly) {
    const struct night_run *first = &nightly->runs[0];
    return nightly->replay.found.snapshot_sequence <= first->from || nightly->options.resumes;
}

static Status take_up(struct nightly *nightly) {
    struct replay *replay = &nightly->replay;
    uint64_t sequence = 0;
    Status status = STATUS_NOT_FOUND;
    if (!slice_empty(nightly->options.snapshots)) {
        status = night_snapshot_take_up(&replay->source, nightly->options.snapshots, nightly->arena, &replay->heart, &nightly->subjects, &sequence, nightly->diag);
    }
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    replay->found.snapshot_sequence = replay->found.last_sequence = sequence;
    if (!is_of_use(nightly)) {
        replay->found.snapshot_sequence = replay->found.last_sequence = 0;
        heart_destroy(replay->heart);
        replay->heart = NULL;
        subjects_destroy(nightly->subjects);
        nightly->subjects = NULL;
    }
    return STATUS_OK;
}

static Status begin(struct nightly *nightly) {
    struct replay *replay = &nightly->replay;
    *replay = (struct replay){.source = shelf_source(nightly->options.shelf),
                              .folder = nightly->options.journal,
                              .journal = nightly->options.live,
                              .scope = SCOPE_NIGHT,
                              .apart = true,
                              .context = nightly,
                              .on_record = on_record,
                              .before = before_record};
    subjects_destroy(nightly->subjects);
    nightly->subjects = NULL;
    TRY(replay_begin(replay, nightly->arena, nightly->diag));
    TRY(take_up(nightly));
    nightly->snapshot_sequence = nightly->last_sequence = replay->found.snapshot_sequence;
    if (nightly->subjects == NULL) {
        nightly->subjects = subjects_create();
    } else {
        subjects_follow(nightly->subjects, heart_catalogue(replay->heart));
    }
    return STATUS_OK;
}

static Status run_all(struct nightly *nightly) {
    TRY(replay_run(&nightly->replay, nightly->arena, nightly->diag));
    TRY(nightly->status);
    for (struct night_run *run; (run = run_at_hand(nightly)) != NULL;) { // the journal ends before their moment
        TRY(end_run(nightly, run));
    }
    return STATUS_OK;
}

Status nightly_run(struct nightly *nightly, const struct night_run *runs, uint32_t count, struct arena *arena, struct diag *diag) {
    INVARIANT(count > 0);
    free(nightly->runs);
    nightly->runs = memory_alloc(sizeof *nightly->runs * count);
    memcpy(nightly->runs, runs, sizeof *nightly->runs * count);
    nightly->run_count = count;
    nightly->at = 0;
    nightly->since_snapshot = 0;
    nightly->status = STATUS_OK;
    nightly->arena = arena;
    nightly->diag = diag;
    atomic_store(&nightly->figures->results, runs[0].results);
    atomic_store(&nightly->figures->refused, 0);
    enter(nightly, NIGHT_BUILDING);
    Status status = begin(nightly);
    status = status == STATUS_OK ? run_all(nightly) : status;
    heart_destroy(nightly->replay.heart);
    nightly->replay.heart = NULL;
    replay_end(&nightly->replay);
    enter(nightly, NIGHT_IDLE);
    return status;
}
