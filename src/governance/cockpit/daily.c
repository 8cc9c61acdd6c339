// The report of a shift or a day (值班日报): what came, what was done, what the next shift has to know.
//
// What is open at the end of the shift is told as the store knows it now: of a shift long past, alerts that were opened again since stand as they are.

#include "governance/cockpit/issue.h"

#include "response/orders/orders.h"

enum { SHOWN_MAX = 30 };

static Slice number(struct issue *issue, int64_t value) {
    return wording_number(issue->arena, value);
}

// "……（另有 12 条）": of a list that is cut.
static void note_more(struct issue *issue, int64_t count, int64_t shown) {
    if (count > shown) {
        issue_note(issue, issue_sayf(issue, issue->zh ? "仅列前 %" PRId64 " 条，共 %.*s 条。" : "The first %" PRId64 " of %.*s.", shown,
                                     SLICE_ARGS(number(issue, count))));
    }
}

// ---- open alerts of S4 ----

static const struct statement OPEN_S4 = {
    "cockpit_daily_s4",
    "SELECT id, opened_us, amount, state, owner, branch, COALESCE(decide_us, 0), typology_group FROM seen_alert WHERE viewer = ?1"
    " AND opened_us < ?2 AND severity = 4 AND (is_open = 1 OR closed_us >= ?2) AND (?3 = '' OR branch = ?3) ORDER BY decide_us, id LIMIT ?4"};

static Slice state_name(struct issue *issue, Slice state) {
    static const struct {
        const char *word, *zh, *en;
    } states[] = {
#define STATE(name, zh, en, is_open, is_waiting) {#name, zh, en},
#include "response/disposition/states.def"
#undef STATE
    };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (slice_is(state, states[i].word)) {
            return issue_say(issue, states[i].zh, states[i].en);
        }
    }
    return state;
}

static Slice or_dash(Slice text) {
    return slice_empty(text) ? SLICE("—") : text;
}

static Status put_s4(struct issue *issue) {
    static const struct column columns[] = {{"预警", "alert", 1.5, PAPER_LEFT},   {"产生时间", "opened", 1.7, PAPER_LEFT},
                                            {"金额", "amount", 1.3, PAPER_RIGHT}, {"机构", "branch", 1.3, PAPER_LEFT},
                                            {"状态", "state", 1.2, PAPER_LEFT},   {"经办", "owner", 1, PAPER_LEFT},
                                            {"办理时限", "due", 1.7, PAPER_LEFT}};
    struct book *book = issue->book;
    const struct cockpit_of *of = &issue->now.of;
    const struct cockpit_value *value;
    Status status;
    int64_t shown = 0;
    TRY(issue_value(issue, COCKPIT_OPEN_S4, &value));
    if (value->refusal != COCKPIT_IS_TOLD) {
        issue_refusals(issue, (const CockpitFigure[]){COCKPIT_OPEN_S4}, 1);
        return STATUS_OK;
    }
    if (value->count == 0) {
        issue_nothing(issue, "没有未结的四级预警。", "No alert of S4 is open.");
        return STATUS_OK;
    }
    paper_callout(issue->paper, PAPER_WARNING,
                  issue_sayf(issue,
                             issue->zh ? "未结四级预警 %.*s 条，接班人员须首先处理" : "Alerts of S4 open: %.*s. The next shift begins with them",
                             SLICE_ARGS(number(issue, value->count))),
                  SLICE(""));
    issue_table(issue, issue_say(issue, "未结四级预警", "Open alerts of S4"), columns, 7);
    TRY(book_ask(book, &OPEN_S4, STORE_VALUES(store_i64(of->clearance), store_i64(of->until_us), store_text(of->unit), store_i64(SHOWN_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        int64_t due_us = book_i64(book, 6);
        Slice due = due_us == 0 ? SLICE("—") : wording_minute(issue->arena, due_us, of->offset_us);
        bool is_late = due_us != 0 && due_us < of->until_us;
        shown++;
        paper_row(issue->paper,
                  (Slice[]){issue_sayf(issue, "%" PRId64, book_i64(book, 0)), wording_minute(issue->arena, book_i64(book, 1), of->offset_us),
                            wording_money(issue->arena, book_i64(book, 2), issue->language), or_dash(issue_name(issue, book_text(book, 5))),
                            state_name(issue, book_text(book, 3)), or_dash(book_text(book, 4)),
                            is_late ? issue_sayf(issue, issue->zh ? "%.*s（已超时）" : "%.*s (late)", SLICE_ARGS(due)) : due});
    }
    note_more(issue, value->count, shown);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- service levels ----

static const struct cockpit_part *named(const struct cockpit_parts *parts, const char *name) {
    for (uint32_t i = 0; i < parts->count; i++) {
        if (slice_is(parts->at[i].name, name)) {
            return &parts->at[i];
        }
    }
    return NULL;
}

static Status put_levels(struct issue *issue) {
    static const char *const levels[] = {"S4", "S3", "S2", "S1"};
    static const struct column columns[] = {{"级别", "severity", 1, PAPER_CENTRE},   {"人工办结", "decided", 1, PAPER_RIGHT},
                                            {"按时", "in time", 1, PAPER_RIGHT},     {"按时办结率", "share", 1.2, PAPER_RIGHT},
                                            {"本班超时", "overdue", 1, PAPER_RIGHT}, {"在办", "open", 1, PAPER_RIGHT}};
    struct cockpit_parts decided, overdue, open;
    const struct cockpit_value *value;
    TRY(issue_value(issue, COCKPIT_IN_TIME_RATE, &value));
    TRY(reading_by_word(&issue->now, COCKPIT_IN_TIME_RATE, &decided));
    TRY(reading_by_word(&issue->now, COCKPIT_OVERDUE, &overdue));
    TRY(reading_by_word(&issue->now, COCKPIT_OPEN_ALERTS, &open));
    issue_table(issue, issue_say(issue, "办理时限", "Service levels"), columns, 6);
    for (size_t i = 0; i < 4; i++) {
        const struct cockpit_part *of = named(&decided, levels[i]);
        const struct cockpit_part *late = named(&overdue, levels[i]);
        const struct cockpit_part *at_hand = named(&open, levels[i]);
        paper_row(issue->paper, (Slice[]){slice_of(levels[i]), number(issue, of == NULL ? 0 : of->count), number(issue, of == NULL ? 0 : of->sum),
                                          of == NULL ? SLICE("—") : wording_percent(issue->arena, of->number, 1),
                                          number(issue, late == NULL ? 0 : late->count), number(issue, at_hand == NULL ? 0 : at_hand->count)});
    }
    return STATUS_OK;
}

// ---- handed over, and who worked ----

static Status put_people(struct issue *issue) {
    static const struct column columns[] = {
        {"人员", "person", 2, PAPER_LEFT}, {"办结预警", "closed", 1, PAPER_RIGHT}, {"移交他人", "handed over", 1, PAPER_RIGHT}};
    struct cockpit_parts closed, handed;
    uint32_t shown = 0;
    TRY(reading_by_word(&issue->now, COCKPIT_CLOSED_BY_PEOPLE, &closed));
    TRY(reading_by_word(&issue->now, COCKPIT_HANDED_OVER, &handed));
    for (uint32_t k = 0; k < 2; k++) {
        const struct cockpit_parts *parts = k == 0 ? &closed : &handed;
        for (uint32_t i = 0; i < parts->count && shown < SHOWN_MAX; i++) {
            const struct cockpit_part *of_closed = named(&closed, parts->at[i].name.at);
            const struct cockpit_part *of_handed = named(&handed, parts->at[i].name.at);
            if (k == 1 && of_closed != NULL) {
                continue; // stands above
            }
            if (shown++ == 0) {
                issue_table(issue, issue_say(issue, "人员办理情况", "Who worked"), columns, 3);
            }
            paper_row(issue->paper, (Slice[]){or_dash(parts->at[i].name), number(issue, of_closed == NULL ? 0 : of_closed->count),
                                              number(issue, of_handed == NULL ? 0 : of_handed->count)});
        }
    }
    if (shown == 0) {
        issue_nothing(issue, "本班没有人工办结或移交的预警。", "Nobody closed or handed over an alert.");
    }
    return STATUS_OK;
}

// ---- orders ----

static Slice order_name(struct issue *issue, Slice word) {
    OrderKind kind;
    if (!order_kind_parse(word, &kind)) {
        return word;
    }
    return issue_say(issue, order_kind_text(kind)->zh, order_kind_text(kind)->en);
}

static Status put_orders(struct issue *issue) {
    static const CockpitFigure figures[] = {COCKPIT_ORDERS, COCKPIT_ORDERS_EXECUTED, COCKPIT_ORDERS_PROMPT, COCKPIT_ORDERS_WAITING};
    static const struct column columns[] = {{"指令", "order", 2.4, PAPER_LEFT},
                                            {"收到", "came", 1, PAPER_RIGHT},
                                            {"执行", "carried out", 1, PAPER_RIGHT},
                                            {"待人工处理", "wait for people", 1.2, PAPER_RIGHT}};
    struct cockpit_parts taken, executed, waiting;
    uint32_t shown = 0;
    TRY(issue_pairs(issue, figures, 4, 2));
    TRY(reading_by_word(&issue->now, COCKPIT_ORDERS, &taken));
    TRY(reading_by_word(&issue->now, COCKPIT_ORDERS_EXECUTED, &executed));
    TRY(reading_by_word(&issue->now, COCKPIT_ORDERS_WAITING, &waiting));
    for (uint32_t i = 0; i < ORDER_KIND_COUNT; i++) {
        const char *word = order_kind_text((OrderKind)i)->word;
        const struct cockpit_part *of_taken = named(&taken, word);
        const struct cockpit_part *of_executed = named(&executed, word);
        const struct cockpit_part *of_waiting = named(&waiting, word);
        if (of_taken == NULL && of_executed == NULL && of_waiting == NULL) {
            continue;
        }
        if (shown++ == 0) {
            issue_table(issue, issue_say(issue, "有权机关指令", "Orders of authorities"), columns, 4);
        }
        paper_row(issue->paper,
                  (Slice[]){order_name(issue, slice_of(word)), number(issue, of_taken == NULL ? 0 : of_taken->count),
                            number(issue, of_executed == NULL ? 0 : of_executed->count), number(issue, of_waiting == NULL ? 0 : of_waiting->count)});
    }
    return STATUS_OK;
}

// ---- breakers ----

// The object of a strategy's trace is the hash of its text, halved.
static const struct statement STRATEGIES = {"cockpit_daily_strategies",
                                            "SELECT strategy, strategy_hash FROM strategy_state ORDER BY strategy, strategy_hash LIMIT 5000"};

struct strategy_key {
    Slice id;
    int64_t object;
};

static int64_t object_of(Slice hash) {
    uint64_t value = 0;
    for (size_t i = 0; i < hash.size; i++) {
        char digit = hash.at[i];
        value = value << 4 | (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return (int64_t)(value >> 1);
}

static Slice breaker_name(struct issue *issue, Slice reason) {
    static const struct {
        const char *word, *zh, *en;
    } reasons[] = {{"breaker_closures", "关闭数量异常增多", "it closed far more than it used to"},
                   {"breaker_overturned", "质检推翻率过高", "too many of its closures were overturned"},
                   {"breaker_later_positives", "后续确认属实", "frauds that it had closed came to light"}};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (slice_is(reason, reasons[i].word)) {
            return issue_say(issue, reasons[i].zh, reasons[i].en);
        }
    }
    return reason;
}

static Status put_breakers(struct issue *issue) {
    static const struct column columns[] = {{"时间", "when", 1.4, PAPER_LEFT}, {"策略", "strategy", 2.4, PAPER_LEFT}, {"原因", "why", 2, PAPER_LEFT}};
    struct book *book = issue->book;
    const struct cockpit_value *value;
    VEC(struct strategy_key) keys = {0};
    Status status;
    TRY(issue_value(issue, COCKPIT_BREAKERS_OPENED, &value));
    if (value->refusal != COCKPIT_IS_TOLD || value->count == 0) {
        issue_nothing(issue, value->refusal == COCKPIT_IS_TOLD ? "本班没有策略熔断。" : "策略熔断未列示。",
                      value->refusal == COCKPIT_IS_TOLD ? "No breaker opened." : "Breakers are not told.");
        issue_refusals(issue, (const CockpitFigure[]){COCKPIT_BREAKERS_OPENED}, 1);
        return STATUS_OK;
    }
    TRY(book_ask(book, &STRATEGIES, STORE_NO_VALUES));
    while ((status = book_next(book)) == STATUS_OK) {
        *VEC_PUSH(&keys, issue->arena) = (struct strategy_key){book_text(book, 0), object_of(store_column_text(book->store, 1))};
    }
    if (status != STATUS_END) {
        return status;
    }
    issue_table(issue, issue_say(issue, "策略熔断", "Breakers that opened"), columns, 3);
    TRY(rows_ask(&issue->now, rows_of(COCKPIT_BREAKERS_OPENED), INT64_MIN, SLICE(""), SHOWN_MAX));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice name = SLICE("—");
        for (uint32_t i = 0; i < keys.count; i++) {
            name = keys.at[i].object == book_i64(book, 5)
                       ? issue_sayf(issue, "%.*s %.*s", SLICE_ARGS(keys.at[i].id), SLICE_ARGS(issue_name(issue, keys.at[i].id)))
                       : name;
        }
        paper_row(issue->paper,
                  (Slice[]){wording_minute(issue->arena, book_i64(book, 0), issue->now.of.offset_us), name, breaker_name(issue, book_text(book, 6))});
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- the system ----

static Status put_system(struct issue *issue, const struct cockpit_shift *shift) {
    static const CockpitFigure figures[] = {COCKPIT_UNREAD, COCKPIT_UNDELIVERED, COCKPIT_UNCONFIRMED, COCKPIT_SAMPLES_OWED, COCKPIT_APPEALS_OPEN};
    const struct coverage *coverage = &issue->coverage;
    struct book *book = issue->book;
    const struct cockpit_of *of = &issue->now.of;
    Slice upto = coverage->is_fed ? wording_minute(issue->arena, coverage->upto_us, of->offset_us) : issue_say(issue, "从未接入", "never");
    Slice lag = SLICE("—");
    uint64_t sequence;
    TRY(issue_pairs(issue, figures, sizeof figures / sizeof figures[0], 3));
    TRY(book_feed_at(book, SLICE("journal"), &sequence));
    if (shift->head_us > 0 && coverage->is_fed) {
        int64_t behind_us = shift->head_us > coverage->upto_us ? shift->head_us - coverage->upto_us : 0;
        uint64_t records = shift->head_sequence > sequence ? shift->head_sequence - sequence : 0;
        lag = issue_sayf(issue, issue->zh ? "%.*s，%.*s 条记录" : "%.*s, %.*s records",
                         SLICE_ARGS(wording_span(issue->arena, (double)behind_us, issue->language)), SLICE_ARGS(number(issue, (int64_t)records)));
    }
    paper_pairs(issue->paper,
                (PaperPair[]){{issue_say(issue, "事件数据接入至", "stream followed to"), upto}, {issue_say(issue, "接入延迟", "behind"), lag}}, 2, 2);
    if (shift->head_us == 0) {
        issue_note(issue, issue_say(issue, "接入延迟由服务端提供，本次未提供。", "How far the desk is behind is told by the server; it was not."));
    }
    json_key_i64(&issue->json, SLICE("feed_sequence"), (int64_t)sequence);
    json_key_i64(&issue->json, SLICE("feed_us"), coverage->upto_us);
    return STATUS_OK;
}

// ---- the paper ----

static void begin_paper(struct issue *issue, const struct cockpit_shift *shift) {
    const struct cockpit_issuer *issuer = issue->issuer;
    const struct cockpit_of *of = &issue->now.of;
    bool is_day = time_day_start(of->from_us, of->offset_us) == of->from_us && of->until_us - of->from_us == US_PER_DAY;
    Slice period =
        is_day ? wording_date(issue->arena, of->from_us, of->offset_us) : wording_period(issue->arena, of, issue->book->now_us, issue->language);
    Slice unit = slice_empty(of->unit) ? issue_say(issue, "全行", "the whole bank") : issue_name(issue, of->unit);
    const char *sample = !issuer->is_sample ? "" : issue->zh ? "（样例，数据为模拟）" : " (sample; made-up data)";
    Slice title = issue_sayf(issue, issue->zh ? "反诈值班日报　%.*s%s" : "Report of the shift, %.*s%s", SLICE_ARGS(period), sample);
    issue->paper = paper_create(&(struct paper_head){
        .language = issue->language,
        .title = title,
        .author = issue_sayf(issue, issue->zh ? "%.*s%.*s" : "%.*s, %.*s", SLICE_ARGS(issuer->bank), SLICE_ARGS(issuer->department)),
        .subject = issue_say(issue, "值班日报", "Report of a shift"),
        .running = title,
        .mark = of->clearance != 0 ? issue_say(issue, "内部资料★保密", "Internal, secret") : issue_say(issue, "内部资料", "Internal"),
        .made_us = issue->book->now_us,
        .offset_us = of->offset_us});
    paper_title(issue->paper, issue_say(issue, "反诈值班日报", "Report of the shift"));
    paper_subtitle(issue->paper, issue_sayf(issue, "%.*s%s", SLICE_ARGS(period), sample));
    paper_pairs(issue->paper,
                (PaperPair[]){{issue_say(issue, "班次", "shift"), or_dash(shift->name)},
                              {issue_say(issue, "值班长", "shift leader"), or_dash(shift->leader)},
                              {issue_say(issue, "范围", "of"), unit}},
                3, 3);
}

static Status write_parts(struct issue *issue, const struct cockpit_shift *shift) {
    static const CockpitFigure overall[] = {COCKPIT_ALERTS,       COCKPIT_CLOSED_AUTOMATICALLY, COCKPIT_CLOSED_BY_PEOPLE, COCKPIT_OPEN_ALERTS,
                                            COCKPIT_OPEN_OVERDUE, COCKPIT_HANDED_OVER,          COCKPIT_FRAUDS,           COCKPIT_VICTIMS_SAVED,
                                            COCKPIT_AMOUNT_SAVED, COCKPIT_MONEY_STOPPED,        COCKPIT_CONTROLLED,       COCKPIT_MISSED};
    static const CockpitFigure holds[] = {COCKPIT_PAYMENTS_HELD, COCKPIT_AMOUNT_HELD, COCKPIT_HOLDS_RAN_OUT};
    issue_heading(issue, "一、本班概况", "1 The shift");
    TRY(issue_pairs(issue, overall, sizeof overall / sizeof overall[0], 3));
    issue_heading(issue, "二、未结四级预警", "2 Open alerts of S4");
    TRY(put_s4(issue));
    issue_heading(issue, "三、办理时限", "3 Service levels");
    TRY(put_levels(issue));
    issue_heading(issue, "四、人员与交接", "4 People, and what was handed over");
    TRY(put_people(issue));
    issue_heading(issue, "五、有权机关指令", "5 Orders of authorities");
    TRY(put_orders(issue));
    issue_heading(issue, "六、暂缓付款", "6 Held payments");
    TRY(issue_pairs(issue, holds, 3, 3));
    issue_heading(issue, "七、策略熔断", "7 Breakers");
    TRY(put_breakers(issue));
    issue_heading(issue, "八、系统运行", "8 The system");
    TRY(put_system(issue, shift));
    issue_note(
        issue,
        issue_say(
            issue, "自动处置仅列数量；自动处置率须与质检推翻率、后续确认率和合并比同时公布，见月度通报。各数字的查询编号见同时生成的 JSON 文件。",
            "Of automatic disposition the number alone is told; the rate is published with what judges it, in the monthly bulletin. The queries "
            "stand in the JSON file that comes with this."));
    paper_signature(issue->paper,
                    issue_sayf(issue, issue->zh ? "%.*s%.*s" : "%.*s, %.*s", SLICE_ARGS(issue->issuer->bank), SLICE_ARGS(issue->issuer->department)),
                    issue->book->now_us);
    return STATUS_OK;
}

Status cockpit_daily(struct book *book, const struct cockpit_of *of, const struct cockpit_issuer *issuer, const struct cockpit_shift *shift,
                     struct cockpit_document *ret_document) {
    struct issue *issue = ARENA_NEW(book->arena, struct issue);
    TRY(issue_begin(issue, book, of, issuer));
    begin_paper(issue, shift);
    json_key_string(&issue->json, SLICE("shift"), shift->name);
    json_key_string(&issue->json, SLICE("leader"), shift->leader);
    Status status = write_parts(issue, shift);
    if (status == STATUS_OK) {
        status = issue_end(issue, "daily", ret_document);
    }
    if (status != STATUS_OK) {
        issue_drop(issue);
    }
    return status;
}
