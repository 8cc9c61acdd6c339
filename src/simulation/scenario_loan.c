// LF, AO: applications for loans and accounts. Told from the typologies' texts.

#include "simulation/scenario.h"

#include "simulation/event.h"

static struct act *struck(struct act *act) {
    act->part = PART_STRIKE;
    return act;
}

// A granted loan arrives, and most of it leaves for somebody.
static void draw_and_send(struct stage *stage, uint32_t who, uint32_t loan, int64_t amount,
                          struct party payee, uint32_t percent) {
    wait_hours(stage, 6);
    online(stage, who);
    struct act *draw = struck(draw_loan(stage, who, loan, amount));
    draw->signs |= ACT_LOSS;
    stage->story->stake += amount;
    wait_minutes(stage, 40);
    transfer(stage, who, payee, amount * percent / 100)->part = PART_AFTER;
}

// ---- LF-01 --------------------------------------------------------------------------------------
void application_ring(struct stage *stage) {
    static const char *const shared[] = {"device", "address", "employer", "contact"};
    uint32_t kind = below(stage, 4);
    variant(stage, shared[kind]);
    struct setting organiser = criminal(stage);
    struct party boss = cast_outside(stage, PARTY_PERSONAL);
    uint32_t common = 1300000000u + stage->number;
    for (uint32_t i = 4 + below(stage, 5); i > 0; i--) {
        uint32_t who = cast(stage, ROLE_OFFENDER, is_weak);
        at_hour(stage, 9, 20);
        kind == 0 ? take_setting(stage, organiser) : online(stage, who);
        struct act *apply = struck(apply_loan(stage, who, sum(stage, 50000, 8)));
        apply->loan.address = kind == 1 ? common : apply->loan.address;
        apply->loan.employer = kind == 2 ? common : apply->loan.employer;
        apply->loan.contact = kind == 3 ? common : apply->loan.contact;
        uint32_t loan = apply->loan.loan;
        int64_t amount = apply->amount;
        bool granted = chance(stage, 60);
        apply->outcome = granted ? OUTCOME_FINE : OUTCOME_NOT_GRANTED;
        char key[NAME_SIZE];
        name_customer(who, key);
        if (i <= 3) {
            table_set(stage, "graph_cust", key, NULL, "\"loan_common_link_cnt\":4");
        }
        if (granted) {
            draw_and_send(stage, who, loan, amount, boss, 40);
        }
        wait_hours(stage, 9);
    }
}

// ---- LF-02 --------------------------------------------------------------------------------------
void borrowed_identity(struct stage *stage) {
    uint32_t victim = cast(stage, ROLE_ROBBED, is_adult);
    variant(stage, chance(stage, 50) ? "face" : "new number");
    at_hour(stage, 9, 23);
    take_setting(stage, criminal(stage));
    stage->signs = SIGN_WEAK_FACE | (stage->story->variant[0] == 'f' ? SIGN_INJECT : 0);
    challenge(stage, victim, 1)->outcome = OUTCOME_NO_FACE;
    challenge(stage, victim, 1);
    struct act *apply = struck(apply_loan(stage, victim, sum(stage, 40000, 8)));
    apply->loan.phone = 1310000000u + stage->number;
    apply->loan.phone_months = (uint16_t)below(stage, 3);
    apply->loan.check = (uint8_t)(chance(stage, 25) ? 1 : 0);
    uint32_t loan = apply->loan.loan;
    int64_t amount = apply->amount;
    wait_hours(stage, 2);
    struct act *draw = struck(draw_loan(stage, victim, loan, amount));
    draw->signs |= ACT_LOSS;
    stage->story->stake = amount;
    wait_minutes(stage, 20);
    transfer(stage, victim, cast_outside(stage, PARTY_PERSONAL), amount * 98 / 100);
}

// ---- LF-03 --------------------------------------------------------------------------------------
void forged_papers(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "tampered" : "used twice");
    uint32_t paper = 1320000000u + stage->number;
    for (uint32_t i = stage->story->variant[0] == 'u' ? 3 : 1; i > 0; i--) {
        uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
        at_hour(stage, 9, 20);
        online(stage, who);
        struct act *apply = struck(apply_loan(stage, who, sum(stage, 120000, 8)));
        apply->loan.income = apply->loan.income * between(stage, 25, 45) / 10;
        apply->loan.tamper = (uint16_t)between(stage, 500, 980);
        apply->loan.doc = stage->story->variant[0] == 'u' ? paper : apply->loan.doc;
        apply->loan.verify = (uint8_t)chance(stage, 40);
        apply->outcome = chance(stage, 50) ? OUTCOME_NOT_GRANTED : OUTCOME_FINE;
        stage->story->stake += apply->amount;
        wait_hours(stage, 20);
    }
}

// ---- LF-04 --------------------------------------------------------------------------------------
void loan_broker(struct stage *stage) {
    struct setting office = criminal(stage);
    office.wifi = true;
    office.net = NET_HOME;
    office.ip_spot = office.spot;
    struct party broker = cast_outside(stage, PARTY_PERSONAL);
    uint32_t phone = 1330000000u + stage->number;
    variant(stage, "one Wi-Fi, a share for the broker");
    if (chance(stage, 50)) {
        char key[NAME_SIZE];
        name_hash(HASH_PHONE, phone, key);
        list_add(stage, "loan_agency_phone", key, "中介", 365);
    }
    for (uint32_t i = 3 + below(stage, 5); i > 0; i--) {
        uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
        at_hour(stage, 9, 19);
        office.device = device_for(stage, who);
        take_setting(stage, office);
        struct act *apply = struck(apply_loan(stage, who, sum(stage, 80000, 8)));
        apply->loan.contact = phone;
        uint32_t loan = apply->loan.loan;
        int64_t amount = apply->amount;
        draw_and_send(stage, who, loan, amount, broker, 8 + below(stage, 15));
        wait_hours(stage, 12);
    }
}

// ---- LF-05 --------------------------------------------------------------------------------------
void diverted_loan(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_adult);
    static const char *const ways[] = {"property or shares", "to himself", "cash",
                                       "back to the borrower"};
    uint32_t way = below(stage, 4);
    variant(stage, ways[way]);
    at_hour(stage, 9, 17);
    online(stage, who);
    struct act *apply = apply_loan(stage, who, sum(stage, 300000, 8));
    uint32_t loan = apply->loan.loan;
    int64_t amount = apply->amount;
    wait_hours(stage, 20);
    online(stage, who);
    draw_loan(stage, who, loan, amount);
    wait_hours(stage, 4);
    online(stage, who);
    stage->story->stake = amount;
    if (way == 2) {
        at_work(stage);
        struck(draw_cash(stage, who, amount * 7 / 10, COUNTER, stage->sim->people[who].branch));
        return;
    }
    struct party payee = way == 1
                             ? party_self(who)
                             : cast_outside(stage, way == 0 ? PARTY_CORPORATE : PARTY_PERSONAL);
    struct act *pay = struck(transfer(stage, who, payee, amount * 9 / 10));
    pay->industry = way == 0 ? (uint8_t)(1 + below(stage, 2)) : 0;
    if (way == 3) {
        wait_hours(stage, 30);
        struck(credit(stage, who, payee, amount * 88 / 100));
        char key[NAME_SIZE];
        name_customer(who, key);
        table_set(stage, "graph_cust", key, NULL, "\"loan_return_cycle\":true");
    }
}

// ---- LF-06 --------------------------------------------------------------------------------------
void never_repays(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_OFFENDER, is_weak);
    variant(stage, "first instalment unpaid");
    char key[NAME_SIZE];
    name_customer(who, key);
    at_hour(stage, 9, 20);
    table_set(stage, "cust", key, NULL, "\"ext_query_cnt_30d\":11,\"dti\":1.4");
    for (uint32_t i = 3 + below(stage, 3); i > 0; i--) {
        int64_t drawn = sum(stage, 12000, 10);
        credit(stage, who, party_outside(PARTY_CORPORATE, 95000 + below(stage, 20)), drawn);
        wait_hours(stage, 7);
    }
    online(stage, who);
    struct act *apply = struck(apply_loan(stage, who, sum(stage, 50000, 8)));
    uint32_t loan = apply->loan.loan;
    int64_t amount = apply->amount;
    draw_and_send(stage, who, loan, amount, cast_outside(stage, PARTY_PERSONAL), 95);
    wait_days(stage, 12);
    struct act *due = struck(play(stage, ACT_REPAY, BATCH, who));
    due->amount = amount / 12;
    due->clearing = INTRABANK;
    due->outcome = OUTCOME_NO_FUNDS;
    due->loan =
        (struct loan_detail){.loan = loan,
                             .term = 1,
                             .overdue = 1,
                             .employee = customer_branch(stage->sim, who) * BRANCH_STAFF + 5u};
}

// ---- LF-07, LF-08 -------------------------------------------------------------------------------
void false_trade(struct stage *stage) {
    uint32_t firm = cast_firm(stage, ROLE_OFFENDER, young_firm);
    uint32_t seller = cast_firm(stage, ROLE_OFFENDER, small_firm);
    variant(stage, chance(stage, 50) ? "related seller" : "invoice used twice");
    at_work(stage);
    online(stage, firm);
    struct act *apply = struck(apply_loan(stage, firm, sum(stage, 3000000, 8)));
    apply->loan.verify = (uint8_t)(stage->story->variant[0] == 'i' ? 1 : 0);
    uint32_t loan = apply->loan.loan;
    int64_t amount = apply->amount;
    char key[NAME_SIZE];
    char second[NAME_SIZE];
    name_customer(firm, key);
    name_account(stage->sim, seller, second);
    table_set(stage, "graph_relation", key, second, "\"corp_related_payee\":true");
    wait_days(stage, 2);
    at_work(stage);
    struct act *draw = struck(draw_loan(stage, firm, loan, amount));
    draw->loan.entrusted = true;
    draw->loan.dups = (uint16_t)(stage->story->variant[0] == 'i' ? 1 + below(stage, 3) : 0);
    draw->other = party_own(seller);
    draw->signs |= ACT_LOSS;
    stage->story->stake = amount;
    wait_hours(stage, 2);
    online(stage, firm);
    transfer(stage, firm, party_own(seller), amount * 98 / 100);
    wait_hours(stage, 20);
    online(stage, seller);
    transfer(stage, seller, party_own(firm), amount * 90 / 100);
}
void guarantee_circle(struct stage *stage) {
    variant(stage, "one falls");
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t firm = cast_firm(stage, ROLE_OFFENDER, any_firm);
        char key[NAME_SIZE];
        name_customer(firm, key);
        at_work(stage);
        table_set(stage, "graph_cust", key, NULL,
                  "\"guarantee_cycle_len\":4,\"guarantee_out_sum\":900000000,\"guarantee_default_"
                  "ratio\":0.25");
        online(stage, firm);
        struct act *apply = struck(apply_loan(stage, firm, sum(stage, 2000000, 8)));
        apply->outcome = i == 3 ? OUTCOME_NOT_GRANTED : OUTCOME_FINE;
        wait_hours(stage, 30);
        if (i == 0) {
            struct act *due = struck(play(stage, ACT_REPAY, BATCH, firm));
            due->amount = YUAN(80000);
            due->clearing = INTRABANK;
            due->outcome = OUTCOME_NO_FUNDS;
            due->loan = (struct loan_detail){
                .loan = stage->sim->persons * 2 + firm,
                .term = 9,
                .overdue = 61,
                .employee = customer_branch(stage->sim, firm) * BRANCH_STAFF + 6u};
        }
    }
}

// ---- AO -----------------------------------------------------------------------------------------

// Recruited people open accounts; some of the accounts are used at once.
static uint32_t recruit_opens(struct stage *stage, Channel channel) {
    uint32_t who = cast_newcomer(stage, ROLE_MULE);
    struct act *open = struck(open_main(stage, who, channel));
    open->open.other_banks = (uint16_t)below(stage, 5);
    open->open.phone_months = (uint16_t)between(stage, 0, 4);
    return who;
}

void batch_opening(struct stage *stage) {
    static const char *const shared[] = {"agent", "device", "address", "phone"};
    uint32_t kind = below(stage, 4);
    variant(stage, shared[kind]);
    struct setting organiser = criminal(stage);
    uint32_t common = 1400000000u + stage->number;
    for (uint32_t i = 4 + below(stage, 5); i > 0; i--) {
        bool counter = kind == 0 || kind == 2;
        counter ? at_work(stage) : at_hour(stage, 9, 21);
        counter ? offline(stage, COUNTER) : take_setting(stage, organiser);
        recruit_opens(stage, counter ? COUNTER : MOBILE);
        struct open_detail *open = &stage->act.open;
        open->has_agent = kind == 0;
        open->agent = common;
        open->relation = 4;
        open->address = kind == 2 ? common : open->address;
        open->phone = kind == 3 ? common : open->phone;
        stage->act.signs |= counter && chance(stage, 50) ? SIGN_ACCOMPANIED : 0;
        stage->act.outcome = chance(stage, 15) ? OUTCOME_REFUSED : OUTCOME_FINE;
        wait_minutes(stage, 25);
    }
}
void odd_applicant(struct stage *stage) {
    variant(stage, "accompanied and scripted");
    at_work(stage);
    offline(stage, COUNTER);
    recruit_opens(stage, COUNTER);
    stage->act.open.other_banks = (uint16_t)(3 + below(stage, 6));
    stage->act.signs |= SIGN_SCRIPTED | SIGN_ACCOMPANIED | (chance(stage, 40) ? SIGN_ON_PHONE : 0);
    stage->act.outcome = chance(stage, 40) ? OUTCOME_REFUSED : OUTCOME_FINE;
}
void listed_applicant(struct stage *stage) {
    uint32_t who = cast_newcomer(stage, ROLE_OFFENDER);
    static const char *const lists[] = {"punish_cust", "police_case_cust", "grey_cert"};
    uint32_t kind = below(stage, 3);
    variant(stage, lists[kind]);
    char key[NAME_SIZE];
    name_hash(HASH_CERT, who, key);
    at_hour(stage, 6, 8);
    list_add(stage, lists[kind], key, "名单", 700);
    at_work(stage);
    bool counter = chance(stage, 50);
    counter ? offline(stage, COUNTER) : take_setting(stage, criminal(stage));
    struct act *open = struck(open_main(stage, who, counter ? COUNTER : MOBILE));
    open->outcome = chance(stage, 50) ? OUTCOME_REFUSED : OUTCOME_FINE;
}
void false_face_opening(struct stage *stage) {
    variant(stage, chance(stage, 50) ? "lost certificate" : "deepfake");
    bool lost = stage->story->variant[0] == 'l';
    uint32_t who = cast_newcomer(stage, ROLE_OFFENDER);
    lost ? at_work(stage) : at_hour(stage, 9, 23);
    lost ? offline(stage, COUNTER) : take_setting(stage, criminal(stage));
    stage->signs = lost ? 0 : SIGN_INJECT;
    for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
        struct act *open = struck(open_main(stage, who, lost ? COUNTER : MOBILE));
        open->open.check = lost ? 3 : 0;
        open->open.score = (uint8_t)(45 + below(stage, 25));
        open->outcome = i > 1 || lost ? OUTCOME_ID_CHECK : OUTCOME_FINE;
        wait_minutes(stage, 5);
    }
}
void used_at_once(struct stage *stage) {
    variant(stage, "days after opening");
    at_hour(stage, 9, 12);
    struct setting runner = criminal(stage);
    chance(stage, 50) ? take_setting(stage, runner) : offline(stage, COUNTER);
    uint32_t who = recruit_opens(stage, stage->setting.has ? MOBILE : COUNTER);
    stage->act.part = PART_BEFORE;
    wait_days(stage, 1 + (int32_t)below(stage, 3));
    at_hour(stage, 9, 21);
    take_setting(stage, runner);
    change(stage, ACT_BIND, who, 0)->auth = AUTH_FACE_SMS;
    raise_limit(stage, who, 300000);
    for (uint32_t i = 4 + below(stage, 8); i > 0; i--) {
        struct act *in =
            struck(credit(stage, who, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 9000, 20)));
        stage->story->stake += in->amount;
        wait_minutes(stage, 12);
        if (i % 3 == 0) {
            take_setting(stage, runner);
            struck(transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), 9600))->signs |=
                ACT_PART;
        }
    }
    score_mule(stage, who);
    if (chance(stage, 60)) {
        police_stop(stage, who, 8);
    }
}
void travelling_agent(struct stage *stage) {
    variant(stage, "several branches");
    uint32_t agent = 1410000000u + stage->number;
    for (uint32_t i = 4 + below(stage, 5); i > 0; i--) {
        at_work(stage);
        offline(stage, COUNTER);
        recruit_opens(stage, COUNTER);
        stage->act.open.has_agent = true;
        stage->act.open.agent = agent;
        stage->act.open.relation = 4;
        wait_hours(stage, 5);
    }
}
void shell_opening(struct stage *stage) {
    struct simulation *sim = stage->sim;
    static const char *const ways[] = {"one representative", "one address", "failed visit"};
    uint32_t way = below(stage, 3);
    variant(stage, ways[way]);
    uint32_t legal = cast(stage, ROLE_MULE, is_weak);
    uint32_t address = 1420000000u + stage->number;
    if (way == 1 && chance(stage, 60)) {
        char key[NAME_SIZE];
        name_hash(HASH_REG_ADDRESS, address, key);
        list_add(stage, "shell_addr", key, "集中注册", 365);
    }
    for (uint32_t i = way == 2 ? 1 : 3 + below(stage, 3); i > 0; i--) {
        uint32_t firm = cast_firm(stage, ROLE_OFFENDER, small_firm); // asks for one more account
        uint32_t account = account_add(sim, firm, CORP_GENERAL, INT32_MAX);
        sim->accounts[account].state = ACCOUNT_NOT_YET;
        at_work(stage);
        offline(stage, COUNTER);
        struct act *open = struck(open_main(stage, firm, COUNTER));
        open->account = account;
        open->open.purpose = 2;
        open->open.legal = way == 0 ? legal : firm_of(sim, firm)->legal;
        open->open.legal_spot = place_far(firm);
        open->open.reg_address = way == 1 ? address : firm;
        open->open.reg_days = (uint16_t)between(stage, 5, 60);
        open->open.visit = (uint8_t)(way == 2 ? 1 + below(stage, 2) : chance(stage, 30) ? 4 : 0);
        open->open.phone = way == 0 ? legal : firm;
        open->outcome = chance(stage, 20) ? OUTCOME_REFUSED : OUTCOME_FINE;
        wait_hours(stage, 20);
    }
}
void churned_cards(struct stage *stage) {
    uint32_t who = cast(stage, ROLE_MULE, is_weak);
    variant(stage, "lost and re-issued");
    for (uint32_t i = 3 + below(stage, 3); i > 0; i--) {
        at_work(stage);
        offline(stage, COUNTER);
        struck(change(stage, ACT_CARD_MANAGE, who, 0));
        wait_minutes(stage, 20);
        struck(change(stage, ACT_CARD_MANAGE, who, 2));
        wait_hours(stage, 30);
        credit(stage, who, party_new(stage->sim, PARTY_PERSONAL), sum(stage, 20000, 14));
        online(stage, who);
        transfer(stage, who, cast_outside(stage, PARTY_PERSONAL), 9700)->signs |= ACT_PART;
        wait_days(stage, 2);
    }
}
