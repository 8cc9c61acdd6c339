// Small pieces that the screens of cases, referrals and orders share: figures in a line, texts of people, moments, hashes.
import { Card, Statistic, Tag, theme, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { useCode } from "@/parts/names";
import { NOTHING, timeText } from "@/parts/values";
import { caseWords } from "@/screens/cases/words";

export function ScreenTitle({ children }: { children: ReactNode }) {
  return <h1 style={{ fontSize: 16, margin: 0 }}>{children}</h1>;
}

// What a person wrote, in the language that he wrote it.
export function Told({ children, lines }: { children: string | null | undefined; lines?: boolean }) {
  return (
    <span data-told="" style={lines ? { whiteSpace: "pre-wrap", overflowWrap: "anywhere" } : { overflowWrap: "anywhere" }}>
      {children === null || children === undefined || children === "" ? NOTHING : children}
    </span>
  );
}

// A long text in a column: cut, and whole in the tooltip.
export function Brief({ children, width = 260 }: { children: string | null | undefined; width?: number }) {
  return (
    <Tooltip title={<span data-told="">{children}</span>} placement="topLeft">
      <span data-told="" style={{ display: "inline-block", maxWidth: width, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", verticalAlign: "bottom" }}>
        {children || NOTHING}
      </span>
    </Tooltip>
  );
}

// Moments of cases are microseconds.
export function TimeUs({ us }: { us: number | null | undefined }) {
  return <span className="number">{us === null || us === undefined ? NOTHING : timeText(Math.floor(us / 1000))}</span>;
}

// A hash: its beginning in rows, whole where it proves something.
export function Hash({ hash, whole }: { hash: string | null | undefined; whole?: boolean }) {
  if (!hash) {
    return <>{NOTHING}</>;
  }
  return (
    <Tooltip title={whole ? undefined : <span className="mono">{hash}</span>}>
      <Typography.Text className="mono" copyable={{ text: hash, tooltips: false }} style={{ overflowWrap: "anywhere" }}>
        {whole ? hash : `${hash.slice(0, 12)}…`}
      </Typography.Text>
    </Tooltip>
  );
}

const tones = {
  plain: { light: ["#e8eef5", "#34506e"], dark: ["#22303f", "#b9cde2"] },
  going: { light: ["#e2f0fb", "#0a5089"], dark: ["#12344f", "#9fd0f7"] },
  wait: { light: ["#fdecd2", "#7a4300"], dark: ["#4a3210", "#ffcf8a"] },
  done: { light: ["#dff3e4", "#1d5b2f"], dark: ["#173a22", "#9fdcb0"] },
  bad: { light: ["#fbe0e0", "#8f1519"], dark: ["#4b1a1c", "#ffb3b0"] },
} as const;

export type Tone = keyof typeof tones;

export function Word({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  const { dark } = useSettings();
  const [background, color] = tones[tone][dark ? "dark" : "light"];
  return (
    <Tag bordered={false} style={{ background, color, marginInlineEnd: 0 }}>
      {children}
    </Tag>
  );
}

// Who may know of it: a secret matter says so wherever it is shown.
export function Secrecy({ secrecy, long }: { secrecy: string; long?: boolean }) {
  const t = useWords(caseWords);
  const code = useCode();
  const word = code("secrecy", secrecy);
  return secrecy === "NORMAL" ? <>{word}</> : <Word tone="bad">{long === true ? t("secretMatter", { what: word }) : word}</Word>;
}

export interface Figure {
  title: string;
  value: ReactNode;
  hint?: ReactNode;
}

export function FigureLine({ figures, title }: { figures: Figure[]; title: string }) {
  return (
    <Card size="small" style={{ marginBottom: 8 }} role="region" aria-label={title}>
      <div style={{ display: "flex", gap: 28, flexWrap: "wrap", alignItems: "flex-start" }}>
        <Typography.Text strong style={{ alignSelf: "center" }}>
          {title}
        </Typography.Text>
        {figures.map((figure) => (
          <FigureBox key={figure.title} {...figure} />
        ))}
      </div>
    </Card>
  );
}

export function FigureBox({ title, value, hint }: Figure) {
  const { token } = theme.useToken();
  return (
    <div style={{ minWidth: 76 }}>
      <Statistic title={title} valueRender={() => <span className="number">{value}</span>} value={0} valueStyle={{ fontSize: 18, lineHeight: 1.3 }} />
      {hint !== undefined && <div style={{ fontSize: 12, color: token.colorTextSecondary }}>{hint}</div>}
    </div>
  );
}
