// The table of live decisions: only the rows in view are there, however many are kept. While it stands at its top the newest ones come in; who scrolls down looks at a table that stands still.
import { Button } from "antd";
import { type CSSProperties, memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "react-router-dom";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { countText, moneyText, Severity, type SeverityWord, timeText } from "@/parts/values";
import { ActionTag, spanOfUs, type useNames } from "@/screens/decisions/names";
import type { Ring } from "@/screens/decisions/ring";
import type { Row } from "@/screens/decisions/stream";
import { decisionWords } from "@/screens/decisions/words";

const ROW_HEIGHT = 32;
const BEYOND = 4; // rows above and below what is seen

interface Props {
  rows: Ring<Row>;
  arrived: number;
  paused: boolean;
  names: ReturnType<typeof useNames>;
  empty: ReactNode;
}

const COLUMNS = [
  { key: "time", width: 92 },
  { key: "event", width: 186 },
  { key: "eventType", width: 128 },
  { key: "action", width: 104 },
  { key: "score", width: 66, right: true },
  { key: "severity", width: 66 },
  { key: "amount", width: 128, right: true },
  { key: "hits", width: 0 },
  { key: "took", width: 84, right: true },
] as const;

function Hits({ row, names }: { row: Row; names: Props["names"] }) {
  const t = useWords(decisionWords);
  const first = row.hits[0];
  if (first === undefined) {
    return row.quiet.length > 0 ? <span>{t("quiet", { n: row.quiet.length })}</span> : null;
  }
  const rest = row.hits.length - 1;
  return (
    <span title={row.hits.map((model) => `${model} ${names.model(model)}`).join("\n")}>
      <span className="mono">{first}</span> {names.model(first)}
      {rest > 0 && ` +${rest}`}
    </span>
  );
}

interface RowProps {
  row: Row;
  place: number; // in the table, its head being the first
  names: Props["names"];
  cell: CSSProperties;
}

const LiveRow = memo(function LiveRow({ row, place, names, cell }: RowProps) {
  const right = { ...cell, textAlign: "right" } as const;
  return (
    <tr aria-rowindex={place}>
      <td className="number" style={cell} title={timeText(row.time)}>
        {timeText(row.time, "clock")}
      </td>
      <td style={cell}>
        <Link className="mono" to={`/decisions/${encodeURIComponent(row.event_id)}`} title={row.event_id}>
          {row.event_id}
        </Link>
      </td>
      <td style={cell} title={row.event_type}>
        {names.type(row.event_type)}
      </td>
      <td style={cell}>
        <ActionTag action={row.action} name={names.action(row.action)} />
      </td>
      <td className="number" style={right}>
        {row.score}
      </td>
      <td style={cell}>{row.severity !== "" && <Severity severity={row.severity as SeverityWord} />}</td>
      <td className="number" style={right}>
        {row.amount === null ? "" : moneyText(row.amount)}
      </td>
      <td style={cell}>
        <Hits row={row} names={names} />
      </td>
      <td className="number" style={right}>
        {spanOfUs(row.took_us)}
      </td>
    </tr>
  );
});

export function LiveTable({ rows, arrived, paused, names, empty }: Props) {
  const t = useWords(decisionWords);
  const { dark } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(480);
  const [held, setHeld] = useState<{ rows: Row[]; arrived: number } | null>(null);
  const arrivedNow = useRef(arrived);
  arrivedNow.current = arrived;
  const stands = paused || top > ROW_HEIGHT / 2;

  // What is looked at stays: it is taken out of the ring when the table stops, and let go when it runs again.
  useLayoutEffect(() => {
    setHeld((before) => (stands ? (before ?? { rows: rows.all(), arrived: arrivedNow.current }) : null));
  }, [stands, rows]);

  useEffect(() => {
    const element = box.current;
    if (element === null) {
      return undefined;
    }
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const count = held?.rows.length ?? rows.size;
  const at = (index: number) => (held === null ? rows.at(index) : held.rows[index]);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / ROW_HEIGHT) + BEYOND);
  const fresh = held === null ? 0 : arrived - held.arrived;
  const line = dark ? "1px solid rgba(255,255,255,0.1)" : "1px solid rgba(0,0,0,0.07)";
  const ground = dark ? "#1d2127" : "#f7f9fb";
  const cell = useMemo(() => ({ padding: "0 8px", height: ROW_HEIGHT, borderBottom: line, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }) as const, [line]);
  const newest = held?.arrived ?? arrived;
  const slots = Math.ceil(height / ROW_HEIGHT) + 2 * BEYOND + 2; // more than are ever drawn

  return (
    <div style={{ position: "relative", flex: 1, minHeight: 240 }}>
      {stands && fresh > 0 && (
        <div role="status" style={{ position: "absolute", top: 38, left: 0, right: 0, textAlign: "center", zIndex: 3, pointerEvents: "none" }}>
          <span style={{ pointerEvents: "auto", padding: "4px 12px", borderRadius: 4, background: dark ? "#12344f" : "#e2f0fb", color: dark ? "#cfe6fb" : "#0a4270", boxShadow: "0 2px 8px rgba(0,0,0,0.25)" }}>
            {t(paused ? "paused" : "scrolled", { n: countText(fresh) })}
            {!paused && (
              <Button type="link" size="small" onClick={() => box.current?.scrollTo({ top: 0 })}>
                {t("toTop")}
              </Button>
            )}
          </span>
        </div>
      )}
      <div ref={box} tabIndex={0} role="region" aria-label={t("tableLabel")} onScroll={(event) => setTop(event.currentTarget.scrollTop)} style={{ position: "absolute", inset: 0, overflow: "auto", overflowAnchor: "none" }}>
        <table aria-rowcount={count + 1} style={{ width: "100%", minWidth: 1010, tableLayout: "fixed", borderCollapse: "separate", borderSpacing: 0 }}>
          <colgroup>
            {COLUMNS.map((column) => (
              <col key={column.key} style={{ width: column.width === 0 ? undefined : column.width }} />
            ))}
          </colgroup>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column.key} scope="col" style={{ ...cell, position: "sticky", top: 0, zIndex: 2, background: ground, textAlign: "right" in column ? "right" : "left", fontWeight: 600 }}>
                  {t(column.key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {first > 0 && (
              <tr aria-hidden="true">
                <td colSpan={COLUMNS.length} style={{ height: first * ROW_HEIGHT, padding: 0 }} />
              </tr>
            )}
            {Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
              const row = at(first + offset);
              if (row === undefined) {
                return null;
              }
              return (
                // Elements are used again: a row that comes gets those of one that has left.
                <LiveRow key={(newest - first - offset) % slots} row={row} place={first + offset + 2} names={names} cell={cell} />
              );
            })}
            {last < count && (
              <tr aria-hidden="true">
                <td colSpan={COLUMNS.length} style={{ height: (count - last) * ROW_HEIGHT, padding: 0 }} />
              </tr>
            )}
          </tbody>
        </table>
        {count === 0 && empty}
      </div>
    </div>
  );
}
