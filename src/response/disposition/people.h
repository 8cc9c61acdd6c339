#pragma once
// People: what analysts and leaders do with alerts. All of it within a unit of work, in the actor's name (book->actor, a person).
//
//     TRY(person_load(book, name, &person));
//     TRY(alert_next(disposition, book, &person, &id));                 // one alert at a time: the own one, or the most urgent of his skills
//     TRY(alert_decide(disposition, book, &person, id, &decision, &needs_approval));
//     TRY(alert_approve(disposition, book, &other_person, id));         // four eyes, where needs_approval
//
// Who may see what: a person finds alerts that his domains open (seen_alert); others are not there for him (DP001).
//
// Codes: DP001 no such alert; DP002 it may not move so; DP007 the person has no desk, or not the skill or level; DP008 somebody else has it; DP009 a decision that does not fit; DP014
// four eyes are two persons'; DP015 nothing waits; DP016 no such script; DP017 nobody said what the target of a measure is.

#include "codec/json_write.h"
#include "response/controls/controls.h"
#include "response/disposition/alert.h"
#include "response/disposition/disposition.h"

struct person {
    Slice name;
    Slice skills;    // " FRAUD MULE "
    int64_t level;   // 0 analyst, 1 shift leader, 2 duty director
    int64_t domains; // mask of CLEARANCE_
    Slice branch;
    bool on_duty;
};

MUST_USE Status person_load(struct book *book, Slice name, struct person *ret_person);
// Makes or changes a desk.
MUST_USE Status person_keep(struct book *book, const struct person *person);

// One that he may see; another is not there for him (DP001).
MUST_USE Status alert_load_seen(struct book *book, const struct person *person, int64_t id, struct alert *ret_alert);
// The alert that he has, or the most urgent that he may take, which is then his. STATUS_NOT_FOUND: nothing waits for him.
MUST_USE Status alert_next(struct disposition *disposition, struct book *book, const struct person *person, int64_t *ret_id);
// That one.
MUST_USE Status alert_claim(struct disposition *disposition, struct book *book, const struct person *person, int64_t id);
MUST_USE Status alert_hand_over(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice to, Slice note);
MUST_USE Status alert_hand_back(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note);
MUST_USE Status alert_escalate(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note);
// Begins to verify; or waits for a customer, a branch, the police, or goes on.
MUST_USE Status alert_set_state(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, AlertState to, Slice note);
MUST_USE Status alert_mark(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice mark);
MUST_USE Status alert_write_note(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note);
// Asks the customer, by a script of the pack. `within_us` 0: as the service level says.
MUST_USE Status alert_ask(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, ContactChannel channel, Slice script, int64_t within_us, int64_t *ret_task);

struct alert_decision {
    Code code;
    bool is_weak;
    Slice note;        // why; needed
    Slice evidence;    // JSON list, or empty
    int64_t clear_days; // the subject and payee may be closed by a white list for so long; 0: not. At most 180, of companies 365
    int64_t case_id;    // it goes on as part of a case, and is closed with it; 0: none. Of what was confirmed alone
};
// With a code that releases, and something of S3 and above to release, somebody else has to approve.
MUST_USE Status alert_decide(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, const struct alert_decision *decision, bool *ret_needs_approval);
MUST_USE Status alert_approve(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note);
MUST_USE Status alert_disapprove(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice note);
// Of one that waits for an approval, or that was decided into a case.
MUST_USE Status alert_into_case(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, int64_t case_id);
// A case was closed: its alerts are closed with what was decided on them. For those that were part of it.
MUST_USE Status alerts_of_case_closed(struct disposition *disposition, struct book *book, int64_t case_id);
// Of one that is closed: by an appeal, or what a second look or the police say.
MUST_USE Status alert_open_again(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice reason, Slice note);

// ---- texts and measures ---------------------------------------------------------------------------------------------

// What is said when a customer of the alert is called: the id of a script; empty: nobody is called in such matters.
Slice alert_call_script(const struct disposition *disposition, const struct alert *alert);
// A script of the pack in both languages, filled for the alert. DP016: the pack has none of that id.
MUST_USE Status alert_put_script(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, Slice script, struct json_writer *json);

struct alert_measure {
    struct control_ask ask; // what, on what, for how long, why. What follows from the alert is filled in: severity, customer, secrecy, branch, what the account is
    bool has_facts;         // who sets it says what the target is; needed where it is not the alert's own
    Slice notice;           // script of kind NOTICE for the customer; empty: none
};
// Sets a measure because of an alert (controls.h). DP016: no such notice; DP017: what the target is was not said.
MUST_USE Status alert_set_measure(struct disposition *disposition, struct book *book, const struct person *person, int64_t id, const struct alert_measure *measure, int64_t *ret_control);

// A notice of the pack for a measure without an alert: what its text would show of an event stays open. DP016.
MUST_USE Status notice_of_pack(struct disposition *disposition, struct book *book, Slice name, struct notice *ret_notice);

// ---- second looks ---------------------------------------------------------------------------------------------------

// The oldest closed alert that he may look at: not his own. Neither what was decided first nor why it was drawn is told: of what a strategy or a false alarm is
// drawn, that would be the same. STATUS_NOT_FOUND: none.
MUST_USE Status sample_next(struct book *book, const struct person *person, int64_t *ret_alert);
// His own decision on it, for all that was drawn of its closing. When it is another verdict, the first is overturned, and the alert opened again.
MUST_USE Status sample_decide(struct disposition *disposition, struct book *book, const struct person *person, int64_t alert, Code code, Slice note, bool *ret_overturned);
