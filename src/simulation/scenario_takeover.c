// AT, DE: somebody else works the customer's account, and the machines and networks it is done
// with. Told from the typologies' texts.

#include "simulation/scenario.h"

#include "simulation/event.h"

// What the thief takes once he is inside.
static void drain(struct stage *stage, uint32_t victim, uint32_t transfers) {
    struct party mule = chance(stage, 35) ? party_own(cast(stage, ROLE_MULE, is_weak))
                                          : cast_outside(stage, PARTY_PERSONAL);
    stage->part = PART_STRIKE;
    if (chance(stage, 45)) {
        change(stage, ACT_PAYEE, victim, 0)->other = mule;
    }
    for (uint32_t i = 0; i < transfers; i++) {
        struct act *pay =
            transfer(stage, victim, mule,
                     i + 1 == transfers ? between(stage, 8500, 9990) : between(stage, 2000, 5000));
        pay->signs |= ACT_PART | ACT_LOSS | (chance(stage, 50) ? SIGN_PASTED : 0);
        if (chance(stage, 12)) {
            pay->outcome = OUTCOME_LIMIT;
            transfer(stage, victim, mule, YUAN(4900))->signs |= ACT_LOSS;
        }
        wait_minutes(stage, 3);
    }
    stage->story->stake = stage->sim->accounts[victim].balance;
    stage->part = PART_AFTER;
    wait_hours(stage, 9);
    if (chance(stage, 85)) {
        victim_reports(stage, victim, mule, 0);
        stage->act.order.kind = stage->act.kind == ACT_REPORT ? 1 : stage->act.order.kind;
    }
}

static bool has_money(const struct simulation *sim, uint32_t who) {
    return is_adult(sim, who) && sim->accounts[who].balance >= YUAN(3000);
}

static void score_takeover(struct stage *stage, uint32_t victim) {
    if (!stage->sim->plan.no_scores && chance(stage, 55)) {
        char key[NAME_SIZE];
        name_customer(victim, key);
        table_set(stage, "score_cust", key, NULL,
                  chance(stage, 50) ? "\"ato\":0.82" : "\"ato\":0.61");
    }
}

// ---- AT-01 --------------------------------------------------------------------------------------
// Leaked passwords are tried in bulk from one address; the few that work are emptied.
void credential_stuffing(struct stage *stage) {
    struct setting thief = criminal(stage);
    variant(stage, chance(stage, 40) ? "many devices" : "one device");
    bool many = stage->story->variant[0] == 'm';
    at_hour(stage, 1, 23);
    uint32_t tries = 20 + below(stage, 60);
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    for (uint32_t i = 0; i < tries; i++) {
        uint32_t who = somebody(stage, ROLE_TARGET);
        thief.device = many ? device_new(stage->sim) : thief.device;
        take_setting(stage, thief);
        stage->signs = chance(stage, 40) ? SIGN_SCRIPT | SIGN_EMULATOR : 0;
        struct act *act = login(stage, who);
        act->auth = AUTH_PIN;
        act->outcome = OUTCOME_WRONG_PASSWORD;
        stage->clock -= 12000;
    }
    wait_minutes(stage, 25);
    take_setting(stage, thief);
    login(stage, victim)->auth = AUTH_PIN;
    inquiry(stage, victim);
    score_takeover(stage, victim);
    challenge(stage, victim, 0);
    drain(stage, victim, 1 + below(stage, 3));
}

// ---- AT-02 --------------------------------------------------------------------------------------
void rebound_device(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    variant(stage, chance(stage, 40) ? "limit raised" : "plain");
    at_hour(stage, 8, 24);
    take_setting(stage, criminal(stage));
    stage->signs = SIGN_JUST_INSTALLED;
    login(stage, victim)->outcome = chance(stage, 30) ? OUTCOME_WRONG_PASSWORD : OUTCOME_FINE;
    challenge(stage, victim, 1)->outcome = chance(stage, 30) ? OUTCOME_NO_FACE : OUTCOME_FINE;
    challenge(stage, victim, 0);
    change(stage, ACT_BIND, victim, 0)->auth = AUTH_FACE_SMS;
    login(stage, victim);
    inquiry(stage, victim);
    if (stage->story->variant[0] == 'l') {
        raise_limit(stage, victim, 300000);
    }
    score_takeover(stage, victim);
    drain(stage, victim, 1 + below(stage, 2));
}

// ---- AT-03 --------------------------------------------------------------------------------------
void stolen_number(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    bool counter = chance(stage, 30);
    variant(stage, counter ? "number changed at a counter" : "new SIM");
    if (counter) {
        at_work(stage);
        offline(stage, COUNTER);
        change(stage, ACT_CHANGE, victim, 0)->change.phone = victim + 1600000000u;
        wait_hours(stage, 2);
    } else {
        at_hour(stage, 9, 23);
    }
    take_setting(stage, criminal(stage));
    stage->signs = SIGN_SIM_CHANGED | SIGN_JUST_INSTALLED;
    change(stage, ACT_RESET, victim, 0);
    wait_minutes(stage, 4);
    login(stage, victim);
    change(stage, ACT_RESET, victim, 1);
    if (chance(stage, 50)) {
        struct act *sign = change(stage, ACT_SIGN, victim, 0);
        sign->change.phone = victim + 1600000000u;
        for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
            int64_t drawn = sum(stage, 1500, 12);
            pay_quick(stage, victim, merchant_online(&stage->random), drawn)->signs |= ACT_LOSS;
        }
    }
    drain(stage, victim, 1 + below(stage, 2));
}

// ---- AT-04 --------------------------------------------------------------------------------------
void kill_chain(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    bool card = chance(stage, 25);
    variant(stage, card ? "card" : "transfer");
    at_hour(stage, 0, 24);
    take_setting(stage, criminal(stage));
    login(stage, victim)->outcome = OUTCOME_WRONG_PASSWORD;
    change(stage, ACT_RESET, victim, 0);
    login(stage, victim);
    change(stage, ACT_RESET, victim, 1);
    wait_minutes(stage, 2);
    raise_limit(stage, victim, 200000);
    inquiry(stage, victim);
    if (card) {
        for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
            int64_t drawn = sum(stage, 2500, 12);
            pay_card(stage, victim, victim, merchant_online(&stage->random), drawn, ECOM)->signs |=
                ACT_LOSS;
        }
    }
    drain(stage, victim, 1 + below(stage, 2));
}

// ---- AT-05 --------------------------------------------------------------------------------------
void impossible_journey(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    variant(stage, chance(stage, 50) ? "abroad" : "another city");
    at_hour(stage, 9, 21);
    online(stage, victim);
    login(stage, victim)->part = PART_BEFORE; // he himself, at home
    wait_minutes(stage, 40);
    Spot far = stage->story->variant[0] == 'a' && stage->story->variant[1] == 'b'
                   ? place_abroad((Country)(2 + below(stage, 5)))
                   : place_far(random_u64(&stage->random));
    Net net = place_is_abroad(far) ? NET_ABROAD : chance(stage, 50) ? NET_MOBILE : NET_HOME;
    from_device(stage, chance(stage, 60) ? device_new(stage->sim) : device_for(stage, victim), far,
                net);
    login(stage, victim);
    inquiry(stage, victim);
    drain(stage, victim, 1);
}

// ---- AT-06 --------------------------------------------------------------------------------------
void remote_control(struct stage *stage) {
    bool several = chance(stage, 20);
    variant(stage, several ? "one device, several customers" : "the customer's own phone");
    uint32_t device = NONE;
    for (uint32_t i = several ? 3 : 1; i > 0; i--) {
        uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
        at_hour(stage, 0, 24);
        online(stage, victim);
        device = device == NONE ? stage->setting.device : device;
        stage->setting.device = device;
        stage->signs =
            (chance(stage, 70) ? SIGN_REMOTE : 0) | (chance(stage, 60) ? SIGN_ACCESSIBILITY : 0) |
            (chance(stage, 50) ? SIGN_OVERLAY : 0) | (chance(stage, 40) ? SIGN_SCRIPT : 0) |
            (chance(stage, 25) ? SIGN_REPACKAGED : 0) | (chance(stage, 25) ? SIGN_SMS_READER : 0);
        login(stage, victim);
        inquiry(stage, victim);
        challenge(stage, victim, 0);
        drain(stage, victim, 1 + below(stage, 3));
        stage->part = PART_BEFORE;
    }
}

// ---- AT-07 --------------------------------------------------------------------------------------
// The card is held to a phone that relays it to a terminal far away.
void nfc_relay(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    variant(stage, chance(stage, 40) ? "cash machine" : "terminal");
    at_hour(stage, 9, 22);
    online(stage, victim);
    stage->signs |= SIGN_SCREEN_SHARE | SIGN_CALL | (chance(stage, 50) ? SIGN_SCAM_APP : 0);
    login(stage, victim);
    inquiry(stage, victim);
    wait_minutes(stage, 12);
    Spot far = place_far(random_u64(&stage->random));
    int64_t amount = YUAN(300 + below(stage, 700));
    for (uint32_t i = 3 + below(stage, 3); i > 0; i--) {
        stage->part = PART_STRIKE;
        bool cash = stage->story->variant[0] == 'c';
        struct act *pay = cash ? draw_cash(stage, victim, YUAN(3000), ATM, 0)
                               : pay_card(stage, victim, victim, merchant, amount, CONTACTLESS);
        pay->pay.entry = CONTACTLESS;
        pay->pay.pin = amount > YUAN(1000);
        pay->pay.moved = true;
        pay->pay.term_spot = far;
        pay->signs |= ACT_LOSS;
        amount = amount * 3 / 100 * 100;
        wait_minutes(stage, 2);
    }
    wait_hours(stage, 4);
    victim_reports(stage, victim, party_self(victim), amount);
}

// ---- AT-08 --------------------------------------------------------------------------------------
void family_misuse(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, is_old);
    uint32_t relative = cast(stage, ROLE_OFFENDER, is_young);
    bool child = chance(stage, 50);
    variant(stage, child ? "games and streams" : "transfers");
    for (uint32_t day = 2 + below(stage, 5); day > 0; day--) {
        at_hour(stage, 22, 24);
        stage->clock += (int64_t)below(stage, 4) * MS_PER_HOUR;
        online(stage, victim);
        stage->setting.device = child ? device_for(stage, victim) : device_for(stage, relative);
        login(stage, victim)->auth = AUTH_PIN;
        stage->part = PART_STRIKE;
        if (child) {
            for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
                pay_quick(stage, victim, 5, sum(stage, 500, 16))->signs |= ACT_LOSS;
            }
        } else {
            transfer(stage, victim, party_own(relative), sum(stage, 2500, 12))->signs |= ACT_LOSS;
        }
        stage->clock += 17 * MS_PER_HOUR;
    }
    if (chance(stage, 50)) {
        victim_reports(stage, victim, party_self(victim), 0);
    }
}

// ---- AT-09 --------------------------------------------------------------------------------------
void false_agreement(struct stage *stage) {
    struct setting thief = criminal(stage);
    uint32_t phone = 1700000000u + stage->number;
    variant(stage, chance(stage, 40) ? "one number, several customers" : "several institutions");
    for (uint32_t who = stage->story->variant[0] == 'o' ? 4 : 1; who > 0; who--) {
        uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
        at_hour(stage, 8, 24);
        for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
            take_setting(stage, thief);
            stage->setting.has = chance(stage, 60);
            challenge(stage, victim, 0)->outcome =
                chance(stage, 35) ? OUTCOME_WRONG_CODE : OUTCOME_FINE;
            struct act *sign = change(stage, ACT_SIGN, victim, 0);
            sign->change.institution = (uint8_t)i % 5;
            sign->change.phone = phone;
            wait_minutes(stage, 2);
            for (uint32_t k = 2 + below(stage, 4); k > 0; k--) {
                struct act *pay = pay_quick(stage, victim, merchant_online(&stage->random), 2500);
                pay->signs |= ACT_PART | ACT_LOSS;
                pay->part = PART_STRIKE;
            }
        }
        wait_hours(stage, 7);
        victim_reports(stage, victim, party_self(victim), 0);
        stage->part = PART_BEFORE;
    }
}

// ---- DE -----------------------------------------------------------------------------------------
// Machines, for what the other families do with them: here a small ring works its accounts, each
// time with another kind of disguise.
static void disguised(struct stage *stage, uint64_t signs, Net net, bool fresh_devices,
                      uint32_t customers) {
    struct setting base = criminal(stage);
    struct party sink = cast_outside(stage, PARTY_PERSONAL);
    base.net = (uint8_t)net;
    for (uint32_t i = 0; i < customers; i++) {
        uint32_t who = cast(stage, ROLE_MULE, is_weak);
        at_hour(stage, 8, 24);
        base.device = fresh_devices ? device_new(stage->sim) : base.device;
        take_setting(stage, base);
        stage->signs = signs;
        if (chance(stage, 30)) {
            login(stage, who)->outcome = OUTCOME_WRONG_PASSWORD;
        }
        login(stage, who);
        inquiry(stage, who);
        credit(stage, who, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 6000, 16));
        wait_minutes(stage, 5);
        stage->part = PART_STRIKE;
        transfer(stage, who, sink, 9500)->signs |= ACT_PART;
        stage->part = PART_BEFORE;
        wait_minutes(stage, 12);
        score_mule(stage, who);
    }
}

void emulators(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "emulator" : "cloud phone");
    disguised(stage,
              (stage->story->variant[0] == 'e' ? SIGN_EMULATOR : SIGN_CLOUD_PHONE) | SIGN_STATIC,
              NET_IDC, true, 2 + below(stage, 4));
}
void changed_app(struct stage *stage) {
    static const uint64_t kinds[] = {SIGN_ROOTED | SIGN_HOOKED, SIGN_DEBUGGER, SIGN_REPACKAGED};
    uint32_t kind = below(stage, 3);
    static const char *const names[] = {"hook", "debugger", "re-packaged"};
    variant(stage, names[kind]);
    disguised(stage, kinds[kind], NET_MOBILE, true, 1 + below(stage, 3));
}
void spoofed_device(struct stage *stage) {
    variant(stage, "device changed by a tool");
    disguised(stage, SIGN_FP_CONFLICT | SIGN_MODEL_CHANGED | SIGN_JUST_INSTALLED, NET_HOME, false,
              2 + below(stage, 4));
}
void hidden_address(struct stage *stage) {
    static const Net nets[] = {NET_TOR, NET_IDC, NET_VPN, NET_PROXY};
    static const char *const names[] = {"tor", "data centre", "vpn", "proxy"};
    uint32_t kind = below(stage, 4);
    variant(stage, names[kind]);
    disguised(stage, 0, nets[kind], true, 2 + below(stage, 5));
}
void phone_rack(struct stage *stage) {
    variant(stage, "rack");
    disguised(stage, SIGN_MULTI_OPEN | SIGN_CHARGING | SIGN_STATIC, NET_HOME, true,
              5 + below(stage, 6));
}
void false_place(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "mock GPS" : "cell elsewhere");
    disguised(stage, stage->story->variant[0] == 'm' ? SIGN_MOCK : SIGN_FALSE_CELL, NET_VPN, true,
              1 + below(stage, 3));
}
void scam_apps(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, chance(stage, 50) ? is_old : is_adult);
    variant(stage, "remote app");
    at_hour(stage, 9, 21);
    online(stage, victim);
    stage->signs |= SIGN_REMOTE_APP | SIGN_SCAM_APP | (chance(stage, 50) ? SIGN_CALL : 0);
    login(stage, victim);
    drain(stage, victim, 1 + below(stage, 2));
}
void script_at_work(struct stage *stage) {
    variant(stage, "script");
    disguised(stage, SIGN_SCRIPT | SIGN_STATIC, NET_IDC, false, 3 + below(stage, 6));
}
void diverted_codes(struct stage *stage) {
    static const uint64_t kinds[] = {SIGN_FORWARD, SIGN_SMS_READER, SIGN_SIM_ABSENT,
                                     SIGN_CALL | SIGN_CALLER_ABROAD};
    static const char *const names[] = {"forwarding", "SMS reader", "no SIM", "caller abroad"};
    uint32_t kind = below(stage, 4);
    variant(stage, names[kind]);
    uint32_t victim = cast(stage, ROLE_ROBBED, has_money);
    at_hour(stage, 9, 22);
    online(stage, victim);
    stage->signs |= kinds[kind];
    stage->setting.wifi = kind == 2;
    login(stage, victim);
    challenge(stage, victim, 0);
    drain(stage, victim, 1);
}
