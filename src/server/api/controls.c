// Measures: lists, what is in force on a target, setting, changing and releasing them.

#include "server/api/listing.h"

// ---- lists, one ---------------------------------------------------------------------------------

static Status put_controls(struct visit *visit, struct book *book, struct json_writer *json) {
    const struct listing *listing = visit->user;
    return control_list_json(book, (ControlList)listing->list, &listing->page, json);
}

static Status list_controls(struct visit *visit, struct book *book) {
    const struct listing *listing = visit->user;
    return visit_put_page(visit, book, "controls", "control", listing->page.count_max,
                          put_controls);
}

static bool read_target(struct visit *visit, bool is_needed, Slice *ret_kind, Slice *ret_target) {
    TargetKind kind;
    if (!visit_ask_text(visit, "target_kind", ret_kind) ||
        !visit_ask_text(visit, "target", ret_target)) {
        return false;
    }
    bool has_both = !slice_empty(*ret_kind) && !slice_empty(*ret_target);
    bool has_none = slice_empty(*ret_kind) && slice_empty(*ret_target);
    if ((!has_both && (is_needed || !has_none)) ||
        (has_both && !target_kind_parse(*ret_kind, &kind))) {
        visit_refuse(
            visit, API_PROBLEM_QUERY_REFUSED,
            "'target_kind' (account, card, customer, merchant ...) and 'target' come together");
        return false;
    }
    return true;
}

static bool read_list_of_controls(struct visit *visit, struct listing *listing) {
    Slice list, branch, kind, target;
    if (!visit_ask_text(visit, "list", &list) || !visit_ask_text(visit, "branch", &branch) ||
        !read_target(visit, false, &kind, &target)) {
        return false;
    }
    if (slice_is(list, "review")) {
        listing->list = CONTROLS_TO_REVIEW;
        listing->page.key = branch;
    } else if (slice_is(list, "unconfirmed")) {
        listing->list = CONTROLS_UNCONFIRMED;
    } else if (!slice_empty(list)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'list' is review or unconfirmed");
        return false;
    }
    if (!slice_empty(target)) {
        listing->list = CONTROLS_OF_TARGET;
        listing->page.word = kind;
        listing->page.key = target;
    }
    return true;
}

void api_get_controls(void *context, struct http_request *request) {
    static const char *const names[] = {"target_kind", "target", "customer", "alert",
                                        "case",        "order",  "state",    "list",
                                        "branch",      "after",  "limit"};
    static const struct list_way ways[] = {{"customer", false, CONTROLS_OF_CUSTOMER},
                                           {"alert", true, CONTROLS_OF_ALERT},
                                           {"case", true, CONTROLS_OF_CASE},
                                           {"order", true, CONTROLS_OF_ORDER},
                                           {"state", false, CONTROLS_IN_STATE}};
    struct visit *visit = visit_query(context, request, names, 11);
    if (visit == NULL) {
        return;
    }
    struct listing *listing = listing_begin(visit, CONTROLS_IN_STATE);
    listing->page.word = SLICE("IN_FORCE");
    if (listing_page(visit, listing) && listing_way(visit, ways, 5, listing) &&
        read_list_of_controls(visit, listing)) {
        visit_look(visit, list_controls, "controls", 0);
    }
}

struct target {
    Slice kind, key;
};

static Status show_effect(struct visit *visit, struct book *book) {
    const struct target *target = visit->user;
    struct control_effect effect;
    TargetKind kind = TARGET_ACCOUNT;
    INVARIANT(target_kind_parse(target->kind, &kind));
    TRY(control_effective(book, visit->viewer, kind, target->key, &effect));
    json_object_begin(visit->json);
    json_key_string(visit->json, SLICE("target_kind"), target->kind);
    json_key_string(visit->json, SLICE("target"), target->key);
    json_key(visit->json, SLICE("effect"));
    control_effect_put_json(visit->json, &effect);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_effect(void *context, struct http_request *request) {
    static const char *const names[] = {"target_kind", "target"};
    struct visit *visit = visit_query(context, request, names, 2);
    if (visit == NULL) {
        return;
    }
    struct target *target = ARENA_NEW(&visit->deed->arena, struct target);
    visit->user = target;
    if (read_target(visit, true, &target->kind, &target->key)) {
        visit_look(visit, show_effect, "controls", 0);
    }
}

static Status show_control(struct visit *visit, struct book *book) {
    struct control control;
    struct list_page page = {
        .viewer = visit->viewer, .number = visit->id, .count_max = LIST_ROWS_MAX};
    TRY(control_load(book, visit->viewer, visit->id, &control));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("control"));
    control_put_json(visit->json, &control);
    json_key(visit->json, SLICE("notices"));
    TRY(notice_list_json(book, "control", visit->id, visit->json));
    json_key(visit->json, SLICE("appeals"));
    TRY(appeal_list_json(book, APPEALS_OF_CONTROL, &page, visit->json));
    json_key(visit->json, SLICE("proposal"));
    TRY(proposal_put_waiting(book, visit->viewer, "control", visit->id, visit->json));
    json_key(visit->json, SLICE("trace"));
    TRY(trace_put_json(book, "control", visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_control(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "control")) {
        visit_look(visit, show_control, "control", visit->id);
    }
}

// ---- setting a measure --------------------------------------------------------------------------

static Status set_control(struct visit *visit, struct book *book) {
    const struct alert_measure *measure = visit->user;
    struct control_ask ask = measure->ask;
    if (ask.alert != 0) {
        TRY(visit_person(visit, book));
        TRY(alert_set_measure(visit->office.disposition, book, &visit->person, ask.alert, measure,
                              &visit->id));
    } else {
        struct notice notice;
        if (!slice_empty(measure->notice)) {
            TRY(notice_of_pack(visit->office.disposition, book, measure->notice, &notice));
            ask.notice = &notice;
        }
        TRY(control_ask(book, visit->office.terms, &ask, &visit->id));
    }
    visit->object = visit->id;
    return show_control(visit, book);
}

static bool read_facts(struct visit *visit, uint32_t member, struct alert_measure *measure) {
    static const char *const words[] = {
#define X(name, word, zh, en) word,
        TARGET_FACTS(X)
#undef X
    };
    JsonTree tree = visit->deed->tree;
    uint32_t list = visit->deed->found[member];
    measure->has_facts = list != JSON_NONE;
    if (list == JSON_NONE) {
        return true;
    }
    bool is_fine = tree.nodes[list].kind == JSON_ARRAY;
    JSON_EACH(tree, list, i) {
        uint32_t fact = 0;
        while (fact < TARGET_FACT_COUNT &&
               !(tree.nodes[i].kind == JSON_STRING && slice_is(tree.nodes[i].text, words[fact]))) {
            fact++;
        }
        is_fine = is_fine && fact < TARGET_FACT_COUNT;
        measure->ask.facts |= is_fine ? target_fact_bit((TargetFact)fact) : 0;
    }
    if (!is_fine) {
        visit_refuse_member(visit, "facts",
                            "is a list of PAYROLL, PENSION, SETTLEMENT, COURT and BASIC; empty "
                            "where it is none of them");
    }
    return is_fine;
}

enum {
    MEASURE_WORD,
    TARGET_KIND_WORD,
    TARGET_KEY,
    CUSTOMER,
    AMOUNT,
    ALERT,
    BASIS,
    REASON,
    DOCUMENT,
    AUTHORITY_WORD,
    UNTIL,
    HOURS,
    MONTHS,
    FACTS,
    NOTICE,
    SETTING_MEMBERS
};
static const char *const setting_names[] = {
    "measure",  "target_kind", "target", "customer", "amount", "alert", "basis", "reason",
    "document", "authority",   "until",  "hours",    "months", "facts", "notice"};

static bool read_words(struct visit *visit, struct alert_measure *measure) {
    Slice word, kind, authority;
    if (!visit_text(visit, MEASURE_WORD, "measure", ID_TEXT_MAX, true, &word) ||
        !visit_text(visit, TARGET_KIND_WORD, "target_kind", ID_TEXT_MAX, true, &kind) ||
        !visit_text(visit, AUTHORITY_WORD, "authority", ID_TEXT_MAX, false, &authority)) {
        return false;
    }
    measure->ask.authority = AUTHORITY_BANK;
    bool is_fine = measure_parse(word, &measure->ask.measure) &&
                   target_kind_parse(kind, &measure->ask.target_kind) &&
                   (slice_empty(authority) || authority_parse(authority, &measure->ask.authority));
    if (!is_fine || measure->ask.authority == AUTHORITY_ORDER) {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED,
                     "'measure', 'target_kind' or 'authority' (BANK, LIST) is a word that there is "
                     "not; docs/controls.md has them");
        return false;
    }
    return true;
}

static bool read_rest(struct visit *visit, struct alert_measure *measure) {
    enum { HOURS_MAX = 24 * 366 * 2, MONTHS_MAX = 24 };
    struct control_ask *ask = &measure->ask;
    int64_t hours = 0;
    bool is_fine =
        visit_text(visit, TARGET_KEY, "target", ID_TEXT_MAX / 2, true, &ask->target) &&
        visit_text(visit, CUSTOMER, "customer", ID_TEXT_MAX / 2, false, &ask->customer) &&
        visit_number(visit, AMOUNT, "amount", 0, INT64_MAX, false, &ask->amount) &&
        visit_number(visit, ALERT, "alert", 1, INT64_MAX, false, &ask->alert) &&
        visit_text(visit, BASIS, "basis", ID_TEXT_MAX, true, &ask->basis) &&
        visit_text(visit, REASON, "reason", NOTE_TEXT_MAX / 2, true, &ask->reason) &&
        visit_text(visit, DOCUMENT, "document", ID_TEXT_MAX, false, &ask->document) &&
        visit_moment(visit, UNTIL, "until", &ask->until_us) &&
        visit_number(visit, HOURS, "hours", 1, HOURS_MAX, false, &hours) &&
        visit_number(visit, MONTHS, "months", 1, MONTHS_MAX, false, &ask->months) &&
        visit_text(visit, NOTICE, "notice", ID_TEXT_MAX, false, &measure->notice);
    if (!is_fine) {
        return false; // and the visit is gone
    }
    ask->span_us = hours * US_PER_HOUR;
    return read_facts(visit, FACTS, measure);
}

static bool check_setting(struct visit *visit, const struct alert_measure *measure) {
    const struct control_ask *ask = &measure->ask;
    int lengths = (ask->until_us != 0) + (ask->span_us != 0) + (ask->months != 0);
    if (lengths > 1) {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED,
                     "'until', 'hours' and 'months' are three ways of saying one thing");
        return false; // and the visit is gone with all that belonged to it
    }
    if (ask->alert == 0 && !measure->has_facts) {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED,
                     "without an alert, 'facts' says what the target is: an empty list where it is "
                     "none of them");
        return false;
    }
    return true;
}

void api_post_control(void *context, struct http_request *request) {
    struct visit *visit = visit_body(context, request, setting_names, SETTING_MEMBERS);
    if (!visit_is_person(visit)) {
        return;
    }
    struct alert_measure *measure = ARENA_NEW(&visit->deed->arena, struct alert_measure);
    *measure = (struct alert_measure){.ask = {.secrecy = SLICE("NORMAL"), .branch = SLICE("")}};
    visit->user = measure;
    if (read_words(visit, measure) && read_rest(visit, measure) && check_setting(visit, measure)) {
        visit_change(visit, set_control, AUDIT_CONTROL_CHANGED, "control", 0);
    }
}

// ---- ending a measure ---------------------------------------------------------------------------

static Status release(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    int64_t proposal;
    TRY(office_release_control(&visit->office, book, visit->viewer, visit->id, wish->is_stepwise,
                               wish->reason, &proposal));
    return show_control(visit, book);
}

void api_post_control_release(void *context, struct http_request *request) {
    static const char *const names[] = {"reason", "stepwise"};
    struct visit *visit = visit_body(context, request, names, 2);
    if (!visit_is_person(visit)) {
        return;
    }
    struct wish *wish = wish_begin(visit);
    if (visit_object(visit, "control") &&
        visit_text(visit, 0, names[0], NOTE_TEXT_MAX / 2, true, &wish->reason) &&
        visit_flag(visit, 1, names[1], &wish->is_stepwise)) {
        visit_change(visit, release, AUDIT_CONTROL_CHANGED, "control", visit->id);
    }
}

static Status renew(struct visit *visit, struct book *book) {
    struct control control;
    TRY(control_load(book, visit->viewer, visit->id, &control)); // one that he may see
    ENSURE(control.ask.authority == AUTHORITY_BANK,
           book_fail(book, STATUS_INVALID, "CT031", "%s", control_refusal_text(REFUSAL_NOT_HIS)));
    TRY(control_renew(book, visit->office.terms, visit->id, visit->user));
    return show_control(visit, book);
}

void api_post_control_renew(void *context, struct http_request *request) {
    enum { HOURS_MAX = 24 * 366 * 2, MONTHS_MAX = 24 };
    static const char *const names[] = {"reason", "until", "hours", "months"};
    struct visit *visit = visit_body(context, request, names, 4);
    int64_t hours = 0;
    if (!visit_is_person(visit)) {
        return;
    }
    struct control_renewal *renewal = ARENA_NEW(&visit->deed->arena, struct control_renewal);
    *renewal = (struct control_renewal){0};
    visit->user = renewal;
    if (visit_object(visit, "control") &&
        visit_text(visit, 0, names[0], NOTE_TEXT_MAX / 2, true, &renewal->reason) &&
        visit_moment(visit, 1, names[1], &renewal->until_us) &&
        visit_number(visit, 2, names[2], 1, HOURS_MAX, false, &hours) &&
        visit_number(visit, 3, names[3], 1, MONTHS_MAX, false, &renewal->months)) {
        renewal->span_us = hours * US_PER_HOUR;
        visit_change(visit, renew, AUDIT_CONTROL_CHANGED, "control", visit->id);
    }
}

static Status review(struct visit *visit, struct book *book) {
    const struct wish *wish = visit->user;
    struct control control;
    TRY(control_load(book, visit->viewer, visit->id, &control));
    TRY(control_reviewed(book, visit->office.terms, visit->id, wish->reason));
    return show_control(visit, book);
}

void api_post_control_review(void *context, struct http_request *request) {
    static const char *const names[] = {"reason"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    struct wish *wish = wish_begin(visit);
    if (visit_object(visit, "control") &&
        visit_text(visit, 0, names[0], NOTE_TEXT_MAX / 2, true, &wish->reason)) {
        visit_change(visit, review, AUDIT_CONTROL_CHANGED, "control", visit->id);
    }
}
