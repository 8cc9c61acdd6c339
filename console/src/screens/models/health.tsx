// How a model does: how often it really hits, beside how often its owner expects it to.
import { Tooltip, Typography } from "antd";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { Mark, type MarkKind } from "@/parts/Mark";
import { NOTHING } from "@/parts/values";
import { modelWords } from "@/screens/models/words";

export interface Rated {
  status: string;
  mode: string;
  hits: number | null;
  events: number | null;
  per_10000: number | null;
  expected: { low: number; target: number; high: number } | null;
}

export type Health = "within" | "above" | "below" | "early" | "off" | "notTold" | "night";

const FAR = 3; // as qiantang evaluate marks them
const HITS_MIN = 5;
const ASKED = new Set(["ACTIVE", "CANARY"]);

export function healthOf(model: Rated): Health {
  const { hits, events, expected } = model;
  if (!ASKED.has(model.status)) {
    return "off";
  }
  if (model.mode === "BATCH") {
    return "night";
  }
  if (expected === null || hits === null || events === null) {
    return "notTold";
  }
  const of = (rate: number) => (rate * events) / 10_000;
  if (hits >= HITS_MIN && hits > FAR * of(expected.high)) {
    return "above";
  }
  if (of(expected.low) >= HITS_MIN && hits < of(expected.low) / FAR) {
    return "below";
  }
  return of(expected.target) < HITS_MIN && hits < HITS_MIN ? "early" : "within";
}

const rateFormat = new Intl.NumberFormat("zh-CN", { maximumSignificantDigits: 3 });

export function rateText(rate: number | null | undefined): string {
  return rate === null || rate === undefined ? NOTHING : rateFormat.format(rate);
}

export function bandText(expected: Rated["expected"]): string {
  return expected === null ? NOTHING : `${rateText(expected.low)} – ${rateText(expected.high)}`;
}

const MARKS: Record<Health, MarkKind> = { within: "good", above: "bad", below: "warn", early: "plain", off: "plain", notTold: "plain", night: "info" };

export function HealthTag({ model }: { model: Rated }) {
  const t = useWords(modelWords);
  const health = healthOf(model);
  return <Mark kind={MARKS[health]}>{t(health)}</Mark>;
}

// The band and where the model stands, on a scale of powers of ten.
export function HealthBand({ model, since }: { model: Rated; since: string }) {
  const t = useWords(modelWords);
  const { dark } = useSettings();
  const { expected, per_10000: rate } = model;
  if (expected === null) {
    return <Typography.Text>{t("notTold")}</Typography.Text>;
  }
  const [least, most] = [-3, 4];
  const place = (value: number) => `${(Math.min(1, Math.max(0, (Math.log10(Math.max(value, 1e-9)) - least) / (most - least))) * 100).toFixed(1)}%`;
  const width = `calc(${place(expected.high)} - ${place(expected.low)})`;
  const text = `${t("rate")}: ${rateText(rate)}; ${t("expected")}: ${bandText(expected)}`;
  return (
    <div>
      <Tooltip title={text}>
        <div role="img" aria-label={text} style={{ position: "relative", height: 26, marginTop: 4 }}>
          <div style={{ position: "absolute", insetInline: 0, top: 11, height: 4, borderRadius: 2, background: dark ? "#3a4350" : "#d5dbe2" }} />
          <div style={{ position: "absolute", insetInlineStart: place(expected.low), width, minWidth: 6, top: 7, height: 12, borderRadius: 3, background: dark ? "#2f7d46" : "#8fcf9f" }} />
          {rate !== null && <div style={{ position: "absolute", insetInlineStart: place(rate), top: 1, width: 3, height: 24, background: dark ? "#ffffff" : "#14202c" }} />}
        </div>
      </Tooltip>
      <div style={{ position: "relative", height: 20, fontSize: 12 }} className="number" aria-hidden>
        {[0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000].map((tick, at, all) => (
          <span key={tick} style={{ position: "absolute", insetInlineStart: place(tick), transform: `translateX(-${at === 0 ? 0 : at === all.length - 1 ? 100 : 50}%)` }}>
            {tick}
          </span>
        ))}
      </div>
      <Typography.Paragraph type="secondary" style={{ marginBottom: 0 }}>
        {t("healthRule", { since })}
      </Typography.Paragraph>
    </div>
  );
}
