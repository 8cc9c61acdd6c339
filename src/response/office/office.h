#pragma once
// Office: how people come to what the response keeps: lists to choose from, one thing with all that
// belongs to it, and what two of them have to do together. It adds no rule to those of the rooms
// below; it finds, shows, and lets the second person say yes.
//
//     struct office office = {.disposition = ..., .strategies = ..., .terms = ..., .bank = ...};
//     within a unit of work of a book (response/book/book.h):
//         TRY(alerts_put_json(&office, book, &(struct alert_filter){.viewer = clearance, .skill =
//         SLICE("FRAUD"), .is_open = CHOICE_YES}, json, &next)); TRY(alert_put_json(&office, book,
//         &looking, id, json)); TRY(office_release_control(&office, book, viewer, id, true, reason,
//         &proposal));   // done, or proposed TRY(proposal_approve(&office, book, viewer, proposal,
//         note));                      // by another person
//
// Secrecy. Every list goes through the views seen_...: `viewer` is a mask of CLEARANCE_, and what
// it does not open is not there, neither in a list nor in a count nor by its number.
//
// Cost. A page of a list looks at no more than ALERTS_LOOKED_AT rows, whatever is asked for: a page
// may come back with few rows or none and still have a next one. docs/alerts.md has what was
// measured.
//
// JSON. Members are those of src/server/api/openapi.json. Moments are milliseconds since 1970 UTC,
// money is fen, what is not there is null. What is personal is written as it is: who shows it hides
// it.
//
// Codes: OF001 no such proposal; OF002 it is settled, or too old; OF003 another person has to;
// OF004 one waits already; OF005 a desk that cannot be; OF006 no such strategy; OF007 no such task;
// OF008 what is asked for does not fit; OF009 too much for one answer; OF010 a name that was used
// for another request; OF011 the second person may not; OF014 nothing of that name is kept; OF015 it
// was kept anew meanwhile; OF016 too much is kept.

#include "base/hash.h"
#include "codec/json_write.h"
#include "response/controls/appeals.h"
#include "response/disposition/disposition.h"
#include "response/disposition/earn.h"
#include "response/disposition/figures.h"
#include "response/disposition/people.h"
#include "response/orders/orders.h"

enum { ALERTS_LOOKED_AT = 4000, OFFICE_ROWS_MAX = 500, CURSOR_TEXT_MAX = 64 };

struct office {
    struct disposition *disposition;
    const struct strategies *strategies;
    const struct terms *terms;
    const struct order_bank *bank;
};

typedef enum Choice { CHOICE_ANY, CHOICE_NO, CHOICE_YES } Choice;

// ---- alerts -------------------------------------------------------------------------------------

// A place in a list: behind a row.
struct alert_cursor {
    bool is_given;
    double rank;   // by rank
    int64_t at_us; // by time
    int64_t id;
};
size_t alert_cursor_put(const struct alert_cursor *cursor, bool by_rank,
                        char text[CURSOR_TEXT_MAX]);
// False: it is none, or one of the other order.
bool alert_cursor_parse(Slice text, bool by_rank, struct alert_cursor *ret_cursor);

// Empty and 0: any.
struct alert_filter {
    int64_t viewer;
    bool is_blind; // for who takes second looks: what was decided first is not told of alerts that
                   // wait for one
    Slice state, group, family, skill, owner, branch, customer, account, payee, subject_kind,
        subject, strategy, code;
    Slice models; // with blanks around each: those with a hit of one of them
    int64_t severity, case_id;
    Choice is_open;
    int64_t from_us, until_us; // opened in; until 0: any
    bool by_rank;              // the most urgent first, of open ones alone; else the newest first
    struct alert_cursor after;
    uint32_t count_max; // at most OFFICE_ROWS_MAX
};

// An array. `ret_next`: where the next page begins; not given: there is none.
MUST_USE Status alerts_put_json(const struct office *office, struct book *book,
                                const struct alert_filter *filter, struct json_writer *json,
                                struct alert_cursor *ret_next);

// Alerts that were opened since a moment and have a hit of one of these models: how many, and an
// array of {"model", "alerts"} of those that have any.
MUST_USE Status alerts_put_hits(struct book *book, int64_t viewer, const Slice *models,
                                uint32_t count, int64_t since_us, struct json_writer *json,
                                uint32_t *ret_alerts);

// Whose eyes see one alert.
struct looking {
    int64_t viewer;
    Slice name;    // who looks
    bool is_blind; // as above
    int64_t events_max;
};
// The alert as a list shows it. DP001.
MUST_USE Status alert_put_row(const struct office *office, struct book *book,
                              const struct looking *looking, int64_t id, struct json_writer *json);
// All of it: the row, why in words, what was decided and done, clocks, the trace and whether it is
// whole, similar alerts.
MUST_USE Status alert_put_json(const struct office *office, struct book *book,
                               const struct looking *looking, int64_t id, struct json_writer *json);
// Its events, the newest first, behind a sequence (0: from the newest).
MUST_USE Status alert_put_events(struct book *book, int64_t viewer, int64_t id, int64_t before,
                                 uint32_t count_max, struct json_writer *json, int64_t *ret_next);

// ---- desks, queues ------------------------------------------------------------------------------

// An array of who there is: skills, level, branch, on duty, how many alerts each has in hand.
MUST_USE Status desks_put_json(struct book *book, int64_t viewer, struct json_writer *json);
void person_put_json(struct json_writer *json, const struct person *person);
// What waits: alerts by skill, severity and level; what has to be approved, looked at again,
// answered, settled.
MUST_USE Status queues_put_json(struct book *book, int64_t viewer, struct json_writer *json);

// What alerts are told with, in both languages: groups, skills, states, codes, answers, scripts. With `has_names` those
// of fields, features and columns too, which tell what models look at.
void words_put_json(const struct office *office, bool has_names, struct json_writer *json);

// ---- tasks --------------------------------------------------------------------------------------

struct task_filter {
    int64_t viewer;
    bool of_branch; // those of `branch` alone, also when it is empty: then none
    Slice state, channel, branch;
    int64_t alert;
    int64_t before; // the page before ended with this; 0: the first page
    uint32_t count_max;
};
MUST_USE Status tasks_put_json(struct book *book, const struct task_filter *filter,
                               struct json_writer *json);
// OF007: there is none that he may see.
MUST_USE Status task_check(struct book *book, const struct task_filter *seen_by, int64_t task);
MUST_USE Status task_put_json(struct book *book, const struct task_filter *seen_by, int64_t task,
                              struct json_writer *json);
// What is said to who is asked, filled for the task's alert. OF007; DP016: the pack has that script no more.
MUST_USE Status task_put_script(const struct office *office, struct book *book,
                                const struct task_filter *seen_by, int64_t task,
                                struct json_writer *json);

// ---- strategies, figures ------------------------------------------------------------------------

// An array of all, in the order in which they are tried, with their standing. Notes texts that are
// new, so not for reading alone.
MUST_USE Status strategies_put_json(const struct office *office, struct book *book,
                                    struct json_writer *json);
// One: its text, how it was understood, its last runs. OF006.
MUST_USE Status strategy_put_json(const struct office *office, struct book *book, int64_t viewer,
                                  Slice id, struct json_writer *json);
struct what_if_of {
    int64_t viewer;
    bool is_blind; // takes second looks: what waits for one is left out
    int64_t from_us, until_us;
};
// What it would have closed in a span while it was in the shadow, under its present text, beside
// what people decided on these alerts; where they differ, alert by alert, as many as one sees at
// once. OF006.
MUST_USE Status strategy_put_what_if(const struct office *office, struct book *book,
                                     const struct what_if_of *of, Slice id,
                                     struct json_writer *json);
MUST_USE Status strategy_named(const struct office *office, struct book *book, Slice id,
                               const struct strategy **ret_strategy);
void figures_put_json(struct json_writer *json, const struct figures *figures);
MUST_USE Status order_figures_put_json(const struct office *office, struct book *book,
                                       int64_t viewer, int64_t from_us, int64_t until_us,
                                       struct json_writer *json);

// ---- four eyes ----------------------------------------------------------------------------------

typedef enum ProposalKind {
#define PROPOSAL(name, kind, object_kind, zh, en) PROPOSAL_##name,
#include "response/office/proposals.def"
#undef PROPOSAL
    PROPOSAL_KIND_COUNT,
} ProposalKind;

struct proposal_text {
    const char *kind, *object_kind, *zh, *en;
};
extern const struct proposal_text proposal_texts[PROPOSAL_KIND_COUNT];
bool proposal_kind_parse(Slice word, ProposalKind *ret_kind);

struct proposal {
    int64_t id;
    ProposalKind kind;
    int64_t object, alert; // alert 0: none
    Slice word, reason, secrecy, state;
    int64_t proposed_us, until_us, settled_us;
    Slice proposed_by, settled_by, note;
    Slice changes; // of lists: JSON, what would be done; else empty
};

// What a person wants done. Where it takes one person it is done and `ret_proposal` is 0; where it
// takes two it is proposed. What cannot be at all is refused at once, with the room's code.
MUST_USE Status office_settle_hold(const struct office *office, struct book *book, int64_t viewer,
                                   int64_t hold, HoldState outcome, Slice reason,
                                   int64_t *ret_proposal);
MUST_USE Status office_release_control(const struct office *office, struct book *book,
                                       int64_t viewer, int64_t control, bool is_stepwise,
                                       Slice reason, int64_t *ret_proposal);
MUST_USE Status office_settle_appeal(const struct office *office, struct book *book, int64_t viewer,
                                     int64_t appeal, AppealResult result, Slice reason,
                                     int64_t *ret_proposal);
// Orders that persons decide on take two of them, always.
MUST_USE Status office_decide_order(const struct office *office, struct book *book, int64_t viewer,
                                    int64_t order, bool executes, Slice reason,
                                    int64_t *ret_proposal);

MUST_USE Status proposal_load(struct book *book, int64_t viewer, int64_t id,
                              struct proposal *ret_proposal);
// By another person than who proposed: it is done, in the name of both.
MUST_USE Status proposal_approve(const struct office *office, struct book *book, int64_t viewer,
                                 int64_t id, Slice note);
MUST_USE Status proposal_reject(struct book *book, int64_t viewer, int64_t id, Slice note);
// By who proposed.
MUST_USE Status proposal_withdraw(struct book *book, int64_t viewer, int64_t id, Slice note);
void proposal_put_json(struct json_writer *json, const struct proposal *proposal);
// The one about a thing that waits for another person, or null.
MUST_USE Status proposal_put_waiting(struct book *book, int64_t viewer, const char *object_kind,
                                     int64_t object, struct json_writer *json);

struct proposal_filter {
    int64_t viewer;
    Slice state;    // empty: any
    uint32_t kinds; // set of ProposalKind
    int64_t before;
    uint32_t count_max;
};
MUST_USE Status proposals_put_json(struct book *book, const struct proposal_filter *filter,
                                   struct json_writer *json, int64_t *ret_next);

// ---- lists --------------------------------------------------------------------------------------

// What people want on lists and off them, and which keys are known by their text. What is in force
// is the engine's: it is told by messages (endpoint "engine"), each of which counts once, and what
// it took comes back from its journal (list_met()).

enum { LIST_BATCH_MAX = 10000, LIST_KEY_MAX = 512, LIST_REASON_MAX = 1000 };

struct list_wish {
    Slice key;
    Hash128 hash;              // as the engine knows it
    int64_t from_us, until_us; // 0: from when it is done on; without an end
    Slice reason;
};

// Keys of one list that are put on it, or taken off it, together.
struct list_wishes {
    Slice list;
    Slice personal; // how keys are hidden: a kind of masks.def, or "none"
    bool removes;
    bool needs_two; // they wait for another person
    Slice reason;   // of all
    const struct list_wish *at;
    uint32_t count; // 1 to LIST_BATCH_MAX
};

// What there is of a key already, where it was wished for. SAME: it is on the list with the same end
// and reason. WAITS: the same waits for another person. OTHER: something else of the key does.
typedef enum ListWishKnown { LIST_WISH_NEW, LIST_WISH_SAME, LIST_WISH_WAITS, LIST_WISH_OTHER } ListWishKnown;
// `ret_proposal`: of one that waits; else 0.
MUST_USE Status list_wish_look(struct book *book, const struct list_wishes *wishes,
                               const struct list_wish *wish, ListWishKnown *ret_known,
                               int64_t *ret_proposal);
// Proposes them, or tells the engine. `ret_proposal` 0: it was told. OF004: something of one of the
// keys waits already; OF008: too long, or without a reason.
MUST_USE Status office_change_list(struct book *book, const struct list_wishes *wishes,
                                   int64_t *ret_proposal);

struct list_change_filter {
    Slice list;
    int64_t proposal; // 0: any
    int64_t before;   // the page before ended with this; 0: the first page
    uint32_t count_max;
};
// An array of what was wished for, the newest first, with what became of it.
MUST_USE Status list_changes_put_json(struct book *book, const struct list_change_filter *filter,
                                      struct json_writer *json, int64_t *ret_next);

// A change of a list that the journal tells of.
struct list_met {
    uint64_t sequence;
    int64_t at_us;
    Slice list, key;
    Hash128 hash;
    bool removes;
    int64_t from_us, until_us; // 0: open
    Slice source, reason;
    int64_t message; // that it was made of; else 0
};
// Counts once, and what is older than what is known changes nothing.
MUST_USE Status list_met(struct book *book, const struct list_met *met);

// The text of a key that is known, and its last change. STATUS_NOT_FOUND.
struct list_key {
    Slice key, changed_by, second;
    int64_t changed_us;
};
MUST_USE Status list_key_find(struct book *book, Slice list, Hash128 hash,
                              struct list_key *ret_key);

// ---- traces, confirmations ----------------------------------------------------------------------

// What happened to a thing, the newest first, and whether nobody has changed that: {"whole": true,
// "steps": [...]}.
MUST_USE Status trace_put_json(struct book *book, const char *object_kind, int64_t object,
                               struct json_writer *json);
// The same without details, which may name anybody.
MUST_USE Status trace_put_bare_json(struct book *book, const char *object_kind, int64_t object,
                                    struct json_writer *json);
// The core bank has done, or could not do, what a message asked for: of a hold, a control or an
// order.
MUST_USE Status office_confirm(const struct office *office, struct book *book, Slice object_kind,
                               int64_t object, const struct confirmation *confirmation);

// ---- requests that come again -------------------------------------------------------------------

// What was answered to a request of a caller that it has named so; STATUS_NOT_FOUND. OF010: the
// name was used for another request.
MUST_USE Status answered_find(struct book *book, Slice caller, Slice name, Slice request,
                              Slice *ret_body);
// Keeps it for a week, in the unit of work that did what was asked for.
MUST_USE Status answered_keep(struct book *book, Slice caller, Slice name, Slice request,
                              Slice body);

// ---- what people keep for themselves --------------------------------------------------------------

enum { KEPT_MAX = 200, KEPT_NAME_MAX = 128 }; // of one person; bytes

typedef enum KeptKind {
#define KEPT_KIND(name, word, bytes_max, what) KEPT_##name,
#include "response/office/kept_kinds.def"
#undef KEPT_KIND
    KEPT_KIND_COUNT,
} KeptKind;

struct kept_kind_info {
    const char *word;
    size_t bytes_max; // of a text
};
extern const struct kept_kind_info kept_kinds[KEPT_KIND_COUNT];
bool kept_kind_parse(Slice word, KeptKind *ret_kind);

// One thing: `person`, `kind` and `name` say which.
struct kept {
    Slice person; // whose it is: nobody else comes to it
    KeptKind kind;
    Slice name;
    int64_t version; // 0: none
    Slice text;
    int64_t kept_us;
};

// OF014.
MUST_USE Status kept_load(struct book *book, struct kept *kept);
// Keeps `text` over the version that is named, 0: as a new one; then `version` and `kept_us` are the
// new ones. The text that is there already is no change, whatever the version. OF015: another
// version is there, and `version` is it, 0 where it was dropped; OF016; OF008.
MUST_USE Status kept_put(struct book *book, struct kept *kept);
// OF014, OF015.
MUST_USE Status kept_drop(struct book *book, struct kept *kept);
void kept_put_json(struct json_writer *json, const struct kept *kept, bool with_text);
// An array of all, without texts; of one kind, where `kind` is not empty.
MUST_USE Status kept_list_json(struct book *book, Slice person, Slice kind,
                               struct json_writer *json);
