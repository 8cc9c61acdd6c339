// A decision in one line, and which of them are asked for.

#include "server/api/brief.h"

#include "base/time.h"

#include <stdlib.h>

struct brief_reader {
    const struct took *took;
    struct json_reader *json;
};

enum { ROW_RECORD_MAX = 4 << 20 };

struct brief_reader *brief_reader_create(const struct took *took) {
    struct brief_reader *reader = memory_alloc(sizeof *reader);
    reader->took = took;
    reader->json = json_reader_create(ROW_RECORD_MAX, JSON_DEPTH_MAX);
    return reader;
}

void brief_reader_destroy(struct brief_reader *reader) {
    if (reader != NULL) {
        json_reader_destroy(reader->json);
        free(reader);
    }
}

// ---- reading
// --------------------------------------------------------------------------------------------------

static Slice text_of(JsonTree tree, uint32_t object, Slice key, struct arena *arena) {
    uint32_t node = json_member(tree, object, key);
    return node == JSON_NONE || tree.nodes[node].kind != JSON_STRING
               ? SLICE("")
               : arena_copy(arena, tree.nodes[node].text);
}

static bool hit_counts(JsonTree tree, uint32_t hit) {
    return json_member(tree, hit, SLICE("shadow")) == JSON_NONE &&
           json_member(tree, hit, SLICE("held_by")) == JSON_NONE;
}

static void read_hits(JsonTree tree, struct arena *arena, struct brief *row) {
    uint32_t node = json_member(tree, 0, SLICE("hits"));
    uint32_t count = node == JSON_NONE ? 0 : tree.nodes[node].count;
    if (count == 0) {
        return;
    }
    struct brief_hit *hits = ARENA_ARRAY(arena, struct brief_hit, count);
    JSON_EACH(tree, node, i) {
        struct brief_hit hit = {text_of(tree, i, SLICE("model"), arena), hit_counts(tree, i)};
        row->counting += hit.counts;
        hits[row->hit_count++] = hit;
    }
    row->hits = hits;
}

static void read_event(struct brief_reader *reader, Slice event, struct brief *row) {
    JsonTree tree;
    if (json_parse(reader->json, event, &tree) != STATUS_OK) {
        return;
    }
    uint32_t amount = json_member(tree, 0, SLICE("amount"));
    row->has_amount = amount != JSON_NONE && tree.nodes[amount].kind == JSON_INT;
    row->amount = row->has_amount ? tree.nodes[amount].i64 : 0;
}

bool brief_read(struct brief_reader *reader, const struct journal_entry *decision, Slice event,
                struct arena *arena, struct brief *ret_row) {
    JsonTree tree;
    uint32_t decided_us;
    if (json_parse(reader->json, slice_trim(decision->data), &tree) != STATUS_OK ||
        tree.nodes[0].kind != JSON_OBJECT) {
        return false;
    }
    uint32_t score = json_member(tree, 0, SLICE("score"));
    *ret_row = (struct brief){
        .sequence = decision->sequence,
        .time_us = decision->time_us,
        .event_id = text_of(tree, 0, SLICE("event_id"), arena),
        .event_type = text_of(tree, 0, SLICE("event_type"), arena),
        .action = text_of(tree, 0, SLICE("action"), arena),
        .severity = text_of(tree, 0, SLICE("severity"), arena),
        .score =
            score != JSON_NONE && tree.nodes[score].kind == JSON_INT ? tree.nodes[score].i64 : 0,
        .event = event,
    };
    read_hits(tree, arena, ret_row);
    read_event(reader, event, ret_row);
    ret_row->has_took = took_find(reader->took, decision->sequence, &decided_us, &ret_row->took_us);
    return true;
}

static void put_hits(struct json_writer *json, Slice key, const struct brief *row, bool counting) {
    uint32_t shown = 0;
    json_key(json, key);
    json_array_begin(json);
    for (uint32_t i = 0; i < row->hit_count && shown < BRIEF_HITS_MAX; i++) {
        if (row->hits[i].counts == counting) {
            json_string(json, row->hits[i].model);
            shown++;
        }
    }
    json_array_end(json);
}

void brief_put(struct json_writer *json, const struct brief *row) {
    json_object_begin(json);
    json_key_i64(json, SLICE("sequence"), (int64_t)row->sequence);
    json_key_i64(json, SLICE("time"), floor_div(row->time_us, US_PER_MS));
    json_key_string(json, SLICE("event_id"), row->event_id);
    json_key_string(json, SLICE("event_type"), row->event_type);
    json_key_string(json, SLICE("action"), row->action);
    json_key_i64(json, SLICE("score"), row->score);
    json_key_string(json, SLICE("severity"), row->severity);
    json_key(json, SLICE("amount"));
    row->has_amount ? json_i64(json, row->amount) : json_null(json);
    put_hits(json, SLICE("hits"), row, true);
    put_hits(json, SLICE("quiet"), row, false);
    json_key(json, SLICE("took_us"));
    row->has_took ? json_i64(json, row->took_us) : json_null(json);
    json_object_end(json);
}

// ---- filters
// --------------------------------------------------------------------------------------------------

enum { FILTER_NAMES = 8, FILTER_MORE_MAX = 4, SCORE_MAX = 100 };
static const char *const filter_names[FILTER_NAMES] = {
    "action", "model", "family", "event_type", "customer", "account", "score", "hits"};

static Slice query_text(struct http_request *request, const char *name) {
    Slice text = SLICE("");
    return http_request_query(request, slice_of(name), &text) == STATUS_OK ? text : SLICE("");
}

bool brief_filter_read(struct http_request *request, const char *const *more, uint32_t more_count,
                       struct brief_filter *ret_filter) {
    const char *names[FILTER_NAMES + FILTER_MORE_MAX];
    uint32_t count = 0;
    INVARIANT(more_count <= FILTER_MORE_MAX);
    for (uint32_t i = 0; i < FILTER_NAMES + more_count; i++) {
        names[count++] = i < FILTER_NAMES ? filter_names[i] : more[i - FILTER_NAMES];
    }
    if (!api_query_is_known(request, names, count)) {
        return false;
    }
    Slice score = query_text(request, "score");
    Slice hits = query_text(request, "hits");
    *ret_filter = (struct brief_filter){.action = query_text(request, "action"),
                                        .model = query_text(request, "model"),
                                        .family = query_text(request, "family"),
                                        .event_type = query_text(request, "event_type"),
                                        .customer = query_text(request, "customer"),
                                        .account = query_text(request, "account"),
                                        .hits_only = slice_is(hits, "true")};
    bool score_is_fine =
        score.size == 0 || (slice_to_i64(score, &ret_filter->score_min) &&
                            ret_filter->score_min >= 0 && ret_filter->score_min <= SCORE_MAX);
    bool hits_are_fine = hits.size == 0 || slice_is(hits, "true") || slice_is(hits, "false");
    if (!score_is_fine || !hits_are_fine) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED,
                   score_is_fine ? "'hits' is true or false"
                                 : "'score' is a whole number from 0 to 100");
        return false;
    }
    return true;
}

struct brief_filter brief_filter_copy(const struct brief_filter *filter, struct arena *arena) {
    struct brief_filter copy = *filter;
    copy.action = arena_copy(arena, filter->action);
    copy.model = arena_copy(arena, filter->model);
    copy.family = arena_copy(arena, filter->family);
    copy.event_type = arena_copy(arena, filter->event_type);
    copy.customer = arena_copy(arena, filter->customer);
    copy.account = arena_copy(arena, filter->account);
    return copy;
}

static bool family_is(const struct catalogue *catalogue, Slice id, Slice family) {
    uint32_t index = map_get(&catalogue->models_by_id, id);
    return index != MAP_NONE && slice_equal(catalogue->models.at[index].family, family);
}

static bool hits_pass(const struct brief_filter *filter, const struct catalogue *catalogue,
                      const struct brief *row) {
    bool wants_model = filter->model.size > 0;
    bool wants_family = filter->family.size > 0;
    if (!wants_model && !wants_family) {
        return true;
    }
    for (uint32_t i = 0; i < row->hit_count; i++) {
        Slice model = row->hits[i].model;
        if ((!wants_model || slice_equal(model, filter->model)) &&
            (!wants_family || family_is(catalogue, model, filter->family))) {
            return true;
        }
    }
    return false;
}

// Whether a text of the event is this one. The text is looked for first, since most events do not
// have it.
static bool event_names(struct brief_reader *reader, Slice event, Slice name) {
    JsonTree tree;
    if (slice_find(event, name, 0) == SIZE_MAX ||
        json_parse(reader->json, event, &tree) != STATUS_OK) {
        return false;
    }
    JSON_EACH(tree, 0, i) {
        if (tree.nodes[i].kind == JSON_STRING && slice_equal(tree.nodes[i].text, name)) {
            return true;
        }
    }
    return false;
}

bool brief_passes(const struct brief_filter *filter, const struct catalogue *catalogue,
                  struct brief_reader *reader, const struct brief *row) {
    return row->score >= filter->score_min && (!filter->hits_only || row->counting > 0) &&
           (filter->action.size == 0 || slice_equal(filter->action, row->action)) &&
           (filter->event_type.size == 0 || slice_equal(filter->event_type, row->event_type)) &&
           hits_pass(filter, catalogue, row) &&
           (filter->customer.size == 0 || event_names(reader, row->event, filter->customer)) &&
           (filter->account.size == 0 || event_names(reader, row->event, filter->account));
}
