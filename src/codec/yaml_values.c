#include "codec/number.h"
#include "codec/yaml.h"

#include "base/time.h"

static const char *kind_name(YamlKind kind) {
    return kind == YAML_SCALAR ? "a single value" : kind == YAML_SEQUENCE ? "a list" : "a mapping";
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key) {
    if (map == NULL || map->kind != YAML_MAPPING) {
        return NULL;
    }
    YAML_EACH(map, child) {
        if (slice_is(child->key, key)) {
            return child;
        }
    }
    return NULL;
}

const struct yaml_node *yaml_require(const struct yaml_node *map, const char *key,
                                     struct diag_list *diags) {
    if (!yaml_expect(map, YAML_MAPPING, diags)) {
        return NULL;
    }
    const struct yaml_node *node = yaml_get(map, key);
    if (node == NULL) {
        diag_add(diags, DIAG_ERROR, "YA010", map->place, "the key '%s' is missing", key);
    }
    return node;
}

// The nearest of the names, when one is near enough to be meant.
static const char *nearest(Slice name, const char *const *names, size_t count) {
    const char *best = NULL;
    size_t best_distance = name.size / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t distance = slice_distance(name, slice_of(names[i]), best_distance);
        if (distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}

static void hint_nearest(struct diag_list *diags, struct diag *diag, Slice name, const char *const *names,
                         size_t count) {
    const char *near = nearest(name, names, count);
    if (near != NULL) {
        diag_hint(diags, diag, "did you mean '%s'?", near);
        return;
    }
    struct buf list;
    buf_init(&list, 1024);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    diag_hint(diags, diag, "known: %.*s", SLICE_ARGS(buf_slice(&list)));
    buf_deinit(&list);
}

bool yaml_check_keys(const struct yaml_node *map, const char *const *allowed, size_t count,
                     struct diag_list *diags) {
    if (!yaml_expect(map, YAML_MAPPING, diags)) {
        return false;
    }
    bool ok = true;
    YAML_EACH(map, child) {
        bool known = false;
        for (size_t i = 0; i < count && !known; i++) {
            known = slice_is(child->key, allowed[i]);
        }
        if (!known) {
            struct diag *diag = diag_add(diags, DIAG_ERROR, "YA011", child->key_place, "unknown key '%.*s'",
                                         SLICE_ARGS(child->key));
            hint_nearest(diags, diag, child->key, allowed, count);
            ok = false;
        }
    }
    return ok;
}

bool yaml_expect(const struct yaml_node *node, YamlKind kind, struct diag_list *diags) {
    if (node == NULL) {
        return false;
    }
    if (node->kind != kind) {
        diag_add(diags, DIAG_ERROR, "YA012", node->place, "expected %s, found %s", kind_name(kind),
                 kind_name(node->kind));
        return false;
    }
    return true;
}

bool yaml_is_null(const struct yaml_node *node) {
    return node != NULL && node->kind == YAML_SCALAR && node->style == YAML_PLAIN &&
           (node->text.size == 0 || slice_is(node->text, "~") || slice_is(node->text, "null"));
}

Slice yaml_text(const struct yaml_node *node, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return SLICE("");
    }
    if (yaml_is_null(node)) {
        Place place = slice_empty(node->text) && node->key_place.line > 0 ? node->key_place : node->place;
        diag_add(diags, DIAG_ERROR, "YA013", place, "expected a text, found nothing");
        return SLICE("");
    }
    return node->text;
}

static bool wrong_value(const struct yaml_node *node, const char *expected, const char *example,
                        struct diag_list *diags) {
    Place place = slice_empty(node->text) && node->key_place.line > 0 ? node->key_place : node->place;
    struct diag *diag = diag_add(diags, DIAG_ERROR, "YA013", place, "expected %s, found '%.*s'", expected,
                                 SLICE_ARGS(slice_part(node->text, 0, 60)));
    if (node->style != YAML_PLAIN) {
        diag_hint(diags, diag, "a text in quotes or a block is not %s", expected);
    } else {
        diag_hint(diags, diag, "for example %s", example);
    }
    return false;
}

bool yaml_i64(const struct yaml_node *node, int64_t *ret_value, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return false;
    }
    return (node->style == YAML_PLAIN && slice_to_i64(node->text, ret_value)) ||
           wrong_value(node, "a whole number", "42", diags);
}

bool yaml_number(const struct yaml_node *node, double *ret_value, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return false;
    }
    return (node->style == YAML_PLAIN && number_parse(node->text, ret_value)) ||
           wrong_value(node, "a number", "0.5", diags);
}

bool yaml_bool(const struct yaml_node *node, bool *ret_value, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return false;
    }
    bool yes = slice_is(node->text, "true");
    if (node->style != YAML_PLAIN || (!yes && !slice_is(node->text, "false"))) {
        return wrong_value(node, "true or false", "true", diags);
    }
    *ret_value = yes;
    return true;
}

bool yaml_span(const struct yaml_node *node, int64_t *ret_span_us, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return false;
    }
    return span_parse(node->text, ret_span_us) ||
           wrong_value(node, "a span of time", "30m, 24h or 7d", diags);
}

bool yaml_choice(const struct yaml_node *node, const char *const *choices, size_t count,
                 uint32_t *ret_index, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (slice_is(node->text, choices[i])) {
            *ret_index = (uint32_t)i;
            return true;
        }
    }
    struct diag *diag = diag_add(diags, DIAG_ERROR, "YA013", node->place, "'%.*s' is none of the choices",
                                 SLICE_ARGS(slice_part(node->text, 0, 60)));
    hint_nearest(diags, diag, node->text, choices, count);
    return false;
}

// ---- what things are called ---------------------------------------------------------------------

bool yaml_wording(const struct yaml_node *node, Wording *ret_wording, struct diag_list *diags) {
    static const char *const keys[] = {"zh", "en"};
    if (node == NULL || !yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], diags)) {
        return false;
    }
    Slice texts[2];
    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *text = yaml_require(node, keys[i], diags);
        texts[i] = yaml_text(text, diags);
        if (text != NULL && text->kind == YAML_SCALAR && !yaml_is_null(text) && slice_empty(text->text)) {
            diag_add(diags, DIAG_ERROR, "YA013", text->place, "expected a text, found an empty one");
        }
    }
    if (slice_empty(texts[0]) || slice_empty(texts[1])) {
        return false;
    }
    *ret_wording = (Wording){texts[0], texts[1]};
    return true;
}

bool yaml_text_or_wording(const struct yaml_node *node, Wording *ret_wording, struct diag_list *diags) {
    if (node == NULL || node->kind != YAML_SCALAR) {
        return yaml_wording(node, ret_wording, diags);
    }
    Slice text = yaml_text(node, diags);
    if (slice_empty(text)) {
        return false;
    }
    *ret_wording = (Wording){text, text};
    return true;
}

bool yaml_expect_values(const struct yaml_node *values, struct diag_list *diags) {
    return values != NULL && (values->kind == YAML_MAPPING || yaml_expect(values, YAML_SEQUENCE, diags));
}

bool yaml_value(const struct yaml_node *values, const struct yaml_node *child, struct yaml_value *ret_value,
                Wording *ret_wording, struct diag_list *diags) {
    if (values->kind == YAML_MAPPING) {
        *ret_value = (struct yaml_value){child->key, child->key_place, slice_empty(child->key)};
        yaml_wording(child, ret_wording, diags);
        return true;
    }
    if (!yaml_expect(child, YAML_SCALAR, diags)) {
        return false;
    }
    *ret_value = (struct yaml_value){child->text, child->place, yaml_is_null(child) || slice_empty(child->text)};
    return true;
}
