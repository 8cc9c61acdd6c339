// How the platform is: whether it decides, its journal, snapshots, brakes, the response, where events come from, and figures over the time that this page is open.
import { Alert, Button, Card, Descriptions, Input, Modal, Space, Statistic, Table, type TableColumnsType, Typography } from "antd";
import { useMemo, useState } from "react";

import { api, Problem, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { Chart } from "@/parts/Chart";
import { unlessWritten } from "@/parts/dialogs";
import { Mark } from "@/parts/Mark";
import { has, latency, type Metric, rate, type Reading, total, useReadings } from "@/parts/metrics";
import { useSchema } from "@/parts/schema";
import { Failure } from "@/parts/States";
import { countText, NOTHING, spanText, Time, timeText } from "@/parts/values";
import { Sources, Types } from "@/screens/system/Sources";
import { systemWords } from "@/screens/system/words";

type State = Schemas["State"];
type Brake = Schemas["Brakes"]["brakes"][number];
type Endpoint = Schemas["ResponseState"]["endpoints"][string] & { endpoint: string };

const STATE_MS = 3000;
const METRICS_MS = 5000;
const READINGS_MAX = 720; // an hour

export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

function Title({ children }: { children: string }) {
  return <h2 style={{ fontSize: 14, margin: 0 }}>{children}</h2>;
}

interface Line {
  name: string;
  values: [number, number | null][];
  axis?: number;
}

function Plot({ title, lines, twoAxes }: { title: string; lines: Line[]; twoAxes?: boolean }) {
  const option = useMemo(
    () => ({
      grid: { left: 52, right: twoAxes ? 52 : 16, top: 32, bottom: 24 },
      legend: { top: 0 },
      tooltip: { trigger: "axis" },
      xAxis: { type: "time", axisLabel: { formatter: (ms: number) => timeText(ms, "clock"), hideOverlap: true } },
      yAxis: twoAxes ? [{ type: "value" }, { type: "value", splitLine: { show: false } }] : { type: "value" },
      series: lines.map((line) => ({ name: line.name, type: "line", showSymbol: line.values.length < 4, yAxisIndex: line.axis ?? 0, data: line.values })),
    }),
    [lines, twoAxes],
  );
  const last = lines.map((line) => `${line.name} ${line.values.at(-1)?.[1] ?? NOTHING}`).join(", ");
  return (
    <figure style={{ margin: 0, minWidth: 0 }}>
      <figcaption>
        <Typography.Text type="secondary">{title}</Typography.Text>
      </figcaption>
      <Chart option={option} height={180} summary={`${title}: ${last}`} />
    </figure>
  );
}

function Plots({ readings, error }: { readings: Reading[]; error: unknown }) {
  const t = useWords(systemWords);
  const lines = useMemo(() => {
    const pairs = readings.slice(1).map((after, index) => [readings[index]!, after] as const);
    const round = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
    const between = (of: (before: Reading, after: Reading) => number | null): [number, number | null][] => pairs.map(([before, after]) => [after.at, of(before, after)]);
    const now = (of: (reading: Reading) => number | null): [number, number | null][] => readings.map((reading) => [reading.at, of(reading)]);
    const inMs = (seconds: number | null) => (seconds === null || seconds === Infinity ? null : seconds * 1000);
    return {
      decisions: [
        { name: t("seriesDecisions"), values: between((before, after) => round(rate(before, after, "qiantang_decisions_total"))) },
        { name: t("seriesRequests"), values: between((before, after) => round(rate(before, after, "qiantang_http_requests_total"))) },
      ],
      latency: [
        { name: t("half"), values: between((before, after) => inMs(latency(before, after, 0.5))) },
        { name: t("ninetynine"), values: between((before, after) => inMs(latency(before, after, 0.99))) },
      ],
      waiting: [
        { name: t("seriesWaiting"), values: now((reading) => total(reading, "qiantang_waiting_records")) },
        { name: t("seriesLag"), values: now((reading) => total(reading, "qiantang_response_lag_records")) },
      ],
      process: [
        { name: t("seriesCpu"), values: between((before, after) => round(rate(before, after, "process_cpu_seconds_total"))) },
        { name: t("seriesMemory"), axis: 1, values: now((reading) => round(total(reading, "process_resident_memory_bytes") / 1024 ** 3)) },
      ],
    };
  }, [readings, t]);
  if (error instanceof Problem && error.status === 404) {
    return <Typography.Text type="secondary">{t("noMetrics")}</Typography.Text>;
  }
  if (error !== null) {
    return <Failure error={error} />;
  }
  if (readings.length < 2) {
    return <Typography.Text type="secondary">{t("plotsWait")}</Typography.Text>;
  }
  return (
    <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(400px, 1fr))", gap: 12 }}>
      <Plot title={t("plotDecisions")} lines={lines.decisions} />
      <Plot title={t("plotLatency")} lines={lines.latency} />
      <Plot title={t("plotWaiting")} lines={lines.waiting} />
      <Plot title={t("plotProcess")} lines={lines.process} twoAxes />
    </div>
  );
}

function Head({ state }: { state: State }) {
  const t = useWords(systemWords);
  const degraded = Object.values(state.degraded).reduce((sum, one) => sum + one, 0);
  const effort = (name: string) => (`effort_${name}` in systemWords ? t(`effort_${name}` as "effort_rules") : name);
  return (
    <Card size="small">
      {state.nobody_is_set_up && <Alert type="warning" showIcon message={t("nobody")} style={{ marginBottom: 8 }} />}
      {state.releases_frozen && <Alert type="error" showIcon message={t("releasesFrozen")} style={{ marginBottom: 8 }} />}
      <div style={{ display: "flex", flexWrap: "wrap", gap: 32 }}>
        <div>
          <Typography.Text type="secondary">{t("mode")}</Typography.Text>
          <div>
            <Mark kind={state.ready ? "good" : "bad"} look="large">
              {t(state.ready ? "ready" : "notReady")}
            </Mark>
          </div>
        </div>
        <Statistic title={t("decided")} value={state.decided} />
        <Statistic title={t("waiting")} value={state.waiting} />
        <Statistic title={t("known")} value={state.known} />
        <Statistic title={t("refused")} value={state.refused} />
        <Statistic title={t("turnedAway")} value={state.turned_away} />
        <div>
          <Statistic title={t("degraded")} value={degraded} />
          <Typography.Text type="secondary">
            {degraded === 0
              ? t("degradedNone")
              : Object.entries(state.degraded)
                  .filter(([, count]) => count > 0)
                  .map(([name, count]) => `${effort(name)} ${countText(count)}`)
                  .join(" · ")}
          </Typography.Text>
        </div>
      </div>
    </Card>
  );
}

function Journal({ state, newest }: { state: State; newest: Reading | undefined }) {
  const t = useWords(systemWords);
  const both = useBoth();
  const { may } = useSession();
  const version = useAsk(["version"], (signal) => told(api.GET("/v1/version", { signal })), { staleMs: 60_000 });
  const catalogue = useAsk(["catalogue"], (signal) => told(api.GET("/v1/catalogue", { signal })), { active: may("models:read"), staleMs: 60_000 });
  const metric = (name: Metric, show: (value: number) => string) => (newest !== undefined && has(newest, name) ? show(total(newest, name)) : NOTHING);
  return (
    <Card size="small" title={<Title>{t("journal")}</Title>}>
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "version", label: t("version"), children: <span data-told="">{version.data?.version ?? NOTHING}</span> },
          {
            key: "catalogue",
            label: t("catalogue"),
            children: (
              <span data-told="">
                {both(catalogue.data)} <span className="mono">{state.catalogue}</span>
              </span>
            ),
          },
          { key: "durability", label: t("durability"), children: t(state.durability === "sync" ? "durabilitySync" : "durabilityAsync") },
          { key: "durable", label: t("durableSequence"), children: <span className="number">{countText(state.durable_sequence)}</span> },
          { key: "segments", label: t("segments"), children: metric("qiantang_journal_segments_made_total", countText) },
          { key: "bytes", label: t("journalBytes"), children: metric("qiantang_journal_bytes_total", bytesText) },
          { key: "room", label: t("journalRoom"), children: metric("qiantang_journal_room_bytes", bytesText) },
        ]}
      />
    </Card>
  );
}

function Snapshots({ state }: { state: State }) {
  const t = useWords(systemWords);
  const { language } = useSettings();
  const { may } = useSession();
  const { snapshots } = state;
  const make = useDeed(() => told(api.POST("/v1/snapshots")), { done: t("snapshotBegun"), touches: [["state"]] });
  return (
    <Card
      size="small"
      title={<Title>{t("snapshots")}</Title>}
      extra={
        may("operations:write") && (
          <Button size="small" loading={make.isPending || snapshots.under_way} onClick={() => make.mutate(undefined)}>
            {t(snapshots.under_way ? "snapshotUnderWay" : "snapshotMake")}
          </Button>
        )
      }
    >
      {snapshots.made === 0 && snapshots.sequence === 0 ? (
        <Typography.Text type="secondary">{t("snapshotNone")}</Typography.Text>
      ) : (
        <Descriptions
          size="small"
          column={2}
          items={[
            { key: "at", label: t("snapshotAt"), children: <Time ms={snapshots.at === 0 ? null : snapshots.at} /> },
            { key: "sequence", label: t("snapshotSequence"), children: countText(snapshots.sequence) },
            { key: "bytes", label: t("snapshotBytes"), children: bytesText(snapshots.bytes) },
            { key: "took", label: t("snapshotTook"), children: snapshots.took_us < 1_000_000 ? `${Math.round(snapshots.took_us / 1000)} ms` : spanText(snapshots.took_us / 1000, language) },
            { key: "made", label: t("snapshotMade"), children: countText(snapshots.made) },
            { key: "failed", label: t("snapshotFailed"), children: countText(snapshots.failed) },
          ]}
        />
      )}
    </Card>
  );
}

function LetGo({ brake, onClose }: { brake: Brake; onClose: () => void }) {
  const t = useWords(systemWords);
  const [note, setNote] = useState("");
  const letGo = useDeed((why: string) => told(api.POST("/v1/brakes/{rule}/{key}/release", { params: { path: { rule: brake.rule, key: brake.key } }, body: { note: why } })), {
    done: t("brakeReleased"),
    touches: [["brakes"], ["state"]],
    after: onClose,
  });
  return (
    <Modal
      open
      title={<span data-told="">{t("brakeReleaseTitle", { rule: brake.rule, key: brake.key })}</span>}
      okText={t("brakeRelease")}
      okButtonProps={{ danger: true, disabled: note.trim() === "" }}
      cancelText={t("cancel")}
      confirmLoading={letGo.isPending}
      onOk={() => letGo.mutate(note.trim())}
      onCancel={unlessWritten(note.trim() !== "", onClose)}
      maskClosable={false}
    >
      <p>{t("brakeReleaseText")}</p>
      <label htmlFor="brake-note">{t("note")}</label>
      <Input.TextArea id="brake-note" rows={3} maxLength={400} value={note} onChange={(event) => setNote(event.target.value)} placeholder={t("noteNeeded")} />
    </Modal>
  );
}

function Brakes() {
  const t = useWords(systemWords);
  const { language } = useSettings();
  const schema = useSchema();
  const { may } = useSession();
  const [chosen, setChosen] = useState<Brake | null>(null);
  const query = useAsk(["brakes"], (signal) => told(api.GET("/v1/brakes", { signal })), { everyMs: STATE_MS });
  const columns: TableColumnsType<Brake> = [
    { key: "rule", title: t("brakeRule"), render: (_, row) => <span data-told="">{row.rule}</span> },
    { key: "key", title: t("brakeKey"), render: (_, row) => (row.over === "model" ? <span className="mono">{row.key}</span> : <span data-told="">{schema.value(`event.${row.over}`, row.key)}</span>) },
    { key: "over", title: t("brakeOver"), render: (_, row) => (row.over === "model" ? t("brakeOverModel") : <span data-told="">{schema.field(row.over)}</span>) },
    { key: "actions", title: t("brakeActions"), render: (_, row) => <span data-told="">{row.actions.split(",").map((one) => schema.action(one)).join(language === "zh" ? "、" : ", ")}</span> },
    { key: "instead", title: t("brakeInstead"), render: (_, row) => <span data-told="">{schema.action(row.instead)}</span> },
    { key: "task", title: t("brakeTask"), render: (_, row) => <span data-told="">{schema.task(row.task)}</span> },
    ...(may("operations:write")
      ? [
          {
            key: "deed",
            title: t("deeds"),
            render: (_: unknown, row: Brake) => (
              <Button size="small" danger onClick={() => setChosen(row)}>
                {t("brakeRelease")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Card size="small" title={<Title>{t("brakes")}</Title>}>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {query.data !== undefined && query.data.brakes.length === 0 && (
        <Typography.Text type="secondary">{query.data.holding > 0 ? t("brakesHolding", { n: query.data.holding }) : t("brakesNone")}</Typography.Text>
      )}
      {query.data !== undefined && query.data.brakes.length > 0 && <Table<Brake> rowKey={(row) => `${row.rule} ${row.key}`} size="small" columns={columns} dataSource={query.data.brakes} pagination={false} />}
      {chosen !== null && <LetGo brake={chosen} onClose={() => setChosen(null)} />}
    </Card>
  );
}

function Response({ state }: { state: State }) {
  const t = useWords(systemWords);
  const { language } = useSettings();
  const { response } = state;
  const endpoints: Endpoint[] = Object.entries(response.endpoints).map(([endpoint, told_]) => ({ endpoint, ...told_ }));
  const name = (endpoint: string) => (`endpoint_${endpoint}` in systemWords ? t(`endpoint_${endpoint}` as "endpoint_core") : endpoint);
  const number = (key: string, title: string, of: (row: Endpoint) => number, bad?: boolean) => ({
    key,
    title,
    align: "right" as const,
    render: (_: unknown, row: Endpoint) => (bad && of(row) > 0 ? <Mark kind="bad">{countText(of(row))}</Mark> : countText(of(row))),
  });
  const columns: TableColumnsType<Endpoint> = [
    { key: "endpoint", title: t("endpoint"), render: (_, row) => name(row.endpoint) },
    { key: "set", title: t("mode"), render: (_, row) => <Mark kind={row.is_set ? "info" : "plain"}>{t(row.is_set ? "set" : "notSet")}</Mark> },
    number("waiting", t("messagesWaiting"), (row) => row.waiting),
    number("dead", t("messagesDead"), (row) => row.dead, true),
    number("sent", t("messagesSent"), (row) => row.sent),
    number("failed", t("messagesFailed"), (row) => row.failed),
    { key: "problem", title: t("problem"), render: (_, row) => <span data-told="">{row.problem === "" ? NOTHING : row.problem}</span> },
  ];
  return (
    <Card size="small" title={<Title>{t("response")}</Title>}>
      {response.problem !== "" && <Alert type="error" showIcon message={<span data-told="">{response.problem}</span>} style={{ marginBottom: 8 }} />}
      <Descriptions
        size="small"
        column={{ xs: 1, lg: 3 }}
        items={[
          { key: "mode", label: t("mode"), children: <Mark kind={response.mode === "on" ? "good" : "bad"}>{t(`mode_${response.mode}`)}</Mark> },
          { key: "since", label: t("since"), children: <Time ms={response.since} /> },
          { key: "taken", label: t("takenSequence"), children: countText(response.taken_sequence) },
          {
            key: "lag",
            label: t("lag"),
            children: response.lag_records === 0 ? t("noLag") : t("lagText", { n: countText(response.lag_records), span: spanText(response.lag_ms, language) }),
          },
          { key: "aside", label: t("putAside"), children: countText(response.put_aside) },
          { key: "timers", label: t("timers"), children: t("timersText", { n: countText(response.timers), late: countText(response.timers_late) }) },
          { key: "next", label: t("nextTimer"), children: <Time ms={response.next_timer} /> },
          { key: "engine", label: t("engine"), span: 2, children: t("engineText", response.engine) },
        ]}
      />
      <h3 style={{ fontSize: 13, margin: "8px 0" }}>{t("endpoints")}</h3>
      <Table<Endpoint> rowKey="endpoint" size="small" columns={columns} dataSource={endpoints} pagination={false} />
    </Card>
  );
}

export default function StateScreen() {
  const t = useWords(systemWords);
  const query = useAsk(["state"], (signal) => told(api.GET("/v1/state", { signal })), { everyMs: STATE_MS });
  const { readings, error } = useReadings(METRICS_MS, READINGS_MAX);
  const state = query.data;
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 12 }}>
      <Space align="baseline">
        <h1 style={{ fontSize: 16, margin: 0 }}>{t("state")}</h1>
        <Typography.Text type="secondary">{query.dataUpdatedAt > 0 && <Time ms={query.dataUpdatedAt} form="clock" />}</Typography.Text>
      </Space>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {state === undefined ? (
        query.error === null && <Card size="small" loading />
      ) : (
        <>
          <Head state={state} />
          <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(420px, 1fr))", gap: 12 }}>
            <Journal state={state} newest={readings.at(-1)} />
            <div style={{ display: "grid", gap: 12, alignContent: "start" }}>
              <Snapshots state={state} />
              <Brakes />
            </div>
          </div>
          <Sources />
          <Response state={state} />
          <Card size="small" title={<Title>{t("plots")}</Title>}>
            <Plots readings={readings} error={error} />
          </Card>
          <Types readings={readings} />
        </>
      )}
    </div>
  );
}
