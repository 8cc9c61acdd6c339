#pragma once
// What the routes share: the server they belong to, ways of answering, and questions to who decides.

#include "codec/json.h"
#include "codec/json_write.h"
#include "server/api/errands.h"
#include "server/api/problems.h"
#include "server/gate.h"
#include "server/releases.h"
#include "server/upload.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    API_RECORD_MAX = PIPELINE_RECORD_MAX,
    API_SMALL_MAX = 8 << 10,   // a user, a key, a note
    API_CHANGE_MAX = 64 << 10, // some columns of a row, or a note
    API_BATCH_MAX = 16 << 20,
    API_ATTACHMENT_MAX = 16 << 20, // of a case
    API_IMPORT_MAX = 4 << 20, // entries of a list
    API_BATCH_RECORDS_MAX = 10000,
    API_BODY_DEPTH_MAX = 8, // of the API's own bodies
    API_NEWEST_RECORDS = 400000, // of the journal, that are searched without an index: half a second
    API_ANSWER_MAX = 32 << 20,
};
#define API_STREAM_MAX ((size_t)1 << 50)

struct session;
struct asked_pool;
struct rate;
struct took;
struct watch;

struct serve {
    struct http_server *http;
    struct serve_options options;
    struct serve_finder finder;
    _Atomic(struct pipeline *) pipeline; // NULL while it is being opened
    struct errands *errands;
    struct errands *slow_errands; // of what waits for the store of the response
    struct errands *paper_errands; // of what takes seconds: packages, bulletins
    struct rate *rate; // NULL: no limit
    struct took *took; // how long the newest decisions took
    struct watch *watch; // those who look on
    uint64_t number;   // of all servers of the process: a thread's pool knows by it whose it is
    pthread_mutex_t lock;
    struct asked_pool *pools; // under the lock, as
    struct session *sessions; // streams that are open
    bool stopping;
    atomic_uint key_days_max;
    atomic_uint_fast64_t came_early; // requests with records that were answered with `starting`
};

// What a route of the table stands for; http_route's `user`.
struct api_route {
    const char *scope;
};

// ---- answering ----------------------------------------------------------------------------------------------

void api_reply_json(struct http_request *request, uint16_t status, Slice body);
// Whether a body is lines (NDJSON); else it is JSON. Of routes that take these two.
bool api_body_is_lines(const struct http_request *request);
// The member "values": what may be chosen, each with what it is called; without `names` that is empty.
// What a field of events holds, as the API tells it: "money", "time", ...
Slice api_field_type(const struct schema_field *field);
void api_put_values(struct json_writer *json, const Slice *values, const Wording *names, uint32_t count);
// NULL: it has answered that the journal is being replayed.
struct pipeline *api_pipeline(struct serve *serve, struct http_request *request);
// False: it has answered that a parameter is not known, or is there twice where that means nothing. Names that end with * may come again.
bool api_query_is_known(struct http_request *request, const char *const *names, uint32_t count);
// Who asks, for what is kept; may be empty.
Slice api_who(const struct serve *serve, struct http_request *request);
// "sync" or "async".
Slice api_durability(const struct serve *serve);

// A JSON object of a body, in the arena. False: it has answered.
bool api_read_object(struct http_request *request, struct json_reader *reader, JsonTree *ret_tree);
// The members of an object by names, JSON_NONE where there is none; a null counts as none. False with a reason: it is no object, or has a
// member of another name, or one twice.
bool api_members(JsonTree tree, uint32_t object, const char *const *names, uint32_t count, uint32_t *ret_members, struct buf *reason);

// ---- questions ----------------------------------------------------------------------------------------------

// What is asked of the deciding thread's state, in two steps: look() is called between two decisions and copies what it needs, tell() makes
// the answer of it on an errand's thread.
struct question {
    struct serve *serve;
    struct http_request *request;
    struct work work;
    struct errand errand;
    struct arena arena;                // of all that belongs to it
    const struct catalogue *catalogue; // that decided when it was asked; stays good (server/shelf.h)
    void *user;
    void (*look)(struct question *question, struct heart *heart); // NULL: the catalogue is all that is needed
    void (*tell)(struct question *question);                       // replies
    bool waits;                                                    // tell() may wait for the store of the response
};

// NULL: it has answered.
struct question *question_create(struct serve *serve, struct http_request *request);
// Defers the request. The question is gone when it was told.
void question_ask(struct question *question);
// Of one that is not asked after all; somebody has answered.
void question_destroy(struct question *question);
// An answer of a question, rendered by `render`.
void question_reply(struct question *question, void (*render)(struct question *question, struct json_writer *json));

// ---- what waits -----------------------------------------------------------------------------------------------

enum { DEED_MEMBERS_MAX = 32, DEED_TEXT = 512 };

// A request that somebody else's thread answers: an errand's (deed_post), that of the room of users and keys (deed_submit), that of the releases.
// What its body said is read beforehand, on the loop.
struct deed {
    struct serve *serve;
    struct http_request *request;
    struct arena arena; // of all that belongs to it
    struct errand errand;
    struct access_task task;
    struct access_act act; // who asks
    struct json_reader *json;
    JsonTree tree;
    uint32_t found[DEED_MEMBERS_MAX]; // members of the body, JSON_NONE where there is none
    void (*run)(struct deed *deed);   // answers
    void *user;
    bool is_deferred; // somebody has deferred the request before
};

struct deed *deed_create(struct serve *serve, struct http_request *request);
void deed_destroy(struct deed *deed);
// The body as an object of these members; one that is empty counts as {}. NULL: it has answered.
struct deed *deed_read(struct serve *serve, struct http_request *request, const char *const *names, uint32_t count);
// The text of a member; empty: there is none. False: it has answered that it is no text, and the deed is gone; where `is_needed` also that it is missing.
bool deed_text(struct deed *deed, uint32_t member, const char *name, bool is_needed, Slice *ret_text);
// Answers that a member is not what it has to be, and the deed is gone.
void deed_refuse_member(struct deed *deed, const char *name, const char *what);
// Defer the request. The deed is gone when it was run. Too many wait: it has answered so.
void deed_post(struct deed *deed, void (*run)(struct deed *deed));
// The same by threads of their own, for what may wait longer than others should.
void deed_post_slow(struct deed *deed, void (*run)(struct deed *deed));
// The same by others, for what reads for seconds: it waits for its like, and nobody else for it.
void deed_post_paper(struct deed *deed, void (*run)(struct deed *deed));
void deed_submit(struct deed *deed, void (*run)(struct deed *deed));
// Answers with what `render` writes.
void deed_reply(struct deed *deed, uint16_t status, void (*render)(struct deed *deed, struct json_writer *json));
// Answers by what the room of users and keys said.
void deed_refuse(struct deed *deed, Status status, const struct diag *diag);
// The gate; NULL: it has answered that there is none.
struct gate *api_gate(struct serve *serve, struct http_request *request);
// Notes it in the log of who did what, where there is one.
void api_report(const struct serve *serve, const struct access_act *act, AuditAction action, Slice target, Slice note);

// ---- personal data, seen with a reason ------------------------------------------------------------------------

enum { UNMASK_REASON_MIN = 4, UNMASK_REASON_MAX = 400 };

// What the parameter `unmask` says: why somebody who usually sees personal data masked wants to see this one thing. False: it has answered, that
// he lacks personal:unmask, or that this is no reason. `ret_reason` is empty where nobody asks for it, or who asks sees it anyway.
bool api_unmask_reason(struct serve *serve, struct http_request *request, Slice *ret_reason);
// Puts it on record, on disk before anything is shown. False: it has answered that the log takes no more. Not on a loop.
bool api_unmask(struct serve *serve, struct http_request *request, const struct access_act *act, Slice target, Slice reason);

// ---- one record ---------------------------------------------------------------------------------------------

// Submits a record that the server has made for a request, and answers what becomes of it: 200 with `done`. The record is copied.
void api_submit(struct serve *serve, struct http_request *request, WorkKind kind, Slice record, ApiProblem refused, Slice done);
// The same as api_submit_change(), of a request that was deferred already.
void api_submit_deferred(struct serve *serve, struct http_request *request, Slice record, Slice target);
// A change of a list or table: when it is kept and a person has asked for it, it is on record as `target`, which holds nothing personal.
void api_submit_change(struct serve *serve, struct http_request *request, Slice record, Slice target);
void asked_pools_destroy(struct serve *serve);
void api_event_release(void *context, struct http_request *request);

// ---- many records -------------------------------------------------------------------------------------------

// What has to be done with a record of a body before it is submitted. False with a reason: it is refused.
typedef bool (*ApiNormalise)(void *context, Slice record, struct buf *out, struct buf *reason);
// Answers a body of many records, in their order, as the body's content type says: lines, or an array. `context` is given to free_context() in the end.
void batch_start(struct serve *serve, struct http_request *request, WorkKind kind, const char *refused, ApiNormalise normalise, void *context,
                 void (*free_context)(void *context));

// ---- the journal (decisions.c, find.c) ------------------------------------------------------------------------

// The decision of a work that was decided elsewhere; it stays so when it is not found. Waits for the disk.
void api_fetch_decision(struct serve *serve, struct work *work);
// What the journal has of a decision. The texts live in the question's arena.
struct decision_kept {
    uint64_t sequence;
    Slice event, decision;
};
// Asks for the decision of the path's event; the question's user is who asks.
void api_ask_decision(struct serve *serve, struct http_request *request, void (*tell)(struct question *question));
// Whether he may see what is personal in it; that he does is reported. False: it has answered.
bool api_may_see_decision(struct question *question, bool *ret_may_see);
// False: it has answered.
bool api_read_decision(struct question *question, struct decision_kept *ret_kept);
// Searches the newest records of the journal.
Status newest_find(void *serve, Slice event_id, struct arena *arena, struct decision_place *ret_place, struct diag *diag);

// ---- personal data ------------------------------------------------------------------------------------------

enum { MASKING_MAX = 64, MASKING_SIZE_MIN = 4 }; // a shorter value would be found in words that have nothing to do with it

// The personal values of one event, and of what was made while deciding on it, and what stands for them.
struct masking {
    uint32_t count;
    Slice values[MASKING_MAX], hidden[MASKING_MAX];
    const struct catalogue *catalogue;
    struct json_reader *json;
    struct arena *arena;
};

void masking_init(struct masking *masking, const struct catalogue *catalogue, Slice event, struct arena *arena);
void masking_deinit(struct masking *masking);
// Writes a JSON text with every personal value hidden: members that are personal (carried.h), and their values wherever they stand in a text.
void masking_put(struct masking *masking, struct json_writer *json, Slice text);

// ---- streams, rates -----------------------------------------------------------------------------------------

void sessions_stop(struct serve *serve);
size_t api_stream_data(void *context, struct http_request *request, Slice piece);
void api_stream_open(void *context, struct http_request *request);
void api_stream_room(void *context, struct http_request *request);
void api_stream_gone(void *context, struct http_request *request);
void api_stream_release(void *context, struct http_request *request);

struct rate *rate_create(uint32_t per_second);
void rate_destroy(struct rate *rate);
// Whether one more request of this address may pass. Any thread.
bool rate_admits(struct rate *rate, Slice address);

// ---- routes -------------------------------------------------------------------------------------------------

#define ROUTE(name, method, pattern, scope, body_max, types, handler, calls) void handler(void *context, struct http_request *request);
#include "server/api/routes.def"
#undef ROUTE
