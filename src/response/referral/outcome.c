// What becomes of a referral: receipts, what the authority tells, and its money.

#include "response/referral/row.h"

#include "base/money.h"
#include "base/time.h"

#include <inttypes.h>

static const struct statement RECEIVED = {
    "referral_received",
    "UPDATE referral SET received_us = ?2, receipt = ?3, receiver = ?4, feedback_us = ?5 WHERE id "
    "= ?1"};
static const struct statement TELL = {
    "referral_tell",
    "UPDATE referral SET police_case_no = ?2, gangs = ?3, arrested = ?4, cards_seized = ?5, "
    "amount_involved = ?6, victims_helped = ?7, feedback_doc = ?8, reward = ?9, lessons = ?10, "
    "feedback_us = ?11 WHERE id = ?1"};
static const struct statement MONEY = {
    "referral_money_put",
    "INSERT INTO referral_money (referral, kind, account, document, amount, at_us, told_us, "
    "told_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (referral, kind, account, "
    "document) DO UPDATE SET amount = excluded.amount, at_us = excluded.at_us, told_us = "
    "excluded.told_us, told_by = excluded.told_by"};
static const struct statement HEARD = {"referral_heard",
                                       "UPDATE referral SET feedback_us = ?2 WHERE id = ?1"};
static const struct statement GIVEN_BACK = {
    "referral_given_back",
    "SELECT COUNT(*) FROM referral_money WHERE referral = ?1 AND kind = 'RETURNED'"};

// The moment of a state, written down with the first time that it is reached.
#define MOMENT(column)                                                                             \
    {                                                                                              \
        "referral_at_" column,                                                                     \
            "UPDATE referral SET " column "_us = COALESCE(" column "_us, ?2) WHERE id = ?1"        \
    }
static const struct reached {
    const char *state;
    struct statement statement;
} reached[] = {
    {"SUPPLEMENT_ASKED", MOMENT("supplement")},
    {"ACCEPTED", MOMENT("accepted")},
    {"RETURNED", MOMENT("returned")},
    {"FILED", MOMENT("filed")},
    {"ARRESTS", MOMENT("arrests")},
    {"SOLVED", MOMENT("solved")},
    {"PROSECUTED", MOMENT("prosecuted")},
    {"JUDGED", MOMENT("judged")},
    {"FUNDS_RETURNED", MOMENT("funds")},
    {"CLOSED", MOMENT("closed")},
};

const struct referral_news referral_nothing_told = {.gangs = REFERRAL_NOT_TOLD,
                                                    .arrested = REFERRAL_NOT_TOLD,
                                                    .cards_seized = REFERRAL_NOT_TOLD,
                                                    .victims_helped = REFERRAL_NOT_TOLD,
                                                    .amount_involved = REFERRAL_NOT_TOLD};

// ---- moments ------------------------------------------------------------------------------------

static int64_t moment_of(const struct book *book, int64_t at_us) {
    return at_us == 0 ? book->now_us : at_us;
}

// Nothing happened before the referral was sent, nor will.
static Status check_moment(struct book *book, const struct referral_row *row, int64_t at_us) {
    ENSURE(row->sent_us != 0, book_fail(book, STATUS_INVALID, "RF004", "it was not sent yet"));
    ENSURE(at_us >= row->sent_us && at_us <= book->now_us,
           book_fail(book, STATUS_INVALID, "RF030",
                     "it was sent later than that, or that is still to come"));
    return STATUS_OK;
}

// ---- receipts -----------------------------------------------------------------------------------

static Status describe_receipt(struct book *book, const struct referral_receipt *receipt,
                               Slice *ret_detail) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    put_text(json, SLICE("receipt"), receipt->receipt);
    put_text(json, SLICE("receiver"), receipt->receiver);
    put_moment(json, SLICE("at"), moment_of(book, receipt->at_us));
    json_object_end(json);
    return rendering_end(&out, book, ret_detail);
}

Status referral_received(struct book *book, int64_t clearance, const struct referral_office *office,
                         int64_t id, const struct referral_receipt *receipt) {
    struct referral_row row;
    Slice detail;
    TRY(lead_load(book, clearance, id, &row));
    TRY(text_check(book, "the receipt", receipt->receipt, REFERRAL_TEXT_MAX));
    TRY(text_check(book, "the receiver", receipt->receiver, REFERRAL_TEXT_MAX));
    TRY(check_moment(book, &row, moment_of(book, receipt->at_us)));
    ENSURE(!slice_empty(receipt->receipt),
           book_fail(book, STATUS_INVALID, "RF005", "a receipt has a number"));
    TRY(book_run(book, &RECEIVED,
                 STORE_VALUES(store_i64(id), store_i64(moment_of(book, receipt->at_us)),
                              store_text(receipt->receipt), store_text(receipt->receiver),
                              store_i64(book->now_us))));
    TRY(describe_receipt(book, receipt, &detail));
    TRY(lead_move(book, &row, "RECEIVED", SLICE("receipt"), detail));
    return lead_clock_arm(book, office, &row);
}

// ---- figures ------------------------------------------------------------------------------------

static Status check_count(struct book *book, const char *what, int64_t count) {
    ENSURE(count == REFERRAL_NOT_TOLD || (count >= 0 && count <= REFERRAL_COUNT_MAX),
           book_fail(book, STATUS_INVALID, "RF030", "%s: from 0 to %d", what, REFERRAL_COUNT_MAX));
    return STATUS_OK;
}

static Status check_amount(struct book *book, int64_t amount) {
    ENSURE(amount >= 0 && amount <= MONEY_MAX,
           book_fail(book, STATUS_INVALID, "RF030", "an amount in fen, not below zero"));
    return STATUS_OK;
}

static Status check_news(struct book *book, const struct referral_news *news) {
    const Slice texts[] = {news->reason, news->police_case_no, news->feedback_doc, news->reward,
                           news->lessons};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TRY(text_check(book, "what is told", texts[i], REFERRAL_TEXT_MAX));
    }
    TRY(check_count(book, "gangs", news->gangs));
    TRY(check_count(book, "persons arrested", news->arrested));
    TRY(check_count(book, "cards seized", news->cards_seized));
    TRY(check_count(book, "victims helped", news->victims_helped));
    TRY(text_check(book, "the number of the case", news->police_case_no, CASES_NAME_MAX));
    return news->amount_involved == REFERRAL_NOT_TOLD ? STATUS_OK
                                                      : check_amount(book, news->amount_involved);
}

static Slice told_text(Slice told, Slice known) {
    return slice_empty(told) ? known : told;
}

static int64_t told_number(int64_t told, int64_t known) {
    return told == REFERRAL_NOT_TOLD ? known : told;
}

static StoreValue store_told(int64_t number) {
    return number == REFERRAL_NOT_TOLD ? store_null() : store_i64(number);
}

static void take_news(struct referral_row *row, const struct referral_news *news) {
    row->police_case_no = told_text(slice_trim(news->police_case_no), row->police_case_no);
    row->feedback_doc = told_text(news->feedback_doc, row->feedback_doc);
    row->reward = told_text(news->reward, row->reward);
    row->lessons = told_text(news->lessons, row->lessons);
    row->gangs = told_number(news->gangs, row->gangs);
    row->arrested = told_number(news->arrested, row->arrested);
    row->cards_seized = told_number(news->cards_seized, row->cards_seized);
    row->victims_helped = told_number(news->victims_helped, row->victims_helped);
    row->amount_involved = told_number(news->amount_involved, row->amount_involved);
}

static Status keep_news(struct book *book, const struct referral_row *row) {
    return book_run(book, &TELL,
                    STORE_VALUES(store_i64(row->id), store_text(row->police_case_no),
                                 store_told(row->gangs), store_told(row->arrested),
                                 store_told(row->cards_seized), store_told(row->amount_involved),
                                 store_told(row->victims_helped), store_text(row->feedback_doc),
                                 store_text(row->reward), store_text(row->lessons),
                                 store_i64(book->now_us)));
}

// The case knows the police's number too, where it is open and has none.
static Status tell_case(struct book *book, int64_t clearance, const struct referral_row *row,
                        Slice number) {
    static const struct statement OPEN = {
        "outcome_case_open", "SELECT COUNT(*) FROM case_file WHERE id = ?1 AND state <> 'CLOSED' "
                             "AND police_case_no = ''"};
    int64_t is_open = 0;
    TRY(book_number(book, &OPEN, STORE_VALUES(store_i64(row->case_id)), &is_open));
    return is_open == 0 || slice_empty(number)
               ? STATUS_OK
               : case_set(book, clearance, row->case_id, CASE_FIELD_POLICE_CASE_NO, number);
}

// ---- moves --------------------------------------------------------------------------------------

static Status lacks(struct book *book, Slice state, const char *what) {
    return book_fail(book, STATUS_INVALID, "RF005", "to be %.*s a referral needs %s",
                     SLICE_ARGS(state), what);
}

// What a state says must be so.
static Status check_demands(struct book *book, const struct referral_row *row,
                            const struct referral_news *news) {
    Slice state = news->state;
    int64_t given_back = 0;
    if (slice_is(state, "RETURNED") || slice_is(state, "SUPPLEMENT_ASKED") ||
        slice_is(state, "CLOSED")) {
        return slice_empty(news->reason) ? lacks(book, state, "the reason") : STATUS_OK;
    }
    if (slice_is(state, "FILED")) {
        return slice_empty(row->police_case_no) ? lacks(book, state, "the number of the case")
                                                : STATUS_OK;
    }
    if (slice_is(state, "ARRESTS")) {
        return row->arrested < 1 ? lacks(book, state, "how many were arrested") : STATUS_OK;
    }
    if (slice_is(state, "SOLVED")) {
        return row->filed_us == 0 ? lacks(book, state, "that it was filed") : STATUS_OK;
    }
    if (slice_is(state, "FUNDS_RETURNED")) {
        TRY(book_number(book, &GIVEN_BACK, STORE_VALUES(store_i64(row->id)), &given_back));
        return given_back == 0 ? lacks(book, state, "the money that was given back") : STATUS_OK;
    }
    return STATUS_OK;
}

static Status describe_news(struct book *book, const struct referral_news *news, int64_t at_us,
                            Slice *ret_detail) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    const struct {
        const char *key;
        int64_t number;
    } numbers[] = {{"gangs", news->gangs},
                   {"arrested", news->arrested},
                   {"cards_seized", news->cards_seized},
                   {"victims_helped", news->victims_helped},
                   {"amount_involved", news->amount_involved}};
    json_object_begin(json);
    put_moment(json, SLICE("at"), at_us);
    put_text(json, SLICE("reason"), news->reason);
    put_text(json, SLICE("police_case_no"), news->police_case_no);
    put_text(json, SLICE("feedback_doc"), news->feedback_doc);
    put_text(json, SLICE("reward"), news->reward);
    put_text(json, SLICE("lessons"), news->lessons);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].number != REFERRAL_NOT_TOLD) {
            json_key_i64(json, slice_of(numbers[i].key), numbers[i].number);
        }
    }
    json_object_end(json);
    return rendering_end(&out, book, ret_detail);
}

// Moves that are made by functions of their own are none of the authority's.
static Status check_state(struct book *book, Slice state, const struct reached **ret_reached) {
    *ret_reached = NULL;
    TRY(word_check(book, REFERRAL_LIST_STATE, "state", state));
    for (size_t i = 0; i < sizeof reached / sizeof reached[0]; i++) {
        *ret_reached = slice_is(state, reached[i].state) ? &reached[i] : *ret_reached;
    }
    ENSURE(*ret_reached != NULL || slice_is(state, "RECEIVED"),
           book_fail(book, STATUS_INVALID, "RF004",
                     "a referral comes to %.*s by being approved or sent", SLICE_ARGS(state)));
    return STATUS_OK;
}

static Status move(struct book *book, struct referral_row *row, const struct referral_news *news,
                   int64_t at_us, Slice detail) {
    const struct reached *to;
    TRY(check_state(book, news->state, &to));
    TRY(check_demands(book, row, news));
    TRY(lead_move(book, row, arena_copy(book->arena, news->state).at,
                  slice_empty(news->reason) ? SLICE("told") : news->reason, detail));
    return to == NULL
               ? STATUS_OK
               : book_run(book, &to->statement, STORE_VALUES(store_i64(row->id), store_i64(at_us)));
}

Status referral_outcome(struct book *book, int64_t clearance, const struct referral_office *office,
                        int64_t id, const struct referral_news *news) {
    struct referral_row row;
    Slice detail;
    int64_t at_us = moment_of(book, news->at_us);
    TRY(lead_load(book, clearance, id, &row));
    TRY(check_news(book, news));
    TRY(check_moment(book, &row, at_us));
    take_news(&row, news);
    TRY(describe_news(book, news, at_us, &detail));
    TRY(keep_news(book, &row));
    TRY(tell_case(book, clearance, &row, slice_trim(news->police_case_no)));
    row.feedback_us = book->now_us;
    if (slice_empty(news->state)) {
        TRY(lead_trace(book, &row, "told", detail));
    } else {
        TRY(move(book, &row, news, at_us, detail));
    }
    return lead_clock_arm(book, office, &row);
}

// ---- money --------------------------------------------------------------------------------------

Status referral_tell_money(struct book *book, int64_t clearance, int64_t id,
                           const struct referral_money *money) {
    struct referral_row row;
    struct rendering out;
    Slice detail;
    int64_t at_us = moment_of(book, money->at_us);
    TRY(lead_load(book, clearance, id, &row));
    TRY(check_moment(book, &row, at_us));
    TRY(word_check(book, REFERRAL_LIST_MONEY, "kind of money", money->kind));
    TRY(text_check(book, "the account", money->account, CASES_NAME_MAX));
    TRY(text_check(book, "the document", money->document, REFERRAL_TEXT_MAX));
    TRY(check_amount(book, money->amount));
    ENSURE(!slice_empty(money->document) && money->amount > 0,
           book_fail(book, STATUS_INVALID, "RF005",
                     "money needs an amount, and the order or feedback that tells of it"));
    TRY(book_run(book, &MONEY,
                 STORE_VALUES(store_i64(id), store_text(money->kind), store_text(money->account),
                              store_text(money->document), store_i64(money->amount),
                              store_i64(at_us), store_i64(book->now_us),
                              store_text(book->actor.name))));
    TRY(book_run(book, &HEARD, STORE_VALUES(store_i64(id), store_i64(book->now_us))));
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("kind"), money->kind);
    put_text(json, SLICE("account"), money->account);
    json_key_string(json, SLICE("document"), money->document);
    json_key_i64(json, SLICE("amount"), money->amount);
    put_moment(json, SLICE("at"), at_us);
    json_object_end(json);
    TRY(rendering_end(&out, book, &detail));
    return lead_trace(book, &row, "money", detail);
}
