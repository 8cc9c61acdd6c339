// IE, NS, SI: the bank's own people, its network, and the safety of its houses. Told from the
// typologies' texts. Numbers of operations, alerts and categories are those of the enumerations in
// event.c.

#include "simulation/scenario.h"

#include <stdio.h>

enum {
    BRUTE_FORCE,
    VPN_LOGIN,
    SQLI,
    RCE,
    WEBSHELL,
    API_ABUSE,
    CRAWLER,
    DDOS,
    MALWARE,
    RANSOMWARE,
    DLP,
    EXFIL,
    DB_DUMP,
    DB_DIRECT,
    PHISH_SITE,
    FAKE_APP,
    IOC_HIT,
    PRIV_LOGIN,
    CONFIG_CHANGE,
    LOG_GAP,
    FEED_DOWN,
    ATM_TAMPER,
    ATM_CARD_JAM,
    ATM_PANEL_OPEN,
    CAM_OFFLINE,
    ALARM_OFFLINE,
    REC_LOSS,
    VAULT_DOOR,
};
enum { FIRE, VAULT, ESCORT, CCTV, ALARM, ACCESS, GUARD, DRILL };

static struct act *struck(struct act *act) {
    act->part = PART_STRIKE;
    return act;
}
static struct act *does(struct stage *stage, uint32_t employee, uint8_t class) {
    return struck(staff_op(stage, employee, class));
}

// ---- IE-01 --------------------------------------------------------------------------------------
void looked_up(struct stage *stage) {
    uint32_t employee = cast_employee(stage, chance(stage, 50) ? POST_MANAGER : POST_TELLER);
    bool night = chance(stage, 40);
    variant(stage, night ? "off hours" : "other branches' customers");
    for (uint32_t day = 1 + below(stage, 5); day > 0; day--) {
        night ? at_hour(stage, 20, 23) : at_work(stage);
        for (uint32_t i = 20 + below(stage, 50); i > 0; i--) {
            struct act *act = does(stage, employee, OP_QUERY);
            act->staff.has_about = true;
            act->staff.about = somebody(stage, ROLE_BYSTANDER);
            act->staff.ticket = false;
            wait_seconds(stage, 40);
        }
        stage->clock += 20 * MS_PER_HOUR;
    }
}
void bulk_export(struct stage *stage) {
    uint32_t employee = cast_employee(stage, chance(stage, 50) ? POST_MANAGER : POST_IT);
    variant(stage, chance(stage, 50) ? "one large" : "many");
    at_hour(stage, 18, 23);
    for (uint32_t i = stage->story->variant[0] == 'o' ? 1 : 5 + below(stage, 6); i > 0; i--) {
        struct act *act = does(stage, employee, chance(stage, 30) ? OP_PRINT : OP_EXPORT);
        act->staff.records =
            stage->story->variant[0] == 'o' ? 5000 + below(stage, 60000) : 300 + below(stage, 900);
        act->staff.ticket = false;
        wait_minutes(stage, 20);
    }
}
void staff_account(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_MANAGER);
    uint32_t own = stage->sim->staff[employee].person;
    static const char *const ways[] = {"private lending", "clients", "gambling"};
    uint32_t way = below(stage, 3);
    variant(stage, ways[way]);
    for (uint32_t day = 5 + below(stage, 6); day > 0; day--) {
        at_hour(stage, 18, 23);
        for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
            struct party other = way == 1 ? party_own(somebody(stage, ROLE_BYSTANDER))
                                          : cast_outside(stage, PARTY_PERSONAL);
            if (way != 1) {
                struck(credit(stage, own, other, sum(stage, 12000, 20)))->tag =
                    way == 0 ? INTEREST : TAG_NONE;
            }
            online(stage, own);
            struck(transfer(stage, own, other, sum(stage, 9000, 20)))->signs |= ACT_FUND;
        }
        stage->clock += 30 * MS_PER_HOUR;
    }
}
void hidden_reversals(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_TELLER);
    variant(stage, chance(stage, 50) ? "old ones" : "authorised by himself");
    for (uint32_t day = 1 + below(stage, 4); day > 0; day--) {
        at_work(stage);
        for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
            struct act *act = does(stage, employee, OP_REVERSAL);
            act->staff.has_age = true;
            act->staff.age_min = stage->story->variant[0] == 'o' ? 1500 + below(stage, 20000)
                                                                 : 30 + below(stage, 300);
            act->staff.authoriser = stage->story->variant[0] == 'a'
                                        ? employee + 1
                                        : employee / BRANCH_STAFF * BRANCH_STAFF + 1;
            act->amount = sum(stage, 20000, 20);
            wait_minutes(stage, 50);
        }
        stage->clock += 18 * MS_PER_HOUR;
    }
}
void rubber_stamp(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_SUPERVISOR);
    variant(stage, chance(stage, 50) ? "without looking" : "acts for the customer");
    at_work(stage);
    if (stage->story->variant[0] == 'w') {
        for (uint32_t i = 40 + below(stage, 40); i > 0; i--) {
            does(stage, employee + 1 + i % TELLERS, OP_AUTH)->staff.authoriser = employee + 1;
            stage->act.staff.present = chance(stage, 40);
            stage->clock -= 9000;
        }
        return;
    }
    uint32_t victim = cast(stage, ROLE_ROBBED, is_old);
    for (uint32_t i = 3 + below(stage, 4); i > 0; i--) {
        from_device(stage, device_for(stage, stage->sim->staff[employee].person),
                    stage->sim->branches[stage->sim->staff[employee].branch].city, NET_BRANCH);
        login(stage, victim);
        struck(transfer(stage, victim, cast_outside(stage, PARTY_PERSONAL), sum(stage, 15000, 14)))
            ->signs |= ACT_LOSS | ACT_FUND;
        struct act *act = does(stage, employee, OP_TXN);
        act->staff.has_about = true;
        act->staff.about = victim;
        act->staff.present = false;
        act->staff.authoriser = employee + 1;
        wait_hours(stage, 20);
    }
}
void abused_rights(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_IT);
    variant(stage, "without an order");
    at_hour(stage, 21, 24);
    for (uint32_t i = 3 + below(stage, 6); i > 0; i--) {
        static const uint8_t classes[] = {OP_PARAM, OP_GRANT, OP_LIMIT};
        struct act *act = does(stage, employee, classes[below(stage, 3)]);
        act->staff.ticket = false;
        act->staff.workstation = (uint16_t)below(stage, stage->sim->branches_count);
        wait_minutes(stage, 12);
    }
}
void collusion(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_TELLER);
    variant(stage, "accounts that turn bad");
    for (uint32_t i = 4 + below(stage, 4); i > 0; i--) {
        at_work(stage);
        offline(stage, COUNTER);
        uint32_t who = cast_newcomer(stage, ROLE_MULE);
        struck(open_main(stage, who, COUNTER))->open.employee = employee;
        struct act *op = does(stage, employee, OP_OPEN);
        op->staff.has_about = true;
        op->staff.about = who;
        wait_hours(stage, 20);
        credit(stage, who, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 30000, 12));
        wait_minutes(stage, 20);
        take_setting(stage, criminal(stage));
        transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), 9700)->signs |= ACT_PART;
        wait_days(stage, 2);
        struct act *label = play(stage, ACT_FEEDBACK, INTERNAL, who);
        label->phase = RESULT;
        label->part = PART_AFTER;
        label->order =
            (struct order_detail){.order = stage->sim->next_order++, .kind = 1, .about = employee};
    }
}
void cash_irregular(struct stage *stage) {
    uint32_t employee = cast_employee(stage, chance(stage, 50) ? POST_TELLER : POST_SUPERVISOR);
    static const char *const ways[] = {"differences", "vault off hours", "vouchers"};
    uint32_t way = below(stage, 3);
    variant(stage, ways[way]);
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        way == 1 ? at_hour(stage, 20, 23) : at_hour(stage, 16, 18);
        struct act *act = does(stage, employee,
                               way == 0   ? OP_COUNT
                               : way == 1 ? OP_VAULT
                                          : OP_VOUCHER);
        act->staff.has_diff = way != 1;
        act->staff.diff_amount = way == 0 ? -YUAN(100) * (1 + below(stage, 90)) : 0;
        act->staff.diff_count = way == 2 ? -(int32_t)(1 + below(stage, 6)) : 0;
        act->staff.second = chance(stage, 30) ? employee / BRANCH_STAFF * BRANCH_STAFF + 1 : 0;
        act->staff.ticket = way != 1;
        stage->clock += 20 * MS_PER_HOUR;
    }
}
void never_leaves(struct stage *stage) {
    uint32_t employee = cast_employee(stage, POST_SUPERVISOR);
    char key[16];
    char set[80];
    variant(stage, chance(stage, 50) ? "years in one post" : "works on leave");
    snprintf(key, sizeof key, "T%05u", 10000 + employee);
    snprintf(set, sizeof set,
             stage->story->variant[0] == 'y'
                 ? "\"days_in_post\":1400,\"no_leave_days\":520,\"is_key_post\":true"
                 : "\"on_leave\":true");
    at_hour(stage, 7, 8);
    table_set(stage, "emp", key, NULL, set);
    for (uint32_t day = 2 + below(stage, 4); day > 0; day--) {
        at_work(stage);
        does(stage, employee, OP_AUTH)->staff.authoriser = employee + 1;
        does(stage, employee, OP_VAULT);
        stage->clock += 20 * MS_PER_HOUR;
    }
    struct act *tick = struck(play(stage, ACT_TICK, BATCH, NONE));
    tick->account = NONE;
    tick->phase = RESULT;
    tick->order = (struct order_detail){
        .kind = 3, .tick = employee, .order = (uint32_t)calendar_day(stage->sim->today.day).date};
}

// ---- NS -----------------------------------------------------------------------------------------
static struct act *alarm_of(struct stage *stage, uint8_t kind, uint8_t severity, uint32_t asset,
                            uint32_t source) {
    struct act *act = struck(net_alert(stage, kind, severity, asset));
    act->alert.source = 1000000 + source;
    act->alert.has_source = true;
    act->alert.abroad = source % 3 != 0;
    act->alert.spot =
        act->alert.abroad ? place_abroad((Country)(source % COUNTRIES)) : place_far(source);
    return act;
}
void guessed_passwords(struct stage *stage) {
    uint32_t asset = below(stage, 40);
    bool spray = chance(stage, 40);
    variant(stage, spray ? "many accounts" : "one account");
    at_hour(stage, 0, 24);
    for (uint32_t i = 12 + below(stage, 40); i > 0; i--) {
        struct act *act = alarm_of(stage, BRUTE_FORCE, 3, asset, stage->number);
        act->alert.account = spray ? 1 + below(stage, 60) : 7;
        act->alert.result = 1;
        stage->clock -= 9000;
    }
    if (chance(stage, 60)) {
        struct act *in = alarm_of(stage, VPN_LOGIN, 3, asset, stage->number);
        in->alert.account = 7;
        in->alert.result = 0;
    }
}
void web_attack(struct stage *stage) {
    static const uint8_t kinds[] = {SQLI, RCE, WEBSHELL, API_ABUSE, CRAWLER};
    uint8_t kind = kinds[below(stage, 5)];
    static const char *const names[] = {"injection", "remote code", "web shell", "API abuse",
                                        "crawler"};
    variant(stage, names[kind == API_ABUSE ? 3 : kind == CRAWLER ? 4 : kind - SQLI]);
    uint32_t asset = below(stage, 30);
    at_hour(stage, 0, 24);
    for (uint32_t i = kind >= API_ABUSE ? 20 + below(stage, 30) : 3 + below(stage, 9); i > 0; i--) {
        struct act *act = alarm_of(stage, kind, kind >= API_ABUSE ? 2 : 4, asset, stage->number);
        act->alert.api = kind >= API_ABUSE ? 1 + stage->number % 6 : 0;
        act->alert.result = (uint8_t)(chance(stage, 25) ? 0 : 1);
        stage->clock -= 6000;
    }
}
void flood_as_cover(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "cover for fraud" : "volume");
    at_hour(stage, 9, 23);
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        struct act *act = alarm_of(stage, DDOS, 4, 3, stage->number);
        act->alert.bytes = 2000 + below(stage, 60000);
        act->alert.minutes = 10 + below(stage, 90);
        if (stage->story->variant[0] == 'c') {
            uint32_t victim = cast(stage, ROLE_ROBBED, is_saver);
            take_setting(stage, criminal(stage));
            login(stage, victim);
            struck(
                transfer(stage, victim, cast_outside(stage, PARTY_PERSONAL), sum(stage, 60000, 10)))
                ->signs |= ACT_LOSS | ACT_FUND;
        }
        wait_minutes(stage, 30);
    }
}
void ransom(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "spread" : "one host");
    at_hour(stage, 0, 24);
    uint32_t hash = 7000 + stage->number;
    char key[24];
    for (uint32_t i = stage->story->variant[0] == 's' ? 4 + below(stage, 8) : 1; i > 0; i--) {
        struct act *act = struck(
            net_alert(stage, i == 1 ? RANSOMWARE : MALWARE, i == 1 ? 4 : 3, below(stage, 100)));
        act->alert.hash = hash;
        act->alert.result = (uint8_t)(chance(stage, 40) ? 0 : 1);
        wait_minutes(stage, 25);
    }
    snprintf(key, sizeof key, "%08x", hash);
    list_add(stage, "malware_hash", key, "样本", 0);
}
void leaked_data(struct stage *stage) {
    static const uint8_t kinds[] = {DLP, EXFIL, DB_DUMP};
    uint8_t kind = kinds[below(stage, 3)];
    variant(stage, kind == DLP ? "rows" : kind == EXFIL ? "volume" : "dump");
    at_hour(stage, 20, 24);
    for (uint32_t i = 2 + below(stage, 5); i > 0; i--) {
        struct act *act = struck(net_alert(stage, kind, 3, below(stage, 18)));
        act->alert.records = kind == EXFIL ? 0 : 800 + below(stage, 90000);
        act->alert.bytes = 20000000 + (int64_t)below(stage, 2000000000);
        act->alert.account = 11;
        act->alert.result = 0;
        wait_minutes(stage, 25);
    }
}
void phishing(struct stage *stage) {
    uint32_t site = below(stage, 7);
    variant(stage, chance(stage, 40) ? "fake app" : "site");
    at_hour(stage, 8, 12);
    struct act *act =
        struck(net_alert(stage, stage->story->variant[0] == 'f' ? FAKE_APP : PHISH_SITE, 3, 1));
    act->alert.domain = 1 + site;
    act->alert.brand = true;
    for (uint32_t i = 2 + below(stage, 4); i > 0; i--) {
        uint32_t victim = cast(stage, ROLE_ROBBED, is_adult);
        wait_hours(stage, 3);
        online(stage, victim);
        stage->signs |= SIGN_PHISH;
        login(stage, victim);
        wait_minutes(stage, 30);
        take_setting(stage, criminal(stage));
        login(stage, victim);
        struct act *pay = struck(
            transfer(stage, victim, cast_outside(stage, PARTY_PERSONAL), sum(stage, 9000, 16)));
        pay->signs |= ACT_LOSS | ACT_FUND;
        wait_hours(stage, 3);
        victim_reports(stage, victim, stage->story->outside[0], 0);
        stage->part = PART_BEFORE;
    }
}
void known_bad_address(struct stage *stage) {
    variant(stage, "indicator");
    at_hour(stage, 0, 24);
    for (uint32_t i = 1 + below(stage, 5); i > 0; i--) {
        alarm_of(stage, IOC_HIT, 3, below(stage, 30), stage->number)->alert.result = 2;
        wait_minutes(stage, 40);
    }
}
void privileged(struct stage *stage) {
    static const uint8_t kinds[] = {PRIV_LOGIN, DB_DIRECT, CONFIG_CHANGE};
    uint8_t kind = kinds[below(stage, 3)];
    variant(stage, kind == PRIV_LOGIN  ? "many assets"
                   : kind == DB_DIRECT ? "database"
                                       : "configuration");
    at_hour(stage, 22, 24);
    for (uint32_t i = 3 + below(stage, 9); i > 0; i--) {
        struct act *act =
            struck(net_alert(stage, kind, 3, kind == PRIV_LOGIN ? below(stage, 60) : 5));
        act->alert.account = 13;
        act->alert.result = 0;
        wait_minutes(stage, 9);
    }
}
void blind_spot(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "log" : "feed");
    uint32_t asset = below(stage, 20);
    at_hour(stage, 0, 24);
    for (uint32_t i = 2 + below(stage, 3); i > 0; i--) {
        struct act *act = struck(
            net_alert(stage, stage->story->variant[0] == 'l' ? LOG_GAP : FEED_DOWN, 3, asset));
        act->alert.minutes = 30 + below(stage, 300);
        wait_hours(stage, 7);
    }
}

// ---- SI -----------------------------------------------------------------------------------------
static uint32_t any_branch(struct stage *stage) {
    stage->sim->next_order++;
    return below(stage, stage->sim->branches_count);
}
void major_hazard(struct stage *stage) {
    static const uint8_t kinds[] = {FIRE, VAULT, ALARM};
    uint8_t kind = kinds[below(stage, 3)];
    variant(stage, kind == FIRE ? "fire" : kind == VAULT ? "vault" : "alarm");
    at_work(stage);
    uint8_t hazard = (uint8_t)(3 + chance(stage, 60));
    uint32_t item = 1 + below(stage, 3);
    struck(inspected(stage, any_branch(stage), 2, kind, item, true, hazard));
}
void overdue(struct stage *stage) {
    uint32_t branch = any_branch(stage);
    uint32_t item = 1 + below(stage, 8);
    uint8_t hazard = (uint8_t)(1 + below(stage, 3));
    variant(stage, chance(stage, 30) ? "recheck failed" : "late");
    at_work(stage);
    inspected(stage, branch, 2, FIRE, item, true, hazard);
    wait_days(stage, 5);
    for (uint32_t late = 1; late <= 1 + below(stage, 12); late++) {
        struct act *act = struck(inspected(stage, branch, 0, FIRE, item, true, hazard));
        act->inspect.status = 4;
        act->inspect.overdue = late;
        wait_days(stage, 1);
    }
    if (stage->story->variant[0] == 'r') {
        struct act *act = struck(inspected(stage, branch, 6, FIRE, item, true, hazard));
        act->inspect.recheck = 1;
    }
}
void again_and_again(struct stage *stage) {
    uint32_t item = 1 + below(stage, 8);
    bool wide = chance(stage, 40);
    variant(stage, wide ? "many branches" : "one branch");
    uint32_t branch = any_branch(stage);
    for (uint32_t i = 3 + below(stage, 3); i > 0; i--) {
        at_work(stage);
        struck(inspected(stage, wide ? any_branch(stage) : branch, 2, CCTV, item, true, 2));
        stage->sim->next_order++;
        wait_days(stage, 3);
    }
}
void sham_inspection(struct stage *stage) {
    static const char *const ways[] = {"far away", "too fast", "old photos", "never a finding"};
    uint32_t way = below(stage, 4);
    variant(stage, ways[way]);
    for (uint32_t round = way == 3 ? 5 : 1 + below(stage, 3); round > 0; round--) {
        uint32_t branch = any_branch(stage);
        at_work(stage);
        for (uint32_t i = 0; i < 8; i++) {
            struct act *act = struck(inspected(stage, branch, 2, (uint8_t)i, 1 + i, false, 0));
            act->inspect.distance = way == 0 ? 2500 + below(stage, 40000) : act->inspect.distance;
            act->inspect.minutes =
                (uint16_t)(way == 1 ? 2 + below(stage, 4) : act->inspect.minutes);
            act->inspect.items = way == 1 ? 40 : 8;
            act->inspect.dup = (uint8_t)(way == 2 ? 88 + below(stage, 12) : act->inspect.dup);
            stage->clock -= 8000;
        }
        wait_hours(stage, 2);
    }
}
void uncovered_branch(struct stage *stage) {
    uint32_t branch = any_branch(stage);
    char key[16];
    static const char *const ways[] = {"\"days_since_insp\":210", "\"grid_owner_id\":\"\"",
                                       "\"letter_year\":2024", "\"days_since_drill\":400"};
    static const char *const names[] = {"not inspected", "no owner", "old letter", "no drill"};
    uint32_t way = below(stage, 4);
    variant(stage, names[way]);
    snprintf(key, sizeof key, "0301%03u", branch + 1);
    at_hour(stage, 7, 8);
    table_set(stage, "br", key, NULL, ways[way]);
    wait_minutes(stage, 5);
    struct act *tick = struck(play(stage, ACT_TICK, BATCH, NONE));
    tick->account = NONE;
    tick->phase = RESULT;
    tick->order = (struct order_detail){
        .kind = 4, .tick = branch, .order = (uint32_t)calendar_day(stage->sim->today.day - 1).date};
}
void blind_equipment(struct stage *stage) {
    static const uint8_t kinds[] = {CAM_OFFLINE, ALARM_OFFLINE, REC_LOSS, VAULT_DOOR};
    uint32_t kind = below(stage, 4);
    static const char *const names[] = {"camera", "alarm", "recording", "vault door"};
    variant(stage, names[kind]);
    uint32_t branch = any_branch(stage);
    at_hour(stage, 0, 24);
    for (uint32_t i = 1 + below(stage, 4); i > 0; i--) {
        struct act *act = struck(net_alert(stage, kinds[kind], 3, branch * 4 + 1));
        act->alert.branch = branch;
        act->alert.minutes = kind == 2 ? 9 + below(stage, 50) : 40 + below(stage, 600);
        wait_hours(stage, 20);
    }
}
void weak_escort(struct stage *stage) {
    static const char *const ways[] = {"deviation", "one person", "not identified"};
    uint32_t way = below(stage, 3);
    variant(stage, ways[way]);
    at_work(stage);
    struct act *act = struck(inspected(stage, any_branch(stage), 1, ESCORT, 1 + way, way != 0,
                                       (uint8_t)(way != 0 ? 3 : 0)));
    act->inspect.escort = true;
    act->inspect.deviation = (uint16_t)(way == 0 ? 35 + below(stage, 120) : 4);
    act->inspect.persons = (uint8_t)(way == 1 ? 1 : 2);
    act->inspect.escort_ok = way != 2;
}
