// CF, TA: cards, and the machines that take them. Told from the typologies' texts.

#include "simulation/scenario.h"

static struct act *stolen(struct act *act) {
    act->signs |= ACT_LOSS;
    act->part = PART_STRIKE;
    return act;
}
static uint32_t card_of(struct stage *stage, uint32_t holder) {
    return stage->sim->people[holder].credit != NONE ? stage->sim->people[holder].credit : holder;
}
static void holder_reports(struct stage *stage, uint32_t holder, uint32_t merchant) {
    if (chance(stage, 85)) {
        wait_hours(stage, 9);
        stage->part = PART_AFTER;
        struct act *report = play(stage, ACT_REPORT, CALLCENTER, holder);
        report->phase = RESULT;
        report->account = card_of(stage, holder);
        report->order = (struct order_detail){.order = stage->sim->next_order++,
                                              .kind = 1,
                                              .card = card_of(stage, holder),
                                              .merchant = merchant == NONE ? 0 : merchant};
        stage->part = PART_BEFORE;
    }
}
static uint32_t shop(struct stage *stage) {
    return MERCHANTS_ONLINE + below(stage, stage->sim->merchants_count - MERCHANTS_ONLINE);
}

// ---- CF-01 --------------------------------------------------------------------------------------
void counterfeit_card(struct stage *stage) {
    uint32_t holder = cast(stage, ROLE_ROBBED, has_credit_card);
    bool abroad = chance(stage, 50);
    variant(stage, abroad ? "abroad" : chance(stage, 40) ? "cash machine" : "shop");
    at_hour(stage, 8, 23);
    Spot far = abroad ? place_abroad((Country)below(stage, COUNTRIES))
                      : place_far(random_u64(&stage->random));
    for (uint32_t i = 2 + below(stage, 5); i > 0; i--) {
        bool cash = stage->story->variant[0] == 'c';
        uint32_t merchant = abroad ? NONE : shop(stage);
        int64_t amount = sum(stage, 3000, 16);
        Entry way = chance(stage, 60) ? FALLBACK : MAGSTRIPE;
        struct act *act =
            cash ? draw_cash(stage, holder, YUAN(3000), ATM, 0)
                 : pay_card(stage, holder, card_of(stage, holder), merchant, amount, way);
        act->pay.entry = (uint8_t)(cash ? MAGSTRIPE : act->pay.entry);
        act->pay.mcc = abroad ? 5732 : 0;
        act->pay.moved = true;
        act->pay.term_spot = far;
        act->setting.spot = far;
        act->outcome = chance(stage, 15) ? OUTCOME_WRONG_PIN : OUTCOME_FINE;
        stolen(act);
        wait_minutes(stage, 18);
    }
    holder_reports(stage, holder, NONE);
}

// ---- CF-02 --------------------------------------------------------------------------------------
void card_not_present(struct stage *stage) {
    struct setting thief = criminal(stage);
    uint32_t cards = chance(stage, 40) ? 2 + below(stage, 3) : 1;
    variant(stage, cards > 1 ? "several cards" : "one card");
    at_hour(stage, 0, 24);
    uint32_t holder = 0;
    for (uint32_t c = 0; c < cards; c++) {
        holder = cast(stage, ROLE_ROBBED, has_credit_card);
        Spot ship = place_far(random_u64(&stage->random));
        for (uint32_t i = 2 + below(stage, 5); i > 0; i--) {
            take_setting(stage, thief);
            Entry entry = chance(stage, 70) ? ECOM : MANUAL;
            int64_t drawn = sum(stage, 1600, 20);
            struct act *pay = pay_card(stage, holder, card_of(stage, holder),
                                       merchant_online(&stage->random), drawn, entry);
            pay->pay.three_ds = 0;
            pay->auth = AUTH_NONE;
            pay->pay.moved = chance(stage, 60);
            pay->pay.term_spot = ship;
            pay->outcome = chance(stage, 20) ? OUTCOME_WRONG_DATA : OUTCOME_FINE;
            stolen(pay);
            wait_minutes(stage, 3);
        }
    }
    holder_reports(stage, holder, NONE);
}

// ---- CF-03 --------------------------------------------------------------------------------------
void card_testing(struct stage *stage) {
    variant(stage, "bot");
    struct setting bot = criminal(stage);
    uint32_t merchant = merchant_online(&stage->random);
    at_hour(stage, 0, 24);
    uint32_t block = 500000000u + below(stage, 90000000);
    for (uint32_t i = 25 + below(stage, 50); i > 0; i--) {
        bool ours = chance(stage, 25);
        take_setting(stage, bot);
        uint32_t holder = ours ? somebody(stage, ROLE_ROBBED) : NONE;
        int64_t amount = 100 + below(stage, 800);
        struct act *pay =
            ours ? pay_card(stage, holder, holder, merchant, amount, MANUAL)
                 : stranger_card(stage, block + i, chance(stage, 50), merchant, amount, MANUAL);
        pay->setting = bot;
        pay->outcome = chance(stage, 70) ? OUTCOME_WRONG_DATA : OUTCOME_FINE;
        pay->auth = AUTH_NONE;
        stolen(pay);
        stage->clock -= between(stage, 2000, 9000);
    }
}

// ---- CF-04 --------------------------------------------------------------------------------------
void found_card(struct stage *stage) {
    uint32_t holder = cast(stage, ROLE_ROBBED, has_credit_card);
    bool guesses = chance(stage, 40);
    variant(stage, guesses ? "guesses the PIN" : "without PIN");
    at_hour(stage, 10, 22);
    for (uint32_t i = 3 + below(stage, 6); i > 0; i--) {
        int64_t drawn = YUAN(150 + below(stage, 840));
        stolen(pay_card(stage, holder, card_of(stage, holder), shop(stage), drawn, CONTACTLESS));
        wait_minutes(stage, 6);
    }
    if (guesses) {
        uint32_t branch = below(stage, stage->sim->branches_count);
        for (uint32_t i = 1 + below(stage, 2); i > 0; i--) {
            struct act *try = draw_cash(stage, holder, YUAN(2000), ATM, branch);
            try->outcome = OUTCOME_WRONG_PIN;
            try->part = PART_STRIKE;
        }
        struct act *last = draw_cash(stage, holder, YUAN(2000), ATM, branch);
        last->outcome = chance(stage, 50) ? OUTCOME_FINE : OUTCOME_WRONG_PIN;
        last->pay.retained = last->outcome != OUTCOME_FINE;
        stolen(last);
    }
    online(stage, holder);
    stage->part = PART_AFTER;
    change(stage, ACT_CARD_MANAGE, holder, 0);
    pay_card(stage, holder, card_of(stage, holder), shop(stage), YUAN(300), CONTACTLESS)->outcome =
        OUTCOME_LOST_CARD;
    holder_reports(stage, holder, NONE);
}

// ---- CF-05 --------------------------------------------------------------------------------------
void leaking_merchant(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_SCENE, false);
    variant(stage, "skimmed terminal");
    uint32_t holders[5];
    at_hour(stage, 10, 20);
    for (int i = 0; i < 5; i++) {
        holders[i] = cast(stage, ROLE_ROBBED, has_credit_card);
        pay_card(stage, holders[i], card_of(stage, holders[i]), merchant, sum(stage, 200, 14),
                 CHIP);
        wait_hours(stage, 6);
    }
    wait_days(stage, 4);
    for (int i = 0; i < 5; i++) {
        for (uint32_t k = 1 + below(stage, 3); k > 0; k--) {
            Entry entry = chance(stage, 50) ? MAGSTRIPE : MANUAL;
            int64_t drawn = sum(stage, 2000, 16);
            struct act *pay =
                pay_card(stage, holders[i], card_of(stage, holders[i]), shop(stage), drawn, entry);
            stolen(pay);
            wait_hours(stage, 2);
        }
        holder_reports(stage, holders[i], merchant);
    }
}

// ---- CF-06 --------------------------------------------------------------------------------------
void foreign_use(struct stage *stage) {
    uint32_t holder = cast(stage, ROLE_ROBBED, has_credit_card);
    variant(stage, "holder at home");
    at_hour(stage, 14, 20);
    stage->part = PART_BEFORE;
    int64_t drawn = sum(stage, 80, 14);
    pay_card(stage, holder, card_of(stage, holder), shop(stage), drawn, CHIP);
    wait_minutes(stage, 50);
    for (uint32_t i = 2 + below(stage, 5); i > 0; i--) {
        Spot where = place_abroad((Country)below(stage, COUNTRIES));
        Entry entry = chance(stage, 50) ? CONTACTLESS : MAGSTRIPE;
        struct act *pay =
            pay_card(stage, holder, card_of(stage, holder), NONE, sum(stage, 2500, 16), entry);
        pay->pay.mcc = 5944;
        pay->pay.moved = true;
        pay->pay.term_spot = where;
        pay->setting.spot = where;
        stolen(pay);
        wait_minutes(stage, 35);
    }
    holder_reports(stage, holder, NONE);
}

// ---- CF-07 --------------------------------------------------------------------------------------
void holder_cash_out(struct stage *stage) {
    uint32_t holder = cast(stage, ROLE_OFFENDER, has_credit_card);
    uint32_t card = card_of(stage, holder);
    uint32_t friendly = cast_merchant(stage, ROLE_MERCHANT, false);
    variant(stage, "repay and draw");
    for (uint32_t month = 0; month < 3; month++) {
        at_hour(stage, 10, 21);
        struct act *repay = play(stage, ACT_REPAY, MOBILE, holder);
        repay->amount = YUAN(8000);
        repay->clearing = INTRABANK;
        repay->signs |= ACT_FUND;
        repay->loan = (struct loan_detail){.loan = card, .owed = YUAN(8000), .term = 1};
        wait_minutes(stage, 20);
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
            struct act *pay =
                pay_card(stage, holder, card, friendly, YUAN(1000) * (3 + below(stage, 6)), CHIP);
            pay->part = PART_STRIKE;
            pay->pay.mcc = chance(stage, 30) ? 8062 : 0;
            wait_minutes(stage, 14);
        }
        if (chance(stage, 60)) {
            wait_hours(stage, 20);
            credit(stage, holder, cast_outside(stage, PARTY_PERSONAL), sum(stage, 7900, 2));
        }
        wait_days(stage, 9);
    }
}

// ---- CF-08 --------------------------------------------------------------------------------------
void preauth_abuse(struct stage *stage) {
    uint32_t holder = cast(stage, ROLE_OFFENDER, has_credit_card);
    uint32_t card = card_of(stage, holder);
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    variant(stage, "completion above the hold");
    at_hour(stage, 9, 20);
    struct act *repay = play(stage, ACT_REPAY, MOBILE, holder);
    repay->amount = YUAN(60000);
    repay->clearing = INTRABANK;
    repay->signs |= ACT_FUND;
    repay->loan = (struct loan_detail){.loan = card, .owed = YUAN(2000), .term = 1};
    wait_minutes(stage, 30);
    int64_t hold = YUAN(50000);
    pay_card(stage, holder, card, merchant, hold, CHIP)->pay.txn = PREAUTH;
    wait_hours(stage, 3);
    struct act *complete =
        pay_card(stage, holder, card, merchant, hold * between(stage, 114, 130) / 100, CHIP);
    complete->pay.txn = PREAUTH_COMPLETE;
    complete->pay.second_amount = hold;
    stolen(complete);
}

// ---- CF-09 --------------------------------------------------------------------------------------
void false_wallet(struct stage *stage) {
    struct setting thief = criminal(stage);
    variant(stage, "phone with strangers' cards");
    at_hour(stage, 9, 22);
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        uint32_t holder = cast(stage, ROLE_ROBBED, has_credit_card);
        take_setting(stage, thief);
        challenge(stage, holder, 0)->outcome =
            chance(stage, 25) ? OUTCOME_WRONG_CODE : OUTCOME_FINE;
        change(stage, ACT_SIGN, holder, 1);
        wait_minutes(stage, 6);
        for (uint32_t k = 2 + below(stage, 4); k > 0; k--) {
            int64_t drawn = sum(stage, 1800, 18);
            struct act *pay =
                pay_card(stage, holder, card_of(stage, holder), shop(stage), drawn, CONTACTLESS);
            pay->pay.token = true;
            pay->setting = thief;
            stolen(pay);
            wait_minutes(stage, 8);
        }
        holder_reports(stage, holder, NONE);
    }
}

// ---- TA-01 --------------------------------------------------------------------------------------
void emptied_at_one_machine(struct stage *stage) {
    uint32_t branch = below(stage, stage->sim->branches_count);
    variant(stage, chance(stage, 50) ? "night" : "day");
    at_hour(stage, stage->story->variant[0] == 'n' ? 22 : 11,
            stage->story->variant[0] == 'n' ? 24 : 20);
    uint32_t terminal = branch * 16 + 1 + below(stage, 3);
    for (uint32_t i = 7 + below(stage, 12); i > 0; i--) {
        bool ours = chance(stage, 30);
        int64_t drawn = YUAN(1000) * (3 + below(stage, 3));
        struct act *cash =
            draw_cash(stage, ours ? cast(stage, ROLE_MULE, is_weak) : 0, drawn, ATM, branch);
        if (!ours) {
            uint32_t card = 700000000u + below(stage, 100000000);
            cash->customer = cash->account = NONE;
            cash->pay.card = 3000000000u + card;
            cash->pay.payer = party_outside(PARTY_PERSONAL, card);
        } else {
            cash->signs |= ACT_FUND;
        }
        cash->pay.terminal = terminal;
        cash->part = PART_STRIKE;
        cash->signs |= chance(stage, 70) ? SIGN_COVERED : 0;
        cash->outcome = chance(stage, 8) ? OUTCOME_WRONG_PIN : OUTCOME_FINE;
        wait_minutes(stage, 3);
    }
}

// ---- TA-02 --------------------------------------------------------------------------------------
void across_midnight(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    variant(stage, "both days' limits");
    at_hour(stage, 20, 22);
    credit(stage, mule, cast_outside(stage, PARTY_PERSONAL), YUAN(45000));
    at_hour(stage, 23, 24);
    uint32_t branch = below(stage, stage->sim->branches_count);
    for (uint32_t i = 4 + below(stage, 2); i > 0; i--) {
        draw_cash(stage, mule, YUAN(5000), ATM, branch)->part = PART_STRIKE;
        wait_minutes(stage, 2);
    }
    at_hour(stage, 0, 1);
    for (uint32_t i = 4; i > 0; i--) {
        draw_cash(stage, mule, YUAN(5000), ATM, branch)->part = PART_STRIKE;
        wait_minutes(stage, 2);
    }
    score_mule(stage, mule);
}

// ---- TA-03 --------------------------------------------------------------------------------------
void tampered_machine(struct stage *stage) {
    uint32_t branch = below(stage, stage->sim->branches_count);
    variant(stage, chance(stage, 50) ? "skimmer" : "black box");
    at_hour(stage, 1, 5);
    struct act *alert = net_alert(stage, stage->story->variant[0] == 's' ? 21 : 23, 3, branch * 4);
    alert->alert.branch = branch;
    alert->part = PART_STRIKE;
    for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
        uint32_t holder =
            somebody(stage, stage->story->variant[0] == 's' ? ROLE_BYSTANDER : ROLE_ROBBED);
        struct act *cash = draw_cash(stage, holder, YUAN(2000), ATM, branch);
        cash->part = PART_STRIKE;
        if (stage->story->variant[0] == 's') {
            cash->pay.retained = true;
            cash->outcome = OUTCOME_MACHINE;
        } else {
            cash->pay.no_auth = true;
            cash->signs |= ACT_FUND | ACT_LOSS;
        }
        wait_minutes(stage, 4);
    }
}

// ---- TA-04 --------------------------------------------------------------------------------------
void false_notes(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_weak);
    uint32_t branch = below(stage, stage->sim->branches_count);
    variant(stage, "recycler");
    for (uint32_t day = 1 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 18, 23);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            struct act *notes =
                bring_cash(stage, who, YUAN(100) * (5 + below(stage, 30)), CRS, branch);
            notes->pay.batch = 1 + below(stage, 8);
            notes->part = PART_STRIKE;
            notes->outcome = chance(stage, 40) ? OUTCOME_MACHINE : OUTCOME_FINE;
            wait_minutes(stage, 4);
        }
        stage->clock += 18 * MS_PER_HOUR;
    }
}

// ---- TA-05 --------------------------------------------------------------------------------------
void odd_at_counter(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_MULE, chance(stage, 40) ? is_old : is_weak);
    variant(stage, chance(stage, 40) ? "agent" : "strangers' money");
    at_work(stage);
    int64_t amount = sum(stage, 70000, 10);
    credit(stage, who, cast_outside(stage, PARTY_PERSONAL), amount);
    wait_minutes(stage, 35);
    struct act *seen =
        at_counter(stage, who, COUNTER_CASH_OUT, amount,
                   SIGN_REFUSED | SIGN_NERVOUS | (chance(stage, 50) ? SIGN_ACCOMPANIED : 0));
    seen->purpose = 6;
    wait_minutes(stage, 5);
    struct act *cash =
        draw_cash(stage, who, amount, COUNTER, below(stage, stage->sim->branches_count));
    cash->signs |= SIGN_REFUSED;
    cash->purpose = 6;
    cash->part = PART_STRIKE;
    if (stage->story->variant[0] == 'a') {
        cash->pay.institution = 5;
        cash->pay.batch = stage->number;
    }
}

// ---- TA-06 --------------------------------------------------------------------------------------
void cardless_cash(struct stage *stage) {
    struct setting thief = criminal(stage);
    uint32_t branch = below(stage, stage->sim->branches_count);
    variant(stage, chance(stage, 50) ? "codes" : "faces");
    at_hour(stage, 9, 23);
    for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
        uint32_t victim = cast(stage, ROLE_ROBBED, is_adult);
        take_setting(stage, thief);
        login(stage, victim);
        struct act *cash = draw_cash(stage, victim, YUAN(5000), ATM, branch);
        cash->pay.entry = (uint8_t)(stage->story->variant[0] == 'c' ? CARDLESS : ENTRY_FACE);
        cash->auth = (uint8_t)(stage->story->variant[0] == 'c' ? AUTH_SMS : AUTH_FACE);
        cash->pay.present = false;
        cash->setting = thief;
        cash->signs |= ACT_FUND | SIGN_WEAK_FACE;
        stolen(cash);
        wait_minutes(stage, 5);
    }
}

// ---- TA-07 --------------------------------------------------------------------------------------
void odd_terminal(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    variant(stage, chance(stage, 50) ? "key alarm" : "off-line");
    at_hour(stage, 10, 22);
    for (uint32_t i = 8 + below(stage, 15); i > 0; i--) {
        int64_t drawn = sum(stage, 900, 20);
        struct act *pay =
            stranger_card(stage, 600000000u + below(stage, 90000000), true, merchant, drawn, CHIP);
        pay->pay.alarm = stage->story->variant[0] == 'k';
        pay->pay.offline = stage->story->variant[0] == 'o';
        pay->outcome = chance(stage, 45) ? OUTCOME_WRONG_DATA : OUTCOME_FINE;
        stolen(pay);
        wait_minutes(stage, 7);
    }
}
