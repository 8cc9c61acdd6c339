#pragma once
// What the files of the room share: the counts, and the figures made from them.

#include "base/map.h"
#include "base/vec.h"
#include "codec/json.h"
#include "monitoring/evaluation/evaluation.h"

enum {
    RATE_PER = 100000,          // alerts are told per so many events
    CONTAINED_PERCENT_MIN = 95, // share from which one model's hits are contained in another's
    CONTAINED_HITS_MIN = 3,     // fewer hits say nothing of it
    CONTAINED_MAX = 200,        // pairs that are told
    DELAY_CLASSES = 9,
};
#define NO_MODEL UINT32_MAX

// Upper ends of the classes of delays, in events; the last class is "never".
extern const uint32_t delay_ends[DELAY_CLASSES - 1];

// How far a case had come when something happened.
struct moment {
    bool happened;
    uint32_t events, strikes;
    int64_t lost;
    int64_t time_us;
    uint32_t model;  // that fired, one of the case's typology before others; NO_MODEL when a rule of the policy did it alone
    uint32_t action; // of the decision
};

struct fraud_case {
    Slice id, typology, family, zh, en, variant;
    int64_t begin_us, end_us;
    uint32_t event_count, strike_count;
    int64_t lost;
    struct moment now, alert, interruption;
    bool own_typology, own_family, direct; // a counting hit of a model of its own; on an event of its own
    uint64_t *models;                      // set of those that hit it
    uint64_t stamp;                        // last decision that touched it
};

// An event or a name of a case; others of the same text hang behind it.
struct case_link {
    uint32_t of, next;
    bool strike;
    int64_t lost;
};

struct model_count {
    uint64_t hits, touching, touching_own;
    uint64_t triggers; // events of its types
    uint64_t cases;
    double ns; // per event of its types
};

struct day_count {
    int64_t day;
    uint64_t inside, outside;
};

// Cases and models of one typology or family.
struct group {
    Slice key, zh, en;
    uint32_t models;
    uint64_t hits, touching, touching_own; // counting ones
    uint64_t alerts;                       // decisions with a counting hit of its models
    uint32_t cases, found, found_own, found_direct, early, early_interrupted, interrupted, with_money, early_money;
    int64_t lost, lost_before_alert, lost_before_interruption;
    double delay_median; // of those found, in events; NaN without
    uint64_t stamp;
};

struct contained {
    uint32_t inner, outer;
    uint64_t both, whole;
};

typedef VEC(struct group) GroupList;

struct evaluation {
    struct arena arena;
    struct evaluation_plan plan;
    struct json_reader *json;
    VEC(struct fraud_case) cases;
    VEC(struct case_link) links;
    struct map events, names;
    struct model_count *models;
    uint32_t *family_of, *typology_of; // by model: its group
    GroupList families, typologies;
    struct map family_by_key, typology_by_key;
    uint32_t pair_models; // models whose pairs are counted
    uint32_t *pairs;      // inner * pair_models + outer: decisions with both
    uint32_t *case_pairs;
    uint64_t *type_events, *type_ns;
    uint64_t *inside, *outside; // decisions by action, in and out of cases
    VEC(struct day_count) days;
    VEC(uint32_t) touched; // cases, of the decision at hand
    uint64_t decisions, alerts, alerts_touching, case_events_seen;
    // Figures.
    struct group all;
    uint64_t delays[2][DELAY_CLASSES]; // to the first alert, to the first interruption
    VEC(struct contained) contained_events, contained_cases;
    const uint32_t *weak; // typologies, the weakest first
    uint32_t weak_count;
    const uint32_t *by_hits; // models, most hits first
    uint32_t silent;         // models without a hit
};

static inline double share_of(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
}

static inline double group_recall(const struct group *group) {
    return share_of(group->found, group->cases);
}

static inline double group_early(const struct group *group) {
    return share_of(group->early, group->cases);
}

static inline double group_precision(const struct group *group) {
    return share_of((double)group->touching, (double)group->hits);
}

// Hits per 100,000 events of the model's types.
static inline double model_rate(const struct model_count *count) {
    return share_of((double)count->hits * RATE_PER, (double)count->triggers);
}

typedef enum Band { BAND_NONE, BAND_WITHIN, BAND_LOW, BAND_HIGH } Band;
extern const char *const band_names[];
// Where a rate lies against [low / 3, high * 3].
Band model_band(const struct evaluation_model *model, const struct model_count *count);
uint64_t interruptions_inside(const struct evaluation *evaluation);
uint64_t interruptions_outside(const struct evaluation *evaluation);
// Whether the first alert (or interruption) came before half of it was over.
bool moment_is_early(const struct fraud_case *fraud, const struct moment *moment);

// plots.c: each as one inline SVG.
struct html;
void plot_early_by_family(const struct evaluation *evaluation, struct html *html);
void plot_delays(const struct evaluation *evaluation, struct html *html);
void plot_bands(const struct evaluation *evaluation, struct html *html);
void plot_scatter(const struct evaluation *evaluation, struct html *html);
void plot_days(const struct evaluation *evaluation, struct html *html);
void plot_overlap(const struct evaluation *evaluation, struct html *html);
