#include "access/access.h"

static const struct {
    const char *word, *text, *zh;
} scopes[] = {
#define SCOPE(name, word, text, zh) {word, text, zh},
#include "access/scopes.def"
#undef SCOPE
};

static const struct {
    struct role_text text;
    RoleSet not_with;
} roles[] = {
#define ROLE(name, word, english, chinese, scopes, not_with, text, text_chinese)                   \
    {{word, english, chinese, text, text_chinese, scopes, (not_with) != UINT32_MAX}, not_with},
#include "access/roles.def"
#undef ROLE
};

static const char *const actors[] = {
#define ACTOR(name, word, text) word,
#include "access/actors.def"
#undef ACTOR
};

static const struct {
    const char *code, *text;
} refusals[] = {
#define REFUSAL(name, code, text) {code, text},
#include "access/refusals.def"
#undef REFUSAL
};

const char *scope_word(Scope scope) {
    return scopes[scope].word;
}

const char *scope_text(Scope scope) {
    return scopes[scope].text;
}

const char *scope_text_zh(Scope scope) {
    return scopes[scope].zh;
}

bool scope_parse(Slice word, Scope *ret_scope) {
    for (int i = 0; i < SCOPE_COUNT; i++) {
        if (slice_is(word, scopes[i].word)) {
            *ret_scope = (Scope)i;
            return true;
        }
    }
    return false;
}

const struct role_text *role_text(Role role) {
    return &roles[role].text;
}

bool role_parse(Slice word, Role *ret_role) {
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (slice_is(word, roles[i].text.word)) {
            *ret_role = (Role)i;
            return true;
        }
    }
    return false;
}

ScopeSet roles_scopes(RoleSet set) {
    ScopeSet all = 0;
    for (int i = 0; i < ROLE_COUNT; i++) {
        all |= set & role_bit((Role)i) ? roles[i].text.scopes : 0;
    }
    return all;
}

bool roles_fit(RoleSet set, Role *ret_one, Role *ret_other) {
    for (int i = 0; i < ROLE_COUNT; i++) {
        for (int k = 0; k < ROLE_COUNT && (set & role_bit((Role)i)); k++) {
            if ((set & role_bit((Role)k)) && (roles[i].not_with & role_bit((Role)k))) {
                *ret_one = (Role)i;
                *ret_other = (Role)k;
                return false;
            }
        }
    }
    return true;
}

const char *actor_word(ActorKind kind) {
    return actors[kind];
}

const char *refusal_code(AccessRefusal refusal) {
    return refusals[refusal].code;
}

const char *refusal_text(AccessRefusal refusal) {
    return refusals[refusal].text;
}

bool identity_may(const Identity *identity, Scope scope) {
    return !identity->must_change_password && (identity->scopes & scope_bit(scope)) != 0;
}

static Identity named(ActorKind kind, Slice name) {
    Identity identity = {.kind = kind};
    Slice cut = slice_part(name, 0, ACCESS_NAME_MAX);
    memcpy(identity.name, cut.at, cut.size);
    identity.name_size = (uint8_t)cut.size;
    return identity;
}

Identity identity_of_console(Slice account) {
    Identity identity = named(ACTOR_CONSOLE, account);
    identity.scopes =
        scope_bit(SCOPE_USERS_READ) | scope_bit(SCOPE_USERS_WRITE) | scope_bit(SCOPE_AUDIT_READ);
    return identity;
}

Identity identity_of_program(void) {
    return named(ACTOR_PROGRAM, SLICE("qiantang"));
}
