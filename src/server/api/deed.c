// Requests that somebody else's thread answers.

#include "server/api/api.h"

#include <stddef.h>
#include <stdlib.h>

struct deed *deed_create(struct serve *serve, struct http_request *request) {
    struct deed *deed = memory_alloc(sizeof *deed);
    deed->serve = serve;
    deed->request = request;
    deed->act = gate_act(request);
    arena_init(&deed->arena, 16 << 10);
    for (int i = 0; i < DEED_MEMBERS_MAX; i++) {
        deed->found[i] = JSON_NONE;
    }
    return deed;
}

void deed_destroy(struct deed *deed) {
    json_reader_destroy(deed->json);
    arena_deinit(&deed->arena);
    free(deed);
}

struct deed *deed_read(struct serve *serve, struct http_request *request, const char *const *names, uint32_t count) {
    struct deed *deed = deed_create(serve, request);
    struct buf reason;
    if (slice_empty(slice_trim(http_request_body(request)))) {
        return deed;
    }
    deed->json = json_reader_create(http_request_body(request).size > API_CHANGE_MAX ? API_RECORD_MAX : API_CHANGE_MAX, API_BODY_DEPTH_MAX);
    buf_init(&reason, 4096);
    bool fine = api_read_object(request, deed->json, &deed->tree);
    if (fine && !api_members(deed->tree, 0, names, count, deed->found, &reason)) {
        api_refuse(request, API_PROBLEM_BODY_REFUSED, "%.*s", SLICE_ARGS(buf_slice(&reason)));
        fine = false;
    }
    buf_deinit(&reason);
    if (!fine) {
        deed_destroy(deed);
        return NULL;
    }
    return deed;
}

void deed_refuse_member(struct deed *deed, const char *name, const char *what) {
    api_refuse(deed->request, API_PROBLEM_BODY_REFUSED, "'%s' %s", name, what);
    deed_destroy(deed);
}

bool deed_text(struct deed *deed, uint32_t member, const char *name, bool is_needed, Slice *ret_text) {
    uint32_t node = deed->found[member];
    *ret_text = SLICE("");
    if (node == JSON_NONE && !is_needed) {
        return true;
    }
    if (node == JSON_NONE || deed->tree.nodes[node].kind != JSON_STRING || deed->tree.nodes[node].text.size > DEED_TEXT) {
        deed_refuse_member(deed, name, node == JSON_NONE ? "is missing" : "is a text of up to 512 bytes");
        return false;
    }
    *ret_text = deed->tree.nodes[node].text;
    return true;
}

// ---- doing --------------------------------------------------------------------------------------------------

static void run_errand(struct errand *errand) {
    struct deed *deed = errand->user;
    deed->run(deed);
    deed_destroy(deed);
}

static void post(struct deed *deed, struct errands *errands, void (*run)(struct deed *deed)) {
    deed->run = run;
    deed->errand = (struct errand){.run = run_errand, .user = deed};
    if (!deed->is_deferred) {
        http_defer(deed->request);
    }
    errands_post(errands, &deed->errand);
}

void deed_post(struct deed *deed, void (*run)(struct deed *deed)) {
    post(deed, deed->serve->errands, run);
}

void deed_post_slow(struct deed *deed, void (*run)(struct deed *deed)) {
    post(deed, deed->serve->slow_errands, run);
}

void deed_post_paper(struct deed *deed, void (*run)(struct deed *deed)) {
    post(deed, deed->serve->paper_errands, run);
}

static void run_task(struct access *access, struct access_task *task) {
    (void)access;
    struct deed *deed = (struct deed *)((char *)task - offsetof(struct deed, task));
    deed->run(deed);
    deed_destroy(deed);
}

void deed_submit(struct deed *deed, void (*run)(struct deed *deed)) {
    deed->run = run;
    deed->task.run = run_task;
    http_defer(deed->request);
    if (!access_submit(gate_users(deed->serve->options.gate), &deed->task)) {
        gate_refuse(deed->serve->options.gate, deed->request, &(struct access_refusal){.kind = ACCESS_REFUSAL_BUSY});
        deed_destroy(deed);
    }
}

// ---- answering ----------------------------------------------------------------------------------------------

void deed_reply(struct deed *deed, uint16_t status, void (*render)(struct deed *deed, struct json_writer *json)) {
    struct buf body;
    struct json_writer json;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    render(deed, &json);
    json_writer_finish(&json);
    api_reply_json(deed->request, status, buf_slice(&body));
    buf_deinit(&body);
}

static ApiProblem problem_of_code(const char *code) {
    static const struct {
        const char *code;
        ApiProblem problem;
    } codes[] = {
        {"AC001", API_PROBLEM_SCOPE_MISSING}, {"AC003", API_PROBLEM_USER_EXISTS},    {"AC004", API_PROBLEM_USER_UNKNOWN},
        {"AC007", API_PROBLEM_PASSWORD_WRONG}, {"AC009", API_PROBLEM_NOT_ALLOWED},   {"AC011", API_PROBLEM_KEY_UNKNOWN},
        {"AC014", API_PROBLEM_USER_EXISTS},    {"AC015", API_PROBLEM_SIGN_IN_DELAYED}, {"AC016", API_PROBLEM_AUDIT_FULL},
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(code, codes[i].code) == 0) {
            return codes[i].problem;
        }
    }
    return API_PROBLEM_ACCESS_REFUSED;
}

static bool is_for_who_asks(ApiProblem problem) {
    return problem == API_PROBLEM_SCOPE_MISSING || problem == API_PROBLEM_PASSWORD_WRONG || problem == API_PROBLEM_SIGN_IN_DELAYED || problem == API_PROBLEM_NOT_ALLOWED;
}

void deed_refuse(struct deed *deed, Status status, const struct diag *diag) {
    ApiProblem problem = status == STATUS_IO ? API_PROBLEM_AUDIT_LOG_FAILED : problem_of_code(diag->code);
    if (is_for_who_asks(problem)) {
        gate_count(deed->serve->options.gate, slice_of(problem_of(problem)->code));
    }
    api_refuse(deed->request, problem, "%s: %.*s", diag->code, SLICE_ARGS(diag->message));
}

struct gate *api_gate(struct serve *serve, struct http_request *request) {
    if (serve->options.gate == NULL) {
        api_refuse(request, API_PROBLEM_NOT_FOUND, "%s", "");
    }
    return serve->options.gate;
}

bool api_unmask_reason(struct serve *serve, struct http_request *request, Slice *ret_reason) {
    Slice reason = SLICE("");
    bool asks = http_request_query(request, SLICE("unmask"), &reason) == STATUS_OK;
    bool sees = serve->options.gate == NULL || identity_may(gate_identity(request), SCOPE_PERSONAL_READ);
    reason = slice_trim(reason);
    *ret_reason = SLICE("");
    if (!asks || sees) {
        return true;
    }
    if (!gate_may(serve->options.gate, request, SCOPE_PERSONAL_UNMASK)) {
        return false;
    }
    if (reason.size < UNMASK_REASON_MIN || reason.size > UNMASK_REASON_MAX) {
        api_refuse(request, API_PROBLEM_QUERY_REFUSED, "'unmask' says why in %d to %d bytes", UNMASK_REASON_MIN, UNMASK_REASON_MAX);
        return false;
    }
    *ret_reason = reason;
    return true;
}

bool api_unmask(struct serve *serve, struct http_request *request, const struct access_act *act, Slice target, Slice reason) {
    struct access *access = gate_users(serve->options.gate);
    struct buf detail;
    struct json_writer json;
    uint64_t sequence;
    buf_init(&detail, ACCESS_DETAIL_MAX);
    json_writer_init(&json, &detail);
    json_object_begin(&json);
    json_key_string(&json, SLICE("reason"), reason);
    json_object_end(&json);
    json_writer_finish(&json);
    struct access_report report = {.action = AUDIT_PERSONAL_UNMASKED, .target = target, .detail = buf_slice(&detail)};
    Status status = access_audit(access, act, &report, &sequence);
    status = status == STATUS_OK ? access_wait(access, sequence) : status;
    buf_deinit(&detail);
    if (status != STATUS_OK) {
        api_refuse(request, status == STATUS_LIMIT ? API_PROBLEM_AUDIT_FULL : API_PROBLEM_AUDIT_LOG_FAILED, "%s", "");
    }
    return status == STATUS_OK;
}

void api_report(const struct serve *serve, const struct access_act *act, AuditAction action, Slice target, Slice note) {
    struct buf detail;
    struct json_writer json;
    if (serve->options.gate == NULL) {
        return;
    }
    buf_init(&detail, ACCESS_DETAIL_MAX);
    if (!slice_empty(note)) {
        json_writer_init(&json, &detail);
        json_object_begin(&json);
        json_key_string(&json, SLICE("note"), note);
        json_object_end(&json);
        json_writer_finish(&json);
    }
    gate_report(serve->options.gate, act, action, target, buf_slice(&detail));
    buf_deinit(&detail);
}
