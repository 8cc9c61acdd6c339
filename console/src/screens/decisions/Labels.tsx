// What the event turned out to be: labels that were given, and giving one.
import { Button, Form, Input, InputNumber, Select, Tag, Typography } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { moneyText, Time } from "@/parts/values";
import { decisionWords } from "@/screens/decisions/words";

type Label = Schemas["Label"]["label"];
const LABELS: Label[] = ["CONFIRMED_FRAUD", "CONFIRMED_MULE", "CONFIRMED_ML", "FALSE_POSITIVE", "UNCERTAIN", "DUPLICATE", "TEST"];

interface Given {
  label?: Label;
  note?: string;
  lost?: number | null;
}

export function Labels({ event, labels }: { event: string; labels: Schemas["KeptLabel"][] }) {
  const t = useWords(decisionWords);
  const { may } = useSession();
  const [form] = Form.useForm<Given>();
  // Not by the form's own rules: those put an attribute on the choice that it may not have.
  const label = Form.useWatch("label", form);
  const give = useDeed(
    ({ label, note, lost }: Given) =>
      told(
        api.POST("/v1/feedback", {
          body: { event_id: event, label: label!, ...(note?.trim() ? { note: note.trim() } : {}), ...(lost === null || lost === undefined ? {} : { amount_lost: Math.round(lost * 100) }) },
        }),
      ),
    { done: t("labelKept"), touches: [["decision", event]], after: () => form.resetFields() },
  );
  return (
    <>
      {labels.length === 0 && <Typography.Text type="secondary">{t("noLabels")}</Typography.Text>}
      {labels.map((one, index) => (
        <div key={`${one.at} ${index}`} style={{ padding: "4px 0" }}>
          <Tag>{t(`label${one.label}`)}</Tag> <Time ms={one.at} />
          <span data-told="">
            {one.by !== undefined && ` ${t("by", { who: one.by })}`} {one.source} {one.note}
          </span>
          {one.amount_lost !== undefined && (
            <>
              {" "}
              {t("lost_amount")} <span className="number">{moneyText(one.amount_lost)}</span>
            </>
          )}
        </div>
      ))}
      {may("feedback:write") && (
        <Form<Given> form={form} layout="vertical" onFinish={(values) => give.mutate(values)} style={{ marginTop: 8 }}>
          <Form.Item name="label" label={t("label")}>
            <Select options={LABELS.map((value) => ({ value, label: t(`label${value}`) }))} style={{ maxWidth: 320 }} />
          </Form.Item>
          <Form.Item name="note" label={t("note")}>
            <Input.TextArea rows={2} maxLength={1000} />
          </Form.Item>
          <Form.Item name="lost" label={t("lost_amount")}>
            <InputNumber min={0} precision={2} style={{ width: 200 }} />
          </Form.Item>
          <Button type="primary" htmlType="submit" disabled={label === undefined} loading={give.isPending}>
            {t("giveLabel")}
          </Button>
        </Form>
      )}
    </>
  );
}
