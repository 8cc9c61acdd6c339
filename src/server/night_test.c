// Nightly runs of a server: missed ones are made up for, a run ends where its moment says, interrupted and killed ones go on, records are kept once, and
// whoever is looked at never knows.

#include "server/night.h"

#include "base/test.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "server/records.h"
#include "server/snapshots.h"
#include "server/watcher.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVENTS = 1500, ACCOUNTS = 150, SEGMENT_BYTES = 8 << 20, KILLS = 8, CHECKPOINT = 700 };

#define MODEL(id, typology, on, expr)                                                                                                  \
    "id: " id "\nversion: 1\nstatus: ACTIVE\nname: {zh: 夜间, en: \"" id "\"}\nfamily: NX\ntypology: " typology "\nmode: BATCH\non: [" on \
    "]\nowner: {dept: tests}\nrationale: Something that is looked at when the day is over.\nexpr: '" expr "'\nscore: 40\nseverity: S2\n"  \
    "action: MANUAL\nreason: {zh: \"{f.account_done_cnt_1d}\", en: \"{f.account_done_cnt_1d} payments\"}\ntests: {fire: [], quiet: []}\n"

static const char batch_yaml[] = "type: login\nfields: {channel: COUNTER}\nkinds:\n  ACCT: {key: account, copy: [payee]}\n";
static const char at_night[] = MODEL("M-NX-01-A", "NX-01", "pay", "f.account_done_cnt_1d >= 5");
static const char of_quiet_ones[] = MODEL("M-NX-02-A", "NX-02", "login", "!has(event.customer) && f.account_done_cnt_1d < 10");

static int64_t now_us; // as the tests began, so that what two of them write is the same

struct world {
    struct scratch scratch;
    struct shelf *shelf;
    Hash128 first;
    Slice journal, snapshots;
    int64_t start_us; // the time of record n is n seconds later
    struct pipeline *pipeline;
    struct night_options options;
    pthread_mutex_t lock;
    pthread_cond_t kept;
    uint32_t decided;
    uint32_t done_runs, results; // that the night has told
    struct buf told;
};

static Slice make_folder(struct world *w, const char *name) {
    Slice path = scratch_path(&w->scratch, name);
    INVARIANT(file_make_directory(path, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    return path;
}

// As they are read from the shelf.
static int by_path(const void *left, const void *right) {
    return slice_compare(((const struct pack_file *)left)->path, ((const struct pack_file *)right)->path);
}

static bool shelve(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    const struct pack_file extra[] = {
        {SLICE("batch.yaml"), {SLICE("batch.yaml"), slice_of(batch_yaml)}},
        {SLICE("models/night.yaml"), {SLICE("models/night.yaml"), slice_of(at_night)}},
        {SLICE("models/quiet.yaml"), {SLICE("models/quiet.yaml"), slice_of(of_quiet_ones)}},
    };
    struct pack_folder pack;
    Slice label;
    pack_init(&pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&pack, extra, 3, &w->scratch.diag) == STATUS_OK);
    qsort(pack.files, pack.file_count, sizeof *pack.files, by_path);
    if (pack_compile(&pack) != STATUS_OK) {
        diag_list_print(&pack.catalogue->diags, stderr);
        return false;
    }
    CHECK(shelf_put(w->shelf, &pack, &w->scratch.arena, &label, &w->scratch.diag) == STATUS_OK);
    w->first = label_hash(label);
    pack_close(&pack);
    return true;
}

static Slice payment(struct world *w, int number, char text[512]) {
    int size = snprintf(text, 512,
                        "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a%d\",\"payee\":\"p%d\",\"amount\":%d}",
                        number, (long long)((w->start_us + number * US_PER_SECOND) / US_PER_MS), number * 7919 % ACCOUNTS, number % 5, number % 9 * 1000000);
    return (Slice){text, (size_t)size};
}

static void put_event(struct world *w, struct journal *journal, struct heart *heart, int number, struct buf *answer) {
    char text[512];
    struct heart_refusal refusal;
    Slice event = payment(w, number, text);
    buf_reset(answer);
    INVARIANT(heart_take(heart, event, (HeartEffort){0}, answer, &refusal) == HEART_DECIDED);
    const struct journal_record records[] = {{.kind = KIND_EVENT, .data = event}, {.kind = KIND_DECISION, .data = buf_slice(answer)}};
    for (int i = 0; i < 2; i++) {
        struct journal_record record = records[i];
        uint64_t sequence = journal_state(journal).appended + 1;
        record.time_us = w->start_us + (int64_t)sequence * US_PER_SECOND;
        INVARIANT(journal_append(journal, &record, &sequence) == STATUS_OK && journal_wait_room(journal, 1 << 16) == STATUS_OK);
    }
}

// A journal that a server has written two days ago.
static bool write_journal(struct world *w) {
    struct journal *journal;
    struct journal_recovery recovery;
    struct journal_options options = {.created_us = w->start_us, .segment_bytes = SEGMENT_BYTES};
    struct arena *arena = &w->scratch.arena;
    struct diag *diag = &w->scratch.diag;
    struct heart_source source = shelf_source(w->shelf);
    struct heart *heart = source.make(source.context, w->first, SCOPE_IN_FLIGHT, true, arena, diag);
    struct buf answer;
    uint64_t sequence;
    buf_init(&answer, 1 << 20);
    Status status = heart == NULL ? STATUS_INVALID : journal_open(disk_real(), w->journal, &options, arena, &journal, &recovery, diag);
    CHECK_THAT(status == STATUS_OK, "%.*s", SLICE_ARGS(diag->message));
    Slice release = arena_printf(arena, "{\"catalogue\":\"%.*s\",\"state\":\"new\"}", SLICE_ARGS(heart_catalogue(heart)->label));
    struct journal_record record = {.kind = KIND_RELEASE, .time_us = w->start_us + US_PER_SECOND, .data = release};
    CHECK(journal_append(journal, &record, &sequence) == STATUS_OK);
    for (int i = 0; i < EVENTS; i++) {
        put_event(w, journal, heart, i, &answer);
    }
    buf_deinit(&answer);
    heart_destroy(heart);
    return journal_close(journal, arena, diag) == STATUS_OK;
}

static void on_kept(void *context, uint8_t kind, Slice record) {
    struct world *w = context;
    pthread_mutex_lock(&w->lock);
    w->done_runs += kind == KIND_NIGHT && slice_find(record, SLICE("\"state\":\"done\""), 0) != SIZE_MAX;
    w->results += kind == KIND_NIGHT_DECISION;
    buf_put(&w->told, record);
    buf_put_byte(&w->told, '\n');
    pthread_cond_signal(&w->kept);
    pthread_mutex_unlock(&w->lock);
}

static bool world_init(struct world *w) {
    *w = (struct world){.lock = PTHREAD_MUTEX_INITIALIZER, .kept = PTHREAD_COND_INITIALIZER};
    CHECK(scratch_make(&w->scratch, NULL));
    w->start_us = floor_div(now_us, US_PER_MS) * US_PER_MS - 2 * US_PER_DAY;
    w->journal = make_folder(w, "journal");
    w->snapshots = scratch_path(&w->scratch, "night");
    buf_init(&w->told, 64 << 20);
    CHECK(shelf_open(make_folder(w, "packs"), &w->scratch.arena, &w->shelf, &w->scratch.diag) == STATUS_OK);
    CHECK(shelve(w) && write_journal(w));
    w->options = (struct night_options){.shelf = w->shelf,
                                        .journal = w->journal,
                                        .snapshots = w->snapshots,
                                        .share = NIGHT_SHARES,
                                        .checkpoint_records = CHECKPOINT,
                                        .context = w,
                                        .kept = on_kept};
    return true;
}

static bool world_deinit(struct world *w) {
    shelf_close(w->shelf);
    buf_deinit(&w->told);
    return scratch_remove(&w->scratch);
}

static bool open_pipeline(struct world *w) {
    struct pipeline_options options = {.folder = w->journal, .source = shelf_source(w->shelf), .first = w->first, .segment_bytes = SEGMENT_BYTES};
    struct pipeline_opened opened;
    Status status = pipeline_open(&options, &w->scratch.arena, &w->pipeline, &opened, &w->scratch.diag);
    CHECK_THAT(status == STATUS_OK, "%.*s", SLICE_ARGS(w->scratch.diag.message));
    w->options.pipeline = w->pipeline;
    return true;
}

static bool close_pipeline(struct world *w) {
    return pipeline_close(w->pipeline, &w->scratch.arena, &w->scratch.diag) == STATUS_OK;
}

static bool verify(struct world *w, uint64_t runs) {
    struct night_verified found;
    Status status = night_verify(w->shelf, w->journal, &w->scratch.arena, &found, &w->scratch.diag);
    CHECK_THAT(status == STATUS_OK, "%.*s", SLICE_ARGS(w->scratch.diag.message));
    CHECK_THAT(found.runs == runs && found.results > 0, "%llu runs, %llu results", (unsigned long long)found.runs, (unsigned long long)found.results);
    return true;
}

static bool run_once(struct world *w, int64_t as_of_us, struct night_run *ret_run) {
    Status status = night_run_once(&w->options, as_of_us, &w->scratch.arena, ret_run, &w->scratch.diag);
    CHECK_THAT(status == STATUS_OK, "%.*s", SLICE_ARGS(w->scratch.diag.message));
    return true;
}

// Everything that runs have left in the journal, line by line.
static bool gather(struct world *w, struct buf *out) {
    struct journal_reader *reader;
    struct journal_entry entry;
    struct arena *arena = &w->scratch.arena;
    buf_init(out, 64 << 20);
    CHECK(journal_reader_open(disk_real(), w->journal, 1, (struct journal_reader_options){0}, arena, &reader, &w->scratch.diag) == STATUS_OK);
    while (journal_reader_next(reader, &entry, arena, &w->scratch.diag) == STATUS_OK) {
        if (entry.kind == KIND_NIGHT || entry.kind == KIND_NIGHT_DECISION) {
            buf_put(out, entry.data);
            buf_put_byte(out, '\n');
        }
    }
    journal_reader_close(reader);
    return true;
}

// ---- what runs are ---------------------------------------------------------------------------------------

static bool test_a_run_ends_at_its_moment(void) {
    struct world w;
    struct night_run run;
    CHECK(world_init(&w) && open_pipeline(&w));
    CHECK(run_once(&w, w.start_us + 1001 * US_PER_SECOND, &run));
    CHECK_THAT(run.from == 0 && run.upto == 1000 && run.done && run.results > 0, "%llu", (unsigned long long)run.upto);
    // In the middle of an event and its decision.
    CHECK(run_once(&w, w.start_us + 1301 * US_PER_SECOND, &run));
    CHECK(run.from == 1000 && run.upto == 1300);
    Status status = night_run_once(&w.options, w.start_us, &w.scratch.arena, &run, &w.scratch.diag);
    CHECK(status == STATUS_INVALID && strcmp(w.scratch.diag.code, "NR005") == 0);
    status = night_run_once(&w.options, clock_wall_us() + US_PER_HOUR, &w.scratch.arena, &run, &w.scratch.diag);
    CHECK(status == STATUS_INVALID && strcmp(w.scratch.diag.code, "NR005") == 0);
    CHECK(run_once(&w, clock_wall_us() / US_PER_MS * US_PER_MS, &run));
    CHECK(run.from == 1300 && run.upto == run.begun - 1);
    CHECK(close_pipeline(&w) && verify(&w, 3));
    return world_deinit(&w);
}

// Two runs find of the events what one run finds.
static bool test_a_snapshot_changes_nothing(void) {
    struct world w;
    struct night_run run;
    struct buf with, without;
    CHECK(world_init(&w) && open_pipeline(&w));
    CHECK(run_once(&w, w.start_us + 1001 * US_PER_SECOND, &run));
    CHECK(run_once(&w, w.start_us + 2001 * US_PER_SECOND, &run));
    CHECK(close_pipeline(&w) && gather(&w, &with));
    CHECK(world_deinit(&w));
    CHECK(world_init(&w) && open_pipeline(&w));
    CHECK(run_once(&w, w.start_us + 1001 * US_PER_SECOND, &run));
    INVARIANT(rename(w.snapshots.at, scratch_path(&w.scratch, "gone").at) == 0);
    CHECK(run_once(&w, w.start_us + 2001 * US_PER_SECOND, &run));
    CHECK(close_pipeline(&w) && gather(&w, &without));
    CHECK(with.size > 0 && slice_equal(buf_slice(&with), buf_slice(&without)));
    buf_deinit(&with);
    buf_deinit(&without);
    return world_deinit(&w);
}

// Whoever is examined leaves nothing: the state is the same, and so is what is decided next.
static bool test_examined_leaves_nothing(void) {
    struct world w;
    char text[512];
    struct heart_refusal refusal;
    struct buf before, after;
    CHECK(world_init(&w));
    struct heart_source source = shelf_source(w.shelf);
    struct heart *hearts[2];
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    for (int i = 0; i < 2; i++) {
        hearts[i] = source.make(source.context, w.first, SCOPE_ALL, true, &w.scratch.arena, &w.scratch.diag);
        for (int n = 0; n < 200; n++) {
            struct buf *answer = i == 0 ? &before : &after;
            CHECK(heart_take(hearts[i], payment(&w, n, text), (HeartEffort){0}, answer, &refusal) == HEART_DECIDED);
            uint64_t hash = heart_hash(hearts[i]);
            struct engine_counters counters = heart_counters(hearts[i]);
            for (int k = 0; i == 1 && k < 3; k++) { // one that is known, and two that are not
                struct buf seen;
                buf_init(&seen, 1 << 20);
                CHECK(heart_examine(hearts[i], payment(&w, n + k, text), &seen, &refusal) == HEART_DECIDED && seen.size > 0);
                buf_deinit(&seen);
            }
            struct engine_counters now = heart_counters(hearts[i]);
            CHECK(hash == heart_hash(hearts[i]) && now.events == counters.events && now.rows_written == counters.rows_written);
        }
    }
    CHECK(before.size > 0 && slice_equal(buf_slice(&before), buf_slice(&after)) && heart_hash(hearts[0]) == heart_hash(hearts[1]));
    CHECK(heart_examine(hearts[0], SLICE("{}"), &after, &refusal) == HEART_REFUSED && !slice_empty(refusal.reason));
    CHECK(heart_examine(hearts[0], SLICE("{\"$list\":\"bad_payee\",\"op\":\"add\",\"key\":\"k\",\"time\":1}"), &after, &refusal) == HEART_REFUSED);
    for (int i = 0; i < 2; i++) {
        heart_destroy(hearts[i]);
    }
    buf_deinit(&before);
    buf_deinit(&after);
    return world_deinit(&w);
}

// The same journal with its last result left out, twice, or with another model.
typedef enum Change { LEFT_OUT, TWICE, OTHER } Change;

static bool copy_changed(struct world *w, Slice from, Slice to, Change change, uint32_t results) {
    struct journal_reader *reader;
    struct journal *journal;
    struct journal_recovery recovery;
    struct journal_entry entry;
    struct journal_options options = {.created_us = 1, .segment_bytes = SEGMENT_BYTES};
    struct arena *arena = &w->scratch.arena;
    uint32_t found = 0;
    CHECK(journal_open(disk_real(), to, &options, arena, &journal, &recovery, &w->scratch.diag) == STATUS_OK);
    CHECK(journal_reader_open(disk_real(), from, 1, (struct journal_reader_options){0}, arena, &reader, &w->scratch.diag) == STATUS_OK);
    while (journal_reader_next(reader, &entry, arena, &w->scratch.diag) == STATUS_OK) {
        struct journal_record record = {.kind = entry.kind, .flags = entry.flags, .time_us = entry.time_us, .data = entry.data};
        uint64_t sequence;
        found += entry.kind == KIND_NIGHT_DECISION;
        bool is_last = entry.kind == KIND_NIGHT_DECISION && found == results;
        if (is_last && change == OTHER) {
            Slice changed = arena_copy(arena, entry.data);
            ((char *)(uintptr_t)changed.at)[slice_find(changed, SLICE("M-NX"), 0)] ^= 1;
            record.data = changed;
        }
        for (int i = 0; i < 1 + (is_last && change == TWICE) - (is_last && change == LEFT_OUT); i++) {
            CHECK(journal_append(journal, &record, &sequence) == STATUS_OK && journal_wait_room(journal, 1 << 16) == STATUS_OK);
        }
    }
    CHECK(found == results);
    journal_reader_close(reader);
    return journal_close(journal, arena, &w->scratch.diag) == STATUS_OK;
}

static bool test_a_changed_result_is_found(void) {
    static const char *const names[] = {"left-out", "twice", "other"};
    struct world w;
    struct night_run run;
    struct night_verified found;
    CHECK(world_init(&w) && open_pipeline(&w));
    CHECK(run_once(&w, w.start_us + 1001 * US_PER_SECOND, &run));
    CHECK(close_pipeline(&w) && verify(&w, 1));
    for (int i = LEFT_OUT; i <= OTHER; i++) {
        Slice folder = make_folder(&w, names[i]);
        CHECK(copy_changed(&w, w.journal, folder, (Change)i, (uint32_t)run.results));
        CHECK_THAT(night_verify(w.shelf, folder, &w.scratch.arena, &found, &w.scratch.diag) == STATUS_INVALID, "%s", names[i]);
        CHECK_THAT(strcmp(w.scratch.diag.code, i == TWICE ? "NR002" : "NR006") == 0, "%s: %s", names[i], w.scratch.diag.code);
    }
    return world_deinit(&w);
}

// ---- a server's nights -----------------------------------------------------------------------------------

static void wait_done(struct world *w, uint32_t runs) {
    pthread_mutex_lock(&w->lock);
    while (w->done_runs < runs) {
        pthread_cond_wait(&w->kept, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

static void wait_results(struct world *w, uint32_t results) {
    pthread_mutex_lock(&w->lock);
    while (w->results < results && w->done_runs == 0) {
        pthread_cond_wait(&w->kept, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

static bool plan(struct world *w, const char *text) {
    w->options.schedule = (struct schedule){0};
    return schedule_add(&w->options.schedule, slice_of(text), &w->scratch.arena, &w->scratch.diag) == STATUS_OK;
}

// A time of the day that was half an hour ago, so that none comes while the test runs.
static bool plan_past(struct world *w) {
    char text[TIME_TEXT_SIZE];
    CivilTime at = civil_from_time(now_us - 30 * US_PER_MINUTE, 8 * US_PER_HOUR);
    snprintf(text, sizeof text, "%02u:%02u", (unsigned)at.hour % 100, (unsigned)at.minute % 100);
    return plan(w, text);
}

static void on_decided(struct work *work) {
    struct world *w = work->user;
    pthread_mutex_lock(&w->lock);
    w->decided++;
    pthread_cond_signal(&w->kept);
    pthread_mutex_unlock(&w->lock);
}

// One decision after the other, as a client would ask for them.
static bool decide_meanwhile(struct world *w, int count) {
    for (int i = 0; i < count; i++) {
        char text[512];
        struct work work = {.kind = WORK_RECORD, .record = payment(w, EVENTS + i, text), .done = on_decided, .user = w};
        buf_init(&work.answer, 1 << 20);
        CHECK(pipeline_submit(w->pipeline, &work));
        pthread_mutex_lock(&w->lock);
        while (w->decided <= (uint32_t)i) {
            pthread_cond_wait(&w->kept, &w->lock);
        }
        pthread_mutex_unlock(&w->lock);
        CHECK(work.outcome == PIPELINE_DONE && work.answer.size > 0);
        buf_deinit(&work.answer);
    }
    return true;
}

// What is decided while a run goes on is of the next one.
// What Prometheus is told of a run that is done.
static bool is_watched(struct world *w, struct night *night) {
    struct metrics *metrics = metrics_create();
    struct watcher *watcher = watcher_create(metrics, NULL);
    watcher_look(watcher, &(struct watched){.pipeline = w->pipeline, .night = night});
    CHECK(metrics_value(metrics, METRIC_BATCH, METRIC_PROGRESS_whole) == ACCOUNTS && metrics_value(metrics, METRIC_BATCH, METRIC_PROGRESS_done) == ACCOUNTS);
    watcher_destroy(watcher);
    metrics_destroy(metrics);
    return true;
}

static bool test_a_missed_run_is_made_up_for_once(void) {
    struct world w;
    CHECK(world_init(&w) && open_pipeline(&w) && plan_past(&w));
    struct night *night = night_start(&w.options);
    CHECK(decide_meanwhile(&w, 40));
    wait_done(&w, 1);
    CHECK(night_ask(night));
    wait_done(&w, 2);
    struct night_state state = night_state(night);
    CHECK(is_watched(&w, night));
    night_stop(night);
    CHECK_THAT(state.failure[0] == '\0', "%s", state.failure);
    CHECK(state.total == ACCOUNTS && state.done == ACCOUNTS && state.refused == 0 && state.turned_away == 0);
    // Started again, it makes up for nothing.
    night = night_start(&w.options);
    CHECK(night_ask(night));
    wait_done(&w, 3);
    night_stop(night);
    CHECK(close_pipeline(&w) && verify(&w, 3));
    struct night_log log;
    night_log_init(&log, false, &w.scratch.arena);
    CHECK(night_log_read(&log, w.journal, 1, NULL, &w.scratch.diag) == STATUS_OK && log.runs.count == 3);
    const struct night_run *runs = log.runs.at;
    CHECK(runs[0].upto == 1 + 2 * EVENTS && runs[1].from == runs[0].upto && runs[1].upto >= runs[0].upto + 80 && runs[2].from == runs[1].upto);
    night_log_deinit(&log);
    return world_deinit(&w);
}

static bool test_a_stopped_run_goes_on(void) {
    struct world w;
    struct buf left;
    CHECK(world_init(&w) && plan_past(&w));
    for (int i = 0; i < KILLS; i++) {
        CHECK(open_pipeline(&w));
        struct night *night = night_start(&w.options);
        wait_results(&w, (uint32_t)i * 97);
        night_stop(night);
        CHECK(close_pipeline(&w));
    }
    CHECK(open_pipeline(&w));
    struct night *night = night_start(&w.options);
    wait_done(&w, 1);
    night_stop(night);
    CHECK(close_pipeline(&w) && gather(&w, &left));
    CHECK(slice_equal(buf_slice(&left), buf_slice(&w.told))); // each told once
    buf_deinit(&left);
    CHECK(verify(&w, 1));
    return world_deinit(&w);
}

// A server of its own, which is killed in the middle of its run.
static _Noreturn void be_a_server(struct world *w) {
    struct night *night = open_pipeline(w) ? night_start(&w->options) : NULL;
    for (;;) {
        if (night == NULL) {
            _exit(1);
        }
        pause();
    }
}

static bool run_planned(struct world *w, struct buf *ret_left) {
    struct night_run run;
    CHECK(open_pipeline(w) && run_once(w, schedule_before(&w->options.schedule, clock_wall_us(), 8 * US_PER_HOUR), &run));
    CHECK(close_pipeline(w) && verify(w, 1));
    return gather(w, ret_left);
}

static bool test_a_killed_run_goes_on(void) {
    struct world w;
    struct buf killed, undisturbed;
    CHECK(world_init(&w) && plan_past(&w));
    w.options.share = NIGHT_SHARES / 5;
    fflush(NULL);
    for (int i = 0; i < KILLS; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            be_a_server(&w);
        }
        usleep((useconds_t)(50000 + i * 60000)); // anywhere in its life
        CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    }
    CHECK(run_planned(&w, &killed) && world_deinit(&w));
    CHECK(world_init(&w) && plan_past(&w) && run_planned(&w, &undisturbed));
    CHECK(undisturbed.size > 0 && slice_equal(buf_slice(&killed), buf_slice(&undisturbed)));
    buf_deinit(&killed);
    buf_deinit(&undisturbed);
    return world_deinit(&w);
}

// ---- kept once -------------------------------------------------------------------------------------------

static void on_over(struct work *work) {
    struct world *w = work->user;
    pthread_mutex_lock(&w->lock);
    w->done_runs++;
    pthread_cond_signal(&w->kept);
    pthread_mutex_unlock(&w->lock);
}

static PipelineOutcome keep(struct world *w, uint64_t run, uint64_t number, uint32_t count) {
    const struct night_record records[3] = {{KIND_NIGHT_DECISION, SLICE("{}")}, {KIND_NIGHT_DECISION, SLICE("{}")}, {KIND_NIGHT_DECISION, SLICE("{}")}};
    struct work work = {.kind = WORK_NIGHT, .night = {run, number, records, count}, .done = on_over, .user = w};
    w->done_runs = 0;
    INVARIANT(pipeline_submit(w->pipeline, &work));
    wait_done(w, 1);
    return work.outcome;
}

static bool test_records_are_kept_once(void) {
    struct world w;
    CHECK(world_init(&w) && open_pipeline(&w));
    uint64_t before = pipeline_state(w.pipeline).journal.appended;
    CHECK(keep(&w, 7, 5, 2) == PIPELINE_DONE); // nobody knows yet
    CHECK(keep(&w, 7, 5, 2) == PIPELINE_REFUSED && keep(&w, 7, 6, 1) == PIPELINE_REFUSED && keep(&w, 7, 8, 1) == PIPELINE_REFUSED);
    CHECK(keep(&w, 8, 7, 1) == PIPELINE_REFUSED && keep(&w, 7, 7, 0) == PIPELINE_REFUSED);
    CHECK(keep(&w, 7, 7, 3) == PIPELINE_DONE && keep(&w, 8, 0, 1) == PIPELINE_DONE && keep(&w, 8, 1, 1) == PIPELINE_DONE);
    CHECK(pipeline_state(w.pipeline).journal.appended == before + 7);
    CHECK(close_pipeline(&w));
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_a_run_ends_at_its_moment), TEST(test_a_snapshot_changes_nothing), TEST(test_examined_leaves_nothing),
        TEST(test_a_missed_run_is_made_up_for_once), TEST(test_a_stopped_run_goes_on), TEST(test_a_killed_run_goes_on),
        TEST(test_a_changed_result_is_found), TEST(test_records_are_kept_once),
    };
    now_us = clock_wall_us();
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
