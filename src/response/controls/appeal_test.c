// Appeals, on a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/controls/appeals.h"
#include "response/controls/controls_scene_test.h"

static const int64_t NOON_US =
    INT64_C(1795752000) * US_PER_SECOND; // Friday, 2026-11-27 12:00 in Shanghai

struct objection {
    struct scene scene; // first: the measures' calls find it
    struct appeal_ask ask;
    struct appeal_verdict verdict;
    struct appeal appeal;
    struct appeal_figures figures;
    int64_t id;
    Slice text;
};

static struct objection *objection_of(void *context) {
    return ((struct world *)context)->scene;
}

static Status work_submit(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    return appeal_submit(book, &o->scene.terms, &o->ask, &o->id);
}

static Status work_reply(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    return appeal_reply(book, &o->scene.terms, o->id, SLICE("已受理，请补充材料"));
}

static Status work_verified(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    return appeal_verified(book, &o->scene.terms, o->id, SLICE("六个月工资流水"));
}

static Status work_settle(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    return appeal_settle(book, &o->scene.terms, o->id, &o->verdict);
}

static Status work_load_appeal(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    uint32_t count;
    TRY(book_trace_verify(book, "appeal", o->id, &count));
    return appeal_load(book, CLEARANCE_ALL, o->id, &o->appeal);
}

static Status work_figures(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    return appeal_figures(book, &o->scene.terms, CLEARANCE_ALL, NOON_US, NOON_US + US_PER_DAY, &o->figures);
}

static Status handle(struct world *w, struct book *book, const struct due_timer *due) {
    struct objection *o = objection_of(w);
    return due->kind == TIMER_APPEAL ? appeal_timer(book, &o->scene.terms, due)
                                     : control_timer(book, &o->scene.terms, due);
}

static bool begin(struct world *w, struct objection *o) {
    *o = (struct objection){.scene.terms = terms_of_test()};
    return world_init(w, o);
}

// A measure in force, and an appeal against it.
static int64_t appealed(struct world *w, struct control_ask ask) {
    struct objection *o = objection_of(w);
    w->who = ANALYST;
    ask.span_us = 60 * US_PER_DAY;
    int64_t id = set(w, NOON_US, ask);
    if (id < 0 || confirm(w, NOON_US, id, NOON_US) != STATUS_OK) {
        return -1;
    }
    o->ask = (struct appeal_ask){.control = id,
                                 .customer = SLICE("C1"),
                                 .channel = SLICE("hotline"),
                                 .text = SLICE("是我本人的工资卡"),
                                 .documents = SLICE("payslips.pdf")};
    w->who = (Actor){ACTOR_KIND_CUSTOMER, SLICE("C1")};
    Status status = within(w, NOON_US, work_submit);
    w->who = REVIEWER;
    return status == STATUS_OK ? id : -1;
}

static Status settle(struct world *w, int64_t now_us, AppealResult result, const char *second) {
    objection_of(w)->verdict = (struct appeal_verdict){
        .result = result, .reason = SLICE("材料属实"), .second = slice_of(second)};
    return within(w, now_us, work_settle);
}

static const struct appeal *appeal_of(struct world *w) {
    if (within(w, 1, work_load_appeal) != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(w->scratch.diag.message));
    }
    return &objection_of(w)->appeal;
}

// ---- settling ---------------------------------------------------------------------------------

static bool test_released_at_once(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    int64_t id = appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK(id > 0);
    CHECK_OK(&w, within(&w, NOON_US + US_PER_HOUR, work_reply));
    CHECK_OK(&w, within(&w, NOON_US + 2 * US_PER_HOUR, work_verified));
    CHECK_CODE(&w, settle(&w, NOON_US + 3 * US_PER_HOUR, APPEAL_KEPT, "c.chief"), "CT047");
    CHECK_CODE(&w, settle(&w, NOON_US + 3 * US_PER_HOUR, APPEAL_PARTLY, "c.chief"), "CT047");
    CHECK_CODE(&w, settle(&w, NOON_US + 3 * US_PER_HOUR, APPEAL_RELEASED, ""), "CT032");
    CHECK_OK(&w, settle(&w, NOON_US + 3 * US_PER_HOUR, APPEAL_RELEASED, "c.chief"));
    CHECK(control_of(&w, id)->state == CONTROL_RELEASED);
    CHECK(appeal_of(&w)->release_us == NOON_US + 3 * US_PER_HOUR &&
          slice_is(o.appeal.reviewer, "b.reviewer"));
    CHECK_CODE(&w, settle(&w, NOON_US + 4 * US_PER_HOUR, APPEAL_KEPT, "c.chief"), "CT041");
    CHECK_OK(&w, handle_due(&w, NOON_US + 20 * US_PER_DAY, handle));
    CHECK(messages_of(&w, "appeal.unsettled") == 0 && messages_of(&w, "appeal.unreplied") == 0);
    return world_deinit(&w);
}

static bool test_in_steps(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    int64_t id = appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK_OK(&w, settle(&w, NOON_US + 1, APPEAL_PARTLY, "c.chief"));
    CHECK(body_has(&w, "control.set", "\"measure\":\"LIMIT_NON_COUNTER\"") &&
          body_has(&w, "control.set", "\"amount\":200000"));
    CHECK(control_of(&w, id)->state == CONTROL_IN_FORCE); // until the limit is
    CHECK(appeal_of(&w)->replied_us == NOON_US + 1);      // the verdict is the first reply
    return world_deinit(&w);
}

static bool test_kept(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    int64_t id = appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK_OK(&w, settle(&w, NOON_US + 1, APPEAL_KEPT, ""));
    CHECK(control_of(&w, id)->state == CONTROL_IN_FORCE && appeal_of(&w)->release_us == 0);
    return world_deinit(&w);
}

// ---- who, and against what --------------------------------------------------------------------

static bool test_another_person(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    int64_t id = appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER));
    w.who = ANALYST; // who set it
    CHECK_CODE(&w, settle(&w, NOON_US + 1, APPEAL_RELEASED, "c.chief"), "CT042");
    CHECK_CODE(&w, within(&w, NOON_US + 1, work_verified), "CT042");
    w.who = STRATEGY;
    CHECK_CODE(&w, settle(&w, NOON_US + 1, APPEAL_RELEASED, "c.chief"), "CT045");
    CHECK_CODE(&w, within(&w, NOON_US + 1, work_reply), "CT045");
    w.who = REVIEWER;
    CHECK_CODE(&w, settle(&w, NOON_US + 1, APPEAL_OPEN, "c.chief"), "CT046");
    o.ask.customer = SLICE("C2");
    CHECK_CODE(&w, within(&w, NOON_US, work_submit), "CT044");
    o.ask.customer = SLICE("C1");
    o.ask.text = SLICE("");
    CHECK_CODE(&w, within(&w, NOON_US, work_submit), "CT046");
    CHECK_OK(&w, let_go(&w, NOON_US + 1, id, AUTHORITY_BANK, "c.chief"));
    CHECK_CODE(&w, within(&w, NOON_US, work_submit), "CT043");
    // What ended meanwhile is not released twice.
    CHECK_OK(&w, settle(&w, NOON_US + 2, APPEAL_RELEASED, ""));
    CHECK(messages_of(&w, "control.released") == 1);
    return world_deinit(&w);
}

// Against an order one objects with the authority; the bank cannot release it.
static bool test_against_an_order(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    CHECK(appealed(&w, by_order(MEASURE_STOP_PAY, 1, NOON_US)) > 0);
    CHECK_CODE(&w, settle(&w, NOON_US + 1, APPEAL_RELEASED, "c.chief"), "CT031");
    CHECK_OK(&w, settle(&w, NOON_US + 1, APPEAL_KEPT, ""));
    return world_deinit(&w);
}

// ---- deadlines --------------------------------------------------------------------------------

static bool pages_are(struct world *w, int64_t replies, int64_t settles, int64_t answers,
                      int64_t releases) {
    CHECK_THAT(messages_of(w, "appeal.unreplied") == replies &&
                   messages_of(w, "appeal.unsettled") == settles &&
                   messages_of(w, "appeal.unanswered") == answers &&
                   messages_of(w, "appeal.unreleased") == releases,
               "%lld %lld %lld %lld", (long long)messages_of(w, "appeal.unreplied"),
               (long long)messages_of(w, "appeal.unsettled"),
               (long long)messages_of(w, "appeal.unanswered"),
               (long long)messages_of(w, "appeal.unreleased"));
    return true;
}

static bool test_deadlines(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    CHECK(appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0);
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY - 1, handle));
    CHECK(pages_are(&w, 0, 0, 0, 0));
    CHECK_OK(&w, handle_due(&w, NOON_US + US_PER_DAY, handle));
    CHECK(pages_are(&w, 1, 0, 0, 0));
    // Five working days after that Friday are over when the next Friday is.
    int64_t supervisor_us = NOON_US + 7 * US_PER_DAY + 12 * US_PER_HOUR;
    CHECK(appeal_of(&w)->settle_until_us == supervisor_us);
    CHECK_OK(&w, within(&w, supervisor_us - 10, work_reply));
    CHECK_OK(&w, handle_due(&w, supervisor_us - 1, handle));
    CHECK(pages_are(&w, 1, 0, 0, 0));
    CHECK_OK(&w, handle_due(&w, supervisor_us, handle));
    CHECK(pages_are(&w, 1, 1, 0, 0));
    CHECK_OK(&w, within(&w, supervisor_us + 1, work_verified));
    CHECK_OK(&w, handle_due(&w, supervisor_us + 2 * US_PER_HOUR, handle));
    CHECK(pages_are(&w, 1, 1, 0, 0));
    CHECK_OK(&w, handle_due(&w, supervisor_us + 1 + 2 * US_PER_HOUR, handle));
    CHECK(pages_are(&w, 1, 1, 0, 1));
    CHECK_OK(&w, handle_due(&w, supervisor_us + 20 * US_PER_DAY, handle));
    CHECK(pages_are(&w, 1, 1, 0, 1)); // each once
    return world_deinit(&w);
}

static bool test_laundering(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    struct control_ask ask = plain(MEASURE_SUSPEND_NON_COUNTER);
    ask.secrecy = SLICE("AML");
    ask.notice = NULL;
    CHECK(appealed(&w, ask) > 0);
    CHECK(appeal_of(&w)->answer_until_us == NOON_US + 15 * US_PER_DAY);
    CHECK_OK(&w, handle_due(&w, NOON_US + 15 * US_PER_DAY, handle));
    CHECK(pages_are(&w, 1, 1, 1, 0) && messages_of(&w, "notice.send") == 0);
    return world_deinit(&w);
}

// All deadlines passed while nothing ran: each is told once, and none is forgotten.
static bool test_after_a_long_pause(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    CHECK(appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0);
    CHECK_OK(&w, within(&w, NOON_US + 1, work_verified));
    book_close(&w.book);
    CHECK(world_reopen(&w));
    CHECK_OK(&w, handle_due(&w, NOON_US + 20 * US_PER_DAY, handle));
    CHECK_OK(&w, handle_due(&w, NOON_US + 20 * US_PER_DAY, handle));
    CHECK(pages_are(&w, 1, 1, 0, 1));
    return world_deinit(&w);
}

// ---- figures and lists ------------------------------------------------------------------------

static bool test_figures(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    static const AppealResult results[] = {APPEAL_RELEASED, APPEAL_RELEASED, APPEAL_KEPT,
                                           APPEAL_PARTLY};
    for (int64_t i = 0; i < 4; i++) {
        CHECK(appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0);
        CHECK_OK(&w, settle(&w, NOON_US + (i + 1) * 10 * US_PER_HOUR, results[i], "c.chief"));
    }
    w.who = ANALYST;
    int64_t quiet = set(&w, NOON_US, plain(MEASURE_SUSPEND_NON_COUNTER));
    CHECK_OK(&w, confirm(&w, NOON_US, quiet, NOON_US));
    CHECK(appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0); // nobody has answered yet
    CHECK_OK(&w, within(&w, NOON_US + 50 * US_PER_HOUR, work_figures));
    const struct appeal_figures *figures = &o.figures;
    CHECK(figures->controls == 6 && figures->appealed == 5 && figures->settled == 4 &&
          figures->released == 2 && figures->partly == 1 && figures->kept == 1);
    // Answered after 30 and 40 hours, and not at all after 50.
    CHECK(figures->late_replies == 3 && figures->late_releases == 0);
    CHECK(figures->median_settle_us == 20 * US_PER_HOUR &&
          figures->median_release_us == 20 * US_PER_HOUR);
    return world_deinit(&w);
}

static Status list_both(void *context, struct book *book) {
    struct objection *o = objection_of(context);
    struct rendering out;
    struct list_page page = {
        .viewer = 0, .key = SLICE("C1"), .number = o->ask.control, .count_max = 9};
    struct json_writer *json = rendering_begin(&out);
    json_array_begin(json);
    TRY(appeal_list_json(book, APPEALS_OPEN, &page, json));
    TRY(appeal_list_json(book, APPEALS_OF_CONTROL, &page, json));
    TRY(appeal_list_json(book, APPEALS_OF_CUSTOMER, &page, json));
    appeal_figures_put_json(json, &o->figures);
    json_array_end(json);
    return rendering_end(&out, book, &o->text);
}

static bool test_lists(void) {
    struct world w;
    struct objection o;
    CHECK(begin(&w, &o));
    CHECK(appealed(&w, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0);
    CHECK_OK(&w, within(&w, NOON_US, list_both));
    int found = 0;
    for (size_t at = 0; (at = slice_find(o.text, SLICE("\"state\":\"SUBMITTED\""), at)) != SIZE_MAX;
         at++) {
        found++;
    }
    CHECK_THAT(found == 3, "%.*s", SLICE_ARGS(o.text));
    CHECK(slice_find(o.text, SLICE("\"appealed_share\":null"), 0) != SIZE_MAX);
    o.figures = (struct appeal_figures){.controls = 8, .appealed = 2};
    CHECK_OK(&w, within(&w, NOON_US, list_both));
    CHECK(slice_find(o.text, SLICE("\"appealed_share\":0.25"), 0) != SIZE_MAX);
    o.id += 1000;
    CHECK_CODE(&w, within(&w, NOON_US, work_load_appeal), "CT040");
    return world_deinit(&w);
}

// ---- the program dies -------------------------------------------------------------------------

static Status deed_appeal(struct world *w) {
    return appealed(w, plain(MEASURE_SUSPEND_NON_COUNTER)) > 0 ? STATUS_OK : STATUS_INVALID;
}

static Status deed_settle(struct world *w) {
    static const struct statement LAST = {"test_last_appeal", "SELECT MAX(id) FROM appeal"};
    objection_of(w)->id = ask_number(w, &LAST, STORE_NO_VALUES);
    Status status = settle(w, NOON_US + 1, APPEAL_RELEASED, "c.chief");
    return status != STATUS_OK && strcmp(w->scratch.diag.code, "CT041") == 0 ? STATUS_OK : status;
}

static bool test_dies_settling(void) {
    static Deed *const deeds[] = {deed_appeal, deed_settle};
    struct objection o = {.scene.terms = terms_of_test()};
    return goes_on_after_death(&o, deeds, 2);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_released_at_once),
        TEST(test_in_steps),
        TEST(test_kept),
        TEST(test_another_person),
        TEST(test_against_an_order),
        TEST(test_deadlines),
        TEST(test_laundering),
        TEST(test_after_a_long_pause),
        TEST(test_figures),
        TEST(test_lists),
        TEST(test_dies_settling),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
