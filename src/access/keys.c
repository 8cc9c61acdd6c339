// Keys and certificates of systems.

#include "access/parts.h"

#include "base/time.h"

enum { DRAWS_MAX = 16 }; // of an id that is not taken; of 2^40 one in some hundred million is

static const int64_t written_every_us = US_PER_HOUR;

static Status check_name_and_scopes(const struct access_new_key *key, struct arena *arena,
                                    struct diag *diag) {
    TRY(check_new_name(key->name, arena, diag));
    if (key->scopes == 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC010", "a key has at least one scope");
    }
    for (int i = 0; i < SCOPE_COUNT; i++) {
        ScopeSet bit = scope_bit((Scope)i);
        if ((key->scopes & bit) && !(role_text(ROLE_SYSTEM)->scopes & bit)) {
            return diag_fail(diag, arena, STATUS_INVALID, "AC010",
                             "the scope %s is for people, and no key has it", scope_word((Scope)i));
        }
    }
    return STATUS_OK;
}

static Status check_new_key(const struct access_new_key *key, int64_t now_us, struct arena *arena,
                            struct diag *diag) {
    bool is_certificate = !slice_empty(key->fingerprint);
    TRY(check_name_and_scopes(key, arena, diag));
    if (key->rate == 0 || key->rate > ACCESS_RATE_MAX || key->burst > ACCESS_BURST_MAX) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC010",
                         "a rate is 1 to %d requests a second, and at most %d at once",
                         ACCESS_RATE_MAX, ACCESS_BURST_MAX);
    }
    int days_max = is_certificate ? ACCESS_CERTIFICATE_DAYS_MAX : ACCESS_KEY_DAYS_MAX;
    if (is_certificate && key->expires_us == 0) {
        return STATUS_OK;
    }
    if (key->expires_us <= now_us || key->expires_us - now_us > days_max * US_PER_DAY) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC010",
                         "a %s ends in the future, and within %d days",
                         is_certificate ? "certificate" : "key", days_max);
    }
    return STATUS_OK;
}

static Status draw_free(struct access *access, struct access_made_key *ret_made, Sha256 *ret_hash,
                        struct arena *arena, struct diag *diag) {
    for (int i = 0; i < DRAWS_MAX; i++) {
        *ret_hash = key_draw(access->entropy, ret_made);
        if (state_key(&access->state, (Slice){ret_made->id, ACCESS_ID_SIZE}) == SLOTS_NONE) {
            return STATUS_OK;
        }
    }
    return diag_fail(diag, arena, STATUS_LIMIT, "AC008", "no id is left for a key");
}

static Status add_locked(struct access *access, const struct access_act *act,
                         const struct access_new_key *key, const Sha256 *fingerprint,
                         struct access_made_key *made, struct arena *arena, struct diag *diag) {
    struct record record =
        log_record(act, fingerprint == NULL ? AUDIT_KEY_ADD : AUDIT_CERTIFICATE_ADD, key->name);
    struct change *change = &record.change;
    uint32_t owner =
        fingerprint == NULL ? SLOTS_NONE : state_certificate(&access->state, fingerprint);
    if (owner != SLOTS_NONE) {
        const struct key *other = &access->state.keys[owner];
        if (!key_ended(other, act->now_us)) {
            return diag_fail(diag, arena, STATUS_INVALID, "AC014",
                             "the certificate belongs to the system '%.*s'; revoke %.*s first",
                             SLICE_ARGS(name_slice(&other->system)), ACCESS_ID_SIZE, other->id);
        }
    }
    if (!state_has_key_room(&access->state, act->now_us)) {
        return diag_fail(diag, arena, STATUS_LIMIT, "AC008",
                         "there are %d keys already; revoke what is not used", ACCESS_KEYS_MAX);
    }
    TRY(draw_free(access, made, &change->sha256, arena, diag));
    memcpy(change->id, made->id, ACCESS_ID_SIZE);
    change->scopes = key->scopes;
    change->expires_us = key->expires_us;
    change->rate = key->rate;
    change->burst = key->burst == 0 ? key->rate : key->burst;
    if (fingerprint != NULL) {
        change->fingerprint = *fingerprint;
        memset(made->key, 0, sizeof made->key);
    }
    return log_change(access, &record, arena, diag);
}

Status access_key_add(struct access *access, const struct access_act *act,
                      const struct access_new_key *key, struct access_made_key *ret_made,
                      struct arena *arena, struct diag *diag) {
    Sha256 fingerprint;
    bool is_certificate = !slice_empty(key->fingerprint);
    struct access_made_key made = {0};
    TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    TRY(check_new_key(key, act->now_us, arena, diag));
    if (is_certificate && !sha256_parse(key->fingerprint, true, &fingerprint)) {
        return diag_fail(diag, arena, STATUS_INVALID, "AC014",
                         "a certificate's fingerprint is its SHA-256: 64 hexadecimal digits, with "
                         "or without colons");
    }
    pthread_mutex_lock(&access->change);
    Status status =
        add_locked(access, act, key, is_certificate ? &fingerprint : NULL, &made, arena, diag);
    pthread_mutex_unlock(&access->change);
    if (status == STATUS_OK) {
        *ret_made = made;
    }
    explicit_bzero(&made, sizeof made);
    return status;
}

static Status revoke_locked(struct access *access, const struct access_act *act, Slice id,
                            struct arena *arena, struct diag *diag) {
    uint32_t slot = state_key(&access->state, id);
    if (slot == SLOTS_NONE) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "AC011",
                         "there is no key or certificate with the id '%.*s'",
                         SLICE_ARGS(slice_part(id, 0, ACCESS_NAME_MAX)));
    }
    const struct key *key = &access->state.keys[slot];
    if (key->revoked) {
        return STATUS_OK;
    }
    Name system = key->system;
    struct record record = log_record(act, AUDIT_KEY_REVOKE, name_slice(&system));
    memcpy(record.change.id, key->id, ACCESS_ID_SIZE);
    return log_change(access, &record, arena, diag);
}

Status access_key_revoke(struct access *access, const struct access_act *act, Slice id,
                         struct arena *arena, struct diag *diag) {
    TRY(act_may(act, SCOPE_USERS_WRITE, arena, diag));
    pthread_mutex_lock(&access->change);
    Status status = revoke_locked(access, act, id, arena, diag);
    pthread_mutex_unlock(&access->change);
    return status;
}

void log_key_uses(struct access *access, int64_t now_us, bool all) {
    struct state *state = &access->state;
    struct access_act act = {.who = identity_of_program(), .now_us = now_us};
    // Keys come and go under `change` alone, which the caller holds.
    SLOTS_EACH(&state->key_slots, i) {
        struct key *key = &state->keys[i];
        int64_t used_us = atomic_load_explicit(&key->used_us, memory_order_relaxed);
        int64_t since_us = used_us - key->written_us;
        if (since_us <= 0 || (!all && key->written_us != 0 && since_us < written_every_us)) {
            continue;
        }
        struct record record = log_record(&act, AUDIT_KEY_USED, name_slice(&key->system));
        uint64_t sequence;
        memcpy(record.change.id, key->id, ACCESS_ID_SIZE);
        record.change.used_us = used_us;
        if (log_append(access, &record, &sequence) != STATUS_OK) {
            return; // the next tick goes on with it
        }
        key->written_us = used_us;
    }
}

AccessKeys access_keys(struct access *access, struct arena *arena) {
    const struct state *state = &access->state;
    pthread_rwlock_rdlock(&access->state_lock);
    struct access_key *keys = ARENA_ARRAY(arena, struct access_key, state->key_slots.count + 1);
    uint32_t count = 0;
    SLOTS_EACH(&state->key_slots, i) {
        const struct key *key = &state->keys[i];
        struct access_key *out = &keys[count++];
        *out = (struct access_key){
            .name = arena_copy(arena, name_slice(&key->system)),
            .is_certificate = key->is_certificate,
            .revoked = key->revoked,
            .scopes = key->scopes,
            .rate = key->rate,
            .burst = key->burst,
            .created_us = key->created_us,
            .expires_us = key->expires_us,
            .used_us = atomic_load_explicit(&key->used_us, memory_order_relaxed),
        };
        memcpy(out->id, key->id, ACCESS_ID_SIZE);
        if (key->is_certificate) {
            memcpy(out->fingerprint, key->hash.bytes, ACCESS_SHA256_SIZE);
        }
    }
    pthread_rwlock_unlock(&access->state_lock);
    return (AccessKeys){keys, count};
}
