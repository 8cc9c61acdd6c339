// How many decisions a second, and how long they take: from the server's counters, read again and again while this is open.
import { Spin, theme, Typography } from "antd";
import { useMemo } from "react";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { Chart } from "@/parts/Chart";
import { answered, latency, rate, type Reading, total, useReadings } from "@/parts/metrics";
import { Failure } from "@/parts/States";
import { countText, timeText } from "@/parts/values";
import { Panel, useWall } from "@/screens/cockpit/Panel";
import { cockpitWords } from "@/screens/cockpit/words";

const READ_EVERY_MS = 3000;
const RATE_OVER_MS = 12_000;
const LATENCY_OVER_MS = 60_000;
const READINGS_MAX = 200;

// The readings since the server was started: its counters begin anew with it.
function sinceStart(readings: Reading[]): Reading[] {
  const start = readings.reduce((found, reading, at) => (at > 0 && rate(readings[at - 1]!, reading, "qiantang_decisions_total") === null ? at : found), 0);
  return readings.slice(start);
}

// The newest reading that is at least so old; the oldest where none is.
function readingBefore(readings: Reading[], overMs: number): Reading | undefined {
  const last = readings.at(-1);
  return last === undefined ? undefined : (readings.filter((one) => last.at - one.at >= overMs).at(-1) ?? readings[0]);
}

function LatencyText({ bound }: { bound: number | null }) {
  const t = useWords(cockpitWords);
  return <>{bound === null ? "—" : bound === Infinity ? t("beyond") : t("atMost", { ms: Number((bound * 1000).toPrecision(3)) })}</>;
}

export function Speed() {
  const t = useWords(cockpitWords);
  const wall = useWall();
  const { dark } = useSettings();
  const { token } = theme.useToken();
  const { readings: all, error: failure, again } = useReadings(READ_EVERY_MS, READINGS_MAX);
  const readings = useMemo(() => sinceStart(all), [all]);
  const last = readings.at(-1);
  const error = last === undefined ? failure : null;
  const before = readingBefore(readings, RATE_OVER_MS);
  const perSecond = last === undefined || before === undefined ? null : rate(before, last, "qiantang_decisions_total");
  const minuteAgo = readingBefore(readings, LATENCY_OVER_MS);
  const isLately = last !== undefined && minuteAgo !== undefined && answered(minuteAgo, last) > 0;
  const rateText = perSecond === null ? t("measuring") : `${perSecond >= 100 ? countText(Math.round(perSecond)) : perSecond.toFixed(1)} ${t("rateUnit")}`;
  const option = useMemo(() => {
    const points = readings.slice(1).map((reading, at) => [reading.at, rate(readings[at]!, reading, "qiantang_decisions_total")]);
    return {
      grid: { left: 44, right: 8, top: 8, bottom: 22 },
      xAxis: { type: "time", min: readings.length > 1 ? undefined : Date.now() - RATE_OVER_MS, max: readings.length > 1 ? undefined : Date.now(), minInterval: 10_000, axisLabel: { formatter: (value: number) => timeText(value, "clock"), hideOverlap: true, color: token.colorTextSecondary }, splitLine: { show: false } },
      yAxis: { type: "value", min: 0, splitNumber: 2, axisLabel: { color: token.colorTextSecondary } },
      tooltip: { trigger: "axis", valueFormatter: (value: unknown) => `${Number(value).toFixed(1)} ${t("rateUnit")}` },
      series: [{ type: "line", showSymbol: false, name: t("rate"), areaStyle: { opacity: 0.15 }, lineStyle: { width: 2 }, itemStyle: { color: dark ? "#3d96e0" : "#0b5fa5" }, data: points }],
    };
    // The words change with the language, the colours with the look.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [readings, dark, t("rate"), token.colorTextSecondary]);

  return (
    <Panel title={t("speed")} extra={last === undefined ? null : `${t("decidedSince")} ${countText(total(last, "qiantang_decisions_total"))}`}>
      {error !== null && <Failure error={error} onAgain={again} />}
      {error === null && last === undefined && <Spin />}
      {last !== undefined && (
        <>
          <div style={{ display: "flex", gap: wall ? 40 : 24, alignItems: "baseline", flexWrap: "wrap" }}>
            <span className="number" data-rate="" style={{ fontSize: wall ? 44 : 26, fontWeight: 600 }}>
              {rateText}
            </span>
            {([0.5, 0.99] as const).map((share) => (
              <span key={share} className="number" style={{ fontSize: wall ? 24 : 15, whiteSpace: "nowrap" }}>
                <Typography.Text type="secondary" style={{ fontSize: "inherit" }}>
                  p{share * 100}{" "}
                </Typography.Text>
                <LatencyText bound={latency(isLately ? minuteAgo! : null, last, share)} />
              </span>
            ))}
          </div>
          <Typography.Text type="secondary" style={{ fontSize: wall ? 16 : 12 }}>
            {t(isLately ? "latencyMinute" : readings.length > 1 ? "latencyStart" : "latencyAll")}
          </Typography.Text>
          <Chart option={option} height={wall ? 110 : 84} summary={t("rateChart", { last: rateText })} />
        </>
      )}
    </Panel>
  );
}
