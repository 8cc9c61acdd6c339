#include "response/disposition/alert.h"

#include "codec/json_write.h"

#include <inttypes.h>

enum { DETAIL_TEXT_MAX = 64 << 10 };

const struct alert_state_text alert_states[ALERT_STATE_COUNT] = {
#define STATE(name, zh, en, is_open, is_waiting) {#name, zh, en, is_open, is_waiting},
#include "response/disposition/states.def"
#undef STATE
};

static const struct {
    AlertState from, to;
} moves[] = {
#define MOVE(from, to, by) {ALERT_##from, ALERT_##to},
#include "response/disposition/moves.def"
#undef MOVE
};

static const struct statement KEEP = {
    "alert_keep", "INSERT INTO alert (" ALERT_COLUMNS ") VALUES ("
                  "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
                  "?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, "
                  "?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, "
                  "?47, ?48, ?49, ?50, ?51, ?52, ?53, ?54, ?55"
                  ") ON CONFLICT (id) DO UPDATE SET "
                  "subject_kind = excluded.subject_kind, subject = excluded.subject, "
                  "typology_group = excluded.typology_group, secrecy = excluded.secrecy, "
                  "skill = excluded.skill, state = excluded.state, is_open = excluded.is_open, "
                  "is_waiting = excluded.is_waiting, severity = excluded.severity, "
                  "severity_first = excluded.severity_first, severity_most = "
                  "excluded.severity_most, severity_last = excluded.severity_last, score = "
                  "excluded.score, action = excluded.action, amount = excluded.amount, amount_sum "
                  "= excluded.amount_sum, hits = excluded.hits, events = "
                  "excluded.events, lead = excluded.lead, branch = excluded.branch, channel = "
                  "excluded.channel, segment = excluded.segment, customer = "
                  "excluded.customer, account = excluded.account, payee = excluded.payee, "
                  "is_company = excluded.is_company, is_elder = excluded.is_elder, "
                  "is_late = excluded.is_late, is_degraded = excluded.is_degraded, money_here = "
                  "excluded.money_here, marks = excluded.marks, opened_us = "
                  "excluded.opened_us, hit_us = excluded.hit_us, queued_us = excluded.queued_us, "
                  "acted_us = excluded.acted_us, decide_us = excluded.decide_us, "
                  "rank = excluded.rank, owner = excluded.owner, level = excluded.level, code = "
                  "excluded.code, decided_us = excluded.decided_us, decided_by = "
                  "excluded.decided_by, note = excluded.note, approval = excluded.approval, "
                  "closed_us = excluded.closed_us, is_automatic = "
                  "excluded.is_automatic, strategy = excluded.strategy, strategy_hash = "
                  "excluded.strategy_hash, reopened = excluded.reopened, case_id = "
                  "excluded.case_id, urgent_us = excluded.urgent_us, approved_by = "
                  "excluded.approved_by, clear_days = excluded.clear_days, is_weak = "
                  "excluded.is_weak"};
// What a hit that joins changes: few of the table's many indexes are of these columns.
static const struct statement KEEP_JOINED = {
    "alert_keep_joined",
    "UPDATE alert SET severity_last = ?2, score = ?3, action = ?4, amount = ?5, amount_sum = ?6, "
    "hits = ?7, events = ?8, lead = ?9, branch = ?10, channel = ?11, segment = ?12, customer = "
    "?13, account = ?14, payee = ?15, is_company = ?16, is_elder = ?17, is_late = ?18, is_degraded "
    "= ?19, money_here = ?20, marks = ?21, hit_us = ?22 WHERE id = ?1"};
static const struct statement LOAD = {"alert_load",
                                      "SELECT " ALERT_COLUMNS " FROM alert WHERE id = ?1"};
static const struct statement FIND_OPEN = {
    "alert_find_open",
    "SELECT " ALERT_COLUMNS
    " FROM alert WHERE subject_kind = ?1 AND subject = ?2 AND typology_group = ?3 AND is_open = 1"};
static const struct statement FIND_CLOSED = {
    "alert_find_closed",
    "SELECT " ALERT_COLUMNS
    " FROM alert WHERE subject_kind = ?1 AND subject = ?2 AND typology_group = ?3"
    " AND is_open = 0 AND closed_us >= ?4 ORDER BY closed_us DESC, id DESC LIMIT 1"};

// A moment or number that may be missing.
static StoreValue moment(int64_t value) {
    return value == 0 ? store_null() : store_i64(value);
}

static AlertState state_of(Slice word) {
    uint32_t state = 0;
    while (state < ALERT_STATE_COUNT && !slice_is(word, alert_states[state].word)) {
        state++;
    }
    INVARIANT(state < ALERT_STATE_COUNT);
    return (AlertState)state;
}

static void values_of(const struct alert *alert, StoreValue values[static ALERT_COLUMN_COUNT]) {
    const struct alert_state_text *state = &alert_states[alert->state];
    const StoreValue row[ALERT_COLUMN_COUNT] = {
        store_i64(alert->id), store_text(alert->subject_kind), store_text(alert->subject),
        store_text(alert->typology_group), store_text(alert->secrecy), store_text(alert->skill),
        store_text(slice_of(state->word)), store_i64(state->is_open),
        store_i64(state->is_waiting), store_i64(alert->severity),
        store_i64(alert->severity_first), store_i64(alert->severity_most),
        store_i64(alert->severity_last), store_i64(alert->score), store_text(alert->action),
        store_i64(alert->amount), store_i64(alert->amount_sum), store_i64(alert->hits),
        store_i64(alert->events), store_i64(alert->lead), store_text(alert->branch),
        store_text(alert->channel), store_text(alert->segment), store_text(alert->customer),
        store_text(alert->account), store_text(alert->payee), store_i64(alert->is_company),
        store_i64(alert->is_elder), store_i64(alert->is_late), store_i64(alert->is_degraded),
        store_i64(alert->money_here), store_text(alert->marks),
        store_i64(alert->hit_us), store_i64(alert->opened_us), moment(alert->queued_us), moment(alert->acted_us),
        moment(alert->decide_us), store_f64(alert->rank), store_text(alert->owner),
        store_i64(alert->level), store_text(alert->code), moment(alert->decided_us),
        store_text(alert->decided_by), store_text(alert->note), store_text(alert->approval),
        moment(alert->closed_us), store_i64(alert->is_automatic), store_text(alert->strategy),
        store_text(alert->strategy_hash), store_i64(alert->reopened), moment(alert->case_id),
        moment(alert->urgent_us), store_text(alert->approved_by), store_i64(alert->clear_days),
        store_i64(alert->is_weak),
    };
    memcpy(values, row, sizeof row);
}

// Some of the values one behind the other, to compare.
static Slice bytes_of(const StoreValue *values, uint32_t count, struct arena *arena) {
    struct fixed {
        int64_t kind, i64;
        double f64;
        uint64_t size;
    } fixed[ALERT_COLUMN_COUNT] = {0};
    size_t fixed_size = count * sizeof fixed[0], size = fixed_size;
    for (uint32_t i = 0; i < count; i++) {
        fixed[i] = (struct fixed){values[i].kind, values[i].i64, values[i].f64, values[i].text.size};
        size += values[i].text.size;
    }
    char *bytes = arena_alloc_raw(arena, size);
    memcpy(bytes, fixed, fixed_size);
    char *at = bytes + fixed_size;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(at, values[i].text.at == NULL ? "" : values[i].text.at, values[i].text.size);
        at += values[i].text.size;
    }
    return (Slice){bytes, size};
}

static struct alert_row row_of(const StoreValue values[static ALERT_COLUMN_COUNT], struct arena *arena) {
    return (struct alert_row){.before = bytes_of(values, ALERT_JOINED_FIRST, arena),
                              .joined = bytes_of(values + ALERT_JOINED_FIRST, ALERT_JOINED_BEHIND - ALERT_JOINED_FIRST, arena),
                              .behind = bytes_of(values + ALERT_JOINED_BEHIND, ALERT_COLUMN_COUNT - ALERT_JOINED_BEHIND, arena)};
}

Status alert_keep(struct book *book, struct alert *alert) {
    StoreValue values[ALERT_COLUMN_COUNT];
    values_of(alert, values);
    struct alert_row row = row_of(values, book->arena);
    bool is_joined = !slice_equal(row.joined, alert->kept.joined);
    if (!slice_equal(row.before, alert->kept.before) || !slice_equal(row.behind, alert->kept.behind)) {
        TRY(book_run(book, &KEEP, (StoreValues){values, ALERT_COLUMN_COUNT}));
    } else if (is_joined) {
        StoreValue some[1 + ALERT_JOINED_BEHIND - ALERT_JOINED_FIRST] = {values[0]};
        memcpy(some + 1, values + ALERT_JOINED_FIRST, (ALERT_JOINED_BEHIND - ALERT_JOINED_FIRST) * sizeof *values);
        TRY(book_run(book, &KEEP_JOINED, (StoreValues){some, 1 + ALERT_JOINED_BEHIND - ALERT_JOINED_FIRST}));
    }
    alert->kept = row;
    return STATUS_OK;
}

void alert_read_row(struct book *book, struct alert *alert) {
    *alert = (struct alert){.id = book_i64(book, 0),
                            .subject_kind = book_text(book, 1),
                            .subject = book_text(book, 2),
                            .typology_group = book_text(book, 3),
                            .secrecy = book_text(book, 4),
                            .skill = book_text(book, 5),
                            .state = state_of(store_column_text(book->store, 6)),
                            .severity = book_i64(book, 9),
                            .severity_first = book_i64(book, 10),
                            .severity_most = book_i64(book, 11),
                            .severity_last = book_i64(book, 12),
                            .score = book_i64(book, 13),
                            .action = book_text(book, 14),
                            .amount = book_i64(book, 15),
                            .amount_sum = book_i64(book, 16),
                            .hits = book_i64(book, 17),
                            .events = book_i64(book, 18),
                            .lead = book_i64(book, 19),
                            .branch = book_text(book, 20),
                            .channel = book_text(book, 21),
                            .segment = book_text(book, 22),
                            .customer = book_text(book, 23),
                            .account = book_text(book, 24),
                            .payee = book_text(book, 25),
                            .is_company = book_i64(book, 26) != 0,
                            .is_elder = book_i64(book, 27) != 0,
                            .is_late = book_i64(book, 28) != 0,
                            .is_degraded = book_i64(book, 29) != 0,
                            .money_here = book_i64(book, 30) != 0,
                            .marks = book_text(book, 31),
                            .opened_us = book_i64(book, 33),
                            .hit_us = book_i64(book, 32),
                            .queued_us = book_i64(book, 34),
                            .acted_us = book_i64(book, 35),
                            .decide_us = book_i64(book, 36),
                            .rank = book_f64(book, 37),
                            .owner = book_text(book, 38),
                            .level = book_i64(book, 39),
                            .code = book_text(book, 40),
                            .decided_us = book_i64(book, 41),
                            .decided_by = book_text(book, 42),
                            .note = book_text(book, 43),
                            .approval = book_text(book, 44),
                            .closed_us = book_i64(book, 45),
                            .is_automatic = book_i64(book, 46) != 0,
                            .strategy = book_text(book, 47),
                            .strategy_hash = book_text(book, 48),
                            .reopened = book_i64(book, 49),
                            .case_id = book_i64(book, 50),
                            .urgent_us = book_i64(book, 51),
                            .approved_by = book_text(book, 52),
                            .clear_days = book_i64(book, 53),
                            .is_weak = book_i64(book, 54) != 0};
    StoreValue values[ALERT_COLUMN_COUNT];
    values_of(alert, values);
    alert->kept = row_of(values, book->arena);
}

Status alert_load(struct book *book, int64_t id, struct alert *ret_alert) {
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "DP001", "there is no alert %" PRId64, id);
    }
    TRY(status);
    alert_read_row(book, ret_alert);
    return STATUS_OK;
}

Status alert_find(struct book *book, Slice subject_kind, Slice subject, Slice group,
                  int64_t closed_from_us, struct alert *ret_alert) {
    Status status =
        book_one(book, &FIND_OPEN,
                 STORE_VALUES(store_text(subject_kind), store_text(subject), store_text(group)));
    if (status == STATUS_NOT_FOUND) {
        status = book_one(book, &FIND_CLOSED,
                          STORE_VALUES(store_text(subject_kind), store_text(subject),
                                       store_text(group), store_i64(closed_from_us)));
    }
    if (status == STATUS_OK) {
        alert_read_row(book, ret_alert);
    }
    return status;
}

bool alert_may_move(AlertState from, AlertState to) {
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (moves[i].from == from && moves[i].to == to) {
            return true;
        }
    }
    return false;
}

static Status trace(struct book *book, const struct alert *alert, AlertState from, Slice reason,
                    Slice detail) {
    return book_trace(book, &(struct trace){.object_kind = "alert",
                                            .object = alert->id,
                                            .from = slice_of(alert_states[from].word),
                                            .to = slice_of(alert_states[alert->state].word),
                                            .reason = reason,
                                            .detail = detail});
}

static bool is_wait(AlertState state) {
    return state == ALERT_WAITING_CUSTOMER || state == ALERT_WAITING_BRANCH ||
           state == ALERT_WAITING_POLICE;
}

Status alert_move(struct book *book, struct alert *alert, AlertState to, Slice reason,
                  Slice detail) {
    AlertState from = alert->state;
    if (!alert_may_move(from, to)) {
        return book_fail(book, STATUS_INVALID, "DP002",
                         "alert %" PRId64 " is %s and cannot become %s", alert->id,
                         alert_states[from].word, alert_states[to].word);
    }
    alert->state = to;
    if (is_wait(from)) { // else the end of this wait would end the next one
        TRY(book_timer_clear(book, TIMER_ALERT_WAIT, alert->id));
    }
    return trace(book, alert, from, reason, detail);
}

Status alert_note(struct book *book, const struct alert *alert, Slice reason, Slice detail) {
    return trace(book, alert, alert->state, reason, detail);
}

Slice detail_text(struct arena *arena, const char *key, Slice text) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, DETAIL_TEXT_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, slice_of(key), text);
    json_object_end(&json);
    Slice told = buf_overflowed(&out) ? SLICE("{}") : arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return told;
}

bool words_have(Slice words, Slice word) {
    for (size_t at = 0; at + word.size + 1 < words.size; at++) {
        if (words.at[at] == ' ' && words.at[at + 1 + word.size] == ' ' &&
            memcmp(words.at + at + 1, word.at, word.size) == 0) {
            return true;
        }
    }
    return false;
}

Slice words_add(struct arena *arena, Slice words, Slice word) {
    if (words_have(words, word)) {
        return words;
    }
    return arena_printf(arena, "%.*s%.*s ", SLICE_ARGS(slice_empty(words) ? SLICE(" ") : words),
                        SLICE_ARGS(word));
}
