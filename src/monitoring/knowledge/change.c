#include "base/time.h"
#include "monitoring/knowledge/state.h"

#include <stdarg.h>

// Records that change what is known, and the checks that they share with files. First all of a
// record is read and checked, then it is applied.

Status change_refuse(struct diag *diag, struct arena *arena, const char *code, Slice hint,
                     const char *format, ...) {
    va_list args;
    va_start(args, format);
    char text[512];
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    INVARIANT(size >= 0);
    size_t shown = (size_t)size < sizeof text ? (size_t)size : sizeof text - 1;
    *diag = (struct diag){
        .code = code, .message = arena_copy(arena, (Slice){text, shown}), .hint = hint};
    return STATUS_INVALID;
}

static Slice did_you_mean(const struct map *names, Slice name, struct arena *arena,
                          const char *otherwise) {
    Slice nearest = map_nearest(names, slice_part(name, 0, 128));
    return slice_empty(nearest) ? slice_of(otherwise)
                                : arena_printf(arena, "did you mean '%.*s'?", SLICE_ARGS(nearest));
}

static Slice shown(Slice text) {
    return slice_part(text, 0, 80);
}

Status change_find_list(const struct knowledge *knowledge, Slice name, struct arena *arena,
                        struct diag *diag, uint32_t *ret_list) {
    const struct map *names = &knowledge->plan->lists_by_name;
    uint32_t list = map_get(names, name);
    if (list == MAP_NONE) {
        return change_refuse(diag, arena, "KN101",
                             did_you_mean(names, name, arena, "declare it in knowledge.yaml"),
                             "there is no list '%.*s'", SLICE_ARGS(shown(name)));
    }
    *ret_list = list;
    return STATUS_OK;
}

static Status find_table(const struct knowledge *knowledge, Slice name, struct arena *arena,
                         struct diag *diag, uint32_t *ret_table) {
    const struct map *names = &knowledge->plan->tables_by_name;
    uint32_t table = map_get(names, name);
    if (table == MAP_NONE) {
        return change_refuse(diag, arena, "KN102",
                             did_you_mean(names, name, arena, "declare it in knowledge.yaml"),
                             "there is no table '%.*s'", SLICE_ARGS(shown(name)));
    }
    *ret_table = table;
    return STATUS_OK;
}

Status change_find_column(const struct knowledge *knowledge, uint32_t table, Slice name,
                          struct arena *arena, struct diag *diag, uint32_t *ret_column) {
    const struct knowledge_table *plan = &knowledge->plan->tables[table];
    uint32_t column = map_get(&plan->columns_by_name, name);
    if (column == MAP_NONE) {
        return change_refuse(
            diag, arena, "KN103",
            did_you_mean(&plan->columns_by_name, name, arena, "declare it in knowledge.yaml"),
            "the table '%.*s' has no column '%.*s'", SLICE_ARGS(plan->name),
            SLICE_ARGS(shown(name)));
    }
    *ret_column = column;
    return STATUS_OK;
}

// The members of an object by their place in a list of names. JSON_NONE: not there. An unknown one
// is refused with the nearest name, one that comes twice as well.
static Status read_members(JsonTree tree, uint32_t object, const char *const *names, uint32_t count,
                           struct arena *arena, struct diag *diag, uint32_t *ret_members) {
    for (uint32_t k = 0; k < count; k++) {
        ret_members[k] = JSON_NONE;
    }
    JSON_EACH(tree, object, i) {
        Slice key = tree.nodes[i].key;
        uint32_t k = 0;
        while (k < count && !slice_is(key, names[k])) {
            k++;
        }
        if (k == count) {
            struct map known;
            map_init(&known, arena);
            for (uint32_t n = 0; n < count; n++) {
                map_put(&known, slice_of(names[n]), n);
            }
            return change_refuse(diag, arena, "KN117",
                                 did_you_mean(&known, key, arena, "see docs/packs.md"),
                                 "the member '%.*s' is not known", SLICE_ARGS(shown(key)));
        }
        if (ret_members[k] != JSON_NONE) {
            return change_refuse(diag, arena, "KN118", SLICE("leave out one of the two"),
                                 "the member '%.*s' is there twice", SLICE_ARGS(key));
        }
        ret_members[k] = i;
    }
    return STATUS_OK;
}

// The node of a member; NULL when it is absent or null.
static const struct json_node *member_at(JsonTree tree, uint32_t member) {
    return member == JSON_NONE || tree.nodes[member].kind == JSON_NULL ? NULL : &tree.nodes[member];
}

static Status read_text(JsonTree tree, uint32_t member, struct arena *arena, struct diag *diag,
                        Slice *ret_text) {
    const struct json_node *node = member_at(tree, member);
    *ret_text = node == NULL ? SLICE("") : node->text;
    if (node != NULL && node->kind != JSON_STRING) {
        *ret_text = SLICE("");
        return change_refuse(diag, arena, "KN104", SLICE("write it in double quotes"),
                             "'%.*s' is not a text", SLICE_ARGS(node->key));
    }
    return STATUS_OK;
}

static Status time_refused(Slice name, Slice seen, struct arena *arena, struct diag *diag) {
    return change_refuse(diag, arena, "KN107",
                         SLICE("milliseconds since 1970 UTC, or as 2026-11-23T14:00:00+08:00"),
                         "'%.*s' is not a time: %.*s", SLICE_ARGS(name), SLICE_ARGS(shown(seen)));
}

static bool time_from_ms(int64_t ms, int64_t *ret_us) {
    return !__builtin_mul_overflow(ms, US_PER_MS, ret_us) && *ret_us != INT64_MIN &&
           *ret_us != INT64_MAX;
}

Status change_time_text(const struct knowledge *knowledge, Slice name, Slice text,
                        struct arena *arena, struct diag *diag, int64_t *ret_us) {
    int64_t ms;
    int64_t time_us;
    bool is_read = slice_to_i64(text, &ms) ? time_from_ms(ms, &time_us)
                                           : time_parse(text, knowledge->zone_offset_us, &time_us);
    if (!is_read) {
        return time_refused(name, text, arena, diag);
    }
    *ret_us = time_us;
    return STATUS_OK;
}

// `ret_us` stays as it is when the member is absent or null.
static Status read_time(const struct knowledge *knowledge, JsonTree tree, uint32_t member,
                        struct arena *arena, struct diag *diag, int64_t *ret_us) {
    const struct json_node *node = member_at(tree, member);
    if (node == NULL) {
        return STATUS_OK;
    }
    if (node->kind == JSON_STRING) {
        return change_time_text(knowledge, node->key, node->text, arena, diag, ret_us);
    }
    int64_t time_us;
    if (node->kind != JSON_INT || !time_from_ms(node->i64, &time_us)) {
        return time_refused(node->key, SLICE("neither a text nor a whole number in range"), arena,
                            diag);
    }
    *ret_us = time_us;
    return STATUS_OK;
}

// One part of a key: a text that is not empty, or a whole number, which is its decimal text.
static bool key_part(const struct json_node *node, struct arena *arena, Slice *ret_part) {
    if (node->kind == JSON_INT) {
        *ret_part = arena_printf(arena, "%lld", (long long)node->i64);
        return true;
    }
    *ret_part = node->kind == JSON_STRING ? node->text : SLICE("");
    return ret_part->size > 0;
}

static Status key_refused(struct arena *arena, struct diag *diag) {
    return change_refuse(diag, arena, "KN110",
                         SLICE("a text that is not empty, a whole number, or an array of them"),
                         "the key is missing or empty");
}

static Status key_count_refused(const struct knowledge_table *table, uint32_t count,
                                struct arena *arena, struct diag *diag) {
    return change_refuse(diag, arena, "KN110",
                         SLICE("the parts in the order of the table's key in knowledge.yaml"),
                         "the key of '%.*s' has %u parts, this one has %u", SLICE_ARGS(table->name),
                         table->key_count, count);
}

// An absent member is a key without parts.
static Status read_parts(JsonTree tree, uint32_t member, struct arena *arena, struct diag *diag,
                         Slice parts[KNOWLEDGE_KEY_PARTS_MAX], uint32_t *ret_count) {
    *ret_count = 0;
    if (member == JSON_NONE) {
        return STATUS_OK;
    }
    if (tree.nodes[member].kind != JSON_ARRAY) {
        *ret_count = 1;
        return key_part(&tree.nodes[member], arena, &parts[0]) ? STATUS_OK
                                                               : key_refused(arena, diag);
    }
    JSON_EACH(tree, member, i) {
        if (*ret_count == KNOWLEDGE_KEY_PARTS_MAX ||
            !key_part(&tree.nodes[i], arena, &parts[*ret_count])) {
            return key_refused(arena, diag);
        }
        ++*ret_count;
    }
    return STATUS_OK;
}

enum {
    LIST,
    KEY,
    SOURCE,
    REASON,
    BEGIN,
    END,
    ENTRY_MEMBERS,
    OP = ENTRY_MEMBERS,
    TIME,
    RECORD_MEMBERS
};

// `members` in the order of the enum above; begin and end of the change are the defaults.
static Status read_entry(const struct knowledge *knowledge, JsonTree tree, const uint32_t *members,
                         struct arena *arena, struct diag *diag, struct list_change *change) {
    if (members[LIST] == JSON_NONE) {
        return change_refuse(diag, arena, "KN116", SLICE("add \"list\""),
                             "the member 'list' is missing");
    }
    Slice name;
    TRY(read_text(tree, members[LIST], arena, diag, &name));
    TRY(change_find_list(knowledge, name, arena, diag, &change->list));
    Slice parts[KNOWLEDGE_KEY_PARTS_MAX];
    uint32_t count;
    TRY(read_parts(tree, members[KEY], arena, diag, parts, &count));
    if (count == 0) {
        return key_refused(arena, diag);
    }
    change->key = knowledge_key(parts, count);
    TRY(read_text(tree, members[SOURCE], arena, diag, &change->entry.source));
    TRY(read_text(tree, members[REASON], arena, diag, &change->entry.reason));
    TRY(read_time(knowledge, tree, members[BEGIN], arena, diag, &change->entry.begin_us));
    return read_time(knowledge, tree, members[END], arena, diag, &change->entry.end_us);
}

Status change_entry_from_json(const struct knowledge *knowledge, JsonTree tree, uint32_t object,
                              struct arena *arena, struct diag *diag,
                              struct list_change *ret_change) {
    static const char *const names[] = {"list", "key", "source", "reason", "begin", "end"};
    uint32_t members[ENTRY_MEMBERS];
    TRY(read_members(tree, object, names, ENTRY_MEMBERS, arena, diag, members));
    *ret_change = (struct list_change){.entry = {.begin_us = INT64_MIN, .end_us = INT64_MAX}};
    return read_entry(knowledge, tree, members, arena, diag, ret_change);
}

static Status texts_full(struct arena *arena, struct diag *diag) {
    (void)change_refuse(diag, arena, "KN109",
                        SLICE("shorten or drop texts; 16 GiB of texts is all that fits"),
                        "there is no room for more texts");
    return STATUS_LIMIT;
}

Status change_add(struct knowledge *knowledge, const struct list_change *change,
                  struct arena *arena, struct diag *diag) {
    const struct knowledge_list *list = &knowledge->plan->lists[change->list];
    if (change->entry.begin_us >= change->entry.end_us) {
        return change_refuse(diag, arena, "KN108",
                             SLICE("an entry holds from begin (inclusive) to end (exclusive)"),
                             "the end is not behind the begin");
    }
    if (change->entry.source.size > TEXT_SIZE_MAX || change->entry.reason.size > TEXT_SIZE_MAX) {
        return change_refuse(diag, arena, "KN111", SLICE("at most 4096 bytes"),
                             "the source or reason is too long");
    }
    Status status = knowledge_list_add(knowledge, change->list, change->key, &change->entry);
    if (status != STATUS_LIMIT) {
        return status;
    }
    if (knowledge->lists.counts[change->list] >= list->cap) {
        (void)change_refuse(
            diag, arena, "KN109", SLICE("raise its cap in knowledge.yaml, or forget ended entries"),
            "the list '%.*s' is full with %u entries", SLICE_ARGS(list->name), list->cap);
        return STATUS_LIMIT;
    }
    (void)change_refuse(diag, arena, "KN109",
                        SLICE("remove the old entry before adding one, or forget ended entries"),
                        "the key has %d entries on the list '%.*s', or there is no room for texts",
                        KNOWLEDGE_ENTRIES_PER_KEY_MAX, SLICE_ARGS(list->name));
    return STATUS_LIMIT;
}

Status change_write(struct knowledge *knowledge, const struct table_change *change,
                    struct arena *arena, struct diag *diag) {
    const struct knowledge_table *table = &knowledge->plan->tables[change->table];
    Status status =
        tables_write(knowledge, change->table, change->key, knowledge->staged, change->count);
    if (status != STATUS_LIMIT) {
        return status;
    }
    if (knowledge->tables[change->table].rows.count < table->cap) {
        return texts_full(arena, diag);
    }
    (void)change_refuse(diag, arena, "KN109", SLICE("raise its cap in knowledge.yaml"),
                        "the table '%.*s' is full with %u rows", SLICE_ARGS(table->name),
                        table->cap);
    return STATUS_LIMIT;
}

static Status change_list(struct knowledge *knowledge, JsonTree tree, uint32_t record,
                          struct arena *arena, struct diag *diag) {
    static const char *const names[] = {"$list", "key", "source", "reason",
                                        "begin", "end", "op",     "time"};
    uint32_t members[RECORD_MEMBERS];
    TRY(read_members(tree, record, names, RECORD_MEMBERS, arena, diag, members));
    Slice op;
    TRY(read_text(tree, members[OP], arena, diag, &op));
    if (!slice_is(op, "add") && !slice_is(op, "remove")) {
        return change_refuse(diag, arena, "KN115", SLICE("\"op\" is \"add\" or \"remove\""),
                             "the operation '%.*s' is not known", SLICE_ARGS(shown(op)));
    }
    int64_t time_us = INT64_MIN;
    TRY(read_time(knowledge, tree, members[TIME], arena, diag, &time_us));
    struct list_change change = {.entry = {.begin_us = time_us, .end_us = INT64_MAX}};
    TRY(read_entry(knowledge, tree, members, arena, diag, &change));
    bool is_add = slice_is(op, "add");
    if (time_us == INT64_MIN && (!is_add || change.entry.begin_us == INT64_MIN)) {
        return change_refuse(diag, arena, "KN116",
                             SLICE("the moment of the change, in milliseconds or RFC 3339"),
                             "the member 'time' is missing");
    }
    if (is_add) {
        return change_add(knowledge, &change, arena, diag);
    }
    knowledge_list_remove(knowledge, change.list, change.key, time_us);
    return STATUS_OK;
}

static Status stage(struct knowledge *knowledge, uint32_t table, const struct json_node *member,
                    struct arena *arena, struct diag *diag, uint32_t *count) {
    uint32_t column;
    TRY(change_find_column(knowledge, table, member->key, arena, diag, &column));
    for (uint32_t k = 0; k < *count; k++) {
        if (knowledge->staged[k].column == column) {
            return change_refuse(diag, arena, "KN118", SLICE("leave out one of the two"),
                                 "the column '%.*s' is there twice", SLICE_ARGS(member->key));
        }
    }
    struct staged_cell cell;
    TRY(value_from_json(&knowledge->plan->tables[table].columns[column], member, arena, diag,
                        &cell));
    cell.column = column;
    knowledge->staged[(*count)++] = cell;
    return STATUS_OK;
}

static Status change_table(struct knowledge *knowledge, JsonTree tree, uint32_t record,
                           struct arena *arena, struct diag *diag) {
    enum { TABLE, TABLE_KEY, SET, TABLE_TIME, MEMBERS };
    static const char *const names[] = {"$table", "key", "set", "time"};
    uint32_t members[MEMBERS];
    TRY(read_members(tree, record, names, MEMBERS, arena, diag, members));
    Slice name;
    struct table_change change = {0};
    TRY(read_text(tree, members[TABLE], arena, diag, &name));
    TRY(find_table(knowledge, name, arena, diag, &change.table));
    int64_t time_us =
        0; // there is no history of tables, but a time that cannot be read is a mistake
    TRY(read_time(knowledge, tree, members[TABLE_TIME], arena, diag, &time_us));
    Slice parts[KNOWLEDGE_KEY_PARTS_MAX];
    uint32_t count;
    TRY(read_parts(tree, members[TABLE_KEY], arena, diag, parts, &count));
    const struct knowledge_table *plan = &knowledge->plan->tables[change.table];
    if (count != plan->key_count) {
        return key_count_refused(plan, count, arena, diag);
    }
    change.key = knowledge_key(parts, count);
    const struct json_node *set = member_at(tree, members[SET]);
    if (set == NULL || set->kind != JSON_OBJECT) {
        return change_refuse(diag, arena, "KN116",
                             SLICE("\"set\": {\"column\": value}; null clears a cell"),
                             "the member 'set' is missing or no object");
    }
    JSON_EACH(tree, members[SET], i) {
        TRY(stage(knowledge, change.table, &tree.nodes[i], arena, diag, &change.count));
    }
    return change_write(knowledge, &change, arena, diag);
}

// The number of a key part, or the count of parts.
static uint32_t find_part(const struct knowledge_table *table, Slice name) {
    uint32_t part = 0;
    while (part < table->key_count && !slice_equal(table->key[part], name)) {
        part++;
    }
    return part;
}

Status change_row_from_json(struct knowledge *knowledge, uint32_t table, JsonTree tree,
                            uint32_t object, struct arena *arena, struct diag *diag,
                            struct table_change *ret_change) {
    const struct knowledge_table *plan = &knowledge->plan->tables[table];
    Slice parts[KNOWLEDGE_KEY_PARTS_MAX] = {0};
    uint32_t found = 0;
    *ret_change = (struct table_change){.table = table};
    JSON_EACH(tree, object, i) {
        uint32_t part = find_part(plan, tree.nodes[i].key);
        if (part == plan->key_count) {
            TRY(stage(knowledge, table, &tree.nodes[i], arena, diag, &ret_change->count));
            continue;
        }
        if (parts[part].size > 0) {
            return change_refuse(diag, arena, "KN118", SLICE("leave out one of the two"),
                                 "'%.*s' is there twice", SLICE_ARGS(plan->key[part]));
        }
        if (!key_part(&tree.nodes[i], arena, &parts[part])) {
            return key_refused(arena, diag);
        }
        found++;
    }
    if (found != plan->key_count) {
        return key_count_refused(plan, found, arena, diag);
    }
    ret_change->key = knowledge_key(parts, found);
    return STATUS_OK;
}

Status knowledge_set(struct knowledge *knowledge, uint32_t table, Hash128 key, uint32_t column,
                     const struct json_node *value, struct arena *arena, struct diag *diag) {
    INVARIANT(table < knowledge->plan->table_count &&
              column < knowledge->plan->tables[table].column_count);
    struct staged_cell cell;
    TRY(value_from_json(&knowledge->plan->tables[table].columns[column], value, arena, diag,
                        &cell));
    cell.column = column;
    knowledge->staged[0] = cell;
    struct table_change change = {table, key, 1};
    return change_write(knowledge, &change, arena, diag);
}

// The tree around a node. `next` counts from the start of the tree, and the first leaf below a
// node, whose `next` is its own number plus 1, lies as many nodes behind it as it is deep.
static JsonTree tree_of(const struct json_node *record, uint32_t *ret_number) {
    uint32_t depth = 0;
    while (record[depth].count > 0) {
        depth++;
    }
    *ret_number = record[depth].next - 1 - depth;
    return (JsonTree){record - *ret_number, record->next};
}

Status knowledge_change(struct knowledge *knowledge, const struct json_node *record,
                        struct arena *arena, struct diag *diag) {
    uint32_t number;
    JsonTree tree = tree_of(record, &number);
    if (json_member(tree, number, SLICE("$list")) != JSON_NONE) {
        return change_list(knowledge, tree, number, arena, diag);
    }
    if (json_member(tree, number, SLICE("$table")) != JSON_NONE) {
        return change_table(knowledge, tree, number, arena, diag);
    }
    return change_refuse(diag, arena, "KN116",
                         SLICE("a record begins with \"$list\" or \"$table\""),
                         "this is no record of a list or table");
}
