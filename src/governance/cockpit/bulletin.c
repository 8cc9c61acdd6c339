// The monthly bulletin (月度通报): who made it, of what, for whom, and then its twelve parts.

#include "governance/cockpit/bulletin.h"

static Slice month_name(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    struct cockpit_of of = issue->now.of;
    Slice period = wording_period(issue->arena, &of, 0, issue->language); // with its year
    return slice_starts_with(period, SLICE("in ")) ? slice_part(period, 3, SIZE_MAX) : period;
}

static Slice scope_of_unit(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    return is_of_bank(bulletin) ? issue_say(issue, "全行", "the whole bank") : issue_name(issue, bulletin->of.unit);
}

// What secret matters are in the figures, and to whom it may be given.
static void put_scope(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    int64_t clearance = bulletin->of.clearance;
    bool has_secrets = clearance != 0;
    Slice matters =
        clearance == CLEARANCE_ALL ? issue_say(issue, "含反洗钱和员工行为事项", "Matters of money laundering and of employees are in the figures")
        : clearance == CLEARANCE_AML
            ? issue_say(issue, "含反洗钱事项，不含员工行为事项", "Matters of money laundering are in the figures, those of employees are not")
        : clearance == CLEARANCE_INSIDER
            ? issue_say(issue, "含员工行为事项，不含反洗钱事项", "Matters of employees are in the figures, those of money laundering are not")
            : issue_say(issue, "不含反洗钱和员工行为事项", "Matters of money laundering and of employees are not in the figures");
    Slice levels =
        is_of_bank(bulletin)
            ? issue_say(issue, "本通报供总行使用；下发各机构时按机构分别生成，各机构仅可见本机构明细和其他机构的匿名平均值。",
                        "This is the head office's bulletin. Branches get their own, with their details and the anonymous mean of the others.")
            : issue_say(issue, "本通报仅含本机构明细和其他机构的匿名平均值。",
                        "It has this branch's details and the anonymous mean of the others alone.");
    Slice text = issue_sayf(
        issue,
        issue->zh
            ? "数字%.*s。%.*s所有数字均由登记数据查询得出，查询编号和数据散列值见附表；无数据来源的数字不予列示。"
            : "%.*s. %.*s All figures come from queries, whose names and the hashes of whose rows stand in the annex; what has no rows is not told.",
        SLICE_ARGS(matters), SLICE_ARGS(levels));
    paper_callout(issue->paper, has_secrets ? PAPER_SECRET : PAPER_NOTE,
                  has_secrets ? issue_say(issue, "含保密事项，按知悉范围分发，不得转发或对外提供",
                                          "Holds secret matters: only for those who may know, not to be passed on")
                              : issue_say(issue, "内部资料", "Internal"),
                  text);
}

static void begin_paper(struct bulletin *bulletin) {
    struct issue *issue = &bulletin->issue;
    const struct cockpit_issuer *issuer = issue->issuer;
    Slice month = month_name(bulletin);
    Slice unit = scope_of_unit(bulletin);
    const char *sample = !issuer->is_sample ? "" : issue->zh ? "（样例，数据为模拟）" : " (sample; made-up data)";
    Slice title = issue_sayf(issue, issue->zh ? "反诈工作月度通报　%.*s%s" : "Monthly bulletin against fraud, %.*s%s", SLICE_ARGS(month), sample);
    issue->paper = paper_create(&(struct paper_head){
        .language = issue->language,
        .title = title,
        .author = issue_sayf(issue, issue->zh ? "%.*s%.*s" : "%.*s, %.*s", SLICE_ARGS(issuer->bank), SLICE_ARGS(issuer->department)),
        .subject = issue_say(issue, "月度通报", "Monthly bulletin"),
        .running = issue_sayf(issue, issue->zh ? "反诈工作月度通报　%.*s%s" : "Bulletin, %.*s%s", SLICE_ARGS(month),
                              !issuer->is_sample ? ""
                              : issue->zh        ? "（样例）"
                                                 : " (sample)"),
        .mark = bulletin->of.clearance != 0 ? issue_say(issue, "内部资料★保密", "Internal, secret") : issue_say(issue, "内部资料", "Internal"),
        .made_us = issue->book->now_us,
        .offset_us = bulletin->of.offset_us});
    paper_title(issue->paper, issue_say(issue, "反诈工作月度通报", "Monthly bulletin against fraud"));
    paper_subtitle(issue->paper, issue_sayf(issue, issue->zh ? "%.*s　%.*s　%.*s%.*s%s" : "%.*s, %.*s; %.*s, %.*s%s", SLICE_ARGS(month),
                                            SLICE_ARGS(unit), SLICE_ARGS(issuer->bank), SLICE_ARGS(issuer->department), sample));
    put_scope(bulletin);
}

static Status write_parts(struct bulletin *bulletin) {
    static Status (*const parts[])(struct bulletin *) = {bulletin_overall,    bulletin_news,     bulletin_models,     bulletin_automatic,
                                                         bulletin_accounts,   bulletin_examples, bulletin_problems,   bulletin_inspection,
                                                         bulletin_restricted, bulletin_ranking,  bulletin_priorities, bulletin_annex};
    TRY(ranking_make(&bulletin->issue, &bulletin->ranking));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        TRY(parts[i](bulletin));
    }
    return STATUS_OK;
}

Status cockpit_bulletin(struct book *book, const struct cockpit_of *of, const struct cockpit_issuer *issuer, struct cockpit_document *ret_document) {
    struct bulletin *bulletin = ARENA_NEW(book->arena, struct bulletin);
    struct cockpit_of month = *of;
    bulletin->of = *of;
    cockpit_month(&month, of->from_us, 0);
    if (month.from_us != of->from_us || month.until_us != of->until_us) {
        return book_fail(book, STATUS_INVALID, "CP004", "a bulletin is of one whole month");
    }
    CivilTime at = civil_from_time(of->from_us, of->offset_us);
    bulletin->month = arena_printf(book->arena, "%04d-%02d", at.year, at.month);
    TRY(issue_begin(&bulletin->issue, book, of, issuer));
    begin_paper(bulletin);
    json_key_string(&bulletin->issue.json, SLICE("month"), bulletin->month);
    Status status = write_parts(bulletin);
    if (status == STATUS_OK) {
        json_key(&bulletin->issue.json, SLICE("ranking"));
        ranking_put_json(&bulletin->issue.json, &bulletin->ranking, of->unit);
        status = issue_end(&bulletin->issue, "bulletin", ret_document);
    }
    if (status != STATUS_OK) {
        issue_drop(&bulletin->issue);
    }
    return status;
}
