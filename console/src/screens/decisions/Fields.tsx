// The fields of an event by their names, as they came; money in yuan, times of Shanghai.
import { Input, theme } from "antd";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useSchema } from "@/parts/schema";
import { moneyText, timeText } from "@/parts/values";
import { decisionWords } from "@/screens/decisions/words";

const cell = { padding: "6px 8px 6px 0", textAlign: "left", verticalAlign: "top" } as const;

interface Field {
  name: string;
  title: string;
  value: string;
}

export function EventFields({ event, fields }: { event: Record<string, unknown>; fields: Schemas["Why"]["fields"] }) {
  const t = useWords(decisionWords);
  const both = useBoth();
  const schema = useSchema();
  const { token } = theme.useToken();
  const [wanted, setWanted] = useState("");
  const known = new Map(fields.map((field) => [field.field, field]));
  const shown = (name: string, value: unknown): string => {
    const type = known.get(name)?.type;
    if (value === null || value === undefined) {
      return t("missingValue");
    }
    if (typeof value === "boolean") {
      return t(value ? "yes" : "no");
    }
    if (type === "money" && typeof value === "number") {
      return moneyText(value);
    }
    if (type === "time" && typeof value === "number") {
      return timeText(value);
    }
    const words = schema.shown(`event.${name}`, value);
    if (words !== undefined) {
      return words;
    }
    return Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  const order = new Map(fields.map((field, index) => [field.field, index]));
  const rows: Field[] = Object.entries(event)
    .map(([name, value]) => ({ name, title: both(known.get(name)), value: shown(name, value) }))
    .sort((one, other) => (order.get(one.name) ?? 999) - (order.get(other.name) ?? 999))
    .filter((row) => wanted === "" || `${row.name} ${row.title} ${row.value}`.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <>
      <Input allowClear placeholder={t("fieldFilter")} aria-label={t("fieldFilter")} value={wanted} onChange={(change) => setWanted(change.target.value)} style={{ width: 240, marginBottom: 8 }} />
      <table style={{ width: "100%", borderCollapse: "collapse" }}>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} style={{ borderBottom: `1px solid ${token.colorBorderSecondary}` }}>
              <th scope="row" data-told="" style={{ ...cell, width: "42%", fontWeight: "normal", color: token.colorTextSecondary }}>
                {row.title === "" ? row.name : row.title}
              </th>
              <td data-told="" className="number" title={row.name} style={{ ...cell, wordBreak: "break-all" }}>
                {row.value}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
