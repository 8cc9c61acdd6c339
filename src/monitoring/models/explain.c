// Explaining a model or a feature to people: what it reads, in what order it is decided, what it costs.

#include "codec/number.h"
#include "expr/visit.h"
#include "monitoring/models/private.h"

struct explaining {
    const struct catalogue *catalogue;
    struct arena *arena; // of texts made on the way
    struct buf *out;
};

static void put_number(struct buf *out, double number) {
    char text[NUMBER_TEXT_SIZE];
    buf_put(out, (Slice){text, number_format(number, text)});
}

// ---- features --------------------------------------------------------------------------------------------

static void explain_feature(const struct explaining *explaining, const struct feature *feature) {
    const struct catalogue *catalogue = explaining->catalogue;
    struct buf *out = explaining->out;
    buf_printf(out, "feature f.%.*s: %.*s", SLICE_ARGS(feature->name), SLICE_ARGS(type_text(explaining->arena, feature->type)));
    if (feature->entity != SCHEMA_NONE) {
        buf_printf(out, " of entity %.*s", SLICE_ARGS(catalogue->features->entities.at[feature->entity].name));
    }
    buf_put(out, feature->batch ? SLICE(", of the nightly run\n") : SLICE("\n"));
    if (feature->window != SCHEMA_NONE) {
        Slice how = window_plan_explain(catalogue->features->windows, feature->window, explaining->arena);
        buf_printf(out, "  %.*s\n", SLICE_ARGS(how));
        return;
    }
    buf_printf(out, "  = %.*s\n", SLICE_ARGS(expr_node_text(explaining->arena, expr_root(feature->expr))));
}

static void explain_users(const struct explaining *explaining, uint32_t slot) {
    const struct catalogue *catalogue = explaining->catalogue;
    uint32_t count = 0;
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *model = &catalogue->models.at[m];
        for (uint32_t i = 0; i < model->read_count; i++) {
            if (model->reads[i] == slot) {
                buf_printf(explaining->out, "%s%.*s", count++ == 0 ? "  read by " : ", ", SLICE_ARGS(model->id));
            }
        }
    }
    buf_put(explaining->out, count == 0 ? SLICE("  read by no model\n") : SLICE("\n"));
}

// ---- what a model costs ----------------------------------------------------------------------------------

typedef struct PassSet {
    uint64_t words[WINDOW_FEATURES_MAX / 64];
} PassSet;

// The walks over rows that a name needs; none unless it is a feature.
static void add_passes(const struct catalogue *catalogue, uint32_t slot, PassSet *passes) {
    const struct name *name = &catalogue->vocabulary.names.at[slot];
    if (name->kind != NAME_FEATURE) {
        return;
    }
    const struct feature *feature = &catalogue->features->features.at[name->index];
    if (feature->window != SCHEMA_NONE) {
        bits_set(passes->words, window_plan_pass_of(catalogue->features->windows, feature->window));
        return;
    }
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr_reads(feature->expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        add_passes(catalogue, reads[i]->slot, passes);
    }
}

static void explain_cost(const struct explaining *explaining, const struct model *model) {
    const struct catalogue *catalogue = explaining->catalogue;
    const struct window_plan *windows = catalogue->features->windows;
    PassSet own = {{0}};
    PassSet others = {{0}};
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *other = &catalogue->models.at[m];
        for (uint32_t i = 0; i < other->read_count && (other == model || model_is_evaluated(other)); i++) {
            add_passes(catalogue, other->reads[i], other == model ? &own : &others);
        }
    }
    uint32_t walks = 0;
    uint32_t alone = 0;
    uint32_t cost = 0;
    for (uint32_t p = 0; p < window_plan_pass_count(windows); p++) {
        if (bits_test(own.words, p)) {
            walks++;
            alone += !bits_test(others.words, p);
            cost += window_plan_pass_cost(windows, p);
        }
    }
    if (walks > 0) {
        buf_printf(explaining->out,
                   "  costs %u walk%s over rows, %u of them for this model alone; as much as counting rows %u times\n", walks,
                   walks == 1 ? "" : "s", alone, cost);
    }
}

// ---- how a model is decided ------------------------------------------------------------------------------

struct looking {
    const struct catalogue *catalogue;
    bool found;
};

static void look_for_feature(void *context, const struct node *node) {
    struct looking *looking = context;
    const struct expr_variable *variable = node->kind == NODE_VARIABLE ? node->variable
                                           : node->kind == NODE_HAS    ? node->has.variable
                                                                       : NULL;
    if (variable != NULL && looking->catalogue->vocabulary.names.at[variable->slot].kind == NAME_FEATURE) {
        looking->found = true;
    }
}

static bool reads_feature(const struct catalogue *catalogue, const struct node *node) {
    struct looking looking = {catalogue, false};
    expr_visit(node, look_for_feature, &looking);
    return looking.found;
}

// The conditions that must all hold: first those that are decided before any feature is computed.
static void explain_conditions(const struct explaining *explaining, const struct model *model) {
    struct buf *out = explaining->out;
    struct buf text;
    buf_init(&text, 1 << 20);
    expr_table_explain(explaining->catalogue->table, model->rule, &text);
    Slice first = slice_part(buf_slice(&text), 0, slice_find_byte(buf_slice(&text), '\n', 0));
    buf_printf(out, "  evaluated as %.*s\n", SLICE_ARGS(first));
    buf_deinit(&text);
    const struct node *root = expr_root(model->expr);
    bool several = root->kind == NODE_CALL && root->call.op == OP_AND;
    uint32_t count = several ? root->call.count : 1;
    for (int later = 0; later < 2; later++) {
        for (uint32_t i = 0; i < count; i++) {
            const struct node *part = several ? root->call.arguments[i] : root;
            if (reads_feature(explaining->catalogue, part) == later) {
                buf_printf(out, "    %s  %.*s\n", later ? "after features" : "at hand       ",
                           SLICE_ARGS(expr_node_text(explaining->arena, part)));
            }
        }
    }
}

static void explain_types(const struct explaining *explaining, const struct model *model) {
    const struct catalogue *catalogue = explaining->catalogue;
    struct buf *out = explaining->out;
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

// ---- thresholds ------------------------------------------------------------------------------------------

static Slice channel_name(const struct catalogue *catalogue, uint32_t channel) {
    const struct schema *schema = catalogue->schema;
    return schema->enums[schema->fields[schema->channel].enumeration].values[channel];
}

// One value among those that differ; `told` counts them.
static void put_variant(struct buf *out, const char *heading, uint32_t *told, Slice name, double value) {
    buf_printf(out, "%s%.*s ", (*told)++ == 0 ? heading : ", ", SLICE_ARGS(name));
    put_number(out, value);
}

// Overrides for one segment on one channel.
static void put_pairs(const struct explaining *explaining, const struct model *model, uint32_t parameter) {
    const struct catalogue *catalogue = explaining->catalogue;
    uint32_t told = 0;
    for (uint32_t i = 0; i < model->override_count; i++) {
        const struct model_override *override = &model->overrides[i];
        if (__builtin_popcountll(override->segments) == 1 && __builtin_popcountll(override->channels) == 1 &&
            override->values[parameter] == override->values[parameter]) {
            uint32_t segment = (uint32_t)__builtin_ctzll(override->segments);
            uint32_t channel = (uint32_t)__builtin_ctzll(override->channels);
            Slice name = arena_printf(explaining->arena, "%.*s on %.*s", SLICE_ARGS(catalogue->policy.segments.at[segment].id),
                                      SLICE_ARGS(channel_name(catalogue, channel)));
            put_variant(explaining->out, "; for both: ", &told, name,
                        catalogue_parameter(catalogue, model, parameter, segment, channel));
        }
    }
}

// Each parameter with its value for everybody, and where they differ: by segment without a channel, by channel for the last
// segment, which is everybody else. Factors of both multiply.
static void explain_parameters(const struct explaining *explaining, const struct model *model) {
    const struct catalogue *catalogue = explaining->catalogue;
    struct buf *out = explaining->out;
    uint32_t last = catalogue->segment_count - 1;
    for (uint32_t p = 0; p < model->parameter_count; p++) {
        const struct model_parameter *parameter = &model->parameters[p];
        double plain = catalogue_parameter(catalogue, model, p, last, NO_CHANNEL);
        buf_printf(out, "  p.%.*s = ", SLICE_ARGS(parameter->name));
        put_number(out, plain);
        buf_printf(out, " %.*s", SLICE_ARGS(parameter->unit));
        uint32_t told = 0;
        for (uint32_t s = 0; s < last; s++) {
            double value = catalogue_parameter(catalogue, model, p, s, NO_CHANNEL);
            if (value != plain && (model->segments >> s & 1) != 0) {
                put_variant(out, "; by segment: ", &told, catalogue->policy.segments.at[s].id, value);
            }
        }
        told = 0;
        for (uint32_t c = 0; c + 1 < catalogue->channel_count; c++) {
            double value = catalogue_parameter(catalogue, model, p, last, c);
            if (value != plain && (model->channels >> c & 1) != 0) {
                put_variant(out, "; by channel: ", &told, channel_name(catalogue, c), value);
            }
        }
        put_pairs(explaining, model, p);
        buf_put_byte(out, '\n');
    }
}

static void explain_model(const struct explaining *explaining, const struct model *model) {
    const struct catalogue *catalogue = explaining->catalogue;
    struct buf *out = explaining->out;
    buf_printf(out, "model %.*s version %lld: %.*s\n  %.*s\n", SLICE_ARGS(model->id), (long long)model->version,
               SLICE_ARGS(model->zh), SLICE_ARGS(model->en));
    explain_types(explaining, model);
    buf_printf(out, "  fires when %.*s\n", SLICE_ARGS(expr_node_text(explaining->arena, expr_root(model->expr))));
    explain_parameters(explaining, model);
    explain_conditions(explaining, model);
    explain_cost(explaining, model);
    for (uint32_t i = 0; i < model->read_count; i++) {
        const struct name *name = &catalogue->vocabulary.names.at[model->reads[i]];
        if (name->kind == NAME_FEATURE) {
            buf_put(out, SLICE("  needs "));
            explain_feature(explaining, &catalogue->features->features.at[name->index]);
        }
    }
}

bool catalogue_explain(const struct catalogue *catalogue, Slice name, struct buf *out) {
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct explaining explaining = {catalogue, &arena, out};
    uint32_t model = map_get(&catalogue->models_by_id, name);
    Slice bare = slice_starts_with(name, SLICE("f.")) ? slice_part(name, 2, SIZE_MAX) : name;
    uint32_t feature = map_get(&catalogue->features->features_by_name, bare);
    if (model != MAP_NONE) {
        explain_model(&explaining, &catalogue->models.at[model]);
    } else if (feature != MAP_NONE) {
        explain_feature(&explaining, &catalogue->features->features.at[feature]);
        explain_users(&explaining, catalogue->features->features.at[feature].slot);
    }
    arena_deinit(&arena);
    return model != MAP_NONE || feature != MAP_NONE;
}
