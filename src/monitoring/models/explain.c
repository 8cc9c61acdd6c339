// Explaining a model or a feature to people.

#include "codec/number.h"
#include "monitoring/models/private.h"

static void put_number(struct buf *out, double number) {
    char text[NUMBER_TEXT_SIZE];
    buf_put(out, (Slice){text, number_format(number, text)});
}

static void explain_feature(const struct catalogue *catalogue, const struct feature *feature, struct buf *out) {
    buf_printf(out, "feature f.%.*s: %.*s", SLICE_ARGS(feature->name),
               SLICE_ARGS(type_text((struct arena *)&catalogue->arena, feature->type)));
    if (feature->entity != SCHEMA_NONE) {
        buf_printf(out, " of entity %.*s", SLICE_ARGS(catalogue->features->entities.at[feature->entity].name));
    }
    buf_put(out, feature->batch ? SLICE(", of the nightly run\n") : SLICE("\n"));
    if (feature->window != SCHEMA_NONE) {
        Slice how = window_plan_explain(catalogue->features->windows, feature->window, (struct arena *)&catalogue->arena);
        buf_printf(out, "  %.*s\n", SLICE_ARGS(how));
        return;
    }
    Slice text = expr_node_text((struct arena *)&catalogue->arena, expr_root(feature->expr));
    buf_printf(out, "  = %.*s\n", SLICE_ARGS(text));
}

static void explain_users(const struct catalogue *catalogue, uint32_t slot, struct buf *out) {
    uint32_t count = 0;
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *model = &catalogue->models.at[m];
        for (uint32_t i = 0; i < model->read_count; i++) {
            if (model->reads[i] == slot) {
                buf_printf(out, "%s%.*s", count++ == 0 ? "  read by " : ", ", SLICE_ARGS(model->id));
            }
        }
    }
    buf_put(out, count == 0 ? SLICE("  read by no model\n") : SLICE("\n"));
}

static void explain_types(const struct catalogue *catalogue, const struct model *model, struct buf *out) {
    buf_put(out, SLICE("  watches"));
    for (uint32_t t = 0; t < catalogue->schema->type_count; t++) {
        if (bits_test(model->on, t)) {
            buf_printf(out, " %.*s", SLICE_ARGS(catalogue->schema->types[t].name));
        }
    }
    buf_printf(out, "; mode %s, status %s, severity %s, score %u\n", model_mode_names[model->mode],
               model_status_names[model->status], severity_names[model->severity], model->score);
    buf_put(out, SLICE("  evidence:"));
    for (int i = 0; i < EVIDENCE_COUNT; i++) {
        if ((model->evidence >> i & 1) != 0) {
            buf_printf(out, " %.*s", SLICE_ARGS(evidence_text((Evidence)i)));
        }
    }
    buf_put(out, SLICE("; guards:"));
    for (uint32_t i = 0; i < catalogue->policy.guards.count; i++) {
        if ((model->guards >> i & 1) != 0) {
            buf_printf(out, " %.*s", SLICE_ARGS(catalogue->policy.guards.at[i].id));
        }
    }
    buf_put_byte(out, '\n');
}

// Each parameter with its value for everybody and, where they differ, for segments on a plain channel.
static void explain_parameters(const struct catalogue *catalogue, const struct model *model, struct buf *out) {
    for (uint32_t p = 0; p < model->parameter_count; p++) {
        const struct model_parameter *parameter = &model->parameters[p];
        buf_printf(out, "  p.%.*s = ", SLICE_ARGS(parameter->name));
        put_number(out, parameter->value);
        buf_printf(out, " %.*s", SLICE_ARGS(parameter->unit));
        uint32_t told = 0;
        for (uint32_t s = 0; s < catalogue->segment_count; s++) {
            double value = catalogue_parameter(catalogue, model, p, s, NO_CHANNEL);
            if (value != parameter->value) {
                buf_put(out, told++ == 0 ? SLICE("; by segment: ") : SLICE(", "));
                buf_printf(out, "%.*s ", SLICE_ARGS(catalogue->policy.segments.at[s].id));
                put_number(out, value);
            }
        }
        buf_put_byte(out, '\n');
    }
}

static void explain_model(const struct catalogue *catalogue, const struct model *model, struct buf *out) {
    struct arena *arena = (struct arena *)&catalogue->arena;
    buf_printf(out, "model %.*s version %lld: %.*s\n  %.*s\n", SLICE_ARGS(model->id), (long long)model->version,
               SLICE_ARGS(model->zh), SLICE_ARGS(model->en));
    explain_types(catalogue, model, out);
    Slice text = expr_node_text(arena, expr_root(model->expr));
    buf_printf(out, "  fires when %.*s\n", SLICE_ARGS(text));
    explain_parameters(catalogue, model, out);
    buf_put(out, SLICE("  evaluated as "));
    expr_table_explain(catalogue->table, model->rule, out);
    for (uint32_t i = 0; i < model->read_count; i++) {
        const struct name *name = &catalogue->vocabulary.names.at[model->reads[i]];
        if (name->kind == NAME_FEATURE) {
            buf_put(out, SLICE("  needs "));
            explain_feature(catalogue, &catalogue->features->features.at[name->index], out);
        }
    }
}

bool catalogue_explain(const struct catalogue *catalogue, Slice name, struct buf *out) {
    uint32_t index = map_get(&catalogue->models_by_id, name);
    if (index != MAP_NONE) {
        explain_model(catalogue, &catalogue->models.at[index], out);
        return true;
    }
    Slice bare = slice_starts_with(name, SLICE("f.")) ? slice_part(name, 2, SIZE_MAX) : name;
    index = map_get(&catalogue->features->features_by_name, bare);
    if (index == MAP_NONE) {
        return false;
    }
    explain_feature(catalogue, &catalogue->features->features.at[index], out);
    explain_users(catalogue, catalogue->features->features.at[index].slot, out);
    return true;
}
