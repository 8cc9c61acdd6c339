// Lookalikes of AT and VP: customers who really do what thieves and deceived people do.

#include "simulation/lookalikes.h"

#include "base/hash.h"
#include "simulation/event.h"

enum {
    BROKERS = 20000,
    AGENCIES = 21000,
    HOMES = 22000,
    DEALERS = 23000,
    LENDERS = 95000,
    GAMES = 5
};

static struct party company(struct stage *stage, uint32_t first, uint32_t count) {
    return party_outside(PARTY_CORPORATE, first + below(stage, count));
}

static void new_wallet(struct stage *stage, uint32_t who, uint8_t institution) {
    challenge(stage, who, 0);
    change(stage, ACT_SIGN, who, 0)->change.institution = institution;
}

// ---- AT -----------------------------------------------------------------------------------------

void forced_change(struct stage *stage) {
    struct simulation *sim = stage->sim;
    uint32_t firm;
    if (!meets_firm(stage, &firm)) {
        return;
    }
    at_work(stage);
    for (uint32_t i = 8 + below(stage, 14); i > 0; i--) {
        uint32_t who;
        if (!meets(stage, earns, &who)) {
            return;
        }
        from_device(stage, device_for(stage, who), firm_of(sim, firm)->city, NET_WORK);
        stage->setting.net_number = firm;
        for (uint32_t k = below(stage, 3); k > 0; k--) {
            struct act *wrong = login(stage, who);
            wrong->auth = AUTH_PIN;
            wrong->outcome = OUTCOME_WRONG_PASSWORD;
        }
        change(stage, ACT_RESET, who, 0)->auth = AUTH_FACE_SMS;
        login(stage, who)->auth = AUTH_PIN;
        wait_minutes(stage, 2);
    }
}

void forgotten(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_saver, &who)) {
        return;
    }
    at_hour(stage, 8, 23);
    online(stage, who);
    for (uint32_t i = 1 + below(stage, 2); i > 0; i--) {
        struct act *wrong = login(stage, who);
        wrong->auth = AUTH_PIN;
        wrong->outcome = OUTCOME_WRONG_PASSWORD;
    }
    change(stage, ACT_RESET, who, 0)->auth = AUTH_FACE_SMS;
    login(stage, who);
    if (chance(stage, 50)) {
        change(stage, ACT_RESET, who, 1)->auth = AUTH_FACE_SMS;
    }
    raise_limit(stage, who, 200000)->auth = AUTH_FACE_SMS;
    challenge(stage, who, 1);
    bool known = chance(stage, 60);
    struct party payee = !known              ? company(stage, DEALERS, 60)
                         : chance(stage, 50) ? party_self(who)
                                             : friend_of(stage, who);
    pays_about(stage, who, payee, 60000, 12);
}

void number_changed(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    at_work(stage);
    offline(stage, COUNTER);
    change(stage, ACT_CHANGE, who, 0)->change.phone = who + 1000000000u;
    wait_hours(stage, 3);
    online(stage, who);
    stage->signs |= SIGN_SIM_CHANGED;
    login(stage, who);
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        new_wallet(stage, who, (uint8_t)i);
        stage->act.change.phone = who + 1000000000u;
    }
    if (chance(stage, 60)) {
        pays_about(stage, who, friend_of(stage, who), 1200, 20);
    }
}

void card_replaced(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    at_hour(stage, 9, 21);
    online(stage, who);
    stage->signs |= SIGN_SIM_CHANGED;
    change(stage, ACT_RESET, who, 0)->auth = AUTH_FACE_SMS;
    login(stage, who);
    inquiry(stage, who);
    pays_about(stage, who, friend_of(stage, who), 3000, 24);
}

static bool travels(const struct simulation *sim, uint32_t who) {
    const struct person *person = &sim->people[who];
    return is_saver(sim, who) && (person->habits & TRAVELS) != 0 &&
           (sim->today.day > person->away_to || person->away_from > sim->today.day + 7);
}

// Nobody is in two cities: what else he would have done on that day he does not do. Behind it he is
// where he went, for some days.
static void tells_day(struct stage *stage, uint32_t who, Spot where, int32_t days) {
    struct person *person = &stage->sim->people[who];
    person->told_day = stage->sim->today.day;
    person->away = where;
    person->away_from = person->told_day + 1;
    person->away_to = person->told_day + days;
}

static void taps(struct stage *stage, uint32_t who, uint32_t merchant, int64_t yuan) {
    uint32_t credit_card = stage->sim->people[who].credit;
    int64_t amount = odd_sum(stage, yuan, 20);
    pay_card(stage, who, credit_card != NONE ? credit_card : who, merchant, amount, CONTACTLESS)
        ->signs |= ACT_FUND;
}

void flight(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, travels, &who)) {
        return;
    }
    at_hour(stage, 7, 9);
    online(stage, who);
    login(stage, who);
    taps(stage, who, shop_in(stage, stage->sim->people[who].city), 30);
    Spot far = place_far(random_u64(&stage->random));
    tells_day(stage, who, far, 1);
    wait_minutes(stage, 90);
    stage->clock += 150 * MS_PER_MINUTE; // from door to door, at the least
    for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
        taps(stage, who, shop_in(stage, far), 250);
        wait_minutes(stage, 40);
    }
    from_device(stage, device_for(stage, who), far, chance(stage, 60) ? NET_MOBILE : NET_HOME);
    login(stage, who);
    inquiry(stage, who);
    if (chance(stage, 50)) {
        pays_about(stage, who,
                   chance(stage, 60) ? friend_of(stage, who) : stranger(stage, PARTY_PERSONAL),
                   2500, 24);
    }
}

static void abroad(struct stage *stage, uint32_t who, Spot where) {
    struct simulation *sim = stage->sim;
    uint32_t card = sim->people[who].credit != NONE ? sim->people[who].credit : who;
    for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
        bool cash = chance(stage, 20);
        struct act *act = cash ? draw_cash(stage, who, YUAN(1000 * (1 + below(stage, 3))), ATM, 0)
                               : pay_card(stage, who, card, NONE, sum(stage, 900, 28), CONTACTLESS);
        act->pay.mcc = cash ? 0 : chance(stage, 30) ? 5944 : chance(stage, 50) ? 5812 : 5311;
        act->pay.moved = true;
        act->pay.term_spot = act->setting.spot = where;
        act->signs |= ACT_FUND;
        wait_hours(stage, 2);
    }
    from_device(stage, device_for(stage, who), where, NET_ABROAD);
    login(stage, who);
    inquiry(stage, who);
}

void roams_abroad(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, travels, &who)) {
        return;
    }
    static const Country where[] = {COUNTRY_HK, COUNTRY_MO, COUNTRY_TH, COUNTRY_SG,
                                    COUNTRY_MY, COUNTRY_JP, COUNTRY_VN};
    at_hour(stage, 8, 9);
    taps(stage, who, shop_in(stage, stage->sim->people[who].city), 40);
    wait_hours(stage, 6);
    uint32_t first = below(stage, 7);
    tells_day(stage, who, place_abroad(where[(first + 1) % 7]), 2);
    abroad(stage, who, place_abroad(where[first]));
    wait_days(stage, 1);
    at_hour(stage, 11, 18);
    abroad(stage, who, place_abroad(where[(first + 1) % 7]));
}

void wallets_moved(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    at_hour(stage, 10, 22);
    online(stage, who);
    stage->setting.device = device_new(stage->sim);
    stage->signs |= SIGN_JUST_INSTALLED;
    login(stage, who);
    challenge(stage, who, 1);
    struct act *bind = change(stage, ACT_BIND, who, 0);
    bind->change.kind = 1; // his from now on
    bind->auth = AUTH_FACE_SMS;
    for (uint8_t i = 0; i < 3 + below(stage, 3); i++) {
        new_wallet(stage, who, i % 5);
        wait_minutes(stage, 2);
    }
    for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
        int64_t drawn = odd_sum(stage, 180, 28);
        pay_quick(stage, who, merchant_online(&stage->random), drawn)->signs |= ACT_FUND;
        wait_minutes(stage, 20);
    }
}

void helps_parents(struct stage *stage) {
    uint32_t parent;
    uint32_t child;
    if (!meets(stage, is_grown_old, &parent) || !meets(stage, earns, &child)) {
        return;
    }
    for (uint32_t round = 1 + below(stage, 3); round > 0; round--) {
        at_hour(stage, 18, 23);
        online(stage, child);
        stage->signs |= chance(stage, 30) ? SIGN_REMOTE_APP : 0;
        login(stage, parent)->auth = AUTH_PIN;
        inquiry(stage, parent);
        int64_t amount = sum(stage, 1500, 24);
        struct party payee = chance(stage, 50)   ? company(stage, 60000, 20) // a hospital
                             : chance(stage, 50) ? party_own(child)
                                                 : party_self(parent);
        pays(stage, parent, payee, amount);
        if (chance(stage, 50)) {
            pay_quick(stage, parent, 4, odd_sum(stage, 160, 14))->signs |= ACT_FUND;
        }
        wait_days(stage, 3 + (int32_t)below(stage, 6));
    }
}

void remote_help(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    bool reader = chance(stage, 40);
    at_hour(stage, 9, 20);
    online(stage, who);
    stage->signs |= reader ? SIGN_ACCESSIBILITY : SIGN_REMOTE | SIGN_REMOTE_APP;
    login(stage, who);
    inquiry(stage, who);
    pays_about(stage, who, chance(stage, 50) ? party_self(who) : friend_of(stage, who), 4000, 24);
}

// ---- VP -----------------------------------------------------------------------------------------

void meeting(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    at_work(stage);
    online(stage, who);
    stage->signs |= SIGN_SCREEN_SHARE | (chance(stage, 50) ? SIGN_CALL : 0);
    login(stage, who);
    inquiry(stage, who);
    if (chance(stage, 60)) {
        challenge(stage, who, 0);
        pays_about(stage, who, chance(stage, 50) ? party_self(who) : friend_of(stage, who), 2500,
                   24);
    }
}

void adviser(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_saver, &who)) {
        return;
    }
    struct simulation *sim = stage->sim;
    struct party broker = company(stage, BROKERS, 40);
    for (uint32_t round = 1 + below(stage, 3); round > 0; round--) {
        at_work(stage);
        online(stage, who);
        stage->signs |= SIGN_CALL;
        login(stage, who);
        if (chance(stage, 60)) {
            gets_about(stage, who, party_self(who), 50000, 16);
            wait_minutes(stage, 12);
        }
        if (round == 1 && sim->people[who].deposit >= YUAN(10000)) {
            break_deposit(stage, who, sim->people[who].deposit);
            wait_minutes(stage, 8);
        }
        change(stage, ACT_PAYEE, who, 0)->other = broker;
        pays_about(stage, who, broker, 60000, 20)->industry = 8;
        tags(stage, 60, INVEST);
        wait_days(stage, 2 + (int32_t)below(stage, 7));
    }
}

void wedding(struct stage *stage) {
    uint32_t who;
    uint32_t jeweller;
    if (!meets(stage, is_saver, &who)) {
        return;
    }
    struct simulation *sim = stage->sim;
    static const int64_t gifts[] = {66000, 88000, 128000, 188000};
    at_hour(stage, 10, 20);
    online(stage, who);
    login(stage, who);
    if (sim->people[who].deposit >= YUAN(10000)) {
        break_deposit(stage, who, sim->people[who].deposit);
        wait_minutes(stage, 10);
    }
    struct party bride = stranger(stage, PARTY_PERSONAL);
    change(stage, ACT_PAYEE, who, 0)->other = bride;
    raise_limit(stage, who, 500000)->auth = AUTH_FACE_SMS;
    pays(stage, who, bride, YUAN(gifts[below(stage, 4)]));
    wait_days(stage, 2);
    if (meets_shop(stage, 5944, false, &jeweller)) {
        at_hour(stage, 10, 20);
        pay_card(stage, who, who, jeweller, sum(stage, 30000, 10), CHIP)->signs |= ACT_FUND;
    }
    wait_days(stage, 1);
    at_work(stage);
    offline(stage, COUNTER);
    int64_t cash = sum(stage, 40000, 8);
    at_counter(stage, who, COUNTER_CASH_OUT, cash, chance(stage, 30) ? SIGN_ACCOMPANIED : 0)
        ->purpose = 5;
    struct act *drawn = draw_cash(stage, who, cash, COUNTER, sim->people[who].branch);
    drawn->signs |= ACT_FUND;
    drawn->purpose = 5;
    wait_days(stage, 3);
    at_hour(stage, 10, 20);
    online(stage, who);
    pays_about(stage, who, company(stage, DEALERS, 900), 45000, 12); // the hotel
}

void illness(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_grown_old, &who)) {
        return;
    }
    struct simulation *sim = stage->sim;
    int64_t amount = sum(stage, 50000, 14);
    at_work(stage);
    offline(stage, COUNTER);
    if (sim->people[who].deposit > YUAN(5000)) {
        break_deposit(stage, who, sim->people[who].deposit);
        wait_minutes(stage, 6);
    }
    uint64_t flags = SIGN_ACCOMPANIED;
    flags |= chance(stage, 50) ? SIGN_NERVOUS : 0;
    flags |= chance(stage, 30) ? SIGN_ON_PHONE : 0;
    struct act *seen = at_counter(stage, who, COUNTER_CASH_OUT, amount, flags);
    seen->purpose = 2;
    wait_minutes(stage, 5);
    struct act *cash = draw_cash(stage, who, amount, COUNTER, sim->people[who].branch);
    cash->signs |= ACT_FUND;
    cash->purpose = 2;
}

void agency_fee(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_weak, &who)) {
        return;
    }
    at_hour(stage, 9, 20);
    online(stage, who);
    apply_loan(stage, who, sum(stage, 60000, 12))->outcome = OUTCOME_NOT_GRANTED;
    wait_hours(stage, 20);
    at_hour(stage, 9, 20);
    online(stage, who);
    stage->signs |= chance(stage, 40) ? SIGN_CALL : 0;
    login(stage, who);
    pays_about(stage, who, company(stage, AGENCIES, 80), 2500, 14)->tag = LOAN_FEE;
}

void debts_gathered(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    at_hour(stage, 9, 18);
    int64_t all = 0;
    for (uint32_t i = 1 + below(stage, 2); i > 0; i--) {
        all += gets_about(stage, who, company(stage, LENDERS, 20), 20000, 12)->amount;
        wait_minutes(stage, 50);
    }
    online(stage, who);
    stage->signs |= chance(stage, 30) ? SIGN_CALL : 0;
    login(stage, who);
    pays(stage, who, party_self(who), all / 2);
    pays(stage, who, company(stage, LENDERS, 20), all * 45 / 100);
}

static bool plays(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].age < 24 &&
           (sim->people[who].habits & HAS_APP) != 0;
}

void game_evening(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, plays, &who)) {
        return;
    }
    at_hour(stage, 18, 23);
    online(stage, who);
    stage->signs |= chance(stage, 50) ? SIGN_CALL : 0;
    login(stage, who);
    for (uint32_t i = 4 + below(stage, 6); i > 0; i--) {
        static const int64_t packs[] = {6, 30, 68, 128, 328};
        pay_quick(stage, who, GAMES, YUAN(packs[below(stage, 5)]))->signs |= ACT_FUND;
        wait_minutes(stage, 4);
    }
    if (chance(stage, 40)) { // for a friend's account, or a skin
        pays_about(stage, who, stranger(stage, PARTY_PERSONAL), 200, 16)->tag = GAME;
    }
}

void side_job(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    int64_t order = sum(stage, 80, 12);
    for (uint32_t day = 3 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 12, 22);
        online(stage, who);
        login(stage, who);
        pays(stage, who, stranger(stage, PARTY_PERSONAL), order);
        tags(stage, 40, GOODS);
        wait_hours(stage, 3);
        PartyType payer = chance(stage, 50) ? PARTY_WALLET : PARTY_PERSONAL;
        credit(stage, who, stranger(stage, payer), order * between(stage, 104, 125) / 100);
        tags(stage, 40, COMMISSION);
        order = order * between(stage, 110, 160) / 100 / 100 * 100;
        wait_days(stage, 1);
    }
}

void group_buying(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    for (uint32_t day = 3 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 9, 22);
        online(stage, who);
        for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
            pay_qr_person(stage, who, stranger(stage, PARTY_PERSONAL), odd_sum(stage, 70, 20))
                ->signs |= ACT_FUND;
            wait_minutes(stage, 50);
        }
        wait_days(stage, 1);
    }
}

void nursing_home(struct stage *stage) {
    struct party home = company(stage, HOMES, 12);
    at_work(stage);
    for (uint32_t i = 3 + below(stage, 4); i > 0; i--) {
        uint32_t who;
        if (!meets(stage, is_grown_old, &who)) {
            return;
        }
        int64_t amount = sum(stage, 12000, 8);
        at_work(stage);
        offline(stage, COUNTER);
        at_counter(stage, who, COUNTER_TRANSFER, amount, SIGN_ACCOMPANIED)->other = home;
        pays(stage, who, home, amount)->industry = 9;
        wait_hours(stage, 3);
    }
}

void poor_light(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    at_hour(stage, 18, 24);
    online(stage, who);
    stage->signs |= SIGN_WEAK_FACE;
    for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
        challenge(stage, who, 1)->outcome = OUTCOME_NO_FACE;
    }
    challenge(stage, who, 1);
    stage->signs &= ~SIGN_WEAK_FACE;
    login(stage, who);
    pays_about(stage, who, chance(stage, 60) ? friend_of(stage, who) : party_self(who), 30000, 16);
}

void moving_sale(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    for (uint32_t day = 0; day < 2; day++) {
        at_hour(stage, 10, 21);
        for (uint32_t i = 4 + below(stage, 5); i > 0; i--) {
            PartyType payer = chance(stage, 30) ? PARTY_WALLET : PARTY_PERSONAL;
            gets_about(stage, who, stranger(stage, payer), 180, 24);
            tags(stage, 40, GOODS);
            wait_minutes(stage, 45);
        }
        wait_days(stage, 1);
    }
    online(stage, who);
    login(stage, who);
    pays_about(stage, who, party_self(who), 2000, 8);
}

void new_supplier(struct stage *stage) {
    uint32_t firm;
    if (!meets_firm(stage, &firm)) {
        return;
    }
    at_work(stage);
    at_hour(stage, 15, 18);
    online(stage, firm);
    login(stage, firm);
    bool person = chance(stage, 40);
    struct act *pay =
        pays_about(stage, firm, stranger(stage, person ? PARTY_PERSONAL : PARTY_CORPORATE),
                   person ? 24000 : 120000, 16);
    pay->tag = person ? EMPTY : GOODS;
}
