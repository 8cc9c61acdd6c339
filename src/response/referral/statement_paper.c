// 交易流水: part 3 row by row, for those who read paper.

#include "response/referral/print.h"

static const struct paper_column columns[] = {
    COLUMN("序号", 0.5, PAPER_RIGHT),     COLUMN("交易时间", 1.5, PAPER_LEFT),
    COLUMN("本方账号", 1.7, PAPER_LEFT),  COLUMN("借贷", 0.5, PAPER_CENTRE),
    COLUMN("金额(元)", 1.2, PAPER_RIGHT), COLUMN("余额(元)", 1.3, PAPER_RIGHT),
    COLUMN("对方账号", 1.7, PAPER_LEFT),  COLUMN("对方户名", 1.1, PAPER_LEFT),
    COLUMN("对方机构", 1.2, PAPER_LEFT),  COLUMN("渠道", 0.8, PAPER_LEFT),
    COLUMN("摘要", 0.7, PAPER_LEFT),      COLUMN("IP / 设备 / 终端", 2.3, PAPER_LEFT),
    COLUMN("流水号", 1.6, PAPER_LEFT),    COLUMN("状态", 0.6, PAPER_LEFT),
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static Slice where_of(struct print *print, const struct dossier_row *row) {
    const Slice parts[] = {row->ip, row->device, row->terminal};
    Slice text = SLICE("");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!slice_empty(parts[i])) {
            text = print_text(print, "%.*s%s%.*s", SLICE_ARGS(text), text.size > 0 ? " / " : "",
                              SLICE_ARGS(parts[i]));
        }
    }
    return text;
}

static void put_row(struct print *print, struct paper *paper, const struct dossier_row *row,
                    uint32_t number) {
    Slice cells[COLUMNS] = {
        print_text(print, "%u", number),
        print_moment(print, row->time_us),
        row->own,
        row->is_credit ? SLICE("贷") : SLICE("借"),
        print_yuan(print, row->amount),
        row->balance == BALANCE_UNKNOWN ? SLICE("") : print_yuan(print, row->balance),
        row->counter,
        row->counter_name,
        slice_is(row->place, "OWN") ? SLICE("本行") : row->counter_bank,
        print_word(print, row->channel),
        print_word(print, row->summary),
        where_of(print, row),
        row->trace,
        case_word_zh(CASE_LIST_MOVED, row->state),
    };
    paper_row(paper, cells);
}

Status print_statement(struct print *print, struct buf *out) {
    const struct dossier *dossier = print->dossier;
    struct paper *paper = print_begin(print, PAPER_REPORT, SLICE("交易流水"));
    paper_page(paper, true);
    paper_heading(paper, 1, print_text(print, "交易流水　%.*s", SLICE_ARGS(print_number(print))));
    paper_paragraph(
        paper,
        print_text(print,
                   "共 %u 行，按时间排列。借贷以本方账号为准：贷为转入，借为转出；两个涉案账户之间"
                   "的一笔在双方各列一行。余额、IP、设备、终端只列本方发起的交易。电子件为同包“数据"
                   "/03 交易流水.csv”，行数与散列值见 manifest.json。",
                   dossier->rows.count),
        PAPER_SMALL);
    paper_table(paper, SLICE(""), columns, COLUMNS);
    for (uint32_t i = 0; i < dossier->rows.count; i++) {
        ArenaMark mark = arena_mark(print->arena);
        put_row(print, paper, &dossier->rows.at[i], i + 1);
        arena_rewind(print->arena, mark);
    }
    return print_end(print, paper, out);
}
