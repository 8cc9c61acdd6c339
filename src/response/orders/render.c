// Orders as JSON, the lists that people read, and figures.

#include "response/orders/duty.h"

static const struct {
    const char *word, *zh, *en;
} states[] = {
#define X(name, word, zh, en) {word, zh, en},
    ORDER_STATES(X)
#undef X
};

static void put_elements(struct json_writer *json, const struct order *order) {
    const struct order_kind_text *kind = order_kind_text(order->kind);
    json_key_string(json, SLICE("number"), order->number);
    json_key_string(json, SLICE("kind"), slice_of(kind->word));
    json_key_string(json, SLICE("kind_zh"), slice_of(kind->zh));
    json_key_string(json, SLICE("kind_en"), slice_of(kind->en));
    json_key_string(json, SLICE("authority"), order->authority);
    json_key_bool(json, SLICE("city_level"), order->is_city_level);
    put_text(json, SLICE("document"), order->document);
    json_key_bool(json, SLICE("signed"), order->is_signed);
    put_moment(json, SLICE("ordered"), order->ordered_us);
    put_text(json, SLICE("account"), order->account);
    put_number(json, SLICE("amount"), order->amount);
    put_moment(json, SLICE("moved"), order->moved_us);
    put_moment(json, SLICE("from"), order->from_us);
    put_moment(json, SLICE("until"), order->until_us);
    json_key_string(json, SLICE("freeze_class"), slice_of(freeze_class_word(order->freeze_class)));
    put_text(json, SLICE("original"), order->original);
    put_text(json, SLICE("victim_account"), order->victim_account);
}

void order_put_json(struct json_writer *json, const struct order_row *row) {
    const struct order_answer_text *answer = order_answer_text(row->answer);
    json_object_begin(json);
    json_key_i64(json, SLICE("police_order"), row->id);
    put_elements(json, &row->order);
    put_text(json, SLICE("target"), row->target);
    put_text(json, SLICE("customer"), row->customer);
    json_key_string(json, SLICE("state"), slice_of(states[row->state].word));
    json_key_string(json, SLICE("state_zh"), slice_of(states[row->state].zh));
    json_key_string(json, SLICE("state_en"), slice_of(states[row->state].en));
    json_key_string(json, SLICE("answer"), slice_of(answer->word));
    json_key_string(json, SLICE("answer_zh"), slice_of(answer->zh));
    json_key_string(json, SLICE("answer_en"), slice_of(answer->en));
    json_key_bool(json, SLICE("may_be_executed"),
                  answer->outcome == OUTCOME_PERSON || row->state == ORDER_IS_DECIDING);
    put_text(json, SLICE("problem"), row->problem);
    put_number(json, SLICE("control"), row->control);
    put_moment(json, SLICE("taken"), row->taken_us);
    put_moment(json, SLICE("since"), row->state_us);
    put_moment(json, SLICE("answered"), row->answered_us);
    put_moment(json, SLICE("executed"), row->executed_us);
    put_moment(json, SLICE("due"), row->due_us);
    put_text(json, SLICE("decided_by"), row->decided_by);
    put_text(json, SLICE("decided_second"), row->decided_second);
    put_text(json, SLICE("decision_reason"), row->decision_reason);
    json_key_i64(json, SLICE("pages"), row->pages);
    json_key_string(json, SLICE("secrecy"), row->secrecy);
    json_object_end(json);
}

#define SEEN "SELECT " ORDER_COLUMNS " FROM seen_order WHERE viewer = ?1 AND id < ?2"
#define NEWEST_FIRST " ORDER BY id DESC LIMIT ?3"

static const struct list_plan lists[] = {
    [ORDERS_IN_STATE] = {{"order_list_state", SEEN " AND state = ?4" NEWEST_FIRST}, LIST_BY_WORD},
    [ORDERS_OF_ACCOUNT] = {{"order_list_account", SEEN " AND target = ?4" NEWEST_FIRST},
                           LIST_BY_KEY},
    [ORDERS_NEWEST] = {{"order_list_newest", SEEN NEWEST_FIRST}, LIST_BY_NOTHING},
};

Status order_list_json(struct book *book, OrderListing list, const struct list_page *page,
                       struct json_writer *json) {
    struct order_row row;
    Status status;
    TRY(list_ask(book, &lists[list], page));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK &&
           (status = row_read(book, &row)) == STATUS_OK) {
        order_put_json(json, &row);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- figures ----------------------------------------------------------------------------------

#define OF_KIND " FROM seen_order WHERE viewer = ?5 AND kind = ?1 AND taken_us >= ?2 AND taken_us < ?3"
#define SUM_WHERE(condition)                                                                       \
    "CAST(COALESCE(SUM(CASE WHEN " condition " THEN 1 ELSE 0 END), 0) AS BIGINT)"
static const struct statement COUNTS = {
    "order_counts",
    "SELECT COUNT(*), COUNT(executed_us), " SUM_WHERE("state = 'REFUSED'") ", " SUM_WHERE(
        "state = 'EXCEPTION'") ", " SUM_WHERE("decided_by = '' AND executed_us - taken_us <= "
                                              "?4") OF_KIND};
static const struct statement NTH = {"order_nth",
                                     "SELECT executed_us - taken_us" OF_KIND
                                     " AND executed_us IS NOT NULL ORDER BY 1 LIMIT 1 OFFSET ?4"};

// The smallest time within which `percent` of them were executed.
static Status percentile(struct book *book, StoreValues of, int64_t count, int64_t percent,
                         int64_t *ret_us) {
    enum { HUNDRED = 100 };
    if (count == 0) {
        return STATUS_OK;
    }
    int64_t nth = (count * percent + HUNDRED - 1) / HUNDRED - 1;
    StoreValue values[] = {of.at[0], of.at[1], of.at[2], store_i64(nth), of.at[4]};
    return book_number(book, &NTH, (StoreValues){values, 5}, ret_us);
}

Status order_figures(struct book *book, const struct terms *terms, int64_t viewer, OrderKind kind,
                     int64_t from_us, int64_t until_us, struct order_figures *ret_figures) {
    enum { MEDIAN = 50, TAIL = 95 };
    StoreValue of[] = {store_text(slice_of(order_kind_text(kind)->word)), store_i64(from_us),
                       store_i64(until_us), store_i64(terms->order_seconds * US_PER_SECOND),
                       store_i64(viewer)};
    TRY(book_one(book, &COUNTS, (StoreValues){of, 5}));
    struct order_figures figures = {.taken = book_i64(book, 0),
                                    .executed = book_i64(book, 1),
                                    .refused = book_i64(book, 2),
                                    .in_exception = book_i64(book, 3),
                                    .in_time = book_i64(book, 4)};
    TRY(percentile(book, (StoreValues){of, 5}, figures.executed, MEDIAN, &figures.p50_us));
    TRY(percentile(book, (StoreValues){of, 5}, figures.executed, TAIL, &figures.p95_us));
    *ret_figures = figures;
    return STATUS_OK;
}
