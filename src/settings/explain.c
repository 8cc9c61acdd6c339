#include "base/map.h"
#include "settings/table.h"

struct words {
    const char *kind, *initial, *bounds, *bounds_to, *counts, *needed, *none, *elements, *element, *most;
    const char *when[3];
};

static const struct words languages[] = {
    {"kind", "default", "bounds", "to", "takes effect", "has to be given", "none", "at most %lld elements", "each element", "at most %lld bytes",
     {"at the next start", "when the file is read again (SIGHUP)", "with its list"}},
    {"类型", "默认值", "范围", "至", "生效", "必须填写", "无", "最多 %lld 项", "每一项", "最多 %lld 字节", {"下次启动", "重新读取文件时（SIGHUP）", "随列表"}},
};

static void put_initial(const struct setting *setting, const struct words *words, struct buf *out) {
    if (setting->need == SETTING_NEEDED) {
        buf_put(out, slice_of(words->needed));
    } else if (setting->kind == SETTING_LIST || setting->kind == SETTING_TEXTS) {
        buf_put(out, SLICE("[]"));
    } else if (setting->kind == SETTING_BOOLEAN) {
        buf_put(out, setting->initial != 0 ? SLICE("true") : SLICE("false"));
    } else if (setting->kind == SETTING_CHOICE) {
        buf_put(out, slice_of(setting->options[setting->initial].value));
    } else if (setting_is_text(setting->kind)) {
        buf_put(out, slice_of(setting->initial_text[0] == 0 ? words->none : setting->initial_text));
    } else if (setting->initial < setting->min) { // a time of day that nobody gave, a span that is not used
        buf_put(out, slice_of(words->none));
    } else {
        setting_put_number(setting->kind, setting->initial, out);
    }
}

// "30 to 60 requests", "none, wanted, required", "at most 256 bytes".
static void put_bounds(const struct setting *setting, const struct words *words, struct buf *out) {
    if (setting_is_number(setting->kind)) {
        setting_put_number(setting->kind, setting->min, out);
        buf_printf(out, " %s ", words->bounds_to);
        setting_put_number(setting->kind, setting->max, out);
        buf_printf(out, "%s%s", setting->unit == NULL || setting->unit[0] == 0 ? "" : " ", setting->unit == NULL ? "" : setting->unit);
    } else if (setting->kind == SETTING_CHOICE) {
        for (uint32_t i = 0; i < setting->option_count; i++) {
            buf_printf(out, "%s%s", i == 0 ? "" : ", ", setting->options[i].value);
        }
    } else if (setting->kind == SETTING_LIST || setting->kind == SETTING_TEXTS) {
        buf_printf(out, words->elements, (long long)setting->max);
    } else if (setting_is_text(setting->kind)) {
        buf_printf(out, words->most, (long long)setting->max);
    } else {
        buf_put(out, SLICE("true, false"));
    }
}

static void explain_options(const struct setting *setting, SettingsLanguage language, struct buf *out) {
    for (uint32_t i = 0; i < setting->option_count; i++) {
        buf_printf(out, "    %s: %s\n", setting->options[i].value, setting->options[i].text[language]);
    }
}

static void explain_setting(const char *prefix, const struct setting *setting, SettingsLanguage language, struct buf *out) {
    const struct words *words = &languages[language];
    buf_printf(out, "%s.%s\n  %s\n", prefix, setting->key, setting->text[language]);
    buf_printf(out, "  %s: %s\n  %s: ", words->kind, setting_kind_name(setting->kind, language), words->initial);
    put_initial(setting, words, out);
    buf_printf(out, "\n  %s: ", words->bounds);
    put_bounds(setting, words, out);
    buf_put_byte(out, '\n');
    explain_options(setting, language, out);
    buf_printf(out, "  %s: %s\n", words->counts, words->when[setting->when]);
    if (setting->kind == SETTING_LIST) {
        buf_printf(out, "  %s: %s\n    - %s\n", words->element, setting->record->text[language], setting->example);
    }
}

static void explain_record(const char *section, const struct setting *setting, SettingsLanguage language, struct buf *out) {
    struct buf prefix;
    buf_init(&prefix, 256);
    buf_printf(&prefix, "%s.%s[]", section, setting->key);
    buf_put_byte(&prefix, 0);
    for (uint32_t i = 0; i < setting->record->count; i++) {
        buf_put_byte(out, '\n');
        explain_setting(prefix.bytes, &setting->record->at[i], language, out);
    }
    buf_deinit(&prefix);
}

static void explain_row(const struct setting_group *section, const struct setting *setting, SettingsLanguage language, struct buf *out) {
    explain_setting(section->name, setting, language, out);
    if (setting->kind == SETTING_LIST) {
        explain_record(section->name, setting, language, out);
    }
}

static void explain_section(const struct setting_group *section, SettingsLanguage language, struct buf *out) {
    buf_printf(out, "%s: %s\n", section->name, section->text[language]);
    for (uint32_t i = 0; i < section->count; i++) {
        buf_put_byte(out, '\n');
        explain_row(section, &section->at[i], language, out);
    }
}

// The words of a name are its section, its key, or both; a key alone is enough when it is clear what is meant.
static bool explain_named(Slice name, SettingsLanguage language, struct buf *out) {
    bool found = false;
    Slice rest = name;
    Slice first = {NULL, 0};
    (void)slice_split(&rest, '.', &first);
    for (uint32_t i = 0; i < setting_section_count; i++) {
        const struct setting_group *section = &setting_sections[i];
        if (slice_is(name, section->name)) {
            explain_section(section, language, out);
            found = true;
        }
        for (uint32_t k = 0; k < section->count; k++) {
            const char *key = section->at[k].key;
            if (slice_is(name, key) || (slice_is(first, section->name) && slice_is(rest, key))) {
                buf_put(out, found ? SLICE("\n") : SLICE(""));
                explain_row(section, &section->at[k], language, out);
                found = true;
            }
        }
    }
    return found;
}

static Slice nearest_name(Slice name, struct arena *arena) {
    struct map names;
    map_init(&names, arena);
    uint32_t count = 0;
    for (uint32_t i = 0; i < setting_section_count; i++) {
        const struct setting_group *section = &setting_sections[i];
        (void)map_put(&names, slice_of(section->name), count++);
        for (uint32_t k = 0; k < section->count; k++) {
            (void)map_put(&names, slice_of(section->at[k].key), count++);
            (void)map_put(&names, arena_printf(arena, "%s.%s", section->name, section->at[k].key), count++);
        }
    }
    return map_nearest(&names, name);
}

Status settings_explain(Slice name, SettingsLanguage language, struct arena *arena, struct buf *out, Slice *ret_near) {
    if (slice_empty(name)) {
        for (uint32_t i = 0; i < setting_section_count; i++) {
            buf_put(out, i == 0 ? SLICE("") : SLICE("\n"));
            explain_section(&setting_sections[i], language, out);
        }
        return STATUS_OK;
    }
    if (explain_named(name, language, out)) {
        return STATUS_OK;
    }
    Slice near = nearest_name(name, arena);
    *ret_near = near.at == NULL ? SLICE("") : near;
    return STATUS_NOT_FOUND;
}

// ---- docs/operations/settings.md ---------------------------------------------------------------------------

static void document_row(const char *prefix, const struct setting *setting, struct buf *out) {
    const struct words *words = &languages[SETTINGS_ENGLISH];
    buf_printf(out, "| `%s%s` | %s; %s", prefix, setting->key, setting_kind_name(setting->kind, SETTINGS_ENGLISH), "default ");
    put_initial(setting, words, out);
    buf_put(out, SLICE("; "));
    put_bounds(setting, words, out);
    buf_printf(out, " | %s | %s", words->when[setting->when], setting->text[SETTINGS_ENGLISH]);
    for (uint32_t i = 0; i < setting->option_count; i++) {
        buf_printf(out, "%s`%s`: %s", i == 0 ? ". " : "; ", setting->options[i].value, setting->options[i].text[SETTINGS_ENGLISH]);
    }
    if (setting->kind == SETTING_LIST) {
        buf_printf(out, ". Each element is %s, such as `%s`", setting->record->text[SETTINGS_ENGLISH], setting->example);
    }
    buf_printf(out, " | %s |\n", setting->text[SETTINGS_CHINESE]);
}

static void document_section(const struct setting_group *section, struct buf *out) {
    buf_printf(out, "\n## %s\n\n%s %s\n\n", section->name, section->text[SETTINGS_ENGLISH], section->text[SETTINGS_CHINESE]);
    buf_put(out, SLICE("| setting | value | takes effect | what it is | 说明 |\n|---|---|---|---|---|\n"));
    for (uint32_t i = 0; i < section->count; i++) {
        const struct setting *setting = &section->at[i];
        document_row("", setting, out);
        for (uint32_t k = 0; setting->kind == SETTING_LIST && k < setting->record->count; k++) {
            struct buf prefix;
            buf_init(&prefix, 256);
            buf_printf(&prefix, "%s[].", setting->key);
            buf_put_byte(&prefix, 0);
            document_row(prefix.bytes, &setting->record->at[k], out);
            buf_deinit(&prefix);
        }
    }
}

void settings_document(struct buf *out) {
    buf_put(out, SLICE("# Settings\n\n"
                       "A server reads one YAML file. It holds sections, and each section its settings; what is left out has its default, and an empty\n"
                       "file is fine. `qiantang config --default` writes a file with everything in it, `--check FILE` tells every mistake of a file with its\n"
                       "line, `--explain KEY` tells what a setting is, with `--zh` in Chinese. This document is written by `make docs` from\n"
                       "`src/settings/settings.def`.\n\n"
                       "Spans of time are written `250 us`, `5 ms`, `30 s`, `10 min`, `1 h` or `7 d`; sizes `512 B`, `64 KiB`, `16 MiB` or `1 GiB`; shares `2.5 %`;\n"
                       "times of day `\"02:30\"`. There is always a unit. Secrets stand in files of their own, of which the settings name the path. Environment\n"
                       "variables are not read; options of the command line go before the file.\n"));
    for (uint32_t i = 0; i < setting_section_count; i++) {
        document_section(&setting_sections[i], out);
    }
}
