// What the tables know of one thing: a card for each table that has a row of it, with what is empty left out until it is wanted.
import { useQueries } from "@tanstack/react-query";
import { Card, Checkbox, Descriptions, Space, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { Masked } from "@/parts/Masked";
import { useSchema } from "@/parts/schema";
import { Failure, Nothing } from "@/parts/States";
import { countText, moneyText, NOTHING, YesNo } from "@/parts/values";
import { useUnitBehind } from "@/parts/units";
import { orNull, useTables } from "@/screens/data/asking";
import { type ThingKind, things } from "@/screens/data/things";
import { dataWords } from "@/screens/data/words";

type Table = Schemas["Tables"]["tables"][number];
type Column = Schemas["Column"];
type Row = Schemas["Row"];
type Cell = string | number | boolean | null;

// Tables whose key is a name of such a thing alone.
export function tablesOf(kind: ThingKind, tables: Table[]): Table[] {
  return tables.filter((table) => table.key.length === 1 && things[kind].fields.includes(table.key[0]!));
}

function Value({ column, cell }: { column: Column; cell: Cell }) {
  const unit = useUnitBehind()(column.unit);
  const both = useBoth();
  if (cell === null) {
    return <>{NOTHING}</>;
  }
  if (column.type === "money") {
    return <span className="number">¥ {moneyText(Number(cell))}</span>;
  }
  if (column.type === "bool") {
    return <YesNo value={Boolean(cell)} />;
  }
  const choice = column.values?.find((one) => one.value === cell);
  if (choice !== undefined) {
    return <span data-told="">{both(choice) || choice.value}</span>;
  }
  return (
    <span data-told="" className={typeof cell === "number" ? "number" : undefined}>
      {typeof cell === "number" ? (Number.isInteger(cell) ? countText(cell) : cell.toPrecision(4)) : cell}
      {unit !== "" && <Typography.Text type="secondary"> {unit}</Typography.Text>}
    </span>
  );
}

function OneTable({ table, row, name, showEmpty }: { table: Table; row: Row; name: string; showEmpty: boolean }) {
  const t = useWords(dataWords);
  const { language } = useSettings();
  const { may } = useSession();
  const schema = useSchema();
  const [reason, setReason] = useState<string | null>(null);
  const [unmasked, setUnmasked] = useState<Row | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const columns = (unmasked ?? row).columns as Record<string, Cell>;
  const shown = table.columns.filter((column) => showEmpty || columns[column.column] !== null);
  const hides = !may("personal:read") && table.columns.some((column) => column.personal && columns[column.column] !== null);
  const title = (column: Column) => (language === "zh" ? column.title.zh : column.title.en) || (language === "zh" ? column.column : column.column.replaceAll("_", " "));
  async function ask(why: string) {
    try {
      setUnmasked(await told(api.GET("/v1/tables/{table}/rows/{key}", { params: { path: { table: table.table, key: name }, query: { unmask: why } } })));
      setReason(why);
      setFailure(null);
    } catch (error) {
      setFailure(error);
    }
  }
  if (shown.length === 0) {
    return null;
  }
  return (
    <Card size="small" title={<h3 style={{ fontSize: 14, margin: 0 }}>{t("tableRows", { table: table.table, key: table.key.map((field) => schema.field(field)).join(language === "zh" ? "、" : ", ") })}</h3>} extra={hides && <Space>{<Masked reason={reason} onReason={(why) => void ask(why)} />}</Space>}>
      {failure !== null && <Failure error={failure} />}
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 4 }}
        items={shown.map((column) => ({ key: column.column, label: <span data-told="">{title(column)}</span>, children: <Value column={column} cell={columns[column.column] ?? null} /> }))}
      />
    </Card>
  );
}

export function ProfileTables({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const [showEmpty, setShowEmpty] = useState(false);
  const all = useTables();
  const tables = tablesOf(kind, all.data?.tables ?? []);
  const rows = useQueries({
    queries: tables.map((table) => ({
      queryKey: ["row", table.table, name],
      queryFn: ({ signal }: { signal: AbortSignal }) => orNull(told(api.GET("/v1/tables/{table}/rows/{key}", { params: { path: { table: table.table, key: name } }, signal }))),
    })),
  });
  const error = all.error ?? rows.find((row) => row.error !== null)?.error ?? null;
  if (error !== null) {
    return <Failure error={error} onAgain={() => void all.refetch()} />;
  }
  const isPending = all.isPending || rows.some((row) => row.isPending);
  const found = tables.flatMap((table, index) => (rows[index]?.data ? [{ table, row: rows[index].data }] : []));
  if (!isPending && found.length === 0) {
    return <Nothing>{t("nothingKnown")}</Nothing>;
  }
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <Checkbox checked={showEmpty} onChange={(event) => setShowEmpty(event.target.checked)}>
        {t("showEmpty")}
      </Checkbox>
      {isPending && <Card size="small" loading />}
      {found.map(({ table, row }) => (
        <OneTable key={table.table} table={table} row={row} name={name} showEmpty={showEmpty} />
      ))}
    </div>
  );
}
