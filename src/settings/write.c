#include "settings/table.h"

static const char *const headings[] = {
    "# Settings of a server. What is left out has its default; what stands here are the values that hold.\n"
    "# (start): a change counts from the next start; the others from when the file is read again (SIGHUP).\n"
    "# qiantang config --check FILE checks a file; --explain KEY tells more of a setting.\n",
    "# 服务器设置。未写的项取默认值。标有（启动）的项在下次启动时生效，其余在重新读取文件（SIGHUP）时生效。\n"
    "# qiantang config --check FILE 检查文件；--explain KEY --zh 说明某项。\n",
};
static const char *const start_marks[] = {"; start", "；启动"};

// "# 1 s to 1 h" of numbers, "# none, wanted or required" of choices, then what it is.
static void put_comment(const struct setting *setting, SettingsLanguage language, struct buf *out) {
    buf_printf(out, "  # %s (", setting->text[language]);
    if (setting->kind == SETTING_CHOICE) {
        for (uint32_t i = 0; i < setting->option_count; i++) {
            buf_printf(out, "%s%s", i == 0 ? "" : ", ", setting->options[i].value);
        }
    } else if (setting_is_number(setting->kind)) {
        setting_put_number(setting->kind, setting->min, out);
        buf_put(out, language == SETTINGS_CHINESE ? SLICE(" 至 ") : SLICE(" to "));
        setting_put_number(setting->kind, setting->max, out);
        bool has_unit = setting->unit != NULL && setting->unit[0] != 0 && language == SETTINGS_ENGLISH;
        buf_printf(out, "%s%s", has_unit ? " " : "", has_unit ? setting->unit : "");
    } else {
        buf_put(out, slice_of(setting_kind_name(setting->kind, language)));
    }
    buf_printf(out, "%s)\n", setting->when == SETTING_START ? start_marks[language] : "");
}

// What a value of a record is when nobody gives it; such ones are left out again.
static bool is_default(const struct setting *setting, const void *record) {
    const void *member = setting_member_of(setting, record);
    if (setting->need == SETTING_NEEDED) {
        return false;
    }
    if (setting_is_text(setting->kind)) {
        return slice_is(*(const Slice *)member, setting->initial_text);
    }
    if (setting->kind == SETTING_TEXTS) {
        return ((const SettingsTexts *)member)->count == 0;
    }
    return setting_is_number(setting->kind)      ? *(const int64_t *)member == setting->initial
           : setting->kind == SETTING_BOOLEAN ? *(const bool *)member == (setting->initial != 0)
                                              : *(const uint32_t *)member == (uint32_t)setting->initial;
}

static void put_record(const struct setting_group *group, const void *record, struct buf *out) {
    bool first = true;
    buf_put_byte(out, '{');
    for (uint32_t i = 0; i < group->count; i++) {
        if (!is_default(&group->at[i], record)) {
            buf_printf(out, "%s%s: ", first ? "" : ", ", group->at[i].key);
            setting_put_value(&group->at[i], record, out);
            first = false;
        }
    }
    buf_put(out, SLICE("}\n"));
}

static void put_list(const struct setting *setting, const void *group, struct buf *out) {
    struct setting_any_list list = setting_list_of(setting, group);
    if (list.count == 0) {
        buf_printf(out, "  # - %s\n  %s: []\n", setting->example, setting->key);
        return;
    }
    buf_printf(out, "  %s:\n", setting->key);
    for (uint32_t i = 0; i < list.count; i++) {
        buf_put(out, SLICE("    - "));
        put_record(setting->record, (const char *)list.at + setting->record->size * i, out);
    }
}

static void put_section(const struct setting_group *section, const void *group, SettingsLanguage language, struct buf *out) {
    buf_printf(out, "\n# %s\n%s:\n", section->text[language], section->name);
    for (uint32_t i = 0; i < section->count; i++) {
        const struct setting *setting = &section->at[i];
        put_comment(setting, language, out);
        if (setting->kind == SETTING_LIST) {
            put_list(setting, group, out);
            continue;
        }
        buf_printf(out, "  %s: ", setting->key);
        setting_put_value(setting, group, out);
        buf_put_byte(out, '\n');
    }
}

void settings_write(const struct settings *settings, SettingsLanguage language, struct buf *out) {
    buf_put(out, slice_of(headings[language]));
    for (uint32_t i = 0; i < setting_section_count; i++) {
        put_section(&setting_sections[i], (const char *)settings + setting_sections[i].offset, language, out);
    }
}

static void put_any(const struct setting *setting, const void *group, struct buf *out) {
    if (setting->kind == SETTING_LIST) {
        put_list(setting, group, out);
    } else {
        setting_put_value(setting, group, out);
    }
}

// Two values are the same when they are written the same.
static bool differs(const struct setting *setting, const void *left, const void *right) {
    enum { VALUE_MAX = 4 << 20 };
    struct buf texts[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&texts[i], VALUE_MAX);
        put_any(setting, i == 0 ? left : right, &texts[i]);
    }
    bool differ = !slice_equal(buf_slice(&texts[0]), buf_slice(&texts[1]));
    buf_deinit(&texts[0]);
    buf_deinit(&texts[1]);
    return differ;
}

void settings_needing_start(const struct settings *now, const struct settings *then, struct buf *out) {
    for (uint32_t i = 0; i < setting_section_count; i++) {
        const struct setting_group *section = &setting_sections[i];
        for (uint32_t k = 0; k < section->count; k++) {
            const struct setting *setting = &section->at[k];
            if (setting->when == SETTING_START &&
                differs(setting, (const char *)now + section->offset, (const char *)then + section->offset)) {
                buf_printf(out, "%s.%s\n", section->name, setting->key);
            }
        }
    }
}
