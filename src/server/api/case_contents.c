// What is put into a case: alerts, subjects, notes, contacts, attachments, frozen transactions, and
// what ties it to others. Each by a table of its members.

#include "response/cases/cases.h"

#include "server/api/visit.h"

#include <inttypes.h>

enum { TEXTS_MAX = 5, REASON_MAX = CASE_TITLE_MAX, COPIES_MAX = 1000 };

static_assert((int)API_ATTACHMENT_MAX == (int)CASE_ATTACHMENT_MAX,
              "what a route takes a case keeps");

// What a body holds: texts in the order of the kind's members, and numbers in theirs.
struct content {
    Slice text[TEXTS_MAX];
    int64_t number[TEXTS_MAX];
    int64_t other; // of the path, beside the case's
    const struct content_kind *kind;
};

struct member {
    const char *name;
    size_t size_max; // of a text; 0: a number
    bool is_needed;
    int64_t most; // of a number, which is at least 1
};

struct content_kind {
    struct member members[TEXTS_MAX];
    uint32_t count;
    const char *other; // of the path; NULL: only the case's
    Status (*put)(struct visit *visit, struct book *book, const struct content *content);
};

static Status put_content(struct visit *visit, struct book *book) {
    const struct content *content = visit->user;
    TRY(content->kind->put(visit, book, content));
    return visit_put_taken(visit);
}

static bool read_member(struct visit *visit, const struct content_kind *kind, uint32_t member,
                        struct content *content) {
    const struct member *m = &kind->members[member];
    return m->size_max == 0 ? visit_number(visit, member, m->name, 1, m->most, m->is_needed,
                                           &content->number[member])
                            : visit_text(visit, member, m->name, m->size_max, m->is_needed,
                                         &content->text[member]);
}

static void read_content(struct serve *serve, struct http_request *request,
                         const struct content_kind *kind) {
    const char *names[TEXTS_MAX];
    for (uint32_t i = 0; i < kind->count; i++) {
        names[i] = kind->members[i].name;
    }
    struct visit *visit = visit_body(serve, request, names, kind->count);
    if (!visit_is_person(visit)) {
        return;
    }
    struct content *content = ARENA_NEW(&visit->deed->arena, struct content);
    *content = (struct content){.kind = kind};
    visit->user = content;
    if (!visit_object(visit, "case") ||
        (kind->other != NULL && !visit_path(visit, kind->other, &content->other))) {
        return;
    }
    for (uint32_t i = 0; i < kind->count; i++) {
        if (!read_member(visit, kind, i, content)) {
            return;
        }
    }
    visit_change(visit, put_content, AUDIT_CASE_CHANGED, "case", visit->id);
}

// Handlers: api_post_NAME, by the kind NAME.
#define CONTENT(name)                                                                              \
    void api_post_##name(void *context, struct http_request *request) {                            \
        read_content(context, request, &name);                                                     \
    }

// ---- alerts and subjects ------------------------------------------------------------------------

static Status put_alert(struct visit *visit, struct book *book, const struct content *content) {
    return case_add_alert(book, visit->viewer, visit->id, content->number[0]);
}
static const struct content_kind case_alert = {{{"alert", 0, true, INT64_MAX}}, 1, NULL, put_alert};
CONTENT(case_alert)

static Status take_out_alert(struct visit *visit, struct book *book,
                             const struct content *content) {
    return case_remove_alert(book, visit->viewer, visit->id, content->other, content->text[0]);
}
static const struct content_kind case_alert_removal = {
    {{"reason", REASON_MAX, true}}, 1, "alert", take_out_alert};
CONTENT(case_alert_removal)

static Status put_subject(struct visit *visit, struct book *book, const struct content *content) {
    const struct case_subject subject = {.kind = content->text[0],
                                         .name = content->text[1],
                                         .role = content->text[2],
                                         .evidence = content->text[3],
                                         .confidence = content->number[4],
                                         .origin = SLICE("PERSON")};
    return case_put_subject(book, visit->viewer, visit->id, &subject);
}
static const struct content_kind case_subject = {{{"kind", ID_TEXT_MAX, true},
                                                  {"name", CASES_NAME_MAX, true},
                                                  {"role", ID_TEXT_MAX, true},
                                                  {"evidence", CASE_TEXT_MAX, false},
                                                  {"confidence", 0, false, 100}},
                                                 5,
                                                 NULL,
                                                 put_subject};
CONTENT(case_subject)

// ---- notes, contacts, amounts, gaps -------------------------------------------------------------

static Status put_note(struct visit *visit, struct book *book, const struct content *content) {
    return case_note(book, visit->viewer, visit->id, content->text[0], content->text[1]);
}
static const struct content_kind case_note_kind = {
    {{"kind", ID_TEXT_MAX, true}, {"text", CASE_TEXT_MAX, true}}, 2, NULL, put_note};

void api_post_case_note(void *context, struct http_request *request) {
    read_content(context, request, &case_note_kind);
}

static Status put_contact(struct visit *visit, struct book *book, const struct content *content) {
    const struct case_contact contact = {content->text[0], content->text[1], content->text[2],
                                         content->text[3], content->text[4]};
    return case_add_contact(book, visit->viewer, visit->id, &contact);
}
static const struct content_kind case_contact = {{{"role", ID_TEXT_MAX, true},
                                                  {"name", CASES_NAME_MAX, true},
                                                  {"organisation", ID_TEXT_MAX, false},
                                                  {"reach", ID_TEXT_MAX, true},
                                                  {"note", NOTE_TEXT_MAX, false}},
                                                 5,
                                                 NULL,
                                                 put_contact};
CONTENT(case_contact)

static Status put_entry(struct visit *visit, struct book *book, const struct content *content) {
    return case_enter(book, visit->viewer, visit->id, content->text[0], content->number[1],
                      content->text[2]);
}
static const struct content_kind case_entry = {
    {{"kind", ID_TEXT_MAX, true}, {"amount", 0, true, INT64_MAX}, {"document", ID_TEXT_MAX, true}},
    3,
    NULL,
    put_entry};
CONTENT(case_entry)

static Status put_gap(struct visit *visit, struct book *book, const struct content *content) {
    return case_add_gap(book, visit->viewer, visit->id, content->text[0]);
}
static const struct content_kind case_gap = {{{"text", CASE_TEXT_MAX, true}}, 1, NULL, put_gap};
CONTENT(case_gap)

static Status settle_gap(struct visit *visit, struct book *book, const struct content *content) {
    return case_settle_gap(book, visit->viewer, visit->id, content->other, content->text[0],
                           content->text[1]);
}
static const struct content_kind case_gap_settled = {
    {{"state", ID_TEXT_MAX, true}, {"model", ID_TEXT_MAX, false}}, 2, "gap", settle_gap};
CONTENT(case_gap_settled)

// ---- ties ---------------------------------------------------------------------------------------

static Status put_relation(struct visit *visit, struct book *book, const struct content *content) {
    return case_relate(book, visit->viewer, visit->id, content->number[0], content->text[1],
                       content->text[2]);
}
static const struct content_kind case_relation = {
    {{"case", 0, true, INT64_MAX}, {"kind", ID_TEXT_MAX, true}, {"reason", REASON_MAX, false}},
    3,
    NULL,
    put_relation};
CONTENT(case_relation)

static Status put_reference(struct visit *visit, struct book *book, const struct content *content) {
    return case_refer(book, visit->viewer, visit->id, content->text[0], content->text[1]);
}
static const struct content_kind case_reference = {
    {{"kind", ID_TEXT_MAX, true}, {"reference", ID_TEXT_MAX, true}}, 2, NULL, put_reference};
CONTENT(case_reference)

static Status put_link(struct visit *visit, struct book *book, const struct content *content) {
    bool is_one = (content->number[0] > 0) != (content->number[1] > 0);
    ENSURE(is_one,
           book_fail(book, STATUS_INVALID, "OF008", "a case is linked to a task or to a control"));
    return content->number[0] > 0
               ? case_link(book, visit->viewer, visit->id, CASE_LINK_TASK, content->number[0])
               : case_link(book, visit->viewer, visit->id, CASE_LINK_CONTROL, content->number[1]);
}
static const struct content_kind case_link_kind = {
    {{"task", 0, false, INT64_MAX}, {"control", 0, false, INT64_MAX}}, 2, NULL, put_link};

void api_post_case_link(void *context, struct http_request *request) {
    read_content(context, request, &case_link_kind);
}

// ---- looking back -------------------------------------------------------------------------------

static Status put_look_back(struct visit *visit, struct book *book, const struct content *content) {
    const struct case_look_back look_back = {content->text[0], content->text[1], content->text[2],
                                             content->text[3], content->text[4]};
    return case_put_look_back(book, visit->viewer, visit->id, &look_back);
}
static const struct content_kind case_look_back = {{{"account", CASES_NAME_MAX, true},
                                                    {"conclusion", NOTE_TEXT_MAX, true},
                                                    {"unit", ID_TEXT_MAX, false},
                                                    {"person", ID_TEXT_MAX, false},
                                                    {"measures", NOTE_TEXT_MAX, false}},
                                                   5,
                                                   NULL,
                                                   put_look_back};
CONTENT(case_look_back)

static Status look_back(struct visit *visit, struct book *book) {
    const Slice *account = visit->user;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("look_back"));
    TRY(case_put_look_back_json(book, visit->viewer, visit->id, *account, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_case_look_back(void *context, struct http_request *request) {
    static const char *const names[] = {"account"};
    struct visit *visit = visit_query(context, request, names, 1);
    if (visit == NULL) {
        return;
    }
    Slice *account = ARENA_NEW(&visit->deed->arena, Slice);
    visit->user = account;
    if (!visit_object(visit, "case") || !visit_ask_text(visit, names[0], account)) {
        return;
    }
    if (slice_empty(*account)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'account' is missing");
    } else {
        visit_look(visit, look_back, "case", visit->id);
    }
}

// ---- attachments --------------------------------------------------------------------------------

static Status attach(struct visit *visit, struct book *book) {
    int64_t attachment;
    TRY(case_attach(book, visit->viewer, visit->id, visit->user, &attachment));
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("attachment"), attachment);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_case_attachment(void *context, struct http_request *request) {
    static const char *const names[] = {"name", "media", "about"};
    struct visit *visit = visit_query(context, request, names, 3);
    if (!visit_is_person(visit)) {
        return;
    }
    struct case_attachment *attachment = ARENA_NEW(&visit->deed->arena, struct case_attachment);
    visit->user = attachment;
    attachment->bytes = http_request_body(request);
    if (!visit_object(visit, "case") ||
        !visit_ask_text(visit, names[0], &attachment->name) ||
        !visit_ask_text(visit, names[1], &attachment->media) ||
        !visit_ask_text(visit, names[2], &attachment->about)) {
        return;
    }
    visit_change(visit, attach, AUDIT_CASE_CHANGED, "case", visit->id);
}

static Status read_attachment(struct visit *visit, struct book *book) {
    struct case_attachment attachment;
    const int64_t *number = visit->user;
    TRY(case_attachment_read(book, visit->viewer, visit->id, *number, &attachment));
    visit->file = attachment.bytes;
    json_null(visit->json);
    return STATUS_OK;
}

// What is in it nobody can mask.
void api_get_case_attachment(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit == NULL || !visit_has_scope(visit, SCOPE_PERSONAL_READ)) {
        return;
    }
    int64_t *number = ARENA_NEW(&visit->deed->arena, int64_t);
    visit->user = number;
    if (visit_object(visit, "case") && visit_path(visit, "attachment", number)) {
        visit_look(visit, read_attachment, "case", visit->id);
    }
}

static Status withdraw(struct visit *visit, struct book *book, const struct content *content) {
    return case_attachment_withdraw(book, visit->viewer, visit->id, content->other,
                                    content->text[0]);
}
static const struct content_kind case_attachment_withdrawal = {
    {{"reason", REASON_MAX, true}}, 1, "attachment", withdraw};
CONTENT(case_attachment_withdrawal)

// ---- frozen transactions ------------------------------------------------------------------------

struct copies {
    struct case_copy *at;
    uint32_t count;
    int64_t from_us, until_us, limit; // of what is suggested
};

static Status freeze(struct visit *visit, struct book *book) {
    const struct copies *copies = visit->user;
    struct case_frozen frozen;
    TRY(case_freeze(book, visit->viewer, visit->id, copies->at, copies->count, &frozen));
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("added"), frozen.added);
    json_key_i64(visit->json, SLICE("there"), frozen.there);
    json_key_i64(visit->json, SLICE("count"), frozen.count);
    json_key_string(visit->json, SLICE("sha256"), frozen.sha256);
    json_object_end(visit->json);
    return STATUS_OK;
}

// {"sequence": 17, "part": "SOURCE"} and nothing else.
static bool read_copy(JsonTree tree, uint32_t at, struct case_copy *ret_copy) {
    if (tree.nodes[at].kind != JSON_OBJECT || tree.nodes[at].count != 2) {
        return false;
    }
    uint32_t sequence = json_member(tree, at, SLICE("sequence"));
    uint32_t part = json_member(tree, at, SLICE("part"));
    bool is_fine = sequence != JSON_NONE && tree.nodes[sequence].kind == JSON_INT &&
                   tree.nodes[sequence].i64 > 0 && part != JSON_NONE &&
                   tree.nodes[part].kind == JSON_STRING &&
                   tree.nodes[part].text.size <= ID_TEXT_MAX;
    *ret_copy = is_fine ? (struct case_copy){.sequence = tree.nodes[sequence].i64,
                                             .part = tree.nodes[part].text}
                        : (struct case_copy){0};
    return is_fine;
}

static bool read_copies(struct visit *visit, uint32_t member, struct copies *copies) {
    JsonTree tree = visit->deed->tree;
    uint32_t list = visit->deed->found[member];
    bool is_fine = list != JSON_NONE && tree.nodes[list].kind == JSON_ARRAY &&
                   tree.nodes[list].count > 0 && tree.nodes[list].count <= COPIES_MAX;
    if (is_fine) {
        copies->at = ARENA_ARRAY(&visit->deed->arena, struct case_copy, tree.nodes[list].count);
        JSON_EACH(tree, list, i) {
            is_fine = is_fine && read_copy(tree, i, &copies->at[copies->count]);
            copies->count += is_fine;
        }
    }
    if (!is_fine) {
        visit_refuse_member(visit, "transactions",
                            "is a list of 1 to 1,000 of {sequence, part: SOURCE, INVOLVED or "
                            "CONTEXT}");
    }
    return is_fine;
}

static struct copies *copies_begin(struct visit *visit) {
    struct copies *copies = ARENA_NEW(&visit->deed->arena, struct copies);
    *copies = (struct copies){.limit = COPIES_MAX};
    visit->user = copies;
    return copies;
}

void api_post_case_freeze(void *context, struct http_request *request) {
    static const char *const names[] = {"transactions"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    struct copies *copies = copies_begin(visit);
    if (visit_object(visit, "case") && read_copies(visit, 0, copies)) {
        visit_change(visit, freeze, AUDIT_CASE_CHANGED, "case", visit->id);
    }
}

static void put_suggestion(struct json_writer *json, const struct case_suggestion *found) {
    json_object_begin(json);
    json_key_i64(json, SLICE("sequence"), found->copy.sequence);
    json_key_string(json, SLICE("part"), found->copy.part);
    json_key_i64(json, SLICE("time_us"), found->time_us);
    json_key_string(json, SLICE("event_id"), found->event_id);
    json_key_string(json, SLICE("payer_place"), found->payer_place);
    json_key_string(json, SLICE("payer"), found->payer);
    json_key_string(json, SLICE("payee_place"), found->payee_place);
    json_key_string(json, SLICE("payee"), found->payee);
    json_key_i64(json, SLICE("amount"), found->amount);
    json_key_string(json, SLICE("state"), found->state);
    json_object_end(json);
}

static Status suggest(struct visit *visit, struct book *book) {
    const struct copies *asked = visit->user;
    struct case_suggestion *found;
    uint32_t count;
    TRY(case_suggest_copies(book, visit->viewer, visit->id, asked->from_us, asked->until_us,
                            (uint32_t)asked->limit, &found, &count));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("transactions"));
    json_array_begin(visit->json);
    for (uint32_t i = 0; i < count; i++) {
        put_suggestion(visit->json, &found[i]);
    }
    json_array_end(visit->json);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_case_suggestions(void *context, struct http_request *request) {
    static const char *const names[] = {"from", "until", "limit"};
    struct visit *visit = visit_query(context, request, names, 3);
    if (visit == NULL) {
        return;
    }
    struct copies *copies = copies_begin(visit);
    copies->until_us = visit->deed->act.now_us;
    if (visit_object(visit, "case") &&
        visit_ask_moment(visit, names[0], &copies->from_us) &&
        visit_ask_moment(visit, names[1], &copies->until_us) &&
        visit_ask_number(visit, names[2], 1, COPIES_MAX, &copies->limit)) {
        visit_look(visit, suggest, "case", visit->id);
    }
}
