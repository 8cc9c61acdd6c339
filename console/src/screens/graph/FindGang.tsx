// Looks for a gang around an account or a customer, and goes to what was found.
import { App, Button, DatePicker, Form, Input, InputNumber, Modal, Select, Space } from "antd";
import type { Dayjs } from "dayjs";
import { useNavigate } from "react-router-dom";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { meantMs } from "@/parts/moments";
import { outcomeWords } from "@/screens/graph/exploreWords";
import { gangWords } from "@/screens/graph/gangWords";
import { nodeWords } from "@/screens/graph/words";

interface Wanted {
  kind: "ACCOUNT" | "CUSTOMER";
  name: string;
  from?: Dayjs;
  until?: Dayjs;
  yuan?: number | null;
}

export function FindGang({ onClose }: { onClose: () => void }) {
  const t = useWords(gangWords);
  const kind = useWords(nodeWords);
  const outcome = useWords(outcomeWords);
  const { message } = App.useApp();
  const navigate = useNavigate();
  const deed = useDeed(
    (wanted: Wanted) =>
      told(
        api.POST("/v1/gangs", {
          body: { kind: wanted.kind, name: wanted.name.trim(), from: wanted.from ? meantMs(wanted.from) : undefined, until: wanted.until ? meantMs(wanted.until) : undefined, payment_min: wanted.yuan ? Math.round(wanted.yuan * 100) : undefined },
        }),
      ),
    {
      touches: [["table", "gangs"]],
      after: (found) => {
        if (found.gang === null) {
          void message.info(t("none", { why: outcome(found.outcome) }), 6);
        } else {
          onClose();
          navigate(`/gangs/${found.gang.id}`);
        }
      },
    },
  );
  return (
    <Modal open title={t("find")} footer={null} onCancel={onClose} width={480}>
      <Form layout="vertical" initialValues={{ kind: "ACCOUNT" }} onFinish={(values: Wanted) => deed.mutate(values)}>
        <Form.Item label={t("findFrom")} required>
          <Space.Compact style={{ width: "100%" }}>
            <Form.Item name="kind" noStyle>
              <Select aria-label={t("findFrom")} style={{ width: 110 }} options={(["ACCOUNT", "CUSTOMER"] as const).map((value) => ({ value, label: kind(value) }))} />
            </Form.Item>
            <Form.Item name="name" noStyle rules={[{ required: true, whitespace: true, message: t("needed") }]}>
              <Input placeholder={t("findName")} aria-label={t("findName")} maxLength={128} />
            </Form.Item>
          </Space.Compact>
        </Form.Item>
        <Space>
          <Form.Item label={t("from")} name="from">
            <DatePicker showTime />
          </Form.Item>
          <Form.Item label={t("until")} name="until">
            <DatePicker showTime />
          </Form.Item>
        </Space>
        <Form.Item label={t("paymentMin")} name="yuan">
          <InputNumber min={0.01} precision={2} style={{ width: 200 }} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={deed.isPending}>
          {t("find")}
        </Button>
      </Form>
    </Modal>
  );
}
