// 移送函: the letter on top of the package.

#include "response/referral/print.h"

#include "base/time.h"

#include <inttypes.h>

static void put_head(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    const struct referral_row *row = dossier->row;
    Slice urgency = dossier->fields[REFERRAL_FIELD_URGENCY];
    paper_red_head(paper, &(struct paper_red_head){
                              .authority = dossier->office->bank,
                              .symbol = row->number == 0 ? SLICE("") : dossier->office->symbol,
                              .year = (int32_t)row->year,
                              .number = (uint32_t)row->number,
                              .secrecy = print_secrecy(print),
                              .urgency = slice_is(urgency, "NORMAL")
                                             ? SLICE("")
                                             : word_zh(REFERRAL_LIST_URGENCY, urgency)});
    paper_title(paper, dossier->fields[REFERRAL_FIELD_TITLE]);
    paper_paragraph(
        paper, print_text(print, "%.*s：", SLICE_ARGS(dossier->fields[REFERRAL_FIELD_AUTHORITY])),
        PAPER_PLAIN);
}

// Which one it adds to, and whether it was told before.
static void put_history(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    for (uint32_t i = 0; i < dossier->links.count; i++) {
        const struct dossier_link *link = &dossier->links.at[i];
        if (link->number != 0 && slice_is(link->kind, "SUPPLEMENT")) {
            paper_paragraph(
                paper,
                print_text(print, "本函为我行 %.*s〔%" PRId64 "〕%" PRId64 "号函的补充移送。",
                           SLICE_ARGS(dossier->office->symbol), link->year, link->number),
                PAPER_INDENT);
        }
    }
    if (dossier->row->emergency_us != 0) {
        paper_paragraph(paper,
                        print_text(print,
                                   "本线索涉及资金正在转移，我行已于 %.*s 电话通报（%.*s）。",
                                   SLICE_ARGS(print_minute(print, dossier->row->emergency_us)),
                                   SLICE_ARGS(dossier->row->called)),
                        PAPER_INDENT);
    }
}

static void put_opening(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    Slice basis = dossier->fields[REFERRAL_FIELD_BASIS];
    paper_paragraph(
        paper,
        print_text(print,
                   "我行在风险监测和案件研判中发现涉嫌%.*s违法犯罪的线索（我行案件编号 %.*s）。"
                   "根据%.*s的规定，现将有关线索及材料移送你单位，请依法审查处理。",
                   SLICE_ARGS(dossier->case_type_zh), SLICE_ARGS(dossier->case_number),
                   SLICE_ARGS(basis)),
        PAPER_INDENT);
    put_history(print, paper);
}

// ---- one: what it is about ----------------------------------------------------------------------

static void put_facts(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    Slice counts = print_text(
        print,
        "经核查，涉及嫌疑主体 %u 个、本行账户 %u 户、行外账户 %u 户、受害人 %u 名，流水 %u "
        "行，涉案资金 ",
        dossier_persons(dossier, false), dossier_suspected(dossier),
        dossier_elsewhere(dossier, false),
        dossier_persons(dossier, true) + dossier_elsewhere(dossier, true), dossier->rows.count);
    Slice involved =
        print_text(print, "%.*s 万元", SLICE_ARGS(print_wan(print, dossier->amounts.involved)));
    paper_heading(paper, 1, SLICE("一、基本情况"));
    paper_runs(paper, (PaperRun[]){{counts, false}, {involved, true}, {SLICE("。"), false}}, 3,
               PAPER_INDENT);
    paper_paragraph(paper, dossier->fields[REFERRAL_FIELD_FACT], PAPER_INDENT);
}

// ---- two: what was done -------------------------------------------------------------------------

static void put_measures(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    uint32_t in_force = 0;
    int64_t stopped = 0;
    for (uint32_t i = 0; i < dossier->measures.count; i++) {
        in_force += slice_is(dossier->measures.at[i].state, "IN_FORCE");
    }
    for (uint32_t i = 0; i < dossier->holds.count; i++) {
        stopped += dossier->holds.at[i].amount;
    }
    paper_heading(paper, 1, SLICE("二、已采取的措施"));
    Slice text = dossier->measures.count == 0
                     ? SLICE("截至移送时，我行尚未对涉案账户采取管控措施。")
                     : print_text(print, "我行已采取管控措施 %u 项（生效中 %u 项）。",
                                  dossier->measures.count, in_force);
    if (dossier->holds.count > 0) {
        text = print_text(print, "%.*s拦截付款 %u 笔，金额 %.*s 万元。", SLICE_ARGS(text),
                          dossier->holds.count, SLICE_ARGS(print_wan(print, stopped)));
    }
    if (dossier->is_picture) {
        text = print_text(print, "%.*s据资金流向追踪，截至 %.*s 仍在本行的涉案资金为 %.*s 万元。",
                          SLICE_ARGS(text), SLICE_ARGS(print_minute(print, dossier->picture_us)),
                          SLICE_ARGS(print_wan(print, dossier->still_here)));
    }
    paper_paragraph(paper, text, PAPER_INDENT);
}

// ---- three and the end --------------------------------------------------------------------------

static void put_list(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    Slice text = SLICE("附件：1. 线索移送材料及交易流水\n　　　2. 数据文件及散列值清单");
    for (uint32_t i = 0; i < dossier->enclosures.count; i++) {
        text = print_text(print, "%.*s\n　　　%u. %.*s", SLICE_ARGS(text), i + 3,
                          SLICE_ARGS(dossier->enclosures.at[i].title));
    }
    paper_paragraph(paper, text, PAPER_INDENT);
}

static void put_contacts(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    paper_paragraph(paper,
                    print_text(print, "（联系人：A 角 %.*s，B 角 %.*s）",
                               SLICE_ARGS(dossier->fields[REFERRAL_FIELD_CONTACT_A]),
                               SLICE_ARGS(dossier->fields[REFERRAL_FIELD_CONTACT_B])),
                    PAPER_INDENT);
}

Status print_letter(struct print *print, struct buf *out) {
    const struct dossier *dossier = print->dossier;
    int64_t date_us = dossier->row->approved_us;
    struct paper *paper = print_begin(print, PAPER_LETTER, dossier->fields[REFERRAL_FIELD_TITLE]);
    put_head(print, paper);
    put_opening(print, paper);
    put_facts(print, paper);
    put_measures(print, paper);
    paper_heading(paper, 1, SLICE("三、工作建议"));
    paper_paragraph(paper, dossier->fields[REFERRAL_FIELD_RECOMMENDATION], PAPER_INDENT);
    paper_paragraph(paper, SLICE("请将受理、立案和处理结果告知我行，我行将依法配合。"),
                    PAPER_INDENT);
    put_list(print, paper);
    if (date_us != 0) {
        paper_signature(paper, dossier->office->bank, date_us);
    }
    put_contacts(print, paper);
    return print_end(print, paper, out);
}
