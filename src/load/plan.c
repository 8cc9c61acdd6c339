#include "load/plan.h"

#include "load/templates.h"
#include "os/clock.h"

void plan_make(struct plan *plan, const struct load_options *options, uint64_t file_records) {
    uint64_t records = options->count > 0 ? options->count : UINT64_MAX;
    if (!options->one && options->seconds > 0 && options->seconds * options->rate < records) {
        records = options->seconds * options->rate;
    }
    if (options->keep && file_records < records) {
        records = file_records;
    }
    *plan = (struct plan){.options = options, .records = records < TEMPLATES_NUMBER_MAX ? records : TEMPLATES_NUMBER_MAX};
}

// Computed from the start each time, so that nothing adds up.
uint64_t plan_moment(const struct plan *plan, uint64_t record) {
    return plan->start_ns + (uint64_t)((unsigned __int128)record * NS_PER_SECOND / plan->options->rate);
}

void plan_start(struct plan *plan) {
    const struct load_options *options = plan->options;
    plan->start_ns = clock_monotonic_ns();
    plan->start_ms = clock_wall_us() / 1000;
    plan->end_ns = options->one ? plan->start_ns + options->seconds * NS_PER_SECOND : plan_moment(plan, plan->records);
    if (options->one && options->seconds == 0) {
        plan->end_ns = UINT64_MAX;
    }
}

bool plan_over(const struct plan *plan, uint64_t now) {
    return plan->next >= plan->records || (plan->options->one && now >= plan->end_ns);
}

uint64_t plan_next_moment(const struct plan *plan, uint64_t now) {
    if (plan_over(plan, now)) {
        return UINT64_MAX;
    }
    return plan->options->one ? now : plan_moment(plan, plan->next);
}

int64_t plan_event_time(const struct plan *plan, uint64_t moment_ns) {
    return plan->start_ms + (int64_t)((moment_ns - plan->start_ns) / NS_PER_MS);
}
