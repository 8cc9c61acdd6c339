// Ways of answering that all routes share.

#include "server/api/api.h"

void api_reply_json(struct http_request *request, uint16_t status, Slice body) {
    http_reply(request, &(struct http_reply){.status = status, .content_type = SLICE("application/json"), .body = body});
}

bool api_body_is_lines(const struct http_request *request) {
    Slice type = SLICE("");
    (void)http_request_header(request, SLICE("Content-Type"), &type);
    // HTTP has let nothing else in, in whatever case, so the length of the name tells which it is.
    Slice name = slice_trim(slice_part(type, 0, slice_find_byte(type, ';', 0)));
    return name.size == SLICE("application/x-ndjson").size;
}

Slice api_field_type(const struct schema_field *field) {
    static const char *const types[] = {
        [FIELD_STRING] = "text", [FIELD_ENUM] = "choice", [FIELD_LIST] = "choices", [FIELD_INT] = "whole",
        [FIELD_MONEY] = "money", [FIELD_BOOL] = "yes_no", [FIELD_TIME] = "time",    [FIELD_FLOAT] = "number"};
    return slice_of(types[field->type]);
}

void api_put_values(struct json_writer *json, const Slice *values, const Wording *names, uint32_t count) {
    json_key(json, SLICE("values"));
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("value"), values[i]);
        json_key_string(json, SLICE("zh"), names == NULL ? SLICE("") : names[i].zh);
        json_key_string(json, SLICE("en"), names == NULL ? SLICE("") : names[i].en);
        json_object_end(json);
    }
    json_array_end(json);
}

struct pipeline *api_pipeline(struct serve *serve, struct http_request *request) {
    struct pipeline *pipeline = atomic_load(&serve->pipeline);
    if (pipeline == NULL) {
        atomic_fetch_add(&serve->came_early, http_request_method(request) == HTTP_POST);
        api_refuse(request, API_PROBLEM_STARTING, "%s", "");
    }
    return pipeline;
}

static const char *find_name(Slice name, const char *const *names, uint32_t count, bool *ret_may_repeat) {
    for (uint32_t i = 0; i < count; i++) {
        Slice known = slice_of(names[i]);
        *ret_may_repeat = slice_ends_with(known, SLICE("*"));
        if (slice_equal(name, slice_part(known, 0, known.size - *ret_may_repeat))) {
            return names[i];
        }
    }
    return NULL;
}

bool api_query_is_known(struct http_request *request, const char *const *names, uint32_t count) {
    for (uint32_t i = 0; i < http_request_query_count(request); i++) {
        bool may_repeat = false;
        Slice name = http_request_query_at(request, i).name;
        Slice value;
        if (find_name(name, names, count, &may_repeat) == NULL) {
            api_refuse(request, API_PROBLEM_QUERY_REFUSED, "the parameter '%.*s' is not known", SLICE_ARGS(slice_part(name, 0, 64)));
            return false;
        }
        if (!may_repeat && http_request_query(request, name, &value) == STATUS_INVALID) {
            api_refuse(request, API_PROBLEM_QUERY_REFUSED, "the parameter '%.*s' is there twice", SLICE_ARGS(slice_part(name, 0, 64)));
            return false;
        }
    }
    return true;
}

Slice api_who(const struct serve *serve, struct http_request *request) {
    const struct serve_access *access = &serve->options.access;
    return access->who == NULL ? SLICE("") : access->who(access->context, request);
}

Slice api_durability(const struct serve *serve) {
    return serve->options.async ? SLICE("async") : SLICE("sync");
}

bool api_read_object(struct http_request *request, struct json_reader *reader, JsonTree *ret_tree) {
    if (json_parse(reader, http_request_body(request), ret_tree) != STATUS_OK) {
        const struct json_error *error = json_reader_error(reader);
        api_refuse(request, API_PROBLEM_BODY_REFUSED, "the body is not JSON: %s, at byte %zu", json_fault_text(error->fault), error->offset);
        return false;
    }
    if (ret_tree->nodes[0].kind != JSON_OBJECT) {
        api_refuse(request, API_PROBLEM_BODY_REFUSED, "the body is not a JSON object");
        return false;
    }
    return true;
}

static void tell_names(const char *const *names, uint32_t count, struct buf *reason) {
    for (uint32_t n = 0; n < count; n++) {
        buf_printf(reason, "%s'%s'", n == 0 ? "; known are " : ", ", names[n]);
    }
}

bool api_members(JsonTree tree, uint32_t object, const char *const *names, uint32_t count, uint32_t *ret_members, struct buf *reason) {
    for (uint32_t n = 0; n < count; n++) {
        ret_members[n] = JSON_NONE;
    }
    uint64_t seen = 0;
    JSON_EACH(tree, object, i) {
        Slice key = tree.nodes[i].key;
        uint32_t n = 0;
        while (n < count && !slice_is(key, names[n])) {
            n++;
        }
        if (n == count || (seen >> n & 1) != 0) {
            buf_printf(reason, "the member '%.*s' is %s", SLICE_ARGS(slice_part(key, 0, 64)), n == count ? "not known" : "there twice");
            if (n == count) {
                tell_names(names, count, reason);
            }
            return false;
        }
        seen |= UINT64_C(1) << n;
        ret_members[n] = tree.nodes[i].kind == JSON_NULL ? JSON_NONE : i;
    }
    return true;
}
