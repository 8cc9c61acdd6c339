// How packs come in: as an archive, made of the one that decides with another status, or from a folder that is watched. Each is compiled and goes to the shelf.

#include "codec/number.h"
#include "os/disk.h"
#include "os/file.h"
#include "server/releases_private.h"
#include "server/upload.h"

enum { DIAGS_TOLD_MAX = 100, STATUS_FILE_MAX = 4 << 20 };

// What is wrong with a pack, place by place.
void release_answer_diags(struct release_ask *ask, const struct diag_list *diags) {
    struct json_writer json;
    json_writer_init(&json, &ask->body);
    json_array_begin(&json);
    for (uint32_t i = 0; i < diags->count && i < DIAGS_TOLD_MAX; i++) {
        const struct diag *diag = &diags->items[i];
        json_object_begin(&json);
        json_key_string(&json, SLICE("level"), diag->level == DIAG_ERROR ? SLICE("error") : SLICE("warning"));
        json_key_string(&json, SLICE("code"), slice_of(diag->code));
        release_put_text(&json, "file", diag->place.source == NULL ? SLICE("") : diag->place.source->name);
        json_key_i64(&json, SLICE("line"), diag->place.line);
        json_key_i64(&json, SLICE("column"), diag->place.column);
        json_key_string(&json, SLICE("message"), diag->message);
        release_put_text(&json, "hint", diag->hint);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_writer_finish(&json);
    release_refuse(ask, 422, "pack_has_errors", "the pack does not compile: %u errors", diags->error_count);
}

struct release_entry *releases_add(struct releases *releases, Slice label, Slice by, bool is_person, Slice note) {
    struct arena *arena = &releases->arena;
    Slice name = shelf_name(label, arena);
    struct release_entry *entry = releases_find(releases, name);
    if (entry == NULL) {
        entry = VEC_PUSH(&releases->entries, arena);
        *entry = (struct release_entry){.name = name,
                                        .label = arena_copy(arena, label),
                                        .brought_by = arena_copy(arena, by),
                                        .brought_by_person = is_person,
                                        .brought_us = releases->options.now_us(),
                                        .note = arena_copy(arena, note)};
    }
    return entry;
}

// Compiles and shelves. NULL after a refusal; `ret_was` is empty where it is a new one.
static struct release_entry *bring(struct releases *releases, struct release_ask *ask, struct pack_folder *pack, struct arena *arena,
                                   struct release_entry *ret_was) {
    struct diag diag;
    Slice label;
    bool fine = pack_compile(pack) == STATUS_OK;
    if (fine) {
        knowledge_destroy(pack_knowledge(pack));
    }
    if (!fine || pack->catalogue->diags.error_count > 0) {
        release_answer_diags(ask, &pack->catalogue->diags);
        return NULL;
    }
    Slice strategies;
    if (!release_read_strategies(releases, ask, pack, &strategies, arena)) {
        return NULL;
    }
    const struct release_entry *there = releases_find(releases, shelf_name(pack->catalogue->label, arena));
    uint32_t kept_max = ask->kind == RELEASE_STATUS ? RELEASES_KEPT_MAX + RELEASES_STATUSES_MAX : RELEASES_KEPT_MAX;
    if (there == NULL && releases->entries.count >= kept_max) {
        release_refuse(ask, 507, "too_many_releases", "there are %u packs already: remove old ones", releases->entries.count);
        return NULL;
    }
    if (shelf_compare(releases->options.shelf, pack, arena, &diag) != STATUS_OK || shelf_put(releases->options.shelf, pack, arena, &label, &diag) != STATUS_OK) {
        release_refuse_by(ask, &diag);
        return NULL;
    }
    *ret_was = there == NULL ? (struct release_entry){0} : *there;
    struct release_entry *entry = releases_add(releases, label, ask->by, ask->is_person, ask->note);
    entry->strategies = strategies;
    return entry;
}

void release_upload(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    struct pack_folder pack;
    struct diag diag;
    pack_init(&pack, SLICE(""));
    if (upload_read(ask->archive, &pack, &diag) != STATUS_OK) {
        release_refuse_by(ask, &diag);
    } else {
        struct release_entry was;
        struct release_entry *entry = bring(releases, ask, &pack, arena, &was);
        if (entry != NULL) {
            releases_settle(releases, ask, entry, &was, "release_brought", arena);
        }
    }
    pack_close(&pack);
}

// ---- drafts ------------------------------------------------------------------------------------------------

void release_draft(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    const struct pack_folder *now;
    struct diag diag;
    if (shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now, &diag) != STATUS_OK) {
        release_refuse_by(ask, &diag);
        return;
    }
    if (!slice_empty(ask->based_on) && !slice_equal(ask->based_on, now->catalogue->label)) {
        release_refuse(ask, 409, "wrong_state", "it was written over '%.*s', and now '%.*s' decides: look at the difference and send it again", SLICE_ARGS(ask->based_on),
                       SLICE_ARGS(now->catalogue->label));
        return;
    }
    struct pack_folder pack;
    struct release_entry was;
    pack_init(&pack, SLICE(""));
    pack_lay_over(&pack, now, ask->files, ask->file_count);
    struct release_entry *entry = bring(releases, ask, &pack, arena, &was);
    if (entry != NULL) {
        releases_settle(releases, ask, entry, &was, "release_brought", arena);
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
        release_refuse(ask, 404, "no_such_model", "the pack that decides has no model '%.*s'", SLICE_ARGS(ask->model));
    } else if (!is_status_word(ask->status)) {
        release_refuse(ask, 422, "status_unknown", "a status is DRAFT, SHADOW, CHALLENGER, CANARY, ACTIVE, SUSPENDED or RETIRED");
    } else if (canary != !slice_empty(ask->canary_by)) {
        release_refuse(ask, 422, "canary_incomplete", "CANARY, and only it, comes with canary: {percent, by}");
    } else if (canary && !(ask->canary_percent > 0 && ask->canary_percent <= 100)) {
        release_refuse(ask, 422, "canary_incomplete", "the share of a canary is above 0 and up to 100 per cent");
    } else if (canary && schema_find_field(catalogue->schema, ask->canary_by) == SCHEMA_NONE) {
        release_refuse(ask, 422, "canary_incomplete", "the schema has no field '%.*s'", SLICE_ARGS(ask->canary_by));
    } else if (slice_empty(ask->note)) {
        release_refuse(ask, 422, "note_missing", "say why: it stands beside the change");
    } else {
        return true;
    }
    return false;
}

void release_change_status(struct releases *releases, struct release_ask *ask, struct arena *arena) {
    const struct pack_folder *now;
    struct diag diag;
    if (shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now, &diag) != STATUS_OK) {
        release_refuse_by(ask, &diag);
        return;
    }
    if (!check_status(ask, now->catalogue)) {
        return;
    }
    bool suspends = slice_is(ask->status, "SUSPENDED");
    if (suspends && !ask->is_person) {
        release_refuse(ask, 403, "needs_a_person", "a person suspends a model");
        return;
    }
    struct pack_folder pack;
    pack_init(&pack, SLICE(""));
    struct pack_file statuses = {.path = SLICE("statuses.yaml"), .source = {.name = SLICE("statuses.yaml"), .text = write_statuses(now, ask, &pack.arena)}};
    pack_lay_over(&pack, now, &statuses, 1);
    struct release_entry was;
    struct release_entry *entry = bring(releases, ask, &pack, arena, &was);
    if (entry != NULL && suspends) {
        release_now(releases, ask, entry, "model_suspended", arena);
    } else if (entry != NULL) {
        releases_settle(releases, ask, entry, &was, "release_brought", arena);
    }
    pack_close(&pack);
}

// ---- the watched folder -----------------------------------------------------------------------------------

static Hash128 hash_texts(const struct pack_folder *pack) {
    Hash128 hash = {0};
    for (uint32_t i = 0; i < pack->file_count; i++) {
        Hash128 path = hash128(pack->files[i].path, hash.low);
        hash = hash128(pack->files[i].source.text, hash.high ^ path.low);
    }
    return hash;
}

// Whether the texts of a folder are those that were looked at before; from now on they are.
static bool was_seen(struct releases *releases, const struct pack_folder *pack) {
    Hash128 texts = hash_texts(pack);
    struct watched_folder *watched = NULL;
    for (uint32_t i = 0; i < releases->watched.count && watched == NULL; i++) {
        watched = slice_equal(releases->watched.at[i].path, pack->path) ? &releases->watched.at[i] : NULL;
    }
    if (watched == NULL) {
        watched = VEC_PUSH(&releases->watched, &releases->arena);
        *watched = (struct watched_folder){.path = arena_copy(&releases->arena, pack->path)};
    }
    bool same = watched->texts.low == texts.low && watched->texts.high == texts.high;
    watched->texts = texts;
    return same;
}

static void bring_watched(struct releases *releases, struct release_ask *ask, struct pack_folder *pack, struct arena *arena) {
    struct release_entry was;
    struct release_entry *entry = bring(releases, ask, pack, arena, &was);
    if (entry != NULL && slice_empty(was.name)) {
        releases_settle(releases, ask, entry, &was, "release_brought", arena);
    }
    if (ask->code[0] != '\0') {
        Slice why = arena_printf(arena, "%s: %s %.*s", ask->code, ask->detail, SLICE_ARGS(buf_slice(&ask->body)));
        releases_happened(releases, "release_refused", pack->path, ask->by, why);
    }
}

// A pack in the watched folder becomes a draft; one with mistakes is told of once for each of its states. It is compiled when it is another than it was.
static void look_at(struct releases *releases, Slice path, struct arena *arena) {
    struct pack_folder pack;
    struct diag diag;
    struct release_ask ask = {.by = SLICE("watched folder")};
    pack_init(&pack, path);
    buf_init(&ask.body, RELEASE_REPORT_MAX);
    if (pack_read(&pack, NULL, 0, &diag) == STATUS_OK && !was_seen(releases, &pack)) {
        bring_watched(releases, &ask, &pack, arena);
    }
    buf_deinit(&ask.body);
    pack_close(&pack);
}

void releases_watch(struct releases *releases) {
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
