// VP: customers who are deceived and pay themselves. Told from the typologies' texts.

#include "simulation/scenario.h"

#include <stdio.h>

// ---- VP-03 --------------------------------------------------------------------------------------
// On the phone for hours: gather what you have elsewhere, break the deposit, move all of it to the
// "safe account".
// The victim has no app: a deposit is broken and the money sent at a counter.
static void police_at_counter(struct stage *stage, uint32_t victim, struct party mule,
                              int64_t own) {
    struct simulation *sim = stage->sim;
    variant(stage, "counter");
    at_work(stage);
    offline(stage, COUNTER);
    if (sim->people[victim].deposit > 0) {
        break_deposit(stage, victim, sim->people[victim].deposit);
    }
    wait_minutes(stage, 4);
    at_counter(stage, victim, COUNTER_TRANSFER, own,
               SIGN_ON_PHONE | (chance(stage, 50) ? SIGN_NERVOUS : 0) |
                   (chance(stage, 40) ? SIGN_SCRIPTED : 0))
        ->other = mule;
    struct act *pay = transfer(stage, victim, mule, own);
    pay->signs |= ACT_LOSS | ACT_FUND;
    wait_hours(stage, 8);
    victim_reports(stage, victim, mule, own);
}

// The money does not stay with a mule of this bank.
static void police_money_goes_on(struct stage *stage, struct party mule) {
    uint32_t account = mule.number;
    struct setting runner = criminal(stage);
    take_setting(stage, runner);
    stage->part = PART_AFTER;
    login(stage, account);
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        transfer(stage, account, cast_outside(stage, PARTY_PERSONAL), i == 1 ? 9900 : 4000)
            ->signs |= ACT_PART;
        wait_minutes(stage, 2);
    }
}

void impersonated_police(struct stage *stage) {
    struct simulation *sim = stage->sim;
    uint32_t victim = cast(stage, ROLE_DECEIVED, chance(stage, 45) ? is_old : is_saver);
    struct party mule = chance(stage, 45) ? party_own(cast(stage, ROLE_MULE, is_weak))
                                          : cast_outside(stage, PARTY_PERSONAL);
    uint64_t call = SIGN_CALL | (chance(stage, 35)   ? SIGN_CALLER_ABROAD
                                 : chance(stage, 30) ? SIGN_CALLER_VIRTUAL
                                                     : 0);
    int64_t own = sum(stage, 60000, 24);
    at_hour(stage, 9, 17);
    if ((sim->people[victim].habits & HAS_APP) == 0) {
        police_at_counter(stage, victim, mule, own);
        return;
    }
    online(stage, victim);
    stage->signs = call;
    login(stage, victim);
    inquiry(stage, victim);
    bool shares = chance(stage, 35);
    variant(stage, shares ? "screen share" : "call");
    stage->signs |= shares ? SIGN_SCREEN_SHARE : 0;
    for (uint32_t i = below(stage, 4); i > 0; i--) { // from his other banks
        wait_minutes(stage, 12);
        credit(stage, victim, party_self(victim), sum(stage, 30000, 24));
    }
    if (sim->people[victim].deposit > YUAN(5000)) {
        wait_minutes(stage, 10);
        break_deposit(stage, victim, sim->people[victim].deposit);
    }
    if (chance(stage, 40)) {
        raise_limit(stage, victim, 500000);
        challenge(stage, victim, 1);
    }
    wait_minutes(stage, 9);
    if (chance(stage, 30)) { // hesitates; a first attempt with a wrong code
        challenge(stage, victim, 0)->outcome = OUTCOME_WRONG_CODE;
        wait_minutes(stage, 15);
    }
    score_victim(stage, victim);
    if (chance(stage, 50)) {
        change(stage, ACT_PAYEE, victim, 0)->other = mule;
    }
    uint32_t parts = chance(stage, 65) ? 1 : 2 + below(stage, 2);
    for (uint32_t i = 0; i < parts; i++) {
        struct act *pay = transfer(stage, victim, mule,
                                   parts == 1 || i + 1 == parts ? between(stage, 9000, 9990)
                                                                : between(stage, 3500, 6000));
        pay->signs |= ACT_PART | ACT_LOSS | (chance(stage, 60) ? SIGN_PASTED : 0);
        pay->auth = AUTH_PIN_FACE;
        if (i == 0 && chance(stage, 15)) {
            pay->outcome = OUTCOME_LIMIT;
            raise_limit(stage, victim, 1000000);
            struct act *again = transfer(stage, victim, mule, 9500);
            again->signs |= ACT_PART | ACT_LOSS;
        }
        wait_minutes(stage, 20);
    }
    if (mule.own) {
        police_money_goes_on(stage, mule);
    }
    stage->story->stake = own;
    wait_hours(stage, 9);
    victim_reports(stage, victim, mule, own);
}

// The money of one payment, through the app, to a mule that is new to the victim.
static struct act *lose(struct stage *stage, uint32_t victim, struct party mule, int64_t amount) {
    struct act *pay = transfer(stage, victim, mule, amount);
    pay->signs |= ACT_LOSS | ACT_FUND | (chance(stage, 50) ? SIGN_PASTED : 0);
    stage->story->stake += amount;
    return pay;
}

static struct party mule_of(struct stage *stage, uint32_t own_percent) {
    return chance(stage, own_percent) ? party_own(cast(stage, ROLE_MULE, is_weak))
                                      : cast_outside(stage, PARTY_PERSONAL);
}

// What a mule of ours does with it; nothing is known of those elsewhere.
static void pass_on(struct stage *stage, struct party mule) {
    if (!mule.own) {
        return;
    }
    stage->part = PART_AFTER;
    take_setting(stage, criminal(stage));
    wait_minutes(stage, 5);
    login(stage, mule.number);
    bool cash = chance(stage, 20);
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        if (cash) {
            uint32_t drawn = below(stage, stage->sim->branches_count);
            draw_cash(stage, mule.number, YUAN(1000) * (5 + below(stage, 15)), ATM, drawn);
        } else {
            transfer(stage, mule.number,
                     cast_outside(stage, chance(stage, 20) ? PARTY_WALLET : PARTY_PERSONAL),
                     i == 1 ? 9850 : 5000)
                ->signs |= ACT_PART;
        }
        wait_minutes(stage, 3);
    }
    score_mule(stage, mule.number);
    stage->part = PART_BEFORE;
}

// ---- VP-01 --------------------------------------------------------------------------------------
// Small "tasks" that are paid back with a little more; then chained orders that never are.
void brushing(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_young);
    variant(stage, chance(stage, 40) ? "codes" : "transfers");
    bool codes = stage->story->variant[0] == 'c';
    at_hour(stage, 10, 20);
    online(stage, victim);
    stage->signs |= chance(stage, 40) ? SIGN_SCAM_APP | SIGN_JUST_INSTALLED : 0;
    login(stage, victim);
    int64_t amount = sum(stage, 120, 10);
    uint32_t small = 2 + below(stage, 4);
    for (uint32_t i = 0; i < small; i++) {
        struct party mule = cast_outside(stage, PARTY_PERSONAL);
        struct act *pay = codes ? pay_qr_person(stage, victim, mule, amount)
                                : transfer(stage, victim, mule, amount);
        pay->signs |= ACT_FUND;
        wait_minutes(stage, 25);
        int64_t drawn = amount * between(stage, 108, 130) / 100;
        credit(stage, victim,
               party_new(stage->sim, chance(stage, 30) ? PARTY_WALLET : PARTY_PERSONAL), drawn)
            ->tag = chance(stage, 25) ? COMMISSION : TAG_NONE;
        amount = amount * 3 / 2 / 100 * 100;
        wait_minutes(stage, 40);
    }
    amount = sum(stage, 900, 14);
    score_victim(stage, victim);
    for (uint32_t i = 0; i < 2 + below(stage, 5); i++) {
        struct party mule = mule_of(stage, 20);
        if (codes && amount < YUAN(5000)) {
            struct act *pay = pay_qr_person(stage, victim, mule, amount);
            pay->signs |= ACT_LOSS | ACT_FUND;
            stage->story->stake += amount;
        } else {
            lose(stage, victim, mule, amount)->outcome =
                chance(stage, 6) ? OUTCOME_CANCELLED : OUTCOME_FINE;
        }
        pass_on(stage, mule);
        wait_minutes(stage, 18);
        online(stage, victim);
        amount = amount * between(stage, 140, 260) / 100 / 10000 * 10000 + 10000;
    }
    if (chance(stage, 30)) { // borrows for the last one
        uint32_t loan = 0;
        struct act *apply = apply_loan(stage, victim, sum(stage, 20000, 12));
        loan = apply->loan.loan;
        amount = apply->amount;
        wait_minutes(stage, 30);
        draw_loan(stage, victim, loan, amount);
        wait_minutes(stage, 12);
        lose(stage, victim, cast_outside(stage, PARTY_PERSONAL), amount);
    }
    wait_hours(stage, 14);
    victim_reports(stage, victim,
                   stage->story->outside_count > 0
                       ? stage->story->outside[stage->story->outside_count - 1]
                       : party_self(victim),
                   amount);
}

// ---- VP-02 --------------------------------------------------------------------------------------
// Weeks of affection, then an "investment" that takes more and more, on several payees.
void pig_butchering(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_saver);
    struct simulation *sim = stage->sim;
    at_hour(stage, 19, 23);
    int64_t amount = sum(stage, 3000, 14);
    uint32_t steps = 3 + below(stage, 4);
    for (uint32_t i = 0; i < steps; i++) {
        struct party mule = mule_of(stage, 25);
        online(stage, victim);
        login(stage, victim);
        if (i == 1) { // a little may be taken out, for trust
            credit(stage, victim, party_new(sim, PARTY_PERSONAL), amount / 4);
        }
        if (i + 2 >= steps && sim->people[victim].deposit > YUAN(5000)) {
            break_deposit(stage, victim, sim->people[victim].deposit);
            wait_minutes(stage, 20);
        }
        if (chance(stage, 60)) {
            change(stage, ACT_PAYEE, victim, 0)->other = mule;
        }
        score_victim(stage, victim);
        struct act *pay = lose(stage, victim, mule, amount);
        pay->tag = chance(stage, 35) ? INVEST : TAG_NONE;
        pass_on(stage, mule);
        amount = amount * between(stage, 150, 320) / 100 / 100000 * 100000 + 100000;
        wait_days(stage, 1 + (int32_t)below(stage, 4));
    }
    variant(stage, "romance");
    wait_days(stage, 3);
    victim_reports(stage, victim,
                   stage->story->outside_count > 0 ? stage->story->outside[0] : party_self(victim),
                   amount);
}

// ---- VP-04 --------------------------------------------------------------------------------------
// "Your insurance of a million will be charged": a call, a shared screen, codes, a transfer "to
// verify".
void fake_service(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_adult);
    struct party mule = mule_of(stage, 30);
    at_hour(stage, 9, 21);
    online(stage, victim);
    stage->signs |= SIGN_CALL | (chance(stage, 30)   ? SIGN_CALLER_VIRTUAL
                                 : chance(stage, 30) ? SIGN_CALLER_ABROAD
                                                     : 0);
    login(stage, victim);
    bool shares = chance(stage, 60);
    variant(stage, shares ? "screen share" : "refund");
    if (shares) {
        stage->signs |= SIGN_SCREEN_SHARE;
        inquiry(stage, victim);
        challenge(stage, victim, 0);
    }
    if (chance(stage, 35)) { // drains a loan first
        int64_t amount = sum(stage, 30000, 12);
        uint32_t loan = apply_loan(stage, victim, amount)->loan.loan;
        wait_minutes(stage, 6);
        draw_loan(stage, victim, loan, amount);
        wait_minutes(stage, 5);
    }
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        struct act *pay = lose(stage, victim, mule, sum(stage, 6000, 24));
        static const Tag words[] = {VERIFY, UNFREEZE, MARGIN, REFUND, EMPTY};
        pay->tag = (uint8_t)words[below(stage, 5)];
        if (chance(stage, 10)) {
            pay->outcome = OUTCOME_PAYEE_WRONG;
        }
        wait_minutes(stage, 6);
    }
    pass_on(stage, mule);
    wait_hours(stage, 5);
    victim_reports(stage, victim, mule, stage->story->stake);
}

// ---- VP-05 --------------------------------------------------------------------------------------
// A trading app that is none: small profits come back, then large deposits vanish in young
// companies.
void fake_investment(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, chance(stage, 30) ? is_old : is_saver);
    struct simulation *sim = stage->sim;
    bool company = chance(stage, 50);
    variant(stage, company ? "company" : chance(stage, 30) ? "coins" : "persons");
    struct party payee =
        company ? (chance(stage, 40) ? party_own(cast_firm(stage, ROLE_OFFENDER, young_firm))
                                     : cast_outside(stage, PARTY_CORPORATE))
                : cast_outside(stage, PARTY_PERSONAL);
    at_hour(stage, 10, 16);
    int64_t amount = sum(stage, 1500, 12);
    uint32_t steps = 3 + below(stage, 3);
    for (uint32_t i = 0; i < steps; i++) {
        online(stage, victim);
        stage->signs |= chance(stage, 30) ? SIGN_SCAM_APP : 0;
        login(stage, victim);
        if (i + 1 == steps && sim->people[victim].deposit > YUAN(8000)) {
            break_deposit(stage, victim, sim->people[victim].deposit);
            wait_minutes(stage, 8);
        }
        struct act *pay =
            i == 0 ? transfer(stage, victim, payee, amount) : lose(stage, victim, payee, amount);
        pay->signs |= ACT_FUND;
        pay->tag = chance(stage, 50) ? INVEST : chance(stage, 20) ? USDT : TAG_NONE;
        pay->industry = chance(stage, 50) ? 8 : 0;
        if (i == 0) {
            wait_hours(stage, 26);
            credit(stage, victim, payee, amount * between(stage, 105, 125) / 100);
        }
        score_victim(stage, victim);
        amount = amount * between(stage, 250, 700) / 100 / 100000 * 100000 + 100000;
        wait_days(stage, 1 + (int32_t)below(stage, 3));
        at_hour(stage, 10, 16);
    }
    wait_days(stage, 4);
    victim_reports(stage, victim, payee, stage->story->stake);
}

// ---- VP-06 --------------------------------------------------------------------------------------
// "Approved": but first a deposit, an unfreezing fee, proof of movement on the account.
void fake_loan(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_weak);
    at_hour(stage, 9, 21);
    online(stage, victim);
    if (chance(stage, 60)) { // refused at the bank before
        struct act *apply = apply_loan(stage, victim, sum(stage, 30000, 12));
        apply->outcome = OUTCOME_NOT_GRANTED;
        wait_hours(stage, 12);
        at_hour(stage, 9, 21);
        online(stage, victim);
    }
    login(stage, victim);
    bool loop = chance(stage, 25);
    variant(stage, loop ? "statement" : "fees");
    static const Tag words[] = {LOAN_FEE, MARGIN, UNFREEZE, VERIFY, EMPTY};
    for (uint32_t i = 1 + below(stage, 5); i > 0; i--) {
        struct party mule = mule_of(stage, 20);
        struct act *pay = lose(stage, victim, mule, sum(stage, 2600, 18));
        pay->tag = (uint8_t)words[below(stage, 5)];
        if (loop) {
            wait_minutes(stage, 8);
            credit(stage, victim, mule, sum(stage, 2000, 6));
        }
        wait_minutes(stage, 45);
        online(stage, victim);
    }
    wait_hours(stage, 20);
    victim_reports(stage, victim,
                   stage->story->outside_count > 0 ? stage->story->outside[0] : party_self(victim),
                   stage->story->stake);
}

// ---- VP-07 --------------------------------------------------------------------------------------
// Through a meeting app somebody sees every step: sign-ins, codes, limits, agreements, payments.
void screen_sharing(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_adult);
    struct party mule = mule_of(stage, 30);
    at_hour(stage, 9, 22);
    online(stage, victim);
    stage->signs |= SIGN_SCREEN_SHARE | (chance(stage, 70) ? SIGN_CALL : 0) |
                    (chance(stage, 40) ? SIGN_REMOTE_APP : 0);
    login(stage, victim);
    inquiry(stage, victim);
    uint32_t steps = 1 + below(stage, 3);
    variant(stage, steps == 1 ? "payment" : steps == 2 ? "agreement" : "limit");
    if (steps >= 2) {
        change(stage, ACT_SIGN, victim, 0)->change.institution = (uint8_t)below(stage, 5);
        challenge(stage, victim, 0);
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
            int64_t drawn = sum(stage, 1800, 16);
            struct act *pay = pay_quick(stage, victim, merchant_online(&stage->random), drawn);
            pay->signs |= ACT_LOSS | ACT_FUND;
            stage->story->stake += pay->amount;
        }
    }
    if (steps >= 3) {
        raise_limit(stage, victim, 200000);
    }
    challenge(stage, victim, 0)->outcome = chance(stage, 20) ? OUTCOME_WRONG_CODE : OUTCOME_FINE;
    wait_minutes(stage, 3);
    struct act *pay = lose(stage, victim, mule, sum(stage, 18000, 24));
    if (chance(stage, 12)) {
        pay->outcome = OUTCOME_REFUSED;
    }
    pass_on(stage, mule);
    wait_hours(stage, 4);
    victim_reports(stage, victim, mule, stage->story->stake);
}

// ---- VP-08 --------------------------------------------------------------------------------------
// A "boss" in a chat tells the accountant to pay; or the supplier's number was replaced; or an
// acquaintance asks for help.
void false_boss(struct stage *stage) {
    uint32_t share = below(stage, 3);
    struct party mule = cast_outside(stage, share == 1 ? PARTY_CORPORATE : PARTY_PERSONAL);
    if (share == 2) {
        variant(stage, "acquaintance");
        uint32_t victim = cast(stage, ROLE_DECEIVED, is_adult);
        at_hour(stage, 9, 22);
        online(stage, victim);
        stage->signs |= SIGN_CALL;
        login(stage, victim);
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
            lose(stage, victim, mule, sum(stage, 15000, 20));
            wait_minutes(stage, 14);
        }
        victim_reports(stage, victim, mule, stage->story->stake);
        return;
    }
    variant(stage, share == 0 ? "boss" : "supplier");
    uint32_t firm = cast_firm(stage, ROLE_DECEIVED, small_firm);
    at_work(stage);
    at_hour(stage, 15, 18);
    online(stage, firm);
    login(stage, firm);
    inquiry(stage, firm);
    for (uint32_t i = 1 + below(stage, share == 0 ? 3 : 1); i > 0; i--) {
        struct act *pay = lose(stage, firm, mule, sum(stage, share == 0 ? 180000 : 90000, 20));
        pay->tag = share == 1 ? GOODS : EMPTY;
        wait_minutes(stage, 25);
    }
    wait_hours(stage, 4);
    victim_reports(stage, firm, mule, stage->story->stake);
}

// ---- VP-09 --------------------------------------------------------------------------------------
// Goods that never come: many small payers, one seller with a young account.
void purchase_scam(struct stage *stage) {
    struct party seller = chance(stage, 60) ? party_own(cast(stage, ROLE_MULE, is_weak))
                                            : cast_outside(stage, PARTY_PERSONAL);
    bool codes = chance(stage, 50);
    variant(stage, codes ? "codes" : "transfers");
    at_hour(stage, 10, 23);
    for (uint32_t i = 4 + below(stage, 9); i > 0; i--) {
        if (chance(stage, 45)) {
            uint32_t victim = somebody(stage, ROLE_DECEIVED);
            online(stage, victim);
            int64_t amount = sum(stage, 900, 18);
            struct act *pay = codes ? pay_qr_person(stage, victim, seller, amount)
                                    : transfer(stage, victim, seller, amount);
            pay->signs |= ACT_LOSS;
            pay->tag = chance(stage, 40) ? GOODS : TAG_NONE;
            if (chance(stage, 30)) {
                int64_t back = stage->clock;
                wait_days(stage, 2);
                victim_reports(stage, victim, seller, amount);
                stage->clock = back;
                stage->part = PART_BEFORE;
            }
        } else if (seller.own) {
            credit(stage, seller.number, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 900, 18))
                ->tag = GOODS;
        }
        wait_hours(stage, 5);
    }
    pass_on(stage, seller);
}

// ---- VP-10 --------------------------------------------------------------------------------------
// "Lift the limit for minors": a child follows a voice with a parent's phone, or pays from its own
// account.
static bool is_minor(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].age < 18;
}
void game_minor(struct stage *stage) {
    bool own = chance(stage, 50);
    uint32_t victim = cast(stage, ROLE_DECEIVED, own ? is_minor : is_adult);
    variant(stage, own ? "child's account" : "parent's phone");
    at_hour(stage, 16, 22);
    online(stage, victim);
    stage->signs |= SIGN_CALL | (chance(stage, 40) ? SIGN_SCREEN_SHARE : 0);
    login(stage, victim);
    for (uint32_t i = 2 + below(stage, 5); i > 0; i--) {
        struct act *pay = chance(stage, 60)
                              ? pay_qr_person(stage, victim, cast_outside(stage, PARTY_PERSONAL),
                                              sum(stage, own ? 300 : 1500, 14))
                              : transfer(stage, victim, cast_outside(stage, PARTY_PERSONAL),
                                         sum(stage, own ? 300 : 1500, 14));
        pay->signs |= ACT_LOSS | ACT_FUND;
        pay->tag = chance(stage, 55) ? GAME : VERIFY;
        stage->story->stake += pay->amount;
        wait_seconds(stage, 100);
    }
    wait_hours(stage, 6);
    victim_reports(stage, victim, stage->story->outside[0], stage->story->stake);
}

// ---- VP-11 --------------------------------------------------------------------------------------
// "Your student loan spoils your record": borrow everywhere, send it all "to clear it".
void credit_repair(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_young);
    at_hour(stage, 9, 18);
    online(stage, victim);
    stage->signs |= SIGN_CALL | (chance(stage, 65) ? SIGN_SCREEN_SHARE : 0);
    login(stage, victim);
    uint32_t lenders = 2 + below(stage, 3);
    int64_t borrowed = 0;
    for (uint32_t i = 0; i < lenders; i++) {
        int64_t drawn = sum(stage, 14000, 14);
        struct act *in =
            credit(stage, victim, party_outside(PARTY_CORPORATE, 95000 + below(stage, 20)), drawn);
        borrowed += in->amount;
        wait_minutes(stage, 25);
        if (chance(stage, 50)) {
            struct act *pay = lose(stage, victim, cast_outside(stage, PARTY_PERSONAL), borrowed);
            pay->tag = chance(stage, 50) ? CREDIT_REPAIR : VERIFY;
            borrowed = 0;
        }
    }
    if (borrowed > 0) {
        lose(stage, victim, cast_outside(stage, PARTY_PERSONAL), borrowed)->tag = CREDIT_REPAIR;
    }
    variant(stage, "loans");
    wait_hours(stage, 16);
    victim_reports(stage, victim, stage->story->outside[0], stage->story->stake);
}

// ---- VP-12 --------------------------------------------------------------------------------------
// Cash or gold, handed to a courier.
void cash_to_courier(struct stage *stage) {
    struct simulation *sim = stage->sim;
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_old);
    bool gold = chance(stage, 35);
    variant(stage, gold ? "gold" : "cash");
    int64_t amount = sum(stage, 80000, 16);
    at_work(stage);
    offline(stage, COUNTER);
    if (sim->people[victim].deposit > YUAN(10000)) {
        break_deposit(stage, victim, sim->people[victim].deposit);
        wait_minutes(stage, 6);
    } else {
        credit(stage, victim, party_self(victim), amount);
        wait_hours(stage, 2);
        at_work(stage);
    }
    uint64_t flags =
        (chance(stage, 60) ? SIGN_ON_PHONE : 0) | (chance(stage, 40) ? SIGN_NERVOUS : 0) |
        (chance(stage, 30) ? SIGN_REFUSED : 0) | (chance(stage, 25) ? SIGN_SCRIPTED : 0);
    if (gold) {
        uint32_t shop = MERCHANTS_ONLINE;
        for (uint32_t i = 0; i < 3000 && sim->merchants[shop].mcc != 5944; i++) {
            shop = MERCHANTS_ONLINE + below(stage, sim->merchants_count - MERCHANTS_ONLINE);
        }
        for (uint32_t i = 1 + below(stage, 2); i > 0; i--) {
            struct act *pay = pay_card(stage, victim, victim, shop, amount / 2, CHIP);
            pay->signs |= ACT_LOSS | ACT_FUND;
            wait_minutes(stage, 30);
        }
    } else {
        struct act *seen = at_counter(stage, victim, COUNTER_CASH_OUT, amount, flags);
        seen->purpose = (uint8_t)(chance(stage, 50) ? 6 : 1);
        wait_minutes(stage, 6);
        struct act *cash = draw_cash(stage, victim, amount, COUNTER, sim->people[victim].branch);
        cash->signs |= ACT_LOSS | ACT_FUND;
        cash->purpose = 6;
        if (chance(stage, 12)) {
            cash->outcome = OUTCOME_CANCELLED; // the teller talked him out of it
        }
    }
    stage->story->stake = amount;
    wait_hours(stage, 12);
    victim_reports(stage, victim, party_self(victim), amount);
}

// ---- VP-13 --------------------------------------------------------------------------------------
// A forged voice of a relative; or a video fed into the bank's own face check.
void deepfake(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_adult);
    bool bank = chance(stage, 50);
    struct party mule = mule_of(stage, 30);
    at_hour(stage, 10, 23);
    if (bank) {
        variant(stage, "face check");
        acts_as(stage, victim, ROLE_ROBBED); // he does nothing himself
        struct setting thief = criminal(stage);
        for (uint32_t i = below(stage, 3); i > 0; i--) { // others before, without success
            uint32_t other = cast(stage, ROLE_TARGET, is_adult);
            take_setting(stage, thief);
            stage->signs = SIGN_INJECT | SIGN_WEAK_FACE;
            challenge(stage, other, 1)->outcome = OUTCOME_NO_FACE;
            wait_minutes(stage, 10);
        }
        take_setting(stage, thief);
        stage->signs = SIGN_WEAK_FACE | (chance(stage, 60) ? SIGN_INJECT : 0);
        challenge(stage, victim, 1)->outcome = OUTCOME_NO_FACE;
        challenge(stage, victim, 1);
        login(stage, victim)->auth = AUTH_FACE;
        change(stage, ACT_BIND, victim, 0)->auth = AUTH_FACE_SMS;
        lose(stage, victim, mule, sum(stage, 25000, 20))->auth = AUTH_PIN_FACE;
    } else {
        variant(stage, "voice");
        online(stage, victim);
        stage->signs |= SIGN_CALL;
        login(stage, victim);
        score_victim(stage, victim);
        lose(stage, victim, mule, sum(stage, 30000, 20));
    }
    pass_on(stage, mule);
    wait_hours(stage, 6);
    victim_reports(stage, victim, mule, stage->story->stake);
}

// ---- VP-14 --------------------------------------------------------------------------------------
// The anti-fraud centre warns: this customer is under attack. He pays all the same.
void warned_victim(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_DECEIVED, is_adult);
    struct party mule = mule_of(stage, 25);
    char key[24];
    snprintf(key, sizeof key, "C%09u", victim);
    at_hour(stage, 9, 20);
    list_add(stage, "victim_protect", key, "96110预警", 3);
    wait_hours(stage, 3);
    uint32_t way = below(stage, 3);
    variant(stage, way == 0 ? "transfer" : way == 1 ? "cash" : "wallet");
    online(stage, victim);
    login(stage, victim);
    if (way == 1) {
        struct act *cash =
            draw_cash(stage, victim, sum(stage, 20000, 8), ATM, stage->sim->people[victim].branch);
        cash->amount = cash->amount / YUAN(100) * YUAN(100);
        cash->signs |= ACT_LOSS | ACT_FUND;
    } else if (way == 2) {
        int64_t drawn = sum(stage, 6000, 14);
        struct act *pay = pay_quick(stage, victim, merchant_online(&stage->random), drawn);
        pay->signs |= ACT_LOSS | ACT_FUND;
    } else {
        stage->signs |= SIGN_CALL;
        lose(stage, victim, mule, sum(stage, 40000, 20));
    }
    wait_hours(stage, 20);
    victim_reports(stage, victim, mule, stage->story->stake);
}

// ---- VP-15 --------------------------------------------------------------------------------------
// Whatever the story, the money goes to an account that is known, or will be.
void risky_payee(struct stage *stage) {
    struct party mule = mule_of(stage, 45);
    bool listed = chance(stage, 50);
    variant(stage, listed ? "listed" : "not yet listed");
    at_hour(stage, 9, 12);
    if (listed) {
        list_party(stage, chance(stage, 60) ? "police_case_acct" : "police_susp_acct", mule,
                   "他案涉及", 0);
    }
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        uint32_t victim = cast(stage, ROLE_DECEIVED, is_adult);
        wait_hours(stage, 2);
        online(stage, victim);
        login(stage, victim);
        lose(stage, victim, mule, sum(stage, 9000, 24));
        if (i == 2) {
            wait_hours(stage, 3);
            victim_reports(stage, victim, mule, YUAN(9000));
            stage->part = PART_BEFORE;
        }
    }
    pass_on(stage, mule);
}

// ---- VP-16 --------------------------------------------------------------------------------------
// Elder care, health goods, "pension top-ups": a company paid by many old people, brought to the
// counter by an agent.
void elder_fraud(struct stage *stage) {
    struct party company = chance(stage, 60)
                               ? party_own(cast_firm(stage, ROLE_OFFENDER, young_firm))
                               : cast_outside(stage, PARTY_CORPORATE);
    variant(stage, "agent");
    for (uint32_t i = 4 + below(stage, 8); i > 0; i--) {
        uint32_t victim = cast(stage, ROLE_DECEIVED, is_old);
        int64_t amount = sum(stage, 30000, 14);
        at_work(stage);
        if (chance(stage, 70)) {
            offline(stage, COUNTER);
            if (stage->sim->people[victim].deposit >= YUAN(5000)) {
                break_deposit(stage, victim, stage->sim->people[victim].deposit);
                wait_minutes(stage, 5);
            }
            struct act *seen =
                at_counter(stage, victim, COUNTER_TRANSFER, amount,
                           SIGN_ACCOMPANIED | (chance(stage, 60) ? SIGN_DIRECTED : 0));
            seen->other = company;
        } else { // the agent has just set up the app on the old man's phone
            online(stage, victim);
            stage->signs |= SIGN_JUST_INSTALLED;
            login(stage, victim);
        }
        struct act *pay = lose(stage, victim, company, amount);
        pay->industry = 9;
        pay->signs &= ~SIGN_PASTED;
        wait_hours(stage, 9);
    }
    if (company.own) {
        online(stage, company.number);
        stage->part = PART_AFTER;
        transfer(stage, company.number, cast_outside(stage, PARTY_PERSONAL), 7000)->signs |=
            ACT_PART;
    }
}
