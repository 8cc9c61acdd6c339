// What events are made of, with what each thing is called in Chinese and English: types, fields, the values of enumerations, segments of
// customers, and the actions and tasks that answer an event. It holds words of the pack alone, and nothing of what is looked for in events, so that
// everybody who is signed in may ask for it.

#include "server/api/api.h"

static void put_titles(struct json_writer *json, Slice zh, Slice en) {
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
}

static void put_types(struct json_writer *json, const struct schema *schema) {
    json_key(json, SLICE("types"));
    json_array_begin(json);
    for (uint32_t i = 0; i < schema->type_count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("type"), schema->types[i].name);
        put_titles(json, schema->types[i].zh, schema->types[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_fields(struct json_writer *json, const struct schema *schema) {
    json_key(json, SLICE("fields"));
    json_array_begin(json);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        json_object_begin(json);
        json_key_string(json, SLICE("field"), field->name);
        put_titles(json, field->zh, field->en);
        json_key_string(json, SLICE("type"), api_field_type(field));
        json_key(json, SLICE("enumeration"));
        if (field->enumeration == SCHEMA_NONE) {
            json_null(json);
        } else {
            json_string(json, schema->enums[field->enumeration].name);
        }
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_enumerations(struct json_writer *json, const struct schema *schema) {
    json_key(json, SLICE("enumerations"));
    json_array_begin(json);
    for (uint32_t i = 0; i < schema->enum_count; i++) {
        const struct schema_enum *enumeration = &schema->enums[i];
        json_object_begin(json);
        json_key_string(json, SLICE("enumeration"), enumeration->name);
        api_put_values(json, enumeration->values, enumeration->names, enumeration->count);
        json_object_end(json);
    }
    json_array_end(json);
}

// Those columns of tables that are chosen from values.
static void put_columns(struct json_writer *json, const struct knowledge_plan *knowledge) {
    json_key(json, SLICE("columns"));
    json_array_begin(json);
    for (uint32_t t = 0; t < knowledge->table_count; t++) {
        const struct knowledge_table *table = &knowledge->tables[t];
        for (uint32_t c = 0; c < table->column_count; c++) {
            const struct knowledge_column *column = &table->columns[c];
            if (column->type != COLUMN_ENUM) {
                continue;
            }
            json_object_begin(json);
            json_key_string(json, SLICE("name"), column->full_name);
            api_put_values(json, column->values, column->names, column->value_count);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void put_segments(struct json_writer *json, const struct policy *policy) {
    json_key(json, SLICE("segments"));
    json_array_begin(json);
    for (uint32_t i = 0; i < policy->segments.count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("segment"), policy->segments.at[i].id);
        put_titles(json, policy->segments.at[i].zh, policy->segments.at[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_actions(struct json_writer *json, const struct policy *policy) {
    json_key(json, SLICE("actions"));
    json_array_begin(json);
    for (uint32_t i = 0; i < policy->actions.count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("action"), policy->actions.at[i].id);
        put_titles(json, policy->actions.at[i].zh, policy->actions.at[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_tasks(struct json_writer *json, const struct policy *policy) {
    json_key(json, SLICE("tasks"));
    json_array_begin(json);
    for (uint32_t i = 0; i < policy->tasks.count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("task"), policy->tasks.at[i].id);
        put_titles(json, policy->tasks.at[i].zh, policy->tasks.at[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void render(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    json_object_begin(json);
    json_key_string(json, SLICE("catalogue"), catalogue->label);
    put_types(json, catalogue->schema);
    put_fields(json, catalogue->schema);
    put_enumerations(json, catalogue->schema);
    put_columns(json, catalogue->knowledge);
    put_segments(json, &catalogue->policy);
    put_actions(json, &catalogue->policy);
    put_tasks(json, &catalogue->policy);
    json_object_end(json);
}

static void tell(struct question *question) {
    question_reply(question, render);
}

void api_get_schema(void *context, struct http_request *request) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = tell;
        question_ask(question);
    }
}
