// What customers and branches are asked.

#include "response/disposition/people.h"
#include "response/office/parts.h"

#define TASK_COLUMNS                                                                               \
    "id, COALESCE(alert, 0), COALESCE(case_id, 0), COALESCE(run, 0), channel, party_kind, party, " \
    "script, branch, state, asked_us, until_us, attempt, asked_by, answer,"                        \
    " COALESCE(answered_us, 0), answered_by"
#define OF_FILTER "(state = ?3 OR ?3 = '') AND (channel = ?4 OR ?4 = '')"

static const struct statement ALL = {"office_tasks",
                                     "SELECT " TASK_COLUMNS
                                     " FROM seen_task WHERE viewer = ?1 AND id < ?2 AND " OF_FILTER
                                     " ORDER BY id DESC LIMIT ?5"};
static const struct statement OF_ALERT = {
    "office_tasks_alert",
    "SELECT " TASK_COLUMNS " FROM seen_task WHERE viewer = ?1 AND id < ?2 AND " OF_FILTER
    " AND alert = ?6 ORDER BY id DESC LIMIT ?5"};
static const struct statement OF_BRANCH = {
    "office_tasks_branch",
    "SELECT " TASK_COLUMNS " FROM seen_task WHERE viewer = ?1 AND id < ?2 AND " OF_FILTER
    " AND branch = ?6 ORDER BY id DESC LIMIT ?5"};
static const struct statement ONE = {
    "office_task", "SELECT " TASK_COLUMNS " FROM seen_task WHERE viewer = ?1 AND id = ?2"};

static void put_row(struct book *book, struct json_writer *json) {
    Slice answer = store_column_text(book->store, 14);
    json_object_begin(json);
    json_key_i64(json, SLICE("task"), book_i64(book, 0));
    put_number(json, SLICE("alert"), book_i64(book, 1));
    put_number(json, SLICE("case"), book_i64(book, 2));
    put_number(json, SLICE("run"), book_i64(book, 3));
    json_key_string(json, SLICE("channel"), store_column_text(book->store, 4));
    json_key_string(json, SLICE("party_kind"), store_column_text(book->store, 5));
    json_key_string(json, SLICE("party"), store_column_text(book->store, 6));
    json_key_string(json, SLICE("script"), store_column_text(book->store, 7));
    put_text(json, SLICE("branch"), store_column_text(book->store, 8));
    json_key_string(json, SLICE("state"), store_column_text(book->store, 9));
    put_moment(json, SLICE("asked"), book_i64(book, 10));
    put_moment(json, SLICE("until"), book_i64(book, 11));
    json_key_i64(json, SLICE("attempt"), book_i64(book, 12));
    json_key_string(json, SLICE("asked_by"), store_column_text(book->store, 13));
    json_key(json, SLICE("answer"));
    json_raw(json, slice_empty(answer) ? SLICE("null") : answer);
    put_moment(json, SLICE("answered"), book_i64(book, 15));
    put_text(json, SLICE("answered_by"), store_column_text(book->store, 16));
    json_object_end(json);
}

Status tasks_put_json(struct book *book, const struct task_filter *filter,
                      struct json_writer *json) {
    Status status;
    uint32_t most = filter->count_max < OFFICE_ROWS_MAX ? filter->count_max : OFFICE_ROWS_MAX;
    bool by_branch = filter->of_branch || !slice_empty(filter->branch);
    const struct statement *statement = by_branch            ? &OF_BRANCH
                                        : filter->alert != 0 ? &OF_ALERT
                                                             : &ALL;
    StoreValue values[6] = {store_i64(filter->viewer),
                            store_i64(filter->before == 0 ? INT64_MAX : filter->before),
                            store_text(filter->state),
                            store_text(filter->channel),
                            store_i64(most),
                            by_branch ? store_text(filter->branch) : store_i64(filter->alert)};
    json_array_begin(json);
    if (!filter->of_branch ||
        !slice_empty(filter->branch)) { // who has no branch has no tasks of it
        TRY(book_ask(book, statement, (StoreValues){values, statement == &ALL ? 5 : 6}));
        while ((status = book_next(book)) == STATUS_OK) {
            put_row(book, json);
        }
        if (status != STATUS_END) {
            return status;
        }
    }
    json_array_end(json);
    return STATUS_OK;
}

Status task_check(struct book *book, const struct task_filter *seen_by, int64_t task) {
    Status status = book_one(book, &ONE, STORE_VALUES(store_i64(seen_by->viewer), store_i64(task)));
    bool is_his =
        status == STATUS_OK &&
        (!seen_by->of_branch || (!slice_empty(seen_by->branch) &&
                                 slice_equal(store_column_text(book->store, 8), seen_by->branch)));
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !is_his)) {
        return book_fail(book, STATUS_NOT_FOUND, "OF007", "there is no task %lld", (long long)task);
    }
    return status;
}

Status task_put_json(struct book *book, const struct task_filter *seen_by, int64_t task,
                     struct json_writer *json) {
    TRY(task_check(book, seen_by, task));
    put_row(book, json);
    return STATUS_OK;
}

Status task_put_script(const struct office *office, struct book *book,
                       const struct task_filter *seen_by, int64_t task, struct json_writer *json) {
    struct person eyes = {.domains = seen_by->viewer};
    TRY(task_check(book, seen_by, task));
    int64_t alert = book_i64(book, 1);
    Slice script = arena_copy(book->arena, store_column_text(book->store, 7)); // "CALL@1"
    return alert_put_script(office->disposition, book, &eyes, alert,
                            slice_part(script, 0, slice_find_byte(script, '@', 0)), json);
}
