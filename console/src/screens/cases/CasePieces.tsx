// Small pieces that the screens of cases, referrals and orders share: figures in a line, texts of people, moments, hashes.
import { Card, Statistic, theme, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";

import { useWords } from "@/app/words";
import { Mark } from "@/parts/Mark";
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

// Who may know of it: a secret matter says so wherever it is shown.
export function Secrecy({ secrecy, long }: { secrecy: string; long?: boolean }) {
  const t = useWords(caseWords);
  const code = useCode();
  const word = code("secrecy", secrecy);
  return secrecy === "NORMAL" ? <>{word}</> : <Mark kind="bad">{long === true ? t("secretMatter", { what: word }) : word}</Mark>;
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
