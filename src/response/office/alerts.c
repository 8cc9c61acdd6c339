// Lists of alerts.
//
// A list has one order and one thing that all its rows have in common, for which there is an index
// that gives that order: the customer, the account, the state. Which one it is follows from the
// filter: of what is asked for, what the fewest alerts share. Whatever else is asked for is looked
// at row by row, and at most ALERTS_LOOKED_AT rows of a page are: so no combination makes the store
// go through a million rows, and a page with few rows says where the next one begins. First a few
// are looked at, which is enough where most of them fit, and then all the others.

#include "response/office/parts.h"

#include "codec/number.h"

#include <float.h>
#include <inttypes.h>
#include <stdio.h>

// ---- places -------------------------------------------------------------------------------------

size_t alert_cursor_put(const struct alert_cursor *cursor, bool by_rank,
                        char text[CURSOR_TEXT_MAX]) {
    int size = by_rank ? snprintf(text, CURSOR_TEXT_MAX, "r%016" PRIx64 "-%" PRId64,
                                  ((union {
                                      double number;
                                      uint64_t bits;
                                  }){.number = cursor->rank})
                                      .bits,
                                  cursor->id)
                       : snprintf(text, CURSOR_TEXT_MAX, "t%" PRId64 "-%" PRId64, cursor->at_us,
                                  cursor->id);
    return (size_t)size;
}

static bool parse_bits(Slice text, double *ret_number) {
    union {
        double number;
        uint64_t bits;
    } rank = {.bits = 0};
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.at[i];
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_digit && (byte < 'a' || byte > 'f')) {
            return false;
        }
        rank.bits = rank.bits << 4 | (uint64_t)(is_digit ? byte - '0' : byte - 'a' + 10);
    }
    *ret_number = rank.number;
    return text.size == 16 && rank.number == rank.number;
}

bool alert_cursor_parse(Slice text, bool by_rank, struct alert_cursor *ret_cursor) {
    Slice head;
    struct alert_cursor cursor = {.is_given = true};
    if (text.size < 2 || text.at[0] != (by_rank ? 'r' : 't')) {
        return false;
    }
    text = slice_part(text, 1, SIZE_MAX);
    if (!slice_split(&text, '-', &head) || !slice_to_i64(text, &cursor.id) || cursor.id < 0) {
        return false;
    }
    bool is_fine = by_rank ? parse_bits(head, &cursor.rank) : slice_to_i64(head, &cursor.at_us);
    if (is_fine) {
        *ret_cursor = cursor;
    }
    return is_fine;
}

// ---- statements ---------------------------------------------------------------------------------

// What is looked at row by row. The first mention of a parameter says its type, for PostgreSQL.
#define REST                                                                                       \
    "a.opened_us >= ?2 AND a.opened_us < ?3 AND (a.state = ?4 OR ?4 = '') AND (a.typology_group "  \
    "= ?5 OR ?5 = '') AND (a.skill = ?6 OR ?6 = '') AND"                                           \
    " (a.owner = ?7 OR ?7 = '') AND (a.branch = ?8 OR ?8 = '') AND (a.customer = ?9 OR ?9 = '') "  \
    "AND (a.account = ?10 OR ?10 = '') AND"                                                        \
    " (a.payee = ?11 OR ?11 = '') AND (a.subject_kind = ?12 OR ?12 = '') AND (a.subject = ?13 OR " \
    "?13 = '') AND (a.strategy = ?14 OR ?14 = '') AND"                                             \
    " (a.code = ?15 OR ?15 = '') AND (a.severity = ?16 OR ?16 = 0) AND (a.case_id = ?17 OR ?17 = " \
    "0) AND (a.is_open = ?18 OR ?18 = 2) AND"                                                      \
    " (?19 = '' OR EXISTS (SELECT 1 FROM hit h WHERE h.alert = a.id AND h.family = ?19)) AND"      \
    " (?20 = 'no' OR NOT EXISTS (SELECT 1 FROM sample s WHERE s.alert = a.id AND s.second = ''))"  \
    " AND (?25 = '' OR EXISTS (SELECT 1 FROM hit h WHERE h.alert = a.id AND ?25 LIKE '% ' || "     \
    "h.model || ' %'))"
#define WAITS "(SELECT COUNT(*) FROM sample s WHERE s.alert = a.id AND s.second = '')"
// ?1 viewer, ?21 and ?22 the place before, ?23 how many are looked at, ?24 how many are given, ?25
// models with blanks around each, ?26 and ?27 what the rows have in common.
#define BY_TIME(driver)                                                                            \
    "SELECT " ALERT_COLUMNS ", " WAITS " FROM (SELECT " ALERT_COLUMNS                              \
    " FROM seen_alert WHERE viewer = ?1 AND " driver                                               \
    "(opened_us, id) < (?21, ?22) ORDER BY opened_us DESC, id DESC LIMIT ?23) a WHERE " REST       \
    " ORDER BY opened_us DESC, id DESC LIMIT ?24"
#define BY_RANK(driver)                                                                            \
    "SELECT " ALERT_COLUMNS ", " WAITS " FROM (SELECT " ALERT_COLUMNS                              \
    " FROM seen_alert WHERE viewer = ?1 AND " driver                                               \
    "rank <= ?21 AND (rank < ?21 OR id > ?22) ORDER BY rank DESC, id LIMIT ?23) a WHERE " REST     \
    " ORDER BY rank DESC, id LIMIT ?24"
// Where a page ended that came back short: ?1 viewer, ?2 and ?3 the place before, ?4 how many were
// looked at, less one.
#define LAST_BY_TIME(driver)                                                                       \
    "SELECT opened_us, rank, id FROM seen_alert WHERE viewer = ?1 AND " driver                     \
    "(opened_us, id) < (?2, ?3) ORDER BY opened_us DESC, id DESC LIMIT 1 OFFSET ?4"
#define LAST_BY_RANK(driver)                                                                       \
    "SELECT opened_us, rank, id FROM seen_alert WHERE viewer = ?1 AND " driver                     \
    "rank <= ?2 AND (rank < ?2 OR id > ?3) ORDER BY rank DESC, id LIMIT 1 OFFSET ?4"

struct list {
    struct statement rows, last;
};

// LIST(NAME, the same of all rows, the same with the numbers that LAST_ has)
#define LISTS_BY_TIME(LIST)                                                                        \
    LIST(CUSTOMER, "customer = ?26 AND ", "customer = ?5 AND ")                                    \
    LIST(ACCOUNT, "account = ?26 AND ", "account = ?5 AND ")                                       \
    LIST(SUBJECT, "subject_kind = ?26 AND subject = ?27 AND ",                                     \
         "subject_kind = ?5 AND subject = ?6 AND ")                                                \
    LIST(CASE, "case_id = ?26 AND ", "case_id = ?5 AND ")                                          \
    LIST(PAYEE, "payee = ?26 AND ", "payee = ?5 AND ")                                             \
    LIST(OPEN, "is_open = 1 AND ", "is_open = 1 AND ")                                             \
    LIST(OWNER, "owner = ?26 AND ", "owner = ?5 AND ")                                             \
    LIST(STATE, "state = ?26 AND ", "state = ?5 AND ")                                             \
    LIST(BRANCH, "branch = ?26 AND ", "branch = ?5 AND ")                                          \
    LIST(STRATEGY, "strategy = ?26 AND ", "strategy = ?5 AND ")                                    \
    LIST(CODE, "code = ?26 AND ", "code = ?5 AND ")                                                \
    LIST(GROUP, "typology_group = ?26 AND ", "typology_group = ?5 AND ")                           \
    LIST(ANY, "", "")
#define LISTS_BY_RANK(LIST)                                                                        \
    LIST(OWNER, "owner = ?26 AND is_open = 1 AND ", "owner = ?5 AND is_open = 1 AND ")             \
    LIST(ANY, "is_open = 1 AND ", "is_open = 1 AND ")

#define LIST(name, driver, last) LIST_##name,
typedef enum ListOfAlerts { LISTS_BY_TIME(LIST) LIST_COUNT } ListOfAlerts;
#undef LIST
#define LIST(name, driver, last)                                                                   \
    [LIST_##name] = {{"office_alerts_" #name, BY_TIME(driver)},                                    \
                     {"office_alerts_last_" #name, LAST_BY_TIME(last)}},
static const struct list by_time[LIST_COUNT] = {LISTS_BY_TIME(LIST)};
#undef LIST
#define LIST(name, driver, last)                                                                   \
    [LIST_##name] = {{"office_ranked_" #name, BY_RANK(driver)},                                    \
                     {"office_ranked_last_" #name, LAST_BY_RANK(last)}},
static const struct list by_rank[LIST_COUNT] = {LISTS_BY_RANK(LIST)};
#undef LIST

// ---- which list ---------------------------------------------------------------------------------

struct choosing {
    ListOfAlerts list;
    StoreValue values[2];
    uint32_t value_count;
};

static struct choosing of_text(ListOfAlerts list, Slice text) {
    return (struct choosing){.list = list, .values = {store_text(text)}, .value_count = 1};
}

static struct choosing choose_by_time(const struct alert_filter *filter) {
    const struct {
        ListOfAlerts list;
        Slice text;
    } texts[] = {{LIST_OWNER, filter->owner},   {LIST_STATE, filter->state},
                 {LIST_BRANCH, filter->branch}, {LIST_STRATEGY, filter->strategy},
                 {LIST_CODE, filter->code},     {LIST_GROUP, filter->group}};
    if (!slice_empty(filter->customer)) {
        return of_text(LIST_CUSTOMER, filter->customer);
    }
    if (!slice_empty(filter->account)) {
        return of_text(LIST_ACCOUNT, filter->account);
    }
    if (!slice_empty(filter->subject_kind) && !slice_empty(filter->subject)) {
        return (struct choosing){
            .list = LIST_SUBJECT,
            .values = {store_text(filter->subject_kind), store_text(filter->subject)},
            .value_count = 2};
    }
    if (filter->case_id != 0) {
        return (struct choosing){
            .list = LIST_CASE, .values = {store_i64(filter->case_id)}, .value_count = 1};
    }
    if (!slice_empty(filter->payee)) {
        return of_text(LIST_PAYEE, filter->payee);
    }
    if (filter->is_open == CHOICE_YES) {
        return (struct choosing){.list = LIST_OPEN};
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!slice_empty(texts[i].text)) {
            return of_text(texts[i].list, texts[i].text);
        }
    }
    return (struct choosing){.list = LIST_ANY};
}

static struct choosing choose(const struct alert_filter *filter) {
    if (!filter->by_rank) {
        return choose_by_time(filter);
    }
    return slice_empty(filter->owner) ? (struct choosing){.list = LIST_ANY}
                                      : of_text(LIST_OWNER, filter->owner);
}

// ---- a page -------------------------------------------------------------------------------------

// Behind nothing: before all.
static void place(const struct alert_filter *filter, StoreValue *ret_first, StoreValue *ret_id) {
    const struct alert_cursor *after = &filter->after;
    if (filter->by_rank) {
        *ret_first = store_f64(after->is_given ? after->rank : DBL_MAX);
        *ret_id = store_i64(after->is_given ? after->id : -1);
    } else if (after->is_given) {
        *ret_first = store_i64(after->at_us);
        *ret_id = store_i64(after->id);
    } else { // what is too new is not walked through
        *ret_first = store_i64(filter->until_us == 0 ? INT64_MAX : filter->until_us);
        *ret_id = store_i64(filter->until_us == 0 ? INT64_MAX : -1);
    }
}

static int64_t choice_value(Choice choice) {
    return choice == CHOICE_ANY ? 2 : choice == CHOICE_YES;
}

// Of whom takes second looks, what was decided first is no filter either.
static bool asks_for_the_first(const struct alert_filter *filter) {
    return filter->is_blind && !(slice_empty(filter->code) && slice_empty(filter->strategy) &&
                                 slice_empty(filter->owner) && slice_empty(filter->state));
}

static Status ask_rows(struct book *book, const struct alert_filter *filter,
                       const struct choosing *choosing, uint32_t looked_at, uint32_t count_max) {
    StoreValue first, id;
    place(filter, &first, &id);
    StoreValue values[27] = {
        store_i64(filter->viewer),
        store_i64(filter->from_us),
        store_i64(filter->until_us == 0 ? INT64_MAX : filter->until_us),
        store_text(filter->state),
        store_text(filter->group),
        store_text(filter->skill),
        store_text(filter->owner),
        store_text(filter->branch),
        store_text(filter->customer),
        store_text(filter->account),
        store_text(filter->payee),
        store_text(filter->subject_kind),
        store_text(filter->subject),
        store_text(filter->strategy),
        store_text(filter->code),
        store_i64(filter->severity),
        store_i64(filter->case_id),
        store_i64(choice_value(filter->by_rank ? CHOICE_YES : filter->is_open)),
        store_text(filter->family),
        store_text(asks_for_the_first(filter) ? SLICE("yes") : SLICE("no")),
        first,
        id,
        store_i64(looked_at),
        store_i64(count_max),
        store_text(filter->models),
    };
    memcpy(values + 25, choosing->values, sizeof choosing->values);
    const struct list *list = filter->by_rank ? &by_rank[choosing->list] : &by_time[choosing->list];
    return book_ask(book, &list->rows, (StoreValues){values, 25 + choosing->value_count});
}

// Whether as many were looked at as may be; then the next page begins behind the last of them.
static Status find_last(struct book *book, const struct alert_filter *filter,
                        const struct choosing *choosing, uint32_t looked_at,
                        struct alert_cursor *ret_next) {
    StoreValue first, id;
    place(filter, &first, &id);
    StoreValue values[6] = {store_i64(filter->viewer), first, id, store_i64(looked_at - 1)};
    memcpy(values + 4, choosing->values, sizeof choosing->values);
    const struct list *list = filter->by_rank ? &by_rank[choosing->list] : &by_time[choosing->list];
    Status status = book_one(book, &list->last, (StoreValues){values, 4 + choosing->value_count});
    bool is_over = status == STATUS_OK && !filter->by_rank && book_i64(book, 0) < filter->from_us;
    if (status == STATUS_OK && !is_over) {
        *ret_next = (struct alert_cursor){.is_given = true,
                                          .at_us = book_i64(book, 0),
                                          .rank = book_f64(book, 1),
                                          .id = book_i64(book, 2)};
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// Up to count_max of the next `looked_at` rows. `ret_next` is given when there may be more behind.
static Status put_some(const struct office *office, struct book *book,
                       const struct alert_filter *filter, uint32_t looked_at, uint32_t count_max,
                       struct json_writer *json, uint32_t *ret_count,
                       struct alert_cursor *ret_next) {
    struct choosing choosing = choose(filter);
    struct alert_cursor last = {0};
    uint32_t count = 0;
    Status status;
    *ret_next = (struct alert_cursor){0};
    TRY(ask_rows(book, filter, &choosing, looked_at, count_max));
    while ((status = book_next(book)) == STATUS_OK) {
        struct alert alert;
        alert_read_row(book, &alert);
        bool waits = book_i64(book, ALERT_COLUMN_COUNT) > 0;
        row_put(office, json, &alert, filter->is_blind && waits && !alert_is_open(&alert));
        last = (struct alert_cursor){
            .is_given = true, .rank = alert.rank, .at_us = alert.opened_us, .id = alert.id};
        count++;
    }
    ENSURE(status == STATUS_END, status);
    *ret_count = count;
    if (count == count_max) {
        *ret_next = last;
        return STATUS_OK;
    }
    return find_last(book, filter, &choosing, looked_at, ret_next);
}

Status alerts_put_json(const struct office *office, struct book *book,
                       const struct alert_filter *filter, struct json_writer *json,
                       struct alert_cursor *ret_next) {
    enum { FEW = 4 };
    uint32_t most = filter->count_max < OFFICE_ROWS_MAX ? filter->count_max : OFFICE_ROWS_MAX;
    uint32_t few = most * FEW < ALERTS_LOOKED_AT ? most * FEW : ALERTS_LOOKED_AT;
    uint32_t count;
    json_array_begin(json);
    TRY(put_some(office, book, filter, few, most, json, &count, ret_next));
    if (count < most && ret_next->is_given && few < ALERTS_LOOKED_AT) {
        struct alert_filter rest = *filter;
        rest.after = *ret_next;
        TRY(put_some(office, book, &rest, ALERTS_LOOKED_AT - few, most - count, json, &count,
                     ret_next));
    }
    json_array_end(json);
    return STATUS_OK;
}

// ---- hits of some models ------------------------------------------------------------------------

static const struct statement HITS_OF = {
    "office_hits_of", "SELECT DISTINCT h.alert FROM hit h JOIN seen_alert a ON a.id = h.alert WHERE "
                      "h.model = ?1 AND a.viewer = ?2 AND a.opened_us >= ?3"};

static int compare_ids(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

Status alerts_put_hits(struct book *book, int64_t viewer, const Slice *models, uint32_t count,
                       int64_t since_us, struct json_writer *json, uint32_t *ret_alerts) {
    VEC(int64_t) ids = {0};
    uint32_t alerts = 0;
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        Status status;
        uint32_t before = ids.count;
        TRY(book_ask(book, &HITS_OF, STORE_VALUES(store_text(models[i]), store_i64(viewer), store_i64(since_us))));
        while ((status = book_next(book)) == STATUS_OK) {
            *VEC_PUSH(&ids, book->arena) = book_i64(book, 0);
        }
        ENSURE(status == STATUS_END, status);
        if (ids.count > before) {
            json_object_begin(json);
            json_key_string(json, SLICE("model"), models[i]);
            json_key_i64(json, SLICE("alerts"), ids.count - before);
            json_object_end(json);
        }
    }
    json_array_end(json);
    if (ids.count > 0) { // an alert may have hits of several
        qsort(ids.at, ids.count, sizeof ids.at[0], compare_ids);
    }
    for (uint32_t i = 0; i < ids.count; i++) {
        alerts += i == 0 || ids.at[i] != ids.at[i - 1];
    }
    *ret_alerts = alerts;
    return STATUS_OK;
}
