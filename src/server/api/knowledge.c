// Lists and tables: what is declared, what is known of one key, and changes. A change is a record of the stream like any other: it goes through
// the pipeline and the journal, and a replay sees it at its place. Keys are kept as hashes, so that entries and rows can be asked for and not be listed.
// What a person wants of a list that takes two persons is a wish (wishes.c).

#include "server/api/wishes.h"

#include "base/mask.h"
#include "base/time.h"
#include "os/clock.h"

#include <math.h>

enum { KEY_TEXT_MAX = 4096, CHANGE_RECORD_MAX = 256 << 10, TARGET_TEXT = 192 };

static void put_wording(struct json_writer *json, Slice key, Wording wording) {
    json_key(json, key);
    json_object_begin(json);
    json_key_string(json, SLICE("zh"), wording.zh);
    json_key_string(json, SLICE("en"), wording.en);
    json_object_end(json);
}

static void put_titles(struct json_writer *json, Slice zh, Slice en) {
    put_wording(json, SLICE("title"), (Wording){zh, en});
}

// ---- lists --------------------------------------------------------------------------------------------------

static void look_at_lists(struct question *question, struct heart *heart) {
    const struct knowledge *knowledge = heart_knowledge(heart);
    uint32_t count = question->catalogue->knowledge->list_count;
    uint32_t *counts = ARENA_ARRAY(&question->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        counts[i] = knowledge_list_count(knowledge, i);
    }
    question->user = counts;
}

static void render_lists(struct question *question, struct json_writer *json) {
    const struct knowledge_plan *plan = question->catalogue->knowledge;
    const uint32_t *counts = question->user;
    json_object_begin(json);
    json_key(json, SLICE("lists"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->list_count; i++) {
        const struct knowledge_list *list = &plan->lists[i];
        json_object_begin(json);
        json_key_string(json, SLICE("list"), list->name);
        put_titles(json, list->zh, list->en);
        json_key_string(json, SLICE("key"), list->key);
        put_wording(json, SLICE("source"), list->source);
        put_wording(json, SLICE("expiry"), list->expiry);
        json_key_i64(json, SLICE("entries"), counts[i]);
        json_key_i64(json, SLICE("cap"), list->cap);
        json_key_bool(json, SLICE("four_eyes"), list->four_eyes);
        json_key_string(json, SLICE("personal"), api_list_personal(list));
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell_lists(struct question *question) {
    question_reply(question, render_lists);
}

void api_get_lists(void *context, struct http_request *request) {
    if (!api_query_is_known(request, NULL, 0)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        question->look = look_at_lists;
        question->tell = tell_lists;
        question_ask(question);
    }
}

// ---- an entry -----------------------------------------------------------------------------------------------

struct entry_found {
    int64_t at_us;
    bool is_on, is_list;
    struct knowledge_entry entry;
};

static void look_at_entry(struct question *question, struct heart *heart) {
    struct entry_found *found = question->user;
    const struct knowledge *knowledge = heart_knowledge(heart);
    Slice key = http_request_parameter(question->request, SLICE("key"));
    uint32_t list = map_get(&question->catalogue->knowledge->lists_by_name, http_request_parameter(question->request, SLICE("list")));
    found->is_list = list != MAP_NONE;
    if (found->is_list) {
        found->is_on = knowledge_list_entry(knowledge, list, knowledge_key(&key, 1), found->at_us, &found->entry);
    }
    if (found->is_on) {
        found->entry.source = arena_copy(&question->arena, found->entry.source);
        found->entry.reason = arena_copy(&question->arena, found->entry.reason);
    }
}

static void put_bound(struct json_writer *json, Slice name, int64_t time_us, int64_t open) {
    json_key(json, name);
    if (time_us == open) {
        json_null(json);
    } else {
        json_i64(json, floor_div(time_us, US_PER_MS));
    }
}

static void render_entry(struct question *question, struct json_writer *json) {
    const struct entry_found *found = question->user;
    json_object_begin(json);
    json_key_string(json, SLICE("list"), http_request_parameter(question->request, SLICE("list")));
    json_key_string(json, SLICE("key"), http_request_parameter(question->request, SLICE("key")));
    json_key_i64(json, SLICE("at"), floor_div(found->at_us, US_PER_MS));
    json_key_bool(json, SLICE("listed"), found->is_on);
    if (found->is_on) {
        put_bound(json, SLICE("from"), found->entry.begin_us, INT64_MIN);
        put_bound(json, SLICE("until"), found->entry.end_us, INT64_MAX);
        json_key_string(json, SLICE("source"), found->entry.source);
        json_key_string(json, SLICE("note"), found->entry.reason);
    }
    json_object_end(json);
}

static void tell_entry(struct question *question) {
    const struct entry_found *found = question->user;
    if (found->is_list) {
        question_reply(question, render_entry);
    } else {
        api_refuse(question->request, API_PROBLEM_LIST_UNKNOWN, "%s", "");
    }
}

// A moment in the query, in milliseconds; without one, now. False: it has answered.
static bool read_at(struct http_request *request, int64_t *ret_us) {
    Slice text;
    int64_t ms;
    *ret_us = clock_wall_us();
    if (http_request_query(request, SLICE("at"), &text) != STATUS_OK) {
        return true;
    }
    if (!slice_to_i64(text, &ms) || ms < 0 || ms > INT64_MAX / US_PER_MS) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'at' is milliseconds since 1970 UTC");
        return false;
    }
    *ret_us = ms * US_PER_MS;
    return true;
}

void api_get_entry(void *context, struct http_request *request) {
    static const char *const names[] = {"at"};
    struct entry_found found = {0};
    if (!api_query_is_known(request, names, 1) || !read_at(request, &found.at_us)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        question->user = ARENA_NEW(&question->arena, struct entry_found);
        *(struct entry_found *)question->user = found;
        question->look = look_at_entry;
        question->tell = tell_entry;
        question_ask(question);
    }
}

// ---- changes of lists -----------------------------------------------------------------------------------------

// What stands in the log of who did what: the key as it is shown to who may not see it.
static Slice change_target(const char *kind, Slice name, Slice key, char text[static TARGET_TEXT]) {
    struct buf hidden;
    buf_init(&hidden, TARGET_TEXT);
    mask_put(MASK_ACCOUNT, slice_part(key, 0, 64), &hidden);
    int size = snprintf(text, TARGET_TEXT, "%s %.*s/%.*s", kind, SLICE_ARGS(slice_part(name, 0, 64)), SLICE_ARGS(buf_slice(&hidden)));
    buf_deinit(&hidden);
    return (Slice){text, size < TARGET_TEXT ? (size_t)size : TARGET_TEXT - 1};
}

static Slice list_target(struct http_request *request, char text[static TARGET_TEXT]) {
    return change_target("list", http_request_parameter(request, SLICE("list")), http_request_parameter(request, SLICE("key")), text);
}

// {"$list": name, "op": op, "key": key, "time": now, the open object goes on.
static void begin_list_change(struct json_writer *json, struct http_request *request, Slice op) {
    json_object_begin(json);
    json_key_string(json, SLICE("$list"), http_request_parameter(request, SLICE("list")));
    json_key_string(json, SLICE("op"), op);
    json_key_string(json, SLICE("key"), http_request_parameter(request, SLICE("key")));
    json_key_i64(json, SLICE("time"), clock_wall_us() / US_PER_MS);
}

enum { FROM, UNTIL, NOTE, SOURCE, ENTRY_MEMBERS };

static void put_moment(struct json_writer *json, JsonTree tree, uint32_t node, Slice name) {
    if (node != JSON_NONE) {
        json_key(json, name);
        tree.nodes[node].kind == JSON_INT ? json_i64(json, tree.nodes[node].i64) : json_string(json, tree.nodes[node].text);
    }
}

static bool is_kind(JsonTree tree, uint32_t node, bool number) {
    return node == JSON_NONE || tree.nodes[node].kind == JSON_STRING || (number && tree.nodes[node].kind == JSON_INT);
}

// The body of PUT as the rest of the record. False with a reason.
static bool put_entry_members(struct json_writer *json, JsonTree tree, Slice who, struct buf *reason) {
    static const char *const names[ENTRY_MEMBERS] = {"from", "until", "note", "source"};
    uint32_t found[ENTRY_MEMBERS];
    if (!api_members(tree, 0, names, ENTRY_MEMBERS, found, reason)) {
        return false;
    }
    for (uint32_t i = 0; i < ENTRY_MEMBERS; i++) {
        if (!is_kind(tree, found[i], i == FROM || i == UNTIL)) {
            buf_printf(reason, "'%s' is %s", names[i], i == FROM || i == UNTIL ? "milliseconds since 1970 UTC, or as 2026-11-23T14:00:00+08:00" : "a text");
            return false;
        }
    }
    // What two persons did is known by its source (server/response_engine.c).
    if (found[SOURCE] != JSON_NONE && slice_starts_with(tree.nodes[found[SOURCE]].text, SLICE("disposition "))) {
        buf_printf(reason, "'source' begins like those of changes that two persons made");
        return false;
    }
    put_moment(json, tree, found[FROM], SLICE("begin"));
    put_moment(json, tree, found[UNTIL], SLICE("end"));
    put_moment(json, tree, found[NOTE], SLICE("reason"));
    if (found[SOURCE] != JSON_NONE || who.size > 0) {
        json_key_string(json, SLICE("source"), found[SOURCE] != JSON_NONE ? tree.nodes[found[SOURCE]].text : who);
    }
    return true;
}

// What a person wants of a list is known to take one or two when it is known which list it is.
struct wanted {
    Slice record, target;
    bool is_put;
};

static void tell_wanted(struct question *question) {
    const struct wanted *wanted = question->user;
    const struct knowledge_plan *plan = question->catalogue->knowledge;
    uint32_t list = map_get(&plan->lists_by_name, http_request_parameter(question->request, SLICE("list")));
    if (list == MAP_NONE || !plan->lists[list].four_eyes) {
        api_submit_deferred(question->serve, question->request, wanted->record, wanted->target);
    } else if (wanted->is_put) {
        api_wish_put(question, &plan->lists[list]);
    } else {
        api_wish_delete(question, &plan->lists[list]);
    }
}

static void want(struct serve *serve, struct http_request *request, Slice record, bool is_put) {
    char text[TARGET_TEXT];
    Slice target = list_target(request, text);
    if (serve->options.gate == NULL || gate_identity(request)->kind != ACTOR_PERSON) {
        api_submit_change(serve, request, record, target);
        return;
    }
    struct question *question = question_create(serve, request);
    if (question != NULL) {
        struct wanted *wanted = ARENA_NEW(&question->arena, struct wanted);
        *wanted = (struct wanted){arena_copy(&question->arena, record), arena_copy(&question->arena, target), is_put};
        question->user = wanted;
        question->tell = tell_wanted;
        question_ask(question);
    }
}

void api_put_entry(void *context, struct http_request *request) {
    Slice who = api_who(context, request);
    struct json_reader *reader = json_reader_create(API_CHANGE_MAX, API_BODY_DEPTH_MAX);
    struct buf record;
    struct buf reason;
    struct json_writer json;
    JsonTree tree;
    buf_init(&record, CHANGE_RECORD_MAX);
    buf_init(&reason, 4096);
    json_writer_init(&json, &record);
    if (api_read_object(request, reader, &tree)) {
        begin_list_change(&json, request, SLICE("add"));
        if (put_entry_members(&json, tree, who, &reason)) {
            json_object_end(&json);
            json_writer_finish(&json);
            want(context, request, buf_slice(&record), true);
        } else {
            api_refuse(request, API_PROBLEM_BODY_REFUSED, "%.*s", SLICE_ARGS(buf_slice(&reason)));
        }
    }
    json_reader_destroy(reader);
    buf_deinit(&record);
    buf_deinit(&reason);
}

void api_delete_entry(void *context, struct http_request *request) {
    static const char *const names[] = {"reason"};
    Slice reason = SLICE("");
    struct buf record;
    struct json_writer json;
    if (!api_query_is_known(request, names, 1)) {
        return;
    }
    (void)!http_request_query(request, SLICE("reason"), &reason);
    buf_init(&record, CHANGE_RECORD_MAX);
    json_writer_init(&json, &record);
    begin_list_change(&json, request, SLICE("remove"));
    json_key_string(&json, SLICE("source"), api_who(context, request));
    json_key_string(&json, SLICE("reason"), slice_part(reason, 0, KNOWLEDGE_TEXT_SIZE_MAX));
    json_object_end(&json);
    json_writer_finish(&json);
    want(context, request, buf_slice(&record), false);
    buf_deinit(&record);
}

// ---- tables -------------------------------------------------------------------------------------------------

static void look_at_tables(struct question *question, struct heart *heart) {
    uint32_t count = question->catalogue->knowledge->table_count;
    uint32_t *rows = ARENA_ARRAY(&question->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        rows[i] = knowledge_table_rows(heart_knowledge(heart), i);
    }
    question->user = rows;
}

static const char *const column_types[] = {"int", "float", "bool", "money", "enum", "string"};

static void put_column(struct json_writer *json, const struct knowledge_column *column) {
    json_object_begin(json);
    json_key_string(json, SLICE("column"), column->name);
    json_key_string(json, SLICE("type"), slice_of(column_types[column->type]));
    put_titles(json, column->zh, column->en);
    json_key_string(json, SLICE("unit"), column->unit);
    json_key_bool(json, SLICE("personal"), column->is_personal);
    if (column->type == COLUMN_ENUM) {
        api_put_values(json, column->values, column->names, column->value_count);
    }
    json_object_end(json);
}

static void put_table(struct json_writer *json, const struct knowledge_table *table, uint32_t rows) {
    json_object_begin(json);
    json_key_string(json, SLICE("table"), table->name);
    json_key_string(json, SLICE("namespace"), table->namespace);
    json_key(json, SLICE("key"));
    json_array_begin(json);
    for (uint32_t i = 0; i < table->key_count; i++) {
        json_string(json, table->key[i]);
    }
    json_array_end(json);
    json_key_i64(json, SLICE("rows"), rows);
    json_key_i64(json, SLICE("cap"), table->cap);
    json_key(json, SLICE("columns"));
    json_array_begin(json);
    for (uint32_t i = 0; i < table->column_count; i++) {
        put_column(json, &table->columns[i]);
    }
    json_array_end(json);
    json_object_end(json);
}

static void render_tables(struct question *question, struct json_writer *json) {
    const struct knowledge_plan *plan = question->catalogue->knowledge;
    const uint32_t *rows = question->user;
    json_object_begin(json);
    json_key(json, SLICE("tables"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->table_count; i++) {
        put_table(json, &plan->tables[i], rows[i]);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell_tables(struct question *question) {
    question_reply(question, render_tables);
}

void api_get_tables(void *context, struct http_request *request) {
    if (!api_query_is_known(request, NULL, 0)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        question->look = look_at_tables;
        question->tell = tell_tables;
        question_ask(question);
    }
}

// ---- a row --------------------------------------------------------------------------------------------------

// The parts of a key in a path: as many as the table has, between slashes. A key of one part may hold slashes itself; one of none is written "-".
static bool split_key(const struct knowledge_table *table, Slice text, Slice parts[KNOWLEDGE_KEY_PARTS_MAX]) {
    if (table->key_count == 0) {
        return slice_is(text, "-");
    }
    uint32_t count = 0;
    while (count + 1 < table->key_count && slice_split(&text, '/', &parts[count])) {
        count++;
    }
    parts[count++] = text;
    for (uint32_t i = 0; i < count; i++) {
        if (slice_empty(parts[i])) {
            return false;
        }
    }
    return count == table->key_count && (count == 1 || slice_find_byte(text, '/', 0) == text.size);
}

static void refuse_key(struct http_request *request, const struct knowledge_table *table) {
    char names[512] = "/-";
    size_t size = 0;
    for (uint32_t i = 0; i < table->key_count && size + 1 < sizeof names; i++) {
        int more = snprintf(names + size, sizeof names - size, "/%.*s", SLICE_ARGS(table->key[i]));
        size += (size_t)more < sizeof names - size ? (size_t)more : sizeof names - size - 1;
    }
    api_refuse(request, API_PROBLEM_KEY_REFUSED, "a row of this table is at rows%s", names);
}

struct row_found {
    uint32_t table;
    bool is_table, has_key, is_row;
    bool may_see; // what is personal
    Slice reason; // why he wants to see it who usually may not; empty: he may, or does not want to
    struct access_act act;
    double *numbers; // by column
    Slice *texts;
};

static void copy_cells(struct question *question, const struct knowledge *knowledge, KnowledgeRow row) {
    struct row_found *found = question->user;
    const struct knowledge_table *table = &question->catalogue->knowledge->tables[found->table];
    found->numbers = ARENA_ARRAY(&question->arena, double, table->column_count);
    found->texts = ARENA_ARRAY(&question->arena, Slice, table->column_count);
    for (uint32_t i = 0; i < table->column_count; i++) {
        Slice text;
        found->numbers[i] = knowledge_cell(knowledge, found->table, row, i);
        if (table->columns[i].type == COLUMN_STRING && knowledge_cell_text(knowledge, found->table, row, i, &text)) {
            found->texts[i] = arena_copy(&question->arena, text);
        }
    }
}

static void look_at_row(struct question *question, struct heart *heart) {
    struct row_found *found = question->user;
    const struct knowledge_plan *plan = question->catalogue->knowledge;
    Slice parts[KNOWLEDGE_KEY_PARTS_MAX];
    found->table = map_get(&plan->tables_by_name, http_request_parameter(question->request, SLICE("table")));
    found->is_table = found->table != MAP_NONE;
    if (!found->is_table) {
        return;
    }
    const struct knowledge_table *table = &plan->tables[found->table];
    found->has_key = split_key(table, http_request_parameter(question->request, SLICE("key")), parts);
    if (found->has_key) {
        KnowledgeRow row = knowledge_row(heart_knowledge(heart), found->table, knowledge_key(parts, table->key_count));
        found->is_row = row.cells != NULL;
        if (found->is_row) {
            copy_cells(question, heart_knowledge(heart), row);
        }
    }
}

static void put_cell(struct json_writer *json, const struct knowledge_column *column, double number, Slice text) {
    json_key(json, column->name);
    if (column->type == COLUMN_STRING) {
        text.at == NULL ? json_null(json) : json_string(json, text);
    } else if (isnan(number)) {
        json_null(json);
    } else if (column->type == COLUMN_BOOL) {
        json_bool(json, number > 0);
    } else if (column->type == COLUMN_ENUM) {
        json_string(json, column->values[(uint32_t)number]);
    } else {
        json_double(json, number);
    }
}

static void render_row(struct question *question, struct json_writer *json) {
    const struct row_found *found = question->user;
    const struct knowledge_table *table = &question->catalogue->knowledge->tables[found->table];
    Slice parts[KNOWLEDGE_KEY_PARTS_MAX];
    split_key(table, http_request_parameter(question->request, SLICE("key")), parts);
    json_object_begin(json);
    json_key_string(json, SLICE("table"), table->name);
    json_key(json, SLICE("key"));
    json_array_begin(json);
    for (uint32_t i = 0; i < table->key_count; i++) {
        json_string(json, parts[i]);
    }
    json_array_end(json);
    json_key(json, SLICE("columns"));
    json_object_begin(json);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const struct knowledge_column *column = &table->columns[i];
        bool hides = column->is_personal && !found->may_see && found->texts[i].at != NULL;
        put_cell(json, column, found->numbers[i], hides ? mask_copy(column->personal, found->texts[i], &question->arena) : found->texts[i]);
    }
    json_object_end(json);
    json_object_end(json);
}

// A person who is shown personal data is on record with it.
static void note_shown(struct question *question, const struct row_found *found) {
    const struct knowledge_table *table = &question->catalogue->knowledge->tables[found->table];
    bool shows = false;
    for (uint32_t i = 0; i < table->column_count; i++) {
        shows = shows || (table->columns[i].is_personal && found->texts[i].at != NULL);
    }
    if (shows && found->may_see && found->act.who.kind == ACTOR_PERSON) {
        Slice key = http_request_parameter(question->request, SLICE("key"));
        api_report(question->serve, &found->act, AUDIT_PERSONAL_UNMASKED, arena_printf(&question->arena, "row %.*s/%.*s", SLICE_ARGS(table->name), SLICE_ARGS(key)),
                   SLICE(""));
    }
}

static void show_row(struct question *question) {
    struct row_found *found = question->user;
    if (!slice_empty(found->reason)) {
        Slice table = http_request_parameter(question->request, SLICE("table"));
        Slice key = http_request_parameter(question->request, SLICE("key"));
        Slice target = arena_printf(&question->arena, "row %.*s/%.*s", SLICE_ARGS(table), SLICE_ARGS(key));
        if (!api_unmask(question->serve, question->request, &found->act, target, found->reason)) {
            return;
        }
        found->may_see = true;
    } else {
        note_shown(question, found);
    }
    question_reply(question, render_row);
}

static void tell_row(struct question *question) {
    const struct row_found *found = question->user;
    if (!found->is_table) {
        api_refuse(question->request, API_PROBLEM_TABLE_UNKNOWN, "%s", "");
    } else if (!found->has_key) {
        refuse_key(question->request, &question->catalogue->knowledge->tables[found->table]);
    } else if (!found->is_row) {
        api_refuse(question->request, API_PROBLEM_ROW_UNKNOWN, "%s", "");
    } else {
        show_row(question);
    }
}

void api_get_row(void *context, struct http_request *request) {
    static const char *const names[] = {"unmask"};
    Slice reason;
    if (!api_query_is_known(request, names, 1) || !api_unmask_reason(context, request, &reason)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        struct row_found *found = ARENA_NEW(&question->arena, struct row_found);
        found->act = gate_act(request);
        found->reason = arena_copy(&question->arena, reason);
        found->may_see = question->serve->options.gate == NULL || identity_may(&found->act.who, SCOPE_PERSONAL_READ);
        question->user = found;
        question->look = look_at_row;
        question->tell = tell_row;
        question_ask(question);
    }
}

// ---- changes of tables ----------------------------------------------------------------------------------------

// The key is split by the table that is declared at the moment, so the record is made when the catalogue is known.
static void make_row_change(struct question *question) {
    struct serve *serve = question->serve;
    const struct knowledge_plan *plan = question->catalogue->knowledge;
    Slice name = http_request_parameter(question->request, SLICE("table"));
    uint32_t table = map_get(&plan->tables_by_name, name);
    Slice parts[KNOWLEDGE_KEY_PARTS_MAX];
    if (table == MAP_NONE) {
        api_refuse(question->request, API_PROBLEM_TABLE_UNKNOWN, "%s", "");
        return;
    }
    if (!split_key(&plan->tables[table], http_request_parameter(question->request, SLICE("key")), parts)) {
        refuse_key(question->request, &plan->tables[table]);
        return;
    }
    struct buf record;
    struct json_writer json;
    buf_init(&record, CHANGE_RECORD_MAX);
    json_writer_init(&json, &record);
    json_object_begin(&json);
    json_key_string(&json, SLICE("$table"), name);
    json_key(&json, SLICE("key"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < plan->tables[table].key_count; i++) {
        json_string(&json, parts[i]);
    }
    json_array_end(&json);
    json_key_i64(&json, SLICE("time"), clock_wall_us() / US_PER_MS);
    json_key(&json, SLICE("set"));
    json_raw(&json, slice_trim(http_request_body(question->request)));
    json_object_end(&json);
    json_writer_finish(&json);
    char text[TARGET_TEXT];
    Slice key = http_request_parameter(question->request, SLICE("key"));
    api_submit_deferred(serve, question->request, buf_slice(&record), change_target("row", name, key, text));
    buf_deinit(&record);
}

void api_patch_row(void *context, struct http_request *request) {
    struct json_reader *reader = json_reader_create(API_CHANGE_MAX, API_BODY_DEPTH_MAX);
    JsonTree tree;
    bool is_object = api_read_object(request, reader, &tree);
    json_reader_destroy(reader);
    struct question *question = is_object ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = make_row_change;
        question_ask(question);
    }
}
