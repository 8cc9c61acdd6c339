// What is masked, shown unmasked when who may says why; the server puts it on record before it answers. `onReason` asks for the thing again with
// `unmask` in its query (an alert, a decision, a row of a table).
import { EyeOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal } from "antd";
import { useState } from "react";

import { useSession } from "@/app/session";
import { defineWords, useWords } from "@/app/words";
import { unlessWritten } from "@/parts/dialogs";
import { Mark } from "@/parts/Mark";

const words = defineWords({
  masked: { zh: "已脱敏", en: "masked" },
  unmask: { zh: "申请查看明文", en: "Show unmasked" },
  unmaskTitle: { zh: "查看明文", en: "Show unmasked" },
  unmaskText: { zh: "请说明为什么需要查看。您的姓名、查看对象、原因和时间会记入审计日志。", en: "Say why you need it. Your name, what you see, the reason and the time go into the audit log." },
  unmaskReason: { zh: "查看原因", en: "Reason" },
  unmaskShort: { zh: "至少 4 个字符", en: "At least 4 characters" },
  unmaskShow: { zh: "记录并显示", en: "Put on record and show" },
  unmasked: { zh: "明文（已记录）", en: "unmasked, on record" },
  cancel: { zh: "取消", en: "Cancel" },
});

const REASON_MIN = 4;
const REASON_MAX = 120;

// Beside what is masked: says so, and lets him ask who may.
export function Masked({ reason, onReason }: { reason: string | null; onReason: (reason: string) => void }) {
  const t = useWords(words);
  const { may } = useSession();
  const [asking, setAsking] = useState(false);
  const [form] = Form.useForm<{ reason: string }>();
  if (may("personal:read")) {
    return null;
  }
  if (reason !== null) {
    return <Mark kind="warn">{t("unmasked")}</Mark>;
  }
  return (
    <>
      <Mark kind="plain">{t("masked")}</Mark>
      {may("personal:unmask") && (
        <Button size="small" icon={<EyeOutlined />} onClick={() => setAsking(true)}>
          {t("unmask")}
        </Button>
      )}
      {asking && (
        <Modal open title={t("unmaskTitle")} okText={t("unmaskShow")} cancelText={t("cancel")} onOk={() => form.submit()} onCancel={unlessWritten(() => form.isFieldsTouched(), () => setAsking(false))} maskClosable={false}>
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
