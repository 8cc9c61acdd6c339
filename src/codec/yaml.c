#include "codec/yaml.h"

#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "codec/yaml_map.h"

#include <stdlib.h>
#include <yaml.h>

// libyaml gives events with marks; a mark counts characters from the start of the text. Two tables turn it
// into a byte and into a line and column as diagnostics count them (libyaml also ends lines at U+2028 and the
// like): the byte of each 64th character, and the first character of each line. Containers that are open
// stand on a stack, so nothing here is recursive.

enum {
    CHECKPOINT = 64,
    KEYS_LINEAR_MAX = 16, // mappings up to here look for duplicates one by one, larger ones in a map
};

struct level {
    struct yaml_node *node;
    struct yaml_node **link; // where the next child goes
    struct map *keys;        // of a large mapping
    Slice key;
    Place key_place;
    bool keyed;  // a key is there and waits for its value
    bool is_key; // this container itself stands where a key belongs (an error)
};

struct binder {
    const struct source *source;
    struct arena *arena;
    struct arena scratch;
    struct diag_list *diags;
    size_t base; // behind a byte order mark
    VEC(uint32_t) checkpoints;
    VEC(uint32_t) line_chars;
    uint32_t char_count;
    struct level levels[YAML_DEPTH_MAX];
    uint32_t depth;
    struct yaml_node *root;
    uint32_t documents;
};

static void index_text(struct binder *binder) {
    Slice text = binder->source->text;
    *VEC_PUSH(&binder->line_chars, &binder->scratch) = 0;
    for (size_t i = binder->base; i < text.size; i++) {
        if (utf8_is_continuation(text.at[i])) {
            continue;
        }
        if (binder->char_count % CHECKPOINT == 0) {
            *VEC_PUSH(&binder->checkpoints, &binder->scratch) = (uint32_t)i;
        }
        binder->char_count++;
        if (text.at[i] == '\n') {
            *VEC_PUSH(&binder->line_chars, &binder->scratch) = binder->char_count;
        }
    }
}

static uint32_t byte_of(const struct binder *binder, size_t character) {
    Slice text = binder->source->text;
    if (character >= binder->char_count) {
        return (uint32_t)text.size;
    }
    size_t byte = binder->checkpoints.at[character / CHECKPOINT];
    for (size_t left = character % CHECKPOINT; left > 0; left--) {
        for (byte++; byte < text.size && utf8_is_continuation(text.at[byte]); byte++) {
        }
    }
    return (uint32_t)byte;
}

// The characters from `start` to `end`, cut at the end of the first line.
static Place place_of(const struct binder *binder, size_t start, size_t end) {
    uint32_t low = 0;
    uint32_t high = binder->line_chars.count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (binder->line_chars.at[middle] <= start) {
            low = middle;
        } else {
            high = middle;
        }
    }
    size_t line_end = high < binder->line_chars.count ? binder->line_chars.at[high] - 1 : binder->char_count;
    end = end > line_end ? line_end : end;
    return (Place){
        .source = binder->source,
        .line = low + 1,
        .column = (uint32_t)(start - binder->line_chars.at[low]) + 1,
        .length = end > start ? (uint32_t)(end - start) : 0,
    };
}

static void report_duplicate(struct binder *binder, const struct level *level, Slice key, Place place) {
    Place before = {0};
    for (const struct yaml_node *child = level->node->first; child != NULL; child = child->next) {
        if (slice_equal(child->key, key)) {
            before = child->key_place;
            break;
        }
    }
    struct diag *diag = diag_add(binder->diags, DIAG_ERROR, "YA002", place,
                                 "the key '%.*s' stands here twice", SLICE_ARGS(key));
    diag_hint(binder->diags, diag, "it stands first in line %u", before.line);
}

static bool is_duplicate(struct binder *binder, struct level *level, Slice key) {
    if (level->keys != NULL) {
        return map_get(level->keys, key) != MAP_NONE;
    }
    for (const struct yaml_node *child = level->node->first; child != NULL; child = child->next) {
        if (slice_equal(child->key, key)) {
            return true;
        }
    }
    return false;
}

static void remember_key(struct binder *binder, struct level *level, Slice key) {
    if (level->keys == NULL && level->node->count >= KEYS_LINEAR_MAX) {
        level->keys = ARENA_NEW(&binder->scratch, struct map);
        map_init(level->keys, &binder->scratch);
        for (const struct yaml_node *child = level->node->first; child != NULL; child = child->next) {
            map_put(level->keys, child->key, 0);
        }
    }
    if (level->keys != NULL) {
        map_put(level->keys, key, 0);
    }
}

static void take_key(struct binder *binder, struct level *level, Slice key, Place place) {
    if (is_duplicate(binder, level, key)) {
        report_duplicate(binder, level, key, place);
    }
    remember_key(binder, level, key);
    level->key = key;
    level->key_place = place;
    level->keyed = true;
}

// Hangs a node into the container that is open. False when it stands in the place of a key instead.
static bool attach(struct binder *binder, struct yaml_node *node) {
    if (binder->depth == 0) {
        binder->root = node;
        return true;
    }
    struct level *level = &binder->levels[binder->depth - 1];
    if (level->node->kind == YAML_MAPPING) {
        if (!level->keyed) {
            if (node->kind == YAML_SCALAR) {
                take_key(binder, level, node->text, node->place);
            } else {
                diag_add(binder->diags, DIAG_ERROR, "YA008", node->place,
                         "a key must be a simple text, not a list or a mapping");
            }
            return false;
        }
        node->key = level->key;
        node->key_place = level->key_place;
        level->keyed = false;
    }
    *level->link = node;
    level->link = &node->next;
    level->node->count++;
    return true;
}

static struct yaml_node *new_node(struct binder *binder, const yaml_event_t *event, YamlKind kind) {
    struct yaml_node *node = ARENA_NEW(binder->arena, struct yaml_node);
    node->kind = kind;
    node->place = place_of(binder, event->start_mark.index, event->end_mark.index);
    node->byte_start = byte_of(binder, event->start_mark.index);
    node->byte_end = byte_of(binder, event->end_mark.index);
    return node;
}

static void refuse_anchor(struct binder *binder, const yaml_char_t *anchor, Place place) {
    if (anchor != NULL) {
        struct diag *diag = diag_add(binder->diags, DIAG_ERROR, "YA005", place,
                                     "anchors and aliases (&%s, *%s) are not supported", anchor, anchor);
        diag_hint(binder->diags, diag, "write the value out, or put the text in quotes");
    }
}

static void refuse_tag(struct binder *binder, const yaml_char_t *tag, Place place) {
    if (tag != NULL) {
        struct diag *diag =
            diag_add(binder->diags, DIAG_ERROR, "YA006", place, "tags (%s) are not supported", tag);
        diag_hint(binder->diags, diag, "leave the tag out; a text that begins with '!' needs quotes");
    }
}

static void bind_scalar(struct binder *binder, const yaml_event_t *event) {
    struct yaml_node *node = new_node(binder, event, YAML_SCALAR);
    switch (event->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        node->style = YAML_SINGLE_QUOTED;
        break;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        node->style = YAML_DOUBLE_QUOTED;
        break;
    case YAML_LITERAL_SCALAR_STYLE:
        node->style = YAML_LITERAL;
        break;
    case YAML_FOLDED_SCALAR_STYLE:
        node->style = YAML_FOLDED;
        break;
    default:
        node->style = YAML_PLAIN;
    }
    node->text = arena_copy(
        binder->arena, (Slice){(const char *)event->data.scalar.value, event->data.scalar.length});
    yaml_map_scalar(binder->source->text, node, binder->arena, &binder->scratch);
    refuse_anchor(binder, event->data.scalar.anchor, node->place);
    refuse_tag(binder, event->data.scalar.tag, node->place);
    attach(binder, node);
}

// False when it is too deep to go on.
static bool open_container(struct binder *binder, const yaml_event_t *event, YamlKind kind,
                           const yaml_char_t *anchor, const yaml_char_t *tag) {
    struct yaml_node *node = new_node(binder, event, kind);
    refuse_anchor(binder, anchor, node->place);
    refuse_tag(binder, tag, node->place);
    if (binder->depth == YAML_DEPTH_MAX) {
        diag_add(binder->diags, DIAG_ERROR, "YA003", node->place, "nested deeper than %d levels",
                 YAML_DEPTH_MAX);
        return false;
    }
    bool is_key = !attach(binder, node);
    binder->levels[binder->depth++] = (struct level){.node = node, .link = &node->first, .is_key = is_key};
    return true;
}

static void close_container(struct binder *binder, const yaml_event_t *event) {
    struct level *level = &binder->levels[--binder->depth];
    level->node->byte_end = byte_of(binder, event->end_mark.index);
    if (level->is_key) {
        struct level *parent = &binder->levels[binder->depth - 1];
        parent->key = SLICE("");
        parent->key_place = level->node->place;
        parent->keyed = true;
    }
}

static void bind_alias(struct binder *binder, const yaml_event_t *event) {
    struct yaml_node *node = new_node(binder, event, YAML_SCALAR);
    node->text_start = node->byte_start;
    refuse_anchor(binder, event->data.alias.anchor, node->place);
    attach(binder, node);
}

// False at the end of the stream, or when reading cannot go on.
static bool bind_event(struct binder *binder, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_STREAM_END_EVENT:
        return false;
    case YAML_DOCUMENT_START_EVENT:
        if (++binder->documents > 1) {
            diag_add(binder->diags, DIAG_ERROR, "YA007",
                     place_of(binder, event->start_mark.index, event->end_mark.index),
                     "a second document begins here; a file holds one");
            return false;
        }
        return true;
    case YAML_ALIAS_EVENT:
        bind_alias(binder, event);
        return true;
    case YAML_SCALAR_EVENT:
        bind_scalar(binder, event);
        return true;
    case YAML_SEQUENCE_START_EVENT:
        return open_container(binder, event, YAML_SEQUENCE, event->data.sequence_start.anchor,
                              event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_container(binder, event, YAML_MAPPING, event->data.mapping_start.anchor,
                              event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(binder, event);
        return true;
    default:
        return true;
    }
}

static void hint_syntax(struct binder *binder, struct diag *diag, const yaml_parser_t *parser, uint32_t at) {
    Slice text = binder->source->text;
    char byte = at < text.size ? text.at[at] : 0;
    if (byte == '\t') {
        diag_hint(binder->diags, diag, "indent with spaces; a tab cannot stand here");
    } else if (byte == '@' || byte == '`' || byte == '%') {
        diag_hint(binder->diags, diag, "a text that begins with '%c' needs quotes", byte);
    } else if (strcmp(parser->problem, "mapping values are not allowed in this context") == 0) {
        diag_hint(binder->diags, diag,
                  "a text with ': ' in it needs quotes; otherwise look at the indentation");
    } else if (parser->context != NULL) {
        diag_hint(binder->diags, diag, "%s that begins in line %u", parser->context,
                  place_of(binder, parser->context_mark.index, 0).line);
    }
}

static void report_syntax(struct binder *binder, const yaml_parser_t *parser) {
    INVARIANT(parser->error != YAML_MEMORY_ERROR);
    if (parser->error == YAML_READER_ERROR) {
        size_t at = binder->base + parser->problem_offset;
        diag_add(binder->diags, DIAG_ERROR, "YA001", place_at(binder->source, at, at + 1), "%s",
                 parser->problem);
        return;
    }
    size_t at = parser->problem_mark.index;
    struct diag *diag = diag_add(binder->diags, DIAG_ERROR, "YA001", place_of(binder, at, at + 1), "%s",
                                 parser->problem);
    hint_syntax(binder, diag, parser, byte_of(binder, at));
}

static void bind_stream(struct binder *binder) {
    Slice text = binder->source->text;
    yaml_parser_t parser;
    INVARIANT(yaml_parser_initialize(&parser));
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.at + binder->base,
                                 text.size - binder->base);
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            report_syntax(binder, &parser);
            break;
        }
        more = bind_event(binder, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

const struct yaml_node *yaml_parse(const struct source *source, struct arena *arena,
                                   struct diag_list *diags) {
    Slice text = source->text;
    if (text.size > YAML_SIZE_MAX) {
        diag_add(diags, DIAG_ERROR, "YA004", (Place){.source = source}, "the file has %zu bytes, more than %d",
                 text.size, YAML_SIZE_MAX);
        return NULL;
    }
    size_t malformed = utf8_invalid_at(text);
    if (malformed < text.size) {
        diag_add(diags, DIAG_ERROR, "YA001", place_at(source, malformed, malformed + 1),
                 "the byte 0x%02x is not UTF-8", (unsigned char)text.at[malformed]);
        return NULL;
    }
    uint32_t errors = diags->error_count;
    struct binder *binder = memory_alloc(sizeof *binder);
    *binder = (struct binder){.source = source, .arena = arena, .diags = diags};
    binder->base = slice_starts_with(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
    arena_init(&binder->scratch, 64 << 10);
    index_text(binder);
    bind_stream(binder);
    struct yaml_node *root = binder->root;
    arena_deinit(&binder->scratch);
    free(binder);
    if (diags->error_count > errors) {
        return NULL;
    }
    if (root == NULL) {
        root = ARENA_NEW(arena, struct yaml_node);
        *root = (struct yaml_node){.kind = YAML_MAPPING, .place = {source, 1, 1, 0}};
    }
    return root;
}

Place yaml_place_in(const struct yaml_node *node, size_t start, size_t end) {
    if (node->place.source == NULL) {
        return node->place;
    }
    start = start > node->text.size ? node->text.size : start;
    end = end > node->text.size ? node->text.size : end;
    size_t from = node->text_start + start;
    size_t to = node->text_start + end;
    if (node->byte_map != NULL) {
        from = node->byte_map[start];
        to = end > start ? (size_t)node->byte_map[end - 1] + 1 : from;
    }
    return place_at(node->place.source, from, to > from ? to : from);
}
