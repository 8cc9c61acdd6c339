#include "governance/cockpit/ranking.h"

#include <stdlib.h>

static const struct cockpit_score default_scores[] = {
#define MORE false
#define LESS true
#define AS_IT_IS false
#define BY_ACCOUNTS true
#define SCORE(figure, weight, better, by) {COCKPIT_##figure, weight, better, by},
#include "governance/cockpit/scores.def"
#undef SCORE
#undef MORE
#undef LESS
#undef AS_IT_IS
#undef BY_ACCOUNTS
};

struct making {
    struct issue *issue;
    struct ranking *ranking;
    struct map units;
    VEC(struct ranked) list;
    struct cockpit_parts accounts;
};

// ---- units ----

static struct ranked *unit_of(struct making *making, Slice name) {
    uint32_t at = map_get(&making->units, name);
    if (at != MAP_NONE) {
        return &making->list.at[at];
    }
    struct arena *arena = making->issue->arena;
    uint32_t count = making->ranking->indicator_count + 1;
    map_put(&making->units, name, making->list.count);
    struct ranked *unit = VEC_PUSH(&making->list, arena);
    *unit = (struct ranked){.unit = name, .numbers = ARENA_ARRAY(arena, double, count), .marks = ARENA_ARRAY(arena, double, count)};
    return unit;
}

// All branches whose accounts are known, or that had alerts.
static Status find_units(struct making *making) {
    struct cockpit_parts parts;
    TRY(reading_by_unit(&making->issue->now, COCKPIT_ALERTS, &parts));
    for (uint32_t i = 0; i < parts.count; i++) {
        unit_of(making, parts.at[i].name);
    }
    TRY(reading_by_unit(&making->issue->now, COCKPIT_ACCOUNTS, &making->accounts));
    if (making->accounts.count == 0) {
        TRY(reading_by_unit(&making->issue->now, COCKPIT_ACCOUNTS_OPENED, &making->accounts));
    }
    for (uint32_t i = 0; i < making->accounts.count; i++) {
        unit_of(making, making->accounts.at[i].name);
    }
    return STATUS_OK;
}

static double accounts_of(const struct making *making, Slice unit) {
    for (uint32_t i = 0; i < making->accounts.count; i++) {
        if (slice_equal(making->accounts.at[i].name, unit)) {
            return (double)making->accounts.at[i].sum;
        }
    }
    return 0;
}

// ---- numbers ----

// What a branch without a row has: none, where nothing is counted; and no share.
static double number_without_rows(CockpitFigure figure) {
    CockpitKind kind = cockpit_figure_info(figure)->kind;
    return kind == COCKPIT_COUNT || kind == COCKPIT_SUM || kind == COCKPIT_MONEY || kind == COCKPIT_PER_10000 ? 0 : NAN;
}

static Status read_numbers(struct making *making, uint32_t at) {
    const struct cockpit_score *score = &making->ranking->indicators[at].score;
    struct cockpit_parts parts;
    TRY(reading_by_unit(&making->issue->now, score->figure, &parts));
    for (uint32_t i = 0; i < making->list.count; i++) {
        making->list.at[i].numbers[at] = number_without_rows(score->figure);
    }
    for (uint32_t i = 0; i < parts.count; i++) {
        uint32_t unit = map_get(&making->units, parts.at[i].name);
        if (unit != MAP_NONE) {
            making->list.at[unit].numbers[at] = parts.at[i].number;
        }
    }
    for (uint32_t i = 0; i < making->list.count && (score->is_by_accounts || cockpit_figure_info(score->figure)->kind == COCKPIT_PER_10000); i++) {
        double accounts = accounts_of(making, making->list.at[i].unit);
        double *number = &making->list.at[i].numbers[at];
        *number = accounts <= 0 ? NAN : score->is_by_accounts ? *number * 10000 / accounts : *number;
    }
    return STATUS_OK;
}

static void mark(struct making *making, uint32_t at) {
    struct indicator *indicator = &making->ranking->indicators[at];
    uint32_t with_number = 0;
    double least = INFINITY;
    double most = -INFINITY;
    for (uint32_t i = 0; i < making->list.count; i++) {
        double number = making->list.at[i].numbers[at];
        with_number += !isnan(number);
        least = fmin(least, number);
        most = fmax(most, number);
    }
    if (with_number < 2) {
        indicator->is_used = false;
        indicator->why = issue_say(making->issue, "可比机构不足两家", "fewer than two branches have it");
        return;
    }
    if (least == most) {
        indicator->is_used = false;
        indicator->why = issue_say(making->issue, "各机构相同", "all branches have the same");
        return;
    }
    for (uint32_t i = 0; i < making->list.count; i++) {
        double own = making->list.at[i].numbers[at];
        double better_than = 0;
        for (uint32_t k = 0; k < making->list.count && !isnan(own); k++) {
            double other = making->list.at[k].numbers[at];
            bool is_worse = indicator->score.is_less_better ? other > own : other < own;
            better_than += k == i || isnan(other) ? 0 : is_worse ? 1 : other == own ? 0.5 : 0;
        }
        making->list.at[i].marks[at] = isnan(own) ? NAN : better_than / (with_number - 1);
    }
}

static Status mark_all(struct making *making) {
    struct ranking *ranking = making->ranking;
    for (uint32_t i = 0; i < ranking->indicator_count; i++) {
        struct indicator *indicator = &ranking->indicators[i];
        struct cockpit_value value;
        TRY(reading_unjudged(&making->issue->now, indicator->score.figure, &value));
        indicator->is_used = value.refusal == COCKPIT_IS_TOLD;
        indicator->why = indicator->is_used ? SLICE("") : issue_why(making->issue, &value);
        for (uint32_t k = 0; k < making->list.count; k++) {
            making->list.at[k].numbers[i] = making->list.at[k].marks[i] = NAN;
        }
        if (indicator->is_used) {
            TRY(read_numbers(making, i));
            mark(making, i);
        }
    }
    return STATUS_OK;
}

// ---- the order ----

static double score_of(const struct ranking *ranking, const struct ranked *unit) {
    double weights = 0;
    double sum = 0;
    for (uint32_t i = 0; i < ranking->indicator_count; i++) {
        if (ranking->indicators[i].is_used && !isnan(unit->marks[i])) {
            weights += ranking->indicators[i].score.weight;
            sum += ranking->indicators[i].score.weight * unit->marks[i];
        }
    }
    return weights > 0 ? 100 * sum / weights : NAN;
}

static int by_score(const void *left, const void *right) {
    const struct ranked *a = left;
    const struct ranked *b = right;
    double score_a = isnan(a->score) ? -1 : a->score;
    double score_b = isnan(b->score) ? -1 : b->score;
    return score_a < score_b ? 1 : score_a > score_b ? -1 : slice_compare(a->unit, b->unit);
}

Status ranking_make(struct issue *issue, struct ranking *ret_ranking) {
    const struct cockpit_issuer *issuer = issue->issuer;
    const struct cockpit_score *scores = issuer->scores == NULL ? default_scores : issuer->scores;
    struct ranking ranking = {.indicator_count = issuer->scores == NULL ? sizeof default_scores / sizeof default_scores[0] : issuer->score_count};
    struct making making = {.issue = issue, .ranking = &ranking};
    ranking.indicators = ARENA_ARRAY(issue->arena, struct indicator, ranking.indicator_count + (size_t)1);
    for (uint32_t i = 0; i < ranking.indicator_count; i++) {
        ranking.indicators[i] = (struct indicator){.score = scores[i]};
    }
    map_init(&making.units, issue->arena);
    TRY(find_units(&making));
    TRY(mark_all(&making));
    for (uint32_t i = 0; i < making.list.count; i++) {
        making.list.at[i].score = score_of(&ranking, &making.list.at[i]);
    }
    if (making.list.count > 0) {
        qsort(making.list.at, making.list.count, sizeof *making.list.at, by_score);
    }
    for (uint32_t i = 0; i < making.list.count; i++) {
        bool is_equal = i > 0 && making.list.at[i].score == making.list.at[i - 1].score;
        making.list.at[i].rank = is_equal ? making.list.at[i - 1].rank : i + 1;
    }
    ranking.units = making.list.at;
    ranking.unit_count = making.list.count;
    *ret_ranking = ranking;
    return STATUS_OK;
}

// ---- JSON ----

static void put_numbers(struct json_writer *json, const char *key, const double *numbers, uint32_t count) {
    json_key(json, slice_of(key));
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_double(json, numbers[i]);
    }
    json_array_end(json);
}

void ranking_put_json(struct json_writer *json, const struct ranking *ranking, Slice unit) {
    json_object_begin(json);
    json_key(json, SLICE("indicators"));
    json_array_begin(json);
    for (uint32_t i = 0; i < ranking->indicator_count; i++) {
        const struct indicator *indicator = &ranking->indicators[i];
        json_object_begin(json);
        json_key_string(json, SLICE("figure"), slice_of(cockpit_figure_info(indicator->score.figure)->id));
        json_key_double(json, SLICE("weight"), indicator->score.weight);
        json_key_bool(json, SLICE("less_is_better"), indicator->score.is_less_better);
        json_key_bool(json, SLICE("by_10000_accounts"), indicator->score.is_by_accounts);
        json_key_bool(json, SLICE("used"), indicator->is_used);
        if (!indicator->is_used) {
            json_key_string(json, SLICE("why"), indicator->why);
        }
        json_object_end(json);
    }
    json_array_end(json);
    json_key_i64(json, SLICE("of"), ranking->unit_count);
    json_key(json, SLICE("units"));
    json_array_begin(json);
    for (uint32_t i = 0; i < ranking->unit_count; i++) {
        const struct ranked *ranked = &ranking->units[i];
        if (slice_empty(unit) || slice_equal(unit, ranked->unit)) {
            json_object_begin(json);
            json_key_string(json, SLICE("unit"), ranked->unit);
            json_key_i64(json, SLICE("rank"), ranked->rank);
            json_key_double(json, SLICE("score"), ranked->score);
            put_numbers(json, "numbers", ranked->numbers, ranking->indicator_count);
            put_numbers(json, "marks", ranked->marks, ranking->indicator_count);
            json_object_end(json);
        }
    }
    json_array_end(json);
    json_object_end(json);
}
