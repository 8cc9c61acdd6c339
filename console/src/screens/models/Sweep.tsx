// Trying a threshold: hits of a model on the last events for each of some values of one of its parameters, and what is known of these hits.
import { Button, Form, InputNumber, Select, Space, Table, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { Chart } from "@/parts/Chart";
import { Nothing } from "@/parts/States";
import { countText, shareText } from "@/parts/values";
import { useUnit } from "@/parts/units";
import type { Model } from "@/screens/models/asks";
import { rateText } from "@/screens/models/health";
import { draftWords, modelWords } from "@/screens/models/words";

interface Wish {
  parameter: string;
  from: number;
  to: number;
  steps: number;
  events: number;
}

function bounds(model: Model, name: string): { from: number; to: number } {
  const parameter = model.parameters.find((one) => one.parameter === name)!;
  const near = { from: parameter.value / 4, to: parameter.value * 3 };
  return { from: Math.max(near.from, parameter.min ?? near.from), to: Math.min(near.to, parameter.max ?? near.to) };
}

function Result({ swept }: { swept: Schemas["Swept"] }) {
  const t = useWords(draftWords);
  const m = useWords(modelWords);
  const unitText = useUnit();
  const known = swept.steps.some((step) => step.precision !== null);
  const series = [
    { name: m("hits"), type: "line", symbolSize: 7, data: swept.steps.map((step) => [step.value, step.hits]), markLine: { symbol: "none", label: { formatter: countText(swept.current) }, data: [{ xAxis: swept.current }] } },
    ...(known ? [{ name: t("precision"), type: "line", yAxisIndex: 1, data: swept.steps.map((step) => [step.value, step.precision === null ? null : step.precision * 100]) }] : []),
  ];
  return (
    <Space direction="vertical" style={{ width: "100%" }}>
      <Typography.Text>{t("sweepSum", { events: countText(swept.events), watched: countText(swept.watched), current: countText(swept.current), hits: countText(swept.current_hits) })}</Typography.Text>
      <Chart
        height={260}
        summary={t("sweepChart", { parameter: swept.parameter, from: countText(swept.steps[0]!.value), to: countText(swept.steps[swept.steps.length - 1]!.value) })}
        option={{
          grid: { left: 56, right: known ? 56 : 24, top: 32, bottom: 44 },
          legend: { top: 0 },
          tooltip: { trigger: "axis" },
          xAxis: { type: "value", name: `p.${swept.parameter} (${unitText(swept.unit)})`, nameLocation: "middle", nameGap: 28, min: "dataMin", max: "dataMax" },
          yAxis: [{ type: "value", minInterval: 1 }, ...(known ? [{ type: "value", max: 100, axisLabel: { formatter: "{value} %" } }] : [])],
          series,
        }}
      />
      <Table
        size="small"
        rowKey="value"
        pagination={false}
        dataSource={swept.steps}
        columns={[
          { title: m("value"), key: "value", align: "right", render: (_, step) => countText(step.value) },
          { title: m("hits"), key: "hits", align: "right", render: (_, step) => countText(step.hits) },
          { title: m("rate"), key: "rate", align: "right", render: (_, step) => rateText(step.per_10000) },
          { title: t("fraud"), key: "fraud", align: "right", render: (_, step) => countText(step.fraud) },
          { title: t("genuine"), key: "genuine", align: "right", render: (_, step) => countText(step.genuine) },
          { title: t("precision"), key: "precision", align: "right", render: (_, step) => shareText(step.precision) },
        ]}
      />
    </Space>
  );
}

export function Sweep({ model, files }: { model: Model; files: Record<string, string> }) {
  const t = useWords(draftWords);
  const m = useWords(modelWords);
  const [form] = Form.useForm<Wish>();
  const [swept, setSwept] = useState<Schemas["Swept"] | null>(null);
  const first = model.parameters[0];
  const run = useDeed((wish: Wish) => told(api.POST("/v1/drafts/sweep", { body: { model: model.model, ...wish, ...(Object.keys(files).length > 0 ? { files } : {}) } })), { after: setSwept });
  if (first === undefined || model.mode === "BATCH") {
    return <Nothing>{t("noParameter")}</Nothing>;
  }
  return (
    <Space direction="vertical" style={{ width: "100%" }}>
      <Typography.Text type="secondary">{t("sweepText")}</Typography.Text>
      <Form<Wish> form={form} layout="inline" initialValues={{ parameter: first.parameter, ...bounds(model, first.parameter), steps: 16, events: 100000 }} onFinish={(wish) => run.mutate(wish)} style={{ rowGap: 8 }}>
        <Form.Item name="parameter" label={m("parameter")}>
          <Select style={{ width: 170 }} onChange={(name: string) => form.setFieldsValue(bounds(model, name))} options={model.parameters.map((one) => ({ value: one.parameter, label: `p.${one.parameter}` }))} />
        </Form.Item>
        <Form.Item name="from" label={t("from")} rules={[{ required: true, message: t("from") }]}>
          <InputNumber style={{ width: 110 }} />
        </Form.Item>
        <Form.Item name="to" label={t("to")} rules={[{ required: true, message: t("to") }]}>
          <InputNumber style={{ width: 110 }} />
        </Form.Item>
        <Form.Item name="steps" label={t("steps")}>
          <InputNumber min={2} max={40} precision={0} style={{ width: 70 }} />
        </Form.Item>
        <Form.Item name="events" label={t("recent")}>
          <InputNumber min={1} max={1_000_000} precision={0} style={{ width: 110 }} />
        </Form.Item>
        <Button htmlType="submit" type="primary" loading={run.isPending}>
          {t("sweepRun")}
        </Button>
      </Form>
      {swept !== null && <Result swept={swept} />}
    </Space>
  );
}
