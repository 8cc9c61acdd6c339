#include "cli/remote/view.h"

#include "base/money.h"
#include "base/time.h"
#include "cli/remote/sheet.h"
#include "codec/json_write.h"

#include <stdio.h>

#define MOMENT_MAX_US INT64_C(253402300799000000) // the end of the year 9999

enum { LEVEL_MAX = 9, SECTIONS_MAX = 40, ROWS_MAX = 100000, TEXT_MAX = 1 << 20, NAME_MAX = 96 };

// How a member is shown.
typedef enum Kind {
    END,    // of the columns
    PLAIN,  // as it is; lists as words with commas, objects as JSON
    NUMBER, // on the right
    NAMED,  // the name of a code, from the member with _zh or _en behind its name
    BOTH,   // a name from a member zh or en; the column's own member is what stands in front of that
    YUAN,   // fen
    SHARE,  // 0 to 1
    LEVEL,  // 3 as S3
    FLAG,   // yes or no
    MS,     // a moment in milliseconds
    US,     // the same in microseconds
} Kind;

struct column {
    const char *member; // or a path of members
    Kind kind;
    const char *en, *zh;
};

typedef enum Form { LAST, RECORD_FORM, ROWS_FORM, PROSE_FORM } Form;

struct section {
    Form form;
    const char *path; // "": the whole answer
    const char *en, *zh;
    const struct column *columns;
};

// clang-format off
#define COLUMNS(...) (const struct column[]){__VA_ARGS__, {NULL, END, NULL, NULL}}
#define RECORD(path, en, zh, ...) {RECORD_FORM, path, en, zh, COLUMNS(__VA_ARGS__)}
#define ROWS(path, en, zh, ...) {ROWS_FORM, path, en, zh, COLUMNS(__VA_ARGS__)}
#define PROSE(path, en, zh) {PROSE_FORM, path, en, zh, NULL}
// clang-format on

static const struct section *const views[] = {
#define VIEW(name, ...) (const struct section[]){__VA_ARGS__, {LAST, NULL, NULL, NULL, NULL}},
#include "cli/remote/views.def"
#undef VIEW
};

struct view_page {
    struct arena *arena;
    const struct section *sections;
    const struct view_taste *taste;
    struct sheet *sheets[SECTIONS_MAX]; // of sections with rows
    struct buf texts[SECTIONS_MAX];     // of the others
};

// ---- finding -------------------------------------------------------------------------------------------------------

uint32_t view_find(JsonTree tree, uint32_t object, Slice path) {
    Slice name;
    while (object != JSON_NONE && !slice_empty(path) && slice_split(&path, '.', &name)) {
        object = json_member(tree, object, name);
    }
    return object;
}

static Slice in_language(const struct view_page *page, const char *en, const char *zh) {
    return slice_of(page->taste->is_chinese ? zh : en);
}

// The text of a member whose name is the beginning given and a language, where there is one.
static Slice name_of(const struct view_page *page, JsonTree tree, uint32_t object, const char *beginning, const char *between) {
    char path[NAME_MAX];
    int size = snprintf(path, sizeof path, "%s%s%s", beginning, between, page->taste->is_chinese ? "zh" : "en");
    INVARIANT(size > 0 && size < NAME_MAX);
    uint32_t at = view_find(tree, object, (Slice){path, (size_t)size});
    return at != JSON_NONE && tree.nodes[at].kind == JSON_STRING ? tree.nodes[at].text : (Slice){NULL, 0};
}

// ---- values --------------------------------------------------------------------------------------------------------

// What is no moment of these centuries, no share and no sum of money is shown as the number that it is.
static bool is_within(Kind kind, int64_t value) {
    switch (kind) {
    case YUAN:
        return value >= -MONEY_MAX && value <= MONEY_MAX;
    case SHARE:
        return value >= 0 && value <= 1;
    case MS:
        return value >= 0 && value <= MOMENT_MAX_US / US_PER_MS;
    case US:
        return value >= 0 && value <= MOMENT_MAX_US;
    case LEVEL:
        return value >= 0 && value <= LEVEL_MAX;
    default:
        return false;
    }
}

static void put_moment(const struct view_page *page, int64_t time_us, struct buf *out) {
    CivilTime at = civil_from_time(time_us, page->taste->zone_us);
    buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute, at.second);
}

static void put_integer(const struct view_page *page, Kind kind, int64_t value, struct buf *out) {
    char text[32];
    if (!is_within(kind, value)) {
        buf_printf(out, "%lld", (long long)value);
    } else if (kind == YUAN) {
        buf_put(out, (Slice){text, money_format(value, MONEY_DIGITS, text)});
    } else if (kind == SHARE) {
        buf_printf(out, "%d%%", (int)value * 100);
    } else if (kind == LEVEL) {
        buf_printf(out, "S%d", (int)value);
    } else {
        put_moment(page, kind == MS ? value * US_PER_MS : value, out);
    }
}

static void put_list(JsonTree tree, uint32_t node, struct buf *out) {
    struct json_writer json;
    bool is_first = true;
    JSON_EACH(tree, node, at) {
        buf_put(out, is_first ? SLICE("") : SLICE(", "));
        is_first = false;
        if (tree.nodes[at].kind == JSON_STRING) {
            buf_put(out, tree.nodes[at].text);
        } else {
            json_writer_init(&json, out);
            json_node(&json, tree, at);
            json_writer_finish(&json);
        }
    }
}

static void put_json(JsonTree tree, uint32_t node, struct buf *out) {
    struct json_writer json;
    if (tree.nodes[node].count > 0) {
        json_writer_init(&json, out);
        json_node(&json, tree, node);
        json_writer_finish(&json);
    }
}

// A name that is given with it comes first. What is not there, or nothing, gives no bytes.
static void put_value(const struct view_page *page, JsonTree tree, uint32_t object, const struct column *column, struct buf *out) {
    uint32_t at = view_find(tree, object, slice_of(column->member));
    Slice name = column->kind == NAMED  ? name_of(page, tree, object, column->member, "_")
                 : column->kind == BOTH ? name_of(page, tree, object, column->member, "")
                                        : (Slice){NULL, 0};
    if (!slice_empty(name)) {
        buf_put(out, name);
        return;
    }
    if (at == JSON_NONE || column->kind == BOTH) {
        return;
    }
    const struct json_node *node = &tree.nodes[at];
    switch (node->kind) {
    case JSON_STRING:
        buf_put(out, node->text);
        return;
    case JSON_INT:
        put_integer(page, column->kind, node->i64, out);
        return;
    case JSON_UINT:
        buf_printf(out, "%llu", (unsigned long long)node->u64);
        return;
    case JSON_DOUBLE:
        buf_printf(out, column->kind == SHARE ? "%.1f%%" : "%.4g", column->kind == SHARE ? node->f64 * 100 : node->f64);
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_put(out, node->kind == JSON_TRUE ? in_language(page, "yes", "是") : in_language(page, "no", "否"));
        return;
    case JSON_ARRAY:
        put_list(tree, at, out);
        return;
    case JSON_OBJECT:
        put_json(tree, at, out);
        return;
    default:
        return;
    }
}

static bool is_number(Kind kind) {
    return kind == NUMBER || kind == YUAN || kind == SHARE;
}

// ---- sections ------------------------------------------------------------------------------------------------------

static uint32_t column_count(const struct section *section) {
    uint32_t count = 0;
    while (section->columns[count].kind != END) {
        count++;
    }
    return count;
}

static void add_row(struct view_page *page, const struct section *section, struct sheet *sheet, JsonTree tree, uint32_t object) {
    struct buf value;
    buf_init(&value, TEXT_MAX);
    for (const struct column *column = section->columns; column->kind != END; column++) {
        buf_reset(&value);
        put_value(page, tree, object, column, &value);
        sheet_cell(sheet, value.size > 0 ? buf_slice(&value) : SLICE("-"), is_number(column->kind));
    }
    buf_deinit(&value);
}

static bool add_rows(struct view_page *page, const struct section *section, uint32_t index, JsonTree tree, uint32_t list) {
    if (page->sheets[index] == NULL) {
        page->sheets[index] = sheet_create(page->arena, column_count(section));
        for (const struct column *column = section->columns; column->kind != END; column++) {
            sheet_cell(page->sheets[index], in_language(page, column->en, column->zh), is_number(column->kind));
        }
    }
    JSON_EACH(tree, list, at) {
        if (sheet_rows(page->sheets[index]) > ROWS_MAX) {
            return false;
        }
        add_row(page, section, page->sheets[index], tree, at);
    }
    return true;
}

static uint32_t label_width(const struct view_page *page, const struct section *section) {
    uint32_t widest = 0;
    for (const struct column *column = section->columns; column->kind != END; column++) {
        uint32_t width = sheet_width(in_language(page, column->en, column->zh));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static bool is_code(const struct column *column, JsonTree tree, uint32_t at, Slice shown) {
    return column->kind == NAMED && at != JSON_NONE && tree.nodes[at].kind == JSON_STRING && !slice_empty(tree.nodes[at].text) &&
           !slice_equal(tree.nodes[at].text, shown);
}

static void add_record(struct view_page *page, const struct section *section, struct buf *out, JsonTree tree, uint32_t object) {
    uint32_t widest = label_width(page, section);
    struct buf value;
    buf_init(&value, TEXT_MAX);
    for (const struct column *column = section->columns; column->kind != END; column++) {
        uint32_t at = view_find(tree, object, slice_of(column->member));
        Slice label = in_language(page, column->en, column->zh);
        buf_reset(&value);
        put_value(page, tree, object, column, &value);
        if (value.size == 0) {
            continue;
        }
        if (is_code(column, tree, at, buf_slice(&value))) {
            buf_printf(&value, " (%.*s)", SLICE_ARGS(tree.nodes[at].text));
        }
        buf_printf(out, "  %.*s", SLICE_ARGS(label));
        sheet_pad(out, widest - sheet_width(label) + 2);
        sheet_clean(out, buf_slice(&value), false);
        buf_put_byte(out, '\n');
    }
    buf_deinit(&value);
}

static void add_prose(struct buf *out, JsonTree tree, uint32_t node) {
    if (tree.nodes[node].kind == JSON_STRING && !slice_empty(tree.nodes[node].text)) {
        sheet_clean(out, tree.nodes[node].text, true);
        buf_put(out, slice_ends_with(tree.nodes[node].text, SLICE("\n")) ? SLICE("") : SLICE("\n"));
    }
}

// ---- the page ------------------------------------------------------------------------------------------------------

struct view_page *view_begin(ViewId view, const struct view_taste *taste, struct arena *arena) {
    struct view_page *page = ARENA_NEW(arena, struct view_page);
    INVARIANT(view < sizeof views / sizeof views[0]);
    *page = (struct view_page){.arena = arena, .sections = views[view], .taste = taste};
    for (uint32_t i = 0; i < SECTIONS_MAX; i++) {
        buf_init(&page->texts[i], 64 << 20);
    }
    return page;
}

bool view_add(struct view_page *page, JsonTree tree) {
    bool has_room = true;
    for (uint32_t i = 0; page->sections[i].form != LAST; i++) {
        INVARIANT(i < SECTIONS_MAX);
        const struct section *section = &page->sections[i];
        uint32_t at = view_find(tree, 0, slice_of(section->path));
        if (at == JSON_NONE || tree.nodes[at].kind == JSON_NULL) {
            continue;
        }
        if (section->form == ROWS_FORM) {
            has_room = add_rows(page, section, i, tree, at) && has_room;
        } else if (section->form == RECORD_FORM) {
            add_record(page, section, &page->texts[i], tree, at);
        } else {
            add_prose(&page->texts[i], tree, at);
        }
    }
    return has_room;
}

// Only the head is no table.
static bool is_empty(const struct view_page *page, uint32_t index) {
    return page->texts[index].size == 0 && (page->sheets[index] == NULL || sheet_rows(page->sheets[index]) <= 1);
}

void view_put(struct view_page *page, struct buf *out) {
    bool is_first = true;
    for (uint32_t i = 0; page->sections[i].form != LAST; i++) {
        const struct section *section = &page->sections[i];
        Slice title = in_language(page, section->en, section->zh);
        if (!is_empty(page, i)) {
            buf_put(out, is_first ? SLICE("") : SLICE("\n"));
            if (!slice_empty(title)) {
                buf_printf(out, "%.*s\n", SLICE_ARGS(title));
            }
            buf_put(out, buf_slice(&page->texts[i]));
            if (page->sheets[i] != NULL) {
                sheet_put(page->sheets[i], out);
            }
            is_first = false;
        }
        buf_deinit(&page->texts[i]);
    }
    if (is_first) {
        buf_printf(out, "%s\n", page->taste->is_chinese ? "没有" : "none");
    }
}
