#pragma once
// Simulation: the life of a city bank as a stream of events, with frauds in it and what is known of
// them.
//
//     struct simulation_plan plan = {.seed = 1, .customers = 10000, .days = 30, .rate_percent =
//     100, .first_day = civil_days(2026, 9, 1)}; struct simulation *simulation =
//     simulation_create(&plan); simulation_tables(simulation, take_table, context);      // what
//     the bank knows before the first day while (simulation_next(simulation, &text)) { ... text ...
//     buf_reset(&text); } simulation_labels(simulation, &text);                    // what was
//     fraud, and which events belong to it simulation_destroy(simulation);
//
// The model to have in one's head. The bank's people, firms, merchants, branches and staff are
// arrays. Each day is planned when it begins: every person, firm and branch writes its intentions
// (`struct act`) into the day's agenda. Acts are then carried out in the order of time. Only then
// is decided what becomes of them, from the state of the moment: a balance, a stopped account, a
// daily limit. Carrying out writes events and may put further acts on the agenda: the RESULT of a
// REQUEST, the credit of an own account that was paid, a refund some days later.
//
// A scenario (a fraud) is written as a course: one function plays it from beginning to end with a
// clock of its own and puts acts on the agenda, which go the same way as all others. Nothing in it
// knows a model of any pack.
//
// Before the first day lies a past of some weeks that is lived but not written. The tables are what
// a nightly batch knows of it.
//
// Deterministic: integers only; each person's day, each act and each case draws from a generator of
// its own, so that more customers or a higher rate of fraud leave the rest alike. One thread. No
// time, no files: what is written comes out through buffers.
//
// Memory: about 400 bytes a customer, and 200 for each act of the day that is planned (some eight a
// customer).

#include "base/buf.h"

enum {
    SIMULATION_CUSTOMERS_MAX = 2000000,
    SIMULATION_DAYS_MAX = 731,
    SIMULATION_CONFUSION_MAX = 2000,
    SIMULATION_BATCH = 1 << 18, // bytes that simulation_next() gives, about
};

struct simulation_plan {
    uint64_t seed;
    uint32_t customers; // persons; firms, merchants and branches follow from it
    uint32_t days;
    uint32_t rate_percent; // of the stated rates of fraud; 0: none
    int32_t first_day;     // days since 1970-01-01, in the bank's zone
    uint32_t past_days;    // lived before it, for the profiles
    bool no_scores;        // leave the tables ml.* empty
    uint32_t
        confusion_percent; // of what looks like fraud and is none, 100 to 2000; 0 counts as 100
    Slice only; // typologies wanted, such as "VP-03,MU-02", or families, "VP"; empty: all
};

struct simulation;

struct simulation *simulation_create(const struct simulation_plan *plan);
void simulation_destroy(struct simulation *simulation);

// True when `only` names nothing but typologies and families that there are.
bool simulation_knows(Slice only);

// Files of lists and tables, named as `replay --lists` and `--tables` want them ("lists.csv",
// "cust.ndjson"), in pieces: `text` is taken before the next call. Call it once, before the first
// event: it lives the past.
typedef void SimulationTake(void *context, Slice name, Slice text);
void simulation_tables(struct simulation *simulation, SimulationTake *take, void *context);

// Appends the next records, whole lines in the order of their time. False when the last day is
// over.
bool simulation_next(struct simulation *simulation, struct buf *out);

// All cases, one JSON object a line; after the last event.
void simulation_labels(const struct simulation *simulation, struct buf *out);

// Appends the next events of what looks like fraud and is none, one JSON object a line, from number
// `*at`, 0 at first; after the last event. False when there are no more. 24 bytes of memory each.
bool simulation_innocents(const struct simulation *simulation, uint64_t *at, struct buf *out);

// Counts so far.
struct simulation_counts {
    uint64_t events, changes; // written: events; records that change lists and tables
    uint32_t cases, cases_done;
    uint32_t day; // days begun
    uint32_t people, firms, merchants, branches, staff, accounts;
    int64_t lost_fen;
};
struct simulation_counts simulation_counts(const struct simulation *simulation);
// By type of event, and by typology; NULL behind the last.
const char *simulation_type(uint32_t index, const struct simulation *simulation,
                            uint64_t *ret_count);
const char *simulation_typology(uint32_t index, const struct simulation *simulation,
                                const char **ret_zh, const char **ret_en, uint32_t *ret_cases,
                                uint32_t *ret_rate_hundredths);
