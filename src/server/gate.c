#include "server/gate.h"

#include "codec/json_write.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "server/api/problems.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

_Static_assert(sizeof(Identity) <= HTTP_ROOM_SIZE, "an identity lies in the request");

struct gate {
    struct access *access;
    struct log *log;
    struct metrics *metrics;
    bool tls;
    atomic_bool metrics_are_public;
    atomic_bool is_open; // nobody was set up when it was looked last; never true again
    struct thread *thread;
    pthread_mutex_t lock;
    pthread_cond_t ends;
    bool closing; // under the lock
};

// ---- what a request shows -----------------------------------------------------------------------------------

static Slice header(const struct http_request *request, const char *name) {
    Slice value = {0};
    (void)http_request_header(request, slice_of(name), &value);
    return value;
}

Slice gate_cookie(const struct http_request *request) {
    Slice rest = header(request, "Cookie");
    Slice one;
    while (slice_split(&rest, ';', &one)) {
        one = slice_trim(one);
        size_t at = slice_find_byte(one, '=', 0);
        if (slice_is(slice_part(one, 0, at), GATE_COOKIE) && at < one.size) {
            return slice_part(one, at + 1, SIZE_MAX);
        }
    }
    return (Slice){0};
}

static bool is_same_text(Slice a, Slice b) {
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        char x = a.at[i] >= 'A' && a.at[i] <= 'Z' ? (char)(a.at[i] + 32) : a.at[i];
        char y = b.at[i] >= 'A' && b.at[i] <= 'Z' ? (char)(b.at[i] + 32) : b.at[i];
        if (x != y) {
            return false;
        }
    }
    return true;
}

static bool changes_something(const struct http_request *request) {
    HttpMethod method = http_request_method(request);
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

// Whether a request that changes something was not made by a page of another site.
static bool is_of_this_site(const struct http_request *request, bool by_cookie) {
    Slice origin = header(request, "Origin");
    if (!slice_empty(origin)) {
        size_t scheme = slice_find(origin, SLICE("://"), 0);
        return scheme != SIZE_MAX && is_same_text(slice_part(origin, scheme + 3, SIZE_MAX), header(request, "Host"));
    }
    Slice site = header(request, "Sec-Fetch-Site");
    if (slice_empty(site)) {
        return !by_cookie;
    }
    return slice_is(site, "same-origin") || slice_is(site, "none");
}

// ---- refusing -----------------------------------------------------------------------------------------------

void gate_count(struct gate *gate, Slice code) {
    metrics_add(gate->metrics, METRIC_AUTH, metrics_series(gate->metrics, METRIC_AUTH, code, 0), 1);
}

static void refuse(struct gate *gate, struct http_request *request, ApiProblem problem) {
    gate_count(gate, slice_of(problem_of(problem)->code));
    api_refuse(request, problem, "%s", "");
}

void gate_refuse(struct gate *gate, struct http_request *request, const struct access_refusal *refusal) {
    struct problem_more more = {.retry_after_s = (uint32_t)((refusal->retry_after_us + 999999) / 1000000)};
    gate_count(gate, slice_of(refusal_code(refusal->kind)));
    api_refuse_with(request, problem_named(slice_of(refusal_code(refusal->kind))), (Slice){0}, &more);
}

static bool refuse_scope(struct gate *gate, struct http_request *request, Scope scope) {
    struct access_act act = gate_act(request);
    const struct http_route *route = http_request_route(request);
    gate_count(gate, slice_of(problem_of(API_PROBLEM_SCOPE_MISSING)->code));
    access_refused(gate->access, &act, scope, slice_of(route->pattern));
    api_refuse(request, API_PROBLEM_SCOPE_MISSING, "the scope %s is missing", scope_word(scope));
    return false;
}

// ---- nobody is set up ---------------------------------------------------------------------------------------

static bool is_loopback(Slice address) {
    return slice_empty(address) || slice_starts_with(address, SLICE("127.")) || slice_is(address, "::1") || slice_is(address, "::ffff:127.0.0.1");
}

static bool is_host_of_loopback(Slice host) {
    if (slice_starts_with(host, SLICE("["))) {
        return slice_is(slice_part(host, 0, slice_find_byte(host, ']', 0)), "[::1");
    }
    Slice name = slice_part(host, 0, slice_find_byte(host, ':', 0));
    return is_same_text(name, SLICE("localhost")) || slice_is(name, "127.0.0.1");
}

static bool was_passed_on(const struct http_request *request) {
    static const char *const names[] = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!slice_empty(header(request, names[i]))) {
            return true;
        }
    }
    return false;
}

static bool admit_anybody(struct gate *gate, struct http_request *request) {
    Slice host = header(request, "Host");
    if (!is_loopback(http_request_peer(request)) || was_passed_on(request) || (!slice_empty(host) && !is_host_of_loopback(host))) {
        refuse(gate, request, API_PROBLEM_NOT_HERE);
        return false;
    }
    Identity identity = identity_of_console(SLICE("loopback"));
    for (int i = 0; i < SCOPE_COUNT; i++) {
        identity.scopes |= scope_bit((Scope)i);
    }
    *(Identity *)http_request_room(request) = identity;
    return true;
}

bool gate_is_open(struct gate *gate) {
    if (!atomic_load_explicit(&gate->is_open, memory_order_acquire)) {
        return false;
    }
    bool empty = access_is_empty(gate->access);
    if (!empty) {
        atomic_store(&gate->is_open, false);
    }
    return empty;
}

// ---- admitting ----------------------------------------------------------------------------------------------

static bool identify(struct gate *gate, struct http_request *request) {
    struct http_client_certificate certificate = {0};
    struct access_refusal refusal;
    (void)http_request_certificate(request, &certificate);
    struct access_credentials shown = {
        .authorization = header(request, "Authorization"),
        .session = gate_cookie(request),
        .certificate = certificate.fingerprint,
        .peer = http_request_peer(request),
        .now_us = clock_wall_us(),
    };
    bool by_cookie = slice_empty(shown.authorization) && !slice_empty(shown.session);
    if (by_cookie && changes_something(request) && !is_of_this_site(request, true)) {
        refuse(gate, request, API_PROBLEM_OTHER_ORIGIN);
        return false;
    }
    if (access_identify(gate->access, &shown, http_request_room(request), &refusal)) {
        return true;
    }
    gate_refuse(gate, request, &refusal);
    return false;
}

static bool is_public(const struct gate *gate, const struct http_request *request) {
    const struct http_route *route = http_request_route(request);
    return atomic_load_explicit(&gate->metrics_are_public, memory_order_relaxed) && route != NULL && strcmp(route->pattern, "/metrics") == 0;
}

void gate_change(struct gate *gate, const struct access_limits *limits, bool metrics_are_public) {
    access_change_limits(gate->access, limits);
    atomic_store(&gate->metrics_are_public, metrics_are_public);
}

static bool admit(void *context, struct http_request *request, Slice word) {
    struct gate *gate = context;
    const Identity *who = http_request_room(request);
    Scope scope;
    if (changes_something(request) && !is_of_this_site(request, false)) {
        refuse(gate, request, API_PROBLEM_OTHER_ORIGIN);
        return false;
    }
    if (gate_is_open(gate)) {
        return admit_anybody(gate, request);
    }
    if (slice_empty(word) || is_public(gate, request)) {
        return true;
    }
    if (!identify(gate, request)) {
        return false;
    }
    if (slice_is(word, GATE_SELF)) {
        return true;
    }
    if (who->must_change_password) {
        gate_refuse(gate, request, &(struct access_refusal){.kind = ACCESS_REFUSAL_PASSWORD_CHANGE});
        return false;
    }
    INVARIANT(scope_parse(word, &scope)); // gate_test.c goes through all routes
    return identity_may(who, scope) || refuse_scope(gate, request, scope);
}

bool gate_may(struct gate *gate, struct http_request *request, Scope scope) {
    return identity_may(gate_identity(request), scope) || refuse_scope(gate, request, scope);
}

static Slice who(void *context, struct http_request *request) {
    (void)context;
    return identity_name(http_request_room(request));
}

struct serve_access gate_access(struct gate *gate) {
    return (struct serve_access){.context = gate, .admit = admit, .who = who};
}

struct access *gate_users(struct gate *gate) {
    return gate->access;
}

bool gate_has_tls(const struct gate *gate) {
    return gate->tls;
}

const Identity *gate_identity(struct http_request *request) {
    return http_request_room(request);
}

struct access_act gate_act(struct http_request *request) {
    return (struct access_act){.who = *gate_identity(request), .from = http_request_peer(request), .now_us = clock_wall_us()};
}

AuditAction gate_action_of(const char *what) {
    static const struct {
        const char *what;
        AuditAction action;
    } words[] = {
        {"release_brought", AUDIT_MODEL_BROUGHT},
        {"release_tried", AUDIT_MODEL_TRIED},
        {"release_proposed", AUDIT_MODEL_PROPOSED},
        {"release_approved", AUDIT_MODEL_APPROVED},
        {"release_rejected", AUDIT_MODEL_REJECTED},
        {"release_released", AUDIT_MODEL_ACTIVATED},
        {"release_rolled_back", AUDIT_MODEL_ROLLED_BACK},
        {"model_suspended", AUDIT_MODEL_SUSPENDED},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(what, words[i].what) == 0) {
            return words[i].action;
        }
    }
    return AUDIT_OPERATIONS_CHANGED;
}

static void note(struct gate *gate, const struct access_act *act, const struct access_report *report) {
    struct access_act program = {.who = identity_of_program(), .now_us = clock_wall_us()};
    uint64_t sequence;
    if (access_audit(gate->access, act == NULL ? &program : act, report, &sequence) != STATUS_OK) {
        LOG(gate->log, error, "audit_not_written", LOG_TEXT("action", slice_of(audit_word(report->action))), LOG_TEXT("target", report->target));
    }
}

void gate_report(struct gate *gate, const struct access_act *act, AuditAction action, Slice target, Slice detail) {
    note(gate, act, &(struct access_report){.action = action, .target = target, .detail = detail});
}

void gate_report_refused(struct gate *gate, const struct access_act *act, AuditAction action, Slice target, Slice code) {
    struct buf detail;
    struct json_writer json;
    buf_init(&detail, ACCESS_DETAIL_MAX);
    json_writer_init(&json, &detail);
    json_object_begin(&json);
    json_key_string(&json, SLICE("code"), code);
    json_object_end(&json);
    json_writer_finish(&json);
    gate_count(gate, code);
    note(gate, act, &(struct access_report){.action = action, .target = target, .detail = buf_slice(&detail), .refused = true});
    buf_deinit(&detail);
}

// ---- its life -----------------------------------------------------------------------------------------------

static void tick(void *context) {
    struct gate *gate = context;
    pthread_mutex_lock(&gate->lock);
    while (!gate->closing) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&gate->ends, &gate->lock, &until);
        pthread_mutex_unlock(&gate->lock);
        access_tick(gate->access, clock_wall_us());
        pthread_mutex_lock(&gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

static Status check_address(const struct gate_options *options, bool is_open, struct arena *arena, struct diag *diag) {
    if (!is_open || is_loopback(options->address)) {
        return STATUS_OK;
    }
    Status status = diag_fail(diag, arena, STATUS_INVALID, "SV010", "nobody is set up, so the server listens on loopback alone and not on '%.*s'",
                              SLICE_ARGS(options->address));
    diag->hint = SLICE("make the first user: qiantang user add NAME --data DIR --roles administrator");
    return status;
}

static Status open_access(const struct gate_options *options, struct arena *arena, struct access **ret_access, struct diag *diag) {
    struct access_options access = {
        .folder = options->folder,
        .now_us = clock_wall_us(),
        .idle_us = options->limits.idle_us,
        .absolute_us = options->limits.absolute_us,
        .delay_first_us = options->limits.delay_first_us,
        .delay_max_us = options->limits.delay_max_us,
    };
    struct access_opened opened;
    TRY(file_make_private_directory(options->folder, arena, diag));
    return access_open(&access, arena, ret_access, &opened, diag);
}

// Counters are there from the start on, so that the first refusal of a kind shows as one.
static void show_counters(struct gate *gate) {
    for (int kind = ACCESS_REFUSAL_NONE + 1; kind < ACCESS_REFUSAL_COUNT; kind++) {
        (void)metrics_series(gate->metrics, METRIC_AUTH, slice_of(refusal_code((AccessRefusal)kind)), 0);
    }
}

static struct gate *gate_create(const struct gate_options *options, struct access *access, bool is_open) {
    struct gate *gate = memory_alloc(sizeof *gate);
    pthread_condattr_t monotonic;
    gate->access = access;
    gate->log = options->log;
    gate->metrics = options->metrics;
    gate->tls = options->tls;
    atomic_init(&gate->metrics_are_public, options->metrics_are_public);
    show_counters(gate);
    atomic_init(&gate->is_open, is_open);
    INVARIANT(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&gate->lock, NULL) == 0 && pthread_cond_init(&gate->ends, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    gate->thread = thread_start("gate", tick, gate);
    return gate;
}

Status gate_open(const struct gate_options *options, struct arena *arena, struct gate **ret_gate, struct diag *diag) {
    struct access *access;
    TRY(open_access(options, arena, &access, diag));
    bool is_open = access_is_empty(access);
    Status status = check_address(options, is_open, arena, diag);
    if (status != STATUS_OK) {
        struct diag ignored;
        Status closed = access_close(access, clock_wall_us(), arena, &ignored);
        (void)closed; // what it is refused for is told
        return status;
    }
    if (is_open) {
        LOG(options->log, warning, "nobody_is_set_up", LOG_TEXT("so", SLICE("whoever asks over loopback may do everything")),
            LOG_TEXT("way_out", SLICE("POST /v1/users, or while it does not run: qiantang user add NAME --data DIR --roles administrator")));
    }
    *ret_gate = gate_create(options, access, is_open);
    return STATUS_OK;
}

Status gate_close(struct gate *gate, struct arena *arena, struct diag *diag) {
    if (gate == NULL) {
        return STATUS_OK;
    }
    pthread_mutex_lock(&gate->lock);
    gate->closing = true;
    pthread_cond_signal(&gate->ends);
    pthread_mutex_unlock(&gate->lock);
    thread_join(gate->thread);
    Status status = access_close(gate->access, clock_wall_us(), arena, diag);
    pthread_mutex_destroy(&gate->lock);
    pthread_cond_destroy(&gate->ends);
    free(gate);
    return status;
}
