// MU, CG: accounts that pass on what others were robbed of or gambled away. Told from the
// typologies' texts.

#include "simulation/scenario.h"

#include "simulation/event.h"

// ---- MU-02 --------------------------------------------------------------------------------------
// Many victims or first-level mules pay one collector, who forwards to one or two accounts.
void collector(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    struct setting runner = criminal(stage);
    struct party next[2] = {
        cast_outside(stage, PARTY_PERSONAL),
        cast_outside(stage, chance(stage, 40) ? PARTY_CORPORATE : PARTY_PERSONAL)};
    uint32_t days = 1 + below(stage, 3);
    bool slow = chance(stage, 30);
    variant(stage, slow ? "days" : "hours");
    for (uint32_t day = 0; day < days; day++) {
        at_hour(stage, 9, 22);
        take_setting(stage, runner);
        login(stage, mule);
        uint32_t payers = 5 + below(stage, 14);
        for (uint32_t i = 0; i < payers; i++) {
            bool own = chance(stage, 15);
            struct party payer = own ? party_own(somebody(stage, ROLE_DECEIVED))
                                     : party_new(stage->sim, PARTY_PERSONAL);
            if (own) { // one of our own customers pays him
                struct act *pay =
                    transfer(stage, payer.number, party_own(mule), odd_sum(stage, 3000, 28));
                pay->setting = (struct setting){0};
                pay->signs = ACT_LOSS;
            } else {
                credit(stage, mule, payer,
                       chance(stage, 60) ? sum(stage, 5000, 28) : odd_sum(stage, 5000, 28));
            }
            slow ? wait_minutes(stage, 35) : wait_minutes(stage, 4);
            if (i % 6 == 5 || i + 1 == payers) {
                stage->part = PART_STRIKE;
                int64_t drawn = between(stage, 8500, 9980);
                transfer(stage, mule, next[chance(stage, 25)], drawn)->signs |= ACT_PART;
                stage->part = PART_BEFORE;
            }
        }
        score_mule(stage, mule);
        stage->clock += 10 * MS_PER_HOUR;
    }
    if (chance(stage, 70)) {
        police_stop(stage, mule, 5);
        take_setting(stage, runner);
        transfer(stage, mule, next[0], 9900)->signs |= ACT_PART; // too late
    }
}

// Victims of elsewhere pay in; the payer is seen once.
static void robbed_money(struct stage *stage, uint32_t account, int64_t amount) {
    credit(stage, account, party_new(stage->sim, PARTY_PERSONAL), amount);
    stage->story->stake += amount;
}

static struct act *forward(struct stage *stage, uint32_t account, struct party payee,
                           int64_t of_ten_thousand) {
    uint8_t part = stage->part;
    stage->part = PART_STRIKE;
    struct act *act = transfer_from(stage, account, payee, of_ten_thousand);
    act->signs |= ACT_PART;
    stage->part = part;
    return act;
}

static void maybe_stopped(struct stage *stage, uint32_t account, uint32_t percent) {
    score_mule(stage, account);
    if (chance(stage, percent)) {
        police_stop(stage, account, 6);
    }
}

// ---- MU-01 --------------------------------------------------------------------------------------
void pass_through(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    struct setting runner = criminal(stage);
    variant(stage, chance(stage, 50) ? "one in, one out" : "many");
    bool single = stage->story->variant[0] == 'o';
    for (uint32_t day = 1 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 9, 23);
        for (uint32_t round = 1 + below(stage, 4); round > 0; round--) {
            for (uint32_t i = single ? 1 : 1 + below(stage, 3); i > 0; i--) {
                robbed_money(stage, mule, sum(stage, 16000, 24));
                wait_seconds(stage, 90);
            }
            wait_minutes(stage, 3);
            take_setting(stage, runner);
            login(stage, mule);
            int64_t drawn = between(stage, 9000, 9990);
            forward(stage, mule,
                    cast_outside(stage, chance(stage, 25) ? PARTY_WALLET : PARTY_PERSONAL), drawn);
            wait_minutes(stage, 40);
        }
        stage->clock += 11 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 65);
}

// ---- MU-03 --------------------------------------------------------------------------------------
void spreader(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    bool wallets = chance(stage, 30);
    bool equal = chance(stage, 40);
    variant(stage, wallets ? "wallets" : equal ? "equal" : "any");
    at_hour(stage, 8, 23);
    robbed_money(stage, mule, sum(stage, 90000, 16));
    wait_minutes(stage, 12);
    take_setting(stage, criminal(stage));
    stage->signs |= chance(stage, 25) ? SIGN_SCRIPT : 0;
    login(stage, mule);
    uint32_t count = 7 + below(stage, 15);
    int64_t each = stage->story->stake / count / 10000 * 10000;
    for (uint32_t i = 0; i < count; i++) {
        struct act *pay =
            forward(stage, mule, cast_outside(stage, wallets ? PARTY_WALLET : PARTY_PERSONAL), 0);
        pay->signs &= ~ACT_PART;
        pay->amount = equal ? each : each * between(stage, 60, 120) / 100 / 100 * 100;
        wait_seconds(stage, 50);
    }
    maybe_stopped(stage, mule, 55);
}

// ---- MU-04 --------------------------------------------------------------------------------------
void probe_then_flood(struct stage *stage) {
    bool dormant = chance(stage, 50);
    uint32_t mule = cast(stage, ROLE_MULE, dormant ? is_dormant : is_weak);
    variant(stage, dormant ? "idle before" : "active");
    at_hour(stage, 8, 12);
    take_setting(stage, criminal(stage));
    struct setting runner = stage->setting;
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        credit(stage, mule, party_new(stage->sim, PARTY_PERSONAL),
               chance(stage, 50) ? 1 : YUAN(1 + below(stage, 9)));
        wait_minutes(stage, 5);
    }
    inquiry(stage, mule);
    if (chance(stage, 50)) {
        transfer(stage, mule, cast_outside(stage, PARTY_PERSONAL), YUAN(1))->signs |= ACT_FUND;
    }
    inquiry(stage, mule);
    wait_hours(stage, 2);
    for (uint32_t i = 2 + below(stage, 6); i > 0; i--) {
        robbed_money(stage, mule, sum(stage, 20000, 20));
        wait_minutes(stage, 9);
        take_setting(stage, runner);
        forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9700);
    }
    maybe_stopped(stage, mule, 70);
}

// ---- MU-05 --------------------------------------------------------------------------------------
void dormant_woken(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_dormant);
    uint32_t trigger = below(stage, 4);
    static const char *const triggers[] = {"credit", "device", "card", "phone"};
    variant(stage, triggers[trigger]);
    at_hour(stage, 9, 16);
    struct setting runner = criminal(stage);
    take_setting(stage, runner);
    if (trigger == 1) {
        change(stage, ACT_RESET, mule, 0);
        change(stage, ACT_BIND, mule, 0)->auth = AUTH_FACE_SMS;
    } else if (trigger == 2) {
        at_work(stage);
        offline(stage, COUNTER);
        change(stage, ACT_CARD_MANAGE, mule, 2);
    } else if (trigger == 3) {
        change(stage, ACT_CHANGE, mule, 0)->change.phone = mule + 1500000000u;
    }
    wait_hours(stage, 8);
    for (uint32_t day = 1 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 9, 22);
        take_setting(stage, runner);
        login(stage, mule);
        for (uint32_t i = 3 + below(stage, 8); i > 0; i--) {
            robbed_money(stage, mule, sum(stage, 6000, 24));
            wait_minutes(stage, 10);
            if (i % 3 == 0) {
                forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9500);
            }
        }
        forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9900);
        stage->clock += 10 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 60);
}

// ---- MU-06 --------------------------------------------------------------------------------------
void nothing_left(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    struct setting runner = criminal(stage);
    variant(stage, "bursts");
    for (uint32_t day = 3 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 10, 22);
        robbed_money(stage, mule, odd_sum(stage, 9000, 24));
        wait_minutes(stage, 20);
        take_setting(stage, runner);
        forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), between(stage, 9950, 10000));
        stage->clock += 14 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 40);
}

// ---- MU-07 --------------------------------------------------------------------------------------
void night_runner(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    struct setting runner = criminal(stage);
    variant(stage, chance(stage, 30) ? "round the clock" : "nights");
    bool always = stage->story->variant[0] == 'r';
    for (uint32_t night = 1 + below(stage, 4); night > 0; night--) {
        at_hour(stage, 23, 24);
        for (uint32_t i = (always ? 14 : 5) + below(stage, 8); i > 0; i--) {
            robbed_money(stage, mule, sum(stage, 2500, 24));
            wait_minutes(stage, always ? 70 : 18);
            if (chance(stage, 50)) {
                take_setting(stage, runner);
                forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9400);
            }
        }
        stage->clock += 6 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 55);
}

// ---- MU-08 --------------------------------------------------------------------------------------
// A code that is lent: payers everywhere in the country, few sums, the money gone at once.
void code_running(struct stage *stage) {
    bool shop = chance(stage, 40);
    variant(stage, shop ? "micro merchant" : "personal code");
    uint32_t merchant = shop ? cast_merchant(stage, ROLE_MERCHANT, true) : NONE;
    uint32_t mule =
        shop ? stage->sim->merchants[merchant].customer : cast(stage, ROLE_MULE, is_weak);
    static const int64_t tiers[] = {100, 200, 300, 500, 1000};
    struct setting runner = setting_of_home(stage, mule);
    for (uint32_t day = 1 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 12, 23);
        for (uint32_t i = 12 + below(stage, 30); i > 0; i--) {
            int64_t amount =
                YUAN(tiers[below(stage, 5)]) + (chance(stage, 30) ? below(stage, 100) : 0);
            struct party payer = party_new(stage->sim, PARTY_PERSONAL);
            struct act *pay = shop ? stranger_qr(stage, merchant, payer, amount)
                                   : pay_qr_person(stage, NONE, party_own(mule), amount);
            pay->pay.payer = payer;
            pay->part = PART_STRIKE;
            stage->story->stake += amount;
            wait_minutes(stage, 4);
            if (!shop && i % 8 == 0) {
                take_setting(stage, runner);
                forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9300);
            }
        }
        wait_hours(stage, 9);
        if (is_person(stage->sim, mule)) {
            take_setting(stage, runner);
            forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9600);
        }
    }
    maybe_stopped(stage, mule, 40);
}

// ---- MU-09 --------------------------------------------------------------------------------------
void cash_runner(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    bool counter = chance(stage, 35);
    variant(stage, counter ? "counter" : "machines");
    counter ? at_work(stage) : at_hour(stage, 9, 22);
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        robbed_money(stage, mule, sum(stage, 24000, 14));
        wait_minutes(stage, 2);
    }
    wait_minutes(stage, 15);
    uint32_t branch = below(stage, stage->sim->branches_count);
    stage->part = PART_STRIKE;
    if (counter) {
        struct act *seen = at_counter(stage, mule, COUNTER_CASH_OUT, stage->story->stake,
                                      (chance(stage, 50) ? SIGN_SCRIPTED : 0) |
                                          (chance(stage, 50) ? SIGN_ON_PHONE : 0) | SIGN_REFUSED);
        seen->pay.terminal = branch * 16;
        wait_minutes(stage, 4);
        draw_cash(stage, mule, 9600, COUNTER, branch)->signs |= ACT_PART | SIGN_REFUSED;
    } else {
        for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
            struct act *cash = draw_cash(stage, mule, YUAN(1000) * (3 + below(stage, 3)), ATM,
                                         (branch + i / 3) % stage->sim->branches_count);
            cash->signs |= chance(stage, 60) ? SIGN_COVERED : 0;
            wait_minutes(stage, 3);
        }
    }
    maybe_stopped(stage, mule, 60);
}

// ---- MU-10 --------------------------------------------------------------------------------------
void second_class(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, has_second);
    uint32_t account = stage->sim->people[mule].second;
    if (account == NONE) {
        account = mule;
    }
    variant(stage, "class II");
    struct setting runner = criminal(stage);
    for (uint32_t day = 3 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 9, 22);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            robbed_money(stage, account, sum(stage, 3000, 12));
            wait_minutes(stage, 20);
        }
        take_setting(stage, runner);
        login(stage, mule);
        stage->part = PART_STRIKE;
        transfer_from(stage, account, cast_outside(stage, PARTY_WALLET), YUAN(5000));
        transfer_from(stage, account, cast_outside(stage, PARTY_PERSONAL), YUAN(4900));
        transfer_from(stage, account, cast_outside(stage, PARTY_PERSONAL),
                      YUAN(2000)); // over the day's limit
        stage->part = PART_BEFORE;
        stage->clock += 12 * MS_PER_HOUR;
    }
    maybe_stopped(stage, account, 40);
}

// ---- MU-11 --------------------------------------------------------------------------------------
// One was found out; the next one beside it goes on.
void next_account(struct stage *stage) {
    uint32_t first = cast(stage, ROLE_MULE, is_weak);
    uint32_t second = cast(stage, ROLE_MULE, is_weak);
    struct setting runner = criminal(stage);
    variant(stage, chance(stage, 50) ? "same device" : "same payees");
    at_hour(stage, 9, 14);
    struct party boss = cast_outside(stage, PARTY_PERSONAL);
    robbed_money(stage, first, sum(stage, 30000, 16));
    take_setting(stage, runner);
    login(stage, first);
    forward(stage, first, party_own(second), 5000);
    forward(stage, first, boss, 9500);
    police_stop(stage, first, 5);
    stage->part = PART_BEFORE;
    wait_hours(stage, 12);
    graph_account(stage, second, "\"acct_black_hops\":1");
    char key[24];
    if (stage->story->variant[5] == 'd') {
        name_device(runner.device, key);
        if (chance(stage, 60)) {
            list_add(stage, "mule_device", key, "涉案", 180);
            table_set(stage, "graph_dev", key, NULL, "\"dev_black_cust_cnt\":1");
        }
        take_setting(stage, runner);
    } else {
        online(stage, second);
    }
    login(stage, second);
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        robbed_money(stage, second, sum(stage, 15000, 16));
        wait_minutes(stage, 25);
        forward(stage, second, boss, 9600);
    }
    maybe_stopped(stage, second, 50);
}

// ---- MU-12 --------------------------------------------------------------------------------------
// A fleet: a few phones or one Wi-Fi work the accounts of many.
void fleet(struct stage *stage) {
    uint32_t members = 4 + below(stage, 7);
    bool wifi = chance(stage, 50);
    variant(stage, wifi ? "one Wi-Fi" : "one device");
    struct setting base = criminal(stage);
    base.wifi = wifi;
    base.net = wifi ? NET_HOME : base.net;
    base.ip_spot = wifi ? base.spot : base.ip_spot;
    uint32_t devices[3] = {base.device, device_new(stage->sim), device_new(stage->sim)};
    struct party sinks[2] = {cast_outside(stage, PARTY_PERSONAL),
                             cast_outside(stage, PARTY_PERSONAL)};
    uint32_t mules[12];
    for (uint32_t i = 0; i < members; i++) {
        mules[i] = cast(stage, ROLE_MULE, is_weak);
    }
    for (uint32_t day = 1 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 10, 20);
        for (uint32_t i = 0; i < members; i++) {
            base.device = wifi ? device_for(stage, mules[i]) : devices[i % 3];
            take_setting(stage, base);
            stage->signs |= (chance(stage, 40) ? SIGN_STATIC | SIGN_CHARGING : 0) |
                            (chance(stage, 20) ? SIGN_MULTI_OPEN : 0);
            login(stage, mules[i]);
            inquiry(stage, mules[i]);
            robbed_money(stage, mules[i], sum(stage, 8000, 16));
            wait_minutes(stage, 6);
            forward(stage, mules[i], sinks[chance(stage, 40)], 9700);
            wait_minutes(stage, 4);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
    for (uint32_t i = 0; i < members; i += 2) {
        maybe_stopped(stage, mules[i], 40);
    }
}

// ---- MU-13 --------------------------------------------------------------------------------------
// Card, phone and face are handed over; behaviour changes overnight. Some report the card lost to
// keep what lies there.
void rented_account(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    struct setting renter = criminal(stage);
    bool grabs = chance(stage, 25);
    variant(stage, grabs ? "loss report" : "device and place");
    at_hour(stage, 9, 12);
    take_setting(stage, renter);
    change(stage, ACT_BIND, mule, 0)->auth = AUTH_FACE_SMS;
    if (chance(stage, 40)) {
        raise_limit(stage, mule, 200000);
    }
    for (uint32_t day = 2 + below(stage, 5); day > 0; day--) {
        at_hour(stage, 9, 23);
        take_setting(stage, renter);
        login(stage, mule);
        for (uint32_t i = 2 + below(stage, 6); i > 0; i--) {
            robbed_money(stage, mule, sum(stage, 4000, 28));
            wait_minutes(stage, 22);
            if (chance(stage, 55)) {
                take_setting(stage, renter);
                forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9300);
            }
        }
        stage->clock += 11 * MS_PER_HOUR;
    }
    if (grabs) {
        robbed_money(stage, mule, sum(stage, 15000, 10));
        at_work(stage);
        offline(stage, COUNTER);
        stage->part = PART_STRIKE;
        change(stage, ACT_CARD_MANAGE, mule, 0);
        change(stage, ACT_CARD_MANAGE, mule, 2);
        draw_cash(stage, mule, 9000, COUNTER, stage->sim->people[mule].branch)->signs |= ACT_PART;
    }
    maybe_stopped(stage, mule, 50);
}

// ---- MU-14 --------------------------------------------------------------------------------------
static bool is_farmer_or_old(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) &&
           (sim->people[who].kind == FARMER || sim->people[who].kind == RETIRED ||
            sim->people[who].kind == HOUSEWIFE);
}
static bool is_student(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].kind == STUDENT;
}
void unlikely_turnover(struct stage *stage) {
    bool student = chance(stage, 50);
    uint32_t mule = cast(stage, ROLE_MULE, student ? is_student : is_farmer_or_old);
    variant(stage, student ? "student" : "village or elderly");
    struct setting runner = chance(stage, 50) ? criminal(stage) : setting_of_home(stage, mule);
    for (uint32_t day = 2 + below(stage, 5); day > 0; day--) {
        at_hour(stage, 10, 22);
        take_setting(stage, runner);
        login(stage, mule);
        for (uint32_t i = 4 + below(stage, 8); i > 0; i--) {
            robbed_money(stage, mule, sum(stage, 3500, 28));
            wait_minutes(stage, 15);
        }
        take_setting(stage, runner);
        forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 6000);
        forward(stage, mule, cast_outside(stage, PARTY_WALLET), 8500);
        stage->clock += 14 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 40);
}

// ---- MU-15 --------------------------------------------------------------------------------------
void conversion(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    struct simulation *sim = stage->sim;
    uint32_t way = below(stage, 3);
    static const char *const ways[] = {"gold", "phone credit", "gift cards"};
    variant(stage, ways[way]);
    at_hour(stage, 10, 20);
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        robbed_money(stage, mule, sum(stage, 14000, 16));
    }
    wait_minutes(stage, 25);
    stage->part = PART_STRIKE;
    uint32_t shop = MERCHANTS_ONLINE;
    for (uint32_t i = 0; i < 3000 && way == 0 && sim->merchants[shop].mcc != 5944 &&
                         sim->merchants[shop].mcc != 5094;
         i++) {
        shop = MERCHANTS_ONLINE + below(stage, sim->merchants_count - MERCHANTS_ONLINE);
    }
    for (uint32_t i = way == 0 ? 2 + below(stage, 2) : 10 + below(stage, 15); i > 0; i--) {
        if (way == 0) {
            pay_card(stage, mule, mule, shop, 4500, CHIP)->signs |= ACT_PART;
            wait_minutes(stage, 9);
        } else {
            struct act *pay = pay_quick(stage, mule, way == 1 ? 1 : 7, YUAN(way == 1 ? 200 : 500));
            pay->pay.batch = way == 1 ? 1000000000u + below(stage, 90000000) : 0;
            wait_seconds(stage, 80);
        }
    }
    maybe_stopped(stage, mule, 45);
}

// ---- MU-16 --------------------------------------------------------------------------------------
void disguised_sums(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    uint32_t way = below(stage, 3);
    static const char *const ways[] = {"not round", "just under 50,000", "order numbers"};
    variant(stage, ways[way]);
    struct setting runner = criminal(stage);
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 9, 22);
        for (uint32_t i = (way == 1 ? 2 : 6) + below(stage, 8); i > 0; i--) {
            robbed_money(stage, mule,
                         way == 1 ? YUAN(between(stage, 47000, 49900))
                                  : odd_sum(stage, way == 0 ? 3000 : 600, 20));
            wait_minutes(stage, 16);
            if (chance(stage, 50)) {
                take_setting(stage, runner);
                struct act *pay = forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9000);
                if (way == 1) {
                    pay->signs &= ~ACT_PART;
                    pay->amount = YUAN(between(stage, 48000, 49990));
                }
            }
        }
        stage->clock += 11 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 45);
}

// ---- MU-17 --------------------------------------------------------------------------------------
void ecny_wallets(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    variant(stage, chance(stage, 50) ? "out" : "in and out");
    struct setting runner = criminal(stage);
    at_hour(stage, 9, 22);
    for (uint32_t i = 4 + below(stage, 8); i > 0; i--) {
        if (stage->story->variant[0] == 'i' && chance(stage, 50)) {
            credit(stage, mule, party_new(stage->sim, PARTY_WALLET), sum(stage, 3000, 20))
                ->clearing = ECNY;
        } else {
            robbed_money(stage, mule, sum(stage, 4000, 20));
        }
        wait_minutes(stage, 7);
        take_setting(stage, runner);
        forward(stage, mule, cast_outside(stage, PARTY_WALLET), 9200)->clearing = ECNY;
    }
    maybe_stopped(stage, mule, 45);
}

// ---- CG-01 --------------------------------------------------------------------------------------
// A player: round sums at night to ever new accounts and codes; now and then he wins.
void gambler(struct stage *stage) {
    uint32_t player = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, chance(stage, 40) ? "codes" : "transfers");
    bool codes = stage->story->variant[0] == 'c';
    for (uint32_t day = 4 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 20, 24);
        stage->clock += (int64_t)below(stage, 4) * MS_PER_HOUR;
        online(stage, player);
        login(stage, player);
        for (uint32_t i = 1 + below(stage, 5); i > 0; i--) {
            int64_t amount = YUAN(100) * (1 + below(stage, 20)) * (chance(stage, 20) ? 5 : 1);
            struct party payee = cast_outside(stage, PARTY_PERSONAL);
            struct act *pay = codes ? pay_qr_person(stage, player, payee, amount)
                                    : transfer(stage, player, payee, amount);
            pay->part = PART_STRIKE;
            pay->signs |= ACT_FUND;
            pay->tag = chance(stage, 6) ? GAMBLE : TAG_NONE;
            stage->story->stake += amount;
            wait_minutes(stage, 12);
            if (chance(stage, 22)) {
                credit(stage, player, party_new(stage->sim, PARTY_PERSONAL),
                       odd_sum(stage, 700, 24));
            }
        }
        stage->clock += 18 * MS_PER_HOUR;
    }
}

// ---- CG-02 --------------------------------------------------------------------------------------
// A collecting account: a few days of bets from all over the country, fixed tiers, repeated payers,
// peaks at matches.
void betting_account(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    variant(stage, chance(stage, 40) ? "matches" : "tiers");
    static const int64_t tiers[] = {100, 200, 500, 1000, 2000};
    struct party regulars[8];
    for (int i = 0; i < 8; i++) {
        regulars[i] = party_new(stage->sim, PARTY_PERSONAL);
    }
    struct setting runner = criminal(stage);
    for (uint32_t day = 2 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 19, 24);
        for (uint32_t i = 15 + below(stage, 30); i > 0; i--) {
            struct party payer = chance(stage, 30) ? regulars[below(stage, 8)]
                                                   : party_new(stage->sim, PARTY_PERSONAL);
            credit(stage, mule, payer, YUAN(tiers[below(stage, 5)]));
            wait_minutes(stage, 3);
            if (i % 9 == 0) {
                take_setting(stage, runner);
                forward(stage, mule, cast_outside(stage, PARTY_PERSONAL), 9300);
            }
        }
        stage->clock += 16 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 35);
}

// ---- CG-03 --------------------------------------------------------------------------------------
void payout_account(struct stage *stage) {
    uint32_t mule = cast(stage, ROLE_MULE, is_weak);
    variant(stage, "winnings");
    struct setting runner = criminal(stage);
    for (uint32_t night = 1 + below(stage, 3); night > 0; night--) {
        at_hour(stage, 21, 24);
        credit(stage, mule, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 60000, 10));
        wait_minutes(stage, 30);
        take_setting(stage, runner);
        stage->signs |= chance(stage, 40) ? SIGN_SCRIPT : 0;
        login(stage, mule);
        for (uint32_t i = 15 + below(stage, 25); i > 0; i--) {
            struct act *pay = forward(stage, mule, party_new(stage->sim, PARTY_PERSONAL), 0);
            pay->signs &= ~ACT_PART;
            pay->amount = odd_sum(stage, 1300, 28);
            wait_minutes(stage, 2);
        }
        stage->clock += 16 * MS_PER_HOUR;
    }
    maybe_stopped(stage, mule, 35);
}

// ---- CG-04 --------------------------------------------------------------------------------------
void aggregator(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, true);
    variant(stage, "micro merchants' codes");
    for (uint32_t day = 1 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 13, 24);
        for (uint32_t i = 25 + below(stage, 50); i > 0; i--) {
            struct act *pay = stranger_qr(stage, merchant, party_new(stage->sim, PARTY_PERSONAL),
                                          odd_sum(stage, 600, 16));
            pay->part = PART_STRIKE;
            pay->pay.qr_kind = DYNAMIC_MERCHANT;
            pay->pay.moved = chance(stage, 70); // shown on a strange page
            stage->story->stake += pay->amount;
            wait_minutes(stage, 4);
        }
        stage->clock += 12 * MS_PER_HOUR;
    }
}

// ---- CG-05 --------------------------------------------------------------------------------------
void slow_top_up(struct stage *stage) {
    uint32_t player = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, "other people's numbers");
    for (uint32_t day = 2 + below(stage, 5); day > 0; day--) {
        at_hour(stage, 18, 24);
        for (uint32_t i = 4 + below(stage, 10); i > 0; i--) {
            struct act *pay = pay_quick(stage, player, 1, YUAN(chance(stage, 50) ? 200 : 500));
            pay->pay.batch = 1000000000u + below(stage, 400);
            pay->part = PART_STRIKE;
            pay->signs |= ACT_FUND;
            wait_minutes(stage, 6);
        }
        stage->clock += 18 * MS_PER_HOUR;
    }
}

// ---- CG-06 --------------------------------------------------------------------------------------
void casino_abroad(struct stage *stage) {
    uint32_t player = cast(stage, ROLE_OFFENDER, is_saver);
    Spot where = place_abroad(chance(stage, 60)   ? COUNTRY_MO
                              : chance(stage, 50) ? COUNTRY_KH
                                                  : COUNTRY_PH);
    variant(stage, chance(stage, 50) ? "cash" : "jewellery");
    bool cash = stage->story->variant[0] == 'c';
    at_hour(stage, 18, 24);
    for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
        stage->part = PART_STRIKE;
        struct act *act = cash ? draw_cash(stage, player, YUAN(5000), ATM, 0)
                               : pay_card(stage, player, player, NONE, sum(stage, 30000, 12), CHIP);
        act->pay.mcc = cash ? 0 : chance(stage, 30) ? 7995 : 5944;
        act->pay.moved = true;
        act->pay.term_spot = where;
        act->setting.spot = where;
        act->signs |= ACT_FUND;
        wait_minutes(stage, 50);
        if (chance(stage, 40)) {
            from_device(stage, device_for(stage, player), where, NET_ABROAD);
            login(stage, player);
        }
    }
}

// ---- CG-07 --------------------------------------------------------------------------------------
void agent_commissions(struct stage *stage) {
    uint32_t agent = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, "weekly");
    struct party people[8];
    for (int i = 0; i < 8; i++) {
        people[i] = cast_outside(stage, PARTY_PERSONAL);
    }
    at_hour(stage, 10, 12);
    for (uint32_t week = 0; week < 4; week++) {
        credit(stage, agent, people[0], odd_sum(stage, 26000, 8))->tag =
            chance(stage, 40) ? COMMISSION : TAG_NONE;
        wait_hours(stage, 2);
        online(stage, agent);
        login(stage, agent);
        for (uint32_t i = 1; i < 8; i++) {
            struct act *pay = transfer(stage, agent, people[i], odd_sum(stage, 2600, 10));
            pay->part = PART_STRIKE;
            pay->tag = chance(stage, 40) ? COMMISSION : TAG_NONE;
        }
        wait_days(stage, 7);
        at_hour(stage, 9, 12);
    }
}
