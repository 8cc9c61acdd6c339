// Figures with the rows behind them, and the sentence that is made of them.
//
// Pages of rows. The room goes on behind (moment, key); a key may be an account, so what clients
// get instead is the moment and how many rows of that moment they have: what is hidden in the rows
// does not come out in `next`.

#include "server/api/cockpit.h"

#include <inttypes.h>
#include <math.h>

#define SPAN_USUAL_US (30 * US_PER_DAY)
enum { ROWS_USUAL = 100, CURSOR_SIZE = 48, ROWS_TEXT_MAX = 4 << 20 };

// ---- whose eyes ---------------------------------------------------------------------------------

struct asking *asking_begin(struct visit *visit, size_t size) {
    struct asking *asking = arena_alloc(&visit->deed->arena, size);
    asking->language = PAPER_ZH;
    visit->user = asking;
    return asking;
}

bool asking_period(struct visit *visit, struct asking *asking) {
    struct cockpit_of *of = &asking->of;
    *of = (struct cockpit_of){.from_us = -1, .until_us = visit->deed->act.now_us};
    if (!visit_ask_moment(visit, "from", &of->from_us) ||
        !visit_ask_moment(visit, "until", &of->until_us) ||
        !visit_ask_text(visit, "unit", &of->unit)) {
        return false;
    }
    of->from_us = of->from_us < 0 ? of->until_us - SPAN_USUAL_US : of->from_us;
    if (of->from_us >= of->until_us) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'from' is before 'until'");
        return false;
    }
    return true;
}

bool asking_language(struct visit *visit, struct asking *asking) {
    Slice word;
    if (!visit_ask_text(visit, "language", &word)) {
        return false;
    }
    asking->language = slice_is(word, "en") ? PAPER_EN : PAPER_ZH;
    if (!slice_empty(word) && !slice_is(word, "en") && !slice_is(word, "zh")) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'language' is zh or en");
        return false;
    }
    return true;
}

Status asking_settle(struct visit *visit, struct book *book, struct asking *asking) {
    struct cockpit_of *of = &asking->of;
    struct person person = {0};
    bool is_person = visit->actor.kind == ACTOR_KIND_PERSON;
    Status status = is_person ? person_load(book, visit->actor.name, &person) : STATUS_NOT_FOUND;
    ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
    of->clearance = visit->viewer;
    of->offset_us = visit->office.terms->zone_us;
    of->viewer_unit = status == STATUS_OK ? person.branch : SLICE("");
    of->unit = slice_empty(of->unit) ? of->viewer_unit : of->unit;
    return STATUS_OK;
}

// ---- one figure ---------------------------------------------------------------------------------

struct figure_asking {
    struct asking asking;
    bool wants_hash;
    Slice by;
    int64_t after_us, seen, limit; // of rows
};

static void put_double(struct json_writer *json, const char *key, double number) {
    json_key(json, slice_of(key));
    if (isnan(number)) {
        json_null(json);
    } else {
        json_double(json, number);
    }
}

static void put_parts(struct json_writer *json, const struct cockpit_parts *parts) {
    json_array_begin(json);
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct cockpit_part *part = &parts->at[i];
        json_object_begin(json);
        json_key_string(json, SLICE("part"), part->name);
        json_key_i64(json, SLICE("rows"), part->count);
        json_key_i64(json, SLICE("sum"), part->sum);
        put_double(json, "number", part->number);
        json_object_end(json);
    }
    json_array_end(json);
}

static Status put_by(struct visit *visit, struct book *book, const struct figure_asking *figure) {
    const struct asking *asking = &figure->asking;
    struct cockpit_parts parts;
    if (slice_empty(figure->by)) {
        return STATUS_OK;
    }
    TRY(slice_is(figure->by, "unit") ? cockpit_by_unit(book, &asking->of, asking->figure, &parts)
                                     : cockpit_by_word(book, &asking->of, asking->figure, &parts));
    json_key(visit->json, SLICE("parts"));
    put_parts(visit->json, &parts);
    return STATUS_OK;
}

// To who reads his own branch alone, how it is elsewhere.
static Status put_others(struct visit *visit, struct book *book, const struct asking *asking) {
    double mean;
    uint32_t others;
    if (slice_empty(asking->of.unit)) {
        return STATUS_OK;
    }
    TRY(cockpit_mean_of_others(book, &asking->of, asking->figure, &mean, &others));
    put_double(visit->json, "mean_of_others", mean);
    json_key_i64(visit->json, SLICE("others"), others);
    return STATUS_OK;
}

static Status put_hash(struct visit *visit, struct book *book, const struct asking *asking) {
    char hash[65];
    TRY(cockpit_hash(book, &asking->of, asking->figure, hash));
    json_key_string(visit->json, SLICE("sha256"), slice_of(hash));
    return STATUS_OK;
}

static Status put_figure(struct visit *visit, struct book *book) {
    struct figure_asking *figure = visit->user;
    struct asking *asking = &figure->asking;
    struct cockpit_value value;
    TRY(asking_settle(visit, book, asking));
    TRY(cockpit_figure(book, &asking->of, asking->figure, &value));
    bool is_told = value.refusal == COCKPIT_IS_TOLD && !value.is_hidden;
    json_object_begin(visit->json);
    put_moment(visit->json, SLICE("from"), asking->of.from_us);
    put_moment(visit->json, SLICE("until"), asking->of.until_us);
    put_text(visit->json, SLICE("unit"), asking->of.unit);
    json_key(visit->json, SLICE("figure"));
    cockpit_value_put_json(visit->json, &value);
    json_key_string(visit->json, SLICE("text_zh"),
                    cockpit_value_text(book->arena, &value, PAPER_ZH));
    json_key_string(visit->json, SLICE("text_en"),
                    cockpit_value_text(book->arena, &value, PAPER_EN));
    if (is_told) {
        TRY(put_by(visit, book, figure));
        TRY(put_others(visit, book, asking));
    }
    if (is_told && figure->wants_hash) {
        TRY(put_hash(visit, book, asking));
    }
    json_object_end(visit->json);
    return STATUS_OK;
}

static bool find_figure(struct visit *visit, struct asking *asking) {
    Slice id = http_request_parameter(visit->request, SLICE("figure"));
    if (!cockpit_figure_parse(id, &asking->figure)) {
        visit_refuse(visit, API_PROBLEM_OBJECT_UNKNOWN, "'%.*s' is no figure",
                     SLICE_ARGS(slice_part(id, 0, 64)));
        return false;
    }
    return true;
}

void api_get_cockpit_figure(void *context, struct http_request *request) {
    static const char *const names[] = {"from", "until", "unit", "by", "hash"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    Choice hash = CHOICE_ANY;
    if (visit == NULL) {
        return;
    }
    struct figure_asking *figure = (void *)asking_begin(visit, sizeof *figure);
    if (!find_figure(visit, &figure->asking) || !asking_period(visit, &figure->asking) ||
        !visit_ask_text(visit, "by", &figure->by) || !visit_ask_choice(visit, "hash", &hash)) {
        return;
    }
    if (!slice_empty(figure->by) && !slice_is(figure->by, "unit") &&
        !slice_is(figure->by, "word")) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'by' is unit or word");
        return;
    }
    figure->wants_hash = hash == CHOICE_YES;
    visit->is_plain = true;
    visit->takes_long = figure->wants_hash || !slice_empty(figure->by);
    visit_look(visit, put_figure, "figures", 0);
}

static Status put_definitions(struct visit *visit, struct book *book) {
    (void)book;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("figures"));
    cockpit_list_json(visit->json);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_cockpit_figures(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit->is_plain = true;
        visit_look(visit, put_definitions, "figures", 0);
    }
}

// ---- its rows -----------------------------------------------------------------------------------

// A page of the room, read again as JSON.
struct rows {
    struct buf text;
    struct json_reader *reader;
    JsonTree tree;
    uint32_t count;
};

static void rows_init(struct rows *rows) {
    *rows = (struct rows){.reader = json_reader_create(ROWS_TEXT_MAX, JSON_DEPTH_MAX)};
    buf_init(&rows->text, ROWS_TEXT_MAX);
}

static void rows_deinit(struct rows *rows) {
    json_reader_destroy(rows->reader);
    buf_deinit(&rows->text);
}

static Status rows_read(struct rows *rows, struct book *book, const struct asking *asking,
                        const struct cockpit_page *page) {
    struct json_writer json;
    buf_reset(&rows->text);
    json_writer_init(&json, &rows->text);
    TRY(cockpit_rows(book, &asking->of, asking->figure, page, &json));
    json_writer_finish(&json);
    ENSURE(!buf_overflowed(&rows->text) &&
               json_parse(rows->reader, buf_slice(&rows->text), &rows->tree) == STATUS_OK,
           book_fail(book, STATUS_LIMIT, "CP007", "a page of rows is too large: ask for fewer"));
    rows->count = rows->tree.nodes[0].count;
    return STATUS_OK;
}

static int64_t row_moment(const struct rows *rows, uint32_t row) {
    return rows->tree.nodes[json_member(rows->tree, row, SLICE("at_us"))].i64;
}

// Behind the row.
static void page_behind(const struct rows *rows, uint32_t row, struct arena *arena,
                        struct cockpit_page *page) {
    page->after_us = row_moment(rows, row);
    page->after_key =
        arena_copy(arena, rows->tree.nodes[json_member(rows->tree, row, SLICE("key"))].text);
}

static uint32_t last_of(const struct rows *rows) {
    uint32_t last = 0;
    JSON_EACH(rows->tree, 0, i) {
        last = i;
    }
    return last;
}

// Goes behind the rows of that moment that the client has; no key comes before a blank.
static Status skip(struct rows *rows, struct book *book, const struct figure_asking *figure,
                   struct cockpit_page *page) {
    int64_t left = figure->seen;
    *page = (struct cockpit_page){.after_us = figure->after_us};
    page->after_key = left > 0 ? SLICE(" ") : SLICE("");
    while (left > 0) {
        page->rows_max = left < COCKPIT_ROWS_MAX ? (uint32_t)left : COCKPIT_ROWS_MAX;
        TRY(rows_read(rows, book, &figure->asking, page));
        if (rows->count == 0) {
            return STATUS_OK;
        }
        page_behind(rows, last_of(rows), book->arena, page);
        left -= rows->count;
    }
    return STATUS_OK;
}

// How many of the last moment the client has then.
static int64_t seen_of_last(const struct rows *rows, const struct figure_asking *figure) {
    int64_t last_us = row_moment(rows, last_of(rows));
    int64_t seen = last_us == figure->after_us ? figure->seen : 0;
    JSON_EACH(rows->tree, 0, i) {
        seen += row_moment(rows, i) == last_us;
    }
    return seen;
}

static void put_next(struct visit *visit, const struct rows *rows,
                     const struct figure_asking *figure) {
    char cursor[CURSOR_SIZE];
    json_key(visit->json, SLICE("next"));
    if (rows->count < (uint32_t)figure->limit) {
        json_null(visit->json);
    } else {
        int size = snprintf(cursor, sizeof cursor, "%" PRId64 ".%" PRId64,
                            row_moment(rows, last_of(rows)), seen_of_last(rows, figure));
        json_string(visit->json, (Slice){cursor, (size_t)size});
    }
}

static Status put_rows_of(struct visit *visit, struct book *book, struct rows *rows) {
    const struct figure_asking *figure = visit->user;
    struct cockpit_page page;
    TRY(skip(rows, book, figure, &page));
    page.rows_max = (uint32_t)figure->limit;
    TRY(rows_read(rows, book, &figure->asking, &page));
    json_object_begin(visit->json);
    put_moment(visit->json, SLICE("from"), figure->asking.of.from_us);
    put_moment(visit->json, SLICE("until"), figure->asking.of.until_us);
    put_text(visit->json, SLICE("unit"), figure->asking.of.unit);
    json_key(visit->json, SLICE("rows"));
    json_raw(visit->json, buf_slice(&rows->text));
    put_next(visit, rows, figure);
    json_object_end(visit->json);
    return STATUS_OK;
}

static Status put_rows(struct visit *visit, struct book *book) {
    struct figure_asking *figure = visit->user;
    struct rows rows;
    TRY(asking_settle(visit, book, &figure->asking));
    rows_init(&rows);
    Status status = put_rows_of(visit, book, &rows);
    rows_deinit(&rows);
    return status;
}

static bool read_cursor(struct visit *visit, struct figure_asking *figure) {
    Slice text;
    if (!visit_ask_text(visit, "after", &text)) {
        return false;
    }
    size_t dot = slice_find_byte(text, '.', 0);
    bool is_fine =
        slice_empty(text) ||
        (dot < text.size && slice_to_i64(slice_part(text, 0, dot), &figure->after_us) &&
         slice_to_i64(slice_part(text, dot + 1, SIZE_MAX), &figure->seen) &&
         figure->after_us >= 0 && figure->seen > 0 && figure->seen <= COCKPIT_HASHED_MAX);
    if (!is_fine) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'after' is the `next` of the page before");
    }
    return is_fine;
}

void api_get_cockpit_rows(void *context, struct http_request *request) {
    static const char *const names[] = {"from", "until", "unit", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    if (visit == NULL) {
        return;
    }
    struct figure_asking *figure = (void *)asking_begin(visit, sizeof *figure);
    figure->limit = ROWS_USUAL;
    if (find_figure(visit, &figure->asking) && asking_period(visit, &figure->asking) &&
        read_cursor(visit, figure) &&
        visit_ask_number(visit, "limit", 1, COCKPIT_ROWS_MAX, &figure->limit)) {
        visit_look(visit, put_rows, "figures", 0);
    }
}

// ---- the sentence -------------------------------------------------------------------------------

struct sentence_asking {
    struct asking asking;
    uint32_t clauses;
};

static Status put_sentence(struct visit *visit, struct book *book) {
    struct sentence_asking *asking = visit->user;
    struct cockpit_sentence sentence;
    TRY(asking_settle(visit, book, &asking->asking));
    TRY(cockpit_sentence(book, &asking->asking.of, asking->clauses, asking->asking.language,
                         &sentence));
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("printed"), sentence.is_printed);
    json_key_string(visit->json, SLICE("sentence"), sentence.text);
    put_text(visit->json, SLICE("rounding"), sentence.note);
    json_key(visit->json, SLICE("figures"));
    json_array_begin(visit->json);
    for (uint32_t i = 0; i < sentence.count; i++) {
        cockpit_value_put_json(visit->json, &sentence.values[i]);
    }
    json_array_end(visit->json);
    json_object_end(visit->json);
    return STATUS_OK;
}

static bool ask_clauses(struct visit *visit, uint32_t *ret_clauses) {
    static const char *const words[] = {
#define X(name) #name,
        COCKPIT_CLAUSES(X)
#undef X
    };
    Slice text, word;
    *ret_clauses = COCKPIT_CLAUSES_ALL;
    if (!visit_ask_text(visit, "clauses", &text)) {
        return false;
    }
    if (slice_empty(text)) {
        return true;
    }
    *ret_clauses = 0;
    while (slice_split(&text, ',', &word)) {
        uint32_t clause = 0;
        while (clause < COCKPIT_CLAUSE_COUNT && !slice_is(word, words[clause])) {
            clause++;
        }
        if (clause == COCKPIT_CLAUSE_COUNT) {
            visit_refuse(visit, API_PROBLEM_QUERY_REFUSED,
                         "'clauses' are of ALERTS,AUTOMATIC,VICTIMS,REFERRED,MONEY");
            return false;
        }
        *ret_clauses |= UINT32_C(1) << clause;
    }
    return true;
}

void api_get_cockpit_sentence(void *context, struct http_request *request) {
    static const char *const names[] = {"from", "until", "unit", "language", "clauses"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    if (visit == NULL) {
        return;
    }
    struct sentence_asking *asking = (void *)asking_begin(visit, sizeof *asking);
    if (asking_period(visit, &asking->asking) && asking_language(visit, &asking->asking) &&
        ask_clauses(visit, &asking->clauses)) {
        visit->is_plain = true;
        visit->takes_long = true;
        visit_look(visit, put_sentence, "figures", 0);
    }
}
