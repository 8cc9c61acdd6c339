// One strategy: what it does in words, how it stands, its figures week by week, what it would have closed, its last runs; and proposing, approving, stopping it.
import { Alert, Button, Card, Collapse, Descriptions, Form, Input, Modal, Space, Spin, Table, Typography } from "antd";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { Chart } from "@/parts/Chart";
import { unlessWritten } from "@/parts/dialogs";
import { usePartName } from "@/parts/disposition";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, countText, NOTHING, Severity, shareText, Time, timeText } from "@/parts/values";
import { dayStart } from "@/screens/cockpit/asking";
import { askFigures, DAY_MS, type Strategy as Told, WEEKS } from "@/screens/strategies/asking";
import { Earning, Overturn, StateMark } from "@/screens/strategies/Standing";
import { WhatIf } from "@/screens/strategies/WhatIf";
import { strategyWords } from "@/screens/strategies/words";

type Deed = "propose" | "approve" | "stop";

const outcomes = ["CLOSED", "HUMAN", "STAYS", "LOWERED", "FORBIDDEN", "LIMITED", "OVERTAKEN"] as const;

function useChange(strategy: string, onDone: () => void) {
  const t = useWords(strategyWords);
  const params = { path: { strategy } };
  const touches = [["strategy", strategy], ["strategies"]];
  const after = { touches, after: onDone };
  return {
    propose: useDeed(({ note }: { note: string }) => told(api.POST("/v1/strategies/{strategy}/propose", { params, body: note === "" ? {} : { note } })), { done: t("proposedDone"), ...after }),
    approve: useDeed(({ note }: { note: string }) => told(api.POST("/v1/strategies/{strategy}/approve", { params, body: note === "" ? {} : { note } })), { done: t("approvedDone"), ...after }),
    stop: useDeed(({ note }: { note: string }) => told(api.POST("/v1/strategies/{strategy}/stop", { params, body: { note } })), { done: t("stoppedDone"), ...after }),
  };
}

function Deeds({ strategy }: { strategy: Told }) {
  const t = useWords(strategyWords);
  const { may, identity } = useSession();
  const [open, setOpen] = useState<Deed | null>(null);
  const [form] = Form.useForm<{ note?: string }>();
  const close = () => {
    setOpen(null);
    form.resetFields();
  };
  const changes = useChange(strategy.strategy, close);
  const isProposed = strategy.mode === "SHADOW" && strategy.proposed_by !== null;
  const isOwn = isProposed && strategy.proposed_by === identity?.name;
  const mayPropose = may("models:write") && strategy.mode === "SHADOW" && strategy.earned && !isProposed;
  const mayApprove = may("models:approve") && isProposed && !isOwn;
  const mayStop = may("models:suspend") && strategy.mode === "ACTIVE" && strategy.closes; // the others have nothing to lose
  const texts = { propose: t("proposeText"), approve: t("approveText", { who: strategy.proposed_by ?? "" }), stop: t("stopText") };
  return (
    <Space>
      {isOwn && <Typography.Text type="secondary">{t("ownProposal")}</Typography.Text>}
      {mayPropose && (
        <Button type="primary" onClick={() => setOpen("propose")}>
          {t("propose")}
        </Button>
      )}
      {mayApprove && (
        <Button type="primary" onClick={() => setOpen("approve")}>
          {t("approve")}
        </Button>
      )}
      {mayStop && (
        <Button danger onClick={() => setOpen("stop")}>
          {t("stop")}
        </Button>
      )}
      <Modal
        open={open !== null}
        title={open === null ? "" : t(open)}
        okText={open === null ? "" : t(open)}
        cancelText={t("cancel")}
        okButtonProps={{ danger: open === "stop", loading: open !== null && changes[open].isPending }}
        onCancel={unlessWritten(() => form.isFieldsTouched(), close)}
        maskClosable={false}
        onOk={() => form.submit()}
      >
        {open !== null && <Alert type={open === "stop" ? "warning" : "info"} showIcon message={texts[open]} style={{ marginBottom: 12 }} />}
        <Form form={form} layout="vertical" onFinish={({ note }) => open !== null && changes[open].mutate({ note: note?.trim() ?? "" })}>
          <Form.Item name="note" label={t("note")} rules={[{ required: open === "stop", whitespace: true, message: t("noteNeeded") }]}>
            <Input.TextArea rows={3} maxLength={1000} />
          </Form.Item>
        </Form>
      </Modal>
    </Space>
  );
}

function Weeks({ strategy }: { strategy: string }) {
  const t = useWords(strategyWords);
  const { dark } = useSettings();
  const asked = useAsk(
    ["figures", "weeks", strategy],
    async (signal) => {
      const end = dayStart(Date.now()) + DAY_MS;
      const spans = Array.from({ length: WEEKS }, (_one, at) => ({ from: end - 7 * DAY_MS * (WEEKS - at), until: end - 7 * DAY_MS * (WEEKS - 1 - at) }));
      const now = await askFigures(strategy, {}, signal);
      const weeks = await Promise.all(spans.map(({ from, until }, at) => askFigures(strategy, at === WEEKS - 1 ? { from } : { from, until }, signal).then(({ figures }) => ({ from, figures }))));
      return { now: now.figures, weeks };
    },
    { staleMs: 30_000 },
  );
  const weeks = asked.data?.weeks;
  const option = useMemo(
    () => ({
      grid: { left: 48, right: 56, top: 30, bottom: 24 },
      legend: { top: 0, textStyle: { color: dark ? "rgba(255,255,255,0.85)" : "#1f2328" } },
      tooltip: { trigger: "axis" },
      xAxis: { type: "category", data: (weeks ?? []).map((week) => timeText(week.from, "day").slice(5)) },
      yAxis: [
        { type: "value", minInterval: 1 },
        { type: "value", min: 0, max: 100, axisLabel: { formatter: "{value} %" }, splitLine: { show: false } },
      ],
      series: [
        { type: "bar", name: t("closed"), barMaxWidth: 28, itemStyle: { color: dark ? "#3d96e0" : "#0b5fa5" }, data: (weeks ?? []).map((week) => week.figures.automatic) },
        {
          type: "line",
          name: `${t("rate")} (%)`,
          yAxisIndex: 1,
          itemStyle: { color: dark ? "#f0b45c" : "#b85c00" },
          data: (weeks ?? []).map((week) => (week.figures.looked_at === 0 ? null : Number((100 * week.figures.overturn_rate).toFixed(1)))),
        },
      ],
    }),
    // The words change with the language.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [weeks, dark, t("closed")],
  );
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("overTime")}</h2>}
      extra={<Link to={`/alerts?strategy=${strategy}&open=any`}>{t("alertsClosed")}</Link>}
    >
      {asked.error !== null && weeks === undefined && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.error === null && weeks === undefined && <Spin />}
      {asked.data !== undefined && weeks !== undefined && (
        <>
          <Descriptions
            size="small"
            column={{ xs: 1, lg: 3 }}
            items={[
              { key: "closed", label: t("closed30"), children: <span className="number">{countText(asked.data.now.automatic)}</span> },
              { key: "overturn", label: t("overturn"), children: <Overturn figures={asked.data.now} /> },
              { key: "later", label: t("later"), children: <span className="number">{t("laterS3", { n: countText(asked.data.now.later_positives), s3: countText(asked.data.now.later_positives_s3) })}</span>, span: "filled" },
            ]}
          />
          <Chart option={option} height={200} summary={t("chart", { strategy, parts: weeks.map((week) => `${timeText(week.from, "day")} ${week.figures.automatic}`).join("; ") })} />
          <Table
            size="small"
            rowKey="from"
            pagination={false}
            dataSource={[...weeks].reverse()}
            columns={[
              { key: "week", title: t("week"), render: (_value, week) => <Time ms={week.from} form="day" /> },
              { key: "closed", title: t("closed"), align: "right", render: (_value, week) => <span className="number">{countText(week.figures.automatic)}</span> },
              { key: "overturn", title: t("overturn"), render: (_value, week) => <Overturn figures={week.figures} /> },
              { key: "later", title: t("later"), align: "right", render: (_value, week) => <span className="number">{countText(week.figures.later_positives)}</span> },
            ]}
          />
        </>
      )}
    </Card>
  );
}

function Runs({ strategy }: { strategy: Told }) {
  const t = useWords(strategyWords);
  const both = useBoth();
  const name = usePartName();
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("runs")}</h2>}>
      <Table
        size="small"
        rowKey="run"
        dataSource={strategy.runs}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{ emptyText: <Nothing>{t("noRuns")}</Nothing> }}
        columns={[
          { key: "alert", title: t("alert"), render: (_value, run) => <AlertLink alert={run.alert} /> },
          { key: "group", title: t("group"), render: (_value, run) => name(run.group) },
          { key: "severity", title: t("severity"), render: (_value, run) => <Severity severity={run.severity} /> },
          { key: "mode", title: t("mode"), render: (_value, run) => t(run.shadow ? "shadow" : "active") },
          { key: "outcome", title: t("outcome"), render: (_value, run) => (outcomes.some((one) => one === run.outcome) ? t(run.outcome as (typeof outcomes)[number]) : (run.outcome ?? NOTHING)) },
          { key: "code", title: t("code"), render: (_value, run) => (run.code === null ? NOTHING : name(run.code)) },
          { key: "branch", title: t("branch"), render: (_value, run) => <span title={run.branch ?? undefined}>{run.branch_name === null ? (run.branch?.split("#")[1] ?? NOTHING) : <span data-told="">{both(run.branch_name)}</span>}</span> },
          { key: "reason", title: t("reason"), render: (_value, run) => <span data-told="">{run.reason ?? NOTHING}</span> },
          { key: "ended", title: t("ended"), render: (_value, run) => <Time ms={run.ended} /> },
        ]}
      />
    </Card>
  );
}

export default function Strategy() {
  const t = useWords(strategyWords);
  const both = useBoth();
  const { may } = useSession();
  const { strategy = "" } = useParams();
  const asked = useAsk(["strategy", strategy], (signal) => told(api.GET("/v1/strategies/{strategy}", { params: { path: { strategy } }, signal })), { everyMs: 30_000 });
  const answer = asked.data;
  if (answer === undefined) {
    return asked.error === null ? <Spin /> : <Failure error={asked.error} onAgain={() => void asked.refetch()} />;
  }
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 10 }}>
      <div style={{ display: "flex", gap: 12, alignItems: "center", flexWrap: "wrap" }}>
        <h1 style={{ fontSize: 18, margin: 0 }}>{both(answer.name)}</h1>
        <span className="mono">
          {answer.strategy} · {t("version", { n: answer.version })} · {answer.hash}
        </span>
        <StateMark standing={answer} />
        <div style={{ flex: 1 }} />
        <Link to="/strategies">{t("list")}</Link>
        <Deeds strategy={answer} />
      </div>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("standing")}</h2>}>
        <Descriptions
          size="small"
          column={{ xs: 1, lg: 3 }}
          items={[
            { key: "direction", label: t("direction"), children: t(answer.direction === "RELEASE" ? "release" : "protect") },
            { key: "owner", label: t("owner"), children: <span data-told="">{answer.owner}</span> },
            { key: "since", label: t("state"), children: answer.since === null ? NOTHING : t("since", { time: timeText(answer.since) }) },
            { key: "agreement", label: t("agreement"), span: "filled", children: answer.closes ? <Earning standing={answer} /> : t("noCloses") },
          ]}
        />
        {answer.closes && <Typography.Text type="secondary">{t("needs", { n: countText(answer.needs_compared), share: shareText(answer.needs_agreement, 0) })}</Typography.Text>}
      </Card>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("explanation")}</h2>}>
        <pre data-told="" style={{ whiteSpace: "pre-wrap", margin: 0, fontFamily: "inherit", overflowWrap: "anywhere" }}>
          {answer.explanation}
        </pre>
        <Collapse size="small" style={{ marginTop: 8 }} items={[{ key: "text", label: t("source"), children: <pre data-told="" className="mono" style={{ whiteSpace: "pre-wrap", margin: 0 }}>{answer.text}</pre> }]} />
      </Card>
      <WhatIf strategy={answer.strategy} />
      {may("figures:read") && answer.closes && <Weeks strategy={answer.strategy} />}
      <Runs strategy={answer} />
    </div>
  );
}
