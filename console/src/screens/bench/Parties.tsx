// Who an alert is about: what the tables of profiles hold of the customer, his account and device, and of who is paid; and the features of each as they are now.
import { Button, Card, Collapse, Drawer, Input, Skeleton, Table, Typography } from "antd";
import { useState } from "react";

import { api, Problem, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Failure, Nothing } from "@/parts/States";
import { moneyText, ThingLink } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";
import { useSeenText } from "@/screens/bench/Evidence";
import type { Whole } from "@/screens/bench/useAlert";

interface Party {
  what: "customer" | "account" | "payee" | "device" | "merchant" | "card";
  field: string; // of events, that names it
  name: string;
}

// Whom an alert names, and whom its newest events name.
export function partiesOf(whole: Whole): Party[] {
  const { row } = whole;
  const ofEvents = (field: string) => whole.events.map((one) => (one.event as Record<string, unknown>)[field]).find((value) => typeof value === "string" && value !== "") as string | undefined;
  const found: [Party["what"], string, string | null | undefined][] = [
    ["customer", "cust_id", row.customer],
    ["account", "acct_no", row.account],
    ["payee", "payee_acct_no", row.payee],
    ["device", "device_id", ofEvents("device_id")],
    ["merchant", "merchant_id", ofEvents("merchant_id") ?? (row.subject_kind === "MERCHANT" ? row.subject : undefined)],
    ["card", "card_token", ofEvents("card_token")],
  ];
  return found.flatMap(([what, field, name]) => (name === null || name === undefined || name === "" ? [] : [{ what, field, name }]));
}

type Table_ = Schemas["Tables"]["tables"][number];

function useTables() {
  const { may } = useSession();
  return useAsk(["tables"], (signal) => told(api.GET("/v1/tables", { signal })), { active: may("knowledge:read"), staleMs: 600_000 });
}

function Profile({ table, name }: { table: Table_; name: string }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const { language } = useSettings();
  const text = useSeenText();
  const isMasked = name.includes("*"); // who may not see personal data cannot ask for it either
  const { data, error, isPending, refetch } = useAsk(
    ["row", table.table, name],
    (signal) =>
      told(api.GET("/v1/tables/{table}/rows/{key}", { params: { path: { table: table.table, key: name } }, signal })).catch((problem: unknown) => {
        if (problem instanceof Problem && problem.status === 404) {
          return null; // nothing is kept of it
        }
        throw problem;
      }),
    { staleMs: 30_000, active: !isMasked },
  );
  if (isMasked) {
    return <Typography.Text type="secondary">{t("masked")}</Typography.Text>;
  }
  if (isPending) {
    return <Skeleton active paragraph={{ rows: 2 }} title={false} />;
  }
  if (error !== null) {
    return <Failure error={error} onAgain={() => void refetch()} />;
  }
  const columns = table.columns.filter((column) => data?.columns[column.column] !== null && data?.columns[column.column] !== undefined);
  if (columns.length === 0) {
    return <Typography.Text type="secondary">{t("noRow")}</Typography.Text>;
  }
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "1fr auto", gap: "1px 12px", margin: 0 }}>
      {columns.map((column) => {
        const value = data!.columns[column.column];
        const title = language === "zh" ? both(column.title) : column.title.en || column.column.replaceAll("_", " ");
        return (
          <div key={column.column} style={{ display: "contents" }}>
            <dt>
              <Typography.Text type="secondary">{title}</Typography.Text>
            </dt>
            <dd className="number" style={{ margin: 0, textAlign: "right" }}>
              <span data-told="">{column.type === "money" && typeof value === "number" ? moneyText(value) : text(value, `${table.namespace}.${column.column}`)}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function FeaturesDrawer({ entity, name, onClose }: { entity: string; name: string; onClose: () => void }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const text = useSeenText();
  const [part, setPart] = useState("");
  const { data, error, isPending, refetch } = useAsk(["features", entity, name], (signal) => told(api.GET("/v1/features", { params: { query: { entity, key: [name] } }, signal })));
  const shown = (data?.features ?? []).filter((feature) => feature.value !== null && `${feature.feature} ${feature.zh} ${feature.en}`.toLowerCase().includes(part.trim().toLowerCase()));
  return (
    <Drawer open width={720} title={t("featuresOf", { name })} onClose={onClose}>
      <Input allowClear aria-label={t("featureFilter")} placeholder={t("featureFilter")} value={part} onChange={(event) => setPart(event.target.value)} style={{ marginBottom: 8 }} />
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      <Table
        size="small"
        rowKey="feature"
        loading={isPending}
        dataSource={shown}
        pagination={shown.length > 50 ? { pageSize: 50, size: "small" } : false}
        locale={{ emptyText: <Nothing /> }}
        columns={[
          {
            key: "feature",
            title: t("feature"),
            render: (_value, feature) => (
              <>
                <span data-told="">{both(feature)}</span>
                <br />
                <Typography.Text type="secondary" className="mono">
                  {feature.feature}
                </Typography.Text>
              </>
            ),
          },
          { key: "value", title: t("value"), align: "right", render: (_value, feature) => <span className="number">{text(feature.value, `f.${feature.feature}`)}</span> },
        ]}
      />
    </Drawer>
  );
}

export function Parties({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const { may } = useSession();
  const tables = useTables();
  const catalogue = useAsk(["catalogue"], (signal) => told(api.GET("/v1/catalogue", { signal })), { active: may("models:read"), staleMs: 600_000 });
  const [features, setFeatures] = useState<{ entity: string; name: string }>();
  const parties = partiesOf(whole);
  const tableOf = (field: string) => tables.data?.tables.find((table) => table.key.length === 1 && table.key[0] === field && table.namespace.startsWith("prof."));
  const entityOf = (field: string) => catalogue.data?.entities.find((entity) => entity.key.length === 1 && entity.key[0] === field)?.id;
  if (parties.length === 0) {
    return null;
  }
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("parties")}</h2>} styles={{ body: { padding: 0 } }}>
      {tables.error !== null && <Failure error={tables.error} />}
      <Collapse
        bordered={false}
        size="small"
        defaultActiveKey={parties[0]!.what}
        items={parties.map((party) => {
          const table = tableOf(party.field);
          const entity = entityOf(party.field);
          return {
            key: party.what,
            collapsible: "icon" as const,
            label: (
              <span>
                <Typography.Text strong>{t(`party${party.what}`)}</Typography.Text> <ThingLink kind={party.what === "payee" ? "account" : party.what} name={party.name} />
              </span>
            ),
            extra: may("features:read") && entity !== undefined && !party.name.includes("*") && (
              <Button size="small" type="link" onClick={() => setFeatures({ entity, name: party.name })}>
                {t("features")}
              </Button>
            ),
            children: table === undefined ? <Typography.Text type="secondary">{t("noRow")}</Typography.Text> : <Profile table={table} name={party.name} />,
          };
        })}
      />
      {features !== undefined && <FeaturesDrawer {...features} onClose={() => setFeatures(undefined)} />}
    </Card>
  );
}
