// One function writes the columns of a thing; they go into a table file before the first day and
// into records afterwards.
//
// A night's batch is done at midnight here. It counts days on while they are few (up to a hundred),
// and refreshes what is computed from movements for a seventh of all accounts each night: those
// that moved.

#include "simulation/known.h"

#include "base/hash.h"
#include "simulation/event.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNTED_DAYS = 100 };

#define LINE_NAME_CODE(line, name, spot)                                                           \
    (LINE_PUT(line, ",\"" name "\":\""), line_digits(line, place_code(spot), 6),                   \
     LINE_PUT(line, "\""))

struct pair_seen {
    uint32_t device, customer;
    int32_t day; // 0: free
};

struct known {
    struct pair_seen *pairs; // open addressing
    uint32_t pair_count, pair_capacity;
    uint32_t *opened; // accounts opened in the run
    uint32_t opened_count, opened_capacity;
};

static struct known *known_of(struct simulation *sim) {
    if (sim->known == NULL) {
        sim->known = memory_alloc(sizeof *sim->known);
    }
    return sim->known;
}

void known_end(struct simulation *sim) {
    if (sim->known != NULL) {
        free(sim->known->pairs);
        free(sim->known->opened);
        free(sim->known);
    }
}

// ---- columns ------------------------------------------------------------------------------------

static int64_t days_lived(const struct simulation *sim) {
    int64_t days = sim->today.day - sim->plan.first_day + (int64_t)sim->plan.past_days;
    return days > 0 ? days : 1;
}

static const char *const occupations[] = {"EMPLOYEE",      "CIVIL_SERVANT", "EMPLOYEE", "DRIVER",
                                          "SELF_EMPLOYED", "SELF_EMPLOYED", "FARMER",   "HOUSEWIFE",
                                          "STUDENT",       "UNEMPLOYED",    "RETIRED",  "STUDENT"};

static void computed_of_customer(struct simulation *sim, struct line *line, uint32_t customer) {
    const struct account *account = &sim->accounts[customer];
    LINE_NUMBER(line, "avg_out_week", account->out_sum * 7 / days_lived(sim));
    int64_t in = account->in_sum * 30 / days_lived(sim);
    LINE_NUMBER(line, "avg_in_month_12m", in);
    LINE_NUMBER(line, "assets",
                account->balance + (is_person(sim, customer) ? sim->people[customer].deposit : 0));
}

static void columns_of_customer(struct simulation *sim, struct line *line, uint32_t customer) {
    int32_t today = sim->today.day;
    if (is_person(sim, customer)) {
        const struct person *person = &sim->people[customer];
        LINE_NUMBER(line, "age", person->age);
        LINE_TEXT(line, "type", "PERSONAL");
        LINE_TEXT(line, "occupation", occupations[person->kind]);
        LINE_NUMBER(line, "risk_level", 1 + draw_trait(0xe1, customer, 10) / 4);
        LINE_NUMBER(line, "monthly_income",
                    draw_trait(0xe2, customer, 10) < 8 ? person->income / 10000 * 10000 : 0);
        LINE_NUMBER(line, "monthly_income_est",
                    person->income * (800 + draw_trait(0xe3, customer, 400)) / 1000);
        LINE_NAME_CODE(line, "resident_city", person->city);
        LINE_NAME_CODE(line, "cert_region", person->cert_city);
        LINE_BOOL(line, "employer_verified", person->employer != NONE);
        LINE_NUMBER(line, "ext_query_cnt_30d",
                    draw_trait(0xe4, customer, 100) < 85 ? 0 : draw_trait(0xe5, customer, 4));
        LINE_MILLI(line, "dti",
                   (person->habits & (HAS_MORTGAGE | HAS_LOAN)) != 0
                       ? 200 + draw_trait(0xe6, customer, 300)
                       : draw_trait(0xe6, customer, 120));
        LINE_BOOL(line, "is_staff", (person->habits & IS_STAFF) != 0);
        if ((person->habits & IS_STAFF) != 0) {
            static const char *const posts[] = {"TELLER", "ACCOUNT_MANAGER", "SUPERVISOR",
                                                "IT",     "OTHER",           "OTHER"};
            LINE_TEXT(line, "staff_post", posts[sim->staff[customer].post]);
        }
        LINE_BOOL(line, "is_pep", (person->habits & IS_PEP) != 0);
        LINE_BOOL(line, "pep_related", (person->habits & PEP_RELATED) != 0);
        int32_t newest =
            person->second != NONE ? sim->accounts[person->second].open_day : person->open_day;
        LINE_NUMBER(line, "newest_open_days", today - newest);
        LINE_NAME_CODE(line, "newest_open_city", sim->branches[person->branch].city);
        LINE_NUMBER(line, "relation_days", today - person->open_day);
        LINE_NUMBER(line, "payroll_months",
                    person->kind <= DRIVER ? draw_trait(0xe7, customer, 60) : 0);
    } else {
        const struct firm *firm = firm_of(sim, customer);
        char name[NAME_SIZE];
        name_customer(firm->legal, name);
        LINE_TEXT(line, "type", "CORPORATE");
        LINE_NUMBER(line, "risk_level", 1 + draw_trait(0xe1, customer, 10) / 4);
        LINE_NAME_CODE(line, "resident_city", firm->city);
        LINE_NUMBER(line, "expected_turnover_month",
                    firm->turnover * (700 + draw_trait(0xe8, customer, 700)) / 1000);
        LINE_TEXT(line, "industry", word_industry(firm->industry));
        LINE_NUMBER(line, "reg_days", today - firm->founded_day);
        LINE_NUMBER(line, "social_insured_cnt", firm->staff);
        LINE_NUMBER(line, "net_assets", firm->turnover * 5);
        LINE_TEXT(line, "legal_rep_cust_id", name);
        LINE_TEXT(line, "biz_status", "ACTIVE");
        LINE_NUMBER(line, "relation_days", today - firm->open_day);
        LINE_NUMBER(line, "newest_open_days", today - firm->open_day);
    }
    computed_of_customer(sim, line, customer);
}

static void computed_of_account(struct simulation *sim, struct line *line, uint32_t number) {
    const struct account *account = &sim->accounts[number];
    LINE_NUMBER(line, "last_active_days", sim->today.day - account->last_day);
    LINE_NUMBER(line, "bal_avg_30d", account->balance_sum / days_lived(sim));
    LINE_NUMBER(line, "max_out_90d", account->max_out);
}

static void columns_of_account(struct simulation *sim, struct line *line, uint32_t number) {
    static const char *const classes[] = {"I", "II", "III", "CREDIT", "CORP_BASIC", "CORP_GENERAL"};
    const struct account *account = &sim->accounts[number];
    LINE_TEXT(line, "acct_class", classes[account->class]);
    LINE_NUMBER(line, "open_days", sim->today.day - account->open_day);
    LINE_NAME_CODE(line, "open_city", sim->branches[customer_branch(sim, account->customer)].city);
    computed_of_account(sim, line, number);
    LINE_BOOL(line, "is_merchant_settle", account->settles);
    LINE_NUMBER(line, "open_dev_custs", 1);
}

static void columns_of_payee(struct simulation *sim, struct line *line, uint32_t number) {
    const struct account *account = &sim->accounts[number];
    LINE_NUMBER(line, "open_days", sim->today.day - account->open_day);
    LINE_NUMBER(line, "risk_level", 1 + draw_trait(0xe1, account->customer, 10) / 4);
    LINE_BOOL(line, "is_staff_related",
              is_person(sim, account->customer) &&
                  (sim->people[account->customer].habits & IS_STAFF) != 0);
}

static void columns_of_payer(struct simulation *sim, struct line *line, uint32_t number) {
    uint32_t customer = sim->accounts[number].customer;
    if (is_person(sim, customer)) {
        LINE_NUMBER(line, "age", sim->people[customer].age);
    } else {
        LINE_TEXT(line, "industry", word_industry(firm_of(sim, customer)->industry));
    }
}

static void columns_of_merchant(struct simulation *sim, struct line *line, uint32_t number) {
    const struct merchant *merchant = &sim->merchants[number];
    int64_t hours = merchant->close_hour - merchant->open_hour;
    LINE_PUT(line, ",\"mcc\":\"");
    line_digits(line, merchant->mcc, 4);
    LINE_PUT(line, "\"");
    LINE_HEX(line, "name_hash", hash_mix(HASH_MERCHANT, number));
    LINE_NAME_CODE(line, "reg_city", merchant->city);
    LINE_NUMBER(line, "onboard_days", sim->today.day - merchant->onboard_day);
    LINE_NUMBER(line, "idle_days", sim->today.day - merchant->last_day);
    LINE_NUMBER(line, "open_hour", merchant->open_hour);
    LINE_NUMBER(line, "close_hour", merchant->close_hour);
    LINE_BOOL(line, "is_micro", merchant->micro);
    LINE_NUMBER(line, "expected_month_amt",
                YUAN(merchant->ticket) * (300 + draw_trait(0xe9, number, 900)));
    LINE_NUMBER(line, "avg_ticket_peer", YUAN(merchant->ticket));
    LINE_NUMBER(line, "avg_day_amt_90d", merchant->sum / days_lived(sim));
    LINE_MILLI(line, "avg_hour_cnt_90d",
               (int64_t)merchant->count * 1000 / (days_lived(sim) * (hours > 0 ? hours : 1)));
}

// ---- records ------------------------------------------------------------------------------------

static struct line record_begin(struct simulation *sim, const char *table, const char *key,
                                const char *second_key, int64_t time) {
    struct line line = {buf_reserve(sim->out, LINE_SIZE)};
    INVARIANT(line.at != NULL);
    LINE_PUT(&line, "{\"$table\":\"");
    line_put(&line, table);
    LINE_PUT(&line, "\",\"key\":[\"");
    line_put(&line, key);
    if (second_key != NULL) {
        LINE_PUT(&line, "\",\"");
        line_put(&line, second_key);
    }
    LINE_PUT(&line, "\"],\"time\":");
    line_number(&line, time);
    LINE_PUT(&line, ",\"set\":{");
    return line;
}

// What stands behind `from` begins with a comma too many.
static void record_end(struct simulation *sim, struct line line, const char *from) {
    char *first = line.at - (line.at - from);
    memmove(first, first + 1, (size_t)(line.at - first) - 1);
    line.at--;
    LINE_PUT(&line, "}}\n");
    buf_advance(sim->out, (size_t)(line.at - (sim->out->bytes + sim->out->size)));
    sim->changes++;
}

typedef void Columns(struct simulation *sim, struct line *line, uint32_t number);

static void put_record(struct simulation *sim, const char *table, const char *key, int64_t time,
                       Columns *columns, uint32_t number) {
    struct line line = record_begin(sim, table, key, NULL, time);
    const char *from = line.at;
    columns(sim, &line, number);
    record_end(sim, line, from);
}

static void put_first_seen(struct simulation *sim, uint32_t device, uint32_t customer, int32_t days,
                           int64_t time) {
    char first[NAME_SIZE];
    char second[NAME_SIZE];
    name_device(device, first);
    name_customer(customer, second);
    struct line line = record_begin(sim, "dev_cust", first, second, time);
    const char *from = line.at;
    LINE_NUMBER(&line, "first_seen_days", days);
    record_end(sim, line, from);
}

static bool pair_add(struct known *known, uint32_t device, uint32_t customer, int32_t day) {
    if (known->pair_count * 2 >= known->pair_capacity) {
        struct pair_seen *old = known->pairs;
        uint32_t old_capacity = known->pair_capacity;
        known->pair_capacity = old_capacity == 0 ? 4096 : old_capacity * 2;
        known->pairs = memory_alloc(sizeof *known->pairs * known->pair_capacity);
        known->pair_count = 0;
        for (uint32_t i = 0; i < old_capacity; i++) {
            if (old[i].day != 0) {
                pair_add(known, old[i].device, old[i].customer, old[i].day);
            }
        }
        free(old);
    }
    uint32_t slot = (uint32_t)hash_mix(device, customer) & (known->pair_capacity - 1);
    for (; known->pairs[slot].day != 0; slot = (slot + 1) & (known->pair_capacity - 1)) {
        if (known->pairs[slot].device == device && known->pairs[slot].customer == customer) {
            return false;
        }
    }
    known->pairs[slot] = (struct pair_seen){device, customer, day};
    known->pair_count++;
    return true;
}

void known_device(struct simulation *sim, uint32_t device, uint32_t customer, int64_t time) {
    // The phone of old, and the tablet beside it, are in the table from before.
    bool from_before = device / 4 == customer && device < sim->persons * 4 &&
                       sim->people[customer].open_day < sim->plan.first_day;
    if (!from_before && pair_add(known_of(sim), device, customer, sim->today.day)) {
        put_first_seen(sim, device, customer, 0, time);
    }
}

static void put_account_records(struct simulation *sim, uint32_t account, int64_t time) {
    char key[NAME_SIZE];
    name_account(sim, account, key);
    put_record(sim, "acct", key, time, columns_of_account, account);
    put_record(sim, "payee", key, time, columns_of_payee, account);
    put_record(sim, "payer", key, time, columns_of_payer, account);
    name_customer(sim->accounts[account].customer, key);
    put_record(sim, "cust", key, time, columns_of_customer, sim->accounts[account].customer);
}

void known_opened(struct simulation *sim, uint32_t account, int64_t time) {
    struct known *known = known_of(sim);
    if (known->opened_count == known->opened_capacity) {
        known->opened_capacity = known->opened_capacity * 2 + 256;
        known->opened =
            memory_resize(known->opened, sizeof *known->opened * known->opened_capacity);
    }
    known->opened[known->opened_count++] = account;
    if (!sim->muted) {
        put_account_records(sim, account, time);
    }
}

static void put_rate(struct simulation *sim) {
    struct line line = {buf_reserve(sim->out, LINE_SIZE)};
    INVARIANT(line.at != NULL);
    LINE_PUT(&line, "{\"$table\":\"rate\",\"key\":[],\"time\":");
    line_number(&line, sim->day_start);
    LINE_PUT(&line, ",\"set\":{\"usd_1000\":");
    line_number(&line, sim->usd_price);
    LINE_NUMBER(&line, "eur_1000", sim->usd_price * 116 / 100);
    LINE_NUMBER(&line, "hkd_1000", sim->usd_price * 128 / 1000);
    LINE_NUMBER(&line, "aud_1000", sim->usd_price * 65 / 100);
    LINE_NUMBER(&line, "coin_100", sim->coin_price);
    LINE_PUT(&line, "}}\n");
    buf_advance(sim->out, (size_t)(line.at - (sim->out->bytes + sim->out->size)));
    sim->changes++;
}

void known_nightly(struct simulation *sim) {
    for (uint32_t i = 0; i < sim->accounts_count; i++) {
        sim->accounts[i].balance_sum += sim->accounts[i].balance;
    }
    struct random random;
    random_init(&random, hash_mix(sim->plan.seed ^ 0x4a7e, (uint64_t)sim->today.day));
    sim->usd_price += draw_between(&random, -900, 900);
    sim->coin_price = sim->usd_price / 10 + draw_between(&random, 100, 700);
    if (sim->muted) {
        return;
    }
    put_rate(sim);
    struct known *known = known_of(sim);
    char key[NAME_SIZE];
    for (uint32_t i = 0; i < sim->accounts_count; i++) {
        struct account *account = &sim->accounts[i];
        if (account->state == ACCOUNT_NOT_YET || (i + (uint32_t)sim->today.day) % 7 != 0 ||
            !account->moved) {
            continue;
        }
        account->moved = false;
        name_account(sim, i, key);
        put_record(sim, "acct", key, sim->day_start, computed_of_account, i);
        if (i < sim->persons + sim->firms) {
            name_customer(i, key);
            put_record(sim, "cust", key, sim->day_start, computed_of_customer, i);
        }
    }
    for (uint32_t i = 0; i < known->opened_count; i++) {
        uint32_t account = known->opened[i];
        int32_t days = sim->today.day - sim->accounts[account].open_day;
        if (days > 0 && days <= COUNTED_DAYS && (days <= 10 || days % 5 == 0)) {
            put_account_records(sim, account, sim->day_start);
        }
    }
    for (uint32_t i = 0; i < known->pair_capacity; i++) {
        int32_t days = sim->today.day - known->pairs[i].day;
        if (known->pairs[i].day != 0 && days > 0 && days <= COUNTED_DAYS &&
            (days <= 10 || days % 5 == 0)) {
            put_first_seen(sim, known->pairs[i].device, known->pairs[i].customer, days,
                           sim->day_start);
        }
    }
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        name_branch(i, key);
        struct line line = record_begin(sim, "br", key, NULL, sim->day_start);
        const char *from = line.at;
        LINE_NUMBER(&line, "days_since_insp", sim->today.day - sim->branches[i].inspected_day);
        LINE_NUMBER(&line, "days_since_drill", sim->today.day - sim->branches[i].drill_day);
        record_end(sim, line, from);
    }
}

// ---- for scenarios ------------------------------------------------------------------------------

static struct act record_act(struct simulation *sim, int64_t time, const char *text, size_t size) {
    Slice kept = arena_copy(&sim->arena, (Slice){text, size});
    return (struct act){
        .kind = ACT_RECORD, .time = time, .record = {.text = kept.at, .size = (uint32_t)kept.size}};
}

struct act known_table(struct simulation *sim, int64_t time, const char *table, const char *key,
                       const char *second_key, const char *set) {
    char text[512];
    int size =
        second_key == NULL
            ? snprintf(text, sizeof text,
                       "{\"$table\":\"%s\",\"key\":[\"%s\"],\"time\":%lld,\"set\":{%s}}\n", table,
                       key, (long long)time, set)
            : snprintf(text, sizeof text,
                       "{\"$table\":\"%s\",\"key\":[\"%s\",\"%s\"],\"time\":%lld,\"set\":{%s}}\n",
                       table, key, second_key, (long long)time, set);
    INVARIANT(size > 0 && (size_t)size < sizeof text);
    return record_act(sim, time, text, (size_t)size);
}

struct act known_list(struct simulation *sim, int64_t time, const char *list, const char *key,
                      const char *reason, int32_t days) {
    char text[512];
    char end[32] = "null";
    if (days > 0) {
        snprintf(end, sizeof end, "%lld", (long long)(time + days * MS_PER_DAY));
    }
    int size = snprintf(text, sizeof text,
                        "{\"$list\":\"%s\",\"op\":\"add\",\"key\":\"%s\",\"source\":\"bank\","
                        "\"reason\":\"%s\",\"begin\":%lld,\"end\":%s,\"time\":%lld}\n",
                        list, key, reason, (long long)time, end, (long long)time);
    INVARIANT(size > 0 && (size_t)size < sizeof text);
    return record_act(sim, time, text, (size_t)size);
}

// ---- files before the first day -----------------------------------------------------------------

struct table_out {
    struct buf text;
    SimulationTake *take;
    void *context;
    Slice name;
};

static void row(struct table_out *out, struct line *line, char *room, bool end) {
    LINE_PUT(line, "}\n");
    buf_advance(&out->text, (size_t)(line->at - room));
    if (out->text.size > SIMULATION_BATCH || end) {
        out->take(out->context, out->name, buf_slice(&out->text));
        buf_reset(&out->text);
    }
}

static void table_begin(struct table_out *out, const char *name) {
    if (out->text.size > 0) {
        out->take(out->context, out->name, buf_slice(&out->text));
        buf_reset(&out->text);
    }
    out->name = slice_of(name);
}

static char *room_of(struct table_out *out) {
    char *room = buf_reserve(&out->text, LINE_SIZE);
    INVARIANT(room != NULL);
    return room;
}

static void keyed(struct simulation *sim, struct table_out *out, const char *column,
                  const char *key, Columns *columns, uint32_t number) {
    char *room = room_of(out);
    struct line line = {room};
    LINE_PUT(&line, "{\"");
    line_put(&line, column);
    LINE_PUT(&line, "\":\"");
    line_put(&line, key);
    LINE_PUT(&line, "\"");
    columns(sim, &line, number);
    row(out, &line, room, false);
}

static void columns_of_score(struct simulation *sim, struct line *line, uint32_t number) {
    uint32_t tail = draw_trait(0xea, number, 1000);
    LINE_MILLI(line, "victim",
               5 + draw_trait(0xeb, number, 120) +
                   (tail < 8 ? 350 + draw_trait(0xec, number, 250) : 0));
    LINE_MILLI(line, "ato",
               5 + draw_trait(0xed, number, 100) +
                   (tail > 994 ? 300 + draw_trait(0xee, number, 250) : 0));
    LINE_MILLI(line, "anomaly", 1 + draw_trait(0xef, number, 998));
    LINE_MILLI(line, "name_screen", draw_trait(0xf0, number, 500) + (tail == 500 ? 400 : 0));
}
static void columns_of_mule_score(struct simulation *sim, struct line *line, uint32_t number) {
    uint32_t tail = draw_trait(0xf1, number, 1000);
    LINE_MILLI(line, "mule",
               5 + draw_trait(0xf2, number, 150) +
                   (tail < 12 ? 300 + draw_trait(0xf3, number, 350) : 0));
}
static void columns_of_graph(struct simulation *sim, struct line *line, uint32_t number) {
    uint32_t tail = draw_trait(0xf4, number, 1000);
    LINE_NUMBER(line, "acct_black_hops",
                tail < 4    ? 2
                : tail < 30 ? 3
                            : 99); // somebody near them was a case once
    LINE_NUMBER(line, "acct_gamble_hops", tail > 995 ? 2 : 99);
    LINE_NUMBER(line, "acct_fan_in_30d", 2 + draw_trait(0xf5, number, 9));
    LINE_NUMBER(line, "acct_fan_out_30d", 3 + draw_trait(0xf6, number, 14));
    LINE_NUMBER(line, "community_size", 20 + draw_trait(0xf7, number, 300));
    LINE_MILLI(line, "community_black_ratio", tail < 20 ? tail : 0);
}
static void columns_of_card(struct simulation *sim, struct line *line, uint32_t number) {
    const struct account *account = &sim->accounts[number];
    LINE_BOOL(line, "has_chip", draw_trait(0xf8, number, 100) < 96);
    if (account->class == CLASS_CREDIT) {
        LINE_NUMBER(line, "credit_limit", account->balance + sim->people[account->customer].owed);
    }
    LINE_NUMBER(line, "avg_ticket_90d", YUAN(30) + draw_trait(0xf9, number, 20000));
}
static void columns_of_employee(struct simulation *sim, struct line *line, uint32_t number) {
    static const char *const loads[] = {"6", "5", "2", "1", "1", "15"};
    const struct employee *employee = &sim->staff[number];
    char name[NAME_SIZE];
    name_branch(employee->branch, name);
    LINE_TEXT(line, "branch_id", name);
    LINE_KEY(line, "avg_query_day");
    line_put(line, loads[employee->post]);
    LINE_BOOL(line, "is_resigning", employee->resigning);
    LINE_BOOL(line, "on_leave", employee->on_leave);
    LINE_BOOL(line, "is_key_post", employee->post == POST_SUPERVISOR || employee->post == POST_IT);
    LINE_NUMBER(line, "days_in_post", sim->today.day - employee->since_day);
    LINE_NUMBER(line, "no_leave_days", sim->today.day - employee->leave_day);
}
static void columns_of_branch(struct simulation *sim, struct line *line, uint32_t number) {
    char name[NAME_SIZE];
    name_employee(number * BRANCH_STAFF, name);
    LINE_PUT(line, ",\"avg_open_per_teller\":0.4");
    LINE_NUMBER(line, "days_since_insp", sim->today.day - sim->branches[number].inspected_day);
    LINE_NUMBER(line, "days_since_drill", sim->today.day - sim->branches[number].drill_day);
    LINE_TEXT(line, "grid_owner_id", name);
    LINE_NUMBER(line, "letter_year", sim->today.year);
}

static void devices(struct simulation *sim, struct table_out *out) {
    char device[NAME_SIZE];
    char customer[NAME_SIZE];
    for (int pass = 0; pass < 2; pass++) {
        table_begin(out, pass == 0 ? "dev_cust.ndjson" : "dev.ndjson");
        for (uint32_t who = 0; who < sim->plan.customers; who++) {
            const struct person *person = &sim->people[who];
            if ((person->habits & HAS_APP) == 0 || person->open_day >= sim->plan.first_day) {
                continue;
            }
            for (uint32_t i = 0; i < 2; i++) {
                uint32_t number = i == 0 ? person->device : who * 4 + 1;
                name_device(number, device);
                name_customer(who, customer);
                char *room = room_of(out);
                struct line line = {room};
                LINE_PUT(&line, "{\"device_id\":\"");
                line_put(&line, device);
                LINE_PUT(&line, "\"");
                if (pass == 0) {
                    LINE_TEXT(&line, "cust_id", customer);
                    LINE_NUMBER(&line, "first_seen_days", sim->plan.first_day - person->device_day);
                } else {
                    LINE_TEXT(&line, "main_cust_id", customer);
                }
                row(out, &line, room, false);
            }
        }
    }
}

static void terminals(struct simulation *sim, struct table_out *out) {
    char name[NAME_SIZE];
    table_begin(out, "term.ndjson");
    for (uint32_t i = MERCHANTS_ONLINE; i < sim->merchants_count; i++) {
        for (uint32_t k = 0; k < sim->merchants[i].terminals; k++) {
            name_terminal(i, k, name);
            char *room = room_of(out);
            struct line line = {room};
            LINE_PUT(&line, "{\"terminal_id\":\"");
            line_put(&line, name);
            LINE_PUT(&line, "\"");
            LINE_NAME_CODE(&line, "install_city", sim->merchants[i].city);
            LINE_PUT(&line, ",\"serial\":\"N");
            line_digits(&line, hash_mix(0x7e, i * 8 + k) % 1000000000, 9);
            LINE_PUT(&line, "\"");
            LINE_BOOL(&line, "is_mobile", draw_trait(0xfa, i, 100) < 4);
            row(out, &line, room, false);
        }
    }
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        for (uint32_t k = 1; k <= 3; k++) {
            char *room = room_of(out);
            struct line line = {room};
            LINE_PUT(&line, "{\"terminal_id\":\"M");
            line_digits(&line, i * 16 + k, 7);
            LINE_PUT(&line, "\"");
            LINE_NAME_CODE(&line, "install_city", sim->branches[i].city);
            LINE_BOOL(&line, "is_mobile", false);
            row(out, &line, room, false);
        }
    }
}

static void bins(struct table_out *out) {
    table_begin(out, "bin.ndjson");
    const char *bank;
    bool credit;
    for (uint32_t i = 0;; i++) {
        const char *bin = bin_text(i, &bank, &credit);
        char *room = room_of(out);
        struct line line = {room};
        bool own = bin == NULL;
        for (uint32_t k = 0; k < (own ? 2u : 1u); k++) {
            LINE_PUT(&line, "{\"card_bin\":\"");
            line_put(&line, own ? (k == 0 ? OWN_BIN_DEBIT : OWN_BIN_CREDIT) : bin);
            LINE_PUT(&line, "\"");
            LINE_TEXT(&line, "issuer", own ? "OWN" : bank);
            LINE_TEXT(&line, "kind", (own ? k == 1 : credit) ? "CREDIT" : "DEBIT");
            LINE_BOOL(&line, "is_own", own);
            if (own && k == 0) {
                LINE_PUT(&line, "}\n");
            }
        }
        row(out, &line, room, false);
        if (own) {
            return;
        }
    }
}

// ---- lists --------------------------------------------------------------------------------------

static void list_row(struct table_out *out, const char *list, const char *key, const char *source,
                     const char *reason) {
    char *room = room_of(out);
    int size = snprintf(room, LINE_SIZE, "%s,%s,%s,%s,,\n", list, key, source, reason);
    buf_advance(&out->text, (size_t)size);
}

static const char *const fixed_entries[][2] = {{"scam_country", "MM"},
                                       {"scam_country", "KH"},
                                       {"scam_country", "LA"},
                                       {"scam_country", "PH"},
                                       {"gamble_country", "KH"},
                                       {"gamble_country", "PH"},
                                       {"gamble_country", "MO"},
                                       {"fx_hub_country", "AE"},
                                       {"privileged_op", "0751"},
                                       {"privileged_op", "0851"},
                                       {"privileged_op", "0951"},
                                       {"privileged_op", "0251"},
                                       {"veto_item", "VAULT01"},
                                       {"veto_item", "FIRE01"},
                                       {"tax_refund_code", "101010101"},
                                       {"phish_domain", "www.qtbank-0.example"},
                                       {"phish_domain", "www.qtbank-1.example"},
                                       {"phish_domain", "www.qtbank-4.example"}};

// Networks, devices and phones of the bank, its firms and its staff.
static void list_own(struct simulation *sim, struct table_out *out) {
    char key[2 * NAME_SIZE];
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        struct setting net = {.net = NET_BRANCH, .net_number = i, .ip_spot = sim->branches[i].city};
        name_address(&net, key);
        list_row(out, "white_ip", key, "bank", "网点出口");
        name_hash(HASH_WIFI, ((uint64_t)NET_BRANCH << 32) + i, key);
        list_row(out, "white_wifi", key, "bank", "网点WiFi");
    }
    for (uint32_t i = 0; i < sim->firms; i++) {
        struct setting net = {.net = NET_WORK,
                              .net_number = firm_customer(sim, i),
                              .ip_spot = sim->companies[i].city};
        name_address(&net, key);
        list_row(out, "white_ip", key, "bank", "企业出口");
    }
    for (uint32_t i = 0; i < sim->staff_count; i++) {
        name_device(sim->people[sim->staff[i].person].device, key);
        list_row(out, "staff_device", key, "HR/IT", "");
        name_hash(HASH_PHONE, sim->staff[i].person, key);
        list_row(out, "staff_phone", key, "HR", "");
    }
}

// Payees that everybody knows, cases of the past, jewellers.
static void list_public(struct simulation *sim, struct table_out *out) {
    char key[2 * NAME_SIZE];
    for (uint32_t i = 0; i < 20; i++) {
        name_party(sim, party_outside(PARTY_CORPORATE, 60000 + i), key);
        list_row(out, "white_payee", key, "directory", "医院");
        name_party(sim, party_outside(PARTY_GOV, i), key);
        list_row(out, "white_payee", key, "directory", "政府");
        name_party(sim, party_outside(PARTY_CORPORATE, 95000 + i), key);
        list_row(out, "lender_acct", key, "public", "持牌贷款机构");
        name_party(sim, party_outside(PARTY_CORPORATE, 96000 + i), key);
        list_row(out, "white_finance_inst", key, "regulator", "持牌金融机构");
        name_party(sim, party_outside(PARTY_CORPORATE, 97000 + i), key);
        list_row(out, "white_verify_payer", key, "bank", "账户验证");
        name_party(sim, party_outside(PARTY_GOV, i), key);
        list_row(out, "opcost_payee", key, "directory", "税费社保");
    }
    for (uint32_t i = 0; i < 200; i++) { // cases of the past, from elsewhere
        name_party(sim, party_outside(PARTY_PERSONAL, UINT32_C(3300000000) + i), key);
        list_row(out, i % 3 == 0 ? "police_susp_acct" : "police_case_acct", key, "police platform",
                 "");
    }
    for (uint32_t i = MERCHANTS_ONLINE; i < sim->merchants_count; i++) {
        if (sim->merchants[i].mcc == 5944 || sim->merchants[i].mcc == 5094) {
            name_merchant(sim, i, key);
            list_row(out, "gold_merchant", key, "bank", "");
        }
        if (sim->merchants[i].customer != NONE && draw_trait(0xfd, i, 10) != 0) {
            name_merchant(sim, i, key);
            list_row(out, "settle_delay", key, "contract", "约定可延迟结算");
        }
    }
}

// What customers have confirmed, and who is to be handled with care.
static void list_customers(struct simulation *sim, struct table_out *out) {
    char key[2 * NAME_SIZE];
    for (uint32_t who = 0; who < sim->plan.customers; who++) {
        if (draw_trait(0xfb, who, 1000) < 3) {
            char pair[3 * NAME_SIZE + 2];
            char other[NAME_SIZE];
            name_account(sim, who, key);
            name_party(sim, person_friend(sim, who, 0), other);
            snprintf(pair, sizeof pair, "%s|%s", key, other);
            list_row(out, "white_pair", pair, "human clearance", "客户确认");
        }
        if ((sim->people[who].habits & IS_VIP) != 0 && draw_trait(0xfc, who, 10) == 0) {
            name_customer(who, key);
            list_row(out, "vip_protect", key, "bank", "");
        }
    }
}

static void lists(struct simulation *sim, struct table_out *out) {
    table_begin(out, "lists.csv");
    buf_put(&out->text, SLICE("list,key,source,reason,begin,end\n"));
    for (uint32_t i = 0; i < sizeof fixed_entries / sizeof fixed_entries[0]; i++) {
        list_row(out, fixed_entries[i][0], fixed_entries[i][1], "bank", "");
    }
    list_own(sim, out);
    list_public(sim, out);
    list_customers(sim, out);
}

void known_tables(struct simulation *sim, SimulationTake *take, void *context) {
    struct table_out out = {.take = take, .context = context};
    buf_init(&out.text, 64 << 20);
    char key[NAME_SIZE];
    table_begin(&out, "cust.ndjson");
    for (uint32_t i = 0; i < sim->persons + sim->firms; i++) {
        if (sim->accounts[i].state != ACCOUNT_NOT_YET) {
            name_customer(i, key);
            keyed(sim, &out, "cust_id", key, columns_of_customer, i);
        }
    }
    static const struct {
        const char *name, *column;
        Columns *columns;
    } of_accounts[] = {{"acct.ndjson", "acct_no", columns_of_account},
                       {"payee.ndjson", "payee_acct_no", columns_of_payee},
                       {"payer.ndjson", "payer_acct_no", columns_of_payer},
                       {"graph_acct.ndjson", "acct_no", columns_of_graph},
                       {"score_acct.ndjson", "acct_no", columns_of_mule_score}};
    for (uint32_t t = 0; t < 5; t++) {
        if (t == 4 && sim->plan.no_scores) {
            continue;
        }
        table_begin(&out, of_accounts[t].name);
        for (uint32_t i = 0; i < sim->accounts_count; i++) {
            if (sim->accounts[i].state != ACCOUNT_NOT_YET) {
                name_account(sim, i, key);
                keyed(sim, &out, of_accounts[t].column, key, of_accounts[t].columns, i);
            }
        }
    }
    if (!sim->plan.no_scores) {
        table_begin(&out, "score_cust.ndjson");
        for (uint32_t i = 0; i < sim->persons + sim->firms; i++) {
            name_customer(i, key);
            keyed(sim, &out, "cust_id", key, columns_of_score, i);
        }
    }
    devices(sim, &out);
    table_begin(&out, "card.ndjson");
    for (uint32_t i = 0; i < sim->accounts_count; i++) {
        if (sim->accounts[i].state != ACCOUNT_NOT_YET &&
            is_person(sim, sim->accounts[i].customer)) {
            name_card(i, key);
            keyed(sim, &out, "card_token", key, columns_of_card, i);
        }
    }
    bins(&out);
    table_begin(&out, "mer.ndjson");
    for (uint32_t i = 0; i < sim->merchants_count; i++) {
        name_merchant(sim, i, key);
        keyed(sim, &out, "merchant_id", key, columns_of_merchant, i);
    }
    terminals(sim, &out);
    table_begin(&out, "emp.ndjson");
    for (uint32_t i = 0; i < sim->staff_count; i++) {
        name_employee(i, key);
        keyed(sim, &out, "employee_id", key, columns_of_employee, i);
    }
    table_begin(&out, "br.ndjson");
    for (uint32_t i = 0; i < sim->branches_count; i++) {
        name_branch(i, key);
        keyed(sim, &out, "branch_id", key, columns_of_branch, i);
    }
    lists(sim, &out);
    out.take(out.context, out.name, buf_slice(&out.text));
    buf_deinit(&out.text);
}
