// All alerts that the reader's roles open, with filters in the address; several of one group may be worked on at once.
import { Button, Card, Segmented, Select, Space, Tag } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { type Column, DataTable } from "@/parts/DataTable";
import { type DispositionWords, useDisposition } from "@/parts/disposition";
import { TextFilter } from "@/parts/TextFilter";
import { AlertLink, Due, moneyText, Severity, ThingLink, Time, timeText } from "@/parts/values";
import { useLists } from "@/screens/data/asking";
import { BulkBar } from "@/screens/bench/Bulk";
import { benchWords } from "@/screens/bench/words";

type Row = Schemas["AlertRow"];

const SEVERITIES = ["S4", "S3", "S2", "S1"] as const;

function useAlertColumns(words: DispositionWords): Column<Row>[] {
  const t = useWords(benchWords);
  const both = useBoth();
  return useMemo(
    () => [
      { key: "alert", title: t("alert"), fixed: "left", show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
      { key: "severity", title: t("severity"), show: (row) => <Severity severity={row.severity} />, cell: (row) => row.severity },
      { key: "state", title: t("state"), show: (row) => both({ zh: row.state_zh, en: row.state_en }), cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
      { key: "group", title: t("group"), show: (row) => both({ zh: row.group_zh, en: row.group_en }), cell: (row) => both({ zh: row.group_zh, en: row.group_en }) },
      { key: "subject", title: t("subject"), show: (row) => <ThingLink kind={row.subject_kind} name={row.subject} />, cell: (row) => row.subject },
      { key: "amount", title: t("amount"), align: "right", show: (row) => <span className="number">{moneyText(row.amount)}</span>, cell: (row) => row.amount / 100 },
      { key: "hits", title: t("hits"), align: "right", show: (row) => row.hits, cell: (row) => row.hits },
      { key: "due", title: t("due"), show: (row) => (row.open ? <Due ms={row.decide_until} /> : null), cell: (row) => timeText(row.decide_until) },
      { key: "owner", title: t("owner"), show: (row) => row.owner, cell: (row) => row.owner },
      { key: "skill", title: t("skill"), show: (row) => words.skill(row.skill), cell: (row) => words.skill(row.skill) },
      { key: "branch", title: t("branch"), show: (row) => row.branch, cell: (row) => row.branch },
      { key: "opened", title: t("opened"), show: (row) => <Time ms={row.opened} />, cell: (row) => timeText(row.opened) },
      { key: "code", title: t("code"), show: (row) => words.code(row.code), cell: (row) => row.code },
      { key: "strategy", title: t("strategy"), show: (row) => row.strategy, cell: (row) => row.strategy },
    ],
    [t, both, words],
  );
}

// In the address as milliseconds, or as somebody has written it there.
function momentOf(text: string | undefined): string {
  const ms = text === undefined ? NaN : /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(ms) ? "" : timeText(ms);
}

export default function Alerts() {
  const t = useWords(benchWords);
  const both = useBoth();
  const words = useDisposition();
  const { identity, may } = useSession();
  const [filters, change] = useFilters();
  const [chosen, setChosen] = useState<Row[]>([]);
  const navigate = useNavigate();
  const columns = useAlertColumns(words);
  const selected = useMemo(() => chosen.map((row) => row.alert), [chosen]);
  const search = new URLSearchParams(filters).toString();
  useEffect(() => setChosen((before) => (before.length === 0 ? before : [])), [search]); // what is not in sight is not worked on
  const open = filters.open ?? "true";
  const order = open === "true" ? (filters.order ?? "rank") : "time";
  const query = { ...filters, open: open === "" || open === "any" ? undefined : open, order: open === "true" ? order : undefined };
  const lists = useLists();
  const states = (words.data?.states ?? []).filter((state) => open === "any" || String(state.open) === open);
  const selects = [
    { name: "severity", width: 112, options: SEVERITIES.map((value) => ({ value: value as string, label: value as string })) },
    { name: "group", width: 190, options: (words.data?.groups ?? []).map((group) => ({ value: group.group, label: both(group) })) },
    { name: "skill", width: 140, options: (words.data?.skills ?? []).map(({ skill }) => ({ value: skill, label: words.skill(skill) })) },
    { name: "state", width: 170, options: states.map((state) => ({ value: state.state, label: both(state) })) },
    { name: "code", width: 170, options: (words.data?.codes ?? []).map((code) => ({ value: code.code, label: `${both(code)} ${code.code}` })) },
    ...(may("knowledge:read") ? [{ name: "list" as const, width: 150, options: (lists.data?.lists ?? []).map((one) => ({ value: one.list, label: both(one.title) })) }] : []),
  ] as const;
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("listLabel")}</h1>}>
      <Space wrap style={{ marginBottom: 8 }}>
        <Segmented
          value={open}
          onChange={(value) => change({ open: value === "true" ? null : value, state: null })}
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
        {selects.map(({ name, width, options }) => (
          <Select
            key={name}
            allowClear
            showSearch
            optionFilterProp="label"
            popupMatchSelectWidth={false}
            placeholder={t(name)}
            aria-label={t(name)}
            value={filters[name]}
            onChange={(value: string | undefined) => change({ [name]: value })}
            options={[...options]}
            style={{ width }}
          />
        ))}
        {(["owner", "branch", "customer", "strategy"] as const).map((name) => (
          <TextFilter key={name} name={name} label={t(name)} width={120} />
        ))}
        {may("alerts:work") && (
          <Segmented
            value={filters.owner === identity?.name ? "mine" : "any"}
            onChange={(value) => change({ owner: value === "mine" ? identity?.name : null })}
            options={[
              { value: "any", label: t("any") },
              { value: "mine", label: t("mine") },
            ]}
          />
        )}
      </Space>
      {(filters.from !== undefined || filters.until !== undefined) && (
        <Space size={4} style={{ marginBottom: 8 }}>
          <Tag style={{ marginInlineEnd: 0 }}>{t("openedWithin", { from: momentOf(filters.from), until: momentOf(filters.until) })}</Tag>
          <Button size="small" type="link" onClick={() => change({ from: null, until: null })}>
            {t("anyTime")}
          </Button>
        </Space>
      )}
      {may("alerts:work") && (
        <div style={{ marginBottom: 8, minHeight: 24 }}>
          <BulkBar rows={chosen} onClear={() => setChosen([])} />
        </div>
      )}
      <DataTable<Row>
        name="alerts"
        label={t("listLabel")}
        rowKey="alert"
        columns={columns}
        filters={filters}
        onFilters={(view) => change({ ...Object.fromEntries(Object.keys(filters).map((name) => [name, null])), ...view })}
        everyMs={10_000}
        onOpen={(row) => navigate(`/alerts/${row.alert}`)}
        selected={selected}
        onSelect={may("alerts:work") ? (_keys, rows) => setChosen(rows.filter((row) => row !== undefined)) : undefined}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/alerts", { params: { query: { ...query, after, limit } as never }, signal }));
          return { rows: page.alerts, next: page.next };
        }}
      />
    </Card>
  );
}
