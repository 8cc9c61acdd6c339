#pragma once
// Orders: what competent authorities (有权机关) order of the bank by the platform, and what the
// bank tells them. An order is checked against what the bank knows, carried out at once where all
// agrees, answered with the actual time, and ends in time by itself.
//
//     taken ─ agrees ─▶ EXECUTING ─ confirmed ─▶ DONE ─ released, expired ─▶ ENDED
//       │                  ▲
//       ├ does not agree ▶ EXCEPTION ─ two persons ─▶ EXECUTING or REFUSED
//       └ may never be ──▶ REFUSED
//
// The model. An order is one row, known by its number. What it sets is a measure of the ledger
// (controls.h), whose end, waiting (轮候) and release are the ledger's; so one order's release
// never touches another's. Every step is answered to the endpoint `police` (order.feedback) with
// the result, the actual time and the balance. What does not agree is not executed: it is answered
// with the reason, and comes to people with the skill POLICE, two of whom decide.
//
//     struct order order = {.number = ..., .kind = ORDER_STOP_PAY, ...};
//     TRY(order_take(book, terms, &bank, &order, &result));   // the same number again: the same
//                                                             // answer, and nothing done twice
//     TRY(order_control_confirmed(book, terms, &bank, control, &confirmation));
//     TRY(order_control_timer(book, terms, &bank, &due));     // the four timers of controls.h
//     TRY(order_decide(book, terms, &bank, id, &decision));   // of the exception queue
//     TRY(order_timer(book, terms, &bank, &due));             // TIMER_ORDER, _REVERIFY, _REPORT
//
// Where this room is linked, measures are confirmed and their timers handled through it: it hands
// on to controls.h, and answers the authority when the measure is of an order.
//
// Time limits: docs/controls.md. All are timers in the store and survive a restart.
//
// `struct order_bank` tells what the bank knows. Its functions are called within a unit of work,
// which may be run again: they only read, and do not wait.
//
// Codes: OD001 no such order; OD002 an order that is not one; OD003 nothing to decide; OD004 who
// may decide; OD005 the decision does not fit; OD006 it cannot be carried out; OD007 no such
// report; OD008 a report that is not one; OD009 there are no texts for notices.

#include "response/controls/controls.h"

enum {
    ORDER_ENTRIES_MAX = 1000,
    ORDER_TEXT_MAX = 256,                     // bytes of each text of an order
    ORDER_ANSWER_MAX = BOOK_TEXT_MAX - 16384, // bytes of the answer to a query
    ORDER_SUB_ACCOUNTS_MAX = 4096,            // bytes; more are left out
};

#define ORDER_HANDLINGS(X) X(ANSWER) X(WATCH) X(SET) X(RENEW) X(RELEASE) X(RETURN) X(LIST)
#define ORDER_ELEMENTS(X)                                                                          \
    X(ACCOUNT, "account", "账号", "account")                                                       \
    X(NAME, "name", "户名", "name of the holder")                                                  \
    X(CERTIFICATE, "certificate", "证件号码", "certificate of the holder")                         \
    X(AMOUNT, "amount", "金额", "amount")                                                          \
    X(MOVED, "moved", "交易时间", "moment of the movement")                                        \
    X(FROM, "from", "起始时间", "begin of a period")                                               \
    X(UNTIL, "until", "截止时间", "end of a period")                                               \
    X(ORIGINAL, "original", "原指令编号", "number of the order that it refers to")                 \
    X(VICTIM, "victim_account", "被害人账户", "account of the victim")                             \
    X(DOCUMENT, "document", "法律文书编号", "number of the legal document")                        \
    X(SIGNATURE, "signature", "签章", "signature")                                                 \
    X(ENTRIES, "entries", "名单条目", "entries of a list")
// Of what a freeze is, and so how long it may last.
#define FREEZE_CLASSES(X)                                                                          \
    X(DEPOSIT, "DEPOSIT", "存款", "deposit")                                                       \
    X(MAJOR, "MAJOR", "重大案件", "deposit in a major case")                                       \
    X(SECURITIES, "SECURITIES", "债券、股票、基金份额", "bonds, shares, funds")                    \
    X(LAUNDERING, "LAUNDERING", "反洗钱临时冻结", "temporary freeze against laundering")
#define ORDER_STATES(X)                                                                            \
    X(EXECUTING, "EXECUTING", "执行中", "being carried out")                                       \
    X(DECIDING, "DECIDING", "待双人办理", "two persons have to carry it out")                      \
    X(EXCEPTION, "EXCEPTION", "异常待处理", "does not agree; two persons decide")                  \
    X(DONE, "DONE", "已执行", "carried out")                                                       \
    X(REFUSED, "REFUSED", "不予执行", "not carried out")                                           \
    X(ENDED, "ENDED", "已结束", "its measure has ended")
#define ORDER_LISTS(X)                                                                             \
    X(CASE, "CASE", "涉案账户", "account of a case")                                               \
    X(SUSPICIOUS, "SUSPICIOUS", "可疑账户", "suspicious account")

typedef enum OrderKind {
#define ORDER_KIND(name, ...) ORDER_##name,
#include "response/orders/order_kinds.def"
#undef ORDER_KIND
    ORDER_KIND_COUNT,
} OrderKind;
typedef enum OrderAnswer {
#define ANSWER(name, outcome, zh, en) ANSWERED_##name,
#include "response/orders/answers.def"
#undef ANSWER
    ANSWERED_COUNT,
} OrderAnswer;
#define X(name) HANDLING_##name,
typedef enum OrderHandling { ORDER_HANDLINGS(X) HANDLING_COUNT } OrderHandling;
#undef X
#define X(name, word, zh, en) ELEMENT_##name,
typedef enum OrderElement { ORDER_ELEMENTS(X) ELEMENT_COUNT } OrderElement;
#undef X
#define X(name, word, zh, en) FREEZE_##name,
typedef enum FreezeClass { FREEZE_CLASSES(X) FREEZE_CLASS_COUNT } FreezeClass;
#undef X
#define X(name, word, zh, en) ORDER_IS_##name,
typedef enum OrderState { ORDER_STATES(X) ORDER_STATE_COUNT } OrderState;
#undef X
#define X(name, word, zh, en) ORDER_LIST_##name,
typedef enum OrderList { ORDER_LISTS(X) ORDER_LIST_COUNT } OrderList;
#undef X

struct order_kind_text {
    const char *word, *zh, *en, *deadline;
    OrderHandling handling;
    uint32_t elements; // bits of OrderElement that have to be there
};
typedef enum AnswerOutcome {
    OUTCOME_DONE,
    OUTCOME_GOING,
    OUTCOME_PERSON, // not executed; two persons may have it carried out all the same
    OUTCOME_MENDED, // not executed; another order has to come
    OUTCOME_NEVER,
} AnswerOutcome;
struct order_answer_text {
    const char *word, *zh, *en;
    AnswerOutcome outcome;
};
const struct order_kind_text *order_kind_text(OrderKind kind);
bool order_kind_parse(Slice word, OrderKind *ret_kind);
const struct order_answer_text *order_answer_text(OrderAnswer answer);
const char *order_state_word(OrderState state);
bool order_state_parse(Slice word, OrderState *ret_state);
const char *freeze_class_word(FreezeClass class);
bool freeze_class_parse(Slice word, FreezeClass *ret_class);
bool order_answer_parse(Slice word, OrderAnswer *ret_answer);

// An entry of LIST_PUSH.
struct order_entry {
    OrderList list;
    Slice account;             // or card
    Slice certificate;         // hash; may be empty
    Slice bank;                // whose account it is; empty: this bank's
    int64_t from_us, until_us; // 0: at once; without an end
};

// As the gateway took it in: verified, decoded, names and certificates hashed.
struct order {
    Slice number;
    OrderKind kind;
    Slice authority;
    bool is_city_level; // approved at the level of a city with districts, or above
    Slice document;
    bool is_signed;     // its signature was verified
    int64_t ordered_us; // when it was given
    Slice account, name_hash, certificate_hash;
    int64_t amount;            // fen; CONTROL_WHOLE: none
    int64_t moved_us;          // of the victim's transfer; 0: none
    int64_t from_us, until_us; // a period; 0: none
    FreezeClass freeze_class;
    Slice original; // number of another order
    Slice victim_account;
    const struct order_entry *entries; // of LIST_PUSH
    uint32_t entry_count;
};

// ---- what the bank knows -------------------------------------------------------------------

struct order_holder {
    Slice account; // the account itself, where a card was named
    Slice customer, name_hash, certificate_hash, branch;
};

// Each gives STATUS_NOT_FOUND for what is not there; any other failure fails the unit of work.
struct order_bank {
    void *context;
    // `account` is an account or a card. Texts live in the arena.
    Status (*holder)(void *context, Slice account, struct arena *arena,
                     struct order_holder *ret_holder);
    // A movement into or out of the account, of that amount, around that moment.
    Status (*movement)(void *context, Slice account, int64_t amount, int64_t at_us);
    Status (*balance)(void *context, Slice account, int64_t *ret_fen);
    // One value of JSON: accounts under that one; nothing where it does not give STATUS_OK. May be
    // NULL.
    Status (*sub_accounts)(void *context, Slice account, struct json_writer *json);
    // The answer to a query, one value of JSON: accounts, movements; nothing where it does not give
    // STATUS_OK. What is larger than ORDER_ANSWER_MAX comes to people, who send it by file.
    Status (*answer)(void *context, const struct order *order, struct json_writer *json);
    // What customers are told: that an account is on the list of case accounts; that its
    // holder has to come within three days; that his business away from the counter is suspended.
    const struct notice *case_notice, *reverify_notice, *suspend_notice;
};

// ---- taking, deciding, ending --------------------------------------------------------------

struct order_result {
    int64_t id;
    OrderState state;
    OrderAnswer answer;
    bool is_known; // the number was here before; nothing was done again
};

MUST_USE Status order_take(struct book *book, const struct terms *terms,
                           const struct order_bank *bank, const struct order *order,
                           struct order_result *ret_result);

struct order_decision {
    bool executes; // else it is refused
    Slice reason;
    Slice second; // another person with the skill POLICE
};

// Of an order in EXCEPTION or DECIDING, by a person with the skill POLICE.
MUST_USE Status order_decide(struct book *book, const struct terms *terms,
                             const struct order_bank *bank, int64_t id,
                             const struct order_decision *decision);
// control_confirmed() and control_timer(), and then what became of the order is answered.
MUST_USE Status order_control_confirmed(struct book *book, const struct terms *terms,
                                        const struct order_bank *bank, int64_t control,
                                        const struct confirmation *confirmation);
MUST_USE Status order_control_timer(struct book *book, const struct terms *terms,
                                    const struct order_bank *bank, const struct due_timer *due);
// Of one that has no measure of its own: a return, a list.
MUST_USE Status order_confirmed(struct book *book, const struct terms *terms,
                                const struct order_bank *bank, int64_t id,
                                const struct confirmation *confirmation);
// For TIMER_ORDER, TIMER_REVERIFY and TIMER_REPORT.
MUST_USE Status order_timer(struct book *book, const struct terms *terms,
                            const struct order_bank *bank, const struct due_timer *due);
// A movement of an account: told to each authority that watches it (QUERY_DYNAMIC). `movement` is
// JSON. `event_id` makes it count once.
MUST_USE Status order_movement(struct book *book, Slice account, Slice event_id, Slice movement);
// The holder of a case account was verified again: in time, or later, and then what was
// suspended is released.
MUST_USE Status order_reverified(struct book *book, const struct terms *terms, Slice customer,
                                 Slice note);

// ---- what the bank tells -------------------------------------------------------------------

typedef enum ReportKind { REPORT_CASE, REPORT_SUSPICION } ReportKind;

struct report {
    ReportKind kind; // CASE_REPORT: a victim reports here; SUSP_REPORT: accounts, openings, leads
    Slice subject_kind, subject; // of whom it tells
    int64_t alert, case_id;      // 0: none
    Slice body;                  // JSON
    Slice secrecy;
    // Of one that is read.
    int64_t id, made_us, message;
    Slice made_by;
    int64_t received_us; // 0: not acknowledged yet
    Slice receipt;
    int64_t pages; // how often somebody was paged for that
};

MUST_USE Status report_send(struct book *book, const struct terms *terms,
                            const struct report *report, int64_t *ret_id);
MUST_USE Status report_received(struct book *book, int64_t id, Slice receipt);

// ---- reading -------------------------------------------------------------------------------

struct order_row {
    struct order order; // without its entries
    int64_t id;
    OrderState state;
    OrderAnswer answer;
    Slice problem;          // which element, or what the core bank said
    Slice content;          // hash of all elements
    Slice target, customer; // the account itself, and whose it is
    int64_t control;        // the measure that it sets, renews or releases; 0: none
    int64_t taken_us, state_us;
    int64_t answered_us, executed_us; // 0: not yet; executed: the actual time
    int64_t due_us;                   // of a return, or of a period; 0: none
    Slice feedback;                   // the last answer to the authority
    Slice decided_by, decided_second, decision_reason;
    int64_t message;
    int64_t pages; // since it is in its state
    Slice secrecy;
};

// OD001: there is none that the viewer may see.
MUST_USE Status order_load(struct book *book, int64_t viewer, int64_t id,
                           struct order_row *ret_order);
typedef enum OrderListing { ORDERS_IN_STATE, ORDERS_OF_ACCOUNT, ORDERS_NEWEST } OrderListing;
MUST_USE Status order_list_json(struct book *book, OrderListing list, const struct list_page *page,
                                struct json_writer *json);
void order_put_json(struct json_writer *json, const struct order_row *order);
// Reports of matters of money laundering are seen with that clearance alone.
MUST_USE Status report_list_json(struct book *book, const struct list_page *page,
                                 struct json_writer *json);

// Of orders that were taken in [from_us, until_us) and that the viewer may see, by kind.
struct order_figures {
    int64_t taken, executed, refused, in_exception;
    int64_t in_time;        // automatic ones that were executed within terms->order_seconds
    int64_t p50_us, p95_us; // from taking to execution
};
MUST_USE Status order_figures(struct book *book, const struct terms *terms, int64_t viewer, OrderKind kind,
                              int64_t from_us, int64_t until_us, struct order_figures *ret_figures);
