// What must hold of every simulated bank: the same bytes from the same seed, order, balances,
// requests and results, labels, and some of what makes it look like a bank.

#include "simulation/simulation.h"

#include "base/hash.h"
#include "base/test.h"
#include "base/time.h"
#include "simulation/lookalikes.h"

#include <stdlib.h>

enum { EVENTS_MAX = 2000000 };

static const struct simulation_plan usual = {
    .seed = 5, .customers = 1500, .days = 21, .rate_percent = 100, .past_days = 14};

struct run {
    uint64_t hash, tables_hash;
    uint64_t lines, bytes;
    struct buf labels;
    struct simulation_counts counts;
    uint32_t typologies, families;
};

typedef bool Look(void *context, Slice line);

static void take(void *context, Slice name, Slice text) {
    struct run *run = context;
    run->tables_hash = hash_mix(hash_mix(run->tables_hash, hash64(name, 1)), hash64(text, 2));
}

static void count_families(struct simulation *simulation, struct run *run) {
    const char *zh;
    const char *en;
    uint32_t cases;
    uint32_t rate;
    const char *name;
    bool seen[26 * 26] = {false};
    for (uint32_t i = 0;
         (name = simulation_typology(i, simulation, &zh, &en, &cases, &rate)) != NULL; i++) {
        if (cases > 0) {
            run->typologies++;
            uint32_t family = (uint32_t)((name[0] - 'A') * 26 + name[1] - 'A');
            run->families += !seen[family];
            seen[family] = true;
        }
    }
}

// Lives a bank, shows each line, and gives what remains of it. False as soon as `look` says so.
static bool live(struct simulation_plan plan, Look *look, void *context, struct run *ret_run) {
    *ret_run = (struct run){0};
    plan.first_day = plan.first_day == 0 ? (int32_t)civil_days(2026, 9, 14) : plan.first_day;
    struct simulation *simulation = simulation_create(&plan);
    simulation_tables(simulation, take, ret_run);
    struct buf text;
    buf_init(&text, 1 << 26);
    bool fine = true;
    for (bool more = true; more && fine;) {
        more = simulation_next(simulation, &text);
        ret_run->hash = hash_mix(ret_run->hash, hash64(buf_slice(&text), 4));
        ret_run->bytes += text.size;
        Slice rest = buf_slice(&text);
        for (Slice line; fine && look != NULL && slice_split(&rest, '\n', &line);) {
            fine = slice_empty(line) || look(context, line);
        }
        buf_reset(&text);
    }
    buf_deinit(&text);
    buf_init(&ret_run->labels, 1 << 28);
    simulation_labels(simulation, &ret_run->labels);
    ret_run->counts = simulation_counts(simulation);
    count_families(simulation, ret_run);
    simulation_destroy(simulation);
    return fine;
}

// ---- members of a line --------------------------------------------------------------------------

static Slice member(Slice line, const char *key) {
    size_t at = slice_find(line, slice_of(key), 0);
    if (at == SIZE_MAX) {
        return (Slice){NULL, 0};
    }
    size_t from = at + strlen(key);
    size_t to = from;
    while (to < line.size && line.at[to] != '"' && line.at[to] != ',' && line.at[to] != '}') {
        to++;
    }
    return slice_part(line, from, to - from);
}
static Slice text_of(Slice line, const char *key) {
    char search[64];
    snprintf(search, sizeof search, "\"%s\":\"", key);
    return member(line, search);
}
static int64_t number_of(Slice line, const char *key, int64_t otherwise) {
    char search[64];
    snprintf(search, sizeof search, "\"%s\":", key);
    int64_t value;
    return slice_to_i64(member(line, search), &value) ? value : otherwise;
}
static bool is_change(Slice line) {
    return slice_starts_with(line, SLICE("{\"$"));
}
static int64_t event_number(Slice name) {
    int64_t number;
    return name.size > 1 && slice_to_i64(slice_part(name, 1, name.size - 1), &number) ? number : 0;
}
static CivilTime when(Slice line) {
    return civil_from_time(number_of(line, "event_time", 0) * US_PER_MS, 8 * US_PER_HOUR);
}

// ---- determinism --------------------------------------------------------------------------------

static bool test_the_same_seed_gives_the_same_bytes(void) {
    struct run first;
    struct run second;
    struct run other;
    CHECK(live(usual, NULL, NULL, &first) && live(usual, NULL, NULL, &second));
    struct simulation_plan plan = usual;
    plan.seed = 6;
    CHECK(live(plan, NULL, NULL, &other));
    bool labels = slice_equal(buf_slice(&first.labels), buf_slice(&second.labels));
    buf_deinit(&first.labels);
    buf_deinit(&second.labels);
    buf_deinit(&other.labels);
    CHECK(first.bytes > 1000000 && first.hash == second.hash &&
          first.tables_hash == second.tables_hash && labels);
    CHECK(first.hash != other.hash && first.tables_hash != other.tables_hash);
    return true;
}

static bool test_without_fraud_there_are_no_labels(void) {
    struct simulation_plan plan = usual;
    plan.rate_percent = 0;
    struct run run;
    CHECK(live(plan, NULL, NULL, &run));
    size_t size = run.labels.size;
    buf_deinit(&run.labels);
    CHECK(size == 0 && run.counts.events > 50000 && run.typologies == 0);
    return true;
}

// ---- order, requests and results, balances ------------------------------------------------------

struct ledger {
    int64_t last;
    int64_t number;
    uint8_t *phases; // by event: 1 a REQUEST that waits, 2 answered
    uint32_t open_seen;
    bool *opened; // by customer, false until an account was opened in the run
};

static bool look_at_order(void *context, Slice line) {
    struct ledger *ledger = context;
    if (is_change(line)) {
        return true;
    }
    int64_t time = number_of(line, "event_time", 0);
    CHECK_THAT(time >= ledger->last, "%.*s", SLICE_ARGS(line));
    ledger->last = time;
    int64_t number = event_number(text_of(line, "event_id"));
    CHECK(number == ++ledger->number && number < EVENTS_MAX);
    CHECK_THAT(number_of(line, "balance_before", 0) >= 0 &&
                   number_of(line, "balance_after", 0) >= 0,
               "%.*s", SLICE_ARGS(line));
    Slice phase = text_of(line, "phase");
    int64_t original = event_number(text_of(line, "orig_event_id"));
    if (slice_is(phase, "REQUEST")) {
        ledger->phases[number] = 1;
    } else if (original != 0) {
        CHECK_THAT(original < number && ledger->phases[original] >= 1, "%.*s", SLICE_ARGS(line));
        CHECK_THAT(!slice_is(phase, "RESULT") || ledger->phases[original] == 1,
                   "answered twice: %.*s", SLICE_ARGS(line));
        ledger->phases[original] = 2;
    }
    return true;
}

static bool test_requests_are_answered_in_order_and_balances_hold(void) {
    struct ledger ledger = {.phases = calloc(EVENTS_MAX, 1)};
    struct simulation_plan plan = usual;
    plan.rate_percent = 1000;
    struct run run;
    bool fine = live(plan, look_at_order, &ledger, &run);
    uint64_t waiting = 0;
    for (int64_t i = 1; i <= ledger.number; i++) {
        waiting += ledger.phases[i] == 1;
    }
    free(ledger.phases);
    buf_deinit(&run.labels);
    CHECK(fine && waiting < 20); // those of the last seconds
    return true;
}

// Whoever opens an account in the run does nothing before; customers of old are not asked.
static bool look_at_openings(void *context, Slice line) {
    struct ledger *ledger = context;
    int64_t customer = event_number(text_of(line, "cust_id"));
    Slice type = text_of(line, "event_type");
    if (is_change(line) || slice_is(type, "batch_tick") || customer < usual.customers ||
        customer >= 20000) {
        return true; // firms stand behind the newcomers
    }
    bool opens = slice_is(type, "account_open");
    ledger->open_seen += opens;
    if (opens) {
        ledger->opened[customer] = true;
    }
    bool person = !slice_is(text_of(line, "cust_type"), "CORPORATE");
    bool before = slice_is(type, "auth_challenge") || slice_is(type, "login") ||
                  slice_is(type, "account_open");
    CHECK_THAT(!person || ledger->opened[customer] || before, "%.*s", SLICE_ARGS(line));
    return true;
}

static bool test_nothing_happens_before_an_account_is_opened(void) {
    struct ledger ledger = {.opened = calloc(20000, sizeof(bool))};
    struct simulation_plan plan = usual;
    plan.past_days = 0;
    plan.rate_percent = 500;
    struct run run;
    bool fine = live(plan, look_at_openings, &ledger, &run);
    free(ledger.opened);
    buf_deinit(&run.labels);
    CHECK(fine && ledger.open_seen > 10);
    return true;
}

// ---- labels -------------------------------------------------------------------------------------

struct events_seen {
    int64_t *times; // by number
};

static bool look_at_events(void *context, Slice line) {
    struct events_seen *seen = context;
    if (!is_change(line)) {
        seen->times[event_number(text_of(line, "event_id"))] = number_of(line, "event_time", 0);
    }
    return true;
}

static bool labels_name_events(Slice labels, const int64_t *times) {
    for (Slice line; slice_split(&labels, '\n', &line);) {
        uint32_t events = 0;
        if (slice_empty(line)) {
            continue;
        }
        CHECK(slice_starts_with(line, SLICE("{\"case_id\":\"CASE")));
        for (size_t at = 0; (at = slice_find(line, SLICE("{\"event_id\""), at)) != SIZE_MAX; at++) {
            Slice rest = slice_part(line, at, line.size - at);
            int64_t number = event_number(text_of(rest, "event_id"));
            CHECK(number > 0 && number < EVENTS_MAX && times[number] != 0 &&
                  times[number] == number_of(rest, "time", -1));
            CHECK(number_of(rest, "lost", -1) >= 0);
            events++;
        }
        CHECK_THAT(events > 0 && number_of(line, "at_stake", -1) >= number_of(line, "lost", 0),
                   "%.*s", SLICE_ARGS(line));
    }
    return true;
}

static bool test_labels_name_events_that_there_are(void) {
    struct events_seen seen = {.times = calloc(EVENTS_MAX, sizeof(int64_t))};
    struct simulation_plan plan = usual;
    plan.customers = 2000;
    plan.days = 30;
    plan.rate_percent = 2000;
    struct run run;
    bool fine = live(plan, look_at_events, &seen, &run) &&
                labels_name_events(buf_slice(&run.labels), seen.times);
    free(seen.times);
    buf_deinit(&run.labels);
    CHECK(fine);
    CHECK_THAT(run.typologies >= 120 && run.families == 17, "%u typologies of %u families",
               run.typologies, run.families);
    return true;
}

static bool test_only_what_was_asked_for(void) {
    CHECK(simulation_knows(SLICE("VP-03,MU")) && !simulation_knows(SLICE("VP-99")) &&
          !simulation_knows(SLICE("XX")));
    struct simulation_plan plan = usual;
    plan.rate_percent = 2000;
    plan.only = SLICE("SI,VP-03");
    struct run run;
    CHECK(live(plan, NULL, NULL, &run));
    buf_deinit(&run.labels);
    CHECK(run.families == 2 && run.typologies <= 8);
    return true;
}

// ---- what makes it look like a bank -------------------------------------------------------------

struct days {
    uint32_t payroll[32], counter[32], qr[32]; // by day of the month
    uint32_t night, noon;
};

static bool look_at_days(void *context, Slice line) {
    struct days *days = context;
    if (is_change(line) || !slice_is(text_of(line, "phase"), "REQUEST")) {
        return true;
    }
    CivilTime time = when(line);
    Slice type = text_of(line, "event_type");
    days->payroll[time.day] += slice_find(line, SLICE("\"is_payroll\":true"), 0) != SIZE_MAX;
    days->counter[time.day] += slice_is(type, "counter_txn");
    days->qr[time.day] += slice_is(type, "qr_pay");
    days->night += slice_is(type, "qr_pay") && time.hour >= 2 && time.hour < 5;
    days->noon += slice_is(type, "qr_pay") && time.hour >= 11 && time.hour < 14;
    return true;
}

// The National Day holiday of 2026: 1 to 7 October off, the 10th a Saturday that is worked.
static bool test_holidays_are_quiet_and_wages_come_before(void) {
    struct days days = {0};
    struct simulation_plan plan = usual;
    plan.rate_percent = 0;
    plan.first_day = (int32_t)civil_days(2026, 10, 1);
    plan.days = 20;
    struct run run;
    CHECK(live(plan, look_at_days, &days, &run));
    buf_deinit(&run.labels);
    for (int day = 1; day <= 7; day++) {
        CHECK_THAT(days.payroll[day] == 0 && days.counter[day] == 0, "day %d", day);
        CHECK_THAT(days.qr[day] > 100, "people go on shopping on day %d", day);
    }
    CHECK(days.counter[10] > 0 && days.counter[11] == 0);
    CHECK(days.payroll[8] > 0);
    CHECK(days.noon > 10 * days.night);
    return true;
}

// ---- what looks like fraud and is none ----------------------------------------------------------

static bool test_life_is_as_it_was_unless_more_confusion_is_asked_for(void) {
    struct simulation_plan plan = usual;
    struct run unsaid;
    struct run said;
    struct run more;
    CHECK(live(plan, NULL, NULL, &unsaid));
    plan.confusion_percent = 100;
    CHECK(live(plan, NULL, NULL, &said));
    plan.confusion_percent = 500;
    CHECK(live(plan, NULL, NULL, &more));
    bool cases = unsaid.counts.cases == more.counts.cases;
    buf_deinit(&unsaid.labels);
    buf_deinit(&said.labels);
    buf_deinit(&more.labels);
    CHECK(unsaid.hash == said.hash && unsaid.tables_hash == said.tables_hash);
    CHECK(more.hash != said.hash && more.counts.events > said.counts.events && cases);
    return true;
}

static bool test_a_confusing_life_is_innocent_and_in_order(void) {
    struct ledger ledger = {.phases = calloc(EVENTS_MAX, 1)};
    struct simulation_plan plan = usual;
    plan.rate_percent = 0;
    plan.confusion_percent = 2000;
    struct run run;
    bool fine = live(plan, look_at_order, &ledger, &run);
    free(ledger.phases);
    size_t labelled = run.labels.size;
    buf_deinit(&run.labels);
    CHECK(fine && labelled == 0);
    ledger = (struct ledger){.opened = calloc(20000, sizeof(bool))};
    plan.past_days = 0;
    fine = live(plan, look_at_openings, &ledger, &run);
    free(ledger.opened);
    buf_deinit(&run.labels);
    CHECK(fine && ledger.open_seen > 10);
    return true;
}

// Acts that one course puts on the agenda; false when one of them belongs to a case.
static bool plays_it(struct simulation *sim, Play *course, uint64_t seed, uint32_t *ret_acts) {
    struct story nobodys = {.variant = ""};
    struct stage stage = {.sim = sim, .story = &nobodys, .channel = MOBILE};
    random_init(&stage.random, seed);
    stage.clock = (int64_t)sim->plan.first_day * MS_PER_DAY;
    course(&stage);
    finish(&stage);
    free(nobodys.participants);
    bool innocent = true;
    for (struct act act; agenda_take(sim->agenda, INT64_MAX, &act); ++*ret_acts) {
        innocent = innocent && act.story == 0 && (act.signs & ACT_LOSS) == 0;
    }
    return innocent;
}

static bool test_every_lookalike_is_played(void) {
    static const struct {
        const char *name;
        Play *course;
    } all[] = {
#define LOOKALIKE(function, zh, rate, typologies, what) {#function, function},
#include "simulation/lookalikes.def"
#undef LOOKALIKE
    };
    struct simulation_plan plan = usual;
    plan.first_day = (int32_t)civil_days(2026, 9, 14);
    plan.past_days = 1;
    plan.days = 60;
    struct simulation *sim = simulation_create(&plan);
    struct run run = {0};
    simulation_tables(sim, take, &run);
    for (struct act act; agenda_take(sim->agenda, INT64_MAX, &act);) {
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        uint32_t acts = 0;
        for (uint64_t seed = 1; seed <= 4; seed++) {
            CHECK_THAT(plays_it(sim, all[i].course, seed, &acts), "%s", all[i].name);
        }
        CHECK_THAT(acts >= 4, "%s: %u", all[i].name, acts);
    }
    simulation_destroy(sim);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_the_same_seed_gives_the_same_bytes),
        TEST(test_without_fraud_there_are_no_labels),
        TEST(test_requests_are_answered_in_order_and_balances_hold),
        TEST(test_nothing_happens_before_an_account_is_opened),
        TEST(test_labels_name_events_that_there_are),
        TEST(test_only_what_was_asked_for),
        TEST(test_holidays_are_quiet_and_wages_come_before),
        TEST(test_life_is_as_it_was_unless_more_confusion_is_asked_for),
        TEST(test_a_confusing_life_is_innocent_and_in_order),
        TEST(test_every_lookalike_is_played),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
