#pragma once
// State: what the log's records give when they are applied one after the other: users, keys and
// certificates. And the sessions, which no record gives. The threads that share it are access.c's
// business.

#include "access/record.h"
#include "access/slots.h"

#include <stdatomic.h>

// A short text that lives in the struct it belongs to.
typedef struct Name {
    uint8_t size;
    char bytes[ACCESS_NAME_MAX];
} Name;

static inline Slice name_slice(const Name *name) {
    return (Slice){name->bytes, name->size};
}

struct user {
    Name name;
    uint8_t title_size;
    char title[ACCESS_TITLE_MAX];
    RoleSet roles;
    bool disabled, must_change;
    PasswordHash password;
    int64_t created_us, password_us, signed_in_us;
};

// A key or a certificate.
struct key {
    char id[ACCESS_ID_SIZE];
    Name system;
    bool is_certificate, revoked;
    Sha256 hash; // of the secret, or of the certificate
    ScopeSet scopes;
    uint32_t rate, burst;
    int64_t created_us, expires_us, ended_us; // ended: when it was revoked
    int64_t written_us;                       // the last use that is in the log
    // Moved by identify(), under the read lock.
    atomic_int_fast64_t used_us;
    atomic_int_fast64_t due_ns; // rate.h
};

struct session {
    Sha256 hash; // of its token
    uint64_t number;
    uint32_t user;
    int64_t created_us;
    atomic_int_fast64_t seen_us; // moved by identify(), under the read lock
};

struct state {
    struct arena arena;
    uint64_t seed; // of hashes of what others choose
    struct slots user_slots;
    struct user *users;
    struct slots key_slots;         // by id
    struct slots certificate_slots; // by fingerprint; certificates[] tells the key
    struct key *keys;
    uint32_t *certificates;
    uint32_t *certificate_of; // key: its slot among the certificates
    struct slots session_slots;
    struct session *sessions;
    uint64_t session_number; // of the last one
};

static inline bool key_ended(const struct key *key, int64_t now_us) {
    return key->revoked || (key->expires_us != 0 && key->expires_us <= now_us);
}

void state_init(struct state *state, uint64_t seed);
void state_deinit(struct state *state);

// Applies a record of any kind; those that change nothing do nothing. NULL, or why it does not fit
// what is there.
const char *state_apply(struct state *state, const struct record *record);

// Slots, or SLOTS_NONE.
uint32_t state_user(const struct state *state, Slice name);
uint32_t state_key(const struct state *state, Slice id);
uint32_t state_certificate(const struct state *state,
                           const Sha256 *fingerprint); // its key, revoked ones too
uint32_t state_session(const struct state *state, const Sha256 *token);
// Enabled users with the role, without `but`.
uint32_t state_count_role(const struct state *state, Role role, uint32_t but);
// Whether one more can be kept: with room made from one that has ended.
bool state_has_key_room(const struct state *state, int64_t now_us);

// The slot of a new session, or SLOTS_NONE at the bound. A user's oldest makes room for one too
// many.
uint32_t state_begin_session(struct state *state, uint32_t user, const Sha256 *token,
                             int64_t now_us);
void state_end_session(struct state *state, uint32_t slot);
// Those without a request for `idle_us`, and those that are `absolute_us` old.
bool session_ended(const struct session *session, int64_t idle_us, int64_t absolute_us,
                   int64_t now_us);
void state_forget_sessions(struct state *state, int64_t idle_us, int64_t absolute_us,
                           int64_t now_us);
// All of a user; how many.
uint32_t state_end_sessions(struct state *state, uint32_t user);
