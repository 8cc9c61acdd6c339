// How far what a person keeps for himself is: saved when, not saved and why; and which of two desks counts, where both have changed the same.
import { Alert, Button, Space, Typography } from "antd";
import type { ReactNode } from "react";

import type { Own } from "@/app/own";
import { useSession } from "@/app/session";
import { defineWords, useWords } from "@/app/words";
import { useProblemText } from "@/parts/problems";
import { timeText } from "@/parts/values";

const words = defineWords({
  asking: { zh: "正在向服务器读取……", en: "The server is asked what it keeps" },
  saves: { zh: "修改会自动保存到服务器，换一台电脑也能接着做", en: "Changes are saved on the server by themselves, and are there at another desk" },
  saved: { zh: "已保存 {time}", en: "Saved {time}" },
  waiting: { zh: "尚未保存", en: "Not saved yet" },
  failed: { zh: "未保存：{why}。修改暂存在本浏览器", en: "Not saved: {why}. This browser keeps it meanwhile" },
  failedLost: { zh: "未保存：{why}。本浏览器也存不下，关闭页面后会丢失", en: "Not saved: {why}. This browser has no room for it either, and it goes when the page is closed" },
  off: { zh: "本服务器未启用处置数据库，只保存在本浏览器（{who}），换一台电脑看不到", en: "This server keeps nothing, as it has no store for alerts: it is kept in this browser alone (of {who})" },
  offLost: { zh: "本服务器未启用处置数据库，本浏览器也存不下，关闭页面后会丢失", en: "This server keeps nothing, and this browser has no room for it: it goes when the page is closed" },
  again: { zh: "立即重试", en: "Try again" },
  differs: { zh: "未保存：另一处（{time}）也改了同样的内容，请选择保留哪一份", en: "Not saved: another desk has changed the same ({time}). Which one stays?" },
  mine: { zh: "保留本机的", en: "Keep this one" },
  theirs: { zh: "采用另一处的", en: "Take the other desk's" },
});

// The minute of today; else with the day.
function savedText(ms: number): string {
  return timeText(ms, "day") === timeText(Date.now(), "day") ? timeText(ms, "minute") : timeText(ms);
}

// `compared`: how the two differ.
export function OwnState<T>({ own, compared }: { own: Own<T>; compared?: (theirs: T, both: string[]) => ReactNode }) {
  const t = useWords(words);
  const problem = useProblemText();
  const { identity } = useSession();
  const { saving, isKept } = own;
  const quiet = (text: string) => (
    <Typography.Text type="secondary" role="status" data-saving={saving.state}>
      {text}
    </Typography.Text>
  );
  switch (saving.state) {
    case "asking":
      return quiet(t("asking"));
    case "saved":
      return quiet(saving.atMs === null ? t("saves") : t("saved", { time: savedText(saving.atMs) }));
    case "waiting":
      return (
        <Typography.Text role="status" data-saving="waiting">
          {t("waiting")}
        </Typography.Text>
      );
    case "off":
      return isKept ? quiet(t("off", { who: identity?.name ?? "" })) : <Alert type="error" showIcon role="alert" message={t("offLost")} />;
    case "failed":
      return (
        <Alert
          type={isKept ? "warning" : "error"}
          showIcon
          role="alert"
          message={t(isKept ? "failed" : "failedLost", { why: problem(saving.error).title })}
          action={
            <Button size="small" onClick={own.again}>
              {t("again")}
            </Button>
          }
        />
      );
    case "differs":
      return (
        <Alert
          type="warning"
          showIcon
          role="alert"
          message={t("differs", { time: timeText(saving.atMs) })}
          description={
            <Space direction="vertical" style={{ width: "100%" }}>
              {compared?.(saving.theirs, saving.both)}
              <Space>
                <Button size="small" onClick={() => own.settle("mine")}>
                  {t("mine")}
                </Button>
                <Button size="small" onClick={() => own.settle("theirs")}>
                  {t("theirs")}
                </Button>
              </Space>
            </Space>
          }
        />
      );
  }
}
