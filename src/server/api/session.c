// Sessions: signing in and out, and the own password.

#include "server/api/api.h"

#include "os/clock.h"

#include <stdlib.h>

static void put_scopes(struct json_writer *json, ScopeSet scopes) {
    json_key(json, SLICE("scopes"));
    json_array_begin(json);
    for (int i = 0; i < SCOPE_COUNT; i++) {
        if ((scopes & scope_bit((Scope)i)) != 0) {
            json_string(json, slice_of(scope_word((Scope)i)));
        }
    }
    json_array_end(json);
}

static void put_identity(struct json_writer *json, const Identity *identity) {
    json_object_begin(json);
    json_key_string(json, SLICE("name"), identity_name(identity));
    json_key_string(json, SLICE("kind"), slice_of(actor_word(identity->kind)));
    json_key(json, SLICE("roles"));
    json_array_begin(json);
    for (int i = 0; i < ROLE_COUNT; i++) {
        if ((identity->roles & role_bit((Role)i)) != 0) {
            json_string(json, slice_of(role_text((Role)i)->word));
        }
    }
    json_array_end(json);
    put_scopes(json, identity->scopes);
    json_key_bool(json, SLICE("must_change_password"), identity->must_change_password);
    json_object_end(json);
}

static void reply_identity(struct serve *serve, struct http_request *request, const Identity *identity, Slice token, const char *more) {
    struct buf body;
    struct json_writer json;
    char cookie[128];
    struct http_header header = {.name = SLICE("Set-Cookie")};
    buf_init(&body, 1 << 16);
    json_writer_init(&json, &body);
    put_identity(&json, identity);
    json_writer_finish(&json);
    int size = snprintf(cookie, sizeof cookie, GATE_COOKIE "=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s", SLICE_ARGS(token),
                        gate_has_tls(serve->options.gate) ? "; Secure" : "", more);
    header.value = (Slice){cookie, (size_t)size};
    http_reply(request, &(struct http_reply){.status = 200,
                                             .content_type = SLICE("application/json"),
                                             .headers = &header,
                                             .header_count = more[0] != '\0' || !slice_empty(token) ? 1 : 0,
                                             .body = buf_slice(&body)});
    buf_deinit(&body);
    explicit_bzero(cookie, sizeof cookie);
}

// ---- in -----------------------------------------------------------------------------------------------------

static void signed_in(struct sign_in *sign_in) {
    struct deed *deed = sign_in->user;
    if (sign_in->refusal.kind != ACCESS_REFUSAL_NONE) {
        gate_refuse(deed->serve->options.gate, deed->request, &sign_in->refusal);
    } else {
        reply_identity(deed->serve, deed->request, &sign_in->identity, (Slice){sign_in->token, ACCESS_TOKEN_SIZE}, "");
    }
    explicit_bzero(sign_in->token, sizeof sign_in->token);
    deed_destroy(deed);
}

void api_post_session(void *context, struct http_request *request) {
    static const char *const names[] = {"name", "password"};
    struct serve *serve = context;
    Slice texts[2];
    struct deed *deed = api_gate(serve, request) == NULL ? NULL : deed_read(serve, request, names, 2);
    if (deed == NULL || !deed_text(deed, 0, names[0], true, &texts[0]) || !deed_text(deed, 1, names[1], true, &texts[1])) {
        return;
    }
    struct sign_in *sign_in = ARENA_NEW(&deed->arena, struct sign_in);
    *sign_in = (struct sign_in){
        .name = texts[0], .password = texts[1], .from = http_request_peer(request), .now_us = clock_wall_us(), .done = signed_in, .user = deed};
    http_defer(request);
    if (!access_sign_in(gate_users(serve->options.gate), sign_in)) {
        signed_in(sign_in);
    }
}

// ---- while, and out -----------------------------------------------------------------------------------------

void api_get_session(void *context, struct http_request *request) {
    struct serve *serve = context;
    if (api_query_is_known(request, NULL, 0) && api_gate(serve, request) != NULL) {
        reply_identity(serve, request, gate_identity(request), SLICE(""), "");
    }
}

static void sign_out(struct deed *deed) {
    // One that has ended already is as wanted.
    Status status = access_sign_out(gate_users(deed->serve->options.gate), &deed->act);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        api_refuse(deed->request, API_PROBLEM_AUDIT_LOG_FAILED, "%s", "the session has ended, and that could not be written");
        return;
    }
    reply_identity(deed->serve, deed->request, &(Identity){.kind = ACTOR_NOBODY}, SLICE(""), "; Max-Age=0");
}

void api_delete_session(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_submit(deed_create(context, request), sign_out);
    }
}

static void change_password(struct deed *deed) {
    struct diag diag = {0};
    const Slice *texts = deed->user;
    Status status = access_change_password(gate_users(deed->serve->options.gate), &deed->act, texts[0], texts[1], &deed->arena, &diag);
    if (status == STATUS_OK) {
        reply_identity(deed->serve, deed->request, &(Identity){.kind = ACTOR_NOBODY}, SLICE(""), "; Max-Age=0");
    } else {
        deed_refuse(deed, status, &diag);
    }
}

void api_put_own_password(void *context, struct http_request *request) {
    static const char *const names[] = {"old", "new"};
    struct deed *deed = api_gate(context, request) == NULL ? NULL : deed_read(context, request, names, 2);
    if (deed == NULL) {
        return;
    }
    Slice *texts = ARENA_ARRAY(&deed->arena, Slice, 2);
    if (!deed_text(deed, 0, names[0], true, &texts[0]) || !deed_text(deed, 1, names[1], true, &texts[1])) {
        return;
    }
    if (deed->act.who.kind != ACTOR_PERSON) {
        api_refuse(request, API_PROBLEM_NEEDS_PERSON, "only who has signed in has a password");
        deed_destroy(deed);
        return;
    }
    deed->user = texts;
    deed_submit(deed, change_password);
}
