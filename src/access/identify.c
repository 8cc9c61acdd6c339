// Who is it: what every request goes through. What is secret was hashed before the lock is taken;
// under it there is one look-up and one comparison.

#include "access/parts.h"

#include "access/rate.h"
#include "base/time.h"

// So that threads do not fight for a line of memory with every request.
static void move_on(atomic_int_fast64_t *at_us, int64_t now_us) {
    int64_t before = atomic_load_explicit(at_us, memory_order_relaxed);
    if (now_us - before >= US_PER_SECOND) {
        atomic_store_explicit(at_us, now_us, memory_order_relaxed);
    }
}

static void set_name(Identity *identity, const Name *name) {
    identity->name_size = name->size;
    memcpy(identity->name, name->bytes, name->size);
}

// ---- systems ----------------------------------------------------------------------------------

// The name is told also when it is refused, for the log: the secret was right.
static struct access_refusal admit_key(struct key *key, int64_t now_us, Identity *identity) {
    struct access_refusal refusal = {ACCESS_REFUSAL_NONE, 0};
    identity->kind = ACTOR_SYSTEM;
    set_name(identity, &key->system);
    if (key->revoked) {
        refusal.kind = ACCESS_REFUSAL_REVOKED;
    } else if (key_ended(key, now_us)) {
        refusal.kind = ACCESS_REFUSAL_EXPIRED;
    } else if (!rate_take(&key->due_ns, key->rate, key->burst, now_us, &refusal.retry_after_us)) {
        refusal.kind = ACCESS_REFUSAL_RATE_LIMITED;
    } else {
        identity->scopes = key->scopes;
        move_on(&key->used_us, now_us);
    }
    return refusal;
}

static struct access_refusal identify_key(struct access *access, const struct shown *shown,
                                          int64_t now_us, Identity *identity) {
    struct state *state = &access->state;
    static const Sha256 none;
    struct access_refusal refusal = {ACCESS_REFUSAL_UNKNOWN, 0};
    pthread_rwlock_rdlock(&access->state_lock);
    uint32_t slot = state_key(state, (Slice){shown->id, ACCESS_ID_SIZE});
    bool found = slot != SLOTS_NONE && !state->keys[slot].is_certificate;
    bool same = sha256_equal(&shown->hash, found ? &state->keys[slot].hash : &none);
    if (found && same) {
        refusal = admit_key(&state->keys[slot], now_us, identity);
    }
    pthread_rwlock_unlock(&access->state_lock);
    return refusal;
}

static struct access_refusal identify_certificate(struct access *access, Slice fingerprint,
                                                  int64_t now_us, Identity *identity) {
    struct access_refusal refusal = {ACCESS_REFUSAL_UNKNOWN, 0};
    Sha256 hash;
    if (!sha256_parse(fingerprint, false, &hash)) {
        return (struct access_refusal){ACCESS_REFUSAL_MALFORMED, 0};
    }
    pthread_rwlock_rdlock(&access->state_lock);
    uint32_t slot = state_certificate(&access->state, &hash);
    if (slot != SLOTS_NONE) {
        refusal = admit_key(&access->state.keys[slot], now_us, identity);
    }
    pthread_rwlock_unlock(&access->state_lock);
    return refusal;
}

// ---- people -----------------------------------------------------------------------------------

static struct access_refusal identify_session(struct access *access, const Sha256 *token,
                                              int64_t now_us, Identity *identity) {
    struct state *state = &access->state;
    struct access_refusal refusal = {ACCESS_REFUSAL_SESSION_ENDED, 0};
    pthread_rwlock_rdlock(&access->state_lock);
    uint32_t slot = state_session(state, token);
    if (slot != SLOTS_NONE) {
        struct session *session = &state->sessions[slot];
        const struct user *user = &state->users[session->user];
        if (!session_ended(session, access->options.idle_us, access->options.absolute_us, now_us)) {
            refusal.kind = ACCESS_REFUSAL_NONE;
            identity->kind = ACTOR_PERSON;
            set_name(identity, &user->name);
            identity->roles = user->roles;
            identity->scopes = roles_scopes(user->roles);
            identity->must_change_password = user->must_change;
            identity->session = session->number;
            move_on(&session->seen_us, now_us);
        }
    }
    pthread_rwlock_unlock(&access->state_lock);
    return refusal;
}

// ---- the door ---------------------------------------------------------------------------------

static struct access_refusal identify(struct access *access, const struct access_credentials *shown,
                                      Identity *identity) {
    struct shown parsed = {.kind = SHOWN_NOTHING};
    if (!slice_empty(shown->authorization)) {
        shown_parse_authorization(shown->authorization, &parsed);
    } else if (!slice_empty(shown->session)) {
        shown_parse_token(shown->session, &parsed);
    } else if (!slice_empty(shown->certificate)) {
        return identify_certificate(access, shown->certificate, shown->now_us, identity);
    } else {
        return (struct access_refusal){ACCESS_REFUSAL_UNAUTHORIZED, 0};
    }
    switch (parsed.kind) {
    case SHOWN_KEY:
        return identify_key(access, &parsed, shown->now_us, identity);
    case SHOWN_TOKEN:
        return identify_session(access, &parsed.hash, shown->now_us, identity);
    default:
        return (struct access_refusal){ACCESS_REFUSAL_MALFORMED, 0};
    }
}

bool access_identify(struct access *access, const struct access_credentials *shown,
                     Identity *ret_identity, struct access_refusal *ret_refusal) {
    Identity identity = {.kind = ACTOR_NOBODY};
    struct access_refusal refusal = identify(access, shown, &identity);
    if (refusal.kind == ACCESS_REFUSAL_NONE) {
        *ret_identity = identity;
        return true;
    }
    // That somebody shows nothing, or a session that is over, is every day's.
    if (refusal.kind != ACCESS_REFUSAL_UNAUTHORIZED && refusal.kind != ACCESS_REFUSAL_SESSION_ENDED) {
        struct access_act act = {.who = identity, .from = shown->peer, .now_us = shown->now_us};
        log_refused(access, &act, AUDIT_CREDENTIAL_REFUSED, refusal_code(refusal.kind),
                    (Slice){NULL, 0});
    }
    *ret_refusal = refusal;
    return false;
}
