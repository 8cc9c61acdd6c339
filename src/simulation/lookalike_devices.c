// Lookalikes of DE, CF and LF: phones, networks and addresses that are odd and their owner's, what
// is ordered to another place, and large bills.

#include "simulation/lookalikes.h"

static bool wanders(const struct simulation *sim, uint32_t who) {
    return is_adult(sim, who) && sim->people[who].age < 50;
}

// At home or wherever he is, with signs on his own phone, to somebody he has not paid before in
// some of the cases.
static void pays_with(struct stage *stage, uint32_t who, uint64_t signs, int64_t yuan,
                      uint32_t percent_new) {
    stage->signs |= signs;
    login(stage, who);
    inquiry(stage, who);
    pays_about(stage, who,
               chance(stage, percent_new) ? stranger(stage, PARTY_PERSONAL) : friend_of(stage, who),
               yuan, 24);
}

// ---- DE -----------------------------------------------------------------------------------------

void app_tester(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    at_work(stage);
    from_device(stage, who * 4 + 2, stage->sim->people[who].city, NET_WORK);
    stage->signs |= SIGN_EMULATOR;
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        login(stage, who);
        inquiry(stage, who);
        wait_minutes(stage, 30);
    }
}

void rooted_phone(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, wanders, &who)) {
        return;
    }
    at_hour(stage, 9, 23);
    online(stage, who);
    pays_with(stage, who, SIGN_ROOTED, 6000, 70);
}

void system_update(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    at_hour(stage, 8, 23);
    online(stage, who);
    pays_with(stage, who,
              (chance(stage, 50) ? SIGN_FP_CONFLICT : 0) |
                  (chance(stage, 50) ? SIGN_JUST_INSTALLED : 0),
              4000, 40);
}

void company_line(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    at_hour(stage, 9, 22);
    online(stage, who);
    stage->setting.net = chance(stage, 80) ? NET_VPN : NET_PROXY;
    stage->setting.net_number = 900 + below(stage, 60); // of companies
    stage->setting.wifi = false;
    stage->setting.ip_spot = place_far(random_u64(&stage->random));
    pays_with(stage, who, 0, 12000, 60);
}

void mock_location(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, wanders, &who)) {
        return;
    }
    at_hour(stage, 8, 23);
    online(stage, who);
    if (chance(stage, 50)) {
        stage->setting.spot = place_far(random_u64(&stage->random));
    }
    pays_with(stage, who, SIGN_MOCK, 2500, 40);
}

void works_in_it(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    at_hour(stage, 9, 23);
    online(stage, who);
    pays_with(stage, who, SIGN_REMOTE_APP, 3000, 70);
}

void quick_hand(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, wanders, &who)) {
        return;
    }
    at_hour(stage, 8, 24);
    online(stage, who);
    login(stage, who);
    for (uint32_t i = 2 + below(stage, 3); i > 0; i--) { // as quickly as a script
        pays_about(stage, who, friend_of(stage, who), 1200, 20)->signs |=
            SIGN_PASTED | (chance(stage, 50) ? SIGN_SCRIPT : 0);
    }
}

void tablet(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, is_adult, &who)) {
        return;
    }
    at_hour(stage, 18, 23);
    from_device(stage, who * 4 + 1, stage->sim->people[who].city, NET_HOME);
    pays_with(stage, who, SIGN_SIM_ABSENT, 3500, 40);
}

// ---- CF -----------------------------------------------------------------------------------------

void sent_elsewhere(struct stage *stage) {
    enum { ELECTRONICS = 9, SHOPS = 4, TRADES = 12 }; // on-line shops of that trade
    uint32_t who;
    if (!meets(stage, has_credit_card, &who)) {
        return;
    }
    at_hour(stage, 9, 24);
    online(stage, who);
    struct act *pay = pay_card(stage, who, stage->sim->people[who].credit,
                               ELECTRONICS + TRADES * below(stage, SHOPS), 0, ECOM);
    pay->amount = odd_sum(stage, 4500, 12);
    pay->signs |= ACT_FUND;
    pay->setting = stage->setting;
    pay->pay.three_ds = chance(stage, 75) ? 2 : 0;
    pay->pay.token = chance(stage, 40);
    pay->pay.moved = true; // to the parents, a friend, himself where he works
    pay->pay.term_spot = place_far(random_u64(&stage->random));
}

void tuition(struct stage *stage) {
    uint32_t who;
    uint32_t school;
    if (!meets(stage, has_credit_card, &who) || !meets_shop(stage, 8299, false, &school)) {
        return;
    }
    for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
        at_hour(stage, 9, 19);
        pay_card(stage, who, stage->sim->people[who].credit, school,
                 YUAN(1000) * (3 + below(stage, 6)), CHIP)
            ->signs |= ACT_FUND;
        wait_days(stage, 1 + (int32_t)below(stage, 7));
    }
}

void hospital_stay(struct stage *stage) {
    uint32_t who;
    uint32_t hospital;
    if (!meets(stage, has_credit_card, &who) || !meets_shop(stage, 8062, false, &hospital)) {
        return;
    }
    for (uint32_t i = 3 + below(stage, 3); i > 0; i--) { // deposits and what is left to pay
        at_hour(stage, 8, 18);
        pay_card(stage, who, stage->sim->people[who].credit, hospital,
                 YUAN(1000) * (3 + below(stage, 5)), CHIP)
            ->signs |= ACT_FUND;
        wait_days(stage, 1 + (int32_t)below(stage, 4));
    }
}

void old_streams(struct stage *stage) {
    static const uint16_t trades[] = {7, 5}; // on-line: streams, games
    uint32_t who;
    if (!meets(stage, is_grown_old, &who)) {
        return;
    }
    at_hour(stage, 8, 22);
    online(stage, who);
    for (uint32_t i = 3 + below(stage, 4); i > 0; i--) {
        struct act *pay = play(stage, ACT_QR, MOBILE, who);
        pay->amount = YUAN(98 + 100 * below(stage, 6));
        pay->clearing = NUCC;
        pay->auth = AUTH_FINGER;
        pay->pay.merchant = trades[below(stage, 2)];
        pay->pay.qr_kind = DYNAMIC_MERCHANT;
        pay->signs |= ACT_FUND;
        wait_minutes(stage, 35);
    }
}

// ---- LF -----------------------------------------------------------------------------------------

void funds_replaced(struct stage *stage) {
    uint32_t who;
    if (!meets(stage, earns, &who)) {
        return;
    }
    at_work(stage);
    online(stage, who);
    login(stage, who);
    int64_t loan = sum(stage, 60000, 12);
    struct act *drawn = draw_loan(stage, who, stage->sim->next_loan++, loan);
    drawn->signs |= ACT_FUND;
    wait_hours(stage, 5);
    login(stage, who); // what he had laid out of his own comes back to him
    pays(stage, who, party_self(who), loan * 9 / 10);
}
