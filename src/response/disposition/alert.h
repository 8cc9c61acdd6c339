#pragma once
// Alert: hits of one subject and one group of typologies, merged; the unit of work and of
// statistics. Here it is one row: read whole, changed, and kept whole.
//
//     struct alert alert;
//     TRY(alert_load(book, id, &alert));
//     TRY(alert_move(book, &alert, ALERT_QUEUED, SLICE("no_strategy"), SLICE("")));      // checks
//     that it may, writes the trace TRY(alert_keep(book, &alert));
//
// States and moves: states.def, moves.def; every other move is refused (DP002). Texts live in the
// unit of work's arena.

#include "response/book/book.h"

typedef enum AlertState {
#define STATE(name, zh, en, is_open, is_waiting) ALERT_##name,
#include "response/disposition/states.def"
#undef STATE
    ALERT_STATE_COUNT,
} AlertState;

struct alert_state_text {
    const char *word, *zh, *en;
    bool is_open, is_waiting;
};
extern const struct alert_state_text alert_states[ALERT_STATE_COUNT];

enum {
    ALERTS_PER_DECISION = 16
}; // an alert's id is the sequence of the decision that opened it times this, and a number

// The row as it was last read or written, in three parts; empty: it is new.
struct alert_row {
    Slice before, joined, behind;
};

struct alert {
    int64_t id;
    Slice subject_kind, subject, typology_group;
    Slice secrecy, skill;
    AlertState state;
    int64_t severity, severity_first, severity_most, severity_last; // 1 to 4
    int64_t score;
    Slice action;               // the strongest of its decisions
    int64_t amount, amount_sum; // fen
    int64_t hits, events;
    int64_t lead; // sequence of the event that stands for it
    Slice branch, channel, segment, customer, account, payee;
    bool is_company, is_elder, is_late, is_degraded, money_here;
    Slice marks; // " APPEAL MEDIA ", or empty
    int64_t opened_us, hit_us;
    int64_t queued_us, acted_us, decide_us; // 0: not yet
    double rank;
    Slice owner;
    int64_t level;
    Slice code;
    int64_t decided_us;
    Slice decided_by, note, approval;
    int64_t closed_us;
    bool is_automatic;
    Slice strategy, strategy_hash; // that closed it
    int64_t reopened;
    int64_t case_id; // 0: none
    int64_t urgent_us; // since when it is as grave as it is, with people; 0: not with people
    Slice approved_by;
    int64_t clear_days; // of a decision that waits for an approval
    bool is_weak;
    struct alert_row kept;
};

// The columns of the table, in the order in which alert_read_row() takes them: for lists of others.
#define ALERT_COLUMNS                                                                              \
    "id, subject_kind, subject, typology_group, secrecy, skill, state, is_open, is_waiting, "      \
    "severity, severity_first, severity_most, "                                                    \
    "severity_last, score, action, amount, amount_sum, hits, events, lead, branch, channel, "      \
    "segment, customer, account, payee, is_company, "                                              \
    "is_elder, is_late, is_degraded, money_here, marks, hit_us, opened_us, queued_us, acted_us, "  \
    "decide_us, rank, owner, level, code, decided_us, "                                            \
    "decided_by, note, approval, closed_us, is_automatic, strategy, strategy_hash, reopened, "     \
    "case_id, urgent_us, approved_by, clear_days, is_weak"
enum {
    ALERT_COLUMN_COUNT = 55,
    ALERT_JOINED_FIRST = 12, // from severity_last to hit_us: what a hit that joins changes
    ALERT_JOINED_BEHIND = 33
};
// The row at hand.
void alert_read_row(struct book *book, struct alert *alert);

// DP001: there is none of this id.
MUST_USE Status alert_load(struct book *book, int64_t id, struct alert *ret_alert);
// The open one, or else the newest one of the key that was closed at or after `closed_from_us`.
// STATUS_NOT_FOUND.
MUST_USE Status alert_find(struct book *book, Slice subject_kind, Slice subject, Slice group,
                           int64_t closed_from_us, struct alert *ret_alert);
// Writes the row, a new one or over the old one; nothing when it is as it was last read or written: a row with this many columns and indexes is the dearest of all.
MUST_USE Status alert_keep(struct book *book, struct alert *alert);
// Changes `alert->state` and writes the trace; the row is kept by the caller. DP002: it may not
// move so.
MUST_USE Status alert_move(struct book *book, struct alert *alert, AlertState to, Slice reason,
                           Slice detail);
// A trace without a move.
MUST_USE Status alert_note(struct book *book, const struct alert *alert, Slice reason,
                           Slice detail);
bool alert_may_move(AlertState from, AlertState to);
static inline bool alert_is_open(const struct alert *alert) {
    return alert_states[alert->state].is_open;
}
// The merchant that an alert is about; empty: it is about something else. Where the account is not
// ours, the merchant himself is who is asked and told, by the contract.
static inline Slice alert_merchant(const struct alert *alert) {
    return slice_is(alert->subject_kind, "MERCHANT") ? alert->subject : SLICE("");
}
static inline Slice alert_whose(const struct alert *alert) {
    return slice_empty(alert->customer) ? alert_merchant(alert) : alert->customer;
}
static inline bool alert_tells_somebody(const struct alert *alert) {
    return !slice_empty(alert_whose(alert));
}
// {"key":"text"}, for a trace; in the arena.
Slice detail_text(struct arena *arena, const char *key, Slice text);
// Words with blanks around each, as `marks`.
bool words_have(Slice words, Slice word);
Slice words_add(struct arena *arena, Slice words, Slice word);
