#include "cli/tally.h"

#include "codec/json_write.h"
#include "os/memory.h"

#include <stdlib.h>

void tally_init(struct tally *tally, const struct catalogue *catalogue) {
    *tally = (struct tally){.catalogue = catalogue, .first_us = INT64_MAX, .last_us = INT64_MIN};
    tally->models = memory_alloc(sizeof *tally->models * (catalogue->models.count + 1));
    buf_init(&tally->example_text, 1 << 20);
}

void tally_deinit(struct tally *tally) {
    free(tally->models);
    buf_deinit(&tally->example_text);
}

static bool counts(const struct hit *hit) {
    return hit->guards == 0 && !hit->is_shadow;
}

// Keeps the first decision of each of a few models, so that the examples are not all of one kind.
static void keep_example(struct tally *tally, const struct decision *decision) {
    if (tally->example_count == TALLY_EXAMPLES) {
        return;
    }
    const struct hit *strongest = NULL;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        if (counts(hit) && (strongest == NULL || hit->model->score > strongest->model->score)) {
            strongest = hit;
        }
    }
    uint32_t model = (uint32_t)(strongest->model - tally->catalogue->models.at);
    for (uint32_t i = 0; i < tally->example_count; i++) {
        if (tally->examples[i] == model) {
            return;
        }
    }
    tally->examples[tally->example_count++] = model;
    struct buf *out = &tally->example_text;
    char time[TIME_TEXT_SIZE];
    size_t size = time_format(decision->time_us, tally->catalogue->zone_offset_us, time);
    buf_printf(out, "  %.*s  %.*s  %.*s, score %u\n", (int)size, time, SLICE_ARGS(decision->event_id),
               SLICE_ARGS(tally->catalogue->policy.actions.at[decision->action].id), decision->score);
    buf_printf(out, "    %.*s  ", SLICE_ARGS(strongest->model->id));
    decision_put_reason(decision, strongest, false, out);
    buf_put(out, SLICE("\n    "));
    decision_put_reason(decision, strongest, true, out);
    buf_put_byte(out, '\n');
}

void tally_decision(struct tally *tally, const struct event *event, const struct decision *decision) {
    tally->events++;
    if (decision->is_duplicate) {
        tally->duplicates++;
        return;
    }
    tally->first_us = event->time_us < tally->first_us ? event->time_us : tally->first_us;
    tally->last_us = event->time_us > tally->last_us ? event->time_us : tally->last_us;
    tally->actions[decision->action]++;
    for (uint32_t i = 0; i < TASKS_MAX; i++) {
        tally->tasks[i] += decision->tasks >> i & 1;
    }
    tally->late += (decision->flags & EVENT_FLAG_LATE) != 0;
    tally->skewed += (decision->flags & EVENT_FLAG_CLOCK_SKEW) != 0;
    bool flagged = false;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        struct model_tally *model = &tally->models[hit->model - tally->catalogue->models.at];
        model->hits++;
        model->held_back += hit->guards != 0;
        // Those in the shadow are measured too: it is by this that one decides to let them act.
        model->with_label += event->has_label && hit->guards == 0;
        model->fraud += event->has_label && event->fraud && hit->guards == 0;
        flagged = flagged || counts(hit);
    }
    tally->labelled += event->has_label;
    tally->fraud += event->has_label && event->fraud;
    tally->flagged += event->has_label && flagged;
    tally->flagged_fraud += event->has_label && event->fraud && flagged;
    if (flagged) {
        keep_example(tally, decision);
    }
}

// ---- for people ------------------------------------------------------------------------------------------

static void print_grouped(uint64_t number, int width, FILE *out) {
    char digits[32];
    char text[48];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    int at = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    fprintf(out, "%*.*s", width, at, text);
}

static double percent(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_bar(double share_percent, FILE *out) {
    int full = (int)(share_percent / 2.5 + 0.5);
    for (int i = 0; i < full; i++) {
        fputs("█", out);
    }
}

static void print_actions(const struct tally *tally, FILE *out) {
    uint64_t decided = tally->events - tally->duplicates;
    const struct policy *policy = &tally->catalogue->policy;
    fprintf(out, "\ndecisions\n");
    for (uint32_t i = 0; i < policy->actions.count; i++) {
        if (tally->actions[i] == 0) {
            continue;
        }
        double share = percent(tally->actions[i], decided);
        fprintf(out, "  %-10.*s", SLICE_ARGS(policy->actions.at[i].id));
        print_grouped(tally->actions[i], 12, out);
        fprintf(out, "  %7.3f %%  ", share);
        print_bar(share, out);
        fprintf(out, "\n");
    }
    for (uint32_t i = 0; i < policy->tasks.count; i++) {
        if (tally->tasks[i] > 0) {
            fprintf(out, "  + %-8.*s", SLICE_ARGS(policy->tasks.at[i].id));
            print_grouped(tally->tasks[i], 12, out);
            fprintf(out, "  beside the answer: %.*s\n", SLICE_ARGS(policy->tasks.at[i].en));
        }
    }
}

static int by_hits(const void *left, const void *right, void *context) {
    const struct tally *tally = context;
    uint32_t first = *(const uint32_t *)left;
    uint32_t second = *(const uint32_t *)right;
    uint64_t a = tally->models[first].hits;
    uint64_t b = tally->models[second].hits;
    return a != b ? (a < b) - (a > b) : (first > second) - (first < second);
}

static uint32_t *order_of_models(const struct tally *tally) {
    uint32_t count = tally->catalogue->models.count;
    uint32_t *order = memory_alloc(sizeof *order * (count + 1));
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    qsort_r(order, count, sizeof *order, by_hits, (void *)tally);
    return order;
}

static void print_models(const struct tally *tally, FILE *out) {
    uint32_t *order = order_of_models(tally);
    uint32_t shown = tally->catalogue->models.count < 15 ? tally->catalogue->models.count : 15;
    fprintf(out, "\nmodels that fired most%s\n", tally->labelled > 0 ? "                    hits  precision" : "                    hits");
    for (uint32_t i = 0; i < shown && tally->models[order[i]].hits > 0; i++) {
        const struct model *model = &tally->catalogue->models.at[order[i]];
        const struct model_tally *counts_of = &tally->models[order[i]];
        fprintf(out, "  %-14.*s %-3s %-8.*s", SLICE_ARGS(model->id), severity_names[model->severity],
                SLICE_ARGS(model->action != SCHEMA_NONE ? tally->catalogue->policy.actions.at[model->action].id
                                                        : tally->catalogue->policy.tasks.at[model->task].id));
        print_grouped(counts_of->hits, 12, out);
        if (tally->labelled > 0) {
            fprintf(out, "  %7.1f %%", percent(counts_of->fraud, counts_of->with_label));
        }
        fprintf(out, "  %.*s\n", SLICE_ARGS(model->en));
    }
    free(order);
}

static void print_labels(const struct tally *tally, FILE *out) {
    if (tally->labelled == 0) {
        return;
    }
    fprintf(out, "\nagainst the labels\n  fraud        ");
    print_grouped(tally->fraud, 12, out);
    fprintf(out, "  of ");
    print_grouped(tally->labelled, 0, out);
    fprintf(out, " (%.3f %%)\n  flagged      ", percent(tally->fraud, tally->labelled));
    print_grouped(tally->flagged, 12, out);
    fprintf(out, "  (%.3f %%)\n", percent(tally->flagged, tally->labelled));
    fprintf(out, "  precision    %11.1f %%  of what was flagged is fraud\n", percent(tally->flagged_fraud, tally->flagged));
    fprintf(out, "  recall       %11.1f %%  of the fraud was flagged\n", percent(tally->flagged_fraud, tally->fraud));
}

static void print_refused(const struct tally *tally, FILE *out) {
    if (tally->refused == 0) {
        return;
    }
    fprintf(out, "\nrefused records (each is told in the dead-letter file)\n");
    for (int i = 1; i < INTAKE_PROBLEM_COUNT; i++) {
        if (tally->refused_by[i] > 0) {
            fprintf(out, "  %.*s", SLICE_ARGS(intake_problem_code((IntakeProblem)i)));
            print_grouped(tally->refused_by[i], 12, out);
            fprintf(out, "  %.*s\n", SLICE_ARGS(intake_problem_text((IntakeProblem)i)));
        }
    }
}

void tally_print(const struct tally *tally, const struct engine *engine, FILE *out) {
    struct engine_counters counters = engine_counters(engine);
    fprintf(out, "events ");
    print_grouped(tally->events, 0, out);
    if (tally->first_us <= tally->last_us) {
        char first[TIME_TEXT_SIZE];
        char last[TIME_TEXT_SIZE];
        size_t first_size = time_format(tally->first_us, tally->catalogue->zone_offset_us, first);
        size_t last_size = time_format(tally->last_us, tally->catalogue->zone_offset_us, last);
        fprintf(out, ", from %.*s to %.*s", (int)first_size, first, (int)last_size, last);
    }
    fprintf(out, "; pack %.*s\n", SLICE_ARGS(tally->catalogue->label));
    if (tally->duplicates + tally->late + tally->skewed + counters.reversals + tally->changes > 0) {
        fprintf(out, "  %llu came twice, %llu late, %llu ahead of time, %llu taken back, %llu list and table changes\n",
                (unsigned long long)tally->duplicates, (unsigned long long)tally->late, (unsigned long long)tally->skewed,
                (unsigned long long)counters.reversals, (unsigned long long)tally->changes);
    }
    print_actions(tally, out);
    print_models(tally, out);
    print_labels(tally, out);
    if (tally->example_count > 0) {
        fprintf(out, "\nexamples\n");
        fwrite(tally->example_text.bytes, 1, tally->example_text.size, out);
    }
    print_refused(tally, out);
    double seconds = (double)tally->elapsed_ns / 1e9;
    fprintf(out, "\nspeed ");
    print_grouped(seconds > 0 ? (uint64_t)((double)tally->events / seconds) : 0, 0, out);
    fprintf(out, " events a second (%.2f s in all); per event: reading %.2f us", seconds,
            tally->events == 0 ? 0 : (double)tally->read_ns / 1e3 / (double)tally->events);
    static const char *const stages[] = {
#define X(name) #name,
        ENGINE_STAGES(X)
#undef X
    };
    for (int i = 0; i < ENGINE_STAGE_COUNT; i++) {
        fprintf(out, ", %s %.2f", stages[i], tally->events == 0 ? 0 : (double)counters.stage_ns[i] / 1e3 / (double)tally->events);
    }
    fprintf(out, "\n");
}

// ---- for programs ----------------------------------------------------------------------------------------

static void write_models(const struct tally *tally, struct json_writer *json) {
    json_key(json, SLICE("models"));
    json_array_begin(json);
    uint32_t *order = order_of_models(tally);
    for (uint32_t i = 0; i < tally->catalogue->models.count; i++) {
        const struct model_tally *model = &tally->models[order[i]];
        json_object_begin(json);
        json_key_string(json, SLICE("model"), tally->catalogue->models.at[order[i]].id);
        json_key_i64(json, SLICE("hits"), (int64_t)model->hits);
        json_key_i64(json, SLICE("held_back"), (int64_t)model->held_back);
        if (tally->labelled > 0) {
            json_key_i64(json, SLICE("labelled"), (int64_t)model->with_label);
            json_key_i64(json, SLICE("fraud"), (int64_t)model->fraud);
        }
        json_object_end(json);
    }
    free(order);
    json_array_end(json);
}

static void write_labels(const struct tally *tally, struct json_writer *json) {
    json_key(json, SLICE("labels"));
    json_object_begin(json);
    json_key_i64(json, SLICE("labelled"), (int64_t)tally->labelled);
    json_key_i64(json, SLICE("fraud"), (int64_t)tally->fraud);
    json_key_i64(json, SLICE("flagged"), (int64_t)tally->flagged);
    json_key_i64(json, SLICE("flagged_fraud"), (int64_t)tally->flagged_fraud);
    json_key_double(json, SLICE("precision"), percent(tally->flagged_fraud, tally->flagged) / 100);
    json_key_double(json, SLICE("recall"), percent(tally->flagged_fraud, tally->fraud) / 100);
    json_object_end(json);
}

static void write_stores(const struct tally *tally, struct engine *engine, struct json_writer *json) {
    json_key(json, SLICE("stores"));
    json_array_begin(json);
    for (uint32_t i = 0; i < tally->catalogue->features->stores.count; i++) {
        struct window_counters counters = window_state_counters(engine_windows(engine), i);
        if (counters.things == 0) {
            continue;
        }
        json_object_begin(json);
        json_key_string(json, SLICE("store"), tally->catalogue->features->stores.at[i].name);
        json_key_i64(json, SLICE("things"), (int64_t)counters.things);
        json_key_i64(json, SLICE("evicted"), (int64_t)counters.things_evicted);
        json_key_i64(json, SLICE("rows"), (int64_t)counters.rows);
        json_key_i64(json, SLICE("expired"), (int64_t)counters.rows_expired);
        json_key_i64(json, SLICE("over_cap"), (int64_t)counters.rows_over_cap);
        json_key_i64(json, SLICE("bytes"), (int64_t)counters.bytes_used);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_times(const struct tally *tally, const struct engine_counters *counters, struct json_writer *json) {
    json_key(json, SLICE("times"));
    json_object_begin(json);
    json_key_double(json, SLICE("seconds"), (double)tally->elapsed_ns / 1e9);
    json_key_double(json, SLICE("events_per_second"),
                    tally->elapsed_ns == 0 ? 0 : (double)tally->events * 1e9 / (double)tally->elapsed_ns);
    json_key_i64(json, SLICE("reading_ns"), (int64_t)tally->read_ns);
#define X(name) json_key_i64(json, SLICE(#name "_ns"), (int64_t)counters->stage_ns[STAGE_##name]);
    ENGINE_STAGES(X)
#undef X
    json_key_i64(json, SLICE("resident_bytes"), (int64_t)memory_resident_bytes());
    json_object_end(json);
}

void tally_write_json(const struct tally *tally, struct engine *engine, struct buf *out) {
    struct engine_counters counters = engine_counters(engine);
    const struct policy *policy = &tally->catalogue->policy;
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), tally->catalogue->label);
    json_key_i64(&json, SLICE("events"), (int64_t)tally->events);
    json_key_i64(&json, SLICE("duplicates"), (int64_t)tally->duplicates);
    json_key_i64(&json, SLICE("late"), (int64_t)tally->late);
    json_key_i64(&json, SLICE("clock_skew"), (int64_t)tally->skewed);
    json_key_i64(&json, SLICE("taken_back"), (int64_t)counters.reversals);
    json_key_i64(&json, SLICE("reversals_unmatched"), (int64_t)counters.reversals_unmatched);
    json_key_i64(&json, SLICE("changes"), (int64_t)tally->changes);
    json_key_i64(&json, SLICE("changes_refused"), (int64_t)tally->changes_refused);
    json_key_i64(&json, SLICE("refused"), (int64_t)tally->refused);
    json_key(&json, SLICE("refused_by"));
    json_object_begin(&json);
    for (int i = 1; i < INTAKE_PROBLEM_COUNT; i++) {
        if (tally->refused_by[i] > 0) {
            json_key_i64(&json, intake_problem_code((IntakeProblem)i), (int64_t)tally->refused_by[i]);
        }
    }
    json_object_end(&json);
    json_key(&json, SLICE("actions"));
    json_object_begin(&json);
    for (uint32_t i = 0; i < policy->actions.count; i++) {
        json_key_i64(&json, policy->actions.at[i].id, (int64_t)tally->actions[i]);
    }
    json_object_end(&json);
    json_key(&json, SLICE("tasks"));
    json_object_begin(&json);
    for (uint32_t i = 0; i < policy->tasks.count; i++) {
        json_key_i64(&json, policy->tasks.at[i].id, (int64_t)tally->tasks[i]);
    }
    json_object_end(&json);
    write_models(tally, &json);
    if (tally->labelled > 0) {
        write_labels(tally, &json);
    }
    write_stores(tally, engine, &json);
    write_times(tally, &counters, &json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}
