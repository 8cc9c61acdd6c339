// The way of a referral: the gate, three approvals by three persons, an emergency, the sending, and
// what the authority tells of it afterwards.
//
// Who takes which step says the scope; that they are three persons and in order, the room.

#include "server/api/brought.h"
#include "server/api/referrals.h"

// ---- the gate -----------------------------------------------------------------------------------

static Status put_gate(struct visit *visit, struct book *book) {
    struct referral_office office;
    struct referral_findings findings;
    referral_office_of(book, &office);
    TRY(referral_gate(book, visit->viewer, &office, visit->id, &findings));
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("complete"), findings.count == 0);
    json_key(visit->json, SLICE("gate"));
    referral_findings_put_json(visit->json, &findings);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_referral_gate(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "referral")) {
        visit_look(visit, put_gate, "referral", visit->id);
    }
}

// ---- approving ----------------------------------------------------------------------------------

static const struct {
    const char *step;
    Scope scope;
} steps[] = {{"ANALYST", SCOPE_REFERRALS_DRAFT},
             {"DEPARTMENT", SCOPE_REFERRALS_APPROVE},
             {"COMPLIANCE", SCOPE_REFERRALS_COMPLY}};
enum { STEPS = sizeof steps / sizeof steps[0] };

struct step {
    Slice word, note;
};

static struct step *step_begin(struct visit *visit) {
    struct step *step = ARENA_NEW(&visit->deed->arena, struct step);
    *step = (struct step){0};
    visit->user = step;
    return step;
}

static Status approve(struct visit *visit, struct book *book) {
    const struct step *step = visit->user;
    struct referral_office office;
    TRY(referral_office_named(book, &office));
    TRY(referral_approve(book, visit->viewer, &office, visit->id, step->word, step->note));
    return referral_answer(visit, book);
}

static bool may_take(struct visit *visit, Slice word) {
    for (uint32_t i = 0; i < STEPS; i++) {
        if (slice_is(word, steps[i].step)) {
            return visit_has_scope(visit, steps[i].scope);
        }
    }
    visit_refuse_member(visit, "step", "is ANALYST, DEPARTMENT or COMPLIANCE");
    return false;
}

void api_post_referral_approve(void *context, struct http_request *request) {
    static const char *const names[] = {"step", "note"};
    struct visit *visit = referral_visit(context, request, names, 2);
    if (visit == NULL) {
        return;
    }
    struct step *step = step_begin(visit);
    if (visit_text(visit, 0, names[0], ID_TEXT_MAX, true, &step->word) &&
        visit_text(visit, 1, names[1], REFERRAL_TEXT_MAX, false, &step->note) &&
        may_take(visit, step->word)) {
        visit_change(visit, approve, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

static Status give_back(struct visit *visit, struct book *book) {
    const struct step *step = visit->user;
    TRY(referral_return(book, visit->viewer, visit->id, step->note));
    return referral_answer(visit, book);
}

// Whoever may take one of the steps.
static bool may_return(struct visit *visit) {
    for (uint32_t i = 1; i < STEPS; i++) {
        if (identity_may(&visit->deed->act.who, steps[i].scope)) {
            return true;
        }
    }
    return visit_has_scope(visit, steps[0].scope);
}

void api_post_referral_return(void *context, struct http_request *request) {
    static const char *const names[] = {"reason"};
    struct visit *visit = referral_visit(context, request, names, 1);
    if (visit == NULL) {
        return;
    }
    struct step *step = step_begin(visit);
    if (visit_text(visit, 0, names[0], REFERRAL_TEXT_MAX, true, &step->note) && may_return(visit)) {
        visit_change(visit, give_back, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

// ---- money is moving ----------------------------------------------------------------------------

// The second person is one of this bank who may do the same.
static Status check_second(struct visit *visit, struct book *book, Slice second) {
    const ScopeSet any = scope_bit(SCOPE_REFERRALS_DRAFT) | scope_bit(SCOPE_REFERRALS_APPROVE) |
                         scope_bit(SCOPE_REFERRALS_WRITE);
    ScopeSet scopes;
    bool is_fine = slice_equal(second, visit->actor.name) ||
                   (visit_roles_of(visit, second, &scopes) && (scopes & any) != 0);
    return is_fine ? STATUS_OK
                   : book_fail(book, STATUS_INVALID, "RF011",
                               "'%.*s' is nobody here who drafts, approves or sends referrals",
                               SLICE_ARGS(second));
}

static Status raise_alarm(struct visit *visit, struct book *book) {
    const struct referral_call *call = visit->user;
    struct referral_office office;
    TRY(referral_office_named(book, &office));
    TRY(check_second(visit, book, call->second));
    TRY(referral_emergency(book, visit->viewer, &office, visit->id, call));
    return referral_answer(visit, book);
}

void api_post_referral_emergency(void *context, struct http_request *request) {
    static const char *const names[] = {"called", "text", "second"};
    struct visit *visit = referral_visit(context, request, names, 3);
    if (visit == NULL) {
        return;
    }
    struct referral_call *call = ARENA_NEW(&visit->deed->arena, struct referral_call);
    visit->user = call;
    if (visit_text(visit, 0, names[0], REFERRAL_TEXT_MAX, true, &call->called) &&
        visit_text(visit, 1, names[1], REFERRAL_TEXT_MAX, true, &call->text) &&
        visit_text(visit, 2, names[2], ID_TEXT_MAX, true, &call->second)) {
        visit_change(visit, raise_alarm, AUDIT_REFERRAL_MADE, "referral", visit->id);
    }
}

// ---- sending ------------------------------------------------------------------------------------

// The package takes seconds, and writes nothing: it is made before the unit of work that keeps it.
static Status make(struct visit *visit, struct book *book) {
    struct referral_office office;
    struct fonts *fonts;
    TRY(referral_office_named(book, &office));
    TRY(fonts_of_bank(book, &fonts));
    buf_reset(&visit->paper);
    Status status =
        referral_make(book, visit->viewer, &office, fonts, visit->id, &visit->paper, visit->user);
    fonts_close(fonts);
    return status;
}

static Status send(struct visit *visit, struct book *book) {
    struct referral_office office;
    TRY(referral_office_named(book, &office));
    TRY(referral_send(book, visit->viewer, &office, visit->id, visit->user,
                      buf_slice(&visit->paper)));
    return referral_answer(visit, book);
}

void api_post_referral_send(void *context, struct http_request *request) {
    struct visit *visit = referral_visit(context, request, NULL, 0);
    if (visit == NULL) {
        return;
    }
    visit->user = ARENA_NEW(&visit->deed->arena, struct referral_made);
    visit->takes_long = true;
    visit_look_first(visit, make);
    visit_change(visit, send, AUDIT_REFERRAL_MADE, "referral", visit->id);
}

// ---- what the authority tells -------------------------------------------------------------------

// Of a person by what he may see; of a signed message whatever it is about, and nothing is told.
struct told {
    bool is_brought;
    struct referral_receipt receipt;
    struct referral_news news;
    struct referral_money money;
};

static struct told *told_begin(struct visit *visit, bool is_brought) {
    struct told *told = ARENA_NEW(&visit->deed->arena, struct told);
    *told = (struct told){.is_brought = is_brought, .news = referral_nothing_told};
    visit->user = told;
    if (is_brought) {
        visit->actor.kind = ACTOR_KIND_AUTHORITY;
    }
    return told;
}

static int64_t clearance_for(const struct visit *visit, const struct told *told) {
    return told->is_brought ? CLEARANCE_ALL : visit->viewer;
}

static Status put_told(struct visit *visit, struct book *book, const struct told *told) {
    return told->is_brought ? visit_put_taken(visit) : referral_answer(visit, book);
}

static Status take_receipt(struct visit *visit, struct book *book) {
    const struct told *told = visit->user;
    struct referral_office office;
    referral_office_of(book, &office);
    TRY(referral_received(book, clearance_for(visit, told), &office, visit->id, &told->receipt));
    return put_told(visit, book, told);
}

static Status take_news(struct visit *visit, struct book *book) {
    const struct told *told = visit->user;
    struct referral_office office;
    referral_office_of(book, &office);
    TRY(referral_outcome(book, clearance_for(visit, told), &office, visit->id, &told->news));
    return put_told(visit, book, told);
}

static Status take_money(struct visit *visit, struct book *book) {
    const struct told *told = visit->user;
    TRY(referral_tell_money(book, clearance_for(visit, told), visit->id, &told->money));
    return put_told(visit, book, told);
}

// Members stand behind each other; a signed message has the referral's number behind them.
static const char *const receipt_names[] = {"receipt", "receiver", "at", "referral"};
enum { RECEIPT_NAMES = 3 };

static bool read_receipt(struct visit *visit, bool is_brought) {
    struct referral_receipt *receipt = &told_begin(visit, is_brought)->receipt;
    return visit_text(visit, 0, receipt_names[0], REFERRAL_TEXT_MAX, true, &receipt->receipt) &&
           visit_text(visit, 1, receipt_names[1], REFERRAL_TEXT_MAX, false, &receipt->receiver) &&
           visit_moment(visit, 2, receipt_names[2], &receipt->at_us);
}

static const char *const news_names[] = {
    "state", "at",       "reason",       "police_case_no", "feedback_doc",    "reward",  "lessons",
    "gangs", "arrested", "cards_seized", "victims_helped", "amount_involved", "referral"};
enum { STATE, AT, FIRST_TEXT, FIRST_NUMBER = 7, INVOLVED = 11, NEWS_NAMES };

static bool read_news(struct visit *visit, bool is_brought) {
    struct referral_news *news = &told_begin(visit, is_brought)->news;
    Slice *const texts[] = {&news->reason, &news->police_case_no, &news->feedback_doc,
                            &news->reward, &news->lessons};
    int64_t *const numbers[] = {&news->gangs, &news->arrested, &news->cards_seized,
                                &news->victims_helped, &news->amount_involved};
    if (!visit_text(visit, STATE, news_names[STATE], ID_TEXT_MAX, false, &news->state) ||
        !visit_moment(visit, AT, news_names[AT], &news->at_us)) {
        return false;
    }
    for (uint32_t i = FIRST_TEXT; i < FIRST_NUMBER; i++) {
        if (!visit_text(visit, i, news_names[i], REFERRAL_TEXT_MAX, false, texts[i - FIRST_TEXT])) {
            return false;
        }
    }
    for (uint32_t i = FIRST_NUMBER; i < NEWS_NAMES; i++) {
        if (!visit_number(visit, i, news_names[i], 0,
                          i == INVOLVED ? INT64_MAX : REFERRAL_COUNT_MAX, false,
                          numbers[i - FIRST_NUMBER])) {
            return false;
        }
    }
    return true;
}

static const char *const money_names[] = {"kind", "account", "document", "amount", "at"};
enum { MONEY_NAMES = sizeof money_names / sizeof money_names[0] };

static bool read_money(struct visit *visit) {
    struct referral_money *money = &told_begin(visit, false)->money;
    return visit_text(visit, 0, money_names[0], ID_TEXT_MAX, true, &money->kind) &&
           visit_text(visit, 1, money_names[1], CASES_NAME_MAX, false, &money->account) &&
           visit_text(visit, 2, money_names[2], REFERRAL_TEXT_MAX, true, &money->document) &&
           visit_number(visit, 3, money_names[3], 1, INT64_MAX, true, &money->amount) &&
           visit_moment(visit, 4, money_names[4], &money->at_us);
}

void api_post_referral_receipt(void *context, struct http_request *request) {
    struct visit *visit = referral_visit(context, request, receipt_names, RECEIPT_NAMES);
    if (visit != NULL && read_receipt(visit, false)) {
        visit_change(visit, take_receipt, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

void api_post_referral_outcome(void *context, struct http_request *request) {
    struct visit *visit = referral_visit(context, request, news_names, NEWS_NAMES);
    if (visit != NULL && read_news(visit, false)) {
        visit_change(visit, take_news, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

void api_post_referral_money(void *context, struct http_request *request) {
    struct visit *visit = referral_visit(context, request, money_names, MONEY_NAMES);
    if (visit != NULL && read_money(visit)) {
        visit_change(visit, take_money, AUDIT_REFERRAL_CHANGED, "referral", visit->id);
    }
}

// ---- the same by signed messages ----------------------------------------------------------------

static bool read_number(struct visit *visit, uint32_t member) {
    bool is_fine = visit_number(visit, member, "referral", 1, INT64_MAX, true, &visit->id);
    if (is_fine) { // else it is gone
        visit->object = visit->id;
    }
    return is_fine;
}

static bool bring_receipt(struct visit *visit) {
    return read_receipt(visit, true) && read_number(visit, RECEIPT_NAMES);
}
const struct brought brought_referral_receipt = {receipt_names,          RECEIPT_NAMES + 1,
                                                 bring_receipt,          take_receipt,
                                                 AUDIT_REFERRAL_CHANGED, "referral"};

static bool bring_news(struct visit *visit) {
    return read_news(visit, true) && read_number(visit, NEWS_NAMES);
}
const struct brought brought_referral_news = {news_names, NEWS_NAMES + 1,         bring_news,
                                              take_news,  AUDIT_REFERRAL_CHANGED, "referral"};

// What was asked of the bank's systems.
static Status take_data(struct visit *visit, struct book *book) {
    const struct referral_data *data = visit->user;
    struct referral_office office;
    referral_office_of(book, &office);
    TRY(referral_put_all(book, CLEARANCE_ALL, &office, visit->id, data->at, data->count));
    return visit_put_taken(visit);
}

static const char *const data_names[] = {"referral", "data"};

static bool bring_data(struct visit *visit) {
    struct referral_data *data = ARENA_NEW(&visit->deed->arena, struct referral_data);
    visit->user = data;
    return read_number(visit, 0) && referral_read_data(visit, 1, data);
}
const struct brought brought_referral_data = {
    data_names, 2, bring_data, take_data, AUDIT_REFERRAL_CHANGED, "referral"};
