#pragma once
// The inside of a `struct knowledge`, shared by the files of this folder.

#include "monitoring/knowledge/index.h"
#include "monitoring/knowledge/knowledge.h"
#include "monitoring/knowledge/slab.h"
#include "monitoring/knowledge/texts.h"

// One entry of a list: 48 bytes. The entries of a key form a chain; the index holds the first.
struct list_entry {
    Hash128 key;
    int64_t begin_us;
    int64_t end_us;
    uint32_t list;
    uint32_t next;   // SLAB_NONE: the last
    uint32_t source; // of texts
    uint32_t reason;
};

struct lists {
    struct slab entries;
    struct index index; // of the first entry of each (list, key)
    uint32_t *counts;   // entries by list
    uint64_t refused;
};

// One cell: a number, NaN for none; or a reference to a text, TEXT_NONE for none.
typedef union Cell {
    double number;
    uint64_t text;
} Cell;

struct row {
    Hash128 key;
    Cell cells[];
};

struct table {
    struct slab rows;
    struct index index;
};

// A value that fits its column, before anything is changed.
struct staged_cell {
    uint32_t column;
    bool missing;
    double number;
    Slice text;
    uint32_t ref; // of texts, while the row is written
};

struct knowledge {
    const struct knowledge_plan *plan;
    int money_digits;
    int64_t zone_offset_us;
    struct lists lists;
    struct table *tables;
    uint64_t table_refused;
    struct texts texts;
    struct live_image *image; // under way, or NULL
    struct staged_cell *staged; // room for the widest table
};

// Lists.
void lists_init(struct knowledge *knowledge);
void lists_deinit(struct knowledge *knowledge);
uint64_t lists_hash(const struct knowledge *knowledge);
void lists_validate(const struct knowledge *knowledge);

// Tables.
void tables_init(struct knowledge *knowledge);
void tables_deinit(struct knowledge *knowledge);
uint64_t tables_hash(const struct knowledge *knowledge);
void tables_validate(const struct knowledge *knowledge);
// Writes a whole row or nothing; makes it when it is not there. STATUS_LIMIT at the table's cap or
// without room for the texts, which is counted.
MUST_USE Status tables_write(struct knowledge *knowledge, uint32_t table, Hash128 key,
                             struct staged_cell *cells, uint32_t count);

// The number of a row, in the order in which rows were made; SLAB_NONE: there is none.
uint32_t tables_row_number(const struct knowledge *knowledge, uint32_t table, Hash128 key);

// Values of columns. STATUS_INVALID with a diag when the value does not fit.
MUST_USE Status value_from_json(const struct knowledge_column *column, const struct json_node *node,
                                struct arena *arena, struct diag *diag,
                                struct staged_cell *ret_cell);
// An empty text is no value.
MUST_USE Status value_from_text(const struct knowledge *knowledge,
                                const struct knowledge_column *column, Slice text,
                                struct arena *arena, struct diag *diag,
                                struct staged_cell *ret_cell);

// What a row of a file or a record says, checked, before anything is changed.
struct list_change {
    uint32_t list;
    Hash128 key;
    struct knowledge_entry entry;
};

struct table_change {
    uint32_t table;
    Hash128 key;
    uint32_t count; // of knowledge->staged
};

// A diag with a hint; gives back STATUS_INVALID.
Status change_refuse(struct diag *diag, struct arena *arena, const char *code, Slice hint,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
MUST_USE Status change_find_list(const struct knowledge *knowledge, Slice name, struct arena *arena,
                                 struct diag *diag, uint32_t *ret_list);
MUST_USE Status change_find_column(const struct knowledge *knowledge, uint32_t table, Slice name,
                                   struct arena *arena, struct diag *diag, uint32_t *ret_column);
// A moment: a whole number of milliseconds, or RFC 3339.
MUST_USE Status change_time_text(const struct knowledge *knowledge, Slice name, Slice text,
                                 struct arena *arena, struct diag *diag, int64_t *ret_us);
// Checks texts and interval, and adds; at a cap the status is STATUS_LIMIT.
MUST_USE Status change_add(struct knowledge *knowledge, const struct list_change *change,
                           struct arena *arena, struct diag *diag);
MUST_USE Status change_write(struct knowledge *knowledge, const struct table_change *change,
                             struct arena *arena, struct diag *diag);
// An object of a list file, without "op": the members of an entry.
MUST_USE Status change_entry_from_json(const struct knowledge *knowledge, JsonTree tree,
                                       uint32_t object, struct arena *arena, struct diag *diag,
                                       struct list_change *ret_change);
// An object of a table file: the names of the key and of columns side by side.
MUST_USE Status change_row_from_json(struct knowledge *knowledge, uint32_t table, JsonTree tree,
                                     uint32_t object, struct arena *arena, struct diag *diag,
                                     struct table_change *ret_change);
