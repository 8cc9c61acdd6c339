#include "server/api/visit.h"

#include "base/hash.h"
#include "base/time.h"
#include "server/api/veil.h"

#include <inttypes.h>
#include <stdio.h>

enum { ONCE_MAX = 128, KNOWN_BODY_MAX = 256 << 10 };

// ---- its life -----------------------------------------------------------------------------------

int64_t clearance_of(ScopeSet scopes) {
    return ((scopes & scope_bit(SCOPE_DOMAIN_AML)) != 0 ? CLEARANCE_AML : 0) |
           ((scopes & scope_bit(SCOPE_DOMAIN_INSIDER)) != 0 ? CLEARANCE_INSIDER : 0);
}

// While nobody is set up, who asks over loopback stands for a person.
static Actor actor_of(const Identity *who) {
    bool is_person = who->kind == ACTOR_PERSON || who->kind == ACTOR_CONSOLE;
    return (Actor){is_person ? ACTOR_KIND_PERSON : ACTOR_KIND_SYSTEM, identity_name(who)};
}

static struct visit *begin(struct deed *deed) {
    if (deed == NULL) {
        return NULL;
    }
    const Identity *who = &deed->act.who;
    struct visit *visit = ARENA_NEW(&deed->arena, struct visit);
    *visit = (struct visit){
        .deed = deed,
        .request = deed->request,
        .viewer = clearance_of(who->scopes),
        .sees_personal = identity_may(who, SCOPE_PERSONAL_READ),
        .is_blind = identity_may(who, SCOPE_QUALITY_WORK),
        .actor = actor_of(who),
    };
    deed->user = visit;
    return visit;
}

static bool is_there(struct serve *serve, struct http_request *request) {
    if (serve->options.response == NULL) {
        api_refuse(request, API_PROBLEM_RESPONSE_OFF, "%s", "");
    }
    return serve->options.response != NULL && api_gate(serve, request) != NULL;
}

struct visit *visit_query(struct serve *serve, struct http_request *request,
                          const char *const *names, uint32_t count) {
    return is_there(serve, request) && api_query_is_known(request, names, count)
               ? begin(deed_create(serve, request))
               : NULL;
}

struct visit *visit_query_thing(struct serve *serve, struct http_request *request) {
    static const char *const names[] = {"unmask"};
    Slice reason;
    if (!is_there(serve, request) || !api_query_is_known(request, names, 1) ||
        !api_unmask_reason(serve, request, &reason)) {
        return NULL;
    }
    struct visit *visit = begin(deed_create(serve, request));
    if (visit != NULL) {
        visit->unmask = arena_copy(&visit->deed->arena, reason);
        visit->sees_personal = visit->sees_personal || !slice_empty(reason);
    }
    return visit;
}

struct visit *visit_body(struct serve *serve, struct http_request *request,
                         const char *const *names, uint32_t count) {
    return is_there(serve, request) && api_query_is_known(request, NULL, 0)
               ? begin(deed_read(serve, request, names, count))
               : NULL;
}

static bool gone(struct visit *visit) {
    deed_destroy(visit->deed);
    return false;
}

void visit_refuse(struct visit *visit, ApiProblem problem, const char *format, ...) {
    char detail[PROBLEM_DETAIL_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    api_refuse(visit->request, problem, "%s", detail);
    gone(visit);
}

bool visit_is_person(struct visit *visit) {
    if (visit == NULL) {
        return false;
    }
    if (visit->actor.kind != ACTOR_KIND_PERSON) {
        visit_refuse(visit, API_PROBLEM_NEEDS_PERSON, "%s", "");
        return false;
    }
    return true;
}

bool visit_has_scope(struct visit *visit, Scope scope) {
    if (visit == NULL) {
        return false;
    }
    return gate_may(visit->deed->serve->options.gate, visit->request, scope) || gone(visit);
}

// ---- the path, the query ------------------------------------------------------------------------

bool visit_path(struct visit *visit, const char *name, int64_t *ret_number) {
    if (visit == NULL) {
        return false;
    }
    Slice text = http_request_parameter(visit->request, slice_of(name));
    if (!slice_to_i64(text, ret_number) || *ret_number <= 0 || text.at[0] == '0') {
        visit_refuse(visit, API_PROBLEM_OBJECT_UNKNOWN, "'%.*s' is no number of %s %s",
                     SLICE_ARGS(slice_part(text, 0, 32)),
                     name[0] == 'a' || name[0] == 'o' ? "an" : "a", name);
        return false;
    }
    return true;
}

bool visit_object(struct visit *visit, const char *name) {
    return visit != NULL && visit_path(visit, name, &visit->id);
}

bool text_is_plain(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if ((byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool refuse_query(struct visit *visit, const char *name, const char *what) {
    visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'%s' %s", name, what);
    return false;
}

bool visit_ask_text(struct visit *visit, const char *name, Slice *ret_text) {
    Slice text;
    if (visit == NULL) {
        return false;
    }
    if (http_request_query(visit->request, slice_of(name), &text) != STATUS_OK) {
        *ret_text = SLICE("");
        return true;
    }
    if (text.size > ID_TEXT_MAX || !text_is_plain(text)) {
        return refuse_query(visit, name, "is a text of up to 256 bytes without control characters");
    }
    *ret_text = text;
    return true;
}

bool visit_ask_number(struct visit *visit, const char *name, int64_t least, int64_t most,
                      int64_t *ret_number) {
    Slice text;
    if (visit == NULL) {
        return false;
    }
    if (http_request_query(visit->request, slice_of(name), &text) != STATUS_OK) {
        return true;
    }
    if (!slice_to_i64(text, ret_number) || *ret_number < least || *ret_number > most) {
        char what[96];
        snprintf(what, sizeof what, "is a whole number from %" PRId64 " to %" PRId64, least, most);
        return refuse_query(visit, name, what);
    }
    return true;
}

struct visit *visit_query_days(struct serve *serve, struct http_request *request) {
    enum { DAYS_USUAL = 30, DAYS_MAX = 366 };
    static const char *const names[] = {"days"};
    struct visit *visit = visit_query(serve, request, names, 1);
    int64_t days = DAYS_USUAL;
    if (!visit_ask_number(visit, names[0], 1, DAYS_MAX, &days)) {
        return NULL;
    }
    struct visit_span *span = ARENA_NEW(&visit->deed->arena, struct visit_span);
    span->until_us = visit->deed->act.now_us;
    span->from_us = span->until_us - days * US_PER_DAY;
    visit->user = span;
    visit->is_plain = true;
    return visit;
}

static bool parse_moment(Slice text, int64_t *ret_us) {
    int64_t ms;
    if (slice_to_i64(text, &ms)) {
        *ret_us = ms * US_PER_MS;
        return ms >= 0 && ms <= INT64_MAX / US_PER_MS;
    }
    return time_parse(text, 0, ret_us) && *ret_us >= 0;
}

bool visit_ask_moment(struct visit *visit, const char *name, int64_t *ret_us) {
    Slice text;
    if (visit == NULL) {
        return false;
    }
    if (http_request_query(visit->request, slice_of(name), &text) != STATUS_OK) {
        return true;
    }
    return parse_moment(text, ret_us) ||
           refuse_query(visit, name,
                        "is milliseconds since 1970 UTC, or as 2026-11-23T14:00:00+08:00");
}

bool visit_ask_choice(struct visit *visit, const char *name, Choice *ret_choice) {
    Slice text;
    if (visit == NULL) {
        return false;
    }
    if (http_request_query(visit->request, slice_of(name), &text) != STATUS_OK) {
        return true;
    }
    *ret_choice = slice_is(text, "true")    ? CHOICE_YES
                  : slice_is(text, "false") ? CHOICE_NO
                                            : CHOICE_ANY;
    return *ret_choice != CHOICE_ANY || refuse_query(visit, name, "is true or false");
}

bool visit_ask_masked(struct visit *visit) {
    Choice masked = CHOICE_ANY;
    if (!visit_ask_choice(visit, "masked", &masked)) {
        return false;
    }
    visit->sees_personal = visit->sees_personal && masked != CHOICE_YES;
    return true;
}

static bool parse_severity(Slice text, int64_t *ret_severity) {
    for (int64_t i = SEVERITY_S1; i <= SEVERITY_S4; i++) {
        if (slice_is(text, severity_names[i])) {
            *ret_severity = i;
            return true;
        }
    }
    return false;
}

bool visit_ask_format(struct visit *visit, bool *ret_is_pdf) {
    Slice text;
    if (!visit_ask_text(visit, "format", &text)) {
        return false;
    }
    *ret_is_pdf = slice_is(text, "pdf");
    return *ret_is_pdf || slice_empty(text) || slice_is(text, "html") ||
           refuse_query(visit, "format", "is html or pdf");
}

bool visit_ask_severity(struct visit *visit, const char *name, int64_t *ret_severity) {
    Slice text;
    if (!visit_ask_text(visit, name, &text)) {
        return false;
    }
    return slice_empty(text) || parse_severity(text, ret_severity) ||
           refuse_query(visit, name, "is S1, S2, S3 or S4");
}

// ---- the body -----------------------------------------------------------------------------------

static const struct json_node *node_of(const struct visit *visit, uint32_t member) {
    uint32_t at = visit->deed->found[member];
    return at == JSON_NONE ? NULL : &visit->deed->tree.nodes[at];
}

bool visit_has(const struct visit *visit, uint32_t member) {
    return visit->deed->found[member] != JSON_NONE;
}

void visit_refuse_member(struct visit *visit, const char *name, const char *what) {
    visit_refuse(visit, API_PROBLEM_BODY_REFUSED, "'%s' %s", name, what);
}

static bool refuse_member(struct visit *visit, const char *name, const char *what) {
    visit_refuse_member(visit, name, what);
    return false;
}

bool visit_text(struct visit *visit, uint32_t member, const char *name, size_t size_max,
                bool is_needed, Slice *ret_text) {
    if (visit == NULL) {
        return false;
    }
    const struct json_node *node = node_of(visit, member);
    *ret_text = SLICE("");
    if (node == NULL) {
        return !is_needed || refuse_member(visit, name, "is missing");
    }
    bool is_fine = node->kind == JSON_STRING && node->text.size <= size_max &&
                   text_is_plain(node->text) &&
                   (!is_needed || !slice_empty(slice_trim(node->text)));
    if (!is_fine) {
        char what[96];
        snprintf(what, sizeof what, "is a text%s of up to %zu bytes without control characters",
                 is_needed ? " that is not empty," : "", size_max);
        return refuse_member(visit, name, what);
    }
    *ret_text = node->text;
    return true;
}

bool visit_number(struct visit *visit, uint32_t member, const char *name, int64_t least,
                  int64_t most, bool is_needed, int64_t *ret_number) {
    if (visit == NULL) {
        return false;
    }
    const struct json_node *node = node_of(visit, member);
    if (node == NULL) {
        return !is_needed || refuse_member(visit, name, "is missing");
    }
    if (node->kind != JSON_INT || node->i64 < least || node->i64 > most) {
        char what[96];
        snprintf(what, sizeof what, "is a whole number from %" PRId64 " to %" PRId64, least, most);
        return refuse_member(visit, name, what);
    }
    *ret_number = node->i64;
    return true;
}

bool visit_flag(struct visit *visit, uint32_t member, const char *name, bool *ret_flag) {
    if (visit == NULL) {
        return false;
    }
    const struct json_node *node = node_of(visit, member);
    if (node == NULL) {
        return true;
    }
    *ret_flag = node->kind == JSON_TRUE;
    return node->kind == JSON_TRUE || node->kind == JSON_FALSE ||
           refuse_member(visit, name, "is true or false");
}

bool visit_moment(struct visit *visit, uint32_t member, const char *name, int64_t *ret_us) {
    if (visit == NULL) {
        return false;
    }
    const struct json_node *node = node_of(visit, member);
    if (node == NULL) {
        return true;
    }
    if (node->kind == JSON_INT && node->i64 >= 0 && node->i64 <= INT64_MAX / US_PER_MS) {
        *ret_us = node->i64 * US_PER_MS;
        return true;
    }
    return (node->kind == JSON_STRING && time_parse(node->text, 0, ret_us) && *ret_us >= 0) ||
           refuse_member(visit, name,
                         "is milliseconds since 1970 UTC, or as 2026-11-23T14:00:00+08:00");
}

bool visit_json(struct visit *visit, uint32_t member, const char *name, size_t size_max,
                Slice *ret_text) {
    struct buf out;
    struct json_writer json;
    if (visit == NULL) {
        return false;
    }
    const struct json_node *node = node_of(visit, member);
    if (node == NULL || node->kind != JSON_OBJECT) {
        return refuse_member(visit, name, "is a JSON object, and needed");
    }
    buf_init(&out, size_max);
    json_writer_init(&json, &out);
    json_node(&json, visit->deed->tree, visit->deed->found[member]);
    bool fits = !buf_overflowed(&out);
    *ret_text = fits ? arena_copy(&visit->deed->arena, buf_slice(&out)) : SLICE("");
    buf_deinit(&out);
    return fits || refuse_member(visit, name, "is larger than it may be");
}

bool visit_enter(struct visit *visit, uint32_t member, const char *name, const char *const *names,
                 uint32_t count) {
    struct buf reason;
    struct deed *deed = visit->deed;
    uint32_t object = deed->found[member];
    if (object == JSON_NONE || deed->tree.nodes[object].kind != JSON_OBJECT) {
        return refuse_member(visit, name, "is a JSON object, and needed");
    }
    buf_init(&reason, 4096);
    bool is_fine = api_members(deed->tree, object, names, count, deed->found, &reason);
    if (!is_fine) {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED, "in '%s': %.*s", name,
                     SLICE_ARGS(buf_slice(&reason)));
    }
    buf_deinit(&reason);
    return is_fine;
}

bool visit_severity(struct visit *visit, uint32_t member, const char *name, int64_t *ret_severity) {
    Slice text;
    if (!visit_text(visit, member, name, ID_TEXT_MAX, false, &text)) {
        return false;
    }
    return slice_empty(text) || parse_severity(text, ret_severity) ||
           refuse_member(visit, name, "is S1, S2, S3 or S4");
}

// ---- what the rooms say -------------------------------------------------------------------------

static const struct {
    const char *code;
    ApiProblem problem;
} room_codes[] = {
#define CODE(code, problem) {code, API_PROBLEM_##problem},
#include "server/api/room_codes.def"
#undef CODE
};

static ApiProblem problem_of_failure(Status status, const struct diag *diag) {
    for (size_t i = 0; diag->code != NULL && i < sizeof room_codes / sizeof room_codes[0]; i++) {
        if (strcmp(diag->code, room_codes[i].code) == 0) {
            return room_codes[i].problem;
        }
    }
    switch (status) {
    case STATUS_NOT_FOUND:
        return API_PROBLEM_OBJECT_UNKNOWN;
    case STATUS_LIMIT:
        return API_PROBLEM_STORE_BUSY;
    case STATUS_IO:
        return API_PROBLEM_STORE_AWAY;
    default:
        return API_PROBLEM_NOT_POSSIBLE;
    }
}

// What is on record of it: "alert 17", "orders".
static Slice target_of(const struct visit *visit) {
    struct arena *arena = &visit->deed->arena;
    if (!slice_empty(visit->target)) {
        return arena_printf(arena, "%s %.*s", visit->object_kind, SLICE_ARGS(visit->target));
    }
    return visit->object == 0
               ? slice_of(visit->object_kind)
               : arena_printf(arena, "%s %" PRId64, visit->object_kind, visit->object);
}

static void refuse(struct visit *visit, Status status, const struct diag *diag) {
    ApiProblem problem = problem_of_failure(status, diag);
    Slice code = diag->code == NULL ? SLICE("") : slice_of(diag->code);
    if (visit->is_change && problem_of(problem)->status == 403) {
        gate_report_refused(visit->deed->serve->options.gate, &visit->deed->act, visit->action,
                            target_of(visit), slice_of(problem_of(problem)->code));
    }
    // What the store or its server says is for who runs it.
    bool is_told = problem != API_PROBLEM_STORE_AWAY && problem != API_PROBLEM_STORE_BUSY &&
                   !slice_empty(diag->message);
    if (is_told) {
        api_refuse_with(visit->request, problem_of(problem),
                        arena_printf(&visit->deed->arena, "%.*s: %.*s", SLICE_ARGS(code),
                                     SLICE_ARGS(slice_part(diag->message, 0, PROBLEM_DETAIL_MAX))),
                        &visit->more);
    } else {
        api_refuse(visit->request, problem, "%s", "");
    }
}

// ---- doing --------------------------------------------------------------------------------------

static void fill_office(struct visit *visit, struct book *book) {
    visit->catalogue = response_catalogue(book);
    visit->office = (struct office){.disposition = response_disposition(book),
                                    .strategies = response_strategies(book),
                                    .terms = response_terms(book),
                                    .bank = response_bank(book)};
}

static Status do_work(struct visit *visit, struct book *book) {
    Slice known;
    Status status = slice_empty(visit->once)
                        ? STATUS_NOT_FOUND
                        : answered_find(book, visit->caller, visit->once, visit->asked, &known);
    visit->was_known = status == STATUS_OK;
    if (status == STATUS_OK) {
        buf_put(visit->body, known);
        return STATUS_OK;
    }
    ENSURE(status == STATUS_NOT_FOUND, status);
    TRY(visit->work(visit, book));
    ENSURE(!buf_overflowed(visit->body),
           book_fail(book, STATUS_LIMIT, "OF009",
                     "the answer is larger than %d bytes: ask for less", API_ANSWER_MAX));
    json_writer_finish(visit->json);
    bool is_kept = !slice_empty(visit->once) && visit->body->size <= KNOWN_BODY_MAX;
    return is_kept ? answered_keep(book, visit->caller, visit->once, visit->asked,
                                   buf_slice(visit->body))
                   : STATUS_OK;
}

static void prepare(struct visit *visit, struct book *book) {
    buf_reset(visit->body);
    json_writer_init(&visit->writer, visit->body);
    visit->json = &visit->writer;
    fill_office(visit, book);
}

static Status attempt(void *context, struct book *book) {
    prepare(context, book);
    return do_work(context, book);
}

static Status attempt_first(void *context, struct book *book) {
    struct visit *visit = context;
    prepare(visit, book);
    return visit->first(visit, book);
}

static void reply(struct visit *visit, Slice body) {
    struct http_header known = {SLICE("Qiantang-Known"), SLICE("true")};
    http_reply(visit->request, &(struct http_reply){.status = visit->status == 0 ? 200 : visit->status,
                                                    .content_type = SLICE("application/json"),
                                                    .headers = &known,
                                                    .header_count = visit->was_known,
                                                    .body = body});
}

// What somebody has sent is never shown by a browser as what it says it is. A page of ours has its
// styles in itself, and nothing else.
static void reply_file(struct visit *visit) {
    bool is_page = slice_starts_with(visit->media, SLICE("text/html"));
    const char *how = is_page ? "inline" : "attachment";
    Slice disposition = slice_empty(visit->file_name)
                            ? slice_of(how)
                            : arena_printf(&visit->deed->arena, "%s; filename=\"%.*s\"", how,
                                           SLICE_ARGS(visit->file_name));
    struct http_header headers[] = {
        {SLICE("Content-Disposition"), disposition},
        {SLICE("X-Content-Type-Options"), SLICE("nosniff")},
        {SLICE("Content-Security-Policy"),
         SLICE("default-src 'none'; style-src 'unsafe-inline'; "
               "frame-ancestors 'self'; base-uri 'none'; sandbox")},
    };
    Slice bytes = SLICE("application/octet-stream");
    http_reply(visit->request, &(struct http_reply){
                                   .status = 200,
                                   .content_type = slice_empty(visit->media) ? bytes : visit->media,
                                   .headers = headers,
                                   .header_count = is_page ? 3 : 2,
                                   .body = visit->file});
}

static void answer(struct visit *visit) {
    struct buf hidden;
    if (!slice_empty(visit->file)) {
        reply_file(visit);
        return;
    }
    if (visit->sees_personal || visit->is_plain) {
        reply(visit, buf_slice(visit->body));
        return;
    }
    buf_init(&hidden, 2 * (size_t)API_ANSWER_MAX);
    veil_put(buf_slice(visit->body), visit->catalogue, &hidden);
    reply(visit, buf_slice(&hidden));
    buf_deinit(&hidden);
}

// False: it has answered that the log takes no more, and nothing may be shown.
static bool report(const struct visit *visit) {
    const struct deed *deed = visit->deed;
    if (!slice_empty(visit->unmask)) {
        return api_unmask(deed->serve, visit->request, &deed->act, target_of(visit), visit->unmask);
    }
    if (visit->is_export) {
        api_report(deed->serve, &deed->act, AUDIT_DATA_EXPORTED, target_of(visit), visit->exported);
    } else if (visit->is_change && !visit->was_known) {
        api_report(deed->serve, &deed->act, visit->action, target_of(visit), SLICE(""));
    } else if (!visit->is_change && visit->sees_personal && !visit->is_plain &&
               visit->actor.kind == ACTOR_KIND_PERSON) {
        api_report(deed->serve, &deed->act, AUDIT_PERSONAL_UNMASKED, target_of(visit), SLICE(""));
    }
    return true;
}

static void run(struct deed *deed) {
    struct visit *visit = deed->user;
    struct response *response = deed->serve->options.response;
    struct diag diag = {0};
    struct buf body;
    buf_init(&body, API_ANSWER_MAX);
    buf_init(&visit->paper, REFERRAL_PACKAGE_MAX);
    visit->body = &body;
    Status status = visit->first == NULL
                        ? STATUS_OK
                        : response_read(response, attempt_first, visit, &deed->arena, &diag);
    if (status == STATUS_OK) {
        status = visit->writes
                     ? response_do(response, visit->actor, attempt, visit, &deed->arena, &diag)
                     : response_read(response, attempt, visit, &deed->arena, &diag);
    }
    if (status == STATUS_OK) {
        if (report(visit)) {
            answer(visit);
        }
    } else {
        refuse(visit, status, &diag);
    }
    buf_deinit(&visit->paper);
    buf_deinit(&body);
}

static bool is_name(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~') {
            return false;
        }
    }
    return text.size > 0 && text.size <= ONCE_MAX;
}

// Method, path, query and body: the same name with others is a mistake.
static Slice hash_request(const struct visit *visit) {
    struct http_request *request = visit->request;
    Hash128 body = hash128(http_request_body(request), http_request_method(request));
    Hash128 path = hash128(http_request_path(request), body.low);
    for (uint32_t i = 0; i < http_request_query_count(request); i++) {
        struct http_header asked = http_request_query_at(request, i);
        path = hash128(asked.value, hash128(asked.name, path.low).low);
    }
    return arena_printf(&visit->deed->arena, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, body.high,
                        path.high, path.low);
}

void visit_stands_for(struct visit *visit, Slice system, Slice id) {
    Identity *who = &visit->deed->act.who;
    *who = (Identity){.kind = ACTOR_SYSTEM, .name_size = (uint8_t)system.size};
    memcpy(who->name, system.at, system.size);
    visit->actor = (Actor){ACTOR_KIND_SYSTEM, identity_name(who)};
    visit->viewer = 0;
    visit->sees_personal = visit->is_blind = false;
    visit->once = id;
    visit->caller = arena_printf(&visit->deed->arena, "signed %.*s", SLICE_ARGS(system));
    visit->asked = hash_request(visit);
}

static bool read_once(struct visit *visit) {
    Slice name;
    if (!slice_empty(visit->once)) {
        return true;
    }
    if (!http_request_header(visit->request, SLICE("Idempotency-Key"), &name)) {
        return true;
    }
    if (!is_name(name)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED,
                     "an Idempotency-Key is 1 to %d visible characters of ASCII", ONCE_MAX);
        return false;
    }
    visit->once = name;
    visit->caller = arena_printf(&visit->deed->arena, "%s %.*s",
                                 visit->actor.kind == ACTOR_KIND_PERSON ? "person" : "system",
                                 SLICE_ARGS(visit->actor.name));
    visit->asked = hash_request(visit);
    return true;
}

static void post(struct visit *visit) {
    if (visit->takes_long) {
        deed_post_paper(visit->deed, run);
    } else {
        deed_post_slow(visit->deed, run);
    }
}

void visit_look(struct visit *visit, VisitWork *work, const char *kind, int64_t object) {
    visit->work = work;
    visit->object_kind = kind;
    visit->object = object;
    post(visit);
}

void visit_look_and_note(struct visit *visit, VisitWork *work, const char *kind, int64_t object) {
    visit->writes = true;
    visit_look(visit, work, kind, object);
}

void visit_name_file(struct visit *visit, Slice name, bool is_pdf) {
    visit->media = is_pdf ? SLICE("application/pdf") : SLICE("text/html; charset=utf-8");
    visit->file_name =
        arena_printf(&visit->deed->arena, "%.*s.%s", SLICE_ARGS(name), is_pdf ? "pdf" : "html");
    visit->exported = visit->file_name;
}

void visit_export(struct visit *visit, VisitWork *work, const char *kind, int64_t object,
                  bool notes) {
    visit->is_export = true;
    visit->writes = notes;
    visit_look(visit, work, kind, object);
}

void visit_look_first(struct visit *visit, VisitWork *first) {
    visit->first = first;
}

void visit_change(struct visit *visit, VisitWork *work, AuditAction action, const char *kind,
                  int64_t object) {
    if (!read_once(visit)) {
        return;
    }
    visit->is_change = visit->writes = true;
    visit->action = action;
    visit_look(visit, work, kind, object);
}

void visit_change_named(struct visit *visit, VisitWork *work, AuditAction action, const char *kind,
                        Slice target) {
    visit->target = target;
    visit_change(visit, work, action, kind, 0);
}

// ---- within the unit of work --------------------------------------------------------------------

bool visit_roles_of(struct visit *visit, Slice name, ScopeSet *ret_scopes) {
    struct gate *gate = visit->deed->serve->options.gate;
    if (gate_is_open(gate)) { // nobody is set up: whoever asks may do everything
        *ret_scopes = visit->deed->act.who.scopes;
        return slice_equal(name, visit->actor.name);
    }
    AccessUsers users =
        access_users(gate_users(gate), visit->deed->act.now_us, &visit->deed->arena);
    for (uint32_t i = 0; i < users.count; i++) {
        if (slice_equal(users.at[i].name, name)) {
            *ret_scopes = roles_scopes(users.at[i].roles);
            return !users.at[i].disabled;
        }
    }
    return false;
}

// What a desk says of domains follows from roles; it is brought up to date, so that others who hand
// something over see what is so.
Status visit_person(struct visit *visit, struct book *book) {
    struct person *person = &visit->person;
    TRY(person_load(book, visit->actor.name, person));
    if (person->domains != visit->viewer) {
        person->domains = visit->viewer;
        TRY(person_keep(book, person));
    }
    if (!identity_may(&visit->deed->act.who, SCOPE_ALERTS_APPROVE)) {
        person->level = 0;
    }
    return STATUS_OK;
}

Slice note_of(struct arena *arena, Slice note) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, 8 * NOTE_TEXT_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("note"), note);
    json_object_end(&json);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

struct looking visit_looking(const struct visit *visit) {
    return (struct looking){
        .viewer = visit->viewer, .name = visit->actor.name, .is_blind = visit->is_blind};
}

Status visit_put_taken(struct visit *visit) {
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("taken"), true);
    json_object_end(visit->json);
    return STATUS_OK;
}

Status visit_put_alert(struct visit *visit, struct book *book, int64_t alert) {
    struct looking looking = visit_looking(visit);
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("alert"));
    TRY(alert_put_row(&visit->office, book, &looking, alert, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

int64_t visit_last_of(const struct visit *visit, size_t begin, const char *member,
                      uint32_t count_max) {
    struct json_reader *reader;
    JsonTree tree;
    int64_t last = 0;
    if (buf_overflowed(visit->body)) {
        return 0;
    }
    reader = json_reader_create(API_ANSWER_MAX, JSON_DEPTH_MAX);
    Slice array = slice_part(buf_slice(visit->body), begin, SIZE_MAX);
    if (json_parse(reader, array, &tree) == STATUS_OK && tree.nodes[0].count == count_max) {
        JSON_EACH(tree, 0, i) {
            uint32_t at = json_member(tree, i, slice_of(member));
            last = at != JSON_NONE && tree.nodes[at].kind == JSON_INT ? tree.nodes[at].i64 : 0;
        }
    }
    json_reader_destroy(reader);
    return last;
}

Status visit_put_page(struct visit *visit, struct book *book, const char *member,
                      const char *id_member, uint32_t count_max,
                      Status (*put)(struct visit *visit, struct book *book,
                                    struct json_writer *json)) {
    json_object_begin(visit->json);
    json_key(visit->json, slice_of(member));
    size_t begin = visit->body->size;
    TRY(put(visit, book, visit->json));
    int64_t last = visit_last_of(visit, begin, id_member, count_max);
    json_key(visit->json, SLICE("next"));
    if (last == 0) {
        json_null(visit->json);
    } else {
        json_i64(visit->json, last);
    }
    json_object_end(visit->json);
    return STATUS_OK;
}
