// Which models hit the same events: a heat map of those with the most hits, and the pairs as a table.
import { Alert, Card, InputNumber, Space, Spin, Typography } from "antd";
import { Link } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { Chart } from "@/parts/Chart";
import { DataTable } from "@/parts/DataTable";
import { Failure, Nothing } from "@/parts/States";
import { countText, shareText } from "@/parts/values";
import { useModels } from "@/screens/models/asks";
import { overlapWords } from "@/screens/models/words";

const MODELS_DRAWN = 24;
type Pair = Schemas["ModelsOverlap"]["pairs"][number] & { key: string; firstEvents: number; secondEvents: number };

function Matrix({ overlap }: { overlap: Schemas["ModelsOverlap"] }) {
  const t = useWords(overlapWords);
  const { dark } = useSettings();
  const drawn = overlap.models.slice(0, MODELS_DRAWN).map((one) => one.model);
  const at = new Map(drawn.map((model, place) => [model, place]));
  const cells: [number, number, number][] = [];
  overlap.pairs.forEach((pair) => {
    const [x, y] = [at.get(pair.first), at.get(pair.second)];
    if (x !== undefined && y !== undefined) {
      cells.push([x, y, pair.events], [y, x, pair.events]);
    }
  });
  const most = Math.max(1, ...cells.map(([, , events]) => events));
  return (
    <Chart
      height={150 + drawn.length * 20}
      summary={t("matrix", { n: drawn.length })}
      option={{
        grid: { left: 92, right: 16, top: 8, bottom: 110 },
        tooltip: { formatter: (one: { value: [number, number, number] }) => `${drawn[one.value[0]]} + ${drawn[one.value[1]]}: ${one.value[2]}` },
        xAxis: { type: "category", data: drawn, axisLabel: { rotate: 60, interval: 0 }, splitArea: { show: true } },
        yAxis: { type: "category", data: drawn, inverse: true, axisLabel: { interval: 0 }, splitArea: { show: true } },
        visualMap: { min: 0, max: most, calculable: true, orient: "horizontal", left: "center", bottom: 0, itemHeight: 160, inRange: { color: dark ? ["#12263a", "#2f8fdd", "#d8ecff"] : ["#e8f2fb", "#5fa8e0", "#0a3d6b"] } },
        series: [{ type: "heatmap", data: cells, label: { show: drawn.length <= 16 } }],
      }}
    />
  );
}

export default function Overlap() {
  const t = useWords(overlapWords);
  const both = useBoth();
  const [filters, change] = useFilters();
  const days = Math.min(366, Math.max(1, Number(filters.days ?? 30) || 30));
  const models = useModels();
  const { data, error, isPending, refetch } = useAsk(["overlap", days], (signal) => told(api.GET("/v1/models/overlap", { params: { query: { days } }, signal })), { staleMs: 60_000 });
  const names = new Map((models.data?.models ?? []).map((model) => [model.model, model]));
  const events = new Map((data?.models ?? []).map((one) => [one.model, one.events]));
  const pairs: Pair[] = (data?.pairs ?? []).map((pair) => ({ ...pair, key: `${pair.first} ${pair.second}`, firstEvents: events.get(pair.first) ?? 0, secondEvents: events.get(pair.second) ?? 0 }));
  const model = (id: string) => (
    <span data-told="">
      <Link to={`/models/${id}`} className="mono">{id}</Link> {both(names.get(id))}
    </span>
  );
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("overlap")}</h1>}>
      <Space wrap style={{ marginBottom: 8 }}>
        <InputNumber min={1} max={366} value={days} addonBefore={t("days")} aria-label={t("days")} onChange={(value) => change({ days: value === 30 ? null : value })} style={{ width: 190 }} />
        {data !== undefined && <Typography.Text>{t("sum", { hits: countText(data.hits), models: countText(data.models.length) })}</Typography.Text>}
        {data?.cut === true && <Alert type="warning" showIcon message={t("cut")} />}
      </Space>
      {isPending && <Spin />}
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      {data !== undefined && data.models.length === 0 && <Nothing>{t("nothing")}</Nothing>}
      {data !== undefined && data.models.length > 0 && (
        <>
          <h2 style={{ fontSize: 14, margin: "4px 0" }}>{t("matrix", { n: Math.min(MODELS_DRAWN, data.models.length) })}</h2>
          <Matrix overlap={data} />
          <h2 style={{ fontSize: 14, margin: "8px 0 4px" }}>{t("pairs")}</h2>
          <Typography.Paragraph type="secondary">{t("note")}</Typography.Paragraph>
          <DataTable<Pair>
            name={`overlap ${data.until}`}
            label={t("pairs")}
            rowKey="key"
            columns={[
              { key: "first", title: t("first"), show: (row) => model(row.first), cell: (row) => row.first },
              { key: "second", title: t("second"), show: (row) => model(row.second), cell: (row) => row.second },
              { key: "events", title: t("together"), align: "right", show: (row) => countText(row.events), cell: (row) => row.events },
              { key: "shareFirst", title: t("shareFirst"), align: "right", show: (row) => shareText(share(row.events, row.firstEvents)), cell: (row) => share(row.events, row.firstEvents) },
              { key: "shareSecond", title: t("shareSecond"), align: "right", show: (row) => shareText(share(row.events, row.secondEvents)), cell: (row) => share(row.events, row.secondEvents) },
            ]}
            load={async (after, limit) => {
              const from = Number(after ?? 0);
              return { rows: pairs.slice(from, from + limit), next: from + limit < pairs.length ? String(from + limit) : null };
            }}
          />
        </>
      )}
    </Card>
  );
}
