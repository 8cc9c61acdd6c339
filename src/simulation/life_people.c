// A person's day: wages, rent, shops, sessions, friends; now and then something larger, which often
// looks like fraud and is none.

#include "simulation/life.h"

#include "base/hash.h"
#include "simulation/carry.h"
#include "simulation/event.h"

#define TIME(hour, minute) ((hour)*MS_PER_HOUR + (minute)*MS_PER_MINUTE)

struct day {
    struct simulation *sim;
    struct random *random;
    struct person *person;
    uint32_t who;
    uint32_t habit;
    int64_t scale; // of spending, in thousandths
    bool away;
};

struct act *life_plan(struct simulation *sim, struct random *random, ActKind kind, Channel channel,
                      uint32_t customer, int64_t time) {
    struct act *act = agenda_plan(sim->agenda);
    act->kind = (uint8_t)kind;
    act->channel = (uint8_t)channel;
    act->customer = customer;
    act->account = customer;
    act->noise = (uint32_t)random_u64(random);
    act->time = sim->day_start + (time < MS_PER_DAY - 5000 ? time : MS_PER_DAY - 5000);
    act->other.none = true;
    act->pay.payer.none = kind <= ACT_COUNTER;
    return act;
}

void life_later(struct simulation *sim, const struct act *act, int64_t delay) {
    struct act later = *act;
    later.time += delay;
    agenda_put(sim->agenda, &later);
}

static struct act *plan(const struct day *day, ActKind kind, Channel channel, int64_t time) {
    return life_plan(day->sim, day->random, kind, channel, day->who, time);
}

static int64_t when(const struct day *day) {
    return day_time(day->random, day->habit);
}
static bool chance(const struct day *day, uint32_t of_ten_thousand) {
    return draw_chance(day->random, of_ten_thousand);
}
static bool is_due(const struct day *day, uint32_t day_of_month) {
    return (day->sim->due >> day_of_month & 1) != 0;
}
static int64_t scaled(const struct day *day, int64_t yuan, int32_t spread) {
    return draw_about(day->random, YUAN(yuan) * day->scale / 1000, spread);
}

// ---- what comes in ------------------------------------------------------------------------------

static struct act *credit(const struct day *day, struct party payer, int64_t amount, int64_t time) {
    struct act *act = plan(day, ACT_CREDIT, BATCH, time);
    act->phase = RESULT;
    act->other = payer;
    act->amount = amount;
    act->clearing = (uint8_t)(amount > YUAN(50000) ? HVPS : chance(day, 6000) ? IBPS : BEPS);
    return act;
}

static uint32_t batch_of(const struct day *day, uint32_t payer) {
    return payer * 16 + (uint32_t)day->sim->today.month;
}

// Wages from a firm of the bank are its transfer; from others they come in.
static void wages(const struct day *day) {
    struct simulation *sim = day->sim;
    struct person *person = day->person;
    int64_t amount = draw_about(day->random, person->income, 2);
    if (sim->bonus && draw_trait(0x31, day->who, 100) < 30) {
        amount += person->income * (int64_t)(1 + draw_trait(0x32, day->who, 4));
    }
    if (person->employer != NONE) {
        uint32_t firm = firm_customer(sim, person->employer);
        struct act *act = life_plan(sim, day->random, ACT_TRANSFER, EBANK_C, firm,
                                    TIME(9, 30) + draw_trait(0x33, firm, 90) * MS_PER_MINUTE +
                                        draw_below(day->random, 120000));
        act->other = party_own(day->who);
        act->amount = amount;
        act->clearing = INTRABANK;
        act->tag = SALARY;
        act->auth = AUTH_UKEY;
        act->signs = ACT_PAYROLL | ACT_FUND;
        act->pay.batch = batch_of(day, firm);
        return;
    }
    uint32_t payer = (uint32_t)(hash_mix(0x34, day->who) % 40000);
    struct act *act = credit(
        day, party_outside(person->kind == CIVIL_SERVANT ? PARTY_GOV : PARTY_CORPORATE, payer),
        amount, TIME(9, 0) + draw_below(day->random, 3 * 3600000));
    act->tag = SALARY;
    act->signs = ACT_PAYROLL;
    act->pay.batch = batch_of(day, payer);
}

static void income(const struct day *day) {
    struct person *person = day->person;
    switch (person->kind) {
    case WORKER:
    case CIVIL_SERVANT:
    case NIGHT_WORKER:
    case DRIVER:
        if (is_due(day, person->pay_day)) {
            wages(day);
        }
        break;
    case RETIRED:
        if (is_due(day, 15)) {
            int64_t at = TIME(6, 0) + draw_below(day->random, 3600000);
            credit(day, party_outside(PARTY_GOV, 7), draw_about(day->random, person->income, 1), at)
                ->tag = SALARY;
        }
        break;
    case FARMER:
        if (is_due(day, 20) && chance(day, 2500)) {
            int64_t at = TIME(10, 0) + draw_below(day->random, 3600000);
            credit(day, party_outside(PARTY_GOV, 11),
                   draw_round_sum(day->random, draw_about(day->random, YUAN(900), 12)), at);
        }
        if (chance(day, 300)) { // sold the harvest
            int64_t at = when(day);
            credit(
                day,
                party_outside(PARTY_PERSONAL, (uint32_t)(hash_mix(0x35, day->who) % 9000 + 50000)),
                draw_round_sum(day->random, draw_about(day->random, YUAN(4000), 20)), at)
                ->tag = GOODS;
        }
        break;
    case STUDENT:
    case MINOR:
    case HOUSEWIFE:
        if (is_due(day, person->pay_day)) { // parents, husband or wife
            int64_t at = when(day);
            credit(day,
                   person_friend(day->sim, day->who, 0).own
                       ? party_outside(PARTY_PERSONAL, (uint32_t)(hash_mix(0x36, day->who) >> 33))
                       : person_friend(day->sim, day->who, 0),
                   draw_round_sum(day->random, draw_about(day->random, person->income, 4)), at);
        }
        break;
    case UNEMPLOYED:
        if (chance(day, 700)) {
            int64_t at = when(day);
            int64_t drawn = draw_round_sum(day->random, draw_about(day->random, YUAN(400), 20));
            credit(day, party_outside(PARTY_PERSONAL, draw_below(day->random, 2000000)), drawn, at);
        }
        break;
    case SELLER: // buyers from everywhere, at odd hours: looks like a mule and is none
        for (uint32_t i = draw_below(day->random, 9); i > 0; i--) {
            uint32_t buyer =
                (uint32_t)(UINT32_C(3500000000) + random_below(day->random, 400000000));
            int64_t at = when(day);
            int64_t price = draw_about(day->random, YUAN(128), 20) / 10 * 10;
            struct act *act =
                credit(day, party_outside(chance(day, 4000) ? PARTY_WALLET : PARTY_PERSONAL, buyer),
                       price, at);
            act->clearing = NUCC;
            act->tag = GOODS;
        }
        break;
    default:
        break;
    }
    if (person->kind != STUDENT && chance(day, 260)) { // a friend pays back
        struct party friend = person_friend(day->sim, day->who, draw_below(day->random, 8));
        if (!friend.own) {
            int64_t at = when(day);
            credit(day, friend, draw_round_sum(day->random, draw_about(day->random, YUAN(400), 24)),
                   at);
        }
    }
}

// ---- what goes out every day --------------------------------------------------------------------

static void merchant_of(const struct day *day, struct act *act, uint32_t merchant) {
    act->pay.merchant = merchant;
    const struct merchant *at = &day->sim->merchants[merchant];
    act->amount = draw_about(day->random, YUAN(at->ticket) * (900 + day->scale) / 1900,
                             at->ticket > 500 ? 16 : 20);
    if (at->ticket >= 400) {
        act->amount = (act->amount + 500) / 1000 * 1000;
    } else if (chance(day, 5000)) {
        act->amount = (act->amount + 50) / 100 * 100;
    } else {
        act->amount = (act->amount + 5) / 10 * 10;
    }
    act->amount = act->amount < 100 ? 100 : act->amount;
}

// Within opening hours, if there are any.
static int64_t shop_time(const struct day *day, uint32_t merchant) {
    const struct merchant *at = &day->sim->merchants[merchant];
    int64_t time = when(day);
    for (int i = 0;
         i < 6 && (time < at->open_hour * MS_PER_HOUR || time >= at->close_hour * MS_PER_HOUR);
         i++) {
        time = when(day);
    }
    return time;
}

static void shop_by_qr(const struct day *day, uint32_t merchant) {
    bool own_app = chance(day, 2500);
    struct act *act = plan(day, ACT_QR, own_app ? MOBILE : QR, shop_time(day, merchant));
    merchant_of(day, act, merchant);
    if (act->amount > YUAN(500) && !own_app) {
        act->pay.qr_kind = CUSTOMER_PRESENTED;
    } else {
        act->pay.qr_kind = (uint8_t)(day->sim->merchants[merchant].micro ? STATIC_MERCHANT
                                     : chance(day, 5000)                 ? CUSTOMER_PRESENTED
                                                                         : DYNAMIC_MERCHANT);
    }
    act->clearing = NUCC;
    act->auth = (uint8_t)(act->amount > YUAN(1000)                 ? AUTH_PIN
                          : act->pay.qr_kind == CUSTOMER_PRESENTED ? AUTH_NONE
                                                                   : AUTH_FINGER);
    if (day->sim->merchants[merchant].promotes && own_app) {
        act->pay.second_amount = YUAN(2 + draw_below(day->random, 6));
    }
}

static void card_at_shop(const struct day *day, uint32_t merchant, bool credit_card) {
    struct act *act = plan(day, ACT_CARD, POS, shop_time(day, merchant));
    merchant_of(day, act, merchant);
    act->account = credit_card ? day->person->credit : day->who;
    act->pay.card = act->account;
    act->pay.credit_card = credit_card;
    act->pay.terminal = draw_below(day->random, day->sim->merchants[merchant].terminals);
    act->pay.entry = (uint8_t)(chance(day, 5500)   ? CONTACTLESS
                               : chance(day, 9900) ? CHIP
                                                   : FALLBACK);
    act->pay.present = true;
    act->pay.pin = act->amount > YUAN(1000) || act->pay.entry == CHIP;
    act->clearing = CUP;
    act->auth = (uint8_t)(act->pay.pin ? AUTH_PIN : AUTH_NONE);
    if (act->pay.pin && chance(day, 80)) { // a wrong PIN, and once more
        struct act again = *act;
        act->outcome = OUTCOME_WRONG_PIN;
        life_later(day->sim, &again, 25000);
    }
    if (day->sim->merchants[merchant].mcc == 7011 &&
        chance(day, 5000)) { // hotels hold and complete
        act->pay.txn = PREAUTH;
        act->amount = draw_round_sum(day->random, act->amount * 2);
        struct act complete = *act;
        complete.pay.second_amount = act->amount;
        complete.pay.txn = PREAUTH_COMPLETE;
        complete.amount = act->amount * draw_between(day->random, 60, 104) / 100;
        complete.pay.pin = false;
        complete.auth = AUTH_NONE;
        life_later(day->sim, &complete, MS_PER_DAY + (int64_t)draw_below(day->random, 40000000));
    }
}

static void buy_online(const struct day *day, bool card) {
    uint32_t merchant = merchant_online(day->random);
    struct act *act = plan(day, card ? ACT_CARD : ACT_QUICK, card ? GATEWAY : QUICKPAY, when(day));
    merchant_of(day, act, merchant);
    bool phone = day->sim->merchants[merchant].mcc == 4814;
    if (phone) {
        act->amount = YUAN(chance(day, 6000) ? 50 : 100);
        act->pay.batch = day->who + 1;
    }
    act->pay.ecom = true;
    act->clearing = card ? CUP : NUCC;
    if (card) {
        bool credit_card = day->person->credit != NONE;
        act->account = credit_card ? day->person->credit : day->who;
        act->pay.card = act->account;
        act->pay.credit_card = credit_card;
        act->pay.entry = ECOM;
        act->pay.three_ds = (uint8_t)(chance(day, 8500) ? 2 : chance(day, 5000));
        act->pay.token = chance(day, 5000);
        act->auth = AUTH_SMS;
    } else {
        act->pay.institution =
            (uint8_t)(draw_trait(0x41, day->who, 100) < 60 ? 0 : draw_below(day->random, 5));
        act->auth = (uint8_t)(act->amount > YUAN(500) ? AUTH_PIN : AUTH_FINGER);
    }
    if (chance(day, card ? 250 : 180)) { // sent back some days later
        struct act back = *act;
        back.kind = ACT_REFUND;
        back.channel = card ? GATEWAY : QUICKPAY;
        back.pay.second_amount = act->amount;
        back.pay.card = act->account;
        back.pay.terminal = 0;
        back.pay.batch = 0; // of a refund: the card that it should go back to, if it goes to another
        back.auth = AUTH_NONE;
        life_later(day->sim, &back,
                   (int64_t)draw_between(day->random, 20 * 3600000, 6 * MS_PER_DAY));
    }
}

static void shop(const struct day *day) {
    Spot city = person_spot(day->sim, day->who);
    bool app = (day->person->habits & HAS_APP) != 0;
    uint32_t purchases =
        draw_below(day->random, app ? 4 : 2) + (day->sim->today.off && chance(day, 4000));
    for (uint32_t i = 0; i < purchases; i++) {
        uint32_t share = draw_below(day->random, 100);
        uint32_t merchant =
            merchant_local(day->sim, day->random, city, day->away ? NONE : day->who);
        if (app && share < 28) {
            buy_online(day, false);
        } else if (merchant == NONE) {
            continue; // abroad: travel() sees to it
        } else if (app && share < 84) {
            shop_by_qr(day, merchant);
        } else if (day->person->credit != NONE && share < 95) {
            card_at_shop(day, merchant, true);
        } else if (share < 97) {
            card_at_shop(day, merchant, false);
        } else {
            buy_online(day, true);
        }
    }
}

// ---- sessions -----------------------------------------------------------------------------------

struct session {
    int64_t time;
    uint32_t number;
    struct setting setting;
    Channel channel;
    uint64_t signs;
};

static uint64_t stray_signs(const struct day *day) {
    uint64_t signs = draw_trait(0x51, day->who, 1000) < 6 ? SIGN_ROOTED : 0;
    bool remote = draw_trait(0x52, day->who, 1000) < 30;
    signs |= remote ? SIGN_REMOTE_APP : 0; // works in IT, helps his parents
    bool reader = draw_trait(0x53, day->who, 1000) < 8;
    signs |= reader ? SIGN_ACCESSIBILITY : 0; // a screen reader
    signs |= chance(day, 60) ? SIGN_CALL : 0;
    signs |= chance(day, 15) ? SIGN_SCREEN_SHARE : 0; // a meeting in the background
    signs |= chance(day, 6) ? SIGN_MOCK : 0;
    return signs;
}

static struct act *in_session(const struct day *day, struct session *session, ActKind kind) {
    struct act *act = plan(day, kind, session->channel, session->time);
    act->setting = session->setting;
    act->session = session->number;
    act->signs = session->signs;
    session->time += draw_about(day->random, 22000, 20);
    return act;
}

static void log_in(const struct day *day, struct session *session) {
    struct act *login = in_session(day, session, ACT_LOGIN);
    login->auth = (uint8_t)(chance(day, 5500)   ? AUTH_FACE
                            : chance(day, 5000) ? AUTH_FINGER
                                                : AUTH_PIN);
    if (chance(day, 260)) { // mistyped; once more
        login->outcome = login->auth == AUTH_FACE ? OUTCOME_NO_FACE : OUTCOME_WRONG_PASSWORD;
        in_session(day, session, ACT_LOGIN)->auth = AUTH_PIN;
    }
}

static struct session open_session(const struct day *day, int64_t time) {
    struct session session = {.time = time,
                              .number = (uint32_t)random_u64(day->random) | 1,
                              .channel = chance(day, 800) ? WECHAT : MOBILE,
                              .signs = stray_signs(day)};
    session.setting = setting_usual(day->sim, day->who, (uint32_t)random_u64(day->random));
    if (chance(day, 40)) { // a tablet, or the phone of husband or wife
        session.setting.device = chance(day, 5000) ? day->who * 4 + 1 : (day->who ^ 1u) * 4;
    }
    if (draw_trait(0x54, day->who, 1000) < 10) {
        session.setting.net = NET_VPN;
        session.setting.net_number = draw_trait(0x55, day->who, 40);
        session.setting.wifi = false;
        session.setting.ip_spot = place_far(hash_mix(0x56, day->who));
    }
    log_in(day, &session);
    if (chance(day, 6000)) {
        in_session(day, &session, ACT_INQUIRY);
    }
    return session;
}

static void challenge(const struct day *day, struct session *session, uint8_t what) {
    struct act *act = in_session(day, session, ACT_CHALLENGE);
    act->change.what = what;
    if (chance(day, 400)) {
        act->outcome = what == 1 ? OUTCOME_NO_FACE : OUTCOME_WRONG_CODE;
        in_session(day, session, ACT_CHALLENGE)->change.what = what;
    }
}

// A transfer within a session, strong enough for its sum.
static struct act *transfer(const struct day *day, struct session *session, struct party payee,
                            int64_t amount) {
    bool large = amount >= YUAN(50000);
    if (amount >= YUAN(2000)) {
        challenge(day, session, large ? 1 : 0);
    }
    struct act *act = in_session(day, session, ACT_TRANSFER);
    act->other = payee;
    act->amount = amount;
    act->clearing = (uint8_t)(payee.own                ? INTRABANK
                              : amount > YUAN(1000000) ? HVPS
                              : chance(day, 8500)      ? IBPS
                                                       : BEPS);
    act->settle = (uint8_t)(chance(day, 9300)   ? REALTIME
                            : chance(day, 7000) ? NORMAL_2H
                                                : NEXT_DAY);
    act->auth = (uint8_t)(large ? AUTH_PIN_FACE : amount >= YUAN(2000) ? AUTH_PIN_SMS : AUTH_PIN);
    act->tag = (uint8_t)(chance(day, 5500) ? EMPTY : TAG_NONE);
    act->signs |= chance(day, 2500) ? SIGN_PASTED : 0;
    return act;
}

static void add_payee(const struct day *day, struct session *session, struct party payee) {
    struct act *act = in_session(day, session, ACT_PAYEE);
    act->other = payee;
    act->auth = AUTH_SMS;
}

static void sessions(const struct day *day) {
    if ((day->person->habits & HAS_APP) == 0 || !chance(day, 3800)) {
        return;
    }
    struct session session = open_session(day, when(day));
    if (!chance(day, 3400)) {
        return;
    }
    uint32_t share = draw_below(day->random, 100);
    if (share < 22) { // to an account of his own elsewhere
        transfer(day, &session, party_self(day->who),
                 draw_round_sum(day->random, draw_about(day->random, day->person->income / 3, 24)));
    } else if (share < 26 && day->person->second != NONE) {
        transfer(day, &session, party_own(day->person->second),
                 draw_round_sum(day->random, draw_about(day->random, YUAN(600), 20)));
    } else if (share < 88) {
        struct party friend = person_friend(
            day->sim, day->who, draw_below(day->random, 1 + draw_below(day->random, 8)));
        transfer(day, &session, friend, draw_round_sum(day->random, scaled(day, 380, 32)));
    } else if (share < 97) { // somebody new: a tradesman, a seller, a colleague
        uint32_t drawn = (uint32_t)(random_below(day->random, 2000000000));
        struct party payee =
            party_outside(chance(day, 3000) ? PARTY_CORPORATE : PARTY_PERSONAL, drawn);
        if (chance(day, 6000)) {
            add_payee(day, &session, payee);
        }
        transfer(day, &session, payee, draw_round_sum(day->random, scaled(day, 600, 36)));
    } else { // wallets
        transfer(day, &session,
                 party_outside(PARTY_WALLET, (uint32_t)(hash_mix(0x57, day->who) >> 33)),
                 draw_round_sum(day->random, scaled(day, 800, 20)));
    }
}

// ---- once a month -------------------------------------------------------------------------------

static void monthly(const struct day *day) {
    struct person *person = day->person;
    struct simulation *sim = day->sim;
    if (is_due(day, person->rent_day)) {
        if (person->landlord != NONE && (person->habits & HAS_APP) != 0) {
            uint32_t landlord = person->landlord;
            struct party payee =
                sim->accounts[landlord].state == ACCOUNT_OPEN && draw_trait(0x61, landlord, 2) == 0
                    ? party_own(landlord)
                    : party_outside(PARTY_PERSONAL, landlord);
            struct session session = open_session(day, when(day));
            transfer(day, &session, payee,
                     draw_round_sum(day->random, person->income / 4 + YUAN(300)))
                ->tag = EMPTY;
        }
        if ((person->habits & HAS_MORTGAGE) != 0) {
            struct act *act =
                plan(day, ACT_REPAY, BATCH, TIME(8, 0) + draw_below(day->random, 3600000));
            act->amount = person->income * 32 / 100;
            act->clearing = INTRABANK;
            act->signs = ACT_MUST;
            act->loan =
                (struct loan_detail){.loan = day->who * 2,
                                     .term = ++person->term,
                                     .employee = (uint32_t)person->branch * BRANCH_STAFF + 5};
        }
        if ((person->habits & HAS_LOAN) != 0) {
            struct act *act =
                plan(day, ACT_REPAY, BATCH, TIME(8, 30) + draw_below(day->random, 3600000));
            act->amount = person->income * 15 / 100;
            act->clearing = INTRABANK;
            act->signs = ACT_MUST;
            act->loan =
                (struct loan_detail){.loan = day->who * 2 + 1,
                                     .term = (uint16_t)(person->term % 36 + 1),
                                     .employee = (uint32_t)person->branch * BRANCH_STAFF + 6};
        }
    }
    if (person->credit != NONE && is_due(day, 1 + (person->rent_day + 11) % 28) &&
        person->owed > 0) {
        struct act *act = plan(day, ACT_REPAY, MOBILE, when(day));
        int64_t part = chance(day, 8000) ? person->owed : person->owed / 2;
        act->amount =
            part > sim->accounts[day->who].balance ? sim->accounts[day->who].balance / 2 : part;
        act->clearing = INTRABANK;
        act->loan = (struct loan_detail){
            .loan = person->credit, .owed = person->owed, .term = 1, .employee = 0};
    }
    if (is_due(day, 1 + (person->rent_day + 5) % 28) &&
        chance(day, 7000)) { // electricity, gas, water
        struct act *act = plan(day, ACT_QUICK, QUICKPAY, when(day));
        act->pay.merchant = 4;
        act->amount = draw_about(day->random, YUAN(150), 14);
        act->clearing = NUCC;
        act->auth = AUTH_PIN;
        act->pay.ecom = true;
    }
}

// ---- cash ---------------------------------------------------------------------------------------

static uint32_t branch_in(const struct day *day, Spot city) {
    struct simulation *sim = day->sim;
    uint32_t own = day->person->branch;
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        uint32_t branch = (own + i) % sim->branches_count;
        if (sim->branches[branch].city == city) {
            return branch;
        }
    }
    return NONE;
}

static void cash(const struct day *day) {
    bool household = (day->person->habits & RUNS_HOUSEHOLD_CASH) != 0;
    if (!chance(day, household ? 380 : 130)) {
        return;
    }
    uint32_t branch = branch_in(day, person_spot(day->sim, day->who));
    bool counter = household && !day->sim->today.off && chance(day, 4500);
    int64_t at = counter ? day_time(day->random, HABIT_OFFICE) : when(day);
    struct act *act = plan(day, ACT_WITHDRAW,
                           counter             ? COUNTER
                           : chance(day, 7000) ? ATM
                                               : CRS,
                           at);
    act->amount =
        draw_about(day->random, YUAN(counter ? 2500 : 900), 24) / YUAN(100) * YUAN(100) + YUAN(100);
    act->amount = !counter && act->amount > YUAN(20000) ? YUAN(20000) : act->amount;
    act->clearing = CASH;
    act->auth = (uint8_t)(counter ? AUTH_COUNTER : AUTH_PIN);
    act->pay.card = day->who;
    act->pay.entry = CHIP;
    act->pay.pin = act->pay.present = true;
    if (branch == NONE) {
        act->channel = ATM;
        act->pay.moved = true;
        act->pay.term_spot = person_spot(day->sim, day->who);
    } else {
        act->pay.terminal = branch * 16 + (counter ? 0 : 1 + draw_below(day->random, 3));
    }
    if (!counter && chance(day, 150)) {
        struct act again = *act;
        act->outcome = OUTCOME_WRONG_PIN;
        life_later(day->sim, &again, 30000);
    }
}

// Shopkeepers bring the takings, farmers what they sold for.
static void cash_in(const struct day *day) {
    bool shop = day->person->kind == SHOPKEEPER;
    if (!chance(day, shop ? 900 : day->person->kind == FARMER ? 200 : 25)) {
        return;
    }
    uint32_t branch = branch_in(day, day->person->city);
    if (branch == NONE) {
        return;
    }
    struct act *act = plan(day, ACT_DEPOSIT, CRS,
                           shop ? TIME(18, 0) + draw_below(day->random, 3 * 3600000) : when(day));
    act->amount =
        draw_about(day->random, YUAN(shop ? 4200 : 2000), 22) / YUAN(100) * YUAN(100) + YUAN(100);
    act->clearing = CASH;
    act->auth = AUTH_PIN;
    act->pay.card = day->who;
    act->pay.terminal = branch * 16 + 1 + draw_below(day->random, 3);
    act->pay.batch = chance(day, 40) ? 1 : 0; // a false note among them
    act->outcome = chance(day, 150) ? OUTCOME_MACHINE : OUTCOME_FINE;
}

// An elderly customer at the counter: transfers, cash, papers.
static void counter(const struct day *day) {
    bool old = day->person->age >= 60;
    if (day->sim->today.off || !chance(day, old ? 160 : 22)) {
        return;
    }
    uint32_t branch = day->person->branch;
    int64_t time = day_time(day->random, HABIT_OFFICE);
    struct act *act = plan(day, ACT_COUNTER, COUNTER, time);
    uint32_t share = draw_below(day->random, 10);
    act->pay.qr_kind = (uint8_t)(share < 5 ? 0 : share < 7 ? 1 : share < 8 ? 2 : 3);
    act->pay.terminal = branch * 16;
    act->auth = AUTH_COUNTER;
    act->amount = act->pay.qr_kind == 3
                      ? 0
                      : draw_round_sum(day->random, draw_about(day->random, YUAN(5000), 24));
    act->clearing = (uint8_t)(act->pay.qr_kind == 0 ? BEPS : CASH);
    act->signs =
        (old && chance(day, 1500) ? SIGN_ACCOMPANIED : 0) |
        (chance(day, 100) ? SIGN_ON_PHONE : 0);
    if (act->pay.qr_kind == 0) {
        act->other = person_friend(day->sim, day->who, draw_below(day->random, 3));
        struct act pay = *act;
        pay.kind = ACT_TRANSFER;
        pay.clearing = (uint8_t)(pay.other.own ? INTRABANK : BEPS);
        pay.signs = 0;
        life_later(day->sim, &pay, 60000);
    } else if (act->pay.qr_kind == 1) {
        act->purpose = act->amount >= YUAN(50000) ? (uint8_t)(2 + draw_below(day->random, 5)) : 0;
        struct act pay = *act;
        pay.kind = ACT_WITHDRAW;
        pay.signs = 0;
        pay.pay.qr_kind = 0;
        pay.pay.card = day->who;
        pay.pay.entry = CHIP;
        pay.pay.pin = pay.pay.present = true;
        life_later(day->sim, &pay, 90000);
    } else if (act->pay.qr_kind == 2) {
        struct act pay = *act;
        pay.kind = ACT_DEPOSIT;
        pay.signs = 0;
        pay.pay.qr_kind = 0;
        pay.pay.card = day->who;
        life_later(day->sim, &pay, 90000);
    }
}

// ---- journeys -----------------------------------------------------------------------------------

static void travel(const struct day *day) {
    struct person *person = day->person;
    struct simulation *sim = day->sim;
    if (sim->today.day > person->away_to && (person->habits & TRAVELS) != 0 &&
        chance(day, sim->today.festival ? 900 : 110)) {
        person->away_from = sim->today.day + 1;
        person->away_to = person->away_from + 1 + (int32_t)draw_below(day->random, 6);
        bool abroad = chance(day, 600);
        static const Country where[] = {COUNTRY_HK, COUNTRY_TH, COUNTRY_JP, COUNTRY_MO,
                                        COUNTRY_SG, COUNTRY_MY, COUNTRY_VN, COUNTRY_GB};
        person->away = abroad              ? place_abroad(where[draw_below(day->random, 8)])
                       : sim->today.spring ? person->cert_city
                                           : place_far(random_u64(day->random));
    }
    if (day->away && place_is_abroad(person->away) &&
        chance(day, 6500)) { // shops and cash machines abroad
        bool machine = chance(day, 1500);
        struct act *act =
            plan(day, machine ? ACT_WITHDRAW : ACT_CARD, machine ? ATM : POS, when(day));
        act->account = !machine && person->credit != NONE ? person->credit : day->who;
        act->pay.card = act->account;
        act->pay.credit_card = act->account != day->who;
        act->pay.merchant = NONE;
        act->pay.mcc = (uint16_t)(chance(day, 5000) ? 5812 : chance(day, 6000) ? 5311 : 5944);
        act->pay.entry = (uint8_t)(chance(day, 8000) ? CHIP : CONTACTLESS);
        act->pay.present = act->pay.pin = true;
        act->pay.moved = true;
        act->pay.term_spot = person->away;
        act->setting.spot = person->away;
        act->amount = machine ? YUAN(500 * (1 + draw_below(day->random, 4))) : scaled(day, 320, 30);
        act->clearing = CUP;
        act->auth = AUTH_PIN;
    }
}

// ---- now and then -------------------------------------------------------------------------------

static struct act *changed(const struct day *day, struct session *session, ActKind kind,
                           uint8_t what) {
    struct act *act = in_session(day, session, kind);
    act->change.what = what;
    act->auth = AUTH_SMS;
    return act;
}

static void new_phone(const struct day *day) {
    struct session session = {
        .time = when(day), .number = (uint32_t)random_u64(day->random) | 1, .channel = MOBILE};
    session.setting = setting_usual(day->sim, day->who, (uint32_t)random_u64(day->random));
    session.setting.device = device_new(day->sim);
    session.signs = SIGN_JUST_INSTALLED | (chance(day, 2500) ? SIGN_SIM_CHANGED : 0);
    log_in(day, &session);
    if (chance(day, 2000)) {
        changed(day, &session, ACT_RESET, 0)->auth = AUTH_FACE_SMS;
    }
    challenge(day, &session, 1);
    struct act *bind = changed(day, &session, ACT_BIND, 0);
    bind->change.kind = 1;
    bind->auth = AUTH_FACE_SMS;
    if (chance(day, 4000)) {
        in_session(day, &session, ACT_INQUIRY);
    }
    for (uint32_t i = draw_below(day->random, 3); i > 0; i--) { // wallets are bound again
        struct act *sign = changed(day, &session, ACT_SIGN, 0);
        sign->change.institution = (uint8_t)(i - 1);
        sign->channel = QUICKPAY;
    }
    if (chance(day, 1800)) { // and pays something soon
        transfer(day, &session, person_friend(day->sim, day->who, 1),
                 draw_round_sum(day->random, scaled(day, 900, 28)));
    }
}

static void rare_changes(const struct day *day) {
    struct person *person = day->person;
    if ((person->habits & HAS_APP) == 0) {
        return;
    }
    if (chance(day, 13)) {
        new_phone(day);
    }
    if (chance(day, 60)) {
        struct session session = open_session(day, when(day));
        struct act *limit = changed(day, &session, ACT_LIMIT, (uint8_t)(chance(day, 7000) ? 1 : 0));
        limit->change.old_limit = YUAN(50000);
        limit->change.new_limit = YUAN(chance(day, 7000) ? 200000 : 20000);
        limit->auth = AUTH_FACE_SMS;
        if (limit->change.new_limit > YUAN(50000) && chance(day, 5000)) {
            transfer(day, &session, person_friend(day->sim, day->who, 0),
                     draw_round_sum(day->random, scaled(day, 30000, 16)));
        }
    }
    if (chance(day, 35)) {
        struct session session = open_session(day, when(day));
        changed(day, &session, ACT_RESET, (uint8_t)draw_below(day->random, 2))->auth =
            AUTH_FACE_SMS;
    }
    if (chance(day, 45)) {
        struct session session = open_session(day, when(day));
        struct act *sign = changed(day, &session, ACT_SIGN, (uint8_t)(chance(day, 7500) ? 0 : 1));
        sign->change.institution = (uint8_t)draw_below(day->random, 5);
        if (chance(day, 300)) {
            sign->outcome = OUTCOME_WRONG_CODE;
        }
    }
    if (chance(day, 12)) {
        struct session session = open_session(day, when(day));
        struct act *change = changed(day, &session, ACT_CHANGE,
                                     (uint8_t)(chance(day, 3000)   ? 0
                                               : chance(day, 5000) ? 1
                                                                   : 2));
        change->change.phone = change->change.what == 0 ? day->who + UINT32_C(1000000000) : 0;
        change->auth = AUTH_FACE_SMS;
    }
    if (chance(day, 9)) { // lost a card; most find it again or get a new one
        struct session session = open_session(day, when(day));
        changed(day, &session, ACT_CARD_MANAGE, 0);
        struct act next =
            *changed(day, &session, ACT_CARD_MANAGE, (uint8_t)(chance(day, 5000) ? 1 : 2));
        next.channel = COUNTER;
        next.setting = (struct setting){0};
        next.auth = AUTH_COUNTER;
        next.session = 0;
        life_later(day->sim, &next, MS_PER_DAY + 3 * MS_PER_HOUR);
    }
}

static void break_deposit(const struct day *day, struct session *session, int64_t amount) {
    struct act *act = in_session(day, session, ACT_TD_BREAK);
    act->amount = amount;
    act->clearing = INTRABANK;
    act->auth = AUTH_PIN_SMS;
    day->person->deposit -= amount;
}

// A flat: own money gathered, a deposit broken, one very large payment to a company.
static void buys_flat(const struct day *day) {
    struct person *person = day->person;
    struct simulation *sim = day->sim;
    struct session session = open_session(day, day_time(day->random, HABIT_OFFICE));
    int64_t price =
        draw_round_sum(day->random, person->deposit + sim->accounts[day->who].balance / 2);
    break_deposit(day, &session, person->deposit);
    for (uint32_t i = 0; i < 2; i++) {
        credit(day, party_self(day->who), draw_round_sum(day->random, price / 3), session.time);
        session.time += 300000;
    }
    struct party developer =
        party_outside(PARTY_CORPORATE, 50000 + draw_below(day->random, 30));
    add_payee(day, &session, developer);
    struct act *pay = transfer(day, &session, developer, price);
    pay->industry = 1;
    pay->settle = REALTIME;
    pay->signs |= chance(day, 2000) ? SIGN_CALL : 0;
}

// An emergency at night: a relative in hospital.
static void pays_at_night(const struct day *day) {
    struct person *person = day->person;
    struct simulation *sim = day->sim;
    struct session session = open_session(day, draw_between(day->random, 0, 4 * 3600000));
    if (person->deposit >= YUAN(10000) && chance(day, 5000)) {
        break_deposit(day, &session, person->deposit / 2);
    }
    bool known = chance(day, 6000);
    struct party payee =
        known ? person_friend(sim, day->who, 0)
              : party_outside(PARTY_CORPORATE, 60000 + draw_below(day->random, 20));
    transfer(day, &session, payee, draw_round_sum(day->random, scaled(day, 20000, 16)))
        ->signs |= SIGN_CALL;
}

// A dinner is split: friends pay one.
static void splits_dinner(const struct day *day) {
    int64_t time = TIME(20, 30) + draw_below(day->random, 5400000);
    int64_t share = draw_about(day->random, YUAN(95), 10) / 100 * 100;
    for (uint32_t i = 0; i < 3 + draw_below(day->random, 7); i++) {
        uint32_t drawn = (uint32_t)random_below(day->random, 2000000000);
        int64_t at = time + draw_below(day->random, 1500000);
        struct act *act =
            credit(day, party_outside(chance(day, 3000) ? PARTY_WALLET : PARTY_PERSONAL, drawn),
                   share, at);
        act->clearing = NUCC;
    }
}

// Collects the fees of the class and passes them on.
static void collects_fees(const struct day *day) {
    struct person *person = day->person;
    struct simulation *sim = day->sim;
    int64_t time = TIME(12, 0) + draw_below(day->random, 20000000);
    for (uint32_t i = 0; i < 12 + draw_below(day->random, 25); i++) {
        int64_t at = time + draw_below(day->random, 9000000);
        credit(day,
               party_outside(PARTY_PERSONAL, (uint32_t)random_below(day->random, 2000000000)),
               YUAN(120), at);
    }
    struct session session = {.time = time + 9600000,
                              .number = (uint32_t)random_u64(day->random) | 1,
                              .channel = MOBILE};
    session.setting = setting_usual(sim, day->who, (uint32_t)random_u64(day->random));
    log_in(day, &session);
    transfer(day, &session, party_outside(PARTY_CORPORATE, 70000 + person->branch), YUAN(2400));
}

// School fees abroad.
static void pays_school_abroad(const struct day *day) {
    struct session session = open_session(day, day_time(day->random, HABIT_OFFICE));
    int64_t amount = draw_round_sum(day->random, draw_about(day->random, YUAN(60000), 14));
    struct act *buy = in_session(day, &session, ACT_FX);
    buy->amount = amount;
    buy->clearing = INTRABANK;
    buy->auth = AUTH_PIN_FACE;
    struct act *send = in_session(day, &session, ACT_FX);
    send->amount = amount / 40;
    send->pay.qr_kind = 2;
    send->other =
        party_outside(PARTY_CORPORATE, (uint32_t)(hash_mix(0x62, day->who) % 900 + 80000));
    send->pay.moved = true;
    send->pay.term_spot = place_abroad(draw_trait(0x63, day->who, 2) ? COUNTRY_GB : COUNTRY_AU);
    send->clearing = SWIFT;
    send->auth = AUTH_PIN_FACE;
}

// Sold a flat: a very large credit, then out to his own account.
static void sells_flat(const struct day *day) {
    struct simulation *sim = day->sim;
    int64_t sum = draw_round_sum(day->random, draw_about(day->random, YUAN(1200000), 12));
    int64_t time = day_time(day->random, HABIT_OFFICE);
    credit(day, party_outside(PARTY_PERSONAL, (uint32_t)random_below(day->random, 2000000000)),
           sum, time);
    struct session session = {.time = time + 1500000,
                              .number = (uint32_t)random_u64(day->random) | 1,
                              .channel = MOBILE};
    session.setting = setting_usual(sim, day->who, (uint32_t)random_u64(day->random));
    log_in(day, &session);
    transfer(day, &session, party_self(day->who), sum / 2);
}

// What looks like fraud and is none.
static void large_moments(const struct day *day) {
    const struct person *person = day->person;
    bool app = (person->habits & HAS_APP) != 0;
    if (app && person->deposit >= YUAN(20000) && chance(day, 14)) {
        buys_flat(day);
    }
    if (app && person->age >= 25 && chance(day, 8)) {
        pays_at_night(day);
    }
    if (app && person->age < 45 && chance(day, 26)) {
        splits_dinner(day);
    }
    if (person->kind == STUDENT && chance(day, 12)) {
        collects_fees(day);
    }
    if ((person->habits & SENDS_ABROAD) != 0 && chance(day, 220)) {
        pays_school_abroad(day);
    }
    if (app && chance(day, 3)) {
        sells_flat(day);
    }
}

static void loans(const struct day *day) {
    struct person *person = day->person;
    if (person->age < 22 || person->age > 58 || !chance(day, 9)) {
        return;
    }
    struct simulation *sim = day->sim;
    bool counter = chance(day, 3000) && !sim->today.off;
    struct act *act = plan(day, ACT_LOAN_APPLY, counter ? COUNTER : MOBILE,
                           counter ? day_time(day->random, HABIT_OFFICE) : when(day));
    act->amount = draw_round_sum(day->random, draw_about(day->random, person->income * 8, 16));
    act->auth = (uint8_t)(counter ? AUTH_COUNTER : AUTH_FACE_SMS);
    uint32_t employer = person->employer != NONE
                            ? person->employer
                            : (uint32_t)(hash_mix(0x64, day->who) % 40000 + 1000000);
    act->loan = (struct loan_detail){
        .loan = sim->next_loan++,
        .income =
            draw_round_sum(day->random, person->income * draw_between(day->random, 95, 125) / 100),
        .phone = day->who,
        .contact = (uint32_t)(hash_mix(0x65, day->who) >> 33),
        .address = day->who / 2,
        .employer = employer,
        .doc = (uint32_t)random_u64(day->random),
        .employee = person->branch * BRANCH_STAFF + 5u + draw_below(day->random, 3),
        .phone_months = (uint16_t)draw_between(day->random, 8, 160),
        .tamper = (uint16_t)draw_about(day->random, 60, 24),
        .verify = 2};
    act->loan.tamper = act->loan.tamper > 990 ? 990 : act->loan.tamper;
    act->outcome = chance(day, 3500) ? OUTCOME_NOT_GRANTED : OUTCOME_FINE;
    if (act->outcome == OUTCOME_FINE) {
        struct act draw = *act;
        draw.kind = ACT_DRAWDOWN;
        draw.clearing = INTRABANK;
        draw.loan.entrusted = chance(day, 2500);
        life_later(sim, &draw,
                   20 * MS_PER_MINUTE + (int64_t)random_below(day->random, 30 * 3600000));
        struct act use = draw; // to the shop, the landlord, a car dealer
        use.kind = ACT_TRANSFER;
        use.channel = MOBILE;
        use.amount =
            draw_round_sum(day->random, act->amount * draw_between(day->random, 30, 90) / 100);
        use.other = party_outside(PARTY_CORPORATE, 90000 + draw_below(day->random, 4000));
        use.clearing = IBPS;
        use.auth = AUTH_PIN_FACE;
        memset(&use.pay, 0, sizeof use.pay);
        use.pay.payer.none = true;
        life_later(sim, &use,
                   32 * MS_PER_HOUR + (int64_t)random_below(day->random, 4 * 24 * 3600000));
    }
}

static void complaints(const struct day *day) {
    if (!chance(day, 7)) {
        return;
    }
    struct act *act = plan(day, ACT_REPORT, CALLCENTER, when(day));
    act->phase = RESULT;
    act->order = (struct order_detail){.order = day->sim->next_order++,
                                       .kind = (uint8_t)(chance(day, 6000)   ? 3
                                                         : chance(day, 7000) ? 2
                                                                             : 1)};
    if (act->order.kind == 2) {
        act->order.merchant = merchant_local(day->sim, day->random, day->person->city, day->who);
        act->amount = scaled(day, 200, 16);
    }
}

// ---- new customers ------------------------------------------------------------------------------

static void open_as_newcomer(struct simulation *sim, struct random *random) {
    if (sim->next_newcomer >= sim->persons) {
        return;
    }
    uint32_t who = sim->next_newcomer++;
    struct person *person = &sim->people[who];
    bool counter = !sim->today.off && draw_chance(random, 6000);
    struct act *act = life_plan(sim, random, ACT_OPEN, counter ? COUNTER : MOBILE, who,
                                day_time(random, counter ? HABIT_OFFICE : HABIT_MOST));
    act->auth = AUTH_FACE;
    act->open = (struct open_detail){
        .address = who / 2,
        .phone = who,
        .employer = person->employer != NONE ? person->employer + 1 : 0,
        .employee = person->branch * BRANCH_STAFF + 1u + draw_below(random, TELLERS),
        .phone_months = (uint16_t)draw_between(random, 2, 150),
        .other_banks = (uint16_t)(draw_chance(random, 1000) ? 1 + draw_below(random, 2) : 0),
        .purpose = (uint8_t)(person->employer != NONE  ? 0
                             : person->kind == STUDENT ? 3
                             : person->kind == RETIRED ? 5
                                                       : 1),
        .guardian = true};
    if (person->kind == RETIRED && draw_chance(random, 1500)) {
        act->open.has_agent = true;
        act->open.agent = (uint32_t)(hash_mix(0x66, who) >> 33);
        act->open.relation = 1;
    }
    person->device_day = sim->today.day;
    if (!draw_chance(random, 9700)) {
        act->outcome = OUTCOME_ID_CHECK;
        act->open.check = (uint8_t)(1 + draw_below(random, 4));
        return;
    }
    struct act first = *act; // the first money: from his other bank, or cash
    first.kind = ACT_CREDIT;
    first.phase = RESULT;
    first.channel = BATCH;
    first.other = party_self(who);
    first.clearing = IBPS;
    first.amount = draw_round_sum(random, draw_about(random, person->income / 3, 24));
    first.auth = AUTH_NONE;
    memset(&first.pay, 0, sizeof first.pay);
    first.pay.payer.none = true;
    life_later(sim, &first, MS_PER_HOUR + (int64_t)draw_below(random, 20 * 3600000));
    if (counter && (person->habits & HAS_APP) != 0) {
        struct act bind = *act;
        bind.kind = ACT_BIND;
        bind.channel = MOBILE;
        bind.auth = AUTH_FACE_SMS;
        memset(&bind.change, 0, sizeof bind.change);
        life_later(sim, &bind, 12 * MS_PER_MINUTE);
    }
}

static void closings(struct simulation *sim, struct random *random) {
    uint32_t who = draw_below(random, sim->plan.customers);
    const struct person *person = &sim->people[who];
    if (sim->today.off || person->taken_by != 0 ||
        (person->habits & (IS_STAFF | IS_RESERVED)) != 0 || person->kind == SHOPKEEPER ||
        sim->accounts[who].state != ACCOUNT_OPEN) {
        return;
    }
    int64_t time = day_time(random, HABIT_OFFICE);
    struct act *rest = life_plan(sim, random, ACT_TRANSFER, COUNTER, who, time);
    rest->amount = 10000;
    rest->signs = ACT_PART;
    rest->other = party_self(who);
    rest->clearing = IBPS;
    rest->auth = AUTH_COUNTER;
    struct act *close = life_plan(sim, random, ACT_CLOSE, COUNTER, who, time + 15 * MS_PER_MINUTE);
    close->open.employee = person->branch * BRANCH_STAFF + 1u;
}

// Friends send red envelopes at the Spring Festival and on holidays.
static void red_envelopes(const struct day *day) {
    if (!day->sim->today.festival || (day->person->habits & HAS_APP) == 0) {
        return;
    }
    uint32_t count =
        day->sim->today.spring ? draw_below(day->random, 4) : draw_below(day->random, 12) == 0;
    struct session session = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0) {
            session = open_session(day, when(day));
        }
        int64_t drawn = YUAN(chance(day, 5000) ? 200 : chance(day, 5000) ? 88 : 666);
        transfer(day, &session, person_friend(day->sim, day->who, draw_below(day->random, 8)),
                 drawn);
    }
}

static void live(struct simulation *sim, uint32_t who) {
    struct person *person = &sim->people[who];
    if ((person->habits & (IS_RESERVED | IS_DORMANT)) != 0 ||
        sim->accounts[who].state != ACCOUNT_OPEN || person->told_day == sim->today.day) {
        return;
    }
    struct random random;
    random_init(&random,
                hash_mix(hash_mix(sim->plan.seed ^ 0x11fe, who), (uint64_t)sim->today.day));
    struct day day = {.sim = sim, .random = &random, .person = person, .who = who};
    day.habit = person->kind == NIGHT_WORKER ? HABIT_NIGHT
                : person->age >= 60          ? HABIT_OLD
                                             : HABIT_MOST;
    day.scale = person->income * 1000 / YUAN(7800);
    day.scale = day.scale < 300 ? 300 : day.scale > 3000 ? 3000 : day.scale;
    day.away = sim->today.day >= person->away_from && sim->today.day <= person->away_to;
    income(&day);
    monthly(&day);
    shop(&day);
    sessions(&day);
    cash(&day);
    cash_in(&day);
    counter(&day);
    travel(&day);
    rare_changes(&day);
    large_moments(&day);
    loans(&day);
    complaints(&day);
    red_envelopes(&day);
}

void life_people(struct simulation *sim) {
    for (uint32_t who = 0; who < sim->persons; who++) {
        live(sim, who);
    }
    struct random random;
    random_init(&random, hash_mix(sim->plan.seed ^ 0x0be7, (uint64_t)sim->today.day));
    uint64_t monthly = (uint64_t)sim->plan.customers * 11;
    for (uint64_t left = monthly + random_below(&random, 30000); left >= 30000; left -= 30000) {
        open_as_newcomer(sim, &random);
    }
    for (uint64_t left = monthly / 4 + random_below(&random, 30000); left >= 30000; left -= 30000) {
        closings(sim, &random);
    }
}
