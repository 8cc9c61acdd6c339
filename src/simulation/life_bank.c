// The bank's own day: settlement to merchants, staff at their desks, alerts of its network,
// inspections, authorities, and the ticks at the end of the day.

#include "simulation/life.h"

#include "base/hash.h"
#include "simulation/event.h"


static void settle_merchants(struct simulation *sim, struct random *random) {
    for (uint32_t i = 0; i < sim->merchants_count; i++) {
        struct merchant *merchant = &sim->merchants[i];
        if (merchant->today_sum > 0 && merchant->customer != NONE) {
            struct act *act = life_plan(sim, random, ACT_SETTLE, BATCH, merchant->customer,
                                        5 * MS_PER_HOUR + draw_below(random, 3600000));
            act->amount = merchant->today_sum - merchant->today_sum * 38 / 10000; // less the fee
            act->clearing = INTRABANK;
            act->pay.merchant = i;
        }
        merchant->today_sum = 0;
        merchant->today_count = 0;
    }
}

static struct act *operate(struct simulation *sim, struct random *random, uint32_t employee,
                           uint8_t class, int64_t time) {
    struct act *act = life_plan(sim, random, ACT_STAFF, INTERNAL, NONE, time);
    act->account = NONE;
    act->phase = RESULT;
    uint16_t branch = sim->staff[employee].branch;
    act->staff = (struct staff_detail){.employee = employee,
                                       .branch = branch,
                                       .workstation = branch,
                                       .class = class,
                                       .code = 100u * class + 51,
                                       .records = 1,
                                       .ticket = true,
                                       .present = true};
    act->staff.off_hours = time < 7 * MS_PER_HOUR || time > 19 * MS_PER_HOUR;
    return act;
}

static uint32_t customer_near(struct simulation *sim, struct random *random, uint16_t branch) {
    for (int i = 0; i < 12; i++) {
        uint32_t who = draw_below(random, sim->plan.customers);
        if (branch == HEAD_OFFICE || sim->people[who].branch == branch) {
            return who;
        }
    }
    return draw_below(random, sim->plan.customers);
}

static void work_as_teller(struct simulation *sim, struct random *random, uint32_t employee) {
    const struct employee *of = &sim->staff[employee];
    uint32_t base = of->branch == HEAD_OFFICE ? 0 : of->branch * BRANCH_STAFF;
    for (uint32_t i = 2 + draw_below(random, 4); i > 0; i--) {
        struct act *act =
            operate(sim, random, employee, OP_TXN, day_time(random, HABIT_OFFICE));
        act->staff.has_about = true;
        act->staff.about = customer_near(sim, random, of->branch);
        act->staff.authoriser = draw_chance(random, 2000) ? base + 1 : 0;
    }
    struct act *count = operate(sim, random, employee, OP_COUNT,
                                17 * MS_PER_HOUR + draw_below(random, 2400000));
    count->staff.has_diff = true;
    count->staff.second = base + 1;
    count->staff.diff_amount =
        draw_chance(random, 120) ? YUAN(draw_below(random, 5) * 100) - YUAN(200) : 0;
    if (draw_chance(random, 700)) { // a slip of the keys, undone within minutes
        struct act *undo =
            operate(sim, random, employee, OP_REVERSAL, day_time(random, HABIT_OFFICE));
        undo->staff.has_age = true;
        undo->staff.age_min = 1 + draw_below(random, 25);
        undo->staff.authoriser = base + 1;
        undo->amount = draw_about(random, YUAN(1500), 30);
    }
}

static void work_as_supervisor(struct simulation *sim, struct random *random, uint32_t employee) {
    struct act *vault =
        operate(sim, random, employee, OP_VAULT, 8 * MS_PER_HOUR + draw_below(random, 1800000));
    vault->staff.second = employee + 1 + draw_below(random, TELLERS) + 1;
    for (uint32_t i = 2 + draw_below(random, 8); i > 0; i--) {
        operate(sim, random, employee, OP_AUTH, day_time(random, HABIT_OFFICE))
            ->staff.authoriser = employee + 1;
    }
    struct act *voucher = operate(sim, random, employee, OP_VOUCHER,
                                  17 * MS_PER_HOUR + draw_below(random, 1800000));
    voucher->staff.has_diff = true;
    voucher->staff.second = employee + 2;
}

static void work(struct simulation *sim, struct random *random, uint32_t employee) {
    struct employee *of = &sim->staff[employee];
    bool duty = !sim->today.off || of->post == POST_CALLS ||
                (of->post == POST_IT && draw_chance(random, 3000));
    if (!duty || draw_chance(random, of->on_leave ? 10000 : 600)) {
        return;
    }
    operate(sim, random, employee, OP_LOGIN, 8 * MS_PER_HOUR + draw_below(random, 2400000))
        ->staff.ticket = false;
    uint32_t queries = of->post == POST_CALLS     ? 8 + draw_below(random, 14)
                       : of->post == POST_MANAGER ? 2 + draw_below(random, 6)
                       : of->post == POST_TELLER  ? 3 + draw_below(random, 7)
                                                  : 0;
    for (uint32_t i = 0; i < queries; i++) {
        struct act *act = operate(sim, random, employee, OP_QUERY, day_time(random, HABIT_OFFICE));
        act->staff.has_about = true;
        act->staff.about =
            customer_near(sim, random, draw_chance(random, 9300) ? of->branch : HEAD_OFFICE);
        act->staff.ticket = !draw_chance(random, 300);
    }
    switch (of->post) {
    case POST_TELLER:
        work_as_teller(sim, random, employee);
        break;
    case POST_SUPERVISOR:
        work_as_supervisor(sim, random, employee);
        break;
    case POST_IT:
        if (draw_chance(random, 1500)) {
            int64_t at =
                draw_chance(random, 8000) ? day_time(random, HABIT_OFFICE) : 22 * MS_PER_HOUR;
            struct act *act =
                operate(sim, random, employee, draw_chance(random, 5000) ? OP_PARAM : OP_GRANT, at);
            act->staff.second = sim->branches_count * BRANCH_STAFF + draw_below(random, 10) + 1;
        }
        break;
    case POST_MANAGER:
        if (draw_chance(random, 600)) {
            operate(sim, random, employee, OP_EXPORT, day_time(random, HABIT_OFFICE))
                ->staff.records = 20 + draw_below(random, 180);
        }
        if (draw_chance(random, 400)) {
            operate(sim, random, employee, OP_PRINT, day_time(random, HABIT_OFFICE))
                ->staff.records = 1 + draw_below(random, 20);
        }
        if (draw_chance(random, 300)) {
            operate(sim, random, employee, OP_LOAN, day_time(random, HABIT_OFFICE));
        }
        break;
    default:
        break;
    }
}

// ---- network and machines -----------------------------------------------------------------------

static void alerts(struct simulation *sim, struct random *random) {
    static const struct {
        uint8_t kind, severity;
        uint16_t chance; // of ten thousand, a day
    } usual[] = {{0, 2, 9000},  {0, 1, 9000},  {1, 1, 6000},  {5, 1, 4000},  {6, 2, 7000},
                 {6, 1, 5000},  {2, 2, 3500},  {10, 1, 2500}, {16, 1, 3000}, {8, 2, 1200},
                 {17, 1, 9000}, {18, 1, 3500}, {19, 1, 900},  {20, 1, 700},  {22, 1, 1500},
                 {23, 1, 900},  {24, 1, 2200}, {25, 1, 500},  {14, 1, 600},  {7, 2, 150}};
    uint32_t scale = 1 + sim->branches_count / 20;
    for (uint32_t i = 0; i < sizeof usual / sizeof usual[0] * scale; i++) {
        uint32_t which = i % (sizeof usual / sizeof usual[0]);
        if (!draw_chance(random, usual[which].chance)) {
            continue;
        }
        struct act *act =
            life_plan(sim, random, ACT_ALERT, INTERNAL, NONE,
                      random_below(random, 1000) < 700 ? day_time(random, HABIT_OFFICE)
                                                       : day_time(random, HABIT_NIGHT));
        act->account = NONE;
        act->phase = RESULT;
        bool machine = usual[which].kind >= 21;
        bool planned = usual[which].kind >= 17 && draw_chance(random, 8500);
        act->alert = (struct alert_detail){
            .kind = usual[which].kind,
            .severity = usual[which].severity,
            .result = 1,
            .level = (uint8_t)(draw_chance(random, 1500) ? 0 : 1 + draw_below(random, 2)),
            .asset = draw_below(random, machine ? sim->branches_count * 4 : 120),
            .branch = machine ? draw_below(random, sim->branches_count) : HEAD_OFFICE,
            .ticket = planned,
            .source = draw_below(random, 4000),
            .has_source = usual[which].kind <= 7 || usual[which].kind == 16,
            .abroad = draw_chance(random, 3500),
            .account = usual[which].kind <= 1 || usual[which].kind == 17 || usual[which].kind == 18
                           ? 1 + draw_below(random, 40)
                           : 0,
            .api = usual[which].kind == 5 || usual[which].kind == 6 ? 1 + draw_below(random, 6) : 0,
            .hash = usual[which].kind == 8 ? 1 + draw_below(random, 500) : 0,
            .domain = usual[which].kind == 14 ? 1 + draw_below(random, 90) : 0,
            .records = usual[which].kind == 10 ? 1 + draw_below(random, 8) : 0,
            .bytes = usual[which].kind == 7    ? 200 + draw_below(random, 400)
                     : usual[which].kind == 10 ? draw_about(random, 40000, 24)
                                               : 0,
            .minutes = usual[which].kind >= 19 && usual[which].kind != 26
                           ? 1 + draw_below(random, 25)
                           : 0};
        act->alert.spot = act->alert.abroad ? place_abroad((Country)draw_below(random, COUNTRIES))
                                            : place_far(random_u64(random));
        act->alert.result = (uint8_t)(usual[which].kind >= 17     ? 2
                                      : draw_chance(random, 9400) ? 1
                                                                  : 2);
    }
}

// ---- inspections --------------------------------------------------------------------------------

static void inspect(struct simulation *sim, struct random *random, uint32_t branch, uint8_t kind,
                    uint32_t inspector) {
    uint32_t items = kind == 0 ? 5 + draw_below(random, 4) : 8 + draw_below(random, 10);
    int64_t time = 9 * MS_PER_HOUR + draw_below(random, 6 * 3600000);
    uint32_t number = sim->next_order++;
    uint16_t minutes = (uint16_t)(items * 3 + draw_below(random, 40));
    for (uint32_t i = 0; i < items; i++) {
        struct act *act = life_plan(sim, random, ACT_INSPECT, INTERNAL, NONE, time);
        act->account = NONE;
        act->phase = RESULT;
        time += (int64_t)minutes * MS_PER_MINUTE / items;
        bool fails = draw_chance(random, kind == 0 ? 250 : 700);
        act->inspect =
            (struct inspect_detail){.inspection = number,
                                    .inspector = inspector,
                                    .responsible = branch * BRANCH_STAFF + (i % 3),
                                    .item = 1 + i % 8,
                                    .branch = (uint16_t)branch,
                                    .items = (uint16_t)items,
                                    .minutes = minutes,
                                    .kind = kind,
                                    .category = (uint8_t)((i + draw_trait(0x91, branch, 14)) % 14),
                                    .result = fails,
                                    .hazard = (uint8_t)(!fails                      ? 0
                                                        : draw_chance(random, 6500) ? 1
                                                        : draw_chance(random, 8500) ? 2
                                                                                    : 3),
                                    .status = fails,
                                    .dup = (uint8_t)draw_below(random, 35),
                                    .distance = draw_below(random, 90),
                                    .persons = 2,
                                    .escort_ok = true};
        if (act->inspect.category == 2) {
            act->inspect.escort = true;
            act->inspect.deviation = (uint16_t)draw_below(random, 9);
            act->inspect.persons = (uint8_t)(2 + draw_below(random, 2));
        }
        if (fails) { // mended within days, checked again; seldom late
            struct act closed = *act;
            closed.inspect.kind = 6;
            closed.inspect.result = 0;
            closed.inspect.hazard = act->inspect.hazard;
            closed.inspect.status = draw_chance(random, 9200) ? 3 : 5;
            closed.inspect.recheck = 0;
            life_later(sim, &closed, (int64_t)draw_between(random, 2, 9) * MS_PER_DAY);
        }
    }
    sim->branches[branch].inspected_day = sim->today.day;
}

static void inspections(struct simulation *sim, struct random *random) {
    uint32_t inspectors = sim->branches_count * BRANCH_STAFF + 10;
    for (uint32_t branch = 0; branch < sim->branches_count && !sim->today.off; branch++) {
        if (sim->today.weekday == 1 + (int32_t)(branch % 5)) {
            inspect(sim, random, branch, 0, branch * BRANCH_STAFF); // its own round, every week
        }
        int32_t pause = sim->today.day - sim->branches[branch].inspected_day;
        if (draw_chance(random, pause > 30 ? 3000 : 330)) {
            uint32_t drawn = inspectors + draw_below(random, 6);
            inspect(sim, random, branch,
                    (uint8_t)(draw_chance(random, 6000)   ? 2
                              : draw_chance(random, 5000) ? 1
                                                          : 7),
                    drawn);
        }
        if (draw_chance(random, 60)) {
            sim->branches[branch].drill_day = sim->today.day;
        }
    }
}

// ---- authorities and feedback -------------------------------------------------------------------

static void authorities(struct simulation *sim, struct random *random) {
    for (uint32_t left = sim->plan.customers * 6 + draw_below(random, 100000); left >= 100000;
         left -= 100000) {
        int64_t at = day_time(random, HABIT_OFFICE);
        struct act *act =
            life_plan(sim, random, ACT_ORDER, API, draw_below(random, sim->plan.customers), at);
        act->order = (struct order_detail){.order = sim->next_order++,
                                           .kind = (uint8_t)draw_below(random, 2),
                                           .authority = (uint8_t)draw_below(random, 4)};
    }
    for (uint32_t left = sim->plan.customers * 9 + draw_below(random, 100000); left >= 100000;
         left -= 100000) {
        int64_t at = day_time(random, HABIT_OFFICE);
        struct act *act = life_plan(sim, random, ACT_FEEDBACK, INTERNAL,
                                    draw_below(random, sim->plan.customers), at);
        act->phase = RESULT;
        act->order =
            (struct order_detail){.order = sim->next_order++,
                                  .kind = (uint8_t)(draw_chance(random, 8500) ? 3 : 4),
                                  .about = draw_below(random, sim->branches_count * BRANCH_STAFF)};
    }
    for (uint32_t left = sim->plan.customers * 8 + draw_below(random, 40000); left >= 40000;
         left -= 40000) { // a shop asks for a code
        uint32_t who = draw_below(random, sim->plan.customers);
        int64_t at = day_time(random, HABIT_OFFICE);
        struct act *act = life_plan(sim, random, ACT_ONBOARD,
                                    draw_chance(random, 6000) ? MOBILE : COUNTER, who, at);
        uint32_t merchant = merchant_local(sim, random, sim->people[who].city, NONE);
        act->open = (struct open_detail){.address = who + UINT32_C(900000000),
                                         .reg_address = who + UINT32_C(900000000),
                                         .legal = who,
                                         .phone = who,
                                         .employer = merchant};
        act->outcome = draw_chance(random, 8800) ? OUTCOME_FINE : OUTCOME_REFUSED;
    }
}

// ---- ticks --------------------------------------------------------------------------------------

static void tick(struct simulation *sim, struct random *random, uint8_t entity, uint32_t number) {
    struct act *act =
        life_plan(sim, random, ACT_TICK, BATCH, NONE, 1000 + draw_below(random, 600000));
    act->account = NONE;
    act->phase = RESULT;
    act->order.kind = entity;
    act->order.tick = number;
    act->order.order = (uint32_t)calendar_day(sim->today.day - 1).date;
}

// Branches, staff and merchants every night, firms on Sundays, accounts that moved on the first of
// the month.
static void ticks(struct simulation *sim, struct random *random) {
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        tick(sim, random, 4, i);
    }
    for (uint32_t i = 0; i < sim->staff_count; i++) {
        tick(sim, random, 3, i);
    }
    for (uint32_t i = 0; i < sim->merchants_count; i++) {
        if (sim->merchants[i].customer != NONE) {
            tick(sim, random, 2, i);
        }
    }
    for (uint32_t i = 0; i < sim->firms && sim->today.weekday == 1; i++) {
        tick(sim, random, 1, firm_customer(sim, i));
    }
    for (uint32_t i = 0; i < sim->accounts_count && sim->today.day_of_month == 1; i++) {
        if (sim->accounts[i].state == ACCOUNT_OPEN &&
            sim->accounts[i].last_day >= sim->today.day - 31) {
            tick(sim, random, 0, i);
        }
    }
}

void life_bank(struct simulation *sim) {
    struct random random;
    random_init(&random, hash_mix(sim->plan.seed ^ 0xba2c, (uint64_t)sim->today.day));
    settle_merchants(sim, &random);
    for (uint32_t i = 0; i < sim->staff_count; i++) {
        work(sim, &random, i);
    }
    alerts(sim, &random);
    inspections(sim, &random);
    authorities(sim, &random);
    ticks(sim, &random);
}
