// The words that expressions may use, with what each means in Chinese and English: for who writes models and wants to be offered them.

#include "server/api/api.h"

static void put_titles(struct json_writer *json, Slice zh, Slice en) {
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
}

static const char *kind_of(NameKind kind) {
    static const char *const kinds[] = {
        [NAME_FIELD] = "field", [NAME_FILTER] = "filter", [NAME_FEATURE] = "feature", [NAME_CELL] = "column", [NAME_DECISION] = "decision",
    };
    return kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : NULL; // of others only one expression knows
}

static void put_meaning(struct json_writer *json, const struct catalogue *catalogue, const struct name *name) {
    switch (name->kind) {
    case NAME_FIELD:
        put_titles(json, catalogue->schema->fields[name->index].zh, catalogue->schema->fields[name->index].en);
        break;
    case NAME_FILTER:
        put_titles(json, catalogue->features->filters.at[name->index].zh, catalogue->features->filters.at[name->index].en);
        break;
    case NAME_FEATURE:
        put_titles(json, catalogue->features->features.at[name->index].zh, catalogue->features->features.at[name->index].en);
        break;
    case NAME_CELL: {
        const struct knowledge_column *column = &catalogue->knowledge->tables[name->table].columns[name->index];
        put_titles(json, column->zh, column->en);
        break;
    }
    default:
        put_titles(json, SLICE(""), SLICE(""));
    }
}

static void put_names(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    json_key(json, SLICE("names"));
    json_array_begin(json);
    for (uint32_t i = 0; i < catalogue->vocabulary.names.count; i++) {
        const struct name *name = &catalogue->vocabulary.names.at[i];
        const struct expr_variable *variable = expr_env_find(catalogue->vocabulary.env, name->text);
        const char *kind = kind_of(name->kind);
        if (kind == NULL || variable == NULL) {
            continue;
        }
        json_object_begin(json);
        json_key_string(json, SLICE("name"), name->text);
        json_key_string(json, SLICE("kind"), slice_of(kind));
        json_key_string(json, SLICE("type"), type_text(&question->arena, variable->type));
        put_meaning(json, catalogue, name);
        const struct expr_choices *choices = variable->choices;
        api_put_values(json, choices == NULL ? NULL : choices->values, catalogue_value_names(catalogue, name), choices == NULL ? 0 : choices->count);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_lists(struct json_writer *json, const struct knowledge_plan *knowledge) {
    json_key(json, SLICE("lists"));
    json_array_begin(json);
    for (uint32_t i = 0; i < knowledge->list_count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("list"), knowledge->lists[i].name);
        put_titles(json, knowledge->lists[i].zh, knowledge->lists[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_function(void *context, Slice name, Slice signature) {
    struct json_writer *json = context;
    json_object_begin(json);
    json_key_string(json, SLICE("function"), name);
    json_key_string(json, SLICE("signature"), signature);
    json_object_end(json);
}

static void render(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    json_object_begin(json);
    json_key_string(json, SLICE("catalogue"), catalogue->label);
    put_names(question, json);
    put_lists(json, catalogue->knowledge);
    json_key(json, SLICE("functions"));
    json_array_begin(json);
    expr_env_functions(catalogue->vocabulary.env, &question->arena, json, put_function);
    json_array_end(json);
    json_object_end(json);
}

static void tell(struct question *question) {
    question_reply(question, render);
}

void api_get_vocabulary(void *context, struct http_request *request) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = tell;
        question_ask(question);
    }
}
