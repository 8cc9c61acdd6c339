// What the event turned out to be: labels that were given, and giving one.
import { Button, Form, Input, InputNumber, List, Select, Tag } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { moneyText, Time } from "@/parts/values";
import { decisionWords } from "@/screens/decisions/words";

type Label = Schemas["Label"]["label"];
const LABELS: Label[] = ["CONFIRMED_FRAUD", "CONFIRMED_MULE", "CONFIRMED_ML", "FALSE_POSITIVE", "UNCERTAIN", "DUPLICATE", "TEST"];

interface Given {
  label: Label;
  note?: string;
  lost?: number | null;
}

export function Labels({ event, labels }: { event: string; labels: Schemas["KeptLabel"][] }) {
  const t = useWords(decisionWords);
  const { may } = useSession();
  const [form] = Form.useForm<Given>();
  const give = useDeed(
    ({ label, note, lost }: Given) =>
      told(
        api.POST("/v1/feedback", {
          body: { event_id: event, label, ...(note?.trim() ? { note: note.trim() } : {}), ...(lost === null || lost === undefined ? {} : { amount_lost: Math.round(lost * 100) }) },
        }),
      ),
    { done: t("labelKept"), touches: [["decision", event]], after: () => form.resetFields() },
  );
  return (
    <>
      <List<Schemas["KeptLabel"]>
        size="small"
        dataSource={labels}
        locale={{ emptyText: t("noLabels") }}
        renderItem={(one) => (
          <List.Item>
            <span>
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
            </span>
          </List.Item>
        )}
      />
      {may("feedback:write") && (
        <Form<Given> form={form} layout="vertical" onFinish={(values) => give.mutate(values)} style={{ marginTop: 8 }}>
          <Form.Item name="label" label={t("label")} rules={[{ required: true, message: t("label") }]}>
            <Select options={LABELS.map((value) => ({ value, label: t(`label${value}`) }))} style={{ maxWidth: 320 }} />
          </Form.Item>
          <Form.Item name="note" label={t("note")}>
            <Input.TextArea rows={2} maxLength={1000} />
          </Form.Item>
          <Form.Item name="lost" label={t("lost_amount")}>
            <InputNumber min={0} precision={2} style={{ width: 200 }} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={give.isPending}>
            {t("giveLabel")}
          </Button>
        </Form>
      )}
    </>
  );
}
