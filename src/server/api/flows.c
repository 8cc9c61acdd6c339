// The ways of money: of an account, of a case, and pictures that are kept with one.

#include "server/api/flows.h"

#include "response/cases/cases.h"

enum { LAYERS_MOST = 16, ACCOUNTS_MOST = 2000, DWELL_HOURS_MOST = 24 * 366 };

struct picture {
    Slice account;
    struct flow_options options;
    int64_t number;
};

static struct picture *begin(struct visit *visit) {
    struct picture *picture = ARENA_NEW(&visit->deed->arena, struct picture);
    *picture = (struct picture){0};
    visit->user = picture;
    return picture;
}

// ---- what is asked for --------------------------------------------------------------------------

enum { FROM, UNTIL, ORDER, DIRECTION, DWELL, LAYERS, ACCOUNTS };
static_assert((int)ACCOUNTS + 1 == (int)FLOW_NAME_COUNT, "as FLOW_NAMES are");

static bool read_words(struct visit *visit, Slice order, Slice direction,
                       struct flow_options *options) {
    bool is_fine =
        (slice_empty(order) || slice_is(order, "first_out") || slice_is(order, "last_out")) &&
        (slice_empty(direction) || slice_is(direction, "forward") ||
         slice_is(direction, "backward"));
    if (!is_fine) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED,
                     "'order' is first_out or last_out, 'direction' forward or backward");
        return false;
    }
    options->order = slice_is(order, "last_out") ? GRAPH_FLOW_LAST_OUT : GRAPH_FLOW_FIRST_OUT;
    options->forward_only = slice_is(direction, "forward");
    options->backward_only = slice_is(direction, "backward");
    return true;
}

static void set_numbers(struct flow_options *options, int64_t dwell, int64_t layers,
                        int64_t accounts) {
    options->dwell_us_max = dwell * US_PER_HOUR;
    options->layers_max = (uint32_t)layers;
    options->accounts_max = (uint32_t)accounts;
}

static bool ask_options(struct visit *visit, struct flow_options *options) {
    Slice order, direction;
    int64_t dwell = 0, layers = 0, accounts = 0;
    if (!visit_ask_moment(visit, "from", &options->from_us) ||
        !visit_ask_moment(visit, "until", &options->until_us) ||
        !visit_ask_text(visit, "order", &order) ||
        !visit_ask_text(visit, "direction", &direction) ||
        !visit_ask_number(visit, "dwell_hours", 1, DWELL_HOURS_MOST, &dwell) ||
        !visit_ask_number(visit, "layers", 1, LAYERS_MOST, &layers) ||
        !visit_ask_number(visit, "accounts", 1, ACCOUNTS_MOST, &accounts) ||
        !read_words(visit, order, direction, options)) {
        return false;
    }
    set_numbers(options, dwell, layers, accounts);
    return true;
}

bool flow_options_read(struct visit *visit, const char *const *names,
                       struct flow_options *options) {
    Slice order, direction;
    int64_t dwell = 0, layers = 0, accounts = 0;
    if (!visit_moment(visit, FROM, names[FROM], &options->from_us) ||
        !visit_moment(visit, UNTIL, names[UNTIL], &options->until_us) ||
        !visit_text(visit, ORDER, names[ORDER], ID_TEXT_MAX, false, &order) ||
        !visit_text(visit, DIRECTION, names[DIRECTION], ID_TEXT_MAX, false, &direction) ||
        !visit_number(visit, DWELL, names[DWELL], 1, DWELL_HOURS_MOST, false, &dwell) ||
        !visit_number(visit, LAYERS, names[LAYERS], 1, LAYERS_MOST, false, &layers) ||
        !visit_number(visit, ACCOUNTS, names[ACCOUNTS], 1, ACCOUNTS_MOST, false, &accounts) ||
        !read_words(visit, order, direction, options)) {
        return false;
    }
    set_numbers(options, dwell, layers, accounts);
    return true;
}

// ---- looking ------------------------------------------------------------------------------------

static Status of_account(struct visit *visit, struct book *book) {
    const struct picture *picture = visit->user;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("flow"));
    TRY(flow_of_account(book, picture->account, &picture->options, visit->json, NULL));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_flow(void *context, struct http_request *request) {
    static const char *const names[] = {FLOW_NAMES, "account"};
    struct visit *visit = visit_query(context, request, names, FLOW_NAME_COUNT + 1);
    if (visit == NULL) {
        return;
    }
    struct picture *picture = begin(visit);
    if (!visit_ask_text(visit, "account", &picture->account) ||
        !ask_options(visit, &picture->options)) {
        return;
    }
    if (slice_empty(picture->account) || picture->account.size > CASES_NAME_MAX) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'account' is missing, or too long");
    } else {
        visit_look(visit, of_account, "flow", 0);
    }
}

static Status of_case(struct visit *visit, struct book *book) {
    const struct picture *picture = visit->user;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("flow"));
    TRY(flow_of_case(book, visit->viewer, visit->id, &picture->options, visit->json, NULL));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_case_flow(void *context, struct http_request *request) {
    static const char *const names[] = {FLOW_NAMES};
    struct visit *visit = visit_query(context, request, names, FLOW_NAME_COUNT);
    if (visit == NULL) {
        return;
    }
    struct picture *picture = begin(visit);
    if (visit_object(visit, "case") && ask_options(visit, &picture->options)) {
        visit_look(visit, of_case, "case", visit->id);
    }
}

// ---- pictures -----------------------------------------------------------------------------------

static Status keep(struct visit *visit, struct book *book) {
    const struct picture *picture = visit->user;
    int64_t number;
    TRY(flow_keep(book, visit->viewer, visit->id, &picture->options, &number));
    json_object_begin(visit->json);
    json_key_i64(visit->json, SLICE("picture"), number);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_post_case_picture(void *context, struct http_request *request) {
    static const char *const names[] = {FLOW_NAMES};
    struct visit *visit = visit_body(context, request, names, FLOW_NAME_COUNT);
    if (!visit_is_person(visit)) {
        return;
    }
    struct picture *picture = begin(visit);
    if (visit_object(visit, "case") &&
        flow_options_read(visit, names, &picture->options)) {
        visit_change(visit, keep, AUDIT_CASE_CHANGED, "case", visit->id);
    }
}

static Status put_picture(struct visit *visit, struct book *book) {
    const struct picture *picture = visit->user;
    Slice text;
    TRY(case_picture_read(book, visit->viewer, visit->id, picture->number, &text));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("flow"));
    json_raw(visit->json, text);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_case_picture(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit == NULL) {
        return;
    }
    struct picture *picture = begin(visit);
    if (visit_object(visit, "case") && visit_path(visit, "picture", &picture->number)) {
        visit_look(visit, put_picture, "case", visit->id);
    }
}
