#pragma once
// Run: what those share who take part in one: the plan, where it goes, what came of it; and the ways in which records get to the server. Private to
// the room.
//
//     run.c       the loop: waits for the next moment or an event, other requests (--ask), before and behind
//     requests.c  a record, or a batch of them, is a request; a connection carries one at a time
//     streams.c   a connection is a stream of records; many are under way on it
//
// Both ways send what is due as far as they can, and never wait; what cannot go stays in the plan.

#include "load/answers.h"
#include "load/connection.h"
#include "load/plan.h"
#include "os/progress.h"

#define RETRY_NS (50 * NS_PER_MS) // between attempts to connect again

struct run;

struct way {
    // Makes options->connections of what carries records, all of them down.
    void (*create)(struct run *run);
    // Lets create() not have been called.
    void (*destroy)(struct run *run);
    // Connects those that are down and whose time to try has come.
    void (*open)(struct run *run, uint64_t now);
    // `connection` is what the epoll set points to.
    void (*on_event)(struct run *run, void *connection, uint32_t events);
    // What is due, as far as there is room; and what has to be done when nothing more comes.
    void (*send_due)(struct run *run);
    // A record that is due now could be sent.
    bool (*has_room)(const struct run *run);
    // Everything was sent, and what is to come behind the last answer has come.
    bool (*is_over)(const struct run *run);
    // At the end: what is under way was never answered.
    void (*give_up)(struct run *run, uint64_t now);
};

extern const struct way way_of_requests, way_of_streams;

struct run {
    const struct load_options *options;
    struct load_result *result;
    struct templates *templates;
    struct answers *answers;
    struct plan plan;
    struct connection_address address;
    int epoll;
    Slice head; // of every request, up to the length of its body; of a stream whole
    const struct way *way;
    struct requests *requests; // of the one way
    struct streams *streams;   // of the other
    uint32_t down;             // connections that are needed; the rest are there, or being opened
    const char *fault;         // of the last that went down
    uint64_t busy;             // requests under way; of a stream, records
    uint64_t ended;            // requests
    uint64_t heard_ns;         // when the last reply came
    struct asker *askers;      // of run.c, as what follows
    uint32_t asks_left;
    struct progress progress;
};

// A request, or a record of a stream, that was under way ends; sent_ns is when it went.
void run_ended(struct run *run, uint64_t planned_ns, uint64_t sent_ns, uint64_t now, bool refused);
// It ends because its connection did.
void run_lost(struct run *run, uint64_t planned_ns, uint64_t sent_ns, uint64_t now, Slice why);
// What came on a connection is no reply.
void run_malformed(struct run *run, Slice why);
