// The words of a referral.

#include "response/referral/row.h"

const struct referral_word referral_words[] = {
#define WORD(list, name, zh, en) {REFERRAL_LIST_##list, #name, zh, en},
#include "response/referral/words.def"
#undef WORD
#define STATE(name, moves, zh, en) {REFERRAL_LIST_STATE, #name, zh, en},
#include "response/referral/states.def"
#undef STATE
};
const uint32_t referral_word_count = sizeof referral_words / sizeof referral_words[0];

const struct referral_word *referral_word_find(ReferralWordList list, Slice word) {
    for (uint32_t i = 0; i < referral_word_count; i++) {
        if (referral_words[i].list == list && slice_is(word, referral_words[i].word)) {
            return &referral_words[i];
        }
    }
    return NULL;
}

static Slice words_of(struct book *book, ReferralWordList list) {
    Slice words = SLICE("");
    for (uint32_t i = 0; i < referral_word_count; i++) {
        if (referral_words[i].list == list) {
            words = arena_printf(book->arena, "%.*s%s%s", SLICE_ARGS(words),
                                 words.size > 0 ? ", " : "", referral_words[i].word);
        }
    }
    return words;
}

Status word_check(struct book *book, ReferralWordList list, const char *what, Slice word) {
    if (referral_word_find(list, word) != NULL) {
        return STATUS_OK;
    }
    Status status = book_fail(book, STATUS_INVALID, "RF002", "'%.*s' is no %s",
                              SLICE_ARGS(slice_part(word, 0, 64)), what);
    Slice words = words_of(book, list);
    book->diag->hint = arena_printf(book->arena, "one of %.*s", SLICE_ARGS(words));
    return status;
}

Slice word_zh(ReferralWordList list, Slice word) {
    const struct referral_word *found = referral_word_find(list, word);
    return found == NULL ? word : slice_of(found->zh);
}

Status text_check(struct book *book, const char *what, Slice text, size_t size_max) {
    ENSURE(text.size <= size_max,
           book_fail(book, STATUS_LIMIT, "RF003", "%s is longer than %zu bytes", what, size_max));
    return STATUS_OK;
}

void referral_office_init(struct referral_office *office, const struct terms *terms, Slice bank,
                          Slice symbol) {
    *office = (struct referral_office){.terms = terms,
                                       .bank = bank,
                                       .symbol = symbol,
                                       .members = {
#define MEMBER(name, json, text) .name = SLICE(json),
#include "response/referral/members.def"
#undef MEMBER
                                       }};
}

const char *referral_finding_word(ReferralFinding what) {
    static const char *const words[] = {
#define FINDING(name, part, zh, en, mend_zh, mend_en) #name,
#include "response/referral/findings.def"
#undef FINDING
    };
    return words[what];
}
