// Parts 1, 2 and 8 of the material: parties, accounts and victims.

#include "response/referral/material.h"

#include <inttypes.h>

// ---- one: parties -------------------------------------------------------------------------------

static void put_party(struct print *print, struct paper *paper, const struct dossier_party *party,
                      uint32_t number) {
    uint32_t of = party->is_company ? OF_COMPANY : OF_PERSON, count = 0;
    PaperPair pairs[DATUM_COUNT + 4];
    pairs[count++] = (PaperPair){SLICE("客户号"), party->key};
    pairs[count++] =
        (PaperPair){SLICE("主体类型"), party->is_company ? SLICE("单位") : SLICE("个人")};
    for (uint32_t i = 0; i < DATUM_COUNT; i++) {
        if (strcmp(datum_texts[i].kind, "PARTY") == 0 && (datum_texts[i].of & of) != 0) {
            pairs[count++] =
                (PaperPair){slice_of(datum_texts[i].zh), print_datum(print, party->data, (Datum)i)};
        }
    }
    pairs[count++] = (PaperPair){
        SLICE("角色及把握"), print_text(print, "%.*s，%" PRId64 "%%",
                                        SLICE_ARGS(print_role(party->role)), party->confidence)};
    pairs[count++] = (PaperPair){SLICE("依据"), print_or_dash(party->evidence)};
    paper_heading(paper, 2,
                  print_text(print, "%u. %.*s（%.*s）", number,
                             SLICE_ARGS(dossier_party_name(print->dossier, party->key)),
                             SLICE_ARGS(print_role(party->role))));
    paper_pairs(paper, pairs, count, 2);
}

static Slice parties_of(struct print *print, const struct dossier_tie *tie) {
    Slice rest = tie->parties, party, text = SLICE("");
    while (slice_split(&rest, '\n', &party)) {
        text = print_text(print, "%.*s%s%.*s", SLICE_ARGS(text), text.size > 0 ? "、" : "",
                          SLICE_ARGS(dossier_party_name(print->dossier, party)));
    }
    return text;
}

static void put_ties(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("共同的", 0.8, PAPER_LEFT), COLUMN("标识", 1.8, PAPER_LEFT),
        COLUMN("主体", 2.4, PAPER_LEFT), COLUMN("首次", 1.1, PAPER_LEFT),
        COLUMN("末次", 1.1, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    if (dossier->ties.count == 0) {
        material_say(paper,
                     SLICE("系统数据中未见嫌疑主体之间共用设备、IP、手机号、地址或代办人。"));
        return;
    }
    PRINT_TABLE(paper, SLICE("主体之间的关联"), columns);
    for (uint32_t i = 0; i < dossier->ties.count; i++) {
        const struct dossier_tie *tie = &dossier->ties.at[i];
        PRINT_ROW(paper, columns, print_thing_kind(tie->kind), tie->thing, parties_of(print, tie),
                  print_moment(print, tie->first_us), print_moment(print, tie->last_us));
    }
}

static void put_others(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("类别", 0.8, PAPER_LEFT), COLUMN("标识", 1.8, PAPER_LEFT),
        COLUMN("户名", 1, PAPER_LEFT),   COLUMN("机构", 1.2, PAPER_LEFT),
        COLUMN("角色", 0.9, PAPER_LEFT), COLUMN("依据", 2, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    bool is_begun = false;
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (slice_is(other->role, "VICTIM")) {
            continue;
        }
        if (!is_begun) {
            PRINT_TABLE(paper, SLICE("行外账户及其他涉案标识"), columns);
        }
        is_begun = true;
        PRINT_ROW(paper, columns, case_word_zh(CASE_LIST_SUBJECT, other->kind),
                  print_account(print, other->name),
                  print_datum(print, other->data, DATUM_COUNTERPARTY_NAME),
                  print_or_dash(other->bank), print_role(other->role),
                  print_or_dash(other->evidence));
    }
}

void chapter_parties(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    uint32_t number = 0;
    material_begin(paper, 1);
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        if (!dossier->parties.at[i].is_victim) {
            put_party(print, paper, &dossier->parties.at[i], ++number);
        }
    }
    put_ties(print, paper);
    put_others(print, paper);
}

// ---- two: accounts ------------------------------------------------------------------------------

static Slice devices_of(struct print *print, Slice party) {
    const struct dossier *dossier = print->dossier;
    Slice text = SLICE("");
    for (uint32_t i = 0; i < dossier->things.count; i++) {
        const struct dossier_thing *thing = &dossier->things.at[i];
        if (slice_is(thing->kind, "DEVICE") && slice_equal(thing->party, party)) {
            text = print_text(print, "%.*s%s%.*s", SLICE_ARGS(text), text.size > 0 ? "、" : "",
                              SLICE_ARGS(thing->thing));
        }
    }
    return text;
}

static void put_account_table(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("序号", 0.5, PAPER_RIGHT),    COLUMN("账号", 1.9, PAPER_LEFT),
        COLUMN("户名", 1.2, PAPER_LEFT),     COLUMN("角色", 0.9, PAPER_LEFT),
        COLUMN("开户时间", 1.2, PAPER_LEFT), COLUMN("余额(元)", 1.2, PAPER_RIGHT),
        COLUMN("状态", 1, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    uint32_t number = 0;
    PRINT_TABLE(paper, SLICE("本行涉案账户"), columns);
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        const struct dossier_account *account = &dossier->accounts.at[i];
        if (account->is_victim) {
            continue;
        }
        PRINT_ROW(paper, columns, print_text(print, "%u", ++number),
                  print_account(print, account->account),
                  dossier_party_name(dossier, account->holder), print_role(account->role),
                  print_moment(print, dossier_opened(account)),
                  print_value(print, account->data, DATUM_ACCOUNT_BALANCE),
                  print_value(print, account->data, DATUM_ACCOUNT_STATE));
    }
}

static void put_account(struct print *print, struct paper *paper,
                        const struct dossier_account *account, uint32_t number) {
    const PaperPair pairs[] = {
        {SLICE("户名"), dossier_party_name(print->dossier, account->holder)},
        {SLICE("户主客户号"), print_or_dash(account->holder)},
        {SLICE("账户类别"), print_datum(print, account->data, DATUM_ACCOUNT_CLASS)},
        {SLICE("卡号"), print_or_dash(datum_value(account->data, DATUM_ACCOUNT_CARDS))},
        {SLICE("开户时间"), print_or_dash(print_moment(print, dossier_opened(account)))},
        {SLICE("开户机构"), print_datum(print, account->data, DATUM_ACCOUNT_BRANCH_NAME)},
        {SLICE("开户渠道"), print_or_dash(print_word(print, account->channel))},
        {SLICE("经办／授权柜员"),
         print_text(print, "%.*s／%.*s", SLICE_ARGS(print_or_dash(account->operator_id)),
                    SLICE_ARGS(print_or_dash(account->authoriser)))},
        {SLICE("代办人"), print_or_dash(account->agent)},
        {SLICE("开户用途"), print_or_dash(print_word(print, account->purpose))},
        {SLICE("余额（元）"), print_datum(print, account->data, DATUM_ACCOUNT_BALANCE)},
        {SLICE("余额时点"), print_datum(print, account->data, DATUM_ACCOUNT_BALANCE_US)},
        {SLICE("账户状态"), print_datum(print, account->data, DATUM_ACCOUNT_STATE)},
        {SLICE("非柜面限额"), print_datum(print, account->data, DATUM_ACCOUNT_LIMITS)},
        {SLICE("快捷签约机构"), print_datum(print, account->data, DATUM_ACCOUNT_AGREEMENTS)},
        {SLICE("使用的设备"), print_or_dash(devices_of(print, account->holder))},
        {SLICE("公安名单"), print_or_dash(account->lists)},
        {SLICE("角色及把握"),
         print_text(print, "%.*s，%" PRId64 "%%", SLICE_ARGS(print_role(account->role)),
                    account->confidence)},
        {SLICE("依据"), print_or_dash(account->evidence)},
    };
    paper_heading(paper, 2,
                  print_text(print, "%u. 账户 %.*s", number,
                             SLICE_ARGS(print_account(print, account->account))));
    paper_pairs(paper, pairs, sizeof pairs / sizeof pairs[0], 2);
}

void chapter_accounts(struct print *print, struct paper *paper) {
    const struct dossier *dossier = print->dossier;
    uint32_t number = 0;
    material_begin(paper, 2);
    if (dossier_suspected(dossier) == 0) {
        material_say(paper, SLICE("本线索没有本行涉案账户；行外涉案账户见第一部分。"));
        return;
    }
    put_account_table(print, paper);
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        if (!dossier->accounts.at[i].is_victim) {
            put_account(print, paper, &dossier->accounts.at[i], ++number);
        }
    }
}

// ---- eight: victims -----------------------------------------------------------------------------

static void put_victims_elsewhere(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("行外账号", 2, PAPER_LEFT), COLUMN("户名", 1, PAPER_LEFT),
        COLUMN("机构", 1.2, PAPER_LEFT),   COLUMN("付款(元)", 1.2, PAPER_RIGHT),
        COLUMN("笔数", 0.6, PAPER_RIGHT),  COLUMN("首笔", 1.2, PAPER_LEFT),
        COLUMN("末笔", 1.2, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    bool is_begun = false;
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (!slice_is(other->role, "VICTIM")) {
            continue;
        }
        if (!is_begun) {
            PRINT_TABLE(paper, SLICE("他行受害人账户"), columns);
        }
        is_begun = true;
        PRINT_ROW(paper, columns, print_account(print, other->name),
                  print_datum(print, other->data, DATUM_COUNTERPARTY_NAME),
                  print_or_dash(other->bank), print_yuan(print, other->paid),
                  print_text(print, "%u", other->payments), print_moment(print, other->first_us),
                  print_moment(print, other->last_us));
    }
}

void chapter_victims(struct print *print, struct paper *paper) {
    static const struct paper_column columns[] = {
        COLUMN("受害人", 1, PAPER_LEFT),      COLUMN("联系电话", 1.1, PAPER_LEFT),
        COLUMN("付款(元)", 1.1, PAPER_RIGHT), COLUMN("笔数", 0.5, PAPER_RIGHT),
        COLUMN("首笔", 1.1, PAPER_LEFT),      COLUMN("末笔", 1.1, PAPER_LEFT),
        COLUMN("报案情况", 2, PAPER_LEFT)};
    const struct dossier *dossier = print->dossier;
    const struct datum *absent = datum_find(dossier->parts, DATUM_PART_VICTIMS);
    bool is_begun = false;
    material_begin(paper, 8);
    if (absent != NULL) {
        material_say(paper, absent->absent);
    }
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        if (!party->is_victim) {
            continue;
        }
        if (!is_begun) {
            PRINT_TABLE(paper, SLICE("受害人"), columns);
        }
        is_begun = true;
        PRINT_ROW(paper, columns, dossier_party_name(dossier, party->key),
                  print_datum(print, party->data, DATUM_PARTY_PHONE),
                  print_yuan(print, party->paid), print_text(print, "%u", party->payments),
                  print_moment(print, party->first_us), print_moment(print, party->last_us),
                  print_datum(print, party->data, DATUM_PARTY_REPORTED));
    }
    put_victims_elsewhere(print, paper);
}
