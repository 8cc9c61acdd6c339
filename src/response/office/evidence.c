// Why there is an alert, in words: its hits with the reasons that the models gave at the time, what
// they saw, and the events.

#include "response/office/parts.h"

enum { HITS_SHOWN_MAX = 100, STRONGEST = 5, DECISION_MAX = 4 << 20 };

static const struct statement HITS = {
    "office_hits",
    "SELECT h.sequence, h.model, h.version, h.family, h.typology, h.mode, h.severity, h.score, "
    "h.asks, h.lists, h.saw, e.event_id, e.event_us, e.decision FROM hit h"
    " JOIN evidence e ON e.sequence = h.sequence WHERE h.alert = ?1 ORDER BY h.severity DESC, "
    "h.score DESC, h.sequence DESC, h.model LIMIT ?2"};
static const struct statement EVENTS = {
    "office_events",
    "SELECT v.sequence, v.event_id, v.event_us, v.amount, v.payee, v.action, v.is_request, "
    "v.outcome, e.event, e.decided_us FROM alert_event v"
    " JOIN seen_alert a ON a.id = v.alert AND a.viewer = ?1 JOIN evidence e ON e.sequence = "
    "v.sequence WHERE v.alert = ?2 AND v.sequence < ?3 ORDER BY v.sequence DESC LIMIT ?4"};

struct hit {
    Slice model, family, typology, mode, asks, lists, saw, event_id;
    int64_t sequence, version, severity, score, event_us;
    Slice name_zh, name_en, reason_zh, reason_en; // of the decision
};

// ---- words of a decision ------------------------------------------------------------------------

static Slice member(JsonTree tree, uint32_t object, const char *name, struct arena *arena) {
    uint32_t at = json_member(tree, object, slice_of(name));
    return at != JSON_NONE && tree.nodes[at].kind == JSON_STRING
               ? arena_copy(arena, tree.nodes[at].text)
               : SLICE("");
}

// What the model said then. A decision that cannot be read has said nothing.
static void read_words(struct json_reader *reader, Slice decision, struct arena *arena,
                       struct hit *hit) {
    JsonTree tree;
    if (json_parse(reader, decision, &tree) != STATUS_OK) {
        return;
    }
    uint32_t hits = json_member(tree, 0, SLICE("hits"));
    if (hits == JSON_NONE) {
        return;
    }
    JSON_EACH(tree, hits, i) {
        uint32_t model = json_member(tree, i, SLICE("model"));
        if (model != JSON_NONE && tree.nodes[model].kind == JSON_STRING &&
            slice_equal(tree.nodes[model].text, hit->model)) {
            hit->name_zh = member(tree, i, "name_zh", arena);
            hit->name_en = member(tree, i, "name_en", arena);
            hit->reason_zh = member(tree, i, "reason_zh", arena);
            hit->reason_en = member(tree, i, "reason_en", arena);
            return;
        }
    }
}

static struct hit read_hit(struct book *book, struct json_reader *reader) {
    struct hit hit = {
        .sequence = book_i64(book, 0),
        .model = book_text(book, 1),
        .version = book_i64(book, 2),
        .family = book_text(book, 3),
        .typology = book_text(book, 4),
        .mode = book_text(book, 5),
        .severity = book_i64(book, 6),
        .score = book_i64(book, 7),
        .asks = book_text(book, 8),
        .lists = book_text(book, 9),
        .saw = book_text(book, 10),
        .event_id = book_text(book, 11),
        .event_us = book_i64(book, 12),
    };
    read_words(reader, store_column_text(book->store, 13), book->arena, &hit);
    return hit;
}

// ---- as JSON ------------------------------------------------------------------------------------

static void put_hit(struct json_writer *json, const struct hit *hit) {
    json_object_begin(json);
    json_key_string(json, SLICE("model"), hit->model);
    json_key_i64(json, SLICE("version"), hit->version);
    put_pair(json, "name", hit->name_zh, hit->name_en);
    put_pair(json, "reason", hit->reason_zh, hit->reason_en);
    json_key_string(json, SLICE("family"), hit->family);
    json_key_string(json, SLICE("typology"), hit->typology);
    json_key_string(json, SLICE("mode"), hit->mode);
    put_severity(json, "severity", hit->severity);
    json_key_i64(json, SLICE("score"), hit->score);
    put_text(json, SLICE("asks"), hit->asks);
    put_words(json, "lists", hit->lists);
    json_key(json, SLICE("saw"));
    json_raw(json, slice_empty(hit->saw) ? SLICE("{}") : hit->saw);
    json_key_i64(json, SLICE("sequence"), hit->sequence);
    json_key_string(json, SLICE("event_id"), hit->event_id);
    put_moment(json, SLICE("time"), hit->event_us);
    json_object_end(json);
}

static bool was_told(const struct hit *hits, const uint32_t *told, uint32_t count, Slice model) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_equal(hits[told[i]].model, model)) {
            return true;
        }
    }
    return false;
}

// One hit of each model says what its others would say again.
static void put_strongest(struct json_writer *json, const struct hit *hits, uint32_t count) {
    uint32_t told[STRONGEST];
    uint32_t told_count = 0;
    json_key(json, SLICE("strongest"));
    json_array_begin(json);
    for (uint32_t i = 0; i < count && told_count < STRONGEST; i++) {
        if (was_told(hits, told, told_count, hits[i].model)) {
            continue;
        }
        told[told_count++] = i;
        json_object_begin(json);
        json_key_string(json, SLICE("model"), hits[i].model);
        put_severity(json, "severity", hits[i].severity);
        json_key_string(json, SLICE("zh"),
                        slice_empty(hits[i].reason_zh) ? hits[i].name_zh : hits[i].reason_zh);
        json_key_string(json, SLICE("en"),
                        slice_empty(hits[i].reason_en) ? hits[i].name_en : hits[i].reason_en);
        json_object_end(json);
    }
    json_array_end(json);
}

Status evidence_put(const struct office *office, struct book *book, int64_t alert,
                    struct json_writer *json) {
    struct hit *hits = ARENA_ARRAY(book->arena, struct hit, HITS_SHOWN_MAX);
    struct json_reader *reader = json_reader_create(DECISION_MAX, JSON_DEPTH_MAX);
    uint32_t count = 0;
    (void)office;
    Status status =
        book_ask(book, &HITS, STORE_VALUES(store_i64(alert), store_i64(HITS_SHOWN_MAX)));
    while (status == STATUS_OK && (status = book_next(book)) == STATUS_OK) {
        hits[count++] = read_hit(book, reader);
    }
    json_reader_destroy(reader);
    if (status != STATUS_END) {
        return status;
    }
    put_strongest(json, hits, count);
    json_key(json, SLICE("evidence"));
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        put_hit(json, &hits[i]);
    }
    json_array_end(json);
    return STATUS_OK;
}

// ---- events -------------------------------------------------------------------------------------

static void put_event(struct book *book, struct json_writer *json) {
    json_object_begin(json);
    json_key_i64(json, SLICE("sequence"), book_i64(book, 0));
    json_key_string(json, SLICE("event_id"), store_column_text(book->store, 1));
    put_moment(json, SLICE("time"), book_i64(book, 2));
    json_key_i64(json, SLICE("amount"), book_i64(book, 3));
    put_text(json, SLICE("payee"), store_column_text(book->store, 4));
    json_key_string(json, SLICE("action"), store_column_text(book->store, 5));
    json_key_bool(json, SLICE("request"), book_i64(book, 6) != 0);
    put_text(json, SLICE("outcome"), store_column_text(book->store, 7));
    put_moment(json, SLICE("decided"), book_i64(book, 9));
    json_key(json, SLICE("event"));
    json_raw(json, slice_trim(store_column_text(book->store, 8)));
    json_object_end(json);
}

Status alert_put_events(struct book *book, int64_t viewer, int64_t id, int64_t before,
                        uint32_t count_max, struct json_writer *json, int64_t *ret_next) {
    uint32_t most = count_max < OFFICE_ROWS_MAX ? count_max : OFFICE_ROWS_MAX;
    uint32_t count = 0;
    int64_t last = 0;
    Status status;
    TRY(book_ask(book, &EVENTS,
                 STORE_VALUES(store_i64(viewer), store_i64(id),
                              store_i64(before == 0 ? INT64_MAX : before), store_i64(most))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        last = book_i64(book, 0);
        put_event(book, json);
        count++;
    }
    json_array_end(json);
    *ret_next = count == most ? last : 0;
    return status == STATUS_END ? STATUS_OK : status;
}
