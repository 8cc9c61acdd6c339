#include "http/test_rig.h"

#include "os/thread.h"

void rig_say(struct http_request *request, Slice text) {
    http_reply(request, &(struct http_reply){
                            .status = 200, .content_type = SLICE("text/plain"), .body = text});
}

static void on_hello(void *context, struct http_request *request) {
    rig_say(request, SLICE("hello"));
}

static void on_echo(void *context, struct http_request *request) {
    Slice body = http_request_body(request);
    for (int i = 0; i < HTTP_BODY_PADDING; i++) {
        INVARIANT(body.at[body.size + (size_t)i] == 0);
    }
    rig_say(request, body);
}

static void on_part(void *context, struct http_request *request) {
    struct buf text;
    buf_init(&text, 4096);
    buf_put(&text, http_request_parameter(request, SLICE("item")));
    buf_put_byte(&text, '|');
    buf_put(&text, http_request_parameter(request, SLICE("part")));
    rig_say(request, buf_slice(&text));
    buf_deinit(&text);
}

static void on_query(void *context, struct http_request *request) {
    Slice limit;
    Status status = http_request_query(request, SLICE("limit"), &limit);
    if (status == STATUS_INVALID) {
        http_reply_problem(request, 400, SLICE("parameter_twice"), "'%s' comes more than once",
                           "limit");
        return;
    }
    Slice tags[4];
    uint32_t count = http_request_query_list(request, SLICE("tag"), tags, 4);
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%.*s", SLICE_ARGS(status == STATUS_OK ? limit : SLICE("none")));
    for (uint32_t i = 0; i < count; i++) {
        buf_printf(&text, " %.*s", SLICE_ARGS(tags[i]));
    }
    rig_say(request, buf_slice(&text));
    buf_deinit(&text);
}

static void on_headers(void *context, struct http_request *request) {
    Slice value;
    bool found = http_request_header(request, SLICE("x-TEST"), &value);
    rig_say(request, found ? value : SLICE("none"));
}

static void on_peer(void *context, struct http_request *request) {
    rig_say(request, http_request_peer(request));
}

// Puts what the client says into a header.
static void on_inject(void *context, struct http_request *request) {
    Slice text = http_request_body(request);
    struct http_header header = {SLICE("X-Note"), text};
    http_reply(request, &(struct http_reply){.status = 200, .headers = &header, .header_count = 1});
}

static void on_own_policy(void *context, struct http_request *request) {
    struct http_header header = {SLICE("cache-control"), SLICE("max-age=60")};
    http_reply(request, &(struct http_reply){.status = 200, .headers = &header, .header_count = 1});
}

static void on_hold(void *context, struct http_request *request) {
    struct rig *rig = context;
    http_defer(request);
    pthread_mutex_lock(&rig->pushing); // several loops, and the queue is for one
    INVARIANT(queue_push(rig->held, request));
    pthread_mutex_unlock(&rig->pushing);
}

static void open_hold(void *context, struct http_request *request) {
    on_hold(context, request);
}

static void on_gone(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->gone, 1);
    pthread_mutex_lock(&rig->lock);
    pthread_cond_broadcast(&rig->logged);
    pthread_mutex_unlock(&rig->lock);
}

static void on_release(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->released, 1);
}

static void on_room(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->room, 1);
}

static size_t take_some(void *context, struct http_request *request, Slice piece) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->pieces, 1);
    size_t take = atomic_load(&rig->take);
    return take < piece.size ? take : piece.size;
}

static void on_uploaded(void *context, struct http_request *request) {
    struct rig *rig = context;
    atomic_fetch_add(&rig->ends, 1);
}

// Refuses with the first bytes.
static size_t take_none(void *context, struct http_request *request, Slice piece) {
    if (http_request_user(request) == NULL) {
        http_request_set_user(request, context);
        http_reply_problem(request, 422, SLICE("line_bad"), "the first line is wrong");
    }
    return 0;
}

static bool before(void *context, struct http_request *request) {
    Slice token;
    if (http_request_header(request, SLICE("Authorization"), &token) && slice_is(token, "wrong")) {
        http_reply_problem(request, 401, SLICE("token_wrong"), "who are you?");
        return false;
    }
    return true;
}

static void after(void *context, const struct http_request *request,
                  const struct http_outcome *outcome) {
    struct rig *rig = context;
    pthread_mutex_lock(&rig->lock);
    if (rig->log_count < LOG_MAX) {
        rig->log[rig->log_count++] =
            (struct entry){outcome->route == NULL ? 0 : outcome->route->id, outcome->status,
                           outcome->complete, outcome->body_in, outcome->body_out};
    }
    pthread_cond_broadcast(&rig->logged);
    pthread_mutex_unlock(&rig->lock);
}

const struct http_route rig_routes[] = {
    {.method = HTTP_GET, .pattern = "/hello", .id = 1, .handler = on_hello},
    {.method = HTTP_POST,
     .pattern = "/echo",
     .id = 2,
     .body_max = BODY_MAX,
     .content_types = "application/json text/plain",
     .handler = on_echo},
    {.method = HTTP_GET, .pattern = "/items/{item}/parts/{part}", .id = 3, .handler = on_part},
    {.method = HTTP_GET, .pattern = "/query", .id = 4, .handler = on_query},
    {.method = HTTP_GET, .pattern = "/headers", .id = 5, .handler = on_headers},
    {.method = HTTP_GET,
     .pattern = "/hold",
     .id = 6,
     .handler = on_hold,
     .gone = on_gone,
     .release = on_release},
    {.method = HTTP_POST,
     .pattern = "/hold",
     .id = 7,
     .body_max = 1 << 20,
     .handler = on_hold,
     .gone = on_gone},
    {.method = HTTP_POST,
     .pattern = "/inject",
     .id = 8,
     .body_max = BODY_MAX,
     .handler = on_inject},
    {.method = HTTP_GET, .pattern = "/own", .id = 9, .handler = on_own_policy},
    {.method = HTTP_POST,
     .pattern = "/upload",
     .id = 10,
     .body_max = 64 << 20,
     .handler = on_uploaded,
     .open = open_hold,
     .data = take_some,
     .gone = on_gone,
     .release = on_release,
     .room = on_room},
    {.method = HTTP_POST,
     .pattern = "/picky",
     .id = 11,
     .body_max = 64 << 20,
     .handler = on_uploaded,
     .data = take_none},
    {.method = HTTP_GET, .pattern = "/peer", .id = 12, .handler = on_peer},
    {.method = HTTP_POST, .pattern = "/large", .id = 13, .body_max = 16 << 20, .handler = on_echo},
};

bool rig_open(struct rig *rig, struct http_options options) {
    memset(rig, 0, sizeof *rig);
    arena_init(&rig->arena, 4 << 10);
    pthread_mutex_init(&rig->pushing, NULL);
    pthread_mutex_init(&rig->lock, NULL);
    pthread_cond_init(&rig->logged, NULL);
    rig->held = queue_create(HELD_MAX);
    atomic_store(&rig->take, SIZE_MAX);
    options.before = before;
    options.after = after;
    struct diag diag;
    Status status = http_server_start(&options, rig_routes, sizeof rig_routes / sizeof rig_routes[0], rig,
                                      &rig->arena, &rig->server, &diag);
    if (status != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(diag.message));
        return false;
    }
    rig->port = http_server_port(rig->server);
    return true;
}

void rig_close(struct rig *rig) {
    http_server_destroy(rig->server);
    queue_destroy(rig->held);
    pthread_cond_destroy(&rig->logged);
    pthread_mutex_destroy(&rig->lock);
    pthread_mutex_destroy(&rig->pushing);
    arena_deinit(&rig->arena);
}

// The entry at `index`, as soon as it is there.
struct entry rig_log_wait(struct rig *rig, int index) {
    pthread_mutex_lock(&rig->lock);
    while (rig->log_count <= index) {
        pthread_cond_wait(&rig->logged, &rig->lock);
    }
    struct entry entry = rig->log[index];
    pthread_mutex_unlock(&rig->lock);
    return entry;
}

void rig_gone_wait(struct rig *rig, int count) {
    pthread_mutex_lock(&rig->lock);
    while (atomic_load(&rig->gone) < count) {
        pthread_cond_wait(&rig->logged, &rig->lock);
    }
    pthread_mutex_unlock(&rig->lock);
}

bool client_says_hello(struct client *client) {
    struct client_reply reply;
    return client_ask(client, HELLO, &reply) && reply.status == 200 &&
           slice_is(reply.body, "hello");
}

// On a connection of its own.
bool rig_is_alive(struct rig *rig) {
    struct client client;
    bool good = client_open(&client, rig->port) && client_says_hello(&client);
    client_close(&client);
    return good;
}

void rig_repeat(struct buf *out, char byte, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_put_byte(out, byte);
    }
}

const struct http_reply rig_ndjson = {.status = 200,
                                     .content_type = SLICE("application/x-ndjson")};
