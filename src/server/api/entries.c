// The entries of a list. What is in force is the engine's, which keeps hashes of keys: an entry is told by the beginning of its hash, which says which
// entries are of one key. The key itself, and who has changed it last, is told where the response's store knows it: of what came by the API, an import or
// a strategy since the store was made, and not of what stands in the pack's files.

#include "server/api/api.h"

#include "base/time.h"
#include "os/clock.h"
#include "server/api/veil.h"
#include "server/api/visit.h"
#include "server/api/wishes.h"

enum { ENTRIES_USUAL = 100, ENTRIES_MAX = 500, ENTRIES_ROOM = 16384, MARK_SHIFT = 32, PIECES_MAX = 4, ENDS_WITHIN_MAX = 3650, TEXT_MAX = 256 };

struct entry_told {
    Hash128 hash;
    struct knowledge_entry entry;
    bool is_known;
    struct list_key key;
};

// X(NAME, "what the store said of keys")
#define KEYS_TOLD(X)                                                                                                            \
    X(KNOWN, "it was asked")                                                                                                    \
    X(AWAY, "it cannot be asked now")                                                                                           \
    X(NONE, "there is none")
typedef enum KeysTold {
#define X(name, text) KEYS_##name,
    KEYS_TOLD(X)
#undef X
} KeysTold;
static const char *const keys_told[] = {
#define X(name, text) #name,
    KEYS_TOLD(X)
#undef X
};

struct entries {
    int64_t after, limit, now_us;
    int64_t ends_within; // days; 0: any
    Slice key, note;     // empty: any
    bool only_held;
    bool is_list, may_see;
    struct access_act act;
    const struct knowledge_list *list;
    uint32_t next;
    uint32_t count;
    struct entry_told *told;
    struct arena *arena;
    KeysTold keys;
};

static bool holds(const struct entries *entries, const struct knowledge_entry *entry) {
    return entry->begin_us <= entries->now_us && entries->now_us < entry->end_us;
}

static bool fits(const struct entries *entries, const struct knowledge_entry *entry) {
    if (entries->ends_within > 0 && (entry->end_us == INT64_MAX || !holds(entries, entry) || entry->end_us > entries->now_us + entries->ends_within * US_PER_DAY)) {
        return false;
    }
    if (entries->only_held && !holds(entries, entry)) {
        return false;
    }
    return slice_empty(entries->note) || slice_find(entry->reason, entries->note, 0) != SIZE_MAX;
}

static void take(void *context, Hash128 key, const struct knowledge_entry *entry) {
    struct entries *entries = context;
    if (entries->count < ENTRIES_ROOM && fits(entries, entry)) {
        struct entry_told *told = &entries->told[entries->count++];
        *told = (struct entry_told){.hash = key, .entry = *entry};
        told->entry.source = arena_copy(entries->arena, entry->source);
        told->entry.reason = arena_copy(entries->arena, entry->reason);
    }
}

// What does not fit is passed over for a while, so that a page is not empty because of it.
static void walk(struct entries *entries, const struct knowledge *knowledge, uint32_t list) {
    entries->next = (uint32_t)entries->after;
    for (uint32_t piece = 0; piece < PIECES_MAX && entries->next != KNOWLEDGE_NONE && entries->count < entries->limit; piece++) {
        entries->next = knowledge_list_walk(knowledge, list, entries->next, (uint32_t)entries->limit, (struct knowledge_entry_sink){entries, take});
    }
}

static void look(struct question *question, struct heart *heart) {
    struct entries *entries = question->user;
    const struct knowledge_plan *plan = question->catalogue->knowledge;
    uint32_t list = map_get(&plan->lists_by_name, http_request_parameter(question->request, SLICE("list")));
    entries->is_list = list != MAP_NONE;
    if (!entries->is_list) {
        return;
    }
    entries->list = &plan->lists[list];
    entries->arena = &question->arena;
    if (slice_empty(entries->key)) {
        walk(entries, heart_knowledge(heart), list);
    } else {
        entries->next = KNOWLEDGE_NONE;
        knowledge_list_of_key(heart_knowledge(heart), list, knowledge_key(&entries->key, 1), (struct knowledge_entry_sink){entries, take});
    }
}

// ---- keys -------------------------------------------------------------------------------------------------------

static Status find_keys(void *context, struct book *book) {
    struct entries *entries = context;
    for (uint32_t i = 0; i < entries->count; i++) {
        struct entry_told *told = &entries->told[i];
        Status status = list_key_find(book, entries->list->name, told->hash, &told->key);
        told->is_known = status == STATUS_OK;
        ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    }
    return STATUS_OK;
}

static void ask_store(struct question *question) {
    struct entries *entries = question->user;
    struct response *response = question->serve->options.response;
    struct diag diag = {0};
    entries->keys = KEYS_NONE;
    if (response == NULL) {
        return;
    }
    Status status = response_read(response, find_keys, entries, &question->arena, &diag);
    entries->keys = status == STATUS_OK ? KEYS_KNOWN : status == STATUS_NOT_FOUND ? KEYS_NONE : KEYS_AWAY;
    for (uint32_t i = 0; i < entries->count; i++) {
        entries->told[i].is_known = entries->told[i].is_known && status == STATUS_OK;
    }
}

// ---- the answer -------------------------------------------------------------------------------------------------

static void put_bound(struct json_writer *json, Slice name, int64_t time_us, int64_t open) {
    json_key(json, name);
    time_us == open ? json_null(json) : json_i64(json, floor_div(time_us, US_PER_MS));
}

static void put_name(struct json_writer *json, const char *name, const struct entry_told *told, Slice text) {
    json_key(json, slice_of(name));
    told->is_known && !slice_empty(text) ? json_string(json, text) : json_null(json);
}

static void put_entry(struct json_writer *json, const struct entries *entries, const struct entry_told *told) {
    char mark[9];
    snprintf(mark, sizeof mark, "%08x", (uint32_t)(told->hash.high >> MARK_SHIFT));
    json_object_begin(json);
    json_key_string(json, SLICE("mark"), slice_of(mark));
    put_name(json, "key", told, told->key.key);
    json_key_string(json, SLICE("personal"), api_list_personal(entries->list));
    put_bound(json, SLICE("from"), told->entry.begin_us, INT64_MIN);
    put_bound(json, SLICE("until"), told->entry.end_us, INT64_MAX);
    json_key_bool(json, SLICE("holds"), holds(entries, &told->entry));
    json_key_string(json, SLICE("source"), told->entry.source);
    json_key_string(json, SLICE("note"), told->entry.reason);
    put_name(json, "changed_by", told, told->key.changed_by);
    put_name(json, "second", told, told->key.second);
    json_key(json, SLICE("changed"));
    told->is_known ? json_i64(json, told->key.changed_us / US_PER_MS) : json_null(json);
    json_object_end(json);
}

static void render(const struct question *question, struct json_writer *json) {
    const struct entries *entries = question->user;
    json_object_begin(json);
    json_key_string(json, SLICE("list"), http_request_parameter(question->request, SLICE("list")));
    json_key_i64(json, SLICE("at"), floor_div(entries->now_us, US_PER_MS));
    json_key_string(json, SLICE("keys"), slice_of(keys_told[entries->keys]));
    json_key(json, SLICE("entries"));
    json_array_begin(json);
    for (uint32_t i = 0; i < entries->count; i++) {
        put_entry(json, entries, &entries->told[i]);
    }
    json_array_end(json);
    json_key(json, SLICE("next"));
    entries->next == KNOWLEDGE_NONE ? json_null(json) : json_i64(json, entries->next);
    json_object_end(json);
    json_writer_finish(json);
}

// A person who is shown keys that name persons is on record with it.
static void note_shown(struct question *question) {
    const struct entries *entries = question->user;
    bool shows = false;
    for (uint32_t i = 0; i < entries->count && entries->list->is_personal; i++) {
        shows = shows || entries->told[i].is_known;
    }
    if (shows && entries->may_see && entries->act.who.kind == ACTOR_PERSON) {
        api_report(question->serve, &entries->act, AUDIT_PERSONAL_UNMASKED, arena_printf(&question->arena, "list %.*s", SLICE_ARGS(entries->list->name)), SLICE(""));
    }
}

// Keys, and numbers in notes, which somebody has written, are hidden from who may not see them.
static void tell(struct question *question) {
    const struct entries *entries = question->user;
    struct buf body;
    struct buf hidden;
    struct json_writer json;
    if (!entries->is_list) {
        api_refuse(question->request, API_PROBLEM_LIST_UNKNOWN, "%s", "");
        return;
    }
    ask_store(question);
    note_shown(question);
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

// ---- what is asked for ------------------------------------------------------------------------------------------

static bool read_number(struct http_request *request, const char *name, int64_t least, int64_t most, int64_t *ret_number) {
    Slice text;
    if (http_request_query(request, slice_of(name), &text) == STATUS_OK && (!slice_to_i64(text, ret_number) || *ret_number < least || *ret_number > most)) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is a whole number from %lld to %lld", name, (long long)least, (long long)most);
        return false;
    }
    return true;
}

static bool read_text(struct http_request *request, const char *name, size_t size_max, Slice *ret_text) {
    if (http_request_query(request, slice_of(name), ret_text) == STATUS_OK && ret_text->size > size_max) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is a text of up to %zu bytes", name, size_max);
        return false;
    }
    return true;
}

static bool read_held(struct http_request *request, const char *name, bool *ret_only) {
    Slice text = SLICE("false");
    (void)!http_request_query(request, slice_of(name), &text);
    *ret_only = slice_is(text, "true");
    if (!*ret_only && !slice_is(text, "false")) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is true or false", name);
        return false;
    }
    return true;
}

void api_get_entries(void *context, struct http_request *request) {
    enum { AFTER, LIMIT, BY_KEY, NOTE, ENDS_WITHIN, HELD, NAMES };
    static const char *const names[NAMES] = {"after", "limit", "key", "note", "ends_within", "held"};
    struct serve *serve = context;
    struct entries asked = {.limit = ENTRIES_USUAL, .now_us = clock_wall_us()};
    if (!api_query_is_known(request, names, NAMES) || !read_number(request, names[AFTER], 0, UINT32_MAX - 1, &asked.after) ||
        !read_number(request, names[LIMIT], 1, ENTRIES_MAX, &asked.limit) || !read_text(request, names[BY_KEY], LIST_KEY_MAX, &asked.key) ||
        !read_text(request, names[NOTE], TEXT_MAX, &asked.note) || !read_number(request, names[ENDS_WITHIN], 1, ENDS_WITHIN_MAX, &asked.ends_within) ||
        !read_held(request, names[HELD], &asked.only_held)) {
        return;
    }
    struct question *question = question_create(serve, request);
    if (question != NULL) {
        asked.may_see = serve->options.gate == NULL || identity_may(gate_identity(request), SCOPE_PERSONAL_READ);
        asked.act = gate_act(request);
        asked.key = arena_copy(&question->arena, asked.key);
        asked.note = arena_copy(&question->arena, asked.note);
        question->user = ARENA_NEW(&question->arena, struct entries);
        asked.told = ARENA_ARRAY(&question->arena, struct entry_told, ENTRIES_ROOM); // here, not between two decisions
        *(struct entries *)question->user = asked;
        question->look = look;
        question->tell = tell;
        question->waits = serve->options.response != NULL;
        question_ask(question);
    }
}
