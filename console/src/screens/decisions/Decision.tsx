// One decision explained: how its action came about, what each hit saw beside its thresholds, what would have changed it, the event, features over time, labels.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, Card, Col, Collapse, Descriptions, Row, Space, Spin, Tag, Timeline, Typography } from "antd";
import { type ReactNode, useMemo } from "react";
import { Link, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { modelModes, useNames } from "@/parts/names";
import { Failure } from "@/parts/States";
import { moneyText, Severity, type SeverityWord, spanText, Time } from "@/parts/values";
import { useFeatureWords } from "@/screens/data/meaning";
import { ConditionNames, Conditions, nearestStep, Step } from "@/screens/decisions/Conditions";
import { EventFields } from "@/screens/decisions/Fields";
import { History } from "@/screens/decisions/History";
import { Labels } from "@/screens/decisions/Labels";
import { ActionTag, ModelId, spanOfUs } from "@/screens/decisions/names";
import { decisionWords } from "@/screens/decisions/words";

type Kept = Schemas["StoredDecision"];
type Hit = Schemas["Hit"];
type Why = Schemas["Why"];
type WhyModel = Schemas["WhyModel"];

const counts = (hit: Hit) => hit.shadow !== true && hit.held_by === undefined;

// What the words of the policy are called; a word that the present one does not have stands as it is.
function useWhyWords(why: Why) {
  const both = useBoth();
  return (id: string) => {
    const found = [...why.actions, ...why.tasks].find((one) => one.id === id);
    return found === undefined ? id : both(found);
  };
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card size="small" style={{ marginTop: 12 }} title={<h2 style={{ fontSize: 15, margin: 0 }}>{title}</h2>}>
      {children}
    </Card>
  );
}

function Head({ kept, why }: { kept: Kept; why: Why }) {
  const t = useWords(decisionWords);
  const both = useBoth();
  const word = useWhyWords(why);
  const { decision } = kept;
  const { language } = useSettings();
  const amount = (kept.event as Record<string, unknown>).amount;
  const flags = { late: "flagLate", clock_skew: "flagClockSkew", confirms: "flagConfirms" } as const;
  return (
    <Descriptions size="small" column={{ xs: 1, md: 2, xl: 4 }}>
      <Descriptions.Item label={t("action")}>
        <ActionTag action={decision.action} name={word(decision.action)} />
        {decision.delay_s !== undefined && <span style={{ marginInlineStart: 6 }}>{t("delay", { span: spanText(decision.delay_s * 1000, language) })}</span>}
      </Descriptions.Item>
      <Descriptions.Item label={t("score")}>
        <strong className="number">{decision.score}</strong>
      </Descriptions.Item>
      <Descriptions.Item label={t("severity")}>
        <Severity severity={decision.severity === "" ? null : (decision.severity as SeverityWord)} long />
      </Descriptions.Item>
      <Descriptions.Item label={t("tasks")}>{decision.tasks.length === 0 ? "—" : decision.tasks.map((task) => <Tag key={task}>{word(task)}</Tag>)}</Descriptions.Item>
      <Descriptions.Item label={t("eventType")}>{both(why.event_type)}</Descriptions.Item>
      <Descriptions.Item label={t("amount")}>
        <span className="number">{typeof amount === "number" ? moneyText(amount) : "—"}</span>
      </Descriptions.Item>
      <Descriptions.Item label={t("eventTime")}>
        <Time ms={decision.event_time} />
      </Descriptions.Item>
      <Descriptions.Item label={t("decidedAt")}>
        <Time ms={kept.time} />
      </Descriptions.Item>
      <Descriptions.Item label={t("segment")}>
        {both(why.segment)}
        {decision.flags.map((flag) => (
          <Tag key={flag} style={{ marginInlineStart: 6 }}>
            {t(flags[flag])}
          </Tag>
        ))}
      </Descriptions.Item>
      <Descriptions.Item label={t("catalogue")}>
        <span className="mono">{decision.catalogue}</span>
      </Descriptions.Item>
    </Descriptions>
  );
}

function How({ kept, why }: { kept: Kept; why: Why }) {
  const t = useWords(decisionWords);
  const both = useBoth();
  const word = useWhyWords(why);
  const { decision } = kept;
  const counting = decision.hits.filter(counts);
  const asked = [...new Set(counting.map((hit) => hit.asks))];
  const degraded = { in_flight: "degradedInFlight", at_hand: "degradedAtHand", rules: "degradedRules" } as const;
  const steps: { key: string; children: ReactNode; color?: string }[] = [];
  if (decision.degraded !== undefined) {
    steps.push({ key: "degraded", color: "orange", children: t("howDegraded", { what: t(degraded[decision.degraded]) }) });
  }
  steps.push({
    key: "asked",
    children:
      counting.length === 0 ? (
        t("howNothing")
      ) : (
        <>
          {t("howAsked", { what: asked.map(word).join(" / ") })}
          <div>
            {counting.map((hit) => (
              <span key={hit.model} style={{ marginInlineEnd: 12 }}>
                <ModelId id={hit.model} /> {word(hit.asks)} · {t("points", { n: hit.score })}
              </span>
            ))}
          </div>
        </>
      ),
  });
  why.guards.forEach((guard) =>
    steps.push({
      key: `guard ${guard.guard}`,
      color: "gray",
      children: (
        <>
          {t("howGuard")} <strong data-told="">{both(guard)}</strong> <span className="mono">{guard.guard}</span>
        </>
      ),
    }),
  );
  why.rules.forEach((rule) =>
    steps.push({
      key: `rule ${rule.rule}`,
      color: "purple",
      children: (
        <>
          {t("howRule")} <strong data-told="">{both(rule)}</strong> <span className="mono">{rule.rule}</span>
          {rule.action !== null && ` · ${t("howRuleAction", { what: word(rule.action) })}`}
          {rule.task !== null && ` · ${t("howRuleTask", { what: word(rule.task) })}`}
          {rule.when !== null && (
            <div>
              <Typography.Text type="secondary" className="mono" data-told="">
                {rule.when}
              </Typography.Text>
            </div>
          )}
        </>
      ),
    }),
  );
  (decision.braked ?? []).forEach((brake) => steps.push({ key: `brake ${brake}`, color: "orange", children: t("howBrake", { what: brake }) }));
  steps.push({
    key: "end",
    color: "green",
    children: (
      <>
        <strong>{t("howEnd", { what: word(decision.action) })}</strong>
        {decision.tasks.length > 0 && ` · ${t("tasks")}: ${decision.tasks.map(word).join(" / ")}`}
      </>
    ),
  });
  return (
    <>
      <Timeline items={steps} style={{ marginTop: 8 }} />
      <Typography.Text type="secondary" className="number">
        {why.took === null ? t("timingUnknown") : t("timing", { decided: spanOfUs(why.took.decided_us), took: spanOfUs(why.took.took_us) })}
      </Typography.Text>
    </>
  );
}

function HitCard({ hit, model, why }: { hit: Hit; model: WhyModel | undefined; why: Why }) {
  const t = useWords(decisionWords);
  const both = useBoth();
  const word = useWhyWords(why);
  const mode = useNames(modelModes);
  const guard = (id: string) => {
    const found = why.guards.find((one) => one.guard === id);
    return found === undefined ? id : `${id} ${both(found)}`;
  };
  const step = model === undefined ? null : nearestStep(model.conditions);
  return (
    <article style={{ marginBottom: 16 }}>
      <Space wrap size={8}>
        <Severity severity={hit.severity} />
        <h3 style={{ fontSize: 14, margin: 0 }} data-told="">
          {both({ zh: hit.name_zh, en: hit.name_en })}
        </h3>
        <ModelId id={hit.model} />
        <Typography.Text type="secondary">
          {t("version", { n: hit.version })} · {mode(hit.mode)} · {t("points", { n: hit.score })} · {t("asks", { what: word(hit.asks) })}
        </Typography.Text>
        {hit.shadow === true && <Tag>{t("shadow")}</Tag>}
        {hit.held_by !== undefined && <Tag data-told="">{t("heldBy", { what: hit.held_by.map(guard).join(" / ") })}</Tag>}
      </Space>
      <Typography.Paragraph data-told="" style={{ margin: "6px 0" }}>
        {both({ zh: hit.reason_zh, en: hit.reason_en })}
      </Typography.Paragraph>
      {model === undefined ? null : <Conditions part={model.conditions} />}
      {step !== null && (
        <div style={{ marginTop: 4 }}>
          <Typography.Text type="secondary">{t("nearHit")}: </Typography.Text>
          <Step part={step} />
        </div>
      )}
    </article>
  );
}

function Near({ why }: { why: Why }) {
  const t = useWords(decisionWords);
  const both = useBoth();
  return (
    <>
      <Typography.Paragraph type="secondary">{t("nearText", { watching: why.watching, settled: why.settled })}</Typography.Paragraph>
      {why.nearest.length === 0 && t("noNear")}
      <Collapse
        size="small"
        items={why.nearest.map((model) => ({
          key: model.model,
          label: (
            <Space wrap size={8}>
              <Severity severity={model.severity === "" ? null : (model.severity as SeverityWord)} />
              <strong data-told="">{both(model)}</strong>
              <span className="mono">{model.model}</span>
              <Typography.Text type="secondary">{t("heldCount", { held: model.held, missed: model.missed, unknown: model.unknown })}</Typography.Text>
            </Space>
          ),
          children: <Conditions part={model.conditions} />,
        }))}
        defaultActiveKey={why.nearest.slice(0, 2).map((model) => model.model)}
      />
    </>
  );
}

function Explained({ kept, why }: { kept: Kept; why: Why }) {
  const t = useWords(decisionWords);
  const { may } = useSession();
  const event = kept.event as Record<string, unknown>;
  const both = useBoth();
  const featureWords = useFeatureWords();
  const named = why.names.map((name) => (both(name) === "" ? { ...name, zh: featureWords(name.name), en: featureWords(name.name) } : name));
  const names = new Map(named.map((name) => [name.name, name]));
  const seen = useMemo(() => Object.assign({}, ...kept.decision.hits.map((hit) => hit.saw)) as Record<string, unknown>, [kept]);
  const { hits } = kept.decision;
  return (
    <ConditionNames value={names}>
      {why.catalogue_then !== why.catalogue_now && <Alert type="info" showIcon style={{ marginTop: 12 }} message={t("otherCatalogue", { then: why.catalogue_then, now: why.catalogue_now })} />}
      <Row gutter={12}>
        <Col xs={24} xl={15}>
          <Section title={t("how")}>
            <How kept={kept} why={why} />
          </Section>
          <Section title={t("hitsTitle", { n: hits.length })}>
            {hits.length === 0 && t("noHits")}
            {hits.map((hit) => (
              <HitCard key={hit.model} hit={hit} model={why.hits.find((one) => one.model === hit.model)} why={why} />
            ))}
          </Section>
          {why.catalogue_then === why.catalogue_now && (
            <Section title={t("nearTitle")}>
              <Near why={why} />
            </Section>
          )}
          {may("features:read") && may("personal:read") && hits.length > 0 && (
            <Section title={t("historyTitle")}>
              <History names={named} event={event} moment={kept.decision.event_time} seen={seen} />
            </Section>
          )}
        </Col>
        <Col xs={24} xl={9}>
          <Section title={t("labelsTitle")}>
            <Labels event={kept.event_id} labels={kept.labels} />
          </Section>
          <Section title={t("fieldsTitle", { n: Object.keys(event).length })}>
            <EventFields event={event} fields={why.fields} />
          </Section>
        </Col>
      </Row>
    </ConditionNames>
  );
}

export default function Decision() {
  const t = useWords(decisionWords);
  const { event = "" } = useParams();
  const kept = useAsk(["decision", event], (signal) => told(api.GET("/v1/decisions/{event_id}", { params: { path: { event_id: event } }, signal })));
  const why = useAsk(["decision", event, "why"], (signal) => told(api.GET("/v1/decisions/{event_id}/why", { params: { path: { event_id: event } }, signal })), { active: kept.data !== undefined, staleMs: 60_000 });
  return (
    <>
      <Card
        size="small"
        title={
          <h1 style={{ fontSize: 16, margin: 0 }}>
            {t("oneTitle")} <span className="mono">{event}</span>
          </h1>
        }
        extra={
          <Link to="/decisions">
            <ArrowLeftOutlined /> {t("back")}
          </Link>
        }
      >
        {kept.error !== null && <Failure error={kept.error} onAgain={() => void kept.refetch()} />}
        {why.error !== null && <Failure error={why.error} onAgain={() => void why.refetch()} />}
        {(kept.isPending || (why.isPending && kept.error === null)) && <Spin style={{ display: "block", margin: 32 }} />}
        {kept.data && why.data && <Head kept={kept.data} why={why.data} />}
      </Card>
      {kept.data && why.data && <Explained kept={kept.data} why={why.data} />}
    </>
  );
}
