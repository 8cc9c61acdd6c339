#include "monitoring/stream/vocabulary.h"

void vocabulary_init(struct vocabulary *vocabulary, struct arena *arena) {
    *vocabulary = (struct vocabulary){.arena = arena, .env = expr_env_create(arena, EXPR_RULES)};
}

static uint32_t add(struct vocabulary *vocabulary, struct expr_env *env, const struct name *name,
                    const struct type *type, const struct expr_choices *choices) {
    uint32_t slot = vocabulary->slots.count;
    struct expr_variable variable = {.name = name->text, .type = type, .choices = choices, .slot = slot};
    if (!expr_env_add_variable(env, &variable)) {
        return SCHEMA_NONE;
    }
    *VEC_PUSH(&vocabulary->names, vocabulary->arena) = *name;
    *VEC_PUSH(&vocabulary->slots, vocabulary->arena) = (struct table_slot){
        .exists = true,
        .parameter = name->kind == NAME_PARAMETER,
        .group = TABLE_NO_GROUP,
        .type = type,
        .choices = choices,
    };
    return slot;
}

uint32_t vocabulary_add(struct vocabulary *vocabulary, const struct name *name, const struct type *type,
                        const struct expr_choices *choices) {
    return add(vocabulary, vocabulary->env, name, type, choices);
}

uint32_t vocabulary_add_to(struct vocabulary *vocabulary, struct expr_env *env, const struct name *name,
                           const struct type *type) {
    return add(vocabulary, env, name, type, NULL);
}

static const struct type *type_of_field(const struct schema_field *field, struct arena *arena) {
    switch (field->type) {
    case FIELD_STRING:
    case FIELD_ENUM:
        return TYPE(STRING);
    case FIELD_LIST:
        return type_list(arena, TYPE(STRING));
    case FIELD_INT:
        return TYPE(INT);
    case FIELD_FLOAT:
        return TYPE(DOUBLE);
    case FIELD_BOOL:
        return TYPE(BOOL);
    case FIELD_MONEY:
        return TYPE(MONEY);
    case FIELD_TIME:
        return TYPE(TIMESTAMP);
    }
    INVARIANT(false);
}

void vocabulary_add_schema(struct vocabulary *vocabulary, const struct schema *schema) {
    struct arena *arena = vocabulary->arena;
    struct expr_choices *choices = ARENA_ARRAY(arena, struct expr_choices, schema->enum_count + 1);
    for (uint32_t i = 0; i < schema->enum_count; i++) {
        const struct schema_enum *values = &schema->enums[i];
        choices[i] = (struct expr_choices){values->name, values->values, values->count};
    }
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        struct name name = {
            .text = arena_printf(arena, "event.%.*s", SLICE_ARGS(field->name)),
            .kind = NAME_FIELD,
            .index = i,
            .evidence = field->evidence,
        };
        uint32_t slot = vocabulary_add(
            vocabulary, &name, type_of_field(field, arena),
            field->enumeration == SCHEMA_NONE ? NULL : &choices[field->enumeration]);
        INVARIANT(slot != SCHEMA_NONE);
    }
}

static void mark_read(struct vocabulary *vocabulary, const struct expr *expr) {
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr_reads(expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        vocabulary->names.at[reads[i]->slot].read = true;
    }
}

const struct expr *vocabulary_compile(struct vocabulary *vocabulary, const struct expr_env *env,
                                      const struct yaml_node *node, bool boolean, struct diag_list *diags) {
    if (!yaml_expect(node, YAML_SCALAR, diags)) {
        return NULL;
    }
    struct expr_text text = {
        .text = node->text,
        .source = node->place.source,
        .byte_map = node->byte_map,
        .byte_start = node->text_start,
    };
    const struct expr *expr = expr_compile(env, &text, vocabulary->arena, diags);
    if (expr == NULL) {
        return NULL;
    }
    if (boolean && expr_type(expr)->kind != TYPE_BOOL) {
        struct diag *diag = diag_add(diags, DIAG_ERROR, "FE001", yaml_place_in(node, 0, node->text.size),
                                     "this must be a condition, but it is of type %.*s",
                                     SLICE_ARGS(type_text(diags->arena, expr_type(expr))));
        diag_hint(diags, diag, "compare it with something, for example `... > 0`");
        return NULL;
    }
    mark_read(vocabulary, expr);
    if (vocabulary->check != NULL) {
        vocabulary->check(vocabulary->check_context, node, expr);
    }
    return expr;
}
