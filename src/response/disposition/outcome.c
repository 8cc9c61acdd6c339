// A decision and its event, read.

#include "response/disposition/parts.h"

static Slice member_text(JsonTree tree, uint32_t object, const char *name) {
    uint32_t at = json_member(tree, object, slice_of(name));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_STRING ? tree.nodes[at].text : SLICE("");
}

static int64_t member_i64(JsonTree tree, uint32_t object, const char *name) {
    uint32_t at = json_member(tree, object, slice_of(name));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_INT ? tree.nodes[at].i64 : 0;
}

static bool has_member(JsonTree tree, uint32_t object, const char *name) {
    return json_member(tree, object, slice_of(name)) != JSON_NONE;
}

// A part of a tree as text again, in the arena.
static Slice member_json(JsonTree tree, uint32_t object, const char *name, struct arena *arena) {
    struct buf out;
    struct json_writer json;
    uint32_t at = json_member(tree, object, slice_of(name));
    if (at == JSON_NONE) {
        return SLICE("{}");
    }
    buf_init(&out, SAW_MAX);
    json_writer_init(&json, &out);
    json_node(&json, tree, at);
    Slice text = buf_overflowed(&out) ? SLICE("{}") : arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static Severity severity_of(Slice text) {
    for (uint32_t i = SEVERITY_S1; i <= SEVERITY_S4; i++) {
        if (slice_is(text, severity_names[i])) {
            return (Severity)i;
        }
    }
    return SEVERITY_NONE;
}

// A hit that counts: not of a model in the shadow, and no guard holds it.
static bool read_hit(const struct disposition *disposition, JsonTree tree, uint32_t node, struct arena *arena, struct outcome_hit *hit) {
    const struct catalogue *catalogue = disposition->catalogue;
    Slice id = member_text(tree, node, "model");
    uint32_t number = map_get(&catalogue->models_by_id, id);
    if (has_member(tree, node, "shadow") || has_member(tree, node, "held_by") || slice_empty(id)) {
        return false;
    }
    *hit = (struct outcome_hit){
        .id = arena_copy(arena, id),
        .model = number == MAP_NONE ? NULL : &catalogue->models.at[number],
        .model_number = number,
        .mode = arena_copy(arena, member_text(tree, node, "mode")),
        .version = member_i64(tree, node, "version"),
        .severity = severity_of(member_text(tree, node, "severity")),
        .score = member_i64(tree, node, "score"),
        .asks = arena_copy(arena, member_text(tree, node, "asks")),
        .saw = member_json(tree, node, "saw", arena),
    };
    bool is_duty = hit->model != NULL && hit->model->task != SCHEMA_NONE && (disposition->plan->duties & UINT32_C(1) << hit->model->task) != 0;
    return hit->severity != SEVERITY_NONE && !is_duty;
}

static bool has_flag(JsonTree tree, const char *flag) {
    uint32_t flags = json_member(tree, 0, SLICE("flags"));
    if (flags == JSON_NONE) {
        return false;
    }
    JSON_EACH(tree, flags, i) {
        if (tree.nodes[i].kind == JSON_STRING && slice_is(tree.nodes[i].text, flag)) {
            return true;
        }
    }
    return false;
}

static void read_decision(const struct disposition *disposition, JsonTree tree, struct arena *arena, struct outcome_read *read) {
    read->event_id = arena_copy(arena, member_text(tree, 0, "event_id"));
    read->action = arena_copy(arena, member_text(tree, 0, "action"));
    read->segment = arena_copy(arena, member_text(tree, 0, "segment"));
    read->severity = severity_of(member_text(tree, 0, "severity"));
    read->delay_us = member_i64(tree, 0, "delay_s") * US_PER_SECOND;
    read->is_late = has_flag(tree, "late");
    read->is_degraded = has_member(tree, 0, "degraded");
    uint32_t hits = json_member(tree, 0, SLICE("hits"));
    if (hits == JSON_NONE) {
        return;
    }
    JSON_EACH(tree, hits, i) {
        if (read->hits == NULL) {
            read->hits = ARENA_ARRAY(arena, struct outcome_hit, OUTCOME_HITS_MAX);
        }
        if (read->hit_count < OUTCOME_HITS_MAX && read_hit(disposition, tree, i, arena, &read->hits[read->hit_count])) {
            read->hit_count++;
        }
    }
}

Status event_read(struct disposition *disposition, struct book *book, Slice text, struct event *event) {
    struct intake_refusal refusal = {0};
    RecordKind kind = RECORD_EVENT;
    if (intake_json(disposition->intake, text, event, &kind, &refusal) != STATUS_OK || kind != RECORD_EVENT) {
        return book_fail(book, STATUS_INVALID, "DP011", "an event cannot be read by the pack at hand: %.*s", SLICE_ARGS(refusal.reason));
    }
    return STATUS_OK;
}

Status outcome_read(struct disposition *disposition, struct book *book, const struct outcome *outcome, struct outcome_read *ret_read) {
    JsonTree tree;
    const struct schema *schema = disposition->catalogue->schema;
    *ret_read = (struct outcome_read){.outcome = outcome};
    if (json_parse(disposition->json, outcome->decision, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return book_fail(book, STATUS_INVALID, "DP011", "the decision with sequence %llu cannot be read", (unsigned long long)outcome->sequence);
    }
    read_decision(disposition, tree, book->arena, ret_read);
    TRY(event_read(disposition, book, outcome->event, disposition->event));
    const struct event *event = disposition->event;
    ret_read->event = event;
    ret_read->is_request = schema->phase != SCHEMA_NONE && event_has(event, schema->phase) && event->cells[schema->phase].integer == schema->phase_request;
    ret_read->amount = event_money(disposition, event, EVENT_ROLE_AMOUNT);
    return STATUS_OK;
}

Slice event_text(const struct event *event, uint32_t field, struct arena *arena) {
    if (field == SCHEMA_NONE || !event_has(event, field)) {
        return SLICE("");
    }
    const struct schema_field *declared = &event->schema->fields[field];
    switch (declared->type) {
    case FIELD_STRING: return arena_copy(arena, event->cells[field].text);
    case FIELD_ENUM: return event->schema->enums[declared->enumeration].values[event->cells[field].integer];
    default: return SLICE("");
    }
}

Slice event_role(const struct disposition *disposition, const struct event *event, EventRole role, struct arena *arena) {
    return event_text(event, disposition->plan->roles[role], arena);
}

int64_t event_money(const struct disposition *disposition, const struct event *event, EventRole role) {
    uint32_t field = disposition->plan->roles[role];
    return field != SCHEMA_NONE && event_has(event, field) ? event->cells[field].integer : 0;
}
