// Keys and certificates of systems: made, shown once, and revoked.
import { PlusOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Checkbox, Form, Input, InputNumber, Modal, Popconfirm, Select, Space, Table, type TableColumnsType, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useRoles, useScopeText } from "@/parts/access";
import { useFilters } from "@/parts/address";
import { CsvButton } from "@/parts/CsvButton";
import { useAsk, useDeed } from "@/parts/ask";
import { useNow } from "@/parts/clock";
import { unlessWritten } from "@/parts/dialogs";
import { Mark } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { STICKY } from "@/parts/sticky";
import { countText, Time, timeText } from "@/parts/values";

import { systemWords } from "@/screens/system/words";

type Key = Schemas["Keys"]["keys"][number];
type Made = Schemas["MadeKey"];

const TOUCHES = [["keys"]];
const SOON_MS = 30 * 86_400_000;
const DAYS_USUAL = 365;
const DAYS_MAX = 3660;

function stateOf(key: Key, now: number): "revoked" | "expired" | "soon" | "live" {
  return key.revoked ? "revoked" : key.expires !== null && key.expires <= now ? "expired" : key.expires !== null && key.expires - now < SOON_MS ? "soon" : "live";
}

const STATE_MARKS = { revoked: "plain", expired: "bad", soon: "warn", live: "good" } as const;

interface Wanted {
  system: string;
  scopes: string[];
  days?: number;
  rate?: number;
  certificate?: string;
}

function NewKey({ isCertificate, onClose, onMade }: { isCertificate: boolean; onClose: () => void; onMade: (made: Made) => void }) {
  const t = useWords(systemWords);
  const roles = useRoles();
  const scopeText = useScopeText(roles.data);
  const [form] = Form.useForm<Wanted>();
  const open = roles.data?.roles.find((role) => role.role === "system")?.scopes ?? [];
  const make = useDeed(
    (values: Wanted) =>
      told(
        api.POST("/v1/keys", {
          body: { system: values.system.trim(), scopes: values.scopes, days: isCertificate ? undefined : values.days, rate: values.rate, certificate: isCertificate ? values.certificate?.trim().toLowerCase().replaceAll(":", "") : undefined },
        }),
      ),
    { touches: TOUCHES, after: onMade, done: isCertificate ? t("madeCertificate") : undefined },
  );
  return (
    <Modal open title={t(isCertificate ? "newCertificate" : "newKey")} okText={t("save")} cancelText={t("cancel")} confirmLoading={make.isPending} onOk={() => form.submit()} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false}>
      <Form form={form} layout="vertical" initialValues={{ days: DAYS_USUAL, scopes: [] }} onFinish={(values) => make.mutate(values)} autoComplete="off">
        <Form.Item name="system" label={t("system")} rules={[{ required: true, whitespace: true, message: t("systemHint") }]}>
          <Input placeholder={t("systemHint")} maxLength={48} autoFocus />
        </Form.Item>
        <Form.Item name="scopes" label={t("scopes")} required={false} rules={[{ required: true, message: t("scopes") }]}>
          <Select mode="multiple" optionFilterProp="label" options={open.map((scope) => ({ value: scope, label: `${scopeText(scope)} (${scope})` }))} />
        </Form.Item>
        {isCertificate ? (
          <Form.Item name="certificate" label={t("fingerprint")} rules={[{ required: true, pattern: /^\s*(?:[0-9a-fA-F]{2}:?){32}\s*$/, message: t("fingerprintHint") }]}>
            <Input className="mono" placeholder={t("fingerprintHint")} />
          </Form.Item>
        ) : (
          <Form.Item name="days" label={t("days")} rules={[{ required: true, message: t("days") }]}>
            <InputNumber min={1} max={DAYS_MAX} style={{ width: "100%" }} />
          </Form.Item>
        )}
        <Form.Item name="rate" label={t("perSecond")}>
          <InputNumber min={1} max={100_000} style={{ width: "100%" }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

// The only time that a key can be seen: closed by a button that says so, not by a click beside it.
function ShownOnce({ made, onClose }: { made: Made; onClose: () => void }) {
  const t = useWords(systemWords);
  return (
    <Modal
      open
      title={t("madeKey")}
      closable={false}
      maskClosable={false}
      keyboard={false}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("iHaveIt")}
        </Button>
      }
    >
      <Alert type="warning" showIcon message={t("madeKeyText")} style={{ marginBottom: 12 }} />
      <Typography.Paragraph className="mono" data-testid="made-key" copyable={{ text: made.key, tooltips: [t("copy"), t("copied")] }} style={{ wordBreak: "break-all" }}>
        {made.key}
      </Typography.Paragraph>
    </Modal>
  );
}

function Revoke({ row }: { row: Key }) {
  const t = useWords(systemWords);
  const revoke = useDeed(() => told(api.DELETE("/v1/keys/{id}", { params: { path: { id: row.id } } })), { done: t("revokedDone"), touches: TOUCHES });
  return (
    <Popconfirm title={t("revokeAsk", { system: row.system, id: row.id })} okText={t("revoke")} cancelText={t("cancel")} onConfirm={() => revoke.mutate(undefined)}>
      <Button size="small" danger loading={revoke.isPending} aria-label={`${t("revoke")}: ${row.system} ${row.id}`}>
        {t("revoke")}
      </Button>
    </Popconfirm>
  );
}

export default function Keys() {
  const t = useWords(systemWords);
  const { may } = useSession();
  const now = useNow(30_000);
  const roles = useRoles();
  const scopeText = useScopeText(roles.data);
  const [filters, change] = useFilters();
  const [making, setMaking] = useState<"key" | "certificate" | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const query = useAsk(["keys"], (signal) => told(api.GET("/v1/keys", { signal })), { everyMs: 15_000 });
  const keys = query.data?.keys ?? [];
  const rows = keys.filter((key) => filters.revoked === "true" || !key.revoked);
  const mayWrite = may("users:write");
  const columns: TableColumnsType<Key> = [
    { key: "id", title: t("key"), render: (_, row) => <span className="mono">{row.id}</span> },
    { key: "system", title: t("system"), sorter: (one, other) => one.system.localeCompare(other.system), render: (_, row) => <span data-told="">{row.system}</span> },
    { key: "kind", title: t("kind"), render: (_, row) => t(row.kind === "key" ? "kindKey" : "kindCertificate") },
    { key: "state", title: t("userState"), render: (_, row) => <Mark kind={STATE_MARKS[stateOf(row, now)]}>{t(stateOf(row, now))}</Mark> },
    {
      key: "scopes",
      title: t("scopes"),
      width: 320,
      render: (_, row) => row.scopes.map((scope) => <div key={scope}>{scopeText(scope)} <Typography.Text type="secondary" className="mono">{scope}</Typography.Text></div>),
    },
    { key: "rate", title: t("rate"), width: 120, render: (_, row) => t("rateText", { rate: countText(row.rate), burst: countText(row.burst) }) },
    { key: "created", title: t("created"), render: (_, row) => <Time ms={row.created} /> },
    { key: "expires", title: t("expires"), sorter: (one, other) => (one.expires ?? Infinity) - (other.expires ?? Infinity), render: (_, row) => <Time ms={row.expires} /> },
    { key: "used", title: t("lastUsed"), render: (_, row) => (row.used === null ? t("never") : <Time ms={row.used} />) },
    ...(mayWrite ? [{ key: "deeds", title: t("deeds"), render: (_: unknown, row: Key) => (row.revoked ? null : <Revoke row={row} />) }] : []),
  ];
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("keys")}</h1>}>
      <Space wrap style={{ marginBottom: 8 }}>
        {mayWrite && (
          <>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking("key")}>
              {t("newKey")}
            </Button>
            <Button icon={<SafetyCertificateOutlined />} onClick={() => setMaking("certificate")}>
              {t("newCertificate")}
            </Button>
          </>
        )}
        <Checkbox checked={filters.revoked === "true"} onChange={(event) => change({ revoked: event.target.checked ? "true" : null })}>
          {t("showRevoked")}
        </Checkbox>
        {query.data !== undefined && (
          <Typography.Text type="secondary">{t("keysFound", { n: countText(keys.length), m: countText(keys.filter((key) => ["live", "soon"].includes(stateOf(key, now))).length) })}</Typography.Text>
        )}
        <CsvButton
          name="keys"
          head={[t("key"), t("system"), t("kind"), t("userState"), t("scopes"), t("rate"), t("created"), t("expires"), t("lastUsed")]}
          rows={() => rows.map((row) => [row.id, row.system, t(row.kind === "key" ? "kindKey" : "kindCertificate"), t(stateOf(row, now)), row.scopes.join("; "), row.rate, timeText(row.created), timeText(row.expires), timeText(row.used)])}
        />
      </Space>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      <Table<Key>
        rowKey="id"
        columns={columns}
        dataSource={rows}
        loading={query.isPending}
        tableLayout="auto"
        sticky={STICKY}
        pagination={{ defaultPageSize: 50, hideOnSinglePage: true }}
        locale={{ emptyText: query.isPending || query.error !== null ? " " : <Nothing /> }}
      />
      {making !== null && (
        <NewKey
          isCertificate={making === "certificate"}
          onClose={() => setMaking(null)}
          onMade={(answer) => {
            setMaking(null);
            setMade(answer.key === undefined ? null : answer);
          }}
        />
      )}
      {made !== null && <ShownOnce made={made} onClose={() => setMade(null)} />}
    </Card>
  );
}
