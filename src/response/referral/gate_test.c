// The gate, finding by finding: a draft that lacks nothing, and each thing that may be missing. On
// a file of SQLite, or on the PostgreSQL server that $STORE names.

#include "response/referral/referral_scene_test.h"

#define GATE(w) CHECK_OK((w), within((w), WORK_US + 3 * US_PER_MINUTE, work_gate))

// The only finding, as often as told; it keeps the first approval from being given.
static bool only(struct world *w, ReferralFinding what, uint32_t times, const char *about) {
    const struct referral_findings *findings = &scene_of(w)->findings;
    GATE(w);
    Slice first = findings->count > 0 ? findings->at[0].zh : SLICE("nothing");
    CHECK_THAT(findings->count == times && found(w, what) == times, "%u findings, %u of %s: %.*s",
               findings->count, found(w, what), referral_finding_word(what), SLICE_ARGS(first));
    CHECK_THAT(slice_find(findings->at[0].zh, slice_of(about), 0) != SIZE_MAX, "%.*s",
               SLICE_ARGS(findings->at[0].zh));
    CHECK(findings->at[0].en.size > 0 && findings->at[0].mend_zh.size > 0 &&
          findings->at[0].mend_en.size > 0);
    CHECK_CODE(w, approve_by(w, ANALYST, WORK_US + 4 * US_PER_MINUTE, "ANALYST"), "RF010");
    return true;
}

static bool nothing(struct world *w) {
    const struct referral_findings *findings = &scene_of(w)->findings;
    GATE(w);
    Slice first = findings->count > 0 ? findings->at[0].zh : SLICE("nothing");
    CHECK_THAT(findings->count == 0, "%u, first: %.*s", findings->count, SLICE_ARGS(first));
    return true;
}

// ---- fields and data ----------------------------------------------------------------------------

static bool test_complete(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK(nothing(&w));
    CHECK_OK(&w, approve_by(&w, ANALYST, WORK_US + 4 * US_PER_MINUTE, "ANALYST"));
    return end(&w, &scene);
}

static bool test_fields(void) {
    static const struct {
        ReferralField field;
        const char *zh;
        uint32_t part;
    } demanded[] = {{REFERRAL_FIELD_AUTHORITY, "接收机关", 0},
                    {REFERRAL_FIELD_BASIS, "法律依据", 0},
                    {REFERRAL_FIELD_CONTACT_A, "联系人A角", 0},
                    {REFERRAL_FIELD_CONTACT_B, "联系人B角", 0},
                    {REFERRAL_FIELD_FACT, "涉嫌违法犯罪事实", 6},
                    {REFERRAL_FIELD_ANALYSIS, "研判分析", 6},
                    {REFERRAL_FIELD_STRUCTURE, "疑似团伙结构", 6},
                    {REFERRAL_FIELD_NEXT_STEP, "下一步动向预判", 6},
                    {REFERRAL_FIELD_RECOMMENDATION, "处置建议", 6},
                    {REFERRAL_FIELD_UNKNOWNS, "尚未掌握的情况", 6}};
    static const struct statement READ[] = {
        {"test_read_0", "SELECT authority FROM referral WHERE id = ?1"},
        {"test_read_1", "SELECT basis FROM referral WHERE id = ?1"},
        {"test_read_2", "SELECT contact_a FROM referral WHERE id = ?1"},
        {"test_read_3", "SELECT contact_b FROM referral WHERE id = ?1"},
        {"test_read_4", "SELECT fact FROM referral WHERE id = ?1"},
        {"test_read_5", "SELECT analysis FROM referral WHERE id = ?1"},
        {"test_read_6", "SELECT structure FROM referral WHERE id = ?1"},
        {"test_read_7", "SELECT next_step FROM referral WHERE id = ?1"},
        {"test_read_8", "SELECT recommendation FROM referral WHERE id = ?1"},
        {"test_read_9", "SELECT unknowns FROM referral WHERE id = ?1"},
    };
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    for (size_t i = 0; i < sizeof demanded / sizeof demanded[0]; i++) {
        Slice before = ask_text(&w, &READ[i], STORE_VALUES(store_i64(scene.id)));
        CHECK(before.size > 0);
        CHECK_OK(&w, edit(&w, demanded[i].field, SLICE("  ")));
        CHECK(only(&w, REFERRAL_FINDING_FIELD_MISSING, 1, demanded[i].zh));
        CHECK(scene.findings.at[0].part == demanded[i].part);
        CHECK_OK(&w, edit(&w, demanded[i].field, before));
    }
    CHECK(nothing(&w));
    CHECK_CODE(&w, edit(&w, REFERRAL_FIELD_CONFIDENCE, SLICE("CERTAIN")), "RF002");
    CHECK_CODE(&w, edit(&w, REFERRAL_FIELD_URGENCY, SLICE("")), "RF002");
    return end(&w, &scene);
}

// Each datum that is taken out is told, and counts as there again when it is said why it is not.
static bool test_data(void) {
    static const struct {
        const char *kind, *object, *field, *zh;
        uint32_t part;
    } data[] = {{"PARTY", "C0000000201", "name", "姓名", 1},
                {"PARTY", "C0000000202", "certificate", "证件号码", 1},
                {"PARTY", "C0000000203", "phone", "联系电话", 1},
                {"PARTY", "C0000000301", "address", "住址", 1},
                {"PARTY", "C0000000302", "occupation", "职业", 1},
                {"PARTY", "C0000000401", "images", "开户影像", 1},
                {"PARTY", "C0000000402", "lists", "名单", 1},
                {"ACCOUNT", "6217000000000000201", "class", "账户类别", 2},
                {"ACCOUNT", "6217000000000000202", "balance", "余额", 2},
                {"ACCOUNT", "6217000000000000203", "state", "账户状态", 2},
                {"ACCOUNT", "6217000000000000301", "limits", "限额", 2},
                {"ACCOUNT", "6217000000000000302", "agreements", "快捷签约", 2},
                {"ACCOUNT", "6217000000000000401", "branch_name", "开户机构", 2},
                {"PARTY", "C0000000101", "reported", "报案情况", 8},
                {"PARTY", "C0000000102", "phone", "联系电话", 8}};
    static const struct statement TAKE = {
        "test_take_datum", "DELETE FROM referral_datum WHERE kind = ?1 AND object = ?2 AND field = "
                           "?3"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++) {
        CHECK_OK(&w, change_with(&w, &TAKE,
                                 STORE_VALUES(store_text(slice_of(data[i].kind)),
                                              store_text(slice_of(data[i].object)),
                                              store_text(slice_of(data[i].field)))));
        CHECK(only(&w, REFERRAL_FINDING_DATUM_MISSING, 1, data[i].zh));
        CHECK(scene.findings.at[0].part == data[i].part);
        CHECK(slice_is(scene.findings.at[0].object, data[i].object));
        CHECK_OK(&w, put(&w, data[i].kind, slice_of(data[i].object), data[i].field, SLICE(""),
                         SLICE("系统无记录，已去函开户网点")));
    }
    CHECK(nothing(&w));
    return end(&w, &scene);
}

// What is not demanded of everybody: of a company its representative, and no occupation.
static bool test_company(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.subject = (struct case_subject){.kind = SLICE("COMPANY"),
                                          .name = SLICE("C0000000777"),
                                          .role = SLICE("ORGANISER"),
                                          .confidence = 60,
                                          .evidence = SLICE("收款账户的实际使用单位")};
    CHECK_OK(&w, within(&w, WORK_US, work_subject));
    GATE(&w);
    CHECK(scene.findings.count == 8 && found(&w, REFERRAL_FINDING_DATUM_MISSING) == 8);
    bool of_representative = false, of_occupation = false;
    for (uint32_t i = 0; i < scene.findings.count; i++) {
        of_representative |=
            slice_find(scene.findings.at[i].zh, SLICE("法定代表人"), 0) != SIZE_MAX;
        of_occupation |= slice_find(scene.findings.at[i].zh, SLICE("职业"), 0) != SIZE_MAX;
    }
    CHECK(of_representative && !of_occupation);
    return end(&w, &scene);
}

// ---- whose data ---------------------------------------------------------------------------------

static bool test_nothing_of_others(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_CODE(&w, put(&w, "PARTY", SLICE("C0000000801"), "name", SLICE("x"), SLICE("")), "RF007");
    CHECK_CODE(&w, put(&w, "ACCOUNT", SLICE("6217000000000000801"), "class", SLICE("x"), SLICE("")),
               "RF007");
    CHECK_CODE(
        &w,
        put(&w, "COUNTERPARTY", SLICE("OWN 6217000000000000801"), "name", SLICE("x"), SLICE("")),
        "RF007"); // his salary is of the context alone
    CHECK_CODE(&w, put(&w, "PARTY", SLICE("C0000000201"), "name", SLICE("x"), SLICE("y")), "RF005");
    CHECK_CODE(&w, put(&w, "PARTY", SLICE("C0000000201"), "name", SLICE(""), SLICE("")), "RF005");
    CHECK_CODE(&w, put(&w, "PARTY", SLICE("C0000000201"), "shoe_size", SLICE("x"), SLICE("")),
               "RF002");
    CHECK_CODE(
        &w, put(&w, "ACCOUNT", SLICE("6217000000000000201"), "balance", SLICE("12.50"), SLICE("")),
        "RF030");
    CHECK_OK(
        &w, put(&w, "ACCOUNT", SLICE("6217000000000000201"), "balance", SLICE("-1250"), SLICE("")));
    return end(&w, &scene);
}

static bool test_cleared(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.subject = (struct case_subject){.kind = SLICE("PERSON"),
                                          .name = SLICE("C0000000402"),
                                          .role = SLICE("CLEARED"),
                                          .confidence = 0,
                                          .evidence = SLICE("")};
    CHECK_OK(&w, within(&w, WORK_US, work_subject));
    scene.subject.kind = SLICE("ACCOUNT");
    scene.subject.name = SLICE("6217000000000000402");
    CHECK_OK(&w, within(&w, WORK_US, work_subject));
    CHECK_OK(&w, within(&w, WORK_US, work_dossier));
    CHECK(!out_has(&w, "\"party\":\"C0000000402\"")); // nobody's person any more
    CHECK(!out_has(&w, "\"account\":\"6217000000000000402\",\"holder\""));
    CHECK(out_has(&w, "\"counter\":\"6217000000000000402\"")); // a direct counterparty
    CHECK(!out_has(&w, "某便利店"));                           // and what he bought is his
    GATE(&w);
    CHECK(found(&w, REFERRAL_FINDING_COUNTERPARTY_NAME) == 1);
    CHECK(found(&w, REFERRAL_FINDING_FLOW_STRANGER) == 0);
    return end(&w, &scene);
}

// ---- parts 1 to 5 -------------------------------------------------------------------------------

static bool test_roles(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.subject = (struct case_subject){.kind = SLICE("ACCOUNT"),
                                          .name = SLICE("6217000000000000403"),
                                          .role = SLICE("UNKNOWN"),
                                          .confidence = 50,
                                          .evidence = SLICE("x")};
    CHECK_OK(&w, within(&w, WORK_US, work_subject));
    CHECK(only(&w, REFERRAL_FINDING_ROLE_UNKNOWN, 1, "6217000000000000403"));
    return end(&w, &scene);
}

static bool test_nobody(void) {
    static const struct statement CLEAR = {
        "test_clear_all", "UPDATE case_subject SET role = 'CLEARED' WHERE role <> 'VICTIM'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &CLEAR));
    GATE(&w);
    CHECK(found(&w, REFERRAL_FINDING_NO_SUBJECT) == 1 &&
          found(&w, REFERRAL_FINDING_NO_ACCOUNT) == 1);
    CHECK(found(&w, REFERRAL_FINDING_NO_ROWS) == 1 && found(&w, REFERRAL_FINDING_NO_DEVICE) == 1);
    CHECK(found(&w, REFERRAL_FINDING_FLOW_STRANGER) > 0); // nobody's neighbours
    return end(&w, &scene);
}

static bool test_victims(void) {
    static const struct statement CLEAR = {
        "test_clear_victims", "UPDATE case_subject SET role = 'CLEARED' WHERE role = 'VICTIM'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &CLEAR));
    CHECK_OK(&w, put(&w, "PART", SLICE(""), "counterparties", SLICE(""), SLICE("已去函")));
    CHECK(only(&w, REFERRAL_FINDING_VICTIMS_UNSAID, 1, "未列受害人"));
    CHECK_OK(&w,
             put(&w, "PART", SLICE(""), "victims", SLICE(""), SLICE("受害人均在他行，尚未查明")));
    CHECK(nothing(&w));
    return end(&w, &scene);
}

static bool test_names_of_counterparties(void) {
    static const struct statement TAKE = {"test_take_names",
                                          "DELETE FROM referral_datum WHERE kind = 'COUNTERPARTY'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &TAKE));
    CHECK(only(&w, REFERRAL_FINDING_COUNTERPARTY_NAME, 5, "户名"));
    CHECK_OK(&w, put(&w, "PART", SLICE(""), "counterparties", SLICE(""), SLICE("报文未带户名")));
    CHECK(nothing(&w));
    return end(&w, &scene);
}

static bool test_copies_changed(void) {
    static const struct statement CHANGE = {
        "test_change_copy", "UPDATE case_transaction SET amount = amount + 100 WHERE number = 7"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &CHANGE));
    CHECK(only(&w, REFERRAL_FINDING_COPIES_CHANGED, 1, "固定"));
    return end(&w, &scene);
}

static bool test_bounds(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.plant.terms.referral_rows = 10;
    CHECK(only(&w, REFERRAL_FINDING_ROWS_MANY, 1, "39（上限 10）"));
    scene.plant.terms.referral_rows = 20000;
    scene.plant.terms.referral_counterparties = 2;
    CHECK(only(&w, REFERRAL_FINDING_COUNTERPARTIES_MANY, 1, "3（上限 2）"));
    scene.plant.terms.referral_counterparties = 3000;
    scene.plant.terms.referral_accounts = 7;
    CHECK(only(&w, REFERRAL_FINDING_ACCOUNTS_MANY, 1, "8（上限 7）"));
    return end(&w, &scene);
}

static bool test_picture(void) {
    static const struct statement NONE = {"test_no_picture", "UPDATE referral SET picture = NULL"};
    static const struct statement LATER = {"test_later_freeze",
                                           "UPDATE case_picture SET made_us = made_us - 600000000"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &NONE));
    CHECK(only(&w, REFERRAL_FINDING_NO_PICTURE, 1, "资金流向图"));
    CHECK_OK(&w, within(&w, WORK_US + 3 * US_PER_MINUTE, work_draw));
    CHECK(nothing(&w));
    CHECK_OK(&w, change(&w, &LATER));
    CHECK(only(&w, REFERRAL_FINDING_PICTURE_OLD, 1, "早于"));
    return end(&w, &scene);
}

// An account two steps behind the last subject is nobody's business.
static bool test_strangers(void) {
    static const struct statement CLEAR = {
        "test_clear_middle",
        "UPDATE case_subject SET role = 'CLEARED' WHERE name LIKE '%40_' OR name LIKE '%91_'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &CLEAR));
    CHECK_OK(&w, put(&w, "PART", SLICE(""), "counterparties", SLICE(""), SLICE("已去函")));
    CHECK(only(&w, REFERRAL_FINDING_FLOW_STRANGER, 3, "既不是涉案主体")); // cash, and two elsewhere
    return end(&w, &scene);
}

static bool test_devices(void) {
    static const struct statement TAKE[] = {
        {"test_take_bonds", "DELETE FROM bond WHERE kind <> 'HOLDER'"},
    };
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    // Copies say nothing of devices where events have no such members.
    scene.plant.office.members.device = SLICE("");
    scene.plant.office.members.ip = SLICE("");
    scene.plant.office.members.terminal = SLICE("");
    CHECK_OK(&w, change(&w, &TAKE[0]));
    CHECK(only(&w, REFERRAL_FINDING_NO_DEVICE, 1, "设备"));
    CHECK_OK(&w, put(&w, "PART", SLICE(""), "devices", SLICE(""), SLICE("全部为柜面交易")));
    CHECK(nothing(&w));
    return end(&w, &scene);
}

// ---- part 6 -------------------------------------------------------------------------------------

static Slice repeated(struct world *w, Slice text, int times) {
    Slice all = SLICE("");
    for (int i = 0; i < times; i++) {
        all = arena_printf(&w->scratch.arena, "%.*s%.*s", SLICE_ARGS(all), SLICE_ARGS(text));
    }
    return all;
}

static bool test_analysis(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ANALYSIS, SLICE("账户可疑，请查。")));
    CHECK(only(&w, REFERRAL_FINDING_ANALYSIS_SHORT, 1, "过短"));
    // Long, but of marks and blanks.
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ANALYSIS, repeated(&w, SLICE("。 、…… ——"), 200)));
    CHECK(only(&w, REFERRAL_FINDING_ANALYSIS_SHORT, 1, "自有内容 0 字"));
    // The alert again and again.
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ANALYSIS, repeated(&w, SLICE(PLANT_REASON "。"), 20)));
    CHECK(only(&w, REFERRAL_FINDING_ANALYSIS_COPIED, 1, "预警原文"));
    // With a little of one's own behind it.
    CHECK_OK(&w,
             edit(&w, REFERRAL_FIELD_ANALYSIS,
                  repeated(&w, SLICE(PLANT_REASON "，一小时多人以上入账集中转出，请核查"), 20)));
    CHECK(only(&w, REFERRAL_FINDING_ANALYSIS_COPIED, 1, "预警原文"));
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ANALYSIS, slice_of(plant_texts[1].text)));
    CHECK(nothing(&w));
    return end(&w, &scene);
}

static bool test_typology(void) {
    static const struct statement NONE = {"test_no_modus", "UPDATE case_file SET modus = ''"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &NONE));
    CHECK(only(&w, REFERRAL_FINDING_NO_TYPOLOGY, 1, "手法"));
    return end(&w, &scene);
}

static bool test_evidence(void) {
    static const struct statement FALSE_ONES = {"test_false_alerts",
                                                "UPDATE alert SET code = 'FP-BUSINESS'"};
    static const struct statement NO_COPIES = {"test_no_copies", "DELETE FROM case_transaction"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, &FALSE_ONES));
    CHECK(nothing(&w)); // the money is evidence
    CHECK_OK(&w, change(&w, &NO_COPIES));
    GATE(&w);
    CHECK(found(&w, REFERRAL_FINDING_NO_EVIDENCE) == 1 &&
          found(&w, REFERRAL_FINDING_NO_ROWS) == 1 &&
          found(&w, REFERRAL_FINDING_COPIES_CHANGED) == 1);
    return end(&w, &scene);
}

// ---- the whole ----------------------------------------------------------------------------------

static bool test_enclosures(void) {
    static const struct statement WITHDRAW = {"test_withdraw",
                                              "UPDATE case_attachment SET withdrawn_us = 1"};
    static const struct statement LARGE = {"test_large",
                                           "UPDATE case_attachment SET size = 100000000"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.other = scene.plant.attachment + 1000;
    scene.text = SLICE("别案的附件");
    CHECK_CODE(&w, within(&w, WORK_US, work_enclose), "RF007");
    CHECK_OK(&w, change(&w, &WITHDRAW));
    CHECK(only(&w, REFERRAL_FINDING_ENCLOSURE_GONE, 1, "自助设备取现影像"));
    CHECK_OK(&w, change(&w, &LARGE));
    GATE(&w);
    CHECK(found(&w, REFERRAL_FINDING_ENCLOSURES_LARGE) == 1);
    scene.other = scene.plant.attachment;
    scene.text = SLICE("");
    CHECK_OK(&w, within(&w, WORK_US, work_enclose)); // taken out
    GATE(&w);
    CHECK(found(&w, REFERRAL_FINDING_ENCLOSURES_LARGE) == 0 &&
          found(&w, REFERRAL_FINDING_ENCLOSURE_GONE) == 0);
    return end(&w, &scene);
}

static bool test_laundering(void) {
    struct world w;
    struct scene scene;
    scene_init(&scene);
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, plant_all(&w, "AML"));
    CHECK(nothing(&w)); // the route follows from the secrecy of the case
    CHECK_OK(&w, within(&w, WORK_US, work_dossier));
    CHECK(out_has(&w, "\"route\":\"AML\"") && out_has(&w, "反洗钱法"));
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ROUTE, SLICE("FRAUD")));
    CHECK(only(&w, REFERRAL_FINDING_AML_MATERIAL, 1, "反洗钱"));
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ROUTE, SLICE("AML")));
    scene.call = (struct referral_call){
        .called = SLICE("96110"), .text = SLICE("资金正在转移"), .second = SLICE("b.reviewer")};
    CHECK_CODE(&w, within(&w, WORK_US, work_emergency), "RF005"); // by no message
    CHECK(messages_of(&w, "referral.emergency") == 0);
    // Without that clearance there is nothing.
    scene.clearance = CLEARANCE_INSIDER;
    CHECK_CODE(&w, within(&w, WORK_US, work_gate), "RF001");
    CHECK_CODE(&w, within(&w, WORK_US, work_dossier), "RF001");
    CHECK_CODE(&w, edit(&w, REFERRAL_FIELD_FACT, SLICE("x")), "RF001");
    CHECK_OK(&w, within(&w, WORK_US, work_list));
    CHECK(slice_is(buf_slice(&scene.out), "[]"));
    return end(&w, &scene);
}

static bool test_route_of_a_plain_case(void) {
    static const struct statement STR = {
        "test_str", "INSERT INTO case_reference (case_id, kind, reference, at_us, made_by) SELECT "
                    "id, 'STR', 'S-1', 1, 'x' FROM case_file"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ROUTE, SLICE("AML")));
    CHECK(only(&w, REFERRAL_FINDING_ROUTE_SECRECY, 1, "密级"));
    CHECK_OK(&w, edit(&w, REFERRAL_FIELD_ROUTE, SLICE("FRAUD")));
    CHECK_OK(&w, change(&w, &STR)); // a report of suspicious transactions came into it
    CHECK(only(&w, REFERRAL_FINDING_AML_MATERIAL, 1, "反洗钱"));
    return end(&w, &scene);
}

// ---- asking the bank's systems ------------------------------------------------------------------

static bool test_asking(void) {
    static const struct statement TAKE = {
        "test_take_all", "DELETE FROM referral_datum WHERE object IN ('C0000000201', "
                         "'6217000000000000201', 'BANK 6228000000000000921')"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_CODE(&w, within(&w, WORK_US, work_ask_core), "RF040");
    CHECK_OK(&w, change(&w, &TAKE));
    CHECK_OK(&w, within(&w, WORK_US, work_ask_core));
    CHECK_THAT(scene.other == 8 + 7 + 1, "%lld", (long long)scene.other);
    CHECK(
        body_has(&w, "referral.data", "[\"PARTY\",\"C0000000201\",\"certificate\"]") &&
        body_has(&w, "referral.data", "[\"ACCOUNT\",\"6217000000000000201\",\"balance\"]") &&
        body_has(&w, "referral.data", "[\"COUNTERPARTY\",\"BANK 6228000000000000921\",\"name\"]"));
    return end(&w, &scene);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_complete),
                                        TEST(test_fields),
                                        TEST(test_data),
                                        TEST(test_company),
                                        TEST(test_nothing_of_others),
                                        TEST(test_cleared),
                                        TEST(test_roles),
                                        TEST(test_nobody),
                                        TEST(test_victims),
                                        TEST(test_names_of_counterparties),
                                        TEST(test_copies_changed),
                                        TEST(test_bounds),
                                        TEST(test_picture),
                                        TEST(test_strangers),
                                        TEST(test_devices),
                                        TEST(test_analysis),
                                        TEST(test_typology),
                                        TEST(test_evidence),
                                        TEST(test_enclosures),
                                        TEST(test_laundering),
                                        TEST(test_route_of_a_plain_case),
                                        TEST(test_asking)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
