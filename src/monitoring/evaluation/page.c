// The page: one file of HTML that needs nothing else and runs nothing. What is weak comes first, then plots, then tables.
// Chinese and English stand beside each other; three buttons at the top (plain CSS) show both or one.

#include "monitoring/evaluation/private.h"

#include "monitoring/evaluation/html.h"

#include <math.h>

enum { PAGE_CONTAINED_MAX = 40, PAGE_CASES_MAX = 500 };

static const char *const style =
    "body{font:15px/1.5 'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;max-width:1080px;margin:0 auto;padding:1em;color:#222}"
    "h1{font-size:1.5em}h2{margin-top:2em;font-size:1.2em;border-bottom:2px solid #2f6fb0}"
    "table{border-collapse:collapse;width:100%;font-size:.85em}th,td{padding:.25em .5em;border-bottom:1px solid #e3e6ea;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#c0392b;font-weight:bold}.good{color:#3a8f5c}"
    ".zh+.en::before{content:' '}.note{color:#555;font-size:.9em;max-width:60em}svg{width:100%;height:auto}"
    ".cards{display:flex;flex-wrap:wrap;gap:1em}.cards div{border:1px solid #d7dce2;border-radius:6px;padding:.6em 1em;min-width:9em}"
    ".cards b{display:block;font-size:1.6em}.scroll{overflow-x:auto}"
    ".key{display:inline-block;width:.9em;height:.9em;margin:0 .3em 0 1em;vertical-align:middle}"
    "#zh:checked~main .en,#en:checked~main .zh{display:none}";

static void heading(struct html *html, const char *zh, const char *en) {
    html_open(html, "h2");
    html_both(html, slice_of(zh), slice_of(en));
    html_close(html);
}

static void note(struct html *html, const char *zh, const char *en) {
    html_open(html, "p");
    html_attribute(html, "class", "note");
    html_both(html, slice_of(zh), slice_of(en));
    html_close(html);
}

static void choice(struct html *html, const char *id, const char *label, bool checked) {
    html_void(html, "input");
    html_attribute(html, "type", "radio");
    html_attribute(html, "name", "language");
    html_attribute(html, "id", "%s", id);
    if (checked) {
        html_attribute(html, "checked", "checked");
    }
    html_open(html, "label");
    html_attribute(html, "for", "%s", id);
    html_text(html, slice_of(label));
    html_close(html);
}

// A table's head: zh and en by turns.
static void head(struct html *html, const char *const *names, int columns) {
    html_open(html, "div");
    html_attribute(html, "class", "scroll");
    html_open(html, "table");
    html_open(html, "thead");
    html_open(html, "tr");
    for (int i = 0; i < columns; i++) {
        html_open(html, "th");
        html_both(html, slice_of(names[2 * i]), slice_of(names[2 * i + 1]));
        html_close(html);
    }
    html_close(html);
    html_close(html);
    html_open(html, "tbody");
}

static void foot(struct html *html) {
    html_close(html);
    html_close(html);
    html_close(html);
}

static void cell_text(struct html *html, Slice text) {
    html_element(html, "td", text);
}

static void open_number(struct html *html, const char *class) {
    html_open(html, "td");
    html_attribute(html, "class", "n %s", class);
}

static void cell_count(struct html *html, uint64_t count) {
    open_number(html, "");
    html_printf(html, "%llu", (unsigned long long)count);
    html_close(html);
}

static void cell_number(struct html *html, double value) {
    open_number(html, "");
    if (isfinite(value)) {
        html_printf(html, "%.4g", value);
    }
    html_close(html);
}

static void cell_share(struct html *html, double part, double whole, bool weigh) {
    double share = share_of(part, whole);
    open_number(html, !weigh || whole == 0 ? "" : share < 0.5 ? "bad" : "good");
    if (whole > 0) {
        html_printf(html, "%.0f %%", 100 * share);
    }
    html_close(html);
}

static void cell_both(struct html *html, Slice zh, Slice en) {
    html_open(html, "td");
    html_both(html, zh, en);
    html_close(html);
}

static void cell_money(struct html *html, int64_t minor) {
    open_number(html, "");
    html_printf(html, "%.0f", (double)minor / 100);
    html_close(html);
}

static void card(struct html *html, const char *zh, const char *en, const char *unit, double value) {
    html_open(html, "div");
    html_open(html, "b");
    html_printf(html, "%.*f%s", value >= 1000 ? 0 : 1, value, unit);
    html_close(html);
    html_both(html, slice_of(zh), slice_of(en));
    html_close(html);
}

static void key(struct html *html, const char *colour, const char *zh, const char *en) {
    html_open(html, "span");
    html_attribute(html, "class", "key");
    html_attribute(html, "style", "background:%s", colour);
    html_close(html);
    html_both(html, slice_of(zh), slice_of(en));
}

// ---- parts -------------------------------------------------------------------------------------------------

static void put_summary(const struct evaluation *evaluation, struct html *html) {
    const struct group *all = &evaluation->all;
    double events = (double)evaluation->decisions;
    html_open(html, "div");
    html_attribute(html, "class", "cards");
    card(html, "事件", "events", "", events);
    card(html, "案件", "cases", "", all->cases);
    card(html, "查全率", "recall", " %", 100 * group_recall(all));
    card(html, "损失过半前预警", "alerted before half", " %", 100 * group_early(all));
    card(html, "预警触及案件", "alerts that touch a case", " %",
         100 * share_of((double)evaluation->alerts_touching, (double)evaluation->alerts));
    card(html, "每十万事件预警", "alerts per 100,000 events", "", share_of((double)evaluation->alerts * RATE_PER, events));
    card(html, "案内干预(每十万)", "interventions in cases, per 100,000", "",
         share_of((double)interruptions_inside(evaluation) * RATE_PER, events));
    card(html, "案外干预(每十万)", "interventions outside, per 100,000", "",
         share_of((double)interruptions_outside(evaluation) * RATE_PER, events));
    html_close(html);
}

static void put_weak(const struct evaluation *evaluation, struct html *html) {
    static const char *const names[] = {"类型", "typology", "名称", "name",      "案件", "cases",
                                        "模型", "models",   "查全率", "recall", "过半前预警", "alerted before half"};
    heading(html, "薄弱类型(先看这里)", "Weak typologies: look here first");
    note(html, "查全率或损失过半前预警的占比低于一半,最弱的在前。没有模型的类型,是还没有人看的地方。",
         "Recall, or the share alerted before half was over, is below one half; the weakest first. Where there are no models, nobody looks yet.");
    head(html, names, 6);
    for (uint32_t i = 0; i < evaluation->weak_count; i++) {
        const struct group *group = &evaluation->typologies.at[evaluation->weak[i]];
        html_open(html, "tr");
        cell_text(html, group->key);
        cell_both(html, group->zh, group->en);
        cell_count(html, group->cases);
        cell_count(html, group->models);
        cell_share(html, group->found, group->cases, true);
        cell_share(html, group->early, group->cases, true);
        html_close(html);
    }
    foot(html);
}

static void put_plots(const struct evaluation *evaluation, struct html *html) {
    heading(html, "各族:损失过半前预警的案件占比", "By family: share of cases alerted before half was over");
    key(html, "#2f6fb0", "过半前预警", "before half");
    key(html, "#a9c8e6", "预警过", "alerted at all");
    plot_early_by_family(evaluation, html);
    heading(html, "发现延迟:首次预警前本案已过的事件数", "Delay: events of the case before the first alert");
    key(html, "#2f6fb0", "首次预警", "first alert");
    key(html, "#d9822b", "首次干预", "first intervention");
    plot_delays(evaluation, html);
    heading(html, "模型:每十万触发事件的命中与预期区间", "Models: hits per 100,000 trigger events against the expected band");
    note(html, "灰条为预期区间,竖线为目标;点的颜色:绿为区间内,橙为低于下限三分之一,红为高于上限三倍。横轴为对数;没有命中的在最左。模型多时只画命中最多的一百二十个,其余见下表。",
         "Grey: the expected band, with its target. Green dots lie within [low/3, high×3], orange below, red above. The axis is logarithmic; without a hit a dot is at the left edge. Of many models the 120 with most hits are drawn; the table has all.");
    plot_bands(evaluation, html);
    heading(html, "各类型:查全率(横)与精度(纵)", "By typology: recall (across) and precision (up)");
    note(html, "圆的大小为案件数;绿色:半数以上的案件在过半前预警。没有案件或没有命中的类型不在图上。",
         "Size: number of cases. Green: at least half of the cases alerted early. Typologies without cases or without hits are not drawn.");
    plot_scatter(evaluation, html);
    heading(html, "每日对客干预", "Interventions by day");
    key(html, "#2f6fb0", "案内", "in cases");
    key(html, "#d9822b", "案外", "outside");
    plot_days(evaluation, html);
    heading(html, "模型重叠", "Overlap of models");
    note(html, "行模型的命中中,有多少百分比在同一事件上也被列模型命中(命中最多的二十个)。",
         "Of the hits of the model in the row, how many per cent are on events that the model in the column hit too (the twenty with most hits).");
    plot_overlap(evaluation, html);
}

static void put_groups(const struct evaluation *evaluation, const GroupList *groups, struct html *html) {
    static const char *const names[] = {
        "族/类型", "group", "名称", "name", "模型", "models", "每十万预警", "alerts per 100,000", "案件", "cases", "查全率", "recall",
        "本族/本类型", "by its own models", "精度", "precision", "过半前预警", "alerted before half", "过半前干预", "interrupted before half",
        "延迟中位数(事件)", "median delay, events", "损失(元)", "lost", "预警前损失(元)", "lost before alert", "干预前损失(元)", "lost before intervention"};
    head(html, names, 14);
    for (uint32_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->at[i];
        html_open(html, "tr");
        cell_text(html, group->key);
        cell_both(html, group->zh, group->en);
        cell_count(html, group->models);
        cell_number(html, share_of((double)group->alerts * RATE_PER, (double)evaluation->decisions));
        cell_count(html, group->cases);
        cell_share(html, group->found, group->cases, true);
        cell_share(html, group->found_own, group->cases, false);
        cell_share(html, (double)group->touching, (double)group->hits, true);
        cell_share(html, group->early, group->cases, true);
        cell_share(html, group->early_interrupted, group->cases, false);
        cell_number(html, group->delay_median);
        cell_money(html, group->lost);
        cell_money(html, group->lost_before_alert);
        cell_money(html, group->lost_before_interruption);
        html_close(html);
    }
    foot(html);
}

static void put_models(const struct evaluation *evaluation, struct html *html) {
    static const char *const names[] = {"模型", "model", "名称", "name", "触发事件", "trigger events", "命中", "hits", "每十万", "per 100,000",
                                        "预期", "expected", "按目标应有命中", "hits at target", "区间", "band", "触及案件", "touch a case", "案件", "cases", "纳秒/事件", "ns per event"};
    static const char *const bands[][2] = {{"无", "none"}, {"内", "within"}, {"偏低", "low"}, {"偏高", "high"}};
    heading(html, "模型", "Models");
    note(html, "耗时:按事件类型测得模型阶段的时间(含为其计算的特征),按各模型表达式读取的数值个数分摊;因机器而异。",
         "Cost: the time of the models of each event type, features computed for them included, shared out by the number of values that each expression reads. It depends on the machine.");
    head(html, names, 11);
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        uint32_t at = evaluation->by_hits[i];
        const struct evaluation_model *model = &evaluation->plan.models[at];
        const struct model_count *count = &evaluation->models[at];
        Band band = model_band(model, count);
        html_open(html, "tr");
        cell_text(html, model->id);
        cell_both(html, model->zh, model->en);
        cell_count(html, count->triggers);
        cell_count(html, count->hits);
        cell_number(html, model_rate(count));
        open_number(html, "");
        if (model->has_rate) {
            html_printf(html, "%g / %g / %g", model->low, model->target, model->high);
        }
        html_close(html);
        cell_number(html, model->has_rate ? model->target * (double)count->triggers / RATE_PER : NAN);
        html_open(html, "td");
        html_attribute(html, "class", "%s", band > BAND_WITHIN ? "bad" : "");
        html_both(html, slice_of(bands[band][0]), slice_of(bands[band][1]));
        html_close(html);
        cell_share(html, (double)count->touching, (double)count->hits, false);
        cell_count(html, count->cases);
        cell_number(html, count->ns);
        html_close(html);
    }
    foot(html);
}

static void cell_moment(const struct evaluation *evaluation, const struct moment *moment, bool with_model, struct html *html) {
    html_open(html, "td");
    if (!moment->happened) {
        html_attribute(html, "class", "%s", with_model ? "bad" : "");
        html_both(html, SLICE("无"), SLICE("none"));
    } else if (with_model && moment->model != NO_MODEL) {
        html_text(html, evaluation->plan.models[moment->model].id);
    } else {
        html_both(html, evaluation->plan.actions[moment->action].zh, evaluation->plan.actions[moment->action].en);
    }
    html_close(html);
}

static void put_cases(const struct evaluation *evaluation, struct html *html) {
    static const char *const names[] = {"类型", "typology", "名称", "name", "情节", "variant", "案件事件", "its events", "损失(元)", "lost",
                                        "首次预警", "first alert", "已过事件", "events before", "已损失(元)", "lost before", "首次干预", "first intervention"};
    heading(html, "案件与标签对照", "Cases beside their labels");
    note(html, "每个标签一行,按标签文件的顺序;最多列五百个,其余见 JSON。", "A row for each label, in the order of the file; up to five hundred, all are in the JSON.");
    head(html, names, 9);
    for (uint32_t i = 0; i < evaluation->cases.count && i < PAGE_CASES_MAX; i++) {
        const struct fraud_case *fraud = &evaluation->cases.at[i];
        html_open(html, "tr");
        cell_text(html, fraud->typology);
        cell_both(html, fraud->zh, fraud->en);
        cell_text(html, fraud->variant);
        cell_count(html, fraud->event_count);
        cell_money(html, fraud->lost);
        cell_moment(evaluation, &fraud->alert, true, html);
        cell_number(html, fraud->alert.happened ? (double)fraud->alert.events : (double)NAN);
        cell_money(html, fraud->alert.happened ? fraud->alert.lost : fraud->lost);
        cell_moment(evaluation, &fraud->interruption, false, html);
        html_close(html);
    }
    foot(html);
}

static void put_contained(const struct evaluation *evaluation, const struct contained *at, uint32_t count, struct html *html) {
    static const char *const names[] = {"模型", "model", "包含于", "contained in", "共同", "both", "占比", "share"};
    head(html, names, 4);
    for (uint32_t i = 0; i < count && i < PAGE_CONTAINED_MAX; i++) {
        html_open(html, "tr");
        cell_text(html, evaluation->plan.models[at[i].inner].id);
        cell_text(html, evaluation->plan.models[at[i].outer].id);
        cell_count(html, at[i].both);
        cell_share(html, (double)at[i].both, (double)at[i].whole, false);
        html_close(html);
    }
    foot(html);
}

static void put_overlap(const struct evaluation *evaluation, struct html *html) {
    heading(html, "被包含的模型:按事件", "Models contained in others, by event");
    note(html, "至少三次命中,且 95% 以上也是另一模型的命中;共同最多的在前。", "At least three hits, of which 95 % or more are another's too; the largest first.");
    put_contained(evaluation, evaluation->contained_events.at, evaluation->contained_events.count, html);
    heading(html, "被包含的模型:按案件", "Models contained in others, by case");
    put_contained(evaluation, evaluation->contained_cases.at, evaluation->contained_cases.count, html);
    heading(html, "从未命中的模型", "Models that never fired");
    html_open(html, "p");
    for (uint32_t i = 0; i < evaluation->plan.model_count; i++) {
        if (evaluation->models[i].hits == 0) {
            html_text(html, evaluation->plan.models[i].id);
            html_text(html, SLICE(" "));
        }
    }
    html_close(html);
}

static void put_definitions(struct html *html) {
    heading(html, "定义", "Definitions");
    note(html, "命中:模型成立且没有被守卫拦下;影子模型的命中只计入模型表与重叠。预警:至少有一个计入的命中的决策。",
         "Hit: a model holds and no guard held it back; hits in the shadow stand only in the table of models and in overlap. Alert: a decision with at least one counting hit.");
    note(html, "触及:事件属于案件,或在案件起止时间内写有案件的人或账户。查全率:被预警触及的案件占比。精度:触及任何案件的命中占比。",
         "Touches: the event is one of the case's, or names one of its people or accounts between its first and last moment. Recall: share of cases that an alert touches. Precision: share of hits that touch any case.");
    note(html, "过半前:首次预警前已损失的不到一半;没有损失的案件按实施事件计,没有实施事件的按全部事件计。预警所在的事件本身不算已过。",
         "Before half: less than half of the money was lost before the first alert; cases without a loss count strikes, and without strikes all events. The event of the alert itself has not gone by.");
    note(html, "干预:最终动作会影响客户的决策,模型或策略规则所致均算。标签是编造的世界:这里量的是模型是否贴合描述,不是在银行里的效果。",
         "Intervention: a decision whose final action holds the customer up, by models or by rules of the policy. Where the world was made up, this measures how well models fit descriptions, not how they will do at a bank.");
}

void evaluation_write_page(const struct evaluation *evaluation, struct buf *out) {
    struct html html;
    html_init(&html, out);
    buf_put(out, SLICE("<!DOCTYPE html>\n"));
    html_open(&html, "html");
    html_attribute(&html, "lang", "zh");
    html_open(&html, "head");
    html_void(&html, "meta");
    html_attribute(&html, "charset", "utf-8");
    html_void(&html, "meta");
    html_attribute(&html, "name", "viewport");
    html_attribute(&html, "content", "width=device-width");
    html_element(&html, "title", SLICE("模型评估 Evaluation of models"));
    html_style(&html, style);
    html_close(&html);
    html_open(&html, "body");
    choice(&html, "both", "中文 + English", true);
    choice(&html, "zh", "中文", false);
    choice(&html, "en", "English", false);
    html_open(&html, "main");
    html_open(&html, "h1");
    html_both(&html, SLICE("模型评估"), SLICE("Evaluation of models"));
    html_close(&html);
    html_element(&html, "p", evaluation->plan.catalogue);
    put_summary(evaluation, &html);
    put_weak(evaluation, &html);
    put_plots(evaluation, &html);
    heading(&html, "各族", "Families");
    put_groups(evaluation, &evaluation->families, &html);
    heading(&html, "各类型", "Typologies");
    put_groups(evaluation, &evaluation->typologies, &html);
    put_cases(evaluation, &html);
    put_models(evaluation, &html);
    put_overlap(evaluation, &html);
    put_definitions(&html);
    html_close(&html);
    html_close(&html);
    html_close(&html);
    html_finish(&html);
    buf_put_byte(out, '\n');
}
