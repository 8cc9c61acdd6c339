#include "base/time.h"
#include "codec/json_write.h"
#include "settings/table.h"

struct unit {
    const char *name;
    int64_t factor;
};

// From large to small: a value is written in the first of which it is a whole number.
static const struct unit span_units[] = {
    {"d", US_PER_DAY}, {"h", US_PER_HOUR}, {"min", US_PER_MINUTE}, {"s", US_PER_SECOND}, {"ms", US_PER_MS}, {"us", 1},
};
static const struct unit size_units[] = {
    {"GiB", INT64_C(1) << 30}, {"MiB", INT64_C(1) << 20}, {"KiB", INT64_C(1) << 10}, {"B", 1},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

// Cuts the digits off the front; false without any, or when they are too many for the type.
static bool take_digits(Slice *rest, int64_t *ret_value) {
    size_t count = 0;
    while (count < rest->size && is_digit(rest->at[count])) {
        count++;
    }
    Slice digits = slice_part(*rest, 0, count);
    *rest = slice_part(*rest, count, SIZE_MAX);
    return slice_to_i64(digits, ret_value);
}

static bool read_with_unit(Slice text, const struct unit *units, size_t count, int64_t *ret_value) {
    int64_t number;
    if (!take_digits(&text, &number)) {
        return false;
    }
    Slice unit = slice_trim(text);
    for (size_t i = 0; i < count; i++) {
        if (slice_is(unit, units[i].name)) {
            return !__builtin_mul_overflow(number, units[i].factor, ret_value);
        }
    }
    return false;
}

static void put_with_unit(int64_t value, const struct unit *units, size_t count, struct buf *out) {
    size_t at = 0;
    while (at + 1 < count && value % units[at].factor != 0) {
        at++;
    }
    buf_printf(out, "%lld %s", (long long)(value / units[at].factor), units[at].name);
}

// "2.5 %": at most two digits behind the point, so that nothing is rounded.
static bool read_share(Slice text, int64_t *ret_value) {
    int64_t whole;
    int64_t hundredths = 0;
    if (!take_digits(&text, &whole) || whole > 1000000) {
        return false;
    }
    if (text.size > 0 && text.at[0] == '.') {
        Slice fraction = slice_part(text, 1, SIZE_MAX);
        size_t before = fraction.size;
        if (!take_digits(&fraction, &hundredths) || before - fraction.size > 2) {
            return false;
        }
        hundredths *= before - fraction.size == 1 ? 10 : 1;
        text = fraction;
    }
    if (!slice_is(slice_trim(text), "%")) {
        return false;
    }
    *ret_value = whole * 100 + hundredths;
    return true;
}

static void put_share(int64_t value, struct buf *out) {
    int64_t hundredths = value % 100;
    buf_printf(out, "%lld", (long long)(value / 100));
    if (hundredths % 10 != 0) {
        buf_printf(out, ".%02d", (int)hundredths);
    } else if (hundredths != 0) {
        buf_printf(out, ".%d", (int)(hundredths / 10));
    }
    buf_put(out, SLICE(" %"));
}

static bool read_time(Slice text, int64_t *ret_value) {
    bool formed = text.size == 5 && is_digit(text.at[0]) && is_digit(text.at[1]) && text.at[2] == ':' && is_digit(text.at[3]) &&
                  is_digit(text.at[4]);
    if (!formed) {
        return false;
    }
    int64_t hour = (text.at[0] - '0') * 10 + text.at[1] - '0';
    int64_t minute = (text.at[3] - '0') * 10 + text.at[4] - '0';
    *ret_value = hour * US_PER_HOUR + minute * US_PER_MINUTE;
    return hour < 24 && minute < 60;
}

bool setting_read_number(SettingKind kind, Slice text, int64_t *ret_value) {
    int64_t value;
    bool ok = kind == SETTING_SPAN    ? read_with_unit(text, span_units, COUNT_OF(span_units), &value)
              : kind == SETTING_SIZE  ? read_with_unit(text, size_units, COUNT_OF(size_units), &value)
              : kind == SETTING_SHARE ? read_share(text, &value)
              : kind == SETTING_TIME  ? read_time(text, &value)
                                      : slice_to_i64(text, &value);
    if (ok) {
        *ret_value = value;
    }
    return ok;
}

void setting_put_number(SettingKind kind, int64_t value, struct buf *out) {
    switch (kind) {
    case SETTING_SPAN:
        if (value == 0) {
            buf_put(out, SLICE("0 s"));
            break;
        }
        put_with_unit(value, span_units, COUNT_OF(span_units), out);
        break;
    case SETTING_SIZE: // none is 0
        put_with_unit(value, size_units, COUNT_OF(size_units), out);
        break;
    case SETTING_SHARE:
        put_share(value, out);
        break;
    case SETTING_TIME: // in quotes, since YAML readers of old take 02:30 for a number to the base of 60
        buf_printf(out, "\"%02d:%02d\"", (int)(value / US_PER_HOUR), (int)(value / US_PER_MINUTE % 60));
        break;
    default:
        buf_printf(out, "%lld", (long long)value);
    }
}

static const struct {
    const char *name[2];
    const char *example;
} kinds[] = {
    [SETTING_TEXT] = {{"a text", "文本"}, "MOBILE"},
    [SETTING_PATH] = {{"a path", "路径"}, "/srv/qiantang/data"},
    [SETTING_SECRET] = {{"a path of a file with a secret", "密钥文件路径"}, "/etc/qiantang/tls.key"},
    [SETTING_TEXTS] = {{"a list of texts", "文本列表"}, "[REJECT, STOP_PAY]"},
    [SETTING_INTEGER] = {{"a whole number", "整数"}, "42"},
    [SETTING_SPAN] = {{"a span of time with its unit", "时长（带单位）"}, "250 us, 5 ms, 30 s, 10 min, 1 h or 7 d"},
    [SETTING_SIZE] = {{"a size with its unit", "大小（带单位）"}, "512 B, 64 KiB, 16 MiB or 1 GiB"},
    [SETTING_SHARE] = {{"a share in percent", "百分比"}, "2.5 %"},
    [SETTING_TIME] = {{"a time of day", "时刻"}, "\"02:30\""},
    [SETTING_BOOLEAN] = {{"true or false", "true 或 false"}, "true"},
    [SETTING_CHOICE] = {{"one of the choices", "选项之一"}, ""},
    [SETTING_LIST] = {{"a list", "列表"}, "[]"},
};

const char *setting_kind_name(SettingKind kind, SettingsLanguage language) {
    return kinds[kind].name[language];
}

const char *setting_kind_example(SettingKind kind) {
    return kinds[kind].example;
}

static bool is_plain(Slice text) {
    static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off"};
    bool plain = text.size > 0 && !is_digit(text.at[0]) && text.at[0] != '-';
    for (size_t i = 0; i < text.size && plain; i++) {
        char byte = text.at[i];
        plain = is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '-' ||
                byte == '/' || byte == '.';
    }
    for (size_t i = 0; i < COUNT_OF(words) && plain; i++) {
        plain = !slice_is(text, words[i]);
    }
    return plain;
}

// What could be taken for something else stands in double quotes, whose escapes YAML shares with JSON.
static void put_text(Slice text, struct buf *out) {
    if (is_plain(text)) {
        buf_put(out, text);
        return;
    }
    struct json_writer json;
    json_writer_init(&json, out);
    json_string(&json, text);
    json_writer_finish(&json);
}

static void put_texts(const SettingsTexts *texts, struct buf *out) {
    buf_put_byte(out, '[');
    for (uint32_t i = 0; i < texts->count; i++) {
        buf_put(out, i == 0 ? SLICE("") : SLICE(", "));
        put_text(texts->at[i], out);
    }
    buf_put_byte(out, ']');
}

void setting_put_value(const struct setting *setting, const void *group, struct buf *out) {
    const void *member = setting_member_of(setting, group);
    if (setting_is_text(setting->kind)) {
        put_text(*(const Slice *)member, out);
    } else if (setting->kind == SETTING_TEXTS) {
        put_texts(member, out);
    } else if (setting->kind == SETTING_BOOLEAN) {
        buf_put(out, *(const bool *)member ? SLICE("true") : SLICE("false"));
    } else if (setting->kind == SETTING_CHOICE) {
        buf_put(out, slice_of(setting->options[*(const uint32_t *)member].value));
    } else {
        setting_put_number(setting->kind, *(const int64_t *)member, out);
    }
}
