#pragma once
// Costs: what each model costs of a decision, measured on one decision in COSTS_EVERY while the server decides. Figures for people: nothing of them goes into a decision
// or the journal, and a replay measures nothing.
//
//     struct cost_table *table = cost_table_create(catalogue);      // whoever brings a catalogue
//     table = costs_begin(costs, table, now_us);                    // the deciding thread: it is counted anew, and the table before comes back
//     cost_table_destroy(table);                                    // who has brought it
//     if (costs_is_due(costs)) { heart_time_next(heart); }          // the deciding thread, before a decision; after it
//     costs_add(costs, &times, took_ns);
//     costs_look(costs, catalogue, &all, arena)                     // any thread
//
// What is told. Models are evaluated together: one pass over all puts most of them out, and what several read is worked out once. So a model's own cost is what its evaluation
// takes once that pass has left it over, with what it reads first; the pass and the making of features, which several share, are told apart. The median is over the decisions
// in which it was looked at on its own; its share is its part of the time of all decisions that were measured, those included in which it was put out at no cost of its own.
//
// Threads. Who adds only tries the lock: a measurement that meets somebody who looks is dropped, and no decision waits. Costs: a decision that is measured takes some
// microseconds longer, one in COSTS_EVERY, a prime, so that it does not go with a period of the stream. 1 KB a model, and none of it is made or given back by who decides.

#include "monitoring/decision/decision.h"

enum { COSTS_EVERY = 127 };

struct cost {
    uint64_t count;     // decisions in which it was looked at on its own, of those that were measured
    uint64_t median_ns; // 0: none
    double share;       // of the time of all that were measured, 0 to 1
};

struct costs_all {
    int64_t since_us;
    uint64_t decisions;   // that were measured
    uint64_t took_ns;     // a decision, on average, reading the record included
    double models_share;  // of that: all that models come to, of which
    double features_share; //   features that are made for them
    double pass_share;    //   the pass over all, and what is shared otherwise
    const struct cost *models; // by the catalogue's models
};

struct costs;
struct cost_table;

struct costs *costs_create(void);
void costs_destroy(struct costs *costs);
// What is counted of a catalogue, as long as it decides.
struct cost_table *cost_table_create(const struct catalogue *catalogue);
void cost_table_destroy(struct cost_table *table);
// Takes the table; what it gives, NULL the first time, is the caller's.
struct cost_table *costs_begin(struct costs *costs, struct cost_table *table, int64_t now_us);
// Whether the next decision is to be measured.
bool costs_is_due(struct costs *costs);
void costs_add(struct costs *costs, const struct engine_times *times, uint64_t took_ns);
// False: this catalogue is not the one that is measured.
bool costs_look(struct costs *costs, const struct catalogue *catalogue, struct arena *arena, struct costs_all *ret_all);
