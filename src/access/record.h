#pragma once
// Record: one entry of the log as bytes. It is JSON, so that an auditor needs no program of ours to
// read it:
//
//     {"time":"2026-11-29T10:18:17.5Z","actor":{"kind":"console","name":"root"},"from":"",
//      "action":"user.add","target":"wang","outcome":"done",
//      "detail":{"title":"王芳","roles":["analyst"],"must_change":true},
//      "secret":{"password":"scrypt$15$8$1$...$..."}}
//
// The members stand in this order; `secret` is there only where actions.def says so. A record is
// read strictly: an unknown member, one that is missing or stands twice, or a value out of its
// range makes it one that is not understood. What was read and is written again gives the same
// bytes, but for blanks and escapes.

#include "access/access.h"
#include "access/password.h"
#include "access/secret.h"
#include "codec/json.h"

enum {
    RECORD_KIND = 1,       // of the journal
    RECORD_MAX = 16 << 10, // bytes; a report with the largest detail, all of it escaped, fits
    RECORD_DEPTH_MAX = 8,
    RECORD_DETAIL_MAX = 8 * ACCESS_DETAIL_MAX, // rendered anew: 1e17 becomes 18 digits
    RECORD_TEXT_GROWTH = 3, // a byte that is not UTF-8 is written as the 3 of U+FFFD
    REASON_MAX = 64,
};

typedef enum ActionKind { ACTION_CHANGE, ACTION_NOTE, ACTION_FOLDED, ACTION_REPORT } ActionKind;

typedef enum Member {
#define MEMBER(name, word, kind, field) MEMBER_##name,
#include "access/members.def"
#undef MEMBER
    MEMBERS,
} Member;

typedef uint32_t MemberSet;

struct action {
    const char *word;
    ActionKind kind;
    MemberSet detail, secret;
    const char *text;
};

const struct action *action_of(AuditAction action);

// The members of all actions that are no reports. Which of them count, the action tells.
struct change {
    Slice title, reason;
    RoleSet roles;
    ScopeSet scopes;
    bool must_change;
    char id[ACCESS_ID_SIZE];
    Sha256 fingerprint, sha256;
    PasswordHash password;
    int64_t expires_us, used_us; // 0: never, written as null
    uint32_t rate, burst, count;
};

struct record {
    int64_t time_us;
    ActorKind actor;
    Slice actor_name, from, target;
    AuditAction action;
    bool refused;
    struct change change; // of all but reports
    Slice detail;         // of reports: a JSON object; empty: {}
};

void access_record_encode(const struct record *record, struct buf *out);
// Texts live in the reader until its next parse; `detail` is rendered into the buffer when that is
// not NULL, for all actions. NULL, or why it is not understood.
const char *access_record_decode(Slice bytes, struct json_reader *reader, struct buf *detail,
                                 struct record *ret_record);

// Of users and systems.
bool name_valid(Slice name);
// Whether parts of the program act under it (src/response/desk/desk.c, src/response/disposition/earn.c,
// src/server/response_desk.c, src/server/response_post.c): nobody new gets it, or a history would take
// his deeds for theirs.
bool name_reserved(Slice name);
// Whether it is one JSON object that may stand as a report's detail.
bool detail_valid(Slice detail);
