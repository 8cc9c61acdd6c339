#pragma once
// Appeals: what customers object to a measure (申诉). The first reply within 24 hours; the reviewer
// is not who set the measure; what was verified is released at once, and within 2 hours at the
// latest; what is not settled after 5 working days goes to a supervisor; an objection to a measure
// against laundering is answered within 15 days.
//
//     submitted ──▶ replied ──▶ (verified) ──▶ RELEASED, PARTLY, KEPT
//
//     struct appeal_ask ask = {.control = id, .customer = ..., .channel = ..., .text = ...};
//     TRY(appeal_submit(book, terms, &ask, &appeal));
//     TRY(appeal_reply(book, terms, appeal, text));
//     TRY(appeal_verified(book, terms, appeal, note));     // from now on two hours
//     TRY(appeal_settle(book, terms, appeal, &verdict));   // APPEAL_RELEASED, reason, second
//
// RELEASED releases the measure in the same unit of work, PARTLY begins its stepwise release, KEPT
// leaves it. Measures of four eyes need the second person here as well. All deadlines are one timer
// (TIMER_APPEAL), set to the next of them; one that passed pages once.
//
// Codes: CT040 no such appeal; CT041 it is settled; CT042 the reviewer set the measure himself;
// CT043 the measure has ended; CT044 not the customer's measure; CT045 a reviewer is a person;
// CT046 what is asked for does not fit; CT047 what was verified has to be released.

#include "response/controls/controls.h"

#define APPEAL_RESULTS(X)                                                                          \
    X(OPEN, "", "处理中", "open")                                                                  \
    X(RELEASED, "RELEASED", "解除", "released")                                                    \
    X(PARTLY, "PARTLY", "部分解除", "released in part")                                            \
    X(KEPT, "KEPT", "维持", "kept")
#define X(name, word, zh, en) APPEAL_##name,
typedef enum AppealResult { APPEAL_RESULTS(X) APPEAL_RESULT_COUNT } AppealResult;
#undef X

// Deadlines of an appeal: X(NAME, "kind of the page", "role")
#define APPEAL_DEADLINES(X)                                                                        \
    X(REPLY, "appeal.unreplied", "SHIFT_LEADER")                                                   \
    X(SETTLE, "appeal.unsettled", "DUTY_DIRECTOR")                                                 \
    X(ANSWER, "appeal.unanswered", "HEAD_OFFICE")                                                  \
    X(RELEASE, "appeal.unreleased", "DUTY_DIRECTOR")
#define X(name, kind, role) APPEAL_DEADLINE_##name,
typedef enum AppealDeadline { APPEAL_DEADLINES(X) APPEAL_DEADLINE_COUNT } AppealDeadline;
#undef X

enum { APPEAL_TEXT_MAX = 16 << 10, APPEAL_NAME_MAX = 64 }; // bytes of a text, of a channel

struct appeal_ask {
    int64_t control;
    Slice customer;
    Slice channel;   // "hotline", "branch", "app"
    Slice text;      // what he says
    Slice documents; // names of what he brought
};

struct appeal_verdict {
    AppealResult result;
    Slice reason;
    Slice second; // the other person, where the measure needs four eyes
};

struct appeal {
    struct appeal_ask ask;
    int64_t id;
    int64_t submitted_us, reply_until_us;
    int64_t settle_until_us;                                 // then a supervisor has it
    int64_t answer_until_us;                                 // of money laundering: 15 days; 0: not
    int64_t replied_us, verified_us, settled_us, release_us; // 0: not yet
    Slice replied_by, reply, verified_by;
    AppealResult result;
    Slice reviewer, second, reason;
    uint32_t told; // of which deadlines somebody was paged: bits of AppealDeadline
    Slice secrecy;
};

MUST_USE Status appeal_submit(struct book *book, const struct terms *terms,
                              const struct appeal_ask *ask, int64_t *ret_id);
// The first reply, by a person.
MUST_USE Status appeal_reply(struct book *book, const struct terms *terms, int64_t id, Slice text);
// What the customer says is true; from now on the measure has to go.
MUST_USE Status appeal_verified(struct book *book, const struct terms *terms, int64_t id,
                                Slice note);
MUST_USE Status appeal_settle(struct book *book, const struct terms *terms, int64_t id,
                              const struct appeal_verdict *verdict);
// For TIMER_APPEAL.
MUST_USE Status appeal_timer(struct book *book, const struct terms *terms,
                             const struct due_timer *due);
// CT040: there is none that the viewer may see.
MUST_USE Status appeal_load(struct book *book, int64_t viewer, int64_t id,
                            struct appeal *ret_appeal);

typedef enum AppealList { APPEALS_OPEN, APPEALS_OF_CONTROL, APPEALS_OF_CUSTOMER } AppealList;
MUST_USE Status appeal_list_json(struct book *book, AppealList list, const struct list_page *page,
                                 struct json_writer *json);
void appeal_put_json(struct json_writer *json, const struct appeal *appeal);

// Of measures of the bank and of lists that came into force in [from_us, until_us) and that the
// viewer may see.
struct appeal_figures {
    int64_t controls, appealed; // measures; those of them that somebody appealed against
    int64_t settled, released, partly, kept;
    int64_t late_replies, late_releases;
    int64_t median_settle_us, median_release_us; // from submission; 0: none
};
MUST_USE Status appeal_figures(struct book *book, const struct terms *terms, int64_t viewer,
                               int64_t from_us, int64_t until_us, struct appeal_figures *ret_figures);
void appeal_figures_put_json(struct json_writer *json, const struct appeal_figures *figures);
