// Who there is: persons, firms, merchants, branches and staff, drawn once from the seed.

#include "simulation/world.h"

#include "base/hash.h"

#include <stdlib.h>

enum {
    FIRMS_PER_MILLE = 25,
    MERCHANTS_PER_MILLE = 30,
    NEWCOMERS_PER_MILLE_MONTH = 12,
    PEOPLE_PER_BRANCH = 1500
};

// ---- parties ------------------------------------------------------------------------------------

struct party party_own(uint32_t account) {
    return (struct party){.number = account, .own = true};
}
struct party party_outside(PartyType type, uint32_t number) {
    return (struct party){.number = number, .type = (uint8_t)type};
}
struct party party_new(struct simulation *sim, PartyType type) {
    return party_outside(type, sim->next_outside++);
}
// His account at another bank.
struct party party_self(uint32_t person) {
    return (struct party){.number = person, .type = PARTY_PERSONAL, .self = true};
}

// ---- devices, accounts --------------------------------------------------------------------------

uint32_t device_of(const struct simulation *sim, uint32_t person) {
    return sim->people[person].device;
}
uint32_t device_new(struct simulation *sim) {
    return sim->next_device++;
}

uint32_t account_add(struct simulation *sim, uint32_t customer, AcctClass class, int32_t open_day) {
    if (sim->accounts_count == sim->accounts_capacity) {
        sim->accounts_capacity = sim->accounts_capacity * 5 / 4 + 1024;
        sim->accounts =
            memory_resize(sim->accounts, sizeof *sim->accounts * sim->accounts_capacity);
    }
    struct account *account = &sim->accounts[sim->accounts_count];
    *account = (struct account){
        .customer = customer, .class = (uint8_t) class, .open_day = open_day, .last_day = open_day};
    return sim->accounts_count++;
}

// ---- where somebody is --------------------------------------------------------------------------

Spot person_spot(const struct simulation *sim, uint32_t person) {
    const struct person *of = &sim->people[person];
    bool away = sim->today.day >= of->away_from && sim->today.day <= of->away_to;
    return away ? of->away : of->city;
}
Spot customer_city(const struct simulation *sim, uint32_t customer) {
    return is_person(sim, customer) ? sim->people[customer].city : firm_of(sim, customer)->city;
}
uint16_t customer_branch(const struct simulation *sim, uint32_t customer) {
    return is_person(sim, customer) ? sim->people[customer].branch : firm_of(sim, customer)->branch;
}

// ---- who pays whom ------------------------------------------------------------------------------

// Eight friends and relatives, the first three close: four in ten have their account here.
struct party person_friend(const struct simulation *sim, uint32_t person, uint32_t number) {
    uint64_t friend = hash_mix(hash_mix(0xf1, person), number);
    if (friend % 10 < 4) {
        uint32_t other = (uint32_t)((friend >> 8) % sim->persons);
        const struct account *account = &sim->accounts[other];
        if (other != person && account->state == ACCOUNT_OPEN &&
            (sim->people[other].habits & (IS_DORMANT | IS_RESERVED)) == 0) {
            return party_own(other);
        }
    }
    return party_outside(PARTY_PERSONAL, (uint32_t)(friend >> 33));
}

struct party firm_partner(const struct simulation *sim, uint32_t firm, uint32_t number,
                          bool supplier) {
    uint64_t partner = hash_mix(hash_mix(supplier ? 0xf2 : 0xf3, firm), number);
    if (partner % 10 < 3 && sim->firms > 1) {
        uint32_t other = (uint32_t)((partner >> 8) % sim->firms);
        if (other != firm && sim->accounts[firm_customer(sim, other)].state == ACCOUNT_OPEN) {
            return party_own(firm_customer(sim, other));
        }
    }
    return party_outside(PARTY_CORPORATE, (uint32_t)(partner >> 33));
}

uint32_t merchant_local(const struct simulation *sim, struct random *random, Spot city,
                        uint32_t favourite_of) {
    if (place_is_abroad(city)) {
        return NONE;
    }
    uint32_t first = sim->city_merchants[city];
    uint32_t count = sim->city_merchants[city + 1] - first;
    if (favourite_of != NONE && draw_chance(random, 7000)) {
        return first + draw_trait(0x71 + draw_below(random, 6), favourite_of, count);
    }
    // Squared: the first ones of a city are its large shops.
    uint64_t share = random_below(random, 1 << 16);
    return first + (uint32_t)(share * share * count >> 32);
}

uint32_t merchant_online(struct random *random) {
    uint64_t share = random_below(random, 1 << 16);
    return (uint32_t)(share * share * MERCHANTS_ONLINE >> 32);
}

// ---- times of the day ---------------------------------------------------------------------------

// Weights of the hours: of most people, of night workers, of old people, of office hours.
static const uint8_t hours[4][24] = {
    {4, 2, 1, 1, 1, 3, 12, 40, 55, 45, 48, 70, 85, 55, 42, 42, 45, 60, 85, 80, 75, 65, 40, 14},
    {70, 62, 55, 50, 40, 35, 45, 50, 25, 8, 4, 4, 6, 14, 30, 42, 55, 60, 60, 45, 40, 50, 60, 70},
    {1, 0, 0, 1, 3, 14, 45, 70, 85, 90, 75, 45, 25, 25, 45, 55, 50, 40, 30, 28, 18, 8, 3, 1},
    {0, 0, 0, 0, 0, 0, 0, 2, 40, 95, 100, 70, 20, 45, 85, 95, 80, 30, 6, 3, 2, 1, 0, 0},
};

int64_t day_time(struct random *random, uint32_t habit) {
    uint32_t sum = 0;
    for (uint32_t hour = 0; hour < 24; hour++) {
        sum += hours[habit][hour];
    }
    uint32_t share = draw_below(random, sum);
    uint32_t hour = 0;
    while (share >= hours[habit][hour]) {
        share -= hours[habit][hour++];
    }
    return hour * MS_PER_HOUR + (int64_t)random_below(random, MS_PER_HOUR);
}

// ---- persons ------------------------------------------------------------------------------------

struct kind_facts {
    uint8_t share; // in hundred
    uint8_t age_from, age_to;
    int32_t income; // yuan a month, the middle
    uint8_t app, credit, rents, mortgage;
};
static const struct kind_facts kinds[PERSON_KINDS] = {
    [WORKER] = {38, 22, 58, 7800, 96, 35, 28, 30},
    [CIVIL_SERVANT] = {6, 24, 59, 10500, 97, 60, 8, 45},
    [NIGHT_WORKER] = {4, 20, 52, 6800, 97, 15, 45, 10},
    [DRIVER] = {4, 24, 57, 8200, 97, 20, 25, 18},
    [SHOPKEEPER] = {7, 25, 62, 12000, 95, 35, 20, 30},
    [SELLER] = {2, 20, 50, 9500, 99, 35, 25, 20},
    [FARMER] = {6, 30, 72, 3200, 60, 5, 2, 3},
    [HOUSEWIFE] = {5, 25, 62, 3500, 90, 15, 10, 5},
    [STUDENT] = {9, 17, 24, 1800, 99, 4, 10, 0},
    [UNEMPLOYED] = {3, 18, 55, 1500, 92, 10, 40, 4},
    [RETIRED] = {15, 56, 88, 4600, 62, 8, 2, 2},
    [MINOR] = {1, 10, 17, 300, 80, 0, 0, 0},
};

static PersonKind draw_kind(struct random *random) {
    uint32_t share = draw_below(random, 100);
    uint32_t kind = 0;
    while (share >= kinds[kind].share) {
        share -= kinds[kind++].share;
    }
    return (PersonKind)kind;
}

static bool percent(struct random *random, uint32_t of_hundred) {
    return draw_chance(random, of_hundred * 100);
}

static uint32_t draw_habits(struct random *random, const struct person *person, PersonKind kind, bool is_staff) {
    const struct kind_facts *facts = &kinds[kind];
    uint32_t habits = 0;
    habits |= percent(random, person->age >= 72 ? facts->app / 2 : facts->app) ? HAS_APP : 0;
    habits |= percent(random, facts->credit) && person->age >= 20 ? HAS_CREDIT : 0;
    habits |= (habits & HAS_APP) != 0 && percent(random, 8) ? HAS_SECOND : 0;
    habits |= percent(random, facts->rents)      ? RENTS
              : percent(random, facts->mortgage) ? HAS_MORTGAGE
                                                  : 0;
    habits |= percent(random, 2) && person->age >= 35 ? IS_LANDLORD : 0;
    habits |= is_staff ? IS_STAFF : 0;
    habits |= !is_staff && percent(random, 4) ? IS_DORMANT : 0;
    habits |= kind == CIVIL_SERVANT && percent(random, 3) ? IS_PEP : 0;
    habits |= draw_chance(random, 20) ? PEP_RELATED : 0;
    habits |= person->income > YUAN(22000) ? IS_VIP : 0;
    habits |=
        person->age >= 42 && person->age <= 58 && person->income > YUAN(9000) && percent(random, 4)
            ? SENDS_ABROAD
            : 0;
    habits |= kind == RETIRED && percent(random, 50) ? RUNS_HOUSEHOLD_CASH : 0;
    habits |= person->age >= 23 && person->age < 60 && percent(random, 6) ? HAS_LOAN : 0;
    habits |= percent(random, 25) ? TRAVELS : 0;
    return habits;
}

// A place for somebody who opens an account during the run.
static void make_newcomer(struct person *person, struct account *account) {
    person->habits =
        (person->habits | IS_RESERVED) & ~(uint32_t)(HAS_CREDIT | HAS_SECOND | HAS_MORTGAGE |
                                                     IS_DORMANT | HAS_LOAN | IS_LANDLORD);
    person->open_day = account->open_day = INT32_MAX;
    account->balance = 0;
    account->state = ACCOUNT_NOT_YET;
    person->deposit = 0;
}

static void make_person(struct simulation *sim, uint32_t index, bool newcomer) {
    struct person *person = &sim->people[index];
    struct random random;
    random_init(&random, hash_mix(sim->plan.seed ^ 0xa1, index));
    bool is_staff = index < sim->staff_count;
    PersonKind kind = is_staff ? WORKER : draw_kind(&random);
    const struct kind_facts *facts = &kinds[kind];
    int32_t first = sim->plan.first_day;
    person->kind = (uint8_t)kind;
    person->age = (uint8_t)draw_between(&random, facts->age_from, facts->age_to);
    person->income = draw_about(&random, YUAN(is_staff ? 9500 : facts->income), 14);
    person->branch =
        (uint16_t)(is_staff ? sim->staff[index].branch : draw_below(&random, sim->branches_count));
    if (person->branch == HEAD_OFFICE) {
        person->branch = 0;
    }
    Spot branch_city = sim->branches[person->branch].city;
    person->city =
        percent(&random, 94) ? branch_city : place_near(branch_city, random_u64(&random));
    person->cert_city = percent(&random, 62)   ? person->city
                        : percent(&random, 55) ? place_near(person->city, random_u64(&random))
                                               : place_far(random_u64(&random));
    person->employer =
        sim->firms > 0 && percent(&random, 35) ? draw_below(&random, sim->firms) : NONE;
    person->pay_day =
        (uint8_t)(person->employer != NONE ? 5 + draw_trait(0x11, person->employer, 20)
                                           : 5 + draw_below(&random, 21));
    person->rent_day = (uint8_t)(1 + draw_below(&random, 28));
    person->device = index * 4;
    person->device_day = first - (int32_t)draw_about(&random, 380, 24);
    person->open_day = percent(&random, 5) ? first - 2 - (int32_t)draw_below(&random, 88)
                                           : first - (int32_t)draw_about(&random, 1500, 24);
    if (person->device_day < person->open_day) {
        person->device_day = person->open_day;
    }
    person->away_from = INT32_MAX;
    person->away_to = INT32_MIN;
    person->second = person->credit = NONE;
    person->landlord = NONE;
    person->deposit = percent(&random, kind == RETIRED ? 60 : 22)
                          ? draw_round_sum(&random, draw_about(&random, person->income * 12, 24))
                          : 0;
    person->term = (uint8_t)draw_below(&random, 120);
    uint32_t habits = draw_habits(&random, person, kind, is_staff);
    person->habits = habits;
    if ((habits & RENTS) != 0) {
        person->landlord = draw_below(&random, sim->persons - sim->newcomers);
    }
    struct account *account = &sim->accounts[index];
    account->class = CLASS_I;
    account->customer = index;
    account->balance = draw_about(&random, person->income * 2, 24);
    account->open_day = person->open_day;
    account->last_day = first - (int32_t)draw_below(&random, 3);
    if ((habits & IS_DORMANT) != 0) {
        account->last_day = first - 190 - (int32_t)draw_below(&random, 700);
        account->balance = draw_about(&random, YUAN(120), 40);
        person->open_day = account->open_day =
            account->last_day - 30 - (int32_t)draw_below(&random, 900);
    }
    if (newcomer) {
        make_newcomer(person, account);
    }
}

// Accounts beyond the first; after all main accounts have their numbers.
static void open_further(struct simulation *sim, uint32_t index) {
    struct person *person = &sim->people[index];
    if ((person->habits & HAS_SECOND) != 0) {
        person->second = account_add(
            sim, index, CLASS_II,
            person->open_day + 1 < sim->plan.first_day ? person->open_day + 1 : person->open_day);
        sim->accounts[person->second].balance = person->income / 20;
    }
    if ((person->habits & HAS_CREDIT) != 0) {
        person->credit = account_add(sim, index, CLASS_CREDIT, person->open_day);
        sim->accounts[person->credit].balance =
            draw_round_sum(&(struct random){{index, 5, 7, 9}}, person->income * 3); // the limit
    }
}

// ---- firms --------------------------------------------------------------------------------------

static void make_firm(struct simulation *sim, uint32_t index) {
    struct firm *firm = &sim->companies[index];
    struct random random;
    random_init(&random, hash_mix(sim->plan.seed ^ 0xa2, index));
    firm->branch = (uint16_t)draw_below(&random, sim->branches_count);
    firm->city = sim->branches[firm->branch].city;
    firm->industry = (uint8_t)draw_below(&random, 14);
    firm->staff = (uint16_t)draw_about(&random, 14, 40);
    firm->dispatches = draw_chance(&random, 150);
    if (firm->dispatches) {
        firm->staff = (uint16_t)(firm->staff + 150);
    }
    firm->turnover = draw_about(&random, YUAN(60000) * (firm->staff + 2), 16);
    firm->legal = draw_below(&random, sim->persons - sim->newcomers);
    firm->device = device_new(sim);
    firm->mac = index;
    firm->founded_day = sim->plan.first_day - 40 - (int32_t)draw_about(&random, 1800, 24);
    firm->open_day = firm->founded_day + 5 + (int32_t)draw_below(&random, 30);
    firm->pay_day = (uint8_t)(5 + draw_trait(0x11, index, 20));
    firm->exports = draw_chance(&random, 1200);
    firm->term = (uint8_t)draw_below(&random, 24);
    struct account *account = &sim->accounts[firm_customer(sim, index)];
    *account = (struct account){.class = CORP_BASIC,
                                .customer = firm_customer(sim, index),
                                .balance = draw_about(&random, firm->turnover / 2, 16),
                                .open_day = firm->open_day,
                                .last_day = sim->plan.first_day - 1};
}

// ---- merchants ----------------------------------------------------------------------------------

static const struct {
    uint16_t mcc, ticket;
    uint8_t open, close, share;
} trades[] = {
    {5411, 45, 7, 22, 22}, {5812, 55, 9, 23, 22},  {5814, 22, 6, 23, 14},  {5311, 180, 9, 22, 4},
    {5912, 60, 8, 21, 6},  {5541, 260, 0, 24, 4},  {5651, 220, 9, 22, 7},  {5732, 900, 9, 21, 3},
    {8062, 320, 0, 24, 3}, {7230, 90, 9, 22, 5},   {5944, 2600, 9, 21, 2}, {5094, 4200, 9, 18, 1},
    {7011, 340, 0, 24, 2}, {5722, 1800, 9, 20, 2}, {8299, 1500, 8, 21, 2}, {5712, 2400, 9, 20, 1},
};
static const struct {
    uint16_t mcc, ticket;
} online_trades[] = {{5311, 90}, {4814, 60}, {5812, 32},  {4121, 22},  {4900, 140}, {7994, 50},
                     {4111, 8},  {5816, 40}, {4722, 700}, {5732, 600}, {8398, 30},  {6513, 2000}};

static void make_merchant(struct simulation *sim, uint32_t index, Spot city, bool online) {
    struct merchant *merchant = &sim->merchants[index];
    struct random random;
    random_init(&random, hash_mix(sim->plan.seed ^ 0xa3, index));
    merchant->city = city;
    merchant->online = online;
    merchant->customer = NONE;
    if (online) {
        uint32_t trade = index % (sizeof online_trades / sizeof online_trades[0]);
        merchant->mcc = online_trades[trade].mcc;
        merchant->ticket = online_trades[trade].ticket;
        merchant->close_hour = 24;
    } else {
        uint32_t share = draw_below(&random, 100);
        uint32_t trade = 0;
        while (share >= trades[trade].share) {
            share -= trades[trade++].share;
        }
        merchant->mcc = trades[trade].mcc;
        merchant->ticket = (uint16_t)draw_about(&random, trades[trade].ticket, 8);
        merchant->open_hour = trades[trade].open;
        merchant->close_hour = trades[trade].close;
        merchant->micro = trades[trade].ticket < 100 && draw_chance(&random, 6500);
    }
    merchant->terminals = (uint8_t)(merchant->micro ? 1 : 1 + draw_below(&random, 6));
    merchant->onboard_day = sim->plan.first_day - 60 - (int32_t)draw_about(&random, 700, 24);
    merchant->last_day = sim->plan.first_day - 1;
    merchant->promotes = !online && draw_chance(&random, 600);
}

static void make_merchants(struct simulation *sim) {
    uint32_t cities = place_cities();
    uint32_t *people = memory_alloc(sizeof *people * cities);
    for (uint32_t i = 0; i < sim->persons; i++) {
        people[sim->people[i].city]++;
    }
    sim->city_merchants = memory_alloc(sizeof *sim->city_merchants * (cities + 1));
    uint32_t count = MERCHANTS_ONLINE;
    for (uint32_t city = 0; city < cities; city++) {
        sim->city_merchants[city] = count;
        count += OLD_MERCHANTS_PER_CITY +
                 (uint32_t)((uint64_t)people[city] * MERCHANTS_PER_MILLE / 1000) +
                 (people[city] > 50 ? 12 : 0);
    }
    sim->city_merchants[cities] = count;
    sim->merchants_count = count;
    sim->merchants = memory_alloc(sizeof *sim->merchants * count);
    for (uint32_t i = 0; i < MERCHANTS_ONLINE; i++) {
        make_merchant(sim, i, place_of_code(SEAT_CODE), true);
    }
    for (uint32_t city = 0; city < cities; city++) {
        for (uint32_t i = sim->city_merchants[city]; i < sim->city_merchants[city + 1]; i++) {
            make_merchant(sim, i, (Spot)city, false);
        }
    }
    free(people);
}

// Shopkeepers of a city take over its merchants, small ones first found; firms take some of the
// larger.
static void give_merchants(struct simulation *sim) {
    for (uint32_t i = 0; i < sim->persons + sim->firms; i++) {
        bool person = is_person(sim, i);
        if (person ? sim->people[i].kind != SHOPKEEPER ||
                         (sim->people[i].habits & (IS_RESERVED | IS_DORMANT)) != 0
                   : draw_trait(0x21, i, 100) >= 20) {
            continue;
        }
        Spot city = customer_city(sim, i);
        uint32_t first = sim->city_merchants[city];
        uint32_t count = sim->city_merchants[city + 1] - first;
        for (uint32_t attempt = 0; attempt < 8; attempt++) {
            struct merchant *merchant =
                &sim->merchants[first + draw_trait(0x22 + attempt, i, count)];
            if (merchant->customer == NONE && merchant->micro == person) {
                merchant->customer = i;
                sim->accounts[i].settles = true;
                break;
            }
        }
    }
}

// ---- the bank -----------------------------------------------------------------------------------

static void make_bank(struct simulation *sim) {
    Spot seat = place_of_code(SEAT_CODE);
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        struct branch *branch = &sim->branches[i];
        uint64_t draw = hash_mix(0xa4, i);
        branch->city = i * 10 < sim->branches_count * 6 || i == 0 ? seat : place_near(seat, draw);
        branch->desks = TELLERS;
        branch->inspected_day = sim->plan.first_day - 3 - (int32_t)(draw % 40);
        branch->drill_day = sim->plan.first_day - 10 - (int32_t)(draw >> 20) % 150;
    }
    for (uint32_t i = 0; i < sim->staff_count; i++) {
        struct employee *employee = &sim->staff[i];
        uint64_t draw = hash_mix(hash_mix(sim->plan.seed, 0xa5), i);
        bool head = i >= sim->branches_count * BRANCH_STAFF;
        uint32_t place = head ? i - sim->branches_count * BRANCH_STAFF : i % BRANCH_STAFF;
        employee->person = i;
        employee->branch = head ? HEAD_OFFICE : (uint16_t)(i / BRANCH_STAFF);
        employee->post = (uint8_t)(head ? (place < 10   ? POST_IT
                                           : place < 16 ? POST_INSPECTOR
                                                        : POST_CALLS)
                                        : (place == 0         ? POST_SUPERVISOR
                                           : place <= TELLERS ? POST_TELLER
                                                              : POST_MANAGER));
        employee->since_day = sim->plan.first_day - 30 - (int32_t)(draw % 900);
        employee->leave_day = sim->plan.first_day - (int32_t)(draw >> 16) % 280;
        employee->resigning = draw >> 40 & 127 ? false : true;
        employee->on_leave = (draw >> 50 & 31) == 0;
    }
}

void world_create(struct simulation *sim) {
    const struct simulation_plan *plan = &sim->plan;
    uint32_t customers = plan->customers;
    sim->newcomers =
        (uint32_t)((uint64_t)customers * (plan->days + plan->past_days + 10) *
                   NEWCOMERS_PER_MILLE_MONTH / 30000) +
        (uint32_t)((uint64_t)customers * plan->days * plan->rate_percent / 100 / 30 / 60) + 60;
    sim->persons = customers + sim->newcomers;
    sim->next_newcomer = customers;
    sim->firms = customers * FIRMS_PER_MILLE / 1000 + 12;
    sim->branches_count = customers / PEOPLE_PER_BRANCH + 4;
    sim->branches_count = sim->branches_count > 400 ? 400 : sim->branches_count;
    sim->staff_count = sim->branches_count * BRANCH_STAFF + HEAD_STAFF;
    if (sim->staff_count > customers / 2) {
        sim->branches_count = 2;
        sim->staff_count = 2 * BRANCH_STAFF + HEAD_STAFF;
    }
    sim->people = memory_alloc(sizeof *sim->people * sim->persons);
    sim->companies = memory_alloc(sizeof *sim->companies * sim->firms);
    sim->branches = memory_alloc(sizeof *sim->branches * sim->branches_count);
    sim->staff = memory_alloc(sizeof *sim->staff * sim->staff_count);
    sim->accounts_count = sim->persons + sim->firms;
    sim->accounts_capacity = sim->accounts_count + customers / 2 + 1024;
    sim->accounts = memory_alloc(sizeof *sim->accounts * sim->accounts_capacity);
    sim->next_device = sim->persons * 4;
    sim->next_outside = UINT32_C(3000000000);
    sim->next_loan = sim->persons * 2 + sim->firms * 2;
    sim->next_net = 1;
    sim->usd_price = 715000;
    sim->coin_price = 71800;
    make_bank(sim);
    for (uint32_t i = 0; i < sim->persons; i++) {
        make_person(sim, i, i >= customers);
    }
    for (uint32_t i = 0; i < sim->firms; i++) {
        make_firm(sim, i);
    }
    for (uint32_t i = 0; i < customers; i++) {
        open_further(sim, i);
    }
    make_merchants(sim);
    give_merchants(sim);
}
