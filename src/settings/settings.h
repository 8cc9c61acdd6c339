#pragma once
// Settings: what the operators of a server may choose, read from one YAML file and checked as a whole.
//
//     struct source source = {path, text};
//     struct settings settings;
//     settings_parse(&source, arena, &settings, &diags);           // all mistakes are in diags, not only the first
//     if (diags.error_count == 0) { ... settings.server.port, settings.decisions.default_budget_us ... }
//
// The model: sections, each a struct; a setting is a member of its section and is named `section.key`. All of them stand in
// one list, settings.def, with kind, unit, default, bounds, the moment from which a change counts, and their meaning in
// English and Chinese. What is left out of the file has its default; an empty file is fine. Spans are int64 microseconds, sizes bytes,
// shares hundredths of a percent.
//
// How values are written: spans "250 us", "5 ms", "30 s", "10 min", "1 h", "7 d"; sizes "64 KiB", "16 MiB", "1 GiB" or "512 B";
// shares "2.5 %"; times of day "02:30". There is always a unit: a bare 30 has been taken for too many things. Secrets
// stand in files of their own, of which the settings know the path.
//
// It will not read files, nor the environment, nor the command line: who has options changes the struct afterwards.
//
// Diagnostics: CF001 unknown section or key, CF002 a value of another kind, CF003 out of bounds, CF004 a key is missing, CF005 a list
// or the file is too long, CF006 settings that do not go together, CF007 twice the same in a list, CF008 a warning: in the clear.

#include "base/diag.h"

enum {
    SETTINGS_SIZE_MAX = 1 << 20, // of the file; all defaults with their comments have 6 KB
    SETTINGS_TEXT_MAX = 256,     // bytes of a text: names of channels, models, actions
    SETTINGS_PATH_MAX = 1024,    // bytes of a path: the program puts names behind it
};

typedef struct SettingsTexts {
    const Slice *at;
    uint32_t count;
} SettingsTexts;

#define CHOICES_BEGIN(Type) typedef enum Type {
#define OPTION(PREFIX, value, en, zh) PREFIX##_##value,
#define CHOICES_END(Type) } Type;
#include "settings/settings.def"

#define RECORD_BEGIN(group, en, zh) struct settings_##group {
#define RECORD_END(group) };
#define SECTION_BEGIN(group, en, zh) struct settings_##group {
#define SECTION_END(group) };
#define TEXT(group, key, ...) Slice key;
#define PATH(group, key, ...) Slice key;
#define SECRET(group, key, ...) Slice key;
#define TEXTS(group, key, ...) SettingsTexts key;
#define INTEGER(group, key, ...) int64_t key;
#define SPAN(group, key, ...) int64_t key##_us;
#define SIZE(group, key, ...) int64_t key;
#define SHARE(group, key, ...) int64_t key##_bp;
#define TIME(group, key, ...) int64_t key##_us;
#define BOOLEAN(group, key, ...) bool key;
#define CHOICE(group, key, need, Type, ...) Type key;
#define LIST(group, key, record, ...)                                                              \
    struct {                                                                                       \
        const struct settings_##record *at;                                                        \
        uint32_t count;                                                                            \
    } key;
#include "settings/settings.def"

struct settings {
#define SECTION_BEGIN(group, en, zh) struct settings_##group group;
#include "settings/settings.def"
};

typedef enum SettingsLanguage { SETTINGS_ENGLISH, SETTINGS_CHINESE } SettingsLanguage;

// All defaults.
void settings_defaults(struct settings *settings);
// Texts and lists live in `arena`. What is wrong keeps its default and is told in `diags`, which points into `source`.
void settings_parse(const struct source *source, struct arena *arena, struct settings *settings, struct diag_list *diags);
// As a file, every setting with its meaning; settings_parse() gives the same settings again.
void settings_write(const struct settings *settings, SettingsLanguage language, struct buf *out);
// Names of settings that differ and count only from the next start, one a line. For who reads the file again.
void settings_needing_start(const struct settings *now, const struct settings *then, struct buf *out);
// What a setting, a section or (empty) all of them are, for people. STATUS_NOT_FOUND: there is none; *ret_near is the nearest name, or empty.
MUST_USE Status settings_explain(Slice name, SettingsLanguage language, struct arena *arena, struct buf *out, Slice *ret_near);
// docs/operations/settings.md.
void settings_document(struct buf *out);
