// Parts of an expression on values that are kept.

#include "server/api/why.h"

#include "base/money.h"
#include "base/time.h"
#include "expr/visit.h"
#include "server/api/carried.h"

#include <math.h>

enum { WHY_RECORD_MAX = 4 << 20 };

// ---- values that are kept
// -------------------------------------------------------------------------------------

static struct value text_value(Slice text) {
    return (struct value){.kind = VALUE_STRING, .text = text};
}

static struct value texts_value(const Slice *texts, uint32_t count, struct arena *scratch) {
    struct value *items = ARENA_ARRAY(scratch, struct value, count + 1);
    struct value_list *list = ARENA_NEW(scratch, struct value_list);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = text_value(texts[i]);
    }
    *list = (struct value_list){items, count};
    return (struct value){.kind = VALUE_LIST, .list = list};
}

static struct value set_value(const struct schema_enum *choices, uint64_t set,
                              struct arena *scratch) {
    Slice texts[64];
    uint32_t count = 0;
    for (uint32_t i = 0; i < choices->count && i < 64; i++) {
        if ((set >> i & 1) != 0) {
            texts[count++] = choices->values[i];
        }
    }
    return texts_value(texts, count, scratch);
}

static bool read_field(const struct why *why, uint32_t field, const struct type *type,
                       struct arena *scratch, struct value *ret_value) {
    const struct schema *schema = why->catalogue->schema;
    const struct schema_field *known = &schema->fields[field];
    const union event_cell *cell = &why->event->cells[field];
    switch (known->type) {
    case FIELD_STRING:
        *ret_value = text_value(cell->text);
        return true;
    case FIELD_ENUM:
        *ret_value = text_value(schema->enums[known->enumeration].values[cell->integer]);
        return true;
    case FIELD_LIST:
        *ret_value =
            set_value(&schema->enums[known->enumeration], (uint64_t)cell->integer, scratch);
        return true;
    case FIELD_TIME: {
        int64_t seconds = floor_div(cell->integer, US_PER_SECOND);
        *ret_value = (struct value){
            .kind = VALUE_TIMESTAMP,
            .time = {seconds, (int32_t)(cell->integer - seconds * US_PER_SECOND) * 1000}};
        return true;
    }
    case FIELD_FLOAT:
        return value_from_number(type, cell->number, ret_value);
    default:
        return value_from_number(type, (double)cell->integer, ret_value);
    }
}

// A value that a hit saw. False: it was missing, or is of a kind that is shown and not kept.
static bool read_seen(struct why *why, uint32_t node, const struct type *type,
                      struct value *ret_value) {
    const struct json_node *seen = &why->decision.nodes[node];
    double number;
    if (seen->kind == JSON_STRING && type->kind == TYPE_STRING) {
        *ret_value = text_value(seen->text);
        return true;
    }
    if (seen->kind == JSON_TRUE || seen->kind == JSON_FALSE) {
        *ret_value = value_bool(seen->kind == JSON_TRUE);
        return type->kind == TYPE_BOOL;
    }
    if (json_number(seen, &number)) {
        return value_from_number(type, type->kind == TYPE_MONEY ? money_from_major(number) : number,
                                 ret_value);
    }
    why->missed_something |= seen->kind != JSON_NULL;
    return false;
}

static void look_for_host(void *context, const struct node *node) {
    bool *found = context;
    *found |= node->kind == NODE_CALL && node->call.op == OP_HOST;
}

static bool asks_a_list(const struct node *node) {
    bool found = false;
    expr_visit(node, look_for_host, &found);
    return found;
}

// A feature that is made of others can be made again when all of them are kept.
static bool read_definition(struct why *why, const struct expr *definition, struct arena *scratch,
                            struct value *ret_value) {
    if (asks_a_list(expr_root(definition))) {
        why->missed_something = true;
        return false;
    }
    return expr_evaluate(definition, &why->input, scratch, ret_value) == STATUS_OK;
}

static bool read_value(void *context, uint32_t slot, struct arena *scratch,
                       struct value *ret_value) {
    struct why *why = context;
    const struct name *name = &why->catalogue->vocabulary.names.at[slot];
    const struct table_slot *known = &why->catalogue->vocabulary.slots.at[slot];
    bool is_field = name->kind == NAME_FIELD && why->has_event;
    if (is_field && event_has(why->event, name->index)) {
        return read_field(why, name->index, known->type, scratch, ret_value);
    }
    uint32_t seen = map_get(&why->saw, name->text);
    if (seen != MAP_NONE) {
        return read_seen(why, seen, known->type, ret_value);
    }
    if (name->kind == NAME_PARAMETER) {
        return value_from_number(known->type, why->parameters[slot], ret_value);
    }
    if (name->kind == NAME_FEATURE && known->definition != NULL) {
        return read_definition(why, known->definition, scratch, ret_value);
    }
    DeriveKind derive =
        is_field ? why->catalogue->schema->fields[name->index].derive : DERIVE_EXPRESSION;
    // A field that the event does not have is missing, unless it is one that is made when it is
    // decided.
    why->missed_something |= derive == DERIVE_EXPRESSION || derive == DERIVE_ON_DATE_LIST;
    return false;
}

// ---- its life
// -------------------------------------------------------------------------------------------------

// The same name has the same value for every hit; but for parameters, which are each model's own
// and are taken from the catalogue.
static void collect_seen(struct why *why) {
    uint32_t hits = json_member(why->decision, 0, SLICE("hits"));
    map_init(&why->saw, why->arena);
    if (hits == JSON_NONE) {
        return;
    }
    JSON_EACH(why->decision, hits, hit) {
        uint32_t saw = json_member(why->decision, hit, SLICE("saw"));
        for (uint32_t i = saw == JSON_NONE ? 0 : saw + 1;
             saw != JSON_NONE && i < why->decision.nodes[saw].next;
             i = why->decision.nodes[i].next) {
            Slice name = why->decision.nodes[i].key;
            if (!slice_starts_with(name, SLICE("p."))) {
                map_put(&why->saw, name, i);
            }
        }
    }
}

static void find_binding(struct why *why) {
    const struct catalogue *catalogue = why->catalogue;
    uint32_t node = json_member(why->decision, 0, SLICE("segment"));
    uint32_t field = catalogue->schema->channel;
    why->segment = 0;
    for (uint32_t i = 0; node != JSON_NONE && i < catalogue->policy.segments.count; i++) {
        why->segment =
            slice_equal(catalogue->policy.segments.at[i].id, why->decision.nodes[node].text)
                ? i
                : why->segment;
    }
    bool has_channel = field != SCHEMA_NONE && why->has_event && event_has(why->event, field);
    why->channel =
        has_channel ? (uint32_t)why->event->cells[field].integer : catalogue->channel_count - 1;
    why->parameters =
        catalogue->parameter_values[catalogue->binding_of[why->segment * catalogue->channel_count +
                                                          why->channel]];
}

bool why_init(struct why *why, const struct catalogue *catalogue, Slice event, Slice decision,
              struct arena *arena) {
    struct intake_refusal refusal;
    RecordKind kind;
    *why = (struct why){.catalogue = catalogue, .arena = arena};
    why->json = json_reader_create(WHY_RECORD_MAX, JSON_DEPTH_MAX);
    why->intake = intake_create(catalogue->schema, NULL);
    why->event = event_create(catalogue->schema);
    why->input = (struct expr_input){why, read_value};
    if (json_parse(why->json, decision, &why->decision) != STATUS_OK ||
        why->decision.nodes[0].kind != JSON_OBJECT) {
        return false;
    }
    why->has_event = intake_json(why->intake, event, why->event, &kind, &refusal) == STATUS_OK &&
                     kind == RECORD_EVENT;
    collect_seen(why);
    find_binding(why);
    return why->has_event;
}

void why_deinit(struct why *why) {
    event_destroy(why->event);
    intake_destroy(why->intake);
    json_reader_destroy(why->json);
}

bool why_watches(const struct why *why, const struct model *model) {
    uint32_t channel =
        why->channel == why->catalogue->channel_count - 1 ? CHANNELS_MAX - 1 : why->channel;
    return model_is_evaluated(model) && bits_test(model->on, why->event->type) &&
           (model->segments >> why->segment & 1) != 0 && (model->channels >> channel & 1) != 0;
}

// ---- parts
// ----------------------------------------------------------------------------------------------------

static struct why_side side_of(struct why *why, const struct expr *expr, const struct node *node) {
    struct why_side side = {.node = node};
    if (asks_a_list(node)) {
        return side;
    }
    why->missed_something = false;
    Status status = expr_evaluate_node(expr, node, &why->input, why->arena, &side.value);
    side.is_known = !why->missed_something && status != STATUS_INVALID;
    if (status == STATUS_NOT_FOUND) {
        side.value = (struct value){.kind = VALUE_MISSING};
    }
    return side;
}

static void add_read(void *context, const struct node *node) {
    struct why_part *part = context;
    const struct expr_variable *variable = node->kind == NODE_VARIABLE ? node->variable
                                           : node->kind == NODE_HAS    ? node->has.variable
                                                                       : NULL;
    bool is_new = variable != NULL && part->read_count < WHY_READS_MAX;
    for (uint32_t i = 0; is_new && i < part->read_count; i++) {
        is_new = part->reads[i] != variable->slot;
    }
    if (is_new) {
        part->reads[part->read_count++] = variable->slot;
    }
}

static void fill_leaf(struct why *why, const struct expr *expr, struct why_part *part) {
    const struct node *node = part->node;
    bool compares = node->kind == NODE_CALL && node->call.op >= OP_EQUAL &&
                    node->call.op <= OP_GREATER_EQUAL && node->call.count == 2;
    struct why_side whole = side_of(why, expr, node);
    part->kind = compares ? WHY_COMPARE : WHY_TEST;
    part->held = !whole.is_known                                         ? WHY_UNKNOWN
                 : whole.value.kind == VALUE_BOOL && whole.value.boolean ? WHY_HELD
                                                                         : WHY_MISSED;
    if (compares) {
        part->left = side_of(why, expr, node->call.arguments[0]);
        part->right = side_of(why, expr, node->call.arguments[1]);
    }
    expr_visit(node, add_read, part);
}

// && is missed with one that is, || holds with one that does; else what is unknown leaves it open.
static WhyHeld join(const struct why_part *part) {
    WhyHeld decisive = part->kind == WHY_ALL ? WHY_MISSED : WHY_HELD;
    WhyHeld other = part->kind == WHY_ALL ? WHY_HELD : WHY_MISSED;
    bool is_open = false;
    for (uint32_t i = 0; i < part->count; i++) {
        if (part->parts[i]->held == decisive) {
            return decisive;
        }
        is_open |= part->parts[i]->held == WHY_UNKNOWN;
    }
    return is_open ? WHY_UNKNOWN : other;
}

static WhyHeld turn(WhyHeld held) {
    return held == WHY_UNKNOWN ? WHY_UNKNOWN : held == WHY_HELD ? WHY_MISSED : WHY_HELD;
}

static struct why_part *divide(struct why *why, const struct expr *expr, const struct node *node) {
    struct why_part *part = ARENA_NEW(why->arena, struct why_part);
    bool is_call = node->kind == NODE_CALL;
    part->node = node;
    if (!is_call ||
        (node->call.op != OP_AND && node->call.op != OP_OR && node->call.op != OP_NOT)) {
        fill_leaf(why, expr, part);
        return part;
    }
    const struct why_part **parts =
        ARENA_ARRAY(why->arena, const struct why_part *, node->call.count);
    for (uint32_t i = 0; i < node->call.count; i++) {
        parts[part->count++] = divide(why, expr, node->call.arguments[i]);
    }
    part->parts = parts;
    part->kind = node->call.op == OP_AND ? WHY_ALL : node->call.op == OP_OR ? WHY_ANY : WHY_NOT;
    part->held = part->kind == WHY_NOT ? turn(parts[0]->held) : join(part);
    return part;
}

// Of a model that fired every condition that && joins has held, known or not.
static void infer(struct why_part *part) {
    if (part->held == WHY_UNKNOWN) {
        part->held = WHY_HELD;
        part->is_inferred = true;
    }
    for (uint32_t i = 0; part->kind == WHY_ALL && i < part->count; i++) {
        infer((struct why_part *)(uintptr_t)part->parts[i]);
    }
}

const struct why_part *why_model(struct why *why, const struct model *model, bool has_fired) {
    struct why_part *part = divide(why, model->expr, expr_root(model->expr));
    if (has_fired) {
        infer(part);
    }
    return part;
}

// ---- how far
// --------------------------------------------------------------------------------------------------

static bool is_number(const struct why_side *side) {
    return side->is_known && value_is_number(&side->value);
}

static double plain_number(const struct value *value) {
    return value->kind == VALUE_INT    ? (double)value->integer
           : value->kind == VALUE_UINT ? (double)value->unsigned_integer
                                       : value->number;
}

// How much the left side is above the right one, in major units where it is money. False: they are
// no numbers.
static bool gap_of(const struct why_part *part, double *ret_gap, double *ret_size) {
    if (part->kind != WHY_COMPARE || !is_number(&part->left) || !is_number(&part->right)) {
        return false;
    }
    bool is_money = part->left.value.kind == VALUE_MONEY || part->right.value.kind == VALUE_MONEY;
    double left = is_money ? value_minor_units(&part->left.value) / MONEY_SCALE
                           : plain_number(&part->left.value);
    double right = is_money ? value_minor_units(&part->right.value) / MONEY_SCALE
                            : plain_number(&part->right.value);
    *ret_gap = left - right;
    *ret_size = fmax(fabs(left), fabs(right));
    return isfinite(*ret_gap);
}

static double distance_of(const struct why_part *part) {
    double gap;
    double size;
    return gap_of(part, &gap, &size) && size > 0 ? fabs(gap) / size : 1;
}

struct why_tally why_count(const struct why_part *part) {
    struct why_tally tally = {0};
    uint32_t count = part->kind == WHY_ALL ? part->count : 1;
    for (uint32_t i = 0; i < count; i++) {
        const struct why_part *one = part->kind == WHY_ALL ? part->parts[i] : part;
        tally.missed += one->held == WHY_MISSED;
        tally.unknown += one->held == WHY_UNKNOWN;
        tally.held += one->held == WHY_HELD;
        tally.distance =
            one->held == WHY_MISSED ? fmax(tally.distance, distance_of(one)) : tally.distance;
    }
    return tally;
}

// ---- telling
// --------------------------------------------------------------------------------------------------

static void put_value(const struct why *why, struct json_writer *json, const struct value *value) {
    char text[32];
    switch (value->kind) {
    case VALUE_BOOL:
        json_bool(json, value->boolean);
        break;
    case VALUE_INT:
        json_i64(json, value->integer);
        break;
    case VALUE_UINT:
        json_u64(json, value->unsigned_integer);
        break;
    case VALUE_DOUBLE:
        json_double(json, value->number);
        break;
    case VALUE_MONEY:
        if (fabs(value->number) < 9e15) {
            json_raw(json, (Slice){text, money_format(llround(value->number),
                                                      why->catalogue->money_digits, text)});
        } else {
            json_double(json, value->number / MONEY_SCALE);
        }
        break;
    case VALUE_STRING:
        json_string(json, value->text);
        break;
    case VALUE_NULL:
    case VALUE_MISSING:
        json_null(json);
        break;
    default:
        json_string(json, value_text(why->arena, value));
        break;
    }
}

// As it is, or so much of it as may be seen.
static void put_hidden(const struct why *why, struct json_writer *json, MaskKind kind,
                       const struct value *value) {
    if (value->kind == VALUE_NULL || value->kind == VALUE_MISSING) {
        json_null(json);
    } else {
        Slice text = value->kind == VALUE_STRING ? value->text : value_text(why->arena, value);
        json_string(json, mask_copy(kind, text, why->arena));
    }
}

static void put_side(const struct why *why, struct json_writer *json, Slice key,
                     const struct why_side *side) {
    json_key(json, key);
    MaskKind kind;
    json_object_begin(json);
    json_key_string(json, SLICE("text"), expr_node_text(why->arena, side->node));
    json_key_bool(json, SLICE("known"), side->is_known);
    json_key(json, SLICE("value"));
    if (!side->is_known) {
        json_null(json);
    } else if (why->hides && carried_by_node(why->catalogue, side->node, &kind)) {
        put_hidden(why, json, kind, &side->value);
    } else {
        put_value(why, json, &side->value);
    }
    json_object_end(json);
}

static void put_reads(struct why *why, struct json_writer *json, const struct why_part *part) {
    bool known[WHY_READS_MAX];
    json_key(json, SLICE("saw"));
    json_object_begin(json);
    for (uint32_t i = 0; i < part->read_count; i++) {
        struct value value = {.kind = VALUE_MISSING};
        why->missed_something = false;
        bool has_value = read_value(why, part->reads[i], why->arena, &value);
        known[i] = !why->missed_something;
        if (known[i]) {
            json_key(json, why->catalogue->vocabulary.names.at[part->reads[i]].text);
            has_value ? put_value(why, json, &value) : json_null(json);
        }
    }
    json_object_end(json);
    json_key(json, SLICE("not_kept"));
    json_array_begin(json);
    for (uint32_t i = 0; i < part->read_count; i++) {
        if (!known[i]) {
            json_string(json, why->catalogue->vocabulary.names.at[part->reads[i]].text);
        }
    }
    json_array_end(json);
    json_key_bool(json, SLICE("asks_list"), asks_a_list(part->node));
}

// How far a number is from a threshold tells the number.
static bool hides_gap(const struct why *why, const struct why_part *part) {
    MaskKind kind;
    return why->hides && (carried_by_node(why->catalogue, part->left.node, &kind) ||
                          carried_by_node(why->catalogue, part->right.node, &kind));
}

static void put_comparison(const struct why *why, struct json_writer *json,
                           const struct why_part *part) {
    double gap;
    double size;
    json_key_string(json, SLICE("compares"), expr_op_text(part->node->call.op));
    put_side(why, json, SLICE("left"), &part->left);
    put_side(why, json, SLICE("right"), &part->right);
    json_key(json, SLICE("gap"));
    gap_of(part, &gap, &size) && !hides_gap(why, part) ? json_double(json, gap) : json_null(json);
}

void why_put(struct why *why, struct json_writer *json, const struct why_part *part) {
    static const char *const kinds[] = {"all", "any", "not", "compare", "test"};
    json_object_begin(json);
    json_key_string(json, SLICE("kind"), slice_of(kinds[part->kind]));
    json_key_string(json, SLICE("text"), expr_node_text(why->arena, part->node));
    json_key(json, SLICE("held"));
    part->held == WHY_UNKNOWN ? json_null(json) : json_bool(json, part->held == WHY_HELD);
    if (part->is_inferred) {
        json_key_bool(json, SLICE("inferred"), true);
    }
    if (part->kind == WHY_COMPARE) {
        put_comparison(why, json, part);
    }
    if (part->count > 0) {
        json_key(json, SLICE("parts"));
        json_array_begin(json);
        for (uint32_t i = 0; i < part->count; i++) {
            why_put(why, json, part->parts[i]);
        }
        json_array_end(json);
    } else {
        put_reads(why, json, part);
    }
    json_object_end(json);
}
