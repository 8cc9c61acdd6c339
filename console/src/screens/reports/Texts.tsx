// What an editor has written into a month's bulletin, part by part, and writing it. Numbers are put in by reference, and never typed.
import { App, Button, Form, Input, InputNumber, Modal, Select, Space, Spin, Table, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { Failure, Nothing } from "@/parts/States";
import { Time } from "@/parts/values";
import { useDefinitions } from "@/screens/cockpit/asking";
import { reportWords } from "@/screens/reports/words";

type Text = Schemas["BulletinTexts"]["texts"][number];
interface Draft {
  part: number;
  number: number;
  language: "zh" | "en";
  title?: string;
  text: string;
}

const PARTS = [6, 7, 11] as const; // those that print texts

export function usePartTitle(): (part: number) => string {
  const t = useWords(reportWords);
  return (part) => (PARTS.some((one) => one === part) ? t(`part${part as (typeof PARTS)[number]}`) : t("partOther", { n: part }));
}

const NUMBER_MAX = 50;

function draftOf(row: Text): Draft {
  return { part: row.part, number: row.number, language: row.language === "EN" ? "en" : "zh", title: row.title, text: row.text };
}

// Behind the last one of its part, in its language.
function nextNumber(taken: Draft[], part: number, language: Draft["language"]): number {
  return Math.min(NUMBER_MAX, Math.max(0, ...taken.filter((one) => one.part === part && one.language === language).map((one) => one.number)) + 1);
}

const placeOf = ({ part, number, language }: Pick<Draft, "part" | "number" | "language">) => `${part} ${number} ${language}`;

// A text stands at its place: one that is there is changed where it is, and a new one takes no other's.
function Editor({ draft, taken, onClose, onKeep, keeping }: { draft: Draft; taken: Draft[]; onClose: () => void; onKeep: (draft: Draft) => void; keeping: boolean }) {
  const t = useWords(reportWords);
  const both = useBoth();
  const partTitle = usePartTitle();
  const [form] = Form.useForm<Draft>();
  const definitions = useDefinitions().data?.figures ?? [];
  const places = new Set(taken.map(placeOf));
  const isThere = places.has(placeOf(draft));
  const moved = () => {
    const { part, language } = form.getFieldsValue(["part", "language"]) as Draft;
    form.setFieldValue("number", nextNumber(taken, part, language));
  };
  return (
    <Modal open title={t("texts")} width={720} okText={t("keep")} cancelText={t("cancel")} okButtonProps={{ loading: keeping }} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false} onOk={() => form.submit()}>
      <Form form={form} layout="vertical" initialValues={draft} onFinish={(values) => !keeping && onKeep(values)}>
        <Space size="middle" align="start" wrap>
          <Form.Item name="part" label={t("part")} rules={[{ required: true }]}>
            <Select disabled={isThere} onChange={moved} style={{ width: 210 }} options={PARTS.map((part) => ({ value: part, label: partTitle(part) }))} />
          </Form.Item>
          <Form.Item
            name="number"
            label={t("number")}
            dependencies={["part", "language"]}
            rules={[
              { required: true, message: t("numberNeeded") },
              ({ getFieldsValue }) => ({ validator: () => (isThere || !places.has(placeOf(getFieldsValue(["part", "number", "language"]) as Draft)) ? Promise.resolve() : Promise.reject(new Error(t("numberTaken")))) }),
            ]}
          >
            <InputNumber disabled={isThere} min={0} max={NUMBER_MAX} precision={0} />
          </Form.Item>
          <Form.Item name="language" label={t("language")}>
            <Select
              disabled={isThere}
              onChange={moved}
              style={{ width: 110 }}
              options={[
                { value: "zh", label: t("chinese") },
                { value: "en", label: t("english") },
              ]}
            />
          </Form.Item>
        </Space>
        <Form.Item name="title" label={t("heading")}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name="text" label={t("text")} extra={t("textHelp")} rules={[{ required: true, whitespace: true, message: t("textNeeded") }]}>
          <Input.TextArea rows={7} maxLength={2600} showCount />
        </Form.Item>
        <Select<string>
          showSearch
          value={null}
          placeholder={t("putFigure")}
          aria-label={t("putFigure")}
          optionFilterProp="label"
          style={{ width: 280 }}
          options={definitions.map((one) => ({ value: one.figure, label: both(one) }))}
          onSelect={(figure: string) => form.setFieldValue("text", `${String(form.getFieldValue("text") ?? "")}{figure:${figure}}`)}
        />
      </Form>
    </Modal>
  );
}

export function Texts({ month, unit, onChanged }: { month: string; unit?: string; onChanged: () => void }) {
  const t = useWords(reportWords);
  const { may } = useSession();
  const { modal } = App.useApp();
  const partTitle = usePartTitle();
  const [draft, setDraft] = useState<Draft | null>(null);
  const key = ["texts", month, unit ?? ""];
  const asked = useAsk(key, (signal) => told(api.GET("/v1/cockpit/texts", { params: { query: { month, unit } }, signal })));
  const keep = (body: Draft) => told(api.POST("/v1/cockpit/texts", { body: { ...body, month, title: body.title ?? "", ...(unit === undefined ? {} : { unit }) } }));
  const after = { touches: [key], after: () => (setDraft(null), onChanged()) };
  const keeping = useDeed(keep, { done: t("kept"), ...after });
  const taking = useDeed(keep, { done: t("takenOut"), ...after });
  const mayWrite = may("figures:write");
  const taken = (asked.data?.texts ?? []).map(draftOf);
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 8 }}>
      {mayWrite && (
        <Space>
          <Button type="primary" disabled={asked.data === undefined} onClick={() => setDraft({ part: PARTS[0], number: nextNumber(taken, PARTS[0], "zh"), language: "zh", title: "", text: "" })}>
            {t("write")}
          </Button>
          <Typography.Text type="secondary">{t("textHelp")}</Typography.Text>
        </Space>
      )}
      {asked.error !== null && asked.data === undefined && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.error === null && asked.data === undefined && <Spin />}
      {asked.data !== undefined && (
        <Table
          size="small"
          rowKey={(row) => `${row.part} ${row.number} ${row.language}`}
          pagination={false}
          dataSource={asked.data.texts}
          locale={{ emptyText: <Nothing>{t("noTexts")}</Nothing> }}
          columns={[
            { key: "part", title: t("part"), width: 170, render: (_value, row) => partTitle(row.part) },
            { key: "number", title: t("number"), width: 60, align: "right", render: (_value, row) => row.number },
            { key: "language", title: t("language"), width: 80, render: (_value, row) => t(row.language === "EN" ? "english" : "chinese") },
            {
              key: "text",
              title: t("text"),
              render: (_value, row) => (
                <div data-told="">
                  {row.title !== "" && <strong>{row.title}</strong>}
                  <div style={{ whiteSpace: "pre-wrap" }}>{row.text}</div>
                </div>
              ),
            },
            { key: "by", title: t("madeBy"), width: 130, render: (_value, row) => <span data-told="">{row.made_by}</span> },
            { key: "at", title: t("at"), width: 160, render: (_value, row) => <Time ms={row.at_us / 1000} /> },
            ...(mayWrite
              ? [
                  {
                    key: "deeds",
                    title: "",
                    width: 130,
                    render: (_value: unknown, row: Text) => (
                      <Space>
                        <Button size="small" onClick={() => setDraft(draftOf(row))}>
                          {t("edit")}
                        </Button>
                        <Button
                          size="small"
                          danger
                          onClick={() => modal.confirm({ title: t("takeOutSure"), okText: t("takeOut"), cancelText: t("cancel"), okButtonProps: { danger: true }, onOk: () => taking.mutate({ ...draftOf(row), text: "" }) })}
                        >
                          {t("takeOut")}
                        </Button>
                      </Space>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {draft !== null && <Editor draft={draft} taken={taken} onClose={() => setDraft(null)} onKeep={(body) => keeping.mutate(body)} keeping={keeping.isPending} />}
    </div>
  );
}
