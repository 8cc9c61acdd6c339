// A customer, an account, a device ... seen from all sides: what tables know of it, its features, alerts, held payments, measures, cases, and the lists that it is on.
import { useQueries } from "@tanstack/react-query";
import { Alert, Badge, Card, Select, Space, Switch, Table, type TableColumnsType, Tabs, Typography } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark } from "@/parts/Mark";
import { useCode } from "@/parts/names";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, CaseLink, Money, Severity, ThingLink, Time, timeText } from "@/parts/values";
import { useCatalogue, useLists } from "@/screens/data/asking";
import type { ListRow } from "@/screens/data/Lists";
import { Values } from "@/screens/data/LiveFeatures";
import { ProfileTables } from "@/screens/data/ProfileTables";
import { isThing, listFits, type ThingKind, thingKinds, things, thingWords } from "@/screens/data/things";
import { dataWords } from "@/screens/data/words";

type AlertRow = Schemas["AlertRow"];
type Hold = Schemas["Hold"];
type Control = Schemas["Control"];
type CaseRow = Schemas["CaseRow"];

const ALERT_SIDES = ["subject", "part", "payee"] as const;
type AlertSide = (typeof ALERT_SIDES)[number];

function sidesOf(kind: ThingKind): AlertSide[] {
  return kind === "customer" ? ["part"] : kind === "account" || kind === "payee" ? ["part", "payee", "subject"] : ["subject"];
}

function Alerts({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const navigate = useNavigate();
  const sides = sidesOf(kind);
  const [side, setSide] = useState<AlertSide>(sides[0]!);
  const query: Record<string, string> = side === "payee" ? { payee: name } : side === "part" ? (kind === "customer" ? { customer: name } : { account: name }) : { subject_kind: kind.toUpperCase(), subject: name };
  const sideWord = { subject: t("asSubject"), part: t("asPart"), payee: t("asPayee") };
  const columns: Column<AlertRow>[] = [
    { key: "alert", title: t("alertsTab"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
    { key: "severity", title: "S1-S4", show: (row) => <Severity severity={row.severity} />, cell: (row) => row.severity },
    { key: "state", title: t("state"), show: (row) => both({ zh: row.state_zh, en: row.state_en }), cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "group", title: t("type"), show: (row) => both({ zh: row.group_zh, en: row.group_en }), cell: (row) => both({ zh: row.group_zh, en: row.group_en }) },
    { key: "subject", title: t("target"), show: (row) => <ThingLink kind={row.subject_kind} name={row.subject} />, cell: (row) => row.subject },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => row.amount / 100 },
    { key: "opened", title: t("since"), show: (row) => <Time ms={row.opened} />, cell: (row) => timeText(row.opened) },
    { key: "code", title: t("result"), show: (row) => both({ zh: row.code_zh, en: row.code_en }), cell: (row) => row.code },
    { key: "case", title: t("case"), show: (row) => <CaseLink id={row.case} />, cell: (row) => row.case },
  ];
  return (
    <>
      {sides.length > 1 && (
        <Space style={{ marginBottom: 8 }}>
          <label htmlFor="alert-side">{t("role")}</label>
          <Select id="alert-side" value={side} onChange={setSide} options={sides.map((value) => ({ value, label: sideWord[value] }))} style={{ width: 160 }} />
        </Space>
      )}
      <DataTable<AlertRow>
        name={`profile alerts ${kind} ${name}`}
        label={t("alertsTab")}
        rowKey="alert"
        columns={columns}
        filters={query}
        limit={20}
        onOpen={(row) => navigate(`/alerts/${row.alert}`)}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/alerts", { params: { query: { ...query, after, limit } }, signal }));
          return { rows: page.alerts, next: page.next };
        }}
      />
    </>
  );
}

function Holds({ kind, name }: { kind: "customer" | "account"; name: string }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const columns: Column<Hold>[] = [
    { key: "event", title: t("decisionOf"), show: (row) => <Link to={`/decisions/${encodeURIComponent(row.event_id)}`} className="mono">{row.event_id}</Link>, cell: (row) => row.event_id },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => row.amount / 100 },
    { key: "payee", title: t("payee"), show: (row) => <ThingLink kind="account" name={row.payee} />, cell: (row) => row.payee },
    { key: "state", title: t("state"), show: (row) => both({ zh: row.state_zh, en: row.state_en }), cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "held", title: t("held"), show: (row) => <Time ms={row.held} />, cell: (row) => timeText(row.held) },
    { key: "until", title: t("until"), show: (row) => <Time ms={row.until} />, cell: (row) => timeText(row.until) },
    { key: "alert", title: t("alertsTab"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
  ];
  return (
    <DataTable<Hold>
      name={`profile holds ${kind} ${name}`}
      label={t("holdsTab")}
      rowKey="hold"
      columns={columns}
      limit={20}
      load={async (after, limit, signal) => {
        const page = await told(api.GET("/v1/holds", { params: { query: { [kind]: name, after: after === undefined ? undefined : Number(after), limit } }, signal }));
        return { rows: page.holds, next: page.next === null ? null : String(page.next) };
      }}
    />
  );
}

function Controls({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const query = kind === "customer" ? { customer: name } : { target_kind: things[kind].target, target: name };
  const columns: Column<Control>[] = [
    { key: "control", title: "ID", show: (row) => <Link to={`/controls?one=${row.control}`}>{row.control}</Link>, cell: (row) => row.control },
    { key: "measure", title: t("measure"), show: (row) => both({ zh: row.measure_zh, en: row.measure_en }), cell: (row) => both({ zh: row.measure_zh, en: row.measure_en }) },
    { key: "target", title: t("target"), show: (row) => <ThingLink kind={row.target_kind} name={row.target} />, cell: (row) => row.target },
    { key: "state", title: t("state"), show: (row) => both({ zh: row.state_zh, en: row.state_en }), cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "since", title: t("since"), show: (row) => <Time ms={row.since} />, cell: (row) => timeText(row.since) },
    { key: "until", title: t("until"), show: (row) => <Time ms={row.until} />, cell: (row) => timeText(row.until) },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => (row.amount === null ? null : row.amount / 100) },
    { key: "reason", title: t("reason"), show: (row) => <span data-told="">{row.reason}</span>, cell: (row) => row.reason },
    { key: "alert", title: t("alertsTab"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
  ];
  return (
    <DataTable<Control>
      name={`profile controls ${kind} ${name}`}
      label={t("controlsTab")}
      rowKey="control"
      columns={columns}
      limit={20}
      load={async (after, limit, signal) => {
        const page = await told(api.GET("/v1/controls", { params: { query: { ...query, after: after === undefined ? undefined : Number(after), limit } }, signal }));
        return { rows: page.controls, next: page.next === null ? null : String(page.next) };
      }}
    />
  );
}

function Effect({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const target = things[kind].target;
  const query = useAsk(["controls", "effective", kind, name], (signal) => told(api.GET("/v1/controls/effective", { params: { query: { target_kind: target, target: name } }, signal })), {
    active: target !== undefined,
  });
  const effect = query.data?.effect;
  if (effect === undefined) {
    return null;
  }
  return (
    <span>
      {t("effect")}{" "}
      <Mark kind={effect.state === "NONE" ? "good" : effect.state === "RESTRICTED" ? "warn" : "bad"}>{t(`effect${effect.state}`)}</Mark>
      {effect.measures > 0 && t("measuresCount", { n: effect.measures })}
    </span>
  );
}

function Cases({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const code = useCode();
  const navigate = useNavigate();
  const columns: Column<CaseRow>[] = [
    { key: "number", title: t("case"), show: (row) => <Link to={`/cases/${row.id}`}>{row.number}</Link>, cell: (row) => row.number },
    { key: "title", title: t("title"), show: (row) => <span data-told="">{row.title}</span>, cell: (row) => row.title },
    { key: "state", title: t("state"), show: (row) => code("caseState", row.state), cell: (row) => code("caseState", row.state) },
    { key: "owner", title: t("owner"), show: (row) => <span data-told="">{row.owner}</span>, cell: (row) => row.owner },
    { key: "opened", title: t("opened"), show: (row) => <Time ms={row.opened_us / 1000} />, cell: (row) => timeText(row.opened_us / 1000) },
  ];
  return (
    <DataTable<CaseRow>
      name={`profile cases ${kind} ${name}`}
      label={t("casesTab")}
      rowKey="id"
      columns={columns}
      limit={20}
      onOpen={(row) => navigate(`/cases/${row.id}`)}
      load={async (after, limit, signal) => {
        const page = await told(api.GET("/v1/cases", { params: { query: { subject_kind: kind.toUpperCase(), subject: name, after, limit } as never }, signal }));
        return { rows: page.cases, next: page.next === null ? null : String(page.next) };
      }}
    />
  );
}

type OnList = { list: ListRow; entry: Extract<Schemas["ListEntry"], { listed: true }> };

function useOnLists(kind: ThingKind, name: string) {
  const { may } = useSession();
  const lists = useLists();
  const fitting = useMemo(() => (lists.data?.lists ?? []).filter((list) => list.entries > 0 && listFits(kind, list.key)), [lists.data, kind]);
  const asked = useQueries({
    queries: fitting.map((list) => ({
      queryKey: ["list", list.list, "entry", name],
      queryFn: ({ signal }: { signal: AbortSignal }) => told(api.GET("/v1/lists/{list}/entries/{key}", { params: { path: { list: list.list, key: name } }, signal })),
    })),
  });
  const on: OnList[] = fitting.flatMap((list, index) => {
    const entry = asked[index]?.data;
    return entry?.listed === true ? [{ list, entry }] : [];
  });
  return { on, asked: fitting.length, isPending: may("knowledge:read") && (lists.isPending || asked.some((one) => one.isPending)), error: lists.error ?? asked.find((one) => one.error !== null)?.error ?? null };
}

function ListsOf({ on, asked, isPending, error }: ReturnType<typeof useOnLists>) {
  const t = useWords(dataWords);
  const both = useBoth();
  const columns: TableColumnsType<OnList> = [
    { key: "list", title: t("list"), render: (_, row) => <Link to={`/lists/${encodeURIComponent(row.list.list)}`}><span data-told="">{both(row.list.title)}</span></Link> },
    { key: "from", title: t("from"), render: (_, row) => <Time ms={row.entry.from} /> },
    { key: "until", title: t("until"), render: (_, row) => (row.entry.until === null ? t("always") : <Time ms={row.entry.until} />) },
    { key: "source", title: t("source"), render: (_, row) => <span data-told="">{row.entry.source}</span> },
    { key: "note", title: t("note"), render: (_, row) => <span data-told="">{row.entry.note}</span> },
  ];
  if (error !== null) {
    return <Failure error={error} />;
  }
  return (
    <Table<OnList>
      rowKey={(row) => row.list.list}
      columns={columns}
      dataSource={on}
      loading={isPending}
      pagination={false}
      locale={{ emptyText: isPending ? " " : <Nothing>{asked === 0 ? t("noListsOfKind") : t("noLists", { n: asked })}</Nothing> }}
    />
  );
}

function FeaturesOf({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const catalogue = useCatalogue();
  const [watching, setWatching] = useState(false);
  const entities = (catalogue.data?.entities ?? []).filter((entity) => entity.key.length === 1 && things[kind].fields.includes(entity.key[0]!));
  const [chosen, setChosen] = useState<string | null>(null);
  const entity = chosen ?? entities[0]?.id;
  if (catalogue.error !== null) {
    return <Failure error={catalogue.error} onAgain={() => void catalogue.refetch()} />;
  }
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <Space wrap>
        <label htmlFor="profile-entity">{t("entity")}</label>
        <Select id="profile-entity" value={entity} onChange={setChosen} options={entities.map((one) => ({ value: one.id, label: `${both(one)} (${one.id})` }))} style={{ width: 280 }} />
        <Switch checked={watching} onChange={setWatching} aria-label={t("watchLive")} />
        {t("watchLive")}
        {entity !== undefined && <Link to={`/features?tab=live&entity=${entity}&key=${encodeURIComponent(name)}`}>{t("live")}</Link>}
      </Space>
      {entity !== undefined && <Values entity={entity} keys={[name]} at={null} watching={watching} />}
    </div>
  );
}

function Sides({ kind, name }: { kind: ThingKind; name: string }) {
  const t = useWords(dataWords);
  const { may } = useSession();
  const [filters, change] = useFilters();
  const both = useBoth();
  const onLists = useOnLists(kind, name);
  const tab = (key: string, label: ReactNode, open: boolean, children: ReactNode) => (open ? [{ key, label, children }] : []);
  const tabs = [
    ...tab("tables", t("tables"), may("knowledge:read"), <ProfileTables kind={kind} name={name} />),
    ...tab("alerts", t("alertsTab"), may("alerts:read"), <Alerts kind={kind} name={name} />),
    ...tab("features", t("featuresTab"), may("features:read") && may("models:read"), <FeaturesOf kind={kind} name={name} />),
    ...(kind === "customer" || kind === "account" ? tab("holds", t("holdsTab"), may("alerts:read"), <Holds kind={kind} name={name} />) : []),
    ...tab("controls", t("controlsTab"), may("controls:read") && things[kind].target !== undefined, <Controls kind={kind} name={name} />),
    ...tab("cases", t("casesTab"), may("cases:read"), <Cases kind={kind} name={name} />),
    ...tab(
      "lists",
      <Badge count={onLists.on.length} size="small" offset={[8, 0]} color="#b3151b">
        {t("listsTab")}
      </Badge>,
      may("knowledge:read"),
      <ListsOf {...onLists} />,
    ),
  ];
  return (
    <>
      {onLists.on.length > 0 && (
        <Alert
          type="warning"
          showIcon
          message={
            <Space wrap>
              {t("isListed")}
              {onLists.on.map(({ list }) => (
                <Link key={list.list} to={`/lists/${encodeURIComponent(list.list)}?key=${encodeURIComponent(name)}`} data-told="">
                  {both(list.title)}
                </Link>
              ))}
            </Space>
          }
        />
      )}
      <Tabs activeKey={filters.tab ?? tabs[0]?.key} onChange={(key) => change({ tab: key })} items={tabs} destroyOnHidden size="small" />
    </>
  );
}

export default function Profile() {
  const t = useWords(dataWords);
  const kinds = useWords(thingWords);
  const navigate = useNavigate();
  const { may } = useSession();
  const { kind: wanted = "", name = "" } = useParams();
  const kind = wanted.toLowerCase();
  if (!isThing(kind)) {
    return <Nothing>{t("kindUnknown")}</Nothing>;
  }
  return (
    <Card
      size="small"
      title={
        <h1 style={{ fontSize: 16, margin: 0 }}>
          {kinds(kind)} <span className="mono" data-told="">{name}</span>
        </h1>
      }
      extra={
        <Space wrap>
          {may("controls:read") && <Effect kind={kind} name={name} />}
          {!may("personal:read") && <Typography.Text type="secondary">{t("maskedText")}</Typography.Text>}
          <Select
            value={kind}
            aria-label={t("openAs")}
            onChange={(other) => navigate(`/profiles/${other}/${encodeURIComponent(name)}`)}
            options={thingKinds.map((value) => ({ value, label: kinds(value) }))}
            style={{ width: 140 }}
          />
        </Space>
      }
    >
      <Sides key={`${kind} ${name}`} kind={kind} name={name} />
    </Card>
  );
}
