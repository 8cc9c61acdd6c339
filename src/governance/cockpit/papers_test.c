// Bulletins, reports of shifts and the ranking: what stands in them, what may not, and that their figures are those of the rows.

#include "governance/cockpit/ranking.h"
#include "governance/cockpit/world_test.h"
#include "paper/leaks_test.h"

#define CODE_IS(text) .code = TEXT(text)

struct making {
    struct world *w;
    struct cockpit_issuer issuer;
    struct cockpit_shift shift;
    struct fonts *fonts;
    bool is_daily;
    struct buf html, pdf, json;
    uint32_t told, refused;
    // What figures and hashes are, asked one by one.
    struct cockpit_value values[COCKPIT_FIGURE_COUNT];
    char hashes[COCKPIT_FIGURE_COUNT][65];
};

static Status fill(void *context, struct book *book) {
    static const struct statement STATE = {
        "test_state", "INSERT INTO strategy_state (strategy, strategy_hash, version, state, since_us, changed_by, reason, proposed_by, first_us)"
                      " VALUES (?1, ?2, 1, ?3, ?4, '', '', '', ?4)"};
    (void)context;
    for (int64_t i = 0; i < 12; i++) {
        Slice branch = arena_printf(book->arena, "B%d", 1 + (int)(i % 4));
        TRY(put_alert(book, (struct alert){.id = 10 + i,
                                           .closed_us = AT(2 + (int)i),
                                           .is_automatic = i % 2 == 0,
                                           CODE_IS("FP-OWNWILL"),
                                           .strategy = TEXT("D-ONE"),
                                           .branch = branch,
                                           .decided_by = TEXT("li"),
                                           .decide_us = AT(2 + (int)i) + (i % 3 == 0 ? -1 : 1),
                                           .decided_us = AT(2 + (int)i),
                                           .owner = TEXT("li")}));
        if (i % 2 == 0) {
            TRY(put_sample(book, (struct sample_row){.alert = 10 + i, .closed_us = AT(2 + (int)i), .second = "FP-OWNWILL", .second_us = AT(20)}));
        }
    }
    TRY(put_alert(
        book,
        (struct alert){
            .id = 40, .opened_us = AT(29), .severity = 4, .branch = TEXT("B2"), .amount = 12345600, .owner = TEXT("wang"), .decide_us = AT(29.5)}));
    TRY(put_alert(book, (struct alert){.id = 41, .opened_us = AT(29), .secrecy = TEXT("INSIDER"), .branch = TEXT("B1")}));
    TRY(put_alert(book, (struct alert){.id = 42, .opened_us = AT(29), .severity = 4, .secrecy = TEXT("AML"), .branch = TEXT("B1"), .amount = 99900}));
    TRY(put_alert(book, (struct alert){.id = 43, .closed_us = AT(29), CODE_IS("TP-VICTIM-SAVED"), .branch = TEXT("B1"), .customer = TEXT("anna")}));
    TRY(put_event(book, (struct event_row){43, 430, "v1", .at_us = AT(28), .amount = 5000000}));
    TRY(put_hold(book, (struct hold_row){.id = 430,
                                         .event_id = "v1",
                                         .alert = 43,
                                         .amount = 5000000,
                                         .held_us = AT(28),
                                         .state = "REFUSED",
                                         .settled_us = AT(28.5),
                                         .reason = "deadline"}));
    TRY(put_hit(book, (struct hit_row){43, "M-VP-03-A", "VP-03"}));
    for (int i = 1; i <= 4; i++) {
        Slice branch = arena_printf(book->arena, "B%d", i);
        TRY(put_opening(book, arena_printf(book->arena, "A%d", i).at, "C", branch.at, DAY(2, 1)));
        TRY(cockpit_give_accounts(book, branch, DAY(6, 1), 1000 * i, SLICE("core")));
    }
    TRY(put_order(book, (struct order_seen){.id = 1, .kind = "LIST_PUSH", .taken_us = AT(30), .executed_us = AT(30)}));
    TRY(put_entry(book, 1, 0, "CASE", "A1", ""));
    TRY(put_entry(book, 1, 1, "CASE", "A2", ""));
    TRY(put_order(book, (struct order_seen){.id = 2, .kind = "STOP_PAY", .taken_us = AT(30), .state = "EXCEPTION"}));
    TRY(book_run(book, &STATE,
                 STORE_VALUES(store_text(SLICE("D-ONE")), store_text(SLICE("00000000000000fe")), store_text(SLICE("ACTIVE")), store_i64(DAY(2, 1)))));
    return book_run(
        book, &STATE,
        STORE_VALUES(store_text(SLICE("D-TWO")), store_text(SLICE("0000000000000200")), store_text(SLICE("SHADOW")), store_i64(DAY(2, 1))));
}

static Status trace_night(void *context, struct book *book) {
    struct trace trace = {.object_kind = "alert", .object = 40, .from = SLICE("ASSIGNED"), .to = SLICE("ASSIGNED"), .reason = SLICE("handed_over")};
    (void)context;
    TRY(book_trace(book, &trace));
    trace = (struct trace){
        .object_kind = "strategy", .object = 0x7f, .from = SLICE("ACTIVE"), .to = SLICE("SHADOW"), .reason = SLICE("breaker_overturned")};
    return book_trace(book, &trace);
}

static Status edit(void *context, struct book *book) {
    (void)context;
    TRY(cockpit_text_keep(
        book, &(struct cockpit_text){
                  .month = SLICE("2026-09"), .part = 6, .number = 1, .title = SLICE("柜员的故事"), .text = SLICE("劝阻{figure:victims_saved}。")}));
    TRY(cockpit_text_keep(book,
                          &(struct cockpit_text){
                              .month = SLICE("2026-09"), .part = 7, .number = 1, .title = SLICE("移送"), .text = SLICE("移送{figure:referrals}。")}));
    return cockpit_text_keep(
        book, &(struct cockpit_text){
                  .month = SLICE("2026-09"), .unit = SLICE("B1"), .part = 11, .number = 1, .title = SLICE(""), .text = SLICE("本机构重点。")});
}

static const struct cockpit_name names[] = {{TEXT("B1"), TEXT("东支行"), TEXT("East")},
                                            {TEXT("B2"), TEXT("西支行"), TEXT("West")},
                                            {TEXT("B3"), TEXT("南支行"), TEXT("South")},
                                            {TEXT("D-ONE"), TEXT("第一策略"), TEXT("First")}};

static bool making_init(struct making *m, struct world *w) {
    *m = (struct making){
        .w = w, .issuer = {.bank = SLICE("示例银行"), .department = SLICE("反诈中心"), .names = names, .name_count = sizeof names / sizeof names[0]}};
    m->shift = (struct cockpit_shift){.name = SLICE("夜班"), .leader = SLICE("zhao"), .head_us = NOW_US + 30 * US_PER_SECOND, .head_sequence = 1500};
    CHECK(world_init(w));
    DO(w, fill);
    DO(w, edit);
    CHECK(book_do(&w->book, EDITOR, AT(30.5), trace_night, w, &w->arena, &w->scratch.diag) == STATUS_OK);
    CHECK(fonts_open(SLICE(""), &w->scratch.arena, &m->fonts, &w->scratch.diag) == STATUS_OK);
    buf_init(&m->html, WORLD_JSON_MAX);
    buf_init(&m->pdf, WORLD_JSON_MAX);
    buf_init(&m->json, WORLD_JSON_MAX);
    return true;
}

static bool making_deinit(struct making *m) {
    buf_deinit(&m->html);
    buf_deinit(&m->pdf);
    buf_deinit(&m->json);
    fonts_close(m->fonts);
    return world_deinit(m->w);
}

static Status ask_all(struct making *m, struct book *book) {
    for (int i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        TRY(cockpit_figure(book, &m->w->of, (CockpitFigure)i, &m->values[i]));
        m->hashes[i][0] = 0;
        if (m->values[i].refusal == COCKPIT_IS_TOLD && cockpit_figure_info((CockpitFigure)i)->secrecy != COCKPIT_INSIDER) {
            TRY(cockpit_hash(book, &m->w->of, (CockpitFigure)i, m->hashes[i]));
        }
    }
    return STATUS_OK;
}

static Status make(void *context, struct book *book) {
    struct making *m = context;
    struct cockpit_document document;
    TRY(ask_all(m, book));
    TRY(m->is_daily ? cockpit_daily(book, &m->w->of, &m->issuer, &m->shift, &document) : cockpit_bulletin(book, &m->w->of, &m->issuer, &document));
    buf_reset(&m->html);
    buf_reset(&m->pdf);
    buf_reset(&m->json);
    buf_put(&m->json, document.json);
    m->told = document.told;
    m->refused = document.refused;
    Status status = paper_write_html(document.paper, m->fonts, &m->html, book->diag);
    if (status == STATUS_OK) {
        status = paper_write_pdf(document.paper, m->fonts, &m->pdf, NULL, book->diag);
    }
    paper_destroy(document.paper);
    return status;
}

static bool has(const struct buf *text, const char *part) {
    return slice_find(buf_slice(text), slice_of(part), 0) != SIZE_MAX;
}

// Figures of the JSON are those that are asked one by one, with the hashes of their rows.
static bool check_json(struct making *m, uint32_t figures_min) {
    JsonTree tree;
    uint32_t count = 0;
    CHECK(json_parse(m->w->json, buf_slice(&m->json), &tree) == STATUS_OK);
    uint32_t figures = json_member(tree, 0, SLICE("figures"));
    JSON_EACH(tree, figures, i) {
        CockpitFigure figure;
        uint32_t now = json_member(tree, i, SLICE("now"));
        uint32_t rows = json_member(tree, now, SLICE("rows"));
        uint32_t hash = json_member(tree, i, SLICE("sha256"));
        CHECK(cockpit_figure_parse(tree.nodes[json_member(tree, i, SLICE("figure"))].text, &figure));
        const struct cockpit_value *value = &m->values[figure];
        const char *id = cockpit_figure_info(figure)->id;
        CHECK_THAT((json_member(tree, now, SLICE("refused")) != JSON_NONE) == (value->refusal != COCKPIT_IS_TOLD), "%s", id);
        CHECK_THAT(value->refusal != COCKPIT_IS_TOLD || value->is_hidden || tree.nodes[rows].i64 == value->count, "%s", id);
        CHECK_THAT(hash == JSON_NONE ? m->hashes[figure][0] == 0 : slice_is(tree.nodes[hash].text, m->hashes[figure]), "%s", id);
        CHECK(slice_is(tree.nodes[json_member(tree, i, SLICE("query"))].text, cockpit_figure_info(figure)->query));
        count++;
    }
    CHECK_THAT(count >= figures_min && count == m->told + m->refused, "%u figures", count);
    return true;
}

// ---- bulletins ------------------------------------------------------------------------------------------------------

static bool test_bulletin(void) {
    static const char *const parts[] = {
        "一、总体情况", "二、新出现手法与公安预警", "三、模型成效与停用",     "四、自动处置", "五、涉案账户",       "六、工作亮点",
        "七、问题通报", "八、安全检查与隐患整改",   "九、员工行为与数据安全", "十、机构排名", "十一、下月工作重点", "十二、附表"};
    struct world w;
    struct making m;
    CHECK(making_init(&m, &w));
    DO_WITH(&w, make, &m);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        CHECK_THAT(has(&m.html, parts[i]), "%s", parts[i]);
    }
    CHECK(check_json(&m, 45));
    CHECK(slice_starts_with(buf_slice(&m.pdf), SLICE("%PDF-")));
    CHECK(has(&m.html, "劝阻1 人。") && has(&m.html, "东支行") && has(&m.html, "M-VP-03-A") && has(&m.html, "第一策略"));
    // What is refused is told with its reason, and a text that needs it is left out.
    CHECK(has(&m.html, "本句不予生成。") && has(&m.html, "“线索移送”从未有记录") && has(&m.html, "本段引用的数字不可用，不予刊出。移送线索") &&
          !has(&m.html, "移送0 条"));
    CHECK(has(&m.html, "数据尚未接入本系统") && has(&m.html, "模型停用情况不在本数据库登记"));
    // Employees: below three, and no rows.
    CHECK(has(&m.html, "少于 3") && has(&m.html, "内部资料★保密"));
    m.issuer.language = PAPER_EN;
    DO_WITH(&w, make, &m);
    CHECK(has(&m.html, "12 Annex") && has(&m.html, "East") && has(&m.html, "fewer than 3") && has(&m.html, "Internal, secret") && check_json(&m, 45));
    return making_deinit(&m);
}

// For eyes that secrets are not opened to.
static bool test_without_secrets(void) {
    struct world w;
    struct making m;
    CHECK(making_init(&m, &w));
    w.of.clearance = 0;
    DO_WITH(&w, make, &m);
    CHECK(has(&m.html, "不含反洗钱和员工行为事项") && !has(&m.html, "少于 3") && has(&m.html, "超出查看人的知悉范围") && !has(&m.html, "★保密") &&
          check_json(&m, 45));
    w.of.clearance = CLEARANCE_AML;
    DO_WITH(&w, make, &m);
    CHECK(has(&m.html, "含反洗钱事项，不含员工行为事项") && has(&m.html, "★保密"));
    return making_deinit(&m);
}

// A branch reads of itself, and of the others a mean where there are enough.
static bool test_branch(void) {
    struct world w;
    struct making m;
    CHECK(making_init(&m, &w));
    w.of.unit = w.of.viewer_unit = SLICE("B1");
    DO_WITH(&w, make, &m);
    CHECK(has(&m.html, "东支行") && !has(&m.html, "西支行") && !has(&m.html, "南支行") && !has(&m.html, "B4") && !has(&m.json, "\"B2\"") &&
          !has(&m.json, "\"B4\""));
    CHECK(has(&m.html, "其他机构平均") && has(&m.html, "本机构重点。") && !has(&m.html, "柜员的故事") && check_json(&m, 45));
    w.of.unit = SLICE("B2");
    REFUSES_WITH(&w, make, &m, "CP003");
    return making_deinit(&m);
}

static bool test_only_months(void) {
    struct world w;
    struct making m;
    CHECK(making_init(&m, &w));
    w.of.until_us -= US_PER_DAY;
    REFUSES_WITH(&w, make, &m, "CP004");
    w.of.until_us += US_PER_DAY;
    w.of.from_us += US_PER_DAY;
    REFUSES_WITH(&w, make, &m, "CP004");
    return making_deinit(&m);
}

// A store that nobody ever wrote into: a bulletin that says so, and no figure.
static bool test_empty(void) {
    struct world w;
    struct making m;
    CHECK(making_init(&m, &w));
    DO(&w, world_empty);
    DO_WITH(&w, make, &m);
    CHECK_THAT(m.told == 0 && m.refused > 45 && has(&m.html, "从未接入事件数据"), "%u", m.told);
    m.is_daily = true;
    DO_WITH(&w, make, &m);
    CHECK(m.told == 0 && has(&m.html, "从未接入"));
    return making_deinit(&m);
}

// ---- the ranking ----------------------------------------------------------------------------------------------------

struct ordering {
    struct world *w;
    struct cockpit_issuer issuer;
    struct issue issue;
    struct ranking ranking;
};

static Status rank(void *context, struct book *book) {
    struct ordering *o = context;
    TRY(issue_begin(&o->issue, book, &o->w->of, &o->issuer));
    Status status = ranking_make(&o->issue, &o->ranking);
    issue_drop(&o->issue);
    return status;
}

static const struct ranked *of_unit(const struct ranking *ranking, const char *name) {
    for (uint32_t i = 0; i < ranking->unit_count; i++) {
        if (slice_is(ranking->units[i].unit, name)) {
            return &ranking->units[i];
        }
    }
    return NULL;
}

// In time: B1 of 10, 14, 18: those with a later deadline. By hand: B1 {0: late, 4: in time, 8: in time} ...
static bool test_ranking(void) {
    static const struct cockpit_score scores[] = {{COCKPIT_CASE_RATE, 3, true, false},
                                                  {COCKPIT_AMOUNT_SAVED, 1, false, true},
                                                  {COCKPIT_REFERRALS, 9, false, true},
                                                  {COCKPIT_PAYMENTS_HELD, 2, false, false}};
    struct world w;
    struct ordering o = {.w = &w, .issuer = {.scores = scores, .score_count = 4}};
    CHECK(world_init(&w));
    DO(&w, fill);
    DO_WITH(&w, rank, &o);
    const struct ranking *r = &o.ranking;
    CHECK(r->unit_count == 4 && r->indicator_count == 4);
    CHECK(r->indicators[0].is_used && r->indicators[1].is_used && !r->indicators[2].is_used && r->indicators[3].is_used);
    const struct ranked *b1 = of_unit(r, "B1"), *b2 = of_unit(r, "B2"), *b3 = of_unit(r, "B3"), *b4 = of_unit(r, "B4");
    // Case accounts by 10,000: B1 1 of 1000, B2 1 of 2000, B3 and B4 none. Less is better.
    CHECK(b1->numbers[0] == 10 && b2->numbers[0] == 5 && b3->numbers[0] == 0 && b4->numbers[0] == 0);
    CHECK(b1->marks[0] == 0 && b2->marks[0] == 1.0 / 3 && b3->marks[0] == 2.5 / 3 && b4->marks[0] == 2.5 / 3);
    // Money saved by 10,000 accounts: B1 alone.
    CHECK(b1->numbers[1] == 5000000.0 * 10 && b1->marks[1] == 1 && b2->marks[1] == 1.0 / 3);
    CHECK(b1->marks[3] == 1 && b4->marks[3] == 1.0 / 3);
    CHECK(fabs(b1->score - 100.0 * (3 * 0 + 1 + 2) / 6) < 1e-9 && fabs(b2->score - 100.0 / 3) < 1e-9 &&
          fabs(b3->score - 100 * (3 * 2.5 / 3 + 1.0) / 6) < 1e-9);
    CHECK(slice_is(r->units[0].unit, "B3") && r->units[0].rank == 1 && slice_is(r->units[1].unit, "B4") && r->units[1].rank == 1); // equal
    CHECK(slice_is(r->units[2].unit, "B1") && r->units[2].rank == 3 && r->units[3].rank == 4);
    return world_deinit(&w);
}

// ---- the report of a shift ------------------------------------------------------------------------------------------

static bool test_daily(void) {
    struct world w;
    struct making m;
    CHECK(making_init(&m, &w));
    m.is_daily = true;
    w.of.from_us = AT(30);
    DO_WITH(&w, make, &m);
    CHECK(check_json(&m, 20));
    CHECK(has(&m.html, "反诈值班日报") && has(&m.html, "夜班") && has(&m.html, "zhao"));
    CHECK(has(&m.html, "未结四级预警 2 条") && has(&m.html, "12.35 万元") && has(&m.html, "wang") && has(&m.html, "已超时") &&
          has(&m.html, "西支行"));
    CHECK(has(&m.html, "D-ONE 第一策略") && has(&m.html, "质检推翻率过高")); // the breaker, by the hash of its text
    CHECK(has(&m.html, "涉案/可疑账户名单推送") && has(&m.html, "30 秒，500 条记录"));
    CHECK(!has(&m.html, "自动处置率 ") && has(&m.html, "自动处置仅列数量"));
    w.of.clearance = 0;
    m.shift.head_us = 0;
    DO_WITH(&w, make, &m);
    CHECK(has(&m.html, "未结四级预警 1 条") && has(&m.html, "本次未提供"));
    w.of.from_us = AT(28) + 8 * US_PER_HOUR;
    w.of.until_us = AT(28) + 20 * US_PER_HOUR;
    m.issuer.language = PAPER_EN;
    DO_WITH(&w, make, &m);
    CHECK(has(&m.html, "Report of the shift") && has(&m.html, "2026-09-28 08:00") && has(&m.html, "No alert of S4 is open.") && check_json(&m, 20));
    return making_deinit(&m);
}

// ---- the list of figures --------------------------------------------------------------------------------------------

static bool test_list(void) {
    struct json_reader *reader = json_reader_create(WORLD_JSON_MAX, JSON_DEPTH_MAX);
    struct buf out;
    struct json_writer json;
    JsonTree tree;
    uint32_t count = 0;
    buf_init(&out, WORLD_JSON_MAX);
    json_writer_init(&json, &out);
    cockpit_list_json(&json);
    json_writer_finish(&json);
    CHECK(json_parse(reader, buf_slice(&out), &tree) == STATUS_OK && tree.nodes[0].count == COCKPIT_FIGURE_COUNT);
    JSON_EACH(tree, 0, i) {
        CockpitFigure figure;
        Slice id = tree.nodes[json_member(tree, i, SLICE("figure"))].text;
        CHECK_THAT(cockpit_figure_parse(id, &figure) && figure == (CockpitFigure)count, "%.*s", SLICE_ARGS(id)); // each id leads to its own figure
        CHECK(tree.nodes[json_member(tree, i, SLICE("sources"))].count > 0 && tree.nodes[json_member(tree, i, SLICE("sql"))].text.size > 50);
        static const char *const texts[] = {"zh", "en", "definition_zh", "definition_en", "once_zh", "once_en", "query", "rows_query"};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            CHECK_THAT(tree.nodes[json_member(tree, i, slice_of(texts[k]))].text.size > 0, "%.*s %s", SLICE_ARGS(id), texts[k]);
        }
        count++;
    }
    buf_deinit(&out);
    json_reader_destroy(reader);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_bulletin), TEST(test_without_secrets), TEST(test_branch), TEST(test_only_months),
                                        TEST(test_empty),    TEST(test_ranking),         TEST(test_daily),  TEST(test_list)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
