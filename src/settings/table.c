#include "settings/table.h"

#include "base/time.h"

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof(array)[0])

#define CHOICES_BEGIN(Type) static const struct setting_option options_##Type[] = {
#define OPTION(PREFIX, value, en, zh) {#value, {en, zh}},
#define CHOICES_END(Type)                                                                          \
    }                                                                                              \
    ;                                                                                              \
    _Static_assert(sizeof(Type) == sizeof(uint32_t), "choices are written as uint32_t");
#include "settings/settings.def"

#define ROW(group, member, name, row_kind, row_need, row_when, en, zh)                             \
    .key = #name, .text = {en, zh}, .kind = row_kind, .need = SETTING_##row_need, .when = SETTING_##row_when,   \
    .offset = offsetof(struct settings_##group, member)
#define NUMBER(group, member, key, kind, need, first, low, high, when, en, zh)                     \
    {ROW(group, member, key, kind, need, when, en, zh), .initial = first, .min = low, .max = high},

#define RECORD_BEGIN(group, en, zh)                                                                \
    static const char *const text_##group[] = {en, zh};                                            \
    static const struct setting rows_##group[] = {
#define RECORD_END(group)                                                                          \
    }                                                                                              \
    ;                                                                                              \
    static const struct setting_group record_##group = {                                           \
        #group, text_##group, rows_##group, COUNT_OF(rows_##group), sizeof(struct settings_##group), 0};
#define SECTION_BEGIN(group, en, zh) static const struct setting rows_##group[] = {
#define SECTION_END(group)                                                                         \
    }                                                                                              \
    ;
#define TEXT(group, key, need, first, when, en, zh)                                                \
    {ROW(group, key, key, SETTING_TEXT, need, when, en, zh), .initial_text = first, .max = SETTINGS_TEXT_MAX},
#define PATH(group, key, need, first, when, en, zh)                                                \
    {ROW(group, key, key, SETTING_PATH, need, when, en, zh), .initial_text = first, .max = SETTINGS_PATH_MAX},
#define SECRET(group, key, need, first, when, en, zh)                                              \
    {ROW(group, key, key, SETTING_SECRET, need, when, en, zh), .initial_text = first, .max = SETTINGS_PATH_MAX},
#define TEXTS(group, key, need, most, when, en, zh) {ROW(group, key, key, SETTING_TEXTS, need, when, en, zh), .max = most},
#define INTEGER(group, name, row_need, of, first, low, high, when, en, zh)                         \
    {ROW(group, name, name, SETTING_INTEGER, row_need, when, en, zh), .unit = of, .initial = first, .min = low, .max = high},
#define SPAN(group, key, need, first, low, high, when, en, zh)                                     \
    NUMBER(group, key##_us, key, SETTING_SPAN, need, first, low, high, when, en, zh)
#define SIZE(group, key, need, first, low, high, when, en, zh)                                     \
    NUMBER(group, key, key, SETTING_SIZE, need, first, low, high, when, en, zh)
#define SHARE(group, key, need, first, low, high, when, en, zh)                                    \
    NUMBER(group, key##_bp, key, SETTING_SHARE, need, first, low, high, when, en, zh)
#define TIME(group, key, when, en, zh)                                                             \
    NUMBER(group, key##_us, key, SETTING_TIME, GIVEN, -1, 0, US_PER_DAY - 1, when, en, zh)
#define BOOLEAN(group, key, first, when, en, zh) {ROW(group, key, key, SETTING_BOOLEAN, GIVEN, when, en, zh), .initial = first},
#define CHOICE(group, key, need, Type, first, when, en, zh)                                        \
    {ROW(group, key, key, SETTING_CHOICE, need, when, en, zh), .initial = first, .options = options_##Type,               \
     .option_count = COUNT_OF(options_##Type)},
#define LIST(group, key, of, most, shown, when, en, zh)                                            \
    {ROW(group, key, key, SETTING_LIST, GIVEN, when, en, zh), .max = most, .record = &record_##of, .example = shown},
#include "settings/settings.def"

const struct setting_group setting_sections[] = {
#define SECTION_BEGIN(group, en, zh)                                                               \
    {#group, (const char *const[]){en, zh}, rows_##group, COUNT_OF(rows_##group), sizeof(struct settings_##group),        \
     offsetof(struct settings, group)},
#include "settings/settings.def"
};
const uint32_t setting_section_count = COUNT_OF(setting_sections);

struct setting_any_list setting_list_of(const struct setting *setting, const void *group) {
    struct setting_any_list list;
    memcpy(&list.at, setting_member_of(setting, group), sizeof list.at);
    memcpy(&list.count, (const char *)setting_member_of(setting, group) + sizeof list.at, sizeof list.count);
    return list;
}

bool setting_is_text(SettingKind kind) {
    return kind == SETTING_TEXT || kind == SETTING_PATH || kind == SETTING_SECRET;
}

bool setting_is_number(SettingKind kind) {
    return kind == SETTING_INTEGER || kind == SETTING_SPAN || kind == SETTING_SIZE || kind == SETTING_SHARE || kind == SETTING_TIME;
}

void setting_defaults(const struct setting_group *group, void *into) {
    memset(into, 0, group->size);
    for (uint32_t i = 0; i < group->count; i++) {
        const struct setting *setting = &group->at[i];
        void *member = setting_member(setting, into);
        if (setting_is_text(setting->kind)) {
            *(Slice *)member = slice_of(setting->initial_text);
        } else if (setting_is_number(setting->kind)) {
            *(int64_t *)member = setting->initial;
        } else if (setting->kind == SETTING_BOOLEAN) {
            *(bool *)member = setting->initial != 0;
        } else if (setting->kind == SETTING_CHOICE) {
            *(uint32_t *)member = (uint32_t)setting->initial;
        }
    }
}

void settings_defaults(struct settings *settings) {
    for (uint32_t i = 0; i < setting_section_count; i++) {
        setting_defaults(&setting_sections[i], (char *)settings + setting_sections[i].offset);
    }
}
