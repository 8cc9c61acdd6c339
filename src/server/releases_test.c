// Releases: who may, what is refused and why, and what decides afterwards. With a pipeline on a real journal and packs as archives.

#include "server/releases.h"

#include "base/test.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "server/api/problems.h"
#include "server/releases_private.h"
#include "server/snapshots.h"
#include "server/upload.h"

#include <archive.h>
#include <archive_entry.h>
#include <pthread.h>

struct world {
    struct scratch scratch;
    struct shelf *shelf;
    struct releases *releases;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct pack_folder pack; // of the tests
    Slice journal, packs;
    Slice rebuilt_from; // empty: the journal
    Slice watch;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_over;
    // What is told of while `holds` waits until it no longer does: what is asked meanwhile stands in line.
    pthread_cond_t goes_on;
    bool holds, is_held;
    int ended_count;
    const char *told; // of what happened last
};

static void told(void *context, const char *what, Slice name, Slice by, Slice note) {
    struct world *w = context;
    pthread_mutex_lock(&w->lock);
    w->told = what;
    w->is_held = w->holds;
    pthread_cond_signal(&w->ended);
    while (w->holds && w->is_held) {
        pthread_cond_wait(&w->goes_on, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

static Slice make_folder(struct world *w, const char *name) {
    Slice path = scratch_path(&w->scratch, name);
    INVARIANT(file_make_directory(path, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    return path;
}

static bool open_pipeline(struct world *w, Hash128 first) {
    struct pipeline_options pipe = {.folder = w->journal, .source = shelf_source(w->shelf), .first = first, .segment_bytes = 8 << 20};
    CHECK_THAT(pipeline_open(&pipe, &w->scratch.arena, &w->pipeline, &w->opened, &w->scratch.diag) == STATUS_OK, "%.*s", SLICE_ARGS(w->scratch.diag.message));
    return true;
}

static bool open_all(struct world *w) {
    Slice label;
    struct arena *arena = &w->scratch.arena;
    struct diag *diag = &w->scratch.diag;
    CHECK(shelf_open(w->packs, arena, &w->shelf, diag) == STATUS_OK && shelf_put(w->shelf, &w->pack, arena, &label, diag) == STATUS_OK);
    struct releases_options options = {.folder = w->packs, .shelf = w->shelf, .try_events = 1000, .now_us = clock_wall_us, .context = w, .happened = told};
    options.watch = w->watch;
    options.watch_every_ms = 5;
    options.journal = slice_empty(w->rebuilt_from) ? w->journal : w->rebuilt_from;
    CHECK_THAT(releases_open(&options, arena, &w->releases, diag) == STATUS_OK, "%.*s", SLICE_ARGS(diag->message));
    CHECK(open_pipeline(w, label_hash(label)));
    releases_attach(w->releases, w->pipeline);
    return true;
}

static bool close_all(struct world *w) {
    releases_stop(w->releases);
    Status status = pipeline_close(w->pipeline, &w->scratch.arena, &w->scratch.diag);
    releases_close(w->releases);
    CHECK(status == STATUS_OK);
    shelf_close(w->shelf);
    return true;
}

static bool world_init(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    *w = (struct world){.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER, .goes_on = PTHREAD_COND_INITIALIZER};
    CHECK(scratch_make(&w->scratch, NULL));
    w->journal = make_folder(w, "journal");
    w->packs = make_folder(w, "packs");
    pack_init(&w->pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&w->pack, NULL, 0, &w->scratch.diag) == STATUS_OK && pack_compile(&w->pack) == STATUS_OK);
    return open_all(w);
}

static bool world_deinit(struct world *w) {
    CHECK(close_all(w));
    pack_close(&w->pack);
    return scratch_remove(&w->scratch);
}

// ---- asking -----------------------------------------------------------------------------------------------

static void on_end(struct world *w) {
    pthread_mutex_lock(&w->lock);
    w->is_over = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

static void wait_end(struct world *w) {
    pthread_mutex_lock(&w->lock);
    while (!w->is_over) {
        pthread_cond_wait(&w->ended, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

static void ask_ended(struct release_ask *ask) {
    on_end(ask->user);
}

static void work_ended(struct work *work) {
    on_end(work->user);
}

// Says how it ended: the status and the code.
static bool asks(struct world *w, struct release_ask *ask, uint16_t status, const char *code) {
    ask->done = ask_ended;
    ask->user = w;
    w->is_over = false;
    buf_init(&ask->body, 16 << 20);
    CHECK(releases_ask(w->releases, ask));
    wait_end(w);
    CHECK_THAT(ask->http_status == status && strcmp(ask->code, code) == 0, "%u %s: %s", ask->http_status, ask->code, ask->detail);
    const struct problem *problem = problem_named(slice_of(ask->code));
    CHECK_THAT(status == 200 || (problem != NULL && problem->status == status), "%s is no problem of the API", ask->code);
    return true;
}

static bool ask_as(struct world *w, ReleaseAsk kind, Slice name, const char *by, uint16_t status, const char *code) {
    struct release_ask ask = {.kind = kind, .name = name, .by = slice_of(by), .is_person = strcmp(by, "robot") != 0, .note = SLICE("since it has to be")};
    bool fine = asks(w, &ask, status, code);
    buf_deinit(&ask.body);
    return fine;
}

static bool pays_on(struct world *w, int number, int amount, const char *channel, const char *wanted) {
    struct work work = {.kind = WORK_RECORD, .done = work_ended, .user = w};
    work.record = arena_printf(&w->scratch.arena,
                               "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a\",\"payee\":\"p\","
                               "\"amount\":%d%s}",
                               number, 1795420800000LL + number * 1000LL, amount, channel);
    buf_init(&work.answer, 1 << 20);
    w->is_over = false;
    CHECK(pipeline_submit(w->pipeline, &work));
    wait_end(w);
    CHECK_THAT(slice_find(buf_slice(&work.answer), slice_of(wanted), 0) != SIZE_MAX, "%.*s", SLICE_ARGS(buf_slice(&work.answer)));
    buf_deinit(&work.answer);
    return true;
}

static bool pays(struct world *w, int number, const char *wanted) {
    return pays_on(w, number, 6000000, "", wanted);
}

static bool pays_some(struct world *w, int number, const char *wanted) {
    return pays_on(w, number, 100, ",\"channel\":\"MOBILE\"", wanted);
}

// ---- archives ---------------------------------------------------------------------------------------------

static void add_to(struct archive *archive, const char *path, Slice text, mode_t type, const char *link) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_size(entry, (la_int64_t)text.size);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    if (link != NULL) {
        archive_entry_set_symlink(entry, link);
    }
    INVARIANT(archive_write_header(archive, entry) == ARCHIVE_OK);
    archive_write_data(archive, text.at, text.size);
    archive_entry_free(entry);
}

enum { ARCHIVE_MAX = 4 << 20 };

static struct archive *archive_begin(struct world *w, char **ret_bytes, size_t *used) {
    struct archive *archive = archive_write_new();
    *ret_bytes = arena_alloc(&w->scratch.arena, ARCHIVE_MAX);
    archive_write_add_filter_gzip(archive);
    archive_write_set_format_ustar(archive);
    INVARIANT(archive_write_open_memory(archive, *ret_bytes, ARCHIVE_MAX, used) == ARCHIVE_OK);
    return archive;
}

static Slice archive_end(struct archive *archive, const char *bytes, const size_t *used) {
    archive_write_close(archive);
    archive_write_free(archive);
    return (Slice){bytes, *used};
}

// The pack of the tests with a text in one of its files replaced, below a folder.
static Slice pack_archive(struct world *w, const char *folder, const char *file, const char *old, const char *new) {
    char *bytes;
    size_t used = 0;
    struct archive *archive = archive_begin(w, &bytes, &used);
    for (uint32_t i = 0; i < w->pack.file_count; i++) {
        const struct pack_file *one = &w->pack.files[i];
        Slice text = one->source.text;
        if (slice_is(one->path, file)) {
            size_t at = slice_find(text, slice_of(old), 0);
            INVARIANT(at != SIZE_MAX);
            text = arena_printf(&w->scratch.arena, "%.*s%s%.*s", (int)at, text.at, new, SLICE_ARGS(slice_part(text, at + strlen(old), SIZE_MAX)));
        }
        add_to(archive, arena_printf(&w->scratch.arena, "%s%.*s", folder, SLICE_ARGS(one->path)).at, text, AE_IFREG, NULL);
    }
    return archive_end(archive, bytes, &used);
}

// Brings a pack and gives the name of its release.
static bool brings(struct world *w, Slice archive, const char *by, Slice *ret_name) {
    struct release_ask ask = {.kind = RELEASE_UPLOAD, .archive = archive, .by = slice_of(by), .is_person = true};
    CHECK(asks(w, &ask, 200, ""));
    Slice body = buf_slice(&ask.body);
    size_t at = slice_find(body, SLICE("\"name\":\""), 0) + 8;
    *ret_name = arena_copy(&w->scratch.arena, slice_part(body, at, slice_find(body, SLICE("\""), at) - at));
    buf_deinit(&ask.body);
    return true;
}

// ---- tests ------------------------------------------------------------------------------------------------

static bool test_the_way_of_a_pack(void) {
    struct world w;
    Slice name;
    CHECK(world_init(&w) && pays(&w, 1, "\"action\":\"DELAY\""));
    CHECK(brings(&w, pack_archive(&w, "payments/", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &name));
    CHECK(ask_as(&w, RELEASE_APPROVE, name, "bob", 409, "wrong_state") && ask_as(&w, RELEASE_RELEASE, name, "bob", 409, "wrong_state"));
    CHECK(ask_as(&w, RELEASE_PROPOSE, name, "robot", 403, "needs_a_person") && ask_as(&w, RELEASE_PROPOSE, name, "cho", 200, ""));
    CHECK(ask_as(&w, RELEASE_APPROVE, name, "cho", 403, "needs_another_person") && ask_as(&w, RELEASE_APPROVE, name, "ann", 403, "needs_another_person"));
    CHECK(ask_as(&w, RELEASE_APPROVE, name, "robot", 403, "needs_a_person") && ask_as(&w, RELEASE_RELEASE, name, "cho", 409, "wrong_state"));
    CHECK(ask_as(&w, RELEASE_APPROVE, name, "bob", 200, ""));
    releases_freeze(w.releases, true);
    CHECK(ask_as(&w, RELEASE_RELEASE, name, "robot", 403, "needs_a_person") && ask_as(&w, RELEASE_RELEASE, name, "cho", 409, "frozen") && pays(&w, 2, "M-PX-01-A"));
    releases_freeze(w.releases, false);
    CHECK(ask_as(&w, RELEASE_RELEASE, name, "cho", 200, "") && pays(&w, 3, "\"action\":\"PASS\""));
    // What was done is known after a restart, and one call goes back.
    CHECK(close_all(&w) && open_all(&w) && pays(&w, 4, "\"action\":\"PASS\""));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "robot", 403, "needs_a_person"));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 200, "") && pays(&w, 5, "\"action\":\"DELAY\""));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 409, "nothing_before"));
    CHECK(ask_as(&w, RELEASE_SHOW, SLICE("none"), "dan", 404, "no_such_release"));
    return world_deinit(&w);
}

static bool test_a_model_is_suspended_by_one_and_comes_back_by_two(void) {
    struct world w;
    CHECK(world_init(&w) && pays(&w, 1, "M-PX-01-A"));
    struct release_ask suspend = {.kind = RELEASE_STATUS, .by = SLICE("ann"), .is_person = true, .model = SLICE("M-PX-01-A"), .status = SLICE("SUSPENDED")};
    CHECK(asks(&w, &suspend, 422, "note_missing"));
    buf_deinit(&suspend.body);
    suspend.note = SLICE("it stops wages");
    suspend.code[0] = '\0';
    CHECK(asks(&w, &suspend, 200, "") && pays(&w, 2, "\"action\":\"PASS\""));
    buf_deinit(&suspend.body);
    CHECK(asks(&w, &suspend, 409, "wrong_state")); // and the way back is not lost
    buf_deinit(&suspend.body);
    struct release_ask canary = {.kind = RELEASE_STATUS, .by = SLICE("ann"), .is_person = true, .model = SLICE("M-PX-01-A"), .status = SLICE("CANARY"),
                                 .canary_by = SLICE("account"), .canary_percent = 100, .note = SLICE("mended")};
    CHECK(asks(&w, &canary, 200, "") && slice_find(buf_slice(&canary.body), SLICE("\"state\":\"draft\""), 0) != SIZE_MAX);
    buf_deinit(&canary.body);
    CHECK(pays(&w, 3, "\"action\":\"PASS\""));
    struct release_ask wrong = {.kind = RELEASE_STATUS, .by = SLICE("ann"), .is_person = true, .model = SLICE("M-PX-01-A"), .status = SLICE("GONE"), .note = SLICE("n")};
    CHECK(asks(&w, &wrong, 422, "status_unknown"));
    buf_deinit(&wrong.body);
    wrong.model = SLICE("M-XX");
    CHECK(asks(&w, &wrong, 404, "no_such_model"));
    buf_deinit(&wrong.body);
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "ann", 200, "") && pays(&w, 4, "M-PX-01-A"));
    return world_deinit(&w);
}

static bool test_a_trial_tells_what_would_change(void) {
    struct world w;
    Slice name;
    CHECK(world_init(&w));
    for (int i = 0; i < 10; i++) {
        CHECK(pays(&w, i, "DELAY"));
    }
    CHECK(close_all(&w) && open_all(&w)); // with a snapshot
    for (int i = 10; i < 15; i++) {
        CHECK(pays(&w, i, "DELAY"));
    }
    CHECK(brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &name));
    struct release_ask ask = {.kind = RELEASE_TRY, .name = name, .by = SLICE("robot"), .events = 5};
    CHECK(asks(&w, &ask, 200, ""));
    static const char *const wanted[] = {"\"events\":5", "\"other_action\":5", "{\"from\":\"DELAY\",\"to\":\"PASS\",\"events\":5}",
                                         "{\"model\":\"M-PX-01-A\",\"before\":5,\"after\":0,\"only_before\":5,\"only_after\":0}",
                                         "\"left_out_events\":0", "\"left_out_changes\":0"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CHECK_THAT(slice_find(buf_slice(&ask.body), slice_of(wanted[i]), 0) != SIZE_MAX, "%s in %.*s", wanted[i], SLICE_ARGS(buf_slice(&ask.body)));
    }
    buf_deinit(&ask.body);
    return world_deinit(&w);
}

static bool refused(struct world *w, Slice archive, const char *code, const char *wanted) {
    struct release_ask ask = {.kind = RELEASE_UPLOAD, .archive = archive, .by = SLICE("ann"), .is_person = true};
    CHECK(asks(w, &ask, 422, code));
    CHECK_THAT(slice_find(slice_of(ask.detail), slice_of(wanted), 0) != SIZE_MAX || slice_find(buf_slice(&ask.body), slice_of(wanted), 0) != SIZE_MAX,
               "%s %.*s", ask.detail, SLICE_ARGS(buf_slice(&ask.body)));
    buf_deinit(&ask.body);
    return true;
}

static bool test_what_is_no_pack(void) {
    static const char *const paths[] = {"../models/a.yaml", "/etc/a.yaml", "models/.hidden.yaml", "models//a.yaml", "a\\b.yaml"};
    struct world w;
    char *bytes;
    size_t used = 0;
    CHECK(world_init(&w));
    CHECK(refused(&w, SLICE("no archive at all"), "pack_refused", "RL001") && refused(&w, SLICE(""), "pack_refused", "RL001"));
    Slice whole = pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 60000");
    CHECK(refused(&w, slice_part(whole, 0, whole.size / 2), "pack_refused", "RL001"));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct archive *archive = archive_begin(&w, &bytes, &used);
        add_to(archive, paths[i], SLICE("x: 1\n"), AE_IFREG, NULL);
        CHECK(refused(&w, archive_end(archive, bytes, &used), "pack_refused", "RL003"));
    }
    struct archive *archive = archive_begin(&w, &bytes, &used);
    add_to(archive, "pack.yaml", SLICE(""), AE_IFLNK, "/etc/passwd");
    CHECK(refused(&w, archive_end(archive, bytes, &used), "pack_refused", "RL003"));
    // A folder that has bytes of its own, of which nobody would count how many are unpacked.
    archive = archive_begin(&w, &bytes, &used);
    add_to(archive, "models/", SLICE("x: 1\n"), AE_IFREG, NULL);
    CHECK(refused(&w, archive_end(archive, bytes, &used), "pack_refused", "RL003"));
    // Two files of one name: which of them counts depends on who reads.
    archive = archive_begin(&w, &bytes, &used);
    add_to(archive, "models/a.yaml", SLICE("x: 1\n"), AE_IFREG, NULL);
    add_to(archive, "./models/a.yaml", SLICE("x: 2\n"), AE_IFREG, NULL);
    CHECK(refused(&w, archive_end(archive, bytes, &used), "pack_refused", "RL003"));
    archive = archive_begin(&w, &bytes, &used);
    add_to(archive, "models/a.yaml", SLICE("x: 1\n"), AE_IFREG, NULL);
    add_to(archive, "models/a.yaml/b.yaml", SLICE("x: 2\n"), AE_IFREG, NULL);
    CHECK(refused(&w, archive_end(archive, bytes, &used), "pack_refused", "RL003"));
    CHECK(refused(&w, pack_archive(&w, "", "models/amount.yaml", "event.amount >=", "event.amonut >="), "pack_has_errors", "did you mean 'event.amount'?"));
    return world_deinit(&w);
}

// What is small as it comes and long in the unpacking.
static bool test_bombs(void) {
    struct world w;
    char *bytes;
    size_t used = 0;
    CHECK(world_init(&w));
    // A layer below a layer may give nothing for ever.
    struct archive *twice = archive_write_new();
    bytes = arena_alloc(&w.scratch.arena, ARCHIVE_MAX);
    archive_write_add_filter_gzip(twice);
    archive_write_add_filter_gzip(twice);
    archive_write_set_format_ustar(twice);
    INVARIANT(archive_write_open_memory(twice, bytes, ARCHIVE_MAX, &used) == ARCHIVE_OK);
    add_to(twice, "pack.yaml", SLICE("pack: x\n"), AE_IFREG, NULL);
    CHECK(refused(&w, archive_end(twice, bytes, &used), "pack_refused", "RL001"));
    struct archive *folders = archive_begin(&w, &bytes, &used);
    for (int i = 0; i <= UPLOAD_ENTRIES_MAX; i++) {
        add_to(folders, "d/", SLICE(""), AE_IFDIR, NULL);
    }
    CHECK(refused(&w, archive_end(folders, bytes, &used), "pack_refused", "RL002"));
    // Plain, without any compression, is taken.
    Slice name;
    struct archive *plain = archive_write_new();
    bytes = arena_alloc(&w.scratch.arena, ARCHIVE_MAX);
    archive_write_set_format_ustar(plain);
    INVARIANT(archive_write_open_memory(plain, bytes, ARCHIVE_MAX, &used) == ARCHIVE_OK);
    for (uint32_t i = 0; i < w.pack.file_count; i++) {
        add_to(plain, arena_printf(&w.scratch.arena, "%.*s", SLICE_ARGS(w.pack.files[i].path)).at, w.pack.files[i].source.text, AE_IFREG, NULL);
    }
    CHECK(brings(&w, archive_end(plain, bytes, &used), "ann", &name));
    return world_deinit(&w);
}

static bool verifies(struct world *w, uint64_t decisions, uint32_t releases) {
    struct replay replay = {.source = shelf_source(w->shelf), .folder = w->journal, .scope = SCOPE_IN_FLIGHT};
    CHECK(replay_begin(&replay, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    CHECK_THAT(replay_run(&replay, &w->scratch.arena, &w->scratch.diag) == STATUS_OK, "%.*s", SLICE_ARGS(w->scratch.diag.message));
    CHECK(replay.found.compared == decisions && replay.found.releases == releases);
    heart_destroy(replay.heart);
    replay_end(&replay);
    return true;
}

// A pack with another feature has the history as if it had always been there: the third payment in ten minutes is the third, though the first two came
// before it. So have a replay of it, a start after it, and the way back.
static bool test_a_pack_that_remembers_other_things(void) {
    struct world w;
    Slice name;
    CHECK(world_init(&w) && pays_some(&w, 1, "\"hits\":[]") && pays_some(&w, 2, "\"hits\":[]"));
    CHECK(brings(&w, pack_archive(&w, "", "features/all.yaml", "[10m, 1h, 1d, day]", "[10m, 1h, 2d, 1d, day]"), "ann", &name));
    CHECK(ask_as(&w, RELEASE_TRY, name, "robot", 200, "") && ask_as(&w, RELEASE_PROPOSE, name, "ann", 200, ""));
    CHECK(ask_as(&w, RELEASE_APPROVE, name, "bob", 200, "") && ask_as(&w, RELEASE_RELEASE, name, "ann", 200, ""));
    CHECK(pays_some(&w, 3, "M-PX-03-A") && pays_some(&w, 1, "\"hits\":[]"));
    CHECK(close_all(&w) && open_all(&w) && pays_some(&w, 4, "M-PX-03-A"));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 200, "") && pays_some(&w, 5, "M-PX-03-A"));
    releases_close(w.releases);
    w.releases = NULL;
    CHECK(pipeline_close(w.pipeline, &w.scratch.arena, &w.scratch.diag) == STATUS_OK && verifies(&w, 5, 3));
    CHECK(open_pipeline(&w, (Hash128){0}));
    return world_deinit(&w);
}

// Where the beginning of the journal was put away, a pack that remembers other things is refused, and what decides goes on.
static bool test_a_state_that_cannot_be_made_again(void) {
    struct world w;
    Slice name;
    CHECK(world_init(&w) && pays(&w, 1, "DELAY") && close_all(&w));
    w.rebuilt_from = make_folder(&w, "empty");
    CHECK(open_all(&w) && brings(&w, pack_archive(&w, "", "features/all.yaml", "[10m, 1h, 1d, day]", "[10m, 1h, 2d, 1d, day]"), "ann", &name));
    CHECK(ask_as(&w, RELEASE_PROPOSE, name, "ann", 200, "") && ask_as(&w, RELEASE_APPROVE, name, "bob", 200, ""));
    CHECK(ask_as(&w, RELEASE_RELEASE, name, "bob", 409, "not_rebuilt") && pays(&w, 2, "DELAY"));
    return world_deinit(&w);
}

// ---- what may come between --------------------------------------------------------------------------------

static Slice kept_path(struct world *w) {
    return arena_printf(&w->scratch.arena, "%.*s/releases.json", SLICE_ARGS(w->packs));
}

static bool read_kept(struct world *w, Slice *ret_text) {
    return file_read(kept_path(w), 1 << 20, &w->scratch.arena, ret_text, &w->scratch.diag) == STATUS_OK;
}

static bool shows(struct world *w, Slice name, const char *wanted) {
    struct release_ask ask = {.kind = RELEASE_SHOW, .name = name, .by = SLICE("ann")};
    CHECK(asks(w, &ask, 200, ""));
    CHECK_THAT(slice_find(buf_slice(&ask.body), slice_of(wanted), 0) != SIZE_MAX, "%s in %.*s", wanted, SLICE_ARGS(buf_slice(&ask.body)));
    buf_deinit(&ask.body);
    return true;
}

// Brings the pack that lets more pass, and has it approved.
static bool approves(struct world *w, Slice *ret_name) {
    CHECK(brings(w, pack_archive(w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", ret_name));
    return ask_as(w, RELEASE_PROPOSE, *ret_name, "ann", 200, "") && ask_as(w, RELEASE_APPROVE, *ret_name, "bob", 200, "");
}

// With a folder where the file has to be nothing can be kept.
static bool block(struct world *w, bool blocked) {
    const struct disk *disk = disk_real();
    if (blocked) {
        CHECK(disk->unlink(disk->context, kept_path(w)) == 0);
        return file_make_directory(kept_path(w), &w->scratch.arena, &w->scratch.diag) == STATUS_OK;
    }
    return file_remove_directory(kept_path(w), &w->scratch.arena, &w->scratch.diag) == STATUS_OK;
}

static bool test_what_cannot_be_kept_did_not_happen(void) {
    struct world w;
    Slice name;
    CHECK(world_init(&w) && brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &name));
    CHECK(block(&w, true) && ask_as(&w, RELEASE_PROPOSE, name, "ann", 507, "not_kept") && shows(&w, name, "\"state\":\"draft\""));
    CHECK(block(&w, false) && ask_as(&w, RELEASE_PROPOSE, name, "ann", 200, ""));
    CHECK(block(&w, true) && ask_as(&w, RELEASE_APPROVE, name, "bob", 507, "not_kept") && shows(&w, name, "\"state\":\"proposed\""));
    CHECK(block(&w, false) && ask_as(&w, RELEASE_APPROVE, name, "bob", 200, ""));
    CHECK(block(&w, true) && ask_as(&w, RELEASE_RELEASE, name, "bob", 507, "not_kept") && pays(&w, 1, "DELAY"));
    struct release_ask other = {.kind = RELEASE_UPLOAD, .by = SLICE("ann"), .is_person = true};
    other.archive = pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 80000");
    CHECK(asks(&w, &other, 507, "not_kept"));
    buf_deinit(&other.body);
    CHECK(block(&w, false) && ask_as(&w, RELEASE_RELEASE, name, "bob", 200, "") && pays(&w, 2, "PASS"));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 200, "") && pays(&w, 3, "DELAY"));
    return world_deinit(&w);
}

// Puts back what was kept before the program was killed: `releasing` was on its way then.
static bool comes_back(struct world *w, Slice kept, const char *releasing) {
    struct arena *arena = &w->scratch.arena;
    size_t end = kept.size - 2;
    CHECK(close_all(w) && slice_is(slice_part(kept, end, 2), "}\n"));
    CHECK(file_write(kept_path(w), arena_printf(arena, "%.*s%s}\n", (int)end, kept.at, releasing), arena, &w->scratch.diag) == STATUS_OK);
    return open_all(w);
}

static bool test_killed_between_the_journal_and_the_file(void) {
    struct world w;
    Slice name;
    Slice approved;
    Slice released;
    CHECK(world_init(&w) && pays(&w, 1, "DELAY") && approves(&w, &name) && read_kept(&w, &approved));
    const char *first = shelf_name(w.pack.catalogue->label, &w.scratch.arena).at;
    const char *going =
        arena_printf(&w.scratch.arena, ",\"releasing\":{\"name\":\"%.*s\",\"what\":\"release_released\",\"before\":\"%s\",\"by\":\"cho\",\"at\":7}",
                     SLICE_ARGS(name), first)
            .at;
    // It did not come so far as the journal: nothing has happened.
    CHECK(comes_back(&w, approved, going) && shows(&w, name, "\"state\":\"approved\"") && pays(&w, 2, "DELAY"));
    CHECK(ask_as(&w, RELEASE_RELEASE, name, "cho", 200, "") && read_kept(&w, &released));
    // It did.
    CHECK(comes_back(&w, approved, going) && shows(&w, name, "\"state\":\"released\"") && shows(&w, name, "\"released_by\":\"cho\""));
    CHECK(shows(&w, slice_of(first), "\"state\":\"replaced\"") && strcmp(w.told, "release_released") == 0 && pays(&w, 3, "PASS"));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 200, "") && pays(&w, 4, "DELAY"));
    // The way back was gone: there is none to what was gone back from.
    going = arena_printf(&w.scratch.arena, ",\"releasing\":{\"name\":\"%s\",\"what\":\"release_rolled_back\",\"by\":\"dan\"}", first).at;
    CHECK(comes_back(&w, released, going) && shows(&w, name, "\"state\":\"replaced\"") && strcmp(w.told, "release_rolled_back") == 0);
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 409, "nothing_before"));
    // A backup has the file of another moment than the journal.
    CHECK(comes_back(&w, released, "") && shows(&w, name, "\"state\":\"replaced\"") && shows(&w, slice_of(first), "\"state\":\"released\""));
    CHECK(ask_as(&w, RELEASE_ROLLBACK, SLICE(""), "dan", 409, "nothing_before") && pays(&w, 5, "DELAY"));
    return world_deinit(&w);
}

// ---- many at once -----------------------------------------------------------------------------------------

static void hold(struct world *w, bool holds) {
    pthread_mutex_lock(&w->lock);
    w->holds = holds;
    w->is_held = false;
    pthread_cond_signal(&w->goes_on);
    pthread_mutex_unlock(&w->lock);
}

static void one_ended(struct release_ask *ask) {
    struct world *w = ask->user;
    pthread_mutex_lock(&w->lock);
    ask->events = (uint64_t)++w->ended_count; // which one it was
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

static bool stands_in_line(struct world *w, struct release_ask *ask) {
    ask->done = one_ended;
    ask->user = w;
    buf_init(&ask->body, 16 << 20);
    return releases_ask(w->releases, ask);
}

static void wait_for(struct world *w, int count) {
    pthread_mutex_lock(&w->lock);
    while (w->ended_count < count) {
        pthread_cond_wait(&w->ended, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

static void wait_held(struct world *w) {
    pthread_mutex_lock(&w->lock);
    while (!w->is_held) {
        pthread_cond_wait(&w->ended, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

// A rule of the brake takes hold of two models at once, and each of them asks: one release is gone back from, and not the one before it too. Both go before a
// person's trial that came earlier.
static bool test_who_goes_back_goes_first_and_once(void) {
    struct world w;
    Slice second;
    Slice third;
    CHECK(world_init(&w) && approves(&w, &second) && ask_as(&w, RELEASE_RELEASE, second, "cho", 200, ""));
    CHECK(brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 40000"), "ann", &third));
    CHECK(ask_as(&w, RELEASE_PROPOSE, third, "ann", 200, "") && ask_as(&w, RELEASE_APPROVE, third, "bob", 200, ""));
    CHECK(ask_as(&w, RELEASE_RELEASE, third, "cho", 200, "") && pays(&w, 1, "DELAY"));
    struct release_ask asks_of[] = {
        {.kind = RELEASE_TRY, .name = third, .by = SLICE("ann"), .is_person = true},
        {.kind = RELEASE_TRY, .name = second, .by = SLICE("ann"), .is_person = true},
        {.kind = RELEASE_ROLLBACK, .by = SLICE("the brake"), .is_brake = true, .note = SLICE("stops")},
        {.kind = RELEASE_ROLLBACK, .by = SLICE("the brake"), .is_brake = true, .note = SLICE("stops")},
    };
    hold(&w, true);
    CHECK(stands_in_line(&w, &asks_of[0]));
    wait_held(&w);
    CHECK(stands_in_line(&w, &asks_of[1]) && !atomic_load(&w.releases->give_up));
    CHECK(stands_in_line(&w, &asks_of[2]) && atomic_load(&w.releases->give_up)); // what the first one is at, if it is at something yet
    CHECK(stands_in_line(&w, &asks_of[3]));
    hold(&w, false);
    wait_for(&w, 4);
    CHECK(asks_of[2].events == 2 && asks_of[3].events == 3 && asks_of[1].events == 4);
    CHECK(asks_of[2].http_status == 200 && asks_of[3].http_status == 409 && strcmp(asks_of[3].code, "wrong_state") == 0);
    for (int i = 0; i < 4; i++) {
        buf_deinit(&asks_of[i].body);
    }
    CHECK(shows(&w, second, "\"state\":\"released\"") && pays(&w, 2, "PASS"));
    return world_deinit(&w);
}

// ---- limits -----------------------------------------------------------------------------------------------

// Lists and tests are not in a label. Who approves looks at the one pack of that label that there is.
static bool test_one_label_has_one_pack(void) {
    struct world w;
    Slice name;
    CHECK(world_init(&w) && brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &name));
    CHECK(brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &name));
    CHECK(refused(&w, pack_archive(&w, "", "tests/px.jsonl", "\n", "\n\n"), "pack_refused", "RL007"));
    return world_deinit(&w);
}

// A pack that cannot be put on the shelf leaves nothing there.
static bool test_a_pack_that_cannot_be_kept_leaves_nothing(void) {
    struct world w;
    Slice name;
    const struct disk *disk = disk_real();
    struct arena *arena = &w.scratch.arena;
    CHECK(world_init(&w));
    Slice archive = pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000");
    CHECK(brings(&w, archive, "ann", &name) && close_all(&w));
    Slice path = arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(w.packs), SLICE_ARGS(name));
    Slice aside = scratch_path(&w.scratch, "aside");
    CHECK(disk->rename(disk->context, path, aside) == 0 && file_write(path, SLICE("in the way"), arena, &w.scratch.diag) == STATUS_OK && open_all(&w));
    CHECK(refused(&w, archive, "pack_refused", "OS003"));
    Hash128 label = label_hash(shelf_label(name, arena));
    CHECK(!file_is_directory(arena_printf(arena, "%.*s/.coming-%016llx", SLICE_ARGS(w.packs), (unsigned long long)label.low)));
    return world_deinit(&w);
}

static bool test_many_packs_and_large_trials(void) {
    enum { TRIAL = RELEASES_TRIALS_MAX / 2 + 4096 };
    struct world w;
    struct buf text;
    Slice kept;
    Slice third;
    CHECK(world_init(&w) && brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &third) && read_kept(&w, &kept));
    char *large = arena_alloc(&w.scratch.arena, TRIAL);
    memset(large, 'x', TRIAL);
    buf_init(&text, 64 << 20);
    buf_printf(&text, "{\"releases\":[");
    for (int i = 0; i < RELEASES_KEPT_MAX; i++) {
        buf_printf(&text, "{\"name\":\"old-1-%016x\",\"catalogue\":\"old 1 %016x\",\"state\":\"draft\"%s", i, i, i < 2 ? ",\"trial\":\"" : "},");
        if (i < 2) {
            buf_put(&text, (Slice){large, TRIAL});
            buf_printf(&text, "\"},");
        }
    }
    buf_put(&text, slice_part(kept, SLICE("{\"releases\":[").size, SIZE_MAX));
    CHECK(close_all(&w) && file_write(kept_path(&w), buf_slice(&text), &w.scratch.arena, &w.scratch.diag) == STATUS_OK && open_all(&w));
    buf_deinit(&text);
    CHECK(ask_as(&w, RELEASE_TRY, third, "ann", 200, ""));
    CHECK(shows(&w, SLICE("old-1-0000000000000000"), "\"tried\":false") && shows(&w, SLICE("old-1-0000000000000001"), "\"tried\":true"));
    // No more packs, but one that is there, and a model that has to go.
    struct release_ask more = {.kind = RELEASE_UPLOAD, .by = SLICE("ann"), .is_person = true};
    more.archive = pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 70000");
    CHECK(asks(&w, &more, 507, "too_many_releases"));
    buf_deinit(&more.body);
    CHECK(brings(&w, pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000"), "ann", &third));
    struct release_ask suspend = {.kind = RELEASE_STATUS, .by = SLICE("ann"), .is_person = true, .model = SLICE("M-PX-01-A"), .status = SLICE("SUSPENDED")};
    suspend.note = SLICE("wages");
    CHECK(asks(&w, &suspend, 200, "") && pays(&w, 1, "PASS") && slice_starts_with(suspend.became, SLICE("payments-")));
    buf_deinit(&suspend.body);
    return world_deinit(&w);
}

static bool test_archives_that_wait_are_few(void) {
    struct world w;
    struct release_ask uploads[RELEASES_ARCHIVES_MAX + 2];
    CHECK(world_init(&w));
    hold(&w, true);
    for (int i = 0; i < RELEASES_ARCHIVES_MAX + 2; i++) {
        uploads[i] = (struct release_ask){.kind = RELEASE_UPLOAD, .by = SLICE("ann"), .is_person = true};
        uploads[i].archive = pack_archive(&w, "", "models/amount.yaml", "default: 50000", "default: 90000");
        CHECK(stands_in_line(&w, &uploads[i]) == (i <= RELEASES_ARCHIVES_MAX));
        if (i == 0) {
            wait_held(&w); // the first is under way
        }
    }
    hold(&w, false);
    wait_for(&w, RELEASES_ARCHIVES_MAX + 1);
    for (int i = 0; i < RELEASES_ARCHIVES_MAX + 2; i++) {
        buf_deinit(&uploads[i].body);
    }
    return world_deinit(&w);
}

static bool happens(struct world *w, const char *what) {
    wait_held(w);
    CHECK_THAT(strcmp(w->told, what) == 0, "%s", w->told);
    hold(w, true);
    return true;
}

// What lies in the folder is brought once, and told of once where it cannot be; again when it is another.
static bool test_a_folder_is_watched(void) {
    struct world w;
    struct arena *arena = &w.scratch.arena;
    CHECK(world_init(&w) && close_all(&w));
    w.watch = make_folder(&w, "watched");
    Slice pack = make_folder(&w, "watched/pack");
    static const char *const folders[] = {"features", "models"};
    for (int i = 0; i < 2; i++) {
        CHECK(file_make_directory(arena_printf(arena, "%.*s/%s", SLICE_ARGS(pack), folders[i]), arena, &w.scratch.diag) == STATUS_OK);
    }
    hold(&w, true);
    CHECK(file_write(arena_printf(arena, "%.*s/pack.yaml", SLICE_ARGS(pack)), SLICE("pack: [\n"), arena, &w.scratch.diag) == STATUS_OK);
    CHECK(open_all(&w) && happens(&w, "release_refused"));
    for (uint32_t i = 0; i < w.pack.file_count; i++) {
        const struct pack_file *file = &w.pack.files[i];
        if (!slice_starts_with(file->path, SLICE("tests/")) && !slice_is(file->path, "pack.yaml")) {
            CHECK(file_write(arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(pack), SLICE_ARGS(file->path)), file->source.text, arena, &w.scratch.diag) == STATUS_OK);
        }
    }
    Slice text = arena_printf(arena, "%.*s# another one\n", SLICE_ARGS(pack_find(&w.pack, SLICE("pack.yaml"))->source.text));
    CHECK(file_write(arena_printf(arena, "%.*s/pack.yaml", SLICE_ARGS(pack)), text, arena, &w.scratch.diag) == STATUS_OK);
    do { // of what it saw before the last file was there it told too
        wait_held(&w);
    } while (strcmp(w.told, "release_refused") == 0 && (hold(&w, true), true));
    CHECK(strcmp(w.told, "release_brought") == 0);
    hold(&w, false);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_the_way_of_a_pack), TEST(test_a_model_is_suspended_by_one_and_comes_back_by_two),
                                        TEST(test_a_trial_tells_what_would_change), TEST(test_what_is_no_pack), TEST(test_bombs), TEST(test_a_pack_that_remembers_other_things),
                                        TEST(test_a_state_that_cannot_be_made_again), TEST(test_what_cannot_be_kept_did_not_happen),
                                        TEST(test_killed_between_the_journal_and_the_file), TEST(test_who_goes_back_goes_first_and_once), TEST(test_one_label_has_one_pack),
                                        TEST(test_a_pack_that_cannot_be_kept_leaves_nothing),
                                        TEST(test_many_packs_and_large_trials), TEST(test_archives_that_wait_are_few), TEST(test_a_folder_is_watched)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
