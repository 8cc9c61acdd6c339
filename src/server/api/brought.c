#include "server/api/brought.h"

enum { ANSWER_TEXT_MAX = 32 << 10, NAME_TEXT_MAX = 128 };

// ---- answers of customers -----------------------------------------------------------------------

struct answering {
    Slice answer;
    bool of_branch;
};

static Status put_task(struct visit *visit, struct book *book, const struct task_filter *eyes) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("task"));
    TRY(task_put_json(book, eyes, visit->id, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

// One that he cannot see he cannot answer.
static Status answer(struct visit *visit, struct book *book) {
    const struct answering *answering = visit->user;
    struct task_filter eyes = {.viewer = visit->viewer};
    if (answering->of_branch) {
        TRY(tasks_of_branch(visit, book, &eyes));
    }
    TRY(task_check(book, &eyes, visit->id));
    TRY(disposition_answer(visit->office.disposition, book, visit->id, answering->answer));
    return put_task(visit, book, &eyes);
}

// A person takes an answer down; another system brings it for the customer.
static bool begin_answering(struct visit *visit, uint32_t member, bool of_branch) {
    struct answering *answering = ARENA_NEW(&visit->deed->arena, struct answering);
    *answering = (struct answering){.of_branch = of_branch};
    visit->user = answering;
    visit->actor.kind =
        visit->actor.kind == ACTOR_KIND_PERSON ? ACTOR_KIND_PERSON : ACTOR_KIND_CUSTOMER;
    return visit_json(visit, member, "answer", ANSWER_TEXT_MAX, &answering->answer);
}

static const char *const answer_names[] = {"task", "answer"};

static bool read_answer(struct visit *visit) {
    bool is_fine = begin_answering(visit, 1, false) &&
                   visit_number(visit, 0, answer_names[0], 1, INT64_MAX, true, &visit->id);
    if (is_fine) { // else it is gone
        visit->object = visit->id;
    }
    return is_fine;
}

const struct brought brought_answer = {answer_names,        2,     read_answer, answer,
                                       AUDIT_TASK_ANSWERED, "task"};

static void take_answer(struct serve *serve, struct http_request *request, bool of_branch) {
    static const char *const names[] = {"answer"};
    struct visit *visit = visit_body(serve, request, names, 1);
    if (visit == NULL || (of_branch && !visit_is_person(visit))) {
        return;
    }
    if (visit_object(visit, "task") && begin_answering(visit, 0, of_branch)) {
        visit_change(visit, answer, AUDIT_TASK_ANSWERED, "task", visit->id);
    }
}

void api_post_answer(void *context, struct http_request *request) {
    take_answer(context, request, false);
}

void api_post_branch_answer(void *context, struct http_request *request) {
    take_answer(context, request, true);
}

// What nobody had asked: he cancels.
static Status volunteer(struct visit *visit, struct book *book) {
    const struct answering *answering = visit->user;
    struct person eyes = {.domains = visit->viewer};
    struct alert alert;
    TRY(alert_load_seen(book, &eyes, visit->id, &alert));
    TRY(disposition_volunteer(visit->office.disposition, book, visit->id, answering->answer));
    return visit_put_alert(visit, book, visit->id);
}

void api_post_volunteered(void *context, struct http_request *request) {
    static const char *const names[] = {"answer"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (visit_object(visit, "alert") && begin_answering(visit, 0, false)) {
        visit_change(visit, volunteer, AUDIT_TASK_ANSWERED, "alert", visit->id);
    }
}

// ---- what the core bank has done ----------------------------------------------------------------

struct saying {
    Slice object_kind;
    int64_t object;
    struct confirmation confirmation;
};

static Status confirm(struct visit *visit, struct book *book) {
    const struct saying *saying = visit->user;
    TRY(office_confirm(&visit->office, book, saying->object_kind, saying->object,
                       &saying->confirmation));
    return visit_put_taken(visit);
}

enum { OBJECT_KIND, OBJECT, MESSAGE, IS_DONE, AT, PROBLEM, CONFIRMATION_MEMBERS };
static const char *const confirmation_names[] = {"object_kind", "object", "message",
                                                 "done",        "at",     "problem"};

static bool read_confirmation(struct visit *visit) {
    struct saying *saying = ARENA_NEW(&visit->deed->arena, struct saying);
    struct confirmation *confirmation = &saying->confirmation;
    *saying = (struct saying){.confirmation = {.is_done = true, .at_us = visit->deed->act.now_us}};
    visit->user = saying;
    bool is_fine =
        visit_text(visit, OBJECT_KIND, "object_kind", ID_TEXT_MAX, true, &saying->object_kind) &&
        visit_number(visit, OBJECT, "object", 1, INT64_MAX, true, &saying->object) &&
        visit_number(visit, MESSAGE, "message", 0, INT64_MAX, false, &confirmation->message) &&
        visit_flag(visit, IS_DONE, "done", &confirmation->is_done) &&
        visit_moment(visit, AT, "at", &confirmation->at_us) &&
        visit_text(visit, PROBLEM, "problem", NOTE_TEXT_MAX / 2, false, &confirmation->problem);
    if (is_fine && confirmation->at_us > visit->deed->act.now_us) {
        visit_refuse_member(visit, "at", "is when it was done, and not later than now");
        return false;
    }
    return is_fine;
}

const struct brought brought_confirmation = {confirmation_names,    CONFIRMATION_MEMBERS,
                                             read_confirmation,     confirm,
                                             AUDIT_CONTROL_CHANGED, "confirmation"};

void api_post_confirmation(void *context, struct http_request *request) {
    struct visit *visit = visit_body(context, request, confirmation_names, CONFIRMATION_MEMBERS);
    if (visit != NULL && read_confirmation(visit)) {
        const struct saying *saying = visit->user;
        visit_change(visit, confirm, AUDIT_CONTROL_CHANGED, "confirmation", saying->object);
    }
}

// ---- orders of authorities ----------------------------------------------------------------------

// Who has brought an order is told what became of it, whatever it is about.
static Status take_order(struct visit *visit, struct book *book) {
    struct order_result result;
    struct order_row row;
    TRY(order_take(book, visit->office.terms, visit->office.bank, visit->user, &result));
    TRY(order_load(book, CLEARANCE_ALL, result.id, &row));
    visit->object = result.id;
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("known"), result.is_known);
    json_key(visit->json, SLICE("order"));
    order_put_json(visit->json, &row);
    json_object_end(visit->json);
    return STATUS_OK;
}

enum {
    NUMBER,
    KIND,
    AUTHORITY,
    CITY_LEVEL,
    DOCUMENT,
    SIGNED,
    ORDERED,
    ACCOUNT,
    NAME_HASH,
    CERTIFICATE_HASH,
    AMOUNT,
    MOVED,
    FROM,
    UNTIL,
    FREEZE_CLASS,
    ORIGINAL,
    VICTIM_ACCOUNT,
    ENTRIES,
    ORDER_MEMBERS
};
static const char *const order_names[] = {
    "number",  "kind",    "authority",    "city_level",       "document",       "signed",
    "ordered", "account", "name_hash",    "certificate_hash", "amount",         "moved",
    "from",    "until",   "freeze_class", "original",         "victim_account", "entries"};

static bool read_texts(struct visit *visit, struct order *order, Slice *ret_kind,
                       Slice *ret_class) {
    const struct {
        uint32_t member;
        bool is_needed;
        Slice *into;
    } texts[] = {
        {NUMBER, true, &order->number},       {KIND, true, ret_kind},
        {AUTHORITY, true, &order->authority}, {DOCUMENT, false, &order->document},
        {ACCOUNT, false, &order->account},    {NAME_HASH, false, &order->name_hash},
        {FREEZE_CLASS, false, ret_class},     {CERTIFICATE_HASH, false, &order->certificate_hash},
        {ORIGINAL, false, &order->original},  {VICTIM_ACCOUNT, false, &order->victim_account}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!visit_text(visit, texts[i].member, order_names[texts[i].member], NAME_TEXT_MAX,
                        texts[i].is_needed, texts[i].into)) {
            return false;
        }
    }
    return true;
}

static bool read_words(struct visit *visit, struct order *order) {
    Slice kind, freeze_class;
    if (!read_texts(visit, order, &kind, &freeze_class)) {
        return false;
    }
    if (!order_kind_parse(kind, &order->kind) ||
        (!slice_empty(freeze_class) && !freeze_class_parse(freeze_class, &order->freeze_class))) {
        visit_refuse(
            visit, API_PROBLEM_ORDER_REFUSED,
            "'kind' or 'freeze_class' is a word that there is not; docs/controls.md has them");
        return false;
    }
    return true;
}

static bool entry_text(JsonTree tree, uint32_t entry, const char *name, bool is_needed,
                       Slice *ret_text) {
    uint32_t at = json_member(tree, entry, slice_of(name));
    *ret_text = SLICE("");
    if (at == JSON_NONE || tree.nodes[at].kind == JSON_NULL) {
        return !is_needed;
    }
    *ret_text = tree.nodes[at].text;
    return tree.nodes[at].kind == JSON_STRING && tree.nodes[at].text.size <= NAME_TEXT_MAX &&
           slice_find_byte(tree.nodes[at].text, 0, 0) == tree.nodes[at].text.size &&
           (!is_needed || !slice_empty(tree.nodes[at].text));
}

static bool entry_moment(JsonTree tree, uint32_t entry, const char *name, int64_t *ret_us) {
    uint32_t at = json_member(tree, entry, slice_of(name));
    if (at == JSON_NONE || tree.nodes[at].kind == JSON_NULL) {
        return true;
    }
    *ret_us = tree.nodes[at].kind == JSON_INT ? tree.nodes[at].i64 * US_PER_MS : 0;
    return tree.nodes[at].kind == JSON_INT && tree.nodes[at].i64 >= 0 &&
           tree.nodes[at].i64 <= INT64_MAX / US_PER_MS / 2;
}

static bool read_entry(JsonTree tree, uint32_t node, struct order_entry *entry) {
    static const char *const names[] = {"list", "account", "certificate", "bank", "from", "until"};
    uint32_t found[6];
    struct buf reason;
    Slice list;
    buf_init(&reason, 4096);
    bool is_fine = tree.nodes[node].kind == JSON_OBJECT &&
                   api_members(tree, node, names, 6, found, &reason) &&
                   entry_text(tree, node, "list", true, &list) &&
                   entry_text(tree, node, "account", true, &entry->account) &&
                   entry_text(tree, node, "certificate", false, &entry->certificate) &&
                   entry_text(tree, node, "bank", false, &entry->bank) &&
                   entry_moment(tree, node, "from", &entry->from_us) &&
                   entry_moment(tree, node, "until", &entry->until_us);
    buf_deinit(&reason);
    entry->list = is_fine && slice_is(list, "SUSPICIOUS") ? ORDER_LIST_SUSPICIOUS : ORDER_LIST_CASE;
    return is_fine && (slice_is(list, "CASE") || slice_is(list, "SUSPICIOUS"));
}

static bool read_entries(struct visit *visit, struct order *order) {
    JsonTree tree = visit->deed->tree;
    uint32_t list = visit->deed->found[ENTRIES];
    if (list == JSON_NONE) {
        return true;
    }
    bool is_fine =
        tree.nodes[list].kind == JSON_ARRAY && tree.nodes[list].count <= ORDER_ENTRIES_MAX;
    struct order_entry *entries = ARENA_ARRAY(&visit->deed->arena, struct order_entry,
                                              is_fine ? tree.nodes[list].count + 1 : 1);
    JSON_EACH(tree, list, i) {
        is_fine = is_fine && read_entry(tree, i, &entries[order->entry_count]);
        order->entry_count += is_fine;
    }
    order->entries = entries;
    if (!is_fine) {
        visit_refuse_member(visit, "entries",
                            "is a list of up to 1,000 of {list: CASE or SUSPICIOUS, account, "
                            "certificate, bank, from, until}");
    }
    return is_fine;
}

static bool read_order(struct visit *visit) {
    struct order *order = ARENA_NEW(&visit->deed->arena, struct order);
    *order = (struct order){.ordered_us = visit->deed->act.now_us};
    visit->user = order;
    visit->actor.kind =
        visit->actor.kind == ACTOR_KIND_PERSON ? ACTOR_KIND_PERSON : ACTOR_KIND_AUTHORITY;
    return read_words(visit, order) &&
           visit_flag(visit, CITY_LEVEL, "city_level", &order->is_city_level) &&
           visit_flag(visit, SIGNED, "signed", &order->is_signed) &&
           visit_moment(visit, ORDERED, "ordered", &order->ordered_us) &&
           visit_number(visit, AMOUNT, "amount", 0, INT64_MAX, false, &order->amount) &&
           visit_moment(visit, MOVED, "moved", &order->moved_us) &&
           visit_moment(visit, FROM, "from", &order->from_us) &&
           visit_moment(visit, UNTIL, "until", &order->until_us) && read_entries(visit, order);
}

const struct brought brought_order = {order_names, ORDER_MEMBERS,       read_order,
                                      take_order,  AUDIT_ORDER_CHANGED, "order"};

void api_post_order(void *context, struct http_request *request) {
    struct visit *visit = visit_body(context, request, order_names, ORDER_MEMBERS);
    if (visit != NULL && read_order(visit)) {
        visit_change(visit, take_order, AUDIT_ORDER_CHANGED, "order", 0);
    }
}

// ---- receipts of reports ------------------------------------------------------------------------

static Status take_receipt(struct visit *visit, struct book *book) {
    const Slice *receipt = visit->user;
    TRY(report_received(book, visit->id, *receipt));
    return visit_put_taken(visit);
}

static bool begin_receipt(struct visit *visit, uint32_t member) {
    Slice *receipt = ARENA_NEW(&visit->deed->arena, Slice);
    visit->user = receipt;
    return visit_text(visit, member, "receipt", NAME_TEXT_MAX, true, receipt);
}

static const char *const receipt_names[] = {"report", "receipt"};

static bool read_receipt(struct visit *visit) {
    bool is_fine = begin_receipt(visit, 1) &&
                   visit_number(visit, 0, receipt_names[0], 1, INT64_MAX, true, &visit->id);
    if (is_fine) { // else it is gone
        visit->object = visit->id;
    }
    return is_fine;
}

const struct brought brought_receipt = {receipt_names,       2,       read_receipt, take_receipt,
                                        AUDIT_REFERRAL_MADE, "report"};

void api_post_receipt(void *context, struct http_request *request) {
    static const char *const names[] = {"receipt"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (visit_object(visit, "report") && begin_receipt(visit, 0)) {
        visit_change(visit, take_receipt, AUDIT_REFERRAL_MADE, "report", visit->id);
    }
}
