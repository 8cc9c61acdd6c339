#include "simulation/simulation.h"

#include "simulation/carry.h"
#include "simulation/event.h"
#include "simulation/known.h"
#include "simulation/life.h"
#include "simulation/lookalikes.h"
#include "simulation/stories.h"

#include <stdlib.h>

struct simulation *simulation_create(const struct simulation_plan *plan) {
    INVARIANT(plan->customers >= 100 && plan->customers <= SIMULATION_CUSTOMERS_MAX &&
              plan->days <= SIMULATION_DAYS_MAX &&
              plan->confusion_percent <= SIMULATION_CONFUSION_MAX);
    struct simulation *sim = memory_alloc(sizeof *sim);
    sim->plan = *plan;
    arena_init(&sim->arena, 1 << 16);
    sim->plan.confusion_percent = plan->confusion_percent == 0 ? 100 : plan->confusion_percent;
    sim->plan.only = arena_copy(&sim->arena, plan->only);
    sim->agenda = agenda_create();
    sim->next_event = 1;
    sim->next_order = 1;
    world_create(sim);
    stories_cast(sim);
    sim->muted = true;
    return sim;
}

void simulation_destroy(struct simulation *sim) {
    if (sim == NULL) {
        return;
    }
    stories_free(sim);
    known_end(sim);
    agenda_destroy(sim->agenda);
    free(sim->people);
    free(sim->companies);
    free(sim->accounts);
    free(sim->merchants);
    free(sim->city_merchants);
    free(sim->branches);
    free(sim->staff);
    free(sim->innocents);
    arena_deinit(&sim->arena);
    free(sim);
}

// Banks pay before days off: the days of the month that are due today.
static uint32_t due_days(const DayFacts *today) {
    if (today->off) {
        return 0;
    }
    uint32_t due = UINT32_C(1) << today->day_of_month;
    for (int32_t day = today->day_of_month + 1;
         day <= today->month_length && calendar_day(today->day - today->day_of_month + day).off;
         day++) {
        due |= UINT32_C(1) << day;
    }
    // A month that begins with days off pays what they would have on its first working day.
    for (int32_t day = today->day_of_month - 1;
         day >= 1 && calendar_day(today->day - today->day_of_month + day).off; day--) {
        due |= day == 1 || calendar_day(today->day - today->day_of_month + 1).off
                   ? UINT32_C(1) << day
                   : 0;
    }
    if (calendar_working_day(today) > 1) {
        for (int32_t day = 1; day < today->day_of_month; day++) {
            due &= ~(UINT32_C(1) << day);
        }
    }
    return due;
}

static void begin_day(struct simulation *sim, int32_t day) {
    sim->today = calendar_day(day);
    sim->day_start = day * MS_PER_DAY - ZONE_MS;
    sim->due = due_days(&sim->today);
    sim->bonus = sim->today.month == 1;
    known_nightly(sim);
    if (!sim->muted) {
        stories_begin(sim);
    }
    lookalikes_begin(sim);
    life_people(sim);
    life_firms(sim);
    life_bank(sim);
    agenda_sort(sim->agenda);
}

void simulation_tables(struct simulation *sim, SimulationTake *take, void *context) {
    struct buf nothing;
    buf_init(&nothing, 1 << 20);
    sim->out = &nothing;
    for (int32_t day = sim->plan.first_day - (int32_t)sim->plan.past_days;
         day < sim->plan.first_day; day++) {
        begin_day(sim, day);
        for (struct act act; agenda_take(sim->agenda, sim->day_start + MS_PER_DAY, &act);) {
            carry_out(sim, &act);
        }
    }
    buf_deinit(&nothing);
    sim->today = calendar_day(sim->plan.first_day);
    known_tables(sim, take, context);
    sim->muted = false;
    sim->day_start = 0;
}

bool simulation_next(struct simulation *sim, struct buf *out) {
    INVARIANT(!sim->muted);
    sim->out = out;
    if (sim->day_start == 0) {
        begin_day(sim, sim->plan.first_day);
    }
    int32_t end = sim->plan.first_day + (int32_t)sim->plan.days;
    while (out->size < SIMULATION_BATCH) {
        struct act act;
        if (agenda_take(sim->agenda, sim->day_start + MS_PER_DAY, &act)) {
            carry_out(sim, &act);
        } else if (sim->today.day + 1 < end) {
            begin_day(sim, sim->today.day + 1);
        } else {
            return false;
        }
    }
    return true;
}

void simulation_labels(const struct simulation *sim, struct buf *out) {
    stories_labels(sim, out);
}

struct simulation_counts simulation_counts(const struct simulation *sim) {
    struct simulation_counts counts = {.events = sim->events,
                                       .changes = sim->changes,
                                       .cases = sim->cases_count,
                                       .cases_done = sim->cases_begun,
                                       .people = sim->plan.customers,
                                       .firms = sim->firms,
                                       .merchants = sim->merchants_count,
                                       .branches = sim->branches_count,
                                       .staff = sim->staff_count,
                                       .accounts = sim->accounts_count};
    counts.day = sim->muted || sim->day_start == 0
                     ? 0
                     : (uint32_t)(sim->today.day - sim->plan.first_day + 1);
    for (uint32_t i = 1; i <= sim->cases_count; i++) {
        counts.lost_fen += sim->cases[i].lost;
    }
    return counts;
}

const char *simulation_type(uint32_t index, const struct simulation *sim, uint64_t *ret_count) {
    static const char *const types[] = {
#define ACT(name, type) type,
#include "simulation/acts.def"
#undef ACT
    };
    if (index >= ACT_RECORD) {
        return NULL;
    }
    *ret_count = sim->counts[index];
    return types[index];
}
