// All alerts that the reader's roles open, with filters in the address.
import { Card, Input, Segmented, Select, Space } from "antd";
import { useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useNow } from "@/parts/clock";
import { type Column, DataTable } from "@/parts/DataTable";
import { AlertLink, Due, moneyText, Severity, ThingLink, Time, timeText } from "@/parts/values";
import { benchWords } from "@/screens/bench/words";

type Row = Schemas["AlertRow"];

const SEVERITIES = ["S4", "S3", "S2", "S1"] as const;

export function useAlertColumns(now: number): Column<Row>[] {
  const t = useWords(benchWords);
  const both = useBoth();
  return [
    { key: "alert", title: t("alert"), fixed: "left", show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
    { key: "severity", title: t("severity"), show: (row) => <Severity severity={row.severity} />, cell: (row) => row.severity },
    { key: "state", title: t("state"), show: (row) => both({ zh: row.state_zh, en: row.state_en }), cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "group", title: t("group"), show: (row) => both({ zh: row.group_zh, en: row.group_en }), cell: (row) => both({ zh: row.group_zh, en: row.group_en }) },
    { key: "subject", title: t("subject"), show: (row) => <ThingLink kind={row.subject_kind} name={row.subject} />, cell: (row) => row.subject },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <span className="number">{moneyText(row.amount)}</span>, cell: (row) => row.amount / 100 },
    { key: "hits", title: t("hits"), align: "right", show: (row) => row.hits, cell: (row) => row.hits },
    { key: "skill", title: t("skill"), show: (row) => row.skill, cell: (row) => row.skill },
    { key: "owner", title: t("owner"), show: (row) => row.owner, cell: (row) => row.owner },
    { key: "branch", title: t("branch"), show: (row) => row.branch, cell: (row) => row.branch },
    { key: "opened", title: t("opened"), show: (row) => <Time ms={row.opened} />, cell: (row) => timeText(row.opened) },
    { key: "due", title: t("due"), show: (row) => (row.open ? <Due ms={row.decide_until} now={now} /> : null), cell: (row) => timeText(row.decide_until) },
    { key: "code", title: t("code"), show: (row) => both({ zh: row.code_zh, en: row.code_en }), cell: (row) => row.code },
    { key: "strategy", title: t("strategy"), show: (row) => row.strategy, cell: (row) => row.strategy },
  ];
}

export default function Alerts() {
  const t = useWords(benchWords);
  const [filters, change] = useFilters();
  const navigate = useNavigate();
  const now = useNow(5000);
  const columns = useAlertColumns(now);
  const open = filters.open ?? "true";
  const order = open === "true" ? (filters.order ?? "rank") : "time";
  const query = { ...filters, open: open === "" || open === "any" ? undefined : open, order: open === "true" ? order : undefined };
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("listLabel")}</h1>}>
      <Space wrap style={{ marginBottom: 8 }}>
        <Segmented
          value={open}
          onChange={(value) => change({ open: value === "true" ? null : value })}
          options={[
            { value: "true", label: t("open") },
            { value: "false", label: t("closed") },
            { value: "any", label: t("any") },
          ]}
        />
        {open === "true" && (
          <Segmented
            value={order}
            onChange={(value) => change({ order: value === "rank" ? null : value })}
            options={[
              { value: "rank", label: t("byRank") },
              { value: "time", label: t("byTime") },
            ]}
          />
        )}
        <Select allowClear placeholder={t("severity")} aria-label={t("severity")} value={filters.severity} onChange={(value) => change({ severity: value })} options={SEVERITIES.map((value) => ({ value, label: value }))} style={{ width: 100 }} />
        {(["group", "skill", "owner", "branch", "customer", "strategy", "code"] as const).map((name) => (
          <Input
            key={`${name} ${filters[name] ?? ""}`}
            allowClear
            placeholder={t(name)}
            aria-label={t(name)}
            defaultValue={filters[name]}
            onPressEnter={(event) => change({ [name]: event.currentTarget.value.trim() })}
            onBlur={(event) => event.currentTarget.value.trim() !== (filters[name] ?? "") && change({ [name]: event.currentTarget.value.trim() })}
            onClear={() => change({ [name]: null })}
            style={{ width: 130 }}
          />
        ))}
      </Space>
      <DataTable<Row>
        name="alerts"
        label={t("listLabel")}
        rowKey="alert"
        columns={columns}
        filters={query as Record<string, string>}
        onFilters={(view) => change({ ...Object.fromEntries(Object.keys(filters).map((name) => [name, null])), ...view })}
        everyMs={10_000}
        onOpen={(row) => navigate(`/alerts/${row.alert}`)}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/alerts", { params: { query: { ...query, after, limit } as never }, signal }));
          return { rows: page.alerts, next: page.next };
        }}
      />
    </Card>
  );
}
