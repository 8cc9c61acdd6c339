// What people want on lists and off them.
//
// An import is a CSV with the columns key, end and reason. All of it is checked before anything is
// done, and each bad line is told with its number and why. Lines that say what is there already, or
// what waits already, are passed over: so the same file again does nothing.

#include "server/api/wishes.h"

#include "base/map.h"
#include "base/time.h"
#include "base/utf8.h"
#include "codec/csv.h"
#include "server/api/visit.h"

#include <inttypes.h>

enum { FAULTS_MAX = 1000, RECORD_SIZE_MAX = 16 << 10 };

Slice api_list_personal(const struct knowledge_list *list) {
    return list->is_personal ? slice_of(mask_kind_name(list->personal)) : SLICE("none");
}

static Slice target_of(struct visit *visit, const struct knowledge_list *list, Slice key) {
    return list->is_personal ? arena_printf(&visit->deed->arena, "%.*s/%.*s", SLICE_ARGS(list->name),
                                            SLICE_ARGS(mask_copy(list->personal, key, &visit->deed->arena)))
                             : arena_printf(&visit->deed->arena, "%.*s/%.*s", SLICE_ARGS(list->name), SLICE_ARGS(key));
}

// ---- one key ------------------------------------------------------------------------------------

struct one {
    struct list_wish wish;
    struct list_wishes wishes;
};

static Status put_proposal(struct visit *visit, struct book *book, int64_t id) {
    struct proposal proposal;
    TRY(proposal_load(book, CLEARANCE_ALL, id, &proposal));
    proposal_put_json(visit->json, &proposal);
    return STATUS_OK;
}

static Status propose(struct visit *visit, struct book *book) {
    const struct one *one = visit->user;
    int64_t proposal;
    TRY(office_change_list(book, &one->wishes, &proposal));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("proposal"));
    TRY(put_proposal(visit, book, proposal));
    json_object_end(visit->json);
    return STATUS_OK;
}

static bool text_fits(Slice text, size_t size_max) {
    return text.size <= size_max && text_is_plain(text) && utf8_invalid_at(text) == text.size;
}

static struct one *begin_one(struct visit *visit, const struct knowledge_list *list, bool removes) {
    struct one *one = ARENA_NEW(&visit->deed->arena, struct one);
    Slice key = arena_copy(&visit->deed->arena, http_request_parameter(visit->request, SLICE("key")));
    one->wish = (struct list_wish){.key = key, .hash = knowledge_key(&key, 1)};
    one->wishes = (struct list_wishes){
        .list = list->name, .personal = api_list_personal(list), .removes = removes, .needs_two = true, .at = &one->wish, .count = 1};
    visit->user = one;
    visit->status = 202;
    visit->deed->is_deferred = true;
    return one;
}

static void propose_one(struct visit *visit, const struct knowledge_list *list, struct one *one) {
    one->wishes.reason = one->wish.reason;
    if (!text_fits(one->wish.key, LIST_KEY_MAX)) {
        visit_refuse(visit, API_PROBLEM_KEY_REFUSED, "a key is a text of up to %d bytes without control characters", LIST_KEY_MAX);
        return;
    }
    visit_change_named(visit, propose, AUDIT_KNOWLEDGE_CHANGED, "list", target_of(visit, list, one->wish.key));
}

void api_wish_put(struct question *question, const struct knowledge_list *list) {
    static const char *const names[] = {"from", "until", "note", "source"};
    enum { FROM, UNTIL, NOTE, SOURCE, MEMBERS };
    struct visit *visit = visit_body(question->serve, question->request, names, MEMBERS);
    if (visit == NULL) {
        return;
    }
    struct one *one = begin_one(visit, list, false);
    struct list_wish *wish = &one->wish;
    if (!visit_moment(visit, FROM, names[FROM], &wish->from_us) || !visit_moment(visit, UNTIL, names[UNTIL], &wish->until_us) ||
        !visit_text(visit, NOTE, names[NOTE], LIST_REASON_MAX, true, &wish->reason)) {
        return;
    }
    int64_t from_us = wish->from_us > visit->deed->act.now_us ? wish->from_us : visit->deed->act.now_us;
    if (visit_has(visit, SOURCE)) {
        visit_refuse_member(visit, names[SOURCE], "is known where two persons change a list: it is they");
    } else if (wish->until_us != 0 && wish->until_us <= from_us) {
        visit_refuse_member(visit, names[UNTIL], "is behind now, and behind 'from'");
    } else {
        propose_one(visit, list, one);
    }
}

void api_wish_delete(struct question *question, const struct knowledge_list *list) {
    static const char *const names[] = {"reason"};
    struct visit *visit = visit_query(question->serve, question->request, names, 1);
    if (visit == NULL) {
        return;
    }
    struct one *one = begin_one(visit, list, true);
    if (!visit_ask_text(visit, names[0], &one->wish.reason)) {
        return;
    }
    if (slice_empty(slice_trim(one->wish.reason))) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'reason' says why: another person has to judge it");
    } else {
        propose_one(visit, list, one);
    }
}

// ---- many keys ----------------------------------------------------------------------------------

// What can be wrong with a line: X(WORD, "text")
#define LINE_FAULTS(X)                                                                             \
    X(CSV, "the line is not valid CSV")                                                            \
    X(CELLS, "the line has another number of cells than the header")                               \
    X(TEXT, "a cell is not UTF-8, or has control characters")                                      \
    X(KEY_EMPTY, "the key is empty")                                                               \
    X(KEY_LONG, "the key is longer than 512 bytes")                                                \
    X(KEY_PARTS, "the key has another number of parts, which are joined with |")                   \
    X(KEY_TWICE, "the key stands in an earlier line too")                                          \
    X(END_UNREAD, "the end cannot be read: 2026-11-23, 2026-11-23T14:00:00+08:00 or milliseconds") \
    X(END_PAST, "the end has passed")                                                              \
    X(REASON_EMPTY, "the reason is empty")                                                         \
    X(REASON_LONG, "the reason is longer than 1000 bytes")                                         \
    X(WAITS, "something else of this key waits for another person")

typedef enum LineFault {
    LINE_FINE,
#define X(word, text) LINE_##word,
    LINE_FAULTS(X)
#undef X
} LineFault;

static const struct {
    const char *word, *text;
} line_faults[] = {
    {"", ""},
#define X(word, text) {#word, text},
    LINE_FAULTS(X)
#undef X
};

struct bad_line {
    uint64_t line;
    LineFault fault;
};

struct import {
    Slice reason;
    bool is_person;
    int64_t zone_offset_us, now_us;
    const struct knowledge_list *list;
    struct list_wishes wishes;
    struct list_wish *at; // LIST_BATCH_MAX
    struct map keys;      // of the file
    uint32_t lines, unchanged, waiting, bad_count;
    int64_t waits_in; // a proposal
    struct bad_line bad[FAULTS_MAX];
};

enum { KEY, END, REASON, COLUMNS };
static const char *const columns[COLUMNS] = {"key", "end", "reason"};

static void tell_bad(struct import *import, uint64_t line, LineFault fault) {
    if (import->bad_count < FAULTS_MAX) {
        import->bad[import->bad_count] = (struct bad_line){line, fault};
    }
    import->bad_count++;
}

// A day is meant with its end.
static bool read_end(const struct import *import, Slice text, int64_t *ret_us) {
    enum { DAY_TEXT = 10 };
    char moment[DAY_TEXT + 9];
    int64_t ms;
    if (slice_empty(text)) {
        return true;
    }
    if (slice_to_i64(text, &ms)) {
        *ret_us = ms * US_PER_MS;
        return ms > 0 && ms <= INT64_MAX / US_PER_MS;
    }
    if (text.size != DAY_TEXT) {
        return time_parse(text, import->zone_offset_us, ret_us) && *ret_us > 0;
    }
    memcpy(moment, text.at, DAY_TEXT);
    memcpy(moment + DAY_TEXT, "T00:00:00", 9);
    bool is_read = time_parse((Slice){moment, sizeof moment}, import->zone_offset_us, ret_us) && *ret_us > 0;
    *ret_us += is_read ? US_PER_DAY : 0;
    return is_read;
}

// As many as the list's own word for its keys has: customer|family, payer+payee.
static uint32_t parts_of(Slice text, bool is_word) {
    uint32_t parts = 1;
    for (size_t i = 0; i < text.size; i++) {
        parts += text.at[i] == '|' || (is_word && text.at[i] == '+');
    }
    return parts;
}

static LineFault read_line(struct import *import, const Slice cells[COLUMNS], struct list_wish *wish) {
    uint32_t parts = parts_of(import->list->key, true);
    *wish = (struct list_wish){.key = slice_trim(cells[KEY]), .reason = slice_trim(cells[REASON])};
    for (uint32_t i = 0; i < COLUMNS; i++) {
        if (!text_fits(cells[i], SIZE_MAX)) {
            return LINE_TEXT;
        }
    }
    if (slice_empty(wish->key)) {
        return LINE_KEY_EMPTY;
    }
    if (wish->key.size > LIST_KEY_MAX) {
        return LINE_KEY_LONG;
    }
    if (parts > 1 && parts_of(wish->key, false) != parts) {
        return LINE_KEY_PARTS;
    }
    if (!read_end(import, slice_trim(cells[END]), &wish->until_us)) {
        return LINE_END_UNREAD;
    }
    if (wish->until_us != 0 && wish->until_us <= import->now_us) {
        return LINE_END_PAST;
    }
    if (slice_empty(wish->reason)) {
        return LINE_REASON_EMPTY;
    }
    return wish->reason.size > LIST_REASON_MAX ? LINE_REASON_LONG : LINE_FINE;
}

static Status take_line(struct import *import, struct book *book, const Slice cells[COLUMNS], uint64_t line) {
    struct list_wish wish;
    ListWishKnown known;
    int64_t proposal;
    LineFault fault = read_line(import, cells, &wish);
    if (fault != LINE_FINE) {
        tell_bad(import, line, fault);
        return STATUS_OK;
    }
    wish.key = arena_copy(book->arena, wish.key);
    wish.reason = arena_copy(book->arena, wish.reason);
    wish.hash = knowledge_key(&wish.key, 1);
    if (!map_put(&import->keys, wish.key, 1)) {
        tell_bad(import, line, LINE_KEY_TWICE);
        return STATUS_OK;
    }
    TRY(list_wish_look(book, &import->wishes, &wish, &known, &proposal));
    switch (known) {
    case LIST_WISH_SAME:
        import->unchanged++;
        break;
    case LIST_WISH_WAITS:
        import->waiting++;
        import->waits_in = proposal;
        break;
    case LIST_WISH_OTHER:
        tell_bad(import, line, LINE_WAITS);
        break;
    case LIST_WISH_NEW:
        import->at[import->wishes.count++] = wish;
        break;
    }
    return STATUS_OK;
}

static Status refuse_file(struct book *book, const char *why) {
    return book_fail(book, STATUS_INVALID, "OF012", "%s", why);
}

// Which column of the file each of ours is. The end may be missing.
static Status read_header(struct book *book, struct csv_reader *reader, uint32_t ret_columns[COLUMNS]) {
    ENSURE(csv_reader_header(reader) == STATUS_OK, refuse_file(book, "the first line has no names of columns"));
    for (uint32_t i = 0; i < COLUMNS; i++) {
        ret_columns[i] = csv_reader_column(reader, slice_of(columns[i]));
        ENSURE(ret_columns[i] != CSV_NO_COLUMN || i == END, refuse_file(book, "the first line names the columns key, end and reason; there is no key, or no reason"));
    }
    return STATUS_OK;
}

static Status take_record(struct import *import, struct book *book, const struct csv_record *record, const uint32_t places[COLUMNS], uint32_t width) {
    Slice cells[COLUMNS];
    if (record->fault != CSV_FAULT_NONE || record->count != width) {
        tell_bad(import, record->line, record->fault != CSV_FAULT_NONE ? LINE_CSV : LINE_CELLS);
        return STATUS_OK;
    }
    for (uint32_t i = 0; i < COLUMNS; i++) {
        cells[i] = places[i] == CSV_NO_COLUMN ? SLICE("") : record->fields[places[i]];
    }
    return take_line(import, book, cells, record->line);
}

static Status read_records(struct import *import, struct book *book, struct csv_reader *reader) {
    uint32_t places[COLUMNS];
    struct csv_record record;
    TRY(read_header(book, reader, places));
    while (csv_reader_next(reader, &record) == STATUS_OK) {
        ENSURE(import->lines++ < LIST_BATCH_MAX, refuse_file(book, "there are more than 10,000 lines: send them in several files"));
        TRY(take_record(import, book, &record, places, csv_reader_width(reader)));
    }
    return import->lines > 0 ? STATUS_OK : refuse_file(book, "there is no line but the names of columns");
}

static Slice list_bad(const struct import *import, struct arena *arena) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 20);
    json_writer_init(&json, &out);
    json_array_begin(&json);
    for (uint32_t i = 0; i < import->bad_count && i < FAULTS_MAX; i++) {
        json_object_begin(&json);
        json_key_i64(&json, SLICE("line"), (int64_t)import->bad[i].line);
        json_key_string(&json, SLICE("fault"), slice_of(line_faults[import->bad[i].fault].word));
        json_key_string(&json, SLICE("text"), slice_of(line_faults[import->bad[i].fault].text));
        json_object_end(&json);
    }
    json_array_end(&json);
    json_writer_finish(&json);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static Status find_list(struct visit *visit, struct book *book, const struct knowledge_list **ret_list) {
    const struct knowledge_plan *plan = response_catalogue(book)->knowledge;
    uint32_t list = map_get(&plan->lists_by_name, http_request_parameter(visit->request, SLICE("list")));
    ENSURE(list != MAP_NONE, book_fail(book, STATUS_NOT_FOUND, "OF013", "the pack has no such list"));
    *ret_list = &plan->lists[list];
    return STATUS_OK;
}

// Reads and checks; changes nothing. May be run more than once.
static Status check_import(struct visit *visit, struct book *book) {
    struct import *import = visit->user;
    struct memory_source memory = {.rest = http_request_body(visit->request)};
    TRY(find_list(visit, book, &import->list));
    import->at = ARENA_ARRAY(book->arena, struct list_wish, LIST_BATCH_MAX);
    import->wishes = (struct list_wishes){.list = import->list->name,
                                          .personal = api_list_personal(import->list),
                                          .needs_two = import->is_person && import->list->four_eyes,
                                          .at = import->at};
    import->zone_offset_us = response_catalogue(book)->zone_offset_us;
    import->now_us = book->now_us;
    import->lines = import->unchanged = import->waiting = import->bad_count = 0;
    import->waits_in = 0;
    map_init(&import->keys, book->arena);
    struct csv_reader *reader = csv_reader_create(byte_source_memory(&memory), ',', RECORD_SIZE_MAX);
    Status status = read_records(import, book, reader);
    csv_reader_destroy(reader);
    TRY(status);
    visit->status = import->wishes.needs_two && (import->wishes.count > 0 || import->waiting > 0) ? 202 : 200;
    if (import->bad_count == 0) {
        return STATUS_OK;
    }
    visit->more = (struct problem_more){.member = "lines", .value = list_bad(import, book->arena)};
    return book_fail(book, STATUS_INVALID, "OF012", "%u of %u lines are bad, and none was taken; the first is line %" PRIu64, import->bad_count, import->lines,
                     import->bad[0].line);
}

static Status do_import(struct visit *visit, struct book *book) {
    struct import *import = visit->user;
    int64_t proposal = import->waits_in;
    if (import->wishes.count > 0) {
        import->wishes.reason = slice_empty(import->reason) ? import->at[0].reason : import->reason;
        TRY(office_change_list(book, &import->wishes, &proposal));
    }
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("lines"), import->lines);
    json_key_i64(visit->json, SLICE("taken"), import->wishes.count);
    json_key_i64(visit->json, SLICE("unchanged"), import->unchanged);
    json_key_i64(visit->json, SLICE("waiting"), import->waiting);
    json_key(visit->json, SLICE("proposal"));
    if (proposal == 0) {
        json_null(visit->json);
    } else {
        TRY(put_proposal(visit, book, proposal));
    }
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_import(void *context, struct http_request *request) {
    static const char *const names[] = {"reason"};
    struct visit *visit = visit_query(context, request, names, 1);
    if (visit == NULL) {
        return;
    }
    struct import *import = ARENA_NEW(&visit->deed->arena, struct import);
    *import = (struct import){.is_person = visit->deed->act.who.kind == ACTOR_PERSON};
    visit->user = import;
    visit->takes_long = true;
    if (visit_ask_text(visit, names[0], &import->reason)) {
        visit_look_first(visit, check_import);
        visit_change_named(visit, do_import, AUDIT_KNOWLEDGE_CHANGED, "list",
                           arena_copy(&visit->deed->arena, slice_part(http_request_parameter(request, SLICE("list")), 0, 64)));
    }
}

// ---- what was wished for ------------------------------------------------------------------------

static Status show_changes(struct visit *visit, struct book *book) {
    struct list_change_filter *filter = visit->user;
    const struct knowledge_list *list;
    int64_t next;
    TRY(find_list(visit, book, &list));
    filter->list = list->name;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("changes"));
    TRY(list_changes_put_json(book, filter, visit->json, &next));
    put_number(visit->json, SLICE("next"), next);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_list_changes(void *context, struct http_request *request) {
    static const char *const names[] = {"proposal", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, 3);
    int64_t limit = LIST_USUAL;
    if (visit == NULL) {
        return;
    }
    struct list_change_filter *filter = ARENA_NEW(&visit->deed->arena, struct list_change_filter);
    *filter = (struct list_change_filter){0};
    visit->user = filter;
    if (visit_ask_number(visit, "proposal", 1, INT64_MAX, &filter->proposal) && visit_ask_number(visit, "after", 1, INT64_MAX, &filter->before) &&
        visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &limit)) {
        filter->count_max = (uint32_t)limit;
        visit_look(visit, show_changes, "list", 0);
    }
}
