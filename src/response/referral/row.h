#pragma once
// Row: a referral as its table has it, and how it moves from state to state.

#include "response/controls/put.h"
#include "response/referral/referral.h"

struct referral_row {
    int64_t id;
#define ROW_NUMBER(name) int64_t name;
#define ROW_FIGURE(name) int64_t name;
#define ROW_TEXT(name) Slice name;
#define COLUMN(form, name) ROW_##form(name)
#include "response/referral/columns.def"
#undef COLUMN
#undef ROW_NUMBER
#undef ROW_FIGURE
#undef ROW_TEXT
    Slice fields[REFERRAL_FIELD_COUNT];
};

struct referral_field_text {
    const char *name, *zh, *en;
    size_t size_max;
    uint32_t part;
    bool is_demanded;
};
extern const struct referral_field_text referral_fields[REFERRAL_FIELD_COUNT];

// RF001: there is none, or it is not for these eyes.
MUST_USE Status lead_load(struct book *book, int64_t clearance, int64_t id,
                          struct referral_row *ret_row);
// The same, to change what it says: RF006 unless it is a draft that nobody approved.
MUST_USE Status lead_load_draft(struct book *book, int64_t clearance, int64_t id,
                                struct referral_row *ret_row);
bool row_is(const struct referral_row *row, const char *state);
// What its dossier may show: the mask that opens its secrecy and nothing else.
int64_t row_clearance(const struct referral_row *row);
// "某银反诈移〔2026〕7号"; before it is approved, a draft's number.
Slice row_number(const struct referral_office *office, const struct referral_row *row,
                 struct arena *arena);

// To another state, with its trace. RF004: not from here.
MUST_USE Status lead_move(struct book *book, struct referral_row *row, const char *state,
                          Slice reason, Slice detail);
// Something was done without a move.
MUST_USE Status lead_trace(struct book *book, const struct referral_row *row, const char *reason,
                           Slice detail);

// RF002, with the words that there are. `what` is told: "urgency of a referral".
MUST_USE Status word_check(struct book *book, ReferralWordList list, const char *what, Slice word);
// RF003: longer than `size_max` bytes.
MUST_USE Status text_check(struct book *book, const char *what, Slice text, size_t size_max);
// "平件"; of a word that is not there, the word.
Slice word_zh(ReferralWordList list, Slice word);

// ---- the clock --------------------------------------------------------------------------------

// Sets the timer to what is due next, or clears it.
MUST_USE Status lead_clock_arm(struct book *book, const struct referral_office *office,
                               const struct referral_row *row);
