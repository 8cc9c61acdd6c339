// All models of the pack that decides, and how each does.
import { Alert, Card, Input, Select, Space, Spin, Typography } from "antd";
import { Link, useNavigate } from "react-router-dom";

import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { type Column, DataTable } from "@/parts/DataTable";
import { Failure } from "@/parts/States";
import { countText, Severity, timeText } from "@/parts/values";
import { type ModelRow, useModels, useModelsNow } from "@/screens/models/asks";
import { CostRule, costShareText, costText } from "@/screens/models/cost";
import { bandText, type Health, healthOf, HealthTag, rateText } from "@/screens/models/health";
import { StatusTag } from "@/screens/models/StatusTag";
import { modelWords } from "@/screens/models/words";

const STATUSES = ["DRAFT", "SHADOW", "CHALLENGER", "CANARY", "ACTIVE", "SUSPENDED", "RETIRED"] as const;
const MODES = ["PRE", "SYNC", "NRT", "BATCH"] as const;
const SEVERITIES = ["S4", "S3", "S2", "S1"] as const;
const HEALTHS: Health[] = ["above", "below", "within", "early", "night", "off", "notTold"];

const orders: Record<string, (one: ModelRow, other: ModelRow) => number> = {
  cost: (one, other) => (other.cost?.median_ns ?? -1) - (one.cost?.median_ns ?? -1),
  share: (one, other) => (other.cost?.share ?? -1) - (one.cost?.share ?? -1),
  hits: (one, other) => (other.hits ?? -1) - (one.hits ?? -1),
};

function matches(row: ModelRow, filters: Record<string, string>): boolean {
  const search = (filters.search ?? "").toLowerCase();
  return (
    (filters.family === undefined || row.family === filters.family) &&
    (filters.mode === undefined || row.mode === filters.mode) &&
    (filters.status === undefined || row.status === filters.status) &&
    (filters.severity === undefined || row.severity === filters.severity) &&
    (filters.health === undefined || healthOf(row) === filters.health) &&
    (search === "" || [row.model, row.typology, row.zh, row.en].some((text) => text.toLowerCase().includes(search)))
  );
}

export default function Catalogue() {
  const t = useWords(modelWords);
  const both = useBoth();
  const navigate = useNavigate();
  const [filters, change] = useFilters();
  const { data, error, isPending, refetch } = useModels();
  const now = useModelsNow();
  const models = data?.models ?? [];
  const families = [...new Map(models.map((row) => [row.family, both({ zh: row.family_zh, en: row.family_en })]))];
  const columns: Column<ModelRow>[] = [
    { key: "model", title: t("model"), fixed: "left", show: (row) => <Link to={`/models/${row.model}`} className="mono">{row.model}</Link>, cell: (row) => row.model },
    { key: "name", title: t("name"), show: (row) => <span data-told="">{both(row)}</span>, cell: (row) => both(row) },
    { key: "family", title: t("family"), show: (row) => `${row.family} ${both({ zh: row.family_zh, en: row.family_en })}`, cell: (row) => row.family },
    { key: "status", title: t("status"), show: (row) => <StatusTag status={row.status} />, cell: (row) => t(row.status) },
    { key: "mode", title: t("mode"), show: (row) => t(row.mode), cell: (row) => t(row.mode) },
    { key: "severity", title: t("severity"), show: (row) => <Severity severity={row.severity} />, cell: (row) => row.severity },
    { key: "score", title: t("score"), align: "right", show: (row) => row.score, cell: (row) => row.score },
    { key: "health", title: t("health"), show: (row) => <HealthTag model={row} />, cell: (row) => t(healthOf(row)) },
    { key: "hits", title: t("hits"), align: "right", show: (row) => <span className="number">{countText(row.hits)}</span>, cell: (row) => row.hits },
    { key: "rate", title: t("rate"), align: "right", show: (row) => <span className="number">{rateText(row.per_10000)}</span>, cell: (row) => row.per_10000 },
    { key: "expected", title: t("expected"), align: "right", show: (row) => <span className="number">{bandText(row.expected)}</span>, cell: (row) => bandText(row.expected) },
    { key: "cost", title: t("cost"), align: "right", show: (row) => <span className="number">{costText(row.cost)}</span>, cell: (row) => row.cost?.median_ns },
    { key: "share", title: t("costShare"), align: "right", show: (row) => <span className="number">{costShareText(row.cost)}</span>, cell: (row) => row.cost?.share },
    { key: "version", title: t("version"), align: "right", show: (row) => row.version, cell: (row) => row.version },
  ];
  const choice = (name: string, label: string, options: { value: string; label: string }[], width: number) => (
    <Select allowClear showSearch optionFilterProp="label" placeholder={label} aria-label={label} value={filters[name]} onChange={(value: string | undefined) => change({ [name]: value })} options={options} style={{ width }} />
  );
  const count = (health: Health) => countText(models.filter((row) => healthOf(row) === health).length);
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("catalogue")}</h1>}>
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      <Space wrap style={{ marginBottom: 8 }}>
        <Input.Search key={filters.search ?? ""} allowClear placeholder={t("search")} aria-label={t("search")} defaultValue={filters.search} onSearch={(value) => change({ search: value.trim() })} style={{ width: 220 }} />
        {choice("family", t("family"), families.map(([family, name]) => ({ value: family, label: `${family} ${name}` })), 200)}
        {choice("status", t("status"), STATUSES.map((value) => ({ value, label: t(value) })), 120)}
        {choice("mode", t("mode"), MODES.map((value) => ({ value, label: t(value) })), 150)}
        {choice("severity", t("severity"), SEVERITIES.map((value) => ({ value, label: value })), 100)}
        {choice("order", t("order"), [{ value: "cost", label: t("orderCost") }, { value: "share", label: t("orderShare") }, { value: "hits", label: t("orderHits") }], 190)}
        {choice("health", t("health"), HEALTHS.map((value) => ({ value, label: t(value) })), 150)}
      </Space>
      {isPending && <Spin style={{ display: "block", margin: 40 }} />}
      {data !== undefined && (
        <Alert
          type="info"
          style={{ marginBottom: 8 }}
          message={t("summary", { n: countText(models.length), active: countText(models.filter((row) => row.status === "ACTIVE").length), above: count("above"), below: count("below") })}
          description={
            <Typography.Text type="secondary">
              {t("healthRule", { since: timeText(data.counted_since) })} <CostRule costs={data.costs} />
            </Typography.Text>
          }
        />
      )}
      {data !== undefined && (
        <DataTable<ModelRow>
          key={data.catalogue}
          name="models"
          label={t("catalogue")}
          rowKey="model"
          columns={columns}
          filters={filters}
          onFilters={(view) => change({ ...Object.fromEntries(Object.keys(filters).map((name) => [name, null])), ...view })}
          onOpen={(row) => navigate(`/models/${row.model}`)}
          load={async (after, limit) => {
            const rows = (await now()).models.filter((row) => matches(row, filters)).sort(orders[filters.order ?? ""] ?? (() => 0));
            const from = Number(after ?? 0);
            return { rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null };
          }}
        />
      )}
    </Card>
  );
}
