// Secrets: that there is a suspicion of money laundering, or one against an employee, nobody learns
// who has no clearance for it: not by a page, not by what was held, limited or asked because of it
// before it became one, not by a label or code. And the customer is neither asked nor told from
// then on.

#include "response/disposition/scene_test.h"

// The card at once, and a question.
static const struct scene_strategy BLOCKS = SCENE_STRATEGY(
    "D-BLOCK", "direction: PROTECT\napplies_to: [AT]\nseverities: [S1, S2]\nwhen: 'true'\nthen:\n"
               "  - {id: block, do: [{BLOCK_CARD: {notice: NOTICE-CARD-BLOCKED}}], to: STAYS, "
               "zh: 停卡, en: blocked}\n");
static const struct scene_strategy ASKS = SCENE_STRATEGY(
    "D-ASK", "direction: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\nwhen: 'true'\n"
             "ask: {channel: SMS, script: SMS-CONFIRM, within: 10m}\nthen:\n"
             "  - {id: \"yes\", when: 'run.answered && answer.reply == \"Y\"', "
             "do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 是, en: \"yes\"}\n");
// The second hit makes it a matter of laundering.
static const struct scene_strategy TO_AML = SCENE_STRATEGY(
    "D-AML", "on: [OPENED, JOINED]\ndirection: PROTECT\nclosure: false\napplies_to: ALL\n"
             "when: 'alert.hits >= 2'\nthen:\n"
             "  - {id: aml, do: [QUEUE_AML], to: HUMAN, zh: 转, en: to them}\n");

static const struct statement OPEN_PAGES = {
    "test_open_pages",
    "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND body NOT LIKE '%\"role\":\"AML\\_%' "
    "ESCAPE '\\' AND body NOT LIKE '%\"role\":\"INSIDER\\_%' ESCAPE '\\'"};
static const struct statement SECRET_PAGES = {
    "test_secret_pages", "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND body LIKE ?1"};
static const struct statement TELLING = {"test_telling",
                                         "SELECT COUNT(*) FROM message WHERE endpoint = 'page' AND "
                                         "(body LIKE '%\"group\"%' OR body LIKE '%\"skill\"%')"};
static const struct statement STR = {"test_str",
                                     "SELECT COUNT(*) FROM message WHERE body LIKE '%ML-STR%' OR body "
                                     "LIKE '%CONFIRMED\\_ML%' ESCAPE '\\'"};

static int64_t pages_to(struct scene *s, const char *role) {
    Slice like = arena_printf(&s->arena, "%%\"role\":\"%s\"%%", role);
    return scene_number(s, &SECRET_PAGES, STORE_VALUES(store_text(like)));
}

static const char *model_of(const struct scene *s, const char *family, Severity severity) {
    for (uint32_t i = 0; i < s->catalogue->models.count; i++) {
        const struct model *model = &s->catalogue->models.at[i];
        if (slice_is(model->family, family) && model->severity == severity &&
            model->status == MODEL_ACTIVE) {
            return model->id.at;
        }
    }
    return NULL;
}

// An S4 of laundering, and one against an employee, with a payment that is held and of which the
// core bank says nothing: the owners, leaders and directors of that domain are called, and nobody
// else. A page does not say what it is about.
static bool test_pages(void) {
    static const char *const domains[][2] = {{"AM", "AML"}, {"IE", "INSIDER"}};
    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        char role[64];
        CHECK(scene_init(&s, &ASKS, 1));
        const char *model = model_of(&s, domains[i][0], SEVERITY_S4);
        CHECK(model != NULL);
        CHECK(scene_decide(&s, &(struct decided){.model = model,
                                                 .customer = "C1",
                                                 .amount = 5000,
                                                 .action = "DELAY",
                                                 .delay_s = 600}));
        CHECK(scene_pass(&s, 5 * US_PER_MINUTE) && scene_pass(&s, 5 * US_PER_MINUTE) &&
              scene_pass(&s, 2 * US_PER_MINUTE) && scene_pass(&s, 20 * US_PER_MINUTE));
        CHECK(scene_number(&s, &OPEN_PAGES, STORE_NO_VALUES) == 0 &&
              scene_number(&s, &TELLING, STORE_NO_VALUES) == 0);
        snprintf(role, sizeof role, "%s_OWNER", domains[i][1]);
        CHECK_THAT(pages_to(&s, role) == 1, "%s", role); // it is S4
        snprintf(role, sizeof role, "%s_SHIFT_LEADER", domains[i][1]);
        CHECK_THAT(pages_to(&s, role) == 2, "%s %lld", role,
                   (long long)pages_to(&s, role)); // nobody acts; the payment is not confirmed
        snprintf(role, sizeof role, "%s_DUTY_DIRECTOR", domains[i][1]);
        CHECK_THAT(pages_to(&s, role) >= 2, "%s", role);
        CHECK(scene_deinit(&s));
    }
    return true;
}

// Of what is no secret those are called who always were.
static bool test_pages_of_others(void) {
    struct scene s;
    CHECK(scene_init(&s, &ASKS, 1));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-MU-01-A", .customer = "C1", .amount = 5000}));
    CHECK(scene_pass(&s, 5 * US_PER_MINUTE));
    CHECK(pages_to(&s, "OWNER") == 1 && pages_to(&s, "SHIFT_LEADER") == 1 &&
          scene_number(&s, &TELLING, STORE_NO_VALUES) == 2);
    return scene_deinit(&s);
}

// An alert becomes one of laundering: what was held, blocked and asked because of it becomes a
// secret with it. The question is taken back, and the notice of the card, which was not sent yet,
// is not sent.
static bool test_handed_to_aml(void) {
    static const struct statement SECRET = {
        "test_secret",
        "SELECT (SELECT COUNT(*) FROM hold WHERE secrecy = 'AML') + (SELECT COUNT(*) FROM control "
        "WHERE secrecy = 'AML') + (SELECT COUNT(*) FROM task WHERE secrecy = 'AML')"};
    static const struct statement OPEN = {
        "test_open",
        "SELECT (SELECT COUNT(*) FROM hold WHERE secrecy <> 'AML') + (SELECT COUNT(*) FROM control "
        "WHERE secrecy <> 'AML') + (SELECT COUNT(*) FROM task WHERE secrecy <> 'AML')"};
    static const struct statement ASKED = {"test_asked",
                                           "SELECT COUNT(*) FROM task WHERE state = 'ASKED'"};
    static const struct statement UNSENT = {"test_unsent", "SELECT COUNT(*) FROM notice"};
    const struct scene_strategy three[] = {TO_AML, BLOCKS, ASKS};
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, three, 3) && scene_grown(&s) && scene_hire(&s));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200,
                                             .more = "\"card_token\":\"K1\","}));
    CHECK(scene_number(&s, &OPEN, STORE_NO_VALUES) == 3 &&
          scene_number(&s, &ASKED, STORE_NO_VALUES) == 1 &&
          scene_number(&s, &UNSENT, STORE_NO_VALUES) == 1);
    CHECK(
        scene_decide(&s, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 100}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && slice_is(alert.secrecy, "AML") &&
          slice_is(alert.skill, "AML") && alert_is_open(&alert));
    CHECK(scene_number(&s, &OPEN, STORE_NO_VALUES) == 0 &&
          scene_number(&s, &SECRET, STORE_NO_VALUES) == 3);
    CHECK(scene_number(&s, &ASKED, STORE_NO_VALUES) == 0 &&
          scene_number(&s, &UNSENT, STORE_NO_VALUES) == 0);
    struct scene_deed deed = {.alert = alert.id, .code = CODE_TP_ML_STR};
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_claims, &deed),
                  "DP001"); // for him it is not there
    SCENE_OK(&s, scene_does(&s, "aml", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "aml", scene_decides, &deed));
    CHECK(scene_number(&s, &STR, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

// Somebody without a clearance has it in hand at that moment: it is taken from him, and waits for
// one who has.
static bool test_taken_away(void) {
    struct scene s;
    struct alert alert;
    struct scene_deed deed = {0};
    CHECK(scene_init(&s, &TO_AML, 1) && scene_hire(&s));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "AT", &alert) && slice_empty(alert.owner) &&
          alert.state == ALERT_ESCALATED);
    deed.alert = alert.id;
    deed.code = CODE_FP_OWNWILL;
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_decides, &deed), "DP001");
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_next, &deed), "DP015");
    SCENE_OK(&s, scene_does(&s, "aml", scene_next, &deed));
    return scene_deinit(&s);
}

// A payment that an alert of fraud is about too is no secret: who works on that has to see it.
static bool test_shared_payment(void) {
    static const struct statement NORMAL = {"test_normal",
                                            "SELECT COUNT(*) FROM hold WHERE secrecy = 'NORMAL'"};
    struct scene s;
    CHECK(scene_init(&s, &TO_AML, 1));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_decide(&s, &(struct decided){.model = "M-AT-05-E",
                                             .other_model = "M-VP-06-A",
                                             .customer = "C1",
                                             .amount = 5000,
                                             .action = "DELAY",
                                             .delay_s = 7200}));
    CHECK(scene_number(&s, &NORMAL, STORE_NO_VALUES) == 1);
    return scene_deinit(&s);
}

// The code of a filed report is for alerts that are a secret: elsewhere figures, samples and labels
// would show it.
static bool test_codes_of_secrets(void) {
    struct scene s;
    struct alert alert;
    CHECK(scene_init(&s, &ASKS, 1) && scene_hire(&s));
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "AT", &alert));
    struct scene_deed deed = {.alert = alert.id, .code = CODE_TP_ML_STR};
    SCENE_OK(&s, scene_does(&s, "li", scene_next, &deed));
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_decides, &deed), "DP009");
    deed.code = CODE_TP_INSIDER;
    SCENE_REFUSES(&s, scene_does(&s, "li", scene_decides, &deed), "DP009");
    CHECK(scene_decide(&s,
                       &(struct decided){.model = "M-AM-01-A", .customer = "C1", .amount = 5000}));
    CHECK(scene_alert(&s, "C1", "AM", &alert));
    deed = (struct scene_deed){.alert = alert.id, .code = CODE_TP_ML_STR};
    SCENE_OK(&s, scene_does(&s, "aml", scene_next, &deed));
    SCENE_OK(&s, scene_does(&s, "aml", scene_decides, &deed));
    CHECK(scene_number(&s, &STR, STORE_NO_VALUES) == 0);
    return scene_deinit(&s);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_pages),          TEST(test_pages_of_others),
                                        TEST(test_handed_to_aml),  TEST(test_taken_away),
                                        TEST(test_shared_payment), TEST(test_codes_of_secrets)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
