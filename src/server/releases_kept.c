// What is kept of packs beside the journal: releases.json, replaced as a whole each time.

#include "os/disk.h"
#include "os/file.h"
#include "server/releases_private.h"

const char *const release_state_names[STATE_COUNT] = {
#define X(name) #name,
    STATES(X)
#undef X
};

// ---- out --------------------------------------------------------------------------------------------------

static void put_time(struct json_writer *json, const char *key, int64_t time_us) {
    if (time_us != 0) {
        json_key_i64(json, slice_of(key), time_us / 1000);
    }
}

void release_put_text(struct json_writer *json, const char *key, Slice text) {
    if (!slice_empty(text)) {
        json_key_string(json, slice_of(key), text);
    }
}

void release_write(struct json_writer *json, const struct release_entry *entry, bool whole) {
    json_object_begin(json);
    json_key_string(json, SLICE("name"), entry->name);
    json_key_string(json, SLICE("catalogue"), entry->label);
    json_key_string(json, SLICE("state"), slice_of(release_state_names[entry->state]));
    release_put_text(json, "brought_by", entry->brought_by);
    json_key_bool(json, SLICE("brought_by_person"), entry->brought_by_person);
    put_time(json, "brought_at", entry->brought_us);
    release_put_text(json, "proposed_by", entry->proposed_by);
    put_time(json, "proposed_at", entry->proposed_us);
    release_put_text(json, "approved_by", entry->approved_by);
    put_time(json, "approved_at", entry->approved_us);
    release_put_text(json, "released_by", entry->released_by);
    put_time(json, "released_at", entry->released_us);
    release_put_text(json, "before", entry->before);
    release_put_text(json, "note", entry->note);
    if (!slice_empty(entry->strategies)) {
        json_key(json, SLICE("strategies"));
        json_raw(json, entry->strategies);
    }
    json_key_bool(json, SLICE("tried"), !slice_empty(entry->trial));
    if (whole && !slice_empty(entry->trial)) {
        json_key(json, SLICE("trial"));
        json_raw(json, entry->trial);
    }
    json_object_end(json);
}

static Slice file_path(struct releases *releases, struct arena *arena) {
    return arena_printf(arena, "%.*s/releases.json", SLICE_ARGS(releases->options.folder));
}

static void write_releasing(struct json_writer *json, const struct releasing *releasing) {
    if (slice_empty(releasing->name)) {
        return;
    }
    json_key(json, SLICE("releasing"));
    json_object_begin(json);
    json_key_string(json, SLICE("name"), releasing->name);
    json_key_string(json, SLICE("what"), releasing->what);
    release_put_text(json, "before", releasing->before);
    release_put_text(json, "by", releasing->by);
    release_put_text(json, "note", releasing->note);
    put_time(json, "at", releasing->at_us);
    json_object_end(json);
}

Status releases_keep(struct releases *releases, struct diag *diag, struct arena *arena) {
    struct buf text;
    struct json_writer json;
    buf_init(&text, RELEASES_FILE_MAX);
    json_writer_init(&json, &text);
    json_object_begin(&json);
    json_key(&json, SLICE("releases"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < releases->entries.count; i++) {
        release_write(&json, &releases->entries.at[i], true);
    }
    json_array_end(&json);
    write_releasing(&json, &releases->releasing);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(&text, '\n');
    Status status = buf_overflowed(&text) ? diag_fail(diag, arena, STATUS_LIMIT, "RL005", "releases.json would be larger than 64 MiB: remove old packs from it")
                                          : file_write(file_path(releases, arena), buf_slice(&text), arena, diag);
    buf_deinit(&text);
    return status;
}

// ---- in ---------------------------------------------------------------------------------------------------

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
    buf_init(&text, RELEASE_REPORT_MAX);
    json_writer_init(&json, &text);
    json_node(&json, tree, member);
    json_writer_finish(&json);
    Slice kept = arena_copy(&releases->arena, buf_slice(&text));
    buf_deinit(&text);
    return kept;
}

static void read_entry(struct releases *releases, JsonTree tree, uint32_t object) {
    struct release_entry *entry = VEC_PUSH(&releases->entries, &releases->arena);
    Slice state = member_text(releases, tree, object, "state");
    *entry = (struct release_entry){
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
        .strategies = member_raw(releases, tree, object, "strategies"),
    };
    uint32_t person = json_member(tree, object, SLICE("brought_by_person"));
    entry->brought_by_person = person != JSON_NONE && tree.nodes[person].kind == JSON_TRUE;
    for (int i = 0; i < STATE_COUNT; i++) {
        entry->state = slice_is(state, release_state_names[i]) ? (ReleaseState)i : entry->state;
    }
}

static void read_releasing(struct releases *releases, JsonTree tree) {
    uint32_t object = json_member(tree, 0, SLICE("releasing"));
    if (object == JSON_NONE || tree.nodes[object].kind != JSON_OBJECT) {
        return;
    }
    releases->releasing = (struct releasing){
        .name = member_text(releases, tree, object, "name"),
        .what = member_text(releases, tree, object, "what"),
        .before = member_text(releases, tree, object, "before"),
        .by = member_text(releases, tree, object, "by"),
        .note = member_text(releases, tree, object, "note"),
        .at_us = member_time(tree, object, "at"),
    };
}

Status releases_read_kept(struct releases *releases, struct arena *arena, struct diag *diag) {
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
    TRY(file_read(path, RELEASES_FILE_MAX, arena, &text, diag));
    uint32_t list = json_parse(releases->json, text, &tree) == STATUS_OK ? json_member(tree, 0, SLICE("releases")) : JSON_NONE;
    if (list == JSON_NONE || tree.nodes[list].kind != JSON_ARRAY) {
        return diag_fail(diag, arena, STATUS_INVALID, "RL005", "'%.*s' cannot be read; move it away: the packs stay, what became of them is lost", SLICE_ARGS(path));
    }
    JSON_EACH(tree, list, object) {
        read_entry(releases, tree, object);
    }
    read_releasing(releases, tree);
    return STATUS_OK;
}
