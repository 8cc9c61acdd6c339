// Where events come from: the systems by name, how far behind each is, and whether it is silent for longer than usual.
import { CheckCircleOutlined, MinusCircleOutlined, PauseCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, type Language, useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Mark } from "@/parts/Mark";
import { countText, NOTHING, spanText } from "@/parts/values";

export type Source = Schemas["Source"];

const SOURCES_MS = 3000;

const sourceWords = defineWords({
  unnamed: { zh: "未注明来源", en: "no source named" },
  rest: { zh: "其余来源", en: "all other sources" },
  never: { zh: "启动以来未到", en: "nothing since the start" },
  silent: { zh: "静默 {span}", en: "silent {span}" },
  silentWhy: { zh: "超出平常间隔（{usual}）的两倍", en: "more than twice the usual pause ({usual})" },
  quiet: { zh: "间歇 {span}", en: "pauses, {span}" },
  flows: { zh: "正常到达", en: "comes" },
  ms: { zh: "毫秒", en: "ms" },
  seconds: { zh: "秒", en: "s" },
});

export function useSources(active = true) {
  return useAsk(["sources"], (signal) => told(api.GET("/v1/sources", { signal })), { everyMs: SOURCES_MS, active });
}

// Those that a person has to look at first, then those that are furthest behind; last those that nothing has come from.
export function byNeed(one: Source, other: Source): number {
  const rank = (source: Source) => (source.is_silent_unusually ? 0 : source.events > 0 ? 1 : source.refused > 0 ? 2 : 3);
  return rank(one) - rank(other) || (other.lag_p99_ms ?? -1) - (one.lag_p99_ms ?? -1) || other.events - one.events || one.source.localeCompare(other.source);
}

export function lagText(ms: number | null, language: Language): string {
  if (ms === null) {
    return NOTHING;
  }
  if (ms < 1000) {
    return `${ms} ${sourceWords.ms[language]}`;
  }
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} ${sourceWords.seconds[language]}` : spanText(ms, language);
}

export function SourceName({ source, short }: { source: Source; short?: boolean }) {
  const t = useWords(sourceWords);
  const both = useBoth();
  if (source.kind !== "named") {
    return <>{t(source.kind)}</>;
  }
  const name = both(source);
  return (
    <span data-told="">
      {name} {!(short === true && name !== "") && <span className="mono">{source.source}</span>}
    </span>
  );
}

// Said by a word and an icon: whether it comes, pauses as it does, or is silent for longer than that.
export function SourceStand({ source, at }: { source: Source; at: number }) {
  const t = useWords(sourceWords);
  const { language } = useSettings();
  if (source.silent_since === null) {
    return (
      <Mark kind="plain">
        <MinusCircleOutlined aria-hidden /> {t("never")}
      </Mark>
    );
  }
  const span = spanText(at - source.silent_since, language);
  if (source.is_silent_unusually) {
    return (
      <Tooltip title={t("silentWhy", { usual: lagText(source.usual_pause_ms, language) })}>
        <span data-silent={source.source}>
          <Mark kind="bad">
            <WarningOutlined aria-hidden /> {t("silent", { span })}
          </Mark>
        </span>
      </Tooltip>
    );
  }
  const pauses = at - source.silent_since > 60_000;
  return (
    <Mark kind={pauses ? "plain" : "good"}>
      {pauses ? <PauseCircleOutlined aria-hidden /> : <CheckCircleOutlined aria-hidden />} {pauses ? t("quiet", { span }) : t("flows")}
    </Mark>
  );
}

export function lagsText(source: Source, language: Language): string {
  return source.minute_events === 0 ? NOTHING : `${lagText(source.lag_median_ms, language)} / ${lagText(source.lag_p99_ms, language)}`;
}

export function minuteText(source: Source): string {
  return countText(source.minute_events);
}
