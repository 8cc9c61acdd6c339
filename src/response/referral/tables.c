// The tables of a package as CSV files: parts 1, 2, 3, 4, 5, 7 and 8.

#include "response/referral/print.h"
#include "response/referral/sheet.h"

static void titles(struct sheet *sheet, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sheet_text(sheet, slice_of(names[i]));
    }
}
#define TITLES(sheet, ...)                                                                         \
    titles((sheet), (const char *const[]){__VA_ARGS__},                                            \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void put_moment_cell(struct print *print, struct sheet *sheet, int64_t at_us) {
    sheet_text(sheet, print_moment(print, at_us));
}

// All data of a kind, each in a column; what events tell as well has one of its own.
static bool is_column(uint32_t what, const char *kind, uint32_t of) {
    return strcmp(datum_texts[what].kind, kind) == 0 && (datum_texts[what].of & of) != 0 &&
           what != DATUM_ACCOUNT_HOLDER && what != DATUM_ACCOUNT_OPENED_US;
}

static void data_titles(struct sheet *sheet, const char *kind, uint32_t of) {
    for (uint32_t i = 0; i < DATUM_COUNT; i++) {
        if (is_column(i, kind, of)) {
            sheet_text(sheet, slice_of(datum_texts[i].zh));
        }
    }
}

static void data_cells(struct print *print, struct sheet *sheet, const char *kind, uint32_t of,
                       DatumSet set) {
    int64_t number = 0;
    for (uint32_t i = 0; i < DATUM_COUNT; i++) {
        if (!is_column(i, kind, of)) {
            continue;
        }
        if (datum_texts[i].form == DATUM_MONEY && datum_number(set, (Datum)i, &number)) {
            sheet_yuan(sheet, number);
        } else {
            sheet_text(sheet, print_value(print, set, (Datum)i));
        }
    }
}

// Why something is not known, of all of a set.
static Slice absent_of(struct print *print, DatumSet set) {
    Slice text = SLICE("");
    for (uint32_t i = 0; i < set.count; i++) {
        if (!slice_empty(set.at[i].absent)) {
            text = print_text(print, "%.*s%s%s：%.*s", SLICE_ARGS(text), text.size > 0 ? "；" : "",
                              datum_texts[set.at[i].what].zh, SLICE_ARGS(set.at[i].absent));
        }
    }
    return text;
}

// ---- the tables ---------------------------------------------------------------------------------

static void put_parties(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "客户号", "主体类型", "角色", "把握(%)");
    data_titles(sheet, "PARTY", OF_PERSON | OF_COMPANY);
    TITLES(sheet, "依据", "未掌握及原因");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        if (party->is_victim) {
            continue;
        }
        sheet_text(sheet, party->key);
        sheet_text(sheet, party->is_company ? SLICE("单位") : SLICE("个人"));
        sheet_text(sheet, print_role(party->role));
        sheet_number(sheet, party->confidence);
        data_cells(print, sheet, "PARTY", OF_PERSON | OF_COMPANY, party->data);
        sheet_text(sheet, party->evidence);
        sheet_text(sheet, absent_of(print, party->data));
        sheet_row(sheet);
    }
}

static void put_account(struct print *print, struct sheet *sheet,
                        const struct dossier_account *account) {
    sheet_text(sheet, account->account);
    sheet_text(sheet, account->holder);
    sheet_text(sheet, dossier_party_name(print->dossier, account->holder));
    sheet_text(sheet, print_role(account->role));
    sheet_number(sheet, account->confidence);
    data_cells(print, sheet, "ACCOUNT", OF_ACCOUNT, account->data);
    sheet_text(sheet, datum_value(account->data, DATUM_ACCOUNT_CARDS));
    put_moment_cell(print, sheet, dossier_opened(account));
    sheet_text(sheet, account->branch);
    sheet_text(sheet, print_word(print, account->channel));
    sheet_text(sheet, account->operator_id);
    sheet_text(sheet, account->authoriser);
    sheet_text(sheet, account->agent);
    sheet_text(sheet, print_word(print, account->purpose));
    sheet_text(sheet, account->lists);
    sheet_number(sheet, account->rows);
    sheet_yuan(sheet, account->came_in);
    sheet_yuan(sheet, account->went_out);
    put_moment_cell(print, sheet, account->first_us);
    put_moment_cell(print, sheet, account->last_us);
    sheet_text(sheet, account->evidence);
    sheet_text(sheet, absent_of(print, account->data));
    sheet_row(sheet);
}

static void put_accounts(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "账号", "户主客户号", "户名", "角色", "把握(%)");
    data_titles(sheet, "ACCOUNT", OF_ACCOUNT);
    TITLES(sheet, "卡号", "开户时间", "开户机构号", "开户渠道", "经办柜员", "授权柜员", "代办人",
           "开户用途", "公安名单", "流水笔数", "转入合计(元)", "转出合计(元)", "首笔时间",
           "末笔时间", "依据", "未掌握及原因");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        if (!dossier->accounts.at[i].is_victim) {
            put_account(print, sheet, &dossier->accounts.at[i]);
        }
    }
}

static void put_rows(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "序号", "交易时间", "本方账号", "对方账号", "对方户名", "对方机构", "金额(元)",
           "借贷方向", "余额(元)", "渠道", "摘要", "IP", "设备", "终端", "流水号", "状态");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->rows.count; i++) {
        const struct dossier_row *row = &dossier->rows.at[i];
        sheet_number(sheet, i + 1);
        put_moment_cell(print, sheet, row->time_us);
        sheet_text(sheet, row->own);
        sheet_text(sheet, row->counter);
        sheet_text(sheet, row->counter_name);
        sheet_text(sheet, row->counter_bank);
        sheet_yuan(sheet, row->amount);
        sheet_text(sheet, row->is_credit ? SLICE("贷(入)") : SLICE("借(出)"));
        if (row->balance == BALANCE_UNKNOWN) {
            sheet_text(sheet, SLICE(""));
        } else {
            sheet_yuan(sheet, row->balance);
        }
        sheet_text(sheet, print_word(print, row->channel));
        sheet_text(sheet, print_word(print, row->summary));
        sheet_text(sheet, row->ip);
        sheet_text(sheet, row->device);
        sheet_text(sheet, row->terminal);
        sheet_text(sheet, row->trace);
        sheet_text(sheet, case_word_zh(CASE_LIST_MOVED, row->state));
        sheet_row(sheet);
    }
}

static void put_nodes(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "节点", "层级", "账户位置", "账号", "角色", "收到涉案资金(元)",
           "转出涉案资金(元)", "留存(元)", "流出行外(元)", "未继续追踪原因");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->nodes.count; i++) {
        const struct dossier_node *node = &dossier->nodes.at[i];
        sheet_number(sheet, i);
        sheet_number(sheet, node->layer);
        sheet_text(sheet, case_word_zh(CASE_LIST_PLACE, node->place));
        sheet_text(sheet, node->name);
        sheet_text(sheet, node->role_zh);
        sheet_yuan(sheet, node->received);
        sheet_yuan(sheet, node->passed_on);
        sheet_yuan(sheet, node->left);
        sheet_yuan(sheet, node->outside);
        sheet_text(sheet, node->cut);
        sheet_row(sheet);
    }
}

static void put_edges(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "层级", "付款节点", "付款账号", "收款节点", "收款账号", "金额(元)", "笔数",
           "首笔时间", "末笔时间");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->edges.count; i++) {
        const struct dossier_edge *edge = &dossier->edges.at[i];
        sheet_number(sheet, edge->layer);
        sheet_number(sheet, edge->from);
        sheet_text(sheet, dossier->nodes.at[edge->from].name);
        sheet_number(sheet, edge->to);
        sheet_text(sheet, dossier->nodes.at[edge->to].name);
        sheet_yuan(sheet, edge->amount);
        sheet_number(sheet, edge->movements);
        put_moment_cell(print, sheet, edge->first_us);
        put_moment_cell(print, sheet, edge->last_us);
        sheet_row(sheet);
    }
}

static void put_things(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "类别", "标识", "使用主体", "户名", "说明", "首次时间", "末次时间", "次数");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->things.count; i++) {
        const struct dossier_thing *thing = &dossier->things.at[i];
        sheet_text(sheet, print_thing_kind(thing->kind));
        sheet_text(sheet, thing->thing);
        sheet_text(sheet, thing->party);
        sheet_text(sheet, dossier_party_name(dossier, thing->party));
        sheet_text(sheet, print_word(print, thing->note));
        put_moment_cell(print, sheet, thing->first_us);
        put_moment_cell(print, sheet, thing->last_us);
        sheet_number(sheet, thing->times);
        sheet_row(sheet);
    }
}

static void put_measures(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "措施", "对象", "金额(元)", "文书", "原因", "发起时间", "执行时间", "到期时间",
           "解除时间");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->measures.count; i++) {
        const struct dossier_measure *one = &dossier->measures.at[i];
        sheet_text(sheet, one->measure);
        sheet_text(sheet, one->target);
        if (one->amount == 0) {
            sheet_text(sheet, SLICE(""));
        } else {
            sheet_yuan(sheet, one->amount);
        }
        sheet_text(sheet, one->document);
        sheet_text(sheet, one->reason);
        put_moment_cell(print, sheet, one->asked_us);
        put_moment_cell(print, sheet, one->since_us);
        put_moment_cell(print, sheet, one->until_us);
        put_moment_cell(print, sheet, one->released_us);
        sheet_row(sheet);
    }
    for (uint32_t i = 0; i < dossier->holds.count; i++) {
        const struct dossier_hold *one = &dossier->holds.at[i];
        sheet_text(sheet, SLICE("拦截付款"));
        sheet_text(sheet, one->account);
        sheet_yuan(sheet, one->amount);
        sheet_text(sheet, SLICE(""));
        sheet_text(sheet, print_text(print, "收款方 %.*s", SLICE_ARGS(one->payee)));
        put_moment_cell(print, sheet, one->held_us);
        put_moment_cell(print, sheet, one->settled_us);
        sheet_text(sheet, SLICE(""));
        sheet_text(sheet, SLICE(""));
        sheet_row(sheet);
    }
}

static void put_others(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "类别", "标识", "户名", "机构", "角色", "把握(%)", "依据");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (slice_is(other->role, "VICTIM")) {
            continue;
        }
        sheet_text(sheet, case_word_zh(CASE_LIST_SUBJECT, other->kind));
        sheet_text(sheet, other->name);
        sheet_text(sheet, datum_value(other->data, DATUM_COUNTERPARTY_NAME));
        sheet_text(sheet, other->bank);
        sheet_text(sheet, print_role(other->role));
        sheet_number(sheet, other->confidence);
        sheet_text(sheet, other->evidence);
        sheet_row(sheet);
    }
}

static void put_victims(struct print *print, struct sheet *sheet) {
    const struct dossier *dossier = print->dossier;
    TITLES(sheet, "客户号/账号");
    data_titles(sheet, "PARTY", OF_VICTIM);
    TITLES(sheet, "自述损失(元)", "已付款金额(元)", "笔数", "首笔时间", "末笔时间", "未掌握及原因");
    sheet_row(sheet);
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        if (!party->is_victim) {
            continue;
        }
        sheet_text(sheet, party->key);
        data_cells(print, sheet, "PARTY", OF_VICTIM, party->data);
        sheet_text(sheet, print_value(print, party->data, DATUM_PARTY_LOSS));
        sheet_yuan(sheet, party->paid);
        sheet_number(sheet, party->payments);
        put_moment_cell(print, sheet, party->first_us);
        put_moment_cell(print, sheet, party->last_us);
        sheet_text(sheet, absent_of(print, party->data));
        sheet_row(sheet);
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (!slice_is(other->role, "VICTIM")) {
            continue;
        }
        sheet_text(sheet, other->name);
        sheet_text(sheet, datum_value(other->data, DATUM_COUNTERPARTY_NAME));
        sheet_text(sheet, SLICE(""));
        sheet_text(sheet, SLICE(""));
        sheet_text(sheet, SLICE(""));
        sheet_yuan(sheet, other->paid);
        sheet_number(sheet, other->payments);
        put_moment_cell(print, sheet, other->first_us);
        put_moment_cell(print, sheet, other->last_us);
        sheet_text(sheet, SLICE("行外账户，户主信息由开户行掌握"));
        sheet_row(sheet);
    }
}

// ---- all of them --------------------------------------------------------------------------------

static const struct table {
    const char *name;
    void (*put)(struct print *print, struct sheet *sheet);
} tables[] = {
    {"数据/01 主体.csv", put_parties},        {"数据/01 行外账户及其他.csv", put_others},
    {"数据/02 账户.csv", put_accounts},       {"数据/03 交易流水.csv", put_rows},
    {"数据/04 资金流向-账户.csv", put_nodes}, {"数据/04 资金流向-资金.csv", put_edges},
    {"数据/05 设备与IP.csv", put_things},     {"数据/07 已采取措施.csv", put_measures},
    {"数据/08 受害人.csv", put_victims},
};

Status print_tables(struct print *print, PrintTake *take, void *context) {
    struct buf out;
    Status status = STATUS_OK;
    buf_init(&out, PRINT_BYTES_MAX);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && status == STATUS_OK; i++) {
        struct sheet sheet;
        ArenaMark mark = arena_mark(print->arena);
        buf_reset(&out);
        sheet_begin(&sheet, &out);
        tables[i].put(print, &sheet);
        int64_t rows = sheet_end(&sheet);
        arena_rewind(print->arena, mark);
        status = buf_overflowed(&out)
                     ? diag_fail(print->diag, print->arena, STATUS_LIMIT, "RF003",
                                 "a table of the package is too large")
                     : take(context, slice_of(tables[i].name), buf_slice(&out), rows);
    }
    buf_deinit(&out);
    return status;
}
