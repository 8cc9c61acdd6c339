// One figure: what it is, how it is counted, its parts by branch and by word, and the rows that it counts, each leading to what it is.
import { Card, Collapse, Descriptions, Spin, Typography } from "antd";
import { useMemo } from "react";
import { Link, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { type Language, useBoth, useWords } from "@/app/words";
import { Chart } from "@/parts/Chart";
import { type Column, DataTable } from "@/parts/DataTable";
import { usePartName } from "@/parts/disposition";
import { Failure, Nothing } from "@/parts/States";
import { countText, moneyText, NOTHING, shareText, spanText, Time, timeText } from "@/parts/values";
import { type Definition, type Figure as FigureTold, type FigureKind, useDefinition, useFigure } from "@/screens/cockpit/asking";
import { ObjectLink } from "@/screens/cockpit/links";
import { useFigureText } from "@/screens/cockpit/Panel";
import { SpanPicker, useSpan } from "@/screens/cockpit/SpanPicker";
import { cockpitWords } from "@/screens/cockpit/words";

type Row = Schemas["CockpitRows"]["rows"][number];
type Part = NonNullable<FigureTold["parts"]>[number];

export function numberText(kind: FigureKind, value: number | null, language: Language): string {
  if (value === null) {
    return NOTHING;
  }
  switch (kind) {
    case "MONEY":
      return moneyText(value);
    case "SHARE":
      return shareText(value);
    case "SPAN":
      return spanText(value / 1000, language);
    case "RATIO":
    case "PER_10000":
    case "KAPPA":
      return value.toFixed(2);
    default:
      return countText(value);
  }
}

function Parts({ title, figure, kind, parts, nameOf, onPick }: { title: string; figure: string; kind: FigureKind; parts: Part[]; nameOf: (part: string) => string; onPick?: (part: string) => void }) {
  const t = useWords(cockpitWords);
  const { language, dark } = useSettings();
  const shown = useMemo(() => parts.filter((part) => part.number !== null).slice(0, 30).reverse(), [parts]);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 90, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: { type: "category", data: shown.map((part) => nameOf(part.part)), axisTick: { show: false }, axisLabel: { width: 180, overflow: "truncate", color: dark ? "rgba(255,255,255,0.85)" : "#1f2328" } },
      tooltip: { trigger: "item", valueFormatter: (value: unknown) => numberText(kind, Number(value), language) },
      series: [
        {
          type: "bar",
          barMaxWidth: 18,
          itemStyle: { color: dark ? "#3d96e0" : "#0b5fa5" },
          label: { show: true, position: "right", color: dark ? "rgba(255,255,255,0.85)" : "#1f2328", formatter: (at: { value: number }) => numberText(kind, at.value, language) },
          data: shown.map((part) => part.number),
        },
      ],
    }),
    // nameOf changes with the language alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [shown, dark, language, kind],
  );
  const words = parts.map((part) => `${nameOf(part.part)} ${numberText(kind, part.number, language)}`).join("; ");
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{title}</h2>} style={{ minWidth: 0 }}>
      {shown.length === 0 ? (
        <Nothing>{t("noParts")}</Nothing>
      ) : (
        <Chart option={option} height={Math.max(80, 30 * shown.length)} summary={t("chartOf", { figure, by: title, parts: words })} onPick={(picked) => onPick?.(shown[picked.dataIndex]!.part)} />
      )}
    </Card>
  );
}

function Defined({ definition, told: figure }: { definition: Definition; told: FigureTold }) {
  const t = useWords(cockpitWords);
  const both = useBoth();
  const { language } = useSettings();
  const say = useFigureText();
  const { text, why } = say(figure);
  const value = figure.figure;
  const number = (one: number | null | undefined) => numberText(definition.kind, one ?? null, language);
  const short = [
    {
      key: "value",
      label: t("value"),
      children: (
        <span>
          <strong className="number" data-value="" style={{ fontSize: 22 }}>
            {text}
          </strong>
          {why !== null && <div>{why}</div>}
        </span>
      ),
    },
    { key: "rows", label: t("rowCount"), children: value.rows === undefined ? NOTHING : <span data-rows="">{countText(value.rows)}</span> },
    { key: "span", label: t("span"), children: `${timeText(figure.from)} ${t("until")} ${timeText(figure.until)}` },
    { key: "unit", label: t("unit"), children: figure.unit ?? t("wholeBank") },
    ...(value.lower == null || value.upper == null ? [] : [{ key: "wilson", label: t("wilson"), children: `${number(value.lower)} — ${number(value.upper)}` }]),
    ...(value.hits === undefined ? [] : [{ key: "hits", label: t("hits"), children: countText(value.hits) }]),
    ...(value.base === undefined ? [] : [{ key: "base", label: t("base"), children: countText(value.base) }]),
    ...(value.untold === undefined ? [] : [{ key: "untold", label: t("untold"), children: countText(value.untold) }]),
    ...(value.since_us === undefined ? [] : [{ key: "since", label: t("since"), children: <Time ms={value.since_us / 1000} /> }]),
    ...(figure.mean_of_others === undefined ? [] : [{ key: "mean", label: t("meanOfOthers"), children: number(figure.mean_of_others) }]),
  ];
  const long = [
    { key: "definition", label: t("definition"), children: both({ zh: definition.definition_zh, en: definition.definition_en }) },
    { key: "once", label: t("once"), children: both({ zh: definition.once_zh, en: definition.once_en }) },
    { key: "query", label: t("query"), children: <Typography.Text className="mono">{`${definition.query} / ${definition.rows_query}`}</Typography.Text> },
    ...(figure.sha256 === undefined
      ? []
      : [
          {
            key: "hash",
            label: t("hash"),
            children: (
              <Typography.Text className="mono" style={{ wordBreak: "break-all" }}>
                {figure.sha256}
              </Typography.Text>
            ),
          },
        ]),
  ];
  return (
    <Card size="small">
      <Descriptions size="small" layout="vertical" column={{ xs: 1, md: 2, xl: 4 }} items={short.map((item, at) => (at === short.length - 1 ? { ...item, span: "filled" as const } : item))} />
      <Descriptions size="small" column={1} items={long} styles={{ label: { width: 130 } }} style={{ marginTop: 8 }} />
    </Card>
  );
}

function Rows({ figure, kind, told: answer }: { figure: string; kind: FigureKind; told: FigureTold }) {
  const t = useWords(cockpitWords);
  const name = usePartName();
  const { language } = useSettings();
  const { from, until, unit } = answer;
  const columns: Column<Row>[] = [
    { key: "at", title: t("at"), show: (row) => <Time ms={row.at_us / 1000} />, cell: (row) => timeText(row.at_us / 1000) },
    { key: "object", title: t("object"), show: (row) => <ObjectLink kind={row.kind} object={row.object} name={row.key} />, cell: (row) => row.object || row.key },
    { key: "unit", title: t("unit"), show: (row) => <span className="mono">{row.unit || t("noUnit")}</span>, cell: (row) => row.unit },
    {
      key: "value",
      title: t(kind === "MONEY" ? "valueYuan" : "value"),
      align: "right",
      show: (row) => <span className="number">{kind === "MONEY" ? moneyText(row.value) : kind === "SPAN" ? spanText(row.value / 1000, language) : countText(row.value)}</span>,
      cell: (row) => (kind === "MONEY" ? row.value / 100 : row.value),
    },
    { key: "word", title: t("word"), show: (row) => <span data-told="">{name(row.word)}</span>, cell: (row) => row.word },
  ];
  const query = { from: from ?? undefined, until: until ?? undefined, unit: unit ?? undefined };
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("rows")}</h2>}>
      <DataTable<Row>
        name={`figure.${figure}`}
        label={t("rows")}
        rowKey="key"
        columns={columns}
        filters={{ from: String(from), until: String(until), unit: unit ?? "" }}
        empty={t("noRows")}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/cockpit/figures/{figure}/rows", { params: { path: { figure }, query: { ...query, after, limit } }, signal }));
          return { rows: page.rows, next: page.next };
        }}
      />
    </Card>
  );
}

// Parts by branch and, of what adds up, what belongs to none.
function withoutUnit(kind: FigureKind, { figure, parts = [], unit }: FigureTold): Part[] {
  const rest = (figure.value ?? 0) - parts.reduce((sum, part) => sum + (part.number ?? 0), 0);
  return unit === null && ["COUNT", "SUM", "MONEY"].includes(kind) && parts.every((part) => part.part !== "") && rest > 0 ? [...parts, { part: "", rows: rest, sum: rest, number: rest }] : parts;
}

export default function Figure() {
  const t = useWords(cockpitWords);
  const both = useBoth();
  const { figure = "" } = useParams();
  const name = usePartName();
  const span = useSpan("30");
  const query = { from: span.from, until: span.until, unit: span.unit };
  const definition = useDefinition(figure);
  const byUnit = useFigure(figure, { ...query, by: "unit", hash: true });
  const byWord = useFigure(figure, { ...query, by: "word" }, { active: definition !== undefined && !definition.whole });
  const answer = byUnit.data;
  const isTold = answer !== undefined && answer.figure.refused === undefined;
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 10 }}>
      <div style={{ display: "flex", gap: 12, alignItems: "baseline", flexWrap: "wrap" }}>
        <h1 style={{ fontSize: 18, margin: 0, flex: 1 }}>{definition === undefined ? figure : both(definition)}</h1>
        <Link to="/cockpit/figures">{t("allFigures")}</Link>
        <Link to="/cockpit">{t("back")}</Link>
      </div>
      <SpanPicker usual="30" />
      {byUnit.error !== null && answer === undefined && <Failure error={byUnit.error} onAgain={() => void byUnit.refetch()} />}
      {answer === undefined && byUnit.error === null && <Spin />}
      {answer !== undefined && definition !== undefined && (
        <>
          <Defined definition={definition} told={answer} />
          {isTold && !definition.whole && (
            <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(380px, 1fr))", gap: 10 }}>
              <Parts title={t("byWord")} figure={both(definition)} kind={definition.kind} parts={byWord.data?.parts ?? []} nameOf={name} />
              <Parts title={t("byUnit")} figure={both(definition)} kind={definition.kind} parts={withoutUnit(definition.kind, answer)} nameOf={(part) => part || t("noUnit")} />
            </div>
          )}
          {definition.secrecy === "INSIDER" ? <Nothing>{t("rowsWhole")}</Nothing> : isTold && <Rows figure={figure} kind={definition.kind} told={answer} />}
          <Collapse size="small" items={[{ key: "sql", label: t("sql"), children: <pre style={{ whiteSpace: "pre-wrap", margin: 0 }}>{definition.sql}</pre> }]} />
        </>
      )}
    </div>
  );
}
