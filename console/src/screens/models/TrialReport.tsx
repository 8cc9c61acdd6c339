// What a trial found: answers that would be others, and models that hit more or less.
import { Space, Statistic, Table, Typography } from "antd";
import { Link } from "react-router-dom";

import { useBoth, useWords } from "@/app/words";
import { Chart } from "@/parts/Chart";
import { countText } from "@/parts/values";
import { type Trial, useCatalogue, useModels } from "@/screens/models/asks";
import { releaseWords } from "@/screens/models/words";

const MODELS_DRAWN = 15;

export function TrialReport({ trial }: { trial: Trial }) {
  const t = useWords(releaseWords);
  const both = useBoth();
  const catalogue = useCatalogue();
  const models = useModels();
  const actions = new Map((catalogue.data?.actions ?? []).map((action) => [action.id, action]));
  const names = new Map((models.data?.models ?? []).map((model) => [model.model, model]));
  const action = (id: string) => <span data-told="">{id} {both(actions.get(id))}</span>;
  const changed = [...trial.models].sort((one, other) => Math.abs(other.after - other.before) - Math.abs(one.after - one.before));
  const drawn = changed.slice(0, MODELS_DRAWN);
  return (
    <Space direction="vertical" style={{ width: "100%" }} size={12}>
      <Typography.Text>{t("trialSum", { events: countText(trial.events), other: countText(trial.other_action), same: countText(trial.same_action), us: countText(Math.round(trial.us_per_event)) })}</Typography.Text>
      {trial.left_out_events + trial.left_out_changes > 0 && <Typography.Text type="warning">{t("trialLeft", { events: countText(trial.left_out_events), changes: countText(trial.left_out_changes) })}</Typography.Text>}
      {changed.length === 0 ? (
        <Typography.Text>{t("trialSame")}</Typography.Text>
      ) : (
        <>
          <h3 style={{ fontSize: 13, margin: 0 }}>{t("moreHits")}</h3>
          {changed.length === 1 ? (
            <Space size={40}>
              <Statistic title={t("wasHits")} value={changed[0]!.before} />
              <Statistic title={t("isHits")} value={changed[0]!.after} />
            </Space>
          ) : (
            <Chart
              height={Math.max(140, 40 + drawn.length * 34)}
              summary={t("chartSum")}
              option={{
                grid: { left: 110, right: 24, top: 28, bottom: 24 },
                legend: { top: 0 },
                tooltip: { trigger: "axis" },
                xAxis: { type: "value", minInterval: 1 },
                yAxis: { type: "category", inverse: true, data: drawn.map((row) => row.model) },
                series: [
                  { name: t("wasHits"), type: "bar", data: drawn.map((row) => row.before) },
                  { name: t("isHits"), type: "bar", data: drawn.map((row) => row.after) },
                ],
              }}
            />
          )}
          <Table
            size="small"
            rowKey="model"
            dataSource={changed}
            pagination={changed.length > 20 ? { pageSize: 20 } : false}
            scroll={{ x: "max-content" }}
            columns={[
              { title: t("moreHits"), key: "model", render: (_, row) => <span data-told=""><Link to={`/models/${row.model}`} className="mono">{row.model}</Link> {both(names.get(row.model))}</span> },
              { title: t("wasHits"), dataIndex: "before", key: "before", align: "right" },
              { title: t("isHits"), dataIndex: "after", key: "after", align: "right" },
              { title: t("onlyWas"), dataIndex: "only_before", key: "only_before", align: "right" },
              { title: t("onlyIs"), dataIndex: "only_after", key: "only_after", align: "right" },
              { title: t("difference"), key: "difference", align: "right", render: (_, row) => `${row.after > row.before ? "+" : ""}${row.after - row.before}` },
            ]}
          />
        </>
      )}
      {trial.actions.length > 0 && (
        <>
          <h3 style={{ fontSize: 13, margin: 0 }}>{t("actions")}</h3>
          <Table
            size="small"
            rowKey={(row) => `${row.from} ${row.to}`}
            dataSource={trial.actions}
            pagination={false}
            columns={[
              { title: t("from"), key: "from", render: (_, row) => action(row.from) },
              { title: t("to"), key: "to", render: (_, row) => action(row.to) },
              { title: t("count"), dataIndex: "events", key: "events", align: "right" },
            ]}
          />
          <h3 style={{ fontSize: 13, margin: 0 }}>{t("examples")}</h3>
          <Table
            size="small"
            rowKey="event_id"
            dataSource={trial.examples}
            pagination={trial.examples.length > 10 ? { pageSize: 10 } : false}
            columns={[
              { title: t("event"), key: "event", render: (_, row) => <span className="mono">{row.event_id}</span> },
              { title: t("from"), key: "from", render: (_, row) => action(row.from) },
              { title: t("to"), key: "to", render: (_, row) => action(row.to) },
            ]}
          />
        </>
      )}
    </Space>
  );
}
