// Releases over HTTP. What is asked goes to the thread of the releases (server/releases.h), which says how it ended in the words of HTTP; the request, and with it the
// archive that was sent, waits until then.

#include "server/api/drafts.h"
#include "server/sweep.h"

#include <math.h>
#include <stdlib.h>

enum { NOTE_MEMBER, EVENTS_MEMBER = 0 };

struct release_deed {
    struct release_ask ask;
    struct deed *deed;
    AuditAction action;
    bool is_change;
};

static void reply(struct release_deed *asked) {
    struct release_ask *ask = &asked->ask;
    struct http_request *request = asked->deed->request;
    if (ask->http_status == 200) {
        api_reply_json(request, 200, buf_slice(&ask->body));
        return;
    }
    const struct problem *problem = problem_named(slice_of(ask->code));
    INVARIANT(problem != NULL && problem->status == ask->http_status); // all of them are in problems.def
    struct problem_more more = {0};
    if (ask->body.size > 0) {
        more = (struct problem_more){.member = "diagnostics", .value = buf_slice(&ask->body)};
    }
    api_refuse_with(request, problem, slice_of(ask->detail), &more);
}

// What was done, and what somebody tried who may not.
static void report(const struct release_deed *asked) {
    const struct release_ask *ask = &asked->ask;
    const struct deed *deed = asked->deed;
    struct gate *gate = deed->serve->options.gate;
    Slice name = slice_empty(ask->became) ? ask->name : ask->became;
    Slice target = slice_empty(ask->model) ? name : ask->model;
    if (ask->http_status == 200) {
        api_report(deed->serve, &deed->act, asked->action, target, ask->note);
    } else if (ask->http_status == 403 && gate != NULL) {
        gate_report_refused(gate, &deed->act, asked->action, target, slice_of(ask->code));
    }
}

static void ended(struct release_ask *ask) {
    struct release_deed *asked = ask->user;
    struct deed *deed = asked->deed;
    if (asked->is_change) {
        report(asked);
    }
    reply(asked);
    buf_deinit(&ask->body);
    deed_destroy(deed);
}

static struct release_deed *asked_create(struct deed *deed, ReleaseAsk kind) {
    struct release_deed *asked = ARENA_NEW(&deed->arena, struct release_deed);
    *asked = (struct release_deed){
        .deed = deed,
        .ask = {.kind = kind, .by = identity_name(&deed->act.who), .is_person = deed->act.who.kind == ACTOR_PERSON, .done = ended, .user = asked}};
    buf_init(&asked->ask.body, API_ANSWER_MAX);
    return asked;
}

static void ask_now(struct release_deed *asked) {
    struct deed *deed = asked->deed;
    http_defer(deed->request);
    if (!releases_ask(deed->serve->options.releases, &asked->ask)) {
        api_refuse(deed->request, API_PROBLEM_RELEASES_BUSY, "%s", "");
        buf_deinit(&asked->ask.body);
        deed_destroy(deed);
    }
}

static bool has_releases(struct serve *serve, struct http_request *request) {
    if (serve->options.releases == NULL) {
        api_refuse(request, API_PROBLEM_NOT_FOUND, "%s", "");
    }
    return serve->options.releases != NULL;
}

// ---- reading ------------------------------------------------------------------------------------------------

void api_get_releases(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && has_releases(context, request)) {
        ask_now(asked_create(deed_create(context, request), RELEASE_LIST));
    }
}

void api_get_release(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && has_releases(context, request)) {
        struct release_deed *asked = asked_create(deed_create(context, request), RELEASE_SHOW);
        asked->ask.name = http_request_parameter(request, SLICE("name"));
        ask_now(asked);
    }
}

// ---- changing -----------------------------------------------------------------------------------------------

void api_post_release(void *context, struct http_request *request) {
    if (has_releases(context, request)) {
        struct release_deed *asked = asked_create(deed_create(context, request), RELEASE_UPLOAD);
        asked->ask.archive = http_request_body(request);
        asked->is_change = true;
        asked->action = AUDIT_MODEL_BROUGHT;
        ask_now(asked);
    }
}

// Files that are laid over the pack that decides.
void api_post_release_draft(void *context, struct http_request *request) {
    static const char *const names[] = {"files", "note", "catalogue"};
    const struct pack_file *files;
    uint32_t count;
    Slice note;
    Slice based_on;
    struct deed *deed = has_releases(context, request) ? deed_read(context, request, names, 3) : NULL;
    if (deed == NULL || !draft_read_files(deed, 0, true, &files, &count) || !deed_text(deed, 1, names[1], false, &note) ||
        !deed_text(deed, 2, names[2], false, &based_on)) {
        return;
    }
    struct release_deed *asked = asked_create(deed, RELEASE_DRAFT);
    asked->ask.files = files;
    asked->ask.file_count = count;
    asked->ask.note = note;
    asked->ask.based_on = based_on;
    asked->is_change = true;
    asked->action = AUDIT_MODEL_BROUGHT;
    ask_now(asked);
}

static bool is_number(const struct json_node *node, double *ret_number) {
    *ret_number = node->kind == JSON_INT ? (double)node->i64 : node->kind == JSON_DOUBLE ? node->f64 : 0;
    return node->kind == JSON_INT || node->kind == JSON_DOUBLE;
}

// A number of a body, within bounds. False: it has answered, and the deed is gone.
static bool read_number(struct deed *deed, uint32_t member, const char *name, double least, double most, double usual, double *ret_number) {
    uint32_t node = deed->found[member];
    *ret_number = usual;
    if (node == JSON_NONE && !isnan(usual)) {
        return true;
    }
    if (node == JSON_NONE || !is_number(&deed->tree.nodes[node], ret_number) || !(*ret_number >= least && *ret_number <= most)) {
        deed_refuse_member(deed, name, node == JSON_NONE ? "is missing" : "is a number within its bounds");
        return false;
    }
    return true;
}

void api_post_sweep(void *context, struct http_request *request) {
    static const char *const names[] = {"model", "parameter", "from", "to", "steps", "events", "files"};
    static const double largest = 1e15;
    struct release_ask of = {.steps = 0};
    double steps;
    double events;
    struct deed *deed = has_releases(context, request) ? deed_read(context, request, names, 7) : NULL;
    if (deed == NULL || !deed_text(deed, 0, names[0], true, &of.model) || !deed_text(deed, 1, names[1], true, &of.parameter) ||
        !read_number(deed, 2, names[2], -largest, largest, (double)NAN, &of.least) || !read_number(deed, 3, names[3], of.least, largest, (double)NAN, &of.most) ||
        !read_number(deed, 4, names[4], 2, SWEEP_STEPS_MAX, SWEEP_STEPS_USUAL, &steps) || !read_number(deed, 5, names[5], 1, SWEEP_EVENTS_MAX, SWEEP_EVENTS_USUAL, &events) ||
        !draft_read_files(deed, 6, false, &of.files, &of.file_count)) {
        return;
    }
    struct release_deed *asked = asked_create(deed, RELEASE_SWEEP);
    asked->ask.model = of.model;
    asked->ask.parameter = of.parameter;
    asked->ask.least = of.least;
    asked->ask.most = of.most;
    asked->ask.steps = (uint32_t)steps;
    asked->ask.events = (uint64_t)events;
    asked->ask.files = of.files;
    asked->ask.file_count = of.file_count;
    ask_now(asked);
}

// With a note, of a release by its name where the path has one.
static void ask_with_note(struct serve *serve, struct http_request *request, ReleaseAsk kind, bool is_named, AuditAction action) {
    static const char *const names[] = {"note"};
    Slice note;
    struct deed *deed = has_releases(serve, request) ? deed_read(serve, request, names, 1) : NULL;
    if (deed == NULL || !deed_text(deed, NOTE_MEMBER, names[0], false, &note)) {
        return;
    }
    struct release_deed *asked = asked_create(deed, kind);
    asked->ask.name = is_named ? http_request_parameter(request, SLICE("name")) : SLICE("");
    asked->ask.note = note;
    asked->is_change = true;
    asked->action = action;
    ask_now(asked);
}

void api_post_propose(void *context, struct http_request *request) {
    ask_with_note(context, request, RELEASE_PROPOSE, true, AUDIT_MODEL_PROPOSED);
}

void api_post_approve(void *context, struct http_request *request) {
    ask_with_note(context, request, RELEASE_APPROVE, true, AUDIT_MODEL_APPROVED);
}

void api_post_reject(void *context, struct http_request *request) {
    ask_with_note(context, request, RELEASE_REJECT, true, AUDIT_MODEL_REJECTED);
}

void api_post_release_now(void *context, struct http_request *request) {
    ask_with_note(context, request, RELEASE_RELEASE, true, AUDIT_MODEL_ACTIVATED);
}

void api_post_rollback(void *context, struct http_request *request) {
    if (gate_identity(request)->kind == ACTOR_PERSON) {
        ask_with_note(context, request, RELEASE_ROLLBACK, false, AUDIT_MODEL_ROLLED_BACK);
    } else {
        api_refuse(request, API_PROBLEM_NEEDS_PERSON, "a person rolls back");
    }
}

void api_post_try(void *context, struct http_request *request) {
    static const char *const names[] = {"events"};
    struct deed *deed = has_releases(context, request) ? deed_read(context, request, names, 1) : NULL;
    if (deed == NULL) {
        return;
    }
    uint32_t node = deed->found[EVENTS_MEMBER];
    const struct json_node *events = node == JSON_NONE ? NULL : &deed->tree.nodes[node];
    if (events != NULL && (events->kind != JSON_INT || events->i64 < 1 || events->i64 > 100000000)) {
        deed_refuse_member(deed, names[0], "is a whole number from 1 to 100,000,000");
        return;
    }
    struct release_deed *asked = asked_create(deed, RELEASE_TRY);
    asked->ask.name = http_request_parameter(request, SLICE("name"));
    asked->ask.events = events == NULL ? 0 : (uint64_t)events->i64;
    asked->is_change = true;
    asked->action = AUDIT_MODEL_TRIED;
    ask_now(asked);
}

// ---- the status of a model ------------------------------------------------------------------------------------

// False: it has answered, and the deed is gone.
static bool read_canary(struct deed *deed, uint32_t canary, Slice *ret_by, double *ret_percent) {
    static const char *const names[] = {"percent", "by"};
    uint32_t found[2];
    struct buf reason;
    *ret_by = SLICE("");
    if (canary == JSON_NONE) {
        return true;
    }
    buf_init(&reason, 4096);
    bool fine = deed->tree.nodes[canary].kind == JSON_OBJECT && api_members(deed->tree, canary, names, 2, found, &reason) && found[0] != JSON_NONE &&
                found[1] != JSON_NONE && is_number(&deed->tree.nodes[found[0]], ret_percent) && deed->tree.nodes[found[1]].kind == JSON_STRING;
    buf_deinit(&reason);
    if (!fine) {
        deed_refuse_member(deed, "canary", "is {\"percent\": 5, \"by\": \"account\"}");
        return false;
    }
    *ret_by = deed->tree.nodes[found[1]].text;
    return true;
}

void api_post_status(void *context, struct http_request *request) {
    static const char *const names[] = {"status", "canary", "note"};
    struct serve *serve = context;
    Slice status;
    Slice note;
    Slice by;
    double percent = 0;
    struct deed *deed = has_releases(serve, request) ? deed_read(serve, request, names, 3) : NULL;
    if (deed == NULL || !deed_text(deed, 0, names[0], true, &status) || !read_canary(deed, deed->found[1], &by, &percent) ||
        !deed_text(deed, 2, names[2], false, &note)) {
        return;
    }
    // Suspending takes effect at once; anything else makes a draft.
    bool suspends = slice_is(status, "SUSPENDED");
    if (serve->options.gate != NULL && !gate_may(serve->options.gate, request, suspends ? SCOPE_MODELS_SUSPEND : SCOPE_MODELS_WRITE)) {
        deed_destroy(deed);
        return;
    }
    struct release_deed *asked = asked_create(deed, RELEASE_STATUS);
    asked->ask.model = http_request_parameter(request, SLICE("model"));
    asked->ask.status = status;
    asked->ask.note = note;
    asked->ask.canary_by = by;
    asked->ask.canary_percent = percent;
    asked->is_change = true;
    asked->action = suspends ? AUDIT_MODEL_SUSPENDED : AUDIT_MODEL_BROUGHT;
    ask_now(asked);
}
