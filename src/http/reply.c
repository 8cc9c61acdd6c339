// Replies: checked and copied where they are made, turned into the library's form on the loop's
// thread.

#include "http/server.h"

#include "codec/json_write.h"

struct problem_text {
    uint16_t status;
    const char *code;
    const char *detail;
};

static const struct problem_text problems[] = {
#define PROBLEM(name, status, code, detail) {status, code, detail},
#include "http/problems.def"
#undef PROBLEM
};

const char *problem_code(Problem problem) {
    return problems[problem].code;
}

uint16_t problem_status(Problem problem) {
    return problems[problem].status;
}

const char *problem_detail(Problem problem) {
    return problems[problem].detail;
}

enum { PROBLEM_TEXT_MAX = 128 << 10 }; // six times the longest target, with what stands around it

void problem_render(const struct http_options *options, uint16_t status, Slice code, Slice detail,
                    Slice instance, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key(&json, SLICE("type"));
    if (slice_empty(options->problem_type)) {
        json_string(&json, SLICE("about:blank"));
    } else {
        struct buf type;
        buf_init(&type, options->problem_type.size + code.size + 1);
        buf_put(&type, options->problem_type);
        buf_put(&type, code);
        json_string(&json, buf_slice(&type));
        buf_deinit(&type);
    }
    json_key_string(&json, SLICE("title"), slice_of(MHD_get_reason_phrase_for(status)));
    json_key_i64(&json, SLICE("status"), status);
    json_key_string(&json, SLICE("detail"), detail);
    if (!slice_empty(instance)) {
        json_key_string(&json, SLICE("instance"), instance);
    }
    json_key_string(&json, SLICE("code"), code);
    json_object_end(&json);
    json_writer_finish(&json);
}

// --- Storing ---

static bool is_servers_own(Slice name) {
    static const Slice own[] = {SLICE("content-length"), SLICE("transfer-encoding"),
                                SLICE("connection"), SLICE("date"), SLICE("content-type")};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (slice_equal_ignoring_case(name, own[i])) {
            return true;
        }
    }
    return false;
}

bool http_header_valid(Slice name, Slice value) {
    bool blanks = value.size > 0 && slice_trim(value).size < value.size;
    return token_valid(name) && header_value_valid(value) && !blanks;
}

static bool reply_valid(const struct http_reply *reply) {
    if (reply->status < 200 || reply->status > 599 ||
        reply->header_count > HTTP_REPLY_HEADERS_MAX ||
        !http_header_valid(SLICE("Content-Type"), reply->content_type)) {
        return false;
    }
    for (uint32_t i = 0; i < reply->header_count; i++) {
        if (!http_header_valid(reply->headers[i].name, reply->headers[i].value) ||
            is_servers_own(reply->headers[i].name)) {
            return false;
        }
    }
    return true;
}

static void store_problem(struct http_request *request, uint16_t status, Slice code, Slice detail,
                          const struct http_header *header) {
    struct buf body;
    buf_init(&body, PROBLEM_TEXT_MAX);
    problem_render(&request->server->options, status, code, detail, request->target.path, &body);
    reply_store(request, &(struct http_reply){.status = status,
                                              .content_type = SLICE("application/problem+json"),
                                              .headers = header,
                                              .header_count = header != NULL,
                                              .body = buf_slice(&body)});
    buf_deinit(&body);
}

void reply_store(struct http_request *request, const struct http_reply *reply) {
    if (!reply_valid(reply)) {
        request->malformed = true;
        store_problem(request, problem_status(PROBLEM_REPLY_HEADER),
                      slice_of(problem_code(PROBLEM_REPLY_HEADER)),
                      slice_of(problem_detail(PROBLEM_REPLY_HEADER)), NULL);
        return;
    }
    struct arena *arena = &request->arena;
    struct http_reply *copy = &request->reply;
    copy->status = reply->status;
    copy->content_type = arena_copy(arena, reply->content_type);
    copy->body = arena_copy(arena, reply->body);
    copy->headers = request->reply_headers;
    copy->header_count = reply->header_count;
    for (uint32_t i = 0; i < reply->header_count; i++) {
        request->reply_headers[i].name = arena_copy(arena, reply->headers[i].name);
        request->reply_headers[i].value = arena_copy(arena, reply->headers[i].value);
    }
}

void reply_problem(struct http_request *request, Problem problem,
                   const struct http_header *header) {
    INVARIANT(!atomic_exchange(&request->answered, true));
    store_problem(request, problem_status(problem), slice_of(problem_code(problem)),
                  slice_of(problem_detail(problem)), header);
    request->has_reply = true;
}

// --- The door ---

// From here on a deferred request may be gone at any time.
static void answered(struct http_request *request, bool wake) {
    if (request->deferred) {
        loop_post(request, EVENT_ANSWER, wake);
    } else {
        request->has_reply = true;
    }
}

void http_reply(struct http_request *request, const struct http_reply *reply) {
    INVARIANT(!atomic_exchange(&request->answered, true));
    reply_store(request, reply);
    answered(request, true);
}

void http_reply_quiet(struct http_request *request, const struct http_reply *reply) {
    INVARIANT(request->deferred && !atomic_exchange(&request->answered, true));
    reply_store(request, reply);
    answered(request, false);
}

void http_reply_problem(struct http_request *request, uint16_t status, Slice code,
                        const char *format, ...) {
    INVARIANT(!atomic_exchange(&request->answered, true));
    va_list args;
    va_start(args, format);
    Slice detail = arena_vprintf(&request->arena, format, args);
    va_end(args);
    store_problem(request, status, code, detail, NULL);
    answered(request, true);
}

// --- To the library ---

bool reply_common_header(const struct http_server *server, const struct http_reply *reply,
                         uint32_t *index, struct http_header *ret_header) {
    while (*index < server->options.header_count) {
        const struct http_header *header = &server->options.headers[(*index)++];
        bool own = false;
        for (uint32_t i = 0; i < reply->header_count; i++) {
            own = own || slice_equal_ignoring_case(reply->headers[i].name, header->name);
        }
        if (!own) {
            *ret_header = *header;
            return true;
        }
    }
    return false;
}

// Every text has a NUL behind it: arena_copy() puts it there.
static void add(struct MHD_Response *response, const struct http_header *header) {
    INVARIANT(MHD_add_response_header(response, header->name.at, header->value.at) == MHD_YES);
}

bool reply_queue(struct http_request *request) {
    const struct http_reply *reply = &request->reply;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body.size, (void *)(uintptr_t)reply->body.at, MHD_RESPMEM_PERSISTENT);
    INVARIANT(response != NULL);
    if (!slice_empty(reply->content_type)) {
        add(response, &(struct http_header){SLICE("Content-Type"), reply->content_type});
    }
    for (uint32_t i = 0; i < reply->header_count; i++) {
        // A header with an empty value is no header for the library.
        if (!slice_empty(reply->headers[i].value)) {
            add(response, &reply->headers[i]);
        }
    }
    struct http_header common;
    for (uint32_t i = 0; reply_common_header(request->server, reply, &i, &common);) {
        add(response, &common);
    }
    // How the library reads chunks is laxer than RFC 9112 (bare line feeds, trailers that end at a
    // NUL): what it takes for the next request may have been the end of this one for a proxy.
    if (atomic_load(&request->server->stopping) || request->chunked) {
        add(response, &(struct http_header){SLICE("Connection"), SLICE("close")});
    }
    request->stage = STAGE_SEND;
    request->status = reply->status;
    request->body_out = request->method == HTTP_HEAD ? 0 : reply->body.size;
    enum MHD_Result queued = MHD_queue_response(request->library, reply->status, response);
    MHD_destroy_response(response);
    return queued == MHD_YES;
}
