// Gangs that were proposed and decided on, and what everybody meets.
import { Button, Card, Segmented, Space, Tabs, Tooltip } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { type Column, DataTable } from "@/parts/DataTable";
import { Nothing } from "@/parts/States";
import { TextFilter } from "@/parts/TextFilter";
import { CaseLink, countText, moneyText, shareText, Time, timeText } from "@/parts/values";
import { FindGang } from "@/screens/graph/FindGang";
import { gangWords } from "@/screens/graph/gangWords";
import { KindName } from "@/screens/graph/GraphFrame";
import { Hubs } from "@/screens/graph/Hubs";
import { isNodeKind } from "@/screens/graph/words";

type Row = Schemas["GangRow"];

const STATES = ["PROPOSED", "CONFIRMED", "DISMISSED", "REPLACED"] as const;

function useColumns(): Column<Row>[] {
  const t = useWords(gangWords);
  return [
    { key: "id", title: t("id"), show: (row) => <Link to={`/gangs/${row.id}`}>{row.id}</Link>, cell: (row) => row.id },
    { key: "state", title: t("state"), show: (row) => t(row.state), cell: (row) => t(row.state) },
    {
      key: "seed",
      title: t("seed"),
      show: (row) => (
        <Space size={6}>
          {isNodeKind(row.seed_kind) && <KindName kind={row.seed_kind} />}
          <span className="mono" data-told="">
            {row.seed}
          </span>
        </Space>
      ),
      cell: (row) => row.seed,
    },
    { key: "accounts", title: t("accounts"), align: "right", show: (row) => <span className="number">{countText(row.accounts)}</span>, cell: (row) => row.accounts },
    { key: "holders", title: t("holders"), align: "right", show: (row) => <span className="number">{countText(row.holders)}</span>, cell: (row) => row.holders },
    { key: "strength", title: t("strength"), align: "right", show: (row) => <Tooltip title={t("strengthTip")}><span className="number">{shareText(row.strength)}</span></Tooltip>, cell: (row) => row.strength },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <span className="number">{moneyText(row.amount)}</span>, cell: (row) => row.amount / 100 },
    { key: "secrecy", title: t("secrecy"), show: (row) => t(row.secrecy), cell: (row) => t(row.secrecy) },
    { key: "found", title: t("found"), show: (row) => <Time ms={row.found_us / 1000} />, cell: (row) => timeText(row.found_us / 1000) },
    { key: "times", title: t("times"), align: "right", show: (row) => row.times, cell: (row) => row.times },
    { key: "case", title: t("case"), show: (row) => <CaseLink id={row.case_id} />, cell: (row) => row.case_id },
    { key: "by", title: t("decidedBy"), show: (row) => row.decided_by, cell: (row) => row.decided_by },
    { key: "reason", title: t("reason"), show: (row) => <span data-told="">{row.reason}</span>, cell: (row) => row.reason },
  ];
}

function GangList() {
  const t = useWords(gangWords);
  const { may } = useSession();
  const [filters, change] = useFilters();
  const navigate = useNavigate();
  const columns = useColumns();
  const [finding, setFinding] = useState(false);
  const query = { state: filters.state, member: filters.member };
  const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Record<string, string>;
  return (
    <>
      <Space wrap style={{ marginBottom: 8 }}>
        <Segmented value={filters.state ?? ""} onChange={(value) => change({ state: value })} aria-label={t("state")} options={[{ value: "", label: t("any") }, ...STATES.map((value) => ({ value: value as string, label: t(value) }))]} />
        <TextFilter name="member" label={t("member")} width={260} />
        {may("cases:write") && (
          <Button type="primary" onClick={() => setFinding(true)}>
            {t("find")}
          </Button>
        )}
      </Space>
      <DataTable<Row>
        name="gangs"
        label={t("gangs")}
        rowKey="id"
        columns={columns}
        filters={asked}
        onFilters={(view) => change({ state: null, member: null, ...view })}
        onOpen={(row) => navigate(`/gangs/${row.id}`)}
        empty={<Nothing>{t("noGangs")}</Nothing>}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/gangs", { params: { query: { ...query, limit, after: after === undefined ? undefined : Number(after) } }, signal }));
          return { rows: page.gangs, next: page.next === null ? null : String(page.next) };
        }}
      />
      {finding && <FindGang onClose={() => setFinding(false)} />}
    </>
  );
}

export default function Gangs() {
  const t = useWords(gangWords);
  const [filters, change] = useFilters();
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("title")}</h1>}>
      <Tabs
        size="small"
        activeKey={filters.tab ?? "gangs"}
        onChange={(tab) => change({ tab: tab === "gangs" ? null : tab })}
        destroyOnHidden
        items={[
          { key: "gangs", label: t("gangs"), children: <GangList /> },
          { key: "hubs", label: t("hubs"), children: <Hubs /> },
        ]}
      />
    </Card>
  );
}
