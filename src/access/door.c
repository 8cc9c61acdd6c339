// The door for people: signing in and out, and the room's thread, which computes what takes long.

#include "access/parts.h"

#include <stddef.h>

// ---- the room's thread ------------------------------------------------------------------------

bool access_submit(struct access *access, struct access_task *task) {
    pthread_mutex_lock(&access->door);
    bool taken =
        access->thread != NULL && !access->closing && access->waiting < access->options.waiting_max;
    if (taken) {
        task->next = NULL;
        if (access->last == NULL) {
            access->first = task;
        } else {
            access->last->next = task;
        }
        access->last = task;
        access->waiting++;
        pthread_cond_signal(&access->has_task);
    }
    pthread_mutex_unlock(&access->door);
    return taken;
}

static struct access_task *next_task(struct access *access) {
    pthread_mutex_lock(&access->door);
    while (access->first == NULL && !access->closing) {
        pthread_cond_wait(&access->has_task, &access->door);
    }
    struct access_task *task = access->first;
    if (task != NULL) {
        access->first = task->next;
        access->last = access->first == NULL ? NULL : access->last;
        access->waiting--;
    }
    pthread_mutex_unlock(&access->door);
    return task;
}

void door_run(void *context) {
    struct access *access = context;
    for (struct access_task *task; (task = next_task(access)) != NULL;) {
        task->run(access, task);
    }
}

// ---- trying a password ------------------------------------------------------------------------

// The user's slot, or SLOTS_NONE, with the hash to compare with in either case.
static uint32_t find(struct access *access, Slice name, PasswordHash *ret_hash) {
    pthread_rwlock_rdlock(&access->state_lock);
    uint32_t user = state_user(&access->state, name);
    *ret_hash = user == SLOTS_NONE ? access->nobody : access->state.users[user].password;
    pthread_rwlock_unlock(&access->state_lock);
    return user;
}

static int64_t wait_of(struct access *access, uint32_t user, Slice name, Slice from,
                       int64_t now_us) {
    pthread_mutex_lock(&access->door);
    int64_t wait_us = throttle_wait(access->throttle, user, name, from, now_us);
    pthread_mutex_unlock(&access->door);
    return wait_us;
}

Tried door_try(struct access *access, Slice name, Slice password, Slice from, int64_t now_us,
               uint32_t *ret_user, PasswordHash *ret_hash, int64_t *ret_wait_us) {
    *ret_user = find(access, name, ret_hash);
    *ret_wait_us = wait_of(access, *ret_user, name, from, now_us);
    if (*ret_wait_us > 0) {
        return TRIED_DELAYED;
    }
    bool same = password_matches(password, ret_hash) && *ret_user != SLOTS_NONE;
    pthread_mutex_lock(&access->door);
    if (same) {
        throttle_passed(access->throttle, *ret_user, name);
    } else {
        throttle_failed(access->throttle, *ret_user, name, from, now_us);
    }
    pthread_mutex_unlock(&access->door);
    return same ? TRIED_PASSED : TRIED_WRONG;
}

// ---- signing in -------------------------------------------------------------------------------

static void refuse(struct sign_in *sign_in, AccessRefusal kind, int64_t retry_after_us, bool known) {
    struct access_act act = {.from = sign_in->from, .now_us = sign_in->now_us};
    // People type their password into the field of the name: what is no user's name is not written
    // down.
    Slice target = known ? sign_in->name : (Slice){NULL, 0};
    sign_in->refusal = (struct access_refusal){kind, retry_after_us};
    log_refused(sign_in->access, &act, AUDIT_SIGN_IN_REFUSED, refusal_code(kind), target);
}

// Whether there is room for a session; ended ones are forgotten first.
static bool has_room(struct access *access, int64_t now_us) {
    const struct access_options *options = &access->options;
    pthread_rwlock_wrlock(&access->state_lock);
    if (access->state.session_slots.count == ACCESS_SESSIONS_MAX) {
        state_forget_sessions(&access->state, options->idle_us, options->absolute_us, now_us);
    }
    bool room = access->state.session_slots.count < ACCESS_SESSIONS_MAX;
    pthread_rwlock_unlock(&access->state_lock);
    return room;
}

static Identity identity_of(const struct user *user) {
    Identity identity = {
        .kind = ACTOR_PERSON,
        .must_change_password = user->must_change,
        .name_size = user->name.size,
        .scopes = roles_scopes(user->roles),
        .roles = user->roles,
    };
    memcpy(identity.name, user->name.bytes, user->name.size);
    return identity;
}

// Under `change`, so that nobody changes the user meanwhile. The password is compared again: it may
// have been changed while its hash was computed.
static void begin_locked(struct sign_in *sign_in, uint32_t slot, const PasswordHash *hash) {
    struct access *access = sign_in->access;
    const struct user *user = &access->state.users[slot];
    struct arena arena;
    struct diag diag;
    if (memcmp(&user->password, hash, sizeof *hash) != 0) {
        refuse(sign_in, ACCESS_REFUSAL_SIGN_IN, 0, true);
        return;
    }
    if (user->disabled) {
        refuse(sign_in, ACCESS_REFUSAL_DISABLED, 0, true);
        return;
    }
    if (!has_room(access, sign_in->now_us)) {
        refuse(sign_in, ACCESS_REFUSAL_BUSY, 0, true);
        return;
    }
    struct access_act act = {
        .who = identity_of(user), .from = sign_in->from, .now_us = sign_in->now_us};
    struct record record = log_record(&act, AUDIT_SIGN_IN, identity_name(&act.who));
    arena_init(&arena, 1024);
    Status status = log_change(access, &record, &arena, &diag);
    arena_deinit(&arena);
    if (status != STATUS_OK) {
        sign_in->refusal.kind = ACCESS_REFUSAL_LOG_FAILED;
        return;
    }
    Sha256 token = token_draw(access->entropy, sign_in->token);
    pthread_rwlock_wrlock(&access->state_lock);
    uint32_t session = state_begin_session(&access->state, slot, &token, sign_in->now_us);
    act.who.session = session == SLOTS_NONE ? 0 : access->state.sessions[session].number;
    pthread_rwlock_unlock(&access->state_lock);
    INVARIANT(session != SLOTS_NONE); // sessions begin under `change` alone
    sign_in->identity = act.who;
}

static void try_sign_in(struct sign_in *sign_in) {
    struct access *access = sign_in->access;
    uint32_t user;
    int64_t wait_us;
    PasswordHash hash;
    Tried tried = door_try(access, sign_in->name, sign_in->password, sign_in->from, sign_in->now_us,
                           &user, &hash, &wait_us);
    if (tried != TRIED_PASSED) {
        refuse(sign_in, tried == TRIED_WRONG ? ACCESS_REFUSAL_SIGN_IN : ACCESS_REFUSAL_SIGN_IN_DELAYED, wait_us,
               user != SLOTS_NONE);
        return;
    }
    pthread_mutex_lock(&access->change);
    begin_locked(sign_in, user, &hash);
    pthread_mutex_unlock(&access->change);
}

static void run_sign_in(struct access *access, struct access_task *task) {
    struct sign_in *sign_in = (struct sign_in *)((char *)task - offsetof(struct sign_in, task));
    sign_in->refusal = (struct access_refusal){ACCESS_REFUSAL_NONE, 0};
    try_sign_in(sign_in);
    sign_in->done(sign_in);
}

bool access_sign_in(struct access *access, struct sign_in *sign_in) {
    PasswordHash unused;
    uint32_t user = find(access, sign_in->name, &unused);
    int64_t wait_us = wait_of(access, user, sign_in->name, sign_in->from, sign_in->now_us);
    sign_in->access = access;
    sign_in->task.run = run_sign_in;
    if (wait_us > 0) {
        refuse(sign_in, ACCESS_REFUSAL_SIGN_IN_DELAYED, wait_us, user != SLOTS_NONE);
        return false;
    }
    if (!access_submit(access, &sign_in->task)) {
        sign_in->refusal = (struct access_refusal){ACCESS_REFUSAL_BUSY, 0};
        return false;
    }
    return true;
}

// ---- signing out ------------------------------------------------------------------------------

Status access_sign_out(struct access *access, const struct access_act *act) {
    bool ended = false;
    pthread_rwlock_wrlock(&access->state_lock);
    SLOTS_EACH(&access->state.session_slots, i) {
        if (act->who.session != 0 && access->state.sessions[i].number == act->who.session) {
            state_end_session(&access->state, i);
            ended = true;
        }
    }
    pthread_rwlock_unlock(&access->state_lock);
    ENSURE(ended, STATUS_NOT_FOUND);
    struct record record = log_record(act, AUDIT_SIGN_OUT, identity_name(&act->who));
    uint64_t sequence;
    return log_append(access, &record, &sequence);
}

Status access_sign_out_all(struct access *access, const struct access_act *act, Slice name,
                           struct arena *arena, struct diag *diag) {
    bool own = act->who.kind == ACTOR_PERSON && slice_equal(identity_name(&act->who), name);
    if (!own) {
        TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    }
    pthread_rwlock_wrlock(&access->state_lock);
    uint32_t user = state_user(&access->state, name);
    uint32_t count = user == SLOTS_NONE ? 0 : state_end_sessions(&access->state, user);
    pthread_rwlock_unlock(&access->state_lock);
    if (user == SLOTS_NONE) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "AC004", "there is no user '%.*s'",
                         SLICE_ARGS(slice_part(name, 0, ACCESS_NAME_MAX)));
    }
    struct record record = log_record(act, AUDIT_SIGN_OUT_ALL, name);
    uint64_t sequence;
    // The sessions have ended in any case; the record follows when there is room for it.
    Status status = count == 0 ? STATUS_OK : log_append(access, &record, &sequence);
    return status == STATUS_OK
               ? STATUS_OK
               : diag_fail(diag, arena, status, "AC016",
                           "the sessions have ended, but the log could not be written");
}
