// The register of features: what each of them is, of which thing, over which window, what it costs and how many models read it. It comes from the
// catalogue that decides, and asks nothing of the deciding thread but which that is.

#include "server/api/api.h"

#include "base/time.h"
#include "expr/node.h"

#include <math.h>

static const char *const aggregate_words[] = {
#define X(name, text, column, meaning) text,
#include "monitoring/stream/windows/aggregates.def"
#undef X
};

static const char *const window_words[] = {"sliding", "day", "month", "year", "lifetime"};

// By feature, the models whose expressions or reasons read it.
static uint32_t *count_models(struct question *question) {
    const struct catalogue *catalogue = question->catalogue;
    uint32_t *counts = ARENA_ARRAY(&question->arena, uint32_t, catalogue->features->features.count + 1);
    memset(counts, 0, sizeof *counts * (catalogue->features->features.count + 1));
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *model = &catalogue->models.at[m];
        for (uint32_t i = 0; i < model->read_count; i++) {
            const struct name *name = &catalogue->vocabulary.names.at[model->reads[i]];
            if (name->kind == NAME_FEATURE) {
                counts[name->index]++;
            }
        }
    }
    return counts;
}

// The event types and the condition of a filter; those of its parent are to be met too.
static void put_filter(struct question *question, struct json_writer *json, Slice key, uint32_t store, uint32_t bit) {
    const struct feature_plan *plan = question->catalogue->features;
    json_key(json, key);
    if (bit >= WINDOW_FILTERS_MAX) {
        json_null(json);
        return;
    }
    const struct feature_filter *filter = &plan->filters.at[plan->stores.at[store].filters[bit]];
    json_object_begin(json);
    json_key_string(json, SLICE("filter"), filter->name);
    json_key_string(json, SLICE("zh"), filter->zh);
    json_key_string(json, SLICE("en"), filter->en);
    json_key(json, SLICE("on"));
    json_array_begin(json);
    for (uint32_t t = 0; t < plan->schema->type_count && !filter->everywhere; t++) {
        if (bits_test(filter->on, t)) {
            json_string(json, plan->schema->types[t].name);
        }
    }
    json_array_end(json);
    json_key_string(json, SLICE("parent"), filter->parent == SCHEMA_NONE ? SLICE("") : plan->filters.at[filter->parent].name);
    json_key_string(json, SLICE("when"), filter->when == NULL ? SLICE("") : expr_node_text(&question->arena, expr_root(filter->when)));
    json_object_end(json);
}

// Of what the aggregate is: the number that is summed, the id that is counted.
static void put_value(struct question *question, struct json_writer *json, uint32_t index) {
    json_key(json, SLICE("of"));
    if (index == SCHEMA_NONE) {
        json_null(json);
        return;
    }
    const struct feature_value *value = &question->catalogue->features->values.at[index];
    json_object_begin(json);
    json_key_string(json, SLICE("value"), value->name);
    json_key_string(json, SLICE("zh"), value->zh);
    json_key_string(json, SLICE("en"), value->en);
    json_object_end(json);
}

static void put_window(struct question *question, struct json_writer *json, const struct feature *feature) {
    const struct feature_plan *plan = question->catalogue->features;
    const struct window_feature_spec *spec = window_plan_feature(plan->windows, feature->window);
    uint32_t store = plan->entities.at[feature->entity].store;
    uint32_t pass = window_plan_pass_of(plan->windows, feature->window);
    json_key_string(json, SLICE("aggregate"), slice_of(aggregate_words[spec->aggregate]));
    put_value(question, json, feature->value);
    json_key_string(json, SLICE("window"), slice_of(window_words[spec->window]));
    json_key_i64(json, SLICE("from_ms"), spec->window == WINDOW_SLIDING ? spec->from_us / US_PER_MS : 0);
    json_key_i64(json, SLICE("to_ms"), spec->window == WINDOW_SLIDING ? spec->to_us / US_PER_MS : 0);
    put_filter(question, json, SLICE("filter"), store, spec->filter);
    put_filter(question, json, SLICE("other_filter"), store, spec->other_filter);
    json_key(json, SLICE("empty"));
    isnan(spec->empty) ? json_null(json) : json_double(json, spec->empty);
    json_key_i64(json, SLICE("cost"), window_plan_pass_cost(plan->windows, pass));
}

static void put_feature(struct question *question, struct json_writer *json, const struct feature *feature, uint32_t models) {
    const struct feature_plan *plan = question->catalogue->features;
    json_object_begin(json);
    json_key_string(json, SLICE("feature"), feature->name);
    json_key_string(json, SLICE("entity"), feature->entity < plan->entities.count ? plan->entities.at[feature->entity].name : SLICE(""));
    json_key_string(json, SLICE("zh"), feature->zh);
    json_key_string(json, SLICE("en"), feature->en);
    json_key_string(json, SLICE("type"), type_text(&question->arena, feature->type));
    json_key_i64(json, SLICE("models"), models);
    if (feature->window != SCHEMA_NONE) {
        json_key_string(json, SLICE("kind"), SLICE("window"));
        put_window(question, json, feature);
        json_key_string(json, SLICE("how"), window_plan_explain(plan->windows, feature->window, &question->arena));
    } else {
        json_key_string(json, SLICE("kind"), SLICE("expression"));
        json_key_string(json, SLICE("how"), expr_node_text(&question->arena, expr_root(feature->expr)));
    }
    json_object_end(json);
}

static void render(struct question *question, struct json_writer *json) {
    const struct feature_plan *plan = question->catalogue->features;
    const uint32_t *models = count_models(question);
    json_object_begin(json);
    json_key_string(json, SLICE("catalogue"), question->catalogue->label);
    json_key(json, SLICE("features"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->features.count; i++) {
        put_feature(question, json, &plan->features.at[i], models[i]);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell(struct question *question) {
    question_reply(question, render);
}

void api_get_register(void *context, struct http_request *request) {
    struct question *question = api_query_is_known(request, NULL, 0) ? question_create(context, request) : NULL;
    if (question != NULL) {
        question->tell = tell;
        question_ask(question);
    }
}
