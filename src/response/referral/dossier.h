#pragma once
// Dossier: all that a referral says, read from rows: the eight parts of the package before they are
// written as JSON, tables and documents.
//
//     struct dossier dossier;
//     TRY(dossier_read(book, office, &row, &dossier));       // in the unit's arena
//     dossier_mask(&dossier, arena);                         // for eyes that may not see persons
//
// Whose data are in it. A *party* is a person or company that is a subject of the case, or holds an
// account that is; an *account* is one of this bank that is suspected, or a victim's. Everybody
// else is a *counterparty*: account, name and bank, and only where he stands on the other side of a
// frozen transaction of a suspected account. Subjects that were cleared are nowhere.
//
// Order. Everything is sorted by what it is, and nothing by when it was read, so that the same rows
// give the same dossier.

#include "base/map.h"
#include "base/mask.h"
#include "base/vec.h"
#include "response/referral/row.h"

// ---- what is said of objects ------------------------------------------------------------------

typedef enum Datum {
#define DATUM(kind, name, ...) DATUM_##kind##_##name,
#include "response/referral/data.def"
#undef DATUM
    DATUM_COUNT,
} Datum;
typedef enum DatumForm { DATUM_TEXT, DATUM_MONEY, DATUM_MOMENT } DatumForm;
enum { OF_PERSON = 1, OF_COMPANY = 2, OF_VICTIM = 4, OF_ACCOUNT = 8, OF_COUNTERPARTY = 16 };
enum { MASK_NONE = MASK_KIND_COUNT }; // of a datum that is shown to everybody

struct datum_text {
    const char *kind, *word, *zh, *en;
    DatumForm form;
    uint32_t of; // bits of OF_...
    int mask;    // MaskKind, or MASK_NONE
};
extern const struct datum_text datum_texts[DATUM_COUNT];

struct datum {
    Datum what;
    Slice value, absent, source; // either a value, or why there is none
    int64_t at_us;
    bool is_first; // of its object, where all of them stand
};
// Of one object.
typedef struct DatumSet {
    struct datum *at;
    uint32_t count;
} DatumSet;

// NULL: neither a value nor a reason.
const struct datum *datum_find(DatumSet set, Datum what);
// Empty where there is no value.
Slice datum_value(DatumSet set, Datum what);
bool datum_parse(Slice kind, Slice field, Datum *ret_what);
// False: there is no value. Of MONEY and MOMENT.
bool datum_number(DatumSet set, Datum what, int64_t *ret_number);

// ---- parts 1, 2, 8: parties and accounts ------------------------------------------------------

struct dossier_party {
    Slice key; // customer, or the name that the case has
    bool is_company, is_victim;
    bool is_derived; // holds a suspected account, and is no subject of the case himself
    Slice role, evidence;
    int64_t confidence; // percent
    DatumSet data;
    // Of a victim: what he paid, of the frozen transactions.
    int64_t paid, first_us, last_us;
    uint32_t payments;
};

struct dossier_account {
    Slice account, holder, role, evidence;
    int64_t confidence;
    bool is_victim;
    DatumSet data;
    int64_t opened_us; // 0: not known here
    Slice branch, channel, operator_id, authoriser, agent, purpose;
    Slice lists; // lists of the police that it is on, with their orders
    // Of the frozen transactions.
    int64_t came_in, went_out, first_us, last_us;
    uint32_t rows;
};

// An account elsewhere that is suspected, a card, a phone ... that is a subject of the case.
struct dossier_other {
    Slice kind, name, role, evidence;
    int64_t confidence;
    // Of an account that stands in the statement: as of a counterparty.
    Slice place, key, bank;
    DatumSet data;
    int64_t paid, first_us, last_us; // as of a party
    uint32_t payments;
};

// What two or more parties share.
struct dossier_tie {
    Slice kind, thing; // of bond_kinds.def
    Slice parties;     // keys, one a line
    uint32_t count;
    int64_t first_us, last_us;
};

// ---- part 3: the statement --------------------------------------------------------------------

struct dossier_row {
    int64_t sequence, time_us, amount, balance; // balance: BALANCE_UNKNOWN
    Slice own, counter, counter_name, counter_bank, channel, summary, ip, device, terminal, trace;
    Slice place, state, part;
    bool is_credit;
};
#define BALANCE_UNKNOWN INT64_MIN

struct dossier_counterparty {
    Slice place, account, key; // key: "BANK 6217..."
    Slice bank;                // code, where an event told it
    DatumSet data;
    uint32_t rows;
};

// ---- part 4: the way of the money -------------------------------------------------------------

struct dossier_node {
    int64_t id, layer;
    Slice place, name, role, role_zh, cut;
    int64_t received, passed_on, left, outside;
    bool is_party;     // of the case
    bool is_neighbour; // has an edge with one of the case
};
struct dossier_edge {
    uint32_t from, to; // places among the nodes
    int64_t layer, amount, movements, first_us, last_us;
};

// ---- parts 5, 6, 7 ----------------------------------------------------------------------------

struct dossier_thing {
    Slice kind, thing, party; // DEVICE, IP, TERMINAL, NETWORK, CARD, PLACE, PHONE
    Slice note;               // model, system
    int64_t first_us, last_us, times;
};

struct dossier_evidence {
    Slice model, typology, name, reason; // name and reason as they were decided
    int64_t alert, severity, first_us, last_us, times;
};

struct dossier_moment {
    int64_t at_us;
    Slice text;
};

struct dossier_measure {
    int64_t id, amount, since_us, until_us, released_us, asked_us;
    Slice target_kind, target, measure, authority, document, reason, state;
};
struct dossier_hold {
    int64_t id, amount, held_us, settled_us;
    Slice account, payee, state;
};
struct dossier_report { // by which the police were told before
    int64_t id, made_us, received_us;
    Slice kind, receipt;
};

// ---- the whole --------------------------------------------------------------------------------

struct dossier_enclosure {
    int64_t attachment, size;
    Slice title, name, media, sha256;
    bool is_withdrawn;
};
struct dossier_link {
    int64_t other, year, number;
    Slice kind, reason;
};
struct dossier_approval {
    int64_t step, at_us;
    Slice person;
};

struct dossier {
    const struct referral_office *office;
    const struct referral_row *row;
    Slice fields[REFERRAL_FIELD_COUNT]; // of the row, with the title made where it is empty
    Slice case_number, case_title, case_type, case_type_zh, modus;
    int64_t case_opened_us, frozen_us; // frozen: when the newest copies were
    struct case_amounts amounts;
    VEC(struct dossier_party) parties;
    VEC(struct dossier_account) accounts;
    VEC(struct dossier_other) others;
    VEC(struct dossier_tie) ties;
    VEC(struct dossier_row) rows;
    VEC(struct dossier_counterparty) counterparties;
    uint32_t left_out; // frozen transactions that touch nobody of the case
    uint32_t context;  // that were frozen for the context alone
    bool is_picture;
    int64_t picture_us;
    VEC(struct dossier_node) nodes;
    VEC(struct dossier_edge) edges;
    int64_t traced, still_here, outside, not_followed;
    VEC(struct dossier_thing) things;
    VEC(struct dossier_evidence) evidence;
    VEC(Slice) said; // by the alerts, word for word: what an analysis may not just repeat
    VEC(struct dossier_moment) moments;
    uint32_t moments_left_out;
    int64_t gangs, gang_accounts, gang_holders; // that were confirmed for the case
    VEC(struct dossier_measure) measures;
    VEC(struct dossier_hold) holds;
    VEC(struct dossier_report) reports;
    VEC(struct dossier_enclosure) enclosures;
    VEC(struct dossier_link) links;
    VEC(struct dossier_approval) approvals; // of this round
    DatumSet parts;                         // of the package itself
    bool is_masked;
    // To find things again.
    struct map party_at, account_at, counterparty_at, other_at, thing_at, cleared;
    struct map data_at;
    struct datum *data;
    uint32_t data_count;
};

// Reads it all. RF003: there are more rows than any referral may have.
MUST_USE Status dossier_read(struct book *book, const struct referral_office *office,
                             const struct referral_row *row, struct dossier *ret_dossier);
// What is said of objects, and the parts, each in a file of its own; in this order.
MUST_USE Status dossier_read_data(struct book *book, struct dossier *dossier);
DatumSet dossier_data_of(const struct dossier *dossier, const char *kind, Slice object,
                         struct arena *arena);
MUST_USE Status dossier_read_parties(struct book *book, struct dossier *dossier);
MUST_USE Status dossier_read_rows(struct book *book, struct dossier *dossier);
MUST_USE Status dossier_read_flow(struct book *book, struct dossier *dossier);
MUST_USE Status dossier_read_things(struct book *book, struct dossier *dossier);
MUST_USE Status dossier_read_acts(struct book *book, struct dossier *dossier);

// A thing that a party was seen with; its first and last moment and how often add up.
void dossier_see(struct dossier *dossier, const struct dossier_thing *thing, struct arena *arena);

void dossier_mask(struct dossier *dossier, struct arena *arena);

// The dossier as JSON, the machine's half of the package; or the content alone, which is approved:
// without what goes on meanwhile (part 7, the timeline, sums of measures).
void dossier_put_json(const struct dossier *dossier, bool is_content, struct json_writer *json);
// SHA-256 of the content.
MUST_USE Status dossier_digest(struct book *book, const struct dossier *dossier,
                               char ret_sha256[static 65]);

// RF020: it is not what this round of approvals has approved. Gives the hash.
MUST_USE Status approval_check_content(struct book *book, const struct referral_row *row,
                                       const struct dossier *dossier, char ret_content[static 65]);

// ---- how values are told ----------------------------------------------------------------------

const struct dossier_party *dossier_party_of(const struct dossier *dossier, Slice key);
const struct dossier_account *dossier_account_of(const struct dossier *dossier, Slice account);
// The name of a party where it is told, else its key.
Slice dossier_party_name(const struct dossier *dossier, Slice key);
// "2026-07-01 10:08:20"; empty for 0.
Slice dossier_moment(const struct dossier *dossier, int64_t at_us, struct arena *arena);
// Suspected accounts of this bank, counterparties that nobody suspects, parties by sort.
uint32_t dossier_suspected(const struct dossier *dossier);
// Accounts of other banks that are suspected, or a victim's.
uint32_t dossier_elsewhere(const struct dossier *dossier, bool is_victim);
// From the event that opened it, or as it was told; 0: neither.
int64_t dossier_opened(const struct dossier_account *account);
uint32_t dossier_persons(const struct dossier *dossier, bool is_victim);
Slice case_word_zh(CaseWordList list, Slice word);
Slice counterparty_key(struct arena *arena, Slice place, Slice account);
