#pragma once
// Missed: fraud that no alert had told of. A customer reports it and no alert of the thirty days before was about crime against him; or somebody looks at a decision without a hit, of which one in
// so many is drawn (disposition.yaml, quality.unalerted). Each is a card: what was missed, what came of looking at it, and so what models or features want.
//
//     TRY(missed_next(book, &person, &card));                                   // one at a time: the own one, or the oldest
//     TRY(missed_close(book, &person, card.id, &(struct missed_finding){...}));
//     TRY(missed_put_json(book, &filter, json));                                // with the payments of the thirty days before
//
// A customer's second report within these days belongs to the card that is open. The number of a card is the sequence of the decision behind it. Every change of one is a trace ("missed").
//
// Codes: DP020 no such card; DP002 it is closed; DP007 he has not the skill FRAUD; DP008 somebody else has it; DP009 a finding that says too little; DP015 nothing waits.
//
// Cost: a question to the store for each report; none for other decisions, but for those that are drawn.

#include "codec/json_write.h"
#include "response/disposition/people.h"

typedef enum Finding {
#define FINDING(name, needs, fraud, zh, en) FINDING_##name,
#include "response/disposition/missed_findings.def"
#undef FINDING
    FINDING_COUNT
} Finding;

typedef enum FindingNeeds { FINDING_NEEDS_NONE, FINDING_NEEDS_MODEL, FINDING_NEEDS_NOTE } FindingNeeds;
struct finding_info {
    Slice name;
    FindingNeeds needs;
    bool is_fraud;
    Slice zh, en;
};
extern const struct finding_info finding_infos[FINDING_COUNT];
// FINDING_COUNT: there is none of that name.
Finding finding_find(Slice name);

struct missed {
    int64_t id;
    Slice kind; // REPORT, SAMPLE
    Slice event_id, customer, account, branch, report;
    int64_t amount, said_us;
    Slice state; // OPEN, TAKEN, CLOSED
    Slice owner;
};

struct missed_finding {
    Finding finding;
    Slice model; // "M-VP-07-B"
    Slice note;
};

MUST_USE Status missed_next(struct book *book, const struct person *person, struct missed *ret_card);
MUST_USE Status missed_close(struct book *book, const struct person *person, int64_t id, const struct missed_finding *finding);

struct missed_filter {
    Slice state, kind; // empty: any
    int64_t before;    // numbers below; 0: from the newest
    uint32_t limit;    // 1 to MISSED_PAGE_MAX
};
enum { MISSED_PAGE_MAX = 200, MISSED_PAYMENTS_MAX = 50 };
// An array of cards, the newest first.
MUST_USE Status missed_put_json(struct book *book, const struct missed_filter *filter, struct json_writer *json);
// One, with the customer's payments before it.
MUST_USE Status missed_put_card(struct book *book, int64_t id, struct json_writer *json);

struct missed_figures {
    int64_t reports, reports_open; // cards of reports in the span; not looked at yet
    int64_t fraud;                 // of reports that were looked at: fraud
    int64_t samples, samples_fraud; // looked at; of these fraud
};
MUST_USE Status missed_figures(struct book *book, int64_t from_us, int64_t until_us, struct missed_figures *ret_figures);
