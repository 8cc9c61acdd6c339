#pragma once
// Knowledge: lists, and tables of what is known about customers, accounts, devices ... (profiles,
// graph features, scores).
//
// What is declared comes from a pack's knowledge.yaml (docs/packs.md) and is immutable; what is
// known is a state that belongs to one engine and is changed only through it: by loading files
// before events run, and by records in the stream of events. Nothing here asks for the time: "is on
// the list" is asked at a moment.
//
//     const struct knowledge_plan *plan = knowledge_load(root, &arena, &diags);
//     struct knowledge *knowledge = knowledge_create(plan, 2, 8 * US_PER_HOUR);
//     knowledge_load_list_file(knowledge, &file, true, &arena, &diags);
//     uint32_t police = map_get(&plan->lists_by_name, SLICE("police_case_acct"));
//     if (knowledge_on_list(knowledge, police, knowledge_key(&account, 1), event_time_us)) { ... }
//     KnowledgeRow row = knowledge_row(knowledge, cust, knowledge_key(&cust_id, 1));
//     double age = knowledge_cell(knowledge, cust, row, column);       // NaN: not known
//
// Lists. A key has entries, each with an interval of event time, begin inclusive, end exclusive;
// they may overlap. The set of entries decides every answer, not the order in which they came.
// `remove` cuts what holds at its moment, so that a question about an earlier time is answered as
// before. Tables know the present only: a row is what was last set.
//
// Keys are 128-bit hashes of their parts (knowledge_key), so that any texts may be keys and none is
// kept. Texts (sources, reasons, string cells) are kept once each, and their room is used again.
//
// Cost: one hash and two to three cache lines a look-up, one for most keys that are not there. A
// list takes 61 to 74 bytes an entry beside its texts, a row 16, 8 a column and 13 to 26 more.
// Look-ups do not allocate. Growth never moves more than some 4096 slots of 8 bytes at once.
//
// Caps: each table and list has one; past it, adding is refused and counted (never silently
// forgotten). A change is applied as a whole or not at all. The same calls give the same answers
// and the same knowledge_hash().

#include "base/diag.h"
#include "base/hash.h"
#include "base/live_image.h"
#include "base/map.h"
#include "base/mask.h"
#include "codec/csv.h"
#include "codec/json.h"
#include "codec/yaml.h"

#define KNOWLEDGE_NONE UINT32_MAX
#define KNOWLEDGE_TEXT_BYTES_MAX (UINT64_C(16) << 30) // of all texts together

enum {
    KNOWLEDGE_CAP_DEFAULT = 1000000,
    KNOWLEDGE_CAP_MAX = 1000000000, // an index holds 2^32 - 1
    KNOWLEDGE_COLUMNS_MAX = 1024,
    KNOWLEDGE_KEY_PARTS_MAX = 8,
    KNOWLEDGE_VALUES_MAX = 4096,         // of an enumeration
    KNOWLEDGE_TEXT_SIZE_MAX = 4096,      // a reason is a line, not a document
    KNOWLEDGE_ENTRIES_PER_KEY_MAX = 128, // they are walked one by one
    KNOWLEDGE_FILE_DIAGS_MAX = 1000,     // of one file; the rest is counted
};

// X(NAME, "code", "what it means")
#define KNOWLEDGE_PROBLEMS(X)                                                                      \
    X(NAME, "KN001", "a name has other characters than letters, digits and _")                     \
    X(TWICE, "KN002", "a name is declared twice")                                                  \
    X(RESERVED, "KN003", "a namespace that means something else in expressions")                   \
    X(CAP_RANGE, "KN004", "a cap is out of range")                                                 \
    X(VALUES, "KN005", "values belong to an enum, and an enum needs values")                       \
    X(NO_COLUMNS, "KN006", "a table has no columns")                                               \
    X(TOO_MANY, "KN007", "more columns, values or key parts than allowed")                         \
    X(PERSONAL, "KN008", "personal names a kind of personal data, of a list or a column of type string") \
    X(WORDING, "KN009", "warning: a list's text or a column's values have no names in both languages, though others have") \
    X(LIST, "KN101", "the list is not declared")                                                   \
    X(TABLE, "KN102", "the table is not declared")                                                 \
    X(COLUMN, "KN103", "the column is not declared")                                               \
    X(TYPE, "KN104", "the value does not fit the column's type")                                   \
    X(RANGE, "KN105", "the number is out of range")                                                \
    X(ENUM, "KN106", "the value is not in the enumeration")                                        \
    X(TIME, "KN107", "the time cannot be read")                                                    \
    X(INTERVAL, "KN108", "the end is not behind the begin")                                        \
    X(CAP, "KN109", "a cap is reached")                                                            \
    X(KEY, "KN110", "the key is missing, empty or has another number of parts")                    \
    X(TEXT_SIZE, "KN111", "the text is too long")                                                  \
    X(SYNTAX, "KN112", "the row is not valid JSON or CSV")                                         \
    X(HEADER, "KN113", "the CSV header does not fit; nothing of the file is loaded")               \
    X(CELLS, "KN114", "the row has another number of cells than the header")                       \
    X(OP, "KN115", "the operation is not known")                                                   \
    X(MEMBER_MISSING, "KN116", "a member is missing")                                              \
    X(MEMBER_UNKNOWN, "KN117", "a member is not known")                                            \
    X(MEMBER_TWICE, "KN118", "a member is there twice")                                            \
    X(ROW_TWICE, "KN119", "warning: the key is there twice in the file; the later row holds")      \
    X(MORE, "KN120", "there are more bad rows than are listed")

enum {
#define X(name, code, text) KNOWLEDGE_PROBLEM_##name,
    KNOWLEDGE_PROBLEMS(X)
#undef X
        KNOWLEDGE_PROBLEM_COUNT
};

struct knowledge_list {
    Slice name;
    Slice zh, en, key;
    Wording source, expiry; // empty: not said
    uint32_t cap;     // entries
    bool four_eyes;   // what a person changes wants another person; the caller sees to it
    bool is_personal; // its keys name persons: unless it says `personal: none`
    MaskKind personal; // how a key is shown to who may not see it; unless it says more, an account's
    Place place;
};

typedef enum ColumnType {
    COLUMN_INT,
    COLUMN_FLOAT,
    COLUMN_BOOL,
    COLUMN_MONEY,
    COLUMN_ENUM,
    COLUMN_STRING
} ColumnType;

struct knowledge_column {
    Slice name;      // "age"
    Slice full_name; // "prof.cust.age"
    Slice zh, en, unit;
    ColumnType type;
    const Slice *values;  // ENUM
    const Wording *names; // of its values; NULL: the pack gives none
    uint32_t value_count;
    struct map values_by_name;
    bool is_personal;  // and `personal` says how it is shown to who may not see it
    MaskKind personal;
    Place place;
};

struct knowledge_table {
    Slice name;
    Slice namespace;  // several tables may share one ("g")
    const Slice *key; // names of event fields, in order; none: one row for all
    uint32_t key_count;
    uint32_t cap; // rows
    const struct knowledge_column *columns;
    uint32_t column_count;
    struct map columns_by_name;
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

// NULL when there were errors (codes KN0xx and those of yaml.h). A pack without knowledge.yaml
// passes root = NULL and gets an empty plan. The texts of the plan are those of the nodes.
const struct knowledge_plan *knowledge_load(const struct yaml_node *root, struct arena *arena,
                                            struct diag_list *diags);

// The state. The plan must outlive it. Texts of the state that are handed out live until the next
// change.
struct knowledge;
struct knowledge *knowledge_create(const struct knowledge_plan *plan, int money_digits,
                                   int64_t zone_offset_us);
void knowledge_destroy(struct knowledge *knowledge);
// From now on with another plan that was read from the same text; the old one is not needed any more.
void knowledge_replan(struct knowledge *knowledge, const struct knowledge_plan *plan);

// The key of texts in order. It is the hash of the parts joined with '|', where a '|' or '\' inside
// one of several parts is written "\|", "\\"; so a key of one part is the hash of that part alone,
// and a list file's "A1|B2" is the key of A1 and B2.
Hash128 knowledge_key(const Slice *parts, uint32_t count);

// Lists.
struct knowledge_entry {
    int64_t begin_us; // inclusive; INT64_MIN: open
    int64_t end_us;   // exclusive; INT64_MAX: open
    Slice source, reason;
};
// An entry with the same interval as one that is there replaces that one's source and reason.
// STATUS_INVALID when the end is not behind the begin or a text is too long; STATUS_LIMIT, and
// counted, at the list's cap, at KNOWLEDGE_ENTRIES_PER_KEY_MAX and at KNOWLEDGE_TEXT_BYTES_MAX.
MUST_USE Status knowledge_list_add(struct knowledge *knowledge, uint32_t list, Hash128 key,
                                   const struct knowledge_entry *entry);
// Ends the entries that hold at the moment; those that begin later stay. No entry is no error.
void knowledge_list_remove(struct knowledge *knowledge, uint32_t list, Hash128 key,
                           int64_t time_us);
bool knowledge_on_list(const struct knowledge *knowledge, uint32_t list, Hash128 key,
                       int64_t time_us);
// The entry that holds at a time, with its source and reason, for explanations; of several the one
// with the latest begin, and of those the one with the latest end. False when there is none.
bool knowledge_list_entry(const struct knowledge *knowledge, uint32_t list, Hash128 key,
                          int64_t time_us, struct knowledge_entry *ret_entry);
// Entries of a list, piece by piece: looks at the segments of the index from `from` on until `want` entries
// were taken or some 16,000 slots were looked at, and gives the segment to go on with, KNOWLEDGE_NONE
// at the end. A segment is given as a whole, so there may be more than `want`. Their order is that of
// hashes; what is added or removed between two pieces may be missed, nothing else is.
struct knowledge_entry_sink {
    void *context;
    void (*take)(void *context, Hash128 key, const struct knowledge_entry *entry);
};
uint32_t knowledge_list_walk(const struct knowledge *knowledge, uint32_t list, uint32_t from,
                             uint32_t want, struct knowledge_entry_sink sink);
// All entries of one key, those included that have ended.
void knowledge_list_of_key(const struct knowledge *knowledge, uint32_t list, Hash128 key,
                           struct knowledge_entry_sink sink);
// Entries, those included that have ended.
uint32_t knowledge_list_count(const struct knowledge *knowledge, uint32_t list);
// Takes out the entries that ended at or before a moment, to make room; gives back how many. For
// replay the caller must do it by a record of the journal. Walks through all entries of all lists:
// for quiet hours.
uint64_t knowledge_list_forget(struct knowledge *knowledge, uint32_t list, int64_t time_us);

// Tables. A row is found once per event and its cells are then read by number. It stays good while
// the state lives.
typedef struct KnowledgeRow {
    const void *cells; // NULL: no such row
} KnowledgeRow;
// Fetching ahead: first the segment of the index, some time later its line, some time later the row, some time later it is
// there without waiting.
void knowledge_prefetch_segment(const struct knowledge *knowledge, uint32_t table, Hash128 key);
void knowledge_prefetch_list_segment(const struct knowledge *knowledge, Hash128 key);
void knowledge_prefetch_lists(const struct knowledge *knowledge, Hash128 key); // one line for all lists
void knowledge_prefetch(const struct knowledge *knowledge, uint32_t table, Hash128 key);
void knowledge_prefetch_row(const struct knowledge *knowledge, uint32_t table, Hash128 key);
KnowledgeRow knowledge_row(const struct knowledge *knowledge, uint32_t table, Hash128 key);
// As the column of doubles that models compare: numbers, money in minor units, bool 0 or 1, enum by
// number; NaN when missing (and for strings).
double knowledge_cell(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row,
                      uint32_t column);
// False when missing or not a string.
bool knowledge_cell_text(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row,
                         uint32_t column, Slice *ret_text);
uint32_t knowledge_table_rows(const struct knowledge *knowledge, uint32_t table);
// Sets one cell from JSON (a null clears it); makes the row. STATUS_INVALID with a diag when the
// value does not fit the column, STATUS_LIMIT with a diag at a cap.
MUST_USE Status knowledge_set(struct knowledge *knowledge, uint32_t table, Hash128 key,
                              uint32_t column, const struct json_node *value, struct arena *arena,
                              struct diag *diag);

// A {"$list": ...} or {"$table": ...} record of the stream; `record` is its node in a reader's
// tree. STATUS_INVALID with a diag when it is not understood, STATUS_LIMIT with a diag at a cap;
// then nothing is changed.
//   * "key" is a text or whole number, or an array of them for keys of several parts.
//   * An added entry without "begin" (or null) holds from "time" on; "remove" needs "time".
//   * A member with another name than those of docs/packs.md is refused: a misspelt "end" must not
//   be overlooked.
MUST_USE Status knowledge_change(struct knowledge *knowledge, const struct json_node *record,
                                 struct arena *arena, struct diag *diag);

// Files: whole texts, CSV or NDJSON. Every bad row is a diagnostic (codes KN1xx) and the others are
// loaded.
//   * List files: an empty begin or end is open.
//   * Table files: an empty CSV cell clears its cell, as null does; columns that are not named are
//   left as they are.
void knowledge_load_list_file(struct knowledge *knowledge, const struct source *file, bool csv,
                              struct arena *arena, struct diag_list *diags);
void knowledge_load_table_file(struct knowledge *knowledge, uint32_t table,
                               const struct source *file, bool csv, struct arena *arena,
                               struct diag_list *diags);

// Of all that is known, whatever the order in which it came and the room that it takes; for
// comparing replays.
uint64_t knowledge_hash(const struct knowledge *knowledge);
// While a live image of it is under way, all that changes is told to it first; NULL: none is.
void knowledge_guard(struct knowledge *knowledge, struct live_image *image);
// All of it as an image, and back into knowledge that was just created with an equal plan. After a failed load it is only good to be
// thrown away.
void knowledge_save(const struct knowledge *knowledge, struct image_writer *out);
MUST_USE Status knowledge_load_image(struct knowledge *knowledge, struct image_reader *in);
// States the invariants of the whole state; for tests and debug builds.
void knowledge_validate(const struct knowledge *knowledge);

struct knowledge_counters {
    uint64_t list_entries, list_refused, table_rows, table_refused, bytes;
};
struct knowledge_counters knowledge_counters(const struct knowledge *knowledge);
