#pragma once
// Knowledge: lists, and tables of what is known about customers, accounts, devices ... (profiles, graph features, scores).
//
// What is declared comes from a pack's knowledge.yaml (docs/packs.md) and is immutable; what is known is a state that
// belongs to one engine and is changed only through it: by loading files before events run, and by records in the
// stream of events. Nothing here asks for the time: "is on the list" is asked at a moment.
//
// Keys are 128-bit hashes of their parts (knowledge_key), so that any texts may be keys and none is kept.
// Cost: one hash and one or two cache lines a look-up; a list of 10 million keys takes about 50 bytes a key.
// Caps: each table and list has one; past it, adding is refused and counted (never silently forgotten).

#include "base/diag.h"
#include "base/hash.h"
#include "base/map.h"
#include "codec/csv.h"
#include "codec/json.h"
#include "codec/yaml.h"

#define KNOWLEDGE_NONE UINT32_MAX

struct knowledge_list {
    Slice name;
    Slice zh, en, key, source, expiry;
    uint32_t cap;
    Place place;
};

typedef enum ColumnType { COLUMN_INT, COLUMN_FLOAT, COLUMN_BOOL, COLUMN_MONEY, COLUMN_ENUM, COLUMN_STRING } ColumnType;

struct knowledge_column {
    Slice name;      // "age"
    Slice full_name; // "prof.cust.age"
    Slice zh, en, unit;
    ColumnType type;
    const Slice *values; // ENUM
    uint32_t value_count;
    Place place;
};

struct knowledge_table {
    Slice name;
    Slice namespace;
    const Slice *key; // names of event fields whose values make the key, in order; none: one row for all
    uint32_t key_count;
    uint32_t cap;
    const struct knowledge_column *columns;
    uint32_t column_count;
    Place place;
};

// The declarations.
struct knowledge_plan {
    const struct knowledge_list *lists;
    uint32_t list_count;
    const struct knowledge_table *tables;
    uint32_t table_count;
    struct map lists_by_name, tables_by_name;
};

// NULL when there were errors (codes KN001...). A pack without knowledge.yaml passes root = NULL and gets an empty plan.
const struct knowledge_plan *knowledge_load(const struct yaml_node *root, struct arena *arena, struct diag_list *diags);

// The state.
struct knowledge;
struct knowledge *knowledge_create(const struct knowledge_plan *plan, int money_digits, int64_t zone_offset_us);
void knowledge_destroy(struct knowledge *knowledge);

// The key of texts in order; a key of one part is the hash of that part alone.
Hash128 knowledge_key(const Slice *parts, uint32_t count);

// Lists.
struct knowledge_entry {
    int64_t begin_us, end_us; // holds from begin (inclusive) to end (exclusive); INT64_MIN, INT64_MAX: open
    Slice source, reason;
};
Status knowledge_list_add(struct knowledge *knowledge, uint32_t list, Hash128 key, const struct knowledge_entry *entry);
void knowledge_list_remove(struct knowledge *knowledge, uint32_t list, Hash128 key, int64_t time_us);
bool knowledge_on_list(const struct knowledge *knowledge, uint32_t list, Hash128 key, int64_t time_us);
// The entry that holds at a time, with its source and reason, for explanations. False when there is none.
bool knowledge_list_entry(const struct knowledge *knowledge, uint32_t list, Hash128 key, int64_t time_us,
                          struct knowledge_entry *ret_entry);

// Tables. A row is found once per event and its cells are then read by number.
typedef struct KnowledgeRow {
    const void *cells; // NULL: no such row
} KnowledgeRow;
KnowledgeRow knowledge_row(const struct knowledge *knowledge, uint32_t table, Hash128 key);
// As the column of doubles that models compare: numbers, money in minor units, bool 0 or 1, enum by number; NaN when missing
// (and for strings).
double knowledge_cell(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row, uint32_t column);
// False when missing or not a string.
bool knowledge_cell_text(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row, uint32_t column, Slice *ret_text);
// Sets one cell from JSON (a null clears it); makes the row. STATUS_INVALID with a diag when the value does not fit the column.
Status knowledge_set(struct knowledge *knowledge, uint32_t table, Hash128 key, uint32_t column,
                     const struct json_node *value, struct arena *arena, struct diag *diag);

// A {"$list": ...} or {"$table": ...} record of the stream. STATUS_INVALID with a diag when it is not understood; then nothing is changed.
Status knowledge_change(struct knowledge *knowledge, const struct json_node *record, struct arena *arena, struct diag *diag);

// Files: whole texts, CSV or NDJSON. Every bad row is a diagnostic (codes KN1xx) and the others are loaded.
void knowledge_load_list_file(struct knowledge *knowledge, const struct source *file, bool csv,
                              struct arena *arena, struct diag_list *diags);
void knowledge_load_table_file(struct knowledge *knowledge, uint32_t table, const struct source *file, bool csv,
                               struct arena *arena, struct diag_list *diags);

struct knowledge_counters {
    uint64_t list_entries, list_refused, table_rows, table_refused, bytes;
};
struct knowledge_counters knowledge_counters(const struct knowledge *knowledge);
