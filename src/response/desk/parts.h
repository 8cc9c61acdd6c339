#pragma once
// Parts: what the files of this room share.
//
//   desk.c     units of work: decisions, timers, messages
//   facts.c    what an event says of money, things that are shared and openings
//   names.c    what customers are called
//   arrived.c  orders of authorities among the events, and what the bank knows when it checks them

#include "base/vec.h"
#include "response/desk/desk.h"

struct names;

struct desk {
    struct desk_options options;
    const struct disposition_plan *plan;
    struct disposition *disposition;
    struct order_bank bank;
    struct names *names;
    struct book *book; // of the unit of work, for `bank`
    struct desk_counts counts;
};

struct facts {
    struct case_fact *at;
    uint32_t count, capacity;
};

// What an event says in a role: a text or the word of an enumeration, in the arena; empty where the event or the pack has none.
Slice desk_role(const struct desk *desk, const struct event *event, EventRole role, struct arena *arena);
int64_t desk_role_number(const struct desk *desk, const struct event *event, EventRole role, int64_t otherwise);

void facts_take(struct desk *desk, const struct event *event, const struct outcome *outcome, struct facts *facts, struct arena *arena);
// What an event says of its customer's name is remembered. begin: what a unit of work that came to nothing had remembered is forgotten; commit: it came to something.
struct names *names_create(void);
void names_destroy(struct names *names);
void names_begin(struct names *names);
void names_commit(struct names *names);
MUST_USE Status names_take(struct desk *desk, struct book *book, const struct event *event);
// Empty where no event has told it.
MUST_USE Status names_of(struct book *book, Slice customer, struct arena *arena, Slice *ret_name, Slice *ret_certificate);
// An event that is an order: it is taken as one.
MUST_USE Status arrived_take(struct desk *desk, struct book *book, const struct event *event);
void arrived_bank(struct desk *desk);
