#include "access/record.h"

#include "base/time.h"
#include "base/utf8.h"
#include "codec/json_write.h"

typedef enum MemberKind { TEXT, ROLES, SCOPES, BOOL, ID, HEX, TIME, NUMBER, PASSWORD } MemberKind;

static const struct {
    const char *word;
    MemberKind kind;
    size_t offset;
} members[] = {
#define MEMBER(name, word, kind, field) {word, kind, offsetof(struct change, field)},
#include "access/members.def"
#undef MEMBER
};

static const struct action actions[] = {
#define ACTION(name, word, kind, detail, secret, text) {word, ACTION_##kind, detail, secret, text},
#include "access/actions.def"
#undef ACTION
};

const struct action *action_of(AuditAction action) {
    return &actions[action];
}

const char *audit_word(AuditAction action) {
    return actions[action].word;
}

const char *audit_text(AuditAction action) {
    return actions[action].text;
}

bool audit_parse(Slice word, AuditAction *ret_action) {
    for (int i = 0; i < AUDIT_COUNT; i++) {
        if (slice_is(word, actions[i].word)) {
            *ret_action = (AuditAction)i;
            return true;
        }
    }
    return false;
}

bool name_valid(Slice name) {
    for (size_t i = 0; i < name.size; i++) {
        char letter = name.at[i];
        bool plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        if (!plain && (i == 0 || letter == '\0' || strchr("._-@", letter) == NULL)) {
            return false;
        }
    }
    return name.size > 0 && name.size <= ACCESS_NAME_MAX;
}

bool name_reserved(Slice name) {
    static const char *const of_program[] = {"desk", "server", "post", "breaker"};
    for (size_t i = 0; i < sizeof of_program / sizeof of_program[0]; i++) {
        if (slice_is(name, of_program[i])) {
            return true;
        }
    }
    return false;
}

bool detail_valid(Slice detail) {
    detail = slice_trim(detail);
    return detail.size <= ACCESS_DETAIL_MAX && detail.size > 0 && detail.at[0] == '{' &&
           json_check(detail, RECORD_DEPTH_MAX - 1).fault == JSON_FAULT_NONE;
}

// ---- writing ----------------------------------------------------------------------------------

static void put_time(struct json_writer *json, int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    json_string(json, (Slice){text, time_format(time_us, 0, text)});
}

static void put_hex(struct json_writer *json, const Sha256 *hash) {
    char text[2 * ACCESS_SHA256_SIZE];
    sha256_put_hex(hash->bytes, text);
    json_string(json, (Slice){text, sizeof text});
}

static void put_roles(struct json_writer *json, RoleSet roles) {
    json_array_begin(json);
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (roles & role_bit((Role)i)) {
            json_string(json, slice_of(role_text((Role)i)->word));
        }
    }
    json_array_end(json);
}

static void put_scopes(struct json_writer *json, ScopeSet scopes) {
    json_array_begin(json);
    for (int i = 0; i < SCOPE_COUNT; i++) {
        if (scopes & scope_bit((Scope)i)) {
            json_string(json, slice_of(scope_word((Scope)i)));
        }
    }
    json_array_end(json);
}

static void put_password(struct json_writer *json, const PasswordHash *hash) {
    char text[PASSWORD_TEXT_MAX];
    json_string(json, (Slice){text, password_format(hash, text)});
}

static void put_member(struct json_writer *json, Member member, const struct change *change) {
    const void *field = (const char *)change + members[member].offset;
    json_key(json, slice_of(members[member].word));
    switch (members[member].kind) {
    case TEXT:
        json_string(json, *(const Slice *)field);
        break;
    case ROLES:
        put_roles(json, *(const RoleSet *)field);
        break;
    case SCOPES:
        put_scopes(json, *(const ScopeSet *)field);
        break;
    case BOOL:
        json_bool(json, *(const bool *)field);
        break;
    case ID:
        json_string(json, (Slice){field, ACCESS_ID_SIZE});
        break;
    case HEX:
        put_hex(json, field);
        break;
    case TIME:
        if (*(const int64_t *)field == 0) {
            json_null(json);
        } else {
            put_time(json, *(const int64_t *)field);
        }
        break;
    case NUMBER:
        json_i64(json, *(const uint32_t *)field);
        break;
    case PASSWORD:
        put_password(json, field);
        break;
    }
}

static void put_members(struct json_writer *json, const char *key, MemberSet set,
                        const struct change *change) {
    json_key(json, slice_of(key));
    json_object_begin(json);
    for (int i = 0; i < MEMBERS; i++) {
        if (set & (1u << i)) {
            put_member(json, (Member)i, change);
        }
    }
    json_object_end(json);
}

static void put_head(struct json_writer *json, const struct record *record) {
    json_key(json, SLICE("time"));
    put_time(json, record->time_us);
    json_key(json, SLICE("actor"));
    json_object_begin(json);
    json_key_string(json, SLICE("kind"), slice_of(actor_word(record->actor)));
    json_key_string(json, SLICE("name"), record->actor_name);
    json_object_end(json);
    json_key_string(json, SLICE("from"), record->from);
    json_key_string(json, SLICE("action"), slice_of(audit_word(record->action)));
    json_key_string(json, SLICE("target"), record->target);
    json_key_string(json, SLICE("outcome"), record->refused ? SLICE("refused") : SLICE("done"));
}

void access_record_encode(const struct record *record, struct buf *out) {
    const struct action *action = action_of(record->action);
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    put_head(&json, record);
    if (action->kind == ACTION_REPORT) {
        json_key(&json, SLICE("detail"));
        json_raw(&json, slice_empty(record->detail) ? SLICE("{}") : record->detail);
    } else {
        put_members(&json, "detail", action->detail, &record->change);
    }
    if (action->secret != 0) {
        put_members(&json, "secret", action->secret, &record->change);
    }
    json_object_end(&json);
    json_writer_finish(&json);
}

void audit_render(const struct audit_record *record, struct buf *out) {
    struct record head = {
        .time_us = record->time_us,
        .actor = record->actor,
        .actor_name = record->actor_name,
        .from = record->from,
        .action = record->action,
        .target = record->target,
        .refused = record->refused,
    };
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_i64(&json, SLICE("sequence"), (int64_t)record->sequence);
    put_head(&json, &head);
    json_key(&json, SLICE("detail"));
    json_raw(&json, record->detail);
    json_object_end(&json);
    json_writer_finish(&json);
}

// ---- reading ----------------------------------------------------------------------------------

static bool get_text(const struct json_node *node, size_t size_max, Slice *ret_text) {
    bool ok = node->kind == JSON_STRING && node->text.size <= size_max;
    if (ok) {
        *ret_text = node->text;
    }
    return ok;
}

static bool get_time(const struct json_node *node, int64_t *ret_time_us) {
    // With its zone: one without would be taken in ours.
    return node->kind == JSON_STRING && slice_ends_with(node->text, SLICE("Z")) &&
           time_parse(node->text, 0, ret_time_us);
}

static bool get_roles(JsonTree tree, uint32_t node, RoleSet *ret_roles) {
    RoleSet roles = 0;
    if (tree.nodes[node].kind != JSON_ARRAY) {
        return false;
    }
    JSON_EACH(tree, node, i) {
        Role role;
        if (tree.nodes[i].kind != JSON_STRING || !role_parse(tree.nodes[i].text, &role)) {
            return false;
        }
        roles |= role_bit(role);
    }
    *ret_roles = roles;
    return true;
}

static bool get_scopes(JsonTree tree, uint32_t node, ScopeSet *ret_scopes) {
    ScopeSet scopes = 0;
    if (tree.nodes[node].kind != JSON_ARRAY) {
        return false;
    }
    JSON_EACH(tree, node, i) {
        Scope scope;
        if (tree.nodes[i].kind != JSON_STRING || !scope_parse(tree.nodes[i].text, &scope)) {
            return false;
        }
        scopes |= scope_bit(scope);
    }
    *ret_scopes = scopes;
    return true;
}

static bool get_member(JsonTree tree, uint32_t at, Member member, struct change *change) {
    const struct json_node *node = &tree.nodes[at];
    bool is_text = node->kind == JSON_STRING;
    void *field = (char *)change + members[member].offset;
    switch (members[member].kind) {
    case TEXT:
        return get_text(node, ACCESS_TITLE_MAX, field);
    case ROLES:
        return get_roles(tree, at, field);
    case SCOPES:
        return get_scopes(tree, at, field);
    case BOOL:
        *(bool *)field = node->kind == JSON_TRUE;
        return node->kind == JSON_TRUE || node->kind == JSON_FALSE;
    case ID:
        if (!is_text || !key_id_valid(node->text)) {
            return false;
        }
        memcpy(field, node->text.at, ACCESS_ID_SIZE);
        return true;
    case HEX:
        return is_text && sha256_parse(node->text, false, field);
    case TIME:
        *(int64_t *)field = 0;
        return node->kind == JSON_NULL || get_time(node, field);
    case NUMBER:
        *(uint32_t *)field = node->kind == JSON_INT ? (uint32_t)node->i64 : 0;
        return node->kind == JSON_INT && node->i64 >= 0 && node->i64 <= UINT32_MAX;
    case PASSWORD:
        return is_text && password_parse(node->text, field);
    }
    return false;
}

// Exactly the members of the set.
static bool get_members(JsonTree tree, uint32_t object, MemberSet set, struct change *change) {
    MemberSet seen = 0;
    if (tree.nodes[object].kind != JSON_OBJECT) {
        return false;
    }
    JSON_EACH(tree, object, i) {
        int member = 0;
        while (member < MEMBERS && !slice_is(tree.nodes[i].key, members[member].word)) {
            member++;
        }
        if (member == MEMBERS || !((set & ~seen) & (1u << member)) ||
            !get_member(tree, i, (Member)member, change)) {
            return false;
        }
        seen |= 1u << member;
    }
    return seen == set;
}

static bool get_actor(JsonTree tree, uint32_t object, struct record *record) {
    uint32_t kind = json_member(tree, object, SLICE("kind"));
    uint32_t name = json_member(tree, object, SLICE("name"));
    if (kind == JSON_NONE || name == JSON_NONE || tree.nodes[object].next != object + 3 ||
        tree.nodes[kind].kind != JSON_STRING) {
        return false;
    }
    int actor = 0;
    while (actor < ACTOR_COUNT && !slice_is(tree.nodes[kind].text, actor_word((ActorKind)actor))) {
        actor++;
    }
    record->actor = (ActorKind)actor;
    return actor < ACTOR_COUNT &&
           get_text(&tree.nodes[name], RECORD_TEXT_GROWTH * ACCESS_NAME_MAX, &record->actor_name);
}

static bool get_outcome(const struct json_node *node, bool *ret_refused) {
    *ret_refused = node->kind == JSON_STRING && slice_is(node->text, "refused");
    return node->kind == JSON_STRING && (*ret_refused || slice_is(node->text, "done"));
}

// Writes a value as it stands in the tree.
static void copy_value(struct json_writer *json, JsonTree tree, uint32_t at) {
    const struct json_node *node = &tree.nodes[at];
    switch (node->kind) {
    case JSON_NULL:
        json_null(json);
        break;
    case JSON_FALSE:
    case JSON_TRUE:
        json_bool(json, node->kind == JSON_TRUE);
        break;
    case JSON_INT:
        json_i64(json, node->i64);
        break;
    case JSON_UINT:
        json_u64(json, node->u64);
        break;
    case JSON_DOUBLE:
        json_double(json, node->f64);
        break;
    case JSON_STRING:
        json_string(json, node->text);
        break;
    case JSON_ARRAY:
        json_array_begin(json);
        JSON_EACH(tree, at, i) {
            copy_value(json, tree, i);
        }
        json_array_end(json);
        break;
    case JSON_OBJECT:
        json_object_begin(json);
        JSON_EACH(tree, at, i) {
            json_key(json, tree.nodes[i].key);
            copy_value(json, tree, i);
        }
        json_object_end(json);
        break;
    }
}

static void render_detail(JsonTree tree, uint32_t at, struct buf *out) {
    struct json_writer json;
    buf_reset(out);
    json_writer_init(&json, out);
    copy_value(&json, tree, at); // as deep as RECORD_DEPTH_MAX at most
    json_writer_finish(&json);
}

const char *access_record_decode(Slice bytes, struct json_reader *reader, struct buf *detail,
                                 struct record *ret_record) {
    enum {
        TIME_AT,
        ACTOR_AT,
        FROM_AT,
        ACTION_AT,
        TARGET_AT,
        OUTCOME_AT,
        DETAIL_AT,
        SECRET_AT,
        TOP_MEMBERS
    };
    static const char *const keys[TOP_MEMBERS] = {"time",   "actor",   "from",   "action",
                                                  "target", "outcome", "detail", "secret"};
    JsonTree tree;
    struct record record = {0};
    uint32_t at[TOP_MEMBERS];
    uint32_t count = 0;
    if (json_parse(reader, bytes, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return "it is no JSON object";
    }
    JSON_EACH(tree, 0, i) {
        if (count == TOP_MEMBERS || !slice_is(tree.nodes[i].key, keys[count])) {
            return "its members are not those of a record, in their order";
        }
        at[count++] = i;
    }
    if (count < SECRET_AT) {
        return "a member is missing";
    }
    const struct json_node *action_node = &tree.nodes[at[ACTION_AT]];
    if (action_node->kind != JSON_STRING || !audit_parse(action_node->text, &record.action)) {
        return "its action is not known";
    }
    const struct action *action = action_of(record.action);
    if (!get_time(&tree.nodes[at[TIME_AT]], &record.time_us) ||
        !get_actor(tree, at[ACTOR_AT], &record) ||
        !get_text(&tree.nodes[at[FROM_AT]], RECORD_TEXT_GROWTH * ACCESS_FROM_MAX, &record.from) ||
        !get_text(&tree.nodes[at[TARGET_AT]], RECORD_TEXT_GROWTH * ACCESS_TARGET_MAX,
                  &record.target) ||
        !get_outcome(&tree.nodes[at[OUTCOME_AT]], &record.refused)) {
        return "its time, actor, from, target or outcome is malformed";
    }
    if ((count == TOP_MEMBERS) != (action->secret != 0) ||
        (action->secret != 0 &&
         !get_members(tree, at[SECRET_AT], action->secret, &record.change))) {
        return "its secret is not that of its action";
    }
    bool detail_fits = action->kind == ACTION_REPORT
                           ? tree.nodes[at[DETAIL_AT]].kind == JSON_OBJECT
                           : get_members(tree, at[DETAIL_AT], action->detail, &record.change);
    if (!detail_fits) {
        return "its detail is not that of its action";
    }
    if (detail != NULL) {
        render_detail(tree, at[DETAIL_AT], detail);
        record.detail = buf_slice(detail);
    }
    *ret_record = record;
    return NULL;
}
