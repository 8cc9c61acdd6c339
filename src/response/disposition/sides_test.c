// Alerts about who is paid, and about machines: many payers are one alert, and nothing that is done
// because of it touches one of them. On both engines.

#include "response/disposition/scene_test.h"

#include "monitoring/stream/event.h"

static const struct scene_strategy LIMITS = SCENE_STRATEGY(
    "D-LOW", "direction: RELEASE\napplies_to: [MU, CO]\nseverities: [S2]\n"
             "when: prof.acct.open_days < 180 && !fact.payroll_account && !fact.pension_account && "
             "!fact.settlement_account && !fact.court_account\n"
             "first: [{LIMIT_NON_COUNTER: {person: 5000, company: 50000, notice: "
             "NOTICE-LIMIT-LOWERED, reason: R-LIMIT}}]\nwait: 30d\nquiet: true\n"
             "then:\n  - {id: quiet, close: FP-BUSINESS, zh: 静, en: quiet}\n");
static const struct scene_strategy ASKS = SCENE_STRATEGY(
    "D-ASK", "direction: RELEASE\napplies_to: [AT, CF]\nseverities: [S1, S2]\nwhen: 'true'\nask: "
             "{channel: SMS, script: SMS-CONFIRM, within: 10m}\n"
             "then:\n  - {id: \"yes\", when: 'run.answered && answer.reply == \"Y\"', do: "
             "[RELEASE_PAYMENT], close: FP-OWNWILL, zh: 是, en: \"yes\"}\n");
static const struct scene_strategy STOPS = SCENE_STRATEGY(
    "D-STOP", "direction: PROTECT\non: [OPENED]\napplies_to: [MU, CF]\nwhen: 'true'\n"
              "then:\n  - {id: all, do: [{CONTROL_ACCOUNT: {notice: NOTICE-ACCOUNT-CONTROLLED, "
              "for: 24h}}, REPORT_SUSPICION], to: STAYS, zh: 控, en: controlled}\n");

static const struct statement ALERTS = {"sides_alerts", "SELECT COUNT(*) FROM alert"};
static const struct statement CONTROLS = {"sides_controls", "SELECT COUNT(*) FROM control"};
static const struct statement TASKS = {"sides_tasks", "SELECT COUNT(*) FROM task"};

static bool fill_table(struct scene *s, const char *table, const char *rows) {
    struct source source = {slice_of(table), slice_of(rows)};
    struct diag_list diags = {0};
    uint32_t number = 0;
    while (number < s->catalogue->knowledge->table_count &&
           !slice_is(s->catalogue->knowledge->tables[number].name, table)) {
        number++;
    }
    diag_list_init(&diags, &s->arena);
    knowledge_load_table_file(s->knowledge, number, &source, true, &s->arena, &diags);
    return diags.error_count == 0;
}

struct finding {
    const char *kind, *subject, *group;
    struct alert *alert;
};

static Status find(void *context, struct book *book) {
    const struct finding *finding = context;
    return alert_find(book, slice_of(finding->kind), slice_of(finding->subject),
                      slice_of(finding->group), 0, finding->alert);
}

static bool alert_of(struct scene *s, const char *kind, const char *subject, const char *group,
                     struct alert *ret_alert) {
    struct finding finding = {kind, subject, group, ret_alert};
    return scene_within(s, SCENE_SYSTEM, find, &finding);
}

// Twenty payers of one code of ours.
static bool pay_one_code(struct scene *s, const char *payee_customer, const char *model) {
    for (uint32_t i = 0; i < 20; i++) {
        const char *customer = arena_printf(&s->arena, "C%u", i).at;
        CHECK(scene_decide(s, &(struct decided){.model = model,
                                                .customer = customer,
                                                .payee = "P1",
                                                .payee_customer = payee_customer,
                                                .amount = 5000 + i}));
        s->now_us += 60 * US_PER_SECOND;
    }
    return true;
}

// ---- which model is about whom
// ----------------------------------------------------------------------------------------------

static bool is_about(struct scene *s, const struct event *event, const char *model,
                     SubjectKind kind, SubjectSide side, const char *subject) {
    struct buf out;
    struct subject_found found;
    uint32_t number = map_get(&s->catalogue->models_by_id, slice_of(model));
    buf_init(&out, 1 << 10);
    bool fine = number != MAP_NONE &&
                disposition_subject(&s->strategies->plan, number, event, &found, &out) &&
                found.kind == kind && found.side == side && slice_is(buf_slice(&out), subject);
    buf_deinit(&out);
    CHECK_THAT(fine, "%s", model);
    return true;
}

static bool test_which_model_is_about_whom(void) {
    static const char *const fields[][2] = {{"cust_id", "C1"},       {"acct_no", "A1"},
                                            {"payee_cust_id", "CP"}, {"payee_acct_no", "P1"},
                                            {"merchant_id", "M1"},   {"terminal_id", "T1"},
                                            {"card_bin", "622848"},  {"ip", "10.0.0.1"}};
    struct scene s;
    CHECK(scene_init(&s, &LIMITS, 1));
    struct event *event = event_create(s.catalogue->schema);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        event_set_text(event, schema_find_field(s.catalogue->schema, slice_of(fields[i][0])),
                       slice_of(fields[i][1]));
    }
    // They count who pays one code, one shop, one account.
    CHECK(is_about(&s, event, "M-MU-08-C", SUBJECT_CUSTOMER, SIDE_PAYEE, "CP") &&
          is_about(&s, event, "M-MU-04-E", SUBJECT_CUSTOMER, SIDE_PAYEE, "CP"));
    CHECK(is_about(&s, event, "M-MU-08-E", SUBJECT_MERCHANT, SIDE_PAYEE, "M1") &&
          is_about(&s, event, "M-CG-04-E", SUBJECT_MERCHANT, SIDE_PAYEE, "M1"));
    CHECK(is_about(&s, event, "M-UB-04-B", SUBJECT_MERCHANT, SIDE_PAYEE, "M1") &&
          is_about(&s, event, "M-UB-04-C", SUBJECT_MERCHANT, SIDE_PAYEE, "M1"));
    CHECK(is_about(&s, event, "M-IF-01-E", SUBJECT_CUSTOMER, SIDE_PAYEE, "CP") &&
          is_about(&s, event, "M-IF-06-C", SUBJECT_MERCHANT, SIDE_PAYEE, "M1"));
    CHECK(is_about(&s, event, "M-CO-09-C", SUBJECT_CUSTOMER, SIDE_PAYEE, "CP") &&
          is_about(&s, event, "M-AM-04-A", SUBJECT_CUSTOMER, SIDE_PAYEE, "CP"));
    // Machines, shops where cards are tried, numbers that are tried out.
    CHECK(is_about(&s, event, "M-TA-01-A", SUBJECT_TERMINAL, SIDE_NEITHER, "T1") &&
          is_about(&s, event, "M-CF-03-A", SUBJECT_MERCHANT, SIDE_PAYEE, "M1"));
    CHECK(is_about(&s, event, "M-CF-03-D", SUBJECT_BIN, SIDE_NEITHER, "622848") &&
          is_about(&s, event, "M-CF-03-C", SUBJECT_IP, SIDE_NEITHER, "10.0.0.1"));
    // They look at the event's own customer, beside others or alone, or at no window at all.
    CHECK(is_about(&s, event, "M-MU-02-A", SUBJECT_CUSTOMER, SIDE_PAYER, "C1") &&
          is_about(&s, event, "M-CO-02-B", SUBJECT_CUSTOMER, SIDE_PAYER, "C1"));
    CHECK(is_about(&s, event, "M-CF-02-E", SUBJECT_CUSTOMER, SIDE_PAYER, "C1") &&
          is_about(&s, event, "M-VP-06-A", SUBJECT_CUSTOMER, SIDE_PAYER, "C1"));
    // Who is paid elsewhere has an account and is no customer.
    bits_clear(event->present, schema_find_field(s.catalogue->schema, SLICE("payee_cust_id")));
    CHECK(is_about(&s, event, "M-MU-08-C", SUBJECT_ACCOUNT, SIDE_PAYEE, "P1"));
    event_destroy(event);
    return scene_deinit(&s);
}

// ---- what is done because of it
// -----------------------------------------------------------------------------------------------

// One alert, and the limit is on the account of who is paid, weighed by what that one is: a
// company, and young. The payers' accounts are those of merchants.
static bool test_twenty_payers_of_one_code(void) {
    static const struct statement LIMITED = {
        "sides_limited", "SELECT COUNT(*) FROM control WHERE target_kind = 'account' AND target = "
                         "'P1' AND customer = 'CP' AND measure = 'LIMIT_NON_COUNTER'"
                         " AND amount = 5000000"};
    static const struct statement TOLD = {"sides_told",
                                          "SELECT COUNT(*) FROM notice WHERE customer = 'CP'"};
    static const struct statement NOTICES = {"sides_notices", "SELECT COUNT(*) FROM notice"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &LIMITS, 1) && scene_grown(&s));
    CHECK(fill_table(
        &s, "acct",
        "acct_no,open_days,is_merchant_settle\nP1,100,false\nAC0,3000,true\nAC1,3000,true\n"));
    CHECK(fill_table(
        &s, "cust",
        "cust_id,type,payroll_months\nCP,CORPORATE,0\nC0,PERSONAL,12\nC1,PERSONAL,12\n"));
    CHECK(pay_one_code(&s, "CP", "M-MU-08-C"));
    CHECK(scene_number(&s, &ALERTS, STORE_NO_VALUES) == 1);
    CHECK(alert_of(&s, "CUSTOMER", "CP", "MU", &alert) && alert.hits == 20 && alert.events == 20 &&
          alert.amount == 5019 && alert.amount_sum == 20 * 5000 + 190);
    CHECK(slice_is(alert.customer, "CP") && slice_is(alert.account, "P1") &&
          slice_empty(alert.payee) && alert.is_company);
    CHECK(scene_number(&s, &CONTROLS, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &LIMITED, STORE_NO_VALUES) == 1);
    CHECK(scene_number(&s, &TOLD, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &NOTICES, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// What would spare or condemn a payer says nothing of who is paid.
static bool test_weighed_by_who_is_paid(void) {
    static const struct statement OF_PAYER = {
        "sides_of_payer", "SELECT COUNT(*) FROM control WHERE target = 'AC0' AND customer = 'C0'"};
    struct scene s;
    CHECK(scene_init(&s, &LIMITS, 1) && scene_grown(&s));
    CHECK(fill_table(
        &s, "acct",
        "acct_no,open_days,is_merchant_settle\nP1,100,true\nAC0,10,false\nAC1,10,false\n"));
    CHECK(fill_table(&s, "cust",
                     "cust_id,type,payroll_months\nCP,PERSONAL,0\nC0,PERSONAL,0\nC1,PERSONAL,0\n"));
    CHECK(pay_one_code(&s, "CP", "M-MU-08-C"));
    CHECK(scene_number(&s, &ALERTS, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &CONTROLS, STORE_NO_VALUES) == 0); // a merchant is settled by it
    // Of the payer himself his own profile is enough.
    CHECK(scene_decide(&s, &(struct decided){.model = "M-MU-05-D",
                                             .customer = "C0",
                                             .payee = "P1",
                                             .payee_customer = "CP",
                                             .amount = 100}));
    CHECK(scene_number(&s, &ALERTS, STORE_NO_VALUES) == 2 &&
          scene_number(&s, &OF_PAYER, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &CONTROLS, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

static Status asks_for_documents(struct scene_deed *deed, struct book *book,
                                 const struct person *person) {
    int64_t task;
    return alert_ask(deed->scene->disposition, book, person, deed->alert, CONTACT_DOCUMENTS,
                     SLICE("MERCHANT-DOCUMENTS"), 0, &task);
}

// An account at another bank: no measure of ours reaches it, and there is nobody to ask. What is
// reported names it.
static bool test_who_is_paid_elsewhere(void) {
    static const struct statement REPORTED = {
        "sides_reported", "SELECT COUNT(*) FROM message WHERE kind = 'suspicion.reported' AND body "
                          "LIKE '%\"payee\":\"P1\"%' AND body LIKE '%\"account\":\"\"%'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &STOPS, 1) && scene_grown(&s) && scene_hire(&s));
    CHECK(pay_one_code(&s, NULL, "M-MU-08-C"));
    CHECK(scene_number(&s, &ALERTS, STORE_NO_VALUES) == 1 &&
          alert_of(&s, "ACCOUNT", "P1", "MU", &alert) && alert.hits == 20);
    CHECK(slice_empty(alert.customer) && slice_empty(alert.account) && slice_empty(alert.payee) &&
          alert.state == ALERT_QUEUED);
    CHECK(scene_number(&s, &CONTROLS, STORE_NO_VALUES) == 0 &&
          scene_number(&s, &REPORTED, STORE_NO_VALUES) == 1);
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    SCENE_REFUSES(
        &s, scene_does(&s, "li", asks_for_documents, &((struct scene_deed){.alert = alert.id})),
        "DP021");
    CHECK(scene_number(&s, &TASKS, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

// The payer draws the eye himself, too: two alerts of one group, and the payment that waits is his,
// whichever is worse.
static bool test_both_sides_of_one_payment(void) {
    static const struct statement HOLD = {"sides_hold",
                                          "SELECT COUNT(*) FROM hold WHERE account = 'AC1' AND "
                                          "customer = 'C1' AND payee = 'P1' AND alert = ?1"};
    struct scene s;
    struct alert payer, payee;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-MU-08-C",
                                             .other_model = "M-MU-02-A",
                                             .customer = "C1",
                                             .payee = "P1",
                                             .payee_customer = "CP",
                                             .amount = 70000,
                                             .action = "DELAY",
                                             .delay_s = 1800}));
    CHECK(scene_number(&s, &ALERTS, STORE_NO_VALUES) == 2);
    CHECK(alert_of(&s, "CUSTOMER", "CP", "MU", &payee) && slice_is(payee.account, "P1") &&
          payee.hits == 1 && slice_empty(payee.segment));
    CHECK(alert_of(&s, "CUSTOMER", "C1", "MU", &payer) && slice_is(payer.account, "AC1") &&
          slice_is(payer.payee, "P1") && payer.hits == 1 && slice_is(payer.segment, "ADULT"));
    CHECK(payer.severity > payee.severity &&
          scene_number(&s, &HOLD, STORE_VALUES(store_i64(payer.id))) == 1);
    return scene_deinit(&s);
}

// ---- crime against others within it
// ---------------------------------------------------------------------------------------------

static bool pays_at_shop(struct scene *s, const char *model, const char *customer) {
    return scene_decide(s, &(struct decided){.model = model,
                                             .customer = customer,
                                             .payee = "P1",
                                             .amount = 5000,
                                             .more = "\"merchant_id\":\"SHOP1\","
                                                     "\"card_token\":\"T1\","});
}

// Cards are tried out in a shop: nobody whose card it was is asked about the alert, and his card is
// not what is blocked.
static bool test_no_cardholder_is_asked(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_grown(&s));
    CHECK(pays_at_shop(&s, "M-CF-08-C", "C1") && pays_at_shop(&s, "M-CF-08-C", "C2"));
    CHECK(scene_number(&s, &ALERTS, STORE_NO_VALUES) == 1 &&
          alert_of(&s, "MERCHANT", "SHOP1", "CF", &alert) && alert.hits == 2 &&
          slice_empty(alert.customer));
    CHECK(alert.state == ALERT_QUEUED && scene_number(&s, &TASKS, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

static Status hire_for_shops(void *context, struct book *book) {
    static const struct person shop = {
        .name = {"shop", 4}, .skills = {" MERCHANT ", 10}, .on_duty = true};
    (void)context;
    return person_keep(book, &shop);
}

static const struct scene_strategy SETTLES_LATER = SCENE_STRATEGY(
    "D-LATER",
    "direction: PROTECT\napplies_to: [MF]\nseverities: [S2]\nwhen: 'true'\nthen:\n"
    "  - {id: go, do: [{DELAY_SETTLEMENT: {days: 1, notice: NOTICE-SETTLEMENT-DELAYED, reason: R-MF}}], "
    "to: HUMAN, zh: 延, en: go}\n");

// A shop is told itself, by its contract; never whoever paid there.
static bool test_a_merchant_is_told_himself(void) {
    static const struct statement ASKED = {
        "sides_asked", "SELECT COUNT(*) FROM task WHERE party_kind = 'merchant' AND party = 'SHOP1'"};
    static const struct statement SETTLED_LATER = {
        "sides_settled", "SELECT COUNT(*) FROM control c JOIN notice n ON n.object_kind = 'control' AND "
                         "n.object = c.id AND n.customer = 'SHOP1' WHERE c.measure = 'DELAY_SETTLEMENT' "
                         "AND c.target_kind = 'merchant' AND c.target = 'SHOP1'"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &LIMITS, 1));
    SCENE_OK(&s, scene_within(&s, SCENE_SYSTEM, hire_for_shops, NULL));
    CHECK(pays_at_shop(&s, "M-MF-04-A", "C1"));
    CHECK(alert_of(&s, "MERCHANT", "SHOP1", "MF", &alert) && slice_empty(alert.customer) &&
          slice_empty(alert.account));
    SCENE_OK(&s, scene_does(&s, "shop", scene_claims, &((struct scene_deed){.alert = alert.id})));
    SCENE_OK(&s, scene_does(&s, "shop", asks_for_documents,
                            &((struct scene_deed){.alert = alert.id})));
    CHECK(scene_number(&s, &ASKED, STORE_NO_VALUES) == 1);
    CHECK(scene_deinit(&s));
    CHECK(scene_init(&s, &SETTLES_LATER, 1) && scene_grown(&s));
    CHECK(pays_at_shop(&s, "M-MF-04-A", "C1"));
    CHECK(scene_number(&s, &SETTLED_LATER, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// Found false, and then one of those whose cards stood in it reports: it is opened again, and was
// not missed. Of somebody else it was.
static bool test_a_victim_within_another_alert(void) {
    static const struct statement MISSED = {"sides_missed",
                                            "SELECT COUNT(*) FROM missed WHERE customer = ?1"};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &LIMITS, 1) && scene_hire(&s));
    CHECK(pays_at_shop(&s, "M-CF-08-C", "C1") && pays_at_shop(&s, "M-CF-08-C", "C2"));
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &(struct scene_deed){0}));
    CHECK(alert_of(&s, "MERCHANT", "SHOP1", "CF", &alert));
    SCENE_OK(&s, scene_does(&s, "li", scene_decides,
                            &((struct scene_deed){.alert = alert.id, .code = CODE_FP_BUSINESS})));
    CHECK(alert_of(&s, "MERCHANT", "SHOP1", "CF", &alert) && alert.state == ALERT_CLOSED_MANUAL);
    s.now_us += US_PER_DAY;
    CHECK(scene_report(&s, "C9"));
    CHECK(alert_of(&s, "MERCHANT", "SHOP1", "CF", &alert) && alert.state == ALERT_CLOSED_MANUAL);
    CHECK(scene_report(&s, "C1"));
    CHECK(alert_of(&s, "MERCHANT", "SHOP1", "CF", &alert) && alert.state == ALERT_REOPENED);
    CHECK(scene_number(&s, &MISSED, STORE_VALUES(store_text(SLICE("C9")))) == 1 &&
          scene_number(&s, &MISSED, STORE_VALUES(store_text(SLICE("C1")))) == 0);
    return scene_deinit(&s);
}

// What a payer reports is no matter of the alert about who was paid, which is not about crime
// against a customer of ours as a payer.
static bool test_payers_words_do_not_touch_it(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &LIMITS, 1) && scene_hire(&s));
    CHECK(pay_one_code(&s, "CP", "M-MU-08-C"));
    CHECK(scene_report(&s, "C3"));
    CHECK(alert_of(&s, "CUSTOMER", "CP", "MU", &alert) && slice_empty(alert.marks) &&
          alert.reopened == 0);
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_which_model_is_about_whom),     TEST(test_twenty_payers_of_one_code),
        TEST(test_weighed_by_who_is_paid),        TEST(test_who_is_paid_elsewhere),
        TEST(test_both_sides_of_one_payment),     TEST(test_no_cardholder_is_asked),
        TEST(test_a_merchant_is_told_himself),
        TEST(test_a_victim_within_another_alert), TEST(test_payers_words_do_not_touch_it)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
