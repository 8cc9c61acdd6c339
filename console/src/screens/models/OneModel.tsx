// One model: how it was understood, how it does, where it changed, and giving it another status.
import { ArrowLeftOutlined, EditOutlined, PauseCircleOutlined, SwapOutlined } from "@ant-design/icons";
import { Button, Card, Col, Descriptions, Row, Space, Spin, Statistic, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router-dom";

import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Failure, Nothing } from "@/parts/States";
import { countText, NOTHING, Severity, Time, timeText, YesNo } from "@/parts/values";
import { useUnit } from "@/parts/units";
import { type Model, packFiles, type Release, useCatalogue, useModel, useReleases, useVocabulary } from "@/screens/models/asks";
import { CostRule, costShareText, costText } from "@/screens/models/cost";
import { HealthBand, HealthTag, rateText } from "@/screens/models/health";
import { StatusMove } from "@/screens/models/StatusMove";
import { StateTag, StatusTag } from "@/screens/models/StatusTag";
import { modelWords, releaseWords } from "@/screens/models/words";

const RELEASES_COMPARED = 12;
// When a model works follows from its mode.
const SCENES = { PRE: "sceneBefore", SYNC: "sceneSync", NRT: "sceneSoon", BATCH: "sceneAfter" } as const;

function Parameters({ model }: { model: Model }) {
  const unitText = useUnit();
  const t = useWords(modelWords);
  const both = useBoth();
  return (
    <Table
      size="small"
      rowKey="parameter"
      pagination={false}
      dataSource={model.parameters}
      locale={{ emptyText: t("none") }}
      columns={[
        { title: t("parameter"), key: "parameter", render: (_, row) => <span data-told=""><span className="mono">p.{row.parameter}</span> {both(row)}</span> },
        { title: t("value"), key: "value", align: "right", render: (_, row) => <span className="number">{countText(row.value)}</span> },
        { title: t("least"), key: "min", align: "right", render: (_, row) => <span className="number">{countText(row.min)}</span> },
        { title: t("most"), key: "max", align: "right", render: (_, row) => <span className="number">{countText(row.max)}</span> },
        { title: t("unit"), key: "unit", dataIndex: "unit", render: (unit: string) => unitText(unit) },
        { title: t("law"), key: "law", render: (_, row) => <YesNo value={row.regulation} /> },
      ]}
    />
  );
}

function Reads({ model }: { model: Model }) {
  const t = useWords(modelWords);
  const both = useBoth();
  const { data } = useVocabulary();
  const known = new Map((data?.names ?? []).map((name) => [name.name, name]));
  const names = model.reads.filter((name) => !name.startsWith("p."));
  return (
    <Table
      size="small"
      rowKey={(name) => name}
      pagination={false}
      dataSource={names}
      columns={[
        { title: t("reads"), key: "name", render: (_, name) => <span className="mono" data-told="">{name}</span> },
        { title: t("meaning"), key: "meaning", render: (_, name) => <span data-told="">{both(known.get(name)) || NOTHING}</span> },
      ]}
    />
  );
}

// The releases in which the model's file, or the file of statuses, is another than in the one before.
function History({ model }: { model: Model }) {
  const t = useWords(modelWords);
  const releases = useReleases();
  const newest = (releases.data?.releases ?? []).slice(0, RELEASES_COMPARED);
  const hashes = useAsk(
    ["pack", "history", model.file, newest.map((one) => one.name).join()],
    async (signal) => {
      const found: [Release, string][] = [];
      for (const release of newest) {
        const files = await packFiles(release.name, signal);
        found.push([release, files.files.find((file) => file.path === model.file)?.hash ?? ""]);
      }
      return found;
    },
    { active: newest.length > 0, staleMs: 600_000 },
  );
  const changed = (hashes.data ?? []).filter(([, hash], at, all) => at + 1 < all.length && all[at + 1]![1] !== hash).map(([release]) => release);
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("history")}</h2>} loading={releases.isPending || hashes.isLoading}>
      {hashes.error !== null && <Failure error={hashes.error} onAgain={() => void hashes.refetch()} />}
      {changed.length === 0 ? (
        <Nothing>{t("historyEmpty")}</Nothing>
      ) : (
        changed.map((release) => (
          <div key={release.name} style={{ display: "flex", gap: 8, flexWrap: "wrap", padding: "4px 0" }}>
            <Link to={`/releases/${release.name}`} className="mono">{release.name}</Link>
            <StateTag state={release.state} />
            <Time ms={release.brought_at} />
            <span data-told="">{release.note}</span>
          </div>
        ))
      )}
      <Typography.Text type="secondary">{t("historyNote", { n: newest.length })}</Typography.Text>
    </Card>
  );
}

// Lines of a text that were joined for the file: Chinese has no blank between them.
function unbroken(text: string): string {
  return text.trim().replace(/([\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])/g, "$1");
}

function Understood({ model }: { model: Model }) {
  const t = useWords(modelWords);
  const both = useBoth();
  const catalogue = useCatalogue();
  const types = new Map((catalogue.data?.event_types ?? []).map((type) => [type.id, type]));
  const asks = [...(catalogue.data?.actions ?? []), ...(catalogue.data?.tasks ?? [])].find((one) => one.id === model.asks);
  const { language } = useSettings();
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("understood")}</h2>}>
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "watches", label: t("watches"), children: <Space wrap size={4}>{model.on.map((type) => <Tag key={type} data-told="">{both(types.get(type)) || type}</Tag>)}</Space> },
          { key: "scene", label: t("scene"), children: t(SCENES[model.mode]) },
          { key: "asks", label: t("asks"), children: model.asks === "" ? NOTHING : <span data-told="">{both(asks)} <Typography.Text type="secondary" className="mono">{model.asks}</Typography.Text></span> },
          { key: "reason", label: t("reasonText"), children: <span data-told="">{language === "zh" ? model.reason_zh : model.reason_en}</span> },
          { key: "rationale", label: t("rationale"), children: <span data-told="" style={{ whiteSpace: "pre-line" }}>{unbroken(both(model.rationale))}</span> },
          { key: "tests", label: t("tests"), children: t("testsText", { fire: model.fire.length, quiet: model.quiet.length }) },
        ]}
      />
      <h3 style={{ fontSize: 13, marginBottom: 4 }}>{t("expression")}</h3>
      <pre className="mono" data-told="" style={{ whiteSpace: "pre-wrap", margin: 0 }}>{model.expression.replaceAll(" && ", "\n  && ")}</pre>
      <h3 style={{ fontSize: 13, marginBottom: 4 }}>{t("parameters")}</h3>
      <Parameters model={model} />
      <h3 style={{ fontSize: 13, marginBottom: 4 }}>{t("reads")}</h3>
      <Reads model={model} />
      <details style={{ marginTop: 8 }}>
        <summary>{t("explanation")}</summary>
        <pre className="mono" data-told="" style={{ whiteSpace: "pre-wrap" }}>{model.explanation}</pre>
      </details>
    </Card>
  );
}

export default function OneModel() {
  const t = useWords(modelWords);
  const r = useWords(releaseWords);
  const both = useBoth();
  const { model: id = "" } = useParams();
  const { may } = useSession();
  const navigate = useNavigate();
  const [moving, setMoving] = useState<"move" | "suspend" | null>(null);
  const { data: model, error, isPending, refetch } = useModel(id);
  if (isPending) {
    return <Spin />;
  }
  if (model === undefined) {
    return (
      <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{id}</h1>}>
        <Failure error={error} onAgain={() => void refetch()} />
      </Card>
    );
  }
  return (
    <Space direction="vertical" size={12} style={{ width: "100%" }}>
      <Card
        size="small"
        title={
          <Space wrap>
            <Button type="text" size="small" icon={<ArrowLeftOutlined />} aria-label={t("back")} onClick={() => navigate("/models")} />
            <h1 style={{ fontSize: 16, margin: 0 }}>
              <span className="mono">{model.model}</span> <span data-told="">{both(model)}</span>
            </h1>
            <StatusTag status={model.status} />
            <Severity severity={model.severity} long />
          </Space>
        }
        extra={
          <Space wrap>
            {may("models:write") && <Button icon={<EditOutlined />} onClick={() => navigate(`/drafts?file=${encodeURIComponent(model.file)}`)}>{t("edit")}</Button>}
            {may("models:write") && <Button icon={<SwapOutlined />} onClick={() => setMoving("move")}>{t("move")}</Button>}
            {may("models:suspend") && model.status !== "SUSPENDED" && <Button danger icon={<PauseCircleOutlined />} onClick={() => setMoving("suspend")}>{t("suspend")}</Button>}
          </Space>
        }
      >
        <Descriptions
          size="small"
          column={{ xs: 1, md: 2, xl: 4 }}
          items={[
            { key: "family", label: t("family"), children: `${model.family} ${both({ zh: model.family_zh, en: model.family_en })}` },
            { key: "typology", label: t("typology"), children: <span className="mono">{model.typology}</span> },
            { key: "mode", label: t("mode"), children: t(model.mode) },
            { key: "score", label: t("score"), children: model.score },
            { key: "version", label: t("version"), children: model.version },
            { key: "release", label: r("release"), children: <span className="mono">{model.catalogue}</span> },
            ...(model.canary === null ? [] : [{ key: "canary", label: t("CANARY"), children: t("canaryText", { percent: model.canary.percent, by: model.canary.by }) }]),
          ]}
        />
      </Card>
      <Row gutter={[12, 12]}>
        <Col xs={24} xl={14}>
          <Understood model={model} />
        </Col>
        <Col xs={24} xl={10}>
          <Space direction="vertical" size={12} style={{ width: "100%" }}>
            <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("health")}</h2>} extra={<HealthTag model={model} />}>
              <Row gutter={12}>
                <Col span={8}><Statistic title={t("hits")} value={model.hits ?? NOTHING} /></Col>
                <Col span={8}><Statistic title={t("events")} value={model.events ?? NOTHING} /></Col>
                <Col span={8}><Statistic title={t("rate")} value={rateText(model.per_10000)} /></Col>
              </Row>
              <HealthBand model={model} since={timeText(model.counted_since)} />
            </Card>
            <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("costTitle")}</h2>}>
              <Row gutter={12}>
                <Col span={8}><Statistic title={t("cost")} value={costText(model.cost)} /></Col>
                <Col span={8}><Statistic title={t("costShare")} value={costShareText(model.cost)} /></Col>
                <Col span={8}><Statistic title={t("costTimed")} value={model.cost?.timed ?? NOTHING} /></Col>
              </Row>
              <Typography.Text type="secondary"><CostRule costs={model.costs} /></Typography.Text>
            </Card>
            <History model={model} />
          </Space>
        </Col>
      </Row>
      {moving !== null && <StatusMove model={model} suspends={moving === "suspend"} onClose={() => setMoving(null)} />}
    </Space>
  );
}
