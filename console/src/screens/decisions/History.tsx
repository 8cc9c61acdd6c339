// A feature over time: what the server's windows give for moments around the decision, beside what was seen then.
import { Select, Space, Spin, Typography } from "antd";
import { useMemo, useState } from "react";

import { api, Problem, told } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Chart } from "@/parts/Chart";
import { Failure } from "@/parts/States";
import { timeText } from "@/parts/values";
import type { WhyName } from "@/screens/decisions/Conditions";
import { decisionWords } from "@/screens/decisions/words";

const HOUR_MS = 3_600_000;
const HOURS = 12;
const EACH_MS = HOUR_MS;
const AT_ONCE = 5;

type Value = number | boolean | null;
interface Point {
  at: number;
  value: number | null;
}

// Features that the hits saw and whose thing the event names.
export function recomputable(names: WhyName[], event: Record<string, unknown>): WhyName[] {
  return names.filter((name) => name.name.startsWith("f.") && name.entity !== undefined && (name.key ?? []).length > 0 && (name.key ?? []).every((field) => typeof event[field] === "string" || typeof event[field] === "number"));
}

async function valueAt(name: WhyName, key: string[], at: number | undefined, signal: AbortSignal) {
  const answer = await told(api.GET("/v1/features", { params: { query: { entity: name.entity!, key, names: name.name, at } as never }, signal }));
  const value = (answer.features[0]?.value ?? null) as Value;
  return { at: answer.at, stream: answer.stream_time, value: typeof value === "boolean" ? Number(value) : value };
}

async function series(name: WhyName, key: string[], moment: number, signal: AbortSignal) {
  const now = await valueAt(name, key, undefined, signal);
  const until = Math.min(moment + HOURS * HOUR_MS, now.stream ?? now.at);
  const moments: number[] = [];
  for (let at = moment - HOURS * HOUR_MS; at <= until; at += EACH_MS) {
    moments.push(at);
  }
  const points: Point[] = [];
  for (let first = 0; first < moments.length; first += AT_ONCE) {
    points.push(...(await Promise.all(moments.slice(first, first + AT_ONCE).map((at) => valueAt(name, key, at, signal)))));
  }
  return { now: now.value, points };
}

export function History({ names, event, moment, seen }: { names: WhyName[]; event: Record<string, unknown>; moment: number; seen: Record<string, unknown> }) {
  const t = useWords(decisionWords);
  const both = useBoth();
  const choices = useMemo(() => recomputable(names, event).filter((name) => name.name in seen), [names, event, seen]);
  const [chosen, setChosen] = useState<string | null>(null);
  const name = choices.find((one) => one.name === chosen) ?? choices[0];
  const key = (name?.key ?? []).map((field) => String(event[field]));
  const asked = useAsk(["feature", name?.name, key, moment], (signal) => series(name!, key, moment, signal), { active: name !== undefined, staleMs: 60_000 });
  const mark = t("historyDecision");
  const option = useMemo(
    () => ({
      grid: { left: 56, right: 24, top: 24, bottom: 32 },
      tooltip: { trigger: "axis", valueFormatter: (value: unknown) => String(value) },
      xAxis: { type: "time", axisLabel: { formatter: (value: number) => timeText(value, "clock").slice(0, 5), hideOverlap: true } },
      yAxis: { type: "value", min: 0 },
      series: [
        {
          type: "line",
          step: "end",
          showSymbol: false,
          data: (asked.data?.points ?? []).map((point) => [point.at, point.value]),
          markLine: { symbol: "none", silent: true, data: [{ xAxis: moment, label: { formatter: mark } }] },
        },
      ],
    }),
    [asked.data, moment, mark],
  );
  if (name === undefined) {
    return <Typography.Text type="secondary">{t("historyNone")}</Typography.Text>;
  }
  const alone = asked.error instanceof Problem && asked.error.code === "feature_unknown";
  const title = (one: WhyName) => `${both(one) === "" ? "" : `${both(one)} `}${one.name} · ${both({ zh: one.entity_zh, en: one.entity_en })}`;
  return (
    <>
      <Typography.Paragraph type="secondary">{t("historyText")}</Typography.Paragraph>
      <Space wrap style={{ marginBottom: 8 }} data-told="">
        <Select aria-label={t("historyPick")} value={name.name} onChange={setChosen} options={choices.map((one) => ({ value: one.name, label: title(one) }))} style={{ minWidth: 380 }} />
        <span className="number">
          {t("historyThen")} <strong>{String(seen[name.name] ?? t("missingValue"))}</strong>
        </span>
        {asked.data !== undefined && (
          <span className="number">
            {t("historyNow")} <strong>{String(asked.data.now ?? t("missingValue"))}</strong>
          </span>
        )}
      </Space>
      {asked.isPending && <Spin style={{ display: "block", margin: 24 }} />}
      {alone && <Typography.Paragraph type="secondary">{t("historyAlone")}</Typography.Paragraph>}
      {asked.error !== null && !alone && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.data !== undefined && <Chart option={option} height={220} summary={t("historySummary", { name: name.name })} />}
    </>
  );
}
