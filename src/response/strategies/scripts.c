// Scripts: what customers are sent, asked and told, in both languages and with a version each; and how their holes are filled.

#include "base/money.h"
#include "codec/number.h"
#include "response/strategies/private.h"

#include <math.h>

const char *const script_kind_names[SCRIPT_KIND_COUNT] = {
#define X(id, zh, en) #id,
    SCRIPT_KINDS(X)
#undef X
};

// ---- holes -------------------------------------------------------------------------------------------------------

// A text is cut into literals and holes: {name} or {name|tail}.
struct hole {
    Slice literal; // before it
    Slice name;    // at NULL: none, the text ends
    Slice form;
    size_t start, end; // in the text
};

static bool next_hole(Slice text, size_t *at, struct hole *hole) {
    if (*at > text.size) {
        return false;
    }
    size_t open = slice_find_byte(text, '{', *at);
    *hole = (struct hole){.literal = slice_part(text, *at, open - *at), .start = open};
    if (open == text.size) {
        *at = text.size + 1;
        return true;
    }
    size_t close = slice_find_byte(text, '}', open);
    hole->form = slice_part(text, open + 1, close - open - 1);
    slice_split(&hole->form, '|', &hole->name);
    hole->name = hole->name.at == NULL ? SLICE("") : slice_trim(hole->name);
    hole->form = hole->form.at == NULL ? hole->form : slice_trim(hole->form);
    hole->end = close;
    *at = close + 1;
    return true;
}

// Accounts, cards and devices are never shown whole.
static bool is_personal(const struct catalogue *catalogue, uint32_t slot) {
    if (slot >= catalogue->vocabulary.names.count) {
        return false;
    }
    const struct name *name = &catalogue->vocabulary.names.at[slot];
    return name->kind == NAME_FIELD ? catalogue->schema->fields[name->index].is_personal
                                    : name->kind == NAME_CELL && catalogue->knowledge->tables[name->table].columns[name->index].is_personal;
}

static void check_hole(struct compiling *compiling, const struct yaml_node *node, const struct hole *hole) {
    Place place = yaml_place_in(node, hole->start, hole->end);
    const struct expr_variable *variable = expr_env_find(compiling->env, hole->name);
    bool tail = hole->form.at != NULL;
    if (variable == NULL) {
        struct diag *diag = compiling_fail(compiling, "DI032", place, "'%.*s' is not a name that a text can show", hole->name);
        diag_hint(compiling->diags, diag, "write names as strategies do: {event.amount}, {event.payee_acct_no|tail}");
    } else if (tail && !slice_is(hole->form, "tail")) {
        compiling_fail(compiling, "DI033", place, "'%.*s' is not a form in which a text shows a value; tail is the one there is", hole->form);
    } else if (!tail && is_personal(compiling->catalogue, variable->slot)) {
        struct diag *diag = compiling_fail(compiling, "DI034", place, "'%.*s' is personal and must not be shown whole", hole->name);
        diag_hint(compiling->diags, diag, "show its last four: {%.*s|tail}", SLICE_ARGS(hole->name));
    }
}

// A text whose holes are checked; where it is missing, a diagnostic says so.
static Slice read_text(struct compiling *compiling, const struct yaml_node *map, const char *key) {
    const struct yaml_node *node = yaml_require(map, key, compiling->diags);
    Slice text = yaml_text(node, compiling->diags);
    struct hole hole;
    for (size_t at = 0; node != NULL && next_hole(text, &at, &hole);) {
        if (hole.name.at != NULL) {
            check_hole(compiling, node, &hole);
        }
    }
    return slice_trim(text);
}

// ---- reading -----------------------------------------------------------------------------------------------------

static void read_line(struct compiling *compiling, const struct yaml_node *node, struct script_line *line) {
    static const char *const keys[] = {"zh", "en", "answer"};
    line->answer = SCHEMA_NONE;
    if (!yaml_check_keys(node, keys, 3, compiling->diags)) {
        return;
    }
    line->zh = read_text(compiling, node, "zh");
    line->en = read_text(compiling, node, "en");
    const struct yaml_node *answer = yaml_get(node, "answer");
    Slice name = yaml_text(answer, compiling->diags);
    if (answer == NULL) {
        return;
    }
    line->answer = map_get(&compiling->answers_by_name, name);
    if (line->answer == MAP_NONE) {
        compiling_unknown(compiling, "DI035", answer->place, "there is no answer '%.*s'", &compiling->answers_by_name, name);
    }
}

static void read_lines(struct compiling *compiling, const struct yaml_node *list, struct script *script) {
    if (!yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    if (list->count == 0 || list->count > SCRIPT_LINES_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI036", list->place, "a script has 1 to %d lines", SCRIPT_LINES_MAX);
        return;
    }
    struct script_line *lines = ARENA_ARRAY(compiling->arena, struct script_line, list->count);
    YAML_EACH(list, node) {
        read_line(compiling, node, &lines[script->line_count++]);
    }
    script->lines = lines;
}

static void read_pair(struct compiling *compiling, const struct yaml_node *map, const char *key, Slice *ret_zh, Slice *ret_en) {
    static const char *const keys[] = {"zh", "en"};
    const struct yaml_node *pair = yaml_require(map, key, compiling->diags);
    if (pair != NULL && yaml_check_keys(pair, keys, 2, compiling->diags)) {
        *ret_zh = read_text(compiling, pair, "zh");
        *ret_en = read_text(compiling, pair, "en");
    }
}

static void read_script(struct compiling *compiling, const struct yaml_node *node, struct script *script) {
    static const char *const keys[] = {"version", "kind", "zh", "en", "lines", "reason", "remedy", "documents"};
    uint32_t kind = SCRIPT_MESSAGE;
    *script = (struct script){.id = node->key, .place = node->key_place};
    if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    yaml_i64(yaml_require(node, "version", compiling->diags), &script->version, compiling->diags);
    yaml_choice(yaml_require(node, "kind", compiling->diags), script_kind_names, SCRIPT_KIND_COUNT, &kind, compiling->diags);
    script->kind = (ScriptKind)kind;
    script->zh = read_text(compiling, node, "zh");
    script->en = read_text(compiling, node, "en");
    bool has_lines = kind == SCRIPT_CALL || kind == SCRIPT_QUESTIONNAIRE;
    bool has_documents = kind == SCRIPT_NOTICE || kind == SCRIPT_DOCUMENTS;
    if (has_lines) {
        read_lines(compiling, yaml_require(node, "lines", compiling->diags), script);
    }
    if (has_documents) {
        read_pair(compiling, node, "documents", &script->documents_zh, &script->documents_en);
    }
    if (kind == SCRIPT_NOTICE) {
        script->reason = needed_text(compiling, node, "reason");
        read_pair(compiling, node, "remedy", &script->remedy_zh, &script->remedy_en);
    }
    static const char *const parts[] = {"lines", "documents", "reason", "remedy"};
    const bool fits[] = {has_lines, has_documents, kind == SCRIPT_NOTICE, kind == SCRIPT_NOTICE};
    for (int i = 0; i < 4; i++) {
        const struct yaml_node *part = yaml_get(node, parts[i]);
        if (part != NULL && !fits[i]) {
            diag_add(compiling->diags, DIAG_ERROR, "DI037", part->key_place, "a script of kind %s has no %s", script_kind_names[kind], parts[i]);
        }
    }
}

void read_scripts(struct compiling *compiling, const struct yaml_node *const *roots, uint32_t count) {
    static const char *const keys[] = {"scripts"};
    struct disposition_plan *plan = compiling->plan;
    struct script *scripts = ARENA_ARRAY(compiling->arena, struct script, SCRIPTS_MAX);
    plan->scripts = scripts;
    map_init(&compiling->scripts_by_id, compiling->arena);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *map =
            yaml_check_keys(roots[i], keys, 1, compiling->diags) ? yaml_require(roots[i], "scripts", compiling->diags) : NULL;
        if (map == NULL || !yaml_expect(map, YAML_MAPPING, compiling->diags)) {
            continue;
        }
        YAML_EACH(map, node) {
            if (plan->script_count == SCRIPTS_MAX) {
                diag_add(compiling->diags, DIAG_ERROR, "DI038", node->key_place, "a pack has at most %d scripts", SCRIPTS_MAX);
                return;
            }
            if (!map_put(&compiling->scripts_by_id, node->key, plan->script_count)) {
                compiling_fail(compiling, "DI039", node->key_place, "there are two scripts '%.*s'", node->key);
                continue;
            }
            read_script(compiling, node, &scripts[plan->script_count++]);
        }
    }
}

// ---- values for people -------------------------------------------------------------------------------------------

static void put_grouped(struct buf *out, Slice digits) {
    for (size_t i = 0; i < digits.size; i++) {
        if (i > 0 && (digits.size - i) % 3 == 0 && digits.at[i - 1] != '-') {
            buf_put_byte(out, ',');
        }
        buf_put_byte(out, digits.at[i]);
    }
}

// 12,000 or 12,000.50: decimals only where there are any.
static void put_money(const struct strategies *strategies, double minor, struct buf *out) {
    char text[32];
    if (!(fabs(minor) <= (double)MONEY_MAX)) {
        buf_put_byte(out, '-');
        return;
    }
    Slice shown = {text, money_format(llround(minor), strategies->catalogue->money_digits, text)};
    size_t point = slice_find_byte(shown, '.', 0);
    put_grouped(out, slice_part(shown, 0, point));
    if (strspn(text + point + (point < shown.size), "0") < shown.size - point - (point < shown.size)) {
        buf_put(out, slice_part(shown, point, SIZE_MAX));
    }
}

static void put_list(const struct strategies *strategies, const struct value_list *list, bool chinese, struct buf *out) {
    for (uint32_t i = 0; i < list->count; i++) {
        buf_put(out, i == 0 ? SLICE("") : chinese ? SLICE("、") : SLICE(", "));
        put_value(strategies, &list->items[i], chinese, out);
    }
}

void put_value(const struct strategies *strategies, const struct value *value, bool chinese, struct buf *out) {
    char text[NUMBER_TEXT_SIZE];
    switch (value->kind) {
    case VALUE_BOOL:
        buf_put(out, value->boolean ? chinese ? SLICE("是") : SLICE("yes") : chinese ? SLICE("否") : SLICE("no"));
        break;
    case VALUE_INT:
        buf_printf(out, "%lld", (long long)value->integer);
        break;
    case VALUE_DOUBLE:
        buf_put(out, isfinite(value->number) ? (Slice){text, number_format(value->number, text)} : SLICE("-"));
        break;
    case VALUE_MONEY:
        put_money(strategies, value->number, out);
        break;
    case VALUE_STRING:
        buf_put(out, value->text);
        break;
    case VALUE_TIMESTAMP: {
        CivilTime time = civil_from_time(value->time.seconds * US_PER_SECOND, strategies->catalogue->zone_offset_us);
        buf_printf(out, "%04d-%02d-%02d %02d:%02d", (int)time.year, (int)time.month, (int)time.day, (int)time.hour, (int)time.minute);
        break;
    }
    case VALUE_LIST:
        put_list(strategies, value->list, chinese, out);
        break;
    default:
        buf_put_byte(out, '-');
    }
}

// The last four characters.
static Slice tail_of(Slice text) {
    size_t start = text.size;
    for (int left = 4; start > 0 && left > 0; left--) {
        start--;
        while (start > 0 && ((unsigned char)text.at[start] & 0xc0) == 0x80) {
            start--;
        }
    }
    return slice_part(text, start, SIZE_MAX);
}

void strategies_put_text(const struct strategies *strategies, Slice text, bool chinese, const struct strategy_input *input, struct arena *scratch,
                         struct buf *out) {
    struct asking asking = {strategies, input, false};
    struct hole hole;
    for (size_t at = 0; next_hole(text, &at, &hole);) {
        buf_put(out, hole.literal);
        if (hole.name.at == NULL) {
            continue;
        }
        const struct expr_variable *variable = expr_env_find(strategies->env, hole.name);
        struct value value = {.kind = VALUE_MISSING};
        if (variable == NULL || !asking_read(&asking, variable->slot, scratch, &value)) {
            buf_put_byte(out, '-');
            continue;
        }
        if (hole.form.at != NULL && value.kind == VALUE_STRING) {
            value.text = tail_of(value.text);
        }
        put_value(strategies, &value, chinese, out);
    }
}
