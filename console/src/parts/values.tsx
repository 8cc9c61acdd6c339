// How single values are shown, the same everywhere: money in yuan, times of Shanghai, severities, masked texts.
import { Link } from "react-router-dom";

import { useSettings } from "@/app/settings";
import { defineWords, useWords, type Language } from "@/app/words";
import { Chip } from "@/parts/Chip";
import { useClock } from "@/parts/clock";

const words = defineWords({
  severity1: { zh: "低", en: "low" },
  severity2: { zh: "中", en: "medium" },
  severity3: { zh: "高", en: "high" },
  severity4: { zh: "紧急", en: "urgent" },
  yes: { zh: "是", en: "yes" },
  no: { zh: "否", en: "no" },
  overdue: { zh: "超时 {span}", en: "{span} over" },
  left: { zh: "剩 {span}", en: "{span} left" },
});

const units = defineWords({
  day: { zh: "天", en: "d" },
  hour: { zh: "小时", en: "h" },
  minute: { zh: "分", en: "min" },
  second: { zh: "秒", en: "s" },
  hundredMillion: { zh: "亿", en: "bn" },
  tenThousand: { zh: "万", en: "k" },
});

export const ZONE = "Asia/Shanghai";
export const NOTHING = "—";

const moneyFormat = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const countFormat = new Intl.NumberFormat("zh-CN");

// Fen to yuan; exact for whatever a JavaScript number holds.
export function moneyText(fen: number | null | undefined): string {
  return fen === null || fen === undefined ? NOTHING : moneyFormat.format(fen / 100);
}

export function countText(count: number | null | undefined): string {
  return count === null || count === undefined ? NOTHING : countFormat.format(count);
}

// 12.34 万, 3.21 亿; in English thousands and millions.
export function shortMoney(fen: number | null | undefined, language: Language): string {
  if (fen === null || fen === undefined) {
    return NOTHING;
  }
  const yuan = fen / 100;
  const steps: [number, string][] =
    language === "zh"
      ? [
          [1e8, units.hundredMillion.zh],
          [1e4, units.tenThousand.zh],
        ]
      : [
          [1e9, units.hundredMillion.en],
          [1e6, "m"],
          [1e3, units.tenThousand.en],
        ];
  const step = steps.find(([size]) => Math.abs(yuan) >= size);
  return step === undefined ? countFormat.format(Math.round(yuan)) : `${(yuan / step[0]).toFixed(2)} ${step[1]}`;
}

export function shareText(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? NOTHING : `${(share * 100).toFixed(digits)} %`;
}

const timeFormats = {
  full: new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "medium" }),
  day: new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short" }),
  minute: new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, timeStyle: "short" }),
  clock: new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, timeStyle: "medium" }),
};

export function timeText(ms: number | null | undefined, form: keyof typeof timeFormats = "full"): string {
  return ms === null || ms === undefined ? NOTHING : timeFormats[form].format(ms);
}

export function spanText(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const sizes = [
    { size: 86400, word: units.day },
    { size: 3600, word: units.hour },
    { size: 60, word: units.minute },
    { size: 1, word: units.second },
  ];
  const at = sizes.findIndex(({ size }) => seconds >= size);
  if (at < 0) {
    return `0 ${units.second[language]}`;
  }
  const { size, word } = sizes[at]!;
  const next = sizes[at + 1];
  const text = `${Math.floor(seconds / size)} ${word[language]}`;
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next.size);
  return rest === 0 || next === undefined ? text : `${text} ${rest} ${next.word[language]}`;
}

export function Money({ fen }: { fen: number | null | undefined }) {
  return <span className="number">{moneyText(fen)}</span>;
}

export function Time({ ms, form }: { ms: number | null | undefined; form?: keyof typeof timeFormats }) {
  return (
    <time className="number" dateTime={ms === null || ms === undefined ? undefined : new Date(ms).toISOString()}>
      {timeText(ms, form)}
    </time>
  );
}

const NEAR_MS = 5 * 60_000;

// How long until a moment, or since: red when it is over. It counts by itself.
export function Due({ ms }: { ms: number | null | undefined }) {
  const t = useWords(words);
  const { language, dark } = useSettings();
  const until = ms ?? null;
  const state = useClock((now) => (until === null ? "none" : now > until ? "over" : until - now < NEAR_MS ? "near" : "far"));
  const span = useClock((now) => (until === null ? "" : spanText(Math.abs(until - now), language)));
  if (until === null) {
    return <span>{NOTHING}</span>;
  }
  const colors = { none: undefined, far: undefined, near: dark ? "#f0b45c" : "#8a5300", over: dark ? "#ff8f8a" : "#b3151b" };
  return (
    <span className="number" title={timeText(until)} style={{ color: colors[state], fontWeight: colors[state] === undefined ? undefined : 600 }}>
      {t(state === "over" ? "overdue" : "left", { span })}
    </span>
  );
}

// How long since a moment, counting.
export function Since({ ms }: { ms: number | null | undefined }) {
  const { language } = useSettings();
  const since = ms ?? null;
  const span = useClock((now) => (since === null ? "" : spanText(now - since, language)));
  return since === null ? null : (
    <span className="number" title={timeText(since)}>
      {span}
    </span>
  );
}

export type SeverityWord = "S1" | "S2" | "S3" | "S4";

// Not by colour alone: the word and its weight say it too.
export const severityColors: Record<SeverityWord, { light: [string, string]; dark: [string, string] }> = {
  S1: { light: ["#e8eef5", "#34506e"], dark: ["#22303f", "#b9cde2"] },
  S2: { light: ["#e2f0fb", "#0a5089"], dark: ["#12344f", "#9fd0f7"] },
  S3: { light: ["#fdecd2", "#7a4300"], dark: ["#4a3210", "#ffcf8a"] },
  S4: { light: ["#b3151b", "#ffffff"], dark: ["#c4282d", "#ffffff"] },
};

export function Severity({ severity, long }: { severity: SeverityWord | null | undefined; long?: boolean }) {
  const t = useWords(words);
  const { dark } = useSettings();
  if (severity === null || severity === undefined) {
    return <span>{NOTHING}</span>;
  }
  const [background, color] = severityColors[severity][dark ? "dark" : "light"];
  return (
    <Chip background={background} color={color} look="strong">
      {long ? `${severity} ${t(`severity${severity[1] as "1" | "2" | "3" | "4"}`)}` : severity}
    </Chip>
  );
}

export function YesNo({ value }: { value: boolean | null | undefined }) {
  const t = useWords(words);
  return <>{value === null || value === undefined ? NOTHING : t(value ? "yes" : "no")}</>;
}

export function AlertLink({ alert }: { alert: number | null | undefined }) {
  return alert === null || alert === undefined ? <>{NOTHING}</> : <Link to={`/alerts/${alert}`}>{alert}</Link>;
}

// By the number that people know, where the answer has it.
export function CaseLink({ id, number }: { id: number | null | undefined; number?: string | null }) {
  return id === null || id === undefined ? <>{NOTHING}</> : <Link to={`/cases/${id}`}>{number ?? id}</Link>;
}

// A customer, account, device, merchant: leads to all that is known of it.
export function ThingLink({ kind, name }: { kind: string; name: string | null | undefined }) {
  return name === null || name === undefined || name === "" ? (
    <>{NOTHING}</>
  ) : (
    <Link to={`/profiles/${encodeURIComponent(kind.toLowerCase())}/${encodeURIComponent(name)}`} className="mono">
      {name}
    </Link>
  );
}
