#include "server/releases.h"

#include "codec/json_write.h"
#include "codec/number.h"
#include "os/disk.h"
#include "os/file.h"
#include "os/thread.h"
#include "server/snapshots.h"
#include "server/trial.h"
#include "server/upload.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#define STATES(X) X(draft) X(proposed) X(approved) X(rejected) X(released) X(replaced)
typedef enum State {
#define X(name) STATE_##name,
    STATES(X)
#undef X
    STATE_COUNT
} State;
static const char *const state_names[] = {
#define X(name) #name,
    STATES(X)
#undef X
};

enum { FILE_BYTES_MAX = 64 << 20, FILE_DEPTH = 32, REPORT_MAX = 16 << 20, WATCH_EVERY_S = 5, DIAGS_TOLD_MAX = 100, REBUILD_LEFT_MAX = 32, STATUS_FILE_MAX = 4 << 20 };

// What is known of a pack. Texts live in the arena of the releases.
struct entry {
    Slice name, label;
    State state;
    Slice brought_by, proposed_by, approved_by, released_by, note;
    bool brought_by_person;
    int64_t brought_us, proposed_us, approved_us, released_us;
    Slice before; // name of the release that it replaced
    Slice trial;  // report, JSON; empty: not tried
};

struct releases {
    struct releases_options options;
    struct arena arena;
    VEC(struct entry) entries; // oldest first
    struct json_reader *json;
    struct pipeline *pipeline; // under the lock
    struct pipeline *at_hand;  // the same, for the thread
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t has_work, released;
    struct release_ask *first, *last;
    uint32_t waiting;
    bool closing, frozen;
    bool work_is_over; // of the release under way
    atomic_bool stop;
    atomic_uint_fast64_t try_events;
};

// ---- answers ----------------------------------------------------------------------------------------------

static void refuse(struct release_ask *ask, uint16_t status, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));
static void refuse(struct release_ask *ask, uint16_t status, const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ask->detail, sizeof ask->detail, format, arguments);
    va_end(arguments);
    ask->http_status = status;
    snprintf(ask->code, sizeof ask->code, "%s", code);
}

static void refuse_by(struct release_ask *ask, const struct diag *diag) {
    refuse(ask, 422, "pack_refused", "%s: %.*s", diag->code, SLICE_ARGS(diag->message));
}

static void put_time(struct json_writer *json, const char *key, int64_t time_us) {
    if (time_us != 0) {
        json_key_i64(json, slice_of(key), time_us / 1000);
    }
}

static void put_text(struct json_writer *json, const char *key, Slice text) {
    if (!slice_empty(text)) {
        json_key_string(json, slice_of(key), text);
    }
}

static void write_entry(struct json_writer *json, const struct entry *entry, bool whole) {
    json_object_begin(json);
    json_key_string(json, SLICE("name"), entry->name);
    json_key_string(json, SLICE("catalogue"), entry->label);
    json_key_string(json, SLICE("state"), slice_of(state_names[entry->state]));
    put_text(json, "brought_by", entry->brought_by);
    json_key_bool(json, SLICE("brought_by_person"), entry->brought_by_person);
    put_time(json, "brought_at", entry->brought_us);
    put_text(json, "proposed_by", entry->proposed_by);
    put_time(json, "proposed_at", entry->proposed_us);
    put_text(json, "approved_by", entry->approved_by);
    put_time(json, "approved_at", entry->approved_us);
    put_text(json, "released_by", entry->released_by);
    put_time(json, "released_at", entry->released_us);
    put_text(json, "before", entry->before);
    put_text(json, "note", entry->note);
    json_key_bool(json, SLICE("tried"), !slice_empty(entry->trial));
    if (whole && !slice_empty(entry->trial)) {
        json_key(json, SLICE("trial"));
        json_raw(json, entry->trial);
    }
    json_object_end(json);
}

static void answer_entry(struct release_ask *ask, const struct entry *entry) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    write_entry(&json, entry, true);
    json_writer_finish(&json);
    buf_put_byte(&ask->body, '\n');
    ask->http_status = 200;
}

// What is wrong with a pack, place by place.
static void answer_diags(struct release_ask *ask, const struct diag_list *diags) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    json_array_begin(&json);
    for (uint32_t i = 0; i < diags->count && i < DIAGS_TOLD_MAX; i++) {
        const struct diag *diag = &diags->items[i];
        json_object_begin(&json);
        json_key_string(&json, SLICE("level"), diag->level == DIAG_ERROR ? SLICE("error") : SLICE("warning"));
        json_key_string(&json, SLICE("code"), slice_of(diag->code));
        put_text(&json, "file", diag->place.source == NULL ? SLICE("") : diag->place.source->name);
        json_key_i64(&json, SLICE("line"), diag->place.line);
        json_key_i64(&json, SLICE("column"), diag->place.column);
        json_key_string(&json, SLICE("message"), diag->message);
        put_text(&json, "hint", diag->hint);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_writer_finish(&json);
    refuse(ask, 422, "pack_has_errors", "the pack does not compile: %u errors", diags->error_count);
}

// ---- what is kept -----------------------------------------------------------------------------------------

static Slice file_path(struct releases *releases, struct arena *arena) {
    return arena_printf(arena, "%.*s/releases.json", SLICE_ARGS(releases->options.folder));
}

static Status keep(struct releases *releases, struct diag *diag, struct arena *arena) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, FILE_BYTES_MAX);
    json_writer_init(&json, &text);
    json_object_begin(&json);
    json_key(&json, SLICE("releases"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        write_entry(&json, &releases->entries.at[i], true);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(&text, '\n');
    Status status = buf_overflowed(&text) ? diag_fail(diag, arena, STATUS_LIMIT, "RL005", "releases.json would be larger than 64 MiB: remove old packs from it")
                                          : file_write(file_path(releases, arena), buf_slice(&text), arena, diag);
    buf_deinit(&text);
    return status;
}

static Slice member_text(struct releases *releases, JsonTree tree, uint32_t object, const char *key) {
    uint32_t member = json_member(tree, object, slice_of(key));
    return member == JSON_NONE || tree.nodes[member].kind != JSON_STRING ? SLICE("") : arena_copy(&releases->arena, tree.nodes[member].text);
}

static int64_t member_time(JsonTree tree, uint32_t object, const char *key) {
    uint32_t member = json_member(tree, object, slice_of(key));
    return member == JSON_NONE || tree.nodes[member].kind != JSON_INT ? 0 : tree.nodes[member].i64 * 1000;
}

// A report is kept as it was written; what it says is for people.
static Slice member_raw(struct releases *releases, JsonTree tree, uint32_t object, const char *key) {
    uint32_t member = json_member(tree, object, slice_of(key));
    if (member == JSON_NONE) {
        return SLICE("");
    }
    struct buf text;
    struct json_writer json;
    buf_init(&text, REPORT_MAX);
    json_writer_init(&json, &text);
    json_node(&json, tree, member);
    json_writer_finish(&json);
    Slice kept = arena_copy(&releases->arena, buf_slice(&text));
    buf_deinit(&text);
    return kept;
}

static void read_entry(struct releases *releases, JsonTree tree, uint32_t object) {
    struct entry *entry = VEC_PUSH(&releases->entries, &releases->arena);
    Slice state = member_text(releases, tree, object, "state");
    *entry = (struct entry){
        .name = member_text(releases, tree, object, "name"),
        .label = member_text(releases, tree, object, "catalogue"),
        .brought_by = member_text(releases, tree, object, "brought_by"),
        .proposed_by = member_text(releases, tree, object, "proposed_by"),
        .approved_by = member_text(releases, tree, object, "approved_by"),
        .released_by = member_text(releases, tree, object, "released_by"),
        .before = member_text(releases, tree, object, "before"),
        .note = member_text(releases, tree, object, "note"),
        .brought_us = member_time(tree, object, "brought_at"),
        .proposed_us = member_time(tree, object, "proposed_at"),
        .approved_us = member_time(tree, object, "approved_at"),
        .released_us = member_time(tree, object, "released_at"),
        .trial = member_raw(releases, tree, object, "trial"),
    };
    uint32_t person = json_member(tree, object, SLICE("brought_by_person"));
    entry->brought_by_person = person != JSON_NONE && tree.nodes[person].kind == JSON_TRUE;
    for (int i = 0; i < STATE_COUNT; i++) {
        entry->state = slice_is(state, state_names[i]) ? (State)i : entry->state;
    }
}

static Status read_kept(struct releases *releases, struct arena *arena, struct diag *diag) {
    Slice text;
    JsonTree tree;
    Slice path = file_path(releases, arena);
    const struct disk *disk = disk_real();
    struct disk_file *file;
    int error = disk->open(disk->context, path, DISK_READ, false, &file);
    if (error != 0) {
        return STATUS_OK; // nothing was released here yet
    }
    disk->close(disk->context, file);
    TRY(file_read(path, FILE_BYTES_MAX, arena, &text, diag));
    uint32_t list = json_parse(releases->json, text, &tree) == STATUS_OK ? json_member(tree, 0, SLICE("releases")) : JSON_NONE;
    if (list == JSON_NONE || tree.nodes[list].kind != JSON_ARRAY) {
        return diag_fail(diag, arena, STATUS_INVALID, "RL005", "'%.*s' cannot be read; move it away: the packs stay, what became of them is lost", SLICE_ARGS(path));
    }
    JSON_EACH(tree, list, object) {
        read_entry(releases, tree, object);
    }
    return STATUS_OK;
}

static struct entry *find(struct releases *releases, Slice name) {
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        if (slice_equal(releases->entries.at[i].name, name)) {
            return &releases->entries.at[i];
        }
    }
    return NULL;
}

static struct entry *find_released(struct releases *releases) {
    struct pipeline_state state = pipeline_state(releases->at_hand);
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        Hash128 label = label_hash(releases->entries.at[i].label);
        if (label.low == state.label.low && label.high == state.label.high) {
            return &releases->entries.at[i];
        }
    }
    return NULL;
}

static void happened(struct releases *releases, const char *what, Slice name, Slice by, Slice note) {
    if (releases->options.happened != NULL) {
        releases->options.happened(releases->options.context, what, name, by, note);
    }
}

// Keeps what was changed, and answers with it.
static void settle(struct releases *releases, struct release_ask *ask, const struct entry *entry, const char *what, struct arena *arena) {
    struct diag diag;
    if (keep(releases, &diag, arena) != STATUS_OK) {
        refuse(ask, 507, "not_kept", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
        return;
    }
    happened(releases, what, entry->name, ask->by, ask->note);
    answer_entry(ask, entry);
}

// ---- bringing a pack --------------------------------------------------------------------------------------

static struct entry *add_entry(struct releases *releases, Slice label, Slice by, bool is_person, Slice note) {
    struct arena *arena = &releases->arena;
    Slice name = shelf_name(label, arena);
    struct entry *entry = find(releases, name);
    if (entry == NULL) {
        entry = VEC_PUSH(&releases->entries, arena);
        *entry = (struct entry){.name = name,
                                .label = arena_copy(arena, label),
                                .brought_by = arena_copy(arena, by),
                                .brought_by_person = is_person,
                                .brought_us = releases->options.now_us(),
                                .note = arena_copy(arena, note)};
    }
    return entry;
}

// Compiles and shelves. NULL after a refusal.
static struct entry *bring(struct releases *releases, struct release_ask *ask, struct pack_folder *pack, struct arena *arena) {
    struct diag diag;
    Slice label;
    if (releases->entries.count >= RELEASES_KEPT_MAX) {
        refuse(ask, 507, "too_many_releases", "there are %d packs already: remove old ones", RELEASES_KEPT_MAX);
        return NULL;
    }
    bool fine = pack_compile(pack) == STATUS_OK;
    if (fine) {
        knowledge_destroy(pack_knowledge(pack));
    }
    if (!fine || pack->catalogue->diags.error_count > 0) {
        answer_diags(ask, &pack->catalogue->diags);
        return NULL;
    }
    if (shelf_put(releases->options.shelf, pack, arena, &label, &diag) != STATUS_OK) {
        refuse_by(ask, &diag);
        return NULL;
    }
    return add_entry(releases, label, ask->by, ask->is_person, ask->note);
}

static void upload(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    struct pack_folder pack;
    struct diag diag;
    pack_init(&pack, SLICE(""));
    if (upload_read(ask->archive, &pack, &diag) != STATUS_OK) {
        refuse_by(ask, &diag);
    } else {
        const struct entry *entry = bring(releases, ask, &pack, arena);
        if (entry != NULL) {
            settle(releases, ask, entry, "release_brought", arena);
        }
    }
    pack_close(&pack);
}

// ---- statuses ---------------------------------------------------------------------------------------------

static void put_status(struct buf *text, Slice model, Slice status, const struct yaml_node *canary, Slice canary_by, double canary_percent) {
    buf_printf(text, "  %.*s: {status: %.*s", SLICE_ARGS(model), SLICE_ARGS(status));
    if (canary != NULL) {
        const struct yaml_node *percent = yaml_get(canary, "percent");
        const struct yaml_node *by = yaml_get(canary, "by");
        buf_printf(text, ", canary: {percent: %.*s, by: %.*s}", SLICE_ARGS(percent->text), SLICE_ARGS(by->text));
    } else if (!slice_empty(canary_by)) {
        char number[NUMBER_TEXT_SIZE];
        size_t size = number_format(canary_percent, number);
        buf_printf(text, ", canary: {percent: %.*s, by: %.*s}", (int)size, number, SLICE_ARGS(canary_by));
    }
    buf_printf(text, "}\n");
}

// statuses.yaml of the pack that decides, with one of them changed. Every word in it is a name that the pack has.
static Slice write_statuses(const struct pack_folder *pack, const struct release_ask *ask, struct arena *arena) {
    struct buf text;
    struct diag_list diags;
    diag_list_init(&diags, arena);
    const struct pack_file *file = pack_find(pack, SLICE("statuses.yaml"));
    const struct yaml_node *root = file == NULL ? NULL : yaml_parse(&file->source, arena, &diags);
    const struct yaml_node *statuses = root == NULL ? NULL : yaml_get(root, "statuses");
    buf_init(&text, STATUS_FILE_MAX);
    buf_printf(&text, "statuses:\n");
    if (statuses != NULL) {
        YAML_EACH(statuses, node) {
            if (!slice_equal(node->key, ask->model)) {
                put_status(&text, node->key, yaml_get(node, "status")->text, yaml_get(node, "canary"), SLICE(""), 0);
            }
        }
    }
    put_status(&text, ask->model, ask->status, NULL, ask->canary_by, ask->canary_percent);
    Slice kept = arena_copy(arena, buf_slice(&text));
    buf_deinit(&text);
    return kept;
}

static bool is_status_word(Slice status) {
    for (int i = 0; i < MODEL_STATUSES; i++) {
        if (slice_is(status, model_status_names[i])) {
            return true;
        }
    }
    return false;
}

// Whether what is asked names what the pack has.
static bool check_status(struct release_ask *ask, const struct catalogue *catalogue) {
    bool canary = slice_is(ask->status, "CANARY");
    if (map_get(&catalogue->models_by_id, ask->model) == MAP_NONE) {
        refuse(ask, 404, "no_such_model", "the pack that decides has no model '%.*s'", SLICE_ARGS(ask->model));
    } else if (!is_status_word(ask->status)) {
        refuse(ask, 422, "status_unknown", "a status is DRAFT, SHADOW, CHALLENGER, CANARY, ACTIVE, SUSPENDED or RETIRED");
    } else if (canary != !slice_empty(ask->canary_by)) {
        refuse(ask, 422, "canary_incomplete", "CANARY, and only it, comes with canary: {percent, by}");
    } else if (canary && !(ask->canary_percent > 0 && ask->canary_percent <= 100)) {
        refuse(ask, 422, "canary_incomplete", "the share of a canary is above 0 and up to 100 per cent");
    } else if (canary && schema_find_field(catalogue->schema, ask->canary_by) == SCHEMA_NONE) {
        refuse(ask, 422, "canary_incomplete", "the schema has no field '%.*s'", SLICE_ARGS(ask->canary_by));
    } else if (slice_empty(ask->note)) {
        refuse(ask, 422, "note_missing", "say why: it stands beside the change");
    } else {
        return true;
    }
    return false;
}

static void release_now(struct releases *releases, struct release_ask *ask, struct entry *entry, const char *what, struct arena *arena);

static void change_status(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    const struct pack_folder *now;
    struct diag diag;
    if (shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now, &diag) != STATUS_OK) {
        refuse_by(ask, &diag);
        return;
    }
    if (!check_status(ask, now->catalogue)) {
        return;
    }
    bool suspends = slice_is(ask->status, "SUSPENDED");
    if (suspends && !ask->is_person) {
        refuse(ask, 403, "needs_a_person", "a person suspends a model");
        return;
    }
    struct pack_folder pack;
    pack_init(&pack, SLICE(""));
    pack.files = ARENA_ARRAY(&pack.arena, struct pack_file, now->file_count + 1);
    for (uint32_t i = 0; i < now->file_count; i++) {
        if (!slice_is(now->files[i].path, "statuses.yaml")) {
            pack.files[pack.file_count++] = now->files[i];
        }
    }
    pack.files[pack.file_count++] =
        (struct pack_file){.path = SLICE("statuses.yaml"), .source = {.name = SLICE("statuses.yaml"), .text = write_statuses(now, ask, &pack.arena)}};
    struct entry *entry = bring(releases, ask, &pack, arena);
    if (entry != NULL && suspends) {
        release_now(releases, ask, entry, "model_suspended", arena);
    } else if (entry != NULL) {
        settle(releases, ask, entry, "release_brought", arena);
    }
    pack_close(&pack);
}

// ---- the way ----------------------------------------------------------------------------------------------

static void try_out(struct releases *releases, struct release_ask *ask, struct entry *entry, struct arena *arena) {
    struct trial trial = {
        .source = shelf_source(releases->options.shelf),
        .label = label_hash(entry->label),
        .folder = releases->options.journal,
        .journal = pipeline_journal(releases->at_hand),
        .events = ask->events > 0 ? ask->events : atomic_load(&releases->try_events),
        .stop = &releases->stop,
    };
    struct diag diag;
    struct buf report;
    buf_init(&report, REPORT_MAX);
    if (trial_run(&trial, arena, &report, &diag) != STATUS_OK) {
        refuse(ask, 409, "trial_failed", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
    } else {
        entry->trial = arena_copy(&releases->arena, buf_slice(&report));
        settle(releases, ask, entry, "release_tried", arena);
    }
    buf_deinit(&report);
}

// Whether the state is taken over, or has to be made again. False: it has refused.
static bool find_way(struct releases *releases, struct release_ask *ask, const struct entry *entry, struct arena *arena, bool *ret_keeps) {
    const struct pack_folder *next;
    const struct pack_folder *now;
    struct diag diag;
    if (shelf_find(releases->options.shelf, label_hash(entry->label), arena, &next, &diag) != STATUS_OK ||
        shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now, &diag) != STATUS_OK) {
        refuse_by(ask, &diag);
        return false;
    }
    *ret_keeps = next->catalogue->state_layout == now->catalogue->state_layout;
    return true;
}

static void propose(struct releases *releases, struct release_ask *ask, struct entry *entry, struct arena *arena) {
    if (!ask->is_person) {
        refuse(ask, 403, "needs_a_person", "a person proposes a release");
    } else if (entry->state != STATE_draft && entry->state != STATE_rejected && entry->state != STATE_replaced) {
        refuse(ask, 409, "wrong_state", "it is %s", state_names[entry->state]);
    } else {
        entry->state = STATE_proposed;
        entry->proposed_by = arena_copy(&releases->arena, ask->by);
        entry->proposed_us = releases->options.now_us();
        entry->note = slice_empty(ask->note) ? entry->note : arena_copy(&releases->arena, ask->note);
        entry->approved_by = SLICE("");
        settle(releases, ask, entry, "release_proposed", arena);
    }
}

static void approve(struct releases *releases, struct release_ask *ask, struct entry *entry, struct arena *arena, State verdict) {
    bool brought_it = entry->brought_by_person && slice_equal(ask->by, entry->brought_by);
    if (!ask->is_person) {
        refuse(ask, 403, "needs_a_person", "a person judges a release");
    } else if (entry->state != STATE_proposed && !(verdict == STATE_rejected && entry->state == STATE_approved)) {
        refuse(ask, 409, "wrong_state", "it is %s", state_names[entry->state]);
    } else if (verdict == STATE_approved && (slice_equal(ask->by, entry->proposed_by) || brought_it)) {
        refuse(ask, 403, "needs_another_person", "who brought or proposed a release does not approve it");
    } else {
        entry->state = verdict;
        entry->approved_by = arena_copy(&releases->arena, ask->by);
        entry->approved_us = releases->options.now_us();
        settle(releases, ask, entry, verdict == STATE_approved ? "release_approved" : "release_rejected", arena);
    }
}

static void on_released(struct work *work) {
    struct releases *releases = work->user;
    pthread_mutex_lock(&releases->lock);
    releases->work_is_over = true;
    pthread_cond_signal(&releases->released);
    pthread_mutex_unlock(&releases->lock);
}

static void write_record(struct buf *out, const struct entry *entry, const struct release_ask *ask, const char *what, bool keeps) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), entry->label);
    json_key_string(&json, SLICE("state"), keeps ? SLICE("kept") : SLICE("rebuilt"));
    json_key_string(&json, SLICE("what"), slice_of(what));
    put_text(&json, "before", entry->before);
    put_text(&json, "brought_by", entry->brought_by);
    put_text(&json, "proposed_by", entry->proposed_by);
    put_text(&json, "approved_by", entry->approved_by);
    json_key_string(&json, SLICE("released_by"), ask->by);
    put_text(&json, "note", ask->note);
    json_object_end(&json);
    json_writer_finish(&json);
}

// Has the pipeline take it over, and waits until that is durable.
static PipelineOutcome hand_over(struct releases *releases, struct release_ask *ask, struct heart *heart, struct rebuild *rebuild, Slice record) {
    struct work work = {.kind = WORK_RELEASE, .record = record, .done = on_released, .user = releases, .heart = heart, .rebuild = rebuild};
    releases->work_is_over = false;
    if (!pipeline_submit(releases->at_hand, &work)) {
        heart_destroy(heart);
        return PIPELINE_FAILED;
    }
    pthread_mutex_lock(&releases->lock);
    while (!releases->work_is_over) {
        pthread_cond_wait(&releases->released, &releases->lock);
    }
    pthread_mutex_unlock(&releases->lock);
    heart_destroy(work.heart); // the old one, or the new one when it was refused
    if (work.outcome == PIPELINE_REFUSED) {
        refuse(ask, 409, "not_rebuilt", "%s: %s", work.code, work.reason);
    }
    return work.outcome;
}

// A heart with the state made again, as far as the journal goes by now. NULL: it has refused.
static bool rebuild_beside(struct releases *releases, struct release_ask *ask, struct heart *heart, struct rebuild *rebuild, struct arena *arena) {
    struct diag diag;
    *rebuild = (struct rebuild){
        .folder = releases->options.journal, .journal = pipeline_journal(releases->at_hand), .heart = heart, .stop = &releases->stop};
    uint64_t before;
    do { // each time fewer have come meanwhile
        before = rebuild->records;
        if (rebuild_upto(rebuild, UINT64_MAX, arena, &diag) != STATUS_OK) {
            refuse(ask, 409, "not_rebuilt", "%s: %.*s", diag.code, SLICE_ARGS(diag.message));
            return false;
        }
    } while (rebuild->records - before > REBUILD_LEFT_MAX);
    return true;
}

static void settle_release(struct releases *releases, struct release_ask *ask, struct entry *entry, struct entry *before, const char *what,
                           struct arena *arena) {
    if (before != NULL && before != entry) {
        before->state = STATE_replaced;
    }
    entry->state = STATE_released;
    entry->released_by = arena_copy(&releases->arena, ask->by);
    entry->released_us = releases->options.now_us();
    settle(releases, ask, entry, what, arena);
}

static void release_now(struct releases *releases, struct release_ask *ask, struct entry *entry, const char *what, struct arena *arena) {
    struct diag diag;
    struct buf record;
    struct rebuild rebuild;
    bool keeps;
    struct entry *before = find_released(releases);
    if (!find_way(releases, ask, entry, arena, &keeps)) {
        return;
    }
    struct heart_source source = shelf_source(releases->options.shelf);
    struct heart *heart = source.make(source.context, label_hash(entry->label), SCOPE_IN_FLIGHT, !keeps, arena, &diag);
    if (heart == NULL) {
        refuse_by(ask, &diag);
        return;
    }
    if (!keeps && !rebuild_beside(releases, ask, heart, &rebuild, arena)) {
        heart_destroy(heart);
        return;
    }
    Slice replaced = before == NULL || before == entry ? SLICE("") : before->name;
    entry->before = slice_equal(slice_of(what), SLICE("release_rolled_back")) ? entry->before : replaced;
    buf_init(&record, 1 << 16);
    write_record(&record, entry, ask, what, keeps);
    PipelineOutcome outcome = hand_over(releases, ask, heart, keeps ? NULL : &rebuild, buf_slice(&record));
    buf_deinit(&record);
    if (outcome == PIPELINE_DONE) {
        settle_release(releases, ask, entry, before, what, arena);
    } else if (outcome != PIPELINE_REFUSED) {
        refuse(ask, 503, "not_released", "the journal did not take it: %s", outcome == PIPELINE_NO_ROOM ? "its disk is full" : "it has failed");
    }
}

static void release(struct releases *releases, struct release_ask *ask, struct entry *entry, struct arena *arena) {
    if (entry->state != STATE_approved) {
        refuse(ask, 409, "wrong_state", "it is %s, and only what is approved is released", state_names[entry->state]);
    } else if (releases_is_frozen(releases)) {
        refuse(ask, 409, "frozen", "a brake holds releases; see /v1/brakes");
    } else {
        release_now(releases, ask, entry, "release_released", arena);
    }
}

static void roll_back(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    struct entry *now = find_released(releases);
    struct entry *before = now == NULL || slice_empty(now->before) ? NULL : find(releases, now->before);
    if (before == NULL) {
        refuse(ask, 409, "nothing_before", "there is no release before this one");
    } else if (slice_empty(ask->note)) {
        refuse(ask, 422, "note_missing", "say why: it stands beside the change");
    } else {
        release_now(releases, ask, before, "release_rolled_back", arena);
    }
}

static void list(struct releases *releases, struct release_ask *ask) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    json_object_begin(&json);
    json_key_bool(&json, SLICE("frozen"), releases_is_frozen(releases));
    json_key(&json, SLICE("releases"));
    json_array_begin(&json);
    for (uint32_t i = releases->entries.count; i > 0; i--) {
        write_entry(&json, &releases->entries.at[i - 1], false);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(&ask->body, '\n');
    ask->http_status = 200;
}

static void do_named(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    struct entry *entry = find(releases, ask->name);
    if (entry == NULL) {
        refuse(ask, 404, "no_such_release", "there is no release '%.*s'", SLICE_ARGS(ask->name));
        return;
    }
    switch (ask->kind) {
    case RELEASE_TRY:
        try_out(releases, ask, entry, arena);
        break;
    case RELEASE_PROPOSE:
        propose(releases, ask, entry, arena);
        break;
    case RELEASE_APPROVE:
        approve(releases, ask, entry, arena, STATE_approved);
        break;
    case RELEASE_REJECT:
        approve(releases, ask, entry, arena, STATE_rejected);
        break;
    case RELEASE_RELEASE:
        release(releases, ask, entry, arena);
        break;
    default:
        answer_entry(ask, entry);
    }
}

// ---- the thread -------------------------------------------------------------------------------------------

// What decides now is among the releases, whoever put it there.
static void know_released(struct releases *releases, struct arena *arena) {
    const struct pack_folder *pack;
    struct diag diag;
    if (find_released(releases) != NULL || shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &pack, &diag) != STATUS_OK) {
        return;
    }
    struct entry *entry = add_entry(releases, pack->catalogue->label, SLICE("begin"), false, SLICE(""));
    entry->state = STATE_released;
    entry->released_us = releases->options.now_us();
    if (keep(releases, &diag, arena) != STATUS_OK) {
        happened(releases, "releases_not_kept", entry->name, SLICE("the server"), diag.message);
    }
}

static void do_ask(struct releases *releases, struct release_ask *ask) {
    struct arena arena;
    arena_init(&arena, 1 << 16);
    if (releases->at_hand == NULL) {
        refuse(ask, 503, "starting", "the journal is being replayed");
    } else {
        know_released(releases, &arena);
        switch (ask->kind) {
        case RELEASE_UPLOAD:
            upload(releases, ask, &arena);
            break;
        case RELEASE_ROLLBACK:
            roll_back(releases, ask, &arena);
            break;
        case RELEASE_STATUS:
            change_status(releases, ask, &arena);
            break;
        case RELEASE_LIST:
            list(releases, ask);
            break;
        default:
            do_named(releases, ask, &arena);
        }
    }
    arena_deinit(&arena);
    ask->done(ask);
}

static bool is_known_folder(struct releases *releases, const struct pack_folder *pack) {
    return find(releases, shelf_name(pack->catalogue->label, &releases->arena)) != NULL;
}

// A pack in the watched folder becomes a draft; one with mistakes is told of once for each of its states.
static void look_at(struct releases *releases, Slice path, struct arena *arena) {
    struct pack_folder pack;
    struct diag diag;
    struct release_ask ask = {.by = SLICE("watched folder")};
    pack_init(&pack, path);
    buf_init(&ask.body, REPORT_MAX);
    if (pack_read(&pack, NULL, 0, &diag) == STATUS_OK && pack_compile(&pack) == STATUS_OK && !is_known_folder(releases, &pack)) {
        catalogue_destroy(pack.catalogue);
        pack.catalogue = NULL;
        const struct entry *entry = bring(releases, &ask, &pack, arena);
        if (entry != NULL) {
            settle(releases, &ask, entry, "release_brought", arena);
        }
    }
    buf_deinit(&ask.body);
    pack_close(&pack);
}

static void watch(struct releases *releases) {
    struct arena arena;
    DiskNames names;
    const struct disk *disk = disk_real();
    Slice folder = releases->options.watch;
    arena_init(&arena, 1 << 16);
    if (releases->at_hand != NULL && !slice_empty(folder) && disk->list(disk->context, folder, &arena, &names) == 0) {
        for (uint32_t i = 0; i < names.count; i++) {
            Slice path = arena_printf(&arena, "%.*s/%.*s", SLICE_ARGS(folder), SLICE_ARGS(names.at[i]));
            if (names.at[i].at[0] != '.' && file_is_directory(path)) {
                look_at(releases, path, &arena);
            }
        }
    }
    arena_deinit(&arena);
}

static struct release_ask *take(struct releases *releases) {
    struct release_ask *ask = releases->first;
    if (ask != NULL) {
        releases->first = ask->next;
        releases->last = ask->next == NULL ? NULL : releases->last;
        releases->waiting--;
    }
    return ask;
}

static void run(void *context) {
    struct releases *releases = context;
    for (;;) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += WATCH_EVERY_S;
        bool timely = true;
        pthread_mutex_lock(&releases->lock);
        while (releases->first == NULL && !releases->closing && timely) {
            timely = pthread_cond_timedwait(&releases->has_work, &releases->lock, &until) == 0;
        }
        struct release_ask *ask = take(releases);
        releases->at_hand = releases->pipeline;
        bool ends = ask == NULL && releases->closing;
        pthread_mutex_unlock(&releases->lock);
        if (ends) {
            return;
        }
        if (ask != NULL) {
            do_ask(releases, ask);
        } else {
            watch(releases);
        }
    }
}

bool releases_ask(struct releases *releases, struct release_ask *ask) {
    pthread_mutex_lock(&releases->lock);
    bool taken = !releases->closing && releases->waiting < RELEASES_WAITING_MAX;
    if (taken) {
        ask->next = NULL;
        if (releases->last == NULL) {
            releases->first = ask;
        } else {
            releases->last->next = ask;
        }
        releases->last = ask;
        releases->waiting++;
        pthread_cond_signal(&releases->has_work);
    }
    pthread_mutex_unlock(&releases->lock);
    return taken;
}

void releases_change_try(struct releases *releases, uint64_t try_events) {
    atomic_store(&releases->try_events, try_events);
}

void releases_freeze(struct releases *releases, bool frozen) {
    pthread_mutex_lock(&releases->lock);
    releases->frozen = frozen;
    pthread_mutex_unlock(&releases->lock);
}

bool releases_is_frozen(struct releases *releases) {
    pthread_mutex_lock(&releases->lock);
    bool frozen = releases->frozen;
    pthread_mutex_unlock(&releases->lock);
    return frozen;
}

// ---- its life ---------------------------------------------------------------------------------------------

static void free_releases(struct releases *releases) {
    json_reader_destroy(releases->json);
    pthread_mutex_destroy(&releases->lock);
    pthread_cond_destroy(&releases->has_work);
    pthread_cond_destroy(&releases->released);
    arena_deinit(&releases->arena);
    free(releases);
}

Status releases_open(const struct releases_options *options, struct arena *arena, struct releases **ret_releases, struct diag *diag) {
    struct releases *releases = memory_alloc(sizeof *releases);
    arena_init(&releases->arena, 1 << 16);
    releases->options = *options;
    atomic_init(&releases->try_events, options->try_events);
    releases->options.folder = arena_copy(&releases->arena, options->folder);
    releases->options.journal = arena_copy(&releases->arena, options->journal);
    releases->options.watch = arena_copy(&releases->arena, options->watch);
    releases->json = json_reader_create(FILE_BYTES_MAX, FILE_DEPTH);
    INVARIANT(pthread_mutex_init(&releases->lock, NULL) == 0 && pthread_cond_init(&releases->has_work, NULL) == 0 &&
              pthread_cond_init(&releases->released, NULL) == 0);
    Status status = read_kept(releases, arena, diag);
    if (status != STATUS_OK) {
        free_releases(releases);
        return status;
    }
    releases->thread = thread_start("releases", run, releases);
    *ret_releases = releases;
    return STATUS_OK;
}

void releases_attach(struct releases *releases, struct pipeline *pipeline) {
    pthread_mutex_lock(&releases->lock);
    releases->pipeline = pipeline;
    pthread_mutex_unlock(&releases->lock);
}

void releases_stop(struct releases *releases) {
    if (releases == NULL || releases->thread == NULL) {
        return;
    }
    atomic_store(&releases->stop, true);
    pthread_mutex_lock(&releases->lock);
    releases->closing = true;
    pthread_cond_signal(&releases->has_work);
    pthread_mutex_unlock(&releases->lock);
    thread_join(releases->thread);
    releases->thread = NULL;
}

void releases_close(struct releases *releases) {
    if (releases != NULL) {
        releases_stop(releases);
        free_releases(releases);
    }
}
