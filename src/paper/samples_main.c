// Writes sample documents into a folder, to look at and for tests/paper_test.py to judge:
//
//     build/src/paper/paper_samples FOLDER [ROWS]
//
// letter.pdf, letter.html: a referral with a statement of ROWS rows; bulletin.pdf, bulletin.html: a monthly bulletin; shift.pdf, shift.html: a shift
// report in English; hostile.pdf, hostile.html: what nobody should write; flow.svg, flow.png: a picture of a flow; referral.zip: a bundle of the
// letter with its parts. All figures are drawn from a seed and mean nothing; each document says that it is a sample.

#include "base/money.h"
#include "base/random.h"
#include "base/time.h"
#include "os/file.h"
#include "paper/bundle.h"
#include "paper/figure.h"
#include "paper/paper.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 400, OUT_MAX = 256 << 20, DAYS = 30, VICTIMS = 9, FIRSTS = 6, COLLECTORS = 3, TRANSITS = 5, OUTS = 4 };

static const int64_t MADE_US = INT64_C(1782871200000000); // 2026-07-01 10:00 in China
static const int64_t ZONE_US = 8 * US_PER_HOUR;

struct samples {
    struct arena arena;
    struct diag diag;
    struct fonts *fonts;
    struct random random;
    const char *folder;
    uint32_t rows;
    struct bundle *bundle;
};

static Slice text(struct samples *samples, const char *format, ...) __attribute__((format(printf, 2, 3)));
static Slice text(struct samples *samples, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Slice result = arena_vprintf(&samples->arena, format, args);
    va_end(args);
    return result;
}

// One number at a time, each in a statement of its own: in which order arguments are computed is the compiler's choice.
static unsigned draw(struct samples *samples, uint32_t bound) {
    return (unsigned)random_below(&samples->random, bound);
}

static int64_t draw_fen(struct samples *samples, int64_t most_yuan) {
    return 100 * (int64_t)(100 + random_below(&samples->random, (uint64_t)most_yuan));
}

static Status keep(struct samples *samples, const char *name, Slice bytes) {
    return file_write(text(samples, "%s/%s", samples->folder, name), bytes, &samples->arena, &samples->diag);
}

// Both forms of a document under one name; the PDF goes into the bundle as well where `in_bundle` names it.
static Status write_both(struct samples *samples, const struct paper *paper, const char *name, const char *in_bundle) {
    struct buf out;
    uint32_t pages = 0;
    buf_init(&out, OUT_MAX);
    Status status = paper_write_pdf(paper, samples->fonts, &out, &pages, &samples->diag);
    if (status == STATUS_OK) {
        status = keep(samples, text(samples, "%s.pdf", name).at, buf_slice(&out));
    }
    if (status == STATUS_OK && in_bundle != NULL) {
        status = bundle_add(samples->bundle, slice_of(in_bundle), buf_slice(&out), BUNDLE_NO_ROWS, &samples->diag);
    }
    buf_reset(&out);
    if (status == STATUS_OK) {
        status = paper_write_html(paper, samples->fonts, &out, &samples->diag);
    }
    if (status == STATUS_OK) {
        status = keep(samples, text(samples, "%s.html", name).at, buf_slice(&out));
    }
    buf_deinit(&out);
    printf("%s: %u pages\n", name, pages);
    return status;
}

// ---- a flow -----------------------------------------------------------------------------------------------

struct world {
    struct flow_node nodes[4096];
    struct flow_edge edges[8192];
    uint32_t node_count, edge_count;
};

static void add_nodes(struct samples *samples, struct world *world, uint32_t layer, FlowRole role, PaperLanguage language, uint32_t count) {
    static const char *const names[][2] = {{"受害人", "victim "},    {"一级账户", "account "}, {"归集账户", "collector "},
                                           {"过渡账户", "transit "}, {"取现点", "cash "},      {"境外商户", "merchant "}};
    static const Slice banks[2][2] = {{{"本行样例支行", 18}, {"sample branch", 13}}, {{"他行（样例）", 18}, {"another bank", 12}}};
    for (uint32_t i = 0; i < count; i++) {
        struct flow_node *node = &world->nodes[world->node_count++];
        node->layer = layer;
        node->role = role;
        node->lines[0] = text(samples, "%s%02u", names[role][language], i + 1);
        node->lines[1] = text(samples, "6222 **** **** %04u", draw(samples, 10000));
        node->lines[2] = banks[role == FLOW_OUTSIDE][language];
    }
}

static void add_edge(struct samples *samples, struct world *world, uint32_t from, uint32_t to, int64_t most_yuan) {
    struct flow_edge *edge = &world->edges[world->edge_count++];
    int64_t start = MADE_US - 3 * US_PER_DAY + (int64_t)random_below(&samples->random, 2 * (uint64_t)US_PER_DAY);
    edge->from = from;
    edge->to = to;
    edge->count = 1 + (uint32_t)random_below(&samples->random, 5);
    edge->amount_fen = draw_fen(samples, most_yuan);
    edge->first_us = start;
    edge->last_us = start + (edge->count > 1 ? (int64_t)random_below(&samples->random, 3600) * US_PER_SECOND * 4 : 0);
}

// Each node of one range sends to one or two of another.
static void join(struct samples *samples, struct world *world, uint32_t from, uint32_t from_count, uint32_t to, uint32_t to_count,
                 int64_t most_yuan) {
    for (uint32_t i = 0; i < from_count; i++) {
        uint32_t first = (uint32_t)((uint64_t)i * to_count / from_count);
        add_edge(samples, world, from + i, to + first, most_yuan);
        if (random_below(&samples->random, 3) == 0 && to_count > 1) {
            add_edge(samples, world, from + i, to + (uint32_t)((first + 1) % to_count), most_yuan / 3);
        }
    }
}

// `times`: how many nodes for each of the smallest picture.
static Status make_flow(struct samples *samples, uint32_t times, PaperLanguage language, const struct figure **ret_figure) {
    struct world *world = ARENA_NEW(&samples->arena, struct world);
    uint32_t victims = VICTIMS * times;
    uint32_t firsts = FIRSTS * times;
    uint32_t transits = TRANSITS * times;
    add_nodes(samples, world, 0, FLOW_VICTIM, language, victims);
    add_nodes(samples, world, 1, FLOW_FIRST, language, firsts);
    add_nodes(samples, world, 2, FLOW_COLLECTOR, language, COLLECTORS);
    add_nodes(samples, world, 3, FLOW_TRANSIT, language, transits);
    add_nodes(samples, world, 4, FLOW_CASH_OUT, language, OUTS / 2);
    add_nodes(samples, world, 4, FLOW_OUTSIDE, language, OUTS / 2);
    uint32_t collectors = victims + firsts;
    uint32_t outs = collectors + COLLECTORS + transits;
    join(samples, world, 0, victims, victims, firsts, 80000);
    join(samples, world, victims, firsts, collectors, COLLECTORS, 150000);
    join(samples, world, collectors, COLLECTORS, collectors + COLLECTORS, transits, 300000);
    join(samples, world, collectors + COLLECTORS, transits, outs, OUTS, 90000);
    add_edge(samples, world, victims + 1, outs + 1, 60000);                // past two layers
    add_edge(samples, world, collectors + COLLECTORS, victims + 2, 20000); // back
    add_edge(samples, world, collectors, collectors + 1, 50000);           // within a layer
    struct figure_flow flow = {.language = language,
                               .title = language == PAPER_ZH ? SLICE("涉案资金流向图（样例）") : SLICE("How the money went (sample)"),
                               .nodes = world->nodes,
                               .node_count = world->node_count,
                               .edges = world->edges,
                               .edge_count = world->edge_count,
                               .offset_us = ZONE_US};
    return figure_flow(&flow, &samples->arena, ret_figure, &samples->diag);
}

// ---- the letter -------------------------------------------------------------------------------------------

static void put_letter(struct paper *paper) {
    paper_red_head(paper, &(struct paper_red_head){.authority = SLICE("示例银行股份有限公司"),
                                                   .symbol = SLICE("示银反诈移"),
                                                   .year = 2026,
                                                   .number = 7,
                                                   .secrecy = SLICE("内部★一年"),
                                                   .urgency = SLICE("特急")});
    paper_title(paper, SLICE("关于移送涉嫌电信网络诈骗\n犯罪线索的函（样例）"));
    paper_paragraph(paper, SLICE("示例市公安局反诈中心："), PAPER_PLAIN);
    paper_paragraph(
        paper,
        SLICE(
            "我行在日常风险监测中发现，多名客户疑似遭受“冒充客服”类电信网络诈骗，所汇资金经本行六个一级账户归集后，在四十分钟内分散转出并在他行取现。"
            "根据《中华人民共和国反电信网络诈骗法》第十六条、第十八条等规定，现将有关线索移送你单位，请予审查处理。"),
        PAPER_INDENT);
    paper_heading(paper, 1, SLICE("一、基本情况"));
    paper_runs(paper,
               (PaperRun[]){{SLICE("经核查，涉案资金合计 "), false},
                            {SLICE("123.46 万元"), true},
                            {SLICE("，涉及受害人九名、本行账户十四户；其中 "), false},
                            {SLICE("38.20 万元"), true},
                            {SLICE("已由我行采取保护性止付措施。研判过程、账户清单、交易流水及资金流向图见附件。"), false}},
               5, PAPER_INDENT);
    paper_heading(paper, 2, SLICE("（一）已采取的措施"));
    paper_paragraph(paper, SLICE("对全部一级账户暂停非柜面业务；对两户归集账户先行止付四十八小时；劝阻正在汇款的客户三名。"), PAPER_INDENT);
    paper_heading(paper, 1, SLICE("二、工作建议"));
    paper_paragraph(paper,
                    SLICE("建议对附件二所列账户依法采取冻结措施，并对取现人员及取现地点开展侦查。我行将配合做好后续查询、冻结和资金返还工作。"),
                    PAPER_INDENT);
    paper_paragraph(paper, SLICE("附件：1. 主体与账户清单\n　　　2. 交易流水\n　　　3. 资金流向图"), PAPER_INDENT);
    paper_signature(paper, SLICE("示例银行股份有限公司"), MADE_US);
    paper_paragraph(paper, SLICE("（联系人：反诈中心值班岗，电话：0571-00000000）"), PAPER_INDENT);
}

static void put_subjects(struct samples *samples, struct paper *paper) {
    static const struct paper_column columns[] = {{{"序号", 6}, 0.6, PAPER_CENTRE}, {{"户名", 6}, 1.2, PAPER_LEFT},
                                                  {{"账号", 6}, 2.2, PAPER_LEFT},   {{"开户机构", 12}, 1.6, PAPER_LEFT},
                                                  {{"角色", 6}, 1, PAPER_CENTRE},   {{"余额（元）", 15}, 1.4, PAPER_RIGHT}};
    static const char *const roles[] = {"一级账户", "归集账户", "过渡账户"};
    int64_t sum = 0;
    paper_page(paper, false);
    paper_heading(paper, 1, SLICE("附件一　主体与账户清单"));
    paper_pairs(paper,
                (PaperPair[]){{SLICE("线索编号"), SLICE("REF-2026-0007")},
                              {SLICE("紧急程度"), SLICE("特急")},
                              {SLICE("涉案类型"), SLICE("冒充客服类诈骗")},
                              {SLICE("涉案金额"), SLICE("1,234,567.89 元")},
                              {SLICE("首笔时间"), SLICE("2026-06-28 10:08:20")},
                              {SLICE("末笔时间"), SLICE("2026-06-30 16:41:05")}},
                6, 2);
    paper_table(paper, SLICE("涉案账户"), columns, 6);
    for (uint32_t i = 0; i < 14; i++) {
        int64_t balance = draw_fen(samples, 90000);
        sum += balance;
        paper_row(paper, (Slice[]){text(samples, "%u", i + 1), text(samples, "开户人%02u", i + 1), text(samples, "6222 0000 0000 %04u", i * 37),
                                   SLICE("样例支行营业部"), slice_of(roles[i % 3]), paper_yuan(&samples->arena, balance)});
    }
    paper_total(paper, (Slice[]){SLICE(""), SLICE("合计"), SLICE("14 户"), SLICE(""), SLICE(""), paper_yuan(&samples->arena, sum)});
}

static void put_statement(struct samples *samples, struct paper *paper, struct buf *csv) {
    static const struct paper_column columns[] = {
        {{"时间", 6}, 2, PAPER_LEFT},           {{"本方账号", 12}, 2, PAPER_LEFT},      {{"对方账号", 12}, 2, PAPER_LEFT},
        {{"对方户名", 12}, 1.3, PAPER_LEFT},    {{"对方机构", 12}, 1.6, PAPER_LEFT},    {{"借贷", 6}, 0.6, PAPER_CENTRE},
        {{"金额（元）", 15}, 1.4, PAPER_RIGHT}, {{"余额（元）", 15}, 1.5, PAPER_RIGHT}, {{"渠道", 6}, 0.9, PAPER_LEFT},
        {{"摘要", 6}, 1.4, PAPER_LEFT},         {{"IP 地址", 9}, 1.4, PAPER_LEFT},      {{"流水号", 9}, 1.8, PAPER_LEFT}};
    int64_t at = MADE_US - 3 * US_PER_DAY;
    int64_t balance = 5000000;
    paper_page(paper, true);
    paper_heading(paper, 1, SLICE("附件二　交易流水"));
    paper_paragraph(paper, text(samples, "共 %u 笔，电子件为同包 CSV 文件，其散列值见清单。", samples->rows), PAPER_SMALL);
    paper_table(paper, SLICE("交易流水"), columns, 12);
    for (uint32_t i = 0; i < samples->rows; i++) {
        int64_t amount = draw_fen(samples, 50000);
        bool is_in = random_below(&samples->random, 2) == 0 || balance < amount;
        at += (int64_t)random_below(&samples->random, 600) * US_PER_SECOND;
        balance += is_in ? amount : -amount;
        unsigned own = draw(samples, 14) * 37;
        unsigned other = draw(samples, 900);
        unsigned net = draw(samples, 256);
        unsigned host = draw(samples, 256);
        Slice cells[12] = {paper_moment(&samples->arena, at, ZONE_US),
                           text(samples, "622200000000%04u", own),
                           text(samples, "621700000000%04u", other),
                           text(samples, "对手%03u", other),
                           SLICE("样例银行城东支行"),
                           is_in ? SLICE("贷") : SLICE("借"),
                           paper_yuan(&samples->arena, amount),
                           paper_yuan(&samples->arena, balance),
                           SLICE("手机银行"),
                           i % 9 == 0 ? SLICE("货款，请及时查收并回复，谢谢") : SLICE("转账"),
                           text(samples, "10.0.%u.%u", net, host),
                           text(samples, "T%012u", i + 1)};
        paper_row(paper, cells);
        for (int k = 0; k < 12; k++) {
            buf_printf(csv, "%s\"%.*s\"", k > 0 ? "," : "", SLICE_ARGS(cells[k]));
        }
        buf_put(csv, SLICE("\r\n"));
    }
}

static Status write_letter(struct samples *samples) {
    const struct figure *flow;
    struct buf csv;
    TRY(make_flow(samples, 1, PAPER_ZH, &flow));
    buf_init(&csv, OUT_MAX);
    struct paper *paper = paper_create(&(struct paper_head){.form = PAPER_LETTER,
                                                            .title = SLICE("关于移送涉嫌电信网络诈骗犯罪线索的函（样例）"),
                                                            .author = SLICE("示例银行股份有限公司"),
                                                            .subject = SLICE("线索移送"),
                                                            .running = SLICE("线索移送材料（样例）REF-2026-0007"),
                                                            .mark = SLICE("内部★一年　仅供办案使用"),
                                                            .made_us = MADE_US,
                                                            .offset_us = ZONE_US});
    put_letter(paper);
    put_subjects(samples, paper);
    put_statement(samples, paper, &csv);
    paper_page(paper, true);
    paper_heading(paper, 1, SLICE("附件三　资金流向图"));
    paper_figure(paper, flow);
    Status status = write_both(samples, paper, "letter", "01 移送函.pdf");
    if (status == STATUS_OK) {
        status = bundle_add(samples->bundle, SLICE("附件/02 交易流水.csv"), buf_slice(&csv), samples->rows, &samples->diag);
    }
    paper_destroy(paper);
    buf_deinit(&csv);
    return status;
}

// ---- the bulletin -----------------------------------------------------------------------------------------

static const Slice branches[] = {{"城东支行", 12},   {"城西支行", 12},   {"城南支行", 12}, {"城北支行", 12},  {"开发区支行", 15},
                                 {"高新区支行", 15}, {"大学城支行", 15}, {"湖滨支行", 12}, {"总行营业部", 15}};
enum { BRANCHES = sizeof branches / sizeof branches[0] };

static Status put_bars(struct samples *samples, struct paper *paper) {
    double counts[2][BRANCHES];
    double saved[BRANCHES];
    const struct figure *figure;
    for (uint32_t i = 0; i < BRANCHES; i++) {
        counts[0][i] = 3 + (double)random_below(&samples->random, 22);
        counts[1][i] = 3 + (double)random_below(&samples->random, 22);
        saved[i] = (double)draw_fen(samples, 900000);
    }
    const struct figure_series both[] = {{SLICE("上月"), counts[0]}, {SLICE("本月"), counts[1]}};
    struct figure_bars bars = {
        .title = SLICE("各机构涉案账户（户）"), .categories = branches, .category_count = BRANCHES, .series = both, .series_count = 2};
    TRY(figure_bars(&bars, &samples->arena, &figure, &samples->diag));
    paper_figure(paper, figure);
    bars.stacked = true;
    bars.title = SLICE("各机构涉案账户累计（户）");
    TRY(figure_bars(&bars, &samples->arena, &figure, &samples->diag));
    paper_figure(paper, figure);
    const struct figure_series one = {SLICE("挽回金额"), saved};
    struct figure_bars ranking = {.title = SLICE("各机构劝阻挽回金额"),
                                  .kind = FIGURE_MONEY,
                                  .categories = branches,
                                  .category_count = BRANCHES,
                                  .series = &one,
                                  .series_count = 1,
                                  .across = true};
    TRY(figure_bars(&ranking, &samples->arena, &figure, &samples->diag));
    paper_figure(paper, figure);
    return STATUS_OK;
}

static Status put_lines(struct samples *samples, struct paper *paper, PaperLanguage language) {
    int64_t times[DAYS];
    double rate[DAYS], low[DAYS], high[DAYS], other[DAYS];
    const struct figure *figure;
    for (uint32_t i = 0; i < DAYS; i++) {
        uint64_t of = 300 + random_below(&samples->random, 200);
        uint64_t hits = of * (86 + random_below(&samples->random, 9)) / 100;
        times[i] = MADE_US - (int64_t)(DAYS - i) * US_PER_DAY;
        rate[i] = i == 12 ? NAN : (double)hits / (double)of;
        figure_wilson(hits, of, &low[i], &high[i]);
        low[i] = i == 12 ? NAN : low[i];
        other[i] = 0.80 + 0.003 * i;
    }
    bool is_zh = language == PAPER_ZH;
    const struct figure_line lines[] = {{is_zh ? SLICE("自动处置率（95% 区间）") : SLICE("closed automatically (95% interval)"), rate, low, high},
                                        {is_zh ? SLICE("上季度同期") : SLICE("the quarter before"), other, NULL, NULL}};
    struct figure_lines chart = {.language = language,
                                 .title = is_zh ? SLICE("自动处置率") : SLICE("Alerts closed automatically"),
                                 .kind = FIGURE_SHARE,
                                 .times_us = times,
                                 .point_count = DAYS,
                                 .lines = lines,
                                 .line_count = 2,
                                 .target = 0.9,
                                 .target_name = is_zh ? SLICE("目标 90%") : SLICE("target 90%"),
                                 .offset_us = ZONE_US};
    TRY(figure_lines(&chart, &samples->arena, &figure, &samples->diag));
    paper_figure(paper, figure);
    return STATUS_OK;
}

static void put_branches(struct samples *samples, struct paper *paper) {
    static const struct paper_column columns[] = {{{"机构", 6}, 1.6, PAPER_LEFT},           {{"预警（条）", 15}, 1, PAPER_RIGHT},
                                                  {{"涉案账户（户）", 21}, 1, PAPER_RIGHT}, {{"劝阻（人）", 15}, 1, PAPER_RIGHT},
                                                  {{"挽回（万元）", 18}, 1.1, PAPER_RIGHT}, {{"按时办结率", 15}, 1, PAPER_RIGHT}};
    paper_table(paper, SLICE("各机构主要指标"), columns, 6);
    for (uint32_t i = 0; i < BRANCHES; i++) {
        unsigned alerts = 100 + draw(samples, 900);
        unsigned accounts = draw(samples, 25);
        unsigned people = draw(samples, 12);
        int64_t kept = draw_fen(samples, 900000);
        double in_time = 90 + 10 * random_unit(&samples->random);
        paper_row(paper, (Slice[]){branches[i], text(samples, "%u", alerts), text(samples, "%u", accounts), text(samples, "%u", people),
                                   paper_wan(&samples->arena, kept), text(samples, "%.1f%%", in_time)});
    }
    paper_total(paper, (Slice[]){SLICE("全行"), SLICE("4,812"), SLICE("103"), SLICE("47"), SLICE("402.18"), SLICE("95.3%")});
}

static Status write_bulletin(struct samples *samples) {
    struct paper *paper = paper_create(&(struct paper_head){.title = SLICE("2026年6月反诈工作月度通报（样例）"),
                                                            .author = SLICE("示例银行反诈中心"),
                                                            .subject = SLICE("月度通报"),
                                                            .keywords = SLICE("反诈, 通报"),
                                                            .running = SLICE("反诈工作月度通报　2026年6月（样例）"),
                                                            .mark = SLICE("内部资料"),
                                                            .made_us = MADE_US,
                                                            .offset_us = ZONE_US});
    paper_title(paper, SLICE("反诈工作月度通报"));
    paper_subtitle(paper, SLICE("2026年6月　示例银行反诈中心（样例，数字均为随机生成）"));
    paper_callout(paper, PAPER_SECRET, SLICE("内部资料，注意保密"),
                  SLICE("本通报按机构层级分发，各机构仅可见本机构明细与全行匿名平均值，不得转发或者摘抄外传。"));
    paper_heading(paper, 1, SLICE("一、总体情况"));
    paper_runs(
        paper,
        (PaperRun[]){{SLICE("6 月，全行产生预警 "), false},
                     {SLICE("4,812"), true},
                     {SLICE(" 条，自动处置率 "), false},
                     {SLICE("91.2%"), true},
                     {SLICE("（抽检推翻率 0.8%，事后转阳率 0.3%，合并比 3.4∶1）；劝阻受害客户 47 人，避免损失 402.18 万元；向公安机关移送涉诈线索 12 "
                            "条，立案 5 起，破案 2 起，打掉团伙 1 个，抓获 7 人，查获涉诈资金 86.40 万元，返还群众 21.05 万元。"),
                      false}},
        5, PAPER_INDENT);
    Status status = put_lines(samples, paper, PAPER_ZH);
    paper_heading(paper, 1, SLICE("二、新型手法与警方提示"));
    paper_list(paper,
               (Slice[]){SLICE("“百万保障”关闭类：冒充客服，诱导客户下载会议软件共享屏幕，再以“验资”为由转账。"),
                         SLICE("虚假投资理财类：以小额返利取得信任，引导至境外平台充值；本月占受害人数的四成。"),
                         SLICE("“跑分”新动向：招募在校学生出借账户，单日入账不超过五千元以规避监测。")},
               3, true);
    paper_heading(paper, 1, SLICE("三、各机构情况"));
    paper_heading(paper, 2, SLICE("（一）主要指标"));
    put_branches(samples, paper);
    paper_heading(paper, 2, SLICE("（二）图示"));
    if (status == STATUS_OK) {
        status = put_bars(samples, paper);
    }
    paper_heading(paper, 1, SLICE("四、下月重点"));
    paper_list(paper, (Slice[]){SLICE("对开户六个月内即涉案的账户逐户倒查。"), SLICE("完成网格责任书补签。")}, 2, false);
    paper_callout(
        paper, PAPER_NOTE, SLICE("口径说明"),
        SLICE("自动处置率为期内未经人工即关闭的预警占全部关闭预警之比，重复、测试及名单类预警除外；须与抽检推翻率、事后转阳率、合并比同时公布。"));
    paper_signature(paper, SLICE("示例银行反诈中心"), MADE_US);
    if (status == STATUS_OK) {
        status = write_both(samples, paper, "bulletin", "附件/03 月度通报.pdf");
    }
    paper_destroy(paper);
    return status;
}

// ---- the shift report -------------------------------------------------------------------------------------

static Status write_shift(struct samples *samples) {
    static const struct paper_column columns[] = {{{"Alert", 5}, 1.2, PAPER_LEFT},
                                                  {{"Model", 5}, 1.2, PAPER_LEFT},
                                                  {{"Why it is open", 14}, 3, PAPER_LEFT},
                                                  {{"Amount, yuan", 12}, 1.3, PAPER_RIGHT}};
    struct paper *paper = paper_create(&(struct paper_head){.language = PAPER_EN,
                                                            .title = SLICE("Shift report (sample)"),
                                                            .author = SLICE("Sample Bank, fraud desk"),
                                                            .running = SLICE("Shift report, 30 June 2026, night (sample)"),
                                                            .mark = SLICE("Internal"),
                                                            .made_us = MADE_US,
                                                            .offset_us = ZONE_US});
    paper_title(paper, SLICE("Shift report"));
    paper_subtitle(paper, SLICE("30 June 2026, 20:00 to 08:00 (sample; all figures are random)"));
    paper_pairs(paper,
                (PaperPair[]){{SLICE("Shift leader"), SLICE("desk A")},
                              {SLICE("Analysts"), SLICE("4")},
                              {SLICE("Alerts taken"), SLICE("212")},
                              {SLICE("Left open"), SLICE("9")},
                              {SLICE("Victims warned off"), SLICE("3")},
                              {SLICE("Money kept"), SLICE("86,400.00 yuan")}},
                6, 3);
    paper_heading(paper, 1, SLICE("What the next shift has to know"));
    paper_callout(paper, PAPER_WARNING, SLICE("Money moving now"),
                  SLICE("Two collector accounts were stopped for 48 hours at 06:12; the police desk expects the order by 09:00. Do not release them "
                        "on a call from the holder."));
    paper_table(paper, SLICE("Open alerts"), columns, 4);
    for (uint32_t i = 0; i < 9; i++) {
        paper_row(
            paper,
            (Slice[]){
                text(samples, "A-%05u", 4100 + i), text(samples, "M-MU-%02u-A", i + 1),
                SLICE("Holder cannot be reached; two calls failed, the branch visits at 09:30. See the note on the device shared with A-04102."),
                paper_yuan(&samples->arena, draw_fen(samples, 40000))});
    }
    const struct figure *flow;
    Status status = put_lines(samples, paper, PAPER_EN);
    if (status == STATUS_OK) {
        status = make_flow(samples, 1, PAPER_EN, &flow);
    }
    if (status == STATUS_OK) {
        paper_figure(paper, flow); // too wide for the upright page
    }
    paper_signature(paper, SLICE("Sample Bank, fraud desk"), MADE_US);
    if (status == STATUS_OK) {
        status = write_both(samples, paper, "shift", NULL);
    }
    paper_destroy(paper);
    return status;
}

// ---- what nobody should write -----------------------------------------------------------------------------

static Slice repeated(struct samples *samples, const char *part, size_t bytes) {
    struct buf out;
    buf_init(&out, OUT_MAX);
    while (out.size < bytes) {
        buf_put(&out, slice_of(part));
    }
    Slice result = arena_copy(&samples->arena, buf_slice(&out));
    buf_deinit(&out);
    return result;
}

static Status write_hostile(struct samples *samples) {
    enum { LONG = 100 << 10 };
    static const struct paper_column columns[] = {
        {{"<b>甲</b>", 10}, 1, PAPER_LEFT}, {{"a&b", 3}, 0.05, PAPER_RIGHT}, {{"\"c\"", 3}, 2, PAPER_CENTRE}};
    struct paper *paper = paper_create(&(struct paper_head){.title = SLICE("</title><script>alert(1)</script>(\\)\x01"),
                                                            .author = SLICE("'\"><img src=x>"),
                                                            .running = SLICE("\xff\xfe-->"),
                                                            .mark = SLICE("]]>"),
                                                            .made_us = MADE_US,
                                                            .offset_us = ZONE_US});
    paper_title(paper, SLICE("</h1><script>alert('title')</script>"));
    paper_heading(paper, 3, SLICE("a heading without one above \x07\x1b[31m"));
    paper_heading(paper, 1, repeated(samples, "heading ", 4000));
    paper_paragraph(paper, SLICE("control \x00\x01\x02\x1f\x7f\xc2\x85 bytes, malformed \xc3\x28 \xf0\x9f\x98 end"), PAPER_PLAIN);
    paper_paragraph(paper,
                    SLICE("turned \xe2\x80\xae"
                          "gpj.exe\xe2\x80\xac end; \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d 1,234.00 end"),
                    PAPER_INDENT);
    paper_paragraph(
        paper,
        SLICE("missing \xf0\x9f\x98\x80 \xe0\xb8\x81 \xf0\x9f\xae\xb0 end; rare \xf0\xa0\xae\xb7 \xe4\xb6\xae \xe3\x9b\x83 \xf0\xac\xb1\x96 end"),
        PAPER_PLAIN);
    paper_paragraph(paper, repeated(samples, "钱", LONG), PAPER_INDENT);
    paper_paragraph(paper, repeated(samples, "aW", LONG), PAPER_PLAIN);
    paper_paragraph(paper, repeated(samples, "\n", 200), PAPER_PLAIN);
    paper_callout(paper, PAPER_SECRET, repeated(samples, "绝密", 600), repeated(samples, "注意保密。", LONG));
    paper_pairs(paper, (PaperPair[]){{repeated(samples, "名称", 3000), repeated(samples, "value ", LONG)}, {SLICE(""), SLICE("<td>")}}, 2, 2);
    paper_list(paper, (Slice[]){SLICE("<li>"), repeated(samples, "item ", 20000), SLICE("")}, 3, true);
    paper_table(paper, SLICE("<caption>"), columns, 3);
    paper_row(paper, (Slice[]){SLICE("</td></tr><script>alert(2)</script>"), SLICE("12345678901234567890"), repeated(samples, "单元格。", LONG)});
    paper_row(paper, (Slice[]){SLICE(""), SLICE(""), SLICE("last cell")});
    const double values[] = {1, NAN, -3};
    const Slice names[] = {SLICE("</text><script>"), repeated(samples, "长名称", 900), SLICE("\x02")};
    const struct figure_series series = {SLICE("<svg onload=alert(3)>"), values};
    const struct figure *figure;
    struct figure_bars bars = {
        .title = SLICE("</svg><script>alert(4)</script>"), .categories = names, .category_count = 3, .series = &series, .series_count = 1};
    Status status = figure_bars(&bars, &samples->arena, &figure, &samples->diag);
    if (status == STATUS_OK) {
        paper_figure(paper, figure);
        status = write_both(samples, paper, "hostile", NULL);
    }
    paper_destroy(paper);
    return status;
}

// ---- figures in files -------------------------------------------------------------------------------------

static Status write_flows(struct samples *samples) {
    static const struct {
        const char *name;
        uint32_t times;
    } flows[] = {{"flow", 1}, {"flow_large", 6}};
    struct buf out;
    buf_init(&out, OUT_MAX);
    Status status = STATUS_OK;
    for (size_t i = 0; i < sizeof flows / sizeof flows[0] && status == STATUS_OK; i++) {
        const struct figure *flow;
        status = make_flow(samples, flows[i].times, PAPER_ZH, &flow);
        buf_reset(&out);
        if (status == STATUS_OK) {
            status = figure_write_svg(flow, samples->fonts, &out, &samples->diag);
        }
        if (status == STATUS_OK) {
            status = keep(samples, text(samples, "%s.svg", flows[i].name).at, buf_slice(&out));
        }
        if (status == STATUS_OK && i == 0) {
            status = bundle_add(samples->bundle, SLICE("附件/04 资金流向图.svg"), buf_slice(&out), BUNDLE_NO_ROWS, &samples->diag);
        }
        buf_reset(&out);
        if (status == STATUS_OK) {
            status = figure_write_png(flow, samples->fonts, 150, &out, &samples->diag);
        }
        if (status == STATUS_OK) {
            status = keep(samples, text(samples, "%s.png", flows[i].name).at, buf_slice(&out));
        }
    }
    buf_deinit(&out);
    return status;
}

static Status write_all(struct samples *samples, struct buf *zip) {
    BundleDigests digests;
    TRY(write_letter(samples));
    TRY(write_bulletin(samples));
    TRY(write_shift(samples));
    TRY(write_hostile(samples));
    TRY(write_flows(samples));
    TRY(bundle_finish(samples->bundle, &digests, &samples->diag));
    TRY(keep(samples, "referral.zip", buf_slice(zip)));
    printf("referral.zip: sha256 %s sm3 %s\n", digests.sha256, digests.sm3);
    return STATUS_OK;
}

int main(int argc, char **argv) {
    int64_t rows = ROWS;
    struct samples samples = {.folder = argc > 1 ? argv[1] : "", .rows = ROWS};
    struct buf zip;
    if (argc < 2 || argc > 3 || (argc == 3 && (!slice_to_i64(slice_of(argv[2]), &rows) || rows < 0 || rows > PAPER_ROWS_MAX))) {
        fprintf(stderr, "usage: paper_samples FOLDER [ROWS]\n");
        return 2;
    }
    samples.rows = (uint32_t)rows;
    arena_init(&samples.arena, 1 << 20);
    buf_init(&zip, OUT_MAX);
    random_init(&samples.random, 20260701);
    samples.bundle = bundle_create(MADE_US, ZONE_US, &samples.arena, &zip);
    Status status = file_make_directory(slice_of(samples.folder), &samples.arena, &samples.diag);
    if (status == STATUS_OK) {
        status = fonts_open(SLICE(""), &samples.arena, &samples.fonts, &samples.diag);
    }
    if (status == STATUS_OK) {
        status = write_all(&samples, &zip);
    }
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s\n", samples.diag.code, SLICE_ARGS(samples.diag.message));
    }
    bundle_destroy(samples.bundle);
    fonts_close(samples.fonts);
    buf_deinit(&zip);
    arena_deinit(&samples.arena);
    return status != STATUS_OK;
}
