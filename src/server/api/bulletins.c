// What is made of figures: the monthly bulletin, the report of a shift, the texts that an editor
// writes into a bulletin, and the numbers of accounts by which branches are compared.
//
// Papers hold no secret matters unless somebody who may see them asks for them: what is printed
// goes further than who has printed it.

#include "server/api/cockpit.h"
#include "server/api/referrals.h"

#include "paper/fonts.h"

#define SHIFT_USUAL_US US_PER_DAY
enum { MONTH_SIZE = 7, ACCOUNTS_MAX = COCKPIT_UNITS_MAX };

typedef enum Form { FORM_HTML, FORM_PDF, FORM_JSON } Form;

struct paper_asking {
    struct asking asking;
    Form form;
    bool with_secrets;
    Slice month;
    struct cockpit_shift shift;
    Status (*make)(struct book *book, const struct paper_asking *asking,
                   const struct cockpit_issuer *issuer, struct cockpit_document *ret_document);
};

// ---- what things are called ---------------------------------------------------------------------

static void add_name(struct cockpit_name *names, uint32_t *count, Slice code, Slice zh, Slice en) {
    names[(*count)++] = (struct cockpit_name){code, zh, en};
}

// Models, strategies and groups of the pack that decides, and codes. Of branches the code is known.
static void put_names(struct book *book, struct cockpit_issuer *issuer) {
    const struct catalogue *catalogue = response_catalogue(book);
    const struct strategies *strategies = response_strategies(book);
    const struct disposition_plan *plan = &strategies->plan;
    size_t most =
        (size_t)catalogue->models.count + strategies->count + plan->group_count + CODE_COUNT;
    struct cockpit_name *names = ARENA_ARRAY(book->arena, struct cockpit_name, most);
    uint32_t count = 0;
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        add_name(names, &count, model->id, model->zh, model->en);
    }
    for (uint32_t i = 0; i < strategies->count; i++) {
        add_name(names, &count, strategies->at[i].id, strategies->at[i].zh, strategies->at[i].en);
    }
    for (uint32_t i = 0; i < plan->group_count; i++) {
        add_name(names, &count, plan->groups[i].id, plan->groups[i].zh, plan->groups[i].en);
    }
    for (uint32_t i = 0; i < CODE_COUNT; i++) {
        add_name(names, &count, code_infos[i].text, code_infos[i].zh, code_infos[i].en);
    }
    issuer->names = names;
    issuer->name_count = count;
}

static Status begin_issuer(struct book *book, PaperLanguage language,
                           struct cockpit_issuer *ret_issuer) {
    const struct response_names *names = response_names(book);
    bool is_zh = language == PAPER_ZH;
    ENSURE(!slice_empty(names->name),
           book_fail(book, STATUS_INVALID, "RS009",
                     "the settings do not say which bank it is (bank.name)"));
    *ret_issuer = (struct cockpit_issuer){
        .language = language,
        .bank = is_zh ? names->name : names->name_en,
        .department = is_zh ? names->department : names->department_en,
    };
    put_names(book, ret_issuer);
    return STATUS_OK;
}

// ---- papers -------------------------------------------------------------------------------------

static Status bulletin(struct book *book, const struct paper_asking *asking,
                       const struct cockpit_issuer *issuer, struct cockpit_document *ret_document) {
    return cockpit_bulletin(book, &asking->asking.of, issuer, ret_document);
}

static Status daily(struct book *book, const struct paper_asking *asking,
                    const struct cockpit_issuer *issuer, struct cockpit_document *ret_document) {
    return cockpit_daily(book, &asking->asking.of, issuer, &asking->shift, ret_document);
}

static Status write_form(struct visit *visit, struct book *book, Form form,
                         const struct cockpit_document *document) {
    struct fonts *fonts;
    TRY(fonts_of_bank(book, &fonts));
    buf_reset(&visit->paper);
    Status status = form == FORM_PDF
                        ? paper_write_pdf(document->paper, fonts, &visit->paper, NULL, book->diag)
                        : paper_write_html(document->paper, fonts, &visit->paper, book->diag);
    fonts_close(fonts);
    visit->file = buf_slice(&visit->paper);
    return status;
}

static void write_json(struct visit *visit, const struct cockpit_document *document) {
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("told"), document->told);
    json_key_i64(visit->json, SLICE("refused"), document->refused);
    json_key(visit->json, SLICE("paper"));
    json_raw(visit->json, document->json);
    json_object_end(visit->json);
}

// A month is one of the bank's zone, which the unit of work knows.
static Status settle_month(struct book *book, struct paper_asking *asking) {
    struct cockpit_of *of = &asking->asking.of;
    if (slice_empty(asking->month)) {
        return STATUS_OK;
    }
    return cockpit_month_parse(asking->month, of)
               ? STATUS_OK
               : book_fail(book, STATUS_INVALID, "CP004", "a month is written as 2026-11");
}

static Status write_paper(struct visit *visit, struct book *book) {
    struct paper_asking *asking = visit->user;
    struct cockpit_issuer issuer;
    struct cockpit_document document = {0};
    TRY(asking_settle(visit, book, &asking->asking));
    TRY(settle_month(book, asking));
    asking->asking.of.clearance = asking->with_secrets ? visit->viewer : 0;
    TRY(begin_issuer(book, asking->asking.language, &issuer));
    TRY(asking->make(book, asking, &issuer, &document));
    Status status = STATUS_OK;
    if (asking->form == FORM_JSON) {
        write_json(visit, &document);
    } else {
        json_null(visit->json);
        status = write_form(visit, book, asking->form, &document);
    }
    paper_destroy(document.paper);
    return status;
}

static bool ask_form(struct visit *visit, struct paper_asking *asking) {
    Slice word;
    Choice secrets = CHOICE_ANY;
    if (!asking_language(visit, &asking->asking) || !visit_ask_choice(visit, "secrets", &secrets) ||
        !visit_ask_text(visit, "format", &word)) {
        return false;
    }
    asking->with_secrets = secrets == CHOICE_YES;
    asking->form = slice_is(word, "pdf")    ? FORM_PDF
                   : slice_is(word, "json") ? FORM_JSON
                                            : FORM_HTML;
    if (asking->form == FORM_HTML && !slice_empty(word) && !slice_is(word, "html")) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'format' is html, pdf or json");
        return false;
    }
    return true;
}

// Papers name nobody: accounts are masked in them as it is. A PDF leaves, and is on record.
static void write_out(struct visit *visit, const struct paper_asking *asking, const char *kind,
                      Slice file_name) {
    visit->is_plain = true;
    visit->takes_long = true;
    if (asking->form != FORM_JSON) {
        visit_name_file(visit, file_name, asking->form == FORM_PDF);
    }
    if (asking->form == FORM_PDF) {
        visit_export(visit, write_paper, kind, 0, false);
    } else {
        visit_look(visit, write_paper, kind, 0);
    }
}

// The room says whether it is one: a name of a file has its letters alone.
static bool is_month(Slice text) {
    return text.size == MONTH_SIZE && text.at[4] == '-' &&
           slice_find_byte(text, '"', 0) == text.size && text_is_plain(text);
}

void api_get_bulletin(void *context, struct http_request *request) {
    static const char *const names[] = {"month", "unit", "language", "format", "secrets"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    struct cockpit_of month = {0};
    if (visit == NULL) {
        return;
    }
    struct paper_asking *asking = (void *)asking_begin(visit, sizeof *asking);
    asking->make = bulletin;
    if (!visit_ask_text(visit, "month", &asking->month) ||
        !visit_ask_text(visit, "unit", &asking->asking.of.unit) || !ask_form(visit, asking)) {
        return;
    }
    if (!is_month(asking->month) || !cockpit_month_parse(asking->month, &month)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'month' is written as 2026-11");
        return;
    }
    write_out(visit, asking, "bulletin",
              arena_printf(&visit->deed->arena, "bulletin-%.*s", SLICE_ARGS(asking->month)));
}

// How far the desk is behind: where it is not, it is not, however long ago the last record came.
static void tell_head(struct visit *visit, struct cockpit_shift *shift) {
    struct response_state state = response_state(visit->deed->serve->options.response);
    shift->head_sequence = state.taken_sequence + state.lag_records;
    shift->head_us = state.lag_records == 0 ? 1 : visit->deed->act.now_us;
}

void api_get_daily(void *context, struct http_request *request) {
    static const char *const names[] = {"from",   "until",   "unit",  "language",
                                        "format", "secrets", "shift", "leader"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    Slice from = SLICE("");
    if (visit == NULL) {
        return;
    }
    struct paper_asking *asking = (void *)asking_begin(visit, sizeof *asking);
    struct cockpit_shift *shift = &asking->shift;
    asking->make = daily;
    if (!visit_ask_text(visit, "from", &from) || !asking_period(visit, &asking->asking) ||
        !ask_form(visit, asking) || !visit_ask_text(visit, "shift", &shift->name) ||
        !visit_ask_text(visit, "leader", &shift->leader)) {
        return;
    }
    struct cockpit_of *of = &asking->asking.of;
    of->from_us = slice_empty(from) ? of->until_us - SHIFT_USUAL_US : of->from_us;
    tell_head(visit, shift);
    write_out(visit, asking, "daily", SLICE("shift"));
}

// ---- an editor's texts --------------------------------------------------------------------------

// Somebody of a branch reads and writes its own bulletin.
static Status check_branch(struct book *book, const struct cockpit_of *of) {
    return slice_empty(of->viewer_unit) || slice_equal(of->viewer_unit, of->unit)
               ? STATUS_OK
               : book_fail(book, STATUS_INVALID, "CP003",
                           "the texts of another branch are not for the branch '%.*s'",
                           SLICE_ARGS(of->viewer_unit));
}

static Status put_texts(struct visit *visit, struct book *book) {
    struct paper_asking *asking = visit->user;
    TRY(asking_settle(visit, book, &asking->asking));
    TRY(check_branch(book, &asking->asking.of));
    json_object_begin(visit->json);
    json_key_string(visit->json, SLICE("month"), asking->month);
    put_text(visit->json, SLICE("unit"), asking->asking.of.unit);
    json_key(visit->json, SLICE("texts"));
    TRY(cockpit_texts_json(book, asking->month, asking->asking.of.unit, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_texts(void *context, struct http_request *request) {
    static const char *const names[] = {"month", "unit"};
    struct visit *visit = visit_query(context, request, names, 2);
    struct cockpit_of month = {0};
    if (visit == NULL) {
        return;
    }
    struct paper_asking *asking = (void *)asking_begin(visit, sizeof *asking);
    if (!visit_ask_text(visit, "month", &asking->month) ||
        !visit_ask_text(visit, "unit", &asking->asking.of.unit)) {
        return;
    }
    if (!is_month(asking->month) || !cockpit_month_parse(asking->month, &month)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'month' is written as 2026-11");
        return;
    }
    visit->is_plain = true;
    visit_look(visit, put_texts, "bulletin", 0);
}

struct text_asking {
    struct asking asking;
    struct cockpit_text text;
};

static Status keep_text(struct visit *visit, struct book *book) {
    struct text_asking *asking = visit->user;
    struct cockpit_of *of = &asking->asking.of;
    of->unit = asking->text.unit;
    TRY(asking_settle(visit, book, &asking->asking));
    TRY(check_branch(book, of));
    asking->text.unit = of->unit;
    TRY(cockpit_text_keep(book, &asking->text));
    return visit_put_taken(visit);
}

void api_post_text(void *context, struct http_request *request) {
    static const char *const names[] = {"month",    "unit",  "part", "number",
                                        "language", "title", "text"};
    enum { MONTH, UNIT, PART, NUMBER, LANGUAGE, TITLE, TEXT };
    struct visit *visit = visit_body(context, request, names, sizeof names / sizeof names[0]);
    Slice language;
    if (!visit_is_person(visit)) {
        return;
    }
    struct text_asking *asking = (void *)asking_begin(visit, sizeof *asking);
    struct cockpit_text *text = &asking->text;
    if (!visit_text(visit, MONTH, names[MONTH], MONTH_SIZE, true, &text->month) ||
        !visit_text(visit, UNIT, names[UNIT], ID_TEXT_MAX, false, &text->unit) ||
        !visit_number(visit, PART, names[PART], 1, 12, true, &text->part) ||
        !visit_number(visit, NUMBER, names[NUMBER], 0, COCKPIT_TEXTS_MAX, false, &text->number) ||
        !visit_text(visit, LANGUAGE, names[LANGUAGE], ID_TEXT_MAX, true, &language) ||
        !visit_text(visit, TITLE, names[TITLE], ID_TEXT_MAX, false, &text->title) ||
        !visit_text(visit, TEXT, names[TEXT], COCKPIT_TEXT_MAX, false, &text->text)) {
        return;
    }
    text->language = slice_is(language, "en") ? PAPER_EN : PAPER_ZH;
    if (!slice_is(language, "en") && !slice_is(language, "zh")) {
        visit_refuse_member(visit, names[LANGUAGE], "is zh or en");
    } else {
        visit_change_named(visit, keep_text, AUDIT_BULLETIN_CHANGED, "bulletin", text->month);
    }
}

// ---- numbers of accounts ------------------------------------------------------------------------

struct account_count {
    Slice unit, source;
    int64_t at_us, accounts;
};

struct account_counts {
    struct account_count *at;
    uint32_t count;
};

static Status give_accounts(struct visit *visit, struct book *book) {
    const struct account_counts *counts = visit->user;
    for (uint32_t i = 0; i < counts->count; i++) {
        const struct account_count *one = &counts->at[i];
        TRY(cockpit_give_accounts(book, one->unit, one->at_us, one->accounts, one->source));
    }
    return visit_put_taken(visit);
}

static bool is_short_text(JsonTree tree, uint32_t at, Slice *ret_text) {
    bool is_fine = at != JSON_NONE && tree.nodes[at].kind == JSON_STRING &&
                   tree.nodes[at].text.size <= ID_TEXT_MAX && text_is_plain(tree.nodes[at].text);
    *ret_text = is_fine ? tree.nodes[at].text : SLICE("");
    return is_fine;
}

static bool is_number(JsonTree tree, uint32_t at, int64_t most, int64_t *ret_number) {
    bool is_fine = at != JSON_NONE && tree.nodes[at].kind == JSON_INT && tree.nodes[at].i64 >= 0 &&
                   tree.nodes[at].i64 <= most;
    *ret_number = is_fine ? tree.nodes[at].i64 : 0;
    return is_fine;
}

static bool read_count(JsonTree tree, uint32_t node, struct account_count *count) {
    static const char *const names[] = {"unit", "at", "accounts", "source"};
    uint32_t found[4];
    struct buf reason;
    int64_t at_ms = 0;
    buf_init(&reason, 4096);
    bool is_fine = tree.nodes[node].kind == JSON_OBJECT &&
                   api_members(tree, node, names, 4, found, &reason) &&
                   is_short_text(tree, found[0], &count->unit) &&
                   is_number(tree, found[1], INT64_MAX / US_PER_MS, &at_ms) &&
                   is_number(tree, found[2], INT64_MAX / 2, &count->accounts) &&
                   is_short_text(tree, found[3], &count->source);
    buf_deinit(&reason);
    count->at_us = at_ms * US_PER_MS;
    return is_fine;
}

void api_post_accounts(void *context, struct http_request *request) {
    static const char *const names[] = {"units"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (visit == NULL) {
        return;
    }
    JsonTree tree = visit->deed->tree;
    uint32_t list = visit->deed->found[0];
    struct account_counts *counts = ARENA_NEW(&visit->deed->arena, struct account_counts);
    visit->user = counts;
    bool is_fine = list != JSON_NONE && tree.nodes[list].kind == JSON_ARRAY &&
                   tree.nodes[list].count > 0 && tree.nodes[list].count <= ACCOUNTS_MAX;
    counts->at = ARENA_ARRAY(&visit->deed->arena, struct account_count,
                             is_fine ? tree.nodes[list].count : 1);
    if (is_fine) {
        JSON_EACH(tree, list, i) {
            is_fine = is_fine && read_count(tree, i, &counts->at[counts->count]);
            counts->count += is_fine;
        }
    }
    if (is_fine) {
        visit_change(visit, give_accounts, AUDIT_BULLETIN_CHANGED, "accounts", 0);
    } else {
        visit_refuse_member(visit, "units",
                            "is a list of 1 to 5,000 of {unit, at: milliseconds, accounts, "
                            "source}");
    }
}
