// Parts 5, 6 and 7 of the material: devices, the opinion, and what was done.

#include "response/referral/material.h"

#include <inttypes.h>

enum { THINGS_SHOWN = 200 }; // all are in the tables

// ---- five: devices ------------------------------------------------------------------------------

void chapter_things(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("类别", 0.7, PAPER_LEFT),   COLUMN("标识", 2.1, PAPER_LEFT),
        COLUMN("使用人", 1.1, PAPER_LEFT), COLUMN("说明", 1.1, PAPER_LEFT),
        COLUMN("首次", 1.2, PAPER_LEFT),   COLUMN("末次", 1.2, PAPER_LEFT),
        COLUMN("次数", 0.5, PAPER_RIGHT)};
    const struct dossier *dossier = print->dossier;
    const struct datum *absent = datum_find(dossier->parts, DATUM_PART_DEVICES);
    material_begin(paper, 5);
    if (absent != NULL) {
        material_say(paper, absent->absent);
    }
    if (dossier->things.count == 0) {
        return;
    }
    material_say(
        paper,
        SLICE("以下信息依《中华人民共和国反电信网络诈骗法》第十八条第四款收集，只用于反电信网络"
              "诈骗。"));
    PRINT_TABLE(paper, SLICE("设备、IP、终端"), columns);
    for (uint32_t i = 0; i < dossier->things.count && i < THINGS_SHOWN; i++) {
        const struct dossier_thing *thing = &dossier->things.at[i];
        PRINT_ROW(paper, columns, print_thing_kind(thing->kind), thing->thing,
                  dossier_party_name(dossier, thing->party), print_word(print, thing->note),
                  print_moment(print, thing->first_us), print_moment(print, thing->last_us),
                  print_text(print, "%" PRId64, thing->times));
    }
    if (dossier->things.count > THINGS_SHOWN) {
        material_say(paper, print_text(print, "另有 %u 条，见“数据/05 设备与IP.csv”。",
                                       dossier->things.count - THINGS_SHOWN));
    }
}

// ---- six: the opinion ---------------------------------------------------------------------------

static void put_evidence(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("模型", 1, PAPER_LEFT), COLUMN("级别", 0.5, PAPER_CENTRE),
        COLUMN("次数", 0.5, PAPER_RIGHT), COLUMN("首次", 1.1, PAPER_LEFT),
        COLUMN("监测依据", 4, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    if (dossier->evidence.count == 0) {
        return;
    }
    PRINT_TABLE(paper, SLICE("监测模型的依据"), columns);
    for (uint32_t i = 0; i < dossier->evidence.count; i++) {
        const struct dossier_evidence *one = &dossier->evidence.at[i];
        Slice words =
            slice_empty(one->reason)
                ? one->name
                : print_text(print, "%.*s：%.*s", SLICE_ARGS(one->name), SLICE_ARGS(one->reason));
        PRINT_ROW(paper, columns, one->model, print_text(print, "S%" PRId64, one->severity),
                  print_text(print, "%" PRId64, one->times), print_moment(print, one->first_us),
                  words);
    }
}

static void put_timeline(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {COLUMN("时间", 1, PAPER_LEFT),
                                                  COLUMN("事项", 4, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    if (dossier->moments.count == 0) {
        return;
    }
    PRINT_TABLE(paper, SLICE("时间线"), columns);
    for (uint32_t i = 0; i < dossier->moments.count; i++) {
        PRINT_ROW(paper, columns, print_moment(print, dossier->moments.at[i].at_us),
                  dossier->moments.at[i].text);
    }
    if (dossier->moments_left_out > 0) {
        material_say(paper, print_text(print, "其后另有 %u 项。", dossier->moments_left_out));
    }
}

static void put_field(struct print *print, struct paper *paper, ReferralField field) {
    Slice text = print->dossier->fields[field];
    paper_heading(paper, 2, slice_of(referral_fields[field].zh));
    material_say(paper, field == REFERRAL_FIELD_CONFIDENCE ? word_zh(REFERRAL_LIST_CONFIDENCE, text)
                                                           : text);
}

void chapter_opinion(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    material_begin(paper, 6);
    put_field(print, paper, REFERRAL_FIELD_FACT);
    put_field(print, paper, REFERRAL_FIELD_ANALYSIS);
    put_evidence(print, paper);
    put_timeline(print, paper);
    put_field(print, paper, REFERRAL_FIELD_STRUCTURE);
    if (dossier->gangs > 0) {
        material_say(paper,
                     print_text(print,
                                "系统识别并经人工确认的团伙 %" PRId64 " 个，成员账户 %" PRId64
                                " 户、户主 %" PRId64 " 名。",
                                dossier->gangs, dossier->gang_accounts, dossier->gang_holders));
    }
    put_field(print, paper, REFERRAL_FIELD_NEXT_STEP);
    put_field(print, paper, REFERRAL_FIELD_RECOMMENDATION);
    put_field(print, paper, REFERRAL_FIELD_CONFIDENCE);
    put_field(print, paper, REFERRAL_FIELD_UNKNOWNS);
}

// ---- seven: measures ----------------------------------------------------------------------------

static Slice state_zh(Slice word) {
    static const struct {
        const char *word, *zh;
    } states[] = {{"ASKED", "已发起"},   {"IN_FORCE", "生效中"},   {"WAITING", "轮候"},
                  {"FAILED", "失败"},    {"RELEASED", "已解除"},   {"EXPIRED", "到期解除"},
                  {"REFUSED", "已拦截"}, {"CANCELLED", "客户撤销"}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (slice_is(word, states[i].word)) {
            return slice_of(states[i].zh);
        }
    }
    return word;
}

static void put_controls(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("对象", 1.8, PAPER_LEFT),       COLUMN("措施", 1.1, PAPER_LEFT),
        COLUMN("状态", 0.8, PAPER_LEFT),       COLUMN("执行时间", 1.2, PAPER_LEFT),
        COLUMN("到期／解除", 1.2, PAPER_LEFT), COLUMN("原因／文书", 2, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    PRINT_TABLE(paper, SLICE("管控措施"), columns);
    for (uint32_t i = 0; i < dossier->measures.count; i++) {
        const struct dossier_measure *one = &dossier->measures.at[i];
        int64_t end_us = one->released_us != 0 ? one->released_us : one->until_us;
        PRINT_ROW(
            paper, columns, print_account(print, one->target), one->measure, state_zh(one->state),
            print_moment(print, one->since_us), print_moment(print, end_us),
            slice_empty(one->document) ? one->reason
                                       : print_text(print, "%.*s；%.*s", SLICE_ARGS(one->reason),
                                                    SLICE_ARGS(one->document)));
    }
}

static void put_holds(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("付款账号", 1.8, PAPER_LEFT), COLUMN("收款方", 1.8, PAPER_LEFT),
        COLUMN("金额(元)", 1.2, PAPER_RIGHT), COLUMN("拦截时间", 1.2, PAPER_LEFT),
        COLUMN("结果", 0.8, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    int64_t sum = 0;
    PRINT_TABLE(paper, SLICE("拦截的付款"), columns);
    for (uint32_t i = 0; i < dossier->holds.count; i++) {
        const struct dossier_hold *one = &dossier->holds.at[i];
        sum += one->amount;
        PRINT_ROW(paper, columns, print_account(print, one->account),
                  print_account(print, one->payee), print_yuan(print, one->amount),
                  print_moment(print, one->held_us), state_zh(one->state));
    }
    paper_total(paper,
                (Slice[]){SLICE("合计"), SLICE(""), print_yuan(print, sum), SLICE(""), SLICE("")});
}

void chapter_measures(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    material_begin(paper, 7);
    if (dossier->measures.count + dossier->holds.count + dossier->reports.count == 0) {
        material_say(paper, SLICE("截至移送时尚未采取措施。"));
    }
    if (dossier->measures.count > 0) {
        material_say(paper,
                     print_text(print,
                                "我行依反电信网络诈骗法第十八条等规定采取的管控措施，及依有权机关"
                                "指令执行的措施，共 %u 项：",
                                dossier->measures.count));
        put_controls(print, paper);
    }
    if (dossier->holds.count > 0) {
        put_holds(print, paper);
    }
    for (uint32_t i = 0; i < dossier->reports.count; i++) {
        const struct dossier_report *one = &dossier->reports.at[i];
        material_say(paper, print_text(print, "%.*s 经警银平台上报%s%s%.*s。",
                                       SLICE_ARGS(print_moment(print, one->made_us)),
                                       slice_is(one->kind, "CASE_REPORT") ? "案件举报" : "可疑线索",
                                       slice_empty(one->receipt) ? "" : "，回执 ",
                                       SLICE_ARGS(one->receipt)));
    }
    if (dossier->row->emergency_us != 0) {
        material_say(paper, print_text(print, "%.*s 电话紧急通报：%.*s。",
                                       SLICE_ARGS(print_moment(print, dossier->row->emergency_us)),
                                       SLICE_ARGS(dossier->row->called)));
    }
}
