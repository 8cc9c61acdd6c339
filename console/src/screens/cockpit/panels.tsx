// The panels of the cockpit that are no single figure: what came by family, what is open by severity, how much is closed without people, branches, urgent alerts, orders, and what the program is fed by.
import { Spin, Table, theme, Typography } from "antd";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Link } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { usePartName } from "@/parts/disposition";
import { Mark } from "@/parts/Mark";
import { byNeed, lagsText, minuteText, SourceName, SourceStand, useSources } from "@/parts/sources";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, countText, Due, moneyText, NOTHING, Severity, type SeverityWord, shareText, shortMoney, Since, spanText } from "@/parts/values";
import { FIGURE_EVERY_MS, type Figure, type FigureQuery, useFigure } from "@/screens/cockpit/asking";
import { MayLink, useCanGo } from "@/screens/cockpit/links";
import { Bars, Panel, placeOfFigure, useFigureText, useWall } from "@/screens/cockpit/Panel";
import { cockpitWords } from "@/screens/cockpit/words";

type Asked = ReturnType<typeof useFigure>;

// What stands there until a figure is told, and where it is refused.
function Untold({ asked }: { asked: Asked }) {
  const say = useFigureText();
  if (asked.data === undefined) {
    return asked.error === null ? <Spin /> : <Failure error={asked.error} onAgain={() => void asked.refetch()} />;
  }
  const { why } = say(asked.data);
  return why === null ? null : <Typography.Text type="secondary">{why}</Typography.Text>;
}

function partsOf(figure: Figure | undefined) {
  return figure?.figure.refused === undefined ? (figure?.parts ?? []) : [];
}

// The figure that a panel breaks down, once it is told.
function InAll({ name, figure, query }: { name: string; figure: Figure | undefined; query: FigureQuery }) {
  return figure === undefined || figure.figure.refused !== undefined ? null : <Link to={placeOfFigure(name, query)}>{countText(figure.figure.value)}</Link>;
}

export function Families({ query }: { query: FigureQuery }) {
  const t = useWords(cockpitWords);
  const name = usePartName();
  const wall = useWall();
  const asked = useFigure("alerts", { ...query, by: "word" }, { everyMs: FIGURE_EVERY_MS });
  const parts = partsOf(asked.data).slice(0, 12);
  return (
    <Panel title={t("families")} extra={<InAll name="alerts" figure={asked.data} query={query} />}>
      <Untold asked={asked} />
      {asked.data?.figure.refused === undefined && asked.data !== undefined && parts.length === 0 && <Nothing>{t("noneToday")}</Nothing>}
      <Bars columns={wall ? 2 : 1} bars={parts.map((part) => ({ key: part.part, label: `${name(part.part)} ${part.part}`, name: name(part.part), count: part.rows, to: `/alerts?group=${part.part}&open=any&from=${query.from}` }))} />
    </Panel>
  );
}

export function Severities({ query }: { query: FigureQuery }) {
  const t = useWords(cockpitWords);
  const name = usePartName();
  const { dark } = useSettings();
  const asked = useFigure("open_alerts", { ...query, by: "word" }, { everyMs: FIGURE_EVERY_MS });
  const parts = [...partsOf(asked.data)].sort((one, other) => other.part.localeCompare(one.part));
  return (
    <Panel title={t("severities")} extra={<InAll name="open_alerts" figure={asked.data} query={query} />}>
      <Untold asked={asked} />
      <Bars
        color={dark ? "#d9822b" : "#b85c00"}
        bars={parts.map((part) => ({
          key: part.part,
          label: <Severity severity={part.part as SeverityWord} long />,
          name: `${part.part} ${name(part.part)}`,
          count: part.rows,
          to: `/alerts?severity=${part.part}`,
        }))}
      />
    </Panel>
  );
}

function Judged({ label, value, to, note, more }: { label: string; value: string; to: string; note: string; more?: string }) {
  const wall = useWall();
  return (
    <div style={{ minWidth: 0 }}>
      <Typography.Text type="secondary" style={{ fontSize: wall ? 16 : 12 }}>
        {label}
      </Typography.Text>
      <div className="number" style={{ fontSize: wall ? 30 : 20, fontWeight: 600, lineHeight: 1.3 }}>
        <MayLink to={to} label={`${label} ${value}`}>
          {value}
        </MayLink>
      </div>
      <Typography.Text type="secondary" style={{ fontSize: wall ? 15 : 12, display: "block" }}>
        {note}
      </Typography.Text>
      {more !== undefined && (
        <Typography.Text type="secondary" style={{ fontSize: wall ? 15 : 12, display: "block" }}>
          {more}
        </Typography.Text>
      )}
    </div>
  );
}

type AlertFigures = Schemas["AlertFigures"]["figures"];

// The rate never stands alone: with what second looks overturned and its interval, what came later, and how many hits made an alert. What nobody has judged is not told.
export function AutomaticRate({ figures, from }: { figures: AlertFigures; from: number | null }) {
  const t = useWords(cockpitWords);
  const rows = (figure: string) => `/cockpit/figures/${figure}${from === null ? "" : `?from=${from}`}`;
  const isTold = figures.closed > 0 && (figures.looked_at > 0 || figures.automatic === 0);
  const interval = t("interval", { low: shareText(figures.overturn_low), high: shareText(figures.overturn_high) });
  return (
    <>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(118px, 1fr))", gap: 10 }}>
        <Judged label={t("automaticRate")} to={rows("automatic_rate")} value={isTold ? shareText(figures.automatic_rate) : NOTHING} note={t("ofClosed", { n: countText(figures.automatic), of: countText(figures.closed) })} />
        <Judged label={t("overturn")} to={rows("overturn_rate")} value={figures.looked_at === 0 ? NOTHING : shareText(figures.overturn_rate)} note={interval} more={t("lookedAt", { n: countText(figures.overturned), of: countText(figures.looked_at) })} />
        <Judged label={t("later")} to={rows("later_positives")} value={countText(figures.later_positives)} note={t("laterS3", { n: countText(figures.later_positives_s3) })} />
        <Judged label={t("mergeRatio")} to={rows("merge_ratio")} value={figures.opened === 0 ? NOTHING : `${figures.merge_ratio.toFixed(2)} : 1`} note={`${countText(figures.hits)} / ${countText(figures.opened)}`} />
      </div>
      {!isTold && <Typography.Text type="secondary">{t(figures.closed === 0 ? "noneClosed" : "unjudged")}</Typography.Text>}
    </>
  );
}

export function Automatic() {
  const t = useWords(cockpitWords);
  const asked = useAsk(["figures", "alerts"], (signal) => told(api.GET("/v1/figures/alerts", { signal })), { everyMs: FIGURE_EVERY_MS });
  return (
    <Panel title={t("automatic")} extra={asked.data === undefined ? null : <Link to={`/cockpit/figures/automatic_rate?from=${asked.data.from}`}>{t("definition")}</Link>}>
      {asked.data === undefined && asked.error === null && <Spin />}
      {asked.data === undefined && asked.error !== null && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.data !== undefined && <AutomaticRate figures={asked.data.figures} from={asked.data.from} />}
    </Panel>
  );
}

const DISTRICT = 4; // figures of a branch's number that name its district
const shades = {
  light: ["#eef3f8", "#d3e4f3", "#a9cbe8", "#7fb2dd"],
  dark: ["#1c2733", "#1b3a55", "#1a4f7c", "#1a649f"],
};

const TILE = { width: 150, height: 108, gap: 6 }; // on the wall

// How many tiles there is room for in the panel around them, where nothing is scrolled.
function useRoom(active: boolean): [RefObject<HTMLDivElement>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useEffect(() => {
    const inside = box.current;
    const panel = inside?.parentElement;
    if (!active || !inside || !panel) {
      return undefined;
    }
    const measure = () => {
      const under = panel.getBoundingClientRect().bottom - inside.getBoundingClientRect().top - TILE.gap;
      const fit = (length: number, size: number) => Math.max(1, Math.floor((length + TILE.gap) / (size + TILE.gap)));
      setRoom(fit(inside.clientWidth, TILE.width) * fit(under, TILE.height));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(panel);
    return () => observer.disconnect();
  }, [active]);
  return [box, room];
}

// At a desk all branches, by their districts; on the wall those that most need to be looked at.
export function Branches({ query }: { query: FigureQuery }) {
  const t = useWords(cockpitWords);
  const wall = useWall();
  const { dark, language } = useSettings();
  const { token } = theme.useToken();
  const [box, room] = useRoom(wall);
  const every = { everyMs: FIGURE_EVERY_MS };
  const alerts = useFigure("alerts", { ...query, by: "unit" }, every);
  const held = useFigure("amount_held", { ...query, by: "unit" }, every);
  const urgent = useFigure("open_s4", { ...query, by: "unit" }, every);
  const partOf = (asked: Asked, unit: string) => partsOf(asked.data).find((part) => part.part === unit);
  const names = [...new Set([alerts, held, urgent].flatMap((asked) => partsOf(asked.data).map((part) => part.part)))].filter((unit) => unit !== "").sort();
  const units = names.map((unit) => ({ unit, count: partOf(alerts, unit)?.rows ?? 0, s4: partOf(urgent, unit)?.rows ?? 0, held: partOf(held, unit)?.sum ?? 0 }));
  const most = Math.max(1, ...units.map(({ count }) => count));
  const without = (alerts.data?.figure.rows ?? 0) - units.reduce((sum, { count }) => sum + count, 0);
  const worst = [...units].sort((one, other) => other.s4 - one.s4 || other.count - one.count).slice(0, room);
  const tiles = (shown: typeof units) => (
    <div style={{ display: "grid", gridTemplateColumns: `repeat(auto-fill, minmax(${wall ? TILE.width : 112}px, 1fr))`, gridAutoRows: wall ? TILE.height : undefined, gap: TILE.gap, margin: wall ? 0 : "4px 0 8px" }}>
      {shown.map(({ unit, count, s4, held: sum }) => {
        const shade = shades[dark ? "dark" : "light"][Math.min(3, Math.floor((4 * count) / (most + 1)))]!;
        const money = shortMoney(sum, language).replace(/ (\D)$/, "$1");
        return (
          <div key={unit} data-branch={unit} style={{ background: shade, border: `1px solid ${token.colorBorder}`, borderRadius: 4, padding: wall ? 8 : 6, minWidth: 0 }}>
            <MayLink to={`/alerts?branch=${encodeURIComponent(unit)}&open=any&from=${query.from}`} label={t("branchSummary", { code: unit, alerts: count, s4, money })}>
              <span style={{ display: "flex", justifyContent: "space-between", color: token.colorText, gap: 4 }}>
                <span className="mono" style={{ fontSize: wall ? 16 : 12 }}>
                  {(wall ? "" : unit.slice(DISTRICT)) || unit}
                </span>
                {s4 > 0 && <span style={{ fontSize: wall ? 15 : 11, fontWeight: 700 }}>S4 {s4}</span>}
              </span>
              <span className="number" style={{ display: "block", color: token.colorText, fontSize: wall ? 24 : 16, fontWeight: 600 }}>
                {t("alertsCount", { n: countText(count) })}
              </span>
              <span className="number" style={{ display: "block", color: token.colorText, fontSize: wall ? 14 : 11 }}>
                {t("heldYuan", { money })}
              </span>
            </MayLink>
          </div>
        );
      })}
    </div>
  );
  const more = wall && units.length > worst.length && room > 0 ? t("branchesMore", { n: units.length - worst.length }) : null;
  return (
    <Panel title={t(wall ? "branchesShort" : "branches")} extra={[more, without > 0 ? t("noBranch", { n: countText(without) }) : null].filter((one) => one !== null).join(" · ")}>
      <Untold asked={alerts} />
      {alerts.data !== undefined && alerts.data.figure.refused === undefined && units.length === 0 && <Nothing>{t("noneToday")}</Nothing>}
      <div ref={box}>
        {wall
          ? tiles(worst)
          : [...new Set(names.map((unit) => unit.slice(0, DISTRICT)))].map((district) => (
              <div key={district}>
                <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                  {t("district", { code: district })}
                </Typography.Text>
                {tiles(units.filter(({ unit }) => unit.startsWith(district)))}
              </div>
            ))}
      </div>
    </Panel>
  );
}

// Of an alert and of an order nothing personal is shown here, so it is asked for masked: a wall that is on all day leaves no record that somebody was shown it.
export function Urgent({ query }: { query: FigureQuery }) {
  const t = useWords(cockpitWords);
  const both = useBoth();
  const wall = useWall();
  const shown = wall ? 5 : 8;
  const count = useFigure("open_s4", query, { everyMs: FIGURE_EVERY_MS });
  const asked = useAsk(["alerts", "urgent", shown], (signal) => told(api.GET("/v1/alerts", { params: { query: { severity: "S4", open: true, order: "rank", limit: shown, masked: true } }, signal })), {
    everyMs: 5000,
  });
  const rows = asked.data?.alerts ?? [];
  const more = (count.data?.figure.value ?? 0) - rows.length;
  return (
    <Panel title={t("urgent")} extra={more > 0 ? <MayLink to="/alerts?severity=S4">{t("urgentMore", { n: countText(more) })}</MayLink> : null}>
      {asked.data === undefined && asked.error === null && <Spin />}
      {asked.data === undefined && asked.error !== null && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.data !== undefined && (
        <Table
          size="small"
          rowKey="alert"
          pagination={false}
          dataSource={rows}
          locale={{ emptyText: <Nothing>{t("noUrgent")}</Nothing> }}
          columns={[
            { key: "alert", title: t("alert"), width: wall ? 110 : undefined, render: (_value, row) => <AlertLink alert={row.alert} /> },
            { key: "group", title: t("group"), ellipsis: wall, render: (_value, row) => both({ zh: row.group_zh, en: row.group_en }) },
            { key: "amount", title: t("amount"), width: wall ? 170 : undefined, align: "right", render: (_value, row) => <span className="number">{moneyText(row.amount)}</span> },
            ...(wall ? [] : [{ key: "state", title: t("state"), render: (_value: unknown, row: Schemas["AlertRow"]) => both({ zh: row.state_zh, en: row.state_en }) }]),
            { key: "due", title: t("due"), width: wall ? 190 : undefined, render: (_value, row) => <Due ms={row.decide_until} /> },
          ]}
        />
      )}
    </Panel>
  );
}

const UNDER_WAY = ["EXECUTING", "DECIDING", "EXCEPTION"] as const;

export function Orders() {
  const t = useWords(cockpitWords);
  const both = useBoth();
  const canGo = useCanGo();
  const wall = useWall();
  const shown = wall ? 5 : 8;
  const asked = useAsk(
    ["orders", "under way"],
    async (signal) => {
      const pages = await Promise.all(UNDER_WAY.map((state) => told(api.GET("/v1/orders", { params: { query: { state, limit: 50, masked: true } }, signal }))));
      return { orders: pages.flatMap((page) => page.orders).sort((one, other) => (one.due ?? one.taken ?? 0) - (other.due ?? other.taken ?? 0)), more: pages.some((page) => page.next !== null) };
    },
    { everyMs: 5000 },
  );
  const all = asked.data?.orders ?? [];
  return (
    <Panel title={t("orders")} extra={all.length > shown ? <MayLink to="/orders">{t("urgentMore", { n: `${countText(all.length - shown)}${asked.data?.more === true ? "+" : ""}` })}</MayLink> : null}>
      {asked.data === undefined && asked.error === null && <Spin />}
      {asked.data === undefined && asked.error !== null && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.data !== undefined && (
        <Table
          size="small"
          rowKey="police_order"
          pagination={false}
          dataSource={all.slice(0, shown)}
          locale={{ emptyText: <Nothing>{t("noOrders")}</Nothing> }}
          columns={[
            { key: "order", title: t("order"), width: wall ? 170 : undefined, ellipsis: wall, render: (_value, row) => (canGo(`/orders/${row.police_order}`) ? <Link to={`/orders/${row.police_order}`}>{row.number}</Link> : row.number) },
            { key: "kind", title: t("kind"), ellipsis: wall, render: (_value, row) => both({ zh: row.kind_zh, en: row.kind_en }) },
            { key: "state", title: t("state"), ellipsis: wall, render: (_value, row) => both({ zh: row.state_zh, en: row.state_en }) },
            {
              key: "waited",
              width: wall ? 150 : undefined,
              title: t("waited"),
              render: (_value, row) => (row.due === null ? <Since ms={row.taken} /> : <Due ms={row.due} />),
            },
          ]}
        />
      )}
    </Panel>
  );
}

const ENDPOINTS = ["contact", "core", "police", "page", "inspection"] as const;

// The sources that most need to be looked at, each with its lag.
function SourceLags() {
  const t = useWords(cockpitWords);
  const wall = useWall();
  const { language } = useSettings();
  const asked = useSources();
  const all = (asked.data?.sources ?? []).filter((source) => source.events + source.refused > 0).sort(byNeed);
  const shown = wall ? 3 : 6;
  if (asked.data === undefined) {
    return asked.error === null ? <Spin /> : <Failure error={asked.error} onAgain={() => void asked.refetch()} />;
  }
  return (
    <div style={{ marginBottom: wall ? 6 : 10 }}>
      {all.length === 0 && <Nothing>{t("noSources")}</Nothing>}
      <ul data-sources style={{ listStyle: "none", display: "grid", gap: wall ? 3 : 4, padding: 0, margin: 0, fontSize: wall ? 16 : 13 }}>
        {all.slice(0, shown).map((row) => (
          <li key={`${row.kind} ${row.source}`} style={{ display: "flex", flexWrap: wall ? "nowrap" : "wrap", alignItems: "baseline", gap: "0 10px" }}>
            <span style={{ flex: 1, whiteSpace: "nowrap", ...(wall ? { minWidth: 64, overflow: "hidden", textOverflow: "ellipsis" } : {}) }}>
              <SourceName source={row} short />
            </span>
            {row.minute_events > 0 && (
              <Typography.Text type="secondary" className="number" style={{ fontSize: "inherit", ...(wall ? { whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis" } : {}) }}>
                {t("sourceLagText", { n: minuteText(row), lags: lagsText(row, language) })}
              </Typography.Text>
            )}
            <SourceStand source={row} at={asked.data.at} />
          </li>
        ))}
      </ul>
      {all.length > shown && <Typography.Text type="secondary">{t("sourcesMore", { n: all.length - shown })}</Typography.Text>}
    </div>
  );
}

const WALL_SYSTEMS = 4;

export function Sources() {
  const t = useWords(cockpitWords);
  const wall = useWall();
  const { language } = useSettings();
  const canGo = useCanGo();
  const asked = useAsk(["state"], (signal) => told(api.GET("/v1/state", { signal })), { everyMs: 5000 });
  const state = asked.data;
  const response = state?.response;
  const rows =
    state === undefined || response === undefined
      ? []
      : [
          { key: "engine", name: t("engine"), good: state.ready && state.waiting === 0, text: state.waiting > 0 ? t("waitingRecords", { n: countText(state.waiting) }) : t(state.ready ? "ready" : "notReady") },
          {
            key: "follow",
            name: t("follow"),
            good: response.mode === "on" && response.lag_ms < 5000,
            text: response.mode !== "on" ? response.problem || t(`mode_${response.mode}`) : response.lag_records === 0 ? t("inStep") : t("lagText", { n: countText(response.lag_records), span: spanText(response.lag_ms, language) }),
          },
          { key: "timers", name: t("timers"), good: response.timers_late === 0, text: t("timersText", { n: countText(response.timers_late), of: countText(response.timers) }) },
          { key: "putAside", name: t("putAside"), good: response.put_aside === 0, text: countText(response.put_aside) },
          ...ENDPOINTS.map((name) => {
            const end = response.endpoints[name];
            return {
              key: name,
              name: t(name),
              good: end !== undefined && end.is_set && end.dead === 0 && end.problem === "",
              text: end === undefined || !end.is_set ? t("notSet") : t("sentText", { sent: countText(end.sent), waiting: countText(end.waiting), dead: countText(end.dead) }),
            };
          }),
        ];
  // On the wall nothing is scrolled: those that need to be looked at come first, and what has no room is told together.
  const ordered = wall ? [...rows].sort((one, other) => Number(one.good) - Number(other.good)) : rows;
  const shown = wall && rows.length > WALL_SYSTEMS ? ordered.slice(0, WALL_SYSTEMS - 1) : ordered;
  const rest = ordered.slice(shown.length);
  const bad = rest.filter((row) => !row.good).length;
  return (
    <Panel title={t("sources")} extra={canGo("/system") ? <Link to="/system">{t("state")}</Link> : null}>
      {state === undefined && asked.error === null && <Spin />}
      {state === undefined && asked.error !== null && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      <SourceLags />
      {rows.length > 0 && (
        <dl style={{ display: "grid", gridTemplateColumns: "auto 1fr", gap: wall ? "3px 16px" : "4px 12px", margin: 0, fontSize: wall ? 16 : 13 }}>
          {shown.map((row) => (
            <div key={row.key} style={{ display: "contents" }}>
              <dt>{row.name}</dt>
              <dd style={{ margin: 0, textAlign: "right" }}>
                <Mark kind={row.good ? "good" : "bad"} look="wraps">{row.text}</Mark>
              </dd>
            </div>
          ))}
          {rest.length > 0 && (
            <div style={{ display: "contents" }}>
              <dt>{t("restSystems", { n: rest.length })}</dt>
              <dd style={{ margin: 0, textAlign: "right" }}>
                <Mark kind={bad === 0 ? "good" : "bad"} look="wraps">{bad === 0 ? t("restFine") : t("restBad", { n: bad })}</Mark>
              </dd>
            </div>
          )}
        </dl>
      )}
    </Panel>
  );
}
