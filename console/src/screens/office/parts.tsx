// What the screens of the office are built of: the card of a screen, the drawer of one thing, facts, history, the ways to filter, the dialog of a deed.
import { Alert, App, AutoComplete, type AutoCompleteProps, Button, Card, Descriptions, Form, Input, Modal, Radio, type RadioGroupProps, Select, type SelectProps, Space, Table, theme, Typography } from "antd";
import { type AriaAttributes, type ReactNode, useState } from "react";
import { Link } from "react-router-dom";

import type { Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import type { Filters } from "@/parts/address";
import { unlessWritten } from "@/parts/dialogs";
import { useDisposition } from "@/parts/disposition";
import { actorKinds, endReasons, programActors, targetKinds, useNames } from "@/parts/names";
import { useReachable } from "@/parts/reach";
import { useSchema } from "@/parts/schema";
import { TextFilter } from "@/parts/TextFilter";
import { root } from "@/parts/ThingDrawer";
import { NOTHING, ThingLink, Time, timeText } from "@/parts/values";
import { officeWords } from "@/screens/office/words";

export function ScreenCard({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{title}</h1>} extra={extra}>
      {children}
    </Card>
  );
}

export function Section({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <section style={{ marginTop: 16 }}>
      <div style={{ display: "flex", alignItems: "center", justifyContent: "space-between", marginBottom: 8 }}>
        <h2 style={{ fontSize: 14, margin: 0 }}>{title}</h2>
        {extra}
      </div>
      {children}
    </section>
  );
}

export type Fact = [label: string, value: ReactNode];

// Label and value, two beside each other; what others wrote goes into <Told>.
export function Facts({ facts, columns = 2 }: { facts: (Fact | null)[]; columns?: number }) {
  const items = facts.filter((fact) => fact !== null).map(([label, value]) => ({ key: label, label, children: value === null || value === undefined || value === "" ? NOTHING : value }));
  return <Descriptions size="small" bordered column={columns} items={items} styles={{ label: { whiteSpace: "nowrap" } }} />;
}

// A text of the server that is in the language of who wrote it.
export function Told({ children }: { children: ReactNode }) {
  return (
    <span data-told="" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {children === null || children === undefined || children === "" ? NOTHING : children}
    </span>
  );
}

// Of a row, in its first column: opens the drawer, also by the keyboard.
export function OpenButton({ id, onOpen }: { id: number; onOpen: () => void }) {
  return (
    <Button type="link" size="small" onClick={onOpen} style={{ paddingInline: 0 }} className="number">
      {id}
    </Button>
  );
}

// What profiles are kept of leads there.
const PROFILED = new Set(["account", "card", "customer", "merchant", "device", "ip"]);
export function Target({ kind, target }: { kind: string; target: string }) {
  const kindName = useNames(targetKinds);
  return (
    <Space size={4}>
      <span>{kindName(kind)}</span>
      {PROFILED.has(kind) ? <ThingLink kind={kind} name={target} /> : <span className="mono">{target}</span>}
    </Space>
  );
}

// Why something was set or ended, where the program itself says it: by a word, the code of an outcome, what an authority has ordered, or the group and severity of an alert ("VP S3"). What people wrote stays.
export function useReason(): (reason: string | null) => string | null {
  const words = useDisposition();
  const schema = useSchema();
  const own = useNames(endReasons);
  return (reason) => {
    if (reason === null || reason === "") {
      return reason;
    }
    const [, group, severity] = /^([A-Z]+) (S[1-4])$/.exec(reason) ?? [];
    const names = [own(reason), words.code(reason), schema.value("event.order_kind", reason), schema.action(reason), words.action(reason)];
    return group !== undefined ? `${words.group(group)} ${severity}` : (names.find((name) => name !== reason) ?? reason);
  };
}

export function TraceSteps({ trace, stateName }: { trace: Schemas["Trace"]; stateName: (word: string | null) => string }) {
  const t = useWords(officeWords);
  const actorKind = useNames(actorKinds);
  const actor = useNames(programActors);
  const reason = useReason();
  return (
    <>
      <Scrolled>
        <Table
          size="small"
          pagination={false}
          rowKey="number"
          dataSource={trace.steps}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t("time"), render: (_value, step) => <Time ms={step.at} /> },
            {
              title: t("state"),
              render: (_value, step) => (step.from === null || step.from === step.to ? stateName(step.to) : `${stateName(step.from)} → ${stateName(step.to)}`),
            },
            {
              title: t("who"),
              render: (_value, step) => (
                <>
                  {actorKind(step.actor_kind)} <Told>{step.actor_kind === "system" ? actor(step.actor) : step.actor}</Told>
                </>
              ),
            },
            { title: t("reason"), render: (_value, step) => <Told>{reason(step.reason)}</Told> },
          ]}
        />
      </Scrolled>
      <Typography.Text type={trace.whole ? "secondary" : "danger"}>{t(trace.whole ? "historyWhole" : "historyChanged")}</Typography.Text>
    </>
  );
}

export function WaitingProposal({ proposal }: { proposal: Schemas["Proposal"] | null }) {
  const t = useWords(officeWords);
  const both = useBoth();
  if (proposal === null) {
    return null;
  }
  return (
    <Alert
      type="info"
      showIcon
      style={{ marginBottom: 12 }}
      message={t("waits")}
      description={
        <>
          <div>{t("waitsText", { who: proposal.proposed_by, kind: both({ zh: proposal.kind_zh, en: proposal.kind_en }), until: timeText(proposal.until) })}</div>
          <Told>{proposal.reason}</Told>
        </>
      }
      action={<Link to={`/proposals?one=${proposal.proposal}`}>{t("toProposal")}</Link>}
    />
  );
}

// What a deed has come to: done, or proposed to another person.
export function useOutcome(): (answer: { proposal?: Schemas["Proposal"] | null }) => void {
  const t = useWords(officeWords);
  const { message } = App.useApp();
  return (answer) => void message.success(t(answer.proposal === null || answer.proposal === undefined ? "done" : "proposed"));
}

// What is wider than its place is scrolled, also by the keyboard.
export function Scrolled({ children }: { children: ReactNode }) {
  const box = useReachable<HTMLDivElement>();
  return <div ref={box}>{children}</div>;
}

// ---- ways to filter: the server asks by one thing at a time ----------------------------------------

export interface WayField {
  name: string;
  label: string;
  options?: { value: string; label: string }[];
  isNumber?: boolean;
  needed?: boolean;
  usual?: string; // what the server takes where nothing is chosen
}
export interface Way {
  key: string;
  label: string;
  fixed?: Record<string, string>; // goes into the address with the way
  fields: WayField[];
}

function isOf(way: Way, filters: Filters): boolean {
  const isFixed = way.fixed !== undefined && Object.entries(way.fixed).every(([name, value]) => filters[name] === value);
  return isFixed || (way.fixed === undefined && way.fields.some((field) => filters[field.name] !== undefined));
}

function wayOf(ways: Way[], filters: Filters): Way {
  return ways.find((way) => isOf(way, filters)) ?? ways[0]!;
}

// Only what belongs to the way, so that two are never asked for together.
export function queryOf(ways: Way[], filters: Filters): Filters {
  const way = wayOf(ways, filters);
  const names = new Set([...Object.keys(way.fixed ?? {}), ...way.fields.map((field) => field.name)]);
  const query = Object.fromEntries(Object.entries(filters).filter(([name]) => names.has(name)));
  return way.fields.some((field) => field.needed && query[field.name] === undefined) ? (way.fixed ?? {}) : query;
}

export function WayFilter({ ways, filters, change }: { ways: Way[]; filters: Filters; change: (wanted: Record<string, string | null>) => void }) {
  const t = useWords(officeWords);
  const [chosen, setChosen] = useState<string | null>(null);
  const inAddress = ways.find((way) => isOf(way, filters));
  const way = inAddress ?? ways.find((one) => one.key === chosen) ?? ways[0]!;
  const nothing = Object.fromEntries(ways.flatMap((one) => [...Object.keys(one.fixed ?? {}), ...one.fields.map((field) => field.name)]).map((name) => [name, null]));
  return (
    <Space wrap style={{ marginBottom: 8 }}>
      <Select
        aria-label={t("by")}
        value={way.key}
        style={{ minWidth: 150 }}
        options={ways.map((one) => ({ value: one.key, label: one.label }))}
        onChange={(key) => {
          setChosen(key);
          change({ ...nothing, ...ways.find((one) => one.key === key)?.fixed });
        }}
      />
      {way.fields.map((field) =>
        field.options !== undefined ? (
          <Select
            key={field.name}
            allowClear
            aria-label={field.label}
            placeholder={field.label}
            value={filters[field.name] ?? field.usual}
            options={field.options}
            style={{ minWidth: 150 }}
            onChange={(value?: string) => change({ [field.name]: value ?? null })}
          />
        ) : (
          <TextFilter key={field.name} name={field.name} label={field.label} width={180} isNumber={field.isNumber} />
        ),
      )}
    </Space>
  );
}

// ---- deeds -----------------------------------------------------------------------------------------

// A dialog that asks for what a deed needs. It is made anew each time it is opened.
export function DeedDialog<V extends object>({ title, open, initial, sending, onSend, onClose, about, children }: { title: string; open: boolean; initial?: Partial<V>; sending: boolean; onSend: (values: V) => void; onClose: () => void; about?: ReactNode; children: ReactNode }) {
  const t = useWords(officeWords);
  const [form] = Form.useForm<V>();
  return (
    <Modal open={open} getContainer={root} title={title} okText={t("send")} cancelText={t("cancel")} confirmLoading={sending} onOk={() => form.submit()} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false} destroyOnHidden width={560}>
      {about !== undefined && <Typography.Paragraph type="secondary">{about}</Typography.Paragraph>}
      <Form<V> form={form} layout="vertical" preserve={false} initialValues={initial} onFinish={(values) => !sending && onSend(values)}>
        {children}
      </Form>
    </Modal>
  );
}

export function TextField({ name, label, needed = true, rows = 3, help }: { name: string; label: string; needed?: boolean; rows?: number; help?: string }) {
  const t = useWords(officeWords);
  return (
    <Form.Item name={name} label={label} extra={help} rules={needed ? [{ required: true, whitespace: true, message: t("needed") }] : []}>
      {rows > 1 ? <Input.TextArea rows={rows} maxLength={2000} /> : <Input maxLength={128} />}
    </Form.Item>
  );
}

// A form says of a needed field that it is required on the field's outer element, which of these three has no role that may say so: the first is given one, from the others it is taken away.
type Needed = Pick<AriaAttributes, "aria-required">;

export function Choice({ label, ...props }: RadioGroupProps & { label: string }) {
  return <Radio.Group {...props} {...({ role: "radiogroup" } as object)} aria-label={label} />;
}

export function PickOne({ "aria-required": _required, ...props }: SelectProps & Needed) {
  return <Select {...props} />;
}

// Escape closes the suggestions and leaves what was written: the browser would empty a search field.
export function PickOrWrite({ "aria-required": _required, ...props }: AutoCompleteProps & Needed) {
  return <AutoComplete {...props} onInputKeyDown={(event) => event.key === "Escape" && event.preventDefault()} />;
}

export function Deeds({ children }: { children: ReactNode }) {
  const { token } = theme.useToken();
  return <div style={{ display: "flex", flexWrap: "wrap", gap: 8, background: token.colorBgElevated }}>{children}</div>;
}
