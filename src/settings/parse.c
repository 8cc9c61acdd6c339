#include "base/utf8.h"
#include "codec/yaml.h"
#include "settings/table.h"

// One walk for sections and for the elements of lists: rows say what to expect, and what is wrong is told and left at its default.

struct reading {
    struct arena *arena;
    struct diag_list *diags;
};

// Where a value stands; of an empty one, its key.
static Place place_of(const struct yaml_node *node) {
    bool empty = node->kind == YAML_SCALAR && node->byte_start == node->byte_end;
    return empty && node->key_place.line > 0 ? node->key_place : node->place;
}

static Slice shown(const struct yaml_node *node) {
    return node->kind == YAML_SCALAR ? slice_part(node->text, 0, 60) : node->kind == YAML_SEQUENCE ? SLICE("a list") : SLICE("a mapping");
}

static void wrong_kind(struct reading *reading, const struct yaml_node *node, const struct setting *setting) {
    struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(node), "'%s' is %s, not '%.*s'", setting->key,
                                 setting_kind_name(setting->kind, SETTINGS_ENGLISH), SLICE_ARGS(shown(node)));
    diag_hint(reading->diags, diag, "for example %s", setting_kind_example(setting->kind));
}

static bool is_value(const struct yaml_node *node) {
    return node->kind == YAML_SCALAR && !yaml_is_null(node);
}

// Texts go into logs, metrics and file names, and out again as YAML: no control characters and no line ends of any kind.
static bool is_one_line(Slice text) {
    size_t at = 0;
    uint32_t rune;
    while (at < text.size) {
        if (!utf8_next(text, &at, &rune)) {
            return false;
        }
        bool control = rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 || rune == 0x2029;
        if (control || rune == 0xfeff || (rune & 0xfffe) == 0xfffe) {
            return false;
        }
    }
    return true;
}

static bool check_text(struct reading *reading, const struct yaml_node *node, const char *key, int64_t size_max) {
    if (!is_one_line(node->text)) {
        diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(node), "'%s' has a character that no line of text has", key);
        return false;
    }
    if (node->text.size > (size_t)size_max) {
        diag_add(reading->diags, DIAG_ERROR, "CF003", place_of(node), "'%s' has %zu bytes, more than %lld", key, node->text.size,
                 (long long)size_max);
        return false;
    }
    return true;
}

static void read_text(struct reading *reading, const struct yaml_node *node, const struct setting *setting, Slice *ret_text) {
    if (!is_value(node)) {
        wrong_kind(reading, node, setting);
        return;
    }
    // What has a default may be left empty where the default is empty; there it means "none".
    bool may_be_empty = setting->need == SETTING_GIVEN && setting->initial_text[0] == 0;
    if (slice_empty(node->text) && !may_be_empty) {
        diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(node), "'%s' is empty", setting->key);
    } else if (check_text(reading, node, setting->key, setting->max)) {
        *ret_text = node->text;
    }
}

static void read_texts(struct reading *reading, const struct yaml_node *node, const struct setting *setting, SettingsTexts *ret_texts) {
    if (node->kind != YAML_SEQUENCE) {
        wrong_kind(reading, node, setting);
        return;
    }
    if (node->count > setting->max) {
        diag_add(reading->diags, DIAG_ERROR, "CF005", node->place, "'%s' has %u elements, more than %lld", setting->key, node->count,
                 (long long)setting->max);
        return;
    }
    if (node->count == 0 && setting->need == SETTING_NEEDED) {
        diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(node), "'%s' is empty", setting->key);
    }
    Slice *texts = ARENA_ARRAY(reading->arena, Slice, node->count);
    uint32_t count = 0;
    YAML_EACH(node, child) {
        if (!is_value(child) || slice_empty(child->text)) {
            diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(child), "'%s' is a list of texts", setting->key);
        } else if (check_text(reading, child, setting->key, SETTINGS_TEXT_MAX)) {
            texts[count++] = child->text;
        }
    }
    *ret_texts = (SettingsTexts){texts, count};
}

static void out_of_bounds(struct reading *reading, const struct yaml_node *node, const struct setting *setting) {
    struct buf bounds;
    buf_init(&bounds, 256);
    setting_put_number(setting->kind, setting->min, &bounds);
    buf_put(&bounds, SLICE(" to "));
    setting_put_number(setting->kind, setting->max, &bounds);
    struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "CF003", node->place, "'%s' is out of its bounds: '%.*s'", setting->key,
                                 SLICE_ARGS(shown(node)));
    diag_hint(reading->diags, diag, "it may be %.*s", SLICE_ARGS(buf_slice(&bounds)));
    buf_deinit(&bounds);
}

static void read_number(struct reading *reading, const struct yaml_node *node, const struct setting *setting, int64_t *ret_number) {
    int64_t number;
    // A number in quotes is a text; what has a unit is a text to YAML anyway.
    bool quoted = setting->kind == SETTING_INTEGER && node->style != YAML_PLAIN;
    if (!is_value(node) || quoted || !setting_read_number(setting->kind, node->text, &number)) {
        wrong_kind(reading, node, setting);
    } else if (number < setting->min || number > setting->max) {
        out_of_bounds(reading, node, setting);
    } else {
        *ret_number = number;
    }
}

static void read_boolean(struct reading *reading, const struct yaml_node *node, const struct setting *setting, bool *ret_value) {
    bool yes = slice_is(node->text, "true");
    if (!is_value(node) || node->style != YAML_PLAIN || (!yes && !slice_is(node->text, "false"))) {
        wrong_kind(reading, node, setting);
        return;
    }
    *ret_value = yes;
}

static void read_choice(struct reading *reading, const struct yaml_node *node, const struct setting *setting, uint32_t *ret_value) {
    struct buf known;
    buf_init(&known, 1024);
    bool found = false;
    for (uint32_t i = 0; i < setting->option_count; i++) {
        bool this = is_value(node) && slice_is(node->text, setting->options[i].value);
        *ret_value = this ? i : *ret_value;
        found = found || this;
        buf_printf(&known, "%s%s", i == 0 ? "" : ", ", setting->options[i].value);
    }
    if (!found) {
        struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(node), "'%s' cannot be '%.*s'", setting->key,
                                     SLICE_ARGS(shown(node)));
        diag_hint(reading->diags, diag, "it is one of %.*s", SLICE_ARGS(buf_slice(&known)));
    }
    buf_deinit(&known);
}

static void read_group(struct reading *reading, const struct yaml_node *node, const struct setting_group *group, void *into);

static void read_list(struct reading *reading, const struct yaml_node *node, const struct setting *setting, void *member) {
    if (node->kind != YAML_SEQUENCE) {
        wrong_kind(reading, node, setting);
        return;
    }
    if (node->count > setting->max) {
        diag_add(reading->diags, DIAG_ERROR, "CF005", node->place, "'%s' has %u elements, more than %lld", setting->key, node->count,
                 (long long)setting->max);
        return;
    }
    char *elements = arena_alloc(reading->arena, setting->record->size * node->count);
    uint32_t count = 0;
    YAML_EACH(node, child) {
        void *element = elements + setting->record->size * count++;
        setting_defaults(setting->record, element);
        read_group(reading, child, setting->record, element);
    }
    struct setting_any_list list = {elements, count};
    memcpy(member, &list.at, sizeof list.at);
    memcpy((char *)member + sizeof list.at, &list.count, sizeof list.count);
}

static void read_setting(struct reading *reading, const struct yaml_node *node, const struct setting *setting, void *group) {
    void *member = setting_member(setting, group);
    if (setting_is_text(setting->kind)) {
        read_text(reading, node, setting, member);
    } else if (setting->kind == SETTING_TEXTS) {
        read_texts(reading, node, setting, member);
    } else if (setting->kind == SETTING_BOOLEAN) {
        read_boolean(reading, node, setting, member);
    } else if (setting->kind == SETTING_CHOICE) {
        read_choice(reading, node, setting, member);
    } else if (setting->kind == SETTING_LIST) {
        read_list(reading, node, setting, member);
    } else {
        read_number(reading, node, setting, member);
    }
}

static const struct setting *find_setting(const struct setting_group *group, Slice key) {
    for (uint32_t i = 0; i < group->count; i++) {
        if (slice_is(key, group->at[i].key)) {
            return &group->at[i];
        }
    }
    return NULL;
}

static const char *nearer(Slice key, const char *name, const char *best, size_t *distance) {
    size_t here = slice_distance(key, slice_of(name), *distance);
    if (here < *distance) {
        *distance = here;
        return name;
    }
    return best;
}

// The section in which a key of that name stands, for keys that stand in the wrong one or in none.
static const char *section_with(Slice key) {
    for (uint32_t i = 0; i < setting_section_count; i++) {
        if (find_setting(&setting_sections[i], key) != NULL) {
            return setting_sections[i].name;
        }
    }
    return NULL;
}

static void unknown_key(struct reading *reading, const struct yaml_node *node, const char *best, const char *where) {
    Slice key = slice_part(node->key, 0, 60);
    struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "CF001", node->key_place, "there is no setting '%.*s' in %s", SLICE_ARGS(key), where);
    const char *section = section_with(node->key);
    if (section != NULL) {
        diag_hint(reading->diags, diag, "it belongs to the section '%s'", section);
    } else if (best != NULL) {
        diag_hint(reading->diags, diag, "did you mean '%s'?", best);
    } else {
        diag_hint(reading->diags, diag, "qiantang config --explain tells what there is");
    }
}

static void unknown_in_group(struct reading *reading, const struct yaml_node *node, const struct setting_group *group) {
    const char *best = NULL;
    size_t distance = node->key.size / 3 + 2;
    for (uint32_t i = 0; i < group->count; i++) {
        best = nearer(node->key, group->at[i].key, best, &distance);
    }
    unknown_key(reading, node, best, group->name);
}

static void need_all(struct reading *reading, const struct yaml_node *node, const struct setting_group *group) {
    for (uint32_t i = 0; i < group->count; i++) {
        if (group->at[i].need == SETTING_NEEDED && yaml_get(node, group->at[i].key) == NULL) {
            diag_add(reading->diags, DIAG_ERROR, "CF004", node->place, "'%s' is missing", group->at[i].key);
        }
    }
}

static void read_group(struct reading *reading, const struct yaml_node *node, const struct setting_group *group, void *into) {
    if (node->kind != YAML_MAPPING) {
        diag_add(reading->diags, DIAG_ERROR, "CF002", place_of(node), "'%s' is a mapping of keys and values, not '%.*s'", group->name,
                 SLICE_ARGS(shown(node)));
        return;
    }
    YAML_EACH(node, child) {
        const struct setting *setting = find_setting(group, child->key);
        if (setting != NULL) {
            read_setting(reading, child, setting, into);
        } else {
            unknown_in_group(reading, child, group);
        }
    }
    need_all(reading, node, group);
}

static void read_section(struct reading *reading, const struct yaml_node *node, struct settings *settings) {
    const char *best = NULL;
    size_t distance = node->key.size / 3 + 2;
    for (uint32_t i = 0; i < setting_section_count; i++) {
        const struct setting_group *section = &setting_sections[i];
        if (slice_is(node->key, section->name)) {
            if (!yaml_is_null(node)) { // a section whose keys are all comments is one without keys
                read_group(reading, node, section, (char *)settings + section->offset);
            }
            return;
        }
        best = nearer(node->key, section->name, best, &distance);
    }
    unknown_key(reading, node, best, "the file; it holds sections");
}

void settings_parse(const struct source *source, struct arena *arena, struct settings *settings, struct diag_list *diags) {
    struct reading reading = {arena, diags};
    uint32_t errors = diags->error_count;
    settings_defaults(settings);
    if (source->text.size > SETTINGS_SIZE_MAX) {
        diag_add(diags, DIAG_ERROR, "CF005", (Place){.source = source}, "the file has %zu bytes, more than %d", source->text.size,
                 SETTINGS_SIZE_MAX);
        return;
    }
    const struct yaml_node *root = yaml_parse(source, arena, diags);
    if (root == NULL || yaml_is_null(root)) {
        return;
    }
    if (root->kind != YAML_MAPPING) {
        diag_add(diags, DIAG_ERROR, "CF002", root->place, "a file of settings is a mapping of sections");
        return;
    }
    YAML_EACH(root, child) {
        read_section(&reading, child, settings);
    }
    // Of values that are wrong themselves nothing more can be said.
    if (diags->error_count == errors) {
        settings_check(root, settings, diags);
    }
}
