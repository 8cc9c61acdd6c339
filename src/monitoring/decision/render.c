// The decision as JSON, and reasons as people read them. docs/decisions.md describes each member.

#include "base/money.h"
#include "codec/json_write.h"
#include "codec/number.h"
#include "monitoring/decision/engine_private.h"

#include <math.h>

// ---- values for people -----------------------------------------------------------------------------------

static const struct window_feature_spec *window_spec(const struct catalogue *catalogue, uint32_t slot) {
    const struct name *name = &catalogue->vocabulary.names.at[slot];
    if (name->kind != NAME_FEATURE) {
        return NULL;
    }
    const struct feature *feature = &catalogue->features->features.at[name->index];
    return feature->window == SCHEMA_NONE ? NULL : window_plan_feature(catalogue->features->windows, feature->window);
}

static void put_grouped(struct buf *out, const char *digits, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0 && digits[i - 1] != '-') {
            buf_put_byte(out, ',');
        }
        buf_put_byte(out, digits[i]);
    }
}

// Two decimals at most. What has more than fifteen digits is written with an exponent: its decimals mean nothing.
static void put_plain(struct buf *out, double number) {
    char text[NUMBER_TEXT_SIZE];
    if (!isfinite(number)) {
        buf_put(out, number > 0 ? SLICE("∞") : SLICE("-∞"));
        return;
    }
    if (fabs(number) >= 1e15) {
        buf_put(out, (Slice){text, number_format(number, text)});
        return;
    }
    int size = snprintf(text, sizeof text, "%.2f", number);
    while (size > 0 && text[size - 1] == '0') {
        size--;
    }
    size -= size > 0 && text[size - 1] == '.';
    Slice shown = {text, (size_t)size};
    shown = slice_is(shown, "-0") ? SLICE("0") : shown;
    size_t point = slice_find_byte(shown, '.', 0);
    put_grouped(out, shown.at, point);
    buf_put(out, slice_part(shown, point, SIZE_MAX));
}

// Sums are doubles; one past this would not be whole minor units any more.
static bool is_amount(double minor) {
    return fabs(minor) < 9e18;
}

// 21,000 or 21,000.50: thousands are grouped, and decimals are shown only where there are any.
static void put_money(struct buf *out, double minor, int digits) {
    if (!is_amount(minor)) {
        put_plain(out, minor / MONEY_SCALE);
        return;
    }
    char text[32];
    size_t size = money_format(llround(minor), digits, text);
    size_t point = slice_find_byte((Slice){text, size}, '.', 0);
    put_grouped(out, text, point);
    bool whole = point == size || strspn(text + point + 1, "0") >= size - point - 1;
    if (!whole) {
        buf_put(out, (Slice){text + point, size - point});
    }
}

static void put_span(struct buf *out, double seconds, bool chinese) {
    static const struct {
        double unit, until;
        const char *zh, *en;
    } units[] = {
        {1, 120, "秒", "s"}, {60, 7200, "分钟", "min"}, {3600, 172800, "小时", "h"}, {86400, HUGE_VAL, "天", "days"}};
    if (seconds >= 4e9) {
        buf_put(out, chinese ? SLICE("从未") : SLICE("never"));
        return;
    }
    size_t i = 0;
    while (seconds >= units[i].until) {
        i++;
    }
    buf_printf(out, chinese ? "%lld%s" : "%lld %s", (long long)(seconds / units[i].unit), chinese ? units[i].zh : units[i].en);
}

void decision_put_seen(const struct catalogue *catalogue, const struct seen *seen, bool chinese, struct buf *out) {
    const struct type *type = catalogue->vocabulary.slots.at[seen->slot].type;
    const struct window_feature_spec *spec = window_spec(catalogue, seen->slot);
    bool is_span = spec != NULL && (spec->aggregate == AGGREGATE_SINCE || spec->aggregate == AGGREGATE_SINCE_FIRST);
    if (seen->is_text) {
        const struct name *name = &catalogue->vocabulary.names.at[seen->slot];
        buf_put(out, seen->text.at == NULL ? (chinese ? SLICE("无") : SLICE("none"))
                                           : catalogue_value_name(catalogue, name, seen->text, chinese));
    } else if (isnan(seen->number)) {
        buf_put(out, chinese ? SLICE("无") : SLICE("none"));
    } else if (type->kind == TYPE_BOOL) {
        buf_put(out, seen->number > 0 ? (chinese ? SLICE("是") : SLICE("yes")) : (chinese ? SLICE("否") : SLICE("no")));
    } else if (type->kind == TYPE_MONEY) {
        put_money(out, seen->number, catalogue->money_digits);
    } else if (is_span) {
        put_span(out, seen->number, chinese);
    } else {
        put_plain(out, seen->number);
    }
}

static const struct seen *find_seen(const struct hit *hit, uint32_t slot) {
    for (uint32_t i = 0; i < hit->seen_count; i++) {
        if (hit->seen[i].slot == slot) {
            return &hit->seen[i];
        }
    }
    return NULL;
}

void decision_put_reason(const struct decision *decision, const struct hit *hit, bool chinese, struct buf *out) {
    const struct template *reason = chinese ? &hit->model->reason_zh : &hit->model->reason_en;
    for (uint32_t i = 0; i < reason->count; i++) {
        buf_put(out, reason->parts[i].literal);
        const struct seen *seen = reason->parts[i].slot == SCHEMA_NONE ? NULL : find_seen(hit, reason->parts[i].slot);
        if (seen != NULL && reason->parts[i].percent && !isnan(seen->number)) {
            put_plain(out, seen->number * 100);
            buf_put(out, SLICE("%"));
        } else if (seen != NULL) {
            decision_put_seen(decision->catalogue, seen, chinese, out);
        }
    }
}

// ---- JSON ------------------------------------------------------------------------------------------------

static void write_seen(struct json_writer *json, const struct decision *decision, const struct seen *seen) {
    const struct catalogue *catalogue = decision->catalogue;
    const struct type *type = catalogue->vocabulary.slots.at[seen->slot].type;
    json_key(json, catalogue->vocabulary.names.at[seen->slot].text);
    if (seen->is_text) {
        seen->text.at == NULL ? json_null(json) : json_string(json, seen->text);
    } else if (isnan(seen->number)) {
        json_null(json);
    } else if (type->kind == TYPE_BOOL) {
        json_bool(json, seen->number > 0);
    } else if (type->kind == TYPE_MONEY && is_amount(seen->number)) {
        // Major units with their decimals, from whole minor units: no binary fraction gets in between.
        char text[32];
        json_raw(json, (Slice){text, money_format(llround(seen->number), catalogue->money_digits, text)});
    } else {
        json_double(json, type->kind == TYPE_MONEY ? seen->number / MONEY_SCALE : seen->number);
    }
}

static void write_hit(struct json_writer *json, const struct decision *decision, const struct hit *hit, struct buf *text) {
    const struct model *model = hit->model;
    const struct policy *policy = &decision->catalogue->policy;
    json_object_begin(json);
    json_key_string(json, SLICE("model"), model->id);
    json_key_i64(json, SLICE("version"), model->version);
    json_key_string(json, SLICE("mode"), slice_of(model_mode_names[model->mode]));
    json_key_string(json, SLICE("severity"), slice_of(severity_names[model->severity]));
    json_key_i64(json, SLICE("score"), model->score);
    json_key_string(json, SLICE("asks"),
                    model->action != SCHEMA_NONE ? policy->actions.at[model->action].id : policy->tasks.at[model->task].id);
    if (hit->is_shadow) {
        json_key_bool(json, SLICE("shadow"), true);
    }
    if (hit->guards != 0) {
        json_key(json, SLICE("held_by"));
        json_array_begin(json);
        for (uint32_t i = 0; i < policy->guards.count; i++) {
            if ((hit->guards >> i & 1) != 0) {
                json_string(json, policy->guards.at[i].id);
            }
        }
        json_array_end(json);
    }
    json_key_string(json, SLICE("name_zh"), model->zh);
    json_key_string(json, SLICE("name_en"), model->en);
    buf_reset(text);
    decision_put_reason(decision, hit, true, text);
    json_key_string(json, SLICE("reason_zh"), buf_slice(text));
    buf_reset(text);
    decision_put_reason(decision, hit, false, text);
    json_key_string(json, SLICE("reason_en"), buf_slice(text));
    json_key(json, SLICE("saw"));
    json_object_begin(json);
    for (uint32_t i = 0; i < hit->seen_count; i++) {
        write_seen(json, decision, &hit->seen[i]);
    }
    json_object_end(json);
    json_object_end(json);
}

static void write_flags(struct json_writer *json, uint32_t flags) {
    json_key(json, SLICE("flags"));
    json_array_begin(json);
    if ((flags & EVENT_FLAG_LATE) != 0) {
        json_string(json, SLICE("late"));
    }
    if ((flags & EVENT_FLAG_CLOCK_SKEW) != 0) {
        json_string(json, SLICE("clock_skew"));
    }
    if ((flags & EVENT_FLAG_CONFIRMS) != 0) {
        json_string(json, SLICE("confirms"));
    }
    json_array_end(json);
}

static void write_tasks(struct json_writer *json, const struct decision *decision) {
    const struct policy *policy = &decision->catalogue->policy;
    json_key(json, SLICE("tasks"));
    json_array_begin(json);
    for (uint32_t i = 0; i < policy->tasks.count; i++) {
        if ((decision->tasks >> i & 1) != 0) {
            json_string(json, policy->tasks.at[i].id);
        }
    }
    json_array_end(json);
}

static void write_brakes(struct json_writer *json, const struct decision *decision) {
    if (decision->brake_count == 0) {
        return;
    }
    json_key(json, SLICE("braked"));
    json_array_begin(json);
    for (uint32_t i = 0; i < decision->brake_count; i++) {
        json_string(json, decision->brakes[i]);
    }
    json_array_end(json);
}

static void write_rules(struct json_writer *json, const struct decision *decision) {
    json_key(json, SLICE("rules"));
    json_array_begin(json);
    for (uint32_t i = 0; i < decision->rule_count; i++) {
        json_string(json, decision->catalogue->policy.rules.at[decision->rules[i]].id);
    }
    json_array_end(json);
}

// ---- the line as one that is kept -------------------------------------------------------------------------------

// Inside a text a quote has a backslash before it, so nothing that is looked for here can stand in an id or a reason.

void decision_put_plain_end(const struct catalogue *catalogue, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), catalogue->label);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}

bool engine_read_line(const struct engine *engine, Slice line, uint32_t *ret_segment, bool *ret_plain) {
    Slice end = slice_part(buf_slice(&engine->plain_end), 1, SIZE_MAX); // without the brace
    size_t segment_at = slice_find(line, SLICE("\"segment\":\""), 0);
    if (!slice_ends_with(line, end) || segment_at == SIZE_MAX) {
        return false;
    }
    *ret_plain = slice_ends_with(slice_part(line, 0, line.size - end.size), SLICE("\"hits\":[],\"rules\":[],"));
    Slice segment = slice_part(line, segment_at + SLICE("\"segment\":\"").size, SIZE_MAX);
    segment = slice_part(segment, 0, slice_find_byte(segment, '"', 0));
    const struct policy *policy = &engine->catalogue->policy;
    for (uint32_t i = 0; i < policy->segments.count; i++) {
        if (slice_equal(policy->segments.at[i].id, segment)) {
            *ret_segment = i;
            return true;
        }
    }
    return false;
}

void decision_render(const struct decision *decision, struct buf *out) {
    if (decision->rendered.size > 0) {
        buf_put(out, decision->rendered);
        return;
    }
    const struct catalogue *catalogue = decision->catalogue;
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("event_id"), decision->event_id);
    json_key_string(&json, SLICE("event_type"), catalogue->schema->types[decision->type].name);
    json_key_i64(&json, SLICE("event_time"), floor_div(decision->time_us, US_PER_MS));
    json_key_string(&json, SLICE("action"), catalogue->policy.actions.at[decision->action].id);
    if (decision->delay_us > 0) {
        json_key_i64(&json, SLICE("delay_s"), decision->delay_us / US_PER_SECOND);
    }
    write_tasks(&json, decision);
    json_key_i64(&json, SLICE("score"), decision->score);
    json_key_string(&json, SLICE("severity"), slice_of(severity_names[decision->severity]));
    json_key_string(&json, SLICE("segment"), catalogue->policy.segments.at[decision->segment].id);
    write_flags(&json, decision->flags);
    if (decision->effort != EFFORT_full) {
        json_key_string(&json, SLICE("degraded"), slice_of(effort_names[decision->effort]));
    }
    json_key(&json, SLICE("hits"));
    json_array_begin(&json);
    struct buf text;
    buf_init(&text, 64 << 10);
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        write_hit(&json, decision, &decision->hits[i], &text);
    }
    buf_deinit(&text);
    json_array_end(&json);
    write_rules(&json, decision);
    write_brakes(&json, decision);
    json_key_string(&json, SLICE("catalogue"), catalogue->label);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}
