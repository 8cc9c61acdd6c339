#pragma once
// Visit: a request to the response (server/response.h). Its path, query and body are read on the
// loop; what it wants is one unit of work, done by an errand's thread; what that has written is the
// answer. So a handler reads like this:
//
//     static Status claim(struct visit *visit, struct book *book) {
//         TRY(visit_person(visit, book));
//         TRY(alert_claim(visit->office.disposition, book, &visit->person, visit->id));
//         return visit_put_alert(visit, book, visit->id);
//     }
//     void api_post_claim(void *context, struct http_request *request) {
//         struct visit *visit = visit_body(context, request, NULL, 0);
//         if (visit_object(visit, "alert")) {
//             visit_change(visit, claim, AUDIT_ALERT_CHANGED, "alert", visit->id);
//         }
//     }
//
// Reading gives false, or NULL, when it has answered; the visit is gone then, and every function
// takes a NULL and gives false.
//
// Who sees what. `viewer` is made of the scopes of who asks and of nothing else. Without
// personal:read what is personal is hidden in every answer (veil.h); where a person is shown it,
// that is on record. Every change is on record, and so is who was refused for wanting to be his own
// second person.
//
// Idempotency-Key. A change that has one is kept with its answer, in the unit of work that made it;
// the same request again gets the same answer, with Qiantang-Known, and nothing is done.

#include "response/office/office.h"
#include "response/referral/referral.h"
#include "server/api/api.h"
#include "server/response.h"

enum { NOTE_TEXT_MAX = 8 << 10, ID_TEXT_MAX = 256, LIST_USUAL = 50 };

struct visit;
// Writes the answer into visit->json. May be run more than once.
typedef Status VisitWork(struct visit *visit, struct book *book);

struct visit {
    struct deed *deed;
    struct http_request *request;
    int64_t viewer; // mask of CLEARANCE_
    bool sees_personal;
    bool is_blind; // takes second looks
    Actor actor;
    int64_t id; // that the path names
    void *user; // the handler's
    // In the unit of work.
    struct office office;
    struct person person; // after visit_person()
    struct json_writer *json;
    // The visit's own.
    VisitWork *work;
    VisitWork *first; // what reads for long, before; what it finds lives as long as the visit
    bool is_change, writes, was_known;
    bool is_plain; // the answer holds nothing personal
    uint16_t status; // of the answer; 0: 200
    struct problem_more more; // beside what was refused
    Slice unmask; // why he wants to see what is personal, who usually may not; else empty
    AuditAction action;
    const char *object_kind; // of the target; with `object`, or the text where it is 0
    int64_t object;
    Slice target;
    Slice once, caller, asked; // Idempotency-Key, whose it is, and what was asked
    const struct catalogue *catalogue;
    struct buf *body;
    struct json_writer writer;
    Slice file; // is answered instead of JSON, as bytes; is in the visit's arena, or in `paper`
    struct buf paper; // for files that are large; as long as the visit
    Slice media,
        file_name;   // of the file: its content type, empty: bytes that somebody has sent; ASCII
    Slice exported;  // what is on record of a file that leaves
    bool takes_long; // some seconds, among its like
    bool is_export;
};

// A GET, or a body of bytes: the query may have these and no others.
struct visit *visit_query(struct serve *serve, struct http_request *request,
                          const char *const *names, uint32_t count);
// The same of one thing, which may be asked for unmasked with a reason (`unmask`, api_unmask_reason()).
struct visit *visit_query_thing(struct serve *serve, struct http_request *request);
// The same of the last days, up to now: the query may have `days`, at most 366, and without it 30 are
// meant. The span is the visit's `user`, and the answer holds nothing personal. NULL: it has answered.
struct visit_span {
    int64_t from_us, until_us;
};
struct visit *visit_query_days(struct serve *serve, struct http_request *request);
// A body of one object with these members; one that is empty counts as {}.
struct visit *visit_body(struct serve *serve, struct http_request *request,
                         const char *const *names, uint32_t count);
// Only a person: by a key it is answered that it needs one.
bool visit_is_person(struct visit *visit);
// Of a signed message: who has signed it, and its id, which is its Idempotency-Key.
void visit_stands_for(struct visit *visit, Slice system, Slice id);
bool visit_has_scope(struct visit *visit, Scope scope);
void visit_refuse(struct visit *visit, ApiProblem problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// ---- the path, the query ------------------------------------------------------------------------

// A number that the path has. What is none is not there (404).
bool visit_path(struct visit *visit, const char *name, int64_t *ret_number);
// The same, kept as the visit's `id`.
bool visit_object(struct visit *visit, const char *name);
// Texts that are not there are empty, numbers are left as they are.
bool visit_ask_text(struct visit *visit, const char *name, Slice *ret_text);
bool visit_ask_number(struct visit *visit, const char *name, int64_t least, int64_t most,
                      int64_t *ret_number);
// Milliseconds since 1970 UTC, or RFC 3339.
bool visit_ask_moment(struct visit *visit, const char *name, int64_t *ret_us);
bool visit_ask_choice(struct visit *visit, const char *name, Choice *ret_choice); // true, false
// `masked=true`: who asks wants no personal data, and it goes on no record that he was shown any.
bool visit_ask_masked(struct visit *visit);
// html (without it) or pdf.
bool visit_ask_format(struct visit *visit, bool *ret_is_pdf);
bool visit_ask_severity(struct visit *visit, const char *name, int64_t *ret_severity);

// ---- the body -----------------------------------------------------------------------------------

// `member` is the place of the name among those that were given.
bool visit_text(struct visit *visit, uint32_t member, const char *name, size_t size_max,
                bool is_needed, Slice *ret_text);
bool visit_number(struct visit *visit, uint32_t member, const char *name, int64_t least,
                  int64_t most, bool is_needed, int64_t *ret_number);
bool visit_flag(struct visit *visit, uint32_t member, const char *name, bool *ret_flag);
bool visit_moment(struct visit *visit, uint32_t member, const char *name, int64_t *ret_us);
// An object, as text.
bool visit_json(struct visit *visit, uint32_t member, const char *name, size_t size_max,
                Slice *ret_text);
bool visit_has(const struct visit *visit, uint32_t member);
// What the store can keep: no NUL and no other control characters but tabs and line ends.
bool text_is_plain(Slice text);
bool visit_severity(struct visit *visit, uint32_t member, const char *name, int64_t *ret_severity);
// From here on, members are those of the object that `member` is.
bool visit_enter(struct visit *visit, uint32_t member, const char *name, const char *const *names,
                 uint32_t count);
void visit_refuse_member(struct visit *visit, const char *name, const char *what);

// ---- doing --------------------------------------------------------------------------------------

// Reads; what is shown is named "kind" and a number (0: none) where that is on record.
void visit_look(struct visit *visit, VisitWork *work, const char *kind, int64_t object);
// The same for reading that may have to note something in the store.
void visit_look_and_note(struct visit *visit, VisitWork *work, const char *kind, int64_t object);
// A paper that is going to be answered: its name without an ending, ASCII.
void visit_name_file(struct visit *visit, Slice name, bool is_pdf);
// Gives a file away, which is on record; where `notes`, the store keeps a trace of it too.
void visit_export(struct visit *visit, VisitWork *work, const char *kind, int64_t object,
                  bool notes);
// Before a change, in a unit of work of its own that only reads: looking for long keeps nobody from
// writing.
void visit_look_first(struct visit *visit, VisitWork *first);
// Changes something.
void visit_change(struct visit *visit, VisitWork *work, AuditAction action, const char *kind,
                  int64_t object);
// What is on record of it has no number: `target` is kept as it is.
void visit_change_named(struct visit *visit, VisitWork *work, AuditAction action, const char *kind,
                        Slice target);

// ---- within the unit of work --------------------------------------------------------------------

// Who asks, at his desk, with the domains and the level that his roles open.
MUST_USE Status visit_person(struct visit *visit, struct book *book);
// What the roles of somebody else open, now. False: there is no such user, or he is disabled.
bool visit_roles_of(struct visit *visit, Slice name, ScopeSet *ret_scopes);
int64_t clearance_of(ScopeSet scopes);
// {"alert": {...}}, as a list shows it.
MUST_USE Status visit_put_alert(struct visit *visit, struct book *book, int64_t alert);
// {"taken": true}
Status visit_put_taken(struct visit *visit);
// {"note": ...}
Slice note_of(struct arena *arena, Slice note);
struct looking visit_looking(const struct visit *visit);
// The number that a member of the last element has, of an array that begins there in the body and
// is as long as may be; else 0.
int64_t visit_last_of(const struct visit *visit, size_t begin, const char *member,
                      uint32_t count_max);
// The array that `put` of a room writes, as a member, and where the next page begins: behind
// `id_member` of the last one when the page is full.
MUST_USE Status visit_put_page(struct visit *visit, struct book *book, const char *member,
                               const char *id_member, uint32_t count_max,
                               Status (*put)(struct visit *visit, struct book *book,
                                             struct json_writer *json));
