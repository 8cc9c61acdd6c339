#include "base/utf8.h"
#include "codec/lines.h"
#include "monitoring/knowledge/state.h"

// Files of lists and tables. Each row is read, checked and applied by itself, by the same checks as
// records of the stream; what is wrong with it is told at the cell or member, and the next row is
// read.

struct loading {
    struct knowledge *knowledge;
    const struct source *file;
    struct arena *arena;
    struct diag_list *diags;
    uint32_t table;    // KNOWLEDGE_NONE: a list file
    uint32_t old_rows; // of the table, before this file
    uint32_t problems; // found so far
    uint64_t row_line; // where the row starts
    size_t row_offset;
    struct json_reader *json;
};

static size_t bom_size(Slice text) {
    return slice_starts_with(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
}

// The place of bytes of the row.
static Place place_in_row(const struct loading *loading, size_t start, size_t end) {
    Slice text = loading->file->text;
    uint32_t line = (uint32_t)loading->row_line;
    size_t line_start = loading->row_offset;
    for (size_t i = loading->row_offset; i < start; i++) {
        if (text.at[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return (Place){
        .source = loading->file,
        .line = line,
        .column = 1 + (uint32_t)utf8_count(slice_part(text, line_start, start - line_start)),
        .length = (uint32_t)utf8_count(slice_part(text, start, end - start)),
    };
}

static Place place_of_row(const struct loading *loading) {
    return place_in_row(loading, loading->row_offset, loading->row_offset);
}

static void tell(struct loading *loading, DiagLevel level, const struct diag *problem,
                 Place place) {
    if (++loading->problems > KNOWLEDGE_FILE_DIAGS_MAX) {
        return;
    }
    struct diag *diag =
        diag_add(loading->diags, level, problem->code, place, "%.*s", SLICE_ARGS(problem->message));
    if (!slice_empty(problem->hint)) {
        diag_hint(loading->diags, diag, "%.*s", SLICE_ARGS(problem->hint));
    }
}

// Says a problem that has no words from elsewhere.
static void tell_simply(struct loading *loading, DiagLevel level, const char *code, Place place,
                        Slice message, Slice hint) {
    struct diag problem = {.code = code, .message = message, .hint = hint};
    tell(loading, level, &problem, place);
}

static void tell_rest(struct loading *loading) {
    if (loading->problems > KNOWLEDGE_FILE_DIAGS_MAX) {
        struct diag *diag =
            diag_add(loading->diags, DIAG_ERROR, "KN120", (Place){.source = loading->file},
                     "%u more rows have problems", loading->problems - KNOWLEDGE_FILE_DIAGS_MAX);
        diag_hint(loading->diags, diag, "mend those above and load it again");
    }
}

// Applies a row of a table. The warning comes first, so that it stands even when the table is full.
static Status write_row(struct loading *loading, const struct table_change *change, Place key_place,
                        struct diag *diag) {
    uint32_t number = tables_row_number(loading->knowledge, loading->table, change->key);
    if (number != SLAB_NONE && number >= loading->old_rows) {
        tell_simply(loading, DIAG_WARNING, "KN119", key_place,
                    SLICE("this key is there twice in the file"),
                    SLICE("the later row holds; leave out one of the two"));
    }
    return change_write(loading->knowledge, change, loading->arena, diag);
}

// NDJSON.

// The bytes of a member's name in the row, found by its text; the row's start when it is written
// otherwise.
static Place place_of_member(const struct loading *loading, Slice line, Slice key) {
    Slice quoted = arena_printf(loading->arena, "\"%.*s\"", SLICE_ARGS(key));
    size_t at = slice_find(line, quoted, 0);
    if (key.size == 0 || at == SIZE_MAX) {
        return place_of_row(loading);
    }
    return place_in_row(loading, loading->row_offset + at, loading->row_offset + at + quoted.size);
}

// The member that a message is about: the first whose name it has in quotes.
static Place place_of_problem(const struct loading *loading, JsonTree tree, Slice line,
                              Slice message) {
    JSON_EACH(tree, 0, i) {
        Slice key = tree.nodes[i].key;
        Slice quoted = arena_printf(loading->arena, "'%.*s'", SLICE_ARGS(key));
        Slice ending = arena_printf(loading->arena, ".%.*s'", SLICE_ARGS(key));
        if (key.size > 0 && (slice_find(message, quoted, 0) != SIZE_MAX ||
                             slice_find(message, ending, 0) != SIZE_MAX)) {
            return place_of_member(loading, line, key);
        }
    }
    return place_of_row(loading);
}

static Status apply_object(struct loading *loading, JsonTree tree, struct diag *diag) {
    if (loading->table == KNOWLEDGE_NONE) {
        struct list_change change;
        TRY(change_entry_from_json(loading->knowledge, tree, 0, loading->arena, diag, &change));
        return change_add(loading->knowledge, &change, loading->arena, diag);
    }
    struct table_change change;
    TRY(change_row_from_json(loading->knowledge, loading->table, tree, 0, loading->arena, diag,
                             &change));
    return write_row(loading, &change, place_of_row(loading), diag);
}

static void load_line(struct loading *loading, Slice text) {
    JsonTree tree;
    if (json_parse(loading->json, text, &tree) != STATUS_OK) {
        const struct json_error *error = json_reader_error(loading->json);
        size_t at = loading->row_offset + error->offset;
        tell_simply(loading, DIAG_ERROR, "KN112", place_in_row(loading, at, at + 1),
                    slice_of(json_fault_text(error->fault)), SLICE("one JSON object a line"));
        return;
    }
    if (tree.nodes[0].kind != JSON_OBJECT) {
        tell_simply(loading, DIAG_ERROR, "KN112", place_of_row(loading),
                    SLICE("the line is not a JSON object"), SLICE("one JSON object a line"));
        return;
    }
    struct diag diag = {0};
    if (apply_object(loading, tree, &diag) != STATUS_OK) {
        tell(loading, DIAG_ERROR, &diag, place_of_problem(loading, tree, text, diag.message));
    }
}

// What a row took of the arena goes back, unless a diagnostic may lie there.
static void load_lines(struct loading *loading) {
    struct memory_source memory = {.rest = loading->file->text};
    struct line_reader *reader = line_reader_create(byte_source_memory(&memory), LINE_SIZE_MAX);
    loading->json = json_reader_create(LINE_SIZE_MAX, JSON_DEPTH_MAX);
    struct line line;
    while (line_reader_next(reader, &line) == STATUS_OK) {
        ArenaMark mark = arena_mark(loading->arena);
        uint32_t problems = loading->problems;
        loading->row_line = line.number;
        loading->row_offset = line.offset == 0 ? bom_size(loading->file->text) : line.offset;
        if (line.too_long) {
            tell_simply(loading, DIAG_ERROR, "KN112", place_of_row(loading),
                        SLICE("the line is longer than 1 MiB"), SLICE("one JSON object a line"));
        } else if (!slice_empty(slice_trim(line.text))) {
            load_line(loading, line.text);
        }
        if (loading->problems == problems || problems >= KNOWLEDGE_FILE_DIAGS_MAX) {
            arena_rewind(loading->arena, mark);
        }
    }
    json_reader_destroy(loading->json);
    line_reader_destroy(reader);
}

// CSV.

// The bytes of a cell of the row, with its quotes.
static Place place_of_cell(const struct loading *loading, uint32_t column) {
    Slice text = loading->file->text;
    size_t start = loading->row_offset;
    bool quoted = false;
    size_t i = start;
    for (; i < text.size && (quoted || text.at[i] != '\n'); i++) {
        quoted = text.at[i] == '"' && (quoted || i == start) ? !quoted : quoted;
        if (text.at[i] != ',' || quoted) {
            continue;
        }
        if (column == 0) {
            break;
        }
        column--;
        start = i + 1;
    }
    i -= i > start && i < text.size && text.at[i] == '\n' && text.at[i - 1] == '\r';
    return place_in_row(loading, start, i);
}

enum { LIST, KEY, SOURCE, REASON, BEGIN, END, LIST_COLUMNS };
static const char *const list_columns[] = {"list", "key", "source", "reason", "begin", "end"};

static void tell_column(struct loading *loading, uint32_t column, Slice message, Slice hint) {
    tell_simply(loading, DIAG_ERROR, "KN113", place_of_cell(loading, column), message, hint);
}

// What each column of the file is, by the names: key parts first for a table. False when a name is
// unknown or there twice, or when a needed one is missing.
struct header {
    const Slice *names; // that the file may have
    uint32_t name_count;
    uint32_t needed;   // so many of them must be there
    bool in_order;     // those at the start, in this order
    uint32_t *columns; // by name: the column of the file, KNOWLEDGE_NONE without
};

static bool read_header_cell(struct loading *loading, const struct map *known,
                             const struct header *header, uint32_t column, Slice name) {
    uint32_t number = map_get(known, name);
    if (number == MAP_NONE) {
        Slice nearest = map_nearest(known, slice_part(name, 0, 128));
        tell_column(
            loading, column,
            arena_printf(loading->arena, "there is no column '%.*s'",
                         SLICE_ARGS(slice_part(name, 0, 80))),
            slice_empty(nearest)
                ? SLICE("see docs/packs.md for the columns of list and table files")
                : arena_printf(loading->arena, "did you mean '%.*s'?", SLICE_ARGS(nearest)));
        return false;
    }
    if (header->columns[number] != KNOWLEDGE_NONE) {
        tell_column(
            loading, column,
            arena_printf(loading->arena, "the column '%.*s' is there twice", SLICE_ARGS(name)),
            SLICE("leave out one of the two"));
        return false;
    }
    header->columns[number] = column;
    return true;
}

static bool read_header(struct loading *loading, struct csv_reader *reader,
                        const struct header *header) {
    struct map known;
    map_init(&known, loading->arena);
    for (uint32_t i = 0; i < header->name_count; i++) {
        map_put(&known, header->names[i], i);
        header->columns[i] = KNOWLEDGE_NONE;
    }
    bool ok = true;
    for (uint32_t i = 0; i < csv_reader_width(reader); i++) {
        ok = read_header_cell(loading, &known, header, i, csv_reader_name(reader, i)) && ok;
    }
    for (uint32_t i = 0; ok && i < header->needed;
         i++) { // a misspelt name is told once, not as a missing one too
        bool is_there =
            header->in_order ? header->columns[i] == i : header->columns[i] != KNOWLEDGE_NONE;
        if (!is_there) {
            tell_simply(
                loading, DIAG_ERROR, "KN113", place_of_row(loading),
                arena_printf(loading->arena, "the column '%.*s' is %s",
                             SLICE_ARGS(header->names[i]),
                             header->columns[i] == KNOWLEDGE_NONE ? "missing" : "not in its place"),
                header->in_order ? SLICE("the columns of the key come first, in its order")
                                 : SLICE("a list file has list,key,source,reason,begin,end"));
            ok = false;
        }
    }
    return ok;
}

// A cell of the row by name; empty when the file has no such column.
static Slice cell_of(const struct csv_record *record, const struct header *header, uint32_t name) {
    return header->columns[name] == KNOWLEDGE_NONE ? SLICE("")
                                                   : record->fields[header->columns[name]];
}

// `ret_column` is the cell that a problem is about.
static Status apply_list_row(struct loading *loading, const struct csv_record *record,
                             const struct header *header, struct diag *diag, uint32_t *ret_column) {
    struct list_change change = {.entry = {.begin_us = INT64_MIN, .end_us = INT64_MAX}};
    *ret_column = header->columns[LIST];
    TRY(change_find_list(loading->knowledge, cell_of(record, header, LIST), loading->arena, diag,
                         &change.list));
    *ret_column = header->columns[KEY];
    Slice key = cell_of(record, header, KEY);
    if (slice_empty(key)) {
        return change_refuse(diag, loading->arena, "KN110",
                             SLICE("parts of a key are joined with |"), "the key is empty");
    }
    change.key = knowledge_key(&key, 1);
    change.entry.source = cell_of(record, header, SOURCE);
    change.entry.reason = cell_of(record, header, REASON);
    for (uint32_t name = BEGIN; name <= END; name++) {
        Slice text = cell_of(record, header, name);
        if (!slice_empty(text)) {
            *ret_column = header->columns[name];
            TRY(change_time_text(loading->knowledge, header->names[name], text, loading->arena,
                                 diag,
                                 name == BEGIN ? &change.entry.begin_us : &change.entry.end_us));
        }
    }
    return change_add(loading->knowledge, &change, loading->arena, diag);
}

static Status apply_table_row(struct loading *loading, const struct csv_record *record,
                              const struct header *header, struct diag *diag,
                              uint32_t *ret_column) {
    struct knowledge *knowledge = loading->knowledge;
    const struct knowledge_table *table = &knowledge->plan->tables[loading->table];
    struct table_change change = {.table = loading->table};
    for (*ret_column = 0; *ret_column < table->key_count; ++*ret_column) {
        if (slice_empty(record->fields[*ret_column])) {
            return change_refuse(diag, loading->arena, "KN110",
                                 SLICE("each part of a key has a value"), "'%.*s' is empty",
                                 SLICE_ARGS(table->key[*ret_column]));
        }
    }
    change.key = knowledge_key(record->fields, table->key_count);
    for (uint32_t i = 0; i < table->column_count; i++) {
        *ret_column = header->columns[table->key_count + i];
        if (*ret_column == KNOWLEDGE_NONE) {
            continue;
        }
        struct staged_cell cell;
        TRY(value_from_text(knowledge, &table->columns[i], record->fields[*ret_column],
                            loading->arena, diag, &cell));
        cell.column = i;
        knowledge->staged[change.count++] = cell;
    }
    *ret_column = 0;
    return write_row(loading, &change, place_of_cell(loading, 0), diag);
}

static bool is_utf8(struct loading *loading, const struct csv_record *record) {
    for (uint32_t i = 0; i < record->count; i++) {
        if (utf8_invalid_at(record->fields[i]) != record->fields[i].size) {
            tell_simply(loading, DIAG_ERROR, "KN112", place_of_cell(loading, i),
                        SLICE("the cell is not UTF-8"),
                        SLICE("save the file as UTF-8 (it may be GB18030)"));
            return false;
        }
    }
    return true;
}

static void load_record(struct loading *loading, const struct csv_record *record,
                        const struct header *header, uint32_t width) {
    if (record->fault != CSV_FAULT_NONE) {
        tell_simply(
            loading, DIAG_ERROR, "KN112", place_of_row(loading),
            slice_of(csv_fault_text(record->fault)),
            SLICE("a cell with a comma, quote or line end stands in quotes, a quote in it twice"));
        return;
    }
    if (record->count != width) {
        tell_simply(loading, DIAG_ERROR, "KN114", place_of_row(loading),
                    arena_printf(loading->arena, "the row has %u cells, the header %u",
                                 record->count, width),
                    SLICE("put cells that hold a comma in quotes"));
        return;
    }
    if (!is_utf8(loading, record)) {
        return;
    }
    struct diag diag = {0};
    uint32_t column = 0;
    Status status = loading->table == KNOWLEDGE_NONE
                        ? apply_list_row(loading, record, header, &diag, &column)
                        : apply_table_row(loading, record, header, &diag, &column);
    if (status != STATUS_OK) {
        tell(loading, DIAG_ERROR, &diag, place_of_cell(loading, column));
    }
}

static struct header make_header(const struct loading *loading) {
    const struct knowledge_plan *plan = loading->knowledge->plan;
    bool is_list = loading->table == KNOWLEDGE_NONE;
    const struct knowledge_table *table = is_list ? NULL : &plan->tables[loading->table];
    uint32_t count = is_list ? LIST_COLUMNS : table->key_count + table->column_count;
    Slice *names = ARENA_ARRAY(loading->arena, Slice, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = is_list                ? slice_of(list_columns[i])
                   : i < table->key_count ? table->key[i]
                                          : table->columns[i - table->key_count].name;
    }
    return (struct header){
        .names = names,
        .name_count = count,
        .needed = is_list ? SOURCE : table->key_count,
        .in_order = !is_list,
        .columns = ARENA_ARRAY(loading->arena, uint32_t, count),
    };
}

static void load_csv(struct loading *loading) {
    struct memory_source memory = {.rest = loading->file->text};
    struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', CSV_RECORD_MAX);
    struct header header = make_header(loading);
    loading->row_line = 1;
    loading->row_offset = bom_size(loading->file->text);
    bool ok = csv_reader_header(reader) == STATUS_OK;
    if (!ok) {
        tell_simply(loading, DIAG_ERROR, "KN113", place_of_row(loading),
                    SLICE("the header cannot be read"),
                    SLICE("the first line of the file gives the names of the columns"));
    }
    ok = ok && read_header(loading, reader, &header);
    struct csv_record record;
    while (ok && csv_reader_next(reader, &record) == STATUS_OK) {
        ArenaMark mark = arena_mark(loading->arena);
        uint32_t problems = loading->problems;
        loading->row_line = record.line;
        loading->row_offset = record.offset;
        load_record(loading, &record, &header, csv_reader_width(reader));
        if (loading->problems == problems || problems >= KNOWLEDGE_FILE_DIAGS_MAX) {
            arena_rewind(loading->arena, mark);
        }
    }
    csv_reader_destroy(reader);
}

static void load_file(struct loading *loading, bool csv) {
    if (csv) {
        load_csv(loading);
    } else {
        load_lines(loading);
    }
    tell_rest(loading);
}

void knowledge_load_list_file(struct knowledge *knowledge, const struct source *file, bool csv,
                              struct arena *arena, struct diag_list *diags) {
    struct loading loading = {knowledge, file, arena, diags, .table = KNOWLEDGE_NONE};
    load_file(&loading, csv);
}

void knowledge_load_table_file(struct knowledge *knowledge, uint32_t table,
                               const struct source *file, bool csv, struct arena *arena,
                               struct diag_list *diags) {
    INVARIANT(table < knowledge->plan->table_count);
    struct loading loading = {knowledge, file,  arena,
                              diags,     table, knowledge->tables[table].rows.count};
    load_file(&loading, csv);
}
