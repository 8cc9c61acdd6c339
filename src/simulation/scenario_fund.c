// IF, AM, UB, CO: money pooled from the public, laundered, exchanged underground, and passed
// through companies. Told from the typologies' texts.

#include "simulation/scenario.h"

#include "simulation/event.h"

#include <stdio.h>

static struct act *struck(struct act *act) {
    act->part = PART_STRIKE;
    return act;
}
// A payment from a company's e-bank.
static struct act *firm_pays(struct stage *stage, uint32_t firm, struct party payee,
                             int64_t amount) {
    online(stage, firm);
    return struck(transfer(stage, firm, payee, amount));
}
static struct act *firm_passes(struct stage *stage, uint32_t firm, struct party payee,
                               int64_t of_ten_thousand) {
    struct act *act = firm_pays(stage, firm, payee, of_ten_thousand);
    act->signs |= ACT_PART;
    return act;
}
static void graph_customer(struct stage *stage, uint32_t customer, const char *set) {
    char key[NAME_SIZE];
    name_customer(customer, key);
    table_set(stage, "graph_cust", key, NULL, set);
}

// ---- IF-01 --------------------------------------------------------------------------------------
void pooled_funds(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, young_firm);
    variant(stage, chance(stage, 50) ? "elderly" : "round sums");
    bool old = stage->story->variant[0] == 'e';
    for (uint32_t day = 8 + below(stage, 10); day > 0; day--) {
        at_work(stage);
        for (uint32_t i = 3 + below(stage, 8); i > 0; i--) {
            int64_t amount = YUAN(10000) * (1 + below(stage, 10));
            if (chance(stage, 25)) {
                uint32_t saver = cast(stage, ROLE_DECEIVED, old ? is_old : is_saver);
                offline(stage, COUNTER);
                struct act *seen = at_counter(stage, saver, COUNTER_TRANSFER, amount,
                                              chance(stage, 40) ? SIGN_ACCOMPANIED : 0);
                seen->other = party_own(firm);
                struct act *pay = struck(transfer(stage, saver, party_own(firm), amount));
                pay->signs |= ACT_LOSS | ACT_FUND;
            } else {
                struck(credit(stage, firm, party_new(stage->sim, PARTY_PERSONAL), amount));
            }
            stage->story->stake += amount;
            wait_minutes(stage, 25);
        }
        if (day % 4 == 0) {
            struct act *act = firm_passes(stage, firm, cast_outside(stage, PARTY_PERSONAL), 6000);
            act->part = PART_AFTER;
        }
        stage->clock += 15 * MS_PER_HOUR;
    }
}

// ---- IF-02 --------------------------------------------------------------------------------------
void periodic_returns(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, any_firm);
    variant(stage, chance(stage, 50) ? "weekly" : "fortnightly");
    struct party people[30];
    int64_t shares[30];
    at_work(stage);
    for (int i = 0; i < 30; i++) {
        people[i] = party_new(stage->sim, PARTY_PERSONAL);
        shares[i] = YUAN(10000) * (1 + below(stage, 8));
        struck(credit(stage, firm, people[i], shares[i]))->tag =
            chance(stage, 30) ? INVEST : TAG_NONE;
        wait_minutes(stage, 12);
    }
    for (uint32_t round = 0; round < 4; round++) {
        wait_days(stage, stage->story->variant[0] == 'w' ? 7 : 14);
        at_work(stage);
        for (int i = 0; i < 30; i++) {
            firm_pays(stage, firm, people[i], shares[i] * 2 / 100)->tag =
                chance(stage, 60) ? INTEREST : TAG_NONE;
        }
    }
}

// ---- IF-03 --------------------------------------------------------------------------------------
void drying_up(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, any_firm);
    variant(stage, "collapse");
    uint32_t inflow = 16;
    char set[48];
    struct party boss = cast_outside(stage, PARTY_PERSONAL);
    char key[NAME_SIZE];
    char second[NAME_SIZE];
    name_customer(firm, key);
    name_party(stage->sim, boss, second);
    snprintf(set, sizeof set, "\"corp_related_payee\":true");
    table_set(stage, "graph_relation", key, second, set);
    for (uint32_t week = 0; week < 4; week++) {
        at_work(stage);
        for (uint32_t i = 0; i < inflow; i++) {
            struck(credit(stage, firm, party_new(stage->sim, PARTY_PERSONAL),
                          YUAN(10000) * (1 + below(stage, 5))));
            wait_hours(stage, 1);
        }
        inflow /= 2;
        firm_passes(stage, firm, boss, week < 2 ? 3000 : 9000);
        if (week >= 2) {
            struct act *complaint =
                play(stage, ACT_REPORT, CALLCENTER, somebody(stage, ROLE_DECEIVED));
            complaint->phase = RESULT;
            complaint->other = party_own(firm);
            complaint->order = (struct order_detail){.order = stage->sim->next_order++, .kind = 3};
        }
        wait_days(stage, 5);
    }
}

// ---- IF-04 --------------------------------------------------------------------------------------
void pyramid(struct stage *stage) {
    uint32_t head = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, "joining fees");
    static const int64_t fees[] = {2900, 6980, 39800};
    struct party down[6];
    for (int i = 0; i < 6; i++) {
        down[i] = cast_outside(stage, PARTY_PERSONAL);
    }
    for (uint32_t day = 6 + below(stage, 10); day > 0; day--) {
        at_hour(stage, 9, 22);
        for (uint32_t i = 4 + below(stage, 8); i > 0; i--) {
            int64_t drawn = YUAN(fees[below(stage, 3)]);
            struct act *fee = struck(credit(
                stage, head,
                chance(stage, 25) ? down[below(stage, 6)] : party_new(stage->sim, PARTY_PERSONAL),
                drawn));
            stage->story->stake += fee->amount;
            wait_minutes(stage, 40);
        }
        online(stage, head);
        for (int i = 0; i < 6; i++) {
            struct act *bonus = struck(transfer(stage, head, down[i], 700));
            bonus->signs |= ACT_PART;
            bonus->tag = chance(stage, 30) ? COMMISSION : TAG_NONE;
        }
        stage->clock += 12 * MS_PER_HOUR;
    }
    graph_account(stage, head, "\"acct_tree_depth\":4,\"acct_tree_size\":86");
}

// ---- IF-05 --------------------------------------------------------------------------------------
void off_book_product(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_MANAGER);
    struct party product = cast_outside(stage, PARTY_CORPORATE);
    variant(stage, "one employee");
    char key[NAME_SIZE];
    name_party(stage->sim, product, key);
    if (chance(stage, 40)) {
        table_set(stage, "payee", key, NULL, "\"is_staff_related\":true");
    }
    uint16_t branch = stage->sim->staff[employee].branch;
    for (uint32_t i = 6 + below(stage, 6); i > 0; i--) {
        uint32_t saver = cast(stage, ROLE_DECEIVED, is_saver);
        int64_t amount = YUAN(10000) * (5 + below(stage, 25));
        at_work(stage);
        offline(stage, COUNTER);
        struct act *seen = struck(at_counter(stage, saver, COUNTER_TRANSFER, amount, 0));
        seen->other = product;
        seen->pay.terminal = branch * 16u;
        seen->pay.pages = (uint8_t)(employee % BRANCH_STAFF);
        struct act *pay = struck(transfer(stage, saver, product, amount));
        pay->signs |= ACT_LOSS | ACT_FUND;
        pay->industry = 8;
        wait_hours(stage, 20);
    }
}

// ---- IF-06 --------------------------------------------------------------------------------------
void prepaid_run(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    uint32_t owner = stage->sim->merchants[merchant].customer;
    variant(stage, "prepaid cards");
    for (uint32_t day = 5 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 10, 20);
        for (uint32_t i = 8 + below(stage, 12); i > 0; i--) {
            int64_t drawn = YUAN(1000) * (1 + below(stage, 9));
            struct act *pay = struck(stranger_qr(
                stage, merchant, party_outside(PARTY_PERSONAL, below(stage, 900000)), drawn));
            stage->story->stake += pay->amount;
            wait_minutes(stage, 30);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
    online(stage, owner);
    struct act *gone = transfer(stage, owner, cast_outside(stage, PARTY_PERSONAL), 9500);
    gone->signs |= ACT_PART;
    gone->part = PART_AFTER;
}

// ---- AM-01, AM-02 -------------------------------------------------------------------------------
void split_deposits(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, chance(stage, 40) ? "several branches" : "one machine");
    for (uint32_t day = 1 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 9, 18);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            uint32_t branch = stage->story->variant[0] == 's'
                                  ? below(stage, stage->sim->branches_count)
                                  : stage->sim->people[who].branch;
            struct act *cash =
                struck(bring_cash(stage, who, YUAN(between(stage, 440, 499)) * 100, CRS, branch));
            stage->story->stake += cash->amount;
            wait_minutes(stage, 50);
        }
        stage->clock += 16 * MS_PER_HOUR;
    }
    online(stage, who);
    transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), 9000)->signs |= ACT_PART;
}
void split_withdrawals(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, chance(stage, 40) ? "agent" : "himself");
    at_work(stage);
    credit(stage, who, cast_outside(stage, PARTY_CORPORATE), sum(stage, 300000, 8));
    for (uint32_t day = 2 + below(stage, 3); day > 0; day--) {
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
            wait_hours(stage, 1);
            at_work(stage);
            uint32_t drawn = below(stage, stage->sim->branches_count);
            struct act *cash =
                struck(draw_cash(stage, who, YUAN(between(stage, 450, 499)) * 100, COUNTER, drawn));
            if (stage->story->variant[0] == 'a') {
                cash->pay.institution = 5;
                cash->pay.batch = stage->number;
            }
        }
        stage->clock += 18 * MS_PER_HOUR;
    }
}

// ---- AM-03, AM-04 -------------------------------------------------------------------------------
void under_the_line(struct stage *stage) {
    bool firm = chance(stage, 40);
    uint32_t who =
        firm ? cast_firm(stage, ROLE_OFFENDER, any_firm) : cast(stage, ROLE_OFFENDER, is_saver);
    variant(stage, firm ? "2 million" : "500,000");
    struct party payee = cast_outside(stage, firm ? PARTY_CORPORATE : PARTY_PERSONAL);
    for (uint32_t day = 2 + below(stage, 3); day > 0; day--) {
        at_work(stage);
        online(stage, who);
        login(stage, who);
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
            struct act *pay = struck(transfer(stage, who, payee,
                                              firm ? YUAN(between(stage, 1820000, 1995000))
                                                   : YUAN(between(stage, 455000, 499000))));
            pay->signs |= ACT_FUND;
            stage->story->stake += pay->amount;
            wait_hours(stage, 1);
        }
        stage->clock += 16 * MS_PER_HOUR;
    }
}
void many_carriers(struct stage *stage) {
    struct party boss = chance(stage, 50) ? party_own(cast(stage, ROLE_OFFENDER, is_adult))
                                          : cast_outside(stage, PARTY_PERSONAL);
    bool exchange = chance(stage, 40);
    variant(stage, exchange ? "foreign exchange" : "transfers");
    for (uint32_t i = 5 + below(stage, 5); i > 0; i--) {
        uint32_t who = cast(stage, ROLE_MULE, is_weak);
        at_work(stage);
        online(stage, who);
        login(stage, who);
        if (exchange) {
            struct act *buy = struck(play(stage, ACT_FX, MOBILE, who));
            buy->amount = YUAN(between(stage, 310000, 355000));
            buy->clearing = INTRABANK;
            buy->auth = AUTH_PIN_FACE;
            buy->signs |= ACT_FUND;
        } else {
            struck(transfer(stage, who, boss, YUAN(between(stage, 45500, 49900))))->signs |=
                ACT_FUND;
        }
        wait_hours(stage, 3);
    }
}

// ---- AM-05, AM-06 -------------------------------------------------------------------------------
void round_trip(struct stage *stage) {
    uint32_t ring[4];
    uint32_t size = 3 + below(stage, 2);
    variant(stage, size == 3 ? "three" : "four");
    for (uint32_t i = 0; i < size; i++) {
        ring[i] = cast(stage, ROLE_OFFENDER, is_adult);
    }
    for (uint32_t round = 2 + below(stage, 3); round > 0; round--) {
        at_hour(stage, 9, 20);
        int64_t amount = sum(stage, 50000, 8);
        for (uint32_t i = 0; i < size; i++) {
            online(stage, ring[i]);
            struck(transfer(stage, ring[i], party_own(ring[(i + 1) % size]), amount))->signs |=
                ACT_FUND;
            char key[NAME_SIZE];
            char second[NAME_SIZE];
            name_account(stage->sim, ring[i], key);
            name_account(stage->sim, ring[(i + 1) % size], second);
            wait_hours(stage, 2);
            if (round == 1) {
                table_set(stage, "graph_edge", key, second,
                          size == 3 ? "\"acct_cycle_len_7d\":3,\"acct_cycle_len_30d\":3,\"acct_"
                                      "cycle_amt_ratio\":0.97"
                                    : "\"acct_cycle_len_7d\":4,\"acct_cycle_len_30d\":4,\"acct_"
                                      "cycle_amt_ratio\":0.95");
            }
        }
        wait_days(stage, 2);
    }
}
void layers(struct stage *stage) {
    uint32_t chain[5];
    variant(stage, "chain");
    for (int i = 0; i < 5; i++) {
        chain[i] = cast(stage, ROLE_MULE, is_weak);
    }
    at_hour(stage, 9, 21);
    struct setting runner = criminal(stage);
    credit(stage, chain[0], cast_outside(stage, PARTY_PERSONAL), sum(stage, 120000, 10));
    for (int i = 0; i < 5; i++) {
        wait_minutes(stage, 6);
        take_setting(stage, runner);
        login(stage, chain[i]);
        struct party next = i < 4 ? party_own(chain[i + 1]) : cast_outside(stage, PARTY_WALLET);
        struck(transfer(stage, chain[i], next, between(stage, 8800, 9900)))->signs |= ACT_PART;
        char set[48];
        snprintf(set, sizeof set, "\"acct_chain_depth_24h\":%d", i + 1);
        graph_account(stage, chain[i], set);
        score_mule(stage, chain[i]);
    }
}

// ---- AM-07 .. AM-12 -----------------------------------------------------------------------------
static bool is_poor(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].income < YUAN(3500);
}
void out_of_profile(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_poor);
    variant(stage, "income");
    for (uint32_t day = 6 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 9, 20);
        struck(credit(stage, who, cast_outside(stage, PARTY_CORPORATE), sum(stage, 60000, 20)));
        wait_hours(stage, 3);
        online(stage, who);
        struck(transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), 8000))->signs |= ACT_PART;
        stage->clock += 30 * MS_PER_HOUR;
    }
    char key[NAME_SIZE];
    name_customer(who, key);
    if (!stage->sim->plan.no_scores) {
        table_set(stage, "score_cust", key, NULL, "\"anomaly\":0.993");
    }
}
void listed_party(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, any_firm);
    bool country = chance(stage, 50);
    variant(stage, country ? "country" : "name");
    at_work(stage);
    online(stage, firm);
    struct act *send = struck(play(stage, ACT_FX, EBANK_C, firm));
    send->amount = sum(stage, 200000, 12);
    send->pay.qr_kind = 2;
    send->pay.moved = true;
    send->pay.term_spot =
        place_abroad(country ? (chance(stage, 50) ? COUNTRY_KP : COUNTRY_IR) : COUNTRY_AE);
    send->other = cast_outside(stage, PARTY_CORPORATE);
    send->clearing = SWIFT;
    send->auth = AUTH_UKEY;
    send->signs |= ACT_FUND;
    if (!country) {
        char key[NAME_SIZE];
        struct line line = {key};
        line_hex(&line, party_hash(stage->sim, send->other));
        *line.at = 0;
        stage->clock = stage->sim->day_start + MS_PER_MINUTE; // it is on the list since this night
        list_add(stage, "sanction", key, "特别预防措施", 0);
    }
}
static bool exporter(const struct simulation *sim, uint32_t customer) {
    return firm_of(sim, customer)->exports;
}
void trade_laundering(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, exporter);
    variant(stage, chance(stage, 50) ? "overpriced" : "phantom");
    for (uint32_t i = 4 + below(stage, 6); i > 0; i--) {
        at_work(stage);
        credit(stage, firm, cast_outside(stage, PARTY_CORPORATE), sum(stage, 800000, 10));
        wait_hours(stage, 3);
        online(stage, firm);
        struct act *send = struck(play(stage, ACT_FX, EBANK_C, firm));
        send->amount = 9500;
        send->signs |= ACT_PART;
        send->pay.qr_kind = 2;
        send->pay.txn = 1;
        send->pay.batch = 1000 + (stage->story->variant[0] == 'o' ? 700 + below(stage, 2500) : 20);
        send->pay.moved = true;
        send->pay.term_spot = place_abroad((Country)(COUNTRY_MY + below(stage, 6)));
        send->other = cast_outside(stage, PARTY_CORPORATE);
        send->clearing = SWIFT;
        send->auth = AUTH_UKEY;
        wait_days(stage, 2);
    }
}
void small_donations(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, "collected, then abroad");
    for (uint32_t day = 6 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 9, 22);
        for (uint32_t i = 5 + below(stage, 9); i > 0; i--) {
            struck(credit(stage, who, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 120, 16)))
                ->tag = chance(stage, 40) ? DONATION : TAG_NONE;
            wait_minutes(stage, 40);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
    for (uint32_t i = 3; i > 0; i--) {
        struct act *cash = struck(draw_cash(stage, who, 2500, ATM, 0));
        cash->signs |= ACT_PART;
        cash->pay.moved = true;
        cash->pay.term_spot = place_abroad(COUNTRY_MM);
        wait_hours(stage, 5);
    }
}
static bool is_exposed(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && (sim->people[who].habits & (IS_PEP | PEP_RELATED)) != 0;
}
void bribes(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_exposed);
    variant(stage, chance(stage, 50) ? "cash" : "company and gold");
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        at_work(stage);
        if (stage->story->variant[1] == 'a') {
            struck(bring_cash(stage, who, YUAN(10000) * (3 + below(stage, 10)), COUNTER,
                              stage->sim->people[who].branch));
        } else {
            struck(
                credit(stage, who, cast_outside(stage, PARTY_CORPORATE), sum(stage, 150000, 12)));
            wait_hours(stage, 6);
            online(stage, who);
            struck(transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), 7000))->signs |=
                ACT_PART;
        }
        wait_days(stage, 4);
    }
}
void street_deals(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_weak);
    variant(stage, "nights");
    for (uint32_t day = 6 + below(stage, 10); day > 0; day--) {
        at_hour(stage, 21, 24);
        for (uint32_t i = 4 + below(stage, 8); i > 0; i--) {
            int64_t drawn = YUAN(100) * (2 + below(stage, 9));
            struck(credit(stage, who,
                          party_outside(PARTY_PERSONAL, UINT32_C(3700000000) + stage->number * 50 +
                                                            below(stage, 25)),
                          drawn));
            wait_minutes(stage, 20);
        }
        struck(draw_cash(stage, who, YUAN(2000), ATM, below(stage, stage->sim->branches_count)));
        stage->clock += 17 * MS_PER_HOUR;
    }
}

// ---- UB -----------------------------------------------------------------------------------------
void mirror_exchange(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
    variant(stage, chance(stage, 40) ? "worked from abroad" : "at home");
    for (uint32_t day = 5 + below(stage, 8); day > 0; day--) {
        at_hour(stage, 9, 22);
        int64_t dollars = 5 * (1 + below(stage, 12)); // thousands
        int64_t amount = stage->sim->usd_price * dollars;
        struct act *in = struck(credit(stage, who, party_new(stage->sim, PARTY_PERSONAL), amount));
        in->tag = chance(stage, 10) ? FX : TAG_NONE;
        stage->story->stake += amount;
        wait_hours(stage, 1);
        if (stage->story->variant[0] == 'w') {
            from_device(stage, device_for(stage, who), place_abroad(COUNTRY_AE), NET_ABROAD);
        } else {
            online(stage, who);
        }
        login(stage, who);
        struck(transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), amount - amount / 300))
            ->signs |= ACT_FUND;
        stage->clock += 15 * MS_PER_HOUR;
    }
}
void company_to_cash(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, small_firm);
    uint32_t drawer = cast(stage, ROLE_MULE, is_weak);
    variant(stage, "fee of some per cent");
    for (uint32_t day = 5 + below(stage, 6); day > 0; day--) {
        at_work(stage);
        for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
            struct act *in =
                credit(stage, firm, cast_outside(stage, PARTY_CORPORATE), sum(stage, 200000, 12));
            in->tag = GOODS;
            struck(in);
            int64_t back = in->amount * 94 / 100;
            wait_minutes(stage, 40);
            firm_pays(stage, firm, i == 1 ? party_own(drawer) : cast_outside(stage, PARTY_PERSONAL),
                      back);
        }
        wait_hours(stage, 1);
        at_work(stage);
        struct act *cash = struck(
            draw_cash(stage, drawer, 9000, COUNTER, below(stage, stage->sim->branches_count)));
        cash->signs |= ACT_PART;
        stage->clock += 16 * MS_PER_HOUR;
    }
}
void split_exchange(struct stage *stage) {
    struct party funder = cast_outside(stage, PARTY_PERSONAL);
    struct setting one = criminal(stage);
    bool device = chance(stage, 50);
    variant(stage, device ? "one device" : "one funder");
    for (uint32_t i = 5 + below(stage, 6); i > 0; i--) {
        uint32_t who = cast(stage, ROLE_MULE, is_adult);
        at_work(stage);
        credit(stage, who, funder, YUAN(355000));
        graph_customer(stage, who, "\"fx_funder_buyers\":6");
        wait_hours(stage, 1);
        device ? take_setting(stage, one) : online(stage, who);
        login(stage, who);
        struct act *buy = struck(play(stage, ACT_FX, MOBILE, who));
        buy->amount = stage->sim->usd_price * 49;
        buy->clearing = INTRABANK;
        buy->auth = AUTH_PIN_FACE;
        struct act *send = struck(play(stage, ACT_FX, MOBILE, who));
        send->amount = YUAN(2000);
        send->pay.qr_kind = 2;
        send->pay.moved = true;
        send->pay.term_spot = place_abroad(COUNTRY_HK);
        send->other = funder;
        send->clearing = SWIFT;
        send->auth = AUTH_PIN_FACE;
    }
}
void terminal_abroad(struct stage *stage) {
    uint32_t merchant = cast_merchant(stage, ROLE_MERCHANT, false);
    variant(stage, "jewellery abroad");
    for (uint32_t day = 3 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 12, 24);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            int64_t drawn = sum(stage, 40000, 12);
            struct act *pay = struck(
                stranger_card(stage, 830000000u + below(stage, 40), false, merchant, drawn, CHIP));
            pay->pay.moved = true;
            pay->pay.term_spot = place_abroad(COUNTRY_MO);
            pay->pay.mcc = 5944;
            wait_hours(stage, 1);
        }
        stage->clock += 14 * MS_PER_HOUR;
    }
}
void coin_dealer(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_young);
    variant(stage, "stable-coins");
    for (uint32_t day = 4 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 9, 24);
        for (uint32_t i = 3 + below(stage, 6); i > 0; i--) {
            int64_t coins = 1 + below(stage, 40); // hundreds
            struct act *in = struck(credit(stage, who, party_new(stage->sim, PARTY_PERSONAL),
                                           stage->sim->coin_price * coins));
            in->tag = chance(stage, 8) ? USDT : TAG_NONE;
            wait_minutes(stage, 50);
            if (chance(stage, 60)) {
                online(stage, who);
                struck(transfer(stage, who, party_new(stage->sim, PARTY_PERSONAL), 5000))->signs |=
                    ACT_PART;
            }
        }
        stage->clock += 12 * MS_PER_HOUR;
    }
}

// ---- CO -----------------------------------------------------------------------------------------
void shell_transit(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, young_firm);
    variant(stage, "no staff, no costs");
    char key[NAME_SIZE];
    name_customer(firm, key);
    table_set(stage, "cust", key, NULL, "\"social_insured_cnt\":0,\"reg_days\":96");
    graph_customer(stage, firm, "\"corp_shared_legal_cnt\":4");
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        at_hour(stage, 9, 20);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            int64_t drawn = sum(stage, 500000, 16);
            struct act *in = struck(credit(
                stage, firm,
                cast_outside(stage, chance(stage, 60) ? PARTY_CORPORATE : PARTY_PERSONAL), drawn));
            stage->story->stake += in->amount;
            wait_minutes(stage, 12);
            firm_passes(stage, firm, cast_outside(stage, PARTY_CORPORATE), 9800);
        }
        stage->clock += 15 * MS_PER_HOUR;
    }
    if (chance(stage, 40)) {
        police_stop(stage, firm, 6);
    }
}
void company_to_persons(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, small_firm);
    variant(stage, "many persons");
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        at_work(stage);
        struck(credit(stage, firm, cast_outside(stage, PARTY_CORPORATE), sum(stage, 900000, 12)));
        wait_minutes(stage, 30);
        for (uint32_t i = 8 + below(stage, 12); i > 0; i--) {
            firm_pays(stage, firm, cast_outside(stage, PARTY_PERSONAL), sum(stage, 48000, 8));
        }
        stage->clock += 18 * MS_PER_HOUR;
    }
}
void persons_to_company(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, young_firm);
    struct party next = cast_outside(stage, PARTY_CORPORATE);
    variant(stage, "collected and forwarded");
    for (uint32_t day = 2 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 9, 22);
        for (uint32_t i = 15 + below(stage, 25); i > 0; i--) {
            struct act *in = struck(
                credit(stage, firm, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 9000, 24)));
            stage->story->stake += in->amount;
            wait_minutes(stage, 9);
            if (i % 10 == 0) {
                firm_passes(stage, firm, next, 9600);
            }
        }
        stage->clock += 13 * MS_PER_HOUR;
    }
}
void contrary_trade(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, small_firm);
    variant(stage, "other trades, nights and week-ends");
    for (uint32_t day = 5 + below(stage, 5); day > 0; day--) {
        at_hour(stage, 20, 24);
        struct act *in = struck(
            credit(stage, firm, cast_outside(stage, PARTY_CORPORATE), sum(stage, 700000, 12)));
        stage->story->stake += in->amount;
        wait_minutes(stage, 30);
        firm_passes(stage, firm, cast_outside(stage, PARTY_CORPORATE), 9500)->industry =
            (uint8_t)(1 + below(stage, 13));
        stage->clock += 20 * MS_PER_HOUR;
    }
}
void circular_trade(struct stage *stage) {
    uint32_t ring[3] = {cast_firm(stage, ROLE_OFFENDER, small_firm),
                        cast_firm(stage, ROLE_OFFENDER, small_firm),
                        cast_firm(stage, ROLE_OFFENDER, small_firm)};
    struct party boss = cast_outside(stage, PARTY_PERSONAL);
    variant(stage, chance(stage, 50) ? "one computer" : "invoices");
    for (int i = 0; i < 3; i++) {
        graph_customer(stage, ring[i], "\"corp_cycle_len_30d\":3,\"corp_shared_mac_cnt\":3");
    }
    for (uint32_t round = 3 + below(stage, 4); round > 0; round--) {
        at_work(stage);
        int64_t amount = sum(stage, 400000, 10);
        for (uint32_t i = 0; i < 3; i++) {
            online(stage, ring[i]);
            if (stage->story->variant[0] == 'o') {
                stage->setting.device = firm_of(stage->sim, ring[0])->device;
            }
            struct act *pay =
                struck(transfer(stage, ring[i], party_own(ring[(i + 1) % 3]), amount));
            pay->tag = GOODS;
            pay->signs |= ACT_FUND;
            wait_hours(stage, 1);
        }
        firm_pays(stage, ring[0], boss, amount * 9 / 100)->signs |= ACT_FUND;
        wait_days(stage, 3);
    }
}
void sold_ebank(struct stage *stage) {
    struct setting buyer = criminal(stage);
    variant(stage, chance(stage, 50) ? "one address" : "night and abroad");
    uint32_t firms = stage->story->variant[0] == 'o' ? 4 : 1;
    for (uint32_t i = 0; i < firms; i++) {
        uint32_t firm = cast_firm(stage, ROLE_MULE, small_firm);
        stage->story->variant[0] == 'o' ? at_work(stage) : at_hour(stage, 0, 5);
        take_setting(stage, buyer);
        stage->channel = EBANK_C;
        login(stage, firm);
        credit(stage, firm, cast_outside(stage, PARTY_CORPORATE), sum(stage, 300000, 12));
        wait_minutes(stage, 15);
        struct act *pay = struck(transfer(stage, firm, cast_outside(stage, PARTY_PERSONAL), 9500));
        pay->signs |= ACT_PART;
        pay->pay.pages = 1;
        wait_hours(stage, 2);
    }
}
void bought_company(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, small_firm);
    variant(stage, "representative changed");
    at_work(stage);
    offline(stage, COUNTER);
    change(stage, ACT_CHANGE, firm, 3);
    change(stage, ACT_CHANGE, firm, 0)->change.phone = 1900000000u + stage->number;
    char key[NAME_SIZE];
    name_account(stage->sim, firm, key);
    table_set(stage, "acct", key, NULL, "\"last_active_days\":260");
    wait_days(stage, 2);
    for (uint32_t day = 2 + below(stage, 3); day > 0; day--) {
        at_hour(stage, 9, 20);
        struct act *in = struck(
            credit(stage, firm, cast_outside(stage, PARTY_CORPORATE), sum(stage, 600000, 12)));
        stage->story->stake += in->amount;
        wait_minutes(stage, 20);
        firm_passes(stage, firm, cast_outside(stage, PARTY_CORPORATE), 9700);
        stage->clock += 16 * MS_PER_HOUR;
    }
}
void subsidy_fraud(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, young_firm);
    variant(stage, chance(stage, 50) ? "subsidy" : "export refund");
    at_work(stage);
    struct act *in =
        struck(credit(stage, firm, party_outside(PARTY_GOV, 9), sum(stage, 600000, 12)));
    in->tag = stage->story->variant[0] == 'e' ? TAX : TAG_NONE;
    stage->story->stake = in->amount;
    wait_hours(stage, 4);
    at_work(stage);
    for (uint32_t i = 3 + below(stage, 4); i > 0; i--) {
        firm_pays(stage, firm, cast_outside(stage, PARTY_PERSONAL), stage->story->stake / 5);
    }
}
void false_payroll(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, small_firm);
    uint32_t persons[6];
    struct party boss = cast_outside(stage, PARTY_PERSONAL);
    variant(stage, "wages that are forwarded");
    for (int i = 0; i < 6; i++) {
        persons[i] = cast(stage, ROLE_MULE, is_weak);
    }
    for (uint32_t round = 0; round < 3; round++) {
        at_work(stage);
        for (int i = 0; i < 6; i++) {
            struct act *wage = firm_pays(stage, firm, party_own(persons[i]), sum(stage, 19000, 4));
            wage->signs |= ACT_PAYROLL | ACT_FUND;
            wage->tag = SALARY;
            wage->pay.batch = firm * 16 + round;
        }
        wait_hours(stage, 3);
        for (int i = 0; i < 6; i++) {
            online(stage, persons[i]);
            struck(transfer(stage, persons[i], boss, sum(stage, 17500, 2)));
        }
        wait_days(stage, 6);
    }
}
