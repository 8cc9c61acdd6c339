#pragma once
// Played: what the people of the simulation see of an alert.

#include "rehearsal/parts.h"
#include "simulation/answers/answers.h"

enum { PLAYED_EVENTS_MAX = 64, PLAYED_ANSWERS_MAX = 16 };

// Of a row: what a question or a decision is about.
struct played_alert {
    Slice group, subject, customer, lead_event;
    int64_t lead_us, opened_us, amount, severity;
    bool money_here, is_company;
    Slice lists; // of its hits, words
    Slice code, state;
    Slice events[PLAYED_EVENTS_MAX];
    uint32_t event_count;
    Slice answers[PLAYED_ANSWERS_MAX]; // JSON, in the order of asking
    uint32_t answer_count;
    bool was_called; // by a person
};

MUST_USE Status played_load(struct book *book, int64_t alert, struct played_alert *ret_alert);
void played_question(const struct played_alert *alert, struct question *ret_question);
// The facts for a decision; `ret_answers` has room for PLAYED_ANSWERS_MAX. Texts are those of the alert.
void played_facts(const struct played_alert *alert, struct json_reader *json, struct arena *arena, struct answer *ret_answers, Slice alert_id, struct alert_facts *ret_facts);
