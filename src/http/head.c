// The head of a request, checked more strictly than the library does. It accepts bare line feeds,
// takes a line that begins with a NUL for the end of the head, cuts values at a NUL, joins folded
// lines to the wrong text, and lets Transfer-Encoding win over Content-Length. A proxy in front
// that reads the same bytes in another way can be made to pass on what it would have refused
// (request smuggling), so none of that goes on from here.
//
// The library leaves the head where it was read and puts NULs in place of the separators:
//
//     GET\0/v1/x\0HTTP/1.1\0\0Host\0 a\0\0Accept\0 b\0\0\0\0
//     method               version    name  value             end = method + size
//
// If every part begins exactly where the one before ends with its separators, the bytes were what
// they seem. Should a version of the library keep its texts elsewhere, all requests are refused,
// and the tests tell.

#include "http/server.h"

struct walk {
    struct http_request *request;
    uintptr_t next; // where the next name must begin
    Problem problem;
};

static bool only_blanks(uintptr_t from, const char *to) {
    if ((uintptr_t)to < from || (uintptr_t)to - from > (1 << 20)) {
        return false;
    }
    for (const char *at = (const char *)from; at < to; at++) {
        if (*at != ' ' && *at != '\t') {
            return false;
        }
    }
    return true;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size) {
    struct walk *walk = context;
    struct http_request *request = walk->request;
    Slice key = {name, name_size};
    Slice text = {value, value_size};
    if ((uintptr_t)name != walk->next || !token_valid(key) || value == NULL ||
        !only_blanks((uintptr_t)name + name_size + 1, value) || !header_value_valid(text)) {
        walk->problem = PROBLEM_HEAD_MALFORMED;
        return MHD_NO;
    }
    walk->next = (uintptr_t)value + value_size + 2;
    if (request->header_count == HTTP_HEADERS_MAX) {
        walk->problem = PROBLEM_HEAD_SIZE;
        return MHD_NO;
    }
    request->headers[request->header_count++] = (struct http_header){
        arena_copy(&request->arena, key), arena_copy(&request->arena, slice_trim(text))};
    return MHD_YES;
}

// The only header of a name; false when there are more.
static bool single(const struct http_request *request, Slice name,
                   const struct http_header **ret_header) {
    *ret_header = NULL;
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (slice_equal_ignoring_case(request->headers[i].name, name)) {
            if (*ret_header != NULL) {
                return false;
            }
            *ret_header = &request->headers[i];
        }
    }
    return true;
}

static bool host_valid(Slice host) {
    for (size_t i = 0; i < host.size; i++) {
        char byte = host.at[i];
        if (byte <= 0x20 || byte >= 0x7f || strchr("/?#@,\\\"<>", byte) != NULL) {
            return false;
        }
    }
    return true;
}

static bool length_parse(Slice text, uint64_t *ret_length) {
    int64_t value;
    if (text.size == 0 || text.at[0] < '0' || text.at[0] > '9' || !slice_to_i64(text, &value)) {
        return false;
    }
    *ret_length = (uint64_t)value;
    return true;
}

static Problem check_framing(struct http_request *request) {
    const struct http_header *length;
    const struct http_header *coding;
    const struct http_header *host;
    const struct http_header *expect;
    if (!single(request, SLICE("content-length"), &length) ||
        !single(request, SLICE("transfer-encoding"), &coding) ||
        (length != NULL && coding != NULL) || (coding != NULL && request->old_version)) {
        return PROBLEM_FRAMING;
    }
    if (length != NULL && !length_parse(length->value, &request->length)) {
        return PROBLEM_FRAMING;
    }
    if (coding != NULL && !slice_equal_ignoring_case(coding->value, SLICE("chunked"))) {
        return PROBLEM_CODING;
    }
    if (!single(request, SLICE("host"), &host) || (host == NULL && !request->old_version) ||
        (host != NULL && !host_valid(host->value))) {
        return PROBLEM_HOST;
    }
    request->chunked = coding != NULL;
    request->has_body = request->chunked || request->length > 0;
    request->expects_continue = !single(request, SLICE("expect"), &expect) || expect != NULL;
    return PROBLEM_COUNT;
}

bool head_method(struct http_request *request, const char *method) {
    for (int i = 0; i < HTTP_METHOD_COUNT; i++) {
        if (strcmp(method, http_method_name((HttpMethod)i)) == 0) {
            request->method = (HttpMethod)i;
            return true;
        }
    }
    return false;
}

Problem head_read(struct http_request *request, const char *method, const char *version) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->library, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t size = info == NULL ? 0 : info->header_size;
    const struct http_options *options = &request->server->options;
    request->old_version = strcmp(version, "HTTP/1.0") == 0;
    if (request->raw_target.size > options->target_size_max) {
        return PROBLEM_TARGET_SIZE;
    }
    if (size > options->head_size_max) {
        return PROBLEM_HEAD_SIZE;
    }
    uintptr_t start = (uintptr_t)method;
    struct walk walk = {request, (uintptr_t)version + strlen(version) + 2, PROBLEM_COUNT};
    if ((uintptr_t)request->raw_at != start + strlen(method) + 1 ||
        (uintptr_t)version != (uintptr_t)request->raw_at + request->raw_target.size + 1) {
        return PROBLEM_HEAD_MALFORMED;
    }
    MHD_get_connection_values_n(request->library, MHD_HEADER_KIND, take_header, &walk);
    if (walk.problem != PROBLEM_COUNT) {
        return walk.problem;
    }
    return walk.next + 2 == start + size ? check_framing(request) : PROBLEM_HEAD_MALFORMED;
}
