#pragma once
// Controls: the ledger of measures: who set what on whom, by which right, from when to
// when, and who released it. One row is one measure.
//
//             asked of the core bank      it confirms           released, or at its end
//     (check) ──────▶ ASKED ─────────────▶ IN_FORCE ───────────▶ RELEASED, EXPIRED
//                       │  └─ it cannot ─▶ FAILED
//     another whole freeze is ahead: WAITING ──▶ ASKED when that one has ended (轮候冻结)
//
// The model. Measures of one target stand beside each other: several are in force at once, the
// strictest is the target's state, what they block adds up, and releasing one never releases
// another. Three things are told apart: control (管控, the bank's own, or a list's), stop (止付, an
// order's, for hours) and freeze (冻结, an order's for months, or of the list of special preventive
// measures). measures.def says of each what it blocks and what it may never block, who may set it,
// on what, and for how long; every setting is checked, and a refusal has a code (refusals.def).
//
//     struct control_ask ask = {.measure = MEASURE_SUSPEND_NON_COUNTER, .target_kind =
//         TARGET_ACCOUNT, .target = account, .authority = AUTHORITY_BANK, .basis = SLICE("R-108"),
//         .reason = ..., .severity = 4, .until_us = ..., .facts = facts, .notice = &notice, ...};
//     if (control_may(book, terms, &ask, &refusal) ...)   // asks first, where a no is an answer
//     TRY(control_ask(book, terms, &ask, &id));           // message control.set to `core`
//     TRY(control_confirmed(book, terms, id, &done));     // in force since done.at_us
//     TRY(control_release(book, terms, id, &release));    // four eyes from severity S3
//
// Time. A length of hours or months counts from when the measure was really executed (since_us),
// as the law wants of stops and freezes; an end that is a moment stays one. The end is a timer
// (TIMER_CONTROL), so is the owner's list after 30 days (TIMER_CONTROL_REVIEW), a step of a
// stepwise release (TIMER_CONTROL_STEP), and a confirmation that does not come
// (TIMER_CONTROL_CONFIRM).
//
// Messages to `core`: control.set, control.changed (another amount or end), control.released. Those
// of one target go out in their order, whichever measure they tell of, and each says what is in
// force on the target as a whole. To `contact`: notices (notices.h). To `page`: what was not
// confirmed.
//
// Costs: a handful of statements each; the effective state reads the open rows of one target.
//
// Bounds on texts are checked, with a refusal of their own; nothing is cut.
//
// Codes: CT010 to CT037 (refusals.def); CT005 no such measure; CT008 what the core bank says is too
// long.

#include "response/controls/holds.h"
#include "response/controls/notices.h"
#include "response/controls/terms.h"

// ---- what measures are ---------------------------------------------------------------------

// X(NAME, "word", "中文", "English")
#define TARGET_KINDS(X)                                                                            \
    X(ACCOUNT, "account", "账户", "account")                                                       \
    X(CARD, "card", "银行卡", "card")                                                              \
    X(CUSTOMER, "customer", "客户", "customer")                                                    \
    X(MERCHANT, "merchant", "商户", "merchant")                                                    \
    X(DEVICE, "device", "设备", "device")                                                          \
    X(IP, "ip", "IP 地址", "IP address")                                                           \
    X(SYSTEM_ACCOUNT, "system_account", "系统账号", "account of a system")                         \
    X(PAYEE, "payee", "收款方", "payee")
#define BLOCKS(X)                                                                                  \
    X(PAYMENTS_TO, "PAYMENTS_TO", "向其付款", "payments to it")                                    \
    X(NETWORK, "NETWORK", "网络访问", "its requests")                                              \
    X(LOGIN, "LOGIN", "登录", "sign-in")                                                           \
    X(OPENING, "OPENING", "新开账户", "new accounts")                                              \
    X(SETTLEMENT_NOW, "SETTLEMENT_NOW", "即时结算", "settlement at once")                          \
    X(LIMITED, "LIMITED", "超限额非柜面支出", "debits away from the counter above a limit")        \
    X(CARD, "CARD", "卡片交易", "the card")                                                        \
    X(ACQUIRING, "ACQUIRING", "收单", "taking payments")                                           \
    X(NON_COUNTER_DEBIT, "NON_COUNTER_DEBIT", "非柜面支出", "debits away from the counter")        \
    X(COUNTER_DEBIT, "COUNTER_DEBIT", "柜面支出", "debits at the counter")                         \
    X(CREDIT, "CREDIT", "入账", "credits")
// What a target is, as far as a measure on it has to know.
#define TARGET_FACTS(X)                                                                            \
    X(PAYROLL, "PAYROLL", "代发工资账户", "wages are paid into it")                                \
    X(PENSION, "PENSION", "养老社保账户", "pension or social security is paid into it")            \
    X(SETTLEMENT, "SETTLEMENT", "商户结算账户", "a merchant is settled by it")                     \
    X(COURT, "COURT", "法院等公共账户", "of a court or another public body")                       \
    X(BASIC, "BASIC", "医保、社保、水电燃气等基本生活专用账户",                                    \
      "for medical care, social security or utilities alone")
#define AUTHORITIES(X)                                                                             \
    X(BANK, "BANK", "本行", "the bank")                                                            \
    X(LIST, "LIST", "名单", "a list")                                                              \
    X(ORDER, "ORDER", "有权机关指令", "an order of an authority")
#define MEASURE_CLASSES(X)                                                                         \
    X(CONTROL, "RESTRICTED", "管控", "restricted")                                                 \
    X(STOP, "STOPPED", "止付", "stopped")                                                          \
    X(FREEZE, "FROZEN", "冻结", "frozen")
#define CONTROL_STATES(X)                                                                          \
    X(ASKED, "ASKED", "已发起", "asked of the core bank")                                          \
    X(IN_FORCE, "IN_FORCE", "生效中", "in force")                                                  \
    X(WAITING, "WAITING", "轮候", "waits behind another freeze")                                   \
    X(FAILED, "FAILED", "失败", "the core bank could not")                                         \
    X(RELEASED, "RELEASED", "已解除", "released")                                                  \
    X(EXPIRED, "EXPIRED", "到期解除", "ended in time")

#define X(name, word, zh, en) TARGET_##name,
typedef enum TargetKind { TARGET_KINDS(X) TARGET_KIND_COUNT } TargetKind;
#undef X
#define X(name, word, zh, en) BLOCK_##name,
typedef enum Block { BLOCKS(X) BLOCK_COUNT } Block;
#undef X
#define X(name, word, zh, en) TARGET_FACT_##name,
typedef enum TargetFact { TARGET_FACTS(X) TARGET_FACT_COUNT } TargetFact;
#undef X
#define X(name, word, zh, en) AUTHORITY_##name,
typedef enum Authority { AUTHORITIES(X) AUTHORITY_COUNT } Authority;
#undef X
#define X(name, word, zh, en) MEASURE_CLASS_##name,
typedef enum MeasureClass { MEASURE_CLASSES(X) MEASURE_CLASS_COUNT } MeasureClass;
#undef X
#define X(name, word, zh, en) CONTROL_##name,
typedef enum ControlState { CONTROL_STATES(X) CONTROL_STATE_COUNT } ControlState;
#undef X

typedef enum Measure {
#define MEASURE(name, ...) MEASURE_##name,
#include "response/controls/measures.def"
#undef MEASURE
    MEASURE_COUNT,
} Measure;

typedef enum Refusal {
    REFUSAL_NONE,
#define REFUSAL(name, code, text) REFUSAL_##name,
#include "response/controls/refusals.def"
#undef REFUSAL
    REFUSAL_COUNT,
} Refusal;

struct measure_text {
    const char *word, *zh, *en;
    MeasureClass class;
    int64_t strictness;
    uint32_t targets, blocks, authorities; // bits of TargetKind, Block, Authority
    bool keeps_basics;                     // medical care, social security, utilities go on
    int64_t severity_min;
    int64_t hours_max, hours_self_max; // 0: no bound
    bool owes_notice;
    uint32_t spared, spared_self; // bits of TargetFact
};

const struct measure_text *measure_text(Measure measure);
bool measure_parse(Slice word, Measure *ret_measure);
const char *target_kind_word(TargetKind kind);
bool target_kind_parse(Slice word, TargetKind *ret_kind);
const char *authority_word(Authority authority);
bool authority_parse(Slice word, Authority *ret_authority);
const char *control_state_word(ControlState state);
bool control_state_parse(Slice word, ControlState *ret_state);
const char *control_refusal_code(Refusal refusal); // "CT012"
const char *control_refusal_text(Refusal refusal);
static inline uint32_t target_fact_bit(TargetFact fact) {
    return UINT32_C(1) << fact;
}

enum {
    CONTROL_KEY_MAX = 256,     // bytes of a target, customer, document, basis, branch
    CONTROL_REASON_MAX = 4096, // bytes of a reason
};

// ---- setting -------------------------------------------------------------------------------

#define CONTROL_WHOLE INT64_C(0) // an amount: none is given, and all that is there is meant

struct control_ask {
    Measure measure;
    TargetKind target_kind;
    Slice target;
    Slice customer; // whose it is
    Authority authority;
    Slice basis;      // key of the regulation: "R-108"
    Slice document;   // of an order: its legal document; of a list: its entry
    Slice reason;     // the risk, in words
    int64_t amount;   // fen; a limit's, or of a freeze of a part. CONTROL_WHOLE: none
    int64_t severity; // of the alert behind it: 1 to 4; 0: none
    // Its length: one of these, or none for what the authority does not limit.
    int64_t until_us;                   // a moment
    int64_t span_us;                    // from when it is in force
    int64_t months;                     // the same, of the calendar
    int64_t ordered_us;                 // of an order: its place among waiting freezes
    uint32_t facts;                     // bits of TargetFact
    int64_t alert, case_id, order, run; // 0: none
    Slice secrecy, branch;
    const struct notice *notice; // NULL: none
};

// Whether it may be set: REFUSAL_NONE, or why not. Nothing is changed.
MUST_USE Status control_may(struct book *book, const struct terms *terms,
                            const struct control_ask *ask, Refusal *ret_refusal);
// Sets it; a refusal is STATUS_INVALID with its code.
MUST_USE Status control_ask(struct book *book, const struct terms *terms,
                            const struct control_ask *ask, int64_t *ret_id);
// What the core bank says of setting, changing or releasing. Again, it changes nothing.
MUST_USE Status control_confirmed(struct book *book, const struct terms *terms, int64_t id,
                                  const struct confirmation *confirmation);

// The core bank could not, or has forgotten: it is asked again for what holds now (set, changed,
// released). Nothing else changes.
MUST_USE Status control_repeat(struct book *book, const struct terms *terms, int64_t id);

// ---- ending --------------------------------------------------------------------------------

struct control_release {
    Authority by; // whose right it is: AUTHORITY_ORDER for the room of orders alone
    Slice reason;
    Slice second; // the other person, where four eyes are needed
};

// Whether it may be released so: REFUSAL_NONE, or why not.
MUST_USE Status control_may_release(struct book *book, int64_t id,
                                    const struct control_release *release, Refusal *ret_refusal);
MUST_USE Status control_release(struct book *book, const struct terms *terms, int64_t id,
                                const struct control_release *release);
// Step by step: 2,000 yuan a day, 10,000, everything, over 30 days. A limit is raised; of another
// measure a limit takes the place, and it ends when that limit is in force.
MUST_USE Status control_release_stepwise(struct book *book, const struct terms *terms, int64_t id,
                                         const struct control_release *release);
// Another alert answers for it from now on: the one that it was set for is closed, that one is not.
MUST_USE Status control_pass(struct book *book, int64_t id, int64_t alert);
// Another end (a renewal), counted from `span_us` and `months` behind the present end, or a moment.
struct control_renewal {
    int64_t until_us, span_us, months;
    Slice document, reason;
};
MUST_USE Status control_renew(struct book *book, const struct terms *terms, int64_t id,
                              const struct control_renewal *renewal);
// Its owner has looked at one older than 30 days: it stays, until the next time.
MUST_USE Status control_reviewed(struct book *book, const struct terms *terms, int64_t id,
                                 Slice reason);
// For TIMER_CONTROL, TIMER_CONTROL_STEP, TIMER_CONTROL_REVIEW and TIMER_CONTROL_CONFIRM.
MUST_USE Status control_timer(struct book *book, const struct terms *terms,
                              const struct due_timer *due);

// ---- reading -------------------------------------------------------------------------------

struct control {
    struct control_ask ask; // without its notice; document and length as they are now
    int64_t id;
    ControlState state;
    int64_t asked_us;
    Slice asked_kind, asked_by;                         // kind of actor, and who
    int64_t since_us;                                   // really in force; 0: not yet
    int64_t ends_us;                                    // its end; 0: none, or not known yet
    int64_t released_us;                                // 0: not yet
    Slice released_by, released_second, release_reason; // or who began to release it in steps
    int64_t lifted_us; // when the core bank really let go; 0: not yet
    int64_t step;      // of a stepwise release: 0 none, 1, 2
    int64_t replaces;  // the measure whose place it takes; 0: none
    int64_t review_us; // since when it is on its owner's list; 0: it is not
    Slice notice;      // key and version of what the customer was told: "control.limit@3"
    // Messages to the core bank: that set it, and the last one; whether that was answered.
    int64_t set_message, message;
    bool is_confirmed;
    Slice problem; // what the core bank said when it could not
    int64_t pages; // how often somebody was paged since the last message
};

// CT005: there is none that the viewer may see. `viewer` is a mask of CLEARANCE_.
MUST_USE Status control_load(struct book *book, int64_t viewer, int64_t id,
                             struct control *ret_control);

// What is in force on a target as a whole.
struct control_effect {
    uint32_t count;
    Measure strictest; // MEASURE_COUNT: nothing is
    uint32_t blocks;   // bits of Block
    bool keeps_basics;
    int64_t limit;     // fen a day, the lowest; CONTROL_WHOLE: there is none
    int64_t held_back; // fen that stops and freezes of a part take out of what is there
};
// "NONE", or the class of the strictest: "RESTRICTED", "STOPPED", "FROZEN".
const char *control_effect_word(const struct control_effect *effect);
// Of the measures that the viewer may see.
MUST_USE Status control_effective(struct book *book, int64_t viewer, TargetKind kind, Slice target,
                                  struct control_effect *ret_effect);

typedef enum ControlList {
    CONTROLS_OF_TARGET,   // `word` is the kind, `key` the target
    CONTROLS_OF_CUSTOMER, // `key`
    CONTROLS_OF_ALERT,    // `number`
    CONTROLS_OF_CASE,     // `number`
    CONTROLS_OF_ORDER,    // `number`
    CONTROLS_IN_STATE,    // `word`
    CONTROLS_TO_REVIEW,   // `key` is a branch; empty: all
    CONTROLS_UNCONFIRMED, // the core bank has not answered
} ControlList;
// An array, the newest first.
MUST_USE Status control_list_json(struct book *book, ControlList list, const struct list_page *page,
                                  struct json_writer *json);
void control_put_json(struct json_writer *json, const struct control *control);
void control_effect_put_json(struct json_writer *json, const struct control_effect *effect);
