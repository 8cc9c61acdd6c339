#pragma once
// Scene: for tests: the pack `bank` with strategies of the test's own, a store, and decisions made by hand.
//
//     struct scene s;
//     CHECK(scene_init(&s, STRATEGIES));               // texts of strategies, in the order in which they are tried
//     CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 1800}));
//     CHECK(scene_alert(&s, "C1", "AT", &alert));
//     CHECK(scene_deinit(&s));

#include "base/test.h"
#include "base/vec.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "response/controls/controls.h"
#include "response/disposition/alert.h"
#include "response/disposition/disposition.h"
#include "response/disposition/earn.h"
#include "response/disposition/people.h"

#include <stdlib.h>

enum { SCENE_FILE_MAX = 1 << 20 };
#define SCENE_BEGIN_US (INT64_C(1788192000) * US_PER_SECOND) // a Tuesday morning in Hangzhou

struct scene {
    struct scratch scratch;
    struct arena arena; // of the pack
    struct catalogue *catalogue;
    struct strategies *strategies;
    struct knowledge *knowledge;
    VEC(struct pack_file) files;
    struct terms terms;
    struct book book;
    struct disposition *disposition;
    int64_t now_us;
    uint64_t sequence;
    bool knows; // lists and profiles can be asked
    uint32_t asked, asked_max; // how often they were, and can be; 0: always
    Status status;
    Slice address;
};

static inline bool scene_with_knowledge(void *context, void (*look)(void *user, const struct knowledge *knowledge), void *user) {
    struct scene *s = context;
    bool knows = s->knows && (s->asked_max == 0 || s->asked < s->asked_max);
    s->asked++;
    if (knows) {
        look(user, s->knowledge);
    }
    return knows;
}

// ---- the pack -------------------------------------------------------------------------------------------------------

// Models name the strategies of the pack, which are not here: the line becomes a comment.
static inline void scene_unname(Slice *text) {
    size_t at = slice_find(*text, SLICE("\ndisposition_strategy:"), 0);
    if (at != SIZE_MAX) {
        ((char *)text->at)[at + 1] = '#';
    }
}

static inline bool scene_read_files(struct scene *s) {
    const char *root = getenv("QIANTANG_ROOT");
    Slice pack = arena_printf(&s->arena, "%s/packs/bank", root == NULL ? "." : root);
    static const char *const endings[] = {".yaml", ".csv"};
    for (uint32_t k = 0; k < 2; k++) {
        FileList list;
        struct diag diag;
        CHECK(file_list(pack, slice_of(endings[k]), true, &s->arena, &list, &diag) == STATUS_OK);
        for (uint32_t i = 0; i < list.count; i++) {
            Slice path = slice_part(list.paths[i], pack.size + 1, SIZE_MAX);
            if (slice_starts_with(path, SLICE("tests/")) || slice_starts_with(path, SLICE("strategies/"))) {
                continue;
            }
            struct pack_file *file = VEC_PUSH(&s->files, &s->arena);
            file->path = path;
            file->source.name = list.paths[i];
            CHECK(file_read(list.paths[i], SCENE_FILE_MAX, &s->arena, &file->source.text, &diag) == STATUS_OK);
            scene_unname(&file->source.text);
        }
    }
    return true;
}

// disposition.yaml with another order of strategies: its last key.
static inline void scene_order(struct scene *s, const char *order) {
    for (uint32_t i = 0; i < s->files.count; i++) {
        Slice *text = &s->files.at[i].source.text;
        if (slice_is(s->files.at[i].path, "disposition.yaml")) {
            size_t at = slice_find(*text, SLICE("\norder:"), 0);
            size_t end = at + 1;
            do { // up to the next line that begins a key
                end = slice_find_byte(*text, '\n', end) + 1;
            } while (end < text->size && (text->at[end] == ' ' || text->at[end] == '\n' || text->at[end] == '#'));
            *text = arena_printf(&s->arena, "%.*s\norder: [%s]\n%.*s", (int)at, text->at, order, SLICE_ARGS(slice_part(*text, end < text->size ? end : text->size, SIZE_MAX)));
        }
    }
}

struct scene_strategy {
    const char *id, *text;
};

// The keys that say nothing of what it does are given.
#define SCENE_STRATEGY(id, body) {id, "id: " id "\nversion: 1\nzh: 测\nen: tested\nowner: 风险监测中心\n" body}

// What the compiler says of the strategies is left in s->strategies->diags.
static inline bool scene_try_to_compile(struct scene *s, const struct scene_strategy *strategies, uint32_t count, Status *ret_status) {
    Slice order = SLICE("");
    for (uint32_t i = 0; i < count; i++) {
        struct pack_file *file = VEC_PUSH(&s->files, &s->arena);
        file->path = arena_printf(&s->arena, "strategies/%s.yaml", strategies[i].id);
        file->source.name = file->path;
        file->source.text = slice_of(strategies[i].text);
        order = arena_printf(&s->arena, "%.*s%s%s", SLICE_ARGS(order), i == 0 ? "" : ", ", strategies[i].id);
    }
    scene_order(s, order.at);
    s->catalogue = catalogue_create();
    s->strategies = strategies_create();
    CHECK(catalogue_load(s->catalogue, s->files.at, s->files.count) == STATUS_OK);
    *ret_status = strategies_compile(s->strategies, s->catalogue, s->files.at, s->files.count);
    return true;
}

static inline bool scene_compile(struct scene *s, const struct scene_strategy *strategies, uint32_t count) {
    Status status;
    CHECK(scene_try_to_compile(s, strategies, count, &status));
    if (status != STATUS_OK) {
        diag_list_print(&s->strategies->diags, stderr);
    }
    CHECK(status == STATUS_OK);
    s->knowledge = knowledge_create(s->catalogue->knowledge, s->catalogue->money_digits, s->catalogue->zone_offset_us);
    catalogue_load_knowledge(s->catalogue, s->files.at, s->files.count, s->knowledge);
    return true;
}

// ---- its life -------------------------------------------------------------------------------------------------------

static inline Status scene_empty(void *context, struct book *book) {
    static const struct statement tables[] = {
        {"scene_1", "DELETE FROM timer"}, {"scene_2", "DELETE FROM message"}, {"scene_3", "DELETE FROM trace"}, {"scene_4", "DELETE FROM hold"},
        {"scene_5", "DELETE FROM control"}, {"scene_6", "DELETE FROM alert"}, {"scene_7", "DELETE FROM evidence"}, {"scene_8", "DELETE FROM alert_event"},
        {"scene_9", "DELETE FROM hit"}, {"scene_10", "DELETE FROM run"}, {"scene_11", "DELETE FROM strategy_state"}, {"scene_12", "DELETE FROM agreement"},
        {"scene_13", "DELETE FROM sample"}, {"scene_14", "DELETE FROM label"}, {"scene_15", "DELETE FROM cleared"}, {"scene_16", "DELETE FROM desk"},
        {"scene_17", "DELETE FROM task"}, {"scene_18", "DELETE FROM model_age"}, {"scene_19", "DELETE FROM later_positive"}, {"scene_20", "DELETE FROM missed"},
        {"scene_21", "DELETE FROM happened"}, {"scene_24", "DELETE FROM closing"}, {"scene_25", "DELETE FROM notice"}, {"scene_26", "DELETE FROM escalated"}, {"scene_22", "DELETE FROM police_order"}, {"scene_23", "DELETE FROM appeal"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        TRY(book_run(book, &tables[i], STORE_NO_VALUES));
    }
    return STATUS_OK;
}

static inline bool scene_within(struct scene *s, Actor actor, BookWork *work, void *context) {
    s->status = book_do(&s->book, actor, s->now_us, work, context, &s->scratch.arena, &s->scratch.diag);
    return s->status == STATUS_OK;
}

#define SCENE_OK(s, call) CHECK_THAT(call, "%s %.*s", (s)->scratch.diag.code, SLICE_ARGS((s)->scratch.diag.message))
#define SCENE_REFUSES(s, call, wanted) CHECK_THAT(!(call) && strcmp((s)->scratch.diag.code, wanted) == 0, "%s", (s)->scratch.diag.code)

static const Actor SCENE_SYSTEM = {ACTOR_KIND_SYSTEM, {"desk", 4}};

static inline Actor scene_person(const char *name) {
    return (Actor){ACTOR_KIND_PERSON, slice_of(name)};
}

static inline bool scene_init(struct scene *s, const struct scene_strategy *strategies, uint32_t count) {
    const char *server = getenv("STORE");
    *s = (struct scene){.now_us = SCENE_BEGIN_US, .knows = true, .sequence = 100};
    CHECK(scratch_make(&s->scratch, NULL));
    arena_init(&s->arena, 1 << 20);
    CHECK(scene_read_files(s) && scene_compile(s, strategies, count));
    terms_init(&s->terms, s->catalogue->zone_offset_us);
    s->address = server == NULL ? arena_printf(&s->arena, "sqlite:%.*s", SLICE_ARGS(scratch_path(&s->scratch, "store.db"))) : slice_of(server);
    CHECK_THAT(book_open(&s->book, s->address, 1, &s->scratch.arena, &s->scratch.diag) == STATUS_OK, "%.*s", SLICE_ARGS(s->scratch.diag.message));
    s->disposition = disposition_create(&(struct disposition_options){.catalogue = s->catalogue, .strategies = s->strategies, .terms = &s->terms,
                                                                      .world = {.context = s, .with_knowledge = scene_with_knowledge}});
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_empty, NULL));
    return true;
}

// As if nothing had happened yet; lists stay as they are.
static inline bool scene_again(struct scene *s) {
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_empty, NULL));
    s->now_us = SCENE_BEGIN_US;
    s->sequence = 100;
    return true;
}

// Whether the compiler refuses a strategy with this code. A scene of its own.
static inline bool scene_refuses(const struct scene_strategy *strategy, const char *code) {
    struct scene s = {0};
    Status status;
    bool is_told = false;
    arena_init(&s.arena, 1 << 20);
    CHECK(scene_read_files(&s) && scene_try_to_compile(&s, strategy, 1, &status));
    for (uint32_t i = 0; i < s.strategies->diags.count; i++) {
        is_told = is_told || strcmp(s.strategies->diags.items[i].code, code) == 0;
    }
    strategies_destroy(s.strategies);
    catalogue_destroy(s.catalogue);
    arena_deinit(&s.arena);
    return status != STATUS_OK && is_told;
}

static inline bool scene_deinit(struct scene *s) {
    disposition_destroy(s->disposition);
    book_close(&s->book);
    knowledge_destroy(s->knowledge);
    strategies_destroy(s->strategies);
    catalogue_destroy(s->catalogue);
    arena_deinit(&s->arena);
    return scratch_remove(&s->scratch);
}

// ---- decisions ------------------------------------------------------------------------------------------------------

struct decided {
    const char *model, *other_model; // the second: NULL, none
    const char *customer, *payee, *type;
    int64_t amount; // fen
    const char *action;
    int64_t delay_s;
    int64_t age; // of the customer; 0: 40, below 0: not told
    bool late, degraded, company, is_result;
    const char *original; // of a RESULT
    const char *result;
    const char *saw; // JSON
    const char *more; // members of the event, with a comma behind
    const char *payee_customer; // NULL: the payee is at another bank
};

static inline Slice scene_event(struct scene *s, const struct decided *d) {
    const char *payee = d->payee == NULL ? "B1" : d->payee;
    int64_t age = d->age == 0 ? 40 : d->age;
    Slice aged = age < 0 ? SLICE("") : arena_printf(&s->scratch.arena, "\"age\":%lld,", (long long)age);
    Slice paid = d->payee_customer == NULL ? SLICE("") : arena_printf(&s->scratch.arena, "\"payee_cust_id\":\"%s\",", d->payee_customer);
    Slice original = d->original == NULL ? SLICE("") : arena_printf(&s->scratch.arena, "\"orig_event_id\":\"%s\",\"result\":\"%s\",", d->original, d->result);
    return arena_printf(&s->scratch.arena,
                        "{\"event_id\":\"E%llu\",\"event_type\":\"%s\",\"schema_version\":1,\"phase\":\"%s\",\"event_time\":%lld,\"source_system\":\"MBANK\",\"channel\":\"MOBILE\",%.*s%s"
                        "\"trace_id\":\"T%llu\",\"branch_id\":\"0301004\",\"cust_id\":\"%s\",\"cust_type\":\"%s\",%.*s\"acct_no\":\"A%s\",\"payer_acct_no\":\"A%s\",\"payer_type\":\"PERSONAL\","
                        "\"payer_bank_code\":\"313999000017\",\"payee_acct_no\":\"%s\",\"payee_type\":\"PERSONAL\",\"payee_bank_code\":\"306581000003\",\"payee_is_self\":false,"
                        "\"payee_is_own\":%s,%.*s\"amount\":%lld,\"currency\":\"CNY\",\"clearing\":\"IBPS\",\"balance_before\":%lld,\"settle_mode\":\"REALTIME\",\"auth_methods\":[\"PIN\"],\"auth_level\":1,"
                        "\"is_call_active\":false,\"is_screen_share\":false,\"is_remote_ctl\":false,\"device_id\":\"D%s\"}",
                        (unsigned long long)s->sequence, d->type == NULL ? "transfer_out" : d->type, d->is_result ? "RESULT" : "REQUEST", (long long)(s->now_us / US_PER_MS),
                        SLICE_ARGS(original), d->more == NULL ? "" : d->more, (unsigned long long)s->sequence, d->customer, d->company ? "CORPORATE" : "PERSONAL", SLICE_ARGS(aged), d->customer, d->customer, payee,
                        d->payee_customer == NULL ? "false" : "true", SLICE_ARGS(paid), (long long)d->amount, (long long)d->amount * 2, d->customer);
}

static inline Slice scene_hit(struct scene *s, const char *id, const char *saw) {
    uint32_t number = map_get(&s->catalogue->models_by_id, slice_of(id));
    INVARIANT(number != MAP_NONE);
    const struct model *model = &s->catalogue->models.at[number];
    return arena_printf(&s->scratch.arena, "{\"model\":\"%s\",\"version\":%lld,\"mode\":\"SYNC\",\"severity\":\"%s\",\"score\":%d,\"asks\":\"MANUAL\",\"saw\":%s}", id,
                        (long long)model->version, severity_names[model->severity], (int)model->score, saw == NULL ? "{\"f.acct_out_sum_24h\":100.00}" : saw);
}

static inline Slice scene_decision(struct scene *s, const struct decided *d) {
    Slice hits = d->model == NULL ? SLICE("") : scene_hit(s, d->model, d->saw);
    if (d->other_model != NULL) {
        hits = arena_printf(&s->scratch.arena, "%.*s,%.*s", SLICE_ARGS(hits), SLICE_ARGS(scene_hit(s, d->other_model, d->saw)));
    }
    Slice delay = d->delay_s == 0 ? SLICE("") : arena_printf(&s->scratch.arena, "\"delay_s\":%lld,", (long long)d->delay_s);
    return arena_printf(&s->scratch.arena,
                        "{\"event_id\":\"E%llu\",\"event_type\":\"transfer_out\",\"event_time\":%lld,\"action\":\"%s\",%.*s\"tasks\":[],\"score\":50,\"severity\":\"S2\",\"segment\":\"ADULT\","
                        "\"flags\":[%s],%s\"hits\":[%.*s],\"rules\":[],\"catalogue\":\"bank 1 0\"}",
                        (unsigned long long)s->sequence, (long long)(s->now_us / US_PER_MS), d->action == NULL ? "PASS" : d->action, SLICE_ARGS(delay), d->late ? "\"late\"" : "",
                        d->degraded ? "\"degraded\":\"rules\"," : "", SLICE_ARGS(hits));
}

struct scene_taking {
    struct scene *scene;
    struct outcome outcome;
};

static inline Status scene_take(void *context, struct book *book) {
    struct scene_taking *taking = context;
    return disposition_take(taking->scene->disposition, book, &taking->outcome, NULL);
}

// Its event has the id E<sequence>; the sequence goes on by one.
static inline bool scene_decide(struct scene *s, const struct decided *d) {
    struct scene_taking taking = {.scene = s, .outcome = {.sequence = s->sequence, .decided_us = s->now_us}};
    taking.outcome.event = arena_copy(&s->arena, scene_event(s, d));
    taking.outcome.decision = arena_copy(&s->arena, scene_decision(s, d));
    s->sequence++;
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_take, &taking));
    return true;
}

// An event of the test's own text, on which nothing was found.
static inline bool scene_happens(struct scene *s, Slice event) {
    struct scene_taking taking = {.scene = s, .outcome = {.sequence = s->sequence, .decided_us = s->now_us, .event = event}};
    taking.outcome.decision = arena_copy(&s->arena, scene_decision(s, &(struct decided){.action = "PASS"}));
    s->sequence++;
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_take, &taking));
    return true;
}

// The customer reports that he was deceived.
static inline bool scene_report(struct scene *s, const char *customer) {
    return scene_happens(s, arena_printf(&s->arena, "{\"event_id\":\"R%llu\",\"event_type\":\"customer_report\",\"schema_version\":1,\"phase\":\"RESULT\",\"event_time\":%lld,\"source_system\":\"CRM\","
                                                    "\"channel\":\"CALLCENTER\",\"result\":\"SUCCESS\",\"trace_id\":\"T\",\"branch_id\":\"0301001\",\"cust_id\":\"%s\",\"cust_type\":\"PERSONAL\","
                                                    "\"acct_no\":\"A%s\",\"report_kind\":\"VICTIM\",\"report_id\":\"R\"}",
                                         (unsigned long long)s->sequence, (long long)(s->now_us / US_PER_MS), customer, customer));
}

// The police freezes an account; the event names no customer.
static inline bool scene_order_on(struct scene *s, const char *account) {
    return scene_happens(s, arena_printf(&s->arena, "{\"event_id\":\"E%llu\",\"event_type\":\"police_order\",\"schema_version\":1,\"phase\":\"REQUEST\",\"event_time\":%lld,\"source_system\":\"POLICE\","
                                                    "\"channel\":\"INTERNAL\",\"trace_id\":\"T1\",\"branch_id\":\"0301004\",\"acct_no\":\"%s\",\"cust_name_hash\":\"N1\",\"order_id\":\"O-1\","
                                                    "\"order_kind\":\"FREEZE\",\"order_authority\":\"X\",\"order_doc_no\":\"D-1\"}",
                                         (unsigned long long)s->sequence, (long long)(s->now_us / US_PER_MS), account));
}

// Puts a key on a list of the pack, from a moment on.
static inline bool scene_list(struct scene *s, const char *list, const char *key, int64_t from_us) {
    uint32_t number = map_get(&s->catalogue->knowledge->lists_by_name, slice_of(list));
    Slice name = slice_of(key);
    struct knowledge_entry entry = {.begin_us = from_us, .end_us = INT64_MAX, .source = SLICE("police"), .reason = SLICE("case")};
    return number != MAP_NONE && knowledge_list_add(s->knowledge, number, knowledge_key(&name, 1), &entry) == STATUS_OK;
}

// ---- looking ----------------------------------------------------------------------------------------------------------

// A change of the rows that no part of the program makes.
static inline bool scene_change(struct scene *s, const struct statement *statement) {
    CHECK_THAT(store_run(s->book.store, statement, STORE_NO_VALUES, NULL, &s->scratch.diag) == STATUS_OK, "%.*s", SLICE_ARGS(s->scratch.diag.message));
    return true;
}

struct scene_question {
    const struct statement *statement;
    StoreValues values;
    int64_t number;
    Slice text;
};

static inline Status scene_ask_number(void *context, struct book *book) {
    struct scene_question *question = context;
    Status status = book_number(book, question->statement, question->values, &question->number);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// -1: no row.
static inline int64_t scene_number(struct scene *s, const struct statement *statement, StoreValues values) {
    struct scene_question question = {.statement = statement, .values = values, .number = -1};
    INVARIANT(scene_within(s, SCENE_SYSTEM, scene_ask_number, &question));
    return question.number;
}

// Whether the payment of a decision is HELD, RELEASED, REFUSED or CANCELLED.
static inline bool scene_hold_is(struct scene *s, int64_t sequence, const char *state) {
    static const struct statement HOLD = {"scene_hold", "SELECT COUNT(*) FROM hold WHERE id = ?1 AND state = ?2"};
    return scene_number(s, &HOLD, STORE_VALUES(store_i64(sequence), store_text(slice_of(state)))) == 1;
}

// How many runs ended so: CLOSED, FORBIDDEN, LIMITED ...
static inline int64_t scene_runs(struct scene *s, const char *outcome) {
    static const struct statement RUNS = {"scene_runs", "SELECT COUNT(*) FROM run WHERE outcome = ?1 AND is_shadow = 0"};
    return scene_number(s, &RUNS, STORE_VALUES(store_text(slice_of(outcome))));
}

struct scene_finding {
    const char *customer, *group;
    struct alert *alert;
};

static inline Status scene_find(void *context, struct book *book) {
    const struct scene_finding *finding = context;
    return alert_find(book, SLICE("CUSTOMER"), slice_of(finding->customer), slice_of(finding->group), 0, finding->alert);
}

// The open one of a customer and group, or else the newest that was closed.
static inline bool scene_alert(struct scene *s, const char *customer, const char *group, struct alert *ret_alert) {
    struct scene_finding finding = {customer, group, ret_alert};
    return scene_within(s, SCENE_SYSTEM, scene_find, &finding);
}

// ---- time, answers ----------------------------------------------------------------------------------------------------

struct scene_timers {
    struct scene *scene;
    struct due_timer due[64];
    uint32_t count;
};

static inline Status scene_hold(struct scene *s, struct book *book, const struct due_timer *due) {
    TRY(hold_timer(book, &s->terms, due));
    return disposition_payment(s->disposition, book, due->object);
}

static inline Status scene_fire(void *context, struct book *book) {
    struct scene_timers *timers = context;
    struct scene *s = timers->scene;
    TRY(book_timers_due(book, timers->due, 64, &timers->count));
    for (uint32_t i = 0; i < timers->count; i++) {
        const struct due_timer *due = &timers->due[i];
        TRY(due->kind == TIMER_HOLD || due->kind == TIMER_HOLD_CONFIRM ? scene_hold(s, book, due)
            : due->kind >= TIMER_CONTROL && due->kind <= TIMER_CONTROL_REVIEW ? control_timer(book, &s->terms, due)
                                                                              : disposition_timer(s->disposition, book, due));
    }
    return STATUS_OK;
}

// Lets time pass, and everything that is due happen.
static inline bool scene_pass(struct scene *s, int64_t span_us) {
    struct scene_timers timers = {.scene = s};
    s->now_us += span_us;
    do {
        SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_fire, &timers));
    } while (timers.count > 0);
    return true;
}

struct scene_answering {
    struct scene *scene;
    int64_t task;
    const char *text;
};

static inline Status scene_give_answer(void *context, struct book *book) {
    const struct scene_answering *answering = context;
    return disposition_answer(answering->scene->disposition, book, answering->task, slice_of(answering->text));
}

// To the newest question of a customer.
static inline bool scene_answer(struct scene *s, const char *customer, const char *text) {
    static const struct statement TASK = {"scene_task", "SELECT id FROM task WHERE party = ?1 AND state = 'ASKED' ORDER BY id DESC LIMIT 1"};
    struct scene_answering answering = {.scene = s, .task = scene_number(s, &TASK, STORE_VALUES(store_text(slice_of(customer)))), .text = text};
    return scene_within(s, (Actor){ACTOR_KIND_CUSTOMER, SLICE("contact")}, scene_give_answer, &answering);
}

// ---- what strategies have earned, made up -----------------------------------------------------------------------------

static inline Status scene_make_old(void *context, struct book *book) {
    static const struct statement OLD = {"scene_old", "INSERT INTO model_age (model, version, since_us) VALUES (?1, ?2, 0) ON CONFLICT (model, version) DO UPDATE SET since_us = 0"};
    const struct scene *s = context;
    for (uint32_t i = 0; i < s->catalogue->models.count; i++) {
        TRY(book_run(book, &OLD, STORE_VALUES(store_text(s->catalogue->models.at[i].id), store_i64(s->catalogue->models.at[i].version))));
    }
    return STATUS_OK;
}

static inline Status scene_make_active(void *context, struct book *book) {
    static const struct statement ACTIVE = {"scene_active", "UPDATE strategy_state SET state = 'ACTIVE', since_us = ?1"};
    const struct scene *s = context;
    for (uint32_t i = 0; i < s->strategies->count; i++) {
        struct strategy_record record;
        TRY(strategy_record(book, &s->strategies->at[i], &record));
    }
    return book_run(book, &ACTIVE, STORE_VALUES(store_i64(s->now_us)));
}

// All models are old enough, and all strategies act.
static inline bool scene_grown(struct scene *s) {
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_make_old, s));
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_make_active, s));
    return true;
}

// ---- people -----------------------------------------------------------------------------------------------------------

// What a person does with an alert.
struct scene_deed {
    struct scene *scene;
    int64_t alert;
    Code code; // of a decision
    int64_t clear_days, case_id;
    const char *text;    // why; to whom
    bool needs_approval; // told by a decision
    Status (*act)(struct scene_deed *deed, struct book *book, const struct person *person);
};
typedef Status SceneAct(struct scene_deed *deed, struct book *book, const struct person *person);

static inline Status scene_act(void *context, struct book *book) {
    struct scene_deed *deed = context;
    struct person person;
    TRY(person_load(book, book->actor.name, &person));
    return deed->act(deed, book, &person);
}

static inline bool scene_does(struct scene *s, const char *who, SceneAct *act, struct scene_deed *deed) {
    deed->scene = s;
    deed->act = act;
    return scene_within(s, scene_person(who), scene_act, deed);
}

static inline Slice scene_why(const struct scene_deed *deed) {
    return deed->text == NULL ? SLICE("as the customer says") : slice_of(deed->text);
}

static inline Status scene_next(struct scene_deed *deed, struct book *book, const struct person *person) {
    int64_t id;
    return alert_next(deed->scene->disposition, book, person, &id);
}

static inline Status scene_decides(struct scene_deed *deed, struct book *book, const struct person *person) {
    struct alert_decision decision = {.code = deed->code, .note = scene_why(deed), .clear_days = deed->clear_days, .case_id = deed->case_id};
    return alert_decide(deed->scene->disposition, book, person, deed->alert, &decision, &deed->needs_approval);
}

static inline Status scene_approves(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_approve(deed->scene->disposition, book, person, deed->alert, SLICE(""));
}

static inline Status scene_disapproves(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_disapprove(deed->scene->disposition, book, person, deed->alert, scene_why(deed));
}

static inline Status scene_hands_over(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_hand_over(deed->scene->disposition, book, person, deed->alert, slice_of(deed->text), SLICE("yours"));
}

static inline Status scene_hands_back(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_hand_back(deed->scene->disposition, book, person, deed->alert, SLICE("not mine"));
}

static inline Status scene_claims(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_claim(deed->scene->disposition, book, person, deed->alert);
}

// `text`: qa, appeal, victim_report, police_list.
static inline Status scene_opens_again(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_open_again(deed->scene->disposition, book, person, deed->alert, slice_of(deed->text), SLICE("look again"));
}

static inline Status scene_into_case(struct scene_deed *deed, struct book *book, const struct person *person) {
    return alert_into_case(deed->scene->disposition, book, person, deed->alert, deed->case_id);
}

// `text`: the script.
static inline Status scene_asks_by_message(struct scene_deed *deed, struct book *book, const struct person *person) {
    int64_t task;
    return alert_ask(deed->scene->disposition, book, person, deed->alert, CONTACT_SMS, slice_of(deed->text), 0, &task);
}

// The next sample, and what he says of it.
static inline Status scene_looks_again(struct scene_deed *deed, struct book *book, const struct person *person) {
    int64_t alert;
    bool is_overturned;
    TRY(sample_next(book, person, &alert));
    return sample_decide(deed->scene->disposition, book, person, alert, deed->code, SLICE("looked at again"), &is_overturned);
}

static inline Status scene_hire_all(void *context, struct book *book) {
    static const struct person people[] = {
        {.name = {"li", 2}, .skills = {" FRAUD MULE ", 12}, .on_duty = true},
        {.name = {"wang", 4}, .skills = {" FRAUD MULE ", 12}, .on_duty = true},
        {.name = {"zhou", 4}, .skills = {" FRAUD MULE ", 12}, .level = 1, .on_duty = true},
        {.name = {"aml", 3}, .skills = {" AML ", 5}, .domains = CLEARANCE_AML, .on_duty = true},
    };
    (void)context;
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        TRY(person_keep(book, &people[i]));
    }
    return STATUS_OK;
}

// li and wang, analysts; zhou, a shift leader; aml, who may see what is secret of laundering.
static inline bool scene_hire(struct scene *s) {
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, scene_hire_all, NULL));
    return true;
}
