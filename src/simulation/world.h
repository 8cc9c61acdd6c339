#pragma once
// World: who and what there is in the bank, as arrays; and the simulation that holds them.
//
// Customers are persons (0 .. persons-1) and firms behind them; account i is the main account of
// customer i, later ones follow in the order in which they were opened. The last persons are not
// customers yet: they open an account in the course of the run. Things outside (accounts of other
// banks, addresses, devices) are numbers whose properties follow from a hash.

#include "base/arena.h"
#include "simulation/act.h"
#include "simulation/calendar.h"
#include "simulation/draw.h"
#include "simulation/line.h"
#include "simulation/simulation.h"

#define NONE UINT32_MAX
#define YUAN(yuan) ((int64_t)(yuan)*100)
#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR (60 * MS_PER_MINUTE)
#define MS_PER_DAY (24 * MS_PER_HOUR)
#define ZONE_MS (8 * MS_PER_HOUR)

typedef enum PersonKind {
    WORKER,
    CIVIL_SERVANT,
    NIGHT_WORKER, // shifts from evening to morning
    DRIVER,
    SHOPKEEPER, // a sole trader with a shop or a stall
    SELLER,     // sells on chat groups, to payers everywhere
    FARMER,
    HOUSEWIFE,
    STUDENT,
    UNEMPLOYED,
    RETIRED,
    MINOR,
    PERSON_KINDS,
} PersonKind;

// Habits and roles, for good.
enum {
    HAS_APP = 1 << 0,
    HAS_CREDIT = 1 << 1, // a credit card of the bank
    HAS_SECOND = 1 << 2, // an account of class II
    RENTS = 1 << 3,
    HAS_MORTGAGE = 1 << 4,
    IS_LANDLORD = 1 << 5,
    IS_STAFF = 1 << 6,
    IS_DORMANT = 1 << 7, // has not moved for half a year
    IS_PEP = 1 << 8,
    IS_VIP = 1 << 9,
    SENDS_ABROAD = 1 << 10, // a child studies abroad
    RUNS_HOUSEHOLD_CASH = 1 << 11,
    PEP_RELATED = 1 << 12,
    IS_RESERVED = 1 << 13, // not a customer yet
    HAS_LOAN = 1 << 14,
    TRAVELS = 1 << 15,
};

struct person {
    int64_t income;    // a month
    int64_t deposit;   // in time deposits
    int64_t owed;      // on the credit card
    uint32_t employer; // a firm's index, or NONE
    uint32_t landlord;
    uint32_t device;
    uint32_t second, credit; // accounts
    uint32_t taken_by;       // the case that plays with him
    uint32_t habits;
    int32_t device_day; // when he began to use it
    int32_t open_day;
    int32_t away_from, away_to;
    int32_t told_day; // a lookalike tells all that he does on it
    Spot city, cert_city, away;
    uint16_t branch;
    uint8_t kind, age;
    uint8_t pay_day, rent_day;
    uint8_t friends_new; // payees added so far
    uint8_t term;        // instalments paid
};

struct firm {
    int64_t turnover; // a month
    uint32_t legal;   // a person
    uint32_t device, mac;
    uint32_t taken_by;
    int32_t founded_day, open_day;
    Spot city;
    uint16_t branch;
    uint16_t staff;
    uint8_t industry;
    uint8_t pay_day;
    uint8_t term;
    bool exports;
    bool dispatches; // labour agency: pays hundreds
};

typedef enum AccountState {
    ACCOUNT_OPEN,
    ACCOUNT_NOT_YET,
    ACCOUNT_CLOSED,
    ACCOUNT_STOPPED
} AccountState;

typedef enum AcctClass {
    CLASS_I,
    CLASS_II,
    CLASS_III,
    CLASS_CREDIT,
    CORP_BASIC,
    CORP_GENERAL
} AcctClass;

struct account {
    int64_t balance;
    int64_t out_sum, in_sum, max_out, balance_sum; // since the past began, the last by day
    int64_t out_today;
    uint32_t customer;
    int32_t open_day, last_day; // of a movement that the customer started
    int32_t out_day;
    uint8_t class, state;
    bool settles; // of a merchant
    bool moved;   // since the profile was last told
};

struct merchant {
    int64_t today_sum, sum;
    uint32_t today_count, count;
    uint32_t customer; // who is settled with, NONE: a merchant of another acquirer
    int32_t onboard_day, last_day;
    Spot city;
    uint16_t mcc;
    uint16_t ticket; // yuan, usual
    uint8_t open_hour, close_hour, terminals;
    bool online, micro, promotes;
};

struct branch {
    uint32_t net;
    Spot city;
    uint16_t desks; // tellers
    int32_t inspected_day, drill_day;
};

struct employee {
    uint32_t person;
    uint16_t branch;
    uint8_t post; // StaffPost
    bool resigning, on_leave;
    int32_t since_day, leave_day;
};

typedef enum StaffPost {
    POST_TELLER,
    POST_MANAGER,
    POST_SUPERVISOR,
    POST_IT,
    POST_INSPECTOR,
    POST_CALLS
} StaffPost;

enum {
    HEAD_OFFICE = UINT16_MAX,
    TELLERS = 4,
    BRANCH_STAFF = 8,
    HEAD_STAFF = 30,
    MERCHANTS_ONLINE = 60,
    OLD_MERCHANTS_PER_CITY = 2
};

struct case_event {
    uint64_t event;
    int64_t time, lost;
    uint8_t part;
};

// What somebody or something is to a case, and what it is.
typedef enum Role {
#define ROLE(name, word, zh, what) ROLE_##name,
#include "simulation/roles.def"
#undef ROLE
    ROLES,
} Role;
typedef enum ThingKind {
    THING_CUSTOMER,
    THING_ACCOUNT, // also elsewhere: its party tells
    THING_MERCHANT,
    THING_DEVICE,
    THING_EMPLOYEE,
    THING_HOST,
    THING_EQUIPMENT, // of a branch: a camera, a machine
    THING_BRANCH,
} ThingKind;
struct participant {
    struct party party; // its number; the rest for accounts
    uint8_t thing, role;
};

struct story {
    const struct scenario *scenario;
    const char *variant;
    struct participant *participants;
    uint32_t participant_count, participant_capacity;
    struct case_event *events;
    uint32_t event_count, event_capacity;
    uint32_t people[24], accounts[24];
    struct party outside[12];
    uint8_t people_count, account_count, outside_count;
    uint32_t open_acts;
    int32_t start_day;
    int64_t stake, lost;
    bool begun, listed;
};

struct agenda;

struct innocent {
    uint64_t event;
    int64_t time;
    uint8_t lookalike;
};

struct simulation {
    struct simulation_plan plan;
    struct arena arena;
    DayFacts today;
    uint32_t due;      // days of the month whose payments are made today: banks pay before days off
    bool bonus;        // wages come with a bonus this month
    int64_t day_start; // ms UTC
    bool muted;        // the past

    uint32_t persons, newcomers, next_newcomer, firms, merchants_count, branches_count, staff_count;
    uint32_t accounts_count, accounts_capacity;
    struct person *people;
    struct firm *companies;
    struct account *accounts;
    struct merchant *merchants;
    uint32_t *city_merchants; // first of each city, and the end
    struct branch *branches;
    struct employee *staff;
    uint32_t next_device, next_outside, next_loan, next_order, next_net;
    int64_t usd_price, coin_price; // fen for a thousand dollars, a hundred coins

    struct agenda *agenda;
    struct random random; // of the act that is carried out
    struct known *known;
    struct buf *out;
    uint64_t next_event;
    uint64_t events, changes;
    uint64_t counts[ACT_KINDS];

    struct story *cases; // from 1
    uint32_t cases_count, cases_begun;
    uint32_t case_now; // whose act is carried out

    struct innocent *innocents; // events of lookalikes
    uint64_t innocent_count, innocent_capacity;
};

static inline bool is_person(const struct simulation *sim, uint32_t customer) {
    return customer < sim->persons;
}
static inline struct firm *firm_of(const struct simulation *sim, uint32_t customer) {
    return &sim->companies[customer - sim->persons];
}
static inline uint32_t firm_customer(const struct simulation *sim, uint32_t firm) {
    return sim->persons + firm;
}

// people.c, firms.c
void world_create(struct simulation *sim);
uint32_t account_add(struct simulation *sim, uint32_t customer, AcctClass class, int32_t open_day);
// The phone a person uses; another device of his (1 .. 3); one that nobody had.
uint32_t device_of(const struct simulation *sim, uint32_t person);
uint32_t device_new(struct simulation *sim);
Spot person_spot(const struct simulation *sim, uint32_t person); // today
Spot customer_city(const struct simulation *sim, uint32_t customer);
uint16_t customer_branch(const struct simulation *sim, uint32_t customer);
struct party person_friend(const struct simulation *sim, uint32_t person, uint32_t number);
struct party firm_partner(const struct simulation *sim, uint32_t firm, uint32_t number,
                          bool supplier);
uint32_t merchant_local(const struct simulation *sim, struct random *random, Spot city,
                        uint32_t favourite_of);
uint32_t merchant_online(struct random *random);
struct party party_own(uint32_t account);
struct party party_outside(PartyType type, uint32_t number);
struct party party_new(struct simulation *sim, PartyType type);
struct party party_self(uint32_t person);
// When somebody does something: as most people, by night, as the old, in office hours.
enum { HABIT_MOST, HABIT_NIGHT, HABIT_OLD, HABIT_OFFICE };
int64_t day_time(struct random *random, uint32_t habit); // ms since midnight
