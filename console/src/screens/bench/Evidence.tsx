// Why: the strongest reasons in words, and beside each the values that its model saw.
import { Card, Space, Table, Typography } from "antd";

import type { Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { type DispositionWords, useDisposition } from "@/parts/disposition";
import { Mark as Toned } from "@/parts/Mark";
import { modelModes, useNames } from "@/parts/names";
import { useSchema } from "@/parts/schema";
import { Nothing } from "@/parts/States";
import { signOf } from "@/parts/units";
import { NOTHING, Severity, Time } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";
import type { Whole } from "@/screens/bench/useAlert";
import { useFeatureWords } from "@/screens/data/meaning";
import { useModel } from "@/screens/models/asks";

type Hit = Schemas["AlertHit"];

const numbers = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 3 });

// A value as a model saw it, by the name that expressions have for what it is of: money is in yuan already.
export function useSeenText(): (value: unknown, name: string) => string {
  const t = useWords(alertWords);
  const schema = useSchema();
  return (value, name) =>
    value === null || value === undefined || value === ""
      ? NOTHING
      : (schema.shown(name, value) ??
        (typeof value === "boolean"
        ? t(value ? "yes" : "no")
        : typeof value === "number"
          ? numbers.format(value)
          : Array.isArray(value)
            ? value.map(String).join(", ")
            : String(value)));
}

function AsWritten({ name }: { name: string }) {
  return (
    <span className="mono" data-told="">
      {name}
    </span>
  );
}

// A feature without a name of its own: what it counts, as the register has it.
function FeatureName({ name }: { name: string }) {
  return useFeatureWords()(name) || <AsWritten name={name} />;
}

// Names of what the pack has no name for in this language stay as expressions write them; but what profiles tell is named in English as on the profile's own screen.
export function SeenName({ name, words }: { name: string; words: DispositionWords }) {
  const { language } = useSettings();
  const text = words.name(name);
  if (text !== name) {
    return <>{text}</>;
  }
  if (name.startsWith("prof.") && language === "en") {
    return <>{name.slice(name.lastIndexOf(".") + 1).replaceAll("_", " ")}</>;
  }
  return name.startsWith("f.") ? <FeatureName name={name} /> : <AsWritten name={name} />;
}

// Rounded or not, it is what is told beside it.
const unrounded = (expression: string) => expression.replace(/^math\.(?:floor|ceil|round|trunc)\((.*)\)$/, "$1");

// What of that which a model saw its expression holds against which threshold that it saw. Nothing where another version of the model decides by now, or the reader may not see models.
function useThresholds({ model, version, saw }: Seen): { seen: string; sign: string; threshold: string }[] {
  const { may } = useSession();
  const { data } = useModel(model, may("models:read"));
  return (data?.version === version ? data.parameters : []).flatMap(({ parameter, compared }) =>
    compared
      .map(({ expression, compares }) => ({ seen: unrounded(expression), sign: signOf(compares), threshold: `p.${parameter}` }))
      .filter(({ seen, threshold }) => seen in saw && threshold in saw),
  );
}

export type Seen = Pick<Hit, "model" | "version"> & { saw: Record<string, unknown> };

export function Saw(hit: Seen) {
  const t = useWords(alertWords);
  const words = useDisposition();
  const text = useSeenText();
  const beside = useThresholds(hit);
  const { saw } = hit;
  const values = Object.entries(saw).filter(([name]) => !name.startsWith("p."));
  const thresholds = Object.entries(saw).filter(([name]) => name.startsWith("p.") && !beside.some(({ threshold }) => threshold === name));
  return (
    <dl aria-label={t("saw")} style={{ display: "grid", gridTemplateColumns: "1fr auto", gap: "1px 12px", margin: 0, alignContent: "start" }}>
      {values.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt title={name}>
            <Typography.Text type="secondary">
              <SeenName name={name} words={words} />
            </Typography.Text>
          </dt>
          <dd className="number" style={{ margin: 0, textAlign: "right", fontWeight: 600, overflowWrap: "anywhere", maxWidth: 180 }}>
            <span data-told="">{text(value, name)}</span>
            {beside
              .filter(({ seen }) => seen === name)
              .map(({ sign, threshold }) => (
                <Typography.Text key={threshold} type="secondary" title={threshold} style={{ fontWeight: 400 }}>
                  {` ${sign} `}
                  <span data-told="">{text(saw[threshold], threshold)}</span>
                </Typography.Text>
              ))}
          </dd>
        </div>
      ))}
      {thresholds.length > 0 && (
        <div style={{ display: "contents" }}>
          <dt style={{ gridColumn: "1 / -1" }}>
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>
              {t("thresholds")}:{" "}
              <span className="mono" data-told="">
                {thresholds.map(([name, value]) => `${name.slice(2)} = ${text(value, name)}`).join(", ")}
              </span>
            </Typography.Text>
          </dt>
          <dd hidden />
        </div>
      )}
    </dl>
  );
}

export function Evidence({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const both = useBoth();
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("evidence")}</h2>}>
      {whole.strongest.length === 0 && <Nothing>{t("noEvidence")}</Nothing>}
      <ol style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {whole.strongest.map((reason, at) => {
          const hit = whole.evidence.find((one) => one.model === reason.model);
          return (
            <li key={reason.model} style={{ display: "grid", gridTemplateColumns: "minmax(0, 3fr) minmax(0, 2fr)", gap: 16, padding: "8px 0", borderTop: at === 0 ? undefined : "1px solid rgba(128,128,128,0.25)" }}>
              <div>
                <Space size={6} wrap>
                  <Severity severity={reason.severity} />
                  <Typography.Text strong>{hit === undefined ? reason.model : both(hit.name)}</Typography.Text>
                  <Typography.Text type="secondary" className="mono">
                    {reason.model}
                  </Typography.Text>
                  {hit !== undefined && hit.lists.length > 0 && <Toned kind="bad">{t("listed")}</Toned>}
                </Space>
                <Typography.Paragraph style={{ margin: "4px 0 0" }}>
                  <span data-told="">{both(reason)}</span>
                </Typography.Paragraph>
              </div>
              {hit !== undefined && <Saw model={hit.model} version={hit.version} saw={hit.saw as Record<string, unknown>} />}
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

// All hits, with what each saw behind its row.
export function AllHits({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const mode = useNames(modelModes);
  const both = useBoth();
  return (
    <Table<Hit & { key: string }>
      size="small"
      rowKey="key"
      pagination={whole.evidence.length > 20 ? { pageSize: 20, size: "small" } : false}
      scroll={{ x: "max-content" }}
      dataSource={whole.evidence.map((hit) => ({ ...hit, key: `${hit.sequence} ${hit.model}` }))}
      expandable={{ expandedRowRender: (hit) => <Saw model={hit.model} version={hit.version} saw={hit.saw as Record<string, unknown>} /> }}
      columns={[
        { key: "time", title: t("time"), render: (_value, hit) => <Time ms={hit.time} /> },
        { key: "severity", title: t("severity"), render: (_value, hit) => <Severity severity={hit.severity} /> },
        {
          key: "model",
          title: t("model"),
          render: (_value, hit) => (
            <>
              {both(hit.name)} <span className="mono">{hit.model}</span>
            </>
          ),
        },
        { key: "mode", title: t("mode"), render: (_value, hit) => mode(hit.mode) },
        { key: "event", title: t("events"), render: (_value, hit) => <span className="mono">{hit.event_id}</span> },
      ]}
    />
  );
}
