import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Form, Input, Modal, Typography } from "antd";
import { useState } from "react";

import { api, Away, Problem, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { shellWords, signInWords } from "@/app/shellWords";
import { useWords } from "@/app/words";
import { useProblemText } from "@/parts/problems";

function useSubmit<T>(send: (values: T) => Promise<void>) {
  const [trouble, setTrouble] = useState<Problem | Away | null>(null);
  const [busy, setBusy] = useState(false);
  async function submit(values: T) {
    setBusy(true);
    try {
      await send(values);
      setTrouble(null);
    } catch (error) {
      setTrouble(error instanceof Problem || error instanceof Away ? error : new Away());
    } finally {
      setBusy(false);
    }
  }
  return { trouble, busy, submit };
}

function Trouble({ trouble }: { trouble: Problem | Away | null }) {
  const text = useProblemText();
  if (trouble === null) {
    return null;
  }
  const { title, todo } = text(trouble);
  return <Alert type="error" showIcon message={title} description={todo} style={{ marginBottom: 16 }} role="alert" />;
}

export function SignIn() {
  const t = useWords(signInWords);
  const shell = useWords(shellWords);
  const { again } = useSession();
  const { language, choose, dark } = useSettings();
  const { trouble, busy, submit } = useSubmit(async (values: { name: string; password: string }) => {
    await told(api.POST("/v1/session", { body: values }));
    await again();
  });
  return (
    <main style={{ minHeight: "100%", display: "grid", placeItems: "center", background: dark ? "#0e1319" : "linear-gradient(160deg,#e9f1f9,#f7f9fb)" }}>
      <Card style={{ width: 400, maxWidth: "calc(100vw - 32px)" }}>
        <div style={{ display: "flex", alignItems: "center", gap: 12, marginBottom: 20 }}>
          <img src="/console/icon.svg" alt="" width={40} height={40} />
          <div style={{ flex: 1 }}>
            <Typography.Title level={1} style={{ margin: 0, fontSize: 22 }}>
              {shell("name")}
            </Typography.Title>
            <Typography.Text type="secondary">{shell("product")}</Typography.Text>
          </div>
          <Button size="small" onClick={() => choose({ language: language === "zh" ? "en" : "zh" })}>
            {language === "zh" ? "EN" : "中文"}
          </Button>
        </div>
        <Trouble trouble={trouble} />
        <Form layout="vertical" requiredMark={false} onFinish={submit} size="large">
          <Form.Item name="name" label={t("user")} rules={[{ required: true, message: t("userMissing") }]}>
            <Input autoFocus autoComplete="username" spellCheck={false} autoCapitalize="none" />
          </Form.Item>
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t("submit")}
          </Button>
        </Form>
        <Typography.Paragraph type="secondary" style={{ margin: "16px 0 0" }}>
          {t("forgotten")}
        </Typography.Paragraph>
      </Card>
    </main>
  );
}

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
export function NewPassword({ forced, onClose }: { forced?: boolean; onClose?: () => void }) {
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
