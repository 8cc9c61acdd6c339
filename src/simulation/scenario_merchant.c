// MF: merchants and the way their money is settled. Told from the typologies' texts.

#include "simulation/scenario.h"

#include "base/hash.h"

static struct act *struck(struct act *act) {
    act->part = PART_STRIKE;
    return act;
}

// ---- MF-01 --------------------------------------------------------------------------------------
void merchant_cash_out(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    uint32_t owner = stage->sim->merchants[merchant].customer;
    uint32_t base = 800000000u + stage->number * 100;
    variant(stage, "few cards, round sums");
    for (uint32_t day = 4 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 10, 22);
        for (uint32_t i = 2 + below(stage, 5); i > 0; i--) {
            int64_t amount = YUAN(1000) * (5 + below(stage, 20));
            struct act *pay =
                struck(stranger_card(stage, base + below(stage, 7), true, merchant, amount, CHIP));
            stage->story->stake += pay->amount;
            wait_minutes(stage, 45);
        }
        wait_hours(stage, 16);
        online(stage, owner);
        login(stage, owner);
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) { // back to the holders, less the fee
            int64_t drawn = sum(stage, 9800, 6);
            transfer(stage, owner,
                     party_outside(PARTY_PERSONAL,
                                   UINT32_C(3900000000) + (base + below(stage, 7)) % 300000000),
                     drawn);
        }
    }
}

// ---- MF-02 --------------------------------------------------------------------------------------
void second_clearing(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    uint32_t owner = stage->sim->merchants[merchant].customer;
    variant(stage, "platform");
    struct party sellers[12];
    for (int i = 0; i < 12; i++) {
        sellers[i] = cast_outside(stage, PARTY_PERSONAL);
    }
    for (uint32_t day = 5 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 9, 21);
        for (uint32_t i = 20 + below(stage, 20); i > 0; i--) {
            struct act *pay = struck(stranger_qr(
                stage, merchant, party_new(stage->sim, PARTY_PERSONAL), odd_sum(stage, 260, 24)));
            pay->amount += YUAN(20);
            wait_minutes(stage, 12);
        }
        wait_hours(stage, 10);
        online(stage, owner);
        for (int i = 0; i < 12; i++) {
            struck(transfer(stage, owner, sellers[i], 800))->signs |= ACT_PART;
        }
    }
}

// ---- MF-03 --------------------------------------------------------------------------------------
void false_merchants(struct stage *stage) {
    variant(stage, "same address and device");
    struct setting agent = criminal(stage);
    uint32_t address = 1800000000u + stage->number;
    for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
        uint32_t who = cast(stage, ROLE_OFFENDER, is_weak);
        at_hour(stage, 9, 19);
        take_setting(stage, agent);
        struct act *apply = struck(play(stage, ACT_ONBOARD, MOBILE, who));
        apply->open =
            (struct open_detail){.address = address,
                                 .reg_address = address,
                                 .legal = chance(stage, 50) ? address : who,
                                 .phone = who,
                                 .employer = MERCHANTS_ONLINE + (uint32_t)between(stage, 0, 30)};
        apply->outcome = chance(stage, 25) ? OUTCOME_REFUSED : OUTCOME_FINE;
        wait_hours(stage, 3);
    }
}

// ---- MF-04 --------------------------------------------------------------------------------------
void moved_terminal(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    bool abroad = chance(stage, 30);
    Spot far = abroad ? place_abroad(chance(stage, 50) ? COUNTRY_MM : COUNTRY_MO)
                      : place_far(random_u64(&stage->random));
    variant(stage, abroad ? "abroad" : "another city");
    for (uint32_t day = 3 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 10, 23);
        for (uint32_t i = 4 + below(stage, 10); i > 0; i--) {
            int64_t drawn = sum(stage, 2500, 24);
            bool credit_card = chance(stage, 70);
            struct act *pay = struck(stranger_card(stage, 810000000u + below(stage, 50000000),
                                                   credit_card, merchant, drawn, CHIP));
            pay->pay.moved = true;
            pay->pay.term_spot = far;
            pay->pay.alarm = chance(stage, 10);
            wait_minutes(stage, 30);
        }
        stage->clock += 12 * MS_PER_HOUR;
    }
}

// ---- MF-05 --------------------------------------------------------------------------------------
void jumping_codes(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    variant(stage, "several categories");
    static const uint16_t codes[] = {4900, 8062, 8211, 5411, 5541, 7011};
    for (uint32_t day = 3 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 9, 22);
        for (uint32_t i = 5 + below(stage, 9); i > 0; i--) {
            int64_t drawn = sum(stage, 1500, 24);
            struct act *pay = struck(stranger_card(stage, 820000000u + below(stage, 50000000), true,
                                                   merchant, drawn, CHIP));
            pay->pay.mcc = codes[below(stage, 6)];
            pay->pay.alarm = chance(stage, 40); // the name in the message is another's too
            wait_minutes(stage, 25);
        }
        stage->clock += 12 * MS_PER_HOUR;
    }
}

// ---- MF-06 --------------------------------------------------------------------------------------
void off_hours(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, true);
    variant(stage, chance(stage, 50) ? "night" : "sudden volume");
    bool night = stage->story->variant[0] == 'n';
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        night ? at_hour(stage, 1, 5) : at_hour(stage, 10, 18);
        for (uint32_t i = 20 + below(stage, 40); i > 0; i--) {
            struck(stranger_qr(stage, merchant, party_new(stage->sim, PARTY_PERSONAL),
                               sum(stage, 400, 24)));
            wait_minutes(stage, night ? 3 : 5);
        }
        stage->clock += 16 * MS_PER_HOUR;
    }
}

// ---- MF-07 --------------------------------------------------------------------------------------
void refund_fraud(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    uint32_t insider = cast(stage, ROLE_OFFENDER, is_weak);
    variant(stage, chance(stage, 50) ? "to another card" : "above the original");
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 10, 21);
        for (uint32_t i = 3 + below(stage, 6); i > 0; i--) {
            struct act *back = play(stage, ACT_REFUND, POS, insider);
            back->amount = sum(stage, 900, 20);
            back->clearing = CUP;
            back->pay.merchant = merchant;
            back->pay.card = insider;
            back->pay.batch =
                stage->story->variant[0] == 't' ? 3000000000u + below(stage, 900000) : 0;
            back->pay.second_amount =
                stage->story->variant[0] == 'a' ? back->amount * 2 / 3 : back->amount;
            back->part = PART_STRIKE;
            stage->story->stake += back->amount;
            wait_minutes(stage, 25);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}

// ---- MF-08 --------------------------------------------------------------------------------------
void odd_settlement(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    uint32_t owner = stage->sim->merchants[merchant].customer;
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    variant(stage, "changed and drained");
    at_work(stage);
    online(stage, owner);
    struct act *changed = change(stage, ACT_CHANGE, owner, 4);
    changed->change.merchant = merchant;
    changed->other = party_own(mule);
    for (uint32_t day = 3 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 9, 21);
        for (uint32_t i = 10 + below(stage, 12); i > 0; i--) {
            struck(stranger_qr(stage, merchant, party_new(stage->sim, PARTY_PERSONAL),
                               odd_sum(stage, 700, 20)));
            wait_minutes(stage, 18);
        }
        at_hour(stage, 6, 7);
        struct act *settle = play(stage, ACT_SETTLE, BATCH, mule);
        settle->amount = odd_sum(stage, 9000, 10);
        settle->clearing = INTRABANK;
        settle->pay.merchant = merchant;
        wait_minutes(stage, 20);
        online(stage, mule);
        struck(transfer(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9800))->signs |= ACT_PART;
    }
}

// ---- MF-09 --------------------------------------------------------------------------------------
void bonus_hunters(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, true);
    struct setting base = criminal(stage);
    variant(stage, chance(stage, 50) ? "one device" : "one address");
    for (uint32_t day = 1 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 9, 20);
        for (uint32_t i = 10 + below(stage, 12); i > 0; i--) {
            uint32_t who =
                i % 2 == 0 ? cast(stage, ROLE_MULE, is_weak) : somebody(stage, ROLE_MULE);
            base.device = stage->story->variant[4] == 'd' ? base.device : device_for(stage, who);
            take_setting(stage, base);
            struct act *pay = play(stage, ACT_QR, MOBILE, who);
            pay->amount = YUAN(20 + below(stage, 12));
            pay->clearing = NUCC;
            pay->auth = AUTH_FINGER;
            pay->pay.merchant = merchant;
            pay->pay.qr_kind = STATIC_MERCHANT;
            pay->pay.second_amount = YUAN(8);
            pay->signs |= ACT_FUND;
            pay->part = PART_STRIKE;
            wait_minutes(stage, 2);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}
