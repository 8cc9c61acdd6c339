// Tasks: what customers and branches are asked.

#include "server/api/brought.h"

// ---- lists --------------------------------------------------------------------------------------

static Status put_tasks(struct visit *visit, struct book *book, struct json_writer *json) {
    return tasks_put_json(book, visit->user, json);
}

static Status list(struct visit *visit, struct book *book) {
    const struct task_filter *filter = visit->user;
    return visit_put_page(visit, book, "tasks", "task", filter->count_max, put_tasks);
}

static bool read_filter(struct visit *visit, struct task_filter *filter) {
    int64_t limit = LIST_USUAL;
    if (!visit_ask_text(visit, "state", &filter->state) ||
        !visit_ask_text(visit, "channel", &filter->channel) ||
        !visit_ask_number(visit, "after", 1, INT64_MAX, &filter->before) ||
        !visit_ask_number(visit, "limit", 1, OFFICE_ROWS_MAX, &limit)) {
        return false; // and the filter is gone with the visit
    }
    filter->count_max = (uint32_t)limit;
    return true;
}

void api_get_tasks(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "channel", "branch", "alert", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, 6);
    if (visit == NULL) {
        return;
    }
    struct task_filter *filter = ARENA_NEW(&visit->deed->arena, struct task_filter);
    *filter = (struct task_filter){.viewer = visit->viewer};
    visit->user = filter;
    if (visit_ask_text(visit, "branch", &filter->branch) &&
        visit_ask_number(visit, "alert", 1, INT64_MAX, &filter->alert) &&
        read_filter(visit, filter)) {
        visit_look(visit, list, "tasks", 0);
    }
}

// ---- of the own branch --------------------------------------------------------------------------

Status tasks_of_branch(struct visit *visit, struct book *book, struct task_filter *filter) {
    struct person person;
    TRY(person_load(book, visit->actor.name, &person));
    ENSURE(!slice_empty(person.branch),
           book_fail(book, STATUS_INVALID, "DP007",
                     "your desk names no branch; a shift leader says which is yours"));
    filter->of_branch = true;
    filter->branch = person.branch;
    return STATUS_OK;
}

static Status list_own(struct visit *visit, struct book *book) {
    struct task_filter *filter = visit->user;
    TRY(tasks_of_branch(visit, book, filter));
    return list(visit, book);
}

static Status show_script(struct visit *visit, struct book *book) {
    struct task_filter filter = {.viewer = visit->viewer};
    TRY(tasks_of_branch(visit, book, &filter));
    return task_put_script(&visit->office, book, &filter, visit->id, visit->json);
}

void api_get_branch_script(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_is_person(visit) && visit_object(visit, "task")) {
        visit_look(visit, show_script, "task", visit->id);
    }
}

void api_get_branch_tasks(void *context, struct http_request *request) {
    static const char *const names[] = {"state", "channel", "after", "limit"};
    struct visit *visit = visit_query(context, request, names, 4);
    if (!visit_is_person(visit)) {
        return;
    }
    struct task_filter *filter = ARENA_NEW(&visit->deed->arena, struct task_filter);
    *filter = (struct task_filter){.viewer = visit->viewer};
    visit->user = filter;
    if (read_filter(visit, filter)) {
        visit_look(visit, list_own, "tasks", 0);
    }
}
