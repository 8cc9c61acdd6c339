// The server with a pipeline behind it and a client of one socket: what needs a release while it runs, or somebody else's ports. What clients see otherwise is
// in tests/openapi_test.py and tests/stream_test.py.

#include "server/serve.h"

#include "base/test.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "server/shelf.h"
#include "server/snapshots.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEGMENT_BYTES = 8 << 20, REPLY_MAX = 1 << 16 };

struct world {
    struct scratch scratch;
    struct shelf *shelf;
    Hash128 first, second;
    struct serve *serve;
    struct pipeline *pipeline;
    char reply[REPLY_MAX]; // the last, with a NUL behind it
    atomic_int after, asked;
};

static bool shelve(struct world *w, const struct pack_file *extra, uint32_t extra_count, Hash128 *ret_label) {
    const char *root = getenv("QIANTANG_ROOT");
    struct pack_folder pack;
    Slice label;
    pack_init(&pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&pack, extra, extra_count, &w->scratch.diag) == STATUS_OK && pack_compile(&pack) == STATUS_OK);
    CHECK(shelf_put(w->shelf, &pack, &w->scratch.arena, &label, &w->scratch.diag) == STATUS_OK);
    *ret_label = label_hash(label);
    pack_close(&pack);
    return true;
}

static Slice make_folder(struct world *w, const char *name) {
    Slice path = scratch_path(&w->scratch, name);
    INVARIANT(file_make_directory(path, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    return path;
}

static bool start(struct world *w, struct serve_options options, bool with_journal) {
    static const char statuses[] = "statuses: {M-PX-01-A: {status: SUSPENDED}}\n";
    struct pack_file extra = {.path = SLICE("statuses.yaml"), .source = {.name = SLICE("statuses.yaml"), .text = slice_of(statuses)}};
    CHECK(scratch_make(&w->scratch, NULL));
    CHECK(shelf_open(make_folder(w, "packs"), &w->scratch.arena, &w->shelf, &w->scratch.diag) == STATUS_OK);
    CHECK(shelve(w, NULL, 0, &w->first) && shelve(w, &extra, 1, &w->second));
    Slice journal = make_folder(w, "journal");
    options.journal = with_journal ? journal : SLICE("");
    CHECK(serve_start(&options, &w->scratch.arena, &w->serve, &w->scratch.diag) == STATUS_OK);
    struct pipeline_options pipe = {.folder = journal,
                                    .source = shelf_source(w->shelf),
                                    .first = w->first,
                                    .segment_bytes = SEGMENT_BYTES,
                                    .async = options.async,
                                    .settled = serve_settled,
                                    .context = w->serve};
    struct pipeline_opened opened;
    CHECK(pipeline_open(&pipe, &w->scratch.arena, &w->pipeline, &opened, &w->scratch.diag) == STATUS_OK);
    serve_attach(w->serve, w->pipeline);
    return true;
}

static bool stop(struct world *w) {
    serve_stop(w->serve);
    CHECK(pipeline_close(w->pipeline, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    serve_destroy(w->serve);
    shelf_close(w->shelf);
    CHECK(scratch_remove(&w->scratch));
    free(w);
    return true;
}

static int dial(const struct world *w) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(serve_port(w->serve)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    INVARIANT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

// One request on a connection of its own; gives the status, and leaves the answer in w->reply.
static int ask(struct world *w, const char *method, const char *path, const char *body) {
    char head[1024];
    int fd = dial(w);
    int size = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        method, path, strlen(body));
    INVARIANT(send(fd, head, (size_t)size, 0) == size && send(fd, body, strlen(body), 0) == (ssize_t)strlen(body));
    size_t filled = 0;
    ssize_t got;
    while (filled < REPLY_MAX - 1 && (got = recv(fd, w->reply + filled, REPLY_MAX - 1 - filled, 0)) > 0) {
        filled += (size_t)got;
    }
    w->reply[filled] = '\0';
    close(fd);
    int64_t status = 0;
    INVARIANT(filled > 12 && slice_to_i64((Slice){w->reply + 9, 3}, &status));
    return (int)status;
}

static bool says(const struct world *w, const char *text) {
    return strstr(w->reply, text) != NULL;
}

#define PAYMENT(id, amount)                                                                                                         \
    "{\"event_id\":\"" id "\",\"event_type\":\"pay\",\"event_time\":1795420800000,\"phase\":\"REQUEST\",\"account\":\"a\",\"payee\":\"p\",\"amount\":" amount "}"

// ---- a release while it runs ----------------------------------------------------------------------------------

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_over;
};

static void open_gate(struct work *work) {
    struct gate *gate = work->user;
    pthread_mutex_lock(&gate->lock);
    gate->is_over = true;
    pthread_cond_signal(&gate->ended);
    pthread_mutex_unlock(&gate->lock);
}

static bool release(struct world *w, Hash128 label) {
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    struct heart_source source = shelf_source(w->shelf);
    struct heart *heart = source.make(source.context, label, SCOPE_IN_FLIGHT, false, &w->scratch.arena, &w->scratch.diag);
    CHECK(heart != NULL);
    Slice record = arena_printf(&w->scratch.arena, "{\"catalogue\":\"%.*s\",\"state\":\"kept\"}", SLICE_ARGS(heart_catalogue(heart)->label));
    struct work work = {.kind = WORK_RELEASE, .record = record, .heart = heart, .done = open_gate, .user = &gate};
    work.costs = cost_table_create(heart_catalogue(heart));
    CHECK(pipeline_submit(w->pipeline, &work));
    pthread_mutex_lock(&gate.lock);
    while (!gate.is_over) {
        pthread_cond_wait(&gate.ended, &gate.lock);
    }
    pthread_mutex_unlock(&gate.lock);
    heart_destroy(work.heart);
    cost_table_destroy(work.costs);
    return work.outcome == PIPELINE_DONE;
}

static bool test_an_answer_of_an_earlier_release_is_looked_up(void) {
    struct world *w = memory_alloc(sizeof *w);
    char first[REPLY_MAX];
    CHECK(start(w, (struct serve_options){.async = true}, true));
    CHECK(ask(w, "POST", "/v1/events", PAYMENT("e1", "100")) == 200 && says(w, "Qiantang-Durability: async") && says(w, "Qiantang-Sequence: "));
    snprintf(first, sizeof first, "%s", strstr(w->reply, "\r\n\r\n"));
    CHECK(ask(w, "POST", "/v1/feedback", "{\"event_id\":\"e1\",\"label\":\"TEST\"}") == 200);
    CHECK(release(w, w->second));
    CHECK(ask(w, "POST", "/v1/events", PAYMENT("e1", "100")) == 200 && says(w, "Qiantang-Known: true") && says(w, first));
    CHECK(ask(w, "POST", "/v1/events/batch", "[" PAYMENT("e1", "100") "," PAYMENT("e2", "100") "]") == 200);
    CHECK(says(w, "\"event_id\":\"e1\"") && says(w, "\"event_id\":\"e2\"") && !says(w, "decided_elsewhere"));
    CHECK(ask(w, "GET", "/v1/decisions/e1", "") == 200 && says(w, "\"label\":\"TEST\""));
    return stop(w);
}

static bool test_without_a_finder_it_says_so(void) {
    struct world *w = memory_alloc(sizeof *w);
    CHECK(start(w, (struct serve_options){0}, false));
    CHECK(ask(w, "POST", "/v1/events", PAYMENT("e1", "100")) == 200 && release(w, w->second));
    CHECK(ask(w, "POST", "/v1/events", PAYMENT("e1", "100")) == 409 && says(w, "/problems/decided_elsewhere"));
    CHECK(ask(w, "POST", "/v1/events/batch", "[" PAYMENT("e1", "100") "]") == 200 && says(w, "\"code\":\"decided_elsewhere\""));
    CHECK(ask(w, "GET", "/v1/decisions/e1", "") == 404);
    return stop(w);
}

// ---- ports ----------------------------------------------------------------------------------------------------

static bool admit(void *context, struct http_request *request, Slice scope) {
    struct world *w = context;
    atomic_fetch_add(&w->asked, 1);
    http_request_set_user(request, w);
    if (slice_is(scope, "models:read")) {
        http_reply_problem(request, 403, SLICE("forbidden"), "it needs %.*s", SLICE_ARGS(scope));
        return false;
    }
    return true;
}

static Slice who(void *context, struct http_request *request) {
    return http_request_user(request) == context ? SLICE("desk 7") : SLICE("?");
}

static void put_metrics(void *context, struct buf *out) {
    buf_put(out, SLICE("qiantang_of_others 1\n"));
}

static void after(void *context, const struct http_request *request, const struct http_outcome *outcome) {
    struct world *w = context;
    atomic_fetch_add(&w->after, outcome->status > 0);
}

static Status find_nothing(void *context, Slice event_id, struct arena *arena, struct decision_place *ret_place, struct diag *diag) {
    if (slice_is(event_id, "torn")) {
        return diag_fail(diag, arena, STATUS_IO, "JO002", "the disk is gone");
    }
    return STATUS_NOT_FOUND;
}

static bool test_ports(void) {
    struct world *w = memory_alloc(sizeof *w);
    struct serve_options options = {.access = {w, admit, who}, .metrics = {.context = w, .put = put_metrics, .after = after}, .finder = {w, find_nothing}, .threads = 2};
    CHECK(start(w, options, true));
    CHECK(ask(w, "GET", "/v1/models", "") == 403 && says(w, "it needs models:read"));
    CHECK(ask(w, "GET", "/nothing", "") == 404 && ask(w, "GET", "/healthz", "") == 200);
    CHECK(ask(w, "GET", "/metrics", "") == 200 && says(w, "qiantang_of_others 1"));
    CHECK(ask(w, "PUT", "/v1/lists/bad_payee/entries/k", "{}") == 200);
    CHECK(ask(w, "GET", "/v1/lists/bad_payee/entries/k?at=4095420800000", "") == 200 && says(w, "\"source\":\"desk 7\""));
    CHECK(ask(w, "POST", "/v1/feedback", "{\"event_id\":\"e1\",\"label\":\"TEST\"}") == 200);
    CHECK(ask(w, "GET", "/v1/decisions/e1", "") == 404);
    CHECK(ask(w, "GET", "/v1/decisions/torn", "") == 500 && says(w, "the disk is gone") && says(w, "journal_unreadable"));
    // One that is over before its body has come: what the port had hung on it is not taken for the API's.
    int fd = dial(w);
    static const char head[] = "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    CHECK(send(fd, head, sizeof head - 1, 0) > 0);
    close(fd);
    CHECK(ask(w, "POST", "/v1/events", PAYMENT("e2", "100")) == 200);
    CHECK(atomic_load(&w->asked) >= 10 && atomic_load(&w->after) >= 8);
    return stop(w);
}

static bool test_a_rate_that_is_too_high(void) {
    struct world *w = memory_alloc(sizeof *w);
    CHECK(start(w, (struct serve_options){.rate_max = 5}, true));
    int refused = 0;
    for (int i = 0; i < 20; i++) {
        refused += ask(w, "GET", "/healthz", "") == 429 && says(w, "Retry-After: 1") && says(w, "rate_exceeded");
    }
    CHECK(refused >= 5 && refused <= 15);
    return stop(w);
}

// ---- streams when the server ends -------------------------------------------------------------------------------

static bool test_an_open_stream_is_told_that_the_server_stops(void) {
    struct world *w = memory_alloc(sizeof *w);
    static const char head[] = "POST /v1/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
    char chunk[1024];
    CHECK(start(w, (struct serve_options){0}, true));
    int fd = dial(w);
    int idle = dial(w);
    int size = snprintf(chunk, sizeof chunk, "%zx\r\n%s\n\r\n", strlen(PAYMENT("s1", "100")) + 1, PAYMENT("s1", "100"));
    CHECK(send(idle, head, sizeof head - 1, 0) > 0);
    CHECK(send(fd, head, sizeof head - 1, 0) > 0 && send(fd, chunk, (size_t)size, 0) == size);
    size_t filled = 0;
    while (w->reply[filled] = '\0', strstr(w->reply, "\"s1\"") == NULL) {
        ssize_t got = recv(fd, w->reply + filled, REPLY_MAX - 1 - filled, 0);
        CHECK(got > 0);
        filled += (size_t)got;
    }
    close(idle);
    shutdown(fd, SHUT_WR); // its side is over, so nothing is lingered for
    CHECK(stop(w));
    close(fd);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_an_answer_of_an_earlier_release_is_looked_up), TEST(test_without_a_finder_it_says_so), TEST(test_ports),
                                        TEST(test_a_rate_that_is_too_high), TEST(test_an_open_stream_is_told_that_the_server_stops)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
