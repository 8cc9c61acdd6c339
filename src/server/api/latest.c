// The newest decisions, from the journal: it is read in pieces from its end, each twice as long as
// the one before, until there are as many as were asked for. A list that finds little stops after
// LATEST_RECORDS_MAX records and says where to go on.

#include "server/api/brief.h"

#include "server/past.h"
#include "server/records.h"

enum {
    LATEST_LIMIT = 50,
    LATEST_LIMIT_MAX = 200,
    LATEST_PIECE = 512,
    LATEST_PIECE_MAX = 1 << 15,
    LATEST_RECORDS_MAX = 200000
};

struct latest {
    struct brief_filter filter;
    uint64_t before; // 0: from the newest on
    uint32_t limit;
    // Found.
    struct brief_reader *reader;
    const struct catalogue *catalogue;
    struct arena *arena;
    struct arena event_arena;
    uint64_t event_sequence;
    Slice event;
    struct brief *piece; // of the piece at hand, the newest `room` of them: a ring
    uint32_t room;
    uint64_t piece_count;
};

// ---- a piece
// --------------------------------------------------------------------------------------------------

static void take_decision(struct latest *latest, const struct journal_entry *entry) {
    struct brief row;
    ArenaMark mark = arena_mark(latest->arena);
    if (latest->event_sequence + 1 != entry->sequence ||
        !brief_read(latest->reader, entry, latest->event, latest->arena, &row) ||
        !brief_passes(&latest->filter, latest->catalogue, latest->reader, &row)) {
        arena_rewind(latest->arena, mark);
        return;
    }
    latest->piece[latest->piece_count++ % latest->room] = row;
}

static Status take(void *context, const struct journal_entry *entry) {
    struct latest *latest = context;
    if (entry->kind == KIND_EVENT) {
        arena_reset(&latest->event_arena);
        latest->event = arena_copy(&latest->event_arena, entry->data);
        latest->event_sequence = entry->sequence;
    } else if (entry->kind == KIND_DECISION) {
        take_decision(latest, entry);
    }
    return STATUS_OK;
}

// ---- all of them
// ----------------------------------------------------------------------------------------------

static void put_piece(const struct latest *latest, struct json_writer *json, uint64_t *ret_oldest) {
    uint64_t count = latest->piece_count < latest->room ? latest->piece_count : latest->room;
    for (uint64_t i = 0; i < count; i++) {
        const struct brief *row = &latest->piece[(latest->piece_count - 1 - i) % latest->room];
        brief_put(json, row);
        *ret_oldest = row->sequence;
    }
}

static Status put_rows(struct latest *latest, const struct past *past, struct json_writer *json,
                       uint64_t *ret_next, uint64_t *ret_read, struct diag *diag) {
    uint64_t durable = journal_durable(past->live);
    uint64_t last = latest->before == 0 || latest->before > durable ? durable : latest->before - 1;
    uint64_t length = LATEST_PIECE;
    uint32_t found = 0;
    *ret_read = 0;
    while (found < latest->limit && last > 0 && *ret_read < LATEST_RECORDS_MAX) {
        uint64_t first = last > length ? last - length + 1 : 1;
        latest->piece_count = 0;
        latest->event_sequence = 0;
        latest->room = latest->limit - found;
        // The event of a decision that begins the piece stands before it.
        TRY(past_walk(past, first > 1 ? first - 1 : 1, last, (struct past_sink){latest, take},
                      latest->arena, diag));
        put_piece(latest, json, ret_next);
        bool is_full = latest->piece_count >= latest->room;
        found += is_full ? latest->room : (uint32_t)latest->piece_count;
        *ret_read += last - first + 1;
        *ret_next = is_full ? *ret_next : first;
        last = first - 1;
        length = length < LATEST_PIECE_MAX ? length * 2 : length;
    }
    *ret_next = last == 0 && found < latest->limit ? 0 : *ret_next;
    return STATUS_OK;
}

static void tell(struct question *question) {
    struct latest *latest = question->user;
    struct serve *serve = question->serve;
    struct past past = {.journal = serve->options.journal,
                        .archive = serve->options.archive,
                        .live = pipeline_journal(atomic_load(&serve->pipeline))};
    struct diag diag = {0};
    struct buf body;
    struct json_writer json;
    uint64_t next = 0;
    uint64_t read = 0;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    arena_init(&latest->event_arena, 16 << 10);
    latest->reader = brief_reader_create(serve->took);
    latest->catalogue = question->catalogue;
    latest->arena = &question->arena;
    latest->piece = ARENA_ARRAY(&question->arena, struct brief, latest->limit);
    json_object_begin(&json);
    json_key(&json, SLICE("decisions"));
    json_array_begin(&json);
    Status status = put_rows(latest, &past, &json, &next, &read, &diag);
    json_array_end(&json);
    json_key(&json, SLICE("next"));
    next > 1 ? json_i64(&json, (int64_t)next) : json_null(&json);
    json_key_i64(&json, SLICE("read"), (int64_t)read);
    json_object_end(&json);
    json_writer_finish(&json);
    if (status == STATUS_OK) {
        api_reply_json(question->request, 200, buf_slice(&body));
    } else {
        api_refuse(question->request, API_PROBLEM_JOURNAL_UNREADABLE, "%.*s",
                   SLICE_ARGS(diag.message));
    }
    brief_reader_destroy(latest->reader);
    arena_deinit(&latest->event_arena);
    buf_deinit(&body);
}

static bool read_number(struct http_request *request, const char *name, int64_t least, int64_t most,
                        int64_t *ret_number) {
    Slice text;
    if (http_request_query(request, slice_of(name), &text) != STATUS_OK) {
        return true;
    }
    if (!slice_to_i64(text, ret_number) || *ret_number < least || *ret_number > most) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'%s' is a whole number from %lld to %lld",
                   name, (long long)least, (long long)most);
        return false;
    }
    return true;
}

void api_get_decisions(void *context, struct http_request *request) {
    static const char *const more[] = {"before", "limit"};
    struct latest latest = {0};
    int64_t before = 0;
    int64_t limit = LATEST_LIMIT;
    if (!brief_filter_read(request, more, 2, &latest.filter) ||
        !read_number(request, "before", 1, INT64_MAX, &before) ||
        !read_number(request, "limit", 1, LATEST_LIMIT_MAX, &limit)) {
        return;
    }
    struct question *question = question_create(context, request);
    if (question == NULL) {
        return;
    }
    latest.before = (uint64_t)before;
    latest.limit = (uint32_t)limit;
    question->user = ARENA_NEW(&question->arena, struct latest);
    *(struct latest *)question->user = latest;
    question->tell = tell;
    question_ask(question);
}
