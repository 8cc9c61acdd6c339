// Kinds of orders, answers and states, as tables.

#include "response/orders/duty.h"

#define NEEDS(element) (1u << ELEMENT_##element)

static const struct order_kind_text kinds[ORDER_KIND_COUNT] = {
#define ORDER_KIND(name, handling_, elements_, zh_, en_, deadline_)                                \
    [ORDER_##name] = {.word = #name,                                                               \
                      .zh = zh_,                                                                   \
                      .en = en_,                                                                   \
                      .deadline = deadline_,                                                       \
                      .handling = HANDLING_##handling_,                                            \
                      .elements = elements_},
#include "response/orders/order_kinds.def"
#undef ORDER_KIND
};

static const struct order_answer_text answers[ANSWERED_COUNT] = {
#define ANSWER(name, outcome_, zh_, en_)                                                           \
    [ANSWERED_##name] = {.word = #name, .zh = zh_, .en = en_, .outcome = OUTCOME_##outcome_},
#include "response/orders/answers.def"
#undef ANSWER
};

#define X(name, word, zh, en) word,
static const char *const states[] = {ORDER_STATES(X)};
static const char *const classes[] = {FREEZE_CLASSES(X)};
#undef X

const struct order_kind_text *order_kind_text(OrderKind kind) {
    return &kinds[kind];
}

const struct order_answer_text *order_answer_text(OrderAnswer answer) {
    return &answers[answer];
}

const char *order_state_word(OrderState state) {
    return states[state];
}

const char *freeze_class_word(FreezeClass class) {
    return classes[class];
}

bool order_kind_parse(Slice word, OrderKind *ret_kind) {
    for (uint32_t i = 0; i < ORDER_KIND_COUNT; i++) {
        if (slice_is(word, kinds[i].word)) {
            *ret_kind = (OrderKind)i;
            return true;
        }
    }
    return false;
}

bool order_answer_parse(Slice word, OrderAnswer *ret_answer) {
    for (uint32_t i = 0; i < ANSWERED_COUNT; i++) {
        if (slice_is(word, answers[i].word)) {
            *ret_answer = (OrderAnswer)i;
            return true;
        }
    }
    return false;
}

bool order_state_parse(Slice word, OrderState *ret_state) {
    for (uint32_t i = 0; i < ORDER_STATE_COUNT; i++) {
        if (slice_is(word, states[i])) {
            *ret_state = (OrderState)i;
            return true;
        }
    }
    return false;
}

bool freeze_class_parse(Slice word, FreezeClass *ret_class) {
    for (uint32_t i = 0; i < FREEZE_CLASS_COUNT; i++) {
        if (slice_is(word, classes[i])) {
            *ret_class = (FreezeClass)i;
            return true;
        }
    }
    return false;
}
