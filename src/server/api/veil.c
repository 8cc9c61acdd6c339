#include "server/api/veil.h"

#include "base/map.h"
#include "base/mask.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "server/api/carried.h"

enum { TEXT_SIZE_MAX = 64 << 20, VALUE_SIZE_MIN = 4, LONG_NUMBER = 8, ODD_MAX = 64 };

struct odd {
    Slice value, hidden;
};

struct veil {
    const struct catalogue *catalogue;
    JsonTree tree;
    struct arena arena;
    struct map values;       // of words that are hidden somewhere: how, by MaskKind
    struct odd odd[ODD_MAX]; // values that are not one word
    uint32_t odd_count;
    struct json_writer *json;
};

// ---- what is personal ---------------------------------------------------------------------------

static const struct {
    const char *member;
    MaskKind kind;
} personal[] = {
#define PERSONAL(member, kind) {#member, MASK_##kind},
#define PERSONAL_IN(word_member, word, member, kind)
#define FREE(member)
#include "server/api/personal.def"
#undef PERSONAL
#undef PERSONAL_IN
#undef FREE
};

static const struct {
    const char *word_member, *word, *member;
    MaskKind kind;
} personal_in[] = {
#define PERSONAL(member, kind)
#define PERSONAL_IN(word_member, word, member, kind) {#word_member, #word, #member, MASK_##kind},
#define FREE(member)
#include "server/api/personal.def"
#undef PERSONAL
#undef PERSONAL_IN
#undef FREE
};

static const char *const free_texts[] = {
#define PERSONAL(member, kind)
#define PERSONAL_IN(word_member, word, member, kind)
#define FREE(member) #member,
#include "server/api/personal.def"
#undef PERSONAL
#undef PERSONAL_IN
#undef FREE
};

static bool is_personal_beside(const struct veil *veil, uint32_t object, Slice key,
                               MaskKind *ret_kind) {
    for (size_t i = 0; i < sizeof personal_in / sizeof personal_in[0]; i++) {
        uint32_t at = slice_is(key, personal_in[i].member)
                          ? json_member(veil->tree, object, slice_of(personal_in[i].word_member))
                          : JSON_NONE;
        if (at != JSON_NONE && veil->tree.nodes[at].kind == JSON_STRING &&
            slice_is(veil->tree.nodes[at].text, personal_in[i].word)) {
            *ret_kind = personal_in[i].kind;
            return true;
        }
    }
    return false;
}

// `object` has the member.
static bool is_personal(const struct veil *veil, uint32_t object, Slice key, MaskKind *ret_kind) {
    if (is_personal_beside(veil, object, key, ret_kind)) {
        return true;
    }
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++) {
        if (slice_is(key, personal[i].member)) {
            *ret_kind = personal[i].kind;
            return true;
        }
    }
    return veil->catalogue != NULL && carried_by_name(veil->catalogue, key, ret_kind);
}

static bool is_free(Slice key) {
    for (size_t i = 0; i < sizeof free_texts / sizeof free_texts[0]; i++) {
        if (slice_is(key, free_texts[i])) {
            return true;
        }
    }
    return false;
}

// ---- words --------------------------------------------------------------------------------------

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_of_word(char byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '_';
}

static size_t word_end(Slice text, size_t at) {
    while (at < text.size && is_of_word(text.at[at])) {
        at++;
    }
    return at;
}

static bool is_long_number(Slice word) {
    size_t digits = 0;
    while (digits < word.size && is_digit(word.at[digits])) {
        digits++;
    }
    return digits == word.size && digits >= LONG_NUMBER;
}

static void remember(struct veil *veil, Slice value, MaskKind kind) {
    if (value.size < VALUE_SIZE_MIN) {
        return; // it would be found in words that have nothing to do with it
    }
    if (word_end(value, 0) == value.size) {
        map_put(&veil->values, value, (uint32_t)kind);
    } else if (veil->odd_count < ODD_MAX) {
        veil->odd[veil->odd_count++] = (struct odd){value, mask_copy(kind, value, &veil->arena)};
    }
}

static void collect(struct veil *veil, uint32_t at) {
    JSON_EACH(veil->tree, at, i) {
        const struct json_node *node = &veil->tree.nodes[i];
        MaskKind kind;
        if (node->kind == JSON_OBJECT || node->kind == JSON_ARRAY) {
            collect(veil, i);
        } else if (node->kind == JSON_STRING && node->key.at != NULL &&
                   is_personal(veil, at, node->key, &kind)) {
            remember(veil, node->text, kind);
        }
    }
}

// ---- writing ------------------------------------------------------------------------------------

static const struct odd *odd_at(const struct veil *veil, Slice rest) {
    for (uint32_t i = 0; i < veil->odd_count; i++) {
        if (slice_starts_with(rest, veil->odd[i].value)) {
            return &veil->odd[i];
        }
    }
    return NULL;
}

static void put_word(const struct veil *veil, Slice word, struct buf *out) {
    uint32_t kind = word.size < VALUE_SIZE_MIN ? MAP_NONE : map_get(&veil->values, word);
    if (kind != MAP_NONE) {
        mask_put((MaskKind)kind, word, out);
    } else if (is_long_number(word)) {
        mask_put(MASK_ACCOUNT, word, out);
    } else {
        buf_put(out, word);
    }
}

static void put_free(const struct veil *veil, Slice text) {
    struct buf out;
    buf_init(&out, 2 * text.size + 64);
    for (size_t at = 0; at < text.size;) {
        const struct odd *odd = odd_at(veil, slice_part(text, at, SIZE_MAX));
        size_t end = word_end(text, at);
        if (odd != NULL) {
            buf_put(&out, odd->hidden);
            at += odd->value.size;
        } else if (end > at) {
            put_word(veil, slice_part(text, at, end - at), &out);
            at = end;
        } else {
            buf_put_byte(&out, text.at[at++]);
        }
    }
    json_string(veil->json, buf_overflowed(&out) ? SLICE("****") : buf_slice(&out));
    buf_deinit(&out);
}

static void put_text(struct veil *veil, uint32_t object, const struct json_node *node,
                     bool is_in_free) {
    MaskKind kind;
    if (node->key.at != NULL && is_personal(veil, object, node->key, &kind)) {
        json_string(veil->json, mask_copy(kind, node->text, &veil->arena));
    } else if (is_in_free || (node->key.at != NULL && is_free(node->key))) {
        put_free(veil, node->text);
    } else {
        json_string(veil->json, node->text);
    }
}

// A number that is made of something personal, which only the pack's own names are.
static void put_plain(struct veil *veil, uint32_t at) {
    const struct json_node *node = &veil->tree.nodes[at];
    MaskKind kind;
    bool is_number = node->kind == JSON_INT || node->kind == JSON_UINT || node->kind == JSON_DOUBLE;
    if (is_number && veil->catalogue != NULL && slice_starts_with(node->key, SLICE("f.")) &&
        carried_by_name(veil->catalogue, node->key, &kind)) {
        json_string(veil->json, mask_copy(kind, SLICE("0"), &veil->arena));
    } else {
        json_node(veil->json, veil->tree, at);
    }
}

// Everything below a free member is free.
static void put_node(struct veil *veil, uint32_t parent, uint32_t at, bool is_in_free) {
    const struct json_node *node = &veil->tree.nodes[at];
    bool is_below = is_in_free || (node->key.at != NULL && is_free(node->key));
    switch (node->kind) {
    case JSON_OBJECT:
        json_object_begin(veil->json);
        JSON_EACH(veil->tree, at, i) {
            json_key(veil->json, veil->tree.nodes[i].key);
            put_node(veil, at, i, is_below);
        }
        json_object_end(veil->json);
        break;
    case JSON_ARRAY:
        json_array_begin(veil->json);
        JSON_EACH(veil->tree, at, i) {
            put_node(veil, at, i, is_below);
        }
        json_array_end(veil->json);
        break;
    case JSON_STRING:
        put_text(veil, parent, node, is_in_free);
        break;
    default:
        put_plain(veil, at);
        break;
    }
}

void veil_put(Slice text, const struct catalogue *catalogue, struct buf *out) {
    struct json_reader *reader = json_reader_create(TEXT_SIZE_MAX, JSON_DEPTH_MAX);
    struct json_writer json;
    struct veil veil = {.catalogue = catalogue, .json = &json};
    json_writer_init(&json, out);
    arena_init(&veil.arena, 64 << 10);
    map_init(&veil.values, &veil.arena);
    if (json_parse(reader, text, &veil.tree) == STATUS_OK) {
        collect(&veil, 0);
        put_node(&veil, 0, 0, false);
    } else {
        json_null(&json); // what cannot be read cannot be hidden
    }
    json_writer_finish(&json);
    arena_deinit(&veil.arena);
    json_reader_destroy(reader);
}
