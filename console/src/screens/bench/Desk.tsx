// The own desk: on duty or not, what waits, what one has, what is to be approved; for shift leaders also who works on what.
import { StepForwardOutlined } from "@ant-design/icons";
import { Alert as Banner, Button, Card, Statistic, Switch, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router-dom";

import { api, Problem, told, type Schemas } from "@/api/client";
import { allScreens } from "@/app/areas";
import { useListedKey } from "@/app/Keyboard";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { Mark as Toned } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, countText, Due, Money, Severity, type SeverityWord, Since, ThingLink } from "@/parts/values";
import { useSettings } from "@/app/settings";
import { BulkDialog } from "@/screens/bench/Bulk";
import { afterDeed, deeds } from "@/screens/bench/deeds";
import { OnDuty } from "@/screens/bench/OnDuty";
import { type Desk as DeskOf, useDesk, useLevelName } from "@/screens/bench/people";
import { benchWords } from "@/screens/bench/words";

type Row = Schemas["AlertRow"];
type Queues = Schemas["Queues"];
type Waiting = Queues["waiting"][number];

const heading = { fontSize: 15, margin: 0 };

// A number that leads to its screen, where there is one that is open.
function Tile({ title, value, atLeast, to, red }: { title: string; value: number | undefined; atLeast?: boolean; to?: string; red?: boolean }) {
  const { dark } = useSettings();
  const { may } = useSession();
  const path = to?.split("?")[0]?.slice(1);
  const screen = allScreens.find((one) => one.path === path);
  const opens = to !== undefined && screen !== undefined && (screen.scopes.length === 0 || screen.scopes.some(may));
  const figure = <Statistic title={title} value={`${countText(value)}${atLeast === true ? "+" : ""}`} valueStyle={{ fontSize: 22, color: red && (value ?? 0) > 0 ? (dark ? "#ff8f8a" : "#b3151b") : undefined }} />;
  return (
    <Card size="small" styles={{ body: { padding: "8px 14px" } }}>
      {opens ? <Link to={to}>{figure}</Link> : figure}
    </Card>
  );
}

function Head({ desk, queues, inHand, more }: { desk: DeskOf | undefined; queues: Queues | undefined; inHand: number | undefined; more: boolean }) {
  const t = useWords(benchWords);
  const words = useDisposition();
  const levelName = useLevelName();
  const navigate = useNavigate();
  const { identity } = useSession();
  const duty = useDeed((on_duty: boolean) => told(api.PUT("/v1/desk", { body: { on_duty } })), { touches: [["desk"], ["desks"]] });
  const next = useDeed(() => deeds.next(), { touches: afterDeed(), after: (answer) => navigate(`/alerts/${answer.alert.alert}`) });
  const take = () => !next.isPending && next.mutate();
  useListedKey("x", t("takeNextKey"), take, desk !== undefined);
  const forMe = (queues?.waiting ?? []).filter((one) => desk !== undefined && desk.skills.includes(one.skill) && one.level <= desk.level);
  const sum = (of: (one: Waiting) => number) => (queues === undefined || desk === undefined ? undefined : forMe.reduce((all, one) => all + of(one), 0));
  return (
    <Card size="small">
      <div style={{ display: "flex", alignItems: "center", gap: 12 }}>
       <div style={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: "6px 4px", flex: 1 }}>
        <h1 style={{ fontSize: 18, margin: 0, marginInlineEnd: 8 }}>{t("desk")}</h1>
        <Typography.Text strong style={{ marginInlineEnd: 8 }}>
          {identity?.name}
        </Typography.Text>
        {desk !== undefined && (
          <>
            <Tag>{levelName(desk.level)}</Tag>
            {desk.skills.map((skill) => (
              <Toned key={skill} kind="info">
                {words.skill(skill)}
              </Toned>
            ))}
            <Switch checked={desk.on_duty} loading={duty.isPending} aria-label={t("duty")} checkedChildren={t("onDuty")} unCheckedChildren={t("offDuty")} onChange={(on) => duty.mutate(on)} />
          </>
        )}
       </div>
        <Button type="primary" size="large" icon={<StepForwardOutlined />} disabled={desk === undefined} loading={next.isPending} onClick={take} aria-keyshortcuts="x">
          {t("takeNext")}
        </Button>
      </div>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(112px, 1fr))", gap: 8, marginTop: 12 }}>
        <Tile title={t("waitsForMe")} value={sum((one) => one.alerts)} to="/alerts" />
        <Tile title={t("overdueCount")} value={sum((one) => one.overdue)} red />
        <Tile title={t("inHand")} value={inHand} atLeast={more} to={`/alerts?owner=${encodeURIComponent(identity?.name ?? "")}`} />
        <Tile title={t("toApprove")} value={queues?.to_approve} to="/alerts?state=DECIDED" />
        <Tile title={t("proposals")} value={queues?.proposals} to="/proposals" />
        <Tile title={t("held")} value={queues?.holds} to="/holds" />
        <Tile title={t("tasks")} value={queues?.tasks} />
        <Tile title={t("appeals")} value={queues?.appeals} to="/appeals" />
        <Tile title={t("secondLooks")} value={queues?.second_looks} to="/samples" />
      </div>
    </Card>
  );
}

function InHand({ rows, more, loading }: { rows: Row[]; more: boolean; loading: boolean }) {
  const t = useWords(benchWords);
  const both = useBoth();
  const navigate = useNavigate();
  const { identity } = useSession();
  const [keys, setKeys] = useState<number[]>([]);
  const [handing, setHanding] = useState<Row[]>();
  const chosen = rows.filter((row) => keys.includes(row.alert));
  return (
    <Card
      size="small"
      title={<h2 style={heading}>{t("inMyHand")}</h2>}
      extra={
        chosen.length > 0 && (
          <Button size="small" type="primary" disabled={chosen.some((row) => row.skill !== chosen[0]!.skill)} onClick={() => setHanding(chosen)}>
            {t("handOver", { n: chosen.length })}
          </Button>
        )
      }
    >
      {rows.length > 0 && (
        <Typography.Paragraph type="secondary" style={{ marginBottom: 8 }}>
          {t("handOverHint")}
        </Typography.Paragraph>
      )}
      <Table<Row>
        size="small"
        rowKey="alert"
        loading={loading}
        dataSource={rows}
        pagination={rows.length > 20 ? { pageSize: 20, size: "small" } : false}
        scroll={rows.length > 0 ? { x: "max-content" } : undefined}
        locale={{ emptyText: loading ? " " : <Nothing>{t("nothingInHand")}</Nothing> }}
        rowSelection={{ hideSelectAll: true, selectedRowKeys: keys, onChange: (now_) => setKeys(now_.map(Number)), getCheckboxProps: (row) => ({ "aria-label": `${t("alert")} ${row.alert}` }) as object }}
        onRow={(row) => ({ onDoubleClick: () => navigate(`/alerts/${row.alert}`) })}
        columns={[
          { key: "alert", title: t("alert"), render: (_value, row) => <AlertLink alert={row.alert} /> },
          { key: "severity", title: t("severity"), render: (_value, row) => <Severity severity={row.severity} /> },
          { key: "due", title: t("due"), render: (_value, row) => <Due ms={row.decide_until} /> },
          { key: "state", title: t("state"), render: (_value, row) => both({ zh: row.state_zh, en: row.state_en }) },
          { key: "group", title: t("group"), render: (_value, row) => both({ zh: row.group_zh, en: row.group_en }) },
          { key: "subject", title: t("subject"), render: (_value, row) => <ThingLink kind={row.subject_kind} name={row.subject} /> },
          { key: "amount", title: t("amount"), align: "right", render: (_value, row) => <Money fen={row.amount} /> },
        ]}
      />
      {more && <Link to={`/alerts?owner=${encodeURIComponent(identity?.name ?? "")}`}>{t("allOfThem", { n: rows.length })}</Link>}
      {handing !== undefined && (
        <BulkDialog
          what="over"
          rows={handing}
          onClose={() => {
            setHanding(undefined);
            setKeys([]);
          }}
        />
      )}
    </Card>
  );
}

const SEVERITIES: SeverityWord[] = ["S4", "S3", "S2", "S1"];

interface SkillLine {
  key: string;
  skill: string;
  level: number;
  of: Partial<Record<SeverityWord, number>>;
  overdue: number;
  oldest: number | null;
}

// What waits by skill and level, with how bad it is across.
function linesOf(waiting: Waiting[]): SkillLine[] {
  const lines = new Map<string, SkillLine>();
  waiting.forEach((one) => {
    const key = `${one.skill} ${one.level}`;
    const line = lines.get(key) ?? { key, skill: one.skill, level: one.level, of: {}, overdue: 0, oldest: null };
    if (one.severity !== null) {
      line.of[one.severity] = (line.of[one.severity] ?? 0) + one.alerts;
    }
    line.overdue += one.overdue;
    line.oldest = one.oldest === null ? line.oldest : Math.min(line.oldest ?? one.oldest, one.oldest);
    lines.set(key, line);
  });
  return [...lines.values()];
}

function QueueTable({ queues, loading }: { queues: Queues | undefined; loading: boolean }) {
  const t = useWords(benchWords);
  const words = useDisposition();
  const levelName = useLevelName();
  const { dark } = useSettings();
  return (
    <Card size="small" title={<h2 style={heading}>{t("queues")}</h2>}>
      <Table<SkillLine>
        size="small"
        rowKey="key"
        loading={loading}
        dataSource={linesOf(queues?.waiting ?? [])}
        pagination={false}
        locale={{ emptyText: loading ? " " : <Nothing>{t("queueEmpty")}</Nothing> }}
        columns={[
          { key: "skill", title: t("skill"), render: (_value, line) => <Link to={`/alerts?skill=${line.skill}`}>{words.skill(line.skill)}</Link> },
          { key: "level", title: t("level"), render: (_value, line) => levelName(line.level) },
          ...SEVERITIES.map((severity) => ({
            key: severity,
            title: severity,
            align: "right" as const,
            render: (_value: unknown, line: SkillLine) =>
              line.of[severity] === undefined ? "" : (
                <Link className="number" to={`/alerts?skill=${line.skill}&severity=${severity}`} aria-label={`${words.skill(line.skill)} ${severity}: ${line.of[severity]}`}>
                  {countText(line.of[severity])}
                </Link>
              ),
          })),
          {
            key: "overdue",
            title: t("overdue"),
            align: "right",
            render: (_value, line) => <span style={line.overdue > 0 ? { color: dark ? "#ff8f8a" : "#b3151b", fontWeight: 600 } : undefined}>{countText(line.overdue)}</span>,
          },
          { key: "oldest", title: t("oldest"), render: (_value, line) => <Since ms={line.oldest} /> },
        ]}
      />
    </Card>
  );
}

function ToApprove() {
  const t = useWords(benchWords);
  const words = useDisposition();
  const { data, error, isPending } = useAsk(["to approve"], (signal) => told(api.GET("/v1/alerts", { params: { query: { state: "DECIDED", open: true, limit: 50 } }, signal })), { everyMs: 15_000 });
  const rows = (data?.alerts ?? []).filter((row) => row.approval === "ASKED");
  return (
    <Card size="small" title={<h2 style={heading}>{t("waitingApproval")}</h2>}>
      {error !== null && <Failure error={error} />}
      <Table<Row>
        size="small"
        rowKey="alert"
        loading={isPending}
        dataSource={rows}
        pagination={false}
        scroll={rows.length > 0 ? { x: "max-content" } : undefined}
        locale={{ emptyText: isPending ? " " : <Nothing>{t("nothingToApprove")}</Nothing> }}
        columns={[
          { key: "alert", title: t("alert"), render: (_value, row) => <AlertLink alert={row.alert} /> },
          { key: "severity", title: t("severity"), render: (_value, row) => <Severity severity={row.severity} /> },
          { key: "code", title: t("code"), render: (_value, row) => words.code(row.code) },
          { key: "by", title: t("decidedBy"), render: (_value, row) => row.decided_by },
          {
            key: "note",
            title: t("note"),
            render: (_value, row) => (
              <span data-told="" style={{ display: "inline-block", maxWidth: 260, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }} title={row.note ?? undefined}>
                {row.note}
              </span>
            ),
          },
        ]}
      />
      {data !== undefined && data.next !== null && <Link to="/alerts?state=DECIDED">{t("allOfThem", { n: data.alerts.length })}</Link>}
    </Card>
  );
}

export default function Desk() {
  const t = useWords(benchWords);
  const { identity, may } = useSession();
  const desk = useDesk();
  const queues = useAsk(["queues"], (signal) => told(api.GET("/v1/queues", { signal })), { everyMs: 10_000, active: may("alerts:read") });
  const mine = useAsk(["mine"], (signal) => told(api.GET("/v1/alerts", { params: { query: { owner: identity!.name, open: true, order: "rank", limit: 100 } }, signal })), { everyMs: 10_000, active: may("alerts:read") });
  const rows = mine.data?.alerts ?? [];
  const more = mine.data !== undefined && mine.data.next !== null;
  const hasNone = desk.error instanceof Problem;
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 12 }}>
      {hasNone && <Banner type="info" showIcon message={t("noDesk")} />}
      <Head desk={desk.data?.desk} queues={queues.data} inHand={mine.data === undefined ? undefined : rows.length} more={more} />
      {queues.error !== null && <Failure error={queues.error} onAgain={() => void queues.refetch()} />}
      {mine.error !== null && <Failure error={mine.error} onAgain={() => void mine.refetch()} />}
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(500px, 1fr))", gap: 12, alignItems: "start" }}>
        <div style={{ display: "flex", flexDirection: "column", gap: 12, minWidth: 0 }}>
          <InHand rows={rows} more={more} loading={mine.isPending} />
          {may("alerts:approve") && <ToApprove />}
        </div>
        <QueueTable queues={queues.data} loading={queues.isPending} />
      </div>
      {may("desks:write") && <OnDuty />}
    </div>
  );
}
