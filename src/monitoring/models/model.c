// Reading one model file. Every key of docs/models.md is known here; what is only for people (owner, dates, back-test
// figures) is checked for its form and kept in the file.

#include "base/utf8.h"
#include "codec/number.h"
#include "expr/visit.h"
#include "monitoring/models/private.h"

#include <math.h>

const char *const model_mode_names[] = {"PRE", "SYNC", "NRT", "BATCH"};
const char *const model_status_names[] = {"DRAFT", "SHADOW", "CHALLENGER", "CANARY", "ACTIVE", "SUSPENDED", "RETIRED"};
const char *const effort_names[] = {
#define X(name, text) #name,
    EFFORTS(X)
#undef X
};
const char *const severity_names[] = {"", "S1", "S2", "S3", "S4"};

enum { RATIONALE_CHARACTERS_MIN = 40, NAME_CHARACTERS_MAX = 80, ALERT_RATE_PER = 100000 };

static const char *const model_keys[] = {
    "id", "version", "status", "canary", "name", "family", "typology", "scene", "mode", "on", "channels", "segments", "owner",
    "rationale", "typology_ref", "regulation", "pia_id", "params", "overrides", "guards", "expr", "score", "severity",
    "action", "task", "evidence", "reason", "reason_code", "customer_text", "expected_alert_rate", "expected_precision",
    "evidence_template", "disposition_strategy", "tests", "separation_tests", "created", "approved_by",
    "effective_from", "effective_to", "review_due", "rollout", "changelog", "features", "fields", "lists", "graph", "ml",
};

struct reading {
    struct catalogue *catalogue;
    struct diag_list *diags;
    const struct yaml_node *root;
    struct model *model;
    struct expr_env *env;
    struct model_parameter *parameters;
};

static Slice required_text(struct reading *reading, const char *key) {
    return yaml_text(yaml_require(reading->root, key, reading->diags), reading->diags);
}

// ---- identity --------------------------------------------------------------------------------------------

static void read_identity(struct reading *reading) {
    struct model *model = reading->model;
    const struct yaml_node *id = yaml_require(reading->root, "id", reading->diags);
    model->id = yaml_text(id, reading->diags);
    model->family = required_text(reading, "family");
    model->typology = required_text(reading, "typology");
    model->scene = yaml_text(yaml_get(reading->root, "scene"), reading->diags);
    model->version = 1;
    yaml_i64(yaml_require(reading->root, "version", reading->diags), &model->version, reading->diags);
    if (id == NULL || model->id.at == NULL || model->typology.at == NULL || model->family.at == NULL) {
        return;
    }
    Slice rest = slice_part(model->id, 2, SIZE_MAX);
    bool fits = slice_starts_with(model->id, SLICE("M-")) && slice_starts_with(rest, model->typology) &&
                rest.size > model->typology.size + 1 && rest.at[model->typology.size] == '-' &&
                slice_starts_with(model->typology, model->family);
    if (!fits) {
        struct diag *diag = catalogue_fail(reading->catalogue, "MO001", id->place,
                                           "the id '%.*s' does not fit the model's family and typology", model->id);
        diag_hint(reading->diags, diag, "an id is M-<typology>-<letter>, and a typology begins with its family: M-%.*s-A",
                  SLICE_ARGS(model->typology));
    }
    if (!map_put(&reading->catalogue->models_by_id, model->id, reading->catalogue->models.count - 1)) {
        catalogue_fail(reading->catalogue, "MO002", id->place, "there are two models '%.*s'", model->id);
    }
}

static void read_names(struct reading *reading) {
    static const char *const keys[] = {"zh", "en"};
    const struct yaml_node *name = yaml_require(reading->root, "name", reading->diags);
    if (name == NULL || !yaml_check_keys(name, keys, 2, reading->diags)) {
        return;
    }
    reading->model->zh = yaml_text(yaml_require(name, "zh", reading->diags), reading->diags);
    reading->model->en = yaml_text(yaml_require(name, "en", reading->diags), reading->diags);
    if (utf8_count(reading->model->zh) > NAME_CHARACTERS_MAX) {
        diag_add(reading->diags, DIAG_WARNING, "MO003", name->place, "the Chinese name is longer than %d characters",
                 NAME_CHARACTERS_MAX);
    }
}

static void read_rationale(struct reading *reading) {
    const struct yaml_node *node = yaml_require(reading->root, "rationale", reading->diags);
    Wording *rationale = &reading->model->rationale;
    bool is_text = node != NULL && node->kind == YAML_SCALAR;
    *rationale = (Wording){SLICE(""), SLICE("")};
    // In two languages one alone says it in fewer characters, so that both count together.
    bool is_told = yaml_text_or_wording(node, rationale, reading->diags);
    if (is_told && utf8_count(rationale->zh) + (is_text ? 0 : utf8_count(rationale->en)) < RATIONALE_CHARACTERS_MIN) {
        struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "MO004", node->place,
                                     "the rationale has fewer than %d characters", RATIONALE_CHARACTERS_MIN);
        diag_hint(reading->diags, diag, "say why this is suspicious, in words a judge understands");
    }
    if (yaml_get(reading->root, "owner") == NULL) {
        catalogue_fail(reading->catalogue, "MO005", reading->model->place, "model '%.*s' has no owner", reading->model->id);
    }
}

static void read_choices(struct reading *reading) {
    struct model *model = reading->model;
    uint32_t index = MODEL_ACTIVE;
    yaml_choice(yaml_require(reading->root, "status", reading->diags), model_status_names, MODEL_STATUSES, &index, reading->diags);
    model->status = (ModelStatus)index;
    index = MODE_NRT;
    yaml_choice(yaml_require(reading->root, "mode", reading->diags), model_mode_names, 4, &index, reading->diags);
    model->mode = (ModelMode)index;
    index = 0;
    yaml_choice(yaml_require(reading->root, "severity", reading->diags), severity_names + 1, 4, &index, reading->diags);
    model->severity = (Severity)(index + 1);
    int64_t score = 0;
    const struct yaml_node *node = yaml_require(reading->root, "score", reading->diags);
    if (yaml_i64(node, &score, reading->diags) && (score < 0 || score > 100)) {
        diag_add(reading->diags, DIAG_ERROR, "MO006", node->place, "a score is from 0 to 100");
        score = 0;
    }
    model->score = (uint8_t)score;
}

// What a share in hundredths of a per cent needs to be told apart by: a text that stays the same for one thing.
static void read_share(struct catalogue *catalogue, const struct yaml_node *node, struct model *model) {
    static const char *const keys[] = {"percent", "by"};
    struct diag_list *diags = &catalogue->diags;
    if (!yaml_check_keys(node, keys, 2, diags)) {
        return;
    }
    const struct yaml_node *percent = yaml_require(node, "percent", diags);
    double share = 0;
    if (yaml_number(percent, &share, diags) && !(share > 0 && share <= 100)) {
        diag_add(diags, DIAG_ERROR, "MO028", percent->place, "the share of a canary is above 0 and up to 100 per cent");
    } else {
        model->canary.below = (uint32_t)lround(share * CANARY_SHARES / 100);
    }
    const struct yaml_node *by = yaml_require(node, "by", diags);
    if (by == NULL) {
        return;
    }
    const struct schema *schema = catalogue->schema;
    model->canary.field = schema_find_field(schema, yaml_text(by, diags));
    if (model->canary.field == SCHEMA_NONE || schema->fields[model->canary.field].type != FIELD_STRING) {
        diag_add(diags, DIAG_ERROR, "MO028", by->place, "the share of a canary is taken by a field of the event that is a text");
    }
}

static void read_canary(struct catalogue *catalogue, const struct yaml_node *node, Place place, struct model *model) {
    model->canary = (struct model_canary){.field = SCHEMA_NONE, .seed = hash64(model->id, 0)};
    if (node != NULL) {
        read_share(catalogue, node, model);
    } else if (model->status == MODEL_CANARY) {
        struct diag *diag = diag_add(&catalogue->diags, DIAG_ERROR, "MO028", place, "a model with the status CANARY says for whom it counts");
        diag_hint(&catalogue->diags, diag, "canary: {percent: 5, by: cust_id}");
    }
}

static void read_action(struct reading *reading) {
    struct model *model = reading->model;
    const struct policy *policy = &reading->catalogue->policy;
    model->action = SCHEMA_NONE;
    model->task = SCHEMA_NONE;
    const struct yaml_node *action = yaml_require(reading->root, "action", reading->diags);
    Slice text = yaml_text(action, reading->diags);
    if (action != NULL) {
        model->task = catalogue_find(NAMED_THINGS(policy->tasks), text);
        model->action = model->task != SCHEMA_NONE ? SCHEMA_NONE
                                                   : catalogue_require(reading->catalogue, "MO007", action->place,
                                                                       "the policy has no action or task '%.*s'",
                                                                       NAMED_THINGS(policy->actions), text);
    }
    if (model->mode == MODE_BATCH && model->action != SCHEMA_NONE) {
        struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "MO029", action->place,
                                     "a model of the nightly run asks for a task; an action comes too late for the event");
        diag_hint(reading->diags, diag, "a task of the policy, such as MANUAL");
    }
    const struct yaml_node *task = yaml_get(reading->root, "task");
    if (task != NULL) {
        model->task = catalogue_require(reading->catalogue, "MO007", task->place, "the policy has no task '%.*s'",
                                        NAMED_THINGS(policy->tasks), yaml_text(task, reading->diags));
    }
}

// ---- where it applies ------------------------------------------------------------------------------------

static void read_types(struct reading *reading) {
    const struct yaml_node *on = yaml_require(reading->root, "on", reading->diags);
    const struct schema *schema = reading->catalogue->schema;
    if (on == NULL || !yaml_expect(on, YAML_SEQUENCE, reading->diags)) {
        return;
    }
    YAML_EACH(on, item) {
        uint32_t type = schema_find_type(schema, yaml_text(item, reading->diags));
        if (type == SCHEMA_NONE) {
            struct diag *diag = catalogue_fail(reading->catalogue, "MO008", item->place, "unknown event type '%.*s'", item->text);
            catalogue_suggest(reading->catalogue, diag, &schema->types_by_name, item->text);
        } else {
            bits_set(reading->model->on, type);
        }
    }
    if (on->count == 0) {
        catalogue_fail(reading->catalogue, "MO009", on->place, "model '%.*s' watches no event type", reading->model->id);
    }
}

static uint32_t bit_of_place(struct reading *reading, const struct yaml_node *node, bool channel) {
    Slice text = yaml_text(node, reading->diags);
    return channel ? catalogue_require_channel(reading->catalogue, "MO010", node->place, text)
                   : catalogue_require(reading->catalogue, "MO010", node->place, "unknown segment '%.*s'",
                                       NAMED_THINGS(reading->catalogue->policy.segments), text);
}

// A set of channels or segments: ALL or a list.
static uint64_t read_set(struct reading *reading, const char *key, bool channels) {
    const struct yaml_node *node = yaml_get(reading->root, key);
    if (node == NULL || (node->kind == YAML_SCALAR && slice_is(node->text, "ALL"))) {
        return UINT64_MAX;
    }
    uint64_t set = 0;
    if (!yaml_expect(node, YAML_SEQUENCE, reading->diags)) {
        return UINT64_MAX;
    }
    YAML_EACH(node, item) {
        uint32_t bit = bit_of_place(reading, item, channels);
        set |= bit == SCHEMA_NONE ? 0 : UINT64_C(1) << bit;
    }
    return set;
}

static bool applies_to(const struct policy_guard *guard, const struct model *model) {
    bool listed = guard->family_count == 0;
    for (uint32_t i = 0; i < guard->family_count; i++) {
        listed = listed || slice_equal(guard->families[i], model->family);
    }
    YAML_EACH(guard->except, item) {
        // An exception is a model, a typology or a family.
        bool excepted = slice_equal(item->text, model->id) || slice_equal(item->text, model->typology) ||
                        slice_equal(item->text, model->family);
        if (excepted) {
            return false;
        }
    }
    bool list_model = guard->spares_list_models && (model->evidence >> EVIDENCE_list & 1);
    bool critical = guard->spares_s4 && model->severity == SEVERITY_S4;
    return listed && !list_model && !critical;
}

static void read_guards(struct reading *reading) {
    const struct policy *policy = &reading->catalogue->policy;
    const struct yaml_node *node = yaml_get(reading->root, "guards");
    if (node == NULL) {
        for (uint32_t i = 0; i < policy->guards.count; i++) {
            if (applies_to(&policy->guards.at[i], reading->model)) {
                reading->model->guards |= UINT64_C(1) << i;
            }
        }
        return;
    }
    if (!yaml_expect(node, YAML_SEQUENCE, reading->diags)) {
        return;
    }
    YAML_EACH(node, item) {
        Slice id = yaml_text(item, reading->diags);
        uint32_t found = catalogue_require(reading->catalogue, "MO011", item->place, "the policy has no guard '%.*s'",
                                           NAMED_THINGS(policy->guards), id);
        reading->model->guards |= found == SCHEMA_NONE ? 0 : UINT64_C(1) << found;
    }
}

// ---- parameters ------------------------------------------------------------------------------------------

static void check_bounds(struct reading *reading, const struct yaml_node *node, const struct model_parameter *parameter, double value) {
    bool low = value < parameter->min;
    if (!low && value <= parameter->max) {
        return;
    }
    char shown[NUMBER_TEXT_SIZE];
    char bound[NUMBER_TEXT_SIZE];
    int shown_size = (int)number_format(value, shown);
    int bound_size = (int)number_format(low ? parameter->min : parameter->max, bound);
    diag_add(reading->diags, DIAG_ERROR, "MO012", node->place, "%.*s is %s %.*s, the %s that '%.*s' may be", shown_size, shown,
             low ? "below" : "above", bound_size, bound, low ? "least" : "most", SLICE_ARGS(parameter->name));
}

static void read_parameter(struct reading *reading, const struct yaml_node *node) {
    static const char *const keys[] = {"default", "unit", "min", "max", "source", "constant", "zh", "en"};
    static const char *const sources[] = {"PROPOSAL", "REG"};
    struct model *model = reading->model;
    if (!yaml_check_keys(node, keys, 8, reading->diags)) {
        return;
    }
    if (model->parameter_count == MODEL_PARAMETERS_MAX) {
        diag_add(reading->diags, DIAG_ERROR, "MO013", node->key_place, "a model has at most %d parameters", MODEL_PARAMETERS_MAX);
        return;
    }
    struct model_parameter *parameter = &reading->parameters[model->parameter_count];
    *parameter = (struct model_parameter){.name = node->key, .min = -HUGE_VAL, .max = HUGE_VAL, .place = node->key_place};
    parameter->unit = yaml_text(yaml_require(node, "unit", reading->diags), reading->diags);
    parameter->constant = yaml_text(yaml_get(node, "constant"), reading->diags);
    parameter->is_money = slice_equal(parameter->unit, reading->catalogue->currency);
    yaml_number(yaml_get(node, "min"), &parameter->min, reading->diags);
    yaml_number(yaml_get(node, "max"), &parameter->max, reading->diags);
    uint32_t source = 0;
    yaml_choice(yaml_require(node, "source", reading->diags), sources, 2, &source, reading->diags);
    parameter->is_regulation = source == 1;
    const struct yaml_node *value = yaml_require(node, "default", reading->diags);
    if (yaml_number(value, &parameter->value, reading->diags)) {
        check_bounds(reading, value, parameter, parameter->value);
    }
    struct name name = {.text = arena_printf(&reading->catalogue->arena, "p.%.*s", SLICE_ARGS(node->key)),
                        .kind = NAME_PARAMETER,
                        .index = model->parameter_count};
    parameter->slot = vocabulary_add_to(&reading->catalogue->vocabulary, reading->env, &name, TYPE(DOUBLE));
    if (parameter->slot != SCHEMA_NONE) {
        model->parameter_count++;
    }
}

static void read_override(struct reading *reading, const struct yaml_node *node, struct model_override *override) {
    struct model *model = reading->model;
    NamedThings parameters = {model->parameters, sizeof *model->parameters, model->parameter_count};
    *override = (struct model_override){.segments = UINT64_MAX, .channels = UINT64_MAX};
    for (uint32_t i = 0; i < MODEL_PARAMETERS_MAX; i++) {
        override->values[i] = NAN;
    }
    YAML_EACH(node, entry) {
        bool is_segment = slice_is(entry->key, "segment");
        if (is_segment || slice_is(entry->key, "channel")) {
            uint32_t bit = bit_of_place(reading, entry, !is_segment);
            *(is_segment ? &override->segments : &override->channels) = bit == SCHEMA_NONE ? 0 : UINT64_C(1) << bit;
            continue;
        }
        uint32_t index = catalogue_require(reading->catalogue, "MO014", entry->key_place, "the model has no parameter '%.*s'",
                                           parameters, entry->key);
        if (index == SCHEMA_NONE) {
            continue;
        }
        if (yaml_number(entry, &override->values[index], reading->diags)) {
            check_bounds(reading, entry, &model->parameters[index], override->values[index]);
        }
    }
}

static void read_parameters(struct reading *reading) {
    struct model *model = reading->model;
    struct arena *arena = &reading->catalogue->arena;
    reading->parameters = ARENA_ARRAY(arena, struct model_parameter, MODEL_PARAMETERS_MAX);
    model->parameters = reading->parameters;
    const struct yaml_node *params = yaml_get(reading->root, "params");
    if (params != NULL && yaml_expect(params, YAML_MAPPING, reading->diags)) {
        YAML_EACH(params, node) {
            read_parameter(reading, node);
        }
    }
    const struct yaml_node *overrides = yaml_get(reading->root, "overrides");
    if (overrides == NULL || !yaml_expect(overrides, YAML_SEQUENCE, reading->diags)) {
        return;
    }
    struct model_override *list = ARENA_ARRAY(arena, struct model_override, overrides->count + 1);
    YAML_EACH(overrides, node) {
        if (yaml_expect(node, YAML_MAPPING, reading->diags)) {
            read_override(reading, node, &list[model->override_count++]);
        }
    }
    model->overrides = list;
}

// ---- the expression and what it rests on -----------------------------------------------------------------

static uint32_t evidence_of_name(const struct name *name) {
    switch (name->kind) {
    case NAME_FIELD:
    case NAME_CELL:
        return 1u << name->evidence;
    case NAME_FEATURE:
    case NAME_FILTER:
        return 1u << EVIDENCE_flow;
    default:
        return 0;
    }
}

// Whether the expression asks a list. Lists are asked only by inList(), the one function of the host.
static void note_host_call(void *context, const struct node *node) {
    *(bool *)context |= node->kind == NODE_CALL && node->call.op == OP_HOST;
}

static void read_evidence(struct reading *reading) {
    struct model *model = reading->model;
    const struct yaml_node *node = yaml_get(reading->root, "evidence");
    if (node != NULL) {
        yaml_expect(node, YAML_SEQUENCE, reading->diags);
        YAML_EACH(node, item) {
            uint32_t kind;
            if (yaml_choice(item, evidence_names, EVIDENCE_COUNT, &kind, reading->diags)) {
                model->evidence |= 1u << kind;
            }
        }
        return;
    }
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr_reads(model->expr, &count);
    for (uint32_t i = 0; i < count; i++) {
        model->evidence |= evidence_of_name(&reading->catalogue->vocabulary.names.at[reads[i]->slot]);
    }
    bool asks_list = false;
    expr_visit(expr_root(model->expr), note_host_call, &asks_list);
    model->evidence |= asks_list ? 1u << EVIDENCE_list : 0;
}

static void check_reads(struct reading *reading) {
    struct model *model = reading->model;
    const struct vocabulary *vocabulary = &reading->catalogue->vocabulary;
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr_reads(model->expr, &count);
    const struct yaml_node *node = yaml_get(reading->root, "expr");
    for (uint32_t i = 0; i < count; i++) {
        const struct name *name = &vocabulary->names.at[reads[i]->slot];
        if (name->kind == NAME_FEATURE && reading->catalogue->features->features.at[name->index].batch &&
            model->mode != MODE_BATCH) {
            struct diag *diag = catalogue_fail(reading->catalogue, "MO016", node->place,
                                               "'%.*s' is a feature of the nightly run, and this model is not", name->text);
            diag_hint(reading->diags, diag, "give the model mode: BATCH, or use another feature");
        }
    }
    for (uint32_t i = 0; i < model->parameter_count; i++) {
        if (!vocabulary->names.at[model->parameters[i].slot].read) {
            struct diag *diag = diag_add(reading->diags, DIAG_WARNING, "MO017", model->parameters[i].place,
                                         "nothing reads the parameter '%.*s'", SLICE_ARGS(model->parameters[i].name));
            diag_hint(reading->diags, diag, "use p.%.*s in expr, or take it out", SLICE_ARGS(model->parameters[i].name));
        }
    }
}

// ---- reasons ---------------------------------------------------------------------------------------------

static struct template read_template(struct reading *reading, const struct yaml_node *node) {
    struct template result = {0};
    Slice whole = yaml_text(node, reading->diags);
    Slice text = slice_trim(whole); // block texts end with a line end
    if (node == NULL || slice_empty(text)) {
        return result;
    }
    size_t lead = (size_t)(text.at - whole.at);
    uint32_t holes = 0;
    for (size_t i = 0; i < text.size; i++) {
        holes += text.at[i] == '{';
    }
    struct template_part *parts = ARENA_ARRAY(&reading->catalogue->arena, struct template_part, holes + 1);
    size_t at = 0;
    while (at <= text.size) {
        size_t open = slice_find_byte(text, '{', at);
        struct template_part *part = &parts[result.count++];
        *part = (struct template_part){slice_part(text, at, open - at), SCHEMA_NONE};
        if (open == text.size) {
            break;
        }
        size_t close = slice_find_byte(text, '}', open);
        Slice form = slice_part(text, open + 1, close - open - 1);
        Slice name = {NULL, 0};
        slice_split(&form, '|', &name);
        name = slice_trim(name);
        part->percent = form.at != NULL && slice_is(slice_trim(form), "percent");
        bool known_form = form.at == NULL || part->percent;
        const struct expr_variable *variable = close == text.size ? NULL : expr_env_find(reading->env, name);
        if (!known_form) {
            struct diag *diag = catalogue_fail(reading->catalogue, "MO018", yaml_place_in(node, lead + open, lead + close),
                                               "'%.*s' is not a form in which a reason shows a value", slice_trim(form));
            diag_hint(reading->diags, diag, "percent is the one there is: {f.x|percent}");
        } else if (variable == NULL) {
            struct diag *diag = catalogue_fail(reading->catalogue, "MO018", yaml_place_in(node, lead + open, lead + close),
                                               "'%.*s' is not a name that a reason can show", name);
            diag_hint(reading->diags, diag, "write names as in expr: {event.amount}, {f.x}, {p.x}; a share as {f.x|percent}");
        } else {
            part->slot = variable->slot;
            reading->catalogue->vocabulary.names.at[variable->slot].read = true;
        }
        at = close + 1;
    }
    result.parts = parts;
    return result;
}

static void read_reason(struct reading *reading) {
    static const char *const keys[] = {"zh", "en"};
    const struct yaml_node *reason = yaml_require(reading->root, "reason", reading->diags);
    if (reason == NULL || !yaml_check_keys(reason, keys, 2, reading->diags)) {
        return;
    }
    reading->model->reason_zh = read_template(reading, yaml_require(reason, "zh", reading->diags));
    reading->model->reason_en = read_template(reading, yaml_require(reason, "en", reading->diags));
}

static void add_read(uint32_t *reads, uint32_t *count, uint32_t slot) {
    for (uint32_t i = 0; i < *count; i++) {
        if (reads[i] == slot) {
            return;
        }
    }
    reads[(*count)++] = slot;
}

static bool is_outcome(const struct catalogue *catalogue, uint32_t slot) {
    const struct schema *schema = catalogue->schema;
    const struct name *name = &catalogue->vocabulary.names.at[slot];
    return name->kind == NAME_FIELD &&
           (name->index == schema->phase || name->index == schema->result || schema->fields[name->index].outcome);
}

// What a hit shows: first what the expression reads, then what only the reasons show.
static void collect_reads(struct reading *reading) {
    struct model *model = reading->model;
    uint32_t expr_count = 0;
    const struct expr_variable *const *expr_slots = expr_reads(model->expr, &expr_count);
    uint32_t *reads = ARENA_ARRAY(&reading->catalogue->arena, uint32_t,
                                  expr_count + model->reason_zh.count + model->reason_en.count + 1);
    for (uint32_t i = 0; i < expr_count; i++) {
        add_read(reads, &model->read_count, expr_slots[i]->slot);
        bool is_feature = reading->catalogue->vocabulary.names.at[expr_slots[i]->slot].kind == NAME_FEATURE;
        model->reads_features = model->reads_features || is_feature;
        model->reads_outcome = model->reads_outcome || is_outcome(reading->catalogue, expr_slots[i]->slot);
    }
    const struct template *templates[] = {&model->reason_zh, &model->reason_en};
    for (int t = 0; t < 2; t++) {
        for (uint32_t i = 0; i < templates[t]->count; i++) {
            if (templates[t]->parts[i].slot != SCHEMA_NONE) {
                add_read(reads, &model->read_count, templates[t]->parts[i].slot);
            }
        }
    }
    model->reads = reads;
}

// ---- how often it is expected ------------------------------------------------------------------------------

static double rate_of(const struct yaml_node *map, const char *key, struct diag_list *diags) {
    double value = 0;
    const struct yaml_node *node = yaml_require(map, key, diags);
    if (yaml_number(node, &value, diags) && value < 0) {
        diag_add(diags, DIAG_ERROR, "MO027", node->place, "a rate of alerts is not negative");
    }
    return value;
}

static void read_alert_rate(struct reading *reading) {
    static const char *const keys[] = {"low", "target", "high", "per", "basis"};
    const struct yaml_node *node = yaml_get(reading->root, "expected_alert_rate");
    if (node == NULL || !yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], reading->diags)) {
        return;
    }
    struct model_alert_rate rate = {.is_given = true,
                                    .low = rate_of(node, "low", reading->diags),
                                    .target = rate_of(node, "target", reading->diags),
                                    .high = rate_of(node, "high", reading->diags)};
    double per = ALERT_RATE_PER;
    const struct yaml_node *per_node = yaml_get(node, "per");
    if (per_node != NULL && yaml_number(per_node, &per, reading->diags) && per <= 0) {
        diag_add(reading->diags, DIAG_ERROR, "MO027", per_node->place, "a rate of alerts is per a number of events above 0");
        per = ALERT_RATE_PER;
    }
    yaml_text(yaml_get(node, "basis"), reading->diags);
    if (rate.low > rate.target || rate.target > rate.high) {
        struct diag *diag = diag_add(reading->diags, DIAG_ERROR, "MO027", node->place,
                                     "the expected rate of alerts is out of order");
        diag_hint(reading->diags, diag, "low is at most target, and target at most high");
    }
    double scale = ALERT_RATE_PER / per;
    rate.low *= scale;
    rate.target *= scale;
    rate.high *= scale;
    reading->model->alert_rate = rate;
}

// ---- tests -----------------------------------------------------------------------------------------------

static uint32_t read_test_names(struct reading *reading, const struct yaml_node *tests, const char *key, const Slice **ret_names) {
    const struct yaml_node *list = yaml_get(tests, key);
    if (list == NULL || list->count == 0) {
        struct diag *diag = diag_add(reading->diags, DIAG_WARNING, "MO019", reading->model->place,
                                     "model '%.*s' has no sequence under tests.%s", SLICE_ARGS(reading->model->id), key);
        diag_hint(reading->diags, diag, "a model needs events that must fire it and events that must not");
        return 0;
    }
    Slice *names = ARENA_ARRAY(&reading->catalogue->arena, Slice, list->count);
    uint32_t count = 0;
    YAML_EACH(list, item) {
        names[count++] = yaml_text(item, reading->diags);
    }
    *ret_names = names;
    return count;
}

void catalogue_read_model(struct catalogue *catalogue, const struct yaml_node *root) {
    struct model *model = VEC_PUSH(&catalogue->models, &catalogue->arena);
    struct reading reading = {catalogue, &catalogue->diags, root, model, expr_env_create_child(catalogue->vocabulary.env), NULL};
    model->node = root;
    model->env = reading.env;
    model->place = root->place;
    yaml_check_keys(root, model_keys, sizeof model_keys / sizeof model_keys[0], reading.diags);
    read_identity(&reading);
    read_names(&reading);
    read_rationale(&reading);
    read_choices(&reading);
    read_canary(catalogue, yaml_get(root, "canary"), model->place, model);
    read_action(&reading);
    read_types(&reading);
    model->channels = read_set(&reading, "channels", true);
    model->segments = read_set(&reading, "segments", false);
    read_parameters(&reading);
    const struct yaml_node *expr = yaml_require(root, "expr", reading.diags);
    if (expr != NULL) {
        model->expr = vocabulary_compile(&catalogue->vocabulary, reading.env, expr, true, reading.diags);
    }
    read_reason(&reading);
    if (model->expr != NULL) {
        read_evidence(&reading);
        check_reads(&reading);
        collect_reads(&reading);
    }
    read_guards(&reading);
    read_alert_rate(&reading);
    const struct yaml_node *tests = yaml_get(root, "tests");
    model->fire_count = read_test_names(&reading, tests, "fire", &model->fire_tests);
    model->quiet_count = read_test_names(&reading, tests, "quiet", &model->quiet_tests);
}

// ---- statuses.yaml ---------------------------------------------------------------------------------------

static void read_one_status(struct catalogue *catalogue, const struct yaml_node *node) {
    static const char *const keys[] = {"status", "canary"};
    uint32_t index = map_get(&catalogue->models_by_id, node->key);
    if (index == MAP_NONE) {
        struct diag *diag = catalogue_fail(catalogue, "MO030", node->key_place, "statuses.yaml names the model '%.*s', which the pack does not have", node->key);
        catalogue_suggest(catalogue, diag, &catalogue->models_by_id, node->key);
        return;
    }
    struct model *model = &catalogue->models.at[index];
    uint32_t status = model->status;
    if (!yaml_check_keys(node, keys, 2, &catalogue->diags) ||
        !yaml_choice(yaml_require(node, "status", &catalogue->diags), model_status_names, MODEL_STATUSES, &status, &catalogue->diags)) {
        return;
    }
    model->status = (ModelStatus)status;
    const struct yaml_node *canary = yaml_get(node, "canary");
    if (canary != NULL || model->canary.field == SCHEMA_NONE) { // else as the model's file says
        read_canary(catalogue, canary, node->place, model);
    }
}

void catalogue_read_statuses(struct catalogue *catalogue, const struct yaml_node *root) {
    static const char *const keys[] = {"statuses"};
    if (root == NULL || !yaml_check_keys(root, keys, 1, &catalogue->diags)) {
        return;
    }
    const struct yaml_node *statuses = yaml_require(root, "statuses", &catalogue->diags);
    if (statuses == NULL) {
        return;
    }
    if (statuses->kind != YAML_MAPPING) {
        diag_add(&catalogue->diags, DIAG_ERROR, "MO031", statuses->place, "statuses are models with what they are: {M-TA-01-A: {status: SUSPENDED}}");
        return;
    }
    YAML_EACH(statuses, node) {
        read_one_status(catalogue, node);
    }
}
