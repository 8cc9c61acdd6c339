// What names stand for at the event at hand: as columns of doubles for the predicate table, as texts, and as values
// for the evaluator.

#include "monitoring/decision/engine_private.h"

#include <math.h>

static double field_number(const struct event *event, uint32_t field) {
    if (!event_has(event, field)) {
        return NAN;
    }
    switch (event->schema->fields[field].type) {
    case FIELD_FLOAT:
        return event->cells[field].number;
    case FIELD_STRING:
        return 0; // present
    default:
        return (double)event->cells[field].integer;
    }
}

static bool field_text(const struct event *event, uint32_t field, Slice *ret_text) {
    if (!event_has(event, field)) {
        return false;
    }
    const struct schema_field *known = &event->schema->fields[field];
    if (known->type == FIELD_ENUM) {
        *ret_text = event->schema->enums[known->enumeration].values[event->cells[field].integer];
    } else {
        *ret_text = event->cells[field].text;
    }
    return true;
}

// The text of a key field: what is written, for numbers their digits.
static bool key_text(const struct event *event, uint32_t field, char digits[32], Slice *ret_text) {
    FieldType type = event->schema->fields[field].type;
    if (type == FIELD_STRING || type == FIELD_ENUM) {
        return field_text(event, field, ret_text) && ret_text->size > 0;
    }
    if (!event_has(event, field)) {
        return false;
    }
    int size = snprintf(digits, 32, "%lld", (long long)event->cells[field].integer);
    *ret_text = (Slice){digits, (size_t)size};
    return true;
}

bool engine_table_key(const struct engine *engine, uint32_t table, const struct event *event, Hash128 *ret_key) {
    const struct catalogue_key *key = &engine->catalogue->table_keys[table];
    Slice parts[TABLE_KEY_PARTS_MAX];
    char digits[TABLE_KEY_PARTS_MAX][32];
    for (uint32_t i = 0; i < key->count; i++) {
        if (!key_text(event, key->fields[i], digits[i], &parts[i])) {
            return false;
        }
    }
    *ret_key = knowledge_key(parts, key->count);
    return true;
}

// Of the event at hand, as it was foreseen or as it is.
static bool table_key(const struct engine *engine, uint32_t table, Hash128 *ret_key) {
    const struct foreseen *foreseen = engine->foreseen;
    const struct fetched *late = foreseen == NULL ? NULL : &engine->catalogue->types[foreseen->type].late;
    for (uint32_t i = 0; foreseen != NULL && i < late->table_count; i++) {
        if (late->tables[i] == table) {
            *ret_key = foreseen->table_keys[i];
            return (foreseen->has_table >> i & 1) != 0;
        }
    }
    return engine_table_key(engine, table, engine->event, ret_key);
}

static KnowledgeRow cell_row(struct engine *engine, uint32_t table) {
    struct cell_row *found = &engine->cells[table];
    if (found->event != engine->sequence) {
        Hash128 key;
        found->event = engine->sequence;
        found->row = table_key(engine, table, &key) ? knowledge_row(engine->knowledge, table, key) : (KnowledgeRow){NULL};
    }
    return found->row;
}

static bool read_decision(struct engine *engine, DecisionName which, struct arena *scratch, struct value *ret_value);

static double decision_number(struct engine *engine, DecisionName which) {
    struct value value;
    read_decision(engine, which, &engine->scratch, &value);
    return value.kind == VALUE_BOOL ? value.boolean : value.kind == VALUE_INT ? (double)value.integer : NAN;
}

static bool decision_text(struct engine *engine, DecisionName which, Slice *ret_text) {
    struct value value;
    bool known = read_decision(engine, which, &engine->scratch, &value) && value.kind == VALUE_STRING;
    *ret_text = known ? value.text : (Slice){NULL, 0};
    return known;
}

static void engine_need_pass(struct engine *engine, uint32_t pass);

double engine_number(void *context, uint32_t slot) {
    struct engine *engine = context;
    const struct name *name = &engine->catalogue->vocabulary.names.at[slot];
    switch (name->kind) {
    case NAME_FIELD:
        return field_number(engine->event, name->index);
    case NAME_FILTER:
        return bits_test(engine->filters, name->index);
    case NAME_FEATURE:
        engine_need_pass(engine, engine->catalogue->vocabulary.slots.at[slot].group);
        return engine->feature_values[engine->features->features.at[name->index].window];
    case NAME_CELL: {
        KnowledgeRow row = cell_row(engine, name->table);
        return row.cells == NULL ? NAN : knowledge_cell(engine->knowledge, name->table, row, name->index);
    }
    case NAME_PARAMETER:
        return engine->catalogue->parameter_values[engine->binding][slot];
    case NAME_DECISION:
        return decision_number(engine, (DecisionName)name->index);
    case NAME_DAY_TERM:
        break;
    }
    return NAN;
}

static bool cell_text(struct engine *engine, const struct name *name, Slice *ret_text) {
    const struct knowledge_column *column =
        &engine->catalogue->knowledge->tables[name->table].columns[name->index];
    KnowledgeRow row = cell_row(engine, name->table);
    if (row.cells == NULL) {
        return false;
    }
    if (column->type == COLUMN_STRING) {
        return knowledge_cell_text(engine->knowledge, name->table, row, name->index, ret_text);
    }
    double number = knowledge_cell(engine->knowledge, name->table, row, name->index);
    if (isnan(number)) {
        return false;
    }
    *ret_text = column->values[(uint32_t)number];
    return true;
}

bool engine_text(void *context, uint32_t slot, Slice *ret_text) {
    struct engine *engine = context;
    const struct name *name = &engine->catalogue->vocabulary.names.at[slot];
    switch (name->kind) {
    case NAME_FIELD:
        return field_text(engine->event, name->index, ret_text);
    case NAME_CELL:
        return cell_text(engine, name, ret_text);
    case NAME_DECISION:
        return decision_text(engine, (DecisionName)name->index, ret_text);
    default:
        return false;
    }
}

static struct value text_value(Slice text) {
    return (struct value){.kind = VALUE_STRING, .text = text};
}

static struct value list_value(struct arena *scratch, const Slice *texts, uint32_t count) {
    struct value *items = ARENA_ARRAY(scratch, struct value, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = text_value(texts[i]);
    }
    struct value_list *list = ARENA_NEW(scratch, struct value_list);
    *list = (struct value_list){items, count};
    return (struct value){.kind = VALUE_LIST, .list = list};
}

static bool read_set(const struct engine *engine, uint32_t field, struct arena *scratch, struct value *ret_value) {
    if (!event_has(engine->event, field)) {
        return false;
    }
    const struct schema_enum *choices = &engine->schema->enums[engine->schema->fields[field].enumeration];
    Slice texts[SCHEMA_LIST_VALUES_MAX];
    uint32_t count = 0;
    uint64_t set = (uint64_t)engine->event->cells[field].integer;
    for (uint32_t i = 0; i < choices->count && i < SCHEMA_LIST_VALUES_MAX; i++) {
        if ((set >> i & 1) != 0) {
            texts[count++] = choices->values[i];
        }
    }
    *ret_value = list_value(scratch, texts, count);
    return true;
}

static bool read_time(const struct engine *engine, uint32_t field, struct value *ret_value) {
    if (!event_has(engine->event, field)) {
        return false;
    }
    int64_t time_us = engine->event->cells[field].integer;
    int64_t seconds = floor_div(time_us, US_PER_SECOND);
    *ret_value = (struct value){
        .kind = VALUE_TIMESTAMP,
        .time = {seconds, (int32_t)(time_us - seconds * US_PER_SECOND) * 1000},
    };
    return true;
}

bool engine_read(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value) {
    struct engine *engine = context;
    const struct name *name = &engine->catalogue->vocabulary.names.at[slot];
    const struct table_slot *known = &engine->catalogue->vocabulary.slots.at[slot];
    if (name->kind == NAME_DECISION) {
        return read_decision(engine, (DecisionName)name->index, scratch, ret_value);
    }
    if (name->kind == NAME_FEATURE && known->definition != NULL) {
        return expr_evaluate(known->definition, &engine->host.input, scratch, ret_value) == STATUS_OK;
    }
    if (name->kind == NAME_FIELD) {
        FieldType type = engine->schema->fields[name->index].type;
        if (type == FIELD_LIST) {
            return read_set(engine, name->index, scratch, ret_value);
        }
        if (type == FIELD_TIME) {
            return read_time(engine, name->index, ret_value);
        }
    }
    if (known->type->kind == TYPE_STRING) {
        Slice text;
        if (!engine_text(engine, slot, &text)) {
            return false;
        }
        *ret_value = text_value(text);
        return true;
    }
    return value_from_number(known->type, engine_number(engine, slot), ret_value);
}

static void compute_wanted(struct engine *engine) {
    struct window_moment moment = {
        .time_us = engine->event->time_us,
        .refs = engine->refs,
        .current = engine->current,
        .row = engine->row_of,
        .context = &engine->moment,
    };
    window_compute(engine->windows, &moment, engine->wanted, engine->feature_values);
}

static void engine_need_pass(struct engine *engine, uint32_t pass) {
    if (bits_test(engine->computed, pass)) {
        return;
    }
    uint64_t since_ns = engine->is_timing ? engine->times.now_ns() : 0;
    uint32_t entity = window_plan_entity_of_pass(engine->features->windows, pass);
    engine->counters.passes_computed += !bits_test(engine->announced, pass);
    engine_resolve(engine, entity);
    // With it come the others that are announced for the same thing: its rows are at hand now.
    const uint64_t *of_entity = engine->passes_of[entity];
    for (size_t w = 0; w < engine->pass_words; w++) {
        engine->wanted[w] = engine->announced[w] & of_entity[w] & ~engine->computed[w];
        engine->computed[w] |= engine->wanted[w];
        engine->counters.passes_computed += (uint64_t)__builtin_popcountll(engine->wanted[w]);
    }
    bits_set(engine->wanted, pass);
    bits_set(engine->computed, pass);
    compute_wanted(engine);
    if (engine->is_timing) {
        engine->times.aside_ns += engine->times.now_ns() - since_ns;
    }
}

static void announce(void *context, const uint64_t *groups, size_t word_count) {
    struct engine *engine = context;
    for (size_t w = 0; w < word_count; w++) {
        engine->announced[w] |= groups[w];
    }
}

void engine_need(struct engine *engine, const uint64_t *groups, size_t word_count) {
    bool any = false;
    for (size_t w = 0; w < word_count; w++) {
        engine->wanted[w] = groups[w] & ~engine->computed[w];
        engine->computed[w] |= groups[w];
        any |= engine->wanted[w] != 0;
        engine->counters.passes_computed += (uint64_t)__builtin_popcountll(engine->wanted[w]);
    }
    if (!any) {
        return;
    }
    size_t pass = 0;
    BITS_EACH(engine->wanted, word_count, pass) {
        engine_resolve(engine, window_plan_entity_of_pass(engine->features->windows, (uint32_t)pass));
    }
    compute_wanted(engine);
}

bool engine_condition(struct engine *engine, uint32_t rule) {
    return expr_table_rule(engine->model_run, rule);
}

void engine_make_host(struct engine *engine) {
    engine->host = (struct table_host){
        .context = engine,
        .number = engine_number,
        .text = engine_text,
        .need = announce,
        .input = {engine, engine_read},
    };
    engine->moment = (struct feature_moment){.input = engine->host.input, .scratch = &engine->scratch};
}

// ---- the decision so far, for policies -------------------------------------------------------------------

static bool counts(const struct hit *hit) {
    return hit->guards == 0 && !hit->is_shadow;
}

static uint32_t evidence_of_hits(const struct decision *decision, Severity least) {
    uint32_t evidence = 0;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        evidence |= counts(hit) && hit->model->severity >= least ? hit->model->evidence : 0;
    }
    return evidence;
}

static int64_t hits_from(const struct decision *decision, Severity least) {
    int64_t count = 0;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        count += counts(&decision->hits[i]) && decision->hits[i].model->severity >= least;
    }
    return count;
}

// Whether two of these hits rest on different kinds of evidence: one on a kind that the other does not rest on.
static bool hits_apart(const struct decision *decision, Severity least) {
    uint32_t first = 0;
    bool found = false;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        if (!counts(hit) || hit->model->severity < least) {
            continue;
        }
        if (found && hit->model->evidence != first) {
            return true;
        }
        first = hit->model->evidence;
        found = true;
    }
    return false;
}

static struct value whole(int64_t number) {
    return (struct value){.kind = VALUE_INT, .integer = number};
}

static struct value evidence_value(struct arena *scratch, uint32_t evidence) {
    Slice texts[32];
    uint32_t count = 0;
    for (uint32_t i = 0; i < 32; i++) {
        if ((evidence >> i & 1) != 0) {
            texts[count++] = evidence_text((Evidence)i);
        }
    }
    return list_value(scratch, texts, count);
}

static struct value models_value(const struct decision *decision, struct arena *scratch, bool families) {
    Slice *texts = ARENA_ARRAY(scratch, Slice, decision->hit_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        if (counts(&decision->hits[i])) {
            texts[count++] = families ? decision->hits[i].model->family : decision->hits[i].model->id;
        }
    }
    return list_value(scratch, texts, count);
}

static struct value tasks_value(const struct engine *engine, struct arena *scratch) {
    const struct policy *policy = &engine->catalogue->policy;
    Slice texts[32];
    uint32_t count = 0;
    for (uint32_t i = 0; i < policy->tasks.count && i < 32; i++) {
        if ((engine->decision.tasks >> i & 1) != 0) {
            texts[count++] = policy->tasks.at[i].id;
        }
    }
    return list_value(scratch, texts, count);
}

static bool read_decision(struct engine *engine, DecisionName which, struct arena *scratch, struct value *ret_value) {
    const struct decision *decision = &engine->decision;
    switch (which) {
    case DECISION_action:
        *ret_value = text_value(engine->catalogue->policy.actions.at[decision->action].id);
        return true;
    case DECISION_score:
        *ret_value = whole(decision->score);
        return true;
    case DECISION_severity:
        *ret_value = text_value(slice_of(severity_names[decision->severity]));
        return true;
    case DECISION_hits:
        *ret_value = whole(hits_from(decision, SEVERITY_S1));
        return true;
    case DECISION_list_hit:
        *ret_value = (struct value){
            .kind = VALUE_BOOL, .boolean = (evidence_of_hits(decision, SEVERITY_S1) >> EVIDENCE_list & 1) != 0};
        return true;
    case DECISION_s3_hits:
        *ret_value = whole(hits_from(decision, SEVERITY_S3));
        return true;
    case DECISION_s3_apart:
        *ret_value = (struct value){.kind = VALUE_BOOL, .boolean = hits_apart(decision, SEVERITY_S3)};
        return true;
    case DECISION_s4_hits:
        *ret_value = whole(hits_from(decision, SEVERITY_S4));
        return true;
    case DECISION_has_evidence:
        *ret_value = evidence_value(scratch, evidence_of_hits(decision, SEVERITY_S1));
        return true;
    case DECISION_families:
        *ret_value = models_value(decision, scratch, true);
        return true;
    case DECISION_models:
        *ret_value = models_value(decision, scratch, false);
        return true;
    case DECISION_tasks:
        *ret_value = tasks_value(engine, scratch);
        return true;
    case DECISION_effort:
        *ret_value = text_value(slice_of(effort_names[decision->effort]));
        return true;
    case DECISION_NAME_COUNT:
        break;
    }
    return false;
}
