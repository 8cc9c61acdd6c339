// Any text is a label or is refused with a reason and without a trace; whatever was taken can be
// asked about.

#include "simulation/answers/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct truth *truth, Slice word, struct buf *out) {
    struct question question = {
        .customer = word, .event_id = word, .about_us = 1000000, .asked_us = 2000000};
    for (uint32_t channel = 0; channel < ASK_CHANNELS; channel++) {
        struct answer answer;
        struct json_writer json;
        question.channel = (AskChannel)channel;
        answer_of(truth, &question, 1, &answer);
        INVARIANT(!answer.answered || answer.answered_us >= question.asked_us);
        buf_reset(out);
        json_writer_init(&json, out);
        answer_write(&answer, &json);
        json_writer_finish(&json);
    }
    struct team_decision decision;
    decision_of(truth, 0,
                &(struct alert_facts){.alert_id = word,
                                      .group = SLICE("VP"),
                                      .subject = word,
                                      .events = &word,
                                      .event_count = 1,
                                      .at_us = 1000000},
                1, &decision);
    INVARIANT(!slice_empty(decision.code) && decision.minutes > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct truth *truth = truth_create();
    struct buf out;
    buf_init(&out, 1 << 16);
    Slice rest = {(const char *)data, size};
    for (Slice line; slice_split(&rest, '\n', &line);) {
        Slice reason = {NULL, 0};
        uint32_t before = truth_cases(truth);
        Status status = truth_take(truth, line, &reason);
        INVARIANT(truth_cases(truth) == before + (status == STATUS_OK));
        INVARIANT((status == STATUS_OK) == (reason.at == NULL));
    }
    // The texts of the input are the names that it may have given.
    rest = (Slice){(const char *)data, size};
    uint32_t asked = 0;
    for (Slice word; asked < 64 && slice_split(&rest, '"', &word); asked++) {
        ask(truth, word, &out);
    }
    buf_deinit(&out);
    truth_destroy(truth);
    return 0;
}
