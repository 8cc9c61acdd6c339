// The catalogue that decides: what it holds, and its models as they were understood.

#include "server/api/api.h"

#include "expr/node.h"

static void put_titles(struct json_writer *json, Slice zh, Slice en) {
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
}

static Slice text_or_empty(const char *text) {
    return text == NULL ? SLICE("") : slice_of(text);
}

// ---- models -------------------------------------------------------------------------------------------------

static void put_summary(struct json_writer *json, const struct model *model) {
    json_key_string(json, SLICE("model"), model->id);
    json_key_i64(json, SLICE("version"), model->version);
    json_key_string(json, SLICE("status"), slice_of(model_status_names[model->status]));
    json_key_string(json, SLICE("mode"), slice_of(model_mode_names[model->mode]));
    put_titles(json, model->zh, model->en);
    json_key_string(json, SLICE("family"), model->family);
    json_key_string(json, SLICE("severity"), text_or_empty(severity_names[model->severity]));
    json_key_i64(json, SLICE("score"), model->score);
}

static void render_models(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    json_object_begin(json);
    json_key_string(json, SLICE("catalogue"), catalogue->label);
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        json_object_begin(json);
        put_summary(json, &catalogue->models.at[i]);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

// The text of a reason with its holes as they are written: {f.acct_tin_cnt_1h}.
static void put_reason(struct json_writer *json, Slice name, const struct catalogue *catalogue, const struct template *reason) {
    struct buf text;
    buf_init(&text, 1 << 16);
    for (uint32_t i = 0; i < reason->count; i++) {
        const struct template_part *part = &reason->parts[i];
        buf_put(&text, part->literal);
        if (part->slot != SCHEMA_NONE) {
            buf_printf(&text, "{%.*s%s}", SLICE_ARGS(catalogue->vocabulary.names.at[part->slot].text), part->percent ? "|percent" : "");
        }
    }
    json_key_string(json, name, buf_slice(&text));
    buf_deinit(&text);
}

static void put_parameters(struct json_writer *json, const struct model *model) {
    json_key(json, SLICE("parameters"));
    json_array_begin(json);
    for (uint32_t i = 0; i < model->parameter_count; i++) {
        const struct model_parameter *parameter = &model->parameters[i];
        json_object_begin(json);
        json_key_string(json, SLICE("parameter"), parameter->name);
        json_key_double(json, SLICE("value"), parameter->value);
        json_key_double(json, SLICE("min"), parameter->min);
        json_key_double(json, SLICE("max"), parameter->max);
        json_key_string(json, SLICE("unit"), parameter->unit);
        json_key_bool(json, SLICE("regulation"), parameter->is_regulation);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_names(struct json_writer *json, const struct catalogue *catalogue, const struct model *model) {
    json_key(json, SLICE("on"));
    json_array_begin(json);
    for (uint32_t t = 0; t < catalogue->schema->type_count; t++) {
        if (bits_test(model->on, t)) {
            json_string(json, catalogue->schema->types[t].name);
        }
    }
    json_array_end(json);
    json_key(json, SLICE("reads"));
    json_array_begin(json);
    for (uint32_t i = 0; i < model->read_count; i++) {
        json_string(json, catalogue->vocabulary.names.at[model->reads[i]].text);
    }
    json_array_end(json);
}

static const struct model *model_asked(const struct question *question) {
    uint32_t index = map_get(&question->catalogue->models_by_id, http_request_parameter(question->request, SLICE("model")));
    return index == MAP_NONE ? NULL : &question->catalogue->models.at[index];
}

static void render_model(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    const struct model *model = model_asked(question);
    const struct policy *policy = &catalogue->policy;
    struct buf explanation;
    buf_init(&explanation, 4 << 20);
    catalogue_explain(catalogue, model->id, &explanation);
    json_object_begin(json);
    put_summary(json, model);
    json_key_string(json, SLICE("typology"), model->typology);
    json_key_string(json, SLICE("scene"), model->scene);
    json_key_string(json, SLICE("asks"), model->action != SCHEMA_NONE ? policy->actions.at[model->action].id
                                         : model->task != SCHEMA_NONE ? policy->tasks.at[model->task].id
                                                                      : SLICE(""));
    json_key_string(json, SLICE("expression"), expr_node_text(&question->arena, expr_root(model->expr)));
    put_parameters(json, model);
    put_names(json, catalogue, model);
    json_key_string(json, SLICE("rationale"), model->rationale);
    put_reason(json, SLICE("reason_zh"), catalogue, &model->reason_zh);
    put_reason(json, SLICE("reason_en"), catalogue, &model->reason_en);
    json_key_string(json, SLICE("explanation"), buf_slice(&explanation));
    json_key_string(json, SLICE("catalogue"), catalogue->label);
    json_object_end(json);
    buf_deinit(&explanation);
}

static void tell_models(struct question *question) {
    question_reply(question, render_models);
}

static void tell_model(struct question *question) {
    if (model_asked(question) == NULL) {
        api_refuse(question->request, API_PROBLEM_MODEL_UNKNOWN, "%s", "");
    } else {
        question_reply(question, render_model);
    }
}

// ---- the catalogue --------------------------------------------------------------------------------------------

static void put_actions(struct json_writer *json, Slice key, const struct policy_action *actions, uint32_t count) {
    json_key(json, key);
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("id"), actions[i].id);
        put_titles(json, actions[i].zh, actions[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_types(struct json_writer *json, const struct schema *schema) {
    json_key(json, SLICE("event_types"));
    json_array_begin(json);
    for (uint32_t t = 0; t < schema->type_count; t++) {
        json_object_begin(json);
        json_key_string(json, SLICE("id"), schema->types[t].name);
        put_titles(json, schema->types[t].zh, schema->types[t].en);
        json_object_end(json);
    }
    json_array_end(json);
}

// Where event types differ in the fields of a key, those of the first type that has the thing stand for all.
static const struct feature_key *key_of(const struct catalogue *catalogue, const struct feature_entity *entity) {
    for (uint32_t t = 0; entity->key_on != NULL && t < catalogue->schema->type_count; t++) {
        if (entity->key_on[t].count > 0) {
            return &entity->key_on[t];
        }
    }
    return &entity->key;
}

static void put_entities(struct json_writer *json, const struct catalogue *catalogue) {
    const struct feature_plan *plan = catalogue->features;
    json_key(json, SLICE("entities"));
    json_array_begin(json);
    for (uint32_t e = 0; e < plan->entities.count; e++) {
        const struct feature_key *key = key_of(catalogue, &plan->entities.at[e]);
        json_object_begin(json);
        json_key_string(json, SLICE("id"), plan->entities.at[e].name);
        put_titles(json, plan->entities.at[e].zh, plan->entities.at[e].en);
        json_key(json, SLICE("key"));
        json_array_begin(json);
        for (uint32_t i = 0; i < key->count; i++) {
            json_string(json, catalogue->schema->fields[key->fields[i]].name);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_counts(struct json_writer *json, const struct catalogue *catalogue) {
    json_key(json, SLICE("counts"));
    json_object_begin(json);
    json_key_i64(json, SLICE("models"), catalogue->models.count);
    json_key_i64(json, SLICE("models_evaluated"), catalogue->evaluated_count);
    json_key_i64(json, SLICE("features"), catalogue->features->features.count);
    json_key_i64(json, SLICE("fields"), catalogue->schema->field_count);
    json_key_i64(json, SLICE("lists"), catalogue->knowledge->list_count);
    json_key_i64(json, SLICE("tables"), catalogue->knowledge->table_count);
    json_object_end(json);
}

static void render_catalogue(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    json_object_begin(json);
    json_key_string(json, SLICE("catalogue"), catalogue->label);
    json_key_string(json, SLICE("pack"), catalogue->name);
    json_key_i64(json, SLICE("version"), catalogue->version);
    put_titles(json, catalogue->zh, catalogue->en);
    json_key_string(json, SLICE("currency"), catalogue->currency);
    put_counts(json, catalogue);
    put_types(json, catalogue->schema);
    put_entities(json, catalogue);
    put_actions(json, SLICE("actions"), catalogue->policy.actions.at, catalogue->policy.actions.count);
    put_actions(json, SLICE("tasks"), catalogue->policy.tasks.at, catalogue->policy.tasks.count);
    json_object_end(json);
}

static void tell_catalogue(struct question *question) {
    question_reply(question, render_catalogue);
}

static void ask(void *context, struct http_request *request, void (*tell)(struct question *question)) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = tell;
        question_ask(question);
    }
}

void api_get_models(void *context, struct http_request *request) {
    ask(context, request, tell_models);
}

void api_get_model(void *context, struct http_request *request) {
    ask(context, request, tell_model);
}

void api_get_catalogue(void *context, struct http_request *request) {
    ask(context, request, tell_catalogue);
}
