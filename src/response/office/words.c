// Words: what alerts are told with, in both languages: groups, skills, states, marks, codes, answers, scripts,
// ways to ask. What a screen offers to choose from, it takes from here.

#include "response/disposition/alert.h"
#include "response/office/parts.h"

static const char *const directions[] = {"RELEASING", "PROTECTING", "NEUTRAL"};
static const char *const labels[] = {"POSITIVE", "WEAK", "NEGATIVE", "EXCLUDED"};
static const char *const counts[] = {"EFFECTIVE", "FALSE_ALARM", "DEFECT", "NEUTRAL", "OPEN_RESULT"};
static const char *const secrecies[] = {"NORMAL", "AML", "INSIDER"};
struct word {
    const char *id, *zh, *en;
};
static const struct word channels[] = {
#define X(id, zh, en) {#id, zh, en},
    CONTACT_CHANNELS(X)
#undef X
};
static const struct word subjects[] = {
#define X(id, zh, en) {#id, zh, en},
    SUBJECT_KINDS(X)
#undef X
};
static const struct word kinds[] = {
#define X(id, zh, en) {#id, zh, en},
    SCRIPT_KINDS(X)
#undef X
};

// An object that goes on: its name under `key`, and what it is called.
static void begin(struct json_writer *json, const char *key, Slice id, Slice zh, Slice en) {
    json_object_begin(json);
    json_key_string(json, slice_of(key), id);
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
}

static void put_table(struct json_writer *json, const char *key, const char *member, const struct word *words,
                      uint32_t count) {
    json_key(json, slice_of(key));
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        begin(json, member, slice_of(words[i].id), slice_of(words[i].zh), slice_of(words[i].en));
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_groups(struct json_writer *json, const struct disposition_plan *plan) {
    json_key(json, SLICE("groups"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const struct typology_group *group = &plan->groups[i];
        begin(json, "group", group->id, group->zh, group->en);
        json_key_string(json, SLICE("skill"), group->queue);
        json_key_string(json, SLICE("secrecy"), slice_of(secrecies[group->secrecy]));
        json_key_bool(json, SLICE("victims"), group->is_victim);
        put_text(json, SLICE("script"), group->call);
        json_object_end(json);
    }
    json_array_end(json);
}

static bool is_first_of_skill(const struct disposition_plan *plan, uint32_t group) {
    for (uint32_t i = 0; i < group; i++) {
        if (slice_equal(plan->groups[i].queue, plan->groups[group].queue)) {
            return false;
        }
    }
    return true;
}

static void put_skills(struct json_writer *json, const struct disposition_plan *plan) {
    json_key(json, SLICE("skills"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const struct typology_group *group = &plan->groups[i];
        if (is_first_of_skill(plan, i)) {
            begin(json, "skill", group->queue, group->queue_name.zh, group->queue_name.en);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void put_states(struct json_writer *json) {
    json_key(json, SLICE("states"));
    json_array_begin(json);
    for (uint32_t i = 0; i < ALERT_STATE_COUNT; i++) {
        const struct alert_state_text *state = &alert_states[i];
        begin(json, "state", slice_of(state->word), slice_of(state->zh), slice_of(state->en));
        json_key_bool(json, SLICE("open"), state->is_open);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_codes(struct json_writer *json, const struct disposition_plan *plan) {
    json_key(json, SLICE("codes"));
    json_array_begin(json);
    for (uint32_t i = 0; i < CODE_COUNT; i++) {
        const struct code_info *code = &code_infos[i];
        begin(json, "code", code->text, code->zh, code->en);
        json_key_string(json, SLICE("direction"), slice_of(directions[code->direction]));
        json_key_string(json, SLICE("label"), slice_of(labels[code->label]));
        json_key_string(json, SLICE("counts"), slice_of(counts[code->counts]));
        json_key(json, SLICE("groups"));
        json_array_begin(json);
        for (uint32_t j = 0; j < plan->group_count; j++) {
            if ((code->kinds & plan->groups[j].kinds) != 0) {
                json_string(json, plan->groups[j].id);
            }
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_actions(struct json_writer *json) {
    json_key(json, SLICE("actions"));
    json_array_begin(json);
    for (uint32_t i = 0; i < ACTION_COUNT; i++) {
        const struct action_info *action = &action_infos[i];
        begin(json, "action", action->name, action->zh, action->en);
        json_key_string(json, SLICE("direction"), slice_of(directions[action->direction]));
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_answers(struct json_writer *json, const struct disposition_plan *plan) {
    json_key(json, SLICE("answers"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->answer_count; i++) {
        const struct answer_name *answer = &plan->answers[i];
        begin(json, "answer", answer->name, answer->zh, answer->en);
        json_key_string(json, SLICE("type"), type_name(answer->type));
        json_key(json, SLICE("choices"));
        json_array_begin(json);
        for (uint32_t j = 0; answer->choices != NULL && j < answer->choice_count; j++) {
            Wording name = answer->choice_names == NULL ? (Wording){SLICE(""), SLICE("")} : answer->choice_names[j];
            begin(json, "value", answer->choices[j], name.zh, name.en);
            json_object_end(json);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_scripts(struct json_writer *json, const struct disposition_plan *plan) {
    json_key(json, SLICE("scripts"));
    json_array_begin(json);
    for (uint32_t i = 0; i < plan->script_count; i++) {
        const struct script *script = &plan->scripts[i];
        json_object_begin(json);
        json_key_string(json, SLICE("script"), script->id);
        json_key_i64(json, SLICE("version"), script->version);
        json_key_string(json, SLICE("kind"), slice_of(script_kind_names[script->kind]));
        json_key(json, SLICE("answers"));
        json_array_begin(json);
        for (uint32_t j = 0; j < script->line_count; j++) {
            if (script->lines[j].answer != SCHEMA_NONE) {
                json_string(json, plan->answers[script->lines[j].answer].name);
            }
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_name(struct json_writer *json, Slice name, Slice zh, Slice en) {
    if (!slice_empty(zh) || !slice_empty(en)) {
        begin(json, "name", name, zh, en);
        json_object_end(json);
    }
}

// What models have seen is named as expressions name it: fields of events, filters, features, columns of tables. What the pack has no name for is left out.
static void put_names(struct json_writer *json, const struct catalogue *catalogue, bool has_names) {
    const struct feature_plan *features = catalogue->features;
    json_key(json, SLICE("names"));
    json_array_begin(json);
    for (uint32_t i = 0; has_names && i < catalogue->vocabulary.names.count; i++) {
        const struct name *name = &catalogue->vocabulary.names.at[i];
        switch (name->kind) {
        case NAME_FIELD:
            put_name(json, name->text, catalogue->schema->fields[name->index].zh, catalogue->schema->fields[name->index].en);
            break;
        case NAME_FILTER:
            put_name(json, name->text, features->filters.at[name->index].zh, features->filters.at[name->index].en);
            break;
        case NAME_FEATURE:
            put_name(json, name->text, features->features.at[name->index].zh, features->features.at[name->index].en);
            break;
        case NAME_CELL: {
            const struct knowledge_column *column = &catalogue->knowledge->tables[name->table].columns[name->index];
            put_name(json, name->text, column->zh, column->en);
            break;
        }
        default:
            break;
        }
    }
    json_array_end(json);
}

void words_put_json(const struct office *office, bool has_names, struct json_writer *json) {
    const struct disposition_plan *plan = &office->strategies->plan;
    json_object_begin(json);
    put_groups(json, plan);
    put_skills(json, plan);
    put_states(json);
    put_codes(json, plan);
    put_actions(json);
    put_answers(json, plan);
    put_scripts(json, plan);
    put_table(json, "script_kinds", "kind", kinds, SCRIPT_KIND_COUNT);
    put_table(json, "channels", "channel", channels, CONTACT_CHANNEL_COUNT);
    put_table(json, "subjects", "kind", subjects, SUBJECT_KIND_COUNT);
    put_names(json, office->strategies->catalogue, has_names);
    json_object_end(json);
}
