#include "base/mask.h"

#include "base/utf8.h"

static const struct {
    const char *name;
    uint32_t front, back;
    const char *text;
} kinds[] = {
#define MASK(kind, name, front, back, text) {name, front, back, text},
#include "base/masks.def"
#undef MASK
};

// The character at `*at`, and moves behind it. A malformed byte is a character that cannot be
// shown.
static Slice next_character(Slice text, size_t *at, bool *ret_shown) {
    size_t start = *at;
    uint32_t rune = 0;
    bool whole = utf8_next(text, at, &rune);
    if (!whole) {
        *at = start + 1;
    }
    // Control characters, and those that turn the direction of writing or end a line.
    bool control = rune < 0x20 || (rune >= 0x7f && rune < 0xa0) ||
                   (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
                   (rune >= 0x2066 && rune <= 0x2069) || rune == 0xfeff;
    *ret_shown = whole && !control;
    return slice_part(text, start, *at - start);
}

static void put_stars(size_t count, struct buf *out) {
    for (size_t i = 0; i < count && i < MASK_STARS_MAX; i++) {
        buf_put_byte(out, '*');
    }
}

// Shows what stands before and behind; stars for the rest.
static void put_ends(Slice value, size_t front, size_t back, struct buf *out) {
    size_t count = utf8_count(value);
    if (count < front + back + MASK_HIDDEN_MIN) {
        put_stars(count, out);
        return;
    }
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        bool shown;
        Slice character = next_character(value, &at, &shown);
        if (i == front) {
            put_stars(count - front - back, out);
        }
        if (i < front || i >= count - back) {
            buf_put(out, shown ? character : SLICE("*"));
        }
    }
}

static void put_name(Slice value, struct buf *out) {
    size_t at = 0;
    bool shown;
    Slice first = next_character(value, &at, &shown);
    size_t behind = utf8_count(slice_part(value, at, SIZE_MAX));
    buf_put(out, shown && behind > 0 ? first : SLICE("*"));
    put_stars(behind, out);
}

static void put_email(Slice value, struct buf *out) {
    size_t sign = slice_find_byte(value, '@', 0);
    Slice domain = slice_part(value, sign, SIZE_MAX);
    for (size_t at = 0; at < domain.size;) {
        bool shown;
        next_character(domain, &at, &shown);
        if (!shown) {
            domain.size = 0;
        }
    }
    if (domain.size < 2 || sign < 2) {
        put_stars(MASK_HIDDEN_MIN, out);
        return;
    }
    size_t at = 0;
    bool shown;
    Slice first = next_character(value, &at, &shown);
    buf_put(out, shown ? first : SLICE("*"));
    put_stars(MASK_HIDDEN_MIN, out);
    buf_put(out, domain);
}

// ---- addresses --------------------------------------------------------------------------------

// What ends the name of a province, and of a city within one. "市" ends both: 北京市, 浙江省杭州市.
static const char *const province_ends[] = {"省", "自治区", "特别行政区", "市"};
static const char *const city_ends[] = {"市", "自治州", "地区", "盟"};
// What stands in no name of a province or city: who meets it is past them, in a street or a
// district.
static const char *const within_city[] = {"路", "街", "道", "巷", "弄", "号", "村", "镇",
                                          "乡", "区", "县", "幢", "楼", "室", "园", "苑"};

static bool begins_with_one(Slice text, const char *const *words, size_t count, size_t *ret_size) {
    for (size_t i = 0; i < count; i++) {
        if (slice_starts_with(text, slice_of(words[i]))) {
            *ret_size = strlen(words[i]);
            return true;
        }
    }
    return false;
}

// Size of the region's name with its ending that the text begins with; 0: it begins with none. A
// name has at least two characters before its ending.
static size_t region_size(Slice text, const char *const *ends, size_t end_count) {
    size_t at = 0;
    for (uint32_t count = 0; at < text.size && count < MASK_REGION_MAX; count++) {
        Slice rest = slice_part(text, at, SIZE_MAX);
        size_t size;
        if (count >= 2 && begins_with_one(rest, ends, end_count, &size)) {
            return at + size;
        }
        bool shown;
        bool digit = text.at[at] >= '0' && text.at[at] <= '9';
        bool past =
            begins_with_one(rest, within_city, sizeof within_city / sizeof within_city[0], &size);
        next_character(text, &at, &shown);
        if (digit || !shown || past) {
            return 0;
        }
    }
    return 0;
}

static void put_address(Slice value, struct buf *out) {
    size_t province =
        region_size(value, province_ends, sizeof province_ends / sizeof province_ends[0]);
    size_t city = 0;
    if (province > 0 && !slice_ends_with(slice_part(value, 0, province), SLICE("市"))) {
        Slice rest = slice_part(value, province, SIZE_MAX);
        city = region_size(rest, city_ends, sizeof city_ends / sizeof city_ends[0]);
    }
    buf_put(out, slice_part(value, 0, province + city));
    put_stars(MASK_HIDDEN_MIN, out);
}

// ---- the door ---------------------------------------------------------------------------------

void mask_put(MaskKind kind, Slice value, struct buf *out) {
    INVARIANT(kind < MASK_KIND_COUNT);
    if (slice_empty(value)) {
        return;
    }
    switch (kind) {
    case MASK_NAME:
        put_name(value, out);
        return;
    case MASK_EMAIL:
        put_email(value, out);
        return;
    case MASK_ADDRESS:
        put_address(value, out);
        return;
    case MASK_ALL:
        put_stars(MASK_HIDDEN_MIN, out);
        return;
    default:
        put_ends(value, kinds[kind].front, kinds[kind].back, out);
    }
}

Slice mask_copy(MaskKind kind, Slice value, struct arena *arena) {
    struct buf out;
    buf_init(&out, 2 * value.size + 2 * MASK_STARS_MAX);
    mask_put(kind, value, &out);
    Slice copy = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return copy;
}

bool mask_kind_parse(Slice name, MaskKind *ret_kind) {
    for (int i = 0; i < MASK_KIND_COUNT; i++) {
        if (slice_is(name, kinds[i].name)) {
            *ret_kind = (MaskKind)i;
            return true;
        }
    }
    return false;
}

const char *mask_kind_name(MaskKind kind) {
    return kinds[kind].name;
}

const char *mask_kind_text(MaskKind kind) {
    return kinds[kind].text;
}
