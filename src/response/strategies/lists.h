#pragma once
// Lists: what the program itself knows of disposition, each list once: families, codes, actions,
// facts, names, what is forbidden (the .def files), and the short ones here. Of each: an
// enumeration, and a table that says how it is called and what it is in both languages.

#include "expr/type.h"

typedef enum FamilyKind {
#define FAMILY_KIND(id, zh, en, word) FAMILY_KIND_##id,
#define FAMILY(id, kind, zh, en)
#include "response/strategies/families.def"
#undef FAMILY_KIND
#undef FAMILY
    FAMILY_KIND_COUNT
} FamilyKind;

typedef enum Direction { DIRECTION_RELEASING, DIRECTION_PROTECTING, DIRECTION_NEUTRAL } Direction;
typedef enum CodeLabel { LABEL_POSITIVE, LABEL_WEAK, LABEL_NEGATIVE, LABEL_EXCLUDED } CodeLabel;
typedef enum CodeCount { COUNT_EFFECTIVE, COUNT_FALSE_ALARM, COUNT_DEFECT, COUNT_NEUTRAL, COUNT_OPEN_RESULT } CodeCount;

typedef enum Code {
#define CODE(id, text, direction, label, counts, kinds, zh, en) CODE_##id,
#include "response/strategies/codes.def"
#undef CODE
    CODE_COUNT,
    CODE_NONE = CODE_COUNT
} Code;
struct code_info {
    Slice text; // "FP-OWNWILL"
    Direction direction;
    CodeLabel label; // before disposition.yaml
    CodeCount counts;
    uint32_t kinds; // set of FamilyKind
    Slice zh, en;
};
extern const struct code_info code_infos[CODE_COUNT];

typedef enum ActionArgument {
#define ARGUMENT(id, key, type) ARGUMENT_##id,
#define ACTION(id, direction, notice, needed, allowed, zh, en)
#include "response/strategies/actions.def"
#undef ARGUMENT
#undef ACTION
    ARGUMENT_COUNT
} ActionArgument;
typedef enum ArgumentType {
    TAKES_SPAN,     // integer: microseconds
    TAKES_MONEY,    // integer: minor units
    TAKES_COUNT,    // integer
    TAKES_LIST,     // integer: a list of the catalogue's knowledge
    TAKES_SCRIPT,   // integer: a script of the plan
    TAKES_SEVERITY, // integer: Severity
    TAKES_ROLE,     // integer: DutyRole
    TAKES_SHARES,   // hundredths, in `shares`
    TAKES_TEXT,
} ArgumentType;

typedef enum ActionId {
#define ARGUMENT(id, key, type)
#define ACTION(id, direction, notice, needed, allowed, zh, en) ACTION_##id,
#include "response/strategies/actions.def"
#undef ARGUMENT
#undef ACTION
    ACTION_COUNT
} ActionId;
struct argument_info {
    Slice key;
    ArgumentType type;
};
extern const struct argument_info argument_infos[ARGUMENT_COUNT];

struct action_info {
    Slice name;
    Direction direction;
    bool needs_notice;
    uint32_t needed, allowed; // sets of ActionArgument
    Slice zh, en;
};
extern const struct action_info action_infos[ACTION_COUNT];

typedef enum FactId {
#define FACT(id, name, type, worst, zh, en) FACT_##id,
#include "response/strategies/facts.def"
#undef FACT
    FACT_COUNT
} FactId;
struct fact_info {
    Slice name;
    TypeKind type; // TYPE_BOOL or TYPE_INT
    bool worst;    // of a BOOL
    Slice zh, en;
};
extern const struct fact_info fact_infos[FACT_COUNT];

typedef enum Forbidden {
    FORBIDDEN_NOTHING,
#define FORBIDDEN(id, number, zh, en) FORBIDDEN_##id,
#define ASKING(id, zh, en)
#include "response/strategies/forbidden.def"
#undef FORBIDDEN
#undef ASKING
    FORBIDDEN_COUNT
} Forbidden;
struct forbidden_info {
    Slice name; // "S4_RELEASE"
    uint32_t number;
    Slice zh, en;
};
extern const struct forbidden_info forbidden_infos[FORBIDDEN_COUNT]; // of FORBIDDEN_NOTHING: empty

typedef enum StrategyName {
#define NAME(id, name, type, choices, zh, en) STRATEGY_##id,
#include "response/strategies/names.def"
#undef NAME
    STRATEGY_NAME_COUNT
} StrategyName;
struct strategy_name_info {
    Slice name;    // "alert.severity"
    TypeKind type; // LIST is a list of texts
    Slice zh, en;
};
extern const struct strategy_name_info strategy_name_infos[STRATEGY_NAME_COUNT];

// Families that the program knows; false for another.
bool family_kind(Slice family, FamilyKind *ret_kind);
extern const char *const family_kind_names[FAMILY_KIND_COUNT]; // "OWN"
// CODE_NONE when there is none of that name.
Code code_find(Slice text);

// Sources of lists whose hits weigh most.
#define LIST_SOURCES(X)                                                                                                                              \
    X(POLICE, "公安名单", "list of the police")                                                                                                      \
    X(SANCTION, "特别预防名单", "list of special preventive measures")                                                                               \
    X(PUNISHED, "联合惩戒名单", "list of persons under joint punishment")
typedef enum ListSource {
#define X(id, zh, en) LIST_SOURCE_##id,
    LIST_SOURCES(X)
#undef X
        LIST_SOURCE_COUNT
} ListSource;
extern const char *const list_source_names[LIST_SOURCE_COUNT]; // "POLICE"

// What the police platform pushes (LIST_PUSH), for lists of the pack.
#define PUSHED_LISTS(X)                                                                                                                              \
    X(CASE, "涉案账户", "accounts of cases")                                                                                                         \
    X(CASE_HOLDER, "涉案账户开户人证件", "certificates of holders of accounts of cases")                                                             \
    X(SUSPICIOUS, "可疑账户", "suspicious accounts")
typedef enum PushedList {
#define X(id, zh, en) PUSHED_##id,
    PUSHED_LISTS(X)
#undef X
        PUSHED_LIST_COUNT
} PushedList;
extern const char *const pushed_list_names[PUSHED_LIST_COUNT]; // "CASE"

#define SUBJECT_KINDS(X)                                                                                                                             \
    X(CUSTOMER, "客户", "customer")                                                                                                                  \
    X(ACCOUNT, "账户", "account")                                                                                                                    \
    X(CARD, "卡", "card") X(MERCHANT, "商户", "merchant") X(TERMINAL, "终端", "terminal") X(DEVICE, "设备", "device")                                \
        X(EMPLOYEE, "员工", "employee") X(ASSET, "资产", "asset") X(BRANCH, "网点", "outlet") X(APPLICANT, "申请人", "applicant")                        \
            X(BIN, "卡BIN", "card BIN") X(IP, "IP地址", "address in the network")
typedef enum SubjectKind {
#define X(id, zh, en) SUBJECT_##id,
    SUBJECT_KINDS(X)
#undef X
        SUBJECT_KIND_COUNT
} SubjectKind;
extern const char *const subject_kind_names[SUBJECT_KIND_COUNT];

// On which side of an event the subject of an alert is: whose account measures are put on, and who is asked and told.
#define SUBJECT_SIDES(X)                                                                                                                             \
    X(PAYER, "本方", "the event's own customer: for debits who pays")                                                                                \
    X(PAYEE, "收款方", "who is paid")                                                                                                                \
    X(NEITHER, "无关双方", "a thing, such as a machine: neither of them")
typedef enum SubjectSide {
#define X(id, zh, en) SIDE_##id,
    SUBJECT_SIDES(X)
#undef X
        SUBJECT_SIDE_COUNT
} SubjectSide;
extern const char *const subject_side_names[SUBJECT_SIDE_COUNT];

typedef enum Secrecy { SECRECY_NORMAL, SECRECY_AML, SECRECY_INSIDER } Secrecy;

// How somebody is asked or told.
#define CONTACT_CHANNELS(X)                                                                                                                          \
    X(SMS, "短信", "text message")                                                                                                                   \
    X(APP, "手机银行消息", "message in the app")                                                                                                     \
    X(ROBOT_CALL, "智能外呼", "call by a robot") X(AUTH, "加强认证", "step-up") X(QUESTIONNAIRE, "问卷", "questionnaire")                            \
        X(HUMAN_CALL, "人工外呼", "call by a person") X(DOCUMENTS, "调取材料", "request for documents")                                              \
            X(BRANCH_VISIT, "网点核实", "visit by the outlet") X(EMERGENCY_CONTACT, "紧急联系人", "registered emergency contact")                    \
                X(POLICE, "公安", "police")
typedef enum ContactChannel {
#define X(id, zh, en) CONTACT_##id,
    CONTACT_CHANNELS(X)
#undef X
        CONTACT_CHANNEL_COUNT
} ContactChannel;
extern const char *const contact_channel_names[CONTACT_CHANNEL_COUNT];

// Who is called by PAGE and by an escalation.
#define DUTY_ROLES(X)                                                                                                                                \
    X(OWNER, "预警责任人", "owner of the alert")                                                                                                     \
    X(SHIFT_LEADER, "值班长", "shift leader")                                                                                                        \
    X(DUTY_DIRECTOR, "值班主任", "duty director") X(POLICE_DESK, "警银联络岗", "police desk")                                                        \
        X(STRATEGY_OWNER, "策略责任人", "owner of the strategy") X(HEAD_OFFICE, "总行主管部门", "head office")                                       \
            X(OUTLET, "网点责任人", "person responsible for the outlet")
typedef enum DutyRole {
#define X(id, zh, en) DUTY_##id,
    DUTY_ROLES(X)
#undef X
        DUTY_ROLE_COUNT
} DutyRole;
extern const char *const duty_role_names[DUTY_ROLE_COUNT];

// What makes strategies be tried.
#define TRIGGERS(X)                                                                                                                                  \
    X(OPENED, "预警产生", "an alert was opened, opened again, or given back by a run that changed it")                                               \
    X(JOINED, "命中合并", "a hit joined an open alert")                                                                                              \
    X(PAYMENT, "交易状态变化", "the state of the payment changed")                                                                                   \
    X(ANSWERED, "客户主动答复", "the customer said something that nobody had asked: he cancels, he sends documents")                                 \
    X(DUE, "时限将到", "a share of the time to a decision is used up: half, 80 in a hundred, all")                                                   \
    X(ORDER, "有权机关指令", "an order of an authority came in; there need not be an alert")
typedef enum Trigger {
#define X(id, zh, en) TRIGGER_##id,
    TRIGGERS(X)
#undef X
        TRIGGER_COUNT
} Trigger;
extern const char *const trigger_names[TRIGGER_COUNT];

// What the response has to find in events: roles.def.
typedef enum EventRole {
#define ROLE(id, key, type, zh, en) EVENT_ROLE_##id,
#include "response/strategies/roles.def"
#undef ROLE
    EVENT_ROLE_COUNT
} EventRole;
