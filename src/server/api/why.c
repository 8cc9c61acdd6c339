// GET /v1/decisions/{event_id}/why: how a decision came about, and what was near: the conditions of
// each model that fired and of the nearest ones that did not. It is told with the catalogue that
// decides now; where that is another one than decided then, of the models that have the same
// version alone.

#include "server/api/why.h"

#include "server/api/api.h"
#include "server/api/brief.h"

enum { NEAREST_MAX = 5, NEAREST_MISSED_MAX = 2, NAMES_TOLD_MAX = 512 };

struct near_model {
    const struct model *model;
    const struct why_part *part;
    struct why_tally tally;
};

// All that an answer is made of.
struct why_answer {
    struct question *question;
    struct why why;
    bool same; // the catalogue that decided then decides now
    struct near_model nearest[NEAREST_MAX];
    uint32_t nearest_count, watching, settled;
    uint64_t *told; // names that are told of: bits by slot
};

// ---- the nearest
// ----------------------------------------------------------------------------------------------

static bool is_nearer(const struct near_model *one, const struct near_model *other) {
    if (one->tally.missed != other->tally.missed) {
        return one->tally.missed < other->tally.missed;
    }
    bool is_measured = one->tally.distance < 1;
    if (is_measured != (other->tally.distance < 1)) {
        return is_measured; // by how much is known
    }
    if (one->tally.unknown != other->tally.unknown) {
        return one->tally.unknown < other->tally.unknown;
    }
    return one->tally.distance < other->tally.distance;
}

static void keep_nearest(struct why_answer *answer, const struct near_model *one) {
    uint32_t at = answer->nearest_count;
    while (at > 0 && is_nearer(one, &answer->nearest[at - 1])) {
        at--;
    }
    if (at == NEAREST_MAX) {
        return;
    }
    uint32_t last = answer->nearest_count < NEAREST_MAX ? answer->nearest_count++ : NEAREST_MAX - 1;
    for (uint32_t i = last; i > at; i--) {
        answer->nearest[i] = answer->nearest[i - 1];
    }
    answer->nearest[at] = *one;
}

static uint32_t find_hit(const struct why *why, Slice model) {
    uint32_t hits = json_member(why->decision, 0, SLICE("hits"));
    if (hits == JSON_NONE) {
        return JSON_NONE;
    }
    JSON_EACH(why->decision, hits, i) {
        uint32_t id = json_member(why->decision, i, SLICE("model"));
        if (id != JSON_NONE && slice_equal(why->decision.nodes[id].text, model)) {
            return i;
        }
    }
    return JSON_NONE;
}

// Models of which it is known that they did not fire, and why: at most two conditions were missed,
// and at least one held.
static void find_nearest(struct why_answer *answer) {
    const struct catalogue *catalogue = answer->question->catalogue;
    for (uint32_t i = 0; answer->same && i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        if (!why_watches(&answer->why, model) || find_hit(&answer->why, model->id) != JSON_NONE) {
            continue;
        }
        ArenaMark mark = arena_mark(answer->why.arena);
        struct near_model one = {.model = model, .part = why_model(&answer->why, model, false)};
        one.tally = why_count(one.part);
        answer->watching++;
        answer->settled += one.tally.missed > 0;
        if (one.tally.missed > 0 && one.tally.missed <= NEAREST_MISSED_MAX && one.tally.held > 0) {
            keep_nearest(answer, &one);
        } else {
            arena_rewind(answer->why.arena, mark);
        }
    }
}

// ---- telling
// --------------------------------------------------------------------------------------------------

static void put_titles(struct json_writer *json, Slice zh, Slice en) {
    json_key_string(json, SLICE("zh"), zh);
    json_key_string(json, SLICE("en"), en);
}

static void put_expression(struct json_writer *json, struct arena *arena, const struct expr *when) {
    json_key(json, SLICE("when"));
    when == NULL ? json_null(json) : json_string(json, expr_node_text(arena, expr_root(when)));
}

static void note_names(struct why_answer *answer, const struct why_part *part) {
    for (uint32_t i = 0; i < part->read_count; i++) {
        bits_set(answer->told, part->reads[i]);
    }
    for (uint32_t i = 0; i < part->count; i++) {
        note_names(answer, part->parts[i]);
    }
}

static void put_tally(struct json_writer *json, const struct why_tally *tally) {
    json_key_i64(json, SLICE("held"), tally->held);
    json_key_i64(json, SLICE("missed"), tally->missed);
    json_key_i64(json, SLICE("unknown"), tally->unknown);
}

static void put_model(struct why_answer *answer, struct json_writer *json,
                      const struct model *model, const struct why_part *part) {
    struct why_tally tally = why_count(part);
    json_key_string(json, SLICE("model"), model->id);
    json_key_i64(json, SLICE("version"), model->version);
    put_titles(json, model->zh, model->en);
    json_key_string(json, SLICE("family"), model->family);
    json_key_string(json, SLICE("status"), slice_of(model_status_names[model->status]));
    json_key_string(json, SLICE("severity"), slice_of(severity_names[model->severity]));
    json_key_i64(json, SLICE("score"), model->score);
    put_tally(json, &tally);
    json_key(json, SLICE("conditions"));
    why_put(&answer->why, json, part);
    note_names(answer, part);
}

static void put_hits(struct why_answer *answer, struct json_writer *json) {
    const struct why *why = &answer->why;
    uint32_t hits = json_member(why->decision, 0, SLICE("hits"));
    json_key(json, SLICE("hits"));
    json_array_begin(json);
    for (uint32_t i = hits == JSON_NONE ? 0 : hits + 1;
         hits != JSON_NONE && i < why->decision.nodes[hits].next; i = why->decision.nodes[i].next) {
        uint32_t id = json_member(why->decision, i, SLICE("model"));
        uint32_t version = json_member(why->decision, i, SLICE("version"));
        uint32_t index = id == JSON_NONE
                             ? MAP_NONE
                             : map_get(&why->catalogue->models_by_id, why->decision.nodes[id].text);
        const struct model *model = index == MAP_NONE ? NULL : &why->catalogue->models.at[index];
        if (model != NULL && version != JSON_NONE &&
            why->decision.nodes[version].i64 == model->version) {
            json_object_begin(json);
            put_model(answer, json, model, why_model(&answer->why, model, true));
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void put_nearest(struct why_answer *answer, struct json_writer *json) {
    json_key(json, SLICE("nearest"));
    json_array_begin(json);
    for (uint32_t i = 0; i < answer->nearest_count; i++) {
        json_object_begin(json);
        put_model(answer, json, answer->nearest[i].model, answer->nearest[i].part);
        json_object_end(json);
    }
    json_array_end(json);
    json_key_i64(json, SLICE("watching"), answer->watching);
    json_key_i64(json, SLICE("settled"), answer->settled);
}

static bool decision_has(const struct why *why, Slice list, Slice id) {
    uint32_t node = json_member(why->decision, 0, list);
    if (node != JSON_NONE) {
        JSON_EACH(why->decision, node, i) {
            if (why->decision.nodes[i].kind == JSON_STRING &&
                slice_equal(why->decision.nodes[i].text, id)) {
                return true;
            }
        }
    }
    return false;
}

static bool hits_have_guard(const struct why *why, Slice id) {
    uint32_t hits = json_member(why->decision, 0, SLICE("hits"));
    for (uint32_t i = hits == JSON_NONE ? 0 : hits + 1;
         hits != JSON_NONE && i < why->decision.nodes[hits].next; i = why->decision.nodes[i].next) {
        uint32_t held = json_member(why->decision, i, SLICE("held_by"));
        for (uint32_t g = held == JSON_NONE ? 0 : held + 1;
             held != JSON_NONE && g < why->decision.nodes[held].next;
             g = why->decision.nodes[g].next) {
            if (slice_equal(why->decision.nodes[g].text, id)) {
                return true;
            }
        }
    }
    return false;
}

static void put_rules(struct why_answer *answer, struct json_writer *json) {
    const struct policy *policy = &answer->why.catalogue->policy;
    json_key(json, SLICE("rules"));
    json_array_begin(json);
    for (uint32_t i = 0; i < policy->rules.count; i++) {
        const struct policy_rule *rule = &policy->rules.at[i];
        if (decision_has(&answer->why, SLICE("rules"), rule->id)) {
            json_object_begin(json);
            json_key_string(json, SLICE("rule"), rule->id);
            put_titles(json, rule->zh, rule->en);
            put_expression(json, answer->why.arena, rule->when);
            json_key(json, SLICE("action"));
            rule->action == SCHEMA_NONE ? json_null(json)
                                        : json_string(json, policy->actions.at[rule->action].id);
            json_key(json, SLICE("task"));
            rule->task == SCHEMA_NONE ? json_null(json)
                                      : json_string(json, policy->tasks.at[rule->task].id);
            json_object_end(json);
        }
    }
    json_array_end(json);
    json_key(json, SLICE("guards"));
    json_array_begin(json);
    for (uint32_t i = 0; i < policy->guards.count; i++) {
        const struct policy_guard *guard = &policy->guards.at[i];
        if (hits_have_guard(&answer->why, guard->id)) {
            json_object_begin(json);
            json_key_string(json, SLICE("guard"), guard->id);
            put_titles(json, guard->zh, guard->en);
            put_expression(json, answer->why.arena, guard->when);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void put_words(struct json_writer *json, Slice key, const struct policy_action *words,
                      uint32_t count) {
    json_key(json, key);
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("id"), words[i].id);
        put_titles(json, words[i].zh, words[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_policy_words(const struct why_answer *answer, struct json_writer *json) {
    const struct catalogue *catalogue = answer->why.catalogue;
    const struct policy *policy = &catalogue->policy;
    const struct schema_type *type = &catalogue->schema->types[answer->why.event->type];
    const struct policy_segment *segment = &policy->segments.at[answer->why.segment];
    put_words(json, SLICE("actions"), policy->actions.at, policy->actions.count);
    put_words(json, SLICE("tasks"), policy->tasks.at, policy->tasks.count);
    json_key(json, SLICE("segment"));
    json_object_begin(json);
    json_key_string(json, SLICE("id"), segment->id);
    put_titles(json, segment->zh, segment->en);
    json_object_end(json);
    json_key(json, SLICE("event_type"));
    json_object_begin(json);
    json_key_string(json, SLICE("id"), type->name);
    put_titles(json, type->zh, type->en);
    json_object_end(json);
}

// The event's own fields, in the order of the schema.
static void put_fields(const struct why_answer *answer, struct json_writer *json) {
    const struct schema *schema = answer->why.catalogue->schema;
    json_key(json, SLICE("fields"));
    json_array_begin(json);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (event_has(answer->why.event, i)) {
            json_object_begin(json);
            json_key_string(json, SLICE("field"), schema->fields[i].name);
            put_titles(json, schema->fields[i].zh, schema->fields[i].en);
            json_key_string(json, SLICE("type"), api_field_type(&schema->fields[i]));
            json_object_end(json);
        }
    }
    json_array_end(json);
}

// ---- what the names of conditions mean
// --------------------------------------------------------------------------

static void put_entity(const struct why_answer *answer, struct json_writer *json, uint32_t index) {
    const struct catalogue *catalogue = answer->why.catalogue;
    const struct feature_entity *entity = &catalogue->features->entities.at[index];
    const struct feature_key *key =
        entity->key_on == NULL ? &entity->key : &entity->key_on[answer->why.event->type];
    json_key_string(json, SLICE("entity"), entity->name);
    json_key_string(json, SLICE("entity_zh"), entity->zh);
    json_key_string(json, SLICE("entity_en"), entity->en);
    json_key(json, SLICE("key"));
    json_array_begin(json);
    for (uint32_t i = 0; i < key->count; i++) {
        json_string(json, catalogue->schema->fields[key->fields[i]].name);
    }
    json_array_end(json);
}

static void put_unit(const struct why_answer *answer, struct json_writer *json, uint32_t slot) {
    const struct catalogue *catalogue = answer->why.catalogue;
    for (uint32_t m = 0; m < catalogue->models.count; m++) {
        const struct model *model = &catalogue->models.at[m];
        for (uint32_t p = 0; p < model->parameter_count; p++) {
            if (model->parameters[p].slot == slot) {
                json_key_string(json, SLICE("model"), model->id);
                json_key_string(json, SLICE("unit"), model->parameters[p].unit);
                return;
            }
        }
    }
}

// How a feature is made, in the words of GET /v1/features.
static void put_feature(const struct why_answer *answer, struct json_writer *json,
                        const struct feature *feature) {
    struct arena *arena = answer->why.arena;
    bool is_window = feature->window != SCHEMA_NONE;
    put_titles(json, feature->zh, feature->en);
    json_key_string(json, SLICE("how"),
                    is_window ? window_plan_explain(answer->why.catalogue->features->windows,
                                                    feature->window, arena)
                              : expr_node_text(arena, expr_root(feature->expr)));
    if (feature->entity != SCHEMA_NONE) {
        put_entity(answer, json, feature->entity);
    }
}

static void put_name(const struct why_answer *answer, struct json_writer *json, uint32_t slot) {
    const struct catalogue *catalogue = answer->why.catalogue;
    const struct name *name = &catalogue->vocabulary.names.at[slot];
    json_object_begin(json);
    json_key_string(json, SLICE("name"), name->text);
    if (name->kind == NAME_FIELD) {
        put_titles(json, catalogue->schema->fields[name->index].zh,
                   catalogue->schema->fields[name->index].en);
    } else if (name->kind == NAME_FEATURE) {
        put_feature(answer, json, &catalogue->features->features.at[name->index]);
    } else {
        put_titles(json, SLICE(""), SLICE(""));
    }
    if (name->kind == NAME_PARAMETER) {
        put_unit(answer, json, slot);
    }
    json_key_string(json, SLICE("type"),
                    type_text(answer->why.arena, catalogue->vocabulary.slots.at[slot].type));
    json_object_end(json);
}

static void put_names(const struct why_answer *answer, struct json_writer *json) {
    uint32_t count = 0;
    json_key(json, SLICE("names"));
    json_array_begin(json);
    for (uint32_t slot = 0;
         slot < answer->why.catalogue->vocabulary.names.count && count < NAMES_TOLD_MAX; slot++) {
        if (bits_test(answer->told, slot)) {
            put_name(answer, json, slot);
            count++;
        }
    }
    json_array_end(json);
}

static void put_timing(const struct why_answer *answer, struct json_writer *json,
                       uint64_t sequence) {
    uint32_t decided_us;
    uint32_t took_us;
    json_key(json, SLICE("took"));
    if (!took_find(answer->question->serve->took, sequence, &decided_us, &took_us)) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_key_i64(json, SLICE("decided_us"), decided_us);
    json_key_i64(json, SLICE("took_us"), took_us);
    json_object_end(json);
}

static Slice then_of(const struct why *why) {
    uint32_t label = json_member(why->decision, 0, SLICE("catalogue"));
    return label == JSON_NONE ? SLICE("") : why->decision.nodes[label].text;
}

static void put_answer(struct why_answer *answer, struct json_writer *json, uint64_t sequence) {
    const struct catalogue *catalogue = answer->question->catalogue;
    answer->same = slice_equal(then_of(&answer->why), catalogue->label);
    answer->told =
        ARENA_ARRAY(answer->why.arena, uint64_t, catalogue->vocabulary.names.count / 64 + 1);
    find_nearest(answer);
    json_object_begin(json);
    json_key_string(json, SLICE("event_id"),
                    http_request_parameter(answer->question->request, SLICE("event_id")));
    json_key_string(json, SLICE("catalogue_then"), then_of(&answer->why));
    json_key_string(json, SLICE("catalogue_now"), catalogue->label);
    put_timing(answer, json, sequence);
    put_policy_words(answer, json);
    put_rules(answer, json);
    put_fields(answer, json);
    put_hits(answer, json);
    put_nearest(answer, json);
    put_names(answer, json);
    json_object_end(json);
    json_writer_finish(json);
}

// ---- the request
// ----------------------------------------------------------------------------------------------

static void reply(struct question *question, Slice event, Slice body, bool may_see) {
    if (may_see) {
        api_reply_json(question->request, 200, body);
        return;
    }
    struct masking masking;
    struct json_writer json;
    struct buf hidden;
    buf_init(&hidden, API_ANSWER_MAX);
    json_writer_init(&json, &hidden);
    masking_init(&masking, question->catalogue, event, &question->arena);
    masking_put(&masking, &json, body);
    json_writer_finish(&json);
    masking_deinit(&masking);
    api_reply_json(question->request, 200, buf_slice(&hidden));
    buf_deinit(&hidden);
}

static void tell_kept(struct question *question, const struct decision_kept *kept, bool may_see) {
    struct why_answer answer = {.question = question};
    struct buf body;
    struct json_writer json;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    if (why_init(&answer.why, question->catalogue, kept->event, kept->decision, &question->arena)) {
        answer.why.hides = !may_see;
        put_answer(&answer, &json, kept->sequence);
        reply(question, kept->event, buf_slice(&body), may_see);
    } else {
        api_refuse(question->request, API_PROBLEM_WHY_REFUSED, "%s", "");
    }
    why_deinit(&answer.why);
    buf_deinit(&body);
}

static void tell(struct question *question) {
    struct decision_kept kept;
    bool may_see;
    if (api_read_decision(question, &kept) && api_may_see_decision(question, &may_see)) {
        tell_kept(question, &kept, may_see);
    }
}

void api_get_why(void *context, struct http_request *request) {
    api_ask_decision(context, request, tell);
}
