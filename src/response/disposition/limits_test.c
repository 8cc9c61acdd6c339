// Every kind of closure that section "What no text may do" of docs/disposition.md forbids, tried
// one by one on alerts as they are kept, with strategies that close and release all that the
// compiler lets them. None of them may be closed; the payment stays held; people get the alert; and
// why is written down. Beside each stands what is just on the other side of the limit and is
// closed, so that a test that closes nothing does not pass.
//
// The test prints what became of each kind.

#include "response/disposition/scene_test.h"
#include "response/strategies/plan.h"

#include <inttypes.h>

// Lowers what it may, so that the next one meets it below its severity.
static const struct scene_strategy LOWERS = SCENE_STRATEGY(
    "D-LOWER",
    "direction: RELEASE\napplies_to: [MU, UB, CG, IF, CO]\nseverities: [S3]\nwhen: 'true'\nthen:\n"
    "  - {id: lower, to: LOWER, zh: 降, en: lowered}\n");
static const struct scene_strategy RELEASES = SCENE_STRATEGY(
    "D-ALL", "direction: RELEASE\n"
             "applies_to: [{of: [AT, VP, NS], severities: [S1, S2, S3]}, "
             "{of: [MU, UB, CG, IF, CO], severities: [S1, S2]}]\n"
             "when: 'true'\nwait: 1h\nthen:\n"
             "  - {id: all, do: [RELEASE_PAYMENT], close: FP-OWNWILL, zh: 全, en: all}\n");
// The other direction: closed as stopped.
static const struct scene_strategy PROTECTS =
    SCENE_STRATEGY("D-ALL", "direction: PROTECT\n"
                            "applies_to: [{of: [AT, VP, NS], severities: [S1, S2, S3]}, "
                            "{of: [MU, UB, CG, IF, CO], severities: [S1, S2]}]\n"
                            "when: 'true'\nwait: 1h\nthen:\n"
                            "  - {id: all, close: TP-MULE-SUSP, zh: 全, en: all}\n");

typedef enum Listed {
    LISTED_NOT,
    LISTED_PAYEE,
    LISTED_CUSTOMER,
    LISTED_CERTIFICATE,
    LISTED_NAME
} Listed;

struct kind {
    const char *limit; // that forbids it when released; NULL: it may be closed
    const char *stops; // when closed as stopped; NULL: it may be
    const char *what;
    const char *family; // NULL: AT
    Severity severity;  // of the hit; 0: S2
    int64_t amount;     // fen; 0: 50 yuan
    int64_t age;        // 0: 40; below 0: nobody knows
    bool company, late, degraded;
    const char *list; // on which somebody is
    Listed who;
    const char *before;         // what is so when the alert is opened: SQL
    const char *after;          // what becomes so while the strategy waits: SQL
    bool is_listed_after;       // so does the list
    const struct decided *then; // an event that joins meanwhile
    bool is_challenger;
};

#define OLD_ALERT                                                                                  \
    "INSERT INTO alert (id, subject_kind, subject, typology_group, secrecy, skill, state, "        \
    "is_open, is_waiting, severity, severity_first, severity_most, severity_last, score, action, " \
    "amount, amount_sum, hits, events, lead, branch, channel, segment, customer, account, payee, " \
    "is_company, is_elder, is_late, is_degraded, money_here, marks, opened_us, hit_us, rank, "     \
    "owner, level, code, decided_by, note, approval, closed_us, is_automatic, strategy, "          \
    "strategy_hash, reopened) SELECT 1, 'CUSTOMER', 'C' || CAST(?1 AS TEXT), 'CF', 'NORMAL', "     \
    "'FRAUD', 'CLOSED_MANUAL', 0, 0, 2, 2, 2, 2, 1, 'PASS', 0, 0, 1, 1, 1, '', '', '', "           \
    "'C' || CAST(?1 AS TEXT), '', '', 0, 0, 0, 0, 0, '', 1, 1, 0, '', 0, 'TP-UNAUTH', '', '', "    \
    "'', 2, 0, '', '', 1"
#define MARK(word) "UPDATE alert SET marks = ' " word " ' WHERE ?1 = ?1"
#define HIT_OF(model) "UPDATE hit SET model = '" model "' WHERE ?1 = ?1"
#define MOST(severity) "UPDATE alert SET severity_most = " severity " WHERE ?1 = ?1"
#define OVERTURNED                                                                                 \
    "INSERT INTO sample (alert, kind, closure, strategy, strategy_hash, analyst, why, drawn_us, "  \
    "closed_us, first, owner, second, note, overturned) SELECT 1, 'AUTOMATIC', 0, 'D-ALL', '', "   \
    "'', 'RANDOM', 1, 1, 'FP-OWNWILL', '', 'TP-UNAUTH', '', 1 WHERE ?1 = ?1"
#define LATER                                                                                      \
    "INSERT INTO later_positive (alert, closure, strategy, strategy_hash, analyst, code, "         \
    "severity, source, closed_us, at_us) SELECT 1, 0, 'D-OLD', '', '', 'FP-OWNWILL', 2, "          \
    "'victim_report', 1, 2 WHERE ?1 = ?1"
#define COMPLAINT                                                                                  \
    "INSERT INTO happened (kind, subject, at_us) SELECT 'complaint', 'C' || CAST(?1 AS TEXT), "    \
    "1788192000000000"
#define COMPLAINT_LONG_AGO                                                                         \
    "INSERT INTO happened (kind, subject, at_us) SELECT 'complaint', 'C' || CAST(?1 AS TEXT), "    \
    "1785600000000000 - 1"
#define ORDER                                                                                      \
    "INSERT INTO happened (kind, subject, at_us) SELECT 'order', 'AC' || CAST(?1 AS TEXT), "       \
    "1788192000000000"
#define APPEAL                                                                                     \
    "INSERT INTO appeal (id, control, customer, channel, text, documents, submitted_us, "          \
    "reply_until_us, settle_until_us, replied_by, reply, verified_by, result, reviewer, second, "  \
    "reason, told, secrecy) SELECT 1, 1, 'C' || CAST(?1 AS TEXT), 'APP', '', '', 1, 2, 3, '', "    \
    "'', '', '', '', '', '', 0, 'NORMAL'"
// Moments of 14 days before the scene begins, and of a microsecond later; it ends an hour later.
#define AGE(us)                                                                                    \
    "UPDATE model_age SET since_us = 1788192000000000 + 3600000000 - 1209600000000 " us            \
    " WHERE ?1 = ?1"

static const struct decided LATE = {.model = "M-AT-05-E", .amount = 5000, .late = true};
static const struct decided DEGRADED = {.model = "M-AT-05-E", .amount = 5000, .degraded = true};
static const struct decided LARGE = {.model = "M-AT-05-E", .amount = 50000000};
static const struct decided SEVERE = {.model = "M-AT-01-E", .amount = 5000};

static const struct kind KINDS[] = {
    {NULL, NULL, "AT S2, nothing wrong"},
    {NULL, NULL, "VP S3 of somebody of 40", .family = "VP", .severity = SEVERITY_S3},
    {NULL, NULL, "NS S3", .family = "NS", .severity = SEVERITY_S3},
    {NULL, NULL, "MU S2", .family = "MU"},
    {NULL, NULL, "UB S2", .family = "UB"},
    {NULL, NULL, "CG S2", .family = "CG"},
    {NULL, NULL, "IF S2", .family = "IF"},
    {NULL, NULL, "CO S2", .family = "CO"},

    {"no_strategy", "no_strategy", "S4", .severity = SEVERITY_S4},
    {"S4_RELEASE", NULL, "S4 that was lowered since", .after = MOST("4")},
    {"given_up", "given_up", "an S4 joins", .then = &SEVERE},

    {"LIST_HIT", NULL, "payee on the list of case accounts", .list = "police_case_acct",
     .who = LISTED_PAYEE},
    {"LIST_HIT", NULL, "payee on the list of suspicious accounts", .list = "police_susp_acct",
     .who = LISTED_PAYEE},
    {"LIST_HIT", NULL, "customer is a holder of case accounts", .list = "police_case_cust",
     .who = LISTED_CERTIFICATE},
    {"LIST_HIT", NULL, "customer under sanctions", .list = "sanction", .who = LISTED_CERTIFICATE},
    {"LIST_HIT", NULL, "payee's name under sanctions", .list = "sanction", .who = LISTED_NAME},
    {"LIST_HIT", NULL, "customer under joint punishment", .list = "punish_cust",
     .who = LISTED_CERTIFICATE},
    {"LIST_HIT", NULL, "listed while the strategy waits", .list = "police_case_acct",
     .who = LISTED_PAYEE, .is_listed_after = true},

    {"HOLDER_S3", "HOLDER_S3", "MU S3, lowered", .family = "MU", .severity = SEVERITY_S3},
    {"HOLDER_S3", "HOLDER_S3", "UB S3, lowered", .family = "UB", .severity = SEVERITY_S3},
    {"HOLDER_S3", "HOLDER_S3", "CG S3, lowered", .family = "CG", .severity = SEVERITY_S3},
    {"HOLDER_S3", "HOLDER_S3", "IF S3, lowered", .family = "IF", .severity = SEVERITY_S3},
    {"HOLDER_S3", "HOLDER_S3", "CO S3, lowered", .family = "CO", .severity = SEVERITY_S3},
    {"no_strategy", "no_strategy", "MU S4", .family = "MU", .severity = SEVERITY_S4},
    {"LIST_HIT", NULL, "MU S3, lowered, stopped by the police's list", .family = "MU",
     .severity = SEVERITY_S3, .list = "police_case_acct", .who = LISTED_PAYEE},

    {"VULNERABLE", "VULNERABLE", "VP S3 of somebody of 70", .family = "VP", .severity = SEVERITY_S3,
     .age = 70},
    {NULL, NULL, "VP S3 of somebody of 69", .family = "VP", .severity = SEVERITY_S3, .age = 69},
    {"VULNERABLE", "VULNERABLE", "VP S3 of somebody of 17", .family = "VP", .severity = SEVERITY_S3,
     .age = 17},
    {NULL, NULL, "VP S3 of somebody of 18", .family = "VP", .severity = SEVERITY_S3, .age = 18},
    {"VULNERABLE", "VULNERABLE", "VP S3 of somebody whose age nobody knows", .family = "VP",
     .severity = SEVERITY_S3, .age = -1},
    {"VULNERABLE", "VULNERABLE", "VP S3 of a protected victim", .family = "VP",
     .severity = SEVERITY_S3, .list = "victim_protect", .who = LISTED_CUSTOMER},
    {NULL, NULL, "VP S2 of somebody of 70", .family = "VP", .age = 70},

    {"no_strategy", "no_strategy", "AM", .family = "AM"},
    {"LAUNDERING", "LAUNDERING", "a hit of AM among others", .after = HIT_OF("M-AM-01-A")},
    {"no_strategy", "no_strategy", "IE", .family = "IE"},
    {"INSIDER", "INSIDER", "a hit of IE among others", .after = HIT_OF("M-IE-03-D")},

    {"MARKED", "MARKED", "marked with an order", .after = MARK("POLICE_ORDER")},
    {"MARKED", "MARKED", "an order on its account", .before = ORDER},
    {"MARKED", "MARKED", "an order on its account meanwhile", .after = ORDER},
    {"MARKED", "MARKED", "marked with an appeal", .after = MARK("APPEAL")},
    {"MARKED", "MARKED", "an appeal of the customer is open", .before = APPEAL},
    {"MARKED", "MARKED", "marked with a complaint", .after = MARK("COMPLAINT")},
    {"MARKED", "MARKED", "the customer complained", .before = COMPLAINT},
    {NULL, NULL, "he complained more than 30 days ago", .before = COMPLAINT_LONG_AGO},
    {"MARKED", "MARKED", "in the media", .after = MARK("MEDIA")},
    {"MARKED", "MARKED", "a matter of law", .after = MARK("LEGAL")},

    {"LARGE_AMOUNT", "LARGE_AMOUNT", "500,000 yuan of a person", .amount = 50000000},
    {NULL, NULL, "a fen less", .amount = 49999999},
    {"LARGE_AMOUNT", "LARGE_AMOUNT", "2,000,000 yuan of a company", .amount = 200000000,
     .company = true},
    {NULL, NULL, "a fen less of a company", .amount = 199999999, .company = true},
    {"LARGE_AMOUNT", "LARGE_AMOUNT", "500,000 yuan join", .then = &LARGE},

    {"YOUNG_MODEL", "YOUNG_MODEL", "a challenger", .is_challenger = true},
    {"YOUNG_MODEL", "YOUNG_MODEL", "a model a microsecond too young", .after = AGE("+ 1")},
    {NULL, NULL, "a model of 14 days", .after = AGE("")},

    {"BAD_DATA", "BAD_DATA", "late", .late = true},
    {"BAD_DATA", "BAD_DATA", "degraded", .degraded = true},
    {"BAD_DATA", "BAD_DATA", "late data join", .then = &LATE},
    {"BAD_DATA", "BAD_DATA", "degraded data join", .then = &DEGRADED},

    {"OVERTURNED", "OVERTURNED", "a closure of the customer was overturned", .before = OVERTURNED},
    {"OVERTURNED", "OVERTURNED", "it was overturned meanwhile", .after = OVERTURNED},
    {"OVERTURNED", "OVERTURNED", "what was closed turned out to be fraud", .before = LATER},

    {"no_strategy", "no_strategy", "NS S4", .family = "NS", .severity = SEVERITY_S4},
    {"S4_RELEASE", "SECURITY", "NS S4 that was lowered since", .family = "NS",
     .severity = SEVERITY_S3, .after = MOST("4")},
    {"no_strategy", "no_strategy", "SI S2", .family = "SI"},
    {"SECURITY", "SECURITY", "a hit of SI among others", .after = HIT_OF("M-SI-03-C")},
};

// A model of a family and severity that decides and rests on no list.
static const char *model_of(const struct scene *s, const char *family, Severity severity) {
    for (uint32_t i = 0; i < s->catalogue->models.count; i++) {
        const struct model *model = &s->catalogue->models.at[i];
        struct model_lists lists = s->strategies->plan.lists_of_model[i];
        if (slice_is(model->family, family) && model->severity == severity &&
            model->status == MODEL_ACTIVE && lists.surely == 0 && lists.may == 0) {
            return model->id.at;
        }
    }
    return NULL;
}

static Status run_sql(void *context, struct book *book) {
    const struct scene_question *sql = context;
    return book_run(book, sql->statement, sql->values);
}

// `sql` with the number of the customer.
static bool change(struct scene *s, const char *sql, size_t number) {
    const struct statement statement = {sql, sql}; // a name for each text
    struct scene_question question = {.statement = &statement,
                                      .values = STORE_VALUES(store_i64((int64_t)number))};
    SCENE_OK(s, scene_within(s, SCENE_SYSTEM, run_sql, &question));
    return true;
}

static bool put_on_list(struct scene *s, const struct kind *kind, size_t number, int64_t from_us) {
    static const char *const keys[] = {[LISTED_PAYEE] = "B",
                                       [LISTED_CUSTOMER] = "C",
                                       [LISTED_CERTIFICATE] = "K",
                                       [LISTED_NAME] = "N"};
    return kind->who == LISTED_NOT ||
           scene_list(s, kind->list,
                      arena_printf(&s->arena, "%s%zu%c", keys[kind->who], number, 0).at, from_us);
}

struct tried {
    bool is_closed, is_held, is_released, is_told, with_people;
};

static bool look(struct scene *s, const char *why, struct tried *ret_tried) {
    static const struct statement CLOSED = {
        "limits_closed", "SELECT COUNT(*) FROM alert WHERE id <> 1 AND is_open = 0"};
    static const struct statement PEOPLE = {
        "limits_people",
        "SELECT COUNT(*) FROM alert WHERE id <> 1 AND state IN ('QUEUED', 'ESCALATED')"};
    static const struct statement TOLD = {
        "limits_told", "SELECT COUNT(*) FROM trace t JOIN alert a ON a.id = t.object WHERE "
                       "t.object_kind = 'alert' AND (t.reason = ?1 OR t.detail LIKE "
                       "'%\"forbidden\":\"' || CAST(?1 AS TEXT) || '\"%')"};
    *ret_tried = (struct tried){
        .is_closed = scene_number(s, &CLOSED, STORE_NO_VALUES) == 1,
        .is_held = scene_hold_is(s, 100, "HELD"),
        .is_released = scene_hold_is(s, 100, "RELEASED"),
        .with_people = scene_number(s, &PEOPLE, STORE_NO_VALUES) == 1,
        .is_told =
            why == NULL || scene_number(s, &TOLD, STORE_VALUES(store_text(slice_of(why)))) > 0};
    return true;
}

static bool try_kind(struct scene *s, const struct kind *kind, size_t number, const char *why,
                     struct tried *ret_tried) {
    Severity severity = kind->severity == 0 ? SEVERITY_S2 : kind->severity;
    const char *customer = arena_printf(&s->arena, "C%zu%c", number, 0).at;
    const char *model = kind->family == NULL && severity == SEVERITY_S2
                            ? "M-AT-05-E"
                            : model_of(s, kind->family == NULL ? "AT" : kind->family, severity);
    CHECK_THAT(model != NULL, "no model for %s", kind->what);
    struct decided decided = {.model = model,
                              .customer = customer,
                              .payee = arena_printf(&s->arena, "B%zu%c", number, 0).at,
                              .amount = kind->amount == 0 ? 5000 : kind->amount,
                              .action = "DELAY",
                              .delay_s = 86000,
                              .age = kind->age,
                              .late = kind->late,
                              .degraded = kind->degraded,
                              .company = kind->company,
                              .more =
                                  arena_printf(&s->arena,
                                               "\"cert_hash\":\"K%zu\",\"payee_name_hash\":\"N%"
                                               "zu\",\"asset_id\":\"X\",\"employee_id\":\"Y\",%c",
                                               number, number, 0)
                                      .at};
    CHECK(scene_again(s) && scene_grown(s));
    CHECK(kind->before == NULL ||
          (change(s, OLD_ALERT, number) && change(s, kind->before, number)));
    CHECK(kind->is_listed_after || put_on_list(s, kind, number, INT64_MIN));
    CHECK(scene_decide(s, &decided));
    s->now_us += US_PER_MINUTE;
    CHECK(!kind->is_listed_after || put_on_list(s, kind, number, s->now_us));
    CHECK(kind->after == NULL || ((kind->before != NULL || change(s, OLD_ALERT, number)) &&
                                  change(s, kind->after, number)));
    if (kind->then != NULL) {
        struct decided then = *kind->then;
        then.customer = customer;
        then.payee = decided.payee;
        CHECK(scene_decide(s, &then));
    }
    CHECK(scene_pass(s, 59 * US_PER_MINUTE));
    return look(s, why, ret_tried);
}

static bool try_all(const struct scene_strategy *closes, bool releases) {
    const struct scene_strategy two[] = {LOWERS, *closes};
    struct scene s;
    struct tried tried;
    bool all_hold = true;
    CHECK(scene_init(&s, two, 2));
    printf("closed by a strategy as %s:\n",
           releases ? "FP-OWNWILL, its payment let go" : "TP-MULE-SUSP");
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const struct kind *kind = &KINDS[i];
        const char *why = releases ? kind->limit : kind->stops;
        uint32_t at = map_get(&s.catalogue->models_by_id, SLICE("M-AT-05-E"));
        s.catalogue->models.at[at].status = kind->is_challenger ? MODEL_CHALLENGER : MODEL_ACTIVE;
        CHECK_THAT(try_kind(&s, kind, i, why, &tried), "%s", kind->what);
        bool holds = why == NULL
                         ? tried.is_closed
                         : !tried.is_closed && tried.is_held && tried.with_people && tried.is_told;
        printf("  %-48s %-10s %s%s\n", kind->what, tried.is_closed ? "closed" : "to people",
               why == NULL ? "" : why, holds ? "" : "  <-- not as it must be");
        all_hold = all_hold && holds;
    }
    CHECK(scene_deinit(&s));
    return all_hold;
}

static bool test_released(void) {
    return try_all(&RELEASES, true);
}

static bool test_stopped(void) {
    return try_all(&PROTECTS, false);
}

// Each limit stands in the table, so that a new one is not forgotten.
static bool test_all_limits_are_tried(void) {
    for (int limit = 1; limit < FORBIDDEN_COUNT; limit++) {
        bool is_tried = false;
        for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
            is_tried =
                is_tried ||
                (KINDS[i].limit != NULL && slice_is(forbidden_infos[limit].name, KINDS[i].limit)) ||
                (KINDS[i].stops != NULL && slice_is(forbidden_infos[limit].name, KINDS[i].stops));
        }
        CHECK_THAT(is_tried, "%.*s", SLICE_ARGS(forbidden_infos[limit].name));
    }
    return true;
}

// What is forbidden whatever the alert is like, no text can ask for: the compiler refuses it.
static bool test_refused_texts(void) {
    static const char *const scopes[] = {
        "applies_to: [AM]\nseverities: [S1]\n",     "applies_to: [IE]\nseverities: [S1]\n",
        "applies_to: [SI]\nseverities: [S1]\n",     "applies_to: [NS]\nseverities: [S4]\n",
        "applies_to: [AT]\nseverities: [S4]\n",     "applies_to: [VP]\nseverities: [S3, S4]\n",
        "applies_to: [MU]\nseverities: [S2, S3]\n", "applies_to: [UB]\nseverities: [S2, S3]\n",
        "applies_to: [CG]\nseverities: [S2, S3]\n", "applies_to: [IF]\nseverities: [S2, S3]\n",
        "applies_to: [CO]\nseverities: [S2, S3]\n", "applies_to: ALL\nseverities: [S1]\n",
    };
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "id: D-ALL\nversion: 1\nzh: 全\nen: all\nowner: 风险监测中心\ndirection: "
                 "RELEASE\n%swhen: 'true'\nwait: 1h\nthen:\n"
                 "  - {id: all, close: FP-OWNWILL, zh: 全, en: all}\n",
                 scopes[i]);
        const struct scene_strategy strategy = {"D-ALL", text};
        CHECK_THAT(scene_refuses(&strategy, "SG032"), "%s", scopes[i]);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_released), TEST(test_stopped),
                                        TEST(test_all_limits_are_tried), TEST(test_refused_texts)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
