#pragma once
// Response: what happens after the decisions, in a running server: alerts, strategies, measures,
// orders and cases (src/response), fed from the journal by a thread of its own.
//
//     TRY(response_open(&options, arena, &response, diag)); // fails of settings that cannot be
//     response_attach(response, pipeline);                  // from here on it follows the journal
//     ... response_do(), response_read() by errands ...
//     response_stop(response);  // before pipeline_close(); nobody is within response_do() any more
//     response_close(response);
//
// The model. Decisions do not know of it. The desk's thread reads what is durable in the journal
// behind the place that the store names (journal and archive), hands it to the desk
// (response/desk/desk.h) in units of work, fires timers when their second comes, and gives messages
// to the outside. When the store is slow or gone it comes later, and from the journal: nothing is
// lost, and who decides does not notice. It sleeps on a condition variable until there are new
// durable records, the next timer, an answer of an endpoint, or response_do() has changed
// something.
//
// The pack. Everything is disposed of by the catalogue and strategies that decide now, also what an
// earlier pack decided while the store was away: lists and profiles are asked in the heart that
// decides, and it has those of its own pack alone. What an earlier pack said of its hits stands in
// its decisions. An event that the present pack's schema refuses is put aside in the table
// `unread`, as every record that cannot be read. A pack without disposition.yaml switches the
// response off: what is decided meanwhile is not looked at, and response_state() says so.
//
// Two programs that feed one store stop the one that notices it (RS003).
//
// Codes: RS001 no store, or no disposition; RS002 too many at once; RS003 two servers feed one
// store; RS004 the journal lacks what is to be read; RS005 an endpoint or address that cannot be;
// RS006 the store is away; RS007 a message that nobody understands; RS008 a store of another
// server; RS009 a paper without the bank's name in the settings.

#include "codec/json_write.h"
#include "log/log.h"
#include "response/desk/desk.h"
#include "server/pipeline.h"
#include "server/shelf.h"
#include "webhook/webhook.h"

struct response;

// Who is told: X(name), which is its word too.
#define RESPONSE_ENDPOINTS(X) X(contact) X(core) X(police) X(page) X(inspection)
typedef enum ResponseEndpoint {
#define X(name) RESPONSE_ENDPOINT_##name,
    RESPONSE_ENDPOINTS(X)
#undef X
        RESPONSE_ENDPOINT_COUNT,
} ResponseEndpoint;

struct response_endpoint {
    Slice url;           // empty: not set; its messages wait
    Slice secret_file;   // whsec_..., one or two lines
    Slice ca_file;       // empty: the system's authorities
    uint32_t timeout_ms; // 0: the webhook's default
};

// Who the bank is, on the papers that it writes; texts live as long as the response.
struct response_names {
    Slice name, name_en, department, department_en; // name empty: no paper is written
    Slice symbol; // before the number of a referral
    Slice fonts;  // folder (paper/fonts.h)
};

struct response_options {
    Slice store;         // address; empty: there is no response, and response_open() gives NULL
    Slice password_file; // of a PostgreSQL server (a .pgpass); empty: as libpq's environment says
    Slice journal, archive;
    struct shelf *shelf;
    struct response_endpoint endpoints[RESPONSE_ENDPOINT_COUNT];
    bool http_anywhere; // messages may go to other machines in the clear
    bool from_now; // a store that is new begins with what is decided from now on, and not with the
                   // oldest record that is there
    struct response_names names;
    struct log *log;
};

MUST_USE Status response_open(const struct response_options *options, struct arena *arena,
                              struct response **ret_response, struct diag *diag);
void response_attach(struct response *response, struct pipeline *pipeline);
// For pipeline_options: there may be new records that are durable. Any thread; takes no lock while
// the desk is awake.
void response_settled(struct response *response);
// Other endpoints, from the next message on; their texts live as long as the response. Any thread.
MUST_USE Status response_change_endpoints(struct response *response,
                                          const struct response_options *options,
                                          struct arena *arena, struct diag *diag);
// NULL is let pass, as in all below. What is under way is ended, and what was not is done after the
// next start.
void response_stop(struct response *response);
void response_close(struct response *response);

// ---- for others ---------------------------------------------------------------------------------

// A unit of work on the store (response/book/book.h), by the calling thread; several at a time,
// each with a book of its own. It waits for the disk or a network, and up to some seconds for
// others who write: for errands, never for loops of HTTP or for who decides. Time is the machine's.
// Afterwards the desk's thread looks at new messages and timers by itself.
//
//     static Status decide(void *context, struct book *book) {
//         struct decide *decide = context;
//         return alert_decide(response_disposition(book), book, &decide->person, decide->alert,
//                             &decide->decision, &decide->needs_approval);
//     }
//     status = response_do(response, (Actor){ACTOR_KIND_PERSON, name}, decide, &context, arena,
//                          diag);
//
// STATUS_NOT_FOUND, RS001: there is no store, or the pack has no disposition. STATUS_LIMIT, RS002:
// too many are under way. STATUS_IO with RS006, ST001 or ST002: the store is away, or not open yet.
// Else what the unit of work gives. Texts of the work and of the diag live in `arena`.
MUST_USE Status response_do(struct response *response, Actor actor, BookWork *work, void *context,
                            struct arena *arena, struct diag *diag);
// The same for what only reads: it is of one moment, and wakes nobody.
MUST_USE Status response_read(struct response *response, BookWork *work, void *context,
                              struct arena *arena, struct diag *diag);

// Within these two, with the book that work() was given: this book's own, and good until work()
// returns.
struct desk *response_desk(struct book *book);
struct disposition *response_disposition(struct book *book);
const struct order_bank *response_bank(struct book *book);
const struct catalogue *response_catalogue(const struct book *book);
const struct strategies *response_strategies(const struct book *book);
const struct terms *response_terms(const struct book *book);
const struct response_names *response_names(const struct book *book);

// Whether a message of an endpoint is genuine: signed with one of its secrets within some minutes. Of an endpoint without a secret nothing is.
WebhookVerdict response_verify(struct response *response, ResponseEndpoint endpoint, const struct webhook_headers *headers, Slice body, int64_t now_us);

// ---- how it is ----------------------------------------------------------------------------------

typedef enum ResponseMode {
    RESPONSE_OFF,     // no store is set
    RESPONSE_NO_PLAN, // the pack that decides has no disposition.yaml
    RESPONSE_STARTING,
    RESPONSE_ON,
    RESPONSE_AWAY,    // the store cannot be reached, or fails; it is tried again
    RESPONSE_STOPPED, // for good: `problem` says why, and what to do
} ResponseMode;
const char *response_mode_word(ResponseMode mode);

enum { RESPONSE_PROBLEM_MAX = 512 };
struct response_endpoint_state {
    bool is_set;
    uint64_t waiting, dead;             // messages; `dead` since ever
    uint64_t sent, failed;              // attempts since the start
    char problem[RESPONSE_PROBLEM_MAX]; // of the last attempt; empty: it went well
};
struct response_state {
    ResponseMode mode;
    char problem[RESPONSE_PROBLEM_MAX]; // empty: none
    int64_t since_us;                   // it is in this mode since then
    uint64_t taken_sequence;            // decisions were taken up to there
    uint64_t lag_records;
    int64_t lag_us;                       // how old the oldest record is that was not taken
    uint64_t outcomes, unread;            // since the start
    uint64_t timers, timers_late;         // fired since the start; by more than a second
    int64_t next_timer_us;                // INT64_MAX: none
    uint64_t labels, changes;             // that the engine took, since the start
    uint64_t engine_waiting, engine_dead; // messages to it, as `waiting` and `dead` below
    struct response_endpoint_state endpoints[RESPONSE_ENDPOINT_COUNT];
};
// Any thread; asks no store. Of NULL: RESPONSE_OFF.
struct response_state response_state(struct response *response);
// As a JSON object, for /v1/state.
void response_put_state(struct response *response, struct json_writer *json);
// The first record of the journal that it still has to read; UINT64_MAX: it reads none.
uint64_t response_needs_from(struct response *response);
