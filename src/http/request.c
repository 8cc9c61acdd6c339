// What may be asked of a request. All of it was copied when its head was read, so that it outlives
// the connection.

#include "http/server.h"

const char *http_method_name(HttpMethod method) {
    static const char *const names[] = {
#define HTTP_METHOD_NAME(name) #name,
        HTTP_METHODS(HTTP_METHOD_NAME)
#undef HTTP_METHOD_NAME
    };
    return names[method];
}

HttpMethod http_request_method(const struct http_request *request) {
    return request->method;
}

const struct http_route *http_request_route(const struct http_request *request) {
    return request->match.route;
}

Slice http_request_path(const struct http_request *request) {
    return request->target.path;
}

Slice http_request_parameter(const struct http_request *request, Slice name) {
    uint32_t at = 0;
    while (at < request->match.count && !slice_equal(request->match.names[at], name)) {
        at++;
    }
    INVARIANT(at < request->match.count); // the pattern of the route has a part of this name
    return request->match.values[at];
}

uint32_t http_request_query_list(const struct http_request *request, Slice name, Slice *values,
                                 uint32_t capacity) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->target.query_count; i++) {
        if (slice_equal(request->target.query[i].name, name)) {
            if (count < capacity) {
                values[count] = request->target.query[i].value;
            }
            count++;
        }
    }
    return count;
}

Status http_request_query(const struct http_request *request, Slice name, Slice *ret_value) {
    Slice value;
    uint32_t count = http_request_query_list(request, name, &value, 1);
    ENSURE(count > 0, STATUS_NOT_FOUND);
    ENSURE(count == 1, STATUS_INVALID);
    *ret_value = value;
    return STATUS_OK;
}

uint32_t http_request_query_count(const struct http_request *request) {
    return request->target.query_count;
}

struct http_header http_request_query_at(const struct http_request *request, uint32_t index) {
    INVARIANT(index < request->target.query_count);
    return request->target.query[index];
}

bool http_request_header(const struct http_request *request, Slice name, Slice *ret_value) {
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (slice_equal_ignoring_case(request->headers[i].name, name)) {
            *ret_value = request->headers[i].value;
            return true;
        }
    }
    return false;
}

uint32_t http_request_header_count(const struct http_request *request) {
    return request->header_count;
}

struct http_header http_request_header_at(const struct http_request *request, uint32_t index) {
    INVARIANT(index < request->header_count);
    return request->headers[index];
}

Slice http_request_body(const struct http_request *request) {
    static const char nothing[HTTP_BODY_PADDING] = {0};
    return request->body == NULL ? (Slice){nothing, 0} : (Slice){request->body, request->body_size};
}

Slice http_request_peer(const struct http_request *request) {
    return request->peer;
}

bool http_request_certificate(const struct http_request *request,
                              struct http_client_certificate *ret_certificate) {
    if (request->certified) {
        *ret_certificate = request->certificate;
    }
    return request->certified;
}

void http_request_set_user(struct http_request *request, void *user) {
    request->user = user;
}

void *http_request_user(const struct http_request *request) {
    return request->user;
}

void *http_request_room(struct http_request *request) {
    return request->room;
}

bool http_request_gone(const struct http_request *request) {
    return atomic_load(&request->gone);
}

void http_defer(struct http_request *request) {
    INVARIANT(!request->deferred && !request->has_reply && request->in_use);
    // While a body is being kept, the loop needs the arena into which the answer would be copied.
    INVARIANT(request->body_done || request->match.route->data != NULL);
    request->deferred = true;
    request->owed = true;
    atomic_fetch_add(&request->server->owed, 1);
}

void http_resume(struct http_request *request) {
    loop_post(request, EVENT_RESUME, true);
}
