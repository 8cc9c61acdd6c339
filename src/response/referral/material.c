// 移送材料: the cover, and the eight parts behind it, for those who read them.

#include "response/referral/material.h"

#include <inttypes.h>

static const char *const parts[] = {"",
                                    "一、主体",
                                    "二、账户",
                                    "三、交易流水",
                                    "四、资金流向图",
                                    "五、设备与 IP",
                                    "六、研判意见",
                                    "七、已采取的措施",
                                    "八、受害人"};

Slice material_title(uint32_t part) {
    return slice_of(parts[part]);
}

void material_begin(struct paper *paper, uint32_t part) {
    paper_heading(paper, 1, material_title(part));
}

void material_say(struct paper *paper, Slice text) {
    paper_paragraph(paper, text, PAPER_INDENT);
}

// ---- the cover ----------------------------------------------------------------------------------

static void put_cover_pairs(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    const Slice *fields = dossier->fields;
    int64_t first_us = 0, last_us = 0;
    if (dossier->rows.count > 0) {
        first_us = dossier->rows.at[0].time_us;
        last_us = dossier->rows.at[dossier->rows.count - 1].time_us;
    }
    const PaperPair pairs[] = {
        {SLICE("移送编号"), print_number(print)},
        {SLICE("我行案件编号"), dossier->case_number},
        {SLICE("接收机关"), print_or_dash(fields[REFERRAL_FIELD_AUTHORITY])},
        {SLICE("接收人"), print_or_dash(fields[REFERRAL_FIELD_OFFICER])},
        {SLICE("紧急程度"), word_zh(REFERRAL_LIST_URGENCY, fields[REFERRAL_FIELD_URGENCY])},
        {SLICE("移送渠道"), word_zh(REFERRAL_LIST_ROUTE, fields[REFERRAL_FIELD_ROUTE])},
        {SLICE("涉嫌类型"), dossier->case_type_zh},
        {SLICE("手法代码"), print_or_dash(dossier->modus)},
        {SLICE("涉案资金"),
         print_text(print, "%.*s 元", SLICE_ARGS(print_yuan(print, dossier->amounts.involved)))},
        {SLICE("仍在本行"),
         dossier->is_picture
             ? print_text(print, "%.*s 元", SLICE_ARGS(print_yuan(print, dossier->still_here)))
             : SLICE("—")},
        {SLICE("首笔时间"), print_or_dash(print_moment(print, first_us))},
        {SLICE("末笔时间"), print_or_dash(print_moment(print, last_us))},
        {SLICE("联系人 A 角"), print_or_dash(fields[REFERRAL_FIELD_CONTACT_A])},
        {SLICE("联系人 B 角"), print_or_dash(fields[REFERRAL_FIELD_CONTACT_B])},
    };
    paper_pairs(paper, pairs, sizeof pairs / sizeof pairs[0], 2);
    paper_paragraph(
        paper,
        SLICE("涉案资金为固定流水中自涉案账户以外转入涉案账户的金额，涉案账户之间的往来不重复"
              "计算；仍在本行为资金流向图追踪到、截至绘图时尚在本行账户内的金额。"),
        PAPER_SMALL);
}

static void put_contents(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {COLUMN("部分", 1.6, PAPER_LEFT),
                                                  COLUMN("内容", 3, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    const Slice told[] = {
        SLICE(""),
        print_text(print, "嫌疑主体 %u 名（户），关联关系 %u 条", dossier_persons(dossier, false),
                   dossier->ties.count),
        print_text(print, "本行涉案账户 %u 户", dossier_suspected(dossier)),
        print_text(print, "%u 行，交易对手 %u 个", dossier->rows.count,
                   dossier->counterparties.count),
        print_text(print, "账户 %u 个，资金往来 %u 条", dossier->nodes.count, dossier->edges.count),
        print_text(print, "%u 条", dossier->things.count),
        SLICE("事实、分析、团伙结构、预判、建议、把握程度、尚未掌握的情况"),
        print_text(print, "管控措施 %u 项，拦截付款 %u 笔", dossier->measures.count,
                   dossier->holds.count),
        print_text(print, "%u 名",
                   dossier_persons(dossier, true) + dossier_elsewhere(dossier, true)),
    };
    PRINT_TABLE(paper, SLICE("材料目录"), columns);
    for (size_t i = 1; i < sizeof told / sizeof told[0]; i++) {
        PRINT_ROW(paper, columns, material_title((uint32_t)i), told[i]);
    }
}

static void put_enclosures(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("附件", 2, PAPER_LEFT), COLUMN("文件名", 2, PAPER_LEFT),
        COLUMN("字节", 0.8, PAPER_RIGHT), COLUMN("SHA-256", 3, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    if (dossier->enclosures.count == 0) {
        return;
    }
    PRINT_TABLE(paper, SLICE("所附材料"), columns);
    for (uint32_t i = 0; i < dossier->enclosures.count; i++) {
        const struct dossier_enclosure *one = &dossier->enclosures.at[i];
        PRINT_ROW(paper, columns, one->title, one->name, print_text(print, "%" PRId64, one->size),
                  one->sha256);
    }
}

static void put_approvals(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {COLUMN("审批环节", 1, PAPER_LEFT),
                                                  COLUMN("审批人", 1, PAPER_LEFT),
                                                  COLUMN("时间", 1.2, PAPER_LEFT)};
    static const char *const steps[] = {"ANALYST", "DEPARTMENT", "COMPLIANCE"};
    const struct dossier *dossier = print->dossier;
    PRINT_TABLE(paper, SLICE("审批"), columns);
    for (uint32_t i = 0; i < dossier->approvals.count; i++) {
        const struct dossier_approval *one = &dossier->approvals.at[i];
        Slice step = slice_of(steps[(one->step - 1) % 3]);
        PRINT_ROW(paper, columns, word_zh(REFERRAL_LIST_STEP, step), one->person,
                  print_moment(print, one->at_us));
    }
}

static void put_links(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {COLUMN("移送", 1.4, PAPER_LEFT),
                                                  COLUMN("关系", 0.8, PAPER_LEFT),
                                                  COLUMN("说明", 3, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    if (dossier->links.count == 0) {
        return;
    }
    PRINT_TABLE(paper, SLICE("与以往移送的关联"), columns);
    for (uint32_t i = 0; i < dossier->links.count; i++) {
        const struct dossier_link *one = &dossier->links.at[i];
        struct referral_row row = {.id = one->other, .year = one->year, .number = one->number};
        PRINT_ROW(paper, columns, row_number(dossier->office, &row, print->arena),
                  word_zh(REFERRAL_LIST_LINK, one->kind), one->reason);
    }
}

static void put_cover(struct print *print, struct paper *paper) {
    paper_title(paper, SLICE("线索移送材料"));
    paper_subtitle(paper, print_text(print, "%.*s　%.*s", SLICE_ARGS(print->dossier->office->bank),
                                     SLICE_ARGS(print_number(print))));
    paper_callout(
        paper, PAPER_SECRET, print_secrecy(print),
        SLICE("本材料含个人信息和账户信息，只用于办理所移送的线索，不得另作他用或者扩散。材"
              "料只列涉案主体及其直接交易对手；非涉案的交易对手只列账号、户名和开户机构。"
              "所述行为均为疑似，以办案机关认定为准。"));
    put_cover_pairs(print, paper);
    put_contents(print, paper);
    put_enclosures(print, paper);
    put_links(print, paper);
    if (print->dossier->approvals.count > 0) {
        put_approvals(print, paper);
    }
}

Status print_material(struct print *print, struct buf *out) {
    const struct figure *figure = NULL;
    TRY(print_flow(print, &figure));
    struct paper *paper = print_begin(print, PAPER_REPORT, SLICE("线索移送材料"));
    put_cover(print, paper);
    paper_page(paper, false);
    chapter_parties(print, paper);
    chapter_accounts(print, paper);
    chapter_statement(print, paper);
    chapter_flow(print, paper, figure);
    chapter_things(print, paper);
    chapter_opinion(print, paper);
    chapter_measures(print, paper);
    chapter_victims(print, paper);
    return print_end(print, paper, out);
}
