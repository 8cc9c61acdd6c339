#pragma once
// The list of settings.def as data: what reading, writing and explaining walk through. Private to this room.

#include "settings/settings.h"

typedef enum SettingKind {
    SETTING_TEXT,
    SETTING_PATH,
    SETTING_SECRET,
    SETTING_TEXTS,
    SETTING_INTEGER,
    SETTING_SPAN,
    SETTING_SIZE,
    SETTING_SHARE,
    SETTING_TIME,
    SETTING_BOOLEAN,
    SETTING_CHOICE,
    SETTING_LIST,
} SettingKind;

typedef enum SettingNeed { SETTING_GIVEN, SETTING_NEEDED } SettingNeed;
typedef enum SettingWhen { SETTING_START, SETTING_RELOAD, SETTING_OF_LIST } SettingWhen;

struct setting_option {
    const char *value;
    const char *text[2]; // by SettingsLanguage
};

struct setting_group;

struct setting {
    const char *key;
    const char *text[2]; // by SettingsLanguage
    SettingKind kind;
    SettingNeed need;
    SettingWhen when;
    size_t offset; // in the struct of its group
    const char *unit;
    const char *initial_text;
    int64_t initial, min, max; // a choice: its index; a list or texts: max is the most elements
    const struct setting_option *options;
    uint32_t option_count;
    const struct setting_group *record; // of a list
    const char *example;                // of a list: one element
};

// A section, or the elements of a list.
struct setting_group {
    const char *name;
    const char *const *text; // by SettingsLanguage
    const struct setting *at;
    uint32_t count;
    size_t size;   // of its struct
    size_t offset; // of a section: in struct settings
};

extern const struct setting_group setting_sections[];
extern const uint32_t setting_section_count;

// A list as the typed ones look like to who does not know the type.
struct setting_any_list {
    const void *at;
    uint32_t count;
};

static inline void *setting_member(const struct setting *setting, void *group) {
    return (char *)group + setting->offset;
}

static inline const void *setting_member_of(const struct setting *setting, const void *group) {
    return (const char *)group + setting->offset;
}

struct setting_any_list setting_list_of(const struct setting *setting, const void *group);
void setting_defaults(const struct setting_group *group, void *into);
bool setting_is_text(SettingKind kind);
bool setting_is_number(SettingKind kind);

// The written form of numbers; values.c.
bool setting_read_number(SettingKind kind, Slice text, int64_t *ret_value);
void setting_put_number(SettingKind kind, int64_t value, struct buf *out);
// What a value looks like: "a span of time", "30 s".
const char *setting_kind_name(SettingKind kind, SettingsLanguage language);
const char *setting_kind_example(SettingKind kind);
// A value of any kind but a list in the form of the file.
void setting_put_value(const struct setting *setting, const void *group, struct buf *out);

// What no single setting can tell; check.c.
struct yaml_node;
void settings_check(const struct yaml_node *root, const struct settings *settings, struct diag_list *diags);
