#pragma once
// Gate: who asks, and whether he may. It stands between HTTP and the room of users and keys (access/access.h): it finds what a request shows, asks that room
// who it is, compares with the scope of the route, and refuses in the words of the API. Behind it, a handler asks who it was.
//
//     struct gate_options options = {.folder = SLICE("data/access"), .address = address, .log = log, .metrics = metrics};
//     TRY(gate_open(&options, arena, &gate, diag));
//     serve_options.access = gate_access(gate);
//     ...
//     const Identity *who = gate_identity(request);             // in a handler, and until the request is answered
//     struct access_act act = gate_act(request);                // to change or report something in his name
//     ...
//     TRY(gate_close(gate, arena, diag));
//
// What a request may show: `Authorization: Bearer` with a key or a session's token; the cookie qt_session; a client's certificate. The first that is there
// counts. Routes with an empty scope ask nobody; the scope `self` asks only that somebody is there, also when his password has to be changed.
//
// Nobody is set up. As long as there is no user, key or certificate, whoever asks over loopback may do everything, so that a first look works; the server
// listens on loopback alone (SV010), and a request that a proxy has passed on, or that names another host, is refused: neither a proxy nor a page that has its
// own name lead to 127.0.0.1 should open it to others. From the first user on all of this is over at once.
//
// Pages of others. A browser sends cookies and certificates along with what another site's page asks for. So a request that changes something and has
// an Origin is refused unless that names the same host; one with a cookie needs an Origin, or a Sec-Fetch-Site that says the same.
//
// Cost of a request with a key: below 1 us, most of it SHA-256. No memory is asked for: the identity lies in the request.

#include "access/access.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "server/serve.h"

struct gate;

// The scope of routes that ask for no more than somebody.
#define GATE_SELF "self"
#define GATE_COOKIE "qt_session"

struct gate_options {
    Slice folder;    // of the log of access; made when it is not there
    Slice address;   // that the server is going to listen on; empty: loopback
    bool tls;
    struct access_limits limits;
    bool metrics_are_public; // GET /metrics asks for nobody
    struct log *log;
    struct metrics *metrics;
};

// Codes: SV010 nobody is set up and the address is not loopback; those of access_open().
MUST_USE Status gate_open(const struct gate_options *options, struct arena *arena, struct gate **ret_gate, struct diag *diag);
// No request may be under way. NULL is let pass.
MUST_USE Status gate_close(struct gate *gate, struct arena *arena, struct diag *diag);

// Other limits, from now on. Any thread.
void gate_change(struct gate *gate, const struct access_limits *limits, bool metrics_are_public);

struct serve_access gate_access(struct gate *gate);
struct access *gate_users(struct gate *gate);
bool gate_has_tls(const struct gate *gate);
// Whether nobody is set up. Any thread.
bool gate_is_open(struct gate *gate);

// Who asks. NOBODY where the route asks for nobody. Lives until the request is answered.
const Identity *gate_identity(struct http_request *request);
struct access_act gate_act(struct http_request *request);
// Whether he has the scope; else it has answered. For what a route cannot know beforehand.
bool gate_may(struct gate *gate, struct http_request *request, Scope scope);
// A session's token of the cookie; empty: none.
Slice gate_cookie(const struct http_request *request);
// Counts a refusal for who asks, by the code of its answer.
void gate_count(struct gate *gate, Slice code);
// Answers with what access has refused, and counts it.
void gate_refuse(struct gate *gate, struct http_request *request, const struct access_refusal *refusal);

// What a word of the releases (releases_options.happened) is in the log.
AuditAction gate_action_of(const char *what);
// Notes what happened, in the name of who asks, or of the program where `act` is NULL. `detail` is a JSON object, or empty. A log that takes no more is told in the log of
// the server; what must not happen unlogged asks access itself.
void gate_report(struct gate *gate, const struct access_act *act, AuditAction action, Slice target, Slice detail);
// The same of what somebody may not do although he has the scope, such as to approve what he has proposed; and counts it. `code` is one of problems.def.
void gate_report_refused(struct gate *gate, const struct access_act *act, AuditAction action, Slice target, Slice code);
