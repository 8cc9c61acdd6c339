#pragma once
// Access: who may do what, and the log of who did. People sign in with a password and get a
// session; systems show a key or a certificate. Both become an Identity with scopes, and every
// route asks for one scope.
//
// The model. There is one log, a journal of JSON records in a folder of its own (docs/access.md
// tells its members). Users, keys and certificates are what its records give when they are
// replayed; beside them it holds who signed in, who was refused, and what the rest of the program
// reports. So the state cannot differ from its log, and the journal's hash chain shows what was
// changed behind its back. Sessions and counters live in memory: after a restart everybody signs in
// again.
//
//     struct access_options options = {.folder = SLICE("data/access"), .now_us = now_us};
//     TRY(access_open(&options, arena, &access, &opened, diag));
//     ...
//     struct access_credentials shown = {.authorization = header, .peer = address, .now_us = now};
//     Identity who;
//     if (!access_identify(access, &shown, &who, &refusal)) {      // every request, on loop
//     threads
//         ... refusal_code(refusal.kind) ...
//     }
//     if (!identity_may(&who, SCOPE_KNOWLEDGE_WRITE)) {
//         access_refused(access, &act, SCOPE_KNOWLEDGE_WRITE, route);
//     }
//     ...
//     struct access_act act = {.who = who, .from = address, .now_us = now_us};
//     TRY(access_user_add(access, &act, &user, arena, diag));      // on disk when it returns
//     ...
//     TRY(access_close(access, now_us, arena, diag));
//
// Who calls. Any thread; open and close excepted. identify() takes a read lock for some 100 ns.
// Changes wait for the disk, and those with a password compute for 100 ms: a loop thread gives them
// to the room's own thread with access_submit() or access_sign_in(), which have a bounded queue and
// say so when it is full.
//
// Time comes in with every call: wall time, microseconds. It moves sessions, keys, delays and
// rates. When it is set back, a session lasts at most as long again, and no delay or rate waits for
// the clock to catch up.
//
// What it does not do: it knows nothing of HTTP, keeps no personal data but names, and asks no
// directory service.
//
// Failures. When the disk is full or has failed, changes and sign-ins fail and say so; those who
// are in stay in.

#include "base/diag.h"
#include "os/disk.h"
#include "os/entropy.h"

enum {
    ACCESS_NAME_MAX = 48,       // bytes of a user's or system's name: a-z 0-9 . _ - @
    ACCESS_TITLE_MAX = 96,      // bytes of a user's full name
    ACCESS_FROM_MAX = 64,       // bytes of an address; the longest of IPv6 has 45
    ACCESS_TARGET_MAX = 256,    // bytes of what was acted on; longer ones are cut
    ACCESS_DETAIL_MAX = 4096,   // bytes of what is told about it
    ACCESS_USERS_MAX = 4096,    // people; they are never deleted, since the log names them
    ACCESS_KEYS_MAX = 4096,     // keys and certificates; the one that ended first makes room
    ACCESS_SESSIONS_MAX = 4096, // at the bound nobody more is let in
    ACCESS_USER_SESSIONS = 8,   // of one user: a ninth ends the oldest
    ACCESS_PASSWORD_MIN = 12,   // bytes
    ACCESS_PASSWORD_MAX = 128,  // bytes
    ACCESS_KEY_DAYS_MAX = 400,  // a year and the time to exchange it
    ACCESS_CERTIFICATE_DAYS_MAX = 3660, // no authority signs for longer
    ACCESS_RATE_MAX = 100000,           // requests a second
    ACCESS_BURST_MAX = 1000000,         // requests at once
    ACCESS_WAITING_MAX = 64,            // works for the room's thread: six seconds of sign-ins
    ACCESS_ID_SIZE = 8,                 // bytes of a key's id
    ACCESS_SECRET_SIZE = 32,            // random bytes of a key's secret and of a session's token
    ACCESS_TOKEN_SIZE = 43,             // the same as text
    ACCESS_KEY_SIZE = 4 + ACCESS_ID_SIZE + 1 + ACCESS_TOKEN_SIZE, // qtk_ID_SECRET
    ACCESS_SHA256_SIZE = 32,
};

// ---- scopes and roles -------------------------------------------------------------------------

typedef enum Scope {
#define SCOPE(name, word, text, zh) SCOPE_##name,
#include "access/scopes.def"
#undef SCOPE
    SCOPE_COUNT,
} Scope;

typedef enum Role {
#define ROLE(name, word, english, chinese, scopes, not_with, text, text_chinese) ROLE_##name,
#include "access/roles.def"
#undef ROLE
    ROLE_COUNT,
} Role;

typedef uint64_t ScopeSet; // a bit for each
typedef uint32_t RoleSet;

static inline ScopeSet scope_bit(Scope scope) {
    return UINT64_C(1) << scope;
}

static inline RoleSet role_bit(Role role) {
    return UINT32_C(1) << role;
}

const char *scope_word(Scope scope); // "events:write"
const char *scope_text(Scope scope);
const char *scope_text_zh(Scope scope);
bool scope_parse(Slice word, Scope *ret_scope);

struct role_text {
    const char *word; // "model-author"
    const char *english, *chinese;
    const char *text, *text_chinese; // which one to choose
    ScopeSet scopes;
    bool for_people; // else for keys
};

const struct role_text *role_text(Role role);
bool role_parse(Slice word, Role *ret_role);
ScopeSet roles_scopes(RoleSet roles);
// Whether one person may have these together: none that is for keys, none beside one that it
// excludes. False with the two that do not go together, which are the same one when it is for keys.
bool roles_fit(RoleSet roles, Role *ret_one, Role *ret_other);

// ---- who --------------------------------------------------------------------------------------

typedef enum ActorKind {
#define ACTOR(name, word, text) ACTOR_##name,
#include "access/actors.def"
#undef ACTOR
    ACTOR_COUNT,
} ActorKind;

const char *actor_word(ActorKind kind); // "person"

// Somebody who has shown who he is. A value: it does not change when the user or key does, so it is
// asked for anew with every request.
typedef struct Identity {
    ActorKind kind;
    bool must_change_password; // may change the own password and nothing else
    uint8_t name_size;
    char name[ACCESS_NAME_MAX];
    ScopeSet scopes;
    RoleSet roles;    // of a person
    uint64_t session; // of a person; 0: none
} Identity;

static inline Slice identity_name(const Identity *identity) {
    return (Slice){identity->name, identity->name_size};
}

bool identity_may(const Identity *identity, Scope scope);
// A command at the machine under that account: may read and change users and keys, and read the
// log.
Identity identity_of_console(Slice account);
// The platform by itself: may nothing, and is named in the log.
Identity identity_of_program(void);

// Who does something, from where, when. Every change and report begins with it.
struct access_act {
    Identity who;
    Slice from; // an address; empty: none
    int64_t now_us;
};

// ---- its life ---------------------------------------------------------------------------------

struct access_options {
    Slice folder;                  // must be there
    int64_t now_us;                // for the header of a new log
    const struct disk *disk;       // NULL: disk_real()
    const struct entropy *entropy; // NULL: entropy_real()
    bool reading; // takes no lock and writes nothing: what is there now, also beside a server
    // 0 means what stands behind.
    int64_t idle_us;          // a session without a request ends: 30 minutes
    int64_t absolute_us;      // a session ends: 12 hours
    int64_t delay_first_us;   // after a failed sign-in that is slowed, doubled with each further one: 1 s
    int64_t delay_max_us;     // 15 minutes
    uint32_t name_failures;   // failed sign-ins of a name before it is slowed: 5
    uint32_t source_failures; // and of an address: 5. Behind a proxy that all come through, more
    uint32_t waiting_max;     // ACCESS_WAITING_MAX
    uint64_t segment_bytes;   // of the journal's segments: 4 MiB
    uint8_t password_cost;    // log2 of scrypt's N: 15, which takes 32 MiB and 100 ms
};

// What may change while it is open; 0 as above.
struct access_limits {
    int64_t idle_us, absolute_us, delay_first_us, delay_max_us;
};

struct access_opened {
    uint64_t records;
    uint64_t torn_bytes; // of a last write that was not finished; nobody had been answered for it
    uint32_t users, keys;
};

struct access;

// Makes the log when the folder holds none. Codes: those of the journal, AC012 a record is not
// understood, AC013 another process has it open. Costs reading the whole log: some 400,000 records
// a second.
MUST_USE Status access_open(const struct access_options *options, struct arena *arena,
                            struct access **ret_access, struct access_opened *ret_opened,
                            struct diag *diag);
// Does what was submitted, writes what was folded, and frees it in any case. NULL is let pass.
MUST_USE Status access_close(struct access *access, int64_t now_us, struct arena *arena,
                             struct diag *diag);
// From now on, also for sessions that are there. Any thread.
void access_change_limits(struct access *access, const struct access_limits *limits);
// To be called about once a second: writes what was folded and when keys were last used, and
// forgets ended sessions. Does not wait for the disk.
void access_tick(struct access *access, int64_t now_us);
// Whether there is nobody yet: neither a user nor a key nor a certificate.
bool access_is_empty(struct access *access);
// STATUS_IO with why, when the log has failed.
MUST_USE Status access_failure(struct access *access, struct diag *ret_diag);

// ---- people -----------------------------------------------------------------------------------
//
// Every change asks for users:write and fails with AC001 without; it is on disk when it returns, or
// did not happen. Codes: AC002 to AC009 and AC022 what was asked for cannot be, AC016 the disk is full, and
// the journal's when it has failed.

struct access_new_user {
    Slice name;
    Slice title; // the full name; may be empty
    RoleSet roles;
    Slice password;
    bool final; // it was chosen by the user himself, and need not be changed; only from the console
};

MUST_USE Status access_user_add(struct access *access, const struct access_act *act,
                                const struct access_new_user *user, struct arena *arena,
                                struct diag *diag);
// By an administrator: it must be changed at its first use, unless `final`.
MUST_USE Status access_user_set_password(struct access *access, const struct access_act *act,
                                         Slice name, Slice password, bool final,
                                         struct arena *arena, struct diag *diag);
// The own one. Ends all sessions, this one too. AC007 the old one is wrong, AC015 too many wrong
// ones.
MUST_USE Status access_change_password(struct access *access, const struct access_act *act,
                                       Slice old_password, Slice new_password, struct arena *arena,
                                       struct diag *diag);
MUST_USE Status access_user_set_roles(struct access *access, const struct access_act *act,
                                      Slice name, RoleSet roles, struct arena *arena,
                                      struct diag *diag);
MUST_USE Status access_user_enable(struct access *access, const struct access_act *act, Slice name,
                                   bool enabled, struct arena *arena, struct diag *diag);

struct access_user {
    Slice name, title;
    RoleSet roles;
    bool disabled, must_change_password;
    int64_t created_us, password_us, signed_in_us; // 0: never
    uint32_t sessions;
};

typedef struct AccessUsers {
    const struct access_user *at;
    uint32_t count;
} AccessUsers;

// In the order they were made, in the arena.
AccessUsers access_users(struct access *access, int64_t now_us, struct arena *arena);

// ---- systems ----------------------------------------------------------------------------------
//
// A system may have several keys and certificates, so that one can be exchanged without a pause.
// Codes: AC010, AC011, AC014, and as above.

struct access_new_key {
    Slice name; // of the system
    ScopeSet scopes;
    int64_t expires_us; // at most ACCESS_KEY_DAYS_MAX from now. Of a certificate 0: when itself
                        // does, else at most ACCESS_CERTIFICATE_DAYS_MAX
    uint32_t rate;      // requests a second
    uint32_t burst;     // requests at once; 0: as many as `rate`
    Slice fingerprint; // of a certificate: SHA-256 in hexadecimal, with or without colons. Empty: a
                       // key is made
};

struct access_made_key {
    char id[ACCESS_ID_SIZE];
    char key[ACCESS_KEY_SIZE]; // shown once; zeros for a certificate. The caller overwrites it
};

MUST_USE Status access_key_add(struct access *access, const struct access_act *act,
                               const struct access_new_key *key, struct access_made_key *ret_made,
                               struct arena *arena, struct diag *diag);
// From when it returns, nobody is let in with it.
MUST_USE Status access_key_revoke(struct access *access, const struct access_act *act, Slice id,
                                  struct arena *arena, struct diag *diag);

struct access_key {
    char id[ACCESS_ID_SIZE];
    Slice name;
    bool is_certificate, revoked;
    uint8_t fingerprint[ACCESS_SHA256_SIZE]; // of a certificate
    ScopeSet scopes;
    uint32_t rate, burst;
    int64_t created_us, expires_us, used_us; // 0: never
};

typedef struct AccessKeys {
    const struct access_key *at;
    uint32_t count;
} AccessKeys;

AccessKeys access_keys(struct access *access, struct arena *arena);

// ---- who is it --------------------------------------------------------------------------------

typedef enum AccessRefusal {
#define REFUSAL(name, code, text) ACCESS_REFUSAL_##name,
#include "access/refusals.def"
#undef REFUSAL
    ACCESS_REFUSAL_COUNT,
} AccessRefusal;

const char *refusal_code(AccessRefusal refusal); // "rate_limited"
const char *refusal_text(AccessRefusal refusal);

struct access_refusal {
    AccessRefusal kind;
    int64_t retry_after_us; // of rate_limited and sign_in_delayed
};

// What a request shows. The first that is there counts: header, session, certificate.
struct access_credentials {
    Slice authorization; // the header's value: Bearer with a key or a session's token
    Slice session;       // a session's token, say of a cookie
    Slice certificate;   // SHA-256 of one that TLS has verified, 64 hexadecimal digits
    Slice peer;          // address
    int64_t now_us;
};

// A request of a system is counted against its rate. What is refused is noted in the log, folded;
// sessions that ended and requests that show nothing are not. Cost: below a microsecond, most of it
// SHA-256. Secrets are compared in constant time.
bool access_identify(struct access *access, const struct access_credentials *shown,
                     Identity *ret_identity, struct access_refusal *ret_refusal);
// Notes that a scope was missing for `target`, folded.
void access_refused(struct access *access, const struct access_act *act, Scope scope, Slice target);

// ---- signing in and out -----------------------------------------------------------------------

// A work for the room's thread.
struct access_task {
    void (*run)(struct access *access, struct access_task *task);
    struct access_task *next;
};

// False: too many wait, or it is closing. Else run() is called once, later, on the room's thread;
// it may use everything here but open and close, and the task is its own then.
bool access_submit(struct access *access, struct access_task *task);

// The submitter's, with the bytes it points to, until access_sign_in() gives false or done() is
// called.
struct sign_in {
    Slice name, password, from;
    int64_t now_us;
    void (*done)(struct sign_in *sign_in); // on the room's thread
    void *user;
    // Filled in.
    struct access_refusal refusal; // ACCESS_REFUSAL_NONE: the rest counts
    char token[ACCESS_TOKEN_SIZE];
    Identity identity;
    struct access *access;
    struct access_task task;
};

// False: refused at once, as `refusal` says (delayed, busy), and done() is not called. A name that
// is not known takes as long, and is delayed, as one whose password is wrong.
//
// After 5 failures of a name, or from an address (of IPv6: its first 64 bits), the next one is
// delayed by 1 s, then 2 s, 4 s and so on up to 15 minutes; an hour without a failure clears it,
// for a name also a success. Addresses and unknown names are remembered up to a bound; at it the
// one that waits the shortest is forgotten. Names of users never are.
bool access_sign_in(struct access *access, struct sign_in *sign_in);
// Ends the session of act->who. STATUS_NOT_FOUND when it has ended already.
MUST_USE Status access_sign_out(struct access *access, const struct access_act *act);
// All of a user: the own ones, or with users:write anybody's.
MUST_USE Status access_sign_out_all(struct access *access, const struct access_act *act, Slice name,
                                    struct arena *arena, struct diag *diag);

// ---- the log ----------------------------------------------------------------------------------

typedef enum AuditAction {
#define ACTION(name, word, kind, detail, secret, text) AUDIT_##name,
#include "access/actions.def"
#undef ACTION
    AUDIT_COUNT,
} AuditAction;

const char *audit_word(AuditAction action); // "user.add"
const char *audit_text(AuditAction action);
bool audit_parse(Slice word, AuditAction *ret_action);

struct access_report {
    AuditAction action; // of those that are reported (actions.def)
    Slice target;       // what was acted on; no personal data in the clear
    bool refused;       // it was tried, and refused
    Slice detail;       // a JSON object; empty: none. The same care for personal data
};

// Appends a record and gives its sequence. Does not wait: access_wait() does, for what must not
// happen unlogged. STATUS_LIMIT: no room now; STATUS_INVALID: the detail is no JSON object or too
// large; STATUS_IO: the log has failed.
MUST_USE Status access_audit(struct access *access, const struct access_act *act,
                             const struct access_report *report, uint64_t *ret_sequence);
MUST_USE Status access_wait(struct access *access, uint64_t sequence);

struct audit_record {
    uint64_t sequence;
    int64_t time_us;
    ActorKind actor;
    Slice actor_name, from, target;
    AuditAction action;
    bool refused;
    Slice detail; // a JSON object
};

struct audit_sink {
    void *context;
    bool (*take)(void *context, const struct audit_record *record); // false: enough
};

// Gives up to `limit` records from a sequence on, oldest first, without what is secret. Checks sums
// as it reads, not the hash chain (access_verify). STATUS_OK also when there are fewer.
MUST_USE Status access_audit_read(struct access *access, uint64_t from, uint64_t limit,
                                  struct audit_sink sink, struct arena *arena, struct diag *diag);
// The sequence of the newest record that is on disk; 0: there is none.
uint64_t access_audit_last(const struct access *access);
// One line of JSON: what an auditor is given.
void audit_render(const struct audit_record *record, struct buf *out);

struct access_verified {
    uint64_t records, segments;
    uint32_t users, keys;
    bool sealed; // it was closed, not cut off
    bool torn;   // a last write was not finished; nobody had been answered for it
};

// Checks sums, links and hashes of everything, and that every record is understood and fits those
// before it. For a folder that no server has open (AC013). STATUS_INVALID with the first thing that
// is wrong, STATUS_NOT_FOUND, AC020, when there is no log.
MUST_USE Status access_verify(const struct disk *disk, Slice folder, struct arena *arena,
                              struct access_verified *ret_verified, struct diag *diag);
// The same of the log that is open, up to what is on disk; others may write meanwhile. Reads all of
// it: some seconds for a million records. `segments`, `sealed` and `torn` are not told.
MUST_USE Status access_verify_open(struct access *access, struct arena *arena,
                                   struct access_verified *ret_verified, struct diag *diag);
