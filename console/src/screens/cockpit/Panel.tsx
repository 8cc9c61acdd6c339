// What the cockpit is made of: a panel with a heading, one large figure, and bars that lead somewhere. On the wall all of it is larger.
import { Spin, theme, Typography } from "antd";
import { createContext, type CSSProperties, type ReactNode, useContext } from "react";
import { Link } from "react-router-dom";

import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { Failure } from "@/parts/States";
import { countText, NOTHING } from "@/parts/values";
import { FIGURE_EVERY_MS, type Figure, type FigureQuery, useFigure } from "@/screens/cockpit/asking";
import { MayLink } from "@/screens/cockpit/links";
import { cockpitWords } from "@/screens/cockpit/words";

export const WallContext = createContext(false);

export function useWall(): boolean {
  return useContext(WallContext);
}

export function Panel({ title, extra, children, style }: { title: string; extra?: ReactNode; children: ReactNode; style?: CSSProperties }) {
  const wall = useWall();
  const { token } = theme.useToken();
  return (
    <section
      aria-label={title}
      style={{ background: token.colorBgContainer, border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadiusLG, padding: wall ? "10px 16px" : 12, minWidth: 0, overflow: "hidden", ...style }}
    >
      <div style={{ display: "flex", justifyContent: "space-between", gap: 12, alignItems: "baseline", marginBottom: wall ? 8 : 6 }}>
        <h2 style={{ margin: 0, fontSize: wall ? 20 : 14, fontWeight: 600 }}>{title}</h2>
        <span style={{ fontSize: wall ? 16 : 12, color: token.colorTextSecondary, whiteSpace: "nowrap" }}>{extra}</span>
      </div>
      {children}
    </section>
  );
}

export function placeOfFigure(figure: string, query: FigureQuery): string {
  const search = new URLSearchParams();
  search.set("from", String(query.from));
  if (query.until !== undefined) {
    search.set("until", String(query.until));
  }
  if (query.unit !== undefined) {
    search.set("unit", query.unit);
  }
  return `/cockpit/figures/${figure}?${search.toString()}`;
}

// What a paper writes of it; where it is refused, why.
export function useFigureText(): (figure: Figure) => { text: string; why: string | null } {
  const both = useBoth();
  const t = useWords(cockpitWords);
  return ({ figure, text_zh, text_en }) => {
    if (figure.refused !== undefined) {
      return { text: NOTHING, why: t("refused", { why: both({ zh: figure.why_zh, en: figure.why_en }) }) };
    }
    return { text: figure.fewer_than === undefined ? both({ zh: text_zh, en: text_en }) : t("fewer", { n: figure.fewer_than }), why: null };
  };
}

// As large as there is room.
function sizeOf(text: string, wall: boolean): number {
  const [large, middle, small, least] = wall ? [52, 40, 30, 24] : [28, 22, 18, 15];
  return text.length <= 7 ? large : text.length <= 10 ? middle : text.length <= 13 ? small : least;
}

export function Tile({ figure, title, query, note, strong }: { figure: string; title: string; query: FigureQuery; note: string; strong?: boolean }) {
  const wall = useWall();
  const { token } = theme.useToken();
  const { dark } = useSettings();
  const say = useFigureText();
  const asked = useFigure(figure, query, { everyMs: FIGURE_EVERY_MS });
  const said = asked.data === undefined ? null : say(asked.data);
  const red = dark ? "#ff8f8a" : "#b3151b";
  const alarming = strong === true && (asked.data?.figure.value ?? 0) > 0;
  return (
    <Panel title={title} extra={note}>
      {asked.error !== null && asked.data === undefined && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {said === null && asked.error === null && <Spin />}
      {said !== null && (
        <Link to={placeOfFigure(figure, query)} data-figure={figure} style={{ display: "block", color: alarming ? red : token.colorText }}>
          <span className="number" style={{ fontSize: sizeOf(said.text, wall), fontWeight: 600, lineHeight: wall ? "60px" : "34px", whiteSpace: "nowrap" }}>
            {said.text}
          </span>
        </Link>
      )}
      {said?.why != null && <Typography.Text type="secondary">{said.why}</Typography.Text>}
    </Panel>
  );
}

export interface Bar {
  key: string;
  label: ReactNode;
  name: string; // for those who do not see the bar
  count: number;
  to?: string;
}

// In two columns, the first half stands left of the second.
export function Bars({ bars, color, columns = 1 }: { bars: Bar[]; color?: string; columns?: 1 | 2 }) {
  const wall = useWall();
  const { token } = theme.useToken();
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const size = wall ? 18 : 13;
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: 0, fontSize: size, ...(columns === 2 ? { display: "grid", gridTemplate: `repeat(${Math.ceil(bars.length / 2)}, auto) / 1fr 1fr`, gridAutoFlow: "column", columnGap: 32 } : {}) }}>
      {bars.map((bar) => {
        const inside = (
          <span style={{ display: "grid", gridTemplateColumns: wall ? "minmax(0, 210px) 1fr 56px" : "minmax(0, 1.2fr) 1fr 44px", gap: 8, alignItems: "center", padding: wall ? "4px 0" : "2px 0" }}>
            <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{bar.label}</span>
            <span aria-hidden style={{ height: wall ? 14 : 10, background: token.colorFillSecondary, borderRadius: 3 }}>
              <span style={{ display: "block", height: "100%", width: `${(100 * bar.count) / most}%`, background: color ?? token.colorPrimary, borderRadius: 3 }} />
            </span>
            <span className="number" style={{ textAlign: "right", fontWeight: 600 }}>
              {countText(bar.count)}
            </span>
          </span>
        );
        return (
          <li key={bar.key} title={bar.name}>
            {bar.to === undefined ? inside : <MayLink to={bar.to} label={`${bar.name} ${countText(bar.count)}`}>{inside}</MayLink>}
          </li>
        );
      })}
    </ul>
  );
}
