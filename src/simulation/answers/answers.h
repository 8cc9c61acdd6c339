#pragma once
// Answers: what the people of a simulated bank say when the bank asks them, and how a team of five
// decides on alerts. For measuring disposition without customers.
//
//     struct truth *truth = truth_create();
//     // Each line of labels.ndjson; one that is refused leaves no trace.
//     TRY(truth_take(truth, line, &reason));
//
//     struct question question = {.customer = SLICE("C000000311"), .channel = ASK_SMS};
//     question.event_id = SLICE("E00000000012345"); // the payment that is asked about
//     question.about_us = payment_us;
//     question.asked_us = now_us;
//     struct answer answer;
//     answer_of(truth, &question, seed, &answer);
//     if (answer.answered) { ... at answer.answered_us: answer_write(&answer, &json); }
//     truth_destroy(truth);
//
// The model to have in one's head. The labels are the truth: who was deceived, who was robbed, who
// lent his account, and when. Everybody who is not in them is innocent, and does and says the truth
// but for human error. A question is answered from the role of who is asked, from the scenario in
// which he has it, and from draws; all chances stand in chances.def, each with a reason.
//
// Pure: no clock, no files, no state but the truth, which is read once and may then be shared by
// threads. Every draw belongs to the seed, the person and the question, and to nothing else, so the
// same question gives the same answer whenever and in whatever order it is asked. `asked_us`
// decides only how long the answer takes, and whether the person sleeps, is on the phone with the
// fraudster, or has found out meanwhile.
//
// It does not know what the bank did: a payment that was stopped makes nobody say anything else.
// docs/simulate.md ("What customers answer", "The team") has the tables, and what is not played.

#include "base/arena.h"
#include "codec/json_write.h"

enum {
    TRUTH_LINE_MAX = 8 << 20,   // bytes of a label; a case of 10,000 events has 1 MiB
    TRUTH_CASES_MAX = 1 << 22,  // of a run
    TRUTH_ROLES_MAX = 1 << 16,  // of a case
    TRUTH_EVENTS_MAX = 1 << 16, // of a case
    TRUTH_NAME_MAX = 64,        // bytes of a name
};

// ---- the truth ----------------------------------------------------------------------------------

// Of two roles the earlier one counts.
typedef enum RoleInCase {
#define ROLE(name, word, zh, what) IN_CASE_##name,
#include "simulation/roles.def"
#undef ROLE
    IN_CASE_NOTHING, // innocent
} RoleInCase;
extern const char *const role_words[IN_CASE_NOTHING + 1];

typedef enum CaseMoment { MOMENT_NONE, MOMENT_BEFORE, MOMENT_STRIKE, MOMENT_AFTER } CaseMoment;

struct truth;
struct truth *truth_create(void);
void truth_destroy(struct truth *truth);
// One line of labels.ndjson. STATUS_INVALID: `ret_reason` says what is wrong and where in the line,
// STATUS_LIMIT: a bound above was passed; its text is good until the next call. Nothing of the line
// is kept then. A label without `roles` (of another maker) is refused.
MUST_USE Status truth_take(struct truth *truth, Slice line, Slice *ret_reason);
uint32_t truth_cases(const struct truth *truth);

// What something is at a moment. All texts live as long as the truth.
struct standing {
    RoleInCase role;
    Slice case_id, typology, variant; // of the case; empty when innocent
    CaseMoment moment;                // of the event asked about; NONE: it is none of the case's
    int64_t begin_us, end_us;
    int64_t last_loss_us; // last event with a loss, else the last strike; begin_us when there is
                          // neither
};
// `thing` is a name as events have it: customer, account, merchant, device, employee, asset or
// branch. `event_id` may be empty. A case counts when the event is one of its own, or else from its
// beginning to some time after its end: 3 days for who suffers it, 30 for who does it. Of several
// cases the event's own comes first, then the stronger role, then the later case.
struct standing truth_of(const struct truth *truth, Slice thing, Slice event_id, int64_t at_us);
// The first case that an event belongs to; false: none.
bool truth_event(const struct truth *truth, Slice event_id, struct standing *ret_standing);

// ---- asking -------------------------------------------------------------------------------------

typedef enum AskChannel {
#define REACH(name, zh, chance, median, spread, source, why) ASK_##name,
#include "simulation/answers/chances.def"
    ASK_CHANNELS,
} AskChannel;
extern const char *const ask_channel_words[ASK_CHANNELS]; // "ROBOT_CALL"
bool ask_channel_find(Slice word, AskChannel *ret_channel);

struct question {
    Slice customer; // who is asked; not one of the bank's: nobody answers
    AskChannel channel;
    Slice script;     // the same question in other words is another question; may be empty
    Slice group;      // family of the alert: "VP"
    Slice event_id;   // the payment or act that it is about; empty: nothing in particular
    int64_t about_us; // its time; both after 1970
    int64_t asked_us;
    int64_t amount;      // fen; 0: none
    int32_t age;         // years; 0: unknown
    int32_t number_days; // the registered number is that old, as the bank knows; 1: changed today;
                         // 0: unknown
    int32_t device_days; // so is his usual device; 1: his since today; 0: unknown
    uint32_t attempt;    // from 1; 0 counts as 1
    bool again;          // asks once more after a delay
    bool is_company;
};

typedef enum Speaker { SPEAKER_NOBODY, SPEAKER_HIMSELF, SPEAKER_THIEF, SPEAKER_RELATIVE } Speaker;

// What was said: bits of `said` by members.def.
typedef enum AnswerMember {
#define MEMBER(name, field, type, zh, what) SAID_##name,
#include "simulation/answers/members.def"
#undef MEMBER
    ANSWER_MEMBERS,
} AnswerMember;

#define ANSWER_TEXT const char *
#define ANSWER_FLAG bool
#define ANSWER_SHARE int32_t
#define ANSWER_NUMBER int32_t
struct answer {
    bool answered;
    int64_t answered_us; // when; with `answered`
    uint32_t said;
#define MEMBER(name, field, type, zh, what) ANSWER_##type field;
#include "simulation/answers/members.def"
#undef MEMBER
    // For measuring, and not written:
    Speaker speaker;
    RoleInCase role; // of the customer
};
static inline bool answer_says(const struct answer *answer, AnswerMember member) {
    return (answer->said >> member & 1) != 0;
}

void answer_of(const struct truth *truth, const struct question *question, uint64_t seed,
               struct answer *ret_answer);
// An object with what was said, members in the order of members.def.
void answer_write(const struct answer *answer, struct json_writer *json);

// A customer who waits for a delayed payment and takes it back before `until_us` without being
// asked: the answer then says so. `question` is about the payment; its asked_us is the beginning of
// the delay.
void change_of_mind(const struct truth *truth, const struct question *question, int64_t until_us,
                    uint64_t seed, struct answer *ret_answer);

// ---- the team -----------------------------------------------------------------------------------

enum { TEAM_SIZE = 5 };

Slice analyst_id(uint32_t analyst);
// Who is on duty: a set of analysts, never empty. Each day has a day shift (8 to 16), an evening
// shift (16 to 24), a night shift (0 to 8), and on weekdays a fifth half shift (13 to 18), in
// Shanghai; the turn goes round in five days.
uint32_t team_on_duty(int64_t at_us);
// Somebody else than `first` for a second opinion: on duty, or who comes next.
uint32_t team_second(uint32_t first, int64_t at_us);

struct alert_facts {
    Slice alert_id; // a decision belongs to it
    Slice group;    // family: "MU"
    Slice subject;  // as events name it
    Slice customer; // may be empty
    const Slice *events;
    uint32_t event_count;
    int64_t at_us;     // first hit
    uint32_t severity; // 1 to 4
    bool money_here, list_hit;
    const struct answer *answers; // what was said, in the order of asking
    uint32_t answer_count;
};

struct team_decision {
    Slice code;         // of the bank's disposition codes: "TP-UNAUTH"
    int32_t minutes;    // of work
    bool is_right;      // in its direction; unreached ones count as right
    Slice right_code;   // what somebody who knows the truth decides
    struct standing of; // the truth that it was measured by
};
// Decisions of different analysts on one alert are independent but for the truth.
void decision_of(const struct truth *truth, uint32_t analyst, const struct alert_facts *facts,
                 uint64_t seed, struct team_decision *ret_decision);
// What is true of an alert: of its events first, of its subject at its time else.
struct standing truth_of_alert(const struct truth *truth, const struct alert_facts *facts);
