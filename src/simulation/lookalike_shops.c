// Lookalikes of CF and MF: cards and shops at which much happens at once, and all of it is wanted.

#include "simulation/lookalikes.h"

#include "base/hash.h"

static uint32_t card_of(const struct stage *stage, uint32_t who) {
    uint32_t credit_card = stage->sim->people[who].credit;
    return credit_card != NONE ? credit_card : who;
}

static struct act *buys(struct stage *stage, uint32_t who, uint32_t merchant, int64_t amount,
                        Entry entry) {
    struct act *act = pay_card(stage, who, card_of(stage, who), merchant, amount, entry);
    act->signs |= ACT_FUND;
    return act;
}

// ---- CF -----------------------------------------------------------------------------------------

void worn_chip(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, has_credit_card, &who)) {
        return;
    }
    Spot home = stage->sim->people[who].city;
    uint32_t usual = shop_in(stage, home);
    uint32_t other = shop_in(stage, home);
    for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
        at_hour(stage, 10, 21);
        int64_t amount = odd_sum(stage, 120, 24);
        uint32_t shop = chance(stage, 50) ? usual : other;
        buys(stage, who, shop, amount, chance(stage, 70) ? FALLBACK : MAGSTRIPE);
        wait_days(stage, 1 + (int32_t)below(stage, 3));
    }
}

void sales_festival(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, has_credit_card, &who)) {
        return;
    }
    at_hour(stage, 20, 24);
    online(stage, who);
    for (uint32_t i = 6 + below(stage, 7); i > 0; i--) {
        int64_t amount = odd_sum(stage, 320, 28);
        struct act *pay = buys(stage, who, merchant_online(&stage->random), amount, ECOM);
        pay->pay.three_ds = chance(stage, 75) ? 2 : 0;
        pay->pay.token = chance(stage, 40);
        pay->setting = stage->setting;
        wait_minutes(stage, 5);
    }
}

void shopping_day(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, has_credit_card, &who)) {
        return;
    }
    at_hour(stage, 11, 20);
    for (uint32_t i = 5 + below(stage, 5); i > 0; i--) {
        int64_t amount = YUAN(90 + below(stage, 900));
        buys(stage, who, shop_in(stage, stage->sim->people[who].city), amount, CONTACTLESS);
        wait_minutes(stage, 14);
    }
}

void charity(struct stage *stage) {
    at_hour(stage, 10, 20);
    for (uint32_t i = 9 + below(stage, 10); i > 0; i--) {
        uint32_t who;
        if (!meets(stage, has_credit_card, &who)) {
            return;
        }
        online(stage, who);
        struct act *pay =
            buys(stage, who, 10, YUAN(1 + below(stage, 20)), ECOM); // a charity's category
        pay->pay.three_ds = 2;
        pay->setting = stage->setting;
        wait_seconds(stage, 40);
    }
}

void renovation(struct stage *stage) {
    uint32_t who;
    uint32_t shop;
    if (!meets(stage, has_credit_card, &who) || !meets_shop(stage, 5712, false, &shop)) {
        return;
    }
    for (uint32_t i = 0; i < 3; i++) {
        at_hour(stage, 10, 18);
        struct act *repay = play(stage, ACT_REPAY, MOBILE, who);
        repay->amount = YUAN(5000);
        repay->clearing = INTRABANK;
        repay->signs |= ACT_FUND;
        repay->loan =
            (struct loan_detail){.loan = card_of(stage, who), .owed = YUAN(6000), .term = 1};
        wait_minutes(stage, 50);
        buys(stage, who, shop, YUAN(1000) * (2 + below(stage, 7)), CHIP);
        wait_days(stage, 7 + (int32_t)below(stage, 4));
    }
}

void hotel_extra(struct stage *stage) {
    uint32_t who;
    uint32_t hotel;
    if (!meets(stage, has_credit_card, &who) || !meets_shop(stage, 7011, false, &hotel)) {
        return;
    }
    at_hour(stage, 14, 22);
    int64_t hold = sum(stage, 1000, 10);
    buys(stage, who, hotel, hold, CHIP)->pay.txn = PREAUTH;
    wait_days(stage, 1 + (int32_t)below(stage, 3));
    struct act *complete = buys(stage, who, hotel, hold * between(stage, 101, 114) / 100, CHIP);
    complete->pay.txn = PREAUTH_COMPLETE;
    complete->pay.second_amount = hold;
}

void couple_phone(struct stage *stage) {
    uint32_t couple[2];
    if (!meets(stage, has_credit_card, &couple[0]) || !meets(stage, has_credit_card, &couple[1])) {
        return;
    }
    at_hour(stage, 10, 21);
    for (uint32_t i = 0; i < 2; i++) {
        online(stage, couple[0]);
        challenge(stage, couple[i], 0);
        change(stage, ACT_SIGN, couple[i], 1);
        wait_minutes(stage, 5);
    }
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        uint32_t who = couple[below(stage, 2)];
        int64_t amount = odd_sum(stage, 130, 24);
        struct act *pay = buys(stage, who, shop_in(stage, stage->sim->people[couple[0]].city),
                               amount, CONTACTLESS);
        pay->pay.token = true;
        pay->setting = stage->setting;
        wait_hours(stage, 3);
    }
}

// ---- MF -----------------------------------------------------------------------------------------

static uint32_t owner_of(const struct stage *stage, uint32_t merchant) {
    return stage->sim->merchants[merchant].customer;
}

void jewellers_week(struct stage *stage) {
    uint32_t shop;
    if (!meets_shop(stage, 5944, true, &shop) && !meets_shop(stage, 0, true, &shop)) {
        return;
    }
    uint32_t base = 700000000u + below(stage, 90000000);
    for (uint32_t day = 0; day < 2; day++) {
        at_hour(stage, 10, 14);
        for (uint32_t i = 5 + below(stage, 6); i > 0; i--) {
            int64_t amount = YUAN(1000) * (3 + below(stage, 15));
            uint32_t card = base + below(stage, 9);
            stranger_card(stage, card, chance(stage, 70), shop, amount, CHIP);
            wait_minutes(stage, 40);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}

void at_the_fair(struct stage *stage) {
    uint32_t shop;
    if (!meets_shop(stage, 0, true, &shop)) {
        return;
    }
    Spot fair = place_far(random_u64(&stage->random));
    for (uint32_t day = 0; day < 2; day++) {
        at_hour(stage, 9, 11);
        for (uint32_t i = 8 + below(stage, 10); i > 0; i--) {
            int64_t amount = odd_sum(stage, 240, 24);
            uint32_t card = 740000000u + below(stage, 50000000);
            struct act *pay = stranger_card(stage, card, chance(stage, 50), shop, amount, CHIP);
            pay->pay.moved = true;
            pay->pay.term_spot = fair;
            wait_minutes(stage, 25);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}

void night_market(struct stage *stage) {
    uint32_t shop;
    if (!meets_shop(stage, 0, true, &shop)) {
        return;
    }
    bool night = chance(stage, 50);
    night ? at_hour(stage, 23, 24) : at_hour(stage, 10, 12);
    for (uint32_t i = 25 + below(stage, 35); i > 0; i--) {
        struct party buyer = party_outside(PARTY_PERSONAL, below(stage, 900000));
        stranger_qr(stage, shop, buyer, YUAN(8 + below(stage, 90)));
        wait_minutes(stage, night ? 4 : 7);
    }
}

void returns_week(struct stage *stage) {
    uint32_t shop;
    if (!meets_shop(stage, 5651, false, &shop)) {
        return;
    }
    for (uint32_t day = 0; day < 3; day++) {
        at_hour(stage, 11, 15);
        for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
            uint32_t who;
            if (!meets(stage, anybody, &who)) {
                return;
            }
            struct act *back = play(stage, ACT_REFUND, POS, who);
            back->amount = sum(stage, 260, 16);
            back->clearing = CUP;
            back->pay.merchant = shop;
            back->pay.card = who;
            back->pay.second_amount = back->amount;
            wait_minutes(stage, 35);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}

void bank_changed(struct stage *stage) {
    uint32_t shop;
    if (!meets_shop(stage, 0, true, &shop)) {
        return;
    }
    uint32_t owner = owner_of(stage, shop);
    at_work(stage);
    online(stage, owner);
    struct act *changed = change(stage, ACT_CHANGE, owner, 4);
    changed->change.merchant = shop;
    changed->other = is_person(stage->sim, owner) ? party_self(owner)
                                                  : party_outside(PARTY_CORPORATE, 41000 + shop);
    for (uint32_t day = 3; day > 0; day--) {
        wait_days(stage, 1);
        at_hour(stage, 7, 9);
        online(stage, owner);
        login(stage, owner);
        transfer(stage, owner, party_outside(PARTY_CORPORATE, 40000 + owner % 3000), 5500)->signs |=
            ACT_PART;
    }
}

void mall(struct stage *stage) {
    uint32_t address = 1890000000u + below(stage, 9000000);
    at_work(stage);
    for (uint32_t i = 3 + below(stage, 3); i > 0; i--) {
        uint32_t who;
        uint32_t shop;
        if (!meets(stage, is_adult, &who) || !meets_shop(stage, 0, false, &shop)) {
            return;
        }
        online(stage, who);
        struct act *apply = play(stage, ACT_ONBOARD, MOBILE, who);
        apply->open = (struct open_detail){.address = address,
                                           .reg_address = address,
                                           .legal = who,
                                           .phone = who,
                                           .employer = shop};
        wait_hours(stage, 3);
    }
}

void canteen(struct stage *stage) {
    struct simulation *sim = stage->sim;
    uint32_t firm;
    uint32_t shop;
    if (!meets_firm(stage, &firm) || !meets_shop(stage, 5812, true, &shop)) {
        return;
    }
    at_work(stage);
    at_hour(stage, 11, 13);
    for (uint32_t i = 15 + below(stage, 20); i > 0; i--) {
        uint32_t who;
        if (!meets(stage, earns, &who)) {
            return;
        }
        from_device(stage, device_for(stage, who), firm_of(sim, firm)->city, NET_WORK);
        stage->setting.net_number = firm;
        struct act *pay = play(stage, ACT_QR, MOBILE, who);
        pay->amount = YUAN(12 + below(stage, 12));
        pay->clearing = NUCC;
        pay->auth = AUTH_FINGER;
        pay->pay.merchant = shop;
        pay->pay.qr_kind = STATIC_MERCHANT;
        pay->pay.second_amount = YUAN(6);
        pay->signs |= ACT_FUND;
        wait_minutes(stage, 2);
    }
}
