// The register of features of the pack that decides, and their values of one thing as they are now.
import { Card, Input, Select, Space, Table, type TableColumnsType, Tabs, Tooltip, Typography } from "antd";
import { useMemo } from "react";

import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { CsvButton } from "@/parts/CsvButton";
import { Failure, Nothing } from "@/parts/States";
import { STICKY } from "@/parts/sticky";
import { countText } from "@/parts/values";
import { useCatalogue, useRegister } from "@/screens/data/asking";
import { LiveFeatures } from "@/screens/data/LiveFeatures";
import { type Registered, useEntityName, useMeaning, useTypeWord, useWindowText } from "@/screens/data/meaning";
import { dataWords } from "@/screens/data/words";

const WINDOWS = ["sliding", "day", "month", "year", "lifetime"] as const;

function Conditions({ feature }: { feature: Registered }) {
  const t = useWords(dataWords);
  const filters = [feature.filter, feature.other_filter].filter((filter) => filter !== null && filter !== undefined);
  return (
    <div data-told="" style={{ display: "grid", gap: 4 }}>
      {filters.map((filter) => (
        <Typography.Text key={filter.filter} className="mono">
          {filter.filter}: {filter.when}
          {filter.parent !== "" && ` (${t("parentFilter", { name: filter.parent })})`}
        </Typography.Text>
      ))}
      <Typography.Text type="secondary">{feature.how}</Typography.Text>
    </div>
  );
}

function Register() {
  const t = useWords(dataWords);
  const both = useBoth();
  const [filters, change] = useFilters();
  const register = useRegister();
  const catalogue = useCatalogue();
  const entityName = useEntityName(catalogue.data);
  const meaning = useMeaning(catalogue.data);
  const windowText = useWindowText();
  const typeWord = useTypeWord();
  const text = (filters.text ?? "").toLowerCase();
  const rows = useMemo(
    () =>
      (register.data?.features ?? []).filter(
        (feature) =>
          (filters.of === undefined || feature.entity === filters.of) &&
          (filters.window === undefined || (filters.window === "none" ? feature.kind === "expression" : feature.window === filters.window)) &&
          (text === "" || `${feature.feature} ${feature.how} ${feature.filter?.when ?? ""} ${meaning(feature)}`.toLowerCase().includes(text)),
      ),
    [register.data, filters.of, filters.window, text, meaning],
  );
  const entities = useMemo(() => [...new Set((register.data?.features ?? []).map((feature) => feature.entity))].filter((entity) => entity !== ""), [register.data]);
  const columns: TableColumnsType<Registered> = [
    { key: "feature", title: t("feature"), fixed: "left", sorter: (one, other) => one.feature.localeCompare(other.feature), render: (_, row) => <span className="mono">{row.feature}</span> },
    { key: "entity", title: t("entity"), render: (_, row) => <span data-told="">{entityName(row.entity)}</span> },
    { key: "meaning", title: t("meaning"), width: 380, render: (_, row) => <span data-told="">{meaning(row)}</span> },
    { key: "window", title: t("window"), sorter: (one, other) => (one.from_ms ?? 0) - (other.from_ms ?? 0), render: (_, row) => windowText(row) },
    { key: "type", title: t("type"), render: (_, row) => <span data-told="">{typeWord(row.type)}</span> },
    {
      key: "cost",
      align: "right",
      title: <Tooltip title={t("costHint")}>{t("cost")}</Tooltip>,
      sorter: (one, other) => (one.cost ?? 0) - (other.cost ?? 0),
      render: (_, row) => (row.cost === undefined ? "—" : countText(row.cost)),
    },
    { key: "models", align: "right", title: t("models"), sorter: (one, other) => one.models - other.models, render: (_, row) => countText(row.models) },
  ];
  if (register.error !== null) {
    return <Failure error={register.error} onAgain={() => void register.refetch()} />;
  }
  return (
    <>
      <Space wrap style={{ marginBottom: 8 }}>
        <Input.Search allowClear defaultValue={filters.text} placeholder={t("searchFeatures")} aria-label={t("searchFeatures")} onSearch={(value) => change({ text: value.trim() })} style={{ width: 320 }} />
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          value={filters.of}
          placeholder={t("allEntities")}
          aria-label={t("entity")}
          onChange={(value) => change({ of: value })}
          options={entities.map((entity) => ({ value: entity, label: `${entityName(entity)} (${entity})` }))}
          style={{ width: 240 }}
        />
        <Select
          allowClear
          value={filters.window}
          placeholder={t("allWindows")}
          aria-label={t("window")}
          onChange={(value) => change({ window: value })}
          options={[...WINDOWS.map((window) => ({ value: window, label: window === "sliding" ? t("slidingWindow", { span: "…" }) : t(`${window}Window`) })), { value: "none", label: t("noWindow") }]}
          style={{ width: 160 }}
        />
        {register.data !== undefined && (
          <Typography.Text type="secondary" data-told="">
            {t("featuresFound", { n: countText(rows.length), pack: catalogue.data === undefined ? register.data.catalogue : `${both(catalogue.data)} ${catalogue.data.version}` })}
          </Typography.Text>
        )}
        <CsvButton
          name="features"
          head={[t("feature"), t("entity"), t("meaning"), t("window"), t("type"), t("cost"), t("models"), t("how")]}
          rows={() => rows.map((row) => [row.feature, entityName(row.entity), meaning(row), windowText(row), typeWord(row.type), row.cost, row.models, row.how])}
        />
      </Space>
      <Table<Registered>
        rowKey="feature"
        columns={columns}
        dataSource={rows}
        loading={register.isPending}
        sticky={STICKY}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: register.isPending ? " " : <Nothing /> }}
        pagination={{ defaultPageSize: 50, pageSizeOptions: [50, 100, 200], showSizeChanger: true }}
        expandable={{ expandedRowRender: (row) => <Conditions feature={row} />, expandRowByClick: true }}
      />
    </>
  );
}

export default function Features() {
  const t = useWords(dataWords);
  const { may } = useSession();
  const [filters, change] = useFilters();
  const tabs = [
    ...(may("models:read") ? [{ key: "register", label: t("register"), children: <Register /> }] : []),
    ...(may("features:read") ? [{ key: "live", label: t("live"), children: <LiveFeatures /> }] : []),
  ];
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("features")}</h1>}>
      <Tabs activeKey={filters.tab ?? tabs[0]?.key} onChange={(tab) => change({ tab })} items={tabs} destroyOnHidden size="small" />
    </Card>
  );
}

