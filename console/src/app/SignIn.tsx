// The page to sign in.
import { Alert, Button, Card, Form, Input, Typography } from "antd";

import { signIn, useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { shellWords, signInWords } from "@/app/shellWords";
import { Trouble, useSubmit } from "@/app/signing";
import { useWords } from "@/app/words";

export default function SignIn() {
  const t = useWords(signInWords);
  const shell = useWords(shellWords);
  const { again, isIdle } = useSession();
  const { language, choose, dark } = useSettings();
  const { trouble, busy, submit } = useSubmit(async (values: { name: string; password: string }) => {
    await signIn(values.name, values.password);
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
        {isIdle && trouble === null && <Alert type="info" showIcon role="status" message={t("idle")} style={{ marginBottom: 16 }} />}
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
