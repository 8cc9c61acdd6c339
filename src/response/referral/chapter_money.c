// Parts 3 and 4 of the material: the statement in sums, and the way of the money.

#include "response/referral/material.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    EDGES_SHOWN = 60, // the largest; all are in the tables
    PAYMENTS_SHOWN = 100,
    HUNDRED_PERCENT = 100,
};

// ---- three: the statement -----------------------------------------------------------------------

static void put_sums(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("账号", 1.9, PAPER_LEFT),          COLUMN("户名", 1.2, PAPER_LEFT),
        COLUMN("行数", 0.6, PAPER_RIGHT),         COLUMN("转入合计(元)", 1.3, PAPER_RIGHT),
        COLUMN("转出合计(元)", 1.3, PAPER_RIGHT), COLUMN("首笔", 1.2, PAPER_LEFT),
        COLUMN("末笔", 1.2, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    PRINT_TABLE(paper, SLICE("各涉案账户流水合计（不含未成功和已冲正的交易）"), columns);
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        const struct dossier_account *account = &dossier->accounts.at[i];
        if (account->is_victim) {
            continue;
        }
        PRINT_ROW(paper, columns, print_account(print, account->account),
                  dossier_party_name(dossier, account->holder),
                  print_text(print, "%u", account->rows), print_yuan(print, account->came_in),
                  print_yuan(print, account->went_out), print_moment(print, account->first_us),
                  print_moment(print, account->last_us));
    }
}

// Payments of victims, the first of them.
static void put_payments(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("时间", 1.4, PAPER_LEFT),      COLUMN("付款人", 1.2, PAPER_LEFT),
        COLUMN("付款账号", 1.8, PAPER_LEFT),  COLUMN("收款账号", 1.8, PAPER_LEFT),
        COLUMN("金额(元)", 1.2, PAPER_RIGHT), COLUMN("状态", 0.8, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    uint32_t count = 0, shown = 0;
    for (uint32_t i = 0; i < dossier->rows.count; i++) {
        const struct dossier_row *row = &dossier->rows.at[i];
        if (!slice_is(row->part, "SOURCE") || count++ >= PAYMENTS_SHOWN) {
            continue;
        }
        if (shown++ == 0) {
            PRINT_TABLE(paper, SLICE("被骗资金"), columns);
        }
        const struct dossier_account *own = dossier_account_of(dossier, row->own);
        Slice payer = row->is_credit ? row->counter_name
                      : own != NULL  ? dossier_party_name(dossier, own->holder)
                                     : SLICE("");
        PRINT_ROW(paper, columns, print_moment(print, row->time_us), payer,
                  print_account(print, row->is_credit ? row->counter : row->own),
                  print_account(print, row->is_credit ? row->own : row->counter),
                  print_yuan(print, row->amount), case_word_zh(CASE_LIST_MOVED, row->state));
    }
    if (count > shown) {
        material_say(paper, print_text(print, "另有 %u 笔被骗资金，见交易流水。", count - shown));
    }
}

void chapter_statement(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    material_begin(paper, 3);
    material_say(
        paper,
        print_text(
            print,
            "固定的涉案交易流水共 %u 行，全文见同包“03 交易流水.pdf”和“数据/03 "
            "交易流水.csv”，行数与"
            "散列值（SHA-256、SM3）见 manifest.json。涉案账户的交易对手中有 %u 个不是涉案主体，只列"
            "账号、户名和开户机构。",
            dossier->rows.count, dossier->counterparties.count));
    if (dossier->left_out + dossier->context > 0) {
        material_say(
            paper,
            print_text(print,
                       "我行另固定了 %u 笔背景流水、%u 笔不涉及本线索主体的流水，未列入本材料，需要"
                       "时可依法调取。",
                       dossier->context, dossier->left_out));
    }
    if (dossier_suspected(dossier) > 0) {
        put_sums(print, paper);
    }
    put_payments(print, paper);
    const struct datum *absent = datum_find(dossier->parts, DATUM_PART_COUNTERPARTIES);
    if (absent != NULL) {
        material_say(paper,
                     print_text(print, "对方户名不全的原因：%.*s", SLICE_ARGS(absent->absent)));
    }
}

// ---- four: the flow -----------------------------------------------------------------------------

static int by_amount(const void *left, const void *right) {
    const struct dossier_edge *const *a = left, *const *b = right;
    int order = ((*a)->amount < (*b)->amount) - ((*a)->amount > (*b)->amount);
    return order != 0 ? order : (*a > *b) - (*a < *b);
}

static Slice name_of(struct print *print, const struct dossier_node *node) {
    return slice_is(node->place, "CASH") || slice_empty(node->name)
               ? case_word_zh(CASE_LIST_PLACE, node->place)
               : print_account(print, node->name);
}

static void put_edges(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("层级", 0.5, PAPER_CENTRE),   COLUMN("付款账号", 1.9, PAPER_LEFT),
        COLUMN("收款账号", 1.9, PAPER_LEFT), COLUMN("金额(元)", 1.2, PAPER_RIGHT),
        COLUMN("笔数", 0.5, PAPER_RIGHT),    COLUMN("首笔", 1.2, PAPER_LEFT),
        COLUMN("末笔", 1.2, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    const struct dossier_edge **edges =
        ARENA_ARRAY(print->arena, const struct dossier_edge *, dossier->edges.count + (size_t)1);
    for (uint32_t i = 0; i < dossier->edges.count; i++) {
        edges[i] = &dossier->edges.at[i];
    }
    qsort(edges, dossier->edges.count, sizeof *edges, by_amount);
    PRINT_TABLE(paper, SLICE("资金往来（按金额）"), columns);
    for (uint32_t i = 0; i < dossier->edges.count && i < EDGES_SHOWN; i++) {
        PRINT_ROW(paper, columns, print_text(print, "%" PRId64, edges[i]->layer),
                  name_of(print, &dossier->nodes.at[edges[i]->from]),
                  name_of(print, &dossier->nodes.at[edges[i]->to]),
                  print_yuan(print, edges[i]->amount),
                  print_text(print, "%" PRId64, edges[i]->movements),
                  print_moment(print, edges[i]->first_us), print_moment(print, edges[i]->last_us));
    }
    if (dossier->edges.count > EDGES_SHOWN) {
        material_say(paper, print_text(print, "另有 %u 条，见“数据/04 资金流向-资金.csv”。",
                                       dossier->edges.count - EDGES_SHOWN));
    }
}

static Slice share_of(struct print *print, int64_t part) {
    int64_t whole = print->dossier->traced;
    return whole <= 0
               ? SLICE("")
               : print_text(print, "（%.1f%%）", HUNDRED_PERCENT * (double)part / (double)whole);
}

void chapter_flow(struct print *print, struct paper *paper, const struct figure *figure) {
    const struct dossier *dossier = print->dossier;
    material_begin(paper, 4);
    if (figure == NULL) {
        material_say(paper, SLICE("没有资金流向图。"));
        return;
    }
    const int64_t sums[] = {dossier->still_here, dossier->outside, dossier->not_followed};
    const char *const names[] = {"仍在本行账户", "流出本行（他行、现金、商户）", "未继续追踪"};
    PaperPair pairs[5] = {
        {SLICE("追踪资金（元）"), print_yuan(print, dossier->traced)},
        {SLICE("截至"), print_moment(print, dossier->picture_us)},
    };
    for (int i = 0; i < 3; i++) {
        pairs[i + 2] =
            (PaperPair){slice_of(names[i]),
                        print_text(print, "%.*s%.*s", SLICE_ARGS(print_yuan(print, sums[i])),
                                   SLICE_ARGS(share_of(print, sums[i])))};
    }
    material_say(
        paper,
        SLICE("自受害人（来源）起按时间先后逐笔追踪，层级自左向右；线上为金额和时间。机器可读的"
              "账户与往来见“数据/04 资金流向”两个文件。"));
    paper_pairs(paper, pairs, 5, 2);
    paper_figure(paper, figure);
    put_edges(print, paper);
}
