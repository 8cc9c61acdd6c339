#pragma once
// Load: sends records to a server over HTTP/1.1 and measures how it answers, so that the figures are true.
//
//     struct load_options options = {.host = SLICE("127.0.0.1"), .port = 8080, .rate = 10000, .seconds = 60, ...};
//     struct load_result *result;
//     TRY(load_run(&options, arena, &result, diag));
//     load_print(result, stdout);
//     load_write_json(result, &out);
//     load_result_destroy(result);
//
// The model. There is a plan: request k is to be sent at the start + k / rate, whatever the server does. A request that is due goes out on a
// connection that is free; when none is, it waits in the plan and its waiting counts, since
//
//     latency  = whole reply received - moment planned         what somebody who has to be answered waits
//     service  = whole reply received - moment sent            what the server is to blame for
//     lateness = moment sent - moment planned                  what was waited for a connection, or for this program
//
// A client that sends the next request when the last was answered stops asking while the server stands still, and sees one slow request
// where a thousand would have waited; with a plan all of them count. `one` is such a client on purpose: one request at a time, for the
// time that a single answer takes.
//
// What counts. Latency and service are those of requests that were answered 200, and of those that were never answered: these count with the
// time that was waited for them in vain, which is too little, but makes nothing look better. Requests that were refused (another
// status) have a row of their own, because a quick refusal is no fast answer. A request whose connection broke is not sent again.
//
// One thread, one epoll set. It sleeps until the next planned moment; with `spin_us` it is awake already that long before it, for a
// system that wakes late, which takes the time from whatever else runs. A second thread measures the machine itself: it sleeps to fixed moments,
// a millisecond apart, and how late it wakes is what this machine adds to everything.
//
// Costs: 17 us of processor time a request at 30,000 a second on a busy virtual machine, of which 13 are the system's for a send, a receive
// and a wake-up over loopback; 230 KB of memory for each histogram, the records of the files, and 40 KB a connection.
//
// Codes: LD001 to LD003 the files (templates.h), LD004 the server cannot be reached, LD005 the system refuses.

#include "base/diag.h"

enum {
    LOAD_CONNECTIONS_MAX = 4096,
    LOAD_RATE_MAX = 10000000,
    LOAD_BATCH_MAX = 10000, // as many as a server takes in one request
    LOAD_STREAMS_MAX = 1024,
    LOAD_STREAM_WINDOW = 256, // records under way on a stream: a server has no more under way, and what lies in sockets could go on another stream
    LOAD_ASKS_MAX = 64,
    LOAD_KEY_MAX = 4096, // bytes of a bearer token
    LOAD_WAIT_S = 30,
};

// Another request, made at a second of the run on a connection of its own.
struct load_ask {
    uint32_t second;
    Slice method, path, body, content_type; // a body only with a content type
};

struct load_options {
    Slice host; // a name or an address
    uint16_t port;
    Slice key; // sent as bearer token; empty: none
    const Slice *files;
    uint32_t file_count;
    Slice id, time, original; // names of members: event_id, event_time, orig_event_id
    uint64_t rate;            // records a second
    uint64_t seconds, count;  // how long, or how many records; 0: not bounded by it
    uint32_t connections;
    uint32_t batch; // records of one request; more than one only with `lines`
    bool lines;     // as lines to /v1/records, else one by one to /v1/events
    bool streams;   // each connection is a stream (/v1/stream), on which many records are under way
    bool one, keep;
    uint32_t spin_us;
    int32_t processor; // to stay on; -1: any
    int32_t server_pid; // whose processor time is told; 0: none
    uint32_t wait_s;    // for answers, behind the last planned moment
    const struct load_ask *asks;
    uint32_t ask_count;
    Slice acknowledged; // a file; empty: none
};

struct load_result;

// Returns when all is answered, or `wait_s` after the last planned moment.
MUST_USE Status load_run(const struct load_options *options, struct arena *arena, struct load_result **ret_result, struct diag *diag);
void load_result_destroy(struct load_result *result);

// Whether every request was answered 200; and whether all that was answered can be relied on: replies that are none, or are about another event,
// are not an overloaded server but a broken one.
bool load_all_answered(const struct load_result *result);
bool load_all_sound(const struct load_result *result);
void load_print(const struct load_result *result, FILE *out);
void load_write_json(const struct load_result *result, struct buf *out);
