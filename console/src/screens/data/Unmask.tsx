// What is masked, shown unmasked when who may says why; the server puts it on record before it answers.
import { EyeOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal, Tag } from "antd";
import { useState } from "react";

import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { dataWords } from "@/screens/data/words";

const REASON_MIN = 4;
const REASON_MAX = 120;

// Beside what is masked: says so, and lets him ask who may.
export function Masked({ reason, onReason }: { reason: string | null; onReason: (reason: string) => void }) {
  const t = useWords(dataWords);
  const { may } = useSession();
  const [asking, setAsking] = useState(false);
  const [form] = Form.useForm<{ reason: string }>();
  if (may("personal:read")) {
    return null;
  }
  if (reason !== null) {
    return <Tag color="gold">{t("unmasked")}</Tag>;
  }
  return (
    <>
      <Tag>{t("masked")}</Tag>
      {may("personal:unmask") && (
        <Button size="small" icon={<EyeOutlined />} onClick={() => setAsking(true)}>
          {t("unmask")}
        </Button>
      )}
      {asking && (
        <Modal open title={t("unmaskTitle")} okText={t("unmaskShow")} cancelText={t("cancel")} onOk={() => form.submit()} onCancel={() => setAsking(false)}>
          <Form
            form={form}
            layout="vertical"
            onFinish={(values) => {
              setAsking(false);
              onReason(values.reason.trim());
            }}
          >
            <p>{t("unmaskText")}</p>
            <Form.Item name="reason" label={t("unmaskReason")} rules={[{ required: true, whitespace: true, min: REASON_MIN, message: t("unmaskShort") }]}>
              <Input.TextArea rows={3} maxLength={REASON_MAX} showCount autoFocus />
            </Form.Item>
          </Form>
        </Modal>
      )}
    </>
  );
}
