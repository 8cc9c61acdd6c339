// Measures as JSON, and the lists that people read.

#include "response/controls/ledger.h"

#define X(name, word, zh, en) {word, zh, en},
struct words {
    const char *word, *zh, *en;
};
static const struct words blocks[] = {BLOCKS(X)};
static const struct words classes[] = {MEASURE_CLASSES(X)};
static const struct words states[] = {CONTROL_STATES(X)};
#undef X

void blocks_put_json(struct json_writer *json, uint32_t set) {
    json_array_begin(json);
    for (uint32_t i = 0; i < BLOCK_COUNT; i++) {
        if ((set & (1u << i)) != 0) {
            json_string(json, slice_of(blocks[i].word));
        }
    }
    json_array_end(json);
}

void basics_put_json(struct json_writer *json, bool keeps_basics) {
    json_array_begin(json);
    if (keeps_basics) {
        json_string(json, SLICE("MEDICAL"));
        json_string(json, SLICE("SOCIAL_SECURITY"));
        json_string(json, SLICE("UTILITIES"));
    }
    json_array_end(json);
}

const char *control_effect_word(const struct control_effect *effect) {
    return effect->strictest == MEASURE_COUNT
               ? "NONE"
               : classes[measure_text(effect->strictest)->class].word;
}

void control_effect_put_json(struct json_writer *json, const struct control_effect *effect) {
    bool is_free = effect->strictest == MEASURE_COUNT;
    json_object_begin(json);
    json_key_string(json, SLICE("state"), slice_of(control_effect_word(effect)));
    put_text(json, SLICE("strictest"),
             slice_of(is_free ? "" : measure_text(effect->strictest)->word));
    json_key_i64(json, SLICE("measures"), effect->count);
    json_key(json, SLICE("blocks"));
    blocks_put_json(json, effect->blocks);
    json_key(json, SLICE("keeps"));
    basics_put_json(json, !is_free && effect->keeps_basics);
    put_number(json, SLICE("limit"), effect->limit);
    put_number(json, SLICE("held_back"), effect->held_back);
    json_object_end(json);
}

static void put_what(struct json_writer *json, const struct control_ask *ask) {
    const struct measure_text *text = measure_text(ask->measure);
    json_key_string(json, SLICE("measure"), slice_of(text->word));
    json_key_string(json, SLICE("measure_zh"), slice_of(text->zh));
    json_key_string(json, SLICE("measure_en"), slice_of(text->en));
    json_key_string(json, SLICE("class"), slice_of(classes[text->class].word));
    json_key_string(json, SLICE("target_kind"), slice_of(target_kind_word(ask->target_kind)));
    json_key_string(json, SLICE("target"), ask->target);
    put_text(json, SLICE("customer"), ask->customer);
    json_key_string(json, SLICE("authority"), slice_of(authority_word(ask->authority)));
    json_key_string(json, SLICE("basis"), ask->basis);
    put_text(json, SLICE("document"), ask->document);
    put_number(json, SLICE("amount"), ask->amount);
    json_key_string(json, SLICE("reason"), ask->reason);
    put_number(json, SLICE("severity"), ask->severity);
    put_number(json, SLICE("alert"), ask->alert);
    put_number(json, SLICE("case"), ask->case_id);
    put_number(json, SLICE("order"), ask->order);
    put_text(json, SLICE("branch"), ask->branch);
    json_key_string(json, SLICE("secrecy"), ask->secrecy);
}

static void put_life(struct json_writer *json, const struct control *control) {
    json_key_string(json, SLICE("state"), slice_of(states[control->state].word));
    json_key_string(json, SLICE("state_zh"), slice_of(states[control->state].zh));
    json_key_string(json, SLICE("state_en"), slice_of(states[control->state].en));
    put_moment(json, SLICE("asked"), control->asked_us);
    put_text(json, SLICE("asked_by"), control->asked_by);
    put_moment(json, SLICE("since"), control->since_us);
    put_moment(json, SLICE("until"), control->ends_us);
    put_moment(json, SLICE("released"), control->released_us);
    put_text(json, SLICE("released_by"), control->released_by);
    put_text(json, SLICE("released_second"), control->released_second);
    put_text(json, SLICE("release_reason"), control->release_reason);
    put_moment(json, SLICE("lifted"), control->lifted_us);
    put_number(json, SLICE("step"), control->step);
    put_number(json, SLICE("replaces"), control->replaces);
    put_moment(json, SLICE("review"), control->review_us);
    put_text(json, SLICE("notice"), control->notice);
    json_key_bool(json, SLICE("confirmed"), control->is_confirmed);
    put_text(json, SLICE("problem"), control->problem);
    put_number(json, SLICE("message"), control->message);
}

void control_put_json(struct json_writer *json, const struct control *control) {
    json_object_begin(json);
    json_key_i64(json, SLICE("control"), control->id);
    put_what(json, &control->ask);
    put_life(json, control);
    json_object_end(json);
}

// ---- lists ------------------------------------------------------------------------------------

#define SEEN "SELECT " CONTROL_COLUMNS " FROM seen_control WHERE viewer = ?1 AND id < ?2 AND "
#define NEWEST " ORDER BY id DESC LIMIT ?3"

static const struct list_plan lists[] = {
    [CONTROLS_OF_TARGET] = {{"control_list_target", SEEN "target_kind = ?4 AND target = ?5" NEWEST},
                            LIST_BY_WORD_AND_KEY},
    [CONTROLS_OF_CUSTOMER] = {{"control_list_customer", SEEN "customer = ?4" NEWEST}, LIST_BY_KEY},
    [CONTROLS_OF_ALERT] = {{"control_list_alert", SEEN "alert = ?4" NEWEST}, LIST_BY_NUMBER},
    [CONTROLS_OF_CASE] = {{"control_list_case", SEEN "case_id = ?4" NEWEST}, LIST_BY_NUMBER},
    [CONTROLS_OF_ORDER] = {{"control_list_order", SEEN "police_order = ?4" NEWEST}, LIST_BY_NUMBER},
    [CONTROLS_IN_STATE] = {{"control_list_state", SEEN "state = ?4" NEWEST}, LIST_BY_WORD},
    [CONTROLS_TO_REVIEW] = {{"control_list_review",
                             SEEN "review_us IS NOT NULL AND (?4 = '' OR branch = ?4)" NEWEST},
                            LIST_BY_KEY},
    [CONTROLS_UNCONFIRMED] = {{"control_list_unconfirmed", SEEN "is_confirmed = 0" NEWEST},
                              LIST_BY_NOTHING},
};

Status control_list_json(struct book *book, ControlList list, const struct list_page *page,
                         struct json_writer *json) {
    struct control control;
    Status status;
    TRY(list_ask(book, &lists[list], page));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK &&
           (status = ledger_read(book, &control)) == STATUS_OK) {
        control_put_json(json, &control);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}
