// Gangs: looking for one, what waits to be confirmed or dismissed, and what everybody meets.

#include "response/cases/cases.h"

#include "server/api/visit.h"

static const char *const outcome_words[] = {
    [GANG_FOUND] = "FOUND", [GANG_SEED_IS_HUB] = "SEED_IS_HUB", [GANG_TOO_FEW] = "TOO_FEW",
    [GANG_LOOSE] = "LOOSE", [GANG_HOUSEHOLD] = "HOUSEHOLD",
};
static const char *const fate_words[] = {
    [GANG_FATE_NONE] = "NONE",
    [GANG_FATE_NEW] = "NEW",
    [GANG_FATE_CHANGED] = "CHANGED",
    [GANG_FATE_KNOWN] = "KNOWN",
};

// ---- lists and one ------------------------------------------------------------------------------

static Status put_gangs(struct visit *visit, struct book *book, struct json_writer *json) {
    return gangs_put_json(book, visit->viewer, visit->user, json);
}

static Status list(struct visit *visit, struct book *book) {
    const struct gang_filter *filter = visit->user;
    return visit_put_page(visit, book, "gangs", "id", filter->rows_max, put_gangs);
}

void api_get_gangs(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "member", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, 4);
    int64_t limit = LIST_USUAL;
    if (visit == NULL) {
        return;
    }
    struct gang_filter *filter = ARENA_NEW(&visit->deed->arena, struct gang_filter);
    *filter = (struct gang_filter){0};
    visit->user = filter;
    if (visit_ask_text(visit, names[0], &filter->state) &&
        visit_ask_text(visit, names[1], &filter->member) &&
        visit_ask_number(visit, names[2], 1, INT64_MAX, &filter->before_id) &&
        visit_ask_number(visit, names[3], 1, OFFICE_ROWS_MAX, &limit)) {
        filter->rows_max = (uint32_t)limit;
        visit_look(visit, list, "gangs", 0);
    }
}

static Status put_gang(struct visit *visit, struct book *book) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("gang"));
    TRY(gang_put_json(book, visit->viewer, visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_gang(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "gang")) {
        visit_look(visit, put_gang, "gang", visit->id);
    }
}

// ---- looking for one ----------------------------------------------------------------------------

struct search {
    struct gang_seed seed;
    struct gang_options options;
    Slice secrecy;
    struct gang gang; // what was found
};

static Status search(struct visit *visit, struct book *book) {
    struct search *search = visit->user;
    return gang_find(book, &search->seed, &search->options, &search->gang);
}

static Status keep(struct visit *visit, struct book *book) {
    const struct search *search = visit->user;
    struct gang_proposal kept;
    TRY(gang_propose(book, &search->gang, search->secrecy, &kept));
    visit->object = kept.id;
    json_object_begin(visit->json);
    json_key_string(visit->json, SLICE("outcome"), slice_of(outcome_words[search->gang.outcome]));
    json_key_string(visit->json, SLICE("fate"), slice_of(fate_words[kept.fate]));
    json_key(visit->json, SLICE("gang"));
    if (kept.fate == GANG_FATE_NONE) {
        json_null(visit->json);
    } else {
        TRY(gang_put_json(book, visit->viewer, kept.id, visit->json));
    }
    json_object_end(visit->json);
    return STATUS_OK;
}

// What somebody may not see he does not keep either.
static bool read_secrecy(struct visit *visit, uint32_t member, struct search *search) {
    if (!visit_text(visit, member, "secrecy", ID_TEXT_MAX, false, &search->secrecy)) {
        return false;
    }
    if (slice_empty(search->secrecy)) {
        search->secrecy = SLICE("NORMAL");
    }
    bool is_open =
        slice_is(search->secrecy, "NORMAL") ||
        (slice_is(search->secrecy, "AML") && (visit->viewer & CLEARANCE_AML) != 0) ||
        (slice_is(search->secrecy, "INSIDER") && (visit->viewer & CLEARANCE_INSIDER) != 0);
    if (!is_open) {
        visit_refuse_member(visit, "secrecy", "is NORMAL, or what your roles open");
    }
    return is_open;
}

static bool read_seed(struct visit *visit, struct search *search) {
    Slice kind;
    if (!visit_text(visit, 0, "kind", ID_TEXT_MAX, true, &kind) ||
        !visit_text(visit, 1, "name", CASES_NAME_MAX, true, &search->seed.name)) {
        return false;
    }
    search->seed.kind = slice_is(kind, "CUSTOMER") ? PARTY_CUSTOMER : PARTY_ACCOUNT;
    if (slice_is(kind, "CUSTOMER") || slice_is(kind, "ACCOUNT")) {
        return true;
    }
    visit_refuse_member(visit, "kind", "is ACCOUNT or CUSTOMER");
    return false;
}

void api_post_gang(void *context, struct http_request *request) {
    static const char *const names[] = {"kind", "name", "secrecy", "from", "until", "payment_min"};
    struct visit *visit = visit_body(context, request, names, 6);
    if (!visit_is_person(visit)) {
        return;
    }
    struct search *found = ARENA_NEW(&visit->deed->arena, struct search);
    *found = (struct search){0};
    visit->user = found;
    if (read_seed(visit, found) && read_secrecy(visit, 2, found) &&
        visit_moment(visit, 3, names[3], &found->options.from_us) &&
        visit_moment(visit, 4, names[4], &found->options.until_us) &&
        visit_number(visit, 5, names[5], 1, INT64_MAX, false, &found->options.payment_min)) {
        visit_look_first(visit, search);
        visit_change(visit, keep, AUDIT_CASE_CHANGED, "gang", 0);
    }
}

// ---- deciding -----------------------------------------------------------------------------------

static Status confirm(struct visit *visit, struct book *book) {
    const int64_t *into = visit->user;
    int64_t case_id;
    TRY(gang_confirm(book, visit->viewer, visit->id, *into, &case_id));
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("case"), case_id);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_gang_confirm(void *context, struct http_request *request) {
    static const char *const names[] = {"case"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    int64_t *into = ARENA_NEW(&visit->deed->arena, int64_t);
    *into = 0;
    visit->user = into;
    if (visit_object(visit, "gang") &&
        visit_number(visit, 0, names[0], 1, INT64_MAX, false, into)) {
        visit_change(visit, confirm, AUDIT_CASE_CHANGED, "gang", visit->id);
    }
}

static Status dismiss(struct visit *visit, struct book *book) {
    const Slice *reason = visit->user;
    TRY(gang_dismiss(book, visit->viewer, visit->id, *reason));
    return visit_put_taken(visit);
}

void api_post_gang_dismiss(void *context, struct http_request *request) {
    static const char *const names[] = {"reason"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    Slice *reason = ARENA_NEW(&visit->deed->arena, Slice);
    visit->user = reason;
    if (visit_object(visit, "gang") &&
        visit_text(visit, 0, names[0], CASE_TITLE_MAX, true, reason)) {
        visit_change(visit, dismiss, AUDIT_CASE_CHANGED, "gang", visit->id);
    }
}

// ---- what everybody meets -----------------------------------------------------------------------

static Status list_hubs(struct visit *visit, struct book *book) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("hubs"));
    TRY(gang_hubs_put_json(book, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_hubs(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit_look(visit, list_hubs, "hubs", 0);
    }
}

struct hub {
    GangNodeKind kind;
    Slice name, reason;
    int64_t until_us;
};

static Status put_hub(struct visit *visit, struct book *book) {
    const struct hub *hub = visit->user;
    TRY(gang_hub_put(book, hub->kind, hub->name, hub->reason, hub->until_us));
    return visit_put_taken(visit);
}

static bool read_kind(struct visit *visit, struct hub *hub) {
    Slice word;
    if (!visit_text(visit, 0, "kind", ID_TEXT_MAX, true, &word)) {
        return false;
    }
    for (uint32_t i = 0; i < GANG_NODE_KIND_COUNT; i++) {
        if (slice_equal(word, gang_node_word((GangNodeKind)i))) {
            hub->kind = (GangNodeKind)i;
            return true;
        }
    }
    visit_refuse_member(visit, "kind", "is ACCOUNT, DEVICE, PHONE, IP, ADDRESS ...");
    return false;
}

void api_post_hub(void *context, struct http_request *request) {
    static const char *const names[] = {"kind", "name", "reason", "until"};
    struct visit *visit = visit_body(context, request, names, 4);
    if (!visit_is_person(visit)) {
        return;
    }
    struct hub *hub = ARENA_NEW(&visit->deed->arena, struct hub);
    *hub = (struct hub){0};
    visit->user = hub;
    if (read_kind(visit, hub) && visit_text(visit, 1, names[1], CASES_NAME_MAX, true, &hub->name) &&
        visit_text(visit, 2, names[2], CASE_TITLE_MAX, true, &hub->reason) &&
        visit_moment(visit, 3, names[3], &hub->until_us)) {
        visit_change(visit, put_hub, AUDIT_CASE_CHANGED, "hub", 0);
    }
}
