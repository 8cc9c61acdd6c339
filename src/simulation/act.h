#pragma once
// Act: an intention with everything that its events need, and the agenda that keeps acts until
// their time.

#include "simulation/places.h"

typedef enum ActKind {
#define ACT(name, type) ACT_##name,
#include "simulation/acts.def"
#undef ACT
    ACT_KINDS,
} ActKind;

typedef enum Phase { REQUEST, RESULT, REVERSAL } Phase;

typedef enum Channel {
    MOBILE,
    EBANK_P,
    EBANK_C,
    WECHAT,
    COUNTER,
    STM,
    ATM,
    CRS,
    POS,
    QR,
    QUICKPAY,
    GATEWAY,
    CALLCENTER,
    API,
    BATCH,
    INTERNAL,
} Channel;

// What became of it; all but FINE are a RESULT with FAIL.
typedef enum Outcome {
#define OUTCOME(name, code) OUTCOME_##name,
#include "simulation/outcomes.def"
#undef OUTCOME
} Outcome;

typedef enum PartyType {
    PARTY_PERSONAL,
    PARTY_CORPORATE,
    PARTY_MERCHANT,
    PARTY_WALLET,
    PARTY_GOV,
    PARTY_UNKNOWN
} PartyType;

// Another account: one of ours, or one outside.
struct party {
    uint32_t number;
    uint8_t type;
    bool own, self, none;
};

typedef enum Net {
    NET_HOME,
    NET_MOBILE,
    NET_WORK,
    NET_BRANCH,
    NET_IDC,
    NET_VPN,
    NET_TOR,
    NET_ABROAD,
    NET_PROXY,
} Net;

// From which device and where.
struct setting {
    uint32_t device; // NONE: not online
    uint32_t net_number;
    Spot spot;    // where the device is
    Spot ip_spot; // where the address seems to be
    uint8_t net;
    bool wifi; // the network is a Wi-Fi with an id
    bool has;
};

typedef enum Clearing { HVPS, BEPS, IBPS, NUCC, CUP, INTRABANK, CIPS, SWIFT, CASH, ECNY } Clearing;
typedef enum Settle { REALTIME, NORMAL_2H, NEXT_DAY } Settle;

typedef enum Tag {
    TAG_NONE,
    GAMBLE,
    INTEREST,
    LOAN_FEE,
    INVEST,
    REFUND,
    SALARY,
    GOODS,
    USDT,
    MARGIN,
    UNFREEZE,
    VERIFY,
    GAME,
    CREDIT_REPAIR,
    COMMISSION,
    DONATION,
    FX,
    TAX,
    NUMERIC_ONLY,
    EMPTY,
} Tag;

// Which factors: the words and the level follow (event.c).
typedef enum Auth {
    AUTH_NONE,
    AUTH_PIN,
    AUTH_SMS,
    AUTH_PIN_SMS,
    AUTH_FINGER,
    AUTH_FACE,
    AUTH_PIN_FACE,
    AUTH_FACE_SMS,
    AUTH_UKEY,
    AUTH_COUNTER,
    AUTH_SIGN,
} Auth;

typedef enum Entry {
    CHIP,
    MAGSTRIPE,
    FALLBACK,
    CONTACTLESS,
    MANUAL,
    ECOM,
    ENTRY_QR,
    CARDLESS,
    ENTRY_FACE
} Entry;
typedef enum QrKind {
    STATIC_PERSON,
    DYNAMIC_PERSON,
    STATIC_MERCHANT,
    DYNAMIC_MERCHANT,
    CUSTOMER_PRESENTED
} QrKind;
typedef enum CardTxn {
    PURCHASE,
    PREAUTH,
    PREAUTH_COMPLETE,
    CASH_ADVANCE,
    RECURRING,
    BALANCE
} CardTxn;

// Signs of the device and of the moment, and how the act is to be taken.
#define SIGN_SCREEN_SHARE (UINT64_C(1) << 0)
#define SIGN_CALL (UINT64_C(1) << 1)
#define SIGN_REMOTE (UINT64_C(1) << 2)
#define SIGN_ACCESSIBILITY (UINT64_C(1) << 3)
#define SIGN_OVERLAY (UINT64_C(1) << 4)
#define SIGN_ROOTED (UINT64_C(1) << 5)
#define SIGN_EMULATOR (UINT64_C(1) << 6)
#define SIGN_CLOUD_PHONE (UINT64_C(1) << 7)
#define SIGN_HOOKED (UINT64_C(1) << 8)
#define SIGN_DEBUGGER (UINT64_C(1) << 9)
#define SIGN_MULTI_OPEN (UINT64_C(1) << 10)
#define SIGN_REPACKAGED (UINT64_C(1) << 11)
#define SIGN_FORWARD (UINT64_C(1) << 12)
#define SIGN_SMS_READER (UINT64_C(1) << 13)
#define SIGN_SIM_CHANGED (UINT64_C(1) << 14)
#define SIGN_SIM_ABSENT (UINT64_C(1) << 15)
#define SIGN_MOCK (UINT64_C(1) << 16)
#define SIGN_STATIC (UINT64_C(1) << 17)
#define SIGN_CHARGING (UINT64_C(1) << 18)
#define SIGN_REMOTE_APP (UINT64_C(1) << 19)
#define SIGN_SCAM_APP (UINT64_C(1) << 20)
#define SIGN_INJECT (UINT64_C(1) << 21)
#define SIGN_PASTED (UINT64_C(1) << 22)
#define SIGN_SCRIPT (UINT64_C(1) << 23)
#define SIGN_CALLER_ABROAD (UINT64_C(1) << 24)
#define SIGN_CALLER_VIRTUAL (UINT64_C(1) << 25)
#define SIGN_CALLER_MARKED (UINT64_C(1) << 26)
#define SIGN_FP_CONFLICT (UINT64_C(1) << 27)
#define SIGN_WEAK_FACE (UINT64_C(1) << 28)
#define SIGN_JUST_INSTALLED (UINT64_C(1) << 29)
#define SIGN_PHISH (UINT64_C(1) << 30)
#define SIGN_ON_PHONE (UINT64_C(1) << 31)
#define SIGN_ACCOMPANIED (UINT64_C(1) << 32)
#define SIGN_SCRIPTED (UINT64_C(1) << 33)
#define SIGN_NERVOUS (UINT64_C(1) << 34)
#define SIGN_DIRECTED (UINT64_C(1) << 35)
#define SIGN_REFUSED (UINT64_C(1) << 36)
#define SIGN_COVERED (UINT64_C(1) << 37)
#define SIGN_FALSE_CELL (UINT64_C(1) << 38) // the cell is elsewhere than the GPS says
#define SIGN_MODEL_CHANGED (UINT64_C(1) << 39)
#define ACT_PART (UINT64_C(1) << 48)        // amount is in ten-thousandths of the balance
#define ACT_LOSS (UINT64_C(1) << 49)        // what succeeds is lost to fraud
#define ACT_ONLY_RESULT (UINT64_C(1) << 50) // no REQUEST goes before it
#define ACT_UNSEEN (UINT64_C(1) << 51)      // its REQUEST belongs to the past and was not written
#define ACT_MUST (UINT64_C(1) << 52)        // is asked for even without money
#define ACT_PAYROLL (UINT64_C(1) << 53)
#define ACT_OWN_WALLET (UINT64_C(1) << 54)
#define ACT_REVERSED (UINT64_C(1) << 55) // undone some minutes later
#define ACT_FUND                                                                                   \
    (UINT64_C(1) << 56) // money was put aside for it: the balance is raised first, unseen
#define ACT_QUIET                                                                                  \
    (UINT64_C(1) << 57) // belongs to the case, but not to its label (innocent by-standers)

typedef enum CasePart { PART_BEFORE, PART_STRIKE, PART_AFTER } CasePart;

struct pay_detail {
    struct party payer;    // none: the own account
    int64_t second_amount; // pre-authorised, original, coupon, owed
    uint64_t original;     // event
    uint32_t merchant, terminal, card, batch;
    uint16_t mcc; // 0: the merchant's
    uint8_t entry, qr_kind, txn, three_ds, institution, pages;
    bool ecom, pin, present, credit_card, token, self, offline, alarm;
    Spot term_spot; // with `moved`
    bool moved, retained, no_auth;
};
struct staff_detail {
    int64_t diff_amount;
    uint32_t employee, authoriser, second, about;
    uint32_t records, age_min, code;
    int32_t diff_count;
    uint16_t branch, workstation;
    uint8_t class;
    bool off_hours, ticket, present, has_about, has_diff, has_age;
};
struct alert_detail {
    int64_t bytes;
    uint32_t source, asset, account, api, records, minutes, branch, domain, hash;
    uint8_t kind, severity, result, level;
    bool ticket, brand, has_source, abroad;
    Spot spot;
};
struct inspect_detail {
    uint32_t inspection, inspector, responsible, item, overdue;
    uint16_t branch, items, minutes, deviation;
    uint8_t kind, category, result, hazard, status, recheck, persons, dup;
    bool escort, escort_ok;
    uint32_t distance;
};
struct open_detail {
    uint32_t address, phone, employer, agent, legal, reg_address, employee;
    uint16_t phone_months, other_banks, reg_days;
    uint8_t purpose, check, relation, visit, score;
    bool has_agent, guardian;
    Spot legal_spot;
};
struct loan_detail {
    int64_t income, owed;
    uint32_t loan, phone, contact, address, employer, doc, employee;
    uint16_t phone_months, overdue, term, tamper, dups;
    uint8_t check, verify;
    bool entrusted, counter, score_low;
};
struct change_detail {
    int64_t old_limit, new_limit;
    uint32_t phone, merchant, agent;
    uint8_t what, check, institution, kind;
};
struct order_detail {
    uint32_t order, card, about, tick, merchant;
    uint8_t kind, authority;
};
struct record_detail {
    const char *text;
    uint32_t size;
};

struct act {
    int64_t time;
    uint64_t signs;
    int64_t amount;
    uint64_t trace; // number of the first event of the trace
    uint64_t event; // the REQUEST, when this is its RESULT
    struct party other;
    struct setting setting;
    uint32_t account, customer;
    uint32_t noise;
    uint32_t story; // case, 0: ordinary life
    uint32_t session;
    uint8_t kind, phase, channel, outcome, part, auth, clearing, settle;
    uint8_t tag, tag2, industry, purpose;
    uint8_t lookalike; // lookalikes.def, from 1; 0: of none
    int64_t before, after; // balances as the REQUEST saw them
    union {
        struct pay_detail pay;
        struct staff_detail staff;
        struct alert_detail alert;
        struct inspect_detail inspect;
        struct open_detail open;
        struct loan_detail loan;
        struct change_detail change;
        struct order_detail order;
        struct record_detail record;
    };
};

struct simulation;
struct agenda;

struct agenda *agenda_create(void);
void agenda_destroy(struct agenda *agenda);
// For the day that is planned; the pointer is good until the next call.
struct act *agenda_plan(struct agenda *agenda);
// Before the day's first act is taken: puts what was planned in order.
void agenda_sort(struct agenda *agenda);
// For any later time.
void agenda_put(struct agenda *agenda, const struct act *act);
// The next act before `end`; false when there is none.
bool agenda_take(struct agenda *agenda, int64_t end, struct act *ret_act);

// What a member of staff does, in the order of op_classes (event.c).
typedef enum StaffOp {
    OP_LOGIN,
    OP_QUERY,
    OP_EXPORT,
    OP_PRINT,
    OP_REVERSAL,
    OP_AUTH,
    OP_TXN,
    OP_PARAM,
    OP_GRANT,
    OP_LIMIT,
    OP_COUNT,
    OP_TRANSFER,
    OP_VAULT,
    OP_VOUCHER,
    OP_OPEN,
    OP_LOAN
} StaffOp;
