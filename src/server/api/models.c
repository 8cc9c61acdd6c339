// The catalogue that decides: what it holds, and its models as they were understood.

#include "response/disposition/figures.h"
#include "server/api/visit.h"

#include "base/bits.h"
#include "expr/node.h"
#include "expr/visit.h"

static void put_titles(struct json_writer *json, Slice zh, Slice en) {
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
}

static Slice text_or_empty(const char *text) {
    return text == NULL ? SLICE("") : slice_of(text);
}

// ---- how often it hits ----------------------------------------------------------------------------------------

// What was counted since the start; -1: nothing is.
static int64_t counted(const struct question *question, Metric metric, Slice label) {
    const struct serve_metrics *metrics = &question->serve->options.metrics;
    return metrics->value == NULL ? -1 : metrics->value(metrics->context, metric, label);
}

static void put_count(struct json_writer *json, Slice key, int64_t count) {
    json_key(json, key);
    if (count < 0) {
        json_null(json);
    } else {
        json_i64(json, count);
    }
}

static void put_expected(struct json_writer *json, const struct model *model) {
    enum { PER = 10 }; // what is kept is of 100,000 events, what is told of 10,000
    json_key(json, SLICE("expected"));
    if (!model->alert_rate.is_given) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_key_double(json, SLICE("low"), model->alert_rate.low / PER);
    json_key_double(json, SLICE("target"), model->alert_rate.target / PER);
    json_key_double(json, SLICE("high"), model->alert_rate.high / PER);
    json_object_end(json);
}

// Hits that counted, of how many events of the types it watches.
static void put_rate(struct json_writer *json, const struct question *question, const struct model *model) {
    const struct schema *schema = question->catalogue->schema;
    int64_t hits = counted(question, METRIC_HITS, model->id);
    int64_t events = hits < 0 ? -1 : 0;
    for (uint32_t t = 0; hits >= 0 && t < schema->type_count; t++) {
        events += bits_test(model->on, t) ? counted(question, METRIC_EVENTS, schema->types[t].name) : 0;
    }
    put_count(json, SLICE("hits"), hits);
    put_count(json, SLICE("events"), events);
    json_key(json, SLICE("per_10000"));
    if (events > 0) {
        json_double(json, (double)hits * 10000 / (double)events);
    } else {
        json_null(json);
    }
    put_expected(json, model);
}

static void put_since(struct json_writer *json, const struct question *question) {
    int64_t started_us = counted(question, METRIC_STARTED, SLICE(""));
    put_count(json, SLICE("counted_since"), started_us < 0 ? -1 : started_us / 1000);
}

// ---- what it costs --------------------------------------------------------------------------------------------

// Of the catalogue that decided when it was asked; NULL where another one does by now.
static const struct costs_all *costs_of(struct question *question) {
    struct costs_all *all = ARENA_NEW(&question->arena, struct costs_all);
    struct pipeline *pipeline = atomic_load(&question->serve->pipeline);
    return costs_look(pipeline_costs(pipeline), question->catalogue, &question->arena, all) ? all : NULL;
}

static void put_cost(struct json_writer *json, const struct costs_all *all, const struct question *question, const struct model *model) {
    const struct cost *cost = all == NULL || all->decisions == 0 ? NULL : &all->models[model - question->catalogue->models.at];
    json_key(json, SLICE("cost"));
    if (cost == NULL) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_key_i64(json, SLICE("timed"), (int64_t)cost->count);
    put_count(json, SLICE("median_ns"), cost->count == 0 ? -1 : (int64_t)cost->median_ns);
    json_key_double(json, SLICE("share"), cost->share);
    json_object_end(json);
}

static void put_costs(struct json_writer *json, const struct costs_all *all) {
    json_key(json, SLICE("costs"));
    if (all == NULL) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_key_i64(json, SLICE("since"), all->since_us / 1000);
    json_key_i64(json, SLICE("one_in"), COSTS_EVERY);
    json_key_i64(json, SLICE("decisions"), (int64_t)all->decisions);
    json_key_i64(json, SLICE("decision_ns"), (int64_t)all->took_ns);
    json_key_double(json, SLICE("models_share"), all->models_share);
    json_key_double(json, SLICE("features_share"), all->features_share);
    json_key_double(json, SLICE("pass_share"), all->pass_share);
    json_object_end(json);
}

// What a family is called; nothing where it is one of the pack's own.
static void put_family(struct json_writer *json, Slice family) {
    static const struct {
        const char *id, *zh, *en;
    } families[] = {
#define FAMILY_KIND(id, zh, en, word)
#define FAMILY(id, kind, zh, en) {#id, zh, en},
#include "response/strategies/families.def"
#undef FAMILY_KIND
#undef FAMILY
    };
    Slice zh = SLICE("");
    Slice en = SLICE("");
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (slice_is(family, families[i].id)) {
            zh = slice_of(families[i].zh);
            en = slice_of(families[i].en);
        }
    }
    json_key_string(json, SLICE("family_zh"), zh);
    json_key_string(json, SLICE("family_en"), en);
}

// ---- models -------------------------------------------------------------------------------------------------

static void put_summary(struct json_writer *json, const struct question *question, const struct costs_all *costs, const struct model *model) {
    json_key_string(json, SLICE("model"), model->id);
    json_key_i64(json, SLICE("version"), model->version);
    json_key_string(json, SLICE("status"), slice_of(model_status_names[model->status]));
    json_key_string(json, SLICE("mode"), slice_of(model_mode_names[model->mode]));
    put_titles(json, model->zh, model->en);
    json_key_string(json, SLICE("family"), model->family);
    put_family(json, model->family);
    json_key_string(json, SLICE("severity"), text_or_empty(severity_names[model->severity]));
    json_key_i64(json, SLICE("score"), model->score);
    json_key_string(json, SLICE("typology"), model->typology);
    put_rate(json, question, model);
    put_cost(json, costs, question, model);
}

static void render_models(struct question *question, struct json_writer *json) {
    const struct catalogue *catalogue = question->catalogue;
    const struct costs_all *costs = costs_of(question);
    json_object_begin(json);
    json_key_string(json, SLICE("catalogue"), catalogue->label);
    put_since(json, question);
    put_costs(json, costs);
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        json_object_begin(json);
        put_summary(json, question, costs, &catalogue->models.at[i]);
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

// What its file says of a parameter.
static const struct yaml_node *node_of(const struct model *model, Slice parameter) {
    const struct yaml_node *params = yaml_get(model->node, "params");
    if (params != NULL) {
        YAML_EACH(params, node) {
            if (slice_equal(node->key, parameter)) {
                return node;
            }
        }
    }
    return NULL;
}

static Slice text_of(const struct yaml_node *node, const char *key) {
    const struct yaml_node *member = node == NULL ? NULL : yaml_get(node, key);
    return member == NULL ? SLICE("") : member->text;
}

// The file that it stands in, within the pack.
static Slice file_of(const struct model *model) {
    Slice name = model->place.source == NULL ? SLICE("") : model->place.source->name;
    for (size_t i = name.size; i > 0; i--) {
        if (slice_starts_with(slice_part(name, i - 1, SIZE_MAX), SLICE("/models/"))) {
            return slice_part(name, i, SIZE_MAX);
        }
    }
    return name;
}

static void put_canary(struct json_writer *json, const struct catalogue *catalogue, const struct model *model) {
    json_key(json, SLICE("canary"));
    if (model->status != MODEL_CANARY) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_key_double(json, SLICE("percent"), (double)model->canary.below * 100 / CANARY_SHARES);
    json_key_string(json, SLICE("by"), catalogue->schema->fields[model->canary.field].name);
    json_object_end(json);
}

static void put_tests(struct json_writer *json, Slice key, const Slice *tests, uint32_t count) {
    json_key(json, key);
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_string(json, tests[i]);
    }
    json_array_end(json);
}

struct comparisons {
    struct json_writer *json;
    struct arena *arena;
    uint32_t slot; // of the parameter
};

// `a < p.x` is told as it stands, `p.x > a` turned round.
static void put_comparison(void *context, const struct node *node) {
    static const ExprOp turned[][2] = {{OP_EQUAL, OP_EQUAL},         {OP_NOT_EQUAL, OP_NOT_EQUAL},   {OP_LESS, OP_GREATER}, {OP_LESS_EQUAL, OP_GREATER_EQUAL},
                                       {OP_GREATER, OP_LESS},        {OP_GREATER_EQUAL, OP_LESS_EQUAL}};
    const struct comparisons *all = context;
    for (uint32_t i = 0; node->kind == NODE_CALL && node->call.count == 2 && i < sizeof turned / sizeof turned[0]; i++) {
        for (uint32_t side = 0; node->call.op == turned[i][0] && side < 2; side++) {
            const struct node *threshold = node->call.arguments[1 - side];
            if (threshold->kind == NODE_VARIABLE && threshold->variable->slot == all->slot) {
                json_object_begin(all->json);
                json_key_string(all->json, SLICE("expression"), expr_node_text(all->arena, node->call.arguments[side]));
                json_key_string(all->json, SLICE("compares"), expr_op_text(turned[i][side]));
                json_object_end(all->json);
            }
        }
    }
}

// What the model's expression holds against the parameter.
static void put_comparisons(struct json_writer *json, struct arena *arena, const struct model *model, uint32_t slot) {
    struct comparisons all = {.json = json, .arena = arena, .slot = slot};
    json_key(json, SLICE("compared"));
    json_array_begin(json);
    expr_visit(expr_root(model->expr), put_comparison, &all);
    json_array_end(json);
}

static void put_parameters(struct json_writer *json, struct arena *arena, const struct model *model) {
    json_key(json, SLICE("parameters"));
    json_array_begin(json);
    for (uint32_t i = 0; i < model->parameter_count; i++) {
        const struct model_parameter *parameter = &model->parameters[i];
        json_object_begin(json);
        json_key_string(json, SLICE("parameter"), parameter->name);
        put_titles(json, text_of(node_of(model, parameter->name), "zh"), text_of(node_of(model, parameter->name), "en"));
        json_key_double(json, SLICE("value"), parameter->value);
        json_key_double(json, SLICE("min"), parameter->min);
        json_key_double(json, SLICE("max"), parameter->max);
        json_key_string(json, SLICE("unit"), parameter->unit);
        json_key_bool(json, SLICE("regulation"), parameter->is_regulation);
        put_comparisons(json, arena, model, parameter->slot);
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
    const struct costs_all *costs = costs_of(question);
    struct buf explanation;
    buf_init(&explanation, 4 << 20);
    catalogue_explain(catalogue, model->id, &explanation);
    json_object_begin(json);
    put_summary(json, question, costs, model);
    put_since(json, question);
    put_costs(json, costs);
    put_canary(json, catalogue, model);
    json_key_string(json, SLICE("file"), file_of(model));
    put_tests(json, SLICE("fire"), model->fire_tests, model->fire_count);
    put_tests(json, SLICE("quiet"), model->quiet_tests, model->quiet_count);
    json_key_string(json, SLICE("scene"), model->scene);
    json_key_string(json, SLICE("asks"), model->action != SCHEMA_NONE ? policy->actions.at[model->action].id
                                         : model->task != SCHEMA_NONE ? policy->tasks.at[model->task].id
                                                                      : SLICE(""));
    json_key_string(json, SLICE("expression"), expr_node_text(&question->arena, expr_root(model->expr)));
    put_parameters(json, &question->arena, model);
    put_names(json, catalogue, model);
    json_key(json, SLICE("rationale"));
    json_object_begin(json);
    put_titles(json, model->rationale.zh, model->rationale.en);
    json_object_end(json);
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

// ---- which hit together ---------------------------------------------------------------------------------------

static Status overlap(struct visit *visit, struct book *book) {
    const struct visit_span *span = visit->user;
    struct figures_of of = {.viewer = visit->viewer, .from_us = span->from_us, .until_us = span->until_us};
    return figures_put_overlap(book, &of, visit->json);
}

void api_get_models_overlap(void *context, struct http_request *request) {
    struct visit *visit = visit_query_days(context, request);
    if (visit != NULL) {
        visit_look(visit, overlap, "models", 0);
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
