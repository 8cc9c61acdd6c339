// A new password: one's own when one likes, or in place of the screens when it has to be.
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Form, Input, Modal, Typography } from "antd";

import { api, told } from "@/api/client";
import { signInWords } from "@/app/shellWords";
import { Trouble, useSubmit } from "@/app/signing";
import { useWords } from "@/app/words";

interface Change {
  old: string;
  fresh: string;
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const t = useWords(signInWords);
  const { trouble, busy, submit } = useSubmit(async (values: Change) => {
    await told(api.PUT("/v1/session/password", { body: { old: values.old, new: values.fresh } }));
    onDone();
  });
  return (
    <>
      <Trouble trouble={trouble} />
      <Form layout="vertical" requiredMark={false} onFinish={submit}>
        <Form.Item name="old" label={t("old")} rules={[{ required: true, message: t("passwordMissing") }]}>
          <Input.Password autoComplete="current-password" autoFocus />
        </Form.Item>
        <Form.Item name="fresh" label={t("fresh")} rules={[{ required: true, message: t("passwordMissing") }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={t("repeat")}
          dependencies={["fresh"]}
          rules={[({ getFieldValue }) => ({ validator: (_rule, value) => (value === getFieldValue("fresh") ? Promise.resolve() : Promise.reject(new Error(t("differ")))) })]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("set")}
        </Button>
      </Form>
    </>
  );
}

// Changing the password ends every session of the user: he signs in again.
export default function NewPassword({ forced, onClose }: { forced?: boolean; onClose?: () => void }) {
  const t = useWords(signInWords);
  const { message } = App.useApp();
  const queries = useQueryClient();
  function done() {
    void message.success(t("changed"));
    queries.setQueryData(["session"], null);
  }
  if (forced) {
    return (
      <main style={{ minHeight: "100%", display: "grid", placeItems: "center" }}>
        <Card title={t("change")} style={{ width: 420, maxWidth: "calc(100vw - 32px)" }}>
          <Typography.Paragraph type="secondary">{t("changeText")}</Typography.Paragraph>
          <PasswordForm onDone={done} />
        </Card>
      </main>
    );
  }
  return (
    <Modal open title={t("set")} onCancel={onClose} footer={null}>
      <Typography.Paragraph type="secondary">{t("changeText")}</Typography.Paragraph>
      <PasswordForm onDone={done} />
    </Modal>
  );
}
