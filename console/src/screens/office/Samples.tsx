// A second look at closed alerts: each is shown without what was decided first, and decided anew. How the two agree stands above, for who reads figures.
import { Alert, App, Button, Card, Form, Input, Skeleton, Space, Statistic, Table } from "antd";
import { useState } from "react";

import { api, Problem, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { useSchema } from "@/parts/schema";
import { Failure, Nothing } from "@/parts/States";
import { countText, Money, NOTHING, Severity, shareText, ThingLink, Time } from "@/parts/values";
import { Saw } from "@/screens/bench/Evidence";
import { ActionTag, useNames } from "@/screens/decisions/names";
import { Reasons } from "@/screens/office/alertPart";
import { Facts, PickOne, ScreenCard, Scrolled, Section } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

type Shown = Schemas["Alert"];

const words = defineWords({
  title: { zh: "质检复看（盲审）", en: "Second looks" },
  blind: { zh: "盲审：首次结论和办理过程不显示。", en: "Blind: what was decided first, and how, is not shown." },
  none: { zh: "没有待复看的预警", en: "Nothing waits for a second look" },
  hits: { zh: "命中模型", en: "Hits" },
  saw: { zh: "模型看到的数值", en: "What the model saw" },
  events: { zh: "交易", en: "Events" },
  why: { zh: "主要原因", en: "Why" },
  score: { zh: "分值", en: "Score" },
  action: { zh: "决策动作", en: "Decision" },
  opened: { zh: "产生时间", en: "Opened" },
  amountSum: { zh: "金额合计（元）", en: "Sum (yuan)" },
  segment: { zh: "客群", en: "Segment" },
  yours: { zh: "您的结论", en: "Your verdict" },
  code: { zh: "定性", en: "Outcome" },
  note: { zh: "理由", en: "Why" },
  send: { zh: "提交，看下一条", en: "Send, and the next" },
  same: { zh: "与首次结论一致", en: "The same as the first verdict" },
  other: { zh: "与首次结论不同，预警已重新打开", en: "Another verdict than the first: the alert is open again" },
  figures: { zh: "近三十天", en: "Of thirty days" },
  secondLooks: { zh: "复看数", en: "Second looks" },
  agreement: { zh: "一致性（Cohen κ）", en: "Agreement (Cohen's kappa)" },
  lookedAt: { zh: "自动关闭抽检数", en: "Automatic closures looked at" },
  overturned: { zh: "被推翻", en: "Overturned" },
  overturnRate: { zh: "推翻率（95% 区间）", en: "Overturned, share (95 %)" },
  more: { zh: "还有更多交易，见预警详情", en: "There are more: see the alert" },
});

function Figures() {
  const w = useWords(words);
  const asked = useAsk(["figures", "alerts"], (signal) => told(api.GET("/v1/figures/alerts", { signal })));
  if (asked.data === undefined) {
    return null;
  }
  const { figures } = asked.data;
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{w("figures")}</h2>} style={{ marginBottom: 12 }}>
      <Space size={32} wrap>
        <Statistic title={w("secondLooks")} value={figures.second_looks} />
        <Statistic title={w("agreement")} value={figures.agreement === null ? NOTHING : figures.agreement.toFixed(2)} />
        <Statistic title={w("lookedAt")} value={figures.looked_at} />
        <Statistic title={w("overturned")} value={figures.overturned} />
        <Statistic title={w("overturnRate")} value={figures.looked_at === 0 ? NOTHING : `${shareText(figures.overturn_rate)} (${shareText(figures.overturn_low)} – ${shareText(figures.overturn_high)})`} />
      </Space>
    </Card>
  );
}

function Hits({ hits }: { hits: Shown["evidence"] }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  return (
    <Table
      size="small"
      rowKey={(hit) => `${hit.model} ${hit.sequence}`}
      dataSource={hits}
      pagination={hits.length > 8 ? { pageSize: 8, showSizeChanger: false } : false}
      scroll={{ x: "max-content" }}
      columns={[
        { title: t("severity"), render: (_value, hit) => <Severity severity={hit.severity} /> },
        {
          title: t("model"),
          render: (_value, hit) => (
            <>
              <span className="mono">{`${hit.model} v${hit.version}`}</span>
              <div>{both(hit.name)}</div>
            </>
          ),
        },
        { title: t("reason"), width: 300, render: (_value, hit) => <div style={{ maxWidth: 300, whiteSpace: "normal" }}>{both(hit.reason)}</div> },
        { title: w("saw"), render: (_value, hit) => <div style={{ maxWidth: 360, whiteSpace: "normal" }}><Saw model={hit.model} version={hit.version} saw={hit.saw} /></div> },
        { title: w("score"), align: "right", dataIndex: "score" },
        { title: t("time"), render: (_value, hit) => <Time ms={hit.time} /> },
      ]}
    />
  );
}

function Events({ events, hasMore }: { events: Shown["events"]; hasMore: boolean }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const names = useNames();
  return (
    <>
      <Table
        size="small"
        rowKey="sequence"
        dataSource={events}
        pagination={events.length > 8 ? { pageSize: 8, showSizeChanger: false } : false}
        scroll={{ x: "max-content" }}
        columns={[
          { title: t("time"), render: (_value, event) => <Time ms={event.time} /> },
          { title: t("amount"), align: "right", render: (_value, event) => <Money fen={event.amount} /> },
          { title: t("payee"), render: (_value, event) => <ThingLink kind="account" name={event.payee} /> },
          { title: w("action"), render: (_value, event) => <ActionTag action={event.action} name={names.action(event.action)} /> },
          { title: t("event"), render: (_value, event) => <span className="mono">{event.event_id}</span> },
        ]}
      />
      {hasMore && w("more")}
    </>
  );
}

function LookForm({ sample, onDone }: { sample: Schemas["Sample"]; onDone: () => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const { message } = App.useApp();
  const { data: disposition } = useDisposition();
  const both = useBoth();
  const [form] = Form.useForm<{ code: string; note: string }>();
  const alert = sample.alert.row.alert;
  const look = useDeed((values: { code: string; note: string }) => told(api.POST("/v1/alerts/{alert}/second_look", { params: { path: { alert } }, body: values })), {
    touches: [["figures", "alerts"], ["table", "alerts"]],
    after: (answer) => {
      void (answer.overturned ? message.warning(w("other"), 6) : message.success(w("same")));
      form.resetFields();
      onDone();
    },
  });
  return (
    <Form form={form} layout="vertical" onFinish={(values) => look.mutate(values)}>
      <Form.Item name="code" label={w("code")} rules={[{ required: true, message: t("needed") }]}>
        <PickOne showSearch optionFilterProp="label" options={(disposition?.codes ?? []).map((one) => ({ value: one.code, label: `${both(one)} ${one.code}` }))} />
      </Form.Item>
      <Form.Item name="note" label={w("note")} rules={[{ required: true, whitespace: true, message: t("needed") }]}>
        <Input.TextArea rows={4} maxLength={2000} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={look.isPending} block>
        {w("send")}
      </Button>
    </Form>
  );
}

function Look({ sample, onDone }: { sample: Schemas["Sample"]; onDone: () => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  const schema = useSchema();
  const { alert } = sample;
  const { row } = alert;
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) 300px", gap: 16, alignItems: "start" }}>
      <div>
        <Alert type="info" showIcon message={w("blind")} style={{ marginBottom: 12 }} />
        <Facts
          columns={3}
          facts={[
            [t("alert"), row.alert],
            [t("severity"), <Severity key="severity" severity={row.severity} long />],
            [t("group"), both({ zh: row.group_zh, en: row.group_en })],
            [t("subject"), <ThingLink key="subject" kind={row.subject_kind} name={row.subject} />],
            [t("amount"), <Money key="amount" fen={row.amount} />],
            [w("amountSum"), <Money key="sum" fen={row.amount_sum} />],
            [w("opened"), <Time key="opened" ms={row.opened} />],
            [t("branch"), row.branch],
            [w("segment"), schema.segment(row.segment)],
          ]}
        />
        <Section title={w("why")}>
          <Reasons strongest={alert.strongest} />
        </Section>
        <Section title={`${w("hits")} (${countText(alert.evidence.length)})`}>
          <Scrolled>
            <Hits hits={alert.evidence} />
          </Scrolled>
        </Section>
        <Section title={w("events")}>
          <Scrolled>
            <Events events={alert.events} hasMore={alert.events_next !== null} />
          </Scrolled>
        </Section>
      </div>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{w("yours")}</h2>} style={{ position: "sticky", top: 8 }}>
        <LookForm key={row.alert} sample={sample} onDone={onDone} />
      </Card>
    </div>
  );
}

export default function Samples() {
  const w = useWords(words);
  const t = useWords(officeWords);
  const { may } = useSession();
  const [round, setRound] = useState(0);
  const asked = useAsk(["sample", round], async (signal) => {
    try {
      return await told(api.GET("/v1/samples/next", { signal }));
    } catch (error) {
      if (error instanceof Problem && error.code === "nothing_waits") {
        return null; // all was looked at
      }
      throw error;
    }
  }, { staleMs: Infinity }); // another one would take away what was written of this
  return (
    <ScreenCard
      title={w("title")}
      extra={
        <Button size="small" onClick={() => void asked.refetch()} loading={asked.isRefetching}>
          {t("refresh")}
        </Button>
      }
    >
      {may("figures:read") && <Figures />}
      {asked.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {asked.error !== null && asked.data === undefined && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.data === null && <Nothing>{w("none")}</Nothing>}
      {asked.data !== null && asked.data !== undefined && <Look sample={asked.data} onDone={() => setRound((before) => before + 1)} />}
    </ScreenCard>
  );
}
