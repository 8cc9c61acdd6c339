#include "load/templates.h"

#include "base/map.h"
#include "base/vec.h"
#include "codec/inflate.h"
#include "codec/json.h"
#include "codec/lines.h"
#include "load/event_text.h"
#include "os/file.h"

#include <stdlib.h>

// Places are bytes of `text`; 0, where the brace stands, means that there is nothing to write.
struct template {
    Slice text;
    Slice id;       // as it came, unescaped; empty: a change
    Slice original; // the id it names; empty: none
    uint32_t id_at, time_at, original_at;
    uint32_t original_index; // of the template that has that id
};

struct templates {
    struct templates_options options;
    VEC(struct template) records;
};

// What reading needs.
struct reading {
    struct templates *templates;
    struct arena *arena;
    struct arena scratch; // what is not needed any more when all is read
    struct diag *diag;
    struct json_reader *json;
    struct map ids;
    size_t bytes;
    Slice path;
    uint64_t line;
};

// ---- one record ------------------------------------------------------------------------------------------

static Status refuse(struct reading *reading, const char *what, Slice name) {
    return diag_fail(reading->diag, reading->arena, STATUS_INVALID, "LD002", "%.*s:%llu: %s%.*s", SLICE_ARGS(reading->path),
                     (unsigned long long)reading->line, what, SLICE_ARGS(name));
}

static bool is_change(JsonTree tree) {
    return json_member(tree, 0, SLICE("$list")) != JSON_NONE || json_member(tree, 0, SLICE("$table")) != JSON_NONE;
}

// A string member, copied; empty when it is not there or is no string.
static Slice text_of(struct arena *arena, JsonTree tree, Slice name) {
    uint32_t node = json_member(tree, 0, name);
    bool is_text = node != JSON_NONE && tree.nodes[node].kind == JSON_STRING;
    return is_text ? arena_copy(arena, tree.nodes[node].text) : (Slice){NULL, 0};
}

// A value to be written over: where it stands in the record as it came, how wide it becomes, and where its place is to be noted.
struct change {
    struct event_member old;
    uint32_t width;
    bool quoted;
    uint32_t *at;
};

static int by_place(const void *left, const void *right) {
    const struct change *a = left;
    const struct change *b = right;
    return (a->old.at > b->old.at) - (a->old.at < b->old.at);
}

// Copies a record with room of the new widths for what changes.
static Slice make_room(struct arena *arena, Slice line, struct change *changes, uint32_t count) {
    char *text = arena_alloc_raw(arena, line.size + count * (TEMPLATES_ID_SIZE + 2));
    size_t from = 0;
    size_t size = 0;
    qsort(changes, count, sizeof changes[0], by_place);
    for (uint32_t i = 0; i < count; i++) {
        const struct change *change = &changes[i];
        memcpy(text + size, line.at + from, change->old.at - from);
        size += change->old.at - from + change->quoted;
        *change->at = (uint32_t)size;
        memset(text + size - change->quoted, '"', change->width + 2u * change->quoted);
        size += change->width + change->quoted;
        from = change->old.at + change->old.size;
    }
    memcpy(text + size, line.at + from, line.size - from);
    return (Slice){text, size + line.size - from};
}

// Both have to stand in the record, so that they can be written over.
static Status check_members(struct reading *reading, Slice line) {
    const struct templates_options *options = &reading->templates->options;
    struct event_member member;
    if (!event_member_find(line, options->id, &member)) {
        return refuse(reading, "there is no ", options->id);
    }
    if (!options->keep && !event_member_find(line, options->time, &member)) {
        return refuse(reading, "what is to be moved to the present is not there (--keep sends records as they are): ", options->time);
    }
    return STATUS_OK;
}

static Status read_record(struct reading *reading, Slice line) {
    struct templates *templates = reading->templates;
    JsonTree tree;
    if (json_parse_padded(reading->json, line, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return refuse(reading, "this is no JSON object", SLICE(""));
    }
    bool change = is_change(tree);
    struct arena *arena = change || templates->options.keep ? reading->arena : &reading->scratch;
    struct template *record = VEC_PUSH(&templates->records, reading->arena);
    record->text = arena_copy(arena, line);
    if (change) {
        return STATUS_OK;
    }
    record->id = text_of(arena, tree, templates->options.id);
    record->original = text_of(&reading->scratch, tree, templates->options.original);
    if (slice_empty(record->id)) {
        return refuse(reading, "there is no text in ", templates->options.id);
    }
    map_put(&reading->ids, record->id, templates->records.count - 1);
    return check_members(reading, line);
}

// Makes an event of the file one that can become new. What read_record() kept of it goes with the scratch arena.
static void prepare(struct reading *reading, struct template *record) {
    const struct templates_options *options = &reading->templates->options;
    uint32_t original = slice_empty(record->original) ? MAP_NONE : map_get(&reading->ids, record->original);
    struct change changes[3] = {{.width = TEMPLATES_ID_SIZE, .quoted = true, .at = &record->id_at},
                                {.width = TEMPLATES_TIME_SIZE, .at = &record->time_at},
                                {.width = TEMPLATES_ID_SIZE, .quoted = true, .at = &record->original_at}};
    bool found = event_member_find(record->text, options->id, &changes[0].old) &&
                 event_member_find(record->text, options->time, &changes[1].old);
    INVARIANT(found);
    bool names = original != MAP_NONE && event_member_find(record->text, options->original, &changes[2].old);
    record->original_index = original;
    record->text = make_room(reading->arena, record->text, changes, names ? 3 : 2);
    record->id = record->original = (Slice){NULL, 0};
}

// Only when all are read it is known which events are in the file.
static void prepare_all(struct reading *reading) {
    struct templates *templates = reading->templates;
    for (uint32_t i = 0; i < templates->records.count && !templates->options.keep; i++) {
        if (!slice_empty(templates->records.at[i].id)) {
            prepare(reading, &templates->records.at[i]);
        }
    }
}

// ---- the files -------------------------------------------------------------------------------------------

// Sets *ret_cut when the source failed, which has not been told then.
static Status read_lines(struct reading *reading, struct line_reader *lines, bool *ret_cut) {
    struct line line;
    Status status;
    while ((status = line_reader_next(lines, &line)) == STATUS_OK) {
        reading->line = line.number;
        reading->bytes += line.text.size;
        if (line.too_long) {
            return refuse(reading, "the line is longer than 1 MiB", SLICE(""));
        }
        if (reading->bytes > TEMPLATES_BYTES_MAX) {
            return diag_fail(reading->diag, reading->arena, STATUS_LIMIT, "LD003", "the records have more than 1 GiB: take fewer");
        }
        TRY(read_record(reading, line.text));
    }
    *ret_cut = status != STATUS_END;
    return *ret_cut ? status : STATUS_OK;
}

static Status read_file(struct reading *reading, Slice path) {
    struct file_reader *file;
    TRY(file_reader_open(path, reading->arena, &file, reading->diag));
    struct inflater *inflater = inflater_create(file_reader_source(file));
    struct line_reader *lines = line_reader_create(inflater_source(inflater), LINE_SIZE_MAX);
    bool cut = false;
    reading->path = path;
    Status status = read_lines(reading, lines, &cut);
    if (cut) {
        const char *what = inflater_error(inflater)->what;
        what = what != NULL ? what : file_reader_error(file);
        status = diag_fail(reading->diag, reading->arena, status, "LD001", "%.*s cannot be read: %s", SLICE_ARGS(path), what);
    }
    line_reader_destroy(lines);
    inflater_destroy(inflater);
    file_reader_close(file);
    return status;
}

static Status read_files(struct reading *reading, const Slice *paths, uint32_t path_count) {
    for (uint32_t i = 0; i < path_count; i++) {
        TRY(read_file(reading, paths[i]));
    }
    if (reading->templates->records.count == 0) {
        return diag_fail(reading->diag, reading->arena, STATUS_INVALID, "LD003", "there is no record to send");
    }
    prepare_all(reading);
    return STATUS_OK;
}

Status templates_open(const struct templates_options *options, const Slice *paths, uint32_t path_count, struct arena *arena,
                      struct templates **ret_templates, struct diag *diag) {
    struct templates *templates = ARENA_NEW(arena, struct templates);
    templates->options = *options;
    struct reading reading = {.templates = templates, .arena = arena, .diag = diag, .json = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX)};
    arena_init(&reading.scratch, 1 << 20);
    map_init(&reading.ids, &reading.scratch);
    Status status = read_files(&reading, paths, path_count);
    arena_deinit(&reading.scratch);
    json_reader_destroy(reading.json);
    *ret_templates = templates;
    return status;
}

// ---- sending ---------------------------------------------------------------------------------------------

uint32_t templates_count(const struct templates *templates) {
    return templates->records.count;
}

static void put_digits(char *at, uint64_t value, uint32_t width) {
    while (width > 0) {
        at[--width] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void put_id(const struct templates *templates, uint64_t number, char *at) {
    memcpy(at, templates->options.run, TEMPLATES_RUN_SIZE);
    at[TEMPLATES_RUN_SIZE] = '-';
    put_digits(at + TEMPLATES_RUN_SIZE + 1, number, TEMPLATES_NUMBER_SIZE);
}

void templates_put(const struct templates *templates, uint64_t number, int64_t time_ms, struct buf *out) {
    uint32_t index = (uint32_t)(number % templates->records.count);
    const struct template *record = &templates->records.at[index];
    char *at = buf_reserve(out, record->text.size);
    if (at == NULL) {
        return;
    }
    memcpy(at, record->text.at, record->text.size);
    if (record->id_at > 0) {
        put_id(templates, number, at + record->id_at);
    }
    if (record->time_at > 0) {
        put_digits(at + record->time_at, (uint64_t)time_ms, TEMPLATES_TIME_SIZE);
    }
    if (record->original_at > 0) {
        put_id(templates, number - index + record->original_index, at + record->original_at);
    }
    buf_advance(out, record->text.size);
}

Slice templates_id(const struct templates *templates, uint64_t number, char room[TEMPLATES_ID_SIZE]) {
    const struct template *record = &templates->records.at[number % templates->records.count];
    if (record->id_at == 0) {
        return record->id;
    }
    put_id(templates, number, room);
    return (Slice){room, TEMPLATES_ID_SIZE};
}
