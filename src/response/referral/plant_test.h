#pragma once
// Plant: a case of a made-up fraud in a made-up bank, and a referral from it that lacks nothing;
// for tests, and for the sample of docs/referral.md. Nobody in it exists: names are letters and
// numbers.
//
// Four victims of the bank and one of another bank pay to three accounts of the first level, these
// to two collectors, these to three transit accounts, from which the money goes to another bank, to
// cash and stays in part. Between that lies what people do every day: shops, a salary, rent.
//
//     struct plant plant;
//     plant_init(&plant, &terms);
//     TRY(plant_bank(&plant, book));             // facts, alerts, measures
//     TRY(plant_case(&plant, book));             // the case, with frozen copies
//     TRY(plant_referral(&plant, book));         // a draft that is complete
//
// Each in a unit of work of its own, by somebody, at plant->now_us and later.

#include "base/random.h"
#include "base/time.h"
#include "response/controls/controls.h"
#include "response/referral/referral.h"

enum { PLANT_MOVEMENTS_MAX = 200, PLANT_VICTIMS = 4, PLANT_SUSPECTS = 8, PLANT_OUTSIDE = 4 };

struct plant_person {
    const char *customer, *account, *role, *evidence;
    int64_t confidence;
};

struct plant {
    struct terms terms;
    struct referral_office office;
    struct random random;
    struct arena arena; // of names and events
    int64_t now_us;     // when the case is worked on
    int64_t case_id, referral, attachment;
    struct case_movement movements[PLANT_MOVEMENTS_MAX];
    Slice events[PLANT_MOVEMENTS_MAX]; // as they came in
    uint32_t count;
    int64_t balances[PLANT_SUSPECTS];
    Slice secrecy; // of the case
};

// 2026-11-25 09:00 in China: the day of the fraud.
#define PLANT_DAY_US (INT64_C(1795568400) * US_PER_SECOND)
static const Slice PLANT_BANK = {"102100099996", 12};

static const struct plant_person plant_victims[PLANT_VICTIMS] = {
    {"C0000000101", "6217000000000000101", "VICTIM", "", 95},
    {"C0000000102", "6217000000000000102", "VICTIM", "", 95},
    {"C0000000103", "6217000000000000103", "VICTIM", "", 95},
    {"C0000000104", "6217000000000000104", "VICTIM", "", 80},
};
static const struct plant_person plant_suspects[PLANT_SUSPECTS] = {
    {"C0000000201", "6217000000000000201", "FIRST_LEVEL",
     "收到两名受害人付款，平均停留不足十分钟即转出", 90},
    {"C0000000202", "6217000000000000202", "FIRST_LEVEL",
     "收到两名受害人付款，与 201 号账户共用一台设备", 90},
    {"C0000000203", "6217000000000000203", "FIRST_LEVEL",
     "收到他行受害人付款，开户后第九天首次使用", 85},
    {"C0000000301", "6217000000000000301", "COLLECTOR", "归集三个一级账户的资金，半小时内分散转出",
     90},
    {"C0000000302", "6217000000000000302", "COLLECTOR", "与 301 号账户同一设备、同一 IP 段操作",
     85},
    {"C0000000401", "6217000000000000401", "CASH_OUT", "资金到账后在自助设备分笔取现", 80},
    {"C0000000402", "6217000000000000402", "TRANSIT", "收到归集资金后全部转往他行", 75},
    {"C0000000403", "6217000000000000403", "TRANSIT", "收到归集资金，大部分仍在账户内", 70},
};
static const char *const plant_outside[PLANT_OUTSIDE] = {
    "6228000000000000901",                        // a victim's account in another bank
    "6228000000000000911",                        // where the money went
    "6228000000000000912", "6228000000000000921", // of people who have nothing to do with it
};

static inline void plant_init(struct plant *plant, const struct terms *terms) {
    *plant = (struct plant){.terms = *terms, .now_us = PLANT_DAY_US + 8 * US_PER_HOUR};
    plant->secrecy = SLICE("NORMAL");
    arena_init(&plant->arena, 256 << 10);
    random_init(&plant->random, 20261125);
    referral_office_init(&plant->office, &plant->terms, SLICE("示例银行股份有限公司"),
                         SLICE("示银反诈移"));
}

static inline void plant_deinit(struct plant *plant) {
    arena_deinit(&plant->arena);
}

// ---- movements ----------------------------------------------------------------------------------

struct plant_move {
    int64_t minute; // of the day
    int64_t yuan;
    MoneyPlace from_place, to_place;
    Slice from, to, from_customer, to_customer;
    const char *device, *model, *ip, *tag, *terminal;
};

static inline Slice plant_event(struct plant *plant, const struct case_movement *move,
                                const struct plant_move *plan, int64_t balance) {
    struct buf out;
    struct json_writer json;
    bool is_out = move->payer_place == PLACE_OWN;
    buf_init(&out, 8 << 10);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("event_id"), move->event_id);
    json_key_string(&json, SLICE("event_type"), move->kind);
    json_key_string(&json, SLICE("acct_no"), is_out ? move->payer : move->payee);
    json_key_i64(&json, SLICE("amount"), move->amount);
    json_key_i64(&json, SLICE("balance_after"), balance);
    json_key_string(&json, SLICE("channel"), move->channel);
    json_key_string(&json, SLICE("trace_id"),
                    arena_printf(&plant->arena, "TRX20261125%06lld", (long long)move->sequence));
    json_key(&json, SLICE("remark_tags"));
    json_array_begin(&json);
    json_string(&json, slice_of(plan->tag));
    json_array_end(&json);
    if (move->payer_place != PLACE_OWN) {
        json_key_string(&json, SLICE("payer_bank_code"), PLANT_BANK);
    } else if (move->payee_place == PLACE_BANK) {
        json_key_string(&json, SLICE("payee_bank_code"), PLANT_BANK);
    }
    if (plan->device != NULL) {
        json_key_string(&json, SLICE("device_id"), slice_of(plan->device));
        json_key_string(&json, SLICE("device_model"), slice_of(plan->model));
        json_key_string(&json, SLICE("os"), SLICE("ANDROID"));
        json_key_string(&json, SLICE("ip"), slice_of(plan->ip));
    }
    if (plan->terminal != NULL) {
        json_key_string(&json, SLICE("terminal_id"), slice_of(plan->terminal));
    }
    json_object_end(&json);
    Slice text = arena_copy(&plant->arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static inline int64_t *plant_balance(struct plant *plant, Slice account) {
    for (uint32_t i = 0; i < PLANT_SUSPECTS; i++) {
        if (slice_is(account, plant_suspects[i].account)) {
            return &plant->balances[i];
        }
    }
    return NULL;
}

static inline void plant_add(struct plant *plant, const struct plant_move *plan) {
    static const char *const kinds[] = {
        [PLACE_CASH] = "cash_withdraw", [PLACE_MERCHANT] = "qr_pay"};
    struct case_movement *move = &plant->movements[plant->count];
    const char *kind = kinds[plan->to_place];
    *move = (struct case_movement){
        .sequence = 1000 + plant->count,
        .time_us = PLANT_DAY_US + plan->minute * US_PER_MINUTE +
                   (int64_t)random_below(&plant->random, 60) * US_PER_SECOND,
        .event_id = arena_printf(&plant->arena, "EV20261125%06u", plant->count),
        .payer_place = plan->from_place,
        .payee_place = plan->to_place,
        .payer = plan->from,
        .payee = plan->to,
        .amount = plan->yuan * 100,
        .kind = plan->from_place != PLACE_OWN ? SLICE("transfer_in")
                : kind == NULL                ? SLICE("transfer_out")
                                              : slice_of(kind),
        .channel = plan->to_place == PLACE_CASH ? SLICE("ATM") : SLICE("MOBILE"),
        .bank =
            plan->from_place == PLACE_BANK || plan->to_place == PLACE_BANK ? PLANT_BANK : SLICE(""),
        .payer_customer = plan->from_customer,
        .payee_customer = plan->to_customer,
        .ip = plan->ip == NULL ? SLICE("") : slice_of(plan->ip),
        .device = plan->device == NULL ? SLICE("") : slice_of(plan->device),
        .state = MOVED_DONE,
    };
    int64_t *payer = plant_balance(plant, move->payer), *payee = plant_balance(plant, move->payee);
    int64_t balance = 5000000 - move->amount / 3; // of somebody else
    if (payee != NULL) {
        *payee += move->amount;
        balance = *payee;
    }
    if (payer != NULL) {
        *payer -= move->amount;
        balance = *payer;
    }
    plant->events[plant->count] = plant_event(plant, move, plan, balance);
    plant->count++;
}

static inline struct plant_move plant_own(const struct plant_person *from,
                                          const struct plant_person *to, int64_t minute,
                                          int64_t yuan) {
    return (struct plant_move){.minute = minute,
                               .yuan = yuan,
                               .from_place = PLACE_OWN,
                               .to_place = PLACE_OWN,
                               .from = slice_of(from->account),
                               .to = slice_of(to->account),
                               .from_customer = slice_of(from->customer),
                               .to_customer = slice_of(to->customer),
                               .tag = "EMPTY"};
}

static inline void plant_from(struct plant *plant, struct plant_move move, const char *device,
                              const char *model, const char *ip) {
    move.device = device;
    move.model = model;
    move.ip = ip;
    plant_add(plant, &move);
}

// What the people of the accounts do besides, with others.
static inline void plant_everyday(struct plant *plant) {
    const struct plant_person shopper = plant_suspects[6];
    struct plant_move pay = plant_own(&shopper, &shopper, -300, 86);
    pay.to_place = PLACE_MERCHANT;
    pay.to = SLICE("898610154110001");
    pay.to_customer = SLICE("");
    pay.tag = "GOODS";
    plant_from(plant, pay, "D-77aa10", "P60", "203.0.113.77");
    struct plant_move rent = plant_own(&shopper, &shopper, -200, 1800);
    rent.to_place = PLACE_BANK;
    rent.to = slice_of(plant_outside[3]);
    rent.to_customer = SLICE("");
    rent.tag = "GOODS";
    plant_from(plant, rent, "D-77aa10", "P60", "203.0.113.77");
    struct plant_move wage = plant_own(&shopper, &shopper, -900, 5200);
    wage.from = SLICE("6217000000000000801");
    wage.from_customer = SLICE("C0000000801");
    wage.tag = "SALARY";
    plant_add(plant, &wage);
}

static inline void plant_fraud(struct plant *plant) {
    const struct plant_person *v = plant_victims, *s = plant_suspects;
    static const int64_t paid[][4] = {// victim, first level, minute, yuan
                                      {0, 0, 12, 49800}, {0, 0, 19, 30000},  {1, 0, 25, 88000},
                                      {1, 1, 33, 50000}, {2, 1, 41, 126000}, {3, 2, 58, 20000}};
    for (size_t i = 0; i < sizeof paid / sizeof paid[0]; i++) {
        plant_from(plant, plant_own(&v[paid[i][0]], &s[paid[i][1]], paid[i][2], paid[i][3]),
                   "D-0a11b2", "X9", "198.51.100.21");
    }
    struct plant_move other = plant_own(&v[0], &s[2], 62, 68000); // the victim of another bank
    other.from_place = PLACE_BANK;
    other.from = slice_of(plant_outside[0]);
    other.from_customer = SLICE("");
    plant_add(plant, &other);
    static const int64_t passed[][5] = {
        // from, to, minute, yuan, device
        {0, 3, 21, 79000, 0}, {0, 3, 31, 87500, 0}, {1, 3, 39, 49600, 0}, {1, 4, 48, 125000, 0},
        {2, 4, 70, 87000, 1}, {3, 5, 55, 60000, 2}, {3, 6, 57, 98000, 2}, {3, 7, 66, 57000, 2},
        {4, 5, 76, 52000, 2}, {4, 6, 78, 61000, 2}, {4, 7, 81, 96000, 2}};
    static const char *const devices[] = {"D-51f0c3", "D-51f0c4", "D-9e77d0"};
    static const char *const addresses[] = {"203.0.113.50", "203.0.113.58", "192.0.2.131"};
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        plant_from(plant, plant_own(&s[passed[i][0]], &s[passed[i][1]], passed[i][2], passed[i][3]),
                   devices[passed[i][4]], "P60", addresses[passed[i][4]]);
    }
    static const int64_t out[][4] = {// from, which account elsewhere, minute, yuan
                                     {6, 1, 88, 90000},
                                     {6, 2, 91, 68000},
                                     {7, 1, 97, 20000}};
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++) {
        struct plant_move move = plant_own(&s[out[i][0]], &s[out[i][0]], out[i][2], out[i][3]);
        move.to_place = PLACE_BANK;
        move.to = slice_of(plant_outside[out[i][1]]);
        move.to_customer = SLICE("");
        plant_from(plant, move, "D-9e77d0", "P60", "192.0.2.131");
    }
    for (int64_t i = 0; i < 5; i++) {
        struct plant_move cash = plant_own(&s[5], &s[5], 84 + 3 * i, 20000);
        cash.to_place = PLACE_CASH;
        cash.to = SLICE("10001234");
        cash.to_customer = SLICE("");
        cash.terminal = "10001234";
        plant_add(plant, &cash);
    }
}

static inline void plant_movements(struct plant *plant) {
    for (uint32_t i = 0; i < PLANT_SUSPECTS; i++) {
        plant->balances[i] = 31200;
    }
    plant->balances[6] += 500000;
    plant->count = 0;
    plant_everyday(plant);
    plant_fraud(plant);
}

// ---- the bank -----------------------------------------------------------------------------------

static inline Status plant_facts(struct plant *plant, struct book *book) {
    static const int64_t opened_days[PLANT_SUSPECTS] = {22, 19, 9, 31, 30, 14, 210, 12};
    struct case_fact facts[PLANT_MOVEMENTS_MAX + 64];
    struct case_taken taken;
    uint32_t count = 0;
    for (uint32_t i = 0; i < plant->count; i++) {
        facts[count++] =
            (struct case_fact){.kind = CASE_FACT_MOVEMENT, .movement = plant->movements[i]};
    }
    for (uint32_t i = 0; i < PLANT_SUSPECTS; i++) {
        const struct plant_person *one = &plant_suspects[i];
        const char *device = i < 2   ? "D-51f0c3"
                             : i < 3 ? "D-51f0c4"
                             : i < 5 ? "D-9e77d0"
                                     : "D-9e77d0";
        facts[count++] =
            (struct case_fact){.kind = CASE_FACT_OPENING,
                               .opening = {.sequence = 10 + i,
                                           .opened_us = PLANT_DAY_US - opened_days[i] * US_PER_DAY,
                                           .account = slice_of(one->account),
                                           .customer = slice_of(one->customer),
                                           .branch = i < 3 ? SLICE("0301002") : SLICE("0305001"),
                                           .channel = SLICE("STM"),
                                           .operator_id = i < 3 ? SLICE("T10234") : SLICE("T10877"),
                                           .authoriser = SLICE("S20111"),
                                           .agent = SLICE(""),
                                           .purpose = SLICE("SAVING")}};
        if (i != 6) {
            facts[count++] = (struct case_fact){.kind = CASE_FACT_BOND,
                                                .bond = {.kind = BOND_DEVICE,
                                                         .party_kind = PARTY_CUSTOMER,
                                                         .thing = slice_of(device),
                                                         .party = slice_of(one->customer),
                                                         .time_us = PLANT_DAY_US}};
        }
    }
    return cases_take(book, facts, count, &taken);
}

static const struct statement PLANT_ALERT = {
    "plant_alert",
    "INSERT INTO alert (id, subject_kind, subject, typology_group, secrecy, skill, state, is_open, "
    "is_waiting, severity, severity_first, severity_most, severity_last, score, action, amount, "
    "amount_sum, hits, events, lead, branch, channel, segment, customer, account, payee, "
    "is_company, is_elder, is_late, is_degraded, money_here, marks, opened_us, hit_us, rank, "
    "owner, "
    "level, code, decided_by, note, approval, is_automatic, strategy, strategy_hash, reopened) "
    "VALUES (?1, ?2, ?3, ?4, ?5, 'FRAUD', 'DECIDED', 1, 0, 4, 4, 4, 4, 90, 'DELAY', ?6, ?6, 1, 1, "
    "?7, '0301002', 'MOBILE', 'ADULT', ?8, ?9, '', 0, 0, 0, 0, 0, '', ?10, ?10, 0, 'a.analyst', 0, "
    "?11, 'a.analyst', ?12, '', 0, '', '', 0)"};
static const struct statement PLANT_HIT = {
    "plant_hit",
    "INSERT INTO hit (alert, sequence, model, version, family, typology, mode, severity, score, "
    "asks, evidence, lists, saw) VALUES (?1, ?2, ?3, 1, ?4, ?5, 'NRT', 4, 90, 'STOP_PAY', 1, '', "
    "'{}')"};
static const struct statement PLANT_EVIDENCE = {
    "plant_evidence", "INSERT INTO evidence (sequence, event_id, event_us, decided_us, event, "
                      "decision) VALUES (?1, ?2, ?3, ?3, '{}', ?4)"};

#define PLANT_REASON "一小时内 3 人转入 167,800 元，其中 99% 已转给 1 个收款人，账户开立 22 天"

struct plant_alarm {
    int64_t id, sequence;
    const char *customer, *account, *group, *model, *family, *typology, *name, *reason, *code,
        *note;
};
static const struct plant_alarm plant_alarms[] = {
    {7001, 1009, "C0000000201", "6217000000000000201", "MU", "M-MU-02-A", "MU", "MU-02",
     "一小时多人以上入账集中转出", PLANT_REASON, "TP-MULE-SUSP", "户主不接电话"},
    {7002, 1003, "C0000000101", "6217000000000000101", "VP", "M-VP-03-D", "VP", "VP-03",
     "冒充客服诱导转账", "通话中向新收款人转账 49,800 元，收款账户开立 22 天", "TP-VICTIM-LOSS",
     ""},
    {7003, 1012, "C0000000102", "6217000000000000102", "VP", "M-VP-03-D", "VP", "VP-03",
     "冒充客服诱导转账", "通话中向新收款人转账 88,000 元，收款账户开立 22 天", "TP-VICTIM-LOSS",
     ""},
};

static inline Status plant_alarm_add(struct plant *plant, struct book *book,
                                     const struct plant_alarm *one) {
    Slice decision = arena_printf(&plant->arena,
                                  "{\"hits\":[{\"model\":\"%s\",\"name_zh\":\"%s\",\"reason_zh\":"
                                  "\"%s\",\"reason_en\":\"\"}]}",
                                  one->model, one->name, one->reason);
    int64_t at_us = PLANT_DAY_US + (one->sequence - 990) * 2 * US_PER_MINUTE;
    TRY(book_run(book, &PLANT_ALERT,
                 STORE_VALUES(store_i64(one->id), store_text(SLICE("customer")),
                              store_text(slice_of(one->customer)), store_text(slice_of(one->group)),
                              store_text(plant->secrecy), store_i64(5000000),
                              store_i64(one->sequence), store_text(slice_of(one->customer)),
                              store_text(slice_of(one->account)), store_i64(at_us),
                              store_text(slice_of(one->code)), store_text(slice_of(one->note)))));
    TRY(book_run(book, &PLANT_HIT,
                 STORE_VALUES(store_i64(one->id), store_i64(one->sequence),
                              store_text(slice_of(one->model)), store_text(slice_of(one->family)),
                              store_text(slice_of(one->typology)))));
    return book_run(
        book, &PLANT_EVIDENCE,
        STORE_VALUES(store_i64(one->sequence),
                     store_text(arena_printf(&plant->arena, "AE%lld", (long long)one->sequence)),
                     store_i64(at_us), store_text(decision)));
}

static inline Status plant_bank(struct plant *plant, struct book *book) {
    plant_movements(plant);
    TRY(plant_facts(plant, book));
    for (size_t i = 0; i < sizeof plant_alarms / sizeof plant_alarms[0]; i++) {
        TRY(plant_alarm_add(plant, book, &plant_alarms[i]));
    }
    return STATUS_OK;
}

// ---- the case -----------------------------------------------------------------------------------

static inline Status plant_subjects(struct plant *plant, struct book *book) {
    for (uint32_t i = 0; i < PLANT_SUSPECTS + PLANT_VICTIMS; i++) {
        const struct plant_person *one =
            i < PLANT_SUSPECTS ? &plant_suspects[i] : &plant_victims[i - PLANT_SUSPECTS];
        struct case_subject person = {.kind = SLICE("PERSON"),
                                      .name = slice_of(one->customer),
                                      .role = slice_of(one->role),
                                      .confidence = one->confidence,
                                      .evidence = slice_of(one->evidence)};
        TRY(case_put_subject(book, CLEARANCE_ALL, plant->case_id, &person));
        person.kind = SLICE("ACCOUNT");
        person.name = slice_of(one->account);
        TRY(case_put_subject(book, CLEARANCE_ALL, plant->case_id, &person));
    }
    static const char *const roles[] = {"VICTIM", "TRANSIT", "TRANSIT"};
    static const char *const why[] = {"向 203 号账户付款六万八千元", "收到涉案资金十一万元",
                                      "收到涉案资金六万八千元"};
    for (uint32_t i = 0; i < 3; i++) {
        TRY(case_put_subject(book, CLEARANCE_ALL, plant->case_id,
                             &(struct case_subject){.kind = SLICE("OUTSIDE"),
                                                    .name = slice_of(plant_outside[i]),
                                                    .role = slice_of(roles[i]),
                                                    .confidence = 80,
                                                    .evidence = slice_of(why[i])}));
    }
    return STATUS_OK;
}

static inline bool plant_is(Slice account, const struct plant_person *people, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_is(account, people[i].account)) {
            return true;
        }
    }
    return false;
}

// Everything of the day that touches a suspect, each as it came in.
static inline Status plant_freeze(struct plant *plant, struct book *book) {
    struct case_copy copies[PLANT_MOVEMENTS_MAX];
    struct case_frozen frozen;
    uint32_t count = 0;
    for (uint32_t i = 0; i < plant->count; i++) {
        const struct case_movement *move = &plant->movements[i];
        bool is_everyday = slice_is(move->payer, "6217000000000000801"); // a salary
        bool is_source = plant_is(move->payer, plant_victims, PLANT_VICTIMS) ||
                         slice_is(move->payer, plant_outside[0]);
        copies[count++] = (struct case_copy){.sequence = move->sequence,
                                             .part = is_source     ? SLICE("SOURCE")
                                                     : is_everyday ? SLICE("CONTEXT")
                                                                   : SLICE("INVOLVED"),
                                             .bytes = plant->events[i]};
    }
    return case_freeze(book, CLEARANCE_ALL, plant->case_id, copies, count, &frozen);
}

static const struct notice PLANT_NOTICE = {.key = {"control.suspend", 15},
                                           .version = 3,
                                           .text = {"您的账户非柜面业务已暂停", 36},
                                           .reason = {"账户交易异常", 18},
                                           .remedy = {"请致电客服热线或到网点申诉", 39},
                                           .documents = {"身份证件、交易证明", 27}};

static inline Status plant_measures(struct plant *plant, struct book *book) {
    int64_t id;
    for (uint32_t i = 0; i < PLANT_SUSPECTS; i++) {
        struct control_ask ask = {.measure = MEASURE_SUSPEND_NON_COUNTER,
                                  .target_kind = TARGET_ACCOUNT,
                                  .target = slice_of(plant_suspects[i].account),
                                  .customer = slice_of(plant_suspects[i].customer),
                                  .authority = AUTHORITY_BANK,
                                  .basis = SLICE("R-108"),
                                  .reason = SLICE("疑似被用于转移诈骗资金"),
                                  .severity = 4,
                                  .span_us = 30 * US_PER_DAY,
                                  .case_id = plant->case_id,
                                  .secrecy = plant->secrecy,
                                  .branch = SLICE("0301002"),
                                  .notice = slice_is(plant->secrecy, "AML") ? NULL : &PLANT_NOTICE};
        TRY(control_ask(book, &plant->terms, &ask, &id));
        TRY(control_confirmed(book, &plant->terms, id,
                              &(struct confirmation){.is_done = true, .at_us = book->now_us}));
    }
    return STATUS_OK;
}

static inline Status plant_case(struct plant *plant, struct book *book) {
    static const int64_t alerts[] = {7001, 7002, 7003};
    const struct case_plan plan = {.title = SLICE("冒充客服诈骗资金经多层账户转移"),
                                   .type = SLICE("FRAUD"),
                                   .secrecy = plant->secrecy,
                                   .owner = SLICE("a.analyst"),
                                   .branch = SLICE("0301002"),
                                   .summary = SLICE("多名客户遭冒充客服诈骗"),
                                   .modus = SLICE("VP-03 MU-02"),
                                   .alerts = alerts,
                                   .alert_count = 3};
    const struct case_attachment photo = {.name = SLICE("ATM-10001234.txt"),
                                          .media = SLICE("text/plain"),
                                          .about = SLICE("取现影像调取编号"),
                                          .bytes = SLICE("ATM 10001234 2026-11-25 10:24 样例\n")};
    TRY(case_open(book, CLEARANCE_ALL, &plan, &plant->case_id));
    TRY(plant_subjects(plant, book));
    TRY(plant_freeze(plant, book));
    TRY(plant_measures(plant, book));
    TRY(case_attach(book, CLEARANCE_ALL, plant->case_id, &photo, &plant->attachment));
    return case_move(book, CLEARANCE_ALL, plant->case_id, SLICE("INVESTIGATING"), SLICE(""));
}

// ---- the referral -------------------------------------------------------------------------------

static const struct {
    ReferralField field;
    const char *text;
} plant_texts[] = {
    {REFERRAL_FIELD_FACT, "2026年11月25日上午，四名本行客户和一名他行客户先后接到自称购物平台客服的"
                          "电话，以“取消会员”为名"
                          "向三个本行账户转账七笔，合计四十三万一千八百元。资金在十分钟左右转入两个"
                          "归集账户，再分至三个账户，"
                          "其中十万元在同一台自助设备取现，十七万八千元转往他行。上述行为涉嫌诈骗，"
                          "有关账户涉嫌转移诈骗资金。"},
    {REFERRAL_FIELD_ANALYSIS, "一、受害人付款集中在五十分钟内，收款人均为新增，付款时均在通话中，与"
                              "受害人报案所述一致，可以认定为同一"
                              "作案过程。二、三个一级账户开户不足一个月、开户后基本无交易，当日突然"
                              "大额进出，其中两个账户共用一台手机"
                              "操作，另一个账户与之同型号同系统，说明账户由同一人控制而非户主自用。"
                              "三、两个归集账户与全部过渡账户在同"
                              "一台设备、同一地址上操作，转出金额为整千整百且与转入金额相差手续费比"
                              "例固定，符合“跑分”分成特征。四、"
                              "取现账户在到账后半小时内于同一台自助设备连续五笔取现，每笔均为单日限"
                              "额上限，系有准备的套现。五、403号账"
                              "户尚有大部分资金未转出，是目前最可能挽回损失的环节。以上判断已排除户"
                              "主正常经营的可能：各户均未登记经营"
                              "身份，也无货物、工资等往来。"},
    {REFERRAL_FIELD_STRUCTURE, "分三层：一级账户三户（收取被骗资金）、归集账户两户（归集并分配）、"
                               "过渡和取现账户三户。归集账户的操作设备"
                               "与下层账户相同，推断存在一名统一指挥操作的人员；取现由另一人完成。"
                               "开户机构集中在两个网点，经办柜员两名，"
                               "存在批量收购账户的可能。"},
    {REFERRAL_FIELD_NEXT_STEP, "403号账户余额可能在数小时内经柜面或他人协助转出；同一设备名下可能还"
                               "有未启用的账户；他行两个收款账户预计"
                               "继续向下一层分散。"},
    {REFERRAL_FIELD_RECOMMENDATION, "建议对403号账户余额和他行两个收款账户立即止付、冻结；调取10001"
                                    "234号自助设备当日十时二十四分至三十六分的影"
                                    "像，确认取现人；对两个开户网点的同批开户人员开展核查。"},
    {REFERRAL_FIELD_UNKNOWNS,
     "实际操作人身份；取现现金去向；他行账户之后的资金流向；受害人与嫌疑人的通讯号码。"},
    {REFERRAL_FIELD_CONFIDENCE, "HIGH"},
    {REFERRAL_FIELD_OFFICER, "反诈中心值班民警"},
};

static const char *const plant_party_values[][2] = {
    {"certificate_kind", "居民身份证"}, {"address", "某省某市某区某路1号"},
    {"occupation", "无固定职业"},       {"images", "IMG-2026-0001"},
    {"lists", "未命中本行名单"},
};
static const char *const plant_account_values[][2] = {
    {"class", "个人Ⅰ类户"},
    {"balance_us", "1795600800000000"},
    {"state", "正常（非柜面暂停）"},
    {"limits", "单日 50,000 元"},
    {"agreements", "无"},
    {"branch_name", "示例支行"},
};

struct plant_data {
    struct referral_datum at[256];
    uint32_t count;
};

static inline void plant_put(struct plant_data *data, const char *kind, Slice object,
                             const char *field, Slice value) {
    data->at[data->count++] = (struct referral_datum){.kind = slice_of(kind),
                                                      .object = object,
                                                      .field = slice_of(field),
                                                      .value = value,
                                                      .source = SLICE("核心系统（样例）")};
}

static inline void plant_suspect_data(struct plant *plant, struct plant_data *data, uint32_t i) {
    Slice customer = slice_of(plant_suspects[i].customer);
    Slice account = slice_of(plant_suspects[i].account);
    plant_put(data, "PARTY", customer, "name", arena_printf(&plant->arena, "开户人%02u", i + 1));
    plant_put(data, "PARTY", customer, "certificate",
              arena_printf(&plant->arena, "0000001990010100%02u", i + 1));
    plant_put(data, "PARTY", customer, "phone",
              arena_printf(&plant->arena, "1000000%04u", 2000 + i));
    for (size_t k = 0; k < sizeof plant_party_values / sizeof plant_party_values[0]; k++) {
        plant_put(data, "PARTY", customer, plant_party_values[k][0],
                  slice_of(plant_party_values[k][1]));
    }
    plant_put(data, "ACCOUNT", account, "balance",
              arena_printf(&plant->arena, "%lld", (long long)plant->balances[i]));
    for (size_t k = 0; k < sizeof plant_account_values / sizeof plant_account_values[0]; k++) {
        plant_put(data, "ACCOUNT", account, plant_account_values[k][0],
                  slice_of(plant_account_values[k][1]));
    }
}

static inline Status plant_people(struct plant *plant, struct book *book) {
    static const char *const names[][2] = {{"BANK 6228000000000000901", "付款人05"},
                                           {"BANK 6228000000000000911", "收款人01"},
                                           {"BANK 6228000000000000912", "收款人02"},
                                           {"BANK 6228000000000000921", "出租人"},
                                           {"MERCHANT 898610154110001", "某便利店"}};
    struct plant_data data = {.count = 0};
    for (uint32_t i = 0; i < PLANT_SUSPECTS; i++) {
        plant_suspect_data(plant, &data, i);
    }
    for (uint32_t i = 0; i < PLANT_VICTIMS; i++) {
        Slice customer = slice_of(plant_victims[i].customer);
        plant_put(&data, "PARTY", customer, "name",
                  arena_printf(&plant->arena, "付款人%02u", i + 1));
        plant_put(&data, "PARTY", customer, "phone",
                  arena_printf(&plant->arena, "1000000%04u", 1000 + i));
        plant_put(&data, "PARTY", customer, "reported",
                  i < 3 ? SLICE("已向当地派出所报案，回执由本人提供")
                        : SLICE("已电话提醒，本人表示将报案"));
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        plant_put(&data, "COUNTERPARTY", slice_of(names[i][0]), "name", slice_of(names[i][1]));
        if (i < 4) {
            plant_put(&data, "COUNTERPARTY", slice_of(names[i][0]), "bank", SLICE("他行（样例）"));
        }
    }
    return referral_put_all(book, CLEARANCE_ALL, &plant->office, plant->referral, data.at,
                            data.count);
}

static inline Status plant_referral(struct plant *plant, struct book *book) {
    const struct flow_options options = {.from_us = PLANT_DAY_US - US_PER_DAY,
                                         .until_us = plant->now_us};
    const struct referral_plan plan = {.case_id = plant->case_id,
                                       .urgency = SLICE("URGENT"),
                                       .authority = SLICE("示例市公安局反诈中心"),
                                       .contact_a = SLICE("反诈中心值班岗 0571-00000001"),
                                       .contact_b = SLICE("反诈中心值班岗 0571-00000002")};
    TRY(referral_open(book, CLEARANCE_ALL, &plant->office, &plan, &plant->referral));
    for (size_t i = 0; i < sizeof plant_texts / sizeof plant_texts[0]; i++) {
        TRY(referral_edit(book, CLEARANCE_ALL, plant->referral, plant_texts[i].field,
                          slice_of(plant_texts[i].text)));
    }
    TRY(referral_draw(book, CLEARANCE_ALL, plant->referral, &options, NULL));
    TRY(plant_people(plant, book));
    return referral_enclose(book, CLEARANCE_ALL, plant->referral, plant->attachment,
                            SLICE("自助设备取现影像调取编号"));
}
