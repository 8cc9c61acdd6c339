// What measures are: measures.def and the other lists, as tables.

#include "response/controls/controls.h"

// What the columns of measures.def are written with.
#define ON(kind) (1u << TARGET_##kind)
#define BLOCK(what) (1u << BLOCK_##what)
#define BY(who) (1u << AUTHORITY_##who)
#define FACT(what) (1u << TARGET_FACT_##what)
#define ALL_MONEY (BLOCK(NON_COUNTER_DEBIT) | BLOCK(COUNTER_DEBIT) | BLOCK(CREDIT) | BLOCK(OPENING))
#define PAID (FACT(PAYROLL) | FACT(PENSION) | FACT(SETTLEMENT) | FACT(COURT))
#define BASICS true
#define OWED true
#define NONE false

static const struct measure_text measures[MEASURE_COUNT] = {
#define MEASURE(name, class_, strictness_, targets_, blocks_, keeps_, authorities_, severity_,     \
                hours_, hours_self_, notice_, spared_, spared_self_, zh_, en_)                     \
    [MEASURE_##name] = {.word = #name,                                                             \
                        .zh = zh_,                                                                 \
                        .en = en_,                                                                 \
                        .class = MEASURE_CLASS_##class_,                                           \
                        .strictness = strictness_,                                                 \
                        .targets = targets_,                                                       \
                        .blocks = blocks_,                                                         \
                        .authorities = authorities_,                                               \
                        .keeps_basics = keeps_,                                                    \
                        .severity_min = severity_,                                                 \
                        .hours_max = hours_,                                                       \
                        .hours_self_max = hours_self_,                                             \
                        .owes_notice = notice_,                                                    \
                        .spared = spared_,                                                         \
                        .spared_self = spared_self_},
#include "response/controls/measures.def"
#undef MEASURE
};

const struct measure_text *measure_text(Measure measure) {
    return &measures[measure];
}

#define X(name, word, zh, en) word,
static const char *const target_kinds[] = {TARGET_KINDS(X)};
static const char *const authorities[] = {AUTHORITIES(X)};
static const char *const states[] = {CONTROL_STATES(X)};
#undef X

static bool find(const char *const *words, uint32_t count, Slice word, uint32_t *ret_index) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_is(word, words[i])) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

bool measure_parse(Slice word, Measure *ret_measure) {
    for (uint32_t i = 0; i < MEASURE_COUNT; i++) {
        if (slice_is(word, measures[i].word)) {
            *ret_measure = (Measure)i;
            return true;
        }
    }
    return false;
}

const char *target_kind_word(TargetKind kind) {
    return target_kinds[kind];
}

bool target_kind_parse(Slice word, TargetKind *ret_kind) {
    uint32_t index;
    bool found = find(target_kinds, TARGET_KIND_COUNT, word, &index);
    if (found) {
        *ret_kind = (TargetKind)index;
    }
    return found;
}

const char *authority_word(Authority authority) {
    return authorities[authority];
}

bool authority_parse(Slice word, Authority *ret_authority) {
    uint32_t index;
    bool found = find(authorities, AUTHORITY_COUNT, word, &index);
    if (found) {
        *ret_authority = (Authority)index;
    }
    return found;
}

const char *control_state_word(ControlState state) {
    return states[state];
}

bool control_state_parse(Slice word, ControlState *ret_state) {
    uint32_t index;
    bool found = find(states, CONTROL_STATE_COUNT, word, &index);
    if (found) {
        *ret_state = (ControlState)index;
    }
    return found;
}

// ---- refusals ---------------------------------------------------------------------------------

static const struct {
    const char *code, *text;
} refusals[REFUSAL_COUNT] = {
    [REFUSAL_NONE] = {"", ""},
#define REFUSAL(name, code, text) [REFUSAL_##name] = {code, text},
#include "response/controls/refusals.def"
#undef REFUSAL
};

const char *control_refusal_code(Refusal refusal) {
    return refusals[refusal].code;
}

const char *control_refusal_text(Refusal refusal) {
    return refusals[refusal].text;
}
