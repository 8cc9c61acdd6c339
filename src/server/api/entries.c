// The entries of a list. Keys are kept as hashes, so an entry is told by the beginning of its hash, which says which entries are of one key, and no more.

#include "server/api/api.h"

#include "base/time.h"
#include "os/clock.h"
#include "server/api/veil.h"

enum { ENTRIES_USUAL = 100, ENTRIES_MAX = 500, ENTRIES_ROOM = 16384, MARK_SHIFT = 32 };

struct entry_told {
    uint32_t mark;
    struct knowledge_entry entry;
};

struct entries {
    int64_t after, limit, now_us;
    bool is_list, may_see;
    uint32_t next;
    uint32_t count;
    struct entry_told *told;
    struct arena *arena;
};

static void take(void *context, Hash128 key, const struct knowledge_entry *entry) {
    struct entries *entries = context;
    if (entries->count < ENTRIES_ROOM) {
        struct entry_told *told = &entries->told[entries->count++];
        *told = (struct entry_told){.mark = (uint32_t)(key.high >> MARK_SHIFT), .entry = *entry};
        told->entry.source = arena_copy(entries->arena, entry->source);
        told->entry.reason = arena_copy(entries->arena, entry->reason);
    }
}

static void look(struct question *question, struct heart *heart) {
    struct entries *entries = question->user;
    uint32_t list = map_get(&question->catalogue->knowledge->lists_by_name, http_request_parameter(question->request, SLICE("list")));
    entries->is_list = list != MAP_NONE;
    if (entries->is_list) {
        entries->arena = &question->arena;
        entries->next = knowledge_list_walk(heart_knowledge(heart), list, (uint32_t)entries->after, (uint32_t)entries->limit,
                                            (struct knowledge_entry_sink){entries, take});
    }
}

static void put_bound(struct json_writer *json, Slice name, int64_t time_us, int64_t open) {
    json_key(json, name);
    time_us == open ? json_null(json) : json_i64(json, floor_div(time_us, US_PER_MS));
}

static void put_entry(struct json_writer *json, const struct entry_told *told, int64_t now_us) {
    char mark[9];
    snprintf(mark, sizeof mark, "%08x", told->mark);
    json_object_begin(json);
    json_key_string(json, SLICE("mark"), slice_of(mark));
    put_bound(json, SLICE("from"), told->entry.begin_us, INT64_MIN);
    put_bound(json, SLICE("until"), told->entry.end_us, INT64_MAX);
    json_key_bool(json, SLICE("holds"), told->entry.begin_us <= now_us && now_us < told->entry.end_us);
    json_key_string(json, SLICE("source"), told->entry.source);
    json_key_string(json, SLICE("note"), told->entry.reason);
    json_object_end(json);
}

static void render(const struct question *question, struct json_writer *json) {
    const struct entries *entries = question->user;
    json_object_begin(json);
    json_key_string(json, SLICE("list"), http_request_parameter(question->request, SLICE("list")));
    json_key_i64(json, SLICE("at"), floor_div(entries->now_us, US_PER_MS));
    json_key(json, SLICE("entries"));
    json_array_begin(json);
    for (uint32_t i = 0; i < entries->count; i++) {
        put_entry(json, &entries->told[i], entries->now_us);
    }
    json_array_end(json);
    json_key(json, SLICE("next"));
    entries->next == KNOWLEDGE_NONE ? json_null(json) : json_i64(json, entries->next);
    json_object_end(json);
    json_writer_finish(json);
}

// Notes are texts that somebody has written, so numbers in them are hidden from who may not see them.
static void tell(struct question *question) {
    const struct entries *entries = question->user;
    struct buf body;
    struct buf hidden;
    struct json_writer json;
    if (!entries->is_list) {
        api_refuse(question->request, API_PROBLEM_LIST_UNKNOWN, "%s", "");
        return;
    }
    buf_init(&body, API_ANSWER_MAX);
    buf_init(&hidden, 2 * (size_t)API_ANSWER_MAX);
    json_writer_init(&json, &body);
    render(question, &json);
    if (!entries->may_see) {
        veil_put(buf_slice(&body), NULL, &hidden);
    }
    api_reply_json(question->request, 200, buf_slice(entries->may_see ? &body : &hidden));
    buf_deinit(&hidden);
    buf_deinit(&body);
}

static bool read_number(struct http_request *request, const char *name, int64_t least, int64_t most, int64_t *ret_number) {
    Slice text;
    if (http_request_query(request, slice_of(name), &text) == STATUS_OK && (!slice_to_i64(text, ret_number) || *ret_number < least || *ret_number > most)) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is a whole number from %lld to %lld", name, (long long)least, (long long)most);
        return false;
    }
    return true;
}

void api_get_entries(void *context, struct http_request *request) {
    static const char *const names[] = {"after", "limit"};
    struct entries asked = {.limit = ENTRIES_USUAL, .now_us = clock_wall_us()};
    if (!api_query_is_known(request, names, 2) || !read_number(request, names[0], 0, UINT32_MAX - 1, &asked.after) ||
        !read_number(request, names[1], 1, ENTRIES_MAX, &asked.limit)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question != NULL) {
        asked.may_see = question->serve->options.gate == NULL || identity_may(gate_identity(request), SCOPE_PERSONAL_READ);
        question->user = ARENA_NEW(&question->arena, struct entries);
        asked.told = ARENA_ARRAY(&question->arena, struct entry_told, ENTRIES_ROOM); // here, not between two decisions
        *(struct entries *)question->user = asked;
        question->look = look;
        question->tell = tell;
        question_ask(question);
    }
}
