// People: making and changing users. Every change is checked as a whole, and only then written.

#include "access/parts.h"

#include "base/utf8.h"

Status act_may(const struct access_act *act, Scope scope, struct arena *arena, struct diag *diag) {
    if (identity_may(&act->who, scope)) {
        return STATUS_OK;
    }
    return diag_fail(
        diag, arena, STATUS_INVALID, "AC001", "%s '%.*s' may not do this: the scope %s is missing",
        actor_word(act->who.kind), SLICE_ARGS(identity_name(&act->who)), scope_word(scope));
}

// ---- what is asked for ------------------------------------------------------------------------

static Status check_roles(RoleSet roles, struct arena *arena, struct diag *diag) {
    Role one;
    Role other;
    if (roles == 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC006", "a user has at least one role");
    }
    if (roles_fit(roles, &one, &other)) {
        return STATUS_OK;
    }
    return one == other || one == ROLE_SYSTEM || other == ROLE_SYSTEM
               ? diag_fail(diag, arena, STATUS_INVALID, "AC006",
                           "the role %s is for keys and certificates, not for people",
                           role_text(ROLE_SYSTEM)->word)
               : diag_fail(diag, arena, STATUS_INVALID, "AC006",
                           "one person may not be both %s and %s", role_text(one)->word,
                           role_text(other)->word);
}

static Status check_password(Slice password, Slice name, struct arena *arena, struct diag *diag) {
    const char *fault = password_fault(password, name);
    return fault == NULL
               ? STATUS_OK
               : diag_fail(diag, arena, STATUS_INVALID, "AC005", "the password %s", fault);
}

static Status check_final(const struct access_act *act, bool final, struct arena *arena,
                          struct diag *diag) {
    return !final || act->who.kind == ACTOR_CONSOLE
               ? STATUS_OK
               : diag_fail(diag, arena, STATUS_INVALID, "AC005",
                           "a password that somebody else sets has to be changed at its first use");
}

static bool title_valid(Slice title) {
    for (size_t i = 0; i < title.size; i++) {
        if ((unsigned char)title.at[i] < 0x20 || title.at[i] == 0x7f) {
            return false;
        }
    }
    return title.size <= ACCESS_TITLE_MAX && utf8_invalid_at(title) == title.size;
}

Status check_new_name(Slice name, struct arena *arena, struct diag *diag) {
    ENSURE(name_valid(name),
           diag_fail(diag, arena, STATUS_INVALID, "AC002",
                     "the name '%.*s' is malformed: 1 to 48 of a-z 0-9 . _ - @, beginning with a "
                     "letter or digit",
                     SLICE_ARGS(slice_part(name, 0, ACCESS_NAME_MAX))));
    ENSURE(!name_reserved(name),
           diag_fail(diag, arena, STATUS_INVALID, "AC022",
                     "'%.*s' is the name of a part of the program, which stands in histories; take "
                     "another",
                     SLICE_ARGS(name)));
    return STATUS_OK;
}

static Status check_new_user(const struct access_new_user *user, struct arena *arena,
                             struct diag *diag) {
    TRY(check_new_name(user->name, arena, diag));
    if (!title_valid(user->title)) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC017",
                         "the full name is longer than 96 bytes, or no printable UTF-8");
    }
    TRY(check_roles(user->roles, arena, diag));
    return check_password(user->password, user->name, arena, diag);
}

static Status find_user(const struct access *access, Slice name, uint32_t *ret_slot,
                        struct arena *arena, struct diag *diag) {
    *ret_slot = state_user(&access->state, name);
    return *ret_slot != SLOTS_NONE
               ? STATUS_OK
               : diag_fail(diag, arena, STATUS_NOT_FOUND, "AC004", "there is no user '%.*s'",
                           SLICE_ARGS(slice_part(name, 0, ACCESS_NAME_MAX)));
}

// Nobody raises or ends himself, and somebody must be left who can make users.
static Status check_standing(const struct access *access, const struct access_act *act,
                             uint32_t slot, bool stays, struct arena *arena, struct diag *diag) {
    const struct user *user = &access->state.users[slot];
    if (act->who.kind == ACTOR_PERSON &&
        slice_equal(identity_name(&act->who), name_slice(&user->name))) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC009",
                         "nobody changes the own roles or state; ask another administrator");
    }
    bool was = !user->disabled && (user->roles & role_bit(ROLE_ADMINISTRATOR));
    if (was && !stays && state_count_role(&access->state, ROLE_ADMINISTRATOR, slot) == 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC009",
                         "'%.*s' is the last administrator; make another one first",
                         SLICE_ARGS(name_slice(&user->name)));
    }
    return STATUS_OK;
}

// ---- changes, under the lock ------------------------------------------------------------------

static Status add_locked(struct access *access, const struct access_act *act,
                         const struct access_new_user *user, const PasswordHash *hash,
                         struct arena *arena, struct diag *diag) {
    if (state_user(&access->state, user->name) != SLOTS_NONE) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC003", "there is a user '%.*s' already",
                         SLICE_ARGS(user->name));
    }
    if (access->state.user_slots.count == ACCESS_USERS_MAX) {
        return diag_fail(diag, arena, STATUS_LIMIT, "AC008",
                         "there are %d users already, and no more can be", ACCESS_USERS_MAX);
    }
    struct record record = log_record(act, AUDIT_USER_ADD, user->name);
    record.change.title = user->title;
    record.change.roles = user->roles;
    record.change.must_change = !user->final;
    record.change.password = *hash;
    return log_change(access, &record, arena, diag);
}

static Status set_password_locked(struct access *access, const struct access_act *act, Slice name,
                                  const PasswordHash *hash, bool must_change, struct arena *arena,
                                  struct diag *diag) {
    uint32_t slot;
    TRY(find_user(access, name, &slot, arena, diag));
    struct record record = log_record(act, AUDIT_USER_PASSWORD, name);
    record.change.password = *hash;
    record.change.must_change = must_change;
    return log_change(access, &record, arena, diag);
}

static Status set_roles_locked(struct access *access, const struct access_act *act, Slice name,
                               RoleSet roles, struct arena *arena, struct diag *diag) {
    uint32_t slot;
    TRY(find_user(access, name, &slot, arena, diag));
    TRY(check_standing(access, act, slot, (roles & role_bit(ROLE_ADMINISTRATOR)) != 0, arena,
                       diag));
    struct record record = log_record(act, AUDIT_USER_ROLES, name);
    record.change.roles = roles;
    return log_change(access, &record, arena, diag);
}

static Status enable_locked(struct access *access, const struct access_act *act, Slice name,
                            bool enabled, struct arena *arena, struct diag *diag) {
    uint32_t slot;
    TRY(find_user(access, name, &slot, arena, diag));
    TRY(check_standing(access, act, slot, enabled, arena, diag));
    if (access->state.users[slot].disabled == !enabled) {
        return STATUS_OK; // what is so already needs no record
    }
    struct record record = log_record(act, enabled ? AUDIT_USER_ENABLE : AUDIT_USER_DISABLE, name);
    return log_change(access, &record, arena, diag);
}

// ---- the door ---------------------------------------------------------------------------------

Status access_user_add(struct access *access, const struct access_act *act,
                       const struct access_new_user *user, struct arena *arena, struct diag *diag) {
    TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    TRY(check_new_user(user, arena, diag));
    TRY(check_final(act, user->final, arena, diag));
    PasswordHash hash =
        password_hash(user->password, access->options.password_cost, access->entropy);
    pthread_mutex_lock(&access->change);
    Status status = add_locked(access, act, user, &hash, arena, diag);
    pthread_mutex_unlock(&access->change);
    return status;
}

Status access_user_set_password(struct access *access, const struct access_act *act, Slice name,
                                Slice password, bool final, struct arena *arena,
                                struct diag *diag) {
    TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    TRY(check_password(password, name, arena, diag));
    TRY(check_final(act, final, arena, diag));
    PasswordHash hash = password_hash(password, access->options.password_cost, access->entropy);
    pthread_mutex_lock(&access->change);
    Status status = set_password_locked(access, act, name, &hash, !final, arena, diag);
    pthread_mutex_unlock(&access->change);
    return status;
}

Status access_change_password(struct access *access, const struct access_act *act,
                              Slice old_password, Slice new_password, struct arena *arena,
                              struct diag *diag) {
    Slice name = identity_name(&act->who);
    uint32_t user;
    int64_t wait_us;
    PasswordHash old;
    INVARIANT(act->who.kind == ACTOR_PERSON);
    TRY(check_password(new_password, name, arena, diag));
    if (slice_equal(old_password, new_password)) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC005", "the password is the old one");
    }
    Tried tried =
        door_try(access, name, old_password, act->from, act->now_us, &user, &old, &wait_us);
    if (tried != TRIED_PASSED) {
        log_refused(access, act, AUDIT_SIGN_IN_REFUSED, refusal_code(ACCESS_REFUSAL_SIGN_IN), name);
        return tried == TRIED_WRONG
                   ? diag_fail(diag, arena, STATUS_INVALID, "AC007", "the old password is wrong")
                   : diag_fail(diag, arena, STATUS_LIMIT, "AC015",
                               "there were too many wrong passwords; try again in %lld s",
                               (long long)((wait_us + 999999) / 1000000));
    }
    PasswordHash hash = password_hash(new_password, access->options.password_cost, access->entropy);
    pthread_mutex_lock(&access->change);
    Status status = STATUS_OK;
    if (access->state.users[user].disabled ||
        memcmp(&access->state.users[user].password, &old, sizeof old) != 0) {
        status = diag_fail(diag, arena, STATUS_INVALID, "AC007",
                           "the old password is wrong: somebody has just changed it");
    } else {
        status = set_password_locked(access, act, name, &hash, false, arena, diag);
    }
    pthread_mutex_unlock(&access->change);
    return status;
}

Status access_user_set_roles(struct access *access, const struct access_act *act, Slice name,
                             RoleSet roles, struct arena *arena, struct diag *diag) {
    TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    TRY(check_roles(roles, arena, diag));
    pthread_mutex_lock(&access->change);
    Status status = set_roles_locked(access, act, name, roles, arena, diag);
    pthread_mutex_unlock(&access->change);
    return status;
}

Status access_user_enable(struct access *access, const struct access_act *act, Slice name,
                          bool enabled, struct arena *arena, struct diag *diag) {
    TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    pthread_mutex_lock(&access->change);
    Status status = enable_locked(access, act, name, enabled, arena, diag);
    pthread_mutex_unlock(&access->change);
    return status;
}

AccessUsers access_users(struct access *access, int64_t now_us, struct arena *arena) {
    struct state *state = &access->state;
    pthread_rwlock_rdlock(&access->state_lock);
    struct access_user *users = ARENA_ARRAY(arena, struct access_user, state->user_slots.count + 1);
    uint32_t count = 0;
    // Users are never given back, so their slots stand in the order in which they were made.
    for (; count < state->user_slots.count; count++) {
        const struct user *user = &state->users[count];
        users[count] = (struct access_user){
            .name = arena_copy(arena, name_slice(&user->name)),
            .title = arena_copy(arena, (Slice){user->title, user->title_size}),
            .roles = user->roles,
            .disabled = user->disabled,
            .must_change_password = user->must_change,
            .created_us = user->created_us,
            .password_us = user->password_us,
            .signed_in_us = user->signed_in_us,
        };
    }
    SLOTS_EACH(&state->session_slots, i) {
        const struct session *session = &state->sessions[i];
        users[session->user].sessions +=
            !session_ended(session, access->options.idle_us, access->options.absolute_us, now_us);
    }
    pthread_rwlock_unlock(&access->state_lock);
    return (AccessUsers){users, count};
}
