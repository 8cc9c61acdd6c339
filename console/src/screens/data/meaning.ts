// What a feature means, in words: which thing, which events, over which window, and what is made of them. It is put together of what the register tells.
import type { Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, useBoth, useWords } from "@/app/words";
import { spanText } from "@/parts/values";
import { useCatalogue, useRegister } from "@/screens/data/asking";
import { dataWords } from "@/screens/data/words";

export type Registered = Schemas["RegisteredFeature"];
type Catalogue = Schemas["Catalogue"];
type Filter = Schemas["FeatureFilter"];

export const aggregateWords = defineWords({
  count: { zh: "笔数", en: "number" },
  sum: { zh: "合计", en: "sum" },
  avg: { zh: "平均值", en: "mean" },
  min: { zh: "最小值", en: "smallest" },
  max: { zh: "最大值", en: "largest" },
  std: { zh: "标准差", en: "standard deviation" },
  std_sample: { zh: "样本标准差", en: "sample standard deviation" },
  distinct: { zh: "去重个数", en: "how many different" },
  ratio: { zh: "笔数之比", en: "ratio of numbers" },
  first: { zh: "最早一笔的值", en: "value of the oldest" },
  last: { zh: "最近一笔的值", en: "value of the newest" },
  since: { zh: "距最近一笔秒数", en: "seconds since the newest" },
  since_first: { zh: "距最早一笔秒数", en: "seconds since the oldest" },
  distinct_days: { zh: "发生天数", en: "days with one" },
  distinct_hours: { zh: "涉及钟点数", en: "hours of the day with one" },
  percentile: { zh: "分位数", en: "percentile" },
  days_with: { zh: "满足条件的天数", en: "days that meet the condition" },
  day_end_min: { zh: "日终最小值", en: "smallest at the ends of days" },
  repeat_months: { zh: "连续重复月数", en: "months in which the same come again" },
  autocorrelation: { zh: "周期性", en: "how regular" },
  top_share: { zh: "集中度", en: "share of the most frequent" },
  fifo_hold: { zh: "资金平均停留秒数", en: "seconds that money stays" },
  intersect: { zh: "交集个数", en: "how many are in both" },
  followed: { zh: "进后即出笔数", en: "number that is followed by its like" },
  cycles: { zh: "快进快出轮数", en: "rounds of in and out" },
  modal_rate: { zh: "同一比率占比", en: "share of one same rate" },
  interval_std: { zh: "间隔标准差", en: "how even the intervals are" },
  run_up: { zh: "连续放大次数", en: "longest run upwards" },
  distance_last: { zh: "距上一位置公里数", en: "kilometres from the last place" },
  speed_last: { zh: "移动速度（公里/时）", en: "kilometres an hour since the last place" },
  distance_centre: { zh: "距常用位置公里数", en: "kilometres from the usual place" },
  other_with_same: { zh: "同一对象关联数", en: "how many share it" },
  pause_days: { zh: "静默天数", en: "days of silence before" },
  wake_days: { zh: "苏醒后天数", en: "days since it woke" },
});

const typeWords = defineWords({
  int: { zh: "整数", en: "whole number" },
  double: { zh: "小数", en: "number" },
  money: { zh: "金额", en: "money" },
  bool: { zh: "是否", en: "yes or no" },
  string: { zh: "文本", en: "text" },
});

const EVENTS_SHOWN = 3;

// A condition that most filters have: what was refused does not count.
function isPlain(when: string): boolean {
  return when === "" || when === "is.success";
}

export function useTypeWord(): (type: string) => string {
  const t = useWords(typeWords);
  return (type) => (type in typeWords ? t(type as keyof typeof typeWords) : type);
}

export function useWindowText(): (feature: Registered) => string {
  const t = useWords(dataWords);
  const { language } = useSettings();
  return (feature) => {
    if (feature.kind === "expression" || feature.window === undefined) {
      return t("noWindow");
    }
    if (feature.window !== "sliding") {
      return t(`${feature.window}Window`);
    }
    const far = spanText(feature.from_ms ?? 0, language);
    return (feature.to_ms ?? 0) > 0 ? t("gapWindow", { far, near: spanText(feature.to_ms!, language) }) : t("slidingWindow", { span: far });
  };
}

export function useEntityName(catalogue: Catalogue | undefined): (entity: string) => string {
  const both = useBoth();
  return (entity) => {
    const found = catalogue?.entities.find((one) => one.id === entity);
    return found === undefined ? entity : both(found);
  };
}

export function useMeaning(catalogue: Catalogue | undefined): (feature: Registered) => string {
  const t = useWords(dataWords);
  const aggregate = useWords(aggregateWords);
  const both = useBoth();
  const windowText = useWindowText();
  const { language } = useSettings();
  const comma = language === "zh" ? "、" : ", ";
  const between = language === "zh" ? "，" : ", ";
  function events(on: string[]): string {
    const names = on.map((id) => both(catalogue?.event_types.find((type) => type.id === id) ?? { zh: id, en: id }));
    return names.length === 0 ? t("allEvents") : names.length <= EVENTS_SHOWN ? names.join(comma) : `${names.slice(0, EVENTS_SHOWN).join(comma)}${language === "zh" ? "" : " "}${t("moreEvents", { n: names.length })}`;
  }
  function rows(filter: Filter): string {
    const own = both(filter);
    return own !== "" ? own : isPlain(filter.when) ? events(filter.on) : t("someOf", { events: events(filter.on), filter: filter.filter });
  }
  return (feature) => {
    const own = both({ zh: feature.zh, en: feature.en });
    if (own !== "") {
      return own;
    }
    if (feature.kind === "expression" || feature.aggregate === undefined) {
      return t("expression");
    }
    const word = feature.aggregate in aggregateWords ? aggregate(feature.aggregate as keyof typeof aggregateWords) : feature.aggregate;
    const { filter, other_filter: other, of } = feature;
    const counted = filter === null || filter === undefined ? t("allEvents") : rows(filter);
    const what = other === null || other === undefined ? counted : t("against", { one: counted, other: rows(other) });
    const value = of === null || of === undefined ? "" : both(of);
    return [windowText(feature), what, value === "" ? word : t("aggregateOf", { aggregate: word, value })].join(between);
  };
}

// Of a feature as expressions name it; nothing where the register has no more than the expression itself, or is not for the reader.
export function useFeatureWords(): (name: string) => string {
  const meaning = useMeaning(useCatalogue().data);
  const features = useRegister().data?.features;
  return (name) => {
    const found = name.startsWith("f.") ? features?.find((one) => one.feature === name.slice(2)) : undefined;
    return found === undefined || (found.kind === "expression" && !found.zh && !found.en) ? "" : meaning(found);
  };
}
