#pragma once
// Cases: from single alerts to people and the ways of their money. Four things that build on each
// other, all within units of work of the book (response/book/book.h):
//
//   facts    what a feed takes out of the stream of events: movements of money, things that parties
//            share, openings of accounts. cases_take(), cases_forget().
//   gangs    who belongs together with an account. gang_find() looks and changes nothing,
//            gang_propose() keeps what was found, people confirm or dismiss it.
//   flows    where the money of a victim, an account or a case went. flow_of_account().
//   cases    the files of investigations: case_open(), what is put into them, case_move().
//
//     struct case_taken taken;
//     TRY(cases_take(book, facts, count, &taken));                     // some thousand at a time
//
//     struct gang gang;
//     TRY(gang_find(book, &(struct gang_seed){PARTY_ACCOUNT, account}, NULL, &gang));
//     if (gang.outcome == GANG_FOUND) {
//         TRY(gang_propose(book, &gang, SLICE("NORMAL"), &proposal));  // an analyst sees it
//     }
//     TRY(gang_confirm(book, clearance, proposal.id, 0, &id));         // and makes a case of it
//     TRY(case_freeze(book, clearance, id, copies, count, &frozen));
//     TRY(case_move(book, clearance, id, SLICE("INVESTIGATING"), SLICE("")));
//
// Time is book->now_us, who does it book->actor. Every change of a case, a gang or a hub leaves a
// trace ("case", "gang", "gang_hub").
//
// Secrecy. `clearance` is a mask of CLEARANCE_AML and CLEARANCE_INSIDER: whose eyes these are. What
// it does not open is not there: STATUS_NOT_FOUND. A case holds nothing that is more secret than
// itself.
//
// Words (type, level, role ...) are those of case_words.def, and states those of case_states.def;
// another word is STATUS_INVALID with CA002. Alerts, tasks, controls and holds belong to other
// rooms: here they are read, and the case that they belong to is written beside them; an alert's
// state is never changed.
//
// Reading and writing at once. A unit of work holds the only place to write of a SQLite file. What
// looks for long (gang_find(), flow_of_...()) writes nothing, so it can be done in book_read() of a
// book of its own, and what it found kept in a short unit of work afterwards.
//
// Codes: CA001 a fact that cannot be (counted, never told); CA002 an unknown word; CA003 a bound;
// CA004 a move that is not allowed; CA005 something is missing that a move needs; CA006 an alert of
// another case; CA007 more secret than the case; CA008 frozen copies were changed; CA009 an
// attachment was changed; CA010 closed; CA011 decided already; CA012 what is to be frozen is not
// there; CA013 there is none of this number.

#include "codec/json_write.h"
#include "graph/graph.h"
#include "response/book/book.h"

enum {
    CASES_NAME_MAX = 128,    // bytes of the name of an account, a customer, a thing
    CASES_FACTS_MAX = 20000, // of one batch: so that a unit of work stays below a second
};

// Words of the lists in case_words.def: CASE_WORD_TYPE_FRAUD ...
typedef enum CaseWordList {
    CASE_LIST_TYPE,
    CASE_LIST_LEVEL,
    CASE_LIST_SOURCE,
    CASE_LIST_SUBJECT,
    CASE_LIST_ROLE,
    CASE_LIST_PART,
    CASE_LIST_RELATION,
    CASE_LIST_REFERENCE,
    CASE_LIST_NOTE,
    CASE_LIST_ENTRY,
    CASE_LIST_PLACE,
    CASE_LIST_MOVED,
    CASE_LIST_GANG,
    CASE_LIST_GAP,
    CASE_LIST_STATE,
    CASE_LIST_BOND,
    CASE_LIST_NODE,
    CASE_LIST_COUNT,
} CaseWordList;

struct case_word {
    CaseWordList list;
    const char *word, *zh, *en;
};
// All words of all lists, in the order of the files.
extern const struct case_word case_words[];
extern const uint32_t case_word_count;
// NULL: the list has no such word.
const struct case_word *case_word_find(CaseWordList list, Slice word);

// ---- facts -------------------------------------------------------------------------------------

// Where a side of a movement is.
#define PLACES(X)                                                                                  \
    X(OWN, "本行账户", "account of this bank")                                                     \
    X(BANK, "他行账户", "account of another bank")                                                 \
    X(WALLET, "支付账户", "wallet")                                                                \
    X(CASH, "现金", "cash")                                                                        \
    X(MERCHANT, "商户", "merchant")
typedef enum MoneyPlace {
#define X(name, zh, en) PLACE_##name,
    PLACES(X)
#undef X
        PLACE_COUNT,
} MoneyPlace;

#define MOVED(X)                                                                                   \
    X(WAITING, "待执行", "asked for, not carried out")                                             \
    X(DONE, "成功", "carried out")                                                                 \
    X(FAILED, "未成功", "refused, failed or cancelled")                                            \
    X(REVERSED, "已冲正", "reversed")
typedef enum Moved {
#define X(name, zh, en) MOVED_##name,
    MOVED(X)
#undef X
        MOVED_COUNT,
} Moved;

typedef enum PartyKind { PARTY_ACCOUNT, PARTY_CUSTOMER } PartyKind;

typedef enum BondKind {
#define BOND(name, strength, parties_max, zh, en) BOND_##name,
#include "response/cases/bond_kinds.def"
#undef BOND
    BOND_KIND_COUNT,
} BondKind;

// One movement of money. A transfer within the bank comes as two events (out and in): one of them
// is given. A side that is cash may have an empty name or that of the terminal; others have one.
struct case_movement {
    int64_t sequence; // of the event in the journal
    int64_t time_us;
    Slice event_id;
    MoneyPlace payer_place, payee_place;
    Slice payer, payee;
    int64_t amount;                       // fen, above 0
    Slice kind, channel;                  // "transfer_out", "MOBILE"
    Slice bank;                           // of the side that is elsewhere; may be empty
    Slice payer_customer, payee_customer; // where they are customers of this bank; else empty
    Slice ip, device;
    Moved state;
};

// A party was seen with a thing. That an account is its customer's is known from movements and
// openings, and need not be given as well.
struct case_bond {
    BondKind kind;
    PartyKind party_kind;
    Slice thing, party;
    int64_t time_us;
};

struct case_opening {
    int64_t sequence;
    int64_t opened_us;
    Slice account, customer, branch, channel, operator_id, authoriser, agent, purpose;
};

// What became of a movement that was given before: by its event's id.
struct case_result {
    Slice event_id;
    Moved state;
};

typedef enum CaseFactKind {
    CASE_FACT_MOVEMENT,
    CASE_FACT_BOND,
    CASE_FACT_OPENING,
    CASE_FACT_RESULT,
} CaseFactKind;

struct case_fact {
    CaseFactKind kind;
    union {
        struct case_movement movement;
        struct case_bond bond;
        struct case_opening opening;
        struct case_result result;
    };
};

struct case_taken {
    uint32_t movements, bonds, openings, results;
    uint32_t bond_rows; // that were written: what a batch brings of one bond is added up first
    uint32_t unknown;   // results of movements that are not here, or are no news
    uint32_t refused;   // facts that cannot be: no name, too long, no amount
};

// Takes facts in, in their order. A fact that cannot be is counted and let pass, so that one does
// not stop a stream. Each fact once: the caller advances its feed in the same unit of work
// (book_feed_advance()), so that after a crash the same batch comes again, or does not.
// STATUS_LIMIT, CA003: more than CASES_FACTS_MAX.
// Cost on SQLite: docs/cases.md has what was measured.
MUST_USE Status cases_take(struct book *book, const struct case_fact *facts, uint32_t count,
                           struct case_taken *ret);

// Retention, a portion at a time. Of the rows_max movements of the smallest sequences those of
// before a moment are taken out: again until it is none. Movements that claim a later time than
// their neighbours stay among them until theirs has come.
MUST_USE Status cases_forget_movements(struct book *book, int64_t before_us, uint32_t rows_max,
                                       int64_t *ret_count);
// The rows_max bonds behind `cursor` (empty: from the beginning) are looked at, and those that were
// last seen before a moment taken out. The cursor is empty again behind the last portion.
struct case_cursor {
    char kind[32], thing[CASES_NAME_MAX + 1], party_kind[16], party[CASES_NAME_MAX + 1];
};
MUST_USE Status cases_forget_bonds(struct book *book, int64_t before_us, uint32_t rows_max,
                                   const struct case_cursor *cursor, struct case_cursor *ret_cursor,
                                   int64_t *ret_count);

// ---- gangs -------------------------------------------------------------------------------------

// What a node is in the graphs that are built here.
#define GANG_NODES(X)                                                                              \
    X(ACCOUNT, "账户", "account")                                                                  \
    X(CUSTOMER, "客户", "customer")                                                                \
    X(OUTSIDE, "外部账户", "account or wallet elsewhere")                                          \
    X(MERCHANT, "商户", "merchant")                                                                \
    X(DEVICE, "设备", "device")                                                                    \
    X(PHONE, "手机号", "phone number")                                                             \
    X(AGENT, "代办人", "agent")                                                                    \
    X(ADDRESS, "地址", "address")                                                                  \
    X(IP, "IP", "IP address")                                                                      \
    X(EMPLOYER, "工作单位", "employer")                                                            \
    X(TERMINAL, "终端", "terminal")
typedef enum GangNodeKind {
#define X(name, zh, en) GANG_NODE_##name,
    GANG_NODES(X)
#undef X
        GANG_NODE_KIND_COUNT,
} GangNodeKind;
Slice gang_node_word(GangNodeKind kind);

struct gang_seed {
    PartyKind kind;
    Slice name;
};

// 0 is the default.
struct gang_options {
    int64_t from_us, until_us; // default: the 30 days before now
    int64_t payment_min; // fen that one paid another in that time to be bound by it; default 5,000
                         // yuan: shopping and sharing a bill bind nobody
    uint32_t nodes_max;  // whose bonds are read from the tables; default 1,500
    uint32_t rows_max;   // movements of one account each way; default 1,000, more make a hub
    uint32_t partners_max; // others that it has such payments with, each way; default 200, the same
    uint32_t accounts_min; // default 3
    uint32_t holders_min;  // whose they are; default 2
    uint32_t members_max;  // default 300
    double conductance_max; // default 0.3 (graph.h)
};

struct gang_node {
    GangNodeKind kind;
    Slice name;
};

// What a node is to a gang. Payers and households are told, and are no part of it: they count
// nowhere, and become no subjects of a case.
#define GANG_PARTS(X)                                                                              \
    X(MEMBER, "成员", "a member")                                                                  \
    /* pays to it from money that it did not just get, and shares nothing with it */               \
    X(PAYER, "付款方（可能的受害人）", "only pays to it, perhaps a victim")                        \
    /* shares a dwelling, an address of the network or a device with a single member alone */      \
    X(HOUSEHOLD, "成员的同住同网人员", "lives or works with a member")
typedef enum GangPart {
#define X(name, zh, en) GANG_PART_##name,
    GANG_PARTS(X)
#undef X
} GangPart;

struct gang_member {
    struct gang_node node;
    GangPart part;
    double strength; // share of the weight of its bonds, or its holder's, that leads to the others
    double nearness; // to the seed: the nearest has 1
};

struct gang_bond {
    struct gang_node from, to;
    bool is_payment;
    BondKind kind; // of one that is no payment
    int64_t times, amount, first_us, last_us;
    double weight;
};

// What was not led over, and why.
typedef enum GangSkip {
#define GANG_SKIPS(X)                                                                              \
    X(MERCHANT, "商户收款，人人可付", "a merchant: everybody pays there")                          \
    X(NAMED, "已登记的公共对象", "registered as known to everybody")                               \
    X(PARTIES, "共用者过多", "more parties share it than say anything")                            \
    X(PARTNERS, "往来对手过多", "it has payments with more others than say anything")              \
    X(ROWS, "流水过多", "more movements than are read of one account")
#define X(name, zh, en) GANG_SKIP_##name,
    GANG_SKIPS(X)
#undef X
        GANG_SKIP_COUNT,
} GangSkip;

struct gang_hub {
    struct gang_node node;
    GangSkip reason;
    Slice detail;     // of one that is named: why
    uint32_t seen;    // parties, partners or rows that were counted until it was let be
    uint32_t members; // that meet in it
};

typedef enum GangOutcome {
    GANG_FOUND,
    GANG_SEED_IS_HUB,
    GANG_TOO_FEW,   // fewer accounts or holders than asked for
    GANG_LOOSE,     // nothing is bound more closely than conductance_max
    GANG_HOUSEHOLD, // nothing binds them that a household does not share
} GangOutcome;

struct gang {
    GangOutcome outcome;
    struct gang_node seed;
    struct gang_member *members; // nearest first, of all parts
    uint32_t member_count;
    uint32_t accounts, holders; // of part MEMBER
    struct gang_bond *bonds;    // strongest first
    uint32_t bond_count;
    struct gang_hub *hubs;
    uint32_t hub_count;
    double strength; // 1 - conductance
    int64_t amount;  // fen that members paid each other
    int64_t from_us, until_us;
    // What it cost, and where it ended.
    uint32_t nodes, edges, questions;
    bool nodes_cut; // nodes_max was reached: what lies further out was not looked at
    uint32_t cuts;  // of the graph (GRAPH_CUT_...)
};

// Looks for a gang around an account or a customer: reads its neighbourhood from the tables, what
// is bound to it most closely first, makes a graph of it and cuts out what holds together. Without
// a gang `outcome` says why. `options` may be NULL. What it gives lives in the unit's arena. Cost:
// one to four questions to the store for each node that is read.
MUST_USE Status gang_find(struct book *book, const struct gang_seed *seed,
                          const struct gang_options *options, struct gang *ret);

typedef enum GangFate {
    GANG_FATE_NONE,    // none was found
    GANG_FATE_NEW,     // a proposal was made
    GANG_FATE_CHANGED, // a proposal that waits is now this
    GANG_FATE_KNOWN,   // decided already, and it has not grown
} GangFate;

struct gang_proposal {
    GangFate fate;
    int64_t id; // of the proposal, or of the one that was decided
};

// Keeps what gang_find() found. One that shares half of its accounts with one that waits takes its
// place. One that shares half with one that was decided on is kept where it has grown: by new
// accounts of at least one and a fifth of those that it had.
MUST_USE Status gang_propose(struct book *book, const struct gang *gang, Slice secrecy,
                             struct gang_proposal *ret);

struct gang_scan {
    uint32_t seeds, skipped, found, made, changed, known; // skipped: members of one found before
};
// gang_find() and gang_propose() from each seed; one that is a member of a gang found in this scan
// is not looked at again.
MUST_USE Status gang_scan(struct book *book, const struct gang_seed *seeds, uint32_t count,
                          const struct gang_options *options, Slice secrecy, struct gang_scan *ret);

// Makes a case of it (`case_id` 0), or its members subjects of one; gives the case. CA011.
MUST_USE Status gang_confirm(struct book *book, int64_t clearance, int64_t gang, int64_t case_id,
                             int64_t *ret_case);
MUST_USE Status gang_dismiss(struct book *book, int64_t clearance, int64_t gang, Slice reason);
MUST_USE Status gang_put_json(struct book *book, int64_t clearance, int64_t gang,
                              struct json_writer *json);

struct gang_filter {
    Slice state;       // may be empty
    Slice member;      // name of an account, customer, thing; may be empty
    int64_t before_id; // the page before ended with this; 0: the first page
    uint32_t rows_max; // default 50
};
// The newest first: an array of objects.
MUST_USE Status gangs_put_json(struct book *book, int64_t clearance,
                               const struct gang_filter *filter, struct json_writer *json);

// Says that everybody meets this account or thing (the account of a power company, the address of
// a mobile network). `reason` is shown wherever it is left out. Until 0 takes it back.
MUST_USE Status gang_hub_put(struct book *book, GangNodeKind kind, Slice name, Slice reason,
                             int64_t until_us);
// Those that are registered now: an array of objects, at most 10,000.
MUST_USE Status gang_hubs_put_json(struct book *book, struct json_writer *json);

// ---- links --------------------------------------------------------------------------------------

// The graph as an analyst walks it: a node of a gang's graph, or cash. Cash is one node for each
// account, with the account's name, and nothing begins with it.
typedef enum LinkNodeKind {
#define X(name, zh, en) LINK_NODE_##name,
    GANG_NODES(X)
#undef X
        LINK_NODE_CASH,
    LINK_NODE_KIND_COUNT,
} LinkNodeKind;
Slice link_node_word(LinkNodeKind kind);
// Not CASH.
bool link_node_parse(Slice word, LinkNodeKind *ret_kind);

enum { LINK_MS_MAX = 1500, LINK_NODES_MAX = 500, LINK_HOPS_MAX = 10 };

struct link_options {          // 0 is the default
    int64_t from_us, until_us; // default: from 30 days before now on, without an end
    uint32_t nodes_max;        // neighbours that are told; default 100
    uint32_t hops_max;         // of a way; default 6
    uint32_t ms_max;           // after which what was found is told; default LINK_MS_MAX
};

// Who is bound to a node, as one JSON object: nodes, the first is the one that was asked for,
// edges, what was left out by kind, and what was cut and why (docs/cases.md).
MUST_USE Status links_put_neighbours(struct book *book, LinkNodeKind kind, Slice name,
                                     const struct link_options *options, struct json_writer *json);
// Over whom two nodes are bound, the shortest way that leads over no hub. CA005: they are the same.
MUST_USE Status links_put_path(struct book *book, LinkNodeKind from_kind, Slice from,
                               LinkNodeKind to_kind, Slice to, const struct link_options *options,
                               struct json_writer *json);

// ---- flows -------------------------------------------------------------------------------------

struct flow_options {
    int64_t from_us, until_us; // default: the 30 days before now
    GraphFlowOrder order;
    int64_t dwell_us_max;  // what lay longer is not followed; default: no bound
    uint32_t layers_max;   // in each direction; default 8
    uint32_t accounts_max; // that are read; default 500
    uint32_t rows_max;     // movements of one account; default 2,000, more: it is not led through
    int64_t amount_min;    // an account that got less is not led through; default a thousandth of
                           // what is traced, and at least 100 yuan
    bool forward_only, backward_only;
};

struct flow_result {
    int64_t traced, still_here, outside, not_followed; // forward, fen
    uint32_t accounts, edges, layers;
};

// The picture as one JSON object: nodes (with layer, role, amounts), edges (with amounts and
// times), layers, and what was cut and why (docs/cases.md). Layers below 0 are where money came
// from. `ret` may be NULL.
MUST_USE Status flow_of_account(struct book *book, Slice account,
                                const struct flow_options *options, struct json_writer *json,
                                struct flow_result *ret);
// Of the payments of its victims: its transactions of part SOURCE; without those, what its victims
// (subjects) paid; without those, what its accounts of the first level got.
MUST_USE Status flow_of_case(struct book *book, int64_t clearance, int64_t case_id,
                             const struct flow_options *options, struct json_writer *json,
                             struct flow_result *ret);
// The same, kept with the case: what is still here counts in its amounts. Gives the number.
MUST_USE Status flow_keep(struct book *book, int64_t clearance, int64_t case_id,
                          const struct flow_options *options, int64_t *ret_number);

// ---- cases: opening and fields -----------------------------------------------------------------

enum {
    CASE_TITLE_MAX = 200,     // bytes
    CASE_TEXT_MAX = 32 << 10, // bytes of summary, decision, lessons, a note, evidence
    CASE_ALERTS_MAX = 1000,   // of one case
    CASE_SUBJECTS_MAX = 2000,
    CASE_TRANSACTIONS_MAX = 200000,
    CASE_COPY_MAX = 64 << 10, // bytes of one frozen copy
    CASE_ATTACHMENTS_MAX = 500,
    CASE_ATTACHMENT_MAX = 16 << 20, // bytes of one
};

struct case_plan {
    Slice title, type, level, source; // level default BRANCH, source ALERT
    Slice secrecy;                    // default: that of its alerts
    Slice owner, team, branch, summary;
    Slice modus; // codes of typologies, with blanks between them
    Slice police_case_no;
    const int64_t *alerts;
    uint32_t alert_count;
};

// Numbered by year without a gap: "AJ-2026-000001". Its alerts' subjects become its subjects.
MUST_USE Status case_open(struct book *book, int64_t clearance, const struct case_plan *plan,
                          int64_t *ret_id);

// Fields that may be changed. FIELD(NAME, column, bytes)
typedef enum CaseField {
    CASE_FIELD_TITLE,
    CASE_FIELD_TYPE,
    CASE_FIELD_LEVEL,
    CASE_FIELD_SECRECY, // up to what its alerts allow, and not below
    CASE_FIELD_OWNER,
    CASE_FIELD_TEAM,
    CASE_FIELD_BRANCH,
    CASE_FIELD_SUMMARY,
    CASE_FIELD_MODUS,
    CASE_FIELD_POLICE_CASE_NO,
    CASE_FIELD_DECISION,
    CASE_FIELD_LESSONS,
    CASE_FIELD_COUNT,
} CaseField;
// "police_case_no". False when there is no such field.
bool case_field_parse(Slice name, CaseField *ret_field);
MUST_USE Status case_set(struct book *book, int64_t clearance, int64_t id, CaseField field,
                         Slice value);
// To another state. CA004: not from here; CA005: something is missing that it demands.
MUST_USE Status case_move(struct book *book, int64_t clearance, int64_t id, Slice state,
                          Slice reason);

// ---- cases: what is in them --------------------------------------------------------------------

MUST_USE Status case_add_alert(struct book *book, int64_t clearance, int64_t id, int64_t alert);
MUST_USE Status case_remove_alert(struct book *book, int64_t clearance, int64_t id, int64_t alert,
                                  Slice reason);

struct case_subject {
    Slice kind, name, role;
    int64_t confidence; // percent
    Slice evidence;
    Slice origin; // ALERT, GANG, FLOW, PERSON; default PERSON
};
// Adds it, or changes the one that is there. Nobody is taken out: role CLEARED says that it was
// wrong.
MUST_USE Status case_put_subject(struct book *book, int64_t clearance, int64_t id,
                                 const struct case_subject *subject);

// A transaction to be frozen. With `bytes` (the event as it is in the journal) these are kept;
// without, the event that an alert's evidence holds, or else the row of `movement`.
struct case_copy {
    int64_t sequence;
    Slice part;
    Slice bytes;
    // Of one that is not in the tables (any more); NULL: it is.
    const struct case_movement *movement;
};
struct case_frozen {
    uint32_t added, there; // there: were in the list already, and stayed as they were
    int64_t count;         // of the list
    Slice sha256;          // of the list, 64 hexadecimal digits
};
// CA012: a movement that is neither in the tables nor given.
MUST_USE Status case_freeze(struct book *book, int64_t clearance, int64_t id,
                            const struct case_copy *copies, uint32_t count,
                            struct case_frozen *ret);
// Movements of its accounts and customers (role other than VICTIM, CLEARED), and what its victims
// paid them: for case_freeze(), with what a person judges them by. `ret_found` in the unit's arena.
struct case_suggestion {
    struct case_copy copy;
    int64_t time_us, amount; // fen
    Slice payer_place, payer, payee_place, payee, event_id, state;
};
MUST_USE Status case_suggest_copies(struct book *book, int64_t clearance, int64_t id,
                                    int64_t from_us, int64_t until_us, uint32_t count_max,
                                    struct case_suggestion **ret_found, uint32_t *ret_count);
// Hashes everything again. STATUS_INVALID with CA008 or CA009: what was changed, or is missing.
MUST_USE Status case_verify(struct book *book, int64_t clearance, int64_t id, uint32_t *ret_count);
// One by one, from behind number `after` on; STATUS_END.
struct case_transaction {
    int64_t number, sequence, time_us, amount;
    Slice form, part, event_id, payer_place, payer, payee_place, payee, state, payer_customer,
        payee_customer, bytes, sha256;
};
MUST_USE Status case_transaction_next(struct book *book, int64_t clearance, int64_t id,
                                      int64_t after, struct case_transaction *ret);

struct case_attachment {
    Slice name, media, about, bytes;
};
MUST_USE Status case_attach(struct book *book, int64_t clearance, int64_t id,
                            const struct case_attachment *attachment, int64_t *ret_attachment);
// With its bytes, in the unit's arena. CA009: they are not those that were attached.
MUST_USE Status case_attachment_read(struct book *book, int64_t clearance, int64_t id,
                                     int64_t attachment, struct case_attachment *ret);
// It stays, and is marked.
MUST_USE Status case_attachment_withdraw(struct book *book, int64_t clearance, int64_t id,
                                         int64_t attachment, Slice reason);

MUST_USE Status case_note(struct book *book, int64_t clearance, int64_t id, Slice kind, Slice text);

struct case_contact {
    Slice role, name, organisation, reach, note;
};
MUST_USE Status case_add_contact(struct book *book, int64_t clearance, int64_t id,
                                 const struct case_contact *contact);

// What other rooms keep of it: their tasks and controls are told their case.
typedef enum CaseLink { CASE_LINK_TASK, CASE_LINK_CONTROL } CaseLink;
MUST_USE Status case_link(struct book *book, int64_t clearance, int64_t id, CaseLink link,
                          int64_t object);
// "REFERRAL" and "STR" ... with the number that it has there. Kept once.
MUST_USE Status case_refer(struct book *book, int64_t clearance, int64_t id, Slice kind,
                           Slice reference);
MUST_USE Status case_relate(struct book *book, int64_t clearance, int64_t id, int64_t other,
                            Slice kind, Slice reason);

MUST_USE Status case_enter(struct book *book, int64_t clearance, int64_t id, Slice kind,
                           int64_t amount, Slice document);
MUST_USE Status case_add_gap(struct book *book, int64_t clearance, int64_t id, Slice text);
// `model`: by which it was covered; `state` DONE or REFUSED.
MUST_USE Status case_settle_gap(struct book *book, int64_t clearance, int64_t id, int64_t number,
                                Slice state, Slice model);

struct case_look_back {
    Slice account, conclusion, unit, person, measures;
};
MUST_USE Status case_put_look_back(struct book *book, int64_t clearance, int64_t id,
                                   const struct case_look_back *look_back);

// ---- cases: reading ----------------------------------------------------------------------------

// Fen. Nothing here is typed in but what case_enter() took, each with its document.
struct case_amounts {
    int64_t involved;      // frozen copies (SOURCE, INVOLVED) that came to its suspects from others
    int64_t still_in_bank; // of the newest picture; -1: there is none
    int64_t still_in_bank_us; // when that was made
    int64_t stopped;          // held payments of its alerts that were refused or cancelled
    int64_t frozen;           // amounts of freezes in force that it is linked to, and entries
    int64_t frozen_whole;     // number of freezes without an amount
    int64_t returned;         // entries
    int64_t loss; // involved - stopped - returned - what is still here (or frozen); not below 0
};
MUST_USE Status case_amounts(struct book *book, int64_t clearance, int64_t id,
                             struct case_amounts *ret);

// How secret it is: what tells of it elsewhere is so as well.
MUST_USE Status case_secrecy(struct book *book, int64_t clearance, int64_t id, Slice *ret_secrecy);

// Everything of a case, but the bytes of copies and attachments, and single transactions.
MUST_USE Status case_put_json(struct book *book, int64_t clearance, int64_t id,
                              struct json_writer *json);
// Its transactions, without their bytes, from behind number `after` on: an array, at most 1,000.
MUST_USE Status case_put_transactions(struct book *book, int64_t clearance, int64_t id,
                                      int64_t after, uint32_t rows_max, struct json_writer *json);
// A picture that flow_keep() kept.
MUST_USE Status case_picture_read(struct book *book, int64_t clearance, int64_t id, int64_t number,
                                  Slice *ret_json);
// What happened, the oldest first: traces of it and of its alerts, tasks, controls, holds, notes,
// frozen movements, attachments.
struct case_page {
    // Of the last line of the page before: `next` of its JSON; empty and 0: the first page.
    int64_t after_us;
    Slice after_source;
    int64_t after_object;
    Slice after_what;
    uint32_t rows_max; // default 500
};
MUST_USE Status case_put_timeline(struct book *book, int64_t clearance, int64_t id,
                                  const struct case_page *page, struct json_writer *json);
// Looking back at an account: how it was opened and by whom, who else they opened, what was seen
// and done before, and what people concluded.
MUST_USE Status case_put_look_back_json(struct book *book, int64_t clearance, int64_t id,
                                        Slice account, struct json_writer *json);

struct case_filter {
    Slice state, type, level, owner, team, branch, source, secrecy; // empty: any
    Slice text;                  // in number, title or police_case_no; found as it stands there
    Slice subject_kind, subject; // cases that have this subject
    bool only_open;
    int64_t from_us, until_us;    // opened in; 0: any
    int64_t before_us, before_id; // the page before ended with this; 0: the first page
    uint32_t rows_max;            // default 50, at most 500
};
// The newest first: an array of objects.
MUST_USE Status cases_put_json(struct book *book, int64_t clearance,
                               const struct case_filter *filter, struct json_writer *json);
// Key figures: open cases by type and age, gangs, accounts per gang, median days of those closed in
// [from_us, until_us), gaps that became models.
MUST_USE Status cases_put_figures(struct book *book, int64_t clearance, int64_t from_us,
                                  int64_t until_us, struct json_writer *json);
