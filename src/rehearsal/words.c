// What the people of the simulation say, in the words of the pack.

#include "rehearsal/contact.h"

#include "codec/json_write.h"
#include "os/memory.h"

#include <string.h>

enum { ANSWER_TEXT_MAX = 8 << 10 };

// ---- answers in the words of the pack -----------------------------------------------------------------------------------
//
// The simulation says what people do; the pack's disposition.yaml says in which words an answer is kept. Each member of the one becomes members of the other here; what the pack does not
// know is left out.

static const char *purpose_of(const char *purpose) {
    static const struct {
        const char *said, *kept;
    } words[] = {{"WAGE", "SALARY"}, {"BUSINESS", "GOODS"}, {"WEDDING", "FAMILY"}, {"GOODS", "GOODS"}, {"FAMILY", "FAMILY"}, {"INVEST", "INVESTMENT"}, {"LOAN", "LOAN"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(purpose, words[i].said) == 0) {
            return words[i].kept;
        }
    }
    return "OTHER";
}

static void put_share(struct json_writer *json, Slice key, int32_t thousandths) {
    json_key_double(json, key, thousandths / 1000.0);
}

static void put_call(const struct answer *answer, struct json_writer *json) {
    if (answer_says(answer, SAID_IDENTITY_OK)) {
        json_key_bool(json, SLICE("identity_ok"), answer->identity_ok);
    }
    if (answer_says(answer, SAID_PURPOSE)) {
        json_key_string(json, SLICE("purpose"), slice_of(purpose_of(answer->purpose)));
    }
    if (answer_says(answer, SAID_CONSISTENT)) {
        json_key_bool(json, SLICE("consistent"), answer->consistent);
    }
    if (answer_says(answer, SAID_SCAM_KEYWORD)) { // the three questions about scams
        json_key_bool(json, SLICE("scam_keyword"), answer->scam_keyword);
        json_key_bool(json, SLICE("stranger"), answer->scam_keyword);
        json_key_bool(json, SLICE("promised_back"), answer->scam_keyword);
        json_key_bool(json, SLICE("told_secret"), answer->scam_keyword);
    }
    if (answer_says(answer, SAID_HESITATION)) {
        json_key_bool(json, SLICE("hesitation"), answer->hesitation);
    }
    if (answer_says(answer, SAID_THIRD_VOICE)) {
        json_key_bool(json, SLICE("third_voice"), answer->third_voice);
    }
    if (answer_says(answer, SAID_CONFIDENCE)) {
        put_share(json, SLICE("confidence"), answer->confidence);
    }
}

static void put_auth(const struct answer *answer, struct json_writer *json) {
    if (answer_says(answer, SAID_METHOD) && strcmp(answer->method, "COUNTER") != 0) {
        json_key_string(json, SLICE("method"), slice_of(answer->method));
    }
    if (answer_says(answer, SAID_PASSED)) {
        json_key_bool(json, SLICE("passed"), answer->passed);
    }
    if (answer_says(answer, SAID_LIVENESS)) {
        put_share(json, SLICE("liveness"), answer->liveness);
    }
    if (answer_says(answer, SAID_INJECTED)) {
        json_key_bool(json, SLICE("injected"), answer->injected);
    }
    if (answer_says(answer, SAID_DEVICE_DAYS)) {
        json_key_i64(json, SLICE("device_days"), answer->device_days);
    }
    if (answer_says(answer, SAID_NUMBER_DAYS)) {
        json_key_i64(json, SLICE("number_days"), answer->number_days);
    }
    if (answer_says(answer, SAID_CALL_FORWARDING)) {
        json_key_bool(json, SLICE("call_forwarding"), answer->call_forwarding);
    }
    if (answer_says(answer, SAID_KNOWN_DEVICE)) {
        json_key_bool(json, SLICE("known_device"), answer->known_device);
    }
}

static void put_rest(const struct answer *answer, struct json_writer *json) {
    if (answer_says(answer, SAID_REPLY)) {
        json_key_string(json, SLICE("reply"), slice_of(answer->reply));
        json_key_bool(json, SLICE("registered_number"), true); // whoever holds it
    }
    if (answer_says(answer, SAID_QUESTIONNAIRE_PASSED)) {
        json_key_bool(json, SLICE("warning_seen"), true);
        json_key_bool(json, SLICE("questionnaire_passed"), answer->questionnaire_passed);
    }
    if (answer_says(answer, SAID_DECEIVED)) {
        json_key_bool(json, SLICE("deceived"), answer->deceived);
    }
    if (answer_says(answer, SAID_CANCELLED)) {
        json_key_bool(json, SLICE("cancelled"), answer->cancelled);
    }
    if (answer_says(answer, SAID_CONFIRMED_AGAIN)) {
        json_key_bool(json, SLICE("confirmed_again"), answer->confirmed_again);
    }
    if (answer_says(answer, SAID_DOCUMENTS)) {
        json_key_bool(json, SLICE("documents_given"), true);
    }
}

char *contact_words(const struct answer *answer) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, ANSWER_TEXT_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    put_call(answer, &json);
    put_auth(answer, &json);
    put_rest(answer, &json);
    json_object_end(&json);
    char *text = memory_alloc(out.size + 1);
    memcpy(text, out.bytes, out.size);
    text[out.size] = 0;
    buf_deinit(&out);
    return text;
}
