// The figures for programs, as JSON, and for a terminal, as text. docs/evaluate.md names every member.

#include "monitoring/evaluation/private.h"

#include "base/time.h"
#include "codec/json_write.h"

#include <math.h>

enum { PRINTED_WEAK_MAX = 12 };

static void key_u64(struct json_writer *json, const char *key, uint64_t value) {
    json_key(json, slice_of(key));
    json_u64(json, value);
}

static void key_f64(struct json_writer *json, const char *key, double value) {
    json_key_double(json, slice_of(key), value);
}

static double per_events(const struct evaluation *evaluation, uint64_t count) {
    return share_of((double)count * RATE_PER, (double)evaluation->decisions);
}

static void write_group(const struct evaluation *evaluation, const struct group *group, struct json_writer *json) {
    json_key_string(json, SLICE("name_zh"), group->zh);
    json_key_string(json, SLICE("name_en"), group->en);
    key_u64(json, "models", group->models);
    key_u64(json, "hits", group->hits);
    key_u64(json, "alerts", group->alerts);
    key_f64(json, "alerts_per_100000", per_events(evaluation, group->alerts));
    key_f64(json, "precision", group_precision(group));
    key_f64(json, "precision_own", share_of((double)group->touching_own, (double)group->hits));
    key_u64(json, "cases", group->cases);
    key_u64(json, "found", group->found);
    key_f64(json, "recall", group_recall(group));
    key_f64(json, "recall_own", share_of(group->found_own, group->cases));
    key_f64(json, "recall_direct", share_of(group->found_direct, group->cases));
    key_f64(json, "early_share", group_early(group));
    key_f64(json, "early_interrupted_share", share_of(group->early_interrupted, group->cases));
    key_f64(json, "interrupted_share", share_of(group->interrupted, group->cases));
    key_u64(json, "cases_with_money", group->with_money);
    key_f64(json, "early_share_with_money", share_of(group->early_money, group->with_money));
    key_f64(json, "delay_events_median", group->delay_median);
    json_key_i64(json, SLICE("lost_minor"), group->lost);
    json_key_i64(json, SLICE("lost_before_alert_minor"), group->lost_before_alert);
    json_key_i64(json, SLICE("lost_before_interruption_minor"), group->lost_before_interruption);
}

static void write_groups(const struct evaluation *evaluation, const char *key, const char *name, const GroupList *groups,
                         struct json_writer *json) {
    json_key(json, slice_of(key));
    json_array_begin(json);
    for (uint32_t i = 0; i < groups->count; i++) {
        json_object_begin(json);
        json_key_string(json, slice_of(name), groups->at[i].key);
        write_group(evaluation, &groups->at[i], json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_models(const struct evaluation *evaluation, struct json_writer *json) {
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        const struct evaluation_model *model = &evaluation->plan.models[i];
        const struct model_count *count = &evaluation->models[i];
        json_object_begin(json);
        json_key_string(json, SLICE("model"), model->id);
        json_key_bool(json, SLICE("shadow"), model->is_shadow);
        key_u64(json, "trigger_events", count->triggers);
        key_u64(json, "hits", count->hits);
        key_f64(json, "per_100000", model_rate(count));
        if (model->has_rate) {
            key_f64(json, "expected_low", model->low);
            key_f64(json, "expected_target", model->target);
            key_f64(json, "expected_high", model->high);
            key_f64(json, "hits_at_target", model->target * (double)count->triggers / RATE_PER);
        }
        json_key_string(json, SLICE("band"), slice_of(band_names[model_band(model, count)]));
        key_f64(json, "precision", share_of((double)count->touching, (double)count->hits));
        key_f64(json, "precision_own", share_of((double)count->touching_own, (double)count->hits));
        key_u64(json, "cases", count->cases);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_never_fired(const struct evaluation *evaluation, struct json_writer *json) {
    json_key(json, SLICE("never_fired"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        if (evaluation->models[i].hits == 0) {
            json_string(json, evaluation->plan.models[i].id);
        }
    }
    json_array_end(json);
}

static void write_contained(const struct evaluation *evaluation, const char *key, const struct contained *at, uint32_t count,
                            struct json_writer *json) {
    json_key(json, slice_of(key));
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("model"), evaluation->plan.models[at[i].inner].id);
        json_key_string(json, SLICE("contained_in"), evaluation->plan.models[at[i].outer].id);
        key_u64(json, "both", at[i].both);
        key_u64(json, "of", at[i].whole);
        key_f64(json, "share", share_of((double)at[i].both, (double)at[i].whole));
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_delays(const struct evaluation *evaluation, struct json_writer *json) {
    json_key(json, SLICE("delays"));
    json_array_begin(json);
    for (int i = 0; i < DELAY_CLASSES; i++) {
        json_object_begin(json);
        json_key(json, SLICE("events_max"));
        if (i < DELAY_CLASSES - 2) {
            json_i64(json, delay_ends[i]);
        } else {
            json_null(json);
        }
        json_key_bool(json, SLICE("never"), i == DELAY_CLASSES - 1);
        key_u64(json, "to_alert", evaluation->delays[0][i]);
        key_u64(json, "to_interruption", evaluation->delays[1][i]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_interruptions(const struct evaluation *evaluation, struct json_writer *json) {
    uint64_t inside = interruptions_inside(evaluation);
    uint64_t outside = interruptions_outside(evaluation);
    json_key(json, SLICE("interventions"));
    json_object_begin(json);
    key_u64(json, "inside", inside);
    key_u64(json, "outside", outside);
    key_f64(json, "inside_per_100000", per_events(evaluation, inside));
    key_f64(json, "outside_per_100000", per_events(evaluation, outside));
    json_key(json, SLICE("actions"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->plan.action_count; i++) {
        if (evaluation->plan.actions[i].interrupts) {
            json_object_begin(json);
            json_key_string(json, SLICE("action"), evaluation->plan.actions[i].id);
            key_u64(json, "inside", evaluation->inside[i]);
            key_u64(json, "outside", evaluation->outside[i]);
            json_object_end(json);
        }
    }
    json_array_end(json);
    json_key(json, SLICE("days"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->days.count; i++) {
        char text[TIME_TEXT_SIZE];
        int64_t zone = evaluation->plan.zone_offset_us;
        size_t size = time_format(evaluation->days.at[i].day * US_PER_DAY - zone, zone, text);
        json_object_begin(json);
        json_key_string(json, SLICE("day"), slice_part((Slice){text, size}, 0, 10));
        key_u64(json, "inside", evaluation->days.at[i].inside);
        key_u64(json, "outside", evaluation->days.at[i].outside);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_weak(const struct evaluation *evaluation, struct json_writer *json) {
    json_key(json, SLICE("weak_typologies"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->weak_count; i++) {
        const struct group *group = &evaluation->typologies.at[evaluation->weak[i]];
        json_object_begin(json);
        json_key_string(json, SLICE("typology"), group->key);
        key_u64(json, "models", group->models);
        key_u64(json, "cases", group->cases);
        key_f64(json, "recall", group_recall(group));
        key_f64(json, "early_share", group_early(group));
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_time(struct json_writer *json, const char *key, int64_t time_us, int64_t zone_us) {
    char text[TIME_TEXT_SIZE];
    json_key_string(json, slice_of(key), (Slice){text, time_format(time_us, zone_us, text)});
}

// null when it did not happen.
static void write_moment(const struct evaluation *evaluation, const char *key, const struct moment *moment, struct json_writer *json) {
    json_key(json, slice_of(key));
    if (!moment->happened) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    write_time(json, "time", moment->time_us, evaluation->plan.zone_offset_us);
    json_key(json, SLICE("model"));
    if (moment->model == NO_MODEL) {
        json_null(json);
    } else {
        json_string(json, evaluation->plan.models[moment->model].id);
    }
    json_key_string(json, SLICE("action"), evaluation->plan.actions[moment->action].id);
    key_u64(json, "events_before", moment->events);
    json_key_i64(json, SLICE("lost_before_minor"), moment->lost);
    json_object_end(json);
}

static void write_cases(const struct evaluation *evaluation, struct json_writer *json) {
    json_key(json, SLICE("cases"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->cases.count; i++) {
        const struct fraud_case *fraud = &evaluation->cases.at[i];
        json_object_begin(json);
        json_key_string(json, SLICE("case_id"), fraud->id);
        json_key_string(json, SLICE("typology"), fraud->typology);
        json_key_string(json, SLICE("variant"), fraud->variant);
        write_time(json, "begin", fraud->begin_us, evaluation->plan.zone_offset_us);
        key_u64(json, "events", fraud->event_count);
        json_key_i64(json, SLICE("lost_minor"), fraud->lost);
        json_key_bool(json, SLICE("is_early"), moment_is_early(fraud, &fraud->alert));
        write_moment(evaluation, "alert", &fraud->alert, json);
        write_moment(evaluation, "interruption", &fraud->interruption, json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_costs(const struct evaluation *evaluation, struct json_writer *json) {
    json_key(json, SLICE("measured"));
    json_object_begin(json);
    json_key_string(json, SLICE("how"),
                    SLICE("time of the models of each event type, features computed for them included, shared among the models of the "
                          "type by the values that their expressions read; nanoseconds for each event of the model's types"));
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        json_object_begin(json);
        json_key_string(json, SLICE("model"), evaluation->plan.models[i].id);
        key_f64(json, "ns_per_event", evaluation->models[i].ns);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

void evaluation_write_json(const struct evaluation *evaluation, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), evaluation->plan.catalogue);
    key_u64(&json, "events", evaluation->decisions);
    key_u64(&json, "alerts", evaluation->alerts);
    key_f64(&json, "alerts_per_100000", per_events(evaluation, evaluation->alerts));
    key_u64(&json, "alerts_touching", evaluation->alerts_touching);
    key_f64(&json, "alert_precision", share_of((double)evaluation->alerts_touching, (double)evaluation->alerts));
    key_u64(&json, "case_events_seen", evaluation->case_events_seen);
    json_key(&json, SLICE("overall"));
    json_object_begin(&json);
    write_group(evaluation, &evaluation->all, &json);
    json_object_end(&json);
    write_weak(evaluation, &json);
    write_groups(evaluation, "families", "family", &evaluation->families, &json);
    write_groups(evaluation, "typologies", "typology", &evaluation->typologies, &json);
    write_models(evaluation, &json);
    write_never_fired(evaluation, &json);
    write_delays(evaluation, &json);
    write_interruptions(evaluation, &json);
    write_contained(evaluation, "contained_by_event", evaluation->contained_events.at, evaluation->contained_events.count, &json);
    write_contained(evaluation, "contained_by_case", evaluation->contained_cases.at, evaluation->contained_cases.count, &json);
    write_cases(evaluation, &json);
    write_costs(evaluation, &json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}

// ---- for a terminal ----------------------------------------------------------------------------------------

void evaluation_print(const struct evaluation *evaluation, struct buf *out) {
    const struct group *all = &evaluation->all;
    uint32_t bands[BAND_HIGH + 1] = {0};
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        bands[model_band(&evaluation->plan.models[i], &evaluation->models[i])]++;
    }
    buf_printf(out, "%llu events, %u cases, %u models; %llu alerts, %.1f per 100,000 events, %.1f %% of them touch a case\n",
               (unsigned long long)evaluation->decisions, all->cases, evaluation->plan.model_count,
               (unsigned long long)evaluation->alerts, per_events(evaluation, evaluation->alerts),
               100 * share_of((double)evaluation->alerts_touching, (double)evaluation->alerts));
    buf_printf(out, "found %u of %u cases (%.1f %%), %.1f %% before half of it was over; interrupted %.1f %%, before half %.1f %%\n",
               all->found, all->cases, 100 * group_recall(all), 100 * group_early(all), 100 * share_of(all->interrupted, all->cases),
               100 * share_of(all->early_interrupted, all->cases));
    buf_printf(out, "interventions per 100,000 events: %.1f in cases, %.1f outside\n",
               per_events(evaluation, interruptions_inside(evaluation)), per_events(evaluation, interruptions_outside(evaluation)));
    buf_printf(out, "models: %u within their band, %u too low, %u too high, %u without one; %u never fired\n", bands[BAND_WITHIN],
               bands[BAND_LOW], bands[BAND_HIGH], bands[BAND_NONE], evaluation->silent);
    if (evaluation->weak_count > 0) {
        buf_printf(out, "\n%u weak typologies, the weakest first:\n", evaluation->weak_count);
    }
    for (uint32_t i = 0; i < evaluation->weak_count && i < PRINTED_WEAK_MAX; i++) {
        const struct group *group = &evaluation->typologies.at[evaluation->weak[i]];
        buf_printf(out, "  %-7.*s %3u cases  %2u models  found %3.0f %%  early %3.0f %%  %.*s  %.*s\n", SLICE_ARGS(group->key),
                   group->cases, group->models, 100 * group_recall(group), 100 * group_early(group), SLICE_ARGS(group->zh),
                   SLICE_ARGS(group->en));
    }
}

static void print_case(const struct evaluation *evaluation, const struct fraud_case *fraud, struct buf *out) {
    char time[TIME_TEXT_SIZE];
    time_format(fraud->begin_us, evaluation->plan.zone_offset_us, time);
    buf_printf(out, "  %.16s  %-6.*s %12.2f yuan lost, ", time, SLICE_ARGS(fraud->typology), (double)fraud->lost / 100);
    if (!fraud->alert.happened) {
        buf_put(out, SLICE("not found"));
    } else {
        const struct moment *alert = &fraud->alert;
        Slice model = alert->model == NO_MODEL ? SLICE("a rule") : evaluation->plan.models[alert->model].id;
        buf_printf(out, "%.2f before %.*s at event %u of %u", (double)alert->lost / 100, SLICE_ARGS(model), alert->events + 1, fraud->event_count);
        if (fraud->interruption.happened) {
            buf_printf(out, ", %.*s", SLICE_ARGS(evaluation->plan.actions[fraud->interruption.action].id));
        }
    }
    buf_printf(out, "  %.*s %.*s", SLICE_ARGS(fraud->zh), SLICE_ARGS(fraud->en));
    if (!slice_empty(fraud->variant)) {
        buf_printf(out, " (%.*s)", SLICE_ARGS(fraud->variant));
    }
    buf_put_byte(out, '\n');
}

void evaluation_print_cases(const struct evaluation *evaluation, struct buf *out) {
    buf_put(out, SLICE("\nthe cases as the labels tell them, and what was found of each:\n"));
    for (uint32_t i = 0; i < evaluation->cases.count; i++) {
        print_case(evaluation, &evaluation->cases.at[i], out);
    }
}
