// What happened: events, the trace of who did what, runs of strategies, similar alerts, the flow of money.
import { Alert, Button, Card, Table, Tabs, Tag, Timeline, Typography } from "antd";
import { type ReactNode, useEffect, useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { joined, type Page, settledPage } from "@/parts/chain";
import { type DispositionWords, useDisposition } from "@/parts/disposition";
import { Mark as Toned } from "@/parts/Mark";
import { branchWords, useNames } from "@/parts/names";
import { useSchema } from "@/parts/schema";
import { Nothing } from "@/parts/States";
import { AlertLink, Money, moneyText, NOTHING, Severity, ThingLink, Time } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";
import { useAnswerText } from "@/screens/bench/AnswerFields";
import { MARKS, type Mark } from "@/screens/bench/deeds";
import { AllHits, SeenName, useSeenText } from "@/screens/bench/Evidence";
import { MoneyFlow } from "@/screens/bench/MoneyFlow";
import { useStepReason } from "@/screens/bench/steps";
import type { Whole } from "@/screens/bench/useAlert";

type Event = Schemas["AlertEvent"];
type Step = Whole["trace"]["steps"][number];

const OUTCOMES = ["SUCCESS", "FAIL", "TIMEOUT", "REJECTED", "CANCELLED"] as const;

function EventFields({ event, words }: { event: Record<string, unknown>; words: DispositionWords }) {
  const t = useWords(alertWords);
  const text = useSeenText();
  const schema = useSchema();
  const shown = (name: string, value: unknown) => {
    const type = typeof value === "number" ? schema.fieldType(name) : undefined;
    return type === "time" ? <Time ms={value as number} /> : type === "money" ? moneyText(value as number) : text(value, `event.${name}`);
  };
  return (
    <dl aria-label={t("eventFields")} style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(280px, 1fr))", gap: "2px 20px", margin: 0 }}>
      {Object.entries(event).map(([name, value]) => (
        <div key={name} style={{ display: "flex", justifyContent: "space-between", gap: 8 }}>
          <dt title={name}>
            <Typography.Text type="secondary">
              <SeenName name={`event.${name}`} words={words} />
            </Typography.Text>
          </dt>
          <dd className="number" data-told="" style={{ margin: 0, textAlign: "right", overflowWrap: "anywhere" }}>
            {shown(name, value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const sequenceOf = (event: Event) => event.sequence;

function Events({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const words = useDisposition();
  const schema = useSchema();
  // The newest page moves on while new events come; what it held before stays.
  const [older, setOlder] = useState<Page<Event>[]>([]);
  const newest = whole.events[0]?.sequence;
  useEffect(() => {
    setOlder((before) => [settledPage(whole.events, whole.events_next, sequenceOf), ...before]);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each newest event, and not for every time it is asked
  }, [newest]);
  const { items: events, next } = joined({ from: Infinity, next: whole.events_next, items: whole.events }, older, sequenceOf);
  const more = useDeed(() => told(api.GET("/v1/alerts/{alert}/events", { params: { path: { alert: whole.row.alert }, query: { after: next! } } })).then((page): Page<Event> => ({ from: next!, next: page.next, items: page.events })), {
    after: (page) => setOlder((before) => [...before, page]),
  });
  return (
    <>
      <Table<Event>
        size="small"
        rowKey="sequence"
        dataSource={events}
        pagination={false}
        scroll={{ x: "max-content" }}
        expandable={{ expandedRowRender: (event) => <EventFields event={event.event as Record<string, unknown>} words={words} /> }}
        columns={[
          { key: "time", title: t("time"), render: (_value, event) => <Time ms={event.time} /> },
          { key: "type", title: t("eventType"), render: (_value, event) => schema.type(String((event.event as Record<string, unknown>).event_type ?? "")) },
          { key: "amount", title: t("amount"), align: "right", render: (_value, event) => (event.amount > 0 ? <Money fen={event.amount} /> : NOTHING) },
          { key: "payee", title: t("payee"), render: (_value, event) => <ThingLink kind="account" name={event.payee} /> },
          { key: "channel", title: t("channelOf"), render: (_value, event) => schema.value("event.channel", String((event.event as Record<string, unknown>).channel ?? "")) },
          { key: "action", title: t("decision"), render: (_value, event) => schema.action(event.action) },
          {
            key: "outcome",
            title: t("outcome"),
            render: (_value, event) => (event.outcome === null ? NOTHING : (OUTCOMES as readonly string[]).includes(event.outcome) ? t(`outcome${event.outcome as (typeof OUTCOMES)[number]}`) : event.outcome),
          },
          { key: "id", title: "ID", render: (_value, event) => <span className="mono">{event.event_id}</span> },
        ]}
      />
      {next !== null && (
        <Button size="small" style={{ marginTop: 8 }} loading={more.isPending} onClick={() => more.mutate()}>
          {t("moreEvents")}
        </Button>
      )}
    </>
  );
}

interface StepDetail {
  note?: string;
  mark?: string;
  role?: string;
  strategy?: string;
  branch?: string;
  code?: string;
  done?: { action: string }[];
  answer?: Record<string, unknown>;
}

function StepText({ step, words }: { step: Step; words: DispositionWords }) {
  const t = useWords(alertWords);
  const answerText = useAnswerText(words);
  const reason = useStepReason();
  const detail = (typeof step.detail === "object" && step.detail !== null ? step.detail : {}) as StepDetail;
  const moved = step.from !== null && step.from !== step.to;
  const role = detail.role === "SHIFT_LEADER" || detail.role === "DUTY_DIRECTOR" ? t("toRole", { role: t(`role${detail.role}`) }) : "";
  return (
    <div>
      <Typography.Text type="secondary">
        <Time ms={step.at} />
      </Typography.Text>{" "}
      <Typography.Text strong>{reason(step.reason, step.actor, detail.strategy)}</Typography.Text> {role}{" "}
      {moved && (
        <Tag>
          {words.state(step.from)} → {words.state(step.to)}
        </Tag>
      )}
      <Typography.Text type="secondary">{step.actor_kind === "system" ? t("actorsystem") : step.actor}</Typography.Text>
      {detail.mark !== undefined && (MARKS as readonly string[]).includes(detail.mark) && <Toned kind="warn">{t(`mark${detail.mark as Mark}`)}</Toned>}
      {detail.done !== undefined && detail.done.length > 0 && <div>{detail.done.map((one) => words.action(one.action)).join(" · ")}</div>}
      {detail.answer !== undefined && <div>{answerText(detail.answer)}</div>}
      {detail.note !== undefined && detail.note !== "" && (
        <div data-told="" style={{ whiteSpace: "pre-wrap" }}>
          {detail.note}
        </div>
      )}
    </div>
  );
}

function Steps({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const words = useDisposition();
  if (whole.blind) {
    return <Alert type="info" showIcon message={t("hiddenTrace")} />;
  }
  return (
    <>
      <Alert type={whole.trace.whole ? "success" : "error"} showIcon message={t(whole.trace.whole ? "whole" : "broken")} style={{ marginBottom: 12 }} />
      <Timeline items={whole.trace.steps.map((step) => ({ key: step.number, color: step.actor_kind === "person" ? "blue" : "gray", children: <StepText step={step} words={words} /> }))} />
    </>
  );
}

const ENDS = ["CLOSED", "HUMAN", "STAYS", "LOWER", "OVERTAKEN"] as const;
const RUNS = ["DONE", "WAITING", "ASKING"] as const;

function Runs({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const words = useDisposition();
  const branch = useNames(branchWords);
  return (
    <Table
      size="small"
      rowKey="run"
      dataSource={whole.runs}
      pagination={whole.runs.length > 20 ? { pageSize: 20, size: "small" } : false}
      locale={{ emptyText: <Nothing>{t("noRuns")}</Nothing> }}
      columns={[
        { key: "strategy", title: t("strategy"), render: (_value, run) => (run.strategy_name === null ? <span className="mono">{run.strategy}</span> : <span data-told="" title={run.strategy}>{both(run.strategy_name)}</span>) },
        { key: "mode", title: t("mode"), render: (_value, run) => t(run.shadow ? "shadow" : "acting") },
        { key: "state", title: t("state"), render: (_value, run) => ((RUNS as readonly string[]).includes(run.state) ? t(`run${run.state as (typeof RUNS)[number]}`) : run.state) },
        { key: "began", title: t("began"), render: (_value, run) => <Time ms={run.began} /> },
        { key: "ended", title: t("ended"), render: (_value, run) => <Time ms={run.ended} /> },
        {
          key: "outcome",
          title: t("result"),
          render: (_value, run) =>
            run.outcome === null ? NOTHING : `${(ENDS as readonly string[]).includes(run.outcome) ? t(`end${run.outcome as (typeof ENDS)[number]}`) : run.outcome}${run.code === null ? "" : ` ${words.code(run.code)}`}`,
        },
        { key: "branch", title: t("branchOf", { branch: "" }).trim(), render: (_value, run) => (run.branch_name === null ? branch(run.branch?.split("#")[1]) : <span data-told="" title={run.branch ?? undefined}>{both(run.branch_name)}</span>) },
      ]}
    />
  );
}

function Similar({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const words = useDisposition();
  return (
    <Table
      size="small"
      rowKey={(row) => `${row.same} ${row.alert}`}
      dataSource={whole.similar}
      pagination={whole.similar.length > 20 ? { pageSize: 20, size: "small" } : false}
      scroll={whole.similar.length > 0 ? { x: "max-content" } : undefined}
      locale={{ emptyText: <Nothing>{t("noSimilar")}</Nothing> }}
      columns={[
        { key: "alert", title: t("alert"), render: (_value, row) => <AlertLink alert={row.alert} /> },
        { key: "same", title: t("same"), render: (_value, row) => t(`same${row.same}`) },
        { key: "severity", title: t("severity"), render: (_value, row) => <Severity severity={row.severity} /> },
        { key: "group", title: t("group"), render: (_value, row) => words.group(row.group) },
        { key: "state", title: t("state"), render: (_value, row) => words.state(row.state) },
        { key: "amount", title: t("amount"), align: "right", render: (_value, row) => <Money fen={row.amount} /> },
        { key: "code", title: t("code"), render: (_value, row) => words.code(row.code) },
        { key: "opened", title: t("opened"), render: (_value, row) => <Time ms={row.opened} /> },
      ]}
    />
  );
}

export function History({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const { may } = useSession();
  const counted = (word: "events" | "allHits" | "runs" | "similar", n: number) => `${t(word)} ${n}`;
  // Who looks a second time is not told what was done, so nothing is said of how much of it there is.
  const orHidden = (word: "runs" | "similar", n: number, children: ReactNode) => (whole.blind ? { key: word, label: t(word), children: <Alert type="info" showIcon message={t("hiddenUntilVerdict")} /> } : { key: word, label: counted(word, n), children });
  const items = [
    { key: "events", label: counted("events", whole.row.events), children: <Events whole={whole} /> },
    { key: "hits", label: counted("allHits", whole.evidence.length), children: <AllHits whole={whole} /> },
    { key: "steps", label: t("steps"), children: <Steps whole={whole} /> },
    orHidden("runs", whole.runs.length, <Runs whole={whole} />),
    orHidden("similar", whole.similar.length, <Similar whole={whole} />),
    ...(may("cases:read") ? [{ key: "flow", label: t("flow"), children: <MoneyFlow account={whole.row.account} /> }] : []),
  ];
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("history")}</h2>}>
      <Tabs size="small" items={items} destroyOnHidden />
    </Card>
  );
}
