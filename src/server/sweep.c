#include "server/sweep.h"

#include "base/map.h"
#include "base/vec.h"
#include "codec/json_write.h"
#include "codec/number.h"
#include "expr/visit.h"
#include "server/records.h"
#include "server/snapshots.h"

enum { PLACES_MAX = 64, LABEL_SIZE_MAX = 1 << 20, LABEL_DEPTH = 8 };

struct step {
    double value;
    const struct expr *expr;
    uint64_t hits, positive, negative;
};

// An event that some values hit.
struct kept_event {
    uint64_t steps; // set
    int label;      // 1 positive, -1 negative, 0 not known
};

struct sweeping {
    const struct sweep *sweep;
    struct arena *arena;
    const struct model *model;
    struct model asked; // the same, as one that is evaluated
    uint32_t parameter;
    struct step steps[SWEEP_STEPS_MAX];
    uint64_t events, applies, hits_now;
    size_t places[PLACES_MAX][2]; // of the parameter in the condition's text: bytes
    uint32_t place_count;
    VEC(struct kept_event) kept;
    struct map kept_by_id;
    struct json_reader *json;
    bool is_cut;
};

// ---- the condition with another value ------------------------------------------------------------------------

static void find_place(void *context, const struct node *node) {
    struct sweeping *sweeping = context;
    if (node->kind == NODE_VARIABLE && node->variable->slot == sweeping->model->parameters[sweeping->parameter].slot && sweeping->place_count < PLACES_MAX) {
        sweeping->places[sweeping->place_count][0] = node->byte_start;
        sweeping->places[sweeping->place_count++][1] = node->byte_end;
    }
}

// A double, so that it is divided and compared as the parameter was.
static Slice literal_of(double value, struct arena *arena) {
    char text[NUMBER_TEXT_SIZE];
    size_t size = number_format(value, text);
    bool has_point = false;
    for (size_t i = 0; i < size; i++) {
        has_point = has_point || text[i] == '.' || text[i] == 'e';
    }
    return arena_printf(arena, "(%.*s%s)", (int)size, text, has_point ? "" : ".0");
}

static const struct expr *compile_with(struct sweeping *sweeping, double value) {
    const struct yaml_node *node = yaml_get(sweeping->model->node, "expr");
    Slice literal = literal_of(value, sweeping->arena);
    struct buf text;
    buf_init(&text, 1 << 20);
    size_t at = 0;
    for (uint32_t i = 0; i < sweeping->place_count; i++) {
        buf_put(&text, slice_part(node->text, at, sweeping->places[i][0] - at));
        buf_put(&text, literal);
        at = sweeping->places[i][1];
    }
    buf_put(&text, slice_part(node->text, at, SIZE_MAX));
    struct source *source = ARENA_NEW(sweeping->arena, struct source);
    *source = (struct source){.name = SLICE("sweep"), .text = arena_copy(sweeping->arena, buf_slice(&text))};
    buf_deinit(&text);
    struct diag_list diags;
    diag_list_init(&diags, sweeping->arena);
    struct expr_text changed = {.text = source->text, .source = source};
    return expr_compile(sweeping->model->env, &changed, sweeping->arena, &diags);
}

static Status prepare(struct sweeping *sweeping, struct diag *diag) {
    const struct sweep *sweep = sweeping->sweep;
    const struct catalogue *catalogue = sweep->pack->catalogue;
    uint32_t index = map_get(&catalogue->models_by_id, sweep->model);
    if (index == MAP_NONE) {
        return diag_fail(diag, sweeping->arena, STATUS_NOT_FOUND, "RL008", "the pack has no model '%.*s'", SLICE_ARGS(sweep->model));
    }
    const struct model *model = &catalogue->models.at[index];
    sweeping->model = model;
    sweeping->asked = *model;
    sweeping->asked.status = MODEL_SHADOW;
    if (model->mode == MODE_BATCH) {
        return diag_fail(diag, sweeping->arena, STATUS_INVALID, "RL008", "'%.*s' is asked in the nightly run, and not of events", SLICE_ARGS(model->id));
    }
    for (sweeping->parameter = 0; sweeping->parameter < model->parameter_count; sweeping->parameter++) {
        if (slice_equal(model->parameters[sweeping->parameter].name, sweep->parameter)) {
            break;
        }
    }
    if (sweeping->parameter < model->parameter_count) {
        expr_visit(expr_root(model->expr), find_place, sweeping);
    }
    if (sweeping->place_count == 0) {
        return diag_fail(diag, sweeping->arena, STATUS_INVALID, "RL008", "the condition of '%.*s' does not read a parameter '%.*s'", SLICE_ARGS(model->id), SLICE_ARGS(sweep->parameter));
    }
    for (uint32_t i = 0; i < sweep->steps; i++) {
        struct step *step = &sweeping->steps[i];
        step->value = sweep->from + (sweep->to - sweep->from) * i / (sweep->steps - 1);
        step->expr = compile_with(sweeping, step->value);
        if (step->expr == NULL) {
            return diag_fail(diag, sweeping->arena, STATUS_INVALID, "RL008", "the condition of '%.*s' cannot be asked with another '%.*s'", SLICE_ARGS(model->id),
                             SLICE_ARGS(sweep->parameter));
        }
    }
    return STATUS_OK;
}

// ---- the events ---------------------------------------------------------------------------------------------

static void keep(struct sweeping *sweeping, Slice event_id, uint64_t steps) {
    if (map_get(&sweeping->kept_by_id, event_id) != MAP_NONE) {
        return;
    }
    if (sweeping->kept.count == SWEEP_KEPT_MAX) {
        sweeping->is_cut = true;
        return;
    }
    *VEC_PUSH(&sweeping->kept, sweeping->arena) = (struct kept_event){.steps = steps};
    map_put(&sweeping->kept_by_id, arena_copy(sweeping->arena, event_id), sweeping->kept.count - 1);
}

static void decided(void *context, struct heart *heart) {
    struct sweeping *sweeping = context;
    struct engine *engine = heart_engine(heart);
    uint64_t steps = 0;
    sweeping->events++;
    if (!engine_applies(engine, &sweeping->asked)) {
        return;
    }
    sweeping->applies++;
    sweeping->hits_now += engine_holds(engine, sweeping->model->expr);
    for (uint32_t i = 0; i < sweeping->sweep->steps; i++) {
        bool holds = engine_holds(engine, sweeping->steps[i].expr);
        sweeping->steps[i].hits += holds;
        steps |= (uint64_t)holds << i;
    }
    if (steps != 0) {
        keep(sweeping, heart_decision(heart)->event_id, steps);
    }
}

static int label_of(Slice label) {
    return slice_starts_with(label, SLICE("CONFIRMED_")) ? 1 : slice_is(label, "FALSE_POSITIVE") ? -1 : 0;
}

// The newest label holds.
static void labelled(void *context, Slice record) {
    struct sweeping *sweeping = context;
    JsonTree tree;
    if (json_parse(sweeping->json, record, &tree) != STATUS_OK) {
        return;
    }
    uint32_t at = map_get(&sweeping->kept_by_id, record_text(tree, "event_id"));
    if (at != MAP_NONE) {
        sweeping->kept.at[at].label = label_of(record_text(tree, "label"));
    }
}

// ---- the report ---------------------------------------------------------------------------------------------

static void count_labels(struct sweeping *sweeping) {
    for (uint32_t k = 0; k < sweeping->kept.count; k++) {
        const struct kept_event *kept = &sweeping->kept.at[k];
        for (uint32_t i = 0; i < sweeping->sweep->steps; i++) {
            bool hit = (kept->steps >> i & 1) != 0;
            sweeping->steps[i].positive += hit && kept->label > 0;
            sweeping->steps[i].negative += hit && kept->label < 0;
        }
    }
}

static void put_step(struct json_writer *json, const struct step *step, uint64_t applies) {
    uint64_t known = step->positive + step->negative;
    json_object_begin(json);
    json_key_double(json, SLICE("value"), step->value);
    json_key_i64(json, SLICE("hits"), (int64_t)step->hits);
    json_key_double(json, SLICE("per_10000"), applies == 0 ? 0 : (double)step->hits * 10000 / (double)applies);
    json_key_i64(json, SLICE("fraud"), (int64_t)step->positive);
    json_key_i64(json, SLICE("genuine"), (int64_t)step->negative);
    json_key(json, SLICE("precision"));
    if (known == 0) {
        json_null(json);
    } else {
        json_double(json, (double)step->positive / (double)known);
    }
    json_object_end(json);
}

static void write_report(const struct sweeping *sweeping, struct buf *out) {
    const struct model_parameter *parameter = &sweeping->model->parameters[sweeping->parameter];
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("model"), sweeping->model->id);
    json_key_string(&json, SLICE("parameter"), parameter->name);
    json_key_string(&json, SLICE("unit"), parameter->unit);
    json_key_double(&json, SLICE("current"), parameter->value);
    json_key_i64(&json, SLICE("current_hits"), (int64_t)sweeping->hits_now);
    json_key_i64(&json, SLICE("events"), (int64_t)sweeping->events);
    json_key_i64(&json, SLICE("watched"), (int64_t)sweeping->applies);
    json_key_bool(&json, SLICE("labels_cut"), sweeping->is_cut);
    json_key(&json, SLICE("steps"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < sweeping->sweep->steps; i++) {
        put_step(&json, &sweeping->steps[i], sweeping->applies);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
}

// ---- running ------------------------------------------------------------------------------------------------

// The pack that is swept is on no shelf.
static struct heart *make(void *context, Hash128 label, ModelScope scope, bool with_lists, struct arena *arena, struct diag *diag) {
    const struct sweep *sweep = context;
    struct catalogue *catalogue = sweep->pack->catalogue;
    Hash128 own = label_hash(catalogue->label);
    if (own.low != label.low || own.high != label.high) {
        return sweep->others.make(sweep->others.context, label, scope, with_lists, arena, diag);
    }
    struct knowledge *knowledge =
        with_lists ? pack_knowledge(sweep->pack) : knowledge_create(catalogue->knowledge, catalogue->money_digits, catalogue->zone_offset_us);
    return heart_create(catalogue, knowledge, scope);
}

Status sweep_thresholds(const struct sweep *sweep, struct arena *arena, struct buf *report, struct diag *diag) {
    struct sweeping sweeping = {.sweep = sweep, .arena = arena};
    TRY(prepare(&sweeping, diag));
    struct buf ignored;
    map_init(&sweeping.kept_by_id, arena);
    sweeping.json = json_reader_create(LABEL_SIZE_MAX, LABEL_DEPTH);
    buf_init(&ignored, 16 << 20);
    struct trial trial = {
        .source = {(void *)(uintptr_t)sweep, make},
        .label = label_hash(sweep->pack->catalogue->label),
        .folder = sweep->folder,
        .journal = sweep->journal,
        .events = sweep->events < SWEEP_EVENTS_MAX ? sweep->events : SWEEP_EVENTS_MAX,
        .stop = sweep->stop,
        .decided = decided,
        .labelled = labelled,
        .context = &sweeping,
    };
    Status status = trial_run(&trial, arena, &ignored, diag);
    if (status == STATUS_OK) {
        count_labels(&sweeping);
        write_report(&sweeping, report);
    }
    buf_deinit(&ignored);
    json_reader_destroy(sweeping.json);
    return status;
}
