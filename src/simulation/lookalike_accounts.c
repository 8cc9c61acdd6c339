// Lookalikes of MU, CG and AO: accounts through which much goes, and that are nobody's but their
// holders'.

#include "simulation/lookalikes.h"

#include "base/hash.h"
#include "simulation/event.h"

static struct act *from_stranger(struct stage *stage, uint32_t who, int64_t amount) {
    bool wallet = chance(stage, 35);
    struct act *in =
        credit(stage, who, stranger(stage, wallet ? PARTY_WALLET : PARTY_PERSONAL), amount);
    in->clearing = wallet ? NUCC : IBPS;
    return in;
}

static struct act *wage(struct stage *stage, uint32_t who, int64_t amount) {
    struct act *in = credit(stage, who, party_outside(PARTY_CORPORATE, 30000 + who % 4000), amount);
    in->tag = SALARY;
    in->signs |= ACT_PAYROLL;
    in->pay.batch = (30000 + who % 4000) * 16;
    return in;
}

static void sends_on(struct stage *stage, uint32_t who, struct party payee,
                     int64_t of_ten_thousand) {
    online(stage, who);
    login(stage, who);
    transfer(stage, who, payee, of_ten_thousand)->signs |= ACT_PART;
}

// ---- MU -----------------------------------------------------------------------------------------

void trip(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    at_hour(stage, 9, 12);
    int64_t share = sum(stage, 700, 12);
    uint32_t count = 10 + below(stage, 15);
    for (uint32_t i = count; i > 0; i--) {
        bool friend = chance(stage, 30);
        credit(stage, who, friend ? friend_of(stage, who) : stranger(stage, PARTY_PERSONAL), share);
        wait_minutes(stage, 22);
    }
    at_hour(stage, 19, 23);
    online(stage, who);
    login(stage, who);
    pays(stage, who, party_outside(PARTY_CORPORATE, 24000 + below(stage, 60)),
         share * count * 95 / 100);
}

void foreman(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    struct party men[18];
    uint32_t count = 8 + below(stage, 11);
    for (uint32_t i = 0; i < count; i++) {
        men[i] = stranger(stage, PARTY_PERSONAL);
    }
    struct party builder = stranger(stage, PARTY_CORPORATE);
    for (uint32_t round = 0; round < 2; round++) {
        at_work(stage);
        int64_t each = sum(stage, 6500, 6);
        credit(stage, who, builder, each * count * 108 / 100);
        wait_hours(stage, 2);
        online(stage, who);
        login(stage, who);
        for (uint32_t i = 0; i < count; i++) {
            pays(stage, who, men[i], each + YUAN(100) * below(stage, 12));
            tags(stage, 50, SALARY);
        }
        wait_days(stage, 14);
    }
}

void verified(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    at_hour(stage, 9, 22);
    online(stage, who);
    login(stage, who);
    for (uint32_t i = 2 + below(stage, 2); i > 0; i--) {
        struct party verifier = party_outside(PARTY_CORPORATE, 96000 + below(stage, 12));
        credit(stage, who, verifier, 1 + below(stage, 99))->tag = VERIFY;
        wait_minutes(stage, 4);
        change(stage, ACT_SIGN, who, 0)->change.institution = (uint8_t)i;
        inquiry(stage, who);
    }
    wait_hours(stage, 3);
    int64_t amount = sum(stage, 12000, 16);
    credit(stage, who, party_self(who), amount);
    wait_minutes(stage, 25);
    pays(stage, who, stranger(stage, PARTY_WALLET), amount * 8 / 10);
}

void comes_home(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_dormant, &who)) {
        return;
    }
    struct simulation *sim = stage->sim;
    bool card = chance(stage, 50);
    at_work(stage);
    if (card) {
        offline(stage, COUNTER);
        change(stage, ACT_CARD_MANAGE, who, 2);
    } else {
        online(stage, who);
        stage->setting.device = device_new(sim);
        stage->signs |= SIGN_JUST_INSTALLED;
        challenge(stage, who, 1);
        struct act *bind = change(stage, ACT_BIND, who, 0);
        bind->change.kind = 1;
        bind->auth = AUTH_FACE_SMS;
    }
    wait_days(stage, 1 + (int32_t)below(stage, 4));
    at_hour(stage, 9, 17);
    wage(stage, who, sum(stage, 5500, 12));
    wait_hours(stage, 5);
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        if (chance(stage, 40)) {
            draw_cash(stage, who, YUAN(500) * (1 + below(stage, 4)), ATM, sim->people[who].branch);
        } else {
            online(stage, who);
            struct party friend = friend_of(stage, who);
            transfer(stage, who, friend, sum(stage, 600, 16));
        }
        wait_hours(stage, 14);
    }
}

void swept(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    for (uint32_t day = 4 + below(stage, 5); day > 0; day--) {
        at_hour(stage, 9, 20);
        if (chance(stage, 50)) {
            wage(stage, who, odd_sum(stage, 3500, 16));
        } else {
            from_stranger(stage, who, odd_sum(stage, 900, 20));
        }
        wait_minutes(stage, 15);
        sends_on(stage, who, party_self(who), between(stage, 9950, 10000));
        wait_days(stage, 2);
    }
}

void live_host(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    for (uint32_t night = 3 + below(stage, 5); night > 0; night--) {
        at_hour(stage, 22, 24);
        for (uint32_t i = 8 + below(stage, 14); i > 0; i--) {
            int64_t amount = YUAN(chance(stage, 30) ? 520 : 10 + below(stage, 190));
            if (chance(stage, 50)) {
                struct party fan = stranger(stage, PARTY_PERSONAL);
                pay_qr_person(stage, NONE, party_own(who), amount)->pay.payer = fan;
            } else {
                from_stranger(stage, who, amount);
            }
            wait_minutes(stage, 9);
        }
        if (chance(stage, 60)) {
            sends_on(stage, who, party_self(who), 8000);
        }
        stage->clock += 15 * MS_PER_HOUR;
    }
}

void fair_stall(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    for (uint32_t day = 0; day < 2; day++) {
        at_hour(stage, 9, 12);
        for (uint32_t i = 20 + below(stage, 30); i > 0; i--) {
            struct party buyer = party_outside(PARTY_PERSONAL, below(stage, 900000));
            pay_qr_person(stage, NONE, party_own(who), YUAN(5 + below(stage, 90)))->pay.payer =
                buyer;
            wait_minutes(stage, 9);
        }
        sends_on(stage, who, stranger(stage, PARTY_PERSONAL),
                 6000); // what was sold has to be bought
        stage->clock += 8 * MS_PER_HOUR;
    }
}

void car_sold(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    struct simulation *sim = stage->sim;
    int64_t price = sum(stage, 90000, 12);
    at_work(stage);
    credit(stage, who, stranger(stage, PARTY_PERSONAL), price);
    wait_hours(stage, 1);
    if (chance(stage, 50)) {
        at_work(stage);
        offline(stage, COUNTER);
        at_counter(stage, who, COUNTER_CASH_OUT, price * 8 / 10, 0)->purpose = 6;
        struct act *cash = draw_cash(stage, who, price * 8 / 10, COUNTER, sim->people[who].branch);
        cash->purpose = 6;
    } else {
        online(stage, who);
        login(stage, who);
        transfer(stage, who, party_outside(PARTY_CORPORATE, 23000 + below(stage, 60)),
                 price * 95 / 100);
    }
}

void second_used_up(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, has_second, &who)) {
        return;
    }
    uint32_t account = stage->sim->people[who].second;
    for (uint32_t day = 2 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 10, 21);
        credit(stage, account, party_self(who), YUAN(12000));
        wait_minutes(stage, 20);
        online(stage, who);
        login(stage, who);
        for (uint32_t i = 3 + below(stage, 3); i > 0; i--) {
            struct party shop = chance(stage, 50) ? stranger(stage, PARTY_CORPORATE)
                                                  : party_outside(PARTY_WALLET, who);
            transfer_from(stage, account, shop, sum(stage, 2800, 8));
            wait_minutes(stage, 30);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}

void family_phone(struct stage *stage) {
    uint32_t owner;
    if (!meets(stage, is_adult, &owner)) {
        return;
    }
    at_hour(stage, 18, 22);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t who = owner;
        if (i > 0 && !meets(stage, is_grown_old, &who)) {
            return;
        }
        online(stage, owner);
        login(stage, who)->auth = AUTH_PIN;
        inquiry(stage, who);
        pays_about(stage, who, i == 0 ? friend_of(stage, who) : party_own(owner), 800, 16);
        wait_minutes(stage, 9);
    }
}

void branch_lobby(struct stage *stage) {
    struct simulation *sim = stage->sim;
    uint32_t branch = below(stage, sim->branches_count);
    at_work(stage);
    for (uint32_t i = 5 + below(stage, 4); i > 0; i--) {
        uint32_t who;
        if (!meets(stage, is_old, &who)) {
            return;
        }
        from_device(stage, device_for(stage, who), sim->branches[branch].city, NET_BRANCH);
        stage->setting.net_number = branch;
        stage->setting.wifi = true;
        stage->signs |= SIGN_JUST_INSTALLED;
        challenge(stage, who, 1);
        change(stage, ACT_BIND, who, 0)->auth = AUTH_FACE_SMS;
        login(stage, who);
        if (chance(stage, 60)) {
            struct party friend = friend_of(stage, who);
            pays(stage, who, friend, YUAN(1 + below(stage, 100)));
        }
        wait_minutes(stage, 12);
    }
}

static bool is_of_village(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && (sim->people[who].kind == FARMER || sim->people[who].age >= 60) &&
           (sim->people[who].habits & HAS_APP) != 0;
}

void land_money(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_of_village, &who)) {
        return;
    }
    at_work(stage);
    int64_t amount = sum(stage, 280000, 12);
    credit(stage, who, party_outside(PARTY_GOV, 11), amount);
    wait_hours(stage, 6);
    for (uint32_t i = 0; i < 2 + below(stage, 3); i++) {
        online(stage, who);
        login(stage, who);
        transfer(stage, who, person_friend(stage->sim, who, i), amount / 5);
        wait_hours(stage, 9);
        at_hour(stage, 8, 21);
    }
}

void gift_cards(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    bool phones = chance(stage, 50);
    at_hour(stage, 10, 18);
    for (uint32_t i = 9 + below(stage, 10); i > 0; i--) {
        struct act *pay = pay_quick(stage, who, phones ? 1 : 7, YUAN(phones ? 100 : 300));
        pay->pay.batch = phones ? 1000000000u + below(stage, 90000000) : 0;
        pay->signs |= ACT_FUND;
        wait_minutes(stage, 3);
    }
}

void odd_orders(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    for (uint32_t day = 4 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 8, 11);
        for (uint32_t i = 8 + below(stage, 10); i > 0; i--) {
            from_stranger(stage, who, odd_sum(stage, 140, 20));
            tags(stage, 30, NUMERIC_ONLY);
            wait_minutes(stage, 35);
        }
        sends_on(stage, who, party_outside(PARTY_PERSONAL, 700000 + who % 9000), 7000);
        stage->clock += 12 * MS_PER_HOUR;
    }
}

void ecny_packets(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_young, &who)) {
        return;
    }
    for (uint32_t i = 4 + below(stage, 6); i > 0; i--) {
        at_hour(stage, 9, 22);
        credit(stage, who, stranger(stage, PARTY_WALLET), YUAN(20 + below(stage, 180)))->clearing =
            ECNY;
        wait_minutes(stage, 20);
        online(stage, who);
        pays(stage, who, stranger(stage, PARTY_WALLET), YUAN(20 + below(stage, 160)))->clearing =
            ECNY;
        wait_hours(stage, 7);
    }
}

// ---- CG -----------------------------------------------------------------------------------------

void card_evening(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    struct party table[3];
    for (uint32_t i = 0; i < 3; i++) {
        table[i] = person_friend(stage->sim, who, i);
    }
    for (uint32_t evening = 3 + below(stage, 3); evening > 0; evening--) {
        at_hour(stage, 22, 24);
        online(stage, who);
        login(stage, who);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            struct party other = table[below(stage, 3)];
            int64_t amount = YUAN(100) * (1 + below(stage, 8));
            if (chance(stage, 50) || other.own) {
                pays(stage, who, other, amount);
            } else {
                credit(stage, who, other, amount);
            }
            wait_minutes(stage, 25);
        }
        wait_days(stage, 5 + (int32_t)below(stage, 3));
    }
}

void tourist_spot(struct stage *stage) {
    uint32_t merchant;
    if (!meets_shop(stage, 0, true, &merchant)) {
        return;
    }
    for (uint32_t day = 0; day < 2; day++) {
        at_hour(stage, 9, 11);
        for (uint32_t i = 35 + below(stage, 50); i > 0; i--) {
            int64_t price = YUAN(5 + below(stage, 120));
            price += chance(stage, 20) ? 50 : 0;
            stranger_qr(stage, merchant, stranger(stage, PARTY_PERSONAL), price)->pay.qr_kind =
                DYNAMIC_MERCHANT;
            wait_minutes(stage, 6);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}

void direct_selling(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    struct party firm = stranger(stage, PARTY_CORPORATE);
    struct party below_her[7];
    for (uint32_t i = 0; i < 7; i++) {
        below_her[i] = stranger(stage, PARTY_PERSONAL);
    }
    for (uint32_t week = 0; week < 4; week++) {
        at_work(stage);
        credit(stage, who, firm, odd_sum(stage, 9000, 10))->tag = COMMISSION;
        wait_hours(stage, 3);
        online(stage, who);
        login(stage, who);
        for (uint32_t i = 0; i < 5 + below(stage, 3); i++) {
            pays(stage, who, below_her[i], odd_sum(stage, 900, 10));
            tags(stage, 40, COMMISSION);
        }
        wait_days(stage, 7);
    }
}

// ---- AO -----------------------------------------------------------------------------------------

// A newcomer whom no case needs; some are left over for these.
static bool newcomer(struct stage *stage, uint32_t *ret_who) {
    struct simulation *sim = stage->sim;
    if (sim->next_newcomer + 30 >= sim->persons) {
        return false;
    }
    uint32_t who = sim->next_newcomer++;
    struct person *person = &sim->people[who];
    person->age =
        person->age < 18 || person->age > 60 ? (uint8_t)(20 + below(stage, 30)) : person->age;
    *ret_who = who;
    return true;
}

void new_employer(struct stage *stage) {
    uint32_t employer = 1200000u + below(stage, 60000);
    uint32_t address = 1210000u + below(stage, 60000);
    uint32_t staff[8];
    uint32_t count = 4 + below(stage, 5);
    at_work(stage);
    offline(stage, COUNTER);
    for (uint32_t i = 0; i < count; i++) {
        if (!newcomer(stage, &staff[i])) {
            return;
        }
        struct act *open = open_main(stage, staff[i], COUNTER);
        open->open.purpose = 0;
        open->open.employer = employer;
        open->open.address = address; // the dormitory
        wait_minutes(stage, 12);
    }
    wait_days(stage, 2);
    at_work(stage);
    for (uint32_t i = 0; i < count; i++) {
        wage(stage, staff[i], sum(stage, 6000, 8));
    }
}

void brought_along(struct stage *stage) {
    uint32_t who;
    if (!newcomer(stage, &who)) {
        return;
    }
    stage->sim->people[who].age = (uint8_t)(66 + below(stage, 18));
    at_work(stage);
    offline(stage, COUNTER);
    struct act *open = open_main(stage, who, COUNTER);
    open->open.purpose = 5;
    open->open.has_agent = true;
    open->open.agent = (uint32_t)(hash_mix(0x67, who) >> 33);
    open->open.relation = 1;
    open->signs |= SIGN_ACCOMPANIED;
}

void moves_in(struct stage *stage) {
    uint32_t who;
    if (!newcomer(stage, &who)) {
        return;
    }
    at_hour(stage, 9, 18);
    online(stage, who);
    open_main(stage, who, MOBILE)->open.purpose = 0;
    wait_hours(stage, 5);
    change(stage, ACT_BIND, who, 0)->auth = AUTH_FACE_SMS;
    raise_limit(stage, who, 200000)->auth = AUTH_FACE_SMS;
    wait_days(stage, 1);
    at_work(stage);
    wage(stage, who, sum(stage, 9000, 8));
    gets_about(stage, who, party_self(who), 15000, 10);
    wait_hours(stage, 2);
    sends_on(stage, who, stranger(stage, PARTY_PERSONAL), 6500); // the landlord
}

void loses_cards(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    for (uint32_t i = 0; i < 2; i++) {
        at_work(stage);
        offline(stage, COUNTER);
        change(stage, ACT_CARD_MANAGE, who, 0);
        wait_minutes(stage, 15);
        change(stage, ACT_CARD_MANAGE, who, 2);
        wait_days(stage, 8 + (int32_t)below(stage, 12));
    }
}
