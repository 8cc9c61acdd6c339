#pragma once
// Parts: what the files of this room share, and nobody else sees.
//
//   outcome.c    a decision and its event, read
//   merge.c      hits join or open alerts; payments that wait; what became of payments; reports
//   follow.c     what events say of alerts that are there: payments that went or failed, reports, orders
//   hits.c       the hits of an alert, of which those that are settled are read once
//   situation.c  all that strategies may ask about one alert, gathered
//   strategy.c   strategies at work on an alert
//   act.c        what a strategy or person does to payments, accounts and others
//   ask.c        questions to customers, and their answers
//   level.c      priority, service levels, queues, escalation
//   close.c      closing and opening again; labels, samples, clearances
//   people.c     what people do (people.h)
//   missed.c     fraud that no alert had told of (missed.h)
//   script.c     scripts of the pack, filled for one alert
//   measure.c    measures that a person sets because of an alert
//   earn.c       how a strategy leaves the shadow, and what puts it back

#include "codec/json.h"
#include "codec/json_write.h"
#include "monitoring/stream/intake.h"
#include "response/controls/controls.h"
#include "response/disposition/alert.h"
#include "response/disposition/disposition.h"
#include "response/disposition/earn.h"

enum { OUTCOME_HITS_MAX = 256, SAW_MAX = 64 << 10, DETAIL_MAX = 32 << 10 };

struct disposition {
    struct disposition_options options;
    const struct catalogue *catalogue;
    const struct strategies *strategies;
    const struct disposition_plan *plan;
    struct json_reader *json; // of decisions and answers
    struct intake *intake;
    struct event *event; // the one at hand
    struct event *lead;  // the leading one of the alert that strategies look at
    struct arena scratch;
    // Payments of alerts of which the end is not known yet, by the id of their REQUEST: most events are about none, and need no question to the store.
    struct arena waited_arena;
    struct map waited;
    bool knows_waited;
    struct hits_kept *hits;
    uint64_t works; // decisions taken that were more than looked at
};

// ---- outcome.c ----------------------------------------------------------------------------------------------

struct outcome_hit {
    Slice id, mode;
    const struct model *model; // of the catalogue at hand; NULL: it has it no more
    uint32_t model_number;
    int64_t version;
    Severity severity;
    int64_t score;
    Slice asks;
    Slice saw; // JSON
};

// What the disposition has to know of a decision and its event.
struct outcome_read {
    const struct outcome *outcome;
    const struct event *event;
    Slice event_id, action, segment;
    Severity severity; // of the decision
    int64_t delay_us; // of a payment that waits; 0: none
    bool is_late, is_degraded, is_request;
    int64_t amount;   // fen; 0: none moves
    struct outcome_hit *hits; // those that count; NULL: none
    uint32_t hit_count;
};

// Texts live in `arena` or in the disposition until its next reading. STATUS_INVALID: one of them cannot be read by this catalogue.
MUST_USE Status outcome_read(struct disposition *disposition, struct book *book, const struct outcome *outcome, struct outcome_read *ret_read);
// The event alone, of evidence.
MUST_USE Status event_read(struct disposition *disposition, struct book *book, Slice text, struct event *event);
// The text of a role's field; empty where the event or the pack has none. In the arena.
Slice event_role(const struct disposition *disposition, const struct event *event, EventRole role, struct arena *arena);
int64_t event_money(const struct disposition *disposition, const struct event *event, EventRole role);
// Of the field of an enumeration or text.
Slice event_text(const struct event *event, uint32_t field, struct arena *arena);

// ---- follow.c -------------------------------------------------------------------------------------------------

MUST_USE Status follow_take(struct disposition *disposition, struct book *book, const struct outcome_read *read);
// Set of FamilyKind of a group; 0: the pack has it no more.
uint32_t group_kinds(const struct disposition_plan *plan, Slice id);
// Whether alerts of this group are about crime against the customer.
bool group_is_against_customer(const struct disposition_plan *plan, Slice id);

// ---- missed.c -------------------------------------------------------------------------------------------------

// A customer reports fraud: a card, when no alert had told of it.
MUST_USE Status missed_report(struct disposition *disposition, struct book *book, const struct outcome_read *read, Slice customer, Slice report);
// A payment without a hit: a card, when it is drawn.
MUST_USE Status missed_draw(struct disposition *disposition, struct book *book, const struct outcome_read *read);

// ---- hits.c ---------------------------------------------------------------------------------------------------

enum { ALERT_HITS_MAX = 512 };

struct alert_hit {
    const struct model *model; // NULL: the catalogue does not know it any more
    Slice id, family, typology, mode, lists, asks, saw;
    int64_t version, sequence, event_us;
    Severity severity;
    uint32_t evidence;
};

struct hits_kept *hits_kept_create(void);
void hits_kept_destroy(struct hits_kept *kept);
// What was taken up to a sequence is committed.
void hits_kept_settle(struct hits_kept *kept, uint64_t sequence);
// In the unit's arena, the oldest first; at most ALERT_HITS_MAX.
MUST_USE Status hits_read(struct disposition *disposition, struct book *book, int64_t alert, struct alert_hit **ret_hits, uint32_t *ret_count);

// ---- situation.c ----------------------------------------------------------------------------------------------

enum { OPEN_FAMILIES_MAX = 64, USES_MAX = STRATEGY_LIMITS_MAX, RUN_AT_ONCE = -1, LOOKED_CELLS_MAX = 64, LOOKED_KEYS_MAX = 64 };

struct looked_cell {
    uint32_t table, column;
    bool is_there;
    struct value value;
};
struct looked_key {
    uint32_t list;
    Slice key;
    bool then, now; // was on it when the event came; is on it now
};
struct looked {
    struct looked_cell cells[LOOKED_CELLS_MAX];
    struct looked_key keys[LOOKED_KEYS_MAX];
    uint32_t cell_count, key_count;
    bool lacks; // something was asked that is not here, while nobody could be asked
};

// What is gathered when something asks for it, and not before: most hits join an alert where nobody asks for more than the first.
typedef enum SituationPart {
    PART_ROW, // the alert's own: always there
    PART_HITS,
    PART_AGES, // of models
    PART_MARKS,
    PART_ACTIONS,
    PART_TAKEN, // branches
    PART_PAYMENT,
    PART_OPEN, // alerts of the subject
    PART_BEFORE,
    PART_CLEARED,
    PART_WHITE,
    // Of the strategy at hand, and its run.
    PART_ANSWERS,
    PART_REPEATS,
    PART_USES,
    PART_RUN,
    SITUATION_PART_COUNT
} SituationPart;

struct situation {
    struct disposition *disposition;
    struct arena *arena;               // of the unit of work
    const struct knowledge *knowledge; // while it is looked at
    struct alert alert;
    const struct event *event; // the leading one, as the alert's subject is concerned with it
    bool is_turned;            // it is another's own event: the alert is about who was paid, or about a thing
    int64_t now_us;
    uint32_t gathered, lacking; // sets of SituationPart; lacking: something was asked of them, and they are not gathered
    struct alert_hit *hits;
    uint32_t hit_count;
    struct value names[STRATEGY_NAME_COUNT];
    bool is_known[STRATEGY_NAME_COUNT];
    struct value answers[ANSWERS_MAX];
    bool is_answered[ANSWERS_MAX];
    struct {
        Slice family;
        Severity severity;
    } open[OPEN_FAMILIES_MAX];
    uint32_t open_count;
    // What tables and lists have said: nobody is asked for the same twice.
    struct looked looked;
    // Of one strategy.
    const struct strategy *strategy; // NULL: none
    bool is_shadow;
    int64_t run; // 0: none; RUN_AT_ONCE: it ends as it begins
    const struct strategy_ask *assumed; // NULL: none. A question that was not put, and the answers that are taken for yes
    uint32_t uses[USES_MAX];
    struct strategy_input input;
};

// The alert and its leading event. The rest is gathered by situation_look().
MUST_USE Status situation_load(struct disposition *disposition, struct book *book, int64_t alert, struct situation *ret_situation);
// Calls look() with what is gathered, and with what tables and lists have said before. Where it asked for more, that is gathered, or tables and lists are asked while they stand still, and it is
// called once more: it writes its results anew each time. So whoever decides is disturbed once, not for each question. DP010: they cannot be asked now.
MUST_USE Status situation_look(struct situation *situation, struct book *book, void (*look)(void *user, const struct knowledge *knowledge), void *user);
// Gathers all that is not there yet, before something is done that changes it: what follows from one evaluation is judged by one state of things.
MUST_USE Status situation_gather_all(struct situation *situation, struct book *book);
// What was gathered of a part holds no longer.
void situation_forget(struct situation *situation, SituationPart part);
// What depends on a strategy from now on: its limits, and its run (0: none).
void situation_of_strategy(struct situation *situation, const struct strategy *strategy, bool is_shadow, int64_t run);

// ---- gather.c ---------------------------------------------------------------------------------------------------

// A list of texts, each of them once, and no more than fit.
struct texts {
    struct value *at;
    uint32_t count;
};
void texts_add(struct texts *texts, struct arena *arena, Slice text);

// One part into the situation; what stands in the alert's row.
MUST_USE Status gather_part(struct situation *situation, struct book *book, SituationPart part);
MUST_USE Status gather_row(struct situation *situation, struct book *book);
// How long payments would be held by a run that is in the shadow, and does not hold them. 0: it would not.
int64_t gather_would_hold_us(const struct situation *situation);

// ---- strategy.c -------------------------------------------------------------------------------------------------

// Tries the strategies that a trigger calls, and sends the alert to people when nothing works on it. Loads and keeps the alert.
MUST_USE Status strategies_try(struct disposition *disposition, struct book *book, int64_t alert, Trigger trigger);
// A task that a run waited for was answered, or ran out.
MUST_USE Status strategy_answered(struct disposition *disposition, struct book *book, int64_t run, bool in_time);
MUST_USE Status strategy_due(struct disposition *disposition, struct book *book, int64_t run);
// Ends what works on an alert, since somebody or something else has it now. What is only followed in the shadow goes on where a question is out: its answer is compared with what was decided
// meanwhile.
MUST_USE Status strategies_overtaken(struct book *book, const struct alert *alert, Slice reason);

// ---- ask.c --------------------------------------------------------------------------------------------------------

struct question {
    int64_t alert, run; // run 0: a person asks
    ContactChannel channel;
    uint32_t script; // of the plan
    int64_t until_us;
    int64_t attempt;
};
MUST_USE Status ask(struct disposition *disposition, struct book *book, struct situation *situation, const struct question *question, int64_t *ret_task);
MUST_USE Status ask_cancel(struct book *book, int64_t alert, int64_t run);
// Those that people ask, not strategies.
MUST_USE Status ask_cancel_of_people(struct book *book, int64_t alert);
// All that are out about an alert, whoever asks.
MUST_USE Status ask_cancel_all(struct book *book, int64_t alert);
MUST_USE Status ask_expired(struct disposition *disposition, struct book *book, int64_t task);
// The answers to an alert's questions, the newest last, into the situation: all of them, or those of a run.
MUST_USE Status answers_load(struct situation *situation, struct book *book, int64_t run);
bool answer_is_fine(const struct disposition_plan *plan, JsonTree tree, struct buf *reason);

// ---- script.c -----------------------------------------------------------------------------------------------------

// NULL: the plan has none of that id.
const struct script *script_named(const struct disposition_plan *plan, Slice id);
Slice script_text(struct arena *arena, const struct script *script); // "id@version", as a task has it
// The script with the holes of its texts filled, in the unit's arena.
MUST_USE Status script_fill(struct disposition *disposition, struct book *book, struct situation *situation, const struct script *script, struct script *ret_filled);

// ---- act.c --------------------------------------------------------------------------------------------------------

// Does what a branch says, one action after the other. `done` is a JSON list of what was done and what was refused, for the trace; `is_refused`: something that was to
// protect could not be set, so nobody may rely on it.
struct acted {
    Slice done;
    bool is_refused;
};
// Whether actions change what was gathered of the alert; most do not, as they join hits or call somebody.
bool act_changes(const struct strategy_action *const *actions, uint32_t count);
MUST_USE Status act(struct disposition *disposition, struct book *book, struct situation *situation, const struct strategy_action *const *actions, uint32_t count,
                    int64_t run, struct acted *ret_acted);
// Payments of the alert that still wait.
MUST_USE Status act_settle_holds(struct disposition *disposition, struct book *book, int64_t alert, HoldState outcome, Slice reason, uint32_t *ret_count);
// A severity from which payments are refused at their deadline holds for those that wait already.
// What waits is not let go when nobody says otherwise.
MUST_USE Status act_refuse_at_deadline(struct disposition *disposition, struct book *book, int64_t alert);
MUST_USE Status act_holds_follow(struct disposition *disposition, struct book *book, const struct alert *alert);

// ---- measure.c ----------------------------------------------------------------------------------------------------

// What the bank set because of an alert that a person closed with `code`: it ends where the code lets the customer go, and is another open alert's where there is a grave one.
MUST_USE Status measures_follow(struct disposition *disposition, struct book *book, const struct alert *alert, Code code);

// ---- level.c --------------------------------------------------------------------------------------------------------

// Sets when it has to be decided, and its rank; and its timers. Of one that is open and with people, or goes to them.
MUST_USE Status level_set(struct disposition *disposition, struct book *book, struct alert *alert);
MUST_USE Status level_clear(struct book *book, int64_t alert);
MUST_USE Status level_queue(struct disposition *disposition, struct book *book, struct alert *alert, Slice reason, Slice detail);
MUST_USE Status level_timer(struct disposition *disposition, struct book *book, const struct due_timer *timer);
// Its severity has gone up: deadlines, escalation and the payments that wait go by it from now on, and its owner is paged.
MUST_USE Status level_more_urgent(struct disposition *disposition, struct book *book, struct alert *alert);
MUST_USE Status level_raise(struct disposition *disposition, struct book *book, struct alert *alert, int64_t severity, Slice reason);
MUST_USE Status level_page(struct book *book, const struct alert *alert, DutyRole role, Slice reason);
// A moment so much later: a span, or working days.
int64_t term_end(const struct disposition *disposition, Term term, int64_t from_us);

// ---- close.c --------------------------------------------------------------------------------------------------------

struct closing {
    Code code;
    bool is_weak;
    const struct strategy *strategy; // NULL: a person
    Slice reason, detail;
};
// Ends the alert: state, label, sample, timers. The row is kept.
MUST_USE Status alert_close(struct disposition *disposition, struct book *book, struct alert *alert, const struct closing *closing);
typedef enum ReopenReason { REOPEN_QA, REOPEN_APPEAL, REOPEN_S4_HIT, REOPEN_VICTIM_REPORT, REOPEN_POLICE_LIST } ReopenReason;
MUST_USE Status alert_reopen(struct disposition *disposition, struct book *book, struct alert *alert, ReopenReason reason, Slice detail);
MUST_USE Status label_add(struct disposition *disposition, struct book *book, const struct alert *alert, Code code, bool is_weak, Slice source);

// ---- earn.c ---------------------------------------------------------------------------------------------------------

MUST_USE Status strategy_mode(struct book *book, const struct strategy *strategy, StrategyMode *ret_mode);
Slice strategy_hash_text(struct arena *arena, const struct strategy *strategy);
// People have decided: what the strategies in the shadow would have done is compared.
// Of an alert that is closed in a later life: what was compared before is compared with what was found in the end.
MUST_USE Status agreements_revise(struct book *book, const struct alert *alert, Code decided);
// Another person looks at what people decided otherwise than a strategy would have.
MUST_USE Status sample_doubtful(struct book *book, const struct alert *alert, Code decided);
MUST_USE Status agreement_note(struct disposition *disposition, struct book *book, const struct alert *alert, Code code);
// A strategy closes an alert.
MUST_USE Status closing_note(struct book *book, const struct strategy *strategy, int64_t alert);
// Looks whether a strategy has to be stopped, by what may have changed: after a closure, an overturned sample, a later positive.
enum { BREAKER_CLOSURES = 1, BREAKER_OVERTURNED = 2, BREAKER_LATER = 4, BREAKER_ALL = 7 };
MUST_USE Status breakers_look(struct disposition *disposition, struct book *book, const struct strategy *strategy, uint32_t which);
