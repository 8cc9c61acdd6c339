// Reading labels: one case a line, as docs/simulate.md says.

#include "monitoring/evaluation/private.h"

#include "base/time.h"

static bool text_of(JsonTree tree, const char *key, Slice *ret_text) {
    uint32_t at = json_member(tree, 0, slice_of(key));
    if (at == JSON_NONE || tree.nodes[at].kind != JSON_STRING) {
        return false;
    }
    *ret_text = tree.nodes[at].text;
    return true;
}

static bool number_of(JsonTree tree, uint32_t object, const char *key, int64_t *ret_number) {
    uint32_t at = json_member(tree, object, slice_of(key));
    if (at == JSON_NONE || tree.nodes[at].kind != JSON_INT) {
        return false;
    }
    *ret_number = tree.nodes[at].i64;
    return true;
}

// "VP-03" is of the family "VP".
static Slice family_of(Slice typology) {
    return slice_part(typology, 0, slice_find_byte(typology, '-', 0));
}

static void link_case(struct evaluation *evaluation, struct map *map, Slice text, struct case_link link) {
    uint32_t index = evaluation->links.count;
    uint32_t head = map_get(map, text);
    link.next = MAP_NONE;
    if (head == MAP_NONE) {
        map_put(map, arena_copy(&evaluation->arena, text), index);
    } else {
        link.next = evaluation->links.at[head].next;
        evaluation->links.at[head].next = index;
    }
    *VEC_PUSH(&evaluation->links, &evaluation->arena) = link;
}

static void read_names(struct evaluation *evaluation, JsonTree tree, const char *key, uint32_t of) {
    uint32_t list = json_member(tree, 0, slice_of(key));
    if (list == JSON_NONE) {
        return;
    }
    JSON_EACH(tree, list, i) {
        if (tree.nodes[i].kind == JSON_STRING) {
            link_case(evaluation, &evaluation->names, tree.nodes[i].text, (struct case_link){.of = of});
        }
    }
}

static bool read_event(struct evaluation *evaluation, JsonTree tree, uint32_t at, struct fraud_case *fraud, uint32_t of) {
    uint32_t id = json_member(tree, at, SLICE("event_id"));
    uint32_t part = json_member(tree, at, SLICE("part"));
    int64_t lost = 0;
    number_of(tree, at, "lost", &lost);
    if (id == JSON_NONE || tree.nodes[id].kind != JSON_STRING || lost < 0 || __builtin_add_overflow(fraud->lost, lost, &fraud->lost)) {
        return false;
    }
    bool strike = part != JSON_NONE && tree.nodes[part].kind == JSON_STRING && slice_is(tree.nodes[part].text, "strike");
    fraud->event_count++;
    fraud->strike_count += strike;
    link_case(evaluation, &evaluation->events, tree.nodes[id].text, (struct case_link){.of = of, .strike = strike, .lost = lost});
    return true;
}

static bool read_time(JsonTree tree, const char *key, int64_t *ret_us) {
    int64_t ms = 0;
    return number_of(tree, 0, key, &ms) && !__builtin_mul_overflow(ms, US_PER_MS, ret_us);
}

static const char *read_case(struct evaluation *evaluation, JsonTree tree) {
    struct fraud_case fraud = {0};
    Slice zh = {NULL, 0};
    Slice en = {NULL, 0};
    Slice variant = {NULL, 0};
    if (!text_of(tree, "case_id", &fraud.id) || !text_of(tree, "typology", &fraud.typology)) {
        return "a label needs the texts case_id and typology";
    }
    if (!read_time(tree, "begin", &fraud.begin_us) || !read_time(tree, "end", &fraud.end_us) || fraud.end_us < fraud.begin_us) {
        return "a label needs begin and end in milliseconds, in this order";
    }
    text_of(tree, "name_zh", &zh);
    text_of(tree, "name_en", &en);
    text_of(tree, "variant", &variant);
    uint32_t of = evaluation->cases.count;
    uint32_t events = json_member(tree, 0, SLICE("events"));
    if (events == JSON_NONE || tree.nodes[events].kind != JSON_ARRAY) {
        return "a label needs the list events";
    }
    JSON_EACH(tree, events, i) {
        if (!read_event(evaluation, tree, i, &fraud, of)) {
            return "an event of a label needs an event_id, and what was lost is not negative";
        }
    }
    read_names(evaluation, tree, "people", of);
    read_names(evaluation, tree, "accounts", of);
    fraud.id = arena_copy(&evaluation->arena, fraud.id);
    fraud.typology = arena_copy(&evaluation->arena, fraud.typology);
    fraud.family = family_of(fraud.typology);
    fraud.zh = arena_copy(&evaluation->arena, zh);
    fraud.en = arena_copy(&evaluation->arena, en);
    fraud.variant = arena_copy(&evaluation->arena, variant);
    fraud.models = ARENA_ARRAY(&evaluation->arena, uint64_t, evaluation->plan.model_count / 64 + 1);
    *VEC_PUSH(&evaluation->cases, &evaluation->arena) = fraud;
    return NULL;
}

Status evaluation_label(struct evaluation *evaluation, Slice line, const char **ret_reason) {
    JsonTree tree;
    if (json_parse(evaluation->json, line, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        *ret_reason = "it is not a JSON object";
        return STATUS_INVALID;
    }
    const char *reason = read_case(evaluation, tree);
    if (reason != NULL) {
        *ret_reason = reason;
        return STATUS_INVALID;
    }
    return STATUS_OK;
}
