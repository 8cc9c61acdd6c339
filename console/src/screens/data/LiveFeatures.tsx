// The features of one thing as they are now: asked anew every two seconds, with what was seen since the page was opened.
import { Alert, AutoComplete, Button, Checkbox, DatePicker, Form, Input, Space, Switch, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { Chart } from "@/parts/Chart";
import { meantMs, shownMoment } from "@/parts/moments";
import { Failure, Nothing } from "@/parts/States";
import { countText, Time, timeText } from "@/parts/values";
import { useCatalogue, useRegister } from "@/screens/data/asking";
import { type Registered, useMeaning } from "@/screens/data/meaning";
import { dataWords } from "@/screens/data/words";

type Told = Schemas["Features"];
type Value = number | boolean | null;

const EVERY_MS = 2000;
const SEEN_MAX = 900; // half an hour
const PLOTTED_MAX = 6;

interface Seen {
  at: number;
  values: Map<string, Value>;
}

const numberFormat = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 4 });

const moneyFormat = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

// What stands there where no row counts, such as the seconds since what never was, is told as nothing.
function isEmpty(value: Value, registered: Registered | undefined): boolean {
  const empty = registered?.empty;
  return value === null || value === false || value === 0 || (typeof value === "number" && empty !== null && empty !== undefined && value === (registered?.type === "money" ? empty / 100 : empty));
}

function useValueText(): (value: Value, registered: Registered | undefined) => string {
  const t = useWords(dataWords);
  return (value, registered) =>
    value === null || (value !== 0 && value !== false && isEmpty(value, registered))
      ? t("missing")
      : typeof value === "boolean"
        ? t(value ? "yes" : "no")
        : registered?.type === "money"
          ? `¥ ${moneyFormat.format(value)}`
          : numberFormat.format(value);
}

function asNumber(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

// All answers since the thing was chosen, the oldest first.
function useSeen(data: Told | undefined, updatedAt: number, thing: string): Seen[] {
  const seen = useRef<{ thing: string; list: Seen[] }>({ thing: "", list: [] });
  return useMemo(() => {
    if (seen.current.thing !== thing) {
      seen.current = { thing, list: [] };
    }
    const { list } = seen.current;
    if (data !== undefined && list.at(-1)?.at !== updatedAt) {
      list.push({ at: updatedAt, values: new Map(data.features.map((one) => [one.feature, one.value])) });
      list.splice(0, list.length - SEEN_MAX);
    }
    return [...list];
  }, [data, updatedAt, thing]);
}

function Plot({ seen, names }: { seen: Seen[]; names: string[] }) {
  const t = useWords(dataWords);
  const option = useMemo(
    () => ({
      grid: { left: 60, right: 16, top: 36, bottom: 28 },
      legend: { top: 0, type: "scroll" },
      tooltip: { trigger: "axis" },
      xAxis: { type: "time", axisLabel: { formatter: (ms: number) => timeText(ms, "clock"), hideOverlap: true } },
      yAxis: { type: "value", scale: true },
      series: names.map((name) => ({ name, type: "line", step: "end", showSymbol: seen.length < 3, data: seen.map((one) => [one.at, asNumber(one.values.get(name))]) })),
    }),
    [seen, names],
  );
  return <Chart option={option} height={260} summary={t("plotSummary", { n: names.length })} />;
}

interface Row {
  feature: string;
  value: Value;
  first: Value;
  registered: Registered | undefined;
  how: string;
}

export function Values({ entity, keys, at, watching }: { entity: string; keys: string[]; at: number | null; watching: boolean }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const valueText = useValueText();
  const register = useRegister();
  const catalogue = useCatalogue();
  const meaning = useMeaning(catalogue.data);
  const [text, setText] = useState("");
  const [onlyPresent, setOnlyPresent] = useState(true);
  const [onlyChanged, setOnlyChanged] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const query = useAsk(["features", "of", entity, keys, at], (signal) => told(api.GET("/v1/features", { params: { query: { entity, key: keys, at: at ?? undefined } }, signal })), {
    everyMs: watching && at === null ? EVERY_MS : undefined,
  });
  const seen = useSeen(query.data, query.dataUpdatedAt, `${entity} ${keys.join("|")} ${at ?? ""}`);
  useEffect(() => setChosen([]), [entity]);
  const first = seen[0]?.values;
  const known = useMemo(() => new Map((register.data?.features ?? []).map((one) => [one.feature, one])), [register.data]);
  const rows: Row[] = (query.data?.features ?? []).map((one) => ({ feature: one.feature, value: one.value, first: first?.get(one.feature) ?? null, registered: known.get(one.feature), how: one.how }));
  const isChanged = (row: Row) => row.value !== row.first;
  const describe = (row: Row) => (row.registered === undefined ? "" : meaning(row.registered));
  const shown = rows.filter(
    (row) =>
      (!onlyPresent || !isEmpty(row.value, row.registered)) &&
      (!onlyChanged || isChanged(row)) &&
      (text === "" || `${row.feature} ${describe(row)} ${row.how}`.toLowerCase().includes(text.toLowerCase())),
  );
  const columns: TableColumnsType<Row> = [
    {
      key: "feature",
      title: t("feature"),
      render: (_, row) => (
        <div>
          <span className="mono">{row.feature}</span>
          <Typography.Text type="secondary" style={{ display: "block" }} data-told="">
            {describe(row)}
          </Typography.Text>
        </div>
      ),
    },
    { key: "value", title: t("value"), align: "right", render: (_, row) => <span className="number" style={{ fontWeight: isChanged(row) ? 700 : undefined }}>{valueText(row.value, row.registered)}</span> },
    { key: "before", title: t("before"), align: "right", render: (_, row) => <span className="number">{valueText(row.first, row.registered)}</span> },
    {
      key: "change",
      title: t("change"),
      align: "right",
      render: (_, row) => {
        const change = (asNumber(row.value) ?? 0) - (asNumber(row.first) ?? 0);
        return isChanged(row) ? <span className="number">{`${change > 0 ? "▲ +" : change < 0 ? "▼ " : ""}${numberFormat.format(change)}`}</span> : "—";
      },
    },
  ];
  if (query.error !== null) {
    return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  }
  const plotted = chosen.length > 0 ? chosen : shown.filter(isChanged).slice(0, PLOTTED_MAX).map((row) => row.feature);
  return (
    <div style={{ display: "grid", gap: 8 }}>
      {query.data !== undefined && !query.data.known && <Alert type="info" showIcon message={t("unknown")} />}
      <Space wrap size="middle">
        <Typography.Text type="secondary">
          {t("asOf")} <Time ms={query.data?.at} />
        </Typography.Text>
        <Typography.Text type="secondary">
          {t("streamTime")} <Time ms={query.data?.stream_time} />
        </Typography.Text>
        <Typography.Text type="secondary" data-told="">
          {both(catalogue.data)}
        </Typography.Text>
        <Typography.Text type="secondary">{t("featureTotal", { n: countText(rows.length), m: countText(rows.filter((row) => !isEmpty(row.value, row.registered)).length) })}</Typography.Text>
        {watching && at === null && <Tag aria-live="off">{t("asked", { n: seen.length })}</Tag>}
      </Space>
      <section aria-label={t("plotTitle")}>
        {plotted.length > 0 && seen.length > 1 ? <Plot seen={seen} names={plotted} /> : watching && at === null && <Typography.Text type="secondary">{t("plotHint")}</Typography.Text>}
      </section>
      <Space wrap>
        <Input.Search allowClear placeholder={t("searchFeatures")} aria-label={t("searchFeatures")} onSearch={setText} style={{ width: 280 }} />
        <Checkbox checked={onlyPresent} onChange={(event) => setOnlyPresent(event.target.checked)}>
          {t("onlyPresent")}
        </Checkbox>
        <Checkbox checked={onlyChanged} onChange={(event) => setOnlyChanged(event.target.checked)}>
          {t("onlyChanged")}
        </Checkbox>
      </Space>
      <Table<Row>
        rowKey="feature"
        columns={columns}
        dataSource={shown}
        loading={query.isPending}
        pagination={{ defaultPageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{ emptyText: query.isPending ? " " : <Nothing /> }}
        rowSelection={{
          selectedRowKeys: chosen,
          hideSelectAll: true,
          columnWidth: 64,
          columnTitle: t("plotted"),
          onChange: (picked) => setChosen(picked.map(String).slice(-PLOTTED_MAX)),
          getCheckboxProps: (row) => ({ "aria-label": `${t("plotted")}: ${row.feature}` }) as object,
        }}
        expandable={{ expandedRowRender: (row) => <Typography.Text type="secondary" data-told="">{row.how}</Typography.Text> }}
      />
    </div>
  );
}

export function LiveFeatures() {
  const t = useWords(dataWords);
  const both = useBoth();
  const { language } = useSettings();
  const [filters, change] = useFilters();
  const catalogue = useCatalogue();
  const [watching, setWatching] = useState(true);
  const [entity, setEntity] = useState(filters.entity ?? "");
  const [parts, setParts] = useState<string[]>(filters.key === undefined ? [] : filters.key.split("|"));
  const found = catalogue.data?.entities.find((one) => one.id === entity);
  const fields = found?.key ?? (catalogue.data === undefined ? ["1"] : []);
  const isWhole = entity !== "" && fields.every((_, index) => (parts[index] ?? "").trim() !== "");
  const asked = filters.entity !== undefined && filters.entity !== "" ? { entity: filters.entity, keys: filters.key === undefined ? [] : filters.key.split("|") } : null;
  const at = filters.at === undefined ? null : Number(filters.at);
  return (
    <div style={{ display: "grid", gap: 12 }}>
      <Form
        layout="inline"
        style={{ rowGap: 8 }}
        onFinish={() => {
          if (isWhole) {
            change({ entity, key: fields.map((_, index) => parts[index]!.trim()).join("|") });
          }
        }}
      >
        <Form.Item label={t("chooseEntity")} htmlFor="live-entity">
          <AutoComplete
            id="live-entity"
            value={entity}
            onChange={(value) => {
              setEntity(value);
              setParts([]);
            }}
            options={(catalogue.data?.entities ?? []).filter((one) => `${one.id} ${one.zh} ${one.en}`.toLowerCase().includes(entity.toLowerCase())).map((one) => ({ value: one.id, label: `${both(one)} (${one.id})` }))}
            style={{ width: language === "zh" ? 200 : 280 }}
          />
        </Form.Item>
        {fields.map((field, index) => (
          <Form.Item key={field} label={t("keyPart", { name: field })} htmlFor={`live-key-${index}`}>
            <Input
              id={`live-key-${index}`}
              value={parts[index] ?? ""}
              onChange={(event) => setParts(fields.map((_, at_) => (at_ === index ? event.target.value : (parts[at_] ?? ""))))}
              style={{ width: 220 }}
            />
          </Form.Item>
        ))}
        <Form.Item label={t("asOf")} tooltip={t("asOfHint")} htmlFor="live-at">
          <DatePicker id="live-at" showTime value={at === null ? null : shownMoment(at)} onChange={(moment) => change({ at: moment === null ? null : meantMs(moment) })} />
        </Form.Item>
        <Form.Item>
          <Button type="primary" htmlType="submit" disabled={!isWhole}>
            {t("look")}
          </Button>
        </Form.Item>
        <Form.Item>
          <Space>
            <Switch checked={watching} onChange={setWatching} aria-label={t("watch")} />
            {t("watch")}
          </Space>
        </Form.Item>
      </Form>
      {asked === null ? <Nothing>{t("noEntityYet")}</Nothing> : <Values entity={asked.entity} keys={asked.keys} at={at} watching={watching} />}
    </div>
  );
}
