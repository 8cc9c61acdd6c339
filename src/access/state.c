#include "access/state.h"

#include "base/hash.h"

enum { ARENA_BLOCK = 1 << 20 };

void state_init(struct state *state, uint64_t seed) {
    *state = (struct state){.seed = seed};
    struct arena *arena = &state->arena;
    arena_init(arena, ARENA_BLOCK);
    slots_init(&state->user_slots, ACCESS_USERS_MAX, arena);
    slots_init(&state->key_slots, ACCESS_KEYS_MAX, arena);
    slots_init(&state->certificate_slots, ACCESS_KEYS_MAX, arena);
    slots_init(&state->session_slots, ACCESS_SESSIONS_MAX, arena);
    state->users = ARENA_ARRAY(arena, struct user, ACCESS_USERS_MAX);
    state->keys = ARENA_ARRAY(arena, struct key, ACCESS_KEYS_MAX);
    state->certificates = ARENA_ARRAY(arena, uint32_t, ACCESS_KEYS_MAX);
    state->certificate_of = ARENA_ARRAY(arena, uint32_t, ACCESS_KEYS_MAX);
    state->sessions = ARENA_ARRAY(arena, struct session, ACCESS_SESSIONS_MAX);
}

void state_deinit(struct state *state) {
    arena_deinit(&state->arena);
}

// ---- finding ----------------------------------------------------------------------------------

uint32_t state_user(const struct state *state, Slice name) {
    uint32_t slot = slots_first(&state->user_slots, hash64(name, state->seed));
    while (slot != SLOTS_NONE && !slice_equal(name_slice(&state->users[slot].name), name)) {
        slot = slots_next(&state->user_slots, slot);
    }
    return slot;
}

uint32_t state_key(const struct state *state, Slice id) {
    uint32_t slot = slots_first(&state->key_slots, hash64(id, state->seed));
    while (slot != SLOTS_NONE && !slice_equal((Slice){state->keys[slot].id, ACCESS_ID_SIZE}, id)) {
        slot = slots_next(&state->key_slots, slot);
    }
    return slot;
}

static uint64_t fingerprint_hash(const struct state *state, const Sha256 *fingerprint) {
    return hash64((Slice){(const char *)fingerprint->bytes, sizeof fingerprint->bytes},
                  state->seed);
}

uint32_t state_certificate(const struct state *state, const Sha256 *fingerprint) {
    uint32_t slot = slots_first(&state->certificate_slots, fingerprint_hash(state, fingerprint));
    while (slot != SLOTS_NONE &&
           !sha256_equal(&state->keys[state->certificates[slot]].hash, fingerprint)) {
        slot = slots_next(&state->certificate_slots, slot);
    }
    return slot == SLOTS_NONE ? SLOTS_NONE : state->certificates[slot];
}

uint32_t state_session(const struct state *state, const Sha256 *token) {
    uint32_t slot = slots_first(&state->session_slots, sha256_word(token));
    while (slot != SLOTS_NONE && !sha256_equal(&state->sessions[slot].hash, token)) {
        slot = slots_next(&state->session_slots, slot);
    }
    return slot;
}

uint32_t state_count_role(const struct state *state, Role role, uint32_t but) {
    uint32_t count = 0;
    SLOTS_EACH(&state->user_slots, i) {
        const struct user *user = &state->users[i];
        count += i != but && !user->disabled && (user->roles & role_bit(role));
    }
    return count;
}

// ---- sessions ---------------------------------------------------------------------------------

void state_end_session(struct state *state, uint32_t slot) {
    state->sessions[slot].hash = (Sha256){0};
    slots_give(&state->session_slots, slot);
}

static int64_t distance(int64_t one_us, int64_t other_us) {
    return one_us > other_us ? one_us - other_us : other_us - one_us;
}

bool session_ended(const struct session *session, int64_t idle_us, int64_t absolute_us,
                   int64_t now_us) {
    int64_t seen_us = atomic_load_explicit(&session->seen_us, memory_order_relaxed);
    // In both directions: a clock that is set back by a year must not make it last for a year.
    return distance(now_us, session->created_us) >= absolute_us ||
           distance(now_us, seen_us) >= idle_us;
}

void state_forget_sessions(struct state *state, int64_t idle_us, int64_t absolute_us,
                           int64_t now_us) {
    SLOTS_EACH(&state->session_slots, i) {
        if (session_ended(&state->sessions[i], idle_us, absolute_us, now_us)) {
            state_end_session(state, i);
        }
    }
}

uint32_t state_end_sessions(struct state *state, uint32_t user) {
    uint32_t count = 0;
    SLOTS_EACH(&state->session_slots, i) {
        if (state->sessions[i].user == user) {
            state_end_session(state, i);
            count++;
        }
    }
    return count;
}

uint32_t state_begin_session(struct state *state, uint32_t user, const Sha256 *token,
                             int64_t now_us) {
    uint32_t count = 0;
    uint32_t oldest = SLOTS_NONE;
    SLOTS_EACH(&state->session_slots, i) {
        if (state->sessions[i].user == user) {
            count++;
            oldest =
                oldest == SLOTS_NONE || state->sessions[i].number < state->sessions[oldest].number
                    ? i
                    : oldest;
        }
    }
    if (count >= ACCESS_USER_SESSIONS) {
        state_end_session(state, oldest);
    }
    uint32_t slot = slots_take(&state->session_slots, sha256_word(token));
    if (slot == SLOTS_NONE) {
        return SLOTS_NONE;
    }
    struct session *session = &state->sessions[slot];
    session->hash = *token;
    session->number = ++state->session_number;
    session->user = user;
    session->created_us = now_us;
    atomic_store_explicit(&session->seen_us, now_us, memory_order_relaxed);
    return slot;
}

// ---- records ----------------------------------------------------------------------------------

static void set_name(Name *name, Slice text) {
    name->size = (uint8_t)text.size;
    memcpy(name->bytes, text.at, text.size);
}

static const char *add_user(struct state *state, const struct record *record) {
    const struct change *change = &record->change;
    Role one;
    Role other;
    if (!name_valid(record->target) || state_user(state, record->target) != SLOTS_NONE) {
        return "it makes a user whose name is malformed or taken";
    }
    if (change->roles == 0 || !roles_fit(change->roles, &one, &other)) {
        return "it gives roles that do not go together";
    }
    uint32_t slot = slots_take(&state->user_slots, hash64(record->target, state->seed));
    if (slot == SLOTS_NONE) {
        return "it makes one user too many";
    }
    struct user *user = &state->users[slot];
    *user = (struct user){
        .title_size = (uint8_t)change->title.size,
        .roles = change->roles,
        .must_change = change->must_change,
        .password = change->password,
        .created_us = record->time_us,
        .password_us = record->time_us,
    };
    set_name(&user->name, record->target);
    if (change->title.size > 0) {
        memcpy(user->title, change->title.at, change->title.size);
    }
    return NULL;
}

static const char *change_user(struct state *state, const struct record *record) {
    uint32_t slot = state_user(state, record->target);
    Role one;
    Role other;
    if (slot == SLOTS_NONE) {
        return "it changes a user who was never made";
    }
    struct user *user = &state->users[slot];
    switch (record->action) {
    case AUDIT_USER_PASSWORD:
        user->password = record->change.password;
        user->must_change = record->change.must_change;
        user->password_us = record->time_us;
        break;
    case AUDIT_USER_ROLES:
        if (record->change.roles == 0 || !roles_fit(record->change.roles, &one, &other)) {
            return "it gives roles that do not go together";
        }
        user->roles = record->change.roles;
        break;
    case AUDIT_SIGN_IN:
        user->signed_in_us = record->time_us;
        return NULL;
    default:
        user->disabled = record->action == AUDIT_USER_DISABLE;
    }
    state_end_sessions(state, slot);
    return NULL;
}

// Of those that have ended, the one that did first; SLOTS_NONE: none has.
static uint32_t longest_ended(const struct state *state, int64_t now_us) {
    uint32_t found = SLOTS_NONE;
    int64_t since_us = INT64_MAX;
    SLOTS_EACH(&state->key_slots, i) {
        const struct key *key = &state->keys[i];
        int64_t ended_us = key->revoked ? key->ended_us : key->expires_us;
        if (key_ended(key, now_us) && ended_us < since_us) {
            found = i;
            since_us = ended_us;
        }
    }
    return found;
}

bool state_has_key_room(const struct state *state, int64_t now_us) {
    return state->key_slots.count < ACCESS_KEYS_MAX || longest_ended(state, now_us) != SLOTS_NONE;
}

static void forget_key(struct state *state, uint32_t slot) {
    if (state->keys[slot].is_certificate) {
        slots_give(&state->certificate_slots, state->certificate_of[slot]);
    }
    slots_give(&state->key_slots, slot);
}

static const char *add_key(struct state *state, const struct record *record) {
    const struct change *change = &record->change;
    Slice id = {change->id, ACCESS_ID_SIZE};
    bool is_certificate = record->action == AUDIT_CERTIFICATE_ADD;
    if (!name_valid(record->target) || state_key(state, id) != SLOTS_NONE) {
        return "it makes a key whose name is malformed or whose id is taken";
    }
    if (change->rate == 0 || change->rate > ACCESS_RATE_MAX || change->burst == 0 ||
        change->burst > ACCESS_BURST_MAX ||
        (change->scopes & ~role_text(ROLE_SYSTEM)->scopes) != 0 ||
        (!is_certificate && change->expires_us <= 0)) {
        return "it makes a key with a rate, scope or end that none may have";
    }
    uint32_t replaced =
        is_certificate ? state_certificate(state, &change->fingerprint) : SLOTS_NONE;
    if (replaced != SLOTS_NONE && !key_ended(&state->keys[replaced], record->time_us)) {
        return "it gives a certificate away a second time";
    }
    if (replaced == SLOTS_NONE && state->key_slots.count == ACCESS_KEYS_MAX) {
        replaced = longest_ended(state, record->time_us);
    }
    if (replaced != SLOTS_NONE) {
        forget_key(state, replaced);
    }
    uint32_t slot = slots_take(&state->key_slots, hash64(id, state->seed));
    if (slot == SLOTS_NONE) {
        return "it makes one key too many";
    }
    struct key *key = &state->keys[slot];
    memset(key, 0, sizeof *key);
    memcpy(key->id, change->id, ACCESS_ID_SIZE);
    set_name(&key->system, record->target);
    key->is_certificate = is_certificate;
    key->hash = is_certificate ? change->fingerprint : change->sha256;
    key->scopes = change->scopes;
    key->rate = change->rate;
    key->burst = change->burst;
    key->created_us = record->time_us;
    key->expires_us = change->expires_us;
    if (is_certificate) {
        uint32_t at = slots_take(&state->certificate_slots, fingerprint_hash(state, &key->hash));
        INVARIANT(at != SLOTS_NONE); // there are as many as keys
        state->certificates[at] = slot;
        state->certificate_of[slot] = at;
    }
    return NULL;
}

static const char *change_key(struct state *state, const struct record *record) {
    uint32_t slot = state_key(state, (Slice){record->change.id, ACCESS_ID_SIZE});
    if (slot == SLOTS_NONE || !slice_equal(name_slice(&state->keys[slot].system), record->target)) {
        return "it changes a key that was never made";
    }
    struct key *key = &state->keys[slot];
    if (record->action == AUDIT_KEY_REVOKE) {
        key->ended_us = key->revoked ? key->ended_us : record->time_us;
        key->revoked = true;
        return NULL;
    }
    key->written_us = record->change.used_us;
    if (atomic_load_explicit(&key->used_us, memory_order_relaxed) < key->written_us) {
        atomic_store_explicit(&key->used_us, key->written_us, memory_order_relaxed);
    }
    return NULL;
}

const char *state_apply(struct state *state, const struct record *record) {
    switch (record->action) {
    case AUDIT_USER_ADD:
        return add_user(state, record);
    case AUDIT_USER_PASSWORD:
    case AUDIT_USER_ROLES:
    case AUDIT_USER_DISABLE:
    case AUDIT_USER_ENABLE:
    case AUDIT_SIGN_IN:
        return change_user(state, record);
    case AUDIT_KEY_ADD:
    case AUDIT_CERTIFICATE_ADD:
        return add_key(state, record);
    case AUDIT_KEY_REVOKE:
    case AUDIT_KEY_USED:
        return change_key(state, record);
    default:
        return NULL;
    }
}
