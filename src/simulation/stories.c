#include "simulation/stories.h"

#include "base/hash.h"
#include "codec/json_write.h"
#include "simulation/event.h"
#include "simulation/scenario.h"

#include <stdlib.h>

static const struct scenario scenarios[] = {
#define SCENARIO(code, zh, en, rate, function) {code, zh, en, rate, function},
#include "simulation/scenarios.def"
#undef SCENARIO
};
enum {
    SCENARIO_COUNT = sizeof scenarios / sizeof scenarios[0],
    FIRST_EQUIPMENT_ALERT =
        21,          // alert_kinds of event_bank.c from here on are of a branch's equipment
    TICK_BRANCH = 4, // tick_entities of event_bank.c
};

static bool wanted(Slice only, const char *code) {
    if (slice_empty(only)) {
        return true;
    }
    for (Slice part; slice_split(&only, ',', &part);) {
        if (slice_is(part, code) || (part.size == 2 && slice_starts_with(slice_of(code), part))) {
            return true;
        }
    }
    return false;
}

bool simulation_knows(Slice only) {
    for (Slice part; slice_split(&only, ',', &part);) {
        bool found = false;
        for (uint32_t i = 0; i < SCENARIO_COUNT && !found; i++) {
            found = wanted(part, scenarios[i].code) && !slice_empty(part);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

// How many cases of each, and on which days; long ones begin before the last days, so that
// something of them is seen.
void stories_cast(struct simulation *sim) {
    const struct simulation_plan *plan = &sim->plan;
    uint32_t counts[SCENARIO_COUNT];
    uint32_t sum = 0;
    for (uint32_t i = 0; i < SCENARIO_COUNT; i++) {
        uint64_t expected = wanted(plan->only, scenarios[i].code)
                                ? (uint64_t)scenarios[i].rate * plan->customers * plan->days / 30 *
                                      plan->rate_percent / 100 // in millionths
                                : 0;
        struct random random;
        random_init(&random, hash_mix(plan->seed ^ 0x5ce0, i));
        counts[i] = (uint32_t)((expected + random_below(&random, 1000000)) / 1000000);
        sum += counts[i];
    }
    sim->cases = memory_alloc(sizeof *sim->cases * (sum + 1));
    for (uint32_t i = 0; i < SCENARIO_COUNT; i++) {
        for (uint32_t k = 0; k < counts[i]; k++) {
            struct story *story = &sim->cases[++sim->cases_count];
            story->scenario = &scenarios[i];
            story->start_day =
                plan->first_day + (int32_t)(hash_mix(hash_mix(plan->seed ^ 0x5ce1, i), k) %
                                            (plan->days * 85 / 100 + 1));
        }
    }
}

void stories_begin(struct simulation *sim) {
    for (uint32_t i = 1; i <= sim->cases_count; i++) {
        struct story *story = &sim->cases[i];
        if (story->start_day != sim->today.day) {
            continue;
        }
        struct stage stage = {.sim = sim, .story = story, .number = i, .channel = MOBILE};
        random_init(&stage.random, hash_mix(sim->plan.seed ^ 0x5ce2, i));
        stage.clock = sim->day_start + 7 * MS_PER_HOUR;
        story->begun = true;
        story->variant = "";
        sim->cases_begun++;
        story->scenario->play(&stage);
        finish(&stage);
    }
}

// ---- who takes part -----------------------------------------------------------------------------

static bool is_same(struct party left, struct party right) {
    return left.number == right.number && left.own == right.own && left.self == right.self &&
           (left.own || left.self || left.type == right.type);
}

void story_joins(struct story *story, ThingKind thing, struct party party, Role role) {
    for (uint32_t i = 0; i < story->participant_count; i++) {
        struct participant *known = &story->participants[i];
        if (known->thing == thing && is_same(known->party, party)) {
            known->role = role < known->role ? (uint8_t)role : known->role;
            return;
        }
    }
    if (story->participant_count == story->participant_capacity) {
        story->participant_capacity =
            story->participant_capacity == 0 ? 16 : story->participant_capacity * 2;
        story->participants = memory_resize(story->participants, sizeof *story->participants *
                                                                     story->participant_capacity);
    }
    story->participants[story->participant_count++] =
        (struct participant){party, (uint8_t)thing, (uint8_t)role};
}

static void joins(struct story *story, ThingKind thing, uint32_t number, Role role) {
    story_joins(story, thing, (struct party){.number = number, .own = true}, role);
}

static Role role_of(const struct story *story, uint32_t customer) {
    for (uint32_t i = 0; i < story->participant_count; i++) {
        const struct participant *known = &story->participants[i];
        if (known->thing == THING_CUSTOMER && known->party.number == customer) {
            return (Role)known->role;
        }
    }
    return ROLE_BYSTANDER;
}

// His usual phone or computer tells nothing; another's does.
static bool is_own_device(const struct simulation *sim, const struct act *act) {
    if (!act->setting.has || act->customer == NONE) {
        return true;
    }
    uint32_t own = is_person(sim, act->customer) ? sim->people[act->customer].device
                                                 : firm_of(sim, act->customer)->device;
    return act->setting.device == own;
}

// Things that an event names, beside those that were cast.
static void joined_by(const struct simulation *sim, struct story *story, const struct act *act) {
    bool machine = act->kind == ACT_WITHDRAW || act->kind == ACT_DEPOSIT;
    if (act->customer != NONE) {
        joins(story, THING_CUSTOMER, act->customer, ROLE_BYSTANDER);
        if (act->account != NONE) {
            joins(story, THING_ACCOUNT, act->account, role_of(story, act->customer));
        }
        if (!is_own_device(sim, act)) {
            joins(story, THING_DEVICE, act->setting.device, ROLE_DEVICE);
        }
    }
    if (machine && !act->pay.moved &&
        slice_starts_with(slice_of(story->scenario->code), SLICE("TA"))) {
        joins(story, THING_BRANCH, act->pay.terminal / 16, ROLE_SCENE);
    } else if (act->kind == ACT_STAFF) {
        joins(story, THING_EMPLOYEE, act->staff.employee, ROLE_BYSTANDER);
    } else if (act->kind == ACT_ALERT) {
        joins(story, act->alert.kind >= FIRST_EQUIPMENT_ALERT ? THING_EQUIPMENT : THING_HOST,
              act->alert.asset, ROLE_SCENE);
        if (act->alert.branch != HEAD_OFFICE) {
            joins(story, THING_BRANCH, act->alert.branch, ROLE_SCENE);
        }
    } else if (act->kind == ACT_INSPECT) {
        joins(story, THING_BRANCH, act->inspect.branch, ROLE_SCENE);
    } else if (act->kind == ACT_TICK && act->order.kind == TICK_BRANCH) {
        joins(story, THING_BRANCH, act->order.tick, ROLE_SCENE);
    }
}

void story_event(struct simulation *sim, const struct act *act, uint64_t event, int64_t lost) {
    struct story *story = &sim->cases[act->story];
    if (act->signs & ACT_QUIET) {
        return;
    }
    if (story->event_count == story->event_capacity) {
        story->event_capacity = story->event_capacity == 0 ? 16 : story->event_capacity * 2;
        story->events = memory_resize(story->events, sizeof *story->events * story->event_capacity);
    }
    story->events[story->event_count++] =
        (struct case_event){event, act->time, lost, lost > 0 ? PART_STRIKE : act->part};
    story->lost += lost;
    joined_by(sim, story, act);
}

void stories_free(struct simulation *sim) {
    for (uint32_t i = 1; i <= sim->cases_count; i++) {
        free(sim->cases[i].participants);
        free(sim->cases[i].events);
    }
    free(sim->cases);
}

// ---- labels -------------------------------------------------------------------------------------

static Slice thing_name(const struct simulation *sim, const struct participant *participant,
                        char *name) {
    struct line line = {name};
    uint32_t number = participant->party.number;
    switch ((ThingKind)participant->thing) {
    case THING_CUSTOMER:
        name_put_numbered(&line, "C", number, 9);
        break;
    case THING_ACCOUNT:
        name_put_party(&line, participant->party);
        break;
    case THING_MERCHANT:
        name_put_merchant(&line, sim, number);
        break;
    case THING_DEVICE:
        name_put_device(&line, number);
        break;
    case THING_EMPLOYEE:
        name_put_employee(&line, number);
        break;
    case THING_HOST:
        name_put_numbered(&line, "SRV-", number, 5);
        break;
    case THING_EQUIPMENT:
        name_put_numbered(&line, "DEV-", number, 5);
        break;
    case THING_BRANCH:
        name_put_branch(&line, number);
        break;
    }
    return (Slice){name, (size_t)(line.at - name)};
}

static void roles(const struct simulation *sim, const struct story *story,
                  struct json_writer *json) {
    static const char *const words[] = {
#define ROLE(name, word, zh, what) word,
#include "simulation/roles.def"
#undef ROLE
    };
    static const char *const things[] = {"customer", "account", "merchant", "device",
                                         "employee", "asset",   "asset",    "branch"};
    char name[NAME_SIZE];
    json_key(json, SLICE("roles"));
    json_array_begin(json);
    for (uint32_t i = 0; i < story->participant_count; i++) {
        const struct participant *participant = &story->participants[i];
        json_object_begin(json);
        json_key_string(json, SLICE("thing"), slice_of(things[participant->thing]));
        json_key_string(json, SLICE("id"), thing_name(sim, participant, name));
        json_key_string(json, SLICE("role"), slice_of(words[participant->role]));
        json_object_end(json);
    }
    json_array_end(json);
}

static void label(const struct simulation *sim, uint32_t number, struct buf *out) {
    static const char *const parts[] = {"before", "strike", "after"};
    const struct story *story = &sim->cases[number];
    struct json_writer json;
    char name[NAME_SIZE];
    json_writer_init(&json, out);
    json_object_begin(&json);
    struct line line = {name};
    LINE_PUT(&line, "CASE");
    line_digits(&line, number, 6);
    json_key_string(&json, SLICE("case_id"), (Slice){name, 10});
    json_key_string(&json, SLICE("typology"), slice_of(story->scenario->code));
    json_key_string(&json, SLICE("name_zh"), slice_of(story->scenario->zh));
    json_key_string(&json, SLICE("name_en"), slice_of(story->scenario->en));
    json_key_string(&json, SLICE("variant"), slice_of(story->variant));
    json_key_i64(&json, SLICE("begin"), story->event_count > 0 ? story->events[0].time : 0);
    json_key_i64(&json, SLICE("end"),
                 story->event_count > 0 ? story->events[story->event_count - 1].time : 0);
    json_key_i64(&json, SLICE("at_stake"), story->stake > story->lost ? story->stake : story->lost);
    json_key_i64(&json, SLICE("lost"), story->lost);
    json_key(&json, SLICE("people"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < story->people_count; i++) {
        name_customer(story->people[i], name);
        json_string(&json, slice_of(name));
    }
    json_array_end(&json);
    json_key(&json, SLICE("accounts"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < story->account_count; i++) {
        name_account(sim, story->accounts[i], name);
        json_string(&json, slice_of(name));
    }
    for (uint32_t i = 0; i < story->outside_count; i++) {
        name_party(sim, story->outside[i], name);
        json_string(&json, slice_of(name));
    }
    json_array_end(&json);
    roles(sim, story, &json);
    json_key(&json, SLICE("events"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < story->event_count; i++) {
        const struct case_event *event = &story->events[i];
        json_object_begin(&json);
        name_event(event->event, name);
        json_key_string(&json, SLICE("event_id"), slice_of(name));
        json_key_i64(&json, SLICE("time"), event->time);
        json_key_string(&json, SLICE("part"), slice_of(parts[event->part]));
        json_key_i64(&json, SLICE("lost"), event->lost);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}

void stories_labels(const struct simulation *sim, struct buf *out) {
    for (uint32_t i = 1; i <= sim->cases_count; i++) {
        if (sim->cases[i].event_count > 0) {
            label(sim, i, out);
        }
    }
}

const char *simulation_typology(uint32_t index, const struct simulation *simulation,
                                const char **ret_zh, const char **ret_en, uint32_t *ret_cases,
                                uint32_t *ret_rate_hundredths) {
    if (index >= SCENARIO_COUNT) {
        return NULL;
    }
    *ret_zh = scenarios[index].zh;
    *ret_en = scenarios[index].en;
    *ret_rate_hundredths = scenarios[index].rate;
    *ret_cases = 0;
    for (uint32_t i = 1; simulation != NULL && i <= simulation->cases_count; i++) {
        *ret_cases += simulation->cases[i].scenario == &scenarios[index] &&
                      simulation->cases[i].event_count > 0;
    }
    return scenarios[index].code;
}
