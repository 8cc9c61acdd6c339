// Writes sample papers of a rehearsal (qiantang rehearse) into a folder, to look at and for tests/cockpit_test.py to judge:
//
//     build/src/governance/cockpit/cockpit_samples STORE FOLDER MONTH [NAMES.tsv ACCOUNTS.tsv]
//
// bulletin-zh, bulletin-en: the month's bulletin of the head office; branch-zh: that of the branch with the most alerts; daily-zh, daily-en: the report of the last day of the month; each as .pdf, .html and
// .json. NAMES.tsv: code, Chinese and English name a line; ACCOUNTS.tsv: branch, number of its accounts.
//
// A rehearsal has no police. With ACCOUNTS.tsv they are played here, once for a store: some accounts that people found to be mules come to the list of case accounts days later, some are stopped, and
// some are looked back at, all through the rooms of orders and cases; some of these cases are referred, and something comes of it: those rows are written here, since a package of people who do not
// exist is nothing that the room of referrals would let out. An editor's texts are put in. All papers say that they are samples.

#include "base/hash.h"
#include "base/map.h"
#include "base/time.h"
#include "base/vec.h"
#include "governance/cockpit/cockpit.h"
#include "os/file.h"
#include "response/cases/cases.h"
#include "response/orders/orders.h"

#include <inttypes.h>
#include <stdio.h>

enum { OUT_MAX = 64 << 20, FILE_MAX = 4 << 20, MULES_MAX = 2000, LOOK_BACKS = 6 };
static const int64_t ZONE_US = 8 * US_PER_HOUR;
static const Actor EDITOR = {ACTOR_KIND_PERSON, {"editor", 6}};
static const Actor GATEWAY = {ACTOR_KIND_AUTHORITY, {"police.gateway", 14}};

struct mule {
    int64_t alert, closed_us, amount;
    Slice account, customer, branch;
};

struct samples {
    struct arena arena; // for all of the run
    struct arena scratch;
    struct diag diag;
    struct book book;
    struct fonts *fonts;
    const char *folder;
    struct cockpit_of month;
    Slice month_text;
    VEC(struct cockpit_name) names;
    VEC(struct cockpit_part) accounts;
    struct terms terms;
    VEC(struct mule) mules;
    Slice largest; // branch
    int64_t now_us, head_us;
    uint64_t head_sequence;
    // Of the unit of work.
    const struct mule *mule;
    struct cockpit_of of;
    struct cockpit_issuer issuer;
    struct cockpit_shift shift;
    struct cockpit_document document;
    int64_t order;
};

static Status within(struct samples *samples, Actor actor, int64_t now_us, BookWork *work) {
    arena_reset(&samples->scratch);
    return book_do(&samples->book, actor, now_us, work, samples, &samples->scratch, &samples->diag);
}

// ---- files ----------------------------------------------------------------------------------------------------------

static Status read_names(struct samples *samples, const char *path) {
    Slice text, line;
    TRY(file_read(slice_of(path), FILE_MAX, &samples->arena, &text, &samples->diag));
    while (slice_split(&text, '\n', &line)) {
        struct cockpit_name name = {0};
        if (slice_split(&line, '\t', &name.code) && slice_split(&line, '\t', &name.zh) && !slice_empty(name.code)) {
            name.en = line;
            *VEC_PUSH(&samples->names, &samples->arena) = name;
        }
    }
    return STATUS_OK;
}

static Status read_accounts(struct samples *samples, const char *path) {
    Slice text, line;
    TRY(file_read(slice_of(path), FILE_MAX, &samples->arena, &text, &samples->diag));
    while (slice_split(&text, '\n', &line)) {
        struct cockpit_part part = {0};
        if (slice_split(&line, '\t', &part.name) && slice_to_i64(line, &part.sum)) {
            *VEC_PUSH(&samples->accounts, &samples->arena) = part;
        }
    }
    return STATUS_OK;
}

// ---- the police, played ---------------------------------------------------------------------------------------------

static const struct statement LISTED = {"samples_listed", "SELECT COUNT(*) FROM order_entry"};
static const struct statement MULES = {
    "samples_mules",
    "SELECT id, closed_us, amount, account, customer, branch FROM alert WHERE code IN ('TP-MULE', 'TP-MULE-SUSP') AND is_open = 0 AND account <> ''"
    " AND branch <> '' ORDER BY closed_us, id LIMIT ?1"};
static const struct statement LARGEST = {"samples_largest",
                                         "SELECT branch FROM alert WHERE branch <> '' GROUP BY branch ORDER BY COUNT(*) DESC, branch LIMIT 1"};
static const struct statement HEAD = {"samples_head", "SELECT at_us, sequence FROM feed WHERE name = 'journal'"};

static Status look_around(void *context, struct book *book) {
    struct samples *samples = context;
    int64_t listed;
    Status status;
    TRY(book_one(book, &HEAD, STORE_NO_VALUES));
    samples->head_us = book_i64(book, 0);
    samples->head_sequence = (uint64_t)book_i64(book, 1);
    status = book_one(book, &LARGEST, STORE_NO_VALUES);
    samples->largest = status == STATUS_OK ? arena_copy(&samples->arena, book_text(book, 0)) : SLICE("");
    TRY(book_number(book, &LISTED, STORE_NO_VALUES, &listed));
    if (listed > 0 || samples->accounts.count == 0) {
        return STATUS_OK;
    }
    TRY(book_ask(book, &MULES, STORE_VALUES(store_i64(MULES_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct mule mule = {.alert = book_i64(book, 0), .closed_us = book_i64(book, 1), .amount = book_i64(book, 2)};
        mule.account = arena_copy(&samples->arena, book_text(book, 3));
        mule.customer = arena_copy(&samples->arena, book_text(book, 4));
        mule.branch = arena_copy(&samples->arena, book_text(book, 5));
        *VEC_PUSH(&samples->mules, &samples->arena) = mule;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status holder(void *context, Slice account, struct arena *arena, struct order_holder *ret_holder) {
    const struct samples *samples = context;
    const struct mule *mule = samples->mule;
    (void)arena;
    if (!slice_equal(account, mule->account)) {
        return STATUS_NOT_FOUND;
    }
    *ret_holder = (struct order_holder){.account = mule->account,
                                        .customer = mule->customer,
                                        .name_hash = SLICE("name"),
                                        .certificate_hash = SLICE("certificate"),
                                        .branch = mule->branch};
    return STATUS_OK;
}

static Status movement(void *context, Slice account, int64_t amount, int64_t at_us) {
    (void)context;
    (void)account;
    (void)amount;
    (void)at_us;
    return STATUS_OK;
}

static Status balance(void *context, Slice account, int64_t *ret_fen) {
    (void)context;
    (void)account;
    (void)ret_fen;
    return STATUS_NOT_FOUND;
}

static Status answer(void *context, const struct order *order, struct json_writer *json) {
    (void)context;
    (void)order;
    (void)json;
    return STATUS_NOT_FOUND;
}

static const struct notice NOTICE = {
    .key = {"order.case", 10}, .version = 1, .text = {"sample", 6}, .reason = {"sample", 6}, .remedy = {"sample", 6}, .documents = {"sample", 6}};

static struct order_bank bank_of(struct samples *samples) {
    return (struct order_bank){.context = samples,
                               .holder = holder,
                               .movement = movement,
                               .balance = balance,
                               .answer = answer,
                               .case_notice = &NOTICE,
                               .reverify_notice = &NOTICE,
                               .suspend_notice = &NOTICE};
}

static Status push_list(void *context, struct book *book) {
    struct samples *samples = context;
    const struct mule *mule = samples->mule;
    struct order_bank bank = bank_of(samples);
    struct order_result result;
    struct order_entry entries[] = {{.list = ORDER_LIST_CASE, .account = mule->account},
                                    {.list = ORDER_LIST_SUSPICIOUS, .account = SLICE("6217000000000001"), .bank = SLICE("105100000017")}};
    struct order order = {.number = arena_printf(book->arena, "LIST-%" PRId64, mule->alert),
                          .kind = ORDER_LIST_PUSH,
                          .authority = SLICE("某市公安局反诈中心（样例）"),
                          .is_signed = true,
                          .ordered_us = book->now_us,
                          .entries = entries,
                          .entry_count = 2};
    TRY(order_take(book, &samples->terms, &bank, &order, &result));
    return order_confirmed(book, &samples->terms, &bank, result.id, &(struct confirmation){.is_done = true, .at_us = book->now_us + US_PER_SECOND});
}

static Status stop_pay(void *context, struct book *book) {
    struct samples *samples = context;
    const struct mule *mule = samples->mule;
    struct order_bank bank = bank_of(samples);
    struct order_result result;
    struct order_row row;
    struct order order = {.number = arena_printf(book->arena, "STOP-%" PRId64, mule->alert),
                          .kind = ORDER_STOP_PAY,
                          .authority = SLICE("某市公安局反诈中心（样例）"),
                          .is_signed = true,
                          .ordered_us = book->now_us,
                          .account = mule->account,
                          .name_hash = SLICE("name"),
                          .amount = mule->amount > 0 ? mule->amount : 1,
                          .moved_us = book->now_us - US_PER_HOUR};
    TRY(order_take(book, &samples->terms, &bank, &order, &result));
    TRY(order_load(book, CLEARANCE_ALL, result.id, &row));
    if (row.control == 0) {
        return STATUS_OK;
    }
    // The core bank is slow now and then.
    int64_t took_us = (int64_t)(1 + hash64(mule->account, 3) % 80) * US_PER_SECOND;
    return order_control_confirmed(book, &samples->terms, &bank, row.control,
                                   &(struct confirmation){.is_done = true, .at_us = book->now_us + took_us});
}

static const struct statement REFER = {"samples_refer",
                                       "INSERT INTO referral (id, case_id, lead, secrecy, route, urgency, state, since_us, opened_us, opened_by, "
                                       "title, authority, officer, basis, contact_a, contact_b, fact, analysis, structure, next_step,"
                                       " recommendation, confidence, unknowns, round, steps, content, called, sent_us, receipt, receiver, "
                                       "accepted_us, filed_us, arrests_us, solved_us, police_case_no, gangs, arrested, amount_involved,"
                                       " feedback_doc, reward, lessons, told) VALUES (?1, ?2, ?1, 'NORMAL', 'FRAUD', 'NORMAL', 'SENT', ?3, ?3, "
                                       "'c.analyst', '', '', '', '', '', '', '', '', '', '', '', '', '', 1, 3, '', '', ?3, '', '', ?4, ?5,"
                                       " ?6, ?6, ?7, ?8, ?9, ?10, '', '', '', 0)"};
static const struct statement SEIZE = {"samples_seize", "INSERT INTO referral_money (referral, kind, account, document, amount, at_us, told_us, "
                                                        "told_by) VALUES (?1, 'SEIZED', ?2, ?3, ?4, ?5, ?5, 'c.analyst')"};

// Every second case that is looked back at; of some a case of the police came.
static Status refer(struct samples *samples, struct book *book, int64_t case_id, const struct mule *mule) {
    int64_t id;
    int64_t sent_us = book->now_us;
    TRY(book_count_up(book, SLICE("referral"), &id));
    uint64_t draw = hash64(mule->account, 7) % 3;
    bool is_filed = draw > 0 && sent_us + 4 * US_PER_DAY < samples->month.until_us;
    bool is_solved = draw > 1 && sent_us + 6 * US_PER_DAY < samples->month.until_us;
    Slice number = is_filed ? arena_printf(book->arena, "样例公（刑）立字〔2026〕%" PRId64 "号", id) : SLICE("");
    TRY(book_run(book, &REFER,
                 STORE_VALUES(store_i64(id), store_i64(case_id), store_i64(sent_us), draw > 0 ? store_i64(sent_us + US_PER_DAY) : store_null(),
                              is_filed ? store_i64(sent_us + 3 * US_PER_DAY) : store_null(),
                              is_solved ? store_i64(sent_us + 6 * US_PER_DAY) : store_null(), store_text(number),
                              is_solved ? store_i64(1) : store_null(), is_solved ? store_i64(4) : store_null(),
                              is_filed ? store_i64(mule->amount + 35000000) : store_null())));
    return is_solved ? book_run(book, &SEIZE,
                                STORE_VALUES(store_i64(id), store_text(mule->account), store_text(number), store_i64(mule->amount + 8000000),
                                             store_i64(sent_us + 6 * US_PER_DAY)))
                     : STATUS_OK;
}

static Status look_back(void *context, struct book *book) {
    struct samples *samples = context;
    static const char *const conclusions[] = {"开户审核合规，开户后被他人收购", "代办开户未核实本人意愿，开户用途与交易不符",
                                              "开户时已有两项异常特征，未作加强核实"};
    static const char *const measures[] = {"无需追责", "经办人员重新培训", "暂停该柜员开户权限一个月"};
    int64_t id;
    const struct mule *mule = samples->mule;
    uint64_t draw = hash64(mule->account, 5) % 3;
    struct case_plan plan = {.title = SLICE("涉案账户倒查（样例）"),
                             .type = SLICE("MULE_GANG"),
                             .owner = SLICE("c.analyst"),
                             .branch = mule->branch,
                             .alerts = &mule->alert,
                             .alert_count = 1};
    TRY(case_open(book, CLEARANCE_ALL, &plan, &id));
    TRY(case_put_look_back(
        book, CLEARANCE_ALL, id,
        &(struct case_look_back){
            .account = mule->account, .conclusion = slice_of(conclusions[draw]), .unit = mule->branch, .measures = slice_of(measures[draw])}));
    return refer(samples, book, id, mule);
}

static Status give_accounts(void *context, struct book *book) {
    struct samples *samples = context;
    for (uint32_t i = 0; i < samples->accounts.count; i++) {
        TRY(cockpit_give_accounts(book, samples->accounts.at[i].name, samples->month.until_us - US_PER_HOUR, samples->accounts.at[i].sum,
                                  SLICE("simulation")));
        TRY(cockpit_give_accounts(book, samples->accounts.at[i].name, samples->month.from_us - US_PER_HOUR, samples->accounts.at[i].sum * 99 / 100,
                                  SLICE("simulation")));
    }
    return STATUS_OK;
}

static Status play_police(struct samples *samples) {
    uint32_t looked_back = 0;
    struct map seen;
    map_init(&seen, &samples->arena);
    for (uint32_t i = 0; i < samples->mules.count; i++) {
        const struct mule *mule = &samples->mules.at[i];
        uint64_t draw = hash64(mule->account, 1) % 12;
        int64_t at_us = mule->closed_us + (int64_t)(2 + hash64(mule->account, 2) % 9) * US_PER_DAY;
        samples->mule = mule;
        if (draw == 1) {
            TRY(within(samples, GATEWAY, mule->closed_us + US_PER_HOUR, stop_pay));
        }
        if (draw > 1 || at_us > samples->month.until_us || !map_put(&seen, mule->account, 0)) {
            continue;
        }
        TRY(within(samples, GATEWAY, at_us, push_list));
        if (at_us >= samples->month.from_us && looked_back < LOOK_BACKS && at_us + 2 * US_PER_DAY < samples->month.until_us) {
            looked_back++;
            TRY(within(samples, EDITOR, at_us + 2 * US_PER_DAY, look_back));
        }
    }
    return within(samples, EDITOR, samples->month.until_us + US_PER_HOUR, give_accounts);
}

// ---- the editor -----------------------------------------------------------------------------------------------------

static Status edit(void *context, struct book *book) {
    struct samples *samples = context;
    static const struct {
        int64_t part;
        PaperLanguage language;
        const char *title, *text;
    } texts[] = {
        {2, PAPER_ZH, "“百万保障”关闭类",
         "不法分子冒充支付平台客服，以“百万保障到期扣费”为由诱导客户下载会议软件共享屏幕，再以“验资”为由转账。各网点对老年客户办理大额转账的，务必问"
         "清转账理由。"},
        {2, PAPER_EN, "“Million-yuan protection”",
         "Callers pretend to be a wallet's service, say that a protection will cost money unless it is ended, and have the customer share his "
         "screen. Ask customers above sixty who told them to pay."},
        {6, PAPER_ZH, "网点柜员识破“冒充公检法”",
         "一位七十岁客户要求提前支取定期存款。柜员注意到客户始终戴着耳机、不愿说明用途，立即引导至理财室，请客户挂断电话，并拨打 96110 "
         "核实。客户当场取消转账。本月全行共劝阻受害客户 {figure:victims_saved}，避免损失 {figure:amount_saved}。"},
        {6, PAPER_EN, "A teller sees through a false policeman",
         "A customer of seventy wanted to break a deposit and would not say what for; an earphone stayed in his ear. The teller led him aside, had "
         "him end the call, and rang 96110. In this month {figure:victims_saved} were dissuaded, and {figure:amount_saved} saved."},
        {7, PAPER_ZH, "超时办理",
         "本月超时预警 "
         "{figure:overdue}，集中在四级预警。夜班人手不足是主要原因，请各机构于次月五日前报送补岗方案。线索移送情况：{figure:referrals}。"},
        {7, PAPER_EN, "Overdue alerts",
         "{figure:overdue} were overdue, most of them of S4 and at night. Branches propose by the fifth how nights are staffed. Leads referred: "
         "{figure:referrals}."},
        {11, PAPER_ZH, "",
         "一是对本月新增的 {figure:case_accounts}涉案账户逐户倒查，重点查开户环节；二是对质检推翻的结论逐条复盘；三是开展老年客户防骗宣传。"},
        {11, PAPER_EN, "",
         "First, each of the new case accounts ({figure:case_accounts}) is looked back at, its opening above all. Second, each verdict that a second "
         "look overturned is gone through again. Third, elder customers are told what to beware of."},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TRY(cockpit_text_keep(book, &(struct cockpit_text){.month = samples->month_text,
                                                           .part = texts[i].part,
                                                           .number = 1,
                                                           .language = texts[i].language,
                                                           .title = slice_of(texts[i].title),
                                                           .text = slice_of(texts[i].text)}));
    }
    return STATUS_OK;
}

// ---- papers ---------------------------------------------------------------------------------------------------------

static Status make_bulletin(void *context, struct book *book) {
    struct samples *samples = context;
    return cockpit_bulletin(book, &samples->of, &samples->issuer, &samples->document);
}

static Status make_daily(void *context, struct book *book) {
    struct samples *samples = context;
    return cockpit_daily(book, &samples->of, &samples->issuer, &samples->shift, &samples->document);
}

static Status keep(struct samples *samples, const char *name, const char *ending, Slice bytes) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", samples->folder, name, ending);
    return file_write(slice_of(path), bytes, &samples->arena, &samples->diag);
}

static Status write_forms(struct samples *samples, const char *name, struct buf *out) {
    uint32_t pages = 0;
    TRY(paper_write_pdf(samples->document.paper, samples->fonts, out, &pages, &samples->diag));
    TRY(keep(samples, name, "pdf", buf_slice(out)));
    buf_reset(out);
    TRY(paper_write_html(samples->document.paper, samples->fonts, out, &samples->diag));
    TRY(keep(samples, name, "html", buf_slice(out)));
    TRY(keep(samples, name, "json", samples->document.json));
    printf("%s: %u pages, %u figures told, %u refused\n", name, pages, samples->document.told, samples->document.refused);
    return STATUS_OK;
}

static Status write_paper(struct samples *samples, const char *name, PaperLanguage language, BookWork *work) {
    struct buf out;
    bool is_zh = language == PAPER_ZH;
    samples->issuer = (struct cockpit_issuer){.language = language,
                                              .bank = is_zh ? SLICE("示例银行") : SLICE("Sample Bank"),
                                              .department = is_zh ? SLICE("反诈中心") : SLICE("fraud desk"),
                                              .names = samples->names.at,
                                              .name_count = samples->names.count,
                                              .is_sample = true};
    arena_reset(&samples->scratch);
    TRY(book_read(&samples->book, samples->now_us, work, samples, &samples->scratch, &samples->diag));
    buf_init(&out, OUT_MAX);
    Status status = write_forms(samples, name, &out);
    buf_deinit(&out);
    paper_destroy(samples->document.paper);
    return status;
}

static Status write_all(struct samples *samples) {
    samples->of = samples->month;
    samples->now_us = samples->month.until_us + 2 * US_PER_HOUR;
    TRY(write_paper(samples, "bulletin-zh", PAPER_ZH, make_bulletin));
    TRY(write_paper(samples, "bulletin-en", PAPER_EN, make_bulletin));
    samples->of.unit = samples->of.viewer_unit = samples->largest;
    TRY(write_paper(samples, "branch-zh", PAPER_ZH, make_bulletin));
    samples->of = samples->month;
    samples->of.from_us = samples->of.until_us - US_PER_DAY;
    samples->shift = (struct cockpit_shift){.name = SLICE("全天"),
                                            .leader = SLICE("a.leader"),
                                            .head_us = samples->head_us + 40 * US_PER_SECOND,
                                            .head_sequence = samples->head_sequence + 1200};
    TRY(write_paper(samples, "daily-zh", PAPER_ZH, make_daily));
    samples->shift.name = SLICE("all day");
    return write_paper(samples, "daily-en", PAPER_EN, make_daily);
}

static Status run(struct samples *samples, const char *store, const char *names, const char *accounts) {
    TRY(file_make_directory(slice_of(samples->folder), &samples->arena, &samples->diag));
    TRY(fonts_open(SLICE(""), &samples->arena, &samples->fonts, &samples->diag));
    if (names != NULL) {
        TRY(read_names(samples, names));
        TRY(read_accounts(samples, accounts));
    }
    TRY(book_open(&samples->book, slice_of(store), samples->month.until_us, &samples->arena, &samples->diag));
    Status status = within(samples, EDITOR, samples->month.until_us, look_around);
    if (status == STATUS_OK && samples->mules.count > 0) {
        status = play_police(samples);
    }
    if (status == STATUS_OK) {
        status = within(samples, EDITOR, samples->month.until_us + US_PER_HOUR, edit);
    }
    if (status == STATUS_OK) {
        status = write_all(samples);
    }
    book_close(&samples->book);
    return status;
}

int main(int argc, char **argv) {
    struct samples samples = {.month = {.offset_us = ZONE_US}, .folder = argc > 2 ? argv[2] : ""};
    if ((argc != 4 && argc != 6) || !cockpit_month_parse(slice_of(argv[3]), &samples.month)) {
        fprintf(stderr, "usage: cockpit_samples STORE FOLDER MONTH [NAMES.tsv ACCOUNTS.tsv]\n");
        return 2;
    }
    samples.month_text = slice_of(argv[3]);
    arena_init(&samples.arena, 1 << 20);
    arena_init(&samples.scratch, 1 << 20);
    terms_init(&samples.terms, ZONE_US);
    Status status = run(&samples, argv[1], argc == 6 ? argv[4] : NULL, argc == 6 ? argv[5] : NULL);
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s\n", samples.diag.code == NULL ? "" : samples.diag.code, SLICE_ARGS(samples.diag.message));
    }
    fonts_close(samples.fonts);
    arena_deinit(&samples.scratch);
    arena_deinit(&samples.arena);
    return status != STATUS_OK;
}
