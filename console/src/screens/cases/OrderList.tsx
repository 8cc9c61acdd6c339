// Orders of authorities with what is due when, the queue of those that do not agree, and as a second tab the bank's own reports to the police.
import { Card, Segmented, Select, Space, Tabs } from "antd";
import { Link, useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark, type MarkKind } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { TextFilter } from "@/parts/TextFilter";
import { AlertLink, CaseLink, countText, Due, Money, spanText, ThingLink, Time, timeText } from "@/parts/values";
import { Brief, FigureLine, ScreenTitle, Told } from "@/screens/cases/CasePieces";
import { DeedForm } from "@/screens/cases/DeedForm";
import { orderWords } from "@/screens/cases/words";

type Row = Schemas["Order"];
type ReportRow = Schemas["Report"];

export function orderMark(state: string): MarkKind {
  return state === "EXCEPTION" || state === "REFUSED" ? "bad" : state === "DECIDING" ? "warn" : state === "EXECUTING" ? "info" : "good";
}

export const isWaiting = (order: Row) => ["EXCEPTION", "DECIDING", "EXECUTING"].includes(order.state);

function OrderFigures() {
  const t = useWords(orderWords);
  const { language } = useSettings();
  const { data } = useAsk(["figures", "orders"], (signal) => told(api.GET("/v1/figures/orders", { signal })));
  if (data === undefined) {
    return null;
  }
  const rows = data.figures;
  const sum = (part: "taken" | "executed" | "refused" | "in_exception" | "in_time") => rows.reduce((all, row) => all + row[part], 0);
  // Times of kinds can't be added up: the slowest kind stands for all.
  const slowest = (part: "p50_ms" | "p95_ms") => rows.reduce((most, row) => Math.max(most, row.executed > 0 ? row[part] : 0), 0);
  const span = (ms: number) => (sum("executed") === 0 ? "—" : ms < 1000 ? `${ms} ms` : spanText(ms, language));
  return (
    <FigureLine
      title={t("figures")}
      figures={[
        { title: t("figTaken"), value: countText(sum("taken")) },
        { title: t("figExecuted"), value: countText(sum("executed")) },
        { title: t("figInTime"), value: countText(sum("in_time")) },
        { title: t("figRefused"), value: countText(sum("refused")) },
        { title: t("figException"), value: countText(sum("in_exception")) },
        { title: t("figMedian"), value: span(slowest("p50_ms")) },
        { title: t("figSlow"), value: span(slowest("p95_ms")) },
      ]}
    />
  );
}

function Orders() {
  const t = useWords(orderWords);
  const both = useBoth();
  const options = useOptions();
  const [filters, change] = useFilters();
  const navigate = useNavigate();
  const state = filters.state ?? "";
  const query = { ...(state === "" ? {} : { state }), ...(filters.account ? { account: filters.account } : {}) };
  const columns: Column<Row>[] = [
    { key: "number", title: t("number"), fixed: "left", show: (row) => <Link to={`/orders/${row.police_order}`}>{row.number}</Link>, cell: (row) => row.number },
    { key: "kind", title: t("kind"), show: (row) => both({ zh: row.kind_zh, en: row.kind_en }), cell: (row) => both({ zh: row.kind_zh, en: row.kind_en }) },
    { key: "state", title: t("state"), show: (row) => <Mark kind={orderMark(row.state)}>{both({ zh: row.state_zh, en: row.state_en })}</Mark>, cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "answer", title: t("answer"), show: (row) => both({ zh: row.answer_zh, en: row.answer_en }), cell: (row) => both({ zh: row.answer_zh, en: row.answer_en }) },
    { key: "due", title: t("due"), show: (row) => (isWaiting(row) ? <Due ms={row.due} /> : "—"), cell: (row) => timeText(row.due) },
    { key: "account", title: t("account"), show: (row) => <ThingLink kind="account" name={row.account} />, cell: (row) => row.account },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => (row.amount === null ? null : row.amount / 100) },
    { key: "authority", title: t("authority"), show: (row) => <Told>{row.authority}</Told>, cell: (row) => row.authority },
    { key: "taken", title: t("taken"), show: (row) => <Time ms={row.taken} />, cell: (row) => timeText(row.taken) },
    { key: "executed", title: t("executed"), show: (row) => <Time ms={row.executed} />, cell: (row) => timeText(row.executed) },
    { key: "document", title: t("document"), show: (row) => <Told>{row.document}</Told>, cell: (row) => row.document },
  ];
  return (
    <>
      <Space wrap style={{ marginBottom: 8 }}>
        <Segmented
          value={["", "EXCEPTION", "DECIDING", "EXECUTING"].includes(state) ? state : ""}
          onChange={(value) => change({ state: value })}
          options={[
            { value: "", label: t("any") },
            { value: "EXCEPTION", label: t("exceptions") },
            { value: "DECIDING", label: t("deciding") },
            { value: "EXECUTING", label: t("executing") },
          ]}
        />
        <Select allowClear placeholder={t("state")} aria-label={t("state")} value={filters.state} onChange={(value: string | undefined) => change({ state: value })} options={options("orderState")} style={{ width: 140 }} />
        <TextFilter name="account" label={t("account")} width={200} />
      </Space>
      <DataTable<Row>
        name="orders"
        label={t("tabOrders")}
        rowKey="police_order"
        columns={columns}
        filters={query as Record<string, string>}
        onFilters={(view) => change({ state: null, account: null, ...view })}
        everyMs={10_000}
        onOpen={(row) => navigate(`/orders/${row.police_order}`)}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/orders", { params: { query: { ...query, after: after === undefined ? undefined : Number(after), limit } }, signal }));
          return { rows: page.orders, next: page.next === null ? null : String(page.next) };
        }}
      />
    </>
  );
}

function textOfBody(body: unknown): string {
  if (typeof body !== "object" || body === null) {
    return body === null || body === undefined ? "" : String(body);
  }
  return Object.entries(body)
    .map(([name, value]) => (name === "text" ? String(value) : `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`))
    .join("; ");
}

function Reports() {
  const t = useWords(orderWords);
  const code = useCode();
  const options = useOptions();
  const { may } = useSession();
  const columns: Column<ReportRow>[] = [
    { key: "report", title: t("report"), show: (row) => row.report, cell: (row) => row.report },
    { key: "kind", title: t("reportKind"), show: (row) => code("report", row.kind), cell: (row) => code("report", row.kind) },
    { key: "subject", title: t("subject"), show: (row) => <ThingLink kind={row.subject_kind} name={row.subject} />, cell: (row) => row.subject },
    { key: "text", title: t("text"), show: (row) => <Brief width={320}>{textOfBody(row.body)}</Brief>, cell: (row) => textOfBody(row.body) },
    { key: "alert", title: t("alert"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
    { key: "case", title: t("case"), show: (row) => <CaseLink id={row.case} />, cell: (row) => row.case },
    { key: "made", title: t("made"), show: (row) => <Time ms={row.made} />, cell: (row) => timeText(row.made) },
    { key: "by", title: t("madeBy"), show: (row) => row.made_by ?? "—", cell: (row) => row.made_by },
    { key: "receipt", title: t("receipt"), show: (row) => (row.received === null ? <Mark kind="warn">{t("waitsReceipt")}</Mark> : <Told>{row.receipt}</Told>), cell: (row) => row.receipt },
    { key: "received", title: t("receivedAt"), show: (row) => <Time ms={row.received} />, cell: (row) => timeText(row.received) },
  ];
  return (
    <DataTable<ReportRow>
      name="reports"
      label={t("tabReports")}
      rowKey="report"
      columns={columns}
      extra={
        may("referrals:write") && (
          <DeedForm
            label={t("reportNew")}
            primary
            done={t("reported")}
            touches={[["table", "reports"]]}
            start={{ kind: "SUSP_REPORT", subject_kind: "account" }}
            fields={[
              { name: "kind", label: t("reportKind"), kind: "select", required: true, options: options("report") },
              { name: "subject_kind", label: t("subjectKind"), kind: "select", required: true, options: options("reportSubject") },
              { name: "subject", label: t("subject"), required: true, max: 128 },
              { name: "text", label: t("text"), kind: "area", required: true },
              { name: "alert", label: t("alert"), kind: "number", min: 1 },
              ...(may("cases:read") ? [{ name: "case", label: t("case"), kind: "case" as const }] : []),
            ]}
            deed={({ text, ...rest }) => told(api.POST("/v1/reports", { body: { ...rest, body: { text } } as never }))}
          />
        )
      }
      load={async (after, limit, signal) => {
        const page = await told(api.GET("/v1/reports", { params: { query: { after: after === undefined ? undefined : Number(after), limit } }, signal }));
        return { rows: page.reports, next: page.next === null ? null : String(page.next) };
      }}
    />
  );
}

export default function OrderList() {
  const t = useWords(orderWords);
  const { may } = useSession();
  const [filters, change] = useFilters();
  return (
    <>
      {may("figures:read") && <OrderFigures />}
      <Card size="small" title={<ScreenTitle>{t("list")}</ScreenTitle>} styles={{ body: { paddingTop: 0 } }}>
        <Tabs
          size="small"
          destroyOnHidden
          activeKey={filters.tab ?? "orders"}
          onChange={(tab) => change({ tab: tab === "orders" ? null : tab })}
          items={[
            { key: "orders", label: t("tabOrders"), children: <Orders /> },
            { key: "reports", label: t("tabReports"), children: <Reports /> },
          ]}
        />
      </Card>
    </>
  );
}
