// Facts that the program asks for, as the pack's expressions, and the words that answers may contain.

#include "base/bits.h"
#include "expr/visit.h"
#include "response/strategies/private.h"

// ---- facts -------------------------------------------------------------------------------------------------------

struct tested {
    uint64_t *read, *tested; // by slot
};

static void note_reads(void *context, const struct node *node) {
    const struct tested *tested = context;
    if (node->kind == NODE_VARIABLE) {
        bits_set(tested->read, node->variable->slot);
    } else if (node->kind == NODE_HAS && node->has.variable != NULL) {
        bits_set(tested->tested, node->has.variable->slot);
    }
}

// A comparison that reads a missing value is false, and a fact must not be false because nobody knows: each name that it reads is tested with has().
static void check_tested(struct compiling *compiling, const struct yaml_node *node, const struct fact_plan *fact) {
    uint32_t words = compiling->strategies->first_name / 64 + 1;
    struct tested tested = {ARENA_ARRAY(compiling->arena, uint64_t, words), ARENA_ARRAY(compiling->arena, uint64_t, words)};
    expr_visit(expr_root(fact->value), note_reads, &tested);
    if (fact->known != NULL) {
        expr_visit(expr_root(fact->known), note_reads, &tested);
    }
    for (uint32_t i = 0; i < compiling->strategies->first_name; i++) {
        if (bits_test(tested.read, i) && !bits_test(tested.tested, i)) {
            Slice name = compiling->catalogue->vocabulary.names.at[i].text;
            struct diag *diag =
                compiling_fail(compiling, "DI027", node->place, "where '%.*s' is missing, this fact would be false instead of unknown", name);
            diag_hint(compiling->diags, diag, "say when it is known: {value: ..., known: has(%.*s)}, or test it with has() in the value",
                      SLICE_ARGS(name));
        }
    }
}

static void read_fact(struct compiling *compiling, const struct yaml_node *node, FactId id) {
    static const char *const keys[] = {"value", "known"};
    struct fact_plan *fact = &compiling->plan->facts[id];
    const struct yaml_node *value = node;
    if (node->kind == YAML_MAPPING) {
        yaml_check_keys(node, keys, 2, compiling->diags);
        value = yaml_require(node, "value", compiling->diags);
        fact->known = compile_expr(compiling, compiling->facts_env, yaml_get(node, "known"), TYPE_BOOL);
    }
    fact->value = compile_expr(compiling, compiling->facts_env, value, fact_infos[id].type);
    if (fact->value != NULL && fact_infos[id].type == TYPE_BOOL) {
        check_tested(compiling, node, fact);
    }
}

void read_facts(struct compiling *compiling, const struct yaml_node *map) {
    const char *keys[FACT_COUNT];
    for (int i = 0; i < FACT_COUNT; i++) {
        keys[i] = fact_infos[i].name.at;
    }
    if (map == NULL || !yaml_check_keys(map, keys, FACT_COUNT, compiling->diags)) {
        return;
    }
    for (int i = 0; i < FACT_COUNT; i++) {
        const struct yaml_node *node = yaml_require(map, keys[i], compiling->diags);
        if (node != NULL) {
            read_fact(compiling, node, (FactId)i);
        }
    }
}

// ---- answers -----------------------------------------------------------------------------------------------------

static bool is_word(Slice name) {
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.at[i];
        if (!((byte >= 'a' && byte <= 'z') || byte == '_' || (i > 0 && byte >= '0' && byte <= '9'))) {
            return false;
        }
    }
    return name.size > 0;
}

static void read_values(struct compiling *compiling, const struct yaml_node *node, struct answer_name *answer) {
    if (!yaml_expect_values(node, compiling->diags)) {
        return;
    }
    Slice *values = ARENA_ARRAY(compiling->arena, Slice, node->count + 1);
    Wording *names = ARENA_ARRAY(compiling->arena, Wording, node->count + 1);
    YAML_EACH(node, item) {
        struct yaml_value value;
        names[answer->choice_count] = (Wording){SLICE(""), SLICE("")};
        if (!yaml_value(node, item, &value, &names[answer->choice_count], compiling->diags)) {
            continue;
        }
        if (value.is_null) {
            diag_add(compiling->diags, DIAG_ERROR, "DI051", value.place, "an answer that says nothing is left out, and is no value");
        }
        values[answer->choice_count++] = value.text;
    }
    answer->choices = values;
    answer->choice_names = node->kind == YAML_MAPPING ? names : NULL;
}

static void read_answer(struct compiling *compiling, const struct yaml_node *node, struct answer_name *answer) {
    static const char *const keys[] = {"name", "type", "values", "zh", "en"};
    static const char *const names[] = {"bool", "int", "float", "string", "money", "enum", "list"};
    static const TypeKind kinds[] = {TYPE_BOOL, TYPE_INT, TYPE_DOUBLE, TYPE_STRING, TYPE_MONEY, TYPE_STRING, TYPE_LIST};
    uint32_t type = 0;
    if (!yaml_check_keys(node, keys, 5, compiling->diags)) {
        return;
    }
    answer->place = node->place;
    answer->name = needed_text(compiling, node, "name");
    read_names(compiling, node, &answer->zh, &answer->en);
    yaml_choice(yaml_require(node, "type", compiling->diags), names, 7, &type, compiling->diags);
    answer->type = kinds[type] == TYPE_LIST ? type_list(compiling->arena, TYPE(STRING)) : &type_constants[kinds[type]];
    if (slice_is(slice_of(names[type]), "enum")) {
        read_values(compiling, yaml_require(node, "values", compiling->diags), answer);
    } else if (yaml_get(node, "values") != NULL) {
        diag_add(compiling->diags, DIAG_ERROR, "DI028", node->place, "values belong to an answer of type enum");
    }
    if (answer->name.at != NULL && !is_word(answer->name)) {
        compiling_fail(compiling, "DI029", node->place, "'%.*s' is no name of an answer: small letters, digits and _", answer->name);
    }
}

void read_answers(struct compiling *compiling, const struct yaml_node *list) {
    struct disposition_plan *plan = compiling->plan;
    map_init(&compiling->answers_by_name, compiling->arena);
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    if (list->count > ANSWERS_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI030", list->place, "there may be %d words of answers", ANSWERS_MAX);
        return;
    }
    struct answer_name *answers = ARENA_ARRAY(compiling->arena, struct answer_name, list->count + 1);
    YAML_EACH(list, node) {
        struct answer_name *answer = &answers[plan->answer_count];
        *answer = (struct answer_name){.type = TYPE(BOOL)};
        read_answer(compiling, node, answer);
        if (answer->name.at == NULL) {
            continue;
        }
        if (!map_put(&compiling->answers_by_name, answer->name, plan->answer_count)) {
            compiling_fail(compiling, "DI031", node->place, "there are two answers '%.*s'", answer->name);
            continue;
        }
        plan->answer_count++;
    }
    plan->answers = answers;
}
