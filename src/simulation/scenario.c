#include "simulation/scenario.h"

#include "base/hash.h"
#include "simulation/carry.h"
#include "simulation/event.h"
#include "simulation/known.h"

#include <stdio.h>

// ---- chance -------------------------------------------------------------------------------------

bool chance(struct stage *stage, uint32_t percent) {
    return draw_chance(&stage->random, percent * 100);
}
uint32_t below(struct stage *stage, uint32_t bound) {
    return draw_below(&stage->random, bound);
}
int64_t between(struct stage *stage, int64_t low, int64_t high) {
    return draw_between(&stage->random, low, high);
}
int64_t sum(struct stage *stage, int64_t yuan, int32_t spread) {
    return draw_round_sum(&stage->random, draw_about(&stage->random, YUAN(yuan), spread));
}
int64_t odd_sum(struct stage *stage, int64_t yuan, int32_t spread) {
    return draw_about(&stage->random, YUAN(yuan), spread) + draw_below(&stage->random, 100);
}
void variant(struct stage *stage, const char *name) {
    stage->story->variant = name;
}

// ---- time ---------------------------------------------------------------------------------------

void wait_seconds(struct stage *stage, int64_t median) {
    stage->clock +=
        draw_about(&stage->random, median * 1000, 16) + draw_below(&stage->random, 1000);
}
void wait_minutes(struct stage *stage, int64_t median) {
    wait_seconds(stage, median * 60);
}
void wait_hours(struct stage *stage, int64_t median) {
    wait_seconds(stage, median * 3600);
}
void wait_days(struct stage *stage, int32_t days) {
    stage->clock += days * MS_PER_DAY + draw_between(&stage->random, -MS_PER_HOUR, MS_PER_HOUR);
}

static int32_t day_of(int64_t clock) {
    return (int32_t)((clock + ZONE_MS) / MS_PER_DAY);
}

void at_hour(struct stage *stage, uint32_t from, uint32_t to) {
    int64_t midnight = day_of(stage->clock) * MS_PER_DAY - ZONE_MS;
    int64_t begin = midnight + from * MS_PER_HOUR;
    int64_t end = midnight + to * MS_PER_HOUR;
    if (stage->clock >= end) {
        begin += MS_PER_DAY;
        end += MS_PER_DAY;
    }
    begin = begin > stage->clock ? begin : stage->clock;
    stage->clock = draw_between(&stage->random, begin, end - 1);
}

void at_work(struct stage *stage) {
    at_hour(stage, 9, 17);
    while (calendar_day(day_of(stage->clock)).off) {
        stage->clock += MS_PER_DAY;
    }
}

// ---- who ----------------------------------------------------------------------------------------

static struct party numbered(uint32_t number) {
    return (struct party){.number = number, .own = true};
}

static void enlist(struct stage *stage, uint32_t customer, uint32_t account, Role role) {
    struct story *story = stage->story;
    story_joins(story, THING_CUSTOMER, numbered(customer), role);
    if (account != NONE) {
        story_joins(story, THING_ACCOUNT, numbered(account), role);
    }
    if (story->people_count < sizeof story->people / sizeof story->people[0]) {
        story->people[story->people_count++] = customer;
    }
    if (account != NONE &&
        story->account_count < sizeof story->accounts / sizeof story->accounts[0]) {
        story->accounts[story->account_count++] = account;
    }
}

bool anybody(const struct simulation *sim, uint32_t who) {
    return (sim->people[who].habits & (IS_RESERVED | IS_DORMANT | IS_STAFF)) == 0 &&
           sim->accounts[who].state == ACCOUNT_OPEN;
}
bool is_adult(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].age >= 20 &&
           (sim->people[who].habits & HAS_APP) != 0;
}
bool is_young(const struct simulation *sim, uint32_t who) {
    return is_adult(sim, who) && sim->people[who].age <= 30;
}
bool is_old(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].age >= 60;
}
bool is_saver(const struct simulation *sim, uint32_t who) {
    return is_adult(sim, who) &&
           sim->people[who].deposit + sim->accounts[who].balance >= YUAN(30000);
}
bool is_weak(const struct simulation *sim, uint32_t who) {
    return is_adult(sim, who) && sim->people[who].income < YUAN(6000) && sim->people[who].age < 50;
}
bool is_dormant(const struct simulation *sim, uint32_t who) {
    return (sim->people[who].habits & IS_DORMANT) != 0 &&
           sim->accounts[who].state == ACCOUNT_OPEN && sim->people[who].age >= 18;
}
bool has_credit_card(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].credit != NONE;
}
bool has_second(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].second != NONE;
}
bool any_firm(const struct simulation *sim, uint32_t customer) {
    return true;
}
bool young_firm(const struct simulation *sim, uint32_t customer) {
    return firm_of(sim, customer)->founded_day > sim->plan.first_day - 400;
}
bool small_firm(const struct simulation *sim, uint32_t customer) {
    return firm_of(sim, customer)->staff < 12 && !firm_of(sim, customer)->dispatches;
}

uint32_t cast(struct stage *stage, Role role, Fits *fits) {
    struct simulation *sim = stage->sim;
    uint32_t who = 0;
    for (uint32_t attempt = 0; attempt < 4000; attempt++) {
        who = below(stage, sim->plan.customers);
        bool any_will_do =
            attempt > 3000 && anybody(sim, who); // a small bank runs out of fitting people
        if ((fits(sim, who) || any_will_do) && (sim->people[who].taken_by == 0 || attempt > 3500)) {
            break;
        }
    }
    sim->people[who].taken_by = stage->number;
    enlist(stage, who, who, role);
    return who;
}

uint32_t cast_firm(struct stage *stage, Role role, Fits *fits) {
    struct simulation *sim = stage->sim;
    uint32_t firm = 0;
    for (uint32_t attempt = 0; attempt < 600; attempt++) {
        firm = below(stage, sim->firms);
        if (sim->companies[firm].taken_by == 0 &&
            (attempt > 400 || fits(sim, firm_customer(sim, firm)))) {
            break;
        }
    }
    sim->companies[firm].taken_by = stage->number;
    enlist(stage, firm_customer(sim, firm), firm_customer(sim, firm), role);
    return firm_customer(sim, firm);
}

uint32_t cast_newcomer(struct stage *stage, Role role) {
    struct simulation *sim = stage->sim;
    if (sim->next_newcomer >= sim->persons) {
        return cast(stage, role, is_weak);
    }
    uint32_t who = sim->next_newcomer++;
    struct person *person = &sim->people[who];
    person->age =
        person->age < 18 || person->age > 60 ? (uint8_t)(18 + below(stage, 30)) : person->age;
    person->taken_by = stage->number;
    enlist(stage, who, who, role);
    return who;
}

uint32_t cast_merchant(struct stage *stage, Role role, bool micro) {
    struct simulation *sim = stage->sim;
    uint32_t merchant = MERCHANTS_ONLINE;
    for (uint32_t attempt = 0; attempt < 5000; attempt++) {
        merchant = MERCHANTS_ONLINE + below(stage, sim->merchants_count - MERCHANTS_ONLINE);
        const struct merchant *of = &sim->merchants[merchant];
        if (of->customer == NONE || (of->micro != micro && attempt < 3000)) {
            continue;
        }
        bool person = is_person(sim, of->customer);
        uint32_t *taken =
            person ? &sim->people[of->customer].taken_by : &firm_of(sim, of->customer)->taken_by;
        if (*taken == 0 || attempt > 4000) {
            *taken = stage->number;
            story_joins(stage->story, THING_MERCHANT, numbered(merchant), role);
            enlist(stage, of->customer, of->customer, role == ROLE_SCENE ? ROLE_BYSTANDER : role);
            return merchant;
        }
    }
    return merchant;
}

struct party cast_outside(struct stage *stage, PartyType type) {
    struct party party = party_new(stage->sim, type);
    struct story *story = stage->story;
    if (story->outside_count < sizeof story->outside / sizeof story->outside[0]) {
        story->outside[story->outside_count++] = party;
    }
    story_joins(story, THING_ACCOUNT, party, ROLE_OUTSIDE);
    return party;
}

uint32_t cast_employee(struct stage *stage, StaffPost post) {
    struct simulation *sim = stage->sim;
    for (uint32_t attempt = 0; attempt < 2000; attempt++) {
        uint32_t employee = below(stage, sim->staff_count);
        const struct employee *of = &sim->staff[employee];
        if (of->post == post && !of->on_leave &&
            (sim->people[of->person].taken_by == 0 || attempt > 500)) {
            sim->people[of->person].taken_by = stage->number;
            story_joins(stage->story, THING_EMPLOYEE, numbered(employee), ROLE_EMPLOYEE);
            enlist(stage, of->person, of->person, ROLE_EMPLOYEE);
            return employee;
        }
    }
    return 0;
}

uint32_t somebody(struct stage *stage, Role role) {
    for (;;) {
        uint32_t who = below(stage, stage->sim->plan.customers);
        if (anybody(stage->sim, who)) {
            story_joins(stage->story, THING_CUSTOMER, numbered(who), role);
            return who;
        }
    }
}

void acts_as(struct stage *stage, uint32_t customer, Role role) {
    struct story *story = stage->story;
    for (uint32_t i = 0; i < story->participant_count; i++) {
        struct participant *participant = &story->participants[i];
        bool his = participant->thing == THING_CUSTOMER ||
                   (participant->thing == THING_ACCOUNT && participant->party.own);
        if (his && participant->party.number == customer) { // his main account has his number
            participant->role = (uint8_t)role;
        }
    }
}

// ---- from where ---------------------------------------------------------------------------------

static void new_session(struct stage *stage) {
    stage->session = (uint32_t)random_u64(&stage->random) | 1;
}

void online(struct stage *stage, uint32_t customer) {
    stage->setting = setting_usual(stage->sim, customer, (uint32_t)random_u64(&stage->random));
    stage->channel = is_person(stage->sim, customer) ? MOBILE : EBANK_C;
    stage->signs = 0;
    new_session(stage);
}
void take_setting(struct stage *stage, struct setting setting) {
    stage->setting = setting;
    stage->channel = MOBILE;
    stage->signs = 0;
    new_session(stage);
}
void from_device(struct stage *stage, uint32_t device, Spot spot, Net net) {
    take_setting(stage, (struct setting){.device = device,
                                         .net = (uint8_t)net,
                                         .net_number = below(stage, 400),
                                         .spot = spot,
                                         .ip_spot = spot,
                                         .has = true});
}
struct setting criminal(struct stage *stage) {
    bool abroad = chance(stage, 25);
    static const Country where[] = {COUNTRY_MM, COUNTRY_KH, COUNTRY_LA, COUNTRY_PH, COUNTRY_TH};
    Spot spot =
        abroad ? place_abroad(where[below(stage, 5)]) : place_far(random_u64(&stage->random));
    uint32_t share = below(stage, 100);
    Net net = abroad && share < 40 ? NET_ABROAD
              : share < 55         ? NET_MOBILE
              : share < 70         ? NET_HOME
              : share < 85         ? NET_VPN
                                   : NET_IDC;
    Spot seen = net == NET_ABROAD                            ? spot
                : net == NET_VPN || net == NET_IDC || abroad ? place_far(random_u64(&stage->random))
                                                             : spot;
    return (struct setting){.device = device_new(stage->sim),
                            .net = (uint8_t)net,
                            .net_number = UINT32_C(2000000000) + stage->sim->next_net++,
                            .spot = spot,
                            .ip_spot = seen,
                            .has = true};
}
struct setting setting_of_home(struct stage *stage, uint32_t customer) {
    return setting_usual(stage->sim, customer, (uint32_t)random_u64(&stage->random));
}
uint32_t device_for(const struct stage *stage, uint32_t person) {
    return stage->sim->people[person].device;
}
void offline(struct stage *stage, Channel channel) {
    stage->setting = (struct setting){0};
    stage->channel = channel;
    stage->signs = 0;
    stage->session = 0;
}

// ---- what is done -------------------------------------------------------------------------------

void finish(struct stage *stage) {
    if (stage->has_act) {
        agenda_put(stage->sim->agenda, &stage->act);
        stage->has_act = false;
    }
}

static bool is_done_online(Channel channel) {
    return channel == MOBILE || channel == WECHAT || channel == EBANK_C || channel == EBANK_P ||
           channel == GATEWAY;
}

struct act *play(struct stage *stage, ActKind kind, Channel channel, uint32_t customer) {
    finish(stage);
    struct act *act = &stage->act;
    memset(act, 0, sizeof *act);
    act->kind = (uint8_t)kind;
    act->channel = (uint8_t)channel;
    act->customer = act->account = customer;
    act->time = stage->clock;
    act->noise = (uint32_t)random_u64(&stage->random);
    act->story = stage->number;
    act->part = stage->part;
    act->lookalike = stage->lookalike;
    act->other.none = true;
    act->pay.payer.none = kind <= ACT_COUNTER;
    if (is_done_online(channel)) {
        act->setting = stage->setting;
        act->session = stage->session;
        act->signs = stage->signs;
    }
    stage->has_act = true;
    stage->clock += 4000 + draw_about(&stage->random, 16000, 20);
    return act;
}

struct act *login(struct stage *stage, uint32_t customer) {
    struct act *act = play(stage, ACT_LOGIN, stage->channel, customer);
    act->auth = (uint8_t)(stage->channel == EBANK_C ? AUTH_UKEY
                          : chance(stage, 40)       ? AUTH_FACE
                                                    : AUTH_PIN);
    return act;
}
struct act *inquiry(struct stage *stage, uint32_t customer) {
    return play(stage, ACT_INQUIRY, stage->channel, customer);
}
struct act *challenge(struct stage *stage, uint32_t customer, uint8_t what) {
    struct act *act = play(stage, ACT_CHALLENGE, stage->channel, customer);
    act->change.what = what;
    return act;
}

struct act *transfer_from(struct stage *stage, uint32_t account, struct party payee,
                          int64_t amount) {
    struct act *act =
        play(stage, ACT_TRANSFER, stage->channel, stage->sim->accounts[account].customer);
    act->account = account;
    act->other = payee;
    act->amount = amount;
    act->clearing = (uint8_t)(payee.own ? INTRABANK : amount > YUAN(1000000) ? HVPS : IBPS);
    act->auth = (uint8_t)(stage->channel == EBANK_C   ? AUTH_UKEY
                          : stage->channel == COUNTER ? AUTH_COUNTER
                          : amount >= YUAN(50000)     ? AUTH_PIN_FACE
                                                      : AUTH_PIN_SMS);
    act->tag = (uint8_t)(chance(stage, 45) ? EMPTY : TAG_NONE);
    return act;
}
struct act *transfer(struct stage *stage, uint32_t customer, struct party payee, int64_t amount) {
    return transfer_from(stage, customer, payee, amount);
}
struct act *credit(struct stage *stage, uint32_t account, struct party payer, int64_t amount) {
    struct act *act = play(stage, ACT_CREDIT, BATCH, stage->sim->accounts[account].customer);
    act->account = account;
    act->phase = RESULT;
    act->other = payer;
    act->amount = amount;
    act->clearing = (uint8_t)(payer.own                    ? INTRABANK
                              : payer.type == PARTY_WALLET ? NUCC
                              : amount > YUAN(1000000)     ? HVPS
                                                           : IBPS);
    return act;
}
struct act *pay_quick(struct stage *stage, uint32_t customer, uint32_t merchant, int64_t amount) {
    struct act *act = play(stage, ACT_QUICK, QUICKPAY, customer);
    act->amount = amount;
    act->clearing = NUCC;
    act->auth = AUTH_PIN;
    act->pay.merchant = merchant;
    act->pay.ecom = true;
    act->pay.institution = (uint8_t)below(stage, 5);
    return act;
}
struct act *pay_card(struct stage *stage, uint32_t customer, uint32_t account, uint32_t merchant,
                     int64_t amount, Entry entry) {
    bool ecom = entry == ECOM || entry == MANUAL;
    struct act *act = play(stage, ACT_CARD, ecom ? GATEWAY : POS, customer);
    act->account = account;
    act->amount = amount;
    act->clearing = CUP;
    act->pay.merchant = merchant;
    act->pay.card = account;
    act->pay.credit_card = account != NONE && stage->sim->accounts[account].class == CLASS_CREDIT;
    act->pay.entry = (uint8_t)entry;
    act->pay.ecom = ecom;
    act->pay.present = !ecom;
    act->pay.pin = !ecom && (entry == CHIP || entry == MAGSTRIPE);
    act->auth = (uint8_t)(ecom ? AUTH_SMS : act->pay.pin ? AUTH_PIN : AUTH_NONE);
    return act;
}
struct act *stranger_card(struct stage *stage, uint32_t card, bool credit_card, uint32_t merchant,
                          int64_t amount, Entry entry) {
    struct act *act = pay_card(stage, NONE, NONE, merchant, amount, entry);
    act->pay.card = CARD_OUTSIDE + card;
    act->pay.credit_card = credit_card;
    act->pay.payer = party_outside(PARTY_PERSONAL, UINT32_C(3900000000) + card % 300000000);
    act->setting = (struct setting){0};
    return act;
}
struct act *stranger_qr(struct stage *stage, uint32_t merchant, struct party payer,
                        int64_t amount) {
    struct act *act = play(stage, ACT_QR, QR, NONE);
    act->account = NONE;
    act->amount = amount;
    act->clearing = NUCC;
    act->auth = AUTH_PIN;
    act->pay.payer = payer;
    act->pay.merchant = merchant;
    act->pay.qr_kind = STATIC_MERCHANT;
    return act;
}
struct act *pay_qr_person(struct stage *stage, uint32_t customer, struct party payee,
                          int64_t amount) {
    struct act *act = play(stage, ACT_QR, customer == NONE ? QR : stage->channel, customer);
    act->account = customer;
    act->other = payee;
    act->amount = amount;
    act->clearing = NUCC;
    act->auth = AUTH_PIN;
    act->pay.merchant = NONE;
    act->pay.qr_kind =
        (uint8_t)(amount <= YUAN(500) && chance(stage, 60) ? STATIC_PERSON : DYNAMIC_PERSON);
    return act;
}
struct act *draw_cash(struct stage *stage, uint32_t account, int64_t amount, Channel channel,
                      uint32_t branch) {
    struct act *act = play(stage, ACT_WITHDRAW, channel, stage->sim->accounts[account].customer);
    act->account = account;
    act->amount = amount;
    act->clearing = CASH;
    act->auth = (uint8_t)(channel == COUNTER ? AUTH_COUNTER : AUTH_PIN);
    act->setting = (struct setting){0};
    act->pay.card = account;
    act->pay.entry = CHIP;
    act->pay.pin = act->pay.present = true;
    act->pay.terminal = branch * 16 + (channel == COUNTER ? 0 : 1 + below(stage, 3));
    return act;
}
struct act *bring_cash(struct stage *stage, uint32_t customer, int64_t amount, Channel channel,
                       uint32_t branch) {
    struct act *act = draw_cash(stage, customer, amount, channel, branch);
    act->kind = ACT_DEPOSIT;
    return act;
}
struct act *break_deposit(struct stage *stage, uint32_t customer, int64_t amount) {
    struct act *act = play(stage, ACT_TD_BREAK, stage->channel, customer);
    act->amount = amount;
    act->clearing = INTRABANK;
    act->auth = (uint8_t)(stage->channel == COUNTER ? AUTH_COUNTER : AUTH_PIN_SMS);
    stage->sim->people[customer].deposit -= stage->sim->people[customer].deposit < amount
                                                ? stage->sim->people[customer].deposit
                                                : amount;
    return act;
}
struct act *change(struct stage *stage, ActKind kind, uint32_t customer, uint8_t what) {
    struct act *act = play(stage, kind, stage->channel, customer);
    act->change.what = what;
    act->auth = (uint8_t)(stage->channel == COUNTER   ? AUTH_COUNTER
                          : stage->channel == EBANK_C ? AUTH_UKEY
                                                      : AUTH_SMS);
    return act;
}
struct act *raise_limit(struct stage *stage, uint32_t customer, int64_t to_yuan) {
    struct act *act = change(stage, ACT_LIMIT, customer, 1);
    act->change.old_limit = YUAN(50000);
    act->change.new_limit = YUAN(to_yuan);
    return act;
}
struct act *at_counter(struct stage *stage, uint32_t customer, uint8_t kind, int64_t amount,
                       uint64_t flags) {
    struct act *act = play(stage, ACT_COUNTER, COUNTER, customer);
    act->amount = amount;
    act->clearing = (uint8_t)(kind == COUNTER_TRANSFER ? BEPS : CASH);
    act->auth = AUTH_COUNTER;
    act->pay.qr_kind = kind;
    act->pay.terminal = customer_branch(stage->sim, customer) * 16u;
    act->signs = flags;
    return act;
}
struct act *open_main(struct stage *stage, uint32_t customer, Channel channel) {
    struct simulation *sim = stage->sim;
    struct act *act = play(stage, ACT_OPEN, channel, customer);
    act->auth = AUTH_FACE;
    act->open = (struct open_detail){.address = customer / 2,
                                     .phone = customer,
                                     .employee = customer_branch(sim, customer) * BRANCH_STAFF +
                                                 1u + below(stage, TELLERS),
                                     .phone_months = (uint16_t)between(stage, 1, 60),
                                     .purpose = 1,
                                     .guardian = true};
    return act;
}
struct act *apply_loan(struct stage *stage, uint32_t customer, int64_t amount) {
    struct simulation *sim = stage->sim;
    struct act *act = play(stage, ACT_LOAN_APPLY, stage->channel, customer);
    act->amount = amount;
    act->auth = (uint8_t)(stage->channel == COUNTER ? AUTH_COUNTER : AUTH_FACE_SMS);
    int64_t income =
        is_person(sim, customer) ? sim->people[customer].income : firm_of(sim, customer)->turnover;
    act->loan = (struct loan_detail){.loan = sim->next_loan++,
                                     .income = income,
                                     .phone = customer,
                                     .contact = (uint32_t)(hash_mix(0x65, customer) >> 33),
                                     .address = customer / 2,
                                     .employer = is_person(sim, customer) &&
                                                         sim->people[customer].employer != NONE
                                                     ? sim->people[customer].employer
                                                     : 1000000 + below(stage, 40000),
                                     .doc = (uint32_t)random_u64(&stage->random),
                                     .employee = customer_branch(sim, customer) * BRANCH_STAFF + 5u,
                                     .phone_months = (uint16_t)between(stage, 3, 90),
                                     .tamper = (uint16_t)between(stage, 20, 200),
                                     .verify = 2};
    return act;
}
struct act *draw_loan(struct stage *stage, uint32_t customer, uint32_t loan, int64_t amount) {
    struct act *act = apply_loan(stage, customer, amount);
    act->kind = ACT_DRAWDOWN;
    act->clearing = INTRABANK;
    act->loan.loan = loan;
    act->loan.employee = customer_branch(stage->sim, customer) * BRANCH_STAFF + 5u;
    return act;
}
struct act *staff_op(struct stage *stage, uint32_t employee, uint8_t class) {
    struct simulation *sim = stage->sim;
    struct act *act = play(stage, ACT_STAFF, INTERNAL, NONE);
    act->account = NONE;
    act->phase = RESULT;
    uint16_t branch = sim->staff[employee].branch;
    int64_t hour = (stage->clock + ZONE_MS) / MS_PER_HOUR % 24;
    act->staff = (struct staff_detail){.employee = employee,
                                       .branch = branch,
                                       .workstation = branch,
                                       .class = class,
                                       .code = 100u * class + 51,
                                       .records = 1,
                                       .ticket = true,
                                       .present = true,
                                       .off_hours = hour < 7 || hour >= 19};
    return act;
}
struct act *net_alert(struct stage *stage, uint8_t kind, uint8_t severity, uint32_t asset) {
    struct act *act = play(stage, ACT_ALERT, INTERNAL, NONE);
    act->account = NONE;
    act->phase = RESULT;
    act->alert = (struct alert_detail){.kind = kind,
                                       .severity = severity,
                                       .asset = asset,
                                       .level = (uint8_t)(asset < 18   ? 0
                                                          : asset < 60 ? 1
                                                                       : 2),
                                       .branch = HEAD_OFFICE,
                                       .result = 2};
    return act;
}
struct act *inspected(struct stage *stage, uint32_t branch, uint8_t kind, uint8_t category,
                      uint32_t item, bool fails, uint8_t hazard) {
    struct simulation *sim = stage->sim;
    struct act *act = play(stage, ACT_INSPECT, INTERNAL, NONE);
    act->account = NONE;
    act->phase = RESULT;
    act->inspect = (struct inspect_detail){.inspection = sim->next_order,
                                           .inspector = sim->branches_count * BRANCH_STAFF + 10 +
                                                        stage->number % 6,
                                           .responsible = branch * BRANCH_STAFF + 1,
                                           .item = item,
                                           .branch = (uint16_t)branch,
                                           .items = 12,
                                           .minutes = (uint16_t)between(stage, 35, 90),
                                           .kind = kind,
                                           .category = category,
                                           .result = fails,
                                           .hazard = hazard,
                                           .status = fails,
                                           .dup = (uint8_t)below(stage, 30),
                                           .distance = below(stage, 80),
                                           .persons = 2,
                                           .escort_ok = true};
    return act;
}

// ---- what follows -------------------------------------------------------------------------------

void list_add(struct stage *stage, const char *list, const char *key, const char *reason,
              int32_t days) {
    struct act act = known_list(stage->sim, stage->clock, list, key, reason, days);
    agenda_put(stage->sim->agenda, &act);
}
void list_party(struct stage *stage, const char *list, struct party party, const char *reason,
                int32_t days) {
    char key[NAME_SIZE];
    name_party(stage->sim, party, key);
    list_add(stage, list, key, reason, days);
}
void table_set(struct stage *stage, const char *table, const char *key, const char *second_key,
               const char *set) {
    struct act act = known_table(stage->sim, stage->clock, table, key, second_key, set);
    agenda_put(stage->sim->agenda, &act);
}
void graph_account(struct stage *stage, uint32_t account, const char *set) {
    char key[NAME_SIZE];
    name_account(stage->sim, account, key);
    table_set(stage, "graph_acct", key, NULL, set);
}

static void score(struct stage *stage, const char *table, const char *key, const char *name,
                  uint32_t middle) {
    if (stage->sim->plan.no_scores) {
        return;
    }
    uint32_t value = middle + below(stage, 250) + below(stage, 250) - 250;
    char set[64];
    snprintf(set, sizeof set, "\"%s\":0.%03u", name, value > 985 ? 985 : value);
    table_set(stage, table, key, NULL, set);
}

void score_mule(struct stage *stage, uint32_t account) {
    char key[NAME_SIZE];
    name_account(stage->sim, account, key);
    if (chance(stage, 70)) {
        score(stage, "score_acct", key, "mule", 640);
    }
}
void score_victim(struct stage *stage, uint32_t customer) {
    char key[NAME_SIZE];
    name_customer(customer, key);
    if (chance(stage, 60)) {
        score(stage, "score_cust", key, "victim", 600);
    }
}

void police_stop(struct stage *stage, uint32_t account, int64_t hours) {
    wait_hours(stage, hours);
    stage->part = PART_AFTER;
    struct act *order = play(stage, ACT_ORDER, API, stage->sim->accounts[account].customer);
    order->account = account;
    order->order = (struct order_detail){.order = stage->sim->next_order++,
                                         .kind = 2,
                                         .authority = (uint8_t)(chance(stage, 70) ? 0 : 2)};
    struct act *stop = play(stage, ACT_STOP, INTERNAL, stage->sim->accounts[account].customer);
    stop->account = account;
    if (chance(stage, 75)) {
        list_party(stage, "police_case_acct", party_own(account), "涉案", 0);
        char key[NAME_SIZE];
        name_hash(HASH_CERT, stage->sim->accounts[account].customer, key);
        list_add(stage, "police_case_cust", key, "涉案账户开户人", 0);
        graph_account(stage, account, "\"acct_black_hops\":0");
    }
}

void victim_reports(struct stage *stage, uint32_t victim, struct party payee, int64_t amount) {
    if (chance(stage, 15)) {
        return; // ashamed, or not yet aware
    }
    stage->part = PART_AFTER;
    struct act *report = play(stage, ACT_REPORT, chance(stage, 70) ? CALLCENTER : COUNTER, victim);
    report->phase = RESULT;
    report->other = payee;
    report->amount = amount;
    report->order = (struct order_detail){.order = stage->sim->next_order++, .kind = 0};
    stage->story->listed = true;
    if (payee.own) {
        police_stop(stage, payee.number, 3);
    } else if (chance(stage, 55)) {
        wait_hours(stage, 20);
        list_party(stage, chance(stage, 60) ? "police_case_acct" : "police_susp_acct", payee,
                   "受害人报案", 0);
        char key[NAME_SIZE];
        name_party(stage->sim, payee, key);
        table_set(stage, "graph_payee", key, NULL,
                  "\"payee_victim_links\":1,\"payee_black_hops\":0");
    }
    if (chance(stage, 40)) { // what the bank writes into its own books about it
        wait_days(stage, 2 + (int32_t)below(stage, 5));
        struct act *feedback =
            play(stage, ACT_FEEDBACK, INTERNAL,
                 payee.own ? stage->sim->accounts[payee.number].customer : victim);
        feedback->phase = RESULT;
        feedback->order =
            (struct order_detail){.order = stage->sim->next_order++,
                                  .kind = payee.own ? 1 : 0,
                                  .about = customer_branch(stage->sim, victim) * BRANCH_STAFF + 1u};
    }
}
