// Fraud that no alert had told of: cards of customers' reports and of decisions that were drawn, taking the next one, and saying why it was missed.
import { Button, Form, Radio, Select, Space, Statistic, Table, Typography } from "antd";
import { useMemo, useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark } from "@/parts/Mark";
import { findingMeanings, findingNeeds, findings, missedKinds, missedStates, reportKinds, useCode, useNames } from "@/parts/names";
import { useSchema } from "@/parts/schema";
import { AskedDrawer } from "@/parts/ThingDrawer";
import { Money, ThingLink, Time, timeText } from "@/parts/values";
import { useNames as useEventNames } from "@/screens/decisions/names";
import { useModels } from "@/screens/models/asks";
import { Choice, DeedDialog, Facts, OpenButton, PickOrWrite, ScreenCard, Scrolled, Section, TextField, Told } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

type Row = Schemas["MissedList"]["missed"][number];
type Card = Schemas["MissedCard"]["card"];
type Finding = keyof typeof findings;

const words = defineWords({
  title: { zh: "漏报复盘", en: "Missed fraud" },
  one: { zh: "漏报卡片 {id}", en: "Card {id}" },
  from: { zh: "来源", en: "From" },
  report: { zh: "报案类型", en: "Report" },
  said: { zh: "报案 / 抽中时间", en: "Reported or drawn" },
  finding: { zh: "复盘结论", en: "Finding" },
  closed: { zh: "办结时间", en: "Closed" },
  closedBy: { zh: "办结人", en: "Closed by" },
  anyState: { zh: "全部状态", en: "Any state" },
  anyKind: { zh: "全部来源", en: "From anywhere" },
  next: { zh: "领取下一张", en: "Take the next" },
  say: { zh: "登记结论", en: "Say why" },
  sayTitle: { zh: "卡片 {id}：为什么漏报", en: "Card {id}: why it was missed" },
  payments: { zh: "之前三十天的付款（金额从大到小）", en: "Payments of the thirty days before, the largest first" },
  notInHand: { zh: "要登记结论，请先领取。", en: "Take it before you say why." },
  modelHelp: { zh: "选择或填写模型编号", en: "Choose a model, or write its number" },
  reports: { zh: "近三十天报案漏报", en: "Reported, of thirty days" },
  reportsOpen: { zh: "其中未复盘", en: "Of them not looked at" },
  fraud: { zh: "确认为欺诈", en: "Found to be fraud" },
  samples: { zh: "未命中抽查", en: "Drawn among what hit nothing" },
  samplesFraud: { zh: "抽查发现欺诈", en: "Of them fraud" },
});

function microseconds(us: number | undefined): number | null {
  return us === undefined || us === 0 ? null : Math.floor(us / 1000);
}

function CardState({ row }: { row: Pick<Row, "state"> }) {
  const name = useNames(missedStates);
  return <Mark kind={row.state === "CLOSED" ? "good" : "info"}>{name(row.state)}</Mark>;
}

function Figures() {
  const w = useWords(words);
  const asked = useAsk(["figures", "missed"], (signal) => told(api.GET("/v1/figures/missed", { signal })));
  if (asked.data === undefined) {
    return null;
  }
  const { figures } = asked.data;
  return (
    <Space size={32} wrap style={{ marginBottom: 12 }}>
      <Statistic title={w("reports")} value={figures.reports} />
      <Statistic title={w("reportsOpen")} value={figures.reports_open} />
      <Statistic title={w("fraud")} value={figures.fraud} />
      <Statistic title={w("samples")} value={figures.samples} />
      <Statistic title={w("samplesFraud")} value={figures.samples_fraud} />
    </Space>
  );
}

function FindingFields() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  const { may } = useSession();
  const name = useNames(findings);
  const meaning = useNames(findingMeanings);
  const form = Form.useFormInstance<{ finding: Finding }>();
  const chosen = Form.useWatch("finding", form);
  const needs = chosen === undefined ? null : findingNeeds[chosen];
  const models = useModels(needs === "model" && may("models:read"));
  const options = useMemo(() => (models.data?.models ?? []).map((model) => ({ value: model.model, label: `${model.model} ${both({ zh: model.zh, en: model.en })}` })), [models.data, both]);
  return (
    <>
      <Form.Item name="finding" label={w("finding")} rules={[{ required: true, message: t("needed") }]}>
        <Choice label={w("finding")} style={{ display: "flex", flexDirection: "column", gap: 6 }}>
          {(Object.keys(findings) as Finding[]).map((word) => (
            <Radio key={word} value={word}>
              {name(word)} <Typography.Text type="secondary">{meaning(word)}</Typography.Text>
            </Radio>
          ))}
        </Choice>
      </Form.Item>
      {needs === "model" && (
        <Form.Item name="model" label={t("model")} extra={w("modelHelp")} rules={[{ required: true, whitespace: true, message: t("needed") }]}>
          <PickOrWrite options={options} filterOption={(text, option) => `${option?.label ?? ""}`.toLowerCase().includes(text.toLowerCase())} />
        </Form.Item>
      )}
      <TextField key={needs ?? ""} name="note" label={t("note")} needed={needs === "note"} />
    </>
  );
}

function FindingDialog({ card, open, onClose }: { card: Card; open: boolean; onClose: () => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const say = useDeed(
    (values: { finding: Finding; model?: string; note?: string }) =>
      told(
        api.POST("/v1/missed/{card}/finding", {
          params: { path: { card: card.id } },
          body: { finding: values.finding, model: values.model?.trim() || undefined, note: values.note?.trim() || undefined },
        }),
      ),
    { done: t("done"), touches: [["table", "missed"], ["missed", card.id], ["figures", "missed"]], after: onClose },
  );
  return (
    <DeedDialog<{ finding: Finding; model?: string; note?: string }> title={w("sayTitle", { id: card.id })} open={open} sending={say.isPending} onClose={onClose} onSend={(values) => say.mutate(values)}>
      <FindingFields />
    </DeedDialog>
  );
}

function Payments({ payments }: { payments: Card["payments"] }) {
  const t = useWords(officeWords);
  const code = useCode();
  const names = useEventNames();
  const schema = useSchema();
  return (
    <Table
      size="small"
      rowKey="event_id"
      dataSource={payments}
      pagination={payments.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
      scroll={{ x: "max-content" }}
      columns={[
        { title: t("time"), render: (_value, row) => <Time ms={microseconds(row.time_us)} /> },
        { title: t("amount"), align: "right", render: (_value, row) => <Money fen={row.amount} /> },
        { title: t("payee"), render: (_value, row) => <ThingLink kind="account" name={row.payee} /> },
        { title: t("channel"), render: (_value, row) => schema.value("event.channel", row.channel) },
        { title: t("kind"), render: (_value, row) => names.type(row.kind) },
        { title: t("state"), render: (_value, row) => code("movement", row.state) },
        { title: t("event"), render: (_value, row) => <span className="mono">{row.event_id}</span> },
      ]}
    />
  );
}

function CardDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const { may, identity } = useSession();
  const kind = useNames(missedKinds);
  const report = useNames(reportKinds);
  const finding = useNames(findings);
  const [saying, setSaying] = useState(false);
  const asked = useAsk(["missed", id], (signal) => told(api.GET("/v1/missed/{card}", { params: { path: { card: id } }, signal })));
  const card = asked.data?.card;
  const isMine = card?.state === "TAKEN" && card.owner === identity?.name;
  return (
    <AskedDrawer
      title={w("one", { id })}
      onClose={onClose}
      asked={asked}
      footer={
        may("quality:work") && isMine ? (
          <Button type="primary" onClick={() => setSaying(true)}>
            {w("say")}
          </Button>
        ) : may("quality:work") && card?.state === "OPEN" ? (
          <Typography.Text type="secondary">{w("notInHand")}</Typography.Text>
        ) : null
      }
    >
      {({ card }) => (
        <>
          <Facts
            facts={[
              [t("state"), <CardState key="state" row={card} />],
              [w("from"), kind(card.kind)],
              [w("report"), report(card.report)],
              [w("said"), <Time key="said" ms={microseconds(card.said_us)} />],
              [t("customer"), <ThingLink key="customer" kind="customer" name={card.customer} />],
              [t("account"), <ThingLink key="account" kind="account" name={card.account} />],
              [t("amount"), <Money key="amount" fen={card.amount} />],
              [t("branch"), card.branch],
              [t("event"), <span key="event" className="mono">{card.event_id}</span>],
              [t("owner"), <Told key="owner">{card.owner}</Told>],
              [w("finding"), finding(card.finding)],
              [t("model"), <span key="model" className="mono">{card.model}</span>],
              [t("note"), <Told key="note">{card.note}</Told>],
              [w("closed"), <Time key="closed" ms={microseconds(card.closed_us)} />],
              [w("closedBy"), <Told key="by">{card.closed_by}</Told>],
            ]}
          />
          <Section title={w("payments")}>
            <Scrolled>
              <Payments payments={card.payments} />
            </Scrolled>
          </Section>
          <FindingDialog card={card} open={saying} onClose={() => setSaying(false)} />
        </>
      )}
    </AskedDrawer>
  );
}

export default function Missed() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const { may } = useSession();
  const [filters, change] = useFilters();
  const kind = useNames(missedKinds);
  const stateName = useNames(missedStates);
  const report = useNames(reportKinds);
  const finding = useNames(findings);
  const query = { state: filters.state, kind: filters.kind };
  const open = (row: Row) => change({ one: row.id });
  const next = useDeed((_: undefined) => told(api.POST("/v1/missed/next", { body: {} })), { touches: [["table", "missed"], ["missed"]], after: (answer) => change({ one: answer.card.id }) });
  const columns: Column<Row>[] = [
    { key: "card", title: t("card"), fixed: "left", show: (row) => <OpenButton id={row.id} onOpen={() => open(row)} />, cell: (row) => row.id },
    { key: "state", title: t("state"), show: (row) => <CardState row={row} />, cell: (row) => stateName(row.state) },
    { key: "kind", title: w("from"), show: (row) => kind(row.kind), cell: (row) => kind(row.kind) },
    { key: "report", title: w("report"), show: (row) => report(row.report), cell: (row) => report(row.report) },
    { key: "customer", title: t("customer"), show: (row) => <ThingLink kind="customer" name={row.customer} />, cell: (row) => row.customer },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => row.amount / 100 },
    { key: "branch", title: t("branch"), show: (row) => row.branch, cell: (row) => row.branch },
    { key: "said", title: w("said"), show: (row) => <Time ms={microseconds(row.said_us)} />, cell: (row) => timeText(microseconds(row.said_us)) },
    { key: "owner", title: t("owner"), show: (row) => <Told>{row.owner}</Told>, cell: (row) => row.owner },
    { key: "finding", title: w("finding"), show: (row) => finding(row.finding), cell: (row) => finding(row.finding) },
    { key: "model", title: t("model"), show: (row) => <span className="mono">{row.model}</span>, cell: (row) => row.model },
    { key: "note", title: t("note"), ellipsis: true, width: 200, show: (row) => <Told>{row.note}</Told>, cell: (row) => row.note },
  ];
  const one = Number(filters.one ?? 0);
  return (
    <ScreenCard
      title={w("title")}
      extra={
        may("quality:work") && (
          <Button type="primary" size="small" loading={next.isPending} onClick={() => next.mutate(undefined)}>
            {w("next")}
          </Button>
        )
      }
    >
      {may("figures:read") && <Figures />}
      <div>
        <Space wrap style={{ marginBottom: 8 }}>
          <Select
            allowClear
            aria-label={t("state")}
            placeholder={w("anyState")}
            value={filters.state}
            style={{ minWidth: 130 }}
            onChange={(value?: string) => change({ state: value ?? null })}
            options={Object.keys(missedStates).map((value) => ({ value, label: stateName(value) }))}
          />
          <Select
            allowClear
            aria-label={w("from")}
            placeholder={w("anyKind")}
            value={filters.kind}
            style={{ minWidth: 200 }}
            onChange={(value?: string) => change({ kind: value ?? null })}
            options={Object.keys(missedKinds).map((value) => ({ value, label: kind(value) }))}
          />
        </Space>
      </div>
      <DataTable<Row>
        name="missed"
        label={w("title")}
        rowKey="id"
        columns={columns}
        filters={Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Record<string, string>}
        onFilters={(view) => change({ state: null, kind: null, ...view })}
        onOpen={open}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/missed", { params: { query: { ...query, after, limit } as never }, signal }));
          return { rows: page.missed, next: page.next === null ? null : String(page.next) };
        }}
      />
      {one > 0 && <CardDrawer key={one} id={one} onClose={() => change({ one: null })} />}
    </ScreenCard>
  );
}
