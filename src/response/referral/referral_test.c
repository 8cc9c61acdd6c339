// What becomes of a referral: approvals, sending, what the police tell, figures, reminders, and the
// same after a program has died. On a file of SQLite, or on the PostgreSQL server that $STORE
// names.

#include "response/referral/referral_scene_test.h"

#include "paper/leaks_test.h"

#include <limits.h>

static const int64_t APPROVE_US = WORK_US + 10 * US_PER_MINUTE;
#define SENT_US (APPROVE_US + 5 * US_PER_MINUTE)

// ---- approvals ----------------------------------------------------------------------------------

static bool test_three_persons(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_CODE(&w, approve_by(&w, HEAD, APPROVE_US, "DEPARTMENT"), "RF012");
    CHECK_CODE(&w, approve_by(&w, HEAD, APPROVE_US, "BOARD"), "RF002");
    CHECK_CODE(&w, approve_by(&w, STRATEGY, APPROVE_US, "ANALYST"), "RF011");
    CHECK_CODE(&w, approve_by(&w, SYSTEM, APPROVE_US, "ANALYST"), "RF011");
    CHECK_OK(&w, approve_by(&w, ANALYST, APPROVE_US, "ANALYST"));
    CHECK_CODE(&w, approve_by(&w, ANALYST, APPROVE_US, "ANALYST"), "RF012");
    CHECK_CODE(&w, approve_by(&w, ANALYST, APPROVE_US, "DEPARTMENT"), "RF011");
    CHECK_OK(&w, approve_by(&w, HEAD, APPROVE_US, "DEPARTMENT"));
    CHECK_CODE(&w, approve_by(&w, HEAD, APPROVE_US, "COMPLIANCE"), "RF011");
    CHECK_CODE(&w, approve_by(&w, ANALYST, APPROVE_US, "COMPLIANCE"), "RF011");
    CHECK(slice_is(state_of(&w, scene.id), "DRAFT"));
    CHECK_OK(&w, approve_by(&w, COMPLIANCE, APPROVE_US, "COMPLIANCE"));
    CHECK(slice_is(state_of(&w, scene.id), "APPROVED"));
    CHECK_CODE(&w, approve_by(&w, REVIEWER, APPROVE_US, "COMPLIANCE"), "RF012");
    return end(&w, &scene);
}

static bool test_returned(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.text = SLICE("");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_return), "RF005");
    scene.text = SLICE("补充取现影像编号");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_return), "RF004"); // nobody approved
    CHECK_OK(&w, approve_by(&w, ANALYST, APPROVE_US, "ANALYST"));
    CHECK_CODE(&w, edit(&w, REFERRAL_FIELD_FACT, SLICE("x")), "RF006");
    CHECK_CODE(&w, put(&w, "PARTY", SLICE("C0000000201"), "name", SLICE("x"), SLICE("")), "RF006");
    scene.text = SLICE("补充取现影像编号");
    w.who = HEAD;
    CHECK_OK(&w, within(&w, APPROVE_US, work_return));
    w.who = ANALYST;
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_OFFICER, SLICE("二大队")));
    // A new round: everybody again.
    CHECK_CODE(&w, approve_by(&w, HEAD, APPROVE_US, "DEPARTMENT"), "RF012");
    CHECK_OK(&w, approve_all(&w, APPROVE_US));
    scene.text = SLICE("接收机关有变");
    CHECK_OK(&w, within(&w, APPROVE_US + US_PER_HOUR, work_return));
    CHECK(slice_is(state_of(&w, scene.id), "DRAFT"));
    CHECK_OK(&w, approve_all(&w, APPROVE_US + 2 * US_PER_HOUR));
    CHECK_OK(&w, within(&w, APPROVE_US, work_json));
    CHECK(out_has(&w, "\"number\":1,") && out_has(&w, "\"round\":3")); // the number stays
    return end(&w, &scene);
}

// What was approved is what is sent: a row of the case that changes meanwhile is seen.
static bool test_content_is_held(void) {
    static const struct statement CHANGE = {
        "test_change_evidence",
        "UPDATE case_subject SET confidence = 10 WHERE name = 'C0000000401'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, approve_by(&w, ANALYST, APPROVE_US, "ANALYST"));
    CHECK_OK(&w, change(&w, &CHANGE));
    CHECK_CODE(&w, approve_by(&w, HEAD, APPROVE_US, "DEPARTMENT"), "RF020");
    scene.text = SLICE("主体把握程度有变");
    CHECK_OK(&w, within(&w, APPROVE_US, work_return));
    CHECK_OK(&w, approve_all(&w, APPROVE_US));
    scene.subject = (struct case_subject){.kind = SLICE("PERSON"),
                                          .name = SLICE("C0000000401"),
                                          .role = SLICE("CASH_OUT"),
                                          .confidence = 90,
                                          .evidence = SLICE("取现人已辨认")};
    CHECK_OK(&w, within(&w, APPROVE_US, work_subject));
    CHECK_OK(&w, open_fonts(&w));
    CHECK_CODE(&w, within(&w, APPROVE_US, work_make), "RF020");
    return end(&w, &scene);
}

// A measure that ends while it is approved is no other content; the package tells of it.
static bool test_measures_go_on(void) {
    static const struct statement RELEASE = {
        "test_release", "UPDATE control SET state = 'RELEASED', released_us = 1795600000000000 "
                        "WHERE target = '6217000000000000403'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, approve_by(&w, ANALYST, APPROVE_US, "ANALYST"));
    CHECK_OK(&w, change(&w, &RELEASE));
    CHECK_OK(&w, approve_by(&w, HEAD, APPROVE_US, "DEPARTMENT"));
    CHECK_OK(&w, approve_by(&w, COMPLIANCE, APPROVE_US, "COMPLIANCE"));
    CHECK_OK(&w, within(&w, APPROVE_US, work_dossier));
    CHECK(out_has(&w, "\"state\":\"RELEASED\""));
    return end(&w, &scene);
}

static bool test_numbers(void) {
    static const struct statement NUMBERS = {
        "test_numbers", "SELECT COUNT(*) FROM referral WHERE (year = 2026 AND number IN (1, 2)) OR "
                        "(year = 2027 AND number = 1)"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, approve_all(&w, APPROVE_US));
    for (int i = 0; i < 2; i++) {
        int64_t first = scene.plant.referral;
        CHECK_OK(&w, within(&w, WORK_US, work_draft));
        scene.other = first;
        scene.kind = SLICE("DUPLICATE");
        scene.text = SLICE("同一案件");
        CHECK_OK(&w, within(&w, WORK_US, work_link));
        if (i == 1) {
            scene.other = first - 1;
            CHECK_OK(&w, within(&w, WORK_US, work_link));
        }
        // 31 December 23:59 in China, and the day after.
        CHECK_OK(&w, approve_all(&w, i == 0 ? PLANT_DAY_US + 36 * US_PER_DAY
                                            : PLANT_DAY_US + 37 * US_PER_DAY));
    }
    CHECK(ask_number(&w, &NUMBERS, STORE_NO_VALUES) == 3);
    return end(&w, &scene);
}

// ---- sending ------------------------------------------------------------------------------------

static bool test_sending(void) {
    static const struct statement CASE = {"test_case_state",
                                          "SELECT state FROM case_file WHERE id = ?1"};
    static const struct statement REFERENCE = {
        "test_case_reference", "SELECT reference FROM case_reference WHERE kind = 'REFERRAL'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_CODE(&w, within(&w, APPROVE_US, work_send), "RF004");
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK(slice_is(state_of(&w, scene.id), "SENT"));
    CHECK_CODE(&w, within(&w, APPROVE_US, work_send), "RF004");
    CHECK(messages_of(&w, "referral.sent") == 1);
    CHECK(body_has(&w, "referral.sent", scene.made.sha256) &&
          body_has(&w, "referral.sent", scene.made.sm3) &&
          body_has(&w, "referral.sent", "示银反诈移〔2026〕1号"));
    // No personal data in the message.
    CHECK(!body_has(&w, "referral.sent", "6217") && !body_has(&w, "referral.sent", "开户人"));
    CHECK(slice_is(ask_text(&w, &CASE, STORE_VALUES(store_i64(scene.plant.case_id))), "REFERRED"));
    CHECK(slice_is(ask_text(&w, &REFERENCE, STORE_NO_VALUES), "示银反诈移〔2026〕1号"));
    // What was sent stays as it is.
    CHECK_CODE(&w, edit(&w, REFERRAL_FIELD_FACT, SLICE("x")), "RF006");
    scene.text = SLICE("x");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_return), "RF004");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_drop), "RF006");
    return end(&w, &scene);
}

static bool test_another_package(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, approve_all(&w, APPROVE_US));
    CHECK_OK(&w, open_fonts(&w));
    CHECK_OK(&w, within(&w, APPROVE_US, work_make));
    scene.zip.bytes[scene.zip.size / 2] ^= 1;
    CHECK_CODE(&w, within(&w, APPROVE_US, work_send), "RF021");
    scene.zip.bytes[scene.zip.size / 2] ^= 1;
    scene.made.content[0] = scene.made.content[0] == 'a' ? 'b' : 'a';
    CHECK_CODE(&w, within(&w, APPROVE_US, work_send), "RF021");
    CHECK(messages_of(&w, "referral.sent") == 0);
    return end(&w, &scene);
}

static bool test_dropped(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.text = SLICE("");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_drop), "RF005");
    scene.text = SLICE("核实为正常往来");
    CHECK_OK(&w, within(&w, APPROVE_US, work_drop));
    CHECK(slice_is(state_of(&w, scene.id), "CLOSED"));
    CHECK_CODE(&w, edit(&w, REFERRAL_FIELD_FACT, SLICE("x")), "RF006");
    scene.news = referral_nothing_told;
    scene.news.state = SLICE("FILED");
    scene.news.police_case_no = SLICE("A1");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_outcome), "RF004"); // it was never sent
    return end(&w, &scene);
}

// ---- what the police tell -----------------------------------------------------------------------

static Status tell(struct world *w, int64_t now_us, const char *state, struct referral_news news) {
    news.state = slice_of(state);
    scene_of(w)->news = news;
    return within(w, now_us, work_outcome);
}

static Status receive(struct world *w, int64_t now_us) {
    scene_of(w)->receipt =
        (struct referral_receipt){.receipt = SLICE("QS-1"), .receiver = SLICE("值班民警")};
    return within(w, now_us, work_receive);
}

static bool test_the_whole_way(void) {
    static const struct statement OF_CASE = {"test_of_case",
                                             "SELECT police_case_no FROM case_file"};
    static const char *const refused[] = {"DRAFT",  "APPROVED", "SENT",
                                          "SOLVED", "CLOSED",   "NOWHERE"};
    struct world w;
    struct scene scene;
    struct referral_news none = referral_nothing_told, news = none;
    int64_t at = SENT_US + US_PER_HOUR;
    CHECK(begin(&w, &scene));
    CHECK_CODE(&w, receive(&w, at), "RF004");
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    scene.receipt = (struct referral_receipt){.receipt = SLICE("")};
    CHECK_CODE(&w, within(&w, at, work_receive), "RF005");
    CHECK_OK(&w, receive(&w, at));
    CHECK_CODE(&w, receive(&w, at), "RF004");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        news.reason = SLICE("x");
        CHECK_THAT(tell(&w, at, refused[i], news) != STATUS_OK, "%s", refused[i]);
    }
    CHECK_CODE(&w, tell(&w, at, "SUPPLEMENT_ASKED", none), "RF005");
    news = none;
    news.reason = SLICE("请补充取现影像");
    CHECK_OK(&w, tell(&w, at, "SUPPLEMENT_ASKED", news));
    CHECK_OK(&w, tell(&w, at, "ACCEPTED", none));
    CHECK_CODE(&w, tell(&w, at, "FILED", none), "RF005");
    news = none;
    news.police_case_no = SLICE("A33010600000020260001");
    news.amount_involved = 43180000;
    news.feedback_doc = SLICE("立案告知书");
    CHECK_OK(&w, tell(&w, at + US_PER_DAY, "FILED", news));
    CHECK(slice_is(ask_text(&w, &OF_CASE, STORE_NO_VALUES), "A33010600000020260001"));
    CHECK_CODE(&w, tell(&w, at + US_PER_DAY, "ARRESTS", none), "RF005");
    news = none;
    news.arrested = 4;
    CHECK_OK(&w, tell(&w, at + 2 * US_PER_DAY, "ARRESTS", news));
    news = none;
    news.gangs = 1;
    news.cards_seized = 36;
    CHECK_OK(&w, tell(&w, at + 3 * US_PER_DAY, "SOLVED", news));
    CHECK_OK(&w, tell(&w, at + 4 * US_PER_DAY, "PROSECUTED", none));
    CHECK_OK(&w, tell(&w, at + 5 * US_PER_DAY, "JUDGED", none));
    CHECK_CODE(&w, tell(&w, at + 6 * US_PER_DAY, "FUNDS_RETURNED", none), "RF005");
    scene.money = (struct referral_money){.kind = SLICE("RETURNED"),
                                          .account = SLICE("6217000000000000403"),
                                          .document = SLICE("返还 1 号"),
                                          .amount = 13300000};
    CHECK_OK(&w, within(&w, at + 6 * US_PER_DAY, work_money));
    CHECK_OK(&w, tell(&w, at + 6 * US_PER_DAY, "FUNDS_RETURNED", none));
    news = none;
    news.reason = SLICE("已全部办结");
    news.reward = SLICE("感谢信");
    news.lessons = SLICE("开户环节应核验设备");
    CHECK_OK(&w, tell(&w, at + 7 * US_PER_DAY, "CLOSED", news));
    CHECK(slice_is(state_of(&w, scene.id), "CLOSED"));
    CHECK_OK(&w, within(&w, at, work_json));
    CHECK(out_has(&w, "\"police_case_no\":\"A33010600000020260001\"") &&
          out_has(&w, "\"arrested\":4") && out_has(&w, "\"gangs\":1") &&
          out_has(&w, "\"victims_helped\":null") && out_has(&w, "\"amount_returned\":13300000"));
    return end(&w, &scene);
}

static bool test_figures_that_cannot_be(void) {
    struct world w;
    struct scene scene;
    struct referral_news news = referral_nothing_told;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK_OK(&w, receive(&w, SENT_US));
    news.arrested = -2;
    CHECK_CODE(&w, tell(&w, SENT_US, "", news), "RF030");
    news.arrested = REFERRAL_COUNT_MAX + 1;
    CHECK_CODE(&w, tell(&w, SENT_US, "", news), "RF030");
    news = referral_nothing_told;
    news.amount_involved = -5;
    CHECK_CODE(&w, tell(&w, SENT_US, "", news), "RF030");
    news = referral_nothing_told;
    news.at_us = SENT_US - US_PER_DAY; // before it was sent
    CHECK_CODE(&w, tell(&w, SENT_US, "ACCEPTED", news), "RF030");
    news.at_us = SENT_US + US_PER_DAY; // tomorrow
    CHECK_CODE(&w, tell(&w, SENT_US, "ACCEPTED", news), "RF030");
    scene.money =
        (struct referral_money){.kind = SLICE("SEIZED"), .document = SLICE("x"), .amount = 0};
    CHECK_CODE(&w, within(&w, SENT_US, work_money), "RF005");
    scene.money.amount = -1;
    CHECK_CODE(&w, within(&w, SENT_US, work_money), "RF030");
    scene.money = (struct referral_money){.kind = SLICE("STOLEN"), .amount = 1};
    CHECK_CODE(&w, within(&w, SENT_US, work_money), "RF002");
    news = referral_nothing_told;
    news.arrested = 0; // told, and none
    CHECK_OK(&w, tell(&w, SENT_US, "", news));
    CHECK_OK(&w, within(&w, SENT_US, work_json));
    CHECK(out_has(&w, "\"arrested\":0") && out_has(&w, "\"gangs\":null"));
    return end(&w, &scene);
}

static bool test_returned_by_the_police(void) {
    struct world w;
    struct scene scene;
    struct referral_news news = referral_nothing_told;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK_CODE(&w, tell(&w, SENT_US, "RETURNED", news), "RF005");
    news.reason = SLICE("管辖不符");
    CHECK_OK(&w, tell(&w, SENT_US, "RETURNED", news));
    CHECK_CODE(&w, tell(&w, SENT_US, "ACCEPTED", news), "RF004");
    CHECK_OK(&w, tell(&w, SENT_US, "CLOSED", news));
    news.police_case_no = SLICE("B1"); // and filed all the same, later
    CHECK_OK(&w, tell(&w, SENT_US + US_PER_DAY, "FILED", news));
    return end(&w, &scene);
}

// ---- duplicates and supplements -----------------------------------------------------------------

static bool test_duplicates(void) {
    static const struct statement OTHER_NAMES[] = {
        {"test_rename_1", "UPDATE referral_named SET name = 'x' || name WHERE kind <> 'ACCOUNT' OR "
                          "name <> '6217000000000000403'"},
        {"test_rename_2", "UPDATE referral_datum SET value = 'y' || value WHERE field = "
                          "'certificate' AND referral = (SELECT MIN(id) FROM referral)"},
    };
    static const struct statement ONLY_CERTIFICATE[] = {
        {"test_rename_3", "DELETE FROM referral_named"},
        {"test_rename_4", "UPDATE referral_datum SET value = '000000199001010003' WHERE field = "
                          "'certificate' AND object = 'C0000000203'"},
    };
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    int64_t first = scene.id;
    CHECK_OK(&w, within(&w, WORK_US, work_draft));
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(scene.findings.count == 1 && found(&w, REFERRAL_FINDING_DUPLICATE) == 1);
    CHECK(slice_find(scene.findings.at[0].zh, SLICE("示银反诈移〔2026〕1号"), 0) != SIZE_MAX);
    CHECK_CODE(&w, approve_by(&w, ANALYST, APPROVE_US, "ANALYST"), "RF010");
    // One account in common is enough.
    CHECK_OK(&w, change(&w, &OTHER_NAMES[0]));
    CHECK_OK(&w, change(&w, &OTHER_NAMES[1]));
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(found(&w, REFERRAL_FINDING_DUPLICATE) == 1 &&
          slice_find(scene.findings.at[0].zh, SLICE("6217000000000000403"), 0) != SIZE_MAX);
    // So is a certificate.
    CHECK_OK(&w, change(&w, &ONLY_CERTIFICATE[0]));
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(found(&w, REFERRAL_FINDING_DUPLICATE) == 0);
    CHECK_OK(&w, change(&w, &ONLY_CERTIFICATE[1]));
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(found(&w, REFERRAL_FINDING_DUPLICATE) == 1);
    scene.other = scene.id;
    scene.kind = SLICE("DUPLICATE");
    CHECK_CODE(&w, within(&w, WORK_US, work_link), "RF007");
    scene.other = first;
    scene.kind = SLICE("TWIN");
    CHECK_CODE(&w, within(&w, WORK_US, work_link), "RF002");
    scene.kind = SLICE("DUPLICATE");
    scene.text = SLICE("同一团伙");
    CHECK_OK(&w, within(&w, WORK_US, work_link));
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(scene.findings.count == 0);
    return end(&w, &scene);
}

static bool test_supplement(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.plan = (struct referral_plan){.case_id = scene.plant.case_id, .supplements = scene.id};
    int64_t first = scene.id;
    CHECK_CODE(&w, within(&w, WORK_US, work_open), "RF005"); // not sent: it is changed itself
    scene.id = first;
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK_OK(&w, within(&w, WORK_US, work_open));
    CHECK(scene.id != first);
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(found(&w, REFERRAL_FINDING_DUPLICATE) == 0 && scene.findings.count > 0); // linked already
    CHECK_OK(&w, within(&w, WORK_US, work_json));
    CHECK(out_has(&w, "\"lead\":") && out_has(&w, "\"word\":\"SUPPLEMENT\""));
    scene.filter = (struct referral_filter){.lead = first};
    CHECK_OK(&w, within(&w, WORK_US, work_list));
    CHECK(out_has(&w, "\"state\":{\"word\":\"SENT\"") &&
          out_has(&w, "\"state\":{\"word\":\"DRAFT\""));
    return end(&w, &scene);
}

// ---- figures ------------------------------------------------------------------------------------

// Two referrals of one case of the police, a supplement, one of another case; money told twice.
static bool test_figures(void) {
    static const struct statement COPY = {
        "test_copy",
        "INSERT INTO referral (id, case_id, lead, supplements, secrecy, route, urgency, state, "
        "since_us, opened_us, opened_by, title, authority, officer, basis, contact_a, contact_b, "
        "fact, analysis, structure, next_step, recommendation, confidence, unknowns, round, steps, "
        "content, called, receipt, receiver, police_case_no, feedback_doc, reward, lessons, told, "
        "sent_us, accepted_us, filed_us, solved_us, arrests_us, gangs, arrested, amount_involved) "
        "SELECT id + 100, case_id, id + 100, NULL, secrecy, route, urgency, state, since_us, "
        "opened_us, opened_by, title, authority, officer, basis, contact_a, contact_b, fact, "
        "analysis, structure, next_step, recommendation, confidence, unknowns, round, steps, "
        "content, called, receipt, receiver, police_case_no, feedback_doc, reward, lessons, told, "
        "sent_us + 5, accepted_us + 5, filed_us + 5, solved_us + 5, arrests_us + 5, gangs, "
        "arrested "
        "- 1, amount_involved - 100 FROM referral WHERE lead = id"};
    static const struct statement SUPPLEMENT = {
        "test_supplement",
        "UPDATE referral SET lead = id - 100, supplements = id - 100 WHERE supplements IS NULL AND "
        "id > (SELECT MIN(id) FROM referral)"};
    static const struct statement OTHER_CASE = {
        "test_other_case", "UPDATE referral SET police_case_no = 'P2', gangs = NULL, "
                           "amount_involved = NULL WHERE id > (SELECT MIN(id) FROM referral)"};
    static const struct statement ORDER = {
        "test_order",
        "INSERT INTO police_order (id, number, kind, authority, is_city_level, document, "
        "is_signed, "
        "ordered_us, account, name_hash, certificate_hash, amount, freeze_class, original, "
        "victim_account, content, target, customer, state, answer, problem, taken_us, state_us, "
        "executed_us, feedback, decided_by, decided_second, decision_reason, message, pages, "
        "secrecy) VALUES (1, 'DR-1', 'DEDUCT_RETURN', 'x', 1, '返还 1 号', 1, 1, 'A', '', '', 500, "
        "'DEPOSIT', '', '', '', 'A', '', 'DONE', 'EXECUTED', '', 1, 1, 7, '', '', '', '', 0, 0, "
        "'NORMAL')"};
    struct world w;
    struct scene scene;
    struct referral_news news = referral_nothing_told;
    const struct referral_figures *f = &scene.figures;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK(f->sent == 0 && f->filed == 0 && f->given_back == 0);
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK_OK(&w, tell(&w, SENT_US, "ACCEPTED", news));
    news.police_case_no = SLICE("P1");
    news.amount_involved = 43180000;
    CHECK_OK(&w, tell(&w, SENT_US, "FILED", news));
    news = referral_nothing_told;
    news.arrested = 4;
    CHECK_OK(&w, tell(&w, SENT_US, "ARRESTS", news));
    news.gangs = 2;
    CHECK_OK(&w, tell(&w, SENT_US, "SOLVED", news));
    // Another referral of the same case of the police.
    CHECK_OK(&w, change(&w, &COPY));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK(f->sent == 2 && f->accepted == 2 && f->filed == 1 && f->solved == 1);
    CHECK(f->gangs == 2 && f->arrested == 4 && f->involved == 43180000);
    CHECK(f->gangs_untold == 0 && f->involved_untold == 0);
    // The same as a supplement of the first: one lead.
    CHECK_OK(&w, change(&w, &SUPPLEMENT));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK(f->sent == 1 && f->accepted == 1 && f->filed == 1);
    // And as one of a case of its own, of which less is told.
    CHECK_OK(&w, change(&w, &OTHER_CASE));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK(f->filed == 2 && f->solved == 2 && f->gangs == 2 && f->gangs_untold == 1);
    CHECK(f->involved == 43180000 && f->involved_untold == 1 && f->arrested == 7);
    // The same account and order, told of as seized and as frozen, and once more with less.
    scene.money = (struct referral_money){.kind = SLICE("FROZEN"),
                                          .account = SLICE("A"),
                                          .document = SLICE("冻结 1 号"),
                                          .amount = 900};
    CHECK_OK(&w, within(&w, SENT_US, work_money));
    scene.money.kind = SLICE("SEIZED");
    scene.money.amount = 800;
    CHECK_OK(&w, within(&w, SENT_US, work_money));
    scene.money.document = SLICE("冻结 2 号");
    CHECK_OK(&w, within(&w, SENT_US, work_money));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK_THAT(f->seized_frozen == 1700, "%lld", (long long)f->seized_frozen);
    // Money that this bank gave back by order counts with the order, and not again as told.
    scene.money = (struct referral_money){.kind = SLICE("RETURNED"),
                                          .account = SLICE("A"),
                                          .document = SLICE("返还 1 号"),
                                          .amount = 500};
    CHECK_OK(&w, within(&w, SENT_US, work_money));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK(f->given_back == 500);
    CHECK_OK(&w, change(&w, &ORDER));
    CHECK_OK(&w, within(&w, SENT_US, work_figures));
    CHECK(f->given_back == 500);
    return end(&w, &scene);
}

// ---- reminders ----------------------------------------------------------------------------------

static bool pages_are(struct world *w, int64_t package, int64_t receipt, int64_t feedback) {
    CHECK_THAT(messages_of(w, "referral.package_due") == package &&
                   messages_of(w, "referral.unreceived") == receipt &&
                   messages_of(w, "referral.feedback_due") == feedback,
               "%lld %lld %lld", (long long)messages_of(w, "referral.package_due"),
               (long long)messages_of(w, "referral.unreceived"),
               (long long)messages_of(w, "referral.feedback_due"));
    return true;
}

static int64_t timers(struct world *w) {
    static const struct statement COUNT = {"test_timers",
                                           "SELECT COUNT(*) FROM timer WHERE kind = 'referral'"};
    return ask_number(w, &COUNT, STORE_NO_VALUES);
}

static bool test_reminders(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK(timers(&w) == 0);
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK_OK(&w, handle_due(&w, SENT_US + 23 * US_PER_HOUR, handle_referral));
    CHECK(pages_are(&w, 0, 0, 0));
    CHECK_OK(&w, handle_due(&w, SENT_US + 25 * US_PER_HOUR, handle_referral));
    CHECK(pages_are(&w, 0, 1, 0));
    CHECK_OK(&w, receive(&w, SENT_US + 2 * US_PER_DAY));
    // A receipt is feedback: nothing is asked for at seven days.
    CHECK_OK(&w, handle_due(&w, SENT_US + 8 * US_PER_DAY, handle_referral));
    CHECK(pages_are(&w, 0, 1, 0));
    CHECK_OK(&w, handle_due(&w, SENT_US + 31 * US_PER_DAY, handle_referral));
    CHECK(pages_are(&w, 0, 1, 1) && body_has(&w, "referral.feedback_due", "30 days"));
    CHECK_OK(&w, tell(&w, SENT_US + 40 * US_PER_DAY, "ACCEPTED", referral_nothing_told));
    CHECK_OK(&w, handle_due(&w, SENT_US + 91 * US_PER_DAY, handle_referral));
    CHECK(pages_are(&w, 0, 1, 1)); // heard of since
    CHECK_OK(&w, handle_due(&w, SENT_US + 181 * US_PER_DAY, handle_referral));
    CHECK(pages_are(&w, 0, 1, 2) && body_has(&w, "referral.feedback_due", "180 days"));
    CHECK(timers(&w) == 0);
    CHECK_OK(&w, handle_due(&w, SENT_US + 900 * US_PER_DAY, handle_referral));
    CHECK(pages_are(&w, 0, 1, 2));
    return end(&w, &scene);
}

// Nobody looked for a hundred days: one reminder, and not three.
static bool test_reminders_missed(void) {
    struct world w;
    struct scene scene;
    struct referral_news news = referral_nothing_told;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    CHECK_OK(&w, handle_due(&w, SENT_US + 100 * US_PER_DAY, handle_referral));
    CHECK(pages_are(&w, 0, 1, 1) && body_has(&w, "referral.feedback_due", "90 days"));
    news.reason = SLICE("管辖不符");
    CHECK_OK(&w, tell(&w, SENT_US + 101 * US_PER_DAY, "RETURNED", news));
    CHECK(timers(&w) == 0); // settled
    return end(&w, &scene);
}

static bool test_emergency(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.call = (struct referral_call){.called = SLICE("反诈中心 96110"), .text = SLICE("")};
    CHECK_CODE(&w, within(&w, WORK_US, work_emergency), "RF005");
    scene.call.text = SLICE("403 号账户十三万元可能马上转出，请求止付");
    CHECK_CODE(&w, within(&w, WORK_US, work_emergency), "RF011");
    scene.call.second = ANALYST.name;
    CHECK_CODE(&w, within(&w, WORK_US, work_emergency), "RF011");
    scene.call.second = SLICE("b.reviewer");
    CHECK_OK(&w, within(&w, WORK_US, work_emergency));
    CHECK_CODE(&w, within(&w, WORK_US, work_emergency), "RF004");
    CHECK(body_has(&w, "referral.emergency", "\"6217000000000000403\"") &&
          body_has(&w, "referral.emergency", "\"6228000000000000911\"") &&
          !body_has(&w, "referral.emergency", "6217000000000000101") && // a victim's
          !body_has(&w, "referral.emergency", "6228000000000000901"));
    CHECK_OK(&w, handle_due(&w, WORK_US + 11 * US_PER_HOUR, handle_referral));
    CHECK(pages_are(&w, 0, 0, 0));
    CHECK_OK(&w, handle_due(&w, WORK_US + 13 * US_PER_HOUR, handle_referral));
    CHECK(pages_are(&w, 1, 0, 0));
    CHECK_OK(&w, handle_due(&w, WORK_US + 25 * US_PER_HOUR, handle_referral));
    CHECK(pages_are(&w, 2, 0, 0) && body_has(&w, "referral.package_due", "DUTY_DIRECTOR"));
    CHECK(timers(&w) == 0);
    CHECK_OK(&w, send_quickly(&w, WORK_US + 26 * US_PER_HOUR)); // and then its receipt is awaited
    CHECK(timers(&w) == 1);
    return end(&w, &scene);
}

static bool test_package_in_time(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.call = (struct referral_call){.called = SLICE("反诈中心 96110"),
                                        .text = SLICE("请求止付"),
                                        .second = SLICE("b.reviewer")};
    CHECK_OK(&w, within(&w, WORK_US, work_emergency));
    CHECK_OK(&w, send_quickly(&w, WORK_US + US_PER_HOUR));
    CHECK_OK(&w, receive(&w, WORK_US + 2 * US_PER_HOUR));
    CHECK_OK(&w, handle_due(&w, WORK_US + 30 * US_PER_HOUR, handle_referral));
    CHECK(pages_are(&w, 0, 0, 0));
    return end(&w, &scene);
}

// ---- dying --------------------------------------------------------------------------------------

static Status deed_plant(struct world *w) {
    return plant_all(w, "NORMAL");
}

static Status again(struct world *w, Status status) {
    bool is_done = status != STATUS_OK && strcmp(w->scratch.diag.code, "RF012") == 0;
    return is_done ? STATUS_OK : status; // it was done before the program died
}

static Status deed_approve(struct world *w) {
    TRY(again(w, approve_by(w, ANALYST, APPROVE_US, "ANALYST")));
    TRY(again(w, approve_by(w, HEAD, APPROVE_US, "DEPARTMENT")));
    return again(w, approve_by(w, COMPLIANCE, APPROVE_US, "COMPLIANCE"));
}

static Status deed_send(struct world *w) {
    return slice_is(state_of(w, scene_of(w)->id), "SENT")
               ? STATUS_OK
               : send_bytes(w, SENT_US, 3 * REFERRAL_PART_MAX);
}

static Status deed_remind(struct world *w) {
    return handle_due(w, SENT_US + 31 * US_PER_DAY, handle_referral);
}

static Status do_all(struct world *w, Deed *const deeds[], size_t count) {
    w->who = ANALYST;
    TRY(within(w, 1, world_empty));
    for (size_t i = 0; i < count; i++) {
        TRY(deeds[i](w));
    }
    return STATUS_OK;
}

// Reading a dossier takes a hundred questions, which change nothing: of these the program dies at
// some, and at each of the last calls, which write.
static int next_death(int at, int calls) {
    enum { WRITES = 16, STRIDE = 37 };
    return at + (at < calls - WRITES ? STRIDE : 1);
}

static bool dies_on(struct world *w, Deed *const deeds[], size_t count) {
    bool ok = true;
    CHECK_OK(w, do_all(w, deeds, count - 1));
    calls_left = INT_MAX;
    CHECK_OK(w, deeds[count - 1](w));
    int calls = INT_MAX - calls_left;
    calls_left = 0;
    Slice wanted = fingerprint(w);
    CHECK(calls > 5);
    for (int at = 1; at <= calls; at = next_death(at, calls)) {
        CHECK_OK(w, do_all(w, deeds, count - 1));
        CHECK_THAT(dies_at(w, at, deeds[count - 1], &ok) && ok, "at call %d of %d", at, calls);
        CHECK_OK(w, deeds[count - 1](w));
        Slice found = fingerprint(w);
        CHECK_THAT(slice_equal(found, wanted), "after a death at call %d:\n%.*s\n%.*s", at,
                   SLICE_ARGS(found), SLICE_ARGS(wanted));
    }
    return true;
}

static bool dies(Deed *const deeds[], size_t count) {
    struct world w;
    struct scene scene;
    scene_init(&scene);
    CHECK(world_init(&w, &scene));
    CHECK(dies_on(&w, deeds, count));
    return end(&w, &scene);
}

static bool test_dies_approving(void) {
    static Deed *const deeds[] = {deed_plant, deed_approve};
    return dies(deeds, 2);
}

static bool test_dies_sending(void) {
    static Deed *const deeds[] = {deed_plant, deed_approve, deed_send};
    return dies(deeds, 3);
}

static bool test_dies_reminding(void) {
    static Deed *const deeds[] = {deed_plant, deed_approve, deed_send, deed_remind};
    return dies(deeds, 4);
}

// ---- lists --------------------------------------------------------------------------------------

static bool test_lists(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_quickly(&w, APPROVE_US));
    scene.filter = (struct referral_filter){.state = SLICE("SENT"), .only_open = true};
    CHECK_OK(&w, within(&w, SENT_US, work_list));
    CHECK(out_has(&w, "\"number\":1") && !out_has(&w, "6217") && !out_has(&w, "开户人"));
    scene.filter = (struct referral_filter){.state = SLICE("FILED")};
    CHECK_OK(&w, within(&w, SENT_US, work_list));
    CHECK(slice_is(buf_slice(&scene.out), "[]"));
    scene.filter = (struct referral_filter){.unheard_since_us = SENT_US + US_PER_DAY};
    CHECK_OK(&w, within(&w, SENT_US, work_list));
    CHECK(out_has(&w, "\"number\":1"));
    CHECK_OK(&w, receive(&w, SENT_US + 2 * US_PER_DAY));
    CHECK_OK(&w, within(&w, SENT_US, work_list));
    CHECK(slice_is(buf_slice(&scene.out), "[]"));
    scene.filter = (struct referral_filter){.case_id = scene.plant.case_id + 1};
    CHECK_OK(&w, within(&w, SENT_US, work_list));
    CHECK(slice_is(buf_slice(&scene.out), "[]"));
    scene.is_masked = true;
    CHECK_OK(&w, within(&w, SENT_US, work_json));
    CHECK(!out_has(&w, "C0000000201") && !out_has(&w, "开户人01") &&
          !out_has(&w, "000000199001010001") && out_has(&w, "开****"));
    return end(&w, &scene);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_three_persons),
                                        TEST(test_returned),
                                        TEST(test_content_is_held),
                                        TEST(test_measures_go_on),
                                        TEST(test_numbers),
                                        TEST(test_sending),
                                        TEST(test_another_package),
                                        TEST(test_dropped),
                                        TEST(test_the_whole_way),
                                        TEST(test_figures_that_cannot_be),
                                        TEST(test_returned_by_the_police),
                                        TEST(test_duplicates),
                                        TEST(test_supplement),
                                        TEST(test_figures),
                                        TEST(test_reminders),
                                        TEST(test_reminders_missed),
                                        TEST(test_emergency),
                                        TEST(test_package_in_time),
                                        TEST(test_dies_approving),
                                        TEST(test_dies_sending),
                                        TEST(test_dies_reminding),
                                        TEST(test_lists)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
