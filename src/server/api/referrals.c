// Referrals to the police: lists, one with all that belongs to it, and drafting. Approving, sending
// and what becomes of them: referral_way.c. What they look like: referral_papers.c.

#include "server/api/referrals.h"

#include "server/api/flows.h"

// ---- what they share ----------------------------------------------------------------------------

void referral_office_of(struct book *book, struct referral_office *ret_office) {
    const struct response_names *names = response_names(book);
    referral_office_init(ret_office, response_terms(book), names->name, names->symbol);
}

Status referral_office_named(struct book *book, struct referral_office *ret_office) {
    referral_office_of(book, ret_office);
    return slice_empty(ret_office->bank)
               ? book_fail(book, STATUS_INVALID, "RS009",
                           "the settings do not say which bank it is (bank.name)")
               : STATUS_OK;
}

Status fonts_of_bank(struct book *book, struct fonts **ret_fonts) {
    return fonts_open(response_names(book)->fonts, book->arena, ret_fonts, book->diag);
}

Status referral_answer(struct visit *visit, struct book *book) {
    struct referral_office office;
    referral_office_of(book, &office);
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("referral"));
    TRY(referral_put_json(book, visit->viewer, &office, visit->id, !visit->sees_personal,
                          visit->json));
    json_key(visit->json, SLICE("trace"));
    TRY(visit->sees_personal ? trace_put_json(book, "referral", visit->id, visit->json)
                             : trace_put_bare_json(book, "referral", visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

struct visit *referral_visit(struct serve *serve, struct http_request *request,
                             const char *const *names, uint32_t count) {
    struct visit *visit = visit_body(serve, request, names, count);
    return visit_is_person(visit) && visit_object(visit, "referral") ? visit : NULL;
}

// ---- lists --------------------------------------------------------------------------------------

static Status put_list(struct visit *visit, struct book *book, struct json_writer *json) {
    return referrals_put_json(book, visit->viewer, visit->user, json);
}

static Status list(struct visit *visit, struct book *book) {
    const struct referral_filter *filter = visit->user;
    return visit_put_page(visit, book, "referrals", "referral", filter->rows_max, put_list);
}

void api_get_referrals(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "route",         "police_case_no", "case", "lead",
                                        "open",  "unheard_since", "after",          "limit"};
    struct visit *visit = visit_query(context, request, names, sizeof names / sizeof names[0]);
    int64_t limit = LIST_USUAL;
    Choice open = CHOICE_ANY;
    if (visit == NULL) {
        return;
    }
    struct referral_filter *filter = ARENA_NEW(&visit->deed->arena, struct referral_filter);
    *filter = (struct referral_filter){0};
    visit->user = filter;
    if (visit_ask_text(visit, "state", &filter->state) &&
        visit_ask_text(visit, "route", &filter->route) &&
        visit_ask_text(visit, "police_case_no", &filter->police_case_no) &&
        visit_ask_number(visit, "case", 1, INT64_MAX, &filter->case_id) &&
        visit_ask_number(visit, "lead", 1, INT64_MAX, &filter->lead) &&
        visit_ask_choice(visit, "open", &open) &&
        visit_ask_moment(visit, "unheard_since", &filter->unheard_since_us) &&
        visit_ask_number(visit, "after", 1, INT64_MAX, &filter->before_id) &&
        visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &limit)) {
        filter->only_open = open == CHOICE_YES;
        filter->rows_max = (uint32_t)limit;
        visit_look(visit, list, "referrals", 0);
    }
}

void api_get_referral(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "referral")) {
        visit_look(visit, referral_answer, "referral", visit->id);
    }
}

// ---- opening, fields ----------------------------------------------------------------------------

static Status open_referral(struct visit *visit, struct book *book) {
    struct referral_office office;
    referral_office_of(book, &office);
    TRY(referral_open(book, visit->viewer, &office, visit->user, &visit->id));
    visit->object = visit->id;
    return referral_answer(visit, book);
}

void api_post_referral(void *context, struct http_request *request) {
    static const char *const names[] = {"route",     "urgency",   "authority", "basis",
                                        "contact_a", "contact_b", "case",      "supplements"};
    enum { TEXTS = 6, CASE = TEXTS, SUPPLEMENTS };
    struct visit *visit = visit_body(context, request, names, SUPPLEMENTS + 1);
    if (!visit_is_person(visit)) {
        return;
    }
    struct referral_plan *plan = ARENA_NEW(&visit->deed->arena, struct referral_plan);
    *plan = (struct referral_plan){0};
    visit->user = plan;
    Slice *const into[TEXTS] = {&plan->route, &plan->urgency,   &plan->authority,
                                &plan->basis, &plan->contact_a, &plan->contact_b};
    for (uint32_t i = 0; i < TEXTS; i++) {
        if (!visit_text(visit, i, names[i], REFERRAL_TEXT_MAX, false, into[i])) {
            return;
        }
    }
    if (visit_number(visit, CASE, names[CASE], 1, INT64_MAX, true, &plan->case_id) &&
        visit_number(visit, SUPPLEMENTS, names[SUPPLEMENTS], 1, INT64_MAX, false,
                     &plan->supplements)) {
        visit_change(visit, open_referral, AUDIT_REFERRAL_CHANGED, "referral", 0);
    }
}

static const struct {
    const char *name;
    size_t size_max;
} fields[REFERRAL_FIELD_COUNT] = {
#define FIELD(name, column, bytes, part, demanded, zh, en) {column, bytes},
#include "response/referral/fields.def"
#undef FIELD
};

struct edits {
    bool is_given[REFERRAL_FIELD_COUNT];
    Slice value[REFERRAL_FIELD_COUNT];
};

static Status edit(struct visit *visit, struct book *book) {
    const struct edits *edits = visit->user;
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        if (edits->is_given[i]) {
            TRY(referral_edit(book, visit->viewer, visit->id, (ReferralField)i, edits->value[i]));
        }
    }
    return referral_answer(visit, book);
}

void api_post_referral_fields(void *context, struct http_request *request) {
    const char *names[REFERRAL_FIELD_COUNT];
    bool is_any = false;
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        names[i] = fields[i].name;
    }
    struct visit *visit = referral_visit(context, request, names, REFERRAL_FIELD_COUNT);
    if (visit == NULL) {
        return;
    }
    struct edits *edits = ARENA_NEW(&visit->deed->arena, struct edits);
    *edits = (struct edits){0};
    visit->user = edits;
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        edits->is_given[i] = visit_has(visit, i);
        is_any = is_any || edits->is_given[i];
        if (!visit_text(visit, i, names[i], fields[i].size_max, false, &edits->value[i])) {
            return;
        }
    }
    if (is_any) {
        visit_change(visit, edit, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    } else {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED, "no field is named");
    }
}

// ---- what the bank's systems know ---------------------------------------------------------------

static const char *const datum_names[] = {"kind", "object", "field", "value", "absent", "source"};
enum { DATUM_NAMES = sizeof datum_names / sizeof datum_names[0] };

static bool read_datum(JsonTree tree, uint32_t node, struct referral_datum *datum) {
    uint32_t found[DATUM_NAMES];
    struct buf reason;
    Slice *const into[DATUM_NAMES] = {&datum->kind,  &datum->object, &datum->field,
                                      &datum->value, &datum->absent, &datum->source};
    buf_init(&reason, 4096);
    bool is_fine = tree.nodes[node].kind == JSON_OBJECT &&
                   api_members(tree, node, datum_names, DATUM_NAMES, found, &reason);
    buf_deinit(&reason);
    for (uint32_t i = 0; is_fine && i < DATUM_NAMES; i++) {
        *into[i] = SLICE("");
        if (found[i] != JSON_NONE) {
            *into[i] = tree.nodes[found[i]].text;
            is_fine = tree.nodes[found[i]].kind == JSON_STRING &&
                      into[i]->size <= REFERRAL_DATUM_MAX && text_is_plain(*into[i]);
        }
    }
    return is_fine && !slice_empty(datum->kind) && !slice_empty(datum->field);
}

bool referral_read_data(struct visit *visit, uint32_t member, struct referral_data *ret_data) {
    JsonTree tree = visit->deed->tree;
    uint32_t list = visit->deed->found[member];
    bool is_fine = list != JSON_NONE && tree.nodes[list].kind == JSON_ARRAY &&
                   tree.nodes[list].count > 0 && tree.nodes[list].count <= REFERRAL_DATA_MAX;
    *ret_data = (struct referral_data){.at = ARENA_ARRAY(&visit->deed->arena, struct referral_datum,
                                                         is_fine ? tree.nodes[list].count : 1)};
    if (is_fine) {
        JSON_EACH(tree, list, i) {
            is_fine = is_fine && read_datum(tree, i, &ret_data->at[ret_data->count]);
            ret_data->count += is_fine;
        }
    }
    if (!is_fine) {
        visit_refuse_member(visit, "data",
                            "is a list of 1 to 5,000 of {kind, object, field, value, absent, "
                            "source}: texts of up to 2,000 bytes");
    }
    return is_fine;
}

static Status put_data(struct visit *visit, struct book *book) {
    const struct referral_data *data = visit->user;
    struct referral_office office;
    referral_office_of(book, &office);
    TRY(referral_put_all(book, visit->viewer, &office, visit->id, data->at, data->count));
    return visit_put_taken(visit);
}

void api_post_referral_data(void *context, struct http_request *request) {
    static const char *const names[] = {"data"};
    struct visit *visit = referral_visit(context, request, names, 1);
    if (visit == NULL) {
        return;
    }
    struct referral_data *data = ARENA_NEW(&visit->deed->arena, struct referral_data);
    visit->user = data;
    if (referral_read_data(visit, 0, data)) {
        visit_change(visit, put_data, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

static Status ask_core(struct visit *visit, struct book *book) {
    struct referral_office office;
    uint32_t count = 0;
    referral_office_of(book, &office);
    TRY(referral_ask(book, visit->viewer, &office, visit->id, &count));
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("asked"), count);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_referral_questions(void *context, struct http_request *request) {
    struct visit *visit = referral_visit(context, request, NULL, 0);
    if (visit != NULL) {
        visit_change(visit, ask_core, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

// ---- picture, enclosures, links -----------------------------------------------------------------

static Status draw(struct visit *visit, struct book *book) {
    TRY(referral_draw(book, visit->viewer, visit->id, visit->user, NULL));
    return referral_answer(visit, book);
}

void api_post_referral_picture(void *context, struct http_request *request) {
    static const char *const names[] = {FLOW_NAMES};
    struct visit *visit = referral_visit(context, request, names, FLOW_NAME_COUNT);
    if (visit == NULL) {
        return;
    }
    struct flow_options *options = ARENA_NEW(&visit->deed->arena, struct flow_options);
    *options = (struct flow_options){0};
    visit->user = options;
    if (flow_options_read(visit, names, options)) {
        visit_change(visit, draw, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

struct adding {
    int64_t number;
    Slice word, text;
};

static struct adding *adding_begin(struct visit *visit) {
    struct adding *adding = ARENA_NEW(&visit->deed->arena, struct adding);
    *adding = (struct adding){0};
    visit->user = adding;
    return adding;
}

static Status enclose(struct visit *visit, struct book *book) {
    const struct adding *adding = visit->user;
    TRY(referral_enclose(book, visit->viewer, visit->id, adding->number, adding->text));
    return referral_answer(visit, book);
}

void api_post_referral_enclosure(void *context, struct http_request *request) {
    static const char *const names[] = {"attachment", "title"};
    struct visit *visit = referral_visit(context, request, names, 2);
    if (visit == NULL) {
        return;
    }
    struct adding *adding = adding_begin(visit);
    if (visit_number(visit, 0, names[0], 1, INT64_MAX, true, &adding->number) &&
        visit_text(visit, 1, names[1], ID_TEXT_MAX, false, &adding->text)) {
        visit_change(visit, enclose, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

static Status link_other(struct visit *visit, struct book *book) {
    const struct adding *adding = visit->user;
    TRY(referral_link(book, visit->viewer, visit->id, adding->number, adding->word, adding->text));
    return referral_answer(visit, book);
}

void api_post_referral_link(void *context, struct http_request *request) {
    static const char *const names[] = {"referral", "kind", "reason"};
    struct visit *visit = referral_visit(context, request, names, 3);
    if (visit == NULL) {
        return;
    }
    struct adding *adding = adding_begin(visit);
    if (visit_number(visit, 0, names[0], 1, INT64_MAX, true, &adding->number) &&
        visit_text(visit, 1, names[1], ID_TEXT_MAX, true, &adding->word) &&
        visit_text(visit, 2, names[2], REFERRAL_TEXT_MAX, false, &adding->text)) {
        visit_change(visit, link_other, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

static Status drop(struct visit *visit, struct book *book) {
    const struct adding *adding = visit->user;
    TRY(referral_drop(book, visit->viewer, visit->id, adding->text));
    return referral_answer(visit, book);
}

void api_post_referral_drop(void *context, struct http_request *request) {
    static const char *const names[] = {"reason"};
    struct visit *visit = referral_visit(context, request, names, 1);
    if (visit == NULL) {
        return;
    }
    struct adding *adding = adding_begin(visit);
    if (visit_text(visit, 0, names[0], REFERRAL_TEXT_MAX, true, &adding->text)) {
        visit_change(visit, drop, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}
