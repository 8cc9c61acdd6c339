// Users, keys and roles. What changes them is done on the thread of the room of users and keys: it waits for the disk, and hashes passwords.

#include "server/api/api.h"

#include "base/time.h"

#include <stdlib.h>

static struct access *users_of(struct deed *deed) {
    return gate_users(deed->serve->options.gate);
}

static void answer(struct deed *deed, Status status, const struct diag *diag) {
    if (status == STATUS_OK) {
        api_reply_json(deed->request, 200, SLICE("{\"done\":true}\n"));
    } else {
        deed_refuse(deed, status, diag);
    }
}

static void put_moment(struct json_writer *json, Slice key, int64_t time_us) {
    json_key(json, key);
    if (time_us == 0) {
        json_null(json);
    } else {
        json_i64(json, time_us / US_PER_MS);
    }
}

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

static void put_roles(struct json_writer *json, RoleSet roles) {
    json_key(json, SLICE("roles"));
    json_array_begin(json);
    for (int i = 0; i < ROLE_COUNT; i++) {
        if ((roles & role_bit((Role)i)) != 0) {
            json_string(json, slice_of(role_text((Role)i)->word));
        }
    }
    json_array_end(json);
}

// ---- words of a body ----------------------------------------------------------------------------------------

// A list of words as a set of bits. False: it has answered, and the deed is gone.
static bool read_set(struct deed *deed, uint32_t member, const char *name, bool (*parse)(Slice word, uint64_t *set), uint64_t *ret_set) {
    uint32_t list = deed->found[member];
    *ret_set = 0;
    if (list == JSON_NONE || deed->tree.nodes[list].kind != JSON_ARRAY) {
        deed_refuse_member(deed, name, "is a list of words");
        return false;
    }
    JSON_EACH(deed->tree, list, i) {
        const struct json_node *node = &deed->tree.nodes[i];
        if (node->kind != JSON_STRING || !parse(node->text, ret_set)) {
            deed_refuse_member(deed, name, "has a word that is not known; GET /v1/roles tells roles and scopes");
            return false;
        }
    }
    return true;
}

static bool parse_role(Slice word, uint64_t *set) {
    Role role;
    bool fine = role_parse(word, &role);
    *set |= fine ? role_bit(role) : 0;
    return fine;
}

static bool parse_scope(Slice word, uint64_t *set) {
    Scope scope;
    bool fine = scope_parse(word, &scope);
    *set |= fine ? scope_bit(scope) : 0;
    return fine;
}

static bool read_number(struct deed *deed, uint32_t member, const char *name, int64_t without, int64_t max, int64_t *ret_number) {
    uint32_t node = deed->found[member];
    *ret_number = without;
    if (node == JSON_NONE && without >= 0) {
        return true;
    }
    if (node == JSON_NONE || deed->tree.nodes[node].kind != JSON_INT || deed->tree.nodes[node].i64 < 0 || deed->tree.nodes[node].i64 > max) {
        deed_refuse_member(deed, name, "is a whole number that is not negative and not too large");
        return false;
    }
    *ret_number = deed->tree.nodes[node].i64;
    return true;
}

// ---- roles --------------------------------------------------------------------------------------------------

static void render_roles(struct deed *deed, struct json_writer *json) {
    (void)deed;
    json_object_begin(json);
    json_key(json, SLICE("roles"));
    json_array_begin(json);
    for (int i = 0; i < ROLE_COUNT; i++) {
        const struct role_text *role = role_text((Role)i);
        json_object_begin(json);
        json_key_string(json, SLICE("role"), slice_of(role->word));
        json_key_string(json, SLICE("en"), slice_of(role->english));
        json_key_string(json, SLICE("zh"), slice_of(role->chinese));
        json_key_string(json, SLICE("text"), slice_of(role->text));
        json_key_string(json, SLICE("text_zh"), slice_of(role->text_chinese));
        json_key_bool(json, SLICE("for_people"), role->for_people);
        put_scopes(json, role->scopes);
        json_object_end(json);
    }
    json_array_end(json);
    json_key(json, SLICE("scopes"));
    json_array_begin(json);
    for (int i = 0; i < SCOPE_COUNT; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("scope"), slice_of(scope_word((Scope)i)));
        json_key_string(json, SLICE("text"), slice_of(scope_text((Scope)i)));
        json_key_string(json, SLICE("text_zh"), slice_of(scope_text_zh((Scope)i)));
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell_roles(struct deed *deed) {
    deed_reply(deed, 200, render_roles);
}

void api_get_roles(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_post(deed_create(context, request), tell_roles);
    }
}

// ---- users --------------------------------------------------------------------------------------------------

static void render_users(struct deed *deed, struct json_writer *json) {
    AccessUsers users = access_users(users_of(deed), deed->act.now_us, &deed->arena);
    json_object_begin(json);
    json_key(json, SLICE("users"));
    json_array_begin(json);
    for (uint32_t i = 0; i < users.count; i++) {
        const struct access_user *user = &users.at[i];
        json_object_begin(json);
        json_key_string(json, SLICE("name"), user->name);
        json_key_string(json, SLICE("title"), user->title);
        put_roles(json, user->roles);
        json_key_bool(json, SLICE("disabled"), user->disabled);
        json_key_bool(json, SLICE("must_change_password"), user->must_change_password);
        put_moment(json, SLICE("created"), user->created_us);
        put_moment(json, SLICE("signed_in"), user->signed_in_us);
        json_key_i64(json, SLICE("sessions"), user->sessions);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell_users(struct deed *deed) {
    deed_reply(deed, 200, render_users);
}

void api_get_users(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_post(deed_create(context, request), tell_users);
    }
}

static void add_user(struct deed *deed) {
    struct diag diag = {0};
    Status status = access_user_add(users_of(deed), &deed->act, deed->user, &deed->arena, &diag);
    answer(deed, status, &diag);
}

void api_post_user(void *context, struct http_request *request) {
    static const char *const names[] = {"name", "title", "roles", "password"};
    uint64_t roles;
    struct deed *deed = api_gate(context, request) == NULL ? NULL : deed_read(context, request, names, 4);
    if (deed == NULL) {
        return;
    }
    struct access_new_user *user = ARENA_NEW(&deed->arena, struct access_new_user);
    *user = (struct access_new_user){0};
    if (!deed_text(deed, 0, names[0], true, &user->name) || !deed_text(deed, 1, names[1], false, &user->title) ||
        !read_set(deed, 2, names[2], parse_role, &roles) || !deed_text(deed, 3, names[3], true, &user->password)) {
        return;
    }
    user->roles = (RoleSet)roles;
    deed->user = user;
    deed_submit(deed, add_user);
}

static void set_roles(struct deed *deed) {
    struct diag diag = {0};
    const RoleSet *roles = deed->user;
    Slice name = http_request_parameter(deed->request, SLICE("name"));
    Status status = access_user_set_roles(users_of(deed), &deed->act, name, *roles, &deed->arena, &diag);
    answer(deed, status, &diag);
}

void api_put_roles(void *context, struct http_request *request) {
    static const char *const names[] = {"roles"};
    uint64_t set;
    struct deed *deed = api_gate(context, request) == NULL ? NULL : deed_read(context, request, names, 1);
    if (deed == NULL || !read_set(deed, 0, names[0], parse_role, &set)) {
        return;
    }
    RoleSet *roles = ARENA_NEW(&deed->arena, RoleSet);
    *roles = (RoleSet)set;
    deed->user = roles;
    deed_submit(deed, set_roles);
}

static void set_password(struct deed *deed) {
    struct diag diag = {0};
    const Slice *password = deed->user;
    Slice name = http_request_parameter(deed->request, SLICE("name"));
    Status status = access_user_set_password(users_of(deed), &deed->act, name, *password, false, &deed->arena, &diag);
    answer(deed, status, &diag);
}

void api_put_password(void *context, struct http_request *request) {
    static const char *const names[] = {"password"};
    struct deed *deed = api_gate(context, request) == NULL ? NULL : deed_read(context, request, names, 1);
    if (deed == NULL) {
        return;
    }
    Slice *password = ARENA_NEW(&deed->arena, Slice);
    if (deed_text(deed, 0, names[0], true, password)) {
        deed->user = password;
        deed_submit(deed, set_password);
    }
}

static void enable(struct deed *deed, bool enabled) {
    struct diag diag = {0};
    Slice name = http_request_parameter(deed->request, SLICE("name"));
    Status status = access_user_enable(users_of(deed), &deed->act, name, enabled, &deed->arena, &diag);
    answer(deed, status, &diag);
}

static void enable_user(struct deed *deed) {
    enable(deed, true);
}

static void disable_user(struct deed *deed) {
    enable(deed, false);
}

void api_post_enable(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_submit(deed_create(context, request), enable_user);
    }
}

void api_post_disable(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_submit(deed_create(context, request), disable_user);
    }
}

// ---- keys ---------------------------------------------------------------------------------------------------

static void put_fingerprint(struct json_writer *json, const uint8_t fingerprint[ACCESS_SHA256_SIZE]) {
    char text[2 * ACCESS_SHA256_SIZE + 1];
    for (int i = 0; i < ACCESS_SHA256_SIZE; i++) {
        snprintf(text + 2 * i, 3, "%02x", fingerprint[i]);
    }
    json_key_string(json, SLICE("fingerprint"), (Slice){text, 2 * ACCESS_SHA256_SIZE});
}

static void render_keys(struct deed *deed, struct json_writer *json) {
    AccessKeys keys = access_keys(users_of(deed), &deed->arena);
    json_object_begin(json);
    json_key(json, SLICE("keys"));
    json_array_begin(json);
    for (uint32_t i = 0; i < keys.count; i++) {
        const struct access_key *key = &keys.at[i];
        json_object_begin(json);
        json_key_string(json, SLICE("id"), (Slice){key->id, ACCESS_ID_SIZE});
        json_key_string(json, SLICE("system"), key->name);
        json_key_string(json, SLICE("kind"), key->is_certificate ? SLICE("certificate") : SLICE("key"));
        if (key->is_certificate) {
            put_fingerprint(json, key->fingerprint);
        }
        put_scopes(json, key->scopes);
        json_key_i64(json, SLICE("rate"), key->rate);
        json_key_i64(json, SLICE("burst"), key->burst);
        json_key_bool(json, SLICE("revoked"), key->revoked);
        put_moment(json, SLICE("created"), key->created_us);
        put_moment(json, SLICE("expires"), key->expires_us);
        put_moment(json, SLICE("used"), key->used_us);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void tell_keys(struct deed *deed) {
    deed_reply(deed, 200, render_keys);
}

void api_get_keys(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_post(deed_create(context, request), tell_keys);
    }
}

static void render_made(struct deed *deed, struct json_writer *json) {
    const struct access_made_key *made = deed->user;
    json_object_begin(json);
    json_key_string(json, SLICE("id"), (Slice){made->id, ACCESS_ID_SIZE});
    if (made->key[0] != '\0') {
        json_key_string(json, SLICE("key"), (Slice){made->key, ACCESS_KEY_SIZE});
    }
    json_object_end(json);
}

static void add_key(struct deed *deed) {
    struct diag diag = {0};
    struct access_made_key made = {0};
    Status status = access_key_add(users_of(deed), &deed->act, deed->user, &made, &deed->arena, &diag);
    deed->user = &made;
    if (status == STATUS_OK) {
        deed_reply(deed, 200, render_made);
    } else {
        deed_refuse(deed, status, &diag);
    }
    explicit_bzero(&made, sizeof made);
}

void api_post_key(void *context, struct http_request *request) {
    static const char *const names[] = {"system", "scopes", "days", "rate", "burst", "certificate"};
    struct serve *serve = context;
    int64_t numbers[3];
    uint64_t scopes;
    struct deed *deed = api_gate(serve, request) == NULL ? NULL : deed_read(serve, request, names, 6);
    if (deed == NULL) {
        return;
    }
    struct access_new_key *key = ARENA_NEW(&deed->arena, struct access_new_key);
    bool is_certificate = deed->found[5] != JSON_NONE;
    uint32_t most = atomic_load(&serve->key_days_max);
    *key = (struct access_new_key){0};
    if (!deed_text(deed, 0, names[0], true, &key->name) || !read_set(deed, 1, names[1], parse_scope, &scopes) ||
        !read_number(deed, 2, names[2], is_certificate ? 0 : -1, is_certificate ? ACCESS_CERTIFICATE_DAYS_MAX : most, &numbers[0]) ||
        !read_number(deed, 3, names[3], 100, ACCESS_RATE_MAX, &numbers[1]) || !read_number(deed, 4, names[4], 0, ACCESS_BURST_MAX, &numbers[2]) ||
        !deed_text(deed, 5, names[5], false, &key->fingerprint)) {
        return;
    }
    key->scopes = scopes;
    key->expires_us = is_certificate && numbers[0] == 0 ? 0 : deed->act.now_us + numbers[0] * US_PER_DAY;
    key->rate = (uint32_t)numbers[1];
    key->burst = (uint32_t)numbers[2];
    deed->user = key;
    deed_submit(deed, add_key);
}

static void revoke(struct deed *deed) {
    struct diag diag = {0};
    Status status = access_key_revoke(users_of(deed), &deed->act, http_request_parameter(deed->request, SLICE("id")), &deed->arena, &diag);
    answer(deed, status, &diag);
}

void api_delete_key(void *context, struct http_request *request) {
    if (api_query_is_known(request, NULL, 0) && api_gate(context, request) != NULL) {
        deed_submit(deed_create(context, request), revoke);
    }
}
