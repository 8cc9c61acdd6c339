// What stands in place of a screen's content: nothing to see, not allowed, went wrong.
import { Alert, Button, Empty, Result, Typography } from "antd";
import type { ReactNode } from "react";

import { Problem } from "@/api/client";
import { defineWords, useWords } from "@/app/words";
import { useRoles, useScopeText } from "@/parts/access";
import { useProblemText } from "@/parts/problems";

const words = defineWords({
  forbidden: { zh: "没有权限", en: "Not open to you" },
  forbiddenText: { zh: "您的角色没有这项权限：{scopes}。如果工作需要，请联系用户管理员。", en: "Your roles lack {scopes}. If your work needs it, ask an administrator of users." },
  scope: { zh: "{text}（{scope}）", en: "{text} ({scope})" },
  or: { zh: "，或", en: ", or " },
  again: { zh: "重试", en: "Try again" },
  nothing: { zh: "没有符合条件的记录", en: "Nothing matches" },
});

// Any of these would open it: said in words, with the name of each for the administrator who gives roles.
export function Forbidden({ scopes }: { scopes: string[] }) {
  const t = useWords(words);
  const text = useScopeText(useRoles().data);
  return <Result status="403" title={t("forbidden")} subTitle={t("forbiddenText", { scopes: scopes.map((scope) => t("scope", { text: text(scope), scope })).join(t("or")) })} />;
}

// The server names the scope in a sentence: "the scope alerts:work is missing".
function scopeOf(detail: string): string {
  return /\b[a-z]+:[a-z]+\b/.exec(detail)?.[0] ?? detail;
}

export function Failure({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const t = useWords(words);
  const text = useProblemText();
  if (error instanceof Problem && error.code === "scope_missing") {
    return <Forbidden scopes={[scopeOf(error.detail)]} />;
  }
  const { title, todo } = text(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      message={title}
      description={<Typography.Text>{todo}</Typography.Text>}
      action={
        onAgain && (
          <Button size="small" onClick={onAgain}>
            {t("again")}
          </Button>
        )
      }
    />
  );
}

export function Nothing({ children }: { children?: ReactNode }) {
  const t = useWords(words);
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={children ?? t("nothing")} />;
}
