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
enum { SCENARIO_COUNT = sizeof scenarios / sizeof scenarios[0] };

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
}

void stories_free(struct simulation *sim) {
    for (uint32_t i = 1; i <= sim->cases_count; i++) {
        free(sim->cases[i].events);
    }
    free(sim->cases);
}

// ---- labels -------------------------------------------------------------------------------------

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
