// What is refused, and why; the sentence in both languages; how numbers and periods are written; texts of editors.

#include "governance/cockpit/parts.h"
#include "governance/cockpit/world_test.h"

#define CODE_IS(text) .code = TEXT(text)

// ---- what is known --------------------------------------------------------------------------------------------------

struct known {
    int64_t begin_us, upto_us; // 0: the stream was never followed
};

static Status know(void *context, struct book *book) {
    const struct known *known = context;
    TRY(world_empty(NULL, book));
    if (known->upto_us != 0) {
        TRY(put_feed(book, 1000, known->upto_us));
    }
    return put_alert(book, (struct alert){.id = 1, .opened_us = known->begin_us});
}

static bool test_the_stream(void) {
    struct world w;
    CHECK(world_init(&w));
    DO_WITH(&w, know, (&(struct known){.begin_us = DAY(1, 1)}));
    CHECK_REFUSED(&w, COCKPIT_ALERTS, COCKPIT_NEVER_FED);
    CHECK(w.value.count == 0 && isnan(w.value.number) && slice_is(cockpit_value_text(&w.arena, &w.value, PAPER_ZH), "—"));
    // Followed to the 20th of September: neither the month nor what is open at its end is known; August is.
    DO_WITH(&w, know, (&(struct known){.begin_us = DAY(1, 1), .upto_us = AT(20)}));
    CHECK_REFUSED(&w, COCKPIT_ALERTS, COCKPIT_NOT_SO_FAR);
    CHECK(slice_is(w.value.why_zh, "数据只接入到 2026-09-20 00:00，未覆盖整个期间"));
    cockpit_month(&w.of, AT(1), -1);
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 0, 0);
    // Nothing is known before the 10th of September; a night without events is no gap.
    DO_WITH(&w, know, (&(struct known){.begin_us = AT(10) + US_PER_HOUR, .upto_us = DAY(10, 1) - 5 * US_PER_HOUR}));
    cockpit_month(&w.of, AT(1), 0);
    CHECK_REFUSED(&w, COCKPIT_ALERTS, COCKPIT_TOO_EARLY);
    CHECK(slice_is(w.value.why_zh, "2026-09-10 之前无数据") && slice_is(w.value.why_en, "no data before 2026-09-10"));
    w.of.from_us = AT(10); // the day itself
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 1, 1);
    return world_deinit(&w);
}

// What looks back needs the time before the period as well.
static Status know_lists(void *context, struct book *book) {
    TRY(know(context, book));
    TRY(put_hit(book, (struct hit_row){1, "M-1", "T-1"}));
    TRY(put_opening(book, "A1", "C1", "B1", DAY(7, 4)));
    TRY(put_order(book, (struct order_seen){.id = 1, .kind = "LIST_PUSH", .taken_us = AT(2)}));
    return put_entry(book, 1, 0, "CASE", "A1", "");
}

static bool test_reach(void) {
    struct world w;
    CHECK(world_init(&w));
    DO_WITH(&w, know_lists, (&(struct known){.begin_us = DAY(7, 3), .upto_us = NOW_US}));
    CHECK_FIGURE(&w, COCKPIT_CASE_ACCOUNTS, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_NEW_TYPOLOGIES, 0, 0);
    CHECK_REFUSED(&w, COCKPIT_OPENED_THEN_CASE, COCKPIT_TOO_EARLY);
    CHECK(slice_is(w.value.why_zh, "需要期前 90 日的数据，而 2026-07-03 之前无数据"));
    DO_WITH(&w, know_lists, (&(struct known){.begin_us = DAY(6, 3), .upto_us = NOW_US}));
    CHECK_FIGURE(&w, COCKPIT_OPENED_THEN_CASE, 1, 1);
    DO_WITH(&w, know_lists, (&(struct known){.begin_us = DAY(8, 10), .upto_us = NOW_US}));
    CHECK_REFUSED(&w, COCKPIT_NEW_TYPOLOGIES, COCKPIT_TOO_EARLY);
    return world_deinit(&w);
}

static Status one_referral(void *context, struct book *book) {
    struct world *w = context;
    (void)w;
    TRY(put_case(book, 1, "B1", "NORMAL", AT(2)));
    return put_referral(book, (struct referral_row){.id = 1, .sent_us = AT(9), .gangs = -1, .arrested = -1, .involved = -1});
}

// A table that nobody wrote into says nothing; one that people began to write into says since when.
static bool test_sources(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK_REFUSED(&w, COCKPIT_REFERRALS, COCKPIT_NEVER_FED);
    CHECK(slice_is(w.value.why_zh, "“线索移送”从未有记录"));
    CHECK_REFUSED(&w, COCKPIT_MISSED, COCKPIT_NEVER_FED);
    CHECK_REFUSED(&w, COCKPIT_CONTROLLED, COCKPIT_NEVER_FED);
    DO(&w, one_referral);
    CHECK_FIGURE(&w, COCKPIT_REFERRALS, 1, 1);
    CHECK(w.value.since_us == AT(9));
    CHECK_FIGURE(&w, COCKPIT_CASES_FILED, 0, 0); // it was sent, and nothing was filed: that is known
    cockpit_month(&w.of, AT(1), -1);
    CHECK_REFUSED(&w, COCKPIT_REFERRALS, COCKPIT_TOO_EARLY);
    cockpit_month(&w.of, AT(1), 1);
    CHECK_FIGURE(&w, COCKPIT_REFERRALS, 0, 0);
    CHECK(w.value.since_us == 0);
    return world_deinit(&w);
}

static bool test_periods(void) {
    struct world w;
    CHECK(world_init(&w));
    w.of.until_us = w.of.from_us;
    REFUSES_WITH(&w, world_ask, &w, "CP004");
    w.of.from_us = NOW_US;
    w.of.until_us = NOW_US + US_PER_DAY;
    REFUSES_WITH(&w, world_ask, &w, "CP004");
    w.of.from_us = NOW_US - US_PER_DAY;
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 0, 0); // it ends now
    struct cockpit_of of = {.offset_us = ZONE_US};
    CHECK(!cockpit_month_parse(SLICE("2026-13"), &of) && !cockpit_month_parse(SLICE("2026-1"), &of) && !cockpit_month_parse(SLICE("2026/11"), &of));
    CHECK(cockpit_month_parse(SLICE("2025-12"), &of) && of.from_us == civil_days(2025, 12, 1) * US_PER_DAY - ZONE_US && of.until_us == DAY(1, 1));
    cockpit_month(&of, DAY(1, 31), -12);
    CHECK(of.until_us == civil_days(2025, 2, 1) * US_PER_DAY - ZONE_US);
    return world_deinit(&w);
}

// ---- the sentence ---------------------------------------------------------------------------------------------------

// Twelve alerts with eighteen hits, ten of them closed by a strategy; two victims; a lead that became a case.
static Status fill_sentence(void *context, struct book *book) {
    (void)context;
    for (int64_t i = 0; i < 10; i++) {
        TRY(put_alert(
            book, (struct alert){.id = 10 + i, .closed_us = AT(2 + (int)i), .is_automatic = true, CODE_IS("FP-OWNWILL"), .strategy = TEXT("D-ONE")}));
        if (i < 4) {
            TRY(put_sample(book, (struct sample_row){.alert = 10 + i, .closed_us = AT(2 + (int)i), .second = "FP-OWNWILL", .second_us = AT(20)}));
        }
    }
    for (int64_t i = 0; i < 2; i++) {
        int64_t amount = i == 0 ? 123456789 : 80000;
        Slice event = arena_printf(book->arena, "V%d", (int)i);
        TRY(put_alert(book, (struct alert){.id = 30 + i, .closed_us = AT(4), CODE_IS("TP-VICTIM-SAVED"), .hits = 4}));
        TRY(put_event(book, (struct event_row){30 + i, 300 + i, event.at, .at_us = AT(3), .amount = amount}));
        TRY(put_hold(book, (struct hold_row){.id = 300 + i,
                                             .event_id = event.at,
                                             .alert = 30 + i,
                                             .amount = amount,
                                             .held_us = AT(3),
                                             .state = "REFUSED",
                                             .settled_us = AT(3.5)}));
    }
    TRY(put_case(book, 1, "B1", "NORMAL", AT(2)));
    TRY(put_referral(book, (struct referral_row){.id = 1,
                                                 .sent_us = AT(2),
                                                 .filed_us = AT(5),
                                                 .arrests_us = AT(6),
                                                 .solved_us = AT(7),
                                                 .number = "P1",
                                                 .gangs = 1,
                                                 .arrested = 3,
                                                 .involved = 7000000}));
    TRY(put_referral(book, (struct referral_row){.id = 2,
                                                 .sent_us = AT(2),
                                                 .filed_us = AT(5),
                                                 .arrests_us = AT(6),
                                                 .solved_us = AT(7),
                                                 .number = "P2",
                                                 .gangs = -1,
                                                 .arrested = 4,
                                                 .involved = -1}));
    TRY(put_money(book, 1, "SEIZED", "A1", "D1", 1999950, AT(8)));
    return put_order(book, (struct order_seen){
                               .id = 1, .kind = "DEDUCT_RETURN", .taken_us = DAY(1, 5), .executed_us = AT(9), .amount = 850050, .decided_by = "liu"});
}

struct asking {
    struct world *w;
    uint32_t clauses;
    PaperLanguage language;
    struct cockpit_sentence sentence;
    char text[4096], note[4096];
};

static void copy(Slice from, char *to, size_t size) {
    size_t bytes = from.size < size - 1 ? from.size : size - 1;
    memcpy(to, from.at, bytes);
    to[bytes] = 0;
}

static Status ask_sentence(void *context, struct book *book) {
    struct asking *a = context;
    TRY(cockpit_sentence(book, &a->w->of, a->clauses, a->language, &a->sentence));
    copy(a->sentence.text, a->text, sizeof a->text);
    copy(a->sentence.note.at == NULL ? SLICE("") : a->sentence.note, a->note, sizeof a->note);
    return STATUS_OK;
}

#define CHECK_SAYS(w, a, printed, wanted)                                                                                                            \
    do {                                                                                                                                             \
        DO_WITH(w, ask_sentence, a);                                                                                                                 \
        CHECK_THAT((a)->sentence.is_printed == (printed) && strcmp((a)->text, (wanted)) == 0, "%d\n%s\n%s", (a)->sentence.is_printed, (a)->text,     \
                   (wanted));                                                                                                                        \
    } while (0)

static bool test_sentence(void) {
    struct world w;
    struct asking a = {.w = &w, .clauses = COCKPIT_CLAUSES_ALL};
    CHECK(world_init(&w));
    DO(&w, fill_sentence);
    CHECK_SAYS(&w, &a, true,
               "9 月，全行产生预警 12 条，自动处置率 83.3%（质检推翻率 0%（0/4，95%区间 0%—48.99%），后续确认率 0%（0/10，95%区间 "
               "0%—27.75%），命中预警合并比 1.5∶1）；"
               "劝阻受害客户 2 人，避免损失 123.54 万元；向公安机关移送涉诈线索 2 条，立案 2 起，破案 2 起，打掉团伙 1 个，抓获 7 "
               "人；查获冻结涉诈资金 2 万元，返还群众 8,500.5 元。");
    CHECK(strstr(a.note, "“打掉团伙”未含尚未反馈的 1 起。") != NULL && strstr(a.note, "四舍五入") != NULL && strstr(a.note, "自动处置率") == NULL &&
          strstr(a.note, "质检推翻率自 2026-09-20 起有记录。") != NULL);
    a.language = PAPER_EN;
    CHECK_SAYS(&w, &a, true,
               "In September 2026, in the whole bank, 12 alerts were raised; of the alerts closed, 83.3% (overturned by a second look 0% (0 of 4, 95 "
               "% interval 0% to 48.99%), "
               "found to be fraud later 0% (0 of 10, 95 % interval 0% to 27.75%), 1.5 hits to an alert) were closed without a person; 2 customers "
               "were dissuaded from paying a fraud, and 1,235,368 yuan saved; "
               "2 leads were referred to the police, 2 cases were filed and 2 solved, 1 gang was broken up, and 7 people were arrested; 20,000 yuan "
               "of fraudulent money were seized or frozen, and "
               "8,500.5 yuan returned to victims.");
    w.of.unit = SLICE("B1");
    a.language = PAPER_ZH;
    a.clauses = 1 << COCKPIT_CLAUSE_VICTIMS;
    CHECK_SAYS(&w, &a, true, "9 月，本机构劝阻受害客户 2 人，避免损失 123.54 万元。");
    w.of.unit = SLICE("");
    w.of.from_us = DAY(1, 1);
    CHECK_SAYS(&w, &a, true, "1—9 月，全行劝阻受害客户 2 人，避免损失 123.54 万元。");
    return world_deinit(&w);
}

// One figure that is refused keeps all of it from being printed; figures of one reason stand together.
static bool test_refused_sentence(void) {
    struct world w;
    struct asking a = {.w = &w, .clauses = COCKPIT_CLAUSES_ALL};
    CHECK(world_init(&w));
    CHECK_SAYS(&w, &a, false,
               "本句不予生成。自动处置率、后续确认率、命中预警合并比：期内没有可计算的记录；质检推翻率：“质检复核”从未有记录；"
               "移送线索、立案、破案、打掉团伙、抓获、查获冻结涉诈资金：“线索移送”从未有记录；返还资金：“有权机关指令”从未有记录。");
    a.clauses = 1 << COCKPIT_CLAUSE_ALERTS;
    CHECK_SAYS(&w, &a, true, "9 月，全行产生预警 0 条。");
    a.clauses |= 1 << COCKPIT_CLAUSE_REFERRED;
    a.language = PAPER_EN;
    CHECK_SAYS(&w, &a, false,
               "This sentence is not printed. leads referred, cases filed, cases solved, gangs broken up, people arrested: there is no record of "
               "referrals that were sent at all.");
    w.of.from_us = civil_days(2025, 12, 1) * US_PER_DAY - ZONE_US;
    a.language = PAPER_ZH;
    CHECK_SAYS(&w, &a, false, "本句不予生成。全部数字：2026-01-01 之前无数据。");
    a.clauses = 0;
    DO_WITH(&w, ask_sentence, &a);
    CHECK(!a.sentence.is_printed);
    return world_deinit(&w);
}

// A rate without what judges it is refused wherever it is asked for.
static bool test_unjudged(void) {
    struct world w;
    CHECK(world_init(&w));
    w.of.from_us = DAY(1, 1);
    CHECK_FIGURE(&w, COCKPIT_ALERTS_CLOSED, 1, 1);
    CHECK_REFUSED(&w, COCKPIT_AUTOMATIC_RATE, COCKPIT_UNJUDGED);
    return world_deinit(&w);
}

// ---- numbers and periods --------------------------------------------------------------------------------------------

static bool test_numbers(void) {
    struct arena arena;
    arena_init(&arena, 1 << 14);
    static const struct {
        int64_t fen;
        const char *zh, *en;
    } money[] = {
        {0, "0 元", "0 yuan"},
        {1, "0.01 元", "0.01 yuan"},
        {835050, "8,350.5 元", "8,350.5 yuan"},
        {999999, "9,999.99 元", "9,999.99 yuan"},
        {1000000, "1 万元", "10,000 yuan"},
        {402180000, "402.18 万元", "4,021,800 yuan"},
        {402184999, "402.18 万元", "4,021,850 yuan"},
        {402185000, "402.19 万元", "4,021,850 yuan"}, // half away from zero
        {12345678901, "12,345.68 万元", "123,456,789 yuan"},
        {-402185000, "-402.19 万元", "-4,021,850 yuan"},
    };
    for (size_t i = 0; i < sizeof money / sizeof money[0]; i++) {
        Slice zh = wording_money(&arena, money[i].fen, PAPER_ZH);
        Slice en = wording_money(&arena, money[i].fen, PAPER_EN);
        CHECK_THAT(slice_is(zh, money[i].zh) && slice_is(en, money[i].en), "%s %s", zh.at, en.at);
    }
    CHECK(slice_is(wording_number(&arena, 1234567), "1,234,567") && slice_is(wording_number(&arena, -1000), "-1,000") &&
          slice_is(wording_number(&arena, 999), "999"));
    CHECK(slice_is(wording_percent(&arena, 0.912, 1), "91.2%") && slice_is(wording_percent(&arena, 0.9, 1), "90%") &&
          slice_is(wording_percent(&arena, NAN, 1), "—"));
    CHECK(slice_is(wording_decimal(&arena, 1234.5, 2), "1,234.5") && slice_is(wording_decimal(&arena, -0.001, 2), "0"));
    CHECK(slice_is(wording_span(&arena, 90.0 * 60e6, PAPER_ZH), "90 分钟") && slice_is(wording_span(&arena, 5.0 * 86400e6, PAPER_EN), "5 days"));
    arena_deinit(&arena);
    return true;
}

static bool test_period_texts(void) {
    static const struct {
        int32_t from[3], until[3];
        const char *zh, *en;
    } periods[] = {
        {{2026, 1, 1}, {2026, 12, 1}, "1—11 月", "from January to November 2026"},
        {{2026, 11, 1}, {2026, 12, 1}, "11 月", "in November 2026"},
        {{2025, 12, 1}, {2026, 1, 1}, "2025 年 12 月", "in December 2025"},
        {{2025, 11, 1}, {2026, 2, 1}, "2025 年 11 月—2026 年 1 月", "from November 2025 to January 2026"},
        {{2026, 9, 1}, {2026, 9, 16}, "9 月 1 日—9 月 15 日", "from 1 September 2026 to 15 September 2026"},
        {{2026, 9, 3}, {2026, 9, 4}, "9 月 3 日", "on 3 September 2026"},
        {{2025, 12, 30}, {2026, 1, 2}, "2025 年 12 月 30 日—2026 年 1 月 1 日", "from 30 December 2025 to 1 January 2026"},
    };
    struct arena arena;
    arena_init(&arena, 1 << 14);
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        const int32_t *from = periods[i].from;
        const int32_t *until = periods[i].until;
        struct cockpit_of of = {.from_us = civil_days(from[0], from[1], from[2]) * US_PER_DAY - ZONE_US,
                                .until_us = civil_days(until[0], until[1], until[2]) * US_PER_DAY - ZONE_US,
                                .offset_us = ZONE_US};
        Slice zh = wording_period(&arena, &of, DAY(12, 2), PAPER_ZH);
        Slice en = wording_period(&arena, &of, DAY(12, 2), PAPER_EN);
        CHECK_THAT(slice_is(zh, periods[i].zh) && slice_is(en, periods[i].en), "%s %s", zh.at, en.at);
    }
    struct cockpit_of night = {.from_us = DAY(9, 3) + 20 * US_PER_HOUR, .until_us = DAY(9, 4) + 8 * US_PER_HOUR, .offset_us = ZONE_US};
    CHECK(slice_is(wording_period(&arena, &night, NOW_US, PAPER_ZH), "2026-09-03 20:00 至 2026-09-04 08:00"));
    arena_deinit(&arena);
    return true;
}

// ---- texts of editors -----------------------------------------------------------------------------------------------

struct editing {
    struct world *w;
    struct cockpit_text text;
    bool is_whole;
    char filled[4096];
};

static Status keep_text(void *context, struct book *book) {
    struct editing *e = context;
    return cockpit_text_keep(book, &e->text);
}

static Status fill_text(void *context, struct book *book) {
    struct editing *e = context;
    Slice text;
    TRY(cockpit_text_fill(book, &e->w->of, e->text.language, e->text.text, &e->is_whole, &text));
    copy(text, e->filled, sizeof e->filled);
    return STATUS_OK;
}

static bool test_texts(void) {
    static const struct {
        const char *text, *code; // NULL: it is taken
    } texts[] = {
        {"本月产生预警{figure:alerts}，最大一笔{alert:30}。", NULL},
        {"2026年9月，柜员请客户拨打96110，陪同2个小时，3个月后回访。", NULL},
        {"劝阻受害客户 12 人。", "CP006"},
        {"避免损失123.4万元。", "CP006"},
        {"合计1,234户。", "CP006"},
        {"占比达 85%。", "CP006"},
        {"He kept 5,000 yuan.", "CP006"},
        {"He called on 3 September at 10:30.", NULL},
        {"{figure:nothing}", "CP005"},
        {"{figure:alerts", "CP005"},
        {"{alert:x}", "CP005"},
        {"{}", "CP005"},
    };
    struct world w;
    struct editing e = {.w = &w, .text = {.month = SLICE("2026-09"), .part = 6, .number = 1, .title = SLICE("亮点")}};
    CHECK(world_init(&w));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        e.text.text = slice_of(texts[i].text);
        if (texts[i].code == NULL) {
            DO_WITH(&w, keep_text, &e);
        } else {
            REFUSES_WITH(&w, keep_text, &e, texts[i].code);
        }
    }
    e.text.text = SLICE("好");
    e.text.part = 13;
    REFUSES_WITH(&w, keep_text, &e, "CP007");
    e.text.part = 6;
    e.text.month = SLICE("2026-9");
    REFUSES_WITH(&w, keep_text, &e, "CP004");
    return world_deinit(&w);
}

static bool test_filling(void) {
    struct world w;
    struct editing e = {.w = &w};
    CHECK(world_init(&w));
    e.text.text = SLICE("预警{figure:alerts}，移送{figure:referrals}。");
    DO_WITH(&w, fill_text, &e);
    CHECK_THAT(!e.is_whole && strcmp(e.filled, "本段引用的数字不可用，不予刊出。移送线索：“线索移送”从未有记录") == 0, "%s", e.filled);
    DO(&w, fill_sentence);
    DO_WITH(&w, fill_text, &e);
    CHECK_THAT(e.is_whole && strcmp(e.filled, "预警12 条，移送2 条。") == 0, "%s", e.filled);
    e.text.text = SLICE("自动处置率{figure:automatic_rate}");
    DO_WITH(&w, fill_text, &e);
    CHECK_THAT(e.is_whole && strncmp(e.filled, "自动处置率83.3%（质检推翻率 0%（0/4", 40) == 0, "%s", e.filled); // never alone
    e.text.text = SLICE("{figure:alerts}, {figure:gangs}");
    e.text.language = PAPER_EN;
    DO_WITH(&w, fill_text, &e);
    CHECK_THAT(e.is_whole && strcmp(e.filled, "12 alerts, 1 gang") == 0, "%s", e.filled);
    e.text.language = PAPER_ZH;
    e.text.text = SLICE("{alert:30}");
    DO_WITH(&w, fill_text, &e);
    CHECK(e.is_whole && strcmp(e.filled, "0 元") == 0);
    e.text.text = SLICE("{alert:99}");
    DO_WITH(&w, fill_text, &e);
    CHECK(!e.is_whole);
    w.of.unit = w.of.viewer_unit = SLICE("B2"); // not his alert
    e.text.text = SLICE("{alert:30}");
    DO_WITH(&w, fill_text, &e);
    CHECK(!e.is_whole);
    return world_deinit(&w);
}

static Status list_texts(void *context, struct book *book) {
    struct editing *e = context;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 16);
    json_writer_init(&json, &out);
    Status status = cockpit_texts_json(book, SLICE("2026-09"), SLICE(""), &json);
    copy(buf_slice(&out), e->filled, sizeof e->filled);
    buf_deinit(&out);
    return status;
}

static bool test_keeping(void) {
    struct world w;
    struct editing e = {.w = &w, .text = {.month = SLICE("2026-09"), .part = 6, .number = 1, .title = SLICE("a"), .text = SLICE("first")}};
    CHECK(world_init(&w));
    DO_WITH(&w, keep_text, &e);
    e.text.text = SLICE("second");
    DO_WITH(&w, keep_text, &e);
    DO_WITH(&w, list_texts, &e);
    CHECK(strstr(e.filled, "second") != NULL && strstr(e.filled, "first") == NULL && strstr(e.filled, "\"made_by\":\"editor\"") != NULL);
    e.text.text = SLICE("");
    DO_WITH(&w, keep_text, &e);
    DO_WITH(&w, list_texts, &e);
    CHECK(strcmp(e.filled, "[]") == 0);
    static const struct statement TRACES = {"test_traces", "SELECT COUNT(*) FROM trace WHERE object_kind = 'bulletin_text'"};
    CHECK(store_query(w.book.store, &TRACES, STORE_NO_VALUES, &w.scratch.diag) == STATUS_OK &&
          store_next(w.book.store, &w.scratch.diag) == STATUS_OK);
    CHECK(store_column_i64(w.book.store, 0) == 3);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_the_stream), TEST(test_reach),   TEST(test_sources),      TEST(test_periods), TEST(test_sentence), TEST(test_refused_sentence),
        TEST(test_unjudged),   TEST(test_numbers), TEST(test_period_texts), TEST(test_texts),   TEST(test_filling),  TEST(test_keeping)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
