// A firm's day: customers pay, suppliers are paid, wages, taxes, rent; some trade abroad.

#include "simulation/life.h"

#include "base/hash.h"
#include "simulation/event.h"


struct firm_day {
    struct simulation *sim;
    struct random *random;
    struct firm *firm;
    uint32_t index, customer;
};

static struct act *plan(const struct firm_day *day, ActKind kind, Channel channel, int64_t time) {
    return life_plan(day->sim, day->random, kind, channel, day->customer, time);
}

static struct act *pay(const struct firm_day *day, struct party payee, int64_t amount,
                       int64_t time) {
    struct act *act = plan(day, ACT_TRANSFER, EBANK_C, time);
    act->other = payee;
    act->amount = amount;
    act->clearing = (uint8_t)(payee.own ? INTRABANK : amount >= YUAN(1000000) ? HVPS : BEPS);
    act->auth = AUTH_UKEY;
    act->session = (uint32_t)(hash_mix(day->customer, (uint64_t)day->sim->today.day) | 1);
    act->tag = (uint8_t)(draw_chance(day->random, 4000) ? GOODS : TAG_NONE);
    // In small firms one person makes and checks.
    act->pay.pages = day->firm->staff < 5 && draw_trait(0x81, day->index, 10) < 3;
    return act;
}

static struct act *receive(const struct firm_day *day, struct party payer, int64_t amount) {
    struct act *act = plan(day, ACT_CREDIT, BATCH, day_time(day->random, HABIT_OFFICE));
    act->phase = RESULT;
    act->other = payer;
    act->amount = amount;
    act->clearing = (uint8_t)(amount >= YUAN(1000000) ? HVPS : BEPS);
    act->tag = (uint8_t)(draw_chance(day->random, 4000) ? GOODS : TAG_NONE);
    return act;
}

static bool due(const struct firm_day *day, uint32_t day_of_month) {
    return (day->sim->due >> day_of_month & 1) != 0;
}

static void trade(const struct firm_day *day) {
    // A month has about twenty-two working days; four credits in ten days on average, and a little
    // less goes out.
    if (draw_chance(day->random, 4500)) {
        struct party payer = firm_partner(day->sim, day->index, draw_below(day->random, 12), false);
        if (draw_trait(0x82, day->index, 10) < 3 || payer.own) {
            payer = party_outside(
                draw_trait(0x83, day->index, 10) < 3 ? PARTY_PERSONAL : PARTY_CORPORATE,
                (uint32_t)(hash_mix(day->index, draw_below(day->random, 60)) >> 33));
        }
        receive(day, payer,
                draw_about(day->random, day->firm->turnover / 10, 24) / 1000 * 1000 +
                    (draw_chance(day->random, 4000) ? draw_below(day->random, 10000) : 0));
    }
    if (draw_chance(day->random, 3500)) {
        int64_t time = day_time(day->random, HABIT_OFFICE);
        struct act *login = plan(day, ACT_LOGIN, EBANK_C, time);
        login->auth = AUTH_UKEY;
        login->session = (uint32_t)(hash_mix(day->customer, (uint64_t)day->sim->today.day) | 1);
        for (uint32_t i = 1 + draw_below(day->random, 3); i > 0; i--) {
            time += 60000 + draw_below(day->random, 240000);
            int64_t drawn =
                draw_about(day->random, day->firm->turnover / 16, 24) / 10000 * 10000 + 10000;
            pay(day, firm_partner(day->sim, day->index, draw_below(day->random, 10), true), drawn,
                time);
        }
        if (draw_chance(day->random, 1200)) { // an expense is paid back, the owner takes his share
            bool owner = draw_chance(day->random, 3000);
            struct party payee =
                owner ? party_own(day->firm->legal)
                      : party_outside(PARTY_PERSONAL,
                                      (uint32_t)(hash_mix(0x84, day->index * 32u +
                                                                    draw_below(day->random, 8)) >>
                                                 33));
            if (!payee.own || day->sim->accounts[payee.number].state == ACCOUNT_OPEN) {
                pay(day, payee, draw_about(day->random, YUAN(owner ? 30000 : 2600), 20) / 100 * 100,
                    time + 300000);
            }
        }
    }
    if (draw_chance(day->random, 300)) {
        struct act *withdraw =
            plan(day, ACT_WITHDRAW, COUNTER, day_time(day->random, HABIT_OFFICE));
        withdraw->amount = YUAN(1000) * (5 + draw_below(day->random, 40));
        withdraw->clearing = CASH;
        withdraw->auth = AUTH_COUNTER;
        withdraw->purpose = 3 + (uint8_t)draw_below(day->random, 2);
        withdraw->pay.card = day->customer;
        withdraw->pay.terminal = day->firm->branch * 16u;
        withdraw->pay.pin = true;
    }
}

static void monthly(const struct firm_day *day) {
    struct firm *firm = day->firm;
    if (due(day, 15)) {
        int64_t at = 10 * MS_PER_HOUR + draw_below(day->random, 20000000);
        pay(day, party_outside(PARTY_GOV, 3),
            firm->turnover * draw_between(day->random, 20, 60) / 1000, at)
            ->tag = TAX;
    }
    if (due(day, 20)) { // social security
        pay(day, party_outside(PARTY_GOV, 5), (int64_t)firm->staff * YUAN(1900),
            10 * MS_PER_HOUR + draw_below(day->random, 20000000))
            ->tag = TAX;
    }
    if (due(day, 3)) { // rent
        pay(day, party_outside(PARTY_CORPORATE, (uint32_t)(hash_mix(0x85, day->index) % 3000)),
            firm->turnover / 40 / 10000 * 10000 + 200000,
            11 * MS_PER_HOUR + draw_below(day->random, 9000000));
    }
    if (due(day, firm->pay_day)) { // those who have their account elsewhere
        uint32_t count = firm->dispatches ? firm->staff : firm->staff * 6u / 10;
        int64_t time = 9 * MS_PER_HOUR + 30 * MS_PER_MINUTE;
        for (uint32_t i = 0; i < count && i < 400; i++) {
            struct act *act =
                pay(day,
                    party_outside(PARTY_PERSONAL,
                                  (uint32_t)(hash_mix(0x86 + (uint64_t)day->index, i) >> 33)),
                    draw_about(day->random, YUAN(6200), 8) / 100 * 100, time);
            act->tag = SALARY;
            act->signs = ACT_PAYROLL | ACT_FUND;
            act->pay.batch = day->customer * 16 + (uint32_t)day->sim->today.month;
            time += 700 + draw_below(day->random, 900);
        }
    }
    if (draw_trait(0x87, day->index, 10) < 2 && due(day, 21)) {
        struct act *act =
            plan(day, ACT_REPAY, BATCH, 8 * MS_PER_HOUR + draw_below(day->random, 3600000));
        act->amount = firm->turnover / 50;
        act->clearing = INTRABANK;
        act->signs = ACT_MUST;
        act->loan = (struct loan_detail){.loan = day->sim->persons * 2 + day->index,
                                         .term = ++firm->term,
                                         .employee = firm->branch * BRANCH_STAFF + 7u};
    }
}

static void abroad(const struct firm_day *day) {
    if (!day->firm->exports || !draw_chance(day->random, 700)) {
        return;
    }
    static const Country where[] = {COUNTRY_US, COUNTRY_DE, COUNTRY_JP,
                                    COUNTRY_AE, COUNTRY_BR, COUNTRY_VN};
    bool in = draw_chance(day->random, 7500);
    struct act *act = plan(day, ACT_FX, EBANK_C, day_time(day->random, HABIT_OFFICE));
    act->amount = draw_about(day->random, day->firm->turnover / 6, 16);
    act->pay.qr_kind = in ? 3 : 2;
    act->other = party_outside(
        PARTY_CORPORATE,
        (uint32_t)(hash_mix(0x88, day->index * 8u + draw_below(day->random, 5)) >> 33));
    act->pay.moved = true;
    act->pay.term_spot = place_abroad(where[draw_trait(0x89, day->index, 6)]);
    act->pay.txn = 1; // customs data are there: the price against the market
    act->pay.batch = 1000 + draw_below(day->random, 120) - 60;
    act->clearing = SWIFT;
    act->auth = AUTH_UKEY;
}

static void borrow(const struct firm_day *day) {
    if (!draw_chance(day->random, 25)) {
        return;
    }
    struct act *act = plan(day, ACT_LOAN_APPLY, EBANK_C, day_time(day->random, HABIT_OFFICE));
    act->amount = day->firm->turnover / 10000 * 10000 + YUAN(100000);
    act->auth = AUTH_UKEY;
    act->loan = (struct loan_detail){.loan = day->sim->next_loan++,
                                     .income = day->firm->turnover,
                                     .phone = day->firm->legal,
                                     .contact = day->firm->legal + UINT32_C(1100000000),
                                     .address = day->customer,
                                     .employer = day->index,
                                     .doc = (uint32_t)random_u64(day->random),
                                     .employee = day->firm->branch * BRANCH_STAFF + 6u,
                                     .phone_months = 60,
                                     .tamper = 30};
    act->outcome = draw_chance(day->random, 3000) ? OUTCOME_NOT_GRANTED : OUTCOME_FINE;
    if (act->outcome == OUTCOME_FINE) {
        struct act draw = *act;
        draw.kind = ACT_DRAWDOWN;
        draw.clearing = INTRABANK;
        draw.loan.entrusted = true;
        draw.other = firm_partner(day->sim, day->index, 1, true);
        life_later(day->sim, &draw, 2 * MS_PER_DAY + (int64_t)draw_below(day->random, 9000000));
    }
}

// A new device for the firm's certificate, a new representative, a higher limit: rare.
static void changes(const struct firm_day *day) {
    if (draw_chance(day->random, 15)) {
        struct act *act = plan(day, ACT_BIND, EBANK_C, day_time(day->random, HABIT_OFFICE));
        act->change.what = 1;
        act->auth = AUTH_UKEY;
    }
    if (draw_chance(day->random, 5)) {
        struct act *act = plan(day, ACT_CHANGE, COUNTER, day_time(day->random, HABIT_OFFICE));
        act->change.what = (uint8_t)(draw_chance(day->random, 5000) ? 3 : 0);
        act->change.phone = act->change.what == 0 ? day->firm->legal + UINT32_C(1200000000) : 0;
        act->auth = AUTH_COUNTER;
    }
}

void life_firms(struct simulation *sim) {
    for (uint32_t index = 0; index < sim->firms; index++) {
        struct firm *firm = &sim->companies[index];
        struct random random;
        random_init(&random,
                    hash_mix(hash_mix(sim->plan.seed ^ 0xf1f1, index), (uint64_t)sim->today.day));
        struct firm_day day = {.sim = sim,
                               .random = &random,
                               .firm = firm,
                               .index = index,
                               .customer = firm_customer(sim, index)};
        if (sim->accounts[day.customer].state != ACCOUNT_OPEN || firm->open_day > sim->today.day ||
            sim->today.off) {
            continue;
        }
        trade(&day);
        monthly(&day);
        abroad(&day);
        borrow(&day);
        changes(&day);
    }
}
