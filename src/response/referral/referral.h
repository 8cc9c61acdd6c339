#pragma once
// Referrals: leads that are handed to the police (线索移送), in a package that is complete, that
// three persons have approved, and that stays as it was; and what became of each.
//
//     DRAFT ─ three approvals ▶ APPROVED ─ package sent ▶ SENT ─▶ RECEIVED ─▶ ACCEPTED ─▶ FILED ─▶
//     ...
//       ▲                          │
//       └──────── returned ────────┘
//
// The model. A referral stands on a case (response/cases): its subjects, alerts, frozen
// transactions and picture of the ways of money are the referral's. What no event tells (names,
// certificates, balances) is put in with where it is from, or with the reason why it is not known;
// people add the analysis. From all that a *dossier* is read: the eight parts of the package, with
// nothing in it that no row says, and nothing of people who have nothing to do with it. The gate,
// the approvals, the preview and the package are four ways of looking at one dossier.
//
//     TRY(referral_open(book, clearance, office, &(struct referral_plan){.case_id = id},
//     &referral)); TRY(referral_edit(book, clearance, referral, REFERRAL_FIELD_ANALYSIS, text));
//     TRY(referral_put(book, clearance, office, referral, &(struct referral_datum){SLICE("PARTY"),
//     customer,
//                      SLICE("name"), name, .source = SLICE("CRM")}));
//     TRY(referral_draw(book, clearance, referral, NULL, &result));          // the picture
//     TRY(referral_gate(book, clearance, office, referral, &findings));      // what is missing
//     TRY(referral_approve(book, clearance, office, referral, SLICE("ANALYST"), note));  // three
//     times,
//                                                                            // by three persons
//     TRY(referral_make(book, clearance, office, fonts, referral, &zip, &made));  // in book_read()
//     TRY(referral_send(book, clearance, office, referral, &made, buf_slice(&zip)));
//     TRY(referral_received(book, clearance, office, referral, &receipt));
//     TRY(referral_outcome(book, clearance, office, referral, &news));
//
// What is approved. The first approval takes the hash of the dossier's content: all of it but what
// goes on meanwhile (measures and stopped payments of part 7, the timeline). The next ones and the
// sending compute it again and refuse (RF020) when anything of it has changed since. The same rows
// give the same bytes of the package, whenever and wherever it is made.
//
// Reading and writing at once. Making a package of many rows takes seconds, so referral_make()
// writes nothing and may run in book_read() of a book of its own; referral_send() is short.
//
// Messages. To `police`: referral.emergency, referral.sent (with the hashes of the package and no
// personal data; the package itself goes by the secure channel, which is outside). To `core`:
// referral.data, what is asked of the bank's systems. To `page`: referral.package_due,
// referral.unreceived, referral.feedback_due.
//
// Timer. TIMER_REFERRAL, one for each referral: the package behind an emergency, the receipt, and
// asking for feedback. referral_timer() says what is due and sets the next.
//
// Secrecy. A referral is as secret as its case. `clearance` is a mask of CLEARANCE_AML and
// CLEARANCE_INSIDER: what it does not open is not there (STATUS_NOT_FOUND). What the dossier shows
// depends on the secrecy of the referral and not on who looks. AML material goes the route AML
// only, and its reports of suspicious transactions go nowhere.
//
// Personal data. Only what part 1, 2 and 8 need is kept, of subjects alone; of counterparties that
// nobody suspects the account, the name and the bank. `is_masked` hides it from those who may not
// see it: values by base/masks.def, and in free texts wherever a value stands.
//
// Bounds: REFERRAL_PACKAGE_MAX bytes of a package, kept in the store in parts of 1 MiB; accounts,
// rows and counterparties by response/controls/terms.def.
//
// Codes: RF001 no such referral; RF002 an unknown word; RF003 a bound; RF004 a move that is not
// allowed; RF005 something is missing that a move needs; RF006 a draft alone can be changed; RF007
// not of this case; RF010 the gate is closed; RF011 who may approve; RF012 not this step; RF020 the
// content has changed since it was approved; RF021 another package than was made; RF022 a package
// was changed; RF030 a figure that cannot be; RF040 nothing to be asked for.

#include "codec/json_write.h"
#include "paper/fonts.h"
#include "response/cases/cases.h"
#include "response/controls/terms.h"

enum {
    REFERRAL_DATUM_MAX = 2000,        // bytes of one value
    REFERRAL_DATA_MAX = 5000,         // values put in at once
    REFERRAL_TEXT_MAX = 2000,         // bytes of a note, a reason, a receipt
    REFERRAL_ENCLOSURES_MAX = 50,     // attachments of one
    REFERRAL_PACKAGE_MAX = 128 << 20, // bytes of a package
    REFERRAL_PART_MAX = 1 << 20,      // of a package, in one row of the store
    REFERRAL_FINDINGS_MAX = 300,      // that are told at once; more are cut
    REFERRAL_COUNT_MAX = 1000000,     // of persons, cards, gangs that are told
};

// Words of the lists in words.def.
typedef enum ReferralWordList {
    REFERRAL_LIST_ROUTE,
    REFERRAL_LIST_URGENCY,
    REFERRAL_LIST_CONFIDENCE,
    REFERRAL_LIST_STEP,
    REFERRAL_LIST_LINK,
    REFERRAL_LIST_MONEY,
    REFERRAL_LIST_DATUM,
    REFERRAL_LIST_STATE,
    REFERRAL_LIST_COUNT,
} ReferralWordList;

struct referral_word {
    ReferralWordList list;
    const char *word, *zh, *en;
};
// All words of all lists, states last.
extern const struct referral_word referral_words[];
extern const uint32_t referral_word_count;
// NULL: the list has no such word.
const struct referral_word *referral_word_find(ReferralWordList list, Slice word);

// ---- whose referrals they are ------------------------------------------------------------------

// Who sends, and how its events call what the package needs. It lives as long as it is used.
struct referral_office {
    const struct terms *terms; // limits, terms of time, the zone
    Slice bank;   // in red above the letter and below it: "某某银行股份有限公司"
    Slice symbol; // before the number: "某银反诈移"
    struct referral_members {
#define MEMBER(name, json, text) Slice name;
#include "response/referral/members.def"
#undef MEMBER
    } members; // of events; empty: they do not have it
};
// With the members that packs/bank has.
void referral_office_init(struct referral_office *office, const struct terms *terms, Slice bank,
                          Slice symbol);

// ---- drafting ----------------------------------------------------------------------------------

typedef enum ReferralField {
#define FIELD(name, column, bytes, part, demanded, zh, en) REFERRAL_FIELD_##name,
#include "response/referral/fields.def"
#undef FIELD
    REFERRAL_FIELD_COUNT,
} ReferralField;
// "analysis". False: there is no such field.
bool referral_field_parse(Slice name, ReferralField *ret_field);

struct referral_plan {
    int64_t case_id;
    int64_t supplements; // the referral that it adds to, of the same lead; 0: none
    Slice route;         // default FRAUD, of a case of secrecy AML: AML
    Slice urgency;       // default NORMAL
    Slice authority;
    // Default: the articles by which the route is open (docs/referral.md).
    Slice basis;
    Slice contact_a, contact_b;
};
MUST_USE Status referral_open(struct book *book, int64_t clearance,
                              const struct referral_office *office,
                              const struct referral_plan *plan, int64_t *ret_id);
// RF006: a draft that nobody has approved yet can be edited; others are returned first.
MUST_USE Status referral_edit(struct book *book, int64_t clearance, int64_t id, ReferralField field,
                              Slice value);

struct referral_datum {
    Slice kind; // PARTY, ACCOUNT, COUNTERPARTY, PART
    Slice
        object; // customer or other name of a subject; account; "BANK 6217..." (place, account); ""
    Slice field; // of data.def: "certificate"
    Slice value; // empty: not known, and `absent` says why
    Slice absent;
    Slice source; // system or document that it is from
};
// RF007: of somebody who is no subject of the case, nor a counterparty of its frozen transactions.
MUST_USE Status referral_put(struct book *book, int64_t clearance,
                             const struct referral_office *office, int64_t id,
                             const struct referral_datum *datum);
MUST_USE Status referral_put_all(struct book *book, int64_t clearance,
                                 const struct referral_office *office, int64_t id,
                                 const struct referral_datum *data, uint32_t count);
// Asks the bank's systems for all that is demanded and missing: messages referral.data to `core`.
// RF040: nothing is.
MUST_USE Status referral_ask(struct book *book, int64_t clearance,
                             const struct referral_office *office, int64_t id, uint32_t *ret_count);
// Traces the money of the case anew and takes the picture. `options` and `ret` may be NULL.
MUST_USE Status referral_draw(struct book *book, int64_t clearance, int64_t id,
                              const struct flow_options *options, struct flow_result *ret);
// An attachment of the case goes with it, or (`title` empty) does not any more.
MUST_USE Status referral_enclose(struct book *book, int64_t clearance, int64_t id,
                                 int64_t attachment, Slice title);
// SUPPLEMENT, DUPLICATE, RELATED with another one. Whoever may not see the other cannot link it.
MUST_USE Status referral_link(struct book *book, int64_t clearance, int64_t id, int64_t other,
                              Slice kind, Slice reason);
// A draft that will not be sent: closed, with the reason.
MUST_USE Status referral_drop(struct book *book, int64_t clearance, int64_t id, Slice reason);

struct referral_call {
    Slice called; // whom, at which number
    Slice text;   // what was told: which money is moving, what is asked for
    Slice second; // another person who was there
};
// Money is moving: the authority was called, and is told by message with the suspected accounts;
// the package follows within terms->referral_package_hours.
MUST_USE Status referral_emergency(struct book *book, int64_t clearance,
                                   const struct referral_office *office, int64_t id,
                                   const struct referral_call *call);

// ---- the gate ----------------------------------------------------------------------------------

typedef enum ReferralFinding {
#define FINDING(name, part, zh, en, mend_zh, mend_en) REFERRAL_FINDING_##name,
#include "response/referral/findings.def"
#undef FINDING
    REFERRAL_FINDING_COUNT,
} ReferralFinding;

struct referral_finding {
    ReferralFinding what;
    uint32_t part; // 0: the cover; 1 to 8; 9: the whole
    Slice object;  // which party, account, referral; may be empty
    Slice zh, en;  // what is wrong, with the object and the field
    Slice mend_zh, mend_en;
};
struct referral_findings {
    struct referral_finding *at;
    uint32_t count;
    bool is_cut; // REFERRAL_FINDINGS_MAX was reached
};
const char *referral_finding_word(ReferralFinding what);

// Everything that keeps it from being approved; nothing: it is complete. In the unit's arena.
MUST_USE Status referral_gate(struct book *book, int64_t clearance,
                              const struct referral_office *office, int64_t id,
                              struct referral_findings *ret);
void referral_findings_put_json(struct json_writer *json, const struct referral_findings *findings);

// ---- approving ---------------------------------------------------------------------------------

// Steps ANALYST, DEPARTMENT, COMPLIANCE, in that order, each by another person; that a person holds
// the role is the caller's to know. RF010 while the gate finds anything (the first finding is
// told). The last one gives the number of the year and the date.
MUST_USE Status referral_approve(struct book *book, int64_t clearance,
                                 const struct referral_office *office, int64_t id, Slice step,
                                 Slice note);
// Back to be changed: approvals of this round are void. Of a draft or of one that is approved. The
// number that was given stays.
MUST_USE Status referral_return(struct book *book, int64_t clearance, int64_t id, Slice reason);

// ---- the package -------------------------------------------------------------------------------

struct referral_made {
    char sha256[65], sm3[65]; // of the zip
    char content[65];         // of the dossier
    Slice name;               // of the file, in the unit's arena
    uint32_t pages;           // of its PDFs
    uint32_t persons, rows;
};
// Of one that is approved, or sent already: then as it would be made now. Appends the zip to `zip`,
// which is empty and whose maximum is REFERRAL_PACKAGE_MAX.
MUST_USE Status referral_make(struct book *book, int64_t clearance,
                              const struct referral_office *office, struct fonts *fonts, int64_t id,
                              struct buf *zip, struct referral_made *ret);
// Keeps the package, tells the police, and follows up. RF021 where `zip` is not what was made.
MUST_USE Status referral_send(struct book *book, int64_t clearance,
                              const struct referral_office *office, int64_t id,
                              const struct referral_made *made, Slice zip);
// The package that was sent; that somebody took it is traced. RF022: it was changed.
MUST_USE Status referral_package_read(struct book *book, int64_t clearance, int64_t id,
                                      struct buf *zip);
// RF022, with the first part that was changed. Checks the trace as well.
MUST_USE Status referral_verify(struct book *book, int64_t clearance, int64_t id);

typedef enum ReferralView {
    REFERRAL_VIEW_LETTER,    // 移送函
    REFERRAL_VIEW_MATERIAL,  // 移送材料: parts 1 to 8
    REFERRAL_VIEW_STATEMENT, // 交易流水
} ReferralView;
// How a document of it would look now, marked as a preview; nothing is sent. HTML, or PDF.
MUST_USE Status referral_preview(struct book *book, int64_t clearance,
                                 const struct referral_office *office, struct fonts *fonts,
                                 int64_t id, ReferralView view, bool is_masked, bool is_pdf,
                                 struct buf *out);
// The dossier as JSON: as in the package.
MUST_USE Status referral_put_dossier(struct book *book, int64_t clearance,
                                     const struct referral_office *office, int64_t id,
                                     bool is_masked, struct json_writer *json);

// ---- what becomes of it ------------------------------------------------------------------------

struct referral_receipt {
    Slice receipt;  // number
    Slice receiver; // who took it
    int64_t at_us;  // 0: now
};
MUST_USE Status referral_received(struct book *book, int64_t clearance,
                                  const struct referral_office *office, int64_t id,
                                  const struct referral_receipt *receipt);

// A figure that was not told is REFERRAL_NOT_TOLD; a text that was not, empty.
#define REFERRAL_NOT_TOLD INT64_C(-1)
struct referral_news {
    Slice state;   // where it goes; empty: it stays, and the rest is told
    int64_t at_us; // when that happened; 0: now
    Slice reason;  // why it is returned or closed, what more is asked for
    Slice police_case_no, feedback_doc, reward, lessons;
    int64_t gangs, arrested, cards_seized, victims_helped;
    int64_t amount_involved; // fen
};
extern const struct referral_news referral_nothing_told; // to begin with
MUST_USE Status referral_outcome(struct book *book, int64_t clearance,
                                 const struct referral_office *office, int64_t id,
                                 const struct referral_news *news);

struct referral_money {
    Slice kind;     // SEIZED, FROZEN, RETURNED
    Slice account;  // may be empty: cash, or not told
    Slice document; // of the order or the feedback
    int64_t amount; // fen
    int64_t at_us;  // 0: now
};
// The same kind, account and document again replaces what was told.
MUST_USE Status referral_tell_money(struct book *book, int64_t clearance, int64_t id,
                                    const struct referral_money *money);

// For TIMER_REFERRAL.
MUST_USE Status referral_timer(struct book *book, const struct referral_office *office,
                               const struct due_timer *due);

// ---- reading -----------------------------------------------------------------------------------

// All of its fields, approvals, data, links, enclosures, package, money. `is_masked` as above.
MUST_USE Status referral_put_json(struct book *book, int64_t clearance,
                                  const struct referral_office *office, int64_t id, bool is_masked,
                                  struct json_writer *json);

struct referral_filter {
    Slice state, route, police_case_no; // empty: any
    int64_t case_id, lead;              // 0: any
    bool only_open;                     // neither CLOSED nor RETURNED
    int64_t unheard_since_us; // sent before that, and nothing was heard since; 0: does not matter
    int64_t before_id;        // the page before ended with this; 0: the first page
    uint32_t rows_max;        // default 50, at most 500
};
// The newest first: an array of objects, without texts and personal data.
MUST_USE Status referrals_put_json(struct book *book, int64_t clearance,
                                   const struct referral_filter *filter, struct json_writer *json);

// Of [from_us, until_us), as disposition.md section 11 counts: supplements with their lead, cases
// of the police once however many referrals lead to them, money once for each account and order.
struct referral_figures {
    int64_t sent, accepted, returned; // leads
    int64_t filed, solved;            // cases of the police
    int64_t gangs, arrested;          // of those that were solved; of those with arrests
    int64_t involved;                 // fen, of those that were filed
    int64_t seized_frozen;            // fen
    int64_t given_back;               // fen, by orders that were executed, and as told
    // Of how many cases the figure is not told: a sum with gaps is printed with them, or not at
    // all.
    int64_t gangs_untold, arrested_untold, involved_untold;
};
MUST_USE Status referral_figures(struct book *book, int64_t clearance, int64_t from_us,
                                 int64_t until_us, struct referral_figures *ret);
void referral_figures_put_json(struct json_writer *json, const struct referral_figures *figures);
