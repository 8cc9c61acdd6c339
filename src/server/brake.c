#include "server/brake.h"

#include "codec/json_write.h"
#include "server/replay.h"

#include <stdlib.h>

const char *const brake_deed_names[] = {
#define X(name) #name,
    BRAKE_DEEDS(X)
#undef X
};

// Decisions of a step of the window: all, and those that went far.
struct step {
    uint32_t all, far;
};

struct watched {
    char key[BRAKE_TEXT];
    uint64_t hash; // of the key; 0: nobody
    struct step steps[BRAKE_STEPS];
    int64_t newest_step;
    int64_t until_us; // of a hold
    bool is_held;
};

enum { SLOTS = BRAKE_KEYS_MAX * 2 };

struct watch {
    struct brake_rule rule;
    uint64_t actions; // set, by the catalogue at hand
    uint32_t field;   // SCHEMA_NONE: over models
    bool is_idle;
    int64_t step_us;
    struct watched *watched; // SLOTS, by hash
    uint32_t count, holding;
    struct watched everything; // all decisions, for models
};

struct brake {
    struct watch watches[BRAKE_RULES_MAX];
    uint32_t count;
    const struct catalogue *catalogue;
    uint64_t unwatched;
    uint32_t holding, freezing;
    // What happened and was not told yet.
    struct {
        struct watch *watch;
        struct watched *watched;
        bool held;
        uint32_t count, of;
    } news[BRAKE_RULES_MAX * 2];
    uint32_t news_count;
    // Holds of rules that are no more.
    struct brake_rule gone_rule;
    char gone_name[BRAKE_TEXT], gone_key[BRAKE_TEXT];
    bool has_gone;
    int64_t next_end_us; // the first hold that may let go
};

struct brake *brake_create(const struct brake_rule *rules, uint32_t count) {
    struct brake *brake = memory_alloc(sizeof *brake);
    INVARIANT(count <= BRAKE_RULES_MAX);
    brake->count = count;
    brake->next_end_us = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        struct watch *watch = &brake->watches[i];
        watch->rule = rules[i];
        watch->step_us = rules[i].window_us / BRAKE_STEPS > 0 ? rules[i].window_us / BRAKE_STEPS : 1;
        watch->watched = memory_alloc(sizeof *watch->watched * SLOTS);
    }
    return brake;
}

void brake_destroy(struct brake *brake) {
    if (brake == NULL) {
        return;
    }
    for (uint32_t i = 0; i < brake->count; i++) {
        free(brake->watches[i].watched);
    }
    free(brake);
}

static uint64_t actions_of(const struct policy *policy, Slice names) {
    uint64_t actions = 0;
    Slice name;
    while (slice_split(&names, ',', &name)) {
        for (uint32_t i = 0; i < policy->actions.count; i++) {
            actions |= slice_equal(policy->actions.at[i].id, name) ? UINT64_C(1) << i : 0;
        }
    }
    return actions;
}

void brake_read_catalogue(struct brake *brake, const struct catalogue *catalogue) {
    brake->catalogue = catalogue;
    for (uint32_t i = 0; i < brake->count; i++) {
        struct watch *watch = &brake->watches[i];
        bool over_models = slice_is(watch->rule.over, "model");
        watch->actions = actions_of(&catalogue->policy, watch->rule.actions);
        watch->field = over_models ? SCHEMA_NONE : schema_find_field(catalogue->schema, watch->rule.over);
        FieldType type = watch->field == SCHEMA_NONE ? FIELD_STRING : catalogue->schema->fields[watch->field].type;
        watch->is_idle = watch->actions == 0 || (!over_models && watch->field == SCHEMA_NONE) || (type != FIELD_STRING && type != FIELD_ENUM);
    }
}

// ---- counting ---------------------------------------------------------------------------------------------

// Steps between the newest and now are empty; those that left the window are cleared on the way.
static struct step *step_of(const struct watch *watch, struct watched *watched, int64_t now_us) {
    int64_t step = now_us / watch->step_us;
    if (step - watched->newest_step >= BRAKE_STEPS) {
        memset(watched->steps, 0, sizeof watched->steps);
        watched->newest_step = step;
    }
    while (watched->newest_step < step) {
        watched->newest_step++;
        watched->steps[watched->newest_step % BRAKE_STEPS] = (struct step){0};
    }
    return &watched->steps[watched->newest_step % BRAKE_STEPS];
}

static struct step sum(const struct watch *watch, struct watched *watched, int64_t now_us) {
    struct step total = {0};
    step_of(watch, watched, now_us);
    for (int i = 0; i < BRAKE_STEPS; i++) {
        total.all += watched->steps[i].all;
        total.far += watched->steps[i].far;
    }
    return total;
}

static uint64_t hash_key(Slice key) {
    return hash64(key, 1) | 1;
}

// Where a key is, or would be.
static struct watched *slot_of(struct watch *watch, Slice key) {
    uint64_t hash = hash_key(key);
    uint32_t slot = (uint32_t)(hash >> 32) % SLOTS;
    while (watch->watched[slot].hash != 0 && watch->watched[slot].hash != hash) {
        slot = (slot + 1) % SLOTS;
    }
    return &watch->watched[slot];
}

// NULL: there are too many.
static struct watched *watched_of(struct brake *brake, struct watch *watch, Slice key) {
    struct watched *watched = slot_of(watch, key);
    if (watched->hash != 0) {
        return watched;
    }
    if (watch->count == BRAKE_KEYS_MAX) {
        brake->unwatched++;
        return NULL;
    }
    Slice part = slice_part(key, 0, sizeof watched->key - 1);
    watch->count++;
    watched->hash = hash_key(key);
    memcpy(watched->key, part.at, part.size);
    return watched;
}

static bool is_past(const struct watch *watch, struct step far, struct step all) {
    return far.far >= watch->rule.count_min && (double)far.far * 100 > watch->rule.share_max * (double)all.all;
}

static bool freezes(const struct brake_rule *rule) {
    return rule->then == BRAKE_freeze || rule->then == BRAKE_rollback;
}

static void set_held(struct brake *brake, struct watch *watch, struct watched *watched, bool held) {
    if (watched->is_held == held) {
        return;
    }
    uint32_t step = held ? 1 : -1u;
    watched->is_held = held;
    watch->holding += step;
    brake->holding += step;
    brake->freezing += freezes(&watch->rule) ? step : 0;
}

static void tell(struct brake *brake, struct watch *watch, struct watched *watched, bool held, uint32_t count, uint32_t of, int64_t now_us) {
    if (brake->news_count == sizeof brake->news / sizeof brake->news[0]) {
        return; // what is past its limit now will be so at the next decision
    }
    set_held(brake, watch, watched, held);
    watched->until_us = now_us + watch->rule.hold_us;
    if (held && watched->until_us < brake->next_end_us) {
        brake->next_end_us = watched->until_us;
    }
    brake->news[brake->news_count].watch = watch;
    brake->news[brake->news_count].watched = watched;
    brake->news[brake->news_count].held = held;
    brake->news[brake->news_count].count = count;
    brake->news[brake->news_count++].of = of;
}

static struct step all_of(struct watch *watch, struct watched *watched, int64_t now_us) {
    return sum(watch, watch->field == SCHEMA_NONE ? &watch->everything : watched, now_us);
}

static void went_far(struct brake *brake, struct watch *watch, struct watched *watched, int64_t now_us) {
    step_of(watch, watched, now_us)->far++;
    if (watched->is_held) {
        return;
    }
    struct step far = sum(watch, watched, now_us);
    struct step all = all_of(watch, watched, now_us);
    if (is_past(watch, far, all)) {
        tell(brake, watch, watched, true, far.far, all.all, now_us);
    }
}

static void watch_models(struct brake *brake, struct watch *watch, const struct decision *decision, int64_t now_us) {
    step_of(watch, &watch->everything, now_us)->all++;
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        const struct hit *hit = &decision->hits[i];
        const struct model *model = hit->model;
        bool asks = hit->guards == 0 && !hit->is_shadow && model->action != SCHEMA_NONE && (watch->actions >> model->action & 1) != 0;
        struct watched *watched = asks ? watched_of(brake, watch, model->id) : NULL;
        if (watched != NULL) {
            went_far(brake, watch, watched, now_us);
        }
    }
}

static void watch_values(struct brake *brake, struct watch *watch, const struct decision *decision, const struct event *event, int64_t now_us) {
    if (!event_has(event, watch->field)) {
        return;
    }
    const struct schema *schema = event->schema;
    const struct schema_field *field = &schema->fields[watch->field];
    const union event_cell *cell = &event->cells[watch->field];
    Slice key = field->type == FIELD_ENUM ? schema->enums[field->enumeration].values[cell->integer] : cell->text;
    struct watched *watched = watched_of(brake, watch, key);
    if (watched == NULL) {
        return;
    }
    step_of(watch, watched, now_us)->all++;
    // A decision that is held would have gone far.
    if ((watch->actions >> decision->action & 1) != 0 || decision->brake_count > 0) {
        went_far(brake, watch, watched, now_us);
    }
}

void brake_saw(struct brake *brake, const struct decision *decision, const struct event *event, int64_t now_us) {
    for (uint32_t i = 0; i < brake->count; i++) {
        struct watch *watch = &brake->watches[i];
        if (watch->is_idle) {
            continue;
        }
        if (watch->field == SCHEMA_NONE) {
            watch_models(brake, watch, decision, now_us);
        } else {
            watch_values(brake, watch, decision, event, now_us);
        }
    }
}

// ---- news -------------------------------------------------------------------------------------------------

static void let_go_of_some(struct brake *brake, int64_t now_us) {
    brake->next_end_us = INT64_MAX;
    for (uint32_t i = 0; i < brake->count; i++) {
        struct watch *watch = &brake->watches[i];
        for (uint32_t k = 0; k < SLOTS; k++) {
            struct watched *watched = &watch->watched[k];
            if (!watched->is_held) {
                continue;
            }
            struct step far = sum(watch, watched, now_us);
            struct step all = all_of(watch, watched, now_us);
            if (watched->until_us <= now_us && !is_past(watch, far, all)) {
                tell(brake, watch, watched, false, far.far, all.all, now_us);
            }
            if (watched->is_held) { // still, or there was no room to tell
                int64_t again_us = watched->until_us > now_us ? watched->until_us : now_us + watch->step_us;
                brake->next_end_us = again_us < brake->next_end_us ? again_us : brake->next_end_us;
            }
        }
    }
}

bool brake_next(struct brake *brake, int64_t now_us, struct brake_news *ret_news) {
    if (brake->has_gone) {
        brake->has_gone = false;
        *ret_news = (struct brake_news){.rule = &brake->gone_rule, .key = slice_of(brake->gone_key), .freezing = brake->freezing};
        return true;
    }
    if (brake->news_count == 0 && now_us >= brake->next_end_us) {
        let_go_of_some(brake, now_us);
    }
    if (brake->news_count == 0) {
        return false;
    }
    brake->news_count--;
    const struct watched *watched = brake->news[brake->news_count].watched;
    *ret_news = (struct brake_news){
        .rule = &brake->news[brake->news_count].watch->rule,
        .key = slice_of(watched->key),
        .held = brake->news[brake->news_count].held,
        .count = brake->news[brake->news_count].count,
        .of = brake->news[brake->news_count].of,
        .until_us = watched->until_us,
        .of_rule = brake->news[brake->news_count].watch->holding,
        .freezing = brake->freezing,
    };
    return true;
}

static struct watch *find_watch(struct brake *brake, Slice rule) {
    for (uint32_t i = 0; i < brake->count; i++) {
        if (slice_equal(brake->watches[i].rule.name, rule)) {
            return &brake->watches[i];
        }
    }
    return NULL;
}

static void copy_text(char into[BRAKE_TEXT], Slice text) {
    Slice part = slice_part(text, 0, BRAKE_TEXT - 1);
    memset(into, 0, BRAKE_TEXT);
    memcpy(into, part.at, part.size);
}

const struct brake_rule *brake_stands(struct brake *brake, Slice rule, Slice key, int64_t now_us) {
    struct watch *watch = find_watch(brake, rule);
    struct watched *watched = watch == NULL ? NULL : watched_of(brake, watch, key);
    if (watched == NULL) {
        INVARIANT(!brake->has_gone); // told one by one
        copy_text(brake->gone_name, rule);
        copy_text(brake->gone_key, key);
        brake->gone_rule = (struct brake_rule){.name = slice_of(brake->gone_name), .then = BRAKE_review};
        brake->has_gone = true;
        return NULL;
    }
    set_held(brake, watch, watched, true);
    watched->until_us = now_us + watch->rule.hold_us;
    brake->next_end_us = watched->until_us < brake->next_end_us ? watched->until_us : brake->next_end_us;
    return &watch->rule;
}

static bool is_same_rule(const struct brake_rule *a, const struct brake_rule *b) {
    return slice_equal(a->name, b->name) && slice_equal(a->over, b->over) && slice_equal(a->actions, b->actions) && a->share_max == b->share_max &&
           a->count_min == b->count_min && a->window_us == b->window_us && a->then == b->then && a->hold_us == b->hold_us &&
           slice_equal(a->instead, b->instead) && slice_equal(a->task, b->task);
}

static void take_over(struct brake *brake, struct watch *watch, struct brake *from, struct watch *old) {
    struct watched *fresh = watch->watched;
    uint32_t freezing = freezes(&watch->rule) ? old->holding : 0;
    watch->watched = old->watched;
    watch->count = old->count;
    watch->holding = old->holding;
    watch->everything = old->everything;
    brake->holding += old->holding;
    brake->freezing += freezing;
    from->holding -= old->holding;
    from->freezing -= freezing;
    old->watched = fresh;
    old->count = old->holding = 0;
}

void brake_succeed(struct brake *brake, struct brake *from) {
    for (uint32_t i = 0; i < brake->count; i++) {
        struct watch *old = find_watch(from, brake->watches[i].rule.name);
        if (old != NULL && is_same_rule(&old->rule, &brake->watches[i].rule)) {
            take_over(brake, &brake->watches[i], from, old);
        }
    }
    brake->next_end_us = from->next_end_us;
}

bool brake_held_at(const struct brake *brake, uint32_t index, Slice *ret_rule, Slice *ret_key) {
    for (uint32_t i = 0; i < brake->count; i++) {
        const struct watch *watch = &brake->watches[i];
        if (index >= watch->holding) {
            index -= watch->holding;
            continue;
        }
        for (uint32_t k = 0; k < SLOTS; k++) {
            if (watch->watched[k].is_held && index-- == 0) {
                *ret_rule = watch->rule.name;
                *ret_key = slice_of(watch->watched[k].key);
                return true;
            }
        }
    }
    return false;
}

bool brake_let_go(struct brake *brake, Slice rule, Slice key, int64_t now_us) {
    struct watch *watch = find_watch(brake, rule);
    struct watched *watched = watch == NULL ? NULL : slot_of(watch, key);
    if (watched == NULL || !watched->is_held) {
        return false;
    }
    memset(watched->steps, 0, sizeof watched->steps);
    tell(brake, watch, watched, false, 0, 0, now_us);
    return true;
}

uint64_t brake_unwatched(const struct brake *brake) {
    return brake->unwatched;
}

uint32_t brake_holding(const struct brake *brake) {
    return brake->holding;
}

uint32_t brake_freezing(const struct brake *brake) {
    return brake->freezing;
}

// ---- records ----------------------------------------------------------------------------------------------

void brake_record(const struct brake_news *news, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("rule"), news->rule->name);
    json_key_string(&json, SLICE("key"), news->key);
    json_key_string(&json, SLICE("then"), slice_of(brake_deed_names[news->rule->then]));
    json_key_bool(&json, SLICE("held"), news->held);
    if (news->held) {
        json_key_string(&json, SLICE("over"), news->rule->over);
        json_key_string(&json, SLICE("actions"), news->rule->actions);
        json_key_string(&json, SLICE("instead"), news->rule->instead);
        json_key_string(&json, SLICE("task"), news->rule->task);
        json_key_i64(&json, SLICE("count"), news->count);
        json_key_i64(&json, SLICE("of"), news->of);
        json_key_i64(&json, SLICE("until_us"), news->until_us);
    }
    json_object_end(&json);
    json_writer_finish(&json);
}

// Half of the holds that there may be are left to those that hold decisions.
static bool has_room_beside_reviews(struct heart *heart) {
    enum { OTHERS_MAX = 128 };
    struct brake_hold hold;
    return !engine_hold_at(heart_engine(heart), OTHERS_MAX, &hold);
}

bool brake_apply(struct json_reader *reader, Slice record, struct heart *heart) {
    JsonTree tree;
    if (json_parse(reader, record, &tree) != STATUS_OK || tree.nodes[0].kind != JSON_OBJECT) {
        return false;
    }
    uint32_t held = json_member(tree, 0, SLICE("held"));
    Slice rule = record_text(tree, "rule");
    Slice key = record_text(tree, "key");
    if (held == JSON_NONE || slice_empty(rule)) {
        return false;
    }
    if (tree.nodes[held].kind != JSON_TRUE) { // whatever the rule says by now
        engine_let_go(heart_engine(heart), rule, key);
        return true;
    }
    Slice then = record_text(tree, "then");
    bool reviews = slice_is(then, brake_deed_names[BRAKE_review]);
    if (slice_is(then, brake_deed_names[BRAKE_alarm]) || (!reviews && !has_room_beside_reviews(heart))) {
        return true;
    }
    // Without another action it holds no decision.
    struct brake_hold hold = {
        .rule = rule,
        .key = key,
        .over = record_text(tree, "over"),
        .actions = record_text(tree, "actions"),
        .instead = reviews ? record_text(tree, "instead") : SLICE(""),
        .task = reviews ? record_text(tree, "task") : SLICE(""),
    };
    bool held_now = engine_hold(heart_engine(heart), &hold);
    (void)held_now; // past 256 it is only told
    return true;
}
